//! A throw-away migrations directory.

#![allow(
    clippy::unwrap_used,
    reason = "a helper of tests: a panic is a failed test"
)]

use std::path::PathBuf;

use tempfile::TempDir;

/// Revisions on disk; gone when dropped.
#[derive(Debug)]
pub struct Project {
    directory: TempDir,
    names: Vec<String>,
}

impl Default for Project {
    fn default() -> Self {
        Self::new()
    }
}

impl Project {
    /// A project without revisions.
    pub fn new() -> Self {
        let directory = TempDir::new().unwrap();
        std::fs::create_dir(directory.path().join("migrations")).unwrap();
        Self {
            directory,
            names: Vec::new(),
        }
    }

    /// A table `trace`, and `count` revisions that each write their number into it.
    pub fn traced(count: usize) -> Self {
        let mut project = Self::new();
        project.add("CREATE TABLE trace (revision VARCHAR(50) NOT NULL);\nINSERT INTO trace VALUES ('1');\n");
        for number in 2..=count {
            project.add(&format!(
                "CREATE TABLE t{number} (id INTEGER);\nINSERT INTO trace VALUES ('{number}');\n"
            ));
        }
        project
    }

    /// Adds a revision after the last one.
    pub fn add(&mut self, up: &str) -> &str {
        let number = self.names.len() + 1;
        let name = format!("2026-01-01-{number:06}_r{number}");
        let directory = self.migrations().join(&name);
        std::fs::create_dir(&directory).unwrap();
        std::fs::write(directory.join("up.sql"), up).unwrap();
        std::fs::write(
            directory.join("metadata.toml"),
            "run_in_transaction = true\n",
        )
        .unwrap();
        self.names.push(name);
        &self.names[number - 1]
    }

    /// Writes the down script of a revision, by its number from 1.
    pub fn down(&mut self, number: usize, sql: &str) {
        let directory = self.migrations().join(&self.names[number - 1]);
        std::fs::write(directory.join("down.sql"), sql).unwrap();
    }

    /// Adds statements to the up script of a revision, by its number from 1.
    pub fn append(&mut self, number: usize, sql: &str) {
        let file = self
            .migrations()
            .join(&self.names[number - 1])
            .join("up.sql");
        let text = std::fs::read_to_string(&file).unwrap();
        std::fs::write(file, text + sql).unwrap();
    }

    /// The migrations directory.
    pub fn migrations(&self) -> PathBuf {
        self.directory.path().join("migrations")
    }

    /// Names of the revisions, in their order.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// Ids of the revisions, in their order: what the ledger holds.
    pub fn ids(&self) -> Vec<String> {
        let id = |name: &String| name.split('_').next().unwrap().replace('-', "");
        self.names.iter().map(id).collect()
    }
}
