//! Finding and reading `aludel.toml`.

use std::io;
use std::path::{Path, PathBuf};

use super::document::Entry;
use super::section::{Located, Section, entries, located, paths, unknown_key};
use super::{ConfigProblem, Document, TomlProblem, nearest};

/// The name of the configuration file, as [`Config::find`] looks for it.
pub const FILE_NAME: &str = "aludel.toml";

/// The contents of an `aludel.toml`: databases, environments over them, and where drivers are.
///
/// ```
/// use aludel::config::Config;
///
/// let text = r#"
///     [databases.accounts]
///     dialect = "postgres"
///     migrations = "migrations"
///     url = "sqlite:var/accounts.db"
///
///     [environments.prod.databases.accounts]
///     url = "postgres://app:${ACCOUNTS_PASSWORD}@db/accounts"
/// "#;
/// let config = Config::parse("/srv/aludel.toml".as_ref(), text).expect("valid");
/// let (prod, names) = (Some("prod"), ["accounts".to_owned()]);
/// let variables = |_: &str| Some("hunter2".to_owned()); // or `std::env::var(name).ok()`
/// let selected = config.databases(prod, &names, false, &variables).expect("all known");
/// let accounts = &selected[0];
/// let url = accounts.url.as_ref().expect("set");
/// assert_eq!(url.value.to_string(), "postgres://app:***@db/accounts");
/// assert_eq!(url.origin.to_string(), "/srv/aludel.toml:8 with $ACCOUNTS_PASSWORD");
/// assert!(accounts.protected.value, "every named environment is, but for `dev`");
///
/// // Without the password it is refused: production never falls back to the laptop's file.
/// let problems = config.databases(prod, &names, false, &|_| None).expect_err("refused");
/// assert_eq!(problems[0].code(), "config-unset-variable");
/// ```
#[derive(Debug, Clone, Default)]
pub struct Config {
    pub(super) file: PathBuf,
    pub(super) base: PathBuf,
    pub(super) databases: Vec<(String, Section)>,
    pub(super) environments: Vec<(String, Environment)>,
    driver_path: Option<Located<Vec<PathBuf>>>,
}

/// The overlays of one environment, each with the place of its table.
#[derive(Debug, Clone, Default)]
pub(super) struct Environment {
    pub(super) databases: Vec<(String, Located<Section>)>,
}

impl Config {
    /// The nearest `aludel.toml` in the directory `start` or above it, whatever it is:
    /// [`Config::load`] says what cannot be read. `None`: there is none.
    pub fn find(start: &Path) -> Option<PathBuf> {
        // Made absolute without resolving links: `.` has no ancestors, and a path that the user
        // did not write would be a puzzle in a message.
        let start = std::path::absolute(start).ok()?;
        start
            .ancestors()
            .map(|directory| directory.join(FILE_NAME))
            .find(|file| file.symlink_metadata().is_ok())
    }

    /// Whether a database of this name is configured.
    pub fn has_database(&self, name: &str) -> bool {
        self.databases.iter().any(|(known, _)| known == name)
    }

    /// Reads a file.
    ///
    /// # Errors
    ///
    /// Every problem of the file at once.
    pub fn load(file: &Path) -> Result<Self, Vec<ConfigProblem>> {
        let read = |source| {
            vec![ConfigProblem::Read {
                file: file.to_path_buf(),
                source,
            }]
        };
        // What was found by its name is a file, or reading it may never end. What is named may be
        // anything that can be read.
        let found = file.file_name().is_some_and(|name| name == FILE_NAME);
        if found && !std::fs::metadata(file).map_err(read)?.is_file() {
            return Err(read(io::Error::other("it is not a file")));
        }
        let bytes = std::fs::read(file).map_err(read)?;
        match std::str::from_utf8(&bytes) {
            Ok(text) => Self::parse(file, text),
            Err(error) => {
                let valid = String::from_utf8_lossy(&bytes[..error.valid_up_to()]);
                let place = super::Place::of_offset(file, &valid, valid.len());
                let message = "the file is not UTF-8".to_owned();
                Err(vec![TomlProblem::Syntax { place, message }.into()])
            }
        }
    }

    /// Reads the text of a file. Its paths are relative to the file's directory.
    ///
    /// ```
    /// use aludel::config::Config;
    ///
    /// let text = r#"
    ///     [databases.accounts]
    ///     migrations = "migrations"
    ///     url = "sqlite:var/accounts.db"
    /// "#;
    /// let config = Config::parse("/srv/aludel.toml".as_ref(), text).expect("valid");
    /// let selected = config.databases(None, &[], false, &|_| None).expect("one database");
    /// let url = &selected[0].url.as_ref().expect("set").value;
    /// assert_eq!(url.path(), "/srv/var/accounts.db");
    /// ```
    ///
    /// # Errors
    ///
    /// Every problem of the text at once.
    pub fn parse(file: &Path, text: &str) -> Result<Self, Vec<ConfigProblem>> {
        let document = Document::new(file, text);
        let table = document
            .parse()
            .map_err(|problems| problems.into_iter().map(Into::into).collect::<Vec<_>>())?;
        let mut config = Self {
            file: file.to_path_buf(),
            base: file.parent().unwrap_or(Path::new("")).to_path_buf(),
            ..Self::default()
        };
        let mut problems = Vec::new();
        for entry in document.entries("", &table) {
            match entry.name {
                "databases" => config.read_databases(&entry, &mut problems),
                "environments" => config.read_environments(&entry, &mut problems),
                "drivers" => config.read_drivers(&entry, &mut problems),
                _ => problems.push(unknown_key(
                    &entry,
                    &["databases", "environments", "drivers"],
                )),
            }
        }
        config.check_overlays(&mut problems);
        if problems.is_empty() {
            Ok(config)
        } else {
            Err(problems)
        }
    }

    /// The file this was read from.
    pub fn file(&self) -> &Path {
        &self.file
    }

    /// The directory that every path of the file is relative to.
    pub fn directory(&self) -> &Path {
        &self.base
    }

    /// The names of the configured databases, in the order of the file.
    pub fn database_names(&self) -> Vec<String> {
        self.databases
            .iter()
            .map(|(name, _)| name.clone())
            .collect()
    }

    /// The names of the environments, in the order of the file.
    pub fn environment_names(&self) -> Vec<String> {
        self.environments
            .iter()
            .map(|(name, _)| name.clone())
            .collect()
    }

    /// Where drivers that are shared libraries are looked for: `path` of `[drivers]`.
    pub fn driver_path(&self) -> &[PathBuf] {
        self.driver_path.as_ref().map_or(&[], |path| &path.value)
    }

    fn read_databases(&mut self, table: &Entry<'_, '_>, problems: &mut Vec<ConfigProblem>) {
        for entry in entries(table, problems) {
            check_name("databases", &entry, problems);
            let section = Section::read(&entry, &self.base, problems);
            self.databases.push((entry.name.to_owned(), section));
        }
    }

    fn read_environments(&mut self, table: &Entry<'_, '_>, problems: &mut Vec<ConfigProblem>) {
        for environment in entries(table, problems) {
            check_name("environments", &environment, problems);
            let mut read = Environment::default();
            for key in entries(&environment, problems) {
                if key.name != "databases" {
                    problems.push(unknown_key(&key, &["databases"]));
                    continue;
                }
                for entry in entries(&key, problems) {
                    let section = Section::read(&entry, &self.base, problems);
                    let overlay = located(&entry, section);
                    read.databases.push((entry.name.to_owned(), overlay));
                }
            }
            self.environments.push((environment.name.to_owned(), read));
        }
    }

    fn read_drivers(&mut self, table: &Entry<'_, '_>, problems: &mut Vec<ConfigProblem>) {
        for entry in entries(table, problems) {
            if entry.name != "path" {
                problems.push(unknown_key(&entry, &["path"]));
                continue;
            }
            match paths(&entry, &self.base) {
                Ok(value) => self.driver_path = Some(located(&entry, value)),
                Err(problem) => problems.push(problem.into()),
            }
        }
    }

    fn check_overlays(&self, problems: &mut Vec<ConfigProblem>) {
        let known = self.database_names();
        for (environment, overlays) in &self.environments {
            for (database, overlay) in &overlays.databases {
                if known.contains(database) {
                    continue;
                }
                problems.push(ConfigProblem::UnknownOverlay {
                    place: overlay.place.clone(),
                    environment: environment.clone(),
                    database: database.clone(),
                    suggestion: nearest(database, known.iter().map(String::as_str))
                        .map(str::to_owned),
                    known: known.clone(),
                });
            }
        }
    }
}

/// A name is typed on the command line, and stands in every message.
fn check_name(table: &'static str, entry: &Entry<'_, '_>, problems: &mut Vec<ConfigProblem>) {
    if entry.name.is_empty() || entry.name.contains(char::is_control) {
        problems.push(ConfigProblem::BadName {
            place: entry.place(),
            table,
        });
    }
}
