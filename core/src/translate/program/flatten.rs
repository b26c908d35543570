//! Branches as conditions, and variables as what they are: what a function does for one event, one act
//! after the other.

use std::collections::VecDeque;

use super::super::infer::{Relation, Scope};
use super::names::Check;
use super::single::{self, Rows};
use super::values::{self, FOUND, Known, State, Value};
use super::words::{Words, fold};
use super::{Act, Deed, executed, rows, sure};
use crate::schema::{
    Assignment, BinaryOp, DataStatement, Expr, Ident, Literal, Part, PartMut, Place, Query,
    Returned, RowTrigger, Schema, Table, TriggerEvent, TriggerStep, UnaryOp, compared_rows,
    named_tables, whole_rows,
};
use crate::sql::Syntax;
use crate::translate::infer::{gives_the_same, is_known};

/// What a function does for an event.
#[derive(Debug, Clone)]
pub(super) struct Flat {
    /// All is done only under this condition, which is asked once.
    pub(super) condition: Option<Expr>,
    /// What is done, in order.
    pub(super) acts: Vec<Act>,
    /// What the columns of the row get after that, all at once, whatever the condition.
    pub(super) sets: Vec<Assignment>,
}

impl Flat {
    /// Conditions, and what columns get.
    pub(super) fn exprs(&self) -> impl Iterator<Item = &Expr> {
        let conditions = self.acts.iter().filter_map(|act| act.condition.as_ref());
        let values = self.sets.iter().map(|set| &set.value);
        self.condition.iter().chain(conditions).chain(values)
    }
}

/// An act with the conditions that lead to it, each with how many statements ran before it was
/// asked.
struct Guarded {
    conditions: Vec<(Expr, usize)>,
    does: Deed,
}

struct Walk<'a> {
    words: Words<'a>,
    schema: &'a Schema,
    sight: Scope<'a>,
    out: Vec<Guarded>,
    /// Conditions under which the function has returned.
    returned: Vec<Vec<(Expr, usize)>>,
    /// The row as it is returned, with what leads there beyond the trigger's own condition.
    rows: Vec<(Vec<(Expr, usize)>, State)>,
    /// The trigger's own condition.
    when: Option<Expr>,
}

/// What a trigger does for an event.
pub(super) fn flatten(
    does: &RowTrigger,
    table: &Table,
    event: TriggerEvent,
    schema: &Schema,
) -> Result<Flat, String> {
    let mut sight = Scope::new(schema, Syntax::Postgres);
    sight.enter();
    for row in rows(event) {
        sight.add(Relation::of_table(table, Some(&(*row).to_owned())));
    }
    let mut walk = Walk {
        words: Words { does, table, event },
        schema,
        sight,
        out: Vec::new(),
        returned: Vec::new(),
        rows: Vec::new(),
        when: None,
    };
    let mut state = State {
        variables: std::iter::once((FOUND.to_owned(), Ok(constant(false)))).collect(),
        row: std::iter::empty().collect(),
    };
    for variable in &does.variables {
        let null = Expr::Literal(Literal::Null);
        let value = walk.typed(null, &Place::Variable(variable.name.clone()));
        state.variables.insert(variable.name.clone(), value);
    }
    let mut live = Vec::new();
    if let Some(condition) = &does.condition {
        match walk.condition(condition, None)?.expr {
            Expr::Literal(Literal::Boolean(true)) => {}
            Expr::Literal(Literal::Boolean(false) | Literal::Null) => {
                return Ok(Flat {
                    condition: None,
                    acts: Vec::new(),
                    sets: Vec::new(),
                });
            }
            condition => {
                walk.when = Some(condition.clone());
                live.push((condition, 0));
            }
        }
    }
    let fails = does.fails.as_ref();
    let fails = fails.filter(|fails| fails.events.contains(&event));
    let guard = fails.map(|fails| vec![TriggerStep::Raise(fails.message.clone())]);
    let asked = does.constraint.as_ref().map(|constraint| &constraint.steps);
    let steps = guard.as_ref().or(asked).unwrap_or(&does.steps);
    if !walk.block(steps, &live, &mut state)? {
        return Err("it may end without a RETURN, which is an error there".into());
    }
    let sets = walk.sets()?;
    let shared = shared(&walk.out);
    let mut acts = Vec::new();
    let mut writes = 0;
    let mut condition = None;
    for mut act in walk.out {
        let own = act.conditions.split_off(shared);
        if own
            .iter()
            .any(|(condition, before)| *before != writes && asks(condition))
        {
            return Err(
                "what its condition asks has changed when it does what depends on it".into(),
            );
        }
        condition = condition.or_else(|| all(act.conditions));
        writes += usize::from(matches!(act.does, Deed::Run(_)));
        acts.push(Act {
            condition: all(own),
            does: act.does,
        });
    }
    Ok(Flat {
        condition,
        acts,
        sets,
    })
}

/// Conditions that have all to hold.
fn all(conditions: Vec<(Expr, usize)>) -> Option<Expr> {
    let conditions = conditions.into_iter().map(|(condition, _)| condition);
    conditions.reduce(|all, one| Expr::binary(all, BinaryOp::And, one))
}

fn constant(value: bool) -> Value {
    Value {
        expr: Expr::Literal(Literal::Boolean(value)),
        asked: None,
    }
}

/// How many conditions all acts begin with.
fn shared(acts: &[Guarded]) -> usize {
    let Some((first, rest)) = acts.split_first() else {
        return 0;
    };
    let alike = |act: &Guarded| {
        let both = first.conditions.iter().zip(&act.conditions);
        both.take_while(|(a, b)| a == b).count()
    };
    let alike = rest.iter().map(alike).min();
    let alike = alike.unwrap_or(first.conditions.len());
    // Asked before anything was done.
    let early = first
        .conditions
        .iter()
        .take_while(|(_, before)| *before == 0);
    alike.min(early.count())
}

/// Whether a condition looks at rows of tables.
fn asks(condition: &Expr) -> bool {
    let mut tables = Vec::new();
    named_tables(Part::Expr(condition), &mut tables);
    !tables.is_empty()
}

impl Walk<'_> {
    fn writes(&self) -> usize {
        let runs = self.out.iter();
        runs.filter(|act| matches!(act.does, Deed::Run(_))).count()
    }

    /// Whether the steps always end the function.
    fn block(
        &mut self,
        steps: &[TriggerStep],
        live: &[(Expr, usize)],
        state: &mut State,
    ) -> Result<bool, String> {
        let mut live = live.to_vec();
        let mut steps: VecDeque<TriggerStep> = steps.iter().cloned().collect();
        while let Some(step) = steps.pop_front() {
            match step {
                TriggerStep::Raise(message) => {
                    self.out.push(Guarded {
                        conditions: live,
                        does: Deed::Raise(message),
                    });
                    return Ok(true);
                }
                TriggerStep::Return(row) => {
                    self.returns(row)?;
                    let own = live.iter().skip(usize::from(self.when.is_some()));
                    self.rows.push((own.cloned().collect(), state.clone()));
                    self.returned.push(live);
                    return Ok(true);
                }
                TriggerStep::Run(statement) => {
                    let statement = self.statement(*statement, state)?;
                    self.out.push(Guarded {
                        conditions: live.clone(),
                        does: Deed::Run(statement),
                    });
                    let why = "it asks how many rows a statement has changed";
                    state.variables.insert(FOUND.into(), Err(why.into()));
                }
                TriggerStep::If { whens, otherwise } => {
                    let before = self.returned.len();
                    if self.branches(&whens, &otherwise, &live, state)? {
                        return Ok(true);
                    }
                    let asked = self.writes();
                    // They stay what they are for the branches around.
                    for path in self.returned.get(before..).unwrap_or_default().to_vec() {
                        // What follows is done where the function has not returned.
                        let first = path.iter().skip(live.len()).map(|(_, asked)| *asked).min();
                        let own = path.into_iter().skip(live.len()).map(|(one, _)| one);
                        match own.reduce(|all, one| Expr::binary(all, BinaryOp::And, one)) {
                            None => return Ok(true),
                            Some(path) => live.push((not(path), first.unwrap_or(asked))),
                        }
                    }
                }
                TriggerStep::Set(place, value) => {
                    let value = self.value(&value, state);
                    self.set(&place, value, state)?;
                }
                TriggerStep::Ask {
                    query,
                    into,
                    strict,
                } => {
                    if self.asks_for(*query, &into, strict, state)? {
                        let missing = Expr::Unary {
                            op: UnaryOp::Not,
                            expr: Box::new(Expr::column(FOUND)),
                        };
                        let message = "query returned no rows".to_owned();
                        steps.push_front(TriggerStep::If {
                            whens: vec![(missing, vec![TriggerStep::Raise(message)])],
                            otherwise: Vec::new(),
                        });
                    }
                }
                TriggerStep::Execute { text, using, into } => {
                    let text = self.value(&text, state)?.expr;
                    let query = executed::query(&text, &using)?;
                    // FOUND stays what it was.
                    let found = state.variables.get(FOUND).cloned();
                    self.asks_for(query, &into, false, state)?;
                    state
                        .variables
                        .extend(found.map(|found| (FOUND.into(), found)));
                }
                TriggerStep::Each(variable, body) => {
                    let arguments = &self.words.does.arguments;
                    for argument in arguments.iter().rev() {
                        body.iter()
                            .rev()
                            .for_each(|step| steps.push_front(step.clone()));
                        let place = Place::Variable(variable.clone());
                        steps.push_front(TriggerStep::Set(place, Expr::text(argument)));
                    }
                    let why = "it asks whether a loop did anything";
                    state.variables.insert(FOUND.into(), Err(why.into()));
                }
            }
        }
        Ok(false)
    }

    /// Whether every branch ends the function.
    fn branches(
        &mut self,
        whens: &[(Expr, Vec<TriggerStep>)],
        otherwise: &[TriggerStep],
        live: &[(Expr, usize)],
        state: &mut State,
    ) -> Result<bool, String> {
        let mut live = live.to_vec();
        let asked = self.writes();
        let mut going_on = Vec::new();
        let mut last = otherwise;
        // The conditions are asked before anything is done.
        for (condition, steps) in whens {
            let condition = self.condition_at(condition, state, asked)?;
            match &condition.expr {
                Expr::Literal(Literal::Boolean(true)) => {
                    last = steps;
                    break;
                }
                Expr::Literal(Literal::Boolean(false) | Literal::Null) => {}
                expr => {
                    let mut inner = live.clone();
                    inner.push((expr.clone(), asked));
                    live.push((not(expr.clone()), asked));
                    let mut then = state.clone();
                    if !self.block(steps, &inner, &mut then)? {
                        going_on.push((Some(condition), then));
                    }
                }
            }
        }
        let mut then = state.clone();
        if !self.block(last, &live, &mut then)? {
            going_on.push((None, then));
        }
        match State::joined(going_on) {
            None => Ok(true),
            Some(joined) => {
                *state = joined;
                Ok(false)
            }
        }
    }

    /// Refuses a row that keeps the change from being made, or is another one.
    fn returns(&self, row: Returned) -> Result<(), String> {
        let event = self.words.event;
        let goes_on = match row {
            Returned::Either => true,
            Returned::New => event != TriggerEvent::Delete,
            Returned::Old => event == TriggerEvent::Delete,
            Returned::Null => false,
        };
        match goes_on || !self.words.does.before {
            true => Ok(()),
            false => Err(format!(
                "what it returns for {} keeps the row from being written",
                event.word()
            )),
        }
    }

    /// What the columns of the row get, if the row is written as the function returns it.
    fn sets(&self) -> Result<Vec<Assignment>, String> {
        let mut all_sets = Vec::new();
        if !self.words.does.before || self.words.event == TriggerEvent::Delete {
            return Ok(all_sets);
        }
        let writes = self.writes();
        let mut names: Vec<&Ident> = self
            .rows
            .iter()
            .flat_map(|(_, end)| end.row.keys())
            .collect();
        names.sort();
        names.dedup();
        for name in names {
            let own = values::column_of(name);
            let mut whens = Vec::new();
            for (conditions, end) in &self.rows {
                let value = match end.row.get(name) {
                    Some(value) => value.clone()?,
                    None => own.clone(),
                };
                let mut before = conditions.iter().filter(|(one, _)| asks(one));
                if value.asked.is_some_and(|asked| asked != writes)
                    || before.any(|(_, before)| *before != writes)
                {
                    return Err("what it asked has changed when it sets a column".into());
                }
                whens.push((all(conditions.clone()), value.expr));
            }
            // On any other way an error keeps the row from being written.
            let mut values = whens.iter().map(|(_, value)| value);
            let first = values.next();
            let mut value = match first.filter(|first| values.all(|value| value == *first)) {
                Some(value) => value.clone(),
                None => {
                    let others = whens.into_iter().filter(|(_, value)| *value != own.expr);
                    let whens = others.filter_map(|(when, value)| Some((when?, value)));
                    Expr::Case {
                        operand: None,
                        whens: whens.collect(),
                        otherwise: Some(Box::new(own.expr.clone())),
                    }
                }
            };
            if let Some(when) = self.when.clone().filter(|_| value != own.expr) {
                value = Expr::Case {
                    operand: None,
                    whens: vec![(when, value)],
                    otherwise: Some(Box::new(own.expr.clone())),
                };
            }
            if value != own.expr {
                all_sets.push(Assignment {
                    columns: vec![name.clone()],
                    value,
                });
            }
        }
        Ok(all_sets)
    }

    fn set(&self, place: &Place, value: Known, state: &mut State) -> Result<(), String> {
        let value = value.and_then(|value| {
            let typed = self.typed(value.expr, place)?;
            Ok(Value {
                asked: value.asked,
                ..typed
            })
        });
        match place {
            Place::Variable(name) => {
                let sure = value.and_then(|value| match sure::fails(&value.expr) {
                    Some(why) => Err(format!("its variable `{name}` is given {why}")),
                    None => Ok(value),
                });
                state.variables.insert(name.clone(), sure);
            }
            Place::Column(name) => {
                let column = self.words.table.column(name);
                let column = column.filter(|column| column.generated.is_none());
                if column.is_none() || self.words.event == TriggerEvent::Delete {
                    return Err(format!("it sets `{name}`, which the row does not have"));
                }
                state.row.insert(name.clone(), value);
            }
        }
        Ok(())
    }

    /// A value of the type of what it is assigned to.
    fn typed(&self, expr: Expr, place: &Place) -> Known {
        let does = self.words.does;
        let ty = match place {
            Place::Variable(name) => {
                let mut variables = does.variables.iter();
                variables.find(|one| one.name == *name).map(|one| &one.ty)
            }
            Place::Column(name) => self.words.table.column(name).map(|column| &column.ty),
        };
        let ty = ty.ok_or("it assigns to what it does not have")?;
        let is_column = matches!(place, Place::Column(_));
        Ok(Value {
            expr: values::assigned(expr, ty, is_column, &self.sight)?,
            asked: None,
        })
    }

    /// Assigns what the first row of a query gives; whether it is an error if there is none.
    fn asks_for(
        &self,
        query: Query,
        into: &[Place],
        strict: bool,
        state: &mut State,
    ) -> Result<bool, String> {
        let asked = self.writes();
        let exists = Expr::Exists(Box::new(query));
        let exists = self.condition_at(&exists, state, asked)?;
        let Expr::Exists(query) = &exists.expr else {
            return Err("a query that is none".into());
        };
        let rows = single::rows(query, self.schema);
        if strict && rows == Rows::Any {
            return Err("it asks for the only row of what may be several".into());
        }
        let asked = exists.asked;
        let items = match single::items(query).filter(|items| items.len() == into.len()) {
            Some(items) => items,
            None if into.is_empty() => Vec::new(),
            None => return Err("it assigns a row to other than as many variables".into()),
        };
        for (place, expr) in into.iter().zip(items) {
            let value = match rows {
                Rows::Any => Err("it takes the first of several rows".into()),
                Rows::One | Rows::AtMostOne => Ok(Value { expr, asked }),
            };
            self.set(place, value, state)?;
        }
        let found = match rows {
            Rows::One => constant(true),
            Rows::AtMostOne | Rows::Any => exists,
        };
        state.variables.insert(FOUND.into(), Ok(found));
        Ok(strict && rows != Rows::One)
    }

    fn statement(
        &self,
        mut statement: DataStatement,
        state: &State,
    ) -> Result<DataStatement, String> {
        self.check().hides_variables(&statement)?;
        statement.parts_mut(&mut |part| self.words.put(part));
        let mut asked = Vec::new();
        let writes = self.writes();
        let mut problem = Ok(());
        statement.parts_mut(&mut |part| {
            let filled = state.fill(part, writes, &mut asked);
            problem = std::mem::replace(&mut problem, Ok(())).and(filled);
        });
        problem?;
        let written = match &statement {
            DataStatement::Insert(insert) => Some(&insert.table),
            DataStatement::Update(update) => Some(&update.table),
            DataStatement::Delete(delete) => Some(&delete.table),
            _ => None,
        };
        let mut tables = Vec::new();
        asked
            .iter()
            .for_each(|expr| named_tables(Part::Expr(expr), &mut tables));
        if written.is_some_and(|table| tables.contains(table)) {
            return Err("a statement of it changes the table that a variable was asked of".into());
        }
        Ok(statement)
    }

    fn check(&self) -> Check<'_> {
        let Words { does, table, event } = self.words;
        Check {
            does,
            table,
            event,
            schema: self.schema,
        }
    }

    /// A value as it is at a point of the code.
    fn value(&self, value: &Expr, state: &State) -> Known {
        self.condition_at(value, state, self.writes())
    }

    fn condition_at(
        &self,
        condition: &Expr,
        state: &State,
        writes: usize,
    ) -> Result<Value, String> {
        self.condition(condition, Some((state, writes)))
    }

    /// A condition for the event, with what is known of it worked out.
    fn condition(&self, condition: &Expr, at: Option<(&State, usize)>) -> Result<Value, String> {
        let mut condition = condition.clone();
        if at.is_some() {
            self.check().hides_variables_in(&condition)?;
        }
        self.words.put(PartMut::Expr(&mut condition));
        let mut problem = None;
        compared_rows(&mut condition, self.words.table, &mut problem);
        if let Some((state, writes)) = at {
            let mut asked = Vec::new();
            state.fill(PartMut::Expr(&mut condition), writes, &mut asked)?;
        }
        whole_rows(&mut condition, self.words.table, &mut problem);
        values::without_texts(&mut condition, &self.sight);
        fold(&mut condition);
        condition.each_mut(&mut |expr| {
            if let Expr::Call(call) = expr
                && is_known(&call.name.name)
                && !gives_the_same(&call.name.name)
            {
                problem = Some(format!("it asks what `{}` gives", call.name));
            }
        });
        if let Some(why) = problem {
            return Err(why);
        }
        let asked = asks(&condition).then_some(at.map_or(0, |(_, writes)| writes));
        Ok(Value {
            expr: condition,
            asked,
        })
    }
}

/// `NOT`, which is true of NULL too.
fn not(condition: Expr) -> Expr {
    Expr::IsBoolean {
        expr: Box::new(condition),
        value: Some(true),
        negated: true,
    }
}
