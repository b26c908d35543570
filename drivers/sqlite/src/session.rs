//! One live SQLite connection, behind diesel-async's wrapper.
//!
//! Invariants: nothing is created until the first message is sent; a reading session opens the
//! file read-only; [`Stop`] is detached before the connection closes.
//!
//! There is no lock to take here: `BEGIN IMMEDIATE` of each transaction is the lock, and the
//! plan's guards read the ledger again inside it.

use std::sync::Arc;
use std::time::Duration;

use aludel::driver::{
    Access, ConnectOptions, Failure, FailureKind, Interrupt, LockAttempt, LockRequest, Message,
    ResultSet, Server, Session,
};
use aludel::ledger::{LedgerTables, Snapshot, sql};
use diesel::SqliteConnection;
use diesel_async::sync_connection_wrapper::SyncConnectionWrapper;
use futures_util::future::BoxFuture;

use crate::exec::Executor;
use crate::handle::{self, Handle, Stop};
use crate::open::Location;

pub(crate) struct SqliteSession {
    connection: SyncConnectionWrapper<SqliteConnection>,
    handle: Handle,
    stop: Stop,
    server: Server,
    lock_timeout: Duration,
    /// The file to make when the first message is sent; until then an empty database in memory
    /// stands for it, so that a run which is refused leaves no file behind.
    unmade: Option<Location>,
}

impl SqliteSession {
    pub(crate) async fn open(
        location: Location,
        options: &ConnectOptions,
    ) -> Result<Self, Failure> {
        let missing = location.missing()?;
        let uri = if missing {
            Location::Memory.uri(options.access)
        } else {
            location.uri(options.access)
        };
        let (connection, handle) = establish(uri).await?;
        let stop = Stop::default();
        stop.attach(Some(handle));
        let (major, minor) = handle::version();
        let write = options.access == Access::Write;
        let mut session = Self {
            connection,
            handle,
            stop,
            server: Server::new("sqlite", major, minor),
            lock_timeout: options.lock_timeout,
            unmade: (missing && write).then(|| location.clone()),
        };
        if !write && session.run(|executor| executor.has_leftovers()).await? {
            // SQLite rolls back what a killed writer left, and needs to write for that; this
            // connection itself still writes nothing.
            session.reopen(location.uri(Access::Write)).await?;
            session
                .run(|executor| executor.query("PRAGMA query_only = ON"))
                .await??;
        }
        Ok(session)
    }

    async fn reopen(&mut self, uri: String) -> Result<(), Failure> {
        let (connection, handle) = establish(uri).await?;
        self.stop.attach(Some(handle));
        self.connection = connection;
        self.handle = handle;
        Ok(())
    }

    async fn make_file(&mut self) -> Result<(), Failure> {
        if let Some(location) = &self.unmade {
            let uri = location.uri(Access::Write);
            self.reopen(uri).await?;
            // Not before: what is sent after a failure must not go to the memory that stands for it.
            self.unmade = None;
        }
        Ok(())
    }

    async fn run<R: Send + 'static>(
        &mut self,
        task: impl FnOnce(Executor) -> R + Send + 'static,
    ) -> Result<R, Failure> {
        let executor = Executor {
            handle: self.handle,
            stop: self.stop.clone(),
            lock_timeout: self.lock_timeout,
        };
        // The connection is borrowed for the whole call, so the handle stays valid in it.
        self.connection
            .spawn_blocking(move |_connection| Ok(task(executor)))
            .await
            .map_err(|error| Failure::new(FailureKind::Lost, error.to_string()))
    }

    async fn snapshot(&mut self, tables: &LedgerTables) -> Result<Snapshot, Failure> {
        let tables = tables.clone();
        self.run(move |executor| read_ledger(&executor, tables))
            .await?
    }
}

impl Drop for SqliteSession {
    fn drop(&mut self) {
        self.stop.attach(None);
    }
}

async fn establish(
    uri: String,
) -> Result<(SyncConnectionWrapper<SqliteConnection>, Handle), Failure> {
    let (connection, handle) = tokio::task::spawn_blocking(move || handle::open(&uri))
        .await
        .map_err(|error| Failure::new(FailureKind::Connect, error.to_string()))?
        .map_err(|error| {
            let mut failure = Failure::new(FailureKind::Connect, error.to_string());
            let causes = "the path is a directory, or this user may not open the file, or not make files beside it";
            failure.hint = Some(causes.into());
            failure
        })?;
    Ok((SyncConnectionWrapper::new(connection), handle))
}

fn read_ledger(executor: &Executor, mut tables: LedgerTables) -> Result<Snapshot, Failure> {
    let schema = tables.schema.get_or_insert_with(|| "main".into()).clone();
    let quote = |name: &str| format!("\"{}\"", name.replace('"', "\"\""));
    let schema = quote(&schema);
    let (ledger, journal) = (tables.ledger.clone(), tables.journal.clone());
    let mut snapshot = Snapshot::absent(tables);
    // One transaction, so that both tables are read as of one moment.
    executor.query("BEGIN")?;
    let literal = |name: &str| format!("'{}'", name.replace('\'', "''"));
    let found = executor.query(&format!(
        "SELECT name FROM {schema}.sqlite_master WHERE type = 'table' AND name COLLATE NOCASE IN ({}, {})",
        literal(&ledger),
        literal(&journal)
    ))?;
    let exists = |table: &str| {
        found
            .rows
            .iter()
            .any(|row| matches!(row.first(), Some(Some(name)) if name.eq_ignore_ascii_case(table)))
    };
    if exists(&ledger) {
        let table = format!("{schema}.{}", quote(&ledger));
        snapshot.set_applied(Vec::new());
        let select = sql::select_applied(&table);
        executor.each(&select, &mut |row| snapshot.copy_applied(row))?;
    }
    if exists(&journal) {
        let table = format!("{schema}.{}", quote(&journal));
        snapshot.set_journal(Vec::new());
        let select = sql::select_journal(&table);
        executor.each(&select, &mut |row| snapshot.copy_journal(row))?;
    }
    executor.query("COMMIT")?;
    Ok(snapshot)
}

impl Session for SqliteSession {
    fn server(&self) -> &Server {
        &self.server
    }

    fn read<'a>(
        &'a mut self,
        tables: &'a LedgerTables,
    ) -> BoxFuture<'a, Result<Snapshot, Failure>> {
        Box::pin(self.snapshot(tables))
    }

    fn try_lock<'a>(
        &'a mut self,
        request: &'a LockRequest,
    ) -> BoxFuture<'a, Result<LockAttempt, Failure>> {
        Box::pin(async move {
            let snapshot = self.snapshot(&request.tables).await?;
            Ok(LockAttempt::Obtained(Box::new(snapshot)))
        })
    }

    fn unlock<'a>(&'a mut self) -> BoxFuture<'a, Result<(), Failure>> {
        Box::pin(async { Ok(()) })
    }

    fn send<'a>(&'a mut self, statements: &'a [&'a str]) -> BoxFuture<'a, Result<(), Failure>> {
        Box::pin(async move {
            self.make_file().await?;
            // A request of before this message has done its work.
            self.stop.clear();
            let statements: Vec<String> = statements.iter().map(|&s| s.to_owned()).collect();
            self.run(move |executor| executor.send(&statements)).await?
        })
    }

    fn deliver<'a>(&'a mut self, message: Message<'a>) -> BoxFuture<'a, Result<usize, Failure>> {
        Box::pin(async move {
            self.make_file().await?;
            self.stop.clear();
            let statements: Vec<String> =
                message.statements.iter().map(|&s| s.to_owned()).collect();
            let transactions = message.transactions.to_vec();
            self.run(move |executor| {
                let statements: Vec<&str> = statements.iter().map(String::as_str).collect();
                executor.deliver(Message::new(&statements, &transactions))
            })
            .await?
        })
    }

    fn query<'a>(&'a mut self, sql: &'a str) -> BoxFuture<'a, Result<ResultSet, Failure>> {
        Box::pin(async move {
            let sql = sql.to_owned();
            self.run(move |executor| executor.query(&sql)).await?
        })
    }

    fn interrupt(&self) -> Arc<dyn Interrupt> {
        Arc::new(Interrupter(self.stop.clone()))
    }

    fn close(self: Box<Self>) -> BoxFuture<'static, ()> {
        Box::pin(async move {
            // Closing may write (a WAL's last checkpoint): not on an async worker.
            let _ = tokio::task::spawn_blocking(move || drop(self)).await;
        })
    }
}

struct Interrupter(Stop);

impl Interrupt for Interrupter {
    fn interrupt(&self) -> BoxFuture<'static, ()> {
        self.0.ask();
        Box::pin(async {})
    }
}
