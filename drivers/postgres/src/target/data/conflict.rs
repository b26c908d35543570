//! What an INSERT does with a row that is there: `REPLACE`, `INSERT IGNORE`, ON DUPLICATE KEY.
//!
//! PostgreSQL wants to be told on which key; the others mean any. Where only one can be met, it is
//! that one.

use aludel::schema::{
    Assignment, ConstraintKind, Expr, Ident, Insert, InsertSource, Literal, Name, OnConflict,
    Schema, SetExpr, Table,
};
use aludel::translate::Refusal;

/// The clause for an INSERT into a table.
///
/// # Errors
///
/// If more than one key can be met, or a row cannot take another's place.
pub(super) fn shape(
    conflict: OnConflict,
    insert: &mut Insert,
    table: &Table,
    authored: &Schema,
) -> Result<OnConflict, Vec<Refusal>> {
    match conflict {
        // What else it forgives fails here.
        OnConflict::Ignore => Ok(OnConflict::Nothing {
            columns: Vec::new(),
            filter: None,
            constraint: None,
        }),
        OnConflict::Replace => {
            if let Some(referrer) = authored.referrers(&table.name).next() {
                let message = format!(
                    "a row of `{}` that takes another's place deletes that one first, and `{}` refers to it",
                    table.name, referrer.name
                );
                return Err(vec![Refusal::new("replace", message)]);
            }
            let columns = only_key(insert, table)?;
            let assignments = replaced(insert, table, &columns)?;
            Ok(OnConflict::Update {
                columns,
                key_filter: None,
                constraint: None,
                assignments,
                filter: None,
            })
        }
        OnConflict::Update {
            columns,
            key_filter,
            constraint,
            mut assignments,
            filter,
        } => {
            let mut columns = if columns.is_empty() && constraint.is_none() {
                only_key(insert, table)?
            } else {
                columns
            };
            super::insert::respell(&mut columns, table);
            let own = insert.alias.clone().map_or_else(
                || Name::bare(table.name.name.clone()),
                |alias| Name::bare(alias.clone()),
            );
            for assignment in &mut assignments {
                super::insert::respell(&mut assignment.columns, table);
                // A column alone could be the new row's too.
                assignment.value.each_mut(&mut |expr| {
                    if let Expr::Column { table, .. } = expr
                        && table.is_none()
                    {
                        *table = Some(own.clone());
                    }
                });
            }
            Ok(OnConflict::Update {
                columns,
                key_filter,
                constraint,
                assignments,
                filter,
            })
        }
        mut nothing @ OnConflict::Nothing { .. } => {
            if let OnConflict::Nothing { columns, .. } = &mut nothing {
                super::insert::respell(columns, table);
            }
            Ok(nothing)
        }
    }
}

/// The columns of the only key that an INSERT can meet.
fn only_key(insert: &Insert, table: &Table) -> Result<Vec<Ident>, Vec<Refusal>> {
    let several = |what: &str| {
        let message = format!(
            "which key of `{}` a row meets is not known: {what}",
            table.name
        );
        let help = "name the key: `ON CONFLICT (…)` in an override";
        Err(vec![Refusal::new("which-key", message).help(help)])
    };
    let unique_index = table.indexes.iter().any(|index| index.unique);
    if unique_index {
        return several("a UNIQUE index holds more than columns");
    }
    let mut met = Vec::new();
    for constraint in &table.constraints {
        let (ConstraintKind::PrimaryKey { columns } | ConstraintKind::Unique { columns, .. }) =
            &constraint.kind
        else {
            continue;
        };
        if columns.iter().any(|part| part.length.is_some()) {
            return several("one is over the beginning of a text");
        }
        let columns: Vec<Ident> = columns.iter().map(|part| part.column.clone()).collect();
        if !columns.iter().any(|column| is_new(insert, table, column)) {
            met.push(columns);
        }
    }
    match met.len() {
        1 => Ok(met.remove(0)),
        0 => several("it has none"),
        _ => several("there are several"),
    }
}

/// Whether a column gets a value that no other row has: its own number, or NULL.
fn is_new(insert: &Insert, table: &Table, name: &str) -> bool {
    let Some(column) = table.column(name) else {
        return false;
    };
    let place = insert.columns.iter().position(|column| column == name);
    match (place, &insert.source) {
        (None, _) => column.identity.is_some() || column.default.is_none() && column.nullable,
        (Some(place), InsertSource::Query(query)) => match &query.body {
            SetExpr::Values(rows) => rows.iter().all(|row| match row.get(place) {
                Some(Expr::Default) => column.identity.is_some(),
                Some(Expr::Literal(Literal::Null)) => true,
                _ => false,
            }),
            _ => false,
        },
        _ => false,
    }
}

/// The row that is there becomes the new one: what is not written gets its default.
fn replaced(
    insert: &Insert,
    table: &Table,
    key: &[Ident],
) -> Result<Vec<Assignment>, Vec<Refusal>> {
    let mut assignments = Vec::new();
    for column in &table.columns {
        if key.contains(&column.name) || column.generated.is_some() {
            continue;
        }
        if column.identity.is_some() && !insert.columns.contains(&column.name) {
            let message = format!(
                "a row of `{}` that takes another's place gets a number of its own",
                table.name
            );
            return Err(vec![Refusal::new("replace", message)]);
        }
        // A default that counts has counted for the new row: DEFAULT would count once more.
        assignments.push(Assignment {
            columns: vec![column.name.clone()],
            value: Expr::Column {
                table: Some(Name::bare("excluded")),
                column: column.name.clone(),
            },
        });
    }
    if assignments.is_empty() {
        let message = format!("`{}` has nothing but its key", table.name);
        return Err(vec![Refusal::new("replace", message)]);
    }
    Ok(assignments)
}
