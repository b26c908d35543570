//! What the expressions of a block give, as far as the model knows it.
//!
//! # Invariants
//!
//! - Nothing is guessed: what is not known is an error, unless what else is asked settles the answer
//!   (`AND`, `OR`).
//! - A catalogue holds things of the engine's own, and things that code has made which no replay
//!   understands: an answer is known only where the question says by name what it asks for, or in which
//!   schema, and nothing else can be of that name.
//!
//! Deliberately absent: rows of tables.

use std::collections::HashMap;

use super::catalog::{self, Row};
use crate::schema::{
    BinaryOp, Call, CallArg, Expr, Ident, Literal, Name, Quantifier, Query, Replay, Type, UnaryOp,
};
use crate::sql;
use crate::translate::print::{STANDARD_WORDS, quote_if_needed};
use crate::translate::unread::Unread;

/// A value.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Value {
    /// NULL.
    Null,
    /// A boolean.
    Boolean(bool),
    /// A number.
    Number(i64),
    /// A text.
    Text(String),
    /// Several.
    List(Vec<Value>),
    /// A table, view, index or sequence, or a type of such a name.
    Relation(Name),
    /// A row that was selected, by its columns' names.
    Record(Vec<(Ident, Value)>),
    /// What a query on rows gives, which has been asked after so many statements.
    Asked(Box<Expr>, usize),
    /// What a temporary table of the block's holds.
    Kept(Box<Expr>),
    /// What it is is not known.
    Unknown,
}

pub(super) type Known<T> = Result<T, String>;

/// What expressions can look at.
pub(super) struct Env<'e> {
    pub(super) replay: &'e Replay,
    pub(super) unread: &'e Unread,
    pub(super) variables: &'e HashMap<Ident, Value>,
}

/// Rows in sight, by the names of what they are of.
#[derive(Clone, Default)]
pub(super) struct Sight<'s> {
    pub(super) rows: Vec<(Ident, &'s Row)>,
    pub(super) outer: Option<&'s Sight<'s>>,
}

impl Sight<'_> {
    fn column(&self, table: Option<&Name>, column: &str) -> Option<Value> {
        let mut rows = self.rows.iter();
        let own = rows.find_map(|(name, row)| match table {
            Some(table) if table.name != *name => None,
            _ => row.get(column),
        });
        own.cloned()
            .or_else(|| self.outer.and_then(|outer| outer.column(table, column)))
    }

    fn has(&self, table: &Name) -> bool {
        self.rows.iter().any(|(name, _)| *name == table.name)
            || self.outer.is_some_and(|outer| outer.has(table))
    }
}

impl Env<'_> {
    /// Whether a condition holds; what is not known to hold is not known to be NULL either.
    pub(super) fn holds(&self, expr: &Expr) -> Known<bool> {
        Ok(truth(&self.value(expr)?)? == Some(true))
    }

    /// The value of an expression.
    pub(super) fn value(&self, expr: &Expr) -> Known<Value> {
        self.of(expr, &Sight::default())
    }

    /// What a query gives, each row by its columns' names.
    pub(super) fn records(&self, query: &Query) -> Known<Vec<Vec<(Ident, Value)>>> {
        self.rows(query, &Sight::default(), false)
    }

    pub(super) fn of(&self, expr: &Expr, sight: &Sight<'_>) -> Known<Value> {
        Ok(match expr {
            Expr::Literal(constant) => self.literal(constant)?,
            Expr::Column { table, column } => self.name(table.as_ref(), column, sight)?,
            Expr::Unary {
                op: UnaryOp::Not,
                expr,
            } => boolean(truth(&self.of(expr, sight)?)?.map(|value| !value)),
            Expr::Unary {
                op: UnaryOp::Minus,
                expr,
            } => match self.of(expr, sight)? {
                Value::Number(number) => Value::Number(-number),
                _ => return Err("a condition".into()),
            },
            Expr::Binary {
                left,
                op: op @ (BinaryOp::And | BinaryOp::Or),
                right,
            } => self.both(left, *op, right, sight)?,
            Expr::Binary { left, op, right } => {
                binary(&self.of(left, sight)?, *op, &self.of(right, sight)?)?
            }
            Expr::IsNull { expr, negated } => match self.of(expr, sight)? {
                Value::Record(_) => return Err("whether a row is NULL".into()),
                value => Value::Boolean((value == Value::Null) != *negated),
            },
            Expr::IsBoolean {
                expr,
                value,
                negated,
            } => Value::Boolean((truth(&self.of(expr, sight)?)? == *value) != *negated),
            Expr::IsDistinct {
                left,
                right,
                negated,
            } => {
                let (left, right) = (self.of(left, sight)?, self.of(right, sight)?);
                let same = match (&left, &right) {
                    (Value::Null, Value::Null) => true,
                    (Value::Null, _) | (_, Value::Null) => false,
                    _ => truth(&binary(&left, BinaryOp::Eq, &right)?)? == Some(true),
                };
                Value::Boolean(same == *negated)
            }
            Expr::InList {
                expr,
                list,
                negated,
            } => {
                let list = list.iter().map(|item| self.of(item, sight));
                let found = any(&self.of(expr, sight)?, BinaryOp::Eq, list)?;
                boolean(found.map(|found| found != *negated))
            }
            Expr::InQuery {
                expr,
                query,
                negated,
            } => {
                let rows = self.rows(query, sight, false)?;
                let list = rows.into_iter().map(one_column);
                let found = any(&self.of(expr, sight)?, BinaryOp::Eq, list)?;
                boolean(found.map(|found| found != *negated))
            }
            Expr::Quantified {
                left,
                op,
                quantifier: Quantifier::Any,
                right,
            } => {
                let list = match right.as_ref() {
                    Expr::Subquery(query) => self.column_of(query, sight)?,
                    right => match self.of(right, sight)? {
                        Value::List(list) => list,
                        _ => return Err("a condition".into()),
                    },
                };
                boolean(any(&self.of(left, sight)?, *op, list.into_iter().map(Ok))?)
            }
            Expr::Exists(query) => Value::Boolean(!self.rows(query, sight, true)?.is_empty()),
            Expr::Like {
                expr,
                pattern,
                escape: None,
                any_case: false,
                negated,
            } => match (self.of(expr, sight)?, self.of(pattern, sight)?) {
                (Value::Text(text), Value::Text(pattern)) => {
                    Value::Boolean(like(&text, &pattern)? != *negated)
                }
                _ => return Err("a condition".into()),
            },
            Expr::Case {
                operand: None,
                whens,
                otherwise,
            } => {
                for (when, then) in whens {
                    if truth(&self.of(when, sight)?)? == Some(true) {
                        return self.of(then, sight);
                    }
                }
                match otherwise {
                    Some(otherwise) => self.of(otherwise, sight)?,
                    None => Value::Null,
                }
            }
            Expr::Cast { expr, ty } => self.cast(self.of(expr, sight)?, ty)?,
            Expr::Array(items) => {
                let items = items.iter().map(|item| self.of(item, sight));
                Value::List(items.collect::<Known<Vec<Value>>>()?)
            }
            Expr::Subquery(query) => {
                let mut rows = self.rows(query, sight, false)?;
                match (rows.pop(), rows.is_empty()) {
                    (None, _) => Value::Null,
                    (Some(row), true) => one_column(row)?,
                    _ => return Err("a query of several rows".into()),
                }
            }
            Expr::ArrayQuery(query) => Value::List(self.column_of(query, sight)?),
            Expr::Call(call) => self.call(call, sight)?,
            Expr::Keyword(word, None) if word.eq_ignore_ascii_case("current_schema") => {
                self.current_schema()?
            }
            _ => return Err("a condition".into()),
        })
    }

    fn column_of(&self, query: &Query, sight: &Sight<'_>) -> Known<Vec<Value>> {
        let rows = self.rows(query, sight, false)?;
        rows.into_iter().map(one_column).collect()
    }

    fn current_schema(&self) -> Known<Value> {
        let name = self.replay.current_schema();
        name.map(Value::Text)
            .ok_or_else(|| "the schema at hand".into())
    }

    /// AND and OR: what one side settles, the other need not be known for.
    fn both(&self, left: &Expr, op: BinaryOp, right: &Expr, sight: &Sight<'_>) -> Known<Value> {
        let side = |expr| self.of(expr, sight).and_then(|value| truth(&value));
        let settles = op == BinaryOp::Or;
        let (left, right) = (side(left), side(right));
        if left == Ok(Some(settles)) || right == Ok(Some(settles)) {
            return Ok(Value::Boolean(settles));
        }
        Ok(match (left?, right?) {
            (Some(_), Some(_)) => Value::Boolean(!settles),
            _ => Value::Null,
        })
    }

    fn literal(&self, literal: &Literal) -> Known<Value> {
        Ok(match literal {
            Literal::Null => Value::Null,
            Literal::Boolean(value) => Value::Boolean(*value),
            Literal::Text(text) => Value::Text(text.clone()),
            Literal::Number(digits) => match digits.parse() {
                Ok(number) => Value::Number(number),
                Err(_) => return Err("a condition".into()),
            },
            Literal::Typed(ty, text) => self.cast(Value::Text(text.clone()), ty)?,
            Literal::Bytes(_) | Literal::Bits(_) => return Err("a condition".into()),
        })
    }

    fn cast(&self, value: Value, ty: &Type) -> Known<Value> {
        let is = |names: &[&str]| matches!(ty, Type::Other(name) if names.contains(&name.as_str()));
        Ok(match (value, ty) {
            (Value::Null, _) => Value::Null,
            (Value::Text(text), _) if is(&["regclass"]) => match self.relation(&text)? {
                Value::Null => return Err(format!("there is no `{text}`")),
                found => found,
            },
            (value @ Value::Relation(_), _) if is(&["regclass", "oid"]) => value,
            (Value::Relation(name), Type::Text | Type::Varchar(None)) => {
                Value::Text(self.shown(&name)?)
            }
            (value @ Value::Text(_), Type::Text | Type::Varchar(None) | Type::Name) => value,
            (Value::Number(number), Type::Text | Type::Varchar(None)) => {
                Value::Text(number.to_string())
            }
            (
                value @ Value::Number(_),
                Type::Integer { .. } | Type::BigInt { .. } | Type::SmallInt { .. },
            ) => value,
            (
                Value::Text(text),
                Type::Integer { .. } | Type::BigInt { .. } | Type::SmallInt { .. },
            ) => match text.trim().parse() {
                Ok(number) => Value::Number(number),
                Err(_) => return Err("a condition".into()),
            },
            (value @ Value::Boolean(_), Type::Boolean) => value,
            (value @ Value::List(_), Type::Array(_)) => value,
            _ => return Err("a condition".into()),
        })
    }

    /// What `regclass` shows of a relation that is found without its schema.
    fn shown(&self, name: &Name) -> Known<String> {
        match self.relation(&quoted(&name.name))? {
            Value::Relation(found) if found == *name => Ok(quoted(&name.name)),
            _ => Err("what a relation of another schema is called".into()),
        }
    }

    /// The relation that a text names.
    fn relation(&self, text: &str) -> Known<Value> {
        let name = sql::name_of(text).ok_or("what a text names")?;
        if self.unread.reaches(&name.name) {
            return Err("what other code has made".into());
        }
        let found = self.replay.relation_named(&name);
        Ok(found.map_or(Value::Null, |found| catalog::relation_id(&found)))
    }

    fn name(&self, table: Option<&Name>, column: &str, sight: &Sight<'_>) -> Known<Value> {
        if let Some(value) = sight.column(table, column) {
            return Ok(value);
        }
        let unknown = || format!("what `{column}` is");
        // A column that is not known hides a variable.
        match table {
            None if !sight.rows.is_empty() => Err(unknown()),
            Some(table) if sight.has(table) => Err(unknown()),
            None => self.variable(column).ok_or_else(unknown),
            Some(record) => match self.variables.get(&record.name) {
                Some(Value::Record(fields)) => {
                    let mut fields = fields.iter();
                    let found = fields.find(|(name, _)| name == column);
                    found.map(|(_, value)| value.clone()).ok_or_else(unknown)
                }
                _ => Err(unknown()),
            },
        }
    }

    fn variable(&self, name: &str) -> Option<Value> {
        match self.variables.get(name)? {
            Value::Unknown | Value::Asked(..) | Value::Kept(_) => None,
            // A row of one column was selected into a variable of that column's type.
            Value::Record(fields) => match fields.as_slice() {
                [(_, value)] => Some(value.clone()),
                _ => None,
            },
            value => Some(value.clone()),
        }
    }

    fn call(&self, call: &Call, sight: &Sight<'_>) -> Known<Value> {
        let args: Known<Vec<Value>> = call
            .args
            .iter()
            .map(|arg| match arg {
                CallArg::Expr(expr) => self.of(expr, sight),
                _ => Err(format!("the function `{}`", call.name)),
            })
            .collect();
        let args = args?;
        Ok(match (call.name.name.as_str(), args.as_slice()) {
            ("current_schema", []) => self.current_schema()?,
            ("to_regclass", [Value::Text(text)]) => self.relation(text)?,
            ("to_regclass" | "quote_ident" | "lower" | "upper" | "length", [Value::Null]) => {
                Value::Null
            }
            ("quote_ident", [Value::Text(text)]) => Value::Text(quoted(text)),
            ("quote_literal", [Value::Text(text)]) => Value::Text(constant(text)?),
            ("lower", [Value::Text(text)]) if text.is_ascii() => {
                Value::Text(text.to_ascii_lowercase())
            }
            ("upper", [Value::Text(text)]) if text.is_ascii() => {
                Value::Text(text.to_ascii_uppercase())
            }
            ("length" | "char_length", [Value::Text(text)]) => {
                Value::Number(i64::try_from(text.chars().count()).unwrap_or(i64::MAX))
            }
            ("replace", [Value::Text(text), Value::Text(from), Value::Text(to)])
                if !from.is_empty() =>
            {
                Value::Text(text.replace(from.as_str(), to))
            }
            ("coalesce", args) => {
                let mut args = args.iter();
                let found = args.find(|arg| **arg != Value::Null);
                found.cloned().unwrap_or(Value::Null)
            }
            ("concat", args) => {
                let mut text = String::new();
                for arg in args {
                    match arg {
                        Value::Null => {}
                        arg => text.push_str(&self.as_text(arg)?),
                    }
                }
                Value::Text(text)
            }
            ("format", [Value::Text(form), args @ ..]) => Value::Text(self.format(form, args)?),
            ("pg_get_serial_sequence", [Value::Text(table), Value::Text(column)]) => {
                self.numbers_of(table, column)?
            }
            (name, _) => return Err(format!("the function `{name}`")),
        })
    }

    /// The sequence that belongs to a column.
    fn numbers_of(&self, table: &str, column: &str) -> Known<Value> {
        let Value::Relation(found) = self.relation(table)? else {
            return Err(format!("there is no `{table}`"));
        };
        let name = match found.schema.as_deref() {
            Some("public") => Name::bare(found.name.clone()),
            _ => found,
        };
        let schema = self.replay.schema();
        let mut all = schema.sequences_of(&name).filter(|sequence| {
            let of = sequence.owned_by.as_ref();
            of.is_some_and(|(_, of)| of == column)
        });
        let sequence = all.next();
        let Some(sequence) = sequence else {
            return Ok(Value::Null);
        };
        let home = sequence.name.schema.as_deref().unwrap_or("public");
        let shown = format!("{}.{}", quoted(home), quoted(&sequence.name.name));
        Ok(Value::Text(shown))
    }

    fn as_text(&self, value: &Value) -> Known<String> {
        match value {
            Value::Text(text) => Ok(text.clone()),
            Value::Number(number) => Ok(number.to_string()),
            Value::Relation(name) => self.shown(name),
            _ => Err("what is put together".into()),
        }
    }

    /// `format('… %I …', …)`.
    fn format(&self, form: &str, args: &[Value]) -> Known<String> {
        let mut args = args.iter();
        let mut text = String::new();
        let mut chars = form.chars();
        while let Some(c) = chars.next() {
            if c != '%' {
                text.push(c);
                continue;
            }
            let kind = chars.next();
            if kind == Some('%') {
                text.push('%');
                continue;
            }
            let arg = args.next().ok_or("what is put together")?;
            match (kind, arg) {
                (Some('s'), Value::Null) => {}
                (Some('s'), arg) => text.push_str(&self.as_text(arg)?),
                (Some('I'), Value::Text(name)) => text.push_str(&quoted(name)),
                (Some('I'), Value::Relation(name)) => text.push_str(&quoted(&self.shown(name)?)),
                (Some('L'), Value::Null) => text.push_str("NULL"),
                (Some('L'), arg) => text.push_str(&constant(&self.as_text(arg)?)?),
                _ => return Err("what is put together".into()),
            }
        }
        Ok(text)
    }
}

fn one_column(mut row: Vec<(Ident, Value)>) -> Known<Value> {
    match (row.pop(), row.is_empty()) {
        (Some((_, value)), true) => Ok(value),
        _ => Err("a query of several columns".into()),
    }
}

fn boolean(value: Option<bool>) -> Value {
    value.map_or(Value::Null, Value::Boolean)
}

pub(super) fn truth(value: &Value) -> Known<Option<bool>> {
    match value {
        Value::Null => Ok(None),
        Value::Boolean(value) => Ok(Some(*value)),
        _ => Err("a condition".into()),
    }
}

/// `value op ANY (list)`.
fn any(
    value: &Value,
    op: BinaryOp,
    list: impl Iterator<Item = Known<Value>>,
) -> Known<Option<bool>> {
    let mut found = Some(false);
    for item in list {
        match truth(&binary(value, op, &item?)?)? {
            Some(true) => return Ok(Some(true)),
            None => found = None,
            Some(false) => {}
        }
    }
    Ok(found)
}

fn binary(left: &Value, op: BinaryOp, right: &Value) -> Known<Value> {
    use BinaryOp as Op;
    let unclear = || Err("a condition".into());
    if [left, right].contains(&&Value::Unknown) {
        return unclear();
    }
    if *left == Value::Null || *right == Value::Null {
        return Ok(Value::Null);
    }
    Ok(match (left, op, right) {
        (Value::Number(l), Op::Eq, Value::Number(r)) => Value::Boolean(l == r),
        (Value::Number(l), Op::NotEq, Value::Number(r)) => Value::Boolean(l != r),
        (Value::Number(l), Op::Lt, Value::Number(r)) => Value::Boolean(l < r),
        (Value::Number(l), Op::LtEq, Value::Number(r)) => Value::Boolean(l <= r),
        (Value::Number(l), Op::Gt, Value::Number(r)) => Value::Boolean(l > r),
        (Value::Number(l), Op::GtEq, Value::Number(r)) => Value::Boolean(l >= r),
        (Value::Number(l), Op::Plus, Value::Number(r)) => match l.checked_add(*r) {
            Some(sum) => Value::Number(sum),
            None => return unclear(),
        },
        (Value::Number(l), Op::Minus, Value::Number(r)) => match l.checked_sub(*r) {
            Some(sum) => Value::Number(sum),
            None => return unclear(),
        },
        (Value::Text(l), Op::Eq, Value::Text(r)) => Value::Boolean(l == r),
        (Value::Text(l), Op::NotEq, Value::Text(r)) => Value::Boolean(l != r),
        (Value::Text(l), Op::Concat, Value::Text(r)) => Value::Text(format!("{l}{r}")),
        (Value::Text(l), Op::Concat, Value::Number(r)) => Value::Text(format!("{l}{r}")),
        (Value::Number(l), Op::Concat, Value::Text(r)) => Value::Text(format!("{l}{r}")),
        (Value::Relation(l), Op::Eq, Value::Relation(r)) => Value::Boolean(l == r),
        (Value::Relation(l), Op::NotEq, Value::Relation(r)) => Value::Boolean(l != r),
        (Value::Boolean(l), Op::Eq, Value::Boolean(r)) => Value::Boolean(l == r),
        (Value::Boolean(l), Op::NotEq, Value::Boolean(r)) => Value::Boolean(l != r),
        _ => return unclear(),
    })
}

/// LIKE, without an escape of its own.
fn like(text: &str, pattern: &str) -> Known<bool> {
    if pattern.contains('\\') {
        return Err("a condition".into());
    }
    let (text, pattern): (Vec<char>, Vec<char>) =
        (text.chars().collect(), pattern.chars().collect());
    // Whether what is left of the pattern is what is left of the text, from the end.
    let mut same = vec![false; text.len() + 1];
    same[text.len()] = true;
    for wanted in pattern.iter().rev() {
        let mut next = vec![false; text.len() + 1];
        for at in (0..=text.len()).rev() {
            next[at] = match wanted {
                '%' => same[at] || at < text.len() && next[at + 1],
                '_' => at < text.len() && same[at + 1],
                c => at < text.len() && text[at] == *c && same[at + 1],
            };
        }
        same = next;
    }
    Ok(same[0])
}

/// A name as `quote_ident` gives it; also quoted where PostgreSQL may do without: it means the same.
fn quoted(name: &str) -> String {
    quote_if_needed(name, STANDARD_WORDS, '"')
}

/// A text as a constant.
fn constant(text: &str) -> Known<String> {
    match text.contains('\\') {
        true => Err("what is put together".into()),
        false => Ok(format!("'{}'", text.replace('\'', "''"))),
    }
}
