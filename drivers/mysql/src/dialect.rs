//! The SQL of MySQL and MariaDB: pure text rules.

use std::borrow::Cow;

use aludel::driver::{Capabilities, Client, Dialect, Introspect, LockKind, Server};
use aludel::ledger::{FORMAT, GUARD_CONSTRAINT, LedgerTables};
use aludel::sql::Syntax;
use aludel::translate::Target;
use sha2::{Digest, Sha256};

use crate::introspect::MysqlIntrospect;
use crate::print;
use crate::reset::opening;
use crate::target::MysqlTarget;

/// The dialect of one MySQL or MariaDB server: pure text, no connection.
#[derive(Debug)]
pub struct MysqlDialect {
    server: Server,
    capabilities: Capabilities,
    introspect: MysqlIntrospect,
    target: MysqlTarget,
}

impl MysqlDialect {
    /// The dialect of one server.
    ///
    /// # Errors
    ///
    /// If the flavour is neither `mysql` nor `mariadb`, or the version is older than MySQL 8.0 (which
    /// enforces CHECK from 8.0.16, and guards are such constraints) or MariaDB 10.5.
    pub fn new(server: &Server) -> Result<Self, String> {
        let floor = match server.flavour() {
            "mysql" => (8, 0),
            "mariadb" => (10, 5),
            other => {
                return Err(format!(
                    "the mysql driver knows the flavours `mysql` and `mariadb`, not `{other}`"
                ));
            }
        };
        if server.version() < floor {
            return Err(format!(
                "the mysql driver needs `{} {}.{}` or newer, not `{server}`",
                server.flavour(),
                floor.0,
                floor.1
            ));
        }
        Ok(Self {
            server: server.clone(),
            introspect: MysqlIntrospect {
                mariadb: server.flavour() == "mariadb",
            },
            target: MysqlTarget::new(server),
            capabilities: Capabilities::new(false, LockKind::Session).revisions_per_message(64),
        })
    }

    fn table(&self, tables: &LedgerTables, name: &str) -> String {
        match &tables.schema {
            Some(schema) => format!("{}.{}", self.identifier(schema), self.identifier(name)),
            None => self.identifier(name),
        }
    }
}

impl Dialect for MysqlDialect {
    fn server(&self) -> &Server {
        &self.server
    }

    fn syntax(&self) -> Syntax {
        Syntax::Mysql
    }

    fn names(&self) -> &[&'static str] {
        match self.server.flavour() {
            "mariadb" => &["mariadb", "mysql"],
            _ => &["mysql"],
        }
    }

    fn capabilities(&self) -> &Capabilities {
        &self.capabilities
    }

    fn identifier(&self, name: &str) -> String {
        format!("`{}`", name.replace('`', "``"))
    }

    // A backslash would be an escape, but not under NO_BACKSLASH_ESCAPES: a text that holds one
    // is written in hexadecimal, which every mode reads alike.
    fn literal(&self, text: &str) -> String {
        if text.contains('\\') {
            let hex: String = text.bytes().map(|byte| format!("{byte:02X}")).collect();
            return format!("CONVERT(X'{hex}' USING utf8mb4)");
        }
        format!("'{}'", text.replace('\'', "''"))
    }

    // Qualified with the database of the URL where there is one; a script for whatever database
    // the client has chosen is not.
    fn default_schema(&self) -> Option<&'static str> {
        None
    }

    fn begin(&self) -> &'static str {
        "START TRANSACTION"
    }

    fn reset_session(&self) -> &'static [&'static str] {
        crate::reset::statements(&self.server)
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
                 number BIGINT AUTO_INCREMENT PRIMARY KEY, \
                 revision VARCHAR(50), direction VARCHAR(4), event VARCHAR(16) NOT NULL, \
                 statement INT, statements INT, checksum VARCHAR(100), rules INT, format INT, \
                 at TIMESTAMP(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6), \
                 who VARCHAR(255), host VARCHAR(255), tool VARCHAR(100), \
                 UNIQUE (revision, number), CONSTRAINT {} CHECK (event <> 'refused')) \
                 ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin",
                guard_constraint(&tables.journal)
            ),
            format!(
                "INSERT INTO {journal} (event, format) SELECT 'format', {FORMAT} FROM (SELECT 1 AS one) AS format_row \
                 WHERE NOT EXISTS (SELECT 1 FROM {journal} AS j WHERE j.event = 'format')"
            ),
        ]
    }

    fn who(&self) -> &'static str {
        "SUBSTRING_INDEX(USER(), '@', 1)"
    }

    fn host(&self) -> &'static str {
        "SUBSTRING_INDEX(USER(), '@', -1)"
    }

    fn script_header(&self, client: Client) -> &'static str {
        match client {
            // In batch mode the client stops at the first error unless `--force` is given.
            Client::Usual => concat!(
                "-- for `mariadb --comments DATABASE < script` or `mysql --comments DATABASE < script`, without --force\n",
                opening!(),
                ";\n"
            ),
            Client::None => concat!(opening!(), ";\n"),
        }
    }

    fn introspect(&self) -> Option<&dyn Introspect> {
        Some(&self.introspect)
    }

    fn target(&self) -> Option<&dyn Target> {
        Some(&self.target)
    }

    fn print<'a>(&self, sql: &'a str, client: Client) -> Cow<'a, str> {
        print::print(sql, client)
    }
}

/// The name of the guard's constraint. It is unique in a database on MySQL, so that a journal of
/// another name than the usual gets one that only begins alike: two ledgers may share a database.
fn guard_constraint(journal: &str) -> String {
    if journal == LedgerTables::default().journal {
        return GUARD_CONSTRAINT.to_owned();
    }
    let digest = Sha256::digest(journal.as_bytes());
    let mark: String = digest[..4].iter().map(|b| format!("{b:02x}")).collect();
    format!("{GUARD_CONSTRAINT}_{mark}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_ledgers_in_one_database_have_two_constraints() {
        assert_eq!(guard_constraint("__aludel_journal"), GUARD_CONSTRAINT);
        let other = guard_constraint("other");
        assert!(other.starts_with(GUARD_CONSTRAINT) && other.len() <= 64);
    }

    fn mariadb() -> MysqlDialect {
        MysqlDialect::new(&Server::new("mariadb", 10, 11)).expect("above the floor")
    }

    #[test]
    fn names_and_literals_are_quoted() {
        assert_eq!(mariadb().identifier("a`b"), "`a``b`");
        assert_eq!(mariadb().literal("it's"), "'it''s'");
        assert_eq!(mariadb().literal("\\"), "CONVERT(X'5C' USING utf8mb4)");
    }

    #[test]
    fn old_and_foreign_servers_are_refused() {
        assert!(MysqlDialect::new(&Server::new("mysql", 5, 7)).is_err());
        assert!(MysqlDialect::new(&Server::new("postgres", 15, 0)).is_err());
    }

    #[test]
    fn the_most_specific_name_comes_first() {
        assert_eq!(mariadb().names(), ["mariadb", "mysql"]);
    }
}
