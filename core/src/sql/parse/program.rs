//! MySQL's programs that define things: procedures, prepared statements, variables of the session.
//!
//! A migration that is to run twice asks `information_schema` what there is, puts a statement
//! together, and executes it. Read here is what such programs are made of; what they do is
//! [`crate::schema::Programs`]'s to say.

use super::cursor::{Cursor, Parsed, Source, unclear};
use super::lex::{self, Lex};
use super::{parse_expr, parse_query};
use crate::schema::{Expr, Ident, Procedure, Query, Step};
use crate::sql::Syntax;

/// What a statement does as a program; `None` if it is another statement, or is not understood.
pub(crate) fn program(statement: &str) -> Option<Vec<Step>> {
    let source = Source::new(Syntax::Mysql, statement);
    let toks = lex::tokens(Syntax::Mysql, statement).ok()?;
    let mut c = Cursor::new(&source, &toks);
    let steps = top(&mut c).ok()??;
    c.done().then_some(steps)
}

fn top(c: &mut Cursor<'_>) -> Parsed<Option<Vec<Step>>> {
    let one = |step| Ok(Some(vec![step]));
    if c.is("CREATE") {
        c.skip(1);
        if c.eat("DEFINER") {
            c.until(|c| c.is("PROCEDURE"));
        }
        return match c.eat("PROCEDURE") {
            true => one(Step::Define(procedure(c)?)),
            false => Ok(None),
        };
    }
    if c.eats(&["DROP", "PROCEDURE"]) {
        let if_exists = c.if_exists();
        return one(Step::Forget {
            name: c.name()?,
            if_exists,
        });
    }
    match simple(c, &[])? {
        Some(steps) => Ok(Some(steps)),
        None => Ok(None),
    }
}

fn procedure(c: &mut Cursor<'_>) -> Parsed<Procedure> {
    c.if_not_exists();
    let name = c.name()?;
    let mut params: Vec<Ident> = Vec::new();
    let inside = c.group()?;
    if !inside.done() {
        params = inside.each(|c| {
            if c.is_any(&["OUT", "INOUT"]) {
                return unclear("a parameter that gives something back");
            }
            c.eat("IN");
            let name = c.ident()?;
            c.until(|c| c.is_op(","));
            Ok(name)
        })?;
    }
    // What is said of it: its language, its comment, whose rights it has.
    c.until(|c| c.is("BEGIN"));
    let mut names = params.clone();
    let body = block(c, &mut names)?;
    Ok(Procedure { name, params, body })
}

/// `BEGIN … END`.
fn block(c: &mut Cursor<'_>, names: &mut Vec<Ident>) -> Parsed<Vec<Step>> {
    c.expect("BEGIN")?;
    let steps = steps(c, names)?;
    c.expect("END")?;
    Ok(steps)
}

/// Statements up to a word that ends them.
fn steps(c: &mut Cursor<'_>, names: &mut Vec<Ident>) -> Parsed<Vec<Step>> {
    let mut all = Vec::new();
    while !c.done() && !c.is_any(&["END", "ELSE", "ELSEIF"]) {
        if c.eat("IF") {
            all.push(branches(c, names)?);
        } else if c.is("BEGIN") {
            all.extend(block(c, names)?);
        } else if c.eat("DECLARE") {
            all.extend(declared(c, names)?);
        } else {
            all.extend(statement(c, names)?);
        }
        c.expect_op(";")?;
    }
    Ok(all)
}

fn branches(c: &mut Cursor<'_>, names: &mut Vec<Ident>) -> Parsed<Step> {
    let mut whens = Vec::new();
    let mut otherwise = Vec::new();
    loop {
        let condition = expression(&c.until(|c| c.is("THEN")))?;
        c.expect("THEN")?;
        whens.push((condition, steps(c, names)?));
        if c.eat("ELSEIF") {
            continue;
        }
        if c.eat("ELSE") {
            otherwise = steps(c, names)?;
        }
        c.expect("END")?;
        c.expect("IF")?;
        return Ok(Step::If { whens, otherwise });
    }
}

/// `DECLARE a, b INT DEFAULT 0`.
fn declared(c: &mut Cursor<'_>, names: &mut Vec<Ident>) -> Parsed<Vec<Step>> {
    if c.is_any(&["CONTINUE", "EXIT", "UNDO"]) {
        return unclear("a handler");
    }
    let declared = c.list(Cursor::ident)?;
    c.until(|c| c.is("DEFAULT") || c.is_op(";"));
    let value = match c.eat("DEFAULT") {
        true => expression(&c.until(|c| c.is_op(";")))?,
        false => Expr::Literal(crate::schema::Literal::Null),
    };
    names.extend(declared.iter().cloned());
    Ok(declared
        .into_iter()
        .map(|variable| Step::Set {
            variable,
            value: value.clone(),
        })
        .collect())
}

/// One statement, up to its end.
fn statement(c: &mut Cursor<'_>, names: &[Ident]) -> Parsed<Vec<Step>> {
    let mut text = c.until(|c| c.is_op(";"));
    if let Some(steps) = simple(&mut text, names)? {
        text.finish()?;
        return Ok(steps);
    }
    // A name of the program's own would be read as a column's.
    let mentions = text.rest().iter().any(|tok| {
        let word = text.text_of(*tok).trim_matches('`');
        matches!(tok.kind, Lex::Word | Lex::Quoted)
            && names.iter().any(|name| name.eq_ignore_ascii_case(word))
    });
    if mentions
        || text.is_any(&[
            "LEAVE", "ITERATE", "LOOP", "WHILE", "REPEAT", "RETURN", "OPEN",
        ])
    {
        return unclear("a statement that goes by a variable");
    }
    Ok(vec![Step::Statement(text.as_written().to_owned())])
}

/// A statement that only programs have use for.
fn simple(c: &mut Cursor<'_>, names: &[Ident]) -> Parsed<Option<Vec<Step>>> {
    let one = |step| Ok(Some(vec![step]));
    let is_own = |c: &Cursor<'_>| names.iter().any(|name| c.is_at(1, name));
    if c.is("SET") && (c.is_op_at(1, "@") && !c.is_op_at(2, "@") || is_own(c)) {
        c.skip(1);
        let set = c.list(|c| {
            let variable = variable(c)?;
            if !c.eat_op(":=") {
                c.expect_op("=")?;
            }
            let value = expression(&c.until(|c| c.is_op(",")))?;
            Ok(Step::Set { variable, value })
        })?;
        return Ok(Some(set));
    }
    if c.eat("PREPARE") {
        let name = c.ident()?;
        c.expect("FROM")?;
        let from = expression(&c.take_rest())?;
        return one(Step::Prepare { name, from });
    }
    if c.eat("EXECUTE") {
        return one(Step::Execute { name: c.ident()? });
    }
    if c.eats(&["DEALLOCATE", "PREPARE"]) || c.eats(&["DROP", "PREPARE"]) {
        return one(Step::Deallocate { name: c.ident()? });
    }
    if c.eat("CALL") {
        let name = c.name()?;
        let mut args = Vec::new();
        if c.is_op("(") {
            let inside = c.group()?;
            if !inside.done() {
                args = inside.each(|c| expression(&c.until(|c| c.is_op(","))))?;
            }
        }
        return one(Step::Call { name, args });
    }
    if c.is("SELECT") {
        return selected(c);
    }
    Ok(None)
}

/// `SELECT a, b INTO @a, @b FROM …`; `None` if there is no INTO.
fn selected(c: &mut Cursor<'_>) -> Parsed<Option<Vec<Step>>> {
    let start = *c;
    let before = c.until(|c| c.is("INTO"));
    if !c.eat("INTO") {
        *c = start;
        return Ok(None);
    }
    let variables = c.list(variable)?;
    let after = c.take_rest();
    let query = query(&format!("{} {}", spelled(&before), spelled(&after)))?;
    Ok(Some(vec![Step::Select { query, variables }]))
}

fn variable(c: &mut Cursor<'_>) -> Parsed<Ident> {
    let user = c.eat_op("@");
    let name = c.ident()?.to_ascii_lowercase();
    Ok(if user { format!("@{name}") } else { name })
}

fn expression(c: &Cursor<'_>) -> Parsed<Expr> {
    parse_expr(Syntax::Mysql, &spelled(c)).or_else(unclear)
}

fn query(text: &str) -> Parsed<Query> {
    parse_query(Syntax::Mysql, text).or_else(unclear)
}

/// The text of tokens, a variable of the session as a name.
fn spelled(c: &Cursor<'_>) -> String {
    let mut text = String::new();
    let mut user = false;
    for tok in c.rest() {
        let word = c.text_of(*tok);
        if tok.kind == Lex::Op && word == "@" {
            user = true;
            continue;
        }
        if user {
            text.push_str(&format!(
                "`@{}`",
                word.trim_matches('`').to_ascii_lowercase()
            ));
        } else {
            text.push_str(word);
        }
        user = false;
        text.push(' ');
    }
    text
}
