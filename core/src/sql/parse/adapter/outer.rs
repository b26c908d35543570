//! What an outer join asks for where a statement changes rows: MySQL's `DELETE t FROM t LEFT JOIN r ON …
//! WHERE r.id IS NULL` is `DELETE FROM t WHERE NOT EXISTS (SELECT 1 FROM r WHERE …)`.
//!
//! # Invariants
//!
//! - Of the table on the right nothing else is named: its columns are NULL where it has no partner, which
//!   the parts of a change cannot say.

use super::{Parsed, unclear};
use crate::schema::{BinaryOp, Expr, Literal, Part, Query, Select, SelectItem, TableRef, UnaryOp};

/// A table that is joined by `LEFT JOIN`, and on what.
pub(super) struct Outer {
    pub(super) right: TableRef,
    pub(super) on: Expr,
}

/// What becomes of such a table.
pub(super) enum Taken {
    /// It changes nothing.
    Gone,
    /// It is joined as by an inner join: `WHERE` asks for a partner.
    Inner(TableRef, Expr),
    /// A condition: there is no partner.
    Without(Expr),
}

impl Outer {
    /// Takes from the conditions of `WHERE` what asks whether there is a partner.
    ///
    /// `others`: whether anything else in the statement names a table.
    pub(super) fn take(
        self,
        conditions: &mut Vec<Expr>,
        others: &dyn Fn(&str) -> bool,
    ) -> Parsed<Taken> {
        let name = match &self.right {
            TableRef::Table {
                alias: Some(alias), ..
            }
            | TableRef::Subquery {
                alias: Some(alias), ..
            } => alias.clone(),
            TableRef::Table { name, .. } => name.name.clone(),
            _ => return unclear("a change of tables in an outer join"),
        };
        let used = conditions.iter().any(|one| names(one, &name));
        if !used && !others(&name) {
            return Ok(Taken::Gone);
        }
        if conditions.iter().any(|one| asks_for(one, &name)) {
            return Ok(Taken::Inner(self.right, self.on));
        }
        let missing = |one: &Expr| matches!(one, Expr::IsNull { expr, negated: false } if is_compared(expr, &self.on, &name));
        let place = conditions.iter().position(missing);
        let Some(place) = place else {
            return unclear("a change of tables in an outer join");
        };
        conditions.remove(place);
        if conditions.iter().any(|one| names(one, &name)) || others(&name) {
            return unclear("a change of tables in an outer join");
        }
        let query = Query::from(Select {
            items: vec![SelectItem::Expr {
                expr: Expr::Literal(Literal::Number("1".into())),
                alias: None,
            }],
            from: vec![self.right],
            filter: Some(self.on),
            ..Select::default()
        });
        Ok(Taken::Without(Expr::Unary {
            op: UnaryOp::Not,
            expr: Box::new(Expr::Exists(Box::new(query))),
        }))
    }
}

/// Whether a column is one that a join compares by `=`: it is NULL only where there is no partner.
fn is_compared(column: &Expr, on: &Expr, table: &str) -> bool {
    is_of(column, table)
        && on.conjuncts().iter().any(|one| {
            matches!(one, Expr::Binary { left, op: BinaryOp::Eq, right }
                if **left == *column && !names(right, table) || **right == *column && !names(left, table))
        })
}

/// Whether a condition does not hold where there is no partner: a column compared with a constant.
fn asks_for(condition: &Expr, table: &str) -> bool {
    let constant = |expr: &Expr| matches!(expr, Expr::Literal(_));
    match condition {
        Expr::Binary {
            left,
            op:
                BinaryOp::Eq
                | BinaryOp::NotEq
                | BinaryOp::Lt
                | BinaryOp::LtEq
                | BinaryOp::Gt
                | BinaryOp::GtEq,
            right,
        } => is_of(left, table) && constant(right) || is_of(right, table) && constant(left),
        Expr::IsNull {
            expr,
            negated: true,
        } => is_of(expr, table),
        _ => false,
    }
}

/// Whether an expression is a column of a table.
fn is_of(expr: &Expr, table: &str) -> bool {
    matches!(expr, Expr::Column { table: Some(name), .. } if name.schema.is_none() && name.name == table)
}

/// Whether an expression, or a query in it, names a table, or may.
pub(super) fn names(expr: &Expr, table: &str) -> bool {
    fn walk(part: Part<'_>, table: &str, found: &mut bool) {
        match part {
            Part::Expr(expr) => {
                *found |=
                    matches!(expr, Expr::Column { table: Some(name), .. } if name.name == *table);
                expr.parts(&mut |part| walk(part, table, found));
            }
            Part::Query(query) => query.parts(&mut |part| walk(part, table, found)),
            Part::Table(item) => item.parts(&mut |part| walk(part, table, found)),
            Part::Data(statement) => statement.parts(&mut |part| walk(part, table, found)),
        }
    }
    let mut found = false;
    walk(Part::Expr(expr), table, &mut found);
    found
}
