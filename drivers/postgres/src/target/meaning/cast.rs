//! Casts that are written out.

use aludel::schema::{Expr, Type};
use aludel::translate::infer::Family;
use aludel::translate::rewrite::Rewriter;

use super::super::types;
use super::{Meaning, cast};

impl Meaning {
    pub(super) fn cast(self, rw: &mut Rewriter<'_>, expr: &Expr, ty: &Type) -> Expr {
        let Ok(held) = types::hold(ty, self.source) else {
            return self.refuse(rw, "a cast to this type");
        };
        let wanted = Family::of(&held.ty);
        let unlimited = matches!(
            held.ty,
            Type::Text | Type::Varchar(None) | Type::BigInt { .. } | Type::Integer { .. }
        );
        match (self.kind(&rw.scope, expr), wanted) {
            (Some(Family::Boolean), Family::Integer) => {
                let number = self.number_of(rw, expr);
                cast(number, Type::BIGINT)
            }
            (Some(Family::Integer), Family::Integer) => cast(rw.expr(expr), Type::BIGINT),
            (Some(Family::Integer | Family::Text | Family::Uuid), Family::Text) if unlimited => {
                cast(rw.expr(expr), Type::Text)
            }
            // The number of seconds that SQLite's clock gives is a text.
            (Some(Family::Text), Family::Integer) => match rw.expr(expr) {
                Expr::Cast { expr: inner, .. } if is_seconds(&inner) => *inner,
                _ => self.refuse(
                    rw,
                    "a text cast to a number, which takes what digits there are,",
                ),
            },
            (Some(Family::Timestamp), Family::Date) => cast(rw.expr(expr), Type::Date),
            (Some(Family::Integer | Family::Numeric), Family::Numeric) => {
                cast(rw.expr(expr), held.ty)
            }
            (Some(_), _) => self.refuse(rw, "a cast to this type"),
            (None, _) => self.unknown(rw, "a cast"),
        }
    }
}

/// Whether an expression is what [`Meaning::epoch`] makes.
fn is_seconds(expr: &Expr) -> bool {
    matches!(expr, Expr::Cast { ty, .. } if *ty == Type::BIGINT)
}
