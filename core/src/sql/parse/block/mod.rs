//! PostgreSQL's `DO` blocks, as far as what they come to may be known before they run.
//!
//! A migration that is to run twice asks a catalogue whether there is a type or a column yet, or
//! forgives the error that there is one. Read here is what such blocks are made of; what they come
//! to is said by [`crate::translate`].
//!
//! # Invariants
//!
//! - What is not read is a part of its own, [`Part::Unread`]: a block that never comes to it is
//!   understood without it.
//!
//! Deliberately absent: loops that end by a condition, cursors, labels, blocks within with variables
//! of their own.

mod reach;
mod routine;

pub(in crate::sql::parse) use reach::calls_only;
use reach::reach_of_code;
pub(crate) use reach::{Reach, reach};
pub(crate) use routine::{Routine, call, routine};

use super::cursor::{Cursor, Parsed, Source, unclear};
use super::lex::{self, Lex};
use super::{parse_expr, parse_query, parse_type};
use crate::schema::{BinaryOp, Expr, Ident, Literal, Name, Query, Type, UnaryOp};
use crate::sql::Syntax;

/// A block.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Block {
    /// Its variables.
    pub variables: Vec<Variable>,
    /// What it does.
    pub parts: Vec<Part>,
}

/// A variable of a block.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Variable {
    /// Its name.
    pub name: Ident,
    /// Its type; `None`: a record, or that of something else (`%TYPE`).
    pub ty: Option<Type>,
    /// What it is at first; `None`: no value (a cursor).
    pub value: Option<Expr>,
}

/// A part of a block.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Part {
    /// A statement, as written; one of `PERFORM` as the `SELECT` that it is.
    Statement(String),
    /// `PERFORM f(…)` with constants alone.
    Perform {
        /// The name of the function.
        name: String,
        /// As a statement.
        text: String,
    },
    /// `EXECUTE` of a text that is put together.
    Execute(Expr),
    /// `EXECUTE … USING a, b`.
    ExecuteUsing(Expr, Vec<Expr>),
    /// `a := …`.
    Set(Ident, Expr),
    /// `GET DIAGNOSTICS a = …`, with what is told of a statement.
    Told(Ident, Ident),
    /// `SELECT … INTO a, b`.
    Select(Query, Vec<Ident>),
    /// `INSERT … RETURNING … INTO a, b`, without the variables.
    Returning(String, Vec<Ident>),
    /// `IF … THEN … ELSIF … ELSE … END IF`; a condition that is not read is `None`.
    If {
        /// The conditions, and what is done where one holds.
        whens: Vec<(Option<Expr>, Vec<Part>)>,
        /// What is done where none does.
        otherwise: Vec<Part>,
    },
    /// `FOR a IN query LOOP … END LOOP`.
    Each(Ident, Query, Vec<Part>),
    /// `FOREACH a IN ARRAY … LOOP … END LOOP`.
    EachOf(Ident, Expr, Vec<Part>),
    /// `FOR a IN 1..n LOOP … END LOOP`.
    Count(Ident, Expr, Expr, Vec<Part>),
    /// `LOOP … EXIT WHEN n = 0; END LOOP` of one statement, which is run until it finds no more rows.
    Batches(String),
    /// `EXIT [WHEN …]`.
    Exit(Option<Expr>),
    /// `COMMIT`.
    Commit,
    /// `BEGIN … EXCEPTION WHEN a OR b THEN …; END`.
    Forgiving {
        /// What is done.
        body: Vec<Part>,
        /// The names of the errors after which all of it is undone and nothing more is done, in
        /// lower case.
        errors: Vec<String>,
        /// After some of them something else is done.
        instead: bool,
    },
    /// `RAISE EXCEPTION …`, with its message.
    Raise(String),
    /// `ASSERT` of what does not hold, with its message: no `WHEN OTHERS` forgives that.
    Fail(String),
    /// `RETURN`.
    Return,
    /// Anything else.
    Unread,
}

/// What a `DO` block consists of; `None` if the statement is none, or one that is not understood
/// from its beginning to its end.
pub(crate) fn block(statement: &str) -> Option<Block> {
    read(statement, whole)
}

/// The code of a function, as a block.
fn code_block(code: &str) -> Option<Block> {
    let source = Source::new(Syntax::Postgres, code);
    let toks = lex::tokens(Syntax::Postgres, code).ok()?;
    let mut c = Cursor::new(&source, &toks);
    let read = whole(&mut c).ok()?;
    c.eat_op(";");
    c.done().then_some(read)
}

/// A name in a text, as `regclass` reads it.
pub(crate) fn name_of(text: &str) -> Option<Name> {
    let source = Source::new(Syntax::Postgres, text);
    let toks = lex::tokens(Syntax::Postgres, text).ok()?;
    let mut c = Cursor::new(&source, &toks);
    let name = c.name().ok()?;
    c.done().then_some(name)
}

/// The names in a text, folded as the engine folds them.
pub(crate) fn words_of(text: &str) -> Option<Vec<Ident>> {
    let source = Source::new(Syntax::Postgres, text);
    let toks = lex::tokens(Syntax::Postgres, text).ok()?;
    let mut c = Cursor::new(&source, &toks);
    let mut names = Vec::new();
    while !c.done() {
        match c.is_ident() {
            true => names.push(c.ident().ok()?),
            false => c.skip(1),
        }
    }
    Some(names)
}

/// What the code of a `DO` block is read as.
pub(super) fn read<T>(
    statement: &str,
    body: impl FnOnce(&mut Cursor<'_>) -> Parsed<T>,
) -> Option<T> {
    // Most statements are none, and need not be taken apart for that.
    let begin = statement.trim_start();
    let may_be = |word: &str| word.eq_ignore_ascii_case("DO") || ["--", "/*"].contains(&word);
    if !begin.get(..2).is_some_and(may_be) {
        return None;
    }
    let source = Source::new(Syntax::Postgres, statement);
    let toks = lex::tokens(Syntax::Postgres, statement).ok()?;
    let code = code(&mut Cursor::new(&source, &toks)).ok()??;
    let source = Source::new(Syntax::Postgres, &code);
    let toks = lex::tokens(Syntax::Postgres, &code).ok()?;
    let mut c = Cursor::new(&source, &toks);
    let read = body(&mut c).ok()?;
    c.eat_op(";");
    c.done().then_some(read)
}

/// The code of `DO [LANGUAGE plpgsql] '…'`.
fn code(c: &mut Cursor<'_>) -> Parsed<Option<String>> {
    if !c.eat("DO") || !is_plpgsql(c)? {
        return Ok(None);
    }
    let code = c.string()?;
    Ok((is_plpgsql(c)? && c.done()).then_some(code))
}

/// `[LANGUAGE plpgsql]`.
fn is_plpgsql(c: &mut Cursor<'_>) -> Parsed<bool> {
    if !c.eat("LANGUAGE") {
        return Ok(true);
    }
    let language = match c.kind(0) {
        Some(Lex::Text) => c.string()?,
        _ => c.ident()?,
    };
    Ok(language.eq_ignore_ascii_case("plpgsql"))
}

/// `[DECLARE …] BEGIN … [EXCEPTION …] END`.
fn whole(c: &mut Cursor<'_>) -> Parsed<Block> {
    let mut variables = Vec::new();
    while !c.is("BEGIN") {
        c.eat("DECLARE");
        // `DECLARE` may stand before nothing.
        if !c.is("BEGIN") {
            variables.push(variable(c)?);
            c.expect_op(";")?;
        }
    }
    let parts = body(c)?;
    Ok(Block { variables, parts })
}

/// `a [CONSTANT] type [NOT NULL] [:= …]`; a cursor is not read.
fn variable(c: &mut Cursor<'_>) -> Parsed<Variable> {
    let name = c.ident()?;
    let mut rest = c.until(|c| c.is_op(";"));
    let mut ty = rest.until(|c| is_set(c) || c.is("DEFAULT"));
    ty.eat("CONSTANT");
    let words = ["CURSOR", "ALIAS", "SCROLL"];
    if ty.done() || ty.is_any(&words) || ty.starts(&["NO", "SCROLL"]) {
        return Ok(Variable {
            name,
            ty: None,
            value: None,
        });
    }
    let ty = typed(ty.until(|c| c.starts(&["NOT", "NULL"])));
    let value = if rest.done() {
        Expr::Literal(Literal::Null)
    } else {
        if !rest.eat("DEFAULT") {
            eat_set(&mut rest);
        }
        match parse_expr(Syntax::Postgres, rest.as_written()) {
            Ok(value) => value,
            Err(_) => return unclear("what a variable is at first"),
        }
    };
    Ok(Variable {
        name,
        ty,
        value: Some(value),
    })
}

/// The type of a variable; `None`: that of something else.
fn typed(ty: Cursor<'_>) -> Option<Type> {
    let text = ty.as_written();
    let other = text.contains('%') || text.eq_ignore_ascii_case("record");
    parse_type(Syntax::Postgres, text).ok().filter(|_| !other)
}

/// Whether `:=` or `=` stands next.
fn is_set(c: &Cursor<'_>) -> bool {
    c.is_op(":=") || c.is_op("=") || c.is_op(":") && c.is_op_at(1, "=")
}

fn eat_set(c: &mut Cursor<'_>) -> bool {
    let is = is_set(c);
    if is {
        c.eat_op(":");
        c.skip(1);
    }
    is
}

/// `BEGIN … [EXCEPTION …] END`.
fn body(c: &mut Cursor<'_>) -> Parsed<Vec<Part>> {
    c.expect("BEGIN")?;
    let body = parts(c)?;
    if !c.eat("EXCEPTION") {
        c.expect("END")?;
        return Ok(body);
    }
    let (mut errors, mut instead) = (Vec::new(), false);
    while c.eat("WHEN") {
        let before = errors.len();
        loop {
            errors.push(error(c)?);
            if !c.eat("OR") {
                break;
            }
        }
        c.expect("THEN")?;
        let handler = parts(c)?;
        // What is raised again, or raised as something else, is not forgiven.
        if let [before_it @ .., Part::Raise(_)] = handler.as_slice()
            && before_it.iter().all(|part| matches!(part, Part::Told(..)))
        {
            errors.truncate(before);
            if !c.is("END") {
                return unclear("an error that is raised again, and others that are not");
            }
            break;
        }
        instead |= !handler.is_empty();
    }
    c.expect("END")?;
    Ok(vec![Part::Forgiving {
        body,
        errors,
        instead,
    }])
}

/// The name of an error, in lower case; one that is told by its code and not known by name is that.
fn error(c: &mut Cursor<'_>) -> Parsed<String> {
    // https://www.postgresql.org/docs/current/errcodes-appendix.html
    const CODES: &[(&str, &str)] = &[
        ("0A000", "feature_not_supported"),
        ("2BP01", "dependent_objects_still_exist"),
        ("42701", "duplicate_column"),
        ("42703", "undefined_column"),
        ("42704", "undefined_object"),
        ("42710", "duplicate_object"),
        ("42P01", "undefined_table"),
        ("42P06", "duplicate_schema"),
        ("42P07", "duplicate_table"),
        ("42P16", "invalid_table_definition"),
        ("XX000", "internal_error"),
    ];
    if !c.eat("SQLSTATE") {
        return Ok(c.ident()?.to_ascii_lowercase());
    }
    let code = c.string()?;
    let named = CODES.iter().find(|(own, _)| *own == code);
    Ok(named.map_or(code.clone(), |(_, name)| (*name).to_owned()))
}

/// Statements up to a word that ends them.
fn parts(c: &mut Cursor<'_>) -> Parsed<Vec<Part>> {
    let mut all = Vec::new();
    while !c.done() && !c.is_any(&["END", "ELSE", "ELSIF", "ELSEIF", "EXCEPTION", "WHEN"]) {
        if c.eat("IF") {
            all.push(branches(c)?);
        } else if c.is("BEGIN") {
            all.extend(body(c)?);
        } else if c.is("DECLARE") {
            whole(c)?;
            all.push(Part::Unread);
        } else if c.is_any(&["FOR", "FOREACH", "WHILE", "LOOP"]) {
            all.push(repeated(c)?);
        } else if !c.eat("NULL") && !message(c) {
            all.extend(one(c.until(|c| c.is_op(";")))?);
        }
        c.expect_op(";")?;
    }
    Ok(all)
}

/// `RAISE NOTICE '…'`: nobody listens.
fn message(c: &mut Cursor<'_>) -> bool {
    const LEVELS: &[&str] = &["NOTICE", "INFO", "LOG", "DEBUG", "WARNING"];
    let is = c.is("RAISE") && LEVELS.iter().any(|level| c.is_at(1, level));
    if is {
        c.until(|c| c.is_op(";"));
    }
    is
}

/// One statement that holds no others, without its end.
fn one(mut text: Cursor<'_>) -> Parsed<Vec<Part>> {
    if text.eat("RAISE") {
        let mut toks = text.rest().iter();
        let said = toks.position(|tok| tok.kind == Lex::Text);
        text.skip(said.unwrap_or_default());
        return Ok(vec![Part::Raise(text.string().unwrap_or_default())]);
    }
    if text.eat("RETURN") {
        // A DO block and a function that gives nothing return nothing.
        let part = if text.done() {
            Part::Return
        } else {
            Part::Unread
        };
        return Ok(vec![part]);
    }
    if text.eat("ASSERT") {
        let condition = text.until(|c| c.is_op(","));
        let condition = parse_expr(Syntax::Postgres, condition.as_written()).ok();
        text.eat_op(",");
        let message = text.string().unwrap_or_default();
        return Ok(vec![Part::If {
            whens: vec![(condition, Vec::new())],
            otherwise: vec![Part::Fail(message)],
        }]);
    }
    if text.eats(&["GET"]) {
        // `GET [STACKED | CURRENT] DIAGNOSTICS a = ROW_COUNT, …`.
        text.until(|c| c.is("DIAGNOSTICS"));
        text.expect("DIAGNOSTICS")?;
        let names = text.list(|c| {
            let name = c.ident()?;
            if !eat_set(c) {
                return unclear("what is asked of a statement");
            }
            Ok(Part::Told(name, c.ident()?))
        })?;
        return Ok(names);
    }
    if text.eat("EXIT") {
        if text.done() {
            return Ok(vec![Part::Exit(None)]);
        }
        if !text.eat("WHEN") {
            return Ok(vec![Part::Unread]);
        }
        let when = parse_expr(Syntax::Postgres, text.as_written()).ok();
        return Ok(vec![
            when.map_or(Part::Unread, |when| Part::Exit(Some(when))),
        ]);
    }
    if text.is("COMMIT") && text.rest().len() == 1 {
        return Ok(vec![Part::Commit]);
    }
    if text.is("PERFORM") {
        return Ok(vec![perform(text)?]);
    }
    if text.is_ident() && {
        let mut after = text;
        after.skip(1);
        is_set(&after)
    } {
        let name = text.ident()?;
        eat_set(&mut text);
        let value = parse_expr(Syntax::Postgres, text.as_written()).ok();
        return Ok(vec![match value {
            Some(value) => Part::Set(name, value),
            None => Part::Unread,
        }]);
    }
    Ok(vec![statement(text).unwrap_or(Part::Unread)])
}

/// `PERFORM …`.
fn perform(mut c: Cursor<'_>) -> Parsed<Part> {
    c.expect("PERFORM")?;
    // Rows that are locked are the same.
    let mut unlocked = c;
    let unlocked = unlocked.until(|c| c.starts(&["FOR", "UPDATE"]) || c.starts(&["FOR", "SHARE"]));
    let text = format!("SELECT {}", unlocked.as_written());
    let part = match called(c) {
        Ok(name) => Part::Perform { name, text },
        Err(_) => Part::Statement(text),
    };
    Ok(part)
}

/// `f(constants)`.
fn called(mut c: Cursor<'_>) -> Parsed<String> {
    let name = c.name()?;
    let args = c.group()?;
    let constant = |tok: &lex::Tok| matches!(tok.kind, Lex::Text | Lex::Number | Lex::Op);
    if !c.done() || !args.rest().iter().all(constant) {
        return unclear("a call with what is no constant");
    }
    Ok(name.name)
}

fn branches(c: &mut Cursor<'_>) -> Parsed<Part> {
    let mut whens = Vec::new();
    let mut otherwise = Vec::new();
    loop {
        let condition = c.until(|c| c.is("THEN"));
        let condition = parse_expr(Syntax::Postgres, condition.as_written()).ok();
        c.expect("THEN")?;
        whens.push((condition, parts(c)?));
        if c.eat("ELSIF") || c.eat("ELSEIF") {
            continue;
        }
        if c.eat("ELSE") {
            otherwise = parts(c)?;
        }
        c.expect("END")?;
        c.expect("IF")?;
        return Ok(Part::If { whens, otherwise });
    }
}

/// `FOR … LOOP … END LOOP` and its like.
fn repeated(c: &mut Cursor<'_>) -> Parsed<Part> {
    let mut head = c.until(|c| c.is("LOOP"));
    c.expect("LOOP")?;
    let body = parts(c)?;
    c.expect("END")?;
    c.expect("LOOP")?;
    if c.is_ident() {
        c.ident()?;
    }
    if head.done() {
        return Ok(batches(&body).unwrap_or(Part::Unread));
    }
    let array = head.is("FOREACH");
    if !array && !head.is("FOR") {
        return Ok(Part::Unread);
    }
    head.skip(1);
    let name = head.ident()?;
    if array {
        let read = head.eats(&["IN", "ARRAY"]);
        let values = parse_expr(Syntax::Postgres, head.as_written()).ok();
        return Ok(match values.filter(|_| read) {
            Some(values) => Part::EachOf(name, values, body),
            None => Part::Unread,
        });
    }
    if !head.eat("IN") {
        return Ok(Part::Unread);
    }
    if let Some((first, last)) = head.as_written().split_once("..") {
        let bound = |text: &str| parse_expr(Syntax::Postgres, text).ok();
        return Ok(match (bound(first), bound(last)) {
            (Some(first), Some(last)) => Part::Count(name, first, last, body),
            _ => Part::Unread,
        });
    }
    let mut inside = head;
    if let Ok(group) = inside.group()
        && inside.done()
    {
        head = group;
    }
    let query = parse_query(Syntax::Postgres, head.as_written()).ok();
    let read = head.is_any(&["SELECT", "WITH", "VALUES"]);
    Ok(match query.filter(|_| read) {
        Some(query) => Part::Each(name, query, body),
        None => Part::Unread,
    })
}

/// What a loop without a head does, if it runs one statement until that finds no more rows.
fn batches(body: &[Part]) -> Option<Part> {
    let [Part::Statement(text), rest @ ..] = body else {
        return None;
    };
    let idle = |part: &Part| match part {
        Part::Commit => true,
        Part::Perform { name, .. } => name == "pg_sleep",
        _ => false,
    };
    let mut rest: Vec<&Part> = rest.iter().filter(|part| !idle(part)).collect();
    let ends = match rest.pop()? {
        Part::Exit(Some(ends)) => ends,
        _ => return None,
    };
    let found = |expr: &Expr| *expr == Expr::column("found");
    let none = match (rest.as_slice(), ends) {
        (
            [],
            Expr::Unary {
                op: UnaryOp::Not,
                expr,
            },
        ) => found(expr),
        (
            [Part::Told(count, what)],
            Expr::Binary {
                left,
                op: BinaryOp::Eq,
                right,
            },
        ) => {
            let none = Expr::Literal(Literal::Number("0".into()));
            what == "row_count" && **left == Expr::column(count.clone()) && **right == none
        }
        _ => false,
    };
    none.then(|| Part::Batches(unlocked(text)))
}

/// A statement without what its queries lock: the rows are the same.
fn unlocked(text: &str) -> String {
    let source = Source::new(Syntax::Postgres, text);
    let Ok(toks) = lex::tokens(Syntax::Postgres, text) else {
        return text.to_owned();
    };
    let mut c = Cursor::new(&source, &toks);
    let mut rest = String::new();
    while let Some(tok) = c.tok(0) {
        let locks = c.eats(&["FOR", "UPDATE"]) || c.eats(&["FOR", "NO", "KEY", "UPDATE"]);
        if locks {
            c.eats(&["SKIP", "LOCKED"]);
            c.eat("NOWAIT");
            continue;
        }
        rest.push_str(c.text_of(tok));
        rest.push(' ');
        c.skip(1);
    }
    rest
}

/// One statement, up to its end; `EXECUTE '…'` is what it executes.
fn statement(mut text: Cursor<'_>) -> Parsed<Part> {
    const VERBS: &[&str] = &[
        "CREATE", "ALTER", "DROP", "COMMENT", "GRANT", "REVOKE", "INSERT", "UPDATE", "DELETE",
        "TRUNCATE", "REINDEX", "ANALYZE", "REFRESH", "LOCK", "WITH",
    ];
    if text.eat("EXECUTE") {
        if let Some(privileges) = privileges(text) {
            return Ok(Part::Statement(privileges));
        }
        let all = text.as_written();
        let mut constant = text;
        if let Ok(executed) = constant.string()
            && constant.done()
        {
            let executed = executed.trim().trim_end_matches(';');
            return Ok(Part::Statement(executed.to_owned()));
        }
        if let Some(part) = executed_using(text) {
            return Ok(part);
        }
        // `EXECUTE … INTO a` is no expression.
        let put_together = parse_expr(Syntax::Postgres, all);
        return Ok(put_together.map_or(Part::Unread, Part::Execute));
    }
    if text.is("SELECT") {
        return select_into(text);
    }
    if text.is("INSERT")
        && let Some(part) = returning_into(text)
    {
        return Ok(part);
    }
    // `UPDATE … RETURNING a INTO b` wants a variable; a plain INSERT has one INTO of its own.
    let is = |word: &str| {
        let toks = text.rest().iter();
        toks.filter(|tok| text.text_of(**tok).eq_ignore_ascii_case(word))
            .count()
    };
    // A trigger's condition, and a function's code, may have any word.
    let own = is("INSERT");
    if !text.is_any(VERBS) || is("INTO") > own {
        return unclear("a statement that only programs have use for");
    }
    Ok(Part::Statement(text.as_written().to_owned()))
}

/// `… USING a, b`.
fn executed_using(mut c: Cursor<'_>) -> Option<Part> {
    let put_together = c.until(|c| c.is("USING"));
    if !c.eat("USING") {
        return None;
    }
    let put_together = parse_expr(Syntax::Postgres, put_together.as_written()).ok()?;
    let mut given = Vec::new();
    loop {
        let one = c.until(|c| c.is_op(","));
        given.push(parse_expr(Syntax::Postgres, one.as_written()).ok()?);
        if !c.eat_op(",") {
            return Some(Part::ExecuteUsing(put_together, given));
        }
    }
}

/// A text that is executed, with what it is given in the places of `$1`, `$2`; `None` if it has a place for
/// which nothing is given.
pub(crate) fn with_given(text: &str, given: &[String]) -> Option<String> {
    let source = Source::new(Syntax::Postgres, text);
    let toks = lex::tokens(Syntax::Postgres, text).ok()?;
    let mut c = Cursor::new(&source, &toks);
    let (mut filled, mut from) = (String::new(), 0);
    while let Some(tok) = c.tok(0) {
        if c.is_op("$")
            && let Some(number) = c.tok(1)
            && number.start == tok.end
        {
            let place: usize = c.text_of(number).parse().ok()?;
            filled.push_str(text.get(from..tok.start)?);
            filled.push_str(given.get(place.checked_sub(1)?)?);
            from = number.end;
            c.skip(1);
        }
        c.skip(1);
    }
    filled.push_str(text.get(from..)?);
    Some(filled)
}

/// `INSERT … RETURNING … INTO [STRICT] a, b`: one row there is in any case.
fn returning_into(text: Cursor<'_>) -> Option<Part> {
    let mut c = text;
    c.until(|c| c.is("RETURNING"));
    if !c.eat("RETURNING") {
        return None;
    }
    c.until(|c| c.is("INTO"));
    let end = c.rest().first()?.start;
    let start = text.rest().first()?.start;
    if !c.eat("INTO") {
        return None;
    }
    c.eat("STRICT");
    let names = c.list(Cursor::ident).ok()?;
    let statement = c.statement().get(start..end)?.trim_end().to_owned();
    c.done().then_some(Part::Returning(statement, names))
}

/// `SELECT … INTO [STRICT] a, b …`.
fn select_into(text: Cursor<'_>) -> Parsed<Part> {
    let mut c = text;
    let before = c.until(|c| c.is("INTO")).as_written();
    c.expect("INTO")?;
    if c.eat("STRICT") {
        return unclear("a query that has to give one row");
    }
    let names = c.list(Cursor::ident)?;
    if c.is_op(".") {
        return unclear("a field that is selected into");
    }
    let query = format!("{before} {}", c.as_written());
    match parse_query(Syntax::Postgres, &query) {
        Ok(query) => Ok(Part::Select(query, names)),
        // The variables are not what they were.
        Err(_) => Ok(Part::Unread),
    }
}

/// `'GRANT … TO ' || current_user`, `format('REVOKE …', …)`, `'CREATE ROLE ' || a`, `'ALTER TABLE t OWNER
/// TO ' || a`: whose privileges they are, and which role it is, is of no account.
fn privileges(mut text: Cursor<'_>) -> Option<String> {
    const VERBS: &[&str] = &[
        "GRANT ",
        "REVOKE ",
        "ALTER DEFAULT PRIVILEGES ",
        "CREATE ROLE ",
        "CREATE USER ",
        "ALTER ROLE ",
        "ALTER USER ",
        "DROP ROLE ",
        "DROP USER ",
    ];
    if text.eat("FORMAT") {
        text = text.group().ok()?;
    }
    let all = text;
    let first = text.string().ok()?;
    let begins = first.trim_start().to_ascii_uppercase();
    let only = VERBS.iter().any(|verb| begins.starts_with(verb));
    if text.done() || all.as_written().contains(';') {
        return None;
    }
    if begins.starts_with("ALTER ") && begins.trim_end().ends_with(" OWNER TO") {
        return Some(format!("{} aludel", first.trim()));
    }
    only.then(|| first.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::{Part, block};

    #[test]
    fn privileges_of_whomever_are_privileges() {
        for code in [
            "EXECUTE 'GRANT ALL ON t TO ' || current_user;",
            "EXECUTE format('REVOKE ALL ON t FROM %I', current_user);",
            "EXECUTE 'create role ' || a || ' NOLOGIN';",
            "EXECUTE 'ALTER TABLE t OWNER TO ' || a;",
        ] {
            let read = block(&format!("DO $$ BEGIN {code} END $$"));
            let parts = read.map(|read| read.parts);
            assert!(
                matches!(parts.as_deref(), Some([Part::Statement(_)])),
                "{code}: {parts:?}"
            );
        }
        let parts = parts("BEGIN EXECUTE 'GRANT ALL ON t TO x; DROP TABLE ' || t; END");
        assert!(matches!(parts.as_slice(), [Part::Execute(_)]), "{parts:?}");
    }

    #[test]
    fn what_is_given_stands_in_its_place() {
        let given = ["r.id".to_owned(), "'$1'".to_owned()];
        let text = "INSERT INTO t VALUES ($1, '$2', $2, E'$1', $1)";
        let filled = "INSERT INTO t VALUES (r.id, '$2', '$1', E'$1', r.id)";
        assert_eq!(super::with_given(text, &given).as_deref(), Some(filled));
        assert_eq!(super::with_given("SELECT $3", &given), None);
        let parts = parts("BEGIN EXECUTE 'SELECT $1, $2' USING r.id, f(1, 2); END");
        assert!(
            matches!(parts.as_slice(), [Part::ExecuteUsing(_, given)] if given.len() == 2),
            "{parts:?}"
        );
    }

    fn parts(code: &str) -> Vec<Part> {
        let read = block(&format!("DO $$ {code} $$"));
        read.expect(code).parts
    }

    #[test]
    fn a_block_that_defines_things_is_read() {
        let read = parts(
            "BEGIN CREATE TYPE a AS ENUM ('x'); EXCEPTION WHEN duplicate_object THEN null; END",
        );
        let forgiving = Part::Forgiving {
            body: vec![Part::Statement("CREATE TYPE a AS ENUM ('x')".into())],
            errors: vec!["duplicate_object".into()],
            instead: false,
        };
        assert_eq!(read, [forgiving]);
        let read = parts(
            "BEGIN DROP TABLE t; EXCEPTION WHEN SQLSTATE '2BP01' THEN RAISE NOTICE 'no'; WHEN undefined_table THEN DROP TABLE u; END",
        );
        let forgiving = Part::Forgiving {
            body: vec![Part::Statement("DROP TABLE t".into())],
            errors: vec![
                "dependent_objects_still_exist".into(),
                "undefined_table".into(),
            ],
            instead: true,
        };
        assert_eq!(read, [forgiving]);
        let read = block(
            "DO LANGUAGE plpgsql 'BEGIN RAISE NOTICE ''hm''; PERFORM f(1); EXECUTE ''DROP TABLE t''; END;'",
        );
        let parts = [
            Part::Perform {
                name: "f".into(),
                text: "SELECT f(1)".into(),
            },
            Part::Statement("DROP TABLE t".into()),
        ];
        assert_eq!(read.map(|read| read.parts), Some(parts.into()));
    }

    #[test]
    fn an_error_that_is_raised_as_another_is_not_forgiven() {
        let read = parts(
            "BEGIN DROP TABLE t; EXCEPTION WHEN OTHERS THEN GET STACKED DIAGNOSTICS c = RETURNED_SQLSTATE; RAISE EXCEPTION USING ERRCODE = c; END",
        );
        let [Part::Forgiving { errors, .. }] = read.as_slice() else {
            panic!("{read:?}")
        };
        assert!(errors.is_empty(), "{errors:?}");
    }

    #[test]
    fn variables_and_loops_are_read() {
        let read = block(
            "DO $$ DECLARE n CONSTANT int := 3; DECLARE r record; c CURSOR FOR SELECT 1; BEGIN \
             SELECT count(*) INTO n FROM t; n = n + 1; \
             FOR r IN (SELECT a FROM t) LOOP EXECUTE format('DROP TABLE %I', r.a); END LOOP; \
             FOR i IN 1..n LOOP NULL; END LOOP; \
             FOREACH x IN ARRAY ARRAY['a'] LOOP NULL; END LOOP; RETURN; END $$",
        );
        let read = read.expect("a block");
        let variables = &read.variables;
        let names: Vec<_> = variables.iter().map(|one| one.name.as_str()).collect();
        assert_eq!(names, ["n", "r", "c"]);
        let typed: Vec<bool> = variables.iter().map(|one| one.ty.is_some()).collect();
        assert_eq!(typed, [true, false, false]);
        assert!(variables[0].value.is_some() && variables[2].value.is_none());
        let kinds: Vec<String> = read.parts.iter().map(|part| format!("{part:?}")).collect();
        let kinds: Vec<&str> = kinds
            .iter()
            .map(|kind| kind.split(['(', ' ']).next().unwrap_or_default())
            .collect();
        assert_eq!(
            kinds,
            ["Select", "Set", "Each", "Count", "EachOf", "Return"]
        );
    }

    #[test]
    fn a_loop_until_there_are_no_more_rows_is_batches() {
        let update =
            "UPDATE t SET a = 1 WHERE id IN (SELECT id FROM t LIMIT 5 FOR UPDATE SKIP LOCKED)";
        for ends in [
            "GET DIAGNOSTICS n = ROW_COUNT; COMMIT; EXIT WHEN n = 0; PERFORM pg_sleep(1);",
            "EXIT WHEN NOT FOUND; RAISE NOTICE 'on';",
        ] {
            let read = parts(&format!("BEGIN LOOP {update}; {ends} END LOOP; END"));
            let [Part::Batches(text)] = read.as_slice() else {
                panic!("{ends}: {read:?}")
            };
            assert!(!text.contains("LOCKED"), "{text}");
        }
        for ends in [
            "GET DIAGNOSTICS n = ROW_COUNT; EXIT WHEN n < 5;",
            "EXIT WHEN NOT FOUND; DELETE FROM u;",
            "EXIT;",
        ] {
            let read = parts(&format!("BEGIN LOOP {update}; {ends} END LOOP; END"));
            assert_eq!(read, [Part::Unread], "{ends}");
        }
    }

    #[test]
    fn what_an_insert_gives_back_is_told() {
        let read = parts("BEGIN INSERT INTO t VALUES (1) RETURNING id, a INTO STRICT n, m; END");
        let names = ["n", "m"].map(str::to_owned).to_vec();
        let text = "INSERT INTO t VALUES (1) RETURNING id, a".to_owned();
        assert_eq!(read, [Part::Returning(text, names)]);
    }

    #[test]
    fn what_is_not_read_is_a_part_of_its_own() {
        for code in [
            "BEGIN WHILE true LOOP NULL; END LOOP; END",
            "BEGIN UPDATE t SET a = 1 RETURNING id INTO n; END",
            "BEGIN EXECUTE 'SELECT 1' INTO n; END",
            "BEGIN SELECT a INTO STRICT n FROM t; END",
            "BEGIN RETURN 1; END",
            "BEGIN DECLARE n int; BEGIN NULL; END; END",
        ] {
            assert_eq!(parts(code), [Part::Unread], "{code}");
        }
        assert_eq!(block("DO LANGUAGE plperl $$ BEGIN NULL; END $$"), None);
    }
}
