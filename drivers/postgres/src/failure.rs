//! The server's errors as failures.
//!
//! Kinds go by SQLSTATE, never by text: messages are in the server's language (docs: PostgreSQL
//! manual, "PostgreSQL Error Codes"). A position inside a query that the server made by itself (a
//! function's, a DO block's) is no position in the message; it is told in the context.

use std::error::Error as _;

use aludel::driver::{Failure, FailureKind, SessionState};
use tokio_postgres::error::{DbError, ErrorPosition, Severity};

/// `query_canceled`: by an interrupt of ours, a time-out or an administrator.
const CANCELED: &str = "57014";
/// `lock_not_available`: `lock_timeout` or NOWAIT.
const NOT_AVAILABLE: &str = "55P03";
/// `read_only_sql_transaction`: a standby, or `default_transaction_read_only`.
const READ_ONLY: &str = "25006";
/// `invalid_catalog_name`: no such database.
const ABSENT: &str = "3D000";
/// `insufficient_privilege`.
const DENIED: &str = "42501";
/// `disk_full`.
const DISK_FULL: &str = "53100";
/// `undefined_table`.
pub(crate) const UNDEFINED_TABLE: &str = "42P01";

/// An error and, if it has one, its position in the message.
pub(crate) struct Problem {
    /// The failure, without a place.
    pub(crate) failure: Failure,
    /// Characters from 1 in the whole message.
    pub(crate) position: Option<u32>,
}

/// What an error of a session's client means.
pub(crate) fn of(error: &tokio_postgres::Error) -> Problem {
    match error.as_db_error() {
        Some(db) => of_server(db),
        None => Problem {
            failure: Failure::new(
                if error.is_closed() {
                    FailureKind::Lost
                } else {
                    FailureKind::Refused
                },
                text(error),
            ),
            position: None,
        },
    }
}

fn of_server(db: &DbError) -> Problem {
    let code = db.code().code();
    let mut failure = Failure::new(kind(code, db.parsed_severity()), first_line_first(db));
    failure.code = Some(code.to_owned());
    failure.detail = db.detail().map(str::to_owned);
    failure.hint = db
        .hint()
        .or(match code {
            READ_ONLY => Some(
                "the server is a standby, or `default_transaction_read_only` is on: connect to the primary",
            ),
            ABSENT => Some("the command `database create` makes the database"),
            _ => None,
        })
        .map(str::to_owned);
    failure.context = db.where_().map(str::to_owned);
    let position = match db.position() {
        Some(ErrorPosition::Original(position)) => Some(*position),
        Some(ErrorPosition::Internal { position, query }) => {
            failure.context = Some(inner(*position, query, failure.context.take()));
            None
        }
        None => None,
    };
    Problem { failure, position }
}

fn first_line_first(db: &DbError) -> String {
    db.message().trim().to_owned()
}

fn kind(code: &str, severity: Option<Severity>) -> FailureKind {
    let ended = matches!(severity, Some(Severity::Fatal | Severity::Panic));
    if ended || code.starts_with("08") || matches!(code, "57P01" | "57P02" | "57P03") {
        FailureKind::Lost
    } else if code == NOT_AVAILABLE {
        FailureKind::Busy
    } else {
        match code {
            READ_ONLY => FailureKind::ReadOnly,
            DENIED => FailureKind::Denied,
            DISK_FULL => FailureKind::Full,
            _ => FailureKind::Refused,
        }
    }
}

/// Whether a failure is a cancelled statement; by whom, only the canceller knows.
pub(crate) fn is_canceled(failure: &Failure) -> bool {
    failure.code.as_deref() == Some(CANCELED)
}

/// Whether the session can be used again once it was rolled back.
pub(crate) fn is_dead(failure: &Failure) -> bool {
    failure.session == SessionState::Dead
}

fn inner(position: u32, query: &str, context: Option<String>) -> String {
    let before = usize::try_from(position)
        .unwrap_or(usize::MAX)
        .saturating_sub(1);
    let line = 1 + query.chars().take(before).filter(|c| *c == '\n').count();
    let text = query.lines().nth(line - 1).unwrap_or_default().trim();
    let place = format!("line {line} of an inner query: {text}");
    match context {
        Some(context) => format!("{place}\n{context}"),
        None => place,
    }
}

/// An error and what caused it, in one line. tokio-postgres puts no credential into either.
pub(crate) fn text(error: &tokio_postgres::Error) -> String {
    if let Some(db) = error.as_db_error() {
        return first_line_first(db);
    }
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let cause_text = cause.to_string();
        if !text.ends_with(&cause_text) {
            text.push_str(": ");
            text.push_str(&cause_text);
        }
        source = cause.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_go_by_sqlstate() {
        assert_eq!(kind("55P03", Some(Severity::Error)), FailureKind::Busy);
        assert_eq!(kind("57P01", Some(Severity::Fatal)), FailureKind::Lost);
        assert_eq!(kind("08006", None), FailureKind::Lost);
        assert_eq!(kind("42601", Some(Severity::Error)), FailureKind::Refused);
        assert_eq!(kind("57014", Some(Severity::Error)), FailureKind::Refused);
        assert_eq!(kind("25006", Some(Severity::Error)), FailureKind::ReadOnly);
        assert_eq!(kind("42501", Some(Severity::Error)), FailureKind::Denied);
        assert_eq!(kind("53100", Some(Severity::Error)), FailureKind::Full);
    }

    #[test]
    fn an_inner_position_becomes_a_line() {
        assert_eq!(
            inner(12, "SELECT 'ä'\n, nope", None),
            "line 2 of an inner query: , nope"
        );
    }
}
