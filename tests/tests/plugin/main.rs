//! Drivers that are loaded from libraries: found, checked, used, and survived.

#![allow(clippy::unwrap_used)]

mod bad_libraries;
mod header;
mod manifests;
mod same;
mod sessions;
mod translated;
mod versions;
