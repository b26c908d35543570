//! Building a plan. Pure: the same works and dialect give the same text.

use super::{Atomicity, Delivery, Plan, Purpose, Role, Step, Unit, Why, Work};
use crate::driver::Dialect;
use crate::ledger::{Direction, EntryEvent, Guard, Identity, JournalEntry, LedgerTables};

/// Rows to write without running scripts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Stamp {
    /// Revisions to make applied, with the checksum of their up script where it could be read.
    pub add: Vec<(String, Option<String>)>,
    /// Revisions to make unapplied.
    pub remove: Vec<String>,
    /// Applied revisions whose checksum is recorded anew.
    pub renew: Vec<(String, Option<String>)>,
    /// Part-way revisions that are unapplied and thereby settled.
    pub settle: Vec<String>,
}

impl Stamp {
    /// Nothing is to be written.
    pub fn is_empty(&self) -> bool {
        self.add.is_empty()
            && self.remove.is_empty()
            && self.renew.is_empty()
            && self.settle.is_empty()
    }
}

/// Builds the plan of a run. With `setup` it begins by making the ledger's tables.
pub fn build(
    dialect: &dyn Dialect,
    tables: &LedgerTables,
    setup: bool,
    works: Vec<Work>,
    by: &Identity,
) -> Plan {
    let builder = Builder {
        dialect,
        tables,
        by,
    };
    let mut units = Vec::with_capacity(works.len() + 1);
    if setup {
        units.push(builder.setup());
    }
    units.extend(works.into_iter().map(|work| builder.revision(work)));
    Plan {
        tables: tables.clone(),
        units,
    }
}

/// Builds the plan of a stamp.
pub fn stamp(
    dialect: &dyn Dialect,
    tables: &LedgerTables,
    setup: bool,
    change: Stamp,
    by: &Identity,
) -> Plan {
    let builder = Builder {
        dialect,
        tables,
        by,
    };
    let mut units = Vec::new();
    if setup {
        units.push(builder.setup());
    }
    if !change.is_empty() {
        units.push(builder.stamp(change));
    }
    Plan {
        tables: tables.clone(),
        units,
    }
}

struct Builder<'a> {
    dialect: &'a dyn Dialect,
    tables: &'a LedgerTables,
    by: &'a Identity,
}

fn step(role: Role, sql: impl Into<String>) -> Step {
    Step {
        role,
        sql: sql.into(),
    }
}

impl Builder<'_> {
    fn setup(&self) -> Unit {
        let create = self.dialect.create_ledger(self.tables);
        let create = create.into_iter().map(|sql| step(Role::Setup, sql));
        let transaction = self.dialect.capabilities().transactional_ddl;
        let steps = if transaction {
            std::iter::once(self.begin())
                .chain(create)
                .chain([self.commit()])
                .collect()
        } else {
            create.collect()
        };
        Unit {
            purpose: Purpose::Setup,
            atomicity: if transaction {
                Atomicity::Transaction
            } else {
                Atomicity::Stepwise(Why::ImplicitCommit)
            },
            delivery: Delivery::Shared,
            steps,
        }
    }

    fn revision(&self, work: Work) -> Unit {
        let atomicity = self.atomicity(&work);
        let outside = |role: Role, statements: &[String]| -> Vec<Step> {
            let statements = statements.iter();
            statements.map(|sql| step(role.clone(), sql)).collect()
        };
        let mut steps = outside(Role::Before, &work.script.before);
        steps.extend(match atomicity {
            Atomicity::Transaction => self.transaction(&work),
            Atomicity::Stepwise(_) => self.stepwise(&work),
        });
        steps.extend(outside(Role::After, &work.script.after));
        let sets_session = work.script.pieces.iter().any(|p| p.sets_session);
        if sets_session {
            let reset = self.dialect.reset_session().iter();
            steps.extend(reset.map(|&sql| step(Role::Reset, sql)));
        }
        let parsed_as_one = self.dialect.capabilities().statements_alone;
        let stepwise = matches!(atomicity, Atomicity::Stepwise(_));
        let has_outside = !(work.script.before.is_empty() && work.script.after.is_empty());
        let delivery = if parsed_as_one && (stepwise || sets_session || has_outside) {
            Delivery::PerStatement
        } else if work.script.pieces.iter().any(|p| p.reads_clock) {
            Delivery::First
        } else {
            Delivery::Shared
        };
        Unit {
            purpose: Purpose::Revision(Box::new(work)),
            atomicity,
            delivery,
            steps,
        }
    }

    fn atomicity(&self, work: &Work) -> Atomicity {
        if let Some(why) = work.script.stepwise {
            return Atomicity::Stepwise(why);
        }
        let commits = work.script.pieces.iter().any(|p| p.implicit_commit);
        if commits && !self.dialect.capabilities().transactional_ddl {
            return Atomicity::Stepwise(Why::ImplicitCommit);
        }
        Atomicity::Transaction
    }

    fn transaction(&self, work: &Work) -> Vec<Step> {
        let mut steps = vec![self.begin(), self.guard(work, false)];
        steps.extend(self.script(work));
        steps.extend([
            self.ledger_row(work),
            self.journal(work, EntryEvent::Done),
            self.commit(),
        ]);
        steps
    }

    fn stepwise(&self, work: &Work) -> Vec<Step> {
        let mut steps = vec![
            self.guard(work, true),
            self.journal(work, EntryEvent::Started),
        ];
        for (index, statement) in self.script(work).enumerate() {
            steps.push(statement);
            steps.push(self.journal(work, EntryEvent::Statement(index + 1)));
        }
        steps.extend([
            self.begin(),
            self.ledger_row(work),
            self.journal(work, EntryEvent::Done),
            self.commit(),
        ]);
        steps
    }

    fn stamp(&self, change: Stamp) -> Unit {
        let guard = Guard {
            revision: String::new(),
            present: change
                .remove
                .iter()
                .chain(change.renew.iter().map(|(id, _)| id))
                .cloned()
                .collect(),
            absent: change.add.iter().map(|(id, _)| id.clone()).collect(),
            not_part_way: false,
        };
        let mut steps = vec![
            self.begin(),
            step(Role::Guard, self.dialect.guard(self.tables, &guard)),
        ];
        if !change.remove.is_empty() {
            let ids: Vec<_> = change.remove.iter().map(String::as_str).collect();
            steps.push(step(Role::Ledger, self.dialect.delete(self.tables, &ids)));
        }
        if !change.add.is_empty() {
            let ids: Vec<_> = change.add.iter().map(|(id, _)| id.as_str()).collect();
            steps.push(step(Role::Ledger, self.dialect.insert(self.tables, &ids)));
        }
        let removed = change.remove.iter().chain(&change.settle);
        let removed = removed.map(|id| (id, Direction::Down, None));
        let added = change.add.iter().chain(&change.renew);
        let added = added.map(|(id, checksum)| (id, Direction::Up, checksum.clone()));
        for (revision, direction, checksum) in removed.chain(added) {
            let entry = JournalEntry {
                revision: revision.clone(),
                direction,
                event: EntryEvent::Stamped,
                statements: None,
                checksum,
            };
            steps.push(self.entry(&entry));
        }
        steps.push(self.commit());
        Unit {
            purpose: Purpose::Stamp(change),
            atomicity: Atomicity::Transaction,
            delivery: Delivery::Shared,
            steps,
        }
    }

    fn begin(&self) -> Step {
        step(Role::Begin, self.dialect.begin())
    }

    fn commit(&self) -> Step {
        step(Role::Commit, self.dialect.commit())
    }

    fn guard(&self, work: &Work, not_part_way: bool) -> Step {
        let guard = Guard {
            revision: work.id.clone(),
            present: work.present.clone(),
            absent: work.absent.clone(),
            not_part_way,
        };
        step(Role::Guard, self.dialect.guard(self.tables, &guard))
    }

    fn script<'w>(&self, work: &'w Work) -> impl Iterator<Item = Step> + use<'w> {
        let script = &work.script;
        script.pieces.iter().enumerate().map(|(index, piece)| Step {
            role: Role::Script {
                number: index + 1,
                span: piece.span.clone(),
            },
            sql: piece.text(&script.text).to_owned(),
        })
    }

    fn ledger_row(&self, work: &Work) -> Step {
        let ids = [work.id.as_str()];
        let sql = match work.direction {
            Direction::Up => self.dialect.insert(self.tables, &ids),
            Direction::Down => self.dialect.delete(self.tables, &ids),
        };
        step(Role::Ledger, sql)
    }

    fn journal(&self, work: &Work, event: EntryEvent) -> Step {
        self.entry(&work.entry(event))
    }

    fn entry(&self, entry: &JournalEntry) -> Step {
        step(
            Role::Journal,
            self.dialect.journal(self.tables, entry, self.by),
        )
    }
}

impl Work {
    /// A journal row about this work.
    pub fn entry(&self, event: EntryEvent) -> JournalEntry {
        JournalEntry {
            revision: self.id.clone(),
            direction: self.direction,
            event,
            statements: Some(self.script.pieces.len()),
            checksum: Some(self.script.checksum.clone()),
        }
    }
}
