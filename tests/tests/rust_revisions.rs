//! Revisions written in Rust: online, and printed.

#![allow(clippy::unwrap_used, reason = "a panic is a failed test")]

use aludel::migrator::MigratorBuilder;
use aludel::revision::{Context, ContextError, RustRevision};
use aludel::run::RunError;
use aludel::{Error, Migrator, Move};
use aludel_tests::database::Database;
use aludel_tests::engine::Engine;

const ENGINES: [Engine; 3] = [Engine::Sqlite, Engine::Postgres, Engine::Mariadb];

fn builder() -> MigratorBuilder {
    Migrator::builder()
        .driver(aludel_sqlite::SqliteDriver::new())
        .driver(aludel_postgres::PostgresDriver)
        .driver(aludel_mysql::MysqlDriver)
}

/// Makes a table and fills it.
struct Colours;

impl RustRevision for Colours {
    async fn up(&self, context: &mut Context<'_>) -> Result<(), ContextError> {
        context
            .execute("CREATE TABLE colours (name VARCHAR(40) NOT NULL)")
            .await?;
        for name in ["it's red", "blue -- not a comment", "green;"] {
            let name = context.literal(name);
            context
                .execute(&format!("INSERT INTO colours VALUES ({name}) -- a comment"))
                .await?;
        }
        context
            .execute("UPDATE colours SET name = 'red' WHERE name LIKE '%red';\nDELETE FROM colours WHERE name = 'none';")
            .await
    }

    async fn down(&self, context: &mut Context<'_>) -> Result<(), ContextError> {
        context.execute("DROP TABLE colours").await
    }

    fn is_reversible(&self) -> bool {
        true
    }
}

/// Writes what it reads.
struct Count;

impl RustRevision for Count {
    async fn up(&self, context: &mut Context<'_>) -> Result<(), ContextError> {
        let rows = context.query("SELECT count(*) AS n FROM colours").await?;
        let count: u32 = rows.cell().unwrap_or_default().parse()?;
        context
            .execute(&format!("INSERT INTO colours VALUES ('{count}')"))
            .await
    }
}

fn colours() -> Migrator {
    builder().revision("1_colours", Colours).build().unwrap()
}

#[test]
fn what_is_printed_is_what_runs() {
    for engine in ENGINES {
        let online = Database::new(engine);
        colours().run_blocking(&online.url, "heads").unwrap();
        let offline = Database::new(engine);
        let mut script = Vec::new();
        colours()
            .run_offline(&offline.url, "heads", &mut script)
            .unwrap();
        let output = offline.client(&String::from_utf8(script).unwrap());
        assert!(output.status.success(), "{output:?}");
        assert_eq!(online.state(), offline.state(), "{engine:?}");
        let rows = online.query("SELECT name FROM colours ORDER BY name");
        assert_eq!(
            rows,
            ["blue -- not a comment", "green;", "red"],
            "{engine:?}"
        );
        assert_eq!(
            rows,
            offline.query("SELECT name FROM colours ORDER BY name")
        );
        let done = colours()
            .run_blocking(&online.url, Move::downgrade("base"))
            .unwrap();
        assert_eq!(done.revisions, ["1_colours"]);
        assert!(!online.has_table("colours"), "{engine:?}");
    }
}

#[test]
fn reading_is_online_only_and_said() {
    let migrator = builder()
        .revision("1_colours", Colours)
        .revision("2_count", Count)
        .build()
        .unwrap();
    for engine in ENGINES {
        let database = Database::new(engine);
        migrator.run_blocking(&database.url, "heads").unwrap();
        assert_eq!(
            database.number("SELECT count(*) FROM colours WHERE name = '3'"),
            1
        );
        let mut script = Vec::new();
        let error = migrator
            .run_offline(&database.url, "heads", &mut script)
            .unwrap_err();
        assert_eq!(codes(&error), ["script-online-only"]);
        assert!(error.to_string().contains("2_count"), "{error}");
        assert!(script.is_empty());
        // A downgrade over it is refused before anything runs.
        let error = migrator
            .run_blocking(&database.url, Move::downgrade("base"))
            .unwrap_err();
        assert_eq!(codes(&error), ["irreversible"]);
        assert!(database.has_table("colours"));
    }
}

fn codes(error: &Error) -> Vec<&'static str> {
    match error {
        Error::Run(RunError::Scripts(issues)) => issues.iter().map(|issue| issue.code).collect(),
        other => vec![other.code()],
    }
}

/// Goes on after a failure, as if nothing had been.
struct Careless;

impl RustRevision for Careless {
    async fn up(&self, context: &mut Context<'_>) -> Result<(), ContextError> {
        context.execute("CREATE TABLE half (id INTEGER)").await?;
        let _ = context.execute("INSERT INTO nowhere VALUES (1)").await;
        let _ = context.execute("CREATE TABLE after_it (id INTEGER)").await;
        Ok(())
    }
}

#[test]
fn nothing_is_executed_after_a_failure_even_if_it_is_swallowed() {
    let migrator = builder()
        .revision("1_colours", Colours)
        .revision("2_careless", Careless)
        .build()
        .unwrap();
    for engine in ENGINES {
        let database = Database::new(engine);
        let error = migrator.run_blocking(&database.url, "heads").unwrap_err();
        let Error::Run(RunError::Statement(failure)) = &error else {
            panic!("{error}")
        };
        assert_eq!(failure.statement, "INSERT INTO nowhere VALUES (1)");
        assert_eq!(failure.revision.as_deref(), Some("2_careless"));
        assert_eq!(failure.committed, ["1_colours"]);
        assert!(!database.has_table("after_it"), "{engine:?}");
        assert_eq!(database.applied(), ["1"], "{engine:?}");
        // Where DDL commits by itself, that is on the record.
        let part_way = failure.part_way.as_ref().map(|part| part.completed);
        let expected = (!engine.transactional_ddl()).then_some(1);
        assert_eq!(part_way, expected, "{engine:?}");
        assert_eq!(database.has_table("half"), expected.is_some(), "{engine:?}");
        assert_eq!(database.left_behind(), [""; 0], "{engine:?}");
    }
}

/// Fails by itself.
struct Undecided;

impl RustRevision for Undecided {
    async fn up(&self, context: &mut Context<'_>) -> Result<(), ContextError> {
        context
            .execute("INSERT INTO colours VALUES ('grey')")
            .await?;
        Err(ContextError::new("there is no such colour"))
    }
}

/// Wants to end the transaction that it is in.
struct Commits;

impl RustRevision for Commits {
    async fn up(&self, context: &mut Context<'_>) -> Result<(), ContextError> {
        context
            .execute("INSERT INTO colours VALUES ('grey'); COMMIT")
            .await
    }
}

#[test]
fn an_error_of_its_own_and_a_commit_of_its_own_roll_back() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let undecided = builder()
            .revision("1_colours", Colours)
            .revision("2_undecided", Undecided)
            .build()
            .unwrap();
        let commits = builder()
            .revision("1_colours", Colours)
            .revision("2_commits", Commits)
            .build()
            .unwrap();
        let database = Database::new(engine);
        for (migrator, says) in [
            (undecided, "there is no such colour"),
            (commits, "COMMIT would end the revision's transaction"),
        ] {
            let error = migrator.run_blocking(&database.url, "heads").unwrap_err();
            let text = error.to_string();
            assert!(
                text.contains(says) && text.contains("was rolled back"),
                "{text}"
            );
            assert_eq!(database.applied(), ["1"], "{engine:?}");
            assert_eq!(
                database.number("SELECT count(*) FROM colours"),
                3,
                "{engine:?}"
            );
            assert_eq!(database.left_behind(), [""; 0], "{engine:?}");
        }
    }
}

/// A directory's revisions and those in Rust make one graph.
#[test]
fn they_stand_among_a_directorys() {
    let mut project = aludel_tests::project::Project::new();
    project.add("CREATE TABLE colours (name VARCHAR(40));\n");
    let first = project.ids()[0].clone();
    let migrator = builder()
        .directory(project.migrations())
        .revision_after(&[&first], "2026-02-01-000000_count", Count)
        .build()
        .unwrap();
    let database = Database::new(Engine::Sqlite);
    let done = migrator.run_blocking(&database.url, "head").unwrap();
    assert_eq!(done.revisions.len(), 2);
    assert_eq!(database.query("SELECT name FROM colours"), ["0"]);
    let status = tokio::runtime::Runtime::new()
        .unwrap()
        .block_on(migrator.status(&database.url))
        .unwrap();
    let states: Vec<_> = status
        .files
        .iter()
        .map(|f| (f.name.as_str(), f.state))
        .collect();
    assert_eq!(states, [("2026-02-01-000000_count", "unverified")]);
}
