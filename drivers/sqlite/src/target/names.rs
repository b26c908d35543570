//! Names: SQLite has one name space for tables, views and indexes, no schemas, and does not tell
//! `Users` from `users`.

use aludel::schema::{Ident, Name, Table};
use aludel::translate::Refusal;

/// The name that a table, view or index of any schema has here.
pub(super) fn flat(name: &Name) -> Name {
    Name::bare(name.name.clone())
}

/// The name of an index whose name is its own in its table only (MySQL): one that does not begin with its
/// table's name gets it in front. So it follows from the table alone, whatever other indexes there are; one
/// that is `taken` by a table gets it too.
pub(super) fn of_table(table: &str, name: &str, taken: &dyn Fn(&str) -> bool) -> Ident {
    let begins = name
        .get(..table.len())
        .is_some_and(|own| own.eq_ignore_ascii_case(table));
    match begins && name[table.len()..].starts_with('_') && !taken(name) {
        true => name.to_owned(),
        false => format!("{table}_{name}"),
    }
}

/// What stands in the way of a table's own names here.
///
/// That no other table, view or index has its name is for whoever knows all that is held.
pub(super) fn clashes(table: &Table) -> Vec<Refusal> {
    let mut refusals = Vec::new();
    for (place, column) in table.columns.iter().enumerate() {
        let same = |other: &Ident| other.eq_ignore_ascii_case(&column.name);
        if let Some(other) = table.columns[..place]
            .iter()
            .find(|other| same(&other.name))
        {
            let message = format!(
                "the columns `{}` and `{}` of `{}` have one name on sqlite",
                other.name, column.name, table.name
            );
            refusals.push(Refusal::new("name-clash", message));
        }
    }
    let reserved = |name: &str| name.to_ascii_lowercase().starts_with("sqlite_");
    let indexes = table.indexes.iter().map(|index| &index.name);
    for name in std::iter::once(&table.name.name)
        .chain(indexes)
        .filter(|name| reserved(name))
    {
        let message = format!("`{name}`: names that begin with `sqlite_` are sqlite's own");
        refusals.push(Refusal::new("name-clash", message));
    }
    refusals
}
