//! Taking over another tool's ledger: its table is read, ours is written, nothing else runs.

use super::decide::Intent;
use super::{Database, RunError, RunOptions, Runner};
use crate::adopt::{Says, Tool};
use crate::driver::{Access, Dialect, Session};
use crate::graph::Applied;

/// What [`Database::adopt`] took over of another tool's ledger.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Adoption {
    /// The tool has a table in the database.
    pub found: bool,
    /// Ids of the revisions that were recorded as applied; with `dry_run` those that would be.
    pub recorded: Vec<String>,
}

impl Database {
    /// Records as applied what another tool's table calls applied.
    ///
    /// # Errors
    ///
    /// If the tool's table names a version that is no revision, or one that is half done; else see
    /// [`RunError`].
    pub async fn adopt(
        &self,
        tool: Tool,
        options: &RunOptions,
        runner: Runner<'_>,
    ) -> Result<Adoption, RunError> {
        let access = if options.dry_run {
            Access::Read
        } else {
            Access::Write
        };
        let (mut session, dialect) = self.connect(access, options, runner).await?;
        let adopted = self
            .adopt_on(tool, session.as_mut(), dialect.as_ref(), options, runner)
            .await;
        session.close().await;
        adopted
    }

    async fn adopt_on(
        &self,
        tool: Tool,
        session: &mut (dyn Session + '_),
        dialect: &dyn Dialect,
        options: &RunOptions,
        runner: Runner<'_>,
    ) -> Result<Adoption, RunError> {
        let tables = &self.options.tables;
        let before = session.read(tables).await.map_err(RunError::from_failure)?;
        let ids = match tool.ledger() {
            // Diesel's table is ours; what is applied is recorded with its checksum.
            None if !before.ledger_exists => return Ok(Adoption::default()),
            None => before.applied.clone(),
            Some(ledger) => {
                let exists = ledger.exists(dialect.syntax());
                let found = session
                    .query(&exists)
                    .await
                    .map_err(RunError::from_failure)?;
                if found.rows.is_empty() {
                    return Ok(Adoption::default());
                }
                let rows = session
                    .query(ledger.select)
                    .await
                    .map_err(RunError::from_failure)?;
                self.ids(tool, ledger.says(&rows))?
            }
        };
        let intent = Intent::Adopt(&ids);
        let decision = self.decide(&intent, &before, dialect, Some(session.tenure()), options)?;
        let recorded = decision.revisions;
        if !options.dry_run && !recorded.is_empty() {
            self.make(&intent, session, dialect, options, runner)
                .await?;
        }
        Ok(Adoption {
            found: true,
            recorded,
        })
    }

    /// The applied ids, checked against the revisions.
    fn ids(&self, tool: Tool, says: Says) -> Result<Vec<String>, RunError> {
        let graph = &self.graph;
        let (named, ids) = match says {
            Says::HalfDone(version) => {
                return Err(RunError::Refused {
                    code: "adopt-half-done",
                    message: format!(
                        "{} says that its migration {version} is half done",
                        tool.name()
                    ),
                    help:
                        "finish or undo it by hand, and tell the tool so, before aludel takes over"
                            .into(),
                });
            }
            Says::Applied(ids) => (ids.clone(), ids),
            Says::UpTo(last) => {
                let all = graph.topological().iter();
                let all = all.map(|&ix| graph.node(ix).id.to_string());
                let ids = all.filter(|id| *id <= last).collect();
                (vec![last], ids)
            }
            Says::Heads(heads) => {
                let known: Vec<String> = heads
                    .iter()
                    .filter(|id| graph.ix(id).is_some())
                    .cloned()
                    .collect();
                let nothing = Applied::new(graph, []);
                let all = graph.stamp(&known, &nothing)?.add;
                let ids = all.iter().map(|&ix| graph.node(ix).id.to_string());
                (heads, ids.collect())
            }
        };
        let unknown: Vec<_> = named
            .iter()
            .filter(|id| graph.ix(id).is_none())
            .cloned()
            .collect();
        if unknown.is_empty() {
            return Ok(ids);
        }
        Err(RunError::Refused {
            code: "adopt-unknown",
            message: format!(
                "{} has applied what no revision is: {}",
                tool.name(),
                unknown.join(", ")
            ),
            help: "give the tool's directory with `--source`, as it was when these were applied"
                .into(),
        })
    }
}
