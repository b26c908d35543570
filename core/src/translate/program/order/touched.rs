//! What something reads and does to rows, and what runs for that.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::super::Deed;
use super::causes::actions;
use super::{Event, Known, touches_nothing};
use crate::schema::{
    DataStatement, Name, OnConflict, Part, RowTrigger, Schema, TriggerEvent, named_tables,
};

/// The tables that something reads, and what it does to rows of which.
#[derive(Debug, Default, Clone)]
pub(super) struct Touched {
    pub(super) reads: BTreeSet<Name>,
    pub(super) writes: BTreeSet<Event>,
}

impl Touched {
    pub(super) fn tables(&self) -> BTreeSet<&Name> {
        let written = self.writes.iter().map(|(table, _)| table);
        self.reads.iter().chain(written).collect()
    }

    pub(super) fn add(&mut self, other: Self) {
        self.reads.extend(other.reads);
        self.writes.extend(other.writes);
    }

    /// Whether one of the two could meet what the other does.
    pub(super) fn meets(&self, other: &Self) -> Option<Name> {
        let written = |of: &Self| -> BTreeSet<Name> {
            of.writes.iter().map(|(table, _)| table.clone()).collect()
        };
        let tables = |of: &Self| -> BTreeSet<Name> { of.tables().into_iter().cloned().collect() };
        let (a, b) = (written(self), written(other));
        let met = a.intersection(&tables(other)).next().cloned();
        met.or_else(|| b.intersection(&tables(self)).next().cloned())
    }
}

pub(super) fn actions_of(
    event: &Event,
    schema: &Known<'_>,
    seen: &mut BTreeSet<Event>,
) -> Result<Touched, String> {
    let mut all = Touched::default();
    for event in actions(&event.0, event.1, schema) {
        all.writes.insert(event.clone());
        all.add(effects_of(&event, schema, seen)?);
    }
    Ok(all)
}

/// What triggers and foreign keys do when an event happens to a row, and what those run.
pub(super) fn effects_of(
    event: &Event,
    schema: &Known<'_>,
    seen: &mut BTreeSet<Event>,
) -> Result<Touched, String> {
    if !seen.insert(event.clone()) {
        return Ok(Touched::default());
    }
    let mut all = actions_of(event, schema, seen)?;
    for trigger in schema.triggers_of(&event.0) {
        // What is not understood was refused where it was made, and is not there, or an override's
        // affair.
        let does = trigger.does.as_ref();
        let Some(does) = does.filter(|does| does.unclear.is_none()) else {
            continue;
        };
        if does.events.contains(&event.1) {
            all.add(touched(does, event, schema, seen)?);
        }
    }
    Ok(all)
}

/// What a trigger does for an event, and what that runs.
pub(super) fn touched(
    does: &Arc<RowTrigger>,
    event: &Event,
    schema: &Known<'_>,
    seen: &mut BTreeSet<Event>,
) -> Result<Touched, String> {
    let mut all = Touched::default();
    let Some(table) = schema.table(&event.0) else {
        return Ok(all);
    };
    if does.steps.is_empty() || touches_nothing(does) {
        return Ok(all);
    }
    let flat = schema.acts(does, table, event.1)?;
    for expr in flat.exprs() {
        read(Part::Expr(expr), schema, &mut all.reads);
    }
    for act in &flat.acts {
        if let Deed::Run(statement) = &act.does {
            let own = direct(statement, schema);
            for event in &own.writes {
                all.add(effects_of(event, schema, seen)?);
            }
            all.add(own);
        }
    }
    Ok(all)
}

/// What a statement reads and does itself.
pub(super) fn direct(statement: &DataStatement, schema: &Schema) -> Touched {
    let mut touched = Touched::default();
    let mut write = |table: &Name, events: &[TriggerEvent]| {
        let events = events.iter().map(|event| (table.clone(), *event));
        touched.writes.extend(events);
    };
    match statement {
        DataStatement::Insert(insert) => {
            write(&insert.table, &[TriggerEvent::Insert]);
            if matches!(insert.on_conflict, Some(OnConflict::Update { .. })) {
                write(&insert.table, &[TriggerEvent::Update]);
            }
        }
        DataStatement::Update(update) => write(&update.table, &[TriggerEvent::Update]),
        DataStatement::Delete(delete) => write(&delete.table, &[TriggerEvent::Delete]),
        DataStatement::Truncate { .. } | DataStatement::Query(_) => {}
    }
    statement.parts(&mut |part| read(part, schema, &mut touched.reads));
    touched
}

/// Adds the tables that something reads, those behind views too.
pub(super) fn read(part: Part<'_>, schema: &Schema, reads: &mut BTreeSet<Name>) {
    let mut next = Vec::new();
    named_tables(part, &mut next);
    while let Some(name) = next.pop() {
        if reads.insert(name.clone())
            && let Some(view) = schema.view(&name)
        {
            next.extend(view.reads.iter().cloned());
        }
    }
}
