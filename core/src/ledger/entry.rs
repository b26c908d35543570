//! What is written: journal events and guards.

use crate::revision::Direction;

/// What a journal row tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum EntryEvent {
    /// A revision that cannot be one transaction has begun.
    Started,
    /// Statement k (from 1) of such a revision has completed.
    Statement(usize),
    /// The revision is applied, or reverted.
    Done,
    /// A revision that was no transaction stopped after k completed statements.
    Failed(usize),
    /// The ledger was set without running the script.
    Stamped,
}

impl EntryEvent {
    /// The event as the journal's column has it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Started => "started",
            Self::Statement(_) => "statement",
            Self::Done => "done",
            Self::Failed(_) => "failed",
            Self::Stamped => "stamped",
        }
    }

    /// The statement's number, where the event has one.
    pub fn statement(self) -> Option<usize> {
        match self {
            Self::Statement(k) | Self::Failed(k) => Some(k),
            _ => None,
        }
    }
}

/// One row to append to the journal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JournalEntry {
    /// The revision's id.
    pub revision: String,
    /// Which way.
    pub direction: Direction,
    /// What happened.
    pub event: EntryEvent,
    /// How many statements the chosen script has.
    pub statements: Option<usize>,
    /// Checksum of the chosen script with its algorithm's tag: `sha256:…`.
    pub checksum: Option<String>,
    /// The version of the rules by which the script was translated; 0 if it runs as written.
    pub rules: u32,
}

/// Who runs, as the journal has it. `None` leaves it to an expression of the engine, so that what is
/// printed offline does not depend on the machine.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Identity {
    /// The user who runs aludel.
    pub who: Option<String>,
    /// The host that it runs on.
    pub host: Option<String>,
}

/// What must hold of the ledger before a unit of work runs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Guard {
    /// The revision the guard stands before.
    pub revision: String,
    /// Revisions that must be applied.
    pub present: Vec<String>,
    /// Revisions that must not be applied.
    pub absent: Vec<String>,
    /// The revision must not be part-way either (for work that is no transaction).
    pub not_part_way: bool,
}

/// A statement about the ledger's rows that a plan wants its dialect to write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LedgerText {
    /// Fails unless the ledger is where the plan says.
    Guard(Guard),
    /// Appends one event to the journal.
    Journal(JournalEntry),
    /// Makes revisions applied.
    Insert(Vec<String>),
    /// Makes revisions unapplied.
    Delete(Vec<String>),
}
