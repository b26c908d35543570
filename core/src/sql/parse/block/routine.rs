//! Functions and procedures of PostgreSQL's whose code is read as a block.
//!
//! A script may define one, call it, and drop it again: what the call does is what the code does, with
//! the arguments as variables.
//!
//! Deliberately absent: what a function gives, parameters that give something back, settings of its
//! own, and code that sees rows as they were before its statement (`STABLE`).

use super::super::cursor::{Cursor, Parsed, Source, unclear};
use super::super::lex::{self, Lex};
use super::super::parse_expr;
use super::{Block, Part, Variable, code_block, reach_of_code, typed};
use crate::schema::{Expr, Name};
use crate::sql::Syntax;

/// A function or procedure.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Routine {
    /// Its name.
    pub name: Name,
    /// Its arguments, as written.
    pub arguments: String,
    /// Its parameters and its code, if that is read.
    pub runs: Option<(Vec<Variable>, Block)>,
    /// At most rows are changed by it.
    pub makes_nothing: bool,
    /// It does nothing where it is given a NULL.
    pub strict: bool,
    /// It is in SQL, where a column comes before a parameter of its name.
    pub columns_first: bool,
}

/// What `CREATE FUNCTION` and `CREATE PROCEDURE` make; `known`: functions that make nothing.
pub(crate) fn routine(statement: &str, known: &dyn Fn(&str) -> bool) -> Option<Routine> {
    let source = Source::new(Syntax::Postgres, statement);
    let toks = lex::tokens(Syntax::Postgres, statement).ok()?;
    read(&mut Cursor::new(&source, &toks), known).ok()
}

fn read(c: &mut Cursor<'_>, known: &dyn Fn(&str) -> bool) -> Parsed<Routine> {
    c.expect("CREATE")?;
    c.eats(&["OR", "REPLACE"]);
    if c.eat_any(&["FUNCTION", "PROCEDURE"]).is_none() {
        return c.expected("FUNCTION");
    }
    let name = c.name()?;
    let group = c.group()?;
    let arguments = group.as_written().to_ascii_lowercase();
    let parameters = parameters(group);
    let mut rest = c.take_rest();
    let is = |word: &str| {
        let mut toks = rest.rest().iter();
        toks.any(|tok| {
            matches!(tok.kind, Lex::Word) && rest.text_of(*tok).eq_ignore_ascii_case(word)
        })
    };
    let other = ["STABLE", "IMMUTABLE", "SET", "WINDOW", "TRIGGER"];
    let plain = !other.iter().any(|word| is(word));
    // `RETURNS NULL ON NULL INPUT` is the same.
    let strict = is("STRICT") || is("INPUT") && !is("CALLED");
    let language = {
        let mut at = rest;
        at.until(|c| c.is("LANGUAGE"));
        at.expect("LANGUAGE")?;
        match at.kind(0) {
            Some(Lex::Text) => at.string()?,
            _ => at.ident()?,
        }
    };
    rest.until(|c| c.is("AS") && matches!(c.kind(1), Some(Lex::Text)));
    rest.expect("AS")?;
    let code = rest.string()?;
    let block = match language.to_ascii_lowercase().as_str() {
        "plpgsql" => code_block(&code),
        "sql" if !code.contains('$') => statements(&code),
        _ => None,
    };
    let runs = parameters.zip(block).filter(|_| plain);
    let written = ["plpgsql", "sql"].contains(&language.to_ascii_lowercase().as_str());
    Ok(Routine {
        name,
        arguments,
        runs,
        makes_nothing: written && reach_of_code(&code, known),
        strict,
        columns_first: language.eq_ignore_ascii_case("sql"),
    })
}

/// The names of parameters that are given alone; `None` if there are others.
fn parameters(mut c: Cursor<'_>) -> Option<Vec<Variable>> {
    let mut all = Vec::new();
    while !c.done() {
        let mut one = c.until(|c| c.is_op(","));
        c.skip(1);
        one.eat("IN");
        if one.is_any(&["OUT", "INOUT", "VARIADIC"]) {
            return None;
        }
        let name = one.ident().ok()?;
        let mut toks = one.rest().iter();
        let given =
            |text: &str| text == "=" || text == ":=" || text.eq_ignore_ascii_case("DEFAULT");
        // One word is a type, which has no name to be called by.
        if one.done() || toks.any(|tok| given(one.text_of(*tok))) {
            return None;
        }
        all.push(Variable {
            name,
            ty: typed(one),
            value: None,
        });
    }
    Some(all)
}

/// The code of a function in SQL.
fn statements(code: &str) -> Option<Block> {
    let source = Source::new(Syntax::Postgres, code);
    let toks = lex::tokens(Syntax::Postgres, code).ok()?;
    let mut c = Cursor::new(&source, &toks);
    let mut parts = Vec::new();
    while !c.done() {
        let one = c.until(|c| c.is_op(";"));
        c.skip(1);
        if !one.done() {
            parts.push(Part::Statement(one.as_written().to_owned()));
        }
    }
    Some(Block {
        variables: Vec::new(),
        parts,
    })
}

/// What `SELECT f(…)` and `CALL f(…)` call, and nothing else.
pub(crate) fn call(statement: &str) -> Option<(Name, Vec<Expr>)> {
    // Most statements begin with another word, and need not be read.
    let first = statement.split(|c: char| !c.is_ascii_alphabetic()).next()?;
    let calls = ["SELECT", "CALL", ""];
    if !calls.iter().any(|word| first.eq_ignore_ascii_case(word)) {
        return None;
    }
    let source = Source::new(Syntax::Postgres, statement);
    let toks = lex::tokens(Syntax::Postgres, statement).ok()?;
    let mut c = Cursor::new(&source, &toks);
    read_call(&mut c).ok()
}

fn read_call(c: &mut Cursor<'_>) -> Parsed<(Name, Vec<Expr>)> {
    if c.eat_any(&["SELECT", "CALL"]).is_none() {
        return c.expected("CALL");
    }
    let name = c.name()?;
    let mut inside = c.group()?;
    c.finish()?;
    let mut args = Vec::new();
    while !inside.done() {
        let one = inside.until(|c| c.is_op(","));
        inside.skip(1);
        match parse_expr(Syntax::Postgres, one.as_written()) {
            Ok(arg) => args.push(arg),
            Err(_) => return unclear("an argument"),
        }
    }
    Ok((name, args))
}

#[cfg(test)]
mod tests {
    use super::{call, routine};

    #[test]
    fn a_routine_is_read_with_its_parameters() {
        let known = |name: &str| name == "now";
        let read = |text: &str| routine(text, &known).expect(text);
        let made = read(
            "CREATE OR REPLACE PROCEDURE p(a int, IN b text) LANGUAGE plpgsql AS $$ BEGIN DELETE FROM t WHERE x < now(); END $$",
        );
        let (parameters, block) = made.runs.expect("code");
        let names: Vec<_> = parameters.iter().map(|one| one.name.as_str()).collect();
        assert_eq!(names, ["a", "b"]);
        assert_eq!(block.parts.len(), 1);
        assert!(made.makes_nothing);
        let made = read(
            "CREATE FUNCTION f() RETURNS void AS 'UPDATE t SET a = g(1); DELETE FROM t' LANGUAGE sql",
        );
        assert_eq!(made.runs.expect("code").1.parts.len(), 2);
        assert!(!made.makes_nothing);
        for text in [
            "CREATE FUNCTION f(int) RETURNS void AS 'DELETE FROM t' LANGUAGE sql",
            "CREATE FUNCTION f(a int DEFAULT 1) RETURNS void AS 'DELETE FROM t' LANGUAGE sql",
            "CREATE FUNCTION f() RETURNS void STABLE AS 'DELETE FROM t' LANGUAGE sql",
            "CREATE FUNCTION f() RETURNS void SET search_path = a AS 'DELETE FROM t' LANGUAGE sql",
        ] {
            assert_eq!(read(text).runs, None, "{text}");
        }
        assert_eq!(routine("CREATE TABLE t (a int)", &known), None);
    }

    #[test]
    fn a_call_is_one_alone() {
        let (name, args) = call("SELECT a.f(1, 'x')").expect("a call");
        assert_eq!((name.to_string().as_str(), args.len()), ("a.f", 2));
        assert!(call("CALL p()").is_some());
        for text in ["SELECT f(1) FROM t", "SELECT f(1), 2", "SELECT 1", "CALL p"] {
            assert_eq!(call(text), None, "{text}");
        }
    }
}
