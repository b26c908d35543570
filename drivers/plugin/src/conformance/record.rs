//! What a driver answered.

use std::fmt;

use aludel::config::DatabaseUrl;

/// Everything that a driver answered, line by line; the database's own name is left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    lines: Vec<String>,
    /// What the database is called, where its name is no word of every day.
    database: Option<String>,
}

impl Record {
    pub(super) fn new(url: &DatabaseUrl) -> Self {
        let path = url.path().to_owned();
        Self {
            lines: Vec::new(),
            database: Some(path).filter(|path| path.len() > 3),
        }
    }

    pub(super) fn note(&mut self, what: &str, answer: &(impl fmt::Debug + ?Sized)) {
        let mut line = format!("{what}: {answer:?}");
        if let Some(database) = &self.database {
            line = line.replace(database.as_str(), "[DATABASE]");
        }
        self.lines.push(without_times(&line));
    }

    /// The lines.
    pub fn lines(&self) -> &[String] {
        &self.lines
    }
}

/// A text with `[TIME]` in the place of every date with a time.
fn without_times(text: &str) -> String {
    const FORM: &[u8] = b"0000-00-00 00:00:00";
    let is_time = |at: &[u8]| {
        at.len() >= FORM.len()
            && FORM.iter().zip(at).all(|(form, byte)| match form {
                b'0' => byte.is_ascii_digit(),
                form => form == byte,
            })
    };
    let mut shown = String::new();
    let mut rest = text;
    while let Some(at) = (0..rest.len()).find(|&at| is_time(&rest.as_bytes()[at..])) {
        shown.push_str(&rest[..at]);
        shown.push_str("[TIME]");
        rest = rest[at + FORM.len()..]
            .trim_start_matches(|c: char| c.is_ascii_digit() || matches!(c, '.' | '+'));
    }
    shown + rest
}

impl fmt::Display for Record {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.lines.iter().try_for_each(|line| writeln!(f, "{line}"))
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn times_are_left_out() {
        let shown = super::without_times("ü (3, 2026-11-26 15:06:07.677241+00, null) 2026-1");
        assert_eq!(shown, "ü (3, [TIME], null) 2026-1");
    }
}
