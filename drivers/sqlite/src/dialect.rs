//! SQLite's SQL: pure text rules.

use aludel::driver::{Capabilities, Client, Dialect, Introspect, LockKind, Server};
use aludel::ledger::{FORMAT, GUARD_CONSTRAINT, LedgerTables};
use aludel::sql::Syntax;
use aludel::translate::Target;

use crate::introspect::SqliteIntrospect;
use crate::target::SqliteTarget;

/// The dialect of one version of SQLite: pure text, no connection.
///
/// A tool may translate into it without a run:
///
/// ```
/// use aludel::translate::{Audience, Translator};
/// use aludel_postgres::PostgresDialect;
/// use aludel_sqlite::SqliteDialect;
///
/// let postgres = PostgresDialect::new(&"postgres 15".parse()?)?;
/// let sqlite = SqliteDialect::new(&"sqlite 3.45".parse()?)?;
/// let mut translator = Translator::new(&postgres, &sqlite).expect("SQLite is a target");
/// let script = [
///     (0, "CREATE TABLE accounts (id bigserial PRIMARY KEY)", Audience::Both),
///     (1, "CREATE EXTENSION citext", Audience::Both),
///     (2, "CREATE RULE r AS ON DELETE TO accounts DO INSTEAD NOTHING", Audience::Both),
/// ];
/// let done = translator.translate(script);
/// assert!(done.statements[0].1.starts_with("CREATE TABLE accounts"));
/// assert_eq!((done.omissions[0].0, done.omissions[0].1.code), (1, "extension"));
/// assert_eq!(done.refusals[0].0, 2);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct SqliteDialect {
    server: Server,
    capabilities: Capabilities,
}

impl SqliteDialect {
    /// The dialect of one version.
    ///
    /// # Errors
    ///
    /// If the flavour is not `sqlite` or the version is older than 3.35.
    pub fn new(server: &Server) -> Result<Self, String> {
        if server.flavour() != "sqlite" || server.version() < (3, 35) {
            return Err(format!(
                "the sqlite driver needs `sqlite 3.35` or newer, not `{server}`"
            ));
        }
        Ok(Self {
            server: server.clone(),
            capabilities: Capabilities::new(true, LockKind::Transaction)
                .revisions_per_message(1024)
                .error_positions(),
        })
    }

    fn table(&self, tables: &LedgerTables, name: &str) -> String {
        let schema = tables.schema.as_deref().unwrap_or("main");
        format!("{}.{}", self.identifier(schema), self.identifier(name))
    }
}

impl Dialect for SqliteDialect {
    fn server(&self) -> &Server {
        &self.server
    }

    fn syntax(&self) -> Syntax {
        Syntax::Sqlite
    }

    fn names(&self) -> &[&'static str] {
        &["sqlite"]
    }

    fn capabilities(&self) -> &Capabilities {
        &self.capabilities
    }

    fn default_schema(&self) -> Option<&'static str> {
        Some("main")
    }

    // A deferred transaction that turns into a writer fails at once when somebody else writes,
    // whatever the time-out; an immediate one waits (SQLite, "BEGIN IMMEDIATE").
    fn begin(&self) -> &'static str {
        "BEGIN IMMEDIATE"
    }

    fn create_ledger(&self, tables: &LedgerTables) -> Vec<String> {
        let ledger = self.table(tables, &tables.ledger);
        let journal = self.table(tables, &tables.journal);
        vec![
            // Diesel's own text, so that Diesel finds what it would have made.
            format!(
                "CREATE TABLE IF NOT EXISTS {ledger} (\
                 version VARCHAR(50) PRIMARY KEY NOT NULL, \
                 run_on TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP)"
            ),
            format!(
                "CREATE TABLE IF NOT EXISTS {journal} (\
                 number INTEGER PRIMARY KEY AUTOINCREMENT, \
                 revision VARCHAR(50), direction VARCHAR(4), event VARCHAR(16) NOT NULL, \
                 statement INTEGER, statements INTEGER, checksum VARCHAR(100), rules INTEGER, format INTEGER, \
                 at TIMESTAMP NOT NULL DEFAULT (strftime('%Y-%m-%d %H:%M:%f', 'now')), \
                 who TEXT, host TEXT, tool TEXT, \
                 UNIQUE (revision, number), CONSTRAINT {GUARD_CONSTRAINT} CHECK (event <> 'refused'))"
            ),
            format!(
                "INSERT INTO {journal} (event, format) SELECT 'format', {FORMAT} \
                 WHERE NOT EXISTS (SELECT 1 FROM {journal} WHERE event = 'format')"
            ),
        ]
    }

    fn introspect(&self) -> Option<&dyn Introspect> {
        Some(&SqliteIntrospect)
    }

    fn target(&self) -> Option<&dyn Target> {
        Some(&SqliteTarget)
    }

    fn script_header(&self, client: Client) -> &'static str {
        match client {
            // The shell does not look at foreign keys unless told; a session of ours does.
            Client::Usual => ".bail on\nPRAGMA foreign_keys = ON;\n",
            Client::None => "PRAGMA foreign_keys = ON;\n",
        }
    }
}
