//! `to_char` of a date or time: parts of its text.

use aludel::schema::{BinaryOp, Expr, Type};
use aludel::translate::infer::Family;
use aludel::translate::rewrite::Rewriter;

use super::Meaning;
use super::build::{call, cast, concat, is_stable, number};

/// Where a field stands in `2024-01-31 12:00:00`.
const FIELDS: [(&str, i64, i64); 6] = [
    ("YYYY", 1, 4),
    ("HH24", 12, 2),
    ("MM", 6, 2),
    ("DD", 9, 2),
    ("MI", 15, 2),
    ("SS", 18, 2),
];

impl Meaning {
    /// Nothing, if its form has other fields than whole numbers of fixed length.
    pub(super) fn to_char(&self, rw: &mut Rewriter<'_>, moment: &Expr, form: &str) -> Option<Expr> {
        let ty = rw.scope.ty(moment)?;
        let value = match Family::of(&ty) {
            Family::Timestamp => rw.expr(moment),
            Family::Date => concat([rw.expr(moment), Expr::text(" 00:00:00")]),
            _ => return None,
        };
        if !is_stable(&value) {
            return None;
        }
        let parts = parts(form, &value)?;
        // Without a field it would be there where there is no time.
        let fields = parts.iter().any(|part| !matches!(part, Expr::Literal(_)));
        fields.then(|| concat(parts))
    }
}

fn parts(form: &str, value: &Expr) -> Option<Vec<Expr>> {
    let mut parts: Vec<Expr> = Vec::new();
    let mut literal = String::new();
    let mut rest = form;
    'fields: while !rest.is_empty() {
        // The day of the year.
        if rest.starts_with("DDD") {
            return None;
        }
        // Seconds past midnight.
        for field in ["SSSSS", "SSSS"] {
            if let Some(after) = rest.strip_prefix(field) {
                flush(&mut literal, &mut parts);
                parts.push(seconds_of_day(value));
                rest = after;
                continue 'fields;
            }
        }
        for (field, place, length) in FIELDS {
            if let Some(after) = rest.strip_prefix(field) {
                flush(&mut literal, &mut parts);
                parts.push(call(
                    "substr",
                    [value.clone(), number(place), number(length)],
                ));
                rest = after;
                continue 'fields;
            }
        }
        for (field, length) in [("US", 6), ("MS", 3)] {
            if let Some(after) = rest.strip_prefix(field) {
                flush(&mut literal, &mut parts);
                let fraction = call("substr", [value.clone(), number(21)]);
                let padded = concat([fraction, Expr::text("000000")]);
                parts.push(call("substr", [padded, number(1), number(length)]));
                rest = after;
                continue 'fields;
            }
        }
        let mut chars = rest.chars();
        match chars.next() {
            Some(c @ ('-' | '/' | ':' | ' ' | '.' | '_')) => literal.push(c),
            Some('"') => {
                let (text, after) = chars.as_str().split_once('"')?;
                if text.contains('\\') {
                    return None;
                }
                literal.push_str(text);
                rest = after;
                continue;
            }
            _ => return None,
        }
        rest = chars.as_str();
    }
    flush(&mut literal, &mut parts);
    Some(parts)
}

fn seconds_of_day(value: &Expr) -> Expr {
    let part = |place, factor| {
        let part = call("substr", [value.clone(), number(place), number(2)]);
        Expr::binary(part, BinaryOp::Multiply, number(factor))
    };
    let sum = |left, right| Expr::binary(left, BinaryOp::Plus, right);
    let seconds = sum(sum(part(12, 3600), part(15, 60)), part(18, 1));
    cast(seconds, Type::Text)
}

fn flush(literal: &mut String, parts: &mut Vec<Expr>) {
    if !literal.is_empty() {
        parts.push(Expr::text(std::mem::take(literal)));
    }
}
