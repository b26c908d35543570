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

/// As PostgreSQL shows it, if it has one sign.
pub(super) fn show(span: Interval) -> Option<String> {
    span.shown()
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
