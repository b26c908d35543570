//! aludel moves database schemas through a graph of revisions, online over async connections or
//! offline as an SQL script.
//!
//! This crate is what an application embeds; [`Migrator`] is where to begin. It holds no database
//! client and prints nothing: drivers bring the one, reporters do the other.
//!
//! A program that brings its database to the newest revision when it starts, whatever the number of
//! its replicas:
//!
//! ```
//! use aludel::Migrator;
//! use aludel_sqlite::SqliteDriver;
//!
//! # let directory = tempfile::tempdir()?;
//! # let migrations = directory.path().join("migrations");
//! # let revision = migrations.join("2026-01-05-101500_accounts");
//! # std::fs::create_dir_all(&revision)?;
//! # std::fs::write(revision.join("up.sql"), "CREATE TABLE accounts (id INTEGER PRIMARY KEY);")?;
//! # let url = format!("sqlite:{}", directory.path().join("app.db").display());
//! # tokio::runtime::Runtime::new()?.block_on(async {
//! let migrator = Migrator::builder()
//!     .driver(SqliteDriver::new()) // and others: the URL's scheme chooses
//!     .directory(&migrations) // or `embedded`, `source`, `revision`
//!     .build()?;
//! let done = migrator.run(&url, "heads").await?;
//! assert_eq!(done.revisions, ["2026-01-05-101500_accounts"]);
//! # Ok::<(), aludel::Error>(())
//! # })?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! [`migrator`] says which of the four entries is for whom: a run of its own, one on a connection that
//! the application has, one from synchronous code, or no run at all but a script. What can go wrong is
//! [`Error`]; how a run goes is told as [`run::Event`]s.
//!
//! | crate | for |
//! | --- | --- |
//! | `aludel` | revisions, their graph, plans, runs; no database client |
//! | `aludel-sqlite`, `aludel-postgres`, `aludel-mysql` | a driver each: take those that you need |
//! | `aludel-diesel` | connections of diesel-async, and Diesel's migrations, both ways |
//! | `aludel-plugin` | drivers as shared libraries: to load them, and to make one of your own driver |
//! | `aludel-cli` | the program `aludel` |
//!
//! | module | for |
//! | --- | --- |
//! | [`migrator`], [`revision`], [`run`], [`config`] | who embeds: the migrator, where revisions come from, what a run does and tells, URLs and `aludel.toml` |
//! | [`driver`], [`ledger`], [`plan`], [`sql`] | who writes a driver |
//! | [`schema`], [`translate`] | who writes a driver that translates scripts or reads schemas |
//! | [`graph`], [`adopt`] | who writes a tool |
//!
//! With the cargo feature `include-dir`, revisions may be compiled into the program
//! (`MigratorBuilder::embedded`).

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
mod threads;
pub mod translate;

#[doc(inline)]
pub use migrator::{Error, IntoUrl, Migrator, MigratorBuilder};
#[doc(inline)]
pub use run::Move;
/// Stops runs: see [`MigratorBuilder::cancel`]. It is the type of `tokio-util`.
pub use tokio_util::sync::CancellationToken;
