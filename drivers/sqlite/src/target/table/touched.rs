//! MySQL's `ON UPDATE CURRENT_TIMESTAMP`: a column that says when its row was changed.
//!
//! A trigger that comes after an UPDATE and writes the row once more. There the column is set unless the
//! statement sets it itself or changes nothing. A trigger of SQLite's does not know what a statement names:
//! one that sets the column to what it is already is taken for one that does not, and that is said. Where
//! a script names the column the trigger is away meanwhile.

use aludel::schema::{
    Column, DataStatement, Ident, Name, OnConflict, ReferentialAction, Schema, Table,
};
use aludel::translate::infer::{Field, Scope};
use aludel::translate::print::{Level, Spelling, print};
use aludel::translate::rewrite::{Rules, rewrite};
use aludel::translate::{DataScope, Omission, Refusal, Rendered, TableChange};

use super::super::names;
use super::super::rules::{Meaning, Stands};
use super::super::spelling::Sqlite;
use super::names::ident;

/// A trigger: its name, quoted, and the statement that makes it.
#[derive(Debug, Clone, PartialEq)]
struct Touching {
    name: String,
    text: String,
}

impl Touching {
    fn drop(&self) -> String {
        format!("DROP TRIGGER {}", self.name)
    }
}

fn touched(table: &Table) -> impl Iterator<Item = &Column> {
    let columns = table.columns.iter();
    columns.filter(|column| column.on_update.is_some())
}

/// The trigger of a table, `held` as SQLite has it, if it has a column that changes with its row.
fn trigger(
    table: &Table,
    held: &Table,
    scope: &DataScope<'_>,
) -> Result<Option<Touching>, Vec<Refusal>> {
    let mut columns = touched(table);
    let Some(column) = columns.next() else {
        return Ok(None);
    };
    let refused = |why: &str| {
        let message = format!("`{}`.`{}`: {why}", table.name, column.name);
        vec![Refusal::new("on-update", message)]
    };
    if columns.next().is_some() {
        return Err(refused(
            "ON UPDATE of several columns of a table has no counterpart on sqlite",
        ));
    }
    let Some(moment) = &column.on_update else {
        return Ok(None);
    };
    let field = Field {
        name: column.name.clone(),
        ty: Some(column.ty.clone()),
        nullable: column.nullable,
    };
    let rules = Meaning::new(Stands::Default);
    let types = Scope::new(scope.authored, scope.source);
    let (moment, _) = rewrite(&rules, types, |rw| {
        Rules::assign(&rules, rw, moment, &field)
    })?;
    let moment = print(&Sqlite, |p| p.at(&moment, Level::Or))?;
    let free = |name: &&str| {
        let mut columns = held.columns.iter();
        columns.all(|column| !column.name.eq_ignore_ascii_case(name))
    };
    let row = ["rowid", "_rowid_", "oid"].into_iter().find(free);
    let row = row.ok_or_else(|| refused("no name is left for the row"))?;
    let quoted = |name: &Ident| Sqlite.identifier(name);
    let own = quoted(&column.name);
    let changed: Vec<String> = held
        .columns
        .iter()
        .filter(|other| other.name != column.name && other.generated.is_none())
        .map(|other| {
            let other = quoted(&other.name);
            format!("NEW.{other} IS NOT OLD.{other} COLLATE BINARY")
        })
        .collect();
    if changed.is_empty() {
        return Ok(None);
    }
    let name = Name::bare(format!(
        "aludel_on_update_{}_{}",
        held.name.name, column.name
    ));
    let (name, of) = (ident(&name), ident(&held.name));
    let text = format!(
        "CREATE TRIGGER {name} AFTER UPDATE ON {of} FOR EACH ROW WHEN NEW.{own} IS OLD.{own} AND ({}) \
         BEGIN UPDATE {of} SET {own} = {moment} WHERE {row} = NEW.{row}; END",
        changed.join(" OR ")
    );
    Ok(Some(Touching { name, text }))
}

/// A change of a table, with the trigger away before it and there after it.
pub(super) fn around(
    change: &TableChange<'_>,
    mut rendered: Rendered,
) -> Result<Rendered, Vec<Refusal>> {
    let of = |table: Option<&Table>, held: Option<&Table>| match (table, held) {
        (Some(table), Some(held)) => trigger(table, held, &change.scope),
        _ => Ok(None),
    };
    let after = of(change.authored_after, change.after)?;
    // One that has no form has not been made.
    let before = of(change.authored_before, change.before).unwrap_or_default();
    if before == after && rendered.statements.is_empty() {
        return Ok(rendered);
    }
    if let Some(before) = before.filter(|_| change.after.is_some()) {
        rendered.statements.insert(0, before.drop());
    }
    if let (Some(after), Some(table)) = (after, change.authored_after) {
        rendered.statements.push(after.text);
        rendered.omissions.extend(omissions(table, change));
    }
    Ok(rendered)
}

/// What is otherwise with the trigger of a table that is new, or newly has one.
fn omissions(table: &Table, change: &TableChange<'_>) -> Vec<Omission> {
    let had = |column: &Column| {
        let before = change.authored_before;
        before.is_some_and(|before| touched(before).any(|was| was.name == column.name))
    };
    let acted = table.foreign_keys().any(|(_, key)| {
        let goes = key.on_delete == ReferentialAction::Cascade;
        key.on_update.acts() || key.on_delete.acts() && !goes
    });
    touched(table)
        .filter(|column| !had(column))
        .map(|column| {
            let place = format!("`{}`.`{}`", table.name, column.name);
            let action = match acted {
                true => ", and so does what a foreign key does to a row",
                false => "",
            };
            let message = format!(
                "an UPDATE that sets {place} to what it is, and another column to something else, gives it the moment too{action}"
            );
            Omission::new("on-update", message)
        })
        .collect()
}

/// A statement on rows that names a column which changes with its row: it gets what the statement says.
pub(in super::super) fn named(
    statement: &DataStatement,
    scope: &DataScope<'_>,
    mut rendered: Rendered,
) -> Result<Rendered, Vec<Refusal>> {
    let (name, assignments) = match statement {
        DataStatement::Update(update) => (&update.table, &update.assignments),
        DataStatement::Insert(insert) => match &insert.on_conflict {
            Some(OnConflict::Update { assignments, .. }) => (&insert.table, assignments),
            _ => return Ok(rendered),
        },
        _ => return Ok(rendered),
    };
    let schema: &Schema = scope.authored;
    let (Some(table), Some(held)) = (schema.table(name), scope.target.table(&names::flat(name)))
    else {
        return Ok(rendered);
    };
    let named = |column: &Column| {
        let mut set = assignments.iter().flat_map(|set| &set.columns);
        set.any(|set| set.eq_ignore_ascii_case(&column.name))
    };
    if !touched(table).any(named) {
        return Ok(rendered);
    }
    if let Some(trigger) = trigger(table, held, scope)? {
        rendered.statements.insert(0, trigger.drop());
        rendered.statements.push(trigger.text);
    }
    Ok(rendered)
}
