//! aludel's revisions as a Diesel `MigrationSource`.

use std::fmt;
use std::sync::Arc;

use aludel::revision::{RevisionId, order_breaks};
use aludel::run::{RevisionScripts, RunError, ScriptStatements};
use aludel::{Error, Migrator};
use diesel::backend::Backend;
use diesel::connection::BoxableConnection;
use diesel::migration::{
    Migration, MigrationMetadata, MigrationName, MigrationSource, MigrationVersion, Result,
};

/// The revisions of a [`Migrator`] as Diesel's harnesses run them.
///
/// Diesel writes its own ledger, which is ours, so either side may run next. What it does not do:
/// take the lock, check where the ledger is, write the journal (what it applied is *unverified* to
/// aludel), or follow the graph: it runs in the order of the ids, so a graph of which that is no order
/// is refused.
///
/// ```
/// use aludel::Migrator;
/// use aludel_diesel::Migrations;
/// use diesel::{Connection, SqliteConnection};
/// use diesel_migrations::MigrationHarness;
///
/// # let directory = tempfile::tempdir()?;
/// # let revision = directory.path().join("2026-01-05-101500_accounts");
/// # std::fs::create_dir(&revision)?;
/// # std::fs::write(revision.join("up.sql"), "CREATE TABLE accounts (id INTEGER);")?;
/// let migrator = Migrator::builder()
///     .driver(aludel_sqlite::SqliteDriver::new())
///     .directory(directory.path())
///     .build()?;
/// let migrations = Migrations::new(&migrator, "sqlite")?;
/// let mut connection = SqliteConnection::establish(":memory:")?;
/// let versions = connection.run_pending_migrations(migrations)?;
/// assert_eq!(versions[0].to_string(), "20260105101500");
/// # Ok::<(), Box<dyn std::error::Error + Send + Sync>>(())
/// ```
#[derive(Debug, Clone)]
pub struct Migrations(Vec<Arc<One>>);

impl Migrations {
    /// The revisions as they run on a server: `place` is a URL, a driver's name or a server's, as
    /// [`Migrator::run_offline`] takes it.
    ///
    /// # Errors
    ///
    /// If a script is refused, or Diesel's order is not one of the graph.
    pub fn new(migrator: &Migrator, place: &str) -> std::result::Result<Self, Error> {
        let graph = migrator.graph();
        let edges: Vec<_> = graph
            .topological()
            .iter()
            .map(|&ix| {
                let before = graph.parents(ix).iter().chain(graph.dependencies(ix));
                let before: Vec<RevisionId> = before.map(|&p| graph.node(p).id.clone()).collect();
                (graph.node(ix).id.clone(), before)
            })
            .collect();
        let breaks = order_breaks(&edges);
        if !breaks.is_empty() {
            let breaks = breaks.iter();
            let breaks: Vec<_> = breaks
                .map(|b| format!("`{}` before `{}`, which it needs", b.child, b.parent))
                .collect();
            return Err(Error::Run(RunError::Refused {
                code: "diesel-order",
                message: format!(
                    "Diesel runs in the order of the ids, which is none of the graph: {}",
                    breaks.join("; ")
                ),
                help: "let aludel run these revisions".into(),
            }));
        }
        let scripts = migrator.scripts(place)?.into_iter();
        Ok(Self(
            scripts.map(|scripts| Arc::new(One::new(scripts))).collect(),
        ))
    }
}

impl<DB: Backend> MigrationSource<DB> for Migrations {
    fn migrations(&self) -> Result<Vec<Box<dyn Migration<DB>>>> {
        let all = self.0.iter();
        Ok(all
            .map(|one| Box::new(Shared(one.clone())) as Box<dyn Migration<DB>>)
            .collect())
    }
}

/// One revision as a migration.
#[derive(Debug)]
struct One {
    name: Name,
    metadata: Metadata,
    scripts: RevisionScripts,
}

/// Diesel asks for boxes, and may ask again and again.
struct Shared(Arc<One>);

#[derive(Debug)]
struct Name {
    id: String,
    directory: String,
}

#[derive(Debug)]
struct Metadata {
    in_transaction: bool,
}

impl One {
    fn new(scripts: RevisionScripts) -> Self {
        // Diesel knows one answer for both ways.
        let in_one = |script: &ScriptStatements| {
            script.in_transaction && script.before.is_empty() && script.after.is_empty()
        };
        Self {
            name: Name {
                id: scripts.id.clone(),
                directory: scripts.name.clone(),
            },
            metadata: Metadata {
                in_transaction: in_one(&scripts.up) && scripts.down.as_ref().is_none_or(in_one),
            },
            scripts,
        }
    }

    fn execute<DB: Backend>(
        &self,
        connection: &mut dyn BoxableConnection<DB>,
        script: &ScriptStatements,
    ) -> Result<()> {
        if self.metadata.in_transaction {
            return Ok(connection.batch_execute(&joined(&script.statements))?);
        }
        // One by one: PostgreSQL takes a text of several statements for a transaction.
        let ours = script.in_transaction;
        let done = (|| {
            for sql in &script.before {
                connection.batch_execute(sql)?;
            }
            if ours {
                connection.batch_execute("BEGIN")?;
            }
            for sql in &script.statements {
                connection.batch_execute(sql)?;
            }
            if ours {
                connection.batch_execute("COMMIT")?;
            }
            Ok(())
        })();
        if done.is_err() && ours {
            // It may be over already; the first error is the one to tell.
            let _ = connection.batch_execute("ROLLBACK");
        }
        for sql in &script.after {
            connection.batch_execute(sql)?;
        }
        done
    }
}

/// Statements as one text. A line comment at a statement's end must not swallow the terminator.
fn joined(statements: &[String]) -> String {
    let mut text = statements.join("\n;\n");
    text.push_str("\n;\n");
    text
}

impl<DB: Backend> Migration<DB> for Shared {
    fn run(&self, connection: &mut dyn BoxableConnection<DB>) -> Result<()> {
        self.0.execute(connection, &self.0.scripts.up)
    }

    fn revert(&self, connection: &mut dyn BoxableConnection<DB>) -> Result<()> {
        match &self.0.scripts.down {
            Some(down) => self.0.execute(connection, down),
            None => Err(format!("revision `{}` is irreversible", self.0.name).into()),
        }
    }

    fn metadata(&self) -> &dyn MigrationMetadata {
        &self.0.metadata
    }

    fn name(&self) -> &dyn MigrationName {
        &self.0.name
    }
}

impl MigrationMetadata for Metadata {
    fn run_in_transaction(&self) -> bool {
        self.in_transaction
    }
}

impl MigrationName for Name {
    fn version(&self) -> MigrationVersion<'_> {
        MigrationVersion::from(&self.id)
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.directory)
    }
}
