//! Keys to which NULLs are equal: `UNIQUE NULLS NOT DISTINCT (a, b)`.
//!
//! A unique key here says nothing of rows with a NULL. Each set of columns that may be NULL together gets a
//! unique index of its own: over the other columns, of the rows where these are NULL.

use aludel::schema::{BinaryOp, Constraint, ConstraintKind, Expr, Index, IndexKey, Literal};
use aludel::translate::Refusal;

use super::Lowering;
use crate::target::{build, names};

/// How many columns of a key may be NULL: one more doubles the indexes.
const MOST: usize = 3;

impl Lowering<'_, '_> {
    /// The indexes that say of a key's NULLs what the key does not.
    pub(super) fn nulls_of_constraint(&mut self, constraint: &Constraint) -> Vec<Index> {
        let ConstraintKind::Unique {
            columns,
            nulls_not_distinct: true,
        } = &constraint.kind
        else {
            return Vec::new();
        };
        let name = constraint.name.clone().unwrap_or_default();
        let keys = columns.iter();
        let keys = keys.map(|part| IndexKey::new(Expr::column(part.column.clone())));
        self.nulls_of(&Index {
            name,
            unique: true,
            method: None,
            keys: keys.collect(),
            include: Vec::new(),
            filter: None,
            nulls_not_distinct: true,
            comment: None,
        })
    }

    /// The same of an index.
    pub(super) fn nulls_of(&mut self, index: &Index) -> Vec<Index> {
        if !index.unique || !index.nulls_not_distinct {
            return Vec::new();
        }
        let nullable: Vec<&IndexKey> = (index.keys.iter())
            .filter(|key| self.may_be_null(&key.expr))
            .collect();
        if nullable.len() > MOST {
            let message = format!(
                "`{}` takes NULLs for equal in more than {MOST} columns, which {} does not",
                index.name, self.facts.name
            );
            self.refuse(Refusal::new("nulls-not-distinct", message));
            return Vec::new();
        }
        (1..1_usize << nullable.len())
            .map(|set| {
                let chosen = nullable.iter().enumerate();
                let chosen: Vec<&Expr> = chosen
                    .filter(|(place, _)| set & (1 << place) != 0)
                    .map(|(_, key)| &key.expr)
                    .collect();
                let others = index.keys.iter().filter(|key| !chosen.contains(&&key.expr));
                let nulls = chosen
                    .iter()
                    .map(|expr| build::is_null((*expr).clone(), false));
                let filter = index.filter.iter().cloned().chain(nulls);
                Index {
                    name: names::shorten(&format!("{}_null{set}", index.name)),
                    keys: others.cloned().collect(),
                    filter: filter.reduce(|all, one| Expr::binary(all, BinaryOp::And, one)),
                    include: Vec::new(),
                    nulls_not_distinct: false,
                    comment: None,
                    ..index.clone()
                }
            })
            .collect()
    }

    fn may_be_null(&self, expr: &Expr) -> bool {
        let column = match expr {
            Expr::Column { column, .. } => column,
            Expr::Literal(literal) => return *literal == Literal::Null,
            Expr::Cast { expr, .. } => return self.may_be_null(expr),
            Expr::Call(call) => {
                let Some(args) = call.plain_args() else {
                    return true;
                };
                let mut args = args.iter();
                // Each of the others gives a text for a text.
                return match call.name.name.as_str() {
                    "coalesce" => args.all(|arg| self.may_be_null(arg)),
                    "lower" | "upper" => args.any(|arg| self.may_be_null(arg)),
                    _ => true,
                };
            }
            _ => return true,
        };
        let key = self.table.primary_key();
        let in_key = key.iter().any(|part| part.column == *column);
        !in_key
            && self
                .table
                .column(column)
                .is_none_or(|column| column.nullable)
    }
}
