//! Renames: what follows a new name, and what keeps the old one.
//!
//! Foreign keys, checks, index expressions, owned sequences and views follow. Names that were
//! generated from the old name do not.

use super::super::sequence::{nextval, sequence_of};
use super::super::{Constraint, ConstraintKind, Expr, Ident, Name, PartMut, Table};
use super::Replay;
use super::constraint::beside;
use super::problem::{Step, problem};
use super::resolve::column_mut;
use crate::sql::exclusion_renamed;

impl Replay {
    pub(super) fn rename_table(&mut self, from: &Name, to: &Name) -> Step {
        self.check_free(to)?;
        let referrers: Vec<Name> = self
            .schema
            .referrers(from)
            .map(|t| t.name.clone())
            .collect();
        for referrer in &referrers {
            self.edit(referrer, |table| {
                for key in foreign_keys_mut(table) {
                    if key.table == *from {
                        key.table = to.clone();
                    }
                }
            });
        }
        let sequences: Vec<_> = self.schema.sequences_of(from).cloned().collect();
        self.move_table(from, to);
        for before in sequences {
            let mut after = before.clone();
            if let Some((table, _)) = &mut after.owned_by {
                *table = to.clone();
            }
            self.set_sequence(Some(before), Some(after));
        }
        let triggers = self.schema.triggers_of(from).to_vec();
        for trigger in triggers {
            self.move_trigger(from, trigger, to);
        }
        self.resting_follow(from, Some(to));
        if self.session.temporary.remove(from) {
            self.session.temporary.insert(to.clone());
        }
        self.rename_in_views(from, to);
        Ok(())
    }

    pub(super) fn set_schema(&mut self, name: &Name, schema: &Ident) -> Step<Name> {
        let to = self.canonical(&Name::qualified(schema.clone(), name.name.clone()));
        let sequences: Vec<_> = self.schema.sequences_of(name).cloned().collect();
        if to == *name {
            return Ok(to);
        }
        // Its indexes move along.
        let table = self.table(name)?;
        let keys = table.constraints.iter().filter(|constraint| {
            !matches!(
                constraint.kind,
                ConstraintKind::Check { .. } | ConstraintKind::ForeignKey(_)
            )
        });
        let keys = keys.filter_map(|key| key.name.as_ref());
        for index in table.indexes.iter().map(|index| &index.name).chain(keys) {
            self.check_free(&beside(&to, index))?;
        }
        self.rename_table(name, &to)?;
        for sequence in sequences {
            let moved = beside(&to, &sequence.name.name);
            self.move_sequence(&sequence.name, &moved)?;
        }
        Ok(to)
    }

    pub(super) fn rename_column(&mut self, name: &Name, from: &Ident, to: &Ident) -> Step {
        let table = self.table(name)?;
        let place = self.column_of(table, from)?;
        if super::place_of(table, to).is_some() {
            let message = format!("table `{name}` already has a column `{to}`");
            return Err(problem("duplicate-column", message));
        }
        let referrers: Vec<Name> = self
            .schema
            .referrers(name)
            .map(|t| t.name.clone())
            .collect();
        self.rename_column_in_views(name, from, to);
        self.column_of_triggers_renamed(name, from);
        self.note_renamed(name, from, to);
        self.edit(name, |table| rename_in_table(table, place, from, to));
        self.column_of_triggers_gone(name);
        for referrer in referrers {
            self.rename_referred(&referrer, name, from, to);
        }
        let owned: Vec<_> = self.schema.sequences_of(name).cloned().collect();
        for before in owned {
            let mut after = before.clone();
            match &mut after.owned_by {
                Some((_, column)) if column == from => column.clone_from(to),
                _ => continue,
            }
            self.set_sequence(Some(before), Some(after));
        }
        Ok(())
    }

    /// The new name of a column that foreign keys of a table refer to.
    pub(super) fn rename_referred(
        &mut self,
        referrer: &Name,
        table: &Name,
        from: &Ident,
        to: &Ident,
    ) {
        self.edit(referrer, |referrer| {
            for key in foreign_keys_mut(referrer) {
                if key.table == *table {
                    replace(&mut key.referred, from, to);
                }
            }
        });
    }

    pub(super) fn rename_constraint(&mut self, name: &Name, from: &str, to: &Ident) -> Step {
        let table = self.table(name)?;
        let is = |c: &Constraint, name: &str| c.name.as_deref() == Some(name);
        let Some(constraint) = table.constraints.iter().find(|c| is(c, from)) else {
            let message = format!("table `{name}` has no constraint `{from}`");
            return Err(problem("unknown-constraint", message));
        };
        if table.constraints.iter().any(|c| is(c, to)) {
            let message = format!("table `{name}` already has a constraint `{to}`");
            return Err(problem("duplicate-constraint", message));
        }
        if !matches!(
            constraint.kind,
            ConstraintKind::Check { .. } | ConstraintKind::ForeignKey(_)
        ) {
            self.check_free(&beside(&table.name, to))?;
        }
        self.edit_constraint(name, from, |constraint| {
            constraint.name = Some(to.clone());
            constraint.named = true;
        })
    }

    pub(super) fn edit_constraint(
        &mut self,
        name: &Name,
        constraint: &str,
        change: impl FnOnce(&mut Constraint),
    ) -> Step {
        let table = self.table(name)?;
        let is = |c: &Constraint| c.name.as_deref() == Some(constraint);
        if !table.constraints.iter().any(is) {
            let message = format!("table `{name}` has no constraint `{constraint}`");
            return Err(problem("unknown-constraint", message));
        }
        self.edit(name, |table| {
            if let Some(constraint) = table.constraints.iter_mut().find(|c| is(c)) {
                change(constraint);
            }
        });
        Ok(())
    }

    /// A sequence's new name, in the defaults that draw from it too.
    pub(super) fn move_sequence(&mut self, from: &Name, to: &Name) -> Step {
        self.check_free(to)?;
        let Some(before) = self.schema.sequence(from).cloned() else {
            let message = format!("there is no sequence `{from}`");
            return Err(problem("unknown-sequence", message));
        };
        let users: Vec<Name> = self
            .schema
            .sequence_users(from)
            .map(|t| t.name.clone())
            .collect();
        let owner = before.owned_by.clone();
        let mut after = before.clone();
        after.name = to.clone();
        let identity = after.identity;
        self.set_sequence(Some(before), Some(after));
        for user in users {
            self.edit(&user, |table| {
                for column in &mut table.columns {
                    if let Some(default) = &mut column.default {
                        redraw(default, from, to);
                    }
                }
            });
        }
        if let Some((table, column)) = owner.filter(|_| identity) {
            self.edit(&table, |table| {
                if let Some(column) = column_mut(table, &column)
                    && let Some(identity) = &mut column.identity
                {
                    identity.sequence = Some(to.clone());
                }
            });
        }
        Ok(())
    }
}

/// Lets an expression draw from another sequence.
fn redraw(expr: &mut Expr, from: &Name, to: &Name) {
    if sequence_of(expr).as_ref() == Some(from) {
        *expr = nextval(to);
        return;
    }
    expr.parts_mut(&mut |part| {
        if let PartMut::Expr(expr) = part {
            redraw(expr, from, to);
        }
    });
}

fn foreign_keys_mut(table: &mut Table) -> impl Iterator<Item = &mut super::super::ForeignKey> {
    table
        .constraints
        .iter_mut()
        .filter_map(|constraint| match &mut constraint.kind {
            ConstraintKind::ForeignKey(key) => Some(key),
            _ => None,
        })
}

fn replace(columns: &mut [Ident], from: &Ident, to: &Ident) {
    for column in columns {
        if column == from {
            column.clone_from(to);
        }
    }
}

/// A column's new name, everywhere in its table.
pub(super) fn rename_in_table(table: &mut Table, place: usize, from: &Ident, to: &Ident) {
    table.columns[place].name.clone_from(to);
    for column in &mut table.columns {
        if let Some(generated) = &mut column.generated {
            rename_in_expr(&mut generated.expr, from, to);
        }
    }
    for constraint in &mut table.constraints {
        match &mut constraint.kind {
            ConstraintKind::PrimaryKey { columns } | ConstraintKind::Unique { columns, .. } => {
                for part in columns {
                    if part.column == *from {
                        part.column.clone_from(to);
                    }
                }
            }
            ConstraintKind::ForeignKey(key) => replace(&mut key.columns, from, to),
            ConstraintKind::Check { expr, .. } => rename_in_expr(expr, from, to),
            ConstraintKind::Exclude(text) => *text = exclusion_renamed(text, from, to),
        }
    }
    for index in &mut table.indexes {
        for key in &mut index.keys {
            rename_in_expr(&mut key.expr, from, to);
        }
        replace(&mut index.include, from, to);
        if let Some(filter) = &mut index.filter {
            rename_in_expr(filter, from, to);
        }
    }
}

/// A column's new name in an expression of its own table.
fn rename_in_expr(expr: &mut Expr, from: &Ident, to: &Ident) {
    if let Expr::Column { column, .. } = expr
        && column == from
    {
        column.clone_from(to);
    }
    expr.parts_mut(&mut |part| {
        if let PartMut::Expr(expr) = part {
            rename_in_expr(expr, from, to);
        }
    });
}
