//! Throw-away databases, and what their engines' own clients see of them.

use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

use tempfile::TempDir;

use crate::engine::Engine;

/// An empty database of its own; gone when dropped.
#[derive(Debug)]
pub struct Database {
    /// Its engine.
    pub engine: Engine,
    /// Its URL.
    pub url: String,
    name: String,
    /// The server's own database; SQLite has none.
    server: String,
    /// SQLite's, removed with this.
    _directory: Option<TempDir>,
}

impl Database {
    /// An empty database on the server that the tests were given.
    pub fn new(engine: Engine) -> Self {
        let server = match engine {
            Engine::Sqlite => String::new(),
            _ => engine.server_url(),
        };
        Self::on(engine, server)
    }

    /// An empty database on a server, by the URL of a database there.
    pub fn on(engine: Engine, server: String) -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let name = format!("t{}_{number}", std::process::id());
        let directory = (engine == Engine::Sqlite).then(|| TempDir::new().unwrap());
        let url = match &directory {
            Some(directory) => format!("sqlite:{}", directory.path().join("it.db").display()),
            None => format!("{}/{name}", server.rsplit_once('/').unwrap().0),
        };
        let database = Self {
            engine,
            url,
            name,
            server,
            _directory: directory,
        };
        database.administer(&format!("CREATE DATABASE {}", database.name));
        database
    }

    /// A SQLite database in this file, there or not; it stays.
    pub fn file_at(file: PathBuf) -> Self {
        Self {
            engine: Engine::Sqlite,
            url: format!("sqlite:{}", file.display()),
            name: "it".into(),
            server: String::new(),
            _directory: None,
        }
    }

    /// Its name on the server.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The server's `host:port`.
    pub fn address(&self) -> &str {
        let (_, place) = self.url.split_once('@').unwrap();
        place.split_once('/').unwrap().0
    }

    /// The same database by way of a proxy on this machine.
    pub fn url_through(&self, port: u16) -> String {
        self.url
            .replace(self.address(), &format!("127.0.0.1:{port}"))
    }

    /// SQLite's file, there or not.
    ///
    /// # Panics
    ///
    /// If it is another engine's.
    pub fn file(&self) -> PathBuf {
        self.url.strip_prefix("sqlite:").expect("SQLite's").into()
    }

    /// Feeds a script to the engine's own client, which goes on after an error unless the script
    /// says otherwise, as it does for everybody.
    pub fn client(&self, script: &str) -> Output {
        let mut command = client(self.engine, &self.url);
        command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut stdin = child.stdin.take().unwrap();
        let script = script.to_owned();
        let writer = std::thread::spawn(move || {
            // A client that stops at an error closes the pipe.
            let _ = stdin.write_all(script.as_bytes());
        });
        let output = child.wait_with_output().unwrap();
        writer.join().unwrap();
        output
    }

    /// Rows that the engine's own client prints, columns parted by tabs.
    pub fn query(&self, sql: &str) -> Vec<String> {
        query(self.engine, &self.url, sql)
    }

    /// As [`Database::query`], but of the server's own database: what happens around this one.
    pub fn query_server(&self, sql: &str) -> Vec<String> {
        query(self.engine, &self.server, sql)
    }

    /// One number.
    pub fn number(&self, sql: &str) -> u64 {
        let rows = self.query(sql);
        assert_eq!(rows.len(), 1, "{sql}: {rows:?}");
        rows[0].parse().unwrap()
    }

    /// The database has this table.
    pub fn has_table(&self, table: &str) -> bool {
        let sql = match self.engine.driver() {
            "sqlite" => format!("SELECT 1 FROM sqlite_master WHERE name = '{table}'"),
            "postgres" => {
                format!("SELECT 1 FROM information_schema.tables WHERE table_name = '{table}'")
            }
            _ => format!(
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

    /// The journal without what differs between two runs (who, host, times, numbers) and without
    /// `failed`, which only an online run can write (docs/ledger.md).
    pub fn journal(&self) -> Vec<String> {
        if !self.has_table("__aludel_journal") {
            return Vec::new();
        }
        self.query(
            "SELECT revision, direction, event, statement, statements, checksum, rules, format, tool \
             FROM __aludel_journal WHERE event <> 'failed' ORDER BY number",
        )
    }

    /// The schema as the engine describes it, in an order that does not depend on history.
    pub fn schema(&self) -> String {
        let queries: &[&str] = match self.engine.driver() {
            "sqlite" => {
                &["SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY type, name"]
            }
            "postgres" => match self.pg_dump() {
                Some(dump) => return dump,
                None => POSTGRES_SCHEMA,
            },
            _ => MYSQL_SCHEMA,
        };
        let rows = queries.iter().map(|sql| self.query(sql).join("\n"));
        let text = rows.collect::<Vec<_>>().join("\n--\n");
        // MySQL writes the database's name into a view's text.
        text.replace(&self.name, "DATABASE")
    }

    /// None where the server is newer than the client, which refuses it then.
    fn pg_dump(&self) -> Option<String> {
        let dump = Command::new("pg_dump")
            .args(["--schema-only", "--no-owner", "-d", &self.url])
            .output()
            .unwrap();
        if !dump.status.success() {
            let said = String::from_utf8_lossy(&dump.stderr);
            assert!(said.contains("server version mismatch"), "{said}");
            return None;
        }
        let text = String::from_utf8(dump.stdout).unwrap();
        // A random key since 15.14, and the client's own version.
        let kept = text.lines().filter(|line| {
            !line.starts_with("\\restrict")
                && !line.starts_with("\\unrestrict")
                && !line.starts_with("-- Dumped")
        });
        Some(kept.collect::<Vec<_>>().join("\n"))
    }

    /// Everything that it holds, rows too, as the engine's own tool writes it; without the numbers
    /// that the engine would give next, which a rollback does not take back.
    pub fn dump(&self) -> String {
        let mut command = match self.engine.driver() {
            "sqlite" if !self.file().exists() => return String::new(),
            "sqlite" => {
                let mut command = client(self.engine, &self.url);
                command.arg(".dump");
                command
            }
            "postgres" => {
                let mut command = Command::new("pg_dump");
                command.args(["--inserts", "-d", &self.url]);
                command
            }
            _ => {
                let mut command = server_client("mariadb-dump", &self.url);
                command.args(["--skip-dump-date", "--skip-comments"]);
                command
            }
        };
        let dump = command.output().unwrap();
        if !dump.status.success() {
            let said = String::from_utf8_lossy(&dump.stderr);
            assert!(said.contains("server version mismatch"), "{said}");
            return format!("{}\n--\n{}", self.schema(), self.postgres_rows());
        }
        let text = String::from_utf8_lossy(&dump.stdout);
        let kept = text.lines().filter(|line| {
            !line.starts_with("\\restrict")
                && !line.starts_with("\\unrestrict")
                && !line.contains("pg_catalog.setval")
        });
        let kept = kept.map(|line| line.split(" AUTO_INCREMENT=").next().unwrap_or_default());
        kept.collect::<Vec<_>>().join("\n")
    }

    /// The rows of every table, where `pg_dump` cannot read the server.
    fn postgres_rows(&self) -> String {
        let tables = "SELECT format('%I.%I', schemaname, tablename) FROM pg_tables \
                      WHERE schemaname NOT IN ('pg_catalog', 'information_schema') ORDER BY 1";
        let rows = self.query(tables).into_iter().map(|table| {
            let rows = self.query(&format!("SELECT t FROM {table} AS t ORDER BY t::text"));
            format!("{table}\n{}", rows.join("\n"))
        });
        rows.collect::<Vec<_>>().join("\n--\n")
    }

    /// Everything that two ways of running are compared by.
    pub fn state(&self) -> String {
        format!(
            "{}\n--\n{:#?}\n--\n{:#?}",
            self.schema(),
            self.applied(),
            self.journal()
        )
    }

    /// What of ours is still on the server: connections to this database, and locks that their
    /// sessions hold. The server may take a moment to notice that a connection has gone.
    pub fn left_behind(&self) -> Vec<String> {
        match self.engine.driver() {
            // Whoever may write at once, and without waiting, finds nobody in the way.
            "sqlite" => {
                let file = self.file();
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
            "postgres" => self.query_server(&format!(
                "SELECT 'session', a.pid, a.state, a.query FROM pg_stat_activity a WHERE a.datname = '{0}' \
                 UNION ALL SELECT 'advisory lock', l.pid, l.mode, '' FROM pg_locks l \
                 JOIN pg_database d ON d.oid = l.database WHERE l.locktype = 'advisory' AND d.datname = '{0}' \
                 UNION ALL SELECT 'prepared transaction', 0, gid, '' FROM pg_prepared_xacts WHERE database = '{0}'",
                self.name
            )),
            // A named lock ends with its session; where there is none, there is no lock.
            _ => self.query_server(&format!(
                "SELECT 'session', id, command, info FROM information_schema.processlist WHERE db = '{}'",
                self.name
            )),
        }
    }

    fn administer(&self, sql: &str) {
        if self.engine != Engine::Sqlite {
            self.query_server(sql);
        }
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        // A second panic would hide the first.
        if std::thread::panicking() {
            return;
        }
        let force = match self.engine.driver() {
            "postgres" => " WITH (FORCE)",
            _ => "",
        };
        if self.engine.driver() == "mysql" {
            // It has no such word; a statement that outlives its client would be waited for.
            let left = format!(
                "SELECT id FROM information_schema.processlist WHERE db = '{}'",
                self.name
            );
            for session in self.query_server(&left) {
                // Some may end by themselves meanwhile.
                let kill = format!("KILL {session}");
                let _ = client(self.engine, &self.server)
                    .args(["-e", &kill])
                    .output();
            }
        }
        self.administer(&format!("DROP DATABASE {}{force}", self.name));
    }
}

fn query(engine: Engine, url: &str, sql: &str) -> Vec<String> {
    let mut command = client(engine, url);
    match engine.driver() {
        "sqlite" => command.args(["-bail", "-cmd", ".timeout 30000", sql]),
        "postgres" => command.args(["-v", "ON_ERROR_STOP=1", "-c", sql]),
        _ => command.args(["-e", sql]),
    };
    let output = command.output().unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{sql}: {stderr}");
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines().map(str::to_owned).collect()
}

/// The engine's own client at a database, without its user's settings.
fn client(engine: Engine, url: &str) -> Command {
    match engine.driver() {
        "sqlite" => {
            let mut command = Command::new("sqlite3");
            command.args(["-batch", "-noheader", "-separator", "\t"]);
            command.arg(url.strip_prefix("sqlite:").unwrap());
            command
        }
        "postgres" => {
            let mut command = Command::new("psql");
            command.args(["-XqAt", "-F", "\t", "-d", url]);
            command
        }
        _ => {
            let mut command = server_client("mariadb", url);
            command.arg("-NB");
            command
        }
    }
}

/// One of MariaDB's programs at a database.
fn server_client(program: &str, url: &str) -> Command {
    let (_, rest) = url.split_once("://").unwrap();
    let (login, place) = rest.split_once('@').unwrap();
    let (user, password) = login.split_once(':').unwrap();
    let (address, database) = place.split_once('/').unwrap();
    let (host, port) = address.split_once(':').unwrap();
    let mut command = Command::new(program);
    command.args(["--no-defaults", "--default-character-set=utf8mb4"]);
    command.args(["-h", host, "-P", port, "-u", user, database]);
    command.env("MYSQL_PWD", password);
    command
}

const POSTGRES_SCHEMA: &[&str] = &[
    "SELECT table_name, column_name, data_type, is_nullable, column_default FROM information_schema.columns \
     WHERE table_schema = 'public' ORDER BY 1, 2",
    "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public' ORDER BY 1",
    "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint \
     WHERE connamespace = 'public'::regnamespace ORDER BY 1",
];

const MYSQL_SCHEMA: &[&str] = &[
    "SELECT table_name, column_name, column_type, is_nullable, column_default, extra \
     FROM information_schema.columns WHERE table_schema = DATABASE() ORDER BY 1, ordinal_position",
    "SELECT table_name, index_name, seq_in_index, column_name, non_unique \
     FROM information_schema.statistics WHERE table_schema = DATABASE() ORDER BY 1, 2, 3",
    "SELECT table_name, constraint_name, constraint_type \
     FROM information_schema.table_constraints WHERE table_schema = DATABASE() ORDER BY 1, 2, 3",
    "SELECT table_name, view_definition FROM information_schema.views WHERE table_schema = DATABASE() ORDER BY 1",
    "SELECT trigger_name, action_statement FROM information_schema.triggers WHERE trigger_schema = DATABASE() ORDER BY 1",
];
