//! Work without a database: the scripts of upgrades, downgrades and stamps. No session exists in
//! this file, and none can be made here.

use std::io::Write;

use super::decide::Intent;
use super::{Database, Omitted, RunError, RunOptions, script};
use crate::driver::Client;
use crate::graph::NodeIx;
use crate::ledger::Snapshot;
use crate::revision::Direction;

impl Database {
    /// Prints the script of an upgrade from base, or of `from:to`, and returns what a translation leaves
    /// out of it.
    ///
    /// # Errors
    ///
    /// If the target or a script is refused, or `out` cannot be written.
    pub fn upgrade_sql(
        &self,
        target: &str,
        client: Client,
        out: &mut dyn Write,
    ) -> Result<Vec<Omitted>, RunError> {
        let (applied, target) = self.graph.offline_range(target, Direction::Up)?;
        self.print(&Intent::Upgrade(&target), &applied, client, out)
    }

    /// Prints the script of a downgrade `from:to`, and returns what a translation leaves out of it.
    ///
    /// # Errors
    ///
    /// As [`Database::upgrade_sql`].
    pub fn downgrade_sql(
        &self,
        range: &str,
        client: Client,
        out: &mut dyn Write,
    ) -> Result<Vec<Omitted>, RunError> {
        let (applied, target) = self.graph.offline_range(range, Direction::Down)?;
        self.print(&Intent::Downgrade(&target), &applied, client, out)
    }

    /// Prints the script of a stamp; a single target may be `from:to`.
    ///
    /// # Errors
    ///
    /// As [`Database::upgrade_sql`].
    pub fn stamp_sql(
        &self,
        targets: &[String],
        client: Client,
        out: &mut dyn Write,
    ) -> Result<(), RunError> {
        let (applied, targets) = match targets {
            [range] if range.contains(':') => {
                let (applied, target) = self.graph.offline_stamp(range)?;
                (applied, vec![target])
            }
            _ => (Vec::new(), targets.to_vec()),
        };
        let intent = Intent::Stamp {
            targets: &targets,
            purge: false,
        };
        self.print(&intent, &applied, client, out)?;
        Ok(())
    }

    /// Prints the script that makes the ledger's tables.
    ///
    /// # Errors
    ///
    /// If the server is refused or `out` cannot be written.
    pub fn ensure_sql(&self, client: Client, out: &mut dyn Write) -> Result<(), RunError> {
        self.print(&Intent::Ensure, &[], client, out)?;
        Ok(())
    }

    fn print(
        &self,
        intent: &Intent<'_>,
        applied: &[NodeIx],
        client: Client,
        out: &mut dyn Write,
    ) -> Result<Vec<Omitted>, RunError> {
        self.closed()?;
        let dialect = self.offline_dialect()?;
        let mut tables = self.options.tables.clone();
        if tables.schema.is_none() {
            let catalog = self.options.url.as_ref();
            tables.schema = catalog
                .and_then(|url| self.options.driver.catalog(url))
                .or_else(|| dialect.default_schema().map(str::to_owned));
        }
        let mut snapshot = Snapshot::absent(tables);
        snapshot.applied = applied
            .iter()
            .map(|&ix| self.graph.node(ix).id.to_string())
            .collect();
        let options = RunOptions::default();
        let dialect = dialect.as_ref();
        let decision = self.decide(intent, &snapshot, dialect, None, &options)?;
        script::print(&decision.plan, dialect, client, out)?;
        Ok(decision.omitted)
    }
}
