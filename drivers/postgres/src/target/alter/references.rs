//! Foreign keys and the tables that they refer to.

use aludel::schema::{Constraint, ConstraintKind, ForeignKey, Table};
use aludel::translate::print::Printer;

use super::Alteration;

impl Alteration<'_> {
    /// Marks the foreign keys of a table that refer to none that is there.
    pub(super) fn mark_references(&mut self, table: &mut Table) {
        let target = self.change.scope.target;
        let mut missing = Vec::new();
        for constraint in &mut table.constraints {
            let ConstraintKind::ForeignKey(key) = &constraint.kind else {
                continue;
            };
            if target.table(&key.table).is_none() {
                missing.push(key.table.clone());
                constraint.not_valid = true;
            }
        }
        for referred in missing {
            let message = format!(
                "a foreign key of `{}` to `{referred}`, which is not there: it is made with that",
                table.name
            );
            self.omit("missing-reference", message);
        }
    }

    /// Makes the foreign keys of other tables to one that is there from now on.
    pub(super) fn restore_references(&mut self, printer: &mut Printer<'_>, after: &Table) {
        let target = self.change.scope.target;
        for referrer in target.referrers(&after.name) {
            if referrer.name == after.name {
                continue;
            }
            let mut held = (**referrer).clone();
            let name = printer.name(&held.name);
            let table = held.clone();
            for constraint in &mut held.constraints {
                if !constraint.not_valid || !refers(constraint, after) {
                    continue;
                }
                constraint.not_valid = false;
                let text = printer.constraint(constraint, &table);
                self.push(format!("ALTER TABLE {name} ADD {text}"));
            }
            if held != table {
                self.rendered.along.push(held);
            }
        }
    }

    /// Takes away the foreign keys of other tables to one that goes.
    pub(super) fn release_references(&mut self, printer: &mut Printer<'_>, before: &Table) {
        let target = self.change.scope.target;
        for referrer in target.referrers(&before.name) {
            if referrer.name == before.name {
                continue;
            }
            let mut held = (**referrer).clone();
            let table = printer.name(&held.name);
            for constraint in &mut held.constraints {
                if constraint.not_valid || !refers(constraint, before) {
                    continue;
                }
                constraint.not_valid = true;
                if let Some(name) = &constraint.name {
                    let name = printer.ident(name);
                    self.rendered
                        .statements
                        .push(format!("ALTER TABLE {table} DROP CONSTRAINT {name}"));
                }
            }
            if held != **referrer {
                let message = format!(
                    "a foreign key of `{}` to `{}`, until there is a table of that name again",
                    held.name, before.name
                );
                self.omit("missing-reference", message);
                self.rendered.along.push(held);
            }
        }
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

fn refers(constraint: &Constraint, table: &Table) -> bool {
    matches!(&constraint.kind, ConstraintKind::ForeignKey(key) if key.table == table.name)
}
