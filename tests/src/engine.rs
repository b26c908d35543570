//! The engines under test, each with its own client: fresh databases, scripts, dumps.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

/// An engine under test.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    /// Embedded.
    Sqlite,
    /// The system's PostgreSQL.
    Postgres,
    /// MariaDB.
    Mariadb,
    /// PostgreSQL 18, with `tests/run --all-servers`.
    Postgres18,
    /// MySQL 9, with `tests/run --all-servers`.
    Mysql9,
}

/// A fresh database of an engine.
#[derive(Debug, Clone)]
pub struct Database {
    /// The engine.
    pub engine: Engine,
    /// Its URL.
    pub url: String,
}

/// The engines to test: the three that always are, and those that `--all-servers` adds.
pub fn engines() -> Vec<Engine> {
    let mut engines = vec![Engine::Sqlite, Engine::Postgres, Engine::Mariadb];
    for (engine, variable) in [
        (Engine::Postgres18, "ALUDEL_TEST_POSTGRES18"),
        (Engine::Mysql9, "ALUDEL_TEST_MYSQL9"),
    ] {
        if std::env::var_os(variable).is_some() {
            engines.push(engine);
        }
    }
    engines
}

impl Engine {
    /// The driver's name.
    pub fn driver(self) -> &'static str {
        match self {
            Self::Sqlite => "sqlite",
            Self::Postgres | Self::Postgres18 => "postgres",
            Self::Mariadb | Self::Mysql9 => "mysql",
        }
    }

    /// DDL is rolled back with its transaction.
    pub fn transactional_ddl(self) -> bool {
        self.driver() != "mysql"
    }

    fn variable(self) -> &'static str {
        match self {
            Self::Sqlite => "",
            Self::Postgres => "ALUDEL_TEST_POSTGRES",
            Self::Mariadb => "ALUDEL_TEST_MARIADB",
            Self::Postgres18 => "ALUDEL_TEST_POSTGRES18",
            Self::Mysql9 => "ALUDEL_TEST_MYSQL9",
        }
    }

    /// A new, empty database; SQLite's lies in `directory`.
    pub fn database(self, directory: &Path) -> Database {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::SeqCst);
        let name = format!("t{}_{number}", std::process::id());
        let url = match self {
            Self::Sqlite => format!("sqlite:{}", directory.join(format!("{name}.db")).display()),
            _ => {
                let variable = self.variable();
                let base = std::env::var(variable).unwrap_or_else(|_| {
                    panic!("{variable} is not set: run tests/run, which starts the servers")
                });
                let server = Database {
                    engine: self,
                    url: base.clone(),
                };
                let made = server.client(&format!("CREATE DATABASE {name};"));
                assert!(made.status.success(), "{made:?}");
                format!("{}/{name}", base.rsplit_once('/').unwrap().0)
            }
        };
        Database { engine: self, url }
    }
}

/// User, password, host, port and database of a test server's URL.
fn parts(url: &str) -> [String; 5] {
    let rest = url.split_once("://").unwrap().1;
    let (login, place) = rest.split_once('@').unwrap();
    let (user, password) = login.split_once(':').unwrap();
    let (server, database) = place.split_once('/').unwrap();
    let (host, port) = server.split_once(':').unwrap();
    [user, password, host, port, database].map(str::to_owned)
}

impl Database {
    /// Feeds a script to the engine's own client.
    pub fn client(&self, script: &str) -> Output {
        let mut command = self.client_command();
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

    fn client_command(&self) -> Command {
        if self.engine == Engine::Sqlite {
            let mut command = Command::new("sqlite3");
            command.arg(self.url.strip_prefix("sqlite:").unwrap());
            return command;
        }
        let [user, password, host, port, database] = parts(&self.url);
        if self.engine.driver() == "postgres" {
            let mut command = Command::new("psql");
            command
                .args([
                    "-X", "-q", "-A", "-t", "-h", &host, "-p", &port, "-U", &user, "-d",
                ])
                .arg(database)
                .env("PGPASSWORD", password);
            return command;
        }
        let mut command = Command::new("mariadb");
        command
            .args([
                "--no-defaults",
                "-N",
                "--default-character-set=utf8mb4",
                "-h",
                &host,
                "-P",
                &port,
                "-u",
                &user,
            ])
            .arg(format!("-p{password}"))
            .arg(database);
        command
    }

    /// Rows of a query, as the client prints them.
    pub fn rows(&self, sql: &str) -> String {
        let output = self.client(&format!("{sql};\n"));
        assert!(output.status.success(), "{sql}: {output:?}");
        String::from_utf8(output.stdout).unwrap()
    }

    /// The schema as the engine describes it, in an order that does not depend on history.
    pub fn schema(&self) -> String {
        match self.engine.driver() {
            "sqlite" => {
                self.rows("SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY type, name")
            }
            "postgres" => {
                let [user, password, host, port, database] = parts(&self.url);
                let dump = Command::new("pg_dump")
                    .args([
                        "--schema-only",
                        "--no-owner",
                        "-h",
                        &host,
                        "-p",
                        &port,
                        "-U",
                        &user,
                    ])
                    .arg(&database)
                    .env("PGPASSWORD", password)
                    .output()
                    .unwrap();
                if dump.status.success() {
                    let text = String::from_utf8(dump.stdout).unwrap();
                    // A random key since 15.14, and the client's own version.
                    let kept = text.lines().filter(|line| {
                        !line.starts_with("\\restrict")
                            && !line.starts_with("\\unrestrict")
                            && !line.starts_with("-- Dumped")
                    });
                    return kept.collect::<Vec<_>>().join("\n");
                }
                // An older pg_dump refuses a newer server.
                self.rows(
                    "SELECT table_name, column_name, data_type, is_nullable, column_default FROM information_schema.columns \
                     WHERE table_schema = 'public' ORDER BY 1, 2; \
                     SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public' ORDER BY 1; \
                     SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint \
                     WHERE connamespace = 'public'::regnamespace ORDER BY 1",
                )
            }
            _ => {
                let [_, _, _, _, database] = parts(&self.url);
                let columns = format!(
                    "SELECT table_name, column_name, column_type, is_nullable, column_default, extra \
                     FROM information_schema.columns WHERE table_schema = '{database}' ORDER BY 1, ordinal_position; \
                     SELECT table_name, index_name, seq_in_index, column_name, non_unique \
                     FROM information_schema.statistics WHERE table_schema = '{database}' ORDER BY 1, 2, 3; \
                     SELECT table_name, constraint_name, constraint_type \
                     FROM information_schema.table_constraints WHERE table_schema = '{database}' ORDER BY 1, 2, 3; \
                     SELECT table_name, view_definition FROM information_schema.views \
                     WHERE table_schema = '{database}' ORDER BY 1; \
                     SELECT trigger_name, action_statement FROM information_schema.triggers \
                     WHERE trigger_schema = '{database}' ORDER BY 1"
                );
                self.rows(&columns).replace(&database, "DATABASE")
            }
        }
    }

    /// The applied revisions; empty where the ledger is absent.
    pub fn applied(&self) -> String {
        self.optional("SELECT version FROM __diesel_schema_migrations ORDER BY version")
    }

    /// The journal without what differs between two runs (who, host, times, numbers) and without
    /// `failed`, which only an online run can write (docs/ledger.md).
    pub fn journal(&self) -> String {
        self.optional(
            "SELECT revision, direction, event, statement, statements, checksum, rules, format, tool \
             FROM __aludel_journal WHERE event <> 'failed' ORDER BY number",
        )
    }

    fn optional(&self, sql: &str) -> String {
        let output = self.client(&format!("{sql};\n"));
        if output.status.success() && output.stderr.is_empty() {
            return String::from_utf8(output.stdout).unwrap();
        }
        let error = String::from_utf8_lossy(&output.stderr).to_lowercase();
        let absent = ["no such table", "does not exist", "doesn't exist"];
        assert!(
            absent.iter().any(|text| error.contains(text)),
            "{sql}: {error}"
        );
        String::new()
    }

    /// Everything that two ways of running are compared by.
    pub fn state(&self) -> String {
        format!(
            "{}\n--\n{}\n--\n{}",
            self.schema(),
            self.applied(),
            self.journal()
        )
    }
}
