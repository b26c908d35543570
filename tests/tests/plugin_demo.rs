//! A program with no driver linked in runs the whole demonstration on every engine, through libraries
//! alone.
//!
//! A test program of its own: it builds `aludel` without its drivers where others expect the usual one.

#![allow(clippy::unwrap_used)]

use std::path::{Path, PathBuf};
use std::process::Command;

use aludel_tests::database::Database;
use aludel_tests::desk::{Place, Ran};
use aludel_tests::engine::{Engine, engines};
use aludel_tests::plugin::{library, target};
use aludel_tests::program::root;

/// The program without a driver. The usual one is put back.
fn bare(folder: &Path) -> PathBuf {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let build = |more: &[&str]| {
        let mut command = Command::new(&cargo);
        command.args(["build", "-q", "-p", "aludel-cli"]).args(more);
        let built = command.current_dir(root()).status().unwrap();
        assert!(built.success(), "the program does not build: {more:?}");
    };
    build(&["--no-default-features"]);
    let program = folder.join("aludel");
    std::fs::copy(target().join("debug/aludel"), &program).unwrap();
    build(&[]);
    program
}

struct Bare {
    place: Place,
    program: PathBuf,
}

impl Bare {
    /// The program, and our three drivers with their manifests.
    fn new() -> Self {
        let place = Place::new();
        let program = bare(place.path());
        let bare = Self { place, program };
        let folder = bare.place.path().join(".local/share/aludel/drivers");
        std::fs::create_dir_all(&folder).unwrap();
        for driver in ["sqlite", "postgres", "mysql"] {
            let built = library(driver);
            let here = folder.join(built.file_name().unwrap());
            std::fs::copy(&built, &here).unwrap();
            let manifest = bare.run(&["drivers", "manifest", &here.display().to_string()]);
            assert_eq!(manifest.code, 0, "{}", manifest.text());
            std::fs::write(folder.join(format!("{driver}.toml")), manifest.stdout).unwrap();
        }
        bare
    }

    fn run(&self, words: &[&str]) -> Ran {
        let output = self.place.command(&self.program).args(words).output();
        self.place.ran(&output.unwrap())
    }

    fn ok(&self, words: &[&str]) -> String {
        let ran = self.run(words);
        assert_eq!(ran.code, 0, "{words:?}: {}", ran.text());
        ran.stdout
    }
}

/// Migrates up, compares with what the printed script leaves, and migrates down and up again.
fn round(bare: &Bare, engine: Engine, service: &str) {
    let migrations = root().join("migrations").join(service);
    let migrations = migrations.display().to_string();
    let with = |database: &Database, words: &[&'static str]| {
        let mut all = vec!["--url", &database.url, "--migrations", &migrations];
        all.extend(["--dialect", "postgres"]);
        all.extend(words);
        bare.ok(&all)
    };
    let online = Database::new(engine);
    with(&online, &["upgrade"]);
    with(&online, &["status", "--check"]);
    with(&online, &["current", "--check-heads"]);
    let state = online.state().replace(online.name(), "DATABASE");
    // The printed script, through the engine's own client, leaves the same.
    let offline = Database::new(engine);
    let script = with(&offline, &["upgrade", "--sql"]);
    let printed = offline.client(&script);
    assert!(
        printed.status.success(),
        "{engine:?} {migrations}: {printed:?}"
    );
    assert_eq!(offline.state().replace(offline.name(), "DATABASE"), state);
    with(&online, &["downgrade", "base"]);
    assert!(online.applied().is_empty(), "{engine:?} {migrations}");
    with(&online, &["upgrade"]);
    assert_eq!(
        online.applied(),
        offline.applied(),
        "{engine:?} {migrations}"
    );
}

#[test]
fn a_program_without_drivers_runs_the_demonstration_on_every_engine_through_libraries() {
    let bare = Bare::new();
    let drivers = bare.ok(&["drivers"]);
    assert!(
        !drivers.contains("linked") && drivers.matches("library").count() == 3,
        "{drivers}"
    );
    for engine in engines() {
        for service in ["accounts", "billing", "search"] {
            round(&bare, engine, service);
        }
    }
}
