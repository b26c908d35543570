//! Configuration: `aludel.toml`, environments, where each value came from, URLs that mask themselves.

mod url;

pub use url::DatabaseUrl;
