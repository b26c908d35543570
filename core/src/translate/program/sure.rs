//! Values that can be worked out whenever, and as often, as they are looked at: a function works them out
//! once, also where nobody looks at them afterwards, and if that fails, it fails.

use crate::schema::{BinaryOp, CallArg, Expr, Name, Part, SelectItem, SetExpr, Type};
use crate::translate::infer::is_text_constant;

/// Functions that give one value of any.
const SURE: &[&str] = &[
    "array_agg",
    "bool_and",
    "bool_or",
    "btrim",
    "coalesce",
    "concat",
    "count",
    "every",
    "greatest",
    "least",
    "length",
    "lower",
    "ltrim",
    "max",
    "md5",
    "min",
    "now",
    "nullif",
    "replace",
    "rtrim",
    "statement_timestamp",
    "sum",
    "to_jsonb",
    "transaction_timestamp",
    "upper",
];

/// What of a value may fail, or be another each time.
pub(super) fn fails(expr: &Expr) -> Option<String> {
    let own = match expr {
        Expr::Call(call) => {
            let plain = call.over.is_none()
                && call
                    .args
                    .iter()
                    .all(|arg| !matches!(arg, CallArg::Named(..)));
            let known = SURE.contains(&call.name.name.as_str());
            (!known || !plain).then(|| format!("what `{}` gives", call.name))
        }
        Expr::Binary {
            op:
                BinaryOp::Divide
                | BinaryOp::IntDivide
                | BinaryOp::Modulo
                | BinaryOp::Power
                | BinaryOp::ShiftLeft
                | BinaryOp::ShiftRight
                | BinaryOp::Regex { .. },
            ..
        } => Some("a division, or the like".into()),
        Expr::Cast { expr, ty } if !is_text_constant(expr) => {
            let sure = matches!(
                ty,
                Type::Text
                    | Type::BigInt { .. }
                    | Type::Numeric {
                        precision: None,
                        ..
                    }
                    | Type::Double
            );
            let is_constant = matches!(**expr, Expr::Literal(_));
            // There are not as many rows as an integer has no number for.
            let sure = sure || matches!(ty, Type::Integer { .. }) && is_count(expr);
            (!sure && !is_constant || is_of_text(expr) && *ty != Type::Text)
                .then(|| "a conversion".into())
        }
        Expr::Keyword(word, _) if *word != "CURRENT_TIMESTAMP" => Some(format!("`{word}`")),
        Expr::Subscript { .. }
        | Expr::AtTimeZone { .. }
        | Expr::Interval { .. }
        | Expr::Quantified { .. }
        | Expr::ArrayQuery(_)
        | Expr::Default => Some("what is not known".into()),
        _ => None,
    };
    if own.is_some() {
        return own;
    }
    let mut found = None;
    expr.parts(&mut |part| {
        let next = match part {
            Part::Expr(expr) => fails(expr),
            Part::Query(query) => of_query(Part::Query(query)),
            Part::Table(_) | Part::Data(_) => Some("a statement".into()),
        };
        found = found.take().or(next);
    });
    found
}

fn of_query(part: Part<'_>) -> Option<String> {
    let mut found = None;
    let mut inner = |part: Part<'_>| {
        let next = of_query(part);
        found = found.take().or(next);
    };
    match part {
        Part::Expr(expr) => return fails(expr),
        Part::Query(query) => query.parts(&mut inner),
        Part::Table(item) => item.parts(&mut inner),
        Part::Data(_) => return Some("a statement".into()),
    }
    found
}

/// Whether an expression is a number of rows.
fn is_count(expr: &Expr) -> bool {
    match expr {
        Expr::Call(call) => call.name == Name::bare("count") && call.over.is_none(),
        Expr::Subquery(query) => match &query.body {
            SetExpr::Select(select) => matches!(select.items.as_slice(),
                [SelectItem::Expr { expr, .. }] if is_count(expr)),
            _ => false,
        },
        _ => false,
    }
}

/// Whether an expression may be a text that is no constant.
fn is_of_text(expr: &Expr) -> bool {
    matches!(
        expr,
        Expr::Binary {
            op: BinaryOp::Concat | BinaryOp::JsonGetText | BinaryOp::JsonPathText,
            ..
        } | Expr::Cast { ty: Type::Text, .. }
            | Expr::Substring { .. }
            | Expr::Trim { .. }
    )
}
