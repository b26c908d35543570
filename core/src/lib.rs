//! aludel moves database schemas through a graph of revisions, online over async connections or
//! offline as an SQL script.
//!
//! This crate is what an application embeds. It holds no database client and prints nothing:
//! drivers bring the one, reporters do the other.

pub mod config;
pub mod driver;
pub mod graph;
pub mod ledger;
pub mod plan;
pub mod revision;
pub mod run;
pub mod schema;
pub mod sql;
pub mod translate;
