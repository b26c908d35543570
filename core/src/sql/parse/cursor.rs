//! A position in one statement's tokens, and the small steps that grammars are made of.
//!
//! A cursor is cheap to copy: to look ahead, or to hand the inside of parentheses to another
//! grammar, take a copy. What it reads are spans of the author's text; names are folded and
//! literals decoded only when a grammar asks for them.

use std::cell::RefCell;

use super::lex::{Lex, Tok};
use super::literal;
use crate::schema::{Ident, Ignored, Name};
use crate::sql::Syntax;
use crate::sql::token::one_of;

/// Why a statement cannot be expressed as changes. Never an error for the user by itself: the
/// statement becomes [`crate::schema::Change::Opaque`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Unclear(pub(super) String);

pub(super) type Parsed<T> = Result<T, Unclear>;

/// Anything may be refused with a few words.
pub(super) fn unclear<T>(why: impl Into<String>) -> Parsed<T> {
    Err(Unclear(why.into()))
}

/// A statement's text, and what was left out of it on the way.
#[derive(Debug)]
pub(super) struct Source<'s> {
    pub(super) syntax: Syntax,
    pub(super) text: &'s str,
    /// What stood in the statement and may be left out, in order.
    ignored: RefCell<Vec<Ignored>>,
}

impl<'s> Source<'s> {
    pub(super) fn new(syntax: Syntax, text: &'s str) -> Self {
        Self {
            syntax,
            text,
            ignored: RefCell::default(),
        }
    }

    pub(super) fn into_ignored(self) -> Vec<Ignored> {
        self.ignored.into_inner()
    }
}

/// A position in a list of tokens.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cursor<'s> {
    source: &'s Source<'s>,
    toks: &'s [Tok],
    at: usize,
}

impl<'s> Cursor<'s> {
    pub(super) fn new(source: &'s Source<'s>, toks: &'s [Tok]) -> Self {
        Self {
            source,
            toks,
            at: 0,
        }
    }

    /// The whole statement as written.
    pub(super) fn statement(&self) -> &'s str {
        self.source.text
    }

    pub(super) fn syntax(&self) -> Syntax {
        self.source.syntax
    }

    /// Notes that something was left out that may be.
    pub(super) fn ignore(&self, what: Ignored) {
        self.source.ignored.borrow_mut().push(what);
    }

    /// The tokens that are left.
    pub(super) fn rest(&self) -> &'s [Tok] {
        self.toks.get(self.at..).unwrap_or_default()
    }

    /// Whether nothing is left.
    pub(super) fn done(&self) -> bool {
        self.at >= self.toks.len()
    }

    pub(super) fn skip(&mut self, tokens: usize) {
        self.at += tokens;
    }

    /// The token `ahead` of the position.
    pub(super) fn tok(&self, ahead: usize) -> Option<Tok> {
        self.toks.get(self.at + ahead).copied()
    }

    pub(super) fn kind(&self, ahead: usize) -> Option<Lex> {
        self.tok(ahead).map(|tok| tok.kind)
    }

    pub(super) fn text_of(&self, tok: Tok) -> &'s str {
        self.source.text.get(tok.start..tok.end).unwrap_or_default()
    }

    fn raw(&self, ahead: usize) -> &'s str {
        self.tok(ahead).map_or("", |tok| self.text_of(tok))
    }

    /// The unquoted word `ahead` of the position, or nothing.
    pub(super) fn word_at(&self, ahead: usize) -> &'s str {
        if self.kind(ahead) == Some(Lex::Word) {
            self.raw(ahead)
        } else {
            ""
        }
    }

    pub(super) fn is_at(&self, ahead: usize, keyword: &str) -> bool {
        self.word_at(ahead).eq_ignore_ascii_case(keyword)
    }

    pub(super) fn is(&self, keyword: &str) -> bool {
        self.is_at(0, keyword)
    }

    pub(super) fn is_any(&self, keywords: &[&str]) -> bool {
        one_of(self.word_at(0), keywords)
    }

    /// Whether these keywords stand next.
    pub(super) fn starts(&self, keywords: &[&str]) -> bool {
        keywords
            .iter()
            .enumerate()
            .all(|(ahead, keyword)| self.is_at(ahead, keyword))
    }

    /// Moves over a keyword, if it is next.
    pub(super) fn eat(&mut self, keyword: &str) -> bool {
        let found = self.is(keyword);
        self.at += usize::from(found);
        found
    }

    /// Moves over these keywords, if all of them are next.
    pub(super) fn eats(&mut self, keywords: &[&str]) -> bool {
        let found = self.starts(keywords);
        if found {
            self.at += keywords.len();
        }
        found
    }

    /// Moves over one of these keywords, and says which, as it is written in the list.
    pub(super) fn eat_any<'k>(&mut self, keywords: &[&'k str]) -> Option<&'k str> {
        let word = self.word_at(0);
        let found = keywords.iter().find(|k| word.eq_ignore_ascii_case(k))?;
        self.at += 1;
        Some(found)
    }

    pub(super) fn expect(&mut self, keyword: &str) -> Parsed<()> {
        if self.eat(keyword) {
            Ok(())
        } else {
            self.expected(keyword)
        }
    }

    pub(super) fn is_op_at(&self, ahead: usize, op: &str) -> bool {
        self.kind(ahead) == Some(Lex::Op) && self.raw(ahead) == op
    }

    pub(super) fn is_op(&self, op: &str) -> bool {
        self.is_op_at(0, op)
    }

    pub(super) fn eat_op(&mut self, op: &str) -> bool {
        let found = self.is_op(op);
        self.at += usize::from(found);
        found
    }

    pub(super) fn expect_op(&mut self, op: &str) -> Parsed<()> {
        if self.eat_op(op) {
            Ok(())
        } else {
            self.expected(op)
        }
    }

    /// Says what should stand here and what does.
    pub(super) fn expected<T>(&self, what: &str) -> Parsed<T> {
        match self.tok(0) {
            Some(tok) => unclear(format!("expected {what}, found `{}`", self.text_of(tok))),
            None => unclear(format!("expected {what}, found the end")),
        }
    }

    /// Refuses whatever is left.
    pub(super) fn finish(&self) -> Parsed<()> {
        if self.done() {
            Ok(())
        } else {
            self.expected("the end")
        }
    }

    /// `IF EXISTS`.
    pub(super) fn if_exists(&mut self) -> bool {
        self.eats(&["IF", "EXISTS"])
    }

    /// `IF NOT EXISTS`.
    pub(super) fn if_not_exists(&mut self) -> bool {
        self.eats(&["IF", "NOT", "EXISTS"])
    }

    /// `CASCADE` or `RESTRICT`, which is the default.
    pub(super) fn cascade(&mut self) -> bool {
        self.eat_any(&["CASCADE", "RESTRICT"]) == Some("CASCADE")
    }

    /// Whether a name may stand here: a word or a quoted one.
    pub(super) fn is_ident(&self) -> bool {
        match self.kind(0) {
            Some(Lex::Word | Lex::Quoted) => true,
            // SQLite takes a string where only a name can stand.
            Some(Lex::Text) => self.syntax() == Syntax::Sqlite,
            _ => false,
        }
    }

    /// An identifier, folded as the engine folds it.
    pub(super) fn ident(&mut self) -> Parsed<Ident> {
        let Some(tok) = self.tok(0).filter(|_| self.is_ident()) else {
            return self.expected("a name");
        };
        self.at += 1;
        literal::ident(self.syntax(), tok.kind, self.text_of(tok))
    }

    /// A name, perhaps with its schema.
    pub(super) fn name(&mut self) -> Parsed<Name> {
        let first = self.ident()?;
        if !self.eat_op(".") {
            return Ok(Name::bare(first));
        }
        let second = self.ident()?;
        if self.is_op(".") {
            return unclear("a name of three parts");
        }
        Ok(Name::qualified(first, second))
    }

    /// A string literal's value.
    pub(super) fn string(&mut self) -> Parsed<String> {
        match self.tok(0) {
            Some(tok) if tok.kind == Lex::Text => {
                self.at += 1;
                literal::text(self.syntax(), self.text_of(tok))
            }
            _ => self.expected("a string"),
        }
    }

    /// A word of any kind, in upper case.
    pub(super) fn upper(&mut self) -> Parsed<String> {
        let word = self.word_at(0);
        if word.is_empty() {
            return self.expected("a word");
        }
        self.at += 1;
        Ok(word.to_ascii_uppercase())
    }

    /// A whole number with an optional sign.
    pub(super) fn integer(&mut self) -> Parsed<i64> {
        let minus = self.is_op("-");
        let signed = usize::from(minus || self.is_op("+"));
        let digits = match self.kind(signed) {
            Some(Lex::Number) => self.raw(signed),
            _ => return self.expected("a whole number"),
        };
        let text = if minus {
            format!("-{digits}")
        } else {
            digits.to_owned()
        };
        match text.parse() {
            Ok(number) => {
                self.at += signed + 1;
                Ok(number)
            }
            Err(_) => self.expected("a whole number"),
        }
    }

    /// A whole number without a sign that fits `T`.
    pub(super) fn number<T: std::str::FromStr>(&mut self) -> Parsed<T> {
        let digits = match self.kind(0) {
            Some(Lex::Number) => self.raw(0),
            _ => return self.expected("a number"),
        };
        match digits.parse() {
            Ok(number) => {
                self.at += 1;
                Ok(number)
            }
            Err(_) => self.expected("a whole number"),
        }
    }

    /// A cursor over the next `tokens`, moving past them.
    pub(super) fn take(&mut self, tokens: usize) -> Cursor<'s> {
        let end = (self.at + tokens).min(self.toks.len());
        let part = Cursor {
            source: self.source,
            toks: self.toks.get(self.at..end).unwrap_or_default(),
            at: 0,
        };
        self.at = end;
        part
    }

    /// A cursor over all that is left, moving to the end.
    pub(super) fn take_rest(&mut self) -> Cursor<'s> {
        self.take(self.rest().len())
    }

    /// The inside of the parentheses that stand next, moving past them.
    pub(super) fn group(&mut self) -> Parsed<Cursor<'s>> {
        if !self.is_op("(") {
            return self.expected("(");
        }
        let inside = self.nested(0);
        if inside == self.rest().len() {
            return unclear("a parenthesis that is not closed");
        }
        self.at += 1;
        let inside = self.take(inside - 1);
        self.at += 1;
        Ok(inside)
    }

    /// How many tokens after the one at `ahead`, which opens a parenthesis or bracket, its
    /// counterpart stands; the number of tokens left if there is none.
    fn nested(&self, ahead: usize) -> usize {
        let rest = self.rest();
        let mut depth = 0_usize;
        for (index, tok) in rest.iter().enumerate().skip(ahead) {
            if tok.kind == Lex::Op {
                match self.text_of(*tok) {
                    "(" | "[" => depth += 1,
                    ")" | "]" => {
                        depth = depth.saturating_sub(1);
                        if depth == 0 {
                            return index;
                        }
                    }
                    _ => {}
                }
            }
        }
        rest.len()
    }

    /// The tokens before the first one outside parentheses, brackets and `CASE … END` at which
    /// `stop` says so, moving to it.
    pub(super) fn until(&mut self, stop: impl Fn(&Cursor<'s>) -> bool) -> Cursor<'s> {
        let mut look = *self;
        let mut cases = 0_usize;
        while !look.done() {
            if cases == 0 && stop(&look) {
                break;
            }
            if look.is_op("(") || look.is_op("[") {
                let close = look.nested(0);
                look.skip(close);
            } else if look.is("CASE") {
                cases += 1;
            } else if look.is("END") {
                cases = cases.saturating_sub(1);
            }
            look.skip(1);
        }
        // Where nothing is left, the position may stand behind the end.
        let end = look.at.min(self.toks.len());
        self.take(end.saturating_sub(self.at))
    }

    /// One thing after another, with commas between, up to the end.
    pub(super) fn each<T>(mut self, mut f: impl FnMut(&mut Self) -> Parsed<T>) -> Parsed<Vec<T>> {
        let mut all = vec![f(&mut self)?];
        while self.eat_op(",") {
            all.push(f(&mut self)?);
        }
        self.finish()?;
        Ok(all)
    }

    /// One thing after another, with commas between.
    pub(super) fn list<T>(&mut self, mut f: impl FnMut(&mut Self) -> Parsed<T>) -> Parsed<Vec<T>> {
        let mut all = vec![f(self)?];
        while self.eat_op(",") {
            all.push(f(self)?);
        }
        Ok(all)
    }

    /// `(a, b, …)`: names in parentheses.
    pub(super) fn idents(&mut self) -> Parsed<Vec<Ident>> {
        self.group()?.each(Self::ident)
    }

    /// The author's text of the tokens that are left.
    pub(super) fn as_written(&self) -> &'s str {
        match (self.rest().first(), self.rest().last()) {
            (Some(first), Some(last)) => self
                .source
                .text
                .get(first.start..last.end)
                .unwrap_or_default(),
            _ => "",
        }
    }
}
