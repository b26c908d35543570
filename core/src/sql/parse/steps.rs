//! Code of a trigger's function that raises errors and runs statements on rows, under conditions.
//!
//! Deliberately absent: variables, loops, queries into variables, `FOUND`, and errors that are
//! caught. Such code is not understood.

use super::cursor::{Cursor, Parsed, unclear};
use super::lex::Lex;
use super::{adapter, parse_expr};
use crate::schema::{DataStatement, Expr, NEW, OLD, Returned, TriggerStep};
use crate::sql::Syntax;

/// `BEGIN … END`.
pub(super) fn code(c: &mut Cursor<'_>) -> Parsed<Vec<TriggerStep>> {
    if c.is("DECLARE") {
        return unclear("it has variables");
    }
    c.expect("BEGIN")?;
    let steps = steps(c)?;
    c.expect("END")?;
    Ok(steps)
}

fn steps(c: &mut Cursor<'_>) -> Parsed<Vec<TriggerStep>> {
    let mut all = Vec::new();
    while !c.is_any(&["END", "ELSE", "ELSIF", "ELSEIF"]) {
        if c.done() {
            return c.expected("END");
        }
        if c.eat("IF") {
            all.push(branches(c)?);
        } else {
            all.extend(step(c.until(|c| c.is_op(";")))?);
        }
        c.expect_op(";")?;
    }
    Ok(all)
}

/// A condition; `NEW.*` is the row itself.
pub(super) fn condition(c: Cursor<'_>) -> Parsed<Expr> {
    let written = c.as_written();
    let toks = c.rest();
    let begin = toks.first().map_or(0, |tok| tok.start);
    let mut text = String::new();
    let mut from = 0;
    for three in toks.windows(3) {
        let [row, dot, star] = three else { continue };
        let is_row = [NEW, OLD]
            .iter()
            .any(|name| c.text_of(*row).eq_ignore_ascii_case(name));
        if is_row && c.text_of(*dot) == "." && c.text_of(*star) == "*" {
            text.push_str(written.get(from..dot.start - begin).unwrap_or_default());
            from = star.end - begin;
        }
    }
    text.push_str(written.get(from..).unwrap_or_default());
    parse_expr(Syntax::Postgres, &text).or_else(unclear)
}

fn branches(c: &mut Cursor<'_>) -> Parsed<TriggerStep> {
    let mut whens = Vec::new();
    let mut otherwise = Vec::new();
    loop {
        let condition = condition(c.until(|c| c.is("THEN")))?;
        c.expect("THEN")?;
        whens.push((condition, steps(c)?));
        if c.eat("ELSIF") || c.eat("ELSEIF") {
            continue;
        }
        if c.eat("ELSE") {
            otherwise = steps(c)?;
        }
        c.expect("END")?;
        c.expect("IF")?;
        return Ok(TriggerStep::If { whens, otherwise });
    }
}

/// One statement; nothing if it does nothing.
fn step(mut c: Cursor<'_>) -> Parsed<Option<TriggerStep>> {
    if c.eat("NULL") {
        c.finish()?;
        return Ok(None);
    }
    if c.eat("RAISE") {
        return raise(c);
    }
    if c.eat("RETURN") {
        return returned(c).map(Some);
    }
    if c.is_any(&["INSERT", "UPDATE", "DELETE"]) {
        let written = c.rest().iter();
        let intos = written.filter(|tok| c.text_of(**tok).eq_ignore_ascii_case("INTO"));
        if intos.count() > usize::from(c.is("INSERT")) {
            return unclear("it has variables");
        }
        let statement = adapter::data(&c.take_rest())?;
        let returning = match &statement {
            DataStatement::Insert(insert) => &insert.returning,
            DataStatement::Update(update) => &update.returning,
            DataStatement::Delete(delete) => &delete.returning,
            _ => return unclear("a statement that is not on rows"),
        };
        if !returning.is_empty() {
            return unclear("what a statement returns goes nowhere");
        }
        return Ok(Some(TriggerStep::Run(Box::new(statement))));
    }
    unclear(format!(
        "it does more than raise errors and change rows: `{}`",
        c.word_at(0)
    ))
}

fn returned(mut c: Cursor<'_>) -> Parsed<TriggerStep> {
    let returned = if c.eat(NEW) {
        Returned::New
    } else if c.eat(OLD) {
        Returned::Old
    } else if c.eat("NULL") {
        Returned::Null
    } else if c.eat("COALESCE") {
        let mut rows = c.group()?;
        rows.expect(NEW)?;
        rows.expect_op(",")?;
        rows.expect(OLD)?;
        rows.finish()?;
        Returned::Either
    } else {
        return c.expected("a row");
    };
    c.finish()?;
    Ok(TriggerStep::Return(returned))
}

/// `RAISE [EXCEPTION] 'message' [, value …] [USING …]`; nothing for one that is no error.
fn raise(mut c: Cursor<'_>) -> Parsed<Option<TriggerStep>> {
    const LEVELS: &[&str] = &["NOTICE", "INFO", "LOG", "DEBUG", "WARNING"];
    if c.is_any(LEVELS) {
        return Ok(None);
    }
    c.eat("EXCEPTION");
    if matches!(c.kind(0), Some(Lex::Text)) {
        return Ok(Some(TriggerStep::Raise(constant(&c.string()?))));
    }
    if c.eat("USING") {
        while !c.done() {
            let mut option = c.until(|c| c.is_op(","));
            c.skip(1);
            if option.eat("MESSAGE") && (option.eat_op("=") || option.eat_op(":=")) {
                let message = option.string()?;
                option.finish()?;
                return Ok(Some(TriggerStep::Raise(message)));
            }
        }
    }
    unclear("it raises an error without a text of its own")
}

/// What is constant of a message: an ellipsis stands for the values in it.
fn constant(format: &str) -> String {
    let mut text = String::new();
    let mut chars = format.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '%' if chars.next_if_eq(&'%').is_some() => text.push('%'),
            '%' => text.push('…'),
            c => text.push(c),
        }
    }
    text
}
