//! Runs on connections that an application lends: it gets them back as they were.

#![allow(clippy::unwrap_used, reason = "a panic is a failed test")]

mod support;

use aludel::driver::{Session, Tenure};
use aludel::{Error, Move};
use aludel_diesel::{Lend, Lent};
use aludel_tests::database::Database;
use aludel_tests::engine::Engine;
use aludel_tests::project::Project;
use diesel_async::{AsyncConnection, SimpleAsyncConnection};
use support::{builder, migrator, mysql, pg, place, servers, sqlite};

/// Everything is applied on a connection of the application's, and nothing of ours stays on it.
async fn applies_and_gives_back<C>(mut connection: C, place: &Database)
where
    C: Lend + AsyncConnection,
{
    let project = Project::traced(3);
    let migrator = migrator(&project);
    let mut session = Lent::new(&mut connection).await.unwrap();
    assert_eq!(session.tenure(), Tenure::Lent);
    let done = migrator.run_on(&mut session, "heads").await.unwrap();
    assert_eq!(done.revisions, project.names());
    drop(session);
    assert_eq!(place.applied(), project.ids());
    assert_eq!(place.done(), project.ids());
    // The lock is free while the connection lives: another run gets it at once.
    let again = migrator.run(&place.url, "heads").await.unwrap();
    assert_eq!(again.revisions, [""; 0]);
    connection
        .batch_execute("INSERT INTO trace VALUES ('mine')")
        .await
        .unwrap();
    assert_eq!(place.number("SELECT count(*) FROM trace"), 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn postgres_applies_and_gives_back() {
    for engine in servers("postgres") {
        let place = place(engine);
        applies_and_gives_back(pg(&place).await, &place).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn mysql_applies_and_gives_back() {
    for engine in servers("mysql") {
        let place = place(engine);
        applies_and_gives_back(mysql(&place).await, &place).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn sqlite_applies_and_gives_back() {
    let place = place(Engine::Sqlite);
    applies_and_gives_back(sqlite(&place).await, &place).await;
}

/// Begun by SQL, which Diesel's transaction manager does not see.
async fn nothing_is_committed_inside<C>(mut connection: C, place: &Database)
where
    C: Lend + AsyncConnection,
{
    let project = Project::traced(3);
    let migrator = migrator(&project);
    for end in ["ROLLBACK", "COMMIT"] {
        connection.batch_execute("BEGIN").await.unwrap();
        let mut session = Lent::new(&mut connection).await.unwrap();
        assert_eq!(session.tenure(), Tenure::InTransaction);
        let done = migrator.run_on(&mut session, "heads").await.unwrap();
        assert_eq!(done.revisions.len(), 3);
        // Twice in one transaction: the second finds nothing to do.
        let done = migrator.run_on(&mut session, "heads").await.unwrap();
        assert_eq!(done.revisions.len(), 0);
        drop(session);
        assert_eq!(place.applied(), [""; 0], "before {end}");
        connection.batch_execute(end).await.unwrap();
    }
    assert_eq!(place.applied(), project.ids());
}

#[tokio::test(flavor = "multi_thread")]
async fn postgres_commits_nothing_inside_a_transaction() {
    for engine in servers("postgres") {
        let place = place(engine);
        nothing_is_committed_inside(pg(&place).await, &place).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn sqlite_commits_nothing_inside_a_transaction() {
    let place = place(Engine::Sqlite);
    nothing_is_committed_inside(sqlite(&place).await, &place).await;
}

/// The revision that fails is undone alone; those before it stand in the transaction, which goes on.
async fn a_failure_inside_undoes_its_revision_alone<C>(mut connection: C, place: &Database)
where
    C: Lend + AsyncConnection,
{
    let mut project = Project::traced(2);
    project.add("CREATE TABLE half (id INTEGER);\nINSERT INTO nowhere VALUES (1);\n");
    let migrator = migrator(&project);
    connection.batch_execute("BEGIN").await.unwrap();
    let mut session = Lent::new(&mut connection).await.unwrap();
    let error = migrator.run_on(&mut session, "heads").await.unwrap_err();
    let text = error.to_string();
    assert!(text.contains("stopped at statement 2 of 2"), "{text}");
    assert!(text.contains("up.sql:2:1"), "{text}");
    let last = &project.names()[1];
    let lent = format!(
        "applied in your transaction, which is yours to commit: 2 revisions, the last {last}"
    );
    assert!(text.contains(&lent), "{text}");
    drop(session);
    connection
        .batch_execute("INSERT INTO trace VALUES ('mine')")
        .await
        .unwrap();
    connection.batch_execute("COMMIT").await.unwrap();
    assert_eq!(place.applied(), project.ids()[..2]);
    assert!(!place.has_table("half"));
    assert_eq!(place.number("SELECT count(*) FROM trace"), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn postgres_undoes_a_failed_revision_alone() {
    for engine in servers("postgres") {
        let place = place(engine);
        a_failure_inside_undoes_its_revision_alone(pg(&place).await, &place).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn sqlite_undoes_a_failed_revision_alone() {
    let place = place(Engine::Sqlite);
    a_failure_inside_undoes_its_revision_alone(sqlite(&place).await, &place).await;
}

/// Diesel's own way of testing: everything happens in a transaction that is never committed.
#[tokio::test(flavor = "multi_thread")]
async fn a_test_transaction_is_one() {
    let place = place(Engine::Postgres);
    let project = Project::traced(2);
    let mut connection = pg(&place).await;
    connection.begin_test_transaction().await.unwrap();
    let mut session = Lent::new(&mut connection).await.unwrap();
    assert_eq!(session.tenure(), Tenure::InTransaction);
    migrator(&project)
        .run_on(&mut session, "heads")
        .await
        .unwrap();
    drop(session);
    drop(connection);
    assert_eq!(place.applied(), [""; 0]);
}

fn code(error: &Error) -> Vec<(&'static str, usize)> {
    match error {
        Error::Run(aludel::run::RunError::Scripts(issues)) => issues
            .iter()
            .map(|issue| (issue.code, issue.line))
            .collect(),
        other => vec![(other.code(), 0)],
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_commits_by_itself_is_refused_before_anything_runs() {
    let mut project = Project::traced(1);
    project.add("CREATE INDEX CONCURRENTLY i ON trace (revision);\n");
    project.add("-- aludel: no-transaction\nDROP INDEX i;\n");
    let migrator = migrator(&project);
    let place = place(Engine::Postgres);
    let mut connection = pg(&place).await;
    connection.batch_execute("BEGIN").await.unwrap();
    let mut session = Lent::new(&mut connection).await.unwrap();
    let error = migrator.run_on(&mut session, "heads").await.unwrap_err();
    assert_eq!(code(&error), [("script-commits", 1), ("script-commits", 2)]);
    drop(session);
    connection.batch_execute("COMMIT").await.unwrap();
    assert!(!place.has_table("trace") && !place.has_table("__aludel_journal"));
    // Outside a transaction the same connection permits it.
    let mut session = Lent::new(&mut connection).await.unwrap();
    let done = migrator.run_on(&mut session, "heads").await.unwrap();
    assert_eq!(done.revisions.len(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn mysql_refuses_ddl_inside_a_transaction_and_keeps_its_rows_uncommitted() {
    for engine in servers("mysql") {
        refuses_ddl_and_keeps_rows_uncommitted(&place(engine)).await;
    }
}

async fn refuses_ddl_and_keeps_rows_uncommitted(place: &Database) {
    let mut project = Project::traced(1);
    let first = migrator(&project);
    let mut connection = mysql(place).await;
    connection.batch_execute("BEGIN").await.unwrap();
    let mut session = Lent::new(&mut connection).await.unwrap();
    assert_eq!(session.tenure(), Tenure::InTransaction);
    let error = first.run_on(&mut session, "heads").await.unwrap_err();
    assert_eq!(code(&error), [("ledger-absent", 0)]);
    drop(session);
    // To MySQL, a table that was made meanwhile does not exist in an older transaction.
    connection.batch_execute("COMMIT").await.unwrap();
    first.run(&place.url, Move::Ensure).await.unwrap();
    connection.batch_execute("BEGIN").await.unwrap();
    let mut session = Lent::new(&mut connection).await.unwrap();
    let error = first.run_on(&mut session, "heads").await.unwrap_err();
    assert_eq!(code(&error), [("script-commits", 1)]);
    drop(session);
    connection.batch_execute("COMMIT").await.unwrap();
    assert!(!place.has_table("trace"));

    first.run(&place.url, "heads").await.unwrap();
    project.add("INSERT INTO trace VALUES ('2');\n");
    let second = migrator(&project);
    for (end, rows) in [("ROLLBACK", 1), ("COMMIT", 2)] {
        connection.batch_execute("BEGIN").await.unwrap();
        let mut session = Lent::new(&mut connection).await.unwrap();
        let done = second.run_on(&mut session, "heads").await.unwrap();
        assert_eq!(done.revisions.len(), 1);
        drop(session);
        assert_eq!(place.applied().len(), 1, "before {end}");
        connection.batch_execute(end).await.unwrap();
        assert_eq!(place.number("SELECT count(*) FROM trace"), rows);
    }
    assert_eq!(place.applied(), project.ids());
}

#[tokio::test(flavor = "multi_thread")]
async fn settings_of_a_lent_connection_are_left_alone() {
    let place = place(Engine::Postgres);
    let mut project = Project::traced(1);
    project.add("SELECT 1;\nSET search_path = '';\n");
    let mut connection = pg(&place).await;
    let mut session = Lent::new(&mut connection).await.unwrap();
    let migrator = migrator(&project);
    let error = migrator.run_on(&mut session, "heads").await.unwrap_err();
    assert_eq!(code(&error), [("script-sets-session", 2)]);
    assert!(error.to_string().contains("Migrator::run"), "{error}");
    assert!(!place.has_table("trace"));
    assert_eq!(
        migrator
            .run(&place.url, "heads")
            .await
            .unwrap()
            .revisions
            .len(),
        2
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn another_runner_waits_for_the_end_of_the_transaction() {
    let place = place(Engine::Postgres);
    let project = Project::traced(2);
    let migrator = migrator(&project);
    let mut connection = pg(&place).await;
    connection.batch_execute("BEGIN").await.unwrap();
    let mut session = Lent::new(&mut connection).await.unwrap();
    migrator.run_on(&mut session, "heads").await.unwrap();
    drop(session);
    let error = migrator.run(&place.url, "heads").await.unwrap_err();
    assert_eq!(error.code(), "lock-timeout", "{error}");
    // And the other way round: what is lent does not get past another's lock.
    let mut second = pg(&place).await;
    let mut session = Lent::new(&mut second).await.unwrap();
    let error = migrator.run_on(&mut session, "heads").await.unwrap_err();
    assert_eq!(error.code(), "lock-timeout", "{error}");
    connection.batch_execute("COMMIT").await.unwrap();
    let done = migrator.run_on(&mut session, "heads").await.unwrap();
    assert_eq!(done.revisions, [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_snapshot_that_may_be_older_than_the_lock_is_refused() {
    let place = place(Engine::Postgres);
    let mut connection = pg(&place).await;
    connection
        .batch_execute("BEGIN ISOLATION LEVEL REPEATABLE READ")
        .await
        .unwrap();
    let error = Lent::new(&mut connection).await.err().unwrap();
    assert!(error.to_string().contains("READ COMMITTED"), "{error}");
}

/// Cancelling stops the statement, rolls back, and leaves the connection to the application.
async fn stops<C>(mut connection: C, place: &Database, sleep: &str)
where
    C: Lend + AsyncConnection,
{
    let mut project = Project::traced(1);
    project.add(sleep);
    let cancel = tokio_util::sync::CancellationToken::new();
    let migrator = builder()
        .directory(project.migrations())
        .cancel(cancel.clone())
        .build()
        .unwrap();
    let mut session = Lent::new(&mut connection).await.unwrap();
    let (done, ()) = tokio::join!(migrator.run_on(&mut session, "heads"), async {
        // Until the sleeper sleeps.
        while place.query_server(sleeping(place)).is_empty() {
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
        cancel.cancel();
    });
    assert_eq!(done.unwrap_err().code(), "interrupted");
    drop(session);
    connection
        .batch_execute("INSERT INTO trace VALUES ('mine')")
        .await
        .unwrap();
    assert_eq!(place.applied(), project.ids()[..1]);
}

fn sleeping(place: &Database) -> &'static str {
    let name = place.name();
    let sql = if place.url.starts_with("postgres") {
        format!(
            "SELECT pid FROM pg_stat_activity WHERE datname = '{name}' AND state = 'active' AND query LIKE '%pg_sleep%'"
        )
    } else {
        format!(
            "SELECT id FROM information_schema.processlist WHERE db = '{name}' AND info LIKE '%sleep%' AND id <> connection_id()"
        )
    };
    sql.leak()
}

#[tokio::test(flavor = "multi_thread")]
async fn postgres_stops_and_goes_on() {
    for engine in servers("postgres") {
        let place = place(engine);
        stops(pg(&place).await, &place, "SELECT pg_sleep(60);\n").await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn mysql_stops_and_goes_on() {
    for engine in servers("mysql") {
        let place = place(engine);
        stops(mysql(&place).await, &place, "DO sleep(60);\n").await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn sqlite_waits_for_another_writer_and_no_longer_than_it_may() {
    let place = place(Engine::Sqlite);
    let project = Project::traced(2);
    let migrator = migrator(&project);
    let mut writer = sqlite(&place).await;
    writer.batch_execute("BEGIN IMMEDIATE").await.unwrap();
    let mut connection = sqlite(&place).await;
    let mut session = Lent::new(&mut connection)
        .await
        .unwrap()
        .lock_timeout(std::time::Duration::from_millis(100));
    let error = migrator.run_on(&mut session, "heads").await.unwrap_err();
    assert_eq!(error.code(), "lock-timeout", "{error}");
    let mut session = session.lock_timeout(std::time::Duration::from_secs(60));
    let (done, ()) = tokio::join!(migrator.run_on(&mut session, "heads"), async {
        tokio::time::sleep(std::time::Duration::from_millis(300)).await;
        writer.batch_execute("ROLLBACK").await.unwrap();
    });
    assert_eq!(done.unwrap().revisions.len(), 2);
}

/// A revision written in Rust, which also reads, inside the application's transaction.
struct Copies;

impl aludel::revision::RustRevision for Copies {
    async fn up(
        &self,
        context: &mut aludel::revision::Context<'_>,
    ) -> Result<(), aludel::revision::ContextError> {
        let rows = context
            .query("SELECT revision, 2 AS two, 1.50 AS half FROM trace")
            .await?;
        let row: Vec<_> = rows.rows[0]
            .iter()
            .map(|cell| cell.clone().unwrap())
            .collect();
        let copy = context.literal(&row.join("/"));
        context
            .execute(&format!("INSERT INTO trace VALUES ({copy})"))
            .await?;
        context.execute("SET search_path = ''").await
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_revision_in_rust_stays_within_what_is_lent() {
    let place = place(Engine::Postgres);
    let project = Project::traced(1);
    let migrator = builder()
        .directory(project.migrations())
        .revision_after(&[&project.ids()[0]], "2026-02-01-000000_copies", Copies)
        .build()
        .unwrap();
    let mut connection = pg(&place).await;
    connection.begin_test_transaction().await.unwrap();
    let mut session = Lent::new(&mut connection).await.unwrap();
    let error = migrator.run_on(&mut session, "heads").await.unwrap_err();
    assert!(
        error.to_string().contains("which is your application's"),
        "{error}"
    );
    let rows = session
        .query("SELECT revision FROM trace ORDER BY 1")
        .await
        .unwrap();
    // Its copy was rolled back; the revision before it stands, and the transaction goes on.
    assert_eq!(rows.rows, [[Some("1".to_owned())]]);
}

/// What a prepared statement answers in binary comes as text, as from a driver's own session.
#[tokio::test(flavor = "multi_thread")]
async fn values_come_as_text() {
    let sql = "SELECT 1 AS one, 'it''s' AS two, 1.50 AS three, NULL AS four, CAST('2026-01-05' AS DATE) AS five";
    let expected = ["1", "it's", "1.50", "NULL", "2026-01-05"];
    let texts = |rows: aludel::driver::ResultSet| -> Vec<String> {
        let row = rows.rows.into_iter().next().unwrap().into_iter();
        row.map(|cell| cell.unwrap_or_else(|| "NULL".into()))
            .collect()
    };
    for engine in servers("postgres") {
        let place = place(engine);
        let mut connection = pg(&place).await;
        let mut session = Lent::new(&mut connection).await.unwrap();
        assert_eq!(texts(session.query(sql).await.unwrap()), expected);
    }
    for engine in servers("mysql") {
        let place = place(engine);
        let mut connection = mysql(&place).await;
        let mut session = Lent::new(&mut connection).await.unwrap();
        assert_eq!(texts(session.query(sql).await.unwrap()), expected);
    }
}
