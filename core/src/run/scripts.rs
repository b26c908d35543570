//! The scripts of revisions as they would run on a server, for other tools to run: no ledger rows,
//! no guards.

use super::{Database, RunError, prepare};
use crate::driver::Dialect;
use crate::graph::NodeIx;
use crate::plan::WorkScript;
use crate::revision::Direction;

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
        for &ix in self.graph.topological() {
            let up = self.statements(dialect.as_ref(), ix, Direction::Up);
            let down = self.statements(dialect.as_ref(), ix, Direction::Down);
            let node = self.graph.node(ix);
            match (up, down) {
                (Ok(Some(up)), Ok(down)) => all.push(RevisionScripts {
                    id: node.id.to_string(),
                    name: node.name.clone(),
                    up,
                    down,
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

    fn statements(
        &self,
        dialect: &dyn Dialect,
        ix: NodeIx,
        direction: Direction,
    ) -> Result<Option<ScriptStatements>, Vec<super::ScriptIssue>> {
        match prepare::script(self, dialect, ix, direction, true) {
            Ok(script) => Ok(Some(ScriptStatements::of(script))),
            // Having no down script is a choice.
            Err(issues)
                if direction == Direction::Down
                    && issues.iter().all(|issue| issue.code == "irreversible") =>
            {
                Ok(None)
            }
            Err(issues) => Err(issues),
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
