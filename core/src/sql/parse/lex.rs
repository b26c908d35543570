//! The tokens that grammars read: those of the scanner, with operators and numbers put together
//! and comments gone.

use crate::sql::Syntax;
use crate::sql::lexer::Lexer;
use crate::sql::token::{Kind, Token};

use super::cursor::{Parsed, unclear};

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lex {
    /// A word without quotes.
    Word,
    /// An identifier in quotes.
    Quoted,
    /// A string literal of any spelling, and those that the engine joins to it.
    Text,
    /// `X'…'`.
    Bytes,
    /// `B'…'`.
    Bits,
    /// A number, without a sign.
    Number,
    /// An operator, or a mark such as a comma.
    Op,
}

/// A token and its place in the statement's text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Tok {
    pub(super) kind: Lex,
    pub(super) start: usize,
    pub(super) end: usize,
}

/// Cuts a statement into tokens.
///
/// Fails on text that no statement of the dialect may hold, and on what a server executes or not
/// according to its version.
pub(super) fn tokens(syntax: Syntax, text: &str) -> Parsed<Vec<Tok>> {
    let mut lexer = Lexer::new(syntax, text);
    let mut toks = Tokens {
        syntax,
        text,
        out: Vec::with_capacity(text.len() / 5),
        newline: false,
    };
    while let Some(token) = lexer.next() {
        toks.push(token)?;
    }
    toks.settle();
    if lexer.found.is_empty() {
        Ok(toks.out)
    } else {
        unclear("text that cannot be cut into words")
    }
}

struct Tokens<'t> {
    syntax: Syntax,
    text: &'t str,
    out: Vec<Tok>,
    /// Whether a line ended since the newest token.
    newline: bool,
}

impl Tokens<'_> {
    fn slice(&self, start: usize, end: usize) -> &str {
        self.text.get(start..end).unwrap_or_default()
    }

    fn push(&mut self, token: Token) -> Parsed<()> {
        let kind = match token.kind {
            Kind::Space | Kind::LineComment | Kind::BlockComment => {
                let text = self.slice(token.start, token.end);
                let line = token.kind != Kind::BlockComment && text.contains(['\n', '\r']);
                self.newline |= line;
                return Ok(());
            }
            Kind::ExecMark => return self.executable(token),
            Kind::Client => return unclear("a command of the engine's client"),
            Kind::Word => Lex::Word,
            Kind::Quoted => Lex::Quoted,
            Kind::Text => return self.text_literal(token),
            Kind::Number => {
                self.number(token);
                return Ok(());
            }
            Kind::Punct(_) | Kind::Semicolon | Kind::Delimiter => {
                self.op(token);
                return Ok(());
            }
        };
        self.add(kind, token.start, token.end);
        Ok(())
    }

    fn add(&mut self, kind: Lex, start: usize, end: usize) {
        self.newline = false;
        self.settle();
        self.out.push(Tok { kind, start, end });
    }

    /// Cuts off what a run of PostgreSQL's operator characters must not end in: `+` or `-`,
    /// unless the run holds a character that no standard operator has.
    fn settle(&mut self) {
        let Some(last) = self.out.last_mut().filter(|last| last.kind == Lex::Op) else {
            return;
        };
        let run = self.text.get(last.start..last.end).unwrap_or_default();
        if self.syntax != Syntax::Postgres || run.contains(|c| SPECIAL.contains(c)) {
            return;
        }
        let end = last.end;
        let keep = run.trim_end_matches(['+', '-']).len().max(1);
        last.end = last.start + keep;
        let cut = last.end;
        self.out.extend((cut..end).map(|start| Tok {
            kind: Lex::Op,
            start,
            end: start + 1,
        }));
    }

    /// The newest token, if it ends where another begins.
    fn touching(&mut self, start: usize) -> Option<&mut Tok> {
        self.out.last_mut().filter(|last| last.end == start)
    }

    /// MySQL's `/*! … */`: its content is read if every server that we know executes it.
    fn executable(&mut self, token: Token) -> Parsed<()> {
        let mark = self.slice(token.start, token.end);
        let version = mark.trim_start_matches(|c: char| !c.is_ascii_digit());
        // From 5.7 on MariaDB's and MySQL's numbers part ways.
        if mark.starts_with("/*M") || version.parse::<u32>().is_ok_and(|v| v >= 50_700) {
            return unclear("a comment that is executed by some servers only");
        }
        Ok(())
    }

    fn text_literal(&mut self, token: Token) -> Parsed<()> {
        let (start, end) = (token.start, token.end);
        let text = self.slice(start, end);
        let kind = match text.as_bytes().first() {
            Some(b'x' | b'X') => Lex::Bytes,
            Some(b'b' | b'B') => Lex::Bits,
            _ => Lex::Text,
        };
        let joins = match self.syntax {
            Syntax::Postgres => self.newline && text.starts_with('\''),
            Syntax::Mysql => true,
            Syntax::Sqlite => false,
        };
        let prefix = match (self.syntax, self.out.last()) {
            (Syntax::Mysql | Syntax::Sqlite, Some(last))
                if last.kind == Lex::Word && last.end == start =>
            {
                self.slice(last.start, last.end).to_ascii_lowercase()
            }
            _ => String::new(),
        };
        let Some(last) = self.out.last_mut() else {
            self.add(kind, start, end);
            return Ok(());
        };
        match prefix.as_str() {
            "x" => (last.kind, last.end) = (Lex::Bytes, end),
            "b" if self.syntax == Syntax::Mysql => (last.kind, last.end) = (Lex::Bits, end),
            "n" if self.syntax == Syntax::Mysql => (last.kind, last.end) = (Lex::Text, end),
            _ if joins && last.kind == Lex::Text && kind == Lex::Text => {
                last.end = end;
                self.newline = false;
            }
            _ => self.add(kind, start, end),
        }
        Ok(())
    }

    /// Puts `1e` `-` `5` and `.` `5` together.
    fn number(&mut self, token: Token) {
        let (start, end) = (token.start, token.end);
        let exponent = match self.out.as_slice() {
            [.., mantissa, sign] => {
                let spelt = self.slice(mantissa.start, mantissa.end);
                mantissa.kind == Lex::Number
                    && spelt.ends_with(['e', 'E'])
                    && !spelt.starts_with("0x")
                    && sign.kind == Lex::Op
                    && matches!(self.slice(sign.start, sign.end), "+" | "-")
                    && (mantissa.end, sign.end) == (sign.start, start)
            }
            _ => false,
        };
        if exponent {
            self.out.pop();
            if let Some(mantissa) = self.out.last_mut() {
                mantissa.end = end;
            }
            return;
        }
        let text = self.text;
        match self.touching(start) {
            Some(dot) if dot.kind == Lex::Op && text.get(dot.start..dot.end) == Some(".") => {
                (dot.kind, dot.end) = (Lex::Number, end);
            }
            _ => self.add(Lex::Number, start, end),
        }
    }

    /// Joins a character to the operator before it, if the two are one operator.
    fn op(&mut self, token: Token) {
        let (text, syntax) = (self.text, self.syntax);
        match self.touching(token.start) {
            Some(last)
                if last.kind == Lex::Op
                    && is_operator(syntax, text.get(last.start..token.end).unwrap_or_default()) =>
            {
                last.end = token.end;
            }
            _ => self.add(Lex::Op, token.start, token.end),
        }
    }
}

/// Characters of PostgreSQL's operators.
const OPERATOR: &str = "+-*/<>=~!@#%^&|`?";
/// Those that no standard operator has.
const SPECIAL: &str = "~!@#%^&|`?";

/// Whether characters that stand side by side are one operator, or the beginning of one.
fn is_operator(syntax: Syntax, text: &str) -> bool {
    match syntax {
        Syntax::Postgres => {
            matches!(text, "::" | ":=") || text.chars().all(|c| OPERATOR.contains(c))
        }
        Syntax::Mysql => matches!(
            text,
            "<=>"
                | "<="
                | ">="
                | "<>"
                | "!="
                | "<<"
                | ">>"
                | "||"
                | "&&"
                | ":="
                | "->"
                | "->>"
                | "@@"
        ),
        Syntax::Sqlite => matches!(
            text,
            "<=" | ">=" | "<>" | "!=" | "==" | "<<" | ">>" | "||" | "->" | "->>"
        ),
    }
}
