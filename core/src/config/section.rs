//! One `[databases.NAME]` table, or the overlay of it in an environment, as the file has it.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::document::Entry;
use super::{ConfigProblem, MASK, Place, TomlProblem, nearest};

/// The keys of a database, in the order in which they are documented.
const KEYS: [&str; 11] = [
    "dialect",
    "migrations",
    "recursive",
    "url",
    "server",
    "ledger_schema",
    "ledger_table",
    "journal_table",
    "lock_timeout",
    "protected",
    "variables",
];

/// A value and the place of its key.
#[derive(Debug, Clone)]
pub(super) struct Located<T> {
    pub(super) value: T,
    pub(super) place: Place,
}

/// A URL before its variables are expanded. It may hold a password, so it does not show itself.
#[derive(Clone)]
pub(super) struct UrlTemplate(pub(super) String);

impl fmt::Debug for UrlTemplate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(MASK)
    }
}

/// What a table sets; everything is optional.
#[derive(Debug, Clone, Default)]
pub(super) struct Section {
    pub(super) dialect: Option<Located<String>>,
    pub(super) migrations: Option<Located<Vec<PathBuf>>>,
    pub(super) recursive: Option<Located<bool>>,
    pub(super) url: Option<Located<UrlTemplate>>,
    pub(super) server: Option<Located<String>>,
    pub(super) ledger_schema: Option<Located<String>>,
    pub(super) ledger_table: Option<Located<String>>,
    pub(super) journal_table: Option<Located<String>>,
    pub(super) lock_timeout: Option<Located<Duration>>,
    pub(super) protected: Option<Located<bool>>,
    pub(super) variables: Option<Located<BTreeMap<String, String>>>,
}

impl Section {
    /// Reads a table; paths are taken relative to `base`.
    pub(super) fn read(
        table: &Entry<'_, '_>,
        base: &Path,
        problems: &mut Vec<ConfigProblem>,
    ) -> Self {
        let mut section = Self::default();
        for entry in entries(table, problems) {
            if !KEYS.contains(&entry.name) {
                problems.push(unknown_key(&entry, &KEYS));
            } else if let Err(problem) = section.set(&entry, base) {
                problems.push(problem.into());
            }
        }
        section
    }

    /// Sets one of [`KEYS`].
    fn set(&mut self, entry: &Entry<'_, '_>, base: &Path) -> Result<(), TomlProblem> {
        match entry.name {
            "dialect" => self.dialect = Some(word(entry)?),
            "migrations" => self.migrations = Some(located(entry, paths(entry, base)?)),
            "recursive" => self.recursive = Some(located(entry, entry.boolean()?)),
            "url" => self.url = Some(located(entry, UrlTemplate(entry.string()?))),
            "server" => self.server = Some(word(entry)?),
            "ledger_schema" => self.ledger_schema = Some(word(entry)?),
            "ledger_table" => self.ledger_table = Some(word(entry)?),
            "journal_table" => self.journal_table = Some(word(entry)?),
            "lock_timeout" => {
                let expected = "seconds, or a string such as \"500ms\", \"30s\" or \"5m\"";
                let duration = entry.seconds_or(expected, duration)?;
                self.lock_timeout = Some(located(entry, duration));
            }
            "variables" => {
                let mut variables = BTreeMap::new();
                for entry in entry.table()? {
                    variables.insert(entry.name.to_owned(), entry.string()?);
                }
                self.variables = Some(located(entry, variables));
            }
            _ => self.protected = Some(located(entry, entry.boolean()?)),
        }
        Ok(())
    }
}

/// The entries of a table, or none and a problem if the value is no table.
pub(super) fn entries<'d, 't>(
    entry: &Entry<'d, 't>,
    problems: &mut Vec<ConfigProblem>,
) -> Vec<Entry<'d, 't>> {
    entry.table().unwrap_or_else(|problem| {
        problems.push(problem.into());
        Vec::new()
    })
}

/// A list of paths relative to `base`; a string alone is a list of one.
pub(super) fn paths(entry: &Entry<'_, '_>, base: &Path) -> Result<Vec<PathBuf>, TomlProblem> {
    let paths = entry.strings()?;
    if paths.is_empty() || paths.iter().any(String::is_empty) {
        return Err(entry.invalid("must name a directory".into()));
    }
    Ok(paths.iter().map(|path| base.join(path)).collect())
}

/// The problem that a key means nothing where it stands.
pub(super) fn unknown_key(entry: &Entry<'_, '_>, known: &[&str]) -> ConfigProblem {
    ConfigProblem::UnknownKey {
        place: entry.place(),
        key: entry.key.clone(),
        suggestion: nearest(entry.name, known.iter().copied()).map(str::to_owned),
    }
}

pub(super) fn located<T>(entry: &Entry<'_, '_>, value: T) -> Located<T> {
    Located {
        value,
        place: entry.place(),
    }
}

fn word(entry: &Entry<'_, '_>) -> Result<Located<String>, TomlProblem> {
    let value = entry.string()?;
    if value.trim().is_empty() {
        return Err(entry.invalid("must not be empty".into()));
    }
    Ok(located(entry, value))
}

fn duration(text: &str) -> Option<Duration> {
    let digits = text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let (number, unit) = text.split_at(digits);
    let number: u64 = number.parse().ok()?;
    match unit.trim() {
        "ms" => Some(Duration::from_millis(number)),
        "s" => Some(Duration::from_secs(number)),
        "m" | "min" => number.checked_mul(60).map(Duration::from_secs),
        _ => None,
    }
}
