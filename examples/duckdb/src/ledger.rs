//! Reading the ledger.

use aludel::ledger::{LedgerTables, Snapshot};

use crate::ffi::Connection;

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// Reads both tables; absent ones are reported, not made.
pub(crate) fn read(connection: &Connection, tables: &LedgerTables) -> Result<Snapshot, String> {
    let mut tables = tables.clone();
    let schema = tables.schema.get_or_insert_with(|| "main".into()).clone();
    let found = connection.run(&format!(
        "SELECT table_name FROM information_schema.tables \
         WHERE table_catalog = current_database() AND table_schema = {} AND table_name IN ({}, {})",
        literal(&schema),
        literal(&tables.ledger),
        literal(&tables.journal),
    ))?;
    let exists = |table: &str| found.rows.iter().flatten().flatten().any(|name| name == table);
    let (ledger, journal) = (tables.ledger.clone(), tables.journal.clone());
    let mut snapshot = Snapshot::absent(tables);
    if exists(&ledger) {
        let rows = connection.run(&format!(
            "SELECT version FROM {}.{} ORDER BY version",
            quoted(&schema),
            quoted(&ledger)
        ))?;
        snapshot.ledger_exists = true;
        snapshot.applied = rows.rows.into_iter().flatten().flatten().collect();
    }
    if exists(&journal) {
        let rows = connection.run(&format!(
            "SELECT number, revision, direction, event, statement, statements, checksum, format \
             FROM {}.{} ORDER BY number",
            quoted(&schema),
            quoted(&journal)
        ))?;
        snapshot.set_journal(rows.rows);
    }
    Ok(snapshot)
}
