//! MySQL's UPDATE and DELETE of joined tables, as the one table that changes and those that it is
//! joined with.

use super::{Parsed, unclear};
use crate::schema::{BinaryOp, Expr, Ident, JoinKind, JoinOn, Name, TableRef};

/// The table that changes, those beside it, and what the joins ask for.
pub(super) struct Parts {
    pub(super) table: Name,
    pub(super) alias: Option<Ident>,
    pub(super) others: Vec<TableRef>,
    pub(super) filter: Option<Expr>,
}

/// Takes the table that is called `target` out of a join, if all of its joins are inner ones: an
/// outer join keeps rows that have no partner, which the parts cannot say.
pub(super) fn take(joined: TableRef, target: &str, filter: Option<Expr>) -> Parsed<Parts> {
    let mut items = Vec::new();
    let mut conditions = Vec::new();
    flatten(joined, &mut items, &mut conditions)?;
    let Some(place) = items.iter().position(|item| is(item, target)) else {
        return unclear("the table that changes is not among those joined");
    };
    let TableRef::Table {
        name: table, alias, ..
    } = items.remove(place)
    else {
        return unclear("a change of other than a table");
    };
    Ok(Parts {
        table,
        alias,
        others: items,
        filter: conditions
            .into_iter()
            .chain(filter)
            .reduce(|all, one| Expr::binary(all, BinaryOp::And, one)),
    })
}

fn flatten(item: TableRef, items: &mut Vec<TableRef>, conditions: &mut Vec<Expr>) -> Parsed<()> {
    match item {
        TableRef::Join {
            left,
            kind: JoinKind::Inner | JoinKind::Cross,
            right,
            on,
        } => {
            flatten(*left, items, conditions)?;
            flatten(*right, items, conditions)?;
            match on {
                JoinOn::Nothing => {}
                JoinOn::Expr(condition) => conditions.push(condition),
                JoinOn::Using(_) | JoinOn::Natural => {
                    return unclear("a change of tables joined by the names of columns");
                }
            }
            Ok(())
        }
        TableRef::Join { .. } => unclear("a change of tables in an outer join"),
        item => {
            items.push(item);
            Ok(())
        }
    }
}

/// Whether a table is called so here: by its alias, or by its name if it has none.
fn is(item: &TableRef, target: &str) -> bool {
    match item {
        TableRef::Table {
            alias: Some(alias), ..
        } => alias == target,
        TableRef::Table { name, .. } => name.name == target,
        _ => false,
    }
}
