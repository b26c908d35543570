//! The queries of a block on catalogues: which rows they give.
//!
//! An answer is known only where a condition says by name what is asked for, or that it is the user's: see `value`.

use super::catalog::{self, HOMES, NAMES, Row};
use super::value::{Env, Known, Sight, Value, truth};
use crate::schema::{
    BinaryOp, CallArg, Expr, Ident, JoinKind, JoinOn, Literal, Name, OrderBy, Quantifier, Query,
    Select, SelectItem, SetExpr, TableRef,
};

impl Env<'_> {
    /// The rows of a query; `any`: it is only asked whether there are some.
    pub(super) fn rows(
        &self,
        query: &Query,
        outer: &Sight<'_>,
        any: bool,
    ) -> Known<Vec<Vec<(Ident, Value)>>> {
        let select = match &query.body {
            SetExpr::Select(select) => select,
            SetExpr::Query(inner) if query.with.is_empty() && query.limit.is_none() => {
                return self.rows(inner, outer, any);
            }
            _ => return Err("a query of rows".into()),
        };
        let other = !query.with.is_empty()
            || query.offset.is_some()
            || !select.group_by.is_empty()
            || select.having.is_some()
            || matches!(select.distinct, Some(crate::schema::Distinct::On(_)));
        if other {
            return Err("a query of rows".into());
        }
        let found = self.found(select, outer)?;
        if let Some(row) = self.counted(select, found.len(), outer) {
            return Ok(vec![row?]);
        }
        let limit = match query.limit.as_ref().map(|limit| self.of(limit, outer)) {
            None => usize::MAX,
            Some(Ok(Value::Number(limit))) => usize::try_from(limit).unwrap_or(0),
            Some(_) => return Err("a LIMIT".into()),
        };
        if any && limit > 0 {
            // What is selected of a row does not matter, but it has to be known that it is no aggregate.
            let plain = |item: &SelectItem| match item {
                SelectItem::Expr { expr, .. } => {
                    matches!(expr, Expr::Column { .. } | Expr::Literal(_))
                }
                SelectItem::Star | SelectItem::TableStar(_) => true,
            };
            return match select.items.iter().all(plain) {
                true => Ok(found.iter().map(|_| Vec::new()).collect()),
                false => Err("a query of rows".into()),
            };
        }
        let mut rows = Vec::new();
        for row in &found {
            let sight = Sight {
                rows: row.iter().map(|(name, row)| (name.clone(), row)).collect(),
                outer: Some(outer),
            };
            let mut record = Vec::new();
            for item in &select.items {
                let SelectItem::Expr { expr, alias } = item else {
                    return Err("all columns of a catalogue".into());
                };
                let name = alias.clone().or_else(|| match expr {
                    Expr::Column { column, .. } => Some(column.clone()),
                    _ => None,
                });
                record.push((name.unwrap_or_default(), self.of(expr, &sight)?));
            }
            let keys = query
                .order_by
                .iter()
                .map(|key| self.key(key, &sight, &record));
            rows.push((keys.collect::<Known<Vec<_>>>()?, record));
        }
        rows.sort_by(|(a, _), (b, _)| a.cmp(b));
        let mut rows: Vec<_> = rows.into_iter().map(|(_, record)| record).collect();
        if select.distinct.is_some() {
            let mut once: Vec<Vec<(Ident, Value)>> = Vec::new();
            for row in rows {
                if !once.contains(&row) {
                    once.push(row);
                }
            }
            rows = once;
        }
        if rows.len() > limit {
            if query.order_by.is_empty() {
                return Err("a LIMIT".into());
            }
            rows.truncate(limit);
        }
        Ok(rows)
    }

    /// What rows are ordered by; names are ordered by their bytes.
    fn key(
        &self,
        key: &OrderBy,
        sight: &Sight<'_>,
        record: &[(Ident, Value)],
    ) -> Known<(i64, Vec<u8>)> {
        let value = match &key.expr {
            Expr::Column {
                table: None,
                column,
            } => record
                .iter()
                .find(|(name, _)| name == column)
                .map(|(_, value)| Ok(value.clone()))
                .unwrap_or_else(|| self.of(&key.expr, sight)),
            expr => self.of(expr, sight),
        };
        match (value?, key.descending) {
            (Value::Number(number), false) => Ok((number, Vec::new())),
            (Value::Number(number), true) => Ok((-number, Vec::new())),
            (Value::Text(text), false) => Ok((0, text.into_bytes())),
            (Value::Text(text), true) => {
                let mut bytes: Vec<u8> = text.bytes().map(|byte| !byte).collect();
                bytes.push(u8::MAX);
                Ok((0, bytes))
            }
            _ => Err("an order".into()),
        }
    }

    fn found(&self, select: &Select, outer: &Sight<'_>) -> Known<Vec<Vec<(Ident, Row)>>> {
        let mut wanted = Vec::new();
        if let Some(filter) = &select.filter {
            wanted.extend(filter.conjuncts());
        }
        let mut tables = Vec::new();
        for item in &select.from {
            flatten(item, &mut tables, &mut wanted)?;
        }
        for (name, _) in &tables {
            catalog::catalogue(name).ok_or("a query of rows")?;
        }
        if !tables.is_empty() {
            self.by_name(&wanted, outer)?;
        }
        // Each that is not asked for by name is joined with one that is.
        let joins = wanted.iter().filter(|one| joins(one)).count();
        if joins + 1 < tables.len() {
            return Err("a query of all that there is".into());
        }
        let mut found: Vec<Vec<(Ident, Row)>> = vec![Vec::new()];
        for (name, alias) in tables {
            let of = catalog::catalogue(name).ok_or("a query of rows")?;
            if of == "pg_trigger" && !names_one(&wanted, "tgname") {
                return Err("all triggers of a table".into());
            }
            let rows = catalog::rows(name, self.replay, self.unread);
            let rows = rows.ok_or_else(|| format!("what stands in `{of}`"))?;
            let alias = alias.cloned().unwrap_or_else(|| name.name.clone());
            // What one row alone settles is asked before rows are put side by side.
            let rows: Vec<Row> = rows
                .into_iter()
                .filter(|row| {
                    let sight = Sight {
                        rows: vec![(alias.clone(), row)],
                        outer: Some(outer),
                    };
                    wanted.iter().all(|one| self.may_hold(one, &sight))
                })
                .collect();
            let mut joined = Vec::new();
            for before in &found {
                for row in &rows {
                    let mut all = before.clone();
                    all.push((alias.clone(), row.clone()));
                    let sight = Sight {
                        rows: all.iter().map(|(name, row)| (name.clone(), row)).collect(),
                        outer: Some(outer),
                    };
                    if wanted.iter().all(|one| self.may_hold(one, &sight)) {
                        joined.push(all);
                    }
                }
            }
            found = joined;
        }
        let mut kept = Vec::new();
        for row in found {
            let sight = Sight {
                rows: row.iter().map(|(name, row)| (name.clone(), row)).collect(),
                outer: Some(outer),
            };
            for one in &wanted {
                truth(&self.of(one, &sight)?)?;
            }
            if row.iter().any(|(_, row)| row.unsure) {
                return Err("what other code has made".into());
            }
            kept.push(row);
        }
        Ok(kept)
    }

    fn may_hold(&self, condition: &Expr, sight: &Sight<'_>) -> bool {
        match self.of(condition, sight).map(|value| truth(&value)) {
            Ok(Ok(value)) => value == Some(true),
            _ => true,
        }
    }

    /// Fails unless conditions say by name what is asked for, and nothing else can be of that name.
    fn by_name(&self, wanted: &[&Expr], outer: &Sight<'_>) -> Known<()> {
        let mut all: Vec<Pin> = Vec::new();
        for one in wanted {
            all.extend(self.pins(one, outer));
        }
        let mut all = all.into_iter();
        if all.len() == 0 {
            return Err("a query of all that there is".into());
        }
        let sure = all.any(|pin| match pin {
            Pin::Names(names) => names.iter().all(|name| !self.unread.reaches(name)),
            Pin::Any => {
                let mut tables = self.replay.schema().tables();
                self.unread.is_empty() && tables.all(|table| table.opaque.is_none())
            }
        });
        match sure {
            true => Ok(()),
            false => Err("what other code has made".into()),
        }
    }

    /// How a condition says by name what is asked for.
    fn pins(&self, condition: &Expr, outer: &Sight<'_>) -> Vec<Pin> {
        let column = |expr: &Expr| match expr {
            Expr::Column { column, .. } => {
                let is = |list: &[&str]| list.contains(&column.as_str());
                (is(NAMES), is(HOMES))
            }
            _ => (false, false),
        };
        // Without its rows in sight, a column is not known.
        let constants = |list: &[&Expr]| -> Option<Vec<Value>> {
            list.iter().map(|expr| self.of(expr, outer).ok()).collect()
        };
        let pin = |side: &Expr, values: Option<Vec<Value>>| -> Vec<Pin> {
            let (Some(values), (is_name, is_home)) = (values, column(side)) else {
                return Vec::new();
            };
            let names = values.iter().filter_map(|value| match value {
                Value::Text(text) => Some(text.clone()),
                Value::Relation(name) => Some(name.name.clone()),
                _ => None,
            });
            if is_name {
                return vec![Pin::Names(names.collect())];
            }
            let own = ["pg_catalog", "information_schema", "pg_toast"];
            let users = names.into_iter().all(|name| !own.contains(&name.as_str()));
            match is_home && users {
                true => vec![Pin::Any],
                false => Vec::new(),
            }
        };
        match condition {
            Expr::Binary {
                left,
                op: BinaryOp::And,
                right,
            } => {
                let mut all = self.pins(left, outer);
                all.extend(self.pins(right, outer));
                all
            }
            Expr::Binary {
                left,
                op: BinaryOp::Or,
                right,
            } => {
                let (left, right) = (self.pins(left, outer), self.pins(right, outer));
                let names = |pins: &[Pin]| {
                    pins.iter().find_map(|pin| match pin {
                        Pin::Names(names) => Some(names.clone()),
                        Pin::Any => None,
                    })
                };
                match (names(&left), names(&right)) {
                    (Some(mut own), Some(more)) => {
                        own.extend(more);
                        vec![Pin::Names(own)]
                    }
                    _ => Vec::new(),
                }
            }
            Expr::Binary {
                left,
                op: BinaryOp::Eq,
                right,
            } => {
                let mut all = pin(left, constants(&[right]));
                all.extend(pin(right, constants(&[left])));
                all
            }
            Expr::InList {
                expr,
                list,
                negated: false,
            } => pin(expr, constants(&list.iter().collect::<Vec<_>>())),
            Expr::Quantified {
                left,
                op: BinaryOp::Eq,
                quantifier: Quantifier::Any,
                right,
            } => match self.of(right, outer) {
                Ok(Value::List(list)) => pin(left, Some(list)),
                _ => Vec::new(),
            },
            Expr::Like {
                expr,
                pattern,
                negated: false,
                ..
            } => match (column(expr), self.of(pattern, outer)) {
                ((true, _), Ok(Value::Text(pattern)))
                    if !"pg_".starts_with(&pattern[..pattern.len().min(3)])
                        && !pattern.starts_with(['%', '_']) =>
                {
                    vec![Pin::Any]
                }
                _ => Vec::new(),
            },
            _ => Vec::new(),
        }
    }

    /// `SELECT count(*) …`; `None` if it is no aggregate.
    fn counted(
        &self,
        select: &Select,
        found: usize,
        outer: &Sight<'_>,
    ) -> Option<Known<Vec<(Ident, Value)>>> {
        let number = Expr::Literal(Literal::Number(found.to_string()));
        let items: Option<Vec<(Ident, Expr)>> = select
            .items
            .iter()
            .map(|item| match item {
                SelectItem::Expr { expr, alias } => {
                    let expr = with_count(expr, &number)?;
                    Some((alias.clone().unwrap_or_else(|| "count".into()), expr))
                }
                _ => None,
            })
            .collect();
        let each = items?.into_iter().map(|(name, expr)| {
            let value = self.of(&expr, outer)?;
            Ok((name, value))
        });
        Some(each.collect())
    }
}

/// How a condition says what is asked for.
enum Pin {
    /// One of these.
    Names(Vec<String>),
    /// Any that is the user's.
    Any,
}

/// `a.b = c.d`.
fn joins(condition: &Expr) -> bool {
    let column = |expr: &Expr| matches!(expr, Expr::Column { .. });
    matches!(condition, Expr::Binary { left, op: BinaryOp::Eq, right } if column(left) && column(right))
}

/// Whether one of the conditions says which, of this column.
fn names_one(wanted: &[&Expr], column: &str) -> bool {
    let is = |expr: &Expr| matches!(expr, Expr::Column { column: own, .. } if own == column);
    wanted.iter().any(|one| match one {
        Expr::Binary {
            left,
            op: BinaryOp::Eq,
            right,
        } => is(left) || is(right),
        Expr::InList {
            expr,
            negated: false,
            ..
        } => is(expr),
        _ => false,
    })
}

/// `count(*)` as the number that it is, in what is made of it.
fn with_count(expr: &Expr, number: &Expr) -> Option<Expr> {
    match expr {
        Expr::Call(call) if call.name.name == "count" => {
            let plain = !call.distinct && call.filter.is_none() && call.over.is_none();
            let all = matches!(
                call.args.as_slice(),
                [CallArg::Star | CallArg::Expr(Expr::Literal(_))]
            );
            (plain && all).then(|| number.clone())
        }
        Expr::Binary { left, op, right } => {
            let left = with_count(left, number)?;
            matches!(**right, Expr::Literal(_)).then(|| Expr::binary(left, *op, (**right).clone()))
        }
        _ => None,
    }
}

/// The tables of a FROM that all have to have a row, and what has to hold of them.
fn flatten<'e>(
    item: &'e TableRef,
    tables: &mut Vec<(&'e Name, Option<&'e Ident>)>,
    wanted: &mut Vec<&'e Expr>,
) -> Known<()> {
    match item {
        TableRef::Table {
            name,
            alias,
            columns,
        } if columns.is_empty() => {
            tables.push((name, alias.as_ref()));
            Ok(())
        }
        TableRef::Join {
            left,
            kind: JoinKind::Inner | JoinKind::Cross,
            right,
            on,
        } => {
            flatten(left, tables, wanted)?;
            flatten(right, tables, wanted)?;
            match on {
                JoinOn::Expr(on) => wanted.extend(on.conjuncts()),
                JoinOn::Nothing => {}
                JoinOn::Using(_) | JoinOn::Natural => return Err("a query of rows".into()),
            }
            Ok(())
        }
        _ => Err("a query of rows".into()),
    }
}
