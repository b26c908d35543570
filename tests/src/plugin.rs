//! Our drivers as libraries, built once per test process.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use tempfile::TempDir;

use crate::program::root;

/// A library of our drivers, by the driver's name.
pub fn library(driver: &str) -> PathBuf {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    let folder = FOLDER.get_or_init(|| {
        let ours = ["sqlite", "postgres", "mysql"].map(package);
        let words = ours.iter().flat_map(|package| ["-p", package.as_str()]);
        build(&words.collect::<Vec<_>>())
    });
    folder.join(file_name(driver))
}

/// The program that runs the conformance suite on a library.
pub fn conform() -> PathBuf {
    let words = [
        "-p",
        "aludel-plugin",
        "--features",
        "conformance",
        "--example",
        "conform",
    ];
    build(&words).join("examples/conform")
}

/// Builds packages; the folder that holds what was built.
fn build(words: &[&str]) -> PathBuf {
    run_cargo(cargo().args(words));
    target().join("debug")
}

/// `cargo build` in the workspace.
fn cargo() -> Command {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.args(["build", "-q"]).current_dir(root());
    command
}

fn run_cargo(command: &mut Command) {
    let built = command.status().unwrap();
    assert!(built.success(), "it does not build: {command:?}");
}

/// A build unlike the usual one, in a target directory of its own that goes with it: optimised,
/// and without what the usual one checks.
pub struct Optimised {
    target: TempDir,
}

impl Optimised {
    /// Nothing is built yet.
    #[expect(clippy::new_without_default, reason = "it makes a folder")]
    pub fn new() -> Self {
        let target = tempfile::tempdir_in(target()).unwrap();
        Self { target }
    }

    /// [`library`], with the loading half in it too: a feature that the usual one does not have.
    pub fn library(&self, driver: &str) -> PathBuf {
        let features = ["--features", "aludel-plugin/conformance"];
        let words = ["-p", &package(driver)];
        self.build(cargo().args(words).args(features))
            .join(file_name(driver))
    }

    /// [`conform`], with another map in its JSON than the libraries have, and without unwinding,
    /// which a library cannot do without.
    pub fn conform(&self) -> PathBuf {
        let words = ["-p", "aludel-plugin", "--example", "conform"];
        let features = ["--features", "conformance,serde_json/preserve_order"];
        let mut command = cargo();
        command.env("CARGO_PROFILE_RELEASE_PANIC", "abort");
        self.build(command.args(words).args(features))
            .join("examples/conform")
    }

    fn build(&self, command: &mut Command) -> PathBuf {
        let target = self.target.path();
        command
            .args(["--release", "--target-dir"])
            .arg(target)
            // Half the time; what crosses the boundary is the same.
            .env("CARGO_PROFILE_RELEASE_LTO", "off");
        run_cargo(command);
        target.join("release")
    }
}

fn package(driver: &str) -> String {
    format!("aludel-{driver}-plugin")
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
    let library = || build(&["-p", &package("misbehaving")]).join(file_name("misbehaving"));
    BUILT.get_or_init(library).clone()
}
