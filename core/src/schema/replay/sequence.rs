//! Sequences, and schemas.

use super::super::sequence::sequence_of;
use super::super::{Ident, Name, Sequence, SequenceChange, SequenceOptions};
use super::Replay;
use super::constraint::beside;
use super::problem::{Step, problem};

impl Replay {
    pub(super) fn create_sequence(
        &mut self,
        name: &Name,
        if_not_exists: bool,
        options: &SequenceOptions,
        owned_by: Option<&(Name, Ident)>,
    ) -> Step {
        let name = self.new_name(name, false);
        if self.schema.relation(&name).is_some() && if_not_exists {
            return Ok(());
        }
        self.check_free(&name)?;
        let sequence = Sequence {
            name,
            owned_by: self.owner(owned_by)?,
            identity: false,
            options: options.clone(),
        };
        self.set_sequence(None, Some(sequence));
        Ok(())
    }

    fn owner(&self, owned_by: Option<&(Name, Ident)>) -> Step<Option<(Name, Ident)>> {
        let Some((table, column)) = owned_by else {
            return Ok(None);
        };
        let table = self.table(table)?;
        self.check_columns(table, [column])?;
        Ok(Some((table.name.clone(), column.clone())))
    }

    pub(super) fn sequence(&self, name: &Name) -> Option<&Sequence> {
        self.schema.sequence(&self.found(name))
    }

    pub(super) fn alter_sequence(
        &mut self,
        name: &Name,
        if_exists: bool,
        change: &SequenceChange,
    ) -> Step {
        let Some(before) = self.sequence(name).cloned() else {
            if if_exists {
                return Ok(());
            }
            let message = format!("there is no sequence `{name}`");
            return Err(problem("unknown-sequence", message));
        };
        let mut after = before.clone();
        match change {
            SequenceChange::Options { options, restart } => {
                after.options = before.options.altered(options);
                self.set_sequence(Some(before), Some(after.clone()));
                if let Some(restart) = restart {
                    self.note_restart(&after, *restart);
                }
            }
            SequenceChange::OwnedBy(owner) => {
                after.owned_by = self.owner(owner.as_ref())?;
                self.set_sequence(Some(before), Some(after));
            }
            SequenceChange::RenameTo(to) => {
                let from = before.name.clone();
                self.rename_sequence(&from, to)?;
            }
        }
        Ok(())
    }

    pub(super) fn rename_sequence(&mut self, from: &Name, to: &Ident) -> Step {
        self.move_sequence(from, &beside(from, to))
    }

    pub(super) fn drop_sequences(
        &mut self,
        names: &[Name],
        if_exists: bool,
        cascade: bool,
    ) -> Step {
        for name in names {
            let Some(sequence) = self.sequence(name).cloned() else {
                if if_exists {
                    continue;
                }
                let message = format!("there is no sequence `{name}`");
                return Err(problem("unknown-sequence", message));
            };
            if sequence.identity {
                let message = format!("sequence `{name}` belongs to an identity column");
                return Err(problem("needed", message));
            }
            self.release_sequence(&sequence.name, &[], cascade)?;
            self.set_sequence(Some(sequence), None);
        }
        Ok(())
    }

    /// Takes away the defaults that draw from a sequence, or says that they do. Tables that go
    /// along do not count.
    pub(super) fn release_sequence(
        &mut self,
        sequence: &Name,
        going: &[Name],
        cascade: bool,
    ) -> Step {
        let users: Vec<Name> = self
            .schema
            .sequence_users(sequence)
            .map(|table| table.name.clone())
            .filter(|table| !going.contains(table))
            .collect();
        if !cascade && let Some(user) = users.first() {
            let message = format!(
                "sequence `{sequence}` cannot be dropped without CASCADE: a default of table \
                 `{user}` draws from it"
            );
            return Err(problem("needed", message));
        }
        for user in users {
            self.edit(&user, |table| {
                for column in &mut table.columns {
                    let draws = column.default.as_ref().and_then(sequence_of);
                    if draws.as_ref() == Some(sequence) {
                        column.default = None;
                    }
                }
            });
        }
        Ok(())
    }

    pub(super) fn create_schema(&mut self, name: &Ident, if_not_exists: bool) -> Step {
        let is_default = self.default_schema() == Some(name.as_str());
        if self.schema.has_schema(name) || is_default {
            if if_not_exists {
                return Ok(());
            }
            let message = format!("there is already a schema `{name}`");
            return Err(problem("duplicate-schema", message));
        }
        self.schema.put_schema(name.clone());
        Ok(())
    }

    pub(super) fn drop_schemas(&mut self, names: &[Ident], if_exists: bool, cascade: bool) -> Step {
        for name in names {
            if !self.schema.has_schema(name) {
                if if_exists {
                    continue;
                }
                let message = format!("there is no schema `{name}`");
                return Err(problem("unknown-schema", message));
            }
            let is_in = |other: &Name| other.schema.as_deref() == Some(name);
            let tables: Vec<Name> = self
                .schema
                .tables()
                .map(|table| table.name.clone())
                .filter(is_in)
                .collect();
            let views: Vec<Name> = self
                .schema
                .views()
                .map(|view| view.name.clone())
                .filter(is_in)
                .collect();
            let sequences: Vec<Name> = self
                .schema
                .sequences()
                .map(|sequence| sequence.name.clone())
                .filter(is_in)
                .collect();
            let enums: Vec<Name> = self
                .schema
                .enums()
                .map(|ty| ty.name.clone())
                .filter(is_in)
                .collect();
            let holds = tables.len() + views.len() + sequences.len() + enums.len();
            if holds > 0 && !cascade {
                let message = format!("schema `{name}` is not empty: drop it with CASCADE");
                return Err(problem("needed", message));
            }
            for view in views.iter().rev() {
                self.drop_view(view, true)?;
            }
            self.drop_tables(&tables, true, true)?;
            self.drop_sequences(&sequences, true, true)?;
            self.drop_types(&enums, true)?;
            self.schema.remove_schema(name);
        }
        Ok(())
    }
}
