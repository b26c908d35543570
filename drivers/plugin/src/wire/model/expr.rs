//! Expressions.

use aludel::schema::{
    BinaryOp, Call, CallArg, Expr, Literal, Quantifier, TrimSide, UnaryOp, Window, WindowFrame,
};
use serde_json::Value;

use super::{Word, choice, items, record, unreadable};
use crate::wire::Unreadable;

choice!(Expr, "expression" {
    "literal" Literal(constant),
    "column" Column { table, column },
    "keyword" Keyword(word, precision),
    "unary" Unary { op, expr },
    "is_null" IsNull { expr, negated },
    "is_boolean" IsBoolean { expr, value, negated },
    "is_distinct" IsDistinct { left, right, negated },
    "between" Between { expr, low, high, negated },
    "in_list" InList { expr, list, negated },
    "in_query" InQuery { expr, query, negated },
    "quantified" Quantified { left, op, quantifier, right },
    "exists" Exists(query),
    "like" Like { expr, pattern, escape, any_case, negated },
    "case" Case { operand, whens, otherwise },
    "cast" Cast { expr, ty },
    "call" Call(call),
    "extract" Extract { field, expr },
    "position" Position { needle, haystack },
    "substring" Substring { expr, start, length },
    "trim" Trim { expr, side, what },
    "at_time_zone" AtTimeZone { expr, zone },
    "interval" Interval { value, unit },
    "collate" Collate { expr, collation },
    "array" Array(items),
    "subscript" Subscript { expr, index },
    "row" Row(items),
    "subquery" Subquery(query),
    "array_query" ArrayQuery(query),
    "default" Default;
    "operators" Binary => write_chain, read_chain
});

/// `a + b - c` as `[a, ["+", b], ["-", c]]`: each operator joins all that stands before it to what
/// follows it.
fn write_chain(expr: &Expr) -> Value {
    let mut first = expr;
    let mut rest = Vec::new();
    while let Expr::Binary { left, op, right } = first {
        rest.push(Value::Array(vec![op.write(), right.write()]));
        first = left;
    }
    rest.push(first.write());
    rest.reverse();
    Value::Array(rest)
}

fn read_chain(value: Value) -> Result<Expr, Unreadable> {
    let mut items = items(value)?.into_iter();
    let first = items
        .next()
        .ok_or_else(|| unreadable("operators without an operand"))?;
    let mut expr = Expr::read(first)?;
    for item in items {
        let (op, right) = Word::read(item)?;
        expr = Expr::binary(expr, op, right);
    }
    Ok(expr)
}

choice!(Literal, "constant" {
    "null" Null,
    "boolean" Boolean(value),
    "number" Number(text),
    "text" Text(text),
    "bytes" Bytes(bytes),
    "bits" Bits(digits),
    "typed" Typed(ty, text),
});

choice!(UnaryOp, "operator before its operand" { "not" Not, "-" Minus, "+" Plus, "~" BitNot });

choice!(BinaryOp, "operator" {
    "or" Or,
    "and" And,
    "xor" Xor,
    "=" Eq,
    "<>" NotEq,
    "<" Lt,
    "<=" LtEq,
    ">" Gt,
    ">=" GtEq,
    "+" Plus,
    "-" Minus,
    "*" Multiply,
    "/" Divide,
    "div" IntDivide,
    "%" Modulo,
    "power" Power,
    "concat" Concat,
    "bit_and" BitAnd,
    "bit_or" BitOr,
    "bit_xor" BitXor,
    "<<" ShiftLeft,
    ">>" ShiftRight,
    "regex" Regex { any_case, negated },
    "json_get" JsonGet,
    "json_get_text" JsonGetText,
    "json_path" JsonPath,
    "json_path_text" JsonPathText,
    "contains" Contains,
    "contained_by" ContainedBy,
    "json_has_key" JsonHasKey,
    "json_has_any_key" JsonHasAnyKey,
    "json_has_all_keys" JsonHasAllKeys,
    "json_delete_path" JsonDeletePath,
    "overlaps" Overlaps,
    "text_match" TextMatch,
});

choice!(Quantifier, "quantifier" { "any" Any, "all" All });

choice!(TrimSide, "side" { "both" Both, "leading" Leading, "trailing" Trailing });

record!(Call, "a call" { name, args, distinct, order_by, filter, over, separator });

choice!(CallArg, "argument" { "expr" Expr(expr), "named" Named(name, expr), "star" Star });

record!(Window, "a window" { name, partition_by, order_by, frame });

impl Word for WindowFrame {
    fn write(&self) -> Value {
        let Self(text) = self;
        text.write()
    }

    fn read(value: Value) -> Result<Self, Unreadable> {
        String::read(value).map(Self)
    }
}
