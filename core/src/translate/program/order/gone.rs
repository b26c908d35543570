//! Changes to rows of which a statement is taking some away, that nobody sees.

use super::causes::enclosing_without;
use super::{Event, Known};
use crate::schema::{
    BinaryOp, DataStatement, Expr, ForeignKey, Ident, Name, OLD, Part, ReferentialAction, Schema,
    TriggerEvent, named_tables,
};

/// Whether all that is done to a table is to change columns of rows that either stay, or go anyway:
/// nobody sees those that go.
pub(super) fn counts_only(table: &Name, statements: &[&DataStatement], schema: &Schema) -> bool {
    let Some(own) = schema.table(table) else {
        return false;
    };
    let is_key = |column: &Ident| {
        let referred = schema.referrers(table).flat_map(|child| {
            let keys = child.foreign_keys().filter(|(_, key)| key.table == *table);
            keys.flat_map(|(_, key)| key.referred.clone())
                .collect::<Vec<_>>()
        });
        let mut keys = own.foreign_keys().flat_map(|(_, key)| &key.columns);
        keys.any(|key| key == column) || referred.into_iter().any(|key| key == *column)
    };
    let set = |column: &Ident| {
        statements.iter().any(|statement| match statement {
            DataStatement::Update(update) if update.table == *table => {
                let mut set = update.assignments.iter().flat_map(|set| &set.columns);
                set.any(|set| set == column)
            }
            _ => false,
        })
    };
    // A trigger of the table would see them.
    let seen = schema.triggers_of(table).iter().any(|trigger| {
        trigger.does.as_ref().is_none_or(|does| {
            let runs = does.events.iter().any(|event| match event {
                TriggerEvent::Insert => false,
                TriggerEvent::Update => does.of.is_empty() || does.of.iter().any(set),
                TriggerEvent::Delete => true,
            });
            does.unclear.is_some() || (!does.steps.is_empty() && runs)
        })
    });
    let mut own = statements.iter().filter(|statement| {
        let mut tables = Vec::new();
        named_tables(Part::Data(statement), &mut tables);
        tables.contains(table)
    });
    !seen
        && own.all(|statement| match statement {
            DataStatement::Update(update) => {
                let mut tables = Vec::new();
                named_tables(Part::Data(statement), &mut tables);
                tables.len() == 1
                    && update.from.is_empty()
                    && !update
                        .assignments
                        .iter()
                        .flat_map(|set| &set.columns)
                        .any(is_key)
            }
            _ => false,
        })
}

/// Whether statements change no rows of a parent but the one by whose going the trigger's row goes,
/// where a statement takes rows of the parent away: and that one is gone by then.
pub(super) fn finds_none(
    (child, event): &Event,
    parent: &Name,
    statements: &[&DataStatement],
    schema: &Known<'_>,
) -> bool {
    let Some(own) = schema
        .table(child)
        .filter(|_| *event == TriggerEvent::Delete)
    else {
        return false;
    };
    let mut keys = own.foreign_keys().filter(|(_, key)| key.table == *parent);
    let (Some((_, key)), None) = (keys.next(), keys.next()) else {
        return false;
    };
    let cascades = key.on_delete == ReferentialAction::Cascade;
    // It may go by another way, while the row that it refers to is still to go.
    let otherwise = enclosing_without(&(child.clone(), *event), parent, schema);
    let mut on_parent = statements.iter().filter(|statement| {
        let mut tables = Vec::new();
        named_tables(Part::Data(statement), &mut tables);
        tables.contains(parent)
    });
    cascades
        && otherwise.iter().all(|(table, _)| table != parent)
        && on_parent.all(|statement| finds_by(statement, key))
}

/// Whether a statement is on nothing but the row that a foreign key of the old row refers to.
fn finds_by(statement: &DataStatement, key: &ForeignKey) -> bool {
    let mut tables = Vec::new();
    named_tables(Part::Data(statement), &mut tables);
    let (table, alias, filter) = match statement {
        DataStatement::Update(update) => (&update.table, &update.alias, &update.filter),
        DataStatement::Delete(delete) => (&delete.table, &delete.alias, &delete.filter),
        _ => return false,
    };
    let Some(filter) = filter.as_ref().filter(|_| tables.len() == 1) else {
        return false;
    };
    let parts = filter.conjuncts();
    let is_old = |expr: &Expr, column: &Ident| {
        matches!(expr, Expr::Column { table: Some(row), column: name }
            if *row == Name::bare(OLD) && name == column)
    };
    let is_own = |expr: &Expr, column: &Ident| match expr {
        Expr::Column {
            table: qualifier,
            column: name,
        } => {
            let own = alias.as_ref().unwrap_or(&table.name);
            name == column
                && qualifier
                    .as_ref()
                    .is_none_or(|q| q == table || *q == Name::bare(own))
        }
        _ => false,
    };
    let mut pairs = key.referred.iter().zip(&key.columns);
    !key.referred.is_empty()
        && pairs.all(|(referred, column)| {
            parts.iter().any(|part| match part {
                Expr::Binary {
                    left,
                    op: BinaryOp::Eq,
                    right,
                } => {
                    (is_own(left, referred) && is_old(right, column))
                        || (is_old(left, column) && is_own(right, referred))
                }
                _ => false,
            })
        })
}
