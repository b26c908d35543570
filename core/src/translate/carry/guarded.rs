//! Guards: what stands in the place of a trigger that has no form.
//!
//! Nothing is lost in silence: what would have run the trigger fails (`docs/adr/0016`). A statement
//! of the scripts that would is refused.

use std::sync::Arc;

use super::trigger::Carried;
use super::{Carrier, Rendered};
use crate::schema::{
    DataStatement, Fails, Ident, Name, OnConflict, Schema, Table, TableEffect, Trigger,
    TriggerEvent,
};
use crate::sql::Syntax;
use crate::translate::program::{self, Event};
use crate::translate::target::{Omission, Refusal};
use crate::translate::vacancy::{Facts, is_idle_without_rows, of_statement};

/// Why a guard stands for a trigger.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Left {
    /// What of the trigger has no form.
    why: String,
    /// In which revision that was found.
    revision: Option<String>,
    /// It does nothing where there are no rows, though it runs for a whole statement.
    without_rows: bool,
    /// For these of its events, while it has a form for others; empty: for all.
    events: Vec<TriggerEvent>,
}

impl Left {
    pub(super) fn is_for_some(&self) -> bool {
        !self.events.is_empty()
    }
}

impl Carrier<'_> {
    /// Puts a guard in the place of a trigger that has no form; refuses it if it has none either, or one
    /// is not wanted.
    pub(super) fn leave_guarded(
        &mut self,
        source: usize,
        trigger: &Trigger,
        mut refusals: Vec<Refusal>,
        authored: &Schema,
    ) {
        let whole = Left {
            why: reason(trigger, &refusals),
            revision: self.revision.clone(),
            without_rows: is_idle_without_rows(trigger, authored, &self.code),
            events: Vec::new(),
        };
        // What was held of the trigger is gone by now.
        self.change_carried(&trigger.table, |all| {
            all.retain(|one| one.authored.name != trigger.name);
        });
        let mut more = Vec::new();
        if !self.unknown.contains(&trigger.table) && !self.needs_triggers {
            let for_some = some_events(trigger).into_iter().map(|events| Left {
                events,
                ..whole.clone()
            });
            for left in for_some.chain([whole.clone()]) {
                let Some(guard) = guard(trigger, &left) else {
                    continue;
                };
                let mut stands = self.clone();
                match stands.hold_guard(source, &guard, &left, authored) {
                    Ok(()) => {
                        *self = stands;
                        return;
                    }
                    Err(refusals) => more = refusals,
                }
            }
        }
        let why = reason(trigger, &more);
        let stands = |refusal: &Refusal| refusal.code == "depends-on-refused";
        if let Some(first) = refusals.first_mut()
            && !more.is_empty()
            && !more.iter().any(stands)
            && !first.message.ends_with(&why)
        {
            first.message = format!(
                "{}; nor can a trigger that fails stand for it: {why}",
                first.message
            );
        }
        self.push(source, Err(refusals));
    }

    /// # Errors
    ///
    /// Why a guard cannot stand.
    fn hold_guard(
        &mut self,
        source: usize,
        guard: &Trigger,
        left: &Left,
        authored: &Schema,
    ) -> Result<(), Vec<Refusal>> {
        let mut schema = authored.clone();
        schema.put_trigger(guard.clone());
        self.hold_keys(source, &guard.table, &schema);
        if left.is_for_some() {
            // What it does for its other events it does like any trigger.
            self.in_the_way(guard, &schema)?;
        }
        let (rendered, form) = self.rendered_guard(guard, left, authored)?;
        self.hold_trigger(guard, &form, &rendered, Some(left.clone()))?;
        self.push(source, Ok(rendered));
        self.marked.push(guard.clone());
        self.renew_beside(source, &guard.table, &schema);
        Ok(())
    }

    /// The guard that stands for a trigger, as it is now, and why.
    pub(super) fn standing(&self, trigger: &Trigger) -> Option<(Trigger, Left)> {
        let of_table = self.triggers.get(&trigger.table)?;
        let mut carried = of_table.iter();
        let one = carried.find(|one| one.authored.name == trigger.name)?;
        let left = one.left.clone()?;
        Some((guard(trigger, &left)?, left))
    }

    /// The statements that make a guard, and the form of it that they make.
    pub(super) fn rendered_guard(
        &self,
        guard: &Trigger,
        left: &Left,
        authored: &Schema,
    ) -> Result<(Rendered, Trigger), Vec<Refusal>> {
        let mut first = None;
        // What runs more often than it should does more than fail.
        let forms = match left.is_for_some() {
            true => vec![guard.clone()],
            false => guard.wider(),
        };
        for form in forms {
            match self.rendered_as(&form, authored) {
                Ok(mut rendered) => {
                    let events = left.events.iter().map(|event| event.word());
                    let what = match left.is_for_some() {
                        true => events.collect::<Vec<_>>().join(" and ") + " that would run it",
                        false => "what would run it".to_owned(),
                    };
                    let message = format!(
                        "the trigger `{}` on `{}`: {what} fails here until an override makes it, since {}",
                        guard.name, guard.table, left.why
                    );
                    rendered.omissions.push(Omission::new("trigger", message));
                    return Ok((rendered, form));
                }
                Err(refusals) => first = Some(refusals),
            }
        }
        Err(first.unwrap_or_default())
    }

    /// A target may hold a table's foreign keys otherwise beside a guard: changes them, if they are not
    /// held as they should be by now.
    pub(super) fn hold_keys(&mut self, source: usize, name: &Name, authored: &Schema) {
        let pending =
            self.pending.iter().any(|one| one.after.name == *name) || self.waiting.contains(name);
        let known = !pending && !self.unknown.contains(name) && !self.deviating.contains_key(name);
        let (Some(table), Some(held)) = (authored.table(name), self.held_table(name)) else {
            return;
        };
        let keys = |table: &Table| -> Vec<_> {
            let keys = table.foreign_keys();
            keys.map(|(_, key)| (key.columns.clone(), key.on_delete, key.on_update))
                .collect()
        };
        let lowered = self.target.lower(table, authored, self.source);
        let same = lowered.is_ok_and(|lowered| {
            let alike = called_alike(&lowered.table, held);
            let (lowered, held) = (keys(&lowered.table), keys(held));
            !alike || lowered.len() != held.len() || lowered.iter().all(|key| held.contains(key))
        });
        if known && !same {
            let effect = TableEffect {
                before: Some(table.clone()),
                after: Some(table.clone()),
                renamed: Vec::new(),
                dropped: Vec::new(),
                using: Vec::new(),
            };
            self.table(source, &effect, authored);
            self.flush(authored);
        }
    }

    /// Replaces a trigger that is held, and has no form any more, by a guard.
    pub(super) fn demote(
        &mut self,
        source: usize,
        trigger: &Trigger,
        refusals: Vec<Refusal>,
        authored: &Schema,
    ) {
        self.drop_trigger(source, trigger, authored);
        self.leave_guarded(source, trigger, refusals, authored);
    }

    /// Makes the guards of a table anew, and the triggers that set columns, that would be others beside a
    /// new trigger.
    pub(super) fn renew_beside(&mut self, source: usize, table: &Name, authored: &Schema) {
        let Some(held) = self.held_table(table).cloned() else {
            return;
        };
        let carried = self.carried(table);
        let lowered = authored
            .table(table)
            .filter(|_| !carried.is_empty())
            .map(|table| self.target.lower(table, authored, self.source));
        if lowered.is_some_and(|lowered| {
            lowered.is_ok_and(|lowered| !called_alike(&lowered.table, &held))
        }) {
            // They are made anew with the columns' names.
            return;
        }
        for one in carried {
            let Some(now) = now(&one, table, authored) else {
                continue;
            };
            let sets = now
                .does
                .as_ref()
                .is_some_and(|does| !does.set_columns().is_empty());
            let of_account = match one.left {
                Some(_) => true,
                // One that has no form any more is found with the order of all.
                None => sets && self.rendered_trigger(now, authored).is_ok(),
            };
            // What nothing is held of is being made anew.
            let stands = one.away.is_none() && !one.held.is_empty();
            if of_account && stands && !self.is_as_rendered(now, &one, authored) {
                self.take_away(source, &held.name, &one.held, authored);
                self.make_trigger(source, now, authored, false);
            }
        }
    }

    fn guards_of(&self, table: &Name) -> Vec<Carried> {
        let mut carried = self.carried(table);
        carried.retain(|one| one.left.is_some());
        carried
    }

    /// Takes the guards away that a TRUNCATE, which runs no such trigger, would run as the DELETEs that
    /// it is here; answers with what is to be made again.
    pub(super) fn lift_guards(
        &mut self,
        source: usize,
        statement: &DataStatement,
        authored: &Schema,
    ) -> Vec<(Name, Ident)> {
        let DataStatement::Truncate { tables, .. } = statement else {
            return Vec::new();
        };
        let mut lifted = Vec::new();
        let mut emptied = tables.clone();
        let mut next = tables.clone();
        while let Some(table) = next.pop() {
            for child in authored.referrers(&table) {
                if !emptied.contains(&child.name) {
                    emptied.push(child.name.clone());
                    next.push(child.name.clone());
                }
            }
        }
        for table in emptied {
            let Some(held) = self.held_table(&table).map(|held| held.name.clone()) else {
                continue;
            };
            for one in self.guards_of(&table) {
                if one.authored.runs_for(TriggerEvent::Delete)
                    || one.authored.runs_for(TriggerEvent::Update)
                {
                    self.take_away(source, &held, &one.held, authored);
                    lifted.push((table.clone(), one.authored.name.clone()));
                }
            }
        }
        lifted
    }

    /// Refuses a statement that may run a guard.
    pub(super) fn meets_guard(
        &self,
        statement: &DataStatement,
        facts: Facts<'_>,
    ) -> Result<(), Vec<Refusal>> {
        // Also one whose trigger the scripts have dropped where that was refused.
        if !self.held.triggers().any(fails) {
            return Ok(());
        }
        let vacancy = of_statement(statement, facts);
        if vacancy.tables(|name| !self.filled.has(name)).is_some() {
            return Ok(());
        }
        let (own, then) = program::fired(statement, facts.schema);
        let again = self.second_writes(own.iter().chain(&then), facts.schema);
        let comes = |table: &Name| then.contains(&(table.clone(), TriggerEvent::Insert));
        let happens = |(table, event): &&Event| {
            *event == TriggerEvent::Insert || self.filled.has(table) || comes(table)
        };
        let all = own.iter().chain(&then).filter(happens).chain(&again);
        for event in all {
            let set = match then.contains(event) || again.contains(event) {
                true => None,
                false => columns_set(statement, event),
            };
            if let Some(guard) = self.guard_for(event, set.as_deref()) {
                let why = guard.does.as_ref().and_then(|does| does.why_it_fails());
                let message = format!(
                    "it would run the trigger `{}` on `{}`, which has no form here: {}",
                    guard.name,
                    event.0,
                    why.unwrap_or_default()
                );
                let help =
                    "write an override that makes the trigger, or one that does what it would do";
                return Err(vec![Refusal::new("trigger", message).help(help)]);
            }
        }
        Ok(())
    }

    /// SQLite's triggers that set columns write a row that is inserted once more.
    fn second_writes<'e>(
        &self,
        events: impl Iterator<Item = &'e Event>,
        authored: &Schema,
    ) -> Vec<Event> {
        let sets = |trigger: &Trigger| {
            trigger.does.as_ref().is_some_and(|does| {
                let inserts = does.events.contains(&TriggerEvent::Insert);
                does.unclear.is_none() && !does.set_columns().is_empty() && inserts
            }) && self.target.writes_again(trigger, &self.scope(authored))
        };
        let again = events.filter(|(table, event)| {
            let inserted = self.own == Syntax::Sqlite && *event == TriggerEvent::Insert;
            inserted && authored.triggers_of(table).iter().any(sets)
        });
        let again = again.map(|(table, _)| (table.clone(), TriggerEvent::Update));
        again.collect()
    }

    /// A guard that runs for an event; `set`: the columns that the statement sets.
    fn guard_for(&self, (table, event): &Event, set: Option<&[&Ident]>) -> Option<&Trigger> {
        let held = self.held_table(table)?;
        let mut triggers = self.held.triggers_of(&held.name).iter();
        triggers.find(|trigger| {
            trigger.does.as_ref().is_some_and(|does| {
                let of = match (event, set) {
                    (TriggerEvent::Update, Some(set)) => {
                        does.of.is_empty() || does.of.iter().any(|name| set.contains(&name))
                    }
                    _ => true,
                };
                does.fails_for(*event) && of
            })
        })
    }

    /// Which guards stand, after the target's own scripts have changed what is held.
    pub(super) fn settle_guards(&mut self, authored: &Schema) {
        for trigger in authored.triggers() {
            match self.standing(trigger) {
                Some((guard, _)) if !trigger.is_guard() => self.marked.push(guard),
                None if fails(trigger) => {
                    let mut gone = trigger.clone();
                    if let Some(does) = &mut gone.does {
                        let does = Arc::make_mut(does);
                        does.unclear = does.why_it_fails().map(str::to_owned);
                        does.fails = None;
                        does.steps.clear();
                    }
                    self.marked.push(gone);
                }
                _ => {}
            }
        }
    }

    /// The triggers for which guards stand since this was asked last.
    pub(in crate::translate) fn take_marked(&mut self) -> Vec<Trigger> {
        std::mem::take(&mut self.marked)
    }
}

/// Whether two states of a table have the same columns by name. A column that is held by another name
/// gets its own with a change that is still to come.
fn called_alike(one: &Table, other: &Table) -> bool {
    let has = |table: &Table, other: &Table| {
        let mut columns = table.columns.iter();
        columns.all(|column| other.column(&column.name).is_some())
    };
    has(one, other) && has(other, one)
}

fn fails(trigger: &Trigger) -> bool {
    let does = trigger.does.as_deref();
    does.is_some_and(|does| does.why_it_fails().is_some())
}

/// The events for which a guard may stand for a trigger that has a form for others, the fewest first.
fn some_events(trigger: &Trigger) -> Vec<Vec<TriggerEvent>> {
    let does = trigger.does.as_ref();
    let understood = does.filter(|does| does.unclear.is_none() && !does.steps.is_empty());
    let events = understood.map(|does| does.events.clone());
    let events = events.unwrap_or_default();
    let mut all: Vec<Vec<TriggerEvent>> = vec![Vec::new()];
    for event in events.iter().copied() {
        let with = all.iter().map(|some| [some.as_slice(), &[event]].concat());
        all.extend(with.collect::<Vec<_>>());
    }
    all.retain(|some| !some.is_empty() && some.len() < events.len());
    all.sort_by_key(Vec::len);
    all
}

fn now<'s>(one: &Carried, table: &Name, authored: &'s Schema) -> Option<&'s Trigger> {
    let mut triggers = authored.triggers_of(table).iter();
    triggers.find(|trigger| trigger.name == one.authored.name)
}

/// The guard that stands for a trigger. What matters comes first: MySQL has 128 characters for it.
fn guard(trigger: &Trigger, left: &Left) -> Option<Trigger> {
    let revision = match &left.revision {
        Some(revision) => format!("for {revision}"),
        None => "that makes it".into(),
    };
    let message = format!(
        "the trigger {} on {} has no form here: write an override {revision} ({})",
        trigger.name, trigger.table, left.why
    );
    let message = message.replace('\\', "/");
    if left.is_for_some() {
        let fails = Fails {
            events: left.events.clone(),
            why: left.why.clone(),
            message: message.clone(),
        };
        if let Some(guard) = trigger.guard_for(fails) {
            return Some(guard);
        }
    }
    trigger.guard(&left.why, message, left.without_rows)
}

/// What refusals say of a trigger, in short.
fn reason(trigger: &Trigger, refusals: &[Refusal]) -> String {
    let Some(first) = refusals.first() else {
        return "it has no form here".into();
    };
    let own = format!("the trigger `{}`: ", trigger.name);
    let why = first.message.strip_prefix(&own).unwrap_or(&first.message);
    let why = match why.split_once(" does is not understood: ") {
        Some((what, why)) if what.starts_with("what it or its function ") => why,
        _ => why,
    };
    why.to_owned()
}

/// The columns that an UPDATE sets, or an INSERT where a row exists; `None`: that is not known.
fn columns_set<'s>(statement: &'s DataStatement, (table, event): &Event) -> Option<Vec<&'s Ident>> {
    if *event != TriggerEvent::Update {
        return None;
    }
    let (own, assignments) = match statement {
        DataStatement::Update(update) => (&update.table, &update.assignments),
        DataStatement::Insert(insert) => match &insert.on_conflict {
            Some(OnConflict::Update { assignments, .. }) => (&insert.table, assignments),
            _ => return None,
        },
        _ => return None,
    };
    (own == table).then(|| assignments.iter().flat_map(|set| &set.columns).collect())
}
