//! Finding the revisions of sources and reading their metadata.
//!
//! Every command begins here, so each revision costs one look at `up.sql` and one open of
//! `metadata.toml`; its directory is not listed, unless a recursive search goes through it. Large
//! directories are read by several threads, whose findings are put together in the order of the
//! names, so that the outcome is the same.

use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::source::DirectoryEntry;
use super::{
    LoadProblem, Metadata, Place, Revision, RevisionId, RevisionSet, Source, TomlProblem, Warning,
};
use crate::threads::share_out;

/// From how many subdirectories on threads are worth their start.
const MANY: usize = 1_000;

/// Reads all sources; `problems` are those found before.
pub(super) fn load(
    sources: Vec<(usize, Arc<dyn Source>)>,
    recursive: bool,
    problems: Vec<LoadProblem>,
) -> Result<RevisionSet, Vec<LoadProblem>> {
    let mut loader = Loader::new(recursive);
    loader.problems = problems;
    for (index, source) in &sources {
        loader.search(*index, source.as_ref(), Path::new(""));
    }
    loader.finish(sources.into_iter().map(|(_, source)| source).collect())
}

struct Loader {
    recursive: bool,
    problems: Vec<LoadProblem>,
    warnings: Vec<Warning>,
    found: Vec<Revision>,
    /// The last file that was read, and what it says, if it says nothing odd. The files of a
    /// project are alike: thousands of revisions cost one parse.
    last: Option<(Vec<u8>, Arc<Metadata>)>,
    /// What a file that is not there says.
    none: Arc<Metadata>,
}

impl Loader {
    fn new(recursive: bool) -> Self {
        Self {
            recursive,
            problems: Vec::new(),
            warnings: Vec::new(),
            found: Vec::new(),
            last: None,
            none: Arc::default(),
        }
    }

    /// Takes every visible subdirectory for a revision, and gives those that belong together
    /// their implicit parents.
    fn search(&mut self, index: usize, source: &dyn Source, directory: &Path) {
        let entries = match source.list(directory) {
            Ok(entries) => entries,
            Err(error) => return self.unreadable(source, directory, error),
        };
        let mut names: Vec<_> = entries
            .into_iter()
            .filter(|entry| entry.is_directory)
            .map(|entry| entry.name)
            .filter(|name| !name.as_encoded_bytes().starts_with(b"."))
            .collect();
        names.sort_unstable();
        let mut here = if names.len() < MANY {
            self.revisions(index, source, directory, &names)
        } else {
            self.revisions_by_threads(index, source, directory, &names)
        };
        imply_parents(&mut here);
        if self.found.is_empty() {
            self.found = here;
        } else {
            self.found.append(&mut here);
        }
    }

    /// The revisions among some subdirectories of one directory.
    fn revisions(
        &mut self,
        index: usize,
        source: &dyn Source,
        directory: &Path,
        names: &[OsString],
    ) -> Vec<Revision> {
        let mut here = Vec::with_capacity(names.len());
        // One path for all of them: each is named, looked into and left.
        let mut relative = directory.to_path_buf();
        for name in names {
            relative.push(name);
            match name.to_str() {
                // It would end the comment that names the revision in a printed script, and its
                // rest would run there.
                Some(name) if name.contains(char::is_control) => {
                    self.problems.push(LoadProblem::NameControl {
                        directory: source.root().join(directory),
                        name: name.to_owned(),
                    });
                }
                Some(name) => here.extend(self.revision(index, source, name, &mut relative)),
                None => self.problems.push(LoadProblem::NameNotUtf8 {
                    path: source.root().join(&relative),
                }),
            }
            relative.pop();
        }
        here
    }

    /// The same, the names shared out to threads.
    fn revisions_by_threads(
        &mut self,
        index: usize,
        source: &dyn Source,
        directory: &Path,
        names: &[OsString],
    ) -> Vec<Revision> {
        let recursive = self.recursive;
        let read = share_out(names, MANY, |names| {
            let mut loader = Self::new(recursive);
            let here = loader.revisions(index, source, directory, names);
            (loader, here)
        });
        let mut all = Vec::with_capacity(names.len());
        for (loader, here) in read {
            self.problems.extend(loader.problems);
            self.warnings.extend(loader.warnings);
            self.found.extend(loader.found);
            all.extend(here);
        }
        all
    }

    /// Reads one directory: a revision, or in a recursive search perhaps a directory of them.
    fn revision(
        &mut self,
        index: usize,
        source: &dyn Source,
        name: &str,
        relative: &mut PathBuf,
    ) -> Option<Revision> {
        let up = self.within(source, relative, "up.sql", |file| source.has_file(file))?;
        let metadata = self.within(source, relative, "metadata.toml", |file| source.read(file))?;
        let path = source.root().join(&relative);
        if !up {
            let entries = match source.list(relative) {
                Ok(entries) => entries,
                Err(error) if error.kind() == io::ErrorKind::NotFound => {
                    self.problems.push(LoadProblem::LeadsNowhere { path });
                    return None;
                }
                Err(error) => {
                    self.unreadable(source, relative, error);
                    return None;
                }
            };
            if self.recursive && metadata.is_none() && !holds_scripts(&entries) {
                self.search(index, source, relative);
                return None;
            }
            self.problems
                .push(LoadProblem::NoUpScript { path: path.clone() });
        }
        let id = RevisionId::of_directory(name).map_err(|source| {
            let path = path.clone();
            self.problems.push(LoadProblem::Id { path, source });
        });
        let metadata = match metadata {
            Some(bytes) => self.metadata(&path, bytes)?,
            None => self.none.clone(),
        };
        let parents = metadata.parents();
        Some(Revision {
            id: id.ok()?,
            name: name.to_owned(),
            path,
            directory: index,
            explicit_parents: parents.is_some(),
            parents: parents.unwrap_or_default(),
            metadata,
        })
    }

    /// Asks about a file of a directory.
    fn within<T>(
        &mut self,
        source: &dyn Source,
        directory: &mut PathBuf,
        file: &str,
        ask: impl FnOnce(&Path) -> io::Result<T>,
    ) -> Option<T> {
        directory.push(file);
        let answer = ask(directory).map_err(|error| self.unreadable(source, directory, error));
        directory.pop();
        answer.ok()
    }

    fn metadata(&mut self, directory: &Path, bytes: Vec<u8>) -> Option<Arc<Metadata>> {
        if let Some((last, metadata)) = &self.last
            && *last == bytes
        {
            return Some(metadata.clone());
        }
        let file = &directory.join("metadata.toml");
        let parsed = match std::str::from_utf8(&bytes) {
            Ok(text) => Metadata::parse(file, text),
            Err(error) => {
                let valid = String::from_utf8_lossy(&bytes[..error.valid_up_to()]);
                Err(vec![LoadProblem::Metadata(TomlProblem::Syntax {
                    place: Place::of_offset(file, &valid, valid.len()),
                    message: "the file is not UTF-8".into(),
                })])
            }
        };
        match parsed {
            Ok((metadata, warnings)) => {
                let metadata = Arc::new(metadata);
                // Warnings name their file, so such a text is read each time.
                self.last = warnings.is_empty().then(|| (bytes, metadata.clone()));
                self.warnings.extend(warnings);
                Some(metadata)
            }
            Err(problems) => {
                self.problems.extend(problems);
                None
            }
        }
    }

    fn unreadable(&mut self, source: &dyn Source, path: &Path, error: io::Error) {
        self.problems.push(LoadProblem::Read {
            path: source.root().join(path),
            source: error,
        });
    }

    /// Orders by id, refuses an id that is there twice, and hands over what was found.
    fn finish(mut self, sources: Vec<Arc<dyn Source>>) -> Result<RevisionSet, Vec<LoadProblem>> {
        self.found.sort_unstable_by(|a, b| {
            (&a.id, a.directory, &a.path).cmp(&(&b.id, b.directory, &b.path))
        });
        for alike in self.found.chunk_by(|a, b| a.id == b.id) {
            for again in &alike[1..] {
                self.problems.push(LoadProblem::DuplicateId {
                    id: again.id.clone(),
                    first: alike[0].path.clone(),
                    path: again.path.clone(),
                });
            }
        }
        if !self.problems.is_empty() {
            return Err(self.problems);
        }
        Ok(RevisionSet {
            sources,
            revisions: self.found,
            warnings: self.warnings,
        })
    }
}

/// Whether a directory without an `up.sql` was meant as a revision all the same.
fn holds_scripts(entries: &[DirectoryEntry]) -> bool {
    entries.iter().any(|entry| {
        let name = entry.name.to_string_lossy();
        let script = name.starts_with("up.") || name.starts_with("down.");
        !entry.is_directory && script && name.ends_with(".sql")
    })
}

/// Gives each revision of one directory that does not name its parents the one before, in
/// Diesel's order.
fn imply_parents(revisions: &mut [Revision]) {
    let mut implicit: Vec<&mut Revision> = revisions
        .iter_mut()
        .filter(|revision| !revision.explicit_parents)
        .collect();
    implicit.sort_by(|a, b| a.id.cmp(&b.id));
    let mut previous: Option<RevisionId> = None;
    for revision in implicit {
        revision.parents = previous.replace(revision.id.clone()).into_iter().collect();
    }
}
