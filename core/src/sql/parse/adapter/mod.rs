//! The one place that knows the `sqlparser` crate: expressions, queries and statements on rows.
//!
//! Our tokens go in, already decoded by the dialect's rules, and our closed types come out. Every
//! struct of the crate's tree is taken apart field by field, without `..`: what has no place in
//! our types is refused, and a field that a later version adds does not compile until somebody
//! has decided what it means.

mod call;
mod cast_text;
mod constant;
mod data;
mod dialect;
mod digest;
mod expr;
mod from;
mod insert;
mod joined;
mod name;
mod operator;
mod outer;
mod predicate;
mod query;
mod stack;
mod tokens;

use sqlparser::ast;
use sqlparser::parser::ParserError;

use super::cursor::{Cursor, Parsed, Unclear, unclear};
use crate::schema::{DataStatement, Expr, Query};
use crate::sql::Syntax;

/// Reads all that is left as one expression.
pub(super) fn expr(c: &Cursor<'_>) -> Parsed<Expr> {
    stack::read(
        c,
        |parser| parser.parse_expr(),
        |convert, parsed| convert.expr(parsed),
    )
}

/// Reads all that is left as one query.
pub(super) fn query(c: &Cursor<'_>) -> Parsed<Query> {
    stack::read(
        c,
        |parser| parser.parse_query(),
        |convert, parsed| convert.query(*parsed),
    )
}

/// Reads all that is left as one statement on rows.
pub(super) fn data(c: &Cursor<'_>) -> Parsed<DataStatement> {
    stack::read(
        c,
        |parser| parser.parse_statement(),
        |convert, parsed| convert.statement(parsed),
    )
}

/// Turns the crate's tree into our types.
#[derive(Debug, Clone, Copy)]
struct Convert<'n> {
    syntax: Syntax,
    /// How many expressions and queries may still nest.
    depth: usize,
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
    fn new(syntax: Syntax, depth: usize) -> Self {
        Self {
            syntax,
            depth,
            new_row: None,
        }
    }

    /// One expression or query further inside.
    fn deeper(self) -> Parsed<Self> {
        match self.depth.checked_sub(1) {
            Some(depth) => Ok(Self { depth, ..self }),
            None => unclear("nested too deeply"),
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
