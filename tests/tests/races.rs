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
