//! A driver as a library: what [`export_driver!`](crate::export_driver) calls (cargo feature `guest`).
//!
//! Nobody else needs to: the macro is one line in a crate of its own.
//!
//! # Invariants
//!
//! - The runtime, and with it the first thread, is made by the first call of a session: printing a
//!   script costs none.
//! - A session's driver code runs on this library's runtime alone, one call after the other.
//! - A call of a session is never dropped: `cancel` interrupts it until it answers.

// * `export`: the C functions of the table; every one of them catches panics.
// * `instance`: the driver's one instance, its runtime and its sessions.
// * `answers`: what is answered at once, without a connection.
// * `request`, `session`: what is asked of a session, and the task that works on it.
// * `host`: the host's functions, and the guard that answers every call exactly once.

mod answers;
mod export;
mod host;
mod instance;
mod request;
mod session;
mod target;

pub use export::{open, table};

/// Exports a driver: the expression makes the [`Driver`](aludel::driver::Driver).
///
/// A crate of `crate-type = ["cdylib"]` that holds this one line is a driver that `aludel` loads.
/// It must be built with unwinding panics: they become errors at the boundary.
///
/// ```no_run
/// aludel_plugin::export_driver!(aludel_sqlite::SqliteDriver::new());
/// ```
#[macro_export]
macro_rules! export_driver {
    ($driver:expr) => {
        #[cfg(panic = "abort")]
        compile_error!(
            "a driver must be built with `panic = \"unwind\"`: a panic that aborts takes the whole program with it"
        );

        const _: () = {
            fn driver() -> ::std::sync::Arc<dyn $crate::guest::Driver> {
                ::std::sync::Arc::new($driver)
            }

            unsafe extern "C" fn open(
                host: *const $crate::abi::Host,
                instance: *mut *mut ::std::ffi::c_void,
            ) -> i32 {
                // SAFETY: the host calls this with what the table asks for.
                unsafe { $crate::guest::open(host, instance, driver) }
            }

            static TABLE: $crate::abi::Table = $crate::guest::table(open);

            /// The one symbol of a driver.
            #[unsafe(no_mangle)]
            pub extern "C" fn aludel_driver_v1() -> *const $crate::abi::Table {
                &TABLE
            }
        };
    };
}

#[doc(hidden)]
pub use aludel::driver::Driver;
