//! A database of its own for each test.

#![allow(dead_code, unreachable_pub, clippy::unwrap_used, missing_docs)]

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use aludel::config::DatabaseUrl;
use aludel::driver::{
    Access, ConnectOptions, Dialect, Driver, Failure, LockAttempt, LockRequest, Server, Session,
};
use aludel::ledger::{LedgerTables, Snapshot};
use aludel_postgres::{PostgresDialect, PostgresDriver};

static NUMBER: AtomicU32 = AtomicU32::new(0);

/// The URL of a superuser on a server for tests.
pub fn server_url() -> String {
    std::env::var("ALUDEL_TEST_POSTGRES").unwrap_or_else(|_| {
        panic!("ALUDEL_TEST_POSTGRES is not set: run tests/run, which starts the servers")
    })
}

/// A URL with another database and more parameters.
pub fn url_of(database: &str, query: &str) -> String {
    let server = server_url();
    let (place, parameters) = match server.split_once('?') {
        Some((place, parameters)) => (place.to_owned(), parameters.to_owned()),
        None => (server, String::new()),
    };
    let authority = place.splitn(4, '/').take(3).collect::<Vec<_>>().join("/");
    let query: Vec<_> = [parameters.as_str(), query]
        .into_iter()
        .filter(|part| !part.is_empty())
        .collect();
    format!("{authority}/{database}?{}", query.join("&"))
}

pub async fn try_connect(url: &str) -> Result<Box<dyn Session>, Failure> {
    let mut options = ConnectOptions::new(Access::Write);
    options.timeout = Duration::from_secs(20);
    PostgresDriver
        .connect(&DatabaseUrl::parse(url).unwrap(), &options)
        .await
}

/// A database that was just made. It stays: the server is thrown away.
pub struct Database {
    pub name: String,
}

impl Database {
    pub async fn new() -> Self {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
        let name = format!(
            "aludel_{}_{}_{}",
            std::process::id(),
            now.subsec_nanos(),
            NUMBER.fetch_add(1, Ordering::Relaxed)
        );
        let mut session = try_connect(&server_url()).await.unwrap();
        session
            .send(&[&format!("CREATE DATABASE {name}")])
            .await
            .unwrap();
        session.close().await;
        Self { name }
    }

    pub fn url(&self, query: &str) -> String {
        url_of(&self.name, query)
    }

    pub async fn connect(&self) -> Box<dyn Session> {
        try_connect(&self.url("")).await.unwrap()
    }

    pub async fn connect_with(&self, query: &str) -> Box<dyn Session> {
        try_connect(&self.url(query)).await.unwrap()
    }
}

pub fn dialect() -> PostgresDialect {
    PostgresDialect::new(&Server::new("postgres", 12, 0)).unwrap()
}

pub fn tables() -> LedgerTables {
    LedgerTables::default().in_schema("public")
}

pub async fn create_ledger(session: &mut dyn Session, tables: &LedgerTables) {
    send(session, &dialect().create_ledger(tables))
        .await
        .unwrap();
}

pub async fn send(session: &mut dyn Session, statements: &[String]) -> Result<(), Failure> {
    let statements: Vec<_> = statements.iter().map(String::as_str).collect();
    session.send(&statements).await
}

pub async fn lock(session: &mut dyn Session, tables: &LedgerTables) -> LockAttempt {
    let request = LockRequest {
        tables: tables.clone(),
    };
    session.try_lock(&request).await.unwrap()
}

pub async fn obtained(session: &mut dyn Session, tables: &LedgerTables) -> Snapshot {
    match lock(session, tables).await {
        LockAttempt::Obtained(snapshot) => *snapshot,
        LockAttempt::Held(holder) => panic!("held by {holder:?}"),
    }
}

/// The first cell of a reading statement.
pub async fn cell(session: &mut dyn Session, sql: &str) -> Option<String> {
    let result = session.query(sql).await.unwrap();
    result.rows.first()?.first()?.clone()
}
