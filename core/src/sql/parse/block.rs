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
}

/// What a `DO` block consists of; `None` if the statement is none, or one that is not understood.
pub(crate) fn block(statement: &str) -> Option<Vec<Part>> {
    read(statement, body)
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

/// What code that is not understood may have made or changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Reach {
    /// At most rows: a `DO` block that makes nothing that a catalogue would show.
    Rows,
    /// Only what it names: these words, in lower case. What an engine names by itself begins with
    /// one of them.
    Words(Vec<String>),
    /// Anything: it executes what it puts together, or calls what is not known.
    Anything,
}

/// How far a statement reaches that is not understood. `known`: functions that make nothing.
pub(crate) fn reach(statement: &str, known: &dyn Fn(&str) -> bool) -> Reach {
    let source = Source::new(Syntax::Postgres, statement);
    let Ok(toks) = lex::tokens(Syntax::Postgres, statement) else {
        return Reach::Anything;
    };
    let whole = Cursor::new(&source, &toks);
    let Ok(code) = code(&mut whole.clone()) else {
        return Reach::Anything;
    };
    let Some(code) = code else {
        return reach_of(whole, true, known);
    };
    let source = Source::new(Syntax::Postgres, &code);
    let Ok(toks) = lex::tokens(Syntax::Postgres, &code) else {
        return Reach::Anything;
    };
    reach_of(Cursor::new(&source, &toks), false, known)
}

fn reach_of(c: Cursor<'_>, makes: bool, known: &dyn Fn(&str) -> bool) -> Reach {
    let words = words(&c);
    let one_of = |list: &[&str]| words.iter().any(|word| list.contains(&word.as_str()));
    let calls_known = calls_only(&c, known);
    let nested = words.first().is_some_and(|word| word == "do");
    if nested || one_of(REACHING) || !calls_known {
        return Reach::Anything;
    }
    if !makes && !one_of(MAKING) {
        return Reach::Rows;
    }
    let part = |c: char| !(c.is_alphanumeric() || c == '_');
    let parts = words.iter().flat_map(|word| word.split(part));
    Reach::Words(
        parts
            .filter(|part| !part.is_empty())
            .map(str::to_owned)
            .collect(),
    )
}

/// Whether all that is called in what is left is one of these functions, by names in lower case.
pub(super) fn calls_only(c: &Cursor<'_>, known: &dyn Fn(&str) -> bool) -> bool {
    let words: Vec<String> = words(c);
    let before = |at: usize, back: usize| at.checked_sub(back).map(|at| words[at].as_str());
    words.windows(2).enumerate().all(|(at, pair)| {
        let name = pair[0].as_str();
        let is_name = name.starts_with(|c: char| c.is_alphabetic() || c == '_' || c == '"');
        // `INTO a.t (a, b)`, `AS t (a, b)`, `IF NOT EXISTS t (a, b)`.
        let mut first = at;
        while before(first, 1) == Some(".") && first >= 2 {
            first -= 2;
        }
        let lists = before(first, 1).is_some_and(|word| LISTING.contains(&word));
        pair[1] != "(" || !is_name || lists || NO_CALL.contains(&name) || known(name)
    })
}

fn words(c: &Cursor<'_>) -> Vec<String> {
    let toks = c.rest().iter();
    toks.map(|tok| c.text_of(*tok).to_ascii_lowercase())
        .collect()
}

/// Words without which nothing is made.
const MAKING: &[&str] = &["alter", "comment", "create", "drop", "refresh"];

/// Words with which code reaches what it does not name.
const REACHING: &[&str] = &[
    "call",
    "cascade",
    "copy",
    "execute",
    "import",
    "perform",
    "reset",
    "search_path",
    "set_config",
];

/// Words before a name that is followed by a list.
const LISTING: &[&str] = &["as", "exists", "into", "on", "references", "table", "using"];

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
    "check",
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
    "key",
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
    "unique",
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
        // What is raised again is not forgiven.
        if c.is("RAISE") && c.is_op_at(1, ";") && c.is_at(2, "END") {
            c.skip(2);
            errors.truncate(before);
            break;
        }
        instead |= !parts(c)?.is_empty();
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
    use super::{Part, Reach, block, reach};

    #[test]
    fn code_that_is_not_understood_reaches_what_it_names() {
        let known = |name: &str| name == "count";
        let reach = |code: &str| reach(&format!("DO $$ {code} $$"), &known);
        for code in [
            "DECLARE r record; BEGIN FOR r IN SELECT id FROM t LOOP INSERT INTO a.u (x) VALUES (r.id); END LOOP; END",
            "BEGIN IF (SELECT count(*) FROM t) > 0 THEN UPDATE t SET a = 1; END IF; END",
        ] {
            assert_eq!(reach(code), Reach::Rows, "{code}");
        }
        for code in [
            "BEGIN FOR r IN SELECT 1 LOOP EXECUTE 'DROP TABLE t'; END LOOP; END",
            "DECLARE n int; BEGIN SELECT f(1) INTO n; END",
            "DECLARE n int; BEGIN n := f(1); CREATE TABLE t (id int); END",
            "BEGIN PERFORM count(1); END",
            "BEGIN LOOP DROP TABLE t CASCADE; END LOOP; END",
        ] {
            assert_eq!(reach(code), Reach::Anything, "{code}");
        }
        let code = "BEGIN LOOP CREATE TABLE IF NOT EXISTS a.t (id int REFERENCES \"U\" (id)); END LOOP; END";
        let Reach::Words(words) = reach(code) else {
            panic!("{code}: {:?}", reach(code))
        };
        for word in ["a", "t", "id", "u"] {
            assert!(words.iter().any(|own| own == word), "{word}: {words:?}");
        }
        let statement = super::reach("CREATE TABLE t (id int)", &known);
        assert!(matches!(statement, Reach::Words(_)), "{statement:?}");
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
        let forgiving = Part::Forgiving {
            body,
            errors,
            instead: false,
        };
        assert_eq!(read, Some(vec![forgiving]));
        let read = block(
            "DO $$ BEGIN DROP TABLE t; EXCEPTION WHEN SQLSTATE '2BP01' THEN RAISE NOTICE 'no'; WHEN undefined_table THEN DROP TABLE u; END $$",
        );
        let forgiving = Part::Forgiving {
            body: vec![Part::Statement("DROP TABLE t".into())],
            errors: vec![
                "dependent_objects_still_exist".into(),
                "undefined_table".into(),
            ],
            instead: true,
        };
        assert_eq!(read, Some(vec![forgiving]));
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
        ] {
            assert_eq!(block(&format!("DO $$ {code} $$")), None, "{code}");
        }
        assert_eq!(block("DO LANGUAGE plperl $$ BEGIN NULL; END $$"), None);
    }
}
