//! Foreign keys.

use super::super::super::{Constraint, ConstraintDef, ConstraintKind, ForeignKey, IndexPart, Name};
use super::super::Replay;
use super::super::problem::{Step, problem};
use super::{Flavour, number_of};

impl Replay {
    pub(super) fn mysql_add_foreign_key(
        &mut self,
        name: &Name,
        def: &ConstraintDef,
        key: &ForeignKey,
        next: &mut u32,
    ) -> Step {
        let table = self.table(name)?;
        self.check_columns(table, &key.columns)?;
        let mut key = key.clone();
        match self.table(&key.table) {
            Ok(referred) => {
                key.table = referred.name.clone();
                if key.referred.is_empty() {
                    key.referred = columns(referred.primary_key());
                }
                self.check_columns(referred, &key.referred)?;
            }
            // With the checks off, what a key refers to may come later.
            Err(problem) if !self.session.unchecked => return Err(problem),
            Err(_) => key.table = self.canonical(&key.table),
        }
        let named = match self.flavour {
            Flavour::Mariadb => def.name.as_ref().or(def.using_index.as_ref()),
            Flavour::Mysql => def.name.as_ref(),
        };
        let chosen = match named {
            Some(wanted) => {
                let full = super::super::constraint::beside(name, wanted);
                let foreign = table
                    .foreign_keys()
                    .any(|(c, _)| c.name.as_ref() == Some(wanted));
                if foreign {
                    let message = format!("there is already a foreign key `{full}`");
                    return Err(problem("duplicate-constraint", message));
                }
                wanted.clone()
            }
            None => {
                let chosen = format!("{}_ibfk_{next}", name.name);
                *next += 1;
                chosen
            }
        };
        let constraint = Constraint {
            name: Some(chosen),
            kind: ConstraintKind::ForeignKey(key),
            deferrable: false,
            initially_deferred: false,
            not_valid: false,
            named: named.is_some(),
        };
        self.edit(name, |table| table.constraints.push(constraint));
        Ok(())
    }

    /// A table's new name, and those of its constraints that were made of the old one.
    pub(super) fn mysql_rename_table(&mut self, from: &Name, to: &Name) -> Step {
        self.rename_table(from, to)?;
        let moved: Vec<_> = self
            .generated
            .iter()
            .filter(|(table, _)| table == from)
            .cloned()
            .collect();
        for (table, index) in moved {
            self.generated.remove(&(table, index.clone()));
            self.generated.insert((to.clone(), index));
        }
        let (old, new) = (from.name.clone(), to.name.clone());
        self.edit(to, |table| {
            for constraint in &mut table.constraints {
                let kind = match constraint.kind {
                    ConstraintKind::ForeignKey(_) => "_ibfk_",
                    ConstraintKind::Check { .. } => "_chk_",
                    _ => continue,
                };
                if let Some(name) = &mut constraint.name
                    && let Some(number) = number_of(name, &old, kind)
                {
                    *name = format!("{new}{kind}{number}");
                }
            }
        });
        Ok(())
    }
}

fn columns(parts: &[IndexPart]) -> Vec<String> {
    parts.iter().map(|part| part.column.clone()).collect()
}
