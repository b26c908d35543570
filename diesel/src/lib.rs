//! aludel and Diesel.
//!
//! * [`Lent`] makes a session of a connection of diesel-async that is the application's own, for
//!   [`Migrator::run_on`](aludel::Migrator::run_on): `AsyncPgConnection`, `AsyncMysqlConnection`,
//!   `SyncConnectionWrapper<SqliteConnection>`, plain or out of a pool. The cargo features
//!   `postgres`, `mysql` and `sqlite` say which.
//! * [`Recorded`] makes revisions of any Diesel `MigrationSource`: files, embedded files, migrations
//!   written in Rust.
//! * [`Migrations`] makes a Diesel `MigrationSource` of a migrator's revisions, for `MigrationHarness`
//!   and `AsyncMigrationHarness`.
//!
//! Deliberately absent: opening connections (drivers do), and schema inference.

mod harness;
mod lent;
mod recorder;

pub use harness::Migrations;
pub use lent::{Lend, Lent};
pub use recorder::Recorded;
