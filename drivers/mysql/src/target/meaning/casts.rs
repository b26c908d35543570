//! Values of one type as another.

use aludel::schema::{BinaryOp, Call, CallArg, Expr, Literal, TrimSide, Type};
use aludel::translate::Omission;
use aludel::translate::constant::Interval;
use aludel::translate::infer::{Family, is_text_constant};
use aludel::translate::rewrite::Rewriter;

use super::Meaning;
use crate::target::build;
use crate::target::types::{self, words};

/// Digits after the point up to which a number is rounded from one that has more of them, with
/// the same result whether there were twenty of them or thirty.
const FEW_DIGITS: i32 = 12;

/// Digits of a floating point number that PostgreSQL keeps where it becomes a decimal one.
const FLOAT_DIGITS: u32 = 15;

/// A moment with all its digits.
const MICROSECONDS: Type = Type::Timestamp {
    precision: Some(6),
    zoned: false,
};

/// Whether few digits of a number are left in a value of this type.
pub(super) fn rounds(ty: &Type) -> bool {
    match ty {
        Type::Numeric {
            precision: Some((_, scale)),
            ..
        } => *scale <= FEW_DIGITS,
        ty => ty.is_integer() || matches!(ty, Type::Real | Type::Money),
    }
}

impl Meaning<'_> {
    /// A value that is stored into a column of a type.
    pub(crate) fn stored(&self, rw: &mut Rewriter<'_>, value: &Expr, ty: &Type) -> Expr {
        if let Expr::Literal(Literal::Text(text)) = value {
            return self.constant(rw, text, ty);
        }
        if is_text_constant(value) {
            return build::null();
        }
        if Family::of(ty) == Family::Interval
            && let Some(shown) = super::times::constant_interval(value).and_then(Interval::shown)
        {
            return Expr::text(shown);
        }
        // `'{}'::jsonb`: the column reads the text itself.
        if let Expr::Cast { expr, ty: to } = value
            && let Expr::Literal(Literal::Text(text)) = &**expr
            && matches!(Family::of(to), Family::Json | Family::Array)
            && Family::of(to) == Family::of(ty)
        {
            return self.constant(rw, text, to);
        }
        // A limit is not for a cast to keep, which would cut what is longer.
        if let (Expr::Array(items), Type::Array(item)) = (value, ty)
            && !matches!(**item, Type::Varchar(_) | Type::Char(_))
            && rw.scope.ty(value).as_ref() != Some(ty)
        {
            return rw.expr(&each_cast(items, ty));
        }
        // What CASE and COALESCE give without a type of their own is a text.
        let from = rw
            .scope
            .ty(value)
            .or_else(|| untyped(value).then_some(Type::Text));
        let Some(from) = from else {
            if matches!(value, Expr::Subquery(_)) || matches!(Family::of(ty), Family::Text) {
                let words = words(ty);
                return self.refuse_unknown(rw, format_args!("a value stored as {words}"));
            }
            return rw.expr(value);
        };
        let rewritten = if rounds(ty) {
            self.rounded(|| rw.expr(value))
        } else {
            rw.expr(value)
        };
        self.convert(rw, rewritten, &from, ty, false)
    }

    /// `CAST(expr AS type)`.
    pub(super) fn explicit_cast(&self, rw: &mut Rewriter<'_>, expr: &Expr, ty: &Type) -> Expr {
        match expr {
            Expr::Literal(Literal::Text(text)) => {
                let value = match Family::of(ty) {
                    Family::Json | Family::Array => return self.json_constant(rw, text, ty),
                    _ => self.constant(rw, text, ty),
                };
                return self.limited(value, ty);
            }
            Expr::Literal(Literal::Null) => return build::null(),
            _ => {}
        }
        let from = rw.scope.ty(expr);
        if let (Expr::Array(items), Type::Array(_)) = (expr, ty)
            && from.as_ref() != Some(ty)
        {
            return rw.expr(&each_cast(items, ty));
        }
        let Some(from) = from.or_else(|| untyped(expr).then_some(Type::Text)) else {
            return self.refuse_unknown(rw, format_args!("a cast to {}", words(ty)));
        };
        let value = if rounds(ty) {
            self.rounded(|| rw.expr(expr))
        } else {
            rw.expr(expr)
        };
        if matches!(expr, Expr::Call(call) if call.name.name == "random") && is_text(ty) {
            // Any text of it is as good as another.
            return self.as_text(value);
        }
        self.convert(rw, value, &from, ty, true)
    }

    /// A value cut to the length that a cast names.
    fn limited(&self, value: Expr, ty: &Type) -> Expr {
        match ty {
            Type::Varchar(Some(length)) | Type::Char(Some(length)) => {
                build::call("left", [value, build::number(*length)])
            }
            _ => value,
        }
    }

    /// A value of `from`, rewritten already, as one of `to`; `explicit` if a cast asked for it.
    fn convert(
        &self,
        rw: &mut Rewriter<'_>,
        value: Expr,
        from: &Type,
        to: &Type,
        explicit: bool,
    ) -> Expr {
        let (a, b) = (Family::of(from), Family::of(to));
        match (a, b) {
            _ if from != to && (from.is_kept_as_text() || to.is_kept_as_text()) => {
                self.no_cast(rw, from, to)
            }
            (Family::Text, Family::Text) if explicit && from != to => {
                let value = match (from, to) {
                    (_, Type::Citext) => return self.any_case(rw, value),
                    (Type::Citext, _) => self.exactly(value),
                    _ => value,
                };
                self.limited(value, to)
            }
            (Family::Text, Family::Text) => value,
            (Family::Integer, Family::Integer) | (Family::Bytes, Family::Bytes) => value,
            (Family::Integer, Family::Numeric | Family::Float)
            | (
                Family::Numeric | Family::Float,
                Family::Integer | Family::Numeric | Family::Float,
            ) => {
                if explicit {
                    self.cast_number(rw, value, from, to)
                } else {
                    value
                }
            }
            // Its fields, or digits of its seconds, would have to go.
            (Family::Interval, Family::Interval)
                if from != to && matches!(to, Type::Interval(Some(_))) =>
            {
                self.refuse(rw, "interval", "an interval of some fields or digits")
            }
            (Family::Boolean, Family::Boolean)
            | (Family::Uuid, Family::Uuid)
            | (Family::Interval, Family::Interval)
            | (Family::Json, Family::Json)
            | (Family::Date, Family::Date) => value,
            (Family::Time, Family::Time) | (Family::Timestamp, Family::Timestamp) => {
                self.to_precision(value, from, to, explicit)
            }
            // They are 1 and 0, and nothing else is a boolean; but in JSON one that is made, and is
            // no column's, would be true or false.
            (Family::Boolean, Family::Integer) => match value {
                Expr::Column { .. } => value,
                made => Expr::binary(made, BinaryOp::Plus, build::number(0)),
            },
            (Family::Integer, Family::Boolean) => {
                Expr::binary(value, BinaryOp::NotEq, build::number(0))
            }
            (Family::Date, Family::Timestamp) => match value {
                // To MariaDB a cast depends on the session, and stands in no key.
                Expr::Literal(Literal::Text(day)) => Expr::text(format!("{day} 00:00:00")),
                value => build::cast(value, build::MOMENT),
            },
            (Family::Timestamp, Family::Date) => build::call("date", [value]),
            (Family::Timestamp, Family::Time) => build::call("time", [value]),
            (Family::Array, Family::Array) if is_held_alike(from, to, explicit) => value,
            (Family::Array, Family::Json) => value,
            (Family::Enum, Family::Enum) if from == to => value,
            (_, Family::Text) => {
                if *from == Type::Json || (*from == Type::Jsonb && !self.facts.json) {
                    let message = "blanks and the order of keys in JSON that becomes a text";
                    rw.omit(Omission::new("jsonb-text", message));
                }
                let text = self.to_text(rw, value, from);
                if explicit {
                    self.limited(text, to)
                } else {
                    text
                }
            }
            (Family::Text, _) => self.parsed(rw, value, to),
            (Family::Json, Family::Integer | Family::Numeric | Family::Float) => {
                self.json_number(rw, value, from, to)
            }
            (Family::Other, Family::Other) if from == to => value,
            _ => self.no_cast(rw, from, to),
        }
    }

    fn no_cast(&self, rw: &mut Rewriter<'_>, from: &Type, to: &Type) -> Expr {
        let what = format!("a cast from {} to {}", words(from), words(to));
        self.refuse(rw, "cast", what)
    }

    fn cast_number(&self, rw: &mut Rewriter<'_>, value: Expr, from: &Type, to: &Type) -> Expr {
        match to {
            // MySQL cuts off what follows the point of a number that an aggregate gives.
            to if to.is_integer() && matches!(from, Type::Numeric { .. }) => {
                build::cast(rounded_off(value), Type::BIGINT)
            }
            to if to.is_integer() && is_float(from) && !self.facts.json => {
                // MariaDB makes the greatest integer of a greater number.
                let cast = build::cast(value.clone(), Type::BIGINT);
                within(value, 1e18 * 9.223_372_036_854_775, cast)
            }
            to if to.is_integer() => build::cast(value, Type::BIGINT),
            Type::Double => build::cast(value, Type::Double),
            Type::Numeric {
                precision: Some((digits, scale)),
                ..
            } if is_float(from) && *digits > FLOAT_DIGITS => {
                // PostgreSQL takes no more digits of it, this server takes two more.
                let cast = build::cast(value.clone(), types::shortened(to));
                match u32::try_from(*scale) {
                    Ok(scale) if scale < FLOAT_DIGITS => {
                        let digits = FLOAT_DIGITS - scale;
                        within(value, 10f64.powi(digits.cast_signed()), cast)
                    }
                    _ => self.no_cast(rw, from, to),
                }
            }
            Type::Numeric {
                precision: Some(_), ..
            } => build::cast(value, types::shortened(to)),
            // Of any length: as it is, but that a division must not be one of integers.
            Type::Numeric { .. } if from.is_integer() => build::cast(value, decimal(0)),
            Type::Numeric { .. } if matches!(from, Type::Numeric { .. }) => value,
            _ => self.no_cast(rw, from, to),
        }
    }

    /// JSON that is a number; any other fails, where the servers would read it as a text.
    fn json_number(&self, rw: &mut Rewriter<'_>, value: Expr, from: &Type, to: &Type) -> Expr {
        // As the elements of an array, and what is no column, so is a column that holds texts.
        let text = match &value {
            Expr::Column { .. } if !self.facts.json => build::call("concat", [value.clone()]),
            _ => value.clone(),
        };
        let number = match to {
            to if to.is_integer() => {
                let exact = build::cast(text, decimal(30));
                build::cast(rounded_off(exact), Type::BIGINT)
            }
            _ => self.cast_number(rw, text, from, to),
        };
        let kinds = ["INTEGER", "UNSIGNED INTEGER", "DECIMAL", "DOUBLE"];
        let other = Expr::InList {
            expr: Box::new(self.kind_of_json(value.clone())),
            list: kinds.map(Expr::text).to_vec(),
            negated: true,
        };
        let out = build::out_of_range(build::call("char_length", [value]));
        build::case([(other, out)], Some(number))
    }

    /// A time with fewer digits of a second is rounded.
    fn to_precision(&self, value: Expr, from: &Type, to: &Type, explicit: bool) -> Expr {
        let digits = |ty: &Type| match ty {
            Type::Time { precision, .. } | Type::Timestamp { precision, .. } => {
                precision.unwrap_or(6)
            }
            _ => 6,
        };
        if digits(to) >= digits(from) {
            return value;
        }
        // PostgreSQL counts from 2000 on, and a half away from there: before it, down.
        let value = match to {
            Type::Timestamp { .. } if build::is_steady(&value) && !build::changes(&value) => {
                halves_down(value)
            }
            _ => value,
        };
        if !explicit {
            return value;
        }
        let precision = Some(digits(to));
        let zoned = false;
        build::cast(
            value,
            match to {
                Type::Time { .. } => Type::Time { precision, zoned },
                _ => Type::Timestamp { precision, zoned },
            },
        )
    }

    /// A text of a value, under the collation that all texts have.
    pub(super) fn as_text(&self, value: Expr) -> Expr {
        build::collate(build::cast(value, Type::Text), self.facts.exact)
    }

    /// A citext as the text that it is, whose case counts.
    pub(super) fn exactly(&self, value: Expr) -> Expr {
        match self.facts.any_case {
            Some(_) => build::under(value, self.facts.exact),
            // There it has another character set.
            None => self.as_text(value),
        }
    }

    /// A text as a citext.
    pub(super) fn any_case(&self, rw: &mut Rewriter<'_>, value: Expr) -> Expr {
        match self.facts.any_case {
            Some(collation) => build::under(value, collation),
            None => self.no_cast(rw, &Type::Text, &Type::Citext),
        }
    }

    /// A `char(n)` with its blanks, which are not kept here.
    pub(super) fn padded(&self, rw: &mut Rewriter<'_>, expr: &Expr, length: Option<u32>) -> Expr {
        if !matches!(expr, Expr::Column { .. } | Expr::Cast { .. }) {
            let what = "the blanks at the end of a `char(n)` that is no column's";
            return self.refuse(rw, "no-form", what);
        }
        let length = build::number(length.unwrap_or(1));
        build::call("rpad", [rw.expr(expr), length, Expr::text(" ")])
    }

    /// What `concat` and its like join, and a pattern is matched with: what PostgreSQL shows of a value,
    /// which a cast to a text need not be.
    pub(super) fn shown(&self, rw: &mut Rewriter<'_>, expr: &Expr) -> Expr {
        match rw.scope.ty(expr) {
            Some(Type::Boolean) => {
                let value = rw.expr(expr);
                let letter = |is: bool, letter: &str| (build::boolean(is), Expr::text(letter));
                Expr::Case {
                    operand: Some(Box::new(value)),
                    whens: vec![letter(true, "t"), letter(false, "f")],
                    otherwise: None,
                }
            }
            Some(Type::Char(length)) => self.padded(rw, expr, length),
            _ => self.text(rw, expr),
        }
    }

    /// The text that a cast makes of a value.
    pub(super) fn to_text(&self, rw: &mut Rewriter<'_>, value: Expr, from: &Type) -> Expr {
        match from {
            Type::Citext => self.exactly(value),
            ty if is_text(ty) => value,
            ty if ty.is_integer() => self.as_text(value),
            Type::Numeric {
                precision: Some(_), ..
            }
            | Type::Date
            | Type::Json
            | Type::Jsonb => self.as_text(value),
            Type::Uuid | Type::Enum(_) | Type::Macaddr => self.as_text(value),
            Type::Timestamp { zoned, .. } if !self.lasting => self.moment_shown(value, *zoned),
            Type::Boolean => {
                let text = |value: bool| (build::boolean(value), Expr::text(value.to_string()));
                Expr::Case {
                    operand: Some(Box::new(value)),
                    whens: vec![text(true), text(false)],
                    otherwise: None,
                }
            }
            // As `bytea_output` has it unless it is set.
            ty if ty.is_bytes() => {
                let digits = build::call("lower", [build::call("hex", [value])]);
                Expr::binary(Expr::text("\\x"), BinaryOp::Concat, digits)
            }
            other => self.no_cast(rw, other, &Type::Text),
        }
    }

    /// The text that PostgreSQL shows of a moment.
    pub(super) fn moment_shown(&self, value: Expr, zoned: bool) -> Expr {
        let text = self.moment_text(value);
        match zoned {
            true => Expr::binary(text, BinaryOp::Concat, Expr::text("+00")),
            false => text,
        }
    }

    /// A date and time as a text, with as many digits of a second as count.
    fn moment_text(&self, value: Expr) -> Expr {
        let without = |text: Expr, what: &str| Expr::Trim {
            expr: Box::new(text),
            side: TrimSide::Trailing,
            what: Some(Box::new(Expr::text(what))),
        };
        // All six are written, so that there is a point where the zeros end.
        let text = self.as_text(build::cast(value, build::MOMENT));
        without(without(text, "0"), ".")
    }

    /// A date and time as JSON writes it: `2024-01-31T12:00:00.5+00:00`.
    pub(super) fn moment_json(&self, value: Expr, ty: &Type) -> Expr {
        let args = [self.moment_text(value), Expr::text(" "), Expr::text("T")];
        let marked = build::call("replace", args);
        match ty {
            Type::Timestamp { zoned: true, .. } => {
                Expr::binary(marked, BinaryOp::Concat, Expr::text("+00:00"))
            }
            _ => marked,
        }
    }

    /// A text that is a uuid in its usual form; any other fails.
    fn usual_uuid(&self, rw: &mut Rewriter<'_>, value: Expr) -> Expr {
        const FORM: &str = "^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$";
        let regex = BinaryOp::Regex {
            any_case: false,
            negated: false,
        };
        // `$` stands before a line break too.
        let length = build::equal(
            build::call("char_length", [value.clone()]),
            build::number(36),
        );
        let usual = build::and(Expr::binary(value.clone(), regex, Expr::text(FORM)), length);
        let some = build::is_null(value.clone(), true);
        let out = self.failing(rw, value.clone());
        build::case([(usual, build::call("lower", [value])), (some, out)], None)
    }

    /// A text that is a date and time as ISO 8601 writes it, in UTC if it says its zone; any other
    /// fails. One without a zone takes no notice of what is said.
    fn usual_moment(&self, rw: &mut Rewriter<'_>, value: Expr, zoned: bool) -> Expr {
        const MOMENT: &str =
            "^[0-9]{4}-[0-9]{2}-[0-9]{2}[ T][0-9]{2}:[0-9]{2}:[0-9]{2}([.][0-9]{1,6})?";
        const ZONE: &str = "([+-][0-9]{2}(:?[0-9]{2})?|Z)";
        const UTC: &str = "([+-]00(:?00)?|Z)";
        let regex = BinaryOp::Regex {
            any_case: false,
            negated: false,
        };
        let zone = if zoned { UTC } else { ZONE };
        let form = Expr::text(format!("{MOMENT}{zone}?\\z"));
        let usual = Expr::binary(value.clone(), regex, form);
        let bare = build::call(
            "regexp_replace",
            [
                value.clone(),
                Expr::text(format!("{ZONE}\\z")),
                Expr::text(""),
            ],
        );
        let bare = build::call("replace", [bare, Expr::text("T"), Expr::text(" ")]);
        let moment = build::cast(bare, build::MOMENT);
        let usual = build::and(usual, build::is_null(moment.clone(), true));
        let some = build::is_null(value.clone(), true);
        let out = self.failing(rw, value);
        build::case([(usual, moment), (some, out)], None)
    }

    /// An expression as a text.
    pub(super) fn text(&self, rw: &mut Rewriter<'_>, expr: &Expr) -> Expr {
        if is_text_constant(expr) {
            return rw.expr(expr);
        }
        match rw.scope.ty(expr) {
            Some(ty) => {
                let value = rw.expr(expr);
                self.to_text(rw, value, &ty)
            }
            None => self.refuse_unknown(rw, "a text"),
        }
    }

    /// A text that is read as a value.
    fn parsed(&self, rw: &mut Rewriter<'_>, value: Expr, to: &Type) -> Expr {
        if self.lenient && !matches!(to, Type::Json | Type::Jsonb) {
            return self.refuse_lenient(rw, "a text that is read as another value");
        }
        let value = match value {
            // Of a LONGTEXT the servers make 0 without an error, where it is no number.
            Expr::Column { .. } if matches!(to, Type::Numeric { .. } | Type::Double) => {
                build::call("concat", [value])
            }
            other => other,
        };
        match to {
            to if to.is_integer() => build::cast(value, Type::BIGINT),
            Type::Numeric {
                precision: Some(_), ..
            } => build::cast(value, types::shortened(to)),
            Type::Numeric { .. } => build::cast(value, decimal(30)),
            Type::Double => build::cast(value, Type::Double),
            Type::Date => build::cast(value, Type::Date),
            Type::Json | Type::Jsonb => self.as_json(value),
            Type::Enum(_) => value,
            Type::Timestamp { zoned, .. } if build::is_steady(&value) => {
                let moment = self.usual_moment(rw, value, *zoned);
                self.to_precision(moment, &MICROSECONDS, to, true)
            }
            Type::Uuid => match &value {
                // Thirty-two digits, of which it makes the usual form.
                Expr::Call(call) if call.name.name == "md5" || is_random_digits(call) => {
                    hyphenated(value)
                }
                _ if self.facts.uuid_functions => {
                    let bytes = build::call("uuid_to_bin", [value]);
                    self.as_text(build::call("bin_to_uuid", [bytes]))
                }
                _ if build::is_steady(&value) => self.usual_uuid(rw, value),
                _ => self.no_cast(rw, &Type::Text, to),
            },
            _ => self.no_cast(rw, &Type::Text, to),
        }
    }
}

/// `LOWER(HEX(RANDOM_BYTES(16)))`, which is what stands for a hash of something random.
fn is_random_digits(call: &Call) -> bool {
    let inner = |call: &Call, name: &str| match call.args.as_slice() {
        [CallArg::Expr(Expr::Call(inner))] if call.name.name == name => Some(inner.clone()),
        _ => None,
    };
    inner(call, "lower")
        .and_then(|hex| inner(&hex, "hex"))
        .is_some_and(|bytes| bytes.name.name == "random_bytes")
}

/// Hyphens into the thirty-two digits of a uuid.
fn hyphenated(digits: Expr) -> Expr {
    [9, 14, 19, 24].into_iter().fold(digits, |text, place| {
        let args = [
            text,
            build::number(place),
            build::number(0),
            Expr::text("-"),
        ];
        build::call("insert", args)
    })
}

/// A decimal number of as many digits as there are.
pub(super) fn decimal(scale: i32) -> Type {
    Type::Numeric {
        precision: Some((65, scale)),
        unsigned: false,
    }
}

pub(super) fn is_text(ty: &Type) -> bool {
    Family::of(ty) == Family::Text
}

/// `ARRAY[a, b]::type[]`: each element is cast, which the cast of an array does there.
fn each_cast(items: &[Expr], ty: &Type) -> Expr {
    let item = match ty {
        Type::Array(item) => item,
        other => other,
    };
    let cast = |expr: &Expr| Expr::Cast {
        expr: Box::new(expr.clone()),
        // The type of an array says nothing of its dimensions.
        ty: match expr {
            Expr::Array(_) => ty.clone(),
            _ => item.clone(),
        },
    };
    Expr::Array(items.iter().map(cast).collect())
}

/// Whether the elements of an array are, in JSON, what they are as elements of another type, and no
/// cast of them fails.
fn is_held_alike(from: &Type, to: &Type, explicit: bool) -> bool {
    use Type as T;
    match (from, to) {
        _ if from == to => true,
        (T::Array(from), T::Array(to)) => is_held_alike(from, to, explicit),
        (T::Char(_), _) | (_, T::Char(_)) => false,
        (from, T::Text | T::Varchar(None) | T::Citext) => matches!(
            Family::of(from),
            Family::Text | Family::Uuid | Family::Enum | Family::Date
        ),
        // One that is too long is not looked for, as in a constant.
        (from, T::Varchar(Some(_))) => !explicit && is_text(from),
        (
            T::Numeric { .. },
            T::Numeric {
                precision: None, ..
            },
        ) => true,
        (
            from,
            T::Numeric {
                precision: None, ..
            },
        ) => from.is_integer(),
        (from, T::Double) => from.is_integer() && *from != T::BIGINT,
        (from, to) if from.is_integer() && to.is_integer() => width(from) <= width(to),
        _ => false,
    }
}

/// Integers by their width.
fn width(ty: &Type) -> u8 {
    match ty {
        Type::SmallInt { .. } => 2,
        Type::Integer { .. } => 4,
        _ => 8,
    }
}

/// A moment of before 2000 a microsecond earlier, so that a half of whatever is rounded to is rounded
/// down, and nothing else is rounded otherwise.
fn halves_down(value: Expr) -> Expr {
    let start = Expr::text("2000-01-01 00:00:00");
    let before = Expr::binary(value.clone(), BinaryOp::Lt, start);
    let span = Expr::Interval {
        value: Box::new(build::number(1)),
        unit: Some("MICROSECOND".into()),
    };
    let earlier = Expr::binary(value.clone(), BinaryOp::Minus, span);
    build::case([(before, earlier)], Some(value))
}

fn is_float(ty: &Type) -> bool {
    Family::of(ty) == Family::Float
}

/// What is made of a floating point number; one of at least a size fails.
fn within(value: Expr, size: f64, made: Expr) -> Expr {
    let absolute = build::call("abs", [value]);
    let limit = build::digits(format!("{size:.0}"));
    let over = Expr::binary(absolute.clone(), BinaryOp::GtEq, limit);
    let out = build::out_of_range(build::cast(absolute, Type::BIGINT));
    build::case([(over, out)], Some(made))
}

/// A decimal number without what follows its point, half away from zero.
fn rounded_off(value: Expr) -> Expr {
    match value {
        Expr::Call(call) if call.name.name == "round" && call.args.len() == 1 => Expr::Call(call),
        value => build::call("round", [value]),
    }
}

/// Whether an expression is made of constants that have no type of their own.
fn untyped(expr: &Expr) -> bool {
    match expr {
        Expr::Case {
            whens, otherwise, ..
        } => {
            let otherwise = otherwise.as_deref();
            whens
                .iter()
                .map(|(_, then)| then)
                .chain(otherwise)
                .all(untyped)
        }
        other => is_text_constant(other),
    }
}
