//! The C function table. `include/aludel_driver.h` is the same in C, with the rules; a test compiles
//! both and compares every size, offset and number.

#![expect(unsafe_code, reason = "the C ABI")]

use std::ffi::c_void;
use std::sync::atomic::{AtomicUsize, Ordering};

/// The first eight bytes of a table: `ALUDEL` and two bytes that a swapped byte order would betray.
pub const MAGIC: u64 = 0x0102_4c45_4455_4c41;
/// The major version: part of the symbol's name, so that another one is not even found.
pub const MAJOR: u16 = 1;
/// The minor version: members are appended, never changed.
pub const MINOR: u16 = 0;
/// The newest messages that this side writes and reads.
pub const PROTOCOL: u32 = 1;
/// The one symbol that a driver exports.
pub const SYMBOL: &str = "aludel_driver_v1";

/// Borrowed bytes: valid until the call that was given them returns.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct Slice {
    /// The first byte; may be null if there is none.
    pub ptr: *const u8,
    /// How many.
    pub len: usize,
}

/// Owned bytes. Whoever receives them calls `release(owner)` once, unless it is null.
#[repr(C)]
#[derive(Debug)]
pub struct Buffer {
    /// The first byte; may be null if there is none.
    pub ptr: *const u8,
    /// How many.
    pub len: usize,
    /// What `release` is called with.
    pub owner: *mut c_void,
    /// Frees the bytes. `free` itself will do, with the bytes as owner.
    pub release: Option<unsafe extern "C" fn(owner: *mut c_void)>,
}

/// What the host gives a driver when it opens it. Its functions may be called on any thread until
/// `shutdown` has returned.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct Host {
    /// Size of the host's structure: a driver reads no further.
    pub struct_size: u32,
    /// The newest messages that the host reads.
    pub protocol: u32,
    /// How many threads a driver should use for its own work.
    pub worker_threads: u32,
    /// The most detailed level that the host's log wants, as in `log`.
    pub log_level: u32,
    /// First argument of every function.
    pub context: *mut c_void,
    /// Answers a call: once for each `submit` that returned `OK`, on any thread, maybe before
    /// `submit` returns. The buffers become the host's; null means empty.
    pub done: Option<
        unsafe extern "C" fn(
            context: *mut c_void,
            call: u64,
            status: i32,
            head: *mut Buffer,
            body: *mut Buffer,
        ),
    >,
    /// Writes to the host's log. Levels: 1 error, 2 warning, 3 information, 4 debug, 5 trace.
    pub log:
        Option<unsafe extern "C" fn(context: *mut c_void, level: u32, target: Slice, text: Slice)>,
    /// Tells of something that happened on a session: a head as in `wire::Event`.
    pub event: Option<unsafe extern "C" fn(context: *mut c_void, session: u64, head: Slice)>,
}

/// What a driver exports. Everything up to `abi_minor` stands there whatever the version.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct Table {
    /// [`MAGIC`].
    pub magic: u64,
    /// Size of the driver's structure: the host reads no further.
    pub struct_size: u32,
    /// [`MAJOR`].
    pub abi_major: u16,
    /// [`MINOR`].
    pub abi_minor: u16,
    /// Makes the driver's one instance. Starts no threads.
    pub open: Option<unsafe extern "C" fn(host: *const Host, instance: *mut *mut c_void) -> i32>,
    /// Ends every session and thread within a time. Nothing is called after it.
    pub shutdown: Option<unsafe extern "C" fn(instance: *mut c_void, timeout_ms: u32) -> i32>,
    /// Answers at once, without a connection: see [`op`] below 16.
    pub call: Option<
        unsafe extern "C" fn(
            instance: *mut c_void,
            op: u32,
            head: Slice,
            parts: *const Slice,
            parts_len: usize,
            reply_head: *mut Buffer,
            reply_body: *mut Buffer,
        ) -> i32,
    >,
    /// Begins work on a session: see [`op`] from 16. If it returns anything but `OK`, `done` is not
    /// called. Calls of one session are worked on in their order.
    pub submit: Option<
        unsafe extern "C" fn(
            instance: *mut c_void,
            op: u32,
            session: u64,
            call: u64,
            head: Slice,
            parts: *const Slice,
            parts_len: usize,
        ) -> i32,
    >,
    /// Asks to stop a call. `done` still comes. Harmless for a call that is answered or unknown.
    pub cancel: Option<unsafe extern "C" fn(instance: *mut c_void, call: u64) -> i32>,
}

/// Numbers of what can be asked. A number is never used again for something else.
pub mod op {
    /// Who the driver is.
    pub const INFO: u32 = 1;
    /// The constants of the dialect of one server.
    pub const DIALECT: u32 = 2;
    /// Texts about the ledger.
    pub const LEDGER: u32 = 3;
    /// Statements as a client reads them. Unsupported: each is followed by a semicolon.
    pub const PRINT: u32 = 4;
    /// The database of a URL, by which tables are qualified. Unsupported: they are not.
    pub const CATALOG: u32 = 5;
    /// How the database of a URL is made and destroyed. Unsupported: not by aludel.
    pub const ADMINISTRATION: u32 = 6;
    /// A change of the model, or a statement, as this dialect has it. Unsupported: what is written for
    /// another driver is refused.
    pub const TRANSLATE: u32 = 7;
    /// The schema that answers to the dialect's queries tell of. Unsupported: live schemas are not read.
    pub const SCHEMA: u32 = 8;
    /// Opens the session whose number the host has chosen.
    pub const CONNECT: u32 = 16;
    /// Reads the ledger.
    pub const READ: u32 = 17;
    /// Tries for the lock, and reads the ledger after it.
    pub const LOCK: u32 = 18;
    /// Who holds the lock. Unsupported: nobody knows.
    pub const HOLDER: u32 = 19;
    /// Gives the lock back.
    pub const UNLOCK: u32 = 20;
    /// Sends statements, one a part.
    pub const SEND: u32 = 21;
    /// Runs one reading statement.
    pub const QUERY: u32 = 22;
    /// Closes the session.
    pub const CLOSE: u32 = 23;
    /// Sends statements as `SEND` does, and may let whole transactions among them share a commit.
    /// Unsupported: `SEND` is asked instead.
    pub const DELIVER: u32 = 24;

    /// What an operation is called where one is told about.
    pub fn name(op: u32) -> &'static str {
        match op {
            INFO => "info",
            DIALECT => "dialect",
            LEDGER => "ledger",
            PRINT => "print",
            CATALOG => "catalog",
            ADMINISTRATION => "administration",
            TRANSLATE => "translate",
            SCHEMA => "schema",
            CONNECT => "connect",
            READ => "read",
            LOCK => "lock",
            HOLDER => "holder",
            UNLOCK => "unlock",
            SEND => "send",
            QUERY => "query",
            CLOSE => "close",
            DELIVER => "deliver",
            _ => "an unknown operation",
        }
    }
}

/// How a call ended.
pub mod status {
    /// Done; the reply is what the operation answers.
    pub const OK: i32 = 0;
    /// A session failed; the head is a `wire::Failure`.
    pub const FAILED: i32 = 1;
    /// The driver refuses what was asked; the head is a `wire::Refusal`.
    pub const REFUSED: i32 = 2;
    /// The driver's code panicked; the head is a `wire::Refusal`.
    pub const PANIC: i32 = 3;
    /// Stopped by `cancel` before anything had happened.
    pub const CANCELLED: i32 = 4;
    /// The operation is not supported.
    pub const UNSUPPORTED: i32 = 5;
    /// The request cannot be read; the head is a `wire::Refusal`.
    pub const BAD: i32 = 6;
}

impl Slice {
    /// Lends bytes.
    pub fn of(bytes: &[u8]) -> Self {
        Self {
            ptr: bytes.as_ptr(),
            len: bytes.len(),
        }
    }
}

static LIVE: AtomicUsize = AtomicUsize::new(0);

impl Buffer {
    /// No bytes.
    pub const EMPTY: Self = Self {
        ptr: std::ptr::null(),
        len: 0,
        owner: std::ptr::null_mut(),
        release: None,
    };

    /// How many buffers of this side are not released yet.
    pub fn live() -> usize {
        LIVE.load(Ordering::Relaxed)
    }

    /// Gives bytes away.
    pub fn of(bytes: Vec<u8>) -> Self {
        unsafe extern "C" fn release(owner: *mut c_void) {
            LIVE.fetch_sub(1, Ordering::Relaxed);
            // SAFETY: `owner` is the box below, and is released once.
            drop(unsafe { Box::from_raw(owner.cast::<Vec<u8>>()) });
        }
        if bytes.is_empty() {
            return Self::EMPTY;
        }
        LIVE.fetch_add(1, Ordering::Relaxed);
        let owner = Box::new(bytes);
        Self {
            ptr: owner.as_ptr(),
            len: owner.len(),
            owner: Box::into_raw(owner).cast(),
            release: Some(release),
        }
    }

    /// Copies the bytes and releases them.
    ///
    /// # Safety
    ///
    /// The buffer must be as its maker made it, and not have been taken before.
    pub unsafe fn take(self) -> Vec<u8> {
        let bytes = match self.ptr.is_null() {
            true => Vec::new(),
            // SAFETY: the maker says that `len` bytes stand at `ptr` until they are released.
            false => unsafe { std::slice::from_raw_parts(self.ptr, self.len) }.to_vec(),
        };
        if let Some(release) = self.release {
            // SAFETY: the maker's own function, called once.
            unsafe { release(self.owner) };
        }
        bytes
    }
}

impl Table {
    /// A table in which nothing is supported.
    pub const EMPTY: Self = Self {
        magic: 0,
        struct_size: 0,
        abi_major: 0,
        abi_minor: 0,
        open: None,
        shutdown: None,
        call: None,
        submit: None,
        cancel: None,
    };
}
