//! `array_position(array, NULL) IS NULL`: whether an array has no element that is NULL.

use aludel::schema::{BinaryOp, Expr, Type};
use aludel::translate::infer::seeks_null;
use aludel::translate::rewrite::Rewriter;

use super::Meaning;
use crate::target::build;

impl Meaning<'_> {
    /// `expr IS [NOT] NULL`, where `expr` looks for a NULL among an array's elements.
    pub(super) fn null_element(
        &self,
        rw: &mut Rewriter<'_>,
        expr: &Expr,
        negated: bool,
    ) -> Option<Expr> {
        let array = seeks_null(expr)?;
        // A document in an array may be JSON's null, which is none of SQL's.
        match rw.scope.ty(array)? {
            Type::Array(item) if !matches!(*item, Type::Json | Type::Jsonb) => {}
            _ => return None,
        }
        let holds = build::call("json_contains", [rw.expr(array), Expr::text("null")]);
        let holds = build::call("coalesce", [holds, build::number(0)]);
        let value = build::number(i64::from(negated));
        Some(Expr::binary(holds, BinaryOp::Eq, value))
    }
}
