//! Everything that can be wrong with a graph.

/// Something wrong with a graph.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum GraphProblem {
    /// Two revisions have one id.
    #[error("revisions `{first}` and `{second}` have the same id `{id}`")]
    DuplicateId {
        /// The id.
        id: String,
        /// One directory.
        first: String,
        /// The other.
        second: String,
    },
    /// A parent that no revision is.
    #[error("revision `{revision}` names the parent `{parent}`, which does not exist")]
    UnknownParent {
        /// The revision's directory.
        revision: String,
        /// The parent's id.
        parent: String,
    },
    /// A dependency that no revision or label is.
    #[error("revision `{revision}` depends on `{dependency}`, which does not exist")]
    UnknownDependency {
        /// The revision's directory.
        revision: String,
        /// What it names.
        dependency: String,
    },
    /// A revision that needs itself.
    #[error("revision `{revision}` is its own {edge}")]
    SelfLoop {
        /// The revision's directory.
        revision: String,
        /// `parent` or `dependency`.
        edge: &'static str,
    },
    /// A label that two revisions bear.
    #[error("the label `{label}` stands on `{first}` and on `{second}`")]
    DuplicateLabel {
        /// The label.
        label: String,
        /// One directory.
        first: String,
        /// The other.
        second: String,
    },
    /// A label that a target could not tell from something else.
    #[error("the label `{}` of `{revision}` {why}", .label.escape_debug())]
    BadLabel {
        /// The label.
        label: String,
        /// The revision's directory.
        revision: String,
        /// What is wrong with it.
        why: &'static str,
    },
    /// Revisions that need each other.
    #[error("these revisions need each other: {}", .revisions.join(" -> "))]
    Cycle {
        /// Directory names along the cycle, the first again at the end.
        revisions: Vec<String>,
    },
}

/// What a revision's metadata says that makes a problem: where a reader has to look.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Mention {
    /// The revision's directory.
    pub revision: String,
    /// The keys that may hold it, the likelier first.
    pub keys: &'static [&'static str],
    /// What they hold: an id, a label.
    pub value: String,
}

impl GraphProblem {
    /// The stable code of this kind of problem.
    pub fn code(&self) -> &'static str {
        match self {
            Self::DuplicateId { .. } => "graph-duplicate-id",
            Self::UnknownParent { .. } => "graph-unknown-parent",
            Self::UnknownDependency { .. } => "graph-unknown-dependency",
            Self::SelfLoop { .. } => "graph-self-loop",
            Self::DuplicateLabel { .. } => "graph-duplicate-label",
            Self::BadLabel { .. } => "graph-bad-label",
            Self::Cycle { .. } => "graph-cycle",
        }
    }

    /// What the author can do about it.
    pub fn help(&self) -> String {
        match self {
            Self::DuplicateId { .. } => "give one of the directories another prefix".into(),
            Self::UnknownParent { .. } => {
                "name a revision that is there, or bring the missing directory back; `down_revision = []` makes a root".into()
            }
            Self::UnknownDependency { .. } => {
                "name a revision or a label that is there, or bring the missing directory back".into()
            }
            Self::SelfLoop { .. } => "remove the revision from its own list".into(),
            Self::DuplicateLabel { .. } => "a label stands on one revision: remove or rename one of the two".into(),
            Self::BadLabel { .. } => "choose another label: a target such as `label@head` must be readable".into(),
            Self::Cycle { .. } => "one of these revisions must not name the next: remove it from that list".into(),
        }
    }

    /// Where the problem comes from, the place to look at first at the beginning.
    pub fn mentions(&self) -> Vec<Mention> {
        const PARENTS: &[&str] = &["down_revision"];
        const DEPENDENCIES: &[&str] = &["depends_on"];
        const LABELS: &[&str] = &["branch_labels"];
        let mention = |revision: &str, keys, value: &str| Mention {
            revision: revision.to_owned(),
            keys,
            value: value.to_owned(),
        };
        match self {
            Self::DuplicateId { .. } => Vec::new(),
            Self::UnknownParent { revision, parent } => vec![mention(revision, PARENTS, parent)],
            Self::UnknownDependency {
                revision,
                dependency,
            } => vec![mention(revision, DEPENDENCIES, dependency)],
            Self::SelfLoop { revision, edge } => {
                let keys = if *edge == "parent" {
                    PARENTS
                } else {
                    DEPENDENCIES
                };
                vec![mention(revision, keys, revision)]
            }
            Self::DuplicateLabel {
                label,
                first,
                second,
            } => vec![
                mention(second, LABELS, label),
                mention(first, LABELS, label),
            ],
            Self::BadLabel {
                label, revision, ..
            } => vec![mention(revision, LABELS, label)],
            Self::Cycle { revisions } => revisions
                .windows(2)
                .map(|edge| mention(&edge[0], &["down_revision", "depends_on"], &edge[1]))
                .collect(),
        }
    }
}
