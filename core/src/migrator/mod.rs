//! What an application embeds: a [`Migrator`] with its revisions, its drivers and its settings.
//!
//! Four entries mirror the functions of Alembic's `env.py`:
//!
//! | Alembic | here | connection |
//! | --- | --- | --- |
//! | `run_migrations_offline()` | [`Migrator::run_offline`] | none: a URL, driver or server name is enough |
//! | `do_run_migrations(connection)` | [`Migrator::run_on`] | the caller's own, inside its transaction if one is open |
//! | `run_async_migrations()` | [`Migrator::run`] | one is opened, used and disposed of |
//! | `run_migrations_online()` | [`Migrator::run_blocking`] | the same, from synchronous code |
//!
//! The drivers are crates of their own, so that nobody links an engine that is not wanted:
//! `aludel-sqlite`, `aludel-postgres`, `aludel-mysql`, and whatever else implements
//! [`Driver`]. Connections of Diesel's, and Diesel's migrations, are lent to
//! a migrator by the crate `aludel-diesel`.
//!
//! Deliberately absent: printing, signals, `.env` files. Events tell how a run goes, a
//! [`CancellationToken`] stops it.
//!
//! [`Migrator::status`] says where a database stands and changes nothing; [`Migrator::scripts`] gives
//! the statements of each revision to a tool that runs them by itself.

mod builder;
mod entries;
mod error;
mod stream;
#[cfg(test)]
mod tests;
mod url;

use std::collections::BTreeMap;
use std::sync::Arc;

use tokio_util::sync::CancellationToken;

use crate::config::DatabaseUrl;
use crate::driver::{Dialect, Driver, Registry, Server};
use crate::graph::Graph;
use crate::ledger::LedgerTables;
use crate::revision::RevisionSet;
use crate::run::{Database, DatabaseOptions, Events, RunError, RunOptions};

pub use builder::MigratorBuilder;
pub use error::Error;
pub use stream::{EventSender, EventStream, event_stream};
pub use url::IntoUrl;

/// Moves databases through one set of revisions.
///
/// It is made once, from [`Migrator::builder`] or [`Migrator::from_config`], and may then run on any
/// number of databases (tenants, say), also at the same time. Cloning is cheap.
///
/// ```
/// use aludel::Migrator;
///
/// # let directory = tempfile::tempdir()?;
/// # let migrations = directory.path().join("migrations");
/// # let revision = migrations.join("2026-01-05-101500_accounts");
/// # std::fs::create_dir_all(&revision)?;
/// # std::fs::write(revision.join("up.sql"), "CREATE TABLE accounts (id INTEGER PRIMARY KEY);")?;
/// # let file = directory.path().join("app.db");
/// # let url = format!("sqlite:{}", file.display());
/// # tokio::runtime::Runtime::new()?.block_on(async {
/// let migrator = Migrator::builder()
///     .driver(aludel_sqlite::SqliteDriver::new())
///     .directory(&migrations)
///     .build()?;
/// let done = migrator.run(&url, "heads").await?;
/// assert_eq!(done.revisions, ["2026-01-05-101500_accounts"]);
/// assert!(migrator.status(&url).await?.pending.is_empty());
/// # Ok::<(), aludel::Error>(())
/// # })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Migrator {
    inner: Arc<Inner>,
}

struct Inner {
    name: String,
    registry: Registry,
    revisions: Arc<RevisionSet>,
    graph: Arc<Graph>,
    url: Option<DatabaseUrl>,
    /// The name of the dialect that the scripts are written in.
    dialect: Option<String>,
    server: Option<Server>,
    variables: BTreeMap<String, String>,
    tables: LedgerTables,
    options: RunOptions,
    events: Arc<dyn Events>,
    cancel: CancellationToken,
}

impl Migrator {
    fn database(
        &self,
        driver: &Arc<dyn Driver>,
        scheme: &str,
        url: Option<DatabaseUrl>,
        server: Option<Server>,
    ) -> Result<Database, Error> {
        let inner = &self.inner;
        let options = DatabaseOptions {
            name: inner.name.clone(),
            driver: driver.clone(),
            scheme: scheme.to_owned(),
            url,
            server: server.or_else(|| inner.server.clone()),
            tables: inner.tables.clone(),
            authored: self.authored(driver)?,
            variables: inner.variables.clone(),
            names: inner.registry.names(),
        };
        let (revisions, graph) = (inner.revisions.clone(), inner.graph.clone());
        Ok(Database::new(options, revisions, graph))
    }

    /// The authored dialect, where it is another than the driver's: scripts are translated.
    fn authored(&self, driver: &Arc<dyn Driver>) -> Result<Option<Arc<dyn Dialect>>, Error> {
        let Some(name) = &self.inner.dialect else {
            return Ok(None);
        };
        let known = self.inner.registry.by_name(name)?;
        if Arc::ptr_eq(known, driver) {
            return Ok(None);
        }
        let refused = |message: String| {
            let help = "name the dialect that the scripts are written in, such as `postgres`";
            Error::Run(RunError::Refused {
                code: "dialect",
                message,
                help: help.into(),
            })
        };
        let server = known
            .assumed(name)
            .ok_or_else(|| refused(format!("nothing is assumed of the server of `{name}`")))?;
        known.dialect(&server).map(Some).map_err(refused)
    }
}
