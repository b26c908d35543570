//! Statements that change or read rows.

use super::{Cte, Expr, Ident, Name, OrderBy, Query, SelectItem, TableRef};

/// A statement on rows.
#[derive(Debug, Clone, PartialEq)]
pub enum DataStatement {
    /// `SELECT`, `VALUES`: run for its effect (`setval`), or nothing.
    Query(Box<Query>),
    /// `INSERT`.
    Insert(Box<Insert>),
    /// `UPDATE`.
    Update(Box<Update>),
    /// `DELETE`.
    Delete(Box<Delete>),
    /// `TRUNCATE`.
    Truncate {
        /// The tables.
        tables: Vec<Name>,
        /// `RESTART IDENTITY`.
        restart_identity: bool,
        /// `CASCADE`.
        cascade: bool,
    },
}

impl DataStatement {
    /// Its `WITH`. That of the query of an INSERT is another.
    pub fn with(&self) -> &[Cte] {
        match self {
            Self::Query(query) => &query.with,
            Self::Insert(insert) => &insert.with,
            Self::Update(update) => &update.with,
            Self::Delete(delete) => &delete.with,
            Self::Truncate { .. } => &[],
        }
    }

    /// [`DataStatement::with`], to be changed; `None` where there can be none.
    pub fn with_mut(&mut self) -> Option<&mut Vec<Cte>> {
        match self {
            Self::Query(query) => Some(&mut query.with),
            Self::Insert(insert) => Some(&mut insert.with),
            Self::Update(update) => Some(&mut update.with),
            Self::Delete(delete) => Some(&mut delete.with),
            Self::Truncate { .. } => None,
        }
    }

    /// Whether its `WITH` is `RECURSIVE`.
    pub fn is_recursive(&self) -> bool {
        match self {
            Self::Query(query) => query.recursive,
            Self::Insert(insert) => insert.recursive,
            Self::Update(update) => update.recursive,
            Self::Delete(delete) => delete.recursive,
            Self::Truncate { .. } => false,
        }
    }
}

/// `INSERT`.
#[derive(Debug, Clone, PartialEq)]
pub struct Insert {
    /// `WITH`.
    pub with: Vec<Cte>,
    /// `WITH RECURSIVE`.
    pub recursive: bool,
    /// Into which table.
    pub table: Name,
    /// Its alias.
    pub alias: Option<Ident>,
    /// Which columns; empty: all.
    pub columns: Vec<Ident>,
    /// `OVERRIDING SYSTEM VALUE`.
    pub overriding: bool,
    /// What.
    pub source: InsertSource,
    /// What if a row exists.
    pub on_conflict: Option<OnConflict>,
    /// `RETURNING`.
    pub returning: Vec<SelectItem>,
}

/// What an INSERT inserts.
#[derive(Debug, Clone, PartialEq)]
pub enum InsertSource {
    /// A query or VALUES.
    Query(Box<Query>),
    /// `DEFAULT VALUES`.
    Defaults,
}

/// `ON CONFLICT`; MySQL's `INSERT IGNORE`, `ON DUPLICATE KEY UPDATE` and `REPLACE`, SQLite's
/// `OR IGNORE` and `OR REPLACE`.
#[derive(Debug, Clone, PartialEq)]
pub enum OnConflict {
    /// Keep the row that exists.
    Nothing {
        /// Only on this key; empty: on any.
        columns: Vec<Ident>,
        /// `WHERE` of the key's index.
        filter: Option<Expr>,
        /// `ON CONSTRAINT`.
        constraint: Option<Ident>,
    },
    /// Change the row that exists.
    Update {
        /// On this key; empty (MySQL): on any.
        columns: Vec<Ident>,
        /// `WHERE` of the key's index.
        key_filter: Option<Expr>,
        /// `ON CONSTRAINT`.
        constraint: Option<Ident>,
        /// How; the new row is `excluded` (MySQL's `VALUES(c)` is read as that).
        assignments: Vec<Assignment>,
        /// Only where.
        filter: Option<Expr>,
    },
    /// Delete the rows that exist, then insert: `REPLACE`.
    Replace,
    /// MySQL's `INSERT IGNORE`, which forgives more than a key that exists.
    Ignore,
}

/// `column = expression`, or `(a, b) = expression`.
#[derive(Debug, Clone, PartialEq)]
pub struct Assignment {
    /// One column, or several for a row value.
    pub columns: Vec<Ident>,
    /// The value.
    pub value: Expr,
}

/// `UPDATE`.
#[derive(Debug, Clone, PartialEq)]
pub struct Update {
    /// `WITH`.
    pub with: Vec<Cte>,
    /// `WITH RECURSIVE`.
    pub recursive: bool,
    /// Which table.
    pub table: Name,
    /// Its alias.
    pub alias: Option<Ident>,
    /// `SET`.
    pub assignments: Vec<Assignment>,
    /// `FROM`; MySQL's joined tables are read as that.
    pub from: Vec<TableRef>,
    /// `WHERE`.
    pub filter: Option<Expr>,
    /// `ORDER BY` (MySQL).
    pub order_by: Vec<OrderBy>,
    /// `LIMIT` (MySQL).
    pub limit: Option<Expr>,
    /// `RETURNING`.
    pub returning: Vec<SelectItem>,
}

/// `DELETE`.
#[derive(Debug, Clone, PartialEq)]
pub struct Delete {
    /// `WITH`.
    pub with: Vec<Cte>,
    /// `WITH RECURSIVE`.
    pub recursive: bool,
    /// From which table.
    pub table: Name,
    /// Its alias.
    pub alias: Option<Ident>,
    /// `USING`; MySQL's joined tables are read as that.
    pub using: Vec<TableRef>,
    /// `WHERE`.
    pub filter: Option<Expr>,
    /// `ORDER BY` (MySQL).
    pub order_by: Vec<OrderBy>,
    /// `LIMIT` (MySQL).
    pub limit: Option<Expr>,
    /// `RETURNING`.
    pub returning: Vec<SelectItem>,
}
