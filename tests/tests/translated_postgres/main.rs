//! Scripts of MySQL, MariaDB and SQLite on PostgreSQL: the same rows before, equal rows after, and
//! the same refusals of rows that do not fit.
//!
//! * `mysql`, `sqlite`: what a translation of each gets wrong without anybody noticing, unless
//!   someone thought of it.
//! * `histories`: random statements, which `grammar` makes.
//! * `projects`: whole sets of migrations, up, down and up again, by the program itself.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a panic is the report, and a tally is part of it"
)]

mod grammar;
mod histories;
mod mysql;
mod projects;
mod sqlite;

use aludel_tests::database::Database;
use aludel_tests::engine::{Engine, engines};

/// The servers of PostgreSQL that compare texts by ICU, without which a collation that ignores case
/// cannot be made: a server that was built without it refuses the script. The system's is built
/// with it.
fn targets() -> Vec<Engine> {
    // The catalogue names such collations either way.
    let has_icu = |engine: &Engine| {
        let sql = "\\set ON_ERROR_STOP on\nCREATE COLLATION probe (provider = icu, locale = 'und')";
        engine.driver() == "postgres" && Database::new(*engine).client(sql).status.success()
    };
    let targets: Vec<_> = engines().into_iter().filter(has_icu).collect();
    assert!(targets.contains(&Engine::Postgres), "{targets:?}");
    targets
}
