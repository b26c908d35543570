//! The host's side of a library's calls: who waits for which answer, its log, its secrets.
//!
//! The library holds a pointer to this for as long as the process lives. A call is known by its
//! number alone: a second answer, or one to a call that never was, finds nobody and does no harm.

#![expect(unsafe_code, reason = "the host's C functions")]

use std::collections::BTreeMap;
use std::ffi::c_void;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use aludel::config::{DatabaseUrl, MASK};
use tokio::sync::oneshot;

use crate::abi::{Buffer, Slice};
use crate::wire;

/// How important a line of a driver's log is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Something failed.
    Error = 1,
    /// Something is odd.
    Warning,
    /// Something happened.
    Information,
    /// For whoever looks for a mistake.
    Debug,
    /// Everything.
    Trace,
}

impl Level {
    fn of(number: u32) -> Self {
        match number {
            0 | 1 => Self::Error,
            2 => Self::Warning,
            3 => Self::Information,
            4 => Self::Debug,
            _ => Self::Trace,
        }
    }
}

/// A line of a driver's log, its secrets masked.
#[derive(Debug, Clone, Copy)]
pub struct LogRecord<'a> {
    /// The driver's library.
    pub driver: &'a str,
    /// How important it is.
    pub level: Level,
    /// Which part of the driver says it.
    pub target: &'a str,
    /// What it says.
    pub text: &'a str,
}

/// Reads what drivers log. It may be called on any thread.
pub type Sink = Arc<dyn Fn(&LogRecord<'_>) + Send + Sync>;

/// An answer.
pub(super) struct Reply {
    pub(super) status: i32,
    pub(super) head: Vec<u8>,
    pub(super) body: Vec<u8>,
}

pub(super) struct State {
    driver: String,
    sink: Sink,
    calls: Mutex<Calls>,
    /// Raw texts and what is shown in their place, the longest first.
    secrets: Mutex<Vec<(String, String)>>,
    /// The last error that was logged: why an `open` failed.
    last_error: Mutex<Option<String>>,
}

#[derive(Default)]
struct Calls {
    last: u64,
    waiting: BTreeMap<u64, Waiting>,
}

/// Who waits for an answer.
enum Waiting {
    Somebody(oneshot::Sender<Reply>),
    /// Nobody any more; the answer is still owed.
    Nobody,
}

impl State {
    pub(super) fn new(driver: String, sink: Sink) -> Self {
        Self {
            driver,
            sink,
            calls: Mutex::default(),
            secrets: Mutex::default(),
            last_error: Mutex::default(),
        }
    }

    /// A number that no other call or session has.
    pub(super) fn number(&self) -> u64 {
        let mut calls = lock(&self.calls);
        calls.last += 1;
        calls.last
    }

    /// A new call, and where its answer will come.
    pub(super) fn expect(&self) -> (u64, oneshot::Receiver<Reply>) {
        let (sender, receiver) = oneshot::channel();
        let mut calls = lock(&self.calls);
        calls.last += 1;
        let call = calls.last;
        calls.waiting.insert(call, Waiting::Somebody(sender));
        (call, receiver)
    }

    /// The call was not accepted: nothing will come.
    pub(super) fn forget(&self, call: u64) {
        lock(&self.calls).waiting.remove(&call);
    }

    /// Nobody waits for the answer any more.
    pub(super) fn abandon(&self, call: u64) {
        if let Some(waiting) = lock(&self.calls).waiting.get_mut(&call) {
            *waiting = Waiting::Nobody;
        }
    }

    /// How many answers are owed.
    pub(super) fn owed(&self) -> usize {
        lock(&self.calls).waiting.len()
    }

    fn answered(&self, call: u64, reply: Reply) {
        let waiting = lock(&self.calls).waiting.remove(&call);
        match waiting {
            // A receiver that is gone wants nothing.
            Some(Waiting::Somebody(sender)) => drop(sender.send(reply)),
            Some(Waiting::Nobody) => {}
            None => self.log(
                Level::Warning,
                "aludel",
                &format!("call {call} was answered twice, or never asked"),
            ),
        }
    }

    /// What must not be shown from now on.
    pub(super) fn keep_secret(&self, url: &DatabaseUrl) {
        let mut secrets = lock(&self.secrets);
        let raw = url.secret();
        let mut add = |secret: &str, shown: String| {
            if !secret.is_empty() && !secrets.iter().any(|(known, _)| known == secret) {
                secrets.push((secret.to_owned(), shown));
            }
        };
        let shown = url.to_string();
        if shown != raw {
            add(raw, shown);
        }
        if let Some(password) = url.password() {
            add(&format!(":{password}@"), format!(":{MASK}@"));
            // A short one may be a word of the message; with its URL it is masked all the same.
            if password.len() >= 6 {
                add(password, MASK.to_owned());
            }
        }
        secrets.sort_by_key(|(secret, _)| std::cmp::Reverse(secret.len()));
    }

    /// A text of the driver's without secrets.
    pub(super) fn masked(&self, text: String) -> String {
        let secrets = lock(&self.secrets);
        secrets.iter().fold(text, |text, (secret, shown)| {
            match text.contains(secret.as_str()) {
                true => text.replace(secret.as_str(), shown),
                false => text,
            }
        })
    }

    pub(super) fn last_error(&self) -> Option<String> {
        lock(&self.last_error).take()
    }

    fn log(&self, level: Level, target: &str, text: &str) {
        let text = self.masked(text.to_owned());
        if level == Level::Error {
            *lock(&self.last_error) = Some(text.clone());
        }
        (self.sink)(&LogRecord {
            driver: &self.driver,
            level,
            target,
            text: &text,
        });
    }

    fn event(&self, session: u64, head: &[u8]) {
        match wire::read::<wire::Event>(head) {
            Ok(wire::Event::Notice(text)) => self.log(Level::Information, "notice", &text),
            Err(error) => self.log(
                Level::Warning,
                "aludel",
                &format!(
                    "session {session} tells of something that this aludel does not know: {error}"
                ),
            ),
        }
    }
}

/// No state that these locks guard is left half-made by a panic.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// # Safety
///
/// `context` must be the pointer to a [`State`] that lives for ever.
unsafe fn state<'s>(context: *mut c_void) -> Option<&'s State> {
    // SAFETY: the caller's promise.
    unsafe { context.cast_const().cast::<State>().as_ref() }
}

/// # Safety
///
/// The slice must be valid during the call.
unsafe fn text(slice: Slice) -> String {
    // SAFETY: the caller's promise.
    String::from_utf8_lossy(unsafe { bytes(slice) }).into_owned()
}

/// # Safety
///
/// The slice must be valid for `'s`.
unsafe fn bytes<'s>(slice: Slice) -> &'s [u8] {
    if slice.ptr.is_null() {
        return &[];
    }
    // SAFETY: the caller's promise.
    unsafe { std::slice::from_raw_parts(slice.ptr, slice.len) }
}

/// # Safety
///
/// A buffer that is not null must be as its maker made it.
pub(super) unsafe fn take(buffer: *mut Buffer) -> Vec<u8> {
    if buffer.is_null() {
        return Vec::new();
    }
    // SAFETY: the caller's promise; what is left cannot be released again.
    unsafe { std::ptr::replace(buffer, Buffer::EMPTY).take() }
}

/// The host's `done`.
pub(super) unsafe extern "C" fn done(
    context: *mut c_void,
    call: u64,
    status: i32,
    head: *mut Buffer,
    body: *mut Buffer,
) {
    let _ = catch_unwind(AssertUnwindSafe(|| {
        // SAFETY: the driver gives what it was given, and its own buffers.
        let (state, head, body) = unsafe { (state(context), take(head), take(body)) };
        if let Some(state) = state {
            state.answered(call, Reply { status, head, body });
        }
    }));
}

/// The host's `log`.
pub(super) unsafe extern "C" fn log(context: *mut c_void, level: u32, target: Slice, line: Slice) {
    let _ = catch_unwind(AssertUnwindSafe(|| {
        // SAFETY: the driver gives what it was given, and slices that are valid during the call.
        let (state, target, line) = unsafe { (state(context), text(target), text(line)) };
        if let Some(state) = state {
            state.log(Level::of(level), &target, &line);
        }
    }));
}

/// The host's `event`.
pub(super) unsafe extern "C" fn event(context: *mut c_void, session: u64, head: Slice) {
    let _ = catch_unwind(AssertUnwindSafe(|| {
        // SAFETY: the driver gives what it was given, and a slice that is valid during the call.
        let (state, head) = unsafe { (state(context), bytes(head)) };
        if let Some(state) = state {
            state.event(session, head);
        }
    }));
}
