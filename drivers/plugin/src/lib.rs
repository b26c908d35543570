//! Drivers of [`aludel`] as shared libraries: the same driver, linked in or loaded.
//!
//! Who makes a library of a driver needs `export_driver!` and the suite in `conformance`;
//! `docs/writing-a-driver.md` goes through it from an empty crate. A program that loads drivers needs
//! `host`. Who writes one in another language needs `include/aludel_driver.h` and, for the messages,
//! [`wire`].
//!
//! * [`abi`]: the C function table, byte for byte as `include/aludel_driver.h` has it.
//! * [`wire`]: the messages that cross it: JSON heads of types of their own.
//! * `guest` (cargo feature `guest`): `export_driver!` makes any [`Driver`](aludel::driver::Driver) a
//!   library.
//! * `host` (cargo feature `host`): finds libraries, checks and loads them, and is a `Driver` over one.
//! * `conformance` (cargo feature `conformance`): the suite that every driver passes.
//!
//! # Invariants
//!
//! - Neither side reads past the other's `struct_size`; a null member is *unsupported*.
//! - Whoever made a buffer frees it.
//! - No panic crosses the boundary, in either direction.
//! - Every accepted `submit` is answered by `done`; the host tells a second answer from a first,
//!   and goes on without one that never comes.
//! - A kind that a side does not know is refused, a field that it does not know is ignored; in
//!   what bears the model ([`wire::model`]) such a field is refused too.
//!
//! # Deliberately absent
//!
//! - Unloading: threads that ran a library's code pin it. `host::shutdown` ends its threads.
//! - Isolation: a library runs with all rights of the process. A driver that crashes takes the
//!   process with it; the database rolls back as it does when a client dies.

pub mod abi;
mod intern;
pub mod wire;

#[cfg(feature = "conformance")]
pub mod conformance;
#[cfg(feature = "guest")]
pub mod guest;
#[cfg(feature = "host")]
pub mod host;
