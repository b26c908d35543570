//! What stands in the place of a trigger that a target has no form for: one that fails whenever the
//! trigger would have run (`docs/adr/0016`).
//!
//! # Invariants
//!
//! - A guard runs at least whenever its trigger would: where it cannot be told when that is, it runs
//!   more often.

use std::sync::Arc;

use super::replay::{PARTITIONED, RENAMED};
use super::{RowTrigger, Trigger, TriggerEvent, TriggerStep};
use crate::sql::StatementTrigger;

/// Events for which a guard stands for a trigger that has a form for its others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fails {
    /// The events.
    pub events: Vec<TriggerEvent>,
    /// Why there is no form.
    pub why: String,
    /// The error that is raised.
    pub message: String,
}

impl RowTrigger {
    /// Whether an event fails, since the trigger has no form for it.
    #[must_use]
    pub fn fails_for(&self, event: TriggerEvent) -> bool {
        let of_some = self.fails.as_ref();
        self.is_guard() && self.events.contains(&event)
            || of_some.is_some_and(|fails| fails.events.contains(&event))
    }

    /// Why it has no form, for some event at least.
    #[must_use]
    pub fn why_it_fails(&self) -> Option<&str> {
        match &self.fails {
            Some(fails) => Some(&fails.why),
            None => self.unclear.as_deref().filter(|_| self.is_guard()),
        }
    }

    /// Whether it is a guard: it raises an error, and calls nothing.
    #[must_use]
    pub fn is_guard(&self) -> bool {
        self.unclear.is_some()
            && self.code.is_empty()
            && matches!(self.steps[..], [TriggerStep::Raise(_)])
    }
}

impl Trigger {
    /// Whether an event fails, since the trigger has no form for it.
    #[must_use]
    pub fn fails_for(&self, event: TriggerEvent) -> bool {
        self.does.as_ref().is_some_and(|does| does.fails_for(event))
    }

    /// The trigger with a guard for some of its events. `None` if what it does is not understood.
    #[must_use]
    pub(crate) fn guard_for(&self, fails: Fails) -> Option<Self> {
        let own = self.does.as_deref()?;
        let understood = own.unclear.is_none() && !own.steps.is_empty();
        let some = fails.events.len() < own.events.len();
        if !understood || !some || !fails.events.iter().all(|e| own.events.contains(e)) {
            return None;
        }
        let mut guard = self.clone();
        Arc::make_mut(guard.does.as_mut()?).fails = Some(fails);
        Some(guard)
    }

    /// Whether it is a guard that stands for a trigger.
    #[must_use]
    pub fn is_guard(&self) -> bool {
        self.does.as_ref().is_some_and(|does| does.is_guard())
    }

    /// The guard that stands for it, with what it says. `None` if the trigger runs without any row, or it
    /// is not known when it runs. `without_rows`: one for a whole statement does nothing then.
    #[must_use]
    pub(crate) fn guard(&self, why: &str, message: String, without_rows: bool) -> Option<Self> {
        let own = self.does.as_ref()?;
        let mut said = RowTrigger::of_text(&self.text)?;
        if said.events.is_empty() {
            let whole = StatementTrigger::of_text(&self.text).filter(|_| without_rows)?;
            said.events = whole.events;
            said.before = false;
            said.condition = None;
        }
        let mut does = RowTrigger {
            function: own.function.clone(),
            code: String::new(),
            sets: Vec::new(),
            steps: vec![TriggerStep::Raise(message)],
            unclear: Some(why.to_owned()),
            fails: None,
            ..said
        };
        let own = own.unclear.as_deref();
        if let Some(kept) = own.filter(|why| [RENAMED, PARTITIONED].contains(why)) {
            does.unclear = Some(kept.to_owned());
            // Its text may have columns by names that they no longer have.
            does.of.clear();
            does.condition = None;
        }
        // An UPDATE that moves a row to another partition runs what is for DELETE and INSERT.
        if own == Some(PARTITIONED) && !does.events.contains(&TriggerEvent::Update) {
            does.events.push(TriggerEvent::Update);
        }
        Some(Self {
            does: Some(Arc::new(does)),
            ..self.clone()
        })
    }

    /// A guard as it is, and those that run more often than it: the first that has a form will do.
    #[must_use]
    pub fn wider(&self) -> Vec<Self> {
        let mut all = vec![self.clone()];
        let mut add = |change: &dyn Fn(&mut RowTrigger)| {
            let mut wider = self.clone();
            if let Some(does) = &mut wider.does {
                change(Arc::make_mut(does));
            }
            if !all.contains(&wider) {
                all.push(wider);
            }
        };
        add(&|does| does.condition = None);
        add(&|does| does.of.clear());
        add(&|does| {
            does.condition = None;
            does.of.clear();
            does.before = true;
        });
        all
    }
}
