//! A session's call is never dropped: it is interrupted and then awaited.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::driver::Interrupt;

/// Between two requests to stop: the first may come before the statement has begun.
const AGAIN: Duration = Duration::from_millis(200);

/// Awaits a session's call; once `cancel` fires, asks the engine to stop until the call answers.
///
/// For whoever calls a [`Session`](crate::driver::Session) without a run around it: its futures are not
/// to be dropped.
pub async fn supervised<T>(
    interrupt: Arc<dyn Interrupt>,
    cancel: &CancellationToken,
    call: impl Future<Output = T>,
) -> T {
    tokio::pin!(call);
    tokio::select! {
        biased;
        answer = &mut call => return answer,
        () = cancel.cancelled() => {}
    }
    loop {
        let ask = interrupt.interrupt();
        tokio::pin!(ask);
        let mut asked = false;
        let pause = tokio::time::sleep(AGAIN);
        tokio::pin!(pause);
        loop {
            tokio::select! {
                biased;
                answer = &mut call => return answer,
                () = &mut ask, if !asked => asked = true,
                () = &mut pause, if asked => break,
            }
        }
    }
}
