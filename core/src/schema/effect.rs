//! What a change did to a schema: before and after, so that whoever renders it for another
//! engine need not know the rules by which it came about.

use std::sync::Arc;

use super::{EnumType, Expr, Ident, Sequence, Table, Trigger, View};

/// One thing that a change made, altered or took away.
///
/// What goes along (constraints of a dropped column, sequences of a dropped table, foreign keys of a
/// table dropped with CASCADE) is an effect of its own, in an order in which it may be carried out.
#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    /// A table.
    Table(TableEffect),
    /// An enum.
    Enum {
        /// Before the change.
        before: Option<EnumType>,
        /// After it.
        after: Option<EnumType>,
        /// A member's old and new name.
        renamed: Option<(String, String)>,
    },
    /// A sequence.
    Sequence {
        /// Before the change.
        before: Option<Box<Sequence>>,
        /// After it.
        after: Option<Box<Sequence>>,
        /// `RESTART [WITH n]`.
        restart: Option<Option<i64>>,
    },
    /// A view.
    View {
        /// Before the change.
        before: Option<Box<View>>,
        /// After it.
        after: Option<Box<View>>,
    },
    /// A trigger. One whose table alone is another goes along with that.
    Trigger {
        /// Before the change.
        before: Option<Trigger>,
        /// After it.
        after: Option<Trigger>,
    },
}

/// What happened to one table.
#[derive(Debug, Clone, PartialEq)]
pub struct TableEffect {
    /// Before the change; `None`: it is new.
    pub before: Option<Arc<Table>>,
    /// After it; `None`: it is gone.
    pub after: Option<Arc<Table>>,
    /// Columns that were renamed: before and after.
    pub renamed: Vec<(Ident, Ident)>,
    /// Columns of `before` that were dropped, also if `after` has a new one of the same name.
    pub dropped: Vec<Ident>,
    /// How the rows' values are converted (`ALTER … TYPE … USING`), by the column's name after
    /// the change; the expression names columns as before.
    pub using: Vec<(Ident, Expr)>,
}

/// Why a change could not be replayed: the engine would refuse it too, or the model does not
/// know enough.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct ReplayProblem {
    /// A stable code: `unknown-table`, `duplicate-column` …
    pub code: &'static str,
    /// What is wrong, in lower case.
    pub message: String,
}
