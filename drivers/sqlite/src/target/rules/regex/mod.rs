//! Regular expressions. SQLite has none, so that a pattern becomes conditions that say the same: GLOBs, lengths, and where a
//! character stands first. `pattern` reads PostgreSQL's syntax, `sequence` multiplies alternatives out, `form` has the conditions.
//!
//! What a class such as `[[:space:]]` or `\w` has beyond ASCII depends on the database's locale there. A text with a
//! character that may or may not belong to it fails here.
//!
//! Deliberately absent: what needs to go back over a text (several runs that may share characters, references to what was
//! found, looking ahead at more than the length). It is refused.

mod form;
mod pattern;
mod sequence;
mod set;

use aludel::schema::{Expr, Literal, Type};
use aludel::translate::rewrite::Rewriter;
use aludel::translate::{Refusal, ahead};

use super::Meaning;
use super::build::{call, case, concat, fail, is_stable, not, number};
use pattern::{Pattern, Unsure};

impl Meaning {
    pub(super) fn regex(
        &self,
        rw: &mut Rewriter<'_>,
        left: &Expr,
        right: &Expr,
        any_case: bool,
        negated: bool,
    ) -> Expr {
        let ty = rw.scope.ty(left);
        if let Some(all) = ahead::at_length(left, ty.as_ref(), right, any_case, negated) {
            return rw.expr(&all);
        }
        self.texts(rw, [left]);
        let any_case = any_case || rw.scope.ty(left) == Some(Type::Citext);
        let value = self.shown(rw, left);
        let pattern = match right {
            Expr::Cast { expr, .. } => expr,
            other => other,
        };
        let matches = match pattern {
            Expr::Literal(Literal::Text(pattern)) if is_stable(&value) => {
                matches(pattern, any_case, negated, &value)
            }
            _ => None,
        };
        match matches {
            Some(matches) => matches,
            None => rw.refuse(
                Refusal::new(
                    "regex",
                    "sqlite has no regular expressions, and this one cannot be said by GLOB",
                )
                .help("simple ones as '^[a-z0-9_]+$' or '^[0-9]{4}-[0-9]{2}$' are translated"),
            ),
        }
    }
}

/// Whether `value` matches, or does not.
fn matches(pattern: &str, any_case: bool, negated: bool, value: &Expr) -> Option<Expr> {
    let Pattern { hir, unsure } = pattern::read(pattern, any_case)?;
    let found = form::any(&sequence::all(&hir)?, value)?;
    let found = if negated { not(found) } else { found };
    Some(match unsure {
        Unsure::Of(_) if value_is_ascii(value) => found,
        Unsure::Nothing => found,
        Unsure::Of(class) => {
            let beyond = call("glob", [beyond(class), value.clone()]);
            let message = match class {
                pattern::Class::Space => "the locale of PostgreSQL decides whether that is a blank",
                pattern::Class::Other => {
                    "the locale of PostgreSQL decides of what class a letter beyond ASCII is"
                }
            };
            case([(beyond, fail(message, Some(value.clone())))], Some(found))
        }
    })
}

fn value_is_ascii(value: &Expr) -> bool {
    matches!(value, Expr::Literal(Literal::Text(text)) if text.is_ascii())
}

/// GLOB's pattern of the texts with a character that PostgreSQL's locale decides about.
fn beyond(class: pattern::Class) -> Expr {
    let one = |code: u32| number(i64::from(code));
    match class {
        // `[^\x01-\x7f]`, which no text constant can hold readably.
        pattern::Class::Other => concat([
            Expr::text("*[^"),
            call("char", [one(1)]),
            Expr::text("-"),
            call("char", [one(127)]),
            Expr::text("]*"),
        ]),
        // Whatever any locale calls a blank, from Unicode's White_Space and what libraries had beside it.
        pattern::Class::Space => concat([
            Expr::text("*["),
            call("char", [0x85, 0xa0, 0x1680, 0x180e, 0x2000].map(one)),
            Expr::text("-"),
            call(
                "char",
                [
                    0x200f, 0x2028, 0x2029, 0x202f, 0x205f, 0x2060, 0x3000, 0xfeff,
                ]
                .map(one),
            ),
            Expr::text("]*"),
        ]),
    }
}

#[cfg(test)]
mod tests;
