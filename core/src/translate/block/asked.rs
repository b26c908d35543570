//! What of a block only rows answer.
//!
//! `IF` of a question to rows, and what is done then, is one statement where the question stands in
//! its `WHERE`; an error that is raised then is an assertion. So the rows are asked where the block
//! asks them, by the target.
//!
//! # Invariants
//!
//! - What is asked several times gives the same each time: no statement between changes what is asked,
//!   and nothing that is called gives another value.
//!
//! Deliberately absent: one thing done where rows say so and another where not.

use super::value::Value;
use super::{Act, Stop, Trial, catalog};
use crate::schema::{
    BinaryOp, Change, DataStatement, Expr, Ident, InsertSource, Literal, Name, Part, PartMut,
    Query, Select, SelectItem, SetExpr, Type, UnaryOp, named_tables,
};
use crate::sql::{self, Part as BlockPart, Syntax};
use crate::translate::infer::{gathers, gives_the_same, has_aggregate, is_known};

impl Trial {
    /// `IF` of what rows answer; `why` says so otherwise.
    pub(super) fn asked(
        &mut self,
        condition: &Expr,
        then: &[BlockPart],
        otherwise: &[BlockPart],
        why: String,
    ) -> Result<(), Stop> {
        let unclear = |_| Stop::Unclear(why.clone());
        let condition = self.question(condition).map_err(unclear)?;
        if !is_quiet(Part::Expr(&condition)) {
            return Err(Stop::Unclear(why));
        }
        let (condition, parts) = match (then, otherwise) {
            ([], []) => return Ok(()),
            (then, []) => (condition, then),
            ([], otherwise) => {
                let not = Expr::IsBoolean {
                    expr: Box::new(condition),
                    value: Some(true),
                    negated: true,
                };
                (not, otherwise)
            }
            _ => {
                let why = "a question to rows, by which one thing is done or another";
                return Err(Stop::Unclear(why.into()));
            }
        };
        let mut changed = Vec::new();
        for part in parts {
            if !self.keeps(&condition, &changed) {
                return Err(Stop::Unclear(
                    "a question to rows that what is done changes".into(),
                ));
            }
            let text = match part {
                BlockPart::Raise(message) | BlockPart::Fail(message) => {
                    let one = SelectItem::Expr {
                        expr: Expr::Literal(Literal::Number("1".into())),
                        alias: None,
                    };
                    let query = Query::from(Select {
                        items: vec![one],
                        filter: Some(condition),
                        ..Select::default()
                    });
                    self.acts
                        .push(Act::Assert(Box::new(query), message.clone()));
                    // Nothing is done after it.
                    return Ok(());
                }
                BlockPart::Statement(text) => text,
                _ => return Err(Stop::Unclear(why)),
            };
            let changes = sql::parse(Syntax::Postgres, text);
            let [Change::Data(statement)] = changes.as_slice() else {
                return Err(Stop::Unclear(why));
            };
            let mut statement = statement.clone();
            self.fill(PartMut::Data(&mut statement))
                .map_err(|_| Stop::Unclear(why.clone()))?;
            let Some(statement) = only_where(statement, &condition) else {
                return Err(Stop::Unclear(why));
            };
            changed.push(statement.clone());
            self.data(statement)?;
        }
        Ok(())
    }

    /// Whether a question has the same answer after statements.
    fn keeps(&self, condition: &Expr, changed: &[DataStatement]) -> bool {
        let schema = self.replay.schema();
        let mut asked = Vec::new();
        named_tables(Part::Expr(condition), &mut asked);
        let asked: Vec<Name> = asked.iter().map(|name| self.name_of(name)).collect();
        if changed.is_empty() {
            return true;
        }
        changed.iter().all(|statement| {
            let (table, keys) = match statement {
                DataStatement::Insert(insert) => (&insert.table, insert.on_conflict.is_some()),
                DataStatement::Update(update) => (&update.table, true),
                DataStatement::Delete(delete) => (&delete.table, true),
                DataStatement::Query(_) | DataStatement::Truncate { .. } => return false,
            };
            let table = self.name_of(table);
            // What follows by triggers and foreign keys is not looked for.
            let alone = schema.triggers_of(&table).is_empty()
                && (!keys || schema.referrers(&table).next().is_none());
            alone && schema.table(&table).is_some() && !asked.contains(&table)
        }) && asked.iter().all(|name| schema.table(name).is_some())
    }

    /// How many statements there were that may have changed rows.
    fn changes(&self) -> usize {
        let acts = self.acts.iter();
        acts.filter(|act| !matches!(act, Act::Assert(..))).count()
    }

    fn name_of(&self, name: &Name) -> Name {
        let found = self.replay.relation_named(name);
        found.unwrap_or_else(|| name.clone())
    }

    /// What rows give for a variable.
    pub(super) fn asked_value(&self, value: &Expr) -> Result<Value, Stop> {
        if !is_quiet(Part::Expr(value)) {
            return Err(Stop::Unread);
        }
        let mut asked = value.clone();
        let filled = self.fill(PartMut::Expr(&mut asked));
        Ok(match filled {
            Ok(()) if reads_rows(&asked) => Value::Asked(Box::new(asked), self.changes()),
            _ => Value::Unknown,
        })
    }

    /// What rows give for variables, if there is always one row.
    pub(super) fn asked_row(&mut self, query: &Query, names: &[Ident]) -> Result<(), Stop> {
        if !is_quiet(Part::Query(query)) {
            return Err(Stop::Unread);
        }
        for (at, name) in names.iter().enumerate() {
            let value = match only_item(query, at, names.len()) {
                Some(value) => self.asked_value(&value)?,
                None => Value::Unknown,
            };
            self.variables.insert(name.clone(), value);
        }
        Ok(())
    }

    /// A condition for the target: what the model knows of it is written out.
    fn question(&self, condition: &Expr) -> Result<Expr, String> {
        if let Ok(value) = self.env().value(condition)
            && let Some(known) = constant(&value)
        {
            return Ok(known);
        }
        Ok(match condition {
            Expr::Binary {
                left,
                op: op @ (BinaryOp::And | BinaryOp::Or),
                right,
            } => Expr::binary(self.question(left)?, *op, self.question(right)?),
            Expr::Unary {
                op: UnaryOp::Not,
                expr,
            } => Expr::Unary {
                op: UnaryOp::Not,
                expr: Box::new(self.question(expr)?),
            },
            other => {
                let mut asked = other.clone();
                self.fill(PartMut::Expr(&mut asked))?;
                match reads_rows(&asked) {
                    true => asked,
                    false => return Err("a condition".into()),
                }
            }
        })
    }

    /// Writes out what variables are. A column of their name would be an error in PostgreSQL.
    pub(super) fn fill(&self, part: PartMut<'_>) -> Result<(), String> {
        let mut done = Ok(());
        let mut inner = |part: PartMut<'_>| {
            if done.is_ok() {
                done = self.fill(part);
            }
        };
        match part {
            PartMut::Expr(expr) => {
                let (name, found) = match &*expr {
                    Expr::Column {
                        table: None,
                        column,
                    } => (Some(column), self.variables.get(column)),
                    Expr::Column {
                        table: Some(record),
                        column,
                    } if record.schema.is_none() => {
                        let field = match self.variables.get(&record.name) {
                            Some(Value::Record(fields)) => {
                                let mut fields = fields.iter();
                                let field = fields.find(|(name, _)| name == column);
                                Some(field.map_or(&Value::Unknown, |(_, value)| value))
                            }
                            found => found.map(|_| &Value::Unknown),
                        };
                        (None, field)
                    }
                    _ => (None, None),
                };
                let ty = name.and_then(|name| self.types.get(name)).cloned();
                match found {
                    None => expr.parts_mut(&mut inner),
                    Some(Value::Kept(kept)) => *expr = (**kept).clone(),
                    Some(Value::Asked(asked, at)) if *at == self.changes() => {
                        *expr = of_type((**asked).clone(), ty).ok_or("what a variable is")?;
                    }
                    Some(value) => {
                        let value = constant(value).and_then(|value| of_type(value, ty));
                        *expr = value.ok_or("what a variable is")?;
                    }
                }
            }
            PartMut::Query(query) => query.parts_mut(&mut inner),
            PartMut::Table(table) => table.parts_mut(&mut inner),
            PartMut::Data(statement) => statement.parts_mut(&mut inner),
        }
        done
    }
}

/// A value as one of a variable's type. What is too long for it is not looked for.
fn of_type(value: Expr, ty: Option<Type>) -> Option<Expr> {
    let Some(ty) = ty else {
        return Some(value);
    };
    let is_integer = matches!(
        ty,
        Type::Integer { .. } | Type::BigInt { .. } | Type::SmallInt { .. }
    );
    let is_text = matches!(ty, Type::Text | Type::Varchar(None));
    let as_it_is = match &value {
        Expr::Literal(Literal::Number(digits)) => {
            is_integer && digits.bytes().all(|digit| digit.is_ascii_digit())
        }
        Expr::Literal(Literal::Text(_)) => is_text,
        Expr::Literal(Literal::Boolean(_)) | Expr::Exists(_) => ty == Type::Boolean,
        Expr::Array(items) => match &ty {
            Type::Array(item) if **item == Type::Text => {
                let mut items = items.iter();
                items.all(|item| matches!(item, Expr::Literal(Literal::Text(_))))
            }
            _ => false,
        },
        Expr::Subquery(query) => match gives(query) {
            Some("count") => is_integer,
            Some("string_agg") => is_text,
            Some("bool_and" | "bool_or") => ty == Type::Boolean,
            _ => false,
        },
        _ => false,
    };
    if as_it_is {
        return Some(value);
    }
    if matches!(ty, Type::Char(_) | Type::Varchar(Some(_)) | Type::Other(_)) {
        return None;
    }
    Some(Expr::Cast {
        expr: Box::new(value),
        ty,
    })
}

/// The aggregate that a query of one gives.
fn gives(query: &Query) -> Option<&str> {
    let SetExpr::Select(select) = &query.body else {
        return None;
    };
    match select.items.as_slice() {
        [
            SelectItem::Expr {
                expr: Expr::Call(call),
                ..
            },
        ] => Some(&call.name.name),
        _ => None,
    }
}

/// A value as it is written.
pub(super) fn constant(value: &Value) -> Option<Expr> {
    Some(Expr::Literal(match value {
        Value::Null => Literal::Null,
        Value::Boolean(value) => Literal::Boolean(*value),
        Value::Number(number) if *number >= 0 => Literal::Number(number.to_string()),
        Value::Text(text) => Literal::Text(text.clone()),
        Value::Record(fields) => match fields.as_slice() {
            [(_, value)] => return constant(value),
            _ => return None,
        },
        Value::List(items) if !items.is_empty() => {
            let items: Option<Vec<Expr>> = items.iter().map(constant).collect();
            return items.map(Expr::Array);
        }
        _ => return None,
    }))
}

/// One item of a query that always gives one row, as a value.
fn only_item(query: &Query, at: usize, of: usize) -> Option<Expr> {
    let SetExpr::Select(select) = &query.body else {
        return None;
    };
    let item = select.items.get(at)?;
    let SelectItem::Expr { expr, .. } = item else {
        return None;
    };
    let alone = query.limit.is_none()
        && query.offset.is_none()
        && select.group_by.is_empty()
        && select.having.is_none()
        && select.distinct.is_none()
        && select.items.len() == of;
    if !alone {
        return None;
    }
    if select.from.is_empty() && select.filter.is_none() && query.with.is_empty() {
        return Some(expr.clone());
    }
    let mut query = query.clone();
    query.order_by.clear();
    if let SetExpr::Select(select) = &mut query.body {
        select.items = vec![item.clone()];
    }
    has_aggregate(expr).then(|| Expr::Subquery(Box::new(query)))
}

/// Whether an expression reads tables, and no catalogue.
fn reads_rows(expr: &Expr) -> bool {
    let mut tables = Vec::new();
    named_tables(Part::Expr(expr), &mut tables);
    let mut all = tables.iter();
    !tables.is_empty() && all.all(|name| catalog::catalogue(name).is_none())
}

/// Whether all that something calls is of the engine, changes nothing, and gives the same each time.
pub(super) fn is_quiet(part: Part<'_>) -> bool {
    calls_only(part, &gives_the_same)
}

/// Whether all that something calls is of the engine.
pub(in crate::translate) fn calls_known(part: Part<'_>) -> bool {
    calls_only(part, &is_known)
}

fn calls_only(part: Part<'_>, known: &dyn Fn(&str) -> bool) -> bool {
    let mut only = true;
    let mut inner = |part: Part<'_>| only = only && calls_only(part, known);
    match part {
        Part::Expr(expr) => {
            if let Expr::Call(call) = expr
                && !known(&call.name.name)
            {
                return false;
            }
            expr.parts(&mut inner);
        }
        Part::Query(query) => query.parts(&mut inner),
        Part::Table(table) => table.parts(&mut inner),
        Part::Data(statement) => statement.parts(&mut inner),
    }
    only
}

/// A statement that does what another does where a condition holds, and else nothing.
fn only_where(mut statement: DataStatement, condition: &Expr) -> Option<DataStatement> {
    let both = |filter: &mut Option<Expr>| {
        *filter = Some(match filter.take() {
            Some(filter) => Expr::binary(condition.clone(), BinaryOp::And, filter),
            None => condition.clone(),
        });
    };
    match &mut statement {
        // What a common table expression is called may be what the condition reads.
        DataStatement::Update(update) if update.with.is_empty() => both(&mut update.filter),
        DataStatement::Delete(delete) if delete.with.is_empty() => both(&mut delete.filter),
        DataStatement::Insert(insert) if insert.with.is_empty() => {
            let InsertSource::Query(query) = &mut insert.source else {
                return None;
            };
            if !query.with.is_empty() {
                return None;
            }
            query.body = body_where(&query.body, condition)?;
        }
        _ => return None,
    }
    Some(statement)
}

fn body_where(body: &SetExpr, condition: &Expr) -> Option<SetExpr> {
    let select = match body {
        SetExpr::Select(select) => {
            let items = select.items.iter().filter_map(|item| match item {
                SelectItem::Expr { expr, .. } => Some(expr),
                _ => None,
            });
            let mut all = items.chain(&select.having);
            // Without groups, an aggregate gives a row also where there is none.
            let keys = |key: &Expr| !matches!(key, Expr::Call(_) | Expr::Row(_));
            let grouped = !select.group_by.is_empty() && select.group_by.iter().all(keys);
            if !grouped && (select.having.is_some() || all.any(may_gather)) {
                return None;
            }
            let mut select = (**select).clone();
            select.filter = Some(match select.filter.take() {
                Some(filter) => Expr::binary(condition.clone(), BinaryOp::And, filter),
                None => condition.clone(),
            });
            select
        }
        SetExpr::Values(rows) => match rows.as_slice() {
            [row] if !row.contains(&Expr::Default) => Select {
                items: row
                    .iter()
                    .map(|expr| SelectItem::Expr {
                        expr: expr.clone(),
                        alias: None,
                    })
                    .collect(),
                filter: Some(condition.clone()),
                ..Select::default()
            },
            _ => return None,
        },
        _ => return None,
    };
    Some(SetExpr::Select(Box::new(select)))
}

/// Whether something of the rows at hand may be gathered: what is not known may be an aggregate.
fn may_gather(expr: &Expr) -> bool {
    if let Expr::Call(call) = expr
        && (gathers(call) || !is_known(&call.name.name))
    {
        return true;
    }
    let mut found = false;
    expr.parts(&mut |part| {
        if let Part::Expr(expr) = part {
            found |= may_gather(expr);
        }
    });
    found
}
