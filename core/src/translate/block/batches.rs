//! A statement that is run until it finds no more rows, some at a time, is one that is run for all.
//!
//! # Invariants
//!
//! - A row is found by what it holds itself, and is not found again once it is changed: what the loop
//!   does to one row hangs on no other.
//! - No trigger runs, and no key refers to what is set.
//!
//! Deliberately absent: loops that remember how far they are.

use super::Trial;
use super::value::Value;
use crate::schema::{
    Assignment, BinaryOp, Change, DataStatement, Expr, Ident, Literal, Name, Part, PartMut, Select,
    SelectItem, SetExpr, Table, TableRef, Type,
};
use crate::sql::{self, Syntax};

impl Trial {
    /// The statement for all rows, if it is the same.
    pub(super) fn whole(&self, text: &str) -> Option<DataStatement> {
        let changes = sql::parse(Syntax::Postgres, text);
        let [Change::Data(statement)] = changes.as_slice() else {
            return None;
        };
        let mut statement = statement.clone();
        self.fill(PartMut::Data(&mut statement)).ok()?;
        let (name, alias, filter) = match &statement {
            DataStatement::Update(update) if update.with.is_empty() && update.from.is_empty() => {
                (&update.table, &update.alias, update.filter.as_ref()?)
            }
            DataStatement::Delete(delete) if delete.with.is_empty() && delete.using.is_empty() => {
                (&delete.table, &delete.alias, delete.filter.as_ref()?)
            }
            _ => return None,
        };
        let own = self.replay.relation_named(name)?;
        let schema = self.replay.schema();
        let table = schema.table(&own)?;
        let sure = table.opaque.is_none() && !self.unread.reaches_table(table);
        if !sure || !schema.triggers_of(&own).is_empty() || self.replay.has_partitions(&own) {
            return None;
        }
        let wanted = self.one_of_some(filter, table, alias.as_ref())?;
        match &mut statement {
            DataStatement::Delete(delete) => delete.filter = Some(wanted),
            DataStatement::Update(update) => {
                let referred = |set: &Assignment| {
                    let mut keys = schema
                        .referrers(&own)
                        .flat_map(|table| table.foreign_keys());
                    keys.any(|(_, key)| {
                        key.table == own
                            && set
                                .columns
                                .iter()
                                .any(|column| key.referred.contains(column))
                    })
                };
                let alone = |set: &Assignment| is_of_row(&set.value, table) && !referred(set);
                if !update.assignments.iter().all(alone)
                    || !is_settled(&wanted, &update.assignments, table)
                {
                    return None;
                }
                update.filter = Some(wanted);
            }
            _ => return None,
        }
        Some(statement)
    }

    /// What has to hold of a row of `key IN (SELECT key FROM t WHERE … LIMIT n)`.
    fn one_of_some(&self, filter: &Expr, table: &Table, alias: Option<&Ident>) -> Option<Expr> {
        let Expr::InQuery {
            expr,
            query,
            negated: false,
        } = filter
        else {
            return None;
        };
        let SetExpr::Select(select) = &query.body else {
            return None;
        };
        let limit = self.env().value(query.limit.as_ref()?).ok()?;
        let some = matches!(limit, Value::Number(limit) if limit > 0);
        let Select {
            distinct: None,
            items,
            from,
            filter: Some(wanted),
            group_by,
            having: None,
            ..
        } = select.as_ref()
        else {
            return None;
        };
        let (
            [SelectItem::Expr { expr: selected, .. }],
            [
                TableRef::Table {
                    name,
                    alias: inner,
                    columns,
                },
            ],
        ) = (items.as_slice(), from.as_slice())
        else {
            return None;
        };
        let plain = query.with.is_empty()
            && query.offset.is_none()
            && group_by.is_empty()
            && columns.is_empty()
            && self.replay.relation_named(name)? == table.name;
        let (Expr::Column { column: key, .. }, Expr::Column { column: theirs, .. }) =
            (expr.as_ref(), selected)
        else {
            return None;
        };
        let keyed = key == "ctid"
            || table
                .primary_key()
                .iter()
                .map(|part| &part.column)
                .eq([key]);
        if !some || !plain || key != theirs || !keyed || !is_of_row(wanted, table) {
            return None;
        }
        let mut wanted = wanted.clone();
        let called = inner.as_ref().unwrap_or(&name.name);
        let outer = Name::bare(alias.cloned().unwrap_or_else(|| table.name.name.clone()));
        call_as(&mut wanted, called, &outer)?;
        Some(wanted)
    }
}

/// Speaks of the columns of a table by another name for it.
fn call_as(expr: &mut Expr, called: &Ident, outer: &Name) -> Option<()> {
    if let Expr::Column { table, .. } = expr {
        return match table {
            Some(of) if of.name != *called => None,
            table => {
                *table = Some(outer.clone());
                Some(())
            }
        };
    }
    let mut all = Some(());
    expr.parts_mut(&mut |part| {
        if let PartMut::Expr(expr) = part
            && all.is_some()
        {
            all = call_as(expr, called, outer);
        }
    });
    all
}

/// Whether a value is made of a row alone.
fn is_of_row(expr: &Expr, table: &Table) -> bool {
    const CALLS: &[&str] = &[
        "btrim",
        "clock_timestamp",
        "coalesce",
        "gen_random_uuid",
        "length",
        "lower",
        "now",
        "nullif",
        "replace",
        "upper",
        "uuid_generate_v4",
    ];
    match expr {
        Expr::Call(call) if call.over.is_some() || !CALLS.contains(&call.name.name.as_str()) => {
            return false;
        }
        Expr::Column { column, .. } => return table.column(column).is_some(),
        _ => {}
    }
    let mut alone = true;
    expr.parts(&mut |part| {
        alone = alone
            && match part {
                Part::Expr(expr) => is_of_row(expr, table),
                Part::Query(_) | Part::Table(_) | Part::Data(_) => false,
            };
    });
    alone
}

/// Whether a row of which a condition held is one of which it does not, once it is changed.
fn is_settled(wanted: &Expr, set: &[Assignment], table: &Table) -> bool {
    let value = |expr: &Expr| {
        let Expr::Column { column, .. } = expr else {
            return None;
        };
        let mut set = set.iter();
        let found = set.find(|set| set.columns.as_slice() == [column.clone()])?;
        Some((table.column(column)?, &found.value))
    };
    match wanted {
        Expr::Binary {
            left,
            op: BinaryOp::And,
            right,
        } => is_settled(left, set, table) || is_settled(right, set, table),
        Expr::IsNull {
            expr,
            negated: false,
        } => value(expr).is_some_and(|(_, value)| is_some(value)),
        Expr::Binary {
            left,
            op: op @ (BinaryOp::Eq | BinaryOp::NotEq),
            right,
        } => {
            let Some((column, value)) = value(left) else {
                return false;
            };
            match (op, constant(value), constant(right)) {
                (BinaryOp::NotEq, Some(own), Some(other)) => own == other,
                (_, Some(own), Some(other)) => are_apart(own, other, &column.ty),
                _ => false,
            }
        }
        _ => false,
    }
}

/// A constant's text, whatever it is said to be.
fn constant(expr: &Expr) -> Option<&str> {
    match expr {
        Expr::Literal(Literal::Text(text) | Literal::Typed(_, text)) => Some(text),
        Expr::Cast { expr, .. } => constant(expr),
        _ => None,
    }
}

/// Whether two texts are two values of a type for sure.
fn are_apart(own: &str, other: &str, ty: &Type) -> bool {
    match ty {
        Type::Text | Type::Varchar(_) => own != other,
        // An object or an array, and what is neither.
        Type::Jsonb => {
            let several = |text: &str| text.trim_start().starts_with(['{', '[']);
            several(own) != several(other)
        }
        _ => false,
    }
}

/// Whether a value is never NULL.
fn is_some(expr: &Expr) -> bool {
    match expr {
        Expr::Literal(literal) => *literal != Literal::Null,
        Expr::Keyword(word, _) => word.eq_ignore_ascii_case("current_timestamp"),
        Expr::Cast { expr, .. } => is_some(expr),
        Expr::Case {
            whens, otherwise, ..
        } => {
            let mut whens = whens.iter();
            whens.all(|(_, then)| is_some(then)) && otherwise.as_deref().is_some_and(is_some)
        }
        Expr::Call(call) => matches!(
            call.name.name.as_str(),
            "now" | "clock_timestamp" | "gen_random_uuid" | "uuid_generate_v4"
        ),
        _ => false,
    }
}
