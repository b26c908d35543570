//! Sessions on live servers: connecting, the ledger and its guard, locks, interrupts.

mod support;

use std::time::{Duration, Instant};

use aludel::driver::{
    Access, ConnectOptions, Driver, FailureKind, LockAttempt, LockRequest, SessionState,
};
use aludel::ledger::{EntryEvent, GUARD_CONSTRAINT, Guard, Identity, JournalEntry, LedgerTables};
use aludel::revision::Direction;
use aludel_mysql::MysqlDriver;
use support::{Database, cell, open, send, servers, url};

#[tokio::test(flavor = "multi_thread")]
async fn the_ledger_is_made_once_and_read() {
    for server in servers() {
        let (database, mut session) = Database::create(&server, "ledger").await;
        let (dialect, tables) = (&database.dialect, &database.tables);
        let absent = session.read(tables).await.expect("reads");
        assert!(!absent.ledger_exists && !absent.journal_exists);
        for _ in 0..2 {
            send(&mut session, &dialect.create_ledger(tables))
                .await
                .expect("creates");
        }
        let awkward = r"a\'b";
        send(
            &mut session,
            &[dialect.insert(tables, &["20260101", awkward])],
        )
        .await
        .expect("inserts");
        let read = session.read(&LedgerTables::default()).await.expect("reads");
        assert_eq!(read.tables.schema, tables.schema);
        assert_eq!(read.format, Some(1));
        assert_eq!(read.applied, ["20260101", awkward]);
        assert_eq!(
            cell(
                &mut session,
                &format!("SELECT count(*) FROM {}", tables.journal)
            )
            .await,
            "1"
        );
        send(&mut session, &[dialect.delete(tables, &[awkward])])
            .await
            .expect("deletes");
        assert_eq!(
            session.read(tables).await.expect("reads").applied,
            ["20260101"]
        );
        // Another ledger in the same database, whose constraints must not clash.
        let second = tables.clone().named("second_ledger", "second_journal");
        send(&mut session, &dialect.create_ledger(&second))
            .await
            .expect("a second ledger");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_guard_fires_exactly_when_it_should() {
    for server in servers() {
        let (database, mut session) = Database::create(&server, "guard").await;
        let (dialect, tables) = (&database.dialect, &database.tables);
        send(&mut session, &dialect.create_ledger(tables))
            .await
            .expect("creates");
        send(&mut session, &[dialect.insert(tables, &["a", "b"])])
            .await
            .expect("inserts");
        let event = |revision: &str, event| JournalEntry {
            revision: revision.into(),
            direction: Direction::Up,
            event,
            statements: Some(2),
            checksum: None,
            rules: 0,
        };
        let rows: Vec<_> = [
            event("stuck", EntryEvent::Started),
            event("stuck", EntryEvent::Statement(1)),
            event("clean", EntryEvent::Started),
            event("clean", EntryEvent::Failed(0)),
            event("broken", EntryEvent::Failed(1)),
        ]
        .iter()
        .map(|entry| dialect.journal(tables, entry, &Identity::default()))
        .collect();
        send(&mut session, &rows).await.expect("journals");
        let list = |ids: &[&str]| ids.iter().map(|id| (*id).to_owned()).collect::<Vec<_>>();
        for (revision, present, absent, not_part_way, fires) in [
            ("c", &["a", "b"][..], &["c"][..], true, false),
            ("c", &["a", "x"], &[], false, true),
            ("c", &[], &["a"], false, true),
            ("c", &[], &[], false, false),
            ("stuck", &[], &[], true, true),
            ("stuck", &[], &[], false, false),
            ("clean", &[], &[], true, false),
            ("broken", &[], &[], true, true),
        ] {
            let guard = Guard {
                revision: revision.into(),
                present: list(present),
                absent: list(absent),
                not_part_way,
            };
            match send(&mut session, &[dialect.guard(tables, &guard)]).await {
                Ok(()) => assert!(!fires, "{server} {guard:?}"),
                Err(failure) => {
                    assert!(fires, "{server} {guard:?} {failure}");
                    assert!(failure.message.contains(GUARD_CONSTRAINT), "{failure}");
                }
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lock_is_held_by_one_and_free_after_close() {
    for server in servers() {
        let (database, mut one) = Database::create(&server, "lock").await;
        let mut two = open(&database.url).await;
        let request = LockRequest {
            tables: database.tables.clone(),
        };
        let got = |attempt: &LockAttempt| matches!(attempt, LockAttempt::Obtained(_));
        assert!(got(&one.try_lock(&request).await.expect("asks")));
        let own = cell(&mut one, "SELECT CONNECTION_ID()").await;
        match two.try_lock(&request).await.expect("asks") {
            LockAttempt::Held(Some(holder)) => assert_eq!(holder.session, own),
            other => panic!("{other:?}"),
        }
        // Asked for twice, given back once.
        assert!(got(&one.try_lock(&request).await.expect("asks")));
        one.unlock().await.expect("gives back");
        assert!(
            got(&two.try_lock(&request).await.expect("asks")),
            "{server}"
        );
        two.close().await;
        let mut free = false;
        for _ in 0..50 {
            free = got(&one.try_lock(&request).await.expect("asks"));
            if free {
                break;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        assert!(free, "{server}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_interrupt_ends_a_message_and_leaves_the_session_usable() {
    for server in servers() {
        let (_, mut session) = Database::create(&server, "interrupt").await;
        session
            .send(&["CREATE TABLE t (a INT)"])
            .await
            .expect("creates");
        let interrupt = session.interrupt();
        interrupt.interrupt().await; // nothing runs
        session
            .send(&["DO 1"])
            .await
            .expect("not hit by an earlier interrupt");
        // A sleep may swallow a kill and count as done; the message then goes on to what cannot.
        for slow in [
            "DO SLEEP(10)",
            "SELECT SLEEP(10)",
            "INSERT INTO t SELECT SLEEP(10)",
        ] {
            let begun = Instant::now();
            let handle = session.interrupt();
            let stopper = tokio::spawn(async move {
                tokio::time::sleep(Duration::from_millis(300)).await;
                handle.interrupt().await;
                handle.interrupt().await;
            });
            let message = [
                "START TRANSACTION",
                "INSERT INTO t VALUES (1)",
                slow,
                "SELECT count(*) FROM information_schema.columns AS a, information_schema.columns AS b, \
                 information_schema.columns AS c",
                "COMMIT",
            ];
            let failure = session.send(&message).await.expect_err(slow);
            stopper.await.expect("asked");
            assert!(
                begun.elapsed() < Duration::from_millis(1500),
                "{:?}",
                begun.elapsed()
            );
            assert_eq!(
                failure.kind,
                FailureKind::Interrupted,
                "{server} {slow} {failure}"
            );
            assert_eq!(failure.session, SessionState::Ready, "{server} {slow}");
            for _ in 0..20 {
                session.send(&["DO 1"]).await.expect("no kill comes late");
            }
            assert_eq!(
                cell(&mut session, "SELECT count(*) FROM t").await,
                "0",
                "{server} {slow}"
            );
        }
    }
}

/// A kill that comes between two statements of a message may be the last that the server answers to
/// it: the wait for the rest ends all the same, and what came before is counted exactly.
#[tokio::test(flavor = "multi_thread")]
async fn an_interrupt_at_any_moment_of_a_message_is_answered() {
    for server in servers() {
        let (database, mut session) = Database::create(&server, "moments").await;
        session
            .send(&["CREATE TABLE t (a INT)"])
            .await
            .expect("creates");
        let mut stopped = 0;
        // At last so many that no machine is through with them before it is asked to stop.
        for statements in [300, 1_200, 4_800, 19_200] {
            if stopped > 0 {
                break;
            }
            for round in 0..60 {
                session.send(&["TRUNCATE t"]).await.expect("empties");
                let handle = session.interrupt();
                let stopper = tokio::spawn(async move {
                    tokio::time::sleep(Duration::from_micros(700 * round)).await;
                    handle.interrupt().await;
                });
                let message = vec!["INSERT INTO t VALUES (1)"; statements];
                let sent = session.send(&message);
                let sent = tokio::time::timeout(Duration::from_secs(30), sent).await;
                stopper.await.expect("asked");
                if let Err(failure) = sent.expect("an answer") {
                    stopped += 1;
                    if failure.session == SessionState::Dead {
                        assert!(failure.message.contains("stopped answering"), "{failure}");
                        session = open(&database.url).await;
                    }
                    let rows = cell(&mut session, "SELECT count(*) FROM t").await;
                    assert_eq!(rows, failure.completed.to_string(), "{server}: {failure}");
                }
            }
        }
        assert!(stopped > 0, "{server}: nothing was stopped in time");
    }
}

/// A killed connection is lost, and the failure says so.
#[tokio::test(flavor = "multi_thread")]
async fn a_killed_connection_is_lost() {
    for server in servers() {
        let (database, mut session) = Database::create(&server, "killed").await;
        let mut other = open(&database.url).await;
        let id = cell(&mut session, "SELECT CONNECTION_ID()").await;
        let killer = tokio::spawn(async move {
            tokio::time::sleep(Duration::from_millis(200)).await;
            other.send(&[&format!("KILL {id}")]).await.expect("kills");
        });
        let failure = session
            .send(&["DO 1", "SELECT SLEEP(10)"])
            .await
            .expect_err("lost");
        killer.await.expect("killed");
        assert_eq!(
            (failure.kind, failure.session),
            (FailureKind::Lost, SessionState::Dead),
            "{failure}"
        );
        assert_eq!(failure.completed, 1, "{server}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn refused_connections_say_why_without_the_password() {
    for server in servers() {
        let (scheme, rest) = server.split_once("://").expect("a URL");
        let (_, address) = rest.split_once('@').expect("a user");
        let refused = format!("{scheme}://aludel:hunter2@{address}");
        let closed = format!("{scheme}://aludel:hunter2@127.0.0.1:1/aludel");
        let absent = format!("{}_absent", server);
        for (text, expected) in [(refused, "1045"), (closed, ""), (absent, "1049")] {
            let result = MysqlDriver
                .connect(&url(&text), &ConnectOptions::new(Access::Read))
                .await;
            let failure = result.err().expect("refused");
            assert_eq!(failure.kind, FailureKind::Connect);
            assert!(
                failure.code.clone().unwrap_or_default().contains(expected),
                "{failure}"
            );
            assert!(!format!("{failure:?}").contains("hunter2"));
        }
    }
}

/// What the server cannot give is refused, and an unknown authority is.
#[tokio::test(flavor = "multi_thread")]
async fn tls_is_as_strict_as_it_is_asked_for() {
    for server in servers() {
        let connect = async |mode: &str| {
            let url = url(&format!("{server}?ssl-mode={mode}"));
            let options = ConnectOptions::new(Access::Read);
            MysqlDriver.connect(&url, &options).await.map(|_| ())
        };
        connect("disabled").await.expect("plain");
        connect("preferred").await.expect("either");
        // Neither test server has a certificate of a public authority.
        for mode in ["verify_ca", "verify_identity"] {
            let failure = connect(mode).await.expect_err(mode);
            assert_eq!(failure.kind, FailureKind::Connect);
        }
        if server.starts_with("mysql:") {
            connect("required")
                .await
                .expect("MySQL makes itself a certificate");
        }
    }
}
