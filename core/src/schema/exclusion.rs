//! Exclusion constraints of PostgreSQL's, taken apart, and what a row has to be asked for one.

use super::{Expr, Query, TriggerStep};

/// What `EXCLUDE` says, as far as targets have a form of it: no two rows for which the filter holds may
/// have expressions of which every pair is as the operator says.
#[derive(Debug, Clone, PartialEq)]
pub struct Exclusion {
    /// The expressions, each with its operator.
    pub elements: Vec<(Expr, Excludes)>,
    /// `WHERE`.
    pub filter: Option<Expr>,
}

/// How two values of an expression stand to each other where their rows exclude each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Excludes {
    /// `=`.
    Equal,
    /// `<>`.
    Other,
    /// `&&`.
    Overlapping,
}

impl Exclusion {
    /// Whether it says no more than that rows are unique.
    #[must_use]
    pub fn is_of_equals(&self) -> bool {
        let mut elements = self.elements.iter();
        elements.all(|(_, how)| *how == Excludes::Equal)
    }

    /// Whether it names a column.
    #[must_use]
    pub fn names_column(&self, column: &str) -> bool {
        let elements = self.elements.iter().map(|(expr, _)| expr);
        elements
            .chain(&self.filter)
            .any(|expr| expr.names_column(column))
    }
}

/// A constraint that a trigger stands for, on engines that have none of its kind.
#[derive(Debug, Clone, PartialEq)]
pub struct RowConstraint {
    /// What is asked of a row that is inserted or has changed: errors are raised.
    pub steps: Vec<TriggerStep>,
    /// The rows that do not obey; none where there are no rows yet.
    pub violations: Option<Box<Query>>,
    /// What is said of them.
    pub message: String,
    /// PostgreSQL asks at the end of the transaction, or may.
    pub deferrable: bool,
}
