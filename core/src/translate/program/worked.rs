//! What triggers do, worked out once: it is asked of all triggers whenever one is made.

use std::collections::HashMap;
use std::hash::{Hash, Hasher};
use std::ptr;
use std::sync::{Arc, Mutex, PoisonError};

use super::acts;
use super::flatten::Flat;
use crate::schema::{RowTrigger, Schema, Table, TriggerEvent};

/// What a trigger does for an event, or why that is not known.
pub(super) type Worked = Result<Arc<Flat>, String>;

/// What has been worked out of a schema. It holds good for as long as nothing but triggers changes there
/// ([`Schema::memo`]): what a trigger does depends on no other.
#[derive(Default)]
struct All(Mutex<HashMap<Key, Worked>>);

/// A trigger's code, a table, and an event. Both are the same while they stand in the same place: the key
/// holds them there.
struct Key {
    does: Arc<RowTrigger>,
    table: Arc<Table>,
    event: TriggerEvent,
}

impl PartialEq for Key {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.does, &other.does)
            && Arc::ptr_eq(&self.table, &other.table)
            && self.event == other.event
    }
}

impl Eq for Key {}

impl Hash for Key {
    fn hash<H: Hasher>(&self, state: &mut H) {
        ptr::hash(Arc::as_ptr(&self.does), state);
        self.event.hash(state);
    }
}

/// What a trigger of a table does for an event.
pub(super) fn worked(
    does: &Arc<RowTrigger>,
    table: &Arc<Table>,
    event: TriggerEvent,
    schema: &Schema,
) -> Worked {
    let work = || acts(does, table, event, schema).map(Arc::new);
    let Some(All(known)) = schema.memo() else {
        return work();
    };
    let key = Key {
        does: does.clone(),
        table: table.clone(),
        event,
    };
    let known = || known.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(found) = known().get(&key) {
        return found.clone();
    }
    let found = work();
    known().insert(key, found.clone());
    found
}
