//! Intervals as constants.

use aludel::translate::Refusal;
use aludel::translate::constant::{self, Interval};

const SECOND: i64 = 1_000_000;

/// An interval that a text says.
pub(super) fn parse(text: &str) -> Result<Interval, Refusal> {
    constant::interval(text).ok_or_else(|| {
        Refusal::new(
            "no-such-literal",
            format!("the interval '{text}' is not one that is translated"),
        )
        .help("write it in whole units, as `1 day` or `90 minutes`")
    })
}

/// In whole seconds, if it has no months and no fraction.
pub(super) fn seconds(span: Interval) -> Option<i64> {
    if span.months != 0 || span.micros % SECOND != 0 {
        return None;
    }
    span.days
        .checked_mul(86_400)?
        .checked_add(span.micros / SECOND)
}

/// As PostgreSQL shows it; nothing if its parts have several signs, for which it has rules of
/// its own.
pub(super) fn show(span: Interval) -> Option<String> {
    let signs = [span.months, span.days, span.micros].map(i64::signum);
    if signs.contains(&1) && signs.contains(&-1) {
        return None;
    }
    let mut parts = Vec::new();
    let mut part = |count: i64, one: &str, many: &str| {
        if count != 0 {
            parts.push(format!("{count} {}", if count == 1 { one } else { many }));
        }
    };
    part(span.months / 12, "year", "years");
    part(span.months % 12, "mon", "mons");
    part(span.days, "day", "days");
    if span.micros != 0 || parts.is_empty() {
        let sign = if span.micros < 0 { "-" } else { "" };
        let micros = span.micros.unsigned_abs();
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

#[cfg(test)]
mod tests {
    use super::{parse, show};

    #[test]
    fn intervals_are_shown_as_postgresql_shows_them() {
        let cases = [
            ("1 day", "1 day"),
            ("90 minutes", "01:30:00"),
            (
                "1 year 2 months 3 days 04:05:06",
                "1 year 2 mons 3 days 04:05:06",
            ),
            ("2 weeks", "14 days"),
            ("-1 hour", "-01:00:00"),
            ("1 day ago", "-1 days"),
            ("0", "00:00:00"),
            ("30d", "30 days"),
            ("1500 ms", "00:00:01.5"),
        ];
        for (text, shown) in cases {
            assert_eq!(show(parse(text).expect(text)).as_deref(), Some(shown));
        }
        assert_eq!(show(parse("1 day -1 hour").expect("an interval")), None);
    }
}
