//! Ranges of days, whole numbers and moments, which are kept as PostgreSQL writes them:
//! `[2020-01-01,2020-02-01)`, `(,5)`, `["2020-01-01 10:00:00",)`, `empty`. What a constraint asks of them.

use aludel::schema::{BinaryOp, Expr, Type};
use aludel::translate::rewrite::Rewriter;
use aludel::translate::{HeldRange, RangePart, range_part};

use super::Meaning;
use crate::target::build::{self, and, boolean, call, case, cast, equal, is_null, number};

/// A moment with the digits of a second that count.
const MOMENT: &str = "^[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}([.][0-9]{0,5}[1-9])?$";

impl Meaning<'_> {
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
            RangePart::Filled => held.filled(),
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

fn part(text: Expr, mark: &str, place: i64) -> Expr {
    call("substring_index", [text, Expr::text(mark), number(place)])
}

/// A range and its kind.
struct Held {
    kind: HeldRange,
    text: Expr,
}

impl Held {
    fn filled(&self) -> Expr {
        Expr::binary(self.text.clone(), BinaryOp::NotEq, empty())
    }

    fn lower(&self) -> Expr {
        let before = part(self.text.clone(), ",", 1);
        self.bound(call("substr", [before, number(2)]))
    }

    fn upper(&self) -> Expr {
        let after = part(self.text.clone(), ",", -1);
        self.bound(part(part(after, ")", 1), "]", 1))
    }

    fn begins_with(&self, mark: &str) -> Expr {
        equal(
            call("left", [self.text.clone(), number(1)]),
            Expr::text(mark),
        )
    }

    fn ends_with(&self, mark: &str) -> Expr {
        equal(
            call("right", [self.text.clone(), number(1)]),
            Expr::text(mark),
        )
    }

    /// A bound as a value; NULL where there is none. Moments of four digits of a year are in the order of
    /// their texts.
    fn bound(&self, text: Expr) -> Expr {
        let given = |text| call("nullif", [text, Expr::text("")]);
        let without = |text, part: &str| call("replace", [text, Expr::text(part), Expr::text("")]);
        let value = match self.kind {
            HeldRange::Days => cast(given(text), Type::Date),
            HeldRange::Numbers => cast(given(text), Type::BIGINT),
            HeldRange::Moments { zone } => {
                let bare = without(text, "\"");
                given(match zone {
                    "" => bare,
                    zone => without(bare, zone),
                })
            }
        };
        case([(self.filled(), value)], None)
    }

    /// A bound as it is written.
    fn shown(&self, bound: Expr) -> Expr {
        let shown = match self.kind {
            HeldRange::Moments { zone } => {
                let end = Expr::text(format!("{zone}\""));
                call("concat", [Expr::text("\""), bound, end])
            }
            HeldRange::Days | HeldRange::Numbers => call("concat", [Expr::text(""), bound]),
        };
        call("coalesce", [shown, Expr::text("")])
    }

    /// Whether a text is the one that PostgreSQL writes for its range.
    fn written(&self) -> Expr {
        let (lower, upper) = (self.lower(), self.upper());
        let discrete = !matches!(self.kind, HeldRange::Moments { .. });
        let begin = match discrete {
            true => Expr::text("["),
            false => case(
                [(self.begins_with("["), Expr::text("["))],
                Some(Expr::text("(")),
            ),
        };
        let begin = case(
            [(is_null(lower.clone(), false), Expr::text("("))],
            Some(begin),
        );
        let end = match discrete {
            true => Expr::text(")"),
            false => case(
                [(
                    and(is_null(upper.clone(), true), self.ends_with("]")),
                    Expr::text("]"),
                )],
                Some(Expr::text(")")),
            ),
        };
        let again = call(
            "concat",
            [
                begin,
                self.shown(lower.clone()),
                Expr::text(","),
                self.shown(upper.clone()),
                end,
            ],
        );
        // One with nothing between its bounds is written `empty`.
        let mut ordered = Expr::binary(lower.clone(), BinaryOp::Lt, upper.clone());
        if !discrete {
            let one = and(self.begins_with("["), self.ends_with("]"));
            ordered = or(ordered, and(equal(lower.clone(), upper.clone()), one));
        }
        let mut whole = and(
            equal(self.text.clone(), again),
            call("coalesce", [ordered, boolean(true)]),
        );
        if !discrete {
            let regex = BinaryOp::Regex {
                any_case: false,
                negated: false,
            };
            for bound in [lower, upper] {
                let written = Expr::binary(bound.clone(), regex, Expr::text(MOMENT));
                let is_one = is_null(cast(bound.clone(), build::MOMENT), true);
                whole = and(whole, or(is_null(bound, false), and(written, is_one)));
            }
        }
        or(equal(self.text.clone(), empty()), whole)
    }
}
