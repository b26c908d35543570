//! Translation: what is asked of a driver's [`Target`](aludel::translate::Target), and what it answers.

use aludel::schema::{DataStatement, Effect, Query, Table, Trigger, View};
use aludel::translate::{ColumnOrigin, DataScope, Lowered, Refusal, Rendered, TableChange};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Update, Word, choice, record};
use crate::wire::{ResultSet, Server, Syntax, Unreadable};

/// A question to a target.
#[derive(Debug, Clone, PartialEq)]
pub struct TargetRequest {
    /// The dialect's server.
    pub server: Server,
    /// Mirrors that may be forgotten.
    pub gone: Vec<u64>,
    /// What the mirrors have to be told first.
    pub updates: Vec<Update>,
    /// The dialect in whose meaning authored expressions stand.
    pub source: Syntax,
    /// The mirror of the schema as the authored engine holds it.
    pub authored: u64,
    /// The mirror of the schema as the target holds it; none is given to lower a table.
    pub target: Option<u64>,
    /// What is wanted.
    pub wanted: Wanted,
}

/// What is wanted of a target: the methods of [`Target`](aludel::translate::Target).
#[derive(Debug, Clone, PartialEq)]
pub enum Wanted {
    /// A table as this engine holds it. Only `authored` is given with it.
    Lower(Box<Table>),
    /// The statements that turn a table's state before into its state after.
    Table(Box<Change>),
    /// The statements for a view's change.
    View(Option<Box<View>>, Option<Box<View>>),
    /// The statements for a change of something else.
    Other(Box<Effect>),
    /// A statement on rows.
    Data(Box<DataStatement>),
    /// A statement that fails, with this message, where a table has rows.
    AssertEmpty(Box<Table>, String),
    /// A statement that fails, with this message, where a query gives a row.
    AssertNone(Box<Query>, String),
}

/// A table before and after; see [`TableChange`], whose words these are.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    before: Option<Table>,
    after: Option<Table>,
    authored_before: Option<Table>,
    authored_after: Option<Table>,
    columns: Vec<ColumnOrigin>,
    triggers: Vec<Trigger>,
    unused: Option<bool>,
    own: Option<bool>,
}

/// What a target answers.
#[derive(Debug, Clone, PartialEq)]
pub enum TargetAnswer {
    /// To [`Wanted::Lower`].
    Lowered(Box<Lowered>),
    /// To all others.
    Rendered(Box<Rendered>),
    /// What has no faithful form: all of it.
    Refused(Vec<Refusal>),
}

record!(TargetRequest, "a question to a target" {
    server, gone, updates, source, authored, target, wanted,
});

choice!(Wanted, "wanted thing" {
    "lower" Lower(table),
    "table" Table(change),
    "view" View(before, after),
    "other" Other(effect),
    "data" Data(statement),
    "assert_empty" AssertEmpty(table, message),
    "assert_none" AssertNone(query, message),
});

record!(Change, "a change of a table" {
    before, after, authored_before, authored_after, columns, triggers, unused, own,
});

choice!(TargetAnswer, "answer of a target" {
    "lowered" Lowered(lowered),
    "rendered" Rendered(rendered),
    "refused" Refused(refusals),
});

impl From<&TableChange<'_>> for Change {
    fn from(change: &TableChange<'_>) -> Self {
        let TableChange {
            before,
            after,
            authored_before,
            authored_after,
            columns,
            triggers,
            unused,
            own,
            // In the request.
            scope: _,
        } = change;
        Self {
            before: before.cloned(),
            after: after.cloned(),
            authored_before: authored_before.cloned(),
            authored_after: authored_after.cloned(),
            columns: columns.clone(),
            triggers: triggers.iter().copied().cloned().collect(),
            unused: unused.then_some(true),
            own: own.then_some(true),
        }
    }
}

impl Change {
    /// As the target wants it.
    pub fn within<'a>(&'a self, scope: DataScope<'a>) -> TableChange<'a> {
        TableChange {
            before: self.before.as_ref(),
            after: self.after.as_ref(),
            authored_before: self.authored_before.as_ref(),
            authored_after: self.authored_after.as_ref(),
            columns: self.columns.clone(),
            triggers: self.triggers.iter().collect(),
            unused: self.unused == Some(true),
            own: self.own == Some(true),
            scope,
        }
    }
}

/// Asks for the schema that the answers to a dialect's queries tell of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SchemaRequest {
    /// The dialect's server.
    pub server: Server,
    /// The answer to each query.
    pub answers: Vec<ResultSet>,
}

/// Types that are described by serde, within messages whose words are described here.
macro_rules! described_by_serde {
    ($($type:ident),*) => {$(
        impl Word for $type {
            fn write(&self) -> Value {
                // They hold no map with keys that are no strings, which is all that can fail.
                serde_json::to_value(self).unwrap_or_default()
            }

            fn read(value: Value) -> Result<Self, Unreadable> {
                serde_json::from_value(value).map_err(|error| Unreadable(error.to_string()))
            }
        }
    )*};
}

described_by_serde!(Server, Syntax);

/// Writes a message of these words.
pub fn write_words<T: Word>(message: &T) -> Vec<u8> {
    message.write().to_string().into_bytes()
}

/// Reads one. Chains are lists, so it is as deep as somebody nested by hand, or by a program.
///
/// # Errors
///
/// If it is no JSON, lacks a field, or has a field or a kind that is not known.
pub fn read_words<T: Word>(message: &[u8]) -> Result<T, Unreadable> {
    let mut reader = serde_json::Deserializer::from_slice(message);
    reader.disable_recursion_limit();
    let value = Value::deserialize(&mut reader).map_err(|error| Unreadable(error.to_string()))?;
    reader
        .end()
        .map_err(|error| Unreadable(error.to_string()))?;
    T::read(value)
}
