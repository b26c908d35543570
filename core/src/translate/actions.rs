//! Referential actions as statements of their own.
//!
//! An engine that has to switch enforcement off while it rebuilds a table carries out no `ON
//! DELETE` in the same transaction. Rows that a deletion has orphaned are then exactly those that
//! the action would have met, as long as there were no orphans before; so the action can be
//! carried out afterwards, child by child.

use crate::schema::{
    Assignment, BinaryOp, Constraint, DataStatement, Delete, Expr, ForeignKey, Literal, Name,
    OnConflict, Query, ReferentialAction, Schema, Select, SelectItem, Table, TableRef, UnaryOp,
    Update,
};

/// What a statement leaves to foreign keys' actions.
pub(super) enum Actions {
    /// Nothing.
    None,
    /// These statements do the same, in order.
    Statements(Vec<DataStatement>),
    /// More than statements after it could do: the reason.
    Inexact(String),
}

/// The actions that a statement relies on.
pub(super) fn of(statement: &DataStatement, schema: &Schema) -> Actions {
    match statement {
        DataStatement::Delete(delete) => {
            let mut statements = Vec::new();
            match deleted(
                &delete.table,
                schema,
                &mut vec![delete.table.clone()],
                &mut statements,
            ) {
                Ok(()) if statements.is_empty() => Actions::None,
                Ok(()) => Actions::Statements(statements),
                Err(reason) => Actions::Inexact(reason),
            }
        }
        DataStatement::Update(update) => {
            let set = |column: &String| {
                let mut assigned = update.assignments.iter().flat_map(|a| &a.columns);
                assigned.any(|assigned| assigned == column)
            };
            let moved = keys(&update.table, schema)
                .find(|(_, _, key)| key.on_update.acts() && key.referred.iter().any(set));
            match moved {
                // Where a key went is forgotten once it has gone.
                Some((child, ..)) => Actions::Inexact(format!(
                    "it changes a key that `{}` follows by ON UPDATE",
                    child.name
                )),
                None => Actions::None,
            }
        }
        _ => Actions::None,
    }
}

/// Whether a statement may leave a row that refers to nothing, which foreign keys refuse. What triggers
/// do for it may, for all that is looked at here.
pub(super) fn may_break(statement: &DataStatement, schema: &Schema) -> bool {
    let (table, set) = match statement {
        DataStatement::Insert(insert) => {
            let set = match &insert.on_conflict {
                Some(OnConflict::Update { assignments, .. }) => Some(assignments),
                _ => None,
            };
            let own = schema.table(&insert.table);
            if own.is_some_and(|table| table.foreign_keys().next().is_some()) {
                return true;
            }
            (&insert.table, set)
        }
        DataStatement::Update(update) => (&update.table, Some(&update.assignments)),
        DataStatement::Delete(delete) => {
            return keys(&delete.table, schema).next().is_some()
                || !schema.triggers_of(&delete.table).is_empty();
        }
        DataStatement::Truncate { .. } | DataStatement::Query(_) => return false,
    };
    let set = |column: &String| {
        let mut assigned = set.into_iter().flatten().flat_map(|a| &a.columns);
        assigned.any(|assigned| assigned == column)
    };
    let own = schema.table(table).is_some_and(|table| {
        let mut keys = table.foreign_keys();
        keys.any(|(_, key)| key.columns.iter().any(set))
    });
    own || keys(table, schema).any(|(_, _, key)| key.referred.iter().any(set))
        || !schema.triggers_of(table).is_empty()
}

/// The foreign keys that refer to a table, with the tables they stand on.
fn keys<'s>(
    table: &'s Name,
    schema: &'s Schema,
) -> impl Iterator<Item = (&'s Table, &'s Constraint, &'s ForeignKey)> {
    schema.referrers(table).flat_map(move |child| {
        let own = child.foreign_keys().filter(|(_, key)| key.table == *table);
        own.map(move |(constraint, key)| (child.as_ref(), constraint, key))
    })
}

/// Adds what deleting rows of `table` does to its children, and theirs.
fn deleted(
    table: &Name,
    schema: &Schema,
    path: &mut Vec<Name>,
    statements: &mut Vec<DataStatement>,
) -> Result<(), String> {
    for (child, constraint, key) in keys(table, schema) {
        if !key.on_delete.acts() {
            continue;
        }
        if constraint.not_valid {
            return Err(format!(
                "a foreign key of `{}` was never validated",
                child.name
            ));
        }
        if path.contains(&child.name) {
            return Err(format!(
                "the foreign keys of `{}` form a circle",
                child.name
            ));
        }
        match key.on_delete {
            ReferentialAction::Cascade => {
                statements.push(DataStatement::Delete(Box::new(Delete {
                    with: Vec::new(),
                    recursive: false,
                    table: child.name.clone(),
                    alias: None,
                    using: Vec::new(),
                    filter: Some(orphaned(child, key)),
                    order_by: Vec::new(),
                    limit: None,
                    returning: Vec::new(),
                })));
                path.push(child.name.clone());
                deleted(&child.name, schema, path, statements)?;
                path.pop();
            }
            ReferentialAction::SetNull | ReferentialAction::SetDefault => {
                let default = key.on_delete == ReferentialAction::SetDefault;
                let value = if default {
                    Expr::Default
                } else {
                    Expr::Literal(Literal::Null)
                };
                let assignments = key.columns.iter().map(|column| Assignment {
                    columns: vec![column.clone()],
                    value: value.clone(),
                });
                statements.push(DataStatement::Update(Box::new(Update {
                    with: Vec::new(),
                    recursive: false,
                    table: child.name.clone(),
                    alias: None,
                    assignments: assignments.collect(),
                    from: Vec::new(),
                    filter: Some(orphaned(child, key)),
                    order_by: Vec::new(),
                    limit: None,
                    returning: Vec::new(),
                })));
            }
            ReferentialAction::NoAction | ReferentialAction::Restrict => {}
        }
    }
    Ok(())
}

/// `child.a IS NOT NULL AND … AND NOT EXISTS (SELECT 1 FROM parent WHERE parent.k = child.a …)`.
fn orphaned(child: &Table, key: &ForeignKey) -> Expr {
    let and = |left: Option<Expr>, right: Expr| match left {
        Some(left) => Some(Expr::binary(left, BinaryOp::And, right)),
        None => Some(right),
    };
    // A name of its own, since a table may refer to one that is called like an alias.
    let parent = "referred".to_owned();
    let mut filter = None;
    let mut same = None;
    for (column, referred) in key.columns.iter().zip(&key.referred) {
        let here = Expr::Column {
            table: Some(child.name.clone()),
            column: column.clone(),
        };
        let there = Expr::Column {
            table: Some(Name::bare(parent.clone())),
            column: referred.clone(),
        };
        let present = Expr::IsNull {
            expr: Box::new(here.clone()),
            negated: true,
        };
        filter = and(filter, present);
        same = and(same, Expr::binary(there, BinaryOp::Eq, here));
    }
    let select = Select {
        items: vec![SelectItem::Expr {
            expr: Expr::Literal(Literal::Number("1".into())),
            alias: None,
        }],
        from: vec![TableRef::Table {
            name: key.table.clone(),
            alias: Some(parent),
            columns: Vec::new(),
        }],
        filter: same,
        ..Select::default()
    };
    let missing = Expr::Unary {
        op: UnaryOp::Not,
        expr: Box::new(Expr::Exists(Box::new(Query::from(select)))),
    };
    match filter {
        Some(filter) => Expr::binary(filter, BinaryOp::And, missing),
        None => missing,
    }
}
