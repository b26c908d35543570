//! The drivers under test, linked in.

use std::sync::Arc;

use aludel::driver::Driver;

use crate::engine::Engine;

/// The driver of an engine.
pub fn driver(engine: Engine) -> Arc<dyn Driver> {
    match engine.driver() {
        "sqlite" => Arc::new(aludel_sqlite::SqliteDriver::new()),
        "postgres" => Arc::new(aludel_postgres::PostgresDriver),
        _ => Arc::new(aludel_mysql::MysqlDriver),
    }
}
