//! Any Diesel `MigrationSource` as a source of revisions.
//!
//! Each migration is run once against a connection that only writes down what it is asked to
//! execute. What comes out for a file or an embedded file is its text, so the checksum is the
//! directory's; for a migration written in Rust it is the SQL that it builds. No database is needed.

use std::any::Any;
use std::collections::BTreeMap;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use aludel::revision::{DirectoryEntry, RevisionId, Source};
use diesel::backend::Backend;
use diesel::connection::{BoxableConnection, SimpleConnection};
use diesel::migration::{Migration, MigrationSource};

/// The migrations of a Diesel `MigrationSource`, recorded as scripts.
///
/// A migration that wants more of its connection than `batch_execute` (it looks for a
/// `PgConnection`, say, or loads rows) cannot be recorded. That is an error when the migration is to
/// run, not before: one that Diesel applied already is in nobody's way.
///
/// ```
/// use aludel::Migrator;
/// use aludel_diesel::Recorded;
/// use diesel_migrations::FileBasedMigrations;
///
/// # let directory = tempfile::tempdir()?;
/// # let revision = directory.path().join("2026-01-05-101500_accounts");
/// # std::fs::create_dir(&revision)?;
/// # std::fs::write(revision.join("up.sql"), "CREATE TABLE accounts (id INTEGER);")?;
/// # std::fs::write(revision.join("down.sql"), "DROP TABLE accounts;")?;
/// let migrations = FileBasedMigrations::from_path(directory.path())?;
/// let migrator = Migrator::builder()
///     .driver(aludel_sqlite::SqliteDriver::new())
///     .source(Recorded::new::<diesel::sqlite::Sqlite, _>(&migrations)?)
///     .build()?;
/// let mut script = Vec::new();
/// migrator.run_offline("sqlite", "heads", &mut script)?;
/// assert!(String::from_utf8(script)?.contains("CREATE TABLE accounts (id INTEGER);"));
/// # Ok::<(), Box<dyn std::error::Error + Send + Sync>>(())
/// ```
#[derive(Debug)]
pub struct Recorded {
    migrations: BTreeMap<String, Recording>,
}

/// What one migration executes, or why that is not known.
#[derive(Debug)]
struct Recording {
    up: Result<String, String>,
    down: Result<String, String>,
    in_transaction: bool,
}

impl Recorded {
    /// Records the migrations of a source, for a backend.
    ///
    /// # Errors
    ///
    /// If the source cannot list its migrations, or two have one name.
    pub fn new<DB, S>(source: &S) -> diesel::migration::Result<Self>
    where
        DB: Backend,
        S: MigrationSource<DB>,
    {
        let mut migrations = BTreeMap::new();
        for migration in source.migrations()? {
            let version = migration.name().version().to_string();
            let name = directory_name(&migration.name().to_string(), &version);
            let recording = Recording {
                up: record(|recorder: &mut Recorder| migration.run(recorder)),
                down: record(|recorder: &mut Recorder| migration.revert(recorder)),
                in_transaction: migration.metadata().run_in_transaction(),
            };
            if migrations.insert(name.clone(), recording).is_some() {
                return Err(format!("two migrations are called `{name}`").into());
            }
        }
        Ok(Self { migrations })
    }

    fn recording(&self, path: &Path) -> Option<&Recording> {
        self.migrations.get(path.iter().next()?.to_str()?)
    }
}

/// The name of the directory that would have this version: the migration's own name where it has.
fn directory_name(name: &str, version: &str) -> String {
    let fits = RevisionId::of_directory(name).is_ok_and(|id| id.as_str() == version);
    if fits && !name.contains(['/', '\\']) {
        name.to_owned()
    } else {
        version.to_owned()
    }
}

fn record(
    run: impl FnOnce(&mut Recorder) -> diesel::migration::Result<()>,
) -> Result<String, String> {
    let mut recorder = Recorder::default();
    // A migration that takes for granted what connection it gets may well panic.
    match catch_unwind(AssertUnwindSafe(|| run(&mut recorder))) {
        Ok(Ok(())) => Ok(recorder.script()),
        Ok(Err(error)) => Err(error.to_string()),
        Err(_) => Err("the migration panicked without a database".into()),
    }
}

/// A connection that writes down what it is to execute.
#[derive(Default)]
struct Recorder(Vec<String>);

impl Recorder {
    fn script(self) -> String {
        match <[String; 1]>::try_from(self.0) {
            // The text as it stands: a file's checksum is the file's.
            Ok([text]) => text,
            Err(texts) if texts.is_empty() => "-- it executes nothing\nSELECT 1;\n".into(),
            Err(texts) => {
                let mut script = String::new();
                for text in &texts {
                    script.push_str(text.trim_end());
                    // On a line of its own: a comment at the end would swallow it.
                    script.push_str(if text.trim_end().ends_with(';') {
                        "\n"
                    } else {
                        "\n;\n"
                    });
                }
                script
            }
        }
    }
}

impl SimpleConnection for Recorder {
    fn batch_execute(&mut self, query: &str) -> diesel::QueryResult<()> {
        self.0.push(query.to_owned());
        Ok(())
    }
}

impl<DB: Backend> BoxableConnection<DB> for Recorder {
    fn as_any(&self) -> &dyn Any {
        self
    }

    fn as_any_mut(&mut self) -> &mut dyn Any {
        self
    }
}

impl Source for Recorded {
    fn root(&self) -> &Path {
        Path::new("(Diesel)")
    }

    fn list(&self, directory: &Path) -> io::Result<Vec<DirectoryEntry>> {
        if !directory.as_os_str().is_empty() {
            return Ok(Vec::new());
        }
        let names = self.migrations.keys();
        Ok(names
            .map(|name| DirectoryEntry {
                name: name.into(),
                is_directory: true,
            })
            .collect())
    }

    fn has_file(&self, file: &Path) -> io::Result<bool> {
        Ok(file.ends_with("up.sql") && self.recording(file).is_some())
    }

    fn read(&self, file: &Path) -> io::Result<Option<Vec<u8>>> {
        let Some(recording) = self.recording(file) else {
            return Ok(None);
        };
        let text = match file.file_name().and_then(|name| name.to_str()) {
            Some("up.sql") => &recording.up,
            Some("down.sql") => &recording.down,
            Some("metadata.toml") => {
                let line = format!("run_in_transaction = {}\n", recording.in_transaction);
                return Ok(Some(line.into_bytes()));
            }
            _ => return Ok(None),
        };
        match text {
            Ok(text) => Ok(Some(text.clone().into_bytes())),
            Err(why) => Err(io::Error::other(format!(
                "it cannot be recorded without a connection of Diesel's ({why}): let Diesel run it"
            ))),
        }
    }
}
