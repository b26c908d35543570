//! What a SQLite file holds, as the schema model.
//!
//! SQLite keeps the text of every CREATE statement and edits it when something is altered. The
//! texts are read as the author's are; what the engine itself says of columns, keys and indexes
//! then has to agree, or the table is opaque: a text that is misread is never taken for the truth.

mod check;
mod rows;

use aludel::driver::{Introspect, ResultSet};
use aludel::schema::{
    Change, Column, Constraint, ConstraintKind, ForeignKey, IndexPart, Name, Opaque,
    ReferentialAction, Replay, Schema, Table, Type,
};
use aludel::sql::{self, Syntax};

use rows::{ColumnRow, ForeignKeyRow, IndexRow, ObjectRow};

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
        let foreign_keys: Vec<ForeignKeyRow> = foreign_keys.documents()?;
        fill_in(&mut schema, &columns, &foreign_keys);
        require_strict_keys(&mut schema, &columns);
        check::columns(&mut schema, &columns);
        check::foreign_keys(&mut schema, &foreign_keys);
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

/// `INT PRIMARY KEY` of a STRICT table is no row id, and so takes no NULL. The model knows INT and INTEGER
/// for one type; the engine tells.
fn require_strict_keys(schema: &mut Schema, rows: &[ColumnRow]) {
    for row in rows.iter().filter(|row| row.key > 0 && row.not_null) {
        let name = Name::bare(row.table.clone());
        let takes_null = schema.table(&name).is_some_and(|table| {
            let column = table.column(&row.name);
            table.options.strict && column.is_some_and(|column| column.nullable)
        });
        if let Some(table) = schema.table(&name).filter(|_| takes_null) {
            let mut table = Table::clone(table);
            for column in &mut table.columns {
                column.nullable &= column.name != row.name;
            }
            schema.put_table(table);
        }
    }
}

/// Gives tables whose text is not understood the columns and keys that the engine says they have.
fn fill_in(schema: &mut Schema, columns: &[ColumnRow], foreign_keys: &[ForeignKeyRow]) {
    let opaque: Vec<Table> = schema
        .tables()
        .filter(|table| table.opaque.is_some() && table.columns.is_empty())
        .map(|table| Table::clone(table))
        .collect();
    for mut table in opaque {
        let name = table.name.name.clone();
        let rows = columns.iter().filter(|row| row.table == name);
        let mut key: Vec<(u32, IndexPart)> = Vec::new();
        for row in rows {
            let ty = sql::parse_type(Syntax::Sqlite, &row.ty);
            let mut column = Column::new(row.name.clone(), ty.unwrap_or(Type::Absent));
            column.nullable = !row.not_null;
            table.columns.push(column);
            if row.key > 0 {
                key.push((row.key, IndexPart::whole(row.name.as_str())));
            }
        }
        key.sort_by_key(|(place, _)| *place);
        if !key.is_empty() {
            let columns = key.into_iter().map(|(_, part)| part).collect();
            table
                .constraints
                .push(told(ConstraintKind::PrimaryKey { columns }));
        }
        let rows = foreign_keys.iter().filter(|row| row.table == name);
        let mut last = None;
        for row in rows {
            if last != Some(row.key) {
                last = Some(row.key);
                table
                    .constraints
                    .push(told(ConstraintKind::ForeignKey(ForeignKey {
                        columns: Vec::new(),
                        table: Name::bare(row.referred_table.clone()),
                        referred: Vec::new(),
                        on_delete: ReferentialAction::NoAction,
                        on_update: ReferentialAction::NoAction,
                        match_full: false,
                    })));
            }
            if let Some(Constraint {
                kind: ConstraintKind::ForeignKey(key),
                ..
            }) = table.constraints.last_mut()
            {
                key.columns.push(row.from.clone());
                key.referred.extend(row.to.clone());
            }
        }
        schema.put_table(table);
    }
}

/// A constraint of which the engine does not say the name.
fn told(kind: ConstraintKind) -> Constraint {
    Constraint {
        name: None,
        kind,
        deferrable: false,
        initially_deferred: false,
        not_valid: false,
        named: false,
    }
}
