//! How a change fails.

use super::super::ReplayProblem;

/// What a step of a change answers.
pub(super) type Step<T = ()> = Result<T, ReplayProblem>;

/// A problem with its code and its text.
pub(super) fn problem(code: &'static str, message: impl Into<String>) -> ReplayProblem {
    ReplayProblem {
        code,
        message: message.into(),
    }
}
