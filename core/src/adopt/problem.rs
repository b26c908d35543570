//! Why something cannot be taken over.

use std::path::PathBuf;

use super::Tool;

/// Why something cannot be taken over. Nothing was written, unless [`place`](super::place) met an
/// [`AdoptProblem::Io`] on the way.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AdoptProblem {
    /// No such tool is known.
    #[error("`{name}` is no tool that can be taken over (known: {})", names())]
    UnknownTool {
        /// What was asked for.
        name: String,
    },
    /// A file or directory cannot be read or written.
    #[error("cannot read or write `{}`: {source}", path.display())]
    Io {
        /// The file or directory.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// No migration of the tool's is there.
    #[error("`{}` holds no migration of {}", path.display(), tool.name())]
    Nothing {
        /// The directory or file that was read.
        path: PathBuf,
        /// The tool.
        tool: Tool,
    },
    /// A file has no form that a script could take.
    #[error("`{}` cannot be taken over: {why}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        why: &'static str,
    },
    /// Two files are one revision.
    #[error("`{}` and `{}` have the same version", path.display(), first.display())]
    Duplicate {
        /// The second file.
        path: PathBuf,
        /// The first.
        first: PathBuf,
    },
    /// A revision of that id is there with another text.
    #[error("the revision `{}` is there already, and not what {} would make", path.display(), from.display())]
    Differs {
        /// The revision's directory.
        path: PathBuf,
        /// What it would be made of.
        from: PathBuf,
    },
}

impl AdoptProblem {
    /// The stable code of this kind of problem.
    pub fn code(&self) -> &'static str {
        match self {
            Self::UnknownTool { .. } => "adopt-unknown-tool",
            Self::Io { .. } => "adopt-io",
            Self::Nothing { .. } => "adopt-nothing",
            Self::File { .. } => "adopt-file",
            Self::Duplicate { .. } => "adopt-duplicate",
            Self::Differs { .. } => "adopt-differs",
        }
    }
}

fn names() -> String {
    Tool::ALL.map(Tool::name).join(", ")
}
