//! Why a migrator could not be built, or a run stopped.

use std::fmt;

use crate::config::{ConfigProblem, UrlError};
use crate::driver::{InvalidServer, UnknownScheme};
use crate::graph::GraphProblem;
use crate::revision::LoadProblem;
use crate::run::RunError;

/// Why a migrator could not be built, or a run stopped.
///
/// All problems of a kind come together, and the text says what failed, where, what is committed and
/// what is not, a fact a line. It never holds a credential. [`Error::code`] is the same in every
/// version.
///
/// ```
/// use aludel::run::RunError;
/// use aludel::{Error, Migrator};
///
/// # let directory = tempfile::tempdir()?;
/// # let migrations = directory.path().join("migrations");
/// # let revision = migrations.join("2026-01-05-101500_accounts");
/// # std::fs::create_dir_all(&revision)?;
/// # let url = format!("sqlite:{}", directory.path().join("app.db").display());
/// let script = "CREATE TABLE a (id INTEGER);\nCREATE TABLE a (id INTEGER);";
/// std::fs::write(revision.join("up.sql"), script)?;
/// let migrator = Migrator::builder()
///     .driver(aludel_sqlite::SqliteDriver::new())
///     .directory(&migrations)
///     .build()?;
/// let error = migrator.run_blocking(&url, "heads").expect_err("`a` is there already");
/// assert_eq!(error.code(), "statement-refused"); // for logs and alerts
/// match &error {
///     Error::Run(RunError::Statement(failure)) => {
///         assert_eq!((failure.line, failure.number), (2, Some((2, 2))));
///         assert!(failure.committed.is_empty());
///     }
///     other => panic!("{other}"),
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The configuration cannot be read, or says something wrong.
    #[error("{}", Lines(.0))]
    Config(Vec<ConfigProblem>),
    /// [`Migrator::from_config`](crate::Migrator::from_config) found no `aludel.toml`, or one without
    /// databases.
    #[error(
        "no `aludel.toml` is in the working directory or above it, so there is no database `{name}`: \
         name the file with `config_file` or ALUDEL_CONFIG"
    )]
    NoConfig {
        /// The database that was asked for.
        name: String,
    },
    /// The revisions cannot be read.
    #[error("{}", Lines(.0))]
    Revisions(Vec<LoadProblem>),
    /// The revisions do not make a graph: a cycle, two of one id, a label twice.
    #[error("{}", Lines(.0))]
    Graph(Vec<GraphProblem>),
    /// What was given is no URL.
    #[error(transparent)]
    Url(#[from] UrlError),
    /// No driver was added for a scheme, a server or the authored dialect.
    #[error("{0}; add one with `MigratorBuilder::driver`")]
    Driver(#[from] UnknownScheme),
    /// What was given is no server, which is a flavour and a version: `mariadb 10.11`.
    #[error(transparent)]
    Server(#[from] InvalidServer),
    /// A blocking entry was called where blocking would stop a runtime's thread.
    #[error(
        "`{entry}` was called inside a running tokio runtime, whose thread it would block: use \
         `{instead}(…).await` there, or `Handle::current().block_on(…)` of it in `spawn_blocking`"
    )]
    InsideRuntime {
        /// The entry that was called.
        entry: &'static str,
        /// The one to call.
        instead: &'static str,
    },
    /// An asynchronous entry was called where no runtime is.
    #[error(
        "`{entry}` was called outside a tokio runtime: use `run_blocking` there, or \
         `Runtime::block_on`"
    )]
    NoRuntime {
        /// The entry that was called.
        entry: &'static str,
    },
    /// A runtime could not be started.
    #[error("no tokio runtime could be started: {0}")]
    Runtime(std::io::Error),
    /// A run stopped, or was refused.
    #[error("{}", .0.report())]
    Run(#[from] RunError),
}

impl Error {
    /// A stable code for logs and searches, such as `statement-refused`.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Config(problems) => problems.first().map_or("config", ConfigProblem::code),
            Self::NoConfig { .. } => "no-config",
            Self::Revisions(problems) => problems.first().map_or("revisions", LoadProblem::code),
            Self::Graph(_) => "graph",
            Self::Url(error) => error.code(),
            Self::Driver(_) => "unknown-driver",
            Self::Server(_) => "server",
            Self::InsideRuntime { .. } => "inside-runtime",
            Self::NoRuntime { .. } => "no-runtime",
            Self::Runtime(_) => "runtime",
            Self::Run(error) => error.code(),
        }
    }
}

/// Problems, one a line.
struct Lines<'a, T>(&'a [T]);

impl<T: fmt::Display> fmt::Display for Lines<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, problem) in self.0.iter().enumerate() {
            if index > 0 {
                f.write_str("\n")?;
            }
            problem.fmt(f)?;
        }
        Ok(())
    }
}
