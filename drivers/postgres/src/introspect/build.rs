//! From documents to the model.

use std::collections::{BTreeMap, BTreeSet};

use aludel::schema::{
    Column, Constraint, ConstraintKind, Domain, EnumType, Expr, ForeignKey, Generated, Ident,
    Identity, Index, IndexKey, IndexPart, Name, Nulls, ReferentialAction, Schema, Sequence,
    SequenceOptions, Table, Trigger, Type, View, nextval, sequence_of,
};
use aludel::sql::{self, Syntax};

use super::rows::{
    ColumnRow, ConstraintRow, DomainRow, EnumRow, IndexRow, KeyRow, Qualified, SchemaRow,
    SequenceRow, TableRow, TriggerRow, ViewRow,
};

/// A schema that is being put together.
pub(super) struct Build {
    /// The schema whose names are not qualified.
    current: Option<String>,
    schema: Schema,
    tables: BTreeMap<Name, Table>,
}

impl Build {
    pub(super) fn new(schemas: &[SchemaRow]) -> Self {
        let current = schemas.iter().find(|row| row.current);
        let mut schema = Schema::default();
        for row in schemas.iter().filter(|row| !row.current) {
            schema.put_schema(row.name.clone());
        }
        Self {
            current: current.map(|row| row.name.clone()),
            schema,
            tables: BTreeMap::new(),
        }
    }

    pub(super) fn finish(mut self) -> Schema {
        for table in self.tables.into_values() {
            self.schema.put_table(table);
        }
        self.schema
    }

    fn name(&self, schema: &str, name: impl Into<Ident>) -> Name {
        Name {
            schema: (self.current.as_deref() != Some(schema)).then(|| schema.to_owned()),
            name: name.into(),
        }
    }

    fn qualified(&self, Qualified(schema, name): &Qualified) -> Name {
        self.name(schema, name.clone())
    }

    fn canonical(&self, name: &Name) -> Name {
        match &name.schema {
            Some(schema) => self.name(schema, name.name.clone()),
            None => name.clone(),
        }
    }

    /// A collation, without the schema that every session looks into.
    fn collation(&self, Qualified(schema, name): &Qualified) -> Name {
        if schema == "pg_catalog" {
            Name::bare(name.clone())
        } else {
            self.name(schema, name.clone())
        }
    }

    /// An expression as PostgreSQL prints it; `Err`: the parser does not understand it.
    fn expr(&self, text: &str) -> Result<Expr, String> {
        let mut expr = sql::parse_expr(Syntax::Postgres, text)?;
        expr.each_mut(&mut |expr| {
            if let Some(sequence) = sequence_of(expr) {
                *expr = nextval(&self.canonical(&sequence));
            }
            if let Expr::Cast { ty, .. } = expr {
                *ty = self.resolved(std::mem::replace(ty, Type::Absent));
            }
        });
        Ok(expr)
    }

    fn resolved(&self, ty: Type) -> Type {
        match ty {
            Type::Array(element) => Type::Array(Box::new(self.resolved(*element))),
            Type::Named(name) => {
                let name = self.canonical(&name);
                if self.schema.enum_type(&name).is_some() {
                    Type::Enum(name)
                } else {
                    Type::Named(name)
                }
            }
            other => other,
        }
    }

    /// A type as PostgreSQL prints it.
    fn ty(&self, text: String) -> Type {
        match sql::parse_type(Syntax::Postgres, &text) {
            Ok(ty) => self.resolved(ty),
            Err(_) => Type::Other(text),
        }
    }

    pub(super) fn enums(&mut self, rows: Vec<EnumRow>) {
        for row in rows {
            let name = self.name(&row.schema, row.name);
            self.schema.put_enum(EnumType {
                name,
                members: row.members.unwrap_or_default(),
            });
        }
    }

    pub(super) fn domains(&mut self, rows: Vec<DomainRow>) {
        for row in rows {
            let mut domain = Domain {
                name: self.name(&row.schema, row.name),
                base: self.ty(row.ty),
                nullable: row.nullable,
                default: None,
                collation: row.collation.map(|collation| self.collation(&collation)),
                constraints: Vec::new(),
                // No script says what an extension brings.
                opaque: row.of_extension.then(|| "an extension's".to_owned()),
            };
            if let Some(text) = row.default {
                match self.expr(&text) {
                    Ok(expr) => domain.default = Some(expr),
                    Err(why) => domain.opaque = Some(why),
                }
            }
            for check in row.checks.unwrap_or_default() {
                match self.expr(&check.expr) {
                    Ok(expr) => domain.constraints.push(Constraint {
                        name: Some(check.name),
                        kind: ConstraintKind::Check {
                            expr,
                            not_enforced: false,
                        },
                        deferrable: false,
                        initially_deferred: false,
                        not_valid: check.not_valid,
                        named: true,
                    }),
                    Err(why) => domain.opaque = Some(why),
                }
            }
            self.schema.put_domain(domain);
        }
    }

    pub(super) fn tables(&mut self, rows: Vec<TableRow>) {
        for row in rows {
            let mut table = Table::new(self.name(&row.schema, row.name));
            table.comment = row.comment;
            table.options.unlogged = row.unlogged;
            table.options.partition_by = row.partition_by;
            table.options.inherits = row.inherits.map(|parent| self.qualified(&parent));
            table.options.partition = row.is_partition;
            if table.options.inherits.is_some() {
                let what = if row.is_partition {
                    "PARTITION OF"
                } else {
                    "INHERITS"
                };
                table.opaque = Some(what.to_owned());
            }
            self.tables.insert(table.name.clone(), table);
        }
    }

    /// Does something with a table, if it is one of those that are read.
    fn with(&mut self, schema: &str, table: &str, f: impl FnOnce(&Self, &mut Table)) {
        let name = self.name(schema, table);
        if let Some(mut table) = self.tables.remove(&name) {
            f(self, &mut table);
            self.tables.insert(name, table);
        }
    }

    pub(super) fn columns(&mut self, rows: Vec<ColumnRow>) {
        for row in rows {
            let (schema, table) = (row.schema.clone(), row.table.clone());
            self.with(&schema, &table, |build, table| build.column(table, row));
        }
    }

    fn column(&self, table: &mut Table, row: ColumnRow) {
        let ty = self.ty(row.ty);
        let mut column = Column::new(row.name, ty);
        column.nullable = row.nullable;
        column.comment = row.comment;
        column.collation = row.collation.map(|collation| self.collation(&collation));
        if !row.identity.is_empty() {
            column.identity = Some(Identity {
                always: row.identity == "a",
                sequence: row.sequence.map(|sequence| self.qualified(&sequence)),
                options: SequenceOptions::default(),
            });
        }
        if let Some(text) = row.default {
            match self.expr(&text) {
                Ok(expr) if row.generated => {
                    column.generated = Some(Generated { expr, stored: true });
                }
                Ok(expr) => column.default = Some(expr),
                Err(why) => mark(table, &format!("column {}: {why}", column.name)),
            }
        }
        table.columns.push(column);
    }

    pub(super) fn constraints(&mut self, rows: Vec<ConstraintRow>) {
        for row in rows {
            let (schema, table) = (row.schema.clone(), row.table.clone());
            self.with(&schema, &table, |build, table| build.constraint(table, row));
        }
    }

    fn constraint(&self, table: &mut Table, row: ConstraintRow) {
        let names = row.columns.unwrap_or_default();
        let parts = || {
            names
                .iter()
                .map(|name| IndexPart::whole(name.as_str()))
                .collect()
        };
        let kind = match (row.kind, row.referred_table, row.expr) {
            ('p', ..) => ConstraintKind::PrimaryKey { columns: parts() },
            ('u', ..) => ConstraintKind::Unique {
                columns: parts(),
                nulls_not_distinct: row.definition.contains("NULLS NOT DISTINCT"),
            },
            ('f', Some(referred), _) => ConstraintKind::ForeignKey(ForeignKey {
                columns: names,
                table: self.qualified(&referred),
                referred: row.referred.unwrap_or_default(),
                on_delete: action(row.on_delete),
                on_update: action(row.on_update),
                match_full: row.match_full,
            }),
            ('c', _, Some(text)) => match self.expr(&text) {
                Ok(expr) => ConstraintKind::Check {
                    expr,
                    not_enforced: false,
                },
                Err(why) => return mark(table, &format!("constraint {}: {why}", row.name)),
            },
            _ => ConstraintKind::Exclude(row.definition),
        };
        table.constraints.push(Constraint {
            name: Some(row.name),
            kind,
            deferrable: row.deferrable,
            initially_deferred: row.initially_deferred,
            not_valid: row.not_valid,
            named: true,
        });
    }

    pub(super) fn indexes(&mut self, rows: Vec<IndexRow>) {
        for row in rows {
            let name = self.name(&row.schema, row.table.clone());
            let index_name = row.name.clone();
            let index = self.index(row);
            if let Some(mut view) = self.schema.view(&name).cloned() {
                view.indexes.extend(index.ok());
                self.schema.put_view(view);
            } else if let Some(table) = self.tables.get_mut(&name) {
                match index {
                    Ok(index) => table.indexes.push(index),
                    Err(why) => mark(table, &format!("index {index_name}: {why}")),
                }
            }
        }
    }

    fn index(&self, row: IndexRow) -> Result<Index, String> {
        let mut index = Index::new(row.name);
        index.unique = row.unique;
        index.method = Some(row.method).filter(|method| method != "btree");
        index.nulls_not_distinct = row.nulls_not_distinct;
        index.comment = row.comment;
        for key in row.keys {
            if key.included {
                match self.expr(&key.expr)? {
                    Expr::Column { column, .. } => index.include.push(column),
                    _ => return Err("an included expression".to_owned()),
                }
            } else {
                index.keys.push(self.key(key)?);
            }
        }
        if let Some(filter) = row.filter {
            index.filter = Some(self.expr(&filter)?);
        }
        Ok(index)
    }

    fn key(&self, key: KeyRow) -> Result<IndexKey, String> {
        let option = key.option.unwrap_or_default();
        let (descending, nulls_first) = (option & 1 != 0, option & 2 != 0);
        let nulls = match (descending, nulls_first) {
            (true, false) => Some(Nulls::Last),
            (false, true) => Some(Nulls::First),
            _ => None,
        };
        Ok(IndexKey {
            expr: self.expr(&key.expr)?,
            length: None,
            descending,
            nulls,
            collation: key.collation.map(|collation| self.collation(&collation)),
            class: key.class,
        })
    }

    pub(super) fn sequences(&mut self, rows: Vec<SequenceRow>) {
        for row in rows {
            let ty = sql::parse_type(Syntax::Postgres, &row.ty).ok();
            let owned_by = match (&row.table, row.column) {
                (Some(table), Some(column)) => Some((self.qualified(table), column)),
                _ => None,
            };
            let name = self.name(&row.schema, row.name);
            self.schema.put_sequence(Sequence {
                name,
                owned_by,
                identity: row.identity.unwrap_or(false),
                options: SequenceOptions {
                    ty,
                    start: Some(row.start),
                    increment: Some(row.increment),
                    min: Some(row.min),
                    max: Some(row.max),
                    cache: Some(row.cache),
                    cycle: row.cycle,
                },
            });
        }
    }

    pub(super) fn views(&mut self, rows: Vec<ViewRow>) {
        for row in rows {
            let reads: BTreeSet<Name> = row
                .reads
                .unwrap_or_default()
                .iter()
                .map(|read| self.name(&read.0, read.1.clone()))
                .collect();
            let text = row.definition.trim().trim_end_matches(';').to_owned();
            let name = self.name(&row.schema, row.name);
            self.schema.put_view(View {
                name,
                columns: row.columns.unwrap_or_default(),
                query: sql::parse_query(Syntax::Postgres, &text).ok(),
                text,
                materialized: row.materialized,
                reads: reads.into_iter().collect(),
                indexes: Vec::new(),
            });
        }
    }

    pub(super) fn triggers(&mut self, rows: Vec<TriggerRow>) {
        for row in rows {
            let table = self.name(&row.schema, row.table);
            self.schema.put_trigger(Trigger {
                name: row.name,
                table,
                text: row.text,
                does: None,
            });
        }
    }
}

fn mark(table: &mut Table, what: &str) {
    table.opaque.get_or_insert_with(|| what.to_owned());
}

/// `pg_constraint.confdeltype` and `confupdtype`.
fn action(code: char) -> ReferentialAction {
    match code {
        'r' => ReferentialAction::Restrict,
        'c' => ReferentialAction::Cascade,
        'n' => ReferentialAction::SetNull,
        'd' => ReferentialAction::SetDefault,
        _ => ReferentialAction::NoAction,
    }
}
