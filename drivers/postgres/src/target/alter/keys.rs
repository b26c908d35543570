//! Keys, CHECKs and indexes: dropped, renamed, added. A foreign key is dropped before what it may
//! need, and added after it.

use aludel::schema::{Constraint, ConstraintKind, Ident, Index, Table};
use aludel::translate::print::Printer;

use super::Alteration;
use super::references::keeps_key;

/// What stays of a table's keys and indexes, each by its names before and after.
#[derive(Debug, Default)]
pub(super) struct Kept {
    constraints: Vec<(Ident, Ident)>,
    indexes: Vec<(Ident, Ident)>,
}

impl Kept {
    /// Whether a key of this name before is there afterwards.
    pub(super) fn stays(&self, before: Option<&Ident>, is_constraint: bool) -> bool {
        let names = if is_constraint {
            &self.constraints
        } else {
            &self.indexes
        };
        before.is_some_and(|name| names.iter().any(|(from, _)| from == name))
    }

    fn constraint_stays(&self, before: Option<&Ident>) -> bool {
        self.stays(before, true)
    }

    fn constraint_is_there(&self, after: Option<&Ident>) -> bool {
        after.is_some_and(|name| self.constraints.iter().any(|(_, to)| to == name))
    }
}

impl Alteration<'_> {
    /// Finds for everything after what it was before, if it says the same. What keeps its name is
    /// itself: only what has gone can have got another's.
    pub(super) fn kept(&self, before: &Table, after: &Table) -> Kept {
        let mut kept = Kept::default();
        for constraint in before.constraints.iter().filter(|c| !c.not_valid) {
            let Some(carried) = self.carried(constraint) else {
                continue;
            };
            let had = |name: &Option<Ident>| before.constraints.iter().any(|c| c.name == *name);
            let same = after.constraints.iter().filter(|other| {
                (other.name == constraint.name || !had(&other.name))
                    && !kept.constraint_is_there(other.name.as_ref())
                    && self.says(&carried, other)
            });
            let same: Vec<_> = same.collect();
            let own = same.iter().find(|other| other.name == constraint.name);
            if let Some(other) = own.or(same.first())
                && let (Some(from), Some(to)) = (&constraint.name, &other.name)
            {
                kept.constraints.push((from.clone(), to.clone()));
            }
        }
        for index in &before.indexes {
            let Some(carried) = self.carried_index(index) else {
                continue;
            };
            let had = |name: &Ident| before.indexes.iter().any(|index| index.name == *name);
            let same = after.indexes.iter().filter(|other| {
                let may_be = other.name == index.name || !had(&other.name);
                let as_other = Index {
                    name: other.name.clone(),
                    comment: other.comment.clone(),
                    ..carried.clone()
                };
                may_be
                    && as_other == **other
                    && !kept.indexes.iter().any(|(_, to)| *to == other.name)
            });
            let same: Vec<_> = same.collect();
            let own = same.iter().find(|other| other.name == index.name);
            if let Some(other) = own.or(same.first()) {
                kept.indexes.push((index.name.clone(), other.name.clone()));
            }
        }
        // A reference to itself goes with the key that it refers to.
        for (constraint, key) in before.foreign_keys() {
            if key.table == before.name && !keeps_key(before, &key.referred, &kept) {
                kept.constraints
                    .retain(|(from, _)| Some(from) != constraint.name.as_ref());
            }
        }
        kept
    }

    /// Whether a constraint before, under its columns' new names, says what another says.
    fn says(&self, carried: &Constraint, after: &Constraint) -> bool {
        if after.not_valid {
            return false;
        }
        let kind = match (&carried.kind, &after.kind) {
            (ConstraintKind::ForeignKey(a), ConstraintKind::ForeignKey(b)) => {
                self.same_reference(a, b)
            }
            (a, b) => a == b,
        };
        kind && carried.deferrable == after.deferrable
            && carried.initially_deferred == after.initially_deferred
    }

    pub(super) fn drop_keys(
        &mut self,
        printer: &mut Printer<'_>,
        before: &Table,
        after: &Table,
        kept: &Kept,
    ) {
        let table = printer.name(&after.name);
        let is_reference =
            |constraint: &&Constraint| matches!(constraint.kind, ConstraintKind::ForeignKey(_));
        let there = || before.constraints.iter().filter(|c| !c.not_valid);
        let references = there().filter(is_reference);
        let others = there().filter(|constraint| !is_reference(constraint));
        for constraint in references.chain(others) {
            if let Some(name) = &constraint.name
                && !kept.constraint_stays(Some(name))
            {
                let name = printer.ident(name);
                self.push(format!("ALTER TABLE {table} DROP CONSTRAINT {name}"));
            }
        }
        for index in &before.indexes {
            if !kept.indexes.iter().any(|(from, _)| *from == index.name) {
                let name = printer.ident(&index.name);
                self.push(format!("DROP INDEX {name}"));
            }
        }
    }

    pub(super) fn rename_keys(&mut self, printer: &mut Printer<'_>, after: &Table, kept: &Kept) {
        let table = printer.name(&after.name);
        for (from, to) in kept.constraints.iter().filter(|(from, to)| from != to) {
            let (from, to) = (printer.ident(from), printer.ident(to));
            self.push(format!(
                "ALTER TABLE {table} RENAME CONSTRAINT {from} TO {to}"
            ));
        }
        for (from, to) in kept.indexes.iter().filter(|(from, to)| from != to) {
            let (from, to) = (printer.ident(from), printer.ident(to));
            self.push(format!("ALTER INDEX {from} RENAME TO {to}"));
        }
    }

    pub(super) fn add_keys(&mut self, printer: &mut Printer<'_>, after: &Table, kept: &Kept) {
        let table = printer.name(&after.name);
        let is_reference =
            |constraint: &&Constraint| matches!(constraint.kind, ConstraintKind::ForeignKey(_));
        let new = || {
            after.constraints.iter().filter(|constraint| {
                !constraint.not_valid && !kept.constraint_is_there(constraint.name.as_ref())
            })
        };
        let others: Vec<_> = new()
            .filter(|constraint| !is_reference(constraint))
            .collect();
        for constraint in others {
            let text = printer.constraint(constraint, after);
            self.push(format!("ALTER TABLE {table} ADD {text}"));
        }
        for index in &after.indexes {
            if !kept.indexes.iter().any(|(_, to)| *to == index.name) {
                self.push(printer.create_index(index, &after.name));
            }
        }
        let references: Vec<_> = new().filter(is_reference).collect();
        for constraint in references {
            let text = printer.constraint(constraint, after);
            self.push(format!("ALTER TABLE {table} ADD {text}"));
        }
    }
}
