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
use crate::schema::{Cte, DataStatement, Effect, Name, Schema, TriggerStep};

/// Tables with rows of the scripts' own, by their authored names.
#[derive(Debug, Clone, Default)]
pub(super) struct Filled {
    tables: HashSet<Name>,
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
        let (table, with): (_, &[Cte]) = match statement {
            DataStatement::Insert(insert) => {
                self.add(&insert.table);
                (Some(&insert.table), &insert.with)
            }
            DataStatement::Update(update) => (Some(&update.table), &update.with),
            DataStatement::Delete(delete) => (Some(&delete.table), &delete.with),
            DataStatement::Query(query) => (None, &query.with),
            DataStatement::Truncate { .. } => (None, &[]),
        };
        if let Some(table) = table {
            self.triggers(table, facts.schema);
        }
        for cte in with {
            self.note(&cte.body, facts);
        }
    }

    /// What the triggers of a table insert, and those of the tables that they write.
    fn triggers(&mut self, table: &Name, schema: &Schema) {
        let mut written = vec![table.clone()];
        let mut next = 0;
        while let Some(table) = written.get(next).cloned() {
            next += 1;
            for trigger in schema.triggers_of(&table) {
                match &trigger.does {
                    Some(does) if does.unclear.is_none() => {
                        self.steps(&does.steps, &mut written);
                    }
                    _ => self.anything = true,
                }
            }
        }
    }

    fn steps(&mut self, steps: &[TriggerStep], written: &mut Vec<Name>) {
        for step in steps {
            match step {
                TriggerStep::Run(statement) => {
                    let table = match &**statement {
                        DataStatement::Insert(insert) => {
                            self.add(&insert.table);
                            &insert.table
                        }
                        DataStatement::Update(update) => &update.table,
                        DataStatement::Delete(delete) => &delete.table,
                        DataStatement::Query(_) | DataStatement::Truncate { .. } => continue,
                    };
                    if !written.contains(table) {
                        written.push(table.clone());
                    }
                }
                TriggerStep::If { whens, otherwise } => {
                    for (_, steps) in whens {
                        self.steps(steps, written);
                    }
                    self.steps(otherwise, written);
                }
                TriggerStep::Raise(_) | TriggerStep::Return(_) => {}
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
    pub(super) fn follow(&mut self, effect: &Effect) {
        let Effect::Table(effect) = effect else {
            return;
        };
        let Some(before) = &effect.before else {
            return;
        };
        let after = effect.after.as_ref().map(|table| &table.name);
        if after != Some(&before.name) && self.tables.remove(&before.name) {
            self.tables.extend(after.cloned());
        }
    }
}
