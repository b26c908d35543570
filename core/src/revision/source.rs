//! Where revisions are read from: a directory, or files in the binary.
//!
//! A source only lists and reads. What a revision is, which script is chosen and how it is
//! checked is decided above it, once for all sources.

use std::ffi::OsString;
use std::fmt;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use super::Program;

/// One entry of a directory of a [`Source`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DirectoryEntry {
    /// The name, without the directory's.
    pub name: OsString,
    /// Whether it is a directory, links followed; also a link that leads nowhere.
    pub is_directory: bool,
}

/// Where revisions are read from: a tree of revision directories. Paths are relative to its root;
/// the root itself is the empty path.
pub trait Source: fmt::Debug + Send + Sync {
    /// The root as it is shown to users.
    fn root(&self) -> &Path;

    /// The entries of a directory, in any order.
    ///
    /// # Errors
    ///
    /// If it cannot be listed.
    fn list(&self, directory: &Path) -> io::Result<Vec<DirectoryEntry>>;

    /// Whether a file is there.
    ///
    /// # Errors
    ///
    /// If no one can say.
    fn has_file(&self, file: &Path) -> io::Result<bool>;

    /// The bytes of a file, or none if it is not there.
    ///
    /// # Errors
    ///
    /// If it is there and cannot be read.
    fn read(&self, file: &Path) -> io::Result<Option<Vec<u8>>>;

    /// What a revision runs in place of its scripts, where it is written in Rust.
    fn program(&self, revision: &Path) -> Option<Program> {
        let _ = revision;
        None
    }
}

/// A migrations directory of the file system.
#[derive(Debug, Clone)]
pub struct Directory {
    root: PathBuf,
}

impl Directory {
    /// The directory at `root`, which is shown to users as it is given.
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }
}

/// A link to what is not there is not as if there were no file: without the file that it was to
/// bring, something else would run.
fn leads_nowhere(error: io::Error) -> io::Error {
    match error.kind() {
        io::ErrorKind::NotFound => io::Error::other("it is a link that leads nowhere"),
        _ => error,
    }
}

impl Source for Directory {
    fn root(&self) -> &Path {
        &self.root
    }

    fn list(&self, directory: &Path) -> io::Result<Vec<DirectoryEntry>> {
        fs::read_dir(self.root.join(directory))?
            .map(|entry| {
                let entry = entry?;
                let kind = entry.file_type()?;
                let is_directory = if kind.is_symlink() {
                    // A link that leads nowhere may have been a revision: it is not passed over.
                    fs::metadata(entry.path()).map_or(true, |target| target.is_dir())
                } else {
                    kind.is_dir()
                };
                Ok(DirectoryEntry {
                    name: entry.file_name(),
                    is_directory,
                })
            })
            .collect()
    }

    fn has_file(&self, file: &Path) -> io::Result<bool> {
        let file = self.root.join(file);
        // One question where there is no link, whether the file is there or not.
        let found = match fs::symlink_metadata(&file) {
            Ok(metadata) if metadata.is_symlink() => fs::metadata(&file).map_err(leads_nowhere)?,
            Ok(metadata) => metadata,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
            Err(error) => return Err(error),
        };
        if found.is_file() {
            Ok(true)
        } else {
            Err(io::Error::other("it is not a file"))
        }
    }

    fn read(&self, file: &Path) -> io::Result<Option<Vec<u8>>> {
        match contents(&self.root.join(file)) {
            Ok(bytes) => Ok(Some(bytes)),
            // Absent, or a link that leads nowhere.
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                self.has_file(file).map(|_| None)
            }
            Err(error) => Err(error),
        }
    }
}

/// Files of this size and below, in bytes, are read without asking for it. A `metadata.toml` is,
/// and asking takes as long as reading one.
const SMALL: usize = 512;

fn contents(path: &Path) -> io::Result<Vec<u8>> {
    let mut file = File::open(path)?;
    let mut bytes = Vec::with_capacity(SMALL);
    file.by_ref().take(SMALL as u64).read_to_end(&mut bytes)?;
    if bytes.len() == SMALL {
        file.read_to_end(&mut bytes)?;
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_read_whole_whatever_its_size() {
        let directory = tempfile::tempdir().expect("a directory");
        let source = Directory::new(directory.path());
        for size in [0, 1, SMALL - 1, SMALL, SMALL + 1, 100_000] {
            let bytes = vec![b'x'; size];
            fs::write(directory.path().join("file"), &bytes).expect("written");
            assert_eq!(source.read(Path::new("file")).expect("read"), Some(bytes));
        }
        assert_eq!(source.read(Path::new("other")).expect("asked"), None);
    }
}
