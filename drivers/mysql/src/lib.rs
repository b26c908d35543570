//! The MySQL and MariaDB driver of [`aludel`], from MySQL 8.0 and MariaDB 10.5 on, without their
//! client library.
//!
//! ```no_run
//! use aludel::Migrator;
//! use aludel_mysql::MysqlDriver;
//!
//! # tokio::runtime::Runtime::new()?.block_on(async {
//! let migrator = Migrator::builder()
//!     .driver(MysqlDriver::new())
//!     .directory("migrations")
//!     .build()?;
//! migrator.run("mariadb://app@db/shop?ssl-mode=verify_identity", "heads").await?;
//! # Ok::<(), aludel::Error>(())
//! # })?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! URLs are `mysql://user@host/database` and `mariadb://…`; offline the scheme says which of the two
//! is meant, online the server does. Parameters are `socket`, `ssl-mode` (`disabled`, `preferred`, which is
//! the default, `required`, `verify_ca`, `verify_identity`) and `ssl-ca`; any other is refused.
//!
//! The server commits DDL by itself, so a revision is no transaction here: every statement has its row
//! in the journal, which tells how far a revision came. Many statements are one message, and the one
//! that fails is known exactly, with its code and SQLSTATE.
//!
//! Deliberately absent: setting the session's time zone.

// * `dialect`: the SQL, pure text; `print`: how the `mariadb` client reads it; `reset`: what puts a
//   session back.
// * `target`: scripts of other dialects in this one.
// * `introspect`: what a live database holds, as the schema model.
// * `url`: what a URL says, as options of the client.
// * `session`, `message`, `answers`, `stop`, `ledger`, `failure`: one connection and what is done
//   on it. The session owns a `mysql_async::Conn` and walks the result sets of a message.

mod answers;
mod dialect;
mod failure;
mod introspect;
mod ledger;
mod message;
mod print;
mod reset;
mod session;
mod stop;
mod target;
mod url;

pub use dialect::MysqlDialect;
// For `aludel-diesel`, which does the same on connections that are lent.
#[doc(hidden)]
pub use ledger::lock_name;
#[doc(hidden)]
pub use session::server_of;

use std::sync::Arc;

use aludel::config::DatabaseUrl;
use aludel::driver::{
    Administration, ConnectOptions, Dialect, Driver, DriverInfo, Failure, Server, Session,
};
use futures_util::future::BoxFuture;

/// The driver of `mysql://` and `mariadb://` URLs.
///
/// ```
/// use aludel::driver::Driver;
///
/// let driver = aludel_mysql::MysqlDriver::new();
/// let server = driver.assumed("mariadb").expect("a floor is documented");
/// assert_eq!(server.to_string(), "mariadb 10.5");
/// assert!(!driver.dialect(&server)?.capabilities().transactional_ddl);
/// # Ok::<(), String>(())
/// ```
#[derive(Debug, Clone, Copy, Default)]
pub struct MysqlDriver;

impl MysqlDriver {
    /// The driver.
    pub const fn new() -> Self {
        Self
    }
}

static INFO: DriverInfo = DriverInfo {
    name: "mysql",
    version: env!("CARGO_PKG_VERSION"),
    schemes: &[("mysql", "mysql"), ("mariadb", "mariadb")],
    flavours: &["mysql", "mariadb"],
    floor: &[("mysql", 8, 0), ("mariadb", 10, 5)],
};

impl Driver for MysqlDriver {
    fn info(&self) -> &DriverInfo {
        &INFO
    }

    fn dialect(&self, server: &Server) -> Result<Arc<dyn Dialect>, String> {
        Ok(Arc::new(MysqlDialect::new(server)?))
    }

    fn catalog(&self, url: &DatabaseUrl) -> Option<String> {
        url::database(url)
    }

    fn check_url(&self, url: &DatabaseUrl) -> Result<(), String> {
        let parsed = url::parse(url).map_err(|failure| failure.message)?;
        match parsed.authority {
            Some(file) if !file.is_file() => Err(format!(
                "the file of `ssl-ca` cannot be found: `{}`",
                file.display()
            )),
            _ => Ok(()),
        }
    }

    fn administration(&self, url: &DatabaseUrl) -> Result<Administration, String> {
        let name = url::database(url)
            .ok_or("name the database in the URL's path: `mysql://user@host/database`")?;
        // Every server has it, and everybody may connect to it.
        let on = url.with_path("information_schema");
        let quoted = format!("`{}`", name.replace('`', "``"));
        Ok(Administration::Statements {
            on: Box::new(on.map_err(|error| error.to_string())?),
            exists: format!(
                "SELECT 1 FROM information_schema.schemata WHERE schema_name = {}",
                ledger::literal(&name)
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
            let session = session::MysqlSession::connect(url, options).await?;
            Ok(Box::new(session) as Box<dyn Session>)
        })
    }
}
