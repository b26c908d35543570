//! Messages on live servers: which statement failed, splitting, settings.

mod support;

use aludel::driver::FailureKind;
use support::{Database, cell, send, servers};

const PROCEDURE: &str =
    "CREATE PROCEDURE p() BEGIN SELECT 1; IF 1 = 2 THEN SELECT ';'; END IF; SELECT 2; END";

/// The failing statement's index, whatever stands before it.
#[tokio::test(flavor = "multi_thread")]
async fn the_failing_statement_is_named() {
    for server in servers() {
        let (_, mut session) = Database::create(&server, "index").await;
        send(
            &mut session,
            &[
                "CREATE TABLE t (a INT PRIMARY KEY)",
                PROCEDURE,
                "CREATE PROCEDURE bad() BEGIN SELECT 1; SELECT * FROM absent; END",
            ],
        )
        .await
        .expect("runs");
        let good = [
            "INSERT INTO t VALUES (1) -- one",
            "SELECT 1 UNION SELECT 2",
            "CALL p()",
            "PREPARE s FROM 'CALL p()'",
            "EXECUTE s",
            "/*!40101 SET @x = 1 */",
            "/*!99999 SELECT 1 */",
            "EXPLAIN SELECT 1",
        ];
        for bad in [
            "CREATE TABLE t (a INT)",
            "SELECT absent FROM t",
            "NONSENSE",
            "CALL bad()",
            "SELECT a, (SELECT a FROM (SELECT 1 AS a UNION SELECT 2) AS x WHERE t.a > 0) FROM t",
        ] {
            for before in 0..=good.len() {
                session.send(&["DELETE FROM t"]).await.expect("empties");
                let mut message = vec!["INSERT INTO t VALUES (7)"];
                message.extend(&good[..before]);
                message.extend([bad, "INSERT INTO t VALUES (9)"]);
                let failure = session.send(&message).await.expect_err(bad);
                let told = (failure.at.map(|at| at.statement), failure.completed);
                assert_eq!(
                    told,
                    (Some(before + 1), before + 1),
                    "{server} {before} {bad} {failure}"
                );
                assert_eq!(failure.kind, FailureKind::Refused);
                assert_eq!(
                    cell(&mut session, "SELECT count(*) FROM t WHERE a = 9").await,
                    "0"
                );
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_in_the_middle_is_one_statement() {
    for server in servers() {
        let (_, mut session) = Database::create(&server, "body").await;
        let failure = session
            .send(&[
                "CREATE TABLE t (a INT)",
                "INSERT INTO t VALUES (1)",
                PROCEDURE,
                "CREATE TABLE t (a INT)",
                "INSERT INTO t VALUES (2)",
            ])
            .await
            .expect_err("the table exists");
        assert_eq!(failure.at.map(|at| at.statement), Some(3));
        assert_eq!(failure.completed, 3);
        assert_eq!(failure.code.as_deref(), Some("1050 (42S01)"));
        assert_eq!(cell(&mut session, "SELECT count(*) FROM t").await, "1");
    }
}

/// Texts beyond what the server takes in one packet travel in several.
#[tokio::test(flavor = "multi_thread")]
async fn long_messages_are_split() {
    for server in servers() {
        let (database, mut session) = Database::create(&server, "long").await;
        let old = cell(&mut session, "SELECT @@GLOBAL.max_allowed_packet").await;
        session
            .send(&[
                "CREATE TABLE t (a LONGTEXT)",
                "SET GLOBAL max_allowed_packet = 1048576",
            ])
            .await
            .expect("runs");
        let mut small = support::open(&database.url).await;
        let text = format!("INSERT INTO t VALUES ('{}')", "x".repeat(600_000));
        let result = small.send(&[&text, &text, &text, "NONSENSE"]).await;
        let restore = format!("SET GLOBAL max_allowed_packet = {old}");
        session.send(&[&restore]).await.expect("restores");
        let failure = result.expect_err("the last");
        assert_eq!(
            (failure.kind, failure.completed),
            (FailureKind::Refused, 3),
            "{failure}"
        );
        assert_eq!(cell(&mut session, "SELECT count(*) FROM t").await, "3");
    }
}

/// What a session starts with is what a printed script starts with, and what a reset gives back.
#[tokio::test(flavor = "multi_thread")]
async fn settings_are_the_same_at_the_start_after_a_reset_and_in_a_script() {
    const SEEN: &str = "SELECT CONCAT_WS(' ', @@sql_mode, @@time_zone, @@autocommit, @@foreign_key_checks, \
        @@unique_checks, @@character_set_client, @@character_set_results, @@collation_connection, \
        @@sql_safe_updates, @@group_concat_max_len, @@lock_wait_timeout, @@default_storage_engine, @@sql_select_limit, @@sql_notes)";
    for server in servers() {
        let (database, mut session) = Database::create(&server, "settings").await;
        let start = cell(&mut session, SEEN).await;
        session
            .send(&[
                "CREATE TABLE t (a INT)",
                "SET sql_mode = 'ANSI', time_zone = '+05:00', autocommit = 0, foreign_key_checks = 0, unique_checks = 0",
                "SET NAMES latin1",
                "SET sql_safe_updates = 1, group_concat_max_len = 10, lock_wait_timeout = 5, \
                 default_storage_engine = MyISAM, sql_select_limit = 1, sql_notes = 0",
                "LOCK TABLES t READ",
            ])
            .await
            .expect("runs");
        session
            .send(database.dialect.reset_session())
            .await
            .expect("resets");
        assert_eq!(cell(&mut session, SEEN).await, start, "{server}");
        session
            .send(&["CREATE TABLE u (a INT)"])
            .await
            .expect("no table is locked");
    }
}
