//! Constants as PostgreSQL reads them from a text: `'{a,b}'` as an array, `'\x00'` as bytes,
//! `'1 day'` as an interval. A target writes the value in its own way.
//!
//! # Invariants
//!
//! - What is read is what PostgreSQL reads. A form that it takes and that is not known here is
//!   `None`: whoever asks refuses it.
//! - A date is one of the Gregorian calendar in the years 1 to 9999, which every engine holds.

mod array;
mod interval;
mod moment;

pub use array::{Item, array, array_json, array_text};
pub use interval::{Interval, interval};
pub use moment::{Date, Moment, Time, date, is_present, moment, time};

/// A boolean: `t`, `yes`, `off`, `0` … and what begins them.
///
/// ```
/// use aludel::translate::constant::boolean;
///
/// assert_eq!(boolean(" TRUE "), Some(true));
/// assert_eq!(boolean("of"), Some(false));
/// assert_eq!(boolean("o"), None);
/// ```
pub fn boolean(text: &str) -> Option<bool> {
    let word = text.trim().to_ascii_lowercase();
    let begins = |whole: &str, least: usize| word.len() >= least && whole.starts_with(&word);
    if begins("true", 1) || begins("yes", 1) || word == "on" || word == "1" {
        Some(true)
    } else if begins("false", 1) || begins("no", 1) || begins("off", 2) || word == "0" {
        Some(false)
    } else {
        None
    }
}

/// A uuid in its usual form: lower case, with hyphens after 8, 12, 16 and 20 digits.
///
/// ```
/// use aludel::translate::constant::uuid;
///
/// let usual = "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11";
/// assert_eq!(uuid("{A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11}").as_deref(), Some(usual));
/// assert_eq!(uuid("a0eebc999c0b4ef8bb6d6bb9bd380a11").as_deref(), Some(usual));
/// assert_eq!(uuid("a0eebc99"), None);
/// ```
pub fn uuid(text: &str) -> Option<String> {
    let text = text.trim();
    let inner = match text.strip_prefix('{') {
        Some(rest) => rest.strip_suffix('}')?,
        None => text,
    };
    let mut digits = String::with_capacity(36);
    let mut last_was_digit = false;
    let mut count = 0;
    for c in inner.chars() {
        if c == '-' {
            // Only after each group of four digits.
            if !last_was_digit || count % 4 != 0 {
                return None;
            }
            last_was_digit = false;
            continue;
        }
        if !c.is_ascii_hexdigit() || count == 32 {
            return None;
        }
        if matches!(count, 8 | 12 | 16 | 20) {
            digits.push('-');
        }
        digits.push(c.to_ascii_lowercase());
        count += 1;
        last_was_digit = true;
    }
    (count == 32 && last_was_digit).then_some(digits)
}

/// Bytes: `\x00ff`, or characters with `\ooo` and `\\`.
///
/// ```
/// use aludel::translate::constant::bytes;
///
/// assert_eq!(bytes("\\x00 Ff"), Some(vec![0, 255]));
/// assert_eq!(bytes("a\\000\\\\"), Some(vec![b'a', 0, b'\\']));
/// assert_eq!(bytes("\\x0"), None);
/// ```
pub fn bytes(text: &str) -> Option<Vec<u8>> {
    if let Some(digits) = text.strip_prefix("\\x") {
        return hex(digits);
    }
    let mut result = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        if byte != b'\\' {
            result.push(byte);
            continue;
        }
        match rest {
            [b'\\', after @ ..] => {
                result.push(b'\\');
                rest = after;
            }
            [
                a @ b'0'..=b'3',
                b @ b'0'..=b'7',
                c @ b'0'..=b'7',
                after @ ..,
            ] => {
                result.push((a - b'0') * 64 + (b - b'0') * 8 + (c - b'0'));
                rest = after;
            }
            _ => return None,
        }
    }
    Some(result)
}

/// Bytes in hexadecimal, white space between them: what `decode(…, 'hex')` reads.
pub fn hex(digits: &str) -> Option<Vec<u8>> {
    let mut result = Vec::with_capacity(digits.len() / 2);
    let mut high = None;
    for c in digits.chars() {
        if c.is_ascii_whitespace() {
            // Not within a byte.
            if high.is_some() {
                return None;
            }
            continue;
        }
        let digit = u8::try_from(c.to_digit(16)?).ok()?;
        match high.take() {
            None => high = Some(digit),
            Some(high) => result.push(high * 16 + digit),
        }
    }
    high.is_none().then_some(result)
}

/// A decimal number, written out: `1.5e2` is `150`. `NaN` and infinities are none.
///
/// ```
/// use aludel::translate::constant::decimal;
///
/// assert_eq!(decimal(" -1.50 ").as_deref(), Some("-1.50"));
/// assert_eq!(decimal("1.5e3").as_deref(), Some("1500"));
/// assert_eq!(decimal("25e-3").as_deref(), Some("0.025"));
/// assert_eq!(decimal("NaN"), None);
/// ```
pub fn decimal(text: &str) -> Option<String> {
    const LARGEST: i32 = 1000;
    let text = text.trim();
    let (sign, unsigned) = match text.strip_prefix('-') {
        Some(rest) => ("-", rest),
        None => ("", text.strip_prefix('+').unwrap_or(text)),
    };
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().ok()?),
        None => (unsigned, 0),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let is_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if (whole.is_empty() && fraction.is_empty())
        || !is_digits(whole)
        || !is_digits(fraction)
        || exponent.abs() > LARGEST
    {
        return None;
    }
    let digits = format!("{whole}{fraction}");
    let point = i32::try_from(whole.len()).ok()? + exponent;
    let (whole, fraction) = match usize::try_from(point) {
        Err(_) => {
            let zeros = "0".repeat(point.unsigned_abs() as usize);
            (String::new(), format!("{zeros}{digits}"))
        }
        Ok(point) if point >= digits.len() => {
            let zeros = "0".repeat(point - digits.len());
            (format!("{digits}{zeros}"), String::new())
        }
        Ok(point) => (digits[..point].to_owned(), digits[point..].to_owned()),
    };
    let whole = whole.trim_start_matches('0');
    let whole = if whole.is_empty() { "0" } else { whole };
    Some(if fraction.is_empty() {
        format!("{sign}{whole}")
    } else {
        format!("{sign}{whole}.{fraction}")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arrays_as_postgres_reads_them() {
        let text = |text: &str| Item::Text(text.into());
        assert_eq!(array(r"{a b , c\ }"), Some(vec![text("a b"), text("c ")]));
        assert_eq!(
            array("{{1,2},{3}}"),
            Some(vec![
                Item::Array(vec![text("1"), text("2")]),
                Item::Array(vec![text("3")])
            ])
        );
        assert_eq!(array(r"{\NULL}"), Some(vec![text("NULL")]));
        for wrong in [
            "{a",
            "{a}b",
            "{,}",
            "{a,}",
            r#"{"a}"#,
            r#"{a"b"}"#,
            "[1:2]={1,2}",
        ] {
            assert_eq!(array(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn dates_that_there_are() {
        assert!(date("2024-02-29").is_some());
        for wrong in [
            "2023-02-29",
            "2024-13-01",
            "0000-01-01",
            "24-01-01",
            "2024-01",
            "infinity",
        ] {
            assert_eq!(date(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn moments_in_all_their_forms() {
        let utc = |text: &str| moment(text).and_then(Moment::in_utc).map(|m| m.to_string());
        assert_eq!(utc("2024-01-01").as_deref(), Some("2024-01-01 00:00:00"));
        assert_eq!(
            utc("2024-01-01T00:00Z").as_deref(),
            Some("2024-01-01 00:00:00")
        );
        assert_eq!(
            utc("2024-01-01 00:00:00.1234567 UTC").as_deref(),
            Some("2024-01-01 00:00:00.123457")
        );
        assert_eq!(
            utc("2024-01-01 00:00:00-05:30").as_deref(),
            Some("2024-01-01 05:30:00")
        );
        assert_eq!(
            utc("2024-01-01 24:00").as_deref(),
            Some("2024-01-02 00:00:00")
        );
        assert_eq!(utc("9999-12-31 23:00-05"), None);
        for wrong in [
            "now",
            "infinity",
            "2024-01-01 25:00",
            "2024-01-01 10:00 CET",
            "01/02/2024",
        ] {
            assert_eq!(moment(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn intervals_that_depend_on_a_rule_are_none() {
        for wrong in [
            "",
            "1.5 days",
            "1 fortnight",
            "day",
            "1 day ago 2",
            "1:2:3:4",
        ] {
            assert_eq!(interval(wrong), None, "{wrong}");
        }
    }
}
