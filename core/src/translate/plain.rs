//! The authored schema as targets see it: without domains and partitions.
//!
//! A table's domain may change while the table does not, so what a change did to it is the
//! difference between two plain states and not what the replay says.

use std::sync::Arc;

use super::partition::{self, Part};
use crate::schema::{DataStatement, Effect, Mark, Name, Now, Schema, Table, TableEffect, View};

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
        let needed = authored.domains().next().is_some() || effects.iter().any(partition::concerns);
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
                        after: Some(after),
                        renamed: Vec::new(),
                        dropped: Vec::new(),
                        using: Vec::new(),
                    }));
                    now.push(Now::Table(table.name.clone(), Some(table)));
                }
            }
        }
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
    partition::whole(authored.plain_table(table))
}

/// Puts the type below in the place of domains that ask nothing, in a statement's casts.
pub(super) fn plain_casts(statement: &mut DataStatement, authored: &Schema) {
    if authored.domains().next().is_some() {
        statement.each_mut(&mut |expr| authored.plain_cast(expr));
    }
}
