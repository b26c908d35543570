//! Running statements one by one on the raw handle.
//!
//! `sqlite3_exec` tells neither which statement failed nor where; a loop over
//! `sqlite3_prepare_v3` does. Waiting for the write lock is ours too, so that it can be stopped.

#![expect(unsafe_code, reason = "SQLite's C handle")]

use std::borrow::Cow;
use std::ffi::{CStr, c_int};
use std::ptr;
use std::time::{Duration, Instant};

use aludel::driver::{At, Failure, FailureKind, ResultSet, SessionState};
use libsqlite3_sys as ffi;

use crate::handle::{Handle, Stop};

/// What one run of statements needs.
#[derive(Clone)]
pub(crate) struct Executor {
    pub(crate) handle: Handle,
    pub(crate) stop: Stop,
    pub(crate) lock_timeout: Duration,
}

/// Reads the file and nothing else.
const TOUCH: &str = "SELECT 1 FROM sqlite_master LIMIT 1";
/// The code of a file that a reader finds in the middle of somebody's transaction.
const HOT_JOURNAL: &str = "SQLITE_READONLY_ROLLBACK";
/// Where the rows of a statement go, one by one: a long ledger is never held twice.
pub(crate) struct Rows<'a> {
    columns: Vec<String>,
    each: &'a mut dyn FnMut(&[Option<&str>]),
    any: bool,
}

/// A prepared statement that is finalized when dropped.
struct Prepared(*mut ffi::sqlite3_stmt);

impl Drop for Prepared {
    fn drop(&mut self) {
        // SAFETY: made by `sqlite3_prepare_v3` and finalized once; NULL is allowed.
        unsafe { ffi::sqlite3_finalize(self.0) };
    }
}

impl Executor {
    /// Runs statements in order. After a failure the open transaction has been rolled back.
    pub(crate) fn send(&self, statements: &[String]) -> Result<(), Failure> {
        for (index, sql) in statements.iter().enumerate() {
            self.run(sql, None).map_err(|mut failure| {
                failure.completed = index;
                failure.at = Some(At {
                    statement: index,
                    offset: failure.at.and_then(|at| at.offset),
                });
                self.clean_up();
                failure
            })?;
        }
        Ok(())
    }

    /// Runs one reading statement.
    pub(crate) fn query(&self, sql: &str) -> Result<ResultSet, Failure> {
        let mut result = ResultSet::default();
        result.columns = self.each(sql, &mut |row| {
            let texts = row.iter().map(|cell| cell.map(str::to_owned));
            result.rows.push(texts.collect());
        })?;
        Ok(result)
    }

    /// Runs one reading statement and hands over each row. Answers the names of the columns.
    pub(crate) fn each(
        &self,
        sql: &str,
        each: &mut dyn FnMut(&[Option<&str>]),
    ) -> Result<Vec<String>, Failure> {
        let mut rows = Rows {
            columns: Vec::new(),
            each,
            any: false,
        };
        self.run(sql, Some(&mut rows))
            .inspect_err(|_| self.clean_up())?;
        Ok(rows.columns)
    }

    /// Ends whatever transaction is open. An interrupt in a write has done so already.
    pub(crate) fn clean_up(&self) {
        // Where even these fail nothing is left to do: closing the connection rolls back too, and
        // so does whoever may write and opens the file next.
        let _ = if self.handle.autocommit() {
            // After a failed write SQLite leaves the file's own rollback to whoever reads it next.
            self.run(TOUCH, None)
        } else {
            self.stop.clear();
            self.run("ROLLBACK", None)
        };
    }

    /// Somebody was killed while he wrote, and what he left can only be rolled back by a
    /// connection that may write.
    pub(crate) fn has_leftovers(&self) -> bool {
        let touched = self.run(TOUCH, None);
        touched.is_err_and(|failure| failure.code.as_deref() == Some(HOT_JOURNAL))
    }

    pub(crate) fn run(&self, sql: &str, mut into: Option<&mut Rows<'_>>) -> Result<(), Failure> {
        let mut rest = sql;
        while !rest.is_empty() {
            let base = sql.len() - rest.len();
            let (statement, tail) = self.prepare(rest, base)?;
            // A comment alone prepares to nothing.
            if !statement.0.is_null() {
                self.step_through(&statement, into.as_deref_mut())?;
            }
            rest = &rest[tail..];
        }
        Ok(())
    }

    fn prepare(&self, sql: &str, base: usize) -> Result<(Prepared, usize), Failure> {
        let deadline = Instant::now() + self.lock_timeout;
        let length = c_int::try_from(sql.len()).map_err(|_| {
            Failure::new(
                FailureKind::Refused,
                "the statement is longer than SQLite allows",
            )
        })?;
        loop {
            let mut statement = ptr::null_mut();
            let mut tail = ptr::null();
            // SAFETY: the connection is open and used by this thread alone; `sql` is valid for
            // `length` bytes; both out-pointers are valid.
            let code = unsafe {
                ffi::sqlite3_prepare_v3(
                    self.handle.as_ptr(),
                    sql.as_ptr().cast(),
                    length,
                    0,
                    &mut statement,
                    &mut tail,
                )
            };
            let statement = Prepared(statement);
            if code == ffi::SQLITE_OK {
                // SAFETY: SQLite sets `tail` to a place within the text or just past its end.
                let used = unsafe { tail.offset_from(sql.as_ptr().cast()) };
                let used = usize::try_from(used).unwrap_or(sql.len());
                return Ok((statement, used));
            }
            // Reading the schema may meet somebody who is just committing.
            if !self.wait(code, deadline) {
                return Err(self.failure(code, base));
            }
        }
    }

    fn step_through(
        &self,
        statement: &Prepared,
        mut into: Option<&mut Rows<'_>>,
    ) -> Result<(), Failure> {
        let deadline = Instant::now() + self.lock_timeout;
        loop {
            // SAFETY: the statement is valid until dropped and used by this thread alone.
            match unsafe { ffi::sqlite3_step(statement.0) } {
                ffi::SQLITE_DONE => return Ok(()),
                ffi::SQLITE_ROW => {
                    if let Some(rows) = into.as_deref_mut() {
                        read_row(statement, rows);
                    }
                }
                code => {
                    // What was read so far would come a second time.
                    let again = into.as_ref().is_none_or(|rows| !rows.any);
                    if !(again && self.wait(code, deadline)) {
                        // The text of a run-time failure has no offset of use.
                        return Err(self.failure(code, 0));
                    }
                    // SAFETY: as above.
                    unsafe { ffi::sqlite3_reset(statement.0) };
                }
            }
        }
    }

    /// Sleeps if `code` means that somebody else holds the lock and there is time left.
    fn wait(&self, code: c_int, deadline: Instant) -> bool {
        let busy = code & 0xff == ffi::SQLITE_BUSY;
        if !busy || Instant::now() >= deadline || self.stop.asked() {
            return false;
        }
        std::thread::sleep(Duration::from_millis(10));
        true
    }

    fn failure(&self, code: c_int, base: usize) -> Failure {
        let stopped = self.stop.asked();
        let kind = match code & 0xff {
            ffi::SQLITE_INTERRUPT => FailureKind::Interrupted,
            ffi::SQLITE_BUSY if stopped => FailureKind::Interrupted,
            ffi::SQLITE_BUSY => FailureKind::Busy,
            ffi::SQLITE_READONLY => FailureKind::ReadOnly,
            ffi::SQLITE_FULL => FailureKind::Full,
            _ => FailureKind::Refused,
        };
        let mut failure = Failure::new(kind, self.handle.message());
        let extended = match self.handle.extended_code() {
            extended if extended & 0xff == code & 0xff => extended,
            _ => code,
        };
        failure.code = Some(code_name(extended));
        failure.at = self.handle.error_offset().map(|offset| At {
            statement: 0,
            offset: Some(base + offset),
        });
        failure.session = SessionState::Ready;
        failure.hint = hint(extended).map(str::to_owned);
        failure
    }
}

fn read_row(statement: &Prepared, rows: &mut Rows<'_>) {
    // SAFETY (all calls): the statement has just returned SQLITE_ROW; column numbers are below
    // its column count. A text stays where it is until its column is asked for in another form or
    // the statement steps on, and neither happens before the row is taken.
    let columns = unsafe { ffi::sqlite3_column_count(statement.0) };
    if !rows.any {
        rows.any = true;
        rows.columns = (0..columns)
            .map(|i| {
                // SAFETY: see above.
                let name = unsafe { ffi::sqlite3_column_name(statement.0, i) };
                if name.is_null() {
                    return String::new();
                }
                // SAFETY: a NUL-terminated name, see above.
                unsafe { CStr::from_ptr(name) }
                    .to_string_lossy()
                    .into_owned()
            })
            .collect();
    }
    let texts = (0..columns).map(|i| {
        // SAFETY: see above. A NULL value gives a null pointer.
        let text = unsafe { ffi::sqlite3_column_text(statement.0, i) };
        if text.is_null() {
            return None;
        }
        // SAFETY: `sqlite3_column_bytes` after `sqlite3_column_text` is the text's length.
        let bytes = unsafe {
            let length = ffi::sqlite3_column_bytes(statement.0, i);
            std::slice::from_raw_parts(text, usize::try_from(length).unwrap_or(0))
        };
        Some(String::from_utf8_lossy(bytes))
    });
    let texts: Vec<Option<Cow<'_, str>>> = texts.collect();
    let row: Vec<_> = texts.iter().map(Option::as_deref).collect();
    (rows.each)(&row);
}

/// SQLite's name of a result code.
fn code_name(code: c_int) -> String {
    let name = match code & 0xff {
        _ if code == ffi::SQLITE_READONLY_ROLLBACK => HOT_JOURNAL,
        ffi::SQLITE_ERROR => "SQLITE_ERROR",
        ffi::SQLITE_BUSY => "SQLITE_BUSY",
        ffi::SQLITE_LOCKED => "SQLITE_LOCKED",
        ffi::SQLITE_READONLY => "SQLITE_READONLY",
        ffi::SQLITE_INTERRUPT => "SQLITE_INTERRUPT",
        ffi::SQLITE_IOERR => "SQLITE_IOERR",
        ffi::SQLITE_CORRUPT => "SQLITE_CORRUPT",
        ffi::SQLITE_FULL => "SQLITE_FULL",
        ffi::SQLITE_CANTOPEN => "SQLITE_CANTOPEN",
        ffi::SQLITE_CONSTRAINT => "SQLITE_CONSTRAINT",
        ffi::SQLITE_MISMATCH => "SQLITE_MISMATCH",
        ffi::SQLITE_AUTH => "SQLITE_AUTH",
        ffi::SQLITE_NOTADB => "SQLITE_NOTADB",
        primary => return format!("SQLite {primary}"),
    };
    name.into()
}

fn hint(code: c_int) -> Option<&'static str> {
    match code & 0xff {
        _ if code == ffi::SQLITE_READONLY_ROLLBACK => Some(
            "a process was killed while it wrote: the file must be opened once by a user who may write it",
        ),
        ffi::SQLITE_READONLY => Some("the file or its directory cannot be written by this user"),
        ffi::SQLITE_FULL => Some("the disk, or the limit of the database, is full"),
        ffi::SQLITE_IOERR => Some(
            "a file could not be read or written: a full disk, a limit on the size of files, or a failing disk",
        ),
        ffi::SQLITE_NOTADB => Some("the file is no SQLite database, or it is encrypted"),
        ffi::SQLITE_CANTOPEN => Some("SQLite needs to create files beside the database"),
        _ => None,
    }
}
