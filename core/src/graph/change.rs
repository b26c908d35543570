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
    /// All revisions of the lines that the stamp speaks of; others stay what they are.
    pub lines: Vec<NodeIx>,
}

impl Graph {
    /// Every unapplied ancestor and dependency of a target, and the target: in order.
    ///
    /// ```
    /// use aludel::graph::{Applied, Graph, Node};
    /// use aludel::revision::RevisionId;
    ///
    /// let id = |id: &&str| RevisionId::new(id).expect("an id");
    /// let node = |name: &str, parents: &[&str]| Node {
    ///     id: id(&name),
    ///     name: name.to_owned(),
    ///     parents: parents.iter().map(id).collect(),
    ///     depends_on: vec![],
    ///     labels: vec![],
    ///     message: None,
    /// };
    /// let graph = Graph::build(vec![node("a", &[]), node("b", &["a"]), node("c", &["b"])]);
    /// let graph = graph.expect("a line");
    ///
    /// let applied = Applied::new(&graph, ["a", "c"]);
    /// let set = graph.upgrade("heads", &applied)?;
    /// let names: Vec<_> = set.steps.iter().map(|&ix| &graph.node(ix).name).collect();
    /// assert_eq!(names, ["b"]);
    /// assert_eq!(set.holes, set.steps); // `c` needs it
    /// # Ok::<(), aludel::graph::TargetError>(())
    /// ```
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
        if let Some(name) = parts.line
            && targets.len() > 1
        {
            self.refuse_overlap(name, &targets)?;
        }
        let wanted = self.below(&targets, Edges::All);
        let present = self.filter(|ix| applied.contains(ix));
        let needed = self.below(&present, Edges::All);
        let steps = self.filter(|ix| wanted[ix.index()] && !applied.contains(ix));
        let holes = Self::within(&steps, &needed);
        Ok(UpgradeSet { steps, holes })
    }

    /// Several heads of a line, one of which needs another, are not what the words say.
    fn refuse_overlap(&self, line: &str, targets: &[NodeIx]) -> Result<(), TargetError> {
        for &ix in targets {
            let needed = self.below(&[ix], Edges::All);
            let other = targets.iter().find(|t| **t != ix && needed[t.index()]);
            if let Some(&other) = other {
                return Err(TargetError::Overlap {
                    line: line.to_owned(),
                    upper: self.node(ix).name.clone(),
                    lower: self.node(other).name.clone(),
                });
            }
        }
        Ok(())
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
        if let (Some(goal), false) = (goal, any)
            && !self.current_heads(applied).contains(&goal)
        {
            return Err(TargetError::NotAncestor {
                target: target.to_owned(),
            });
        }
        let steps = self.reverted(&revert, recency);
        let gone = match goal {
            Some(goal) => self.unplaced(goal, &revert, applied),
            // As many steps as asked for end above what is gone, which stays.
            None if self.parse(target)?.steps.is_some() => Vec::new(),
            None => self.on_gone(|ix| revert[ix.index()]),
        };
        if gone.is_empty() {
            Ok(steps)
        } else {
            Err(TargetError::Gone {
                target: target.to_owned(),
                gone,
            })
        }
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
                let below_base = || TargetError::BelowBase {
                    target: target.to_owned(),
                    applied: self.filter(|ix| applied.contains(ix)).len(),
                };
                let (from, _) = self.start(target, parts.line, applied)?;
                let from = from.ok_or_else(below_base)?;
                if !self.current_heads(applied).contains(&from) {
                    // The line lies below heads of other lines: they would have to go first.
                    return Err(TargetError::NotAncestor {
                        target: target.to_owned(),
                    });
                }
                match self.walk(target, Some(from), steps, None) {
                    Err(TargetError::OutOfRange { .. }) => {
                        let line = self.below(&[from], Edges::All);
                        let gone = self.on_gone(|ix| line[ix.index()]);
                        Err(if gone.is_empty() {
                            below_base()
                        } else {
                            TargetError::Gone {
                                target: target.to_owned(),
                                gone,
                            }
                        })
                    }
                    goal => Ok((goal?, Some(from))),
                }
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

    /// What a stamp changes: the targets and all below them become applied; where the database
    /// stood on the lines that they touch is forgotten, other lines stay.
    ///
    /// # Errors
    ///
    /// See [`TargetError`].
    pub fn stamp(&self, targets: &[String], applied: &Applied) -> Result<StampChange, TargetError> {
        let heads = self.current_heads(applied);
        let mut goals = Vec::new();
        let mut touched = vec![false; self.len()];
        let mut touch = |line: Vec<bool>| {
            for (place, on_line) in touched.iter_mut().zip(line) {
                *place |= on_line;
            }
        };
        for target in targets {
            let line = self.parse(target)?.line;
            let resolved = self.resolve(target, applied)?;
            if resolved.is_empty() {
                // Base: of one line, or of everything.
                touch(match line {
                    Some(name) => self.line(self.named(name, None)?, Edges::All),
                    None => vec![true; self.len()],
                });
            }
            for ix in resolved {
                touch(self.line(ix, Edges::All));
                goals.push(ix);
            }
        }
        // Where the database stands already, above another target: the lower one is meant.
        let above_another = |ix: NodeIx| {
            let above =
                |other: &NodeIx| *other != ix && self.below(&[ix], Edges::All)[other.index()];
            heads.contains(&ix) && goals.iter().any(above)
        };
        let goals: Vec<_> = goals
            .iter()
            .copied()
            .filter(|&ix| !above_another(ix))
            .collect();
        let wanted = self.below(&goals, Edges::All);
        let stay: Vec<_> = heads
            .into_iter()
            .filter(|ix| !touched[ix.index()])
            .collect();
        let stay = self.below(&stay, Edges::All);
        let add = self.filter(|ix| wanted[ix.index()] && !applied.contains(ix));
        let mut remove =
            self.filter(|ix| applied.contains(ix) && !wanted[ix.index()] && !stay[ix.index()]);
        remove.reverse();
        let lines = self.filter(|ix| touched[ix.index()]);
        Ok(StampChange { add, remove, lines })
    }
}
