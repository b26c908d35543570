//! The conformance suite on every engine: the driver linked in, and the same one loaded from its
//! library. Both answer alike, to the letter.

#![allow(clippy::unwrap_used)]

use std::sync::Arc;

use aludel::config::DatabaseUrl;
use aludel::driver::Driver;
use aludel_plugin::conformance::{Record, Subject, check, check_library};
use aludel_tests::database::Database;
use aludel_tests::engine::{Engine, engines};
use aludel_tests::plugin;

/// The driver that is linked in, and a statement that takes its time.
fn linked(engine: Engine) -> (Arc<dyn Driver>, &'static str) {
    match engine {
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
    }
}

fn run(checks: impl Future<Output = Record>) -> Record {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap()
        .block_on(checks)
}

#[test]
fn every_driver_conforms_linked_in_and_loaded_and_answers_alike() {
    for engine in engines() {
        let (driver, slow) = linked(engine);
        let database = Database::new(engine);
        let one = run(check(&Subject {
            driver,
            url: DatabaseUrl::parse(&database.url).unwrap(),
            slow: slow.to_owned(),
        }));
        // Another database, so that two copies of SQLite never see one file.
        let database = Database::new(engine);
        let library = plugin::library(engine.driver());
        let two = run(check_library(library, &database.url, slow));
        assert!(one.lines().len() > 30, "{one}");
        assert!(
            one.lines().contains(&"translates: true".to_owned()),
            "{one}"
        );
        assert_eq!(one.lines().len(), two.lines().len(), "{engine:?}");
        for (one, two) in one.lines().iter().zip(two.lines()) {
            assert_eq!(one, two, "{engine:?}");
        }
    }
}
