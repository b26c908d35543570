//! Showing things: the only place that writes to the terminal.
//!
//! stdout carries the answer, stderr everything else. Colour never carries meaning alone.

use std::path::{Path, PathBuf};

mod excerpt;
mod of_drift;
mod of_files;
mod of_runs;
mod problem;
mod reporter;

pub(crate) use of_drift::drift_lines;
pub(crate) use of_runs::settle;
pub(crate) use problem::{Drawn, Place, Problem};
pub(crate) use reporter::{Out, Reporter, to_stderr};

/// A path relative to the working directory where it lies below it: that is what people type.
pub(crate) fn shown(path: &Path) -> PathBuf {
    let here = std::env::current_dir().ok();
    here.and_then(|here| path.strip_prefix(here).ok().map(Path::to_owned))
        .unwrap_or_else(|| path.to_owned())
}

/// A text of an author as one line of a terminal: control characters are written out, so that a
/// revision's message cannot move the cursor or colour what follows.
pub(crate) fn printable(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    for character in text.chars() {
        if character.is_control() {
            line.extend(character.escape_default());
        } else {
            line.push(character);
        }
    }
    line
}

/// `1 revision`, `2 revisions`.
pub(crate) fn count(number: usize, what: &str) -> String {
    format!("{number} {what}{}", if number == 1 { "" } else { "s" })
}
