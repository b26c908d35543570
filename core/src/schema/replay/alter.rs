//! ALTER TABLE.

use std::collections::BTreeSet;

use super::super::{
    ColumnChange, ConstraintDef, ConstraintKind, Name, ReplayProblem, SequenceChange, TableAction,
};
use super::Replay;
use super::problem::{Step, problem};
use crate::sql::Syntax;

/// When PostgreSQL carries out an action of an ALTER TABLE, whatever the order of writing:
/// `AT_PASS_…` of its sources.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Pass {
    Drop,
    Type,
    AddColumn,
    Attributes,
    AddKey,
    AddOther,
    Rest,
}

fn pass(action: &TableAction) -> Pass {
    match action {
        TableAction::DropColumn { .. } | TableAction::DropConstraint { .. } => Pass::Drop,
        TableAction::AlterColumn { change, .. } => match change {
            ColumnChange::DropDefault
            | ColumnChange::DropNotNull
            | ColumnChange::DropIdentity { .. }
            | ColumnChange::DropExpression { .. } => Pass::Drop,
            ColumnChange::Type { .. } => Pass::Type,
            ColumnChange::SetNotNull => Pass::Attributes,
            ColumnChange::SetDefault(_)
            | ColumnChange::SetIdentity(_)
            | ColumnChange::Restart(_) => Pass::AddOther,
        },
        TableAction::AddColumn { .. } => Pass::AddColumn,
        TableAction::AddConstraint(constraint) => constraint_pass(constraint),
        _ => Pass::Rest,
    }
}

fn constraint_pass(constraint: &ConstraintDef) -> Pass {
    match constraint.kind {
        ConstraintKind::PrimaryKey { .. }
        | ConstraintKind::Unique { .. }
        | ConstraintKind::Exclude(_) => Pass::AddKey,
        ConstraintKind::ForeignKey(_) | ConstraintKind::Check { .. } => Pass::AddOther,
    }
}

/// Whether actions say nothing about a schema: an owner, how something is stored.
fn only_ignored(actions: &[TableAction]) -> bool {
    let ignored = |action: &TableAction| matches!(action, TableAction::Ignored(_));
    actions.iter().all(ignored)
}

/// One thing to be done, in its pass.
struct Task<'a> {
    pass: Pass,
    /// Which of the written actions it belongs to.
    number: usize,
    what: What<'a>,
}

enum What<'a> {
    Action(&'a TableAction),
    /// A constraint that was written in a column.
    Constraint(&'a ConstraintDef),
}

impl Replay {
    pub(super) fn alter_table(
        &mut self,
        table: &Name,
        if_exists: bool,
        actions: &[TableAction],
    ) -> Step {
        let mut name = match self.table(table) {
            Ok(table) => table.name.clone(),
            Err(problem) => return self.alter_other(table, if_exists, actions, problem),
        };
        let mut tasks: Vec<Task<'_>> = Vec::new();
        for (number, action) in actions.iter().enumerate() {
            tasks.push(Task {
                pass: pass(action),
                number,
                what: What::Action(action),
            });
            if let TableAction::AddColumn { column, .. } = action {
                tasks.extend(column.constraints.iter().map(|constraint| Task {
                    pass: constraint_pass(constraint),
                    number,
                    what: What::Constraint(constraint),
                }));
            }
        }
        tasks.sort_by_key(|task| task.pass);
        let mut skipped = BTreeSet::new();
        for task in tasks {
            match task.what {
                What::Action(action) if self.is_there_already(&name, action) => {
                    skipped.insert(task.number);
                }
                What::Action(action) => name = self.act_if_known(name, action)?,
                What::Constraint(_) if skipped.contains(&task.number) => {}
                What::Constraint(constraint) => self.add_constraint(&name, constraint)?,
            }
        }
        Ok(())
    }

    /// PostgreSQL alters views and sequences by ALTER TABLE too. `problem`: why it is no table.
    fn alter_other(
        &mut self,
        name: &Name,
        if_exists: bool,
        actions: &[TableAction],
        problem: ReplayProblem,
    ) -> Step {
        let is_view = self.find_view(name).is_some();
        let is_sequence = self.sequence(name).is_some();
        match actions {
            [TableAction::RenameTo(to)] if is_view => self.rename_view(name, if_exists, &to.name),
            [TableAction::RenameTo(to)] if is_sequence => {
                let change = SequenceChange::RenameTo(to.name.clone());
                self.alter_sequence(name, if_exists, &change)
            }
            _ if only_ignored(actions) && (is_view || is_sequence) => Ok(()),
            _ if if_exists && !is_view => Ok(()),
            _ => Err(problem),
        }
    }

    /// Whether `ADD COLUMN IF NOT EXISTS` has nothing to do.
    fn is_there_already(&self, name: &Name, action: &TableAction) -> bool {
        match action {
            TableAction::AddColumn {
                column,
                if_not_exists: true,
                ..
            } => self
                .schema
                .table(name)
                .is_some_and(|table| super::place_of(table, &column.name).is_some()),
            _ => false,
        }
    }

    /// Carries out one action; of an opaque table, only if what it names is known.
    fn act_if_known(&mut self, name: Name, action: &TableAction) -> Step<Name> {
        let is_opaque = self.table(&name)?.opaque.is_some();
        match self.act(name.clone(), action) {
            Err(problem) if is_opaque && problem.code.starts_with("unknown-") => Ok(name),
            done => done,
        }
    }

    /// Carries out one action, and says what the table is called from then on.
    fn act(&mut self, name: Name, action: &TableAction) -> Step<Name> {
        match action {
            TableAction::AddColumn { column, .. } => {
                if self.syntax == Syntax::Sqlite {
                    self.check_added(&self.table(&name)?.clone(), column)?;
                }
                self.append_column(&name, column)?;
                self.generate_column(&name, column)?;
            }
            TableAction::DropColumn {
                name: column,
                if_exists,
                cascade,
            } => self.drop_column(&name, column, *if_exists, *cascade)?,
            TableAction::RenameColumn { from, to } => self.rename_column(&name, from, to)?,
            TableAction::AlterColumn {
                name: column,
                change,
            } => self.alter_column(&name, column, change)?,
            TableAction::AddConstraint(constraint) => self.add_constraint(&name, constraint)?,
            TableAction::DropConstraint {
                name: constraint,
                if_exists,
                cascade,
            } => self.drop_constraint(&name, constraint, *if_exists, *cascade)?,
            TableAction::RenameConstraint { from, to } => {
                self.rename_constraint(&name, from, to)?;
            }
            TableAction::ValidateConstraint(constraint) => {
                self.edit_constraint(&name, constraint, |c| c.not_valid = false)?;
            }
            TableAction::AlterConstraint {
                name: constraint,
                deferrable,
                initially_deferred,
            } => self.edit_constraint(&name, constraint, |c| {
                c.deferrable = *deferrable || *initially_deferred;
                c.initially_deferred = *initially_deferred;
            })?,
            TableAction::RenameTo(to) => {
                let to = Name {
                    schema: name.schema.clone(),
                    name: to.name.clone(),
                };
                self.rename_table(&name, &to)?;
                return Ok(to);
            }
            TableAction::SetSchema(schema) => return self.set_schema(&name, schema),
            TableAction::Comment(text) => {
                let text = Some(text.clone()).filter(|text| !text.is_empty());
                self.edit(&name, |table| table.comment = text);
            }
            TableAction::SwitchTriggers {
                name: which, runs, ..
            } => {
                self.switch_triggers(&name, which.as_deref(), *runs);
            }
            TableAction::Opaque(what) => self.edit(&name, |table| {
                table.opaque.get_or_insert_with(|| what.clone());
            }),
            TableAction::Ignored(_) | TableAction::Options(_) => {}
            TableAction::AddIndex(index) => self.create_index(index)?,
            other @ (TableAction::RedefineColumn { .. }
            | TableAction::DropPrimaryKey
            | TableAction::DropIndex { .. }
            | TableAction::RenameIndex { .. }
            | TableAction::ConvertCharset { .. }) => {
                let message = format!("no such action here: {other:?}");
                return Err(problem("no-such-action", message));
            }
        }
        Ok(name)
    }
}
