//! What a target means for the applied set: upgrade, downgrade, stamp.

use std::collections::BinaryHeap;

use super::lineage::Edges;
use super::{Applied, Graph, NodeIx, TargetError};

/// What an upgrade runs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct UpgradeSet {
    /// Revisions to apply, in order.
    pub steps: Vec<NodeIx>,
    /// Those of them that something applied already needs.
    pub holes: Vec<NodeIx>,
}

/// What a stamp writes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StampChange {
    /// Revisions to make applied, in order.
    pub add: Vec<NodeIx>,
    /// Revisions to make unapplied, in reverse order.
    pub remove: Vec<NodeIx>,
}

impl Graph {
    /// Every unapplied ancestor and dependency of a target, and the target: in order.
    ///
    /// # Errors
    ///
    /// See [`TargetError`].
    pub fn upgrade(&self, target: &str, applied: &Applied) -> Result<UpgradeSet, TargetError> {
        let parts = self.parse(target)?;
        if parts.symbol.is_none() && parts.steps.is_some_and(|steps| steps <= 0) {
            return Err(TargetError::OutOfRange {
                target: target.to_owned(),
            });
        }
        let targets = self.resolve(target, applied)?;
        if targets.is_empty() && parts.steps.is_some() {
            // Steps down that end at base name nothing to upgrade to.
            return Err(TargetError::OutOfRange {
                target: target.to_owned(),
            });
        }
        let wanted = self.below(&targets, Edges::All);
        let present = self.filter(|ix| applied.contains(ix));
        let needed = self.below(&present, Edges::All);
        let steps = self.filter(|ix| wanted[ix.index()] && !applied.contains(ix));
        let holes = Self::within(&steps, &needed);
        Ok(UpgradeSet { steps, holes })
    }

    /// The applied descendants of a target and what depends on them, in an order in which they
    /// can be reverted; where the graph leaves a choice, the greater `recency` comes first.
    ///
    /// # Errors
    ///
    /// See [`TargetError`].
    pub fn downgrade(
        &self,
        target: &str,
        applied: &Applied,
        recency: &dyn Fn(NodeIx) -> u64,
    ) -> Result<Vec<NodeIx>, TargetError> {
        let parts = self.parse(target)?;
        let (goal, line) = self.downgrade_goal(target, applied)?;
        let mut first = match goal {
            Some(ix) => self.children(ix).to_vec(),
            None => self.roots(),
        };
        if let (Some(line), true) = (line, first.len() > 1) {
            let ancestors = self.below(&[line], Edges::Parents);
            first = Self::within(&first, &ancestors);
            if first.is_empty() {
                return Err(TargetError::NotAncestor {
                    target: target.to_owned(),
                });
            }
        }
        let above = self.above(&first, Edges::All);
        let mut revert = vec![false; self.len()];
        let mut any = false;
        for &ix in &self.order {
            revert[ix.index()] = above[ix.index()] && applied.contains(ix);
            any |= revert[ix.index()];
        }
        if let (Some(goal), false) = (goal, any) {
            let stands_there = self.current_heads(applied).contains(&goal)
                // With a line named, the revision is where that line already stands.
                || (parts.line.is_none() && applied.contains(goal));
            if !stands_there {
                return Err(TargetError::NotAncestor {
                    target: target.to_owned(),
                });
            }
        }
        Ok(self.reverted(&revert, recency))
    }

    /// The revision to go down to (`None`: base), and the line to stay on.
    fn downgrade_goal(
        &self,
        target: &str,
        applied: &Applied,
    ) -> Result<(Option<NodeIx>, Option<NodeIx>), TargetError> {
        let parts = self.parse(target)?;
        let line = parts.line.map(|name| self.named(name, None)).transpose()?;
        match (parts.symbol, parts.steps) {
            (Some("heads"), None) => Err(TargetError::Syntax {
                target: target.to_owned(),
                why: "a downgrade goes to one revision or to base",
            }),
            (Some(symbol), None) => {
                // A revision of another line may be named: what lies between is what counts.
                let goal = self.symbol(symbol, None)?;
                Ok((goal, line))
            }
            (Some(symbol), Some(steps)) => {
                let set = self.line_of(parts.line)?;
                let from = self.symbol(symbol, if steps > 0 { None } else { parts.line })?;
                let goal = self.walk(target, from, steps, set.as_ref())?;
                Ok((goal, line))
            }
            (None, steps) => {
                let steps = steps.unwrap_or_default();
                let out_of_range = || TargetError::OutOfRange {
                    target: target.to_owned(),
                };
                if steps >= 0 {
                    return Err(out_of_range());
                }
                let (from, _) = self.start(target, parts.line, applied)?;
                let from = from.ok_or_else(out_of_range)?;
                let goal = self.walk(target, Some(from), steps, None)?;
                Ok((goal, Some(from)))
            }
        }
    }

    /// Kahn's algorithm from the top: nothing comes before what needs it.
    fn reverted(&self, revert: &[bool], recency: &dyn Fn(NodeIx) -> u64) -> Vec<NodeIx> {
        let in_set = |ix: &NodeIx| revert[ix.index()];
        let mut waiting: Vec<usize> = vec![0; self.len()];
        let entry = |ix: NodeIx| (recency(ix), self.rank[ix.index()], ix);
        let mut ready = BinaryHeap::new();
        for &ix in self.order.iter().filter(|ix| in_set(ix)) {
            let above = self.children(ix).iter().chain(self.dependents(ix));
            waiting[ix.index()] = above.filter(|n| in_set(n)).count();
            if waiting[ix.index()] == 0 {
                ready.push(entry(ix));
            }
        }
        let mut steps = Vec::new();
        while let Some((_, _, ix)) = ready.pop() {
            steps.push(ix);
            let below = self.parents(ix).iter().chain(self.dependencies(ix));
            for &below in below.filter(|n| in_set(n)) {
                waiting[below.index()] -= 1;
                if waiting[below.index()] == 0 {
                    ready.push(entry(below));
                }
            }
        }
        steps
    }

    /// What a stamp changes: the targets and all below them become applied, what lies above a
    /// target on the lines that it touches becomes unapplied.
    ///
    /// # Errors
    ///
    /// See [`TargetError`].
    pub fn stamp(
        &self,
        targets: &[String],
        applied: &Applied,
    ) -> Result<StampChange, TargetError> {
        let mut goals = Vec::new();
        let mut unapplied = vec![false; self.len()];
        for target in targets {
            let parts = self.parse(target)?;
            let resolved = self.resolve(target, applied)?;
            if resolved.is_empty() && self.is_empty() {
                continue;
            }
            if resolved.is_empty() {
                // Base: of a line, or of everything. What other lines need stays.
                let line = parts.line.map(|name| self.named(name, None)).transpose()?;
                let heads = self.current_heads(applied);
                let kept = match line {
                    Some(ix) => {
                        let set = self.line(ix, Edges::All);
                        heads.iter().copied().filter(|h| !set[h.index()]).collect()
                    }
                    None => Vec::new(),
                };
                let kept = self.below(&kept, Edges::All);
                for (place, kept) in unapplied.iter_mut().zip(kept) {
                    *place |= !kept;
                }
            }
            for ix in resolved {
                goals.push(ix);
                for (place, above) in unapplied.iter_mut().zip(self.above(&[ix], Edges::All)) {
                    *place |= above;
                }
            }
        }
        let wanted = self.below(&goals, Edges::All);
        let add = self.filter(|ix| wanted[ix.index()] && !applied.contains(ix));
        let mut remove = self.filter(|ix| {
            applied.contains(ix) && unapplied[ix.index()] && !wanted[ix.index()]
        });
        remove.reverse();
        Ok(StampChange { add, remove })
    }
}
