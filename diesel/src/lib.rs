//! aludel and Diesel.
//!
//! * [`Lent`] makes a session of a connection of diesel-async that is the application's own, for
//!   [`Migrator::run_on`](aludel::Migrator::run_on): `AsyncPgConnection`, `AsyncMysqlConnection`,
//!   `SyncConnectionWrapper<SqliteConnection>`, plain or out of a pool. The cargo features
//!   `postgres`, `mysql` and `sqlite` say which.
//!
//! Deliberately absent: opening connections (drivers do), and schema inference.

mod lent;

pub use lent::{Lend, Lent};
