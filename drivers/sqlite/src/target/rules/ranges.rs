//! Ranges of days, whole numbers and moments, which are kept as PostgreSQL writes them:
//! `[2020-01-01,2020-02-01)`, `(,5)`, `["2020-01-01 10:00:00",)`, `empty`. What a constraint asks of them.

use aludel::schema::{BinaryOp, Expr};
use aludel::translate::rewrite::Rewriter;
use aludel::translate::{HeldForm, HeldRange, RangePart, range_part};

use super::Meaning;
use super::build::{and, call, concat, eq, glob, integer, not, number};

impl Meaning {
    /// What a function of ranges gives, if it is one of those.
    pub(super) fn of_range(rw: &mut Rewriter<'_>, name: &str, args: &[&Expr]) -> Option<Expr> {
        let ([range], Some(part)) = (args, range_part(name)) else {
            return None;
        };
        let held = Held {
            kind: HeldRange::of(&rw.scope.ty(range)?)?,
            text: rw.expr(range),
        };
        Some(match part {
            RangePart::Lower => held.lower(),
            RangePart::Upper => held.upper(),
            RangePart::LowerIn => held.begins_with("["),
            RangePart::UpperIn => held.ends_with("]"),
            RangePart::Filled => Expr::binary(held.text, BinaryOp::NotEq, empty()),
            RangePart::Written => held.written(),
        })
    }
}

fn empty() -> Expr {
    Expr::text("empty")
}

fn or(left: Expr, right: Expr) -> Expr {
    Expr::binary(left, BinaryOp::Or, right)
}

/// A range and its kind.
struct Held {
    kind: HeldRange,
    text: Expr,
}

impl Held {
    fn lower(&self) -> Expr {
        let before = Expr::binary(self.comma(), BinaryOp::Minus, number(2));
        self.bound(call("substr", [self.text.clone(), number(2), before]))
    }

    fn upper(&self) -> Expr {
        let from = Expr::binary(self.comma(), BinaryOp::Plus, number(1));
        let length = call("length", [self.text.clone()]);
        let rest = Expr::binary(length, BinaryOp::Minus, self.comma());
        let rest = Expr::binary(rest, BinaryOp::Minus, number(1));
        self.bound(call("substr", [self.text.clone(), from, rest]))
    }

    fn comma(&self) -> Expr {
        call("instr", [self.text.clone(), Expr::text(",")])
    }

    fn begins_with(&self, mark: &str) -> Expr {
        let first = call("substr", [self.text.clone(), number(1), number(1)]);
        eq(first, Expr::text(mark))
    }

    fn ends_with(&self, mark: &str) -> Expr {
        let last = call("substr", [self.text.clone(), number(-1)]);
        eq(last, Expr::text(mark))
    }

    /// A bound as a value; NULL where there is none.
    fn bound(&self, text: Expr) -> Expr {
        let filled = |text| call("nullif", [text, Expr::text("")]);
        match self.kind {
            HeldRange::Days => call("date", [filled(text)]),
            HeldRange::Numbers => integer(filled(text)),
            HeldRange::Moments { zone } => {
                let bare = call("trim", [text, Expr::text("\"")]);
                filled(match zone {
                    "" => bare,
                    zone => call("replace", [bare, Expr::text(zone), Expr::text("")]),
                })
            }
        }
    }

    /// Whether a text is the one that PostgreSQL writes for its range.
    fn written(&self) -> Expr {
        let form = HeldForm {
            kind: self.kind,
            text: self.text.clone(),
            bounds: [self.lower(), self.upper()],
            within: [self.begins_with("["), self.ends_with("]")],
            joined: &|parts| concat(parts),
            is_moment: &|bound| call("coalesce", [is_moment(bound), number(0)]),
        };
        form.written()
    }
}

/// Whether a text is a moment with the digits of a second that count.
fn is_moment(text: &Expr) -> Expr {
    let part =
        |from: i64, length: i64| call("substr", [text.clone(), number(from), number(length)]);
    let second = part(1, 19);
    let is_second = eq(call("datetime", [second.clone()]), second);
    let fraction = part(20, 8);
    let digits = and(
        and(
            glob(fraction.clone(), ".*[1-9]"),
            not(glob(fraction.clone(), ".*[^0-9]*")),
        ),
        Expr::binary(call("length", [text.clone()]), BinaryOp::LtEq, number(26)),
    );
    and(is_second, or(eq(fraction, Expr::text("")), digits))
}
