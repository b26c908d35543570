//! The revision graph: build and check it, resolve targets, order work.
//!
//! Nodes are revisions; *parents* are ancestry, *dependencies* order without being ancestry.
//!
//! # Targets
//!
//! A target says where a database is to be; every text that names one is of this grammar:
//!
//! ```text
//! target = [label "@"] point | range          range = [target] ":" [target]
//! point  = "head" | "heads" | "base" | rev | [rev] ("+" | "-") number
//! rev    = a directory's name, or its dated prefix
//!        | an id | a unique prefix of an id | a label
//! ```
//!
//! | target | means |
//! | --- | --- |
//! | `heads` | all tips of the graph |
//! | `head` | the tip, if there is one only |
//! | `base` | below all roots: nothing is applied |
//! | `2026-01-05-101500`, `20260105101500`, `202601` | a revision |
//! | `billing` | the revision that bears the label |
//! | `billing@head` | the tip of the label's line |
//! | `+2`, `-1` | two steps up from where the database stands, one step down |
//! | `20260105101500+1` | one step up from a revision |
//! | `base:heads` | from one to the other; only offline and in a history |
//!
//! What is ambiguous is a [`TargetError`] that names the choices.
//!
//! # Invariants
//!
//! A [`Graph`] has no cycle, its topological order is the same for the same revisions, and every
//! question is answered in linear time without recursion. An edge to a revision that is not there is
//! kept aside ([`Graph::unmet`]): nothing walks along it.
//!
//! # Deliberately absent
//!
//! Files, tables, connections, pictures. What is applied comes in as [`Applied`].

mod applied;
mod build;
mod change;
mod edges;
mod gone;
mod history;
mod lineage;
mod new;
mod node;
mod problem;
mod range;
mod resolve;
mod target;

pub use applied::Applied;
pub use change::{StampChange, UpgradeSet};
pub use history::HistoryEntry;
pub use node::{Node, NodeIx};
pub use problem::{GraphProblem, Mention};
pub use target::TargetError;

use std::collections::HashMap;

use edges::Edges;

use crate::revision::RevisionId;

/// A checked graph of revisions.
#[derive(Debug, Clone, Default)]
pub struct Graph {
    nodes: Vec<Node>,
    ids: HashMap<RevisionId, NodeIx>,
    /// Nodes in the order of their directory names.
    by_name: Vec<NodeIx>,
    labels: HashMap<String, NodeIx>,
    parents: Edges,
    dependencies: Edges,
    children: Edges,
    dependents: Edges,
    order: Vec<NodeIx>,
    /// Place of each node in `order`.
    rank: Vec<usize>,
    /// Edges to revisions that are not there.
    dangling: Vec<gone::Dangling>,
}

impl Graph {
    /// A node.
    pub fn node(&self, ix: NodeIx) -> &Node {
        &self.nodes[ix.index()]
    }

    /// The node with an id.
    pub fn ix(&self, id: &str) -> Option<NodeIx> {
        self.ids.get(id).copied()
    }

    /// The same, where it is likely the node at a place.
    fn ix_near(&self, place: usize, id: &str) -> Option<NodeIx> {
        match self.nodes.get(place) {
            Some(node) if node.id.as_str() == id => Some(NodeIx::new(place)),
            _ => self.ix(id),
        }
    }

    /// The node whose directory has a name, or has it as its dated prefix.
    fn directory(&self, name: &str) -> Option<NodeIx> {
        let name_of = |ix: NodeIx| self.nodes[ix.index()].name.as_str();
        let exact = self.by_name.binary_search_by(|&ix| name_of(ix).cmp(name));
        if let Ok(at) = exact {
            return Some(self.by_name[at]);
        }
        let prefix = format!("{name}_");
        let at = self
            .by_name
            .partition_point(|&ix| name_of(ix) < prefix.as_str());
        let found = self.by_name.get(at).copied();
        found.filter(|&ix| !name.contains('_') && name_of(ix).starts_with(&prefix))
    }

    /// Number of revisions.
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// There is no revision.
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// Parents of a node.
    pub fn parents(&self, ix: NodeIx) -> &[NodeIx] {
        self.parents.of(ix.index())
    }

    /// What a node depends on without descending from it.
    pub fn dependencies(&self, ix: NodeIx) -> &[NodeIx] {
        self.dependencies.of(ix.index())
    }

    /// Children of a node.
    pub fn children(&self, ix: NodeIx) -> &[NodeIx] {
        self.children.of(ix.index())
    }

    /// What depends on a node without descending from it.
    pub fn dependents(&self, ix: NodeIx) -> &[NodeIx] {
        self.dependents.of(ix.index())
    }

    /// Every node after what it needs; the same order for the same revisions.
    pub fn topological(&self) -> &[NodeIx] {
        &self.order
    }

    /// A label is in use.
    pub fn has_label(&self, label: &str) -> bool {
        self.labels.contains_key(label)
    }

    /// Nodes without children, in topological order.
    pub fn heads(&self) -> Vec<NodeIx> {
        self.filter(|ix| self.children(ix).is_empty())
    }

    /// Nodes without children and without dependents, in topological order.
    pub fn effective_heads(&self) -> Vec<NodeIx> {
        self.filter(|ix| self.children(ix).is_empty() && self.dependents(ix).is_empty())
    }

    /// Nodes without parents, in topological order.
    pub fn roots(&self) -> Vec<NodeIx> {
        self.filter(|ix| self.parents(ix).is_empty())
    }

    /// Nodes with more than one child, in topological order.
    pub fn branch_points(&self) -> Vec<NodeIx> {
        self.filter(|ix| self.children(ix).len() > 1)
    }

    fn filter(&self, is: impl Fn(NodeIx) -> bool) -> Vec<NodeIx> {
        self.order.iter().copied().filter(|&ix| is(ix)).collect()
    }
}

#[cfg(test)]
mod tests;
