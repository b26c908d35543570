//! Conversions between types: casts, and what storing into a column does by itself.
//!
//! SQLite's CAST makes something of everything (`CAST('abc' AS INTEGER)` is 0). Where
//! PostgreSQL would fail, so does what is written here: by a CASE whose last branch raises.

use aludel::schema::{BinaryOp, Expr, Literal, Schema, Type};
use aludel::translate::infer::Family;
use aludel::translate::rewrite::Rewriter;
use aludel::translate::{Omission, Refusal};

use super::super::types::{EXACT_DIGITS, members};
use super::build::{
    and, between, call, case, cast, concat, eq, fail, glob, integer, is_stable, not_null, number,
    switch,
};
use super::collation;
use super::constant::{name_of, range};

/// Why a value is converted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum How {
    /// It is stored into a column.
    Assign,
    /// A cast was written.
    Cast,
}

/// A value of one type as a value of another. `expr` is rewritten already.
pub(super) fn convert(rw: &mut Rewriter<'_>, expr: Expr, from: &Type, to: &Type, how: How) -> Expr {
    // NULL is NULL of every type; some of the forms below would make something of it.
    if from == to || matches!(expr, Expr::Literal(Literal::Null)) {
        return expr;
    }
    let schema = rw.scope.schema();
    match converted(&expr, from, to, how, schema) {
        Ok(form) => {
            let made = form.unwrap_or(expr);
            match (from, to) {
                _ if how == How::Assign => made,
                (_, Type::Citext) => collation::caseless(made),
                (Type::Citext, to) if Family::of(to) == Family::Text => collation::bytewise(made),
                _ => made,
            }
        }
        Err(None) => rw.refuse(Refusal::new(
            "no-such-cast",
            format!(
                "a conversion from {} to {} has no exact form on sqlite",
                name_of(from),
                name_of(to)
            ),
        )),
        Err(Some(refusal)) => rw.refuse(refusal),
    }
}

/// `Ok(None)`: it stays what it is. `Err(None)`: there is no form.
type Converted = Result<Option<Expr>, Option<Refusal>>;

fn form(expr: Expr) -> Converted {
    Ok(Some(expr))
}

/// A form in which the value stands more than once.
fn twice(value: &Expr, make: impl FnOnce(&Expr) -> Expr) -> Converted {
    if is_stable(value) {
        form(make(value))
    } else {
        Err(None)
    }
}

/// Whether a text of this type has a limit.
pub(super) fn limited(ty: &Type) -> bool {
    matches!(ty, Type::Varchar(Some(_)) | Type::Char(_))
}

fn converted(x: &Expr, from: &Type, to: &Type, how: How, schema: &Schema) -> Converted {
    use Family as F;
    if limited(to) && Family::of(from) != F::Text {
        // As a text, which is cut off.
        let text = converted(x, from, &Type::Text, how, schema)?.unwrap_or_else(|| x.clone());
        let cut = texts(&text, &Type::Text, to, how)?;
        return form(cut.unwrap_or(text));
    }
    if *to == Type::Bit(Some(1)) {
        return bit(x, from);
    }
    if *from == Type::Bit(Some(1)) && matches!(Family::of(to), F::Integer | F::Boolean) {
        return Ok(None);
    }
    match (Family::of(from), Family::of(to)) {
        // Its fields, or digits of its seconds, would have to go.
        (F::Interval, F::Interval) if from != to && matches!(to, Type::Interval(Some(_))) => {
            Err(None)
        }
        (F::Boolean, F::Boolean)
        | (F::Bytes, F::Bytes)
        | (F::Interval, F::Interval)
        // An enum becomes another one by a new name only.
        | (F::Enum, F::Enum)
        | (F::Uuid | F::Date | F::Enum, F::Text) => Ok(None),
        (F::Time, F::Text) => twice(x, |x| clock_text(x, 8)),
        (F::Boolean, F::Integer) => Ok(None),
        (F::Boolean, F::Text) => form(boolean_text(x)),
        (F::Integer, F::Boolean) => form(Expr::binary(x.clone(), BinaryOp::NotEq, number(0))),
        (F::Integer, F::Integer) => integers(x, from, to),
        (F::Integer, F::Numeric) => integer_to_numeric(x, from, to),
        (F::Float, F::Float) if *to == Type::Real => twice(x, single),
        (F::Float, F::Float) => Ok(None),
        (F::Integer | F::Numeric, F::Float) if *to == Type::Real && !is_small(from) => {
            let value = match Family::of(from) {
                // One of more digits than a double has would be rounded twice.
                F::Integer if *from == Type::BIGINT => {
                    let out = fail("an integer that no double holds", Some(x.clone()));
                    let most = 1 << 53;
                    case([(between(x.clone(), -most, most), x.clone())], Some(out))
                }
                _ => cast(x.clone(), Type::Double),
            };
            twice(x, |_| single(&value))
        }
        (F::Integer, F::Float) => form(cast(x.clone(), Type::Double)),
        (F::Integer, F::Text) => form(cast(x.clone(), Type::Text)),
        (F::Numeric, F::Integer) => numeric_to_integer(x, to),
        (F::Numeric, F::Numeric) => numerics(x, from, to),
        (F::Numeric, F::Float) => form(cast(x.clone(), Type::Double)),
        (F::Numeric, F::Text) => numeric_to_text(x, from),
        (F::Float, F::Integer) => float_to_integer(x, to),
        (F::Text, F::Text) => texts(x, from, to, how),
        // With the blanks that are not held.
        (F::Text, F::Bytes) if matches!(from, Type::Char(_)) => Err(None),
        (F::Text, to_family) => text_to(x, to, to_family, schema),
        // A json is the text that it was.
        (F::Json, F::Text) if *from == Type::Json => Ok(None),
        (F::Json, F::Text) => super::json::plain(x).ok_or(None).and_then(form),
        (F::Json, F::Json) => Ok(None),
        (F::Json, F::Boolean | F::Integer | F::Numeric | F::Float) => Err(None),
        (F::Other, F::Json) if *from == Type::Hstore => Ok(None),
        (F::Date, F::Timestamp) => form(concat([x.clone(), Expr::text(" 00:00:00")])),
        (F::Timestamp, F::Date) => form(call("substr", [x.clone(), number(1), number(10)])),
        (F::Timestamp, F::Time) => {
            let time = call("substr", [x.clone(), number(12)]);
            Ok(times(&time, from, to)?.or(Some(time)))
        }
        (F::Timestamp, F::Timestamp) => timestamps(x, from, to),
        (F::Time, F::Time) => times(x, from, to),
        (F::Timestamp, F::Text) => twice(x, |x| timestamp_text(x, from)),
        (F::Bytes, F::Text) => {
            let digits = call("lower", [call("hex", [x.clone()])]);
            let shown = concat([Expr::text("\\x"), digits]);
            if matches!(x, Expr::Literal(_)) {
                form(shown)
            } else {
                null_safe(x, shown)
            }
        }
        (F::Array, F::Array) => match (from, to) {
            (Type::Array(a), Type::Array(b))
                if alike_in_json(a, b) && (!is_narrower(a, b) || fits(x, b)) =>
            {
                Ok(None)
            }
            _ => Err(None),
        },
        _ => Err(None),
    }
}

/// A bit of MySQL's: 0 or 1, else it fails.
fn bit(x: &Expr, from: &Type) -> Converted {
    match x {
        Expr::Literal(Literal::Number(digits)) if matches!(digits.as_str(), "0" | "1") => Ok(None),
        Expr::Literal(Literal::Boolean(_)) => Ok(None),
        Expr::Literal(_) => Err(None),
        _ if Family::of(from) == Family::Boolean => Ok(None),
        _ if Family::of(from) == Family::Integer => twice(x, |x| {
            let out = fail("a value of more than one bit", Some(x.clone()));
            let is = |value| (eq(x.clone(), number(value)), number(value));
            let null = (
                Expr::IsNull {
                    expr: Box::new(x.clone()),
                    negated: false,
                },
                Expr::Literal(Literal::Null),
            );
            case([null, is(0), is(1)], Some(out))
        }),
        _ => Err(None),
    }
}

/// `hex(NULL)` is an empty text.
fn null_safe(x: &Expr, value: Expr) -> Converted {
    twice(x, |x| case([(not_null(x.clone()), value)], None))
}

/// What is said once a jsonb has become a text.
pub(super) fn jsonb_text() -> Omission {
    Omission::new(
        "jsonb-text",
        "a jsonb as text is written without blanks, its keys in the order in which they stand",
    )
}

pub(super) fn boolean_text(x: &Expr) -> Expr {
    switch(
        x.clone(),
        [
            (number(1), Expr::text("true")),
            (number(0), Expr::text("false")),
        ],
        None,
    )
}

/// Fails where an integer's value is beyond what `to` holds.
pub(super) fn in_range(x: &Expr, to: &Type) -> Expr {
    let (low, high) = range(to);
    let fits = if (low, high) == (i64::MIN, i64::MAX) {
        // A sum beyond 64 bits has become a float.
        eq(call("typeof", [x.clone()]), Expr::text("integer"))
    } else {
        between(x.clone(), low, high)
    };
    let out = fail(&format!("{} out of range", name_of(to)), Some(x.clone()));
    case([(fits, x.clone())], Some(out))
}

/// Whether all integers of a type are numbers that a single holds.
fn is_small(ty: &Type) -> bool {
    Family::of(ty) == Family::Integer && range(ty).1 < 1 << 24
}

/// A double as the single that is nearest to it: multiplied by 2^29 + 1, what is beyond the first 24 bits
/// cancels out. What a single does not hold fails.
pub(super) fn single(x: &Expr) -> Expr {
    let decimal = |digits: &str| Expr::Literal(Literal::Number(digits.into()));
    let product = || Expr::binary(decimal("536870913.0"), BinaryOp::Multiply, x.clone());
    let minus = |left, right| Expr::binary(left, BinaryOp::Minus, right);
    let nearest = minus(product(), minus(product(), x.clone()));
    let held = Expr::Between {
        expr: Box::new(call("abs", [x.clone()])),
        low: Box::new(decimal("1.1754943508222875e-38")),
        high: Box::new(decimal("3.4028235677973362e38")),
        negated: false,
    };
    let held = Expr::binary(held, BinaryOp::Or, eq(x.clone(), number(0)));
    let out = fail("real out of range", Some(x.clone()));
    case([(held, nearest)], Some(out))
}

fn integers(x: &Expr, from: &Type, to: &Type) -> Converted {
    let ((low, high), (least, most)) = (range(from), range(to));
    if least <= low && high <= most {
        Ok(None)
    } else {
        twice(x, |x| in_range(x, to))
    }
}

fn integer_to_numeric(x: &Expr, from: &Type, to: &Type) -> Converted {
    let Type::Numeric {
        precision: Some((digits, scale)),
        ..
    } = to
    else {
        return Ok(None);
    };
    let Some(most) = most_before_point(*digits, *scale) else {
        return Ok(None);
    };
    let (low, high) = range(from);
    if -most <= low && high <= most {
        return Ok(None);
    }
    twice(x, |x| {
        let out = fail("numeric field overflow", Some(x.clone()));
        case([(between(x.clone(), -most, most), x.clone())], Some(out))
    })
}

/// The largest whole number of `numeric(digits, scale)`; nothing if it is beyond 64 bits.
fn most_before_point(digits: u32, scale: i32) -> Option<i64> {
    let before = i64::from(digits) - i64::from(scale);
    let before = u32::try_from(before.max(0)).ok()?;
    Some(10_i64.checked_pow(before)? - 1)
}

fn numeric_to_integer(x: &Expr, to: &Type) -> Converted {
    twice(x, |x| {
        // What NUMERIC holds as an integer may be beyond what a float can round.
        let whole = case(
            [(
                eq(call("typeof", [x.clone()]), Expr::text("integer")),
                x.clone(),
            )],
            Some(integer(call("round", [x.clone()]))),
        );
        let (low, high) = range(to);
        let out = fail(&format!("{} out of range", name_of(to)), Some(x.clone()));
        case(
            [(between(call("round", [x.clone()]), low, high), whole)],
            Some(out),
        )
    })
}

fn numerics(x: &Expr, from: &Type, to: &Type) -> Converted {
    let Type::Numeric {
        precision: Some((digits, scale)),
        ..
    } = to
    else {
        return Ok(None);
    };
    if let Type::Numeric {
        precision: Some((from_digits, from_scale)),
        ..
    } = from
        && from_scale <= scale
        && i64::from(*from_digits) - i64::from(*from_scale)
            <= i64::from(*digits) - i64::from(*scale)
    {
        return Ok(None);
    }
    let Some(most) = most_before_point(*digits, *scale).and_then(|most| most.checked_add(1)) else {
        return Err(None);
    };
    // What would have to be rounded fails: in binary 1.005 is less than the half.
    twice(x, |x| {
        let as_is = eq(
            call("round", [x.clone(), number(i64::from(*scale))]),
            x.clone(),
        );
        let fits = Expr::binary(call("abs", [x.clone()]), BinaryOp::Lt, number(most));
        let out = fail(
            &format!("does not fit numeric({digits}, {scale}) as it is"),
            Some(x.clone()),
        );
        case([(and(as_is, fits), x.clone())], Some(out))
    })
}

fn numeric_to_text(x: &Expr, from: &Type) -> Converted {
    match from {
        Type::Numeric {
            precision: Some((digits, scale @ 0..)),
            ..
        } if *digits <= EXACT_DIGITS => {
            let shown = call("printf", [Expr::text(format!("%.{scale}f")), x.clone()]);
            null_safe(x, shown)
        }
        // One of more digits than a float holds fails.
        Type::Numeric {
            precision: Some((_, scale @ 0..=9)),
            ..
        } => {
            let shown = call("printf", [Expr::text(format!("%.{scale}f")), x.clone()]);
            let digits = EXACT_DIGITS.saturating_sub(scale.unsigned_abs());
            let most = 10_i64.pow(digits) - 1;
            let out = fail(
                "a number of more digits than a float holds",
                Some(x.clone()),
            );
            twice(x, |x| {
                case([(between(x.clone(), -most, most), shown)], Some(out))
            })
        }
        _ => Err(None),
    }
}

fn float_to_integer(x: &Expr, to: &Type) -> Converted {
    // PostgreSQL rounds halves to the even number, SQLite away from zero: a half fails.
    twice(x, |x| {
        let rest = Expr::binary(x.clone(), BinaryOp::Minus, integer(x.clone()));
        let half = eq(
            call("abs", [rest]),
            Expr::Literal(aludel::schema::Literal::Number("0.5".into())),
        );
        let rounded = call("round", [x.clone()]);
        let (low, high) = range(to);
        let fits = and(between(rounded.clone(), low, high), super::build::not(half));
        let out = fail(
            &format!("no one {} is nearest", name_of(to)),
            Some(x.clone()),
        );
        case([(fits, integer(rounded))], Some(out))
    })
}

fn texts(x: &Expr, from: &Type, to: &Type, how: How) -> Converted {
    let padded = matches!(from, Type::Char(_));
    let bare = || {
        if padded {
            call("rtrim", [x.clone()])
        } else {
            x.clone()
        }
    };
    let limit = match to {
        Type::Varchar(Some(limit)) => *limit,
        Type::Char(limit) => limit.unwrap_or(1),
        _ if padded => return form(bare()),
        _ => return Ok(None),
    };
    let shorter = match from {
        Type::Varchar(Some(length)) => *length <= limit,
        Type::Char(length) => length.unwrap_or(1) <= limit,
        _ => false,
    };
    // A char(n) is held without the blanks that do not count.
    let held = |x: Expr| match to {
        Type::Char(_) => call("rtrim", [x]),
        _ => x,
    };
    // What is stored and too long fails at the column's CHECK; a cast cuts it off.
    if shorter || how == How::Assign {
        return match (padded, to) {
            (true, _) => form(bare()),
            (false, Type::Char(_)) => form(held(x.clone())),
            // Blanks that are too many are cut off, of a constant here.
            _ => Ok(match x {
                Expr::Literal(Literal::Text(text)) => super::constant::limited(text, limit),
                _ => None,
            }),
        };
    }
    let cut = call("substr", [bare(), number(1), number(i64::from(limit))]);
    form(held(cut))
}

fn timestamps(x: &Expr, from: &Type, to: &Type) -> Converted {
    let digits = |ty: &Type| match ty {
        Type::Timestamp { precision, .. } => precision.unwrap_or(6).min(6),
        _ => 6,
    };
    if digits(from) <= digits(to) {
        return Ok(None);
    }
    // A fraction has three digits or six: what would have to be rounded fails.
    let longest = if digits(to) < 3 { 19 } else { 23 };
    twice(x, |x| {
        let fits = Expr::binary(call("length", [x.clone()]), BinaryOp::LtEq, number(longest));
        let out = fail("the fraction would have to be rounded", Some(x.clone()));
        case([(fits, x.clone())], Some(out))
    })
}

/// The digits of a second's fraction that a type keeps.
fn fraction(ty: &Type) -> u32 {
    match ty {
        Type::Timestamp { precision, .. } | Type::Time { precision, .. } => {
            precision.unwrap_or(6).min(6)
        }
        _ => 6,
    }
}

/// A time of day: one whose fraction would have to be rounded fails, for it may be the next day's.
fn times(x: &Expr, from: &Type, to: &Type) -> Converted {
    let digits = fraction(to);
    if fraction(from) <= digits {
        return Ok(None);
    }
    twice(x, |x| {
        let first = if digits == 0 {
            9
        } else {
            10 + i64::from(digits)
        };
        let rest = call("substr", [x.clone(), number(first)]);
        let fits = eq(call("rtrim", [rest, Expr::text(".0")]), Expr::text(""));
        let out = fail("the fraction would have to be rounded", Some(x.clone()));
        let kept = match digits {
            0 => call("substr", [x.clone(), number(1), number(8)]),
            _ => x.clone(),
        };
        case([(fits, kept)], Some(out))
    })
}

/// A text that ends with a clock's digits, of which so many come before the fraction, without the zeros
/// at the end of that.
fn clock_text(x: &Expr, whole: i64) -> Expr {
    let fraction = Expr::binary(call("length", [x.clone()]), BinaryOp::Gt, number(whole));
    let bare = call(
        "rtrim",
        [call("rtrim", [x.clone(), Expr::text("0")]), Expr::text(".")],
    );
    case([(fraction, bare)], Some(x.clone()))
}

/// PostgreSQL shows no zeros at the end of a fraction, and the zone of a moment.
fn timestamp_text(x: &Expr, from: &Type) -> Expr {
    let shown = clock_text(x, 19);
    match from {
        Type::Timestamp { zoned: true, .. } => concat([shown, Expr::text("+00")]),
        _ => shown,
    }
}

/// A date and time as JSON writes it, `2024-01-31T12:00:00.5+00:00`. Nothing if it cannot be looked
/// at several times.
pub(super) fn timestamp_json(x: &Expr, ty: &Type) -> Option<Expr> {
    if !is_stable(x) {
        return None;
    }
    let text = timestamp_text(x, ty);
    let marked = call("replace", [text, Expr::text(" "), Expr::text("T")]);
    Some(match ty {
        Type::Timestamp { zoned: true, .. } => concat([marked, Expr::text(":00")]),
        _ => marked,
    })
}

/// Whether elements of two types are written alike in JSON.
fn alike_in_json(a: &Type, b: &Type) -> bool {
    let (a, b) = (Family::of(a), Family::of(b));
    a == b
        && matches!(
            a,
            Family::Text | Family::Integer | Family::Uuid | Family::Boolean
        )
}

/// Whether a type may not hold an element of another.
fn is_narrower(a: &Type, b: &Type) -> bool {
    match b {
        Type::Varchar(Some(most)) => !matches!(a, Type::Varchar(Some(own)) if own <= most),
        Type::Char(_) => a != b,
        b if a.is_integer() && b.is_integer() => range(a).1 > range(b).1,
        _ => false,
    }
}

/// Whether each element of an array is one of a type, if it is a constant.
fn fits(x: &Expr, ty: &Type) -> bool {
    use serde_json::Value;
    let Expr::Literal(Literal::Text(text)) = x else {
        return false;
    };
    let Ok(Value::Array(elements)) = serde_json::from_str(text) else {
        return false;
    };
    elements.iter().all(|element| match (element, ty) {
        (Value::Null, _) => true,
        (Value::String(text), Type::Varchar(Some(most))) => {
            text.chars().count() <= usize::try_from(*most).unwrap_or(usize::MAX)
        }
        _ => false,
    })
}

fn text_to(x: &Expr, to: &Type, family: Family, schema: &Schema) -> Converted {
    let what = name_of(to);
    let otherwise = |whens: Vec<(Expr, Expr)>| {
        twice(x, |x| {
            let out = fail(&format!("not a value of the type {what}"), Some(x.clone()));
            case(whens, Some(out))
        })
    };
    match family {
        Family::Boolean => {
            let known = |words: &[&str]| {
                words
                    .iter()
                    .map(|word| Expr::text(*word))
                    .collect::<Vec<_>>()
            };
            let word = call("lower", [call("trim", [x.clone()])]);
            let among = |words: &[&str]| Expr::InList {
                expr: Box::new(word.clone()),
                list: known(words),
                negated: false,
            };
            otherwise(vec![
                (among(&["t", "true", "y", "yes", "on", "1"]), number(1)),
                (among(&["f", "false", "n", "no", "off", "0"]), number(0)),
            ])
        }
        Family::Integer => {
            let bare = call("trim", [x.clone()]);
            let (low, high) = range(to);
            let begins = glob(bare.clone(), "[-+0-9]*");
            let digits =
                super::build::not(glob(call("substr", [bare.clone(), number(2)]), "*[^0-9]*"));
            let some = glob(bare.clone(), "*[0-9]*");
            let value = Expr::binary(bare, BinaryOp::Plus, number(0));
            let is_number = and(and(begins, digits), some);
            otherwise(vec![(
                and(is_number, between(value, low, high)),
                integer(x.clone()),
            )])
        }
        Family::Float | Family::Numeric => {
            // JSON's numbers are those that all read alike.
            let kind = call("json_type", [x.clone()]);
            let numbers = vec![Expr::text("integer"), Expr::text("real")];
            let is_number = and(
                call("json_valid", [x.clone()]),
                Expr::InList {
                    expr: Box::new(kind),
                    list: numbers,
                    negated: false,
                },
            );
            match to {
                Type::Numeric {
                    precision: None, ..
                } => {
                    let digits = call(
                        "replace",
                        [
                            call("replace", [x.clone(), Expr::text("-"), Expr::text("")]),
                            Expr::text("."),
                            Expr::text(""),
                        ],
                    );
                    let few = Expr::binary(
                        call("length", [digits]),
                        BinaryOp::LtEq,
                        number(i64::from(EXACT_DIGITS)),
                    );
                    otherwise(vec![(and(is_number, few), cast(x.clone(), to.clone()))])
                }
                Type::Numeric { .. } => Err(None),
                Type::Real => otherwise(vec![(is_number, single(&cast(x.clone(), Type::Double)))]),
                _ => otherwise(vec![(is_number, cast(x.clone(), Type::Double))]),
            }
        }
        Family::Uuid => {
            let hex = |count: usize| "[0-9a-f]".repeat(count);
            let pattern = format!("{}-{}-{}-{}-{}", hex(8), hex(4), hex(4), hex(4), hex(12));
            let lower = call("lower", [x.clone()]);
            otherwise(vec![(glob(lower.clone(), pattern), lower)])
        }
        Family::Json => {
            // Its own functions take JSON5 too, which is none.
            let value = match *to {
                Type::Jsonb => call("json", [x.clone()]),
                _ => x.clone(),
            };
            otherwise(vec![(call("json_valid", [x.clone()]), value)])
        }
        Family::Date => {
            let is_date = eq(reckoned("date", x), x.clone());
            otherwise(vec![(and(glob(x.clone(), DATE), is_date), x.clone())])
        }
        Family::Timestamp => {
            let is_date = and(glob(x.clone(), DATE), eq(reckoned("date", x), x.clone()));
            let whole = eq(reckoned("datetime", x), x.clone());
            let written = glob(x.clone(), format!("{DATE} {CLOCK}"));
            otherwise(vec![
                (and(written, whole), x.clone()),
                (is_date, concat([x.clone(), Expr::text(" 00:00:00")])),
                iso_moment(x, to),
            ])
        }
        Family::Enum => match members_of(to, schema) {
            Ok(members) => {
                let list = members.into_iter().map(Expr::text).collect();
                otherwise(vec![(
                    Expr::InList {
                        expr: Box::new(x.clone()),
                        list,
                        negated: false,
                    },
                    x.clone(),
                )])
            }
            Err(refusal) => Err(Some(refusal)),
        },
        Family::Bytes => {
            let plain = eq(call("instr", [x.clone(), Expr::text("\\")]), number(0));
            otherwise(vec![(plain, cast(x.clone(), Type::Blob))])
        }
        _ => Err(None),
    }
}

/// `2024-01-31T12:00:00.5Z`: when a text is one, and the moment in the form that is held. A zone
/// may be UTC alone.
fn iso_moment(x: &Expr, to: &Type) -> (Expr, Expr) {
    let part = |from, length| call("substr", [x.clone(), number(from), number(length)]);
    let whole = concat([part(1, 10), Expr::text(" "), part(12, 8)]);
    let zones = ["Z", "+00:00", "+00"];
    let fraction = zones
        .into_iter()
        .fold(call("substr", [x.clone(), number(20)]), |text, zone| {
            call("replace", [text, Expr::text(zone), Expr::text("")])
        });
    // `.5`, `.`, or nothing.
    let digits = call("rtrim", [fraction.clone(), Expr::text("0")]);
    let length = call("length", [digits.clone()]);
    let some = || Expr::binary(length.clone(), BinaryOp::Gt, number(1));
    let most = i64::from(match to {
        Type::Timestamp { precision, .. } => precision.unwrap_or(6).min(6),
        _ => 6,
    });
    let is_fraction = and(
        glob(fraction.clone(), ".[0-9]*"),
        and(
            super::build::not(glob(
                call("substr", [fraction.clone(), number(2)]),
                "*[^0-9]*",
            )),
            and(
                between(call("length", [fraction.clone()]), 2, 7),
                Expr::binary(length.clone(), BinaryOp::LtEq, number(most + 1)),
            ),
        ),
    );
    let no_fraction = eq(fraction, Expr::text(""));
    let fits = Expr::binary(no_fraction, BinaryOp::Or, is_fraction);
    let written = glob(x.clone(), format!("{DATE}[ T]{CLOCK}*"));
    let is_one = and(
        written,
        and(eq(reckoned("datetime", &whole), whole.clone()), fits),
    );
    // Of three digits or six.
    let three = Expr::binary(length.clone(), BinaryOp::LtEq, number(4));
    let kept = case([(three, number(4))], Some(number(7)));
    let padded = call(
        "substr",
        [concat([digits, Expr::text("000000")]), number(1), kept],
    );
    let shown = case([(some(), padded)], Some(Expr::text("")));
    (is_one, concat([whole, shown]))
}

/// A date, or date and time, as it is once it is reckoned with: the thirtieth of February is the
/// first of March then, and as it stands without.
fn reckoned(function: &str, x: &Expr) -> Expr {
    call(function, [x.clone(), Expr::text("+0 days")])
}

fn members_of(ty: &Type, schema: &Schema) -> Result<Vec<String>, Refusal> {
    match ty {
        Type::Enum(name) => members(name, schema),
        Type::InlineEnum(members) => Ok(members.clone()),
        _ => Ok(Vec::new()),
    }
}

const DATE: &str = "[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]";
const CLOCK: &str = "[0-9][0-9]:[0-9][0-9]:[0-9][0-9]";

/// Fails unless a text has no letters beyond ASCII, whose case SQLite does not know.
pub(super) fn ascii_only(x: &Expr, value: Expr) -> Expr {
    // `[^\x01-\x7f]`, which no text constant can hold readably.
    let pattern = concat([
        Expr::text("*[^"),
        call("char", [number(1)]),
        Expr::text("-"),
        call("char", [number(127)]),
        Expr::text("]*"),
    ]);
    let beyond = call("glob", [pattern, x.clone()]);
    let out = fail(
        "the case of letters beyond ASCII is not known to sqlite",
        Some(x.clone()),
    );
    case([(beyond, out)], Some(value))
}
