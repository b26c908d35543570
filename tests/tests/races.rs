//! Several runners on one database: one applies, the others find nothing to do, all succeed.

#![allow(clippy::unwrap_used)]

use aludel_tests::database::Database;
use aludel_tests::engine::Engine;
use aludel_tests::project::Project;
use aludel_tests::signals::{command, until, wait_at_most};
use std::time::Duration;

const REVISIONS: usize = 8;

fn rounds() -> usize {
    match std::env::var_os("ALUDEL_TEST_LONG") {
        Some(_) => 50,
        None => 10,
    }
}

/// `runners` processes at once on a fresh database.
fn race(engine: Engine, runners: usize) {
    let project = Project::traced(REVISIONS);
    let database = Database::new(engine);
    let url = database.url.clone();
    let migrations = project.migrations();
    aludel_tests::signals::aludel();
    let started: Vec<_> = (0..runners)
        .map(|_| command(&url, &migrations, &["upgrade"]).spawn().unwrap())
        .collect();
    let ended: Vec<_> = started
        .into_iter()
        .map(|child| wait_at_most(child, Duration::from_secs(60)))
        .collect();
    for run in &ended {
        assert_eq!(run.code, 0, "{ended:#?}");
    }
    let mut trace = database.query("SELECT revision FROM trace");
    let numbers: Vec<_> = (1..=REVISIONS).map(|number| number.to_string()).collect();
    trace.sort();
    assert_eq!(trace, numbers, "{ended:#?}");
    assert_eq!(database.applied(), project.ids(), "{ended:#?}");
    assert_eq!(database.done(), project.ids(), "{ended:#?}");
    let failed = "SELECT count(*) FROM __aludel_journal WHERE event = 'failed'";
    assert_eq!(database.number(failed), 0, "{ended:#?}");
    // What the runners said they applied is each revision once, over all of them.
    for name in project.names() {
        let line = format!("+ {name} applied");
        let said = ended.iter().filter(|run| run.stderr.contains(&line));
        assert_eq!(said.count(), 1, "{name}: {ended:#?}");
    }
    until("nothing is left locked", || {
        database.left_behind().is_empty()
    });
}

fn races(engine: Engine) {
    for _ in 0..rounds() {
        race(engine, 2);
    }
}

#[test]
fn two_runners_on_sqlite_apply_each_revision_once() {
    races(Engine::Sqlite);
}

#[test]
fn two_runners_on_postgres_apply_each_revision_once() {
    races(Engine::Postgres);
}

#[test]
fn two_runners_on_mariadb_apply_each_revision_once() {
    races(Engine::Mariadb);
}

#[test]
fn five_runners_on_sqlite_apply_each_revision_once() {
    race(Engine::Sqlite, 5);
}

#[test]
fn five_runners_on_postgres_apply_each_revision_once() {
    race(Engine::Postgres, 5);
}

#[test]
fn five_runners_on_mariadb_apply_each_revision_once() {
    race(Engine::Mariadb, 5);
}

/// Between the statements of a revision in steps nobody holds SQLite's write lock: a second runner ran all of it
/// again, or took it for one that was cut off.
#[test]
fn runners_on_sqlite_apply_a_revision_in_steps_once() {
    aludel_tests::signals::aludel();
    for _ in 0..rounds() {
        let directory = tempfile::tempdir().unwrap();
        let migrations = directory.path().join("migrations");
        let inserts: String = (1..8)
            .map(|number| format!("INSERT INTO trace VALUES ({number});\n"))
            .collect();
        for (name, up) in [
            ("1_table", "CREATE TABLE trace (n INTEGER);\n".to_owned()),
            ("2_steps", format!("-- aludel: no-transaction\n{inserts}")),
        ] {
            std::fs::create_dir_all(migrations.join(name)).unwrap();
            std::fs::write(migrations.join(name).join("up.sql"), up).unwrap();
        }
        let database = Database::new(Engine::Sqlite);
        let started: Vec<_> = (0..3)
            .map(|_| {
                command(&database.url, &migrations, &["upgrade"])
                    .spawn()
                    .unwrap()
            })
            .collect();
        for child in started {
            let ended = wait_at_most(child, Duration::from_secs(60));
            assert_eq!(ended.code, 0, "{ended:#?}");
        }
        let trace = database.query("SELECT n FROM trace ORDER BY rowid");
        assert_eq!(trace, ["1", "2", "3", "4", "5", "6", "7"]);
    }
}

/// A statement that works for more than three seconds writes no row to the journal: the second runner took the
/// revision for one that was cut off. The lock that the statement holds says that it works.
#[test]
fn a_slow_statement_in_steps_is_not_taken_for_one_that_was_cut_off() {
    let directory = tempfile::tempdir().unwrap();
    let migrations = directory.path().join("migrations");
    let up = "-- aludel: no-transaction\nCREATE TABLE trace (n INTEGER);\nCREATE TABLE slow (n INTEGER);\n\
        INSERT INTO slow WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c WHERE x < 30000000) SELECT count(*) FROM c;\n\
        INSERT INTO trace VALUES (1);\n";
    std::fs::create_dir_all(migrations.join("1_slow")).unwrap();
    std::fs::write(migrations.join("1_slow/up.sql"), up).unwrap();
    let database = Database::new(Engine::Sqlite);
    let start = || command(&database.url, &migrations, &["upgrade"]).spawn();
    let first = start().unwrap();
    until("its table", || {
        let begun = "SELECT count(*) FROM sqlite_master WHERE name = 'slow'";
        database.query(begun) == ["1"]
    });
    for child in [start().unwrap(), first] {
        let ended = wait_at_most(child, Duration::from_secs(60));
        assert_eq!(ended.code, 0, "{ended:#?}");
    }
    assert_eq!(database.query("SELECT n FROM trace"), ["1"]);
}
