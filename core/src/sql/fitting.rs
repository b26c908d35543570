//! How a variable's value is written where it stands.
//!
//! Within a text its quotes are doubled, within a quoted identifier likewise; outside of quotes it must be
//! a plain word or number. So a value can never end the text or the statement that it stands in.
//!
//! The body of a PostgreSQL function or of `DO` is a text that is code: a value is written as its place
//! within the code asks for it. Deliberately not here: text that the code executes as a statement. That is
//! the code's own affair, as it is for any of its variables (`quote_literal`).

use super::Syntax;
use super::lexer::Lexer;
use super::token::{Kind, Token};

const NO_PLAIN_WORD: &str = "outside of quotes only a plain word or a number may stand";
const NO_PLAIN_WORD_IN_BODY: &str =
    "in a body that is no `$$` of SQL or PL/pgSQL only a plain word or a number may stand";

/// Where a value is to stand.
pub(super) struct Place<'t> {
    syntax: Syntax,
    kind: Kind,
    /// The token that it is part of.
    token: &'t str,
    /// What the token says, if it is a body.
    body: Option<Inside<'t>>,
}

/// The place within a body.
enum Inside<'t> {
    /// Here in its code.
    Code(Box<Place<'t>>),
    /// Somewhere in what is not understood.
    Opaque,
}

impl<'t> Place<'t> {
    /// What stands at `at` in a statement.
    pub(super) fn of(syntax: Syntax, text: &'t str, tokens: &[Token], at: usize) -> Option<Self> {
        let index = tokens.partition_point(|token| token.end <= at);
        let found = *tokens.get(index)?;
        let token = &text[found.span()];
        let may_be_body = syntax == Syntax::Postgres && found.kind == Kind::Text;
        let body = may_be_body.then(|| Body::of(text, tokens, index));
        let body = match body.flatten() {
            None => None,
            Some(Body::Opaque) => Some(Inside::Opaque),
            Some(Body::Code) => {
                let place = within(token, at - found.start);
                Some(place.map_or(Inside::Opaque, |place| Inside::Code(Box::new(place))))
            }
        };
        Some(Self {
            syntax,
            kind: found.kind,
            token,
            body,
        })
    }

    /// What the token is that the value is part of.
    pub(super) fn kind(&self) -> Kind {
        match &self.body {
            Some(Inside::Code(place)) => place.kind(),
            _ => self.kind,
        }
    }

    /// Whether it is outside of all quotes.
    pub(super) fn is_bare(&self) -> bool {
        !matches!(self.kind(), Kind::Text | Kind::Quoted)
    }

    /// A value as it is written here, or why it cannot be.
    pub(super) fn fitted(&self, value: &str) -> Result<String, &'static str> {
        if value.contains('\0') {
            return Err("it holds a NUL");
        }
        if self.kind == Kind::Text && self.token.starts_with('$') && value.contains('$') {
            // Whatever the tag is, it begins and ends with one.
            return Err("a dollar-quoted text takes no value with a `$`");
        }
        match &self.body {
            Some(Inside::Code(place)) => place.fitted(value),
            Some(Inside::Opaque) if is_plain(value) => Ok(value.to_owned()),
            Some(Inside::Opaque) => Err(NO_PLAIN_WORD_IN_BODY),
            None => self.fitted_in_token(value),
        }
    }

    fn fitted_in_token(&self, value: &str) -> Result<String, &'static str> {
        match self.kind {
            Kind::Text if self.token.starts_with('$') => Ok(value.to_owned()),
            Kind::Text | Kind::Quoted => {
                let quotes = |c: &char| matches!(c, '\'' | '"' | '`' | '[');
                let quote = self.token.chars().find(quotes).unwrap_or('\'');
                if quote == '[' {
                    return if value.contains(']') {
                        Err("a name in brackets takes no value with a `]`")
                    } else {
                        Ok(value.to_owned())
                    };
                }
                let escapes = self.kind == Kind::Text
                    && (self.syntax == Syntax::Mysql || self.token.starts_with(['e', 'E']));
                let mut value = value.replace(quote, &format!("{quote}{quote}"));
                if escapes {
                    value = value.replace('\\', "\\\\");
                }
                Ok(value)
            }
            _ if is_plain(value) => Ok(value.to_owned()),
            _ => Err(NO_PLAIN_WORD),
        }
    }
}

/// A text of a statement that is code.
enum Body {
    /// SQL or PL/pgSQL between dollars: it is read.
    Code,
    /// In another language, or between quotes, where all quotes of the code are doubled.
    Opaque,
}

impl Body {
    /// Whether a text, the token `index` of its statement, is one.
    fn of(text: &str, tokens: &[Token], index: usize) -> Option<Self> {
        let words = || {
            let words = tokens.iter().filter(|token| token.kind == Kind::Word);
            words.map(|token| &text[token.span()])
        };
        let is = |word: &str, other: &str| word.eq_ignore_ascii_case(other);
        let first = words().next()?;
        let is_block = is(first, "do");
        let made = words().find(|word| !["create", "or", "replace"].iter().any(|w| is(word, w)));
        let is_routine = is(first, "create")
            && made.is_some_and(|word| is(word, "function") || is(word, "procedure"));
        let is_dollars = text[tokens[index].start..].starts_with('$');
        let skipped = [Kind::Space, Kind::LineComment, Kind::BlockComment];
        let mut before = tokens[..index].iter().rev();
        let before = before.find(|token| !skipped.contains(&token.kind));
        let follows = |word| before.is_some_and(|before| is(&text[before.span()], word));
        if follows("language") || !(is_block || is_routine && (is_dollars || follows("as"))) {
            return None;
        }
        let mut language = words().skip_while(|word| !is(word, "language")).skip(1);
        let is_read = match language.next() {
            Some(name) => is(name, "sql") || is(name, "plpgsql"),
            // Without one `DO` is PL/pgSQL; a language may be written as a text, which is no word.
            None => is_block && !words().any(|word| is(word, "language")),
        };
        Some(if is_dollars && is_read {
            Self::Code
        } else {
            Self::Opaque
        })
    }
}

/// The place at `at` of a dollar-quoted text, within its code.
fn within(token: &str, at: usize) -> Option<Place<'_>> {
    let tag = token.get(1..)?.find('$')? + 2;
    let code = token.get(tag..token.len().checked_sub(tag)?)?;
    let mut lexer = Lexer::new(Syntax::Postgres, code);
    let tokens: Vec<Token> = std::iter::from_fn(|| lexer.next()).collect();
    Place::of(Syntax::Postgres, code, &tokens, at.checked_sub(tag)?)
}

/// Whether a value is one word or one number.
fn is_plain(value: &str) -> bool {
    let word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let number = value.strip_prefix('-').unwrap_or(value);
    let is_number = !number.is_empty()
        && number.chars().all(|c| c.is_ascii_digit() || c == '.')
        && number.matches('.').count() < 2
        && number.starts_with(|c: char| c.is_ascii_digit());
    is_number || (!value.is_empty() && value.chars().all(word))
}
