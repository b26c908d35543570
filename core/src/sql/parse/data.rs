//! Statements on rows, by their first word.

use super::cursor::{Cursor, Parsed, unclear};
use super::{adapter, parse, session};
use crate::schema::{Change, DataStatement};
use crate::sql::Syntax;

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
    if let Some(table) = into_table(*c) {
        let changes = parse(Syntax::Postgres, &table);
        if !changes
            .iter()
            .any(|change| matches!(change, Change::Opaque(_)))
        {
            c.take_rest();
            return Ok(Some(changes));
        }
    }
    let truncate = c.is("TRUNCATE");
    let statement = adapter::data(&c.take_rest())?;
    if truncate && !matches!(statement, DataStatement::Truncate { .. }) {
        return unclear("TRUNCATE of other than tables");
    }
    Ok(Some(vec![Change::Data(statement)]))
}

/// `SELECT … INTO [TEMP | UNLOGGED] [TABLE] name FROM …`, which PostgreSQL's `CREATE TABLE name AS
/// SELECT … FROM …` is: that, as text.
fn into_table(mut c: Cursor<'_>) -> Option<String> {
    if c.syntax() != Syntax::Postgres || !c.is_any(&["SELECT", "WITH"]) {
        return None;
    }
    let items = c.until(|c| c.is_any(&["INTO", "FROM", "INSERT", "UPDATE", "DELETE"]));
    if !c.eat("INTO") {
        return None;
    }
    let kind = match c.eat_any(&["TEMP", "TEMPORARY", "UNLOGGED"]) {
        Some("UNLOGGED") => "UNLOGGED ",
        Some(_) => "TEMPORARY ",
        None => "",
    };
    c.eat("TABLE");
    let before = c;
    c.name().ok()?;
    let words = before.rest().len() - c.rest().len();
    let mut name = before;
    let name = name.take(words);
    let rest = c.as_written();
    Some(format!(
        "CREATE {kind}TABLE {} AS {} {rest}",
        name.as_written(),
        items.as_written()
    ))
}
