//! Why a target was refused.

/// Why a target was refused. Nothing was changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TargetError {
    /// It is not in the grammar.
    #[error("`{target}` is no target: {why}")]
    Syntax {
        /// What was given.
        target: String,
        /// What is wrong with it.
        why: &'static str,
    },
    /// No revision or label is called so.
    #[error("no revision or label `{name}`{}", hint(.near))]
    NotFound {
        /// What was looked for.
        name: String,
        /// The nearest name.
        near: Option<String>,
    },
    /// A prefix of several.
    #[error("`{prefix}` begins several names: {}", .candidates.join(", "))]
    AmbiguousPrefix {
        /// The prefix.
        prefix: String,
        /// What it begins.
        candidates: Vec<String>,
    },
    /// One head is asked for and there are several.
    #[error("there are several heads: {}; name one, or say `heads`", .heads.join(", "))]
    MultipleHeads {
        /// Their directories.
        heads: Vec<String>,
    },
    /// A revision is not on the line named before `@`.
    #[error("revision `{revision}` is not on the line of `{line}`")]
    NotInBranch {
        /// The revision's directory.
        revision: String,
        /// The label or revision.
        line: String,
    },
    /// A relative target leads out of the graph.
    #[error("`{target}` leads out of the graph")]
    OutOfRange {
        /// The target.
        target: String,
    },
    /// More steps down than revisions that are applied.
    #[error("`{target}` leads below base: {}", match .applied {
        0 => "no revision is applied".to_owned(),
        1 => "only 1 revision is applied".to_owned(),
        applied => format!("only {applied} revisions are applied"),
    })]
    BelowBase {
        /// The target.
        target: String,
        /// How many revisions are applied.
        applied: usize,
    },
    /// A directory's name begins so, but a target is no part of a name.
    #[error(
        "`{target}` begins a directory's name, and is no revision: write the id, which has no \
         hyphens, or its beginning: `{}`", .target.replace('-', "")
    )]
    NamePrefix {
        /// The target.
        target: String,
    },
    /// A relative target meets a fork.
    #[error("`{target}` meets a fork at {at}: it may be {}", .choices.join(" or "))]
    Ambiguous {
        /// The target.
        target: String,
        /// Where the fork is.
        at: String,
        /// The ways.
        choices: Vec<String>,
    },
    /// A downgrade's target is not below what is applied.
    #[error(
        "`{target}` is not applied, or nothing above it is on that line: there is nothing to revert"
    )]
    NotAncestor {
        /// The target.
        target: String,
    },
    /// What would have to be reverted, or may have to be, cannot: its file is gone.
    #[error(
        "`{target}` may lie below revisions whose files are gone, which cannot be reverted: {}",
        .gone.iter().map(|(of, needs)| format!("`{of}` stands on `{needs}`")).collect::<Vec<_>>().join(", ")
    )]
    Gone {
        /// The target.
        target: String,
        /// Directories of applied revisions, and the ids that they name and no file has.
        gone: Vec<(String, String)>,
    },
    /// Of the heads of a line one needs another.
    #[error("of the heads of `{line}`, `{upper}` needs `{lower}`: name the upper one")]
    Overlap {
        /// The label or revision before `@`.
        line: String,
        /// The head that needs the other.
        upper: String,
        /// The head that is needed.
        lower: String,
    },
    /// A range goes the wrong way.
    #[error("the range `{range}` goes the wrong way")]
    WrongWay {
        /// The range.
        range: String,
    },
    /// A merge or new revision needs a head.
    #[error("revision `{revision}` is not a head: `--splice` allows it")]
    NotAHead {
        /// The revision's directory.
        revision: String,
    },
    /// A merge of fewer than two, or of one twice.
    #[error("a merge needs two or more different heads")]
    NothingToMerge,
}

fn hint(near: &Option<String>) -> String {
    near.as_ref()
        .map_or_else(String::new, |near| format!(", did you mean `{near}`?"))
}

impl TargetError {
    /// The stable code of this kind of problem.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Syntax { .. } => "target-syntax",
            Self::NotFound { .. } => "target-not-found",
            Self::AmbiguousPrefix { .. } => "target-ambiguous-prefix",
            Self::MultipleHeads { .. } => "target-multiple-heads",
            Self::NotInBranch { .. } => "target-not-in-branch",
            Self::OutOfRange { .. } => "target-out-of-range",
            Self::BelowBase { .. } => "target-below-base",
            Self::NamePrefix { .. } => "target-name-prefix",
            Self::Ambiguous { .. } => "target-ambiguous",
            Self::NotAncestor { .. } => "target-not-ancestor",
            Self::Gone { .. } => "missing",
            Self::Overlap { .. } => "target-overlap",
            Self::WrongWay { .. } => "target-wrong-way",
            Self::NotAHead { .. } => "target-not-a-head",
            Self::NothingToMerge => "target-nothing-to-merge",
        }
    }
}
