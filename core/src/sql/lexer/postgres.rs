//! PostgreSQL's tokens, by the rules of `psqlscan.l`: nested comments, dollar quotes, `E''`.

use super::{Kind, Lexer, Reason, is_number, is_space, is_word, is_word_start};

pub(super) fn token(lexer: &mut Lexer<'_>, first: u8) -> Kind {
    let start = lexer.pos;
    match (first, lexer.peek(1)) {
        (b'-', Some(b'-')) => lexer.line_comment(is_newline),
        (b'/', Some(b'*')) => nested_comment(lexer),
        (b'\'', _) => lexer.quoted(b'\'', false, Kind::Text),
        (b'"', _) => lexer.quoted(b'"', false, Kind::Quoted),
        (b'e' | b'E', Some(b'\'')) => escape_string(lexer),
        (b'b' | b'B' | b'x' | b'X' | b'n' | b'N', Some(b'\'')) => {
            prefixed(lexer, 1, b'\'', Kind::Text)
        }
        (b'u' | b'U', Some(b'&')) if lexer.peek(2) == Some(b'\'') => {
            prefixed(lexer, 2, b'\'', Kind::Text)
        }
        (b'u' | b'U', Some(b'&')) if lexer.peek(2) == Some(b'"') => {
            prefixed(lexer, 2, b'"', Kind::Quoted)
        }
        (b'$', _) => dollar(lexer),
        (b'\\', _) => {
            let line = lexer.rest_of_line();
            let command = line.split_whitespace().next().unwrap_or(line).to_owned();
            lexer.problem(
                start,
                Reason::ClientCommand {
                    client: "psql",
                    command,
                },
            );
            Kind::Client
        }
        _ if is_word_start(first) => {
            lexer.skip_while(is_word);
            Kind::Word
        }
        _ if first.is_ascii_digit() => {
            lexer.skip_while(is_number);
            Kind::Number
        }
        _ => lexer.punct(first),
    }
}

fn is_newline(byte: u8) -> bool {
    matches!(byte, b'\n' | b'\r')
}

fn prefixed(lexer: &mut Lexer<'_>, prefix: usize, quote: u8, kind: Kind) -> Kind {
    lexer.pos += prefix;
    lexer.quoted(quote, false, kind)
}

/// `E'…'`, whose continuation on a later line is read with backslashes as well.
fn escape_string(lexer: &mut Lexer<'_>) -> Kind {
    lexer.pos += 1;
    lexer.quoted(b'\'', true, Kind::Text);
    while let Some(next) = continuation(lexer) {
        lexer.pos = next;
        lexer.quoted(b'\'', true, Kind::Text);
    }
    Kind::Text
}

/// Where the string goes on, if only white space with a line's end, and comments, lie between.
fn continuation(lexer: &Lexer<'_>) -> Option<usize> {
    let bytes = lexer.text.as_bytes();
    let mut pos = lexer.pos;
    let mut newline = false;
    loop {
        match *bytes.get(pos)? {
            b'\'' if newline => return Some(pos),
            b'-' if bytes.get(pos + 1) == Some(&b'-') => {
                pos += bytes.get(pos..)?.iter().position(|b| is_newline(*b))?;
            }
            byte if is_space(byte) => {
                newline |= is_newline(byte);
                pos += 1;
            }
            _ => return None,
        }
    }
}

fn nested_comment(lexer: &mut Lexer<'_>) -> Kind {
    let start = lexer.pos;
    let mut depth = 0_usize;
    loop {
        match (lexer.peek(0), lexer.peek(1)) {
            (Some(b'/'), Some(b'*')) => {
                depth += 1;
                lexer.pos += 2;
            }
            (Some(b'*'), Some(b'/')) => {
                depth -= 1;
                lexer.pos += 2;
                if depth == 0 {
                    return Kind::BlockComment;
                }
            }
            (Some(_), _) => lexer.pos += 1,
            (None, _) => {
                lexer
                    .found
                    .push((start..start + 2, Reason::UnterminatedComment));
                return Kind::BlockComment;
            }
        }
    }
}

/// `$tag$ … $tag$`, or a lone dollar sign (`$1`). A tag is an identifier without dollar signs; one
/// that follows an identifier directly never gets here, since identifiers may hold `$`.
fn dollar(lexer: &mut Lexer<'_>) -> Kind {
    let start = lexer.pos;
    lexer.pos += 1;
    if lexer.peek(0).is_some_and(is_word_start) {
        lexer.skip_while(|b| is_word(b) && b != b'$');
    }
    if lexer.peek(0) != Some(b'$') {
        lexer.pos = start + 1;
        return Kind::Punct(b'$');
    }
    lexer.pos += 1;
    let tag = lexer.text.get(start..lexer.pos).unwrap_or_default();
    match lexer.text.get(lexer.pos..).and_then(|rest| rest.find(tag)) {
        Some(at) => lexer.pos += at + tag.len(),
        None => {
            lexer.problem(
                start,
                Reason::UnterminatedDollarQuote {
                    tag: tag.to_owned(),
                },
            );
            lexer.pos = lexer.text.len();
        }
    }
    Kind::Text
}
