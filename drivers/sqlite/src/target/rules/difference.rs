//! The time from one moment to another, as PostgreSQL writes it: `3 days 04:05:06.7`.

use aludel::schema::{BinaryOp, Expr};
use aludel::translate::rewrite::Rewriter;

use super::build::{call, case, concat, integer, is_stable, number, switch};
use super::{Meaning, refuse};

const SECOND: i64 = 1_000_000;
const DAY: i64 = 86_400 * SECOND;

impl Meaning {
    /// `later - earlier`, of two moments.
    pub(super) fn difference(&self, rw: &mut Rewriter<'_>, later: &Expr, earlier: &Expr) -> Expr {
        let (later, earlier) = (rw.expr(later), rw.expr(earlier));
        if !is_stable(&later) || !is_stable(&earlier) {
            return refuse(rw, "a random time");
        }
        shown(&micros_between(earlier, later))
    }
}

/// Millionths of a second from one moment to another.
fn micros_between(earlier: Expr, later: Expr) -> Expr {
    let seconds = |moment: &Expr| {
        // SQLite would round the fraction to milliseconds.
        let whole = call("substr", [moment.clone(), number(1), number(19)]);
        call("strftime", [Expr::text("%s"), whole])
    };
    let fraction = |moment: &Expr| {
        let digits = call("substr", [moment.clone(), number(21)]);
        let six = concat([digits, Expr::text("000000")]);
        integer(call("substr", [six, number(1), number(6)]))
    };
    let whole = Expr::binary(seconds(&later), BinaryOp::Minus, seconds(&earlier));
    let micros = Expr::binary(whole, BinaryOp::Multiply, number(SECOND));
    let micros = Expr::binary(micros, BinaryOp::Plus, fraction(&later));
    Expr::binary(micros, BinaryOp::Minus, fraction(&earlier))
}

/// An interval of days of 24 hours, both parts of which have one sign; NULL is NULL.
fn shown(micros: &Expr) -> Expr {
    let size = || call("abs", [micros.clone()]);
    let of = |left: Expr, op, right: i64| Expr::binary(left, op, number(right));
    let has_days = || of(size(), BinaryOp::GtEq, DAY);
    let is_negative = || of(micros.clone(), BinaryOp::Lt, 0);
    let days = || of(micros.clone(), BinaryOp::Divide, DAY);
    let of_day = || of(size(), BinaryOp::Modulo, DAY);

    let unit = switch(
        days(),
        [(number(1), Expr::text(" day"))],
        Some(Expr::text(" days")),
    );
    let day = case(
        [(of(size(), BinaryOp::Lt, DAY), Expr::text(""))],
        Some(concat([days(), unit])),
    );
    let sign = case(
        [
            (
                Expr::binary(has_days(), BinaryOp::And, is_negative()),
                Expr::text(" -"),
            ),
            (has_days(), Expr::text(" ")),
            (is_negative(), Expr::text("-")),
        ],
        Some(Expr::text("")),
    );
    let clock = call(
        "strftime",
        [
            Expr::text("%H:%M:%S"),
            of(of_day(), BinaryOp::Divide, SECOND),
            Expr::text("unixepoch"),
        ],
    );
    let digits = call(
        "printf",
        [Expr::text(".%06d"), of(size(), BinaryOp::Modulo, SECOND)],
    );
    let trimmed = |text, what| call("rtrim", [text, Expr::text(what)]);
    let fraction = trimmed(trimmed(digits, "0"), ".");
    let is_whole = Expr::binary(has_days(), BinaryOp::And, of(of_day(), BinaryOp::Eq, 0));
    let time = case(
        [(is_whole, Expr::text(""))],
        Some(concat([sign, clock, fraction])),
    );
    concat([day, time])
}
