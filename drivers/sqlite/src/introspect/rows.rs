//! The documents that the queries answer with. Field by field what the SQL beside this file
//! selects.

use aludel::driver::flag;
use serde::Deserialize;

#[derive(Debug, Deserialize)]
pub(super) struct ObjectRow {
    /// `table`, `index`, `view`, `trigger`.
    pub(super) kind: String,
    pub(super) name: String,
    pub(super) sql: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct ColumnRow {
    pub(super) table: String,
    pub(super) name: String,
    #[serde(rename = "type")]
    pub(super) ty: String,
    #[serde(deserialize_with = "flag")]
    pub(super) not_null: bool,
    pub(super) default: Option<String>,
    /// Its place in the primary key, from 1.
    pub(super) key: u32,
    /// 0, or 1 for a hidden one of a virtual table, 2 and 3 for a generated one.
    pub(super) hidden: u32,
}

#[derive(Debug, Deserialize)]
pub(super) struct ForeignKeyRow {
    pub(super) table: String,
    /// The number of the foreign key.
    pub(super) key: u32,
    pub(super) referred_table: String,
    pub(super) from: String,
    /// Absent for "the primary key".
    pub(super) to: Option<String>,
    pub(super) on_delete: String,
    pub(super) on_update: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct IndexRow {
    pub(super) table: String,
    pub(super) name: String,
    #[serde(deserialize_with = "flag")]
    pub(super) unique: bool,
    /// `c`: by CREATE INDEX; `u`, `pk`: by a constraint.
    pub(super) origin: String,
    #[serde(deserialize_with = "flag")]
    pub(super) partial: bool,
    /// Absent for an expression.
    pub(super) column: Option<String>,
    #[serde(deserialize_with = "flag")]
    pub(super) descending: bool,
}
