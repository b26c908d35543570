//! What the tests on live servers share: the servers, and a database for each test.

// Each test program uses a part of this.
#![allow(dead_code, unreachable_pub, missing_docs)]

use std::sync::Arc;

use aludel::config::DatabaseUrl;
use aludel::driver::{Access, ConnectOptions, Dialect, Driver, Session};
use aludel::ledger::LedgerTables;
use aludel_mysql::MysqlDriver;

/// The URLs of the servers to test on: MariaDB, and MySQL where one was started.
pub fn servers() -> Vec<String> {
    let mariadb = std::env::var("ALUDEL_TEST_MARIADB")
        .expect("ALUDEL_TEST_MARIADB is not set: run tests/run, which starts the servers");
    std::iter::once(mariadb)
        .chain(std::env::var("ALUDEL_TEST_MYSQL9"))
        .collect()
}

/// A database of its own on one server.
pub struct Database {
    pub url: DatabaseUrl,
    pub tables: LedgerTables,
    pub dialect: Arc<dyn Dialect>,
}

pub fn url(text: &str) -> DatabaseUrl {
    DatabaseUrl::parse(text).expect("a URL")
}

pub async fn open(url: &DatabaseUrl) -> Box<dyn Session> {
    MysqlDriver
        .connect(url, &ConnectOptions::new(Access::Write))
        .await
        .expect("connects")
}

impl Database {
    /// A new database, and a session on it.
    pub async fn create(server: &str, name: &str) -> (Self, Box<dyn Session>) {
        let name = format!("aludel_driver_{name}");
        let mut session = open(&url(server)).await;
        let drop = format!("DROP DATABASE IF EXISTS {name}");
        let create = format!("CREATE DATABASE {name}");
        session.send(&[&drop, &create]).await.expect("creates");
        session.close().await;
        let (head, _) = server.rsplit_once('/').expect("a URL with a database");
        let url = url(&format!("{head}/{name}"));
        let session = open(&url).await;
        let database = Self {
            url,
            tables: LedgerTables::default().in_schema(&name),
            dialect: MysqlDriver.dialect(session.server()).expect("supported"),
        };
        (database, session)
    }
}

/// Sends owned statements.
pub async fn send(
    session: &mut Box<dyn Session>,
    statements: &[impl AsRef<str>],
) -> Result<(), aludel::driver::Failure> {
    let statements: Vec<&str> = statements.iter().map(AsRef::as_ref).collect();
    session.send(&statements).await
}

/// The first cell of a query.
pub async fn cell(session: &mut Box<dyn Session>, sql: &str) -> String {
    let answer = session.query(sql).await.expect("answers");
    answer.rows[0][0].clone().unwrap_or_else(|| "NULL".into())
}
