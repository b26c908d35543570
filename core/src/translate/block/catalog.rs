//! PostgreSQL's catalogues, as far as the model knows them.
//!
//! # Invariants
//!
//! - A column that is not here is not known, and neither is what stands in a row that is
//!   [`unsure`](Row::unsure): other code may have changed it.
//!
//! Deliberately absent: what the engine has of its own, functions, roles, extensions.

use super::value::Value;
use crate::schema::{
    Constraint, ConstraintKind, Name, ReferentialAction, Replay, Schema, Table, Type,
};
use crate::sql::Syntax;
use crate::translate::infer::Scope;
use crate::translate::unread::Unread;

/// A row: the columns of it that are known.
#[derive(Debug, Clone, Default)]
pub(super) struct Row {
    columns: Vec<(&'static str, Value)>,
    /// Other code may have changed what it tells of: only what it is called is known.
    pub(super) unsure: bool,
}

/// Columns that say what something is called, or on which table it is.
pub(super) const NAMES: &[&str] = &[
    "attrelid",
    "conname",
    "conrelid",
    "constraint_name",
    "enumtypid",
    "indexname",
    "indexrelid",
    "indrelid",
    "oid",
    "relname",
    "sequence_name",
    "sequencename",
    "table_name",
    "tablename",
    "tgname",
    "tgrelid",
    "trigger_name",
    "typname",
    "viewname",
];

/// Columns that say in which schema something is.
pub(super) const HOMES: &[&str] = &[
    "connamespace",
    "constraint_schema",
    "nspname",
    "relnamespace",
    "schema_name",
    "schemaname",
    "sequence_schema",
    "table_schema",
    "typnamespace",
];

impl Row {
    pub(super) fn get(&self, name: &str) -> Option<&Value> {
        let mut columns = self.columns.iter();
        columns
            .find(|(column, _)| *column == name)
            .map(|(_, value)| value)
    }

    fn with(mut self, columns: impl IntoIterator<Item = (&'static str, Value)>) -> Self {
        self.columns.extend(columns);
        self
    }

    /// Keeps what it is called alone, if other code may have changed it.
    fn unless(mut self, sure: bool) -> Self {
        if !sure {
            self.unsure = true;
            self.columns
                .retain(|(name, _)| NAMES.contains(name) || HOMES.contains(name));
        }
        self
    }
}

/// Whether a name is a catalogue's, and which; `None` if it is no catalogue.
pub(super) fn catalogue(name: &Name) -> Option<&str> {
    match name.schema.as_deref() {
        Some("information_schema" | "pg_catalog") => Some(&name.name),
        None if name.name.starts_with("pg_") => Some(&name.name),
        _ => None,
    }
}

/// The rows of a catalogue; `None`: they are not known.
pub(super) fn rows(name: &Name, replay: &Replay, unread: &Unread) -> Option<Vec<Row>> {
    let schema = replay.schema();
    let known = Known {
        replay,
        schema,
        unread,
    };
    let own = name.schema.as_deref() == Some("information_schema");
    Some(match (own, catalogue(name)?) {
        (false, "pg_namespace") => known.schemas("nspname"),
        (true, "schemata") => known.schemas("schema_name"),
        (false, "pg_class") => known.relations(),
        (false, "pg_type") => known.types(),
        (false, "pg_enum") => known.members(),
        (false, "pg_constraint") => known.of_tables(constraints),
        (false, "pg_attribute") => known.of_relations(attributes),
        (false, "pg_index") => known.of_tables(index_rows),
        (false, "pg_indexes") => known.indexes(),
        (false, "pg_trigger") => known.triggers(),
        (false, "pg_tables") => known.of_tables(|table| {
            vec![row("schemaname", &table.name).with([("tablename", text(&table.name.name))])]
        }),
        (false, "pg_views") => known.views("schemaname", "viewname", false),
        (false, "pg_matviews") => known.views("schemaname", "matviewname", true),
        (false, "pg_sequences") => known.sequences("schemaname", "sequencename"),
        (true, "sequences") => known.sequences("sequence_schema", "sequence_name"),
        (true, "tables") => known.tables(),
        (true, "views") => known.views("table_schema", "table_name", false),
        (true, "columns") => known.columns(),
        (true, "table_constraints") => known.of_tables(table_constraints),
        (true, "constraint_column_usage") => known.of_tables(column_usage),
        (true, "key_column_usage") => known.of_tables(key_usage),
        _ => return None,
    })
}

/// The number of a relation, as far as it is compared.
pub(super) fn relation_id(name: &Name) -> Value {
    Value::Relation(Name {
        schema: Some(home(name)),
        name: name.name.clone(),
    })
}

struct Known<'a> {
    replay: &'a Replay,
    schema: &'a Schema,
    unread: &'a Unread,
}

impl Known<'_> {
    fn of_tables(&self, of: impl Fn(&Table) -> Vec<Row>) -> Vec<Row> {
        let tables = self.schema.tables();
        let each = tables.flat_map(|table| {
            let sure = !self.unread.reaches_table(table);
            of(table).into_iter().map(move |row| row.unless(sure))
        });
        each.collect()
    }

    /// … and what views are called, whose columns are not known.
    fn of_relations(&self, of: impl Fn(&Table) -> Vec<Row>) -> Vec<Row> {
        let mut all = self.of_tables(of);
        all.extend(self.schema.views().map(|view| {
            let id = relation_id(&view.name);
            let row = row("table_schema", &view.name);
            row.with([("table_name", text(&view.name.name)), ("attrelid", id)])
                .unless(false)
        }));
        all
    }

    /// The columns of tables and views; a materialized view has none here.
    fn columns(&self) -> Vec<Row> {
        let mut all = self.of_tables(columns);
        let scope = Scope::new(self.schema, Syntax::Postgres);
        let views = self.schema.views().filter(|view| !view.materialized);
        all.extend(views.flat_map(|view| {
            let of =
                || row("table_schema", &view.name).with([("table_name", text(&view.name.name))]);
            // What it reads may be otherwise than is known.
            let sure = self.sure(&view.name) && view.reads.iter().all(|name| self.sure(name));
            let fields = scope.table_fields(&view.name).filter(|_| sure);
            let Some(fields) = fields else {
                return vec![of().unless(false)];
            };
            let each = fields.into_iter().map(|field| {
                of().with([
                    ("column_name", text(&field.name)),
                    ("is_nullable", text("YES")),
                ])
            });
            each.collect()
        }));
        all
    }

    fn indexes(&self) -> Vec<Row> {
        let mut all = self.of_tables(indexes);
        all.extend(self.schema.views().flat_map(|view| {
            let sure = self.sure(&view.name);
            view.indexes.iter().map(move |index| {
                row("schemaname", &view.name)
                    .with([
                        ("tablename", text(&view.name.name)),
                        ("indexname", text(&index.name)),
                    ])
                    .unless(sure)
            })
        }));
        all
    }

    fn sure(&self, name: &Name) -> bool {
        !self.unread.reaches(&name.name)
    }

    fn schemas(&self, column: &'static str) -> Vec<Row> {
        let own = ["public", "pg_catalog", "information_schema", "pg_toast"];
        let own = own.iter().map(|name| (*name).to_owned());
        let made = self.schema.schemas().cloned();
        let mut names: Vec<String> = own.chain(made).collect();
        names.dedup();
        let each = names.into_iter().map(|name| {
            let sure = !self.unread.reaches(&name);
            Row::default()
                .with([
                    (column, text(&name)),
                    ("oid", Value::Number(namespace(&name))),
                ])
                .unless(sure)
        });
        each.collect()
    }

    fn relations(&self) -> Vec<Row> {
        let class = |name: &Name, kind: &str| {
            row("", name).with([
                ("relname", text(&name.name)),
                ("relnamespace", Value::Number(namespace(&home(name)))),
                ("relkind", text(kind)),
                ("oid", relation_id(name)),
            ])
        };
        let mut all = self.of_tables(|table| {
            let divided = self.replay.has_partitions(&table.name);
            let (own, index) = if divided { ("p", "I") } else { ("r", "i") };
            let mut rows = vec![class(&table.name, own)];
            let of = |name: &String| Name {
                schema: table.name.schema.clone(),
                name: name.clone(),
            };
            rows.extend(index_names(table).map(|name| class(&of(name), index)));
            rows
        });
        all.extend(self.schema.views().flat_map(|view| {
            let kind = if view.materialized { "m" } else { "v" };
            let sure = self.sure(&view.name);
            let indexes = view.indexes.iter().map(|index| Name {
                schema: view.name.schema.clone(),
                name: index.name.clone(),
            });
            let mut rows = vec![class(&view.name, kind)];
            rows.extend(indexes.map(|name| class(&name, "i")));
            rows.into_iter().map(move |row| row.unless(sure))
        }));
        all.extend(
            self.schema
                .sequences()
                .map(|sequence| class(&sequence.name, "S").unless(self.sure(&sequence.name))),
        );
        all
    }

    fn types(&self) -> Vec<Row> {
        let ty = |name: &Name, kind: &str| {
            row("", name).with([
                ("typname", text(&name.name)),
                ("typtype", text(kind)),
                ("typnamespace", Value::Number(namespace(&home(name)))),
                ("oid", relation_id(name)),
            ])
        };
        let enums = self.schema.enums().map(|found| (&found.name, "e"));
        let domains = self.schema.domains().map(|found| (&found.name, "d"));
        let tables = self.schema.tables().map(|found| (&found.name, "c"));
        let views = self.schema.views().map(|found| (&found.name, "c"));
        let all = enums.chain(domains).chain(tables).chain(views);
        all.map(|(name, kind)| ty(name, kind).unless(self.sure(name)))
            .collect()
    }

    fn members(&self) -> Vec<Row> {
        let each = self.schema.enums().flat_map(|found| {
            let sure = self.sure(&found.name);
            let id = relation_id(&found.name);
            found.members.iter().enumerate().map(move |(at, member)| {
                Row::default()
                    .with([
                        ("enumlabel", text(member)),
                        ("enumtypid", id.clone()),
                        ("enumsortorder", number(at + 1)),
                    ])
                    .unless(sure)
            })
        });
        each.collect()
    }

    fn triggers(&self) -> Vec<Row> {
        let each = self.schema.triggers().map(|trigger| {
            let sure = self.sure(&trigger.table) && !self.unread.reaches(&trigger.name);
            Row::default()
                .with([
                    ("tgname", text(&trigger.name)),
                    ("tgrelid", relation_id(&trigger.table)),
                    ("tgisinternal", Value::Boolean(false)),
                ])
                .unless(sure)
        });
        each.collect()
    }

    fn tables(&self) -> Vec<Row> {
        let relation = |name: &Name, kind: &str| {
            row("table_schema", name)
                .with([("table_name", text(&name.name)), ("table_type", text(kind))])
                .unless(self.sure(name))
        };
        let tables = self.schema.tables();
        let tables = tables.map(|table| relation(&table.name, "BASE TABLE"));
        let views = self.schema.views().filter(|view| !view.materialized);
        tables
            .chain(views.map(|view| relation(&view.name, "VIEW")))
            .collect()
    }

    fn views(&self, schema: &'static str, name: &'static str, stored: bool) -> Vec<Row> {
        let views = self.schema.views();
        let views = views.filter(|view| view.materialized == stored);
        views
            .map(|view| {
                row(schema, &view.name)
                    .with([(name, text(&view.name.name))])
                    .unless(self.sure(&view.name))
            })
            .collect()
    }

    fn sequences(&self, schema: &'static str, name: &'static str) -> Vec<Row> {
        let sequences = self.schema.sequences();
        sequences
            .map(|sequence| {
                row(schema, &sequence.name)
                    .with([(name, text(&sequence.name.name))])
                    .unless(self.sure(&sequence.name))
            })
            .collect()
    }
}

fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}

fn number(number: usize) -> Value {
    Value::Number(i64::try_from(number).unwrap_or(i64::MAX))
}

fn home(name: &Name) -> String {
    name.schema.clone().unwrap_or_else(|| "public".into())
}

/// A number that is another for another schema: nobody sees it, it is only compared.
fn namespace(name: &str) -> i64 {
    let bytes = name.bytes();
    bytes.fold(7, |sum: i64, byte| {
        sum.wrapping_mul(1_000_003).wrapping_add(byte.into())
    })
}

fn row(schema: &'static str, name: &Name) -> Row {
    match schema {
        "" => Row::default(),
        column => Row::default().with([(column, text(&home(name)))]),
    }
}

/// The indexes of a table, those of its constraints too.
fn index_names(table: &Table) -> impl Iterator<Item = &String> {
    let keys = table.constraints.iter().filter(|constraint| {
        !matches!(
            constraint.kind,
            ConstraintKind::ForeignKey(_) | ConstraintKind::Check { .. }
        )
    });
    let keys = keys.filter_map(|constraint| constraint.name.as_ref());
    table.indexes.iter().map(|index| &index.name).chain(keys)
}

fn indexes(table: &Table) -> Vec<Row> {
    index_names(table)
        .map(|name| {
            row("schemaname", &table.name).with([
                ("tablename", text(&table.name.name)),
                ("indexname", text(name)),
            ])
        })
        .collect()
}

/// All are valid: one whose making failed is none that a script has made.
fn index_rows(table: &Table) -> Vec<Row> {
    index_names(table)
        .map(|name| {
            let primary = |one: &Constraint| {
                matches!(one.kind, ConstraintKind::PrimaryKey { .. })
                    && one.name.as_ref() == Some(name)
            };
            let id = Name {
                schema: table.name.schema.clone(),
                name: name.clone(),
            };
            Row::default().with([
                ("indexrelid", relation_id(&id)),
                ("indrelid", relation_id(&table.name)),
                ("indisvalid", Value::Boolean(true)),
                (
                    "indisprimary",
                    Value::Boolean(table.constraints.iter().any(primary)),
                ),
            ])
        })
        .collect()
}

fn attributes(table: &Table) -> Vec<Row> {
    let columns = table.columns.iter().enumerate();
    columns
        .map(|(at, column)| {
            Row::default().with([
                ("attrelid", relation_id(&table.name)),
                ("attname", text(&column.name)),
                // Which number it has is another matter: columns may have been dropped.
                ("attnum", number(at + 1)),
                ("attnotnull", Value::Boolean(!column.nullable)),
                ("attisdropped", Value::Boolean(false)),
            ])
        })
        .collect()
}

fn columns(table: &Table) -> Vec<Row> {
    let columns = table.columns.iter();
    columns
        .map(|column| {
            let nullable = if column.nullable { "YES" } else { "NO" };
            let row = row("table_schema", &table.name).with([
                ("table_name", text(&table.name.name)),
                ("column_name", text(&column.name)),
                ("is_nullable", text(nullable)),
            ]);
            let (ty, precision) = match &column.ty {
                Type::SmallInt { .. } => ("smallint", Some(16)),
                Type::Integer { .. } => ("integer", Some(32)),
                Type::BigInt { .. } => ("bigint", Some(64)),
                Type::Boolean => ("boolean", None),
                Type::Text => ("text", None),
                Type::Varchar(_) => ("character varying", None),
                Type::Uuid => ("uuid", None),
                Type::Json => ("json", None),
                Type::Jsonb => ("jsonb", None),
                Type::Date => ("date", None),
                Type::Timestamp { zoned: true, .. } => ("timestamp with time zone", None),
                Type::Timestamp { zoned: false, .. } => ("timestamp without time zone", None),
                _ => return row,
            };
            let precision = precision.map_or(Value::Null, Value::Number);
            row.with([("data_type", text(ty)), ("numeric_precision", precision)])
        })
        .collect()
}

fn action(action: ReferentialAction) -> &'static str {
    match action {
        ReferentialAction::NoAction => "a",
        ReferentialAction::Restrict => "r",
        ReferentialAction::Cascade => "c",
        ReferentialAction::SetNull => "n",
        ReferentialAction::SetDefault => "d",
    }
}

fn constraints(table: &Table) -> Vec<Row> {
    let named = table.constraints.iter();
    let named = named.filter_map(|one| Some((one.name.as_ref()?, &one.kind)));
    let mut all: Vec<Row> = named
        .map(|(name, kind)| {
            let letter = match kind {
                ConstraintKind::PrimaryKey { .. } => "p",
                ConstraintKind::Unique { .. } => "u",
                ConstraintKind::ForeignKey(_) => "f",
                ConstraintKind::Check { .. } => "c",
                ConstraintKind::Exclude(_) => "x",
            };
            let row = Row::default().with([
                ("conname", text(name)),
                ("conrelid", relation_id(&table.name)),
                ("connamespace", Value::Number(namespace(&home(&table.name)))),
                ("contype", text(letter)),
            ]);
            match kind {
                ConstraintKind::ForeignKey(key) => row.with([
                    ("confrelid", relation_id(&key.table)),
                    ("confdeltype", text(action(key.on_delete))),
                    ("confupdtype", text(action(key.on_update))),
                ]),
                _ => row.with([("confdeltype", text(" ")), ("confupdtype", text(" "))]),
            }
        })
        .collect();
    // PostgreSQL 18 has one for each column that is NOT NULL.
    let full = table.columns.iter().filter(|column| !column.nullable);
    all.extend(full.map(|column| {
        let name = format!("{}_{}_not_null", table.name.name, column.name);
        Row {
            columns: vec![
                ("conname", Value::Text(name)),
                ("conrelid", relation_id(&table.name)),
                ("connamespace", Value::Number(namespace(&home(&table.name)))),
                ("contype", text("n")),
            ],
            unsure: true,
        }
    }));
    all
}

/// The columns that a constraint needs: of a foreign key those that it refers to.
fn column_usage(table: &Table) -> Vec<Row> {
    let mut rows = Vec::new();
    for constraint in &table.constraints {
        let Some(name) = &constraint.name else {
            continue;
        };
        let (of, columns): (&Name, Vec<&String>) = match &constraint.kind {
            ConstraintKind::PrimaryKey { columns } | ConstraintKind::Unique { columns, .. } => (
                &table.name,
                columns.iter().map(|part| &part.column).collect(),
            ),
            ConstraintKind::ForeignKey(key) => (&key.table, key.referred.iter().collect()),
            ConstraintKind::Check { expr, .. } => {
                let named = table.columns.iter().map(|column| &column.name);
                (
                    &table.name,
                    named.filter(|name| expr.names_column(name)).collect(),
                )
            }
            ConstraintKind::Exclude(_) => continue,
        };
        for column in columns {
            rows.push(row("table_schema", of).with([
                ("table_name", text(&of.name)),
                ("column_name", text(column)),
                ("constraint_schema", text(&home(&table.name))),
                ("constraint_name", text(name)),
            ]));
        }
    }
    rows
}

/// The columns of keys, foreign ones too.
fn key_usage(table: &Table) -> Vec<Row> {
    let mut rows = Vec::new();
    for constraint in &table.constraints {
        let Some(name) = &constraint.name else {
            continue;
        };
        let columns: Vec<&String> = match &constraint.kind {
            ConstraintKind::PrimaryKey { columns } | ConstraintKind::Unique { columns, .. } => {
                columns.iter().map(|part| &part.column).collect()
            }
            ConstraintKind::ForeignKey(key) => key.columns.iter().collect(),
            ConstraintKind::Check { .. } | ConstraintKind::Exclude(_) => continue,
        };
        for (at, column) in columns.into_iter().enumerate() {
            rows.push(row("table_schema", &table.name).with([
                ("table_name", text(&table.name.name)),
                ("column_name", text(column)),
                ("ordinal_position", number(at + 1)),
                ("constraint_schema", text(&home(&table.name))),
                ("constraint_name", text(name)),
            ]));
        }
    }
    rows
}

fn table_constraints(table: &Table) -> Vec<Row> {
    let named = table.constraints.iter();
    let named = named.filter_map(|one| Some((one.name.as_ref()?, &one.kind)));
    // An exclusion constraint is none of the standard's.
    let named = named.filter(|(_, kind)| !matches!(kind, ConstraintKind::Exclude(_)));
    let constraint = |name: &str, kind: &str| {
        row("table_schema", &table.name).with([
            ("table_name", text(&table.name.name)),
            ("constraint_schema", text(&home(&table.name))),
            ("constraint_name", text(name)),
            ("constraint_type", text(kind)),
        ])
    };
    let mut all: Vec<Row> = named
        .map(|(name, kind)| {
            let kind = match kind {
                ConstraintKind::PrimaryKey { .. } => "PRIMARY KEY",
                ConstraintKind::Unique { .. } => "UNIQUE",
                ConstraintKind::ForeignKey(_) => "FOREIGN KEY",
                ConstraintKind::Check { .. } | ConstraintKind::Exclude(_) => "CHECK",
            };
            constraint(name, kind)
        })
        .collect();
    // NOT NULL is a CHECK here, under a name of numbers.
    let full = table.columns.iter().filter(|column| !column.nullable);
    all.extend(full.map(|_| {
        let mut row = constraint("", "CHECK");
        row.unsure = true;
        row
    }));
    all
}
