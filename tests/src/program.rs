//! The real `aludel` program, built once per test process.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;

/// The program's path.
pub fn aludel() -> &'static Path {
    static PATH: OnceLock<PathBuf> = OnceLock::new();
    PATH.get_or_init(|| built("aludel-cli", "aludel"))
}

/// Builds a program of a package; its path.
pub fn built(package: &str, program: &str) -> PathBuf {
    let root = root();
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let built = Command::new(cargo)
        .args(["build", "-q", "-p", package])
        .current_dir(&root)
        .status()
        .unwrap();
    assert!(built.success(), "the program does not build");
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or(root.join("target"), PathBuf::from);
    root.join(target).join("debug").join(program)
}

/// The repository.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .unwrap()
        .to_owned()
}

/// Runs the program in a directory with none of the caller's settings.
pub fn run(directory: &Path, words: &[&str]) -> Output {
    let mut command = Command::new(aludel());
    command
        .args(words)
        .current_dir(directory)
        .env("NO_COLOR", "1")
        .env_remove("DATABASE_URL")
        .env_remove("ALUDEL_CONFIG")
        .env_remove("ALUDEL_ENV");
    command.output().unwrap()
}

/// Runs the program, which must succeed; its stdout.
pub fn ok(directory: &Path, words: &[&str]) -> String {
    let output = run(directory, words);
    assert!(
        output.status.success(),
        "aludel {words:?} ended with {:?}:\n{}",
        output.status.code(),
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).unwrap()
}
