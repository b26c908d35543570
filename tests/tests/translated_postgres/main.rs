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
