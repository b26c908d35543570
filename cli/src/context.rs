//! Words, environment and `aludel.toml` become databases that are ready to work with.

mod diesel;
mod typed;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use aludel::config::{Config, DatabaseSettings, DatabaseUrl, Origin, Setting};
use aludel::driver::{Dialect, Driver, Server};
use aludel::graph::Graph;
use aludel::ledger::Identity;
use aludel::revision::RevisionSet;
use aludel::run::{Database, DatabaseOptions, RunOptions};
use aludel_plugin::host::Catalog;

use crate::args::{Command, Global, Run};
use crate::drivers;
use crate::present::{Out, Problem, shown};

/// What every command works with.
#[derive(Clone)]
pub(crate) struct Context {
    pub(crate) global: Global,
    pub(crate) out: Out,
    pub(crate) config: Option<Config>,
    pub(crate) drivers: Arc<Catalog>,
    /// The driver that the command is about, whatever the URLs say.
    to: Option<String>,
    dotenv: Vec<(String, String)>,
}

/// What a command needs of a database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Need {
    /// Its files alone.
    Files,
    /// A dialect: a scheme or a driver's name is enough.
    Dialect,
    /// A connection, and none of its files.
    Server,
    /// A connection.
    Session,
}

impl Need {
    fn connects(self) -> bool {
        matches!(self, Self::Server | Self::Session)
    }
}

/// A database with its settings.
pub(crate) struct Target {
    pub(crate) settings: DatabaseSettings,
    pub(crate) database: Database,
    /// The options that lead to this database again, each with a blank after it. A URL that holds a
    /// secret is not among them.
    pub(crate) options: String,
}

/// A database whose files are still to be read.
pub(crate) struct Unread {
    pub(crate) settings: DatabaseSettings,
    pub(crate) options: DatabaseOptions,
}

/// The databases that a command is to connect to.
pub(crate) enum Selected {
    One(Box<Unread>),
    Several(Vec<Target>),
}

/// The revisions of a database, and their graph.
pub(crate) type Files = (RevisionSet, Graph);

/// A database of those that a command reads, or what is wrong with its settings or files.
pub(crate) struct OneTarget {
    pub(crate) name: String,
    pub(crate) found: Result<Target, Vec<Problem>>,
}

impl Context {
    pub(crate) fn new(global: Global, command: &Command, out: Out) -> Result<Self, Vec<Problem>> {
        let config = match &global.config {
            // It makes that file.
            Some(path) if matches!(command, Command::Init) && !path.exists() => None,
            Some(path) => Some(path.clone()),
            None => Config::find(Path::new(".")).map(|path| shown(&path)),
        };
        let config = config
            .map(|path| Config::load(&path))
            .transpose()
            .map_err(|problems| problems.iter().map(Problem::from).collect::<Vec<_>>())?;
        let drivers = drivers::catalog(&global, config.as_ref(), &out).map_err(|p| vec![p])?;
        let mut context = Self {
            global,
            out,
            config,
            drivers: Arc::new(drivers),
            to: command.to().map(str::to_owned),
            dotenv: Vec::new(),
        };
        context.read_dotenv().map_err(|problem| vec![problem])?;
        Ok(context)
    }

    /// The same, at one place: a URL, a database of the configuration, or an environment.
    pub(crate) fn at(&self, place: &str) -> Self {
        let mut context = self.clone();
        let global = &mut context.global;
        let known = self.config.as_ref();
        if place.contains(':') {
            global.url = Some(place.to_owned());
        } else if known.is_some_and(|config| config.has_database(place)) {
            global.database = vec![place.to_owned()];
        } else {
            global.environment = Some(place.to_owned());
        }
        context
    }

    /// The directory that `.env` and relative paths of the configuration belong to.
    pub(crate) fn base(&self) -> PathBuf {
        match &self.config {
            Some(config) => config.directory().to_owned(),
            None => PathBuf::new(),
        }
    }

    /// The option that leads to the configuration again, with a blank after it.
    pub(crate) fn config_option(&self) -> String {
        typed::configuration(&self.global)
    }

    fn read_dotenv(&mut self) -> Result<(), Problem> {
        let path = self.base().join(".env");
        let text = match std::fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
            Err(error) => {
                return Err(Problem::refused(
                    "dotenv",
                    format!("`{}` cannot be read: {error}", path.display()),
                ));
            }
        };
        let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
        for entry in dotenvy::from_read_iter(text.as_bytes()) {
            let entry = entry.map_err(|error| {
                Problem::refused("dotenv", malformed(&path, text, &error))
                    .help("write NAME=value, with quotes around a value that holds spaces")
            })?;
            self.dotenv.push(entry);
        }
        Ok(())
    }

    /// A variable of the environment, or of `.env`, which never overrides it.
    pub(crate) fn variable(&self, name: &str) -> Option<String> {
        std::env::var(name).ok().or_else(|| {
            let entry = self.dotenv.iter().find(|(key, _)| key == name);
            entry.map(|(_, value)| value.clone())
        })
    }

    /// The settings of the selected databases, flags included. With `reading`, every database is
    /// selected where none is named.
    pub(crate) fn settings(
        &self,
        need: Need,
        reading: bool,
    ) -> Result<Vec<DatabaseSettings>, Vec<Problem>> {
        let global = &self.global;
        // A URL on the command line is one database.
        let all = global.all || (reading && global.database.is_empty() && global.url.is_none());
        let without_url = need == Need::Files
            || global.url.is_some()
            || (need == Need::Dialect && global.driver.is_some());
        let mut selected = match &self.config {
            Some(config) => {
                let env = global.environment.as_deref();
                let found = if without_url {
                    config.databases_without_url(env, &global.database, all)
                } else {
                    config.databases(env, &global.database, all, &|name| self.variable(name))
                };
                // A URL on the command line needs no database of the file: it stands for itself.
                match found {
                    Err(_)
                        if global.url.is_some()
                            && global.database.is_empty()
                            && global.environment.is_none()
                            && !global.all =>
                    {
                        Vec::new()
                    }
                    found => found.map_err(|problems| {
                        problems.iter().map(Problem::from).collect::<Vec<_>>()
                    })?,
                }
            }
            None if !global.database.is_empty() || global.environment.is_some() => {
                return Err(vec![
                    Problem::refused(
                        "no-config",
                        "`-d` and `-e` choose from `aludel.toml`, and none was found",
                    )
                    .help("run `aludel init`, or give `--url` and `--migrations`"),
                ]);
            }
            None => Vec::new(),
        };
        if selected.is_empty() {
            let mut settings = DatabaseSettings::without_file("default");
            if self.config.is_none()
                && global.migrations.is_empty()
                && let Some(migrations) = diesel::migrations().map_err(|problem| vec![problem])?
            {
                settings.migrations = migrations;
            }
            if let Some(value) = self
                .variable("DATABASE_URL")
                .filter(|_| global.url.is_none())
            {
                let origin = Origin::Variable("DATABASE_URL".into());
                settings.url = Some(self.parse_url(&value, origin)?);
            }
            selected.push(settings);
        }
        for settings in &mut selected {
            self.apply_flags(settings)?;
        }
        if global.url.is_some() && selected.len() > 1 {
            return Err(vec![
                Problem::refused("url", "`--url` is one database, and several are selected")
                    .help("choose one with `-d NAME`"),
            ]);
        }
        Ok(selected)
    }

    fn parse_url(&self, value: &str, origin: Origin) -> Result<Setting<DatabaseUrl>, Vec<Problem>> {
        let url = DatabaseUrl::parse(value).map_err(|error| {
            let mut problem = Problem::refused(error.code(), error);
            problem.facts.push(format!("it is given by {origin}"));
            vec![problem]
        })?;
        Ok(Setting::new(url, origin))
    }

    fn apply_flags(&self, settings: &mut DatabaseSettings) -> Result<(), Vec<Problem>> {
        let global = &self.global;
        let flag = |name: &str| Origin::Flag(name.into());
        if let Some(value) = &global.url {
            settings.url = Some(self.parse_url(value, flag("--url"))?);
        }
        if !global.migrations.is_empty() {
            settings.migrations = Setting::new(global.migrations.clone(), flag("--migrations"));
        }
        if let Some(dialect) = &global.dialect {
            settings.dialect = Some(Setting::new(dialect.clone(), flag("--dialect")));
        }
        for (name, value) in &global.x {
            settings.variables.value.insert(name.clone(), value.clone());
            settings.variables.origin = flag("-x");
        }
        if let Some(server) = &global.server {
            settings.server = Some(Setting::new(server.clone(), flag("--server")));
        }
        Ok(())
    }

    /// The selected databases, their files read and their graphs built.
    pub(crate) fn targets(&self, need: Need) -> Result<Vec<Target>, Vec<Problem>> {
        self.build(self.settings(need, false)?, need)
    }

    /// As [`Context::targets`] for a command that only reads: every database where none is named.
    pub(crate) fn targets_to_read(&self, need: Need) -> Result<Vec<Target>, Vec<Problem>> {
        self.build(self.settings(need, true)?, need)
    }

    /// As [`Context::targets_to_read`], each database by itself: what is wrong with one of several
    /// stands beside its name.
    pub(crate) fn each_target_to_read(&self, need: Need) -> Result<Vec<OneTarget>, Vec<Problem>> {
        let one = |settings: DatabaseSettings| OneTarget {
            name: settings.name.clone(),
            found: self.target(settings, need),
        };
        let mut targets = match self.settings(need, true) {
            Ok(selected) => selected.into_iter().map(one).collect(),
            Err(problems) => {
                // Who is meant is known all the same, whatever is wrong with somebody's URL.
                let named = self.settings(Need::Files, true).unwrap_or_default();
                if named.len() < 2 {
                    return Err(problems);
                }
                let mut targets = Vec::new();
                for DatabaseSettings { name, .. } in named {
                    let mut alone = self.clone();
                    alone.global.database = vec![name.clone()];
                    alone.global.all = false;
                    match alone.settings(need, true) {
                        Ok(selected) => targets.extend(selected.into_iter().map(one)),
                        Err(problems) => targets.push(OneTarget {
                            name,
                            found: Err(problems),
                        }),
                    }
                }
                targets
            }
        };
        match targets.pop() {
            Some(OneTarget {
                found: Err(problems),
                ..
            }) if targets.is_empty() => Err(problems),
            last => {
                targets.extend(last);
                Ok(targets)
            }
        }
    }

    /// As [`Context::targets_to_read`] for `check`: files alone, but those that the driver of the
    /// URL would run, as far as the URL is known here. Why it is not comes with the target.
    pub(crate) fn targets_to_check(&self) -> Result<Vec<(Target, Vec<String>)>, Vec<Problem>> {
        let mut selected = Vec::new();
        let mut notes = Vec::new();
        for (mut settings, mut said) in self.settings_as_known()? {
            let scheme = settings.url.as_ref().map(|url| url.value.scheme());
            if let Some(Err(error)) = scheme.map(|scheme| self.drivers.by_scheme(scheme)) {
                said.push(error.to_string());
                settings.url = None;
            }
            selected.push(settings);
            notes.push(said);
        }
        let targets = self.build(selected, Need::Files)?;
        Ok(targets.into_iter().zip(notes).collect())
    }

    /// The settings of every selected database, the URL as far as it is known here, and why it is
    /// not.
    pub(crate) fn settings_as_known(
        &self,
    ) -> Result<Vec<(DatabaseSettings, Vec<String>)>, Vec<Problem>> {
        let mut selected = self.settings(Need::Files, true)?;
        let found: Vec<_> = selected.iter().map(|s| self.configured_url(s)).collect();
        for (settings, found) in selected.iter_mut().zip(&found) {
            if let Ok(Some(url)) = found {
                settings.url = Some(url.clone());
            }
        }
        let notes = found
            .into_iter()
            .map(|found| found.err().unwrap_or_default());
        Ok(selected.into_iter().zip(notes).collect())
    }

    /// The URL that the configuration gives, unless something else gave one already.
    fn configured_url(
        &self,
        settings: &DatabaseSettings,
    ) -> Result<Option<Setting<DatabaseUrl>>, Vec<String>> {
        let Some(config) = &self.config else {
            return Ok(None);
        };
        if settings.url.is_some() || !config.database_names().contains(&settings.name) {
            return Ok(None);
        }
        let name = std::slice::from_ref(&settings.name);
        let environment = self.global.environment.as_deref();
        let found = config.databases(environment, name, false, &|name| self.variable(name));
        let found = found.map_err(|problems| {
            let shown = problems.iter().map(ToString::to_string);
            shown.collect::<Vec<_>>()
        })?;
        Ok(found.into_iter().find_map(|found| found.url))
    }

    /// The dialect of a driver or flavour, if it can be had here.
    pub(crate) fn dialect(&self, name: &str) -> Option<Arc<dyn Dialect>> {
        let driver = self.drivers.by_name(name).ok()?;
        driver.dialect(&driver.assumed(name)?).ok()
    }

    fn build(
        &self,
        selected: Vec<DatabaseSettings>,
        need: Need,
    ) -> Result<Vec<Target>, Vec<Problem>> {
        let mut targets = Vec::new();
        let mut problems = Vec::new();
        for settings in selected {
            match self.target(settings, need) {
                Ok(target) => targets.push(target),
                Err(found) => problems.extend(found),
            }
        }
        if problems.is_empty() {
            Ok(targets)
        } else {
            Err(problems)
        }
    }

    fn target(&self, settings: DatabaseSettings, need: Need) -> Result<Target, Vec<Problem>> {
        let unread = self.unread(settings, need)?;
        let files = match need {
            Need::Server => Default::default(),
            _ => load(&unread.settings)?,
        };
        if !need.connects() {
            closed(&files.0, &files.1)?;
        }
        Ok(self.read(unread, files))
    }

    /// As [`Context::targets`] for a command that connects; one database alone is left unread, so that
    /// its files are read while it is connected to. Several are connected to one after the other.
    pub(crate) fn selected(&self) -> Result<Selected, Vec<Problem>> {
        let selected = self.settings(Need::Session, false)?;
        match <[_; 1]>::try_from(selected) {
            Ok([alone]) => {
                let unread = self.unread(alone, Need::Session)?;
                Ok(Selected::One(Box::new(unread)))
            }
            Err(several) => self.build(several, Need::Session).map(Selected::Several),
        }
    }

    pub(crate) fn unread(
        &self,
        settings: DatabaseSettings,
        need: Need,
    ) -> Result<Unread, Vec<Problem>> {
        let options = self
            .options(&settings, need)
            .map_err(|problem| vec![problem])?;
        Ok(Unread { settings, options })
    }

    /// A database with its files.
    pub(crate) fn read(&self, unread: Unread, (revisions, graph): Files) -> Target {
        let Unread { settings, options } = unread;
        Target {
            options: typed::options(&self.global, &settings),
            database: Database::new(options, revisions, graph),
            settings,
        }
    }

    fn options(&self, settings: &DatabaseSettings, need: Need) -> Result<DatabaseOptions, Problem> {
        let url = settings.url.as_ref().map(|setting| setting.value.clone());
        let (driver, scheme) = self.driver(settings, url.as_ref(), need)?;
        if let (true, Some(url)) = (need.connects(), &settings.url) {
            driver.check_url(&url.value).map_err(|message| {
                let mut problem = Problem::refused("url", message);
                problem.facts.push(format!("the URL is {}", url.value));
                problem.facts.push(format!("it is given by {}", url.origin));
                problem
            })?;
        }
        let authored = self.authored(settings, url.as_ref(), &driver)?;
        let server = settings
            .server
            .as_ref()
            .map(|setting| setting.value.parse::<Server>())
            .transpose()
            .map_err(|error| Problem::refused("server", error).help(driver.info().servers()))?
            // The server of the URL says nothing about another driver's.
            .filter(|server| {
                self.to.is_none() || driver.info().flavours.contains(&server.flavour())
            });
        Ok(DatabaseOptions {
            name: settings.name.clone(),
            driver,
            scheme,
            url,
            server,
            tables: settings.ledger_tables(),
            authored,
            variables: settings.variables.value.clone(),
            names: self.drivers.names(),
        })
    }

    /// The dialect that the scripts are written in, if it is another than the driver's own: the
    /// `dialect` setting, else that of the URL.
    fn authored(
        &self,
        settings: &DatabaseSettings,
        url: Option<&DatabaseUrl>,
        driver: &Arc<dyn Driver>,
    ) -> Result<Option<Arc<dyn Dialect>>, Problem> {
        let (name, known) = match (&settings.dialect, url) {
            (Some(dialect), _) => {
                // A dialect that nobody knows is a spelling mistake, found before anything.
                self.drivers.knows(&dialect.value).map_err(|error| {
                    Problem::refused("unknown-dialect", format!("{error}"))
                        .help(format!("`dialect` is set by {}", dialect.origin))
                })?;
                let known = self.drivers.by_name(&dialect.value)?;
                (dialect.value.as_str(), known)
            }
            (None, Some(url)) if self.to.is_some() => match self.drivers.by_scheme(url.scheme()) {
                Ok(known) => (url.scheme(), known),
                Err(_) => return Ok(None),
            },
            _ => return Ok(None),
        };
        if Arc::ptr_eq(&known, driver) {
            return Ok(None);
        }
        let refused = |message: String| Problem::refused("server", message);
        let server = known
            .assumed(name)
            .ok_or_else(|| refused(format!("nothing is assumed of the server of `{name}`")))?;
        known.dialect(&server).map(Some).map_err(refused)
    }

    fn driver(
        &self,
        settings: &DatabaseSettings,
        url: Option<&DatabaseUrl>,
        need: Need,
    ) -> Result<(Arc<dyn Driver>, String), Problem> {
        let scheme = url.map(|url| url.scheme().to_owned());
        if let Some(name) = &self.to {
            return Ok((self.drivers.by_name(name)?, name.clone()));
        }
        if let Some(asked) = &self.global.driver {
            let driver = match drivers::is_path(asked) {
                true => self.drivers.named(),
                false => None,
            };
            let driver = driver.map_or_else(|| self.drivers.by_name(asked), Ok)?;
            let schemes: Vec<_> = driver.info().schemes.iter().map(|(s, _)| *s).collect();
            if let Some(scheme) = &scheme
                && need.connects()
                && !schemes.contains(&scheme.as_str())
            {
                return Err(Problem::refused(
                    "foreign-url",
                    format!("`{asked}` does not connect to `{scheme}:` URLs"),
                )
                .help(format!(
                    "give a URL of its own: `{}:`",
                    schemes.join(":`, `")
                )));
            }
            let assumed = scheme.unwrap_or_else(|| match drivers::is_path(asked) {
                true => driver.info().name.to_owned(),
                false => asked.clone(),
            });
            return Ok((driver, assumed));
        }
        if let Some(scheme) = scheme {
            return Ok((self.drivers.by_scheme(&scheme)?, scheme));
        }
        // Files alone: any dialect does for listing them; the authored one is the best guess.
        let fallback = settings
            .dialect
            .as_ref()
            .map(|setting| setting.value.clone());
        let fallback = match (need, fallback) {
            (Need::Files, fallback) => fallback.or_else(|| self.drivers.first()),
            (_, fallback) if need == Need::Dialect => fallback,
            _ => None,
        };
        let Some(name) = fallback else {
            return Err(Problem::refused(
                "no-url",
                format!("database `{}` has no URL", settings.name),
            )
            .help(match need {
                _ if !need.connects() => {
                    "give `--driver NAME` or `--url URL`: the scheme is enough for a script"
                }
                _ if self.config.is_some() => {
                    "give `--url URL`, or write `url` in aludel.toml: `url = \"${DATABASE_URL}\"` takes it from the environment"
                }
                _ => "give `--url URL`, set DATABASE_URL, or set `url` in aludel.toml",
            }));
        };
        Ok((self.drivers.by_name(&name)?, name))
    }

    /// How a run goes, from flags and settings.
    pub(crate) fn run_options(&self, settings: &DatabaseSettings, run: Option<&Run>) -> RunOptions {
        let mut options = RunOptions::default();
        let flag = run
            .and_then(|run| run.lock_timeout)
            .map(Duration::from_secs);
        let setting = settings.lock_timeout.as_ref().map(|setting| setting.value);
        if let Some(timeout) = flag.or(setting) {
            options.lock_timeout = timeout;
        }
        options.dry_run = run.is_some_and(|run| run.dry_run);
        options.identity = Identity {
            who: self.variable("USER").or_else(|| self.variable("LOGNAME")),
            host: hostname(),
        };
        options
    }
}

/// Reads a database's revisions and builds their graph.
pub(crate) fn load(settings: &DatabaseSettings) -> Result<Files, Vec<Problem>> {
    let revisions = RevisionSet::load(&settings.migrations.value, settings.recursive.value)
        .map_err(|problems| problems.iter().map(Problem::from).collect::<Vec<_>>())?;
    let graph = Graph::build_open(revisions.nodes())
        .map_err(|problems| Problem::of_graph(&problems, &revisions))?;
    Ok((revisions, graph))
}

/// Refuses revisions that stand on what is not there, where no ledger says that it is applied.
pub(crate) fn closed(revisions: &RevisionSet, graph: &Graph) -> Result<(), Vec<Problem>> {
    match graph.unmet(|_| false) {
        problems if problems.is_empty() => Ok(()),
        problems => Err(Problem::of_graph(&problems, revisions)),
    }
}

/// Where a `.env` is malformed. The library's error shows the line, which may hold a secret; only
/// its number is told.
fn malformed(path: &Path, text: &str, error: &dotenvy::Error) -> String {
    let line = match error {
        dotenvy::Error::LineParse(entry, _) => {
            let first = entry.lines().next().unwrap_or_default().trim();
            text.lines().position(|line| line.trim() == first)
        }
        _ => None,
    };
    match line {
        Some(line) => format!("line {} of `{}` is malformed", line + 1, path.display()),
        None => format!("`{}` is malformed", path.display()),
    }
}

fn hostname() -> Option<String> {
    let name = std::fs::read_to_string("/proc/sys/kernel/hostname").ok();
    let name = name.or_else(|| std::env::var("HOSTNAME").ok())?;
    Some(name.trim().to_owned()).filter(|name| !name.is_empty())
}
