//! Into which tables the scripts themselves put rows.
//!
//! A table that is in none of them is empty in a database that is made anew.
//!
//! # Invariants
//!
//! - A table is named here if a statement that the target runs may have put a row into it, be it by
//!   a trigger; also if it has none any more.

use std::collections::HashSet;

use super::vacancy::{self, Facts};
use crate::schema::{
    DataStatement, Name, Part, Schema, Set, TableEffect, TriggerStep, named_tables,
};

/// Tables with rows of the scripts' own, by their authored names.
#[derive(Debug, Clone, Default)]
pub(super) struct Filled {
    tables: Set<Name>,
    anything: bool,
}

impl Filled {
    /// Whether a table may have such rows.
    pub(super) fn has(&self, table: &Name) -> bool {
        self.anything || self.tables.contains(table)
    }

    /// Takes note of a statement whose names are resolved.
    pub(super) fn note(&mut self, statement: &DataStatement, facts: Facts<'_>) {
        let vacancy = vacancy::of_statement(statement, facts);
        if vacancy.tables(|name| !self.has(name)).is_some() {
            return;
        }
        let table = match statement {
            DataStatement::Insert(insert) => {
                self.add(&insert.table);
                Some(&insert.table)
            }
            DataStatement::Update(update) => Some(&update.table),
            DataStatement::Delete(delete) => Some(&delete.table),
            DataStatement::Query(_) | DataStatement::Truncate { .. } => None,
        };
        if let Some(table) = table {
            self.triggers(table, facts.schema);
        }
        for cte in statement.with() {
            self.note(&cte.body, facts);
        }
    }

    /// What the triggers of a table insert, and those of the tables that they write.
    fn triggers(&mut self, table: &Name, schema: &Schema) {
        let (mut written, mut seen) = (vec![table.clone()], HashSet::new());
        while let Some(table) = written.pop() {
            if !seen.insert(table.clone()) {
                continue;
            }
            for trigger in schema.triggers_of(&table) {
                match &trigger.does {
                    Some(does) if does.unclear.is_none() || does.is_guard() => {
                        TriggerStep::each(&does.steps, &mut |part| {
                            if let Part::Data(DataStatement::Insert(insert)) = &part {
                                self.add(&insert.table);
                            }
                            // One that is read only is looked at in vain.
                            named_tables(part, &mut written);
                        });
                    }
                    _ => self.anything = true,
                }
            }
        }
    }

    /// Takes note of a table that has rows from the start, or may have.
    pub(super) fn add(&mut self, table: &Name) {
        self.tables.insert(table.clone());
    }

    /// Takes note of code that may put rows into any table.
    pub(super) fn add_any(&mut self) {
        self.anything = true;
    }

    /// Follows a table to its new name, or to its end.
    pub(super) fn follow(&mut self, effect: &TableEffect) {
        let Some(before) = &effect.before else {
            return;
        };
        let after = effect.after.as_ref().map(|table| &table.name);
        if after != Some(&before.name)
            && self.tables.remove(&before.name)
            && let Some(after) = after
        {
            self.tables.insert(after.clone());
        }
    }
}
