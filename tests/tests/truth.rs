//! Replay against the truth: the model is what a live engine holds, after every script.

#![allow(clippy::unwrap_used, clippy::print_stderr)]

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use aludel_tests::engine::{Engine, engines};
use aludel_tests::program::root;
use aludel_tests::truth::{Truth, random_case};

/// The scripts of a service of the demonstration, in order.
fn scripts(directory: &Path) -> Vec<(String, String)> {
    let mut names: Vec<_> = fs::read_dir(directory)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.join("up.sql").exists())
        .collect();
    names.sort();
    let read = |path: std::path::PathBuf| {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        (name, fs::read_to_string(path.join("up.sql")).unwrap())
    };
    names.into_iter().map(read).collect()
}

/// Nothing was found but what the engine refused, and replay with it.
#[track_caller]
fn agrees(truth: &Truth) {
    let tally = &truth.tally;
    assert!(tally.lost.is_empty(), "{:#?}", tally.lost);
    assert!(tally.differences.is_empty(), "{:#?}", tally.differences);
}

#[test]
fn the_demonstration_replays_as_postgres_holds_it() {
    for service in fs::read_dir(root().join("migrations")).unwrap() {
        let directory = service.unwrap().path();
        let mut truth = Truth::new(Engine::Postgres);
        for (name, text) in scripts(&directory) {
            truth.script(&name, &text);
        }
        agrees(&truth);
        let tally = &truth.tally;
        assert!(tally.refused.is_empty(), "{:#?}", tally.refused);
        assert_eq!(tally.opaque, 0, "{}", directory.display());
        assert!(truth.model().tables().count() > 0);
    }
}

/// A script of an engine's own rules, compared after every statement.
fn own_rules(engine: Engine, script: &str) {
    let text = fs::read_to_string(root().join("tests/tests/truth").join(script)).unwrap();
    let mut truth = Truth::new(engine);
    truth.each_statement(script, &text);
    agrees(&truth);
    let tally = &truth.tally;
    assert!(tally.refused.is_empty(), "{engine:?} {:#?}", tally.refused);
    assert_eq!(tally.opaque, 0, "{engine:?}");
    assert!(truth.model().tables().count() > 0);
}

#[test]
fn the_rules_of_postgres_replay_as_it_holds_them() {
    for engine in engines() {
        if engine.driver() == "postgres" {
            own_rules(engine, "postgres.sql");
        }
    }
}

#[test]
fn the_rules_of_sqlite_replay_as_it_holds_them() {
    own_rules(Engine::Sqlite, "sqlite.sql");
}

#[test]
fn the_rules_of_mysql_and_mariadb_replay_as_they_hold_them() {
    for engine in engines() {
        if engine.driver() == "mysql" {
            own_rules(engine, "mysql.sql");
        }
    }
}

/// How long random schemas are tried: `ALUDEL_TEST_SECONDS`, five minutes if `ALUDEL_TEST_LONG` is
/// set, or a few cases.
fn enough(start: Instant, cases: u64) -> bool {
    let seconds = std::env::var("ALUDEL_TEST_SECONDS").map(|text| text.parse().unwrap());
    let long = std::env::var("ALUDEL_TEST_LONG").map(|_| 300);
    match seconds.or(long) {
        Ok(seconds) => start.elapsed() > Duration::from_secs(seconds),
        Err(_) => cases >= 4,
    }
}

/// `ALUDEL_TEST_SEED` tries one case again.
#[test]
fn random_definitions_replay_as_postgres_holds_them() {
    let start = Instant::now();
    let seed = std::env::var("ALUDEL_TEST_SEED").ok();
    let first: u64 = seed.as_ref().map_or(0, |seed| seed.parse().unwrap());
    let (mut cases, mut statements, mut refused, mut taken) = (0, 0, 0, 0);
    while !enough(start, cases) {
        let seed_here = first + cases;
        let (truth, history) = random_case(seed_here);
        let tally = &truth.tally;
        assert!(
            tally.lost.is_empty() && tally.differences.is_empty(),
            "ALUDEL_TEST_SEED={seed_here}: {:#?}\n{:#?}\nafter\n{};",
            tally.lost,
            tally.differences,
            history.join(";\n"),
        );
        statements += tally.statements;
        refused += tally.refused.len();
        taken += tally.taken.len();
        if std::env::var_os("ALUDEL_TRUTH_TAKEN").is_some() {
            for line in &tally.taken {
                eprintln!("taken {seed_here} {line}");
            }
        }
        cases += 1;
        if seed.is_some() {
            break;
        }
    }
    eprintln!(
        "{cases} schemas, {statements} statements taken, {refused} refused by PostgreSQL, of \
         which replay took {taken}"
    );
}
