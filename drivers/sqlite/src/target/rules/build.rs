//! Small expressions that rules put together.

use aludel::schema::{BinaryOp, Expr, Literal, Name, Part, Query, Select, SelectItem, TableRef};

/// A whole number.
pub(super) fn number(value: i64) -> Expr {
    Expr::Literal(Literal::Number(value.to_string()))
}

pub(super) fn null() -> Expr {
    Expr::Literal(Literal::Null)
}

pub(super) fn call(name: &str, args: impl IntoIterator<Item = Expr>) -> Expr {
    Expr::call(name, args)
}

pub(super) fn concat(parts: impl IntoIterator<Item = Expr>) -> Expr {
    let mut parts = parts.into_iter();
    let first = parts.next().unwrap_or_else(|| Expr::text(""));
    parts.fold(first, |left, right| {
        Expr::binary(left, BinaryOp::Concat, right)
    })
}

/// `CASE WHEN … THEN … ELSE … END`.
pub(super) fn case(whens: impl IntoIterator<Item = (Expr, Expr)>, otherwise: Option<Expr>) -> Expr {
    Expr::Case {
        operand: None,
        whens: whens.into_iter().collect(),
        otherwise: otherwise.map(Box::new),
    }
}

/// `CASE operand WHEN … THEN … ELSE … END`.
pub(super) fn switch(
    operand: Expr,
    whens: impl IntoIterator<Item = (Expr, Expr)>,
    otherwise: Option<Expr>,
) -> Expr {
    Expr::Case {
        operand: Some(Box::new(operand)),
        whens: whens.into_iter().collect(),
        otherwise: otherwise.map(Box::new),
    }
}

pub(super) fn is_null(expr: Expr) -> Expr {
    Expr::IsNull {
        expr: Box::new(expr),
        negated: false,
    }
}

pub(super) fn not_null(expr: Expr) -> Expr {
    Expr::IsNull {
        expr: Box::new(expr),
        negated: true,
    }
}

pub(super) fn and(left: Expr, right: Expr) -> Expr {
    Expr::binary(left, BinaryOp::And, right)
}

pub(super) fn eq(left: Expr, right: Expr) -> Expr {
    Expr::binary(left, BinaryOp::Eq, right)
}

pub(super) fn not(expr: Expr) -> Expr {
    Expr::Unary {
        op: aludel::schema::UnaryOp::Not,
        expr: Box::new(expr),
    }
}

/// `expr GLOB pattern`, in the form that is a call.
pub(super) fn glob(expr: Expr, pattern: impl Into<String>) -> Expr {
    call("glob", [Expr::text(pattern), expr])
}

pub(super) fn between(expr: Expr, low: i64, high: i64) -> Expr {
    Expr::Between {
        expr: Box::new(expr),
        low: Box::new(number(low)),
        high: Box::new(number(high)),
        negated: false,
    }
}

pub(super) fn cast(expr: Expr, ty: aludel::schema::Type) -> Expr {
    Expr::Cast {
        expr: Box::new(expr),
        ty,
    }
}

pub(super) fn integer(expr: Expr) -> Expr {
    cast(expr, aludel::schema::Type::INTEGER)
}

/// An expression that fails when it is evaluated, with a message: SQLite has RAISE in triggers
/// only, but it shows a JSON path that is none.
///
/// `value` is shown after the message. If it is NULL, nothing fails, and this is NULL.
pub(super) fn fail(message: &str, value: Option<Expr>) -> Expr {
    let text = match value {
        Some(value) => concat([Expr::text(format!("{message}: ")), value]),
        None => Expr::text(message),
    };
    call("json_extract", [Expr::text("0"), text])
}

/// `(SELECT items FROM from WHERE filter)`.
pub(super) fn subquery(item: Expr, from: Vec<TableRef>, filter: Option<Expr>) -> Expr {
    Expr::Subquery(Box::new(select(
        vec![SelectItem::Expr {
            expr: item,
            alias: None,
        }],
        from,
        filter,
    )))
}

pub(super) fn select(items: Vec<SelectItem>, from: Vec<TableRef>, filter: Option<Expr>) -> Query {
    Query::from(Select {
        items,
        from,
        filter,
        ..Select::default()
    })
}

/// The alias of [`json_each`], which nobody else uses.
pub(super) const EACH: &str = "aludel_each";

/// `json_each(expr) AS aludel_each`. It has columns `key`, `value`, `type`, `atom`, `id` …, so
/// whatever stands within such a query must be qualified, its argument too.
pub(super) fn json_each(expr: Expr) -> TableRef {
    TableRef::Function {
        lateral: false,
        call: call("json_each", [expr]),
        ordinality: false,
        alias: Some(EACH.into()),
        columns: Vec::new(),
    }
}

pub(super) fn column_of(table: &str, column: &str) -> Expr {
    Expr::Column {
        table: Some(Name::bare(table)),
        column: column.into(),
    }
}

/// Whether evaluating it twice gives the same twice.
pub(super) fn is_stable(expr: &Expr) -> bool {
    if let Expr::Call(call) = expr
        && matches!(call.name.name.as_str(), "random" | "randomblob")
    {
        return false;
    }
    let mut stable = true;
    expr.parts(&mut |part| match part {
        Part::Expr(expr) => stable &= is_stable(expr),
        Part::Query(query) => stable &= is_stable_query(query),
        Part::Table(_) | Part::Data(_) => {}
    });
    stable
}

fn is_stable_query(query: &Query) -> bool {
    let mut stable = true;
    query.parts(&mut |part| match part {
        Part::Expr(expr) => stable &= is_stable(expr),
        Part::Query(query) => stable &= is_stable_query(query),
        Part::Table(_) => {}
        Part::Data(_) => stable = false,
    });
    stable
}
