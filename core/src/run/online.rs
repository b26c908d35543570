//! Work on a live database: connect, lock, read, decide, send.

use std::sync::Arc;

use super::decide::{Decision, Intent};
use super::live::{Live, Outcome};
use super::lock::{self, Locked};
use super::{Database, Done, Event, Events, Move, RunError, RunOptions, Runner};
use crate::driver::{Access, Dialect, Holder, LockKind, LockRequest, Server, Session, Tenure};
use crate::ledger::Snapshot;
use crate::plan::Purpose;

impl Database {
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
        self.pursue(Intent::Upgrade(target), options, runner).await
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
        self.pursue(Intent::Downgrade(target), options, runner)
            .await
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
        self.pursue(intent, options, runner).await
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
        self.pursue(Intent::Forget(ids), options, runner).await
    }

    /// Says of a part-way revision, which was finished or undone by hand, whether it is applied.
    ///
    /// # Errors
    ///
    /// See [`RunError`].
    pub async fn repair(
        &self,
        revision: &str,
        applied: bool,
        options: &RunOptions,
        runner: Runner<'_>,
    ) -> Result<Done, RunError> {
        let intent = Intent::Repair { revision, applied };
        self.pursue(intent, options, runner).await
    }

    /// Makes the ledger's tables if they are absent.
    ///
    /// # Errors
    ///
    /// See [`RunError`].
    pub async fn ensure(&self, options: &RunOptions, runner: Runner<'_>) -> Result<Done, RunError> {
        self.pursue(Intent::Ensure, options, runner).await
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
        self.accept(&snapshot)?;
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
        self.accept(&snapshot)?;
        Ok((snapshot, server, holder))
    }

    /// Connects, makes a move, and closes the connection, whatever happened.
    ///
    /// # Errors
    ///
    /// See [`RunError`].
    pub async fn run(
        &self,
        to: &Move,
        options: &RunOptions,
        runner: Runner<'_>,
    ) -> Result<Done, RunError> {
        self.pursue(to.intent(), options, runner).await
    }

    /// Makes a move on a session that the caller opened and keeps. Inside a transaction of the
    /// caller's nothing is committed; see [`Tenure`](crate::driver::Tenure).
    ///
    /// # Errors
    ///
    /// See [`RunError`].
    pub async fn run_on(
        &self,
        session: &mut (dyn Session + '_),
        to: &Move,
        options: &RunOptions,
        runner: Runner<'_>,
    ) -> Result<Done, RunError> {
        let dialect = self.found(session, runner)?;
        let done = self
            .make(&to.intent(), session, dialect.as_ref(), options, runner)
            .await;
        if let Err(failure) = session.unlock().await
            && done.is_ok()
        {
            runner.events.event(Event::Warning {
                code: "lock-left",
                message: format!("the lock of the ledger was not given back: {failure}"),
            });
        }
        done
    }

    async fn pursue(
        &self,
        intent: Intent<'_>,
        options: &RunOptions,
        runner: Runner<'_>,
    ) -> Result<Done, RunError> {
        let session = self
            .options
            .open(options.access(), options, runner.cancel)
            .await?;
        self.finish(&intent, session, options, runner).await
    }

    /// Makes a move on a session that [`DatabaseOptions::open`](super::DatabaseOptions::open) opened
    /// for it, while the revisions were being read, say; and closes it, whatever happened.
    ///
    /// # Errors
    ///
    /// See [`RunError`].
    pub async fn run_opened(
        &self,
        session: Box<dyn Session>,
        to: &Move,
        options: &RunOptions,
        runner: Runner<'_>,
    ) -> Result<Done, RunError> {
        self.finish(&to.intent(), session, options, runner).await
    }

    async fn finish(
        &self,
        intent: &Intent<'_>,
        session: Box<dyn Session>,
        options: &RunOptions,
        runner: Runner<'_>,
    ) -> Result<Done, RunError> {
        let (mut session, dialect) = self.known(session, runner).await?;
        let done = self
            .make(intent, session.as_mut(), dialect.as_ref(), options, runner)
            .await;
        // Closing gives the lock back, whatever happened.
        session.close().await;
        done
    }

    pub(super) async fn make(
        &self,
        intent: &Intent<'_>,
        session: &mut (dyn Session + '_),
        dialect: &dyn Dialect,
        options: &RunOptions,
        runner: Runner<'_>,
    ) -> Result<Done, RunError> {
        let tables = &self.options.tables;
        if options.dry_run {
            let snapshot = session.read(tables).await.map_err(RunError::from_failure)?;
            self.accept(&snapshot)?;
            let decision =
                self.decide(intent, &snapshot, dialect, Some(session.tenure()), options)?;
            self.announce(&decision, &snapshot, runner.events);
            for unit in &decision.plan.units {
                if let Purpose::Stamp(stamp) = &unit.purpose {
                    runner.events.event(Event::WouldStamp {
                        added: stamp.add.iter().map(|(id, _)| id.clone()).collect(),
                        removed: stamp.remove.clone(),
                    });
                }
            }
            return Ok(Done {
                stamped: false,
                revisions: decision.revisions,
            });
        }
        let timeout = options.lock_timeout;
        let locked = lock::obtain(session, tables, timeout, runner.events, runner.cancel).await?;
        self.run_locked(intent, locked, dialect, options, runner)
            .await
    }

    async fn run_locked(
        &self,
        intent: &Intent<'_>,
        locked: Locked<'_, '_>,
        dialect: &dyn Dialect,
        options: &RunOptions,
        runner: Runner<'_>,
    ) -> Result<Done, RunError> {
        let Locked {
            session,
            mut snapshot,
        } = locked;
        let mut committed = Vec::new();
        let mut stale = 0;
        let by_transaction = dialect.capabilities().lock == LockKind::Transaction;
        let mut may_wait = by_transaction && session.tenure() != Tenure::InTransaction;
        loop {
            self.accept(&snapshot)?;
            if by_transaction && session.tenure() == Tenure::Own {
                let Runner { events, cancel } = runner;
                let timeout = options.lock_timeout;
                let waited =
                    lock::wait_for_steps(session, dialect, &snapshot, timeout, events, cancel)
                        .await;
                // It may be the second time round.
                let waited = waited.map_err(|error| match error {
                    RunError::Interrupted { .. } => RunError::Interrupted {
                        committed: committed.clone(),
                    },
                    other => other,
                });
                snapshot = waited?.unwrap_or(snapshot);
            }
            let decision =
                self.decide(intent, &snapshot, dialect, Some(session.tenure()), options)?;
            if may_wait && !decision.plan.units.is_empty() {
                let Runner { events, cancel } = runner;
                let timeout = options.lock_timeout;
                may_wait = false;
                let told = &mut false;
                if lock::wait_to_write(session, dialect, timeout, told, events, cancel).await? {
                    // Whoever was waited for may have done the work.
                    let read = session.read(&self.options.tables).await;
                    snapshot = read.map_err(RunError::from_failure)?;
                    continue;
                }
            }
            self.announce(&decision, &snapshot, runner.events);
            let before = committed.len();
            let mut live = Live {
                session: &mut *session,
                dialect,
                by: &options.identity,
                events: runner.events,
                cancel: runner.cancel,
                variables: &self.options.variables,
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
            snapshot = read.map_err(RunError::from_failure)?;
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

    pub(super) async fn connect(
        &self,
        access: Access,
        options: &RunOptions,
        runner: Runner<'_>,
    ) -> Result<(Box<dyn Session>, Arc<dyn Dialect>), RunError> {
        let session = self.options.open(access, options, runner.cancel).await?;
        self.known(session, runner).await
    }

    /// The session with its dialect; it is closed if its server is refused.
    async fn known(
        &self,
        session: Box<dyn Session>,
        runner: Runner<'_>,
    ) -> Result<(Box<dyn Session>, Arc<dyn Dialect>), RunError> {
        match self.found(session.as_ref(), runner) {
            Ok(dialect) => Ok((session, dialect)),
            Err(error) => {
                session.close().await;
                Err(error)
            }
        }
    }

    /// The dialect of a session's server, which is told.
    fn found(
        &self,
        session: &(dyn Session + '_),
        runner: Runner<'_>,
    ) -> Result<Arc<dyn Dialect>, RunError> {
        let server = session.server();
        let dialect = self.dialect_of(server)?;
        runner.events.event(Event::Connected {
            driver: self.options.driver.info().name.to_owned(),
            server: server.clone(),
        });
        Ok(dialect)
    }

    /// The dialect of the server that was found. It must not differ in what it plans from the
    /// server that was configured, or a script reviewed offline would not be what runs.
    fn dialect_of(&self, found: &Server) -> Result<Arc<dyn Dialect>, RunError> {
        let refused = |message| self.refused_server(message);
        let dialect = self.options.driver.dialect(found).map_err(refused)?;
        if let Some(configured) = &self.options.server {
            let planned = self.options.driver.dialect(configured).map_err(refused)?;
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

    /// Without its row, nobody knows a parent whose file is gone.
    fn warn_of_children(&self, id: &str, events: &dyn Events) {
        for ix in self.graph.naming(id) {
            events.event(Event::Warning {
                code: "missing",
                message: format!(
                    "`{}` names {id}, which nothing will know without its row: change its `down_revision` or `depends_on`",
                    self.name(ix)
                ),
            });
        }
    }

    fn announce(&self, decision: &Decision, snapshot: &Snapshot, events: &dyn Events) {
        let Some(direction) = decision.direction else {
            for id in decision.plan.forgotten() {
                self.warn_of_children(id, events);
            }
            return;
        };
        if !decision.missing.is_empty() {
            events.event(Event::Warning {
                code: "missing",
                message: format!(
                    "the ledger has {} without a file: {} (remove with `aludel stamp --forget ID`)",
                    if decision.missing.len() == 1 {
                        "a revision"
                    } else {
                        "revisions"
                    },
                    decision.missing.join(", ")
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
        if !decision.omitted.is_empty() {
            events.event(Event::Omitted {
                omissions: decision.omitted.clone(),
            });
        }
    }
}
