//! The SQL of a database family: pure text rules, no connection.

use std::borrow::Cow;

use super::{Capabilities, Server};
use crate::ledger::{Guard, Identity, JournalEntry, LedgerTables, sql};
use crate::sql::Syntax;
use crate::translate::Target;

/// The engine's own client that a printed script is meant for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Client {
    /// The engine's usual client: `psql`, `sqlite3`, `mariadb`.
    #[default]
    Usual,
    /// None: statements only, no line that a client would interpret.
    None,
}

/// The SQL of one server. Every text in a plan that is not the user's comes from here.
pub trait Dialect: Send + Sync {
    /// The server this is the dialect of.
    fn server(&self) -> &Server;

    /// How scripts are lexed.
    fn syntax(&self) -> Syntax;

    /// The names by which override files and directives mean this dialect, most specific first:
    /// `["mariadb", "mysql"]`.
    fn names(&self) -> &[&'static str];

    /// What the engine can do.
    fn capabilities(&self) -> &Capabilities;

    /// An identifier in the engine's quotes.
    fn identifier(&self, name: &str) -> String {
        format!("\"{}\"", name.replace('"', "\"\""))
    }

    /// A text as a literal.
    fn literal(&self, text: &str) -> String {
        format!("'{}'", text.replace('\'', "''"))
    }

    /// The schema that holds the ledger where none is configured and no server was asked.
    /// `None`: the ledger's tables are not qualified.
    fn default_schema(&self) -> Option<&'static str>;

    /// Starts a revision's transaction.
    fn begin(&self) -> &'static str {
        "BEGIN"
    }

    /// Commits a revision's transaction.
    fn commit(&self) -> &'static str {
        "COMMIT"
    }

    /// Puts a session's settings back after a script that changed some, statement by statement.
    fn reset_session(&self) -> &'static [&'static str] {
        &[]
    }

    /// The statements that create the two ledger tables and the format row if they are absent.
    /// Their text per engine stands in `docs/ledger.md`.
    fn create_ledger(&self, tables: &LedgerTables) -> Vec<String>;

    /// Who runs, where the run does not say: an expression of the engine.
    fn who(&self) -> &'static str {
        "NULL"
    }

    /// From which host, where the run does not say: an expression of the engine.
    fn host(&self) -> &'static str {
        "NULL"
    }

    /// A statement that fails unless the ledger is where the plan says.
    fn guard(&self, tables: &LedgerTables, guard: &Guard) -> String {
        sql::guard(&Quoter(self), tables, guard)
    }

    /// A statement that appends one event to the journal.
    fn journal(&self, tables: &LedgerTables, entry: &JournalEntry, by: &Identity) -> String {
        sql::journal(&Quoter(self), tables, entry, by)
    }

    /// A statement that makes revisions applied.
    fn insert(&self, tables: &LedgerTables, ids: &[&str]) -> String {
        sql::insert(&Quoter(self), tables, ids)
    }

    /// A statement that makes revisions unapplied.
    fn delete(&self, tables: &LedgerTables, ids: &[&str]) -> String {
        sql::delete(&Quoter(self), tables, ids)
    }

    /// The first lines of a printed script: those that stop `client` at the first error.
    fn script_header(&self, client: Client) -> &'static str {
        let _ = client;
        ""
    }

    /// The rendering half, if scripts of other dialects can be translated into this one.
    fn target(&self) -> Option<&dyn Target> {
        None
    }

    /// A statement as `client` reads it, with its terminator.
    fn print<'a>(&self, sql: &'a str, client: Client) -> Cow<'a, str> {
        let _ = client;
        Cow::Owned(format!("{sql};"))
    }
}

/// Lends a dialect's quoting to the ledger's shared SQL (a trait object of an unsized `Self`
/// cannot be made in a provided method).
struct Quoter<'a, D: ?Sized>(&'a D);

impl<D: Dialect + ?Sized> sql::Quote for Quoter<'_, D> {
    fn identifier(&self, name: &str) -> String {
        self.0.identifier(name)
    }
    fn literal(&self, text: &str) -> String {
        self.0.literal(text)
    }
    fn who(&self) -> &'static str {
        self.0.who()
    }
    fn host(&self) -> &'static str {
        self.0.host()
    }
}
