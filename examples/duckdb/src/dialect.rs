//! DuckDB's SQL: pure text, no connection.

use aludel::driver::{Capabilities, Client, Dialect, LockKind, Server};
use aludel::ledger::{FORMAT, GUARD_CONSTRAINT, Guard, LedgerTables};
use aludel::sql::Syntax;
use aludel::translate::Target;

use crate::target::DuckdbTarget;

/// The dialect of one version.
pub(crate) struct DuckdbDialect {
    server: Server,
    capabilities: Capabilities,
}

impl DuckdbDialect {
    pub(crate) fn new(server: &Server) -> Result<Self, String> {
        if server.flavour() != "duckdb" || server.version() < (1, 0) {
            return Err(format!(
                "the duckdb driver needs `duckdb 1.0` or newer, not `{server}`"
            ));
        }
        Ok(Self {
            server: server.clone(),
            // DDL is rolled back. A file belongs to one process, and the driver keeps the sessions
            // of that process apart: a lock that a session holds.
            capabilities: Capabilities::new(true, LockKind::Session).revisions_per_message(16),
        })
    }

    fn table(&self, tables: &LedgerTables, name: &str) -> String {
        let schema = tables.schema.as_deref().unwrap_or("main");
        format!("{}.{}", self.identifier(schema), self.identifier(name))
    }

    fn list(&self, ids: &[String]) -> String {
        let ids: Vec<_> = ids.iter().map(|id| self.literal(id)).collect();
        ids.join(", ")
    }
}

impl Dialect for DuckdbDialect {
    fn server(&self) -> &Server {
        &self.server
    }

    // Its parser is PostgreSQL's: dollar quotes, nested comments, `E''`.
    fn syntax(&self) -> Syntax {
        Syntax::Postgres
    }

    fn names(&self) -> &[&'static str] {
        &["duckdb"]
    }

    fn capabilities(&self) -> &Capabilities {
        &self.capabilities
    }

    fn default_schema(&self) -> Option<&'static str> {
        Some("main")
    }

    fn begin(&self) -> &'static str {
        "BEGIN TRANSACTION"
    }

    fn create_ledger(&self, tables: &LedgerTables) -> Vec<String> {
        let ledger = self.table(tables, &tables.ledger);
        let journal = self.table(tables, &tables.journal);
        let numbers = self.table(tables, &format!("{}_numbers", tables.journal));
        vec![
            format!(
                "CREATE TABLE IF NOT EXISTS {ledger} (version VARCHAR PRIMARY KEY NOT NULL, \
                 run_on TIMESTAMP NOT NULL DEFAULT current_localtimestamp())"
            ),
            format!("CREATE SEQUENCE IF NOT EXISTS {numbers}"),
            format!(
                "CREATE TABLE IF NOT EXISTS {journal} (\
                 number BIGINT PRIMARY KEY DEFAULT nextval({}), \
                 revision VARCHAR, direction VARCHAR, event VARCHAR NOT NULL, \
                 statement INTEGER, statements INTEGER, checksum VARCHAR, rules INTEGER, format INTEGER, \
                 \"at\" TIMESTAMPTZ NOT NULL DEFAULT now(), who VARCHAR, host VARCHAR, tool VARCHAR)",
                self.literal(&numbers)
            ),
            format!(
                "INSERT INTO {journal} (event, format) SELECT 'format', {FORMAT} \
                 WHERE NOT EXISTS (SELECT 1 FROM {journal} WHERE event = 'format')"
            ),
        ]
    }

    // DuckDB does not tell the name of a CHECK that fails, but it has a function that fails with
    // any message.
    fn guard(&self, tables: &LedgerTables, guard: &Guard) -> String {
        let ledger = self.table(tables, &tables.ledger);
        let journal = self.table(tables, &tables.journal);
        let mut wrong = vec!["false".to_owned()];
        if !guard.absent.is_empty() {
            wrong.push(format!(
                "EXISTS (SELECT 1 FROM {ledger} WHERE version IN ({}))",
                self.list(&guard.absent)
            ));
        }
        if !guard.present.is_empty() {
            wrong.push(format!(
                "(SELECT count(*) FROM {ledger} WHERE version IN ({})) <> {}",
                self.list(&guard.present),
                guard.present.len()
            ));
        }
        if guard.not_part_way {
            wrong.push(format!(
                "EXISTS (SELECT 1 FROM (SELECT event, statement FROM {journal} WHERE revision = {} \
                 ORDER BY number DESC LIMIT 1) AS latest \
                 WHERE event IN ('started', 'statement') OR (event = 'failed' AND statement > 0))",
                self.literal(&guard.revision)
            ));
        }
        format!(
            "SELECT CASE WHEN {} THEN error('{GUARD_CONSTRAINT}') END",
            wrong.join(" OR ")
        )
    }

    fn format_guard(&self, tables: &LedgerTables) -> String {
        format!(
            "SELECT CASE WHEN EXISTS (SELECT 1 FROM {} WHERE event = 'format' AND format > {FORMAT}) \
             THEN error('{GUARD_CONSTRAINT}') END",
            self.table(tables, &tables.journal)
        )
    }

    fn target(&self) -> Option<&dyn Target> {
        Some(&DuckdbTarget)
    }

    fn script_header(&self, client: Client) -> &'static str {
        match client {
            Client::Usual => ".bail on\n",
            Client::None => "",
        }
    }
}
