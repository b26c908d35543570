//! Text constants, read as the type that they are given: by PostgreSQL's input rules, written as
//! SQLite holds such values.
//!
//! What PostgreSQL would not take is refused here too; so is what it takes but what has no one
//! form (`'Jan 8, 1999'`, `'infinity'`).

use aludel::schema::{Expr, Literal, Schema, Type};
use aludel::translate::Refusal;
use aludel::translate::constant::{boolean, bytes, is_present, uuid};

use super::super::types::{EXACT_DIGITS, members};
use super::{array, build, decimal, json, moment, span};

/// A text constant as a value of a type.
pub(super) fn constant(text: &str, ty: &Type, authored: &Schema) -> Result<Expr, Refusal> {
    let bad = || {
        Refusal::new(
            "bad-constant",
            format!("'{text}' is not a value of the type {}", name_of(ty)),
        )
    };
    let trimmed = text.trim();
    Ok(match ty {
        Type::Boolean | Type::TinyInt { width: Some(1), .. } => {
            Expr::Literal(Literal::Boolean(boolean(trimmed).ok_or_else(bad)?))
        }
        ty if ty.is_integer() => integer(trimmed, ty).ok_or_else(bad)?,
        Type::Numeric { precision, .. } => numeric(trimmed, *precision)?.ok_or_else(bad)?,
        Type::Real => single(trimmed).ok_or_else(bad)?,
        Type::Double => float(trimmed).ok_or_else(bad)?,
        Type::Varchar(Some(length)) => {
            limited(text, *length).ok_or_else(|| too_long(text, *length))?
        }
        Type::Char(length) => {
            let length = length.unwrap_or(1);
            limited(text.trim_end_matches(' '), length).ok_or_else(|| too_long(text, length))?
        }
        Type::Varchar(None)
        | Type::Text
        | Type::TinyText
        | Type::MediumText
        | Type::LongText
        | Type::Citext
        | Type::Name => Expr::text(text),
        Type::Uuid => Expr::text(uuid(trimmed).ok_or_else(bad)?),
        Type::Blob => Expr::Literal(Literal::Bytes(bytes(text).ok_or_else(bad)?)),
        Type::Json | Type::Jsonb => {
            json::check(text).map_err(|why| {
                Refusal::new("bad-constant", format!("'{text}' is not json: {why}"))
            })?;
            match ty {
                Type::Jsonb => Expr::text(json::numbers(trimmed).ok_or_else(bad)?),
                _ => Expr::text(trimmed),
            }
        }
        Type::Date => Expr::text(moment::date(trimmed).ok_or_else(|| no_moment(text))?),
        Type::Time {
            zoned: false,
            precision,
        } => Expr::text(moment::time(trimmed, *precision).ok_or_else(|| no_moment(text))?),
        Type::Timestamp { precision, zoned } => Expr::text(
            moment::timestamp(trimmed, *precision, *zoned).ok_or_else(|| no_moment(text))?,
        ),
        Type::Interval(_) => Expr::text(span::show(span::parse(trimmed)?).ok_or_else(bad)?),
        Type::Array(item) => Expr::text(array::constant(text, item, authored)?),
        Type::Enum(name) => {
            let members = members(name, authored)?;
            if !members.iter().any(|member| member == text) {
                return Err(bad());
            }
            Expr::text(text)
        }
        Type::InlineEnum(members) if members.iter().any(|member| member == text) => {
            Expr::text(text)
        }
        Type::Inet
            if text
                .parse::<std::net::IpAddr>()
                .is_ok_and(|ip| ip.to_string() == text) =>
        {
            Expr::text(text)
        }
        Type::Hstore if trimmed.is_empty() => Expr::text("{}"),
        Type::Tsvector | Type::Tsquery if trimmed.is_empty() => Expr::text(""),
        Type::Other(name) if name == "oid" => integer(trimmed, &Type::BIGINT).ok_or_else(bad)?,
        _ => {
            let message = format!("'{text}' as {} has no one form on sqlite", name_of(ty));
            return Err(Refusal::new("no-such-literal", message));
        }
    })
}

/// A number as it is written, as a value of a type.
pub(super) fn number(digits: &str) -> Result<Expr, Refusal> {
    if digits.parse::<i64>().is_ok() {
        return Ok(Expr::Literal(Literal::Number(digits.into())));
    }
    let bad = || {
        Refusal::new(
            "bad-constant",
            format!("{digits} is not a number that sqlite reads"),
        )
    };
    numeric(digits, None)?.ok_or_else(bad)
}

pub(super) fn name_of(ty: &Type) -> String {
    match ty {
        Type::Enum(name) | Type::Named(name) => format!("`{name}`"),
        Type::Array(item) => format!("{}[]", name_of(item)),
        Type::Other(name) => format!("`{name}`"),
        Type::Integer { .. } => "integer".into(),
        Type::SmallInt { .. } => "smallint".into(),
        Type::BigInt { .. } => "bigint".into(),
        Type::Double => "double precision".into(),
        Type::Timestamp { zoned: true, .. } => "timestamp with time zone".into(),
        Type::Timestamp { .. } => "timestamp".into(),
        Type::Time { .. } => "time".into(),
        Type::Numeric { .. } => "numeric".into(),
        Type::Varchar(_) => "varchar".into(),
        Type::Char(_) => "char".into(),
        Type::Blob => "bytea".into(),
        Type::Interval(_) => "interval".into(),
        other => format!("{other:?}").to_lowercase(),
    }
}

fn integer(text: &str, ty: &Type) -> Option<Expr> {
    let value: i64 = text.strip_prefix('+').unwrap_or(text).parse().ok()?;
    let (low, high) = range(ty);
    (low..=high).contains(&value).then(|| build::number(value))
}

/// What an integer's type holds.
pub(super) fn range(ty: &Type) -> (i64, i64) {
    match ty {
        Type::TinyInt {
            unsigned: false, ..
        } => (-128, 127),
        Type::TinyInt { unsigned: true, .. } => (0, 255),
        Type::SmallInt { unsigned: false } => (-32_768, 32_767),
        Type::SmallInt { unsigned: true } => (0, 65_535),
        Type::MediumInt { unsigned: false } => (-8_388_608, 8_388_607),
        Type::MediumInt { unsigned: true } => (0, 16_777_215),
        Type::Integer { unsigned: false } => (i64::from(i32::MIN), i64::from(i32::MAX)),
        Type::Integer { unsigned: true } => (0, i64::from(u32::MAX)),
        Type::BigInt { unsigned: true } => (0, i64::MAX),
        _ => (i64::MIN, i64::MAX),
    }
}

fn numeric(text: &str, precision: Option<(u32, i32)>) -> Result<Option<Expr>, Refusal> {
    let Some(mut value) = decimal::Decimal::parse(text) else {
        return Ok(None);
    };
    if let Some((digits, scale)) = precision {
        value = value.rounded(scale);
        if !value.fits(digits, scale) {
            let message = format!("{text} does not fit into numeric({digits}, {scale})");
            return Err(Refusal::new("bad-constant", message));
        }
    }
    let exact_integer = value.to_string().parse::<i64>().is_ok();
    if value.significant() > EXACT_DIGITS && !exact_integer {
        let message =
            format!("{text} has more than the {EXACT_DIGITS} significant digits that sqlite keeps");
        return Err(Refusal::new("numeric-precision", message));
    }
    Ok(Some(Expr::Literal(Literal::Number(value.to_string()))))
}

fn float(text: &str) -> Option<Expr> {
    let value: f64 = text.parse().ok()?;
    // NaN and infinity parse too.
    if !value.is_finite()
        || text
            .chars()
            .any(|c| c.is_alphabetic() && !matches!(c, 'e' | 'E'))
    {
        return None;
    }
    Some(Expr::Literal(Literal::Number(format!("{value:?}"))))
}

/// A number that a single holds, as the double that is the same.
fn single(text: &str) -> Option<Expr> {
    float(text)?;
    let value: f32 = text.parse().ok()?;
    let is_zero = !text.contains(|c| matches!(c, '1'..='9')) || text.starts_with(['e', 'E']);
    // Beyond what one holds, or too near to 0.
    if !value.is_finite() || (value == 0.0) != is_zero {
        return None;
    }
    Some(Expr::Literal(Literal::Number(format!(
        "{:?}",
        f64::from(value)
    ))))
}

/// PostgreSQL cuts off blanks that are too many, and nothing else.
pub(super) fn limited(text: &str, length: u32) -> Option<Expr> {
    let length = usize::try_from(length).ok()?;
    match text.char_indices().nth(length) {
        None => Some(Expr::text(text)),
        Some((end, _)) => text[end..]
            .bytes()
            .all(|b| b == b' ')
            .then(|| Expr::text(&text[..end])),
    }
}

fn no_moment(text: &str) -> Refusal {
    if is_present(text) {
        let message = format!("'{text}' is the time at which this is made");
        return Refusal::new("no-form", message).help("write `now()`, if the present is meant");
    }
    Refusal::new(
        "no-such-literal",
        format!("'{text}' is not a date or time that is translated"),
    )
    .help("write it as `2024-01-31 12:00:00`, with a numeric zone if it has one")
}

fn too_long(text: &str, length: u32) -> Refusal {
    Refusal::new(
        "bad-constant",
        format!("'{text}' is longer than {length} characters"),
    )
}
