//! Connections out of a bb8 pool of diesel-async's.

#![allow(clippy::unwrap_used, reason = "a panic is a failed test")]

mod support;

use std::time::Duration;

use aludel_diesel::{Lend, Lent};
use aludel_tests::database::Database;
use aludel_tests::engine::Engine;
use aludel_tests::project::Project;
use diesel_async::pooled_connection::AsyncDieselConnectionManager;
use diesel_async::pooled_connection::bb8::Pool;
use diesel_async::{AsyncMysqlConnection, AsyncPgConnection, SimpleAsyncConnection};
use support::{Sqlite, migrator, mysql_url, place, sqlite_path};

/// A pool of one connection. (No function: its bounds would be Diesel's inside.)
macro_rules! pool {
    ($connection:ty, $url:expr) => {
        Pool::builder()
            .max_size(1)
            .build(AsyncDieselConnectionManager::<$connection>::new($url))
            .await
            .unwrap()
    };
}

macro_rules! from_a_pool {
    ($name:ident, $connection:ty, $engine:expr, $url:expr) => {
        #[tokio::test(flavor = "multi_thread")]
        async fn $name() {
            let place = place($engine);
            let url: fn(&Database) -> String = $url;
            let pool = pool!($connection, url(&place));
            let project = Project::traced(3);
            let mut connection = pool.get().await.unwrap();
            migrate(&mut *connection, &project).await;
            drop(connection);
            assert_eq!(place.applied(), project.ids());
            // The pool has one connection, and it is in order.
            let mut connection = pool.get().await.unwrap();
            connection
                .batch_execute("INSERT INTO trace VALUES ('mine')")
                .await
                .unwrap();
            assert_eq!(pool.state().statistics.connections_created, 1);
        }
    };
}

async fn migrate<C: Lend>(connection: &mut C, project: &Project) {
    let mut session = Lent::new(connection).await.unwrap();
    let done = migrator(project)
        .run_on(&mut session, "heads")
        .await
        .unwrap();
    assert_eq!(done.revisions.len(), 3);
}

from_a_pool!(
    postgres_from_a_pool,
    AsyncPgConnection,
    Engine::Postgres,
    |place| place.url.clone()
);
from_a_pool!(
    mariadb_from_a_pool,
    AsyncMysqlConnection,
    Engine::Mariadb,
    mysql_url
);
from_a_pool!(sqlite_from_a_pool, Sqlite, Engine::Sqlite, |place| {
    sqlite_path(place).into()
});

/// Dropped half-way, a statement goes on and its connection is in nobody knows what state: the
/// pool throws it away.
#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_is_dropped_spoils_its_connection() {
    let place = place(Engine::Postgres);
    let pool = pool!(AsyncPgConnection, place.url.clone());
    let mut project = Project::traced(1);
    project.add("SELECT pg_sleep(2);\n");
    let migrator = migrator(&project);
    let mut connection = pool.get().await.unwrap();
    let mut session = Lent::new(&mut *connection).await.unwrap();
    let run = migrator.run_on(&mut session, "heads");
    let late = tokio::time::timeout(Duration::from_millis(500), run).await;
    assert!(late.is_err());
    drop(session);
    drop(connection);
    let mut connection = pool.get().await.unwrap();
    connection.batch_execute("SELECT 1").await.unwrap();
    assert_eq!(pool.state().statistics.connections_created, 2);
    drop(connection);
    drop(pool);
    // The server notices that nobody waits, and rolls back.
    while !place.left_behind().is_empty() {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(place.applied(), project.ids()[..1]);
}
