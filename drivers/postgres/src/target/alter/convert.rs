//! How a column's values become those of another type.

use aludel::schema::{Column, Expr, Type};
use aludel::translate::infer::{Family, Field, Scope};
use aludel::translate::rewrite::{Rules, rewrite};
use aludel::translate::{Refusal, TableChange};

use crate::target::meaning::{Meaning, Stands};

/// The expression of USING; `None`: PostgreSQL's own conversion is the one, which fails where a
/// value does not fit.
///
/// # Errors
///
/// If the values would not be what they are there.
pub(super) fn using(
    change: &TableChange<'_>,
    was: &Column,
    column: &Column,
) -> Result<Option<Expr>, Vec<Refusal>> {
    let said = change.columns.iter().find(|c| c.column == column.name);
    if let Some(using) = said.and_then(|said| said.using.as_ref()) {
        let Some(authored) = change.authored_before else {
            return Ok(None);
        };
        let after = change.authored_after.and_then(|t| t.column(&column.name));
        let field = Field {
            name: column.name.clone(),
            ty: after.map(|column| column.ty.clone()),
            nullable: column.nullable,
        };
        let meaning = Meaning::new(change.scope.source, Stands::Statement);
        let scope = Scope::of_table(authored, change.scope.authored, change.scope.source);
        let (value, _) = rewrite(&meaning, scope, |rw| meaning.assign(rw, using, &field))?;
        return Ok(Some(value));
    }
    if was.ty == column.ty {
        return Ok(None);
    }
    if let (
        Type::Timestamp {
            precision: Some(old),
            ..
        },
        Type::Timestamp {
            precision: Some(new),
            ..
        },
    )
    | (
        Type::Time {
            precision: Some(old),
            ..
        },
        Type::Time {
            precision: Some(new),
            ..
        },
    ) = (&was.ty, &column.ty)
        && new < old
    {
        let message = format!(
            "`{}` keeps fewer digits of a second: MariaDB cuts off what MySQL rounds",
            column.name
        );
        return Err(vec![Refusal::new("conversion", message)]);
    }
    let value = || Expr::column(column.name.clone());
    let as_type = |expr: Expr, ty: &Type| Expr::Cast {
        expr: Box::new(expr),
        ty: ty.clone(),
    };
    let (from, to) = (Family::of(&was.ty), Family::of(&column.ty));
    Ok(match (from, to) {
        (from, to) if from == to && from != Family::Timestamp => None,
        (Family::Integer, Family::Numeric | Family::Text) => None,
        (Family::Numeric, Family::Integer) => None,
        (Family::Integer | Family::Numeric, Family::Float) if column.ty == Type::Double => None,
        // The text '2' is no boolean, where the number 2 would be true.
        (Family::Integer, Family::Boolean) => {
            Some(as_type(as_type(value(), &Type::Text), &column.ty))
        }
        (Family::Boolean, Family::Integer) => {
            Some(as_type(as_type(value(), &Type::INTEGER), &column.ty))
        }
        // What is no number, no document, no uuid fails.
        (Family::Text, Family::Integer | Family::Json | Family::Uuid) => {
            Some(as_type(value(), &column.ty))
        }
        (Family::Uuid, Family::Text) => None,
        (Family::Date, Family::Timestamp) => None,
        // Sessions are in UTC.
        (Family::Timestamp, Family::Timestamp | Family::Date) => None,
        _ => {
            let message = format!(
                "how the values of `{}` become those of its new type is not translated",
                column.name
            );
            let help = "write an override that converts them";
            return Err(vec![Refusal::new("conversion", message).help(help)]);
        }
    })
}
