//! What a plan is made of: a revision, a direction, a scanned script.

use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;

use super::Why;
use crate::ledger::Direction;
use crate::revision::Program;

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
    /// What runs in place of statements, where the revision is written in Rust and a database is
    /// there. Offline it has been recorded as a script.
    pub program: Option<Program>,
    /// The statements were recorded from such a program.
    pub is_recorded: bool,
    /// The version of the rules by which it was translated; 0 if it runs as written.
    pub rules: u32,
    /// Why it is no transaction, if it says so itself.
    pub stepwise: Option<Why>,
    /// Statements to run outside the transaction, before it begins; none is the user's own.
    pub before: Vec<String>,
    /// Statements to run outside the transaction, after it has committed, and also after the unit
    /// has failed: they put back what `before` changed, and may run although nothing was changed.
    pub after: Vec<String>,
    /// It leaves rows of other tables to the actions of foreign keys, or it to them to refuse a row that
    /// would refer to nothing; the driver's own sessions enforce them.
    pub relies_on_keys: bool,
}

/// One statement of a script.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    /// From the comments before it to its last token, in bytes of the script's text.
    pub span: Range<usize>,
    /// Where its first token stands.
    pub body: usize,
    /// What runs in its place, where it was translated. `span` is still the user's statement: the
    /// place that an error points to.
    pub sql: Option<String>,
    /// The engine commits before and after it.
    pub implicit_commit: bool,
    /// It changes the session's settings.
    pub sets_session: bool,
    /// It reads the clock when it runs.
    pub reads_clock: bool,
}

impl Piece {
    /// What runs: the translation, or the text of the script as it stands.
    pub fn text<'a>(&'a self, script: &'a str) -> &'a str {
        match &self.sql {
            Some(sql) => sql,
            None => &script[self.span.clone()],
        }
    }
}
