//! Revisions: ids, metadata, scripts, checksums, and where they are read from.
//!
//! [`RevisionSet::load`] reads Diesel's directory layout: names and `metadata.toml` at once,
//! scripts when [`RevisionSet::script`] asks for one. [`write`](mod@write) makes new revisions and
//! [`order_breaks`] finds where Diesel would run them in another order than the graph's. Revisions
//! come from any [`Source`]; one may be written in Rust ([`RustRevision`]).
//!
//! # Invariants
//!
//! - ids are unique in a set, and every revision of it has an up script;
//! - a checksum is the same for the same commit, whatever the platform did to its line ends, and
//!   wherever the revision was read from.
//!
//! # Deliberately absent
//!
//! Whether parents and dependencies exist. That is the graph's question.

mod checksum;
mod code;
#[cfg(feature = "include-dir")]
mod embedded;
mod id;
mod load;
mod locate;
mod metadata;
mod order;
mod plain;
mod problem;
mod script;
mod set;
mod source;
#[cfg(test)]
mod tests;
pub mod write;

pub use crate::config::{Place, TomlProblem};
pub use checksum::{Checksum, Comparison, InvalidChecksum};
pub use code::{Context, ContextError, Program, RustRevision, RustRevisions};
pub(crate) use code::{Recording, Statements};
#[cfg(feature = "include-dir")]
pub use embedded::Embedded;
pub use id::{InvalidRevisionId, MAX_CHARS, RevisionId};
pub use locate::Passage;
pub use metadata::Metadata;
pub use order::{OrderBreak, order_breaks};
pub use problem::{LoadProblem, ScriptProblem, Warning};
pub use script::{Direction, ScriptFile};
pub(crate) use script::{Listing, Override};
pub use set::{Revision, RevisionSet};
pub use source::{Directory, DirectoryEntry, Source};
