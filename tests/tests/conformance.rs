//! The conformance suite on every engine.

#![allow(clippy::unwrap_used)]

use std::sync::Arc;

use aludel::config::DatabaseUrl;
use aludel::driver::Driver;
use aludel_tests::conformance::{Subject, check};
use aludel_tests::database::Database;
use aludel_tests::engine::{Engine, engines};

#[test]
fn every_driver_conforms() {
    for engine in engines() {
        let database = Database::new(engine);
        let (driver, slow): (Arc<dyn Driver>, _) = match engine {
            Engine::Sqlite => (
                Arc::new(aludel_sqlite::SqliteDriver::new()),
                "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000000000) SELECT max(i) FROM n",
            ),
            Engine::Postgres | Engine::Postgres18 => (
                Arc::new(aludel_postgres::PostgresDriver),
                "SELECT pg_sleep(30)",
            ),
            Engine::Mariadb | Engine::Mysql9 => {
                (Arc::new(aludel_mysql::MysqlDriver), "SELECT SLEEP(30)")
            }
        };
        let subject = Subject {
            driver,
            url: DatabaseUrl::parse(&database.url).unwrap(),
            slow,
        };
        tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .unwrap()
            .block_on(check(&subject));
    }
}
