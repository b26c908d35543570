//! Statements on rows, by their first word.

use super::cursor::{Cursor, Parsed, unclear};
use super::{adapter, session};
use crate::schema::{Change, DataStatement};

/// Words that begin a statement on rows.
const VERBS: &[&str] = &[
    "INSERT", "UPDATE", "DELETE", "SELECT", "WITH", "VALUES", "TRUNCATE", "REPLACE",
];

/// A statement on rows, if it is one.
pub(super) fn statement(c: &mut Cursor<'_>) -> Parsed<Option<Vec<Change>>> {
    if !c.is_any(VERBS) && !c.is_op("(") {
        return Ok(None);
    }
    if let Some(change) = session::set_config(c)? {
        return Ok(Some(vec![change]));
    }
    let truncate = c.is("TRUNCATE");
    let statement = adapter::data(&c.take_rest())?;
    if truncate && !matches!(statement, DataStatement::Truncate { .. }) {
        return unclear("TRUNCATE of other than tables");
    }
    Ok(Some(vec![Change::Data(statement)]))
}
