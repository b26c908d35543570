//! Dates, times and moments.

use aludel::schema::{BinaryOp, Expr, Literal, Type};
use aludel::translate::constant::{self, Interval};
use aludel::translate::infer::Family;
use aludel::translate::rewrite::Rewriter;

use super::{Meaning, is_utc};
use crate::target::build;

const EPOCH: &str = "1970-01-01 00:00:00";

impl Meaning<'_> {
    pub(super) fn keyword(&self, rw: &mut Rewriter<'_>, word: &str, _: Option<u32>) -> Expr {
        match word {
            "CURRENT_TIMESTAMP" | "LOCALTIMESTAMP" => build::utc_now(),
            "CURRENT_DATE" => build::call("utc_date", []),
            "LOCALTIME" => build::call("utc_time", [build::number(6)]),
            "CURRENT_USER" | "SESSION_USER" | "USER" | "CURRENT_ROLE" => user(),
            other => self.refuse(rw, "no-such-function", format!("`{other}`")),
        }
    }

    /// A function of dates and times; `None` if it is not one.
    pub(super) fn time_call(
        &self,
        rw: &mut Rewriter<'_>,
        name: &str,
        args: &[&Expr],
    ) -> Option<Expr> {
        Some(match (name, args) {
            ("now" | "transaction_timestamp" | "statement_timestamp", []) => build::utc_now(),
            // The clock's time, not the statement's.
            ("clock_timestamp", []) => build::call("sysdate", [build::number(6)]),
            ("date_trunc", [Expr::Literal(Literal::Text(field)), value]) => {
                return self.date_trunc(rw, field, value);
            }
            ("date_part", [Expr::Literal(Literal::Text(field)), value]) => {
                let field = field.to_lowercase();
                build::cast(self.extract(rw, &field, value), Type::Double)
            }
            ("to_timestamp", [seconds]) => {
                let ty = rw.scope.ty(seconds)?;
                if !matches!(Family::of(&ty), Family::Integer | Family::Numeric) {
                    return None;
                }
                let span = Expr::Interval {
                    value: rw.boxed(seconds),
                    unit: Some("SECOND".into()),
                };
                // What is cast from a text has no place in a key of MariaDB's.
                let epoch = format!("{EPOCH}.000000");
                let epoch = Expr::Literal(Literal::Typed(build::MOMENT, epoch));
                Expr::binary(epoch, BinaryOp::Plus, span)
            }
            ("timezone", [zone, value]) => self.at_time_zone(rw, value, zone),
            ("to_char", [value, Expr::Literal(Literal::Text(form))]) => {
                let ty = rw.scope.ty(value)?;
                let form = format_here(form)?;
                if !matches!(Family::of(&ty), Family::Date | Family::Timestamp) {
                    return None;
                }
                match rw.expr(value) {
                    // A key may look at NULL, and not at what DATE_FORMAT gives, which follows the session.
                    Expr::Literal(Literal::Null) => Expr::Literal(Literal::Null),
                    moment => {
                        let text = self.date_format(moment, form);
                        build::collate(text, self.facts.exact)
                    }
                }
            }
            _ => return None,
        })
    }

    /// `value AT TIME ZONE zone`: nothing to do for UTC, in which both are held.
    pub(super) fn at_time_zone(&self, rw: &mut Rewriter<'_>, value: &Expr, zone: &Expr) -> Expr {
        let Some(ty) = rw.scope.ty(value) else {
            return self.refuse_unknown(rw, "AT TIME ZONE");
        };
        if is_utc(zone) && matches!(Family::of(&ty), Family::Timestamp | Family::Date) {
            return rw.expr(value);
        }
        self.refuse(rw, "time-zone", "a time zone other than UTC")
    }

    /// `EXTRACT(field FROM value)`.
    pub(super) fn extract(&self, rw: &mut Rewriter<'_>, field: &str, value: &Expr) -> Expr {
        if field == "epoch"
            && let Expr::Binary {
                left,
                op: BinaryOp::Minus,
                right,
            } = value
            && let (Some(l), Some(r)) = (rw.scope.ty(left), rw.scope.ty(right))
            && Family::of(&l) == Family::Timestamp
            && Family::of(&r) == Family::Timestamp
        {
            let (later, earlier) = (rw.expr(left), rw.expr(right));
            return seconds_between(earlier, later);
        }
        let Some(ty) = rw.scope.ty(value) else {
            return self.refuse_unknown(rw, "EXTRACT");
        };
        let family = Family::of(&ty);
        if !matches!(family, Family::Date | Family::Timestamp | Family::Time)
            || (family == Family::Time && !matches!(field, "hour" | "minute"))
        {
            return self.refuse(rw, "interval", "EXTRACT from an interval");
        }
        let time = rw.expr(value);
        let plain = |time: Expr| Expr::Extract {
            field: field.to_uppercase(),
            expr: Box::new(time),
        };
        match field {
            "epoch" => seconds_between(Expr::text(EPOCH), time),
            "year" | "quarter" | "month" | "day" | "hour" | "minute" => plain(time),
            "week" => build::call("week", [time, build::number(3)]),
            "doy" => build::call("dayofyear", [time]),
            "dow" => {
                let day = build::call("dayofweek", [time]);
                Expr::binary(day, BinaryOp::Minus, build::number(1))
            }
            "isodow" => {
                let day = build::call("weekday", [time]);
                Expr::binary(day, BinaryOp::Plus, build::number(1))
            }
            "second" => {
                let whole = build::call("second", [time.clone()]);
                let part = millionths(build::call("microsecond", [time]));
                Expr::binary(whole, BinaryOp::Plus, part)
            }
            other => self.refuse(rw, "no-such-function", format!("EXTRACT of `{other}`")),
        }
    }

    fn date_trunc(&self, rw: &mut Rewriter<'_>, field: &str, value: &Expr) -> Option<Expr> {
        let ty = rw.scope.ty(value)?;
        if !matches!(Family::of(&ty), Family::Date | Family::Timestamp) {
            return None;
        }
        let time = rw.expr(value);
        let form = match field.to_lowercase().as_str() {
            "day" => return Some(build::cast(build::call("date", [time]), build::MOMENT)),
            "week" => {
                let days = Expr::Interval {
                    value: Box::new(build::call("weekday", [time.clone()])),
                    unit: Some("DAY".into()),
                };
                let monday = Expr::binary(build::call("date", [time]), BinaryOp::Minus, days);
                return Some(build::cast(monday, build::MOMENT));
            }
            "second" => "%Y-%m-%d %H:%i:%s",
            "minute" => "%Y-%m-%d %H:%i:00",
            "hour" => "%Y-%m-%d %H:00:00",
            "month" => "%Y-%m-01",
            "year" => "%Y-01-01",
            _ => return None,
        };
        let text = self.date_format(time, form.into());
        Some(build::cast(text, build::MOMENT))
    }

    /// A moment as a text. Names are English, as PostgreSQL's are.
    fn date_format(&self, moment: Expr, form: String) -> Expr {
        let mut args = vec![moment, Expr::text(form)];
        if self.facts.date_locales {
            args.push(Expr::text("en_US"));
        }
        build::call("date_format", args)
    }

    /// A time and an interval that is a constant, or a number of one unit.
    pub(super) fn plus_interval(
        &self,
        rw: &mut Rewriter<'_>,
        time: &Expr,
        op: BinaryOp,
        interval: &Expr,
    ) -> Expr {
        let is_date = rw
            .scope
            .ty(time)
            .is_some_and(|ty| Family::of(&ty) == Family::Date);
        let mut result = rw.expr(time);
        if is_date {
            result = build::cast(result, build::MOMENT);
        }
        let Some(spans) = self.spans(rw, interval) else {
            return self.refuse(rw, "interval", "an interval that is not a constant");
        };
        // Months first, then days, then the rest, as PostgreSQL does.
        for (value, unit) in spans {
            let span = Expr::Interval {
                value: Box::new(value),
                unit: Some(unit.into()),
            };
            result = Expr::binary(result, op, span);
        }
        result
    }

    fn spans(&self, rw: &mut Rewriter<'_>, interval: &Expr) -> Option<Vec<(Expr, &'static str)>> {
        if let Some(constant) = constant_interval(interval) {
            return Some(parts(constant));
        }
        let Expr::Binary {
            left,
            op: BinaryOp::Multiply,
            right,
        } = interval
        else {
            return None;
        };
        let (count, unit) = match (constant_interval(left), constant_interval(right)) {
            (Some(unit), None) => (right, unit),
            (None, Some(unit)) => (left, unit),
            _ => return None,
        };
        if !rw.scope.ty(count)?.is_integer() {
            return None;
        }
        let parts = parts(unit);
        let [(times, unit)] = parts.as_slice() else {
            return None;
        };
        let count = rw.expr(count);
        let value = if *times == build::number(1) {
            count
        } else {
            Expr::binary(count, BinaryOp::Multiply, times.clone())
        };
        Some(vec![(value, unit)])
    }
}

/// An interval that is a constant.
pub(super) fn constant_interval(expr: &Expr) -> Option<Interval> {
    let text = |expr: &Expr| match expr {
        Expr::Literal(Literal::Text(text)) => Some(text.clone()),
        _ => None,
    };
    match expr {
        Expr::Literal(Literal::Typed(Type::Interval(None), text)) => constant::interval(text),
        Expr::Cast {
            expr,
            ty: Type::Interval(None),
        } => constant::interval(&text(expr)?),
        Expr::Interval { value, unit: None } => constant::interval(&text(value)?),
        Expr::Interval {
            value,
            unit: Some(unit),
        } => constant::interval(&format!("{} {unit}", text(value)?)),
        _ => None,
    }
}

fn parts(interval: Interval) -> Vec<(Expr, &'static str)> {
    const SECOND: i64 = 1_000_000;
    let mut parts = Vec::new();
    let Interval {
        months,
        days,
        micros,
    } = interval;
    if months != 0 {
        parts.push((build::number(months), "MONTH"));
    }
    if days != 0 {
        parts.push((build::number(days), "DAY"));
    }
    if micros % (3600 * SECOND) == 0 && micros != 0 {
        parts.push((build::number(micros / (3600 * SECOND)), "HOUR"));
    } else if micros % (60 * SECOND) == 0 && micros != 0 {
        parts.push((build::number(micros / (60 * SECOND)), "MINUTE"));
    } else if micros % SECOND == 0 && micros != 0 {
        parts.push((build::number(micros / SECOND), "SECOND"));
    } else if micros != 0 {
        parts.push((build::number(micros), "MICROSECOND"));
    }
    if parts.is_empty() {
        parts.push((build::number(0), "DAY"));
    }
    parts
}

/// Seconds from one moment to another, to the microsecond.
fn seconds_between(earlier: Expr, later: Expr) -> Expr {
    let unit = Expr::Keyword("MICROSECOND", None);
    millionths(build::call("timestampdiff", [unit, earlier, later]))
}

/// A division would keep four digits.
fn millionths(count: Expr) -> Expr {
    Expr::binary(count, BinaryOp::Multiply, build::digits("0.000001"))
}

/// Who is connected, without from where.
fn user() -> Expr {
    let args = [build::call("user", []), Expr::text("@"), build::number(1)];
    build::call("substring_index", args)
}

/// A form of `to_char` as one of DATE_FORMAT, if it is made of fields that both have.
fn format_here(form: &str) -> Option<String> {
    const FIELDS: [(&str, &str); 7] = [
        ("YYYY", "%Y"),
        ("HH24", "%H"),
        ("MM", "%m"),
        ("DD", "%d"),
        ("MI", "%i"),
        ("SS", "%s"),
        ("US", "%f"),
    ];
    let mut result = String::new();
    let mut rest = form;
    'fields: while !rest.is_empty() {
        // The seconds of a day, and the days of a year: no two fields one after the other.
        if rest.starts_with("SSSS") || rest.starts_with("DDD") {
            return None;
        }
        for (field, here) in FIELDS {
            if let Some(after) = rest.strip_prefix(field) {
                result.push_str(here);
                rest = after;
                continue 'fields;
            }
        }
        let mut chars = rest.chars();
        match chars.next() {
            Some(c @ ('-' | '/' | ':' | ' ' | '.' | '_')) => result.push(c),
            // A text between quotes.
            Some('"') => {
                let (text, after) = chars.as_str().split_once('"')?;
                if text.contains(['%', '\\']) {
                    return None;
                }
                result.push_str(text);
                rest = after;
                continue;
            }
            _ => return None,
        }
        rest = chars.as_str();
    }
    Some(result)
}
