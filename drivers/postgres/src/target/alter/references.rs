//! Foreign keys and the keys that they refer to.

use std::collections::BTreeSet;

use aludel::schema::{Constraint, ConstraintKind, Expr, ForeignKey, Ident, Table};
use aludel::translate::print::Printer;

use super::Alteration;
use super::keys::Kept;

impl Alteration<'_> {
    /// Marks the foreign keys of a table that refer to no key that is there.
    pub(super) fn mark_references(&mut self, table: &mut Table) {
        let itself = table.clone();
        let mut missing = Vec::new();
        for constraint in &mut table.constraints {
            let ConstraintKind::ForeignKey(key) = &constraint.kind else {
                continue;
            };
            let referred = if key.table == itself.name {
                Some(&itself)
            } else {
                let target = self.change.scope.target;
                target.table(&key.table).map(AsRef::as_ref)
            };
            let there = referred.is_some_and(|referred| has_key(referred, &key.referred));
            if !there && !self.follows(key) {
                missing.push(key.table.clone());
                constraint.not_valid = true;
            }
        }
        for referred in missing {
            let message = format!(
                "a foreign key of `{}` to a key of `{referred}` that is not there: it is made with that",
                table.name
            );
            self.omit("missing-reference", message);
        }
    }

    /// Whether a foreign key was there before, to what has another name meanwhile.
    fn follows(&self, after: &ForeignKey) -> bool {
        let before = self.change.before.into_iter();
        let mut there = before.flat_map(|before| &before.constraints);
        there.any(|constraint| {
            !constraint.not_valid
                && self
                    .carried(constraint)
                    .is_some_and(|carried| match &carried.kind {
                        ConstraintKind::ForeignKey(key) => self.same_reference(key, after),
                        _ => false,
                    })
        })
    }

    /// Makes the foreign keys of other tables to keys that are there from now on.
    pub(super) fn restore_references(&mut self, printer: &mut Printer<'_>, after: &Table) {
        for mut held in self.referrers(after) {
            let name = printer.name(&held.name);
            let table = held.clone();
            for constraint in &mut held.constraints {
                let is_key = |key: &ForeignKey| has_key(after, &key.referred);
                if constraint.not_valid && refers(constraint, after).is_some_and(is_key) {
                    constraint.not_valid = false;
                    let text = printer.constraint(constraint, &table);
                    self.push(format!("ALTER TABLE {name} ADD {text}"));
                }
            }
            if held != table {
                self.rendered.along.push(held);
            }
        }
    }

    /// Takes away the foreign keys of other tables to keys that go; all of them, if the table does.
    pub(super) fn release_references(
        &mut self,
        printer: &mut Printer<'_>,
        before: &Table,
        after: Option<(&Table, &Kept)>,
    ) {
        let now = after.map_or(before, |(after, _)| after);
        for mut held in self.referrers(now) {
            let table = printer.name(&held.name);
            let was = held.clone();
            for constraint in &mut held.constraints {
                let Some(key) = refers(constraint, now) else {
                    continue;
                };
                let stays = after.is_some_and(|(_, kept)| keeps_key(before, &key.referred, kept));
                if constraint.not_valid || stays {
                    continue;
                }
                constraint.not_valid = true;
                if let Some(name) = &constraint.name {
                    let name = printer.ident(name);
                    self.push(format!("ALTER TABLE {table} DROP CONSTRAINT {name}"));
                }
            }
            if held != was {
                if after.is_none() {
                    let message = format!(
                        "a foreign key of `{}` to `{}`, until there is a table of that name again",
                        held.name, before.name
                    );
                    self.omit("missing-reference", message);
                }
                self.rendered.along.push(held);
            }
        }
    }

    /// The other tables that refer to one, as they are by now.
    fn referrers(&self, table: &Table) -> Vec<Table> {
        let held = self.change.scope.target.referrers(&table.name);
        let others = held.filter(|referrer| referrer.name != table.name);
        others
            .map(|referrer| {
                let mut along = self.rendered.along.iter().rev();
                let changed = along.find(|changed| changed.name == referrer.name);
                changed.unwrap_or(referrer).clone()
            })
            .collect()
    }

    /// Whether a foreign key is what it was, but for names that the server carries along.
    pub(super) fn same_reference(&self, before: &ForeignKey, after: &ForeignKey) -> bool {
        let authored = self.change.scope.authored;
        let own = |table: Option<&Table>, key: &ForeignKey| {
            table.is_some_and(|table| table.name == key.table)
        };
        let itself = own(self.change.before, before) && own(self.change.after, after);
        let table =
            itself || before.table == after.table || authored.table(&before.table).is_none();
        let there = if itself {
            self.change.after
        } else {
            authored.table(&after.table).map(AsRef::as_ref)
        };
        let referred = before.referred.len() == after.referred.len()
            && before
                .referred
                .iter()
                .zip(&after.referred)
                .all(|(old, new)| {
                    old == new || there.is_none_or(|there| there.column(old).is_none())
                });
        let unchanged = ForeignKey {
            columns: after.columns.clone(),
            table: after.table.clone(),
            referred: after.referred.clone(),
            ..before.clone()
        };
        table && referred && before.columns == after.columns && unchanged == *after
    }
}

fn refers<'c>(constraint: &'c Constraint, table: &Table) -> Option<&'c ForeignKey> {
    match &constraint.kind {
        ConstraintKind::ForeignKey(key) if key.table == table.name => Some(key),
        _ => None,
    }
}

/// The names of the keys of a table over some columns, and whether they are constraints: what a
/// foreign key to them may depend on.
fn keys_over<'t>(
    table: &'t Table,
    columns: &[Ident],
) -> impl Iterator<Item = (Option<&'t Ident>, bool)> {
    let wanted: BTreeSet<Ident> = columns.iter().cloned().collect();
    let constraints = table.constraints.iter().filter_map(|constraint| {
        let (ConstraintKind::PrimaryKey { columns } | ConstraintKind::Unique { columns, .. }) =
            &constraint.kind
        else {
            return None;
        };
        let columns = columns.iter().map(|part| part.column.clone());
        Some((columns.collect(), constraint.name.as_ref(), true))
    });
    let indexes = table.indexes.iter().filter_map(|index| {
        let columns = index.keys.iter().map(|key| match &key.expr {
            Expr::Column { column, .. } if key.collation.is_none() => Some(column.clone()),
            _ => None,
        });
        let columns = columns.collect::<Option<BTreeSet<Ident>>>()?;
        (index.unique && index.filter.is_none()).then_some((columns, Some(&index.name), false))
    });
    constraints
        .chain(indexes)
        .filter(move |(columns, _, _)| *columns == wanted)
        .map(|(_, name, is_constraint)| (name, is_constraint))
}

fn has_key(table: &Table, columns: &[Ident]) -> bool {
    keys_over(table, columns).next().is_some()
}

/// Whether all keys over some columns stay: nobody says which one a foreign key depends on.
pub(super) fn keeps_key(before: &Table, columns: &[Ident], kept: &Kept) -> bool {
    keys_over(before, columns).all(|(name, is_constraint)| kept.stays(name, is_constraint))
}
