//! PostgreSQL's SQL in, SQLite's SQL out, and what SQLite makes of it.

mod blocks;
mod mysql;
mod rebuild;
mod silently_wrong;
mod statements;
mod support;
mod tables;
mod views;
