//! Seconds since 1970 as a UTC date and time, and back. Leap seconds do not exist here, as in
//! every clock that counts seconds since 1970.

const DAY: i64 = 86_400;

/// A UTC date and time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Civil {
    year: i64,
    month: i64,
    day: i64,
    second_of_day: i64,
}

impl Civil {
    /// From seconds since 1970. The algorithm is Howard Hinnant's `civil_from_days`: years begin
    /// in March, so that the leap day is their last.
    pub(super) fn of_epoch(seconds: i64) -> Self {
        let days = seconds.div_euclid(DAY) + 719_468;
        let era = days.div_euclid(146_097);
        let day_of_era = days.rem_euclid(146_097);
        let year_of_era =
            (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let shifted_month = (5 * day_of_year + 2) / 153;
        let month = (shifted_month + 2) % 12 + 1;
        Self {
            year: year_of_era + era * 400 + i64::from(month <= 2),
            month,
            day: day_of_year - (153 * shifted_month + 2) / 5 + 1,
            second_of_day: seconds.rem_euclid(DAY),
        }
    }

    /// From the first 14 digits of an id of digits, if they are a time. More of them are a number within that
    /// second, as Diesel 2.3 gives its revisions one (`2026-01-05-101500-0002_name`).
    pub(super) fn parse_id(id: &str) -> Option<Self> {
        if id.len() < 14 || !id.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        let id = &id[..14];
        let number = |range: std::ops::Range<usize>| id[range].parse::<i64>().ok();
        let (hour, minute, second) = (number(8..10)?, number(10..12)?, number(12..14)?);
        let civil = Self {
            year: number(0..4)?,
            month: number(4..6)?,
            day: number(6..8)?,
            second_of_day: hour * 3_600 + minute * 60 + second,
        };
        // What does not come back as it was is no date, the 30th of February say.
        (Self::of_epoch(civil.epoch()).id() == id).then_some(civil)
    }

    /// Seconds since 1970.
    pub(super) fn epoch(self) -> i64 {
        let year = self.year - i64::from(self.month <= 2);
        let era = year.div_euclid(400);
        let year_of_era = year.rem_euclid(400);
        let day_of_year = (153 * ((self.month + 9) % 12) + 2) / 5 + self.day - 1;
        let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
        (era * 146_097 + day_of_era - 719_468) * DAY + self.second_of_day
    }

    /// The prefix of a directory: `2026-01-05-101500`.
    pub(super) fn prefix(self) -> String {
        let (hour, minute, second) = self.time();
        format!("{}-{hour:02}{minute:02}{second:02}", self.date())
    }

    /// RFC 3339: `2026-01-05T10:15:00Z`.
    pub(super) fn rfc3339(self) -> String {
        let (hour, minute, second) = self.time();
        format!("{}T{hour:02}:{minute:02}:{second:02}Z", self.date())
    }

    fn id(self) -> String {
        self.prefix().replace('-', "")
    }

    fn date(self) -> String {
        format!("{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }

    fn time(self) -> (i64, i64, i64) {
        let second = self.second_of_day;
        (second / 3_600, second / 60 % 60, second % 60)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn known_times() {
        for (seconds, text) in [
            (0, "1970-01-01T00:00:00Z"),
            (951_782_400, "2000-02-29T00:00:00Z"),
            (1_767_608_100, "2026-01-05T10:15:00Z"),
            (4_107_542_399, "2100-02-28T23:59:59Z"),
            (4_107_542_400, "2100-03-01T00:00:00Z"),
            (253_402_300_799, "9999-12-31T23:59:59Z"),
        ] {
            assert_eq!(Civil::of_epoch(seconds).rfc3339(), text);
        }
    }

    #[test]
    fn what_is_no_time_is_not_parsed() {
        for id in [
            "20260230000000",
            "00000000000000",
            "20260105256000",
            "2026010510150x",
            "1",
        ] {
            assert_eq!(Civil::parse_id(id), None, "{id}");
        }
        assert!(Civil::parse_id("20260105101500").is_some());
        let with_number = Civil::parse_id("202601051015000002");
        assert_eq!(with_number, Civil::parse_id("20260105101500"));
    }

    proptest! {
        #[test]
        fn times_come_back_and_sort(a in 0..=253_402_300_799_i64, b in 0..=253_402_300_799_i64) {
            let (left, right) = (Civil::of_epoch(a), Civil::of_epoch(b));
            prop_assert_eq!(left.epoch(), a);
            prop_assert_eq!(Civil::parse_id(&left.id()), Some(left));
            prop_assert_eq!(left.id().cmp(&right.id()), a.cmp(&b));
        }
    }
}
