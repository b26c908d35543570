//! Reading a target: names, lines before `@`, steps up and down.

use super::lineage::{Edges, Set};
use super::{Applied, Graph, NodeIx, TargetError};

/// A target taken apart: `[line @] symbol [±steps]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Parts<'t> {
    pub(super) line: Option<&'t str>,
    /// A name; `None` is where the database stands.
    pub(super) symbol: Option<&'t str>,
    pub(super) steps: Option<i64>,
}

impl Graph {
    /// Takes a target apart. A name that is exactly a directory's, its dated prefix's, an id or a
    /// label wins over arithmetic.
    pub(super) fn parse<'t>(&self, target: &'t str) -> Result<Parts<'t>, TargetError> {
        let syntax = |why| TargetError::Syntax {
            target: target.to_owned(),
            why,
        };
        if target.contains(':') {
            return Err(syntax("a range `from:to` is not allowed here"));
        }
        let (line, point) = match target.split_once('@') {
            Some((line, point)) => (Some(line), point),
            None => (None, target),
        };
        if line.is_some_and(str::is_empty) || point.contains('@') {
            return Err(syntax("one label or revision stands before `@`"));
        }
        if point.is_empty() {
            return Err(syntax("nothing is named"));
        }
        let plain = Parts {
            line,
            symbol: Some(point),
            steps: None,
        };
        if self.exact(point).is_some() {
            return Ok(plain);
        }
        let Some(sign) = point.rfind(['+', '-']) else {
            return Ok(plain);
        };
        let Ok(steps) = point[sign..].parse::<i64>() else {
            return Ok(plain);
        };
        let symbol = &point[..sign];
        if line.is_none() && self.is_dated(symbol, point) {
            let target = point.to_owned();
            if self.nodes.iter().any(|node| node.name.starts_with(point)) {
                return Err(TargetError::NamePrefix { target });
            }
            return Err(TargetError::NotFound {
                near: self.nearest(point),
                name: target,
            });
        }
        Ok(Parts {
            line,
            symbol: (!symbol.is_empty()).then_some(symbol),
            steps: Some(steps),
        })
    }

    /// Whether `2026-01-05` was meant as a date and not as five steps below `2026-01`: it is made of
    /// digits and hyphens alone, and what stands before the steps names nothing.
    fn is_dated(&self, symbol: &str, point: &str) -> bool {
        symbol.contains('-')
            && point.bytes().all(|b| b.is_ascii_digit() || b == b'-')
            && self.named(symbol, None).is_err()
    }

    fn exact(&self, name: &str) -> Option<NodeIx> {
        let by_id = self.ix(name);
        by_id
            .or_else(|| self.directory(name))
            .or_else(|| self.labels.get(name).copied())
    }

    /// A revision by its name, its id or a label, or by a prefix that is unique (on a line, if one
    /// is given).
    pub(super) fn named(&self, name: &str, line: Option<&Set>) -> Result<NodeIx, TargetError> {
        if let Some(ix) = self.exact(name) {
            return Ok(ix);
        }
        let ids = self.nodes.iter().enumerate();
        let ids = ids.map(|(i, node)| (node.id.as_str(), NodeIx::new(i)));
        let labels = self.labels.iter().map(|(label, &ix)| (label.as_str(), ix));
        let mut found: Vec<_> = ids
            .chain(labels)
            .filter(|(known, _)| !name.is_empty() && known.starts_with(name))
            .filter(|(_, ix)| line.is_none_or(|set| set[ix.index()]))
            .collect();
        found.sort_unstable();
        match found.as_slice() {
            [(_, ix)] => Ok(*ix),
            [] => Err(TargetError::NotFound {
                name: name.to_owned(),
                near: self.nearest(name),
            }),
            several => Err(TargetError::AmbiguousPrefix {
                prefix: name.to_owned(),
                candidates: several
                    .iter()
                    .map(|(known, _)| (*known).to_owned())
                    .collect(),
            }),
        }
    }

    fn nearest(&self, name: &str) -> Option<String> {
        let names = self
            .nodes
            .iter()
            .flat_map(|n| [n.name.as_str(), n.id.as_str()]);
        let labels = self.labels.keys().map(String::as_str);
        crate::config::nearest(name, names.chain(labels)).map(str::to_owned)
    }

    pub(super) fn line_of(&self, line: Option<&str>) -> Result<Option<Set>, TargetError> {
        line.map(|name| {
            self.named(name, None)
                .map(|ix| self.line(ix, Edges::Parents))
        })
        .transpose()
    }

    pub(super) fn directory_names(&self, nodes: &[NodeIx]) -> Vec<String> {
        nodes.iter().map(|&ix| self.node(ix).name.clone()).collect()
    }

    /// The one head, of a line if one is given; `None` in an empty graph.
    fn head(&self, line: Option<&Set>) -> Result<Option<NodeIx>, TargetError> {
        let mut heads = self.heads();
        if let Some(set) = line {
            heads = Self::within(&heads, set);
        }
        match heads.as_slice() {
            [] => Ok(None),
            [head] => Ok(Some(*head)),
            _ => Err(TargetError::MultipleHeads {
                heads: self.directory_names(&heads),
            }),
        }
    }

    /// A named revision that must be on a line; `None` is base.
    pub(super) fn symbol(
        &self,
        symbol: &str,
        line: Option<&str>,
    ) -> Result<Option<NodeIx>, TargetError> {
        let set = self.line_of(line)?;
        match symbol {
            "base" => return Ok(None),
            "head" => return self.head(set.as_ref()),
            _ => {}
        }
        let ix = self.named(symbol, set.as_ref())?;
        match (&set, line) {
            (Some(set), Some(line)) if !set[ix.index()] => Err(TargetError::NotInBranch {
                revision: self.node(ix).name.clone(),
                line: line.to_owned(),
            }),
            _ => Ok(Some(ix)),
        }
    }

    /// Walks up or down from a revision (`None`: base). `Ok(None)` is base again.
    pub(super) fn walk(
        &self,
        target: &str,
        from: Option<NodeIx>,
        steps: i64,
        line: Option<&Set>,
    ) -> Result<Option<NodeIx>, TargetError> {
        let mut at = from;
        for step in 1..=steps.unsigned_abs() {
            let mut ways = match (at, steps > 0) {
                (None, true) => self.roots(),
                (Some(ix), true) => self.children(ix).to_vec(),
                (Some(ix), false) => self.parents(ix).to_vec(),
                (None, false) => {
                    return Err(TargetError::OutOfRange {
                        target: target.to_owned(),
                    });
                }
            };
            if let (Some(set), true) = (line, steps > 0) {
                ways = Self::within(&ways, set);
            }
            at = match ways.as_slice() {
                [only] => Some(*only),
                [] if steps < 0 => None,
                [] => {
                    return Err(TargetError::OutOfRange {
                        target: target.to_owned(),
                    });
                }
                several => {
                    let mut choices = self.directory_names(several);
                    let left = steps.unsigned_abs() - step;
                    if left > 0 {
                        let sign = if steps > 0 { '+' } else { '-' };
                        for choice in &mut choices {
                            *choice = format!("{choice}{sign}{left}");
                        }
                    }
                    return Err(TargetError::Ambiguous {
                        target: target.to_owned(),
                        at: at.map_or("base".into(), |ix| format!("`{}`", self.node(ix).name)),
                        choices,
                    });
                }
            };
        }
        Ok(at)
    }

    /// The revisions that a target names; none for base. Relative targets start from the applied
    /// heads.
    ///
    /// # Errors
    ///
    /// See [`TargetError`].
    pub fn resolve(&self, target: &str, applied: &Applied) -> Result<Vec<NodeIx>, TargetError> {
        let parts = self.parse(target)?;
        if let (Some(symbol), Some(steps)) = (parts.symbol, parts.steps) {
            let set = self.line_of(parts.line)?;
            let from = if steps > 0 {
                self.symbol(symbol, None)?
            } else {
                self.symbol(symbol, parts.line)?
            };
            return Ok(self
                .walk(target, from, steps, set.as_ref())?
                .into_iter()
                .collect());
        }
        match parts.symbol {
            Some("heads") => Ok(match self.line_of(parts.line)? {
                Some(set) => Self::within(&self.heads(), &set),
                None => self.effective_heads(),
            }),
            Some(symbol) => Ok(self.symbol(symbol, parts.line)?.into_iter().collect()),
            None => {
                let steps = parts.steps.unwrap_or_default();
                let (from, set) = self.start(target, parts.line, applied)?;
                Ok(self
                    .walk(target, from, steps, set.as_ref())?
                    .into_iter()
                    .collect())
            }
        }
    }

    /// Where a target without a name starts: the one applied head (of a line).
    pub(super) fn start(
        &self,
        target: &str,
        line: Option<&str>,
        applied: &Applied,
    ) -> Result<(Option<NodeIx>, Option<Set>), TargetError> {
        let set = self.line_of(line)?;
        let mut heads = self.current_heads(applied);
        if let Some(set) = &set {
            let on_line = Self::within(&heads, set);
            heads = if on_line.is_empty() {
                // The line's tip may lie below heads of other lines.
                let on_line = self.filter(|ix| applied.contains(ix) && set[ix.index()]);
                let is_tip = |ix: &NodeIx| !self.children(*ix).iter().any(|c| on_line.contains(c));
                on_line.iter().copied().filter(is_tip).collect()
            } else {
                on_line
            };
        }
        match heads.as_slice() {
            [] => Ok((None, set)),
            [head] => Ok((Some(*head), set)),
            several => {
                // A head says more than the line that it is on, and a target takes one of them.
                let steps = target.split_once('@').map_or(target, |(_, point)| point);
                let choice = |&ix: &NodeIx| format!("{}@{steps}", self.node(ix).id);
                Err(TargetError::Ambiguous {
                    target: target.to_owned(),
                    at: "the database, which has several heads".into(),
                    choices: several.iter().map(choice).collect(),
                })
            }
        }
    }
}
