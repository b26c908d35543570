//! What a statement means: from the author's text to [`Change`]s.
//!
//! Statements of definition are read by small grammars of our own, one file each, since the
//! meaning of a migration hangs on their details. Expressions, queries and statements on rows are
//! read by the `sqlparser` crate behind `adapter`, the one module that knows it.
//!
//! # Invariants
//!
//! - [`parse`] never fails and never panics. What it does not understand to the last word is
//!   [`Change::Opaque`], with the reason; nothing is approximated and nothing is dropped, but for
//!   what [`Ignored`] lists, and that is reported as [`Change::Ignored`].
//! - What is written is resolved by the rules of the dialect it is written in: names are folded,
//!   escapes are decoded, an operator means what its engine does.
//!
//! # Deliberately absent
//!
//! Everything that needs to know the schema: which index a name means, generated names, names cut
//! to 63 bytes, whether a type is an enum. That is the replay's.

mod adapter;
mod block;
mod column;
mod comment;
mod constraint;
mod cursor;
mod data;
mod doing;
mod domain;
mod exclusion;
mod function;
mod index;
mod lex;
mod literal;
mod object;
mod other;
mod program;
mod record;
mod sequence;
mod session;
mod steps;
mod table;
mod telling;
mod trigger;
mod types;
mod value_function;
mod view;

#[cfg(test)]
mod tests;

use crate::schema::{Change, Expr, Opaque, Query, Type};

pub(crate) use block::{
    Block, Part, Reach, Routine, Variable, block, call, name_of, reach, routine, with_given,
    words_of,
};
pub(crate) use doing::{Doing, calls, doings};
pub(crate) use exclusion::{exclusion, exclusion_renamed};
pub(crate) use program::program;
pub(crate) use trigger::{StatementTrigger, trigger_calling, trigger_named};

use super::Syntax;
use cursor::{Cursor, Parsed, Source, Unclear, unclear};

/// What a statement does, given without its terminator.
///
/// The answer is one change, seldom several, and never none: a statement that is not understood
/// is [`Change::Opaque`].
///
/// ```
/// use aludel::schema::Change;
/// use aludel::sql::{Syntax, parse};
///
/// let changes = parse(Syntax::Postgres, "ALTER TABLE Users ADD email varchar(255) NOT NULL");
/// let [Change::AlterTable { table, .. }] = changes.as_slice() else {
///     panic!("{changes:?}");
/// };
/// assert_eq!(table.to_string(), "users");
/// ```
#[must_use]
pub fn parse(syntax: Syntax, statement: &str) -> Vec<Change> {
    let source = Source::new(syntax, statement);
    let parsed = lex::tokens(syntax, statement).and_then(|toks| {
        let mut c = Cursor::new(&source, &toks);
        let changes = change(&mut c)?;
        c.finish()?;
        Ok(changes)
    });
    match parsed {
        Ok(mut changes) => {
            changes.extend(source.into_ignored().into_iter().map(Change::Ignored));
            changes
        }
        Err(Unclear(why)) => vec![Change::Opaque(opaque(syntax, statement, why))],
    }
}

/// An expression, as an engine prints it.
///
/// # Errors
///
/// What is not understood.
///
/// ```
/// use aludel::schema::Expr;
/// use aludel::sql::{Syntax, parse_expr};
///
/// assert_eq!(parse_expr(Syntax::Postgres, "((a))"), Ok(Expr::column("a")));
/// ```
pub fn parse_expr(syntax: Syntax, text: &str) -> Result<Expr, String> {
    fragment(syntax, text, |c| adapter::expr(c))
}

/// A query, as an engine prints it.
///
/// # Errors
///
/// What is not understood.
pub fn parse_query(syntax: Syntax, text: &str) -> Result<Query, String> {
    fragment(syntax, text, |c| adapter::query(c))
}

/// The type of a column, as an engine prints it.
///
/// # Errors
///
/// What is not understood.
pub fn parse_type(syntax: Syntax, text: &str) -> Result<Type, String> {
    fragment(syntax, text, |c| {
        let spelled = types::column(c)?;
        c.finish()?;
        Ok(spelled.ty)
    })
}

/// Reads a part of a statement.
fn fragment<T>(
    syntax: Syntax,
    text: &str,
    read: impl FnOnce(&mut Cursor<'_>) -> Parsed<T>,
) -> Result<T, String> {
    let source = Source::new(syntax, text);
    let read = lex::tokens(syntax, text).and_then(|toks| read(&mut Cursor::new(&source, &toks)));
    read.map_err(|Unclear(why)| why)
}

fn opaque(syntax: Syntax, statement: &str, why: String) -> Opaque {
    let (what, tables) = other::described(syntax, statement);
    Opaque {
        what,
        why: (!why.is_empty()).then_some(why),
        tables,
    }
}

/// Code is not understood by design, and needs no reason.
fn code<T>() -> Parsed<T> {
    Err(Unclear(String::new()))
}

fn change(c: &mut Cursor<'_>) -> Parsed<Vec<Change>> {
    let Some(verb) = c.eat_any(&[
        "CREATE", "ALTER", "DROP", "RENAME", "COMMENT", "SET", "RESET", "PRAGMA",
    ]) else {
        return other::change(c);
    };
    match verb {
        "CREATE" => create(c),
        "ALTER" => alter(c),
        "DROP" => object::drop(c),
        "RENAME" => table::rename(c),
        "COMMENT" => comment::on(c),
        "SET" => session::set(c),
        "RESET" => session::reset(c),
        _ => session::pragma(c),
    }
}

fn create(c: &mut Cursor<'_>) -> Parsed<Vec<Change>> {
    let or_replace = c.eats(&["OR", "REPLACE"]);
    let one = |change| Ok(vec![change]);
    if c.is_any(&["UNIQUE", "INDEX", "FULLTEXT", "SPATIAL"]) {
        return one(index::create(c)?);
    }
    if c.is_any(&["VIEW", "RECURSIVE"])
        || c.starts(&["MATERIALIZED", "VIEW"])
        || c.starts(&["TEMP", "VIEW"])
        || c.starts(&["TEMPORARY", "VIEW"])
        || mysql_head(c, "VIEW")
    {
        return one(view::create(c, or_replace)?);
    }
    if c.is("TRIGGER") || c.starts(&["CONSTRAINT", "TRIGGER"]) || mysql_head(c, "TRIGGER") {
        return one(trigger::create(c)?);
    }
    if c.is("FUNCTION") && c.syntax() == Syntax::Postgres {
        return function::create(c);
    }
    if c.is("AGGREGATE") && c.syntax() == Syntax::Postgres {
        return function::aggregate(c);
    }
    if or_replace {
        return code();
    }
    match c.word_at(0).to_ascii_uppercase().as_str() {
        "TABLE" | "TEMP" | "TEMPORARY" | "UNLOGGED" | "GLOBAL" | "LOCAL" => {
            if c.is_at(1, "SEQUENCE") || c.is_at(1, "TRIGGER") {
                return unclear("a temporary object that is no table");
            }
            table::create(c)
        }
        "SEQUENCE" => one(sequence::create(c)?),
        "TYPE" => one(object::create_type(c)?),
        "DOMAIN" => domain::create(c),
        "SCHEMA" => one(object::create_schema(c)?),
        _ => other::created(c),
    }
}

/// Whether MySQL's `ALGORITHM = …`, `DEFINER = …` or `SQL SECURITY …` stands before this kind of
/// object.
fn mysql_head(c: &Cursor<'_>, object: &str) -> bool {
    let mut look = *c;
    if !look.is_any(&["ALGORITHM", "DEFINER", "SQL"]) {
        return false;
    }
    look.until(|c| c.is_any(&["VIEW", "TRIGGER", "FUNCTION", "PROCEDURE", "EVENT"]));
    look.is(object)
}

fn alter(c: &mut Cursor<'_>) -> Parsed<Vec<Change>> {
    if c.eat("TABLE") {
        return table::alter(c);
    }
    let one = |change| Ok(vec![change]);
    if c.eat("INDEX") {
        return one(index::alter(c)?);
    }
    if c.eat("SEQUENCE") {
        return sequence::alter(c);
    }
    if c.eat("TYPE") {
        return object::alter_type(c);
    }
    if c.eat("DOMAIN") {
        return domain::alter(c);
    }
    if c.eat("VIEW") {
        return one(view::alter(c)?);
    }
    if c.eats(&["MATERIALIZED", "VIEW"]) {
        return one(view::alter(c)?);
    }
    if c.syntax() == Syntax::Postgres && c.is_any(&["FUNCTION", "PROCEDURE", "ROUTINE"]) {
        return function::alter(c);
    }
    let mut renamed = *c;
    if renamed.eat("TRIGGER")
        && let Ok(change) = trigger::alter(&mut renamed)
    {
        *c = renamed;
        return one(change);
    }
    other::altered(c)
}
