//! What is asked of a session, and how it answers.

use aludel::driver as core;
use serde::{Deserialize, Serialize};

use super::{Server, Tables};

/// Asks for a session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Connect {
    /// The whole URL, with its secrets.
    pub url: String,
    /// What it is for.
    pub access: Access,
    /// How long to try.
    pub timeout_ms: u64,
    /// How long a transaction waits for the engine's write lock, where that is the lock.
    pub lock_timeout_ms: u64,
}

/// What a session is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Access {
    /// To read: nothing is created or written.
    Read,
    /// To write.
    Write,
}

/// Answers [`op::CONNECT`](crate::abi::op::CONNECT).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Connected {
    /// What was found at the other end.
    pub server: Server,
}

/// The head of `READ`, `LOCK` and `HOLDER`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TablesRequest {
    /// The ledger's tables.
    pub tables: Tables,
}

/// Answers [`op::READ`](crate::abi::op::READ): the ledger as one read found it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Snapshot {
    /// The tables that were read, with their schema.
    pub tables: Tables,
    /// The applied set exists.
    pub ledger_exists: bool,
    /// The journal exists.
    pub journal_exists: bool,
    /// The format that the journal names.
    pub format: Option<u32>,
    /// The applied revisions.
    pub applied: Vec<String>,
    /// The journal, oldest first, without the format row.
    pub journal: Vec<JournalRow>,
}

/// One row of the journal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct JournalRow {
    /// The engine's number.
    pub number: u64,
    /// The revision's id.
    pub revision: String,
    /// `up` or `down`.
    pub direction: String,
    /// What happened.
    pub event: String,
    /// The statement's number.
    pub statement: Option<u64>,
    /// How many statements the script had.
    pub statements: Option<u64>,
    /// The script's checksum.
    pub checksum: Option<String>,
}

/// Answers [`op::LOCK`](crate::abi::op::LOCK).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Lock {
    /// Obtained; the ledger was read after it.
    Obtained(Box<Snapshot>),
    /// Somebody else holds it.
    Held(Held),
}

/// Who holds a lock. Answers [`op::HOLDER`](crate::abi::op::HOLDER).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Held {
    /// `null`: nobody, or the server does not tell.
    pub holder: Option<Holder>,
}

/// A holder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holder {
    /// The server's number of that session.
    pub session: String,
    /// Whatever the server tells, in words.
    pub description: String,
}

/// The head of [`op::DELIVER`](crate::abi::op::DELIVER).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deliver {
    /// Where whole transactions lie among the statements: the index of each one's BEGIN, and the
    /// index after its COMMIT.
    pub transactions: Vec<(usize, usize)>,
}

/// Answers [`op::DELIVER`](crate::abi::op::DELIVER).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delivered {
    /// How many statements are done: all, or those up to the end of a transaction.
    pub done: usize,
}

/// Answers [`op::QUERY`](crate::abi::op::QUERY): rows of text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResultSet {
    /// Column names.
    pub columns: Vec<String>,
    /// Rows.
    pub rows: Vec<Vec<Option<String>>>,
}

/// Something that happened on a session: what `event` tells.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    /// A message of the server that is no failure.
    Notice(String),
}

/// The head of a [`FAILED`](crate::abi::status::FAILED) answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// What kind of failure.
    pub kind: FailureKind,
    /// SQLSTATE, or the engine's own number.
    pub code: Option<String>,
    /// The server's message.
    pub message: String,
    /// The server's detail.
    pub detail: Option<String>,
    /// The server's hint, or the driver's.
    pub hint: Option<String>,
    /// Where inside the server it happened.
    pub context: Option<String>,
    /// Which statement of the message, and where in it.
    pub at: Option<At>,
    /// How many statements of the message had completed.
    #[serde(default)]
    pub completed: usize,
    /// What the session is good for afterwards.
    pub session: SessionState,
}

/// A place in a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct At {
    /// Index of the statement, from 0.
    pub statement: usize,
    /// Offset in its text, in bytes.
    pub offset: Option<usize>,
}

/// Kinds of failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FailureKind {
    /// No connection could be made.
    Connect,
    /// The connection was lost.
    Lost,
    /// The database refused a statement.
    Refused,
    /// Nothing can be written here: a replica, a read-only server or file.
    ReadOnly,
    /// The user may not do this.
    Denied,
    /// There is no room: the disk, a quota or a limit of the database.
    Full,
    /// A lock was not obtained in the time allowed.
    Busy,
    /// The caller interrupted it.
    Interrupted,
}

/// What a session is good for after a failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SessionState {
    /// No transaction is open; it may be used.
    Ready,
    /// It is dead.
    Dead,
}

impl From<core::ResultSet> for ResultSet {
    fn from(found: core::ResultSet) -> Self {
        let core::ResultSet { columns, rows } = found;
        Self { columns, rows }
    }
}

impl From<ResultSet> for core::ResultSet {
    fn from(found: ResultSet) -> Self {
        let ResultSet { columns, rows } = found;
        Self { columns, rows }
    }
}

impl From<&core::Failure> for Failure {
    fn from(failure: &core::Failure) -> Self {
        Self {
            kind: match failure.kind {
                core::FailureKind::Connect => FailureKind::Connect,
                core::FailureKind::Refused => FailureKind::Refused,
                core::FailureKind::ReadOnly => FailureKind::ReadOnly,
                core::FailureKind::Denied => FailureKind::Denied,
                core::FailureKind::Full => FailureKind::Full,
                core::FailureKind::Busy => FailureKind::Busy,
                core::FailureKind::Interrupted => FailureKind::Interrupted,
                // A kind that this boundary has no word for: the safest is that the session is
                // not used again.
                _ => FailureKind::Lost,
            },
            code: failure.code.clone(),
            message: failure.message.clone(),
            detail: failure.detail.clone(),
            hint: failure.hint.clone(),
            context: failure.context.clone(),
            at: failure.at.map(|at| At {
                statement: at.statement,
                offset: at.offset,
            }),
            completed: failure.completed,
            session: match failure.session {
                core::SessionState::Ready => SessionState::Ready,
                core::SessionState::Dead => SessionState::Dead,
            },
        }
    }
}

impl From<Failure> for core::Failure {
    fn from(failure: Failure) -> Self {
        let kind = match failure.kind {
            FailureKind::Connect => core::FailureKind::Connect,
            FailureKind::Lost => core::FailureKind::Lost,
            FailureKind::Refused => core::FailureKind::Refused,
            FailureKind::ReadOnly => core::FailureKind::ReadOnly,
            FailureKind::Denied => core::FailureKind::Denied,
            FailureKind::Full => core::FailureKind::Full,
            FailureKind::Busy => core::FailureKind::Busy,
            FailureKind::Interrupted => core::FailureKind::Interrupted,
        };
        let mut core = Self::new(kind, failure.message);
        core.code = failure.code;
        core.detail = failure.detail;
        core.hint = failure.hint;
        core.context = failure.context;
        core.at = failure.at.map(|at| core::At {
            statement: at.statement,
            offset: at.offset,
        });
        core.completed = failure.completed;
        core.session = match failure.session {
            SessionState::Ready => core::SessionState::Ready,
            SessionState::Dead => core::SessionState::Dead,
        };
        core
    }
}

impl From<core::Holder> for Holder {
    fn from(holder: core::Holder) -> Self {
        Self {
            session: holder.session,
            description: holder.description,
        }
    }
}

impl From<Holder> for core::Holder {
    fn from(holder: Holder) -> Self {
        Self::new(holder.session, holder.description)
    }
}

impl From<aludel::ledger::Snapshot> for Snapshot {
    fn from(snapshot: aludel::ledger::Snapshot) -> Self {
        let rows = snapshot.journal.into_iter().map(|row| JournalRow {
            number: row.number,
            revision: row.revision,
            direction: row.direction.into_owned(),
            event: row.event.into_owned(),
            statement: row.statement,
            statements: row.statements,
            checksum: row.checksum,
        });
        Self {
            tables: (&snapshot.tables).into(),
            ledger_exists: snapshot.ledger_exists,
            journal_exists: snapshot.journal_exists,
            format: snapshot.format,
            applied: snapshot.applied,
            journal: rows.collect(),
        }
    }
}

impl From<Snapshot> for aludel::ledger::Snapshot {
    fn from(snapshot: Snapshot) -> Self {
        let rows = snapshot
            .journal
            .into_iter()
            .map(|row| aludel::ledger::JournalRow {
                number: row.number,
                revision: row.revision,
                direction: row.direction.into(),
                event: row.event.into(),
                statement: row.statement,
                statements: row.statements,
                checksum: row.checksum,
            });
        let mut core = Self::absent(snapshot.tables.into());
        core.ledger_exists = snapshot.ledger_exists;
        core.journal_exists = snapshot.journal_exists;
        core.format = snapshot.format;
        core.applied = snapshot.applied;
        core.journal = rows.collect();
        core
    }
}

impl From<core::Access> for Access {
    fn from(access: core::Access) -> Self {
        match access {
            core::Access::Read => Self::Read,
            core::Access::Write => Self::Write,
        }
    }
}

impl From<Access> for core::Access {
    fn from(access: Access) -> Self {
        match access {
            Access::Read => Self::Read,
            Access::Write => Self::Write,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Failure, core};

    #[test]
    fn a_failure_is_of_the_same_kind_on_both_sides() {
        use core::FailureKind::*;
        for kind in [
            Connect,
            Lost,
            Refused,
            ReadOnly,
            Denied,
            Full,
            Busy,
            Interrupted,
        ] {
            let told = core::Failure::new(kind, "why");
            let heard: core::Failure = Failure::from(&told).into();
            assert_eq!((heard.kind, heard.session), (kind, told.session));
        }
    }
}
