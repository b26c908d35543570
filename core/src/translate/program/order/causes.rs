//! What brings about what: by foreign keys' actions, and by triggers.

use std::collections::BTreeSet;

use super::super::Deed;
use super::touched::direct;
use super::{Event, Known, programmed};
use crate::schema::{ForeignKey, Name, ReferentialAction, Schema, TriggerEvent, TriggerStep};

/// The statements that may be changing rows when an event happens to one: those on its own table,
/// and those that bring it about.
pub(super) fn enclosing(event: &Event, schema: &Known<'_>) -> BTreeSet<Event> {
    around(event, None, schema)
}

/// Those, but for what the row's own foreign keys to a table bring about.
pub(super) fn enclosing_without(
    event: &Event,
    parent: &Name,
    schema: &Known<'_>,
) -> BTreeSet<Event> {
    around(event, Some(parent), schema)
}

fn around(first: &Event, without: Option<&Name>, schema: &Known<'_>) -> BTreeSet<Event> {
    let mut found = BTreeSet::new();
    let mut next = vec![first.clone()];
    while let Some(event) = next.pop() {
        if !found.insert(event.clone()) {
            continue;
        }
        if let Some(table) = schema.table(&event.0) {
            for (_, key) in table.foreign_keys() {
                if event == *first && without == Some(&key.table) {
                    continue;
                }
                next.extend(causes(key, event.1).map(|cause| (key.table.clone(), cause)));
            }
        }
        next.extend(bringing(&event, schema));
    }
    found
}

/// The events for which triggers bring one about by themselves: of all that there are, it is asked only
/// of those whose code names its table.
fn bringing(event: &Event, schema: &Known<'_>) -> Vec<Event> {
    let mut all = Vec::new();
    for trigger in schema.triggers_naming(&event.0) {
        let (Some(does), Some(table)) = (programmed(trigger), schema.table(&trigger.table)) else {
            continue;
        };
        if !TriggerStep::run(&does.steps) {
            continue;
        }
        for own in &does.events {
            let Ok(flat) = schema.acts(does, table, *own) else {
                continue;
            };
            let writes = flat.acts.iter().any(|act| match &act.does {
                Deed::Run(statement) => direct(statement, schema).writes.contains(event),
                Deed::Raise(_) => false,
            });
            if writes {
                all.push((trigger.table.clone(), *own));
            }
        }
    }
    all
}

/// What happens to a row that a foreign key refers to, for an event to happen to the row that
/// refers.
fn causes(key: &ForeignKey, event: TriggerEvent) -> impl Iterator<Item = TriggerEvent> + use<> {
    let by_delete = done(key.on_delete) == Some(event);
    let by_update = follows(key) && event == TriggerEvent::Update;
    let deleted = by_delete.then_some(TriggerEvent::Delete);
    let updated = by_update.then_some(TriggerEvent::Update);
    deleted.into_iter().chain(updated)
}

/// What an ON DELETE does to the row that refers.
pub(super) fn done(on_delete: ReferentialAction) -> Option<TriggerEvent> {
    match on_delete {
        ReferentialAction::NoAction | ReferentialAction::Restrict => None,
        ReferentialAction::Cascade => Some(TriggerEvent::Delete),
        ReferentialAction::SetNull | ReferentialAction::SetDefault => Some(TriggerEvent::Update),
    }
}

/// Whether a foreign key has an ON UPDATE.
pub(super) fn follows(key: &ForeignKey) -> bool {
    !matches!(
        key.on_update,
        ReferentialAction::NoAction | ReferentialAction::Restrict
    )
}

/// What foreign keys do to other rows when an event happens to one.
pub(super) fn actions<'s>(
    table: &'s Name,
    event: TriggerEvent,
    schema: &'s Schema,
) -> impl Iterator<Item = Event> + 's {
    schema.referrers(table).flat_map(move |child| {
        let keys = child.foreign_keys().filter(|(_, key)| key.table == *table);
        let does = keys.filter_map(|(_, key)| match event {
            TriggerEvent::Insert => None,
            TriggerEvent::Delete => done(key.on_delete),
            TriggerEvent::Update => follows(key).then_some(TriggerEvent::Update),
        });
        does.map(|event| (child.name.clone(), event))
            .collect::<Vec<_>>()
    })
}
