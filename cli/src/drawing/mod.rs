//! The graph of revisions as a drawing: one model, and a writer for each syntax.
//!
//! # Invariants
//!
//! - Every writer is linear in revisions and edges (a lane is found in logarithmic time).
//! - Nothing that a file says reaches an output unescaped, and control characters reach none.
//! - Colour carries nothing: a head says so and has a form of its own, a dependency is dashed.
//! - An output is whole: it asks no network for a script, a style or a font.
//!
//! Deliberately absent: what is applied. A drawing is of files alone.

mod dot;
mod html;
mod lanes;
mod mermaid;
mod svg;

#[cfg(test)]
mod tests;

use aludel::graph::{Graph, NodeIx};

use crate::present::printable;

/// A language that drawings are written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Syntax {
    Svg,
    Html,
    Mermaid,
    Dot,
}

impl Syntax {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Svg => "svg",
            Self::Html => "html",
            Self::Mermaid => "mermaid",
            Self::Dot => "dot",
        }
    }
}

/// One database's revisions.
pub(crate) struct Picture {
    /// The database's name.
    title: String,
    /// The newest first: everything stands above what it needs.
    marks: Vec<Mark>,
}

/// One revision, in words that hold no control characters.
struct Mark {
    name: String,
    labels: Vec<String>,
    message: Option<String>,
    head: bool,
    /// Places of its parents.
    parents: Vec<usize>,
    /// Places of what it depends on.
    needs: Vec<usize>,
}

impl Mark {
    /// The name, its labels and what there is to say about it, in one line.
    fn heading(&self) -> String {
        let mut line = self.name.clone();
        for label in &self.labels {
            line.push_str(&format!(" [{label}]"));
        }
        line.push_str(self.remark());
        line
    }

    fn remark(&self) -> &'static str {
        if self.head { " (head)" } else { "" }
    }
}

impl Picture {
    pub(crate) fn new(title: &str, graph: &Graph) -> Self {
        let order = graph.topological();
        let last = order.len().saturating_sub(1);
        let mut places = vec![0; graph.len()];
        for (rank, ix) in order.iter().enumerate() {
            places[ix.index()] = last - rank;
        }
        let all =
            |ixs: &[NodeIx]| -> Vec<usize> { ixs.iter().map(|ix| places[ix.index()]).collect() };
        let marks = order.iter().rev().map(|&ix| {
            let node = graph.node(ix);
            Mark {
                name: printable(&node.name),
                labels: node.labels.iter().map(|label| printable(label)).collect(),
                message: node.message.as_deref().map(printable),
                head: graph.children(ix).is_empty(),
                parents: all(graph.parents(ix)),
                needs: all(graph.dependencies(ix)),
            }
        });
        Self {
            title: printable(title),
            marks: marks.collect(),
        }
    }

    /// `7 revisions, 1 head`.
    fn summary(&self) -> String {
        let revisions = self.marks.len();
        let heads = self.marks.iter().filter(|mark| mark.head).count();
        let count = crate::present::count;
        format!("{}, {}", count(revisions, "revision"), count(heads, "head"))
    }
}

/// The drawing of all databases, as one document.
pub(crate) fn draw(pictures: &[Picture], syntax: Syntax) -> String {
    match syntax {
        Syntax::Svg => svg::document(pictures),
        Syntax::Html => html::page(pictures),
        Syntax::Mermaid => mermaid::text(pictures),
        Syntax::Dot => dot::text(pictures),
    }
}

/// A text in XML and HTML, also between quotes.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            // No characters, by XML.
            '\u{FFFE}' | '\u{FFFF}' => escaped.push('\u{FFFD}'),
            c => escaped.push(c),
        }
    }
    escaped
}
