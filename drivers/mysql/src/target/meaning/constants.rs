//! Constants.

use aludel::schema::{Expr, Literal, Type};
use aludel::translate::constant;
use aludel::translate::rewrite::Rewriter;

use super::Meaning;
use crate::target::build;
use crate::target::types::words;

/// Digits of a decimal number that survive in a floating point number.
const FLOAT_DIGITS: usize = 15;

/// Whether a number as it is written out is one that the servers hold as it is; of others they take the
/// nearest that they hold, and say nothing.
fn is_decimal(digits: &str) -> bool {
    const DIGITS: usize = 65;
    const SCALE: usize = 30;
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let whole = whole.trim_start_matches(['-', '0']);
    whole.len() + fraction.len() <= DIGITS && fraction.len() <= SCALE
}

/// A number as a decimal one, or as one of floating point if that is too long, of so many digits at most.
fn number(text: &str, most: usize) -> Option<Expr> {
    let written = constant::decimal(text)?;
    if is_decimal(&written) {
        return Some(build::digits(written));
    }
    let (sign, unsigned) = match written.strip_prefix('-') {
        Some(unsigned) => ("-", unsigned),
        None => ("", written.as_str()),
    };
    let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, ""));
    let all = format!("{whole}{fraction}");
    let digits = all.trim_matches('0');
    let zeros = all.len() - all.trim_end_matches('0').len();
    let exponent = i64::try_from(zeros).ok()? - i64::try_from(fraction.len()).ok()?;
    (digits.len() <= most).then(|| build::digits(format!("{sign}{digits}e{exponent}")))
}

impl Meaning<'_> {
    /// A constant with a type of its own; `None` if it is written alike.
    pub(super) fn literal(&self, rw: &mut Rewriter<'_>, literal: &Literal) -> Option<Expr> {
        match literal {
            // With an exponent it would be a floating point number here.
            Literal::Number(digits) if digits.contains(['e', 'E']) || !is_decimal(digits) => {
                Some(match number(digits, FLOAT_DIGITS) {
                    Some(number) => number,
                    None => self.refuse(rw, "constant", format!("the number {digits}")),
                })
            }
            Literal::Typed(ty, text) => Some(self.constant(rw, text, ty)),
            _ => None,
        }
    }

    /// A text that PostgreSQL reads as a value of a type.
    pub(super) fn constant(&self, rw: &mut Rewriter<'_>, text: &str, ty: &Type) -> Expr {
        match self.read(text, ty) {
            Some(value) => value,
            None => {
                let what = format!("the constant '{text}' of type {}", words(ty));
                self.refuse(rw, "constant", what)
            }
        }
    }

    fn read(&self, text: &str, ty: &Type) -> Option<Expr> {
        Some(match ty {
            Type::Text
            | Type::Varchar(_)
            | Type::Citext
            | Type::Name
            | Type::Enum(_)
            | Type::InlineEnum(_) => Expr::text(text),
            // Blanks at the end are of no account, and not kept here.
            Type::Char(_) => Expr::text(text.trim_end_matches(' ')),
            Type::Boolean => build::boolean(constant::boolean(text)?),
            ty if ty.is_integer() => build::digits(text.trim().parse::<i64>().ok()?.to_string()),
            Type::Numeric { .. } => number(text, FLOAT_DIGITS)?,
            Type::Real | Type::Double => number(text, usize::MAX)?,
            Type::Uuid => Expr::text(constant::uuid(text)?),
            Type::Date => Expr::text(constant::date(text)?.to_string()),
            Type::Time { zoned: false, .. } => Expr::text(constant::time(text)?.to_string()),
            Type::Timestamp { zoned: true, .. } => {
                let moment = constant::moment(text)?.in_utc()?;
                Expr::text(moment.rounded(digits_of(ty))?.to_string())
            }
            // PostgreSQL takes no notice of a zone that is written with a time without one.
            Type::Timestamp { zoned: false, .. } => {
                let moment = constant::moment(text)?.local()?;
                Expr::text(moment.rounded(digits_of(ty))?.to_string())
            }
            Type::Json => {
                serde_json::from_str::<serde_json::Value>(text).ok()?;
                Expr::text(text)
            }
            Type::Jsonb => {
                serde_json::from_str::<serde_json::Value>(text).ok()?;
                Expr::text(written_out(text)?)
            }
            Type::Array(item) => Expr::text(constant::array_json(text, item)?),
            Type::Blob => Expr::Literal(Literal::Bytes(constant::bytes(text)?)),
            Type::Bit(_) if text.bytes().all(|byte| matches!(byte, b'0' | b'1')) => {
                Expr::Literal(Literal::Bits(text.to_owned()))
            }
            Type::Inet | Type::Cidr => Expr::text(inet(text)?),
            Type::Macaddr => Expr::text(macaddr(text)?),
            _ => return None,
        })
    }

    /// A text as JSON, where a function or an operator takes it.
    pub(super) fn json_constant(&self, rw: &mut Rewriter<'_>, text: &str, ty: &Type) -> Expr {
        let text = self.constant(rw, text, ty);
        self.as_json(text)
    }
}

/// The digits of a second that a type keeps.
fn digits_of(ty: &Type) -> u32 {
    match ty {
        Type::Timestamp { precision, .. } => precision.unwrap_or(6),
        _ => 6,
    }
}

/// JSON with its numbers as PostgreSQL keeps them in a jsonb: `1.5e3` is `1500`.
fn written_out(json: &str) -> Option<String> {
    let mut result = String::with_capacity(json.len());
    let mut rest = json;
    let mut quoted = false;
    while let Some(c) = rest.chars().next() {
        let in_number = |c: char| c.is_ascii_digit() || matches!(c, '-' | '+' | '.' | 'e' | 'E');
        let length = match c {
            '\\' if quoted => 1 + rest.chars().nth(1).map_or(0, char::len_utf8),
            '-' | '0'..='9' if !quoted => {
                let end = rest.find(|c| !in_number(c)).unwrap_or(rest.len());
                let number = &rest[..end];
                match number {
                    "-0" => result.push('0'),
                    number if number.contains(['e', 'E']) => {
                        result.push_str(&constant::decimal(number)?);
                    }
                    number => result.push_str(number),
                }
                rest = &rest[end..];
                continue;
            }
            c => {
                quoted ^= c == '"';
                c.len_utf8()
            }
        };
        result.push_str(&rest[..length]);
        rest = &rest[length..];
    }
    Some(result)
}

/// An address as PostgreSQL shows it.
fn inet(text: &str) -> Option<String> {
    let (address, bits) = match text.trim().split_once('/') {
        Some((address, bits)) => (address, Some(bits.parse::<u8>().ok()?)),
        None => (text.trim(), None),
    };
    let address: std::net::IpAddr = address.parse().ok()?;
    let all = if address.is_ipv4() { 32 } else { 128 };
    match bits {
        Some(bits) if bits > all => None,
        Some(bits) if bits < all => Some(format!("{address}/{bits}")),
        _ => Some(address.to_string()),
    }
}

/// An address as PostgreSQL shows it: `08:00:2b:01:02:03`.
fn macaddr(text: &str) -> Option<String> {
    let text = text.trim().to_ascii_lowercase();
    let parts: Vec<&str> = text.split([':', '-']).collect();
    let valid = parts.len() == 6
        && parts
            .iter()
            .all(|part| part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_hexdigit()));
    valid.then(|| parts.join(":"))
}
