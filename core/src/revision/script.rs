//! Choosing and reading one script of a revision.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use super::source::DirectoryEntry;
use super::{Checksum, Place, ScriptProblem, Source};

/// Which of a revision's scripts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Direction {
    /// Towards the heads.
    Up,
    /// Towards base.
    Down,
}

impl Direction {
    /// `up` or `down`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Up => "up",
            Self::Down => "down",
        }
    }
}

impl fmt::Display for Direction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// A script as it stands in its file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScriptFile {
    /// The file, as shown to users.
    pub path: PathBuf,
    /// The text, verbatim but for a byte-order mark.
    pub text: String,
    /// The checksum of the text's canonical form.
    pub checksum: Checksum,
}

/// The name of the script for a driver, or of the one for all drivers.
fn file_name(direction: Direction, driver: Option<&str>) -> String {
    match driver {
        Some(driver) => format!("{direction}.{driver}.sql"),
        None => format!("{direction}.sql"),
    }
}

/// What a revision's directory holds: to list it once costs less than to ask for each file by itself.
#[derive(Debug, Default)]
pub(crate) struct Listing(Vec<DirectoryEntry>);

impl Listing {
    pub(super) fn of(source: &dyn Source, directory: &Path) -> io::Result<Self> {
        source.list(directory).map(Self)
    }

    /// Whether a file is there, if that is certain. What is called so in another case may be it, and what is
    /// called so may be no file: that is for the source to say.
    fn has(&self, file: &str) -> Option<bool> {
        const UP: &str = "up.sql";
        let is_up = |entry: &DirectoryEntry| entry.name == *UP && !entry.is_directory;
        // Every revision has one, which was seen to be a file when it was found: a source that does not name
        // it does not say what is in its directories.
        if !self.0.iter().any(is_up) {
            return None;
        }
        let is_alike = |entry: &DirectoryEntry| entry.name.eq_ignore_ascii_case(file);
        match self.0.iter().any(is_alike) {
            false => Some(false),
            true => (file == UP).then_some(true),
        }
    }
}

/// Reads the first that is there of `up.<driver>.sql` for each driver, then `up.sql`.
pub(super) fn read(
    source: &dyn Source,
    directory: &Path,
    listing: Option<&Listing>,
    direction: Direction,
    driver_names: &[&str],
) -> Result<Option<ScriptFile>, ScriptProblem> {
    let reader = Reader {
        source,
        directory,
        listing,
    };
    let no_up_script = || ScriptProblem::NoUpScript {
        path: source.root().join(directory),
    };
    for driver in driver_names {
        let name = file_name(direction, Some(driver));
        if reader.has(&name)? {
            if !reader.has(&file_name(Direction::Up, None))? {
                return Err(no_up_script());
            }
            return reader.file(&name);
        }
    }
    let found = reader.file(&file_name(direction, None))?;
    match direction {
        Direction::Up if found.is_none() => Err(no_up_script()),
        Direction::Down if !reader.has(&file_name(Direction::Up, None))? => Err(no_up_script()),
        _ => Ok(found),
    }
}

/// Whether a revision has an up script for all drivers, and no such down script, as far as can be said:
/// [`read`] would find none.
pub(super) fn is_irreversible(
    source: &dyn Source,
    directory: &Path,
    listing: Option<&Listing>,
) -> bool {
    let reader = Reader {
        source,
        directory,
        listing,
    };
    let has = |direction| reader.has(&file_name(direction, None));
    matches!(has(Direction::Down), Ok(false)) && matches!(has(Direction::Up), Ok(true))
}

/// The files of one revision.
struct Reader<'a> {
    source: &'a dyn Source,
    directory: &'a Path,
    /// What the directory holds, where that is known.
    listing: Option<&'a Listing>,
}

impl Reader<'_> {
    fn has(&self, name: &str) -> Result<bool, ScriptProblem> {
        if let Some(known) = self.listing.and_then(|listing| listing.has(name)) {
            return Ok(known);
        }
        let file = self.directory.join(name);
        let asked = self.source.has_file(&file);
        asked.map_err(|source| self.unreadable(&file, source))
    }

    fn file(&self, name: &str) -> Result<Option<ScriptFile>, ScriptProblem> {
        let file = self.directory.join(name);
        match self.source.read(&file) {
            Ok(Some(bytes)) => decode(self.source.root().join(&file), bytes).map(Some),
            Ok(None) => Ok(None),
            Err(source) => Err(self.unreadable(&file, source)),
        }
    }

    fn unreadable(&self, file: &Path, source: io::Error) -> ScriptProblem {
        ScriptProblem::Read {
            path: self.source.root().join(file),
            source,
        }
    }
}

/// A script that is for one driver or flavour alone: `up.<name>.sql`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Override {
    /// Which of the two.
    pub(crate) direction: Direction,
    /// The name in the middle.
    pub(crate) name: String,
    /// The file, as shown to users.
    pub(crate) path: PathBuf,
}

/// Every override of a revision, in the order of the files' names.
pub(super) fn overrides(source: &dyn Source, directory: &Path, listing: &Listing) -> Vec<Override> {
    let mut found = Vec::new();
    for entry in listing.0.iter().filter(|entry| !entry.is_directory) {
        let file = entry.name.to_string_lossy();
        for direction in [Direction::Up, Direction::Down] {
            let middle = file.strip_prefix(direction.as_str());
            let middle = middle.and_then(|rest| rest.strip_prefix('.'));
            if let Some(name) = middle.and_then(|rest| rest.strip_suffix(".sql")) {
                found.push(Override {
                    direction,
                    name: name.to_owned(),
                    path: source.root().join(directory).join(&entry.name),
                });
            }
        }
    }
    found.sort_by(|a, b| a.path.cmp(&b.path));
    found
}

fn decode(path: PathBuf, bytes: Vec<u8>) -> Result<ScriptFile, ScriptProblem> {
    let mut text = String::from_utf8(bytes).map_err(|error| {
        let offset = error.utf8_error().valid_up_to();
        let bytes = error.as_bytes();
        let valid = String::from_utf8_lossy(&bytes[..offset]);
        ScriptProblem::NotUtf8 {
            place: Place::of_offset(&path, &valid, offset),
            utf16: bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]),
            offset,
        }
    })?;
    if let Some(offset) = text.find('\0') {
        let place = Place::of_offset(&path, &text, offset);
        return Err(ScriptProblem::Nul { place, offset });
    }
    let checksum = Checksum::of_script(&text);
    if text.starts_with('\u{feff}') {
        text.remove(0);
    }
    Ok(ScriptFile {
        path,
        text,
        checksum,
    })
}
