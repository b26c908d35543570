//! Diesel's migrations in aludel, aludel's revisions in Diesel, and one ledger for both.

#![allow(clippy::unwrap_used, reason = "a panic is a failed test")]

mod support;

use std::path::PathBuf;
use std::process::Command;

use aludel::{Error, Migrator, Move};
use aludel_diesel::{Migrations, Recorded};
use aludel_tests::database::Database;
use aludel_tests::engine::Engine;
use diesel::backend::Backend;
use diesel::connection::BoxableConnection;
use diesel::migration::{
    Migration, MigrationMetadata, MigrationName, MigrationSource, MigrationVersion,
};
use diesel::mysql::Mysql;
use diesel::pg::Pg;
use diesel::sqlite::Sqlite as SqliteBackend;
use diesel_async::AsyncMigrationHarness;
use diesel_migrations::{
    EmbeddedMigrations, FileBasedMigrations, HarnessWithOutput, MigrationHarness, embed_migrations,
};
use support::{builder, mysql, pg, place, sqlite};

const EMBEDDED: EmbeddedMigrations = embed_migrations!("tests/migrations");
const IDS: [&str; 3] = ["20260101000001", "20260101000002", "20260101000003"];

fn directory() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/migrations")
}

fn ours() -> Migrator {
    builder().directory(directory()).build().unwrap()
}

fn theirs() -> FileBasedMigrations {
    FileBasedMigrations::from_path(directory()).unwrap()
}

/// Whoever runs next, with whatever source, goes on where the other stopped.
macro_rules! one_ledger {
    ($name:ident, $engine:expr, $connect:ident, $backend:ty) => {
        #[tokio::test(flavor = "multi_thread")]
        async fn $name() {
            let place = place($engine);
            let ours = ours();
            let url = &place.url;
            let mut diesel = AsyncMigrationHarness::new($connect(&place).await);
            let migrations = Migrations::new(&ours, $engine.driver()).unwrap();

            // Our revisions, by Diesel's harness, one.
            diesel.run_next_migration(migrations.clone()).unwrap();
            assert_eq!(place.applied(), IDS[..1]);
            let status = ours.status(url).await.unwrap();
            assert_eq!(status.pending.len(), 2);
            assert_eq!(status.files[0].state, "unverified");

            // By aludel, the next.
            let done = ours.run(url, "+1").await.unwrap();
            assert_eq!(done.revisions, ["2026-01-01-000002_r2"]);
            let applied = diesel.applied_migrations().unwrap();
            let applied: Vec<_> = applied.iter().map(ToString::to_string).collect();
            assert_eq!(applied, [IDS[1], IDS[0]]);

            // By Diesel from its own files: only the third is pending.
            let ran = diesel.run_pending_migrations(theirs()).unwrap();
            let ran: Vec<_> = ran.iter().map(ToString::to_string).collect();
            assert_eq!(ran, IDS[2..]);
            let none = ours.run(url, "heads").await.unwrap();
            assert_eq!(none.revisions, [""; 0]);

            // Back: Diesel reverts one of ours, aludel one, Diesel's files the last.
            diesel.revert_last_migration(migrations).unwrap();
            assert_eq!(place.applied(), IDS[..2]);
            assert!(!place.has_table("third"));
            ours.run(url, Move::downgrade("-1")).await.unwrap();
            assert_eq!(place.number("SELECT count(*) FROM trace"), 1);
            diesel.revert_last_migration(theirs()).unwrap();
            assert_eq!(place.applied(), [""; 0]);
            assert!(!place.has_table("trace"));

            // And Diesel's embedded migrations, by aludel.
            let embedded = builder()
                .source(Recorded::new::<$backend, _>(&EMBEDDED).unwrap())
                .build()
                .unwrap();
            let done = embedded.run(url, "heads").await.unwrap();
            assert_eq!(done.revisions.len(), 3);
            assert!(!diesel.has_pending_migration(theirs()).unwrap());
        }
    };
}

one_ledger!(postgres_has_one_ledger, Engine::Postgres, pg, Pg);
one_ledger!(mariadb_has_one_ledger, Engine::Mariadb, mysql, Mysql);
one_ledger!(sqlite_has_one_ledger, Engine::Sqlite, sqlite, SqliteBackend);

/// What is recorded of a file is the file: the directory finds nothing changed.
#[tokio::test(flavor = "multi_thread")]
async fn recorded_files_have_the_checksums_of_their_directory() {
    let sources = [
        Recorded::new::<SqliteBackend, _>(&theirs()).unwrap(),
        Recorded::new::<SqliteBackend, _>(&EMBEDDED).unwrap(),
    ];
    for source in sources {
        let place = Database::new(Engine::Sqlite);
        let recorded = builder().source(source).build().unwrap();
        recorded.run(&place.url, "heads").await.unwrap();
        let status = ours().status(&place.url).await.unwrap();
        assert_eq!(status.files, []);
        assert_eq!(status.applied, IDS);
        let reverted = recorded
            .run(&place.url, Move::downgrade("base"))
            .await
            .unwrap();
        assert_eq!(reverted.revisions.len(), 3);
    }
}

/// A source of migrations written in Rust.
struct InRust;

struct Plain;
struct Downcasts;
struct Name(&'static str, &'static str);
struct Metadata;

impl MigrationMetadata for Metadata {}

impl MigrationName for Name {
    fn version(&self) -> MigrationVersion<'_> {
        MigrationVersion::from(self.0)
    }
}

impl std::fmt::Display for Name {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.1)
    }
}

impl<DB: Backend> Migration<DB> for Plain {
    fn run(&self, connection: &mut dyn BoxableConnection<DB>) -> diesel::migration::Result<()> {
        connection.batch_execute("CREATE TABLE plain (id INTEGER) -- no terminator")?;
        for id in 1..=2 {
            connection.batch_execute(&format!("INSERT INTO plain VALUES ({id});"))?;
        }
        Ok(())
    }
    fn revert(&self, connection: &mut dyn BoxableConnection<DB>) -> diesel::migration::Result<()> {
        Ok(connection.batch_execute("DROP TABLE plain")?)
    }
    fn metadata(&self) -> &dyn MigrationMetadata {
        &Metadata
    }
    fn name(&self) -> &dyn MigrationName {
        &Name("1", "a name that is no directory's")
    }
}

impl Migration<SqliteBackend> for Downcasts {
    fn run(
        &self,
        connection: &mut dyn BoxableConnection<SqliteBackend>,
    ) -> diesel::migration::Result<()> {
        let connection = connection
            .as_any()
            .downcast_ref::<diesel::SqliteConnection>()
            .ok_or("it wants a SqliteConnection")?;
        let _ = connection;
        Ok(())
    }
    fn revert(
        &self,
        _: &mut dyn BoxableConnection<SqliteBackend>,
    ) -> diesel::migration::Result<()> {
        Ok(())
    }
    fn metadata(&self) -> &dyn MigrationMetadata {
        &Metadata
    }
    fn name(&self) -> &dyn MigrationName {
        &Name("2", "2_downcasts")
    }
}

impl MigrationSource<SqliteBackend> for InRust {
    fn migrations(&self) -> diesel::migration::Result<Vec<Box<dyn Migration<SqliteBackend>>>> {
        Ok(vec![Box::new(Downcasts), Box::new(Plain)])
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn migrations_written_in_rust_are_recorded_as_far_as_they_can_be() {
    let place = Database::new(Engine::Sqlite);
    let migrator = builder()
        .source(Recorded::new::<SqliteBackend, _>(&InRust).unwrap())
        .build()
        .unwrap();
    let mut script = Vec::new();
    migrator.run_offline("sqlite", "1", &mut script).unwrap();
    let script = String::from_utf8(script).unwrap();
    assert!(
        script.contains("CREATE TABLE plain (id INTEGER);"),
        "{script}"
    );
    let output = place.client(&script);
    assert!(output.status.success(), "{output:?}");
    assert_eq!(place.number("SELECT count(*) FROM plain"), 2);
    // The other is refused when it is to run, and in nobody's way once Diesel ran it.
    let error = migrator.run(&place.url, "heads").await.unwrap_err();
    assert!(
        error.to_string().contains("it wants a SqliteConnection"),
        "{error}"
    );
    assert!(error.to_string().contains("let Diesel run it"), "{error}");
    let file = place.file().display().to_string();
    let ran = tokio::task::spawn_blocking(move || {
        use diesel::Connection;
        let mut connection = diesel::SqliteConnection::establish(&file).unwrap();
        let mut told = Vec::new();
        HarnessWithOutput::new(&mut connection, &mut told)
            .run_pending_migrations(InRust)
            .unwrap()
            .len()
    });
    assert_eq!(ran.await.unwrap(), 1);
    let done = migrator.run(&place.url, "heads").await.unwrap();
    assert_eq!(done.revisions, [""; 0]);
}

#[test]
fn a_graph_that_diesels_order_breaks_is_refused() {
    let project = aludel_tests::project::Project::traced(2);
    let names = project.names();
    let first = project.migrations().join(&names[0]);
    std::fs::write(
        first.join("metadata.toml"),
        format!(
            "run_in_transaction = true\ndown_revision = ['{}']\n",
            project.ids()[1]
        ),
    )
    .unwrap();
    let second = project.migrations().join(&names[1]);
    std::fs::write(
        second.join("metadata.toml"),
        "run_in_transaction = true\ndown_revision = []\n",
    )
    .unwrap();
    let migrator = support::migrator(&project);
    let error: Error = Migrations::new(&migrator, "sqlite").unwrap_err();
    assert_eq!(error.code(), "diesel-order", "{error}");
}

/// The program itself, on a project that `diesel setup` made and aludel took over.
#[test]
#[ignore = "needs the diesel program, which tests/run --long installs"]
fn the_diesel_program_goes_on_where_aludel_stopped_and_the_other_way_round() {
    let root = tempfile::tempdir().unwrap();
    let url = root.path().join("app.db").display().to_string();
    let diesel = |words: &[&str]| {
        let output = Command::new("diesel")
            .args(words)
            .args(["--database-url", &url])
            .current_dir(root.path())
            .output()
            .expect("the diesel program is installed");
        assert!(output.status.success(), "{words:?}: {output:?}");
        String::from_utf8(output.stdout).unwrap()
    };
    std::fs::write(root.path().join("Cargo.toml"), "").unwrap();
    diesel(&["setup"]);
    diesel(&[
        "migration",
        "generate",
        "--version",
        "2026-01-01-000001",
        "one",
    ]);
    let one = root.path().join("migrations/2026-01-01-000001_one");
    std::fs::write(
        one.join("up.sql"),
        "CREATE TABLE one (id INTEGER PRIMARY KEY);\n",
    )
    .unwrap();
    std::fs::write(one.join("down.sql"), "DROP TABLE one;\n").unwrap();
    diesel(&["migration", "run"]);

    let migrator = || {
        builder()
            .directory(root.path().join("migrations"))
            .build()
            .unwrap()
    };
    let sqlite = format!("sqlite:{url}");
    assert_eq!(
        migrator().run_blocking(&sqlite, "heads").unwrap().revisions,
        [""; 0]
    );
    diesel(&[
        "migration",
        "generate",
        "--version",
        "2026-01-01-000002",
        "two",
    ]);
    let two = root.path().join("migrations/2026-01-01-000002_two");
    std::fs::write(
        two.join("up.sql"),
        "CREATE TABLE two (id INTEGER PRIMARY KEY);\n",
    )
    .unwrap();
    std::fs::write(two.join("down.sql"), "DROP TABLE two;\n").unwrap();
    assert_eq!(
        migrator()
            .run_blocking(&sqlite, "heads")
            .unwrap()
            .revisions
            .len(),
        1
    );
    let list = diesel(&["migration", "list"]);
    assert_eq!(list.matches("[X]").count(), 2, "{list}");
    diesel(&["migration", "revert"]);
    let done = migrator().run_blocking(&sqlite, "heads").unwrap();
    assert_eq!(done.revisions, ["2026-01-01-000002_two"]);
    let done = migrator()
        .run_blocking(&sqlite, Move::downgrade("base"))
        .unwrap();
    assert_eq!(done.revisions.len(), 2);
    let list = diesel(&["migration", "list"]);
    assert_eq!(list.matches("[X]").count(), 0, "{list}");
}
