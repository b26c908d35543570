//! The conformance suite: what every driver must do, whatever its engine.
//!
//! A driver's author runs [`check`] on an empty database. Each step panics with a sentence.

use std::sync::Arc;
use std::time::{Duration, Instant};

use aludel::config::DatabaseUrl;
use aludel::driver::{
    Access, ConnectOptions, Dialect, Driver, FailureKind, LockAttempt, LockKind, LockRequest,
    Session, SessionState,
};
use aludel::ledger::{
    Direction, EntryEvent, GUARD_CONSTRAINT, Guard, Identity, JournalEntry, LedgerTables, Snapshot,
};

/// What a driver's author brings.
pub struct Subject {
    /// The driver.
    pub driver: Arc<dyn Driver>,
    /// The URL of an empty database.
    pub url: DatabaseUrl,
    /// A statement that runs for many seconds unless it is interrupted.
    pub slow: &'static str,
}

impl Subject {
    async fn connect(&self, access: Access) -> Box<dyn Session> {
        let options = ConnectOptions::new(access).lock_timeout(Duration::from_secs(2));
        self.driver
            .connect(&self.url, &options)
            .await
            .expect("a connection")
    }
}

/// Runs every check.
pub async fn check(subject: &Subject) {
    let session = subject.connect(Access::Read).await;
    let server = session.server().clone();
    session.close().await;
    let dialect = subject
        .driver
        .dialect(&server)
        .expect("the server's own dialect");
    assert!(
        dialect.names().contains(&subject.driver.info().name),
        "the driver's name is among the dialect's names"
    );
    reading_writes_nothing(subject).await;
    let tables = the_ledger_is_made_once_and_read(subject, dialect.as_ref()).await;
    the_guard_fires_exactly_when_it_should(subject, dialect.as_ref(), &tables).await;
    the_failing_statement_is_named(subject).await;
    a_failure_rolls_back(subject, dialect.as_ref(), &tables).await;
    if dialect.capabilities().lock == LockKind::Session {
        the_lock_has_one_holder(subject, &tables).await;
    }
    an_interrupt_stops_and_the_session_lives(subject).await;
}

async fn reading_writes_nothing(subject: &Subject) {
    for _ in 0..2 {
        let mut session = subject.connect(Access::Read).await;
        let snapshot = session
            .read(&LedgerTables::default())
            .await
            .expect("a snapshot");
        assert!(
            !snapshot.ledger_exists && !snapshot.journal_exists,
            "reading makes no ledger"
        );
        session.close().await;
    }
}

async fn snapshot(session: &mut dyn Session) -> Snapshot {
    session
        .read(&LedgerTables::default())
        .await
        .expect("a snapshot")
}

async fn send(session: &mut dyn Session, statements: &[String]) {
    let statements: Vec<&str> = statements.iter().map(String::as_str).collect();
    session.send(&statements).await.expect("accepted");
}

async fn the_ledger_is_made_once_and_read(
    subject: &Subject,
    dialect: &dyn Dialect,
) -> LedgerTables {
    let mut session = subject.connect(Access::Write).await;
    let tables = snapshot(session.as_mut()).await.tables;
    for _ in 0..2 {
        send(session.as_mut(), &dialect.create_ledger(&tables)).await;
    }
    let entry = JournalEntry {
        revision: "20260101".into(),
        direction: Direction::Up,
        event: EntryEvent::Done,
        statements: Some(3),
        checksum: Some("sha256:00".into()),
    };
    let by = Identity {
        who: Some("o'brien \\".into()),
        host: None,
    };
    send(
        session.as_mut(),
        &[
            dialect.insert(&tables, &["20260101", "it's"]),
            dialect.journal(&tables, &entry, &by),
        ],
    )
    .await;
    let read = snapshot(session.as_mut()).await;
    assert!(read.ledger_exists && read.journal_exists);
    assert_eq!(read.format, Some(1), "one format row");
    let mut applied = read.applied.clone();
    applied.sort();
    assert_eq!(applied, ["20260101", "it's"]);
    assert_eq!(read.journal.len(), 1);
    let row = &read.journal[0];
    assert_eq!((row.event.as_str(), row.direction.as_str()), ("done", "up"));
    assert_eq!(
        (row.statements, row.checksum.as_deref()),
        (Some(3), Some("sha256:00"))
    );
    send(session.as_mut(), &[dialect.delete(&tables, &["it's"])]).await;
    assert_eq!(snapshot(session.as_mut()).await.applied, ["20260101"]);
    session.close().await;
    read.tables
}

async fn the_guard_fires_exactly_when_it_should(
    subject: &Subject,
    dialect: &dyn Dialect,
    tables: &LedgerTables,
) {
    let mut session = subject.connect(Access::Write).await;
    let ids = |ids: &[&str]| ids.iter().map(|&id| id.to_owned()).collect::<Vec<_>>();
    for (present, absent, fires) in [
        (ids(&[]), ids(&[]), false),
        (ids(&["20260101"]), ids(&["x", "y"]), false),
        (ids(&["20260101", "x"]), ids(&[]), true),
        (ids(&[]), ids(&["x", "20260101"]), true),
    ] {
        let guard = Guard {
            revision: "20260102".into(),
            present,
            absent,
            not_part_way: true,
        };
        let sql = dialect.guard(tables, &guard);
        match session.send(&[&sql]).await {
            Ok(()) => assert!(!fires, "the guard should have fired: {guard:?}"),
            Err(failure) => {
                assert!(fires, "the guard fired: {guard:?}: {failure}");
                assert!(failure.message.contains(GUARD_CONSTRAINT), "{failure}");
            }
        }
    }
    // A revision that has begun and is not done is part-way.
    let started = JournalEntry {
        revision: "20260102".into(),
        direction: Direction::Up,
        event: EntryEvent::Started,
        statements: Some(2),
        checksum: None,
    };
    let failed = JournalEntry {
        event: EntryEvent::Failed(0),
        ..started.clone()
    };
    let guard = Guard {
        revision: "20260102".into(),
        not_part_way: true,
        ..Guard::default()
    };
    let sql = dialect.guard(tables, &guard);
    let by = Identity::default();
    send(session.as_mut(), &[dialect.journal(tables, &started, &by)]).await;
    assert!(session.send(&[&sql]).await.is_err(), "part-way is refused");
    assert_eq!(snapshot(session.as_mut()).await.part_way().len(), 1);
    send(session.as_mut(), &[dialect.journal(tables, &failed, &by)]).await;
    assert!(session.send(&[&sql]).await.is_ok(), "nothing had happened");
    assert_eq!(snapshot(session.as_mut()).await.part_way().len(), 0);
    session.close().await;
}

async fn the_failing_statement_is_named(subject: &Subject) {
    let mut session = subject.connect(Access::Write).await;
    let good = "SELECT 1";
    for failing in 0..5 {
        let mut statements = [good; 5];
        statements[failing] = "INSERT INTO no_such_table VALUES (1)";
        let failure = session.send(&statements).await.expect_err("a failure");
        assert_eq!(failure.kind, FailureKind::Refused);
        assert_eq!(failure.session, SessionState::Ready);
        assert!(failure.code.is_some(), "the server's code is kept");
        assert_eq!(failure.at.map(|at| at.statement), Some(failing));
        assert!(failure.completed <= failing);
        session.send(&[good]).await.expect("the session lives");
    }
    session.close().await;
}

async fn a_failure_rolls_back(subject: &Subject, dialect: &dyn Dialect, tables: &LedgerTables) {
    let mut session = subject.connect(Access::Write).await;
    let insert = dialect.insert(tables, &["rolled back"]);
    let statements = [
        dialect.begin(),
        &insert,
        "INSERT INTO no_such_table VALUES (1)",
    ];
    session.send(&statements).await.expect_err("a failure");
    let applied = snapshot(session.as_mut()).await.applied;
    assert_eq!(
        applied,
        ["20260101"],
        "the open transaction was rolled back"
    );
    session.close().await;
}

async fn the_lock_has_one_holder(subject: &Subject, tables: &LedgerTables) {
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

async fn an_interrupt_stops_and_the_session_lives(subject: &Subject) {
    let mut session = subject.connect(Access::Write).await;
    let interrupt = session.interrupt();
    let stopper = tokio::spawn(async move {
        for _ in 0..20 {
            tokio::time::sleep(Duration::from_millis(100)).await;
            interrupt.interrupt().await;
        }
    });
    let begun = Instant::now();
    let answer = session.send(&[subject.slow]).await;
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
    if session.send(&["SELECT 1"]).await.is_err() {
        session
            .send(&["SELECT 1"])
            .await
            .expect("the session lives");
    }
    session.close().await;
}
