//! Ranges: `from:to` of offline work and of `history`.

use super::lineage::Edges;
use super::{Applied, Graph, NodeIx, TargetError};
use crate::revision::Direction;

/// An offline range taken apart.
struct Ends {
    /// What stands before `:`.
    start: Vec<NodeIx>,
    /// That, and everything below it.
    applied: Vec<NodeIx>,
    to: String,
}

impl Graph {
    /// Takes offline work's `[from:]to` apart: what is assumed applied, and the target.
    ///
    /// # Errors
    ///
    /// If `from` cannot be resolved without a database, or the range goes the wrong way.
    pub fn offline_range(
        &self,
        range: &str,
        direction: Direction,
    ) -> Result<(Vec<NodeIx>, String), TargetError> {
        let ends = self.ends(range, direction)?;
        if direction == Direction::Up && !ends.start.is_empty() {
            let state = self.applied_of(&ends.applied);
            let goals = self.resolve(&ends.to, &state)?;
            let below = goals.iter().all(|ix| state.contains(*ix));
            if below && !goals.iter().any(|ix| ends.start.contains(ix)) {
                return Err(TargetError::WrongWay {
                    range: range.to_owned(),
                });
            }
        }
        Ok((ends.applied, ends.to))
    }

    /// As [`Graph::offline_range`] for a stamp, which may go either way.
    ///
    /// # Errors
    ///
    /// If `from` cannot be resolved without a database.
    pub fn offline_stamp(&self, range: &str) -> Result<(Vec<NodeIx>, String), TargetError> {
        let ends = self.ends(range, Direction::Up)?;
        Ok((ends.applied, ends.to))
    }

    fn ends(&self, range: &str, direction: Direction) -> Result<Ends, TargetError> {
        let Some((from, to)) = range.split_once(':') else {
            return Ok(Ends {
                start: Vec::new(),
                applied: Vec::new(),
                to: range.to_owned(),
            });
        };
        let none = Applied::new(self, []);
        let start = match (from, direction) {
            ("", Direction::Up) => Vec::new(),
            ("", Direction::Down) => self.effective_heads(),
            _ => self.resolve(from, &none)?,
        };
        let to = match (to, direction) {
            ("", Direction::Up) => "heads",
            ("", Direction::Down) => "base",
            _ => to,
        };
        let set = self.below(&start, Edges::All);
        Ok(Ends {
            applied: self.filter(|ix| set[ix.index()]),
            to: to.to_owned(),
            start,
        })
    }

    pub(super) fn applied_of(&self, nodes: &[NodeIx]) -> Applied {
        Applied::new(self, nodes.iter().map(|&ix| self.node(ix).id.as_str()))
    }

    /// The revisions of a `history` range, in topological order. Both ends count; either may be
    /// left out, be `current`, or be relative to the other.
    ///
    /// # Errors
    ///
    /// If an end is no target, or the range goes the wrong way.
    pub fn range(&self, range: &str, applied: &Applied) -> Result<Vec<NodeIx>, TargetError> {
        let (from, to) = range.split_once(':').unwrap_or((range, range));
        let end = |text: &str| -> Result<Vec<NodeIx>, TargetError> {
            if text == "current" {
                Ok(self.current_heads(applied))
            } else {
                self.resolve(text, applied)
            }
        };
        let relative = |text: &str| text.starts_with(['+', '-']);
        let (low, high) = if relative(from) && !to.is_empty() && !relative(to) {
            let high = end(to)?;
            (self.walk_all(range, from, &high)?, high)
        } else if relative(to) && !from.is_empty() {
            let low = end(from)?;
            let high = self.walk_all(range, to, &low)?;
            (low, high)
        } else {
            let low = if from.is_empty() {
                Vec::new()
            } else {
                end(from)?
            };
            let high = if to.is_empty() {
                self.effective_heads()
            } else {
                end(to)?
            };
            (low, high)
        };
        let inside = self.below(&high, Edges::All);
        if low.iter().any(|ix| !inside[ix.index()]) {
            return Err(TargetError::WrongWay {
                range: range.to_owned(),
            });
        }
        let mut outside = self.below(&low, Edges::All);
        for ix in &low {
            outside[ix.index()] = false;
        }
        Ok(self.filter(|ix| inside[ix.index()] && !outside[ix.index()]))
    }

    /// Walks from each node; unlike a target, a range may ask for more steps than there are.
    fn walk_all(
        &self,
        range: &str,
        steps: &str,
        from: &[NodeIx],
    ) -> Result<Vec<NodeIx>, TargetError> {
        let steps: i64 = steps.parse().map_err(|_| TargetError::Syntax {
            target: range.to_owned(),
            why: "a number follows `+` or `-`",
        })?;
        let mut ends = Vec::new();
        for &ix in from {
            let mut at = Some(ix);
            for _ in 0..steps.unsigned_abs() {
                match self.walk(range, at, steps.signum(), None) {
                    Ok(next) => at = next,
                    Err(TargetError::OutOfRange { .. }) => break,
                    Err(error) => return Err(error),
                }
            }
            ends.extend(at);
        }
        Ok(ends)
    }
}
