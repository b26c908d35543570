//! Throw-away databases, and Diesel's connections to them.

#![allow(
    clippy::unwrap_used,
    dead_code,
    reason = "test support: a panic is the report, and not every test needs all"
)]

use std::time::Duration;

use aludel::Migrator;
use aludel_tests::database::Database;
use aludel_tests::engine::Engine;
use aludel_tests::project::Project;
use diesel::SqliteConnection;
use diesel_async::sync_connection_wrapper::SyncConnectionWrapper;
use diesel_async::{AsyncConnection, AsyncMysqlConnection, AsyncPgConnection};

pub(crate) type Sqlite = SyncConnectionWrapper<SqliteConnection>;

/// A migrator of a project with every driver.
pub(crate) fn migrator(project: &Project) -> Migrator {
    builder().directory(project.migrations()).build().unwrap()
}

/// A builder with every driver and little patience.
pub(crate) fn builder() -> aludel::MigratorBuilder {
    Migrator::builder()
        .driver(aludel_sqlite::SqliteDriver::new())
        .driver(aludel_postgres::PostgresDriver)
        .driver(aludel_mysql::MysqlDriver)
        .lock_timeout(Duration::from_secs(1))
}

pub(crate) async fn pg(place: &Database) -> AsyncPgConnection {
    AsyncPgConnection::establish(&place.url).await.unwrap()
}

pub(crate) async fn mysql(place: &Database) -> AsyncMysqlConnection {
    AsyncMysqlConnection::establish(&mysql_url(place))
        .await
        .unwrap()
}

/// diesel-async knows the scheme `mysql` alone.
pub(crate) fn mysql_url(place: &Database) -> String {
    place.url.replacen("mariadb:", "mysql:", 1)
}

pub(crate) async fn sqlite(place: &Database) -> Sqlite {
    Sqlite::establish(sqlite_path(place)).await.unwrap()
}

pub(crate) fn sqlite_path(place: &Database) -> &'static str {
    place.file().display().to_string().leak()
}

/// The servers of a driver that are there: with `--all-servers` more than one.
pub(crate) fn servers(driver: &str) -> Vec<Engine> {
    let engines = aludel_tests::engine::engines().into_iter();
    engines.filter(|engine| engine.driver() == driver).collect()
}

pub(crate) fn place(engine: Engine) -> Database {
    Database::new(engine)
}
