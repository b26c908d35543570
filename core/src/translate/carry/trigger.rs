//! Triggers: made, dropped, and made anew where their table changes under them.
//!
//! A trigger whose function is understood ([`RowTrigger`](crate::schema::RowTrigger)) is rendered
//! by the target, for its table as it is at that point; so where the table changes and the text
//! with it, the old one goes before and the new one comes after. One that an override made stays
//! what it is: a `DROP TRIGGER` of its name drops it, and what its authored counterpart becomes
//! otherwise is refused.

use std::collections::HashSet;

use super::{Carrier, depends};
use crate::schema::{Change, Effect, Ident, Name, Schema, Trigger};
use crate::sql;
use crate::translate::program;
use crate::translate::target::{Omission, Refusal, Rendered};

/// Whether something is refused only for how tables stand here, which the script may change yet.
fn is_as_tables_stand(why: &[Refusal]) -> bool {
    let mut codes = why.iter().map(|refusal| refusal.code);
    codes.all(|code| ["override-differs", "depends-on-refused"].contains(&code))
}

fn is_idle(trigger: &Trigger) -> bool {
    trigger.does.as_ref().is_some_and(|does| does.is_idle())
}

/// A trigger that was rendered.
#[derive(Debug, Clone)]
pub(super) struct Carried {
    /// As it was authored when it was rendered.
    pub(super) authored: Trigger,
    /// What the target calls what came of it.
    pub(super) held: Vec<Ident>,
    /// It is away, since it could not be made for the tables as they are: where the change stands
    /// that took it away.
    pub(super) away: Option<usize>,
}

impl Carrier<'_> {
    /// A trigger that names a member of an enum goes on naming it here, while PostgreSQL's condition
    /// follows a new name, and its code fails.
    pub(super) fn member_renamed(&mut self, source: usize, from: &str) {
        let member = format!("'{}'", from.replace('\'', "''"));
        let names = |trigger: &Trigger| {
            let code = trigger.does.as_ref().map(|does| does.code.as_str());
            trigger.text.contains(&member) || code.is_some_and(|code| code.contains(&member))
        };
        let carried = self.triggers.values().flatten();
        let naming = carried.filter(|carried| names(&carried.authored));
        let naming: Vec<Ident> = naming
            .map(|carried| carried.authored.name.clone())
            .collect();
        for name in naming {
            let message = format!(
                "the trigger `{name}` may name the member {member}, which has another name from here on"
            );
            let refusal = Refusal::new("trigger-member", message)
                .help("drop the trigger before, and make it anew with the new name");
            self.refuse(source, refusal);
        }
    }

    pub(super) fn trigger(
        &mut self,
        source: usize,
        before: Option<&Trigger>,
        after: Option<&Trigger>,
        authored: &Schema,
    ) {
        match (before, after) {
            // It goes along with its table.
            (Some(before), Some(after)) if before.table != after.table => {}
            (before, Some(after)) if is_idle(after) => {
                if let Some(before) = before.filter(|before| !is_idle(before)) {
                    self.flush(authored);
                    self.drop_trigger(source, before, authored);
                }
                let what = format!(
                    "the trigger `{}`, which only tells listeners of a change",
                    after.name
                );
                self.omit(source, Omission::new("notification", what));
            }
            (Some(before), Some(after)) if is_idle(before) => {
                self.flush(authored);
                self.make_first(source, after, authored);
            }
            (Some(before), Some(after)) => {
                if !self.is_carried(before) {
                    let message = format!(
                        "the trigger `{}` or its function is replaced, and what stands for it here is not known",
                        before.name
                    );
                    self.refuse(source, Refusal::new("override-differs", message));
                    return;
                }
                self.flush(authored);
                self.drop_trigger(source, before, authored);
                self.make_first(source, after, authored);
            }
            (None, Some(after)) => {
                self.flush(authored);
                self.make_first(source, after, authored);
            }
            (Some(before), None) => self.drop_trigger(source, before, authored),
            (None, None) => {}
        }
    }

    /// Whether triggers of an authored table are held, or are to come back.
    pub(in crate::translate) fn has_triggers(&self, table: &Name) -> bool {
        !self.carried(table).is_empty()
    }

    fn is_carried(&self, trigger: &Trigger) -> bool {
        let of_table = self.triggers.get(&trigger.table);
        of_table.is_some_and(|all| all.iter().any(|one| one.authored.name == trigger.name))
    }

    fn make_first(&mut self, source: usize, trigger: &Trigger, authored: &Schema) {
        let lacking = self.lacking_of_trigger(trigger, authored);
        if !lacking.is_empty() {
            self.push(source, Err(lacking));
            return;
        }
        let rendered = self.rendered_trigger(trigger, authored);
        match rendered.and_then(|_| self.is_alone(trigger)) {
            Ok(()) => {
                self.make_trigger(source, trigger, authored, true);
                self.check_order(source, authored);
            }
            Err(refusals) => self.push(source, Err(refusals)),
        }
    }

    /// Refuses what makes it matter when a trigger runs.
    pub(super) fn check_order(&mut self, source: usize, authored: &Schema) {
        for (trigger, why) in program::check_all(authored, |trigger| self.is_carried(trigger)) {
            self.refuse(source, program::refused(trigger, &why));
        }
    }

    /// `said`: whether what it lacks is told.
    pub(super) fn make_trigger(
        &mut self,
        source: usize,
        trigger: &Trigger,
        authored: &Schema,
        said: bool,
    ) {
        let mut rendered = self.rendered_trigger(trigger, authored);
        if let (Ok(rendered), false) = (&mut rendered, said) {
            rendered.omissions.clear();
        }
        let made = match &rendered {
            Ok(rendered) => self.hold_trigger(trigger, rendered),
            Err(_) => Ok(()),
        };
        self.push(source, made.and(rendered));
    }

    /// The statements that make a trigger, for its table as the target holds it now.
    pub(super) fn rendered_trigger(
        &self,
        trigger: &Trigger,
        authored: &Schema,
    ) -> Result<Rendered, Vec<Refusal>> {
        // Its function was replaced later in the script, by one that does nothing.
        if is_idle(trigger) {
            return Ok(Rendered::default());
        }
        let table = &trigger.table;
        if self.unknown.contains(table) {
            return Err(vec![depends(table)]);
        }
        let (Some(held), Some(own)) = (self.held_table(table), authored.table(table)) else {
            return Err(vec![depends(table)]);
        };
        let effect = Effect::Trigger {
            before: None,
            after: Some(trigger.clone()),
        };
        let rendered = self.target.other(&effect, &self.scope(authored))?;
        if let (Some(base), Some(does)) = (self.deviating.get(table), &trigger.does) {
            let names = does.columns(own);
            if let Some(name) = names
                .into_iter()
                .find(|name| base.column(name) != held.column(name))
            {
                let message = format!(
                    "the trigger `{}` names `{name}` of `{table}`, which an override made different",
                    trigger.name
                );
                return Err(vec![Refusal::new("override-differs", message)]);
            }
        }
        Ok(rendered)
    }

    /// What stands in the way of one more trigger.
    fn is_alone(&self, trigger: &Trigger) -> Result<(), Vec<Refusal>> {
        let Some(held) = self.held_table(&trigger.table) else {
            return Ok(());
        };
        let mut others = self.held.triggers_of(&held.name).iter();
        let sets = |trigger: &Trigger| {
            let does = trigger.does.as_deref();
            does.is_none_or(|does| does.steps.is_empty())
        };
        let other = others.find(|other| {
            !self.stands_for(trigger, &other.name)
                && (other.does.is_none() || (sets(trigger) && sets(other)))
        });
        let Some(other) = other else {
            return Ok(());
        };
        let message = format!(
            "`{}` has a trigger already, `{}`, and the two would run in no order that is known, or run each other",
            trigger.table, other.name
        );
        Err(vec![Refusal::new("two-triggers", message)])
    }

    /// Whether a trigger that is held is what came of an authored one.
    fn stands_for(&self, trigger: &Trigger, held: &str) -> bool {
        let of_table = self.triggers.get(&trigger.table);
        of_table.is_some_and(|all| {
            all.iter().any(|one| {
                one.authored.name == trigger.name && one.held.iter().any(|own| own == held)
            })
        })
    }

    /// Holds a trigger as it was rendered.
    fn hold_trigger(&mut self, trigger: &Trigger, rendered: &Rendered) -> Result<(), Vec<Refusal>> {
        let mut names: Vec<Ident> = Vec::new();
        for text in &rendered.statements {
            for change in sql::parse(self.own, text) {
                let Change::CreateTrigger { name, table, .. } = change else {
                    continue;
                };
                let clash = |other: &&Trigger| {
                    other.name.eq_ignore_ascii_case(&name)
                        && (names.contains(&name) || !self.stands_for(trigger, &other.name))
                };
                if let Some(other) = self.held.triggers().find(clash) {
                    let message = format!(
                        "the trigger `{}` would have the name of another one, `{}` on `{}`",
                        trigger.name, other.name, other.table
                    );
                    return Err(vec![Refusal::new("name-clash", message)]);
                }
                self.held.put_trigger(Trigger {
                    name: name.clone(),
                    table,
                    text: text.clone(),
                    does: trigger.does.clone(),
                });
                names.push(name);
            }
        }
        self.triggers.change(trigger.table.clone(), |all| {
            all.retain(|one| one.authored.name != trigger.name);
            all.push(Carried {
                authored: trigger.clone(),
                held: names,
                away: None,
            });
        });
        Ok(())
    }

    /// Drops what came of a trigger, or what an override made under its name.
    fn drop_trigger(&mut self, source: usize, trigger: &Trigger, authored: &Schema) {
        let held = match self.pending_name(&trigger.table) {
            Some(name) => name,
            None => match self.held_table(&trigger.table) {
                Some(table) => table.name.clone(),
                None => return,
            },
        };
        let mut names = vec![trigger.name.clone()];
        self.triggers.change(trigger.table.clone(), |all| {
            all.retain(|one| {
                let is = one.authored.name == trigger.name;
                if is {
                    names.clone_from(&one.held);
                }
                !is
            });
        });
        self.take_away(source, &held, &names, authored);
    }

    /// Drops triggers of a table that are held.
    pub(super) fn take_away(
        &mut self,
        source: usize,
        table: &Name,
        names: &[Ident],
        authored: &Schema,
    ) {
        for name in names {
            if let Some(before) = self.held.remove_trigger(table, name) {
                self.push_dropped(source, before, authored);
            }
        }
    }

    fn push_dropped(&mut self, source: usize, held: Trigger, authored: &Schema) {
        let effect = Effect::Trigger {
            before: Some(held),
            after: None,
        };
        let rendered = self.target.other(&effect, &self.scope(authored));
        self.push(source, rendered);
    }

    /// The name that the target still has for a table whose change is pending.
    pub(super) fn pending_name(&self, authored: &Name) -> Option<Name> {
        let pending = self.pending.iter().find(|p| p.after.name == *authored)?;
        pending.before.as_ref().map(|before| before.name.clone())
    }

    /// Takes the triggers of a table away, if they would be others after a change to it, which is
    /// held already. Answers with those that have to be made anew, and with those that cannot.
    pub(super) fn outdated_triggers(
        &mut self,
        source: usize,
        table: &Name,
        held: &Name,
        authored: &Schema,
    ) -> Result<Vec<Trigger>, Vec<Refusal>> {
        let mut anew = Vec::new();
        for one in self.carried(table) {
            let mut triggers = authored.triggers_of(table).iter();
            let now = triggers.find(|t| t.name == one.authored.name);
            // Later in the script it is dropped, or its table is called otherwise once more.
            let texts = match now.map(|now| (now, self.rendered_trigger(now, authored))) {
                Some((_, Ok(rendered))) => rendered.statements,
                // A table that it names changes later in the script.
                Some((now, Err(why))) if Self::names_others(now) && is_as_tables_stand(&why) => {
                    self.take_away(source, held, &one.held, authored);
                    self.mark_away(table, &one.authored.name, source);
                    continue;
                }
                Some((_, Err(refusals))) => return Err(refusals),
                None => Vec::new(),
            };
            if !self.is_held_so(&one, held, &texts) {
                anew.extend(now.cloned());
                self.take_away(source, held, &one.held, authored);
            }
        }
        Ok(anew)
    }

    /// Whether what is held of a trigger is what statements make.
    fn is_held_so(&self, one: &Carried, table: &Name, texts: &[String]) -> bool {
        let triggers = self.held.triggers_of(table).iter();
        let held = triggers.filter(|t| one.held.contains(&t.name));
        let held: HashSet<&String> = held.map(|t| &t.text).collect();
        let makes = |text: &&String| {
            let changes = sql::parse(self.own, text);
            let mut changes = changes.iter();
            changes.any(|change| matches!(change, Change::CreateTrigger { .. }))
        };
        held == texts.iter().filter(makes).collect()
    }

    /// Whether a trigger would be rendered as it is held.
    pub(super) fn is_as_rendered(&self, now: &Trigger, one: &Carried, authored: &Schema) -> bool {
        let Some(held) = self.held_table(&now.table) else {
            return false;
        };
        let rendered = self.rendered_trigger(now, authored);
        rendered.is_ok_and(|rendered| self.is_held_so(one, &held.name, &rendered.statements))
    }

    /// Takes all triggers away that were rendered for a table, and answers with them.
    pub(super) fn suspend_triggers(
        &mut self,
        source: usize,
        table: &Name,
        held: &Name,
        authored: &Schema,
    ) -> Vec<Trigger> {
        for one in self.carried(table) {
            self.take_away(source, held, &one.held, authored);
        }
        let all = authored.triggers_of(table).iter();
        let carried = all.filter(|trigger| self.is_carried(trigger));
        carried.cloned().collect()
    }

    pub(super) fn make_anew(&mut self, source: usize, triggers: Vec<Trigger>, authored: &Schema) {
        for trigger in triggers {
            self.make_trigger(source, &trigger, authored, false);
        }
    }

    pub(super) fn carried(&self, table: &Name) -> Vec<Carried> {
        self.triggers.get(table).cloned().unwrap_or_default()
    }

    /// After a script of the target's own: what it has dropped is carried no more, nor what the
    /// authored script has.
    pub(super) fn settle_triggers(&mut self, authored: &Schema) {
        let tables: Vec<Name> = self.triggers.iter().map(|(name, _)| name.clone()).collect();
        for table in tables {
            let own = self.held_table(&table).map(|held| held.name.clone());
            let held: Vec<Ident> = own
                .map(|own| self.held.triggers_of(&own).to_vec())
                .unwrap_or_default()
                .into_iter()
                .map(|trigger| trigger.name)
                .collect();
            self.triggers.change(table.clone(), |all| {
                all.retain_mut(|one| {
                    let was = one.held.len();
                    one.held.retain(|name| held.contains(name));
                    let triggers = authored.triggers_of(&table);
                    (was == 0 || !one.held.is_empty())
                        && triggers
                            .iter()
                            .any(|trigger| trigger.name == one.authored.name)
                });
            });
        }
    }
}
