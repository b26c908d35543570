//! Revisions written in Rust as a source.

use std::io;
use std::path::Path;

use super::{Program, RustRevision};
use crate::revision::{DirectoryEntry, Source};

/// Revisions written in Rust. Among themselves they are ordered by id, as the revisions of one
/// directory are, unless they name their parents.
#[derive(Debug, Default)]
pub struct RustRevisions {
    revisions: Vec<Entry>,
}

#[derive(Debug)]
struct Entry {
    name: String,
    program: Program,
    /// What would stand in its `metadata.toml`.
    metadata: toml::Table,
}

impl RustRevisions {
    /// No revisions.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a revision; its id is made of the name as of a directory's.
    #[must_use]
    pub fn with(self, name: impl Into<String>, revision: impl RustRevision) -> Self {
        self.add(name.into(), revision, toml::Table::new())
    }

    /// Adds a revision after others, of any source; none makes it a root.
    ///
    /// ```
    /// use aludel::revision::{Context, ContextError, RevisionSet, RustRevision, RustRevisions};
    ///
    /// struct Nothing;
    /// impl RustRevision for Nothing {
    ///     async fn up(&self, _: &mut Context<'_>) -> Result<(), ContextError> {
    ///         Ok(())
    ///     }
    /// }
    ///
    /// let revisions = RustRevisions::new().with("1_a", Nothing).after(&["1"], "2_b", Nothing);
    /// let set = RevisionSet::from_sources(vec![std::sync::Arc::new(revisions)], false).expect("valid");
    /// assert_eq!(set.get("2").expect("there").parents[0].as_str(), "1");
    /// ```
    #[must_use]
    pub fn after(
        self,
        parents: &[&str],
        name: impl Into<String>,
        revision: impl RustRevision,
    ) -> Self {
        let parents: Vec<toml::Value> = parents.iter().map(|&parent| parent.into()).collect();
        let metadata = toml::Table::from_iter([("down_revision".to_owned(), parents.into())]);
        self.add(name.into(), revision, metadata)
    }

    /// There are none.
    pub fn is_empty(&self) -> bool {
        self.revisions.is_empty()
    }

    fn add(mut self, name: String, revision: impl RustRevision, mut metadata: toml::Table) -> Self {
        let program = Program::new(revision);
        metadata.insert(
            "run_in_transaction".into(),
            program.runs_in_transaction().into(),
        );
        self.revisions.push(Entry {
            name,
            program,
            metadata,
        });
        self
    }

    fn entry(&self, path: &Path) -> Option<&Entry> {
        let name = path.iter().next()?.to_str()?;
        self.revisions.iter().find(|entry| entry.name == name)
    }
}

impl Source for RustRevisions {
    fn root(&self) -> &Path {
        Path::new("(Rust)")
    }

    fn list(&self, directory: &Path) -> io::Result<Vec<DirectoryEntry>> {
        if !directory.as_os_str().is_empty() {
            return Ok(Vec::new());
        }
        let entries = self.revisions.iter();
        Ok(entries
            .map(|entry| DirectoryEntry {
                name: entry.name.clone().into(),
                is_directory: true,
            })
            .collect())
    }

    /// The up script is always there: it is the function.
    fn has_file(&self, file: &Path) -> io::Result<bool> {
        Ok(file.ends_with("up.sql") && self.entry(file).is_some())
    }

    fn read(&self, file: &Path) -> io::Result<Option<Vec<u8>>> {
        if !file.ends_with("metadata.toml") {
            return Ok(None);
        }
        let entry = self.entry(file);
        Ok(entry.map(|entry| entry.metadata.to_string().into_bytes()))
    }

    fn program(&self, revision: &Path) -> Option<Program> {
        self.entry(revision).map(|entry| entry.program.clone())
    }
}
