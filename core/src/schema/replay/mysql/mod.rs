//! The rules of MySQL and MariaDB.
//!
//! An index belongs to its table, and a foreign key has one of its own; a column leaves the
//! indexes that it is part of; what is generated from a table's name follows the table's name.
//! UNIQUE is held as a constraint wherever its keys are whole columns or their beginnings, however
//! it was written: the engine knows no difference.

mod alter;
mod column;
mod create;
mod foreign;
mod keys;

use super::super::{Change, Name};
use super::Replay;
use super::problem::{Step, problem};

/// Which of the two.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Flavour {
    #[default]
    Mysql,
    Mariadb,
}

impl Replay {
    /// Applies a change for which these two have rules of their own; `None`: they have none.
    pub(super) fn mysql_step(&mut self, change: &Change) -> Option<Step> {
        Some(match change {
            Change::CreateTable(create) => self.mysql_create_table(create),
            Change::AlterTable {
                table,
                if_exists,
                actions,
            } => self.mysql_alter_table(table, *if_exists, actions),
            Change::CreateIndex(index) => self.mysql_create_index(index),
            Change::DropIndexes {
                names,
                table: Some(table),
                if_exists,
                ..
            } => self.mysql_drop_indexes(table, names, *if_exists),
            Change::DropTables {
                tables, if_exists, ..
            } => self.mysql_drop_tables(tables, *if_exists),
            Change::DropViews {
                names, if_exists, ..
            } => self.mysql_drop_views(names, *if_exists),
            _ => return None,
        })
    }

    fn mysql_drop_tables(&mut self, names: &[Name], if_exists: bool) -> Step {
        let mut tables = Vec::new();
        for name in names {
            match self.table(name) {
                Ok(table) => tables.push(table.name.clone()),
                Err(_) if if_exists => {}
                Err(problem) => return Err(problem),
            }
        }
        for name in &tables {
            let referrer = self
                .schema
                .referrers(name)
                .find(|referrer| !tables.contains(&referrer.name));
            if let Some(referrer) = referrer.filter(|_| !self.session.unchecked) {
                let message = format!(
                    "table `{name}` cannot be dropped: a foreign key of table `{}` refers to it",
                    referrer.name
                );
                return Err(problem("needed", message));
            }
        }
        for name in &tables {
            self.remove_dropped(name);
            self.session.temporary.remove(name);
            self.generated.retain(|(table, _)| table != name);
        }
        Ok(())
    }

    /// Views that read a view that goes stay, and are broken.
    fn mysql_drop_views(&mut self, names: &[Name], if_exists: bool) -> Step {
        for name in names {
            let found = self.found(name);
            match self.schema.view(&found).cloned() {
                Some(view) => self.set_view(Some(view), None),
                None if if_exists => {}
                None => {
                    return Err(problem(
                        "unknown-view",
                        format!("there is no view `{name}`"),
                    ));
                }
            }
        }
        Ok(())
    }
}

/// The number of a generated name: `t_ibfk_3` is 3 of table `t`'s `ibfk`.
fn number_of(name: &str, table: &str, kind: &str) -> Option<u32> {
    let rest = name.strip_prefix(table)?.strip_prefix(kind)?;
    rest.parse().ok()
}
