//! Our drivers as libraries, built once per test process.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use crate::program::root;

/// The libraries of our drivers, by the driver's name.
pub fn library(driver: &str) -> PathBuf {
    libraries().join(file_name(driver))
}

/// The folder that holds them.
fn libraries() -> &'static Path {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    FOLDER.get_or_init(|| {
        let ours = [
            "aludel-sqlite-plugin",
            "aludel-postgres-plugin",
            "aludel-mysql-plugin",
        ];
        let library = build(&ours, "sqlite");
        library.parent().unwrap().to_owned()
    })
}

/// Builds libraries; the one of `driver`.
fn build(packages: &[&str], driver: &str) -> PathBuf {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let built = Command::new(cargo)
        .args(["build", "-q"])
        .args(packages.iter().flat_map(|package| ["-p", package]))
        .current_dir(root())
        .status()
        .unwrap();
    assert!(built.success(), "{packages:?} do not build");
    target().join("debug").join(file_name(driver))
}

fn file_name(driver: &str) -> String {
    let prefix = std::env::consts::DLL_PREFIX;
    let suffix = std::env::consts::DLL_SUFFIX;
    format!("{prefix}aludel_driver_{driver}{suffix}")
}

/// Where cargo builds.
pub fn target() -> PathBuf {
    let target = std::env::var_os("CARGO_TARGET_DIR");
    root().join(target.map_or("target".into(), PathBuf::from))
}

/// A library compiled from one of the C sources in `tests/c`, with these options, into `folder`.
pub fn c_library(folder: &Path, source: &str, name: &str, options: &[&str]) -> PathBuf {
    let shared = ["-shared", "-fPIC"];
    let options: Vec<&str> = shared.iter().chain(options).copied().collect();
    c_program(folder, source, &format!("lib{name}.so"), &options)
}

/// What one of the C sources in `tests/c` compiles to, without a warning.
pub fn c_program(folder: &Path, source: &str, name: &str, options: &[&str]) -> PathBuf {
    let made = folder.join(name);
    let output = Command::new("cc")
        .args(["-std=c11", "-Wall", "-Wextra", "-pedantic", "-Werror"])
        .args(["-g", "-O1", "-pthread", "-I"])
        .arg(root().join("drivers/plugin/include"))
        .arg(root().join("tests/c").join(source))
        .args(options)
        .arg("-o")
        .arg(&made)
        .output()
        .expect("a C compiler, as SQLite needs one: apt-get install gcc libc6-dev");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{source}: {errors}");
    made
}

/// A library of the workspace's own that misbehaves on demand: `tests/misbehaving`.
pub fn misbehaving() -> PathBuf {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    let library = BUILT.get_or_init(|| build(&["aludel-misbehaving-plugin"], "misbehaving"));
    library.clone()
}
