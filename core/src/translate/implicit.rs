//! MySQL's implicit defaults (its manual, "Data Type Default Values").

use super::infer::Family;
use crate::schema::{Expr, Literal, Type};

/// What MySQL fills a column with that takes no NULL and has no default: an authored type's nothing.
///
/// `None` of a date, whose would be one that there is not: in strict mode that fails where there are rows.
#[must_use]
pub fn implicit_default(ty: &Type) -> Option<Expr> {
    Some(match (Family::of(ty), ty) {
        (_, Type::InlineEnum(members)) => Expr::text(members.first()?.clone()),
        (Family::Boolean, _) => Expr::Literal(Literal::Boolean(false)),
        (family, _) if family.is_number() => Expr::Literal(Literal::Number("0".into())),
        (Family::Text, _) => Expr::text(""),
        (Family::Bytes, _) => Expr::Literal(Literal::Bytes(Vec::new())),
        (Family::Json, _) => Expr::text("null"),
        (Family::Time, _) => Expr::text("00:00:00"),
        _ => return None,
    })
}
