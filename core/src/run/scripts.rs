//! The scripts of revisions as they would run on a server, for other tools to run: no ledger rows,
//! no guards.

use super::{Database, RunError};
use crate::graph::Applied;
use crate::plan::WorkScript;

/// The scripts of one revision.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct RevisionScripts {
    /// The revision's id.
    pub id: String,
    /// Its directory's name.
    pub name: String,
    /// What applies it.
    pub up: ScriptStatements,
    /// What reverts it, where it can be reverted.
    pub down: Option<ScriptStatements>,
}

/// The statements of a script, without terminators.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ScriptStatements {
    /// They run in one transaction.
    pub in_transaction: bool,
    /// To run before that transaction, outside it.
    pub before: Vec<String>,
    /// The statements.
    pub statements: Vec<String>,
    /// To run after it, outside it, also if it failed.
    pub after: Vec<String>,
}

impl Database {
    /// The scripts of every revision as the offline dialect would run them, parents first.
    ///
    /// # Errors
    ///
    /// Every mistake of every script at once.
    pub fn scripts(&self) -> Result<Vec<RevisionScripts>, RunError> {
        let dialect = self.offline_dialect()?;
        let mut all = Vec::with_capacity(self.graph.len());
        let mut issues = Vec::new();
        let order = self
            .graph
            .upgrade("heads", &Applied::new(&self.graph, []))?
            .steps;
        let translated = self.translate("heads", dialect.as_ref())?;
        for (ix, revision) in order.into_iter().zip(translated) {
            let up = revision.up.map(ScriptStatements::of);
            let down = revision.down.transpose();
            match (up, down) {
                (Ok(up), Ok(down)) => all.push(RevisionScripts {
                    id: self.graph.node(ix).id.to_string(),
                    name: revision.name,
                    up,
                    down: down.map(ScriptStatements::of),
                }),
                (up, down) => {
                    issues.extend([up.err(), down.err()].into_iter().flatten().flatten());
                }
            }
        }
        if issues.is_empty() {
            Ok(all)
        } else {
            Err(RunError::Scripts(issues))
        }
    }
}

impl ScriptStatements {
    fn of(script: WorkScript) -> Self {
        let text = |piece: &crate::plan::Piece| piece.text(&script.text).trim().to_owned();
        Self {
            in_transaction: script.stepwise.is_none(),
            statements: script.pieces.iter().map(text).collect(),
            before: script.before,
            after: script.after,
        }
    }
}
