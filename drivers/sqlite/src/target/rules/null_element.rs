//! `array_position(array, NULL) IS NULL`: whether an array has no element that is NULL. It takes no
//! subquery, so that a CHECK can ask it.

use aludel::schema::{BinaryOp, CallArg, Expr, Literal, Type};
use aludel::translate::infer::Family;
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
        let Expr::Call(found) = expr else {
            return None;
        };
        let [CallArg::Expr(array), CallArg::Expr(sought)] = found.args.as_slice() else {
            return None;
        };
        if found.name.name != "array_position" || !is_null(sought) {
            return None;
        }
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

fn is_null(expr: &Expr) -> bool {
    match expr {
        Expr::Literal(Literal::Null) => true,
        Expr::Cast { expr, .. } => is_null(expr),
        _ => false,
    }
}
