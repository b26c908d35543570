//! Reading the ledger, and the lock around it.

use aludel::driver::{Failure, Holder};
use aludel::ledger::{LedgerTables, Snapshot, sql};
use mysql_async::prelude::Queryable;
use mysql_async::{Conn, Row};
use sha2::{Digest, Sha256};

use crate::failure;

fn quoted(name: &str) -> String {
    format!("`{}`", name.replace('`', "``"))
}

pub(crate) fn literal(text: &str) -> String {
    let hex: String = text.bytes().map(|byte| format!("{byte:02X}")).collect();
    format!("CONVERT(X'{hex}' USING utf8mb4)")
}

/// The lock's name: server-wide, so it is made of the database too; at most 64 characters.
pub fn lock_name(tables: &LedgerTables) -> String {
    let digest = Sha256::digest(tables.qualified().as_bytes());
    let hex: String = digest
        .iter()
        .take(24)
        .map(|byte| format!("{byte:02x}"))
        .collect();
    format!("aludel:{hex}")
}

/// Rows of text.
pub(crate) async fn rows(
    conn: &mut Conn,
    sql: &str,
) -> Result<(Vec<String>, Vec<Vec<Option<String>>>), Failure> {
    let lost = |error| failure::of(&error, false);
    let mut result = conn.query_iter(sql).await.map_err(lost)?;
    let columns = result.columns_ref().iter();
    let columns = columns.map(|c| c.name_str().into_owned()).collect();
    let rows: Vec<Row> = result.collect().await.map_err(lost)?;
    result.drop_result().await.map_err(lost)?;
    let text = |row: Row| row.unwrap().into_iter().map(as_text).collect();
    Ok((columns, rows.into_iter().map(text).collect()))
}

fn as_text(value: mysql_async::Value) -> Option<String> {
    match value {
        mysql_async::Value::NULL => None,
        mysql_async::Value::Bytes(bytes) => Some(String::from_utf8_lossy(&bytes).into_owned()),
        other => Some(other.as_sql(true).trim_matches('\'').to_owned()),
    }
}

/// Reads both tables; absent ones are reported, not made.
pub(crate) async fn read(
    conn: &mut Conn,
    tables: &LedgerTables,
    database: &str,
) -> Result<Snapshot, Failure> {
    let mut tables = tables.clone();
    let schema = tables
        .schema
        .get_or_insert_with(|| database.to_owned())
        .clone();
    let (ledger, journal) = (tables.ledger.clone(), tables.journal.clone());
    let mut snapshot = Snapshot::absent(tables);
    let (_, found) = rows(
        conn,
        &format!(
            "SELECT table_name FROM information_schema.tables WHERE table_schema = {} AND table_name IN ({}, {})",
            literal(&schema),
            literal(&ledger),
            literal(&journal)
        ),
    )
    .await?;
    // Whether names differ in case depends on the server's file system; it compares as it does.
    let exists = |table: &str| {
        found
            .iter()
            .flatten()
            .flatten()
            .any(|name| name.eq_ignore_ascii_case(table))
    };
    if exists(&ledger) {
        let table = format!("{}.{}", quoted(&schema), quoted(&ledger));
        let (_, versions) = rows(conn, &sql::select_applied(&table)).await?;
        snapshot.set_applied(versions);
    }
    if exists(&journal) {
        let table = format!("{}.{}", quoted(&schema), quoted(&journal));
        let (_, events) = rows(conn, &sql::select_journal(&table)).await?;
        snapshot.set_journal(events);
    }
    Ok(snapshot)
}

/// Who holds a lock.
pub(crate) async fn holder(conn: &mut Conn, name: &str) -> Result<Option<Holder>, Failure> {
    let (_, used) = rows(
        conn,
        &format!("SELECT IS_USED_LOCK('{name}'), CONNECTION_ID()"),
    )
    .await?;
    let mut cells = used.into_iter().flatten();
    let (holder, own) = (cells.next().flatten(), cells.next().flatten());
    let Some(id) = holder.filter(|id| Some(id) != own.as_ref()) else {
        return Ok(None);
    };
    let sql = format!(
        "SELECT CONCAT(user, ' from ', host, ', ', command, ' since ', time, ' s') \
         FROM information_schema.processlist WHERE id = {id}"
    );
    // Without the PROCESS privilege nothing is seen of others; MySQL 8's table is deprecated but
    // is there in all supported versions.
    let described = rows(conn, &sql).await.ok();
    let description = described
        .and_then(|(_, rows)| rows.into_iter().flatten().flatten().next())
        .unwrap_or_else(|| "another connection".into());
    Ok(Some(Holder::new(id, description)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lock_names_fit_and_differ_by_database() {
        let one = lock_name(&LedgerTables::default().in_schema("one"));
        let two = lock_name(&LedgerTables::default().in_schema("two"));
        assert!(one.len() <= 64 && one != two, "{one} {two}");
    }
}
