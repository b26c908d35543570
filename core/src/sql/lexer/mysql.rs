//! MySQL's and MariaDB's tokens: backslash escapes, `#` comments, executable comments, and the
//! delimiter the client's `DELIMITER` set.

use super::{Kind, Lexer, Reason, is_number, is_space, is_word};

pub(super) fn token(lexer: &mut Lexer<'_>, first: u8) -> Kind {
    // The client looks for its delimiter before anything else, comments included.
    if let Some(delimiter) = lexer.delimiter
        && lexer.rest().starts_with(delimiter.as_bytes())
    {
        lexer.pos += delimiter.len();
        return Kind::Delimiter;
    }
    match (first, lexer.peek(1)) {
        (b'#', _) => lexer.line_comment(|b| b == b'\n'),
        (b'-', Some(b'-')) if lexer.peek(2).is_none_or(is_blank) => {
            lexer.line_comment(|b| b == b'\n')
        }
        (b'/', Some(b'*')) => comment(lexer),
        (b'*', Some(b'/')) if !lexer.exec.is_empty() => {
            lexer.exec.pop();
            lexer.pos += 2;
            Kind::ExecMark
        }
        (b'\'' | b'"', _) => lexer.quoted(first, true, Kind::Text),
        (b'`', _) => lexer.quoted(b'`', false, Kind::Quoted),
        (b'\\', _) => backslash(lexer),
        _ if first.is_ascii_digit() => number(lexer),
        _ if is_word(first) => {
            skip_word(lexer, is_word);
            Kind::Word
        }
        _ => lexer.punct(first),
    }
}

fn is_blank(byte: u8) -> bool {
    is_space(byte) || byte.is_ascii_control()
}

/// Like the client, ends a word where the delimiter begins: `END$$`.
fn skip_word(lexer: &mut Lexer<'_>, accept: impl Fn(u8) -> bool) {
    let Some(delimiter) = lexer.delimiter else {
        return lexer.skip_while(accept);
    };
    while lexer.peek(0).is_some_and(&accept) && !lexer.rest().starts_with(delimiter.as_bytes()) {
        lexer.pos += 1;
    }
}

/// A number, or an identifier that begins with a digit.
fn number(lexer: &mut Lexer<'_>) -> Kind {
    let start = lexer.pos;
    skip_word(lexer, |b| is_number(b) || is_word(b));
    let text = lexer
        .text
        .as_bytes()
        .get(start..lexer.pos)
        .unwrap_or_default();
    if text.iter().any(|b| !is_number(*b)) {
        Kind::Word
    } else {
        Kind::Number
    }
}

fn comment(lexer: &mut Lexer<'_>) -> Kind {
    let start = lexer.pos;
    let mark = match (lexer.peek(2), lexer.peek(3)) {
        (Some(b'!'), _) => 3,
        (Some(b'M'), Some(b'!')) => 4,
        _ => {
            if !lexer.flat_comment() {
                lexer
                    .found
                    .push((start..start + 2, Reason::UnterminatedComment));
            }
            return Kind::BlockComment;
        }
    };
    lexer.pos += mark;
    lexer.skip_while(|b| b.is_ascii_digit());
    lexer.exec.push(start);
    Kind::ExecMark
}

fn backslash(lexer: &mut Lexer<'_>) -> Kind {
    let start = lexer.pos;
    let ends = match lexer.peek(1) {
        // An old spelling of NULL, which is the server's and not the client's.
        Some(b'N') => {
            lexer.pos += 2;
            return Kind::Word;
        }
        Some(b'g' | b'G') => {
            lexer.pos += 2;
            true
        }
        _ => {
            lexer.rest_of_line();
            false
        }
    };
    let command = lexer.text.get(start..lexer.pos).unwrap_or_default();
    let command = command
        .split_whitespace()
        .next()
        .unwrap_or(command)
        .to_owned();
    lexer.problem(
        start,
        Reason::ClientCommand {
            client: "mysql",
            command,
        },
    );
    if ends { Kind::Semicolon } else { Kind::Client }
}
