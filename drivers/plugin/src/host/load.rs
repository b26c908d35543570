//! Loading: from a path or a manifest to a driver. A library is loaded once in a process, and stays.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use super::driver::PluginDriver;
use super::plugin::Plugin;
use super::state::Sink;
use super::trust::Trusted;
use super::{LoadError, Manifest, library};

/// How libraries are loaded.
#[derive(Clone)]
pub struct Loader {
    /// Reads what drivers log; by default nobody does.
    pub sink: Sink,
    /// The most detailed level that `sink` wants, as a number: 0 none, 1 errors, 2 warnings (the
    /// default), … 5 everything.
    pub log_level: u32,
    /// How many threads a driver should use; by default one.
    pub worker_threads: u32,
    /// How long an answer is waited for after the driver was asked to stop; by default two minutes.
    pub grace: Duration,
}

impl Default for Loader {
    fn default() -> Self {
        Self {
            sink: Arc::new(|_| {}),
            log_level: 2,
            worker_threads: 1,
            // A server that rolls much back after an interrupt takes its time.
            grace: Duration::from_secs(120),
        }
    }
}

/// The libraries of this process, by file: one that is loaded stays.
static LOADED: Mutex<Vec<(FileId, Arc<PluginDriver>)>> = Mutex::new(Vec::new());

type FileId = (u64, u64);

#[cfg(unix)]
fn file_id(trusted: &Trusted) -> Option<FileId> {
    use std::os::unix::fs::MetadataExt as _;

    let metadata = trusted.file.metadata().ok()?;
    Some((metadata.dev(), metadata.ino()))
}

#[cfg(not(unix))]
fn file_id(_trusted: &Trusted) -> Option<FileId> {
    None
}

/// Loads a library that somebody named by its path. Without a manifest there is no hash to compare.
///
/// # Errors
///
/// See [`LoadError`].
pub fn load_library(path: &Path, loader: &Loader) -> Result<Arc<PluginDriver>, LoadError> {
    load(Trusted::open(path)?, loader)
}

/// The SHA-256 of a library, as a manifest has it.
///
/// # Errors
///
/// If it cannot be read, or others may change it.
pub fn sha256(path: &Path) -> Result<String, LoadError> {
    Trusted::open(path)?.sha256()
}

/// Loads the library that a manifest is about, and the ones it needs before it.
///
/// # Errors
///
/// See [`LoadError`].
pub fn load_manifest(manifest: &Manifest, loader: &Loader) -> Result<Arc<PluginDriver>, LoadError> {
    let declared = manifest.library()?;
    let mut trusted = Trusted::open(&declared.path)?;
    trusted.check(&declared.sha256)?;
    for needed in &manifest.requires {
        let mut trusted = Trusted::open(&needed.path)?;
        trusted.check(&needed.sha256)?;
        library::preload(trusted)?;
    }
    let driver = load(trusted, loader)?;
    driver.agrees_with(manifest)?;
    Ok(driver)
}

fn load(trusted: Trusted, loader: &Loader) -> Result<Arc<PluginDriver>, LoadError> {
    let id = file_id(&trusted);
    // Held while loading: nobody else may load the same file meanwhile.
    let mut loaded = LOADED.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some((_, driver)) = loaded.iter().find(|(known, _)| Some(*known) == id) {
        return Ok(driver.clone());
    }
    let path = trusted.path.clone();
    let table = library::load(trusted)?;
    let plugin = Plugin::open(table, path, loader)?;
    let driver = Arc::new(PluginDriver::new(Arc::new(plugin)));
    driver.knows_its_floor()?;
    if let Some(id) = id {
        loaded.push((id, driver.clone()));
    }
    Ok(driver)
}

/// Ends the sessions and threads of every library. For the end of a process: nothing works after it.
pub fn shutdown(timeout: Duration) {
    let drivers: Vec<_> = LOADED
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .iter()
        .map(|(_, d)| d.clone())
        .collect();
    for driver in drivers {
        driver.plugin().shutdown(timeout);
    }
}
