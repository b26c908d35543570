//! Columns that number themselves.
//!
//! The engines of the authored dialects count on after the greatest number that there is, also if a
//! statement has written it; an identity column counts by its sequence, and would give a number a
//! second time. So the sequence catches up after each statement that writes numbers. SQLite's row
//! ids go back too, where the last rows are gone, unless they are told not to (AUTOINCREMENT).

use aludel::schema::{Column, Table};
use aludel::sql::Syntax;
use aludel::translate::print::print;
use aludel::translate::{DataScope, Refusal};

use crate::dialect::literal;
use crate::target::lower::numbers_itself;
use crate::target::names;
use crate::target::spelling::Words;

/// A column of a table that numbers itself.
#[derive(Debug, Clone, Copy)]
pub(super) struct Numbered<'a> {
    /// The table as it stands here.
    held: &'a Table,
    /// The column there.
    pub(super) column: &'a Column,
    /// The numbers of rows that are gone are given again.
    pub(super) goes_back: bool,
}

/// The column of an authored table that numbers itself, if it does so here.
pub(super) fn numbered<'a>(table: &'a Table, scope: &DataScope<'a>) -> Option<Numbered<'a>> {
    let held = scope.target.table(&names::flat(&table.name))?;
    let column = table
        .columns
        .iter()
        .find(|column| numbers_itself(table, column, scope.source))?;
    held.column(&column.name)?.identity.as_ref()?;
    Some(Numbered {
        held,
        column,
        goes_back: scope.source == Syntax::Sqlite && column.identity.is_none(),
    })
}

impl Numbered<'_> {
    /// Lets the sequence go on after the greatest number.
    pub(super) fn caught_up(&self) -> Result<String, Vec<Refusal>> {
        match self.held.column(&self.column.name) {
            Some(column) => caught_up(self.held, column),
            None => Err(Vec::new()),
        }
    }

    /// Lets the sequence go on after the greatest number, also if it has gone further.
    pub(super) fn set_back(&self) -> Result<String, Vec<Refusal>> {
        let (table, column, sequence) = words(self.held, &self.column.name)?;
        let last = format!("coalesce(max({column}), 0)");
        Ok(format!("SELECT {} FROM {table}", set(&sequence, &last)))
    }
}

/// Lets the sequence of an identity column go on after the greatest number.
pub(crate) fn caught_up(table: &Table, column: &Column) -> Result<String, Vec<Refusal>> {
    let start = column.identity.as_ref().and_then(|i| i.options.start);
    let none = start.map_or(0, |start| start - 1);
    let (table, column, sequence) = words(table, &column.name)?;
    Ok(format!(
        "SELECT setval({sequence}, max({column})) FROM {table} HAVING max({column}) > \
         coalesce(pg_sequence_last_value({sequence}::regclass), {none})"
    ))
}

/// Lets the sequence of an identity column go on with a number, or after the greatest there is.
pub(crate) fn starts_at(
    table: &Table,
    column: &Column,
    start: Option<i64>,
) -> Result<String, Vec<Refusal>> {
    let before = start.map_or(0, |start| start - 1);
    let (table, column, sequence) = words(table, &column.name)?;
    let last = format!("greatest(coalesce(max({column}), 0), {before})");
    Ok(format!("SELECT {} FROM {table}", set(&sequence, &last)))
}

/// Makes a number the last that a sequence has given: one that is not above 0, none.
fn set(sequence: &str, last: &str) -> String {
    format!("setval({sequence}, greatest({last}, 1), {last} > 0)")
}

fn words(table: &Table, column: &str) -> Result<(String, String, String), Vec<Refusal>> {
    let name = print(&Words, |p| p.name(&table.name))?;
    let sequence = format!(
        "pg_get_serial_sequence({}, {})",
        literal(&name),
        literal(column)
    );
    Ok((name, print(&Words, |p| p.ident(column))?, sequence))
}
