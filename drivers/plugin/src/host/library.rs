//! A library and its table.

#![expect(unsafe_code, reason = "loading a library runs its code")]

use std::mem::ManuallyDrop;
use std::path::Path;

use super::LoadError;
use super::trust::Trusted;
use crate::abi::{self, Table};

type Entry = unsafe extern "C" fn() -> *const Table;

/// The least that a table must have: everything up to `call`.
const LEAST: usize = std::mem::offset_of!(Table, submit);

/// Loads a library from its descriptor and reads its table. It is never unloaded.
pub(super) fn load(trusted: Trusted) -> Result<Table, LoadError> {
    let path = trusted.path.clone();
    let library = open(trusted)?;
    // SAFETY: a symbol of this name is this function, says the header.
    let entry = match unsafe { library.get::<Entry>(abi::SYMBOL.as_bytes()) } {
        Ok(entry) => *entry,
        Err(_) => {
            return Err(LoadError::Abi {
                path,
                reason: other_versions(&library),
            });
        }
    };
    // SAFETY: as above.
    let table = unsafe { entry() };
    // SAFETY: the entry's promise; what can be wrong with it is checked on the way.
    unsafe { read(table) }.map_err(|reason| LoadError::Abi { path, reason })
}

/// Loads a library that another one needs, from its descriptor.
pub(super) fn preload(trusted: Trusted) -> Result<(), LoadError> {
    open(trusted).map(|_| ())
}

/// What is loaded is what was hashed: the descriptor, by the name that the system gives it.
fn open(trusted: Trusted) -> Result<ManuallyDrop<Loaded>, LoadError> {
    let Trusted { file, path } = trusted;
    #[cfg(target_os = "linux")]
    let name = {
        use std::os::fd::AsRawFd as _;
        format!("/proc/self/fd/{}", file.as_raw_fd())
    };
    #[cfg(not(target_os = "linux"))]
    let name = path.display().to_string();
    // SAFETY: loading runs the library's constructors: it was checked for that, and the user
    // asked for it.
    let loaded = unsafe { open_now(Path::new(&name)) };
    let library = loaded.map_err(|error| LoadError::Library {
        reason: chain(&error).replace(&name, &path.display().to_string()),
        path,
    })?;
    // The linker knows the library by the descriptor's number, so that number must never name
    // another file.
    std::mem::forget(file);
    Ok(ManuallyDrop::new(library))
}

#[cfg(unix)]
type Loaded = libloading::os::unix::Library;
#[cfg(not(unix))]
type Loaded = libloading::Library;

#[cfg(unix)]
unsafe fn open_now(name: &Path) -> Result<Loaded, libloading::Error> {
    use libloading::os::unix::{RTLD_LOCAL, RTLD_NOW};
    // Every symbol now, so that a missing one is an error here and not a crash later; and for
    // itself alone, so that two libraries do not see each other's copies.
    // SAFETY: the caller's promise.
    unsafe { Loaded::open(Some(name), RTLD_NOW | RTLD_LOCAL) }
}

#[cfg(not(unix))]
unsafe fn open_now(name: &Path) -> Result<Loaded, libloading::Error> {
    // SAFETY: the caller's promise.
    unsafe { Loaded::new(name) }
}

/// Says which major versions a library has instead of ours.
fn other_versions(library: &Loaded) -> String {
    let has = |major: &u16| {
        let symbol = format!("aludel_driver_v{major}");
        // SAFETY: the symbol is only looked up, and never called.
        unsafe { library.get::<Entry>(symbol.as_bytes()) }.is_ok()
    };
    match (0..=9).filter(|major| *major != abi::MAJOR).find(has) {
        Some(major) => format!(
            "it speaks ABI {major}, and this aludel {}.{}",
            abi::MAJOR,
            abi::MINOR
        ),
        None => format!("it has no symbol `{}`", abi::SYMBOL),
    }
}

/// Copies a table: no more than both sides know, and what is missing is null.
///
/// # Safety
///
/// A pointer that is neither null nor misaligned must point to a table of the size it says.
unsafe fn read(table: *const Table) -> Result<Table, String> {
    if table.is_null() {
        return Err("it refused to give its table".into());
    }
    if !table.is_aligned() {
        return Err("its table is misaligned".into());
    }
    // SAFETY: the first members stand there whatever the version.
    let (magic, size, major, minor) = unsafe {
        let magic = (&raw const (*table).magic).read();
        if magic != abi::MAGIC {
            return Err(format!(
                "its table begins with {magic:#018x}, not with aludel's mark"
            ));
        }
        (
            magic,
            (&raw const (*table).struct_size).read() as usize,
            (&raw const (*table).abi_major).read(),
            (&raw const (*table).abi_minor).read(),
        )
    };
    debug_assert_eq!(magic, abi::MAGIC);
    if major != abi::MAJOR {
        return Err(format!(
            "it speaks ABI {major}.{minor}, and this aludel {}.{}",
            abi::MAJOR,
            abi::MINOR
        ));
    }
    if size < LEAST {
        return Err(format!(
            "its table is cut off: {size} bytes, and the least is {LEAST}"
        ));
    }
    let mut copy = Table::EMPTY;
    // SAFETY: `size` bytes are there, says the library; every member may be all zeros.
    unsafe {
        std::ptr::copy_nonoverlapping(
            table.cast::<u8>(),
            (&raw mut copy).cast::<u8>(),
            size.min(size_of::<Table>()),
        );
    }
    if copy.open.is_none() || copy.call.is_none() {
        return Err("its table lacks `open` or `call`".into());
    }
    Ok(copy)
}

/// An error with its causes: what the system's loader says is in one of them.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}
