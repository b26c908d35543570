//! Dates, times, and moments.

use std::fmt;

/// A date of the Gregorian calendar, in the years 1 to 9999. Shown as `2024-02-29`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Date {
    /// The year.
    pub year: u16,
    /// The month, from 1.
    pub month: u8,
    /// The day, from 1.
    pub day: u8,
}

/// A time of day, to the microsecond. Shown as `10:00:00` or `10:00:00.5`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Time {
    /// Microseconds since midnight; 24:00:00 is one.
    pub micros: u64,
}

/// A date and time, with its distance from UTC if one was written. Shown as
/// `2024-02-29 10:00:00.5`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    /// The date.
    pub date: Date,
    /// The time.
    pub time: Time,
    /// Seconds east of UTC.
    pub offset: Option<i32>,
}

const DAY: u64 = 86_400_000_000;

/// A date: `2024-02-29`.
pub fn date(text: &str) -> Option<Date> {
    let mut parts = text.trim().split('-');
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() || year.len() != 4 {
        return None;
    }
    let date = Date {
        year: digits(year)?,
        month: digits(month)?.try_into().ok()?,
        day: digits(day)?.try_into().ok()?,
    };
    let valid = date.year > 0
        && (1..=12).contains(&date.month)
        && (1..=days_in_month(date.year, date.month)).contains(&date.day);
    valid.then_some(date)
}

/// A time of day: `10:00`, `10:00:00.5`.
pub fn time(text: &str) -> Option<Time> {
    let mut parts = text.trim().split(':');
    let (hour, minute) = (digits(parts.next()?)?, digits(parts.next()?)?);
    let (second, fraction) = match parts.next() {
        None => (0, 0),
        Some(seconds) => {
            let (second, fraction) = seconds.split_once('.').unwrap_or((seconds, ""));
            (digits(second)?, micros(fraction)?)
        }
    };
    if parts.next().is_some() || minute > 59 || second > 59 {
        return None;
    }
    let seconds = u64::from(hour) * 3600 + u64::from(minute) * 60 + u64::from(second);
    let micros = seconds * 1_000_000 + fraction;
    (micros <= DAY).then_some(Time { micros })
}

/// A date and time: `2024-02-29`, `2024-02-29T10:00:00.5+02:00`, `epoch`.
///
/// ```
/// use aludel::translate::constant::moment;
///
/// let moment = moment("2024-03-01 00:30:00+02").expect("a form that is known");
/// assert_eq!(moment.to_string(), "2024-03-01 00:30:00");
/// assert_eq!(moment.offset, Some(7200));
/// assert_eq!(moment.in_utc().map(|m| m.to_string()).as_deref(), Some("2024-02-29 22:30:00"));
/// ```
pub fn moment(text: &str) -> Option<Moment> {
    let text = text.trim();
    if text.eq_ignore_ascii_case("epoch") {
        return Some(Moment {
            date: Date {
                year: 1970,
                month: 1,
                day: 1,
            },
            time: Time { micros: 0 },
            offset: Some(0),
        });
    }
    let (day, rest) = match text.find(['T', 't', ' ']) {
        Some(place) => text.split_at(place),
        None => (text, ""),
    };
    let date = date(day)?;
    let rest = rest.trim_start_matches(['T', 't', ' ']);
    if rest.is_empty() {
        return Some(Moment {
            date,
            time: Time { micros: 0 },
            offset: None,
        });
    }
    let end = rest
        .find(|c: char| !(c.is_ascii_digit() || matches!(c, ':' | '.')))
        .unwrap_or(rest.len());
    let (clock, zone) = rest.split_at(end);
    Some(Moment {
        date,
        time: time(clock)?,
        offset: match zone.trim() {
            "" => None,
            zone => Some(offset(zone)?),
        },
    })
}

/// Whether a text is read as a time that is present when it is read: `now`, `today`. A default that is
/// one keeps the time at which it was made.
///
/// ```
/// use aludel::translate::constant::is_present;
///
/// assert!(is_present(" NOW()"));
/// assert!(!is_present("2024-02-29"));
/// ```
pub fn is_present(text: &str) -> bool {
    let text = text.trim();
    let mut words = ["now", "now()", "today"].iter();
    words.any(|word| text.eq_ignore_ascii_case(word))
}

/// A distance from UTC: `Z`, `UTC`, `+02`, `-03:30`, `+0530`.
fn offset(zone: &str) -> Option<i32> {
    if ["z", "utc", "gmt"].contains(&zone.to_ascii_lowercase().as_str()) {
        return Some(0);
    }
    let (sign, rest) = match zone.split_at_checked(1)? {
        ("+", rest) => (1, rest),
        ("-", rest) => (-1, rest),
        _ => return None,
    };
    let parts: Vec<&str> = match rest.split_once(':') {
        Some((hours, rest)) => std::iter::once(hours).chain(rest.split(':')).collect(),
        None if rest.len() == 4 => vec![&rest[..2], &rest[2..]],
        None => vec![rest],
    };
    let mut seconds = 0;
    for (place, part) in parts.iter().enumerate() {
        let unit = *[3600, 60, 1].get(place)?;
        let value = i32::from(digits(part)?);
        if place > 0 && value > 59 || part.len() > 2 {
            return None;
        }
        seconds += value * unit;
    }
    // PostgreSQL's own limit.
    (seconds < 16 * 3600).then_some(sign * seconds)
}

fn digits(text: &str) -> Option<u16> {
    let all = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if all { text.parse().ok() } else { None }
}

/// Digits after the point of a second; more than six are rounded.
fn micros(fraction: &str) -> Option<u64> {
    if !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let mut value = 0;
    for place in 0..6 {
        let digit = fraction.as_bytes().get(place).map_or(0, |byte| byte - b'0');
        value = value * 10 + u64::from(digit);
    }
    let up = fraction.as_bytes().get(6).is_some_and(|byte| *byte >= b'5');
    Some(value + u64::from(up))
}

fn days_in_month(year: u16, month: u8) -> u8 {
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

impl Date {
    fn next(self) -> Option<Self> {
        let Self { year, month, day } = self;
        if day < days_in_month(year, month) {
            return Some(Self {
                day: day + 1,
                ..self
            });
        }
        match (year, month) {
            (9999, 12) => None,
            (year, 12) => Some(Self {
                year: year + 1,
                month: 1,
                day: 1,
            }),
            (_, month) => Some(Self {
                month: month + 1,
                day: 1,
                ..self
            }),
        }
    }

    fn previous(self) -> Option<Self> {
        let Self { year, month, day } = self;
        if day > 1 {
            return Some(Self {
                day: day - 1,
                ..self
            });
        }
        let (year, month) = match (year, month) {
            (1, 1) => return None,
            (year, 1) => (year - 1, 12),
            (year, month) => (year, month - 1),
        };
        let day = days_in_month(year, month);
        Some(Self { year, month, day })
    }
}

impl Moment {
    /// The same moment in UTC; one without a zone is taken to be in UTC. `None` if it leaves the
    /// years that every engine holds.
    pub fn in_utc(self) -> Option<Self> {
        let micros = i64::try_from(self.time.micros).ok()?;
        let shifted = micros - i64::from(self.offset.unwrap_or(0)) * 1_000_000;
        let day = i64::try_from(DAY).ok()?;
        let date = match shifted.div_euclid(day) {
            0 => self.date,
            1 => self.date.next()?,
            -1 => self.date.previous()?,
            _ => return None,
        };
        let micros = u64::try_from(shifted.rem_euclid(day)).ok()?;
        Some(Self {
            date,
            time: Time { micros },
            offset: Some(0),
        })
    }

    /// The same to so many digits of a second, as PostgreSQL rounds it: its clock counts from 2000 on, and
    /// a half goes away from there. `None` if it leaves the years that every engine holds.
    ///
    /// ```
    /// use aludel::translate::constant::moment;
    ///
    /// let rounded = |text, digits| moment(text)?.rounded(digits).map(|m| m.to_string());
    /// assert_eq!(rounded("2024-12-31 23:59:59.5", 0).as_deref(), Some("2025-01-01 00:00:00"));
    /// assert_eq!(rounded("1999-12-31 12:30:45.5", 0).as_deref(), Some("1999-12-31 12:30:45"));
    /// assert_eq!(rounded("1999-12-31 12:30:45.0015", 3).as_deref(), Some("1999-12-31 12:30:45.001"));
    /// ```
    pub fn rounded(self, digits: u32) -> Option<Self> {
        let unit = 10_u64.pow(6_u32.saturating_sub(digits));
        let half = match self.date.year {
            ..2000 => (unit / 2).saturating_sub(1),
            _ => unit / 2,
        };
        let micros = (self.time.micros + half) / unit * unit;
        let (date, micros) = match micros.checked_sub(DAY) {
            Some(micros) => (self.date.next()?, micros),
            None => (self.date, micros),
        };
        Some(Self {
            date,
            time: Time { micros },
            ..self
        })
    }

    /// The same without its distance from UTC, a midnight at the end of a day being the next
    /// day's. `None` if it leaves the years that every engine holds.
    pub fn local(self) -> Option<Self> {
        let at_zero = Self {
            offset: Some(0),
            ..self
        };
        let moment = at_zero.in_utc()?;
        Some(Self {
            offset: None,
            ..moment
        })
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (seconds, micros) = (self.micros / 1_000_000, self.micros % 1_000_000);
        let (minutes, second) = (seconds / 60, seconds % 60);
        write!(f, "{:02}:{:02}:{second:02}", minutes / 60, minutes % 60)?;
        if micros > 0 {
            let digits = format!("{micros:06}");
            write!(f, ".{}", digits.trim_end_matches('0'))?;
        }
        Ok(())
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.date, self.time)
    }
}
