//! The host's functions, and the guard that answers every call exactly once.

#![expect(unsafe_code, reason = "the host's C functions")]

use std::ffi::c_void;
use std::sync::{Arc, Weak};

use super::instance::Instance;
use crate::abi::{self, Buffer, Slice, status};
use crate::wire::Refusal;

/// What the host gave, as far as this side knows it.
#[derive(Clone, Copy)]
pub(super) struct Host(abi::Host);

// SAFETY: the host's functions may be called on any thread, and `context` is only theirs.
unsafe impl Send for Host {}
// SAFETY: as above.
unsafe impl Sync for Host {}

impl Host {
    /// Copies what the host gave; members that it does not have are null.
    ///
    /// # Safety
    ///
    /// `host` must point to `struct_size` bytes.
    pub(super) unsafe fn copy(host: *const abi::Host) -> Self {
        let mut copy = abi::Host {
            struct_size: 0,
            protocol: 0,
            worker_threads: 0,
            log_level: 0,
            context: std::ptr::null_mut(),
            done: None,
            log: None,
            event: None,
        };
        // SAFETY: the size stands first, whatever the version, and only bytes that both sides have
        // are copied; every member may be all zeros.
        unsafe {
            let size = (host.cast::<u32>().read() as usize).min(size_of::<abi::Host>());
            std::ptr::copy_nonoverlapping(host.cast::<u8>(), (&raw mut copy).cast::<u8>(), size);
        }
        Self(copy)
    }

    pub(super) fn protocol(self) -> u32 {
        self.0.protocol.min(abi::PROTOCOL)
    }

    pub(super) fn worker_threads(self) -> usize {
        (self.0.worker_threads as usize).clamp(1, 64)
    }

    pub(super) fn log_level(self) -> u32 {
        self.0.log_level
    }

    pub(super) fn can_answer(self) -> bool {
        self.0.done.is_some()
    }

    pub(super) fn log(self, level: u32, target: &str, text: &str) {
        if let Some(log) = self.0.log
            && level <= self.0.log_level
        {
            // SAFETY: the host's function, with its context; the texts outlive the call.
            unsafe {
                log(
                    self.0.context,
                    level,
                    Slice::of(target.as_bytes()),
                    Slice::of(text.as_bytes()),
                );
            }
        }
    }

    fn done(self, call: u64, status: i32, head: Vec<u8>, body: Vec<u8>) {
        let (mut head, mut body) = (Buffer::of(head), Buffer::of(body));
        if let Some(done) = self.0.done {
            // SAFETY: the host's function, with its context; the buffers become the host's.
            unsafe { done(self.0.context, call, status, &mut head, &mut body) };
        }
    }
}

/// The answer that a call still owes. If it is dropped without one, it says so.
pub(super) struct Answer {
    pub(super) call: u64,
    host: Host,
    instance: Weak<Instance>,
    given: bool,
}

impl Answer {
    pub(super) fn new(instance: &Arc<Instance>, call: u64) -> Self {
        Self {
            call,
            host: instance.host,
            instance: Arc::downgrade(instance),
            given: false,
        }
    }

    pub(super) fn give(mut self, reply: Reply) {
        self.send(reply);
    }

    /// Takes the debt back: the call was not accepted.
    pub(super) fn refuse(mut self) {
        self.given = true;
        self.forget();
    }

    fn forget(&self) {
        if let Some(instance) = self.instance.upgrade() {
            instance.forget_call(self.call);
        }
    }

    fn send(&mut self, reply: Reply) {
        self.given = true;
        self.forget();
        self.host
            .done(self.call, reply.status, reply.head, reply.body);
    }
}

impl Drop for Answer {
    fn drop(&mut self) {
        if !self.given {
            self.send(Reply::refusal(
                status::PANIC,
                "the driver ended the call without an answer",
            ));
        }
    }
}

/// What a call is answered with.
pub(super) struct Reply {
    pub(super) status: i32,
    pub(super) head: Vec<u8>,
    pub(super) body: Vec<u8>,
}

impl Reply {
    pub(super) fn ok(head: Vec<u8>) -> Self {
        Self {
            status: status::OK,
            head,
            body: Vec::new(),
        }
    }

    pub(super) fn refusal(status: i32, message: impl Into<String>) -> Self {
        Self {
            status,
            head: Refusal::head(message),
            body: Vec::new(),
        }
    }

    pub(super) fn bad(message: impl std::fmt::Display) -> Self {
        Self::refusal(status::BAD, message.to_string())
    }

    pub(super) fn unsupported() -> Self {
        Self {
            status: status::UNSUPPORTED,
            head: Vec::new(),
            body: Vec::new(),
        }
    }

    /// What a caught panic says.
    pub(super) fn panic(payload: &(dyn std::any::Any + Send)) -> Self {
        let text = payload.downcast_ref::<&str>().copied();
        let text = text.or_else(|| payload.downcast_ref::<String>().map(String::as_str));
        Self::refusal(status::PANIC, text.unwrap_or("a panic without a text"))
    }
}

/// Forwards what the driver's crates log to the host.
pub(super) struct Forward(pub(super) Host);

impl log::Log for Forward {
    fn enabled(&self, metadata: &log::Metadata<'_>) -> bool {
        metadata.level() as u32 <= self.0.log_level()
    }

    fn log(&self, record: &log::Record<'_>) {
        if self.enabled(record.metadata()) {
            let text = record.args().to_string();
            self.0.log(record.level() as u32, record.target(), &text);
        }
    }

    fn flush(&self) {}
}

/// The pointer that the host knows an instance by: never given back. It points to the start of what
/// was allocated, as memcheck wants of what is not lost.
pub(super) fn to_pointer(instance: Arc<Instance>) -> *mut c_void {
    Box::into_raw(Box::new(instance)).cast()
}

/// The instance behind the host's pointer.
///
/// # Safety
///
/// The pointer must be one of [`to_pointer`], or null.
pub(super) unsafe fn of_pointer(instance: *mut c_void) -> Option<Arc<Instance>> {
    // SAFETY: see above; it stays valid, and is only read.
    unsafe { instance.cast::<Arc<Instance>>().as_ref() }.cloned()
}
