//! Sends a plan. Whole messages of units where the engine allows it; the failing statement is
//! still named exactly, because a session tells how many statements of a message completed.

mod compose;
#[cfg(test)]
mod fake;
mod program;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use tokio_util::sync::CancellationToken;

use compose::Composed;

use super::discreet::Discreet;
use super::supervise::supervised;
use super::{Event, Events, RunError, StatementFailure};
use crate::driver::{
    Dialect, Failure, FailureKind, LedgerRequest, Message, Session, SessionState, Tenure,
};
use crate::ledger::{
    Direction, EntryEvent, GUARD_CONSTRAINT, Identity, LedgerTables, LedgerText, Snapshot,
};
use crate::plan::{Atomicity, Delivery, Plan, Purpose, Role, Unit, Work};
use crate::sql::{self, TransactionUse};

/// Longest text of a message that is made of several units, in bytes.
const MESSAGE_BYTES: usize = 1 << 20;

/// How the sending of a plan ended.
#[derive(Debug)]
pub(crate) enum Outcome {
    /// All units are committed.
    Finished,
    /// A guard found another ledger than the plan's: somebody else was at work. Read and plan anew.
    Stale,
}

/// Sends plans over one session.
pub(crate) struct Live<'a> {
    pub(crate) session: &'a mut (dyn Session + 'a),
    pub(crate) dialect: &'a dyn Dialect,
    pub(crate) by: &'a Identity,
    pub(crate) events: &'a dyn Events,
    pub(crate) cancel: &'a CancellationToken,
    /// Values of the variables that scripts declare: no error shows them.
    pub(crate) variables: &'a BTreeMap<String, String>,
    /// Names of the revisions that this run has committed so far.
    pub(crate) committed: &'a mut Vec<String>,
}

/// Why a message did not go through.
struct Stopped {
    /// Index of the unit in the plan.
    unit: usize,
    /// Index of the step in the unit.
    step: usize,
    failure: Failure,
    /// The index after the last unit of the message that is committed.
    committed: usize,
    /// The unit before it, whose script ran, but whose last rows were taken back with its own.
    taken_back: Option<usize>,
    /// What was executed, where it is none of the plan's texts.
    statement: Option<String>,
    /// A statement of a program may have happened, of which the journal does not know.
    in_doubt: bool,
}

impl Live<'_> {
    /// Sends every unit of the plan.
    pub(crate) async fn execute(&mut self, plan: &Plan) -> Result<Outcome, RunError> {
        let units = &plan.units;
        let mut next = 0;
        // A unit that failed in company is sent again alone: if the server reads a message as a
        // whole, a mistake in one unit keeps those before it from running.
        let mut alone = None;
        let mut announced = 0;
        while next < units.len() {
            if self.cancel.is_cancelled() {
                return Err(RunError::Interrupted {
                    committed: self.committed.clone(),
                });
            }
            let end = self.message_end(units, next, alone);
            // What was sent and did not run is not announced again.
            for unit in &units[announced.max(next)..end.max(announced)] {
                self.announce(unit);
            }
            announced = end.max(announced);
            let mut sent = self.send(&plan.tables, units, next, end).await;
            if let Err(stopped) = &mut sent {
                self.record_again(units, stopped).await;
            }
            let done = match &sent {
                Ok(done) => *done,
                Err(stopped) => stopped.committed,
            };
            for unit in &units[next..done] {
                self.report(unit);
            }
            let in_company = end - next > 1;
            next = done;
            let Err(mut stopped) = sent else { continue };
            let unit = &units[stopped.unit];
            if !self.put_back(unit, &mut stopped).await {
                return Err(self.give_up(plan, stopped).await);
            }
            if unit.steps[stopped.step].role == Role::Guard
                && stopped.failure.message.contains(GUARD_CONSTRAINT)
            {
                return Ok(Outcome::Stale);
            }
            let again = in_company
                && stopped.unit > next
                && stopped.failure.kind == FailureKind::Refused
                && stopped.failure.session == SessionState::Ready;
            if again {
                alone = Some(stopped.unit);
                continue;
            }
            return Err(self.give_up(plan, stopped).await);
        }
        Ok(Outcome::Finished)
    }

    /// Sends the last rows of a unit again that were taken back with the first ones of the next, for
    /// its script has run. If that fails too, or nothing can be sent, it is this unit that failed.
    async fn record_again(&mut self, units: &[Unit], stopped: &mut Stopped) {
        let Some(index) = stopped.taken_back.take() else {
            return;
        };
        let unit = &units[index];
        if stopped.failure.session == SessionState::Ready {
            let ending: Vec<&str> = unit.ending().collect();
            match self.session.send(&ending).await {
                Ok(()) => {
                    stopped.committed = index + 1;
                    return;
                }
                Err(second) => stopped.failure = second,
            }
        }
        stopped.unit = index;
        stopped.step = unit.committed_by();
    }

    /// Runs what stands after the transaction of a unit that failed. If that fails too, the
    /// session is not what another unit may expect: no more is sent.
    async fn put_back(&mut self, unit: &Unit, stopped: &mut Stopped) -> bool {
        let after: Vec<&str> = unit.after_failure(stopped.step).collect();
        if after.is_empty() || stopped.failure.session != SessionState::Ready {
            return true;
        }
        let Err(second) = self.session.send(&after).await else {
            return true;
        };
        let told = format!("what stands after its transaction failed too: {second}");
        let hint = stopped.failure.hint.take();
        stopped.failure.hint = Some(hint.map_or(told.clone(), |hint| format!("{hint}; {told}")));
        false
    }

    /// The end of the message that begins with unit `next`.
    fn message_end(&self, units: &[Unit], next: usize, alone: Option<usize>) -> usize {
        let most = self.dialect.capabilities().revisions_per_message;
        let mut bytes = 0;
        let mut end = next;
        for unit in &units[next..] {
            bytes += unit.bytes();
            let joins = end == next
                || (unit.delivery == Delivery::Shared
                    && units[next].delivery != Delivery::PerStatement
                    && end - next < most
                    && bytes <= MESSAGE_BYTES
                    && alone != Some(end)
                    && alone != Some(next));
            if !joins {
                break;
            }
            end += 1;
        }
        end
    }

    /// Sends units and answers how far it came: the index after the last unit that is done.
    async fn send(
        &mut self,
        tables: &LedgerTables,
        units: &[Unit],
        from: usize,
        to: usize,
    ) -> Result<usize, Stopped> {
        let own = self.session.tenure() != Tenure::InTransaction;
        let shares = !self.dialect.capabilities().transactional_ddl;
        let message = Composed::of(units, from, to, own, shares);
        let texts = &message.texts;
        let stopped = |base: usize, mut failure: Failure| {
            let at = base + failure.at.map_or(failure.completed, |at| at.statement);
            failure.completed += base;
            let (unit, step) = message.place(at);
            Stopped {
                unit,
                step,
                committed: message.committed(failure.completed),
                taken_back: message.taken_back(at),
                failure,
                statement: None,
                in_doubt: false,
            }
        };
        if units[from].delivery == Delivery::PerStatement {
            for base in 0..texts.len() {
                let (index, step) = message.place(base);
                let unit = &units[index];
                if let (Role::Program, Some((work, _))) = (&unit.steps[step].role, unit.work())
                    && let Some(program) = &work.script.program
                {
                    let ran = self.program(tables, unit, work, program).await;
                    ran.map_err(|halt| Stopped::program(index, step, halt))?;
                    continue;
                }
                let interrupt = self.session.interrupt();
                let call = self.session.send(&texts[base..=base]);
                let answer = supervised(interrupt, self.cancel, call).await;
                answer.map_err(|failure| stopped(base, failure))?;
            }
            return Ok(to);
        }
        let interrupt = self.session.interrupt();
        let call = self
            .session
            .deliver(Message::new(texts, &message.transactions));
        let answer = supervised(interrupt, self.cancel, call).await;
        let done = answer.map_err(|failure| stopped(0, failure))?;
        // A session stops early at the end of a unit only.
        Ok(message.after(done, to))
    }

    fn announce(&self, unit: &Unit) {
        if let Some((work, direction)) = unit.work() {
            self.events.event(Event::RevisionStarted {
                revision: work.id.clone(),
                name: work.name.clone(),
                direction,
                statements: work.script.pieces.len(),
                transaction: unit.atomicity == Atomicity::Transaction,
                reason: match unit.atomicity {
                    Atomicity::Transaction => None,
                    Atomicity::Stepwise(why) => Some(why),
                },
            });
        }
    }

    fn report(&mut self, unit: &Unit) {
        match &unit.purpose {
            Purpose::Setup => {}
            Purpose::Revision(work) => {
                self.committed.push(work.name.clone());
                self.events.event(Event::RevisionDone {
                    revision: work.id.clone(),
                    name: work.name.clone(),
                    direction: work.direction,
                });
            }
            Purpose::Stamp(stamp) => self.events.event(Event::Stamped {
                added: stamp.add.iter().map(|(id, _)| id.clone()).collect(),
                removed: stamp.remove.clone(),
            }),
        }
    }

    /// Turns a failure into what the user is told; a revision that was no transaction gets its
    /// `failed` row, so that an error can later be told from a crash. Where it is not known how many
    /// of its statements are committed there is none, and the journal says that it was cut off.
    async fn give_up(&mut self, plan: &Plan, stopped: Stopped) -> RunError {
        let Stopped {
            unit,
            step,
            failure,
            statement,
            in_doubt,
            ..
        } = stopped;
        let unit = &plan.units[unit];
        let in_steps = matches!(unit.atomicity, Atomicity::Stepwise(_));
        let tells = in_steps || failure.kind == FailureKind::Interrupted;
        let read = match failure.session {
            SessionState::Ready if tells => self.session.read(&plan.tables).await.ok(),
            _ => None,
        };
        if let Some(snapshot) = &read
            && unit.is_done_although(step, &failure, snapshot)
        {
            self.report(unit);
            return RunError::Interrupted {
                committed: self.committed.clone(),
            };
        }
        let mut part_way = None;
        if let (Purpose::Revision(work), Atomicity::Stepwise(_)) = (&unit.purpose, unit.atomicity) {
            if let Some(snapshot) = read {
                let parts = snapshot.part_way();
                part_way = parts.into_iter().find(|p| p.revision == work.id);
                if let Some(part) = &mut part_way
                    && let Some(completed) = self.known(unit, step, part.completed)
                    && !in_doubt
                {
                    part.completed = completed;
                    let completed = usize::try_from(completed).unwrap_or(usize::MAX);
                    let entry = work.entry(EntryEvent::Failed(completed));
                    part.failed = self.record(plan, LedgerText::Journal(entry)).await;
                }
                if part_way
                    .as_ref()
                    .is_some_and(|p| p.completed == 0 && p.failed)
                {
                    part_way = None;
                }
            } else if failure.completed > 0 {
                part_way = Some(crate::ledger::PartWay {
                    revision: work.id.clone(),
                    direction: work.direction,
                    completed: script_steps_before(unit, step),
                    statements: u64::try_from(work.script.pieces.len()).ok(),
                    failed: false,
                });
            }
        }
        let in_doubt = failure.kind == FailureKind::Lost
            && !part_way
                .as_ref()
                .is_some_and(|part| part.completed > 0 && self.is_cut_off_within(unit, step));
        let committed = self.committed.clone();
        let mut told = StatementFailure::new(unit, step, failure, part_way, committed);
        told.in_doubt = in_doubt;
        told.is_lent = self.session.tenure() == Tenure::InTransaction;
        if let Some(statement) = statement {
            told.statement = statement;
        }
        Discreet::new(self.variables).statement_failure(&mut told);
        RunError::Statement(Box::new(told))
    }

    /// How many statements of a revision in steps are committed, if that is known. `journal`: how
    /// many have their row. The row of the last that completed may be what failed: each before it
    /// has its own, unless the script's own transaction took it back.
    fn known(&self, unit: &Unit, step: usize, journal: u64) -> Option<u64> {
        let (work, _) = unit.work()?;
        let sent = script_steps_before(unit, step);
        let script = &work.script;
        // No script ends inside a transaction of its own.
        let all = sent == script.pieces.len() as u64;
        if script.program.is_some() || sent <= journal {
            return Some(journal);
        }
        if all || matches!(unit.steps[step].role, Role::Journal) && !self.has_transaction(work) {
            return Some(sent);
        }
        matches!(unit.steps[step].role, Role::Script { .. }).then_some(journal)
    }

    /// Whether the statements of a revision in steps before `step` are committed and the revision is
    /// not, although the answer to that step was lost: no server has the statements after it.
    fn is_cut_off_within(&self, unit: &Unit, step: usize) -> bool {
        let Some((work, _)) = unit.work() else {
            return false;
        };
        unit.delivery == Delivery::PerStatement
            && matches!(unit.steps[step].role, Role::Script { .. })
            && work.script.program.is_none()
            && !self.has_transaction(work)
    }

    /// Whether a script begins transactions itself, or changes how statements are committed.
    fn has_transaction(&self, work: &Work) -> bool {
        let script = &work.script;
        script.pieces.iter().any(|piece| {
            let scanned = sql::scan(self.dialect.syntax(), piece.text(&script.text));
            let Ok(scanned) = scanned else { return true };
            let mut facts = scanned.statements.iter().map(|statement| &statement.facts);
            piece.sets_session || facts.any(|facts| facts.transaction == TransactionUse::Begin)
        })
    }

    /// Writes one row outside the plan; whether it was written.
    async fn record(&mut self, plan: &Plan, text: LedgerText) -> bool {
        let written = self.dialect.ledger(&LedgerRequest {
            tables: &plan.tables,
            by: self.by,
            setup: false,
            texts: &[text],
        });
        let Ok(written) = written else { return false };
        let texts: Vec<&str> = written.texts.iter().map(String::as_str).collect();
        self.session.send(&texts).await.is_ok()
    }
}

fn script_steps_before(unit: &Unit, step: usize) -> u64 {
    let before = unit.steps[..step].iter();
    before
        .filter(|s| matches!(s.role, Role::Script { .. }))
        .count() as u64
}

impl Unit {
    /// Whether it is committed although its COMMIT was answered as interrupted: the request to stop
    /// may be heard after it. Its guard saw the ledger without what it does.
    fn is_done_although(&self, step: usize, failure: &Failure, now: &Snapshot) -> bool {
        let Some((work, direction)) = self.work() else {
            return false;
        };
        failure.kind == FailureKind::Interrupted
            && self.steps[step].role == Role::Commit
            && now.ledger_exists
            && now.applied.contains(&work.id) == (direction == Direction::Up)
    }
}
