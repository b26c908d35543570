//! Ctrl-C: the first asks the run to stop, the second leaves at once.
//!
//! A thread of its own waits for them, so that they are heard while the run computes. Who leaves at
//! once awaits no answer of a server, and says so: what is committed is then the database's to tell.

use std::collections::BTreeSet;
use std::io;
use std::sync::{Mutex, PoisonError, mpsc};
use std::time::Duration;

use tokio::runtime::Builder;
use tokio_util::sync::CancellationToken;

use crate::exit::Exit;
use crate::present::to_stderr;

/// The longest that a word to the user may keep the process: the run may hold stderr, and nobody
/// may read it.
const MOST: Duration = Duration::from_millis(200);

/// Revisions that run without a transaction and are not done.
static IN_STEPS: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());

/// From now on statements of a revision are committed one by one.
pub(crate) fn begins_in_steps(revision: String) {
    let mut revisions = IN_STEPS.lock().unwrap_or_else(PoisonError::into_inner);
    revisions.insert(revision);
}

/// A revision is whole in the database.
pub(crate) fn is_done(revision: &str) {
    let mut revisions = IN_STEPS.lock().unwrap_or_else(PoisonError::into_inner);
    revisions.remove(revision);
}

/// Watches for SIGINT, SIGTERM and SIGHUP from now on: when this returns, none ends the process by
/// itself. A SIGHUP that the process was started to ignore, as `nohup` does, stays ignored.
///
/// # Errors
/// The system gives no handler or no thread.
pub(crate) fn watch(cancel: CancellationToken) -> io::Result<()> {
    let runtime = Builder::new_current_thread().enable_io().build()?;
    let mut signals = {
        let _inside = runtime.enter();
        Signals::new()?
    };
    let watcher = std::thread::Builder::new().name("signals".into());
    watcher.spawn(move || {
        runtime.block_on(async {
            signals.next().await;
            cancel.cancel();
            say("stopping: the running statement is being cancelled (again: leave at once)".into());
            signals.next().await;
        });
        std::process::exit(i32::from(leave().code()));
    })?;
    Ok(())
}

/// Says what is not known, and gives the exit code that follows from it.
fn leave() -> Exit {
    let revisions = IN_STEPS.lock().unwrap_or_else(PoisonError::into_inner);
    let in_steps: Vec<_> = revisions.iter().map(|name| format!("`{name}`")).collect();
    if in_steps.is_empty() {
        say("left at once: a server may still finish what it was sent, `aludel status` says what is committed".into());
        return Exit::Interrupted;
    }
    say(format!(
        "left at once: {} may be part-way; `aludel status` says what is committed",
        in_steps.join(", ")
    ));
    Exit::PartWay
}

fn say(text: String) {
    let (told, heard) = mpsc::channel();
    let speaker = std::thread::Builder::new();
    let spoken = speaker.spawn(move || {
        to_stderr(&text);
        // Whoever waited may have gone.
        let _ = told.send(());
    });
    if spoken.is_ok() {
        let _ = heard.recv_timeout(MOST);
    }
}

/// Whether a SIGHUP, which is signal 1, would end the process: where that cannot be known, it is
/// left to the system.
#[cfg(unix)]
fn hangs_up() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let ignored = ignored.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    ignored.is_some_and(|mask| mask & 1 == 0)
}

#[cfg(unix)]
struct Signals {
    hangup: Option<tokio::signal::unix::Signal>,
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    fn new() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        let hangup = hangs_up()
            .then(|| signal(SignalKind::hangup()))
            .transpose()?;
        Ok(Self {
            hangup,
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
        })
    }

    async fn next(&mut self) {
        let hangup = async {
            match &mut self.hangup {
                Some(signal) => signal.recv().await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            _ = hangup => {}
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}

#[cfg(not(unix))]
struct Signals(tokio::signal::windows::CtrlC);

#[cfg(not(unix))]
impl Signals {
    fn new() -> io::Result<Self> {
        Ok(Self(tokio::signal::windows::ctrl_c()?))
    }

    async fn next(&mut self) {
        self.0.recv().await;
    }
}
