//! What a trigger does that raises errors and changes rows, event by event: a list of acts, each
//! under a condition, and whether a target may do them as its own triggers would.
//!
//! # Invariants
//!
//! - A condition is asked once in PostgreSQL and may be asked several times by a target: so it is
//!   the same however often it is asked before its act, or the trigger is refused.
//! - Targets run the triggers of a row when the row is written, PostgreSQL those that come after it
//!   when the statement is done: what could see the difference is refused (`order`).

mod flatten;
mod names;
mod order;

pub(super) use flatten::for_event;
pub(crate) use order::{Event, check_all, fired, meets_actions, read_between};

use super::infer::{Relation, Scope};
use super::target::{DataScope, Refusal};
use super::trigger::event_name;
use crate::schema::{
    DataStatement, Expr, Ident, NEW, Name, OLD, Part, RowTrigger, Schema, Table, Trigger,
    TriggerEvent, named_tables,
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
}

/// What a trigger does for one event.
#[derive(Debug)]
pub struct EventProgram<'a> {
    /// The event.
    pub event: TriggerEvent,
    /// All is done only under this condition, which is asked once.
    pub condition: Option<Expr>,
    /// What is done, in order.
    pub acts: Vec<Act>,
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
    let does = trigger.does.as_deref()?;
    if does.is_guard() {
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
    does: &'a RowTrigger,
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
        let (condition, acts) = acts(does, table, *event, scope.authored)?;
        if acts.is_empty() {
            continue;
        }
        let mut sight = Scope::new(scope.authored, scope.source);
        sight.enter();
        for row in rows(*event) {
            sight.add(Relation::of_table(table, Some(&(*row).to_owned())));
        }
        events.push(EventProgram {
            event: *event,
            condition,
            acts,
            sight,
        });
    }
    Ok(RowProgram {
        table,
        before: does.before,
        of: &does.of,
        events,
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
) -> Result<(Option<Expr>, Vec<Act>), String> {
    let (condition, acts) = flatten::flatten(does, table, event)?;
    names::check(does, table, event, condition.as_ref(), &acts, schema)?;
    Ok((condition, acts))
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
    /// values of these columns: it only raises errors, and looks at nothing else of the row before.
    pub fn passes_again(&self, columns: &[&Ident]) -> bool {
        let mut acts = self.acts.iter();
        acts.all(|act| matches!(act.does, Deed::Raise(_)))
            && !self.parts().any(|part| {
                names_row(part, &|row, column| {
                    row == OLD || columns.iter().any(|set| *set == column)
                })
            })
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
        self.condition
            .as_ref()
            .map(Part::Expr)
            .into_iter()
            .chain(acts)
    }
}

/// Whether an expression looks at a column of the row after the change.
pub(super) fn names_new(expr: &Expr, column: &str) -> bool {
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
