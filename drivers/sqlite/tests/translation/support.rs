//! Translating scripts, and running what comes of it on a database in memory.

use std::sync::Arc;

use aludel::driver::{Dialect, Driver};
use aludel::sql;
use aludel::translate::{Audience, Refusal, Translated, Translator};
use aludel_postgres::PostgresDriver;
use aludel_sqlite::SqliteDriver;
use diesel::connection::SimpleConnection;
use diesel::{Connection, QueryableByName, RunQueryDsl, SqliteConnection, sql_query, sql_types};

fn dialect(driver: &dyn Driver) -> Arc<dyn Dialect> {
    let server = driver.assumed(driver.info().schemes[0].0).expect("a floor");
    driver.dialect(&server).expect("its own floor")
}

/// Translates PostgreSQL scripts, each a revision, and runs them on SQLite.
pub(crate) struct Both {
    postgres: Arc<dyn Dialect>,
    sqlite: Arc<dyn Dialect>,
    scripts: Vec<Script>,
    pub(crate) database: Database,
}

enum Script {
    Authored(String),
    /// What stands in `up.sql`, and what stands in `up.sqlite.sql`.
    Override(String, String),
}

impl Both {
    pub(crate) fn new() -> Self {
        Self::from(&PostgresDriver)
    }

    /// Scripts of another engine than PostgreSQL.
    pub(crate) fn from(driver: &dyn Driver) -> Self {
        Self {
            postgres: dialect(driver),
            sqlite: dialect(&SqliteDriver::new()),
            scripts: Vec::new(),
            database: Database::new(),
        }
    }

    /// The translation of one more revision.
    pub(crate) fn translate(&mut self, script: &str) -> Translated {
        self.scripts.push(Script::Authored(script.into()));
        let mut translator = Translator::new(self.postgres.as_ref(), self.sqlite.as_ref())
            .expect("a target")
            .expecting_rows()
            .expecting_readers()
            .expecting_writers();
        let mut last = Translated::default();
        for script in &self.scripts {
            match script {
                Script::Authored(text) => {
                    last = translate(&mut translator, self.postgres.syntax(), text);
                }
                Script::Override(authored, own) => {
                    let authored = bodies(sql::Syntax::Postgres, authored);
                    let own = bodies(sql::Syntax::Sqlite, own);
                    translator.overridden(&authored, &own);
                }
            }
        }
        last
    }

    /// The statements of one more revision, which is translated as a whole.
    pub(crate) fn statements(&mut self, script: &str) -> Vec<String> {
        let translated = self.translate(script);
        assert_eq!(translated.refusals, [], "{script}");
        translated
            .statements
            .into_iter()
            .map(|(_, sql)| sql)
            .collect()
    }

    /// Translates one more revision and runs it.
    pub(crate) fn run(&mut self, script: &str) {
        self.try_run(script)
            .unwrap_or_else(|error| panic!("{script}: {error}"));
    }

    /// Translates one more revision and runs it; what SQLite says if it fails.
    pub(crate) fn try_run(&mut self, script: &str) -> Result<(), String> {
        let translated = self.translate(script);
        assert_eq!(translated.refusals, [], "{script}");
        self.database.revision(&translated)
    }

    /// Runs a revision that has a script of its own for SQLite.
    pub(crate) fn run_override(&mut self, authored: &str, own: &str) {
        self.scripts
            .push(Script::Override(authored.into(), own.into()));
        self.database.run(own);
    }
}

fn bodies(syntax: sql::Syntax, text: &str) -> Vec<String> {
    let script = sql::scan(syntax, text).expect("it can be scanned");
    script
        .statements
        .iter()
        .map(|s| s.text(&script).to_owned())
        .collect()
}

fn translate(translator: &mut Translator<'_>, syntax: sql::Syntax, text: &str) -> Translated {
    let statements = bodies(syntax, text);
    let both = statements.iter().enumerate();
    translator.translate(both.map(|(index, body)| (index, body.as_str(), Audience::Both)))
}

/// The statements of a script after one that made `tables`.
pub(crate) fn after(tables: &str, script: &str) -> Vec<String> {
    let mut both = Both::new();
    both.statements(tables);
    both.statements(script)
}

/// The one statement of a script after one that made `tables`.
pub(crate) fn one(tables: &str, script: &str) -> String {
    let statements = after(tables, script);
    assert_eq!(statements.len(), 1, "{statements:#?}");
    statements.into_iter().next().unwrap_or_default()
}

/// The refusals of a script after one that made `tables`.
pub(crate) fn refused(tables: &str, script: &str) -> Vec<Refusal> {
    let mut both = Both::new();
    both.statements(tables);
    let translated = both.translate(script);
    assert!(
        !translated.refusals.is_empty(),
        "not refused: {:#?}",
        translated.statements
    );
    translated
        .refusals
        .into_iter()
        .map(|(_, refusal)| refusal)
        .collect()
}

/// The codes of [`refused`].
pub(crate) fn codes(tables: &str, script: &str) -> Vec<&'static str> {
    refused(tables, script)
        .into_iter()
        .map(|refusal| refusal.code)
        .collect()
}

/// A SQLite database in memory, foreign keys enforced.
pub(crate) struct Database(SqliteConnection);

#[derive(QueryableByName)]
struct Cell {
    #[diesel(sql_type = sql_types::Nullable<sql_types::Text>)]
    cell: Option<String>,
}

impl Database {
    fn new() -> Self {
        let mut connection = SqliteConnection::establish(":memory:").expect("a database in memory");
        connection
            .batch_execute("PRAGMA foreign_keys = ON")
            .expect("a pragma");
        Self(connection)
    }

    pub(crate) fn run(&mut self, sql: &str) {
        self.try_run(sql)
            .unwrap_or_else(|error| panic!("{sql}: {error}"));
    }

    pub(crate) fn try_run(&mut self, sql: &str) -> Result<(), String> {
        self.0.batch_execute(sql).map_err(|error| error.to_string())
    }

    /// Runs a translated revision as aludel does: in one transaction, with what stands around it.
    fn revision(&mut self, translated: &Translated) -> Result<(), String> {
        for sql in &translated.before {
            self.run(sql);
        }
        self.run("BEGIN IMMEDIATE");
        let mut result = Ok(());
        for (_, sql) in &translated.statements {
            result = self.try_run(sql).map_err(|error| format!("{error}\n{sql}"));
            if result.is_err() {
                break;
            }
        }
        self.run(if result.is_ok() { "COMMIT" } else { "ROLLBACK" });
        for sql in &translated.after {
            self.run(sql);
        }
        result
    }

    /// The rows of a query of one column, as SQLite's literals.
    pub(crate) fn column(&mut self, sql: &str) -> Vec<String> {
        let sql = format!("SELECT quote(cell) AS cell FROM (SELECT ({sql}) AS cell)");
        self.cells(&sql)
    }

    /// The rows of a table or query, each as literals with commas between.
    pub(crate) fn rows(&mut self, columns: &str, from: &str) -> Vec<String> {
        let quoted: Vec<_> = columns
            .split(',')
            .map(|column| format!("quote({})", column.trim()))
            .collect();
        self.cells(&format!(
            "SELECT {} AS cell FROM {from}",
            quoted.join(" || ', ' || ")
        ))
    }

    /// The value of an expression, as SQLite's literal.
    pub(crate) fn value(&mut self, expr: &str) -> String {
        self.column(expr).pop().unwrap_or_default()
    }

    fn cells(&mut self, sql: &str) -> Vec<String> {
        let rows: Vec<Cell> = sql_query(sql)
            .load(&mut self.0)
            .unwrap_or_else(|error| panic!("{sql}: {error}"));
        rows.into_iter()
            .map(|row| row.cell.unwrap_or_else(|| "NULL".into()))
            .collect()
    }

    /// The text of everything in the schema that is named, in the order of creation.
    pub(crate) fn schema(&mut self) -> Vec<String> {
        self.cells("SELECT sql AS cell FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%' ORDER BY rowid")
    }
}
