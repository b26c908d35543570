//! INSERT.

use aludel::schema::{
    DataStatement, Expr, Ident, Insert, InsertSource, Literal, Name, OnConflict, Part, Query,
    Select, SelectItem, SetExpr, SetOp, Table, Trigger, TriggerEvent, named_tables,
    own_numbers_are_defaults, sequence_of,
};
use aludel::translate::infer::Scope;
use aludel::translate::print::Printer;
use aludel::translate::{DataScope, Refusal, shown_by};

use super::conflict;
use crate::target::build;
use crate::target::facts::Facts;
use crate::target::lower::drawn_apart;
use crate::target::names;

/// The statement with the columns that an INSERT fills spelled out, and with DEFAULT where a
/// column takes the number that its own sequence would give it.
pub(super) fn prepare(statement: &DataStatement, scope: &DataScope<'_>) -> DataStatement {
    let DataStatement::Insert(insert) = statement else {
        return statement.clone();
    };
    let mut insert = (**insert).clone();
    let Some(table) = scope.authored.table(&insert.table) else {
        return statement.clone();
    };
    if insert.columns.is_empty()
        && let InsertSource::Query(query) = &insert.source
    {
        let width = match &query.body {
            SetExpr::Values(rows) => rows.first().map(Vec::len),
            _ => {
                let inner = Scope::new(scope.authored, scope.source);
                inner.query_fields(query).map(|fields| fields.len())
            }
        };
        // Fewer values than columns fill the first ones.
        let names = table.columns.iter().map(|column| column.name.clone());
        insert.columns = names.take(width.unwrap_or(0)).collect();
    }
    own_numbers_are_defaults(&mut insert, table);
    DataStatement::Insert(Box::new(insert))
}

/// DEFAULT of a column that numbers itself is 0 in these sessions (`NO_AUTO_VALUE_ON_ZERO`): NULL gets
/// the next number in an INSERT, and nothing does in an UPDATE.
///
/// # Errors
///
/// Where an UPDATE sets such a column to its default.
pub(super) fn number_defaults(
    statement: &mut DataStatement,
    scope: &DataScope<'_>,
) -> Result<(), Vec<Refusal>> {
    let held = |table: &Name| scope.target.table(&names::flat(table));
    let numbers = |table: &Name, column: &Ident| {
        let column = held(table).and_then(|table| table.column(column));
        column.is_some_and(|column| column.identity.is_some())
    };
    let (table, assignments) = match statement {
        DataStatement::Insert(insert) => {
            let Insert {
                table,
                columns,
                source,
                on_conflict,
                ..
            } = &mut **insert;
            if let InsertSource::Query(query) = source
                && let SetExpr::Values(rows) = &mut query.body
            {
                for row in rows {
                    for (name, value) in columns.iter().zip(row) {
                        if *value == Expr::Default && numbers(table, name) {
                            *value = Expr::Literal(Literal::Null);
                        }
                    }
                }
            }
            match on_conflict {
                Some(OnConflict::Update { assignments, .. }) => (&*table, assignments.as_slice()),
                _ => return Ok(()),
            }
        }
        DataStatement::Update(update) => (&update.table, update.assignments.as_slice()),
        DataStatement::Delete(_) | DataStatement::Query(_) | DataStatement::Truncate { .. } => {
            return Ok(());
        }
    };
    let refused = assignments.iter().filter_map(|assignment| {
        let values = match &assignment.value {
            Expr::Row(values) => values.as_slice(),
            value => std::slice::from_ref(value),
        };
        let mut pairs = assignment.columns.iter().zip(values);
        let (column, _) =
            pairs.find(|(column, value)| **value == Expr::Default && numbers(table, column))?;
        let message = format!("`{column}` numbers itself, and an UPDATE gives it no new number");
        Some(Refusal::new("numbering", message))
    });
    let refused: Vec<Refusal> = refused.collect();
    match refused.is_empty() {
        true => Ok(()),
        false => Err(refused),
    }
}

/// Rows of VALUES that ask the table that they go to are selected: MySQL takes no such VALUES, and what
/// is selected is put together before the first row is there.
pub(super) fn select_what_asks_itself(statement: &mut DataStatement, scope: &DataScope<'_>) {
    let DataStatement::Insert(insert) = statement else {
        return;
    };
    let Insert { table, source, .. } = &mut **insert;
    let InsertSource::Query(query) = source else {
        return;
    };
    let SetExpr::Values(rows) = &mut query.body else {
        return;
    };
    let mut asked = Vec::new();
    for value in rows.iter().flatten() {
        named_tables(Part::Expr(value), &mut asked);
    }
    if asked.is_empty() || rows.iter().flatten().any(|value| *value == Expr::Default) {
        return;
    }
    let shown = shown_by(scope.authored, table);
    if !asked.iter().any(|name| shown.contains(name)) {
        return;
    }
    let select = |row: Vec<Expr>| {
        let item = |expr| SelectItem::Expr { expr, alias: None };
        SetExpr::Select(Box::new(Select {
            items: row.into_iter().map(item).collect(),
            ..Select::default()
        }))
    };
    let rows = std::mem::take(rows).into_iter().map(select);
    let all = rows.reduce(|left, right| SetExpr::Op {
        op: SetOp::Union,
        all: true,
        left: Box::new(left),
        right: Box::new(right),
    });
    if let Some(body) = all {
        query.body = body;
    }
}

/// Takes away an order in which rows are inserted, unless they get numbers in it.
pub(super) fn forget_order(statement: &mut DataStatement, scope: &DataScope<'_>) {
    let DataStatement::Insert(insert) = statement else {
        return;
    };
    let Some(table) = scope.authored.table(&insert.table) else {
        return;
    };
    let numbered = table.columns.iter().any(|column| {
        let draws = column.default.as_ref().and_then(sequence_of).is_some();
        (column.identity.is_some() || draws) && !insert.columns.contains(&column.name)
    });
    if let InsertSource::Query(query) = &mut insert.source
        && !numbered
        && query.limit.is_none()
        && query.offset.is_none()
    {
        query.order_by.clear();
    }
}

/// An INSERT in the shape that the servers take.
pub(super) fn shape(
    mut insert: Insert,
    authored: &DataStatement,
    scope: &DataScope<'_>,
    facts: &Facts,
) -> Result<Insert, Vec<Refusal>> {
    let DataStatement::Insert(authored) = authored else {
        return Err(Vec::new());
    };
    // What it gives back, nobody gets.
    insert.returning.clear();
    insert.overriding = false;
    no_failing_default(&insert, scope, facts)?;
    let table = scope.authored.table(&authored.table).map(AsRef::as_ref);
    if insert.columns.is_empty() && matches!(insert.source, InsertSource::Query(_)) {
        let message = format!("which columns `{}` gets is not known", insert.table);
        return Err(vec![
            Refusal::new("unknown-columns", message).help("name the columns"),
        ]);
    }
    if let InsertSource::Query(query) = &mut insert.source {
        move_with(query, &mut insert.with, &mut insert.recursive);
    }
    if let (Some(table), InsertSource::Query(query)) = (table, &mut insert.source) {
        spell_missing(table, &mut insert.columns, query);
    }
    if let Some(on_conflict) = insert.on_conflict.take() {
        let known = table.ok_or_else(|| unknown(&authored.table.name))?;
        let alias = insert.alias.take();
        let triggers = scope.target.triggers_of(&insert.table);
        let trigger = triggers.first().map(|trigger| trigger.name.clone());
        if let (OnConflict::Nothing { .. }, Some(before)) = (&on_conflict, before_insert(triggers))
        {
            return Err(vec![conflict::runs_not(before, &insert.table)]);
        }
        conflict::shape(
            &mut insert,
            on_conflict,
            authored,
            known,
            alias.as_ref(),
            trigger.as_deref(),
            facts,
        )?;
    }
    insert.alias = None;
    Ok(insert)
}

/// Refuses a row that leaves a column to a default which has no form.
fn no_failing_default(
    insert: &Insert,
    scope: &DataScope<'_>,
    facts: &Facts,
) -> Result<(), Vec<Refusal>> {
    let authored = scope.authored.table(&insert.table);
    let has_default = |name: &str| {
        let column = authored.and_then(|table| table.column(name));
        column.is_some_and(|column| column.default.is_some())
    };
    let held = scope.target.table(&insert.table);
    let columns = held.into_iter().flat_map(|held| &held.columns);
    let nothing = build::nothing(facts);
    let left = columns.filter(|column| {
        !column.nullable
            && column.default.as_ref() == Some(&nothing)
            && has_default(&column.name)
            && !insert.columns.contains(&column.name)
    });
    let refusals: Vec<Refusal> = left
        .map(|column| {
            let message = format!(
                "`{}` of `{}` is left to its default, which has no form on {}",
                column.name, insert.table, facts.name
            );
            Refusal::new("default-fails", message).help("give it a value")
        })
        .collect();
    match refusals.is_empty() {
        true => Ok(()),
        false => Err(refusals),
    }
}

/// A trigger that PostgreSQL runs before it knows whether there is such a row already.
fn before_insert(triggers: &[Trigger]) -> Option<&Trigger> {
    triggers.iter().find(|trigger| {
        let does = trigger.does.as_ref();
        does.is_none_or(|does| does.before && does.events.contains(&TriggerEvent::Insert))
    })
}

/// A column that has no default and takes no NULL is an error for each row that leaves it out;
/// MariaDB makes it one for no row too, unless it is given a NULL.
fn spell_missing(table: &Table, columns: &mut Vec<Ident>, query: &mut Query) {
    let SetExpr::Select(select) = &mut query.body else {
        return;
    };
    let plain = select.distinct.is_none() && select.group_by.is_empty();
    for column in table.columns.iter().filter(|_| plain) {
        let given = columns.contains(&column.name);
        let filled = column.nullable
            || column.default.is_some()
            || column.identity.is_some()
            || column.generated.is_some();
        if !given && !filled {
            columns.push(column.name.clone());
            select.items.push(SelectItem::Expr {
                expr: crate::target::build::null(),
                alias: None,
            });
        }
    }
}

fn unknown(table: &str) -> Vec<Refusal> {
    vec![Refusal::new(
        "unknown-table",
        format!("the keys of `{table}` are not known"),
    )]
}

/// Common table expressions stand before the SELECT, not before the INSERT.
fn move_with(query: &mut Query, with: &mut Vec<aludel::schema::Cte>, recursive: &mut bool) {
    let mut all = std::mem::take(with);
    all.append(&mut query.with);
    query.with = all;
    query.recursive |= std::mem::take(recursive);
}

/// `INSERT … DEFAULT VALUES`; `None` for an INSERT in the standard's form.
pub(crate) fn print(printer: &mut Printer<'_>, insert: &Insert) -> Option<String> {
    match insert.source {
        InsertSource::Defaults => Some(format!(
            "INSERT INTO {} () VALUES ()",
            printer.name(&insert.table)
        )),
        _ => None,
    }
}

/// Whether a column that an INSERT does not fill gets a value that no other row has, or NULL.
pub(super) fn is_fresh(table: &Table, column: &str, facts: &Facts) -> bool {
    let Some(column) = table.column(column) else {
        return false;
    };
    if column.identity.is_some() {
        return true;
    }
    match &column.default {
        None => true,
        Some(default) => {
            // A sequence of its own does not pass over numbers that were written.
            (sequence_of(default).is_some() && drawn_apart(table, column, facts).is_none())
                || matches!(default, Expr::Call(call)
                    if matches!(call.name.name.as_str(), "gen_random_uuid" | "uuid_generate_v4" | "uuid_generate_v1"))
        }
    }
}
