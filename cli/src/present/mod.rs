//! Showing things: the only place that writes to the terminal.
//!
//! stdout carries the answer, stderr everything else. Colour never carries meaning alone.

mod of_files;
mod of_runs;
mod problem;
mod reporter;

pub(crate) use problem::{Drawn, Place, Problem};
pub(crate) use reporter::{Out, Reporter};
