//! MySQL's UPDATE and DELETE of joined tables, as the one table that changes and those that it is
//! joined with.

use super::outer::{Outer, Taken, names};
use super::{Parsed, unclear};
use crate::schema::{BinaryOp, Expr, Ident, JoinKind, JoinOn, Name, TableRef};

/// The table that changes, those beside it, and what the joins ask for.
pub(super) struct Parts {
    pub(super) table: Name,
    pub(super) alias: Option<Ident>,
    pub(super) others: Vec<TableRef>,
    pub(super) filter: Option<Expr>,
}

/// Takes the table that is called `target` out of a join: an outer join keeps rows that have no partner,
/// which the parts cannot say, but that there is none (see [`outer`](super::outer)).
///
/// `values`: what else the statement looks at.
pub(super) fn take(
    joined: TableRef,
    target: &str,
    filter: Option<Expr>,
    values: &[Expr],
) -> Parsed<Parts> {
    let mut all = All::default();
    all.flatten(joined)?;
    let All {
        mut items,
        mut conditions,
        outer,
    } = all;
    let mut asked: Vec<Expr> = filter.map(conjuncts).unwrap_or_default();
    let joins = outer.len();
    let mut outer: Vec<Outer> = outer.into_iter().rev().collect();
    for _ in 0..joins {
        let one = outer.remove(0);
        let others = |name: &str| {
            let mut inner = conditions.iter().chain(values);
            inner.any(|expr| names(expr, name)) || outer.iter().any(|join| names(&join.on, name))
        };
        match one.take(&mut asked, &others)? {
            Taken::Gone => {}
            Taken::Inner(item, on) => {
                items.push(item);
                conditions.push(on);
            }
            Taken::Without(condition) => asked.push(condition),
        }
    }
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
            .chain(asked)
            .reduce(|all, one| Expr::binary(all, BinaryOp::And, one)),
    })
}

/// What a condition asks for, all of it.
fn conjuncts(condition: Expr) -> Vec<Expr> {
    match condition {
        Expr::Binary {
            left,
            op: BinaryOp::And,
            right,
        } => {
            let mut all = conjuncts(*left);
            all.extend(conjuncts(*right));
            all
        }
        other => vec![other],
    }
}

/// What stands in a join.
#[derive(Default)]
struct All {
    items: Vec<TableRef>,
    conditions: Vec<Expr>,
    outer: Vec<Outer>,
}

impl All {
    fn flatten(&mut self, item: TableRef) -> Parsed<()> {
        match item {
            TableRef::Join {
                left,
                kind: JoinKind::Inner | JoinKind::Cross,
                right,
                on,
            } => {
                self.flatten(*left)?;
                if self.outer.is_empty() {
                    self.flatten(*right)?;
                } else {
                    // What is on the right joins rows that may lack a partner.
                    let before = self.outer.len();
                    self.flatten(*right)?;
                    if self.outer.len() > before {
                        return unclear("a change of tables in an outer join");
                    }
                }
                match on {
                    JoinOn::Nothing => {}
                    JoinOn::Expr(condition) => self.conditions.push(condition),
                    JoinOn::Using(_) | JoinOn::Natural => {
                        return unclear("a change of tables joined by the names of columns");
                    }
                }
                Ok(())
            }
            TableRef::Join {
                left,
                kind: JoinKind::Left,
                right,
                on: JoinOn::Expr(on),
            } => {
                self.flatten(*left)?;
                self.outer.push(Outer { right: *right, on });
                Ok(())
            }
            TableRef::Join { .. } => unclear("a change of tables in an outer join"),
            item => {
                self.items.push(item);
                Ok(())
            }
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
