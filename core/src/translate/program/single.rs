//! Queries of which a function takes the first row: it is known which that is only where there is no
//! other.

use super::sure;
use crate::schema::{
    BinaryOp, ConstraintKind, Expr, Ident, Literal, Name, Part, Query, Schema, Select, SelectItem,
    SetExpr, Table, TableRef,
};
use crate::translate::infer::has_aggregate;

/// How many rows a query may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rows {
    /// Always one.
    One,
    /// One or none.
    AtMostOne,
    /// Any number, as far as is known.
    Any,
}

/// Whether a query may give more rows than one, as far as is known.
pub fn may_give_several(query: &Query, schema: &Schema) -> bool {
    let limited = |count: &Expr| matches!(count, Expr::Literal(Literal::Number(n)) if n == "1");
    !query.limit.as_ref().is_some_and(limited) && rows(query, schema) == Rows::Any
}

/// How many rows a query may have.
pub(super) fn rows(query: &Query, schema: &Schema) -> Rows {
    let SetExpr::Select(select) = &query.body else {
        return Rows::Any;
    };
    if !query.with.is_empty() || query.offset.is_some() || select.distinct.is_some() {
        return Rows::Any;
    }
    let limited = query.limit.is_some();
    let whole = select.group_by.is_empty() && select.having.is_none();
    let gathered =
        |item: &SelectItem| matches!(item, SelectItem::Expr { expr, .. } if has_aggregate(expr));
    if whole && !limited && select.items.iter().any(gathered) {
        return Rows::One;
    }
    match select.from.as_slice() {
        _ if !whole => Rows::Any,
        // A function may give several rows.
        [] if !select.items.iter().all(gives_one) => Rows::Any,
        [] if select.filter.is_none() && !limited => Rows::One,
        [] => Rows::AtMostOne,
        [
            TableRef::Table {
                name,
                alias,
                columns,
            },
        ] if columns.is_empty() => {
            let one = Expr::Literal(Literal::Number("1".into()));
            let first = query.limit.as_ref() == Some(&one) && !query.order_by.is_empty();
            match schema.table(name) {
                Some(table) if first || is_found_by_key(table, alias.as_ref(), select) => {
                    Rows::AtMostOne
                }
                _ => Rows::Any,
            }
        }
        _ => Rows::Any,
    }
}

fn gives_one(item: &SelectItem) -> bool {
    matches!(item, SelectItem::Expr { expr, .. } if sure::fails(expr).is_none())
}

/// Whether a condition gives each column of a key a value.
fn is_found_by_key(table: &Table, alias: Option<&Ident>, select: &Select) -> bool {
    let mut given = Vec::new();
    if let Some(filter) = &select.filter {
        equalities(filter, &mut |left, right| {
            for (column, value) in [(left, right), (right, left)] {
                if let Some(name) = own(column, table, alias)
                    && !names_own(value, table, alias)
                {
                    given.push(name.clone());
                }
            }
        });
    }
    let has = |name: &Ident| given.contains(name);
    let constraints = table.constraints.iter().filter(|one| !one.deferrable);
    let by_constraint = constraints.map(|one| &one.kind).any(|kind| match kind {
        ConstraintKind::PrimaryKey { columns } | ConstraintKind::Unique { columns, .. } => {
            columns.iter().all(|part| has(&part.column))
        }
        _ => false,
    });
    by_constraint
        || table.indexes.iter().any(|index| {
            let mut keys = index.keys.iter();
            index.unique
                && index.filter.is_none()
                && keys.all(|key| own(&key.expr, table, None).is_some_and(has))
        })
}

/// The sides of what is asked to be equal in all that has to hold.
fn equalities<'e>(filter: &'e Expr, f: &mut dyn FnMut(&'e Expr, &'e Expr)) {
    if let Expr::Binary { left, op, right } = filter {
        match op {
            BinaryOp::And => {
                equalities(left, f);
                equalities(right, f);
            }
            BinaryOp::Eq => f(left, right),
            _ => {}
        }
    }
}

/// The column of a table that an expression is.
fn own<'e>(expr: &'e Expr, table: &Table, alias: Option<&Ident>) -> Option<&'e Ident> {
    let Expr::Column { table: of, column } = expr else {
        return None;
    };
    let called = match (of, alias) {
        (None, _) => true,
        (Some(of), Some(alias)) => *of == Name::bare(alias.clone()),
        (Some(of), None) => *of == table.name || *of == Name::bare(table.name.name.clone()),
    };
    (called && table.column(column).is_some()).then_some(column)
}

/// Whether a value may look at the table's rows, or at any.
fn names_own(expr: &Expr, table: &Table, alias: Option<&Ident>) -> bool {
    if own(expr, table, alias).is_some() {
        return true;
    }
    let mut found = false;
    expr.parts(&mut |part| match part {
        Part::Expr(expr) => found |= names_own(expr, table, alias),
        Part::Query(_) | Part::Table(_) | Part::Data(_) => found = true,
    });
    found
}

/// The expressions that a query selects, each as a query of it alone.
pub(super) fn items(query: &Query) -> Option<Vec<Expr>> {
    let SetExpr::Select(select) = &query.body else {
        return None;
    };
    let plain = select.from.is_empty() && select.filter.is_none() && query.limit.is_none();
    let item = |item: &SelectItem| match item {
        SelectItem::Expr { expr, .. } if plain && !has_aggregate(expr) => Some(expr.clone()),
        SelectItem::Expr { expr, .. } => {
            let mut alone = query.clone();
            if let SetExpr::Select(select) = &mut alone.body {
                select.items = vec![SelectItem::Expr {
                    expr: expr.clone(),
                    alias: None,
                }];
            }
            Some(Expr::Subquery(Box::new(alone)))
        }
        _ => None,
    };
    select.items.iter().map(item).collect()
}
