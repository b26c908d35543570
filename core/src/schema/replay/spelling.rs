//! Names as the model has them, where an engine takes `Name` and `name` for one.
//!
//! A change is respelled once, before it is applied; from then on names are equal or they are
//! not.

use std::borrow::Cow;

use super::super::{
    Change, ColumnDef, ConstraintDef, ConstraintKind, CreateIndex, Expr, Ident, IndexKey, Name,
    Position, Table, TableAction,
};
use super::Replay;
use crate::sql::Syntax;

/// Names that are known, by their lower-case form.
#[derive(Debug, Default, Clone)]
struct Known(Vec<Ident>);

impl Known {
    fn of(table: &Table) -> Self {
        Self(
            table
                .columns
                .iter()
                .map(|column| column.name.clone())
                .collect(),
        )
    }

    fn fix(&self, name: &mut Ident) {
        if let Some(known) = self.0.iter().find(|known| known.eq_ignore_ascii_case(name)) {
            name.clone_from(known);
        }
    }

    fn expr(&self, expr: &mut Expr) {
        expr.each_mut(&mut |expr| {
            if let Expr::Column { column, .. } = expr {
                self.fix(column);
            }
        });
    }

    fn keys(&self, keys: &mut [IndexKey]) {
        for key in keys {
            self.expr(&mut key.expr);
        }
    }
}

impl Replay {
    /// A change with the names of columns, constraints and indexes spelt as the model has them.
    pub(super) fn respelled<'c>(&self, change: &'c Change) -> Cow<'c, Change> {
        if self.syntax == Syntax::Postgres {
            return Cow::Borrowed(change);
        }
        let mut change = change.clone();
        match &mut change {
            Change::CreateTable(create) => {
                let known = create.columns.iter().map(|column| column.name.clone());
                let known = Known(known.collect());
                for column in &mut create.columns {
                    self.respell_column(column, &known);
                }
                for constraint in &mut create.constraints {
                    self.respell_constraint(constraint, &known, Some(&create.name));
                }
                for index in &mut create.indexes {
                    respell_index(index, &known);
                }
            }
            Change::AlterTable { table, actions, .. } => self.respell_actions(table, actions),
            Change::CreateIndex(index) => {
                if let Ok(table) = self.table(&index.table) {
                    respell_index(index, &Known::of(table));
                }
            }
            Change::DropIndexes {
                names,
                table: Some(table),
                ..
            } => {
                if let Ok(table) = self.table(table) {
                    for name in names {
                        fix_index(table, &mut name.name);
                    }
                }
            }
            _ => {}
        }
        Cow::Owned(change)
    }

    fn respell_actions(&self, table: &Name, actions: &mut [TableAction]) {
        let Ok(table) = self.table(table) else {
            return;
        };
        let mut known = Known::of(table);
        for action in actions {
            match action {
                TableAction::AddColumn {
                    column, position, ..
                } => {
                    known.0.push(column.name.clone());
                    self.respell_column(column, &known);
                    if let Some(Position::After(after)) = position {
                        known.fix(after);
                    }
                }
                TableAction::DropColumn { name, .. } | TableAction::AlterColumn { name, .. } => {
                    known.fix(name);
                }
                TableAction::RenameColumn { from, to } => {
                    known.fix(from);
                    known.0.push(to.clone());
                }
                TableAction::RedefineColumn {
                    from,
                    column,
                    position,
                } => {
                    known.fix(from);
                    // The new name counts as it is written, also if only its case is new.
                    known
                        .0
                        .retain(|name| !name.eq_ignore_ascii_case(&column.name));
                    known.0.push(column.name.clone());
                    self.respell_column(column, &known);
                    if let Some(Position::After(after)) = position {
                        known.fix(after);
                    }
                }
                TableAction::AddConstraint(constraint) => {
                    self.respell_constraint(constraint, &known, Some(&table.name));
                }
                TableAction::AddIndex(index) => respell_index(index, &known),
                TableAction::DropConstraint { name, .. } => fix_constraint(table, name),
                TableAction::RenameConstraint { from, .. } => fix_constraint(table, from),
                TableAction::DropIndex { name, .. } => fix_index(table, name),
                TableAction::RenameIndex { from, .. } => fix_index(table, from),
                _ => {}
            }
        }
    }

    fn respell_column(&self, column: &mut ColumnDef, known: &Known) {
        if let Some(generated) = &mut column.generated {
            known.expr(&mut generated.expr);
        }
        if let Some(default) = &mut column.default {
            known.expr(default);
        }
        for constraint in &mut column.constraints {
            self.respell_constraint(constraint, known, None);
        }
    }

    /// `table` is the one that the constraint stands on, which may not be there yet.
    fn respell_constraint(
        &self,
        constraint: &mut ConstraintDef,
        known: &Known,
        table: Option<&Name>,
    ) {
        match &mut constraint.kind {
            ConstraintKind::PrimaryKey { columns } | ConstraintKind::Unique { columns, .. } => {
                for part in columns {
                    known.fix(&mut part.column);
                }
            }
            ConstraintKind::ForeignKey(key) => {
                for column in &mut key.columns {
                    known.fix(column);
                }
                let same = |table: &Name| {
                    self.syntax == Syntax::Sqlite
                        && table.name.eq_ignore_ascii_case(&key.table.name)
                        || *table == key.table
                };
                let referred = if table.is_some_and(same) {
                    Some(known.clone())
                } else {
                    self.table(&key.table).ok().map(|table| Known::of(table))
                };
                if let Some(referred) = referred {
                    for column in &mut key.referred {
                        referred.fix(column);
                    }
                }
            }
            ConstraintKind::Check { expr, .. } => known.expr(expr),
            ConstraintKind::Exclude(_) => {}
        }
    }
}

fn respell_index(index: &mut CreateIndex, known: &Known) {
    known.keys(&mut index.keys);
    if let Some(filter) = &mut index.filter {
        known.expr(filter);
    }
}

fn fix_constraint(table: &Table, name: &mut Ident) {
    let names = table.constraints.iter().filter_map(|c| c.name.clone());
    let indexes = table.indexes.iter().map(|index| index.name.clone());
    Known(names.chain(indexes).collect()).fix(name);
}

fn fix_index(table: &Table, name: &mut Ident) {
    fix_constraint(table, name);
}
