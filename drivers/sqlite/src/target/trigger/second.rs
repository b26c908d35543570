//! The second writing of a row by a trigger that sets columns: what it would run, and what stands for it
//! where it must not.
//!
//! A row that is inserted need not be written once more if it is what the trigger makes it already. Where
//! the columns that it sets have what it sets as their defaults, that is every row that leaves them out;
//! one that gives them something else is refused.

use aludel::schema::{BinaryOp, Expr, Ident, NEW, Name, Trigger, TriggerEvent, Update};
use aludel::translate::print::{Level, print};
use aludel::translate::rewrite::rewrite;
use aludel::translate::{DataScope, Refusal, RowUpdate, row_program, row_updates, trigger_name};

use super::super::rules::{Meaning, Stands};
use super::super::spelling::Sqlite;
use super::super::table::ident;
use super::super::{effects, names};

/// Another trigger that would do something when a row is written once more for an event, and whether all
/// that it would do is to fail; one that does more comes first.
pub(super) fn seen_by<'a>(
    trigger: &Trigger,
    sets: &[&Ident],
    event: TriggerEvent,
    scope: &DataScope<'a>,
) -> Option<(&'a Trigger, bool)> {
    let others = scope.authored.triggers_of(&trigger.table).iter();
    let mut others = others.filter(|other| other.name != trigger.name);
    let sees = |other: &&Trigger| {
        let Some(does) = other.does.as_deref().filter(|does| does.unclear.is_none()) else {
            return false;
        };
        let inserted = event == TriggerEvent::Insert;
        let program = row_program(other, scope);
        let written = match &program {
            Some(Ok(program)) => program.updates(),
            _ => Ok(None),
        };
        match (program, written) {
            // One that is refused is not there.
            (Some(Err(_)), _) | (_, Err(_)) => false,
            (Some(Ok(program)), Ok(None)) => effects::meets_setter(&program, sets, event),
            (None, _) | (_, Ok(Some(_))) => {
                let sets = inserted && !does.set_columns().is_empty();
                sets && other.runs_for(TriggerEvent::Update) && is_there(other, scope)
            }
        }
    };
    if let Some(other) = others.clone().find(sees) {
        return Some((other, false));
    }
    let guard = others.find(|other| other.fails_for(TriggerEvent::Update));
    let guard = guard.filter(|_| event == TriggerEvent::Insert);
    guard.map(|guard| (guard, true))
}

/// Another trigger that writes a row once more that is inserted.
pub(super) fn written_by<'a>(trigger: &Trigger, scope: &DataScope<'a>) -> Option<&'a Trigger> {
    let mut others = scope.authored.triggers_of(&trigger.table).iter();
    others.find(|other| {
        other.name != trigger.name && inserts(other, scope) && !is_of_defaults(other, scope)
    })
}

/// Whether a trigger that sets columns has a form, as far as its own table says.
fn is_there(trigger: &Trigger, scope: &DataScope<'_>) -> bool {
    updates(trigger, scope)
        .is_some_and(|updates| updates.iter().all(|made| super::hindrance(made).is_none()))
}

/// How a trigger that only sets columns writes a row once more.
fn updates<'a>(trigger: &'a Trigger, scope: &DataScope<'a>) -> Option<Vec<RowUpdate<'a>>> {
    match row_program(trigger, scope) {
        None => row_updates(trigger, scope).ok(),
        Some(program) => program.ok()?.updates().ok()?,
    }
}

/// Whether a trigger sets columns of a row that is inserted.
fn inserts(trigger: &Trigger, scope: &DataScope<'_>) -> bool {
    let does = trigger.does.as_deref();
    does.is_some_and(|does| does.unclear.is_none() && !does.set_columns().is_empty())
        && trigger.runs_for(TriggerEvent::Insert)
        && is_there(trigger, scope)
}

/// Whether what a trigger sets when a row is inserted is what the columns have by themselves.
fn is_of_defaults(trigger: &Trigger, scope: &DataScope<'_>) -> bool {
    let updates = updates(trigger, scope).unwrap_or_default();
    let mut inserts = updates
        .iter()
        .filter(|made| made.event == TriggerEvent::Insert);
    inserts.all(|made| is_by_default(made, scope))
}

/// Whether what is set is what the columns have by themselves.
pub(super) fn is_by_default(made: &RowUpdate<'_>, scope: &DataScope<'_>) -> bool {
    let Some(held) = scope.target.table(&names::flat(&made.table.name)) else {
        return false;
    };
    let meaning = Meaning::new(Stands::Statement);
    let Ok((update, _)) = rewrite(&meaning, made.sight.clone(), |rw| rw.update(&made.update))
    else {
        return false;
    };
    update.assignments.iter().all(|set| {
        let column = set.columns.first().and_then(|name| held.column(name));
        column.is_some_and(|column| column.default.as_ref() == Some(&set.value))
    })
}

/// Whether no row is written once more for a trigger that sets columns of one that is inserted: it is
/// made so that the row has to have them already.
pub(in crate::target) fn is_settled(trigger: &Trigger, scope: &DataScope<'_>) -> bool {
    let updates = updates(trigger, scope).unwrap_or_default();
    let mut inserts = updates
        .iter()
        .filter(|made| made.event == TriggerEvent::Insert);
    inserts.all(|made| {
        seen_by(trigger, &made.sets(), made.event, scope).is_some() && is_by_default(made, scope)
    })
}

/// The trigger that refuses a row which would have to be written once more.
pub(super) fn checking(
    trigger: &Trigger,
    name: &str,
    table: &Name,
    update: Update,
    condition: Option<Expr>,
) -> Result<String, Vec<Refusal>> {
    let others = update.assignments.into_iter().filter_map(|set| {
        let own = Expr::Column {
            table: Some(Name::bare(NEW)),
            column: set.columns.first()?.clone(),
        };
        Some(Expr::IsDistinct {
            left: Box::new(own),
            right: Box::new(set.value),
            negated: false,
        })
    });
    let other = others.reduce(|all, one| Expr::binary(all, BinaryOp::Or, one));
    let when = condition
        .into_iter()
        .chain(other)
        .reduce(|all, one| Expr::binary(all, BinaryOp::And, one));
    let message = format!(
        "the trigger {} sets columns of {table} that a row has to leave out here",
        trigger.name
    );
    print(&Sqlite, |p| {
        let when = when.map_or_else(String::new, |when| {
            format!(" WHEN {}", p.at(&when, Level::Or))
        });
        format!(
            "CREATE TRIGGER {} AFTER INSERT ON {} FOR EACH ROW{when} BEGIN SELECT RAISE(ABORT, {}); END",
            ident(&Name::bare(trigger_name(table, name))),
            ident(&names::flat(table)),
            p.at(&Expr::text(message), Level::Or)
        )
    })
}
