//! The documents that the queries answer with. Field by field what the SQL beside this file
//! selects.

use serde::Deserialize;

/// A schema and a name.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Qualified(pub(super) String, pub(super) String);

#[derive(Debug, Deserialize)]
pub(super) struct SchemaRow {
    pub(super) name: String,
    pub(super) current: bool,
}

#[derive(Debug, Deserialize)]
pub(super) struct EnumRow {
    pub(super) schema: String,
    pub(super) name: String,
    pub(super) members: Option<Vec<String>>,
}

#[derive(Debug, Deserialize)]
pub(super) struct DomainRow {
    pub(super) schema: String,
    pub(super) name: String,
    /// The type that it is.
    #[serde(rename = "type")]
    pub(super) ty: String,
    pub(super) nullable: bool,
    pub(super) default: Option<String>,
    pub(super) collation: Option<Qualified>,
    pub(super) checks: Option<Vec<CheckRow>>,
    pub(super) of_extension: bool,
}

/// A CHECK of a domain.
#[derive(Debug, Deserialize)]
pub(super) struct CheckRow {
    pub(super) name: String,
    pub(super) not_valid: bool,
    pub(super) expr: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct TableRow {
    pub(super) schema: String,
    pub(super) name: String,
    pub(super) unlogged: bool,
    pub(super) partition_by: Option<String>,
    pub(super) is_partition: bool,
    pub(super) inherits: Option<Qualified>,
    pub(super) comment: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct ColumnRow {
    pub(super) schema: String,
    pub(super) table: String,
    pub(super) name: String,
    #[serde(rename = "type")]
    pub(super) ty: String,
    pub(super) nullable: bool,
    pub(super) default: Option<String>,
    pub(super) generated: bool,
    /// `a`, `d` or nothing.
    pub(super) identity: String,
    pub(super) sequence: Option<Qualified>,
    pub(super) collation: Option<Qualified>,
    pub(super) comment: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct ConstraintRow {
    pub(super) schema: String,
    pub(super) table: String,
    pub(super) name: String,
    /// `p`, `u`, `f`, `c` or `x`.
    pub(super) kind: char,
    pub(super) deferrable: bool,
    pub(super) initially_deferred: bool,
    pub(super) not_valid: bool,
    pub(super) columns: Option<Vec<String>>,
    pub(super) referred_table: Option<Qualified>,
    pub(super) referred: Option<Vec<String>>,
    pub(super) on_delete: char,
    pub(super) on_update: char,
    pub(super) match_full: bool,
    pub(super) expr: Option<String>,
    pub(super) definition: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct IndexRow {
    pub(super) schema: String,
    pub(super) table: String,
    pub(super) name: String,
    pub(super) unique: bool,
    pub(super) method: String,
    pub(super) keys: Vec<KeyRow>,
    pub(super) filter: Option<String>,
    pub(super) nulls_not_distinct: bool,
    pub(super) comment: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct KeyRow {
    pub(super) expr: String,
    pub(super) included: bool,
    /// `pg_index.indoption`: 1 is DESC, 2 is NULLS FIRST; absent for an included column.
    pub(super) option: Option<u8>,
    pub(super) collation: Option<Qualified>,
    pub(super) class: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct SequenceRow {
    pub(super) schema: String,
    pub(super) name: String,
    #[serde(rename = "type")]
    pub(super) ty: String,
    pub(super) start: i64,
    pub(super) increment: i64,
    pub(super) min: i64,
    pub(super) max: i64,
    pub(super) cache: i64,
    pub(super) cycle: bool,
    pub(super) identity: Option<bool>,
    pub(super) table: Option<Qualified>,
    pub(super) column: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct ViewRow {
    pub(super) schema: String,
    pub(super) name: String,
    pub(super) materialized: bool,
    pub(super) definition: String,
    pub(super) columns: Option<Vec<String>>,
    pub(super) reads: Option<Vec<ReadRow>>,
}

/// A relation, and a column of it, that a view reads.
#[derive(Debug, Deserialize)]
pub(super) struct ReadRow(
    pub(super) String,
    pub(super) String,
    #[allow(dead_code)] pub(super) Option<String>,
);

#[derive(Debug, Deserialize)]
pub(super) struct TriggerRow {
    pub(super) schema: String,
    pub(super) table: String,
    pub(super) name: String,
    pub(super) text: String,
}
