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
    File { path: PathBuf, mode: Mode },
}

/// What may be done with a file (SQLite, "URI filenames", `mode`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    /// It is made if it is missing: as where nothing is said.
    Rwc,
    /// It must be there.
    Rw,
    /// It must be there, and nothing is written.
    Ro,
}

impl Location {
    pub(crate) fn of(url: &DatabaseUrl) -> Self {
        if url.is_sqlite_memory() {
            return Self::Memory;
        }
        Self::File {
            path: url.path().into(),
            // No other value is left by the URL's parser.
            mode: match url.param("mode") {
                Some("ro") => Mode::Ro,
                Some("rw") => Mode::Rw,
                _ => Mode::Rwc,
            },
        }
    }

    /// Whether opening would have to make the file.
    ///
    /// # Errors
    ///
    /// If the directory is missing: aludel makes files, not directories; or if the file is and the
    /// URL says that it is there.
    pub(crate) fn missing(&self) -> Result<bool, Failure> {
        let Self::File { path, mode } = self else {
            return Ok(false);
        };
        if path.exists() {
            return Ok(false);
        }
        let refused = |message: String, hint: &str| {
            let mut failure = Failure::new(FailureKind::Connect, message);
            failure.hint = Some(hint.into());
            Err(failure)
        };
        let parent = path.parent().filter(|p| !p.as_os_str().is_empty());
        if let Some(parent) = parent.filter(|parent| !parent.is_dir()) {
            let parent = parent.display();
            return refused(
                format!("the directory `{parent}` of the SQLite file does not exist"),
                "make it: aludel makes files, not directories",
            );
        }
        match mode {
            Mode::Rwc => Ok(true),
            Mode::Rw | Mode::Ro => refused(
                format!(
                    "the SQLite file `{}` does not exist, and the `mode` of its URL makes none",
                    path.display()
                ),
                "`mode=rwc`, or no `mode`, makes it",
            ),
        }
    }

    /// The name under which SQLite opens it.
    pub(crate) fn uri(&self, access: Access) -> String {
        match self {
            Self::Memory => ":memory:".into(),
            Self::File { path, mode } => {
                let mode = match (access, mode) {
                    (Access::Read, _) | (_, Mode::Ro) => "ro",
                    (Access::Write, Mode::Rw) => "rw",
                    (Access::Write, Mode::Rwc) => "rwc",
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

    fn file(path: &str, mode: Mode) -> Location {
        Location::File {
            path: path.into(),
            mode,
        }
    }

    #[test]
    fn urls_lead_to_files() {
        for (url, place) in [
            ("sqlite::memory:", Location::Memory),
            ("sqlite:x?mode=memory", Location::Memory),
            ("sqlite:var/a.db", file("var/a.db", Mode::Rwc)),
            ("sqlite:///tmp/a.db", file("/tmp/a.db", Mode::Rwc)),
            ("sqlite:/tmp/a.db", file("/tmp/a.db", Mode::Rwc)),
            ("sqlite:100%25%3F.db", file("100%?.db", Mode::Rwc)),
            ("sqlite:a.db?mode=rwc", file("a.db", Mode::Rwc)),
            ("sqlite://a.db?mode=rw", file("a.db", Mode::Rw)),
            ("sqlite:a.db?mode=ro", file("a.db", Mode::Ro)),
        ] {
            assert_eq!(of(url), place, "{url}");
        }
    }

    #[test]
    fn a_path_is_no_query() {
        let place = file("/tmp/a?b#c%20 d.db", Mode::Rwc);
        assert_eq!(
            place.uri(Access::Read),
            "file:/tmp/a%3Fb%23c%2520%20d.db?mode=ro"
        );
    }

    #[test]
    fn nothing_is_opened_with_more_than_its_mode() {
        for (mode, uri) in [(Mode::Rwc, "rwc"), (Mode::Rw, "rw"), (Mode::Ro, "ro")] {
            let opened = file("a", mode).uri(Access::Write);
            assert_eq!(opened, format!("file:a?mode={uri}"));
            assert_eq!(file("a", mode).uri(Access::Read), "file:a?mode=ro");
        }
    }
}
