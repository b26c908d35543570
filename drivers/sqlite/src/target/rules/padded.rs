//! A `char(n)` with the blanks that fill it up: as such PostgreSQL shows it, puts it into JSON and looks at
//! it by a pattern. It is held without them, and is a text without them there too.

use aludel::schema::{Expr, Type};
use aludel::sql::Syntax;
use aludel::translate::rewrite::Rewriter;

use super::build::{call, concat, number};
use super::{Meaning, refuse};

/// So many blanks are written out.
const MOST: u32 = 4096;

impl Meaning {
    /// A value as PostgreSQL shows it: a `char(n)` filled up, any other as it is.
    pub(super) fn shown(&self, rw: &mut Rewriter<'_>, expr: &Expr) -> Expr {
        let length = match rw.scope.ty(expr) {
            Some(Type::Char(length)) if self.source(rw) == Syntax::Postgres => length.unwrap_or(1),
            _ => return rw.expr(expr),
        };
        // Of what else has the type nobody knows how long it is.
        if !matches!(expr, Expr::Column { .. } | Expr::Cast { .. }) || length > MOST {
            return refuse(
                rw,
                "a char(n) of several lengths, with the blanks that fill it up,",
            );
        }
        let blanks = " ".repeat(usize::try_from(length).unwrap_or_default());
        let filled = concat([rw.expr(expr), Expr::text(blanks)]);
        call("substr", [filled, number(1), number(i64::from(length))])
    }
}

/// Whether a type is an array of `char(n)`, whose elements are held without their blanks.
pub(super) fn is_of_chars(ty: &Type) -> bool {
    matches!(ty, Type::Array(item) if matches!(**item, Type::Char(_)))
}
