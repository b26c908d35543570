//! One database: its revisions, its driver, and what can be done with it.
//!
//! Offline and online share everything up to the plan: the same graph, the same decisions, the
//! same builder. Online adds a session, the lock and the ledger's real state.

use std::io::Write;
use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::live::{Live, Outcome};
use super::lock::{self, Locked};
use super::{Event, Events, RunError, prepare, script};
use crate::config::DatabaseUrl;
use crate::driver::{
    Access, Client, ConnectOptions, Dialect, Driver, Holder, LockRequest, Server, Session,
};
use crate::graph::{Applied, Graph, NodeIx};
use crate::ledger::{Direction, FORMAT, Identity, LedgerTables, Snapshot};
use crate::plan::{self, Plan, Stamp};
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
    /// Every name that a directive may use.
    pub names: Vec<&'static str>,
}

/// How a run goes.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct RunOptions {
    /// How long the lock is waited for.
    pub lock_timeout: Duration,
    /// How long a connection is tried.
    pub connect_timeout: Duration,
    /// Refuse to fill holes.
    pub no_holes: bool,
    /// Plan, tell, and change nothing.
    pub dry_run: bool,
    /// Who runs, for the journal.
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

/// What a run did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Done {
    /// Directory names of the revisions that were committed, in order; with `dry_run` those that
    /// would have been.
    pub revisions: Vec<String>,
    /// Rows were written by a stamp.
    pub stamped: bool,
}

/// One database.
pub struct Database {
    pub(crate) options: DatabaseOptions,
    pub(crate) revisions: RevisionSet,
    pub(crate) graph: Graph,
}

/// Who watches a run, and who may stop it.
#[derive(Clone, Copy)]
pub struct Runner<'a> {
    /// Reads the events.
    pub events: &'a dyn Events,
    /// Stops the run.
    pub cancel: &'a CancellationToken,
}

/// What a run is to do.
enum Intent<'a> {
    Upgrade(&'a str),
    Downgrade(&'a str),
    Stamp { targets: &'a [String], purge: bool },
    Forget(&'a [String]),
    Ensure,
}

/// A decision: a plan, and what to tell about it.
struct Decision {
    plan: Plan,
    revisions: Vec<String>,
    holes: Vec<String>,
    direction: Option<Direction>,
}

impl Database {
    /// A database with its revisions and their graph.
    pub fn new(options: DatabaseOptions, revisions: RevisionSet, graph: Graph) -> Self {
        Self {
            options,
            revisions,
            graph,
        }
    }

    /// What it is made of.
    pub fn options(&self) -> &DatabaseOptions {
        &self.options
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
                refused_server(format!(
                    "the {} driver assumes no server for `{}`",
                    driver.info().name,
                    self.options.scheme
                ))
            })?,
        };
        driver.dialect(&server).map_err(refused_server)
    }

    // ---- offline: no session exists here --------------------------------------------------

    /// Prints the script of an upgrade from base, or of `from:to`.
    ///
    /// # Errors
    ///
    /// If the target or a script is refused, or `out` cannot be written.
    pub fn upgrade_sql(
        &self,
        target: &str,
        client: Client,
        out: &mut dyn Write,
    ) -> Result<(), RunError> {
        let (applied, target) = self.graph.offline_range(target, Direction::Up)?;
        self.print(&Intent::Upgrade(&target), &applied, client, out)
    }

    /// Prints the script of a downgrade `from:to`.
    ///
    /// # Errors
    ///
    /// As [`Database::upgrade_sql`].
    pub fn downgrade_sql(
        &self,
        range: &str,
        client: Client,
        out: &mut dyn Write,
    ) -> Result<(), RunError> {
        let (applied, target) = self.graph.offline_range(range, Direction::Down)?;
        self.print(&Intent::Downgrade(&target), &applied, client, out)
    }

    /// Prints the script of a stamp; a single target may be `from:to`.
    ///
    /// # Errors
    ///
    /// As [`Database::upgrade_sql`].
    pub fn stamp_sql(
        &self,
        targets: &[String],
        client: Client,
        out: &mut dyn Write,
    ) -> Result<(), RunError> {
        let (applied, targets) = match targets {
            [range] if range.contains(':') => {
                let (applied, target) = self.graph.offline_range(range, Direction::Up)?;
                (applied, vec![target])
            }
            _ => (Vec::new(), targets.to_vec()),
        };
        let intent = Intent::Stamp {
            targets: &targets,
            purge: false,
        };
        self.print(&intent, &applied, client, out)
    }

    /// Prints the script that makes the ledger's tables.
    ///
    /// # Errors
    ///
    /// If the server is refused or `out` cannot be written.
    pub fn ensure_sql(&self, client: Client, out: &mut dyn Write) -> Result<(), RunError> {
        self.print(&Intent::Ensure, &[], client, out)
    }

    fn print(
        &self,
        intent: &Intent<'_>,
        applied: &[NodeIx],
        client: Client,
        out: &mut dyn Write,
    ) -> Result<(), RunError> {
        let dialect = self.offline_dialect()?;
        let mut tables = self.options.tables.clone();
        if tables.schema.is_none() {
            let catalog = self.options.url.as_ref();
            tables.schema = catalog
                .and_then(|url| self.options.driver.catalog(url))
                .or_else(|| dialect.default_schema().map(str::to_owned));
        }
        let mut snapshot = Snapshot::absent(tables);
        snapshot.applied = applied
            .iter()
            .map(|&ix| self.graph.node(ix).id.to_string())
            .collect();
        let options = RunOptions::default();
        let decision = self.decide(intent, &snapshot, dialect.as_ref(), &options)?;
        script::print(&decision.plan, dialect.as_ref(), client, out)?;
        Ok(())
    }

    // ---- online ---------------------------------------------------------------------------

    /// Applies every unapplied ancestor and dependency of `target`, holes included.
    ///
    /// # Errors
    ///
    /// See [`RunError`].
    pub async fn upgrade(
        &self,
        target: &str,
        options: &RunOptions,
        runner: Runner<'_>,
    ) -> Result<Done, RunError> {
        self.run(Intent::Upgrade(target), options, runner).await
    }

    /// Reverts the applied descendants of `target`.
    ///
    /// # Errors
    ///
    /// See [`RunError`].
    pub async fn downgrade(
        &self,
        target: &str,
        options: &RunOptions,
        runner: Runner<'_>,
    ) -> Result<Done, RunError> {
        self.run(Intent::Downgrade(target), options, runner).await
    }

    /// Writes the ledger without running scripts. With `purge` it is emptied first.
    ///
    /// # Errors
    ///
    /// See [`RunError`].
    pub async fn stamp(
        &self,
        targets: &[String],
        purge: bool,
        options: &RunOptions,
        runner: Runner<'_>,
    ) -> Result<Done, RunError> {
        let intent = Intent::Stamp { targets, purge };
        self.run(intent, options, runner).await
    }

    /// Removes rows whose files are gone.
    ///
    /// # Errors
    ///
    /// See [`RunError`].
    pub async fn forget(
        &self,
        ids: &[String],
        options: &RunOptions,
        runner: Runner<'_>,
    ) -> Result<Done, RunError> {
        self.run(Intent::Forget(ids), options, runner).await
    }

    /// Makes the ledger's tables if they are absent.
    ///
    /// # Errors
    ///
    /// See [`RunError`].
    pub async fn ensure(&self, options: &RunOptions, runner: Runner<'_>) -> Result<Done, RunError> {
        self.run(Intent::Ensure, options, runner).await
    }

    /// Reads the ledger and writes nothing.
    ///
    /// # Errors
    ///
    /// If there is no connection, or the ledger cannot be read or is of a newer format.
    pub async fn snapshot(
        &self,
        options: &RunOptions,
        runner: Runner<'_>,
    ) -> Result<Snapshot, RunError> {
        let (mut session, _) = self.connect(Access::Read, options, runner).await?;
        let read = session.read(&self.options.tables).await;
        session.close().await;
        let snapshot = read.map_err(RunError::from_failure)?;
        check_format(&snapshot)?;
        Ok(snapshot)
    }

    pub(crate) async fn snapshot_and_holder(
        &self,
        options: &RunOptions,
        runner: Runner<'_>,
    ) -> Result<(Snapshot, Server, Option<Holder>), RunError> {
        let (mut session, _) = self.connect(Access::Read, options, runner).await?;
        let read = session.read(&self.options.tables).await;
        let server = session.server().clone();
        let read = match read {
            Ok(snapshot) => {
                let request = LockRequest {
                    tables: snapshot.tables.clone(),
                };
                let holder = session.holder(&request).await;
                holder.map(|holder| (snapshot, holder))
            }
            Err(failure) => Err(failure),
        };
        session.close().await;
        let (snapshot, holder) = read.map_err(RunError::from_failure)?;
        check_format(&snapshot)?;
        Ok((snapshot, server, holder))
    }

    async fn run(
        &self,
        intent: Intent<'_>,
        options: &RunOptions,
        runner: Runner<'_>,
    ) -> Result<Done, RunError> {
        let access = if options.dry_run {
            Access::Read
        } else {
            Access::Write
        };
        let (mut session, dialect) = self.connect(access, options, runner).await?;
        if options.dry_run {
            let read = session.read(&self.options.tables).await;
            session.close().await;
            let snapshot = read.map_err(RunError::from_failure)?;
            check_format(&snapshot)?;
            let decision = self.decide(&intent, &snapshot, dialect.as_ref(), options)?;
            self.announce(&decision, &snapshot, runner.events);
            return Ok(Done {
                stamped: false,
                revisions: decision.revisions,
            });
        }
        let Locked {
            mut session,
            mut snapshot,
        } = lock::obtain(
            session,
            &self.options.tables,
            options.lock_timeout,
            runner.events,
            runner.cancel,
        )
        .await?;
        let done = self
            .run_locked(
                &intent,
                session.as_mut(),
                &mut snapshot,
                dialect.as_ref(),
                options,
                runner,
            )
            .await;
        // Closing gives the lock back, whatever happened.
        session.close().await;
        done
    }

    async fn run_locked(
        &self,
        intent: &Intent<'_>,
        session: &mut dyn Session,
        snapshot: &mut Snapshot,
        dialect: &dyn Dialect,
        options: &RunOptions,
        runner: Runner<'_>,
    ) -> Result<Done, RunError> {
        let mut committed = Vec::new();
        let mut stale = 0;
        loop {
            check_format(snapshot)?;
            let decision = self.decide(intent, snapshot, dialect, options)?;
            self.announce(&decision, snapshot, runner.events);
            let before = committed.len();
            let mut live = Live {
                session: &mut *session,
                dialect,
                by: &options.identity,
                events: runner.events,
                cancel: runner.cancel,
                committed: &mut committed,
            };
            match live.execute(&decision.plan).await? {
                Outcome::Finished => {
                    return Ok(Done {
                        stamped: decision.direction.is_none() && !decision.plan.units.is_empty(),
                        revisions: committed,
                    });
                }
                Outcome::Stale => {}
            }
            // Somebody else was faster. What they did is in the ledger now; a guard that fails
            // again and again without any progress is something else.
            stale = if committed.len() > before {
                0
            } else {
                stale + 1
            };
            let seen = snapshot.applied.len();
            let read = session.read(&self.options.tables).await;
            *snapshot = read.map_err(RunError::from_failure)?;
            if snapshot.applied.len() != seen {
                stale = 0;
            }
            if stale > 3 {
                return Err(RunError::Refused {
                    code: "ledger-changed",
                    message:
                        "the ledger is not where the plan says, although it was read under the lock"
                            .into(),
                    help: "run `aludel status`, and see whether another tool writes this ledger"
                        .into(),
                });
            }
        }
    }

    async fn connect(
        &self,
        access: Access,
        options: &RunOptions,
        runner: Runner<'_>,
    ) -> Result<(Box<dyn Session>, Arc<dyn Dialect>), RunError> {
        let url = self.options.url.as_ref().ok_or_else(|| RunError::Refused {
            code: "no-url",
            message: format!("database `{}` has no URL", self.options.name),
            help: "give `--url URL`, set DATABASE_URL, or set `url` in aludel.toml".into(),
        })?;
        let mut how = ConnectOptions::new(access).lock_timeout(options.lock_timeout);
        how.timeout = options.connect_timeout;
        let driver = &self.options.driver;
        let session = tokio::select! {
            session = driver.connect(url, &how) => session.map_err(RunError::from_failure)?,
            // Nothing is open yet that would have to be put away.
            () = runner.cancel.cancelled() => {
                return Err(RunError::Interrupted { committed: Vec::new() });
            }
        };
        match self.dialect_of(session.server()) {
            Ok(dialect) => {
                runner.events.event(Event::Connected {
                    driver: driver.info().name.to_owned(),
                    server: session.server().clone(),
                });
                Ok((session, dialect))
            }
            Err(error) => {
                session.close().await;
                Err(error)
            }
        }
    }

    /// The dialect of the server that was found. It must not differ in what it plans from the
    /// server that was configured, or a script reviewed offline would not be what runs.
    fn dialect_of(&self, found: &Server) -> Result<Arc<dyn Dialect>, RunError> {
        let dialect = self.options.driver.dialect(found).map_err(refused_server)?;
        if let Some(configured) = &self.options.server {
            let planned = self
                .options
                .driver
                .dialect(configured)
                .map_err(refused_server)?;
            if planned.names() != dialect.names()
                || planned.capabilities() != dialect.capabilities()
            {
                return Err(RunError::Refused {
                    code: "server-mismatch",
                    message: format!(
                        "the configuration plans for `{configured}`, and the server is `{found}`"
                    ),
                    help: format!("set `server = \"{found}\"` and review the script again"),
                });
            }
        }
        Ok(dialect)
    }

    fn announce(&self, decision: &Decision, snapshot: &Snapshot, events: &dyn Events) {
        let Some(direction) = decision.direction else {
            return;
        };
        let applied = self.applied(snapshot);
        if !applied.missing.is_empty() {
            events.event(Event::Warning {
                code: "missing",
                message: format!(
                    "the ledger has {} without a file: {} (remove with `aludel stamp --forget ID`)",
                    if applied.missing.len() == 1 {
                        "a revision"
                    } else {
                        "revisions"
                    },
                    applied.missing.join(", ")
                ),
            });
        }
        if !decision.revisions.is_empty() {
            for changed in self.changed(snapshot) {
                events.event(Event::Warning {
                    code: "changed",
                    message: format!("`{changed}` has changed since it was applied"),
                });
            }
        }
        events.event(Event::Planned {
            direction,
            revisions: decision.revisions.clone(),
            holes: decision.holes.clone(),
        });
    }

    // ---- deciding: pure but for reading scripts ---------------------------------------------

    /// The applied revisions of a snapshot as the graph knows them.
    pub fn applied(&self, snapshot: &Snapshot) -> Applied {
        Applied::new(&self.graph, snapshot.applied.iter().map(String::as_str))
    }

    fn decide(
        &self,
        intent: &Intent<'_>,
        snapshot: &Snapshot,
        dialect: &dyn Dialect,
        options: &RunOptions,
    ) -> Result<Decision, RunError> {
        let setup =
            !(snapshot.ledger_exists && snapshot.journal_exists && snapshot.format.is_some());
        let applied = self.applied(snapshot);
        let tables = &snapshot.tables;
        let by = &options.identity;
        match intent {
            Intent::Upgrade(target) => {
                let set = self.graph.upgrade(target, &applied)?;
                refuse_part_way(snapshot)?;
                if options.no_holes && !set.holes.is_empty() {
                    let holes: Vec<_> = set.holes.iter().map(|&ix| self.name(ix)).collect();
                    return Err(RunError::Refused {
                        code: "holes",
                        message: format!("these revisions would fill holes: {}", holes.join(", ")),
                        help: "leave out `--no-holes` to apply them".into(),
                    });
                }
                let works = prepare::works(self, dialect, &set.steps, Direction::Up, &set.holes)?;
                Ok(Decision {
                    revisions: works.iter().map(|work| work.name.clone()).collect(),
                    holes: set.holes.iter().map(|&ix| self.name(ix)).collect(),
                    direction: Some(Direction::Up),
                    plan: plan::build(dialect, tables, setup, works, by),
                })
            }
            Intent::Downgrade(target) => {
                let recorded = snapshot.recorded();
                let recency = |ix: NodeIx| {
                    recorded
                        .get(self.graph.node(ix).id.as_str())
                        .map_or(0, |row| row.number)
                };
                let steps = self.graph.downgrade(target, &applied, &recency)?;
                refuse_part_way(snapshot)?;
                if *target == "base" && !applied.missing.is_empty() {
                    return Err(RunError::Refused {
                        code: "missing",
                        message: format!(
                            "the files of these applied revisions are gone, so they cannot be reverted: {}",
                            applied.missing.join(", ")
                        ),
                        help: "restore the files, or `aludel stamp --forget ID` for each".into(),
                    });
                }
                let works = prepare::works(self, dialect, &steps, Direction::Down, &[])?;
                // A ledger of another tool alone needs no journal as long as nothing is written.
                let setup = setup && !works.is_empty();
                Ok(Decision {
                    revisions: works.iter().map(|work| work.name.clone()).collect(),
                    holes: Vec::new(),
                    direction: Some(Direction::Down),
                    plan: plan::build(dialect, tables, setup, works, by),
                })
            }
            Intent::Stamp { targets, purge } => {
                let stamp = self.decide_stamp(targets, *purge, &applied, snapshot, dialect)?;
                Ok(Decision::quiet(plan::stamp(
                    dialect, tables, setup, stamp, by,
                )))
            }
            Intent::Forget(ids) => {
                let unknown: Vec<_> = ids
                    .iter()
                    .filter(|id| !applied.missing.contains(id))
                    .cloned()
                    .collect();
                if !unknown.is_empty() {
                    return Err(RunError::Refused {
                        code: "not-missing",
                        message: format!("no row without a file has the id {}", unknown.join(", ")),
                        help: if applied.missing.is_empty() {
                            "the ledger has no such rows".into()
                        } else {
                            format!("such rows are: {}", applied.missing.join(", "))
                        },
                    });
                }
                let stamp = Stamp {
                    remove: ids.to_vec(),
                    ..Stamp::default()
                };
                Ok(Decision::quiet(plan::stamp(
                    dialect, tables, setup, stamp, by,
                )))
            }
            Intent::Ensure => Ok(Decision::quiet(plan::stamp(
                dialect,
                tables,
                setup,
                Stamp::default(),
                by,
            ))),
        }
    }

    fn decide_stamp(
        &self,
        targets: &[String],
        purge: bool,
        applied: &Applied,
        snapshot: &Snapshot,
        dialect: &dyn Dialect,
    ) -> Result<Stamp, RunError> {
        let start = if purge {
            Applied::new(&self.graph, [])
        } else {
            applied.clone()
        };
        let change = self.graph.stamp(targets, &start)?;
        let is_applied = |id: &str| snapshot.applied.iter().any(|row| row == id);
        let id = |ix: &NodeIx| self.graph.node(*ix).id.to_string();
        let mut stamp = Stamp::default();
        let added: Vec<String> = change.add.iter().map(id).collect();
        if purge {
            let kept = |row: &&String| !added.contains(row);
            stamp.remove = snapshot.applied.iter().filter(kept).cloned().collect();
        } else {
            stamp.remove = change.remove.iter().map(id).collect();
        }
        for &ix in &change.add {
            let id = self.graph.node(ix).id.to_string();
            let checksum = prepare::checksum(self, dialect, ix);
            if is_applied(&id) {
                stamp.renew.push((id, checksum));
            } else {
                stamp.add.push((id, checksum));
            }
        }
        // A target that was applied already is confirmed as its file stands now: this is how an
        // edited file is accepted, one revision at a time and on the record.
        let recorded = snapshot.recorded();
        for target in targets {
            for ix in self.graph.resolve(target, &start).unwrap_or_default() {
                let id = self.graph.node(ix).id.to_string();
                let known = recorded
                    .get(id.as_str())
                    .and_then(|row| row.checksum.clone());
                let checksum = prepare::checksum(self, dialect, ix);
                let listed = stamp.renew.iter().chain(&stamp.add).any(|(i, _)| *i == id);
                if is_applied(&id)
                    && !stamp.remove.contains(&id)
                    && !listed
                    && checksum.is_some()
                    && known != checksum
                {
                    stamp.renew.push((id, checksum));
                }
            }
        }
        // Whoever stamps says where the database is; a part-way revision is settled by that.
        for part in snapshot.part_way() {
            let id = part.revision;
            if stamp.add.iter().chain(&stamp.renew).any(|(i, _)| *i == id) {
                continue;
            }
            if is_applied(&id) && !stamp.remove.contains(&id) {
                let checksum = recorded
                    .get(id.as_str())
                    .and_then(|row| row.checksum.clone());
                stamp.renew.push((id, checksum));
            } else if !stamp.remove.contains(&id) {
                stamp.settle.push(id);
            }
        }
        Ok(stamp)
    }

    /// The revision behind a node.
    ///
    /// # Panics
    ///
    /// If the graph is of other revisions than the set.
    pub fn revision(&self, ix: NodeIx) -> &Revision {
        self.revisions
            .get(self.graph.node(ix).id.as_str())
            .expect("the graph is made of the set's revisions")
    }

    /// Everything that is wrong with the scripts of all revisions, for this driver.
    pub fn check_scripts(&self) -> Vec<super::ScriptIssue> {
        let Ok(dialect) = self.offline_dialect() else {
            return Vec::new();
        };
        let mut issues = Vec::new();
        for &ix in self.graph.topological() {
            for direction in [Direction::Up, Direction::Down] {
                if let Err(found) = prepare::script(self, dialect.as_ref(), ix, direction) {
                    // Having no down script is a choice, not a mistake.
                    let found = found.into_iter();
                    issues.extend(found.filter(|issue| issue.code != "irreversible"));
                }
            }
        }
        issues
    }

    pub(crate) fn name(&self, ix: NodeIx) -> String {
        self.graph.node(ix).name.clone()
    }
}

impl Decision {
    fn quiet(plan: Plan) -> Self {
        Self {
            plan,
            revisions: Vec::new(),
            holes: Vec::new(),
            direction: None,
        }
    }
}

fn refused_server(message: String) -> RunError {
    RunError::Refused {
        code: "server",
        message,
        help: "name flavour and version: `--server \"postgres 15\"`".into(),
    }
}

fn check_format(snapshot: &Snapshot) -> Result<(), RunError> {
    match snapshot.format {
        Some(found) if found > FORMAT => Err(RunError::NewerLedger { found }),
        _ => Ok(()),
    }
}

fn refuse_part_way(snapshot: &Snapshot) -> Result<(), RunError> {
    match snapshot.part_way().into_iter().next() {
        Some(part) => Err(RunError::PartWay(part)),
        None => Ok(()),
    }
}
