//! Triggers that are switched off (`ALTER TABLE … DISABLE TRIGGER`).
//!
//! One that rests is no part of the schema: nothing runs it. It follows its table and its function,
//! and is back when it is switched on.

use std::sync::Arc;

use super::super::{Ident, Name, RowTrigger, Trigger};
use super::Replay;
use super::problem::Step;
use super::trigger::{RENAMED, calling_renamed, renamed};

impl Replay {
    /// Switches a table's triggers on or off; `which`: one of them.
    pub(super) fn switch_triggers(&mut self, table: &Name, which: Option<&str>, runs: bool) {
        let is = |trigger: &Trigger| which.is_none_or(|which| trigger.name == which);
        if !runs {
            let mut all = self.schema.triggers_of(table).to_vec();
            all.retain(is);
            for trigger in all {
                self.remove_trigger(table, &trigger.name);
                self.resting.push(trigger);
            }
            return;
        }
        let resting = std::mem::take(&mut self.resting);
        let (back, stay) = resting
            .into_iter()
            .partition(|trigger| trigger.table == *table && is(trigger));
        self.resting = stay;
        for trigger in back {
            let was = trigger.does.as_ref().and_then(|does| does.unclear.clone());
            // Its function may be another one by now.
            let does = RowTrigger::of_text(&trigger.text).map(|mut does| {
                if was.as_deref() == Some(RENAMED) {
                    does.unclear = was;
                }
                let mut does = self.called(does, &trigger.text);
                self.asked_otherwise(table, &mut does);
                Arc::new(does)
            });
            self.put_trigger(Trigger { does, ..trigger });
        }
    }

    /// A trigger of that name is made or dropped; whether one rested.
    pub(super) fn forget_resting(&mut self, table: &Name, name: &str) -> bool {
        let before = self.resting.len();
        self.resting
            .retain(|trigger| trigger.table != *table || trigger.name != name);
        self.resting.len() < before
    }

    /// A table has another name, or is gone.
    pub(super) fn resting_follow(&mut self, from: &Name, to: Option<&Name>) {
        self.resting.retain_mut(|trigger| {
            if trigger.table == *from {
                match to {
                    Some(to) => trigger.table = to.clone(),
                    None => return false,
                }
            }
            true
        });
    }

    /// A function is gone, and what calls it.
    pub(super) fn resting_without(&mut self, function: &Name) {
        let calls = |trigger: &Trigger| {
            let does = trigger.does.as_ref();
            does.is_some_and(|does| does.function == *function)
        };
        self.resting.retain(|trigger| !calls(trigger));
    }

    /// A function has another name.
    pub(super) fn resting_calling(&mut self, function: &Name, to: &Name) -> Step {
        for trigger in &mut self.resting {
            let does = trigger.does.as_ref();
            if does.is_some_and(|does| does.function == *function) {
                *trigger = calling_renamed(trigger.clone(), to)?;
            }
        }
        Ok(())
    }

    /// A column has another name, which the texts of triggers do not have.
    pub(super) fn column_of_resting_renamed(&mut self, table: &Name, column: &Ident) {
        for trigger in &mut self.resting {
            let named = RowTrigger::of_text(&trigger.text).is_some_and(|own| own.names(column));
            if let Some(does) = trigger
                .does
                .as_mut()
                .filter(|_| trigger.table == *table && named)
            {
                renamed(Arc::make_mut(does));
            }
        }
    }
}
