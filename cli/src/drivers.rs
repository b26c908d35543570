//! The drivers of this program: linked in, found by their manifests, or named by a path.

use std::path::Path;
use std::sync::Arc;

use aludel::config::Config;
use aludel::driver::Registry;
use aludel_plugin::host::{Catalog, Level, LoadError, Loader, LogRecord, Places};

use crate::args::Global;
use crate::exit::Exit;
use crate::present::{Out, Problem};

/// The drivers that are linked in. Adding one is one line here and a feature.
fn linked() -> Registry {
    let registry = Registry::new();
    #[cfg(feature = "sqlite")]
    let registry = registry.with(Arc::new(aludel_sqlite::SqliteDriver::new()));
    #[cfg(feature = "postgres")]
    let registry = registry.with(Arc::new(aludel_postgres::PostgresDriver));
    #[cfg(feature = "mysql")]
    let registry = registry.with(Arc::new(aludel_mysql::MysqlDriver));
    registry
}

/// Every driver. One that `--driver` names by its path is loaded here, before all others.
pub(crate) fn catalog(
    global: &Global,
    config: Option<&Config>,
    out: &Out,
) -> Result<Catalog, Problem> {
    let places = Places::usual(config.map_or(&[], Config::driver_path));
    let mut catalog = Catalog::new(linked(), places, loader(global, out));
    if let Some(path) = global.driver.as_deref().filter(|asked| is_path(asked)) {
        catalog.name(Path::new(path))?;
    }
    Ok(catalog)
}

/// Whether `--driver` is a path: it has a separator, or ends as a library or a manifest does.
pub(crate) fn is_path(asked: &str) -> bool {
    let endings = [".so", ".dylib", ".dll", ".toml"];
    asked.contains(['/', std::path::MAIN_SEPARATOR]) || endings.iter().any(|e| asked.ends_with(e))
}

/// What a driver logs is shown as far as `-v` asks for it; its errors always.
fn loader(global: &Global, out: &Out) -> Loader {
    let log_level = match global.verbose {
        0 => Level::Error,
        1 => Level::Information,
        2 => Level::Debug,
        _ => Level::Trace,
    };
    let out = out.clone();
    Loader {
        sink: Arc::new(move |record: &LogRecord<'_>| {
            if record.level <= log_level {
                let name = Path::new(record.driver).file_stem().unwrap_or_default();
                let name = name.to_string_lossy();
                out.say(&format!("{name}: {}: {}", record.target, record.text));
            }
        }),
        log_level: log_level as u32,
        ..Loader::default()
    }
}

impl From<LoadError> for Problem {
    fn from(error: LoadError) -> Self {
        let mut problem = Self::new(error.code(), Exit::Driver, &error).help(error.help());
        problem.facts = error.facts().to_vec();
        problem
    }
}
