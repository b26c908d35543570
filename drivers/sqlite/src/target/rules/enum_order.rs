//! The order of an enum's members, which is that in which its type has them.
//!
//! Only what a table is made of asks for it: a table is made anew where the members of its enums
//! change, a view and a trigger are not.

use aludel::schema::{Expr, Literal, Type};
use aludel::translate::rewrite::Rewriter;

use super::build::{number, switch};
use super::{Meaning, Stands};
use crate::target::types::members;

impl Meaning {
    /// Two values of an enum as their places among its members; `None` if that is not how they compare
    /// here.
    pub(super) fn places(
        &self,
        rw: &mut Rewriter<'_>,
        ty: &Type,
        sides: [&Expr; 2],
    ) -> Option<(Expr, Expr)> {
        let Type::Enum(name) = ty else {
            return None;
        };
        let is_column = |side: &Expr| matches!(side, Expr::Column { .. });
        if self.stands != Stands::Schema || !sides.into_iter().any(is_column) {
            return None;
        }
        let members = members(name, rw.scope.schema()).ok()?;
        let mut place = |side: &Expr| match side {
            Expr::Literal(Literal::Text(text)) => {
                let at = members.iter().position(|member| member == text)?;
                Some(number(i64::try_from(at).ok()?))
            }
            side if rw.scope.ty(side).as_ref() == Some(ty) => {
                let value = rw.expr(side);
                let places = members.iter().zip(0..);
                let places = places.map(|(member, at)| (Expr::text(member.clone()), number(at)));
                Some(switch(value, places, None))
            }
            _ => None,
        };
        Some((place(sides[0])?, place(sides[1])?))
    }
}
