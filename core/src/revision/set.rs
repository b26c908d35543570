//! The revisions of one database, as they were found.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::load::load;
use super::script::{Listing, Override};
use super::{
    Direction, Directory, LoadProblem, Metadata, Program, RevisionId, ScriptFile, ScriptProblem,
    Source, Warning, script,
};

/// One revision: its id, where it is and what it says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Revision {
    /// The id, as the ledger holds it.
    pub id: RevisionId,
    /// The directory's name.
    pub name: String,
    /// The directory as shown to users: below the migrations directory as that was given.
    pub path: PathBuf,
    /// Which of the given migrations directories it is in.
    pub directory: usize,
    /// What its `metadata.toml` says; revisions whose files are equal share it.
    pub metadata: Arc<Metadata>,
    /// The parents, as the metadata gives them or as the directory's order implies.
    pub parents: Vec<RevisionId>,
    /// Whether the metadata gives the parents.
    pub explicit_parents: bool,
}

impl Revision {
    /// The `metadata.toml` as shown to users, whether it is there or not.
    pub fn metadata_path(&self) -> PathBuf {
        self.path.join("metadata.toml")
    }

    /// The directory relative to the root of its source.
    pub(super) fn relative(&self, source: &dyn Source) -> &Path {
        // It was joined to that root.
        self.path.strip_prefix(source.root()).unwrap_or(&self.path)
    }
}

/// The revisions of one or more sources, ordered by id, each id once.
#[derive(Debug, Clone, Default)]
pub struct RevisionSet {
    pub(super) sources: Vec<Arc<dyn Source>>,
    /// Ordered by id, each id once.
    pub(super) revisions: Vec<Revision>,
    pub(super) warnings: Vec<Warning>,
}

impl RevisionSet {
    /// Reads migrations directories: the names and the metadata, not the scripts. With
    /// `recursive`, a directory without `up.sql` and `metadata.toml` is searched below.
    ///
    /// ```
    /// use aludel::revision::{Direction, RevisionSet};
    ///
    /// # let directory = tempfile::tempdir()?;
    /// # let migrations = directory.path().to_path_buf();
    /// std::fs::create_dir(migrations.join("2026-01-05-101500_accounts"))?;
    /// std::fs::write(migrations.join("2026-01-05-101500_accounts/up.sql"), "SELECT 1;")?;
    /// let set = RevisionSet::load(&[migrations], false).expect("a revision");
    /// let revision = set.get("20260105101500").expect("found");
    /// let up = set.script(revision, Direction::Up, &["sqlite"])?.expect("an up script");
    /// assert_eq!(up.text, "SELECT 1;");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Every problem of every directory at once.
    pub fn load(directories: &[PathBuf], recursive: bool) -> Result<Self, Vec<LoadProblem>> {
        let mut problems = Vec::new();
        let mut real: HashMap<PathBuf, &Path> = HashMap::new();
        let mut sources: Vec<(usize, Arc<dyn Source>)> = Vec::new();
        for (index, path) in directories.iter().enumerate() {
            let given = path.clone();
            match std::fs::canonicalize(path) {
                Ok(canonical) => {
                    if let Some(first) = real.get(&canonical) {
                        problems.push(LoadProblem::DuplicateDirectory {
                            path: given,
                            first: first.to_path_buf(),
                        });
                    } else if canonical.is_dir() {
                        real.insert(canonical, path);
                        sources.push((index, Arc::new(Directory::new(given))));
                    } else {
                        problems.push(LoadProblem::NotADirectory { path: given });
                    }
                }
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                    problems.push(LoadProblem::MissingDirectory { path: given });
                }
                Err(source) => problems.push(LoadProblem::Read {
                    path: given,
                    source,
                }),
            }
        }
        load(sources, recursive, problems)
    }

    /// Reads revisions from any sources, as [`RevisionSet::load`] reads them from directories.
    ///
    /// # Errors
    ///
    /// Every problem of every source at once.
    pub fn from_sources(
        sources: Vec<Arc<dyn Source>>,
        recursive: bool,
    ) -> Result<Self, Vec<LoadProblem>> {
        load(
            sources.into_iter().enumerate().collect(),
            recursive,
            Vec::new(),
        )
    }

    /// Reads revisions that `include_dir!` compiled into the binary.
    ///
    /// # Errors
    ///
    /// Every problem at once.
    #[cfg(feature = "include-dir")]
    pub fn embedded(
        directory: &'static include_dir::Dir<'static>,
    ) -> Result<Self, Vec<LoadProblem>> {
        Self::from_sources(
            vec![Arc::new(super::embedded::Embedded::new(directory))],
            false,
        )
    }

    /// The revisions, ordered by id.
    pub fn revisions(&self) -> &[Revision] {
        &self.revisions
    }

    /// The revisions as nodes of a graph.
    pub fn nodes(&self) -> Vec<crate::graph::Node> {
        let node = |revision: &Revision| crate::graph::Node {
            id: revision.id.clone(),
            name: revision.name.clone(),
            parents: revision.parents.clone(),
            depends_on: revision.metadata.depends_on.clone(),
            labels: revision.metadata.branch_labels.clone(),
            message: revision.metadata.message.clone(),
        };
        self.revisions.iter().map(node).collect()
    }

    /// The revision with an id.
    pub fn get(&self, id: &str) -> Option<&Revision> {
        let place = |revision: &Revision| revision.id.as_str().cmp(id);
        let found = self.revisions.binary_search_by(place).ok()?;
        self.revisions.get(found)
    }

    /// What is not wrong and the user should know.
    pub fn warnings(&self) -> &[Warning] {
        &self.warnings
    }

    /// What a revision runs in place of its scripts, where it is written in Rust.
    pub fn program(&self, revision: &Revision) -> Option<Program> {
        let source = self.sources.get(revision.directory)?;
        source.program(revision.relative(source.as_ref()))
    }

    /// What a revision's directory holds, for the questions about it that follow.
    pub(crate) fn listing(&self, revision: &Revision) -> Result<Listing, ScriptProblem> {
        let Some(source) = self.sources.get(revision.directory) else {
            return Ok(Listing::default());
        };
        let directory = revision.relative(source.as_ref());
        Listing::of(source.as_ref(), directory).map_err(|error| ScriptProblem::Read {
            path: source.root().join(directory),
            source: error,
        })
    }

    /// The scripts of a revision that are for one driver or flavour alone, known or not.
    pub(crate) fn overrides(&self, revision: &Revision, listing: &Listing) -> Vec<Override> {
        match self.sources.get(revision.directory) {
            Some(source) => {
                let directory = revision.relative(source.as_ref());
                script::overrides(source.as_ref(), directory, listing)
            }
            None => Vec::new(),
        }
    }

    /// Reads a revision's script for a driver, whose names come most specific first: the first
    /// there is of `up.<driver>.sql`, then `up.sql`. None if a revision has no down script.
    ///
    /// # Errors
    ///
    /// If there is no `up.sql`, which an override needs too, or the file cannot be read, is not
    /// UTF-8 or holds a NUL.
    pub fn script(
        &self,
        revision: &Revision,
        direction: Direction,
        driver_names: &[&str],
    ) -> Result<Option<ScriptFile>, ScriptProblem> {
        self.listed_script(revision, None, direction, driver_names)
    }

    /// The same, of a directory whose listing may be known.
    pub(crate) fn listed_script(
        &self,
        revision: &Revision,
        listing: Option<&Listing>,
        direction: Direction,
        driver_names: &[&str],
    ) -> Result<Option<ScriptFile>, ScriptProblem> {
        match self.sources.get(revision.directory) {
            Some(source) => {
                let source = source.as_ref();
                let directory = revision.relative(source);
                script::read(source, directory, listing, direction, driver_names)
            }
            None => Err(ScriptProblem::NoUpScript {
                path: revision.path.clone(),
            }),
        }
    }

    /// Whether a revision has an up script for all drivers, and no such down script.
    pub(crate) fn is_irreversible(&self, revision: &Revision, listing: Option<&Listing>) -> bool {
        self.sources.get(revision.directory).is_some_and(|source| {
            let directory = revision.relative(source.as_ref());
            script::is_irreversible(source.as_ref(), directory, listing)
        })
    }
}
