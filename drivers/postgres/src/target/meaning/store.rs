//! A value as a column holds it.
//!
//! What the authored engine would convert is converted here by the same rule, or refused; what it
//! would refuse, PostgreSQL refuses.

use aludel::schema::{Call, Expr, Literal, TrimSide, Type};
use aludel::translate::Refusal;
use aludel::translate::constant;
use aludel::translate::infer::{Family, Field};
use aludel::translate::rewrite::Rewriter;

use super::super::types::{self, Held, Limit};
use super::compare::member;
use super::{Meaning, call, cast, digits, is_null, number};

/// Decimal digits that a four-byte float keeps.
const REAL_DIGITS: usize = 6;

impl Meaning {
    /// A value that is stored into a column.
    pub(super) fn store(self, rw: &mut Rewriter<'_>, value: &Expr, field: &Field) -> Expr {
        let held = field.ty.as_ref().map(|ty| types::hold(ty, self.source));
        let Some(Ok(held)) = held else {
            return self.unknown(rw, &format!("a value of `{}`", field.name));
        };
        if is_null(value) || *value == Expr::Default {
            return rw.expr(value);
        }
        match value {
            Expr::Case {
                operand,
                whens,
                otherwise,
            } => {
                let whens = whens
                    .iter()
                    .map(|(when, then)| {
                        let when = match operand.as_deref() {
                            Some(operand) => self.equal(rw, operand, when),
                            None => self.condition(rw, when),
                        };
                        (when, self.store(rw, then, field))
                    })
                    .collect();
                return Expr::Case {
                    operand: None,
                    whens,
                    otherwise: otherwise
                        .as_deref()
                        .map(|otherwise| Box::new(self.store(rw, otherwise, field))),
                };
            }
            Expr::Call(called) if call::is_choice(called) => {
                return self.stored_choice(rw, called, field);
            }
            _ => {}
        }
        self.single(rw, value, field, &held)
    }

    fn single(self, rw: &mut Rewriter<'_>, value: &Expr, field: &Field, held: &Held) -> Expr {
        let kind = match value {
            Expr::Literal(_) => None,
            value => self.kind(&rw.scope, value),
        };
        match (Family::of(&held.ty), value, kind) {
            (Family::Boolean, value, _) => self.boolean(rw, value),
            (family, value, _) if family.is_number() => self.stored_number(rw, value, &held.ty),
            (Family::Text, value, kind) => self.stored_text(rw, value, kind, field, &held.limit),
            (Family::Bytes, value, kind) => self.stored_bytes(rw, value, kind),
            (family @ (Family::Date | Family::Time | Family::Timestamp), value, kind) => {
                if self.is_mysql() && self.fraction(rw, value) > digits_of(&held.ty) {
                    if let Some(value) = cut(value, digits_of(&held.ty)) {
                        return self.stored_moment(rw, &value, kind, family);
                    }
                    return self.refuse(rw, "a time with more digits than its column, which MariaDB cuts off and MySQL rounds,");
                }
                self.stored_moment(rw, value, kind, family)
            }
            (Family::Uuid, Expr::Literal(Literal::Text(text)), _)
                if constant::uuid(text).is_some() =>
            {
                rw.expr(value)
            }
            (Family::Uuid, _, Some(Family::Uuid)) => rw.expr(value),
            (Family::Uuid, _, Some(Family::Text)) => cast(rw.expr(value), Type::Uuid),
            (Family::Json, Expr::Literal(Literal::Text(_)), _) => rw.expr(value),
            (Family::Json, Expr::Call(call), _)
                if self.is_mysql() && empty_document(call).is_some() =>
            {
                Expr::text(empty_document(call).unwrap_or_default())
            }
            (Family::Json, _, Some(Family::Json)) => rw.expr(value),
            (Family::Json, _, Some(Family::Text)) => cast(rw.expr(value), held.ty.clone()),
            (_, Expr::Literal(Literal::Bits(bits)), _) if matches!(held.ty, Type::Bit(_)) => {
                Expr::Literal(Literal::Bits(bits.clone()))
            }
            _ if field.ty == rw.scope.ty(value) => rw.expr(value),
            _ => self.not_stored(rw, field),
        }
    }

    fn not_stored(self, rw: &mut Rewriter<'_>, field: &Field) -> Expr {
        let message = format!(
            "a value of another type in `{}`: what {} makes of it is not translated",
            field.name,
            self.there()
        );
        rw.refuse(
            Refusal::new("conversion", message).help("write the value as the column holds it"),
        )
    }

    fn stored_number(self, rw: &mut Rewriter<'_>, value: &Expr, ty: &Type) -> Expr {
        let wanted = Family::of(ty);
        let value = match value {
            Expr::Literal(Literal::Text(text)) => match number(text) {
                Some(number) => number,
                None => return self.refuse(rw, &format!("the text '{text}' as a number")),
            },
            value => value.clone(),
        };
        match (&value, self.kind(&rw.scope, &value)) {
            (Expr::Literal(Literal::Number(written)), _) => {
                let significant = |text: &str| {
                    let digits = text.bytes().filter(u8::is_ascii_digit);
                    digits.skip_while(|digit| *digit == b'0').count()
                };
                if *ty == Type::Real && significant(written) > REAL_DIGITS {
                    return self.refuse(rw, &format!("{written} as a float of four bytes"));
                }
                let whole = !written.contains(['.', 'e', 'E']);
                if wanted == Family::Integer && !whole {
                    return self.refuse(rw, &format!("{written} as a whole number"));
                }
                rw.expr(&value)
            }
            (Expr::Literal(Literal::Boolean(value)), _) => digits(if *value { "1" } else { "0" }),
            (value, Some(Family::Boolean)) => self.number_of(rw, value),
            (value, Some(Family::Integer)) => rw.expr(value),
            (value, Some(Family::Numeric))
                if wanted == Family::Numeric || wanted == Family::Integer && self.is_mysql() =>
            {
                rw.expr(value)
            }
            (value, Some(Family::Float)) if *ty == Type::Double => rw.expr(value),
            (Expr::Column { .. }, Some(Family::Float))
                if rw.scope.ty(&value).as_ref() == Some(ty) =>
            {
                rw.expr(&value)
            }
            // A text that is no number fails.
            (value, Some(Family::Text)) if wanted != Family::Float => {
                cast(rw.expr(value), ty.clone())
            }
            (_, None) => self.unknown(rw, "a number"),
            (_, Some(_)) => self.refuse(rw, "a number of another kind"),
        }
    }

    fn stored_text(
        self,
        rw: &mut Rewriter<'_>,
        value: &Expr,
        kind: Option<Family>,
        field: &Field,
        limit: &Limit,
    ) -> Expr {
        let is_char = self.is_mysql() && matches!(field.ty, Some(Type::Char(_)));
        match (value, kind) {
            (Expr::Literal(Literal::Text(text)), _) => match limit {
                Limit::Members(members) => match member(members, text) {
                    Some(member) => Expr::text(member.clone()),
                    None => self.refuse(rw, &format!("'{text}', which is no member of the ENUM,")),
                },
                _ if is_char => Expr::text(text.trim_end_matches(' ')),
                _ => rw.expr(value),
            },
            (Expr::Literal(Literal::Number(number)), _)
                if *limit == Limit::None && number.parse::<i64>().is_ok() =>
            {
                Expr::text(number.clone())
            }
            (Expr::Literal(Literal::Boolean(value)), _) if *limit == Limit::None => {
                Expr::text(if *value { "1" } else { "0" })
            }
            (Expr::Literal(Literal::Bytes(bytes)), _) if self.is_mysql() => {
                match String::from_utf8(bytes.clone()) {
                    Ok(text) if *limit == Limit::None => Expr::text(text),
                    _ => self.not_stored(rw, field),
                }
            }
            (_, Some(Family::Text)) if is_char => Expr::Trim {
                expr: rw.boxed(value),
                side: TrimSide::Trailing,
                what: Some(Box::new(Expr::text(" "))),
            },
            (_, Some(Family::Text)) => rw.expr(value),
            (_, Some(Family::Integer | Family::Uuid)) => cast(rw.expr(value), Type::Text),
            (_, Some(Family::Boolean)) => cast(self.number_of(rw, value), Type::Text),
            (_, Some(_)) => self.not_stored(rw, field),
            (_, None) => self.unknown(rw, "a text"),
        }
    }

    fn stored_bytes(self, rw: &mut Rewriter<'_>, value: &Expr, kind: Option<Family>) -> Expr {
        match (value, kind) {
            (Expr::Literal(Literal::Bytes(bytes)), _) => {
                Expr::Literal(Literal::Bytes(bytes.clone()))
            }
            (Expr::Literal(Literal::Text(text)), _) => {
                Expr::Literal(Literal::Bytes(text.clone().into_bytes()))
            }
            (_, Some(Family::Bytes)) => rw.expr(value),
            (_, Some(Family::Text)) => {
                Expr::call("convert_to", [rw.expr(value), Expr::text("UTF8")])
            }
            _ => self.refuse(rw, "bytes of what is no text"),
        }
    }

    /// How many digits of a second a value has.
    fn fraction(self, rw: &Rewriter<'_>, value: &Expr) -> u32 {
        match value {
            Expr::Literal(Literal::Text(text) | Literal::Typed(_, text)) => {
                let fraction = text.split_once('.').map_or("", |(_, fraction)| fraction);
                u32::try_from(fraction.trim_end_matches('0').len()).unwrap_or(u32::MAX)
            }
            Expr::Column { .. } => {
                let ty = rw.scope.ty(value);
                let held = ty.and_then(|ty| types::hold(&ty, self.source).ok());
                held.map_or(0, |held| digits_of(&held.ty))
            }
            // Of the clock they are cut off already.
            _ => 0,
        }
    }

    fn stored_moment(
        self,
        rw: &mut Rewriter<'_>,
        value: &Expr,
        kind: Option<Family>,
        wanted: Family,
    ) -> Expr {
        match (value, kind) {
            (Expr::Literal(Literal::Text(text)), _) => match self.moment(wanted, text) {
                Some(moment) => moment,
                None => self.refuse(rw, &format!("'{text}' as a date or time")),
            },
            (Expr::Literal(Literal::Typed(ty, text)), _) if Family::of(ty) == wanted => {
                match self.moment(wanted, text) {
                    Some(moment) => moment,
                    None => self.refuse(rw, &format!("'{text}' as a date or time")),
                }
            }
            (_, Some(kind)) if kind == wanted => rw.expr(value),
            (_, Some(Family::Date)) if wanted == Family::Timestamp => rw.expr(value),
            (_, Some(Family::Timestamp)) if wanted == Family::Date && self.is_mysql() => {
                cast(rw.expr(value), Type::Date)
            }
            // Of SQLite's texts those that are made of the clock.
            (value, Some(Family::Text)) if call::is_now_text(value) => {
                let moment = self.clock(rw, value);
                if wanted == Family::Timestamp {
                    moment
                } else {
                    cast(
                        moment,
                        if wanted == Family::Date {
                            Type::Date
                        } else {
                            TIME
                        },
                    )
                }
            }
            (_, None) => self.unknown(rw, "a date or time"),
            _ => self.refuse(rw, "a date or time made of something else"),
        }
    }
}

/// Digits of a second that a type keeps.
fn digits_of(ty: &Type) -> u32 {
    match ty {
        Type::Time { precision, .. } | Type::Timestamp { precision, .. } => precision.unwrap_or(6),
        _ => 0,
    }
}

pub(super) const TIME: Type = Type::Time {
    precision: None,
    zoned: false,
};

/// What `JSON_OBJECT()` and `JSON_ARRAY()` of nothing give.
fn empty_document(call: &Call) -> Option<&'static str> {
    match (
        call.name.name.as_str(),
        super::call::plain_args(call)?.as_slice(),
    ) {
        ("json_object", []) => Some("{}"),
        ("json_array", []) => Some("[]"),
        _ => None,
    }
}

/// A constant moment without the digits of a second beyond so many, if they are cut off and rounded alike.
fn cut(value: &Expr, most: u32) -> Option<Expr> {
    let short = |text: &str| {
        let (whole, fraction) = text.split_once('.')?;
        let most = usize::try_from(most).ok()?;
        let next = fraction.as_bytes().get(most)?;
        let digits = fraction.bytes().all(|byte| byte.is_ascii_digit());
        let point = if most > 0 { "." } else { "" };
        (digits && *next < b'5').then(|| format!("{whole}{point}{}", &fraction[..most]))
    };
    match value {
        Expr::Literal(Literal::Text(text)) => short(text).map(Expr::text),
        Expr::Literal(Literal::Typed(ty, text)) => {
            short(text).map(|text| Expr::Literal(Literal::Typed(ty.clone(), text)))
        }
        _ => None,
    }
}
