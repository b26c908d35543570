//! The lock: obtained, held, free again.

#![allow(clippy::unwrap_used, missing_docs)]

mod support;

use aludel::driver::{Dialect, LockAttempt};
use aludel::ledger::LedgerTables;
use support::*;

#[tokio::test]
async fn held_by_one_and_free_after_close() {
    let db = Database::new().await;
    let mut one = db.connect_with("application_name=first").await;
    let mut two = db.connect().await;
    let pid = cell(&mut *one, "SELECT pg_backend_pid()").await.unwrap();
    create_ledger(&mut *one, &tables()).await;
    // With and without a schema the lock is the same.
    obtained(&mut *one, &LedgerTables::default()).await;
    let LockAttempt::Held(Some(holder)) = lock(&mut *two, &tables()).await else {
        panic!("two holders");
    };
    assert_eq!(holder.session, pid);
    assert!(
        holder.description.contains("application first"),
        "{holder:?}"
    );
    one.close().await;
    obtained(&mut *two, &tables()).await;
    two.close().await;
}

#[tokio::test]
async fn kept_though_the_tables_are_absent() {
    let db = Database::new().await;
    let mut one = db.connect().await;
    let mut two = db.connect().await;
    let snapshot = obtained(&mut *one, &LedgerTables::default()).await;
    assert!(!snapshot.ledger_exists);
    assert!(matches!(
        lock(&mut *two, &LedgerTables::default()).await,
        LockAttempt::Held(Some(_))
    ));
    assert!(matches!(
        lock(&mut *two, &tables()).await,
        LockAttempt::Held(Some(_))
    ));
    // It outlives failures too.
    one.send(&["BEGIN", "SELECT 1 / 0"]).await.unwrap_err();
    assert!(matches!(
        lock(&mut *two, &tables()).await,
        LockAttempt::Held(_)
    ));
    one.unlock().await.unwrap();
    obtained(&mut *two, &tables()).await;
    one.close().await;
    two.close().await;
}

#[tokio::test]
async fn asked_for_twice_it_is_given_back_once() {
    let db = Database::new().await;
    let mut one = db.connect().await;
    let mut two = db.connect().await;
    obtained(&mut *one, &tables()).await;
    obtained(&mut *one, &tables()).await;
    one.unlock().await.unwrap();
    obtained(&mut *two, &tables()).await;
    one.close().await;
    two.close().await;
}

#[tokio::test]
async fn ledgers_do_not_wait_for_each_other() {
    let db = Database::new().await;
    let mut one = db.connect().await;
    let mut two = db.connect().await;
    obtained(&mut *one, &tables()).await;
    obtained(&mut *two, &LedgerTables::default().in_schema("tenant")).await;
    one.close().await;
    two.close().await;
}

#[tokio::test]
async fn a_reader_is_let_in() {
    let db = Database::new().await;
    let mut one = db.connect().await;
    let mut two = db.connect().await;
    create_ledger(&mut *one, &tables()).await;
    obtained(&mut *one, &tables()).await;
    assert!(two.read(&tables()).await.unwrap().ledger_exists);
    one.close().await;
    two.close().await;
}

#[tokio::test]
async fn a_lock_that_got_lost_is_told() {
    let db = Database::new().await;
    let mut one = db.connect().await;
    obtained(&mut *one, &tables()).await;
    one.send(&["DISCARD ALL"]).await.unwrap();
    let failure = one.unlock().await.unwrap_err();
    assert!(failure.hint.unwrap().contains("pooler"));
    one.close().await;
}

/// Many at once: exactly one makes the ledger, all find it.
#[tokio::test]
async fn runners_take_turns() {
    let db = Database::new().await;
    let mut runners = Vec::new();
    for i in 0..6 {
        let mut session = db.connect().await;
        runners.push(tokio::spawn(async move {
            let snapshot = loop {
                match lock(&mut *session, &LedgerTables::default()).await {
                    LockAttempt::Obtained(snapshot) => break snapshot,
                    LockAttempt::Held(_) => {
                        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
                    }
                }
            };
            let first = !snapshot.ledger_exists;
            if first {
                create_ledger(&mut *session, &snapshot.tables).await;
            }
            // What those before wrote is seen.
            let expected = snapshot.applied.len();
            let insert = dialect().insert(&snapshot.tables, &[&format!("{i}")]);
            send(&mut *session, &[insert]).await.unwrap();
            session.unlock().await.unwrap();
            session.close().await;
            (first, expected)
        }));
    }
    let mut seen = Vec::new();
    for runner in runners {
        seen.push(runner.await.unwrap());
    }
    seen.sort_by_key(|(_, applied)| *applied);
    let expected: Vec<_> = (0..6).map(|n| (n == 0, n)).collect();
    assert_eq!(seen, expected);
}
