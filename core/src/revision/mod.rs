//! Revisions: ids, metadata, scripts, checksums, and where they are read from.

mod id;

pub use id::{InvalidRevisionId, MAX_CHARS, RevisionId};
