//! The `aludel` program as a process: where it is, how it is started, stopped and asked how it ended.

#![allow(
    clippy::unwrap_used,
    reason = "a helper of tests: a panic is a failed test"
)]

use std::io::Read;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

pub use crate::program::{aludel, root};

/// A command of `aludel` that no setting of the surroundings reaches.
pub fn command(url: &str, migrations: &Path, words: &[&str]) -> Command {
    let mut command = Command::new(aludel());
    command
        .current_dir(migrations.parent().unwrap())
        .env_remove("DATABASE_URL")
        .env_remove("ALUDEL_CONFIG")
        .env_remove("ALUDEL_ENV")
        .env("NO_COLOR", "1")
        .args(["--url", url, "--migrations"])
        .arg(migrations)
        .args(words)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

/// How a process ended, and what it said.
#[derive(Debug)]
pub struct Ended {
    /// The exit code as a shell gives it: 128 and the signal's number if a signal ended it.
    pub code: i32,
    /// The signal that ended it, if one did.
    pub signal: Option<i32>,
    /// What it wrote to stdout.
    pub stdout: String,
    /// What it wrote to stderr.
    pub stderr: String,
}

/// Runs a command to its end.
pub fn run(command: &mut Command) -> Ended {
    wait(command.spawn().unwrap())
}

/// Awaits a process.
pub fn wait(child: Child) -> Ended {
    let output = child.wait_with_output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    Ended {
        code: code(output.status),
        signal: output.status.signal(),
        stdout: text(output.stdout),
        stderr: text(output.stderr),
    }
}

fn code(status: ExitStatus) -> i32 {
    let signalled = || status.signal().map(|signal| 128 + signal);
    status.code().or_else(signalled).unwrap()
}

/// Awaits a process for at most `limit`; kills it and fails the test if it takes longer.
pub fn wait_at_most(mut child: Child, limit: Duration) -> Ended {
    let until = Instant::now() + limit;
    while child.try_wait().unwrap().is_none() {
        if Instant::now() >= until {
            child.kill().unwrap();
            let ended = wait(child);
            panic!("the process did not end within {limit:?}; it said: {ended:?}");
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    wait(child)
}

/// Awaits the moment at which a process says something on stderr; the test fails if it ends without.
pub fn says(child: &mut Child, what: &str) {
    let mut said = Vec::new();
    let stderr = child.stderr.as_mut().unwrap();
    while !String::from_utf8_lossy(&said).contains(what) {
        let mut byte = [0];
        let read = stderr.read(&mut byte).unwrap();
        let all = || String::from_utf8_lossy(&said).into_owned();
        assert!(read > 0, "it never said {what:?}, but {:?}", all());
        said.extend(byte);
    }
}

/// Sends SIGINT, as Ctrl-C does.
pub fn interrupt(child: &Child) {
    send(child, "INT");
}

/// Sends a signal by its name.
pub fn send(child: &Child, signal: &str) {
    let sent = Command::new("kill")
        .args([&format!("-{signal}"), &child.id().to_string()])
        // A process that has ended meanwhile cannot be told anything.
        .stderr(Stdio::null())
        .status();
    sent.unwrap();
}

/// Polls until `found` says yes; fails the test after ten seconds.
pub fn until(what: &str, mut found: impl FnMut() -> bool) {
    let limit = Instant::now() + Duration::from_secs(10);
    while !found() {
        assert!(Instant::now() < limit, "waited in vain: {what}");
        std::thread::sleep(Duration::from_millis(10));
    }
}
