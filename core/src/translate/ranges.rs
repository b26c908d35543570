//! Ranges of PostgreSQL's by their bounds: whether two overlap.
//!
//! A bound that is NULL is none. A range with nothing in it overlaps no other. One whose lower bound is
//! greater than its upper one is an error.

use crate::schema::{BinaryOp, Expr, Literal, Table, Type};

/// A range that is made of two bounds.
#[derive(Debug, Clone)]
pub(super) struct Range {
    lower: Bound,
    upper: Bound,
    /// Both bounds belong to it; else just one of them does, or values lie between any two.
    closed: bool,
}

/// An end of a range.
#[derive(Debug, Clone)]
struct Bound {
    /// `None`: there is none.
    value: Option<Expr>,
    /// It may be NULL, and there is none then.
    nullable: bool,
}

const INVERTED: &str = "range lower bound must be less than or equal to range upper bound";

impl Range {
    /// What an expression makes of columns of a table, if that is a range.
    pub(super) fn of(expr: &Expr, table: &Table) -> Option<Self> {
        let Expr::Call(call) = expr else {
            return None;
        };
        let discrete = match call.name.name.as_str() {
            "daterange" | "int4range" | "int8range" => true,
            "tsrange" | "tstzrange" | "numrange" => false,
            _ => return None,
        };
        let schema = call.name.schema.as_deref();
        if schema.is_some_and(|schema| schema != "pg_catalog") {
            return None;
        }
        let args = call.plain_args()?;
        let (lower, upper, bounds) = match args.as_slice() {
            [lower, upper] => (lower, upper, "[)".to_owned()),
            [lower, upper, bounds] => (lower, upper, text(bounds)?),
            _ => return None,
        };
        let closed = match bounds.as_str() {
            "[]" => true,
            "[)" | "(]" => false,
            // No integer is between two that follow each other.
            "()" if !discrete => false,
            _ => return None,
        };
        Some(Self {
            lower: Bound::of(lower, table),
            upper: Bound::of(upper, table),
            closed,
        })
    }

    /// What fails where such a range is made, with what is said.
    pub(super) fn impossible(&self) -> Option<(Expr, String)> {
        let (lower, upper) = (self.lower.value.clone()?, self.upper.value.clone()?);
        Some((
            Expr::binary(lower, BinaryOp::Gt, upper),
            INVERTED.to_owned(),
        ))
    }

    /// What has to hold for two ranges with the same kind of bounds to overlap.
    pub(super) fn overlaps(&self, other: &Self) -> Vec<Expr> {
        let mut all = Vec::new();
        all.extend(self.begins_before_the_end_of(other));
        all.extend(other.begins_before_the_end_of(self));
        if !self.closed {
            all.extend(self.begins_before_the_end_of(self));
            all.extend(other.begins_before_the_end_of(other));
        }
        all
    }

    fn begins_before_the_end_of(&self, other: &Self) -> Option<Expr> {
        let (lower, upper) = (&self.lower, &other.upper);
        let op = match self.closed {
            true => BinaryOp::LtEq,
            false => BinaryOp::Lt,
        };
        let compared = Expr::binary(lower.value.clone()?, op, upper.value.clone()?);
        let nullable = [lower, upper].into_iter().filter(|bound| bound.nullable);
        let is_null = nullable.filter_map(|bound| {
            Some(Expr::IsNull {
                expr: Box::new(bound.value.clone()?),
                negated: false,
            })
        });
        Some(is_null.fold(compared, |any, one| Expr::binary(any, BinaryOp::Or, one)))
    }
}

impl Bound {
    fn of(expr: &Expr, table: &Table) -> Self {
        let nullable = match expr {
            Expr::Column { column, .. } => {
                let column = table.column(column);
                column.is_none_or(|column| column.nullable)
            }
            Expr::Literal(_) => false,
            Expr::Cast { expr, .. } => !matches!(**expr, Expr::Literal(_)),
            _ => true,
        };
        Self {
            value: (!expr.is_null()).then(|| expr.clone()),
            nullable,
        }
    }
}

/// A text constant, perhaps with its type.
fn text(expr: &Expr) -> Option<String> {
    match expr {
        Expr::Literal(Literal::Text(text)) => Some(text.clone()),
        Expr::Cast { expr, ty } if *ty == Type::Text => text(expr),
        _ => None,
    }
}
