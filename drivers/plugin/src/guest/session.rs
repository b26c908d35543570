//! The task that works on one session, one call after the other.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use aludel::config::DatabaseUrl;
use aludel::driver::{ConnectOptions, Failure, LockAttempt, LockRequest, Message, Session};
use aludel::ledger::LedgerTables;
use aludel::run::supervised;
use futures_util::FutureExt;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::host::{Answer, Reply};
use super::instance::Instance;
use super::request::Request;
use crate::abi::status;
use crate::wire;

/// One call of a session.
pub(super) struct Job {
    pub(super) request: Request,
    pub(super) cancel: CancellationToken,
    pub(super) answer: Answer,
}

/// Works on a session from its first job until it is closed, or nobody can ask it any more.
pub(super) async fn serve(
    instance: Arc<Instance>,
    number: u64,
    connect: Job,
    mut jobs: mpsc::UnboundedReceiver<Job>,
) {
    let mut session = None;
    let mut next = Some(connect);
    while let Some(job) = next {
        let closes = matches!(job.request, Request::Close);
        let work = work(&instance, &mut session, job.request, &job.cancel);
        let reply = AssertUnwindSafe(work).catch_unwind().await;
        let reply = reply.unwrap_or_else(|payload| {
            // What the driver left half-done is not used again.
            session = None;
            Reply::panic(payload.as_ref())
        });
        if closes || session.is_none() {
            // Before the answer: whoever has it may ask for the same number again.
            instance.forget_session(number);
            job.answer.give(reply);
            break;
        }
        job.answer.give(reply);
        next = jobs.recv().await;
    }
    if let Some(session) = session {
        // Only a panic can go wrong here, and nobody is left to be told.
        let _ = AssertUnwindSafe(session.close()).catch_unwind().await;
    }
    // What was queued behind the end is answered by its guard.
    jobs.close();
}

async fn work(
    instance: &Instance,
    slot: &mut Option<Box<dyn Session>>,
    request: Request,
    cancel: &CancellationToken,
) -> Reply {
    let Some(session) = slot else {
        return match request {
            Request::Connect(url, options) => connect(instance, slot, &url, &options, cancel).await,
            _ => Reply::bad("the session was not opened"),
        };
    };
    let interrupt = session.interrupt();
    match request {
        Request::Connect(..) => Reply::bad("the session is open already"),
        Request::Read(tables) => {
            let answer = supervised(interrupt, cancel, session.read(&tables)).await;
            reply(answer.map(wire::Snapshot::from))
        }
        Request::Lock(tables) => {
            let request = LockRequest { tables };
            let answer = supervised(interrupt, cancel, session.try_lock(&request)).await;
            reply(answer.map(lock))
        }
        Request::Holder(tables) => holder(session.as_mut(), tables, cancel).await,
        Request::Unlock => {
            let answer = supervised(interrupt, cancel, session.unlock()).await;
            reply(answer.map(|()| serde_json::json!({})))
        }
        Request::Send(statements) => {
            let texts = statements.each();
            let answer = supervised(interrupt, cancel, session.send(&texts)).await;
            reply(answer.map(|()| serde_json::json!({})))
        }
        Request::Deliver(statements, transactions) => {
            let texts = statements.each();
            let message = Message::new(&texts, &transactions);
            let answer = supervised(interrupt, cancel, session.deliver(message)).await;
            reply(answer.map(|done| wire::Delivered { done }))
        }
        Request::Query(sql) => {
            let answer = supervised(interrupt, cancel, session.query(&sql)).await;
            reply(answer.map(wire::ResultSet::from))
        }
        Request::Close => {
            if let Some(session) = slot.take() {
                session.close().await;
            }
            Reply::ok(Vec::new())
        }
    }
}

async fn connect(
    instance: &Instance,
    slot: &mut Option<Box<dyn Session>>,
    url: &DatabaseUrl,
    options: &ConnectOptions,
    cancel: &CancellationToken,
) -> Reply {
    let connected = tokio::select! {
        connected = instance.driver.connect(url, options) => connected,
        // Nothing is open yet that would have to be put away.
        () = cancel.cancelled() => {
            return Reply { status: status::CANCELLED, head: Vec::new(), body: Vec::new() };
        }
    };
    reply(connected.map(|session| {
        let server = session.server().into();
        *slot = Some(session);
        wire::Connected { server }
    }))
}

async fn holder(
    session: &mut dyn Session,
    tables: LedgerTables,
    cancel: &CancellationToken,
) -> Reply {
    let request = LockRequest { tables };
    let answer = supervised(session.interrupt(), cancel, session.holder(&request)).await;
    reply(answer.map(|holder| wire::Held {
        holder: holder.map(Into::into),
    }))
}

fn lock(attempt: LockAttempt) -> wire::Lock {
    match attempt {
        LockAttempt::Obtained(snapshot) => wire::Lock::Obtained(Box::new((*snapshot).into())),
        LockAttempt::Held(holder) => wire::Lock::Held(wire::Held {
            holder: holder.map(Into::into),
        }),
    }
}

fn reply<T: serde::Serialize>(answer: Result<T, Failure>) -> Reply {
    match answer {
        Ok(answer) => Reply::ok(wire::write(&answer)),
        Err(failure) => Reply {
            status: status::FAILED,
            head: wire::write(&wire::Failure::from(&failure)),
            body: Vec::new(),
        },
    }
}
