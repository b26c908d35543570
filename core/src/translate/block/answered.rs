//! Statements on rows that ask a catalogue: the rows that it has for them are written out.
//!
//! # Invariants
//!
//! - What the model does not know stays as it is written, and is refused where it is rendered.
//! - The question says by name what it asks for, or in which schema, as one of a block has to.

use std::collections::HashMap;

use super::asked::constant;
use super::catalog;
use super::value::{Env, Value};
use crate::schema::{
    DataStatement, Expr, Ident, Literal, Part, PartMut, Query, Replay, Select, SelectItem, SetExpr,
    TableRef, named_tables,
};
use crate::translate::unread::Unread;

/// Writes out what catalogues have, in the queries of a statement that read nothing else.
pub(in crate::translate) fn answer(
    statement: &mut DataStatement,
    replay: &Replay,
    unread: &Unread,
) {
    let mut tables = Vec::new();
    named_tables(Part::Data(statement), &mut tables);
    if tables.iter().all(|name| catalog::catalogue(name).is_none()) {
        return;
    }
    let variables = HashMap::new();
    let env = Env {
        replay,
        unread,
        variables: &variables,
    };
    in_part(PartMut::Data(statement), &env);
}

fn in_part(part: PartMut<'_>, env: &Env<'_>) {
    let mut inner = |part: PartMut<'_>| in_part(part, env);
    match part {
        PartMut::Query(query) => match answered(query, env) {
            Some(rows) => *query = rows,
            None => query.parts_mut(&mut inner),
        },
        PartMut::Expr(expr) => expr.parts_mut(&mut inner),
        PartMut::Table(table) => table.parts_mut(&mut inner),
        PartMut::Data(statement) => statement.parts_mut(&mut inner),
    }
}

/// A query of the rows that a query of catalogues gives.
fn answered(query: &Query, env: &Env<'_>) -> Option<Query> {
    let mut tables = Vec::new();
    named_tables(Part::Query(query), &mut tables);
    let all = tables.iter().all(|name| catalog::catalogue(name).is_some());
    let SetExpr::Select(select) = &query.body else {
        return None;
    };
    if tables.is_empty() || !all || !query.with.is_empty() {
        return None;
    }
    let names: Vec<Option<Ident>> = select.items.iter().map(name_of).collect();
    let rows = env.records(query).ok()?;
    let rows: Option<Vec<Vec<Expr>>> = rows
        .iter()
        .map(|row| row.iter().map(|(_, value)| plain(value)).collect())
        .collect();
    let rows = rows?;
    if rows.iter().any(|row| row.len() != names.len()) {
        return None;
    }
    let mut select = Select::default();
    let made = |at: usize, expr: Expr| SelectItem::Expr {
        expr,
        alias: names[at].clone(),
    };
    if rows.is_empty() {
        // None: of as many columns, whose types say nothing.
        let nothing = (0..names.len()).map(|at| made(at, Expr::Literal(Literal::Null)));
        select.items = nothing.collect();
        select.filter = Some(Expr::Literal(Literal::Boolean(false)));
        return Some(Query::from(select));
    }
    let columns: Vec<Ident> = (1..=names.len()).map(|at| format!("column{at}")).collect();
    select.items = columns
        .iter()
        .enumerate()
        .map(|(at, column)| made(at, Expr::column(column.clone())))
        .collect();
    select.from = vec![TableRef::Subquery {
        lateral: false,
        query: Box::new(Query::from(SetExpr::Values(rows))),
        alias: Some("catalogue".into()),
        columns,
    }];
    Some(Query::from(select))
}

fn name_of(item: &SelectItem) -> Option<Ident> {
    match item {
        SelectItem::Expr { alias, expr } => alias.clone().or_else(|| match expr {
            Expr::Column { column, .. } => Some(column.clone()),
            _ => None,
        }),
        SelectItem::Star | SelectItem::TableStar(_) => None,
    }
}

/// What several values in one would be is not asked for.
fn plain(value: &Value) -> Option<Expr> {
    match value {
        Value::Record(_) | Value::List(_) => None,
        value => constant(value),
    }
}
