//! The applied set, as a graph knows it.

use super::{Graph, NodeIx};

/// Which revisions are applied. It may have holes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Applied {
    known: Vec<bool>,
    /// Ids of the ledger whose files are gone.
    pub missing: Vec<String>,
}

impl Applied {
    /// From the ledger's ids.
    pub fn new<'a>(graph: &Graph, ids: impl IntoIterator<Item = &'a str>) -> Self {
        let mut applied = Self {
            known: vec![false; graph.len()],
            missing: Vec::new(),
        };
        // Ledgers and graphs are mostly in the same order.
        let mut next = 0;
        for id in ids {
            match graph.ix_near(next, id) {
                Some(ix) => {
                    applied.known[ix.index()] = true;
                    next = ix.index() + 1;
                }
                None => applied.missing.push(id.to_owned()),
            }
        }
        applied
    }

    /// The revision is applied.
    pub fn contains(&self, ix: NodeIx) -> bool {
        self.known[ix.index()]
    }

    /// No revision that has a file is applied.
    pub fn is_empty(&self) -> bool {
        !self.known.contains(&true)
    }
}

impl Graph {
    /// Applied revisions without an applied child or dependent, in topological order.
    pub fn current_heads(&self, applied: &Applied) -> Vec<NodeIx> {
        self.filter(|ix| {
            let mut above = self.children(ix).iter().chain(self.dependents(ix));
            applied.contains(ix) && !above.any(|&n| applied.contains(n))
        })
    }
}
