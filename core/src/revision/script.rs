//! Choosing and reading one script of a revision.

use std::fmt;
use std::path::{Path, PathBuf};

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

/// Reads the first that is there of `up.<driver>.sql` for each driver, then `up.sql`.
pub(super) fn read(
    source: &dyn Source,
    directory: &Path,
    direction: Direction,
    driver_names: &[&str],
) -> Result<Option<ScriptFile>, ScriptProblem> {
    let shown = |path: &Path| source.root().join(path);
    let up = directory.join(file_name(Direction::Up, None));
    match source.has_file(&up) {
        Ok(true) => {}
        Ok(false) => {
            let path = shown(directory);
            return Err(ScriptProblem::NoUpScript { path });
        }
        Err(error) => {
            return Err(ScriptProblem::Read {
                path: shown(&up),
                source: error,
            });
        }
    }
    let candidates = driver_names.iter().map(|driver| Some(*driver));
    for driver in candidates.chain([None]) {
        let file = directory.join(file_name(direction, driver));
        let path = shown(&file);
        match source.read(&file) {
            Ok(Some(bytes)) => return decode(path, bytes).map(Some),
            Ok(None) => {}
            Err(source) => return Err(ScriptProblem::Read { path, source }),
        }
    }
    Ok(None)
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
pub(super) fn overrides(
    source: &dyn Source,
    directory: &Path,
) -> Result<Vec<Override>, ScriptProblem> {
    let entries = source
        .list(directory)
        .map_err(|error| ScriptProblem::Read {
            path: source.root().join(directory),
            source: error,
        })?;
    let mut found = Vec::new();
    for entry in entries.into_iter().filter(|entry| !entry.is_directory) {
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
    Ok(found)
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
