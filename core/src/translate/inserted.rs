//! INSERTs that PostgreSQL takes otherwise than every other engine does.

use super::itself::looks_at_itself;
use super::target::Refusal;
use crate::schema::{
    DataStatement, Expr, Insert, InsertSource, Literal, Schema, SetExpr, Table, sequence_of,
};

/// Why an INSERT would do something else elsewhere.
pub(super) fn otherwise(statement: &DataStatement, schema: &Schema) -> Option<Refusal> {
    let DataStatement::Insert(insert) = statement else {
        return None;
    };
    let table = schema.table(&insert.table)?;
    null_for_a_number(insert, table).or_else(|| sees_its_own(statement, insert, schema))
}

/// NULL in a column that numbers itself fails there, and gets a number elsewhere.
fn null_for_a_number(insert: &Insert, table: &Table) -> Option<Refusal> {
    let InsertSource::Query(query) = &insert.source else {
        return None;
    };
    let SetExpr::Values(rows) = &query.body else {
        return None;
    };
    let columns: Vec<_> = match insert.columns.is_empty() {
        true => table.columns.iter().collect(),
        false => (insert.columns.iter())
            .filter_map(|name| table.column(name))
            .collect(),
    };
    let numbered = columns.iter().enumerate().find(|(place, column)| {
        let draws = column.default.as_ref().and_then(sequence_of).is_some();
        let is_null = |row: &Vec<Expr>| row.get(*place) == Some(&Expr::Literal(Literal::Null));
        (draws || column.identity.is_some()) && !column.nullable && rows.iter().any(is_null)
    });
    let (_, column) = numbered?;
    let message = format!(
        "`{}` takes no NULL, which would get the next number here",
        column.name
    );
    Some(Refusal::new("not-null", message).help("write DEFAULT for the next number"))
}

/// What ON CONFLICT sets sees the rows as they were before the statement there; elsewhere it sees
/// those that the statement has written already.
fn sees_its_own(statement: &DataStatement, insert: &Insert, schema: &Schema) -> Option<Refusal> {
    let one = matches!(&insert.source, InsertSource::Query(query)
        if matches!(&query.body, SetExpr::Values(rows) if rows.len() == 1));
    if one || !looks_at_itself(statement, schema) {
        return None;
    }
    let message = format!(
        "what ON CONFLICT sets reads `{}`, and would see rows that the statement has just written",
        insert.table
    );
    Some(
        Refusal::new("no-form", message).help("insert first, and update by a statement of its own"),
    )
}
