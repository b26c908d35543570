//! aludel moves database schemas through a graph of revisions, online over async connections or
//! offline as an SQL script.
//!
//! This crate is what an application embeds; [`Migrator`] is where to begin. It holds no database
//! client and prints nothing: drivers bring the one, reporters do the other.
//!
//! | crate | for |
//! | --- | --- |
//! | `aludel` | revisions, their graph, plans, runs; no database client |
//! | `aludel-sqlite`, `aludel-postgres`, `aludel-mysql` | a driver each: take those that you need |
//! | `aludel-diesel` | connections of diesel-async, and Diesel's migrations, both ways |
//! | `aludel-cli` | the program `aludel` |

pub mod adopt;
pub mod config;
pub mod driver;
pub mod graph;
pub mod ledger;
pub mod migrator;
pub mod plan;
pub mod revision;
pub mod run;
pub mod schema;
pub mod sql;
pub mod translate;

pub use migrator::{Error, IntoUrl, Migrator, MigratorBuilder};
pub use run::Move;
