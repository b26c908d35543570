//! What identifiers and literals mean, by the rules of the dialect they are written in.

use super::cursor::{Parsed, unclear};
use super::lex::Lex;
use crate::schema::{Ident, POSTGRES_IDENT, clip};
use crate::sql::Syntax;

/// An identifier as the engine stores it. PostgreSQL folds one without quotes to lower case
/// (ASCII only, as it does under UTF-8), and cuts any at 63 bytes.
pub(super) fn ident(syntax: Syntax, kind: Lex, text: &str) -> Parsed<Ident> {
    let ident = whole(syntax, kind, text)?;
    Ok(cut(syntax, &ident).to_owned())
}

/// As much of an identifier as the engine keeps.
pub(super) fn cut(syntax: Syntax, ident: &str) -> &str {
    match syntax {
        Syntax::Postgres => clip(ident, POSTGRES_IDENT),
        Syntax::Mysql | Syntax::Sqlite => ident,
    }
}

fn whole(syntax: Syntax, kind: Lex, text: &str) -> Parsed<Ident> {
    if kind == Lex::Word {
        return Ok(match syntax {
            Syntax::Postgres => text.to_ascii_lowercase(),
            Syntax::Mysql | Syntax::Sqlite => text.to_owned(),
        });
    }
    if let Some(quoted) = text
        .strip_prefix(['u', 'U'])
        .and_then(|t| t.strip_prefix('&'))
    {
        return unicode(&undouble(quoted, '"'));
    }
    match text.chars().next() {
        Some('[') => Ok(text
            .trim_start_matches('[')
            .trim_end_matches(']')
            .to_owned()),
        Some(quote) => Ok(undouble(text, quote)),
        None => Ok(String::new()),
    }
}

/// The value of a string literal, and of those that the engine joins to it.
pub(super) fn text(syntax: Syntax, literal: &str) -> Parsed<String> {
    match syntax {
        Syntax::Sqlite => Ok(undouble(literal, '\'')),
        Syntax::Mysql => mysql(literal),
        Syntax::Postgres => postgres(literal),
    }
}

/// The inside of a quoted text, with doubled quotes made single.
fn undouble(text: &str, quote: char) -> String {
    let inner = text
        .strip_prefix(quote)
        .and_then(|t| t.strip_suffix(quote))
        .unwrap_or(text);
    if inner.contains(quote) {
        inner.replace(&format!("{quote}{quote}"), &quote.to_string())
    } else {
        inner.to_owned()
    }
}

/// The quoted pieces of literals that stand side by side: each with its quote and its inside.
fn pieces(mut text: &str, backslash: bool) -> Vec<(char, &str)> {
    let mut found = Vec::new();
    while let Some(start) = text.find(['\'', '"']) {
        // A comment between two pieces may hold a quote.
        if let Some(comment) = text.get(..start).and_then(|gap| gap.find("--")) {
            let rest = text.get(comment..).unwrap_or_default();
            text = rest
                .find(['\n', '\r'])
                .and_then(|end| rest.get(end..))
                .unwrap_or_default();
            continue;
        }
        let body = text.get(start..).unwrap_or_default();
        let quote = if body.starts_with('"') { '"' } else { '\'' };
        let body = body.get(1..).unwrap_or_default();
        let end = closing(body, quote, backslash);
        found.push((quote, body.get(..end).unwrap_or_default()));
        text = body.get(end + 1..).unwrap_or_default();
    }
    found
}

/// Where the closing quote stands.
fn closing(body: &str, quote: char, backslash: bool) -> usize {
    let bytes = body.as_bytes();
    let quote = quote as u8;
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        if backslash && *byte == b'\\' {
            at += 2;
        } else if *byte != quote {
            at += 1;
        } else if bytes.get(at + 1) == Some(&quote) {
            at += 2;
        } else {
            return at;
        }
    }
    bytes.len()
}

fn postgres(literal: &str) -> Parsed<String> {
    match literal.as_bytes() {
        [b'$', ..] => {
            let tag = literal
                .get(1..)
                .and_then(|rest| rest.find('$'))
                .unwrap_or(0)
                + 2;
            Ok(literal
                .get(tag..literal.len().saturating_sub(tag))
                .unwrap_or_default()
                .to_owned())
        }
        [b'e' | b'E', ..] => {
            let mut value = String::new();
            for (_, piece) in pieces(literal, true) {
                escaped(piece, &mut value)?;
            }
            Ok(value)
        }
        [b'u' | b'U', b'&', ..] => unicode(&joined(literal)),
        _ => Ok(joined(literal)),
    }
}

fn joined(literal: &str) -> String {
    let mut value = String::with_capacity(literal.len());
    for (quote, piece) in pieces(literal, false) {
        push_undoubled(piece, quote, &mut value);
    }
    value
}

fn push_undoubled(piece: &str, quote: char, value: &mut String) {
    let mut chars = piece.chars().peekable();
    while let Some(c) = chars.next() {
        if c == quote {
            chars.next_if_eq(&quote);
        }
        value.push(c);
    }
}

/// The escapes of PostgreSQL's `E'…'`.
fn escaped(piece: &str, value: &mut String) -> Parsed<()> {
    let mut chars = piece.chars().peekable();
    // Bytes given by number, which need only together be UTF-8.
    let mut bytes: Vec<u8> = Vec::new();
    while let Some(c) = chars.next() {
        if c == '\\'
            && let Some(byte) = byte_escape(&mut chars)
        {
            bytes.push(byte);
            continue;
        }
        flush(&mut bytes, value)?;
        match c {
            '\'' => {
                chars.next_if_eq(&'\'');
                value.push('\'');
            }
            '\\' => match chars.next() {
                Some('n') => value.push('\n'),
                Some('t') => value.push('\t'),
                Some('r') => value.push('\r'),
                Some('b') => value.push('\u{8}'),
                Some('f') => value.push('\u{c}'),
                Some('u') => value.push(code_point(&mut chars, 4)?),
                Some('U') => value.push(code_point(&mut chars, 8)?),
                Some(other) => value.push(other),
                None => {}
            },
            other => value.push(other),
        }
    }
    flush(&mut bytes, value)
}

fn flush(bytes: &mut Vec<u8>, value: &mut String) -> Parsed<()> {
    let taken = std::mem::take(bytes);
    match String::from_utf8(taken) {
        Ok(text) => value.push_str(&text),
        Err(_) => return unclear("a string that is not UTF-8"),
    }
    Ok(())
}

type Chars<'c> = std::iter::Peekable<std::str::Chars<'c>>;

/// `\x41` or `\101` after its backslash.
fn byte_escape(chars: &mut Chars<'_>) -> Option<u8> {
    let mut look = chars.clone();
    let (radix, most) = match look.peek()? {
        'x' => {
            look.next();
            (16, 2)
        }
        '0'..='7' => (8, 3),
        _ => return None,
    };
    let mut number: Option<u32> = None;
    for _ in 0..most {
        let Some(digit) = look.peek().and_then(|c| c.to_digit(radix)) else {
            break;
        };
        number = Some(number.unwrap_or(0) * radix + digit);
        look.next();
    }
    let byte = u8::try_from(number? & 0xff).ok()?;
    *chars = look;
    Some(byte)
}

fn code_point(chars: &mut Chars<'_>, digits: usize) -> Parsed<char> {
    let text: String = chars.by_ref().take(digits).collect();
    let point = u32::from_str_radix(&text, 16)
        .ok()
        .filter(|_| text.len() == digits);
    let Some(point) = point else {
        return unclear("an escape that is not a character");
    };
    // Two escapes may spell one character as UTF-16 does.
    if (0xd800..0xdc00).contains(&point) {
        let mut look = chars.clone();
        if look.next() == Some('\\') && matches!(look.next(), Some('u')) {
            let low: String = look.by_ref().take(4).collect();
            if let Ok(low) = u16::from_str_radix(&low, 16)
                && let Ok(high) = u16::try_from(point)
                && let Some(Ok(c)) = char::decode_utf16([high, low]).next()
            {
                *chars = look;
                return Ok(c);
            }
        }
    }
    match char::from_u32(point) {
        Some('\0') | None => unclear("an escape that is not a character"),
        Some(c) => Ok(c),
    }
}

/// The escapes of `U&'…'`: `\0041` and `\+000041`.
fn unicode(text: &str) -> Parsed<String> {
    let mut value = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        if c != '\\' || chars.next_if_eq(&'\\').is_some() {
            value.push(c);
        } else if chars.next_if_eq(&'+').is_some() {
            value.push(code_point(&mut chars, 6)?);
        } else {
            value.push(code_point(&mut chars, 4)?);
        }
    }
    Ok(value)
}

/// MySQL's strings: either quote, doubled or after a backslash, and backslashes before other
/// characters. `\%` and `\_` keep their backslash, since they are LIKE's.
fn mysql(literal: &str) -> Parsed<String> {
    let mut value = String::with_capacity(literal.len());
    for (quote, piece) in pieces(literal, true) {
        let mut chars = piece.chars().peekable();
        while let Some(c) = chars.next() {
            if c == quote {
                chars.next_if_eq(&quote);
                value.push(c);
            } else if c != '\\' {
                value.push(c);
            } else {
                match chars.next() {
                    Some('0') => return unclear("a string that holds a NUL"),
                    Some('n') => value.push('\n'),
                    Some('t') => value.push('\t'),
                    Some('r') => value.push('\r'),
                    Some('b') => value.push('\u{8}'),
                    Some('Z') => value.push('\u{1a}'),
                    Some(keeps @ ('%' | '_')) => value.extend(['\\', keeps]),
                    Some(other) => value.push(other),
                    None => {}
                }
            }
        }
    }
    Ok(value)
}

/// The bytes of `X'…'`.
pub(super) fn bytes(literal: &str) -> Parsed<Vec<u8>> {
    let digits: Vec<u32> = inside(literal)
        .chars()
        .filter_map(|c| c.to_digit(16))
        .collect();
    if digits.len() != inside(literal).len() || !digits.len().is_multiple_of(2) {
        return unclear("a byte string with other than pairs of digits");
    }
    Ok(digits
        .chunks(2)
        .map(|pair| pair.iter().fold(0, |byte, digit| byte << 4 | *digit as u8))
        .collect())
}

/// The inside of a literal with a prefix, which needs no decoding.
pub(super) fn inside(literal: &str) -> &str {
    let start = literal.find('\'').map_or(0, |at| at + 1);
    literal
        .get(start..literal.len().saturating_sub(1))
        .unwrap_or_default()
}
