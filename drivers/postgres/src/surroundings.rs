//! What libpq looks at besides the URL: environment, files, the user's name. A trait, so that tests
//! need not change the process.

use std::path::{Path, PathBuf};

/// The machine as libpq sees it.
pub(crate) trait Surroundings: Send + Sync {
    /// A variable of the environment; an empty one counts as unset, as it does for libpq.
    fn variable(&self, name: &str) -> Option<String>;
    /// The home directory.
    fn home(&self) -> Option<PathBuf>;
    /// The operating system's name of the user.
    fn user(&self) -> Option<String>;
    /// Whether a file is there.
    fn exists(&self, path: &Path) -> bool;
    /// A password file's text.
    fn private(&self, path: &Path) -> PrivateFile;
}

/// A file that should be its owner's alone.
// No Debug: it holds passwords.
#[derive(Clone, PartialEq, Eq)]
pub(crate) enum PrivateFile {
    /// It is, and this is its text.
    Text(String),
    /// There is none that could be read.
    Absent,
    /// Others may read it: libpq ignores such a file.
    Exposed,
}

/// The process we are in.
pub(crate) struct Process;

impl Surroundings for Process {
    fn variable(&self, name: &str) -> Option<String> {
        std::env::var(name).ok().filter(|value| !value.is_empty())
    }

    fn home(&self) -> Option<PathBuf> {
        std::env::home_dir().filter(|home| !home.as_os_str().is_empty())
    }

    fn user(&self) -> Option<String> {
        whoami::username().ok()
    }

    fn exists(&self, path: &Path) -> bool {
        path.exists()
    }

    fn private(&self, path: &Path) -> PrivateFile {
        let Ok(metadata) = std::fs::metadata(path) else {
            return PrivateFile::Absent;
        };
        if !metadata.is_file() {
            return PrivateFile::Absent;
        }
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            if metadata.permissions().mode() & 0o077 != 0 {
                return PrivateFile::Exposed;
            }
        }
        std::fs::read_to_string(path).map_or(PrivateFile::Absent, PrivateFile::Text)
    }
}

#[cfg(test)]
pub(crate) mod fake {
    use std::collections::HashMap;

    use super::{Path, PathBuf, PrivateFile, Surroundings};

    /// Surroundings made up by a test.
    #[derive(Default)]
    pub(crate) struct Fake {
        pub(crate) variables: HashMap<&'static str, &'static str>,
        pub(crate) files: HashMap<&'static str, PrivateFile>,
    }

    impl Fake {
        pub(crate) fn with(variables: &[(&'static str, &'static str)]) -> Self {
            Self {
                variables: variables.iter().copied().collect(),
                ..Self::default()
            }
        }

        pub(crate) fn file(mut self, path: &'static str, file: PrivateFile) -> Self {
            self.files.insert(path, file);
            self
        }
    }

    impl Surroundings for Fake {
        fn variable(&self, name: &str) -> Option<String> {
            self.variables.get(name).map(|v| (*v).to_owned())
        }
        fn home(&self) -> Option<PathBuf> {
            Some("/home/eve".into())
        }
        fn user(&self) -> Option<String> {
            Some("eve".into())
        }
        fn exists(&self, path: &Path) -> bool {
            path.to_str().is_some_and(|p| self.files.contains_key(p))
        }
        fn private(&self, path: &Path) -> PrivateFile {
            path.to_str()
                .and_then(|p| self.files.get(p).cloned())
                .unwrap_or(PrivateFile::Absent)
        }
    }
}
