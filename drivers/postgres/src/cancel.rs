//! Stopping what a session runs.
//!
//! A cancel request travels on a connection of its own, with the session's TLS, and the server does
//! not say what it did (docs: PostgreSQL manual, "Canceling Requests in Progress"). It may arrive
//! late, at the next statement; so the wish is forgotten when a cancelled statement was seen and
//! not before.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use aludel::driver::Interrupt;
use futures_util::future::BoxFuture;
use tokio_postgres::{CancelToken, NoTls};
use tokio_postgres_rustls::MakeRustlsConnect;

/// How long a cancel request may take.
const PATIENCE: Duration = Duration::from_secs(5);

/// The handle that stops a session's statement.
#[derive(Clone)]
pub(crate) struct Canceller {
    token: CancelToken,
    tls: Option<MakeRustlsConnect>,
    asked: Arc<AtomicBool>,
}

impl Canceller {
    /// The handle of a session that was connected with `tls`.
    pub(crate) fn new(token: CancelToken, tls: Option<MakeRustlsConnect>) -> Self {
        Self {
            token,
            tls,
            asked: Arc::default(),
        }
    }

    /// Whether somebody asked, forgetting it.
    pub(crate) fn take(&self) -> bool {
        self.asked.swap(false, Ordering::SeqCst)
    }
}

impl Interrupt for Canceller {
    fn interrupt(&self) -> BoxFuture<'static, ()> {
        let this = self.clone();
        Box::pin(async move {
            this.asked.store(true, Ordering::SeqCst);
            let request = async {
                match this.tls {
                    Some(tls) => this.token.cancel_query(tls).await,
                    None => this.token.cancel_query(NoTls).await,
                }
            };
            // Nobody can be told: if the server cannot be reached the session will notice.
            let _ = tokio::time::timeout(PATIENCE, request).await;
        })
    }
}
