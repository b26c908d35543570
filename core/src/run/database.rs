//! One database: its revisions, its driver, and how its runs go.
//!
//! What can be done with it stands beside: `decide` (what a run does), `offline` (scripts), `online`
//! (a live run), `status`.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::{Events, RunError};
use crate::config::DatabaseUrl;
use crate::driver::{Access, ConnectOptions, Dialect, Driver, Server, Session};
use crate::graph::{Applied, Graph, NodeIx};
use crate::ledger::{Identity, LedgerTables, Snapshot};
use crate::revision::{Revision, RevisionSet};

/// What a database is made of, besides its revisions.
#[derive(Clone)]
pub struct DatabaseOptions {
    /// The name by which the configuration knows it.
    pub name: String,
    /// Its driver.
    pub driver: Arc<dyn Driver>,
    /// The URL's scheme, or the driver's name where there is no URL.
    pub scheme: String,
    /// Its URL. Offline work needs none.
    pub url: Option<DatabaseUrl>,
    /// The server that is planned for, if somebody said.
    pub server: Option<Server>,
    /// The ledger's tables.
    pub tables: LedgerTables,
    /// The dialect that the scripts are written in, if it is not the driver's own: then they are
    /// translated.
    pub authored: Option<Arc<dyn Dialect>>,
    /// Values of the variables that scripts declare.
    pub variables: BTreeMap<String, String>,
    /// Every name that a directive or an override file may use:
    /// [`Registry::names`](crate::driver::Registry::names).
    pub names: Vec<&'static str>,
}

/// How a run goes. [`RunOptions::default`] gives one to change.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct RunOptions {
    /// How long the lock is waited for; by default 60 s.
    pub lock_timeout: Duration,
    /// How long a connection is tried; by default 10 s.
    pub connect_timeout: Duration,
    /// Refuse to fill holes: to apply a revision below one that is applied.
    pub no_holes: bool,
    /// Plan, tell, and change nothing.
    pub dry_run: bool,
    /// Who runs, for the journal; by default what the engine knows of its user.
    pub identity: Identity,
}

impl Default for RunOptions {
    fn default() -> Self {
        Self {
            lock_timeout: Duration::from_secs(60),
            connect_timeout: Duration::from_secs(10),
            no_holes: false,
            dry_run: false,
            identity: Identity::default(),
        }
    }
}

impl RunOptions {
    /// What a run with these options needs of a session.
    pub fn access(&self) -> Access {
        match self.dry_run {
            true => Access::Read,
            false => Access::Write,
        }
    }
}

impl DatabaseOptions {
    /// Opens a session to the database. Its revisions need not be there yet: who reads them meanwhile
    /// waits for one of the two only, and goes on with [`Database::run_opened`].
    ///
    /// Until there is a session, the future may be dropped.
    ///
    /// # Errors
    ///
    /// If there is no URL or no connection, or `cancel` stops it.
    pub async fn open(
        &self,
        access: Access,
        options: &RunOptions,
        cancel: &CancellationToken,
    ) -> Result<Box<dyn Session>, RunError> {
        let url = self.url()?;
        let mut how = ConnectOptions::new(access).lock_timeout(options.lock_timeout);
        how.timeout = options.connect_timeout;
        tokio::select! {
            session = self.driver.connect(url, &how) => session.map_err(RunError::from_failure),
            // Nothing is open yet that would have to be put away.
            () = cancel.cancelled() => Err(RunError::Interrupted { committed: Vec::new() }),
        }
    }

    fn url(&self) -> Result<&DatabaseUrl, RunError> {
        self.url.as_ref().ok_or_else(|| RunError::Refused {
            code: "no-url",
            message: format!("database `{}` has no URL", self.name),
            help: "give `--url URL`, set DATABASE_URL, or set `url` in aludel.toml".into(),
        })
    }
}

/// What a run did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Done {
    /// Directory names of the revisions that were committed, in order; with `dry_run` those that
    /// would have been.
    pub revisions: Vec<String>,
    /// The ledger was written without running scripts: by a stamp, a repair or their like.
    pub stamped: bool,
}

/// One database with its driver, its revisions and every option: what tools are made of.
///
/// ```
/// use std::sync::Arc;
/// use aludel::CancellationToken;
/// use aludel::config::DatabaseUrl;
/// use aludel::driver::Registry;
/// use aludel::graph::Graph;
/// use aludel::ledger::LedgerTables;
/// use aludel::revision::RevisionSet;
/// use aludel::run::{Database, DatabaseOptions, Event, RunOptions, Runner};
///
/// # let directory = tempfile::tempdir()?;
/// # let migrations = directory.path().join("migrations");
/// # let revision = migrations.join("2026-01-05-101500_accounts");
/// # std::fs::create_dir_all(&revision)?;
/// # std::fs::write(revision.join("up.sql"), "CREATE TABLE accounts (id INTEGER);")?;
/// # let url = format!("sqlite:{}", directory.path().join("app.db").display());
/// # tokio::runtime::Runtime::new()?.block_on(async {
/// let revisions = RevisionSet::load(&[migrations], false).expect("readable");
/// let graph = Graph::build_open(revisions.nodes()).expect("a graph");
/// let registry = Registry::new().with(Arc::new(aludel_sqlite::SqliteDriver::new()));
/// let url = DatabaseUrl::parse(&url)?;
/// let options = DatabaseOptions {
///     name: "accounts".into(),
///     driver: registry.by_scheme(url.scheme())?.clone(),
///     scheme: url.scheme().into(),
///     url: Some(url),
///     server: None,
///     tables: LedgerTables::default(),
///     authored: None,
///     variables: Default::default(),
///     names: registry.names(),
/// };
/// let database = Database::new(options, revisions, graph);
///
/// let events = |event: Event| eprintln!("{event:?}");
/// let runner = Runner { events: &events, cancel: &CancellationToken::new() };
/// let done = database.upgrade("heads", &RunOptions::default(), runner).await?;
/// assert_eq!(done.revisions, ["2026-01-05-101500_accounts"]);
/// let status = database.status(&RunOptions::default(), runner).await?;
/// assert_eq!(status.heads, ["20260105101500"]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// # })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Database {
    pub(crate) options: DatabaseOptions,
    pub(crate) revisions: Arc<RevisionSet>,
    pub(crate) graph: Arc<Graph>,
}

/// Who watches a run, and who may stop it.
#[derive(Clone, Copy)]
pub struct Runner<'a> {
    /// Reads the events.
    pub events: &'a dyn Events,
    /// Stops the run.
    pub cancel: &'a CancellationToken,
}

impl Database {
    /// A database with its revisions and their graph.
    pub fn new(
        options: DatabaseOptions,
        revisions: impl Into<Arc<RevisionSet>>,
        graph: impl Into<Arc<Graph>>,
    ) -> Self {
        Self {
            options,
            revisions: revisions.into(),
            graph: graph.into(),
        }
    }

    /// What it is made of.
    pub fn options(&self) -> &DatabaseOptions {
        &self.options
    }

    pub(super) fn url(&self) -> Result<&DatabaseUrl, RunError> {
        self.options.url()
    }

    /// Its graph.
    pub fn graph(&self) -> &Graph {
        &self.graph
    }

    /// Its revisions.
    pub fn revisions(&self) -> &RevisionSet {
        &self.revisions
    }

    /// The dialect that offline work is for: the server that somebody named, or the scheme's
    /// flavour at its documented floor.
    ///
    /// # Errors
    ///
    /// If the driver does not know that server.
    pub fn offline_dialect(&self) -> Result<Arc<dyn Dialect>, RunError> {
        let driver = &self.options.driver;
        let server = match &self.options.server {
            Some(server) => server.clone(),
            None => driver.assumed(&self.options.scheme).ok_or_else(|| {
                self.refused_server(format!(
                    "the {} driver assumes no server for `{}`",
                    driver.info().name,
                    self.options.scheme
                ))
            })?,
        };
        let dialect = driver.dialect(&server);
        dialect.map_err(|message| self.refused_server(message))
    }

    /// The applied revisions of a snapshot as the graph knows them.
    pub fn applied(&self, snapshot: &Snapshot) -> Applied {
        Applied::new(&self.graph, snapshot.applied.iter().map(String::as_str))
    }

    /// The revision behind a node.
    ///
    /// # Panics
    ///
    /// If the graph is of other revisions than the set.
    pub fn revision(&self, ix: NodeIx) -> &Revision {
        let id = &self.graph.node(ix).id;
        // The nodes that a set gives are in its order.
        let same_place = self.revisions.revisions().get(ix.index());
        same_place
            .filter(|revision| revision.id == *id)
            .or_else(|| self.revisions.get(id.as_str()))
            .expect("the graph is made of the set's revisions")
    }

    pub(crate) fn name(&self, ix: NodeIx) -> String {
        self.graph.node(ix).name.clone()
    }

    /// Refuses a server that the driver does not know.
    pub(super) fn refused_server(&self, message: String) -> RunError {
        RunError::Refused {
            code: "server",
            message,
            help: self.options.driver.info().servers(),
        }
    }
}
