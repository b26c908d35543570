//! One live connection.

use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;

use super::{Failure, Server};
use crate::ledger::{LedgerTables, Snapshot};

/// What a session is opened for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// To read: nothing is created or written, not even a file.
    Read,
    /// To write: a missing SQLite file is created.
    Write,
}

/// Whose the connection under a session is, and what that permits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Tenure {
    /// The run's own: it is closed afterwards.
    #[default]
    Own,
    /// Lent by an application, with no transaction open: it is given back as it was, so a script
    /// that changes its settings is refused.
    Lent,
    /// Lent inside the application's transaction: nothing is committed, each revision stands
    /// between savepoints, and what would commit by itself is refused.
    InTransaction,
}

/// The savepoint that stands for a revision's transaction inside another's.
pub const SAVEPOINT: &str = "aludel";

/// How a session is opened.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct ConnectOptions {
    /// To read or to write.
    pub access: Access,
    /// How long to try; by default 10 s.
    pub timeout: Duration,
    /// How long a transaction waits for the engine's write lock, where that is the lock; by default
    /// 60 s.
    pub lock_timeout: Duration,
}

impl ConnectOptions {
    /// Options for `access` with a connect time-out of 10 s and a lock time-out of 60 s.
    pub fn new(access: Access) -> Self {
        Self {
            access,
            timeout: Duration::from_secs(10),
            lock_timeout: Duration::from_secs(60),
        }
    }

    /// Sets how long the lock is waited for.
    #[must_use]
    pub fn lock_timeout(mut self, timeout: Duration) -> Self {
        self.lock_timeout = timeout;
        self
    }
}

/// What a lock is asked for.
#[derive(Debug, Clone)]
pub struct LockRequest {
    /// The ledger that the lock protects; the lock's name is made of it.
    pub tables: LedgerTables,
}

/// What came of one attempt at the lock.
///
/// The caller polls: a blocking wait would deadlock with `CREATE INDEX CONCURRENTLY`, which waits for
/// whoever waits.
#[derive(Debug)]
pub enum LockAttempt {
    /// Obtained; the ledger was read after it.
    Obtained(Box<Snapshot>),
    /// Somebody else holds it.
    Held(Option<Holder>),
}

/// Who holds a lock, as the server tells.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[non_exhaustive]
pub struct Holder {
    /// The server's number of that session.
    pub session: String,
    /// User, application, address: whatever the server tells, in words.
    pub description: String,
}

impl Holder {
    /// A holder by the server's session number and a description.
    pub fn new(session: impl Into<String>, description: impl Into<String>) -> Self {
        Self {
            session: session.into(),
            description: description.into(),
        }
    }
}

/// The answer to a query: rows of text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ResultSet {
    /// Column names.
    pub columns: Vec<String>,
    /// Rows; `None` is NULL.
    pub rows: Vec<Vec<Option<String>>>,
}

/// Statements to send together, and what a session may make of them.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Message<'a> {
    /// The plan's statements, in order, without terminators.
    pub statements: &'a [&'a str],
    /// Where whole transactions lie among them, each from its BEGIN to its COMMIT, in order. Each
    /// would be the same if it stood alone, and can be run again after a rollback.
    pub transactions: &'a [Range<usize>],
}

impl<'a> Message<'a> {
    /// Statements, and the transactions among them.
    pub fn new(statements: &'a [&'a str], transactions: &'a [Range<usize>]) -> Self {
        Self {
            statements,
            transactions,
        }
    }
}

impl ResultSet {
    /// The first cell of the first row, unless there is none or it is NULL.
    pub fn cell(&self) -> Option<&str> {
        self.rows.first()?.first()?.as_deref()
    }
}

impl ResultSet {
    /// The rows of an answer that is one JSON document a row.
    ///
    /// # Errors
    ///
    /// The first row that is no such document, and why.
    pub fn documents<T: serde::de::DeserializeOwned>(&self) -> Result<Vec<T>, String> {
        let documents = self.rows.iter().map(|row| match row.as_slice() {
            [Some(text)] => serde_json::from_str(text).map_err(|error| format!("{error}: {text}")),
            row => Err(format!("{row:?} is not one document")),
        });
        documents.collect()
    }
}

/// One live connection: it sends what a plan holds.
///
/// After every answer, also a failure, no transaction is open that the message did not mean to leave
/// open, unless [`Failure::session`] says that the session is dead.
///
/// **Nobody drops a future of a session before it is ready**: on all three engines the statement
/// goes on or the connection is lost. [`Interrupt`] is the way to stop.
pub trait Session: Send {
    /// What was found at the other end.
    fn server(&self) -> &Server;

    /// Whose the connection is. Inside an application's transaction a failure is rolled back to
    /// [`SAVEPOINT`] alone.
    fn tenure(&self) -> Tenure {
        Tenure::Own
    }

    /// Reads the ledger without writing anything; absent tables are reported, not made.
    fn read<'a>(&'a mut self, tables: &'a LedgerTables)
    -> BoxFuture<'a, Result<Snapshot, Failure>>;

    /// Tries once for the lock and reads the ledger after it, in as few round trips as can be.
    fn try_lock<'a>(
        &'a mut self,
        request: &'a LockRequest,
    ) -> BoxFuture<'a, Result<LockAttempt, Failure>>;

    /// Who holds the lock now, if somebody does and the server tells. Takes nothing.
    fn holder<'a>(
        &'a mut self,
        request: &'a LockRequest,
    ) -> BoxFuture<'a, Result<Option<Holder>, Failure>> {
        let _ = request;
        Box::pin(async { Ok(None) })
    }

    /// Gives the lock back. Closing the session does so too.
    fn unlock<'a>(&'a mut self) -> BoxFuture<'a, Result<(), Failure>>;

    /// Sends statements (without terminators) in one message, in order, stopping at the first
    /// failure. After a failure whatever transaction was open has been rolled back.
    fn send<'a>(&'a mut self, statements: &'a [&'a str]) -> BoxFuture<'a, Result<(), Failure>>;

    /// Sends a message, and answers how many of its statements are done: all of them, or those up
    /// to the end of one of its transactions, where a session that has been at it for long may stop.
    ///
    /// How transactions are committed is the session's matter. It may let several share a commit,
    /// or not wait for the disk at all but the last, on these conditions: a failure leaves what it
    /// would have left without that; nothing the database was set to is changed; and every COMMIT
    /// that is answered as done, or counts as [`Failure::completed`], is as durable as the database's
    /// own settings make it.
    fn deliver<'a>(&'a mut self, message: Message<'a>) -> BoxFuture<'a, Result<usize, Failure>> {
        Box::pin(async move {
            self.send(message.statements).await?;
            Ok(message.statements.len())
        })
    }

    /// Runs one reading statement.
    fn query<'a>(&'a mut self, sql: &'a str) -> BoxFuture<'a, Result<ResultSet, Failure>>;

    /// The handle that stops what is running.
    fn interrupt(&self) -> Arc<dyn Interrupt>;

    /// Closes politely; what was locked is free afterwards.
    fn close(self: Box<Self>) -> BoxFuture<'static, ()>;
}

/// Stops what a session is running, from any task. It may be asked twice, and when nothing runs.
pub trait Interrupt: Send + Sync {
    /// Asks the engine to stop. The interrupted call still answers, with
    /// [`FailureKind::Interrupted`](super::FailureKind::Interrupted).
    fn interrupt(&self) -> BoxFuture<'static, ()>;
}
