//! One script on two engines: as written on the one, translated on the other.

use aludel::driver::{Client, Dialect, Driver, Server};
use aludel::sql;
use aludel::translate::{Audience, Translated, Translator};

use crate::database::Database;
use crate::engine::{Engine, engines};

/// A database of the authored engine and one of another that follows it by translation.
pub struct Twin {
    /// Where scripts run as written.
    pub authored: Database,
    /// Where they run translated.
    pub target: Database,
    source: &'static dyn Dialect,
    own: &'static dyn Dialect,
    translator: Translator<'static>,
}

/// Runs a test on a twin of PostgreSQL for each other engine that is there.
///
/// # Panics
///
/// If there is not at least SQLite and a server of the MySQL family.
pub fn each(test: impl Fn(&mut Twin)) {
    let others = engines().into_iter().filter(|e| e.driver() != "postgres");
    let mut twins: Vec<Twin> = others.map(Twin::new).collect();
    assert!(twins.len() > 1, "SQLite and a server of the MySQL family");
    twins.iter_mut().for_each(test);
}

/// Runs a test on a twin of PostgreSQL for each server of the MySQL family that is there.
///
/// # Panics
///
/// If there is none.
pub fn each_mysql(test: impl Fn(&mut Twin)) {
    let family = engines().into_iter().filter(|e| e.driver() == "mysql");
    let mut twins: Vec<Twin> = family.map(Twin::new).collect();
    assert!(!twins.is_empty(), "a server of the MySQL family");
    twins.iter_mut().for_each(test);
}

/// Runs a test on each pair of engines where tables that no script fills are taken for empty.
///
/// # Panics
///
/// If the test does.
pub fn each_anew(test: impl Fn(&mut Twin)) {
    each(|twin| {
        twin.translator = Translator::new(twin.source, twin.own).expect("a target");
        test(twin);
    });
}

impl Twin {
    /// Two empty databases, one of PostgreSQL, whose scripts are run.
    pub fn new(target: Engine) -> Self {
        Self::between(Engine::Postgres, target)
    }

    /// Two empty databases.
    pub fn between(authored: Engine, target: Engine) -> Self {
        let source = dialect(authored);
        let own = dialect(target);
        let translator = Translator::new(source, own).expect("a target");
        let translator = translator
            .expecting_rows()
            .expecting_readers()
            .expecting_writers();
        Self {
            authored: Database::new(authored),
            target: Database::new(target),
            source,
            own,
            translator,
        }
    }

    /// Runs a script on both.
    ///
    /// # Panics
    ///
    /// If it is refused, or either engine does not take it.
    pub fn run(&mut self, script: &str) {
        let (native, translated) = self.both(script);
        assert_eq!(native, None, "{script}");
        assert_eq!(translated, None, "{script}");
    }

    /// Runs a script on both, if it is translated; false if it is not.
    ///
    /// # Panics
    ///
    /// If either engine does not take it.
    pub fn takes(&mut self, script: &str) -> bool {
        let before = self.translator.clone();
        let translated = self.translate(script);
        self.translator = before;
        if !translated.refusals.is_empty() {
            return false;
        }
        self.run(script);
        true
    }

    /// Runs a script that both engines have to refuse for the rows that are there; what the
    /// target says.
    ///
    /// # Panics
    ///
    /// If either takes it.
    pub fn fails(&mut self, script: &str) -> String {
        let (native, translated) = self.both(script);
        let engine = self.authored.engine;
        assert!(native.is_some(), "{script}: {engine:?} takes it");
        translated.unwrap_or_else(|| panic!("{script}: the target takes it"))
    }

    /// What an application does on both, of which the translation does not know.
    ///
    /// # Panics
    ///
    /// If either engine does not take it.
    pub fn both_take(&mut self, sql: &str) {
        assert_eq!(error(&self.authored, sql), None, "{sql}");
        assert_eq!(error(&self.target, sql), None, "{sql}");
    }

    /// Runs a script on the target, which has to refuse it for the rows that are there; what it says.
    ///
    /// # Panics
    ///
    /// If it takes it, or the translation refuses it.
    pub fn target_fails(&mut self, script: &str) -> String {
        let text = self.printed(script);
        error(&self.target, &text).unwrap_or_else(|| panic!("{script}: the target takes it"))
    }

    /// The codes of a script's refusals.
    ///
    /// # Panics
    ///
    /// If it is translated.
    pub fn refused(&mut self, script: &str) -> Vec<&'static str> {
        let translated = self.translate(script);
        assert!(!translated.refusals.is_empty(), "{script}: {translated:?}");
        let refusals = translated.refusals.iter();
        refusals.map(|(_, refusal)| refusal.code).collect()
    }

    /// Runs a script on both, and says what of it the target leaves out: each with its code.
    ///
    /// # Panics
    ///
    /// As [`Twin::run`].
    pub fn omitted(&mut self, script: &str) -> Vec<String> {
        let before = self.translator.clone();
        let translated = self.translate(script);
        self.translator = before;
        self.run(script);
        let omissions = translated.omissions.iter();
        let shown = omissions.map(|(_, left)| format!("{}: {}", left.code, left.message));
        shown.collect()
    }

    /// What the target says of a statement of its own that it does not take.
    pub fn target_error(&self, sql: &str) -> Option<String> {
        error(&self.target, sql)
    }

    /// A query that both read alike gives the same rows on both.
    ///
    /// # Panics
    ///
    /// If it does not.
    pub fn same(&self, sql: &str) -> Vec<String> {
        self.equal(sql, sql)
    }

    /// A query of each gives the same rows.
    ///
    /// # Panics
    ///
    /// If they differ.
    pub fn equal(&self, authored: &str, target: &str) -> Vec<String> {
        let rows = self.authored.query(authored);
        assert_eq!(self.target.query(target), rows, "{target}");
        rows
    }

    /// The errors of both engines, if there are any.
    fn both(&mut self, script: &str) -> (Option<String>, Option<String>) {
        let text = self.printed(script);
        (error(&self.authored, script), error(&self.target, &text))
    }

    /// A script as the target's client gets it.
    fn printed(&mut self, script: &str) -> String {
        let translated = self.translate(script);
        assert!(
            translated.refusals.is_empty(),
            "{script}: {:?}",
            translated.refusals
        );
        let statements = translated.statements.into_iter().map(|(_, sql)| sql);
        let parts = translated.before.into_iter().chain(statements);
        let printed = parts.map(|sql| self.own.print(&sql, Client::Usual).into_owned() + "\n");
        printed.collect()
    }

    fn translate(&mut self, script: &str) -> Translated {
        let scanned = sql::scan(self.source.syntax(), script).expect("a script");
        let statements = scanned.statements.iter().enumerate();
        self.translator
            .translate(statements.map(|(place, statement)| {
                let body = &script[statement.body.clone()];
                (place, body, Audience::Both)
            }))
    }
}

/// What the engine's own client says about a script that it does not take.
fn error(database: &Database, script: &str) -> Option<String> {
    // That of MySQL stops at an error by itself.
    let stops = match database.engine.driver() {
        "postgres" => "\\set ON_ERROR_STOP on\n",
        "sqlite" => ".bail on\nPRAGMA foreign_keys = ON;\n",
        _ => "",
    };
    let output = database.client(&format!("{stops}{script}"));
    (!output.status.success()).then(|| String::from_utf8_lossy(&output.stderr).into_owned())
}

fn dialect(engine: Engine) -> &'static dyn Dialect {
    let server: Server = engine.server().parse().expect("a server");
    let driver: Box<dyn Driver> = match engine.driver() {
        "sqlite" => Box::new(aludel_sqlite::SqliteDriver::new()),
        "postgres" => Box::new(aludel_postgres::PostgresDriver),
        _ => Box::new(aludel_mysql::MysqlDriver),
    };
    let dialect = driver.dialect(&server).expect("a dialect");
    // It lives as long as the tests do.
    &**Box::leak(Box::new(dialect))
}
