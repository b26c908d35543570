//! The C functions of the table. Every one of them catches panics.

#![expect(unsafe_code, reason = "the C ABI")]

use std::ffi::c_void;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use aludel::driver::Driver;

use super::answers;
use super::host::{self, Forward, Host, Reply};
use super::instance::Instance;
use crate::abi::{self, Buffer, Slice, Table, status};

type Open = unsafe extern "C" fn(*const abi::Host, *mut *mut c_void) -> i32;

/// A driver's table.
pub const fn table(open: Open) -> Table {
    Table {
        magic: abi::MAGIC,
        struct_size: size_of::<Table>() as u32,
        abi_major: abi::MAJOR,
        abi_minor: abi::MINOR,
        open: Some(open),
        shutdown: Some(shutdown),
        call: Some(call),
        submit: Some(submit),
        cancel: Some(cancel),
    }
}

/// Makes the driver's instance: see [`Table::open`].
///
/// # Safety
///
/// `given` must point to a host's structure of the size it says, and `instance` to a place for a
/// pointer.
pub unsafe fn open(
    given: *const abi::Host,
    instance: *mut *mut c_void,
    driver: fn() -> Arc<dyn Driver>,
) -> i32 {
    if given.is_null() || instance.is_null() {
        return status::BAD;
    }
    // SAFETY: the caller's promise.
    let host = unsafe { Host::copy(given) };
    if !host.can_answer() {
        host.log(1, "aludel_plugin", "the host gave no `done`");
        return status::BAD;
    }
    forward(host);
    match catch_unwind(driver) {
        Ok(driver) => {
            let made = host::to_pointer(Arc::new(Instance::new(driver, host)));
            // SAFETY: the caller's promise.
            unsafe { *instance = made };
            status::OK
        }
        Err(_) => status::PANIC,
    }
}

/// What this library's own copies of the standard library and of `log` would print goes to the host.
fn forward(host: Host) {
    // The text of a panic may hold anything; where it happened is safe to show. The text goes to
    // the host with the failed call, where secrets are known and masked.
    std::panic::set_hook(Box::new(move |info| {
        let place = info.location().map(ToString::to_string).unwrap_or_default();
        host.log(1, "panic", &format!("the driver panicked at {place}"));
    }));
    if log::set_boxed_logger(Box::new(Forward(host))).is_ok() {
        let level = log::LevelFilter::iter().nth(host.log_level() as usize);
        log::set_max_level(level.unwrap_or(log::LevelFilter::Trace));
    }
}

unsafe extern "C" fn shutdown(instance: *mut c_void, timeout_ms: u32) -> i32 {
    // SAFETY: the host gives the pointer that `open` made.
    let Some(instance) = (unsafe { host::of_pointer(instance) }) else {
        return status::BAD;
    };
    let timeout = std::time::Duration::from_millis(timeout_ms.into());
    match catch_unwind(AssertUnwindSafe(|| instance.shutdown(timeout))) {
        Ok(()) => status::OK,
        Err(_) => status::PANIC,
    }
}

unsafe extern "C" fn call(
    instance: *mut c_void,
    op: u32,
    head: Slice,
    parts: *const Slice,
    parts_len: usize,
    reply_head: *mut Buffer,
    reply_body: *mut Buffer,
) -> i32 {
    // SAFETY: the host gives the pointer that `open` made.
    let Some(instance) = (unsafe { host::of_pointer(instance) }) else {
        return status::BAD;
    };
    // SAFETY: the slices are valid until this function returns.
    let (head, parts) = unsafe { (bytes(&head), all_bytes(parts, parts_len)) };
    let reply = catch_unwind(AssertUnwindSafe(|| {
        answers::answer(&instance, op, head, &parts)
    }));
    let reply = reply.unwrap_or_else(|payload| Reply::panic(payload.as_ref()));
    // SAFETY: where the host wants a reply, it gives a place for one.
    unsafe {
        if !reply_head.is_null() {
            *reply_head = Buffer::of(reply.head);
        }
        if !reply_body.is_null() {
            *reply_body = Buffer::of(reply.body);
        }
    }
    reply.status
}

unsafe extern "C" fn submit(
    instance: *mut c_void,
    op: u32,
    session: u64,
    call: u64,
    head: Slice,
    parts: *const Slice,
    parts_len: usize,
) -> i32 {
    // SAFETY: the host gives the pointer that `open` made.
    let Some(instance) = (unsafe { host::of_pointer(instance) }) else {
        return status::BAD;
    };
    // SAFETY: the slices are valid until this function returns.
    let (head, parts) = unsafe { (bytes(&head), all_bytes(parts, parts_len)) };
    let submitted = catch_unwind(AssertUnwindSafe(|| {
        instance.submit(op, session, call, head, &parts)
    }));
    submitted.unwrap_or(status::PANIC)
}

unsafe extern "C" fn cancel(instance: *mut c_void, call: u64) -> i32 {
    // SAFETY: the host gives the pointer that `open` made.
    let Some(instance) = (unsafe { host::of_pointer(instance) }) else {
        return status::BAD;
    };
    match catch_unwind(AssertUnwindSafe(|| instance.cancel(call))) {
        Ok(()) => status::OK,
        Err(_) => status::PANIC,
    }
}

/// # Safety
///
/// The slice's bytes must be valid for `'s`.
unsafe fn bytes<'s>(slice: &Slice) -> &'s [u8] {
    if slice.ptr.is_null() {
        return &[];
    }
    // SAFETY: the caller's promise.
    unsafe { std::slice::from_raw_parts(slice.ptr, slice.len) }
}

/// # Safety
///
/// `parts` must point to as many slices, all of them valid for `'s`.
unsafe fn all_bytes<'s>(parts: *const Slice, len: usize) -> Vec<&'s [u8]> {
    if parts.is_null() {
        return Vec::new();
    }
    // SAFETY: the caller's promise.
    let parts = unsafe { std::slice::from_raw_parts(parts, len) };
    // SAFETY: the caller's promise.
    parts.iter().map(|part| unsafe { bytes(part) }).collect()
}
