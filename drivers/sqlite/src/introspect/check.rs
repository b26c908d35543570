//! What the engine says of a table, against what its text was read as.

use std::collections::BTreeMap;

use aludel::schema::{
    ConstraintKind, Expr, IndexPart, Name, ReferentialAction, Schema, Table, Type,
};
use aludel::sql::{self, Syntax};

use super::rows::{ColumnRow, ForeignKeyRow, IndexRow};

/// Marks a table whose text does not say what the engine says.
fn mark(schema: &mut Schema, table: &str, what: &str) {
    if let Some(table) = schema.table(&Name::bare(table)) {
        let mut table = Table::clone(table);
        table
            .opaque
            .get_or_insert_with(|| format!("its text was misread: {what}"));
        schema.put_table(table);
    }
}

/// Rows by their table, in their order.
fn by_table<'r, R>(
    rows: &'r [R],
    table: impl Fn(&'r R) -> &'r str,
) -> BTreeMap<&'r str, Vec<&'r R>> {
    let mut tables: BTreeMap<&str, Vec<&R>> = BTreeMap::new();
    for row in rows {
        tables.entry(table(row)).or_default().push(row);
    }
    tables
}

pub(super) fn columns(schema: &mut Schema, rows: &[ColumnRow]) {
    for (name, rows) in by_table(rows, |row| &row.table) {
        let Some(table) = schema.table(&Name::bare(name)) else {
            continue;
        };
        if table.opaque.is_some() {
            continue;
        }
        let same = table.columns.len() == rows.len()
            && table.columns.iter().zip(&rows).all(|(column, row)| {
                let ty = sql::parse_type(Syntax::Sqlite, &row.ty);
                column.name == row.name
                    && ty.is_ok_and(|ty| ty == column.ty)
                    // The row id and the key of a table without one take no NULL, said or not.
                    && (column.nullable != row.not_null || row.key > 0 && !column.nullable)
                    && column.default.is_some() == row.default.as_deref().is_some_and(is_value)
                    && column.generated.is_some() == (row.hidden >= 2)
            });
        let mut key: Vec<(u32, &str)> = rows
            .iter()
            .filter(|row| row.key > 0)
            .map(|row| (row.key, row.name.as_str()))
            .collect();
        key.sort_unstable();
        let key: Vec<IndexPart> = key
            .into_iter()
            .map(|(_, name)| IndexPart::whole(name))
            .collect();
        if !same {
            mark(schema, name, "columns");
        } else if table.primary_key() != key {
            mark(schema, name, "primary key");
        }
    }
}

/// `DEFAULT NULL` is none.
fn is_value(text: &str) -> bool {
    !text.eq_ignore_ascii_case("null")
}

pub(super) fn foreign_keys(schema: &mut Schema, rows: &[ForeignKeyRow]) {
    let rows = by_table(rows, |row| &row.table);
    let names: Vec<Name> = schema.tables().map(|table| table.name.clone()).collect();
    for name in names {
        let Some(table) = schema.table(&name) else {
            continue;
        };
        let rows = rows.get(name.name.as_str()).map_or(&[][..], Vec::as_slice);
        let mut told: BTreeMap<u32, Vec<String>> = BTreeMap::new();
        for row in rows {
            let line = format!(
                "{}>{}.{}|{}|{}",
                row.from,
                row.referred_table,
                row.to.as_deref().unwrap_or_default(),
                row.on_delete,
                row.on_update
            );
            // SQLite tells a name as the key spells it, the model as its table does.
            let line = line.to_ascii_lowercase();
            told.entry(row.key).or_default().push(line);
        }
        let mut told: Vec<Vec<String>> = told.into_values().collect();
        let mut read: Vec<Vec<String>> = Vec::new();
        for (_, key) in table.foreign_keys() {
            let with_names = rows
                .iter()
                .filter(|row| {
                    row.from.eq_ignore_ascii_case(&key.columns[0])
                        && row.referred_table.eq_ignore_ascii_case(&key.table.name)
                })
                .any(|row| row.to.is_some());
            let columns = key.columns.iter().enumerate();
            let line = columns.map(|(at, column)| {
                let to = key.referred.get(at).filter(|_| with_names);
                let line = format!(
                    "{column}>{}.{}|{}|{}",
                    key.table.name,
                    to.map_or("", String::as_str),
                    action(key.on_delete),
                    action(key.on_update)
                );
                line.to_ascii_lowercase()
            });
            read.push(line.collect());
        }
        told.sort_unstable();
        read.sort_unstable();
        if told != read && table.opaque.is_none() {
            mark(schema, &name.name, "foreign keys");
        }
    }
}

fn action(action: ReferentialAction) -> &'static str {
    match action {
        ReferentialAction::NoAction => "NO ACTION",
        ReferentialAction::Restrict => "RESTRICT",
        ReferentialAction::Cascade => "CASCADE",
        ReferentialAction::SetNull => "SET NULL",
        ReferentialAction::SetDefault => "SET DEFAULT",
    }
}

/// The keys of an index in one line: column or expression, and direction.
fn line<'c>(keys: impl Iterator<Item = (Option<&'c str>, bool)>) -> String {
    let keys = keys.map(|(column, descending)| {
        let end = if descending { " desc" } else { "" };
        format!("{}{end}", column.unwrap_or("(expression)"))
    });
    keys.collect::<Vec<_>>().join(", ")
}

pub(super) fn indexes(schema: &mut Schema, rows: &[IndexRow]) {
    for (name, rows) in by_table(rows, |row| &row.table) {
        let Some(table) = schema.table(&Name::bare(name)) else {
            continue;
        };
        let mut told: BTreeMap<&str, Vec<&IndexRow>> = BTreeMap::new();
        for row in rows {
            told.entry(&row.name).or_default().push(row);
        }
        let mut own: Vec<String> = Vec::new();
        let mut keys: Vec<String> = Vec::new();
        for (index, rows) in told {
            let first = rows[0];
            let columns = rows
                .iter()
                .map(|row| (row.column.as_deref(), row.descending));
            let line = line(columns);
            if first.origin == "c" {
                own.push(format!("{index}|{}|{}|{line}", first.unique, first.partial));
            } else {
                keys.push(line);
            }
        }
        let mut read: Vec<String> = Vec::new();
        for index in &table.indexes {
            let columns = index.keys.iter().map(|key| match &key.expr {
                Expr::Column { column, .. } => (Some(column.as_str()), key.descending),
                _ => (None, key.descending),
            });
            let partial = index.filter.is_some();
            let name = &index.name;
            read.push(format!(
                "{name}|{}|{partial}|{}",
                index.unique,
                line(columns)
            ));
        }
        let mut read_keys: Vec<String> = Vec::new();
        for constraint in &table.constraints {
            let (ConstraintKind::PrimaryKey { columns } | ConstraintKind::Unique { columns, .. }) =
                &constraint.kind
            else {
                continue;
            };
            let is_primary = matches!(constraint.kind, ConstraintKind::PrimaryKey { .. });
            let key = line(
                columns
                    .iter()
                    .map(|part| (Some(part.column.as_str()), false)),
            );
            // The row id has no index of its own; `INT PRIMARY KEY`, which is none, does.
            if is_primary && is_row_id(table, columns) && !keys.contains(&key) {
                continue;
            }
            read_keys.push(key);
        }
        for list in [&mut own, &mut read, &mut keys, &mut read_keys] {
            list.sort_unstable();
            list.dedup();
        }
        if (own != read || keys != read_keys) && table.opaque.is_none() {
            mark(schema, name, "indexes");
        }
    }
}

/// Says of an integer that is the primary key, and not the row id, that it is declared `INT`: it
/// has an index, which a row id has not.
pub(super) fn row_ids(schema: &mut Schema, rows: &[IndexRow]) {
    for row in rows.iter().filter(|row| row.origin == "pk") {
        let Some(table) = schema.table(&Name::bare(&*row.table)) else {
            continue;
        };
        if table.options.without_rowid || !is_row_id(table, table.primary_key()) {
            continue;
        }
        let mut table = Table::clone(table);
        for column in &mut table.columns {
            if Some(&column.name) == row.column.as_ref() {
                column.ty = Type::Other("INT".to_owned());
            }
        }
        schema.put_table(table);
    }
}

/// Whether a key may be the row id.
fn is_row_id(table: &Table, columns: &[IndexPart]) -> bool {
    match columns {
        [part] => table
            .column(&part.column)
            .is_some_and(|column| column.ty == Type::INTEGER),
        _ => false,
    }
}
