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
    let has_icu = |engine: &Engine| {
        let sql = "SELECT count(*) FROM pg_collation WHERE collprovider = 'i'";
        engine.driver() == "postgres" && Database::new(*engine).number(sql) > 0
    };
    let targets: Vec<_> = engines().into_iter().filter(has_icu).collect();
    assert!(targets.contains(&Engine::Postgres), "{targets:?}");
    targets
}
