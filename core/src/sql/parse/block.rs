//! PostgreSQL's `DO` blocks, as far as they define things: no variables, no loops.
//!
//! A migration that is to run twice asks a catalogue whether there is a type or a column yet, or
//! forgives the error that there is one. Read here is what such blocks are made of; what they come
//! to is said by [`crate::translate`].

use super::cursor::{Cursor, Parsed, Source, unclear};
use super::lex::{self, Lex};
use super::parse_expr;
use crate::schema::Expr;
use crate::sql::Syntax;

/// A part of a block.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Part {
    /// A statement, as written.
    Statement(String),
    /// `PERFORM f(…)`: the name of the function.
    Perform(String),
    /// `IF … THEN … ELSIF … ELSE … END IF`; a condition that is not read is `None`.
    If {
        /// The conditions, and what is done where one holds.
        whens: Vec<(Option<Expr>, Vec<Part>)>,
        /// What is done where none does.
        otherwise: Vec<Part>,
    },
    /// `BEGIN … EXCEPTION WHEN a OR b THEN NULL; END`.
    Forgiving {
        /// What is done.
        body: Vec<Part>,
        /// The names of the errors after which all of it is undone and nothing more is done, in
        /// lower case.
        errors: Vec<String>,
    },
}

/// What a `DO` block consists of; `None` if the statement is none, or one that is not understood.
pub(crate) fn block(statement: &str) -> Option<Vec<Part>> {
    let source = Source::new(Syntax::Postgres, statement);
    let toks = lex::tokens(Syntax::Postgres, statement).ok()?;
    let code = code(&mut Cursor::new(&source, &toks)).ok()??;
    let source = Source::new(Syntax::Postgres, &code);
    let toks = lex::tokens(Syntax::Postgres, &code).ok()?;
    let mut c = Cursor::new(&source, &toks);
    let parts = body(&mut c).ok()?;
    c.eat_op(";");
    c.done().then_some(parts)
}

/// Whether a statement is a `DO` block that at most writes rows, whatever else it may do: it makes
/// nothing that a catalogue would show. `known`: functions that make nothing.
pub(crate) fn writes_rows_only(statement: &str, known: &dyn Fn(&str) -> bool) -> bool {
    let source = Source::new(Syntax::Postgres, statement);
    let Ok(toks) = lex::tokens(Syntax::Postgres, statement) else {
        return false;
    };
    let Ok(Some(code)) = code(&mut Cursor::new(&source, &toks)) else {
        return false;
    };
    let source = Source::new(Syntax::Postgres, &code);
    let Ok(toks) = lex::tokens(Syntax::Postgres, &code) else {
        return false;
    };
    let c = Cursor::new(&source, &toks);
    let words: Vec<String> = c
        .rest()
        .iter()
        .map(|tok| c.text_of(*tok).to_ascii_lowercase())
        .collect();
    if words.iter().any(|word| MAKING.contains(&word.as_str())) {
        return false;
    }
    let before = |at: usize, back: usize| at.checked_sub(back).map(|at| words[at].as_str());
    words.windows(2).enumerate().all(|(at, pair)| {
        let name = pair[0].as_str();
        let is_name = name.starts_with(|c: char| c.is_alphabetic() || c == '_' || c == '"');
        // `INTO t (a, b)`, `AS t (a, b)`.
        let lists = match before(at, 1) {
            Some(".") => before(at, 3) == Some("into"),
            word => matches!(word, Some("into" | "as")),
        };
        pair[1] != "(" || !is_name || lists || NO_CALL.contains(&name) || known(name)
    })
}

/// Words without which nothing is made, and no name is looked for elsewhere.
const MAKING: &[&str] = &[
    "alter",
    "call",
    "comment",
    "copy",
    "create",
    "do",
    "drop",
    "execute",
    "import",
    "perform",
    "refresh",
    "reset",
    "search_path",
    "set_config",
];

/// Words before a parenthesis that is no call's.
const NO_CALL: &[&str] = &[
    "all",
    "and",
    "any",
    "array",
    "as",
    "by",
    "case",
    "char",
    "conflict",
    "decimal",
    "else",
    "elsif",
    "except",
    "exists",
    "filter",
    "from",
    "having",
    "if",
    "in",
    "intersect",
    "join",
    "like",
    "limit",
    "loop",
    "not",
    "numeric",
    "offset",
    "on",
    "or",
    "over",
    "raise",
    "return",
    "returning",
    "row",
    "select",
    "then",
    "union",
    "using",
    "values",
    "varchar",
    "when",
    "where",
    "while",
    "with",
];

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

/// `BEGIN … [EXCEPTION …] END`.
fn body(c: &mut Cursor<'_>) -> Parsed<Vec<Part>> {
    c.expect("BEGIN")?;
    let body = parts(c)?;
    if !c.eat("EXCEPTION") {
        c.expect("END")?;
        return Ok(body);
    }
    let mut errors = Vec::new();
    while c.eat("WHEN") {
        let before = errors.len();
        loop {
            errors.push(c.ident()?.to_ascii_lowercase());
            if !c.eat("OR") {
                break;
            }
        }
        c.expect("THEN")?;
        // What is raised again is not forgiven.
        if c.is("RAISE") && c.is_op_at(1, ";") && c.is_at(2, "END") {
            c.skip(2);
            errors.truncate(before);
            break;
        }
        if !parts(c)?.is_empty() {
            return unclear("an error after which something is done");
        }
    }
    c.expect("END")?;
    Ok(vec![Part::Forgiving { body, errors }])
}

/// Statements up to a word that ends them.
fn parts(c: &mut Cursor<'_>) -> Parsed<Vec<Part>> {
    let mut all = Vec::new();
    while !c.done() && !c.is_any(&["END", "ELSE", "ELSIF", "ELSEIF", "EXCEPTION", "WHEN"]) {
        if c.eat("IF") {
            all.push(branches(c)?);
        } else if c.is("BEGIN") {
            all.extend(body(c)?);
        } else if c.eat("PERFORM") {
            all.push(Part::Perform(called(c.until(|c| c.is_op(";")))?));
        } else if !c.eat("NULL") && !message(c) {
            all.push(statement(c)?);
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

/// One statement, up to its end; `EXECUTE '…'` is what it executes.
fn statement(c: &mut Cursor<'_>) -> Parsed<Part> {
    const VERBS: &[&str] = &[
        "CREATE", "ALTER", "DROP", "COMMENT", "GRANT", "REVOKE", "INSERT", "UPDATE", "DELETE",
        "TRUNCATE",
    ];
    let mut text = c.until(|c| c.is_op(";"));
    if text.eat("EXECUTE") {
        if let Some(privileges) = privileges(text) {
            return Ok(Part::Statement(privileges));
        }
        let executed = text.string()?;
        text.finish()?;
        let executed = executed.trim().trim_end_matches(';');
        return Ok(Part::Statement(executed.to_owned()));
    }
    // `INSERT … RETURNING a INTO b` wants a variable; a plain INSERT has one INTO of its own.
    let intos = text.rest().iter();
    let intos = intos.filter(|tok| text.text_of(**tok).eq_ignore_ascii_case("INTO"));
    if !text.is_any(VERBS) || intos.count() > usize::from(text.is("INSERT")) {
        return unclear("a statement that only programs have use for");
    }
    Ok(Part::Statement(text.as_written().to_owned()))
}

/// `'GRANT … TO ' || current_user`, `format('REVOKE …', …)`: whose privileges they are is of no
/// account.
fn privileges(mut text: Cursor<'_>) -> Option<String> {
    if text.eat("FORMAT") {
        text = text.group().ok()?;
    }
    let all = text;
    let first = text.string().ok()?;
    let only = ["GRANT ", "REVOKE "]
        .iter()
        .any(|verb| first.trim_start().to_ascii_uppercase().starts_with(verb));
    let written = all.as_written();
    (only && !text.done() && !written.contains(';')).then(|| first.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::{Part, block, writes_rows_only};

    #[test]
    fn a_block_that_writes_rows_makes_nothing() {
        let known = |name: &str| name == "count";
        for code in [
            "DECLARE r record; BEGIN FOR r IN SELECT id FROM t LOOP INSERT INTO a.u (x) VALUES (r.id); END LOOP; END",
            "BEGIN IF (SELECT count(*) FROM t) > 0 THEN UPDATE t SET a = 1; END IF; END",
        ] {
            assert!(
                writes_rows_only(&format!("DO $$ {code} $$"), &known),
                "{code}"
            );
        }
        for code in [
            "BEGIN FOR r IN SELECT 1 LOOP EXECUTE 'DROP TABLE t'; END LOOP; END",
            "DECLARE n int; BEGIN SELECT f(1) INTO n; END",
            "DECLARE n int; BEGIN n := f(1); CREATE TABLE t (id int); END",
            "BEGIN PERFORM count(1); END",
        ] {
            assert!(
                !writes_rows_only(&format!("DO $$ {code} $$"), &known),
                "{code}"
            );
        }
        assert!(!writes_rows_only("CREATE TABLE t (id int)", &known));
    }

    #[test]
    fn privileges_of_whomever_are_privileges() {
        for code in [
            "EXECUTE 'GRANT ALL ON t TO ' || current_user;",
            "EXECUTE format('REVOKE ALL ON t FROM %I', current_user);",
        ] {
            let read = block(&format!("DO $$ BEGIN {code} END $$"));
            assert!(
                matches!(read.as_deref(), Some([Part::Statement(_)])),
                "{code}: {read:?}"
            );
        }
        let read = block("DO $$ BEGIN EXECUTE 'GRANT ALL ON t TO x; DROP TABLE ' || t; END $$");
        assert_eq!(read, None);
    }

    #[test]
    fn a_block_that_defines_things_is_read() {
        let read = block(
            "DO $$ BEGIN CREATE TYPE a AS ENUM ('x'); EXCEPTION WHEN duplicate_object THEN null; END $$",
        );
        let body = vec![Part::Statement("CREATE TYPE a AS ENUM ('x')".into())];
        let errors = vec!["duplicate_object".into()];
        assert_eq!(read, Some(vec![Part::Forgiving { body, errors }]));
        let read = block(
            "DO LANGUAGE plpgsql 'BEGIN RAISE NOTICE ''hm''; PERFORM f(1); EXECUTE ''DROP TABLE t''; END;'",
        );
        let parts = [
            Part::Perform("f".into()),
            Part::Statement("DROP TABLE t".into()),
        ];
        assert_eq!(read.as_deref(), Some(parts.as_slice()));
    }

    #[test]
    fn a_program_on_rows_is_not_read() {
        for code in [
            "DECLARE n integer; BEGIN NULL; END",
            "BEGIN FOR r IN SELECT 1 LOOP NULL; END LOOP; END",
            "BEGIN EXECUTE format('DROP TABLE %I', 't'); END",
            "BEGIN INSERT INTO t VALUES (1) RETURNING id INTO n; END",
            "BEGIN RAISE EXCEPTION 'no'; END",
            "BEGIN RETURN; END",
            "BEGIN DROP TABLE t; EXCEPTION WHEN undefined_table THEN DROP TABLE u; END",
        ] {
            assert_eq!(block(&format!("DO $$ {code} $$")), None, "{code}");
        }
        assert_eq!(block("DO LANGUAGE plperl $$ BEGIN NULL; END $$"), None);
    }
}
