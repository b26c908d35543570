//! Operators that are no comparisons.

use aludel::schema::{BinaryOp, Expr, Type, UnaryOp};
use aludel::translate::infer::{Family, is_text_constant};
use aludel::translate::rewrite::Rewriter;

use super::Meaning;
use super::casts::decimal;
use crate::target::build;

impl Meaning<'_> {
    pub(super) fn unary(
        &self,
        rw: &mut Rewriter<'_>,
        op: UnaryOp,
        expr: &Expr,
        rounded: bool,
    ) -> Expr {
        let value = if rounded {
            self.rounded(|| rw.expr(expr))
        } else {
            rw.expr(expr)
        };
        let result = Expr::Unary {
            op,
            expr: Box::new(value),
        };
        // Bits are those of a number without a sign here.
        if op == UnaryOp::BitNot {
            build::cast(result, Type::BIGINT)
        } else {
            result
        }
    }

    /// `None`: the operator does the same here.
    pub(super) fn binary(
        &self,
        rw: &mut Rewriter<'_>,
        left: &Expr,
        op: BinaryOp,
        right: &Expr,
        rounded: bool,
    ) -> Option<Expr> {
        use BinaryOp as Op;
        Some(match op {
            Op::And | Op::Or => return None,
            Op::Eq | Op::NotEq | Op::Lt | Op::LtEq | Op::Gt | Op::GtEq => {
                self.comparison(rw, left, op, right)
            }
            Op::Plus | Op::Minus => self.additive(rw, left, op, right, rounded),
            Op::Multiply | Op::Divide | Op::Modulo => self.product(rw, left, op, right, rounded),
            Op::Power => match self.numbers(rw, left, right) {
                Some(Family::Integer | Family::Float) => {
                    let args = rw.exprs(&[left.clone(), right.clone()]);
                    build::call("pow", args)
                }
                _ => self.refuse(rw, "operator", "`^` on decimal numbers"),
            },
            Op::BitAnd | Op::BitOr | Op::BitXor | Op::ShiftLeft | Op::ShiftRight => {
                match self.numbers(rw, left, right) {
                    Some(Family::Integer) => {
                        let bits = Expr::binary(rw.expr(left), op, rw.expr(right));
                        build::cast(bits, Type::BIGINT)
                    }
                    _ => self.refuse(
                        rw,
                        "operator",
                        "an operator on bits of anything but integers",
                    ),
                }
            }
            Op::Concat => self.concat(rw, left, right),
            Op::Regex { any_case, negated } => self.regex(rw, left, right, any_case, negated),
            Op::JsonGet
            | Op::JsonGetText
            | Op::JsonPath
            | Op::JsonPathText
            | Op::JsonHasKey
            | Op::JsonHasAnyKey
            | Op::JsonHasAllKeys
            | Op::JsonDeletePath => self.json_operator(rw, left, op, right),
            Op::Contains => self.contains(rw, left, right),
            Op::ContainedBy => self.contains(rw, right, left),
            other => self.refuse(rw, "operator", format!("the operator {other:?}")),
        })
    }

    /// The family of two numbers together.
    fn numbers(&self, rw: &Rewriter<'_>, left: &Expr, right: &Expr) -> Option<Family> {
        let family = Family::of(&rw.scope.compared(left, right)?);
        family.is_number().then_some(family)
    }

    /// Operands of arithmetic; a text among them is a number.
    fn operands(
        &self,
        rw: &mut Rewriter<'_>,
        left: &Expr,
        right: &Expr,
        rounded: bool,
    ) -> (Expr, Expr) {
        let operands = |rw: &mut Rewriter<'_>| self.pair(rw, left, right, "arithmetic");
        if rounded {
            self.rounded(|| operands(rw))
        } else {
            operands(rw)
        }
    }

    fn product(
        &self,
        rw: &mut Rewriter<'_>,
        left: &Expr,
        op: BinaryOp,
        right: &Expr,
        rounded: bool,
    ) -> Expr {
        let interval = |ty: Option<Type>| matches!(ty, Some(Type::Interval(_)));
        if interval(rw.scope.ty(left)) || interval(rw.scope.ty(right)) {
            return self.refuse(rw, "interval", "an interval as a value");
        }
        let Some(family) = self.numbers(rw, left, right) else {
            return self.refuse_unknown(rw, "arithmetic");
        };
        let divides = matches!(op, BinaryOp::Divide | BinaryOp::Modulo);
        if self.lenient && divides && !matches!(right, Expr::Literal(_)) {
            return self.refuse_lenient(rw, "a division by what may be zero");
        }
        let (dividend, divisor) = self.operands(rw, left, right, rounded);
        match (op, family) {
            // Truncated, towards zero; `/` is not here.
            (BinaryOp::Divide, Family::Integer) => {
                Expr::binary(dividend, BinaryOp::IntDivide, divisor)
            }
            // PostgreSQL gives sixteen digits or more, this server four more than it is given.
            (BinaryOp::Divide, Family::Numeric) if rounded => {
                Expr::binary(build::cast(dividend, decimal(24)), op, divisor)
            }
            (BinaryOp::Divide, Family::Numeric) => {
                let what = "a division of decimal numbers whose result keeps all its digits";
                self.refuse(rw, "division", what)
            }
            _ => Expr::binary(dividend, op, divisor),
        }
    }

    fn additive(
        &self,
        rw: &mut Rewriter<'_>,
        left: &Expr,
        op: BinaryOp,
        right: &Expr,
        rounded: bool,
    ) -> Expr {
        let (l, r) = (rw.scope.ty(left), rw.scope.ty(right));
        let family = |ty: &Option<Type>| ty.as_ref().map(Family::of);
        let minus = op == BinaryOp::Minus;
        match (family(&l), family(&r)) {
            (Some(Family::Date), Some(Family::Date)) if minus => {
                let args = [rw.expr(left), rw.expr(right)];
                build::call("datediff", args)
            }
            (Some(Family::Date), Some(Family::Integer)) => {
                let days = Expr::Interval {
                    value: rw.boxed(right),
                    unit: Some("DAY".into()),
                };
                Expr::binary(rw.expr(left), op, days)
            }
            (Some(Family::Date | Family::Timestamp), Some(Family::Interval)) => {
                self.plus_interval(rw, left, op, right)
            }
            (Some(Family::Interval), Some(Family::Date | Family::Timestamp)) if !minus => {
                self.plus_interval(rw, right, op, left)
            }
            (Some(Family::Timestamp), Some(Family::Timestamp)) if minus => {
                self.difference(rw, left, right)
            }
            (Some(Family::Json), _) if minus && l == Some(Type::Jsonb) => {
                self.json_without(rw, left, right)
            }
            _ if self.numbers(rw, left, right).is_some() => {
                let (left, right) = self.operands(rw, left, right, rounded);
                Expr::binary(left, op, right)
            }
            (Some(_), Some(_)) => {
                self.refuse(rw, "operator", "this difference of times, or sum with one")
            }
            _ => self.refuse_unknown(rw, "arithmetic"),
        }
    }

    /// `||`: texts are joined, arrays too.
    fn concat(&self, rw: &mut Rewriter<'_>, left: &Expr, right: &Expr) -> Expr {
        let (l, r) = (rw.scope.ty(left), rw.scope.ty(right));
        let is = |ty: &Option<Type>, family| ty.as_ref().is_some_and(|ty| Family::of(ty) == family);
        if is(&l, Family::Array) && (is(&r, Family::Array) || is_text_constant(right)) {
            let ty = l.unwrap_or(Type::Jsonb);
            let nullable = rw.scope.nullable(left) || rw.scope.nullable(right);
            let (left, right) = (rw.expr(left), self.meet(rw, right, &ty));
            let both = build::call("json_merge_preserve", [left.clone(), right.clone()]);
            // NULL adds nothing.
            return match nullable {
                true => build::call("coalesce", [both, left, right]),
                false => both,
            };
        }
        if is(&l, Family::Array) {
            return self.array_append(rw, left, right);
        }
        if is(&l, Family::Json) || is(&r, Family::Json) {
            return self.json_joined(rw, left, right);
        }
        if is(&l, Family::Bytes) && is(&r, Family::Bytes) {
            return Expr::binary(rw.expr(left), BinaryOp::Concat, rw.expr(right));
        }
        let text = |ty: &Option<Type>, expr: &Expr| is(ty, Family::Text) || is_text_constant(expr);
        if text(&l, left) || text(&r, right) {
            let (left, right) = (self.text(rw, left), self.text(rw, right));
            return Expr::binary(left, BinaryOp::Concat, right);
        }
        self.refuse_unknown(rw, "`||`")
    }
}
