//! What went wrong on a session, in a shape that also crosses a plugin boundary.

/// A failure of a session. It never holds a credential.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Failure {
    /// What kind of failure.
    pub kind: FailureKind,
    /// SQLSTATE, or the engine's own number where it has none.
    pub code: Option<String>,
    /// The server's message, first line first.
    pub message: String,
    /// The server's detail.
    pub detail: Option<String>,
    /// The server's hint, or the driver's.
    pub hint: Option<String>,
    /// Where inside the server it happened (a function's line …).
    pub context: Option<String>,
    /// Which statement of the message, and where in it.
    pub at: Option<At>,
    /// How many statements of the message had completed. Completed is not committed, but a COMMIT
    /// that has completed is durable; where that is not known, it does not count.
    pub completed: usize,
    /// What the session is good for afterwards.
    pub session: SessionState,
}

/// A place in a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct At {
    /// Index of the statement in the message, from 0.
    pub statement: usize,
    /// Offset in that statement's text, in bytes.
    pub offset: Option<usize>,
}

/// Kinds of failure, by what the caller does about them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum FailureKind {
    /// No connection could be made.
    Connect,
    /// The connection was lost.
    Lost,
    /// The database refused a statement.
    Refused,
    /// Nothing can be written here: a replica, a read-only server or file.
    ReadOnly,
    /// The user may not do this.
    Denied,
    /// There is no room: the disk, a quota or a limit of the database.
    Full,
    /// A lock was not obtained in the time allowed.
    Busy,
    /// The caller interrupted it.
    Interrupted,
}

/// What a session is good for after a failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SessionState {
    /// No transaction is open; it may be used.
    Ready,
    /// It is dead.
    Dead,
}

impl Failure {
    /// A failure with a message and nothing else.
    pub fn new(kind: FailureKind, message: impl Into<String>) -> Self {
        Self {
            kind,
            code: None,
            message: message.into(),
            detail: None,
            hint: None,
            context: None,
            at: None,
            completed: 0,
            session: match kind {
                FailureKind::Connect | FailureKind::Lost => SessionState::Dead,
                _ => SessionState::Ready,
            },
        }
    }
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)?;
        if let Some(code) = &self.code {
            write!(f, " ({code})")?;
        }
        Ok(())
    }
}

impl std::error::Error for Failure {}
