//! The library as an application uses it: the entries on real databases.

#![allow(clippy::unwrap_used, reason = "a panic is a failed test")]

use std::time::Duration;

use aludel::migrator::event_stream;
use aludel::run::Event;
use aludel::{Migrator, MigratorBuilder, Move};
use aludel_tests::database::Database;
use aludel_tests::engine::Engine;
use aludel_tests::program;
use aludel_tests::project::Project;
use include_dir::{Dir, include_dir};

const ENGINES: [Engine; 3] = [Engine::Sqlite, Engine::Postgres, Engine::Mariadb];

static ACCOUNTS: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../migrations/accounts");

fn builder() -> MigratorBuilder {
    Migrator::builder()
        .driver(aludel_sqlite::SqliteDriver::new())
        .driver(aludel_postgres::PostgresDriver)
        .driver(aludel_mysql::MysqlDriver)
}

fn migrator(project: &Project) -> Migrator {
    builder().directory(project.migrations()).build().unwrap()
}

#[test]
fn blocking_needs_no_runtime() {
    let project = Project::traced(3);
    for engine in ENGINES {
        let place = Database::new(engine);
        let done = migrator(&project)
            .run_blocking(&place.url, "heads")
            .unwrap();
        assert_eq!(done.revisions, project.names(), "{engine:?}");
        assert_eq!(place.applied(), project.ids(), "{engine:?}");
        assert_eq!(place.left_behind(), [""; 0], "{engine:?}");
    }
}

#[test]
fn blocking_inside_a_runtime_is_a_clear_error_and_no_deadlock() {
    let project = Project::traced(1);
    let migrator = migrator(&project);
    let single = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    let multi = tokio::runtime::Builder::new_multi_thread().build().unwrap();
    for runtime in [single, multi] {
        let error = runtime
            .block_on(async { migrator.run_blocking("sqlite::memory:", "heads") })
            .unwrap_err();
        assert_eq!(error.code(), "inside-runtime");
        assert!(error.to_string().contains("run(…).await"), "{error}");
    }
}

/// Nothing in a run needs a second thread of the runtime, nor panics on one.
#[test]
fn a_runtime_of_one_thread_is_enough() {
    let project = Project::traced(3);
    let migrator = migrator(&project);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    for engine in ENGINES {
        let place = Database::new(engine);
        let url = &place.url;
        runtime.block_on(async {
            migrator.run(url, "heads").await.unwrap();
            let status = migrator.status(url).await.unwrap();
            assert!(
                status.pending.is_empty() && status.files.is_empty(),
                "{engine:?}"
            );
            let done = migrator.run(url, Move::stamp("base")).await.unwrap();
            assert!(done.stamped);
        });
        assert_eq!(place.applied(), [""; 0], "{engine:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_future_that_is_dropped_rolls_back_and_frees_the_lock() {
    let mut project = Project::traced(1);
    project.add("CREATE TABLE half (id INTEGER);\nSELECT pg_sleep(60);\n");
    let place = Database::new(Engine::Postgres);
    let (sender, mut events) = event_stream();
    let migrator = builder()
        .directory(project.migrations())
        .events(sender)
        .build()
        .unwrap();
    let url = &place.url;
    let run = migrator.run(url, "heads");
    let late = tokio::time::timeout(Duration::from_millis(1500), run).await;
    assert!(late.is_err(), "it sleeps");
    // In the background it is interrupted, not abandoned: the connection goes away by itself.
    while !place.left_behind().is_empty() {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert!(!place.has_table("half"));
    assert_eq!(place.applied(), project.ids()[..1]);
    drop(migrator);
    let mut done = Vec::new();
    while let Some(event) = events.next().await {
        if let Event::RevisionDone { revision, .. } = event {
            done.push(revision);
        }
    }
    assert_eq!(done, project.ids()[..1]);
}

/// A program with its revisions inside and `aludel` itself on the directory are of one mind.
#[test]
fn embedded_revisions_and_their_directory_have_equal_checksums() {
    let place = Database::new(Engine::Postgres);
    let url = &place.url;
    builder()
        .embedded(&ACCOUNTS)
        .build()
        .unwrap()
        .run_blocking(url, "heads")
        .unwrap();
    let directory = program::root().join("migrations/accounts");
    let directory = directory.to_str().unwrap();
    let words = [
        "--url",
        url,
        "--migrations",
        directory,
        "--format",
        "json",
        "status",
    ];
    let status = program::ok(&std::env::temp_dir(), &words);
    let status: serde_json::Value = serde_json::from_str(&status).unwrap();
    let database = &status["databases"][0];
    for empty in ["pending", "missing", "files", "part_way"] {
        assert_eq!(database[empty], serde_json::json!([]), "{empty}: {status}");
    }
}

#[test]
fn settings_come_from_the_file_and_its_environment() {
    let project = Project::traced(2);
    let root = project.migrations().parent().unwrap().to_owned();
    let file = root.join("aludel.toml");
    std::fs::write(
        &file,
        "[databases.accounts]\nmigrations = 'migrations'\nurl = 'sqlite:dev.db'\nledger_table = 'applied'\n\
         [environments.prod.databases.accounts]\nurl = 'sqlite:prod.db'\n\
         [environments.test.databases.accounts]\nprotected = false\n",
    )
    .unwrap();
    let configured = |environment: Option<&str>| {
        let builder = Migrator::from_config("accounts")
            .config_file(&file)
            .driver(aludel_sqlite::SqliteDriver::new());
        match environment {
            Some(name) => builder.environment(name),
            None => builder,
        }
    };
    for (environment, database) in [(None, "dev.db"), (Some("prod"), "prod.db")] {
        let migrator = configured(environment).build().unwrap();
        migrator
            .run_blocking(migrator.url().unwrap(), "heads")
            .unwrap();
        let output = std::process::Command::new("sqlite3")
            .arg(root.join(database))
            .arg("SELECT count(*) FROM applied")
            .output()
            .unwrap();
        assert_eq!(String::from_utf8_lossy(&output.stdout).trim(), "2");
    }
    // Production never falls back to the laptop's file.
    let error = configured(Some("test")).build().err().unwrap();
    assert_eq!(error.code(), "config-no-url", "{error}");
    let error = Migrator::from_config("nobody")
        .config_file(&file)
        .build()
        .err()
        .unwrap();
    assert!(error.to_string().contains("`nobody`"), "{error}");
}

#[test]
fn the_script_of_a_migrator_is_the_script_of_the_command() {
    let project = Project::traced(2);
    let migrations = project.migrations();
    let migrations = migrations.to_str().unwrap();
    let migrator = migrator(&project);
    for (place, words) in [
        (
            "postgres://nobody:secret@nowhere/app",
            vec!["--url", "postgres://nobody:secret@nowhere/app"],
        ),
        ("postgres", vec!["--driver", "postgres"]),
        (
            "mariadb 10.11",
            vec!["--driver", "mariadb", "--server", "mariadb 10.11"],
        ),
        ("sqlite:nowhere/app.db", vec!["--driver", "sqlite"]),
    ] {
        let mut ours = Vec::new();
        migrator.run_offline(place, "heads", &mut ours).unwrap();
        let mut words = words;
        words.extend(["--migrations", migrations, "upgrade", "--sql"]);
        let theirs = program::ok(&std::env::temp_dir(), &words);
        assert_eq!(String::from_utf8(ours).unwrap(), theirs, "{place}");
    }
}

#[test]
fn an_error_says_what_failed_where_and_what_is_committed() {
    let mut project = Project::traced(1);
    project.add("CREATE TABLE half (id INTEGER);\n\nINSERT INTO nowhere VALUES (1);\n");
    let place = Database::new(Engine::Postgres);
    let error = migrator(&project)
        .run_blocking(&place.url, "heads")
        .unwrap_err();
    let text = error.to_string();
    for part in [
        "stopped at statement 2 of 2: relation \"nowhere\" does not exist (42P01)",
        "_r2/up.sql:3:13",
        "committed in this run: 2026-01-01-000001_r1",
        "was rolled back and is not applied",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
}

/// Written once, for production's PostgreSQL; on the laptop's SQLite it is translated.
#[test]
fn an_application_on_sqlite_translates_what_was_written_for_postgres() {
    let place = Database::new(Engine::Sqlite);
    let migrator = builder()
        .embedded(&ACCOUNTS)
        .dialect("postgres")
        .build()
        .unwrap();
    let done = migrator.run_blocking(&place.url, "heads").unwrap();
    assert_eq!(done.revisions.len(), migrator.revisions().revisions().len());
    assert!(place.has_table("accounts"));
    // The journal knows by which rules, for a later version that has others.
    let rules = "SELECT DISTINCT rules FROM __aludel_journal WHERE revision IS NOT NULL";
    assert_eq!(place.number(rules), u64::from(aludel::ledger::RULES));
    // A driver that is not there is said when it is needed.
    let alone = Migrator::builder()
        .driver(aludel_sqlite::SqliteDriver::new())
        .embedded(&ACCOUNTS)
        .dialect("postgres")
        .build()
        .unwrap();
    let error = alone.run_blocking(&place.url, "heads").unwrap_err();
    assert!(
        error.to_string().contains("MigratorBuilder::driver"),
        "{error}"
    );
}
