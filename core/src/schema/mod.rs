//! The schema model: what an engine would hold after each revision, without asking one.
//!
//! A script's statements become [`Change`]s, a closed set. Replaying them by the rules of the
//! authored engine gives a [`Schema`]: with the names that the engine generates, with what it
//! drops along, with enum members, defaults and owned sequences. Translation, `aludel status --drift`
//! and `aludel schema print` all read this one model; introspection of a live database fills the same
//! one, so the two can be compared.
//!
//! ```
//! use aludel::schema::{Name, Replay, compare};
//! use aludel::sql::{Syntax, parse};
//!
//! let replay = |script: &[&str]| {
//!     let mut replay = Replay::new(Syntax::Postgres);
//!     for statement in script {
//!         for change in parse(Syntax::Postgres, statement) {
//!             replay.apply(&change)?;
//!         }
//!     }
//!     Ok(replay.into_schema())
//! };
//! let ours = replay(&["CREATE TABLE users (id serial, email text UNIQUE)"])?;
//! let users = ours.table(&Name::bare("users")).expect("created");
//! assert_eq!(users.constraints[0].name.as_deref(), Some("users_email_key"));
//!
//! let theirs = replay(&[
//!     "CREATE TABLE users (id serial, mail text UNIQUE)",
//!     "ALTER TABLE users RENAME mail TO email",
//! ])?;
//! let differences = compare(Syntax::Postgres, &ours, &theirs);
//! assert_eq!(differences.len(), 2); // the constraint has kept its name
//! # Ok::<(), aludel::schema::ReplayProblem>(())
//! ```
//!
//! # Invariants
//!
//! - Everything is closed: a statement that none of these types can express is
//!   [`Change::Opaque`], which a translation refuses. Nothing is approximated.
//! - They are exhaustive outside this crate too: a target, and the boundary that carries them to a
//!   loaded one, hear of a new kind from the compiler.
//! - Identifiers stand as the engine stores them (PostgreSQL folds them to lower case), without
//!   quotes.
//!
//! # Deliberately absent
//!
//! Text of any dialect: parsing stands in [`sql`](crate::sql::parse()), rendering in the drivers'
//! dialects.

mod catalog;
mod change;
mod compare;
mod data;
mod domain;
mod effect;
mod entries;
mod exclusion;
mod expr;
mod follow;
mod guard;
mod memo;
mod model;
mod name;
mod parity;
mod program;
mod query;
mod replay;
mod scope;
mod sequence;
mod shared;
mod steady;
mod steps;
mod trigger;
mod ty;
mod walk;

pub use catalog::{Relation, Schema};
pub use change::{
    Change, ColumnChange, ColumnDef, CommentTarget, ConstraintDef, CreateDomain, CreateIndex,
    CreateTable, CreateView, DomainChange, DroppedFunction, Ignored, Opaque, Position,
    SequenceChange, TableAction, TableLike,
};
pub use compare::{Difference, canonical, compare, uncompared};
pub use data::{Assignment, DataStatement, Delete, Insert, InsertSource, OnConflict, Update};
pub use effect::{Effect, ReplayProblem, TableEffect};
pub use exclusion::{Excludes, Exclusion, RowConstraint};
pub use expr::{
    BinaryOp, Call, CallArg, Expr, Literal, Quantifier, TrimSide, UnaryOp, Window, WindowFrame,
};
pub use follow::{Mark, Now};
pub use guard::Fails;
pub use model::{
    Column, Constraint, ConstraintKind, Domain, EnumType, ForeignKey, Generated, Identity, Index,
    IndexKey, IndexPart, Options, ReferentialAction, Sequence, SequenceOptions, Table, View,
};
pub use name::{Ident, Name};
pub(crate) use name::{POSTGRES_IDENT, clip};
pub use parity::{Side, parity};
pub use program::{Procedure, Programs, Running, Step};
pub use query::{
    Cte, Distinct, JoinKind, JoinOn, Nulls, OrderBy, Query, Select, SelectItem, SetExpr, SetOp,
    TableRef,
};
pub use replay::{Replay, generated_name};
pub(crate) use scope::output_name;
pub use scope::{
    ColumnUse, each_column, expand_stars, item_meant, merged_by_joins, output_names, settle,
};
pub use sequence::{Numbers, drawn_by_name, nextval, own_numbers_are_defaults, sequence_of};
pub(crate) use shared::{Map, Set};
pub(crate) use steady::stays_as_set;
pub use steps::{Place, Returned, TriggerEvent, TriggerStep, Variable, named_tables};
pub use trigger::{
    Function, NEW, OLD, RowSets, RowTrigger, Trigger, TriggerCode, TriggerDoes, TriggerFunction,
    ValueFunction,
};
pub(crate) use trigger::{compared_rows, whole_rows};
pub use ty::Type;
pub use walk::{Part, PartMut};
