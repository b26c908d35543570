//! How a copy of a schema follows it, without being compared with it.
//!
//! Every change to a [`Schema`] leaves a step, numbered by one counter of the process. Steps form a
//! list that clones share: two schemas are the same as far back as they share one. So what a copy has
//! to be told costs what has changed, also if it followed another clone before.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::{Domain, EnumType, Ident, Name, Schema, Sequence, Table, Trigger, View};

/// How far a copy of a schema has followed it: see [`Schema::follow`].
#[derive(Debug, Clone, Default)]
pub struct Mark(Steps);

/// Something of a schema as it is now; `None`: it is not there.
#[derive(Debug, Clone, PartialEq)]
pub enum Now {
    /// A schema within it, and whether it is there.
    Schema(Ident, bool),
    /// A table.
    Table(Name, Option<Arc<Table>>),
    /// An enum.
    Enum(Name, Option<EnumType>),
    /// A domain.
    Domain(Name, Option<Domain>),
    /// A sequence.
    Sequence(Name, Option<Sequence>),
    /// A view, and its place in the order of creation.
    View(Name, Option<(u64, View)>),
    /// All triggers of a table, in their order.
    Triggers(Name, Vec<Trigger>),
}

/// Something of a schema that a change has touched.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Thing {
    Schema(Ident),
    Table(Name),
    Enum(Name),
    Domain(Name),
    Sequence(Name),
    View(Name),
    Triggers(Name),
}

/// The changes of a schema, the last one first.
#[derive(Clone, Default)]
pub(super) struct Steps(Option<Arc<Step>>);

struct Step {
    /// Ascends along the list, and is no other step's in this process.
    number: u64,
    /// The number of the list's first step.
    first: u64,
    thing: Thing,
    before: Steps,
}

static LAST: AtomicU64 = AtomicU64::new(0);

impl Steps {
    pub(super) fn add(&mut self, thing: Thing) {
        let number = LAST.fetch_add(1, Ordering::Relaxed) + 1;
        let before = std::mem::take(self);
        let first = before.0.as_ref().map_or(number, |step| step.first);
        *self = Self(Some(Arc::new(Step {
            number,
            first,
            thing,
            before,
        })));
    }

    /// What either has touched since they were the same.
    fn apart<'s>(&'s self, other: &'s Self) -> BTreeSet<&'s Thing> {
        let (mut a, mut b) = (self, other);
        let mut touched = BTreeSet::new();
        let number = |steps: &Self| steps.0.as_ref().map_or(0, |step| step.number);
        while number(a) != number(b) {
            let later = if number(a) > number(b) {
                &mut a
            } else {
                &mut b
            };
            if let Some(step) = &later.0 {
                touched.insert(&step.thing);
                *later = &step.before;
            }
        }
        touched
    }
}

/// Not by recursion: a list is as long as the history of all revisions.
impl Drop for Steps {
    fn drop(&mut self) {
        let mut next = self.0.take();
        while let Some(mut step) = next.and_then(Arc::into_inner) {
            next = step.before.0.take();
        }
    }
}

impl fmt::Debug for Steps {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Steps")
    }
}

impl Schema {
    /// What of the schema is, or may be, another than where `mark` stood, which then stands here.
    /// A new mark stands at an empty schema.
    pub fn follow(&self, mark: &mut Mark) -> Vec<Now> {
        let now = self.steps().apart(&mark.0);
        let now = now.into_iter().map(|thing| self.now(thing)).collect();
        mark.0 = self.steps().clone();
        now
    }

    /// A number that this schema shares with those that it was cloned from, and no others; `None`
    /// before the first change.
    pub fn lineage(&self) -> Option<u64> {
        self.steps().0.as_ref().map(|step| step.first)
    }

    /// Becomes what [`follow`](Self::follow) told of another.
    pub fn catch_up(&mut self, now: Vec<Now>) {
        // What goes away goes first: an index may have gone from one table to another.
        for thing in &now {
            match thing {
                Now::Schema(name, _) => drop(self.remove_schema(name)),
                Now::Table(name, _) => drop(self.remove_table(name)),
                Now::Enum(name, _) => drop(self.remove_enum(name)),
                Now::Domain(name, _) => drop(self.remove_domain(name)),
                Now::Sequence(name, _) => drop(self.remove_sequence(name)),
                Now::View(name, _) => drop(self.remove_view(name)),
                Now::Triggers(table, _) => {
                    for trigger in self.triggers_of(table).to_vec() {
                        self.remove_trigger(table, &trigger.name);
                    }
                }
            }
        }
        for thing in now {
            match thing {
                Now::Schema(name, true) => self.put_schema(name),
                Now::Table(_, Some(table)) => self.put_table(table),
                Now::Enum(_, Some(ty)) => self.put_enum(ty),
                Now::Domain(_, Some(domain)) => self.put_domain(domain),
                Now::Sequence(_, Some(sequence)) => self.put_sequence(sequence),
                Now::View(_, Some((place, view))) => self.put_view_at(place, view),
                Now::Triggers(_, triggers) => {
                    for trigger in triggers {
                        self.put_trigger(trigger);
                    }
                }
                Now::Schema(_, false)
                | Now::Table(_, None)
                | Now::Enum(_, None)
                | Now::Domain(_, None)
                | Now::Sequence(_, None)
                | Now::View(_, None) => {}
            }
        }
    }

    fn now(&self, thing: &Thing) -> Now {
        match thing {
            Thing::Schema(name) => Now::Schema(name.clone(), self.has_schema(name)),
            Thing::Table(name) => Now::Table(name.clone(), self.table(name).cloned()),
            Thing::Enum(name) => Now::Enum(name.clone(), self.enum_type(name).cloned()),
            Thing::Domain(name) => Now::Domain(name.clone(), self.domain(name).cloned()),
            Thing::Sequence(name) => Now::Sequence(name.clone(), self.sequence(name).cloned()),
            Thing::View(name) => Now::View(name.clone(), self.placed_view(name).cloned()),
            Thing::Triggers(table) => {
                Now::Triggers(table.clone(), self.triggers_of(table).to_vec())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::{Column, Index, Type};

    fn table(name: &str, index: Option<&str>) -> Table {
        let mut table = Table::new(Name::bare(name));
        table.columns.push(Column::new("id", Type::INTEGER));
        table.indexes.extend(index.map(Index::new));
        table
    }

    fn view(name: &str, reads: &str) -> View {
        View {
            name: Name::bare(name),
            columns: Vec::new(),
            query: None,
            text: format!("SELECT * FROM {reads}"),
            materialized: false,
            reads: vec![Name::bare(reads)],
            indexes: Vec::new(),
        }
    }

    #[test]
    fn a_copy_follows_also_from_one_clone_to_another() {
        let (mut copy, mut mark) = (Schema::ignoring_case(), Mark::default());
        let mut schema = Schema::ignoring_case();
        schema.put_table(table("A", Some("i")));
        schema.put_table(table("b", None));
        schema.put_view(view("v", "A"));
        schema.put_view(view("w", "b"));
        copy.catch_up(schema.follow(&mut mark));
        // The index moves, a view is made anew and so comes last.
        let mut fork = schema.clone();
        fork.put_table(table("a", None));
        fork.put_table(table("b", Some("i")));
        fork.remove_view(&Name::bare("v"));
        fork.put_view(view("v", "b"));
        fork.put_enum(EnumType {
            name: Name::bare("e"),
            members: vec!["x".into()],
        });
        copy.catch_up(fork.follow(&mut mark));
        assert_eq!(copy.everything(), fork.everything());
        let on = |schema: &Schema| {
            let table = schema.index_table(&Name::bare("I"));
            table.map(|table| table.name.clone())
        };
        assert_eq!(on(&copy), Some(Name::bare("b")));
        let views: Vec<_> = copy.views().map(|view| view.name.name.as_str()).collect();
        assert_eq!(views, ["w", "v"]);
        // Back to the other clone, which has gone on: only what lies between is told.
        schema.put_table(table("c", None));
        let told = schema.follow(&mut mark);
        assert_eq!(told.len(), 5, "{told:?}");
        copy.catch_up(told);
        assert_eq!(copy.everything(), schema.everything());
        assert_eq!(on(&copy), Some(Name::bare("A")));
        assert!(copy.enum_type(&Name::bare("e")).is_none());
        assert!(schema.follow(&mut mark).is_empty());
    }

    #[test]
    fn a_long_history_is_forgotten_without_recursion() {
        let mut schema = Schema::default();
        for _ in 0..200_000 {
            schema.put_schema("s".into());
        }
        let fork = schema.clone();
        drop(schema);
        drop(fork);
    }
}
