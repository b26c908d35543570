//! What can be wrong with migrations directories and scripts.

use std::fmt;
use std::path::{Path, PathBuf};

use super::{InvalidRevisionId, Place, RevisionId, TomlProblem};

/// One thing that is wrong with the given directories. All of them are reported together.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LoadProblem {
    /// A migrations directory does not exist.
    #[error("the migrations directory `{}` does not exist", path.display())]
    MissingDirectory {
        /// The directory.
        path: PathBuf,
    },
    /// A migrations directory is a file.
    #[error("the migrations directory `{}` is not a directory", path.display())]
    NotADirectory {
        /// The file.
        path: PathBuf,
    },
    /// A directory is given twice, under one name or two.
    #[error("the migrations directory `{}` is given twice, first as `{}`", path.display(), first.display())]
    DuplicateDirectory {
        /// The directory.
        path: PathBuf,
        /// The one given before.
        first: PathBuf,
    },
    /// A directory or a `metadata.toml` cannot be read.
    #[error("cannot read `{}`: {source}", path.display())]
    Read {
        /// The directory or file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A directory's name is not UTF-8, so it has no id.
    #[error("the name of the directory `{}` is not UTF-8", path.display())]
    NameNotUtf8 {
        /// The directory.
        path: PathBuf,
    },
    /// A directory's name holds a line break or another control character.
    #[error(
        "the name of a directory in `{}` holds a control character: `{}`",
        directory.display(),
        name.escape_debug()
    )]
    NameControl {
        /// The directory that it is in.
        directory: PathBuf,
        /// The name.
        name: String,
    },
    /// A directory's name gives no valid id.
    #[error("`{}`: {source}", path.display())]
    Id {
        /// The revision's directory.
        path: PathBuf,
        /// Why.
        source: InvalidRevisionId,
    },
    /// Two directories have one id.
    #[error("the revision `{id}` is in two directories: `{}` and `{}`", first.display(), path.display())]
    DuplicateId {
        /// The id.
        id: RevisionId,
        /// The directory that was read first.
        first: PathBuf,
        /// The other one.
        path: PathBuf,
    },
    /// A link among the revisions leads nowhere.
    #[error("the link `{}` leads nowhere", path.display())]
    LeadsNowhere {
        /// The link.
        path: PathBuf,
    },
    /// A revision has no up script.
    #[error("the revision `{}` has no `up.sql`", path.display())]
    NoUpScript {
        /// The revision's directory.
        path: PathBuf,
    },
    /// A `metadata.toml` is malformed.
    #[error(transparent)]
    Metadata(#[from] TomlProblem),
}

impl LoadProblem {
    /// The stable code of this kind of problem.
    pub fn code(&self) -> &'static str {
        match self {
            Self::MissingDirectory { .. } => "revision-missing-directory",
            Self::NotADirectory { .. } => "revision-not-a-directory",
            Self::DuplicateDirectory { .. } => "revision-duplicate-directory",
            Self::Read { .. } => "revision-read",
            Self::NameNotUtf8 { .. } => "revision-name-not-utf8",
            Self::NameControl { .. } => "revision-name-control",
            Self::Id { .. } => "revision-id",
            Self::DuplicateId { .. } => "revision-duplicate-id",
            Self::LeadsNowhere { .. } => "revision-link",
            Self::NoUpScript { .. } => "revision-no-up-script",
            Self::Metadata(problem) => problem.code(),
        }
    }

    /// Where it stands, if that is a place in a file; the text begins with it.
    pub fn place(&self) -> Option<&Place> {
        match self {
            Self::Metadata(problem) => Some(problem.place()),
            _ => None,
        }
    }
}

/// Why a script cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ScriptProblem {
    /// The revision has no `up.sql`, which an override needs too.
    #[error("the revision `{}` has no `up.sql`", path.display())]
    NoUpScript {
        /// The revision's directory.
        path: PathBuf,
    },
    /// The file cannot be read.
    #[error("cannot read `{}`: {source}", path.display())]
    Read {
        /// The script.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The file is not UTF-8.
    #[error("{place}: the script is not UTF-8 (byte {offset}){}", utf16_hint(*utf16))]
    NotUtf8 {
        /// The first byte that is wrong.
        place: Place,
        /// The same, counted in bytes from zero.
        offset: usize,
        /// Whether the file begins like UTF-16.
        utf16: bool,
    },
    /// The file holds a NUL byte, which no engine takes in a script.
    #[error("{place}: the script holds a NUL byte (byte {offset})")]
    Nul {
        /// The NUL.
        place: Place,
        /// The same, counted in bytes from zero.
        offset: usize,
    },
}

impl ScriptProblem {
    /// The stable code of this kind of problem.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NoUpScript { .. } => "revision-no-up-script",
            Self::Read { .. } => "script-read",
            Self::NotUtf8 { .. } => "script-not-utf8",
            Self::Nul { .. } => "script-nul",
        }
    }

    /// The script, or the directory that should hold it.
    pub fn path(&self) -> &Path {
        match self {
            Self::NoUpScript { path } | Self::Read { path, .. } => path,
            Self::NotUtf8 { place, .. } | Self::Nul { place, .. } => &place.file,
        }
    }

    /// Where it stands, if that is a place in the script; the text begins with it.
    pub fn place(&self) -> Option<&Place> {
        match self {
            Self::NotUtf8 { place, .. } | Self::Nul { place, .. } => Some(place),
            Self::NoUpScript { .. } | Self::Read { .. } => None,
        }
    }
}

fn utf16_hint(utf16: bool) -> &'static str {
    if utf16 {
        "; it looks like UTF-16: save it as UTF-8"
    } else {
        ""
    }
}

/// Something that is not wrong and that the user should know.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Warning {
    /// A `metadata.toml` has a key that means nothing to aludel or Diesel.
    UnknownKey {
        /// Where the key stands.
        place: Place,
        /// The key.
        key: String,
        /// The nearest key that means something.
        suggestion: Option<String>,
    },
    /// A `metadata.toml` without `run_in_transaction`.
    TransactionUnsaid {
        /// The `metadata.toml`.
        file: PathBuf,
    },
}

impl Warning {
    /// The stable code of this kind of warning.
    pub fn code(&self) -> &'static str {
        match self {
            Self::UnknownKey { .. } => "metadata-unknown-key",
            Self::TransactionUnsaid { .. } => "metadata-transaction-unsaid",
        }
    }
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownKey {
                place,
                key,
                suggestion,
            } => {
                write!(f, "{place}: unknown key `{key}`")?;
                match suggestion {
                    Some(word) => write!(f, ", did you mean `{word}`?"),
                    None => Ok(()),
                }
            }
            Self::TransactionUnsaid { file } => write!(
                f,
                "`{}` has no `run_in_transaction`: Diesel reads that as false, aludel takes true",
                file.display()
            ),
        }
    }
}
