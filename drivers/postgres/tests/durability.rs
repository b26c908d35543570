//! What is answered as done is on disk, though not every commit waited for it. The servers of
//! `tests/servers` write their log for asynchronous commits so rarely that it would be noticed.

#![allow(clippy::unwrap_used, missing_docs)]

mod support;

use std::ops::Range;

use aludel::driver::{Failure, FailureKind, Message, Session};
use support::*;

// In two parts: a message that speaks of the setting is left alone.
const SEEN: &str = "INSERT INTO seen SELECT current_setting('synchronous' || '_commit'), pg_current_wal_insert_lsn()";

/// Transactions that each note the setting under which they commit, and where the log is.
fn transactions(count: usize, spoilt: Option<usize>) -> (Vec<String>, Vec<Range<usize>>) {
    let mut statements = Vec::new();
    let mut ranges = Vec::new();
    for number in 0..count {
        let begin = statements.len();
        statements.push("BEGIN".to_owned());
        statements.push(if spoilt == Some(number) {
            "INSERT INTO no_such_table VALUES (1)".to_owned()
        } else {
            SEEN.to_owned()
        });
        statements.push("COMMIT".to_owned());
        ranges.push(begin..statements.len());
    }
    (statements, ranges)
}

async fn deliver(
    session: &mut dyn Session,
    statements: &[String],
    ranges: &[Range<usize>],
) -> Result<usize, Failure> {
    let statements: Vec<&str> = statements.iter().map(String::as_str).collect();
    session.deliver(Message::new(&statements, ranges)).await
}

/// A session with the table that the transactions write to.
async fn session(db: &Database) -> Box<dyn Session> {
    let mut session = db.connect().await;
    let table = "CREATE TABLE seen (setting TEXT, lsn PG_LSN)";
    session.send(&[table]).await.unwrap();
    session
}

/// All that was committed lies below what is on disk.
async fn is_on_disk(db: &Database) -> bool {
    let mut other = db.connect().await;
    let sql = "SELECT pg_current_wal_flush_lsn() > max(lsn) FROM seen";
    let answer = cell(&mut *other, sql).await;
    other.close().await;
    answer.as_deref() == Some("t")
}

#[tokio::test]
async fn only_the_last_commit_of_a_message_waits_and_no_setting_stays_changed() {
    let db = Database::new().await;
    let mut session = session(&db).await;
    let (statements, ranges) = transactions(3, None);
    let done = deliver(&mut *session, &statements, &ranges).await.unwrap();
    assert_eq!(done, statements.len());
    assert!(is_on_disk(&db).await);
    let seen = session
        .query("SELECT setting FROM seen ORDER BY lsn")
        .await
        .unwrap();
    let seen: Vec<_> = seen
        .rows
        .iter()
        .map(|row| row[0].as_deref().unwrap())
        .collect();
    assert_eq!(seen, ["off", "off", "on"]);
    let after = cell(&mut *session, "SHOW synchronous_commit").await;
    assert_eq!(after.as_deref(), Some("on"));
    session.close().await;
}

#[tokio::test]
async fn the_databases_own_setting_is_the_last_commits() {
    let db = Database::new().await;
    let mut other = db.connect().await;
    let name = &db.name;
    let set = format!("ALTER DATABASE {name} SET synchronous_commit = 'local'");
    other.send(&[&set]).await.unwrap();
    other.close().await;
    let mut session = session(&db).await;
    let (statements, ranges) = transactions(2, None);
    deliver(&mut *session, &statements, &ranges).await.unwrap();
    let last = cell(&mut *session, "SELECT setting FROM seen ORDER BY lsn DESC").await;
    assert_eq!(last.as_deref(), Some("local"));
    session.close().await;
}

#[tokio::test]
async fn what_counts_as_completed_before_a_failure_is_on_disk() {
    for spoilt in 0..6 {
        let db = Database::new().await;
        let mut session = session(&db).await;
        let (statements, ranges) = transactions(6, Some(spoilt));
        let failure = deliver(&mut *session, &statements, &ranges)
            .await
            .unwrap_err();
        assert_eq!(failure.kind, FailureKind::Refused);
        assert_eq!(failure.at.unwrap().statement, 3 * spoilt + 1, "{failure:?}");
        assert_eq!(failure.completed, 3 * spoilt + 1);
        let count = cell(&mut *session, "SELECT count(*) FROM seen").await;
        assert_eq!(count.as_deref(), Some(spoilt.to_string().as_str()));
        assert!(spoilt == 0 || is_on_disk(&db).await, "{spoilt}");
        session.close().await;
    }
}

#[tokio::test]
async fn a_lost_connection_counts_nothing_that_may_not_be_on_disk() {
    let db = Database::new().await;
    let mut session = session(&db).await;
    let (mut statements, ranges) = transactions(3, None);
    statements[7] = "SELECT pg_terminate_backend(pg_backend_pid())".into();
    let failure = deliver(&mut *session, &statements, &ranges)
        .await
        .unwrap_err();
    assert_eq!(failure.kind, FailureKind::Lost, "{failure:?}");
    assert_eq!(failure.completed, 0);
    session.close().await;
}
