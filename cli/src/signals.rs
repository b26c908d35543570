//! Ctrl-C: the first asks the run to stop, the second leaves at once.

use tokio_util::sync::CancellationToken;

use crate::exit::Exit;

/// Watches for SIGINT and SIGTERM on the current runtime.
pub(crate) fn watch(cancel: CancellationToken) {
    tokio::spawn(async move {
        if wait().await {
            anstream::eprintln!(
                "stopping: the running statement is being cancelled (again: leave at once)"
            );
            cancel.cancel();
            if wait().await {
                std::process::exit(i32::from(Exit::Interrupted.code()));
            }
        }
    });
}

#[cfg(unix)]
async fn wait() -> bool {
    use tokio::signal::unix::{SignalKind, signal};
    let Ok(mut terminate) = signal(SignalKind::terminate()) else {
        return false;
    };
    tokio::select! {
        answer = tokio::signal::ctrl_c() => answer.is_ok(),
        answer = terminate.recv() => answer.is_some(),
    }
}

#[cfg(not(unix))]
async fn wait() -> bool {
    tokio::signal::ctrl_c().await.is_ok()
}
