//! The SQLite driver of [`aludel`]: for files and for databases in memory.
//!
//! ```
//! use aludel::Migrator;
//! use aludel_sqlite::SqliteDriver;
//!
//! # let directory = tempfile::tempdir()?;
//! # let migrations = directory.path().join("migrations");
//! # let revision = migrations.join("2026-01-05-101500_accounts");
//! # std::fs::create_dir_all(&revision)?;
//! # std::fs::write(revision.join("up.sql"), "CREATE TABLE accounts (id INTEGER PRIMARY KEY);")?;
//! # let url = format!("sqlite:{}", directory.path().join("app.db").display());
//! # tokio::runtime::Runtime::new()?.block_on(async {
//! let migrator = Migrator::builder()
//!     .driver(SqliteDriver::new())
//!     .directory(&migrations)
//!     .build()?;
//! migrator.run(&url, "heads").await?;
//! # Ok::<(), aludel::Error>(())
//! # })?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Migrations that are written in PostgreSQL's SQL run here too, translated: add that driver, and
//! say so.
//!
//! ```
//! # use aludel::Migrator;
//! # use aludel_sqlite::SqliteDriver;
//! use aludel_postgres::PostgresDriver;
//!
//! # let directory = tempfile::tempdir()?;
//! # let migrations = directory.path();
//! # let revision = migrations.join("2026-01-05-101500_accounts");
//! # std::fs::create_dir_all(&revision)?;
//! let script = "CREATE TABLE accounts (email varchar(255) NOT NULL);";
//! std::fs::write(revision.join("up.sql"), script)?;
//! let migrator = Migrator::builder()
//!     .driver(SqliteDriver::new())
//!     .driver(PostgresDriver::new())
//!     .dialect("postgres")
//!     .directory(migrations)
//!     .build()?;
//! let scripts = migrator.scripts("sqlite")?;
//! let statement = &scripts[0].up.statements[0];
//! assert!(statement.starts_with("CREATE TABLE accounts"));
//! assert!(statement.contains("CHECK")); // SQLite by itself would take any length
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! URLs are `sqlite:PATH`, `sqlite:///ABSOLUTE/PATH` and `sqlite::memory:`. A file that is missing is
//! made, its directory is not; `?mode=rw` wants it to be there, and `?mode=ro` reads alone. The floor is
//! SQLite 3.35.
//!
//! SQLite is bundled, and a process holds one copy of it: two copies that open the same file
//! break each other's locks (POSIX locks are dropped when any descriptor of the file is closed).
//!
//! Deliberately absent: any change of journal mode, synchronous or foreign-key settings. A
//! database keeps those that it has.

mod dialect;
mod exec;
mod handle;
mod introspect;
mod open;
mod session;
mod share;
mod target;

pub use dialect::SqliteDialect;

use std::sync::Arc;

use aludel::config::DatabaseUrl;
use aludel::driver::{
    Administration, ConnectOptions, Dialect, Driver, DriverInfo, Failure, Server, Session,
};
use futures_util::future::BoxFuture;

/// The driver of `sqlite:` URLs.
///
/// ```
/// use aludel::driver::Driver;
///
/// let driver = aludel_sqlite::SqliteDriver::new();
/// let server = driver.assumed("sqlite").expect("a floor is documented");
/// assert_eq!(driver.dialect(&server)?.begin(), "BEGIN IMMEDIATE");
/// # Ok::<(), String>(())
/// ```
#[derive(Debug)]
pub struct SqliteDriver {
    info: DriverInfo,
}

impl SqliteDriver {
    /// The driver.
    pub fn new() -> Self {
        Self {
            info: DriverInfo {
                name: "sqlite",
                version: env!("CARGO_PKG_VERSION"),
                schemes: &[("sqlite", "sqlite")],
                flavours: &["sqlite"],
                floor: &[("sqlite", 3, 35)],
            },
        }
    }
}

impl Default for SqliteDriver {
    fn default() -> Self {
        Self::new()
    }
}

impl Driver for SqliteDriver {
    fn info(&self) -> &DriverInfo {
        &self.info
    }

    fn dialect(&self, server: &Server) -> Result<Arc<dyn Dialect>, String> {
        SqliteDialect::new(server).map(|dialect| Arc::new(dialect) as Arc<dyn Dialect>)
    }

    fn administration(&self, url: &DatabaseUrl) -> Result<Administration, String> {
        let path = match open::Location::of(url) {
            open::Location::Memory => {
                return Err("a database in memory lives and dies with its connection".into());
            }
            open::Location::File {
                mode: open::Mode::Ro,
                ..
            } => return Err("`mode=ro` of the URL says that nothing is written".into()),
            open::Location::File { path, .. } => path,
        };
        let beside = ["-wal", "-shm", "-journal"].map(|suffix| {
            let mut name = path.clone().into_os_string();
            name.push(suffix);
            name.into()
        });
        Ok(Administration::File {
            path,
            beside: beside.into(),
            magic: b"SQLite format 3\0".to_vec(),
        })
    }

    fn connect<'a>(
        &'a self,
        url: &'a DatabaseUrl,
        options: &'a ConnectOptions,
    ) -> BoxFuture<'a, Result<Box<dyn Session>, Failure>> {
        Box::pin(async move {
            let location = open::Location::of(url);
            let session = session::SqliteSession::open(location, options).await?;
            Ok(Box::new(session) as Box<dyn Session>)
        })
    }
}
