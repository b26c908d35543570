//! The documents that the queries answer with. Field by field what the SQL beside this file
//! selects.

use aludel::driver::flag;
use serde::Deserialize;

#[derive(Debug, Deserialize)]
pub(super) struct TableRow {
    pub(super) name: String,
    pub(super) engine: Option<String>,
    pub(super) collation: Option<String>,
    pub(super) charset: Option<String>,
    pub(super) comment: String,
    pub(super) options: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct ColumnRow {
    pub(super) table: String,
    pub(super) name: String,
    #[serde(rename = "type")]
    pub(super) ty: String,
    #[serde(deserialize_with = "flag")]
    pub(super) nullable: bool,
    pub(super) default: Option<String>,
    pub(super) extra: String,
    pub(super) generated: Option<String>,
    pub(super) charset: Option<String>,
    pub(super) collation: Option<String>,
    pub(super) comment: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct IndexRow {
    pub(super) table: String,
    pub(super) name: String,
    #[serde(deserialize_with = "flag")]
    pub(super) unique: bool,
    pub(super) column: Option<String>,
    pub(super) expr: Option<String>,
    pub(super) length: Option<u32>,
    #[serde(deserialize_with = "flag")]
    pub(super) descending: bool,
    pub(super) method: String,
    pub(super) comment: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct ForeignKeyRow {
    pub(super) table: String,
    pub(super) name: String,
    pub(super) column: String,
    pub(super) referred_database: Option<String>,
    pub(super) referred_table: String,
    pub(super) referred: String,
    pub(super) on_delete: String,
    pub(super) on_update: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct CheckRow {
    pub(super) table: String,
    pub(super) name: String,
    /// A column's own (MariaDB).
    #[serde(deserialize_with = "flag")]
    pub(super) own: bool,
    pub(super) expr: String,
    #[serde(deserialize_with = "flag")]
    pub(super) enforced: bool,
}

#[derive(Debug, Deserialize)]
pub(super) struct ViewRow {
    pub(super) name: String,
    pub(super) definition: String,
    pub(super) database: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct TriggerRow {
    pub(super) name: String,
    pub(super) table: String,
    pub(super) text: String,
}
