//! [`aludel`] and Diesel: connections of diesel-async, and migrations both ways.
//!
//! * [`Lent`] makes a session of a connection of diesel-async that is the application's own, for
//!   [`Migrator::run_on`](aludel::Migrator::run_on): `AsyncPgConnection`, `AsyncMysqlConnection`,
//!   `SyncConnectionWrapper<SqliteConnection>`, plain or out of a pool.
//! * [`Recorded`] makes revisions of any Diesel `MigrationSource`: files, embedded files, migrations
//!   written in Rust.
//! * [`Migrations`] makes a Diesel `MigrationSource` of a migrator's revisions, for `MigrationHarness`
//!   and `AsyncMigrationHarness`.
//!
//! A service that has a pool already:
//!
//! ```
//! use aludel::Migrator;
//! use aludel_diesel::Lent;
//! use aludel_sqlite::SqliteDriver;
//! use diesel_async::pooled_connection::AsyncDieselConnectionManager;
//! use diesel_async::pooled_connection::bb8::Pool;
//! use diesel_async::sync_connection_wrapper::SyncConnectionWrapper;
//!
//! # let directory = tempfile::tempdir()?;
//! # let migrations = directory.path().join("migrations");
//! # let revision = migrations.join("2026-01-05-101500_accounts");
//! # std::fs::create_dir_all(&revision)?;
//! # std::fs::write(revision.join("up.sql"), "CREATE TABLE accounts (id INTEGER);")?;
//! # let file = directory.path().join("app.db").display().to_string();
//! # tokio::runtime::Runtime::new()?.block_on(async {
//! type Connection = SyncConnectionWrapper<diesel::SqliteConnection>;
//! let manager = AsyncDieselConnectionManager::<Connection>::new(file);
//! let pool = Pool::builder().build(manager).await?;
//!
//! let migrator = Migrator::builder()
//!     .driver(SqliteDriver::new())
//!     .directory(&migrations)
//!     .build()?;
//! let mut connection = pool.get().await?;
//! let mut session = Lent::new(&mut *connection).await?;
//! migrator.run_on(&mut session, "heads").await?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! # })?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Cargo features
//!
//! `postgres`, `mysql` and `sqlite` say whose connections may be lent; none is on by default.
//!
//! # Deliberately absent
//!
//! Opening connections (drivers do), and schema inference.

mod harness;
mod lent;
mod recorder;

pub use harness::Migrations;
pub use lent::{Lend, Lent};
pub use recorder::Recorded;
