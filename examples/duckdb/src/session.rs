//! One connection. DuckDB's calls block, so they run beside the runtime.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use aludel::driver::{
    Access, At, ConnectOptions, Failure, FailureKind, Holder, Interrupt, LockAttempt, LockRequest,
    ResultSet, Server, Session,
};
use aludel::ledger::{LedgerTables, Snapshot};
use futures_util::future::BoxFuture;

use crate::database::{self, File};
use crate::ffi::{self, Connection};
use crate::ledger;

pub(crate) struct DuckdbSession {
    number: u64,
    server: Server,
    file: Arc<File>,
    stop: Arc<Stop>,
    /// The file to make when the first statement is sent: a run that is refused leaves none.
    unmade: Option<(String, Duration)>,
    /// The ledger whose lock is held.
    locked: Option<String>,
}

/// The connection, for the session and for whoever interrupts it.
struct Stop {
    connection: Mutex<Arc<Connection>>,
    running: AtomicBool,
}

impl Stop {
    fn connection(&self) -> Arc<Connection> {
        let connection = self.connection.lock();
        connection.unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Interrupt for Stop {
    fn interrupt(&self) -> BoxFuture<'static, ()> {
        // DuckDB would keep a request that comes while nothing runs for the next statement.
        if self.running.load(Ordering::Acquire) {
            self.connection().interrupt();
        }
        Box::pin(async {})
    }
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Failure> + Send + 'static,
) -> Result<T, Failure> {
    let done = tokio::task::spawn_blocking(work).await;
    done.unwrap_or_else(|error| Err(Failure::new(FailureKind::Lost, error.to_string())))
}

fn connected(file: &File) -> Result<Arc<Connection>, Failure> {
    let connection = file.database.connect();
    let connection = connection.map_err(|text| Failure::new(FailureKind::Connect, text))?;
    Ok(Arc::new(connection))
}

impl DuckdbSession {
    pub(crate) async fn open(path: String, options: &ConnectOptions) -> Result<Self, Failure> {
        static NUMBER: AtomicU64 = AtomicU64::new(1);
        let (access, patience) = (options.access, options.lock_timeout);
        let missing = database::missing(&path)?;
        let unmade = (missing && access == Access::Write).then(|| (path.clone(), patience));
        // Until there is a file, an empty database in memory stands for it.
        let path = if missing { ":memory:".to_owned() } else { path };
        let (file, connection) = blocking(move || {
            let file = database::open(&path, access, patience)?;
            let connection = connected(&file)?;
            Ok((file, connection))
        })
        .await?;
        let (major, minor) = ffi::version();
        Ok(Self {
            number: NUMBER.fetch_add(1, Ordering::Relaxed),
            server: Server::new("duckdb", major, minor),
            file,
            stop: Arc::new(Stop {
                connection: Mutex::new(connection),
                running: AtomicBool::new(false),
            }),
            unmade,
            locked: None,
        })
    }

    async fn make_file(&mut self) -> Result<(), Failure> {
        let Some((path, patience)) = self.unmade.take() else {
            return Ok(());
        };
        let (file, connection) = blocking(move || {
            let file = database::open(&path, Access::Write, patience)?;
            let connection = connected(&file)?;
            Ok((file, connection))
        })
        .await?;
        // A lock of what stood for the file is none of the file: somebody may have been faster.
        let lost = self.locked.as_ref().and_then(|ledger| file.try_lock(ledger, self.number).err());
        if let Some(holder) = lost {
            let text = format!("session {holder} of this process made the file first");
            return Err(Failure::new(FailureKind::Busy, text));
        }
        self.file = file;
        let mut place = self.stop.connection.lock().unwrap_or_else(PoisonError::into_inner);
        *place = connection;
        Ok(())
    }

    /// Runs something on the connection, where it may be interrupted.
    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, Failure> {
        let stop = self.stop.clone();
        blocking(move || {
            let connection = stop.connection();
            stop.running.store(true, Ordering::Release);
            let done = work(&connection);
            stop.running.store(false, Ordering::Release);
            done
        })
        .await
    }

    async fn snapshot(&self, tables: &LedgerTables) -> Result<Snapshot, Failure> {
        let tables = tables.clone();
        self.run(move |connection| {
            ledger::read(connection, &tables).map_err(|text| failure(&text))
        })
        .await
    }
}

/// `Catalog Error: Table with name …` and what follows: the words before the colon are the code.
fn failure(text: &str) -> Failure {
    let (code, message) = text.split_once(": ").unwrap_or(("Error", text));
    let kind = match code {
        "INTERRUPT Error" => FailureKind::Interrupted,
        "FATAL Error" => FailureKind::Lost,
        _ => FailureKind::Refused,
    };
    let mut lines = message.lines();
    let mut failure = Failure::new(kind, lines.next().unwrap_or(message));
    failure.code = Some(code.to_owned());
    failure.detail = Some(lines.collect::<Vec<_>>().join("\n")).filter(|rest| !rest.is_empty());
    failure
}

fn send(connection: &Connection, statements: &[String]) -> Result<(), Failure> {
    for (index, sql) in statements.iter().enumerate() {
        if let Err(text) = connection.run(sql) {
            // Without a transaction there is nothing to roll back, and DuckDB says so.
            let _ = connection.run("ROLLBACK");
            let mut failure = failure(&text);
            failure.completed = index;
            failure.at = Some(At {
                statement: index,
                offset: None,
            });
            return Err(failure);
        }
    }
    Ok(())
}

impl Session for DuckdbSession {
    fn server(&self) -> &Server {
        &self.server
    }

    fn read<'a>(
        &'a mut self,
        tables: &'a LedgerTables,
    ) -> BoxFuture<'a, Result<Snapshot, Failure>> {
        Box::pin(async move { self.snapshot(tables).await })
    }

    fn try_lock<'a>(
        &'a mut self,
        request: &'a LockRequest,
    ) -> BoxFuture<'a, Result<LockAttempt, Failure>> {
        Box::pin(async move {
            let ledger = request.tables.qualified();
            match self.file.try_lock(&ledger, self.number) {
                Ok(()) => {
                    self.locked = Some(ledger);
                    let snapshot = self.snapshot(&request.tables).await?;
                    Ok(LockAttempt::Obtained(Box::new(snapshot)))
                }
                Err(holder) => Ok(LockAttempt::Held(Some(described(holder)))),
            }
        })
    }

    fn holder<'a>(
        &'a mut self,
        request: &'a LockRequest,
    ) -> BoxFuture<'a, Result<Option<Holder>, Failure>> {
        let holder = self.file.holder(&request.tables.qualified());
        let holder = holder.filter(|holder| *holder != self.number);
        Box::pin(async move { Ok(holder.map(described)) })
    }

    fn unlock<'a>(&'a mut self) -> BoxFuture<'a, Result<(), Failure>> {
        self.locked = None;
        self.file.unlock(self.number);
        Box::pin(async { Ok(()) })
    }

    fn send<'a>(&'a mut self, statements: &'a [&'a str]) -> BoxFuture<'a, Result<(), Failure>> {
        Box::pin(async move {
            self.make_file().await?;
            let statements: Vec<String> = statements.iter().map(|&sql| sql.to_owned()).collect();
            self.run(move |connection| send(connection, &statements)).await
        })
    }

    fn query<'a>(&'a mut self, sql: &'a str) -> BoxFuture<'a, Result<ResultSet, Failure>> {
        Box::pin(async move {
            let sql = sql.to_owned();
            let answer = self.run(move |connection| connection.run(&sql).map_err(|t| failure(&t)));
            let rows = answer.await?;
            Ok(ResultSet {
                columns: rows.columns,
                rows: rows.rows,
            })
        })
    }

    fn interrupt(&self) -> Arc<dyn Interrupt> {
        self.stop.clone()
    }

    fn close(self: Box<Self>) -> BoxFuture<'static, ()> {
        Box::pin(async move {
            // Closing a file writes its last checkpoint.
            let _ = tokio::task::spawn_blocking(move || drop(self)).await;
        })
    }
}

fn described(session: u64) -> Holder {
    Holder::new(session.to_string(), "another session of this process")
}

impl Drop for DuckdbSession {
    fn drop(&mut self) {
        self.file.unlock(self.number);
    }
}
