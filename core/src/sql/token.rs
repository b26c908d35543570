//! The pieces a lexer cuts a script into, and a view of one statement's significant tokens.
//!
//! A token is a kind and a span; its text stays in the script. White space, comments and the
//! marks of MySQL's executable comments never reach a [`Tokens`] view, so the code that reads
//! keywords from it is blind to them.

use std::ops::Range;

/// What a span of text is, lexically.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Space,
    LineComment,
    BlockComment,
    /// An unquoted identifier or keyword.
    Word,
    /// A quoted identifier.
    Quoted,
    /// A string literal of any kind.
    Text,
    Number,
    /// Any other single character.
    Punct(u8),
    Semicolon,
    /// MySQL: the delimiter in force, when it is not `;`.
    Delimiter,
    /// MySQL: the opening or closing mark of an executable comment.
    ExecMark,
    /// A command for the engine's client.
    Client,
}

/// A kind with its place in the script.
#[derive(Debug, Clone, Copy)]
pub(super) struct Token {
    pub(super) kind: Kind,
    pub(super) start: usize,
    pub(super) end: usize,
}

impl Token {
    pub(super) fn span(self) -> Range<usize> {
        self.start..self.end
    }
}

/// The significant tokens of one statement.
#[derive(Debug, Clone, Copy)]
pub(super) struct Tokens<'t> {
    text: &'t str,
    tokens: &'t [Token],
}

impl<'t> Tokens<'t> {
    pub(super) fn new(text: &'t str, tokens: &'t [Token]) -> Self {
        Self { text, tokens }
    }

    pub(super) fn len(self) -> usize {
        self.tokens.len()
    }

    /// The tokens from the `index`th on.
    pub(super) fn from(self, index: usize) -> Self {
        Self {
            text: self.text,
            tokens: self.tokens.get(index..).unwrap_or_default(),
        }
    }

    /// The source text of a token, or nothing past the end.
    pub(super) fn text(self, index: usize) -> &'t str {
        self.tokens
            .get(index)
            .and_then(|t| self.text.get(t.span()))
            .unwrap_or_default()
    }

    pub(super) fn kind(self, index: usize) -> Option<Kind> {
        self.tokens.get(index).map(|t| t.kind)
    }

    /// An unquoted word, or nothing.
    pub(super) fn word(self, index: usize) -> &'t str {
        if self.kind(index) == Some(Kind::Word) {
            self.text(index)
        } else {
            ""
        }
    }

    /// A word or the inside of a quoted identifier or string.
    pub(super) fn name(self, index: usize) -> &'t str {
        match self.kind(index) {
            Some(Kind::Word) => self.text(index),
            Some(Kind::Quoted | Kind::Text) => {
                let text = self.text(index);
                text.get(1..text.len().saturating_sub(1))
                    .unwrap_or_default()
            }
            _ => "",
        }
    }

    pub(super) fn is(self, index: usize, keyword: &str) -> bool {
        self.word(index).eq_ignore_ascii_case(keyword)
    }

    pub(super) fn is_any(self, index: usize, keywords: &[&str]) -> bool {
        one_of(self.word(index), keywords)
    }

    pub(super) fn punct(self, index: usize, punct: u8) -> bool {
        self.kind(index) == Some(Kind::Punct(punct))
    }

    /// Whether the statement begins with these keywords.
    pub(super) fn starts(self, keywords: &[&str]) -> bool {
        keywords
            .iter()
            .enumerate()
            .all(|(index, keyword)| self.is(index, keyword))
    }

    /// Whether these keywords stand side by side somewhere.
    pub(super) fn has(self, keywords: &[&str]) -> bool {
        (0..self.len()).any(|index| self.from(index).starts(keywords))
    }

    /// The indexes of the tokens outside parentheses, the parentheses themselves left out.
    pub(super) fn outside_parens(self) -> impl Iterator<Item = usize> + 't {
        let mut depth = 0_usize;
        self.tokens
            .iter()
            .enumerate()
            .filter_map(move |(index, token)| match token.kind {
                Kind::Punct(b'(') => {
                    depth += 1;
                    None
                }
                Kind::Punct(b')') => {
                    depth = depth.saturating_sub(1);
                    None
                }
                _ => (depth == 0).then_some(index),
            })
    }
}

/// Whether a word is one of these keywords, in any case.
pub(super) fn one_of(word: &str, keywords: &[&str]) -> bool {
    !word.is_empty()
        && keywords
            .iter()
            .any(|keyword| word.eq_ignore_ascii_case(keyword))
}
