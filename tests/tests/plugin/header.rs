//! The header and the Rust side are one ABI: every size, offset and number, as C's compiler sees them.

use std::fmt::Write as _;
use std::mem::offset_of;
use std::process::Command;

use aludel_plugin::abi::{self, Buffer, Host, Slice, Table, op, status};
use aludel_tests::plugin;
use aludel_tests::program::root;

#[test]
fn the_header_is_what_rust_has() {
    let folder = tempfile::tempdir().unwrap();
    let program = plugin::c_program(folder.path(), "layout.c", "layout", &[]);
    let output = Command::new(program).output().unwrap();
    let header = String::from_utf8(output.stdout).unwrap();
    let mut rust = String::new();
    macro_rules! layout {
        ($name:literal, $type:ty: $($member:ident)*) => {
            writeln!(rust, "size {} {}", $name, size_of::<$type>()).unwrap();
            $(writeln!(rust, "offset {} {} {}", $name, stringify!($member), offset_of!($type, $member)).unwrap();)*
        };
    }
    layout!("aludel_slice", Slice: ptr len);
    layout!("aludel_buffer", Buffer: ptr len owner release);
    layout!("aludel_host", Host: struct_size protocol worker_threads log_level context done log event);
    layout!("aludel_driver", Table: magic struct_size abi_major abi_minor open shutdown call submit cancel);
    let mut number = |name: &str, value: u64| writeln!(rust, "number {name} {value}").unwrap();
    number("ALUDEL_MAGIC", abi::MAGIC);
    number("ALUDEL_ABI_MAJOR", abi::MAJOR.into());
    number("ALUDEL_ABI_MINOR", abi::MINOR.into());
    number("ALUDEL_PROTOCOL", abi::PROTOCOL.into());
    macro_rules! numbers {
        ($prefix:literal, $module:ident: $($name:ident)*) => {
            $(number(concat!($prefix, stringify!($name)), $module::$name as u64);)*
        };
    }
    numbers!("ALUDEL_", status: OK FAILED REFUSED PANIC CANCELLED UNSUPPORTED BAD);
    numbers!("ALUDEL_OP_", op: INFO DIALECT LEDGER PRINT CATALOG ADMINISTRATION TRANSLATE SCHEMA CONNECT READ LOCK HOLDER UNLOCK SEND QUERY CLOSE DELIVER);
    assert_eq!(header, rust);
}

#[test]
fn the_header_is_c_and_cpp_without_a_warning() {
    let folder = tempfile::tempdir().unwrap();
    let header = root().join("drivers/plugin/include/aludel_driver.h");
    for (language, standard) in [("c", "-std=c99"), ("c++", "-std=c++11")] {
        let output = Command::new("cc")
            .args([
                "-x",
                language,
                standard,
                "-Wall",
                "-Wextra",
                "-pedantic",
                "-Werror",
                "-fsyntax-only",
            ])
            .arg(&header)
            .current_dir(folder.path())
            .output()
            .unwrap();
        let errors = String::from_utf8_lossy(&output.stderr);
        // The header as a main file, which is how it is checked here, is no mistake of its own.
        let errors: Vec<_> = errors
            .lines()
            .filter(|l| !l.contains("pragma once"))
            .collect();
        assert!(output.status.success(), "{language}: {errors:#?}");
    }
}
