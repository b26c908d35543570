//! A real PgBouncer between: in session mode everything works, in transaction mode a run is refused
//! before anything runs, and a question is answered.

#![allow(clippy::unwrap_used, missing_docs)]

mod support;

use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use aludel::driver::{FailureKind, LockAttempt, LockRequest, Session};
use aludel::ledger::LedgerTables;
use support::*;

struct Pooler {
    process: Child,
    port: u16,
    _directory: tempfile::TempDir,
}

impl Drop for Pooler {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn pooler(mode: &str) -> Pooler {
    let url = server_url();
    let (login, rest) = url.split_once("://").unwrap().1.split_once('@').unwrap();
    let (user, password) = login.split_once(':').unwrap();
    let (host, port) = rest.split_once('/').unwrap().0.split_once(':').unwrap();
    let directory = tempfile::tempdir().unwrap();
    let free = TcpListener::bind("127.0.0.1:0").unwrap();
    let listen = free.local_addr().unwrap().port();
    drop(free);
    let users = directory.path().join("users");
    std::fs::write(&users, format!("\"{user}\" \"{password}\"\n")).unwrap();
    let file = directory.path().join("pgbouncer.ini");
    let ini = format!(
        "[databases]\n* = host={host} port={port} user={user} password={password}\n\
         [pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {listen}\nunix_socket_dir =\n\
         auth_type = plain\nauth_file = {}\npool_mode = {mode}\n",
        users.display()
    );
    std::fs::write(&file, ini).unwrap();
    everybody(directory.path());
    let mut command = Command::new(program());
    if std::fs::metadata("/proc/self").map_or(0, |m| std::os::unix::fs::MetadataExt::uid(&m)) == 0 {
        command.args(["-u", "nobody"]);
    }
    let process = command
        .arg(&file)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("pgbouncer can be started");
    let until = Instant::now() + Duration::from_secs(10);
    while std::net::TcpStream::connect(("127.0.0.1", listen)).is_err() {
        assert!(Instant::now() < until, "pgbouncer does not answer");
        std::thread::sleep(Duration::from_millis(20));
    }
    Pooler {
        process,
        port: listen,
        _directory: directory,
    }
}

/// Debian keeps it out of everybody's PATH.
fn program() -> &'static str {
    let places = ["/usr/sbin/pgbouncer", "/usr/bin/pgbouncer"];
    places
        .into_iter()
        .find(|place| Path::new(place).exists())
        .expect("pgbouncer is not installed: apt-get install pgbouncer")
}

/// It runs as a user who must be able to read its files.
fn everybody(directory: &Path) {
    use std::os::unix::fs::PermissionsExt;
    let open = std::fs::Permissions::from_mode(0o755);
    std::fs::set_permissions(directory, open).unwrap();
}

async fn through(pooler: &Pooler, database: &Database) -> Box<dyn Session> {
    let server = server_url();
    let login = server.split_once('@').unwrap().0;
    let url = format!(
        "{login}@127.0.0.1:{}/{}?sslmode=disable",
        pooler.port, database.name
    );
    try_connect(&url).await.unwrap()
}

fn request() -> LockRequest {
    LockRequest {
        tables: LedgerTables::default(),
    }
}

#[tokio::test]
async fn in_transaction_mode_no_lock_is_taken_and_none_is_left() {
    let database = Database::new().await;
    let pooler = pooler("transaction");
    let mut session = through(&pooler, &database).await;
    let failure = match session.try_lock(&request()).await {
        Err(failure) => failure,
        Ok(attempt) => panic!("{attempt:?}"),
    };
    assert_eq!(failure.kind, FailureKind::Connect, "{failure}");
    assert!(
        failure.message.contains("a pooler stands before"),
        "{failure}"
    );
    assert!(failure.hint.unwrap().contains("session mode"));
    session.close().await;
    // Nobody else waits for a lock that was left behind.
    let mut direct = database.connect().await;
    let attempt = direct.try_lock(&request()).await.unwrap();
    assert!(matches!(attempt, LockAttempt::Obtained(_)), "{attempt:?}");
    direct.close().await;
    // Reading needs no lock.
    let mut session = through(&pooler, &database).await;
    session.read(&LedgerTables::default()).await.unwrap();
    session.close().await;
}

#[tokio::test]
async fn in_session_mode_the_lock_holds() {
    let database = Database::new().await;
    let pooler = pooler("session");
    let mut session = through(&pooler, &database).await;
    let attempt = session.try_lock(&request()).await.unwrap();
    assert!(matches!(attempt, LockAttempt::Obtained(_)), "{attempt:?}");
    let mut direct = database.connect().await;
    let other = direct.try_lock(&request()).await.unwrap();
    assert!(matches!(other, LockAttempt::Held(_)), "{other:?}");
    session.send(&["CREATE TABLE t (id INT)"]).await.unwrap();
    session.unlock().await.unwrap();
    let other = direct.try_lock(&request()).await.unwrap();
    assert!(matches!(other, LockAttempt::Obtained(_)), "{other:?}");
    session.close().await;
    direct.close().await;
}
