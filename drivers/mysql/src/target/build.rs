//! Small expressions.

use aludel::schema::{BinaryOp, CallArg, Expr, Literal, Name, Part, Type};

use super::facts::Facts;

/// A whole number.
pub(crate) fn number(value: impl Into<i64>) -> Expr {
    digits(value.into().to_string())
}

/// A number as it is written.
pub(crate) fn digits(digits: impl Into<String>) -> Expr {
    let digits = digits.into();
    match digits.strip_prefix('-') {
        Some(positive) => Expr::Unary {
            op: aludel::schema::UnaryOp::Minus,
            expr: Box::new(Expr::Literal(Literal::Number(positive.to_owned()))),
        },
        None => Expr::Literal(Literal::Number(digits)),
    }
}

/// The default of a column that takes no NULL, and is to have none: it fails.
///
/// `MariaDB` evaluates a default whenever it alters the table, so there it is NULL, which its column
/// refuses. MySQL makes `''`, 0 or a date of zeros of that where the table has a trigger BEFORE INSERT.
pub(crate) fn nothing(facts: &Facts) -> Expr {
    if facts.evaluates_defaults {
        let value = call("connection_id", []);
        call("nullif", [value.clone(), value])
    } else {
        cast(Expr::text("{"), Type::Json)
    }
}

/// NULL.
pub(crate) fn null() -> Expr {
    Expr::Literal(Literal::Null)
}

/// TRUE or FALSE.
pub(crate) fn boolean(value: bool) -> Expr {
    Expr::Literal(Literal::Boolean(value))
}

/// A call of a built-in function.
pub(crate) fn call(name: &str, args: impl IntoIterator<Item = Expr>) -> Expr {
    Expr::call(name, args)
}

/// `CASE WHEN … THEN … [ELSE …] END`.
pub(crate) fn case(whens: impl IntoIterator<Item = (Expr, Expr)>, otherwise: Option<Expr>) -> Expr {
    Expr::Case {
        operand: None,
        whens: whens.into_iter().collect(),
        otherwise: otherwise.map(Box::new),
    }
}

/// `CAST(expr AS type)`.
pub(crate) fn cast(expr: Expr, ty: Type) -> Expr {
    Expr::Cast {
        expr: Box::new(expr),
        ty,
    }
}

/// `expr COLLATE name`.
pub(crate) fn collate(expr: Expr, collation: &str) -> Expr {
    let is =
        |expr: &Expr| matches!(expr, Expr::Collate { collation: own, .. } if own.name == collation);
    // NULL is no text, and is compared with nothing.
    if is_nothing(&expr) || is(&expr) {
        return expr;
    }
    Expr::Collate {
        expr: Box::new(expr),
        collation: Name::bare(collation),
    }
}

/// An expression under a collation, whatever it was under before.
pub(crate) fn under(expr: Expr, collation: &str) -> Expr {
    match expr {
        Expr::Collate { expr, .. } => collate(*expr, collation),
        other => collate(other, collation),
    }
}

/// Whether an expression is NULL, as it is or as what a function makes of NULL: MySQL takes both
/// for bytes, which have no collation.
fn is_nothing(expr: &Expr) -> bool {
    const OF_TEXTS: &[&str] = &[
        "substring",
        "left",
        "right",
        "lower",
        "upper",
        "replace",
        "reverse",
        "repeat",
        "lpad",
        "rpad",
        "concat",
        "ltrim",
        "rtrim",
    ];
    match expr {
        Expr::Literal(Literal::Null) => true,
        Expr::Trim { expr, .. } => is_nothing(expr),
        Expr::Call(call) if OF_TEXTS.contains(&call.name.name.as_str()) => call
            .args
            .iter()
            .any(|arg| matches!(arg, CallArg::Expr(expr) if is_nothing(expr))),
        _ => false,
    }
}

/// An expression that fails for a count of at least 1, in every mode and wherever it stands: it is out of
/// range.
pub(crate) fn out_of_range(count: Expr) -> Expr {
    Expr::binary(number(i64::MAX), BinaryOp::Plus, count)
}

/// `expr IS [NOT] NULL`.
pub(crate) fn is_null(expr: Expr, negated: bool) -> Expr {
    Expr::IsNull {
        expr: Box::new(expr),
        negated,
    }
}

/// `NOT expr`.
pub(crate) fn not(expr: Expr) -> Expr {
    Expr::Unary {
        op: aludel::schema::UnaryOp::Not,
        expr: Box::new(expr),
    }
}

/// `NOT expr`, or the expression itself.
pub(crate) fn negated(expr: Expr, negated: bool) -> Expr {
    if negated { not(expr) } else { expr }
}

/// `left = right`.
pub(crate) fn equal(left: Expr, right: Expr) -> Expr {
    Expr::binary(left, BinaryOp::Eq, right)
}

/// `left AND right`.
pub(crate) fn and(left: Expr, right: Expr) -> Expr {
    Expr::binary(left, BinaryOp::And, right)
}

/// A date and time to the microsecond.
pub(crate) const MOMENT: Type = Type::Timestamp {
    precision: Some(6),
    zoned: false,
};

/// The moment at which the statement began, in UTC.
pub(crate) fn utc_now() -> Expr {
    call("utc_timestamp", [number(6)])
}

/// Whether an expression gives something else at another time or to another session, which no CHECK may.
pub(crate) fn changes(expr: &Expr) -> bool {
    let own = match expr {
        Expr::Call(call) => matches!(
            call.name.name.as_str(),
            "connection_id" | "nextval" | "rand" | "random_bytes" | "utc_timestamp" | "uuid"
        ),
        Expr::Keyword(word, _) => word.starts_with("CURRENT_"),
        _ => false,
    };
    let mut found = own;
    expr.parts(&mut |part| {
        if let Part::Expr(expr) = part {
            found |= changes(expr);
        }
    });
    found
}

/// Whether an expression matches a regular expression: MySQL takes none in the key of an index (error
/// 3995). It takes one in a generated column with a key, and ends with a SIGSEGV at the next ALTER TABLE
/// after a foreign key's action has changed what that looks at (9.7).
pub(crate) fn matches_text(expr: &Expr) -> bool {
    let mut found = match expr {
        Expr::Binary { op, .. } => matches!(op, BinaryOp::Regex { .. }),
        Expr::Call(call) => call.name.name.starts_with("regexp_"),
        _ => false,
    };
    expr.parts(&mut |part| {
        if let Part::Expr(expr) = part {
            found |= matches_text(expr);
        }
    });
    found
}

/// Whether evaluating it twice gives the same twice.
pub(crate) fn is_steady(expr: &Expr) -> bool {
    if let Expr::Call(call) = expr
        && matches!(
            call.name.name.as_str(),
            "rand" | "uuid" | "random_bytes" | "nextval" | "sysdate"
        )
    {
        return false;
    }
    let mut steady = true;
    expr.parts(&mut |part| match part {
        Part::Expr(expr) => steady &= is_steady(expr),
        Part::Query(_) => steady = false,
        Part::Table(_) | Part::Data(_) => {}
    });
    steady
}
