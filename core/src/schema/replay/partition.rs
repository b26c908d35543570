//! Partitions: they have the columns of the table that they are parts of, and go with it.

use super::super::{Effect, Name, TableEffect};
use super::Replay;

impl Replay {
    /// The partitions of a table, also those of its partitions.
    pub(super) fn partitions_of(&self, table: &Name) -> Vec<Name> {
        let mut found = vec![table.clone()];
        let mut next = 0;
        while let Some(of) = found.get(next).cloned() {
            next += 1;
            let is_divided = self.schema.table(&of);
            if is_divided.is_none_or(|table| table.options.partition_by.is_none()) {
                continue;
            }
            let parts = self.schema.tables().filter(|part| {
                part.options.partition && part.options.inherits.as_ref() == Some(&of)
            });
            let parts: Vec<Name> = parts.map(|part| part.name.clone()).collect();
            found.extend(parts);
        }
        found.split_off(1)
    }

    /// Whether a table has partitions by now.
    pub(crate) fn has_partitions(&self, table: &Name) -> bool {
        !self.partitions_of(&self.found(table)).is_empty()
    }

    /// Gives the partitions of the tables that have changed the columns that those have now.
    pub(super) fn follow_partitioned(&mut self) {
        for (before, name) in self.record.touched() {
            let Some(table) = self.schema.table(&name).cloned() else {
                continue;
            };
            if table.options.partition_by.is_none() {
                continue;
            }
            let was = before.unwrap_or_else(|| name.clone());
            let parts = self.schema.tables().filter(|part| {
                part.options.partition && part.options.inherits.as_ref() == Some(&was)
            });
            let parts: Vec<Name> = parts.map(|part| part.name.clone()).collect();
            for part in parts {
                self.edit(&part, |part| {
                    part.options.inherits = Some(name.clone());
                    part.columns.clone_from(&table.columns);
                });
            }
        }
    }
}

impl super::record::Record {
    /// The tables that have been touched: what each was called, and is.
    fn touched(&self) -> Vec<(Option<Name>, Name)> {
        let each = self.tables().map(|(name, effect)| match effect {
            Effect::Table(TableEffect { before, .. }) => (
                before.as_ref().map(|before| before.name.clone()),
                name.clone(),
            ),
            _ => (None, name.clone()),
        });
        each.collect()
    }
}
