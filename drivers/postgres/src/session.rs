//! One live connection.
//!
//! Invariants: every answer leaves no transaction open that the message did not mean to leave open
//! (after a failure a ROLLBACK is always sent: the protocol's transaction status is not public in
//! tokio-postgres, and a ROLLBACK too many is only a warning); no future of the client is dropped
//! while its statement runs.

use std::sync::Arc;
use std::time::Duration;

use aludel::driver::{
    At, Failure, FailureKind, Holder, Interrupt, LockAttempt, LockRequest, Message, ResultSet,
    Server, Session, SessionState,
};
use aludel::ledger::{LedgerTables, Snapshot};
use futures_util::future::BoxFuture;
use tokio::task::JoinHandle;
use tokio_postgres::Client;

use crate::cancel::Canceller;
use crate::dialect::utc;
use crate::exchange::{Answer, collect};
use crate::failure::{self, Problem};
use crate::indexes;
use crate::ledger::{self, Lock, Probe};
use crate::pooler::{self, Origin};
use crate::position;
use crate::unhurried::{FLUSH, Unhurried};

/// A setting that was made in the transaction is rolled back with it, ours too.
const ROLLBACK: &str = concat!("ROLLBACK; ", utc!());

/// How long the polite end of a connection may take.
const FAREWELL: Duration = Duration::from_secs(5);

/// What the task that moves a connection's bytes ends with.
pub(crate) type Pump = JoinHandle<Result<(), tokio_postgres::Error>>;

/// A session of a PostgreSQL server.
pub(crate) struct PostgresSession {
    server: Server,
    client: Client,
    /// Taken when the connection's end was seen.
    pump: Option<Pump>,
    canceller: Canceller,
    locks: Vec<Held>,
    /// Until it is known that no pooler lends the server's process to others.
    origin: Option<Origin>,
}

/// An advisory lock that was obtained.
struct Held {
    /// Its key, as the server wrote it.
    key: String,
    /// The server's process that holds it.
    process: String,
}

impl PostgresSession {
    /// A session on a connection that was just made.
    pub(crate) fn new(
        server: Server,
        client: Client,
        pump: Pump,
        canceller: Canceller,
        origin: Origin,
    ) -> Self {
        Self {
            server,
            client,
            pump: Some(pump),
            canceller,
            locks: Vec::new(),
            origin: Some(origin),
        }
    }

    /// Sends one message and collects what comes back. Rolls nothing back.
    pub(crate) async fn exchange(&mut self, sql: &str) -> Answer {
        let mut answer = Answer {
            results: Vec::new(),
            completed: 0,
            problem: None,
        };
        if let Err(error) = collect(&self.client, sql, &mut answer).await {
            answer.problem = Some(self.explain(&error).await);
        }
        answer
    }

    /// Rolls back whatever is open and says in `failure` what became of the session.
    pub(crate) async fn roll_back(&mut self, failure: &mut Failure) {
        if failure::is_dead(failure) {
            return;
        }
        // Twice: a cancel request that was late may hit the first.
        for _ in 0..2 {
            match self.exchange(ROLLBACK).await.problem {
                None => return,
                Some(problem) if failure::is_canceled(&problem.failure) => {
                    self.canceller.take();
                }
                Some(_) => break,
            }
        }
        failure.session = SessionState::Dead;
    }

    /// Runs one reading statement; a failure is rolled back.
    pub(crate) async fn rows(&mut self, sql: &str) -> Result<ResultSet, Failure> {
        let mut answer = self.exchange(sql).await;
        match answer.problem.take() {
            None => Ok(answer.results.pop().unwrap_or_default()),
            Some(problem) => Err(self.fail(&position::Message::new(&[sql]), 0, problem).await),
        }
    }

    /// A failure of a message, with its place, after the rollback.
    async fn fail(
        &mut self,
        message: &position::Message,
        completed: usize,
        problem: Problem,
    ) -> Failure {
        let Problem {
            mut failure,
            position,
        } = problem;
        failure.completed = completed;
        failure.at = message.locate(completed, position);
        self.roll_back(&mut failure).await;
        failure
    }

    /// What an error means here and now: whether it was our interrupt, and why the connection
    /// ended, which only the pump was told.
    async fn explain(&mut self, error: &tokio_postgres::Error) -> Problem {
        let mut problem = failure::of(error);
        if failure::is_canceled(&problem.failure) && self.canceller.take() {
            problem.failure.kind = FailureKind::Interrupted;
        }
        if error.is_closed()
            && let Some(pump) = self.pump.take()
            && let Ok(Ok(Err(reason))) = tokio::time::timeout(FAREWELL, pump).await
            && !reason.is_closed()
        {
            let mut failure = failure::of(&reason).failure;
            failure.kind = FailureKind::Lost;
            failure.session = SessionState::Dead;
            problem.failure = failure;
        }
        problem
    }

    async fn try_send(&mut self, statements: &[&str]) -> Result<(), Failure> {
        if statements.is_empty() {
            return Ok(());
        }
        let message = position::Message::new(statements);
        let answer = self.exchange(message.text()).await;
        let Some(problem) = answer.problem else {
            return Ok(());
        };
        let is_placed = problem.position.is_some();
        let mut failure = self.fail(&message, answer.completed, problem).await;
        if failure.completed == 0
            && !is_placed
            && statements.len() > 1
            && failure.kind == FailureKind::Refused
            && let Some(statement) = self.unparsed(statements, &failure).await
        {
            let offset = None;
            failure.at = Some(At { statement, offset });
        }
        let failed = failure.at.and_then(|at| statements.get(at.statement));
        if let Some(statement) = failed
            && indexes::may_be_left_by(statement)
            && !failure::is_dead(&failure)
        {
            self.name_invalid_indexes(&mut failure).await;
        }
        Err(failure)
    }

    async fn try_deliver(&mut self, message: Message<'_>) -> Result<usize, Failure> {
        let unhurried = Unhurried::new(message);
        let Err(mut failure) = self.try_send(unhurried.statements()).await else {
            return Ok(message.statements.len());
        };
        unhurried.locate(&mut failure);
        if unhurried.owes(failure.completed) && (failure::is_dead(&failure) || !self.flush().await)
        {
            // They are committed, but nobody knows whether they would outlive a crash of the server.
            failure.completed = 0;
        }
        Err(failure)
    }

    /// Waits until everything that was committed is on disk.
    async fn flush(&mut self) -> bool {
        // Twice: a cancel request that was late may hit the first.
        self.rows(FLUSH).await.is_ok() || self.rows(FLUSH).await.is_ok()
    }

    async fn name_invalid_indexes(&mut self, failure: &mut Failure) {
        let Ok(found) = self.rows(indexes::INVALID).await else {
            return;
        };
        let ours = indexes::advice(&found);
        failure.hint = match (failure.hint.take(), ours) {
            (Some(hint), Some(ours)) => Some(format!("{hint}\n{ours}")),
            (hint, ours) => hint.or(ours),
        };
    }

    async fn probe(
        &mut self,
        tables: &LedgerTables,
        lock: Lock,
    ) -> Result<(Probe, Snapshot), Failure> {
        let statements = ledger::statements(tables, lock);
        let statements: Vec<_> = statements.iter().map(String::as_str).collect();
        let message = position::Message::new(&statements);
        let mut answer = self.exchange(message.text()).await;
        let mut probe = answer.results.first().and_then(Probe::read);
        if let Some(probe) = probe.as_mut().filter(|_| lock != Lock::None) {
            if probe.obtained {
                self.locks.push(Held {
                    key: probe.key.clone(),
                    process: probe.process.clone(),
                });
            } else {
                probe.obtained = probe.mine && self.locks.iter().any(|l| l.key == probe.key);
            }
        }
        let absent =
            |problem: &Problem| problem.failure.code.as_deref() == Some(failure::UNDEFINED_TABLE);
        let probe = match (probe, answer.problem.take()) {
            (Some(probe), None) => {
                if probe.agrees && answer.results.len() == 3 {
                    let snapshot = probe.snapshot(tables, answer.results.drain(1..));
                    return Ok((probe, snapshot));
                }
                probe
            }
            (Some(probe), Some(problem)) if absent(&problem) => {
                let mut failure = problem.failure;
                self.roll_back(&mut failure).await;
                if failure::is_dead(&failure) {
                    return Err(failure);
                }
                probe
            }
            (_, Some(problem)) => {
                let failure = self.fail(&message, answer.completed, problem).await;
                return Err(failure);
            }
            (None, None) => {
                return Err(Failure::new(
                    FailureKind::Refused,
                    "the server answered the reading of the ledger with nothing",
                ));
            }
        };
        let snapshot = if probe.obtained {
            self.read_what_exists(&probe, tables).await?
        } else {
            probe.snapshot(tables, std::iter::empty())
        };
        Ok((probe, snapshot))
    }

    /// Reads the tables that the probe found, by their qualified names.
    async fn read_what_exists(
        &mut self,
        probe: &Probe,
        tables: &LedgerTables,
    ) -> Result<Snapshot, Failure> {
        let statements = probe.reading(tables);
        if statements.is_empty() {
            return Ok(probe.snapshot(tables, std::iter::empty()));
        }
        let statements: Vec<_> = statements.iter().map(String::as_str).collect();
        let message = position::Message::new(&statements);
        let answer = self.exchange(message.text()).await;
        if let Some(problem) = answer.problem {
            return Err(self.fail(&message, answer.completed, problem).await);
        }
        Ok(probe.snapshot(tables, answer.results.into_iter()))
    }

    async fn attempt(&mut self, tables: &LedgerTables) -> Result<LockAttempt, Failure> {
        let before = self.locks.len();
        match self.probe(tables, Lock::Session).await {
            Ok((probe, snapshot)) if probe.obtained => {
                if let Some(origin) = self.origin.take()
                    && origin.lends(&probe.process).await
                {
                    self.give_back(before).await?;
                    return Err(pooler::refusal());
                }
                Ok(LockAttempt::Obtained(Box::new(snapshot)))
            }
            Ok((probe, _)) => {
                let holder = self.rows(&ledger::holder(&probe.key)).await?;
                Ok(LockAttempt::Held(ledger::describe(&holder, probe.mine)))
            }
            Err(failure) => {
                if !failure::is_dead(&failure) {
                    // The first failure is the one to tell.
                    let _ = self.give_back(before).await;
                }
                Err(failure)
            }
        }
    }

    /// Gives back the locks that were obtained after the first `keep`.
    async fn give_back(&mut self, keep: usize) -> Result<(), Failure> {
        let mut left = Vec::new();
        for Held { key, process } in self.locks.split_off(keep.min(self.locks.len())) {
            let unlock = format!("SELECT pg_advisory_unlock({key})");
            let answer = self.rows(&unlock).await?;
            let cell = answer.rows.first().and_then(|row| row.first());
            if cell.and_then(Option::as_deref) != Some("t") {
                left.push(process);
            }
        }
        if left.is_empty() {
            return Ok(());
        }
        let mut failure = Failure::new(
            FailureKind::Refused,
            "the lock of the ledger was not held to the end, or is held still",
        );
        failure.hint = Some(format!(
            "a pooler in transaction mode leaves it with server process {0}: connect to the server \
             itself, and if the lock stays run SELECT pg_terminate_backend({0}); or a script ran \
             DISCARD ALL or pg_advisory_unlock_all(), which gives it up",
            left.join(", ")
        ));
        Err(failure)
    }
}

impl Session for PostgresSession {
    fn server(&self) -> &Server {
        &self.server
    }

    fn read<'a>(
        &'a mut self,
        tables: &'a LedgerTables,
    ) -> BoxFuture<'a, Result<Snapshot, Failure>> {
        Box::pin(async move { Ok(self.probe(tables, Lock::None).await?.1) })
    }

    fn try_lock<'a>(
        &'a mut self,
        request: &'a LockRequest,
    ) -> BoxFuture<'a, Result<LockAttempt, Failure>> {
        Box::pin(self.attempt(&request.tables))
    }

    fn holder<'a>(
        &'a mut self,
        request: &'a LockRequest,
    ) -> BoxFuture<'a, Result<Option<Holder>, Failure>> {
        Box::pin(async move {
            let (probe, _) = self.probe(&request.tables, Lock::None).await?;
            let holder = self.rows(&ledger::holder(&probe.key)).await?;
            Ok(ledger::describe(&holder, false))
        })
    }

    fn unlock<'a>(&'a mut self) -> BoxFuture<'a, Result<(), Failure>> {
        Box::pin(self.give_back(0))
    }

    fn send<'a>(&'a mut self, statements: &'a [&'a str]) -> BoxFuture<'a, Result<(), Failure>> {
        Box::pin(self.try_send(statements))
    }

    fn deliver<'a>(&'a mut self, message: Message<'a>) -> BoxFuture<'a, Result<usize, Failure>> {
        Box::pin(self.try_deliver(message))
    }

    fn query<'a>(&'a mut self, sql: &'a str) -> BoxFuture<'a, Result<ResultSet, Failure>> {
        Box::pin(self.rows(sql))
    }

    fn interrupt(&self) -> Arc<dyn Interrupt> {
        Arc::new(self.canceller.clone())
    }

    fn close(mut self: Box<Self>) -> BoxFuture<'static, ()> {
        Box::pin(async move {
            // The server's process outlives the farewell for a moment, and so would its locks.
            if !self.client.is_closed() {
                let _ = self.give_back(0).await;
            }
            let Self { client, pump, .. } = *self;
            drop(client);
            if let Some(pump) = pump {
                let _ = tokio::time::timeout(FAREWELL, pump).await;
            }
        })
    }
}
