//! Regular expressions that look ahead at how long the text is, `^(?=.{3,30}$)[a-z]+$`: that is a comparison of its length
//! beside another expression, which a target may have a form for.
//!
//! A point takes every character in PostgreSQL, a line's end too, and `$` is the end of the text alone.

use crate::schema::{BinaryOp, Expr, Literal, Type, UnaryOp};

/// What `text ~ pattern` says, if its pattern looks ahead so and `text` is a column of texts; in the authored dialect.
pub fn at_length(
    text: &Expr,
    ty: Option<&Type>,
    pattern: &Expr,
    any_case: bool,
    negated: bool,
) -> Option<Expr> {
    let is_text = matches!(ty, Some(Type::Text | Type::Varchar(_)));
    let pattern = match pattern {
        Expr::Cast { expr, .. } => expr,
        other => other,
    };
    let (Expr::Column { .. }, Expr::Literal(Literal::Text(pattern)), true) =
        (text, pattern, is_text)
    else {
        return None;
    };
    let (least, most, rest) = read(pattern)?;
    let length = || Expr::call("char_length", [text.clone()]);
    let number = |n: u32| Expr::Literal(Literal::Number(n.to_string()));
    let mut all = Expr::binary(length(), BinaryOp::GtEq, number(least));
    if let Some(most) = most {
        let short = Expr::binary(length(), BinaryOp::LtEq, number(most));
        all = Expr::binary(all, BinaryOp::And, short);
    }
    let regex = BinaryOp::Regex {
        any_case,
        negated: false,
    };
    let found = Expr::binary(text.clone(), regex, Expr::text(rest));
    let all = Expr::binary(all, BinaryOp::And, found);
    Some(match negated {
        true => Expr::Unary {
            op: UnaryOp::Not,
            expr: Box::new(all),
        },
        false => all,
    })
}

/// The least and the greatest length, and the pattern without them.
fn read(pattern: &str) -> Option<(u32, Option<u32>, String)> {
    let (bounds, rest) = pattern.strip_prefix("^(?=.{")?.split_once("}$)")?;
    // Of several branches it would be of the first alone.
    if rest.contains('|') {
        return None;
    }
    let digits = |text: &str| {
        text.chars()
            .all(|c| c.is_ascii_digit())
            .then(|| text.parse().ok())?
    };
    let (least, most) = match bounds.split_once(',') {
        None => (digits(bounds)?, Some(digits(bounds)?)),
        Some((least, "")) => (digits(least)?, None),
        Some((least, most)) => (digits(least)?, Some(digits(most)?)),
    };
    // What PostgreSQL takes for a number of times.
    let known = |times: u32| times <= 255 && least <= times;
    most.is_none_or(known)
        .then(|| (least, most, format!("^{rest}")))
}
