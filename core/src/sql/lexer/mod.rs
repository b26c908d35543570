//! Cuts a script into tokens by the rules of its syntax.
//!
//! Each call of [`Lexer::next`] moves on by at least one byte and the spans follow one another
//! without a gap, which is what makes joining the pieces the identity. A token ends at an ASCII
//! byte's edge, hence on a character boundary.
//!
//! Which `;` ends a statement is not decided here but in `split`; so is what begins a client's
//! command word, since both depend on where a statement begins.

mod mysql;
mod postgres;
mod sqlite;

use std::ops::Range;

use super::Syntax;
use super::problem::Reason;
use super::token::{Kind, Token};

/// Reads tokens from a script and notes what is wrong with them.
pub(super) struct Lexer<'t> {
    pub(super) syntax: Syntax,
    pub(super) text: &'t str,
    pub(super) pos: usize,
    /// The client's delimiter, if one other than `;` is in force (MySQL).
    pub(super) delimiter: Option<&'t str>,
    /// Where the executable comments that are open began (MySQL).
    pub(super) exec: Vec<usize>,
    pub(super) found: Vec<(Range<usize>, Reason)>,
}

impl<'t> Lexer<'t> {
    pub(super) fn new(syntax: Syntax, text: &'t str) -> Self {
        Self {
            syntax,
            text,
            pos: 0,
            delimiter: None,
            exec: Vec::new(),
            found: Vec::new(),
        }
    }

    /// The next token, or nothing at the end.
    pub(super) fn next(&mut self) -> Option<Token> {
        let start = self.pos;
        let first = self.peek(0)?;
        let kind = if start == 0 && self.text.starts_with('\u{feff}') {
            self.pos += '\u{feff}'.len_utf8();
            Kind::Space
        } else if is_space(first) {
            self.skip_while(is_space);
            Kind::Space
        } else {
            match self.syntax {
                Syntax::Postgres => postgres::token(self, first),
                Syntax::Mysql => mysql::token(self, first),
                Syntax::Sqlite => sqlite::token(self, first),
            }
        };
        Some(Token {
            kind,
            start,
            end: self.pos,
        })
    }

    /// The byte `ahead` of the position.
    fn peek(&self, ahead: usize) -> Option<u8> {
        self.text.as_bytes().get(self.pos + ahead).copied()
    }

    fn rest(&self) -> &'t [u8] {
        self.text.as_bytes().get(self.pos..).unwrap_or_default()
    }

    fn skip_while(&mut self, accept: impl Fn(u8) -> bool) {
        let rest = self.rest();
        self.pos += rest.iter().position(|b| !accept(*b)).unwrap_or(rest.len());
    }

    fn problem(&mut self, start: usize, reason: Reason) {
        self.found.push((start..self.pos, reason));
    }

    /// One other character, which is ASCII: every other byte begins a word.
    fn punct(&mut self, byte: u8) -> Kind {
        self.pos += 1;
        if byte == b';' {
            Kind::Semicolon
        } else {
            Kind::Punct(byte)
        }
    }

    fn line_comment(&mut self, ends: impl Fn(u8) -> bool) -> Kind {
        self.skip_while(|b| !ends(b));
        Kind::LineComment
    }

    /// Skips a quoted piece whose opening quote is at the position. A doubled quote stands for
    /// itself, and so does whatever follows a backslash if `backslash` is set.
    fn quoted(&mut self, quote: u8, backslash: bool, kind: Kind) -> Kind {
        let start = self.pos;
        self.pos += 1;
        loop {
            self.skip_while(|b| b != quote && !(backslash && b == b'\\'));
            match self.peek(0) {
                Some(b'\\') if backslash => self.pos = (self.pos + 2).min(self.text.len()),
                Some(_) if self.peek(1) == Some(quote) => self.pos += 2,
                Some(_) => {
                    self.pos += 1;
                    return kind;
                }
                None => {
                    let reason = if kind == Kind::Text {
                        Reason::UnterminatedString
                    } else {
                        Reason::UnterminatedIdentifier
                    };
                    self.found.push((start..start + 1, reason));
                    return kind;
                }
            }
        }
    }

    /// Skips a block comment that does not nest; says whether it was closed.
    fn flat_comment(&mut self) -> bool {
        self.pos += 2;
        match self.text.get(self.pos..).and_then(|rest| rest.find("*/")) {
            Some(at) => {
                self.pos += at + 2;
                true
            }
            None => {
                self.pos = self.text.len();
                false
            }
        }
    }

    /// Takes the rest of the line, without its end, and gives its text.
    pub(super) fn rest_of_line(&mut self) -> &'t str {
        let start = self.pos;
        self.skip_while(|b| b != b'\n' && b != b'\r');
        self.text.get(start..self.pos).unwrap_or_default()
    }

    /// Skips the data lines of `COPY … FROM STDIN` and the `\.` that ends them.
    pub(super) fn skip_copy_data(&mut self) {
        self.rest_of_line();
        while self.pos < self.text.len() {
            self.skip_while(|b| b == b'\r');
            if self.peek(0) == Some(b'\n') {
                self.pos += 1;
            }
            if self.rest_of_line() == "\\." {
                return;
            }
        }
    }
}

fn is_space(byte: u8) -> bool {
    // A NUL is reported for the whole script; as white space it does no further harm.
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | 0x0b | 0x0c | 0)
}

fn is_word_start(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || byte == b'_' || byte >= 0x80
}

fn is_word(byte: u8) -> bool {
    is_word_start(byte) || byte.is_ascii_digit() || byte == b'$'
}

fn is_number(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'.'
}
