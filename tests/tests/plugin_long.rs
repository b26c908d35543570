//! What loaded drivers are held to that takes minutes: memory, and builds that differ. `tests/run --long`
//! runs it.

#![allow(clippy::unwrap_used)]

use std::path::Path;
use std::process::Command;

use aludel_tests::plugin::{Optimised, c_library, conform, library};

const SLOW: &str = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000000000) SELECT max(i) FROM n";

/// Runs the conformance suite on a library, as a process of its own.
fn suite(mut program: Command, library: &Path, url: &str, slow: &str) {
    let ran = program.arg(library).args([url, slow]).output();
    let ran = ran.expect("valgrind: apt-get install valgrind");
    let told = String::from_utf8_lossy(&ran.stderr);
    assert!(
        ran.status.success(),
        "{program:?}: {:?}: {told}",
        ran.status
    );
    let answers = String::from_utf8_lossy(&ran.stdout);
    assert!(answers.ends_with("answers\n"), "{answers}");
}

/// No invalid access, and nothing is lost: one driver in Rust, and the one in C.
#[test]
#[ignore = "takes minutes: tests/run --long"]
fn memcheck_is_clean_over_the_suite() {
    let memcheck = || {
        let mut command = Command::new("valgrind");
        command
            .args(["--quiet", "--error-exitcode=99", "--leak-check=full"])
            .args([
                "--errors-for-leak-kinds=definite,possible",
                "--show-leak-kinds=definite,possible",
            ])
            .arg(conform());
        command
    };
    let folder = tempfile::tempdir().unwrap();
    let url = |scheme: &str| format!("{scheme}:{}", folder.path().join(scheme).display());
    let mini = c_library(folder.path(), "mini.c", "mini", &[]);
    suite(memcheck(), &mini, &url("mini"), "SLEEP 30000");
    suite(memcheck(), &library("sqlite"), &url("sqlite"), SLOW);
}

/// Nothing of Rust's own layout crosses: one side optimised, with other features and another way
/// to panic, the other side as tests are built; and the reverse.
#[test]
#[ignore = "builds again, optimised: tests/run --long"]
fn a_host_and_a_library_of_different_builds_work_together() {
    let optimised = Optimised::new();
    let pairs = [
        (conform(), optimised.library("sqlite")),
        (optimised.conform(), library("sqlite")),
    ];
    for (host, library) in pairs {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}", folder.path().join("it.db").display());
        suite(Command::new(host), &library, &url, SLOW);
    }
}
