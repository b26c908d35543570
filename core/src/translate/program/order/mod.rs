//! Whether it matters when a trigger runs.
//!
//! PostgreSQL runs what comes after a row's change once the statement has changed all its rows:
//! foreign keys' actions and triggers alike, row by row, in the order of their names. Other engines
//! run all of it when the row is changed. Refused is what could tell the two apart: a trigger that
//! looks at, or changes, a table whose rows a statement around it is still changing; one before
//! the row that meets what comes after an earlier row; two whose order matters. So is what changes
//! its own table, by whatever way: such triggers end differently everywhere.

mod causes;
mod gone;
mod keys;
mod touched;

use std::collections::BTreeSet;
use std::ops::Deref;
use std::sync::Arc;

use self::causes::{actions, enclosing};
use self::gone::{counts_only, finds_none};
use self::keys::keys_between;
use self::touched::{Touched, actions_of, direct, effects_of, read, touched};
use super::Deed;
use super::worked::{Worked, worked};
use crate::schema::{
    DataStatement, Name, Part, RowTrigger, Schema, Table, Trigger, TriggerEvent, TriggerStep,
    named_tables,
};

/// What PostgreSQL calls the triggers that are its foreign keys begins so.
const FOREIGN_KEYS: &str = "RI_";

/// A table, and what happens to a row of it.
pub(crate) type Event = (Name, TriggerEvent);

/// A schema, of whose triggers it is asked what they do.
struct Known<'s>(&'s Schema);

impl<'s> Known<'s> {
    fn new(schema: &'s Schema) -> Self {
        Self(schema)
    }

    fn acts(&self, does: &Arc<RowTrigger>, table: &Arc<Table>, event: TriggerEvent) -> Worked {
        worked(does, table, event, self.0)
    }
}

impl Deref for Known<'_> {
    type Target = Schema;

    fn deref(&self) -> &Schema {
        self.0
    }
}

/// The triggers of a schema, of those that `counts` says, for which it matters when they run, with the
/// reasons.
pub(crate) fn check_all(
    schema: &Schema,
    counts: impl Fn(&Trigger) -> bool,
) -> Vec<(&Trigger, String)> {
    let all = schema
        .triggers()
        .filter(|trigger| programmed(trigger).is_some() && counts(trigger));
    let known = Known::new(schema);
    all.filter_map(|trigger| Some((trigger, check_in(trigger, &known).err()?)))
        .collect()
}

/// Whether triggers run in the midst of what foreign keys do for a statement.
pub(crate) fn meets_actions(statement: &DataStatement, schema: &Schema) -> bool {
    let schema = &Known::new(schema);
    let own = direct(statement, schema).writes;
    let mut acted = BTreeSet::new();
    let mut all = own.clone();
    for event in &own {
        let actions = actions_of(event, schema, &mut BTreeSet::new());
        let effects = effects_of(event, schema, &mut BTreeSet::new());
        // A trigger of an override is that one's affair.
        let (Ok(actions), Ok(effects)) = (actions, effects) else {
            continue;
        };
        acted.extend(actions.writes);
        all.extend(effects.writes);
    }
    let by_triggers = all
        .iter()
        .filter(|event| !own.contains(event) && !acted.contains(event));
    let mut by_triggers =
        by_triggers.filter(|(table, event)| actions(table, *event, schema).next().is_some());
    (!acted.is_empty() && all.iter().any(|event| runs_something(event, schema)))
        || by_triggers.next().is_some()
}

/// The table that a statement reads beside the one that it changes, and that a trigger it runs
/// changes: it would be read between two rows.
pub(crate) fn read_between(statement: &DataStatement, schema: &Schema) -> Option<Name> {
    between(statement, &Known::new(schema))
}

fn between(statement: &DataStatement, schema: &Known<'_>) -> Option<Name> {
    if matches!(statement, DataStatement::Insert(_)) {
        // What is inserted is read before.
        return None;
    }
    let touched = direct(statement, schema);
    let mut effects = Touched::default();
    for event in &touched.writes {
        effects.add(effects_of(event, schema, &mut BTreeSet::new()).ok()?);
    }
    let mut events = touched.writes.iter().chain(&effects.writes);
    if !events.any(|event| runs_something(event, schema)) {
        return None;
    }
    let written: BTreeSet<&Name> = effects.writes.iter().map(|(table, _)| table).collect();
    let mut reads = touched.reads.iter();
    reads.find(|table| written.contains(table)).cloned()
}

/// What a statement does itself, and what triggers and foreign keys do for it, as far as that is known.
pub(crate) fn fired(
    statement: &DataStatement,
    schema: &Schema,
) -> (BTreeSet<Event>, BTreeSet<Event>) {
    let schema = &Known::new(schema);
    let own = direct(statement, schema).writes;
    let mut then = BTreeSet::new();
    for event in &own {
        // What is not known of one trigger is refused with it.
        if let Ok(effects) = effects_of(event, schema, &mut BTreeSet::new()) {
            then.extend(effects.writes);
        }
    }
    (own, then)
}

/// Whether a trigger runs for an event that raises errors or changes rows.
fn runs_something((table, event): &Event, schema: &Schema) -> bool {
    let mut triggers = schema.triggers_of(table).iter().filter_map(programmed);
    triggers.any(|does| does.events.contains(event))
}

/// # Errors
///
/// Why it matters when a trigger runs.
pub(super) fn check(trigger: &Trigger, schema: &Schema) -> Result<(), String> {
    check_in(trigger, &Known::new(schema))
}

fn check_in(trigger: &Trigger, schema: &Known<'_>) -> Result<(), String> {
    let (Some(does), Some(table)) = (programmed(trigger), schema.table(&trigger.table)) else {
        return Ok(());
    };
    for event in &does.events {
        let flat = schema.acts(does, table, *event)?;
        if flat.acts.is_empty() && flat.sets.is_empty() {
            continue;
        }
        let mut own = Touched::default();
        for expr in flat.exprs() {
            read(Part::Expr(expr), schema, &mut own.reads);
        }
        let mut statements = Vec::new();
        for act in &flat.acts {
            if let Deed::Run(statement) = &act.does {
                own.add(direct(statement, schema));
                statements.push(statement);
                if let Some(table) = between(statement, schema) {
                    return Err(format!(
                        "a statement of it reads `{table}`, which a trigger that it runs changes"
                    ));
                }
            }
        }
        if own.reads.is_empty() && own.writes.is_empty() {
            itself(trigger, *event, does, &own, schema)?;
            continue;
        }
        if let Some(view) = own.reads.iter().find(|name| schema.view(name).is_some()) {
            return Err(format!("it reads the view `{view}`"));
        }
        let event = (trigger.table.clone(), *event);
        keys_between(&event, does.before, &statements, schema)?;
        let mut all = own.clone();
        for written in &own.writes {
            all.add(effects_of(written, schema, &mut BTreeSet::new())?);
        }
        itself(trigger, event.1, does, &all, schema)?;
        around(&event, does, &own, &all, &statements, schema)?;
        beside(trigger, &event, does, &all, schema)?;
    }
    Ok(())
}

/// Whether a trigger touches no table but the row: when it runs among other triggers is of no account.
pub(crate) fn is_alone(trigger: &Trigger) -> bool {
    programmed(trigger).is_none_or(|does| touches_nothing(does))
}

fn touches_nothing(does: &RowTrigger) -> bool {
    let mut tables = TriggerStep::tables(&does.steps);
    if let Some(condition) = &does.condition {
        named_tables(Part::Expr(condition), &mut tables);
    }
    tables.is_empty()
}

/// What a trigger does, if it is of the kind that raises errors and changes rows.
fn programmed(trigger: &Trigger) -> Option<&Arc<RowTrigger>> {
    let does = trigger.does.as_ref();
    does.filter(|does| does.unclear.is_none() && !does.steps.is_empty())
}

/// Refuses a trigger that changes its own table, or looks at it where that is not as it is there.
fn itself(
    trigger: &Trigger,
    event: TriggerEvent,
    does: &RowTrigger,
    all: &Touched,
    schema: &Schema,
) -> Result<(), String> {
    let table = &trigger.table;
    if all.writes.iter().any(|(written, _)| written == table) {
        return Err(format!(
            "it changes rows of `{table}` itself, or what it runs does"
        ));
    }
    let one_by_one = does.before && event == TriggerEvent::Insert;
    if all.reads.contains(table) && !one_by_one {
        return Err(format!(
            "it looks at `{table}` itself, where other rows of the statement are not changed yet"
        ));
    }
    // An action of a foreign key comes first there, and here too, but for such a name.
    let acts_after = !does.before && event != TriggerEvent::Insert;
    let first = trigger.name.as_str() < FOREIGN_KEYS;
    if acts_after && first && actions(table, event, schema).next().is_some() {
        return Err("it runs before the foreign keys' actions".into());
    }
    Ok(())
}

/// Refuses a trigger that touches a table whose rows a statement around it may be changing, or that
/// meets what comes after an earlier row.
fn around(
    event: &Event,
    does: &RowTrigger,
    own: &Touched,
    all: &Touched,
    statements: &[&DataStatement],
    schema: &Known<'_>,
) -> Result<(), String> {
    let around = enclosing(event, schema);
    for table in all.tables() {
        if *table == event.0 {
            continue;
        }
        let changed: Vec<&Event> = around.iter().filter(|(name, _)| name == table).collect();
        if changed.is_empty() {
            continue;
        }
        let only_here = own.tables().contains(table)
            && !own.reads.contains(table)
            && all.writes.iter().filter(|(name, _)| name == table).count() == 1;
        let goes = changed
            .iter()
            .all(|(_, event)| *event == TriggerEvent::Delete);
        let unseen =
            counts_only(table, statements, schema) || finds_none(event, table, statements, schema);
        if !(only_here && goes && unseen) {
            return Err(format!(
                "it looks at or changes `{table}`, of which a statement that runs it may be changing more rows"
            ));
        }
    }
    if !does.before {
        return Ok(());
    }
    let mut after = Touched::default();
    let pair: &[TriggerEvent] = match event.1 {
        TriggerEvent::Delete => &[TriggerEvent::Delete],
        _ => &[TriggerEvent::Insert, TriggerEvent::Update],
    };
    for one in pair {
        let one = (event.0.clone(), *one);
        after.add(actions_of(&one, schema, &mut BTreeSet::new())?);
        for other in schema.triggers_of(&event.0) {
            if let Some(other) = programmed(other)
                && !other.before
                && other.events.contains(&one.1)
            {
                after.add(touched(other, &one, schema, &mut BTreeSet::new())?);
            }
        }
    }
    match all.meets(&after) {
        Some(table) => Err(format!(
            "it runs before the row, and what comes after an earlier row of the statement meets it in `{table}`"
        )),
        None => Ok(()),
    }
}

/// Refuses two triggers of one event whose order matters: it is that of their names there.
fn beside(
    trigger: &Trigger,
    event: &Event,
    does: &RowTrigger,
    all: &Touched,
    schema: &Known<'_>,
) -> Result<(), String> {
    for other in schema.triggers_of(&event.0) {
        if other.name == trigger.name {
            continue;
        }
        let Some(beside) = programmed(other) else {
            continue;
        };
        if beside.before != does.before || !beside.events.contains(&event.1) {
            continue;
        }
        let theirs = touched(beside, event, schema, &mut BTreeSet::new())?;
        if let Some(table) = all.meets(&theirs) {
            return Err(format!(
                "it and the trigger `{}` meet in `{table}`, and they run in no order that is known",
                other.name
            ));
        }
    }
    Ok(())
}
