//! A driver in plain C passes what ours pass: the ABI is C's, not Rust's in disguise.

#![allow(clippy::unwrap_used)]

use aludel::driver::{Access, ConnectOptions, Driver};
use aludel_plugin::conformance;
use aludel_plugin::host::{Loader, load_library, shutdown};
use aludel_tests::plugin;

#[test]
fn a_driver_in_plain_c_conforms() {
    let folder = tempfile::tempdir().unwrap();
    let library = plugin::c_library(folder.path(), "mini.c", "mini", &[]);
    let url = format!("mini:{}", folder.path().join("database.mini").display());
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap();
    let record = runtime.block_on(conformance::check_library(&library, &url, "SLEEP 30000"));
    assert!(record.lines().len() > 30, "{record}");
    // A driver whose sessions are all closed owes nothing, and ends.
    let driver = load_library(&library, &Loader::default()).unwrap();
    assert_eq!(driver.owed(), 0);
    let url = url.parse().unwrap();
    let options = ConnectOptions::new(Access::Write);
    let left_open = runtime.block_on(driver.connect(&url, &options)).unwrap();
    shutdown(std::time::Duration::from_secs(5));
    drop(left_open);
    assert_eq!(driver.owed(), 0);
    let refused = runtime.block_on(driver.connect(&url, &options));
    let failure = refused.err().expect("nothing works after a shut-down");
    assert!(failure.message.contains("is shut down"), "{failure}");
}
