//! A revision written in Rust, on a session.
//!
//! Its statements are not known beforehand, so what a script is checked for before anything runs is
//! checked here for each statement before it is sent. After the first failure nothing more is sent:
//! the session has rolled the revision's transaction back, and what a program that swallows the
//! error would go on with would be committed by itself.

use futures_util::future::BoxFuture;
use tokio_util::sync::CancellationToken;

use super::{Live, Stopped};
use crate::driver::{
    Dialect, Failure, FailureKind, LedgerRequest, ResultSet, Session, SessionState, Tenure,
};
use crate::ledger::{EntryEvent, Identity, LedgerTables, LedgerText};
use crate::plan::{Atomicity, Unit, Work};
use crate::revision::{Context, ContextError, Program, Statements};
use crate::run::supervise::supervised;
use crate::sql::{self, TransactionUse};

/// The statements of a program, on their way to a session.
struct Online<'a> {
    session: &'a mut (dyn Session + 'a),
    dialect: &'a dyn Dialect,
    cancel: &'a CancellationToken,
    by: &'a Identity,
    tables: &'a LedgerTables,
    work: &'a Work,
    /// Every statement commits by itself and has its row in the journal.
    stepwise: bool,
    /// How many statements were executed.
    executed: usize,
    stopped: Option<Halt>,
}

/// Why a program was stopped.
struct Halt {
    failure: Failure,
    /// What it wanted to execute.
    statement: Option<String>,
    /// The session rolled back by itself.
    rolled_back: bool,
    /// The statement may have happened, and has no row in the journal.
    in_doubt: bool,
}

/// What is told of a program that was stopped.
pub(super) struct Halted {
    failure: Failure,
    statement: Option<String>,
    in_doubt: bool,
}

impl Live<'_> {
    /// Runs the program of a unit, between its guard and its ledger rows.
    pub(super) async fn program(
        &mut self,
        tables: &LedgerTables,
        unit: &Unit,
        work: &Work,
        program: &Program,
    ) -> Result<(), Halted> {
        let stepwise = matches!(unit.atomicity, Atomicity::Stepwise(_));
        let mut online = Online {
            session: &mut *self.session,
            dialect: self.dialect,
            cancel: self.cancel,
            by: self.by,
            tables,
            work,
            stepwise,
            executed: 0,
            stopped: None,
        };
        let mut context = Context {
            dialect: self.dialect,
            statements: &mut online,
        };
        let ended = program.run(work.direction, &mut context).await;
        let halt = match (online.stopped.take(), ended) {
            (None, Ok(())) => return Ok(()),
            // The first failure is the one to tell, whatever the program made of it.
            (Some(halt), _) => halt,
            (None, Err(error)) => Halt {
                failure: Failure::new(FailureKind::Refused, error.to_string()),
                statement: None,
                rolled_back: false,
                in_doubt: false,
            },
        };
        let mut failure = halt.failure;
        if !halt.rolled_back && !stepwise && self.roll_back().await.is_err() {
            failure.session = SessionState::Dead;
        }
        Err(Halted {
            failure,
            statement: halt.statement,
            in_doubt: halt.in_doubt,
        })
    }

    async fn roll_back(&mut self) -> Result<(), Failure> {
        if self.session.tenure() == Tenure::InTransaction {
            return self
                .session
                .send(&self.dialect.rollback_to_savepoint())
                .await;
        }
        self.session.send(&[self.dialect.rollback()]).await
    }
}

impl Stopped {
    /// A program stopped at step `step` of a unit.
    pub(super) fn program(unit: usize, step: usize, halted: Halted) -> Self {
        let Halted {
            mut failure,
            statement,
            in_doubt,
        } = halted;
        // Its statements are not the plan's: what the plan had completed are the steps before.
        failure.at = None;
        failure.completed = step;
        Self {
            unit,
            step,
            // It has a message of its own.
            committed: unit,
            taken_back: None,
            failure,
            statement,
            in_doubt,
        }
    }
}

impl Online<'_> {
    async fn run(&mut self, text: &str) -> Result<(), ContextError> {
        self.may_go_on()?;
        let script = match sql::scan(self.dialect.syntax(), text) {
            Ok(script) => script,
            Err(problems) => {
                let problems: Vec<_> = problems.iter().map(ToString::to_string).collect();
                return self.halt(refused(problems.join("; ")), text, false);
            }
        };
        for statement in &script.statements {
            let text = statement.text(&script);
            if let Some(why) = self.refusal(&statement.facts) {
                return self.halt(refused(why), text, false);
            }
            self.send(text).await?;
        }
        Ok(())
    }

    /// Why a statement may not be executed here.
    fn refusal(&self, facts: &sql::Facts) -> Option<String> {
        let verb = &facts.verb;
        let ends = matches!(
            facts.transaction,
            TransactionUse::Begin | TransactionUse::Commit | TransactionUse::Rollback
        );
        if ends {
            return Some(format!("{verb} would end the revision's transaction"));
        }
        if facts.sets_session && self.session.tenure() != Tenure::Own {
            return Some(format!(
                "{verb} changes a setting of the connection, which is your application's"
            ));
        }
        match facts.refused_in_transaction {
            Some(why) if !self.stepwise => Some(format!(
                "{verb} cannot run in the revision's transaction: {why}"
            )),
            _ => None,
        }
    }

    async fn send(&mut self, statement: &str) -> Result<(), ContextError> {
        self.executed += 1;
        let row = match self.row() {
            Ok(row) => row,
            Err(failure) => return self.halt(failure, statement, false),
        };
        let texts: Vec<&str> = std::iter::once(statement)
            .chain(row.iter().map(String::as_str))
            .collect();
        // A statement that may not share a message does not.
        for (index, text) in texts.into_iter().enumerate() {
            let interrupt = self.session.interrupt();
            let sent = supervised(interrupt, self.cancel, self.session.send(&[text])).await;
            if let Err(failure) = sent {
                let is_row = index > 0;
                let halted = self.halt(failure, statement, true);
                if let Some(halt) = &mut self.stopped {
                    halt.in_doubt = is_row;
                }
                return halted;
            }
        }
        Ok(())
    }

    /// The statement's row in the journal, where it has one.
    fn row(&self) -> Result<Option<String>, Failure> {
        if !self.stepwise {
            return Ok(None);
        }
        let entry = self.work.entry(EntryEvent::Statement(self.executed));
        let written = self.dialect.ledger(&LedgerRequest {
            tables: self.tables,
            by: self.by,
            setup: false,
            texts: &[LedgerText::Journal(entry)],
        });
        match written {
            Ok(written) => Ok(written.texts.into_iter().next()),
            Err(error) => Err(refused(error.to_string())),
        }
    }

    async fn read(&mut self, sql: &str) -> Result<ResultSet, ContextError> {
        self.may_go_on()?;
        let interrupt = self.session.interrupt();
        match supervised(interrupt, self.cancel, self.session.query(sql)).await {
            Ok(rows) => Ok(rows),
            Err(failure) => {
                self.halt(failure, sql, true)?;
                Ok(ResultSet::default())
            }
        }
    }

    fn may_go_on(&mut self) -> Result<(), ContextError> {
        if self.stopped.is_some() {
            return Err(ContextError::statement(
                "a statement before this one failed, and nothing can be executed after that".into(),
            ));
        }
        if self.cancel.is_cancelled() {
            let failure = Failure::new(
                FailureKind::Interrupted,
                "interrupted between two statements",
            );
            return self.halt(failure, "", false);
        }
        Ok(())
    }

    fn halt(
        &mut self,
        failure: Failure,
        statement: &str,
        rolled_back: bool,
    ) -> Result<(), ContextError> {
        let error = ContextError::statement(failure.to_string());
        self.stopped = Some(Halt {
            failure,
            statement: Some(statement.to_owned()).filter(|text| !text.is_empty()),
            rolled_back,
            in_doubt: false,
        });
        Err(error)
    }
}

fn refused(message: String) -> Failure {
    Failure::new(FailureKind::Refused, message)
}

impl Statements for Online<'_> {
    fn execute<'a>(&'a mut self, sql: &'a str) -> BoxFuture<'a, Result<(), ContextError>> {
        Box::pin(self.run(sql))
    }

    fn query<'a>(&'a mut self, sql: &'a str) -> BoxFuture<'a, Result<ResultSet, ContextError>> {
        Box::pin(self.read(sql))
    }

    fn is_offline(&self) -> bool {
        false
    }
}
