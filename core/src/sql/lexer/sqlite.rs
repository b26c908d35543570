//! SQLite's tokens: four ways to quote, no backslashes, comments that may lack their end.

use super::{Kind, Lexer, Reason, is_number, is_word, is_word_start};

pub(super) fn token(lexer: &mut Lexer<'_>, first: u8) -> Kind {
    match (first, lexer.peek(1)) {
        (b'-', Some(b'-')) => lexer.line_comment(|b| b == b'\n'),
        (b'/', Some(b'*')) => {
            // Without its end the comment runs to the end of the script, as in SQLite.
            lexer.flat_comment();
            Kind::BlockComment
        }
        (b'\'', _) => lexer.quoted(b'\'', false, Kind::Text),
        (b'"' | b'`', _) => lexer.quoted(first, false, Kind::Quoted),
        (b'[', _) => bracketed(lexer),
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

fn bracketed(lexer: &mut Lexer<'_>) -> Kind {
    let start = lexer.pos;
    lexer.skip_while(|b| b != b']');
    if lexer.peek(0).is_some() {
        lexer.pos += 1;
    } else {
        lexer
            .found
            .push((start..start + 1, Reason::UnterminatedIdentifier));
    }
    Kind::Quoted
}
