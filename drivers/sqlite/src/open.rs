//! Where a `sqlite:` URL leads.

use std::path::PathBuf;

use aludel::config::DatabaseUrl;
use aludel::driver::{Access, Failure, FailureKind};
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};

/// What an SQLite URI gives a meaning (SQLite, "URI filenames").
const RESERVED: &AsciiSet = &CONTROLS.add(b'%').add(b'?').add(b'#').add(b' ');

/// A database's place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Location {
    Memory,
    File(PathBuf),
}

impl Location {
    pub(crate) fn of(url: &DatabaseUrl) -> Self {
        let text = url.secret();
        let path = text.strip_prefix("sqlite:").unwrap_or(text);
        if path == ":memory:" || path == "//:memory:" {
            return Self::Memory;
        }
        // `sqlite:///abs` and `sqlite://rel`: what follows the two slashes is the path.
        Self::File(path.strip_prefix("//").unwrap_or(path).into())
    }

    /// Whether opening would have to make the file.
    ///
    /// # Errors
    ///
    /// If the directory is missing: aludel makes files, not directories.
    pub(crate) fn missing(&self) -> Result<bool, Failure> {
        let Self::File(path) = self else {
            return Ok(false);
        };
        if path.exists() {
            return Ok(false);
        }
        let parent = path.parent().filter(|p| !p.as_os_str().is_empty());
        match parent {
            Some(parent) if !parent.is_dir() => {
                let mut failure = Failure::new(
                    FailureKind::Connect,
                    format!(
                        "the directory `{}` of the SQLite file does not exist",
                        parent.display()
                    ),
                );
                failure.hint = Some("make it: aludel makes files, not directories".into());
                Err(failure)
            }
            _ => Ok(true),
        }
    }

    /// The name under which SQLite opens it.
    pub(crate) fn uri(&self, access: Access) -> String {
        match self {
            Self::Memory => ":memory:".into(),
            Self::File(path) => {
                let mode = match access {
                    Access::Read => "ro",
                    Access::Write => "rwc",
                };
                let path = path.to_string_lossy();
                // Two slashes before a path would make its first part a host.
                let path = utf8_percent_encode(&path, RESERVED).to_string();
                match path.strip_prefix("//") {
                    Some(rest) => format!("file:///{rest}?mode={mode}"),
                    None => format!("file:{path}?mode={mode}"),
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(url: &str) -> Location {
        Location::of(&DatabaseUrl::parse(url).expect("a URL"))
    }

    #[test]
    fn urls_lead_to_files() {
        assert_eq!(of("sqlite::memory:"), Location::Memory);
        assert_eq!(of("sqlite:var/a.db"), Location::File("var/a.db".into()));
        assert_eq!(of("sqlite:///tmp/a.db"), Location::File("/tmp/a.db".into()));
        assert_eq!(of("sqlite:/tmp/a.db"), Location::File("/tmp/a.db".into()));
    }

    #[test]
    fn a_path_is_no_query() {
        assert_eq!(
            Location::File("/tmp/a?b#c%20 d.db".into()).uri(Access::Read),
            "file:/tmp/a%3Fb%23c%2520%20d.db?mode=ro"
        );
    }
}
