//! A trigger that does nothing but set columns of its row, as an UPDATE of the row: for engines whose
//! triggers come after the row is written, and write it once more.
//!
//! # Invariants
//!
//! - What is set is the same when the row that was written once more runs the trigger again; but for a
//!   value of the row before, of which that is not so where an engine lets a trigger run itself: that
//!   comes to no end there, and fails.

use super::{EventProgram, RowProgram, names_row};
use crate::schema::{
    Assignment, BinaryOp, CallArg, Expr, Ident, Literal, NEW, OLD, Part, TriggerEvent, Update,
    stays_as_set,
};
use crate::translate::trigger::RowUpdate;

impl<'a> RowProgram<'a> {
    /// What it does as changes of its row, for each of its events, if it only sets columns before the row
    /// is written.
    ///
    /// # Errors
    ///
    /// Why it would not be the same where the row is written once more.
    pub fn updates(&self) -> Result<Option<Vec<RowUpdate<'a>>>, String> {
        let only = |event: &EventProgram<'_>| {
            event.acts.is_empty() && !event.fails && !event.sets.is_empty()
        };
        if !self.before || self.events.is_empty() || !self.events.iter().all(only) {
            return Ok(None);
        }
        self.alike()?;
        let mut all = Vec::new();
        for event in &self.events {
            if event.reads(&self.table.name) {
                return Err(format!("it looks at `{}` itself", self.table.name));
            }
            for set in &event.sets {
                if event.event == TriggerEvent::Update {
                    again(set, event)?;
                }
            }
            all.push(RowUpdate {
                table: self.table,
                event: event.event,
                of: self.of,
                update: Update {
                    with: Vec::new(),
                    recursive: false,
                    table: self.table.name.clone(),
                    alias: None,
                    assignments: event.sets.clone(),
                    from: Vec::new(),
                    filter: event.condition.clone(),
                    order_by: Vec::new(),
                    limit: None,
                    returning: Vec::new(),
                },
                sight: event.sight.clone(),
            });
        }
        Ok(Some(all))
    }

    /// A row that is inserted and written once more runs what is for an UPDATE.
    fn alike(&self) -> Result<(), String> {
        let [first, rest @ ..] = self.events.as_slice() else {
            return Ok(());
        };
        let plain = rest.is_empty()
            || rest.iter().all(|event| event.sets == first.sets)
                && first.sets.iter().all(|set| !names_old(&set.value));
        match plain {
            true => Ok(()),
            false => {
                Err("it sets for INSERT what it does not for UPDATE, which runs after that".into())
            }
        }
    }
}

fn names_old(expr: &Expr) -> bool {
    names_row(Part::Expr(expr), &|row, _| row == OLD)
}

/// Refuses a value that another one would come of when the trigger runs for the row that it has written.
fn again(set: &Assignment, event: &EventProgram<'_>) -> Result<(), String> {
    let Some(name) = set.columns.first() else {
        return Ok(());
    };
    let is_set = |column: &str| {
        let mut sets = event.sets.iter().flat_map(|set| &set.columns);
        sets.any(|set| set == column)
    };
    match stays(&set.value, name, &is_set) {
        true => Ok(()),
        false => Err(format!(
            "what it sets `{name}` to is another when the row is written once more"
        )),
    }
}

fn stays(value: &Expr, name: &Ident, is_set: &dyn Fn(&str) -> bool) -> bool {
    let fixed = |expr: &Expr| {
        !names_row(Part::Expr(expr), &|row, column| {
            row == OLD || column == "*" || is_set(column)
        })
    };
    let is_own = |expr: &Expr| is_column(expr, NEW, name);
    match value {
        value if is_own(value) || fixed(value) || is_next(value, name) => true,
        Expr::Case {
            operand: None,
            whens,
            otherwise,
        } => {
            let kept = otherwise.as_ref().is_some_and(|value| is_own(value));
            // Where it does not hold the second time, what was set the first time is kept.
            let once = kept && whens.len() == 1;
            let of_others = |condition: &Expr| {
                !names_row(Part::Expr(condition), &|_, column| {
                    column == "*" || is_set(column)
                })
            };
            let holds = |condition: &Expr| match condition {
                Expr::IsNull {
                    expr,
                    negated: false,
                } if is_own(expr) => true,
                condition => fixed(condition) || once && of_others(condition),
            };
            let part = |(condition, value): &(Expr, Expr)| {
                let next =
                    is_next(value, name) && (fixed(condition) || once && of_others(condition));
                holds(condition) && (is_own(value) || fixed(value) || next)
            };
            let last = otherwise.as_ref();
            whens.iter().all(part) && last.is_none_or(|value| stays(value, name, is_set))
        }
        value => stays_as_set(value, name, is_set),
    }
}

fn is_column(expr: &Expr, row: &str, name: &str) -> bool {
    matches!(expr, Expr::Column { table: Some(of), column }
        if of.schema.is_none() && of.name == row && column == name)
}

/// What the column was before, or a number more: whatever else a statement sets it to, a trigger that runs
/// itself goes on between the two.
fn is_next(value: &Expr, name: &str) -> bool {
    let is_number = |expr: &Expr| matches!(expr, Expr::Literal(Literal::Number(_)));
    match value {
        Expr::Binary {
            left,
            op: BinaryOp::Plus,
            right,
        } => is_number(right) && is_next(left, name) || is_number(left) && is_next(right, name),
        Expr::Call(call) if call.name.name == "coalesce" => match call.args.as_slice() {
            [CallArg::Expr(own), CallArg::Expr(number)] => {
                is_column(own, OLD, name) && is_number(number)
            }
            _ => false,
        },
        Expr::Cast { expr, ty } if ty.is_integer() => is_next(expr, name),
        value => is_column(value, OLD, name),
    }
}
