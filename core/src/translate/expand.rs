//! `CREATE TABLE … AS`: a table with the columns of a query, and its rows.

use super::infer::Scope;
use crate::schema::{
    Change, ColumnDef, CreateTable, DataStatement, Insert, InsertSource, Query, Replay,
};
use crate::sql::Syntax;

/// A change as one or several that say the same, if it is one that holds a query whose columns
/// are known; else as it is.
pub(super) fn expand(change: Change, replay: &Replay, source: Syntax) -> Vec<Change> {
    let Change::CreateTable(create) = &change else {
        return vec![change];
    };
    match create
        .query
        .as_ref()
        .and_then(|query| parts(create, query, replay, source))
    {
        Some(parts) => parts.into(),
        None => vec![change],
    }
}

fn parts(
    create: &CreateTable,
    query: &Query,
    replay: &Replay,
    source: Syntax,
) -> Option<[Change; 2]> {
    if !create.columns.is_empty() || create.if_not_exists {
        return None;
    }
    let DataStatement::Query(query) = replay.resolve(DataStatement::Query(Box::new(query.clone())))
    else {
        return None;
    };
    let fields = Scope::new(replay.schema(), source).query_fields(&query)?;
    let mut table = create.clone();
    table.query = None;
    for field in fields {
        table.columns.push(ColumnDef::new(field.name, field.ty?));
    }
    let insert = Insert {
        with: Vec::new(),
        recursive: false,
        table: create.name.clone(),
        alias: None,
        columns: Vec::new(),
        overriding: false,
        source: InsertSource::Query(query),
        on_conflict: None,
        returning: Vec::new(),
    };
    Some([
        Change::CreateTable(Box::new(table)),
        Change::Data(DataStatement::Insert(Box::new(insert))),
    ])
}
