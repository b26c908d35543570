//! Stopping what a session runs: another connection that kills the query.
//!
//! Facts, seen on MariaDB 10.11 and MySQL 9.7: KILL QUERY ends one statement of a message, and a
//! statement may swallow it (`DO SLEEP(10)` then counts as done, and the message goes on, COMMIT
//! included). So the kill is repeated while the message runs. MariaDB 10.11 may take one that comes
//! between two statements as the end of the message, and answer nothing more: the client waits for
//! the next result and the server for the next message. Whoever sees the session idle for long ends
//! it, and with that the wait.
//!
//! Invariant: no kill is sent unless a message of the session is running, so that it hits neither
//! the ROLLBACK after it nor a later message. A session says so under the mutex that a kill is sent
//! under; the kill runs in a task of its own, so that nobody has to poll two futures at once.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use aludel::driver::Interrupt;
use futures_util::future::BoxFuture;
use mysql_async::prelude::Queryable;
use mysql_async::{Conn, Opts};
use tokio::sync::Mutex;

/// How long a message may go on before it is killed again.
const AGAIN: Duration = Duration::from_millis(50);
/// How long the killing connection may take to open.
const CONNECT: Duration = Duration::from_secs(5);
/// How long the server may have nothing to do of a message that is not answered. A long message may
/// be on its way to it.
const IDLE: Duration = Duration::from_secs(5);

/// What it takes to stop a session's messages, shared with its interrupt handles.
pub(crate) struct Stop {
    options: Opts,
    connection: String,
    asked: AtomicBool,
    /// The connection was ended, since its server had stopped answering.
    ended: AtomicBool,
    /// A task is killing.
    busy: AtomicBool,
    /// The number of the message that runs.
    running: Mutex<Option<u64>>,
}

impl Stop {
    /// `connection`: the session's number at the server.
    pub(crate) fn new(options: Opts, connection: String) -> Self {
        Self {
            options,
            connection,
            asked: AtomicBool::new(false),
            ended: AtomicBool::new(false),
            busy: AtomicBool::new(false),
            running: Mutex::new(None),
        }
    }

    /// A message begins.
    pub(crate) async fn begin(&self, message: u64) {
        let mut running = self.running.lock().await;
        self.asked.store(false, Ordering::SeqCst);
        *running = Some(message);
    }

    /// The message has ended; no kill is on its way any more.
    pub(crate) async fn end(&self) {
        *self.running.lock().await = None;
    }

    /// Whether somebody asked to stop the message.
    pub(crate) fn asked(&self) -> bool {
        self.asked.load(Ordering::SeqCst)
    }

    /// Whether the connection was ended because its server had stopped answering.
    pub(crate) fn ended(&self) -> bool {
        self.ended.load(Ordering::SeqCst)
    }

    /// Kills until the message of that number has ended.
    async fn kill(&self, message: u64) {
        // If the server cannot be reached a second time, the first connection will tell.
        let opening = tokio::time::timeout(CONNECT, Conn::new(self.options.clone()));
        let Ok(Ok(mut conn)) = opening.await else {
            return;
        };
        let sql = format!("KILL QUERY {}", self.connection);
        let mut seen_at_work = Instant::now();
        loop {
            let running = self.running.lock().await;
            if *running != Some(message) || conn.query_drop(&sql).await.is_err() {
                break;
            }
            if self.is_at_work(&mut conn).await {
                seen_at_work = Instant::now();
            } else if seen_at_work.elapsed() > IDLE {
                self.ended.store(true, Ordering::SeqCst);
                let _ = conn.query_drop(format!("KILL {}", self.connection)).await;
                break;
            }
            drop(running);
            tokio::time::sleep(AGAIN).await;
        }
        let _ = conn.disconnect().await;
    }

    /// Whether the server runs a statement of the session, or does not tell.
    async fn is_at_work(&self, conn: &mut Conn) -> bool {
        let sql = format!(
            "SELECT count(*) FROM information_schema.processlist WHERE id = {} AND info IS NULL",
            self.connection
        );
        let idle: Result<Option<u64>, _> = conn.query_first(sql).await;
        !matches!(idle, Ok(Some(1)))
    }
}

/// The handle of one session.
pub(crate) struct Interrupter(pub(crate) Arc<Stop>);

impl Interrupt for Interrupter {
    fn interrupt(&self) -> BoxFuture<'static, ()> {
        let stop = self.0.clone();
        Box::pin(async move {
            // What is asked for is the end of the message that runs now. The task below may begin
            // when that has ended and another runs.
            let running = stop.running.lock().await;
            let Some(message) = *running else {
                return;
            };
            if stop.busy.swap(true, Ordering::SeqCst) {
                return;
            }
            stop.asked.store(true, Ordering::SeqCst);
            drop(running);
            tokio::spawn(async move {
                stop.kill(message).await;
                stop.busy.store(false, Ordering::SeqCst);
            });
        })
    }
}
