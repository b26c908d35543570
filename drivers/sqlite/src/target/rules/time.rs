//! Dates and times: texts in UTC, to the second or with a fraction of three or six digits.

use aludel::schema::{BinaryOp, Expr, Literal, Type};
use aludel::sql::Syntax;
use aludel::translate::Refusal;
use aludel::translate::infer::{Family, is_text_constant};
use aludel::translate::rewrite::Rewriter;

use super::build::{call, concat, integer, number};
use super::convert::{How, convert};
use super::span;
use super::{Meaning, constant, refuse, unknown_type};
use aludel::translate::constant::Interval;

/// A date and time with milliseconds, the finest that SQLite's clock gives.
const MILLISECONDS: &str = "%Y-%m-%d %H:%M:%f";
const SECONDS: &str = "%Y-%m-%d %H:%M:%S";

/// How the present moment is written: MySQL's clock has no digits of a second unless it is told.
pub(super) fn clock_form(source: Syntax) -> &'static str {
    match source {
        Syntax::Mysql => SECONDS,
        _ => MILLISECONDS,
    }
}

/// The present moment, with the digits that a type keeps.
pub(super) fn now(precision: Option<u32>) -> Expr {
    let format = if precision.is_some_and(|digits| digits < 3) {
        SECONDS
    } else {
        MILLISECONDS
    };
    call("strftime", [Expr::text(format), Expr::text("now")])
}

/// The present time of day, with the digits that a type keeps.
pub(super) fn clock_now(precision: Option<u32>) -> Expr {
    let format = if precision.is_some_and(|digits| digits < 3) {
        "%H:%M:%S"
    } else {
        "%H:%M:%f"
    };
    call("strftime", [Expr::text(format), Expr::text("now")])
}

/// Seconds since 1970 at the present moment, times a thousand or a million: the clock gives
/// milliseconds.
pub(super) fn now_in(scale: i64) -> Expr {
    let at = |form: &str| call("strftime", [Expr::text(form), Expr::text("now")]);
    let seconds = Expr::binary(integer(at("%s")), BinaryOp::Multiply, number(scale));
    // `07.123`.
    let millis = integer(call("substr", [at("%f"), number(4)]));
    let rest = match scale {
        1_000 => millis,
        scale => Expr::binary(millis, BinaryOp::Multiply, number(scale / 1_000)),
    };
    Expr::binary(seconds, BinaryOp::Plus, rest)
}

/// An interval that is a value: the text that PostgreSQL shows of it.
pub(super) fn interval_value(rw: &mut Rewriter<'_>, expr: &Expr) -> Expr {
    match interval_constant(expr) {
        Some(Ok(span)) => match span::show(span) {
            Some(text) => Expr::text(text),
            None => refuse(rw, "an interval of several signs"),
        },
        Some(Err(refusal)) => rw.refuse(refusal),
        None => refuse(rw, "an interval that is no constant"),
    }
}

/// Whether an authored expression is the present moment: `now()`, `CURRENT_TIMESTAMP`,
/// `timezone('utc', now())`, `now() AT TIME ZONE 'utc'`.
pub(super) fn is_now(expr: &Expr) -> bool {
    match expr {
        Expr::Keyword("CURRENT_TIMESTAMP" | "LOCALTIMESTAMP" | "UTC_TIMESTAMP", _) => true,
        Expr::Call(call) => match (call.name.name.as_str(), call.args.as_slice()) {
            (
                "now"
                | "transaction_timestamp"
                | "statement_timestamp"
                | "clock_timestamp"
                | "utc_timestamp"
                | "sysdate",
                _,
            ) => true,
            (
                "timezone",
                [
                    aludel::schema::CallArg::Expr(zone),
                    aludel::schema::CallArg::Expr(inner),
                ],
            ) => is_utc(zone) && is_now(inner),
            _ => false,
        },
        Expr::AtTimeZone { expr, zone } => is_utc(zone) && is_now(expr),
        Expr::Cast { expr, ty } => matches!(ty, Type::Timestamp { .. }) && is_now(expr),
        _ => false,
    }
}

/// Whether a moment is the present one or a constant: what is reckoned with it is seen.
fn is_known(moment: &Expr) -> bool {
    match moment {
        Expr::Literal(_) => true,
        Expr::Cast { expr, .. } | Expr::AtTimeZone { expr, .. } => is_known(expr),
        moment => is_now(moment) || matches!(moment, Expr::Keyword(..)),
    }
}

fn is_utc(zone: &Expr) -> bool {
    matches!(zone, Expr::Literal(Literal::Text(zone)) if ["utc", "gmt", "z", "etc/utc", "zulu", "uct"].contains(&zone.to_ascii_lowercase().as_str()))
}

impl Meaning {
    pub(super) fn keyword(
        &self,
        rw: &mut Rewriter<'_>,
        word: &'static str,
        precision: Option<u32>,
    ) -> Expr {
        match word {
            "CURRENT_TIMESTAMP" | "LOCALTIMESTAMP" | "UTC_TIMESTAMP" => {
                self.volatile(rw, now(precision))
            }
            "CURRENT_DATE" | "UTC_DATE" => self.volatile(rw, Expr::Keyword("CURRENT_DATE", None)),
            "LOCALTIME" | "UTC_TIME" => self.volatile(rw, clock_now(precision)),
            other => refuse(rw, other),
        }
    }

    /// `+` and `-`, of numbers and of times.
    pub(super) fn additive(
        &self,
        rw: &mut Rewriter<'_>,
        left: &Expr,
        op: BinaryOp,
        right: &Expr,
    ) -> Expr {
        let (l, r) = (rw.scope.ty(left), rw.scope.ty(right));
        let family = |ty: &Option<Type>| ty.as_ref().map(Family::of);
        let sign = if op == BinaryOp::Minus { -1 } else { 1 };
        let mysql = self.source(rw) == Syntax::Mysql;
        match (family(&l), family(&r)) {
            (Some(Family::Date), Some(Family::Interval)) if mysql => {
                let whole = Expr::binary(left.clone(), op, right.clone());
                let days = rw.scope.ty(&whole) == Some(Type::Date);
                let shifted = self.shifted(rw, left, right, sign);
                if days {
                    call("date", [shifted])
                } else {
                    shifted
                }
            }
            (Some(Family::Date), _) | (_, Some(Family::Date)) if mysql => {
                refuse(rw, "arithmetic with a date, which is a number to MySQL,")
            }
            (Some(Family::Timestamp | Family::Date), Some(Family::Interval)) => {
                self.shifted(rw, left, right, sign)
            }
            (Some(Family::Interval), Some(Family::Timestamp | Family::Date)) if sign == 1 => {
                self.shifted(rw, right, left, 1)
            }
            (Some(Family::Date), Some(Family::Integer)) => self.days_later(rw, left, right, sign),
            (Some(Family::Date), Some(Family::Date)) if sign == -1 => {
                let (left, right) = (rw.expr(left), rw.expr(right));
                let days = |date| call("julianday", [date]);
                integer(Expr::binary(days(left), BinaryOp::Minus, days(right)))
            }
            (Some(Family::Timestamp), Some(Family::Timestamp)) if sign == -1 && !mysql => {
                self.difference(rw, left, right)
            }
            (Some(Family::Json), _) if sign == -1 && l == Some(Type::Jsonb) => {
                self.json_changed(rw, &Expr::binary(left.clone(), op, right.clone()))
            }
            // `now() - '1 day'`: PostgreSQL reads the constant as an interval.
            (Some(Family::Timestamp), None) if is_text_constant(right) => {
                let interval = Expr::Cast {
                    expr: Box::new(right.clone()),
                    ty: Type::Interval(None),
                };
                self.shifted(rw, left, &interval, sign)
            }
            _ => self.arithmetic(rw, left, op, right),
        }
    }

    /// A date or time, later by an interval.
    fn shifted(&self, rw: &mut Rewriter<'_>, moment: &Expr, interval: &Expr, sign: i64) -> Expr {
        let (factor, constant) = scaled(interval);
        let span = match interval_constant(constant) {
            Some(Ok(span)) => span,
            Some(Err(refusal)) => return rw.refuse(refusal),
            None => return refuse(rw, "an interval that is no constant"),
        };
        let days = Interval { months: 0, ..span };
        let Some(seconds) = span::seconds(days).map(|seconds| seconds * sign) else {
            return rw.refuse(
                Refusal::new(
                    "interval",
                    format!(
                        "an interval of `{}` is not added to a time in the same way by sqlite",
                        span::show(span).unwrap_or_default()
                    ),
                )
                .help(
                    "fractions of a second are not translated; months, days, hours, minutes and seconds are",
                ),
            );
        };
        if span.months != 0 {
            if factor.is_some() {
                return refuse(rw, "months times a number");
            }
            return self.months_later(rw, moment, span.months * sign, seconds);
        }
        // What a column or a factor leads to may be beyond what SQLite knows.
        let checked = factor.is_some() || !is_known(moment);
        let modifier = match factor {
            None => Expr::text(format!("{seconds:+} seconds")),
            Some(factor) => {
                let whole = rw
                    .scope
                    .ty(factor)
                    .is_some_and(|ty| Family::of(&ty) == Family::Integer);
                if !whole {
                    return refuse(rw, "an interval times what is no whole number");
                }
                let count = Expr::binary(rw.expr(factor), BinaryOp::Multiply, number(seconds));
                concat([count, Expr::text(" seconds")])
            }
        };
        if !super::build::is_stable(&modifier) {
            return refuse(rw, "a random interval");
        }
        let known = |made: Expr, from: Expr| {
            if checked { in_range(made, from) } else { made }
        };
        if is_now(moment) {
            let shifted = call(
                "strftime",
                [
                    Expr::text(clock_form(self.source(rw))),
                    Expr::text("now"),
                    modifier.clone(),
                ],
            );
            return self.volatile(rw, known(shifted, modifier));
        }
        let Some(ty) = rw.scope.ty(moment) else {
            return unknown_type(rw, moment);
        };
        let value = rw.expr(moment);
        if Family::of(&ty) == Family::Date {
            let shifted = call(
                "strftime",
                [Expr::text(SECONDS), value.clone(), modifier.clone()],
            );
            if checked && !super::build::is_stable(&value) {
                return refuse(rw, "a random date");
            }
            return known(shifted, concat([value, Expr::text(" "), modifier]));
        }
        if !super::build::is_stable(&value) {
            return refuse(rw, "a random time");
        }
        // The fraction stays: SQLite would round it to milliseconds.
        let whole = call("substr", [value.clone(), number(1), number(19)]);
        let shifted = call("strftime", [Expr::text(SECONDS), whole, modifier.clone()]);
        let shifted = known(shifted, concat([value.clone(), Expr::text(" "), modifier]));
        concat([shifted, call("substr", [value, number(20)])])
    }

    /// A date or time, later by months and then by seconds. A day that the month has not is its
    /// last; SQLite would go on into the next.
    fn months_later(
        &self,
        rw: &mut Rewriter<'_>,
        moment: &Expr,
        months: i64,
        seconds: i64,
    ) -> Expr {
        let value = if is_now(moment) {
            self.volatile(rw, now(None))
        } else {
            let Some(ty) = rw.scope.ty(moment) else {
                return unknown_type(rw, moment);
            };
            let value = rw.expr(moment);
            convert(rw, value, &ty, &super::super::types::TIMESTAMP, How::Cast)
        };
        if !super::build::is_stable(&value) {
            return refuse(rw, "a random time");
        }
        let part = |from, length| call("substr", [value.clone(), number(from), number(length)]);
        let day = || part(1, 10);
        let modifier = |months: i64| Expr::text(format!("{months:+} months"));
        let same_day = call("date", [day(), modifier(months)]);
        let last_day = call(
            "date",
            [
                day(),
                Expr::text("start of month"),
                modifier(months + 1),
                Expr::text("-1 day"),
            ],
        );
        let mut day = call("min", [same_day, last_day]);
        if !is_known(moment) {
            day = in_range(day, value.clone());
        }
        if seconds == 0 {
            return concat([day, call("substr", [value.clone(), number(11)])]);
        }
        let whole = concat([day, part(11, 9)]);
        let modifier = Expr::text(format!("{seconds:+} seconds"));
        let mut shifted = call("strftime", [Expr::text(SECONDS), whole, modifier]);
        if !is_known(moment) {
            shifted = in_range(shifted, value.clone());
        }
        concat([shifted, call("substr", [value.clone(), number(20)])])
    }

    fn days_later(&self, rw: &mut Rewriter<'_>, date: &Expr, days: &Expr, sign: i64) -> Expr {
        let value = rw.expr(date);
        let days = match days {
            Expr::Literal(Literal::Number(digits)) => match digits.parse::<i64>() {
                Ok(days) => Expr::text(format!("{:+} days", days * sign)),
                Err(_) => return refuse(rw, "so many days"),
            },
            days => {
                let mut count = rw.expr(days);
                if sign == -1 {
                    count = Expr::binary(number(0), BinaryOp::Minus, count);
                }
                let days = concat([count, Expr::text(" days")]);
                if !super::build::is_stable(&value) || !super::build::is_stable(&days) {
                    return refuse(rw, "a random date");
                }
                let from = concat([value.clone(), Expr::text(" "), days.clone()]);
                return in_range(call("date", [value, days]), from);
            }
        };
        if matches!(value, Expr::Literal(_)) {
            return call("date", [value, days]);
        }
        if !super::build::is_stable(&value) {
            return refuse(rw, "a random date");
        }
        in_range(call("date", [value.clone(), days]), value)
    }

    pub(super) fn at_time_zone(&self, rw: &mut Rewriter<'_>, expr: &Expr, zone: &Expr) -> Expr {
        if !is_utc(zone) {
            return refuse(rw, "AT TIME ZONE of another zone than UTC");
        }
        // Either way round: both are held in UTC.
        rw.expr(expr)
    }

    pub(super) fn extract(&self, rw: &mut Rewriter<'_>, field: &str, expr: &Expr) -> Expr {
        let Some(ty) = self.known_type(rw, expr) else {
            return rw.expr(expr);
        };
        if !matches!(Family::of(&ty), Family::Timestamp | Family::Date) {
            return refuse(rw, &format!("EXTRACT from {}", constant::name_of(&ty)));
        }
        let format = match field {
            "year" => "%Y",
            "month" => "%m",
            "day" => "%d",
            "hour" => "%H",
            "minute" => "%M",
            "dow" => "%w",
            "doy" => "%j",
            "epoch" if is_now(expr) => {
                // Seconds since 1970, with the milliseconds that the clock gives.
                let days = Expr::binary(
                    call("julianday", [Expr::text("now")]),
                    BinaryOp::Minus,
                    real("2440587.5"),
                );
                let seconds = Expr::binary(days, BinaryOp::Multiply, real("86400.0"));
                return self.volatile(rw, seconds);
            }
            "epoch" if Family::of(&ty) == Family::Date => "%s",
            other => return refuse(rw, &format!("EXTRACT({other} FROM …)")),
        };
        let value = if is_now(expr) {
            self.volatile(rw, Expr::text("now"))
        } else if Family::of(&ty) == Family::Timestamp {
            // SQLite rounds a fraction to milliseconds, which may be those of the next year.
            call("substr", [rw.expr(expr), number(1), number(19)])
        } else {
            rw.expr(expr)
        };
        integer(call("strftime", [Expr::text(format), value]))
    }

    /// `EXTRACT(EPOCH FROM …)` as a whole number: PostgreSQL rounds to the nearest second, a half away
    /// from zero, or to the even one where it is a float's.
    pub(super) fn epoch_seconds(
        &self,
        rw: &mut Rewriter<'_>,
        expr: &Expr,
        float: bool,
    ) -> Option<Expr> {
        if is_now(expr) {
            let seconds = integer(call("strftime", [Expr::text("%s"), Expr::text("now")]));
            return Some(self.volatile(rw, seconds));
        }
        let ty = rw.scope.ty(expr)?;
        if Family::of(&ty) != Family::Timestamp {
            return None;
        }
        let value = rw.expr(expr);
        if !super::build::is_stable(&value) {
            return None;
        }
        let whole = call("substr", [value.clone(), number(1), number(19)]);
        let seconds = integer(call("strftime", [Expr::text("%s"), whole]));
        // As texts.
        let rest = call(
            "rtrim",
            [call("substr", [value.clone(), number(20)]), Expr::text("0")],
        );
        let of_rest = |op| Expr::binary(rest.clone(), op, Expr::text(".5"));
        let up = match float {
            true => Expr::binary(
                Expr::binary(seconds.clone(), BinaryOp::Modulo, number(2)),
                BinaryOp::NotEq,
                number(0),
            ),
            // A column of this type would make a number of what it is compared with.
            false => Expr::binary(
                call("substr", [value, number(1), number(4)]),
                BinaryOp::GtEq,
                Expr::text("1970"),
            ),
        };
        let half = super::build::and(of_rest(BinaryOp::Eq), up);
        let more = Expr::binary(of_rest(BinaryOp::Gt), BinaryOp::Or, half);
        Some(Expr::binary(seconds, BinaryOp::Plus, more))
    }

    pub(super) fn date_trunc(&self, rw: &mut Rewriter<'_>, field: &Expr, expr: &Expr) -> Expr {
        let Expr::Literal(Literal::Text(field)) = field else {
            return refuse(rw, "date_trunc to a field that is no constant");
        };
        let kept: (i64, &str) = match field.to_ascii_lowercase().as_str() {
            "year" => (4, "-01-01 00:00:00"),
            "month" => (7, "-01 00:00:00"),
            "day" => (10, " 00:00:00"),
            "hour" => (13, ":00:00"),
            "minute" => (16, ":00"),
            "second" => (19, ""),
            other => return refuse(rw, &format!("date_trunc to `{other}`")),
        };
        let Some(ty) = rw.scope.ty(expr) else {
            let _ = rw.expr(expr);
            return unknown_type(rw, expr);
        };
        let value = rw.expr(expr);
        let value = convert(rw, value, &ty, &super::super::types::TIMESTAMP, How::Cast);
        let start = call("substr", [value, number(1), number(kept.0)]);
        if kept.1.is_empty() {
            start
        } else {
            concat([start, Expr::text(kept.1)])
        }
    }

    /// `to_timestamp(seconds)`.
    pub(super) fn moment_of_seconds(&self, rw: &mut Rewriter<'_>, seconds: &Expr) -> Expr {
        match rw.scope.ty(seconds) {
            Some(ty) if Family::of(&ty) == Family::Integer => {
                let value = rw.expr(seconds);
                let moment = call("datetime", [value.clone(), Expr::text("unixepoch")]);
                if matches!(value, Expr::Literal(_)) {
                    return moment;
                }
                if !super::build::is_stable(&value) {
                    return refuse(rw, "a random time");
                }
                in_range(moment, value)
            }
            _ => refuse(rw, "to_timestamp of what is no whole number"),
        }
    }
}

/// A date or time that was reckoned out of `from`, which says NULL if one of its parts is: one that
/// SQLite does not know, and one before the year 1, which it writes otherwise, fail.
fn in_range(made: Expr, from: Expr) -> Expr {
    let least = || Expr::text("0001");
    let known = call("nullif", [call("max", [made, least()]), least()]);
    let out = super::build::fail("the date or time is out of range", Some(from));
    call("coalesce", [known, out])
}

fn real(digits: &str) -> Expr {
    Expr::Literal(Literal::Number(digits.into()))
}

/// `n * INTERVAL '1 second'`: the number, and the interval.
fn scaled(expr: &Expr) -> (Option<&Expr>, &Expr) {
    match expr {
        Expr::Binary {
            left,
            op: BinaryOp::Multiply,
            right,
        } if interval_constant(right).is_some() => (Some(left), right),
        Expr::Binary {
            left,
            op: BinaryOp::Multiply,
            right,
        } if interval_constant(left).is_some() => (Some(right), left),
        expr => (None, expr),
    }
}

/// A constant interval, in any of the ways to write one.
fn interval_constant(expr: &Expr) -> Option<Result<Interval, Refusal>> {
    match expr {
        Expr::Interval { value, unit } => match (&**value, unit) {
            (Expr::Literal(Literal::Text(text)), None) => Some(span::parse(text)),
            (Expr::Literal(Literal::Text(text) | Literal::Number(text)), Some(unit)) => {
                Some(span::parse(&format!("{text} {unit}")))
            }
            _ => None,
        },
        Expr::Literal(Literal::Typed(Type::Interval(None), text)) => Some(span::parse(text)),
        Expr::Cast {
            expr,
            ty: Type::Interval(None),
        } => match &**expr {
            Expr::Literal(Literal::Text(text)) => Some(span::parse(text)),
            _ => None,
        },
        _ => None,
    }
}
