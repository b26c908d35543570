//! The settings of one database, each with where it came from.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use super::DatabaseUrl;
use crate::ledger::LedgerTables;

/// The ledger's table unless the configuration names another: Diesel's.
pub const DEFAULT_LEDGER_TABLE: &str = "__diesel_schema_migrations";
/// The journal's table unless the configuration names another.
pub const DEFAULT_JOURNAL_TABLE: &str = "__aludel_journal";

/// Where a setting came from. Shown as `--url`, `$DATABASE_URL`, `aludel.toml:5`,
/// `aludel.toml:5 with $PASSWORD` or `default`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Origin {
    /// A command-line flag, as it is typed: `--url`.
    Flag(String),
    /// An environment variable, by its name.
    Variable(String),
    /// A line of a configuration file.
    File {
        /// The file.
        file: PathBuf,
        /// The line of the key, counted from one.
        line: usize,
        /// The variables that were expanded in the value.
        variables: Vec<String>,
    },
    /// Nobody set it.
    Default,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flag(flag) => f.write_str(flag),
            Self::Variable(name) => write!(f, "${name}"),
            Self::File {
                file,
                line,
                variables,
            } => {
                write!(f, "{}:{line}", file.display())?;
                for (i, name) in variables.iter().enumerate() {
                    write!(f, "{} ${name}", if i == 0 { " with" } else { "," })?;
                }
                Ok(())
            }
            Self::Default => f.write_str("default"),
        }
    }
}

/// A value and where it came from.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Setting<T> {
    /// The value.
    pub value: T,
    /// Where it came from.
    pub origin: Origin,
}

impl<T> Setting<T> {
    /// A value with its origin.
    pub fn new(value: T, origin: Origin) -> Self {
        Self { value, origin }
    }

    /// A value that nobody set.
    pub fn default(value: T) -> Self {
        Self::new(value, Origin::Default)
    }
}

/// The settings of one database: what it is run with, and where each value came from.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct DatabaseSettings {
    /// The name in `[databases.NAME]`.
    pub name: String,
    /// The environment that was merged over it; `None` if none was selected.
    pub environment: Option<String>,
    /// The authored dialect, by a driver's name; `None`: that of the URL's driver.
    pub dialect: Option<Setting<String>>,
    /// The migrations directories; by default `migrations`, beside the file.
    pub migrations: Setting<Vec<PathBuf>>,
    /// Whether the directories are searched below their first level; by default not.
    pub recursive: Setting<bool>,
    /// Where the database is; absent when no one says, or when it was not asked for.
    pub url: Option<Setting<DatabaseUrl>>,
    /// The server that offline plans are for, and that a run must find: `mariadb 10.11`.
    pub server: Option<Setting<String>>,
    /// The schema of the ledger's tables; `None`: the one that the connection is in.
    pub ledger_schema: Option<Setting<String>>,
    /// The ledger's table; by default [`DEFAULT_LEDGER_TABLE`].
    pub ledger_table: Setting<String>,
    /// The journal's table; by default [`DEFAULT_JOURNAL_TABLE`].
    pub journal_table: Setting<String>,
    /// How long to wait for the lock; `None`: as [`RunOptions`](crate::run::RunOptions) says, 60 s.
    pub lock_timeout: Option<Setting<Duration>>,
    /// Whether the command line wants `--yes-on NAME` for what destroys; a [`Migrator`](crate::Migrator)
    /// does not ask.
    pub protected: Setting<bool>,
    /// Values of the variables that scripts declare, by their names. They may be secrets.
    pub variables: Setting<BTreeMap<String, String>>,
}

/// One setting as text, with where it came from: a line of `aludel config --explain`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explained {
    /// The setting's key.
    pub key: &'static str,
    /// The value as text, secrets masked; none if it is not set.
    pub value: Option<String>,
    /// Where it came from.
    pub origin: Origin,
}

impl DatabaseSettings {
    /// The settings of a database that no file configures: `./migrations` and the defaults.
    ///
    /// ```
    /// use aludel::config::{DatabaseSettings, DatabaseUrl, Origin, Setting};
    ///
    /// let mut settings = DatabaseSettings::without_file("default");
    /// let url = DatabaseUrl::parse("sqlite:app.db")?;
    /// settings.url = Some(Setting::new(url, Origin::Flag("--url".into())));
    /// assert_eq!(settings.ledger_table.value, "__diesel_schema_migrations");
    /// # Ok::<(), aludel::config::UrlError>(())
    /// ```
    pub fn without_file(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            environment: None,
            dialect: None,
            migrations: Setting::default(vec!["migrations".into()]),
            recursive: Setting::default(false),
            url: None,
            server: None,
            ledger_schema: None,
            ledger_table: Setting::default(DEFAULT_LEDGER_TABLE.into()),
            journal_table: Setting::default(DEFAULT_JOURNAL_TABLE.into()),
            lock_timeout: None,
            protected: Setting::default(false),
            variables: Setting::default(BTreeMap::new()),
        }
    }

    /// The names of the ledger's tables, in the form in which runs take them.
    pub fn ledger_tables(&self) -> LedgerTables {
        let tables = LedgerTables::default().named(
            self.ledger_table.value.clone(),
            self.journal_table.value.clone(),
        );
        match &self.ledger_schema {
            Some(schema) => tables.in_schema(schema.value.clone()),
            None => tables,
        }
    }

    /// Every setting as text with its origin, in a fixed order, secrets masked.
    pub fn explain(&self) -> Vec<Explained> {
        let directories: Vec<_> = self
            .migrations
            .value
            .iter()
            .map(|path| path.display().to_string())
            .collect();
        let migrations = Setting::new(directories.join(", "), self.migrations.origin.clone());
        let timeout = self.lock_timeout.as_ref().map(|setting| {
            let text = format!("{:?}", setting.value);
            Setting::new(text, setting.origin.clone())
        });
        let names: Vec<_> = self.variables.value.keys().map(String::as_str).collect();
        let names = Setting::new(names.join(", "), self.variables.origin.clone());
        vec![
            line("dialect", self.dialect.as_ref()),
            line("migrations", Some(&migrations)),
            line("recursive", Some(&self.recursive)),
            line("url", self.url.as_ref()),
            line("server", self.server.as_ref()),
            line("ledger_schema", self.ledger_schema.as_ref()),
            line("ledger_table", Some(&self.ledger_table)),
            line("journal_table", Some(&self.journal_table)),
            line("lock_timeout", timeout.as_ref()),
            line("protected", Some(&self.protected)),
            // Names alone: a value may be a secret.
            line("variables", (!names.value.is_empty()).then_some(&names)),
        ]
    }
}

fn line<T: fmt::Display>(key: &'static str, setting: Option<&Setting<T>>) -> Explained {
    Explained {
        key,
        value: setting.map(|setting| setting.value.to_string()),
        origin: setting.map_or(Origin::Default, |setting| setting.origin.clone()),
    }
}
