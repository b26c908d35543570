//! What is used of DuckDB's C interface (`duckdb.h`), and the two handles that own it.

use std::ffi::{CStr, CString, c_char, c_void};
use std::ptr;

type State = i32;
const OK: State = 0;

#[repr(C)]
struct RawResult {
    deprecated_column_count: u64,
    deprecated_row_count: u64,
    deprecated_rows_changed: u64,
    deprecated_columns: *mut c_void,
    deprecated_error_message: *mut c_char,
    internal_data: *mut c_void,
}

unsafe extern "C" {
    fn duckdb_library_version() -> *const c_char;
    fn duckdb_create_config(config: *mut *mut c_void) -> State;
    fn duckdb_set_config(config: *mut c_void, name: *const c_char, value: *const c_char) -> State;
    fn duckdb_destroy_config(config: *mut *mut c_void);
    fn duckdb_open_ext(
        path: *const c_char,
        database: *mut *mut c_void,
        config: *mut c_void,
        error: *mut *mut c_char,
    ) -> State;
    fn duckdb_close(database: *mut *mut c_void);
    fn duckdb_connect(database: *mut c_void, connection: *mut *mut c_void) -> State;
    fn duckdb_disconnect(connection: *mut *mut c_void);
    fn duckdb_interrupt(connection: *mut c_void);
    fn duckdb_query(connection: *mut c_void, sql: *const c_char, result: *mut RawResult) -> State;
    fn duckdb_result_error(result: *mut RawResult) -> *const c_char;
    fn duckdb_destroy_result(result: *mut RawResult);
    fn duckdb_column_count(result: *mut RawResult) -> u64;
    fn duckdb_column_name(result: *mut RawResult, column: u64) -> *const c_char;
    fn duckdb_row_count(result: *mut RawResult) -> u64;
    fn duckdb_value_varchar(result: *mut RawResult, column: u64, row: u64) -> *mut c_char;
    fn duckdb_free(memory: *mut c_void);
}

/// An open file.
pub(crate) struct Database(*mut c_void);

// SAFETY: DuckDB's database handles may be used by any thread.
unsafe impl Send for Database {}
// SAFETY: as above.
unsafe impl Sync for Database {}

/// A connection to it. One thread at a time runs statements; any may interrupt.
pub(crate) struct Connection(*mut c_void);

// SAFETY: DuckDB locks a connection while it is used.
unsafe impl Send for Connection {}
// SAFETY: as above.
unsafe impl Sync for Connection {}

/// Rows of text.
#[derive(Default)]
pub(crate) struct Rows {
    pub(crate) columns: Vec<String>,
    pub(crate) rows: Vec<Vec<Option<String>>>,
}

/// Major and minor version of the library.
pub(crate) fn version() -> (u32, u32) {
    // SAFETY: a constant text.
    let text = unsafe { text(duckdb_library_version()) };
    let mut numbers = text.trim_start_matches('v').split('.');
    let mut next = || numbers.next().and_then(|n| n.parse().ok()).unwrap_or(0);
    (next(), next())
}

/// # Safety
///
/// `text` must be null or a C string.
unsafe fn text(text: *const c_char) -> String {
    if text.is_null() {
        return String::new();
    }
    // SAFETY: the caller's promise.
    unsafe { CStr::from_ptr(text) }.to_string_lossy().into_owned()
}

fn c_text(text: &str) -> Result<CString, String> {
    CString::new(text).map_err(|_| "a text holds a NUL byte".to_owned())
}

impl Database {
    /// Opens a file, which is made if it is not there and `read_only` is not wanted.
    pub(crate) fn open(path: &str, read_only: bool) -> Result<Self, String> {
        let path = c_text(path)?;
        let mode = if read_only { c"READ_ONLY" } else { c"READ_WRITE" };
        let (mut config, mut database) = (ptr::null_mut(), ptr::null_mut());
        let mut error = ptr::null_mut();
        // SAFETY: all places are valid; texts are copied by DuckDB; what it made is freed once.
        unsafe {
            duckdb_create_config(&mut config);
            if path.as_c_str() != c":memory:" {
                duckdb_set_config(config, c"access_mode".as_ptr(), mode.as_ptr());
            }
            let state = duckdb_open_ext(path.as_ptr(), &mut database, config, &mut error);
            duckdb_destroy_config(&mut config);
            if state == OK {
                return Ok(Self(database));
            }
            let told = text(error);
            duckdb_free(error.cast());
            Err(told)
        }
    }

    pub(crate) fn connect(&self) -> Result<Connection, String> {
        let mut connection = ptr::null_mut();
        // SAFETY: the database is open.
        match unsafe { duckdb_connect(self.0, &mut connection) } {
            OK => Ok(Connection(connection)),
            _ => Err("DuckDB gives no connection".into()),
        }
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        // SAFETY: closed once.
        unsafe { duckdb_close(&mut self.0) };
    }
}

impl Connection {
    /// Runs one statement; what went wrong in DuckDB's words.
    pub(crate) fn run(&self, sql: &str) -> Result<Rows, String> {
        let sql = c_text(sql)?;
        let mut result = RawResult {
            deprecated_column_count: 0,
            deprecated_row_count: 0,
            deprecated_rows_changed: 0,
            deprecated_columns: ptr::null_mut(),
            deprecated_error_message: ptr::null_mut(),
            internal_data: ptr::null_mut(),
        };
        // SAFETY: the connection is open; the result is destroyed once, also after a failure.
        unsafe {
            let state = duckdb_query(self.0, sql.as_ptr(), &mut result);
            let answer = match state {
                OK => Ok(read(&mut result)),
                _ => Err(text(duckdb_result_error(&mut result))),
            };
            duckdb_destroy_result(&mut result);
            answer
        }
    }

    /// Stops what runs, from any thread.
    pub(crate) fn interrupt(&self) {
        // SAFETY: the connection is open as long as `self`.
        unsafe { duckdb_interrupt(self.0) };
    }
}

/// # Safety
///
/// The result must be of a statement that succeeded.
unsafe fn read(result: &mut RawResult) -> Rows {
    // SAFETY: columns and rows are below their counts; each text is freed once.
    unsafe {
        let columns = duckdb_column_count(result);
        let names = (0..columns).map(|column| text(duckdb_column_name(result, column)));
        let mut read = Rows {
            columns: names.collect(),
            rows: Vec::new(),
        };
        for row in 0..duckdb_row_count(result) {
            let cells = (0..columns).map(|column| {
                let cell = duckdb_value_varchar(result, column, row);
                let value = (!cell.is_null()).then(|| text(cell));
                duckdb_free(cell.cast());
                value
            });
            read.rows.push(cells.collect());
        }
        read
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        // SAFETY: closed once.
        unsafe { duckdb_disconnect(&mut self.0) };
    }
}
