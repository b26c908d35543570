//! Whether a pooler changes the server's process under a session, as PgBouncer does in transaction
//! mode: then an advisory lock does not hold, and settings are somebody else's.
//!
//! A server announces the number of its process when a connection is made, and a pooler announces
//! one of its own. Where the two differ, a second connection tells how it pools: it is given the
//! process that ours has just let go of, or, in session mode, another one.

use std::convert::Infallible;
use std::future::{Ready, ready};
use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use aludel::driver::{Failure, FailureKind, Session};
use futures_util::FutureExt;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio_postgres::tls::{ChannelBinding, TlsConnect, TlsStream};
use tokio_postgres::{CancelToken, Config};
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::connect;

/// How long a second connection is waited for: a pool in session mode may have none to give.
const PATIENCE: Duration = Duration::from_secs(3);
/// Others may use the pool too, and be given the process first.
const TRIES: usize = 2;

/// Where a connection came from.
pub(crate) struct Origin {
    /// The number that was announced.
    announced: Option<i32>,
    config: Config,
    tls: Option<MakeRustlsConnect>,
}

impl Origin {
    /// The origin of a connection.
    pub(crate) fn new(
        token: &CancelToken,
        config: &Config,
        tls: Option<&MakeRustlsConnect>,
    ) -> Self {
        Self {
            announced: announced(token),
            config: config.clone(),
            tls: tls.cloned(),
        }
    }

    /// Whether the server's process, which a session has just been told, is lent to others between
    /// its transactions.
    pub(crate) async fn lends(&self, process: &str) -> bool {
        if self.announced.is_some_and(|a| a.to_string() == process) {
            return false;
        }
        for _ in 0..TRIES {
            let other = tokio::time::timeout(PATIENCE, self.other_process()).await;
            if matches!(other, Ok(Some(other)) if other == process) {
                return true;
            }
        }
        false
    }

    async fn other_process(&self) -> Option<String> {
        let mut session = connect::again(&self.config, self.tls.as_ref()).await.ok()?;
        let answer = session.rows("SELECT pg_backend_pid()").await.ok();
        Box::new(session).close().await;
        answer?.rows.pop()?.pop()?
    }
}

/// What such a pooler is refused with.
pub(crate) fn refusal() -> Failure {
    let mut failure = Failure::new(
        FailureKind::Connect,
        "a pooler stands before the server and gives every transaction another of its processes, \
         so the lock would not hold",
    );
    failure.hint = Some(
        "connect to the server itself, or to a pool in session mode (PgBouncer: pool_mode)".into(),
    );
    failure
}

/// The number of the process that was announced. The client keeps it to itself, but writes it into
/// a cancel request; this one is sent to nobody.
fn announced(token: &CancelToken) -> Option<i32> {
    let ear = Ear::default();
    let written = ear.0.clone();
    token.cancel_query_raw(ear, Silence).now_or_never()?.ok()?;
    let written = written.lock().unwrap_or_else(PoisonError::into_inner);
    // Length, code, process, secret: the last sixteen bytes (docs: PostgreSQL manual, "Message
    // Formats", CancelRequest).
    let request = written.last_chunk::<16>()?;
    Some(i32::from_be_bytes(*request[8..].first_chunk::<4>()?))
}

/// A stream that leads nowhere, and keeps what is written. It agrees to everything.
#[derive(Default)]
struct Ear(Arc<Mutex<Vec<u8>>>);

impl AsyncRead for Ear {
    fn poll_read(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        buffer.put_slice(&b"S"[..buffer.remaining().min(1)]);
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Ear {
    fn poll_write(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let mut written = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        written.extend(bytes);
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

impl TlsStream for Ear {
    fn channel_binding(&self) -> ChannelBinding {
        ChannelBinding::none()
    }
}

/// TLS that is none: there is nobody to hide anything from.
struct Silence;

impl TlsConnect<Ear> for Silence {
    type Stream = Ear;
    type Error = Infallible;
    type Future = Ready<Result<Ear, Infallible>>;

    fn connect(self, ear: Ear) -> Self::Future {
        ready(Ok(ear))
    }
}
