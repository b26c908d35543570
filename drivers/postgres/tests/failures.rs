//! What a refused statement tells, and what the session is good for afterwards.

#![allow(clippy::unwrap_used, missing_docs)]

mod support;

use std::time::{Duration, Instant};

use aludel::driver::{At, FailureKind, SessionState};
use support::*;

#[tokio::test]
async fn the_failing_statement_is_known_exactly() {
    let db = Database::new().await;
    let mut session = db.connect().await;
    let failure = session
        .send(&[
            "BEGIN",
            "CREATE TABLE t (a int) -- a comment at the end",
            "SELECT 'äöü€', nope FROM t",
            "CREATE TABLE u (a int)",
            "COMMIT",
        ])
        .await
        .unwrap_err();
    assert_eq!(failure.kind, FailureKind::Refused);
    assert_eq!(failure.code.as_deref(), Some("42703"));
    assert_eq!(failure.completed, 2);
    let offset = Some("SELECT 'äöü€', ".len());
    assert_eq!(
        failure.at,
        Some(At {
            statement: 2,
            offset
        })
    );
    assert_eq!(failure.session, SessionState::Ready);
    let left = "SELECT count(*) FROM pg_class WHERE relname IN ('t', 'u')";
    assert_eq!(cell(&mut *session, left).await.as_deref(), Some("0"));
    session.close().await;
}

#[tokio::test]
async fn a_failure_at_run_time_has_no_position_but_a_statement() {
    let db = Database::new().await;
    let mut session = db.connect().await;
    let failure = session
        .send(&["BEGIN", "SELECT 1", "SELECT 1", "SELECT 1 / 0", "COMMIT"])
        .await
        .unwrap_err();
    assert_eq!(failure.code.as_deref(), Some("22012"));
    let statement = 3;
    assert_eq!(
        failure.at,
        Some(At {
            statement,
            offset: None
        })
    );
    session.close().await;
}

#[tokio::test]
async fn a_parse_error_stops_everything_and_is_found() {
    let db = Database::new().await;
    let mut session = db.connect().await;
    let failure = session
        .send(&[
            "CREATE TABLE t (a int)",
            "SELECT '€'",
            "SELECT 'ß' FRUM t WHERE",
            "SELECT 4",
        ])
        .await
        .unwrap_err();
    assert_eq!(failure.code.as_deref(), Some("42601"));
    assert_eq!(failure.completed, 0);
    assert_eq!(failure.at.unwrap().statement, 2);
    let left = "SELECT count(*) FROM pg_class WHERE relname = 't'";
    assert_eq!(cell(&mut *session, left).await.as_deref(), Some("0"));
    session.close().await;
}

#[tokio::test]
async fn a_parse_error_without_a_position_is_found() {
    let db = Database::new().await;
    let mut session = db.connect().await;
    let wrong = [
        "CREATE TABLE u (a int UNIQUE NO INHERIT)",
        "SELECT * FROM t FETCH FIRST 1 ROW WITH TIES",
        "SELECT E'\\xff'",
        "ALTER TABLE t ADD UNIQUE (a) NO INHERIT",
    ];
    for wrong in wrong {
        for place in 0..7 {
            let mut statements = vec![
                "BEGIN",
                "CREATE TABLE t (a int)",
                "SELECT 1",
                "COMMIT",
                "BEGIN",
                "COMMIT",
            ];
            statements.insert(place, wrong);
            let failure = session.send(&statements).await.unwrap_err();
            assert_eq!(failure.completed, 0, "{wrong}: {failure:?}");
            assert_eq!(failure.at.unwrap().statement, place, "{wrong}: {failure:?}");
        }
    }
    // What fails when it runs is no error of parsing.
    let failure = session.send(&["SELECT 1/0", "SELECT 2"]).await.unwrap_err();
    assert_eq!(failure.at.unwrap().statement, 0);
    let left = "SELECT count(*) FROM pg_class WHERE relname IN ('t', 'u')";
    assert_eq!(cell(&mut *session, left).await.as_deref(), Some("0"));
    session.close().await;
}

#[tokio::test]
async fn an_error_inside_a_block_has_context_and_no_offset() {
    let db = Database::new().await;
    let mut session = db.connect().await;
    let block = "DO $$ BEGIN\n EXECUTE 'SELECT 1,\n nope'; END $$";
    let failure = session.send(&["SELECT 1", block]).await.unwrap_err();
    let at = failure.at.unwrap();
    assert_eq!((at.statement, at.offset), (1, None));
    let context = failure.context.unwrap();
    assert!(
        context.contains("line 2 of an inner query: nope"),
        "{context}"
    );
    assert!(context.contains("inline_code_block"), "{context}");
    session.close().await;
}

#[tokio::test]
async fn a_failed_commit_is_told_and_leaves_nothing() {
    let db = Database::new().await;
    let mut session = db.connect().await;
    session
        .send(&[
            "CREATE TABLE p (a int PRIMARY KEY)",
            "CREATE TABLE c (a int REFERENCES p DEFERRABLE INITIALLY DEFERRED)",
        ])
        .await
        .unwrap();
    let failure = session
        .send(&["BEGIN", "INSERT INTO c VALUES (1)", "COMMIT"])
        .await
        .unwrap_err();
    assert_eq!(failure.code.as_deref(), Some("23503"));
    assert_eq!(failure.at.unwrap().statement, 2);
    assert!(failure.detail.is_some());
    session.close().await;
}

#[tokio::test]
async fn an_interrupt_stops_a_statement_and_spares_the_session() {
    let db = Database::new().await;
    let mut session = db.connect().await;
    let interrupt = session.interrupt();
    interrupt.interrupt().await;
    // What nothing was stopped by may still arrive.
    tokio::time::sleep(Duration::from_millis(200)).await;
    let stop = tokio::spawn(async move {
        tokio::time::sleep(Duration::from_millis(300)).await;
        interrupt.interrupt().await;
        interrupt.interrupt().await;
    });
    let began = Instant::now();
    let failure = session
        .send(&["BEGIN", "SELECT pg_sleep(30)", "COMMIT"])
        .await
        .unwrap_err();
    assert!(began.elapsed() < Duration::from_millis(1300));
    assert_eq!(failure.kind, FailureKind::Interrupted);
    assert_eq!(failure.at.unwrap().statement, 1);
    assert_eq!(failure.session, SessionState::Ready);
    stop.await.unwrap();
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert_eq!(cell(&mut *session, "SELECT 7").await.as_deref(), Some("7"));
    session.close().await;
}

#[tokio::test]
async fn a_time_out_is_no_interrupt() {
    let db = Database::new().await;
    let mut session = db.connect().await;
    session
        .send(&["SET statement_timeout = '100ms'"])
        .await
        .unwrap();
    let failure = session.send(&["SELECT pg_sleep(10)"]).await.unwrap_err();
    assert_eq!(failure.kind, FailureKind::Refused);
    assert_eq!(failure.code.as_deref(), Some("57014"));
    session.close().await;
}

#[tokio::test]
async fn a_lock_that_is_not_to_be_had_is_busy() {
    let db = Database::new().await;
    let mut one = db.connect().await;
    let mut two = db.connect().await;
    one.send(&["CREATE TABLE t (a int)"]).await.unwrap();
    one.send(&["BEGIN", "LOCK TABLE t"]).await.unwrap();
    two.send(&["SET lock_timeout = '100ms'"]).await.unwrap();
    let failure = two.send(&["SELECT * FROM t"]).await.unwrap_err();
    assert_eq!(failure.kind, FailureKind::Busy);
    one.send(&["ROLLBACK"]).await.unwrap();
    one.close().await;
    two.close().await;
}

#[tokio::test]
async fn a_lost_connection_is_told_with_its_reason() {
    let db = Database::new().await;
    let mut victim = db.connect().await;
    let mut other = db.connect().await;
    let pid = cell(&mut *victim, "SELECT pg_backend_pid()").await.unwrap();
    let kill = format!("SELECT pg_terminate_backend({pid})");
    // While nothing runs.
    cell(&mut *other, &kill).await;
    tokio::time::sleep(Duration::from_millis(200)).await;
    let failure = victim.send(&["SELECT 1"]).await.unwrap_err();
    assert_eq!(failure.kind, FailureKind::Lost);
    assert_eq!(failure.code.as_deref(), Some("57P01"), "{failure:?}");
    assert_eq!(failure.session, SessionState::Dead);
    let failure = victim.send(&["SELECT 1"]).await.unwrap_err();
    assert_eq!(failure.kind, FailureKind::Lost);
    victim.close().await;
    // While something does.
    let mut victim = db.connect().await;
    let pid = cell(&mut *victim, "SELECT pg_backend_pid()").await.unwrap();
    let kill = tokio::spawn(async move {
        tokio::time::sleep(Duration::from_millis(200)).await;
        cell(&mut *other, &format!("SELECT pg_terminate_backend({pid})")).await
    });
    let failure = victim.send(&["SELECT pg_sleep(30)"]).await.unwrap_err();
    assert_eq!(failure.kind, FailureKind::Lost);
    assert_eq!(failure.code.as_deref(), Some("57P01"));
    kill.await.unwrap();
    victim.close().await;
}

#[tokio::test]
async fn a_concurrent_build_that_failed_names_the_invalid_index() {
    let db = Database::new().await;
    let mut session = db.connect().await;
    session
        .send(&["CREATE TABLE t AS SELECT 1 AS a FROM generate_series(1, 2)"])
        .await
        .unwrap();
    let failure = session
        .send(&["CREATE UNIQUE INDEX CONCURRENTLY \"I\" ON t (a)"])
        .await
        .unwrap_err();
    assert_eq!(failure.code.as_deref(), Some("23505"));
    let hint = failure.hint.unwrap();
    assert!(
        hint.contains("DROP INDEX CONCURRENTLY public.\"I\";"),
        "{hint}"
    );
    session.close().await;
}

#[tokio::test]
async fn thousands_of_rows_and_nothing_at_all() {
    let db = Database::new().await;
    let mut session = db.connect().await;
    session.send(&[]).await.unwrap();
    let rows = session
        .query("SELECT i, NULL, 'x' FROM generate_series(1, 5000) AS i")
        .await
        .unwrap();
    assert_eq!(rows.rows.len(), 5000);
    assert_eq!(rows.columns[0], "i");
    let last = vec![Some("5000".into()), None, Some("x".into())];
    assert_eq!(rows.rows[4999], last);
    session.close().await;
}

#[tokio::test]
async fn a_copy_that_waits_for_the_client_ends() {
    let db = Database::new().await;
    let mut session = db.connect().await;
    session.send(&["CREATE TABLE t (a int)"]).await.unwrap();
    let copy = session.send(&["COPY t FROM STDIN"]);
    let failure = tokio::time::timeout(Duration::from_secs(10), copy)
        .await
        .expect("it waits for ever")
        .unwrap_err();
    assert_eq!(failure.session, SessionState::Dead);
    session.close().await;
}
