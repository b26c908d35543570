//! `UNIQUE NULLS NOT DISTINCT`. SQLite tells all NULLs apart in a key; in an index on expressions a
//! NULL is a value: `(a IS NULL), coalesce(a, 0)`. Two such keys are equal where both are NULL, or
//! neither is and the values are.
//!
//! Deliberately not here: what names the key by its columns, a foreign key or an ON CONFLICT, which
//! SQLite does not find by an index on expressions. Both are refused.

use std::fmt::Display;

use aludel::schema::{ConstraintKind, Expr, Ident, Index, IndexKey, IndexPart, Literal, Table};
use aludel::translate::Refusal;

/// The index that is a unique key's counterpart; nothing if no column takes NULL, when the key is
/// as any other.
pub(super) fn index_of(name: &str, columns: &[IndexPart], table: &Table) -> Option<Index> {
    takes_null(columns.iter().map(|part| &part.column), table).then(|| Index {
        name: name.to_owned(),
        unique: true,
        method: None,
        keys: columns
            .iter()
            .flat_map(|part| keys_of(IndexKey::new(Expr::column(part.column.clone())), table))
            .collect(),
        include: Vec::new(),
        filter: None,
        nulls_not_distinct: false,
        comment: None,
    })
}

/// The keys of an index on expressions that tell NULLs alike from what `key` holds.
pub(super) fn keys_of(key: IndexKey, table: &Table) -> Vec<IndexKey> {
    if let Expr::Column { column, .. } = &key.expr
        && !takes_null([column], table)
    {
        return vec![key];
    }
    let is_null = Expr::IsNull {
        expr: Box::new(key.expr.clone()),
        negated: false,
    };
    let value = Expr::call(
        "coalesce",
        [key.expr.clone(), Expr::Literal(Literal::Number("0".into()))],
    );
    let with = |expr: Expr| IndexKey {
        expr,
        ..key.clone()
    };
    vec![with(is_null), with(value)]
}

fn takes_null<'c>(columns: impl IntoIterator<Item = &'c Ident>, table: &Table) -> bool {
    let mut columns = columns.into_iter();
    columns.any(|name| table.column(name).is_none_or(|column| column.nullable))
}

/// Refuses what names a key by its columns, if that is one which SQLite does not find by them.
///
/// # Errors
///
/// The refusal.
pub(in super::super) fn found_by_columns(
    columns: &[Ident],
    table: &Table,
    what: &dyn Display,
) -> Result<(), Refusal> {
    let same = |key: &[&Ident]| {
        key.len() == columns.len() && key.iter().all(|name| columns.contains(name))
    };
    let mut of_nulls = false;
    for constraint in &table.constraints {
        let (key, nulls) = match &constraint.kind {
            ConstraintKind::PrimaryKey { columns } => (columns, false),
            ConstraintKind::Unique {
                columns,
                nulls_not_distinct,
            } => (columns, *nulls_not_distinct),
            _ => continue,
        };
        let key: Vec<&Ident> = key.iter().map(|part| &part.column).collect();
        match same(&key) {
            true if !nulls => return Ok(()),
            found => of_nulls |= found,
        }
    }
    for index in table.indexes.iter().filter(|index| index.unique) {
        let key = index.keys.iter().map(|key| match &key.expr {
            Expr::Column { column, .. } => Some(column),
            _ => None,
        });
        match key.collect::<Option<Vec<_>>>() {
            Some(key) if same(&key) && !index.nulls_not_distinct => return Ok(()),
            Some(key) => of_nulls |= same(&key),
            None => {}
        }
    }
    if of_nulls && takes_null(columns, table) {
        let named = columns.join("`, `");
        return Err(Refusal::new(
            "nulls-not-distinct",
            format!(
                "{what} finds the key of `{named}` by its columns: on sqlite NULLS NOT DISTINCT is an index on expressions"
            ),
        ));
    }
    Ok(())
}
