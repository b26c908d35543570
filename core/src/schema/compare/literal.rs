//! One form for all spellings of one constant.

use super::super::{Literal, Type};

/// A constant of a type.
pub(super) fn typed(literal: Literal, ty: &Type) -> Literal {
    let Literal::Text(text) = literal else {
        return match (&literal, ty) {
            (Literal::Boolean(value), ty) if is_number(ty) => {
                Literal::Number(u8::from(*value).to_string())
            }
            (Literal::Number(number), Type::Boolean) => match number.as_str() {
                "0" => Literal::Boolean(false),
                "1" => Literal::Boolean(true),
                _ => literal,
            },
            _ => literal,
        };
    };
    match ty {
        Type::Boolean => match text.trim().to_lowercase().as_str() {
            "t" | "true" | "y" | "yes" | "on" | "1" => Literal::Boolean(true),
            "f" | "false" | "n" | "no" | "off" | "0" => Literal::Boolean(false),
            _ => Literal::Text(text),
        },
        Type::Interval(_) => Literal::Text(interval(&text).unwrap_or(text)),
        Type::Timestamp { .. } => Literal::Text(moment(&text)),
        Type::Blob => Literal::Text(bytes(text)),
        Type::Jsonb => match serde_json::from_str::<serde_json::Value>(&text) {
            Ok(value) => Literal::Text(value.to_string()),
            Err(_) => Literal::Text(text),
        },
        ty if is_number(ty) && text.trim().parse::<f64>().is_ok() => {
            Literal::Number(number(text.trim()))
        }
        _ => Literal::Text(text),
    }
}

/// A date and time without what says nothing: midnight, the zone that is zero.
fn moment(text: &str) -> String {
    if text == "epoch" {
        return "1970-01-01".to_owned();
    }
    let zones = ["+00:00", "+00", "Z", "z"];
    let short = zones.iter().find_map(|zone| text.strip_suffix(zone));
    let short = short.unwrap_or(text).trim_end().replace('T', " ");
    let short = match short.split_once('.') {
        Some((whole, fraction)) if fraction.bytes().all(|b| b == b'0') => whole,
        _ => &short,
    };
    short.strip_suffix(" 00:00:00").unwrap_or(short).to_owned()
}

/// Bytes as `bytea` prints them.
fn bytes(text: String) -> String {
    if text.starts_with("\\x") || text.contains('\\') {
        return text;
    }
    let digits: String = text.bytes().map(|byte| format!("{byte:02x}")).collect();
    format!("\\x{digits}")
}

/// A number without digits that say nothing: `1.50` is `1.5`.
pub(super) fn number(digits: &str) -> String {
    if digits.contains(['e', 'E', 'x', 'X']) || !digits.contains('.') {
        return digits.to_owned();
    }
    let short = digits.trim_end_matches('0').trim_end_matches('.');
    let short = match short.strip_prefix('.') {
        Some(fraction) => format!("0.{fraction}"),
        None => short.to_owned(),
    };
    if matches!(short.as_str(), "" | "-" | "-0") {
        "0".to_owned()
    } else {
        short
    }
}

fn is_number(ty: &Type) -> bool {
    ty.is_integer() || matches!(ty, Type::Real | Type::Double | Type::Numeric { .. })
}

/// An interval as months, days and microseconds; `None` for a spelling that is not understood.
fn interval(text: &str) -> Option<String> {
    let (mut months, mut days, mut micros) = (0_f64, 0_f64, 0_f64);
    let mut words = text.split_whitespace().peekable();
    while let Some(word) = words.next() {
        if let Some(time) = clock(word) {
            micros += time;
            continue;
        }
        let split = word.find(|c: char| c.is_alphabetic()).unwrap_or(word.len());
        let (number, unit) = word.split_at(split);
        let number: f64 = number.parse().ok()?;
        let unit = if unit.is_empty() { words.next()? } else { unit };
        match unit.to_lowercase().trim_end_matches('s') {
            "year" | "yr" | "y" => months += number * 12.0,
            "month" | "mon" => months += number,
            "week" | "w" => days += number * 7.0,
            "day" | "d" => days += number,
            "hour" | "hr" | "h" => micros += number * 3_600e6,
            "minute" | "min" | "m" => micros += number * 60e6,
            "second" | "sec" | "" => micros += number * 1e6,
            "millisecond" | "msec" => micros += number * 1e3,
            "microsecond" | "usec" => micros += number,
            _ => return None,
        }
    }
    Some(format!("{months} months {days} days {micros} us"))
}

/// `HH:MM:SS` in microseconds.
fn clock(word: &str) -> Option<f64> {
    let (sign, word) = match word.strip_prefix('-') {
        Some(word) => (-1.0, word),
        None => (1.0, word),
    };
    let parts: Vec<f64> = word
        .split(':')
        .map(str::parse)
        .collect::<Result<_, _>>()
        .ok()?;
    match parts.as_slice() {
        [hours, minutes] => Some(sign * (hours * 3_600e6 + minutes * 60e6)),
        [hours, minutes, seconds] => {
            Some(sign * (hours * 3_600e6 + minutes * 60e6 + seconds * 1e6))
        }
        _ => None,
    }
}
