//! The authored schema as targets see it: without domains.
//!
//! A table's domain may change while the table does not, so what a change did to it is the
//! difference between two plain states and not what the replay says.

use crate::schema::{DataStatement, Effect, Mark, Name, Now, Schema, TableEffect, View};

/// The authored schema without domains. As long as there is none it is the authored one itself.
#[derive(Debug, Clone, Default)]
pub(super) struct Plain(Option<Box<(Schema, Mark)>>);

impl Plain {
    /// The schema as targets see it. It is up to date as of the last [`follow`](Self::follow).
    pub(super) fn of<'s>(&'s self, authored: &'s Schema) -> &'s Schema {
        self.0.as_deref().map_or(authored, |(plain, _)| plain)
    }

    /// Follows the authored schema, to which a change has done `effects`: they become what it did to the
    /// plain one.
    pub(super) fn follow(&mut self, authored: &Schema, effects: &mut Vec<Effect>) {
        if self.0.is_none() && authored.domains().next().is_none() {
            return;
        }
        let (plain, mark) = &mut **self.0.get_or_insert_default();
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
                let after = authored.plain_table(&table);
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
                Now::Table(_, Some(table)) => *table = authored.plain_table(table),
                Now::View(_, Some((_, view))) => *view = authored.plain_view(view),
                _ => {}
            }
        }
        plain.catch_up(now);
        for effect in effects {
            match effect {
                Effect::Table(TableEffect { after, using, .. }) => {
                    if let Some(after) = after {
                        *after = authored.plain_table(after);
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

/// Puts the type below in the place of domains that ask nothing, in a statement's casts.
pub(super) fn plain_casts(statement: &mut DataStatement, authored: &Schema) {
    if authored.domains().next().is_some() {
        statement.each_mut(&mut |expr| authored.plain_cast(expr));
    }
}
