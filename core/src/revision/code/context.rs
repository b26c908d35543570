//! What a revision written in Rust works with.

use std::error::Error;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;

use super::Program;
use crate::driver::{Dialect, ResultSet};
use crate::revision::Direction;

/// Why a revision written in Rust stopped. Anything that is an error becomes one by `?`.
#[derive(Debug)]
pub struct ContextError(Cause);

#[derive(Debug)]
enum Cause {
    /// A statement failed; the context knows how.
    Statement(String),
    /// There is nothing to read offline.
    Offline,
    /// The revision's own error.
    Own(Box<dyn Error + Send + Sync>),
}

impl ContextError {
    /// An error of the revision's own: a text, or any error.
    pub fn new(error: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self(Cause::Own(error.into()))
    }

    pub(crate) fn statement(message: String) -> Self {
        Self(Cause::Statement(message))
    }
}

impl std::fmt::Display for ContextError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.0 {
            Cause::Statement(message) => f.write_str(message),
            Cause::Offline => f.write_str(
                "it reads the database, and offline there is none: ask `Context::is_offline` first",
            ),
            Cause::Own(error) => error.fmt(f),
        }
    }
}

/// It is no error itself, so that every error can become one (as `anyhow::Error` does it).
impl<E: Error + Send + Sync + 'static> From<E> for ContextError {
    fn from(error: E) -> Self {
        Self::new(error)
    }
}

/// Where statements of a revision written in Rust go.
pub(crate) trait Statements: Send {
    fn execute<'a>(&'a mut self, sql: &'a str) -> BoxFuture<'a, Result<(), ContextError>>;
    fn query<'a>(&'a mut self, sql: &'a str) -> BoxFuture<'a, Result<ResultSet, ContextError>>;
    fn is_offline(&self) -> bool;
}

/// What a revision written in Rust works with: the database, or offline the script.
pub struct Context<'a> {
    pub(crate) dialect: &'a dyn Dialect,
    pub(crate) statements: &'a mut dyn Statements,
}

impl Context<'_> {
    /// Executes a statement, or several with `;` between them; offline they are printed.
    ///
    /// A failure rolls the revision's transaction back, so nothing can be executed after it: give
    /// it back with `?`.
    ///
    /// # Errors
    ///
    /// If the database refuses it, or it would end the revision's transaction.
    pub async fn execute(&mut self, sql: &str) -> Result<(), ContextError> {
        self.statements.execute(sql).await
    }

    /// Reads. Values come as the engine's own text of them.
    ///
    /// # Errors
    ///
    /// If the database refuses it; and offline, always.
    pub async fn query(&mut self, sql: &str) -> Result<ResultSet, ContextError> {
        self.statements.query(sql).await
    }

    /// Whether no database is there: what is executed is printed, and reading is an error.
    pub fn is_offline(&self) -> bool {
        self.statements.is_offline()
    }

    /// The SQL of the database.
    pub fn dialect(&self) -> &dyn Dialect {
        self.dialect
    }

    /// A text as a literal of the database's SQL.
    pub fn literal(&self, text: &str) -> String {
        self.dialect.literal(text)
    }

    /// A name in the database's quotes.
    pub fn identifier(&self, name: &str) -> String {
        self.dialect.identifier(name)
    }
}

/// Writes down what is executed.
#[derive(Default)]
pub(crate) struct Recording {
    text: String,
}

impl Recording {
    /// Runs a program against a recording; the script is what it executed.
    ///
    /// # Errors
    ///
    /// If the program stops, or waits for anything but its context.
    pub(crate) fn script(
        program: &Program,
        direction: Direction,
        dialect: &dyn Dialect,
    ) -> Result<String, String> {
        let mut recording = Self::default();
        let mut context = Context {
            dialect,
            statements: &mut recording,
        };
        match program.run(direction, &mut context).now_or_never() {
            Some(Ok(())) => {}
            Some(Err(error)) => return Err(error.to_string()),
            None => {
                return Err(
                    "it waits for something else than its context, and offline nothing runs that could answer"
                        .into(),
                );
            }
        }
        if recording.text.is_empty() {
            recording
                .text
                .push_str("-- it executes nothing\nSELECT 1;\n");
        }
        Ok(recording.text)
    }
}

impl Statements for Recording {
    fn execute<'a>(&'a mut self, sql: &'a str) -> BoxFuture<'a, Result<(), ContextError>> {
        let sql = sql.trim();
        self.text.push_str(sql);
        // A line comment at the end would swallow the terminator.
        let last = sql.rsplit('\n').next().unwrap_or_default();
        if last.contains("--") {
            self.text.push('\n');
        }
        self.text
            .push_str(if sql.ends_with(';') { "\n" } else { ";\n" });
        Box::pin(async { Ok(()) })
    }

    fn query<'a>(&'a mut self, _: &'a str) -> BoxFuture<'a, Result<ResultSet, ContextError>> {
        Box::pin(async { Err(ContextError(Cause::Offline)) })
    }

    fn is_offline(&self) -> bool {
        true
    }
}
