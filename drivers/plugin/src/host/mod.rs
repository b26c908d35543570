//! Finding, checking and loading drivers, and being a [`Driver`](aludel::driver::Driver) over one
//! (cargo feature `host`).
//!
//! A [`Catalog`] knows the drivers that are linked in and those whose [`Manifest`]s it finds in
//! [`Places`]; a library is loaded when its driver is asked for.
//!
//! ```no_run
//! use aludel::Migrator;
//! use aludel::driver::Registry;
//! use aludel_plugin::host::{Catalog, Loader, Places};
//!
//! let catalog = Catalog::new(Registry::new(), Places::usual(&[]), Loader::default());
//! let duckdb = catalog.by_scheme("duckdb")?;
//! let migrator = Migrator::builder()
//!     .drivers(&Registry::new().with(duckdb))
//!     .directory("migrations")
//!     .build()?;
//! migrator.run_blocking("duckdb:shop.duckdb", "heads")?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Invariants
//!
//! - A library's manifest is read, its file's permissions and hash checked, before it is loaded, and
//!   what is loaded is the very descriptor that was hashed.
//! - A library is loaded once in a process and never unloaded; strings that the core's traits want
//!   for ever are interned for that long too.
//! - Dropping a future of a session is safe here: the call is cancelled, and answered to nobody.

// * `catalog`: the drivers of a process, linked in or found; one provider for each scheme.
// * `search`, `manifest`, `trust`: where manifests are looked for, what they say, and what is
//   refused before any of a library's code runs.
// * `load`, `library`, `state`, `plugin`: loading, the library, the host's side of its calls, the
//   calls themselves.
// * `driver`, `dialect`, `session`: the core's traits over those calls.

mod catalog;
mod dialect;
mod driver;
mod error;
mod library;
mod load;
mod manifest;
mod plugin;
mod search;
mod session;
mod state;
mod target;
mod trust;

pub use catalog::{Catalog, Entry, Origin};
pub use driver::PluginDriver;
pub use error::LoadError;
pub use load::{Loader, load_library, load_manifest, sha256, shutdown};
pub use manifest::{Dependency, Manifest, platform};
pub use search::Places;
pub use state::{Level, LogRecord, Sink};
