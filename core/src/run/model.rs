//! What a database should hold, by its scripts, and what it does hold.
//!
//! The scripts of the applied revisions are replayed by the engine's own rules; where they are
//! written for another engine, what their translations make is what counts. Nothing is written
//! to find out, and what the model cannot know is said beside what it does.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::decide::Intent;
use super::{Database, RunError, RunOptions, Runner, ScriptIssue, prepare, translation};
use crate::adopt;
use crate::driver::{self, Access, Dialect, IntrospectError, Server, Session};
use crate::graph::{Applied, NodeIx};
use crate::ledger::{Direction, Snapshot};
use crate::schema::{Change, Difference, Name, Replay, Schema, compare, uncompared};
use crate::sql;

/// What scripts make of an empty database.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct Model {
    /// The schema.
    pub schema: Schema,
    /// Statements that may have changed it in ways that the model does not know.
    pub gaps: Vec<Gap>,
}

/// A statement that no replay understands.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[non_exhaustive]
pub struct Gap {
    /// The revision's directory name.
    pub revision: String,
    /// The statement's line in the script, from 1.
    pub line: usize,
    /// What it is (`DO`), or why replay does not take it.
    pub what: String,
}

/// How a live schema differs from the model. Nothing was written to find out.
#[derive(Debug, Clone, serde::Serialize)]
#[non_exhaustive]
pub struct Drift {
    /// Flavour and version found.
    pub server: Server,
    /// The differences.
    pub differences: Vec<Drifted>,
    /// Tables that were not compared: code that no replay understands has touched them, or the
    /// driver does not understand what the engine says of them.
    pub uncompared: Vec<Uncompared>,
    /// What the model does not know.
    pub gaps: Vec<Gap>,
}

/// One difference between a live schema and the model.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Drifted {
    /// What differs: ``column `a` of table `t` ``.
    pub place: String,
    /// What the model holds there, in words for people; `None` if it is not there.
    pub model: Option<String>,
    /// What the database holds, likewise.
    pub database: Option<String>,
}

/// What a live database holds, and which revisions are applied: see [`Database::held`].
pub struct Held {
    /// Its schema, without the ledger.
    pub schema: Schema,
    /// Its dialect.
    pub dialect: Arc<dyn Dialect>,
    /// Ids of the applied revisions, sorted.
    pub applied: Vec<String>,
}

/// A table that was not compared.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Uncompared {
    /// Its name.
    pub table: String,
    /// What has touched it.
    pub because: String,
}

impl Drift {
    /// Whether something differs.
    pub fn differs(&self) -> bool {
        !self.differences.is_empty()
    }

    /// Whether all that the scripts make was compared, and nothing differs.
    pub fn is_as_scripted(&self) -> bool {
        !self.differs() && self.uncompared.is_empty()
    }
}

impl From<Difference> for Drifted {
    fn from(difference: Difference) -> Self {
        Self {
            place: difference.place,
            model: difference.left,
            database: difference.right,
        }
    }
}

impl Drifted {
    /// The difference in one line, given what the two sides are called.
    pub fn words(&self, model: &str, database: &str) -> String {
        let difference = Difference {
            place: self.place.clone(),
            left: self.model.clone(),
            right: self.database.clone(),
        };
        difference.words(model, database)
    }
}

impl Database {
    /// What the scripts of `target` and of all below it make, without a database.
    ///
    /// # Errors
    ///
    /// If the target is refused, or a script cannot be read or translated.
    pub fn model(&self, target: &str, dialect: &dyn Dialect) -> Result<Model, RunError> {
        self.closed()?;
        let nothing = Applied::new(&self.graph, []);
        let wanted = self.graph.upgrade(target, &nothing)?.steps;
        self.model_of(&wanted, dialect)
    }

    /// Compares the live schema with what the scripts of the applied revisions make.
    ///
    /// # Errors
    ///
    /// If there is no connection, the ledger or the schema cannot be read, or a script of an
    /// applied revision cannot be read or translated.
    pub async fn drift(&self, options: &RunOptions, runner: Runner<'_>) -> Result<Drift, RunError> {
        let expected = |snapshot: &Snapshot| Ok(self.applied(snapshot));
        self.drift_from(expected, options, runner).await
    }

    /// Compares the live schema with what would be applied after [`Database::stamp`].
    ///
    /// # Errors
    ///
    /// As [`Database::drift`], and if the stamp is refused.
    pub async fn stamp_drift(
        &self,
        targets: &[String],
        purge: bool,
        options: &RunOptions,
        runner: Runner<'_>,
    ) -> Result<Drift, RunError> {
        let expected = |snapshot: &Snapshot| {
            let applied = self.applied(snapshot);
            let start = if purge {
                Applied::new(&self.graph, [])
            } else {
                applied
            };
            let change = self.graph.stamp(targets, &start)?;
            let topological = self.graph.topological().iter();
            let after = topological.filter(|ix| {
                start.contains(**ix) && !change.remove.contains(ix) || change.add.contains(ix)
            });
            let ids = after.map(|&ix| self.graph.node(ix).id.as_str());
            Ok(Applied::new(&self.graph, ids))
        };
        self.drift_from(expected, options, runner).await
    }

    async fn drift_from(
        &self,
        expected: impl Fn(&Snapshot) -> Result<Applied, RunError>,
        options: &RunOptions,
        runner: Runner<'_>,
    ) -> Result<Drift, RunError> {
        let (mut session, dialect) = self.connect(Access::Read, options, runner).await?;
        let read = self.read_live(session.as_mut(), dialect.as_ref()).await;
        let server = session.server().clone();
        session.close().await;
        let (snapshot, mut live) = read?;
        self.accept(&snapshot)?;
        let applied = expected(&snapshot)?;
        let wanted: Vec<NodeIx> = self
            .graph
            .topological()
            .iter()
            .copied()
            .filter(|&ix| applied.contains(ix))
            .collect();
        let model = self.model_of(&wanted, dialect.as_ref())?;
        leave_others(&mut live, &model.schema);
        let differences = compare(dialect.syntax(), &model.schema, &live);
        let uncompared = uncompared(&model.schema, &live).into_iter();
        Ok(Drift {
            server,
            differences: differences.into_iter().map(Drifted::from).collect(),
            uncompared: uncompared
                .map(|(table, because)| Uncompared {
                    table: table.to_string(),
                    because,
                })
                .collect(),
            gaps: model.gaps,
        })
    }

    /// What a live database holds, without the ledger's tables.
    ///
    /// # Errors
    ///
    /// If there is no connection, or the schema cannot be read.
    pub async fn live_schema(
        &self,
        options: &RunOptions,
        runner: Runner<'_>,
    ) -> Result<(Schema, Arc<dyn Dialect>), RunError> {
        let (mut session, dialect) = self.connect(Access::Read, options, runner).await?;
        let read = self.read_live(session.as_mut(), dialect.as_ref()).await;
        session.close().await;
        read.map(|(_, schema)| (schema, dialect))
    }

    /// What a live database holds, for a comparison with another engine's. An empty one that no
    /// run has ever touched is brought to the heads first.
    ///
    /// # Errors
    ///
    /// If there is no connection, the schema cannot be read, or the run to the heads fails.
    pub async fn held(&self, options: &RunOptions, runner: Runner<'_>) -> Result<Held, RunError> {
        let (mut session, dialect) = self.connect(Access::Write, options, runner).await?;
        let held = self
            .held_by(session.as_mut(), dialect, options, runner)
            .await;
        session.close().await;
        held
    }

    async fn held_by(
        &self,
        session: &mut dyn Session,
        dialect: Arc<dyn Dialect>,
        options: &RunOptions,
        runner: Runner<'_>,
    ) -> Result<Held, RunError> {
        let (mut snapshot, mut schema) = self.read_live(session, dialect.as_ref()).await?;
        let is_new = !snapshot.ledger_exists
            && schema.tables().next().is_none()
            && schema.views().next().is_none();
        if is_new {
            let heads = Intent::Upgrade("heads");
            self.make(&heads, session, dialect.as_ref(), options, runner)
                .await?;
            (snapshot, schema) = self.read_live(session, dialect.as_ref()).await?;
        }
        let mut applied = snapshot.applied;
        applied.sort();
        Ok(Held {
            schema,
            dialect,
            applied,
        })
    }

    pub(super) async fn read_live(
        &self,
        session: &mut dyn Session,
        dialect: &dyn Dialect,
    ) -> Result<(Snapshot, Schema), RunError> {
        let read = session.read(&self.options.tables).await;
        let snapshot = read.map_err(RunError::from_failure)?;
        let live = driver::introspect(session, dialect, &snapshot.tables).await;
        let live = live.map_err(|error| match error {
            IntrospectError::Refused(failure) => RunError::from_failure(failure),
            other => RunError::Refused {
                code: "introspection",
                message: other.to_string(),
                help: "compare the schemas by the engine's own tools".into(),
            },
        })?;
        Ok((snapshot, live))
    }

    fn model_of(&self, wanted: &[NodeIx], dialect: &dyn Dialect) -> Result<Model, RunError> {
        let mut issues = Vec::new();
        let model = match translation::begin(self, dialect, true).map_err(RunError::from)? {
            Some(mut session) => {
                for &ix in wanted {
                    issues.extend(session.replay(ix).err().into_iter().flatten());
                }
                Model {
                    schema: session.held().clone(),
                    gaps: Vec::new(),
                }
            }
            None => {
                let mut replay = Replay::new(dialect.syntax())
                    .flavour(dialect.server().flavour())
                    .version(dialect.server().version());
                let mut gaps = Vec::new();
                for &ix in wanted {
                    match self.replay_own(ix, dialect, &mut replay) {
                        Ok(found) => gaps.extend(found),
                        Err(found) => issues.extend(found),
                    }
                }
                Model {
                    schema: replay.into_schema(),
                    gaps,
                }
            }
        };
        if issues.is_empty() {
            Ok(model)
        } else {
            Err(RunError::Scripts(issues))
        }
    }

    /// Replays one script of the driver's own dialect. Whether it could run now is not asked: it
    /// has run.
    fn replay_own(
        &self,
        ix: NodeIx,
        dialect: &dyn Dialect,
        replay: &mut Replay,
    ) -> Result<Vec<Gap>, Vec<ScriptIssue>> {
        let mut gaps = Vec::new();
        for (line, body) in self.statements(ix, dialect)? {
            let mut gap = |what: String| {
                gaps.push(Gap {
                    revision: self.name(ix),
                    line,
                    what,
                });
            };
            for change in sql::parse(dialect.syntax(), &body) {
                if let Change::Opaque(opaque) = &change
                    && may_define(&opaque.what)
                {
                    gap(opaque.what.clone());
                }
                if let Err(problem) = replay.apply(&change) {
                    gap(problem.to_string());
                }
            }
        }
        replay.end_script();
        Ok(gaps)
    }

    /// The statements of an up script that the driver runs, each with its line.
    fn statements(
        &self,
        ix: NodeIx,
        dialect: &dyn Dialect,
    ) -> Result<Vec<(usize, String)>, Vec<ScriptIssue>> {
        let (file, declared) = match self.revisions.program(self.revision(ix)) {
            // A revision in Rust that only goes down has nothing to replay.
            Some(program) if !program.runs(Direction::Up) => return Ok(Vec::new()),
            Some(program) => {
                let revision = self.revision(ix);
                let up = Direction::Up;
                let recorded = prepare::programmed::record(&program, up, dialect, revision);
                (recorded.map_err(|issue| vec![issue])?, false)
            }
            None => (
                prepare::choose(self, dialect, ix, Direction::Up)?.file,
                true,
            ),
        };
        let text: Arc<str> = Arc::from(file.text.as_str());
        let problems = |found| prepare::problems(found, &file, &text);
        let syntax = dialect.syntax();
        let script = sql::scan(syntax, &text).map_err(problems)?;
        let chosen = script.select(&self.options.names, dialect.names());
        let chosen = chosen.map_err(problems)?;
        let mut statements = Vec::with_capacity(chosen.statements.len());
        for statement in &chosen.statements {
            let span = statement.body.clone();
            let (line, _) = sql::line_col(&text, span.start);
            let substituted = match declared {
                true => prepare::substituted(self, ix, syntax, &file, &text, span.clone())?,
                false => None,
            };
            statements.push((line, substituted.unwrap_or_else(|| text[span].to_owned())));
        }
        Ok(statements)
    }
}

/// Whether a statement that is not understood may change what the model holds.
fn may_define(what: &str) -> bool {
    const ROWS: [&str; 8] = [
        "SELECT", "INSERT", "UPDATE", "DELETE", "REPLACE", "MERGE", "COPY", "WITH",
    ];
    const NOT_HELD: [&str; 10] = [
        "FUNCTION",
        "PROCEDURE",
        "ROUTINE",
        "TRIGGER",
        "POLICY",
        "EVENT",
        "RULE",
        "AGGREGATE",
        "OPERATOR",
        "CAST",
    ];
    let mut words = what.split_whitespace();
    let verb = words.next().unwrap_or_default();
    !ROWS.contains(&verb) && !words.any(|word| NOT_HELD.contains(&word))
}

/// Takes out of a live schema what lies in schemas of the server that no script speaks of:
/// another application's. And the table in which another migration tool has its own state, which `adopt` leaves there.
fn leave_others(live: &mut Schema, model: &Schema) {
    let ours: BTreeSet<String> = model
        .tables()
        .map(|table| &table.name)
        .chain(model.views().map(|view| &view.name))
        .chain(model.enums().map(|ty| &ty.name))
        .chain(model.sequences().map(|sequence| &sequence.name))
        .filter_map(|name| name.schema.clone())
        .collect();
    let is_other = |name: &Name| {
        let schema = name.schema.as_ref();
        schema.is_some_and(|schema| !ours.contains(schema) && !model.has_schema(schema))
    };
    let is_a_tools = |name: &Name| adopt::is_a_tools(&name.name) && model.table(name).is_none();
    let others = |names: Vec<Name>| names.into_iter().filter(|name| is_other(name));
    for name in others(live.views().map(|view| view.name.clone()).collect()) {
        live.remove_view(&name);
    }
    for name in live
        .tables()
        .map(|table| table.name.clone())
        .collect::<Vec<_>>()
    {
        if is_other(&name) || is_a_tools(&name) {
            live.remove_table(&name);
        }
    }
    for name in others(live.sequences().map(|s| s.name.clone()).collect()) {
        live.remove_sequence(&name);
    }
    for name in others(live.enums().map(|ty| ty.name.clone()).collect()) {
        live.remove_enum(&name);
    }
}
