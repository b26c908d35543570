//! Why a driver is not there.

use std::path::PathBuf;

/// Why a driver could not be found or loaded.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LoadError {
    /// No driver is known for a scheme or name.
    #[error("no driver is known for `{asked}` (known: {})", list(.known))]
    Unknown {
        /// What was asked for.
        asked: String,
        /// The schemes that are known.
        known: Vec<String>,
        /// Where manifests were looked for, and what was found there that could not be used.
        looked: Vec<String>,
    },
    /// A file cannot be read.
    #[error("`{}` cannot be read: {reason}", .path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why not.
        reason: String,
    },
    /// A manifest is wrong.
    #[error("the manifest `{}` is wrong: {reason}", .path.display())]
    Manifest {
        /// The manifest.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// Somebody else could change what would be loaded.
    #[error("`{}` is not loaded: {reason}", .path.display())]
    Untrusted {
        /// The file or folder.
        path: PathBuf,
        /// Who could.
        reason: String,
    },
    /// A library is not the one that its manifest is about.
    #[error("`{}` is not what its manifest says: its sha256 is {found}, not {declared}", .path.display())]
    Hash {
        /// The library.
        path: PathBuf,
        /// What the manifest says.
        declared: String,
        /// What the file has.
        found: String,
    },
    /// A library cannot be loaded.
    #[error("`{}` cannot be loaded: {reason}", .path.display())]
    Library {
        /// The library.
        path: PathBuf,
        /// Why not.
        reason: String,
    },
    /// A library is no driver, or one for another version.
    #[error("`{}` is no driver that this aludel can use: {reason}", .path.display())]
    Abi {
        /// The library.
        path: PathBuf,
        /// What differs.
        reason: String,
    },
    /// A driver does not answer as it must.
    #[error("the driver `{}` does not answer as it must: {reason}", .path.display())]
    Broken {
        /// The library.
        path: PathBuf,
        /// What it did.
        reason: String,
    },
    /// A driver is not what its manifest says.
    #[error("the driver `{}` is not what `{}` says: {reason}", .library.display(), .manifest.display())]
    Mismatch {
        /// The manifest.
        manifest: PathBuf,
        /// The library.
        library: PathBuf,
        /// What differs.
        reason: String,
    },
    /// Two drivers claim one scheme or name.
    #[error("two drivers claim `{claimed}`: {first} and {second}")]
    Clash {
        /// The scheme or name.
        claimed: String,
        /// One of them.
        first: String,
        /// The other.
        second: String,
    },
}

impl LoadError {
    /// A stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Unknown { .. } => "unknown-driver",
            Self::File { .. } => "driver-file",
            Self::Manifest { .. } => "driver-manifest",
            Self::Untrusted { .. } => "driver-untrusted",
            Self::Hash { .. } => "driver-hash",
            Self::Library { .. } => "driver-library",
            Self::Abi { .. } => "driver-abi",
            Self::Broken { .. } => "driver-broken",
            Self::Mismatch { .. } => "driver-mismatch",
            Self::Clash { .. } => "driver-clash",
        }
    }

    /// What to do.
    pub fn help(&self) -> String {
        match self {
            Self::Unknown { .. } => {
                "install the driver's library and its manifest in one of the folders, or name the library with \
                 `--driver PATH`; `aludel drivers` lists every driver and why one was refused"
            }
            Self::File { .. } => "see that the path is right and may be read",
            Self::Manifest { .. } => {
                "mend it, or have one written: `aludel drivers manifest LIBRARY`"
            }
            Self::Untrusted { .. } => {
                "a driver runs with all your rights: let only you or root own and write it and its folders \
                 (`chmod go-w`)"
            }
            Self::Hash { .. } => {
                "install library and manifest together again; if you built the library yourself, write the \
                 manifest anew: `aludel drivers manifest LIBRARY`"
            }
            Self::Library { .. } => {
                "see that it is a shared library for this machine, and that the libraries it needs are installed"
            }
            Self::Abi { .. } => "install a driver that was built for this version of aludel",
            Self::Broken { .. } => "report it to the driver's author",
            Self::Mismatch { .. } => "install library and manifest together again",
            Self::Clash { .. } => {
                "remove one of them, or choose with `--driver PATH` (a loaded one) or `--driver NAME`"
            }
        }
        .to_owned()
    }

    /// Further facts, one sentence each.
    pub fn facts(&self) -> &[String] {
        match self {
            Self::Unknown { looked, .. } => looked,
            _ => &[],
        }
    }
}

fn list(known: &[String]) -> String {
    match known {
        [] => "none".into(),
        known => known.join(", "),
    }
}
