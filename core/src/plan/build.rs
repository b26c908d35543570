//! Building a plan. Pure: the same works and dialect give the same text.

use super::draft::{self, Draft, DraftUnit};
use super::{Atomicity, Delivery, Plan, Purpose, Role, Step, Why, Work};
use crate::driver::{Dialect, DialectError, LockKind};
use crate::ledger::{
    Direction, EntryEvent, Guard, Identity, JournalEntry, LedgerTables, LedgerText,
};

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
///
/// # Errors
///
/// If the dialect does not answer: see [`Dialect::ledger`].
pub fn build(
    dialect: &dyn Dialect,
    tables: &LedgerTables,
    setup: bool,
    works: Vec<Work>,
    by: &Identity,
) -> Result<Plan, DialectError> {
    let builder = Builder { dialect };
    let units = works.into_iter().map(|work| builder.revision(work));
    draft::write(dialect, tables, setup, units.collect(), by)
}

/// Builds the plan of a stamp.
///
/// # Errors
///
/// As [`build`].
pub fn stamp(
    dialect: &dyn Dialect,
    tables: &LedgerTables,
    setup: bool,
    change: Stamp,
    by: &Identity,
) -> Result<Plan, DialectError> {
    let builder = Builder { dialect };
    let unit = (!change.is_empty()).then(|| builder.stamp(change));
    draft::write(dialect, tables, setup, unit.into_iter().collect(), by)
}

struct Builder<'a> {
    dialect: &'a dyn Dialect,
}

fn step(role: Role, sql: impl Into<String>) -> Draft {
    Draft::Ready(Step {
        role,
        sql: sql.into(),
    })
}

impl Builder<'_> {
    fn revision(&self, work: Work) -> DraftUnit {
        let atomicity = self.atomicity(&work);
        let outside = |role: Role, statements: &[String]| -> Vec<Draft> {
            let statements = statements.iter();
            statements.map(|sql| step(role.clone(), sql)).collect()
        };
        let mut steps = outside(Role::Before, &work.script.before);
        steps.extend(match atomicity {
            Atomicity::Transaction => self.transaction(&work),
            Atomicity::Stepwise(_) => self.stepwise(&work),
        });
        steps.extend(outside(Role::After, &work.script.after));
        // What a program sets is not known.
        let is_program = work.script.program.is_some();
        let sets_session = is_program || work.script.pieces.iter().any(|p| p.sets_session);
        if sets_session {
            let reset = self.dialect.reset_session().iter();
            steps.extend(reset.map(|&sql| step(Role::Reset, sql)));
        }
        let parsed_as_one = self.dialect.capabilities().statements_alone;
        let stepwise = matches!(atomicity, Atomicity::Stepwise(_));
        let has_outside = !(work.script.before.is_empty() && work.script.after.is_empty());
        let alone = parsed_as_one && (stepwise || sets_session || has_outside);
        let delivery = if is_program || alone {
            Delivery::PerStatement
        } else if work.script.pieces.iter().any(|p| p.reads_clock) {
            Delivery::First
        } else {
            Delivery::Shared
        };
        DraftUnit {
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
        // Whether a program's statements would commit is not known; recorded, it is planned alike.
        let is_program = work.script.program.is_some() || work.script.is_recorded;
        let commits = is_program || work.script.pieces.iter().any(|p| p.implicit_commit);
        if commits && !self.dialect.capabilities().transactional_ddl {
            return Atomicity::Stepwise(Why::ImplicitCommit);
        }
        Atomicity::Transaction
    }

    fn transaction(&self, work: &Work) -> Vec<Draft> {
        let mut steps = vec![self.begin(), self.guard(work, false)];
        steps.extend(self.script(work));
        steps.extend([
            self.ledger_row(work),
            self.journal(work, EntryEvent::Done),
            self.commit(),
        ]);
        steps
    }

    fn stepwise(&self, work: &Work) -> Vec<Draft> {
        let mut steps = vec![
            self.guard(work, true),
            self.journal(work, EntryEvent::Started),
        ];
        // Without a lock of the session another runner's whole revision fits between the two.
        if self.dialect.capabilities().lock == LockKind::Transaction {
            steps.insert(0, self.begin());
            steps.push(self.commit());
        }
        let last = work.script.pieces.len();
        let program = work.script.program.is_some();
        for (index, statement) in self.script(work).enumerate() {
            steps.push(statement);
            // A program writes the rows of its statements as it goes.
            if !program && index + 1 < last {
                steps.push(self.journal(work, EntryEvent::Statement(index + 1)));
            }
        }
        // The last statement's row waits for the disk together with the end of the revision.
        steps.push(self.begin());
        if !program {
            steps.push(self.journal(work, EntryEvent::Statement(last)));
        }
        steps.extend([
            self.ledger_row(work),
            self.journal(work, EntryEvent::Done),
            self.commit(),
        ]);
        steps
    }

    fn stamp(&self, change: Stamp) -> DraftUnit {
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
            Draft::Ledger(Role::Guard, LedgerText::Guard(guard)),
        ];
        if !change.remove.is_empty() {
            let ids = change.remove.clone();
            steps.push(Draft::Ledger(Role::Ledger, LedgerText::Delete(ids)));
        }
        if !change.add.is_empty() {
            let ids = change.add.iter().map(|(id, _)| id.clone()).collect();
            steps.push(Draft::Ledger(Role::Ledger, LedgerText::Insert(ids)));
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
                rules: 0,
            };
            steps.push(Draft::Ledger(Role::Journal, LedgerText::Journal(entry)));
        }
        steps.push(self.commit());
        DraftUnit {
            purpose: Purpose::Stamp(change),
            atomicity: Atomicity::Transaction,
            delivery: Delivery::Shared,
            steps,
        }
    }

    fn begin(&self) -> Draft {
        step(Role::Begin, self.dialect.begin())
    }

    fn commit(&self) -> Draft {
        step(Role::Commit, self.dialect.commit())
    }

    fn guard(&self, work: &Work, not_part_way: bool) -> Draft {
        let guard = Guard {
            revision: work.id.clone(),
            present: work.present.clone(),
            absent: work.absent.clone(),
            not_part_way,
        };
        Draft::Ledger(Role::Guard, LedgerText::Guard(guard))
    }

    fn script<'w>(&self, work: &'w Work) -> impl Iterator<Item = Draft> + use<'w> {
        let script = &work.script;
        let program = script.program.iter().map(|_| step(Role::Program, ""));
        program.chain(script.pieces.iter().enumerate().map(|(index, piece)| {
            let role = Role::Script {
                number: index + 1,
                span: piece.span.clone(),
            };
            step(role, piece.text(&script.text))
        }))
    }

    fn ledger_row(&self, work: &Work) -> Draft {
        let ids = vec![work.id.clone()];
        let text = match work.direction {
            Direction::Up => LedgerText::Insert(ids),
            Direction::Down => LedgerText::Delete(ids),
        };
        Draft::Ledger(Role::Ledger, text)
    }

    fn journal(&self, work: &Work, event: EntryEvent) -> Draft {
        Draft::Ledger(Role::Journal, LedgerText::Journal(work.entry(event)))
    }
}

impl Work {
    /// A journal row about this work.
    pub fn entry(&self, event: EntryEvent) -> JournalEntry {
        let is_script = self.script.program.is_none() && !self.script.is_recorded;
        JournalEntry {
            revision: self.id.clone(),
            direction: self.direction,
            event,
            // Of a program neither is known.
            statements: is_script.then_some(self.script.pieces.len()),
            checksum: is_script.then(|| self.script.checksum.clone()),
            rules: self.script.rules,
        }
    }
}
