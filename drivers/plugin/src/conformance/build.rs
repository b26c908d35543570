//! Building the library that is to be checked.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Builds the library of the crate in `folder`, beside the test that calls this, and returns its path:
/// `cargo test` alone does not build a library that nothing links.
///
/// # Panics
///
/// If it does not build, or the crate makes no `cdylib`.
pub fn build(folder: impl AsRef<Path>) -> PathBuf {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command
        .args([
            "build",
            "--lib",
            "--message-format=json-render-diagnostics",
            "--manifest-path",
        ])
        .arg(folder.as_ref().join("Cargo.toml"))
        .stderr(Stdio::inherit());
    // A test is run from `TARGET/PROFILE/deps`.
    let test = std::env::current_exe().ok();
    if let Some(target) = test.as_deref().and_then(|test| test.ancestors().nth(3)) {
        command.arg("--target-dir").arg(target);
    }
    let built = command.output().expect("cargo can be started");
    assert!(built.status.success(), "the library does not build");
    let messages = String::from_utf8_lossy(&built.stdout);
    let mut messages = messages.lines().filter_map(|line| {
        let message: serde_json::Value = serde_json::from_str(line).ok()?;
        let kinds = message["target"]["crate_types"].as_array()?;
        let is_library = kinds.iter().any(|kind| kind == "cdylib");
        let file = message["filenames"].as_array()?.first()?.as_str()?;
        is_library.then(|| PathBuf::from(file))
    });
    messages
        .next_back()
        .expect("a crate of `crate-type = [\"cdylib\"]`")
}
