//! One form for all texts of one meaning.

use super::super::{
    BinaryOp, Call, CallArg, Expr, Literal, PartMut, Quantifier, TrimSide, Type, UnaryOp,
};
use super::literal::{number, typed};

/// An expression in the form in which two of one meaning are equal: without casts, without the
/// spellings that an engine chooses when it prints.
///
/// `ty` is the type that the expression's value has to have, where that is known: a default `'0'`
/// of an integer column is `0`. The form is for comparing; it is not what the engine computes.
pub fn canonical(expr: &Expr, ty: Option<&Type>) -> Expr {
    let mut expr = expr.clone();
    simplify(&mut expr);
    match (expr, ty) {
        (Expr::Literal(literal), Some(ty)) => Expr::Literal(typed(literal, ty)),
        (expr, _) => expr,
    }
}

fn simplify(expr: &mut Expr) {
    expr.parts_mut(&mut |part| {
        if let PartMut::Expr(expr) = part {
            simplify(expr);
        }
    });
    let taken = std::mem::replace(expr, Expr::Default);
    *expr = simple(taken);
}

fn boxed(expr: Expr) -> Box<Expr> {
    Box::new(expr)
}

/// One node, its parts being simple already.
fn simple(expr: Expr) -> Expr {
    match expr {
        Expr::Cast { expr, ty } => match *expr {
            Expr::Literal(literal) => Expr::Literal(typed(literal, &ty)),
            other => other,
        },
        Expr::Literal(Literal::Typed(ty, text)) => Expr::Literal(typed(Literal::Text(text), &ty)),
        Expr::Interval { value, unit } => interval(*value, unit),
        Expr::Unary {
            op: UnaryOp::Minus,
            expr,
        } => match *expr {
            Expr::Literal(Literal::Number(number)) => match number.strip_prefix('-') {
                Some(number) => Expr::Literal(Literal::Number(number.to_owned())),
                None => Expr::Literal(Literal::Number(format!("-{number}"))),
            },
            other => Expr::Unary {
                op: UnaryOp::Minus,
                expr: boxed(other),
            },
        },
        Expr::Unary {
            op: UnaryOp::Plus,
            expr,
        } => *expr,
        Expr::Quantified {
            left,
            op,
            quantifier,
            right,
        } => quantified(left, op, quantifier, right),
        Expr::InList {
            expr,
            mut list,
            negated,
        } if list.len() == 1 => {
            let op = if negated {
                BinaryOp::NotEq
            } else {
                BinaryOp::Eq
            };
            Expr::binary(*expr, op, list.remove(0))
        }
        Expr::Between {
            expr,
            low,
            high,
            negated,
        } => {
            let ops = if negated {
                (BinaryOp::Lt, BinaryOp::Or, BinaryOp::Gt)
            } else {
                (BinaryOp::GtEq, BinaryOp::And, BinaryOp::LtEq)
            };
            let first = Expr::binary((*expr).clone(), ops.0, *low);
            Expr::binary(first, ops.1, Expr::binary(*expr, ops.2, *high))
        }
        Expr::Binary { left, op, right } if matches!(op, BinaryOp::And | BinaryOp::Or) => {
            flat(*left, op, *right)
        }
        // What is added to a moment is an interval, whether a cast says so or not.
        Expr::Binary {
            left,
            op: op @ (BinaryOp::Plus | BinaryOp::Minus),
            right,
        } => {
            let right = match *right {
                Expr::Literal(text @ Literal::Text(_)) => {
                    Expr::Literal(typed(text, &Type::Interval(None)))
                }
                other => other,
            };
            Expr::binary(*left, op, right)
        }
        Expr::Case {
            operand,
            whens,
            otherwise,
        } => Expr::Case {
            operand,
            whens,
            otherwise: otherwise.or_else(|| Some(boxed(Expr::Literal(Literal::Null)))),
        },
        Expr::Trim { expr, side, what } => {
            let name = match side {
                TrimSide::Both => "btrim",
                TrimSide::Leading => "ltrim",
                TrimSide::Trailing => "rtrim",
            };
            Expr::call(name, std::iter::once(*expr).chain(what.map(|what| *what)))
        }
        Expr::Substring {
            expr,
            start,
            length,
        } => {
            let rest = start.into_iter().chain(length).map(|expr| *expr);
            Expr::call("substring", std::iter::once(*expr).chain(rest))
        }
        Expr::Call(call) => called(*call),
        Expr::Keyword("LOCALTIMESTAMP" | "LOCALTIME", precision) => {
            Expr::Keyword("CURRENT_TIMESTAMP", precision)
        }
        Expr::Literal(Literal::Number(digits)) => Expr::Literal(Literal::Number(number(&digits))),
        other => other,
    }
}

/// A call, in the syntax of its own where it has one.
fn called(mut call: Call) -> Expr {
    if call.name.schema.as_deref() == Some("pg_catalog") {
        call.name.schema = None;
    }
    let is_bare = call.name.schema.is_none();
    match (call.name.name.as_str(), call.args.as_mut_slice()) {
        (
            "date_part",
            [
                CallArg::Expr(Expr::Literal(Literal::Text(field))),
                CallArg::Expr(of),
            ],
        ) if is_bare => Expr::Extract {
            field: field.to_lowercase(),
            expr: boxed(of.clone()),
        },
        ("timezone", [CallArg::Expr(zone), CallArg::Expr(of)]) if is_bare => Expr::AtTimeZone {
            expr: boxed(of.clone()),
            zone: boxed(zone.clone()),
        },
        ("position", [CallArg::Expr(haystack), CallArg::Expr(needle)]) if is_bare => {
            Expr::Position {
                needle: boxed(needle.clone()),
                haystack: boxed(haystack.clone()),
            }
        }
        // A type's name as a function is a cast.
        (
            "date" | "text" | "int2" | "int4" | "int8" | "float4" | "float8" | "numeric",
            [CallArg::Expr(of)],
        ) if is_bare => of.clone(),
        ("current_timestamp" | "now" | "localtimestamp" | "localtime", []) if is_bare => {
            Expr::Keyword("CURRENT_TIMESTAMP", None)
        }
        (
            "current_timestamp" | "now" | "localtimestamp" | "localtime",
            [CallArg::Expr(Expr::Literal(Literal::Number(digits)))],
        ) if is_bare => Expr::Keyword("CURRENT_TIMESTAMP", digits.parse().ok().filter(|n| *n > 0)),
        (name @ ("utc_timestamp" | "utc_date" | "utc_time"), args) if is_bare => {
            let keyword = match name {
                "utc_timestamp" => "UTC_TIMESTAMP",
                "utc_date" => "UTC_DATE",
                _ => "UTC_TIME",
            };
            match args {
                [] => Expr::Keyword(keyword, None),
                [CallArg::Expr(Expr::Literal(Literal::Number(digits)))] => {
                    Expr::Keyword(keyword, digits.parse().ok().filter(|n| *n > 0))
                }
                _ => Expr::Call(Box::new(call)),
            }
        }
        ("date_add" | "adddate", [CallArg::Expr(to), CallArg::Expr(interval)]) if is_bare => {
            Expr::binary(to.clone(), BinaryOp::Plus, interval.clone())
        }
        ("date_sub" | "subdate", [CallArg::Expr(from), CallArg::Expr(interval)]) if is_bare => {
            Expr::binary(from.clone(), BinaryOp::Minus, interval.clone())
        }
        ("current_date" | "curdate", []) if is_bare => Expr::Keyword("CURRENT_DATE", None),
        _ => Expr::Call(Box::new(call)),
    }
}

/// `= ANY (ARRAY[…])` is IN, `<> ALL (ARRAY[…])` is NOT IN.
fn quantified(left: Box<Expr>, op: BinaryOp, quantifier: Quantifier, right: Box<Expr>) -> Expr {
    let negated = match (op, quantifier) {
        (BinaryOp::Eq, Quantifier::Any) => false,
        (BinaryOp::NotEq, Quantifier::All) => true,
        _ => {
            return Expr::Quantified {
                left,
                op,
                quantifier,
                right,
            };
        }
    };
    match *right {
        Expr::Array(list) => simple(Expr::InList {
            expr: left,
            list,
            negated,
        }),
        other => Expr::Quantified {
            left,
            op,
            quantifier,
            right: boxed(other),
        },
    }
}

/// A chain of one operator, however it was put in parentheses.
fn flat(left: Expr, op: BinaryOp, right: Expr) -> Expr {
    match right {
        Expr::Binary {
            left: middle,
            op: inner,
            right,
        } if inner == op => Expr::binary(flat(left, op, *middle), op, *right),
        right => Expr::binary(left, op, right),
    }
}

fn interval(value: Expr, unit: Option<String>) -> Expr {
    match (&value, &unit) {
        (Expr::Literal(Literal::Text(text)), None) => {
            Expr::Literal(typed(Literal::Text(text.clone()), &Type::Interval(None)))
        }
        (Expr::Literal(Literal::Text(text) | Literal::Number(text)), Some(unit)) => {
            let text = format!("{text} {}", unit.to_lowercase());
            Expr::Literal(typed(Literal::Text(text), &Type::Interval(None)))
        }
        _ => Expr::Interval {
            value: boxed(value),
            unit,
        },
    }
}
