//! Selecting databases: one environment over the file, variables expanded.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::expand::{Failure, expand};
use super::load::Environment;
use super::section::{Located, Section, UrlTemplate};
use super::{
    Config, ConfigProblem, DEFAULT_JOURNAL_TABLE, DEFAULT_LEDGER_TABLE, DatabaseSettings,
    DatabaseUrl, Origin, Setting, nearest,
};

/// The one named environment whose databases are not protected unless they say so.
const UNPROTECTED: &str = "dev";

impl Config {
    /// The settings of the selected databases: those `names`, in their order; `all` of the file;
    /// or the only one there is. A file without databases gives none, so that `DATABASE_URL` may
    /// count.
    ///
    /// With an environment, the `url` comes from that environment or is refused, and `protected`
    /// is true unless the environment (or `dev`) says otherwise: a `protected = false` outside the
    /// environment does not reach into it. `vars` is asked only for variables of selected
    /// databases.
    ///
    /// # Errors
    ///
    /// Every problem of the selected databases at once.
    pub fn databases(
        &self,
        env: Option<&str>,
        names: &[String],
        all: bool,
        vars: &dyn Fn(&str) -> Option<String>,
    ) -> Result<Vec<DatabaseSettings>, Vec<ConfigProblem>> {
        let (selected, environment) = self.select(env, names, all)?;
        let mut problems = Vec::new();
        let mut databases = Vec::new();
        for (name, base) in selected {
            let overlay = environment.and_then(|(_, overlays)| overlays.section(name));
            let mut settings = self.merge(name, base, env, overlay);
            problems.extend(one_table(&settings, base, overlay));
            let template = match (environment, overlay) {
                (Some((env, _)), overlay) => {
                    let url = overlay.and_then(|section| section.url.as_ref());
                    if url.is_none() {
                        problems.push(ConfigProblem::NoUrlInEnvironment {
                            environment: env.to_owned(),
                            database: name.to_owned(),
                        });
                    }
                    url
                }
                (None, _) => base.url.as_ref(),
            };
            if let Some(template) = template {
                match self.url(name, template, vars) {
                    Ok(url) => settings.url = Some(url),
                    Err(found) => problems.extend(found),
                }
            }
            databases.push(settings);
        }
        if problems.is_empty() {
            Ok(databases)
        } else {
            Err(problems)
        }
    }

    /// As [`Config::databases`], for commands that read only files: no URL is needed, expanded or
    /// set.
    ///
    /// # Errors
    ///
    /// An unknown environment, unknown databases, or several of which none was named; a ledger and
    /// a journal of one name.
    pub fn databases_without_url(
        &self,
        env: Option<&str>,
        names: &[String],
        all: bool,
    ) -> Result<Vec<DatabaseSettings>, Vec<ConfigProblem>> {
        let (selected, environment) = self.select(env, names, all)?;
        let mut problems = Vec::new();
        let mut databases = Vec::new();
        for (name, base) in selected {
            let overlay = environment.and_then(|(_, overlays)| overlays.section(name));
            let settings = self.merge(name, base, env, overlay);
            problems.extend(one_table(&settings, base, overlay));
            databases.push(settings);
        }
        if problems.is_empty() {
            Ok(databases)
        } else {
            Err(problems)
        }
    }

    #[allow(clippy::type_complexity)]
    fn select<'c>(
        &'c self,
        env: Option<&str>,
        names: &[String],
        all: bool,
    ) -> Result<
        (
            Vec<(&'c str, &'c Section)>,
            Option<(&'c str, &'c Environment)>,
        ),
        Vec<ConfigProblem>,
    > {
        let mut problems = Vec::new();
        let environment = env.and_then(|env| {
            let found = self.environments.iter().find(|(name, _)| name == env);
            if found.is_none() {
                let known = self.environment_names();
                problems.push(ConfigProblem::UnknownEnvironment {
                    name: env.to_owned(),
                    suggestion: suggestion(env, &known),
                    known,
                });
            }
            found.map(|(name, overlays)| (name.as_str(), overlays))
        });
        let mut selected: Vec<(&str, &Section)> = Vec::new();
        for name in names {
            match self.databases.iter().find(|(known, _)| known == name) {
                Some((name, _)) if selected.iter().any(|(seen, _)| seen == name) => {}
                Some((name, section)) => selected.push((name, section)),
                None => {
                    let known = self.database_names();
                    problems.push(ConfigProblem::UnknownDatabase {
                        name: name.clone(),
                        suggestion: suggestion(name, &known),
                        known,
                    });
                }
            }
        }
        if all || names.is_empty() {
            selected = self
                .databases
                .iter()
                .map(|(n, s)| (n.as_str(), s))
                .collect();
        }
        if names.is_empty() && !all && selected.len() > 1 {
            problems.push(ConfigProblem::NoneSelected {
                known: self.database_names(),
            });
        }
        if problems.is_empty() {
            Ok((selected, environment))
        } else {
            Err(problems)
        }
    }

    fn merge(
        &self,
        name: &str,
        base: &Section,
        env: Option<&str>,
        overlay: Option<&Section>,
    ) -> DatabaseSettings {
        macro_rules! pick {
            ($key:ident) => {
                overlay
                    .and_then(|section| section.$key.as_ref())
                    .or(base.$key.as_ref())
                    .map(setting)
            };
        }
        let migrations: Vec<PathBuf> = vec![self.base.join("migrations")];
        DatabaseSettings {
            name: name.to_owned(),
            environment: env.map(str::to_owned),
            dialect: pick!(dialect),
            migrations: pick!(migrations).unwrap_or_else(|| Setting::default(migrations)),
            recursive: pick!(recursive).unwrap_or_else(|| Setting::default(false)),
            url: None,
            server: pick!(server),
            ledger_schema: pick!(ledger_schema),
            ledger_table: pick!(ledger_table)
                .unwrap_or_else(|| Setting::default(DEFAULT_LEDGER_TABLE.into())),
            journal_table: pick!(journal_table)
                .unwrap_or_else(|| Setting::default(DEFAULT_JOURNAL_TABLE.into())),
            lock_timeout: pick!(lock_timeout),
            protected: protected(base, env, overlay),
            variables: pick!(variables).unwrap_or_else(|| Setting::default(BTreeMap::new())),
        }
    }

    fn url(
        &self,
        database: &str,
        template: &Located<UrlTemplate>,
        vars: &dyn Fn(&str) -> Option<String>,
    ) -> Result<Setting<DatabaseUrl>, Vec<ConfigProblem>> {
        let place = || template.place.clone();
        let database = || database.to_owned();
        let (text, variables) =
            expand(&template.value.0, vars).map_err(|failure| match failure {
                Failure::Malformed => vec![ConfigProblem::MalformedVariable {
                    place: place(),
                    database: database(),
                }],
                Failure::Unset(names) => names
                    .into_iter()
                    .map(|variable| ConfigProblem::UnsetVariable {
                        place: place(),
                        database: database(),
                        variable,
                    })
                    .collect(),
            })?;
        let url = DatabaseUrl::parse_in(&text, &self.base).map_err(|source| {
            vec![ConfigProblem::Url {
                place: place(),
                database: database(),
                source,
            }]
        })?;
        let origin = Origin::File {
            file: template.place.file.clone(),
            line: template.place.line,
            variables,
        };
        Ok(Setting::new(url, origin))
    }
}

impl Environment {
    fn section(&self, database: &str) -> Option<&Section> {
        self.databases
            .iter()
            .find(|(name, _)| name == database)
            .map(|(_, section)| &section.value)
    }
}

/// The ledger and the journal under one name. Some engines do not tell small letters from large.
fn one_table(
    settings: &DatabaseSettings,
    base: &Section,
    overlay: Option<&Section>,
) -> Option<ConfigProblem> {
    let (ledger, journal) = (&settings.ledger_table.value, &settings.journal_table.value);
    if !ledger.eq_ignore_ascii_case(journal) {
        return None;
    }
    let sections = || overlay.into_iter().chain([base]);
    let named = sections().find_map(|section| section.journal_table.as_ref());
    let named = named.or_else(|| sections().find_map(|section| section.ledger_table.as_ref()))?;
    Some(ConfigProblem::OneTable {
        place: named.place.clone(),
        database: settings.name.clone(),
    })
}

/// Protection fails safe: outside the environment only a `true` counts, unless the environment is
/// the one that is not protected.
fn protected(base: &Section, env: Option<&str>, overlay: Option<&Section>) -> Setting<bool> {
    let by_default = env.is_some_and(|env| env != UNPROTECTED);
    overlay
        .and_then(|section| section.protected.as_ref())
        .or(base
            .protected
            .as_ref()
            .filter(|protected| protected.value || !by_default))
        .map_or_else(|| Setting::default(by_default), setting)
}

fn setting<T: Clone>(located: &Located<T>) -> Setting<T> {
    let origin = Origin::File {
        file: located.place.file.clone(),
        line: located.place.line,
        variables: Vec::new(),
    };
    Setting::new(located.value.clone(), origin)
}

fn suggestion(word: &str, known: &[String]) -> Option<String> {
    nearest(word, known.iter().map(String::as_str)).map(str::to_owned)
}
