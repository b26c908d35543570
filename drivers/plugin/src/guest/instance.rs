//! The driver's one instance: its runtime, its sessions, its running calls.
//!
//! What lives as long as the process stands in trees and lists: of a hash table memcheck sees a pointer
//! into the middle, and calls it lost.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use aludel::driver::{Dialect, Driver, Server};
use tokio::runtime::Runtime;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::host::{Answer, Host};
use super::request::Request;
use super::session::{self, Job};
use crate::abi::{op, status};
use crate::wire::model::Mirrors;

pub(super) struct Instance {
    pub(super) driver: Arc<dyn Driver>,
    pub(super) host: Host,
    /// The schemas that the host translates, as far as it has told.
    pub(super) mirrors: Mutex<Mirrors>,
    dialects: Mutex<Vec<(Server, Arc<dyn Dialect>)>>,
    calls: Mutex<BTreeMap<u64, CancellationToken>>,
    online: Mutex<Online>,
}

/// What exists only once a session was asked for.
#[derive(Default)]
struct Online {
    runtime: Option<Runtime>,
    sessions: BTreeMap<u64, Line>,
    closed: bool,
}

/// The way to a session's task.
struct Line {
    jobs: mpsc::UnboundedSender<Job>,
    task: JoinHandle<()>,
}

impl Instance {
    pub(super) fn new(driver: Arc<dyn Driver>, host: Host) -> Self {
        Self {
            driver,
            host,
            mirrors: Mutex::default(),
            dialects: Mutex::default(),
            calls: Mutex::default(),
            online: Mutex::default(),
        }
    }

    /// The dialect of a server; each is made once.
    pub(super) fn dialect(&self, server: Server) -> Result<Arc<dyn Dialect>, String> {
        let known = |dialects: &[(Server, Arc<dyn Dialect>)]| {
            let known = dialects.iter().find(|(known, _)| *known == server);
            known.map(|(_, dialect)| dialect.clone())
        };
        if let Some(dialect) = known(&lock(&self.dialects)) {
            return Ok(dialect);
        }
        // The driver's own code runs outside the lock: it may panic.
        let dialect = self.driver.dialect(&server)?;
        lock(&self.dialects).push((server, dialect.clone()));
        Ok(dialect)
    }

    /// Begins work on a session.
    pub(super) fn submit(
        self: &Arc<Self>,
        op: u32,
        session: u64,
        call: u64,
        head: &[u8],
        parts: &[&[u8]],
    ) -> i32 {
        let request = match Request::read(op, head, parts) {
            Ok(request) => request,
            Err(status) => return status,
        };
        let cancel = CancellationToken::new();
        lock(&self.calls).insert(call, cancel.clone());
        let job = Job {
            request,
            cancel,
            answer: Answer::new(self, call),
        };
        match self.queue(op, session, job) {
            Ok(()) => status::OK,
            Err((job, status)) => {
                job.answer.refuse();
                status
            }
        }
    }

    fn queue(self: &Arc<Self>, op: u32, session: u64, job: Job) -> Result<(), (Box<Job>, i32)> {
        let mut online = lock(&self.online);
        if online.closed {
            return Err((Box::new(job), status::BAD));
        }
        if op != op::CONNECT {
            let Some(line) = online.sessions.get(&session) else {
                return Err((Box::new(job), status::BAD));
            };
            let sent = line.jobs.send(job);
            return sent.map_err(|unsent| (Box::new(unsent.0), status::BAD));
        }
        if online.sessions.contains_key(&session) {
            return Err((Box::new(job), status::BAD));
        }
        if online.runtime.is_none() {
            match self.runtime() {
                Ok(runtime) => online.runtime = Some(runtime),
                Err(error) => {
                    let text = format!("no threads could be started: {error}");
                    self.host.log(1, "aludel_plugin", &text);
                    return Err((Box::new(job), status::BAD));
                }
            }
        }
        let Some(runtime) = &online.runtime else {
            return Err((Box::new(job), status::BAD));
        };
        let (jobs, queue) = mpsc::unbounded_channel();
        let task = runtime.spawn(session::serve(self.clone(), session, job, queue));
        online.sessions.insert(session, Line { jobs, task });
        Ok(())
    }

    fn runtime(&self) -> std::io::Result<Runtime> {
        tokio::runtime::Builder::new_multi_thread()
            .worker_threads(self.host.worker_threads())
            .thread_name(format!("aludel-{}", self.driver.info().name))
            .enable_all()
            .build()
    }

    /// Asks to stop a call.
    pub(super) fn cancel(&self, call: u64) {
        if let Some(cancel) = lock(&self.calls).get(&call) {
            cancel.cancel();
        }
    }

    pub(super) fn forget_call(&self, call: u64) {
        lock(&self.calls).remove(&call);
    }

    pub(super) fn forget_session(&self, session: u64) {
        lock(&self.online).sessions.remove(&session);
    }

    /// Stops what runs, closes every session and ends the threads.
    pub(super) fn shutdown(&self, timeout: Duration) {
        let (runtime, sessions) = {
            let mut online = lock(&self.online);
            online.closed = true;
            (online.runtime.take(), std::mem::take(&mut online.sessions))
        };
        for cancel in lock(&self.calls).values() {
            cancel.cancel();
        }
        *lock(&self.mirrors) = Mirrors::default();
        let Some(runtime) = runtime else { return };
        // A task ends when nobody can ask it any more; it closes its session first.
        let tasks: Vec<_> = sessions.into_values().map(|line| line.task).collect();
        runtime.block_on(async {
            let all = futures_util::future::join_all(tasks);
            let _ = tokio::time::timeout(timeout, all).await;
        });
        runtime.shutdown_timeout(timeout);
    }
}

/// No state that these locks guard is left half-made by a panic.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
