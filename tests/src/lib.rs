//! What the whole-process tests share.
//!
//! A server that a test needs and does not find is a failure that says which command starts it,
//! never a silent skip.

#![allow(
    clippy::unwrap_used,
    clippy::print_stderr,
    reason = "test support: a panic is the report"
)]

pub mod archive;
pub mod database;
pub mod desk;
pub mod drivers;
pub mod engine;
pub mod link;
pub mod plugin;
pub mod program;
pub mod project;
pub mod random;
pub mod round_trips;
pub mod schema;
pub mod seeded;
pub mod servers;
pub mod signals;
pub mod truth;
pub mod twin;
pub mod wrapped;
