//! Questions to PostgreSQL's catalogues that the model can answer.

use crate::schema::{
    BinaryOp, ConstraintKind, Expr, Literal, Name, Query, Schema, Select, SelectItem, SetExpr,
    Table, TableRef, Type, UnaryOp,
};

type Known<T> = Result<T, String>;

/// Whether a condition holds.
///
/// # Errors
///
/// What of it the model does not know.
pub(super) fn holds(condition: &Expr, schema: &Schema) -> Known<bool> {
    match condition {
        Expr::Unary {
            op: UnaryOp::Not,
            expr,
        } => Ok(!holds(expr, schema)?),
        Expr::Binary {
            left,
            op: op @ (BinaryOp::And | BinaryOp::Or),
            right,
        } => {
            let (left, right) = (holds(left, schema)?, holds(right, schema)?);
            Ok(match op {
                BinaryOp::And => left && right,
                _ => left || right,
            })
        }
        Expr::Exists(query) => exists(query, schema),
        _ => Err("a condition".into()),
    }
}

/// A row of a catalogue: the columns of it that are known.
type Row = Vec<(&'static str, String)>;

fn exists(query: &Query, schema: &Schema) -> Known<bool> {
    let Some((catalogue, filter)) = asked(query) else {
        return Err("a query of rows".into());
    };
    let mut wanted = Vec::new();
    if let Some(filter) = filter {
        conditions(filter, &mut wanted)?;
    }
    // The catalogues hold things of the engine's own: only by name is it known what is asked for.
    const NAMES: &[&str] = &[
        "typname",
        "conname",
        "tablename",
        "indexname",
        "table_name",
        "constraint_name",
    ];
    if !wanted
        .iter()
        .any(|(column, _)| NAMES.contains(&column.as_str()))
    {
        return Err("a query of all that there is".into());
    }
    let rows = rows(catalogue, schema)?;
    for (column, _) in &wanted {
        let known = |row: &Row| row.iter().any(|(name, _)| name == column);
        if !rows.iter().all(known) {
            return Err(format!("what `{column}` is"));
        }
    }
    Ok(rows.iter().any(|row| {
        let mut wanted = wanted.iter();
        wanted.all(|(column, value)| row.iter().any(|(name, own)| name == column && own == value))
    }))
}

/// `SELECT … FROM catalogue WHERE …`, in which nothing but that decides whether there is a row.
fn asked(query: &Query) -> Option<(&Name, Option<&Expr>)> {
    let one = Expr::Literal(Literal::Number("1".into()));
    let SetExpr::Select(select) = &query.body else {
        return None;
    };
    let Select {
        distinct: None,
        items,
        from,
        filter,
        group_by,
        having: None,
        windows: _,
    } = select.as_ref()
    else {
        return None;
    };
    // An aggregate would give a row of nothing.
    let plain = |item: &SelectItem| match item {
        SelectItem::Expr { expr, .. } => matches!(expr, Expr::Column { .. } | Expr::Literal(_)),
        SelectItem::Star | SelectItem::TableStar(_) => true,
    };
    let whole = query.with.is_empty()
        && query.offset.is_none()
        && query.limit.as_ref().is_none_or(|limit| *limit == one)
        && group_by.is_empty()
        && items.iter().all(plain);
    match from.as_slice() {
        [TableRef::Table { name, .. }] if whole => Some((name, filter.as_ref())),
        _ => None,
    }
}

/// `a = 'x' AND b = 'y'`, as pairs.
fn conditions(filter: &Expr, wanted: &mut Vec<(String, String)>) -> Known<()> {
    match filter {
        Expr::Binary {
            left,
            op: BinaryOp::And,
            right,
        } => {
            conditions(left, wanted)?;
            conditions(right, wanted)
        }
        Expr::Binary {
            left,
            op: BinaryOp::Eq,
            right,
        } => match (left.as_ref(), constant(right)) {
            (Expr::Column { column, .. }, Some(value)) => {
                wanted.push((column.clone(), value));
                Ok(())
            }
            _ => Err("a condition".into()),
        },
        _ => Err("a condition".into()),
    }
}

/// A text, or what `'t'::regclass` names.
fn constant(expr: &Expr) -> Option<String> {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    let relation = |text: &str| {
        let bare = text.strip_prefix("public.").unwrap_or(text);
        bare.chars().all(plain).then(|| bare.to_owned())
    };
    let is_regclass = |ty: &Type| matches!(ty, Type::Other(name) if name == "regclass");
    match expr {
        Expr::Literal(Literal::Text(text)) => Some(text.clone()),
        Expr::Literal(Literal::Typed(ty, text)) if is_regclass(ty) => relation(text),
        Expr::Cast { expr, ty } if is_regclass(ty) => match expr.as_ref() {
            Expr::Literal(Literal::Text(text)) => relation(text),
            _ => None,
        },
        _ => None,
    }
}

fn rows(catalogue: &Name, schema: &Schema) -> Known<Vec<Row>> {
    // What other code has made is not known.
    if schema.tables().any(|table| table.opaque.is_some()) {
        return Err("what a table holds that other code has made".into());
    }
    let tables = || schema.tables().map(|table| &**table);
    let views = || schema.views().map(|view| &view.name);
    let relations = || tables().map(|table| &table.name).chain(views());
    let named = (catalogue.schema.as_deref(), catalogue.name.as_str());
    Ok(match named {
        (None | Some("pg_catalog"), "pg_type") => {
            let types = schema.enums().map(|found| &found.name);
            let types = types.chain(schema.domains().map(|found| &found.name));
            types
                .chain(relations())
                .map(|name| vec![("typname", name.name.clone())])
                .collect()
        }
        (None | Some("pg_catalog"), "pg_constraint") => tables().flat_map(constraints).collect(),
        (None | Some("pg_catalog"), "pg_tables") => tables()
            .map(|table| {
                vec![
                    ("schemaname", home(&table.name)),
                    ("tablename", table.name.name.clone()),
                ]
            })
            .collect(),
        (None | Some("pg_catalog"), "pg_indexes") => tables().flat_map(indexes).collect(),
        (Some("information_schema"), "tables") => relations().map(relation).collect(),
        (Some("information_schema"), "columns") if views().next().is_none() => {
            tables().flat_map(columns).collect()
        }
        (Some("information_schema"), "table_constraints") => {
            tables().flat_map(table_constraints).collect()
        }
        (Some("information_schema"), "constraint_column_usage") => {
            tables().flat_map(column_usage).collect()
        }
        (_, other) => return Err(format!("what stands in `{other}`")),
    })
}

fn home(name: &Name) -> String {
    name.schema.clone().unwrap_or_else(|| "public".into())
}

fn relation(name: &Name) -> Row {
    vec![
        ("table_schema", home(name)),
        ("table_name", name.name.clone()),
    ]
}

fn columns(table: &Table) -> Vec<Row> {
    let columns = table.columns.iter();
    columns
        .map(|column| {
            let nullable = if column.nullable { "YES" } else { "NO" };
            let mut row = relation(&table.name);
            row.push(("column_name", column.name.clone()));
            row.push(("is_nullable", nullable.to_owned()));
            row
        })
        .collect()
}

fn indexes(table: &Table) -> Vec<Row> {
    let keys = table.constraints.iter().filter(|constraint| {
        !matches!(
            constraint.kind,
            ConstraintKind::ForeignKey(_) | ConstraintKind::Check { .. }
        )
    });
    let keys = keys.filter_map(|constraint| constraint.name.as_ref());
    let own = table.indexes.iter().map(|index| &index.name);
    own.chain(keys)
        .map(|name| {
            vec![
                ("schemaname", home(&table.name)),
                ("tablename", table.name.name.clone()),
                ("indexname", name.clone()),
            ]
        })
        .collect()
}

fn constraints(table: &Table) -> Vec<Row> {
    let named = table.constraints.iter();
    let named = named.filter_map(|constraint| constraint.name.clone());
    named
        .map(|name| {
            let of = match table.name.schema.as_deref() {
                None | Some("public") => table.name.name.clone(),
                Some(_) => table.name.to_string(),
            };
            vec![("conname", name), ("conrelid", of)]
        })
        .collect()
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
            let mut row = relation(of);
            row.push(("column_name", column.clone()));
            row.push(("constraint_schema", home(&table.name)));
            row.push(("constraint_name", name.clone()));
            rows.push(row);
        }
    }
    rows
}

fn table_constraints(table: &Table) -> Vec<Row> {
    let named = table.constraints.iter();
    let named = named.filter_map(|constraint| Some((constraint.name.clone()?, &constraint.kind)));
    named
        .map(|(name, kind)| {
            let kind = match kind {
                ConstraintKind::PrimaryKey { .. } => "PRIMARY KEY",
                ConstraintKind::Unique { .. } => "UNIQUE",
                ConstraintKind::ForeignKey(_) => "FOREIGN KEY",
                ConstraintKind::Check { .. } | ConstraintKind::Exclude(_) => "CHECK",
            };
            let mut row = relation(&table.name);
            row.push(("constraint_schema", home(&table.name)));
            row.push(("constraint_name", name));
            row.push(("constraint_type", kind.to_owned()));
            row
        })
        .collect()
}
