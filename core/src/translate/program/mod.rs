//! What a trigger does that raises errors and changes rows, event by event: a list of acts, each
//! under a condition, then what columns of the row get; and whether a target may do them as its own
//! triggers would.
//!
//! # Invariants
//!
//! - A condition is asked once in PostgreSQL and may be asked several times by a target: so it is
//!   the same however often it is asked before its act, or the trigger is refused.
//! - Targets run the triggers of a row when the row is written, PostgreSQL those that come after it
//!   when the statement is done: what could see the difference is refused (`order`).

mod executed;
mod flatten;
mod names;
mod order;
mod single;
mod sure;
mod values;
mod words;
mod worked;
mod written;

pub use single::may_give_several;

pub(crate) use order::{Event, check_all, fired, is_alone, meets_actions, read_between};
pub(super) use words::Words;

use std::sync::Arc;

use self::flatten::Flat;
use self::worked::worked;
use super::infer::{Relation, Scope};
use super::target::{DataScope, Omission, Refusal};
use super::trigger::event_name;
use crate::schema::{
    Assignment, BinaryOp, DataStatement, Expr, Ident, Literal, NEW, Name, OLD, Part, RowTrigger,
    Schema, Table, Trigger, TriggerEvent, named_tables,
};

/// What a trigger does, event by event.
#[derive(Debug)]
pub struct RowProgram<'a> {
    /// Its table, authored.
    pub table: &'a Table,
    /// It runs before the row is written, else after.
    pub before: bool,
    /// For updates: only where a statement sets one of these columns; empty: whichever it sets.
    pub of: &'a [Ident],
    /// The events for which it does something.
    pub events: Vec<EventProgram<'a>>,
    /// It also tells listeners of the change, and nobody can listen.
    pub tells: bool,
}

/// What a trigger does for one event.
#[derive(Debug)]
pub struct EventProgram<'a> {
    /// The event.
    pub event: TriggerEvent,
    /// It has no form for the event, and an error is raised in its place.
    pub fails: bool,
    /// All is done only under this condition, which is asked once.
    pub condition: Option<Expr>,
    /// What is done, in order.
    pub acts: Vec<Act>,
    /// What the columns of the row get after that, all at once, whatever the condition: values of the
    /// row as the statement has it.
    pub sets: Vec<Assignment>,
    /// Where the rows before and after are in sight.
    pub sight: Scope<'a>,
}

/// One thing that a trigger does, under its condition.
#[derive(Debug, Clone, PartialEq)]
pub struct Act {
    /// Only under this condition.
    pub condition: Option<Expr>,
    /// What.
    pub does: Deed,
}

/// What an [`Act`] does.
#[derive(Debug, Clone, PartialEq)]
pub enum Deed {
    /// An error is raised, with this text.
    Raise(String),
    /// A statement on rows is run.
    Run(DataStatement),
}

/// What a trigger does, if it is one of those that raise errors and change rows.
///
/// # Errors
///
/// If that is not understood, or would not be the same where triggers run row by row; with the
/// reason.
pub fn row_program<'a>(
    trigger: &'a Trigger,
    scope: &DataScope<'a>,
) -> Option<Result<RowProgram<'a>, Vec<Refusal>>> {
    let does = trigger.does.as_ref()?;
    if does.is_guard() || does.constraint.is_some() {
        // It changes nothing: when it runs among others is of no account.
        let program = program(trigger, does, scope);
        return Some(program.map_err(|why| vec![refused(trigger, &why)]));
    }
    if does.unclear.is_some() || does.steps.is_empty() {
        return None;
    }
    let program = program(trigger, does, scope)
        .and_then(|program| order::check(trigger, scope.authored).map(|()| program));
    Some(program.map_err(|why| vec![refused(trigger, &why)]))
}

pub(crate) fn refused(trigger: &Trigger, why: &str) -> Refusal {
    let message = format!("the trigger `{}`: {why}", trigger.name);
    Refusal::new("trigger", message).help(
        "write an override with a trigger that does the same, or skip the statement for this driver",
    )
}

fn program<'a>(
    trigger: &'a Trigger,
    does: &'a Arc<RowTrigger>,
    scope: &DataScope<'a>,
) -> Result<RowProgram<'a>, String> {
    let table = scope
        .authored
        .table(&trigger.table)
        .ok_or("it is on no table that is known")?;
    if [NEW, OLD].contains(&table.name.name.as_str()) {
        return Err("its table is called as the row is".into());
    }
    of_what_is_set(&does.of, table)?;
    let mut events = Vec::new();
    for event in &does.events {
        let Flat {
            condition,
            acts,
            sets,
        } = Flat::clone(&*worked(does, table, *event, scope.authored)?);
        if acts.is_empty() && sets.is_empty() {
            continue;
        }
        let mut sight = Scope::new(scope.authored, scope.source);
        sight.enter();
        for row in rows(*event) {
            sight.add(Relation::of_table(table, Some(&(*row).to_owned())));
        }
        events.push(EventProgram {
            event: *event,
            fails: does.fails_for(*event),
            condition,
            acts,
            sets,
            sight,
        });
    }
    Ok(RowProgram {
        table,
        before: does.before,
        of: &does.of,
        events,
        tells: does.tells,
    })
}

/// # Errors
///
/// Which of the columns for which a trigger runs no statement sets.
pub(super) fn of_what_is_set(of: &[Ident], table: &Table) -> Result<(), String> {
    for name in of {
        match table.column(name) {
            None => return Err(format!("`{}` has no column `{name}`", table.name)),
            Some(column) if column.generated.is_some() => {
                return Err(format!(
                    "it runs where what `{name}` is generated from is set"
                ));
            }
            Some(_) => {}
        }
    }
    Ok(())
}

/// What a trigger does for an event, in the authored dialect's terms.
fn acts(
    does: &RowTrigger,
    table: &Table,
    event: TriggerEvent,
    schema: &Schema,
) -> Result<Flat, String> {
    let flat = flatten::flatten(does, table, event, schema)?;
    names::check(does, table, event, &flat, schema)?;
    Ok(flat)
}

/// The rows that there are.
pub(super) fn rows(event: TriggerEvent) -> &'static [&'static str] {
    match event {
        TriggerEvent::Insert => &[NEW],
        TriggerEvent::Update => &[NEW, OLD],
        TriggerEvent::Delete => &[OLD],
    }
}

impl RowProgram<'_> {
    /// What of a trigger is left out on every engine, or seen otherwise than there.
    pub fn omissions(&self, trigger: &Trigger) -> Vec<Omission> {
        let writes = |event: &EventProgram<'_>| {
            let mut acts = event.acts.iter();
            acts.any(|act| matches!(act.does, Deed::Run(_)))
        };
        let mut all = Vec::new();
        if self.events.iter().any(writes) {
            all.push(Omission::new(
                "trigger-rows",
                format!(
                    "the trigger `{}` runs as each row is changed: an UPDATE or DELETE of several rows that reads what the trigger changes may see it",
                    trigger.name
                ),
            ));
        }
        if self.tells {
            let what = format!("what the trigger `{}` tells listeners", trigger.name);
            all.push(Omission::new("notification", what));
        }
        all
    }

    /// The columns of the row that it sets for an event.
    pub fn sets(&self, event: TriggerEvent) -> Vec<&Ident> {
        let events = self.events.iter().filter(|one| one.event == event);
        let sets = events.flat_map(|one| one.sets.iter().flat_map(|set| &set.columns));
        sets.collect()
    }

    /// The name of what comes of the trigger for an event, made of the trigger's.
    pub fn name_of(&self, name: &str, event: TriggerEvent) -> Ident {
        event_name(name, event, self.events.len() > 1)
    }
}

impl EventProgram<'_> {
    /// Whether it looks at a column of the row after the change.
    pub fn reads_new(&self, column: &str) -> bool {
        self.parts().any(|part| is_new(part, column))
    }

    /// Whether nothing comes of it when the row that it let pass is written once more with other
    /// values of these columns: it only raises errors, and looks at nothing of the row before that
    /// would be another, nor at those columns.
    pub fn passes_again(&self, columns: &[&Ident]) -> bool {
        let is_set = |column: &str| columns.iter().any(|set| *set == column);
        let passes = |act: &Act| {
            let Deed::Raise(_) = act.does else {
                return false;
            };
            let whole = self.whole(act);
            let mut condition = whole.clone();
            // What is not set again is in both rows.
            condition.each_mut(&mut |expr| match expr {
                Expr::Column {
                    table: Some(row),
                    column,
                } if row.schema.is_none() && row.name == OLD && !is_set(column) => {
                    row.name = NEW.to_owned();
                }
                _ => {}
            });
            words::settle_alike(&mut condition);
            let never = [Literal::Boolean(false), Literal::Null].map(Expr::Literal);
            never.contains(&condition)
                || !names_row(Part::Expr(&condition), &|row, column| {
                    row == OLD || column == "*" || is_set(column)
                }) && !names_row(Part::Expr(&whole), &|row, _| row == OLD)
        };
        self.sets.is_empty() && self.acts.iter().all(passes)
    }

    /// The condition of an act.
    fn whole(&self, act: &Act) -> Expr {
        let conditions = self.condition.iter().chain(&act.condition).cloned();
        let all = conditions.reduce(|all, one| Expr::binary(all, BinaryOp::And, one));
        all.unwrap_or(Expr::Literal(Literal::Boolean(true)))
    }

    /// Whether it names a table, to read or to change it.
    pub fn reads(&self, table: &Name) -> bool {
        let mut tables = Vec::new();
        for part in self.parts() {
            named_tables(part, &mut tables);
        }
        tables.contains(table)
    }

    fn parts(&self) -> impl Iterator<Item = Part<'_>> {
        let acts = self.acts.iter().flat_map(|act| {
            let statement = match &act.does {
                Deed::Run(statement) => Some(Part::Data(statement)),
                Deed::Raise(_) => None,
            };
            act.condition
                .as_ref()
                .map(Part::Expr)
                .into_iter()
                .chain(statement)
        });
        let sets = self.sets.iter().map(|set| Part::Expr(&set.value));
        self.condition
            .as_ref()
            .map(Part::Expr)
            .into_iter()
            .chain(acts)
            .chain(sets)
    }
}

/// Whether an expression looks at a column of the row after the change.
#[must_use]
pub fn names_new(expr: &Expr, column: &str) -> bool {
    is_new(Part::Expr(expr), column)
}

/// Whether an expression looks at the row before the change.
pub(super) fn names_old(expr: &Expr) -> bool {
    names_row(Part::Expr(expr), &|row, _| row == OLD)
}

fn is_new(part: Part<'_>, column: &str) -> bool {
    names_row(part, &|row, name| row == NEW && name == column)
}

/// Whether something names a column of the row before or after of which `is` holds.
fn names_row(part: Part<'_>, is: &dyn Fn(&str, &str) -> bool) -> bool {
    let mut found = false;
    let mut inner = |part: Part<'_>| found |= names_row(part, is);
    match part {
        Part::Expr(expr) => {
            expr.parts(&mut inner);
            found |= match expr {
                Expr::Column {
                    table: Some(row),
                    column,
                } if [NEW, OLD].contains(&row.name.as_str()) => is(&row.name, column),
                // The whole row.
                Expr::Column {
                    table: None,
                    column,
                } if [NEW, OLD].contains(&column.as_str()) => is(column, "*"),
                _ => false,
            };
        }
        Part::Query(query) => query.parts(&mut inner),
        Part::Table(item) => item.parts(&mut inner),
        Part::Data(statement) => statement.parts(&mut inner),
    }
    found
}
