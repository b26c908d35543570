//! DuckDB for aludel, as a library to load.
//!
//! * `dialect`: the SQL, pure text.
//! * `session`: one connection; `database`: the file under it, opened once in a process.
//! * `target`: scripts written for PostgreSQL, as statements of DuckDB's.
//! * `ffi`: what is used of DuckDB's C interface.

mod database;
mod dialect;
mod ffi;
mod ledger;
mod session;
mod target;

use std::sync::Arc;

use aludel::config::DatabaseUrl;
use aludel::driver::{ConnectOptions, Dialect, Driver, DriverInfo, Failure, Server, Session};
use futures_util::future::BoxFuture;

aludel_plugin::export_driver!(DuckdbDriver);

/// The driver of `duckdb:` URLs.
struct DuckdbDriver;

static INFO: DriverInfo = DriverInfo {
    name: "duckdb",
    version: env!("CARGO_PKG_VERSION"),
    schemes: &[("duckdb", "duckdb")],
    flavours: &["duckdb"],
    floor: &[("duckdb", 1, 0)],
};

impl Driver for DuckdbDriver {
    fn info(&self) -> &DriverInfo {
        &INFO
    }

    fn dialect(&self, server: &Server) -> Result<Arc<dyn Dialect>, String> {
        Ok(Arc::new(dialect::DuckdbDialect::new(server)?))
    }

    fn connect<'a>(
        &'a self,
        url: &'a DatabaseUrl,
        options: &'a ConnectOptions,
    ) -> BoxFuture<'a, Result<Box<dyn Session>, Failure>> {
        Box::pin(async move {
            let session = session::DuckdbSession::open(url.path().into(), options).await?;
            Ok(Box::new(session) as Box<dyn Session>)
        })
    }
}
