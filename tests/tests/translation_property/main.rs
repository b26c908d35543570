//! Random schemas, rows and changes: PostgreSQL and another engine hold the same rows before a
//! revision, and after its translation they do again. A revision may be refused, or fail where the
//! translation says that it does; nothing may be lost, and nothing may differ.
//!
//! The code of a trigger is bound when it runs: a change of types may leave it with a constant that
//! its column no longer takes. PostgreSQL then fails whenever it runs, the target where it meets a
//! row. Such a history ends there, and is counted under PostgreSQL's code (`pair::late`).
//!
//! `ALUDEL_TEST_SECONDS` says for how long (a few seconds, or with `ALUDEL_TEST_LONG` ten minutes),
//! `ALUDEL_TEST_SEED` where to begin: a run is repeated from the seed that it names.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a panic is the report, and the tally is part of it"
)]

mod kinds;
mod pair;
mod statements;
mod values;

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use aludel_tests::engine::{Engine, engines};
use aludel_tests::seeded::Random;
use pair::{Outcome, Pair};

/// Revisions of one history.
const REVISIONS: usize = 25;

#[test]
fn random_histories_leave_the_same_rows_on_sqlite() {
    histories(Engine::Sqlite);
}

#[test]
fn random_histories_leave_the_same_rows_on_mariadb() {
    histories(Engine::Mariadb);
}

/// Where there is a MySQL: with `tests/run --all-servers`.
#[test]
fn random_histories_leave_the_same_rows_on_mysql() {
    for engine in engines()
        .into_iter()
        .filter(|engine| *engine == Engine::Mysql9)
    {
        histories(engine);
    }
}

fn histories(engine: Engine) {
    let number = |name: &str| {
        std::env::var(name)
            .ok()
            .and_then(|text| text.parse::<u64>().ok())
    };
    let long = std::env::var_os("ALUDEL_TEST_LONG").is_some();
    let seconds = number("ALUDEL_TEST_SECONDS").unwrap_or(if long { 600 } else { 10 });
    let first = number("ALUDEL_TEST_SEED").unwrap_or(1);
    let until = Instant::now() + Duration::from_secs(seconds);
    let mut tally: BTreeMap<String, usize> = BTreeMap::new();
    let mut findings = Vec::new();
    let mut seed = first;
    // One at least, however slow the machine is.
    while seed == first || Instant::now() < until {
        if let Some(finding) = history(engine, seed, &mut tally) {
            println!("{finding}");
            findings.push(seed);
        }
        seed += 1;
    }
    println!("{engine:?}, seeds {first} to {}: {tally:#?}", seed - 1);
    assert!(findings.is_empty(), "seeds with findings: {findings:?}");
    assert!(
        tally.get("same").is_some_and(|same| *same > 10),
        "{tally:#?}"
    );
}

/// What is wrong in a history, if anything is.
fn history(engine: Engine, seed: u64, tally: &mut BTreeMap<String, usize>) -> Option<String> {
    let mut random = Random::new(seed);
    // Where nobody is expected to write, guards stand in the place of triggers without a form.
    let mut pair = Pair::new(engine, seed.is_multiple_of(2));
    let finding = steps(&mut random, &mut pair, engine, tally);
    for (what, count) in [
        ("statements of PostgreSQL", pair.statements),
        ("rows compared", pair.rows),
    ] {
        *tally.entry(what.into()).or_default() += count;
    }
    finding.map(|what| {
        let history = pair.history();
        format!("{engine:?}, seed {seed}, {what}\n\nits history:\n{history}")
    })
}

fn steps(
    random: &mut Random,
    pair: &mut Pair,
    engine: Engine,
    tally: &mut BTreeMap<String, usize>,
) -> Option<String> {
    for step in 0..REVISIONS {
        let script = statements::revision(random, pair, step);
        let outcome = pair.revision(&script);
        let word = match &outcome {
            Outcome::Same => "same".to_owned(),
            Outcome::Invalid => "invalid in PostgreSQL".to_owned(),
            Outcome::Refused(code) => format!("refused: {code}"),
            Outcome::Failed(why) => format!("failed as said: {why}"),
            Outcome::Wrong(what) => return Some(format!("revision {step}:\n{what}")),
        };
        *tally.entry(word).or_default() += 1;
        // Half of the revision is done where definitions commit by themselves.
        if matches!(outcome, Outcome::Failed(_)) && !engine.transactional_ddl() {
            return None;
        }
        for _ in 0..4 {
            let change = values::change(random, pair.schema());
            if let Some((theirs, ours)) = change
                && let Some(what) = pair.by_application(&theirs, &ours)
            {
                return Some(format!("after revision {step}: {what}"));
            }
            if let Some(over) = &pair.over {
                *tally.entry(format!("ended: {over}")).or_default() += 1;
                return None;
            }
        }
    }
    None
}
