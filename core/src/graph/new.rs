//! Parents of new revisions and merges.

use super::{Applied, Graph, NodeIx, TargetError};

impl Graph {
    /// The parents of a new revision: the head, or what `head` names.
    ///
    /// # Errors
    ///
    /// If there are several heads and none is named, or a revision that is no head is named
    /// without `splice`.
    pub fn new_revision_parents(
        &self,
        head: Option<&str>,
        splice: bool,
    ) -> Result<Vec<NodeIx>, TargetError> {
        let none = Applied::new(self, []);
        let parents = self.resolve(head.unwrap_or("head"), &none)?;
        if !splice {
            self.require_heads(&parents)?;
        }
        Ok(parents)
    }

    /// The parents of a merge.
    ///
    /// # Errors
    ///
    /// If a target is no head and `splice` is not given, or fewer than two different ones are named.
    pub fn merge_parents(
        &self,
        targets: &[String],
        splice: bool,
    ) -> Result<Vec<NodeIx>, TargetError> {
        let none = Applied::new(self, []);
        let mut parents = Vec::new();
        for target in targets {
            // A merge joins by ancestry, so it is the heads by ancestry that `heads` means.
            let found = if target == "heads" {
                self.heads()
            } else {
                self.resolve(target, &none)?
            };
            for ix in found {
                if parents.contains(&ix) {
                    return Err(TargetError::NothingToMerge);
                }
                parents.push(ix);
            }
        }
        if parents.len() < 2 {
            return Err(TargetError::NothingToMerge);
        }
        if !splice {
            self.require_heads(&parents)?;
        }
        Ok(parents)
    }

    fn require_heads(&self, nodes: &[NodeIx]) -> Result<(), TargetError> {
        match nodes.iter().find(|&&ix| !self.children(ix).is_empty()) {
            Some(&ix) => Err(TargetError::NotAHead {
                revision: self.node(ix).name.clone(),
            }),
            None => Ok(()),
        }
    }
}
