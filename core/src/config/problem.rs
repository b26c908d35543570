//! What can be wrong with a configuration. No variant holds a value of the file.

use std::path::PathBuf;

use super::{Place, TomlProblem, UrlError};

/// One thing that is wrong with a configuration or with what was selected from it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigProblem {
    /// The file cannot be read.
    #[error("cannot read the configuration `{}`: {source}", file.display())]
    Read {
        /// The file.
        file: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The file is not TOML, or a value has the wrong type.
    #[error(transparent)]
    Toml(#[from] TomlProblem),
    /// A key that means nothing.
    #[error("{place}: unknown key `{key}`{}", did_you_mean(suggestion.as_deref()))]
    UnknownKey {
        /// Where the key stands.
        place: Place,
        /// The key after the tables it stands in.
        key: String,
        /// The nearest key that means something there.
        suggestion: Option<String>,
    },
    /// An environment overlays a database that is not configured.
    #[error(
        "{place}: environment `{environment}` names the database `{database}`, which has no \
         `[databases.{database}]`{} ({})",
        did_you_mean(suggestion.as_deref()),
        listing("databases", known)
    )]
    UnknownOverlay {
        /// Where the overlay stands.
        place: Place,
        /// The environment.
        environment: String,
        /// The name that is not configured.
        database: String,
        /// The configured databases.
        known: Vec<String>,
        /// The nearest of them.
        suggestion: Option<String>,
    },
    /// The selected environment is not in the file.
    #[error(
        "unknown environment `{name}`{} ({})",
        did_you_mean(suggestion.as_deref()),
        listing("environments", known)
    )]
    UnknownEnvironment {
        /// What was asked for.
        name: String,
        /// The environments of the file.
        known: Vec<String>,
        /// The nearest of them.
        suggestion: Option<String>,
    },
    /// A selected database is not in the file.
    #[error(
        "unknown database `{name}`{} ({})",
        did_you_mean(suggestion.as_deref()),
        listing("databases", known)
    )]
    UnknownDatabase {
        /// What was asked for.
        name: String,
        /// The databases of the file.
        known: Vec<String>,
        /// The nearest of them.
        suggestion: Option<String>,
    },
    /// Several databases are configured and none was named.
    #[error(
        "several databases are configured: name one with `-d NAME`, or `--all`; {}",
        listing("databases", known)
    )]
    NoneSelected {
        /// The databases of the file.
        known: Vec<String>,
    },
    /// The selected environment has no URL for a selected database.
    #[error(
        "the database `{database}` has no `url` in the environment `{environment}`: set it under \
         `[environments.{environment}.databases.{database}]`"
    )]
    NoUrlInEnvironment {
        /// The environment.
        environment: String,
        /// The database.
        database: String,
    },
    /// The ledger and the journal would be one table.
    #[error(
        "{place}: the ledger and the journal of the database `{database}` have one name: give \
         `ledger_table` and `journal_table` different ones"
    )]
    OneTable {
        /// Where the name stands.
        place: Place,
        /// The database.
        database: String,
    },
    /// A database or an environment has a name that nobody can type or show.
    #[error("{place}: a name under `{table}` is empty or holds a control character")]
    BadName {
        /// Where the name stands.
        place: Place,
        /// `databases` or `environments`.
        table: &'static str,
    },
    /// A URL names a variable that is not set.
    #[error(
        "{place}: the `url` of the database `{database}` needs the variable `{variable}`, which is not set"
    )]
    UnsetVariable {
        /// Where the URL stands.
        place: Place,
        /// The database.
        database: String,
        /// The variable.
        variable: String,
    },
    /// A URL holds a `${` that begins no variable.
    #[error(
        "{place}: the `url` of the database `{database}` holds a `${{` that is not `${{NAME}}`: \
         percent-encode a `$` of a password as `%24`"
    )]
    MalformedVariable {
        /// Where the URL stands.
        place: Place,
        /// The database.
        database: String,
    },
    /// A URL is malformed after its variables were expanded.
    #[error("{place}: database `{database}`: {source}")]
    Url {
        /// Where the URL stands.
        place: Place,
        /// The database.
        database: String,
        /// What is wrong with it.
        source: UrlError,
    },
}

impl ConfigProblem {
    /// The stable code of this kind of problem.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Read { .. } => "config-read",
            Self::Toml(problem) => problem.code(),
            Self::UnknownKey { .. } => "config-unknown-key",
            Self::UnknownOverlay { .. } => "config-unknown-overlay",
            Self::UnknownEnvironment { .. } => "config-unknown-environment",
            Self::UnknownDatabase { .. } => "config-unknown-database",
            Self::NoneSelected { .. } => "config-none-selected",
            Self::NoUrlInEnvironment { .. } => "config-no-url",
            Self::OneTable { .. } => "config-one-table",
            Self::BadName { .. } => "config-bad-name",
            Self::UnsetVariable { .. } => "config-unset-variable",
            Self::MalformedVariable { .. } => "config-malformed-variable",
            Self::Url { source, .. } => source.code(),
        }
    }

    /// Where it stands, if that is a place in the file; the text begins with it.
    pub fn place(&self) -> Option<&Place> {
        match self {
            Self::Toml(problem) => Some(problem.place()),
            Self::UnknownKey { place, .. }
            | Self::UnknownOverlay { place, .. }
            | Self::OneTable { place, .. }
            | Self::BadName { place, .. }
            | Self::UnsetVariable { place, .. }
            | Self::MalformedVariable { place, .. }
            | Self::Url { place, .. } => Some(place),
            _ => None,
        }
    }
}

fn did_you_mean(suggestion: Option<&str>) -> String {
    suggestion.map_or_else(String::new, |word| format!(", did you mean `{word}`?"))
}

fn listing(what: &str, known: &[String]) -> String {
    if known.is_empty() {
        return format!("the configuration has no {what}");
    }
    let names: Vec<_> = known.iter().map(|name| format!("`{name}`")).collect();
    format!("the {what} are {}", names.join(", "))
}
