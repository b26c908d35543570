//! Throw-away databases, and what their engines' own clients see of them.

#![allow(
    clippy::unwrap_used,
    reason = "a helper of tests: a panic is a failed test"
)]

use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};

use tempfile::TempDir;

/// An engine that tests run on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    /// SQLite, by its own `sqlite3`.
    Sqlite,
    /// PostgreSQL, at `ALUDEL_TEST_POSTGRES`.
    Postgres,
    /// MariaDB, at `ALUDEL_TEST_MARIADB`.
    MariaDb,
}

/// A database of its own; gone when dropped.
#[derive(Debug)]
pub struct Place {
    engine: Engine,
    name: String,
    directory: Option<TempDir>,
}

/// The server's URL with the database that the servers' script made.
///
/// # Panics
///
/// If the variable is unset.
pub fn server(variable: &str) -> String {
    std::env::var(variable).unwrap_or_else(|_| {
        panic!("{variable} is not set: run tests/run, which starts the servers")
    })
}

impl Place {
    /// An empty database.
    pub fn new(engine: Engine) -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let place = Self {
            engine,
            name: format!("place_{}_{number}", std::process::id()),
            directory: (engine == Engine::Sqlite).then(|| TempDir::new().unwrap()),
        };
        place.administer(&format!("CREATE DATABASE {}", place.name));
        place
    }

    /// Its name on the server.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its URL.
    pub fn url(&self) -> String {
        match &self.directory {
            Some(directory) => format!("sqlite:{}", directory.path().join("it.db").display()),
            None => {
                let server = self.server();
                let (before, _) = server.rsplit_once('/').unwrap();
                format!("{before}/{}", self.name)
            }
        }
    }

    /// Rows that the engine's own client prints, columns parted by tabs.
    pub fn query(&self, sql: &str) -> Vec<String> {
        lines(self.client(&self.url()), sql)
    }

    /// As [`Place::query`], but of the server's own database: what happens around this one.
    pub fn query_server(&self, sql: &str) -> Vec<String> {
        lines(self.client(&self.server()), sql)
    }

    /// One number.
    pub fn number(&self, sql: &str) -> u64 {
        let rows = self.query(sql);
        assert_eq!(rows.len(), 1, "{sql}: {rows:?}");
        rows[0].parse().unwrap()
    }

    /// The database has this table.
    pub fn has_table(&self, table: &str) -> bool {
        let sql = match self.engine {
            Engine::Sqlite => format!("SELECT 1 FROM sqlite_master WHERE name = '{table}'"),
            Engine::Postgres => {
                format!("SELECT 1 FROM information_schema.tables WHERE table_name = '{table}'")
            }
            Engine::MariaDb => format!(
                "SELECT 1 FROM information_schema.tables WHERE table_name = '{table}' AND table_schema = DATABASE()"
            ),
        };
        !self.query(&sql).is_empty()
    }

    /// Ids in the ledger, sorted; none if it was never made.
    pub fn applied(&self) -> Vec<String> {
        if !self.has_table("__diesel_schema_migrations") {
            return Vec::new();
        }
        self.query("SELECT version FROM __diesel_schema_migrations ORDER BY version")
    }

    /// Ids of the journal's `done` events, in their order.
    pub fn done(&self) -> Vec<String> {
        if !self.has_table("__aludel_journal") {
            return Vec::new();
        }
        self.query("SELECT revision FROM __aludel_journal WHERE event = 'done' ORDER BY number")
    }

    /// What of ours is still on the server: connections to this database, and locks that their
    /// sessions hold. The server may take a moment to notice that a connection has gone.
    pub fn left_behind(&self) -> Vec<String> {
        match self.engine {
            // Whoever may write at once, and without waiting, finds nobody in the way.
            Engine::Sqlite => {
                let directory = self.directory.as_ref().unwrap();
                let file = directory.path().join("it.db");
                if !file.exists() {
                    return Vec::new();
                }
                let free = Command::new("sqlite3")
                    .arg(file)
                    .arg("BEGIN IMMEDIATE; ROLLBACK;")
                    .output();
                let free = free.unwrap();
                match free.status.success() {
                    true => Vec::new(),
                    false => vec![String::from_utf8_lossy(&free.stderr).into_owned()],
                }
            }
            Engine::Postgres => self.query_server(&format!(
                "SELECT 'session', a.pid, a.state, a.query FROM pg_stat_activity a WHERE a.datname = '{0}' \
                 UNION ALL SELECT 'advisory lock', l.pid, l.mode, '' FROM pg_locks l \
                 JOIN pg_database d ON d.oid = l.database WHERE l.locktype = 'advisory' AND d.datname = '{0}' \
                 UNION ALL SELECT 'prepared transaction', 0, gid, '' FROM pg_prepared_xacts WHERE database = '{0}'",
                self.name
            )),
            // A named lock ends with its session; where there is none, there is no lock.
            Engine::MariaDb => self.query_server(&format!(
                "SELECT 'session', id, command, info FROM information_schema.processlist WHERE db = '{}'",
                self.name
            )),
        }
    }

    fn server(&self) -> String {
        match self.engine {
            Engine::Sqlite => String::new(),
            Engine::Postgres => server("ALUDEL_TEST_POSTGRES"),
            Engine::MariaDb => server("ALUDEL_TEST_MARIADB"),
        }
    }

    fn administer(&self, sql: &str) {
        if self.engine != Engine::Sqlite {
            self.query_server(sql);
        }
    }

    /// The client's command, to which SQL is yet to be given.
    fn client(&self, url: &str) -> Command {
        match self.engine {
            Engine::Sqlite => {
                let mut command = Command::new("sqlite3");
                command.args(["-batch", "-bail", "-noheader", "-separator", "\t"]);
                command.args(["-cmd", ".timeout 30000"]);
                command.arg(url.strip_prefix("sqlite:").unwrap());
                command
            }
            Engine::Postgres => {
                let mut command = Command::new("psql");
                command.args(["-XqAt", "-F", "\t", "-v", "ON_ERROR_STOP=1", url, "-c"]);
                command
            }
            Engine::MariaDb => {
                let parts = url.strip_prefix("mariadb://").unwrap();
                let (login, rest) = parts.split_once('@').unwrap();
                let (user, password) = login.split_once(':').unwrap();
                let (address, database) = rest.split_once('/').unwrap();
                let (host, port) = address.split_once(':').unwrap();
                let mut command = Command::new("mariadb");
                command.args(["--no-defaults", "-NB", "-h", host, "-P", port, "-u", user]);
                command.arg(format!("-p{password}")).args([database, "-e"]);
                command
            }
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        // A second panic would hide the first.
        if std::thread::panicking() {
            return;
        }
        let force = match self.engine {
            Engine::Postgres => " WITH (FORCE)",
            _ => "",
        };
        if self.engine == Engine::MariaDb {
            // It has no such word; a statement that outlives its client would be waited for.
            let left = format!(
                "SELECT id FROM information_schema.processlist WHERE db = '{}'",
                self.name
            );
            for session in self.query_server(&left) {
                // Some may end by themselves meanwhile.
                let kill = format!("KILL {session}");
                let _ = self.client(&self.server()).arg(kill).output();
            }
        }
        self.administer(&format!("DROP DATABASE {}{force}", self.name));
    }
}

fn lines(mut client: Command, sql: &str) -> Vec<String> {
    let output = client.arg(sql).output().unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{sql}: {stderr}");
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines().map(str::to_owned).collect()
}
