//! Triggers that stand for constraints: they have a form, or the constraint is refused.

use super::{Carrier, Omission, Rendered};
use crate::schema::{DataStatement, OnConflict, RowConstraint, Schema, Trigger};
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
        let any = match &insert.on_conflict {
            // What names a constraint names its columns, unless it is one of these.
            Some(OnConflict::Nothing { columns, .. }) => columns.is_empty(),
            Some(OnConflict::Ignore | OnConflict::Replace) => true,
            _ => false,
        };
        let mut triggers = authored.triggers_of(&insert.table).iter();
        let one = triggers.find(|trigger| any && stands_for_one(trigger))?;
        let message = format!(
            "a row that `{}` of `{}` excludes is passed over there, and fails here",
            one.name, insert.table
        );
        let help = "name the key of ON CONFLICT, or leave the rows out by a condition";
        Some(Refusal::new("exclusion", message).help(help))
    }
}

fn constraint(trigger: &Trigger) -> Option<&RowConstraint> {
    trigger.does.as_ref()?.constraint.as_deref()
}
