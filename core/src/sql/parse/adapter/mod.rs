//! The one place that knows the `sqlparser` crate: expressions, queries and statements on rows.
//!
//! Our tokens go in, already decoded by the dialect's rules, and our closed types come out. Every
//! struct of the crate's tree is taken apart field by field, without `..`: what has no place in
//! our types is refused, and a field that a later version adds does not compile until somebody
//! has decided what it means.

mod call;
mod data;
mod dialect;
mod expr;
mod joined;
mod name;
mod operator;
mod query;
mod tokens;

use sqlparser::ast;
use sqlparser::parser::{Parser, ParserError, ParserOptions};
use sqlparser::tokenizer::Token;

use super::cursor::{Cursor, Parsed, Unclear, unclear};
use crate::schema::{DataStatement, Expr, Query};
use crate::sql::Syntax;

/// How deep parentheses and queries may nest.
const DEPTH: usize = 100;

/// Reads all that is left as one expression.
pub(super) fn expr(c: &Cursor<'_>) -> Parsed<Expr> {
    let parsed = run(c, |parser| parser.parse_expr())?;
    Convert::of(c).expr(parsed)
}

/// Reads all that is left as one query.
pub(super) fn query(c: &Cursor<'_>) -> Parsed<Query> {
    let parsed = run(c, |parser| parser.parse_query())?;
    Convert::of(c).query(*parsed)
}

/// Reads all that is left as one statement on rows.
pub(super) fn data(c: &Cursor<'_>) -> Parsed<DataStatement> {
    let parsed = run(c, |parser| parser.parse_statement())?;
    Convert::of(c).statement(parsed)
}

/// Turns the crate's tree into our types.
#[derive(Debug, Clone, Copy)]
struct Convert<'n> {
    syntax: Syntax,
    /// Within MySQL's `ON DUPLICATE KEY UPDATE`: how the row that was to be inserted is called.
    new_row: Option<NewRow<'n>>,
}

/// What MySQL calls the row that an INSERT could not insert, and our types `excluded`.
#[derive(Debug, Clone, Copy)]
enum NewRow<'n> {
    /// `VALUES(column)`.
    Values,
    /// `alias.column`.
    Alias(&'n str),
}

impl Convert<'_> {
    fn of(c: &Cursor<'_>) -> Self {
        Self {
            syntax: c.syntax(),
            new_row: None,
        }
    }

    /// A list, each element converted.
    fn all<A, B>(self, list: Vec<A>, f: impl Fn(Self, A) -> Parsed<B>) -> Parsed<Vec<B>> {
        list.into_iter().map(|item| f(self, item)).collect()
    }

    fn boxed(self, expr: Box<ast::Expr>) -> Parsed<Box<Expr>> {
        self.expr(*expr).map(Box::new)
    }
}

fn run<T>(c: &Cursor<'_>, f: impl FnOnce(&mut Parser<'_>) -> Result<T, ParserError>) -> Parsed<T> {
    let tokens = tokens::convert(c)?;
    let mut parser = Parser::new(dialect::dialect(c.syntax()))
        .with_recursion_limit(DEPTH)
        .with_options(ParserOptions::new().with_unescape(true))
        .with_tokens_with_locations(tokens);
    let parsed = f(&mut parser).map_err(problem)?;
    let left = parser.peek_token_ref();
    if left.token != Token::EOF {
        return unclear(format!("unexpected `{}`", left.token));
    }
    Ok(parsed)
}

/// The crate's message, without its places, which count tokens here.
fn problem(error: ParserError) -> Unclear {
    let message = match error {
        ParserError::TokenizerError(message) | ParserError::ParserError(message) => message,
        ParserError::RecursionLimitExceeded => "nested too deeply".to_owned(),
    };
    let end = message.find(" at Line:").unwrap_or(message.len());
    let mut message = message.get(..end).unwrap_or_default().to_owned();
    if let Some(first) = message.get_mut(..1) {
        first.make_ascii_lowercase();
    }
    Unclear(message)
}

/// Refuses a part of the crate's tree that is not empty.
macro_rules! none {
    ($($part:ident),* $(,)?) => {
        $(if !crate::sql::parse::adapter::Empty::is_empty(&$part) {
            return crate::sql::parse::cursor::unclear(concat!("`", stringify!($part), "`"));
        })*
    };
}
use none;

/// Whether a part of the crate's tree says nothing.
trait Empty {
    fn is_empty(&self) -> bool;
}

impl Empty for bool {
    fn is_empty(&self) -> bool {
        !self
    }
}

impl<T> Empty for Option<T> {
    fn is_empty(&self) -> bool {
        self.is_none()
    }
}

impl<T> Empty for Vec<T> {
    fn is_empty(&self) -> bool {
        Vec::is_empty(self)
    }
}
