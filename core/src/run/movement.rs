//! Where a run is to bring a database.

use super::decide::Intent;

/// Where a run is to bring a database. A text means [`Move::Upgrade`].
///
/// ```
/// use aludel::run::Move;
///
/// assert_eq!(Move::from("heads"), Move::upgrade("heads"));
/// assert_eq!(Move::downgrade("-1"), Move::Downgrade("-1".into()));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Move {
    /// Towards the heads: apply every unapplied ancestor and dependency of the target.
    Upgrade(String),
    /// Towards base: revert the applied descendants of the target.
    Downgrade(String),
    /// Nowhere: write the ledger as if the targets had been reached, and run no script.
    Stamp {
        /// Where the database is.
        targets: Vec<String>,
        /// Empty the ledger first.
        purge: bool,
    },
    /// Remove the rows of revisions whose files are gone.
    Forget(Vec<String>),
    /// Say of a part-way revision, which was finished or undone by hand, whether it is applied. All
    /// others stay what they are.
    Repair {
        /// The revision.
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

    /// A stamp of one target.
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
