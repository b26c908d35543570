//! The client's errors as failures.

use aludel::driver::{Failure, FailureKind, SessionState};
use mysql_async::{DriverError, Error};

/// ER_QUERY_INTERRUPTED, and MariaDB's ER_STATEMENT_TIMEOUT.
const INTERRUPTED: [u16; 2] = [1317, 1969];
/// The server ended the connection: shutdown, killed, timed out.
const LOST: [u16; 5] = [1053, 1152, 1158, 1927, 4031];

/// A failure while connecting.
pub(crate) fn connect(error: &Error) -> Failure {
    let mut failure = of(error, false);
    failure.kind = FailureKind::Connect;
    failure.session = SessionState::Dead;
    failure
}

/// A failure of a statement. `asked`: somebody asked to stop.
pub(crate) fn of(error: &Error, asked: bool) -> Failure {
    match error {
        Error::Server(server) => {
            let kind = if INTERRUPTED.contains(&server.code) && asked {
                FailureKind::Interrupted
            } else if LOST.contains(&server.code) {
                FailureKind::Lost
            } else {
                FailureKind::Refused
            };
            let mut failure = Failure::new(kind, server.message.clone());
            failure.code = Some(format!("{} ({})", server.code, server.state));
            failure
        }
        Error::Io(_) | Error::Driver(DriverError::ConnectionClosed) => {
            Failure::new(FailureKind::Lost, chain(error))
        }
        other => Failure::new(FailureKind::Lost, chain(other)),
    }
}

/// An error with its causes: the client's own text names only its kind.
fn chain(error: &Error) -> String {
    let mut text = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        let cause_text = cause.to_string();
        if !text.contains(&cause_text) {
            text.push_str(": ");
            text.push_str(&cause_text);
        }
        source = cause.source();
    }
    text
}
