//! What a plan wants written about the ledger.

use std::borrow::Cow;

use aludel::ledger as core;
use serde::{Deserialize, Serialize};

use super::Server;

/// Asks for texts about the ledger.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LedgerRequest<'a> {
    /// The dialect's server.
    pub server: Server,
    /// The ledger's tables.
    pub tables: Tables,
    /// Who runs.
    pub by: Identity,
    /// The statements that make the tables are wanted too.
    pub setup: bool,
    /// The wanted statements about rows.
    pub texts: Vec<LedgerText<'a>>,
}

/// The ledger's tables.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tables {
    /// The schema that holds them; `null`: not known yet.
    pub schema: Option<String>,
    /// The applied set.
    pub ledger: String,
    /// The journal.
    pub journal: String,
}

/// Who runs; `null` leaves it to an expression of the engine.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identity {
    /// The user.
    pub who: Option<String>,
    /// The host.
    pub host: Option<String>,
}

/// A statement about the ledger's rows. A run may want thousands: their words are lent to be written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LedgerText<'a> {
    /// Fails unless the ledger is where the plan says.
    Guard(Guard<'a>),
    /// Appends one event to the journal.
    Journal(JournalEntry<'a>),
    /// Makes revisions applied.
    Insert(Cow<'a, [String]>),
    /// Makes revisions unapplied.
    Delete(Cow<'a, [String]>),
}

/// What must hold of the ledger.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Guard<'a> {
    /// The revision that it stands before.
    pub revision: Cow<'a, str>,
    /// Revisions that must be applied.
    pub present: Cow<'a, [String]>,
    /// Revisions that must not be applied.
    pub absent: Cow<'a, [String]>,
    /// The revision must not be part-way either.
    pub not_part_way: bool,
}

/// One event of the journal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct JournalEntry<'a> {
    /// The revision's id.
    pub revision: Cow<'a, str>,
    /// Which way.
    pub direction: Direction,
    /// What happened.
    pub event: Event,
    /// How many statements the script has.
    pub statements: Option<usize>,
    /// Its checksum, with the algorithm's tag.
    pub checksum: Option<Cow<'a, str>>,
    /// The version of the rules by which the script was translated; 0 if it runs as written.
    #[serde(default)]
    pub rules: u32,
}

/// Which way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// Applying.
    Up,
    /// Reverting.
    Down,
}

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    /// It has begun, without a transaction.
    Started,
    /// Statement k has completed.
    Statement(usize),
    /// It is applied, or reverted.
    Done,
    /// It stopped after k completed statements.
    Failed(usize),
    /// The ledger was set.
    Stamped,
}

/// Answers [`op::LEDGER`](crate::abi::op::LEDGER); the body is the texts, one after the other:
/// first those that make the tables.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Written {
    /// How many of the lengths are of statements that make the tables.
    pub setup: usize,
    /// Lengths in bytes.
    pub lengths: Vec<usize>,
}

impl From<&core::LedgerTables> for Tables {
    fn from(tables: &core::LedgerTables) -> Self {
        Self {
            schema: tables.schema.clone(),
            ledger: tables.ledger.clone(),
            journal: tables.journal.clone(),
        }
    }
}

impl From<Tables> for core::LedgerTables {
    fn from(tables: Tables) -> Self {
        let mut core = Self::default().named(tables.ledger, tables.journal);
        core.schema = tables.schema;
        core
    }
}

impl From<&core::Identity> for Identity {
    fn from(by: &core::Identity) -> Self {
        Self {
            who: by.who.clone(),
            host: by.host.clone(),
        }
    }
}

impl From<Identity> for core::Identity {
    fn from(by: Identity) -> Self {
        Self {
            who: by.who,
            host: by.host,
        }
    }
}

impl<'a> From<&'a core::LedgerText> for LedgerText<'a> {
    fn from(text: &'a core::LedgerText) -> Self {
        match text {
            core::LedgerText::Guard(guard) => Self::Guard(Guard {
                revision: guard.revision.as_str().into(),
                present: guard.present.as_slice().into(),
                absent: guard.absent.as_slice().into(),
                not_part_way: guard.not_part_way,
            }),
            core::LedgerText::Journal(entry) => Self::Journal(JournalEntry {
                revision: entry.revision.as_str().into(),
                direction: match entry.direction {
                    core::Direction::Up => Direction::Up,
                    core::Direction::Down => Direction::Down,
                },
                event: match entry.event {
                    core::EntryEvent::Started => Event::Started,
                    core::EntryEvent::Statement(k) => Event::Statement(k),
                    core::EntryEvent::Done => Event::Done,
                    core::EntryEvent::Failed(k) => Event::Failed(k),
                    core::EntryEvent::Stamped => Event::Stamped,
                },
                statements: entry.statements,
                checksum: entry.checksum.as_deref().map(Cow::from),
                rules: entry.rules,
            }),
            core::LedgerText::Insert(ids) => Self::Insert(ids.as_slice().into()),
            core::LedgerText::Delete(ids) => Self::Delete(ids.as_slice().into()),
        }
    }
}

impl From<LedgerText<'_>> for core::LedgerText {
    fn from(text: LedgerText<'_>) -> Self {
        match text {
            LedgerText::Guard(guard) => Self::Guard(core::Guard {
                revision: guard.revision.into_owned(),
                present: guard.present.into_owned(),
                absent: guard.absent.into_owned(),
                not_part_way: guard.not_part_way,
            }),
            LedgerText::Journal(entry) => Self::Journal(core::JournalEntry {
                revision: entry.revision.into_owned(),
                direction: match entry.direction {
                    Direction::Up => core::Direction::Up,
                    Direction::Down => core::Direction::Down,
                },
                event: match entry.event {
                    Event::Started => core::EntryEvent::Started,
                    Event::Statement(k) => core::EntryEvent::Statement(k),
                    Event::Done => core::EntryEvent::Done,
                    Event::Failed(k) => core::EntryEvent::Failed(k),
                    Event::Stamped => core::EntryEvent::Stamped,
                },
                statements: entry.statements,
                checksum: entry.checksum.map(Cow::into_owned),
                rules: entry.rules,
            }),
            LedgerText::Insert(ids) => Self::Insert(ids.into_owned()),
            LedgerText::Delete(ids) => Self::Delete(ids.into_owned()),
        }
    }
}
