//! The sequences that the target holds.

use super::Carrier;
use crate::schema::{Name, Schema, Sequence, SequenceOptions, Table, drawn_by_name};

impl Carrier<'_> {
    /// Holds the sequences that stand behind identity columns, where the target calls them by name.
    pub(super) fn hold_sequences(&mut self, before: Option<&Table>, after: Option<&Table>) {
        let named = |table: Option<&Table>| -> Vec<Sequence> {
            let columns = table.into_iter().flat_map(|table| {
                let name = &table.name;
                table.columns.iter().map(move |column| (name, column))
            });
            let behind = columns.filter_map(|(table, column)| {
                let identity = column.identity.as_ref()?;
                Some(Sequence {
                    name: identity.sequence.clone()?,
                    owned_by: Some((table.clone(), column.name.clone())),
                    identity: true,
                    options: SequenceOptions {
                        ty: Some(column.ty.clone()),
                        ..identity.options.clone()
                    },
                })
            });
            behind.collect()
        };
        for sequence in named(before) {
            self.held.remove_sequence(&sequence.name);
        }
        for sequence in named(after) {
            self.held.put_sequence(sequence);
        }
    }

    /// Whether a column that is held draws from a sequence by its name.
    pub(super) fn is_drawn(&self, sequence: &Name) -> bool {
        let mut columns = self.held.tables().flat_map(|table| &table.columns);
        columns.any(|column| {
            let drawn = column.default.as_ref().and_then(drawn_by_name);
            drawn == Some(sequence.name.as_str())
        })
    }

    /// Holds the sequences that a table draws from, which were made with it.
    pub(super) fn hold_drawn(&mut self, held: &Table, authored: &Schema) {
        let defaults = held
            .columns
            .iter()
            .filter_map(|column| column.default.as_ref());
        for drawn in defaults.filter_map(drawn_by_name) {
            let mut sequences = authored.sequences();
            let own = sequences.find(|sequence| sequence.name.name == drawn);
            // One that was a column's counter until then was none here.
            let is_there = |name: &Name| {
                let held = self.held.sequence(name);
                held.is_some_and(|held| held.owned_by.is_none())
            };
            if let Some(own) = own.filter(|own| !is_there(&own.name)) {
                self.held.put_sequence(Sequence {
                    owned_by: None,
                    ..own.clone()
                });
            }
        }
    }
}
