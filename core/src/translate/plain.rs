//! The authored schema as targets see it: without domains and partitions, and with keys and triggers in the
//! places of exclusion constraints.
//!
//! A table's domain may change while the table does not, so what a change did to it is the
//! difference between two plain states and not what the replay says.

use std::sync::Arc;

use super::exclusion;
use super::partition::{self, Part};
use crate::schema::{
    DataStatement, Effect, Mark, Name, Now, Schema, Table, TableEffect, Trigger, View,
};

/// The authored schema without domains and partitions. As long as there is none it is the authored one
/// itself.
#[derive(Debug, Clone, Default)]
pub(super) struct Plain {
    schema: Option<Box<(Schema, Mark)>>,
    /// What has become of partitions since that was last asked.
    parts: Vec<Part>,
}

impl Plain {
    /// The schema as targets see it. It is up to date as of the last [`follow`](Self::follow).
    pub(super) fn of<'s>(&'s self, authored: &'s Schema) -> &'s Schema {
        self.schema.as_deref().map_or(authored, |(plain, _)| plain)
    }

    /// What has become of partitions since this was last asked.
    pub(super) fn take_parts(&mut self) -> Vec<Part> {
        std::mem::take(&mut self.parts)
    }

    /// Follows the authored schema, to which a change has done `effects`: they become what it did to the
    /// plain one.
    pub(super) fn follow(&mut self, authored: &Schema, effects: &mut Vec<Effect>) {
        let concerns = |effect: &Effect| partition::concerns(effect) || exclusion::concerns(effect);
        let needed = authored.domains().next().is_some() || effects.iter().any(concerns);
        if self.schema.is_none() && !needed {
            return;
        }
        self.parts.extend(partition::take(authored, effects));
        let (plain, mark) = &mut **self.schema.get_or_insert_default();
        for effect in &mut *effects {
            if let Effect::Table(TableEffect {
                before: Some(before),
                ..
            }) = effect
                && let Some(was) = plain.table(&before.name)
            {
                *before = was.clone();
            }
        }
        let mut now = authored.follow(mark);
        if now.iter().any(|thing| matches!(thing, Now::Domain(..))) {
            // Its columns are others, whatever else is the same.
            let told = |name: &Name| {
                effects.iter().any(|effect| match effect {
                    Effect::Table(effect) => effect
                        .after
                        .as_ref()
                        .is_some_and(|after| after.name == *name),
                    _ => false,
                })
            };
            let tables = authored.tables();
            let others: Vec<_> = tables.filter(|t| !told(&t.name)).cloned().collect();
            for table in others {
                let after = plain_table(authored, &table);
                let Some(was) = plain.table(&table.name).cloned() else {
                    continue;
                };
                if *was != *after {
                    effects.push(Effect::Table(TableEffect {
                        before: Some(was),
                        // It is made plain with the others, once what stands for its constraints is known.
                        after: Some(table.clone()),
                        renamed: Vec::new(),
                        dropped: Vec::new(),
                        using: Vec::new(),
                    }));
                    now.push(Now::Table(table.name.clone(), Some(table)));
                }
            }
        }
        let constraints = Constraints::of(plain, effects, &now, authored);
        for thing in &mut now {
            match thing {
                Now::Table(_, held @ Some(_)) => {
                    let whole = held.take_if(|table| !table.options.partition);
                    *held = whole.map(|table| plain_table(authored, &table));
                }
                Now::View(_, Some((_, view))) => *view = authored.plain_view(view),
                _ => {}
            }
        }
        plain.catch_up(now);
        constraints.hold(plain, effects);
        for effect in effects {
            match effect {
                Effect::Table(TableEffect { after, using, .. }) => {
                    if let Some(after) = after {
                        *after = plain_table(authored, after);
                    }
                    using
                        .iter_mut()
                        .for_each(|(_, expr)| authored.plain_expr(expr));
                }
                Effect::View { before, after } => {
                    let plain = |view: &mut Option<Box<View>>| {
                        if let Some(view) = view {
                            **view = authored.plain_view(view);
                        }
                    };
                    plain(before);
                    plain(after);
                }
                _ => {}
            }
        }
    }
}

fn plain_table(authored: &Schema, table: &Arc<Table>) -> Arc<Table> {
    let table = exclusion::plain_table(authored, authored.plain_table(table));
    partition::whole(table)
}

/// The triggers that stand for constraints of the tables which a change has touched.
struct Constraints {
    /// By the names that the tables have now.
    now: Vec<(Name, Vec<Trigger>)>,
    /// What tables no longer have these names.
    gone: Vec<Name>,
    /// What the change does to them, by the effect's table.
    changed: Vec<(Name, Vec<Effect>, Vec<Effect>)>,
}

impl Constraints {
    fn of(plain: &Schema, effects: &[Effect], now: &[Now], authored: &Schema) -> Self {
        let mut all = Self {
            now: Vec::new(),
            gone: Vec::new(),
            changed: Vec::new(),
        };
        for thing in now {
            match thing {
                Now::Table(name, None) => all.gone.push(name.clone()),
                Now::Table(name, _) | Now::Triggers(name, _) => {
                    if let Some(table) = authored
                        .table(name)
                        .filter(|table| !table.options.partition)
                    {
                        // A column of a domain's is what the domain is of.
                        let table = authored.plain_table(table);
                        all.now
                            .push((name.clone(), exclusion::triggers(authored, &table)));
                    }
                }
                _ => {}
            }
        }
        for effect in effects {
            let Effect::Table(effect) = effect else {
                continue;
            };
            let effect = &TableEffect {
                after: effect
                    .after
                    .as_ref()
                    .map(|table| authored.plain_table(table)),
                ..effect.clone()
            };
            let had: Vec<Trigger> = match &effect.before {
                Some(before) => plain.triggers_of(&before.name).to_vec(),
                None => Vec::new(),
            };
            let had: Vec<Trigger> = had.into_iter().filter(exclusion::stands_for_one).collect();
            let have = match &effect.after {
                Some(after) => exclusion::triggers(authored, after),
                None => Vec::new(),
            };
            let (go, come) = exclusion::changed(&had, &have, effect);
            if let Some(table) = effect
                .after
                .as_ref()
                .filter(|_| !go.is_empty() || !come.is_empty())
            {
                all.changed.push((table.name.clone(), go, come));
            }
        }
        all
    }

    /// Puts the triggers where they belong: those that go before the change to their table, those that
    /// come after it.
    fn hold(self, plain: &mut Schema, effects: &mut Vec<Effect>) {
        for name in &self.gone {
            exclusion::hold(plain, name, Vec::new());
        }
        for (name, triggers) in self.now {
            exclusion::hold(plain, &name, triggers);
        }
        for (name, go, come) in self.changed {
            let is = |effect: &Effect| match effect {
                Effect::Table(effect) => effect
                    .after
                    .as_ref()
                    .is_some_and(|after| after.name == name),
                _ => false,
            };
            if let Some(place) = effects.iter().position(is) {
                effects.splice(place + 1..place + 1, come);
                effects.splice(place..place, go);
            }
        }
    }
}

/// Puts the type below in the place of domains that ask nothing, in a statement's casts.
pub(super) fn plain_casts(statement: &mut DataStatement, authored: &Schema) {
    if authored.domains().next().is_some() {
        statement.each_mut(&mut |expr| authored.plain_cast(expr));
    }
}
