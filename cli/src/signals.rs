//! Ctrl-C: the first asks the run to stop, the second leaves at once.
//!
//! A thread of its own waits for them, so that they are heard while the run computes.

use std::io;

use tokio::runtime::Builder;
use tokio_util::sync::CancellationToken;

use crate::exit::Exit;
use crate::present::to_stderr;

/// Watches for SIGINT and SIGTERM from now on: when this returns, none ends the process by itself.
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
            to_stderr("stopping: the running statement is being cancelled (again: leave at once)");
            cancel.cancel();
            signals.next().await;
        });
        std::process::exit(i32::from(Exit::Interrupted.code()));
    })?;
    Ok(())
}

#[cfg(unix)]
struct Signals {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    fn new() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
        })
    }

    async fn next(&mut self) {
        tokio::select! {
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
