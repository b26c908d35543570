//! Revisions compiled into the binary with `include_dir`.

use std::collections::HashMap;
use std::io;
use std::path::Path;

use include_dir::{Dir, DirEntry};

use super::{DirectoryEntry, Source};

/// Revisions that `include_dir!` compiled into the program (cargo feature `include-dir`).
// Indexed: `include_dir`'s own look-up walks the whole tree.
#[derive(Debug)]
pub struct Embedded {
    directories: HashMap<&'static Path, &'static Dir<'static>>,
    files: HashMap<&'static Path, &'static [u8]>,
}

impl Embedded {
    /// The files below `root`.
    pub fn new(root: &'static Dir<'static>) -> Self {
        let mut embedded = Self {
            directories: HashMap::from([(Path::new(""), root)]),
            files: HashMap::new(),
        };
        // Paths of entries count from the directory given to the macro, not from a part of it.
        embedded.index(root, root.path());
        embedded
    }

    fn index(&mut self, directory: &'static Dir<'static>, root: &Path) {
        let below = |path: &'static Path| path.strip_prefix(root).unwrap_or(path);
        for entry in directory.entries() {
            match entry {
                DirEntry::Dir(inner) => {
                    self.directories.insert(below(inner.path()), inner);
                    self.index(inner, root);
                }
                DirEntry::File(file) => {
                    self.files.insert(below(file.path()), file.contents());
                }
            }
        }
    }
}

impl Source for Embedded {
    fn root(&self) -> &Path {
        Path::new("(embedded)")
    }

    fn list(&self, directory: &Path) -> io::Result<Vec<DirectoryEntry>> {
        let directory = self
            .directories
            .get(directory)
            .ok_or(io::ErrorKind::NotFound)?;
        Ok(directory
            .entries()
            .iter()
            .map(|entry| DirectoryEntry {
                name: entry.path().file_name().unwrap_or_default().to_owned(),
                is_directory: matches!(entry, DirEntry::Dir(_)),
            })
            .collect())
    }

    fn has_file(&self, file: &Path) -> io::Result<bool> {
        Ok(self.files.contains_key(file))
    }

    fn read(&self, file: &Path) -> io::Result<Option<Vec<u8>>> {
        Ok(self.files.get(file).map(|bytes| bytes.to_vec()))
    }
}
