//! Foreign keys that are broken for a while: PostgreSQL checks them between two statements.

use std::collections::BTreeSet;

use super::Event;
use super::causes::{done, follows};
use super::touched::direct;
use crate::schema::{DataStatement, ForeignKey, Ident, Name, Schema, TriggerEvent};

/// Refuses statements of which one breaks a foreign key and a later one mends it: each is checked
/// by itself there. What happens to the trigger's own row is one of them.
pub(super) fn keys_between(
    event: &Event,
    before: bool,
    statements: &[&DataStatement],
    schema: &Schema,
) -> Result<(), String> {
    let mut all: Vec<(BTreeSet<Event>, Option<&DataStatement>)> = Vec::new();
    for statement in statements {
        all.push((direct(statement, schema).writes, Some(statement)));
    }
    let row = (BTreeSet::from([event.clone()]), None);
    match before {
        true => all.push(row),
        false => all.insert(0, row),
    }
    for (place, (first, one)) in all.iter().enumerate() {
        for (later, other) in all.iter().skip(place + 1) {
            for (a, how) in first {
                for (b, then) in later {
                    if mended((a, *how, *one), (b, *then, *other), schema) {
                        return Err(format!(
                            "it changes `{a}` and `{b}`, of which one refers to the other, in an order in which PostgreSQL checks between"
                        ));
                    }
                }
            }
        }
    }
    Ok(())
}

/// What happens to rows of a table, by which statement; by none: to the trigger's own row.
type Done<'a> = (&'a Name, TriggerEvent, Option<&'a DataStatement>);

/// Whether a later statement could mend a foreign key that an earlier one breaks.
fn mended(first: Done<'_>, later: Done<'_>, schema: &Schema) -> bool {
    let sets = |statement: Option<&DataStatement>, columns: &[Ident]| match statement {
        Some(DataStatement::Update(update)) => {
            let mut set = update.assignments.iter().flat_map(|set| &set.columns);
            set.any(|set| columns.contains(set))
        }
        _ => true,
    };
    let keys = |child: &Name, parent: &Name| -> Vec<ForeignKey> {
        let child = schema.table(child).map(|child| child.foreign_keys());
        let keys = child.into_iter().flatten().map(|(_, key)| key.clone());
        keys.filter(|key| key.table == *parent).collect()
    };
    let (a, how, one) = first;
    let (b, then, other) = later;
    let parent_goes = keys(b, a).iter().any(|key| {
        let breaks = match how {
            TriggerEvent::Insert => false,
            TriggerEvent::Delete => done(key.on_delete).is_none(),
            TriggerEvent::Update => !follows(key) && sets(one, &key.referred),
        };
        let mends = match then {
            TriggerEvent::Insert => false,
            TriggerEvent::Delete => true,
            TriggerEvent::Update => sets(other, &key.columns),
        };
        breaks && mends
    });
    let child_comes = keys(a, b).iter().any(|key| {
        how != TriggerEvent::Delete && sets(one, &key.columns) && then == TriggerEvent::Insert
    });
    parent_goes || child_comes
}
