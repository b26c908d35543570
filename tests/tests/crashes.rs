//! Crash points: a connection that is cut before or after any call, a program that is killed at any
//! moment. A second run finishes what the first began, and the ledger and the schema are those of a
//! run that nobody disturbed.

#![allow(clippy::unwrap_used, reason = "a panic is a failed test")]

use std::time::Duration;

use aludel::run::{Class, RunError};
use aludel::{Error, Migrator, Move};
use aludel_tests::database::Database;
use aludel_tests::drivers::driver;
use aludel_tests::engine::{Engine, engines};
use aludel_tests::project::Project;
use aludel_tests::signals::{self, command, run, until, wait_at_most};
use aludel_tests::wrapped::{At, Wrapped};

/// Every revision makes a table and writes its number into another: what was done can be seen.
fn project(engine: Engine) -> Project {
    let mut project = Project::traced(3);
    let setting = match engine.driver() {
        "sqlite" => "PRAGMA cache_size = 100;\n",
        "postgres" => "SET search_path TO public;\n",
        _ => "SET SESSION sql_safe_updates = 0;\n",
    };
    for (number, before) in [(4, setting), (5, "-- aludel: no-transaction\n"), (6, "")] {
        project.add(&format!(
            "{before}CREATE TABLE t{number} (id INTEGER);\nINSERT INTO trace VALUES ('{number}');\n"
        ));
    }
    project
}

fn migrator(driver: impl aludel::driver::Driver, project: &Project) -> Migrator {
    Migrator::builder()
        .driver(driver)
        .directory(project.migrations())
        .build()
        .unwrap()
}

/// The revision that a run leaves part-way, with how many of its statements it knows to be done.
fn part_way(error: &Error) -> Option<(String, u64)> {
    match error {
        Error::Run(RunError::PartWay(part)) => Some((part.revision.clone(), part.completed)),
        _ => None,
    }
}

/// Undoes a part-way revision by hand, as its error says, and says so.
async fn settle(database: &Database, project: &Project, migrator: &Migrator, id: &str, known: u64) {
    let number = project.ids().iter().position(|known| known == id).unwrap() + 1;
    let table = match number {
        1 => "trace".to_owned(),
        _ => format!("t{number}"),
    };
    let mut done = u64::from(database.has_table(&table));
    if database.has_table("trace") {
        done += database.number(&format!(
            "SELECT count(*) FROM trace WHERE revision = '{number}'"
        ));
        database.query(&format!("DELETE FROM trace WHERE revision = '{number}'"));
    }
    // Neither the setting of the fourth nor a pause at the end leaves a trace.
    let seen = (known - u64::from(number == 4 && known > 0)).min(2);
    assert!(
        (seen..=seen + 1).contains(&done),
        "{id}: {done} statements were done, {known} are known"
    );
    database.query(&format!("DROP TABLE IF EXISTS {table}"));
    let applied = database.applied();
    let current = applied.last().map_or("base", String::as_str);
    let stamp = Move::stamp(current);
    migrator.run(&database.url, stamp).await.unwrap();
}

/// A second run, and a third where the first left a revision part-way; then everything is as if
/// nothing had happened.
async fn finishes(database: &Database, project: &Project, schema: &str, about: &str) {
    let migrator = Migrator::builder();
    let migrator = migrator.driver(Wrapped::watched(driver(database.engine)));
    let migrator = migrator.directory(project.migrations()).build().unwrap();
    if let Err(error) = migrator.run(&database.url, "heads").await {
        let (id, known) = part_way(&error).unwrap_or_else(|| panic!("{about}: {error}"));
        settle(database, project, &migrator, &id, known).await;
        let again = migrator.run(&database.url, "heads").await;
        again.unwrap_or_else(|error| panic!("{about}: {error}"));
    }
    assert_eq!(database.applied(), project.ids(), "{about}");
    assert_eq!(database.schema(), schema, "{about}");
    let mut trace = database.query("SELECT revision FROM trace");
    trace.sort();
    assert_eq!(trace, ["1", "2", "3", "4", "5", "6"], "{about}");
    let status = migrator.status(&database.url).await.unwrap();
    assert!(
        !status.differs() && !status.is_pending(),
        "{about}: {status:?}"
    );
    until(&format!("{about}: nothing is left behind"), || {
        database.left_behind().is_empty()
    });
}

/// The schema that a run leaves which nobody disturbs.
async fn undisturbed(engine: Engine, project: &Project) -> String {
    let database = Database::new(engine);
    let migrator = migrator(Wrapped::watched(driver(engine)), project);
    migrator.run(&database.url, "heads").await.unwrap();
    database.schema()
}

/// What an error says of what is committed is true.
fn truthful(error: &Error, database: &Database, project: &Project, about: &str) {
    let Error::Run(error) = error else {
        panic!("{about}: {error}");
    };
    let class = error.class();
    assert!(
        matches!(class, Class::Connection | Class::PartWay),
        "{about}: {class:?}"
    );
    let RunError::Statement(failure) = error else {
        return;
    };
    let applied = database.applied();
    let committed = failure.committed.len();
    assert_eq!(failure.committed, project.names()[..committed], "{about}");
    assert!(applied.len() >= committed, "{about}: {applied:?}");
    let fate = failure.fate().unwrap_or_default();
    if fate.contains("rolled back") {
        assert_eq!(applied.len(), committed, "{about}: {fate}");
    }
}

async fn cut_at_every_call(engine: Engine) {
    let project = project(engine);
    let schema = undisturbed(engine, &project).await;
    for at in [At::Before as fn(usize) -> At, At::After] {
        for number in 0.. {
            let about = format!("{engine:?}, cut {:?}", at(number));
            let database = Database::new(engine);
            let wrapped = Wrapped::cut(driver(engine), at(number));
            let ran = migrator(wrapped.clone(), &project)
                .run(&database.url, "heads")
                .await;
            if wrapped.calls() <= number {
                assert!(ran.is_ok(), "{about}: {ran:?}");
                assert!(number > 3, "{about}: hardly a call reaches the server");
                break;
            }
            // Only its goodbye may be cut without harm.
            match &ran {
                Ok(_) => assert_eq!(wrapped.calls(), number + 1, "{about}"),
                Err(error) => truthful(error, &database, &project, &about),
            }
            finishes(&database, &project, &schema, &about).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_run_finishes_wherever_the_connection_is_cut() {
    for engine in engines() {
        cut_at_every_call(engine).await;
    }
}

/// How long after its start a run is killed, in milliseconds.
fn moments() -> Vec<u64> {
    match std::env::var_os("ALUDEL_TEST_LONG") {
        Some(_) => (0..60).map(|step| step * 20).collect(),
        None => vec![0, 20, 60, 140, 300, 500, 800],
    }
}

/// The same, each statement a little slower: there is time to be killed in.
fn slow_project(engine: Engine) -> Project {
    let mut project = project(engine);
    for number in 1..=project.names().len() {
        let pause = match engine.driver() {
            "sqlite" => {
                "CREATE TEMPORARY TABLE pause AS WITH RECURSIVE n(i) AS \
                 (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300000) SELECT max(i) AS i FROM n;\nDROP TABLE pause;\n"
            }
            "postgres" => "SELECT pg_sleep(0.1);\n",
            _ => "SELECT SLEEP(0.1);\n",
        };
        project.append(number, pause);
    }
    project
}

async fn killed(engine: Engine) {
    let project = slow_project(engine);
    let schema = undisturbed(engine, &project).await;
    signals::aludel();
    let mut killed = 0;
    for moment in moments() {
        let about = format!("{engine:?}, killed after {moment} ms");
        let database = Database::new(engine);
        let mut child = command(&database.url, &project.migrations(), &["upgrade"])
            .spawn()
            .unwrap();
        tokio::time::sleep(Duration::from_millis(moment)).await;
        child.kill().unwrap();
        let ended = wait_at_most(child, Duration::from_secs(10));
        killed += usize::from(ended.signal.is_some());
        // Whoever only looks can look, also while what was killed is still being cleared away.
        let words = ["status", "--format", "json"];
        let status = run(&mut command(&database.url, &project.migrations(), &words));
        assert_eq!(status.code, 0, "{about}: {status:#?}");
        finishes(&database, &project, &schema, &about).await;
    }
    assert!(killed > 2, "{engine:?}: nothing was killed in time");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_run_finishes_after_the_first_was_killed() {
    for engine in engines() {
        killed(engine).await;
    }
}

/// SQLite leaves it to the next connection that may write to roll back what a killed one wrote; a
/// question opens the file for reading alone, and found it in the middle of a transaction.
#[test]
fn a_question_is_answered_after_a_writer_was_killed() {
    let mut project = Project::traced(1);
    project.add(
        "PRAGMA cache_size = 5;\nCREATE TABLE big (x TEXT);\n\
         WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000000)\n\
         INSERT INTO big SELECT hex(randomblob(500)) FROM n;\n",
    );
    let database = Database::new(Engine::Sqlite);
    let first = project.ids()[0].clone();
    let words = ["upgrade", first.as_str()];
    let ended = run(&mut command(&database.url, &project.migrations(), &words));
    assert_eq!(ended.code, 0, "{ended:#?}");
    let mut child = command(&database.url, &project.migrations(), &["upgrade"])
        .spawn()
        .unwrap();
    let journal = format!("{}-journal", database.file().display());
    until("the transaction is written to the file", || {
        let grown = std::fs::metadata(database.file()).is_ok_and(|file| file.len() > 10_000_000);
        grown && std::path::Path::new(&journal).exists()
    });
    child.kill().unwrap();
    wait_at_most(child, Duration::from_secs(10));
    assert!(
        std::path::Path::new(&journal).exists(),
        "it was killed in the transaction"
    );
    let status = run(&mut command(
        &database.url,
        &project.migrations(),
        &["status"],
    ));
    assert_eq!(status.code, 0, "{status:#?}");
    assert!(
        status.stdout.contains("pending     1 revision"),
        "{status:#?}"
    );
    assert_eq!(database.applied(), [first]);
}

/// Nobody knows of the statement that a killed run was at: every command says so.
#[test]
fn a_killed_run_leaves_one_statement_in_doubt() {
    let mut project = Project::new();
    project.add(
        "-- aludel: no-transaction\nCREATE TABLE z (x INT);\n\
         INSERT INTO z SELECT 1 FROM pg_sleep(2);\nINSERT INTO z VALUES (2);\n",
    );
    let database = Database::new(Engine::Postgres);
    let mut child = command(&database.url, &project.migrations(), &["upgrade"])
        .spawn()
        .unwrap();
    let sleeping = format!(
        "SELECT 1 FROM pg_stat_activity WHERE datname = '{}' AND wait_event = 'PgSleep'",
        database.name()
    );
    until("it sleeps", || !database.query_server(&sleeping).is_empty());
    child.kill().unwrap();
    wait_at_most(child, Duration::from_secs(10));
    for word in ["status", "repair"] {
        let ended = run(&mut command(&database.url, &project.migrations(), &[word]));
        let told = "1 of 3 statements is committed; statement 2 may have happened or not";
        assert!(ended.stdout.contains(told), "{ended:#?}");
    }
    until("nothing is left behind", || {
        database.left_behind().is_empty()
    });
}

/// The last rows of a revision in steps wait for a commit that the next one's first rows share. If
/// those are refused, here by the next one's guard, the revision is recorded all the same.
#[test]
fn a_revision_in_steps_is_recorded_although_the_next_ones_guard_refuses() {
    let mut project = Project::traced(4);
    let recorded = project.ids()[2].clone();
    let others =
        format!("INSERT INTO __diesel_schema_migrations (version) VALUES ('{recorded}');\n");
    project.append(2, &others);
    for engine in engines().into_iter().filter(|e| e.driver() == "mysql") {
        let database = Database::new(engine);
        let ended = run(&mut command(
            &database.url,
            &project.migrations(),
            &["upgrade"],
        ));
        assert_eq!(ended.code, 0, "{engine:?}: {ended:#?}");
        assert_eq!(database.applied(), project.ids(), "{engine:?}");
        let ours = [0, 1, 3].map(|index| project.ids()[index].clone());
        assert_eq!(database.done(), ours, "{engine:?}");
        assert_eq!(
            database.query("SELECT revision FROM trace ORDER BY revision"),
            ["1", "2", "4"],
            "{engine:?}"
        );
    }
}
