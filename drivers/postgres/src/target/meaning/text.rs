//! Texts: parts of them, their case, their collation.

use aludel::schema::{BinaryOp, Expr, Literal, Name, TrimSide, Type};
use aludel::translate::Refusal;
use aludel::translate::infer::Family;
use aludel::translate::rewrite::Rewriter;

use super::super::collation::{self, BYTES, Compares};
use super::{Meaning, cast};

/// What a whole number is at least, if that is sure.
fn least(expr: &Expr) -> Option<i64> {
    match expr {
        Expr::Literal(Literal::Number(digits)) => digits.parse().ok(),
        Expr::Call(call) if call.name.name == "abs" => Some(0),
        Expr::Binary { left, op, right } => match op {
            BinaryOp::Plus => least(left)?.checked_add(least(right)?),
            BinaryOp::Modulo => least(left).filter(|least| *least >= 0).map(|_| 0),
            _ => None,
        },
        _ => None,
    }
}

impl Meaning {
    /// A text under the collation of bytes: what looks for one text in another wants one under
    /// which no texts that differ are equal.
    pub(super) fn bytewise(self, rw: &mut Rewriter<'_>, value: &Expr) -> Expr {
        Expr::Collate {
            expr: rw.boxed(value),
            collation: Name::bare(BYTES),
        }
    }

    /// SQLite knows the case of ASCII letters only, as the collation of bytes does.
    pub(super) fn cased(self, rw: &mut Rewriter<'_>, name: &str, value: &Expr) -> Expr {
        let value = if self.is_mysql() {
            rw.expr(value)
        } else {
            self.bytewise(rw, value)
        };
        Expr::call(name, [value])
    }

    /// There 0 is nowhere, and what is negative counts from the end.
    pub(super) fn substring(
        self,
        rw: &mut Rewriter<'_>,
        expr: &Expr,
        start: Option<&Expr>,
        length: Option<&Expr>,
    ) -> Expr {
        let from_one = |expr: &Expr| least(expr).is_some_and(|least| least > 0);
        let count = |expr: &Expr| matches!(expr, Expr::Literal(Literal::Number(n)) if n.parse::<u32>().is_ok());
        let known = start.is_some_and(from_one) && length.is_none_or(count);
        let parted = self.is(rw, expr, Family::Text) || self.is(rw, expr, Family::Bytes);
        if !known || !parted {
            return self.refuse(rw, "a part of a text that begins nowhere in particular");
        }
        Expr::Substring {
            expr: rw.boxed(expr),
            start: start.map(|start| match start {
                Expr::Literal(_) => rw.boxed(start),
                start => Box::new(cast(rw.expr(start), Type::INTEGER)),
            }),
            length: length.map(|length| rw.boxed(length)),
        }
    }

    pub(super) fn trim(
        self,
        rw: &mut Rewriter<'_>,
        expr: &Expr,
        side: TrimSide,
        what: Option<&Expr>,
    ) -> Expr {
        // MySQL takes away whole texts, PostgreSQL any of the characters.
        let one = match what {
            None => true,
            Some(Expr::Literal(Literal::Text(text))) => text.chars().count() == 1,
            Some(_) => false,
        };
        if !one || self.kind(&rw.scope, expr) != Some(Family::Text) {
            return self.refuse(rw, "TRIM of this");
        }
        Expr::Trim {
            expr: rw.boxed(expr),
            side,
            what: Some(Box::new(match what {
                Some(what) => rw.expr(what),
                None => Expr::text(" "),
            })),
        }
    }

    pub(super) fn collate(self, rw: &mut Rewriter<'_>, expr: &Expr, name: &Name) -> Expr {
        let compares = if self.is_mysql() {
            collation::named(&name.name.to_ascii_lowercase())
        } else {
            collation::of_sqlite(Some(name))
        };
        if !matches!(compares, Compares::Exactly) {
            let message = format!("COLLATE {name} has no counterpart on postgres");
            return rw.refuse(Refusal::new("collation", message));
        }
        self.bytewise(rw, expr)
    }
}
