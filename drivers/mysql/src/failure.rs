//! The client's errors as failures.

use aludel::driver::{Failure, FailureKind, SessionState};
use mysql_async::Error;

/// ER_QUERY_INTERRUPTED, and MariaDB's ER_STATEMENT_TIMEOUT.
const INTERRUPTED: [u16; 2] = [1317, 1969];
/// The server ended the connection: shutdown, killed, timed out.
const LOST: [u16; 5] = [1053, 1152, 1158, 1927, 4031];

/// ER_CANT_EXECUTE_IN_READ_ONLY_TRANSACTION, ER_READ_ONLY_MODE, ER_SCHEMA_READ_ONLY.
const READ_ONLY: [u16; 3] = [1792, 1836, 3989];
/// ER_OPTION_PREVENTS_STATEMENT: some option of the server, which its text names.
const OPTION: u16 = 1290;
/// ER_DBACCESS_DENIED_ERROR, ER_TABLEACCESS_DENIED_ERROR, ER_COLUMNACCESS_DENIED_ERROR,
/// ER_SPECIFIC_ACCESS_DENIED_ERROR, ER_PROCACCESS_DENIED_ERROR, ER_CANT_CREATE_USER_WITH_GRANT.
const DENIED: [u16; 6] = [1044, 1142, 1143, 1227, 1370, 1410];
/// ER_BAD_DB_ERROR: no such database.
const ABSENT: u16 = 1049;
/// EE_WRITE, ER_DISK_FULL, ER_RECORD_FILE_FULL.
const FULL: [u16; 3] = [3, 1021, 1114];

/// A failure while connecting to a place.
pub(crate) fn connect(place: &str, error: &Error) -> Failure {
    let mut failure = of(error, false);
    failure.kind = FailureKind::Connect;
    failure.message = format!("cannot connect to {place}: {}", failure.message);
    failure.session = SessionState::Dead;
    failure
}

/// A failure of a statement. `asked`: somebody asked to stop.
pub(crate) fn of(error: &Error, asked: bool) -> Failure {
    match error {
        Error::Server(server) => {
            let kind = kind(server.code, &server.message, asked);
            let mut failure = Failure::new(kind, server.message.clone());
            let hint = match server.code {
                _ if kind == FailureKind::ReadOnly => Some(
                    "the server is a replica, or it or the schema was made read-only: connect to the primary, or change that",
                ),
                ABSENT => Some("the command `database create` makes the database"),
                _ => None,
            };
            failure.hint = hint.map(str::to_owned);
            failure.code = Some(format!("{} ({})", server.code, server.state));
            failure
        }
        other => Failure::new(FailureKind::Lost, cause(other)),
    }
}

fn kind(code: u16, message: &str, asked: bool) -> FailureKind {
    // Names of options are the same in every language of the server's messages.
    let read_only = code == OPTION && message.contains("read-only");
    match code {
        _ if INTERRUPTED.contains(&code) && asked => FailureKind::Interrupted,
        _ if LOST.contains(&code) => FailureKind::Lost,
        _ if read_only || READ_ONLY.contains(&code) => FailureKind::ReadOnly,
        _ if DENIED.contains(&code) => FailureKind::Denied,
        _ if FULL.contains(&code) => FailureKind::Full,
        _ => FailureKind::Refused,
    }
}

/// What an error comes from: the client's own text of an I/O error names only its kind.
fn cause(error: &Error) -> String {
    let mut cause: &dyn std::error::Error = error;
    if matches!(error, Error::Io(_)) {
        while let Some(below) = cause.source() {
            cause = below;
        }
    }
    cause.to_string()
}
