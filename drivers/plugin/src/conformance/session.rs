//! Sessions: what they send, how they fail, how they are stopped.

use std::time::{Duration, Instant};

use aludel::driver::{
    Access, Dialect, FailureKind, LockAttempt, LockRequest, Message, SessionState,
};
use aludel::ledger::{Identity, LedgerTables, LedgerText};

use super::ledger::{send, snapshot, written};
use super::{Record, Subject};

/// What every engine refuses, as no table has this name.
const REFUSED: &str = "INSERT INTO no_such_table VALUES (1)";
/// What every engine accepts.
const GOOD: &str = "SELECT 1";

pub(super) async fn reading_writes_nothing(subject: &Subject, record: &mut Record) {
    for _ in 0..2 {
        let mut session = subject.connect(Access::Read).await;
        let snapshot = snapshot(session.as_mut()).await;
        record.note("empty", &snapshot);
        assert!(
            !snapshot.ledger_exists && !snapshot.journal_exists,
            "reading makes no ledger"
        );
        session.close().await;
    }
}

pub(super) async fn the_failing_statement_is_named(subject: &Subject, record: &mut Record) {
    let mut session = subject.connect(Access::Write).await;
    for failing in 0..5 {
        let mut statements = [GOOD; 5];
        statements[failing] = REFUSED;
        let failure = session.send(&statements).await.expect_err("a failure");
        record.note("refused", &failure);
        assert_eq!(failure.kind, FailureKind::Refused);
        assert_eq!(failure.session, SessionState::Ready);
        assert!(failure.code.is_some(), "the server's code is kept");
        assert_eq!(failure.at.map(|at| at.statement), Some(failing));
        assert!(failure.completed <= failing);
        session.send(&[GOOD]).await.expect("the session lives");
    }
    session.close().await;
}

pub(super) async fn a_failure_rolls_back(
    subject: &Subject,
    dialect: &dyn Dialect,
    tables: &LedgerTables,
    record: &mut Record,
) {
    let mut session = subject.connect(Access::Write).await;
    let insert = [LedgerText::Insert(vec!["rolled back".into()])];
    let insert = written(dialect, tables, &Identity::default(), &insert).concat();
    let statements = [dialect.begin(), &insert, REFUSED];
    let failure = session.send(&statements).await.expect_err("a failure");
    record.note("rolled back", &failure);
    let applied = snapshot(session.as_mut()).await.applied;
    assert_eq!(
        applied,
        ["20260101"],
        "the open transaction was rolled back"
    );
    session.close().await;
}

pub(super) async fn whole_transactions_are_delivered(
    subject: &Subject,
    dialect: &dyn Dialect,
    tables: &LedgerTables,
    record: &mut Record,
) {
    let mut session = subject.connect(Access::Write).await;
    let by = Identity::default();
    let insert = |id: &str| {
        let text = [LedgerText::Insert(vec![id.to_owned()])];
        written(dialect, tables, &by, &text).concat()
    };
    let (one, two, three) = (insert("d1"), insert("d2"), insert("d3"));
    let (begin, commit) = (dialect.begin(), dialect.commit());
    let statements = [begin, &one, commit, begin, &two, commit];
    let mut from = 0;
    while from < statements.len() {
        // A session may stop at the end of a transaction; it is asked again for what is left.
        let left = [0..3, 3..6];
        let left = &left[..(statements.len() - from) / 3];
        let message = Message::new(&statements[from..], left);
        let done = session.deliver(message).await.expect("delivered");
        assert!(
            done == 3 || done == statements.len() - from,
            "whole transactions are done"
        );
        from += done;
    }
    let statements = [begin, &three, commit, begin, REFUSED, commit];
    let message = Message::new(&statements, &[0..3, 3..6]);
    let failure = session.deliver(message).await.expect_err("a failure");
    record.note("delivered", &failure);
    assert_eq!(failure.at.map(|at| at.statement), Some(4));
    let mut applied = snapshot(session.as_mut()).await.applied;
    applied.sort();
    record.note("applied", &applied);
    // What reads a message as a whole may not have begun it.
    let expected: &[&str] = match failure.completed {
        0 => &["20260101", "d1", "d2"],
        _ => &["20260101", "d1", "d2", "d3"],
    };
    assert_eq!(
        applied, expected,
        "a failure leaves what was committed before it"
    );
    let delete = LedgerText::Delete(vec!["d1".into(), "d2".into(), "d3".into()]);
    send(session.as_mut(), &written(dialect, tables, &by, &[delete])).await;
    session.close().await;
}

pub(super) async fn the_lock_has_one_holder(subject: &Subject, tables: &LedgerTables) {
    let request = LockRequest {
        tables: tables.clone(),
    };
    let mut first = subject.connect(Access::Write).await;
    let mut second = subject.connect(Access::Write).await;
    let obtained = |attempt: &LockAttempt| matches!(attempt, LockAttempt::Obtained(_));
    assert!(obtained(&first.try_lock(&request).await.expect("answered")));
    match second.try_lock(&request).await.expect("answered") {
        LockAttempt::Held(holder) => assert!(holder.is_some(), "the server tells who holds it"),
        LockAttempt::Obtained(_) => panic!("two holders"),
    }
    assert!(second.holder(&request).await.expect("answered").is_some());
    first.unlock().await.expect("given back");
    assert!(obtained(
        &second.try_lock(&request).await.expect("answered")
    ));
    second.close().await;
    // The server may take a moment to notice that a connection has ended.
    let deadline = Instant::now() + Duration::from_secs(5);
    while !obtained(&first.try_lock(&request).await.expect("answered")) {
        assert!(Instant::now() < deadline, "closing gives the lock back");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    first.close().await;
}

pub(super) async fn an_interrupt_stops_and_the_session_lives(subject: &Subject) {
    let mut session = subject.connect(Access::Write).await;
    let interrupt = session.interrupt();
    let stopper = tokio::spawn(async move {
        for _ in 0..20 {
            tokio::time::sleep(Duration::from_millis(100)).await;
            interrupt.interrupt().await;
        }
    });
    let begun = Instant::now();
    let answer = session.send(&[&subject.slow]).await;
    assert!(
        begun.elapsed() < Duration::from_secs(5),
        "the statement was stopped"
    );
    if let Err(failure) = answer {
        assert_eq!(failure.kind, FailureKind::Interrupted, "{failure}");
    }
    stopper.abort();
    let _ = stopper.await;
    // A request that was under way may still arrive.
    tokio::time::sleep(Duration::from_millis(200)).await;
    if session.send(&[GOOD]).await.is_err() {
        session.send(&[GOOD]).await.expect("the session lives");
    }
    session.close().await;
}
