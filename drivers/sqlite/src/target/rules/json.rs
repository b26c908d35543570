//! JSON: constants, paths, and the operators and functions of json and jsonb.
//!
//! A json or jsonb is a text. SQLite's own functions make numbers of `true` and rounded numbers of
//! long ones when they take a value out; so a value is taken out as its text ([`raw`]).

use std::collections::HashSet;

use aludel::schema::{BinaryOp, CallArg, Expr, Literal, SelectItem, Type};
use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};

use super::build::{
    EACH, and, call, case, column_of, concat, eq, fail, is_null, is_stable, json_each, not_null,
    null, number, select, switch,
};

/// Whether a text is JSON, and no object in it has a key twice (of which jsonb keeps the last).
pub(super) fn check(text: &str) -> Result<(), String> {
    serde_json::from_str::<Checked>(text)
        .map(drop)
        .map_err(|error| error.to_string())
}

struct Checked;

impl<'de> Deserialize<'de> for Checked {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(CheckedVisitor)
    }
}

struct CheckedVisitor;

impl<'de> Visitor<'de> for CheckedVisitor {
    type Value = Checked;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("JSON")
    }
    fn visit_bool<E>(self, _: bool) -> Result<Checked, E> {
        Ok(Checked)
    }
    fn visit_i64<E>(self, _: i64) -> Result<Checked, E> {
        Ok(Checked)
    }
    fn visit_u64<E>(self, _: u64) -> Result<Checked, E> {
        Ok(Checked)
    }
    fn visit_f64<E>(self, _: f64) -> Result<Checked, E> {
        Ok(Checked)
    }
    fn visit_str<E>(self, _: &str) -> Result<Checked, E> {
        Ok(Checked)
    }
    fn visit_unit<E>(self) -> Result<Checked, E> {
        Ok(Checked)
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Checked, A::Error> {
        while seq.next_element::<Checked>()?.is_some() {}
        Ok(Checked)
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Checked, A::Error> {
        let mut keys = HashSet::new();
        while let Some(key) = map.next_key::<String>()? {
            map.next_value::<Checked>()?;
            if !keys.insert(key) {
                return Err(serde::de::Error::custom("a key stands in it twice"));
            }
        }
        Ok(Checked)
    }
}

/// A place within a JSON text.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Place {
    /// The whole of it, rewritten.
    base: Expr,
    /// It is a text that is only read as JSON here: it may be none.
    unchecked: bool,
    /// `$.a.b`.
    path: String,
}

impl Place {
    /// The whole of a JSON text.
    pub(super) fn whole(base: Expr) -> Self {
        Self {
            base,
            unchecked: false,
            path: "$".into(),
        }
    }

    /// The whole of a text that is read as JSON: whatever looks at it fails if it is none. SQLite's own
    /// functions take JSON5 too.
    pub(super) fn unchecked(base: Expr) -> Self {
        let base = match is_stable(&base) {
            true => {
                let none = fail("not a value of the type json", Some(base.clone()));
                case([(call("json_valid", [base.clone()]), base)], Some(none))
            }
            false => base,
        };
        Self {
            unchecked: true,
            ..Self::whole(base)
        }
    }

    /// A member of an object. Nothing if its name cannot be written in a path.
    pub(super) fn member(mut self, key: &str) -> Option<Self> {
        self.path.push_str(&step(key)?);
        Some(self)
    }

    /// An element of an array.
    pub(super) fn element(mut self, index: u32) -> Self {
        self.path.push_str(&format!("[{index}]"));
        self
    }

    /// The first element of an array. To jsonb, a scalar is an array of itself.
    pub(super) fn first(self) -> Self {
        let is_not = |kind: &str| Expr::binary(self.kind(), BinaryOp::NotEq, Expr::text(kind));
        let array = concat([Expr::text("["), self.raw(), Expr::text("]")]);
        let scalar = and(is_not("array"), is_not("object"));
        Self::whole(case([(scalar, array)], Some(self.json()))).element(0)
    }

    /// The document that it is a place of.
    pub(super) fn root(&self) -> Expr {
        self.base.clone()
    }

    /// Its path in the document.
    pub(super) fn path(&self) -> &str {
        &self.path
    }

    pub(super) fn is_whole(&self) -> bool {
        self.path == "$"
    }

    /// What kind of value stands there, by SQLite's names; NULL if there is none.
    pub(super) fn kind(&self) -> Expr {
        let mut args = vec![self.base.clone()];
        if !self.is_whole() {
            args.push(Expr::text(self.path.clone()));
        }
        call("json_type", args)
    }

    /// The value that stands there as a JSON text; NULL if there is none.
    pub(super) fn json(&self) -> Expr {
        if self.is_whole() {
            return if self.unchecked {
                call("json", [self.base.clone()])
            } else {
                self.base.clone()
            };
        }
        case([(not_null(self.kind()), self.raw())], None)
    }

    /// The value that stands there as its JSON text, if there is one.
    ///
    /// The same path twice gives an array of two: `[v,v]`, each as it stands.
    fn raw(&self) -> Expr {
        if self.is_whole() {
            return call("json", [self.base.clone()]);
        }
        let path = Expr::text(self.path.clone());
        let both = call("json_extract", [self.base.clone(), path.clone(), path]);
        let half = Expr::binary(call("length", [both.clone()]), BinaryOp::Divide, number(2));
        let length = Expr::binary(half, BinaryOp::Minus, number(1));
        call("substr", [both, number(2), length])
    }

    fn extract(&self) -> Expr {
        call(
            "json_extract",
            [self.base.clone(), Expr::text(self.path.clone())],
        )
    }

    /// `->>`: a text as it is, anything else as its JSON text, NULL for null and nothing. It fails
    /// at an object or an array, unless it may be written without blanks.
    pub(super) fn text(&self, bare: bool) -> Expr {
        let mut whens = vec![(eq(self.kind(), Expr::text("text")), self.extract())];
        if !bare {
            whens.push(spaced(self.kind(), self.raw()));
        }
        let is_value = Expr::binary(self.kind(), BinaryOp::NotEq, Expr::text("null"));
        whens.push((is_value, self.raw()));
        case(whens, None)
    }

    /// MySQL's `->>`: null is a text too, and a number that is not whole is written otherwise.
    pub(super) fn unquoted(&self, bare: bool) -> Expr {
        let mut whens = vec![(eq(self.kind(), Expr::text("text")), self.extract())];
        if !bare {
            whens.push(spaced(self.kind(), self.raw()));
        }
        let out = fail("a number that is not whole as a text", Some(self.raw()));
        whens.push((eq(self.kind(), Expr::text("real")), out));
        whens.push((not_null(self.kind()), self.raw()));
        case(whens, None)
    }

    /// `->>` compared with texts that are neither numbers, nor true or false, nor JSON: those
    /// only a text is equal to.
    pub(super) fn plain_text(&self) -> Expr {
        self.extract()
    }

    /// The value that stands there as a boolean or a number: of another it fails, as PostgreSQL
    /// does, and of a number that would have to be rounded.
    pub(super) fn scalar(&self, ty: &Type) -> Option<Expr> {
        use aludel::translate::infer::Family;
        let kind = self.kind();
        let is = |name: &str| eq(kind.clone(), Expr::text(name));
        let out = fail("not a JSON value of the type asked for", Some(self.kind()));
        Some(match Family::of(ty) {
            Family::Boolean => case(
                [(is("true"), number(1)), (is("false"), number(0))],
                Some(out),
            ),
            Family::Integer => {
                let (low, high) = super::constant::range(ty);
                let fits = and(
                    is("integer"),
                    super::build::between(self.extract(), low, high),
                );
                case([(fits, self.extract())], Some(out))
            }
            Family::Float => case(
                [
                    (
                        is("integer"),
                        super::build::cast(self.extract(), Type::Double),
                    ),
                    (is("real"), self.extract()),
                ],
                Some(out),
            ),
            _ => return None,
        })
    }

    /// Whether it can be looked at several times.
    pub(super) fn is_stable(&self) -> bool {
        is_stable(&self.base)
    }
}

/// When a JSON text is one that PostgreSQL writes with blanks in it: then it fails.
fn spaced(kind: Expr, text: Expr) -> (Expr, Expr) {
    let among = |expr: Expr, list: [&str; 2], negated: bool| Expr::InList {
        expr: Box::new(expr),
        list: list.map(Expr::text).to_vec(),
        negated,
    };
    let holds = among(kind, ["object", "array"], false);
    let some = among(text.clone(), ["{}", "[]"], true);
    let what = "an object or an array as a part of a text, without the blanks that it has there";
    (and(holds, some), fail(what, Some(text)))
}

/// A jsonb as a text that is not only kept. Nothing if it cannot be looked at several times.
pub(super) fn plain(x: &Expr) -> Option<Expr> {
    let kind = call("json_type", [x.clone()]);
    is_stable(x).then(|| case([spaced(kind, x.clone())], Some(x.clone())))
}

/// A step of a path: `.key`, `."a key"`.
fn step(key: &str) -> Option<String> {
    if key.contains(['"', '\\']) || key.is_empty() {
        return None;
    }
    let plain = key.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
        && !key.starts_with(|c: char| c.is_ascii_digit());
    Some(if plain {
        format!(".{key}")
    } else {
        format!(".\"{key}\"")
    })
}

/// `jsonb_typeof`.
pub(super) fn type_name(place: &Place) -> Expr {
    let kind = place.kind();
    let names = [
        ("text", "string"),
        ("integer", "number"),
        ("real", "number"),
        ("true", "boolean"),
        ("false", "boolean"),
    ];
    let whens = names.map(|(own, name)| (Expr::text(own), Expr::text(name)));
    switch(kind.clone(), whens, Some(kind))
}

/// `jsonb_typeof(x) = 'object'`, where the two have one name for it, or `= 'number'` …
pub(super) fn has_type(place: &Place, name: &str, negated: bool) -> Option<Expr> {
    let own: &[&str] = match name {
        "object" | "array" | "null" => &[name],
        "string" => &["text"],
        "number" => &["integer", "real"],
        "boolean" => &["true", "false"],
        _ => return None,
    };
    let kind = Box::new(place.kind());
    if let [one] = own {
        let op = if negated {
            BinaryOp::NotEq
        } else {
            BinaryOp::Eq
        };
        return Some(Expr::binary(*kind, op, Expr::text(*one)));
    }
    let list = own.iter().map(|name| Expr::text(*name)).collect();
    Some(Expr::InList {
        expr: kind,
        list,
        negated,
    })
}

/// `x ? key`: a member of an object, or a text that is an element of an array or the value itself.
/// What `place` names must be qualified: `json_each` has columns of its own.
pub(super) fn has_key(place: &Place, key: &str) -> Option<Expr> {
    let member = place.clone().member(key)?;
    let whole = place.json();
    let of_text = and(
        eq(column_of(EACH, "type"), Expr::text("text")),
        eq(column_of(EACH, "atom"), Expr::text(key)),
    );
    let item = SelectItem::Expr {
        expr: number(1),
        alias: None,
    };
    let among = Expr::Exists(Box::new(select(
        vec![item],
        vec![json_each(whole)],
        Some(of_text),
    )));
    Some(switch(
        place.kind(),
        [
            (Expr::text("object"), not_null(member.kind())),
            (Expr::text("array"), among.clone()),
            (Expr::text("text"), among),
        ],
        Some(case([(not_null(place.kind()), number(0))], None)),
    ))
}

/// The same where no query may stand. Of an array it is known only that it has no such text, where neither
/// that nor an escape stands anywhere in it; for another it fails.
pub(super) fn has_key_alone(place: &Place, key: &str) -> Option<Expr> {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    let member = place.clone().member(key)?;
    let found = |what: &str| call("instr", [place.json(), Expr::text(what)]);
    let without = and(
        eq(found(&format!("\"{key}\"")), number(0)),
        eq(found("\\"), number(0)),
    );
    let message = format!("whether an array has `{key}` cannot be asked here");
    let array = case([(without, number(0))], Some(fail(&message, None)));
    let text = call("json_extract", [place.root(), Expr::text(place.path())]);
    (!key.is_empty() && key.chars().all(plain)).then(|| {
        switch(
            place.kind(),
            [
                (Expr::text("object"), not_null(member.kind())),
                (Expr::text("array"), array),
                (Expr::text("text"), eq(text, Expr::text(key))),
            ],
            Some(case([(not_null(place.kind()), number(0))], None)),
        )
    })
}

/// A step of a change to an object.
#[derive(Debug, Clone)]
pub(super) enum Step {
    /// Without a member.
    Remove(String),
    /// With a member, whether it was there or not, or only if it was.
    Set {
        key: String,
        value: Value,
        create: bool,
    },
}

/// A value within JSON, marked as JSON where it is.
#[derive(Debug, Clone)]
pub(super) struct Value {
    pub(super) expr: Expr,
    pub(super) nullable: bool,
}

/// An object changed step by step. What is no object fails; PostgreSQL would take elements out of
/// an array, or join arrays.
pub(super) fn changed(place: &Place, steps: &[Step]) -> Option<Expr> {
    let mut object = if place.is_whole() {
        place.base.clone()
    } else {
        place.json()
    };
    for step_of in steps {
        object = match step_of {
            Step::Remove(key) => call(
                "json_remove",
                [object, Expr::text(format!("${}", step(key)?))],
            ),
            Step::Set { key, value, create } => {
                let function = if *create { "json_set" } else { "json_replace" };
                let path = Expr::text(format!("${}", step(key)?));
                // One call for several members.
                let mut args = match &object {
                    Expr::Call(inner) if inner.name.name == function => inner
                        .args
                        .iter()
                        .filter_map(|arg| match arg {
                            CallArg::Expr(expr) => Some(expr.clone()),
                            _ => None,
                        })
                        .collect(),
                    _ => vec![object],
                };
                args.extend([path, value.expr.clone()]);
                call(function, args)
            }
        };
    }
    if steps.is_empty() {
        object = place.json();
    }
    let nullable = steps.iter().filter_map(|step| match step {
        Step::Set { value, .. } if value.nullable => Some(value),
        _ => None,
    });
    let mut whens: Vec<(Expr, Expr)> = nullable
        .map(|value| (is_null(value.expr.clone()), null()))
        .collect();
    whens.push((eq(place.kind(), Expr::text("object")), object));
    let out = fail("only an object can be changed, not", Some(place.json()));
    Some(case(whens, Some(out)))
}

/// A JSON text with its numbers as jsonb holds them, as numerics: without an exponent, and 0 without a
/// sign. Nothing if one has more digits than anybody writes.
pub(super) fn numbers(text: &str) -> Option<String> {
    let mut result = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let length = match c {
            '"' => {
                let mut escaped = false;
                let end = rest[1..].find(|c| {
                    let ends = c == '"' && !escaped;
                    escaped = c == '\\' && !escaped;
                    ends
                })?;
                end + 2
            }
            '-' | '0'..='9' => {
                let end = rest.find(|c| !matches!(c, '0'..='9' | '+' | '-' | '.' | 'e' | 'E'));
                let number = &rest[..end.unwrap_or(rest.len())];
                result.push_str(&numeric(number)?);
                rest = &rest[number.len()..];
                continue;
            }
            c => c.len_utf8(),
        };
        result.push_str(&rest[..length]);
        rest = &rest[length..];
    }
    Some(result)
}

/// A number of JSON's, as PostgreSQL writes the numeric that it is.
fn numeric(number: &str) -> Option<String> {
    let (mantissa, power) = match number.split_once(['e', 'E']) {
        Some((mantissa, power)) => (mantissa, power.parse::<i16>().ok()?),
        None => (number, 0),
    };
    if power.unsigned_abs() > 400 {
        return None;
    }
    let (sign, mantissa) = match mantissa.strip_prefix('-') {
        Some(mantissa) => ("-", mantissa),
        None => ("", mantissa),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = format!("{whole}{fraction}");
    // Where the point stands among the digits.
    let point = i64::try_from(whole.len()).ok()? + i64::from(power);
    let (digits, point) = match usize::try_from(point) {
        Ok(point) if point > 0 => (digits, point),
        _ => {
            let zeros = usize::try_from(1 - point).ok()?;
            ("0".repeat(zeros) + &digits, 1)
        }
    };
    let padded = format!("{digits}{}", "0".repeat(point.saturating_sub(digits.len())));
    let (whole, fraction) = padded.split_at(point);
    let whole = match whole.trim_start_matches('0') {
        "" => "0",
        whole => whole,
    };
    let is_zero = !padded.contains(|c| c != '0');
    let sign = if is_zero { "" } else { sign };
    Some(match fraction {
        "" => format!("{sign}{whole}"),
        fraction => format!("{sign}{whole}.{fraction}"),
    })
}

/// Whether the numbers in a value are written in one way only.
pub(super) fn whole_numbers(value: &serde_json::Value) -> bool {
    match value {
        serde_json::Value::Number(number) => !number.is_f64(),
        serde_json::Value::Array(items) => items.iter().all(whole_numbers),
        serde_json::Value::Object(members) => members.values().all(whole_numbers),
        _ => true,
    }
}

/// `jsonb_set(x, '{a,b}', value)`, deeper than one step.
pub(super) fn set_deep(
    place: &Place,
    path: &[String],
    value: &Value,
    create: bool,
) -> Option<Expr> {
    let (last, parents) = path.split_last()?;
    let mut parent = place.clone();
    // A way that does not exist leaves it as it is; one through an array is not followed here, and one
    // from what is no object fails there too.
    let out = |place: &Place| {
        let what = "a path leads into objects only, not into";
        fail(what, Some(place.json()))
    };
    let no_object = Expr::binary(place.kind(), BinaryOp::NotEq, Expr::text("object"));
    let mut ways = vec![(no_object, out(place))];
    for key in parents {
        parent = parent.member(key)?;
        ways.push((eq(parent.kind(), Expr::text("array")), out(&parent)));
    }
    let leaf = parent.clone().member(last)?;
    let function = if create { "json_set" } else { "json_replace" };
    let set = call(
        function,
        [
            place.base.clone(),
            Expr::text(leaf.path),
            value.expr.clone(),
        ],
    );
    let mut whens = Vec::new();
    if value.nullable {
        whens.push((is_null(value.expr.clone()), null()));
    }
    whens.extend(ways);
    whens.push((eq(parent.kind(), Expr::text("object")), set));
    Some(case(whens, Some(place.json())))
}

/// Keys of a path constant: `{a,b}`. Nothing if one of them could be a place in an array.
pub(super) fn path(text: &str) -> Option<Vec<String>> {
    let keys = super::array::elements(text)?;
    keys.into_iter()
        .map(|key| key.filter(|key| !key.is_empty() && key.parse::<i64>().is_err()))
        .collect()
}

/// A value of some type as a JSON text, NULL as NULL: `to_jsonb`. Nothing if it has no exact form.
pub(super) fn from_value(x: Expr, ty: &Type, nullable: bool) -> Option<Expr> {
    use aludel::translate::infer::Family;
    let guarded = |json: Expr| {
        if !nullable {
            return Some(json);
        }
        is_stable(&x).then(|| case([(not_null(x.clone()), json)], None))
    };
    match Family::of(ty) {
        Family::Json | Family::Array => Some(x),
        _ if *ty == Type::Hstore => Some(x),
        Family::Boolean => Some(super::convert::boolean_text(&x)),
        Family::Integer => Some(super::build::cast(x, Type::Text)),
        Family::Text | Family::Uuid | Family::Date | Family::Enum => {
            guarded(call("json_quote", [x.clone()]))
        }
        Family::Timestamp => {
            let text = super::convert::timestamp_json(&x, ty)?;
            guarded(call("json_quote", [text]))
        }
        _ => None,
    }
}

/// A value as an argument of `json_object` and its like: a JSON text is marked as JSON.
pub(super) fn argument(x: Expr, ty: Option<&Type>) -> Option<Expr> {
    use aludel::translate::infer::Family;
    if matches!(x, Expr::Literal(Literal::Null)) {
        return Some(x);
    }
    match Family::of(ty?) {
        Family::Integer | Family::Text | Family::Uuid | Family::Date | Family::Enum => Some(x),
        // The boolean constants are numbers.
        Family::Boolean => Some(call("json", [super::convert::boolean_text(&x)])),
        Family::Numeric => Some(x),
        Family::Timestamp => super::convert::timestamp_json(&x, ty?),
        Family::Json | Family::Array => Some(if is_json_call(&x) {
            x
        } else {
            call("json", [x])
        }),
        _ if ty == Some(&Type::Hstore) => Some(call("json", [x])),
        _ => None,
    }
}

/// Whether an expression is a call whose result SQLite knows to be JSON.
fn is_json_call(expr: &Expr) -> bool {
    matches!(expr, Expr::Call(call) if matches!(
        call.name.name.as_str(),
        "json" | "json_object" | "json_array" | "json_group_array" | "json_set" | "json_insert" | "json_remove" | "json_quote"
    ))
}

#[cfg(test)]
mod tests {
    use super::numbers;

    #[test]
    fn numbers_are_written_as_numerics() {
        let cases = [
            ("1.5e3", "1500"),
            ("1.50E1", "15.0"),
            ("1e-3", "0.001"),
            ("-1.25e-1", "-0.125"),
            ("-0", "0"),
            ("-0.0", "0.0"),
            ("0e5", "0"),
            ("12.50", "12.50"),
            (
                r#"{"1e3\"2e2": [1e1, "-0", true]}"#,
                r#"{"1e3\"2e2": [10, "-0", true]}"#,
            ),
        ];
        for (text, written) in cases {
            assert_eq!(numbers(text).as_deref(), Some(written));
        }
        assert_eq!(numbers("1e9999"), None);
    }
}
