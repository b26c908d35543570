//! The plan of a run: typed steps, to be printed or to be sent.
//!
//! The engine is pure. From works (a revision, a direction, a scanned script) and a dialect it
//! makes a [`Plan`]; a printed script is its text, a run sends it to a session. For the same
//! plan the statements printed are the statements sent; only where a transaction is committed may
//! differ ([`Session::deliver`](crate::driver::Session::deliver)).
//!
//! Invariants:
//!
//! * every text that is not the user's comes from the [`Dialect`](crate::driver::Dialect);
//! * a unit is committed as a whole by its [`Role::Commit`] step, or it is stepwise and the
//!   journal tells how far it came;
//! * each unit begins with a guard, so a script printed yesterday cannot run on another ledger;
//! * what stands outside a unit's transaction ([`Role::Before`], [`Role::After`]) is none of the
//!   user's statements, and its end runs also when the unit failed.
//!
//! Deliberately absent: connections, files, the graph. What to run is decided before.

mod build;
mod draft;
mod work;

pub use build::{Stamp, build, stamp};
pub use work::{Piece, Work, WorkScript};

use std::ops::Range;

use crate::ledger::{Direction, LedgerTables};

/// The ordered work of one run.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Plan {
    /// The ledger's tables.
    pub tables: LedgerTables,
    /// Units in order.
    pub units: Vec<Unit>,
}

/// What commits together: a revision with its ledger rows, the ledger's own tables, a stamp.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Unit {
    /// What it is for.
    pub purpose: Purpose,
    /// Whether it is one transaction.
    pub atomicity: Atomicity,
    /// How it may share a message with others.
    pub delivery: Delivery,
    /// Steps in order.
    pub steps: Vec<Step>,
}

/// What a unit is for.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Purpose {
    /// The ledger's tables.
    Setup,
    /// One revision.
    Revision(Box<Work>),
    /// Rows of the ledger, without running scripts.
    Stamp(Stamp),
}

/// Whether a unit is one transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Atomicity {
    /// It commits with its ledger rows, or not at all.
    Transaction,
    /// Every statement commits by itself, with a row in the journal.
    Stepwise(Why),
}

/// Why a unit is no transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// The script says `no-transaction`, or its metadata does.
    Declared,
    /// Its only statement is refused inside a transaction.
    Alone,
    /// The engine commits DDL by itself.
    ImplicitCommit,
}

/// How a unit may share a message with its neighbours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Delivery {
    /// With others.
    Shared,
    /// With later ones only: it reads the clock, which stands still within a message.
    First,
    /// Statement by statement: it changes how later statements are read, or must not be in an
    /// implicit transaction.
    PerStatement,
}

/// One statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// What it is for.
    pub role: Role,
    /// Its text, without a terminator.
    pub sql: String,
}

/// What a step is for.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Role {
    /// Makes the ledger's tables.
    Setup,
    /// Stands before the transaction and outside it.
    Before,
    /// Begins the transaction.
    Begin,
    /// Fails unless the ledger is where the plan says.
    Guard,
    /// A statement of the user's script.
    Script {
        /// Its number in what was chosen of the script, from 1.
        number: usize,
        /// Where the statement stands in the script's text, in bytes: from the comments before it
        /// to its last token. `Step::sql` is that text, or its translation.
        span: Range<usize>,
    },
    /// Runs a revision that is written in Rust; there is no text.
    Program,
    /// A row of the ledger.
    Ledger,
    /// An event of the journal.
    Journal,
    /// Commits.
    Commit,
    /// Stands after the transaction and outside it, also after one that failed.
    After,
    /// Puts the session's settings back.
    Reset,
}

impl Plan {
    /// Ids that the plan takes out of the ledger without reverting anything.
    pub(crate) fn forgotten(&self) -> impl Iterator<Item = &str> {
        let stamps = self.units.iter().filter_map(|unit| match &unit.purpose {
            Purpose::Stamp(stamp) => Some(&stamp.remove),
            _ => None,
        });
        stamps.flatten().map(String::as_str)
    }

    /// Makes the plan fit for a connection that an application lends: its settings are not reset,
    /// and inside its transaction savepoints stand for transactions.
    pub fn lend(&mut self, dialect: &dyn crate::driver::Dialect, in_transaction: bool) {
        for unit in &mut self.units {
            unit.steps.retain(|step| step.role != Role::Reset);
            for step in unit.steps.iter_mut().filter(|_| in_transaction) {
                let sql = match step.role {
                    Role::Begin => dialect.savepoint(),
                    Role::Commit => dialect.release(),
                    _ => continue,
                };
                sql.clone_into(&mut step.sql);
            }
        }
    }
}

impl Unit {
    /// The revision and direction, where it is one.
    pub fn work(&self) -> Option<(&Work, Direction)> {
        match &self.purpose {
            Purpose::Revision(work) => Some((work, work.direction)),
            _ => None,
        }
    }

    /// Index of the step after which the unit is committed.
    pub fn committed_by(&self) -> usize {
        self.steps
            .iter()
            .rposition(|step| step.role == Role::Commit)
            .unwrap_or(self.steps.len().saturating_sub(1))
    }

    /// The statements to run after step `failed` was refused: those that stand outside the
    /// transaction and put back what was changed for it.
    pub fn after_failure(&self, failed: usize) -> impl Iterator<Item = &str> {
        let steps = self.steps.iter().enumerate();
        steps
            .filter(move |(index, step)| step.role == Role::After && *index > failed)
            .map(|(_, step)| step.sql.as_str())
    }

    /// It is one transaction and nothing else, which leaves the session as it found it: how it is
    /// committed is a matter of delivery.
    pub fn is_plain_transaction(&self) -> bool {
        let sets_session = |work: &Work| work.script.pieces.iter().any(|p| p.sets_session);
        let (first, last) = (self.steps.first(), self.steps.last());
        self.atomicity == Atomicity::Transaction
            && first.is_some_and(|step| step.role == Role::Begin)
            && last.is_some_and(|step| step.role == Role::Commit)
            && !self.work().is_some_and(|(work, _)| sets_session(work))
    }

    /// Length of its text in bytes.
    pub fn bytes(&self) -> usize {
        self.steps.iter().map(|step| step.sql.len() + 2).sum()
    }
}
