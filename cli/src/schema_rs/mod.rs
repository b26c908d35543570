//! Diesel's `schema.rs`, written from the schema model: what `diesel print-schema` writes of a
//! database that holds it, byte for byte, also where there is no database.
//!
//! Where Diesel reads what the model does not hold, `docs/limits.md` says so.

mod domains;
mod joins;
mod layout;
mod names;
mod settings;
mod types;

#[cfg(test)]
mod tests;

use aludel::schema::{Schema, Table};
use aludel::sql::Syntax;

pub(crate) use settings::{Chosen, Problem as SettingsProblem, Settings, chosen};
use types::SqlType;

/// Whose columns are printed.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Engine {
    pub(crate) syntax: Syntax,
    /// MariaDB, whose JSON is a text.
    pub(crate) mariadb: bool,
    /// The columns are those of a live database: all of them are known.
    pub(crate) live: bool,
}

/// A table that Diesel has no form for, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Unprintable {
    pub(crate) code: &'static str,
    pub(crate) message: String,
}

/// A table as it is printed.
struct Printed<'s> {
    table: &'s Table,
    /// In Rust.
    name: String,
    primary_key: Vec<String>,
    columns: Vec<PrintedColumn>,
}

struct PrintedColumn {
    /// In the database.
    name: String,
    rust: String,
    ty: SqlType,
    comment: Option<String>,
}

/// The text of `schema.rs`.
///
/// # Errors
///
/// All tables that Diesel has no form for.
pub(crate) fn print(
    schema: &Schema,
    engine: Engine,
    settings: &Settings,
) -> Result<String, Vec<Unprintable>> {
    let mut tables: Vec<&Table> = schema
        .tables()
        .map(AsRef::as_ref)
        .filter(|table| is_shown(table, engine, settings))
        .collect();
    tables.sort_by(|a, b| a.name.name.cmp(&b.name.name));
    let mut printed = Vec::new();
    let mut problems = Vec::new();
    for table in &tables {
        match one(table, schema, engine, settings) {
            Ok(table) => printed.push(table),
            Err(found) => problems.extend(found),
        }
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    let joins = joins::joinable(schema, engine, &tables);
    Ok(layout::text(engine, settings, &printed, &joins))
}

/// A table is shown unless it is Diesel's own, another schema's, or filtered out.
fn is_shown(table: &Table, engine: Engine, settings: &Settings) -> bool {
    let name = &table.name;
    let own = name.name.starts_with("__")
        || engine.syntax == Syntax::Sqlite && name.name.to_ascii_lowercase().starts_with("sqlite");
    let schema = settings.schema.as_deref().filter(|name| *name != "public");
    !own && !table.options.temporary
        && name.schema.as_deref() == schema
        && settings.filter.takes(&name.name)
}

fn one<'s>(
    table: &'s Table,
    schema: &Schema,
    engine: Engine,
    settings: &Settings,
) -> Result<Printed<'s>, Vec<Unprintable>> {
    let mut problems = Vec::new();
    let name = names::rust_name(&table.name.name, None);
    let key = primary_key(table, schema, engine);
    if key.is_empty() {
        problems.push(Unprintable {
            code: "no-primary-key",
            message: format!(
                "table `{}` has no primary key, which Diesel needs",
                table.name
            ),
        });
    }
    let mut columns = Vec::new();
    if let [key] = key.as_slice()
        && engine.syntax == Syntax::Sqlite
        && table.column(key).is_none()
    {
        columns.push(PrintedColumn {
            name: key.clone(),
            rust: names::rust_name(key, Some(&name)),
            ty: SqlType::plain(if settings.row_ids_are_big {
                "BigInt"
            } else {
                "Integer"
            }),
            comment: None,
        });
    }
    if let Some(why) = table.opaque.as_ref().filter(|_| !engine.live) {
        problems.push(Unprintable {
            code: "opaque-table",
            message: format!(
                "table `{}` is not fully known without a database: {why}",
                table.name
            ),
        });
    }
    for column in &table.columns {
        let big =
            || settings.row_ids_are_big && is_row_id_or_refers(table, &column.name, schema, engine);
        match domains::type_of(column, schema, engine, settings, &key, big) {
            Ok(ty) => columns.push(PrintedColumn {
                name: column.name.clone(),
                rust: names::rust_name(&column.name, Some(&name)),
                ty,
                comment: column.comment.clone(),
            }),
            Err(ty) => problems.push(Unprintable {
                code: "unsupported-type",
                message: format!(
                    "column `{}` of table `{}` has the type `{ty}`, for which Diesel has none",
                    column.name, table.name
                ),
            }),
        }
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    if settings.sorts_columns {
        match engine.syntax {
            // By the collations of the catalogs, which tell no case: `_` stands after the letters, or
            // before them.
            Syntax::Mysql if engine.mariadb => {
                columns.sort_by_cached_key(|column| column.name.to_uppercase());
            }
            Syntax::Mysql => columns.sort_by_cached_key(|column| column.name.to_lowercase()),
            _ => columns.sort_by(|a, b| a.name.cmp(&b.name)),
        }
    }
    Ok(Printed {
        table,
        primary_key: key
            .iter()
            .map(|column| names::rust_name(column, Some(&name)))
            .collect(),
        name,
        columns,
    })
}

/// The table that a partition is a part of: its keys are the partition's.
fn whole<'s>(table: &Table, schema: &'s Schema) -> Option<&'s Table> {
    let whole = schema.table(table.options.inherits.as_ref()?)?;
    whole.options.partition_by.is_some().then_some(whole)
}

/// The primary key; on SQLite a name of the row id where there is none.
fn primary_key(table: &Table, schema: &Schema, engine: Engine) -> Vec<String> {
    let own = table.primary_key();
    let key = match whole(table, schema) {
        Some(whole) if own.is_empty() => return primary_key(whole, schema, engine),
        _ => own.iter().map(|part| part.column.clone()),
    };
    let mut key: Vec<String> = key.collect();
    if engine.syntax == Syntax::Sqlite {
        // SQLite tells in the order of the table.
        let place = |name: &String| table.columns.iter().position(|c| c.name == *name);
        key.sort_by_key(place);
        if key.is_empty() {
            let free = ["rowid", "oid", "_rowid_"];
            let free = free.iter().find(|alias| table.column(alias).is_none());
            key.extend(free.map(ToString::to_string));
        }
    }
    key
}

/// Whether a column is SQLite's row id, or refers to a table whose key is one column, which Diesel
/// then takes for the row id.
fn is_row_id_or_refers(table: &Table, column: &str, schema: &Schema, engine: Engine) -> bool {
    let is_row_id = !table.options.without_rowid
        && matches!(table.primary_key(), [part] if part.column == column)
        && table
            .column(column)
            .is_some_and(|column| column.ty == aludel::schema::Type::INTEGER);
    let mut keys = table.foreign_keys().map(|(_, key)| key);
    is_row_id
        // By its name in Rust, as Diesel keeps it: one that is renamed is not found.
        || names::rust_name(column, Some(&names::rust_name(&table.name.name, None))) == column
            && keys.any(|key| {
            let is_one_column = |referred: &std::sync::Arc<Table>| {
                !referred.options.without_rowid && primary_key(referred, schema, engine).len() == 1
            };
            key.columns.iter().any(|name| name == column)
                && schema.table(&key.table).is_some_and(is_one_column)
        })
}
