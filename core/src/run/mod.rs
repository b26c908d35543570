//! Runs: what they are asked for, what they tell while they go, and why they stop.
//!
//! A [`Migrator`](crate::Migrator) is given a [`Move`], emits [`Event`]s and answers with [`Done`] or a
//! [`RunError`]. [`Database`] is the same one level below, for tools: one database with its driver, its
//! revisions and every option.
//!
//! Deliberately absent: printing to a terminal, exit codes, signals. The caller brings a
//! [`CancellationToken`](tokio_util::sync::CancellationToken) and reads [`Event`]s.

mod administer;
mod adopt;
mod check;
mod database;
mod decide;
mod discreet;
mod error;
mod event;
mod file;
mod lent;
mod live;
mod lock;
mod model;
mod movement;
mod offline;
mod online;
mod prepare;
mod report;
mod script;
mod scripts;
mod status;
mod supervise;
mod translation;

pub use adopt::Adoption;
pub use database::{Database, DatabaseOptions, Done, RunOptions, Runner};
pub use error::{Class, RunError, ScriptIssue, StatementFailure};
pub use event::{Event, Events};
pub use file::script_file;
pub use model::{Drift, Drifted, Gap, Held, Model, Uncompared};
pub use movement::Move;
pub use report::committed_fact;
pub use scripts::{RevisionScripts, ScriptStatements};
pub use status::{FileState, Status};
pub use supervise::supervised;
pub use translation::{Omitted, TranslatedRevision};
