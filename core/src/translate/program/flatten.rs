//! Branches as conditions: what a function does for one event, one act after the other.

use super::{Act, Deed};
use crate::schema::{
    BinaryOp, Expr, Literal, Part, PartMut, Returned, RowTrigger, Table, TriggerEvent, TriggerStep,
    Type, UnaryOp, named_tables,
};

/// Functions that give another value each time.
const UNSTEADY: &[&str] = &[
    "clock_timestamp",
    "currval",
    "gen_random_uuid",
    "lastval",
    "nextval",
    "random",
    "setval",
    "timeofday",
    "uuid_generate_v1",
    "uuid_generate_v4",
];

/// An act with the conditions that lead to it, each with how many statements ran before it was
/// asked.
struct Guarded {
    conditions: Vec<(Expr, usize)>,
    does: Deed,
}

struct Walk<'a> {
    does: &'a RowTrigger,
    table: &'a Table,
    event: TriggerEvent,
    out: Vec<Guarded>,
    /// Conditions under which the function has returned.
    returned: Vec<Vec<(Expr, usize)>>,
}

/// The condition of all that a trigger does for an event, and what it does.
pub(super) fn flatten(
    does: &RowTrigger,
    table: &Table,
    event: TriggerEvent,
) -> Result<(Option<Expr>, Vec<Act>), String> {
    let mut walk = Walk {
        does,
        table,
        event,
        out: Vec::new(),
        returned: Vec::new(),
    };
    let mut live = Vec::new();
    if let Some(condition) = &does.condition {
        match walk.condition(condition)? {
            Expr::Literal(Literal::Boolean(true)) => {}
            Expr::Literal(Literal::Boolean(false) | Literal::Null) => {
                return Ok((None, Vec::new()));
            }
            condition => live.push((condition, 0)),
        }
    }
    if !walk.block(&does.steps, &live)? {
        return Err("it may end without a RETURN, which is an error there".into());
    }
    let shared = shared(&walk.out);
    let mut acts = Vec::new();
    let mut writes = 0;
    let all = |conditions: Vec<(Expr, usize)>| {
        let conditions = conditions.into_iter().map(|(condition, _)| condition);
        conditions.reduce(|all, one| Expr::binary(all, BinaryOp::And, one))
    };
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
    Ok((condition, acts))
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
    fn block(&mut self, steps: &[TriggerStep], live: &[(Expr, usize)]) -> Result<bool, String> {
        let mut live = live.to_vec();
        for step in steps {
            match step {
                TriggerStep::Raise(message) => {
                    self.out.push(Guarded {
                        conditions: live,
                        does: Deed::Raise(message.clone()),
                    });
                    return Ok(true);
                }
                TriggerStep::Return(row) => {
                    self.returns(*row)?;
                    self.returned.push(live);
                    return Ok(true);
                }
                TriggerStep::Run(statement) => {
                    let mut statement = (**statement).clone();
                    statement.parts_mut(&mut |part| self.words(part));
                    self.out.push(Guarded {
                        conditions: live.clone(),
                        does: Deed::Run(statement),
                    });
                }
                TriggerStep::If { whens, otherwise } => {
                    let before = self.returned.len();
                    if self.branches(whens, otherwise, &live)? {
                        return Ok(true);
                    }
                    let asked = self.writes();
                    for path in self.returned.split_off(before) {
                        // What follows is done where the function has not returned.
                        let first = path.iter().skip(live.len()).map(|(_, asked)| *asked).min();
                        let own = path.into_iter().skip(live.len()).map(|(one, _)| one);
                        match own.reduce(|all, one| Expr::binary(all, BinaryOp::And, one)) {
                            None => return Ok(true),
                            Some(path) => live.push((not(path), first.unwrap_or(asked))),
                        }
                    }
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
    ) -> Result<bool, String> {
        let mut live = live.to_vec();
        let mut all_end = true;
        let asked = self.writes();
        for (condition, steps) in whens {
            match self.condition(condition)? {
                Expr::Literal(Literal::Boolean(true)) => {
                    return Ok(self.block(steps, &live)? && all_end);
                }
                Expr::Literal(Literal::Boolean(false) | Literal::Null) => {}
                condition => {
                    let mut inner = live.clone();
                    inner.push((condition.clone(), asked));
                    all_end &= self.block(steps, &inner)?;
                    live.push((not(condition), asked));
                }
            }
        }
        Ok(self.block(otherwise, &live)? && all_end)
    }

    /// Refuses a row that keeps the change from being made, or is another one.
    fn returns(&self, row: Returned) -> Result<(), String> {
        let goes_on = match row {
            Returned::Either => true,
            Returned::New => self.event != TriggerEvent::Delete,
            Returned::Old => self.event == TriggerEvent::Delete,
            Returned::Null => false,
        };
        match goes_on || !self.does.before {
            true => Ok(()),
            false => Err(format!(
                "what it returns for {} keeps the row from being written",
                self.event.word()
            )),
        }
    }

    /// A condition for the event, with what is known of it worked out.
    fn condition(&self, condition: &Expr) -> Result<Expr, String> {
        let mut condition = condition.clone();
        self.words(PartMut::Expr(&mut condition));
        fold(&mut condition);
        let mut problem = None;
        crate::schema::whole_rows(&mut condition, self.table, &mut problem);
        condition.each_mut(&mut |expr| {
            if let Expr::Call(call) = expr
                && UNSTEADY.contains(&call.name.name.as_str())
            {
                problem = Some(format!("it asks what `{}` gives", call.name));
            }
        });
        problem.map_or(Ok(condition), Err)
    }

    /// Puts the words of a trigger that are constants for the event as such.
    fn words(&self, part: PartMut<'_>) {
        words(part, self.does, self.event);
    }
}

/// A condition with what is known of it for an event worked out.
pub(crate) fn for_event(condition: &mut Expr, does: &RowTrigger, event: TriggerEvent) {
    words(PartMut::Expr(condition), does, event);
    fold(condition);
}

/// Puts the words of a trigger that are constants for an event as such.
fn words(part: PartMut<'_>, does: &RowTrigger, event: TriggerEvent) {
    match part {
        PartMut::Expr(expr) => {
            if let Expr::Column {
                table: None,
                column,
            } = expr
            {
                let word = match column.as_str() {
                    "tg_op" => event.word(),
                    "tg_when" if does.before => "BEFORE",
                    "tg_when" => "AFTER",
                    "tg_level" => "ROW",
                    _ => return,
                };
                *expr = Expr::Cast {
                    expr: Box::new(Expr::text(word)),
                    ty: Type::Text,
                };
                return;
            }
            expr.parts_mut(&mut |part| words(part, does, event));
        }
        PartMut::Query(query) => query.parts_mut(&mut |part| words(part, does, event)),
        PartMut::Table(item) => item.parts_mut(&mut |part| words(part, does, event)),
        PartMut::Data(statement) => statement.parts_mut(&mut |part| words(part, does, event)),
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

/// Works out comparisons of constant texts, and what follows from them.
fn fold(expr: &mut Expr) {
    expr.parts_mut(&mut |part| {
        if let PartMut::Expr(expr) = part {
            fold(expr);
        }
    });
    let constant = |value: bool| Expr::Literal(Literal::Boolean(value));
    let is = |expr: &Expr, value: bool| *expr == Expr::Literal(Literal::Boolean(value));
    let folded = match expr {
        Expr::Binary { left, op, right } => match op {
            BinaryOp::Eq | BinaryOp::NotEq => match (text(left), text(right)) {
                (Some(a), Some(b)) => Some(constant((a == b) == (*op == BinaryOp::Eq))),
                _ => None,
            },
            BinaryOp::And if is(left, false) || is(right, false) => Some(constant(false)),
            BinaryOp::And if is(left, true) => Some((**right).clone()),
            BinaryOp::And if is(right, true) => Some((**left).clone()),
            BinaryOp::Or if is(left, true) || is(right, true) => Some(constant(true)),
            BinaryOp::Or if is(left, false) => Some((**right).clone()),
            BinaryOp::Or if is(right, false) => Some((**left).clone()),
            _ => None,
        },
        Expr::InList {
            expr,
            list,
            negated,
        } => {
            let list: Option<Vec<&str>> = list.iter().map(text).collect();
            match (text(expr), list) {
                (Some(one), Some(list)) => Some(constant(list.contains(&one) != *negated)),
                _ => None,
            }
        }
        Expr::Unary {
            op: UnaryOp::Not,
            expr,
        } => match **expr {
            Expr::Literal(Literal::Boolean(value)) => Some(constant(!value)),
            _ => None,
        },
        _ => None,
    };
    if let Some(folded) = folded {
        *expr = folded;
    }
}

fn text(expr: &Expr) -> Option<&str> {
    match expr {
        Expr::Literal(Literal::Text(text)) => Some(text),
        Expr::Cast {
            expr,
            ty: Type::Text,
        } => text(expr),
        _ => None,
    }
}
