//! Dates, times and the clock. Sessions are taken to be in UTC on both sides.

use aludel::schema::{BinaryOp, Call, CallArg, Expr, Literal, Type};
use aludel::translate::infer::Family;
use aludel::translate::rewrite::Rewriter;

use super::{Meaning, cast};

/// A date and time without a zone.
pub(super) const TIMESTAMP: Type = Type::Timestamp {
    precision: None,
    zoned: false,
};

impl Meaning {
    /// A text that both read as the same date or time.
    pub(super) fn moment(self, wanted: Family, text: &str) -> Option<Expr> {
        let (date, time) = match text.split_once([' ', 'T']) {
            Some((date, time)) => (Some(date), Some(time)),
            None if wanted == Family::Time => (None, Some(text)),
            None => (Some(text), None),
        };
        let right = date.is_none_or(is_date)
            && time.is_none_or(is_time)
            && match wanted {
                Family::Date => time.is_none(),
                Family::Time => date.is_none(),
                _ => date.is_some(),
            };
        right.then(|| Expr::text(text))
    }

    pub(super) fn keyword(
        self,
        rw: &mut Rewriter<'_>,
        word: &'static str,
        precision: Option<u32>,
    ) -> Expr {
        match word {
            "CURRENT_TIMESTAMP" | "LOCALTIMESTAMP" | "LOCALTIME" if self.is_mysql() => {
                self.now(rw, precision)
            }
            "UTC_TIMESTAMP" => in_utc(self.now(rw, precision)),
            "CURRENT_TIMESTAMP" => self.now_text(SECONDS),
            "CURRENT_DATE" | "UTC_DATE" if self.is_mysql() => cast(self.now(rw, None), Type::Date),
            "CURRENT_DATE" => self.now_text("YYYY-MM-DD"),
            "CURRENT_TIME" if !self.is_mysql() => self.now_text(TIME_OF_DAY),
            other => self.refuse(rw, &format!("`{other}`")),
        }
    }

    /// The moment at which the statement began, its fraction of a second cut off as it is there.
    pub(super) fn now(self, rw: &mut Rewriter<'_>, precision: Option<u32>) -> Expr {
        let now = Expr::call("statement_timestamp", []);
        match precision.unwrap_or(0) {
            6 => now,
            0 => Expr::call("date_trunc", [Expr::text("second"), now]),
            3 => Expr::call("date_trunc", [Expr::text("milliseconds"), now]),
            other => self.refuse(rw, &format!("the time cut off after {other} digits")),
        }
    }

    /// What SQLite's clock gives: a text, in UTC.
    pub(super) fn now_text(self, form: &str) -> Expr {
        let now = in_utc(Expr::call("statement_timestamp", []));
        Expr::call("to_char", [now, Expr::text(form)])
    }

    /// A text of SQLite's clock as a date and time.
    pub(super) fn clock(self, rw: &mut Rewriter<'_>, value: &Expr) -> Expr {
        match rw.expr(value) {
            Expr::Call(call) if call.name.name == "to_char" => {
                let Call { args, .. } = *call;
                let mut args = args.into_iter();
                match (args.next(), args.next()) {
                    (Some(CallArg::Expr(now)), Some(CallArg::Expr(form))) => {
                        if form == Expr::text(TIME_OF_DAY) {
                            return cast(Expr::call("to_char", [now, form]), super::store::TIME);
                        }
                        // As many digits as the text has.
                        let digits = if form == Expr::text(SECONDS) {
                            "second"
                        } else if form == Expr::text(MILLISECONDS) {
                            "milliseconds"
                        } else {
                            "day"
                        };
                        Expr::call("date_trunc", [Expr::text(digits), now])
                    }
                    _ => self.refuse(rw, "a text of the clock"),
                }
            }
            other => cast(other, TIMESTAMP),
        }
    }

    /// Seconds since 1970.
    pub(super) fn epoch(self) -> Expr {
        let seconds = Expr::Extract {
            field: "epoch".into(),
            expr: Box::new(Expr::call("statement_timestamp", [])),
        };
        cast(Expr::call("floor", [seconds]), Type::BIGINT)
    }

    /// A moment and a span of MySQL's: `now() + INTERVAL 1 DAY`.
    pub(super) fn moved(
        self,
        rw: &mut Rewriter<'_>,
        moment: &Expr,
        op: BinaryOp,
        span: &Expr,
    ) -> Expr {
        let Expr::Interval {
            value,
            unit: Some(unit),
        } = span
        else {
            return self.refuse(rw, "an interval without a unit");
        };
        let number = match &**value {
            Expr::Literal(Literal::Number(digits) | Literal::Text(digits)) => digits.parse().ok(),
            _ => None,
        };
        let (Some(number), true) = (number, UNITS.contains(&unit.as_str())) else {
            return self.refuse(rw, "an interval that is no whole number of one unit");
        };
        let number: i64 = number;
        match self.kind(&rw.scope, moment) {
            Some(Family::Timestamp) => {}
            _ => return self.refuse(rw, "an interval added to what is no date and time"),
        }
        let span = Expr::Interval {
            value: Box::new(Expr::text(format!("{number} {}", unit.to_lowercase()))),
            unit: None,
        };
        Expr::binary(rw.expr(moment), op, span)
    }
}

/// Forms of SQLite's texts.
pub(super) const SECONDS: &str = "YYYY-MM-DD HH24:MI:SS";
pub(super) const TIME_OF_DAY: &str = "HH24:MI:SS";
pub(super) const MILLISECONDS: &str = "YYYY-MM-DD HH24:MI:SS.MS";

const UNITS: &[&str] = &["SECOND", "MINUTE", "HOUR", "DAY", "WEEK", "MONTH", "YEAR"];

/// A moment as a date and time in UTC.
pub(super) fn in_utc(moment: Expr) -> Expr {
    Expr::AtTimeZone {
        expr: Box::new(moment),
        zone: Box::new(Expr::text("UTC")),
    }
}

/// `2024-01-31`; MySQL's zero dates are none.
fn is_date(text: &str) -> bool {
    aludel::translate::constant::date(text).is_some()
        && text.len() == 10
        && text.bytes().enumerate().all(|(place, byte)| match place {
            4 | 7 => byte == b'-',
            _ => byte.is_ascii_digit(),
        })
}

/// `12:00`, `12:00:00`, `12:00:00.5`.
fn is_time(text: &str) -> bool {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let two = |part: &str| part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_digit());
    let parts: Vec<&str> = whole.split(':').collect();
    let digits = fraction.bytes().all(|byte| byte.is_ascii_digit());
    (2..=3).contains(&parts.len())
        && parts.iter().all(|part| two(part))
        && digits
        && fraction.len() <= 6
        && parts.first().is_some_and(|hour| *hour < "24")
}
