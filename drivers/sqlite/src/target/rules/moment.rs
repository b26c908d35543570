//! Dates and times as constants: written as Diesel and SQLite's own functions read them, in UTC.

use aludel::translate::constant::{self, Time};

/// `2024-02-29`.
pub(super) fn date(text: &str) -> Option<String> {
    constant::date(text).map(|date| date.to_string())
}

/// `10:00:00.500`.
pub(super) fn time(text: &str, precision: Option<u32>) -> Option<String> {
    show(rounded(constant::time(text)?, precision)?)
}

/// `2024-02-29 10:00:00`. Without a zone a moment is in UTC, which the session's zone is taken to
/// be; a timestamp without a zone ignores the one that is written.
pub(super) fn timestamp(text: &str, precision: Option<u32>, zoned: bool) -> Option<String> {
    let moment = constant::moment(text)?;
    let moment = if zoned {
        moment.in_utc()?
    } else {
        moment.local()?
    };
    Some(format!(
        "{} {}",
        moment.date,
        show(rounded(moment.time, precision)?)?
    ))
}

const DAY: u64 = 86_400_000_000;

/// To so many digits of a second; nothing if that is the next day's.
fn rounded(time: Time, precision: Option<u32>) -> Option<Time> {
    let unit = 10_u64.pow(6 - precision.unwrap_or(6).min(6));
    let micros = (time.micros + unit / 2) / unit * unit;
    (micros < DAY).then_some(Time { micros })
}

/// With a fraction of three digits or six, as Diesel writes it, or none.
fn show(time: Time) -> Option<String> {
    let whole = Time {
        micros: time.micros / 1_000_000 * 1_000_000,
    };
    let micros = time.micros % 1_000_000;
    Some(match micros {
        0 => whole.to_string(),
        micros if micros % 1_000 == 0 => format!("{whole}.{:03}", micros / 1_000),
        micros => format!("{whole}.{micros:06}"),
    })
}

#[cfg(test)]
mod tests {
    use super::{date, time, timestamp};

    #[test]
    fn constants_are_written_in_one_form() {
        assert_eq!(date("2024-2-29").as_deref(), Some("2024-02-29"));
        assert_eq!(time("10:00", None).as_deref(), Some("10:00:00"));
        let cases = [
            ("2024-01-01", "2024-01-01 00:00:00"),
            ("2024-01-01T10:00:00Z", "2024-01-01 10:00:00"),
            ("2024-01-01 01:00:00+02", "2023-12-31 23:00:00"),
            ("2024-01-01 10:00:00.5", "2024-01-01 10:00:00.500"),
            ("2024-01-01 10:00:00.123456", "2024-01-01 10:00:00.123456"),
        ];
        for (text, expected) in cases {
            assert_eq!(
                timestamp(text, None, true).as_deref(),
                Some(expected),
                "{text}"
            );
        }
        // Without a zone of its own, the one that is written does not count.
        assert_eq!(
            timestamp("2024-01-01 01:00:00+02", None, false).as_deref(),
            Some("2024-01-01 01:00:00")
        );
        assert_eq!(
            timestamp("2024-01-01 01:00:00.5", Some(0), true).as_deref(),
            Some("2024-01-01 01:00:01")
        );
    }
}
