//! Which statement of a message the server could not parse, where it does not say.
//!
//! The server parses a message as a whole before it runs any of it, and some of what its parser refuses
//! it refuses without a position: `CHECK … DEFERRABLE` before PostgreSQL 18, `UNIQUE … NOT VALID`, bytes
//! that are no text of the database's encoding. Such an error looks like one of the first statement.
//!
//! So parts of the message are sent again, each behind a statement that fails when it runs: what comes back
//! tells whether the part could be parsed, and nothing of it runs. Halving finds one statement of a thousand
//! in ten messages.

use aludel::driver::{Failure, SessionState};

use crate::position::Message;
use crate::session::PostgresSession;

/// Fails when it runs.
const STOP: &str = "SELECT 1/0";
/// What it fails with: division by zero.
const STOPPED: &str = "22012";

impl PostgresSession {
    /// The first of `statements` that cannot be parsed, if `failure`, which came before any of them ran,
    /// was of that kind.
    pub(crate) async fn unparsed(
        &mut self,
        statements: &[&str],
        failure: &Failure,
    ) -> Option<usize> {
        if failure.session != SessionState::Ready || self.is_parsed(statements).await? {
            return None;
        }
        // It is one of `first..end`.
        let (mut first, mut end) = (0, statements.len());
        while end - first > 1 {
            let middle = first + (end - first) / 2;
            if self.is_parsed(&statements[first..middle]).await? {
                first = middle;
            } else {
                end = middle;
            }
        }
        Some(first)
    }

    /// Whether all of `statements` can be parsed; none if the server cannot be asked.
    async fn is_parsed(&mut self, statements: &[&str]) -> Option<bool> {
        let mut behind = vec![STOP];
        behind.extend_from_slice(statements);
        let answer = self.exchange(Message::new(&behind).text()).await;
        let mut failure = answer.problem?.failure;
        self.roll_back(&mut failure).await;
        match failure.session {
            SessionState::Ready => Some(failure.code.as_deref() == Some(STOPPED)),
            _ => None,
        }
    }
}
