//! How a database is made and destroyed.

use std::path::PathBuf;

use crate::config::DatabaseUrl;

/// How the database of a URL is made and destroyed, as data: no connection.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Administration {
    /// By statements, on another database of the server.
    Statements {
        /// The database to connect to.
        on: Box<DatabaseUrl>,
        /// A query with one row if the database exists, and none if it does not.
        exists: String,
        /// Makes it.
        create: String,
        /// Destroys it and all that it holds.
        drop: String,
    },
    /// It is a file.
    File {
        /// The file.
        path: PathBuf,
        /// Files that the engine keeps beside it, and that go with it.
        beside: Vec<PathBuf>,
        /// How such a file begins, if it holds anything: no other file is ever deleted.
        magic: Vec<u8>,
    },
}
