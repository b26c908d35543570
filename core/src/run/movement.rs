//! Where a run is to bring a database.

use super::decide::Intent;

/// Where a run is to bring a database. A text means [`Move::Upgrade`].
///
/// Targets are `head`, `heads`, `base`, a revision, a label, or steps from there: see
/// [the grammar](crate::graph#targets).
///
/// ```
/// use aludel::run::Move;
///
/// // All there is, the next one, and the last one back.
/// assert_eq!(Move::from("heads"), Move::upgrade("heads"));
/// assert_eq!(Move::from("+1"), Move::Upgrade("+1".into()));
/// assert_eq!(Move::downgrade("-1"), Move::Downgrade("-1".into()));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Move {
    /// Towards the heads: apply every unapplied ancestor and dependency of the target.
    Upgrade(String),
    /// Towards base: revert the applied descendants of the target.
    Downgrade(String),
    /// Nowhere: write the ledger as if the targets had been reached, and run no script. They and all
    /// below them become applied, their descendants unapplied; other branches stay.
    Stamp {
        /// Where the database is: targets.
        targets: Vec<String>,
        /// Empty the ledger first.
        purge: bool,
    },
    /// Remove the rows of revisions whose files are gone, by their ids.
    Forget(Vec<String>),
    /// Say of a part-way revision, which was finished or undone by hand, whether it is applied. All
    /// others stay what they are.
    Repair {
        /// The revision: its id, or a target that is one revision.
        revision: String,
        /// Whether it is applied.
        applied: bool,
    },
    /// Make the ledger's tables if they are absent.
    Ensure,
}

impl Move {
    /// An upgrade to a target, such as `head`, `heads`, `+1` or a revision.
    pub fn upgrade(target: impl Into<String>) -> Self {
        Self::Upgrade(target.into())
    }

    /// A downgrade to a target, such as `base`, `-1` or a revision.
    pub fn downgrade(target: impl Into<String>) -> Self {
        Self::Downgrade(target.into())
    }

    /// A stamp of one target, such as `heads` or a revision; the rest of the ledger stays.
    pub fn stamp(target: impl Into<String>) -> Self {
        Self::Stamp {
            targets: vec![target.into()],
            purge: false,
        }
    }

    pub(super) fn intent(&self) -> Intent<'_> {
        match self {
            Self::Upgrade(target) => Intent::Upgrade(target),
            Self::Downgrade(target) => Intent::Downgrade(target),
            Self::Stamp { targets, purge } => Intent::Stamp {
                targets,
                purge: *purge,
            },
            Self::Forget(ids) => Intent::Forget(ids),
            Self::Repair { revision, applied } => Intent::Repair {
                revision,
                applied: *applied,
            },
            Self::Ensure => Intent::Ensure,
        }
    }
}

impl From<&str> for Move {
    fn from(target: &str) -> Self {
        Self::upgrade(target)
    }
}

impl From<String> for Move {
    fn from(target: String) -> Self {
        Self::Upgrade(target)
    }
}
