//! Several transactions in one commit.
//!
//! A commit waits for the disk several times, which is most of what a small revision costs. So
//! where one transaction ends and the next begins, COMMIT and BEGIN are left out and a savepoint
//! stands instead, for as long as [`LONGEST`] and as long as nothing could tell the difference:
//!
//! * a failure takes back its own transaction, to the savepoint, and commits those before it;
//! * if the engine has rolled everything back by itself (an interrupted write, `OR ROLLBACK`, a
//!   full disk), those before it run once more and are committed before the failure is told;
//! * a transaction that its own COMMIT would refuse (deferred foreign keys) gets that COMMIT;
//! * `defer_foreign_keys` holds for one transaction, and is switched off where that ends.
//!
//! Savepoints are delivery, as the grouping of messages is: no part of a plan (docs/adr/0006).
//! Deliberately absent: deciding what is a transaction. The message says so.

use std::ops::Range;
use std::time::{Duration, Instant};

use aludel::driver::{At, Failure, FailureKind, Message};

use crate::exec::Executor;

/// How long transactions may share a commit. It bounds what a rollback by the engine costs a
/// second time, and how much longer than a single transaction other writers wait.
const LONGEST: Duration = Duration::from_secs(1);

// The space keeps it out of the way of names that scripts choose.
const SAVE: &str = "SAVEPOINT \"aludel revision\"";
const RELEASE: &str = "RELEASE \"aludel revision\"";
const BACK: &str = "ROLLBACK TO \"aludel revision\"";
const UNDEFER: &str = "PRAGMA defer_foreign_keys = OFF";

/// How statements run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mode {
    /// Transactions share commits.
    Shared,
    /// The same, for those that ran before and were lost: an interrupt has been heard already.
    Again,
    /// Every transaction commits by itself: sharing has failed twice.
    Apart,
}

/// Why a run stopped.
struct Stopped {
    failure: Failure,
    /// The statement that failed.
    at: usize,
    /// What is before this statement is committed.
    durable: usize,
    /// What is between `durable` and this statement had succeeded and is lost.
    lost: usize,
}

impl Executor {
    /// Runs a message; see [`Session::deliver`](aludel::driver::Session::deliver).
    pub(crate) fn deliver(&self, message: Message<'_>) -> Result<usize, Failure> {
        let everything = 0..message.statements.len();
        let answer = self.walk(message, everything, Mode::Shared);
        let answer = answer.map_err(|stopped| self.run_again(message, stopped));
        self.stop.attach(Some(self.handle));
        answer.map_err(|stopped| {
            let mut failure = stopped.failure;
            failure.completed = stopped.durable;
            failure.at = Some(At {
                statement: stopped.at,
                offset: failure.at.and_then(|at| at.offset),
            });
            failure
        })
    }

    /// Runs what had succeeded before a failure and was lost with it. The failure to tell is that
    /// of the earliest statement.
    fn run_again(&self, message: Message<'_>, stopped: Stopped) -> Stopped {
        let mut told = stopped;
        for mode in [Mode::Again, Mode::Apart] {
            if told.lost == told.durable {
                break;
            }
            match self.walk(message, told.durable..told.lost, mode) {
                Ok(done) => told.durable = done,
                Err(earlier) => told = earlier,
            }
        }
        told
    }

    /// Runs the statements of a range. A shared run may stop where a transaction ends.
    fn walk(
        &self,
        message: Message<'_>,
        range: Range<usize>,
        mode: Mode,
    ) -> Result<usize, Stopped> {
        let mut at = range.start;
        while at < range.end {
            let group = match mode {
                Mode::Apart => &[],
                _ => adjacent(message.transactions, at, range.end),
            };
            if let [_, .., last] = group {
                at = self.group(message.statements, group, mode)?;
                if at < last.end && mode == Mode::Shared {
                    break;
                }
                continue;
            }
            self.run(message.statements[at], None).map_err(|failure| {
                self.clean_up();
                Stopped {
                    failure,
                    at,
                    durable: at,
                    lost: at,
                }
            })?;
            at += 1;
        }
        Ok(at)
    }

    /// Runs adjacent transactions with one commit, and answers where that stands: after the last of
    /// them, or earlier.
    fn group(
        &self,
        statements: &[&str],
        group: &[Range<usize>],
        mode: Mode,
    ) -> Result<usize, Stopped> {
        let first = &group[0];
        let (mut at, mut current) = (first.start, first.start);
        let shared = self.run_group(statements, group, mode, &mut at, &mut current);
        let Err(failure) = shared else {
            return Ok(at);
        };
        // It has been heard, and is not to hit what makes up for it.
        self.stop.attach(None);
        let mut stopped = Stopped {
            failure,
            at,
            durable: first.start,
            lost: current,
        };
        if stopped.failure.kind == FailureKind::Busy {
            // Somebody reads, and none of them can be committed, the first no more than the last.
            self.clean_up();
            (stopped.at, stopped.lost) = (first.end - 1, first.start);
        } else if current > first.start && !self.handle.autocommit() {
            let kept = self.run(BACK, None);
            if kept
                .and_then(|()| self.run(statements[first.end - 1], None))
                .is_ok()
            {
                stopped.durable = current;
            }
        }
        self.clean_up();
        Err(stopped)
    }

    /// Runs adjacent transactions; `at` is the statement that runs or the end of what is committed,
    /// `current` the beginning of the transaction it is of.
    fn run_group(
        &self,
        statements: &[&str],
        group: &[Range<usize>],
        mode: Mode,
        at: &mut usize,
        current: &mut usize,
    ) -> Result<(), Failure> {
        let begun = Instant::now();
        self.run(statements[*at], None)?;
        for (index, transaction) in group.iter().enumerate() {
            *current = transaction.start;
            *at = transaction.start;
            self.run(SAVE, None)?;
            let inner = transaction.start + 1..transaction.end - 1;
            for (index, sql) in inner.clone().zip(&statements[inner]) {
                *at = index;
                self.run(sql, None)?;
            }
            *at = transaction.end - 1;
            let last = index + 1 == group.len()
                || begun.elapsed() >= LONGEST
                || (mode == Mode::Shared && self.stop.asked())
                || self.handle.defers_violations();
            if last {
                self.run(statements[*at], None)?;
                break;
            }
            self.run(UNDEFER, None)?;
            self.run(RELEASE, None)?;
        }
        *at += 1;
        Ok(())
    }
}

/// The transactions from `at` on that follow each other without a gap, up to `end`.
fn adjacent(transactions: &[Range<usize>], at: usize, end: usize) -> &[Range<usize>] {
    let from = transactions.partition_point(|transaction| transaction.start < at);
    let mut next = at;
    let count = transactions[from..]
        .iter()
        .take_while(|transaction| {
            let adjacent = transaction.start == next && transaction.end <= end;
            next = transaction.end;
            adjacent
        })
        .count();
    &transactions[from..from + count]
}
