//! Triggers that stand for constraints: they have a form, or the constraint is refused.

use super::lacking::has_key;
use super::{Carrier, Omission, Rendered};
use crate::schema::{DataStatement, ForeignKey, OnConflict, RowConstraint, Schema, Table, Trigger};
use crate::translate::exclusion::stands_for_one;
use crate::translate::target::Refusal;

impl Carrier<'_> {
    /// Makes the trigger for a new constraint; a row that is there and does not obey is an error.
    pub(super) fn make_constraint(&mut self, source: usize, trigger: &Trigger, authored: &Schema) {
        let Some(constraint) = constraint(trigger) else {
            return;
        };
        let made = self
            .in_the_way(trigger, authored)
            .and_then(|()| self.violated(constraint, authored));
        match made {
            Err(refusals) => self.push(source, Err(refusals)),
            Ok(mut checked) => {
                if constraint.deferrable {
                    checked.omissions.push(Omission::new(
                        "deferrable-key",
                        format!(
                            "constraint `{}` of `{}`: DEFERRABLE; it is checked row by row",
                            trigger.name, trigger.table
                        ),
                    ));
                }
                self.push(source, Ok(checked));
                self.make_trigger(source, trigger, authored, true);
                self.renew_beside(source, &trigger.table, authored);
            }
        }
    }

    fn violated(
        &self,
        constraint: &RowConstraint,
        authored: &Schema,
    ) -> Result<Rendered, Vec<Refusal>> {
        match &constraint.violations {
            None => Ok(Rendered::default()),
            Some(rows) => self
                .target
                .assert_none(rows, &constraint.message, &self.scope(authored)),
        }
    }

    /// Refuses a statement that passes over rows which a constraint refuses, for which a trigger stands:
    /// that fails.
    pub(super) fn passes_over(statement: &DataStatement, authored: &Schema) -> Option<Refusal> {
        let DataStatement::Insert(insert) = statement else {
            return None;
        };
        let mut triggers = authored.triggers_of(&insert.table).iter();
        let one = triggers.find(|trigger| stands_for_one(trigger))?;
        let key = match insert.on_conflict.as_ref()? {
            // What names a constraint names its columns, unless it is one of these.
            OnConflict::Nothing { columns, .. } => columns,
            OnConflict::Update { columns, .. } if !columns.is_empty() => columns,
            OnConflict::Update { .. } => return None,
            OnConflict::Ignore | OnConflict::Replace => &Vec::new(),
        };
        if !key.is_empty() {
            let found = authored.table(&insert.table)?;
            let message = format!(
                "`{}` has no key of what ON CONFLICT names here: a trigger stands for it",
                insert.table
            );
            let named = found.indexes.iter().any(|index| index.unique);
            return (!named && !has_key(found, key)).then(|| Refusal::new("conflict-key", message));
        }
        let message = format!(
            "a row that `{}` of `{}` excludes is passed over there, and fails here",
            one.name, insert.table
        );
        let help = "name the key of ON CONFLICT, or leave the rows out by a condition";
        Some(Refusal::new("exclusion", message).help(help))
    }
}

/// A new foreign key to columns that are unique by a trigger alone.
pub(super) fn refers_to_one(
    table: &Table,
    before: Option<&Table>,
    authored: &Schema,
) -> Option<Refusal> {
    let had = |key: &ForeignKey| {
        let mut own = before.into_iter().flat_map(|before| before.foreign_keys());
        own.any(|(_, own)| own == key)
    };
    let mut new = table.foreign_keys().filter(|(_, key)| !had(key));
    let (_, key) = new.find(|(_, key)| {
        let mut triggers = authored.triggers_of(&key.table).iter();
        let referred = authored.table(&key.table);
        triggers.any(stands_for_one)
            && referred.is_some_and(|referred| !has_key(referred, &key.referred))
    })?;
    let message = format!(
        "a foreign key of `{}` refers to columns of `{}` that are no key here: a trigger stands for it",
        table.name, key.table
    );
    Some(Refusal::new("key-of-texts", message))
}

fn constraint(trigger: &Trigger) -> Option<&RowConstraint> {
    trigger.does.as_ref()?.constraint.as_deref()
}
