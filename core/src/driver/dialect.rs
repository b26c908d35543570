//! The SQL of a database family: pure text rules, no connection.

use std::borrow::Cow;

use super::{Capabilities, Introspect, Server};
use crate::ledger::{Guard, Identity, JournalEntry, LedgerTables, LedgerText, sql};
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

/// All that a plan wants a dialect to write, asked at once.
///
/// Behind a plugin's boundary one question costs what a thousand do.
#[derive(Debug, Clone, Copy)]
pub struct LedgerRequest<'a> {
    /// The ledger's tables.
    pub tables: &'a LedgerTables,
    /// Who runs.
    pub by: &'a Identity,
    /// The statements that make the tables are wanted too.
    pub setup: bool,
    /// The wanted statements about rows.
    pub texts: &'a [LedgerText],
}

/// What a dialect wrote: see [`Dialect::ledger`].
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LedgerSql {
    /// The statements that make the tables, if they were wanted.
    pub setup: Vec<String>,
    /// One statement for each wanted text, in order.
    pub texts: Vec<String>,
}

/// A dialect could not answer. Those that are linked in always can; one behind a plugin's boundary
/// may be broken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct DialectError {
    /// What happened.
    pub message: String,
}

/// The SQL of one server. Every text in a plan that is not the user's comes from here.
///
/// A driver's author writes what each text is, one by one; a plan asks by [`Dialect::ledger`] and
/// [`Dialect::print_all`], for many at once.
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
        sql::quoted(name, '"')
    }

    /// A text as a literal.
    fn literal(&self, text: &str) -> String {
        sql::quoted(text, '\'')
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

    /// Reverts a revision's transaction.
    fn rollback(&self) -> &'static str {
        "ROLLBACK"
    }

    /// Stands for [`Dialect::begin`] inside an application's own transaction; the savepoint's name
    /// is [`SAVEPOINT`](super::SAVEPOINT).
    fn savepoint(&self) -> &'static str {
        "SAVEPOINT aludel"
    }

    /// Stands for [`Dialect::commit`] inside an application's own transaction.
    fn release(&self) -> &'static str {
        "RELEASE SAVEPOINT aludel"
    }

    /// Stands for [`Dialect::rollback`] inside an application's own transaction.
    fn rollback_to_savepoint(&self) -> [&'static str; 2] {
        ["ROLLBACK TO SAVEPOINT aludel", "RELEASE SAVEPOINT aludel"]
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

    /// A statement that fails where the journal's format is newer than ours. It follows
    /// [`create_ledger`](Dialect::create_ledger): an online run has read the ledger by then, and a
    /// printed script has nothing else that looks.
    fn format_guard(&self, tables: &LedgerTables) -> String {
        sql::format_guard(&Quoter(self), tables)
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

    /// Everything that a plan wants written about the ledger.
    ///
    /// # Errors
    ///
    /// If the dialect is behind a plugin's boundary and does not answer. The provided method never
    /// fails.
    fn ledger(&self, request: &LedgerRequest<'_>) -> Result<LedgerSql, DialectError> {
        let LedgerRequest { tables, by, .. } = *request;
        let setup = match request.setup {
            true => {
                let mut setup = self.create_ledger(tables);
                setup.push(self.format_guard(tables));
                setup
            }
            false => Vec::new(),
        };
        let texts = request.texts.iter().map(|text| match text {
            LedgerText::Guard(guard) => self.guard(tables, guard),
            LedgerText::Journal(entry) => self.journal(tables, entry, by),
            LedgerText::Insert(ids) => self.insert(tables, &borrowed(ids)),
            LedgerText::Delete(ids) => self.delete(tables, &borrowed(ids)),
        });
        Ok(LedgerSql {
            setup,
            texts: texts.collect(),
        })
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

    /// The reading half, if a live schema can be read into the model.
    fn introspect(&self) -> Option<&dyn Introspect> {
        None
    }

    /// A statement as `client` reads it, with its terminator.
    fn print<'a>(&self, sql: &'a str, client: Client) -> Cow<'a, str> {
        let _ = client;
        Cow::Owned(format!("{sql};"))
    }

    /// Statements as `client` reads them, each with its terminator.
    ///
    /// # Errors
    ///
    /// As [`Dialect::ledger`].
    fn print_all<'a>(
        &self,
        statements: &[&'a str],
        client: Client,
    ) -> Result<Vec<Cow<'a, str>>, DialectError> {
        let printed = statements.iter().map(|sql| self.print(sql, client));
        Ok(printed.collect())
    }
}

fn borrowed(ids: &[String]) -> Vec<&str> {
    ids.iter().map(String::as_str).collect()
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
