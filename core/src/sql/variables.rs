//! Variables of a script: `${name}`, for names that the revision declares.
//!
//! A value is written as the place asks for it (`fitting`). Comments stay as they are, and so does a
//! `${…}` that nobody declared.

use std::collections::BTreeMap;
use std::ops::Range;

use super::Syntax;
use super::fitting::Place;
use super::lexer::Lexer;
use super::token::{Kind, Token};

/// Why a variable could not be put in its place.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum VariableProblem {
    /// It is declared, and nobody gave it a value.
    #[error("the variable `{name}` has no value")]
    NoValue {
        /// Its name.
        name: String,
        /// Where it stands in the text, in bytes.
        at: usize,
    },
    /// The value would not stay within its place.
    #[error("the value of `{name}` does not fit where it stands: {why}")]
    DoesNotFit {
        /// Its name.
        name: String,
        /// Where it stands in the text, in bytes.
        at: usize,
        /// What the place asks for.
        why: &'static str,
    },
}

impl VariableProblem {
    /// Where the variable stands in the text, in bytes: from its `$` to its `}`.
    pub fn span(&self) -> Range<usize> {
        match self {
            Self::NoValue { at, name } | Self::DoesNotFit { at, name, .. } => {
                *at..at + name.len() + 3
            }
        }
    }

    /// What to do.
    pub fn help(&self) -> String {
        match self {
            Self::NoValue { name, .. } => format!(
                "give `-x {name}=VALUE`, or set it in `variables` of the database in aludel.toml"
            ),
            Self::DoesNotFit { .. } => "put it between quotes, or give another value".into(),
        }
    }
}

/// Puts values in the place of the declared variables of a statement. `None` if it has none.
///
/// # Errors
///
/// Every variable without a value, and every value that does not fit.
///
/// ```
/// use std::collections::BTreeMap;
/// use aludel::sql::{Syntax, substitute};
///
/// let values = BTreeMap::from([("who".to_owned(), "O'Hara".to_owned())]);
/// let text = "INSERT INTO t VALUES ('${who}') -- ${who} ${other}";
/// let done = substitute(Syntax::Postgres, text, &["who".to_owned()], &values);
/// let expected = "INSERT INTO t VALUES ('O''Hara') -- ${who} ${other}";
/// assert_eq!(done, Ok(Some(expected.to_owned())));
/// ```
pub fn substitute(
    syntax: Syntax,
    text: &str,
    declared: &[String],
    values: &BTreeMap<String, String>,
) -> Result<Option<String>, Vec<VariableProblem>> {
    if declared.is_empty() || !text.contains("${") {
        return Ok(None);
    }
    let mut lexer = Lexer::new(syntax, text);
    let tokens: Vec<Token> = std::iter::from_fn(|| lexer.next()).collect();
    let mut result = String::new();
    let mut problems = Vec::new();
    let mut from = 0;
    for (at, _) in text.match_indices("${") {
        let Some(name) = name_at(text, at).filter(|name| declared.iter().any(|d| d == name)) else {
            continue;
        };
        let Some(place) = Place::of(syntax, text, &tokens, at) else {
            continue;
        };
        if at < from || matches!(place.kind(), Kind::LineComment | Kind::BlockComment) {
            continue;
        }
        let name = name.to_owned();
        let Some(value) = values.get(&name) else {
            problems.push(VariableProblem::NoValue { name, at });
            continue;
        };
        match place.fitted(value) {
            Ok(value) => {
                result.push_str(&text[from..at]);
                // `10-${n}` with -3 is no comment.
                if value.starts_with('-') && result.ends_with('-') && place.is_bare() {
                    result.push(' ');
                }
                result.push_str(&value);
                from = at + name.len() + 3;
            }
            Err(why) => problems.push(VariableProblem::DoesNotFit { name, at, why }),
        }
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    if from == 0 {
        return Ok(None);
    }
    result.push_str(&text[from..]);
    Ok(Some(result))
}

/// The name of the variable that begins at `at`, if one does.
fn name_at(text: &str, at: usize) -> Option<&str> {
    let rest = &text[at + 2..];
    let name = &rest[..rest.find('}')?];
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '_';
    (!name.is_empty() && name.chars().all(plain)).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(syntax: Syntax, text: &str, value: &str) -> Result<Option<String>, Vec<String>> {
        let values = BTreeMap::from([("x".to_owned(), value.to_owned())]);
        substitute(syntax, text, &["x".to_owned(), "unset".to_owned()], &values)
            .map_err(|problems| problems.iter().map(ToString::to_string).collect())
    }

    fn postgres(text: &str, value: &str) -> String {
        match with(Syntax::Postgres, text, value) {
            Ok(Some(text)) => text,
            Ok(None) => "unchanged".into(),
            Err(problems) => problems.join("; "),
        }
    }

    #[test]
    fn values_are_written_as_their_place_asks() {
        assert_eq!(postgres("SELECT '${x}'", "a'b\\c"), "SELECT 'a''b\\c'");
        assert_eq!(postgres("SELECT E'${x}'", "a'b\\c"), "SELECT E'a''b\\\\c'");
        assert_eq!(postgres("SELECT \"${x}\"", "a\"b"), "SELECT \"a\"\"b\"");
        assert_eq!(postgres("SELECT $$${x}$$", "a'b"), "SELECT $$a'b$$");
        assert_eq!(
            postgres("SET search_path TO ${x}", "acme"),
            "SET search_path TO acme"
        );
        assert_eq!(
            postgres("CREATE TABLE t_${x} (a int)", "acme"),
            "CREATE TABLE t_acme (a int)"
        );
        assert_eq!(postgres("LIMIT ${x}", "-1.5"), "LIMIT -1.5");
        assert_eq!(
            with(Syntax::Mysql, "SELECT '${x}'", "a'b\\"),
            Ok(Some("SELECT 'a''b\\\\'".to_owned()))
        );
    }

    #[test]
    fn a_value_cannot_end_its_statement() {
        assert!(postgres("DROP TABLE ${x}", "a; DROP TABLE b").contains("plain word"));
        assert!(postgres("SELECT $$ ${x} $$", "$$; DROP TABLE b; $$").contains("dollar-quoted"));
        assert!(postgres("DO $$ ${x} $$", "$$; DROP TABLE b; $$").contains("dollar-quoted"));
    }

    #[test]
    fn a_negative_number_behind_a_minus_begins_no_comment() {
        assert_eq!(postgres("SELECT 10-${x}", "-3"), "SELECT 10- -3");
        assert_eq!(postgres("SELECT 10 - ${x}", "-3"), "SELECT 10 - -3");
        assert_eq!(postgres("SELECT '-${x}'", "-3"), "SELECT '--3'");
        let body = postgres("DO $$ BEGIN i := 10-${x}; END $$", "-3");
        assert_eq!(body, "DO $$ BEGIN i := 10- -3; END $$");
    }

    #[test]
    fn a_body_is_code() {
        let raise = |value: &str| postgres("DO $$ BEGIN RAISE NOTICE 'x ${x}'; END $$", value);
        assert_eq!(
            raise("o'neil"),
            "DO $$ BEGIN RAISE NOTICE 'x o''neil'; END $$"
        );
        assert_eq!(
            raise("x'; DROP TABLE q; RAISE NOTICE 'y"),
            "DO $$ BEGIN RAISE NOTICE 'x x''; DROP TABLE q; RAISE NOTICE ''y'; END $$"
        );
        let drop = |value: &str| postgres("DO $$ BEGIN DROP TABLE ${x}; END $$", value);
        assert!(drop("a; DROP TABLE b").contains("plain word"));
        assert_eq!(drop("a"), "DO $$ BEGIN DROP TABLE a; END $$");
        let function = |body: &str| {
            let text =
                format!("CREATE OR REPLACE FUNCTION f() RETURNS text LANGUAGE sql AS {body}");
            postgres(&text, "o'neil")
        };
        assert!(function("$f$ SELECT '${x}' $f$").ends_with("$f$ SELECT 'o''neil' $f$"));
        assert!(function("$f$ SELECT $g$${x}$g$ $f$").ends_with("$f$ SELECT $g$o'neil$g$ $f$"));
        assert!(function("'SELECT ''${x}'''").contains("plain word"));
        let other = "CREATE FUNCTION f() RETURNS text AS $$ return '${x}' $$ LANGUAGE plpython3u";
        assert!(postgres(other, "o'neil").contains("plain word"));
        assert!(postgres(other, "oneil").contains("return 'oneil'"));
        // A default is no body.
        let default =
            "CREATE FUNCTION f(a text DEFAULT '${x}') RETURNS text LANGUAGE sql AS $$ SELECT a $$";
        assert!(postgres(default, "o'neil").contains("DEFAULT 'o''neil'"));
    }

    #[test]
    fn what_is_not_declared_stays() {
        assert_eq!(postgres("SELECT '${y}' -- ${x}", "1"), "unchanged");
        assert_eq!(
            postgres("SELECT ${unset}", "1"),
            "the variable `unset` has no value"
        );
    }
}
