//! `SyncConnectionWrapper<SqliteConnection>`. The handle under it is Diesel's own, so a statement
//! that runs cannot be interrupted: a request to stop acts between two statements.

use aludel::driver::{Failure, FailureKind, Holder, ResultSet, Server};
use aludel::ledger::{LedgerTables, Snapshot, sql};
use diesel::SqliteConnection;
use diesel::deserialize::{self, FromSql, QueryableByName};
use diesel::row::{Field, NamedRow, Row};
use diesel::sql_types::Text;
use diesel::sqlite::Sqlite;
use diesel_async::sync_connection_wrapper::SyncConnectionWrapper;
use diesel_async::{RunQueryDsl, SimpleAsyncConnection};

use super::support::{failure, is_begun, spoil};
use super::{Attempt, Cancel, Found, Lend, Lock};

type Connection = SyncConnectionWrapper<SqliteConnection>;

impl Lend for Connection {
    async fn look(&mut self) -> Result<Found, Failure> {
        let begun = is_begun(self)?;
        let found = self.rows("SELECT sqlite_version()").await?;
        let version = found.rows.into_iter().flatten().flatten().next();
        let mut numbers = version.as_deref().unwrap_or_default().split('.');
        let mut next = || numbers.next().and_then(|n| n.parse().ok()).unwrap_or(0);
        let server = Server::new("sqlite", next(), next());
        let in_transaction = begun || !begins(self).await?;
        Ok(Found {
            server,
            in_transaction,
        })
    }

    async fn run(&mut self, sql: &str) -> Result<(), Failure> {
        self.batch_execute(sql).await.map_err(|e| told(&e))
    }

    async fn rows(&mut self, sql: &str) -> Result<ResultSet, Failure> {
        let rows: Vec<TextRow> = diesel::sql_query(sql)
            .load(self)
            .await
            .map_err(|e| told(&e))?;
        let mut result = ResultSet::default();
        for row in rows {
            result.columns = row.columns;
            result.rows.push(row.cells);
        }
        Ok(result)
    }

    async fn attempt(&mut self, tables: &LedgerTables, lock: Lock) -> Result<Attempt, Failure> {
        // The lock is the database's write lock, which each transaction takes; see the driver.
        let snapshot = match lock {
            Lock::Transaction => snapshot(self, tables.clone()).await?,
            Lock::None | Lock::Session => {
                // Both tables as of one moment.
                self.run("BEGIN").await?;
                let snapshot = snapshot(self, tables.clone()).await;
                self.run("ROLLBACK").await?;
                snapshot?
            }
        };
        Ok(Attempt::Obtained(Box::new(snapshot), None))
    }

    async fn holder(&mut self, _: &LedgerTables) -> Result<Option<Holder>, Failure> {
        Ok(None)
    }

    async fn unlock(&mut self, _: &str) -> Result<(), Failure> {
        Ok(())
    }

    fn canceller(&self) -> Cancel {
        Box::new(|| Box::pin(async {}))
    }

    fn spoil(&mut self) {
        spoil(self);
    }
}

/// Whether a transaction could begin; where one is open it cannot. A deferred one takes no lock.
async fn begins(connection: &mut Connection) -> Result<bool, Failure> {
    match connection.run("BEGIN").await {
        Ok(()) => connection.run("ROLLBACK").await.map(|()| true),
        Err(failure) if failure.message.contains("within a transaction") => Ok(false),
        Err(failure) => Err(failure),
    }
}

async fn snapshot(
    connection: &mut Connection,
    mut tables: LedgerTables,
) -> Result<Snapshot, Failure> {
    let quote = |name: &str| format!("\"{}\"", name.replace('"', "\"\""));
    let schema = quote(tables.schema.get_or_insert_with(|| "main".into()));
    let (ledger, journal) = (tables.ledger.clone(), tables.journal.clone());
    let mut snapshot = Snapshot::absent(tables);
    let found = connection
        .rows(&format!(
            "SELECT name FROM {schema}.sqlite_master WHERE type = 'table'"
        ))
        .await?;
    let exists = |table: &str| {
        let mut names = found.rows.iter().flatten().flatten();
        names.any(|name| name.eq_ignore_ascii_case(table))
    };
    if exists(&ledger) {
        let table = format!("{schema}.{}", quote(&ledger));
        let found = connection.rows(&sql::select_applied(&table)).await?;
        snapshot.set_applied(found.rows);
    }
    if exists(&journal) {
        let table = format!("{schema}.{}", quote(&journal));
        let found = connection.rows(&sql::select_journal(&table)).await?;
        snapshot.set_journal(found.rows);
    }
    Ok(snapshot)
}

/// SQLite's message is all that Diesel keeps of its code; it is the same in every language.
fn told(error: &diesel::result::Error) -> Failure {
    let mut failure = failure(error);
    if failure.message == "database is locked" {
        failure.kind = FailureKind::Busy;
    }
    failure
}

/// A row whose values SQLite itself turned into text.
struct TextRow {
    columns: Vec<String>,
    cells: Vec<Option<String>>,
}

impl QueryableByName<Sqlite> for TextRow {
    fn build<'a>(row: &impl NamedRow<'a, Sqlite>) -> deserialize::Result<Self> {
        let mut columns = Vec::new();
        let mut cells = Vec::new();
        for index in 0..row.field_count() {
            let field = Row::get(row, index).ok_or("a field is missing")?;
            columns.push(field.field_name().unwrap_or_default().to_owned());
            let value = field.value();
            let text = value.map(<String as FromSql<Text, Sqlite>>::from_sql);
            cells.push(text.transpose()?);
        }
        Ok(Self { columns, cells })
    }
}
