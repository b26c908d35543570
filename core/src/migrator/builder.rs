//! Putting a migrator together.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::{Error, Inner, Migrator};
use crate::config::{Config, DatabaseSettings};
use crate::driver::{Driver, Registry, Server};
use crate::graph::Graph;
use crate::ledger::{Identity, LedgerTables};
use crate::revision::{Directory, RevisionSet, RustRevision, RustRevisions, Source};
use crate::run::{Event, Events, RunOptions};

/// Puts a [`Migrator`] together. What is set here wins over what a configuration says.
///
/// It needs a driver for each scheme that it is to run on, and revisions: of directories
/// ([`directory`](Self::directory)), of the program (`embedded`, with the cargo feature `include-dir`), written in Rust
/// ([`revision`](Self::revision)), or from anywhere ([`source`](Self::source)). Those of several
/// sources make one graph. Everything else has a default.
///
/// ```
/// use std::time::Duration;
/// use aludel::{CancellationToken, Migrator};
/// use aludel::ledger::LedgerTables;
///
/// # let directory = tempfile::tempdir()?;
/// # let migrations = directory.path().join("migrations");
/// # std::fs::create_dir_all(migrations.join("2026-01-05-101500_accounts"))?;
/// # std::fs::write(migrations.join("2026-01-05-101500_accounts/up.sql"), "SELECT 1;")?;
/// let stop = CancellationToken::new();
/// let migrator = Migrator::builder()
///     .driver(aludel_sqlite::SqliteDriver::new())
///     .directory(&migrations)
///     .ledger(LedgerTables::default().named("migrations", "migrations_journal"))
///     .lock_timeout(Duration::from_secs(300))
///     .cancel(stop.clone()) // `stop.cancel()` where the service shuts down
///     .build()?;
/// assert_eq!(migrator.revisions().revisions().len(), 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use = "a builder does nothing until `build`"]
pub struct MigratorBuilder {
    registry: Registry,
    directories: Vec<PathBuf>,
    sources: Vec<Arc<dyn Source>>,
    rust: RustRevisions,
    /// Directories or sources were named, which stand for those of a configuration.
    gives_revisions: bool,
    recursive: Option<bool>,
    name: Option<String>,
    config_file: Option<PathBuf>,
    environment: Option<String>,
    dialect: Option<String>,
    variables: BTreeMap<String, String>,
    server: Option<String>,
    tables: Option<LedgerTables>,
    lock_timeout: Option<Duration>,
    options: RunOptions,
    events: Arc<dyn Events>,
    cancel: CancellationToken,
}

impl MigratorBuilder {
    pub(super) fn new() -> Self {
        Self {
            registry: Registry::new(),
            directories: Vec::new(),
            sources: Vec::new(),
            rust: RustRevisions::new(),
            gives_revisions: false,
            recursive: None,
            name: None,
            config_file: None,
            environment: None,
            dialect: None,
            variables: BTreeMap::new(),
            server: None,
            tables: None,
            lock_timeout: None,
            options: RunOptions::default(),
            events: Arc::new(|_: Event| {}),
            cancel: CancellationToken::new(),
        }
    }

    pub(super) fn configured(mut self, name: String) -> Self {
        self.name = Some(name);
        self
    }

    /// Adds a driver; a URL's scheme chooses among them.
    ///
    /// # Panics
    ///
    /// If one of its schemes has a driver already.
    pub fn driver(mut self, driver: impl Driver) -> Self {
        self.registry = self.registry.with(Arc::new(driver));
        self
    }

    /// Adds every driver of a registry, such as one with plugins.
    ///
    /// # Panics
    ///
    /// If one of their schemes has a driver already.
    pub fn drivers(mut self, registry: &Registry) -> Self {
        for driver in registry.drivers() {
            self.registry = self.registry.with(driver.clone());
        }
        self
    }

    /// Adds a migrations directory, read when the migrator is built. A relative path is relative to the
    /// working directory.
    pub fn directory(mut self, path: impl Into<PathBuf>) -> Self {
        self.directories.push(path.into());
        self.gives_revisions = true;
        self
    }

    /// Searches the directories below their first level too; by default not.
    pub fn recursive(mut self, recursive: bool) -> Self {
        self.recursive = Some(recursive);
        self
    }

    /// Adds revisions that `include_dir!` compiled into the program (cargo feature `include-dir`). Their
    /// checksums are those of the directory, so that a program and `aludel` itself agree on a database.
    ///
    /// ```
    /// use aludel::Migrator;
    /// use include_dir::{Dir, include_dir};
    ///
    /// static MIGRATIONS: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../migrations/accounts");
    ///
    /// let migrator = Migrator::builder().embedded(&MIGRATIONS).build()?;
    /// assert!(migrator.revisions().get("20260105101500").is_some());
    /// # Ok::<(), aludel::Error>(())
    /// ```
    #[cfg(feature = "include-dir")]
    pub fn embedded(self, directory: &'static include_dir::Dir<'static>) -> Self {
        self.source(crate::revision::Embedded::new(directory))
    }

    /// Adds revisions from anywhere: whatever lists and reads files, or Diesel's migrations by way of
    /// `aludel-diesel`.
    pub fn source(mut self, source: impl Source + 'static) -> Self {
        self.sources.push(Arc::new(source));
        self.gives_revisions = true;
        self
    }

    /// Adds a revision written in Rust ([`RustRevision`] shows one); its id is made of the name as of a
    /// directory's. Those that are added so are a line of their own, in the order of their ids.
    pub fn revision(mut self, name: impl Into<String>, revision: impl RustRevision) -> Self {
        self.rust = self.rust.with(name, revision);
        self
    }

    /// Adds a revision written in Rust after others, such as those of a directory: `parents` are ids.
    pub fn revision_after(
        mut self,
        parents: &[&str],
        name: impl Into<String>,
        revision: impl RustRevision,
    ) -> Self {
        self.rust = self.rust.after(parents, name, revision);
        self
    }

    /// The configuration file; without it, the one that the variable `ALUDEL_CONFIG` names, or the
    /// nearest `aludel.toml` above the working directory. Only [`Migrator::from_config`] reads one.
    pub fn config_file(mut self, file: impl Into<PathBuf>) -> Self {
        self.config_file = Some(file.into());
        self
    }

    /// The environment of the configuration, such as `prod`; without it the variable `ALUDEL_ENV` names
    /// one, or none is selected.
    pub fn environment(mut self, name: impl Into<String>) -> Self {
        self.environment = Some(name.into());
        self
    }

    /// The dialect that the scripts are written in, by the name of a driver that was added: on another
    /// driver's databases they are translated. Without it they run as they stand.
    pub fn dialect(mut self, name: impl Into<String>) -> Self {
        self.dialect = Some(name.into());
        self
    }

    /// The value of a variable: `${name}` in the scripts of revisions whose `metadata.toml` lists the name
    /// under `variables`.
    pub fn variable(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.variables.insert(name.into(), value.into());
        self
    }

    /// The server that offline work plans for: `"mariadb 10.11"`. A run that finds another, for which
    /// it would plan otherwise, is refused.
    pub fn server(mut self, server: impl Into<String>) -> Self {
        self.server = Some(server.into());
        self
    }

    /// The ledger's tables; by default Diesel's and `__aludel_journal`.
    pub fn ledger(mut self, tables: LedgerTables) -> Self {
        self.tables = Some(tables);
        self
    }

    /// How long a run waits for the lock; by default 60 s.
    pub fn lock_timeout(mut self, timeout: Duration) -> Self {
        self.lock_timeout = Some(timeout);
        self
    }

    /// How long a connection is tried; by default 10 s.
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.options.connect_timeout = timeout;
        self
    }

    /// Refuses to fill holes, that is, to apply a revision below one that is applied; by default they are
    /// filled.
    pub fn no_holes(mut self, refuse: bool) -> Self {
        self.options.no_holes = refuse;
        self
    }

    /// Plans and tells, and changes nothing: [`Done`](crate::run::Done) names what would have run.
    pub fn dry_run(mut self, dry: bool) -> Self {
        self.options.dry_run = dry;
        self
    }

    /// Who runs, for the journal; by default what the engine knows of its user.
    pub fn identity(mut self, identity: Identity) -> Self {
        self.options.identity = identity;
        self
    }

    /// Who reads the events of runs: a closure, or an [`EventSender`](super::EventSender).
    ///
    /// ```
    /// use aludel::Migrator;
    /// use aludel::run::Event;
    ///
    /// let builder = Migrator::builder().events(|event: Event| {
    ///     if let Event::LockWaiting { .. } = event {
    ///         eprintln!("another replica is migrating, waiting for it");
    ///     }
    /// });
    /// # drop(builder);
    /// ```
    pub fn events(mut self, events: impl Events + 'static) -> Self {
        self.events = Arc::new(events);
        self
    }

    /// What stops runs: the statement that runs is interrupted and its revision rolled back. The run
    /// answers with an error of the code `interrupted`, whose class is
    /// [`Class::Interrupted`](crate::run::Class::Interrupted); with `part-way`, if the revision is no
    /// transaction and some of it is committed. A token that has been cancelled stops later runs too.
    pub fn cancel(mut self, token: CancellationToken) -> Self {
        self.cancel = token;
        self
    }

    /// Reads the configuration, if one is asked for, and the revisions' names and metadata. Scripts are
    /// read when they run; no database is needed.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with one of them, at once.
    pub fn build(mut self) -> Result<Migrator, Error> {
        let settings = match &self.name {
            Some(name) => Some(self.settings(name)?),
            None => None,
        };
        let settings = settings.as_ref();
        if !self.rust.is_empty() {
            let rust = std::mem::take(&mut self.rust);
            self.sources.push(Arc::new(rust));
        }
        let revisions = self.revisions(settings)?;
        let graph = Graph::build_open(revisions.nodes()).map_err(Error::Graph)?;
        let configured = settings.and_then(|s| s.server.as_ref()).map(|s| &s.value);
        let server = self.server.as_ref().or(configured);
        let server = server.map(|text| text.parse::<Server>()).transpose()?;
        let mut options = self.options;
        let configured = settings
            .and_then(|s| s.lock_timeout.as_ref())
            .map(|s| s.value);
        if let Some(timeout) = self.lock_timeout.or(configured) {
            options.lock_timeout = timeout;
        }
        let tables = self
            .tables
            .or_else(|| settings.map(DatabaseSettings::ledger_tables));
        let mut variables = settings.map_or_else(BTreeMap::new, |s| s.variables.value.clone());
        variables.extend(self.variables);
        let url = settings.and_then(|s| s.url.as_ref());
        let configured = settings.and_then(|s| s.dialect.as_ref());
        let dialect = self.dialect.or_else(|| configured.map(|s| s.value.clone()));
        Ok(Migrator {
            inner: Arc::new(Inner {
                url: url.map(|setting| setting.value.clone()),
                name: self.name.unwrap_or_else(|| "default".into()),
                registry: self.registry,
                revisions: Arc::new(revisions),
                graph: Arc::new(graph),
                dialect,
                variables,
                server,
                tables: tables.unwrap_or_default(),
                options,
                events: self.events,
                cancel: self.cancel,
            }),
        })
    }

    fn settings(&self, name: &str) -> Result<DatabaseSettings, Error> {
        let variable = |name: &str| std::env::var(name).ok();
        let file = self
            .config_file
            .clone()
            .or_else(|| variable("ALUDEL_CONFIG").map(PathBuf::from))
            .or_else(|| Config::find(Path::new(".")))
            .ok_or_else(|| Error::NoConfig { name: name.into() })?;
        let config = Config::load(&file).map_err(Error::Config)?;
        let environment = self.environment.clone().or_else(|| variable("ALUDEL_ENV"));
        let names = [name.to_owned()];
        let selected = config
            .databases(environment.as_deref(), &names, false, &variable)
            .map_err(Error::Config)?;
        let mut selected = selected.into_iter();
        // One name selects one database, or is refused.
        selected
            .next()
            .ok_or_else(|| Error::NoConfig { name: name.into() })
    }

    fn revisions(&self, settings: Option<&DatabaseSettings>) -> Result<RevisionSet, Error> {
        let configured = settings.map(|s| (s.migrations.value.as_slice(), s.recursive.value));
        let recursive = self
            .recursive
            .or(configured.map(|(_, r)| r))
            .unwrap_or(false);
        let directories = match configured {
            Some((directories, _)) if !self.gives_revisions => directories,
            _ => &self.directories,
        };
        if self.sources.is_empty() {
            return RevisionSet::load(directories, recursive).map_err(Error::Revisions);
        }
        let directories = directories.iter();
        let mut sources: Vec<Arc<dyn Source>> = directories
            .map(|path| Arc::new(Directory::new(path)) as Arc<dyn Source>)
            .collect();
        sources.extend(self.sources.iter().cloned());
        RevisionSet::from_sources(sources, recursive).map_err(Error::Revisions)
    }
}
