//! Edges of one kind: for each node the nodes at their other ends, all in one list.

use super::NodeIx;

/// Edges of one kind.
#[derive(Debug, Clone, Default)]
pub(super) struct Edges {
    /// The other ends, those of the first node first.
    ends: Vec<NodeIx>,
    /// Where those of each node end in `ends`.
    until: Vec<usize>,
}

impl Edges {
    /// Room for as many nodes, most of which have one edge.
    pub(super) fn with_capacity(nodes: usize) -> Self {
        Self {
            ends: Vec::with_capacity(nodes),
            until: Vec::with_capacity(nodes),
        }
    }

    /// Adds the next node, with the ends of its edges; one that is named again is left out.
    pub(super) fn push(&mut self, ends: impl IntoIterator<Item = NodeIx>) {
        let first = self.ends.len();
        for end in ends {
            if !self.ends[first..].contains(&end) {
                self.ends.push(end);
            }
        }
        self.until.push(self.ends.len());
    }

    /// The other ends of a node's edges.
    pub(super) fn of(&self, node: usize) -> &[NodeIx] {
        let from = match node {
            0 => 0,
            _ => self.until[node - 1],
        };
        &self.ends[from..self.until[node]]
    }

    /// The same edges seen from their other ends; those of a node are in the order of the nodes.
    pub(super) fn reversed(&self) -> Self {
        let count = self.until.len();
        let mut until = vec![0; count];
        for end in &self.ends {
            until[end.index()] += 1;
        }
        let mut before = 0;
        for place in &mut until {
            // Where those of the node begin, which becomes where they end as they are put there.
            before += std::mem::replace(place, before);
        }
        let mut ends = self.ends.clone();
        for node in 0..count {
            for end in self.of(node) {
                let place = &mut until[end.index()];
                ends[*place] = NodeIx::new(node);
                *place += 1;
            }
        }
        Self { ends, until }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edges_are_seen_from_both_ends() {
        let ix = NodeIx::new;
        let mut edges = Edges::with_capacity(4);
        edges.push([]);
        edges.push([ix(0)]);
        edges.push([ix(0), ix(0)]);
        edges.push([ix(2), ix(1)]);
        assert_eq!(edges.of(0), []);
        assert_eq!(edges.of(2), [ix(0)]);
        assert_eq!(edges.of(3), [ix(2), ix(1)]);
        let reversed = edges.reversed();
        assert_eq!(reversed.of(0), [ix(1), ix(2)]);
        assert_eq!(reversed.of(1), [ix(3)]);
        assert_eq!(reversed.of(2), [ix(3)]);
        assert_eq!(reversed.of(3), []);
    }
}
