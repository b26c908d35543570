//! Ranges of days, whole numbers and moments, which are kept as PostgreSQL writes them:
//! `[2020-01-01,2020-02-01)`, `(,5)`, `["2020-01-01 10:00:00",)`, `empty`. What a constraint asks of them.

use aludel::schema::{BinaryOp, Expr, Type};
use aludel::translate::rewrite::Rewriter;
use aludel::translate::{HeldForm, HeldRange, RangePart, range_part};

use super::Meaning;
use crate::target::build::{self, and, call, case, cast, equal, is_null, number};

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

    /// Whether a text is the one that PostgreSQL writes for its range.
    fn written(&self) -> Expr {
        let form = HeldForm {
            kind: self.kind,
            text: self.text.clone(),
            bounds: [self.lower(), self.upper()],
            within: [self.begins_with("["), self.ends_with("]")],
            joined: &|parts| call("concat", parts),
            is_moment: &is_moment,
        };
        form.written()
    }
}

/// Whether a text is a moment with the digits of a second that count.
fn is_moment(text: &Expr) -> Expr {
    let regex = BinaryOp::Regex {
        any_case: false,
        negated: false,
    };
    let written = Expr::binary(text.clone(), regex, Expr::text(MOMENT));
    and(written, is_null(cast(text.clone(), build::MOMENT), true))
}
