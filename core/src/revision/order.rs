//! Where Diesel's order is not an order of the graph.
//!
//! Diesel runs revisions in the string order of their ids. A child whose id sorts before a
//! parent's would be run too early by `diesel migration run`.

use super::RevisionId;

/// An edge of the graph that Diesel's order turns round.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct OrderBreak {
    /// The revision that Diesel runs too early.
    pub child: RevisionId,
    /// What it needs.
    pub parent: RevisionId,
}

/// Lists, for revisions with their parents (or parents and dependencies), where a child sorts
/// before its parent.
///
/// Parents that are not among the revisions are left out: Diesel would not run them at all.
///
/// ```
/// use aludel::revision::{RevisionId, order_breaks};
///
/// let id = |id| RevisionId::new(id).expect("valid");
/// let breaks = order_breaks(&[(id("2"), vec![]), (id("1"), vec![id("2")])]);
/// assert_eq!(breaks[0].child.as_str(), "1");
/// ```
pub fn order_breaks(revisions: &[(RevisionId, Vec<RevisionId>)]) -> Vec<OrderBreak> {
    let known: std::collections::HashSet<_> = revisions.iter().map(|(id, _)| id).collect();
    revisions
        .iter()
        .flat_map(|(child, parents)| parents.iter().map(move |parent| (child, parent)))
        .filter(|(child, parent)| parent > child && known.contains(parent))
        .map(|(child, parent)| OrderBreak {
            child: child.clone(),
            parent: parent.clone(),
        })
        .collect()
}
