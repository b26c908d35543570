//! Intervals: `1 year 2 mons`, `3 days 04:05:06`, `-1.5 hours ago`.

/// A span of time as PostgreSQL keeps it: months and days are not of one length.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Interval {
    /// Months; a year is twelve.
    pub months: i64,
    /// Days; a week is seven.
    pub days: i64,
    /// Microseconds.
    pub micros: i64,
}

impl Interval {
    /// As PostgreSQL shows it; nothing if its parts have several signs, for which it has rules of
    /// its own.
    #[must_use]
    pub fn shown(self) -> Option<String> {
        let signs = [self.months, self.days, self.micros].map(i64::signum);
        if signs.contains(&1) && signs.contains(&-1) {
            return None;
        }
        let mut parts = Vec::new();
        let mut part = |count: i64, one: &str, many: &str| {
            if count != 0 {
                parts.push(format!("{count} {}", if count == 1 { one } else { many }));
            }
        };
        part(self.months / 12, "year", "years");
        part(self.months % 12, "mon", "mons");
        part(self.days, "day", "days");
        if self.micros != 0 || parts.is_empty() {
            let sign = if self.micros < 0 { "-" } else { "" };
            let micros = self.micros.unsigned_abs();
            let seconds = micros / 1_000_000;
            let (h, m, s) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
            let mut clock = format!("{sign}{h:02}:{m:02}:{s:02}");
            if !micros.is_multiple_of(1_000_000) {
                let fraction = format!(".{:06}", micros % 1_000_000);
                clock.push_str(fraction.trim_end_matches('0'));
            }
            parts.push(clock);
        }
        Some(parts.join(" "))
    }
}

const SECOND: i64 = 1_000_000;

/// An interval, in PostgreSQL's own form or the standard's time form.
///
/// ```
/// use aludel::translate::constant::{Interval, interval};
///
/// let is = |text, months, days, micros| {
///     assert_eq!(interval(text), Some(Interval { months, days, micros }));
/// };
/// is("1 year 2 mons", 14, 0, 0);
/// is("-3 weeks", 0, -21, 0);
/// is("1 day 02:03:04.5", 0, 1, 7_384_500_000);
/// is("90 minutes ago", 0, 0, -5_400_000_000);
/// is("1.5 hours", 0, 0, 5_400_000_000);
/// assert_eq!(interval("P1D"), None);
/// ```
pub fn interval(text: &str) -> Option<Interval> {
    let lower = text.trim().to_ascii_lowercase();
    let lower = lower.strip_prefix('@').unwrap_or(&lower);
    let spaced = apart(lower);
    let mut words = spaced.split_ascii_whitespace().peekable();
    let mut result = Interval::default();
    let mut empty = true;
    while let Some(word) = words.next() {
        if word == "ago" {
            if empty || words.peek().is_some() {
                return None;
            }
            return Some(Interval {
                months: -result.months,
                days: -result.days,
                micros: -result.micros,
            });
        }
        empty = false;
        if word.contains(':') {
            result.micros = result.micros.checked_add(clock(word)?)?;
            continue;
        }
        let number = Number::read(word)?;
        match words.next_if(|next| *next != "ago") {
            Some(unit) => number.of(unit, &mut result)?,
            // A number alone is one of seconds.
            None => number.of("second", &mut result)?,
        }
    }
    (!empty).then_some(result)
}

/// Puts a blank between a number and the unit that is written at it.
fn apart(text: &str) -> String {
    let mut result = String::with_capacity(text.len() + 4);
    let mut before = ' ';
    for c in text.chars() {
        if c.is_ascii_alphabetic() && before.is_ascii_digit() {
            result.push(' ');
        }
        result.push(c);
        before = c;
    }
    result
}

/// `-04:05:06.5`.
fn clock(word: &str) -> Option<i64> {
    let (sign, rest) = match word.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, word.strip_prefix('+').unwrap_or(word)),
    };
    let mut parts = rest.split(':');
    let (hours, minutes) = (parts.next()?, parts.next()?);
    let seconds = parts.next().unwrap_or("0");
    if parts.next().is_some() {
        return None;
    }
    let (hours, minutes) = (hours.parse::<u32>().ok()?, minutes.parse::<u32>().ok()?);
    let seconds = Number::read(seconds)?;
    if minutes > 59 || seconds.whole > 59 || seconds.negative {
        return None;
    }
    let whole = i64::from(hours) * 3600 + i64::from(minutes) * 60 + seconds.whole;
    Some(sign * (whole * SECOND + seconds.micros))
}

/// A number, its fraction in millionths.
struct Number {
    negative: bool,
    whole: i64,
    micros: i64,
}

impl Number {
    fn read(word: &str) -> Option<Self> {
        let (negative, rest) = match word.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, word.strip_prefix('+').unwrap_or(word)),
        };
        let (whole, fraction) = rest.split_once('.').unwrap_or((rest, ""));
        let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        if whole.is_empty() || !digits(whole) || !digits(fraction) || fraction.len() > 6 {
            return None;
        }
        Some(Self {
            negative,
            whole: whole.parse().ok()?,
            micros: format!("{fraction:0<6}").parse().ok()?,
        })
    }

    /// Adds so many of a unit. A part of a month or a day is something that PostgreSQL converts
    /// by rules of its own: it has no reading here.
    fn of(self, unit: &str, to: &mut Interval) -> Option<()> {
        let sign = if self.negative { -1 } else { 1 };
        let whole = sign * self.whole;
        let mut add = |field: fn(&mut Interval) -> &mut i64, times: i64| {
            if self.micros != 0 {
                return None;
            }
            let field = field(to);
            *field = field.checked_add(whole.checked_mul(times)?)?;
            Some(())
        };
        let seconds = match unit {
            "y" | "yr" | "yrs" | "year" | "years" => return add(|i| &mut i.months, 12),
            "decade" | "decades" => return add(|i| &mut i.months, 120),
            "century" | "centuries" => return add(|i| &mut i.months, 1200),
            "mon" | "mons" | "month" | "months" => return add(|i| &mut i.months, 1),
            "w" | "week" | "weeks" => return add(|i| &mut i.days, 7),
            "d" | "day" | "days" => return add(|i| &mut i.days, 1),
            "h" | "hr" | "hrs" | "hour" | "hours" => 3600,
            "m" | "min" | "mins" | "minute" | "minutes" => 60,
            "s" | "sec" | "secs" | "second" | "seconds" => 1,
            "ms" | "msec" | "msecs" | "millisecond" | "milliseconds" if self.micros == 0 => {
                to.micros = to.micros.checked_add(whole.checked_mul(1000)?)?;
                return Some(());
            }
            _ => return None,
        };
        let micros = self.whole.checked_mul(SECOND)?.checked_add(self.micros)?;
        to.micros = to.micros.checked_add(sign * micros.checked_mul(seconds)?)?;
        Some(())
    }
}
