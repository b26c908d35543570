//! Drivers that break the rules while a session is open: the host tells what they did, uses the session
//! no more, and owes and is owed nothing afterwards, where that can be.

use std::slice;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use aludel::config::DatabaseUrl;
use aludel::driver::{
    Access, ConnectOptions, Driver, Failure, FailureKind, Message, Server, Session, SessionState,
};
use aludel::ledger::LedgerTables;
use aludel_plugin::host::{Loader, LogRecord, PluginDriver, load_library};
use aludel_tests::plugin::{c_library, misbehaving};

/// What drivers log, all tests together.
static LOG: Mutex<Vec<String>> = Mutex::new(Vec::new());

fn loader() -> Loader {
    Loader {
        sink: Arc::new(|record: &LogRecord<'_>| {
            let line = format!("{:?} {}: {}", record.level, record.target, record.text);
            LOG.lock().unwrap().push(line);
        }),
        log_level: 5,
        worker_threads: 2,
        grace: Duration::from_millis(300),
    }
}

fn logged(text: &str) -> bool {
    LOG.lock().unwrap().iter().any(|line| line.contains(text))
}

fn run<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap()
        .block_on(work)
}

async fn connect(driver: &PluginDriver, url: &str) -> Result<Box<dyn Session>, Failure> {
    let url: DatabaseUrl = url.parse().unwrap();
    let mut options = ConnectOptions::new(Access::Write);
    options.timeout = Duration::from_millis(300);
    driver.connect(&url, &options).await
}

/// What a session to `url` answers to one statement.
async fn sent(driver: &PluginDriver, url: &str) -> Result<(), Failure> {
    let mut session = connect(driver, url).await.unwrap();
    let answer = session.send(&["ONE"]).await;
    session.close().await;
    answer
}

/// A compiled driver, for as long as its folder is there.
fn bad() -> (Arc<PluginDriver>, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let library = c_library(folder.path(), "bad.c", "bad", &[]);
    (load_library(&library, &loader()).unwrap(), folder)
}

/// The misbehaving driver, loaded for one test alone: what it owes is that test's.
fn misbehaving_alone() -> (Arc<PluginDriver>, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let copy = folder.path().join("libalone.so");
    std::fs::copy(misbehaving(), &copy).unwrap();
    (load_library(&copy, &loader()).unwrap(), folder)
}

#[test]
fn an_answer_that_cannot_be_used_is_told_and_ends_the_session() {
    let (driver, _folder) = bad();
    run(async {
        for (mode, says) in [
            ("garbage", "failed at `send`, and how cannot be read"),
            ("utf8", "failed at `send`, and how cannot be read"),
            ("kind", "unknown variant `surprised`"),
            ("status", "answered `send` with the unknown status 77"),
            ("panic", "panicked at `send`: it broke down"),
            ("bad", "does not understand `send`: it does not say why"),
            ("refuses", "did not accept `send` (status 99)"),
        ] {
            let mut session = connect(&driver, &format!("bad:{mode}")).await.unwrap();
            let failure = session.send(&["ONE"]).await.unwrap_err();
            assert!(failure.message.contains(says), "{mode}: {failure}");
            assert!(
                failure.message.starts_with("the driver `bad` "),
                "{failure}"
            );
            assert_eq!(failure.kind, FailureKind::Lost, "{mode}");
            assert_eq!(failure.session, SessionState::Dead, "{mode}");
            let again = session.send(&["ONE"]).await.unwrap_err();
            assert_eq!(again.message, failure.message, "it is not asked again");
            session.close().await;
        }
    });
    assert_eq!(driver.owed(), 0);
}

#[test]
fn a_second_answer_and_one_that_nobody_asked_for_do_no_harm() {
    let (driver, _folder) = bad();
    run(async {
        sent(&driver, "bad:twice").await.unwrap();
        sent(&driver, "bad:others").await.unwrap();
        sent(&driver, "bad:well").await.unwrap();
    });
    assert!(logged("was answered twice, or never asked"));
    assert_eq!(driver.owed(), 0);
}

#[test]
fn an_answer_that_never_comes_is_given_up_once_a_stop_was_asked() {
    let (driver, _folder) = bad();
    run(async {
        let mut session = connect(&driver, "bad:never").await.unwrap();
        let interrupt = session.interrupt();
        tokio::spawn(async move {
            tokio::time::sleep(Duration::from_millis(100)).await;
            interrupt.interrupt().await;
        });
        let begun = Instant::now();
        let failure = session.send(&["ONE"]).await.unwrap_err();
        assert!(
            begun.elapsed() >= Duration::from_millis(400),
            "the grace was given"
        );
        assert!(
            failure
                .message
                .contains("after it was asked to stop; what it was doing may still be going on"),
            "{failure}"
        );
        assert_eq!(failure.session, SessionState::Dead);
        session.close().await;
    });
    assert_eq!(
        driver.owed(),
        1,
        "the answer is still owed, and would do no harm"
    );
}

#[test]
fn a_session_that_cannot_be_opened_or_closed_keeps_nobody_waiting() {
    let (driver, _folder) = bad();
    run(async {
        let failure = connect(&driver, "bad:no-connect").await.err().unwrap();
        assert_eq!(failure.kind, FailureKind::Connect);
        assert!(
            failure.message.contains("did not accept `connect`"),
            "{failure}"
        );
    });
}

#[test]
fn a_count_that_is_no_end_of_a_transaction_is_refused() {
    let (driver, _folder) = bad();
    let transaction = 0..2;
    run(async {
        let mut session = connect(&driver, "bad:lies").await.unwrap();
        let message = Message::new(&["ONE", "TWO"], slice::from_ref(&transaction));
        let failure = session.deliver(message).await.unwrap_err();
        assert!(
            failure.message.contains("1 of 2 statements are done"),
            "{failure}"
        );
        assert_eq!(failure.session, SessionState::Dead);
        session.close().await;
        let mut session = connect(&driver, "bad:well").await.unwrap();
        let message = Message::new(&["ONE", "TWO"], slice::from_ref(&transaction));
        assert_eq!(session.deliver(message).await.unwrap(), 2);
        session.close().await;
    });
}

#[test]
fn events_reach_the_log_and_unknown_ones_are_not_passed_over() {
    let (driver, _folder) = bad();
    run(async { sent(&driver, "bad:event").await.unwrap() });
    assert!(logged("Information notice: well well"));
    assert!(logged("tells of something that this aludel does not know"));
}

#[test]
fn panics_of_a_rust_driver_are_errors_wherever_they_happen() {
    let (driver, _folder) = misbehaving_alone();
    let thirteenth = driver.dialect(&Server::new("misbehaving", 13, 0));
    let refused = thirteenth.err().unwrap();
    assert!(
        refused.contains("panicked at `dialect`: no thirteenth version"),
        "{refused}"
    );
    run(async {
        let failure = connect(&driver, "misbehaving:panic").await.err().unwrap();
        assert_eq!(failure.kind, FailureKind::Connect);
        assert!(
            failure
                .message
                .contains("panicked at `connect`: connected to nothing"),
            "{failure}"
        );
        let mut session = connect(&driver, "misbehaving:it").await.unwrap();
        let failure = session.send(&["ONE", "PANIC"]).await.unwrap_err();
        assert!(
            failure
                .message
                .contains("panicked at `send`: a panic in a statement"),
            "{failure}"
        );
        assert_eq!(failure.session, SessionState::Dead);
        session.close().await;
        // Other sessions, and new ones, are none the worse.
        let mut session = connect(&driver, "misbehaving:it").await.unwrap();
        session.send(&["DROP PANIC"]).await.unwrap();
        session.close().await;
        let mut session = connect(&driver, "misbehaving:it").await.unwrap();
        session.send(&["ONE"]).await.unwrap();
        session.close().await;
    });
    assert!(logged(
        "Error panic: the driver panicked at tests/misbehaving/src/lib.rs"
    ));
    assert_eq!(driver.owed(), 0);
}

#[test]
fn a_connection_that_hangs_is_given_up() {
    let (driver, _folder) = misbehaving_alone();
    run(async {
        let connecting = connect(&driver, "misbehaving:hang");
        let given_up = tokio::time::timeout(Duration::from_millis(100), connecting).await;
        assert!(given_up.is_err(), "dropped while it hangs");
    });
    wait_until(|| driver.owed() == 0);
}

#[test]
fn secrets_are_masked_in_errors_and_logs() {
    let (driver, _folder) = misbehaving_alone();
    let url = "misbehaving://me:hunter2hunter2@host/tell?token=abc";
    run(async {
        let failure = connect(&driver, url).await.err().unwrap();
        assert_eq!(
            failure.message,
            "cannot connect to misbehaving://me:***@host/tell?token=***"
        );
        let url = "misbehaving://me:hunter2hunter2@host/it";
        let mut session = connect(&driver, url).await.unwrap();
        let failure = session.send(&["TELL"]).await.unwrap_err();
        assert_eq!(
            failure.message,
            "the server at misbehaving://me:***@host/it is unwell"
        );
        let failure = session.send(&["PANIC"]).await.unwrap_err();
        assert!(failure.message.contains("me:***@host"), "{failure}");
        session.close().await;
    });
    assert!(logged("logged in to misbehaving://me:***@host/it"));
    assert!(!logged("hunter2"));
}

/// Cancels at every moment of a call's life: before it begins, while it runs, as it ends.
#[test]
fn ten_thousand_cancel_races_leave_no_call_and_no_message_behind() {
    let (driver, _folder) = misbehaving_alone();
    run(async {
        let races = (0..10_000u64).map(|number| race(driver.clone(), number));
        let mut tasks = tokio::task::JoinSet::new();
        for race in races {
            tasks.spawn(race);
            if tasks.len() >= 200 {
                tasks.join_next().await.unwrap().unwrap();
            }
        }
        while let Some(task) = tasks.join_next().await {
            task.unwrap();
        }
    });
    wait_until(|| driver.owed() == 0);
    let live = run(async {
        let mut session = connect(&driver, "misbehaving:it").await.unwrap();
        let found = session.query("live").await.unwrap();
        session.close().await;
        found.rows[0][0].clone().unwrap()
    });
    assert_eq!(live, "0", "every message was given back");
}

async fn race(driver: Arc<PluginDriver>, number: u64) {
    // Spread over the times that a call takes, without a clock or chance in it.
    let moment = Duration::from_micros(number * 7919 % 4000);
    let url = match number % 3 {
        0 => "misbehaving:slow",
        _ => "misbehaving:it",
    };
    let connecting = connect(&driver, url);
    let Ok(connected) = tokio::time::timeout(moment * 2, connecting).await else {
        return;
    };
    let mut session = connected.unwrap();
    if number.is_multiple_of(2) {
        let dropped = tokio::time::timeout(moment, session.send(&["SLEEP 2"])).await;
        assert!(!matches!(dropped, Ok(Err(f)) if f.kind != FailureKind::Interrupted));
    } else {
        let interrupt = session.interrupt();
        let stopper = tokio::spawn(async move {
            tokio::time::sleep(moment).await;
            interrupt.interrupt().await;
        });
        let answer = session.send(&["SLEEP 2"]).await;
        assert!(!matches!(answer, Err(f) if f.kind != FailureKind::Interrupted));
        stopper.await.unwrap();
    }
    // The same session answers again, also after a call whose future was dropped.
    let again = session.send(&["ONE"]).await;
    assert!(!matches!(again, Err(f) if f.kind != FailureKind::Interrupted));
    let tables = LedgerTables::default();
    session.read(&tables).await.unwrap();
    if number.is_multiple_of(5) {
        drop(session);
    } else {
        session.close().await;
    }
}

fn wait_until(holds: impl Fn() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(20);
    while !holds() {
        assert!(Instant::now() < deadline, "it never came to hold");
        std::thread::sleep(Duration::from_millis(5));
    }
}
