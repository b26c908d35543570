//! What one change has done so far: enough to say it, and to undo it.

use std::collections::HashMap;

use super::super::{
    Effect, EnumType, Expr, Ident, Name, Schema, Sequence, Table, TableEffect, Trigger, View,
};
use super::Replay;

/// When the turn of an effect comes: a column draws from a sequence that is there, and a view follows a
/// new name once that is.
fn turn(effect: &Effect) -> u8 {
    match effect {
        Effect::Sequence { before: None, .. } => 0,
        Effect::View {
            before: Some(_),
            after: Some(_),
        } => 2,
        Effect::Sequence { after: None, .. } => 3,
        _ => 1,
    }
}

/// The effects of the change that is being applied, in order.
///
/// A thing that is touched again is one effect, from its first state to its last. The last state
/// of a table is read from the schema when the change is done.
#[derive(Debug, Clone, Default)]
pub(super) struct Record {
    effects: Vec<Effect>,
    /// Which effect a table has, by the name that it has now.
    tables: HashMap<Name, usize>,
}

impl Record {
    /// The effects on tables, by the names that those have now.
    pub(super) fn tables(&self) -> impl Iterator<Item = (&Name, &Effect)> {
        let tables = self.tables.iter();
        tables.filter_map(|(name, place)| Some((name, self.effects.get(*place)?)))
    }

    /// The effects, without those that came to nothing.
    pub(super) fn finish(&mut self, schema: &Schema) -> Vec<Effect> {
        for (name, &place) in &self.tables {
            if let Effect::Table(effect) = &mut self.effects[place] {
                effect.after = schema.table(name).cloned();
            }
        }
        self.tables.clear();
        let mut effects = std::mem::take(&mut self.effects);
        effects.retain(|effect| match effect {
            // Rows are converted also where the type stays.
            Effect::Table(effect) => {
                effect.before != effect.after
                    || !effect.dropped.is_empty()
                    || !effect.using.is_empty()
            }
            Effect::Enum { before, after, .. } => before != after,
            Effect::Sequence {
                before,
                after,
                restart,
            } => before != after || restart.is_some(),
            Effect::View { before, after } => before != after,
            Effect::Trigger { before, after } => before != after,
        });
        effects.sort_by_key(turn);
        effects
    }

    /// Puts the schema back to what it was before the change.
    pub(super) fn undo(&mut self, schema: &mut Schema) {
        let names = std::mem::take(&mut self.tables);
        let mut names: HashMap<usize, Name> = names.into_iter().map(|(n, at)| (at, n)).collect();
        let effects = std::mem::take(&mut self.effects);
        for (place, effect) in effects.into_iter().enumerate().rev() {
            match effect {
                Effect::Table(TableEffect { before, .. }) => {
                    if let Some(now) = names.remove(&place) {
                        schema.remove_table(&now);
                    }
                    if let Some(before) = before {
                        schema.put_table(before);
                    }
                }
                Effect::Enum { before, after, .. } => {
                    if let Some(after) = after {
                        schema.remove_enum(&after.name);
                    }
                    if let Some(before) = before {
                        schema.put_enum(before);
                    }
                }
                Effect::Sequence { before, after, .. } => {
                    if let Some(after) = after {
                        schema.remove_sequence(&after.name);
                    }
                    if let Some(before) = before {
                        schema.put_sequence(*before);
                    }
                }
                Effect::View { before, after } => {
                    if let Some(after) = after {
                        schema.remove_view(&after.name);
                    }
                    if let Some(before) = before {
                        schema.put_view(*before);
                    }
                }
                Effect::Trigger { before, after } => {
                    if let Some(after) = after {
                        schema.remove_trigger(&after.table, &after.name);
                    }
                    if let Some(before) = before {
                        schema.put_trigger(before);
                    }
                }
            }
        }
    }

    /// The effect of a table that exists, as it was when it was first touched.
    fn table(&mut self, schema: &Schema, name: &Name) -> Option<&mut TableEffect> {
        if !self.tables.contains_key(name) {
            let before = schema.table(name)?.clone();
            self.tables.insert(name.clone(), self.effects.len());
            self.effects.push(Effect::Table(TableEffect {
                before: Some(before),
                after: None,
                renamed: Vec::new(),
                dropped: Vec::new(),
                using: Vec::new(),
            }));
        }
        match self.effects.get_mut(*self.tables.get(name)?) {
            Some(Effect::Table(effect)) => Some(effect),
            _ => None,
        }
    }
}

impl Replay {
    /// Changes a table that exists.
    pub(super) fn edit(&mut self, name: &Name, change: impl FnOnce(&mut Table)) {
        self.record.table(&self.schema, name);
        self.schema.change_table(name, change);
    }

    /// Adds a table.
    pub(super) fn put_new_table(&mut self, table: Table) {
        let effects = &mut self.record.effects;
        self.record.tables.insert(table.name.clone(), effects.len());
        effects.push(Effect::Table(TableEffect {
            before: None,
            after: None,
            renamed: Vec::new(),
            dropped: Vec::new(),
            using: Vec::new(),
        }));
        self.schema.put_table(table);
    }

    /// Takes a table away.
    pub(super) fn take_table(&mut self, name: &Name) {
        self.record.table(&self.schema, name);
        self.schema.remove_table(name);
    }

    /// Gives a table another name.
    pub(super) fn move_table(&mut self, from: &Name, to: &Name) {
        self.edit(from, |table| table.name = to.clone());
        if let Some(place) = self.record.tables.remove(from) {
            self.record.tables.insert(to.clone(), place);
        }
    }

    /// Notes that a column of a table got another name.
    pub(super) fn note_renamed(&mut self, table: &Name, from: &Ident, to: &Ident) {
        if let Some(effect) = self.record.table(&self.schema, table) {
            match effect.renamed.iter_mut().find(|(_, now)| now == from) {
                Some((_, now)) => *now = to.clone(),
                None => effect.renamed.push((from.clone(), to.clone())),
            }
        }
    }

    /// Notes that a column of a table is gone.
    pub(super) fn note_dropped(&mut self, table: &Name, column: &Ident) {
        let Some(effect) = self.record.table(&self.schema, table) else {
            return;
        };
        let was = match effect.renamed.iter().position(|(_, now)| now == column) {
            Some(place) => effect.renamed.remove(place).0,
            None => column.clone(),
        };
        let before = effect.before.as_ref();
        if before.is_some_and(|before| before.column(&was).is_some()) {
            effect.dropped.push(was);
        }
    }

    /// Notes how a column's values are converted.
    pub(super) fn note_using(&mut self, table: &Name, column: &Ident, using: Expr) {
        if let Some(effect) = self.record.table(&self.schema, table) {
            effect.using.push((column.clone(), using));
        }
    }

    /// Adds, replaces or (without `after`) takes away an enum.
    pub(super) fn set_enum(
        &mut self,
        before: Option<EnumType>,
        after: Option<EnumType>,
        renamed: Option<(String, String)>,
    ) {
        if let Some(before) = &before {
            self.schema.remove_enum(&before.name);
        }
        if let Some(after) = &after {
            self.schema.put_enum(after.clone());
        }
        self.record.effects.push(Effect::Enum {
            before,
            after,
            renamed,
        });
    }

    /// Adds, replaces or (without `after`) takes away a sequence.
    pub(super) fn set_sequence(&mut self, before: Option<Sequence>, after: Option<Sequence>) {
        if let Some(before) = &before {
            self.schema.remove_sequence(&before.name);
        }
        if let Some(after) = &after {
            self.schema.put_sequence(after.clone());
        }
        self.record.effects.push(Effect::Sequence {
            before: before.map(Box::new),
            after: after.map(Box::new),
            restart: None,
        });
    }

    /// Notes that a sequence starts anew.
    pub(super) fn note_restart(&mut self, sequence: &Sequence, restart: Option<i64>) {
        self.record.effects.push(Effect::Sequence {
            before: Some(Box::new(sequence.clone())),
            after: Some(Box::new(sequence.clone())),
            restart: Some(restart),
        });
    }

    /// Adds, replaces or (without `after`) takes away a view.
    pub(super) fn set_view(&mut self, before: Option<View>, after: Option<View>) {
        match (&before, &after) {
            (Some(before), Some(after)) if before.name == after.name => {
                self.schema.put_view(after.clone());
            }
            _ => {
                if let Some(before) = &before {
                    self.schema.remove_view(&before.name);
                }
                if let Some(after) = &after {
                    self.schema.put_view(after.clone());
                }
            }
        }
        self.record.effects.push(Effect::View {
            before: before.map(Box::new),
            after: after.map(Box::new),
        });
    }

    /// Adds or replaces a trigger.
    pub(super) fn put_trigger(&mut self, trigger: Trigger) {
        let before = self.schema.remove_trigger(&trigger.table, &trigger.name);
        self.schema.put_trigger(trigger.clone());
        self.record.effects.push(Effect::Trigger {
            before,
            after: Some(trigger),
        });
    }

    /// A trigger goes along with its table.
    pub(super) fn move_trigger(&mut self, from: &Name, before: Trigger, to: &Name) {
        self.schema.remove_trigger(from, &before.name);
        let after = Trigger {
            table: to.clone(),
            ..before.clone()
        };
        self.schema.put_trigger(after.clone());
        self.record.effects.push(Effect::Trigger {
            before: Some(before),
            after: Some(after),
        });
    }

    /// Takes a trigger away.
    pub(super) fn remove_trigger(&mut self, table: &Name, name: &str) {
        let before = self.schema.remove_trigger(table, name);
        self.record.effects.push(Effect::Trigger {
            before,
            after: None,
        });
    }
}
