//! What a run tells while it goes. Progress bars, plain text and JSON lines read one stream.

use crate::driver::{Holder, Server};
use crate::ledger::Direction;
use crate::plan::Why;
use crate::run::Omitted;

/// One event of a run. As JSON it is an object whose `event` names it.
///
/// A run that changes something tells `Connected`, `Planned`, and of each revision `RevisionStarted`
/// and `RevisionDone`, in the order of their commits. Several revisions may share a message: then all
/// of them are started before the first is done. One that fails is never done; the run's error names
/// it. The others come where there is a reason.
///
/// ```
/// use aludel::revision::Direction;
/// use aludel::run::Event;
///
/// let event = Event::RevisionDone {
///     revision: "20260105101500".into(),
///     name: "2026-01-05-101500_accounts".into(),
///     direction: Direction::Up,
/// };
/// let json = serde_json::to_value(&event)?;
/// assert_eq!(json["event"], "revision_done");
/// assert_eq!(json["direction"], "up");
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Clone, serde::Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Event {
    /// A session is open.
    Connected {
        /// The driver's name.
        driver: String,
        /// Flavour and version found.
        server: Server,
    },
    /// Somebody else holds the lock; it is tried again until the deadline.
    LockWaiting {
        /// Who holds it, if the server tells.
        holder: Option<Holder>,
        /// How long it will be waited for, in seconds.
        timeout_seconds: u64,
    },
    /// What will run.
    Planned {
        /// Which way.
        direction: Direction,
        /// Directory names, in order.
        revisions: Vec<String>,
        /// Those of them that fill a hole: something that is applied needs them.
        holes: Vec<String>,
    },
    /// What the translation of the planned scripts leaves out, from the closed list of
    /// `docs/translation.md`.
    Omitted {
        /// Each statement, or part of one.
        omissions: Vec<Omitted>,
    },
    /// Something to know that stops nothing.
    Warning {
        /// A stable code: `changed`, `missing`, `lock-left`, or another.
        code: &'static str,
        /// The text.
        message: String,
    },
    /// A revision is about to run.
    RevisionStarted {
        /// Its id.
        revision: String,
        /// Its directory's name.
        name: String,
        /// Which way.
        direction: Direction,
        /// How many statements.
        statements: usize,
        /// Whether it is one transaction.
        transaction: bool,
        /// Why it is not, where it is none.
        reason: Option<Why>,
    },
    /// A revision and its ledger rows are committed.
    RevisionDone {
        /// Its id.
        revision: String,
        /// Its directory's name.
        name: String,
        /// Which way.
        direction: Direction,
    },
    /// How the ledger would be set: this run changes nothing.
    WouldStamp {
        /// Ids that would become applied.
        added: Vec<String>,
        /// Ids that would become unapplied.
        removed: Vec<String>,
    },
    /// The ledger was set without running scripts.
    Stamped {
        /// Ids made applied.
        added: Vec<String>,
        /// Ids made unapplied.
        removed: Vec<String>,
    },
}

/// Who reads the events. Every closure that takes an [`Event`] is one.
pub trait Events: Send + Sync {
    /// Takes one event. Must not block for long: the run waits.
    fn event(&self, event: Event);
}

impl<F: Fn(Event) + Send + Sync> Events for F {
    fn event(&self, event: Event) {
        self(event);
    }
}
