//! `information_schema`, as far as the model knows it.

use super::value::Value;
use crate::schema::{Constraint, ConstraintKind, Expr, Name, Schema, Table};

/// A row: the columns of it that are known.
#[derive(Debug, Clone)]
pub(super) struct Row {
    columns: Vec<(&'static str, Value)>,
    /// There may be more of them, or none: code that no replay understands made the table.
    unknown: bool,
}

impl Row {
    /// A column.
    pub(super) fn get(&self, name: &str) -> Option<&Value> {
        let mut columns = self.columns.iter();
        columns
            .find(|(column, _)| column.eq_ignore_ascii_case(name))
            .map(|(_, value)| value)
    }

    /// Fails if it only stands for rows that are not known.
    pub(super) fn whole(&self) -> Result<(), String> {
        if self.unknown {
            return Err("what a table holds that other code has made".into());
        }
        Ok(())
    }

    fn with(mut self, columns: impl IntoIterator<Item = (&'static str, Value)>) -> Self {
        self.columns.extend(columns);
        self
    }
}

/// The rows of a table of `information_schema`.
pub(super) fn rows(schema: &Schema, table: &str) -> Result<Vec<Row>, String> {
    let of_table: fn(&Table) -> Vec<Row> = match table.to_ascii_uppercase().as_str() {
        "TABLES" => return Ok(tables(schema)),
        "COLUMNS" => columns,
        "STATISTICS" => statistics,
        "TABLE_CONSTRAINTS" => constraints,
        "KEY_COLUMN_USAGE" => usage,
        "REFERENTIAL_CONSTRAINTS" => references,
        other => return Err(format!("what stands in `{other}`")),
    };
    let known = schema.tables().flat_map(|table| match table.opaque {
        Some(_) => vec![unknown(&table.name)],
        None => of_table(table),
    });
    let views = schema.views().map(|view| unknown(&view.name));
    Ok(known.chain(views).collect())
}

fn row(name: &Name) -> Row {
    let schema = match &name.schema {
        Some(schema) => Value::Text(schema.clone()),
        None => Value::Database,
    };
    Row {
        columns: vec![
            ("TABLE_SCHEMA", schema.clone()),
            ("CONSTRAINT_SCHEMA", schema.clone()),
            ("INDEX_SCHEMA", schema),
            ("TABLE_NAME", text(&name.name)),
        ],
        unknown: false,
    }
}

fn unknown(name: &Name) -> Row {
    Row {
        unknown: true,
        ..row(name)
    }
}

fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}

fn number(number: usize) -> Value {
    Value::Number(i64::try_from(number).unwrap_or(i64::MAX))
}

fn tables(schema: &Schema) -> Vec<Row> {
    let of = |name: &Name, kind: &str| row(name).with([("TABLE_TYPE", text(kind))]);
    let tables = schema.tables().map(|table| of(&table.name, "BASE TABLE"));
    let views = schema.views().map(|view| of(&view.name, "VIEW"));
    tables.chain(views).collect()
}

fn columns(table: &Table) -> Vec<Row> {
    let columns = table.columns.iter().enumerate();
    columns
        .map(|(place, column)| {
            let nullable = if column.nullable { "YES" } else { "NO" };
            row(&table.name).with([
                ("COLUMN_NAME", text(&column.name)),
                ("ORDINAL_POSITION", number(place + 1)),
                ("IS_NULLABLE", text(nullable)),
            ])
        })
        .collect()
}

/// A constraint's name in MySQL.
fn name_of(constraint: &Constraint) -> &str {
    match &constraint.kind {
        ConstraintKind::PrimaryKey { .. } => "PRIMARY",
        _ => constraint.name.as_deref().unwrap_or_default(),
    }
}

fn statistics(table: &Table) -> Vec<Row> {
    let mut rows = Vec::new();
    let mut add = |name: &str, unique: bool, columns: Vec<Value>| {
        for (place, column) in columns.into_iter().enumerate() {
            rows.push(row(&table.name).with([
                ("INDEX_NAME", text(name)),
                ("NON_UNIQUE", Value::Number(i64::from(!unique))),
                ("SEQ_IN_INDEX", number(place + 1)),
                ("COLUMN_NAME", column),
            ]));
        }
    };
    for constraint in &table.constraints {
        if let ConstraintKind::PrimaryKey { columns } | ConstraintKind::Unique { columns, .. } =
            &constraint.kind
        {
            let columns = columns.iter().map(|part| text(&part.column));
            add(name_of(constraint), true, columns.collect());
        }
    }
    for index in &table.indexes {
        let columns = index.keys.iter().map(|key| match &key.expr {
            Expr::Column { column, .. } => text(column),
            _ => Value::Null,
        });
        add(&index.name, index.unique, columns.collect());
    }
    rows
}

fn constraints(table: &Table) -> Vec<Row> {
    let row = |name: &str, kind: &str| {
        row(&table.name).with([
            ("CONSTRAINT_NAME", text(name)),
            ("CONSTRAINT_TYPE", text(kind)),
        ])
    };
    let own = table.constraints.iter().map(|constraint| {
        let kind = match constraint.kind {
            ConstraintKind::PrimaryKey { .. } => "PRIMARY KEY",
            ConstraintKind::Unique { .. } => "UNIQUE",
            ConstraintKind::ForeignKey(_) => "FOREIGN KEY",
            ConstraintKind::Check { .. } | ConstraintKind::Exclude(_) => "CHECK",
        };
        row(name_of(constraint), kind)
    });
    let unique = table.indexes.iter().filter(|index| index.unique);
    own.chain(unique.map(|index| row(&index.name, "UNIQUE")))
        .collect()
}

fn usage(table: &Table) -> Vec<Row> {
    let mut rows = Vec::new();
    for constraint in &table.constraints {
        let name = ("CONSTRAINT_NAME", text(name_of(constraint)));
        match &constraint.kind {
            ConstraintKind::PrimaryKey { columns } | ConstraintKind::Unique { columns, .. } => {
                rows.extend(columns.iter().map(|part| {
                    row(&table.name).with([
                        name.clone(),
                        ("COLUMN_NAME", text(&part.column)),
                        ("REFERENCED_TABLE_NAME", Value::Null),
                        ("REFERENCED_COLUMN_NAME", Value::Null),
                    ])
                }));
            }
            ConstraintKind::ForeignKey(key) => {
                rows.extend(key.columns.iter().zip(&key.referred).map(|(own, theirs)| {
                    row(&table.name).with([
                        name.clone(),
                        ("COLUMN_NAME", text(own)),
                        ("REFERENCED_TABLE_NAME", text(&key.table.name)),
                        ("REFERENCED_COLUMN_NAME", text(theirs)),
                    ])
                }));
            }
            _ => {}
        }
    }
    rows
}

fn references(table: &Table) -> Vec<Row> {
    table
        .foreign_keys()
        .map(|(constraint, key)| {
            row(&table.name).with([
                ("CONSTRAINT_NAME", text(name_of(constraint))),
                ("REFERENCED_TABLE_NAME", text(&key.table.name)),
            ])
        })
        .collect()
}
