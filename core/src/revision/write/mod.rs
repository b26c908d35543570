//! Writing new revisions.
//!
//! A revision always says its parents and that it runs in a transaction: two people who add one
//! at the same time get two heads, which is found, rather than a silent reordering; and Diesel,
//! which reads a missing `run_in_transaction` as false, agrees. Invariants: nothing is ever
//! overwritten, and a revision is there whole or not at all. The time is a parameter.
//!
//! Deliberately absent: which parents a revision should have. The graph decides that.

mod clock;
mod files;
mod slug;
#[cfg(test)]
mod tests;

use std::fs;
use std::path::{Path, PathBuf};

use super::{InvalidRevisionId, RevisionId, RevisionSet};
use clock::Civil;
pub use slug::slug;

/// Years beyond this do not sort as text.
const LAST_SECOND: i64 = 253_402_300_799;

/// What a new revision is to be.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NewRevision {
    /// What it is for: the slug is made of it.
    pub message: Option<String>,
    /// The prefix of the directory's name, instead of the time.
    pub rev_id: Option<String>,
    /// The parents; none is a root.
    pub parents: Vec<RevisionId>,
    /// What must be applied before, without being an ancestor.
    pub depends_on: Vec<String>,
    /// The labels of the line that begins here.
    pub branch_labels: Vec<String>,
    /// Whether it only joins its parents: then its scripts do nothing.
    pub merge: bool,
}

/// A revision that was written.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Written {
    /// The id.
    pub id: RevisionId,
    /// The directory's name.
    pub name: String,
    /// The directory, below the migrations directory as that was given.
    pub path: PathBuf,
    /// The files in it.
    pub files: Vec<PathBuf>,
}

/// Why a revision was not written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WriteProblem {
    /// The migrations directory does not exist.
    #[error("the migrations directory `{}` does not exist: `aludel init` makes one", path.display())]
    MissingDirectory {
        /// The directory.
        path: PathBuf,
    },
    /// The wanted prefix gives no valid id.
    #[error("cannot use `{rev_id}` as the prefix of a revision: {source}")]
    Id {
        /// The prefix.
        rev_id: String,
        /// Why.
        source: InvalidRevisionId,
    },
    /// The wanted prefix cannot begin the name of a directory.
    #[error(
        "cannot use {rev_id:?} as the prefix of a revision: it must not begin with `.` nor hold \
         `_`, `/`, `\\` or control characters"
    )]
    Prefix {
        /// The prefix.
        rev_id: String,
    },
    /// The wanted id is taken.
    #[error("the revision `{id}` is there already: `{}`", path.display())]
    Taken {
        /// The id.
        id: RevisionId,
        /// Where it is.
        path: PathBuf,
    },
    /// The time is not between the years 1970 and 9999.
    #[error("the clock shows a time that no revision can have: {seconds} seconds since 1970")]
    Time {
        /// Seconds since 1970.
        seconds: i64,
    },
    /// A file or directory cannot be written.
    #[error("cannot write `{}`: {source}", path.display())]
    Io {
        /// The file or directory.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
}

impl WriteProblem {
    /// The stable code of this kind of problem.
    pub fn code(&self) -> &'static str {
        match self {
            Self::MissingDirectory { .. } => "write-missing-directory",
            Self::Id { .. } => "write-id",
            Self::Prefix { .. } => "write-prefix",
            Self::Taken { .. } => "write-taken",
            Self::Time { .. } => "write-time",
            Self::Io { .. } => "write-io",
        }
    }
}

/// Writes a revision into `directory` and says what was written.
///
/// `existing` are the revisions whose ids are taken; `now` is the time in seconds since 1970 (UTC).
/// Without a wanted prefix the id is the first second from `now` on that no revision has and that
/// is later than the parents and dependencies, so that Diesel's order is an order of the graph.
///
/// ```
/// use aludel::revision::{RevisionSet, write};
///
/// # let temporary = tempfile::tempdir()?;
/// # let directory = temporary.path();
/// let new = write::NewRevision {
///     message: Some("Create accounts".into()),
///     ..Default::default()
/// };
/// let written = write::revision(directory, &RevisionSet::default(), &new, 1_767_608_100)?;
/// assert_eq!(written.name, "2026-01-05-101500_create_accounts");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
///
/// If the id is taken or invalid, or the file system refuses; then nothing was written.
pub fn revision(
    directory: &Path,
    existing: &RevisionSet,
    new: &NewRevision,
    now: i64,
) -> Result<Written, WriteProblem> {
    if !directory.is_dir() {
        let path = directory.to_path_buf();
        return Err(WriteProblem::MissingDirectory { path });
    }
    let _alone = locked(directory);
    let on_disk = names(directory)?;
    let taken = |id: &RevisionId| {
        existing
            .get(id.as_str())
            .map(|revision| revision.path.clone())
            .or_else(|| {
                on_disk
                    .iter()
                    .find(|name| RevisionId::of_directory(name).as_ref() == Ok(id))
                    .map(|name| directory.join(name))
            })
    };
    let created = Civil::of_epoch(now.clamp(0, LAST_SECOND));
    let (prefix, id) = match &new.rev_id {
        Some(wanted) => {
            let id = wanted_id(wanted)?;
            if let Some(path) = taken(&id) {
                return Err(WriteProblem::Taken { id, path });
            }
            (wanted.clone(), id)
        }
        None => free_time(now, &earlier(existing, new), |id| taken(id).is_some())?,
    };
    let name = format!("{prefix}_{}", slug::of_revision(new));
    files::write(directory, &name, &files::contents(new, created)).map(|files| Written {
        id,
        path: directory.join(&name),
        files,
        name,
    })
}

/// Keeps another writer out until it is dropped, so that two in one second take two ids. Where a
/// directory cannot be locked (not on Unix, some network file systems) they would take one, which
/// `check` finds.
fn locked(directory: &Path) -> Option<fs::File> {
    let handle = fs::File::open(directory).ok()?;
    handle.lock().ok()?;
    Some(handle)
}

/// The ids that a new revision must sort after.
fn earlier(existing: &RevisionSet, new: &NewRevision) -> Vec<RevisionId> {
    let dependencies = new
        .depends_on
        .iter()
        .filter_map(|name| RevisionId::of_directory(name).ok())
        .filter(|id| existing.get(id.as_str()).is_some());
    new.parents.iter().cloned().chain(dependencies).collect()
}

/// The first free second from `now` on that sorts after `earlier`. Ids that are no times are
/// passed over: nothing could be made to sort after all of them.
fn free_time(
    now: i64,
    earlier: &[RevisionId],
    taken: impl Fn(&RevisionId) -> bool,
) -> Result<(String, RevisionId), WriteProblem> {
    let after = earlier.iter().filter_map(|id| Civil::parse_id(id.as_str()));
    let mut seconds = after.map(|civil| civil.epoch() + 1).fold(now, i64::max);
    loop {
        if !(0..=LAST_SECOND).contains(&seconds) {
            return Err(WriteProblem::Time { seconds });
        }
        let prefix = Civil::of_epoch(seconds).prefix();
        let id = wanted_id(&prefix)?;
        if !taken(&id) {
            return Ok((prefix, id));
        }
        seconds += 1;
    }
}

fn wanted_id(prefix: &str) -> Result<RevisionId, WriteProblem> {
    let hidden = prefix.starts_with('.');
    if hidden || prefix.contains(|c: char| matches!(c, '_' | '/' | '\\') || c.is_control()) {
        let rev_id = prefix.to_owned();
        return Err(WriteProblem::Prefix { rev_id });
    }
    RevisionId::of_directory(prefix).map_err(|source| WriteProblem::Id {
        rev_id: prefix.to_owned(),
        source,
    })
}

/// The names in the directory: a revision may have been added since the set was read, or hidden
/// from it by a problem of its own.
fn names(directory: &Path) -> Result<Vec<String>, WriteProblem> {
    let problem = |source| WriteProblem::Io {
        path: directory.to_path_buf(),
        source,
    };
    let mut names = Vec::new();
    for entry in std::fs::read_dir(directory).map_err(problem)? {
        let name = entry.map_err(problem)?.file_name();
        names.extend(
            name.to_str()
                .filter(|n| !n.starts_with('.'))
                .map(str::to_owned),
        );
    }
    Ok(names)
}
