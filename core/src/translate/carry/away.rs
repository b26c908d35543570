//! Triggers that name other tables than their own, while those change.
//!
//! PostgreSQL asks for a trigger's tables when it runs, and not before. Other engines follow new
//! names into its text, or look through it at any change of a table it names. So it goes before
//! such a change and comes back after it; and where it cannot be made for the tables as they are
//! then, it stays away until a statement on rows, or the script's end, would miss it.

use super::trigger::Carried;
use super::{Carrier, Outcome};
use crate::schema::{DataStatement, Ident, Name, Schema, Table, Trigger, TriggerStep};
use crate::translate::program;
use crate::translate::target::Refusal;

fn names(trigger: &Trigger, tables: &[&Name]) -> bool {
    trigger.does.as_ref().is_some_and(|does| {
        let named = TriggerStep::tables(&does.steps);
        named.iter().any(|name| tables.contains(&name))
    })
}

impl Carrier<'_> {
    /// Takes the triggers of other tables away that name one which changes, and would be others
    /// then; all of them, where the change may reach into their text.
    pub(super) fn suspend_naming(
        &mut self,
        source: usize,
        tables: &[&Name],
        reaches: bool,
        authored: &Schema,
    ) -> Vec<(Name, Ident)> {
        let mut gone = Vec::new();
        let naming = |one: &Carried| one.away.is_none() && names(&one.authored, tables);
        // Copied are the few that name one, of all that there are.
        let others = self
            .triggers
            .iter()
            .filter(|(table, _)| !tables.contains(table));
        let all = others.filter(|(_, all)| all.iter().any(naming));
        let all: Vec<Name> = all.map(|(table, _)| table.clone()).collect();
        for table in all {
            for one in self.carried(&table) {
                if !naming(&one) {
                    continue;
                }
                let now = authored.triggers_of(&table).iter();
                let now = now.into_iter().find(|now| now.name == one.authored.name);
                let same = match now {
                    Some(now) if !reaches => self.is_as_rendered(now, &one, authored),
                    _ => false,
                };
                let held = self.held_table(&table).map(|held| held.name.clone());
                if let (false, Some(held)) = (same, self.pending_name(&table).or(held)) {
                    self.take_away(source, &held, &one.held, authored);
                    self.mark_away(&table, &one.authored.name, source);
                    gone.push((table.clone(), one.authored.name.clone()));
                }
            }
        }
        gone
    }

    /// Whether a trigger names tables beside its own.
    pub(super) fn names_others(trigger: &Trigger) -> bool {
        trigger.does.as_ref().is_some_and(|does| {
            let named = TriggerStep::tables(&does.steps);
            named.iter().any(|name| *name != trigger.table)
        })
    }

    pub(super) fn mark_away(&mut self, table: &Name, trigger: &str, source: usize) {
        self.change_carried(table, |all| {
            for one in all.iter_mut().filter(|one| one.authored.name == trigger) {
                one.held.clear();
                one.away = Some(source);
            }
        });
    }

    /// Makes triggers again that are away, as far as they can be made for the tables as they are.
    pub(super) fn make_again(
        &mut self,
        source: usize,
        triggers: &[(Name, Ident)],
        authored: &Schema,
    ) {
        for (table, name) in triggers {
            let mut all = authored.triggers_of(table).iter();
            if let Some(trigger) = all.find(|trigger| trigger.name == *name)
                && self.rendered_trigger(trigger, authored).is_ok()
            {
                self.make_trigger(source, trigger, authored, false);
            }
        }
    }

    /// Makes all triggers that are away, or refuses what took them away: from here on they would
    /// be missed.
    pub(crate) fn make_all_again(&mut self, authored: &Schema) {
        // It is asked at every statement, and seldom is one away.
        let away = |all: &Vec<Carried>| all.iter().any(|one| one.away.is_some());
        if !self.triggers.values().any(away) {
            return;
        }
        let tables: Vec<Name> = self
            .triggers
            .iter()
            .map(|(table, _)| table.clone())
            .collect();
        for table in tables {
            for one in self.carried(&table) {
                let Some(source) = one.away else {
                    continue;
                };
                let mut all = authored.triggers_of(&table).iter();
                let trigger = all.find(|trigger| trigger.name == one.authored.name);
                match trigger {
                    Some(trigger) if one.new => self.make_first(source, trigger, authored),
                    Some(trigger) => self.make_trigger(source, trigger, authored, false),
                    None => {}
                }
                // What cannot be made is refused once.
                self.change_carried(&table, |all| {
                    all.retain(|other| {
                        other.authored.name != one.authored.name || other.away.is_none()
                    });
                });
            }
        }
    }

    /// Refuses a statement that would read what triggers are changing meanwhile.
    pub(super) fn reads_between(
        &mut self,
        source: usize,
        statement: &DataStatement,
        authored: &Schema,
    ) -> bool {
        let Some(table) = program::read_between(statement, authored) else {
            return false;
        };
        let message = format!(
            "it reads `{table}`, which a trigger changes while it runs, row by row here and at its end in PostgreSQL"
        );
        let help = "write two statements, or an override";
        self.refuse(source, Refusal::new("trigger-reads", message).help(help));
        true
    }

    /// What foreign keys would do is done after the statement where they are not enforced: triggers
    /// may see the difference.
    pub(super) fn meets_triggers(statement: &DataStatement, authored: &Schema) -> Option<Outcome> {
        program::meets_actions(statement, authored).then(|| {
            let message = "the revision rebuilds a table, for which foreign keys are not enforced, and this statement relies on their actions in the midst of triggers";
            let help = "put the statement into a revision of its own";
            Outcome::Unenforced(Err(vec![
                Refusal::new("actions-while-rebuilding", message).help(help),
            ]))
        })
    }

    /// After a change of foreign keys, it may matter when triggers run.
    pub(super) fn recheck_order(
        &mut self,
        source: usize,
        before: Option<&Table>,
        after: &Table,
        authored: &Schema,
    ) {
        let Some(before) = before else {
            return;
        };
        let keys = |table: &Table| -> Vec<_> {
            table.foreign_keys().map(|(_, key)| key.clone()).collect()
        };
        if keys(before) != keys(after) {
            self.check_order(source, true, authored);
        }
    }
}
