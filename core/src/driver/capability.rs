//! What an engine can do, as values. The planner branches on these, never on a driver's name.

/// The capabilities of one server, computed from driver, flavour and version; known offline too.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[non_exhaustive]
pub struct Capabilities {
    /// DDL can be rolled back. If not, every DDL statement commits by itself and what was open.
    pub transactional_ddl: bool,
    /// How runners keep out of each other's way.
    pub lock: LockKind,
    /// Most revisions in one message; 1 means that each travels alone.
    pub revisions_per_message: usize,
    /// Some statements are refused inside a transaction and then must be a message of their own.
    pub statements_alone: bool,
    /// The server says where in a statement an error lies.
    pub error_positions: bool,
}

impl Capabilities {
    /// Capabilities of an engine with transactional DDL and one revision a message.
    pub fn new(transactional_ddl: bool, lock: LockKind) -> Self {
        Self {
            transactional_ddl,
            lock,
            revisions_per_message: 1,
            statements_alone: false,
            error_positions: false,
        }
    }

    /// Sets how many revisions may travel in one message.
    #[must_use]
    pub fn revisions_per_message(mut self, most: usize) -> Self {
        self.revisions_per_message = most.max(1);
        self
    }

    /// Says that a statement outside a transaction must be the only one of its message.
    #[must_use]
    pub fn statements_alone(mut self) -> Self {
        self.statements_alone = true;
        self
    }

    /// Says that the server reports error positions.
    #[must_use]
    pub fn error_positions(mut self) -> Self {
        self.error_positions = true;
        self
    }
}

/// How runners keep out of each other's way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum LockKind {
    /// A named lock that the session holds until it ends.
    Session,
    /// The database's write lock, taken by each transaction.
    Transaction,
}
