//! What is dropped, and what goes along.

use super::super::{ConstraintKind, Ident, Name, Table};
use super::Replay;
use super::constraint::Key;
use super::problem::{Step, problem};

impl Replay {
    pub(super) fn drop_tables(&mut self, names: &[Name], if_exists: bool, cascade: bool) -> Step {
        let mut tables = Vec::new();
        for name in names {
            match self.table(name) {
                Ok(table) => tables.push(table.name.clone()),
                Err(_) if if_exists && self.find_view(name).is_none() => {}
                Err(problem) => return Err(problem),
            }
        }
        for table in tables.clone() {
            let parts = self.partitions_of(&table).into_iter();
            let others = parts.filter(|part| !tables.contains(part));
            tables.extend(others.collect::<Vec<_>>());
        }
        for table in &tables {
            self.release_table(table, &tables, cascade)?;
        }
        // An engine that drops one after the other wants those first that refer to others.
        while !tables.is_empty() {
            let free = tables.iter().position(|table| {
                let mut referrers = self.schema.referrers(table);
                referrers.all(|other| other.name == *table || !tables.contains(&other.name))
            });
            let table = tables.remove(free.unwrap_or_default());
            self.remove_dropped(&table);
        }
        Ok(())
    }

    /// Takes away what stands outside the tables that go, or says what keeps a table.
    fn release_table(&mut self, name: &Name, going: &[Name], cascade: bool) -> Step {
        let mut needing = Vec::new();
        if !self.rules.holds_references {
            return Ok(());
        }
        for referrer in self.schema.referrers(name) {
            if going.contains(&referrer.name) {
                continue;
            }
            for (constraint, key) in referrer.foreign_keys() {
                if key.table == *name {
                    needing.push((referrer.name.clone(), constraint.name.clone()));
                }
            }
        }
        if !cascade && let Some((referrer, key)) = needing.first() {
            let key = key.as_deref().unwrap_or_default();
            let message = format!(
                "table `{name}` cannot be dropped without CASCADE: foreign key `{key}` of table \
                 `{referrer}` refers to it"
            );
            return Err(problem("needed", message));
        }
        self.release_views(name, cascade)?;
        for (referrer, key) in needing {
            self.edit(&referrer, |table| {
                table.constraints.retain(|c| c.name != key)
            });
        }
        let sequences: Vec<Name> = self
            .schema
            .sequences_of(name)
            .map(|s| s.name.clone())
            .collect();
        for sequence in sequences {
            self.release_sequence(&sequence, going, cascade)?;
        }
        Ok(())
    }

    /// Takes away a table that nothing needs any more, with what belongs to it.
    pub(super) fn remove_dropped(&mut self, name: &Name) {
        let triggers: Vec<Ident> = self
            .schema
            .triggers_of(name)
            .iter()
            .map(|trigger| trigger.name.clone())
            .collect();
        for trigger in triggers {
            self.remove_trigger(name, &trigger);
        }
        self.resting_follow(name, None);
        let sequences: Vec<_> = self.schema.sequences_of(name).cloned().collect();
        self.take_table(name);
        for sequence in sequences {
            self.set_sequence(Some(sequence), None);
        }
    }

    pub(super) fn drop_column(
        &mut self,
        name: &Name,
        column: &Ident,
        if_exists: bool,
        cascade: bool,
    ) -> Step {
        let table = self.table(name)?.clone();
        if super::place_of(&table, column).is_none() {
            if if_exists {
                return Ok(());
            }
            return Err(super::resolve::unknown_column(&table, column));
        }
        if !self.rules.drops_along {
            self.check_lone(&table, column)?;
        }
        let generated = table.columns.iter().find(|other| {
            let generated = other.generated.as_ref();
            generated.is_some_and(|g| g.expr.names_column(column))
        });
        if let Some(generated) = generated {
            if !cascade {
                let message = format!(
                    "column `{column}` of `{name}` cannot be dropped without CASCADE: column \
                     `{}` is generated from it",
                    generated.name
                );
                return Err(problem("needed", message));
            }
            let generated = generated.name.clone();
            self.drop_column(name, &generated, true, true)?;
        }
        if let Some(view) = self.view_of_column(name, column, cascade) {
            if !cascade {
                let message = format!(
                    "column `{column}` of `{name}` cannot be dropped without CASCADE: view \
                     `{view}` uses it"
                );
                return Err(problem("needed", message));
            }
            while let Some(view) = self.view_of_column(name, column, cascade) {
                self.drop_view(&view, true)?;
            }
        }
        let is = |key: &Key<'_>| match key {
            Key::Constraint(constraint) => involves_constraint(&constraint.kind, column),
            Key::Index(index) => involves_index(index, column),
        };
        let what = format!("column `{column}`");
        self.drop_foreign_keys_of(name, is, Some(column), cascade, &what)?;
        let sequences: Vec<_> = self
            .schema
            .sequences_of(name)
            .filter(|sequence| {
                let owner = sequence.owned_by.as_ref();
                owner.is_some_and(|(_, owner)| owner == column)
            })
            .cloned()
            .collect();
        self.note_dropped(name, column);
        self.edit(name, |table| remove_column(table, column));
        self.column_of_triggers_gone(name);
        for sequence in sequences {
            self.release_sequence(&sequence.name, &[], cascade)?;
            self.set_sequence(Some(sequence), None);
        }
        Ok(())
    }

    pub(super) fn drop_constraint(
        &mut self,
        name: &Name,
        constraint: &str,
        if_exists: bool,
        cascade: bool,
    ) -> Step {
        let table = self.table(name)?;
        let known = table
            .constraints
            .iter()
            .any(|c| c.name.as_deref() == Some(constraint));
        if !known {
            if if_exists {
                return Ok(());
            }
            let message = format!("table `{name}` has no constraint `{constraint}`");
            return Err(problem("unknown-constraint", message));
        }
        let is = |key: &Key<'_>| {
            matches!(key, Key::Constraint(_)) && key.name().is_some_and(|n| n == constraint)
        };
        let what = format!("constraint `{constraint}`");
        self.drop_foreign_keys_of(name, is, None, cascade, &what)?;
        self.edit(name, |table| {
            table
                .constraints
                .retain(|c| c.name.as_deref() != Some(constraint));
        });
        Ok(())
    }
}

/// Takes a column out of a table, with the indexes and constraints that involve it.
pub(super) fn remove_column(table: &mut Table, column: &str) {
    table.columns.retain(|c| c.name != column);
    table.indexes.retain(|index| !involves_index(index, column));
    table
        .constraints
        .retain(|constraint| !involves_constraint(&constraint.kind, column));
}

pub(super) fn involves_index(index: &super::super::Index, column: &str) -> bool {
    index.keys.iter().any(|key| key.expr.names_column(column))
        || index.include.iter().any(|include| include == column)
        || index
            .filter
            .as_ref()
            .is_some_and(|filter| filter.names_column(column))
}

pub(super) fn involves_constraint(kind: &ConstraintKind, column: &str) -> bool {
    match kind {
        ConstraintKind::PrimaryKey { columns } | ConstraintKind::Unique { columns, .. } => {
            columns.iter().any(|part| part.column == column)
        }
        ConstraintKind::ForeignKey(key) => key.columns.iter().any(|c| c == column),
        ConstraintKind::Check { expr, .. } => expr.names_column(column),
        ConstraintKind::Exclude(text) => {
            let word = |c: char| !(c.is_alphanumeric() || c == '_');
            text.split(word).any(|part| part == column)
        }
    }
}
