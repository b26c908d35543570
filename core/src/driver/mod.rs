//! What a driver is: a dialect (pure text rules) plus the way to connect, found by URL scheme.
//!
//! Who uses drivers makes one of its crate and gives it to a
//! [`MigratorBuilder`](crate::MigratorBuilder::driver), or puts several into a [`Registry`]. Who
//! writes one implements three traits:
//!
//! * [`Dialect`]: pure functions and data. **All text of a plan comes from it**: transactions,
//!   ledger rows, guards. It cannot reach a database.
//! * [`Session`]: one live connection. It sends what a plan holds and reads the ledger; it writes
//!   no SQL of its own into a plan, or there would be two truths.
//! * [`Driver`]: names, schemes, the dialect for a server, and `connect`.
//!
//! `docs/writing-a-driver.md` writes one from an empty crate, and the crate `aludel-plugin` has the suite that
//! every driver must pass. A dialect into which scripts are translated implements
//! [`Target`](crate::translate::Target) too, one that reads live schemas [`Introspect`].
//!
//! # Invariant
//!
//! Offline code only ever holds a `Driver` and a `Dialect`. A `Session` is made by
//! [`Driver::connect`] alone, so nothing offline can open a connection.

mod administration;
mod capability;
mod dialect;
mod failure;
mod introspect;
mod registry;
mod server;
mod session;

pub use administration::Administration;
pub use capability::{Capabilities, LockKind};
pub use dialect::{Client, Dialect, DialectError, LedgerRequest, LedgerSql};
pub use failure::{At, Failure, FailureKind, SessionState};
pub use introspect::{Introspect, IntrospectError, flag, introspect};
pub use registry::{Registry, UnknownScheme};
pub use server::{InvalidServer, Server};
pub use session::{
    Access, ConnectOptions, Holder, Interrupt, LockAttempt, LockRequest, Message, ResultSet,
    SAVEPOINT, Session, Tenure,
};

use std::sync::Arc;

use futures_util::future::BoxFuture;

use crate::config::DatabaseUrl;

/// What a driver says of itself.
#[derive(Debug, Clone)]
pub struct DriverInfo {
    /// The driver's name: `postgres`, `sqlite`, `mysql` …
    pub name: &'static str,
    /// The driver's own version.
    pub version: &'static str,
    /// Each URL scheme, without the colon, with the flavour that it means.
    pub schemes: &'static [(&'static str, &'static str)],
    /// Every flavour that a directive or an override file may name.
    pub flavours: &'static [&'static str],
    /// The oldest server of each flavour, as flavour, major and minor version: what is assumed where
    /// nobody says.
    pub floor: &'static [(&'static str, u32, u32)],
}

impl DriverInfo {
    /// What may be said of a server, by examples of this driver: each flavour at its floor.
    pub fn servers(&self) -> String {
        let server = |&(flavour, major, minor): &(&str, u32, u32)| {
            format!("`--server \"{}\"`", Server::new(flavour, major, minor))
        };
        let servers: Vec<_> = self.floor.iter().map(server).collect();
        format!("name flavour and version, from {} on", servers.join(" or "))
    }
}

/// A dialect plus the way to connect: what a URL's scheme chooses.
pub trait Driver: Send + Sync + 'static {
    /// Name, schemes, flavours, floor.
    fn info(&self) -> &DriverInfo;

    /// The dialect of one server. Pure: no connection is made.
    ///
    /// # Errors
    ///
    /// If the flavour is not this driver's or the version lies below the floor; the text says so.
    fn dialect(&self, server: &Server) -> Result<Arc<dyn Dialect>, String>;

    /// The name of the database in the URL as the dialect qualifies tables with it, if the
    /// engine does so (MySQL does; PostgreSQL and SQLite do not).
    fn catalog(&self, url: &DatabaseUrl) -> Option<String> {
        let _ = url;
        None
    }

    /// What in a URL, and in the files that it names, could never become a connection. Whoever is
    /// asked to connect checks it all the same.
    ///
    /// # Errors
    ///
    /// What is wrong, without any value of the URL.
    fn check_url(&self, url: &DatabaseUrl) -> Result<(), String> {
        let _ = url;
        Ok(())
    }

    /// How the database of a URL is made and destroyed.
    ///
    /// # Errors
    ///
    /// If the URL names no database, or the engine's databases are not made by a client.
    fn administration(&self, url: &DatabaseUrl) -> Result<Administration, String> {
        let _ = url;
        Err(format!(
            "the `{}` driver cannot create or drop databases",
            self.info().name
        ))
    }

    /// Opens one session and finds out what server it is. Until there is a session, the future may be
    /// dropped.
    ///
    /// # Errors
    ///
    /// Mostly [`FailureKind::Connect`]. The text holds no value of the URL that could be a secret.
    fn connect<'a>(
        &'a self,
        url: &'a DatabaseUrl,
        options: &'a ConnectOptions,
    ) -> BoxFuture<'a, Result<Box<dyn Session>, Failure>>;

    /// What is assumed of the server when nobody says: the scheme's flavour at its floor.
    fn assumed(&self, scheme: &str) -> Option<Server> {
        let info = self.info();
        let flavour = info
            .schemes
            .iter()
            .find_map(|(known, flavour)| (*known == scheme).then_some(*flavour))
            .or_else(|| (info.name == scheme).then_some(info.name))?;
        let &(_, major, minor) = info.floor.iter().find(|(f, ..)| *f == flavour)?;
        Some(Server::new(flavour, major, minor))
    }
}
