//! The rebuild: a new table, the rows copied by named columns, the old one dropped, the new one
//! under its name. SQLite's own documentation describes it ("Making Other Kinds Of Table Schema
//! Changes"); what is added here is the guard before and the check after.

use aludel::schema::{Expr, Literal, Name, Table};
use aludel::translate::print::{Spelling, print};
use aludel::translate::{Refusal, Rendered, TableChange};

use super::super::rules::OLD;
use super::super::sequence::set_counter;
use super::super::spelling::Sqlite;
use super::guard::{FOREIGN_KEY_CHECK, guard};
use super::names::ident;
use super::{Value, Values, counts_anew, goes_on_at, has_numbers, null_numbers, start};

pub(super) fn rebuild(
    change: &TableChange<'_>,
    before: &Table,
    after: &Table,
    renames: Vec<String>,
    values: Values,
) -> Result<Rendered, Vec<Refusal>> {
    let name = ident(&after.name);
    let mut copy = after.clone();
    copy.name = Name::bare(format!("aludel_new_{}", after.name.name));
    let new = ident(&copy.name);

    let mut statements = vec![guard(before, &change.triggers)];
    statements.extend(renames);
    statements.extend(null_numbers(change, before, after));
    // Else SQLite looks through every view and trigger while the old table is gone, and fails.
    statements.push("PRAGMA legacy_alter_table = ON".into());
    statements.push(print(&Sqlite, |p| p.create_table(&copy))?);
    let goes_on = has_numbers(before) && has_numbers(after) && !counts_anew(change);
    let start = start(change).filter(|_| has_numbers(after) && !goes_on);
    // The rows that are there get the first numbers.
    if let Some(start) = start {
        statements.extend(set_counter(&copy.name, &(start - 1).to_string())?);
    }
    statements.push(copy_rows(before, after, &new, &name, &values)?);
    if goes_on {
        statements.extend(copy_counter(&copy.name, &after.name));
    }
    if let Some(next) = goes_on_at(change).filter(|_| has_numbers(after)) {
        statements.extend(set_counter(
            &copy.name,
            &next.saturating_sub(1).to_string(),
        )?);
    }
    statements.push(format!("DROP TABLE {name}"));
    statements.push(format!("ALTER TABLE {new} RENAME TO {name}"));
    statements.push("PRAGMA legacy_alter_table = OFF".into());
    for index in &after.indexes {
        statements.push(print(&Sqlite, |p| p.create_index(index, &after.name))?);
    }
    for trigger in &change.triggers {
        statements.push(trigger.text.clone());
    }
    Ok(Rendered {
        // With foreign keys enforced, dropping the old table would delete the rows of its children.
        before: vec!["PRAGMA foreign_keys = OFF".into()],
        statements,
        check: vec![FOREIGN_KEY_CHECK.into()],
        after: vec![
            "PRAGMA legacy_alter_table = OFF".into(),
            "PRAGMA foreign_keys = ON".into(),
        ],
        omissions: values.omissions,
        ..Rendered::default()
    })
}

fn copy_rows(
    before: &Table,
    after: &Table,
    new: &str,
    old: &str,
    values: &Values,
) -> Result<String, Vec<Refusal>> {
    let (mut columns, mut sources) = (Vec::new(), Vec::new());
    if let Some(row_id) = row_id(before, after) {
        columns.push(row_id.to_owned());
        sources.push(row_id.to_owned());
    }
    for (column, value) in after.columns.iter().zip(&values.of) {
        let source = match value {
            Value::Own => continue,
            Value::Kept(name) => Sqlite.identifier(name),
            Value::Computed(expr) => print(&Sqlite, |p| p.expr(expr))?,
        };
        columns.push(Sqlite.identifier(&column.name));
        sources.push(source);
    }
    if columns.is_empty() {
        // Nothing but columns that make their own values: still one row for each.
        let first = after
            .columns
            .iter()
            .find(|column| column.generated.is_none());
        columns.extend(first.map(|column| Sqlite.identifier(&column.name)));
        sources.push("NULL".into());
    }
    Ok(format!(
        "INSERT INTO {new} ({}) SELECT {} FROM {old} AS {OLD}",
        columns.join(", "),
        sources.join(", ")
    ))
}

/// The name of the row id, if neither table has a name for it: it is what rows without an order
/// come in the order of.
fn row_id<'n>(before: &Table, after: &Table) -> Option<&'n str> {
    let has_own = |table: &Table| table.options.without_rowid || is_row_id(table);
    if has_own(before) || has_own(after) {
        return None;
    }
    let is_free = |name: &&str| {
        let mut columns = before.columns.iter().chain(&after.columns);
        columns.all(|column| !column.name.eq_ignore_ascii_case(name))
    };
    ["rowid", "_rowid_", "oid"].into_iter().find(is_free)
}

/// Whether a column is the row id.
fn is_row_id(table: &Table) -> bool {
    match table.primary_key() {
        [part] => table
            .column(&part.column)
            .is_some_and(|column| column.ty == aludel::schema::Type::INTEGER),
        _ => false,
    }
}

/// The highest number that was ever given, also to rows that are gone.
fn copy_counter(new: &Name, old: &Name) -> [String; 2] {
    let text = |name: &Name| {
        let literal = Expr::Literal(Literal::Text(name.name.clone()));
        print(&Sqlite, |p| p.expr(&literal)).unwrap_or_default()
    };
    let (new, old) = (text(new), text(old));
    [
        format!("DELETE FROM sqlite_sequence WHERE name = {new}"),
        format!(
            "INSERT INTO sqlite_sequence (name, seq) SELECT {new}, seq FROM sqlite_sequence WHERE name = {old}"
        ),
    ]
}
