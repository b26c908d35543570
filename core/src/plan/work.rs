//! What a plan is made of: a revision, a direction, a scanned script.

use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;

use super::Why;
use crate::ledger::Direction;

/// One revision to run, one way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Work {
    /// The revision's id.
    pub id: String,
    /// Its directory's name.
    pub name: String,
    /// Its message.
    pub message: Option<String>,
    /// Which way.
    pub direction: Direction,
    /// The chosen script.
    pub script: WorkScript,
    /// Revisions that must be applied before it runs.
    pub present: Vec<String>,
    /// Revisions that must not be applied before it runs.
    pub absent: Vec<String>,
    /// It fills a hole.
    pub hole: bool,
}

/// A script as it will run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkScript {
    /// The file.
    pub path: PathBuf,
    /// Its text.
    pub text: Arc<str>,
    /// Its checksum, with the algorithm's tag.
    pub checksum: String,
    /// The statements to run, in order.
    pub pieces: Vec<Piece>,
    /// Why it is no transaction, if it says so itself.
    pub stepwise: Option<Why>,
}

/// One statement of a script.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    /// From the comments before it to its last token, in bytes of the script's text.
    pub span: Range<usize>,
    /// Where its first token stands.
    pub body: usize,
    /// The engine commits before and after it.
    pub implicit_commit: bool,
    /// It changes the session's settings.
    pub sets_session: bool,
    /// It reads the clock when it runs.
    pub reads_clock: bool,
}
