//! Edges to revisions that are not there. A ledger may know such a revision: it is applied and its
//! file is gone. Then what stands on it can go on; what would have to pass it cannot.

use super::lineage::Edges;
use super::{Applied, Graph, GraphProblem, NodeIx};

/// An edge to a revision that is not there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Dangling {
    /// The revision that says so.
    pub(super) of: NodeIx,
    /// What it names.
    pub(super) needs: String,
    /// As a dependency, not as a parent.
    pub(super) dependency: bool,
}

impl Graph {
    /// What is wrong with the edges to revisions that are not there, but for those that are
    /// applied.
    pub fn unmet(&self, is_applied: impl Fn(&str) -> bool) -> Vec<GraphProblem> {
        let unmet = self.dangling.iter().filter(|edge| !is_applied(&edge.needs));
        unmet
            .map(|edge| {
                let revision = self.node(edge.of).name.clone();
                match edge.dependency {
                    true => GraphProblem::UnknownDependency {
                        revision,
                        dependency: edge.needs.clone(),
                    },
                    false => GraphProblem::UnknownParent {
                        revision,
                        parent: edge.needs.clone(),
                    },
                }
            })
            .collect()
    }

    /// The revisions that name one as a parent or dependency that is not there.
    pub fn naming(&self, id: &str) -> Vec<NodeIx> {
        let naming = self.dangling.iter().filter(|edge| edge.needs == id);
        naming.map(|edge| edge.of).collect()
    }

    /// Applied revisions of which it cannot be told whether they stand on `goal`, since what they
    /// name is gone, each with what it names. What is reverted anyway is none of them, nor is what
    /// `goal` itself stands on.
    pub(super) fn unplaced(
        &self,
        goal: NodeIx,
        reverted: &[bool],
        applied: &Applied,
    ) -> Vec<(String, String)> {
        if self.dangling.is_empty() {
            return Vec::new();
        }
        let below = self.below(&[goal], Edges::All);
        self.on_gone(|ix| applied.contains(ix) && !below[ix.index()] && !reverted[ix.index()])
    }

    /// Those of some revisions that name one that is not there, each with what it names.
    pub(super) fn on_gone(&self, of: impl Fn(NodeIx) -> bool) -> Vec<(String, String)> {
        let edges = self.dangling.iter().filter(|edge| of(edge.of));
        edges
            .map(|edge| (self.node(edge.of).name.clone(), edge.needs.clone()))
            .collect()
    }
}
