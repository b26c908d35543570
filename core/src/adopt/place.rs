//! Writing adopted revisions into a migrations directory.

use std::fs;
use std::path::{Path, PathBuf};

use super::{AdoptProblem, Adopted};

/// What [`place`] wrote, and what was there already.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Placed {
    /// Revision directories that were written.
    pub written: Vec<PathBuf>,
    /// Revision directories that were there already, the same.
    pub kept: Vec<PathBuf>,
}

/// Writes the revisions that are not there yet into a migrations directory, and makes that if it is
/// missing.
///
/// # Errors
///
/// If one is there with another text, and then nothing was written; or if the file system refuses,
/// and then those that were written before stay, each of them whole.
pub fn place(directory: &Path, adopted: &[Adopted]) -> Result<Placed, Vec<AdoptProblem>> {
    let mut placed = Placed::default();
    let mut problems = Vec::new();
    let mut missing = Vec::new();
    for revision in adopted {
        let path = directory.join(&revision.name);
        if !path.exists() {
            missing.push((path, revision));
        } else if is_same(&path, revision) {
            placed.kept.push(path);
        } else {
            problems.push(AdoptProblem::Differs {
                path,
                from: revision.from.clone(),
            });
        }
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    let refused = |path: &Path| {
        let path = path.to_path_buf();
        move |source| vec![AdoptProblem::Io { path, source }]
    };
    fs::create_dir_all(directory).map_err(refused(directory))?;
    for (path, revision) in missing {
        // Under a hidden name first, so that nobody sees half a revision.
        let hidden = directory.join(format!(".{}.{}.new", revision.name, std::process::id()));
        fs::create_dir(&hidden).map_err(refused(&hidden))?;
        for (name, text) in contents(revision) {
            fs::write(hidden.join(name), text).map_err(refused(&hidden))?;
        }
        fs::rename(&hidden, &path).map_err(refused(&path))?;
        placed.written.push(path);
    }
    Ok(placed)
}

fn contents(revision: &Adopted) -> Vec<(&'static str, String)> {
    let parents: Vec<_> = revision
        .parents
        .iter()
        .map(|id| format!("{id:?}"))
        .collect();
    let metadata = format!(
        "run_in_transaction = {}\ndown_revision = [{}]\n",
        revision.in_transaction,
        parents.join(", ")
    );
    let mut files = vec![("up.sql", revision.up.clone()), ("metadata.toml", metadata)];
    files.extend(revision.down.clone().map(|down| ("down.sql", down)));
    files
}

fn is_same(path: &Path, revision: &Adopted) -> bool {
    contents(revision)
        .into_iter()
        .all(|(name, text)| fs::read_to_string(path.join(name)).is_ok_and(|found| found == text))
}
