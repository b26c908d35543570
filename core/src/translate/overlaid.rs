//! `overlay(text PLACING other FROM place FOR length)`: what stands before, the other, what stands after.

use crate::schema::{BinaryOp, Expr, Literal};

/// What a call of `overlay` with these arguments comes to, if its places are natural numbers.
#[must_use]
pub fn overlaid(args: &[&Expr]) -> Option<Expr> {
    let natural = |expr: &Expr, least: u64| match expr {
        Expr::Literal(Literal::Number(digits)) => {
            digits.parse().ok().filter(|number| *number >= least)
        }
        _ => None,
    };
    let (text, other, place, length) = match args {
        [text, other, place, length] => (text, other, natural(place, 1)?, natural(length, 0)?),
        // As long as the other; a text constant with a backslash may be one of bytes.
        [text, other, place] => match other {
            Expr::Literal(Literal::Text(known)) if known.is_ascii() && !known.contains('\\') => {
                let length = u64::try_from(known.len()).ok()?;
                (text, other, natural(place, 1)?, length)
            }
            _ => return None,
        },
        _ => return None,
    };
    let number = |number: u64| Box::new(Expr::Literal(Literal::Number(number.to_string())));
    let part = |start: u64, length: Option<u64>| Expr::Substring {
        expr: Box::new((*text).clone()),
        start: Some(number(start)),
        length: length.map(number),
    };
    let begin = Expr::binary(part(1, Some(place - 1)), BinaryOp::Concat, (*other).clone());
    let rest = part(place.checked_add(length)?, None);
    Some(Expr::binary(begin, BinaryOp::Concat, rest))
}
