//! What is MySQL's alone in a script: what it sets for its session, and what its columns say beside types.

use super::Translator;
use crate::schema::{Change, ColumnDef, Name, TableAction};
use crate::sql::Syntax;
use crate::translate::setting;
use crate::translate::target::Omission;

impl Translator<'_> {
    /// Takes note of a setting: it is left out, or refused.
    pub(super) fn setting(&mut self, index: usize, name: &str, value: Option<&str>) {
        let followed = self.source.syntax() == Syntax::Mysql
            && self.session.set(name, value, self.authored.is_unchecked());
        let read = value.is_some_and(|value| value.trim_start().starts_with('@'));
        let found = match followed {
            true => Ok(setting::omitted(name)),
            // What a variable holds that has kept no setting is not known.
            false if read => Err(setting::refused(name)),
            false => setting::carried(name, value),
        };
        match found {
            Ok(omission) => self.carrier.omit(index, omission),
            Err(refusal) => self.carrier.refuse(index, refusal),
        }
        self.authored.note_setting(name, value);
    }

    /// What of columns is otherwise: foreign keys that a server of the authored engine's reads and
    /// forgets, sets.
    pub(super) fn of_columns(&mut self, index: usize, change: &Change) {
        let sets = std::mem::take(&mut self.sets);
        let (table, columns): (&Name, Vec<&ColumnDef>) = match change {
            Change::CreateTable(create) => (&create.name, create.columns.iter().collect()),
            Change::AlterTable { table, actions, .. } => {
                let added = actions.iter().filter_map(|action| match action {
                    TableAction::AddColumn { column, .. }
                    | TableAction::RedefineColumn { column, .. } => Some(&**column),
                    _ => None,
                });
                (table, added.collect())
            }
            _ => return,
        };
        for column in columns {
            if sets.contains(&column.name) {
                let message = format!(
                    "the SET `{}`.`{}` takes members once, and in their order alone",
                    table, column.name
                );
                self.carrier.omit(index, Omission::new("set", message));
            }
            if column.constraints.iter().any(|c| self.authored.forgets(c)) {
                let message = format!(
                    "REFERENCES of `{}`.`{}`, which MySQL before 9 reads and forgets (MariaDB does not: `dialect = \"mariadb\"`)",
                    table, column.name
                );
                self.carrier
                    .omit(index, Omission::new("ignored-reference", message));
            }
        }
    }
}
