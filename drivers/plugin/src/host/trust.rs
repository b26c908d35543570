//! What is refused before any of a library's code runs, all of it on one open descriptor.
//!
//! A driver has all rights of whoever runs aludel. So neither its file nor a folder above it may be
//! writable by anybody but that user and root; and a hash that a manifest gives must be the file's.
//!
//! What that protects from: a half-copied or stale library, a manifest beside the wrong library, a
//! library that another user of the machine could have exchanged. What it does not protect from: a
//! wrong manifest *with* its wrong library from a source that should not have been trusted, and
//! whatever the same user's other programs do.

use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};

use super::LoadError;

/// A file that nobody else can change, and its open descriptor.
#[derive(Debug)]
pub(super) struct Trusted {
    pub(super) file: File,
    /// Its path, absolute and without links.
    pub(super) path: PathBuf,
}

impl Trusted {
    /// Opens a file and checks who may change it.
    pub(super) fn open(path: &Path) -> Result<Self, LoadError> {
        let unreadable = |error: std::io::Error| LoadError::File {
            path: path.to_owned(),
            reason: error.to_string(),
        };
        let given = std::path::absolute(path).map_err(unreadable)?;
        let real = path.canonicalize().map_err(unreadable)?;
        let no_file = || LoadError::File {
            path: path.to_owned(),
            reason: "it is no file".into(),
        };
        // To open a pipe waits for whoever writes to it.
        if !real.metadata().map_err(unreadable)?.is_file() {
            return Err(no_file());
        }
        let file = File::open(&real).map_err(unreadable)?;
        let metadata = file.metadata().map_err(unreadable)?;
        if !metadata.is_file() {
            return Err(no_file());
        }
        owned_by_us(&real, &metadata, false)?;
        folders(&real)?;
        if given != real {
            folders(&given)?;
        }
        Ok(Self { file, path: real })
    }

    /// The file as text.
    pub(super) fn text(&mut self) -> Result<String, LoadError> {
        let mut text = String::new();
        let read = self.file.read_to_string(&mut text);
        read.map_err(|error| self.unreadable(&error))?;
        Ok(text)
    }

    /// The file's SHA-256, in lower-case hexadecimal.
    pub(super) fn sha256(&mut self) -> Result<String, LoadError> {
        let mut hash = Sha256::new();
        let mut chunk = vec![0; 1 << 16];
        let begun = self.file.seek(SeekFrom::Start(0));
        begun.map_err(|error| self.unreadable(&error))?;
        loop {
            let read = self.file.read(&mut chunk);
            match read.map_err(|error| self.unreadable(&error))? {
                0 => break,
                count => hash.update(&chunk[..count]),
            }
        }
        Ok(hash.finalize().iter().map(|b| format!("{b:02x}")).collect())
    }

    /// Refuses a file whose hash is another.
    pub(super) fn check(&mut self, declared: &str) -> Result<(), LoadError> {
        let found = self.sha256()?;
        if found == declared {
            return Ok(());
        }
        Err(LoadError::Hash {
            path: self.path.clone(),
            declared: declared.to_owned(),
            found,
        })
    }

    fn unreadable(&self, error: &std::io::Error) -> LoadError {
        LoadError::File {
            path: self.path.clone(),
            reason: error.to_string(),
        }
    }
}

/// Checks the folders of an absolute path, up to the root.
fn folders(path: &Path) -> Result<(), LoadError> {
    for (depth, folder) in path.ancestors().skip(1).enumerate() {
        let metadata = std::fs::metadata(folder).map_err(|error| LoadError::File {
            path: folder.to_owned(),
            reason: error.to_string(),
        })?;
        owned_by_us(folder, &metadata, depth > 0)?;
    }
    Ok(())
}

/// Refuses what somebody else owns or may write. In a `sticky` folder, as `/tmp` is one, others may
/// add files, but not exchange ours: that is enough for a folder further up.
#[cfg(unix)]
fn owned_by_us(
    path: &Path,
    metadata: &std::fs::Metadata,
    sticky_will_do: bool,
) -> Result<(), LoadError> {
    use std::os::unix::fs::MetadataExt as _;

    let untrusted = |reason: String| LoadError::Untrusted {
        path: path.to_owned(),
        reason,
    };
    let user = rustix::process::geteuid().as_raw();
    if metadata.uid() != 0 && metadata.uid() != user {
        return Err(untrusted(format!(
            "another user (uid {}) owns it",
            metadata.uid()
        )));
    }
    let sticky = sticky_will_do && metadata.mode() & 0o1000 != 0;
    if metadata.mode() & 0o022 != 0 && !sticky {
        return Err(untrusted(format!(
            "others may write it (mode {:04o})",
            metadata.mode() & 0o7777
        )));
    }
    Ok(())
}

/// Where permissions are not Unix's, nothing is checked: `docs/limits.md` says so.
#[cfg(not(unix))]
fn owned_by_us(
    _path: &Path,
    _metadata: &std::fs::Metadata,
    _sticky_will_do: bool,
) -> Result<(), LoadError> {
    Ok(())
}
