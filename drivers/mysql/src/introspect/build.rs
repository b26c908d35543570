//! From documents to the model.

use std::collections::BTreeMap;

use aludel::schema::{
    Column, Constraint, ConstraintKind, Expr, ForeignKey, Generated, Ident, Identity, Index,
    IndexKey, IndexPart, Literal, Name, ReferentialAction, Schema, SequenceOptions, Table, Trigger,
    Type, View, drawn_by_name,
};
use aludel::sql::{self, Syntax};

use super::rows::{CheckRow, ColumnRow, ForeignKeyRow, IndexRow, TableRow, TriggerRow, ViewRow};
use super::text;

/// A schema that is being put together.
pub(super) struct Build {
    mariadb: bool,
    /// Character set and collation of each table, said or not.
    defaults: BTreeMap<Ident, (Option<String>, Option<String>)>,
    tables: BTreeMap<Ident, Table>,
    schema: Schema,
}

impl Build {
    pub(super) fn new(mariadb: bool) -> Self {
        Self {
            mariadb,
            defaults: BTreeMap::new(),
            tables: BTreeMap::new(),
            schema: Schema::default(),
        }
    }

    pub(super) fn finish(mut self) -> Schema {
        for table in self.tables.into_values() {
            self.schema.put_table(table);
        }
        self.schema
    }

    fn expr(&self, text: &str) -> Result<Expr, String> {
        if self.mariadb {
            sql::parse_expr(Syntax::Mysql, text)
        } else {
            sql::parse_expr(Syntax::Mysql, &text::plain(text))
        }
    }

    pub(super) fn tables(&mut self, rows: Vec<TableRow>) {
        for row in rows {
            let mut table = Table::new(Name::bare(row.name.clone()));
            table.comment = Some(row.comment).filter(|text| !text.is_empty());
            table.options.engine = row
                .engine
                .map(|engine| engine.to_lowercase())
                .filter(|engine| engine != "innodb");
            table.options.charset.clone_from(&row.charset);
            table.options.collation.clone_from(&row.collation);
            if row
                .options
                .is_some_and(|options| options.contains("partitioned"))
            {
                table.options.partition_by = Some(String::new());
                table.opaque = Some("PARTITION BY".to_owned());
            }
            self.defaults
                .insert(row.name.clone(), (row.charset, row.collation));
            self.tables.insert(row.name, table);
        }
    }

    pub(super) fn columns(&mut self, rows: Vec<ColumnRow>) {
        for row in rows {
            let name = row.table.clone();
            let Some(mut table) = self.tables.remove(&name) else {
                continue;
            };
            self.column(&mut table, row);
            self.tables.insert(name, table);
        }
    }

    fn column(&self, table: &mut Table, row: ColumnRow) {
        let ty = match sql::parse_type(Syntax::Mysql, &row.ty) {
            Ok(ty) => ty,
            Err(_) => Type::Other(row.ty.clone()),
        };
        let mut column = Column::new(row.name, ty);
        column.nullable = row.nullable;
        column.comment = Some(row.comment).filter(|text| !text.is_empty());
        let (charset, collation) = self.defaults.get(&row.table).cloned().unwrap_or_default();
        column.charset = row.charset.filter(|own| Some(own) != charset.as_ref());
        column.collation = row
            .collation
            .filter(|own| Some(own) != collation.as_ref())
            .map(Name::bare);
        let extra = row.extra.to_lowercase();
        column.invisible = extra.split_whitespace().any(|word| word == "invisible");
        if extra.contains("auto_increment") {
            column.identity = Some(Identity {
                always: false,
                sequence: None,
                options: SequenceOptions::default(),
            });
        }
        let mut read = |text: &str| match self.expr(text) {
            Ok(expr) => Some(expr),
            Err(why) => {
                mark(table, &format!("column {}: {why}", column.name));
                None
            }
        };
        if let Some(at) = extra.find("on update ") {
            column.on_update = read(&row.extra[at + "on update ".len()..]);
        }
        match row.generated.filter(|text| !text.is_empty()) {
            Some(text) => {
                let stored = extra.contains("stored") || extra.contains("persistent");
                column.generated = read(&text).map(|expr| Generated { expr, stored });
            }
            None => {
                let default = row.default.filter(|text| !(self.mariadb && text == "NULL"));
                column.default = match default {
                    // MySQL prints a constant as it is, without quotes.
                    Some(text) if !self.mariadb && !extra.contains("default_generated") => {
                        Some(constant(text))
                    }
                    Some(text) => read(&text).map(in_this_database),
                    None => None,
                };
            }
        }
        column.ty.forget_truth(column.default.as_ref());
        table.columns.push(column);
    }

    pub(super) fn indexes(&mut self, rows: Vec<IndexRow>) {
        let mut grouped: Vec<Vec<IndexRow>> = Vec::new();
        for row in rows {
            match grouped.last_mut() {
                Some(last) if last[0].table == row.table && last[0].name == row.name => {
                    last.push(row);
                }
                _ => grouped.push(vec![row]),
            }
        }
        for rows in grouped {
            let name = rows[0].table.clone();
            if let Some(mut table) = self.tables.remove(&name) {
                self.index(&mut table, rows);
                self.tables.insert(name, table);
            }
        }
    }

    fn index(&self, table: &mut Table, rows: Vec<IndexRow>) {
        let first = &rows[0];
        let name = first.name.clone();
        let mut index = Index::new(name.clone());
        index.unique = first.unique;
        index.method = match first.method.as_str() {
            "FULLTEXT" => Some("fulltext".to_owned()),
            "SPATIAL" => Some("spatial".to_owned()),
            _ => None,
        };
        index.comment = Some(first.comment.clone()).filter(|text| !text.is_empty());
        for row in rows {
            let expr = match (row.column, row.expr) {
                (Some(column), _) => Expr::column(column),
                (None, Some(text)) => match self.expr(&text) {
                    Ok(expr) => expr,
                    Err(why) => return mark(table, &format!("index {name}: {why}")),
                },
                (None, None) => return mark(table, &format!("index {name}: an expression")),
            };
            index.keys.push(IndexKey {
                expr,
                length: row.length.filter(|_| index.method.is_none()),
                descending: row.descending,
                nulls: None,
                collation: None,
                class: None,
            });
        }
        match key_constraint(&index) {
            Some(constraint) => table.constraints.push(constraint),
            None => table.indexes.push(index),
        }
    }

    pub(super) fn foreign_keys(&mut self, rows: Vec<ForeignKeyRow>) {
        for row in rows {
            let Some(table) = self.tables.get_mut(&row.table) else {
                continue;
            };
            let held = table
                .constraints
                .iter_mut()
                .find_map(|c| match &mut c.kind {
                    ConstraintKind::ForeignKey(key) if c.name.as_ref() == Some(&row.name) => {
                        Some(key)
                    }
                    _ => None,
                });
            if let Some(key) = held {
                key.columns.push(row.column);
                key.referred.push(row.referred);
                continue;
            }
            table.constraints.push(constraint(
                row.name,
                ConstraintKind::ForeignKey(ForeignKey {
                    columns: vec![row.column],
                    table: Name {
                        schema: row.referred_database,
                        name: row.referred_table,
                    },
                    referred: vec![row.referred],
                    on_delete: action(&row.on_delete),
                    on_update: action(&row.on_update),
                    match_full: false,
                }),
            ));
        }
    }

    pub(super) fn checks(&mut self, rows: Vec<CheckRow>) {
        for row in rows {
            let Some(mut table) = self.tables.remove(&row.table) else {
                continue;
            };
            match self.expr(&row.expr) {
                Ok(expr) if self.mariadb && is_json(&expr, &row.name, row.own) => {
                    if let Some(column) = table.columns.iter_mut().find(|c| c.name == row.name) {
                        column.ty = Type::Json;
                        column.charset = None;
                        column.collation = None;
                    }
                }
                Ok(expr) => {
                    let kind = ConstraintKind::Check {
                        expr,
                        not_enforced: !row.enforced,
                    };
                    let mut check = constraint(row.name, kind);
                    check.named = !row.own;
                    table.constraints.push(check);
                }
                Err(why) => mark(&mut table, &format!("constraint {}: {why}", row.name)),
            }
            self.tables.insert(row.table, table);
        }
    }

    pub(super) fn views(&mut self, rows: Vec<ViewRow>) {
        for row in rows {
            let text = text::without_database(&row.definition, &row.database);
            self.schema.put_view(View {
                name: Name::bare(row.name),
                columns: Vec::new(),
                query: sql::parse_query(Syntax::Mysql, &text).ok(),
                text,
                materialized: false,
                reads: Vec::new(),
                indexes: Vec::new(),
            });
        }
    }

    pub(super) fn triggers(&mut self, rows: Vec<TriggerRow>) {
        for row in rows {
            self.schema.put_trigger(Trigger {
                name: row.name,
                table: Name::bare(row.table),
                text: row.text,
                does: None,
            });
        }
    }
}

fn mark(table: &mut Table, what: &str) {
    table.opaque.get_or_insert_with(|| what.to_owned());
}

/// A default that draws from a sequence, which MariaDB prints with its database.
fn in_this_database(default: Expr) -> Expr {
    match drawn_by_name(&default) {
        Some(sequence) => Expr::call("nextval", [Expr::column(sequence.to_owned())]),
        None => default,
    }
}

/// A default that MySQL prints without quotes.
fn constant(text: String) -> Expr {
    let bits = text
        .strip_prefix("b'")
        .and_then(|rest| rest.strip_suffix('\''));
    Expr::Literal(match bits {
        Some(bits) => Literal::Bits(bits.to_owned()),
        None => Literal::Text(text),
    })
}

/// MariaDB's `JSON` is a text with this check.
fn is_json(expr: &Expr, column: &str, own: bool) -> bool {
    *expr == Expr::call("json_valid", [Expr::column(column)]) && own
}

fn constraint(name: Ident, kind: ConstraintKind) -> Constraint {
    Constraint {
        name: Some(name),
        kind,
        deferrable: false,
        initially_deferred: false,
        not_valid: false,
        named: true,
    }
}

/// An index that is a primary key, or UNIQUE over columns and their beginnings.
fn key_constraint(index: &Index) -> Option<Constraint> {
    let columns: Option<Vec<IndexPart>> = index
        .keys
        .iter()
        .map(|key| match &key.expr {
            Expr::Column { column, .. } if !key.descending => Some(IndexPart {
                column: column.clone(),
                length: key.length,
            }),
            _ => None,
        })
        .collect();
    if !index.unique || index.method.is_some() {
        return None;
    }
    let columns = columns?;
    let kind = if index.name == "PRIMARY" {
        ConstraintKind::PrimaryKey { columns }
    } else if index.comment.is_none() {
        ConstraintKind::Unique {
            columns,
            nulls_not_distinct: false,
        }
    } else {
        return None;
    };
    Some(constraint(index.name.clone(), kind))
}

fn action(rule: &str) -> ReferentialAction {
    match rule {
        "CASCADE" => ReferentialAction::Cascade,
        "SET NULL" => ReferentialAction::SetNull,
        "SET DEFAULT" => ReferentialAction::SetDefault,
        "RESTRICT" => ReferentialAction::Restrict,
        _ => ReferentialAction::NoAction,
    }
}
