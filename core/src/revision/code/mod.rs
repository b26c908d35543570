//! Revisions written in Rust.
//!
//! A [`RustRevision`] gets a [`Context`] and executes statements on it. Offline the same function
//! is run against a context that writes down what is executed, so it is printed in its place in the
//! script; only reading needs a database, and says so.
//!
//! Deliberately absent: a checksum. What a function does cannot be compared, so in the ledger such
//! a revision is *unverified*, never *changed*. The command line has no functions: to it their rows
//! are *missing*.

mod context;
mod source;

pub use context::{Context, ContextError};
pub(crate) use context::{Recording, Statements};
pub use source::RustRevisions;

use std::fmt;
use std::future::Future;
use std::sync::Arc;

use futures_util::future::BoxFuture;

use super::Direction;

/// A revision written in Rust.
///
/// On PostgreSQL and SQLite it runs in one transaction with its ledger rows. On MySQL, whose DDL
/// commits by itself, every statement is committed by itself and has its row in the journal.
///
/// ```
/// use aludel::Migrator;
/// use aludel::revision::{Context, ContextError, RustRevision};
///
/// struct FillNames;
///
/// impl RustRevision for FillNames {
///     async fn up(&self, context: &mut Context<'_>) -> Result<(), ContextError> {
///         context.execute("CREATE TABLE names (name TEXT NOT NULL)").await?;
///         for name in ["ada", "grace"] {
///             let name = context.literal(name);
///             context.execute(&format!("INSERT INTO names VALUES ({name})")).await?;
///         }
///         if !context.is_offline() {
///             let count = context.query("SELECT count(*) FROM names").await?;
///             assert_eq!(count.cell(), Some("2"));
///         }
///         Ok(())
///     }
/// }
///
/// # let directory = tempfile::tempdir()?;
/// # let url = format!("sqlite:{}", directory.path().join("app.db").display());
/// let migrator = Migrator::builder()
///     .driver(aludel_sqlite::SqliteDriver::new())
///     .revision("2026-02-01-090000_fill_names", FillNames)
///     .build()?;
/// assert_eq!(migrator.run_blocking(&url, "heads")?.revisions.len(), 1);
///
/// let mut script = Vec::new();
/// migrator.run_offline("sqlite", "heads", &mut script)?;
/// assert!(String::from_utf8(script)?.contains("INSERT INTO names VALUES ('grace');"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub trait RustRevision: Send + Sync + 'static {
    /// Applies the revision.
    fn up(
        &self,
        context: &mut Context<'_>,
    ) -> impl Future<Output = Result<(), ContextError>> + Send;

    /// Reverts it. Write [`RustRevision::is_reversible`] too.
    fn down(
        &self,
        context: &mut Context<'_>,
    ) -> impl Future<Output = Result<(), ContextError>> + Send {
        let _ = context;
        async { Err(ContextError::new("it is irreversible")) }
    }

    /// Whether it can be reverted; if not, a downgrade over it is refused before anything runs.
    fn is_reversible(&self) -> bool {
        false
    }

    /// Whether it runs in one transaction, as far as the engine has them.
    fn runs_in_transaction(&self) -> bool {
        true
    }
}

/// A [`RustRevision`] as an object.
trait Erased: Send + Sync {
    fn run<'a>(
        &'a self,
        direction: Direction,
        context: &'a mut Context<'_>,
    ) -> BoxFuture<'a, Result<(), ContextError>>;
    fn is_reversible(&self) -> bool;
    fn runs_in_transaction(&self) -> bool;
}

impl<R: RustRevision> Erased for R {
    fn run<'a>(
        &'a self,
        direction: Direction,
        context: &'a mut Context<'_>,
    ) -> BoxFuture<'a, Result<(), ContextError>> {
        match direction {
            Direction::Up => Box::pin(self.up(context)),
            Direction::Down => Box::pin(self.down(context)),
        }
    }
    fn is_reversible(&self) -> bool {
        RustRevision::is_reversible(self)
    }
    fn runs_in_transaction(&self) -> bool {
        RustRevision::runs_in_transaction(self)
    }
}

/// What a revision runs in place of a script. Two are equal if they are the same function.
#[derive(Clone)]
pub struct Program(Arc<dyn Erased>);

impl Program {
    /// The program of a revision.
    pub fn new(revision: impl RustRevision) -> Self {
        Self(Arc::new(revision))
    }

    /// Whether it can run this way.
    pub fn runs(&self, direction: Direction) -> bool {
        direction == Direction::Up || self.0.is_reversible()
    }

    /// Whether it runs in one transaction, as far as the engine has them.
    pub fn runs_in_transaction(&self) -> bool {
        self.0.runs_in_transaction()
    }

    /// Runs it.
    pub(crate) fn run<'a>(
        &'a self,
        direction: Direction,
        context: &'a mut Context<'_>,
    ) -> BoxFuture<'a, Result<(), ContextError>> {
        self.0.run(direction, context)
    }
}

impl fmt::Debug for Program {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Program(..)")
    }
}

impl PartialEq for Program {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl Eq for Program {}
