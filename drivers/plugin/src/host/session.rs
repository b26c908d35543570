//! A [`Session`] over a loaded library. The host chooses its number, so that a session which was
//! opened for nobody can still be closed.

use std::sync::Arc;
use std::time::Duration;

use aludel::config::DatabaseUrl;
use aludel::driver::{
    ConnectOptions, Failure, FailureKind, Holder, Interrupt, LockAttempt, LockRequest, Message,
    ResultSet, Server, Session,
};
use aludel::ledger::{LedgerTables, Snapshot};
use futures_util::future::BoxFuture;
use serde::de::DeserializeOwned;

use super::plugin::{Ask, CallError, Current, Plugin, is_dead};
use crate::abi::op;
use crate::wire;

/// How long a driver may take to connect beyond the time that it was given.
const AFTER_CONNECT: Duration = Duration::from_secs(5);
/// How long a session may take to close.
const CLOSE: Duration = Duration::from_secs(10);

pub(super) struct PluginSession {
    line: Line,
    server: Server,
}

/// The way to one session of a library; it is closed when dropped.
struct Line {
    plugin: Arc<Plugin>,
    session: u64,
    current: Arc<Current>,
    /// Why it is not used again.
    dead: Option<String>,
    closed: bool,
}

impl PluginSession {
    pub(super) async fn connect(
        plugin: Arc<Plugin>,
        url: &DatabaseUrl,
        options: &ConnectOptions,
    ) -> Result<Self, Failure> {
        plugin.state.keep_secret(url);
        let millis = |time: Duration| u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
        let head = wire::write(&wire::Connect {
            url: url.secret().to_owned(),
            access: options.access.into(),
            timeout_ms: millis(options.timeout),
            lock_timeout_ms: millis(options.lock_timeout),
        });
        // From here on a session may exist, whatever becomes of this future.
        let mut line = Line {
            session: plugin.state.number(),
            plugin,
            current: Arc::default(),
            dead: None,
            closed: false,
        };
        let limit = options.timeout.saturating_add(AFTER_CONNECT);
        let answer = line.ask(op::CONNECT, &head, &[], Some(limit)).await;
        let connected: wire::Connected = answer?;
        Ok(Self {
            server: connected.server.into(),
            line,
        })
    }

    async fn of_tables<T: DeserializeOwned>(
        &mut self,
        op: u32,
        tables: &LedgerTables,
    ) -> Result<T, Failure> {
        let head = wire::write(&wire::TablesRequest {
            tables: tables.into(),
        });
        self.line.ask(op, &head, &[], None).await
    }
}

/// An answer whose fields nobody wants.
#[derive(serde::Deserialize)]
struct Nothing {}

impl Line {
    async fn ask<T: DeserializeOwned>(
        &mut self,
        op: u32,
        head: &[u8],
        parts: &[&[u8]],
        limit: Option<Duration>,
    ) -> Result<T, Failure> {
        if let Some(why) = &self.dead {
            return Err(Failure::new(FailureKind::Lost, why.clone()));
        }
        let ask = Ask {
            op,
            session: self.session,
            head,
            parts,
            limit,
        };
        let answer = self.plugin.submit(ask, &self.current).await;
        let answer = answer
            .and_then(|(head, _)| wire::read(&head).map_err(|error| Plugin::garbage(op, &error)));
        answer.map_err(|error| {
            let failure = error.failure(&self.plugin.info.name);
            if is_dead(&failure) {
                self.dead = Some(failure.message.clone());
            }
            failure
        })
    }
}

impl Line {
    /// The driver is at fault in a way that only shows in the whole: the session is not used again.
    fn give_up(&mut self, what: String) -> Failure {
        let failure = CallError::Broken(what).failure(&self.plugin.info.name);
        self.dead = Some(failure.message.clone());
        failure
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        if !self.closed {
            self.plugin.submit_unheard(op::CLOSE, self.session);
        }
    }
}

impl Session for PluginSession {
    fn server(&self) -> &Server {
        &self.server
    }

    fn read<'a>(
        &'a mut self,
        tables: &'a LedgerTables,
    ) -> BoxFuture<'a, Result<Snapshot, Failure>> {
        Box::pin(async move {
            let snapshot: wire::Snapshot = self.of_tables(op::READ, tables).await?;
            Ok(snapshot.into())
        })
    }

    fn try_lock<'a>(
        &'a mut self,
        request: &'a LockRequest,
    ) -> BoxFuture<'a, Result<LockAttempt, Failure>> {
        Box::pin(async move {
            Ok(match self.of_tables(op::LOCK, &request.tables).await? {
                wire::Lock::Obtained(snapshot) => {
                    LockAttempt::Obtained(Box::new((*snapshot).into()))
                }
                wire::Lock::Held(held) => LockAttempt::Held(held.holder.map(Into::into)),
            })
        })
    }

    fn holder<'a>(
        &'a mut self,
        request: &'a LockRequest,
    ) -> BoxFuture<'a, Result<Option<Holder>, Failure>> {
        Box::pin(async move {
            if !self.line.plugin.supports(op::HOLDER) {
                return Ok(None);
            }
            let held: wire::Held = self.of_tables(op::HOLDER, &request.tables).await?;
            Ok(held.holder.map(Into::into))
        })
    }

    fn unlock<'a>(&'a mut self) -> BoxFuture<'a, Result<(), Failure>> {
        Box::pin(async move {
            let Nothing {} = self.line.ask(op::UNLOCK, &[], &[], None).await?;
            Ok(())
        })
    }

    fn send<'a>(&'a mut self, statements: &'a [&'a str]) -> BoxFuture<'a, Result<(), Failure>> {
        Box::pin(async move {
            let parts: Vec<&[u8]> = statements.iter().map(|sql| sql.as_bytes()).collect();
            let Nothing {} = self.line.ask(op::SEND, &[], &parts, None).await?;
            Ok(())
        })
    }

    fn deliver<'a>(&'a mut self, message: Message<'a>) -> BoxFuture<'a, Result<usize, Failure>> {
        Box::pin(async move {
            let all = message.statements.len();
            if !self.line.plugin.supports(op::DELIVER) {
                self.send(message.statements).await?;
                return Ok(all);
            }
            let transactions = message.transactions.iter();
            let head = wire::write(&wire::Deliver {
                transactions: transactions.map(|t| (t.start, t.end)).collect(),
            });
            let parts: Vec<&[u8]> = message
                .statements
                .iter()
                .map(|sql| sql.as_bytes())
                .collect();
            let answer = self.line.ask(op::DELIVER, &head, &parts, None).await;
            let wire::Delivered { done } = answer?;
            if done == all || message.transactions.iter().any(|t| t.end == done) {
                return Ok(done);
            }
            // What is committed and what is not cannot be told apart any more.
            Err(self.line.give_up(format!(
                "says that {done} of {all} statements are done, which is no end of a transaction"
            )))
        })
    }

    fn query<'a>(&'a mut self, sql: &'a str) -> BoxFuture<'a, Result<ResultSet, Failure>> {
        Box::pin(async move {
            let parts = [sql.as_bytes()];
            let found: wire::ResultSet = self.line.ask(op::QUERY, &[], &parts, None).await?;
            Ok(found.into())
        })
    }

    fn interrupt(&self) -> Arc<dyn Interrupt> {
        Arc::new(Interrupter {
            plugin: self.line.plugin.clone(),
            current: self.line.current.clone(),
        })
    }

    fn close(mut self: Box<Self>) -> BoxFuture<'static, ()> {
        Box::pin(async move {
            // A session that does not answer is not waited for; it is closed when dropped here.
            let answer: Result<Nothing, Failure> =
                self.line.ask(op::CLOSE, &[], &[], Some(CLOSE)).await;
            self.line.closed = answer.is_ok();
        })
    }
}

struct Interrupter {
    plugin: Arc<Plugin>,
    current: Arc<Current>,
}

impl Interrupt for Interrupter {
    fn interrupt(&self) -> BoxFuture<'static, ()> {
        self.current.stop(&self.plugin);
        Box::pin(async {})
    }
}
