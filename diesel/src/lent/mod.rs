//! A connection of the application's own as a session.
//!
//! diesel-async tells less than a driver does. Statements are sent one by one, which costs a round
//! trip each and keeps the one thing that a run cannot do without: which statement failed. Lost are
//! SQLSTATE and the place inside the statement ([`Failure::code`], [`At::offset`]); Diesel's
//! errors do not hold them reliably.
//!
//! Invariants: the connection is given back with no transaction, lock or savepoint of ours; one
//! that cannot be (a call was dropped half-way, the connection was lost) is marked as broken in
//! Diesel's transaction manager, so that a pool throws it away.

#[cfg(feature = "mysql")]
mod mysql;
#[cfg(feature = "postgres")]
mod postgres;
#[cfg(feature = "sqlite")]
mod sqlite;
#[cfg(any(feature = "mysql", feature = "postgres", feature = "sqlite"))]
mod support;

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use aludel::driver::{
    At, Failure, FailureKind, Holder, Interrupt, LockAttempt, LockRequest, ResultSet, Server,
    Session, SessionState, Tenure,
};
use aludel::ledger::{LedgerTables, Snapshot};
use aludel::run::RunError;
use futures_util::future::BoxFuture;

/// How often a lock that SQLite's writers hold is tried again.
const AGAIN: Duration = Duration::from_millis(10);

/// What was found on a connection.
#[derive(Debug)]
#[doc(hidden)]
pub struct Found {
    server: Server,
    in_transaction: bool,
}

/// Which lock an attempt is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[doc(hidden)]
pub enum Lock {
    None,
    Session,
    Transaction,
}

/// How an attempt ended; a lock that must be given back is named by its key.
#[derive(Debug)]
#[doc(hidden)]
pub enum Attempt {
    Obtained(Box<Snapshot>, Option<String>),
    Held(Option<Holder>),
}

/// Cancels what a connection runs.
pub(crate) type Cancel = Box<dyn Fn() -> BoxFuture<'static, ()> + Send + Sync>;

/// A connection that can be lent: one of diesel-async, by the cargo features `postgres`, `mysql` and
/// `sqlite`. No other type can implement it.
pub trait Lend: sealed::Sealed + Send + Sized {
    #[doc(hidden)]
    fn look(&mut self) -> impl Future<Output = Result<Found, Failure>> + Send;
    #[doc(hidden)]
    fn run(&mut self, sql: &str) -> impl Future<Output = Result<(), Failure>> + Send;
    #[doc(hidden)]
    fn rows(&mut self, sql: &str) -> impl Future<Output = Result<ResultSet, Failure>> + Send;
    #[doc(hidden)]
    fn attempt(
        &mut self,
        tables: &LedgerTables,
        lock: Lock,
    ) -> impl Future<Output = Result<Attempt, Failure>> + Send;
    #[doc(hidden)]
    fn holder(
        &mut self,
        tables: &LedgerTables,
    ) -> impl Future<Output = Result<Option<Holder>, Failure>> + Send;
    #[doc(hidden)]
    fn unlock(&mut self, key: &str) -> impl Future<Output = Result<(), Failure>> + Send;
    #[doc(hidden)]
    fn canceller(&self) -> Cancel;
    #[doc(hidden)]
    fn spoil(&mut self);
}

mod sealed {
    pub trait Sealed {}
    #[cfg(feature = "postgres")]
    impl Sealed for diesel_async::AsyncPgConnection {}
    #[cfg(feature = "mysql")]
    impl Sealed for diesel_async::AsyncMysqlConnection {}
    #[cfg(feature = "sqlite")]
    impl Sealed
        for diesel_async::sync_connection_wrapper::SyncConnectionWrapper<diesel::SqliteConnection>
    {
    }
}

/// A session on a connection of the application's own, for
/// [`Migrator::run_on`](aludel::Migrator::run_on).
///
/// What it permits is found when it is made: with no transaction open it is [`Tenure::Lent`],
/// inside one (Diesel's, a test transaction, or one begun by SQL) it is [`Tenure::InTransaction`].
/// When it is dropped the connection is the application's again, without a transaction, lock or savepoint
/// that was not there before; where that cannot be, Diesel is told that it is broken, and a pool throws it
/// away.
///
/// Such a session tells less than a driver's own: statements travel one by one, a round trip each, and
/// of an error there are neither SQLSTATE nor the place inside the statement, which Diesel's errors do not
/// hold reliably.
///
/// ```
/// use aludel::Migrator;
/// use aludel_diesel::Lent;
/// use diesel_async::sync_connection_wrapper::SyncConnectionWrapper;
/// use diesel_async::{AsyncConnection, SimpleAsyncConnection};
///
/// # let directory = tempfile::tempdir()?;
/// # let revision = directory.path().join("2026-01-05-101500_accounts");
/// # std::fs::create_dir(&revision)?;
/// # std::fs::write(revision.join("up.sql"), "CREATE TABLE accounts (id INTEGER);")?;
/// # let migrations = directory.path();
/// # tokio::runtime::Runtime::new()?.block_on(async {
/// let migrator = Migrator::builder()
///     .driver(aludel_sqlite::SqliteDriver::new())
///     .directory(migrations)
///     .build()?;
/// type Connection = SyncConnectionWrapper<diesel::SqliteConnection>;
/// let mut connection = Connection::establish(":memory:").await?;
///
/// let mut session = Lent::new(&mut connection).await?;
/// let done = migrator.run_on(&mut session, "heads").await?;
/// assert_eq!(done.revisions.len(), 1);
/// drop(session);
///
/// // The connection is the application's again.
/// connection.batch_execute("INSERT INTO accounts VALUES (1)").await?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// # })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Lent<'c, C: Lend> {
    connection: &'c mut C,
    server: Server,
    tenure: Tenure,
    /// The key of a session's lock that is ours to give back.
    held: Option<String>,
    lock_timeout: Duration,
    stop: Arc<AtomicBool>,
    /// A call has begun and not ended.
    in_call: bool,
}

impl<'c, C: Lend> Lent<'c, C> {
    /// Looks at the connection: what server it leads to, and whether a transaction is open.
    ///
    /// A connection out of a pool is lent as `Lent::new(&mut *connection)`.
    ///
    /// # Errors
    ///
    /// If the server does not answer, is none that aludel knows, or the transaction that is open has
    /// failed already.
    pub async fn new(connection: &'c mut C) -> Result<Self, aludel::Error> {
        let found = connection.look().await.map_err(RunError::Session)?;
        Ok(Self {
            connection,
            server: found.server,
            tenure: if found.in_transaction {
                Tenure::InTransaction
            } else {
                Tenure::Lent
            },
            held: None,
            lock_timeout: Duration::from_secs(60),
            stop: Arc::new(AtomicBool::new(false)),
            in_call: false,
        })
    }

    /// How long SQLite's write lock is waited for; by default 60 s. The other engines' lock is
    /// waited for as [`MigratorBuilder::lock_timeout`](aludel::MigratorBuilder::lock_timeout) says.
    #[must_use]
    pub fn lock_timeout(mut self, timeout: Duration) -> Self {
        self.lock_timeout = timeout;
        self
    }

    async fn send_one_by_one(&mut self, statements: &[&str]) -> Result<(), Failure> {
        self.stop.store(false, Ordering::Relaxed);
        for (index, sql) in statements.iter().enumerate() {
            // Only a transaction's first statement may wait: what comes after holds the lock.
            let sent = if index > 0 && self.asked() {
                Err(Failure::new(
                    FailureKind::Interrupted,
                    "interrupted between two statements",
                ))
            } else {
                self.send_patiently(sql).await
            };
            if let Err(mut failure) = sent {
                failure.completed = index;
                failure.at = Some(At {
                    statement: index,
                    offset: None,
                });
                self.clean_up(&mut failure).await;
                return Err(failure);
            }
        }
        Ok(())
    }

    async fn send_patiently(&mut self, sql: &str) -> Result<(), Failure> {
        let deadline = Instant::now() + self.lock_timeout;
        loop {
            let sent = self.connection.run(sql).await;
            match sent {
                Err(failure)
                    if failure.kind == FailureKind::Busy
                        && self.tenure == Tenure::Lent
                        && Instant::now() < deadline
                        && !self.asked() =>
                {
                    tokio::time::sleep(AGAIN).await;
                }
                sent => return sent,
            }
        }
    }

    fn asked(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }

    /// Rolls back what is ours, and says in `failure` what became of the connection.
    async fn clean_up(&mut self, failure: &mut Failure) {
        if self.asked() && matches!(failure.kind, FailureKind::Refused | FailureKind::Busy) {
            failure.kind = FailureKind::Interrupted;
        }
        if failure.session == SessionState::Dead {
            self.connection.spoil();
            return;
        }
        if self.tenure == Tenure::InTransaction {
            let back = self.connection.run("ROLLBACK TO SAVEPOINT aludel").await;
            if back.is_err() || (self.connection.run("RELEASE SAVEPOINT aludel").await).is_err() {
                failure.session = SessionState::Dead;
                failure.hint.get_or_insert_with(|| {
                    "your transaction cannot go on: roll it back".to_owned()
                });
            }
            return;
        }
        // Twice: a request to stop that was late may hit the first. Where nothing is open the answer
        // is a warning, or an error that says so.
        for _ in 0..2 {
            match self.connection.run("ROLLBACK").await {
                Ok(()) => return,
                Err(second) if second.session == SessionState::Dead => {
                    failure.session = SessionState::Dead;
                    self.connection.spoil();
                    return;
                }
                Err(_) => {}
            }
        }
    }

    async fn try_lock_once(&mut self, tables: &LedgerTables) -> Result<LockAttempt, Failure> {
        let lock = match self.tenure {
            Tenure::InTransaction => Lock::Transaction,
            _ if self.held.is_some() => Lock::None,
            _ => Lock::Session,
        };
        match self.connection.attempt(tables, lock).await {
            Ok(Attempt::Obtained(snapshot, key)) => {
                self.held = self.held.take().or(key);
                Ok(LockAttempt::Obtained(snapshot))
            }
            Ok(Attempt::Held(holder)) => Ok(LockAttempt::Held(holder)),
            Err(mut failure) => {
                self.clean_up(&mut failure).await;
                Err(failure)
            }
        }
    }

    async fn read_ledger(&mut self, tables: &LedgerTables) -> Result<Snapshot, Failure> {
        match self.connection.attempt(tables, Lock::None).await {
            Ok(Attempt::Obtained(snapshot, _)) => Ok(*snapshot),
            Ok(Attempt::Held(_)) => Err(Failure::new(
                FailureKind::Refused,
                "the ledger could not be read",
            )),
            Err(mut failure) => {
                self.clean_up(&mut failure).await;
                Err(failure)
            }
        }
    }

    async fn read_rows(&mut self, sql: &str) -> Result<ResultSet, Failure> {
        match self.connection.rows(sql).await {
            Ok(rows) => Ok(rows),
            Err(mut failure) => {
                self.clean_up(&mut failure).await;
                Err(failure)
            }
        }
    }
}

/// Awaits a call and knows whether it ended.
macro_rules! call {
    ($self:ident, $call:expr) => {
        Box::pin(async move {
            $self.in_call = true;
            let answer = $call.await;
            $self.in_call = false;
            answer
        })
    };
}

impl<C: Lend> Session for Lent<'_, C> {
    fn server(&self) -> &Server {
        &self.server
    }

    fn tenure(&self) -> Tenure {
        self.tenure
    }

    fn read<'a>(
        &'a mut self,
        tables: &'a LedgerTables,
    ) -> BoxFuture<'a, Result<Snapshot, Failure>> {
        call!(self, self.read_ledger(tables))
    }

    fn try_lock<'a>(
        &'a mut self,
        request: &'a LockRequest,
    ) -> BoxFuture<'a, Result<LockAttempt, Failure>> {
        call!(self, self.try_lock_once(&request.tables))
    }

    fn holder<'a>(
        &'a mut self,
        request: &'a LockRequest,
    ) -> BoxFuture<'a, Result<Option<Holder>, Failure>> {
        call!(self, self.connection.holder(&request.tables))
    }

    fn unlock<'a>(&'a mut self) -> BoxFuture<'a, Result<(), Failure>> {
        call!(self, async {
            match self.held.take() {
                Some(key) => self.connection.unlock(&key).await,
                None => Ok(()),
            }
        })
    }

    fn send<'a>(&'a mut self, statements: &'a [&'a str]) -> BoxFuture<'a, Result<(), Failure>> {
        call!(self, self.send_one_by_one(statements))
    }

    fn query<'a>(&'a mut self, sql: &'a str) -> BoxFuture<'a, Result<ResultSet, Failure>> {
        call!(self, self.read_rows(sql))
    }

    fn interrupt(&self) -> Arc<dyn Interrupt> {
        // Made now, because a call will have borrowed the connection by the time it is wanted.
        Arc::new(Interrupter {
            asked: self.stop.clone(),
            cancel: self.connection.canceller(),
        })
    }

    fn close(self: Box<Self>) -> BoxFuture<'static, ()> {
        Box::pin(async {})
    }
}

impl<C: Lend> Drop for Lent<'_, C> {
    fn drop(&mut self) {
        if self.in_call || self.held.is_some() {
            self.connection.spoil();
        }
    }
}

struct Interrupter {
    asked: Arc<AtomicBool>,
    cancel: Cancel,
}

impl Interrupt for Interrupter {
    fn interrupt(&self) -> BoxFuture<'static, ()> {
        self.asked.store(true, Ordering::Relaxed);
        (self.cancel)()
    }
}
