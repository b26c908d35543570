//! Configuration: `aludel.toml`, environments, where each value came from, URLs that mask
//! themselves.
//!
//! [`Config::find`] walks up for the file, [`Config::load`] reads it, [`Config::databases`] merges
//! one environment over it and expands `${VAR}`. An application needs none of the three:
//! [`Migrator::from_config`](crate::Migrator::from_config) calls them. A URL alone is a
//! [`DatabaseUrl`].
//!
//! # Invariants
//!
//! - every path is relative to the file, a relative `sqlite:` path too;
//! - with an environment selected, a URL comes from that environment or from nowhere;
//! - a variable is looked up only for a database that is used, through a closure, so that nothing
//!   here reads the process environment;
//! - no message, `Debug` or `Display` shows a URL's secret, even of a value that is no URL.
//!
//! # Deliberately absent
//!
//! Reading `.env` files and merging command-line flags. The command line does both, and marks what it
//! sets with [`Origin::Flag`] and [`Origin::Variable`].

mod document;
mod expand;
mod load;
mod place;
mod problem;
mod section;
mod select;
mod settings;
mod suggest;
#[cfg(test)]
mod tests;
mod url;

pub(crate) use document::Document;
pub use document::TomlProblem;
pub use load::{Config, FILE_NAME};
pub use place::Place;
pub use problem::ConfigProblem;
pub use settings::{
    DEFAULT_JOURNAL_TABLE, DEFAULT_LEDGER_TABLE, DatabaseSettings, Explained, Origin, Setting,
};
pub(crate) use suggest::nearest;
pub use url::{DatabaseUrl, Host, MASK, UrlError};
