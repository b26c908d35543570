//! The conformance suite that every driver passes, and what the whole-process tests share.

pub mod place;
pub mod process;
pub mod project;
pub mod round_trips;
