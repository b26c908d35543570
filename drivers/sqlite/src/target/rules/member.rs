//! A member of an enum that has another name from now on.

use aludel::schema::{Expr, Literal, Name, Type};
use aludel::translate::infer::Field;

use super::build::{EACH, call, case, column_of, json_each, not_null, subquery};

/// `CASE column WHEN 'from' THEN 'to' ELSE column END`, which carries an enum's new member over to
/// the rows: neither name is a member in both states, so it is no conversion like any other.
pub(in crate::target) fn renamed_member(using: &Expr, field: &Field) -> Option<Expr> {
    let Expr::Case {
        operand: Some(operand),
        whens,
        otherwise: Some(otherwise),
    } = using
    else {
        return None;
    };
    let texts = |(from, to): &(Expr, Expr)| {
        matches!(from, Expr::Literal(Literal::Text(_)))
            && matches!(to, Expr::Literal(Literal::Text(_)))
    };
    let column = match &**operand {
        Expr::Column {
            table: None,
            column,
        } if operand == otherwise => column,
        _ => return None,
    };
    if !whens.iter().all(texts) {
        return None;
    }
    match field.ty.as_ref()? {
        Type::Enum(_) => Some(using.clone()),
        Type::Array(item) if matches!(**item, Type::Enum(_)) => {
            let value = column_of(EACH, "value");
            let renamed = Expr::Case {
                operand: Some(Box::new(value.clone())),
                whens: whens.clone(),
                otherwise: Some(Box::new(value)),
            };
            // In sight of the query, `json_each` may have a column of that name.
            let array = Expr::Column {
                table: Some(Name::bare(super::OLD)),
                column: column.clone(),
            };
            let items = subquery(
                call("json_group_array", [renamed]),
                vec![json_each(array)],
                None,
            );
            Some(case([(not_null((**operand).clone()), items)], None))
        }
        _ => None,
    }
}
