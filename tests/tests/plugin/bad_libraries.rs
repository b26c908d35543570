//! Libraries that are no good drivers: each is refused with a sentence that says why, with exit code 9
//! and a stable code, and nothing is written.

use std::path::{Path, PathBuf};

use aludel_tests::desk::{Place, Ran};
use aludel_tests::plugin::c_library;

fn place() -> Place {
    let place = Place::new();
    place.revision("2026-01-01-000001_one", "ONE;\n", "UN-ONE;\n");
    place
}

/// Runs a library that must be refused, by its path; what is said.
fn refused(place: &Place, library: &Path, code: &str) -> String {
    let path = library.display().to_string();
    let words = [
        "--driver", &path, "--url", "bad:it", "--format", "json", "upgrade",
    ];
    let ran = place.run_words(&words);
    assert_eq!(ran.code, 9, "{}", ran.text());
    let document = ran.json();
    assert_eq!(document["code"], code, "{}", ran.text());
    assert_eq!(document["exit_code"], 9);
    let help = document["help"].as_str().unwrap();
    assert!(!help.is_empty());
    document["message"].as_str().unwrap().to_owned()
}

/// A library compiled with these definitions.
fn compiled(place: &Place, options: &[&str]) -> PathBuf {
    c_library(place.path(), "bad.c", "bad", options)
}

#[test]
fn what_is_wrong_with_a_table_is_said() {
    for (options, code, says) in [
        (
            &["-DSYMBOL=something_else"][..],
            "driver-abi",
            "it has no symbol `aludel_driver_v1`",
        ),
        (
            &["-DSYMBOL=aludel_driver_v2"],
            "driver-abi",
            "it speaks ABI 2, and this aludel 1.0",
        ),
        (
            &["-DNULL_TABLE"],
            "driver-abi",
            "it refused to give its table",
        ),
        (
            &["-DTABLE_MAGIC=7"],
            "driver-abi",
            "begins with 0x0000000000000007",
        ),
        (
            &["-DTABLE_MAJOR=9"],
            "driver-abi",
            "it speaks ABI 9.7, and this aludel 1.0",
        ),
        (
            &["-DTABLE_SIZE=24"],
            "driver-abi",
            "its table is cut off: 24 bytes, and the least is 40",
        ),
        (
            &["-DTABLE_CALL=NULL"],
            "driver-abi",
            "its table lacks `open` or `call`",
        ),
        (
            &["-DOPEN_FAILS"],
            "driver-broken",
            "it did not open (status 3): no licence",
        ),
        (
            &["-DINFO=\"{\""],
            "driver-broken",
            "its `info`: EOF while parsing",
        ),
        (
            &["-DINFO=\"\\xff\\xfe\""],
            "driver-broken",
            "its `info`: expected value",
        ),
        (
            &["-DINFO=\"{}\""],
            "driver-broken",
            "its `info`: missing field",
        ),
        (
            &["-DCALL_STATUS=42"],
            "driver-broken",
            "with the unknown status 42",
        ),
        (&["-DCALL_STATUS=3"], "driver-broken", "panicked at `info`"),
        (
            &[
                "-DINFO=\"{\\\"protocol\\\":2,\\\"name\\\":\\\"bad\\\",\\\"version\\\":\\\"1\\\",\\\"schemes\\\":[],\\\"flavours\\\":[],\\\"floor\\\":[],\\\"ops\\\":[]}\"",
            ],
            "driver-broken",
            "it speaks messages of version 2, and this aludel reads up to 1",
        ),
        (
            &[
                "-DINFO=\"{\\\"protocol\\\":1,\\\"name\\\":\\\"bad\\\",\\\"version\\\":\\\"1\\\",\\\"schemes\\\":[],\\\"flavours\\\":[],\\\"floor\\\":[],\\\"ops\\\":[1,2]}\"",
            ],
            "driver-broken",
            "it does not support `ledger`",
        ),
    ] {
        let place = place();
        let library = compiled(&place, options);
        let message = refused(&place, &library, code);
        assert!(message.contains(says), "{options:?}: {message}");
        assert!(
            message.contains("libbad.so"),
            "it names the file: {message}"
        );
    }
}

#[test]
fn what_is_no_library_is_said() {
    let place = place();
    let path = place.path().join("libbad.so");
    for (bytes, says) in [
        (b"".to_vec(), "file too short"),
        (b"#!/bin/sh\nexit 0\n".to_vec(), "file too short"),
        (vec![b'x'; 4096], "invalid ELF header"),
        (other_machine(), "cannot open shared object file"),
    ] {
        std::fs::write(&path, bytes).unwrap();
        let message = refused(&place, &path, "driver-library");
        assert!(message.contains("libbad.so"), "{message}");
        assert!(!message.contains("/proc/self"), "{message}");
        // What a machine's loader says of another machine's library differs from one to the next.
        assert!(
            message.contains(says) || says.starts_with("cannot"),
            "{message}"
        );
    }
    let message = refused(&place, &place.path().join("absent.so"), "driver-file");
    assert!(message.contains("No such file"), "{message}");
    let message = refused(&place, &place.path().join("migrations/"), "driver-file");
    assert!(message.contains("it is no file"), "{message}");
}

/// A library of this system, for a machine that does not exist.
fn other_machine() -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let mut bytes = std::fs::read(c_library(folder.path(), "bad.c", "bad", &[])).unwrap();
    // The machine stands at offset 18 of an ELF header.
    bytes[18..20].copy_from_slice(&[0xfe, 0xca]);
    bytes
}

#[test]
fn a_library_that_misses_a_symbol_says_which() {
    let place = place();
    let library = compiled(&place, &["-Dabort=nowhere_to_be_found"]);
    let message = refused(&place, &library, "driver-library");
    assert!(
        message.contains("undefined symbol: nowhere_to_be_found"),
        "{message}"
    );
}

/// Loads a good enough library and runs words on it.
fn run(options: &[&str], words: &str) -> Ran {
    let place = place();
    let library = compiled(&place, options);
    place.run(&format!(
        "--driver {} --url bad:it {words}",
        library.display()
    ))
}

#[test]
fn texts_that_cannot_be_used_stop_a_plan_before_anything_runs() {
    for (options, says) in [
        (
            &["-DWRITTEN=\"nonsense\""][..],
            "answered `ledger` with what cannot be read",
        ),
        (
            &["-DWRITTEN=\"{\\\"setup\\\":1,\\\"lengths\\\":[5]}\""],
            "the body is shorter than its lengths",
        ),
        (
            &["-DBODY=\"too much\""],
            "the body is longer than its lengths",
        ),
        (
            &[
                "-DWRITTEN=\"{\\\"setup\\\":1,\\\"lengths\\\":[2]}\"",
                "-DBODY=\"\\xff\\xff\"",
            ],
            "a text of the body is not UTF-8",
        ),
        (&[], "another number of texts than it was asked for"),
    ] {
        for words in ["upgrade --sql", "upgrade"] {
            let ran = run(options, words);
            assert_eq!(ran.code, 9, "{options:?} {words}: {}", ran.text());
            let text = ran.stderr.replace("\n  │ ", " ");
            assert!(text.contains("driver-broken"), "{}", ran.text());
            assert!(text.contains(says), "{options:?}: {}", ran.text());
            assert!(!ran.stdout.contains("ONE"), "{}", ran.text());
        }
    }
}

#[test]
fn kinds_that_are_not_known_are_refused() {
    for kind in ["syntax\\\":\\\"cobol", "lock\\\":\\\"prayer"] {
        let (name, _) = kind.split_once('\\').unwrap();
        let known = match name {
            "syntax" => "syntax\\\":\\\"sqlite",
            _ => "lock\\\":\\\"transaction",
        };
        let dialect = "{\\\"syntax\\\":\\\"sqlite\\\",\\\"names\\\":[\\\"bad\\\"],\\\"capabilities\\\":{\\\"transactional_ddl\\\":true,\
             \\\"lock\\\":\\\"transaction\\\",\\\"revisions_per_message\\\":1},\\\"default_schema\\\":null,\\\"begin\\\":\\\"B\\\",\\\"commit\\\":\\\"C\\\"}"
            .replace(known, kind);
        let ran = run(&[&format!("-DDIALECT=\"{dialect}\"")], "upgrade --sql");
        assert_eq!(ran.code, 9, "{}", ran.text());
        assert!(ran.stderr.contains("unknown variant"), "{}", ran.text());
    }
}
