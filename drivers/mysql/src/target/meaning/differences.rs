//! The time from one moment to another, as PostgreSQL writes it: `3 days 04:05:06.7`.

use aludel::schema::{BinaryOp, Expr, TrimSide};
use aludel::translate::rewrite::Rewriter;

use super::Meaning;
use crate::target::build;

const SECOND: i64 = 1_000_000;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

impl Meaning<'_> {
    /// `later - earlier`, of two moments.
    pub(super) fn difference(&self, rw: &mut Rewriter<'_>, later: &Expr, earlier: &Expr) -> Expr {
        let (later, earlier) = (rw.expr(later), rw.expr(earlier));
        if !build::is_steady(&later) || !build::is_steady(&earlier) {
            return self.refuse(rw, "operator", "a difference with a random time");
        }
        let unit = Expr::Keyword("MICROSECOND", None);
        let micros = build::call("timestampdiff", [unit, earlier, later]);
        build::collate(shown(&micros), self.facts.exact)
    }
}

/// An interval of days of 24 hours, both parts of which have one sign; NULL is NULL.
fn shown(micros: &Expr) -> Expr {
    let size = || build::call("abs", [micros.clone()]);
    let of = |left: Expr, op, right: i64| Expr::binary(left, op, build::number(right));
    let has_days = || of(size(), BinaryOp::GtEq, DAY);
    let is_negative = || of(micros.clone(), BinaryOp::Lt, 0);
    let days = || of(micros.clone(), BinaryOp::IntDivide, DAY);

    let one = of(days(), BinaryOp::Eq, 1);
    let unit = build::case([(one, Expr::text(" day"))], Some(Expr::text(" days")));
    let day = build::case(
        [(of(size(), BinaryOp::Lt, DAY), Expr::text(""))],
        Some(build::call("concat", [days(), unit])),
    );
    let sign = build::case(
        [
            (build::and(has_days(), is_negative()), Expr::text(" -")),
            (has_days(), Expr::text(" ")),
            (is_negative(), Expr::text("-")),
        ],
        Some(Expr::text("")),
    );
    let two = |unit: i64, of_next: i64| {
        let count = of(size(), BinaryOp::IntDivide, unit);
        let digits = of(count, BinaryOp::Modulo, of_next);
        build::call("lpad", [digits, build::number(2), Expr::text("0")])
    };
    let digits = build::call(
        "lpad",
        [
            of(size(), BinaryOp::Modulo, SECOND),
            build::number(6),
            Expr::text("0"),
        ],
    );
    let trimmed = |text, what| Expr::Trim {
        expr: Box::new(text),
        side: TrimSide::Trailing,
        what: Some(Box::new(Expr::text(what))),
    };
    let fraction = build::call("concat", [Expr::text("."), digits]);
    let fraction = trimmed(trimmed(fraction, "0"), ".");
    let is_whole = build::and(
        has_days(),
        of(of(size(), BinaryOp::Modulo, DAY), BinaryOp::Eq, 0),
    );
    let time = build::case(
        [(is_whole, Expr::text(""))],
        Some(build::call(
            "concat",
            [
                sign,
                two(HOUR, 24),
                Expr::text(":"),
                two(MINUTE, 60),
                Expr::text(":"),
                two(SECOND, 60),
                fraction,
            ],
        )),
    );
    build::call("concat", [day, time])
}
