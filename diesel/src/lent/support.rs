//! What the engines' connections share: Diesel's errors, and its transaction manager.

use aludel::driver::{Failure, FailureKind, SessionState};
use diesel::result::{DatabaseErrorKind, Error};
use diesel_async::{AsyncConnection, TransactionManager};

/// Diesel's error as a failure. Code and place are not in it.
pub(super) fn failure(error: &Error) -> Failure {
    match error {
        Error::DatabaseError(kind, information) => {
            let kind = match kind {
                DatabaseErrorKind::ClosedConnection | DatabaseErrorKind::UnableToSendCommand => {
                    FailureKind::Lost
                }
                _ => FailureKind::Refused,
            };
            let mut failure = Failure::new(kind, information.message());
            failure.detail = information.details().map(str::to_owned);
            failure.hint = information.hint().map(str::to_owned);
            failure
        }
        other => Failure::new(FailureKind::Refused, other.to_string()),
    }
}

/// Whether Diesel began a transaction on the connection.
///
/// # Errors
///
/// If that transaction has failed and was not rolled back.
pub(super) fn is_begun<C: AsyncConnection>(connection: &mut C) -> Result<bool, Failure> {
    let status = C::TransactionManager::transaction_manager_status_mut(connection);
    match status.transaction_depth() {
        Ok(depth) => Ok(depth.is_some()),
        Err(_) => {
            let mut failure = Failure::new(
                FailureKind::Refused,
                "the connection's transaction has failed and was not rolled back",
            );
            failure.session = SessionState::Dead;
            failure.hint = Some("lend a connection that is in order".into());
            Err(failure)
        }
    }
}

/// Tells Diesel, and any pool, that the connection is not to be used again.
pub(super) fn spoil<C: AsyncConnection>(connection: &mut C) {
    C::TransactionManager::transaction_manager_status_mut(connection).set_in_error();
}
