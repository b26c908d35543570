//! Questions to PostgreSQL's catalogues that the model can answer.

use super::super::unread::Unread;
use crate::schema::{
    BinaryOp, ConstraintKind, Expr, Literal, Name, Query, Schema, Select, SelectItem, SetExpr,
    Table, TableRef, Type, UnaryOp, View,
};

type Known<T> = Result<T, String>;

/// Whether a condition holds.
///
/// # Errors
///
/// What of it the model does not know, or what code that is not understood may have changed.
pub(super) fn holds(condition: &Expr, schema: &Schema, unread: &Unread) -> Known<bool> {
    match condition {
        Expr::Unary {
            op: UnaryOp::Not,
            expr,
        } => Ok(!holds(expr, schema, unread)?),
        Expr::Binary {
            left,
            op: op @ (BinaryOp::And | BinaryOp::Or),
            right,
        } => {
            let left = holds(left, schema, unread)?;
            let right = holds(right, schema, unread)?;
            Ok(match op {
                BinaryOp::And => left && right,
                _ => left || right,
            })
        }
        Expr::Exists(query) => exists(query, schema, unread),
        _ => Err("a condition".into()),
    }
}

/// A row of a catalogue: the columns of it that are known.
type Row = Vec<(&'static str, String)>;

fn exists(query: &Query, schema: &Schema, unread: &Unread) -> Known<bool> {
    let Some((catalogue, filter)) = asked(query) else {
        return Err("a query of rows".into());
    };
    let mut wanted = Vec::new();
    if let Some(filter) = filter {
        conditions(filter, &mut wanted)?;
    }
    if rows_of(catalogue, &Table::new(Name::bare(""))).is_none() {
        return Err(format!("what stands in `{}`", catalogue.name));
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
    const HOMES: &[&str] = &["schemaname", "table_schema", "constraint_schema"];
    let mut things = wanted
        .iter()
        .filter(|(column, _)| !HOMES.contains(&column.as_str()));
    if things.any(|(_, value)| unread.reaches(value)) {
        return Err("what other code has made".into());
    }
    let is = |row: &Row| {
        let mut wanted = wanted.iter();
        wanted.all(|(column, value)| row.iter().any(|(name, own)| name == column && own == value))
    };
    // A name says whose it is, or not: what goes with a table that other code changes is not known.
    let unsure = schema.tables().filter(|table| unread.reaches_table(table));
    let mut unsure = unsure
        .filter_map(|table| rows_of(catalogue, table))
        .flatten();
    if unsure.any(|row| is(&row)) {
        return Err("what a table holds that other code has made".into());
    }
    let value = |of: &str| {
        wanted
            .iter()
            .find(|(column, _)| column == of)
            .map(|(_, value)| value)
    };
    let of_view = |view: &View| value("table_name").is_none_or(|name| *name == view.name.name);
    if catalogue.name == "columns" && schema.views().any(of_view) {
        return Err("what columns a view has".into());
    }
    let rows = rows(catalogue, schema);
    for (column, _) in &wanted {
        let known = |row: &Row| row.iter().any(|(name, _)| name == column);
        if !rows.iter().all(known) {
            return Err(format!("what `{column}` is"));
        }
    }
    Ok(rows.iter().any(is))
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

/// What stands in a catalogue; of those that [`rows_of`] knows.
fn rows(catalogue: &Name, schema: &Schema) -> Vec<Row> {
    let views = schema.views().map(|view| &view.name);
    let mut all: Vec<Row> = match catalogue.name.as_str() {
        "pg_type" => {
            let types = schema.enums().map(|found| &found.name);
            let types = types.chain(schema.domains().map(|found| &found.name));
            let types = types.chain(views);
            types
                .map(|name| vec![("typname", name.name.clone())])
                .collect()
        }
        "tables" => views.map(relation).collect(),
        _ => Vec::new(),
    };
    let tables = schema.tables();
    all.extend(
        tables
            .filter_map(|table| rows_of(catalogue, table))
            .flatten(),
    );
    all
}

/// What stands in a catalogue for a table; `None`: that is not known.
fn rows_of(catalogue: &Name, table: &Table) -> Option<Vec<Row>> {
    let named = (catalogue.schema.as_deref(), catalogue.name.as_str());
    Some(match named {
        (None | Some("pg_catalog"), "pg_type") => {
            vec![vec![("typname", table.name.name.clone())]]
        }
        (None | Some("pg_catalog"), "pg_constraint") => constraints(table),
        (None | Some("pg_catalog"), "pg_tables") => vec![vec![
            ("schemaname", home(&table.name)),
            ("tablename", table.name.name.clone()),
        ]],
        (None | Some("pg_catalog"), "pg_indexes") => indexes(table),
        (Some("information_schema"), "tables") => vec![relation(&table.name)],
        (Some("information_schema"), "columns") => columns(table),
        (Some("information_schema"), "table_constraints") => table_constraints(table),
        (Some("information_schema"), "constraint_column_usage") => column_usage(table),
        _ => return None,
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
