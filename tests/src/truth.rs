//! The truth about a model: after every script, what replay holds is what a live engine holds.

use std::collections::BTreeSet;

use aludel::config::DatabaseUrl;
use aludel::driver::{Access, ConnectOptions, Dialect, Driver, Failure, Session, introspect};
use aludel::ledger::LedgerTables;
use aludel::schema::{Change, Replay, Schema, compare};
use aludel::sql;

use crate::database::Database;
use crate::engine::Engine;
use crate::random::{Dice, Writer};

/// A live database beside its model.
pub struct Truth {
    // The session ends before its database goes.
    session: Box<dyn Session>,
    dialect: std::sync::Arc<dyn Dialect>,
    replay: Replay,
    told: BTreeSet<String>,
    /// What was found.
    pub tally: Tally,
    runtime: tokio::runtime::Runtime,
    _database: Database,
}

/// What was found so far.
#[derive(Debug, Default, Clone)]
pub struct Tally {
    /// Scripts run.
    pub scripts: usize,
    /// Statements that the engine took.
    pub statements: usize,
    /// Of those, the ones that the parser did not understand.
    pub opaque: usize,
    /// Statements that the engine refused, with its words.
    pub refused: Vec<String>,
    /// Of those, the ones that replay took.
    pub taken: Vec<String>,
    /// Statements that the engine took and replay refused.
    pub lost: Vec<String>,
    /// Differences between the model and the engine, each once.
    pub differences: Vec<String>,
    /// A statement whose outcome depends on what no script says, which replay refuses for that: the
    /// model ends here.
    pub unknown: Option<String>,
}

fn driver(engine: Engine) -> Box<dyn Driver> {
    match engine.driver() {
        "sqlite" => Box::new(aludel_sqlite::SqliteDriver::new()),
        "postgres" => Box::new(aludel_postgres::PostgresDriver),
        _ => Box::new(aludel_mysql::MysqlDriver),
    }
}

impl Truth {
    /// An empty database of an engine, and an empty model.
    pub fn new(engine: Engine) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .unwrap();
        let database = Database::new(engine);
        let driver = driver(engine);
        let url = DatabaseUrl::parse(&database.url).unwrap();
        let options = ConnectOptions::new(Access::Write);
        let session = runtime.block_on(driver.connect(&url, &options)).unwrap();
        let dialect = driver.dialect(session.server()).unwrap();
        let replay = Replay::new(dialect.syntax())
            .flavour(dialect.server().flavour())
            .version(dialect.server().version());
        Self {
            session,
            dialect,
            replay,
            told: BTreeSet::new(),
            tally: Tally::default(),
            runtime,
            _database: database,
        }
    }

    /// What replay holds.
    pub fn model(&self) -> &Schema {
        self.replay.schema()
    }

    /// Runs a script on both sides, and compares them. `name` stands in what is found.
    pub fn script(&mut self, name: &str, text: &str) {
        self.tally.scripts += 1;
        let script = match sql::scan(self.dialect.syntax(), text) {
            Ok(script) => script,
            Err(problems) => {
                let problem = &problems[0];
                self.tally.refused.push(format!("{name}: {problem}"));
                return;
            }
        };
        for statement in &script.statements {
            let (line, _) = statement.line_col(&script);
            self.statement(&format!("{name}:{line}"), statement.text(&script));
        }
        let reset: Vec<&str> = self.dialect.reset_session().to_vec();
        for sql in reset {
            self.runtime.block_on(self.session.send(&[sql])).unwrap();
        }
        self.replay.end_script();
        self.compare(name);
    }

    /// Runs a script on both sides, and compares them after each of its statements.
    pub fn each_statement(&mut self, name: &str, text: &str) {
        let script = sql::scan(self.dialect.syntax(), text).unwrap();
        for statement in &script.statements {
            let (line, _) = statement.line_col(&script);
            let place = format!("{name}:{line}");
            self.statement(&place, statement.text(&script));
            self.compare(&place);
        }
    }

    /// Runs one statement on both sides.
    pub fn statement(&mut self, place: &str, text: &str) {
        let changes = sql::parse(self.dialect.syntax(), text);
        let mut answer = self.runtime.block_on(self.session.send(&[text]));
        let alone = |failure: &Failure| failure.message.contains("transaction block");
        if answer.as_ref().is_err_and(alone) {
            let whole = ["BEGIN", text, "COMMIT"];
            answer = self.runtime.block_on(self.session.send(&whole));
        }
        if let Err(failure) = answer {
            self.tally
                .refused
                .push(format!("{place}: {}", failure.message));
            let mut trial = self.replay.clone();
            let opaque = |change: &Change| matches!(change, Change::Opaque(_) | Change::Data(_));
            let taken = changes
                .iter()
                .all(|change| !opaque(change) && trial.apply(change).is_ok());
            if taken {
                let first = text.lines().next().unwrap_or_default();
                self.tally
                    .taken
                    .push(format!("{place}: {}: {first}", failure.message));
            }
            return;
        }
        self.tally.statements += 1;
        for change in &changes {
            if let Change::Opaque(opaque) = change {
                self.tally.opaque += 1;
                if std::env::var_os("ALUDEL_TRUTH_OPAQUE").is_some() {
                    eprintln!("{place}: opaque {}: {:?}", opaque.what, opaque.why);
                }
            }
            if let Err(problem) = self.replay.apply(change) {
                if problem.code == "equal-keys" {
                    self.tally.unknown = Some(problem.to_string());
                    return;
                }
                self.tally.lost.push(format!("{place}: {problem}"));
            }
        }
    }

    /// Compares the model with the live schema.
    pub fn compare(&mut self, name: &str) {
        let ledger = LedgerTables::default();
        let live = introspect(&mut *self.session, &*self.dialect, &ledger);
        let live = self.runtime.block_on(live).unwrap();
        for difference in compare(self.dialect.syntax(), self.replay.schema(), &live) {
            let words = difference.words("the model", "the database");
            if self.told.insert(words.clone()) {
                self.tally.differences.push(format!("{name}: {words}"));
            }
        }
    }
}

/// Random statements on an empty PostgreSQL until one differs, and those that the engine took.
pub fn random_case(seed: u64) -> (Truth, Vec<String>) {
    let mut truth = Truth::new(Engine::Postgres);
    let mut dice = Dice::new(seed);
    let mut history = Vec::new();
    for number in 0..60 {
        let roll = Dice::new(seed.wrapping_mul(1000) + number);
        let statement = Writer::new(roll, truth.model()).statement();
        let before = truth.tally.statements;
        truth.statement(&format!("{number}"), &statement);
        if truth.tally.unknown.is_some() {
            break;
        }
        if truth.tally.statements > before {
            history.push(statement);
            if dice.chance(50) || number == 59 {
                truth.compare(&format!("{number}"));
            }
        }
        if !truth.tally.lost.is_empty() || !truth.tally.differences.is_empty() {
            break;
        }
    }
    (truth, history)
}
