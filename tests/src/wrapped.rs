//! Real drivers, watched and disturbed: what is sent is written down, and at any call that reaches
//! the server the connection can be cut or the run be interrupted.

use std::sync::{Arc, Mutex, PoisonError};

use aludel::config::DatabaseUrl;
use aludel::driver::{
    Administration, ConnectOptions, Dialect, Driver, DriverInfo, Failure, FailureKind, Interrupt,
    LockAttempt, LockRequest, Message, ResultSet, Server, Session,
};
use aludel::ledger::{LedgerTables, Snapshot};
use futures_util::future::BoxFuture;
use tokio_util::sync::CancellationToken;

/// When something happens: calls are numbered from 0, and the first is the connection's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum At {
    /// Before the call with this number: the server does not hear of it.
    Before(usize),
    /// After it: the server has done it.
    After(usize),
}

/// What happens.
enum Event {
    /// The connection is cut, and an answer that was under way is lost.
    Cut,
    /// The run is interrupted.
    Interrupt(CancellationToken),
}

/// A driver whose sessions are watched.
#[derive(Clone)]
pub struct Wrapped {
    inner: Arc<dyn Driver>,
    watch: Arc<Watch>,
}

struct Watch {
    event: Option<(At, Event)>,
    calls: Mutex<usize>,
    sent: Mutex<Vec<String>>,
}

impl Wrapped {
    /// Watches a driver's sessions.
    pub fn watched(inner: Arc<dyn Driver>) -> Self {
        Self::new(inner, None)
    }

    /// Cuts the connection.
    pub fn cut(inner: Arc<dyn Driver>, at: At) -> Self {
        Self::new(inner, Some((at, Event::Cut)))
    }

    /// Interrupts the run that a token stops.
    pub fn interrupted(inner: Arc<dyn Driver>, at: At, token: CancellationToken) -> Self {
        Self::new(inner, Some((at, Event::Interrupt(token))))
    }

    fn new(inner: Arc<dyn Driver>, event: Option<(At, Event)>) -> Self {
        Self {
            inner,
            watch: Arc::new(Watch {
                event,
                calls: Mutex::default(),
                sent: Mutex::default(),
            }),
        }
    }

    /// How many calls there were; the one that was cut counts.
    pub fn calls(&self) -> usize {
        let calls = self.watch.calls.lock();
        *calls.unwrap_or_else(PoisonError::into_inner)
    }

    /// The statements that were run, in order, up to and with one that failed.
    pub fn sent(&self) -> Vec<String> {
        let sent = self.watch.sent.lock();
        sent.unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Watch {
    fn next(&self) -> usize {
        let mut calls = self.calls.lock().unwrap_or_else(PoisonError::into_inner);
        *calls += 1;
        *calls - 1
    }

    /// Lets happen what is to happen now; whether the connection is cut.
    fn cuts(&self, now: At) -> bool {
        match &self.event {
            Some((at, Event::Cut)) => *at == now,
            Some((at, Event::Interrupt(token))) => {
                if *at == now {
                    token.cancel();
                }
                false
            }
            None => false,
        }
    }

    fn write_down(&self, statements: &[&str], done: usize) {
        let mut sent = self.sent.lock().unwrap_or_else(PoisonError::into_inner);
        sent.extend(statements[..done].iter().map(|&sql| sql.to_owned()));
    }
}

/// How many statements of a message were run, the failing one too.
fn reached(answer: &Result<usize, Failure>, all: usize) -> usize {
    match answer {
        Ok(done) => *done,
        Err(failure) => {
            let at = failure.at.map_or(failure.completed, |at| at.statement);
            (at + 1).min(all)
        }
    }
}

impl Driver for Wrapped {
    fn info(&self) -> &DriverInfo {
        self.inner.info()
    }

    fn dialect(&self, server: &Server) -> Result<Arc<dyn Dialect>, String> {
        self.inner.dialect(server)
    }

    fn catalog(&self, url: &DatabaseUrl) -> Option<String> {
        self.inner.catalog(url)
    }

    fn administration(&self, url: &DatabaseUrl) -> Result<Administration, String> {
        self.inner.administration(url)
    }

    fn connect<'a>(
        &'a self,
        url: &'a DatabaseUrl,
        options: &'a ConnectOptions,
    ) -> BoxFuture<'a, Result<Box<dyn Session>, Failure>> {
        Box::pin(async move {
            let number = self.watch.next();
            if self.watch.cuts(At::Before(number)) {
                return Err(lost());
            }
            let session = self.inner.connect(url, options).await?;
            if self.watch.cuts(At::After(number)) {
                return Err(lost());
            }
            Ok(Box::new(WrappedSession {
                server: session.server().clone(),
                interrupt: session.interrupt(),
                inner: Some(session),
                watch: self.watch.clone(),
            }) as Box<dyn Session>)
        })
    }
}

fn lost() -> Failure {
    Failure::new(FailureKind::Lost, "the connection was cut")
}

struct WrappedSession {
    /// None once the connection was cut: it is dropped without a goodbye.
    inner: Option<Box<dyn Session>>,
    watch: Arc<Watch>,
    server: Server,
    interrupt: Arc<dyn Interrupt>,
}

impl WrappedSession {
    /// Makes one call, unless the connection is cut before it; forgets the answer if after it.
    async fn call<'a, T: 'a>(
        &'a mut self,
        call: impl FnOnce(&'a mut dyn Session) -> BoxFuture<'a, Result<T, Failure>>,
    ) -> Result<T, Failure> {
        let number = self.watch.next();
        if self.watch.cuts(At::Before(number)) {
            self.inner = None;
        }
        let Self { inner, watch, .. } = self;
        let answer = match inner {
            Some(session) => call(session.as_mut()).await,
            None => return Err(lost()),
        };
        if watch.cuts(At::After(number)) {
            return Err(lost());
        }
        answer
    }

    /// Drops the connection if the last call was the one to be cut after.
    fn drop_if_cut<T>(&mut self, answer: Result<T, Failure>) -> Result<T, Failure> {
        if answer.as_ref().is_err_and(|f| f.kind == FailureKind::Lost) {
            self.inner = None;
        }
        answer
    }
}

impl Session for WrappedSession {
    fn server(&self) -> &Server {
        &self.server
    }

    fn read<'a>(
        &'a mut self,
        tables: &'a LedgerTables,
    ) -> BoxFuture<'a, Result<Snapshot, Failure>> {
        Box::pin(async move {
            let answer = self.call(|session| session.read(tables)).await;
            self.drop_if_cut(answer)
        })
    }

    fn try_lock<'a>(
        &'a mut self,
        request: &'a LockRequest,
    ) -> BoxFuture<'a, Result<LockAttempt, Failure>> {
        Box::pin(async move {
            let answer = self.call(|session| session.try_lock(request)).await;
            self.drop_if_cut(answer)
        })
    }

    fn unlock<'a>(&'a mut self) -> BoxFuture<'a, Result<(), Failure>> {
        Box::pin(async move {
            let answer = self.call(|session| session.unlock()).await;
            self.drop_if_cut(answer)
        })
    }

    fn send<'a>(&'a mut self, statements: &'a [&'a str]) -> BoxFuture<'a, Result<(), Failure>> {
        Box::pin(async move {
            let answer = self.call(|session| session.send(statements)).await;
            let all = statements.len();
            let counted = answer.as_ref().map(|()| all).map_err(Clone::clone);
            self.watch.write_down(statements, reached(&counted, all));
            self.drop_if_cut(answer)
        })
    }

    fn deliver<'a>(&'a mut self, message: Message<'a>) -> BoxFuture<'a, Result<usize, Failure>> {
        Box::pin(async move {
            let answer = self.call(|session| session.deliver(message)).await;
            let reached = reached(&answer, message.statements.len());
            self.watch.write_down(message.statements, reached);
            self.drop_if_cut(answer)
        })
    }

    fn query<'a>(&'a mut self, sql: &'a str) -> BoxFuture<'a, Result<ResultSet, Failure>> {
        Box::pin(async move {
            let answer = self.call(|session| session.query(sql)).await;
            self.drop_if_cut(answer)
        })
    }

    fn interrupt(&self) -> Arc<dyn Interrupt> {
        self.interrupt.clone()
    }

    fn close(mut self: Box<Self>) -> BoxFuture<'static, ()> {
        Box::pin(async move {
            let number = self.watch.next();
            let cut = self.watch.cuts(At::Before(number));
            if let Some(session) = self.inner.take().filter(|_| !cut) {
                session.close().await;
            }
            self.watch.cuts(At::After(number));
        })
    }
}
