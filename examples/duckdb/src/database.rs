//! Files. DuckDB locks a file for its process, and not against a second handle in the same one: a file
//! is opened once in a process, and shared. Who holds the lock of a ledger is kept here too.

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::{Duration, Instant};

use aludel::driver::{Access, Failure, FailureKind};

use crate::ffi::Database;

/// A file, or a database in memory.
pub(crate) struct File {
    pub(crate) database: Database,
    /// Ledgers, and the session that holds each.
    locks: Mutex<HashMap<String, u64>>,
}

static OPEN: Mutex<Option<HashMap<(String, bool), Weak<File>>>> = Mutex::new(None);

/// Opens a file; while another process has it, waits as long as `patience`.
pub(crate) fn open(path: &str, access: Access, patience: Duration) -> Result<Arc<File>, Failure> {
    let memory = path.is_empty() || path == ":memory:";
    let read_only = access == Access::Read && !memory;
    let begun = Instant::now();
    loop {
        match attempt(path, read_only, memory) {
            Ok(file) => return Ok(file),
            Err(text) if text.contains("Could not set lock") => {
                if begun.elapsed() >= patience {
                    return Err(Failure::new(FailureKind::Busy, first_line(&text)));
                }
                std::thread::sleep(Duration::from_millis(50));
            }
            Err(text) => return Err(Failure::new(FailureKind::Connect, first_line(&text))),
        }
    }
}

fn attempt(path: &str, read_only: bool, memory: bool) -> Result<Arc<File>, String> {
    let make = |path: &str| {
        let database = Database::open(path, read_only)?;
        let locks = Mutex::default();
        Ok::<_, String>(Arc::new(File { database, locks }))
    };
    if memory {
        return make(":memory:");
    }
    let name = std::path::absolute(path).map_err(|error| error.to_string())?;
    let name = name.to_string_lossy().into_owned();
    let mut open = lock(&OPEN);
    let open = open.get_or_insert_default();
    // One that may write serves readers too.
    let known = [false, read_only].into_iter().filter_map(|how| open.get(&(name.clone(), how)));
    if let Some(file) = known.filter_map(Weak::upgrade).next() {
        return Ok(file);
    }
    let file = make(&name)?;
    open.retain(|_, file| file.strong_count() > 0);
    open.insert((name, read_only), Arc::downgrade(&file));
    Ok(file)
}

/// Whether the file would have to be made; an error if it could not be.
pub(crate) fn missing(path: &str) -> Result<bool, Failure> {
    let file = Path::new(path);
    if path.is_empty() || path == ":memory:" || file.exists() {
        return Ok(false);
    }
    match file.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        Some(folder) if !folder.is_dir() => Err(Failure::new(
            FailureKind::Connect,
            format!("the directory `{}` of the file does not exist", folder.display()),
        )),
        _ => Ok(true),
    }
}

impl File {
    /// Takes a ledger's lock for a session; if it is held, by whom.
    pub(crate) fn try_lock(&self, ledger: &str, session: u64) -> Result<(), u64> {
        let mut locks = lock(&self.locks);
        match *locks.entry(ledger.to_owned()).or_insert(session) {
            holder if holder == session => Ok(()),
            holder => Err(holder),
        }
    }

    pub(crate) fn holder(&self, ledger: &str) -> Option<u64> {
        lock(&self.locks).get(ledger).copied()
    }

    /// Gives back every lock of a session.
    pub(crate) fn unlock(&self, session: u64) {
        lock(&self.locks).retain(|_, holder| *holder != session);
    }
}

fn first_line(text: &str) -> String {
    text.lines().next().unwrap_or_default().to_owned()
}

/// No state that these locks guard is left half-made by a panic.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
