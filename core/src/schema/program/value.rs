//! What a program's expressions give.

use std::collections::HashMap;

use super::catalog::{self, Row};
use super::literal;
use crate::schema::{
    BinaryOp, Call, CallArg, Expr, Ident, Query, Schema, Select, SelectItem, SetExpr, TableRef,
    UnaryOp,
};

/// A value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Value {
    /// NULL.
    Null,
    /// A number; a boolean is 1 or 0.
    Number(i64),
    /// A text.
    Text(String),
    /// The name of the database at hand, which no migration knows.
    Database,
}

type Known<T> = Result<T, String>;

/// What expressions can look at.
pub(super) struct Env<'e> {
    pub(super) schema: &'e Schema,
    pub(super) session: &'e HashMap<Ident, Value>,
    pub(super) own: &'e HashMap<Ident, Value>,
}

impl Env<'_> {
    /// Whether a condition holds.
    pub(super) fn holds(&self, expr: &Expr) -> Known<bool> {
        Ok(truth(&self.value(expr)?)? == Some(true))
    }

    /// The value of an expression.
    pub(super) fn value(&self, expr: &Expr) -> Known<Value> {
        self.of(expr, None)
    }

    /// The only row of a query.
    pub(super) fn row(&self, query: &Query) -> Known<Vec<Value>> {
        let mut rows = self.rows(query)?;
        match (rows.pop(), rows.is_empty()) {
            (Some(row), true) => Ok(row),
            _ => Err("a query of other than one row".into()),
        }
    }

    fn of(&self, expr: &Expr, row: Option<&Row>) -> Known<Value> {
        Ok(match expr {
            Expr::Literal(constant) => literal(constant)?,
            Expr::Column { column, .. } => self.name(column, row)?,
            Expr::Unary {
                op: UnaryOp::Not,
                expr,
            } => boolean(truth(&self.of(expr, row)?)?.map(|value| !value)),
            Expr::Binary {
                left,
                op: op @ (BinaryOp::And | BinaryOp::Or),
                right,
            } => self.both(left, *op, right, row)?,
            Expr::Binary { left, op, right } => {
                let (left, right) = (self.of(left, row)?, self.of(right, row)?);
                binary(&left, *op, &right)?
            }
            Expr::IsNull { expr, negated } => {
                let is_null = self.of(expr, row)? == Value::Null;
                boolean(Some(is_null != *negated))
            }
            Expr::InList {
                expr,
                list,
                negated,
            } => {
                let value = self.of(expr, row)?;
                let mut found = Some(false);
                for item in list {
                    let same = truth(&binary(&value, BinaryOp::Eq, &self.of(item, row)?)?)?;
                    found = match (found, same) {
                        (Some(true), _) | (_, Some(true)) => Some(true),
                        (None, _) | (_, None) => None,
                        _ => Some(false),
                    };
                }
                boolean(found.map(|found| found != *negated))
            }
            Expr::Case {
                operand: None,
                whens,
                otherwise,
            } => {
                for (when, then) in whens {
                    if truth(&self.of(when, row)?)? == Some(true) {
                        return self.of(then, row);
                    }
                }
                match otherwise {
                    Some(otherwise) => self.of(otherwise, row)?,
                    None => Value::Null,
                }
            }
            Expr::Call(call) => self.call(call, row)?,
            Expr::Exists(query) => boolean(Some(!self.rows(query)?.is_empty())),
            Expr::Subquery(query) => {
                let mut rows = self.rows(query)?;
                match (rows.pop(), rows.is_empty()) {
                    (None, _) => Value::Null,
                    (Some(mut row), true) if row.len() == 1 => row.remove(0),
                    _ => return Err("a subquery of several rows".into()),
                }
            }
            _ => return Err("an expression in a program".into()),
        })
    }

    /// AND and OR: what one side settles, the other need not be known for.
    fn both(&self, left: &Expr, op: BinaryOp, right: &Expr, row: Option<&Row>) -> Known<Value> {
        let side = |expr| self.of(expr, row).and_then(|value| truth(&value));
        let settles = op == BinaryOp::Or;
        let (left, right) = (side(left), side(right));
        if left == Ok(Some(settles)) || right == Ok(Some(settles)) {
            return Ok(boolean(Some(settles)));
        }
        Ok(match (left?, right?) {
            (Some(_), Some(_)) => boolean(Some(!settles)),
            _ => Value::Null,
        })
    }

    fn name(&self, name: &str, row: Option<&Row>) -> Known<Value> {
        if let Some(value) = row.and_then(|row| row.get(name)) {
            return Ok(value.clone());
        }
        let name = name.to_ascii_lowercase();
        let variables = if name.starts_with('@') {
            self.session
        } else {
            self.own
        };
        let found = variables.get(&name).cloned();
        found.ok_or_else(|| format!("what `{name}` is"))
    }

    fn call(&self, call: &Call, row: Option<&Row>) -> Known<Value> {
        let args = call.plain_args();
        let args = args.unwrap_or_default();
        Ok(match (call.name.name.as_str(), args.as_slice()) {
            ("database" | "schema", []) => Value::Database,
            ("if", [when, then, otherwise]) => match truth(&self.of(when, row)?)? {
                Some(true) => self.of(then, row)?,
                _ => self.of(otherwise, row)?,
            },
            ("ifnull" | "coalesce", args) => {
                for arg in args {
                    let value = self.of(arg, row)?;
                    if value != Value::Null {
                        return Ok(value);
                    }
                }
                Value::Null
            }
            ("concat", args) => {
                let mut text = String::new();
                for arg in args {
                    match self.of(arg, row)? {
                        Value::Null => return Ok(Value::Null),
                        Value::Text(part) => text.push_str(&part),
                        Value::Number(number) => text.push_str(&number.to_string()),
                        Value::Database => return Err("the name of the database".into()),
                    }
                }
                Value::Text(text)
            }
            (name, _) => return Err(format!("the function `{name}`")),
        })
    }

    /// The rows of a query on `information_schema`, or on nothing.
    fn rows(&self, query: &Query) -> Known<Vec<Vec<Value>>> {
        let SetExpr::Select(select) = &query.body else {
            return Err("a query of several parts".into());
        };
        let other = !query.with.is_empty()
            || query.offset.is_some()
            || select.distinct.is_some()
            || !select.group_by.is_empty()
            || select.having.is_some();
        if other {
            return Err("a query of several parts".into());
        }
        let found = self.found(select)?;
        let limit = match query.limit.as_ref().map(|limit| self.value(limit)) {
            None => usize::MAX,
            Some(Ok(Value::Number(limit))) => usize::try_from(limit).unwrap_or(0),
            Some(_) => return Err("a LIMIT".into()),
        };
        // Which of several are first is not known, but that they are there is.
        if found.len() > limit && limit != 1 {
            return Err("a LIMIT".into());
        }
        if let Some(counts) = counted(select, &found, self) {
            return counts.map(|row| vec![row]);
        }
        let several = found.len() > limit;
        let rows = found.iter().take(limit).map(|row| {
            let items = select.items.iter().map(|item| match item {
                SelectItem::Expr { expr, .. } if !several => self.of(expr, row.as_ref()),
                // One of several, of which it is only asked whether there is one.
                _ => Ok(Value::Null),
            });
            items.collect::<Known<Vec<Value>>>()
        });
        rows.collect()
    }

    fn found(&self, select: &Select) -> Known<Vec<Option<Row>>> {
        let rows = match select.from.as_slice() {
            [] => return Ok(vec![None]),
            [TableRef::Table { name, .. }]
                if name
                    .schema
                    .as_deref()
                    .is_some_and(|schema| schema.eq_ignore_ascii_case("information_schema")) =>
            {
                catalog::rows(self.schema, &name.name)?
            }
            _ => return Err("a query of rows".into()),
        };
        let mut found = Vec::new();
        for row in rows {
            let keep = match &select.filter {
                Some(filter) => truth(&self.of(filter, Some(&row))?)? == Some(true),
                None => true,
            };
            if keep {
                row.whole()?;
                found.push(Some(row));
            }
        }
        Ok(found)
    }
}

/// `SELECT count(*) …`; `None` if anything else is selected.
fn counted(select: &Select, found: &[Option<Row>], env: &Env<'_>) -> Option<Known<Vec<Value>>> {
    fn count(expr: &Expr, number: i64) -> Option<Expr> {
        match expr {
            Expr::Call(call) if call.name.name == "count" => {
                let plain = matches!(
                    call.args.as_slice(),
                    [CallArg::Star | CallArg::Expr(Expr::Literal(_))]
                );
                let digits = number.to_string();
                plain.then_some(Expr::Literal(crate::schema::Literal::Number(digits)))
            }
            // `IF(COUNT(*) > 0, …)`.
            Expr::Call(call) => {
                let mut call = (**call).clone();
                let mut any = false;
                for arg in &mut call.args {
                    if let CallArg::Expr(expr) = arg
                        && let Some(counted) = count(expr, number)
                    {
                        *expr = counted;
                        any = true;
                    }
                }
                any.then(|| Expr::Call(Box::new(call)))
            }
            Expr::Binary { left, op, right } => {
                let left = count(left, number)?;
                Some(Expr::binary(left, *op, (**right).clone()))
            }
            _ => None,
        }
    }
    let number = i64::try_from(found.len()).ok()?;
    let items: Option<Vec<Expr>> = select
        .items
        .iter()
        .map(|item| match item {
            SelectItem::Expr { expr, .. } => count(expr, number),
            _ => None,
        })
        .collect();
    let items = items?;
    Some(items.iter().map(|item| env.value(item)).collect())
}

fn boolean(value: Option<bool>) -> Value {
    value.map_or(Value::Null, |value| Value::Number(i64::from(value)))
}

fn truth(value: &Value) -> Known<Option<bool>> {
    match value {
        Value::Null => Ok(None),
        Value::Number(number) => Ok(Some(*number != 0)),
        _ => Err("a text as a condition".into()),
    }
}

fn binary(left: &Value, op: BinaryOp, right: &Value) -> Known<Value> {
    use BinaryOp as Op;
    if *left == Value::Null || *right == Value::Null {
        return Ok(Value::Null);
    }
    if let (Value::Number(l), Value::Number(r)) = (left, right) {
        return Ok(match op {
            Op::Eq => boolean(Some(l == r)),
            Op::NotEq => boolean(Some(l != r)),
            Op::Lt => boolean(Some(l < r)),
            Op::LtEq => boolean(Some(l <= r)),
            Op::Gt => boolean(Some(l > r)),
            Op::GtEq => boolean(Some(l >= r)),
            _ => return Err("arithmetic in a program".into()),
        });
    }
    let same = match (left, right) {
        // Names compare without regard to case.
        (Value::Text(l), Value::Text(r)) => l.eq_ignore_ascii_case(r),
        (Value::Database, Value::Database) => true,
        _ => return Err("a comparison with the name of the database".into()),
    };
    match op {
        Op::Eq => Ok(boolean(Some(same))),
        Op::NotEq => Ok(boolean(Some(!same))),
        _ => Err("an order of texts".into()),
    }
}
