//! A revision as the graph sees it.

use crate::revision::RevisionId;

/// A revision as the graph sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node {
    /// Its id.
    pub id: RevisionId,
    /// Its directory's name.
    pub name: String,
    /// Ids of its parents.
    pub parents: Vec<RevisionId>,
    /// What must be applied before it: ids, directory names or labels.
    pub depends_on: Vec<String>,
    /// Its branch labels.
    pub labels: Vec<String>,
    /// Its message.
    pub message: Option<String>,
}

/// A node's place in its graph.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeIx(u32);

impl NodeIx {
    /// The place as a number from 0.
    pub fn index(self) -> usize {
        self.0 as usize
    }

    pub(super) fn new(index: usize) -> Self {
        Self(u32::try_from(index).expect("a graph has fewer than 2^32 revisions"))
    }
}
