//! `'now'` and `'today'` as values of a time: PostgreSQL reads them, in a statement on rows, as the
//! time at which the transaction began.
//!
//! # Invariants
//!
//! - Only statements that run once, with the script: a default or a function keeps the time at which
//!   it was made or first run, which nothing elsewhere does.
//!
//! Source: PostgreSQL's manual, section 8.5.1.4, "Special Values".

use super::constant;
use crate::schema::{
    Assignment, DataStatement, Expr, Ident, InsertSource, Literal, OnConflict, PartMut, Schema,
    SelectItem, SetExpr, Table, Type,
};

/// Writes out what such a text means, where a statement gives it to a column or casts it.
pub(super) fn present_moments(statement: &mut DataStatement, schema: &Schema) {
    match statement {
        DataStatement::Insert(insert) => {
            if let Some(table) = schema.table(&insert.table) {
                let columns = match insert.columns.is_empty() {
                    true => table.columns.iter().map(|c| c.name.clone()).collect(),
                    false => insert.columns.clone(),
                };
                if let InsertSource::Query(query) = &mut insert.source {
                    inserted(&mut query.body, &columns, table);
                }
                if let Some(OnConflict::Update { assignments, .. }) = &mut insert.on_conflict {
                    assigned(assignments, table);
                }
            }
        }
        DataStatement::Update(update) => {
            if let Some(table) = schema.table(&update.table) {
                assigned(&mut update.assignments, table);
            }
        }
        DataStatement::Delete(_) | DataStatement::Query(_) | DataStatement::Truncate { .. } => {}
    }
    statement.parts_mut(&mut casts);
}

/// The values of a query in their order, those of columns.
fn inserted(body: &mut SetExpr, columns: &[Ident], table: &Table) {
    match body {
        SetExpr::Values(rows) => {
            for row in rows {
                for (name, value) in columns.iter().zip(row) {
                    given(value, name, table);
                }
            }
        }
        SetExpr::Select(select) => {
            for (name, item) in columns.iter().zip(&mut select.items) {
                match item {
                    SelectItem::Expr { expr, .. } => given(expr, name, table),
                    // What follows has another place than its own.
                    _ => return,
                }
            }
        }
        _ => {}
    }
}

fn assigned(assignments: &mut [Assignment], table: &Table) {
    for assignment in assignments {
        if let [name] = assignment.columns.as_slice() {
            given(&mut assignment.value, name, table);
        }
    }
}

fn given(value: &mut Expr, column: &Ident, table: &Table) {
    if let Expr::Literal(Literal::Text(text)) = value
        && let Some(column) = table.column(column)
        && let Some(moment) = present(text, &column.ty)
    {
        *value = moment;
    }
}

fn casts(part: PartMut<'_>) {
    match part {
        PartMut::Expr(expr) => {
            let moment = match &*expr {
                Expr::Literal(Literal::Typed(ty, text)) => present(text, ty),
                Expr::Cast { expr, ty } => match &**expr {
                    Expr::Literal(Literal::Text(text)) => present(text, ty),
                    _ => None,
                },
                _ => None,
            };
            match moment {
                Some(moment) => *expr = moment,
                None => expr.parts_mut(&mut casts),
            }
        }
        PartMut::Query(query) => query.parts_mut(&mut casts),
        PartMut::Table(table) => table.parts_mut(&mut casts),
        PartMut::Data(data) => data.parts_mut(&mut casts),
    }
}

/// The time that a text means as a value of a type; `now()` is read as `now`.
fn present(text: &str, ty: &Type) -> Option<Expr> {
    if !constant::is_present(text) {
        return None;
    }
    let word = text.trim().to_ascii_lowercase();
    let today = Expr::Keyword("CURRENT_DATE", None);
    match (word.as_str(), ty) {
        ("now" | "now()" | "today", Type::Date) => Some(today),
        ("now" | "now()", Type::Timestamp { zoned, .. }) => {
            let word = match zoned {
                true => "CURRENT_TIMESTAMP",
                false => "LOCALTIMESTAMP",
            };
            Some(Expr::Keyword(word, None))
        }
        ("today", Type::Timestamp { .. }) => Some(Expr::Cast {
            expr: Box::new(today),
            ty: ty.clone(),
        }),
        _ => None,
    }
}
