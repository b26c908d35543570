//! What a SQLite file holds, as the schema model.
//!
//! SQLite keeps the text of every CREATE statement and edits it when something is altered. The
//! texts are read as the author's are; what the engine itself says of columns, keys and indexes
//! then has to agree, or the table is opaque: a text that is misread is never taken for the truth.

mod check;
mod rows;

use aludel::driver::{Introspect, ResultSet};
use aludel::schema::{Change, Column, Name, Opaque, Replay, Schema, Table, Type};
use aludel::sql::{self, Syntax};

use rows::{ColumnRow, IndexRow, ObjectRow};

/// The reading half of SQLite's dialect.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SqliteIntrospect;

const QUERIES: [&str; 4] = [
    include_str!("objects.sql"),
    include_str!("columns.sql"),
    include_str!("foreign_keys.sql"),
    include_str!("indexes.sql"),
];

impl Introspect for SqliteIntrospect {
    fn queries(&self) -> Vec<&str> {
        QUERIES.to_vec()
    }

    fn schema(&self, answers: &[ResultSet]) -> Result<Schema, String> {
        let [objects, columns, foreign_keys, indexes] = answers else {
            let count = answers.len();
            return Err(format!("{count} answers to {} queries", QUERIES.len()));
        };
        let mut schema = texts(&objects.documents()?);
        let columns: Vec<ColumnRow> = columns.documents()?;
        fill_in(&mut schema, &columns);
        check::columns(&mut schema, &columns);
        check::foreign_keys(&mut schema, &foreign_keys.documents()?);
        let indexes: Vec<IndexRow> = indexes.documents()?;
        check::indexes(&mut schema, &indexes);
        check::row_ids(&mut schema, &indexes);
        Ok(schema)
    }
}

/// What the texts say, in the order of their making.
fn texts(objects: &[ObjectRow]) -> Schema {
    let mut replay = Replay::new(Syntax::Sqlite);
    for object in objects {
        for change in sql::parse(Syntax::Sqlite, &object.sql) {
            let what = match change {
                Change::Opaque(Opaque { what, .. }) => what,
                change => match replay.apply(&change) {
                    Ok(_) => continue,
                    Err(problem) => problem.to_string(),
                },
            };
            if object.kind == "table" {
                let mut table = Table::new(Name::bare(object.name.clone()));
                table.opaque = Some(what);
                replay.schema_mut().put_table(table);
            }
        }
    }
    replay.into_schema()
}

/// Gives a table whose text is not understood the columns that the engine says it has.
fn fill_in(schema: &mut Schema, columns: &[ColumnRow]) {
    for row in columns {
        let name = Name::bare(row.table.clone());
        let Some(table) = schema.table(&name) else {
            continue;
        };
        if table.opaque.is_none() || table.column(&row.name).is_some() {
            continue;
        }
        let mut table = Table::clone(table);
        let ty = sql::parse_type(Syntax::Sqlite, &row.ty);
        let mut column = Column::new(row.name.clone(), ty.unwrap_or(Type::Absent));
        column.nullable = !row.not_null;
        table.columns.push(column);
        schema.put_table(table);
    }
}
