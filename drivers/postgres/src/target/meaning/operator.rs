//! Operators.

use aludel::schema::{BinaryOp, Expr, Literal, Type};
use aludel::translate::infer::Family;
use aludel::translate::rewrite::Rewriter;

use super::{Meaning, cast, digits};

impl Meaning {
    pub(super) fn binary(
        self,
        rw: &mut Rewriter<'_>,
        left: &Expr,
        op: BinaryOp,
        right: &Expr,
    ) -> Expr {
        use BinaryOp as Op;
        match op {
            Op::And | Op::Or => self.chain(rw, left, op, right),
            Op::Eq | Op::NotEq | Op::Lt | Op::LtEq | Op::Gt | Op::GtEq => {
                self.comparison(rw, left, op, right)
            }
            Op::Plus | Op::Minus if matches!(right, Expr::Interval { .. }) => {
                self.moved(rw, left, op, right)
            }
            Op::Plus | Op::Minus | Op::Multiply => self.arithmetic(rw, left, op, right),
            Op::Divide if self.is_mysql() => self.refuse(
                rw,
                "`/`, which gives a decimal number of some digits there,",
            ),
            Op::Divide | Op::Modulo => self.divided(rw, left, op, right),
            Op::IntDivide => self.divided(rw, left, Op::Divide, right),
            Op::Concat => self.joined(rw, &[left, right]),
            Op::Regex { .. } => self.refuse(rw, "REGEXP"),
            Op::JsonGet | Op::JsonGetText | Op::JsonPath | Op::JsonPathText => {
                self.refuse(rw, "a path into JSON")
            }
            _ => self.refuse(rw, "this operator"),
        }
    }

    /// A chain of AND or OR is a loop: programs write long ones.
    fn chain(self, rw: &mut Rewriter<'_>, left: &Expr, op: BinaryOp, right: &Expr) -> Expr {
        let mut rest = vec![right];
        let mut first = left;
        while let Expr::Binary {
            left,
            op: inner,
            right,
        } = first
            && *inner == op
        {
            rest.push(right);
            first = left;
        }
        let mut result = self.condition(rw, first);
        for next in rest.into_iter().rev() {
            let next = self.condition(rw, next);
            result = Expr::binary(result, op, next);
        }
        result
    }

    fn arithmetic(self, rw: &mut Rewriter<'_>, left: &Expr, op: BinaryOp, right: &Expr) -> Expr {
        match self.numbers(rw, left, right) {
            // Whole numbers have eight bytes there, whatever their column has.
            Some((a, b, true)) => {
                let left = match left {
                    Expr::Literal(_) => a,
                    _ => cast(a, Type::BIGINT),
                };
                Expr::binary(left, op, b)
            }
            Some((a, b, false)) => Expr::binary(a, op, b),
            None => self.refuse(rw, "arithmetic with what is no number"),
        }
    }

    /// Two numbers, and whether both are whole.
    fn numbers(
        self,
        rw: &mut Rewriter<'_>,
        left: &Expr,
        right: &Expr,
    ) -> Option<(Expr, Expr, bool)> {
        let mut whole = true;
        let mut sides = [left, right].into_iter().map(|side| {
            let kind = self.kind(&rw.scope, side)?;
            whole &= matches!(kind, Family::Integer | Family::Boolean);
            match kind {
                Family::Boolean => Some(self.number_of(rw, side)),
                kind if kind.is_number() => Some(rw.expr(side)),
                _ => None,
            }
        });
        let (left, right) = (sides.next()??, sides.next()??);
        drop(sides);
        Some((left, right, whole))
    }

    /// Whole numbers are divided alike; by zero there gives NULL, and fails here.
    fn divided(self, rw: &mut Rewriter<'_>, left: &Expr, op: BinaryOp, right: &Expr) -> Expr {
        let zero = |expr: &Expr| matches!(expr, Expr::Literal(Literal::Number(n)) if n == "0");
        match self.numbers(rw, left, right) {
            Some((left, right, true)) if !zero(&right) => Expr::binary(left, op, right),
            _ => self.refuse(rw, "a division of other than whole numbers"),
        }
    }

    /// Texts, and whole numbers as texts, one after the other; NULL if one of them is.
    pub(super) fn joined(self, rw: &mut Rewriter<'_>, parts: &[&Expr]) -> Expr {
        let mut result: Option<Expr> = None;
        for part in parts {
            let text = match (part, self.kind(&rw.scope, part)) {
                (Expr::Literal(Literal::Text(_) | Literal::Null), _) => rw.expr(part),
                (Expr::Literal(Literal::Number(digits)), _) if digits.parse::<i64>().is_ok() => {
                    Expr::text(digits.clone())
                }
                (_, Some(Family::Text)) => rw.expr(part),
                (_, Some(Family::Integer | Family::Uuid)) => cast(rw.expr(part), Type::Text),
                (_, Some(Family::Boolean)) => cast(self.number_of(rw, part), Type::Text),
                (_, Some(_)) => self.refuse(rw, "a text of this value"),
                (_, None) => self.unknown(rw, "a text joined with others"),
            };
            result = Some(match result {
                None => text,
                Some(before) => Expr::binary(before, BinaryOp::Concat, text),
            });
        }
        result.unwrap_or_else(|| digits("NULL"))
    }
}
