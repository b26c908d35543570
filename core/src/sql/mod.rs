//! Reading an SQL script: where its statements begin and end, and what each one does to a
//! transaction and a session.
//!
//! The scanner never changes a script. [`scan`] finds the statements the way the dialect's own
//! client and server would, so that what is sent to the engine is the author's text, byte for
//! byte, and so that a progress report, a refusal or an engine's error can name a line.
//!
//! # Invariants
//!
//! - Joining every statement's `leading`, `body` and `terminator` and then the script's
//!   `trailing` range gives back the input byte for byte.
//! - Scanning takes time linear in the size of the script, and never panics.
//! - All problems of a script are reported together, in the order of the text.
//!
//! # Deliberately absent
//!
//! - No syntax check: what stands between two terminators is the engine's to judge. Only
//!   keywords and quoting are looked at.
//! - No settings: PostgreSQL's `standard_conforming_strings` is taken as on, MySQL's `sql_mode`
//!   as being without `ANSI_QUOTES` and `NO_BACKSLASH_ESCAPES`. A statement that changes them is
//!   marked with [`Facts::changes_lexing`].
//! - No client variables (psql's `:name`), and no client commands but MySQL's `DELIMITER`.
//!
//! # Example
//!
//! ```
//! use aludel::sql::{self, Syntax};
//!
//! let script = sql::scan(Syntax::Sqlite, "CREATE TABLE t (a); -- one\nINSERT INTO t VALUES (';');\n")?;
//! let verbs: Vec<&str> = script.statements.iter().map(|s| s.facts.verb.as_str()).collect();
//! assert_eq!(verbs, ["CREATE TABLE", "INSERT"]);
//! assert_eq!(script.statements[1].text(&script), "INSERT INTO t VALUES (';')");
//! # Ok::<(), Vec<sql::ScanProblem>>(())
//! ```

mod directive;
mod facts;
mod fitting;
mod lexer;
mod parse;
mod problem;
mod script;
mod split;
mod token;
mod transaction;
mod variables;

#[cfg(test)]
mod tests;

pub use directive::{Directive, DirectiveKind};
pub(crate) use facts::sets_nothing;
pub use facts::{Facts, TransactionUse};
pub(crate) use parse::{
    Block, Doing, Part, Reach, Routine, StatementTrigger, Variable, block, call, calls, doings,
    exclusion, exclusion_renamed, name_of, program, reach, routine, trigger_calling, trigger_named,
    with_given, words_of,
};
pub use parse::{parse, parse_expr, parse_query, parse_type};
pub use problem::{Reason, ScanProblem, line_col};
pub use script::{Script, Selected, Statement};
pub use transaction::{Mode, check_transaction};
pub use variables::{VariableProblem, substitute};

/// The rules by which a script is read. A dialect names one; it says nothing about a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Syntax {
    /// PostgreSQL, split as `psql` splits.
    Postgres,
    /// MySQL and MariaDB: split as the server splits, with the client's `DELIMITER`.
    Mysql,
    /// SQLite, split as `sqlite3_complete` does.
    Sqlite,
}

/// Splits a script into statements.
///
/// # Errors
///
/// Every problem found in the text, in its order: an unterminated quote or block, a command that
/// only the engine's client understands, data of `COPY … FROM STDIN`, a NUL byte, a directive
/// that is misplaced or misspelt.
///
/// ```
/// use aludel::sql::{scan, Reason, Syntax};
///
/// let problems = scan(Syntax::Postgres, "SELECT 1;\n\\dt\nSELECT 'oops;\n").unwrap_err();
/// let places: Vec<(usize, usize)> = problems.iter().map(|p| (p.line, p.column)).collect();
/// assert_eq!(places, [(2, 1), (3, 8)]);
/// assert_eq!(problems[1].reason, Reason::UnterminatedString);
/// ```
pub fn scan(syntax: Syntax, text: &str) -> Result<Script, Vec<ScanProblem>> {
    split::split(syntax, text)
}
