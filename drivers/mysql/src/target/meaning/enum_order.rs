//! The order of an enum's members, which is that in which its type has them.
//!
//! Only what a table is made of asks for it: it is rendered anew where the members of the type change, a
//! view and a trigger are not.

use aludel::schema::{Expr, Literal, Type};
use aludel::translate::rewrite::Rewriter;

use super::Meaning;
use crate::target::build;

impl Meaning<'_> {
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
        if !self.lasting || !sides.into_iter().any(is_column) {
            return None;
        }
        let members = &rw.scope.schema().enum_type(name)?.members;
        let mut place = |side: &Expr| match side {
            Expr::Literal(Literal::Text(text)) => {
                let at = members.iter().position(|member| member == text)?;
                Some(build::number(i64::try_from(at).ok()?))
            }
            side if rw.scope.ty(side).as_ref() == Some(ty) => {
                let value = rw.expr(side);
                let places = members.iter().zip(0_i64..);
                let whens = places.map(|(member, at)| {
                    let is = build::equal(value.clone(), Expr::text(member.clone()));
                    (is, build::number(at))
                });
                Some(build::case(whens, None))
            }
            _ => None,
        };
        Some((place(sides[0])?, place(sides[1])?))
    }
}
