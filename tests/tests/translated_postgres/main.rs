//! Scripts of MySQL, MariaDB and SQLite on PostgreSQL: the same rows before, equal rows after, and
//! the same refusals of rows that do not fit.
//!
//! * `mysql`, `sqlite`: what a translation of each gets wrong without anybody noticing, unless
//!   someone thought of it.
//! * `projects`: whole sets of migrations, up, down and up again, by the program itself.

#![allow(clippy::unwrap_used, reason = "a panic is the report")]

mod mysql;
mod projects;
mod sqlite;
