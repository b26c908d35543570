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

use super::catalog::{self, HOMES, NAMES, Row};
use crate::schema::{
    BinaryOp, Call, CallArg, Expr, Ident, JoinKind, JoinOn, Literal, Name, OrderBy, Quantifier,
    Query, Replay, Select, SelectItem, SetExpr, TableRef, Type, UnaryOp,
};
use crate::sql;
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
struct Sight<'s> {
    rows: Vec<(Ident, &'s Row)>,
    outer: Option<&'s Sight<'s>>,
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

    fn of(&self, expr: &Expr, sight: &Sight<'_>) -> Known<Value> {
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
            Value::Unknown | Value::Asked(..) => None,
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

    /// The rows of a query; `any`: it is only asked whether there are some.
    fn rows(&self, query: &Query, outer: &Sight<'_>, any: bool) -> Known<Vec<Vec<(Ident, Value)>>> {
        let select = match &query.body {
            SetExpr::Select(select) => select,
            SetExpr::Query(inner) if query.with.is_empty() && query.limit.is_none() => {
                return self.rows(inner, outer, any);
            }
            _ => return Err("a query of rows".into()),
        };
        let other = !query.with.is_empty()
            || query.offset.is_some()
            || !select.group_by.is_empty()
            || select.having.is_some()
            || matches!(select.distinct, Some(crate::schema::Distinct::On(_)));
        if other {
            return Err("a query of rows".into());
        }
        let found = self.found(select, outer)?;
        if let Some(row) = self.counted(select, found.len(), outer) {
            return Ok(vec![row?]);
        }
        let limit = match query.limit.as_ref().map(|limit| self.of(limit, outer)) {
            None => usize::MAX,
            Some(Ok(Value::Number(limit))) => usize::try_from(limit).unwrap_or(0),
            Some(_) => return Err("a LIMIT".into()),
        };
        if any && limit > 0 {
            // What is selected of a row does not matter, but it has to be known that it is no aggregate.
            let plain = |item: &SelectItem| match item {
                SelectItem::Expr { expr, .. } => {
                    matches!(expr, Expr::Column { .. } | Expr::Literal(_))
                }
                SelectItem::Star | SelectItem::TableStar(_) => true,
            };
            return match select.items.iter().all(plain) {
                true => Ok(found.iter().map(|_| Vec::new()).collect()),
                false => Err("a query of rows".into()),
            };
        }
        let mut rows = Vec::new();
        for row in &found {
            let sight = Sight {
                rows: row.iter().map(|(name, row)| (name.clone(), row)).collect(),
                outer: Some(outer),
            };
            let mut record = Vec::new();
            for item in &select.items {
                let SelectItem::Expr { expr, alias } = item else {
                    return Err("all columns of a catalogue".into());
                };
                let name = alias.clone().or_else(|| match expr {
                    Expr::Column { column, .. } => Some(column.clone()),
                    _ => None,
                });
                record.push((name.unwrap_or_default(), self.of(expr, &sight)?));
            }
            let keys = query
                .order_by
                .iter()
                .map(|key| self.key(key, &sight, &record));
            rows.push((keys.collect::<Known<Vec<_>>>()?, record));
        }
        rows.sort_by(|(a, _), (b, _)| a.cmp(b));
        let mut rows: Vec<_> = rows.into_iter().map(|(_, record)| record).collect();
        if select.distinct.is_some() {
            let mut once: Vec<Vec<(Ident, Value)>> = Vec::new();
            for row in rows {
                if !once.contains(&row) {
                    once.push(row);
                }
            }
            rows = once;
        }
        if rows.len() > limit {
            if query.order_by.is_empty() {
                return Err("a LIMIT".into());
            }
            rows.truncate(limit);
        }
        Ok(rows)
    }

    /// What rows are ordered by; names are ordered by their bytes.
    fn key(
        &self,
        key: &OrderBy,
        sight: &Sight<'_>,
        record: &[(Ident, Value)],
    ) -> Known<(i64, Vec<u8>)> {
        let value = match &key.expr {
            Expr::Column {
                table: None,
                column,
            } => record
                .iter()
                .find(|(name, _)| name == column)
                .map(|(_, value)| Ok(value.clone()))
                .unwrap_or_else(|| self.of(&key.expr, sight)),
            expr => self.of(expr, sight),
        };
        match (value?, key.descending) {
            (Value::Number(number), false) => Ok((number, Vec::new())),
            (Value::Number(number), true) => Ok((-number, Vec::new())),
            (Value::Text(text), false) => Ok((0, text.into_bytes())),
            (Value::Text(text), true) => {
                let mut bytes: Vec<u8> = text.bytes().map(|byte| !byte).collect();
                bytes.push(u8::MAX);
                Ok((0, bytes))
            }
            _ => Err("an order".into()),
        }
    }

    fn found(&self, select: &Select, outer: &Sight<'_>) -> Known<Vec<Vec<(Ident, Row)>>> {
        let mut wanted = Vec::new();
        if let Some(filter) = &select.filter {
            conjuncts(filter, &mut wanted);
        }
        let mut tables = Vec::new();
        for item in &select.from {
            flatten(item, &mut tables, &mut wanted)?;
        }
        for (name, _) in &tables {
            catalog::catalogue(name).ok_or("a query of rows")?;
        }
        if !tables.is_empty() {
            self.by_name(&wanted, outer)?;
        }
        // Each that is not asked for by name is joined with one that is.
        let joins = wanted.iter().filter(|one| joins(one)).count();
        if joins + 1 < tables.len() {
            return Err("a query of all that there is".into());
        }
        let mut found: Vec<Vec<(Ident, Row)>> = vec![Vec::new()];
        for (name, alias) in tables {
            let of = catalog::catalogue(name).ok_or("a query of rows")?;
            if of == "pg_trigger" && !names_one(&wanted, "tgname") {
                return Err("all triggers of a table".into());
            }
            let rows = catalog::rows(name, self.replay, self.unread);
            let rows = rows.ok_or_else(|| format!("what stands in `{of}`"))?;
            let alias = alias.cloned().unwrap_or_else(|| name.name.clone());
            // What one row alone settles is asked before rows are put side by side.
            let rows: Vec<Row> = rows
                .into_iter()
                .filter(|row| {
                    let sight = Sight {
                        rows: vec![(alias.clone(), row)],
                        outer: Some(outer),
                    };
                    wanted.iter().all(|one| self.may_hold(one, &sight))
                })
                .collect();
            let mut joined = Vec::new();
            for before in &found {
                for row in &rows {
                    let mut all = before.clone();
                    all.push((alias.clone(), row.clone()));
                    let sight = Sight {
                        rows: all.iter().map(|(name, row)| (name.clone(), row)).collect(),
                        outer: Some(outer),
                    };
                    if wanted.iter().all(|one| self.may_hold(one, &sight)) {
                        joined.push(all);
                    }
                }
            }
            found = joined;
        }
        let mut kept = Vec::new();
        for row in found {
            let sight = Sight {
                rows: row.iter().map(|(name, row)| (name.clone(), row)).collect(),
                outer: Some(outer),
            };
            for one in &wanted {
                truth(&self.of(one, &sight)?)?;
            }
            if row.iter().any(|(_, row)| row.unsure) {
                return Err("what other code has made".into());
            }
            kept.push(row);
        }
        Ok(kept)
    }

    fn may_hold(&self, condition: &Expr, sight: &Sight<'_>) -> bool {
        match self.of(condition, sight).map(|value| truth(&value)) {
            Ok(Ok(value)) => value == Some(true),
            _ => true,
        }
    }

    /// Fails unless conditions say by name what is asked for, and nothing else can be of that name.
    fn by_name(&self, wanted: &[&Expr], outer: &Sight<'_>) -> Known<()> {
        let mut all: Vec<Pin> = Vec::new();
        for one in wanted {
            all.extend(self.pins(one, outer));
        }
        let mut all = all.into_iter();
        if all.len() == 0 {
            return Err("a query of all that there is".into());
        }
        let sure = all.any(|pin| match pin {
            Pin::Names(names) => names.iter().all(|name| !self.unread.reaches(name)),
            Pin::Any => {
                let mut tables = self.replay.schema().tables();
                self.unread.is_empty() && tables.all(|table| table.opaque.is_none())
            }
        });
        match sure {
            true => Ok(()),
            false => Err("what other code has made".into()),
        }
    }

    /// How a condition says by name what is asked for.
    fn pins(&self, condition: &Expr, outer: &Sight<'_>) -> Vec<Pin> {
        let column = |expr: &Expr| match expr {
            Expr::Column { column, .. } => {
                let is = |list: &[&str]| list.contains(&column.as_str());
                (is(NAMES), is(HOMES))
            }
            _ => (false, false),
        };
        // Without its rows in sight, a column is not known.
        let constants = |list: &[&Expr]| -> Option<Vec<Value>> {
            list.iter().map(|expr| self.of(expr, outer).ok()).collect()
        };
        let pin = |side: &Expr, values: Option<Vec<Value>>| -> Vec<Pin> {
            let (Some(values), (is_name, is_home)) = (values, column(side)) else {
                return Vec::new();
            };
            let names = values.iter().filter_map(|value| match value {
                Value::Text(text) => Some(text.clone()),
                Value::Relation(name) => Some(name.name.clone()),
                _ => None,
            });
            if is_name {
                return vec![Pin::Names(names.collect())];
            }
            let own = ["pg_catalog", "information_schema", "pg_toast"];
            let users = names.into_iter().all(|name| !own.contains(&name.as_str()));
            match is_home && users {
                true => vec![Pin::Any],
                false => Vec::new(),
            }
        };
        match condition {
            Expr::Binary {
                left,
                op: BinaryOp::And,
                right,
            } => {
                let mut all = self.pins(left, outer);
                all.extend(self.pins(right, outer));
                all
            }
            Expr::Binary {
                left,
                op: BinaryOp::Or,
                right,
            } => {
                let (left, right) = (self.pins(left, outer), self.pins(right, outer));
                let names = |pins: &[Pin]| {
                    pins.iter().find_map(|pin| match pin {
                        Pin::Names(names) => Some(names.clone()),
                        Pin::Any => None,
                    })
                };
                match (names(&left), names(&right)) {
                    (Some(mut own), Some(more)) => {
                        own.extend(more);
                        vec![Pin::Names(own)]
                    }
                    _ => Vec::new(),
                }
            }
            Expr::Binary {
                left,
                op: BinaryOp::Eq,
                right,
            } => {
                let mut all = pin(left, constants(&[right]));
                all.extend(pin(right, constants(&[left])));
                all
            }
            Expr::InList {
                expr,
                list,
                negated: false,
            } => pin(expr, constants(&list.iter().collect::<Vec<_>>())),
            Expr::Quantified {
                left,
                op: BinaryOp::Eq,
                quantifier: Quantifier::Any,
                right,
            } => match self.of(right, outer) {
                Ok(Value::List(list)) => pin(left, Some(list)),
                _ => Vec::new(),
            },
            Expr::Like {
                expr,
                pattern,
                negated: false,
                ..
            } => match (column(expr), self.of(pattern, outer)) {
                ((true, _), Ok(Value::Text(pattern)))
                    if !"pg_".starts_with(&pattern[..pattern.len().min(3)])
                        && !pattern.starts_with(['%', '_']) =>
                {
                    vec![Pin::Any]
                }
                _ => Vec::new(),
            },
            _ => Vec::new(),
        }
    }

    /// `SELECT count(*) …`; `None` if it is no aggregate.
    fn counted(
        &self,
        select: &Select,
        found: usize,
        outer: &Sight<'_>,
    ) -> Option<Known<Vec<(Ident, Value)>>> {
        let number = Expr::Literal(Literal::Number(found.to_string()));
        let items: Option<Vec<(Ident, Expr)>> = select
            .items
            .iter()
            .map(|item| match item {
                SelectItem::Expr { expr, alias } => {
                    let expr = with_count(expr, &number)?;
                    Some((alias.clone().unwrap_or_else(|| "count".into()), expr))
                }
                _ => None,
            })
            .collect();
        let each = items?.into_iter().map(|(name, expr)| {
            let value = self.of(&expr, outer)?;
            Ok((name, value))
        });
        Some(each.collect())
    }
}

/// How a condition says what is asked for.
enum Pin {
    /// One of these.
    Names(Vec<String>),
    /// Any that is the user's.
    Any,
}

/// `a.b = c.d`.
fn joins(condition: &Expr) -> bool {
    let column = |expr: &Expr| matches!(expr, Expr::Column { .. });
    matches!(condition, Expr::Binary { left, op: BinaryOp::Eq, right } if column(left) && column(right))
}

/// Whether one of the conditions says which, of this column.
fn names_one(wanted: &[&Expr], column: &str) -> bool {
    let is = |expr: &Expr| matches!(expr, Expr::Column { column: own, .. } if own == column);
    wanted.iter().any(|one| match one {
        Expr::Binary {
            left,
            op: BinaryOp::Eq,
            right,
        } => is(left) || is(right),
        Expr::InList {
            expr,
            negated: false,
            ..
        } => is(expr),
        _ => false,
    })
}

/// `count(*)` as the number that it is, in what is made of it.
fn with_count(expr: &Expr, number: &Expr) -> Option<Expr> {
    match expr {
        Expr::Call(call) if call.name.name == "count" => {
            let plain = !call.distinct && call.filter.is_none() && call.over.is_none();
            let all = matches!(
                call.args.as_slice(),
                [CallArg::Star | CallArg::Expr(Expr::Literal(_))]
            );
            (plain && all).then(|| number.clone())
        }
        Expr::Binary { left, op, right } => {
            let left = with_count(left, number)?;
            matches!(**right, Expr::Literal(_)).then(|| Expr::binary(left, *op, (**right).clone()))
        }
        _ => None,
    }
}

/// The parts of a condition that all have to hold.
fn conjuncts<'e>(expr: &'e Expr, all: &mut Vec<&'e Expr>) {
    match expr {
        Expr::Binary {
            left,
            op: BinaryOp::And,
            right,
        } => {
            conjuncts(left, all);
            conjuncts(right, all);
        }
        expr => all.push(expr),
    }
}

/// The tables of a FROM that all have to have a row, and what has to hold of them.
fn flatten<'e>(
    item: &'e TableRef,
    tables: &mut Vec<(&'e Name, Option<&'e Ident>)>,
    wanted: &mut Vec<&'e Expr>,
) -> Known<()> {
    match item {
        TableRef::Table {
            name,
            alias,
            columns,
        } if columns.is_empty() => {
            tables.push((name, alias.as_ref()));
            Ok(())
        }
        TableRef::Join {
            left,
            kind: JoinKind::Inner | JoinKind::Cross,
            right,
            on,
        } => {
            flatten(left, tables, wanted)?;
            flatten(right, tables, wanted)?;
            match on {
                JoinOn::Expr(on) => conjuncts(on, wanted),
                JoinOn::Nothing => {}
                JoinOn::Using(_) | JoinOn::Natural => return Err("a query of rows".into()),
            }
            Ok(())
        }
        _ => Err("a query of rows".into()),
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

fn truth(value: &Value) -> Known<Option<bool>> {
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
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    let starts = name.starts_with(|c: char| c.is_ascii_lowercase() || c == '_');
    match starts && name.chars().all(plain) && !RESERVED.contains(&name) {
        true => name.to_owned(),
        false => format!("\"{}\"", name.replace('"', "\"\"")),
    }
}

/// Words that are no names without quotes.
const RESERVED: &[&str] = &[
    "analyse",
    "analyze",
    "asymmetric",
    "authorization",
    "between",
    "bigint",
    "binary",
    "bit",
    "boolean",
    "both",
    "char",
    "character",
    "coalesce",
    "collation",
    "concurrently",
    "cross",
    "current_date",
    "current_role",
    "current_schema",
    "current_time",
    "current_timestamp",
    "current_user",
    "dec",
    "decimal",
    "deferrable",
    "exists",
    "extract",
    "float",
    "freeze",
    "full",
    "greatest",
    "grouping",
    "ilike",
    "inner",
    "inout",
    "int",
    "integer",
    "interval",
    "is",
    "isnull",
    "join",
    "lateral",
    "least",
    "left",
    "like",
    "localtime",
    "localtimestamp",
    "national",
    "natural",
    "nchar",
    "none",
    "normalize",
    "notnull",
    "nullif",
    "numeric",
    "out",
    "outer",
    "overlaps",
    "overlay",
    "position",
    "precision",
    "real",
    "right",
    "row",
    "session_user",
    "setof",
    "similar",
    "smallint",
    "substring",
    "symmetric",
    "system_user",
    "tablesample",
    "time",
    "timestamp",
    "treat",
    "trim",
    "varchar",
    "variadic",
    "verbose",
    "all",
    "and",
    "any",
    "array",
    "as",
    "asc",
    "case",
    "cast",
    "check",
    "collate",
    "column",
    "constraint",
    "create",
    "default",
    "desc",
    "distinct",
    "do",
    "else",
    "end",
    "except",
    "false",
    "fetch",
    "for",
    "foreign",
    "from",
    "grant",
    "group",
    "having",
    "in",
    "initially",
    "intersect",
    "into",
    "leading",
    "limit",
    "not",
    "null",
    "offset",
    "on",
    "only",
    "or",
    "order",
    "placing",
    "primary",
    "references",
    "returning",
    "select",
    "some",
    "table",
    "then",
    "to",
    "trailing",
    "true",
    "union",
    "unique",
    "user",
    "using",
    "values",
    "when",
    "where",
    "window",
    "with",
];

/// A text as a constant.
fn constant(text: &str) -> Known<String> {
    match text.contains('\\') {
        true => Err("what is put together".into()),
        false => Ok(format!("'{}'", text.replace('\'', "''"))),
    }
}
