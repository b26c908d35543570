//! Where revisions and lines stand: a row for each revision, and lanes beside each other for the lines
//! between them, as railways on a map.
//!
//! A line keeps its lane from the revision where it begins to the one where it ends, and no other line
//! or revision stands in that lane meanwhile. So nothing runs through a revision that is not its own.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::Mark;

/// Places, counted from 0.
pub(super) struct Lanes {
    /// The lane of each row's revision.
    pub(super) of: Vec<usize>,
    pub(super) lines: Vec<Line>,
    /// How many there are.
    pub(super) width: usize,
}

/// A line from a revision down to what it needs.
pub(super) struct Line {
    pub(super) from: usize,
    pub(super) to: usize,
    pub(super) lane: usize,
    /// A dependency, not a parent.
    pub(super) dashed: bool,
}

/// Lanes that are not in use, the leftmost first.
#[derive(Default)]
struct Free {
    lanes: BinaryHeap<Reverse<usize>>,
    width: usize,
}

impl Free {
    fn take(&mut self) -> usize {
        match self.lanes.pop() {
            Some(Reverse(lane)) => lane,
            None => {
                self.width += 1;
                self.width - 1
            }
        }
    }

    fn give(&mut self, lane: usize) {
        self.lanes.push(Reverse(lane));
    }
}

/// Lays rows out. Each stands above what it needs.
pub(super) fn lay_out(marks: &[Mark]) -> Lanes {
    let mut free = Free::default();
    // The lanes that lead to a row, and whether they are dashed.
    let mut arriving: Vec<Vec<(bool, usize)>> = vec![Vec::new(); marks.len()];
    let mut of = Vec::with_capacity(marks.len());
    let mut lines = Vec::new();
    for (row, mark) in marks.iter().enumerate() {
        let ending = std::mem::take(&mut arriving[row]);
        // Under a child rather than under a dependent, and as far left as it goes.
        let own = match ending.iter().min() {
            Some(&(_, lane)) => lane,
            None => free.take(),
        };
        for (_, lane) in ending {
            if lane != own {
                free.give(lane);
            }
        }
        of.push(own);
        let parents = mark.parents.iter().map(|&to| (to, false));
        let needs = mark.needs.iter().map(|&to| (to, true));
        let mut goes_on = false;
        for (to, dashed) in parents.chain(needs) {
            // The first parent stands below.
            let lane = match goes_on || dashed {
                true => free.take(),
                false => own,
            };
            goes_on |= lane == own;
            arriving[to].push((dashed, lane));
            lines.push(Line {
                from: row,
                to,
                lane,
                dashed,
            });
        }
        if !goes_on {
            free.give(own);
        }
    }
    Lanes {
        of,
        lines,
        width: free.width,
    }
}
