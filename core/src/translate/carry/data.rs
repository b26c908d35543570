//! Statements on rows, and what they leave to foreign keys.

use super::{Carrier, Out, Outcome, fresh};
use crate::schema::{DataStatement, Schema};
use crate::translate::actions::{self, Actions};
use crate::translate::target::{DataScope, Refusal, Rendered};
use crate::translate::vacancy::Facts;

impl Carrier<'_> {
    /// Renders a statement on rows, after all that is pending.
    pub(in crate::translate) fn data(
        &mut self,
        source: usize,
        statement: &DataStatement,
        facts: Facts<'_>,
    ) {
        self.flush(facts.schema);
        self.nothing_unused();
        self.make_all_again(facts.schema);
        let lifted = self.lift_guards(source, statement, facts.schema);
        let from = self.out.len();
        self.as_written(source, statement, None, facts);
        self.guard_instead(source, from, statement, facts);
        self.make_again(source, &lifted, facts.schema);
        self.filled.note(statement, facts);
    }

    /// Renders an error that is raised where a query gives a row, after all that is pending.
    pub(in crate::translate) fn assertion(
        &mut self,
        source: usize,
        query: &DataStatement,
        message: &str,
        facts: Facts<'_>,
    ) {
        self.flush(facts.schema);
        self.make_all_again(facts.schema);
        let from = self.out.len();
        self.as_written(source, query, Some(message), facts);
        self.guard_instead(source, from, query, facts);
    }

    fn as_written(
        &mut self,
        source: usize,
        statement: &DataStatement,
        message: Option<&str>,
        facts: Facts<'_>,
    ) {
        let authored = facts.schema;
        if let Err(refusal) = fresh::check(statement, authored) {
            self.refuse(source, refusal);
            return;
        }
        if let Some(refusal) = Self::passes_over(statement, authored) {
            self.refuse(source, refusal);
            return;
        }
        if self.reads_between(source, statement, authored) {
            return;
        }
        let lacking = self.lacking(statement, authored);
        if !lacking.is_empty() {
            self.push(source, Err(lacking));
            return;
        }
        let scope = self.scope(authored);
        let rendered = match (statement, message) {
            (DataStatement::Query(query), Some(message)) => {
                self.target.assert_none(query, message, &scope)
            }
            _ => self.target.data(statement, &scope),
        };
        let rendered =
            rendered.and_then(|rendered| self.meets_guard(statement, facts).map(|()| rendered));
        let done = rendered.is_ok();
        self.push(source, rendered);
        if done {
            self.actions(source, statement, authored);
        }
    }

    /// Notes what a statement leaves to foreign keys: their actions, and that they refuse it.
    fn actions(&mut self, source: usize, statement: &DataStatement, authored: &Schema) {
        if let Some(refused) = Self::meets_triggers(statement, authored) {
            self.out.push(Out {
                source,
                what: refused,
            });
            return;
        }
        let actions = actions::of(statement, authored);
        let lacking: Vec<Vec<Refusal>> = match &actions {
            Actions::Statements(statements) => {
                let all = statements.iter();
                all.map(|one| self.lacking(one, authored)).collect()
            }
            _ => Vec::new(),
        };
        let mut push = |what| {
            self.out.push(Out {
                source,
                what: Outcome::Unenforced(what),
            });
        };
        match actions {
            // Nothing has to be done for it, where the revision ends with a look at all foreign keys.
            Actions::None if actions::may_break(statement, authored) => {
                push(Ok(Rendered::default()));
            }
            Actions::None => {}
            Actions::Statements(statements) => {
                for (statement, lacking) in statements.into_iter().zip(lacking) {
                    if !lacking.is_empty() {
                        push(Err(lacking));
                        continue;
                    }
                    let scope = DataScope {
                        authored,
                        source: self.source,
                        target: &self.held,
                    };
                    push(self.target.data(&statement, &scope));
                }
            }
            Actions::Inexact(reason) => push(Err(vec![
                Refusal::new(
                    "actions-while-rebuilding",
                    format!("the revision rebuilds a table, for which foreign keys are not enforced, and this statement relies on their actions: {reason}"),
                )
                .help("put the statement into a revision of its own"),
            ])),
        }
    }
}
