//! Which tables `joinable!` joins: those between which there is one foreign key, to one column
//! that is the other's whole primary key.

use std::collections::HashMap;

use aludel::schema::{ForeignKey, Schema, Table};
use aludel::sql::Syntax;

use super::{Engine, names, primary_key, whole};

/// A foreign key as `joinable!` writes it: names in Rust.
pub(super) struct Join {
    pub(super) child: String,
    pub(super) parent: String,
    pub(super) column: String,
}

/// A foreign key between two tables, as Diesel reads it: on SQLite a column is one.
struct Found<'s> {
    child: &'s Table,
    parent: String,
    columns: Vec<String>,
    referred: Vec<String>,
}

impl Found<'_> {
    fn pair(&self) -> (&str, &str) {
        let (a, b) = (self.child.name.name.as_str(), self.parent.as_str());
        (a.min(b), a.max(b))
    }
}

pub(super) fn joinable(schema: &Schema, engine: Engine, shown: &[&Table]) -> Vec<Join> {
    let mut all: Vec<Found<'_>> = Vec::new();
    for table in schema.tables() {
        let here = shown.first().map(|table| &table.name.schema);
        if Some(&table.name.schema) != here {
            continue;
        }
        let own = table.foreign_keys();
        let of_whole = whole(table, schema)
            .into_iter()
            .flat_map(Table::foreign_keys);
        for (_, key) in own.chain(of_whole) {
            if key.table.schema == table.name.schema {
                all.extend(found(table, key, schema, engine));
            }
        }
    }
    all.sort_by(|a, b| {
        let key = |found: &Found<'_>| {
            (
                found.child.name.name.clone(),
                found.parent.clone(),
                found.columns.clone(),
            )
        };
        key(a).cmp(&key(b))
    });
    let mut pairs: HashMap<(&str, &str), usize> = HashMap::new();
    for key in &all {
        *pairs.entry(key.pair()).or_default() += 1;
    }
    let shown: HashMap<&str, &&Table> = shown
        .iter()
        .map(|table| (table.name.name.as_str(), table))
        .collect();
    let table = |name: &str| shown.get(name);
    let joins = all.iter().filter_map(|key| {
        let parent = table(&key.parent)?;
        let child = table(&key.child.name.name)?;
        let once = pairs.get(&key.pair()) == Some(&1);
        let is_whole = primary_key(parent, schema, engine) == key.referred;
        (once && is_whole && key.columns.len() == 1 && key.parent != key.child.name.name).then(
            || {
                let name = names::rust_name(&child.name.name, None);
                Join {
                    column: names::rust_name(&key.columns[0], Some(&name)),
                    child: name,
                    parent: names::rust_name(&key.parent, None),
                }
            },
        )
    });
    joins.collect()
}

fn found<'s>(
    table: &'s Table,
    key: &ForeignKey,
    schema: &Schema,
    engine: Engine,
) -> Vec<Found<'s>> {
    let parent = schema.table(&key.table);
    let parent_name = parent.map_or_else(|| key.table.name.clone(), |t| t.name.name.clone());
    let referred = match parent {
        Some(parent) if key.referred.is_empty() => primary_key(parent, schema, engine),
        _ => key.referred.clone(),
    };
    if engine.syntax != Syntax::Sqlite {
        return vec![Found {
            child: table,
            parent: parent_name,
            columns: key.columns.clone(),
            referred,
        }];
    }
    let columns = key.columns.iter().enumerate();
    columns
        .map(|(at, column)| Found {
            child: table,
            parent: parent_name.clone(),
            columns: vec![column.clone()],
            referred: if key.referred.is_empty() {
                referred.clone()
            } else {
                referred.get(at).cloned().into_iter().collect()
            },
        })
        .collect()
}
