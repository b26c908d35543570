//! The conformance suite that every driver passes, and what the whole-process tests share.

pub mod process;
