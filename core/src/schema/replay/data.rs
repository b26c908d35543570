//! What a statement on rows means by its names.

use std::collections::BTreeSet;

use super::super::{DataStatement, Ident, Name, PartMut, TriggerStep};
use super::Replay;

impl Replay {
    /// A statement on rows with the names of its tables and types resolved, as the session would
    /// resolve them now. Names that nothing has stay as they are.
    #[must_use]
    pub fn resolve(&self, mut statement: DataStatement) -> DataStatement {
        let ctes = statement.with().iter().map(|cte| cte.name.clone());
        let ctes: Vec<Ident> = ctes.collect();
        let written: Vec<&mut Name> = match &mut statement {
            DataStatement::Query(_) => Vec::new(),
            DataStatement::Insert(insert) => vec![&mut insert.table],
            DataStatement::Update(update) => vec![&mut update.table],
            DataStatement::Delete(delete) => vec![&mut delete.table],
            DataStatement::Truncate { tables, .. } => tables.iter_mut().collect(),
        };
        for table in written {
            *table = self.found(table);
        }
        let mut reads = BTreeSet::new();
        statement.parts_mut(&mut |part| self.resolve_part(part, &ctes, &mut reads));
        self.respell_data(&mut statement);
        statement
    }

    /// Steps of a trigger's function, likewise.
    pub(super) fn resolve_steps(&self, steps: &mut [TriggerStep]) {
        for step in steps {
            match step {
                TriggerStep::Run(statement) => {
                    **statement = self.resolve((**statement).clone());
                }
                TriggerStep::If { whens, otherwise } => {
                    for (condition, steps) in whens {
                        let mut reads = BTreeSet::new();
                        self.resolve_part(PartMut::Expr(condition), &[], &mut reads);
                        self.resolve_steps(steps);
                    }
                    self.resolve_steps(otherwise);
                }
                TriggerStep::Set(_, value) => {
                    self.resolve_part(PartMut::Expr(value), &[], &mut BTreeSet::new());
                }
                TriggerStep::Ask { query, .. } => {
                    self.resolve_part(PartMut::Query(query), &[], &mut BTreeSet::new());
                }
                TriggerStep::Each(_, steps) => self.resolve_steps(steps),
                // A query that is executed asks no table.
                TriggerStep::Execute { .. } | TriggerStep::Raise(_) | TriggerStep::Return(_) => {}
            }
        }
    }
}
