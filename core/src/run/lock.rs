//! The lock: polled with a deadline, and the only way to the ledger of a run.
//!
//! A blocking wait inside the engine would deadlock with `CREATE INDEX CONCURRENTLY`, which waits
//! for every older snapshot; hence the polling. [`Locked`] owns access to the session, so code
//! that writes does not compile without it. Whoever opened the session gives the lock back, by
//! closing it or by [`Session::unlock`].
//!
//! Where the engine's write lock is the lock ([`LockKind::Transaction`](crate::driver::LockKind)),
//! each transaction's BEGIN waits for it inside the driver. [`wait_to_write`] says so.

use std::time::{Duration, Instant};

use tokio_util::sync::CancellationToken;

use super::supervise::supervised;
use super::{Event, Events, RunError};
use crate::driver::{Dialect, FailureKind, LockAttempt, LockRequest, Session};
use crate::ledger::{LedgerTables, Snapshot};

/// How long is waited before it is said that somebody is waited for.
const PATIENCE: Duration = Duration::from_millis(500);

/// A session that holds the lock.
pub(crate) struct Locked<'s, 'c> {
    pub(crate) session: &'s mut (dyn Session + 'c),
    pub(crate) snapshot: Snapshot,
}

/// Obtains the lock, polling until `timeout`.
pub(crate) async fn obtain<'s, 'c>(
    session: &'s mut (dyn Session + 'c),
    tables: &LedgerTables,
    timeout: Duration,
    events: &dyn Events,
    cancel: &CancellationToken,
) -> Result<Locked<'s, 'c>, RunError> {
    let request = LockRequest {
        tables: tables.clone(),
    };
    let started = Instant::now();
    let mut told = false;
    let mut pause = Duration::from_millis(20);
    loop {
        let interrupt = session.interrupt();
        let attempt = supervised(interrupt, cancel, session.try_lock(&request)).await;
        let holder = match attempt {
            Ok(LockAttempt::Obtained(snapshot)) => {
                return Ok(Locked {
                    session,
                    snapshot: *snapshot,
                });
            }
            Ok(LockAttempt::Held(holder)) => holder,
            Err(failure) => return Err(RunError::from_failure(failure)),
        };
        if started.elapsed() >= timeout {
            return Err(RunError::Locked {
                holder,
                waited: timeout,
            });
        }
        // A session that has just ended may not have ended yet for its server.
        if !told && started.elapsed() >= PATIENCE {
            told = true;
            events.event(Event::LockWaiting {
                holder,
                timeout_seconds: timeout.as_secs(),
            });
        }
        // Runners that started together should not ask together: the pause differs by process.
        let jitter = Duration::from_millis(u64::from(std::process::id() % 17));
        tokio::select! {
            () = tokio::time::sleep(pause + jitter) => {}
            () = cancel.cancelled() => {
                return Err(RunError::Interrupted { committed: Vec::new() });
            }
        }
        pause = (pause * 2).min(Duration::from_millis(500));
    }
}

/// For how long a revision in steps that makes no step is taken for one that is at work.
const QUIET: Duration = Duration::from_secs(3);

/// Waits while another runner seems to be at work on a revision in steps: between its statements
/// nobody holds the engine's write lock. It is told from one that was cut off by the rows that it
/// goes on to write, and by the lock that a slow statement holds. Answers what was read last, if
/// anything was.
pub(crate) async fn wait_for_steps(
    session: &mut (dyn Session + '_),
    dialect: &dyn Dialect,
    snapshot: &Snapshot,
    timeout: Duration,
    events: &dyn Events,
    cancel: &CancellationToken,
) -> Result<Option<Snapshot>, RunError> {
    let at_work = |snapshot: &Snapshot| snapshot.part_way().iter().any(|part| !part.failed);
    let started = Instant::now();
    // Rows that say that a revision is done stand for those of its steps: their number tells.
    let last = |snapshot: &Snapshot| snapshot.journal.last().map(|row| row.number);
    let (mut row, mut since) = (last(snapshot), started);
    let mut latest = None;
    let mut told = false;
    while at_work(latest.as_ref().unwrap_or(snapshot)) && started.elapsed() < timeout {
        if since.elapsed() < QUIET {
            tokio::select! {
                () = tokio::time::sleep(Duration::from_millis(100)) => {}
                () = cancel.cancelled() => {
                    return Err(RunError::Interrupted { committed: Vec::new() });
                }
            }
        } else if wait_to_write(session, dialect, timeout, &mut told, events, cancel).await? {
            since = Instant::now();
        } else {
            break;
        }
        let interrupt = session.interrupt();
        let read = supervised(interrupt, cancel, session.read(&snapshot.tables)).await;
        let read = read.map_err(RunError::from_failure)?;
        if last(&read) != row {
            (row, since) = (last(&read), Instant::now());
            // Of one that was cut off it would not be true.
            tell(&mut told, timeout, events);
        }
        latest = Some(read);
    }
    Ok(latest)
}

/// Says once that another process is waited for, whom SQLite does not name.
fn tell(told: &mut bool, timeout: Duration, events: &dyn Events) {
    if !std::mem::replace(told, true) {
        events.event(Event::LockWaiting {
            holder: None,
            timeout_seconds: timeout.as_secs(),
        });
    }
}

/// Waits until a transaction can begin, says so if that takes long, and gives it up again. What
/// else keeps it from beginning is for the plan's own statement to meet, which has a place. Whether
/// it took long.
pub(crate) async fn wait_to_write(
    session: &mut (dyn Session + '_),
    dialect: &dyn Dialect,
    timeout: Duration,
    told: &mut bool,
    events: &dyn Events,
    cancel: &CancellationToken,
) -> Result<bool, RunError> {
    let mut waited = false;
    let begin = [dialect.begin()];
    let interrupt = session.interrupt();
    let answer = {
        let call = supervised(interrupt, cancel, session.send(&begin));
        tokio::pin!(call);
        tokio::select! {
            biased;
            answer = &mut call => answer,
            () = tokio::time::sleep(PATIENCE) => {
                waited = true;
                tell(told, timeout, events);
                call.await
            }
        }
    };
    match answer {
        Ok(()) => {
            let ended = session.send(&[dialect.rollback()]).await;
            ended.map(|()| waited).map_err(RunError::from_failure)
        }
        Err(failure) => match failure.kind {
            FailureKind::Busy => Err(RunError::Locked {
                holder: None,
                waited: timeout,
            }),
            FailureKind::Interrupted | FailureKind::Lost => Err(RunError::from_failure(failure)),
            FailureKind::Connect
            | FailureKind::Refused
            | FailureKind::ReadOnly
            | FailureKind::Denied
            | FailureKind::Full => Ok(waited),
        },
    }
}
