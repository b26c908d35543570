//! Where in a file something stands.
//!
//! Lines and columns count from one, columns in characters, so that an editor jumps to the place
//! when it is given `file:line:column`. Spans are deliberately absent: one point is enough to
//! send a reader somewhere.

use std::fmt;
use std::path::{Path, PathBuf};

/// A place in a file, shown as `file:line:column`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Place {
    /// The file, as it is shown to the user.
    pub file: PathBuf,
    /// The line, counted from one.
    pub line: usize,
    /// The column in characters, counted from one.
    pub column: usize,
}

impl Place {
    /// The place of a byte offset in the text of a file.
    ///
    /// ```
    /// use aludel::config::Place;
    ///
    /// let place = Place::of_offset("aludel.toml".as_ref(), "a = 1\nb = 2\n", 10);
    /// assert_eq!(place.to_string(), "aludel.toml:2:5");
    /// ```
    pub fn of_offset(file: &Path, text: &str, offset: usize) -> Self {
        let before = text.get(..offset).unwrap_or(text);
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        Self {
            file: file.to_path_buf(),
            line: before.matches('\n').count() + 1,
            column: before[line_start..].chars().count() + 1,
        }
    }
}

impl Place {
    /// The text of a problem without the place that it begins with: for whoever shows both apart.
    pub fn strip<'t>(&self, text: &'t str) -> &'t str {
        let rest = text.strip_prefix(&self.to_string());
        rest.and_then(|rest| rest.strip_prefix(": "))
            .unwrap_or(text)
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.file.display(), self.line, self.column)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offsets_become_lines_and_columns() {
        for (offset, expected) in [(0, (1, 1)), (2, (1, 2)), (4, (2, 1)), (99, (2, 3))] {
            let place = Place::of_offset(Path::new("f"), "éa\nbc", offset);
            assert_eq!((place.line, place.column), expected, "offset {offset}");
        }
    }
}
