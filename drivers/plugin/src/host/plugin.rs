//! A loaded library: opening it, calling it, waiting for its answers, shutting it down.

#![expect(unsafe_code, reason = "the library's C functions")]

use std::ffi::c_void;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use aludel::driver::{Failure, FailureKind, SessionState};
use tokio_util::sync::CancellationToken;

use super::state::{self, Reply, State};
use super::{LoadError, Loader};
use crate::abi::{self, Buffer, Host, Slice, Table, op, status};
use crate::wire;
use crate::wire::model::Mirrored;

/// A loaded library.
pub(super) struct Plugin {
    table: Table,
    instance: *mut c_void,
    /// What the library may look at for ever.
    _host: &'static Host,
    pub(super) state: &'static State,
    pub(super) info: wire::Info,
    pub(super) path: PathBuf,
    pub(super) abi: (u16, u16),
    grace: Duration,
    closed: AtomicBool,
    /// Something that could not be told when it happened: nothing works from then on.
    fault: Mutex<Option<String>>,
    /// The library keeps one set of mirrors, whatever server a dialect is for.
    pub(super) mirrored: Mutex<Mirrored>,
}

// SAFETY: the table's functions may be called on any thread, says the header.
unsafe impl Send for Plugin {}
// SAFETY: as above.
unsafe impl Sync for Plugin {}

/// Why a call has no answer to go on with.
pub(super) enum CallError {
    /// The session failed.
    Failure(Box<Failure>),
    /// The driver refuses.
    Refused(String),
    /// Stopped before anything had happened.
    Cancelled,
    /// Not supported.
    Unsupported(u32),
    /// The driver is at fault: what it did.
    Broken(String),
}

impl CallError {
    /// In one sentence.
    pub(super) fn sentence(self, name: &str) -> String {
        match self {
            Self::Failure(failure) => failure.to_string(),
            Self::Refused(message) => message,
            Self::Cancelled => "interrupted".into(),
            Self::Unsupported(op) => {
                format!("the driver `{name}` does not support `{}`", op::name(op))
            }
            Self::Broken(what) => format!("the driver `{name}` {what}"),
        }
    }

    /// In one sentence whose subject was named before.
    pub(super) fn of_it(self) -> String {
        match self {
            Self::Broken(what) => format!("it {what}"),
            other => other.sentence(""),
        }
    }

    /// As a session's failure.
    pub(super) fn failure(self, name: &str) -> Failure {
        let kind = match &self {
            Self::Failure(_) => return self.into_failure(),
            Self::Cancelled => FailureKind::Interrupted,
            Self::Refused(_) | Self::Unsupported(_) => FailureKind::Refused,
            Self::Broken(_) => FailureKind::Lost,
        };
        Failure::new(kind, self.sentence(name))
    }

    fn into_failure(self) -> Failure {
        match self {
            Self::Failure(failure) => *failure,
            other => Failure::new(FailureKind::Lost, other.sentence("")),
        }
    }
}

/// What is asked.
pub(super) struct Ask<'a> {
    pub(super) op: u32,
    pub(super) session: u64,
    pub(super) head: &'a [u8],
    pub(super) parts: &'a [&'a [u8]],
    /// The longest that the answer is waited for; `None`: as long as nobody asks to stop.
    pub(super) limit: Option<Duration>,
}

/// The call that a session is in, for whoever wants to stop it.
#[derive(Default)]
pub(super) struct Current(Mutex<Option<(u64, CancellationToken)>>);

impl Current {
    fn set(&self, call: Option<(u64, CancellationToken)>) {
        *lock(&self.0) = call;
    }

    /// Asks to stop the call.
    pub(super) fn stop(&self, plugin: &Plugin) {
        let current = lock(&self.0).clone();
        if let Some((call, asked)) = current {
            plugin.cancel(call);
            asked.cancel();
        }
    }
}

impl Plugin {
    pub(super) fn open(table: Table, path: PathBuf, loader: &Loader) -> Result<Self, LoadError> {
        let state: &'static State = Box::leak(Box::new(State::new(
            path.display().to_string(),
            loader.sink.clone(),
        )));
        let host: &'static Host = Box::leak(Box::new(Host {
            struct_size: size_of::<Host>() as u32,
            protocol: abi::PROTOCOL,
            worker_threads: loader.worker_threads,
            log_level: loader.log_level,
            context: std::ptr::from_ref(state).cast_mut().cast(),
            done: Some(state::done),
            log: Some(state::log),
            event: Some(state::event),
        }));
        let broken = |reason: String| LoadError::Broken {
            path: path.clone(),
            reason,
        };
        let mut instance = std::ptr::null_mut();
        let Some(open) = table.open else {
            return Err(broken("its table lacks `open`".into()));
        };
        // SAFETY: host and place are valid; the host's structure lives for ever.
        let opened = unsafe { open(host, &mut instance) };
        if opened != status::OK {
            let why = state
                .last_error()
                .map_or(String::new(), |e| format!(": {e}"));
            return Err(broken(format!("it did not open (status {opened}){why}")));
        }
        let mut plugin = Self {
            table,
            instance,
            _host: host,
            state,
            info: wire::Info {
                protocol: abi::PROTOCOL,
                name: path.display().to_string(),
                version: String::new(),
                schemes: Vec::new(),
                flavours: Vec::new(),
                floor: Vec::new(),
                ops: vec![op::INFO],
            },
            abi: (table.abi_major, table.abi_minor),
            grace: loader.grace,
            closed: AtomicBool::new(false),
            fault: Mutex::default(),
            mirrored: Mutex::default(),
            path: path.clone(),
        };
        let info = plugin.call(op::INFO, &[], &[]);
        let (head, _) = info.map_err(|error| broken(error.of_it()))?;
        let info: wire::Info =
            wire::read(&head).map_err(|error| broken(format!("its `info`: {error}")))?;
        check(&info).map_err(broken)?;
        plugin.info = info;
        Ok(plugin)
    }

    pub(super) fn supports(&self, op: u32) -> bool {
        self.info.ops.contains(&op)
    }

    /// Remembers what could not be told.
    pub(super) fn fail(&self, what: String) {
        lock(&self.fault).get_or_insert(what);
    }

    /// Asks for something that is answered at once.
    pub(super) fn call(
        &self,
        op: u32,
        head: &[u8],
        parts: &[&[u8]],
    ) -> Result<(Vec<u8>, Vec<u8>), CallError> {
        self.usable(op)?;
        let Some(call) = self.table.call else {
            return Err(CallError::Unsupported(op));
        };
        let slices: Vec<Slice> = parts.iter().map(|part| Slice::of(part)).collect();
        let (mut reply_head, mut reply_body) = (Buffer::EMPTY, Buffer::EMPTY);
        // SAFETY: the instance is the library's own; everything lent outlives the call.
        let status = unsafe {
            call(
                self.instance,
                op,
                Slice::of(head),
                slices.as_ptr(),
                slices.len(),
                &mut reply_head,
                &mut reply_body,
            )
        };
        // SAFETY: the library's own buffers, taken once.
        let (head, body) = unsafe { (state::take(&mut reply_head), state::take(&mut reply_body)) };
        self.judge(op, Reply { status, head, body })
    }

    /// Asks a session for something and waits for the answer. If the future is dropped, the call is
    /// cancelled, and its answer goes to nobody.
    pub(super) async fn submit(
        &self,
        ask: Ask<'_>,
        current: &Current,
    ) -> Result<(Vec<u8>, Vec<u8>), CallError> {
        self.usable(ask.op)?;
        let (call, answer) = self.state.expect();
        let asked = CancellationToken::new();
        current.set(Some((call, asked.clone())));
        let mut owed = Owed {
            plugin: self,
            current,
            call,
            open: true,
        };
        if let Err(error) = self.begin(&ask, call) {
            self.state.forget(call);
            owed.open = false;
            return Err(error);
        }
        let limit = async {
            match ask.limit {
                Some(limit) => tokio::time::sleep(limit).await,
                None => std::future::pending().await,
            }
        };
        let grace = async {
            asked.cancelled().await;
            tokio::time::sleep(self.grace).await;
        };
        let waited = tokio::select! {
            biased;
            answer = answer => {
                owed.open = false;
                let lost = |_| CallError::Broken("lost an answer".into());
                return self.judge(ask.op, answer.map_err(lost)?);
            }
            () = grace => self.grace,
            () = limit => ask.limit.unwrap_or_default(),
        };
        Err(CallError::Broken(format!(
            "did not answer `{}` within {} s{}; what it was doing may still be going on",
            op::name(ask.op),
            waited.as_secs_f32(),
            if asked.is_cancelled() {
                " after it was asked to stop"
            } else {
                ""
            },
        )))
    }

    /// Asks a session for something whose answer nobody wants.
    pub(super) fn submit_unheard(&self, op: u32, session: u64) {
        if self.usable(op).is_err() {
            return;
        }
        let (call, _) = self.state.expect();
        self.state.abandon(call);
        let ask = Ask {
            op,
            session,
            head: &[],
            parts: &[],
            limit: None,
        };
        if self.begin(&ask, call).is_err() {
            self.state.forget(call);
        }
    }

    fn begin(&self, ask: &Ask<'_>, call: u64) -> Result<(), CallError> {
        let Some(submit) = self.table.submit else {
            return Err(CallError::Unsupported(ask.op));
        };
        let slices: Vec<Slice> = ask.parts.iter().map(|part| Slice::of(part)).collect();
        // SAFETY: the instance is the library's own; everything lent outlives the call.
        let status = unsafe {
            submit(
                self.instance,
                ask.op,
                ask.session,
                call,
                Slice::of(ask.head),
                slices.as_ptr(),
                slices.len(),
            )
        };
        let name = op::name(ask.op);
        match status {
            status::OK => Ok(()),
            status::UNSUPPORTED => Err(CallError::Unsupported(ask.op)),
            status::PANIC => Err(CallError::Broken(format!(
                "panicked when asked to `{name}`"
            ))),
            status => Err(CallError::Broken(format!(
                "did not accept `{name}` (status {status})"
            ))),
        }
    }

    /// Asks to stop a call.
    pub(super) fn cancel(&self, call: u64) {
        if let Some(cancel) = self.table.cancel
            && !self.closed.load(Ordering::Acquire)
        {
            // SAFETY: the instance is the library's own. A library that does not know the call any
            // more has nothing to do.
            unsafe { cancel(self.instance, call) };
        }
    }

    fn usable(&self, op: u32) -> Result<(), CallError> {
        if let Some(fault) = lock(&self.fault).clone() {
            return Err(CallError::Broken(fault));
        }
        if self.closed.load(Ordering::Acquire) {
            return Err(CallError::Broken("is shut down".into()));
        }
        if self.supports(op) {
            Ok(())
        } else {
            Err(CallError::Unsupported(op))
        }
    }

    fn judge(&self, op: u32, reply: Reply) -> Result<(Vec<u8>, Vec<u8>), CallError> {
        let name = op::name(op);
        let said = || match wire::read::<wire::Refusal>(&reply.head) {
            Ok(refusal) => self.state.masked(refusal.message),
            Err(_) => "it does not say why".into(),
        };
        Err(match reply.status {
            status::OK => return Ok((reply.head, reply.body)),
            status::FAILED => match wire::read::<wire::Failure>(&reply.head) {
                Ok(failure) => CallError::Failure(Box::new(self.failure(failure))),
                Err(error) => CallError::Broken(format!(
                    "failed at `{name}`, and how cannot be read: {error}"
                )),
            },
            status::REFUSED => CallError::Refused(said()),
            status::CANCELLED => CallError::Cancelled,
            status::UNSUPPORTED => CallError::Unsupported(op),
            status::PANIC => CallError::Broken(format!("panicked at `{name}`: {}", said())),
            status::BAD => CallError::Broken(format!("does not understand `{name}`: {}", said())),
            status => CallError::Broken(format!(
                "answered `{name}` with the unknown status {status}"
            )),
        })
    }

    fn failure(&self, mut failure: wire::Failure) -> Failure {
        let mask = |text: Option<String>| text.map(|text| self.state.masked(text));
        failure.message = self.state.masked(failure.message);
        failure.detail = mask(failure.detail);
        failure.hint = mask(failure.hint);
        failure.context = mask(failure.context);
        failure.into()
    }

    /// What an answer that cannot be read is.
    pub(super) fn garbage(op: u32, error: &wire::Unreadable) -> CallError {
        CallError::Broken(format!(
            "answered `{}` with what cannot be read: {error}",
            op::name(op)
        ))
    }

    pub(super) fn shutdown(&self, timeout: Duration) {
        if self.closed.swap(true, Ordering::AcqRel) {
            return;
        }
        if let Some(shutdown) = self.table.shutdown {
            let timeout = u32::try_from(timeout.as_millis()).unwrap_or(u32::MAX);
            // SAFETY: the instance is the library's own, and nothing is called after this.
            unsafe { shutdown(self.instance, timeout) };
        }
    }
}

/// A call whose answer is owed.
struct Owed<'a> {
    plugin: &'a Plugin,
    current: &'a Current,
    call: u64,
    open: bool,
}

impl Drop for Owed<'_> {
    fn drop(&mut self) {
        self.current.set(None);
        if self.open {
            self.plugin.state.abandon(self.call);
            self.plugin.cancel(self.call);
        }
    }
}

/// Checks what a driver says of itself.
fn check(info: &wire::Info) -> Result<(), String> {
    if info.protocol == 0 || info.protocol > abi::PROTOCOL {
        return Err(format!(
            "it speaks messages of version {}, and this aludel reads up to {}",
            info.protocol,
            abi::PROTOCOL
        ));
    }
    for needed in [op::DIALECT, op::LEDGER] {
        if !info.ops.contains(&needed) {
            return Err(format!("it does not support `{}`", op::name(needed)));
        }
    }
    if info.schemes.is_empty() {
        return Err("it has no scheme".into());
    }
    Ok(())
}

/// A failure after which a session is not used again.
pub(super) fn is_dead(failure: &Failure) -> bool {
    failure.session == SessionState::Dead
}

/// No state that these locks guard is left half-made by a panic.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
