//! LIKE: PostgreSQL's minds case, SQLite's does not. GLOB does.

use aludel::schema::{Expr, Literal, Type};
use aludel::sql::Syntax;
use aludel::translate::Refusal;
use aludel::translate::rewrite::Rewriter;

use super::build::{call, not};
use super::{Compares, Meaning, compares, refuse};

impl Meaning {
    pub(super) fn like(
        &self,
        rw: &mut Rewriter<'_>,
        expr: &Expr,
        pattern: &Expr,
        escape: Option<char>,
        any_case: bool,
        negated: bool,
    ) -> Expr {
        self.texts(rw, [expr]);
        // Where anything may follow, so may the blanks of a char(n).
        let open = matches!(pattern, Expr::Literal(Literal::Text(text))
            if parts(text, escape.or(Some('\\'))).is_some_and(|parts| is_open(&parts)));
        let value = match open {
            true => rw.expr(expr),
            false => self.shown(rw, expr),
        };
        let Expr::Literal(Literal::Text(pattern)) = pattern else {
            let _ = rw.expr(pattern);
            return refuse(rw, "LIKE with a pattern that is no constant");
        };
        let Some(parts) = parts(pattern, escape.or(Some('\\'))) else {
            return rw.refuse(Refusal::new(
                "bad-constant",
                format!("'{pattern}' ends with its escape character"),
            ));
        };
        // There it goes by the collation.
        let mut any_case = any_case;
        if self.source(rw) == Syntax::Mysql && pattern.chars().any(char::is_alphabetic) {
            let of = rw.scope.column_of_table(expr);
            match of.map(|(table, column)| compares(column, table)) {
                Some(Compares::Exactly | Compares::WithoutBlanks) => any_case = false,
                // What else is equal there is said of the column.
                Some(Compares::AnyCase) if pattern.is_ascii() => any_case = true,
                _ => return refuse(rw, "LIKE with letters"),
            }
        }
        // To a citext no case matters.
        if any_case || rw.scope.ty(expr) == Some(Type::Citext) {
            if !pattern.is_ascii() {
                return refuse(rw, "LIKE of any case with letters beyond ASCII");
            }
            let (pattern, escape) = like_pattern(&parts);
            return Expr::Like {
                expr: Box::new(value),
                pattern: Box::new(Expr::text(pattern)),
                escape,
                any_case: true,
                negated,
            };
        }
        let matches = call("glob", [Expr::text(glob_pattern(&parts)), value]);
        if negated { not(matches) } else { matches }
    }
}

/// A part of a pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    One(char),
    AnyOne,
    AnyMany,
}

/// Whether blanks at the end of a text are nothing to a pattern.
fn is_open(parts: &[Part]) -> bool {
    let blank = |part: &Part| matches!(part, Part::AnyOne | Part::One(' '));
    parts.last() == Some(&Part::AnyMany) && !parts.iter().any(blank)
}

fn parts(pattern: &str, escape: Option<char>) -> Option<Vec<Part>> {
    let mut result = Vec::new();
    let mut chars = pattern.chars();
    while let Some(c) = chars.next() {
        result.push(match c {
            c if Some(c) == escape => Part::One(chars.next()?),
            '%' => Part::AnyMany,
            '_' => Part::AnyOne,
            c => Part::One(c),
        });
    }
    Some(result)
}

fn glob_pattern(parts: &[Part]) -> String {
    let mut result = String::new();
    for part in parts {
        match part {
            Part::AnyMany => result.push('*'),
            Part::AnyOne => result.push('?'),
            Part::One(c) => push_glob(&mut result, *c),
        }
    }
    result
}

/// A character that means itself in GLOB.
pub(super) fn push_glob(pattern: &mut String, c: char) {
    match c {
        '*' | '?' | '[' => pattern.extend(['[', c, ']']),
        c => pattern.push(c),
    }
}

/// SQLite's LIKE has no escape character unless one is given.
fn like_pattern(parts: &[Part]) -> (String, Option<char>) {
    let mut result = String::new();
    let mut escape = None;
    for part in parts {
        match part {
            Part::AnyMany => result.push('%'),
            Part::AnyOne => result.push('_'),
            Part::One(c @ ('%' | '_' | '\\')) => {
                escape = Some('\\');
                result.extend(['\\', *c]);
            }
            Part::One(c) => result.push(*c),
        }
    }
    // A backslash means itself where no escape character is given.
    if escape.is_none() {
        (result, None)
    } else {
        (result, escape)
    }
}

#[cfg(test)]
mod tests {
    use super::{glob_pattern, like_pattern, parts};

    #[test]
    fn a_pattern_that_minds_case_is_a_glob() {
        let glob = |pattern| glob_pattern(&parts(pattern, Some('\\')).expect("a pattern"));
        assert_eq!(glob("a%b_c"), "a*b?c");
        assert_eq!(glob("100\\%*[x]?"), "100%[*][[]x][?]");
        assert_eq!(parts("x\\", Some('\\')), None);
    }

    #[test]
    fn a_pattern_that_does_not_says_its_escape_character() {
        let like = |pattern| like_pattern(&parts(pattern, Some('\\')).expect("a pattern"));
        assert_eq!(like("a%"), ("a%".into(), None));
        assert_eq!(like("100\\%"), ("100\\%".into(), Some('\\')));
        assert_eq!(like("a\\\\b"), ("a\\\\b".into(), Some('\\')));
    }
}
