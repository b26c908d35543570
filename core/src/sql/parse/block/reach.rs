//! How far code reaches that is not understood.

use super::super::cursor::{Cursor, Source};
use super::super::lex;
use super::code;
use crate::sql::Syntax;

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

/// Whether the code of a function makes nothing: it changes rows at most.
pub(super) fn reach_of_code(code: &str, known: &dyn Fn(&str) -> bool) -> bool {
    let source = Source::new(Syntax::Postgres, code);
    let toks = lex::tokens(Syntax::Postgres, code);
    toks.is_ok_and(|toks| reach_of(Cursor::new(&source, &toks), false, known) == Reach::Rows)
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
pub(in crate::sql::parse) fn calls_only(c: &Cursor<'_>, known: &dyn Fn(&str) -> bool) -> bool {
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

#[cfg(test)]
mod tests {
    use super::{Reach, reach};

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
}
