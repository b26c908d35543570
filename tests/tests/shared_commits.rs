//! SQLite: revisions that share a commit behave as if each had its own, whatever goes wrong.

#![allow(clippy::unwrap_used)]

use std::time::Duration;

use aludel_tests::database::Database;
use aludel_tests::engine::Engine;
use aludel_tests::project::Project;
use aludel_tests::signals::{Ended, aludel, command, interrupt, run, until, wait_at_most};

const REVISIONS: usize = 9;

/// A table of keys, and revisions of which number `bad` is refused.
fn project(bad: usize, script: &str) -> Project {
    let mut project = Project::new();
    project.add(
        "CREATE TABLE trace (revision VARCHAR(50) NOT NULL UNIQUE);\nINSERT INTO trace VALUES ('1');\n\
         CREATE TABLE parent (id INTEGER PRIMARY KEY);\n\
         CREATE TABLE child (id INTEGER REFERENCES parent DEFERRABLE INITIALLY DEFERRED);\n\
         CREATE TABLE strict_child (id INTEGER REFERENCES parent);\n",
    );
    for number in 2..=REVISIONS {
        let trace = format!("INSERT INTO trace VALUES ('{number}');\n");
        project.add(&match number == bad {
            true => format!("{trace}{script};\n"),
            false => format!("CREATE TABLE t{number} (id INTEGER);\n{trace}"),
        });
    }
    project
}

fn upgrade(database: &Database, project: &Project) -> Ended {
    run(&mut command(
        &database.url,
        &project.migrations(),
        &["upgrade"],
    ))
}

/// The ledger, the journal, the schema and what was said agree: the first `count` are applied.
fn holds(database: &Database, project: &Project, ended: &Ended, count: usize) {
    assert_eq!(database.applied(), project.ids()[..count], "{ended:#?}");
    assert_eq!(database.done(), project.ids()[..count], "{ended:#?}");
    let tables = "SELECT count(*) FROM sqlite_master WHERE name GLOB 't[0-9]*'";
    if count > 0 {
        assert_eq!(database.number("SELECT count(*) FROM trace"), count as u64);
        assert_eq!(database.number(tables), count as u64 - 1);
    }
    for (index, name) in project.names().iter().enumerate() {
        let said = ended.stderr.contains(&format!("+ {name} applied"));
        assert_eq!(said, index < count, "{name}: {ended:#?}");
    }
}

/// Whichever revision it is that fails, exactly those before it are applied, and mended it goes on.
fn fails_at_each(script: &str, message: &str) {
    for bad in 2..=REVISIONS {
        let database = Database::new(Engine::Sqlite);
        let project = project(bad, script);
        let ended = upgrade(&database, &project);
        assert_eq!(ended.code, 5, "{ended:#?}");
        assert!(ended.stderr.contains(message), "{ended:#?}");
        let name = &project.names()[bad - 1];
        assert!(
            ended.stderr.contains(&format!("`{name}` stopped")),
            "{ended:#?}"
        );
        holds(&database, &project, &ended, bad - 1);
        let up = project.migrations().join(name).join("up.sql");
        let mended =
            format!("CREATE TABLE t{bad} (id INTEGER);\nINSERT INTO trace VALUES ('{bad}');\n");
        std::fs::write(up, mended).unwrap();
        let again = upgrade(&database, &project);
        assert_eq!(again.code, 0, "{again:#?}");
        assert_eq!(database.done(), project.ids(), "{again:#?}");
    }
}

#[test]
fn a_refused_statement_leaves_exactly_the_revisions_before_it() {
    fails_at_each("INSERT INTO no_such_table VALUES (1)", "no such table");
}

#[test]
fn a_conflict_that_rolls_everything_back_leaves_exactly_the_revisions_before_it() {
    fails_at_each(
        "INSERT OR ROLLBACK INTO trace VALUES ('1')",
        "UNIQUE constraint failed",
    );
}

#[test]
fn a_trigger_that_rolls_everything_back_leaves_exactly_the_revisions_before_it() {
    fails_at_each(
        "CREATE TRIGGER stop BEFORE INSERT ON child BEGIN SELECT RAISE(ROLLBACK, 'all of it'); END;\n\
         INSERT INTO child VALUES (1)",
        "all of it",
    );
}

#[test]
fn a_violation_found_at_commit_is_that_of_its_own_revision() {
    fails_at_each(
        "INSERT INTO child VALUES (7)",
        "FOREIGN KEY constraint failed",
    );
}

/// What a later revision adds must not make up for it.
#[test]
fn a_later_revision_does_not_heal_an_earlier_ones_violation() {
    let database = Database::new(Engine::Sqlite);
    let mut project = project(REVISIONS, "INSERT INTO child VALUES (7)");
    project.add("INSERT INTO parent VALUES (7);\n");
    let ended = upgrade(&database, &project);
    assert_eq!(ended.code, 5, "{ended:#?}");
    holds(&database, &project, &ended, REVISIONS - 1);
}

#[test]
fn deferred_keys_end_with_the_revision_that_asked_for_them() {
    let database = Database::new(Engine::Sqlite);
    let deferring = "PRAGMA defer_foreign_keys = ON;\nINSERT INTO strict_child VALUES (7);\n\
                     INSERT INTO parent VALUES (7);\nCREATE TABLE t9 (id INTEGER)";
    let mut project = project(REVISIONS, deferring);
    project.add("INSERT INTO strict_child VALUES (8);\nINSERT INTO parent VALUES (8);\n");
    let ended = upgrade(&database, &project);
    assert_eq!(ended.code, 5, "{ended:#?}");
    assert!(
        ended.stderr.contains("stopped at statement 1 of 2"),
        "{ended:#?}"
    );
    holds(&database, &project, &ended, REVISIONS);
}

#[test]
fn a_savepoint_that_a_script_leaves_open_ends_with_its_revision() {
    let database = Database::new(Engine::Sqlite);
    let mut project = project(REVISIONS, "SAVEPOINT mine;\nCREATE TABLE t9 (id INTEGER)");
    project.add("ROLLBACK TO mine;\n");
    let ended = upgrade(&database, &project);
    assert_eq!(ended.code, 5, "{ended:#?}");
    assert!(
        ended.stderr.contains("no such savepoint: mine"),
        "{ended:#?}"
    );
    holds(&database, &project, &ended, REVISIONS);
}

/// SQLite counts in the file's header how often it was committed to.
#[test]
fn small_revisions_share_a_commit() {
    let database = Database::new(Engine::Sqlite);
    let project = Project::traced(60);
    let ended = upgrade(&database, &project);
    assert_eq!(ended.code, 0, "{ended:#?}");
    let file = std::fs::read(database.url.strip_prefix("sqlite:").unwrap()).unwrap();
    let commits = u32::from_be_bytes(file[24..28].try_into().unwrap());
    // A slow machine may need a few, a second each.
    assert!((1..30).contains(&commits), "{commits}");
}

/// A write that takes many seconds, and whose interruption rolls everything back.
const SLOW: &str = "INSERT INTO trace WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n \
                    WHERE i < 1000000000) SELECT max(i) FROM n";

#[test]
fn an_interrupted_write_loses_no_revision_before_it() {
    aludel();
    for bad in [2, 5, REVISIONS] {
        let database = Database::new(Engine::Sqlite);
        let project = project(bad, SLOW);
        let child = command(&database.url, &project.migrations(), &["upgrade"])
            .spawn()
            .unwrap();
        // There is nothing to see of it from outside: it is one transaction.
        std::thread::sleep(Duration::from_millis(1500));
        interrupt(&child);
        let ended = wait_at_most(child, Duration::from_secs(20));
        assert_eq!(ended.code, 130, "{ended:#?}");
        holds(&database, &project, &ended, bad - 1);
    }
}

#[test]
fn a_killed_run_leaves_whole_revisions_and_the_next_one_finishes() {
    aludel();
    for delay in (0..10).map(|step| step * 15) {
        let database = Database::new(Engine::Sqlite);
        let project = Project::traced(80);
        let mut child = command(&database.url, &project.migrations(), &["upgrade"])
            .spawn()
            .unwrap();
        std::thread::sleep(Duration::from_millis(delay));
        child.kill().unwrap();
        let killed = wait_at_most(child, Duration::from_secs(20));
        let applied = database.applied();
        assert_eq!(applied, project.ids()[..applied.len()], "{killed:#?}");
        assert_eq!(database.done(), applied, "{killed:#?}");
        for (index, name) in project.names().iter().enumerate() {
            let said = killed.stderr.contains(&format!("+ {name} applied"));
            assert!(
                !said || index < applied.len(),
                "told too early: {killed:#?}"
            );
        }
        let again = upgrade(&database, &project);
        assert_eq!(again.code, 0, "{again:#?}");
        assert_eq!(database.done(), project.ids());
        assert_eq!(database.number("SELECT count(*) FROM trace"), 80);
    }
}

/// While one run holds the file for a shared commit, another waits and finds nothing to do.
#[test]
fn another_writer_gets_in_between_shared_commits() {
    let database = Database::new(Engine::Sqlite);
    let project = Project::traced(400);
    let child = command(&database.url, &project.migrations(), &["upgrade"])
        .spawn()
        .unwrap();
    until("the run has begun", || {
        database.has_table("__aludel_journal")
    });
    let second = upgrade(&database, &project);
    let first = wait_at_most(child, Duration::from_secs(60));
    assert_eq!((first.code, second.code), (0, 0), "{first:#?} {second:#?}");
    assert_eq!(database.done(), project.ids());
}
