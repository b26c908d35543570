//! The entries: on a connection that is opened, blocking, on one of the caller's, and offline.

use std::future::Future;
use std::io::Write;
use std::sync::Arc;

use tokio::runtime::Handle;

use super::{Error, IntoUrl, Migrator, MigratorBuilder};
use crate::config::DatabaseUrl;
use crate::driver::{Client, Driver, Server, Session};
use crate::graph::Graph;
use crate::revision::RevisionSet;
use crate::run::{Database, Done, Move, RevisionScripts, RunError, Runner, Status};

impl Migrator {
    /// A builder with the defaults: no drivers, no revisions, Diesel's ledger, 60 s for the lock.
    pub fn builder() -> MigratorBuilder {
        MigratorBuilder::new()
    }

    /// A builder that takes what is not set on it from the database `name` of `aludel.toml`, as
    /// Alembic's `env.py` takes an engine from its section.
    ///
    /// The file is the one that `ALUDEL_CONFIG` names, or the nearest above the working directory;
    /// `ALUDEL_ENV` names an environment, unless [`MigratorBuilder::environment`] does.
    ///
    /// ```
    /// use aludel::Migrator;
    ///
    /// # let directory = tempfile::tempdir()?;
    /// # let file = directory.path().join("aludel.toml");
    /// # std::fs::create_dir(directory.path().join("migrations"))?;
    /// # let revision = directory.path().join("migrations/2026-01-05-101500_accounts");
    /// # std::fs::create_dir(&revision)?;
    /// # std::fs::write(revision.join("up.sql"), "CREATE TABLE accounts (id INTEGER);")?;
    /// std::fs::write(&file, r#"
    ///     [databases.accounts]
    ///     migrations = "migrations"
    ///     url = "sqlite:accounts.db"
    /// "#)?;
    /// let migrator = Migrator::from_config("accounts")
    ///     .config_file(&file) // the default: searched upwards
    ///     .driver(aludel_sqlite::SqliteDriver::new())
    ///     .build()?;
    /// let url = migrator.url().expect("the file gives it");
    /// assert_eq!(migrator.run_blocking(url, "heads")?.revisions.len(), 1);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn from_config(name: impl Into<String>) -> MigratorBuilder {
        MigratorBuilder::new().configured(name.into())
    }

    /// Opens one connection, makes a move, and closes it, whatever happened. A text as the move is an
    /// upgrade to that target: `"heads"`.
    ///
    /// Several replicas may do this at once: one applies, the others wait for the lock, find
    /// nothing to do and succeed. A future that is dropped (by a time-out, say) stops the run as
    /// [`MigratorBuilder::cancel`](super::MigratorBuilder::cancel) does: in the background the
    /// statement is interrupted, its revision rolled back and the connection closed.
    ///
    /// ```
    /// # use aludel::Migrator;
    /// # let directory = tempfile::tempdir()?;
    /// # let migrations = directory.path().join("migrations");
    /// # let revision = migrations.join("2026-01-05-101500_accounts");
    /// # std::fs::create_dir_all(&revision)?;
    /// # std::fs::write(revision.join("up.sql"), "CREATE TABLE accounts (id INTEGER);")?;
    /// # std::fs::write(revision.join("down.sql"), "DROP TABLE accounts;")?;
    /// # let url = format!("sqlite:{}", directory.path().join("app.db").display());
    /// # tokio::runtime::Runtime::new()?.block_on(async {
    /// # let migrator = Migrator::builder()
    /// #     .driver(aludel_sqlite::SqliteDriver::new())
    /// #     .directory(&migrations)
    /// #     .build()?;
    /// use aludel::Move;
    ///
    /// migrator.run(&url, "heads").await?;
    /// let done = migrator.run(&url, Move::downgrade("-1")).await?;
    /// assert_eq!(done.revisions, ["2026-01-05-101500_accounts"]);
    /// # Ok::<(), aludel::Error>(())
    /// # })?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// See [`RunError`]; and if `url` is no URL, no driver was added for its scheme, or this is called
    /// outside a tokio runtime.
    ///
    /// # Panics
    ///
    /// If the runtime was built without its timers (`Builder::enable_time`), which tokio does not let ask for.
    pub async fn run(&self, url: impl IntoUrl, to: impl Into<Move>) -> Result<Done, Error> {
        let database = self.online(url.into_url()?)?;
        let to = to.into();
        self.supervised("run", |migrator, cancel| async move {
            let runner = Runner {
                events: migrator.inner.events.as_ref(),
                cancel: &cancel,
            };
            database.run(&to, &migrator.inner.options, runner).await
        })
        .await
    }

    /// [`Migrator::run`] from synchronous code.
    ///
    /// ```
    /// # use aludel::Migrator;
    /// # let directory = tempfile::tempdir()?;
    /// # let migrations = directory.path().join("migrations");
    /// # let revision = migrations.join("2026-01-05-101500_accounts");
    /// # std::fs::create_dir_all(&revision)?;
    /// # std::fs::write(revision.join("up.sql"), "CREATE TABLE accounts (id INTEGER);")?;
    /// # let url = format!("sqlite:{}", directory.path().join("app.db").display());
    /// # let migrator = Migrator::builder()
    /// #     .driver(aludel_sqlite::SqliteDriver::new())
    /// #     .directory(&migrations)
    /// #     .build()?;
    /// assert_eq!(migrator.run_blocking(&url, "heads")?.revisions.len(), 1);
    ///
    /// // Inside a runtime it would block a thread that the runtime needs: it is refused.
    /// let runtime = tokio::runtime::Runtime::new()?;
    /// let inside = runtime.block_on(async { migrator.run_blocking(&url, "heads") });
    /// assert_eq!(inside.expect_err("refused").code(), "inside-runtime");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`Migrator::run`]; and if this is called inside a runtime.
    pub fn run_blocking(&self, url: impl IntoUrl, to: impl Into<Move>) -> Result<Done, Error> {
        if Handle::try_current().is_ok() {
            return Err(Error::InsideRuntime {
                entry: "run_blocking",
                instead: "run",
            });
        }
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(Error::Runtime)?;
        runtime.block_on(self.run(url, to))
    }

    /// Makes a move on a session of the caller's, who keeps it. A connection of the application's
    /// own becomes a session by its driver's crate, or `aludel-diesel` for those of diesel-async.
    ///
    /// What a lent connection permits is said by its [`Tenure`](crate::driver::Tenure): settings are
    /// left alone, so a script that changes some is refused; inside a transaction of the caller's
    /// nothing is committed, the lock ends with the transaction, and what would commit by itself
    /// (MySQL's DDL, `CREATE INDEX CONCURRENTLY`, a script that declares no-transaction) is refused
    /// before anything runs. A revision that fails is rolled back by itself and the transaction goes
    /// on; [`Done`] then names what stands in the transaction, not what is committed.
    ///
    /// The future must be awaited to its end: dropped, it leaves the connection with whatever the
    /// statement does. [`MigratorBuilder::cancel`](super::MigratorBuilder::cancel) stops it.
    ///
    /// ```
    /// use aludel::Migrator;
    /// use aludel::config::DatabaseUrl;
    /// use aludel::driver::{Access, ConnectOptions, Driver};
    ///
    /// # let directory = tempfile::tempdir()?;
    /// # let migrations = directory.path().join("migrations");
    /// # let revision = migrations.join("2026-01-05-101500_accounts");
    /// # std::fs::create_dir_all(&revision)?;
    /// # std::fs::write(revision.join("up.sql"), "CREATE TABLE accounts (id INTEGER);")?;
    /// # let url = DatabaseUrl::parse(&format!("sqlite:{}", directory.path().join("app.db").display()))?;
    /// # tokio::runtime::Runtime::new()?.block_on(async {
    /// let migrator = Migrator::builder()
    ///     .driver(aludel_sqlite::SqliteDriver::new())
    ///     .directory(&migrations)
    ///     .build()?;
    /// let options = ConnectOptions::new(Access::Write);
    /// let driver = aludel_sqlite::SqliteDriver::new();
    /// let mut session = driver.connect(&url, &options).await.expect("a connection");
    /// let done = migrator.run_on(session.as_mut(), "heads").await?;
    /// assert_eq!(done.revisions.len(), 1);
    /// session.close().await;
    /// # Ok::<(), aludel::Error>(())
    /// # })?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// See [`RunError`]; and if no driver was added for the session's server.
    pub async fn run_on(
        &self,
        session: &mut (dyn Session + '_),
        to: impl Into<Move>,
    ) -> Result<Done, Error> {
        let to = to.into();
        let flavour = session.server().flavour().to_owned();
        let driver = self.inner.registry.by_name(&flavour)?;
        let database = self.database(driver, &flavour, None, None)?;
        let runner = Runner {
            events: self.inner.events.as_ref(),
            cancel: &self.inner.cancel,
        };
        let options = &self.inner.options;
        Ok(database.run_on(session, &to, options, runner).await?)
    }

    /// Prints what a move would do as a script for the engine's own client. No connection is made
    /// and no client is needed: the database is not asked where it is, so a move that does not begin
    /// at base is `from:to`.
    ///
    /// `place` is a URL, of which the scheme is what counts, or the name of a driver or of a server:
    /// `postgres://…`, `postgres`, `mariadb 10.11`.
    ///
    /// ```
    /// use aludel::{Migrator, Move};
    ///
    /// # let directory = tempfile::tempdir()?;
    /// # let migrations = directory.path().join("migrations");
    /// # let revision = migrations.join("2026-01-05-101500_accounts");
    /// # std::fs::create_dir_all(&revision)?;
    /// # std::fs::write(revision.join("up.sql"), "CREATE TABLE accounts (id INTEGER);")?;
    /// # std::fs::write(revision.join("down.sql"), "DROP TABLE accounts;")?;
    /// let migrator = Migrator::builder()
    ///     .driver(aludel_sqlite::SqliteDriver::new())
    ///     .directory(&migrations)
    ///     .build()?;
    /// let mut script = Vec::new();
    /// migrator.run_offline("sqlite", "heads", &mut script)?;
    /// assert!(String::from_utf8(script)?.contains("CREATE TABLE accounts (id INTEGER);"));
    ///
    /// let mut script = Vec::new();
    /// migrator.run_offline("sqlite 3.45", Move::downgrade("heads:base"), &mut script)?;
    /// assert!(String::from_utf8(script)?.contains("DROP TABLE accounts;"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// If no driver is known for the place, the target or a script is refused, or `out` cannot be
    /// written. Nothing is written but a whole script.
    pub fn run_offline(
        &self,
        place: &str,
        to: impl Into<Move>,
        out: &mut dyn Write,
    ) -> Result<(), Error> {
        let database = self.offline(place)?;
        let client = Client::Usual;
        // Half a script in a pipe would run.
        let mut text = Vec::new();
        match to.into() {
            Move::Upgrade(target) => drop(database.upgrade_sql(&target, client, &mut text)?),
            Move::Downgrade(range) if !range.contains(':') => {
                return Err(Error::Run(RunError::Refused {
                    code: "downgrade-sql-range",
                    message: "a downgrade cannot ask a database where it is, offline".into(),
                    help: "give `from:to`, such as `heads:base`".into(),
                }));
            }
            Move::Downgrade(range) => drop(database.downgrade_sql(&range, client, &mut text)?),
            Move::Stamp {
                targets,
                purge: false,
            } => database.stamp_sql(&targets, client, &mut text)?,
            Move::Ensure => database.ensure_sql(client, &mut text)?,
            Move::Stamp { .. } | Move::Forget(_) | Move::Repair { .. } => {
                return Err(Error::Run(RunError::Refused {
                    code: "stamp-sql",
                    message: "purging, forgetting and repairing need to read the ledger, which offline work never does"
                        .into(),
                    help: "stamp `from:to`".into(),
                }));
            }
        }
        out.write_all(&text).map_err(RunError::Output)?;
        Ok(())
    }

    /// Where a database stands: what is applied, pending, changed, missing. Nothing is written. A
    /// service that must not migrate by itself may refuse to start by it:
    ///
    /// ```
    /// # use aludel::Migrator;
    /// # let directory = tempfile::tempdir()?;
    /// # let migrations = directory.path().join("migrations");
    /// # let revision = migrations.join("2026-01-05-101500_accounts");
    /// # std::fs::create_dir_all(&revision)?;
    /// # std::fs::write(revision.join("up.sql"), "CREATE TABLE accounts (id INTEGER);")?;
    /// # let url = format!("sqlite:{}", directory.path().join("app.db").display());
    /// # tokio::runtime::Runtime::new()?.block_on(async {
    /// # let migrator = Migrator::builder()
    /// #     .driver(aludel_sqlite::SqliteDriver::new())
    /// #     .directory(&migrations)
    /// #     .build()?;
    /// let status = migrator.status(&url).await?;
    /// assert!(status.is_pending());
    /// assert_eq!(status.pending, ["2026-01-05-101500_accounts"]);
    /// assert!(!status.differs(), "an applied script has changed, or its file is missing");
    /// # Ok::<(), aludel::Error>(())
    /// # })?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// If there is no connection, or the ledger cannot be read or is of a newer format; else as
    /// [`Migrator::run`].
    pub async fn status(&self, url: impl IntoUrl) -> Result<Status, Error> {
        let database = self.online(url.into_url()?)?;
        self.supervised("status", |migrator, cancel| async move {
            let runner = Runner {
                events: migrator.inner.events.as_ref(),
                cancel: &cancel,
            };
            database.status(&migrator.inner.options, runner).await
        })
        .await
    }

    /// The scripts of every revision as they would run on a server, parents first, for another tool
    /// to run: without ledger rows and guards. `place` is what [`Migrator::run_offline`] takes.
    ///
    /// ```
    /// # use aludel::Migrator;
    /// # let directory = tempfile::tempdir()?;
    /// # let migrations = directory.path().join("migrations");
    /// # let revision = migrations.join("2026-01-05-101500_accounts");
    /// # std::fs::create_dir_all(&revision)?;
    /// # std::fs::write(revision.join("up.sql"), "CREATE TABLE accounts (id INTEGER);")?;
    /// # let migrator = Migrator::builder()
    /// #     .driver(aludel_sqlite::SqliteDriver::new())
    /// #     .directory(&migrations)
    /// #     .build()?;
    /// let scripts = migrator.scripts("sqlite")?;
    /// assert_eq!(scripts[0].up.statements, ["CREATE TABLE accounts (id INTEGER)"]);
    /// assert!(scripts[0].down.is_none());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// If no driver is known for the place, or a script is refused.
    pub fn scripts(&self, place: &str) -> Result<Vec<RevisionScripts>, Error> {
        Ok(self.offline(place)?.scripts()?)
    }

    /// The URL that the configuration gives; `None` without one.
    pub fn url(&self) -> Option<&DatabaseUrl> {
        self.inner.url.as_ref()
    }

    /// The revisions of all its sources.
    pub fn revisions(&self) -> &RevisionSet {
        &self.inner.revisions
    }

    /// The graph of its revisions.
    pub fn graph(&self) -> &Graph {
        &self.inner.graph
    }

    /// Runs on a task of its own, which is cancelled rather than dropped when the caller goes away:
    /// no session's call may be dropped half-way.
    async fn supervised<T, F>(
        &self,
        entry: &'static str,
        work: impl FnOnce(Self, tokio_util::sync::CancellationToken) -> F,
    ) -> Result<T, Error>
    where
        T: Send + 'static,
        F: Future<Output = Result<T, RunError>> + Send + 'static,
    {
        let runtime = Handle::try_current().map_err(|_| Error::NoRuntime { entry })?;
        let cancel = self.inner.cancel.child_token();
        let gone = cancel.clone().drop_guard();
        let task = runtime.spawn(work(self.clone(), cancel));
        let answer = task.await;
        drop(gone);
        match answer {
            Ok(done) => Ok(done?),
            Err(error) if error.is_panic() => std::panic::resume_unwind(error.into_panic()),
            // The runtime is shutting down, and the task with it.
            Err(_) => Err(Error::Run(RunError::Interrupted {
                committed: Vec::new(),
            })),
        }
    }

    fn online(&self, url: DatabaseUrl) -> Result<Database, Error> {
        let scheme = url.scheme().to_owned();
        let driver = self.inner.registry.by_scheme(&scheme)?;
        self.database(driver, &scheme, Some(url), None)
    }

    /// The database that a URL, a driver's name or a server's name means without a connection.
    fn offline(&self, place: &str) -> Result<Database, Error> {
        if let Ok(driver) = self.inner.registry.by_name(place) {
            return self.database(driver, place, None, None);
        }
        if let Some((driver, server)) = self.server_named(place) {
            return self.database(&driver, server.flavour(), None, Some(server.clone()));
        }
        self.online(DatabaseUrl::parse(place)?)
    }

    fn server_named(&self, place: &str) -> Option<(Arc<dyn Driver>, Server)> {
        let server: Server = place.parse().ok()?;
        let driver = self.inner.registry.by_name(server.flavour()).ok()?;
        Some((driver.clone(), server))
    }
}
