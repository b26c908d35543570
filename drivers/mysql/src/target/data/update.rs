//! UPDATE and DELETE.

use aludel::schema::{
    Assignment, BinaryOp, DataStatement, Delete, Expr, Ident, Name, Query, Select, SelectItem,
    TableRef, Update,
};
use aludel::translate::print::{Level, Printer};
use aludel::translate::{DataScope, Refusal, looks_at_itself, shown_by};

use super::{copy, each_column, inline, replace};
use crate::target::facts::Facts;
use crate::target::{build, names};

/// An UPDATE in the shape that the servers take.
pub(super) fn shape_update(
    mut update: Update,
    prepared: &DataStatement,
    scope: &DataScope<'_>,
    facts: &Facts,
) -> Result<Update, Vec<Refusal>> {
    let with = std::mem::take(&mut update.with);
    let recursive = std::mem::take(&mut update.recursive);
    // What it gives back, nobody gets.
    update.returning.clear();
    update.assignments = single(update.assignments, facts)?;
    let mut statement = DataStatement::Update(Box::new(update));
    inline(with, recursive, facts, &mut statement)?;
    let shown = shown(prepared, scope);
    let late = facts.copies_late && looks_at_itself(prepared, scope.authored);
    match &mut statement {
        DataStatement::Update(update) if late && update.from.is_empty() => {
            compute_before(update, scope)?;
        }
        _ => statement.parts_mut(&mut |part| replace(part, &mut |item| copy(item, &shown))),
    }
    let DataStatement::Update(update) = statement else {
        return Err(Vec::new());
    };
    let mut update = *update;
    let assignments = std::mem::take(&mut update.assignments);
    let itself = update
        .alias
        .clone()
        .unwrap_or_else(|| update.table.name.clone());
    update.assignments = in_order(assignments, &itself, facts)?;
    Ok(update)
}

/// MariaDB makes the copy of a table that a subquery reads when it first comes to it, which may be after
/// a row has changed: the first had a NULL where the subquery looks, or another condition was enough.
/// So an UPDATE that reads its own table joins what it sets, computed as a whole.
///
/// # Errors
///
/// If the table has no key to join by.
fn compute_before(update: &mut Update, scope: &DataScope<'_>) -> Result<(), Vec<Refusal>> {
    let table = scope.target.table(&update.table);
    let keys: Vec<Ident> = table.map_or_else(Vec::new, |table| {
        let parts = table.primary_key().iter();
        parts.map(|part| part.column.clone()).collect()
    });
    if keys.is_empty() {
        let message = format!(
            "an UPDATE of `{}`, which has no primary key, reads its own table",
            update.table
        );
        return Err(vec![Refusal::new("no-form", message)]);
    }
    let computed: Ident = "aludel_new".into();
    let called = update
        .alias
        .clone()
        .unwrap_or_else(|| update.table.name.clone());
    let of = |table: &Ident, column: &Ident| Expr::Column {
        table: Some(Name::bare(table.clone())),
        column: column.clone(),
    };
    let item = |expr, alias: Ident| SelectItem::Expr {
        expr,
        alias: Some(alias),
    };
    let mut items: Vec<SelectItem> = keys
        .iter()
        .enumerate()
        .map(|(at, key)| item(of(&called, key), format!("key_{at}")))
        .collect();
    for (at, assignment) in update.assignments.iter_mut().enumerate() {
        if assignment.value == Expr::Default {
            continue;
        }
        let name = format!("set_{at}");
        let value = std::mem::replace(&mut assignment.value, of(&computed, &name));
        items.push(item(value, name));
    }
    let rows = Select {
        items,
        from: vec![itself(&update.table, update.alias.as_ref())],
        filter: update.filter.take(),
        ..Select::default()
    };
    let mut query = Query::from(rows);
    // So that it is no part of the UPDATE.
    query.limit = Some(build::digits("18446744073709551615"));
    let same = keys.iter().enumerate().map(|(at, key)| {
        let theirs = of(&computed, &format!("key_{at}"));
        Expr::binary(of(&called, key), BinaryOp::Eq, theirs)
    });
    update.filter = same.reduce(|all, one| Expr::binary(all, BinaryOp::And, one));
    update.from.push(TableRef::Subquery {
        lateral: false,
        query: Box::new(query),
        alias: Some(computed),
        columns: Vec::new(),
    });
    Ok(())
}

/// A DELETE in the shape that the servers take.
pub(super) fn shape_delete(
    mut delete: Delete,
    prepared: &DataStatement,
    scope: &DataScope<'_>,
    facts: &Facts,
) -> Result<Delete, Vec<Refusal>> {
    let with = std::mem::take(&mut delete.with);
    let recursive = std::mem::take(&mut delete.recursive);
    delete.returning.clear();
    let mut statement = DataStatement::Delete(Box::new(delete));
    inline(with, recursive, facts, &mut statement)?;
    let shown = shown(prepared, scope);
    statement.parts_mut(&mut |part| replace(part, &mut |item| copy(item, &shown)));
    match statement {
        DataStatement::Delete(delete) => Ok(*delete),
        _ => Err(Vec::new()),
    }
}

/// The table that a statement writes and the views that show it, as they are called here.
fn shown(statement: &DataStatement, scope: &DataScope<'_>) -> Vec<Name> {
    let table = match statement {
        DataStatement::Update(update) => &update.table,
        DataStatement::Delete(delete) => &delete.table,
        _ => return Vec::new(),
    };
    let shown = shown_by(scope.authored, table);
    shown.iter().map(names::flat).collect()
}

/// One column an assignment.
pub(super) fn single(
    assignments: Vec<Assignment>,
    facts: &Facts,
) -> Result<Vec<Assignment>, Vec<Refusal>> {
    let mut result = Vec::with_capacity(assignments.len());
    for Assignment { columns, value } in assignments {
        match value {
            value if columns.len() == 1 => result.push(Assignment { columns, value }),
            Expr::Row(values) if values.len() == columns.len() => {
                let pairs = columns.into_iter().zip(values);
                result.extend(pairs.map(|(column, value)| Assignment {
                    columns: vec![column],
                    value,
                }));
            }
            _ => {
                let message = format!(
                    "several columns set from one query have no counterpart on {}",
                    facts.name
                );
                return Err(vec![
                    Refusal::new("no-form", message).help("set each from a query of its own"),
                ]);
            }
        }
    }
    Ok(result)
}

/// Assignments in an order in which none reads a column that one before it has set: the servers
/// set one after the other, PostgreSQL all at once.
pub(super) fn in_order(
    mut rest: Vec<Assignment>,
    itself: &str,
    facts: &Facts,
) -> Result<Vec<Assignment>, Vec<Refusal>> {
    let reads = |assignment: &Assignment, column: &Ident| {
        let mut found = false;
        each_column(&assignment.value, &mut |table, name| {
            found |= name == column && table.is_none_or(|table| table.name == itself);
        });
        found
    };
    let mut ordered = Vec::with_capacity(rest.len());
    while !rest.is_empty() {
        // One whose column no other that is left reads.
        let next = rest.iter().enumerate().position(|(place, assignment)| {
            let others = rest.iter().enumerate().filter(|(other, _)| *other != place);
            let mut others = others.map(|(_, other)| other);
            assignment
                .columns
                .iter()
                .all(|column| !others.any(|other| reads(other, column)))
        });
        let Some(next) = next else {
            let columns: Vec<String> = rest
                .iter()
                .flat_map(|a| &a.columns)
                .map(|c| format!("`{c}`"))
                .collect();
            let message = format!(
                "{} are set from each other's values at once, and {} sets one after the other",
                columns.join(", "),
                facts.name
            );
            return Err(vec![
                Refusal::new("simultaneous", message).help("set them in two statements"),
            ]);
        };
        ordered.push(rest.remove(next));
    }
    Ok(ordered)
}

/// An UPDATE that reads other tables; `None` for one in the standard's form.
pub(crate) fn print_update(printer: &mut Printer<'_>, update: &Update) -> Option<String> {
    if update.from.is_empty() {
        return None;
    }
    let mut tables = vec![itself(&update.table, update.alias.as_ref())];
    tables.extend(update.from.iter().cloned());
    let name = update.alias.as_ref().unwrap_or(&update.table.name);
    let tables = printer.from(&tables);
    let assignments: Vec<String> = update
        .assignments
        .iter()
        .flat_map(|assignment| {
            assignment
                .columns
                .iter()
                .map(move |column| (column, &assignment.value))
        })
        .map(|(column, value)| {
            let column = format!("{}.{}", printer.ident(name), printer.ident(column));
            format!("{column} = {}", printer.at(value, Level::Or))
        })
        .collect();
    let filter = printer.filter(update.filter.as_ref());
    Some(format!(
        "UPDATE {tables} SET {}{filter}",
        assignments.join(", ")
    ))
}

/// A DELETE with an alias or that reads other tables; `None` for one in the standard's form.
pub(crate) fn print_delete(printer: &mut Printer<'_>, delete: &Delete) -> Option<String> {
    if delete.using.is_empty() && delete.alias.is_none() {
        return None;
    }
    let mut tables = vec![itself(&delete.table, delete.alias.as_ref())];
    tables.extend(delete.using.iter().cloned());
    let name = printer.ident(delete.alias.as_ref().unwrap_or(&delete.table.name));
    let tables = printer.from(&tables);
    let filter = printer.filter(delete.filter.as_ref());
    Some(format!("DELETE {name} FROM {tables}{filter}"))
}

fn itself(table: &Name, alias: Option<&Ident>) -> TableRef {
    TableRef::Table {
        name: table.clone(),
        alias: alias.cloned(),
        columns: Vec::new(),
    }
}
