//! From PostgreSQL's meaning to DuckDB's. Much is the same, for DuckDB's parser is PostgreSQL's; what is
//! not, among what is listed here:
//!
//! | PostgreSQL | DuckDB |
//! | --- | --- |
//! | `/` of integers truncates | is a float: `//` truncates |
//! | a division by zero fails | is NULL: only constants divide |
//! | LIKE takes `\` as an escape | none, unless it is named |
//! | NULLS FIRST where an order descends | NULLS LAST: written out |
//! | texts are ordered by a language | by bytes: refused without `COLLATE "C"` |

use aludel::schema::{
    BinaryOp, Call, CallArg, DataStatement, Expr, Literal, Name, Nulls, OrderBy, Query, TableRef,
    TrimSide, Type, UnaryOp,
};
use aludel::translate::infer::{Family, Field, is_text_constant};
use aludel::translate::rewrite::{Rewriter, Rules};
use aludel::translate::{Omission, Refusal, constant};

use super::refused;

pub(super) struct Meaning;

/// What becomes of a node.
enum Node {
    /// It means the same, if its parts do.
    Same,
    /// It is this.
    Now(Expr),
    /// There is nothing like it.
    Refused(String),
}

impl Rules for Meaning {
    fn expr(&self, rw: &mut Rewriter<'_>, expr: &Expr) -> Option<Expr> {
        match node(rw, expr) {
            Node::Same => None,
            Node::Now(expr) => Some(expr),
            Node::Refused(what) => Some(rw.refuse(refused("no-form", what))),
        }
    }

    fn assign(&self, rw: &mut Rewriter<'_>, value: &Expr, field: &Field) -> Expr {
        let Some(ty) = &field.ty else {
            return unknown(rw, &format!("what is stored in `{}`", field.name));
        };
        if let Expr::Literal(Literal::Text(text)) = value {
            return constant_of(rw, text, ty);
        }
        if matches!(value, Expr::Literal(Literal::Null)) {
            return value.clone();
        }
        match rw.scope.ty(value) {
            Some(from) if converts(&from, ty) => rw.expr(value),
            Some(from) => {
                let what = format!("`{}`: {from:?} stored as {ty:?}", field.name);
                rw.refuse(refused("conversion", what))
            }
            None => unknown(rw, &format!("what is stored in `{}`", field.name)),
        }
    }

    fn query(&self, rw: &mut Rewriter<'_>, query: &Query) -> Option<Query> {
        if query
            .with
            .iter()
            .any(|cte| !matches!(*cte.body, DataStatement::Query(_)))
        {
            rw.refuse(refused("with", "WITH that changes rows"));
        }
        None
    }

    fn table_ref(&self, rw: &mut Rewriter<'_>, item: &TableRef) -> Option<TableRef> {
        if matches!(item, TableRef::Function { .. }) {
            rw.refuse(refused("no-form", "a function in FROM"));
        }
        None
    }

    fn order_key(&self, rw: &mut Rewriter<'_>, key: &OrderBy, value: &Expr) -> OrderBy {
        let bytes = is_collated(value);
        match rw.scope.ty(value).map(|ty| Family::of(&ty)) {
            Some(Family::Text) if !bytes => {
                let what = "an order of texts by a language";
                rw.refuse(refused("order", what).help("say `COLLATE \"C\"`"));
            }
            Some(family) if is_ordered(family) || bytes => {}
            _ => _ = unknown(rw, "an order"),
        }
        let usual = if key.descending {
            Nulls::First
        } else {
            Nulls::Last
        };
        OrderBy {
            expr: rw.expr(&key.expr),
            nulls: key.nulls.or(Some(usual)),
            ..key.clone()
        }
    }
}

fn unknown(rw: &mut Rewriter<'_>, what: &str) -> Expr {
    let message = format!("{what}: its type is not known, and what it does depends on it");
    rw.refuse(Refusal::new("unknown-type", message).help("say the type with a cast"))
}

fn node(rw: &mut Rewriter<'_>, expr: &Expr) -> Node {
    let refuse = |what: &str| Node::Refused(what.to_owned());
    match expr {
        Expr::Literal(Literal::Number(digits)) => {
            match digits.bytes().all(|b| b.is_ascii_digit() || b == b'.') {
                true => Node::Same,
                false => Node::Refused(format!("the number {digits}")),
            }
        }
        Expr::Literal(Literal::Typed(ty, text)) => cast_constant(rw, text, ty),
        Expr::Literal(Literal::Bits(_)) => refuse("a constant of bits"),
        Expr::Literal(_) | Expr::Column { .. } | Expr::Default => Node::Same,
        Expr::Keyword("CURRENT_TIMESTAMP", None) => Node::Now(Expr::call("now", [])),
        Expr::Keyword("CURRENT_DATE", None) => Node::Same,
        Expr::Keyword(word, _) => refuse(word),
        Expr::Unary { op, expr } => match (op, family(rw, expr)) {
            (UnaryOp::Not, _) => Node::Same,
            (UnaryOp::Minus | UnaryOp::Plus, Some(family)) if family.is_number() => Node::Same,
            (op, _) => Node::Refused(format!("{op:?} of that")),
        },
        Expr::Binary { left, op, right } => binary(rw, left, *op, right),
        Expr::IsNull { .. } | Expr::IsBoolean { value: Some(_), .. } => Node::Same,
        Expr::Exists(_) | Expr::Subquery(_) | Expr::InQuery { .. } => Node::Same,
        Expr::IsDistinct { left, right, .. } => compare(rw, left, right, false),
        Expr::Between {
            expr, low, high, ..
        } => match (compare(rw, expr, low, true), compare(rw, expr, high, true)) {
            (Node::Same, other) | (other, _) => other,
        },
        Expr::InList { expr, list, .. } => {
            let each = list.iter().map(|item| compare(rw, expr, item, false));
            each.fold(Node::Same, |all, one| {
                if matches!(all, Node::Same) { one } else { all }
            })
        }
        Expr::Like {
            any_case: false,
            escape: None,
            expr,
            pattern,
            negated,
        } if are_texts(rw, [&**expr, &**pattern]) => Node::Now(Expr::Like {
            expr: rw.boxed(expr),
            pattern: rw.boxed(pattern),
            escape: Some('\\'),
            any_case: false,
            negated: *negated,
        }),
        Expr::Case { operand, whens, .. } => match operand {
            None => Node::Same,
            Some(operand) => {
                let each = whens
                    .iter()
                    .map(|(when, _)| compare(rw, operand, when, false));
                each.fold(Node::Same, |all, one| {
                    if matches!(all, Node::Same) { one } else { all }
                })
            }
        },
        Expr::Cast { expr, ty } => cast(rw, expr, ty),
        Expr::Call(call) => function(rw, call),
        Expr::Trim {
            expr,
            side: TrimSide::Both,
            what: None,
        } if are_texts(rw, [&**expr]) => Node::Now(Expr::call("trim", [rw.expr(expr)])),
        Expr::Collate { expr: inner, .. } if is_collated(expr) => Node::Now(rw.expr(inner)),
        other => Node::Refused(named(other)),
    }
}

/// A node in a message: its kind.
fn named(expr: &Expr) -> String {
    let text = format!("{expr:?}");
    let end = text.find([' ', '(', '{']).unwrap_or(text.len());
    format!("an expression of the kind {}", &text[..end])
}

fn family(rw: &Rewriter<'_>, expr: &Expr) -> Option<Family> {
    rw.scope.ty(expr).map(|ty| Family::of(&ty))
}

fn are_texts<'e>(rw: &Rewriter<'_>, exprs: impl IntoIterator<Item = &'e Expr>) -> bool {
    let is_text = |expr| is_text_constant(expr) || family(rw, expr) == Some(Family::Text);
    exprs.into_iter().all(is_text)
}

/// Whether texts are compared byte by byte.
fn is_collated(expr: &Expr) -> bool {
    matches!(expr, Expr::Collate { collation, .. }
        if matches!(collation.name.as_str(), "C" | "POSIX" | "ucs_basic"))
}

/// Families whose values have one order in both engines.
fn is_ordered(family: Family) -> bool {
    family.is_number()
        || matches!(
            family,
            Family::Boolean | Family::Date | Family::Time | Family::Timestamp | Family::Uuid
        )
}

fn binary(rw: &mut Rewriter<'_>, left: &Expr, op: BinaryOp, right: &Expr) -> Node {
    use BinaryOp as Op;
    match op {
        Op::And | Op::Or => Node::Same,
        Op::Eq | Op::NotEq => compare(rw, left, right, false),
        Op::Lt | Op::LtEq | Op::Gt | Op::GtEq => compare(rw, left, right, true),
        Op::Concat if are_texts(rw, [left, right]) => Node::Same,
        Op::Plus | Op::Minus | Op::Multiply | Op::Divide | Op::Modulo => {
            let (a, b) = (family(rw, left), family(rw, right));
            let (Some(a), Some(b)) = (a, b) else {
                unknown(rw, &format!("an operand of {op:?}"));
                return Node::Same;
            };
            let integers = a == Family::Integer && b == Family::Integer;
            match op {
                Op::Plus | Op::Minus | Op::Multiply if a.is_number() && b.is_number() => Node::Same,
                Op::Modulo if integers && divides(right) => Node::Same,
                Op::Divide if integers && divides(right) => {
                    Node::Now(Expr::binary(rw.expr(left), Op::IntDivide, rw.expr(right)))
                }
                op => Node::Refused(format!("{op:?} of {a:?} and {b:?}, as it stands,")),
            }
        }
        op => Node::Refused(format!("the operator {op:?}")),
    }
}

/// Whether a divisor is a number that is not zero.
fn divides(expr: &Expr) -> bool {
    matches!(expr, Expr::Literal(Literal::Number(digits))
        if digits.bytes().all(|b| b.is_ascii_digit()) && digits.bytes().any(|b| b != b'0'))
}

/// A comparison, of equality or of order.
fn compare(rw: &mut Rewriter<'_>, left: &Expr, right: &Expr, order: bool) -> Node {
    let null = |expr: &Expr| matches!(expr, Expr::Literal(Literal::Null));
    if null(left) || null(right) {
        return Node::Same;
    }
    let Some(ty) = rw.scope.compared(left, right) else {
        unknown(rw, "a comparison");
        return Node::Same;
    };
    for side in [left, right] {
        if let Expr::Literal(Literal::Text(text)) = side {
            constant_of(rw, text, &ty);
        }
    }
    let bytes = is_collated(left) || is_collated(right);
    match Family::of(&ty) {
        Family::Text if order && !bytes => {
            Node::Refused("`<` of texts in a language's order".into())
        }
        Family::Text | Family::Bytes => Node::Same,
        Family::Enum if !order => Node::Same,
        family if is_ordered(family) => Node::Same,
        family => Node::Refused(format!("a comparison of {family:?}")),
    }
}

/// A constant that PostgreSQL reads from a text as a value of a type.
fn constant_of(rw: &mut Rewriter<'_>, text: &str, ty: &Type) -> Expr {
    let value = match Family::of(ty) {
        Family::Text => match ty {
            Type::Varchar(Some(most)) if text.chars().count() > *most as usize => None,
            _ => Some(Expr::text(text)),
        },
        // What is no member fails, there and here.
        Family::Enum => Some(Expr::text(text)),
        Family::Boolean => constant::boolean(text).map(|b| Expr::Literal(Literal::Boolean(b))),
        Family::Integer | Family::Numeric | Family::Float => {
            constant::decimal(text).map(|digits| Expr::Literal(Literal::Number(digits)))
        }
        Family::Bytes => constant::bytes(text).map(|bytes| Expr::Literal(Literal::Bytes(bytes))),
        Family::Uuid => constant::uuid(text).map(Expr::text),
        Family::Date => constant::date(text).map(|date| Expr::text(date.to_string())),
        Family::Time => constant::time(text).map(|time| Expr::text(time.to_string())),
        Family::Timestamp => moment(text, ty),
        Family::Json => Some(Expr::text(text)),
        _ => None,
    };
    value.unwrap_or_else(|| rw.refuse(refused("constant", format!("`{text}` as {ty:?}"))))
}

/// A moment has its distance from UTC; a date and time without a zone has none that counts.
fn moment(text: &str, ty: &Type) -> Option<Expr> {
    let moment = constant::moment(text)?;
    Some(Expr::text(match ty {
        Type::Timestamp { zoned: true, .. } => format!(
            "{}+00",
            moment.in_utc().filter(|_| moment.offset.is_some())?
        ),
        _ => moment.local()?.to_string(),
    }))
}

fn cast_constant(rw: &mut Rewriter<'_>, text: &str, ty: &Type) -> Node {
    let value = constant_of(rw, text, ty);
    Node::Now(Expr::Cast {
        expr: Box::new(value),
        ty: ty.clone(),
    })
}

fn cast(rw: &mut Rewriter<'_>, expr: &Expr, ty: &Type) -> Node {
    if let Expr::Literal(Literal::Text(text)) = expr {
        return match Family::of(ty) {
            // `'\x00'::bytea` is bytes as they are.
            Family::Bytes => Node::Now(constant_of(rw, text, ty)),
            _ => cast_constant(rw, text, ty),
        };
    }
    if matches!(expr, Expr::Literal(Literal::Null)) {
        return Node::Same;
    }
    match rw.scope.ty(expr) {
        // A cast cuts a text; storing one fails.
        Some(_) if matches!(ty, Type::Varchar(Some(_))) => {
            Node::Refused(format!("a cast to {ty:?}"))
        }
        Some(from) if converts(&from, ty) => Node::Same,
        Some(from) => Node::Refused(format!("a cast of {from:?} to {ty:?}")),
        None => {
            unknown(rw, "what is cast");
            Node::Same
        }
    }
}

/// Whether a value of one type becomes the same value of another in both engines, or fails in both.
fn converts(from: &Type, to: &Type) -> bool {
    use Family::{Boolean, Bytes, Date, Enum, Integer, Json, Numeric, Text, Time, Timestamp, Uuid};
    let (a, b) = (Family::of(from), Family::of(to));
    match (a, b) {
        (Integer, b) => b.is_number() || b == Text,
        (Numeric, Numeric | Integer) => true,
        (Boolean | Date | Uuid | Enum, Text) => true,
        (Date, Timestamp) => !matches!(to, Type::Timestamp { zoned: true, .. }),
        (Enum, Enum) => from == to,
        (Text, Text) | (Boolean, Boolean) | (Bytes, Bytes) | (Date, Date) => true,
        (Time, Time) | (Uuid, Uuid) | (Json, Json) => true,
        // Local time is that of the session's zone, in both.
        (Timestamp, Timestamp) => true,
        (a, b) => a == b && a.is_number(),
    }
}

fn function(rw: &mut Rewriter<'_>, call: &Call) -> Node {
    let mut args = Vec::new();
    for arg in &call.args {
        match arg {
            CallArg::Expr(expr) => args.push(expr),
            CallArg::Star => {}
            CallArg::Named(..) => return Node::Refused("a named argument".into()),
        }
    }
    let plain = call.over.is_none() && call.filter.is_none() && call.order_by.is_empty();
    let one = |rw: &Rewriter<'_>, is: fn(Family) -> bool| match args.as_slice() {
        [arg] => family(rw, arg).is_some_and(is),
        _ => false,
    };
    let known = match call.name.name.as_str() {
        _ if call.name.schema.is_some() || call.over.is_some() => false,
        "now" | "gen_random_uuid" => plain && args.is_empty(),
        "nextval" => plain && args.len() == 1,
        "lower" | "upper" => {
            let message = format!("`{}` of letters beyond ASCII", call.name.name);
            rw.omit(Omission::new("case-beyond-ascii", message));
            plain && one(rw, |family| family == Family::Text)
        }
        "length" | "char_length" | "character_length" => {
            plain && one(rw, |family| family == Family::Text)
        }
        "abs" => plain && one(rw, Family::is_number),
        "coalesce" => plain,
        "nullif" => match args.as_slice() {
            [left, right] if plain => return compare(rw, left, right, false),
            _ => false,
        },
        "count" => true,
        "min" | "max" => one(rw, is_ordered),
        "sum" => one(rw, |family| family == Family::Integer),
        _ => false,
    };
    if !known {
        return Node::Refused(format!("`{}` with these arguments", call.name));
    }
    let mut call = rw.call(call);
    if matches!(call.name.name.as_str(), "char_length" | "character_length") {
        call.name = Name::bare("length");
    }
    Node::Now(Expr::Call(Box::new(call)))
}
