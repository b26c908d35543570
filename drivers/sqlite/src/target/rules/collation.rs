//! Whether a text minds case where it is compared: a `citext` ignores it whatever it was made by, and
//! what is none minds it, be it made of one.
//!
//! SQLite goes by columns instead, and by any COLLATE that stands within an expression; a CASE, a call
//! or a query has the collation of nothing. So the collation is written out where the two would differ:
//! there, and where a value turns from one into the other.

use aludel::schema::{Call, CallArg, Expr, Literal, Name, Part, Type};
use aludel::sql::Syntax;
use aludel::translate::infer::{Family, is_text_constant};
use aludel::translate::rewrite::Rewriter;

use super::Meaning;

const CASELESS: &str = "NOCASE";
const BYTEWISE: &str = "BINARY";

impl Meaning {
    /// What was made of an expression, with the collation that its type says.
    pub(super) fn collated(&self, rw: &Rewriter<'_>, expr: &Expr, made: Expr) -> Expr {
        if rw.scope.source() != Syntax::Postgres {
            return made;
        }
        let may_ignore_case = match expr {
            Expr::Case { .. } | Expr::Subquery(_) | Expr::Subscript { .. } => true,
            Expr::Call(call) => hands_on(call),
            _ => false,
        };
        // A column has its own, and so has what was converted.
        let has_own = matches!(
            expr,
            Expr::Column { .. } | Expr::Cast { .. } | Expr::Collate { .. } | Expr::Literal(_)
        );
        let within = !has_own && within(&made) == Some(true);
        if !may_ignore_case && !within {
            return made;
        }
        match rw.scope.ty(expr) {
            Some(Type::Citext) => caseless(made),
            Some(ty) if within && Family::of(&ty) == Family::Text => collate(made, BYTEWISE),
            _ => made,
        }
    }
}

/// Whether a call gives one of the values that it is given.
fn hands_on(call: &Call) -> bool {
    matches!(
        call.name.name.as_str(),
        "coalesce"
            | "nullif"
            | "greatest"
            | "least"
            | "min"
            | "max"
            | "first_value"
            | "last_value"
            | "nth_value"
            | "lag"
            | "lead"
            | "any_value"
    )
}

/// A value that ignores case.
pub(super) fn caseless(value: Expr) -> Expr {
    match value {
        Expr::Literal(Literal::Null) => value,
        Expr::Collate { expr, .. } => collate(*expr, CASELESS),
        value => collate(value, CASELESS),
    }
}

/// What was a `citext`, as a text that minds case.
pub(super) fn bytewise(value: Expr) -> Expr {
    match value {
        Expr::Collate { expr, .. } => collate(*expr, BYTEWISE),
        Expr::Column { .. } => collate(value, BYTEWISE),
        value if within(&value) == Some(true) => collate(value, BYTEWISE),
        value => value,
    }
}

/// A value that is stored, where its collation says nothing.
pub(super) fn stored(value: Expr) -> Expr {
    match value {
        Expr::Collate { expr, .. } => *expr,
        value => value,
    }
}

fn collate(value: Expr, collation: &str) -> Expr {
    Expr::Collate {
        expr: Box::new(value),
        collation: Name::bare(collation),
    }
}

/// Whether the COLLATE within an expression that SQLite takes ignores case; nothing if there is none.
fn within(expr: &Expr) -> Option<bool> {
    if let Expr::Collate { collation, .. } = expr {
        return Some(collation.name == CASELESS);
    }
    let mut found = None;
    expr.parts(&mut |part| {
        if let Part::Expr(expr) = part
            && found.is_none()
        {
            found = within(expr);
        }
    });
    found
}

/// Whether a function of texts is that of citext's with such arguments: for `replace`, `strpos` and
/// `split_part` there is one, which is taken if none of the texts is of another type.
pub(super) fn ignores_case(rw: &Rewriter<'_>, texts: &[&Expr]) -> bool {
    let is_citext = |expr: &&&Expr| rw.scope.ty(expr) == Some(Type::Citext);
    rw.scope.source() == Syntax::Postgres
        && texts.iter().any(|expr| is_citext(&expr))
        && texts
            .iter()
            .all(|expr| is_text_constant(expr) || is_citext(&expr))
}

/// Whether a text constant is the same in both cases.
pub(super) fn has_no_case(expr: &Expr) -> bool {
    matches!(expr, Expr::Literal(Literal::Text(text)) if !text.chars().any(char::is_alphabetic))
}

/// `lower(x)`, as authored.
pub(super) fn lowered(expr: &Expr) -> Expr {
    let text = match expr {
        Expr::Literal(_) => expr.clone(),
        expr => Expr::Cast {
            expr: Box::new(expr.clone()),
            ty: Type::Text,
        },
    };
    Expr::Call(Box::new(Call {
        name: Name::bare("lower"),
        args: vec![CallArg::Expr(text)],
        distinct: false,
        order_by: Vec::new(),
        filter: None,
        over: None,
        separator: None,
    }))
}
