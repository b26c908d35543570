//! Whether the server converts a column's values by itself as the authored engine does.

use aludel::schema::{Column, Expr, Part, Type};
use aludel::translate::infer::Scope;
use aludel::translate::rewrite::rewrite;
use aludel::translate::{Refusal, TableChange};

use crate::target::facts::Facts;
use crate::target::meaning::Meaning;

/// What a column's values are converted to, with the names of columns before; `None` if they stay
/// what they are, or if MODIFY does the same.
///
/// # Errors
///
/// If there is no such expression here.
pub(super) fn conversion(
    change: &TableChange<'_>,
    from: &Column,
    to: &Column,
    facts: &Facts,
) -> Result<Option<Expr>, Vec<Refusal>> {
    let said = change
        .columns
        .iter()
        .find(|origin| origin.column == to.name);
    let using = said.and_then(|origin| origin.using.as_ref());
    let (Some(old_table), Some(new_table)) = (change.authored_before, change.authored_after) else {
        return Ok(None);
    };
    let (Some(old), Some(new)) = (old_table.column(&from.name), new_table.column(&to.name)) else {
        return Ok(None);
    };
    // Only a type that has another name now gives one enum for another without an expression.
    if using.is_none() && old.ty.is_renamed_enum(&new.ty) {
        return Ok(None);
    }
    let itself = Expr::column(from.name.clone());
    let cast = using.is_none_or(|using| is_cast(using, &from.name, &new.ty));
    let cut = using.is_some_and(|using| cuts(using, &old.ty));
    if cast && !cut && alike(&old.ty, &new.ty) {
        return Ok(None);
    }
    let scope = &change.scope;
    let meaning = Meaning::of(scope.source, facts)?;
    let inner = Scope::of_table(old_table, scope.authored, scope.source);
    let value = using.cloned().unwrap_or_else(|| Expr::Cast {
        expr: Box::new(itself),
        ty: new.ty.clone(),
    });
    let (value, _) = rewrite(&meaning, inner, |rw| meaning.stored(rw, &value, &new.ty))?;
    Ok(Some(value))
}

/// Whether an expression is the column, or the column cast to the type.
fn is_cast(expr: &Expr, column: &str, ty: &Type) -> bool {
    match expr {
        Expr::Column { column: name, .. } => name == column,
        Expr::Cast { expr, ty: to } => to == ty && is_cast(expr, column, ty),
        // A moment and a time of the clock are held alike, in UTC.
        Expr::AtTimeZone { expr, zone } => {
            matches!(ty, Type::Timestamp { .. })
                && crate::target::meaning::is_utc(zone)
                && is_cast(expr, column, ty)
        }
        _ => false,
    }
}

/// Whether a cast that is written out cuts off what the column's own type would refuse.
fn cuts(expr: &Expr, from: &Type) -> bool {
    let limit = |ty: &Type| match ty {
        Type::Varchar(limit) | Type::Char(limit) => *limit,
        _ => None,
    };
    match expr {
        Expr::Cast { expr, ty } => match limit(ty) {
            Some(to) => limit(from).is_none_or(|from| from > to),
            None => cuts(expr, from),
        },
        _ => false,
    }
}

/// Whether MODIFY makes of a value of the one type what the authored engine's cast makes of it,
/// and refuses what it refuses.
fn alike(old: &Type, new: &Type) -> bool {
    use Type as T;
    if old == new {
        return true;
    }
    let text = |ty: &Type| {
        matches!(
            ty,
            T::Text | T::Varchar(_) | T::Char(_) | T::Citext | T::Name
        )
    };
    let exact = |ty: &Type| ty.is_integer() || matches!(ty, T::Numeric { .. });
    let json = |ty: &Type| matches!(ty, T::Json | T::Jsonb);
    match (old, new) {
        // Rounded alike, half away from zero; out of range is an error. Of a floating point
        // number, half to even.
        (old, new) if exact(old) && (exact(new) || matches!(new, T::Real | T::Double)) => true,
        (T::Real, T::Double) | (T::Double, T::Real) => true,
        (T::Real | T::Double, new) => new.is_integer(),
        (old, new) if text(old) && text(new) => true,
        (T::Timestamp { .. } | T::Date, T::Timestamp { .. }) => true,
        (T::Time { zoned: false, .. }, T::Time { zoned: false, .. }) => true,
        (old, new) if json(old) && (json(new) || text(new)) => true,
        (old, new) if text(old) && json(new) => true,
        (T::Enum(_), new) if text(new) => true,
        (old, T::Enum(_)) if text(old) => true,
        (T::Uuid | T::Inet | T::Cidr | T::Macaddr, new) if text(new) => true,
        _ => false,
    }
}

/// Whether an expression gives every row a value of its own. MySQL refuses to fill a new column
/// from such a default where it keeps a log for replicas.
pub(super) fn differs_by_row(expr: &Expr) -> bool {
    let itself = match expr {
        Expr::Call(call) => {
            matches!(
                call.name.name.as_str(),
                "uuid" | "random_bytes" | "rand" | "uuid_short" | "nextval"
            )
        }
        _ => false,
    };
    let mut found = itself;
    expr.parts(&mut |part| {
        if let Part::Expr(expr) = part {
            found |= differs_by_row(expr);
        }
    });
    found
}
