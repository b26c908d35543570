//! `array_position(array, NULL) IS NULL`: whether an array has no element that is NULL. It takes no
//! subquery, so that a CHECK can ask it.

use aludel::schema::{BinaryOp, Expr, Type};
use aludel::translate::infer::{Family, seeks_null};
use aludel::translate::rewrite::Rewriter;

use super::Meaning;
use super::build::{call, number};

impl Meaning {
    /// `expr IS [NOT] NULL`, where `expr` looks for a NULL among elements whose JSON texts cannot hold
    /// that word otherwise.
    pub(super) fn null_element(
        &self,
        rw: &mut Rewriter<'_>,
        expr: &Expr,
        negated: bool,
    ) -> Option<Expr> {
        let array = seeks_null(expr)?;
        let Some(Type::Array(item)) = rw.scope.ty(array) else {
            return None;
        };
        let plain = matches!(
            Family::of(&item),
            Family::Boolean
                | Family::Integer
                | Family::Numeric
                | Family::Float
                | Family::Uuid
                | Family::Date
                | Family::Timestamp
        );
        if !plain {
            return None;
        }
        let place = call("instr", [rw.expr(array), Expr::text("null")]);
        let place = call("coalesce", [place, number(0)]);
        let op = if negated { BinaryOp::Gt } else { BinaryOp::Eq };
        Some(Expr::binary(place, op, number(0)))
    }
}
