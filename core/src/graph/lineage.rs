//! Ancestors, descendants, and sharing a line.

use super::{Graph, NodeIx};

/// A set of nodes.
pub(super) type Set = Vec<bool>;

/// Which edges count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Edges {
    /// Ancestry alone.
    Parents,
    /// Ancestry and dependencies.
    All,
}

impl Graph {
    /// `from` and everything below it.
    pub(super) fn below(&self, from: &[NodeIx], edges: Edges) -> Set {
        self.closure(from, |ix, out| {
            out.extend(self.parents(ix));
            if edges == Edges::All {
                out.extend(self.dependencies(ix));
            }
        })
    }

    /// `from` and everything above it.
    pub(super) fn above(&self, from: &[NodeIx], edges: Edges) -> Set {
        self.closure(from, |ix, out| {
            out.extend(self.children(ix));
            if edges == Edges::All {
                out.extend(self.dependents(ix));
            }
        })
    }

    fn closure(&self, from: &[NodeIx], next: impl Fn(NodeIx, &mut Vec<NodeIx>)) -> Set {
        let mut set = vec![false; self.len()];
        let mut stack = from.to_vec();
        while let Some(ix) = stack.pop() {
            if !std::mem::replace(&mut set[ix.index()], true) {
                next(ix, &mut stack);
            }
        }
        set
    }

    /// Everything on the line of a node: its ancestors, itself, its descendants.
    pub(super) fn line(&self, ix: NodeIx, edges: Edges) -> Set {
        let mut set = self.below(&[ix], edges);
        for (place, above) in set.iter_mut().zip(self.above(&[ix], edges)) {
            *place |= above;
        }
        set
    }

    /// Those of `nodes` that are in `set`.
    pub(super) fn within(nodes: &[NodeIx], set: &Set) -> Vec<NodeIx> {
        nodes.iter().copied().filter(|ix| set[ix.index()]).collect()
    }
}
