//! PostgreSQL's SQL: pure text, no connection.
//!
//! Invariant: no text depends on a session's settings. Names are qualified, and a literal that
//! holds a backslash says by itself how it is to be read.

use std::borrow::Cow;

use aludel::driver::{Capabilities, Client, Dialect, Introspect, LockKind, Server};
use aludel::ledger::{FORMAT, GUARD_CONSTRAINT, LedgerTables};
use aludel::sql::Syntax;
use aludel::translate::Target;

use crate::FLOOR;
use crate::introspect::PostgresIntrospect;
use crate::target::PostgresTarget;

/// The time zone of every session and script, which is Diesel's (docs/adr/0009).
macro_rules! utc {
    () => {
        "SET TIME ZONE 'UTC'"
    };
}
pub(crate) use utc;
pub(crate) const UTC: &str = utc!();

/// The dialect of one PostgreSQL server: pure text, no connection.
#[derive(Debug, Clone)]
pub struct PostgresDialect {
    server: Server,
    capabilities: Capabilities,
}

impl PostgresDialect {
    /// The dialect of a server.
    ///
    /// # Errors
    ///
    /// If the flavour is not `postgres` or the version is older than 12.
    pub fn new(server: &Server) -> Result<Self, String> {
        if server.flavour() != "postgres" {
            return Err(format!(
                "`{}` is no flavour of the postgres driver (known: postgres)",
                server.flavour()
            ));
        }
        if server.version().0 < FLOOR {
            return Err(format!(
                "`{server}` is too old: the oldest supported is `postgres {FLOOR}`"
            ));
        }
        Ok(Self {
            server: server.clone(),
            capabilities: Capabilities::new(true, LockKind::Session)
                .revisions_per_message(64)
                .statements_alone()
                .error_positions(),
        })
    }
}

/// A table's name in quotes, with its schema if that is known.
pub(crate) fn qualified(schema: Option<&str>, table: &str) -> String {
    match schema {
        Some(schema) => format!("{}.{}", identifier(schema), identifier(table)),
        None => identifier(table),
    }
}

/// An identifier in quotes.
pub(crate) fn identifier(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// A text as a literal, the same under either setting of `standard_conforming_strings`
/// (docs: PostgreSQL manual, "String Constants With C-Style Escapes").
pub(crate) fn literal(text: &str) -> String {
    let quoted = text.replace('\'', "''");
    if quoted.contains('\\') {
        format!("E'{}'", quoted.replace('\\', "\\\\"))
    } else {
        format!("'{quoted}'")
    }
}

impl Dialect for PostgresDialect {
    fn server(&self) -> &Server {
        &self.server
    }

    fn syntax(&self) -> Syntax {
        Syntax::Postgres
    }

    fn names(&self) -> &[&'static str] {
        &["postgres"]
    }

    fn capabilities(&self) -> &Capabilities {
        &self.capabilities
    }

    fn identifier(&self, name: &str) -> String {
        identifier(name)
    }

    fn literal(&self, text: &str) -> String {
        literal(text)
    }

    fn introspect(&self) -> Option<&dyn Introspect> {
        Some(&PostgresIntrospect)
    }

    fn target(&self) -> Option<&dyn Target> {
        Some(&PostgresTarget)
    }

    fn default_schema(&self) -> Option<&'static str> {
        Some("public")
    }

    // RESET ALL leaves role and session authorization alone (docs: PostgreSQL manual, RESET). The
    // user comes first: some settings may only be put back by the user who may set them. DISCARD
    // ALL would also give up the session's advisory lock.
    fn reset_session(&self) -> &'static [&'static str] {
        &[
            "RESET SESSION AUTHORIZATION",
            "RESET ROLE",
            "RESET ALL",
            UTC,
        ]
    }

    fn create_ledger(&self, tables: &LedgerTables) -> Vec<String> {
        let ledger = qualified(tables.schema.as_deref(), &tables.ledger);
        let journal = qualified(tables.schema.as_deref(), &tables.journal);
        vec![
            format!(
                "CREATE TABLE IF NOT EXISTS {ledger} (version VARCHAR(50) PRIMARY KEY NOT NULL, \
                 run_on TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP)"
            ),
            format!(
                "CREATE TABLE IF NOT EXISTS {journal} (\
                 number BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, \
                 revision VARCHAR(50), \
                 direction VARCHAR(4), \
                 event VARCHAR(16) NOT NULL, \
                 statement INTEGER, \
                 statements INTEGER, \
                 checksum VARCHAR(100), \
                 rules INTEGER, \
                 format INTEGER, \
                 at TIMESTAMPTZ NOT NULL DEFAULT clock_timestamp(), \
                 who TEXT, \
                 host TEXT, \
                 tool TEXT, \
                 UNIQUE (revision, number), CONSTRAINT {GUARD_CONSTRAINT} CHECK (event <> 'refused'))"
            ),
            format!(
                "INSERT INTO {journal} (event, format) SELECT 'format', {FORMAT} \
                 WHERE NOT EXISTS (SELECT 1 FROM {journal} WHERE event = 'format')"
            ),
        ]
    }

    fn who(&self) -> &'static str {
        "session_user"
    }

    // NULL over a Unix socket. The function `host` leaves out the `/32` that a cast would show.
    fn host(&self) -> &'static str {
        "host(inet_client_addr())"
    }

    fn script_header(&self, client: Client) -> &'static str {
        match client {
            Client::Usual => concat!("\\set ON_ERROR_STOP on\n", utc!(), ";\n"),
            Client::None => concat!(utc!(), ";\n"),
        }
    }

    fn print<'a>(&self, sql: &'a str, client: Client) -> Cow<'a, str> {
        let _ = client;
        let last = sql.rsplit('\n').next().unwrap_or_default();
        // A line comment at the end would swallow the terminator.
        let gap = if last.contains("--") { "\n" } else { "" };
        Cow::Owned(format!("{sql}{gap};"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dialect() -> PostgresDialect {
        PostgresDialect::new(&Server::new("postgres", 15, 0)).unwrap()
    }

    #[test]
    fn quotes() {
        assert_eq!(identifier("a\"b"), "\"a\"\"b\"");
        assert_eq!(literal("it's"), "'it''s'");
        assert_eq!(literal("a\\'b"), "E'a\\\\''b'");
        assert_eq!(qualified(Some("s"), "t"), "\"s\".\"t\"");
    }

    #[test]
    fn refuses_what_it_is_not() {
        assert!(PostgresDialect::new(&Server::new("postgres", 11, 9)).is_err());
        assert!(PostgresDialect::new(&Server::new("mysql", 15, 0)).is_err());
        assert!(PostgresDialect::new(&Server::new("postgres", 12, 0)).is_ok());
    }

    #[test]
    fn ledger_is_qualified_and_guarded() {
        let sql = dialect().create_ledger(&LedgerTables::default().in_schema("public"));
        assert_eq!(
            sql[0],
            "CREATE TABLE IF NOT EXISTS \"public\".\"__diesel_schema_migrations\" (version \
             VARCHAR(50) PRIMARY KEY NOT NULL, run_on TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP)"
        );
        assert!(sql[1].contains("CONSTRAINT aludel_ledger_is_not_where_the_plan_says CHECK"));
        assert_eq!(sql.len(), 3);
    }

    #[test]
    fn prints_with_a_terminator_that_no_comment_swallows() {
        let d = dialect();
        assert_eq!(d.print("SELECT 1", Client::Usual), "SELECT 1;");
        assert_eq!(
            d.print("SELECT 1 -- one", Client::Usual),
            "SELECT 1 -- one\n;"
        );
        assert_eq!(
            d.script_header(Client::Usual),
            "\\set ON_ERROR_STOP on\nSET TIME ZONE 'UTC';\n"
        );
        assert_eq!(d.script_header(Client::None), "SET TIME ZONE 'UTC';\n");
    }
}
