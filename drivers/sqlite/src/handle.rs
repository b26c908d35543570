//! The raw `sqlite3*` of a Diesel connection.
//!
//! Diesel hides it, and aludel needs it for what Diesel does not offer: interrupting from another
//! thread, the offset of a syntax error, whether a transaction is open. It is captured while the
//! connection opens, by an automatic extension (SQLite, "sqlite3_auto_extension").

#![expect(unsafe_code, reason = "SQLite's C handle")]

use std::cell::Cell;
use std::ffi::{CStr, c_char, c_int};
use std::ptr::{self, NonNull};
use std::sync::{Arc, Mutex, PoisonError};

use diesel::{Connection, ConnectionError, SqliteConnection};
use libsqlite3_sys as ffi;

thread_local! {
    static CAPTURED: Cell<*mut ffi::sqlite3> = const { Cell::new(ptr::null_mut()) };
}

/// Automatic extensions are process-wide: only one connection opens at a time.
static OPENING: Mutex<()> = Mutex::new(());

unsafe extern "C" fn capture(
    db: *mut ffi::sqlite3,
    _message: *mut *mut c_char,
    _api: *const ffi::sqlite3_api_routines,
) -> c_int {
    CAPTURED.set(db);
    ffi::SQLITE_OK
}

/// The handle of one connection. It is shared with [`Stop`], which may outlive the connection.
#[derive(Clone, Copy)]
pub(crate) struct Handle(NonNull<ffi::sqlite3>);

// SAFETY: the bundled SQLite is built in serialized mode (SQLITE_THREADSAFE=1): any thread may use
// a connection. The pointer's life is guarded by the session that owns the connection, and by
// the mutex in `Stop` for everybody else.
unsafe impl Send for Handle {}

/// Opens a Diesel connection and captures its handle.
pub(crate) fn open(uri: &str) -> Result<(SqliteConnection, Handle), ConnectionError> {
    let _opening = OPENING.lock().unwrap_or_else(PoisonError::into_inner);
    CAPTURED.set(ptr::null_mut());
    // SAFETY: `capture` has the signature that SQLite documents for entry points, touches only a
    // thread-local, and is cancelled before the lock is given back.
    unsafe { ffi::sqlite3_auto_extension(Some(capture)) };
    let connection = SqliteConnection::establish(uri);
    // SAFETY: as above.
    unsafe { ffi::sqlite3_cancel_auto_extension(Some(capture)) };
    let connection = connection?;
    let handle = NonNull::new(CAPTURED.replace(ptr::null_mut())).ok_or_else(|| {
        ConnectionError::BadConnection("SQLite did not announce the connection it opened".into())
    })?;
    // The library that is linked decides what holds otherwise: see docs/adr/0009.
    // SAFETY: the connection is open; this option takes an int and a pointer that may be null.
    let enforced = unsafe {
        ffi::sqlite3_db_config(
            handle.as_ptr(),
            ffi::SQLITE_DBCONFIG_ENABLE_FKEY,
            1,
            ptr::null_mut::<c_int>(),
        )
    };
    if enforced != ffi::SQLITE_OK {
        return Err(ConnectionError::BadConnection(
            "SQLite does not enforce foreign keys".into(),
        ));
    }
    Ok((connection, Handle(handle)))
}

impl Handle {
    pub(crate) fn as_ptr(self) -> *mut ffi::sqlite3 {
        self.0.as_ptr()
    }

    /// No transaction is open.
    pub(crate) fn autocommit(self) -> bool {
        // SAFETY: the connection is open, see `Handle`.
        unsafe { ffi::sqlite3_get_autocommit(self.as_ptr()) != 0 }
    }

    /// The open transaction could not be committed as it stands: a deferred constraint is violated.
    pub(crate) fn defers_violations(self) -> bool {
        let (mut now, mut most) = (0, 0);
        // SAFETY: the connection is open, and both out-pointers are valid.
        let code = unsafe {
            ffi::sqlite3_db_status(
                self.as_ptr(),
                ffi::SQLITE_DBSTATUS_DEFERRED_FKS,
                &mut now,
                &mut most,
                0,
            )
        };
        // If it cannot tell, the COMMIT will.
        code != ffi::SQLITE_OK || now != 0
    }

    /// The message of the last failure.
    pub(crate) fn message(self) -> String {
        // SAFETY: the connection is open; SQLite returns a NUL-terminated text that stays valid
        // until the next call on the connection, and it is copied here.
        unsafe { CStr::from_ptr(ffi::sqlite3_errmsg(self.as_ptr())) }
            .to_string_lossy()
            .into_owned()
    }

    /// The code of the last failure, with what SQLite knows of its kind.
    pub(crate) fn extended_code(self) -> c_int {
        // SAFETY: the connection is open.
        unsafe { ffi::sqlite3_extended_errcode(self.as_ptr()) }
    }

    /// Where in the last statement's text its failure lies, in bytes, if SQLite can tell.
    pub(crate) fn error_offset(self) -> Option<usize> {
        // SAFETY: the connection is open.
        usize::try_from(unsafe { ffi::sqlite3_error_offset(self.as_ptr()) }).ok()
    }
}

/// Stops what a connection runs, from any thread, also after the connection has gone.
#[derive(Clone, Default)]
pub(crate) struct Stop(Arc<Mutex<StopState>>);

#[derive(Default)]
struct StopState {
    handle: Option<Handle>,
    asked: bool,
}

impl Stop {
    fn state(&self) -> std::sync::MutexGuard<'_, StopState> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Attaches to a connection, or detaches before it closes.
    pub(crate) fn attach(&self, handle: Option<Handle>) {
        self.state().handle = handle;
    }

    /// Asks to stop.
    pub(crate) fn ask(&self) {
        let mut state = self.state();
        state.asked = true;
        if let Some(handle) = state.handle {
            // SAFETY: the handle is detached, under this mutex, before its connection closes.
            unsafe { ffi::sqlite3_interrupt(handle.as_ptr()) };
        }
    }

    /// Whether somebody asked since the last call of `clear`.
    pub(crate) fn asked(&self) -> bool {
        self.state().asked
    }

    /// Forgets an earlier request.
    pub(crate) fn clear(&self) {
        self.state().asked = false;
    }
}

/// The version of the bundled SQLite, as `(major, minor)`.
pub(crate) fn version() -> (u32, u32) {
    // SAFETY: takes nothing, returns a number: 3045001 for 3.45.1.
    let number = unsafe { ffi::sqlite3_libversion_number() }.unsigned_abs();
    (number / 1_000_000, number / 1_000 % 1_000)
}
