//! Building a graph, and everything that can be wrong with one, reported together.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};

use super::edges::Edges;
use super::gone::Dangling;
use super::{Graph, GraphProblem, Node, NodeIx};
use crate::revision::RevisionId;

impl Graph {
    /// Builds a graph.
    ///
    /// ```
    /// use aludel::graph::{Graph, Node};
    /// use aludel::revision::RevisionId;
    ///
    /// let node = |id: &str, parents: &[&str]| Node {
    ///     id: RevisionId::new(id).expect("an id"),
    ///     name: id.to_owned(),
    ///     parents: parents.iter().map(|p| RevisionId::new(p).expect("an id")).collect(),
    ///     depends_on: vec![],
    ///     labels: vec![],
    ///     message: None,
    /// };
    /// let graph = Graph::build(vec![node("a", &[]), node("b", &["a"])]).expect("a line");
    /// assert_eq!(graph.heads().len(), 1);
    /// assert!(Graph::build(vec![node("a", &["a"])]).is_err());
    /// ```
    ///
    /// # Errors
    ///
    /// Every problem at once.
    pub fn build(nodes: Vec<Node>) -> Result<Self, Vec<GraphProblem>> {
        let graph = Self::build_open(nodes)?;
        match graph.unmet(|_| false) {
            problems if problems.is_empty() => Ok(graph),
            problems => Err(problems),
        }
    }

    /// Builds a graph in which a revision may need one that is not there: whether that one is
    /// applied, so that only its file is gone, a ledger knows. Who has read the ledger asks
    /// [`Graph::unmet`].
    ///
    /// ```
    /// # use aludel::graph::{Graph, Node};
    /// # use aludel::revision::RevisionId;
    /// let node = Node {
    ///     id: RevisionId::new("b").expect("an id"),
    ///     name: "b".to_owned(),
    ///     parents: vec![RevisionId::new("a").expect("an id")],
    ///     depends_on: vec![],
    ///     labels: vec![],
    ///     message: None,
    /// };
    /// let graph = Graph::build_open(vec![node]).expect("whether `a` is applied is not known here");
    /// assert_eq!(graph.unmet(|id| id == "a").len(), 0);
    /// assert_eq!(graph.unmet(|_| false)[0].code(), "graph-unknown-parent");
    /// ```
    ///
    /// # Errors
    ///
    /// Every problem at once, those of [`Graph::unmet`] too if there is any other.
    pub fn build_open(nodes: Vec<Node>) -> Result<Self, Vec<GraphProblem>> {
        let mut problems = Vec::new();
        let mut graph = Self::index(nodes, &mut problems);
        graph.connect(&mut problems);
        // Cycles among the edges that do exist are told with the rest, not in a second run.
        let mut cycles = Vec::new();
        graph.sort(&mut cycles);
        if problems.is_empty() && cycles.is_empty() {
            return Ok(graph);
        }
        problems.extend(graph.unmet(|_| false));
        problems.extend(cycles);
        Err(problems)
    }

    fn index(nodes: Vec<Node>, problems: &mut Vec<GraphProblem>) -> Self {
        let mut graph = Self {
            ids: HashMap::with_capacity(nodes.len()),
            ..Self::default()
        };
        for (index, node) in nodes.iter().enumerate() {
            let ix = NodeIx::new(index);
            if let Some(first) = graph.ids.insert(node.id.clone(), ix) {
                problems.push(GraphProblem::DuplicateId {
                    id: node.id.to_string(),
                    first: nodes[first.index()].name.clone(),
                    second: node.name.clone(),
                });
            }
        }
        for (index, node) in nodes.iter().enumerate() {
            for label in &node.labels {
                let bad = |why| GraphProblem::BadLabel {
                    label: label.clone(),
                    revision: node.name.clone(),
                    why,
                };
                if let Some(why) = label_fault(label) {
                    problems.push(bad(why));
                } else if graph.ids.contains_key(label.as_str()) {
                    problems.push(bad("is the id of a revision"));
                }
                if let Some(first) = graph.labels.insert(label.clone(), NodeIx::new(index))
                    && first.index() != index
                {
                    problems.push(GraphProblem::DuplicateLabel {
                        label: label.clone(),
                        first: nodes[first.index()].name.clone(),
                        second: node.name.clone(),
                    });
                }
            }
        }
        graph.by_name = (0..nodes.len()).map(NodeIx::new).collect();
        // Nearly in order already: revisions come in the order of their ids.
        let name = |ix: &NodeIx| nodes[ix.index()].name.as_str();
        graph.by_name.sort_by(|a, b| name(a).cmp(name(b)));
        graph.nodes = nodes;
        graph
    }

    fn connect(&mut self, problems: &mut Vec<GraphProblem>) {
        let count = self.nodes.len();
        let mut parents = Edges::with_capacity(count);
        let mut dependencies = Edges::with_capacity(0);
        let mut dangling = Vec::new();
        for (index, node) in self.nodes.iter().enumerate() {
            let ix = NodeIx::new(index);
            let mut edge = |found: Option<NodeIx>, needs: &str, dependency: bool| {
                if found == Some(ix) {
                    problems.push(GraphProblem::SelfLoop {
                        revision: node.name.clone(),
                        edge: if dependency { "dependency" } else { "parent" },
                    });
                    return None;
                }
                if found.is_none() {
                    dangling.push(Dangling {
                        of: ix,
                        needs: needs.to_owned(),
                        dependency,
                    });
                }
                found
            };
            // Mostly the one before.
            let parent = |id: &RevisionId| self.ix_near(index.wrapping_sub(1), id.as_str());
            let named = node.parents.iter();
            parents.push(named.filter_map(|id| edge(parent(id), id.as_str(), false)));
            let named = node.depends_on.iter();
            dependencies.push(named.filter_map(|name| edge(self.dependency(name), name, true)));
        }
        self.children = parents.reversed();
        self.dependents = dependencies.reversed();
        self.parents = parents;
        self.dependencies = dependencies;
        self.dangling = dangling;
    }

    /// What a dependency names: an id, a label, or a directory.
    fn dependency(&self, name: &str) -> Option<NodeIx> {
        let labelled = || self.labels.get(name).copied();
        self.ix(name)
            .or_else(labelled)
            .or_else(|| self.directory(name))
    }

    /// What would be wrong with a label on a revision that is still to be written.
    pub fn new_label_fault(&self, label: &str) -> Option<&'static str> {
        let taken = || {
            self.ids
                .contains_key(label)
                .then_some("is the id of a revision")
        };
        label_fault(label).or_else(taken)
    }

    /// What would be wrong with the id of a revision that is still to be written.
    pub fn new_id_fault(&self, id: &str) -> Option<&'static str> {
        if is_word(id) {
            return Some("is a word of the target grammar");
        }
        self.has_label(id).then_some("is a label")
    }

    /// Kahn's algorithm; of what is ready the smallest id comes first, so that the order depends
    /// on the revisions alone.
    fn sort(&mut self, problems: &mut Vec<GraphProblem>) {
        let count = self.nodes.len();
        let mut waiting: Vec<usize> = (0..count)
            .map(|i| self.parents.of(i).len() + self.dependencies.of(i).len())
            .collect();
        let entry = |nodes: &[Node], i: usize| Reverse((nodes[i].id.clone(), i));
        let mut ready: BinaryHeap<_> = (0..count)
            .filter(|&i| waiting[i] == 0)
            .map(|i| entry(&self.nodes, i))
            .collect();
        while let Some(Reverse((_, i))) = ready.pop() {
            self.order.push(NodeIx::new(i));
            for &above in self.children.of(i).iter().chain(self.dependents.of(i)) {
                waiting[above.index()] -= 1;
                if waiting[above.index()] == 0 {
                    ready.push(entry(&self.nodes, above.index()));
                }
            }
        }
        self.rank = vec![0; count];
        for (rank, ix) in self.order.iter().enumerate() {
            self.rank[ix.index()] = rank;
        }
        if self.order.len() < count {
            self.report_cycles(&waiting, problems);
        }
    }

    /// Names one cycle for each group of revisions that need each other: from a revision that
    /// could not be ordered, walk to something that it waits for until a revision comes again.
    fn report_cycles(&self, waiting: &[usize], problems: &mut Vec<GraphProblem>) {
        let mut seen = vec![false; self.nodes.len()];
        for start in 0..self.nodes.len() {
            if waiting[start] == 0 || seen[start] {
                continue;
            }
            let mut path = Vec::new();
            let mut at: HashMap<usize, usize> = HashMap::new();
            let mut current = start;
            let cycle = loop {
                if let Some(&first) = at.get(&current) {
                    break Some(&path[first..]);
                }
                if seen[current] {
                    break None;
                }
                seen[current] = true;
                at.insert(current, path.len());
                path.push(current);
                let below = self.parents.of(current).iter();
                let below = below.chain(self.dependencies.of(current));
                match below.map(|n| n.index()).find(|&n| waiting[n] > 0) {
                    Some(next) => current = next,
                    None => break None,
                }
            };
            if let Some(cycle) = cycle {
                let mut revisions: Vec<_> =
                    cycle.iter().map(|&i| self.nodes[i].name.clone()).collect();
                revisions.extend(revisions.first().cloned());
                problems.push(GraphProblem::Cycle { revisions });
            }
        }
    }
}

/// What is wrong with a label, whatever else is in the graph.
fn label_fault(label: &str) -> Option<&'static str> {
    let reserved = |c: char| matches!(c, '@' | '+' | ':' | '-') || c.is_whitespace();
    if label.is_empty() || label.contains(reserved) {
        return Some("is empty or holds one of `@ + - :` or white space");
    }
    if label.contains(char::is_control) {
        return Some("holds a control character");
    }
    is_word(label).then_some("is a word of the target grammar")
}

/// What a target means by itself, whatever the revisions are.
fn is_word(name: &str) -> bool {
    matches!(name, "head" | "heads" | "base" | "current")
}
