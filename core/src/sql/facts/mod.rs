//! What a statement's keywords say about transactions, sessions and data.
//!
//! Facts are read from keywords alone. They are blind to comments and case, and know nothing of a
//! server's state: what a procedure does when it is called is not among them. Where a keyword
//! leaves it open, the answer is the careful one, which each field names.

mod mysql;
mod postgres;
mod sqlite;
pub(super) mod verb;

use super::Syntax;
use super::token::{Tokens, one_of};

/// What is known of one statement.
#[derive(Debug, Clone, PartialEq, Eq, Default, serde::Serialize)]
pub struct Facts {
    /// The first keywords in upper case, such as `CREATE TABLE`, for progress reports.
    pub verb: String,
    /// What it does to the transaction it is in.
    pub transaction: TransactionUse,
    /// Why the engine refuses it in a transaction, or silently does nothing there.
    pub refused_in_transaction: Option<&'static str>,
    /// MySQL and MariaDB: it commits the open transaction, or may. Of statements that are not
    /// known the answer is yes. Always false elsewhere.
    pub implicit_commit: bool,
    /// It leaves the session's settings changed after the transaction.
    pub sets_session: bool,
    /// It changes how the server reads quotes or characters in what follows.
    pub changes_lexing: bool,
    /// PostgreSQL: it evaluates the transaction's clock, which stands still in a transaction.
    /// Functions it calls are not looked into. Always false elsewhere.
    pub reads_clock: bool,
    /// It reads or writes rows (`INSERT`, `SELECT`, `TRUNCATE` …) rather than definitions.
    pub data: bool,
}

/// What a statement does to the transaction it is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum TransactionUse {
    /// Nothing.
    #[default]
    None,
    /// Begins one: `BEGIN`, `START TRANSACTION`; on MySQL `LOCK TABLES`, `SET autocommit = 0`.
    Begin,
    /// Ends one by committing or preparing it: `COMMIT`, `END`, `PREPARE TRANSACTION`,
    /// `COMMIT PREPARED`; on MySQL `UNLOCK TABLES`, `SET autocommit = 1`.
    Commit,
    /// Ends one by reverting it: `ROLLBACK`, `ABORT`, `ROLLBACK PREPARED`.
    Rollback,
    /// Stays inside it: `SAVEPOINT`, `RELEASE`, `ROLLBACK TO`.
    Savepoint,
}

impl Facts {
    /// Reads the facts from a statement's tokens.
    pub(super) fn of(syntax: Syntax, tokens: Tokens<'_>) -> Self {
        let mut facts = match syntax {
            Syntax::Postgres => postgres::facts(tokens),
            Syntax::Mysql => mysql::facts(tokens),
            Syntax::Sqlite => sqlite::facts(tokens),
        };
        facts.verb = verb::verb(tokens);
        facts.data = tokens.is_any(0, DATA);
        facts
    }
}

/// Whether the first word of a statement says by itself that its [`Facts::implicit_commit`],
/// [`Facts::sets_session`] and [`Facts::reads_clock`] are false, so that the rest need not be scanned for them.
pub(crate) fn sets_nothing(syntax: Syntax, text: &str) -> bool {
    let letters = text.bytes().take_while(u8::is_ascii_alphabetic).count();
    let word = &text[..letters];
    // What begins with a comment has its first word elsewhere.
    syntax == Syntax::Sqlite && !word.is_empty() && !one_of(word, sqlite::SETTING)
}

const DATA: &[&str] = &[
    "INSERT", "UPDATE", "DELETE", "REPLACE", "MERGE", "COPY", "LOAD", "TRUNCATE", "SELECT", "WITH",
    "VALUES", "TABLE",
];

/// `ROLLBACK … TO`, which all three engines write alike.
fn is_rollback_to(tokens: Tokens<'_>) -> bool {
    tokens.is(0, "ROLLBACK")
        && (tokens.is(1, "TO")
            || (tokens.is_any(1, &["WORK", "TRANSACTION"]) && tokens.is(2, "TO")))
}
