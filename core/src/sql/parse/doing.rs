//! `DO` blocks with variables and loops, as far as it matters when they do nothing.
//!
//! What such a block comes to hangs on rows, and is not known here. But it is made of statements,
//! and of ways to come to them: a block whose statements do nothing does nothing.
//!
//! Deliberately absent: what variables hold, and in which order things are done.

use super::block::{calls_only, read};
use super::cursor::{Cursor, Parsed, Source, unclear};
use super::lex;
use crate::sql::Syntax;

/// Something that a block does, with its text as written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Doing {
    /// Computes, or reads into variables.
    Reads(String),
    /// A statement on rows; `PERFORM` is a `SELECT`.
    Statement(String),
    /// Of these one at most, where its condition holds.
    Branches(Vec<(Option<String>, Vec<Doing>)>),
    /// Again and again; for the rows of a query, if it is for those.
    Loop(Option<String>, Vec<Doing>),
    /// Anything else.
    Other,
}

/// What a `DO` block does; `None` if the statement is none, or not understood at all.
pub(crate) fn doings(statement: &str) -> Option<Vec<Doing>> {
    read(statement, block)
}

/// Whether all that a text calls is one of these functions.
pub(crate) fn calls(text: &str, known: &dyn Fn(&str) -> bool) -> bool {
    let source = Source::new(Syntax::Postgres, text);
    let toks = lex::tokens(Syntax::Postgres, text);
    toks.is_ok_and(|toks| calls_only(&Cursor::new(&source, &toks), known))
}

/// `[DECLARE …] BEGIN … [EXCEPTION …] END [label]`.
fn block(c: &mut Cursor<'_>) -> Parsed<Vec<Doing>> {
    let mut all = Vec::new();
    if c.eat("DECLARE") {
        all.push(reads(c.until(|c| c.is("BEGIN"))));
    }
    c.expect("BEGIN")?;
    all.extend(doing(c)?);
    if c.eat("EXCEPTION") {
        // What is done after an error counts as if it were done.
        while c.eat("WHEN") {
            c.until(|c| c.is("THEN"));
            c.expect("THEN")?;
            all.extend(doing(c)?);
        }
    }
    c.expect("END")?;
    if c.is_ident() {
        c.ident()?;
    }
    Ok(all)
}

fn reads(c: Cursor<'_>) -> Doing {
    Doing::Reads(c.as_written().to_owned())
}

/// Up to a word that ends it.
fn doing(c: &mut Cursor<'_>) -> Parsed<Vec<Doing>> {
    let mut all = Vec::new();
    while !c.is_any(&["END", "ELSE", "ELSIF", "ELSEIF", "EXCEPTION", "WHEN"]) {
        if c.done() {
            return c.expected("END");
        }
        if c.eat_op("<<") {
            c.ident()?;
            c.expect_op(">>")?;
            continue;
        }
        if c.is_any(&["DECLARE", "BEGIN"]) {
            all.extend(block(c)?);
        } else if c.eat("IF") {
            all.push(branches(c)?);
        } else if c.is_any(&["FOR", "FOREACH", "WHILE", "LOOP"]) {
            all.push(repeated(c)?);
        } else {
            all.push(one(c.until(|c| c.is_op(";"))));
        }
        c.expect_op(";")?;
    }
    Ok(all)
}

fn branches(c: &mut Cursor<'_>) -> Parsed<Doing> {
    let mut all = Vec::new();
    loop {
        let condition = c.until(|c| c.is("THEN")).as_written().to_owned();
        c.expect("THEN")?;
        all.push((Some(condition), doing(c)?));
        if c.eat("ELSIF") || c.eat("ELSEIF") {
            continue;
        }
        if c.eat("ELSE") {
            all.push((None, doing(c)?));
        }
        c.expect("END")?;
        c.expect("IF")?;
        return Ok(Doing::Branches(all));
    }
}

/// `FOR … LOOP … END LOOP` and its like.
fn repeated(c: &mut Cursor<'_>) -> Parsed<Doing> {
    let over_rows = c.is("FOR");
    let mut head = c.until(|c| c.is("LOOP"));
    c.expect("LOOP")?;
    let mut body = doing(c)?;
    c.expect("END")?;
    c.expect("LOOP")?;
    if c.is_ident() {
        c.ident()?;
    }
    let mut query = None;
    if over_rows {
        head.until(|c| c.is("IN"));
        head.expect("IN")?;
        if head.is_op("(") {
            let inside = head.group()?;
            head.finish()?;
            head = inside;
        }
        if head.is_any(&["SELECT", "WITH"]) {
            query = Some(head.as_written().to_owned());
        } else if head.is("EXECUTE") {
            return unclear("a query that is put together");
        }
    }
    if query.is_none() {
        body.push(reads(head));
    }
    Ok(Doing::Loop(query, body))
}

/// One statement, without what ends it.
fn one(mut c: Cursor<'_>) -> Doing {
    const LEVELS: &[&str] = &["NOTICE", "INFO", "LOG", "DEBUG", "WARNING"];
    const QUIET: &[&str] = &[
        "CLOSE", "CONTINUE", "EXIT", "FETCH", "GET", "MOVE", "NULL", "RETURN",
    ];
    let whole = c;
    let words = |word: &str| {
        let mut all = whole.rest().iter();
        all.any(|tok| whole.text_of(*tok).eq_ignore_ascii_case(word))
    };
    // A row that is not there is an error.
    if words("STRICT") {
        return Doing::Other;
    }
    if c.is("RAISE") && LEVELS.iter().any(|level| c.is_at(1, level)) || c.is_any(QUIET) {
        c.skip(1);
        return reads(c);
    }
    if c.eat("PERFORM") {
        return Doing::Statement(format!("SELECT {}", c.as_written()));
    }
    let changes = ["INSERT", "UPDATE", "DELETE"];
    // Nothing is done for which it could matter.
    if c.is("COMMIT") && c.rest().len() == 1 {
        c.skip(1);
        return reads(c);
    }
    if c.is("WITH")
        && let Some(query) = without_variables(c)
    {
        return Doing::Statement(query);
    }
    if c.is_any(&changes) || c.is("WITH") && changes.iter().any(|word| words(word)) {
        // What it returns is of the rows that it changes.
        let statement = c.until(|c| c.is("RETURNING"));
        return Doing::Statement(statement.as_written().to_owned());
    }
    if c.is_any(&["SELECT", "WITH"]) && words("INTO") {
        return reads(c);
    }
    let mut value = c;
    value.until(|c| c.is_op(":=") || c.is_op("=") || c.is_op("("));
    if !KEYWORDS.iter().any(|word| c.is(word)) && (value.eat_op(":=") || value.eat_op("=")) {
        return reads(value);
    }
    Doing::Other
}

/// `WITH … SELECT … INTO a, b …` without the variables.
fn without_variables(mut c: Cursor<'_>) -> Option<String> {
    let with = c.until(|c| c.is("SELECT"));
    if !c.is("SELECT") {
        return None;
    }
    let select = c.until(|c| c.is("INTO"));
    if !c.eat("INTO") {
        return None;
    }
    let (with, select) = (with.as_written(), select.as_written());
    loop {
        c.ident().ok()?;
        if !c.eat_op(",") {
            return Some(format!("{with} {select} {}", c.as_written()));
        }
    }
}

/// Words that begin no assignment.
const KEYWORDS: &[&str] = &[
    "ALTER", "ANALYZE", "ASSERT", "CALL", "CASE", "COMMENT", "COMMIT", "COPY", "CREATE", "DO",
    "DROP", "EXECUTE", "GRANT", "LOCK", "MERGE", "OPEN", "RAISE", "REFRESH", "REINDEX", "RESET",
    "REVOKE", "ROLLBACK", "SECURITY", "SELECT", "SET", "TRUNCATE", "VACUUM", "WITH",
];

#[cfg(test)]
mod tests {
    use super::{Doing, doings};

    #[test]
    fn a_block_is_what_its_statements_are() {
        let block = "DO $do$
            DECLARE r record; n int := 0;
            BEGIN
              FOR r IN SELECT id FROM t LOOP
                IF r.id IS NULL THEN
                  UPDATE u SET a = 1 WHERE id = r.id RETURNING a INTO n;
                ELSE
                  n := n + 1; RAISE NOTICE '%', n; CONTINUE;
                END IF;
              END LOOP;
              SELECT count(*) INTO n FROM u;
              WHILE n > 0 LOOP n = n - 1; END LOOP;
              PERFORM f(x) FROM t;
              DROP TABLE t;
            END $do$";
        let own = |text: &str| text.to_owned();
        let reads = |text: &str| Doing::Reads(own(text));
        let statement = |text: &str| Doing::Statement(own(text));
        assert_eq!(
            doings(block).expect("a block"),
            [
                reads("r record; n int := 0;"),
                Doing::Loop(
                    Some(own("SELECT id FROM t")),
                    vec![Doing::Branches(vec![
                        (
                            Some(own("r.id IS NULL")),
                            vec![statement("UPDATE u SET a = 1 WHERE id = r.id")],
                        ),
                        (
                            None,
                            vec![reads("n + 1"), reads("NOTICE '%', n"), reads("")]
                        ),
                    ])],
                ),
                reads("SELECT count(*) INTO n FROM u"),
                Doing::Loop(None, vec![reads("n - 1"), reads("WHILE n > 0")]),
                statement("SELECT f(x) FROM t"),
                Doing::Other,
            ]
        );
        assert_eq!(
            doings("DO $$ BEGIN FOR r IN EXECUTE x LOOP NULL; END LOOP; END $$"),
            None
        );
        let strict = "DO $$ DECLARE r int; BEGIN SELECT id INTO STRICT r FROM t; END $$";
        assert_eq!(doings(strict).expect("a block")[1], Doing::Other);
    }
}
