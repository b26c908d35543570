//! A database of PostgreSQL and one of another engine that are to hold the same.

use std::fmt::Write as _;
use std::sync::Arc;

use aludel::config::DatabaseUrl;
use aludel::driver::{Access, ConnectOptions, Dialect, Driver, Failure, Session};
use aludel::schema::{Column, Name, ReferentialAction, Schema, Table, Type};
use aludel::sql::{self, Syntax};
use aludel::translate::{Audience, Translator};
use aludel_tests::database::Database;
use aludel_tests::engine::Engine;
use tokio::runtime::Runtime;

use crate::kinds::tables;

/// What became of a revision.
pub(crate) enum Outcome {
    /// Both hold the same.
    Same,
    /// PostgreSQL does not take it.
    Invalid,
    /// It was not translated: the first code.
    Refused(String),
    /// The target failed where the translation says that it does; PostgreSQL was left alone.
    Failed(String),
    /// What must not be.
    Wrong(String),
}

/// What translations raise themselves, which PostgreSQL need not.
const SAID: &[&str] = &[
    // How they raise anything on MySQL and MariaDB.
    "Subquery returns more than 1 row",
    // A moment's text read as a date.
    "Truncated incorrect date value",
    "Truncated incorrect datetime value",
    // A default that no row takes, as it shows once it is converted.
    "Invalid default value",
    // Blanks that are too many are cut off there.
    "CHECK constraint failed: length(",
    "letters beyond ASCII",
    "would have to be rounded",
    "no one ",
    "as it is",
    "only an object can be changed",
    "an object is joined with no array",
    "no elements of what is no array",
    "a number of more digits than a float holds",
    "not a value of the type",
    "as a part of a text",
    "no decimal number",
    "has no end as a decimal number",
];

pub(crate) struct Pair {
    engine: Engine,
    /// The two have come apart in a way that is known: which.
    pub(crate) over: Option<String>,
    /// Statements that PostgreSQL has run.
    pub(crate) statements: usize,
    /// Rows of PostgreSQL's that were compared, each as often as it was.
    pub(crate) rows: usize,
    postgres: Box<dyn Session>,
    target: Box<dyn Session>,
    translator: Translator<'static>,
    history: Vec<String>,
    runtime: Runtime,
    _databases: [Database; 2],
}

impl Pair {
    pub(crate) fn new(engine: Engine, guarded: bool) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .unwrap();
        let databases = [Database::new(Engine::Postgres), Database::new(engine)];
        let drivers: [Box<dyn Driver>; 2] = [
            Box::new(aludel_postgres::PostgresDriver),
            match engine.driver() {
                "sqlite" => Box::new(aludel_sqlite::SqliteDriver::new()),
                _ => Box::new(aludel_mysql::MysqlDriver),
            },
        ];
        let mut sessions = Vec::new();
        let mut dialects: Vec<&'static Arc<dyn Dialect>> = Vec::new();
        for (driver, database) in drivers.iter().zip(&databases) {
            let url = DatabaseUrl::parse(&database.url).unwrap();
            let session = runtime
                .block_on(driver.connect(&url, &ConnectOptions::new(Access::Write)))
                .unwrap();
            dialects.push(Box::leak(Box::new(
                driver.dialect(session.server()).unwrap(),
            )));
            sessions.push(session);
        }
        let target = sessions.pop().unwrap();
        let postgres = sessions.pop().unwrap();
        // The translator borrows its dialects; a test's few may stay.
        let translator = Translator::new(dialects[0].as_ref(), dialects[1].as_ref())
            .unwrap()
            .expecting_rows()
            .expecting_readers();
        let mut pair = Self {
            engine,
            over: None,
            statements: 0,
            rows: 0,
            postgres,
            target,
            translator: match guarded {
                true => translator,
                false => translator.expecting_writers(),
            },
            history: Vec::new(),
            runtime,
            _databases: databases,
        };
        pair.runtime
            .block_on(pair.postgres.send(&["SET TimeZone = 'UTC'"]))
            .unwrap();
        let settings: &[&str] = match engine {
            Engine::Sqlite => &["PRAGMA foreign_keys = ON", "PRAGMA synchronous = OFF"],
            _ => &[
                "SET SESSION time_zone = '+00:00', sql_mode = 'STRICT_ALL_TABLES,NO_AUTO_VALUE_ON_ZERO'",
            ],
        };
        pair.target(settings).unwrap();
        pair
    }

    pub(crate) fn schema(&self) -> &Schema {
        self.translator.authored()
    }

    pub(crate) fn history(&self) -> String {
        self.history.join("\n")
    }

    fn postgres(&mut self, statements: &[&str]) -> Result<(), Failure> {
        self.runtime.block_on(self.postgres.send(statements))
    }

    fn target(&mut self, statements: &[&str]) -> Result<(), Failure> {
        self.runtime.block_on(self.target.send(statements))
    }

    /// Runs a revision on PostgreSQL, and its translation on the target, and compares the rows. The
    /// statements that PostgreSQL does not take are left out of it.
    pub(crate) fn revision(&mut self, statements: &[String]) -> Outcome {
        let mut statements = statements.to_vec();
        loop {
            if statements.is_empty() {
                self.level_counters();
                return Outcome::Invalid;
            }
            // What a session has compiled of a trigger's code is not what is tested here.
            let mut trial = vec!["DISCARD PLANS", "BEGIN"];
            trial.extend(statements.iter().map(String::as_str));
            trial.extend(["SET CONSTRAINTS ALL IMMEDIATE", "ROLLBACK"]);
            match self.postgres(&trial) {
                Ok(()) => break,
                Err(failure) => {
                    let at = failure.at.map_or(failure.completed, |at| at.statement);
                    if at < 2 || at > statements.len() + 1 {
                        self.level_counters();
                        return Outcome::Invalid;
                    }
                    statements.remove(at - 2);
                }
            }
        }
        self.level_counters();
        let script = statements.join(";\n");
        let _ = sql::scan(Syntax::Postgres, &script).unwrap();
        let before = self.translator.clone();
        let both = statements.iter().enumerate();
        let translated = self
            .translator
            .translate(both.map(|(index, text)| (index, text.as_str(), Audience::Both)));
        if let Some((at, refusal)) = translated.refusals.first() {
            let what = format!("{} ({})", refusal.code, statements[*at]);
            let known = crate::statements::may_be_refused(refusal.code, self.engine);
            self.translator = before;
            return if known {
                Outcome::Refused(refusal.code.into())
            } else {
                Outcome::Wrong(format!("refused: {what}: {}", refusal.message))
            };
        }
        let mut message: Vec<&str> = translated.before.iter().map(String::as_str).collect();
        message.push(if self.engine == Engine::Sqlite {
            "BEGIN IMMEDIATE"
        } else {
            "BEGIN"
        });
        message.extend(translated.statements.iter().map(|(_, sql)| sql.as_str()));
        message.push("COMMIT");
        let answer = self.target(&message);
        let after: Vec<&str> = translated.after.iter().map(String::as_str).collect();
        if !after.is_empty() {
            self.target(&after).unwrap();
        }
        self.history.push(format!("-- revision\n{script};"));
        if let Err(failure) = answer {
            self.translator = before;
            self.history.pop();
            let at = failure
                .at
                .map(|at| message[at.statement])
                .unwrap_or_default();
            // Every engine looks at a key row by row, each in an order of its own; InnoDB so at
            // foreign keys too.
            let said = |words: &str| failure.message.contains(words);
            let one_by_one = self.restricts_row_by_row(at, &failure)
                || is_never_divided(&script, &failure)
                || (at.starts_with("UPDATE")
                    && (said("Duplicate entry") || said("UNIQUE constraint failed")))
                || (!at.starts_with("ALTER") && said("a foreign key constraint fails"));
            if one_by_one || SAID.iter().any(|said| failure.message.contains(said)) {
                return Outcome::Failed(
                    failure
                        .message
                        .split(':')
                        .next()
                        .unwrap_or_default()
                        .chars()
                        .take(60)
                        .collect(),
                );
            }
            return Outcome::Wrong(format!(
                "the target: {}\nat: {at}\nof:\n{script}",
                failure.message
            ));
        }
        let mut real = vec!["DISCARD PLANS", "BEGIN"];
        real.extend(statements.iter().map(String::as_str));
        real.push("COMMIT");
        if let Err(failure) = self.postgres(&real) {
            return Outcome::Wrong(format!(
                "PostgreSQL took it once and not again: {}\n{script}",
                failure.message
            ));
        }
        self.statements += statements.len();
        self.level_counters();
        match self.difference() {
            None => Outcome::Same,
            Some(what) => Outcome::Wrong(format!(
                "{what}\nafter:\n{script}\ntranslated:\n{}",
                message.join(";\n")
            )),
        }
    }

    /// An application's statement on both: both take it, or neither does.
    pub(crate) fn by_application(&mut self, postgres: &str, target: &str) -> Option<String> {
        let postgres = &postgres.replace(['‹', '›'], "\"");
        let target = &match self.engine {
            Engine::Sqlite => target.replace(['‹', '›'], "\""),
            _ => target
                .replace(['‹', '›'], "`")
                .replace("DEFAULT VALUES", "() VALUES ()"),
        };
        let ours = self.target(&[target]);
        // A guard stands there: the trigger that it stands for did not run, and nor did the statement.
        if ours.as_ref().is_err_and(|failure| {
            failure
                .message
                .contains("has no form here: write an override")
        }) {
            self.level_counters();
            return None;
        }
        // InnoDB looks at the rows of one statement one by one.
        let row_by_row = "a foreign key constraint fails";
        if ours
            .as_ref()
            .err()
            .is_some_and(|failure| failure.message.contains(row_by_row))
        {
            self.level_counters();
            return None;
        }
        if ours
            .as_ref()
            .is_err_and(|failure| self.restricts_row_by_row(postgres, failure))
        {
            self.level_counters();
            return None;
        }
        if ours
            .as_ref()
            .is_err_and(|failure| self.is_null_for_a_trigger(failure))
        {
            self.level_counters();
            return None;
        }
        // A default without a form, as docs/translation.md says.
        if ours
            .as_ref()
            .is_err_and(|failure| failure.message.contains("wants a value"))
        {
            return None;
        }
        let theirs = self.postgres(&["DISCARD PLANS", postgres]);
        self.level_counters();
        match (theirs, ours) {
            (Ok(()), Ok(())) => {
                self.statements += 1;
                self.history
                    .push(format!("{postgres}; -- by the application"));
                self.difference()
                    .map(|what| format!("{what}\nafter: {postgres}"))
            }
            (Err(_), Err(_)) => None,
            (Ok(()), Err(failure)) => Some(format!(
                "only the target refuses {postgres}\n({target}): {}",
                failure.message
            )),
            // MySQL 9.7 does not look at a foreign key whose index goes on with a column that is
            // NULL.
            (Err(failure), Ok(()))
                if self.engine == Engine::Mysql9
                    && failure.message.contains("violates foreign key constraint") =>
            {
                self.over = Some("MySQL 9.7 and a key with NULL".into());
                None
            }
            (Err(failure), Ok(())) if late(&failure) && self.unfit().is_none() => {
                let code = failure.code.unwrap_or_default();
                self.over = Some(format!("code of a trigger, late bound: {code}"));
                None
            }
            (Err(failure), Ok(())) => Some(format!(
                "only PostgreSQL refuses {postgres}\n({target}): {}",
                failure.message
            )),
        }
    }

    /// SQLite, where it has to RESTRICT, looks at the rows of one statement one by one, and before other
    /// foreign keys of a row have done what they do.
    fn restricts_row_by_row(&self, statement: &str, failure: &Failure) -> bool {
        let restricts = |table: &Table| {
            let beside = table.foreign_keys().any(|(_, key)| key.on_delete.acts());
            table.foreign_keys().any(|(_, key)| {
                key.on_delete == ReferentialAction::Restrict && (key.table == table.name || beside)
            })
        };
        statement.starts_with("DELETE")
            && failure.message.contains("FOREIGN KEY constraint failed")
            && tables(self.translator.authored()).iter().any(restricts)
    }

    /// A NULL, or nothing, for a column that takes none, which a trigger would replace (or a guard refuse):
    /// MariaDB asks before where the table has a generated column.
    fn is_null_for_a_trigger(&self, failure: &Failure) -> bool {
        let named = failure
            .message
            .split('`')
            .chain(failure.message.split('\''));
        let names: Vec<&str> = named.collect();
        let authored = self.translator.authored();
        let wants = |table: &Table| {
            let mut columns = table.columns.iter().filter(|column| !column.nullable);
            columns.any(|column| names.contains(&&*column.name))
                && !authored.triggers_of(&table.name).is_empty()
        };
        let asks = ["cannot be null", "doesn't have a default value"];
        asks.iter().any(|words| failure.message.contains(words))
            && tables(authored).iter().any(wants)
    }

    /// A sequence goes on though its transaction is rolled back; other counters follow numbers that
    /// are given. Neither is what is tested here.
    fn level_counters(&mut self) {
        for table in tables(self.translator.authored()) {
            let mut whole = table.columns.iter().filter(|column| column.ty.is_integer());
            let numbered = whole.find_map(|column| {
                let sequence = match (&column.identity, &column.default) {
                    (Some(identity), _) => identity.sequence.clone(),
                    (None, Some(default)) => aludel::schema::sequence_of(default),
                    _ => None,
                };
                let most = match column.ty {
                    Type::SmallInt { .. } => i64::from(i16::MAX),
                    Type::BigInt { .. } => i64::MAX,
                    _ => i64::from(i32::MAX),
                };
                sequence.map(|sequence| (column.name.clone(), most, sequence))
            });
            let Some((column, most, sequence)) = numbered else {
                continue;
            };
            let name = &table.name.name;
            let counter = format!("SELECT last_value FROM {}", quoted(&sequence));
            let own = self
                .runtime
                .block_on(self.postgres.query(&counter))
                .unwrap();
            let highest = format!("SELECT coalesce(max({column}), 0) FROM \"{name}\"");
            let highest = self
                .runtime
                .block_on(self.postgres.query(&highest))
                .unwrap();
            let number = |set: &aludel::driver::ResultSet| {
                set.cell()
                    .and_then(|cell| cell.parse::<i64>().ok())
                    .unwrap_or(0)
            };
            let level = number(&own).max(number(&highest)).max(1);
            // Where no number is left, none of them gives one any more.
            let (level, lite, next) = if level < most - 1 {
                (level + 1, level + 1, level + 2)
            } else {
                (most, i64::MAX, most)
            };
            self.postgres(&[&format!("SELECT setval('{}', {level})", quoted(&sequence))])
                .unwrap();
            if self.engine == Engine::Sqlite {
                self.target(&[
                    &format!("DELETE FROM sqlite_sequence WHERE name = '{name}' COLLATE NOCASE"),
                    &format!("INSERT INTO sqlite_sequence (name, seq) VALUES ('{name}', {lite})"),
                ])
                .unwrap();
            } else {
                self.target(&[&format!("ALTER TABLE `{name}` AUTO_INCREMENT = {next}")])
                    .unwrap();
            }
        }
    }

    /// What the target holds that PostgreSQL's types do not permit.
    fn unfit(&mut self) -> Option<String> {
        let schema = self.translator.authored().clone();
        for table in tables(&schema) {
            let (_, ours) = queries(&table, self.engine);
            let ours = self.runtime.block_on(self.target.query(&ours)).unwrap();
            for row in ours.rows {
                for (cell, column) in row.iter().zip(&table.columns) {
                    let Some(cell) = cell else { continue };
                    let fits = match &column.ty {
                        Type::Varchar(Some(most)) | Type::Char(Some(most)) => {
                            cell.chars().count() <= *most as usize
                        }
                        Type::Enum(name) => schema
                            .enum_type(name)
                            .is_some_and(|ty| ty.members.contains(cell)),
                        _ => true,
                    };
                    if !fits {
                        return Some(format!("{cell} in {}.{}", table.name, column.name));
                    }
                }
            }
        }
        None
    }

    /// What is different in the rows of any table.
    fn difference(&mut self) -> Option<String> {
        for table in tables(self.translator.authored()) {
            let (theirs, ours) = queries(&table, self.engine);
            let theirs = match self.runtime.block_on(self.postgres.query(&theirs)) {
                Ok(theirs) => theirs,
                Err(failure) => {
                    let name = &table.name;
                    let message = failure.message;
                    return Some(format!("PostgreSQL cannot read `{name}`: {message}"));
                }
            };
            let ours = match self.runtime.block_on(self.target.query(&ours)) {
                Ok(ours) => ours,
                Err(failure) => {
                    return Some(format!(
                        "`{}` cannot be read: {}",
                        table.name, failure.message
                    ));
                }
            };
            self.rows += theirs.rows.len();
            let theirs = normal(theirs.rows, &table.columns);
            let ours = normal(ours.rows, &table.columns);
            if theirs != ours {
                let mut text = format!("`{}` differs\n", table.name);
                let _ = writeln!(text, "PostgreSQL: {theirs:?}\nthe target: {ours:?}");
                return Some(text);
            }
        }
        if self.engine != Engine::Sqlite {
            return None;
        }
        let check = "SELECT count(*) FROM pragma_foreign_key_check";
        let violations = self.runtime.block_on(self.target.query(check)).unwrap();
        (violations.cell() != Some("0")).then(|| "a foreign key is broken".into())
    }
}

/// Whether PostgreSQL fails in a trigger's code at a constant that its place does not take: one too
/// long, no member of an enum, a text that is no value of the type, or a number where the column has
/// become something else.
fn late(failure: &Failure) -> bool {
    let constant = failure
        .code
        .as_deref()
        .is_some_and(|code| ["22001", "22P02", "22007", "22003", "42804"].contains(&code));
    // A domain of an enum is compared with no text that has no type.
    let domain = failure.code.as_deref() == Some("42883");
    let context = failure.context.as_deref();
    (constant || domain) && context.is_some_and(|context| context.contains("PL/pgSQL function"))
}

fn quoted(name: &Name) -> String {
    format!("\"{}\"", name.name)
}

/// The queries that read a table, in PostgreSQL and in the target.
fn queries(table: &Table, engine: Engine) -> (String, String) {
    let theirs = table.columns.iter().map(|column| {
        let name = format!("\"{}\"", column.name);
        match column.ty {
            Type::Array(_) => format!("to_jsonb({name})::text"),
            Type::Blob => format!("encode({name}, 'hex')"),
            _ => format!("{name}::text"),
        }
    });
    let quote = if engine == Engine::Sqlite { '"' } else { '`' };
    let ours = table.columns.iter().map(|column| {
        let name = format!("{quote}{}{quote}", column.name);
        match column.ty {
            Type::Blob => format!("CASE WHEN {name} IS NOT NULL THEN lower(hex({name})) END"),
            Type::Real | Type::Double | Type::Numeric { .. } => name,
            _ if engine == Engine::Sqlite => format!("CAST({name} AS TEXT)"),
            _ => name,
        }
    });
    let name = &table.name.name;
    let list = |items: Vec<String>| items.join(", ");
    (
        format!("SELECT {} FROM \"{name}\"", list(theirs.collect())),
        format!("SELECT {} FROM {quote}{name}{quote}", list(ours.collect())),
    )
}

/// Rows whose values are written in one way, in order.
fn normal(rows: Vec<Vec<Option<String>>>, columns: &[Column]) -> Vec<Vec<Option<String>>> {
    let mut rows: Vec<Vec<Option<String>>> = rows
        .into_iter()
        .map(|row| {
            row.into_iter()
                .zip(columns)
                .map(|(cell, column)| cell.map(|text| one_way(&text, &column.ty)))
                .collect()
        })
        .collect();
    rows.sort();
    rows
}

fn one_way(text: &str, ty: &Type) -> String {
    match ty {
        Type::Boolean => match text {
            "true" | "t" | "1" => "true".into(),
            _ => "false".into(),
        },
        Type::Real | Type::Double | Type::Numeric { .. } => text
            .parse::<f64>()
            // SQLite holds no negative zero.
            .map_or(text.into(), |value| (value + 0.0).to_string()),
        Type::Char(_) => text.trim_end_matches(' ').into(),
        Type::Timestamp { .. } => {
            let bare = text.strip_suffix("+00").unwrap_or(text);
            if bare.contains('.') {
                bare.trim_end_matches('0').trim_end_matches('.').into()
            } else {
                bare.into()
            }
        }
        Type::Json | Type::Jsonb | Type::Array(_) => {
            match serde_json::from_str::<serde_json::Value>(text) {
                Ok(value) => numbers(value).to_string(),
                Err(_) => format!("not JSON: {text}"),
            }
        }
        // What was a jsonb is written with blanks there.
        Type::Text | Type::Varchar(_) if text.starts_with(['{', '[']) => {
            match serde_json::from_str::<serde_json::Value>(text) {
                Ok(value) => numbers(value).to_string(),
                Err(_) => text.into(),
            }
        }
        _ => text.into(),
    }
}

/// A number is the same however it is written, and so is a text that was JSON.
fn numbers(value: serde_json::Value) -> serde_json::Value {
    use serde_json::Value as V;
    match value {
        V::String(text) if text.starts_with(['{', '[']) => match serde_json::from_str::<V>(&text) {
            Ok(value) => V::String(numbers(value).to_string()),
            Err(_) => V::String(text),
        },
        V::Number(number) => V::from(number.as_f64().unwrap_or_default()),
        V::Array(items) => V::Array(items.into_iter().map(numbers).collect()),
        V::Object(members) => V::Object(
            members
                .into_iter()
                .map(|(key, value)| (key, numbers(value)))
                .collect(),
        ),
        other => other,
    }
}

/// A division by 0 that PostgreSQL does not come to: what has a constant NULL is NULL to it beforehand, and it
/// asks what costs least first of what AND joins.
fn is_never_divided(script: &str, failure: &Failure) -> bool {
    let folds = script.contains("NULL::") || script.contains(" AND ");
    folds && script.contains(" / ") && failure.message.to_lowercase().contains("division by")
}
