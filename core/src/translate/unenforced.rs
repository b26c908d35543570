//! Statements of a session that does not enforce foreign keys: with all triggers of a table switched off
//! (PostgreSQL), `foreign_key_checks = 0` (MySQL), `foreign_keys` off (SQLite). Nothing happens to other
//! rows there; a target enforces them, so what would do something to those is refused.

use crate::schema::{Assignment, DataStatement, ForeignKey, Name, OnConflict, Schema};

/// Whether foreign keys may do something to other rows for a statement.
pub(super) fn acts_on_others(statement: &DataStatement, schema: &Schema) -> bool {
    let updates = |table: &Name, set: &[Assignment]| {
        acting(table, schema, &|key| {
            let mut set = set.iter().flat_map(|set| &set.columns);
            key.on_update.acts() && set.any(|column| key.referred.contains(column))
        })
    };
    match statement {
        DataStatement::Delete(delete) => acting(&delete.table, schema, &|key| key.on_delete.acts()),
        DataStatement::Update(update) => updates(&update.table, &update.assignments),
        DataStatement::Insert(insert) => match &insert.on_conflict {
            Some(OnConflict::Update { assignments, .. }) => updates(&insert.table, assignments),
            _ => false,
        },
        DataStatement::Truncate { .. } | DataStatement::Query(_) => false,
    }
}

/// The same where the session lets a statement do more: TRUNCATE and REPLACE of what others refer to.
pub(super) fn acts_unchecked(statement: &DataStatement, schema: &Schema) -> bool {
    let deletes = |table: &Name| acting(table, schema, &|key| key.on_delete.acts());
    match statement {
        DataStatement::Truncate { tables, .. } => tables.iter().any(deletes),
        DataStatement::Insert(insert) if insert.on_conflict == Some(OnConflict::Replace) => {
            deletes(&insert.table)
        }
        statement => acts_on_others(statement, schema),
    }
}

/// Whether a foreign key that refers to a table is such a one.
fn acting(table: &Name, schema: &Schema, acts: &dyn Fn(&ForeignKey) -> bool) -> bool {
    schema.referrers(table).any(|referrer| {
        let mut keys = referrer.foreign_keys();
        keys.any(|(_, key)| key.table == *table && acts(key))
    })
}
