//! Where a database stands: what is applied, pending, changed, missing, part-way.

use super::{Database, RunError, RunOptions, Runner, prepare};
use crate::driver::{Holder, Server};
use crate::ledger::{PartWay, Snapshot};

/// Where a database stands. Nothing was written to find out.
#[derive(Debug, Clone, serde::Serialize)]
#[non_exhaustive]
pub struct Status {
    /// The driver's name.
    pub driver: String,
    /// Flavour and version found.
    pub server: Server,
    /// The ledger's tables exist.
    pub ledger: bool,
    /// Ids of the heads: applied revisions without an applied child.
    pub heads: Vec<String>,
    /// Ids of the applied revisions, in the order of the graph; those whose file is gone stand last.
    pub applied: Vec<String>,
    /// Directory names of what `upgrade` would run, in order.
    pub pending: Vec<String>,
    /// Those of them that fill holes.
    pub holes: Vec<String>,
    /// Ids of applied revisions without a file.
    pub missing: Vec<String>,
    /// Applied revisions whose file is another by now, or may be.
    pub files: Vec<FileState>,
    /// Revisions of which some statements are committed, or may be.
    pub part_way: Vec<PartWay>,
    /// Directory names of applied revisions below which the implicit parent is not applied: the order
    /// of a plain directory has changed after it was applied.
    pub reordered: Vec<String>,
    /// Who holds the lock, if somebody does and the server tells.
    pub locked_by: Option<Holder>,
}

/// An applied revision whose file is not what was applied, or of which that is not known.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[non_exhaustive]
pub struct FileState {
    /// The revision's id.
    pub revision: String,
    /// Its directory's name.
    pub name: String,
    /// `changed`; or `unverified`: nothing is known of what was applied (Diesel did it), or it was
    /// recorded by another algorithm.
    pub state: &'static str,
}

impl Status {
    /// Whether work is pending.
    pub fn is_pending(&self) -> bool {
        !self.pending.is_empty()
    }

    /// Whether something is not as the files say: changed, missing or part-way.
    pub fn differs(&self) -> bool {
        !self.missing.is_empty()
            || !self.part_way.is_empty()
            || self.files.iter().any(|file| file.state == "changed")
    }
}

impl Database {
    /// Finds out where the database stands.
    ///
    /// # Errors
    ///
    /// If there is no connection, or the ledger cannot be read or is of a newer format.
    pub async fn status(
        &self,
        options: &RunOptions,
        runner: Runner<'_>,
    ) -> Result<Status, RunError> {
        let (snapshot, server, locked_by) = self.snapshot_and_holder(options, runner).await?;
        let applied = self.applied(&snapshot);
        let ids = |nodes: Vec<crate::graph::NodeIx>| -> Vec<String> {
            nodes
                .iter()
                .map(|&ix| self.graph.node(ix).id.to_string())
                .collect()
        };
        let set = self.graph.upgrade("heads", &applied)?;
        let in_order: Vec<_> = self
            .graph
            .topological()
            .iter()
            .copied()
            .filter(|&ix| applied.contains(ix))
            .collect();
        let reordered = in_order
            .iter()
            .filter(|&&ix| {
                let explicit = self.revision(ix).explicit_parents;
                !explicit && self.graph.parents(ix).iter().any(|&p| !applied.contains(p))
            })
            .map(|&ix| self.name(ix))
            .collect();
        Ok(Status {
            driver: self.options.driver.info().name.to_owned(),
            server,
            ledger: snapshot.ledger_exists,
            heads: ids(self.graph.current_heads(&applied)),
            applied: ids(in_order)
                .into_iter()
                .chain(applied.missing.iter().cloned())
                .collect(),
            pending: set.steps.iter().map(|&ix| self.name(ix)).collect(),
            holes: set.holes.iter().map(|&ix| self.name(ix)).collect(),
            files: self.files(&snapshot),
            part_way: snapshot.part_way(),
            reordered,
            locked_by,
            missing: applied.missing,
        })
    }

    /// Applied revisions whose up script is not what was applied.
    pub(crate) fn changed(&self, snapshot: &Snapshot) -> Vec<String> {
        let files = self.files(snapshot).into_iter();
        files
            .filter(|file| file.state == "changed")
            .map(|file| file.name)
            .collect()
    }

    fn files(&self, snapshot: &Snapshot) -> Vec<FileState> {
        // Checksums are of the script that the driver chose; the offline dialect chooses alike.
        let Ok(dialect) = self.offline_dialect() else {
            return Vec::new();
        };
        let recorded = snapshot.recorded();
        let applied = self.applied(snapshot);
        let mut files = Vec::new();
        for &ix in self.graph.topological() {
            if !applied.contains(ix) {
                continue;
            }
            let node = self.graph.node(ix);
            let known = recorded
                .get(node.id.as_str())
                .and_then(|row| row.checksum.as_deref());
            let state = match known {
                None => "unverified",
                Some(known) if !known.starts_with("sha256:") => "unverified",
                Some(known) => {
                    let now = prepare::checksum(self, dialect.as_ref(), ix);
                    if now.as_deref() == Some(known) {
                        continue;
                    }
                    "changed"
                }
            };
            files.push(FileState {
                revision: node.id.to_string(),
                name: node.name.clone(),
                state,
            });
        }
        files
    }
}
