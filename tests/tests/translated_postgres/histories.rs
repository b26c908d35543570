//! Random histories of MySQL's and SQLite's statements: their own engine and PostgreSQL hold the same
//! rows after each. A statement may be refused; it may fail on PostgreSQL alone where a translation
//! says that it does; nothing may differ, and what the authored engine refuses PostgreSQL refuses too.
//!
//! `ALUDEL_TEST_SECONDS` says for how long (some seconds, or with `ALUDEL_TEST_LONG` ten minutes),
//! `ALUDEL_TEST_SEED` where to begin: a run is repeated from the seed that it names.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;
use std::time::{Duration, Instant};

use aludel::config::DatabaseUrl;
use aludel::driver::{Access, ConnectOptions, Dialect, Driver, Failure, Session};
use aludel::translate::{Audience, Translator};
use aludel_tests::database::Database;
use aludel_tests::engine::Engine;
use aludel_tests::seeded::Random;
use tokio::runtime::Runtime;

use crate::grammar::{Grammar, Table};

/// Statements of one history.
const STATEMENTS: usize = 40;

/// What PostgreSQL refuses where the authored engine goes on: values beyond a type that holds them,
/// and what is no value of a type at all, which SQLite takes.
const SAID: &[&str] = &[
    "out of range",
    "invalid input syntax",
    "numeric field overflow",
    "value too long",
    "division by zero",
    "check constraint",
    "contains null values",
    "null value in column",
];

#[test]
fn random_histories_of_mariadb_leave_the_same_rows() {
    histories(Engine::Mariadb);
}

#[test]
fn random_histories_of_sqlite_leave_the_same_rows() {
    histories(Engine::Sqlite);
}

fn histories(authored: Engine) {
    let number = |name: &str| std::env::var(name).ok()?.parse::<u64>().ok();
    let long = std::env::var_os("ALUDEL_TEST_LONG").is_some();
    let seconds = number("ALUDEL_TEST_SECONDS").unwrap_or(if long { 600 } else { 8 });
    let first = number("ALUDEL_TEST_SEED").unwrap_or(1);
    let until = Instant::now() + Duration::from_secs(seconds);
    let mut tally: BTreeMap<String, usize> = BTreeMap::new();
    let mut seed = first;
    // One at least, however slow the machine is.
    while seed == first || Instant::now() < until {
        history(authored, seed, &mut tally);
        seed += 1;
    }
    println!("{authored:?}, seeds {first} to {}: {tally:#?}", seed - 1);
    assert!(
        tally.get("same").is_some_and(|same| *same > 10),
        "{tally:#?}"
    );
}

fn history(authored: Engine, seed: u64, tally: &mut BTreeMap<String, usize>) {
    let mut pair = Pair::new(authored);
    let mut grammar = Grammar::new(authored, Random::new(seed));
    for step in 0..STATEMENTS {
        let (statement, shape) = grammar.statement(step);
        let word = match pair.run(&statement) {
            Came::Same => {
                grammar.follow(shape);
                if let Some(what) = pair.difference(grammar.tables()) {
                    panic!(
                        "{authored:?}, seed {seed}, statement {step}: {what}\nafter: {statement}\ntranslated: {}\n\nits history:\n{}",
                        pair.last.join(";\n"),
                        pair.history.join(";\n")
                    );
                }
                "same".to_owned()
            }
            Came::Invalid => {
                pair.level_counters(grammar.tables(), step);
                "invalid there".to_owned()
            }
            Came::Refused(code) => format!("refused: {code}"),
            Came::Failed(why) => {
                // The two have come apart.
                *tally.entry(format!("failed as said: {why}")).or_default() += 1;
                return;
            }
            Came::Wrong(what) => panic!(
                "{authored:?}, seed {seed}, statement {step}: {what}\nits history:\n{}",
                pair.history.join(";\n")
            ),
        };
        *tally.entry(word).or_default() += 1;
    }
}

enum Came {
    Same,
    Invalid,
    Refused(String),
    Failed(String),
    Wrong(String),
}

struct Pair {
    authored: Engine,
    sessions: [Box<dyn Session>; 2],
    translator: Translator<'static>,
    history: Vec<String>,
    /// What the last statement became.
    last: Vec<String>,
    runtime: Runtime,
    _databases: [Database; 2],
}

impl Pair {
    fn new(authored: Engine) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .unwrap();
        let databases = [Database::new(authored), Database::new(Engine::Postgres)];
        let drivers: [Box<dyn Driver>; 2] = [
            match authored.driver() {
                "sqlite" => Box::new(aludel_sqlite::SqliteDriver::new()),
                _ => Box::new(aludel_mysql::MysqlDriver),
            },
            Box::new(aludel_postgres::PostgresDriver),
        ];
        let mut dialects: Vec<&'static Arc<dyn Dialect>> = Vec::new();
        let mut connect = |place: usize| {
            let url = DatabaseUrl::parse(&databases[place].url).unwrap();
            let options = ConnectOptions::new(Access::Write);
            let session = runtime
                .block_on(drivers[place].connect(&url, &options))
                .unwrap();
            // The translator borrows its dialects; a test's few may stay.
            let dialect = drivers[place].dialect(session.server()).unwrap();
            dialects.push(Box::leak(Box::new(dialect)));
            session
        };
        let sessions = [connect(0), connect(1)];
        let mut pair = Self {
            authored,
            sessions,
            translator: Translator::new(dialects[0].as_ref(), dialects[1].as_ref())
                .unwrap()
                .expecting_rows()
                .expecting_readers()
                .expecting_writers(),
            history: Vec::new(),
            last: Vec::new(),
            runtime,
            _databases: databases,
        };
        let settings = match authored {
            Engine::Sqlite => "PRAGMA foreign_keys = ON",
            _ => {
                "SET SESSION time_zone = '+00:00', sql_mode = 'STRICT_ALL_TABLES,NO_ZERO_DATE,NO_ZERO_IN_DATE,ERROR_FOR_DIVISION_BY_ZERO', collation_connection = utf8mb4_general_ci"
            }
        };
        pair.send(0, &[settings]).unwrap();
        pair
    }

    fn send(&mut self, place: usize, statements: &[&str]) -> Result<(), Failure> {
        self.runtime.block_on(self.sessions[place].send(statements))
    }

    fn run(&mut self, statement: &str) -> Came {
        let before = self.translator.clone();
        let translated = self.translator.translate([(0, statement, Audience::Both)]);
        self.last = translated
            .statements
            .into_iter()
            .map(|(_, sql)| sql)
            .collect();
        let native = if translated.refusals.is_empty() {
            // Else it deletes the rows of others, which a rebuild does not mean to.
            let drops = self.authored == Engine::Sqlite && statement.starts_with("DROP TABLE");
            let lone = |on: bool| match (drops, on) {
                (false, _) => "SELECT 1",
                (true, true) => "PRAGMA foreign_keys = ON",
                (true, false) => "PRAGMA foreign_keys = OFF",
            };
            self.send(0, &[lone(false)]).unwrap();
            let done = self.send(0, &[statement]);
            self.send(0, &[lone(true)]).unwrap();
            done
        } else {
            self.translator = before;
            return Came::Refused(translated.refusals[0].1.code.into());
        };
        let mut message = vec!["BEGIN"];
        message.extend(self.last.iter().map(String::as_str));
        message.push("COMMIT");
        let message: Vec<String> = message.into_iter().map(str::to_owned).collect();
        let words: Vec<&str> = message.iter().map(String::as_str).collect();
        let target = self.send(1, &words);
        match (native, target) {
            (Ok(()), Ok(())) => {
                self.history.push(statement.to_owned());
                Came::Same
            }
            (Err(_), Err(_)) => {
                self.translator = before;
                Came::Invalid
            }
            // A foreign key of SQLite's to nothing, which there is none of here: it is said.
            (Err(failure), Ok(())) if failure.message.contains("no such table") => {
                Came::Failed("a reference to nothing".into())
            }
            (Err(failure), Ok(())) => Came::Wrong(format!(
                "only {:?} refuses {statement}: {}\ntranslated: {}",
                self.authored,
                failure.message,
                self.last.join(";\n")
            )),
            // It forgives more than a key that is there.
            (Ok(()), Err(_)) if statement.contains("IGNORE") => Came::Failed("forgiven".into()),
            (Ok(()), Err(failure)) => {
                match SAID.iter().find(|said| failure.message.contains(*said)) {
                    Some(said) => Came::Failed((*said).into()),
                    None => Came::Wrong(format!(
                        "only PostgreSQL refuses {statement}: {}\ntranslated: {}",
                        failure.message,
                        self.last.join(";\n")
                    )),
                }
            }
        }
    }

    /// What a statement that failed has done to the counters is not what is tested here.
    fn level_counters(&mut self, tables: &[Table], step: usize) {
        let next = 1000 + step * 100;
        for table in tables.iter().filter(|table| table.counts()) {
            let name = &table.name;
            let there = match self.authored {
                Engine::Sqlite => vec![
                    format!("DELETE FROM sqlite_sequence WHERE name = '{name}'"),
                    format!(
                        "INSERT INTO sqlite_sequence (name, seq) VALUES ('{name}', {next} - 1)"
                    ),
                ],
                _ => vec![format!("ALTER TABLE {name} AUTO_INCREMENT = {next}")],
            };
            let here = format!("SELECT setval(pg_get_serial_sequence('{name}', 'id'), {next} - 1)");
            let there: Vec<&str> = there.iter().map(String::as_str).collect();
            self.send(0, &there).unwrap();
            self.send(1, &[&here]).unwrap();
        }
    }

    /// What is different in the rows of any table.
    fn difference(&mut self, tables: &[Table]) -> Option<String> {
        for table in tables {
            let queries = table.queries();
            let [there, here] = [0, 1].map(|place| {
                let query = self.sessions[place].query(&queries[place]);
                let rows = self.runtime.block_on(query);
                rows.map(|set| {
                    let mut rows = set.rows;
                    rows.sort();
                    rows
                })
            });
            let (there, here) = match (there, here) {
                (Ok(there), Ok(here)) => (there, here),
                (there, here) => {
                    let failure = there.err().or(here.err()).map(|f| f.message);
                    return Some(format!("{queries:?} cannot be read: {failure:?}"));
                }
            };
            if there != here {
                let mut text = format!("`{}` differs\n", table.name);
                let _ = writeln!(text, "there: {there:?}\nhere:  {here:?}");
                return Some(text);
            }
        }
        None
    }
}
