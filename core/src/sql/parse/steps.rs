//! Code of a trigger's function that raises errors, runs statements on rows and sets columns of its
//! row, under conditions and with variables.
//!
//! Read here is what the code says; what comes of it for a table and an event is said by
//! [`crate::translate`].
//!
//! Deliberately absent: loops over rows and numbers, what a statement returns, statements that are
//! put together and executed, errors that are caught, and records (but [`super::record`]'s). Such code is
//! not understood.

use super::cursor::{Cursor, Parsed, unclear};
use super::lex::{Lex, Tok};
use super::{adapter, parse_expr, parse_query, telling, types};
use crate::schema::{
    BinaryOp, DataStatement, Expr, Ident, NEW, OLD, Place, Query, Returned, TriggerCode,
    TriggerStep, Variable,
};
use crate::sql::Syntax;

/// `[DECLARE …] BEGIN … END`.
pub(super) fn code(c: &mut Cursor<'_>) -> Parsed<TriggerCode> {
    let mut reader = Reader::default();
    let mut steps = reader.variables(c)?;
    c.expect("BEGIN")?;
    steps.extend(reader.steps(c)?);
    c.expect("END")?;
    Ok(TriggerCode {
        variables: reader.variables,
        steps,
        tells: reader.tells,
        copies: false,
    })
}

/// Messages that are no errors.
const LEVELS: &[&str] = &["NOTICE", "INFO", "LOG", "DEBUG", "WARNING"];

/// Whether a `RAISE` is no error.
pub(super) fn is_message(c: &Cursor<'_>) -> bool {
    c.is("RAISE") && LEVELS.iter().any(|level| c.is_at(1, level))
}

#[derive(Default)]
struct Reader {
    variables: Vec<Variable>,
    tells: bool,
}

impl Reader {
    /// `DECLARE a integer := 1; b text; …`, with the values that the variables begin with.
    fn variables(&mut self, c: &mut Cursor<'_>) -> Parsed<Vec<TriggerStep>> {
        let mut values = Vec::new();
        while c.eat("DECLARE") {
            while !c.is_any(&["BEGIN", "DECLARE"]) {
                let mut one = c.until(|c| c.is_op(";"));
                c.expect_op(";")?;
                let name = one.ident()?;
                one.eat("CONSTANT");
                let mut ty =
                    one.until(|c| is_value(c, 0).is_some() || c.is_any(&["NOT", "DEFAULT"]));
                if ty.rest().iter().any(|tok| ty.text_of(*tok) == "%") {
                    return unclear("it has a variable of another thing's type");
                }
                let ty = types::cast(&mut ty).and_then(|read| ty.finish().map(|()| read))?;
                if one.is("NOT") {
                    return unclear("it has a variable that is never NULL");
                }
                let is_again = |other: &Variable| other.name == name;
                if self.variables.iter().any(is_again) || is_reserved(&name) {
                    return unclear(format!("it has a variable `{name}`"));
                }
                if !one.done() {
                    let sign = is_value(&one, 0).unwrap_or(1);
                    one.skip(sign);
                    values.push(TriggerStep::Set(
                        Place::Variable(name.clone()),
                        condition(one)?,
                    ));
                }
                self.variables.push(Variable { name, ty });
            }
        }
        Ok(values)
    }

    fn steps(&mut self, c: &mut Cursor<'_>) -> Parsed<Vec<TriggerStep>> {
        let mut all = Vec::new();
        while !c.is_any(&["END", "ELSE", "ELSIF", "ELSEIF", "WHEN", "EXCEPTION"]) {
            if c.done() {
                return c.expected("END");
            }
            if c.eat("IF") {
                all.push(self.branches(c)?);
            } else if c.eat("CASE") {
                all.push(self.case(c)?);
            } else if c.eat("FOREACH") {
                all.push(self.each(c)?);
            } else if c.eat("BEGIN") {
                all.extend(self.steps(c)?);
                c.expect("END")?;
            } else {
                self.step(c.until(|c| c.is_op(";")), &mut all)?;
            }
            c.expect_op(";")?;
        }
        match c.is("EXCEPTION") {
            true => unclear("it catches errors"),
            false => Ok(all),
        }
    }

    fn branches(&mut self, c: &mut Cursor<'_>) -> Parsed<TriggerStep> {
        let mut whens = Vec::new();
        let mut otherwise = Vec::new();
        loop {
            let condition = condition(c.until(|c| c.is("THEN")))?;
            c.expect("THEN")?;
            whens.push((condition, self.steps(c)?));
            if c.eat("ELSIF") || c.eat("ELSEIF") {
                continue;
            }
            if c.eat("ELSE") {
                otherwise = self.steps(c)?;
            }
            c.expect("END")?;
            c.expect("IF")?;
            return Ok(TriggerStep::If { whens, otherwise });
        }
    }

    /// `CASE [value] WHEN a, b THEN … ELSE … END CASE`: without an ELSE it is an error that nothing
    /// holds.
    fn case(&mut self, c: &mut Cursor<'_>) -> Parsed<TriggerStep> {
        let operand = match c.is("WHEN") {
            true => None,
            false => Some(condition(c.until(|c| c.is("WHEN")))?),
        };
        let mut whens = Vec::new();
        while c.eat("WHEN") {
            let given = c.until(|c| c.is("THEN"));
            c.expect("THEN")?;
            let holds = match &operand {
                None => condition(given)?,
                Some(operand) => {
                    let one = |c: &mut Cursor<'_>| condition(c.until(|c| c.is_op(",")));
                    let values = given.each(one)?;
                    let values = values
                        .into_iter()
                        .map(|value| Expr::binary(operand.clone(), BinaryOp::Eq, value));
                    let any = values.reduce(|any, one| Expr::binary(any, BinaryOp::Or, one));
                    match any {
                        Some(any) => any,
                        None => return c.expected("a value"),
                    }
                }
            };
            whens.push((holds, self.steps(c)?));
        }
        let otherwise = match c.eat("ELSE") {
            true => self.steps(c)?,
            false => vec![TriggerStep::Raise("case not found".into())],
        };
        c.expect("END")?;
        c.expect("CASE")?;
        Ok(TriggerStep::If { whens, otherwise })
    }

    /// `FOREACH a IN ARRAY TG_ARGV LOOP … END LOOP`.
    fn each(&mut self, c: &mut Cursor<'_>) -> Parsed<TriggerStep> {
        let Place::Variable(variable) = self.place(c)? else {
            return unclear("a loop over something else than a variable");
        };
        c.expect("IN")?;
        c.expect("ARRAY")?;
        if !c.eat("TG_ARGV") {
            return unclear("a loop over other values than a trigger's arguments");
        }
        c.expect("LOOP")?;
        let steps = self.steps(c)?;
        c.expect("END")?;
        c.expect("LOOP")?;
        Ok(TriggerStep::Each(variable, steps))
    }

    /// One statement.
    fn step(&mut self, mut c: Cursor<'_>, all: &mut Vec<TriggerStep>) -> Parsed<()> {
        if c.eat("NULL") {
            return c.finish();
        }
        if is_message(&c) {
            return Ok(());
        }
        if c.eat("RAISE") {
            all.push(TriggerStep::Raise(raised(c)?));
            return Ok(());
        }
        if c.eat("RETURN") {
            all.push(returned(c)?);
            return Ok(());
        }
        if c.is("PERFORM") && c.is_at(1, "PG_NOTIFY") {
            self.tells = true;
            return telling::value(c);
        }
        if c.is("PERFORM") {
            return self.performed(c, all);
        }
        if c.is("SELECT") {
            return self.selected(c, all);
        }
        if c.eat("EXECUTE") {
            return self.executed(c, all);
        }
        if c.is_any(&["INSERT", "UPDATE", "DELETE"]) {
            all.push(statement(c)?);
            return Ok(());
        }
        let word = c.word_at(0);
        let more = || {
            unclear(format!(
                "it does more than raise errors and change rows: `{word}`"
            ))
        };
        let Ok(place) = self.place(&mut c) else {
            return more();
        };
        let Some(sign) = is_value(&c, 0) else {
            return more();
        };
        c.skip(sign);
        all.push(TriggerStep::Set(place, condition(c)?));
        Ok(())
    }

    /// A variable, or `NEW.column`.
    fn place(&self, c: &mut Cursor<'_>) -> Parsed<Place> {
        let name = c.ident()?;
        if c.eat_op(".") {
            return match name == NEW {
                true => Ok(Place::Column(c.ident()?)),
                false => unclear(format!("it assigns to what is in `{name}`")),
            };
        }
        match self.variables.iter().any(|one| one.name == name) {
            true => Ok(Place::Variable(name)),
            false => unclear(format!("it assigns to `{name}`")),
        }
    }

    fn performed(&self, c: Cursor<'_>, all: &mut Vec<TriggerStep>) -> Parsed<()> {
        if !c.rest().iter().any(|tok| is_word(&c, *tok, "FROM")) {
            return unclear("it does more than raise errors and change rows: `perform`");
        }
        let mut rest = c;
        rest.skip(1);
        let list = if rest.is("FROM") {
            "SELECT 1"
        } else {
            "SELECT"
        };
        all.push(TriggerStep::Ask {
            query: query(&format!("{list} {}", rest.as_written()))?,
            into: Vec::new(),
            strict: false,
        });
        Ok(())
    }

    /// `SELECT … INTO [STRICT] a, b …`; the INTO stands anywhere.
    fn selected(&self, mut c: Cursor<'_>, all: &mut Vec<TriggerStep>) -> Parsed<()> {
        let first = c.until(|c| c.is("INTO"));
        if !c.eat("INTO") {
            return unclear("it does more than raise errors and change rows: `select`");
        }
        let strict = c.eat("STRICT");
        let into = c.list(|c| self.place(c))?;
        let text = format!("{} {}", first.as_written(), c.as_written());
        all.push(TriggerStep::Ask {
            query: query(&text)?,
            into,
            strict,
        });
        Ok(())
    }

    /// `EXECUTE text [INTO a, b] [USING c, d]`.
    fn executed(&self, mut c: Cursor<'_>, all: &mut Vec<TriggerStep>) -> Parsed<()> {
        let text = condition(c.until(|c| c.is_any(&["INTO", "USING"])))?;
        let mut into = Vec::new();
        let mut using = Vec::new();
        while !c.done() {
            if c.eat("INTO") && into.is_empty() {
                into = c.list(|c| self.place(c))?;
            } else if c.eat("USING") && using.is_empty() {
                let values = c.until(|c| c.is("INTO"));
                using = values.each(|c| condition(c.until(|c| c.is_op(","))))?;
            } else {
                return c.expected("INTO or USING");
            }
        }
        if into.is_empty() {
            return unclear("it executes a statement that it puts together");
        }
        all.push(TriggerStep::Execute { text, using, into });
        Ok(())
    }
}

/// What a variable is not called: these words mean something else in the code.
fn is_reserved(name: &Ident) -> bool {
    [NEW, OLD, "found"].contains(&name.as_str()) || name.starts_with("tg_")
}

/// How many tokens the sign of an assignment has that stands there.
fn is_value(c: &Cursor<'_>, ahead: usize) -> Option<usize> {
    if c.is_op_at(ahead, ":=") || c.is_op_at(ahead, "=") {
        return Some(1);
    }
    (c.is_op_at(ahead, ":") && c.is_op_at(ahead + 1, "=")).then_some(2)
}

fn is_word(c: &Cursor<'_>, tok: Tok, word: &str) -> bool {
    c.text_of(tok).eq_ignore_ascii_case(word)
}

fn query(text: &str) -> Parsed<Box<Query>> {
    parse_query(Syntax::Postgres, text)
        .map(Box::new)
        .or_else(unclear)
}

/// A condition or value; `NEW.*` and `ROW(NEW.*)` are the row itself.
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
    let mut expr = parse_expr(Syntax::Postgres, &text).or_else(unclear)?;
    let is_row = |expr: &Expr| matches!(expr, Expr::Column { table: None, column } if [NEW, OLD].contains(&column.as_str()));
    expr.each_mut(&mut |expr| {
        if let Expr::Row(items) = expr
            && let [row] = items.as_slice()
            && is_row(row)
        {
            *expr = row.clone();
        }
    });
    Ok(expr)
}

/// INSERT, UPDATE or DELETE.
fn statement(mut c: Cursor<'_>) -> Parsed<TriggerStep> {
    let written = c.rest().iter();
    let intos = written.filter(|tok| is_word(&c, **tok, "INTO"));
    if intos.count() > usize::from(c.is("INSERT")) {
        return unclear("what a statement returns goes to a variable");
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
    Ok(TriggerStep::Run(Box::new(statement)))
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

/// `[EXCEPTION] 'message' [, value …] [USING …]`, after `RAISE`.
fn raised(mut c: Cursor<'_>) -> Parsed<String> {
    c.eat("EXCEPTION");
    if matches!(c.kind(0), Some(Lex::Text)) {
        return Ok(constant(&c.string()?));
    }
    if c.eat("USING") {
        while !c.done() {
            let mut option = c.until(|c| c.is_op(","));
            c.skip(1);
            if option.eat("MESSAGE") && (option.eat_op("=") || option.eat_op(":=")) {
                let message = option.string()?;
                option.finish()?;
                return Ok(message);
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
