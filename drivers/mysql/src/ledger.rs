//! Reading the ledger, and the lock around it.

use aludel::driver::{Failure, Holder};
use aludel::ledger::{LedgerTables, Snapshot, sql};
use mysql_async::prelude::Queryable;
use mysql_async::{Conn, Error, Row};
use sha2::{Digest, Sha256};

use crate::failure;

/// ER_NO_SUCH_TABLE, and ER_BAD_DB_ERROR where the whole schema is absent.
const ABSENT: [u16; 2] = [1146, 1049];

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
    Ok((columns, rows.into_iter().map(text_of).collect()))
}

fn as_text(value: mysql_async::Value) -> Option<String> {
    match value {
        mysql_async::Value::NULL => None,
        mysql_async::Value::Bytes(bytes) => Some(match String::from_utf8(bytes) {
            Ok(text) => text,
            Err(error) => String::from_utf8_lossy(error.as_bytes()).into_owned(),
        }),
        other => Some(other.as_sql(true).trim_matches('\'').to_owned()),
    }
}

/// What one message found.
pub(crate) struct Found {
    /// The lock was obtained, or was not asked for.
    pub(crate) obtained: bool,
    pub(crate) snapshot: Snapshot,
}

/// Takes a lock, if one is named, and reads both tables after it, in one message; absent ones are
/// reported, not made. Each statement reads what is committed when it begins, so what is read is
/// not older than the lock.
pub(crate) async fn read(
    conn: &mut Conn,
    tables: &LedgerTables,
    database: &str,
    lock: Option<&str>,
) -> Result<Found, Failure> {
    let mut tables = tables.clone();
    let schema = tables
        .schema
        .get_or_insert_with(|| database.to_owned())
        .clone();
    let (ledger, journal) = (tables.ledger.clone(), tables.journal.clone());
    let mut snapshot = Snapshot::absent(tables);
    let table = |name: &str| format!("{}.{}", quoted(&schema), quoted(name));
    let select_journal = sql::select_journal(&table(&journal));
    let message = [
        lock.map_or("SELECT 1".into(), |name| {
            format!("SELECT GET_LOCK('{name}', 0)")
        }),
        sql::select_applied(&table(&ledger)),
        select_journal.clone(),
    ];
    let mut obtained = None;
    let answered = each(
        conn,
        &message.join("; "),
        &mut |statement, row| match statement {
            0 => obtained = row.into_iter().flatten().next(),
            1 => snapshot.push_applied(row),
            _ => snapshot.push_journal(row),
        },
    )
    .await?;
    snapshot.ledger_exists = answered > 1;
    snapshot.journal_exists = answered > 2;
    if !snapshot.ledger_exists {
        // The message ended at the absent ledger. The journal may be there all the same.
        let answered = each(conn, &select_journal, &mut |_, row| {
            snapshot.push_journal(row);
        })
        .await?;
        snapshot.journal_exists = answered > 0;
    }
    Ok(Found {
        obtained: obtained.as_deref() == Some("1"),
        snapshot,
    })
}

/// Gives each row of a message away as it comes, with the number of its statement from 0, up to a
/// statement that names a table which does not exist. How many statements answered.
///
/// No row is kept: a journal has several for each revision, and what it means takes far less memory
/// than they do.
async fn each(
    conn: &mut Conn,
    message: &str,
    take: &mut (dyn FnMut(usize, Vec<Option<String>>) + Send),
) -> Result<usize, Failure> {
    let mut answered = 0;
    let end = match conn.query_iter(message).await {
        Err(error) => Err(error),
        Ok(mut answer) => loop {
            if answer.is_empty() {
                // An error in the place of the next result is kept until one asks for it, and would
                // otherwise be told to the next message.
                break answer.drop_result().await;
            }
            match answer.for_each(|row| take(answered, text_of(row))).await {
                Ok(()) => answered += 1,
                Err(error) => break Err(error),
            }
        },
    };
    match end {
        Err(Error::Server(error)) if ABSENT.contains(&error.code) => Ok(answered),
        end => end
            .map(|()| answered)
            .map_err(|error| failure::of(&error, false)),
    }
}

fn text_of(row: Row) -> Vec<Option<String>> {
    row.unwrap().into_iter().map(as_text).collect()
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
