//! Carries what a change did to the authored schema over to what the target holds.
//!
//! What the target holds is known: everything it holds was rendered here, or replayed from a
//! script in its own dialect. A table that such a script made different from the authored one is
//! *deviating*: a change to it is carried over part by part, and only to parts that do not differ.

mod away;
mod constraint;
mod data;
mod fresh;
mod full_text;
mod guarded;
mod lacking;
mod pending;
mod rendering;
mod sequences;
mod steps;
mod trigger;
mod vacant;
mod views;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use pending::{Pending, draws_anew};
use trigger::Carried;

use super::filled::Filled;
use super::merge;
use super::target::{DataScope, Omission, Refusal, Rendered, TableChange, Target};
use crate::schema::{
    Effect, EnumType, Expr, Ident, Map, Name, Schema, Set, Table, TableEffect, Trigger, Type,
};
use crate::sql::Syntax;

/// What came of a statement, and of which.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Out {
    /// Index of the statement in the script.
    pub(super) source: usize,
    pub(super) what: Outcome,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Outcome {
    Rendered(Rendered),
    Refused(Refusal),
    /// Counts only if the script runs while foreign keys are not enforced: it does what their
    /// actions would do.
    Unenforced(Result<Rendered, Vec<Refusal>>),
}

/// The target's side of a translation.
#[derive(Clone)]
pub(super) struct Carrier<'a> {
    target: &'a dyn Target,
    /// The dialect that authored expressions are written in.
    source: Syntax,
    /// The target's own.
    own: Syntax,
    held: Schema,
    /// Under what name the target holds an authored table.
    names: Map<Name, Name>,
    /// What a deviating table would be if nothing had made it different, by its authored name.
    deviating: Map<Name, Arc<Table>>,
    /// Tables whose state in the target is not known, since a change to them was refused.
    unknown: Set<Name>,
    /// Those among the deviating, and among what is not held, that a refused change has left behind.
    left_behind: Set<Name>,
    /// What has been reported as omitted, by table: it is said once.
    omitted: Map<Name, HashSet<Omission>>,
    /// What came of triggers, by their authored table.
    triggers: Map<Name, Vec<Carried>>,
    /// The authored text of the views that are held.
    views: Map<Name, String>,
    /// Views that are left out, and why.
    left_out: Map<Name, String>,
    /// Whether a view that has no form is refused.
    pub(super) needs_views: bool,
    /// Whether a trigger that has no form is refused.
    pub(super) needs_triggers: bool,
    /// The revision that is translated, if that is known.
    pub(super) revision: Option<String>,
    /// The names of functions that are code.
    pub(super) code: Arc<HashSet<String>>,
    /// Triggers for which guards stand from now on, or do no more.
    marked: Vec<Trigger>,
    /// Into which authored tables scripts have put rows.
    pub(super) filled: Filled,
    /// Authored tables that the script at hand has made, and after which it has said nothing of rows
    /// and numbers.
    unused: Set<Name>,
    /// Authored tables that the script at hand has made.
    made: Set<Name>,
    pending: Vec<Pending>,
    /// Tables whose changes are being rendered, each after those before it: they are not held yet.
    waiting: Vec<Name>,
    out: Vec<Out>,
}

impl<'a> Carrier<'a> {
    /// `held` is an empty schema of the target.
    pub(super) fn new(target: &'a dyn Target, source: Syntax, own: Syntax, held: Schema) -> Self {
        Self {
            target,
            source,
            own,
            held,
            names: Map::default(),
            deviating: Map::default(),
            unknown: Set::default(),
            left_behind: Set::default(),
            omitted: Map::default(),
            triggers: Map::default(),
            views: Map::default(),
            left_out: Map::default(),
            needs_views: false,
            needs_triggers: false,
            revision: None,
            code: Arc::default(),
            marked: Vec::new(),
            filled: Filled::default(),
            unused: Set::default(),
            made: Set::default(),
            pending: Vec::new(),
            waiting: Vec::new(),
            out: Vec::new(),
        }
    }

    /// What the target holds. Changes that are pending are not in it.
    pub(super) fn held(&self) -> &Schema {
        &self.held
    }

    /// Takes what has come of the statements so far.
    pub(super) fn take(&mut self) -> Vec<Out> {
        std::mem::take(&mut self.out)
    }

    /// Carries one effect over. `authored` is the schema after it.
    pub(super) fn effect(&mut self, source: usize, effect: &Effect, authored: &Schema) {
        match effect {
            Effect::Table(effect) => {
                self.filled.follow(effect);
                self.follow_own(effect);
                self.table(source, effect, authored);
            }
            Effect::View { before, after } => {
                // A view that goes away does so before the tables it reads change.
                if after.is_some() {
                    self.flush(authored);
                }
                self.view(source, before.as_deref(), after.as_deref(), authored);
            }
            Effect::Enum {
                before,
                after,
                renamed,
            } => {
                self.other(source, effect, authored);
                if let Some((from, _)) = renamed {
                    self.member_renamed(source, from);
                }
                if let (Some(before), Some(after)) = (before, after) {
                    self.members(source, before, after, renamed.as_ref(), authored);
                }
            }
            Effect::Sequence {
                before,
                after,
                restart,
            } => {
                let goes = before.as_ref().filter(|_| after.is_none());
                let goes = goes.is_some_and(|before| self.held.sequence(&before.name).is_some());
                if restart.is_some() {
                    self.nothing_unused();
                }
                // It is the table that counts, which has to be there; and a sequence that goes is not
                // drawn from any more.
                if restart.is_some() || goes {
                    self.flush(authored);
                }
                if let (Some(before), Some(after)) = (before, after)
                    && (after.owned_by.is_some()
                        || after.identity
                        || authored.sequence_users(&after.name).next().is_some())
                {
                    self.steps_changed(source, &after.name, &before.options, &after.options);
                }
                self.other(source, effect, authored);
            }
            Effect::Trigger { before, after } => {
                self.trigger(source, before.as_ref(), after.as_ref(), authored);
            }
        }
    }

    /// The script is at its end: an application may come to its tables.
    pub(super) fn end_script(&mut self) {
        self.nothing_unused();
        self.made = Set::default();
    }

    /// Rows are written, or numbers given, it may be to any table.
    fn nothing_unused(&mut self) {
        self.unused = Set::default();
    }

    fn follow_own(&mut self, effect: &TableEffect) {
        for tables in [&mut self.unused, &mut self.made] {
            let was = match &effect.before {
                Some(before) => tables.remove(&before.name),
                None => true,
            };
            if let Some(after) = effect.after.as_ref().filter(|_| was) {
                tables.insert(after.name.clone());
            }
        }
    }

    /// Refuses a statement.
    pub(super) fn refuse(&mut self, source: usize, refusal: Refusal) {
        self.out.push(Out {
            source,
            what: Outcome::Refused(refusal),
        });
    }

    /// Leaves a statement out after all that was refused.
    pub(super) fn forgive(&mut self, source: usize, code: &str, omission: Omission) {
        self.out.retain(|out| {
            let refused = matches!(&out.what, Outcome::Refused(refusal) if refusal.code == code);
            !(refused && out.source == source)
        });
        self.omit(source, omission);
    }

    /// Reports that a statement was left out.
    pub(super) fn omit(&mut self, source: usize, omission: Omission) {
        let rendered = Rendered {
            omissions: vec![omission],
            ..Rendered::default()
        };
        self.push(source, Ok(rendered));
    }

    /// Adds a statement of the target's own dialect as it stands.
    pub(super) fn verbatim(&mut self, source: usize, sql: &str) {
        self.nothing_unused();
        let rendered = Rendered {
            statements: vec![sql.to_owned()],
            ..Rendered::default()
        };
        self.push(source, Ok(rendered));
    }

    /// Lets a script of the target's own dialect change what is held.
    pub(super) fn replace_held(&mut self, change: impl FnOnce(Schema) -> Schema) {
        self.held = change(std::mem::take(&mut self.held));
    }

    /// After authored and target were changed by scripts of their own: compares the two for the
    /// tables that either touched, and notes which deviate.
    pub(super) fn settle(
        &mut self,
        touched: &[TableEffect],
        own: &[TableEffect],
        authored: &Schema,
    ) {
        let mut names: Vec<Name> = Vec::new();
        let after = |effect: &TableEffect| effect.after.as_ref().map(|table| table.name.clone());
        for effect in touched {
            if let Some(before) = &effect.before
                && effect.after.as_ref().is_none_or(|a| a.name != before.name)
            {
                let triggers = self.triggers.remove(&before.name);
                self.forget(&before.name);
                // One that the authored engine alone has dropped may have its rows here.
                if effect.after.is_some() {
                    self.filled.follow(effect);
                }
                if let (Some(after), Some(triggers)) = (&effect.after, triggers) {
                    self.triggers.insert(after.name.clone(), triggers);
                }
            }
            names.extend(after(effect));
        }
        // A table of the target that carries an authored table's name is that table.
        for name in own.iter().filter_map(after) {
            let authored_name = self.names.iter().find(|(_, held)| **held == name);
            names.push(authored_name.map_or(name.clone(), |(authored, _)| authored.clone()));
        }
        names.sort();
        names.dedup();
        for name in names {
            let Some(table) = authored.table(&name) else {
                continue;
            };
            self.left_behind.remove(&name);
            match self.target.lower(table, authored, self.source) {
                Ok(lowered) => {
                    self.unknown.remove(&name);
                    self.names.insert(name.clone(), lowered.table.name.clone());
                    let same = self
                        .held
                        .table(&lowered.table.name)
                        .is_some_and(|held| merge::same(held, &lowered.table));
                    if same {
                        self.deviating.remove(&name);
                    } else {
                        self.deviating.insert(name, Arc::new(lowered.table));
                    }
                }
                Err(_) => {
                    // What the authored table would be here cannot be said; what is held can, but
                    // no later change to the authored one can be carried over to it.
                    self.unknown.insert(name);
                }
            }
        }
        self.settle_triggers(authored);
    }

    /// Takes what differs now for what refused changes have left behind.
    pub(super) fn pass_over(&mut self, touched: &[TableEffect]) {
        for table in touched.iter().filter_map(|effect| effect.after.as_ref()) {
            let name = &table.name;
            if self.held_table(name).is_none() || self.deviating.contains_key(name) {
                self.left_behind.insert(name.clone());
            }
        }
    }

    /// Whether what is held under a name is no longer there for the authored engine: what was to drop it
    /// was refused.
    fn is_stale(&self, held: &Name, own: &Name, authored: &Schema) -> bool {
        let same = |name: &Name| name.name.eq_ignore_ascii_case(&held.name);
        let mut names = self.names.iter();
        let is_table =
            names.any(|(name, of)| same(of) && name != own && authored.table(name).is_some());
        let is_view = authored.views().any(|view| same(&view.name));
        !is_table && !is_view
    }

    fn forget(&mut self, name: &Name) {
        self.triggers.remove(name);
        self.names.remove(name);
        self.deviating.remove(name);
        self.unknown.remove(name);
        self.left_behind.remove(name);
        self.omitted.remove(name);
    }

    fn scope<'s>(&'s self, authored: &'s Schema) -> DataScope<'s> {
        DataScope {
            authored,
            source: self.source,
            target: &self.held,
        }
    }

    fn push(&mut self, source: usize, rendered: Result<Rendered, Vec<Refusal>>) {
        match rendered {
            Ok(rendered) if rendered == Rendered::default() => {}
            Ok(rendered) => self.out.push(Out {
                source,
                what: Outcome::Rendered(rendered),
            }),
            Err(refusals) => {
                for refusal in refusals {
                    self.refuse(source, refusal);
                }
            }
        }
    }

    fn held_table(&self, authored: &Name) -> Option<&Arc<Table>> {
        self.held
            .table(self.names.get(authored).unwrap_or(authored))
    }

    fn table(&mut self, source: usize, effect: &TableEffect, authored: &Schema) {
        let (before, after) = (effect.before.as_ref(), effect.after.as_ref());
        match (before, after) {
            (None, None) => {}
            (None, Some(after)) => {
                self.forget(&after.name);
                self.make_way(after, authored);
                self.pending.push(Pending {
                    source,
                    before: None,
                    authored_before: None,
                    after: after.clone(),
                    origins: HashMap::new(),
                    using: HashMap::new(),
                    touched: HashSet::new(),
                });
            }
            (Some(before), None) => self.drop_table(source, before, authored),
            (Some(before), Some(after)) => self.alter(source, effect, before, after, authored),
        }
        if !self.target.folds() {
            self.flush(authored);
        }
    }

    fn drop_table(&mut self, source: usize, before: &Arc<Table>, authored: &Schema) {
        let is = |pending: &Pending| pending.after.name == before.name;
        let pending = self.pending.iter().position(is);
        let held = match pending.map(|place| self.pending.remove(place)) {
            // It was never made.
            Some(Pending { before: None, .. }) => {
                self.forget(&before.name);
                return;
            }
            Some(pending) => pending.before,
            None => self.held_table(&before.name).cloned(),
        };
        // Foreign keys that pointed at it are gone first.
        self.flush(authored);
        let unknown = self.unknown.contains(&before.name);
        self.forget(&before.name);
        let Some(held) = held else {
            if unknown {
                self.refuse(source, depends(&before.name));
            }
            return;
        };
        if self.reader(&before.name).is_some() {
            self.unknown.insert(before.name.clone());
            self.refuse(source, depends(&before.name));
            return;
        }
        self.held.remove_table(&held.name);
        self.hold_sequences(Some(&held), None);
        let change = TableChange {
            before: Some(&held),
            after: None,
            authored_before: Some(before),
            authored_after: None,
            columns: Vec::new(),
            triggers: Vec::new(),
            unused: false,
            own: false,
            scope: self.scope(authored),
        };
        let rendered = self.target.table(&change);
        self.suspend_naming(source, &[&before.name], true, authored);
        self.hold_along(&rendered);
        let triggers: Vec<Ident> = self
            .held
            .triggers()
            .filter(|trigger| trigger.table == held.name)
            .map(|trigger| trigger.name.clone())
            .collect();
        for trigger in triggers {
            self.held.remove_trigger(&held.name, &trigger);
        }
        self.push(source, rendered);
    }

    fn alter(
        &mut self,
        source: usize,
        effect: &TableEffect,
        before: &Arc<Table>,
        after: &Arc<Table>,
        authored: &Schema,
    ) {
        if self.unknown.contains(&before.name) {
            if before.name != after.name {
                self.forget(&before.name);
                self.unknown.insert(after.name.clone());
            }
            self.refuse(source, depends(&before.name));
            return;
        }
        self.make_way(after, authored);
        let is = |pending: &Pending| pending.after.name == before.name;
        let draws_anew = draws_anew(effect, authored);
        // A conversion reads the rows as they are at that point.
        if self
            .pending
            .iter()
            .find(|p| is(p))
            .is_some_and(|p| p.must_be_done_before(effect))
            || draws_anew
        {
            self.flush(authored);
        }
        let place = match self.pending.iter().position(is) {
            Some(place) => place,
            None => {
                let held = self.held_table(&before.name).cloned();
                let Some(held) = held else {
                    self.unknown.insert(after.name.clone());
                    self.refuse(source, depends(&before.name));
                    return;
                };
                let own =
                    |column: &crate::schema::Column| (column.name.clone(), column.name.clone());
                self.pending.push(Pending {
                    source,
                    before: Some(held),
                    authored_before: Some(before.clone()),
                    after: before.clone(),
                    origins: before.columns.iter().map(own).collect(),
                    using: HashMap::new(),
                    touched: HashSet::new(),
                });
                self.pending.len() - 1
            }
        };
        if before.name != after.name {
            if let Some(base) = self.deviating.remove(&before.name) {
                self.deviating.insert(after.name.clone(), base);
            }
            if let Some(held) = self.names.remove(&before.name) {
                self.names.insert(after.name.clone(), held);
            }
            if let Some(triggers) = self.triggers.remove(&before.name) {
                self.triggers.insert(after.name.clone(), triggers);
            }
            if self.left_behind.remove(&before.name) {
                self.left_behind.insert(after.name.clone());
            }
            if let Some(omitted) = self.omitted.remove(&before.name) {
                self.omitted.insert(after.name.clone(), omitted);
            }
        }
        let pending = &mut self.pending[place];
        pending.alter(effect, after);
        if draws_anew {
            self.flush(authored);
        }
    }

    /// An index's name may be free only once a change that is pending for another table is done.
    fn make_way(&mut self, after: &Table, authored: &Schema) {
        let clash = after.indexes.iter().any(|index| {
            let name = Name {
                schema: after.name.schema.clone(),
                name: index.name.clone(),
            };
            self.held.index_table(&name).is_some_and(|on| {
                self.pending.iter().any(|pending| {
                    pending.after.name != after.name
                        && pending.before.as_ref().is_some_and(|b| b.name == on.name)
                })
            })
        });
        let renamed_away = self.pending.iter().any(|pending| {
            pending.after.name != after.name
                && pending
                    .before
                    .as_ref()
                    .is_some_and(|b| b.name == after.name)
        });
        if clash || renamed_away {
            self.flush(authored);
        }
    }

    /// An enum's members have changed: so have the tables that hold them in their columns.
    fn members(
        &mut self,
        source: usize,
        before: &EnumType,
        after: &EnumType,
        renamed: Option<&(String, String)>,
        authored: &Schema,
    ) {
        let uses = |ty: &Type| match ty {
            Type::Enum(name) => *name == after.name,
            Type::Array(item) => matches!(&**item, Type::Enum(name) if *name == after.name),
            _ => false,
        };
        if before.members == after.members {
            return;
        }
        let tables: Vec<Arc<Table>> = authored
            .tables()
            .filter(|table| table.columns.iter().any(|column| uses(&column.ty)))
            .cloned()
            .collect();
        for table in tables {
            let mut effect = TableEffect {
                before: Some(table.clone()),
                after: Some(table.clone()),
                renamed: Vec::new(),
                dropped: Vec::new(),
                using: Vec::new(),
            };
            if let Some((from, to)) = renamed {
                let columns = table.columns.iter().filter(|column| uses(&column.ty));
                effect.using = columns
                    .map(|column| (column.name.clone(), rename_member(&column.name, from, to)))
                    .collect();
            }
            self.table(source, &effect, authored);
        }
    }

    fn other(&mut self, source: usize, effect: &Effect, authored: &Schema) {
        let rendered = self.target.other(effect, &self.scope(authored));
        let made = rendered.as_ref().is_ok_and(|r| !r.statements.is_empty());
        if let Effect::Sequence { before, after, .. } = effect
            && made
        {
            let apart = before
                .as_ref()
                .is_some_and(|before| self.is_drawn(&before.name));
            if let Some(before) = before {
                self.held.remove_sequence(&before.name);
            }
            if let Some(after) = after {
                let mut after = (**after).clone();
                after.owned_by = after.owned_by.filter(|_| !apart);
                self.held.put_sequence(after);
            }
        }
        self.push(source, rendered);
    }
}

/// `CASE column WHEN from THEN to ELSE column END`.
fn rename_member(column: &str, from: &str, to: &str) -> Expr {
    Expr::Case {
        operand: Some(Box::new(Expr::column(column))),
        whens: vec![(Expr::text(from), Expr::text(to))],
        otherwise: Some(Box::new(Expr::column(column))),
    }
}

fn depends(table: &Name) -> Refusal {
    Refusal::new(
        "depends-on-refused",
        format!("what `{table}` looks like there is not known, since an earlier change to it was not translated"),
    )
    .help("give the earlier revision an override, or skip both statements for this driver")
}
