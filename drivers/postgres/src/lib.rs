//! The PostgreSQL driver of [`aludel`], from PostgreSQL 12 on, without libpq.
//!
//! ```no_run
//! use aludel::Migrator;
//! use aludel_postgres::PostgresDriver;
//!
//! # tokio::runtime::Runtime::new()?.block_on(async {
//! let migrator = Migrator::builder()
//!     .driver(PostgresDriver::new())
//!     .directory("migrations")
//!     .build()?;
//! migrator.run("postgres://app@db/accounts?sslmode=verify-full", "heads").await?;
//! # Ok::<(), aludel::Error>(())
//! # })?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! URLs are libpq's: several hosts, sockets (`host=/var/run/postgresql`), `sslmode` up to `verify-full`,
//! `sslrootcert`, `sslcert`, `sslkey`, `target_session_attrs`, `options`, `connect_timeout` and their like; what a URL
//! does not say the `PG*` variables and the password file do. A parameter that is not understood is
//! refused, not passed over: it may be about security.
//!
//! Any number of statements is one round trip, and the one that fails is known exactly, with its
//! place, its SQLSTATE and all that the server says. No statement is prepared that a pooler could lose;
//! behind one in transaction mode a run is refused, as its lock would not hold.
//!
//! Deliberately absent: service files, data of `COPY … FROM STDIN`, the server's notices.

// * `dialect`: the SQL, pure text.
// * `url`, `given`, `params`, `passfile`, `surroundings`: what libpq reads from a URL, the
//   environment and files.
// * `target`: scripts of other dialects in this one.
// * `introspect`: what a live database holds, as the schema model.
// * `tls`, `connect`: one connection after libpq's rules.
// * `session`, `exchange`, `ledger`, `position`, `failure`, `indexes`, `cancel`: what is done on it.
//
// The session owns a `tokio_postgres::Client` and speaks the simple query protocol. A pooler in
// transaction mode cannot be told beforehand: the process number of the handshake is not public in
// tokio-postgres; see `ledger` for what that means.

#![cfg_attr(test, allow(clippy::unwrap_used))]

mod cancel;
mod connect;
mod dialect;
mod exchange;
mod failure;
mod given;
mod indexes;
mod introspect;
#[doc(hidden)] // For `aludel-diesel`, which does the same on connections that are lent.
pub mod ledger;
mod params;
mod passfile;
mod pooler;
mod position;
mod session;
mod surroundings;
mod target;
mod tls;
mod unhurried;
mod unparsed;
mod url;

use std::sync::Arc;

use aludel::config::DatabaseUrl;
use aludel::driver::{
    Administration, ConnectOptions, Dialect, Driver, DriverInfo, Failure, Server, Session,
};
use futures_util::future::BoxFuture;

#[doc(hidden)] // As `ledger`.
pub use connect::server_of;
pub use dialect::PostgresDialect;

/// The driver of `postgres://` and `postgresql://` URLs.
///
/// ```
/// use aludel::driver::Driver;
///
/// let driver = aludel_postgres::PostgresDriver::new();
/// let server = driver.assumed("postgres").expect("a floor is documented");
/// assert_eq!(server.to_string(), "postgres 12");
/// assert!(driver.dialect(&server)?.capabilities().transactional_ddl);
/// # Ok::<(), String>(())
/// ```
#[derive(Debug, Clone, Copy, Default)]
pub struct PostgresDriver;

impl PostgresDriver {
    /// The driver.
    pub const fn new() -> Self {
        Self
    }
}

/// The oldest server that is planned for.
pub(crate) const FLOOR: u32 = 12;

static INFO: DriverInfo = DriverInfo {
    name: "postgres",
    version: env!("CARGO_PKG_VERSION"),
    schemes: &[("postgres", "postgres"), ("postgresql", "postgres")],
    flavours: &["postgres"],
    floor: &[("postgres", FLOOR, 0)],
};

impl Driver for PostgresDriver {
    fn info(&self) -> &DriverInfo {
        &INFO
    }

    fn dialect(&self, server: &Server) -> Result<Arc<dyn Dialect>, String> {
        Ok(Arc::new(PostgresDialect::new(server)?))
    }

    fn check_url(&self, url: &DatabaseUrl) -> Result<(), String> {
        connect::parameters(url.secret()).map(|_| ())
    }

    fn administration(&self, url: &DatabaseUrl) -> Result<Administration, String> {
        let name = url.path().trim_start_matches('/');
        if name.is_empty() || url.param("dbname").is_some() {
            return Err(
                "name the database in the URL's path: `postgres://user@host/database`".into(),
            );
        }
        // Every server has it, unless somebody dropped it (manual, "Template Databases").
        let on = url
            .with_path("postgres")
            .map_err(|error| error.to_string())?;
        let quoted = dialect::identifier(name);
        Ok(Administration::Statements {
            on: Box::new(on),
            exists: format!(
                "SELECT 1 FROM pg_catalog.pg_database WHERE datname = {}",
                dialect::literal(name)
            ),
            create: format!("CREATE DATABASE {quoted}"),
            drop: format!("DROP DATABASE {quoted}"),
        })
    }

    fn connect<'a>(
        &'a self,
        url: &'a DatabaseUrl,
        options: &'a ConnectOptions,
    ) -> BoxFuture<'a, Result<Box<dyn Session>, Failure>> {
        Box::pin(async move {
            let session = connect::connect(url.secret(), options).await?;
            Ok(Box::new(session) as Box<dyn Session>)
        })
    }
}
