//! Triggers: made, dropped, and made anew where their table changes under them.
//!
//! A trigger whose function is understood ([`RowTrigger`](crate::schema::RowTrigger)) is rendered
//! by the target, for its table as it is at that point; so where the table changes and the text
//! with it, the old one goes before and the new one comes after. One that an override made stays
//! what it is: a `DROP TRIGGER` of its name drops it, and what its authored counterpart becomes
//! otherwise is refused.

use std::collections::HashSet;

use super::guarded::Left;
use super::{Carrier, Outcome, depends};
use crate::schema::{Change, Effect, Ident, Name, Schema, Trigger, TriggerEvent};
use crate::sql;
use crate::translate::exclusion::stands_for_one;
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
    /// What stands there is a guard: why.
    pub(super) left: Option<Left>,
    /// It is away, since it could not be made for the tables as they are: where the change stands
    /// that took it away.
    pub(super) away: Option<usize>,
    /// It has never stood as it is now: with it, what it lacks is said.
    pub(super) new: bool,
}

impl Carried {
    /// Whether the trigger has a form, for some of its events at least.
    fn has_a_form(&self) -> bool {
        self.left.as_ref().is_none_or(Left::is_for_some)
    }
}

impl Carrier<'_> {
    /// A trigger that names a member of an enum goes on naming it here, while PostgreSQL's condition
    /// follows a new name, and its code fails.
    pub(super) fn member_renamed(&mut self, source: usize, from: &str) {
        let member = format!("'{}'", from.replace('\'', "''"));
        let carried = self.triggers.values().flatten();
        let naming = carried.filter(|carried| {
            let authored = &carried.authored;
            let code = authored.does.as_ref().map(|does| does.code.as_str());
            let calls = carried.has_a_form() && code.is_some_and(|code| code.contains(&member));
            authored.text.contains(&member) || calls
        });
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
        let guarded = before.is_some_and(|before| self.standing(before).is_some());
        match (before, after) {
            // It goes along with its table.
            (Some(before), Some(after)) if before.table != after.table => return,
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
                self.make_or_wait(source, after, authored);
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
                self.make_or_wait(source, after, authored);
            }
            (None, Some(after)) => {
                self.flush(authored);
                self.make_first(source, after, authored);
            }
            (Some(before), None) => self.drop_trigger(source, before, authored),
            (None, None) => {}
        }
        // What the table's foreign keys did not do beside the guard they do again.
        if let Some(before) = before.filter(|before| guarded && self.standing(before).is_none()) {
            self.flush(authored);
            self.hold_keys(source, &before.table, authored);
        }
    }

    fn is_carried(&self, trigger: &Trigger) -> bool {
        let of_table = self.triggers.get(&trigger.table);
        of_table.is_some_and(|all| all.iter().any(|one| one.authored.name == trigger.name))
    }

    /// Makes a trigger whose function is replaced. One that has no form is away: the script may drop it
    /// before anything would have run it.
    fn make_or_wait(&mut self, source: usize, trigger: &Trigger, authored: &Schema) {
        let mut made = self.clone();
        made.make_first(source, trigger, authored);
        let mut new = made.out.iter().skip(self.out.len());
        if !new.any(|out| matches!(out.what, Outcome::Refused(_))) {
            *self = made;
            return;
        }
        self.triggers.change(trigger.table.clone(), |all| {
            all.retain(|one| one.authored.name != trigger.name);
            all.push(Carried {
                authored: trigger.clone(),
                held: Vec::new(),
                left: None,
                away: Some(source),
                new: true,
            });
        });
    }

    pub(super) fn make_first(&mut self, source: usize, trigger: &Trigger, authored: &Schema) {
        if stands_for_one(trigger) {
            self.make_constraint(source, trigger, authored);
            return;
        }
        match self.in_the_way(trigger, authored) {
            Err(refusals) => self.leave_guarded(source, trigger, refusals, authored),
            Ok(()) => {
                self.make_trigger(source, trigger, authored, true);
                if !program::is_alone(trigger) {
                    self.check_order(source, false, authored);
                }
                self.renew_beside(source, &trigger.table, authored);
            }
        }
    }

    /// # Errors
    ///
    /// Why a trigger that is not held cannot be made.
    pub(super) fn in_the_way(
        &self,
        trigger: &Trigger,
        authored: &Schema,
    ) -> Result<(), Vec<Refusal>> {
        let lacking = self.lacking_of_trigger(trigger, authored);
        if !lacking.is_empty() {
            return Err(lacking);
        }
        if let Some(why) = trigger.does.as_ref().filter(|_| trigger.is_guard()) {
            let why = why.unclear.as_deref().unwrap_or_default();
            return Err(vec![program::refused(trigger, why)]);
        }
        self.rendered_trigger(trigger, authored)?;
        self.is_alone(trigger)?;
        if self.needs_triggers {
            return Ok(());
        }
        match self.minds(trigger, authored) {
            None => Ok(()),
            Some(refusal) => Err(vec![refusal]),
        }
    }

    /// Why it would matter when a new trigger runs, or another one beside it: whichever of the two it is
    /// that minds, those that stand go on as they are.
    fn minds(&self, trigger: &Trigger, authored: &Schema) -> Option<Refusal> {
        let is_own = |one: &Trigger| one.name == trigger.name && one.table == trigger.table;
        let minding = |schema: &Schema| -> Vec<(Trigger, String)> {
            // What touches no table does not mind another trigger, and none minds it.
            let alone = program::is_alone(trigger);
            let is_of_account = |one: &Trigger| {
                is_own(one) || (!alone && !program::is_alone(one) && self.is_as_it_is(one))
            };
            let all = program::check_all(schema, is_of_account).into_iter();
            all.map(|(one, why)| (one.clone(), why)).collect()
        };
        let found = minding(authored);
        if let Some((one, why)) = found.iter().find(|(one, _)| is_own(one)) {
            return Some(program::refused(one, why));
        }
        if found.is_empty() {
            return None;
        }
        let mut without = authored.clone();
        without.remove_trigger(&trigger.table, &trigger.name);
        let minded = minding(&without);
        let is_new = |(one, _): &&(Trigger, String)| {
            let mut minded = minded.iter();
            minded.all(|(other, _)| other.name != one.name || other.table != one.table)
        };
        let (one, why) = found.iter().find(is_new)?;
        Some(program::refused(one, why))
    }

    /// Whether a trigger is held, and that is not a guard alone.
    fn is_as_it_is(&self, trigger: &Trigger) -> bool {
        let of_table = self.triggers.get(&trigger.table);
        of_table.is_some_and(|all| {
            let mut all = all.iter();
            all.any(|one| one.authored.name == trigger.name && one.has_a_form())
        })
    }

    /// Puts guards in the places of triggers for which it matters when they run; refuses them, where no
    /// guard is wanted. `alone`: those too that touch no table, and so only mind foreign keys.
    pub(super) fn check_order(&mut self, source: usize, alone: bool, authored: &Schema) {
        let minding = |this: &Self, schema: &Schema| -> Vec<(Trigger, String)> {
            let counts =
                |one: &Trigger| (alone || !program::is_alone(one)) && this.is_as_it_is(one);
            let all = program::check_all(schema, counts).into_iter();
            all.map(|(one, why)| (one.clone(), why)).collect()
        };
        let mut found = minding(self, authored);
        if self.needs_triggers {
            for (trigger, why) in found {
                self.refuse(source, program::refused(&trigger, &why));
            }
            return;
        }
        let mut schema = authored.clone();
        while let Some((trigger, why)) = found.into_iter().next() {
            let refusals = vec![program::refused(&trigger, &why)];
            self.demote(source, &trigger, refusals, &schema);
            let Some((guard, _)) = self.standing(&trigger) else {
                return;
            };
            // Another one may have minded this one alone.
            schema.put_trigger(guard);
            found = minding(self, &schema);
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
        let (mut rendered, form) = match self.rendered_trigger(trigger, authored) {
            Ok(made) => made,
            Err(refusals) if stands_for_one(trigger) => {
                self.push(source, Err(refusals));
                return;
            }
            Err(refusals) => {
                self.leave_guarded(source, trigger, refusals, authored);
                return;
            }
        };
        if !said {
            rendered.omissions.clear();
        }
        let standing = self.standing(trigger);
        let made = match &standing {
            Some((guard, left)) => self.hold_trigger(guard, &form, &rendered, Some(left.clone())),
            None => self.hold_trigger(trigger, &form, &rendered, None),
        };
        self.push(source, made.map(|()| rendered));
    }

    /// The statements that make a trigger, or the guard that stands for it, for its table as the target
    /// holds it now; and what they make.
    pub(super) fn rendered_trigger(
        &self,
        trigger: &Trigger,
        authored: &Schema,
    ) -> Result<(Rendered, Trigger), Vec<Refusal>> {
        match self.standing(trigger) {
            Some((guard, left)) => self.rendered_guard(&guard, &left, authored),
            None => Ok((self.rendered_as(trigger, authored)?, trigger.clone())),
        }
    }

    /// The statements that make a trigger as it is given.
    pub(super) fn rendered_as(
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
            does.is_none_or(|does| {
                let sets = does.steps.is_empty() && does.constraint.is_none();
                sets || !does.set_columns().is_empty()
            })
        };
        // Those of one event would run each other, or in no order that is known.
        let meets = |other: &Trigger| {
            let events = [
                TriggerEvent::Insert,
                TriggerEvent::Update,
                TriggerEvent::Delete,
            ];
            events
                .iter()
                .any(|event| trigger.runs_for(*event) && other.runs_for(*event))
        };
        let other = others.find(|other| {
            !self.stands_for(trigger, &other.name)
                && (other.does.is_none() || (sets(trigger) && sets(other) && meets(other)))
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

    /// Holds a trigger as it was rendered; `form`: what of it was, which differs of a guard.
    pub(super) fn hold_trigger(
        &mut self,
        trigger: &Trigger,
        form: &Trigger,
        rendered: &Rendered,
        left: Option<Left>,
    ) -> Result<(), Vec<Refusal>> {
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
                    does: form.does.clone(),
                });
                names.push(name);
            }
        }
        self.triggers.change(trigger.table.clone(), |all| {
            all.retain(|one| one.authored.name != trigger.name);
            all.push(Carried {
                authored: trigger.clone(),
                held: names,
                left,
                away: None,
                new: false,
            });
        });
        Ok(())
    }

    /// Drops what came of a trigger, or what an override made under its name.
    pub(super) fn drop_trigger(&mut self, source: usize, trigger: &Trigger, authored: &Schema) {
        let held = match self.pending_name(&trigger.table) {
            Some(name) => name,
            None => match self.held_table(&trigger.table) {
                Some(table) => table.name.clone(),
                None => return,
            },
        };
        let mut names = vec![trigger.name.clone()];
        self.change_carried(&trigger.table, |all| {
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
            if one.new {
                // Nothing is held of it: it waits, and stands in no change's way.
                continue;
            }
            let mut triggers = authored.triggers_of(table).iter();
            let now = triggers.find(|t| t.name == one.authored.name);
            // Later in the script it is dropped, or its table is called otherwise once more.
            let texts = match now.map(|now| (now, self.rendered_trigger(now, authored))) {
                Some((_, Ok((rendered, _)))) => rendered.statements,
                // A table that it names changes later in the script.
                Some((now, Err(why))) if Self::names_others(now) && is_as_tables_stand(&why) => {
                    self.take_away(source, held, &one.held, authored);
                    self.mark_away(table, &one.authored.name, source);
                    continue;
                }
                // One that has no form any more is made anew as a guard.
                Some((now, Err(_)))
                    if one.has_a_form() && !self.needs_triggers && !stands_for_one(now) =>
                {
                    Vec::new()
                }
                Some((_, Err(refusals))) => return Err(refusals),
                None => Vec::new(),
            };
            if !self.is_held_so(&one, held, &texts) {
                anew.extend(now.cloned());
                self.take_away(source, held, &one.held, authored);
                self.hold_nothing_of(table, Some(&one.authored.name));
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
        rendered.is_ok_and(|(rendered, _)| self.is_held_so(one, &held.name, &rendered.statements))
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
        self.hold_nothing_of(table, None);
        let all = authored.triggers_of(table).iter();
        let carried = all.filter(|trigger| self.is_carried(trigger));
        carried.cloned().collect()
    }

    /// Of triggers that have been taken away, one or all of a table, nothing is held until they are made anew.
    fn hold_nothing_of(&mut self, table: &Name, name: Option<&Ident>) {
        self.change_carried(table, |all| {
            for one in all {
                if name.is_none_or(|name| one.authored.name == *name) {
                    one.held.clear();
                }
            }
        });
    }

    pub(super) fn make_anew(&mut self, source: usize, triggers: Vec<Trigger>, authored: &Schema) {
        for trigger in triggers {
            self.make_trigger(source, &trigger, authored, false);
        }
    }

    pub(super) fn carried(&self, table: &Name) -> Vec<Carried> {
        self.triggers.get(table).cloned().unwrap_or_default()
    }

    /// Changes what is carried of a table's triggers. A table without any is none of those that are
    /// looked through at every statement.
    pub(super) fn change_carried(&mut self, table: &Name, change: impl FnOnce(&mut Vec<Carried>)) {
        let Some(all) = self.triggers.get_mut(table) else {
            change(&mut Vec::new());
            return;
        };
        change(all);
        if all.is_empty() {
            self.triggers.remove(table);
        }
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
            self.change_carried(&table, |all| {
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
        self.settle_guards(authored);
    }
}
