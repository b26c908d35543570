//! `truth ENGINE DIRECTORY…`: runs the migrations of each directory on an empty database of a
//! test server (`tests/servers`), and says where the model that replay makes of them differs
//! from what the engine then holds.
//!
//! A directory holds `NAME/up.sql`, in the order of the names. `PRELUDE=FILE` is run first.
//! `random:FROM-TO` in place of a directory tries random definitions of these seeds.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a tool of the tests"
)]

use std::fs;
use std::path::Path;

use aludel_tests::engine::Engine;
use aludel_tests::truth::{Truth, random_case};

fn main() {
    let mut words = std::env::args().skip(1);
    let engine = match words.next().as_deref() {
        Some("postgres") => Engine::Postgres,
        Some("postgres18") => Engine::Postgres18,
        Some("mariadb") => Engine::Mariadb,
        Some("mysql9") => Engine::Mysql9,
        Some("sqlite") => Engine::Sqlite,
        _ => panic!("truth postgres|postgres18|mariadb|mysql9|sqlite DIRECTORY…"),
    };
    for directory in words {
        if let Some(seeds) = directory.strip_prefix("random:") {
            survey(seeds);
            continue;
        }
        examine(engine, Path::new(&directory));
    }
}

fn examine(engine: Engine, directory: &Path) {
    let mut truth = Truth::new(engine);
    if let Some(prelude) = std::env::var_os("PRELUDE") {
        truth.script("prelude", &fs::read_to_string(prelude).unwrap());
    }
    let mut names: Vec<_> = fs::read_dir(directory)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.join("up.sql").exists())
        .collect();
    names.sort();
    for path in names {
        let text = fs::read_to_string(path.join("up.sql")).unwrap();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        truth.script(&name, &text);
    }
    let tally = &truth.tally;
    println!(
        "== {}: {} scripts, {} statements, {} opaque, {} refused by the engine, {} refused by \
         replay alone, {} taken by replay alone, {} differences",
        directory.display(),
        tally.scripts,
        tally.statements,
        tally.opaque,
        tally.refused.len(),
        tally.lost.len(),
        tally.taken.len(),
        tally.differences.len(),
    );
    let lists = [
        ("engine", &tally.refused),
        ("lost", &tally.lost),
        ("taken", &tally.taken),
        ("differs", &tally.differences),
    ];
    for (kind, list) in lists {
        for line in list {
            println!("  {kind}: {line}");
        }
    }
}

/// What each seed finds, with the statements before it.
fn survey(seeds: &str) {
    let (from, to) = seeds.split_once('-').unwrap();
    let (from, to): (u64, u64) = (from.parse().unwrap(), to.parse().unwrap());
    let (mut statements, mut refused) = (0, 0);
    for seed in from..to {
        let (truth, history) = random_case(seed);
        let tally = &truth.tally;
        statements += tally.statements;
        refused += tally.refused.len();
        let found = tally.lost.iter().chain(&tally.differences);
        for line in found {
            println!("  {seed} {line}");
        }
        if !tally.lost.is_empty() || !tally.differences.is_empty() {
            let shown = if to - from == 1 { history.len() } else { 2 };
            for statement in history.iter().skip(history.len().saturating_sub(shown)) {
                println!("      {statement}");
            }
        }
        for line in &tally.taken {
            println!("  taken {seed} {line}");
        }
    }
    println!(
        "== {} seeds, {statements} statements, {refused} refused",
        to - from
    );
}
