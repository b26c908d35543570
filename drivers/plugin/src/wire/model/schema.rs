//! Whole schemas. They are not sent with every question: the other side keeps a *mirror* of each, and
//! is told what has changed since.

use std::collections::BTreeMap;

use aludel::schema::{Mark, Now, Schema};
use serde_json::Value;

use super::{Word, choice, record, unreadable};
use crate::wire::Unreadable;

/// What a mirror has to be told to be the schema that a question is about.
#[derive(Debug, Clone, PartialEq)]
pub struct Update {
    /// The mirror's number, the host's choice. One that is not there is an empty schema.
    pub mirror: u64,
    /// How many updates it has had before.
    pub after: u64,
    /// `Users` and `users` are one name.
    pub ignores_case: bool,
    /// What is another now.
    pub now: Vec<Now>,
}

record!(Update, "an update of a schema" { mirror, after, ignores_case, now });

choice!(Now, "thing of a schema" {
    "schema" Schema(name, is_there),
    "table" Table(name, table),
    "enum" Enum(name, ty),
    "domain" Domain(name, domain),
    "sequence" Sequence(name, sequence),
    "view" View(name, view),
    "triggers" Triggers(table, triggers),
});

/// The host's account of the mirrors that a driver keeps.
#[derive(Debug, Default)]
pub struct Mirrored {
    last: u64,
    kept: Vec<Kept>,
    /// Mirrors that the driver may forget, and has not been told so.
    gone: Vec<u64>,
}

#[derive(Debug)]
struct Kept {
    mirror: u64,
    updates: u64,
    lineage: Option<u64>,
    ignores_case: bool,
    mark: Mark,
}

/// Databases that are translated at once have two each.
const MOST: usize = 8;

impl Mirrored {
    /// What the driver has to be told about a schema. It is taken for granted that it will be.
    pub fn update(&mut self, schema: &Schema) -> Update {
        let (lineage, ignores_case) = (schema.lineage(), schema.ignores_case());
        let is = |kept: &Kept| kept.lineage == lineage && kept.ignores_case == ignores_case;
        let mut kept = match self.kept.iter().position(is) {
            Some(place) => self.kept.remove(place),
            None => {
                if self.kept.len() == MOST {
                    self.gone.push(self.kept.remove(0).mirror);
                }
                self.last += 1;
                Kept {
                    mirror: self.last,
                    updates: 0,
                    lineage,
                    ignores_case,
                    mark: Mark::default(),
                }
            }
        };
        let update = Update {
            mirror: kept.mirror,
            after: kept.updates,
            ignores_case,
            now: schema.follow(&mut kept.mark),
        };
        kept.updates += 1;
        // The one that was used last stands last.
        self.kept.push(kept);
        update
    }

    /// Begins anew: whether the driver has followed is not known.
    pub fn forget(&mut self) {
        let kept = std::mem::take(&mut self.kept);
        self.gone.extend(kept.into_iter().map(|kept| kept.mirror));
    }

    /// The mirrors that the driver may forget.
    pub fn gone(&mut self) -> Vec<u64> {
        std::mem::take(&mut self.gone)
    }
}

/// The mirrors that a driver keeps.
#[derive(Debug, Default)]
pub struct Mirrors(BTreeMap<u64, Mirror>);

#[derive(Debug)]
struct Mirror {
    updates: u64,
    schema: Schema,
}

impl Mirrors {
    /// Follows an update.
    ///
    /// # Errors
    ///
    /// If it does not follow the one before.
    pub fn follow(&mut self, update: Update) -> Result<(), Unreadable> {
        let Update {
            mirror: number,
            after,
            ignores_case,
            now,
        } = update;
        let mirror = self.0.entry(number).or_insert_with(|| Mirror {
            updates: 0,
            schema: empty(ignores_case),
        });
        if mirror.updates != after || mirror.schema.ignores_case() != ignores_case {
            return Err(unreadable(format!(
                "the update {after} of the schema {number} is not the next"
            )));
        }
        mirror.schema.catch_up(now);
        mirror.updates += 1;
        Ok(())
    }

    /// A schema.
    ///
    /// # Errors
    ///
    /// If there is no such mirror.
    pub fn schema(&self, number: u64) -> Result<&Schema, Unreadable> {
        let mirror = self.0.get(&number).map(|mirror| &mirror.schema);
        mirror.ok_or_else(|| unreadable(format!("there is no schema {number}")))
    }

    /// Forgets some.
    pub fn forget(&mut self, gone: &[u64]) {
        for number in gone {
            self.0.remove(number);
        }
    }
}

fn empty(ignores_case: bool) -> Schema {
    match ignores_case {
        true => Schema::ignoring_case(),
        false => Schema::default(),
    }
}

/// A whole schema, for a side that keeps no mirror of it.
impl Word for Schema {
    fn write(&self) -> Value {
        let update = Update {
            mirror: 0,
            after: 0,
            ignores_case: self.ignores_case(),
            now: self.everything(),
        };
        update.write()
    }

    fn read(value: Value) -> Result<Self, Unreadable> {
        let update = Update::read(value)?;
        let mut schema = empty(update.ignores_case);
        schema.catch_up(update.now);
        Ok(schema)
    }
}
