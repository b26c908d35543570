//! The messages that cross the boundary: their JSON heads. `docs/writing-a-driver.md` shows each.
//!
//! # Rules of compatibility
//!
//! - These types are the boundary's own: what the core's types become changes nothing here.
//! - **Fields are only added**, and a reader takes a missing one for its documented default: an old
//!   reader ignores what it does not know, a new one goes without what it is not told.
//! - **Kinds** (the variants of an enum) are never ignored: a reader that does not know one refuses
//!   the whole message. A side that writes a new kind therefore needs to know that it is read: it
//!   belongs to a higher [`PROTOCOL`](crate::abi::PROTOCOL), of which both sides use the lower.
//! - Operations are numbers that a driver lists in [`Info::ops`]; what it does not list is
//!   not asked.
//! - What bears the model has words of its own and a version of them: see [`model`].
//! - A body is bytes: script text is never escaped.

mod dialect;
mod info;
mod ledger;
pub mod model;
mod session;

pub use dialect::{
    Capabilities, Client, Dialect, DialectRequest, Headers, IntrospectSaid, LockKind, NoWord,
    PrintRequest, Printed, Syntax, TargetSaid,
};
pub use info::{Administration, Catalog, Floor, Info, Refusal, Scheme, Server, UrlRequest};
pub use ledger::{
    Direction, Event as JournalEvent, Guard, Identity, JournalEntry, LedgerRequest, LedgerText,
    Tables, Written,
};
pub use model::{
    Change, SchemaRequest, TargetAnswer, TargetRequest, Wanted, read_words, write_words,
};
pub use session::{
    Access, At, Connect, Connected, Deliver, Delivered, Event, Failure, FailureKind, Held, Holder,
    JournalRow, Lock, ResultSet, SessionState, Snapshot, TablesRequest,
};

use serde::Serialize;
use serde::de::DeserializeOwned;

/// A message that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unreadable(String);

impl Unreadable {
    pub(crate) fn new(why: impl Into<String>) -> Self {
        Self(why.into())
    }
}

impl std::fmt::Display for Unreadable {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Unreadable {}

/// Reads a head. An empty one is an object without fields.
///
/// # Errors
///
/// If it is no JSON, lacks a field or holds a kind that is not known.
pub fn read<T: DeserializeOwned>(head: &[u8]) -> Result<T, Unreadable> {
    let head: &[u8] = if head.is_empty() { b"{}" } else { head };
    serde_json::from_slice(head).map_err(|error| Unreadable(error.to_string()))
}

/// Writes a head.
pub fn write<T: Serialize>(message: &T) -> Vec<u8> {
    // These types hold no map with keys that are no strings, which is all that can fail.
    serde_json::to_vec(message).unwrap_or_default()
}

/// Cuts a body into texts of these lengths.
///
/// # Errors
///
/// If the lengths are not the body's, or a text is not UTF-8.
pub fn cut<'b>(body: &'b [u8], lengths: &[usize]) -> Result<Vec<&'b str>, Unreadable> {
    let mut body = std::str::from_utf8(body)
        .map_err(|error| Unreadable(format!("a text of the body is not UTF-8: {error}")))?;
    let mut texts = Vec::with_capacity(lengths.len());
    for &length in lengths {
        let (text, rest) = body.split_at_checked(length).ok_or_else(|| {
            let short = body.len() < length;
            Unreadable(match short {
                true => "the body is shorter than its lengths".into(),
                false => "a text of the body ends within a character".into(),
            })
        })?;
        texts.push(text);
        body = rest;
    }
    if body.is_empty() {
        Ok(texts)
    } else {
        Err(Unreadable("the body is longer than its lengths".into()))
    }
}
