//! The ledger: the two tables that record what was applied.
//!
//! `__diesel_schema_migrations` is exactly Diesel's and is the applied set. `__aludel_journal` is
//! append-only: events numbered by the engine, and one row that names the format. The DDL per
//! engine is a dialect's ([`Dialect::create_ledger`](crate::driver::Dialect::create_ledger)) and
//! stands in `docs/ledger.md`. Both names may be others: [`LedgerTables`].
//!
//! Deliberately absent: connections. A driver reads rows; this module says what they mean.

mod entry;
mod snapshot;
pub mod sql;
mod tables;

pub use entry::{EntryEvent, Guard, Identity, JournalEntry, LedgerText};

pub use crate::revision::Direction;
pub use snapshot::{JournalRow, PartWay, Recorded, Snapshot};
pub use tables::LedgerTables;

/// The ledger's format that this version writes. A ledger with a newer one is refused.
pub const FORMAT: u32 = 1;

/// The version of the rules by which scripts are translated, as journal rows record it. A script
/// that runs as written has 0.
pub const RULES: u32 = 1;

/// The constraint that a guard violates when the ledger is not where a plan says. Its name is the
/// message that the engine's own client shows.
pub const GUARD_CONSTRAINT: &str = "aludel_ledger_is_not_where_the_plan_says";
