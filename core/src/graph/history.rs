//! History as a tree of lines, newest first. Text and data; printing is the caller's.

use super::{Applied, Graph, NodeIx, TargetError};

/// One revision of a drawn history.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct HistoryEntry {
    /// The revision.
    pub ix: NodeIx,
    /// Lines to draw before it.
    pub before: Vec<String>,
    /// What stands before its name.
    pub prefix: String,
    /// It is a head.
    pub head: bool,
    /// It has several children.
    pub branch_point: bool,
    /// It has several parents.
    pub merge_point: bool,
}

impl Graph {
    /// The history of a range, newest first.
    ///
    /// # Errors
    ///
    /// If the range is refused.
    pub fn history(
        &self,
        range: &str,
        applied: &Applied,
    ) -> Result<Vec<HistoryEntry>, TargetError> {
        let nodes = self.range(range, applied)?;
        let mut inside = vec![false; self.len()];
        for ix in &nodes {
            inside[ix.index()] = true;
        }
        let mut columns: Vec<Option<NodeIx>> = Vec::new();
        let mut before = Vec::new();
        let mut entries = Vec::with_capacity(nodes.len());
        for &ix in nodes.iter().rev() {
            let waiting: Vec<usize> = (0..columns.len())
                .filter(|&c| columns[c] == Some(ix))
                .collect();
            let column = match waiting.first() {
                Some(&first) => first,
                None => free(&mut columns),
            };
            // Lines that meet here are joined first.
            for &other in waiting.iter().skip(1) {
                before.push(join(&columns, column, other, '┘'));
                columns[other] = None;
            }
            columns[column] = Some(ix);
            trim(&mut columns);
            let prefix: String = (0..columns.len())
                .map(|c| match columns[c] {
                    _ if c == column => "● ",
                    Some(_) => "│ ",
                    None => "  ",
                })
                .collect();
            entries.push(HistoryEntry {
                ix,
                before: std::mem::take(&mut before),
                prefix,
                head: self.children(ix).is_empty(),
                branch_point: self.children(ix).len() > 1,
                merge_point: self.parents(ix).len() > 1,
            });
            let below: Vec<_> = self
                .parents(ix)
                .iter()
                .copied()
                .filter(|p| inside[p.index()])
                .collect();
            columns[column] = below.first().copied();
            for &parent in below.iter().skip(1) {
                let place = free(&mut columns);
                columns[place] = Some(parent);
                before.push(join(&columns, column, place, '┐'));
            }
            trim(&mut columns);
        }
        Ok(entries)
    }
}

fn free(columns: &mut Vec<Option<NodeIx>>) -> usize {
    columns.iter().position(Option::is_none).unwrap_or_else(|| {
        columns.push(None);
        columns.len() - 1
    })
}

fn trim(columns: &mut Vec<Option<NodeIx>>) {
    while columns.last() == Some(&None) {
        columns.pop();
    }
}

/// A line that joins two columns.
fn join(columns: &[Option<NodeIx>], a: usize, b: usize, corner: char) -> String {
    let (low, high) = (a.min(b), a.max(b));
    let mut line = String::new();
    for c in 0..columns.len().max(high + 1) {
        let sign = match c {
            _ if c == low => '├',
            _ if c == high => corner,
            _ if c > low && c < high => '─',
            _ if columns.get(c).copied().flatten().is_some() => '│',
            _ => ' ',
        };
        line.push(sign);
        line.push(if c >= low && c < high { '─' } else { ' ' });
    }
    line.trim_end().to_owned()
}
