//! ALTER TABLE: drops first, then columns anew, then columns added and moved, then indexes and
//! constraints.

use super::super::super::{
    ColumnChange, ColumnDef, Constraint, ConstraintDef, ConstraintKind, CreateIndex, Ident, Name,
    Options, Position, Table, TableAction, Type,
};
use super::super::Replay;
use super::super::problem::{Step, problem};
use super::super::rename::rename_in_table;
use super::Flavour;
use super::column::place;

impl Replay {
    pub(super) fn mysql_alter_table(
        &mut self,
        table: &Name,
        if_exists: bool,
        actions: &[TableAction],
    ) -> Step {
        let name = match self.table(table) {
            Ok(table) => table.name.clone(),
            Err(_) if if_exists => return Ok(()),
            Err(problem) => return Err(problem),
        };
        let is_opaque = self.table(&name)?.opaque.is_some();
        let forgive = |done: Step| match done {
            Err(problem) if is_opaque && problem.code.starts_with("unknown-") => Ok(()),
            done => done,
        };
        for action in actions {
            forgive(self.mysql_drop(&name, action))?;
        }
        for action in actions {
            forgive(self.mysql_redefine(&name, action))?;
        }
        let mut constraints: Vec<&ConstraintDef> = Vec::new();
        let mut indexes: Vec<CreateIndex> = Vec::new();
        for action in actions {
            match action {
                TableAction::AddColumn {
                    column,
                    if_not_exists,
                    position,
                } => {
                    let held = self.table(&name)?.column(&column.name).is_some();
                    if held && *if_not_exists {
                        continue;
                    }
                    forgive(self.mysql_add_column(&name, column, position.as_ref()))?;
                    let (checks, rest): (Vec<_>, Vec<_>) = column
                        .constraints
                        .iter()
                        .partition(|c| matches!(c.kind, ConstraintKind::Check { .. }));
                    self.mysql_column_checks(&name, column, &checks)?;
                    constraints.extend(rest);
                }
                TableAction::RedefineColumn {
                    column,
                    position: Some(position),
                    ..
                } => forgive(self.mysql_move(&name, &column.name, position))?,
                TableAction::RedefineColumn { column, .. } => {
                    constraints.extend(column.constraints.iter().filter(|c| is_key(c)));
                }
                TableAction::AddConstraint(constraint) => constraints.push(constraint),
                TableAction::AddIndex(index) => {
                    let there = self.table(&name)?.indexes.iter().any(|held| {
                        index
                            .name
                            .as_ref()
                            .is_some_and(|n| n.eq_ignore_ascii_case(&held.name))
                    });
                    if !(there && index.if_not_exists) {
                        indexes.push((**index).clone());
                    }
                }
                _ => {}
            }
        }
        for action in actions {
            if let TableAction::RenameIndex { from, to } = action {
                forgive(self.mysql_rename_index(&name, from, to))?;
            }
        }
        self.mysql_add_constraints(&name, &constraints, &indexes)?;
        if actions.iter().any(drops_key) {
            self.mysql_check_keys(&name)?;
        }
        self.mysql_rest(name, actions)
    }

    /// What is done to the table as a whole.
    fn mysql_rest(&mut self, mut name: Name, actions: &[TableAction]) -> Step {
        for action in actions {
            match action {
                TableAction::RenameTo(to) => {
                    let to = self.canonical(to);
                    self.mysql_rename_table(&name, &to)?;
                    name = to;
                }
                TableAction::Comment(text) => {
                    let text = Some(text.clone()).filter(|text| !text.is_empty());
                    self.edit(&name, |table| table.comment = text);
                }
                TableAction::Options(given) => {
                    let given = given.clone();
                    let counts = self.table(&name)?.options.auto_increment;
                    if given
                        .auto_increment
                        .is_some_and(|n| n > 1 && counts == Some(n))
                    {
                        let message = format!(
                            "`{name}` was made to count from {} before: whether it has counted since is not known",
                            counts.unwrap_or_default()
                        );
                        return Err(problem("counts-again", message));
                    }
                    self.edit(&name, |table| {
                        let before = table.options.clone();
                        set_options(&mut table.options, given);
                        keep_collations(table, &before);
                    });
                }
                TableAction::ConvertCharset { charset, collation } => {
                    let (charset, collation) = (charset.clone(), collation.clone());
                    self.edit(&name, |table| {
                        table.options.charset = Some(charset);
                        table.options.collation = collation;
                        for column in &mut table.columns {
                            column.charset = None;
                            column.collation = None;
                        }
                    });
                }
                TableAction::Opaque(what) => self.edit(&name, |table| {
                    table.opaque.get_or_insert_with(|| what.clone());
                }),
                TableAction::AlterConstraint { .. }
                | TableAction::ValidateConstraint(_)
                | TableAction::SetSchema(_)
                | TableAction::RenameConstraint { .. } => {
                    let message = format!("no such action here: {action:?}");
                    return Err(problem("no-such-action", message));
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn mysql_drop(&mut self, name: &Name, action: &TableAction) -> Step {
        match action {
            TableAction::DropColumn {
                name: column,
                if_exists,
                ..
            } => self.mysql_drop_column(name, column, *if_exists),
            TableAction::DropIndex {
                name: index,
                if_exists,
            } => self.mysql_drop_index(name, index, *if_exists),
            TableAction::DropPrimaryKey => {
                if self.table(name)?.primary_key().is_empty() {
                    let message = format!("table `{name}` has no primary key");
                    return Err(problem("unknown-constraint", message));
                }
                self.edit(name, |table| {
                    table
                        .constraints
                        .retain(|c| !matches!(c.kind, ConstraintKind::PrimaryKey { .. }));
                });
                Ok(())
            }
            TableAction::DropConstraint {
                name: constraint,
                if_exists,
                ..
            } => self.mysql_drop_constraint(name, constraint, *if_exists),
            _ => Ok(()),
        }
    }

    fn mysql_drop_constraint(&mut self, name: &Name, constraint: &str, if_exists: bool) -> Step {
        let table = self.table(name)?;
        let is = |c: &Constraint| c.name.as_deref() == Some(constraint);
        if !table.constraints.iter().any(is) {
            if if_exists {
                return Ok(());
            }
            let message = format!("table `{name}` has no constraint `{constraint}`");
            return Err(problem("unknown-constraint", message));
        }
        self.edit(name, |table| table.constraints.retain(|c| !is(c)));
        Ok(())
    }

    /// Drops a column, and takes it out of the indexes that it is part of.
    fn mysql_drop_column(&mut self, name: &Name, column: &Ident, if_exists: bool) -> Step {
        let table = self.table(name)?.clone();
        if table.column(column).is_none() {
            if if_exists {
                return Ok(());
            }
            return Err(super::super::resolve::unknown_column(&table, column));
        }
        self.mysql_check_free(&table, column)?;
        let own = |c: &Constraint| is_column_check(c, column);
        self.note_dropped(name, column);
        self.edit(name, |table| {
            table.columns.retain(|c| c.name != *column);
            table.constraints.retain(|c| !own(c));
            for constraint in &mut table.constraints {
                if let ConstraintKind::PrimaryKey { columns }
                | ConstraintKind::Unique { columns, .. } = &mut constraint.kind
                {
                    columns.retain(|part| part.column != *column);
                }
            }
            table.constraints.retain(|c| match &c.kind {
                ConstraintKind::PrimaryKey { columns } | ConstraintKind::Unique { columns, .. } => {
                    !columns.is_empty()
                }
                _ => true,
            });
            for index in &mut table.indexes {
                index.keys.retain(|key| !key.expr.names_column(column));
            }
            table.indexes.retain(|index| !index.keys.is_empty());
        });
        Ok(())
    }

    /// That nothing keeps a column from going.
    fn mysql_check_free(&self, table: &Table, column: &str) -> Step {
        let needed = |by: String| {
            let message = format!(
                "column `{column}` of `{}` cannot be dropped: {by} needs it",
                table.name
            );
            Err(problem("needed", message))
        };
        let uses = |columns: &[Ident]| columns.iter().any(|c| c == column);
        if table.foreign_keys().any(|(_, key)| uses(&key.columns)) {
            return needed("a foreign key".to_owned());
        }
        for referrer in self.schema.referrers(&table.name) {
            let refers = |key: &super::super::super::ForeignKey| {
                key.table == table.name && uses(&key.referred)
            };
            if referrer.foreign_keys().any(|(_, key)| refers(key)) {
                return needed(format!("a foreign key of `{}`", referrer.name));
            }
        }
        for constraint in &table.constraints {
            if let ConstraintKind::Check { expr, .. } = &constraint.kind
                && expr.names_column(column)
                && !is_column_check(constraint, column)
            {
                let check = constraint.name.as_deref().unwrap_or_default();
                return needed(format!("check `{check}`"));
            }
        }
        for other in &table.columns {
            if let Some(generated) = &other.generated
                && generated.expr.names_column(column)
            {
                return needed(format!("column `{}`", other.name));
            }
        }
        Ok(())
    }

    fn mysql_redefine(&mut self, name: &Name, action: &TableAction) -> Step {
        match action {
            TableAction::RedefineColumn { from, column, .. } => {
                self.mysql_replace_column(name, from, column)
            }
            TableAction::RenameColumn { from, to } => self.mysql_rename_column(name, from, to),
            TableAction::AlterColumn {
                name: column,
                change,
            } => {
                let table = self.table(name)?;
                self.column_of(table, column)?;
                let default = match change {
                    ColumnChange::SetDefault(default) => Some(self.plain_expr(None, default)),
                    ColumnChange::DropDefault => None,
                    _ => return self.alter_column(name, column, change),
                };
                self.edit_column(name, column, |column| column.default = default);
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// `MODIFY`, `CHANGE`: the column anew, in its place.
    fn mysql_replace_column(&mut self, name: &Name, from: &Ident, def: &ColumnDef) -> Step {
        if *from != def.name {
            self.mysql_rename_column(name, from, &def.name)?;
        }
        let table = self.table(name)?.clone();
        let place = self.column_of(&table, &def.name)?;
        let mut column = self.mysql_column(&table, def)?;
        if table
            .primary_key()
            .iter()
            .any(|part| part.column == def.name)
        {
            column.nullable = false;
        }
        let own =
            |c: &Constraint| self.flavour == Flavour::Mariadb && is_column_check(c, &def.name);
        let kept: Vec<Constraint> = table
            .constraints
            .iter()
            .filter(|c| !own(c))
            .cloned()
            .collect();
        self.edit(name, |table| {
            table.columns[place] = column;
            table.constraints = kept;
        });
        let checks: Vec<&ConstraintDef> = def
            .constraints
            .iter()
            .filter(|c| matches!(c.kind, ConstraintKind::Check { .. }))
            .collect();
        self.mysql_column_checks(name, def, &checks)
    }

    fn mysql_rename_column(&mut self, name: &Name, from: &Ident, to: &Ident) -> Step {
        let table = self.table(name)?.clone();
        let place = self.column_of(&table, from)?;
        let clash = |column: &super::super::super::Column| {
            column.name.eq_ignore_ascii_case(to) && column.name != *from
        };
        if table.columns.iter().any(clash) {
            let message = format!("table `{name}` already has a column `{to}`");
            return Err(problem("duplicate-column", message));
        }
        let referrers: Vec<Name> = self
            .schema
            .referrers(name)
            .map(|table| table.name.clone())
            .collect();
        self.note_renamed(name, from, to);
        self.edit(name, |table| {
            rename_in_table(table, place, from, to);
            for constraint in &mut table.constraints {
                if is_column_check(constraint, from) {
                    constraint.name = Some(to.clone());
                }
            }
        });
        for referrer in referrers {
            self.rename_referred(&referrer, name, from, to);
        }
        Ok(())
    }

    fn mysql_move(&mut self, name: &Name, column: &str, position: &Position) -> Step {
        let mut table = (**self.table(name)?).clone();
        let at = self.column_of(&table, column)?;
        let moved = table.columns.remove(at);
        let to = place(&table, Some(position))?;
        self.edit(name, |table| {
            table.columns.remove(at);
            table.columns.insert(to, moved);
        });
        Ok(())
    }

    fn mysql_rename_index(&mut self, name: &Name, from: &Ident, to: &Ident) -> Step {
        let table = self.table(name)?;
        let known = table.indexes.iter().any(|index| index.name == *from)
            || table.constraints.iter().any(|c| is_index(c, from));
        if !known {
            let message = format!("table `{name}` has no index `{from}`");
            return Err(problem("unknown-index", message));
        }
        if self.generated.remove(&(name.clone(), from.clone())) {
            self.generated.insert((name.clone(), to.clone()));
        }
        self.edit(name, |table| {
            for index in &mut table.indexes {
                if index.name == *from {
                    index.name.clone_from(to);
                }
            }
            for constraint in &mut table.constraints {
                if is_index(constraint, from) {
                    constraint.name = Some(to.clone());
                    constraint.named = true;
                }
            }
        });
        Ok(())
    }
}

fn is_index(constraint: &Constraint, name: &str) -> bool {
    constraint.name.as_deref() == Some(name)
        && matches!(constraint.kind, ConstraintKind::Unique { .. })
}

fn is_key(constraint: &ConstraintDef) -> bool {
    matches!(
        constraint.kind,
        ConstraintKind::PrimaryKey { .. } | ConstraintKind::Unique { .. }
    )
}

/// Whether a check is MariaDB's of a column, which has the column's name.
fn is_column_check(constraint: &Constraint, column: &str) -> bool {
    matches!(constraint.kind, ConstraintKind::Check { .. })
        && !constraint.named
        && constraint.name.as_deref() == Some(column)
}

fn drops_key(action: &TableAction) -> bool {
    matches!(
        action,
        TableAction::DropIndex { .. }
            | TableAction::DropPrimaryKey
            | TableAction::DropColumn { .. }
            | TableAction::DropConstraint { .. }
    )
}

/// Another character set or collation of the table is one for columns to come: those that it has keep
/// theirs.
fn keep_collations(table: &mut Table, before: &Options) {
    let after = &table.options;
    if (&before.charset, &before.collation) == (&after.charset, &after.collation) {
        return;
    }
    let charset = before.charset.clone().unwrap_or_else(|| "utf8mb4".into());
    let collation = before.collation.clone();
    for column in &mut table.columns {
        let of_texts = column.ty.is_text() || matches!(column.ty, Type::InlineEnum(_));
        if of_texts && column.charset.is_none() && column.collation.is_none() {
            column.charset = Some(charset.clone());
            column.collation = collation.clone().map(Name::bare);
        }
    }
}

/// Options that are given replace those that are there.
fn set_options(held: &mut Options, given: Options) {
    if given.charset.is_some() || given.collation.is_some() {
        held.charset = given.charset.or(held.charset.take());
        held.collation = given.collation;
    }
    held.engine = given.engine.or(held.engine.take());
    held.auto_increment = match (held.auto_increment, given.auto_increment) {
        // Said once more it is another change: numbers that are gone are given again.
        (Some(held), Some(given)) if held == given && given <= 1 => None,
        (held, given) => given.or(held),
    };
}
