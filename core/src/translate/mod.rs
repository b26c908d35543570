//! Translation: a script of one dialect as statements of another, or a refusal.
//!
//! The authored script is parsed into changes ([`sql::parse`](crate::sql::parse())), replayed into the model of
//! the authored engine ([`schema`](crate::schema)), and each change's effect is carried over to the model
//! of the target and rendered by the target's dialect ([`Target`]). A run does all that by itself;
//! [`Translator`] is for tools.
//!
//! Two models stand side by side: what the authored engine holds, by its own rules, and what the
//! target holds. The target's is the authored one *lowered*, but for what an override script
//! changed; so a change is carried over as the difference between the lowered states before and
//! after it, and a part that an override has made different is refused, never overwritten.
//!
//! # Invariants
//!
//! - Nothing is approximated: what cannot be carried over faithfully is a [`Refusal`], what is
//!   left out is an [`Omission`] of the closed list in `docs/translation.md`.
//! - All refusals of a run are reported together, before anything runs.
//! - Pure and offline: no connection, and the same input gives the same text.

mod actions;
pub mod ahead;
mod aside;
mod block;
mod carry;
pub mod constant;
mod drawn;
pub(crate) mod exclusion;
mod expand;
mod extension;
mod filled;
mod if_there;
mod implicit;
pub mod infer;
mod inline;
mod inserted;
mod itself;
mod members;
mod merge;
mod named;
mod ordered;
mod overlaid;
mod partition;
mod plain;
mod present;
pub mod print;
mod program;
mod ranges;
pub mod rewrite;
mod script;
mod session;
mod sets;
mod setting;
mod target;
mod trigger;
mod unenforced;
mod unfold;
mod unread;
mod vacancy;
mod writing;

pub use exclusion::{DOCUMENT_CLEAR, DOCUMENTS_EQUAL};
pub use implicit::implicit_default;
pub use itself::{looks_at_itself, shown_by};
pub use named::name_results;
pub use overlaid::overlaid;
pub use program::{Act, Deed, EventProgram, RowProgram, may_give_several, names_new, row_program};
pub use ranges::{HeldForm, HeldRange, RangePart, range_part};
pub use script::{Audience, Translated, Translator, audience};
pub use sets::may_be_set;
pub use target::{
    ColumnOrigin, DataScope, Lowered, Omission, Refusal, Rendered, TableChange, Target,
};
pub use trigger::{RowUpdate, event_name, row_updates, trigger_name};
pub use unfold::named_elements;
