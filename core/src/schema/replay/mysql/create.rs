//! CREATE TABLE.

use super::super::super::{
    ColumnDef, Constraint, ConstraintDef, ConstraintKind, CreateTable, Name, Table,
};
use super::super::Replay;
use super::super::problem::{Step, problem};
use super::Flavour;
use super::keys::Key;

impl Replay {
    pub(super) fn mysql_create_table(&mut self, create: &CreateTable) -> Step {
        let name = self.new_name(&create.name, create.options.temporary);
        if self.schema.table(&name).is_some() || self.schema.view(&name).is_some() {
            if create.if_not_exists {
                return Ok(());
            }
            let message = format!("there is already a table or view `{name}`");
            return Err(problem("duplicate-relation", message));
        }
        let mut table = Table::new(name.clone());
        table.options = create.options.clone();
        table.comment = create.comment.clone().filter(|text| !text.is_empty());
        if create.query.is_some() {
            table.opaque = Some("CREATE TABLE AS".to_owned());
        }
        if create.options.partition_by.is_some() {
            table.opaque = Some("PARTITION BY".to_owned());
        }
        if create.options.temporary {
            self.session.temporary.insert(name.clone());
        }
        if let Some(like) = &create.like {
            let source = self.table(&like.table)?.clone();
            self.put_new_table(self.like(&source, &name, create.options.temporary));
            return Ok(());
        }
        self.put_new_table(table);
        let mut constraints: Vec<&ConstraintDef> = Vec::new();
        for def in &create.columns {
            self.mysql_add_column(&name, def, None)?;
            let (checks, rest) = split(def);
            self.mysql_column_checks(&name, def, &checks)?;
            let is_primary =
                |c: &&ConstraintDef| matches!(c.kind, ConstraintKind::PrimaryKey { .. });
            // A column that is both is a primary key alone to MariaDB, and both to MySQL.
            let alone = self.flavour == Flavour::Mariadb && rest.iter().any(is_primary);
            let is_unique = |c: &&ConstraintDef| matches!(c.kind, ConstraintKind::Unique { .. });
            constraints.extend(rest.into_iter().filter(|c| !(alone && is_unique(c))));
        }
        constraints.extend(&create.constraints);
        self.mysql_add_constraints(&name, &constraints, &create.indexes)
    }

    /// Adds constraints and indexes, in the order of their kinds: keys, foreign keys, checks.
    pub(super) fn mysql_add_constraints(
        &mut self,
        name: &Name,
        constraints: &[&ConstraintDef],
        indexes: &[super::super::super::CreateIndex],
    ) -> Step {
        let kept = constraints.iter().copied();
        let constraints: Vec<&ConstraintDef> = kept.filter(|def| !self.forgets(def)).collect();
        let table = self.table(name)?.clone();
        let numbers = self.numbers(&table);
        let mut keys: Vec<Key> = Vec::new();
        for def in &constraints {
            keys.extend(self.key_of(&table, def)?);
        }
        for index in indexes {
            keys.push(self.key_of_index(&table, index)?);
        }
        self.mysql_add_keys(name, keys)?;
        let mut next = numbers.foreign;
        for def in &constraints {
            if let ConstraintKind::ForeignKey(key) = &def.kind {
                self.mysql_add_foreign_key(name, def, key, &mut next)?;
            }
        }
        let mut next = numbers.check;
        for def in &constraints {
            if let ConstraintKind::Check { expr, not_enforced } = &def.kind {
                let table = self.table(name)?;
                let expr = self.table_expr(table, expr)?;
                let constraint = Constraint {
                    name: Some(self.check_name(table, def, &mut next)?),
                    kind: ConstraintKind::Check {
                        expr,
                        not_enforced: *not_enforced,
                    },
                    deferrable: false,
                    initially_deferred: false,
                    not_valid: false,
                    named: def.name.is_some(),
                };
                self.edit(name, |table| table.constraints.push(constraint));
            }
        }
        Ok(())
    }

    /// A copy of a table: with its indexes and checks, without its foreign keys.
    fn like(&self, source: &Table, name: &Name, temporary: bool) -> Table {
        let mut copy = source.clone();
        copy.name = name.clone();
        copy.options.temporary = temporary;
        copy.options.auto_increment = None;
        copy.constraints
            .retain(|c| !matches!(c.kind, ConstraintKind::ForeignKey(_)));
        if self.flavour == Flavour::Mysql {
            // Names of checks are unique in a database, so a copy's are generated.
            let mut number = 0;
            for constraint in &mut copy.constraints {
                if matches!(constraint.kind, ConstraintKind::Check { .. }) {
                    number += 1;
                    constraint.name = Some(format!("{}_chk_{number}", name.name));
                    constraint.named = false;
                }
            }
        }
        copy
    }
}

/// The checks that are a column's own, which only MariaDB tells from the table's, and the rest.
fn split(def: &ColumnDef) -> (Vec<&ConstraintDef>, Vec<&ConstraintDef>) {
    def.constraints
        .iter()
        .partition(|c| matches!(c.kind, ConstraintKind::Check { .. }))
}
