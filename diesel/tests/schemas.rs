//! `aludel schema print` against `diesel print-schema`: the demonstration, and schemas of every type of a
//! column. What `schemas/*.rs` holds is what Diesel's program printed of `schemas/*.sql`, and it is a
//! part of this program: it compiles with Diesel.

#![allow(clippy::unwrap_used, reason = "a panic is a failed test")]

use std::path::{Path, PathBuf};
use std::process::Command;

use aludel_tests::database::Database;
use aludel_tests::desk::Place;
use aludel_tests::engine::{Engine, engines};
use aludel_tests::program::root;

#[allow(dead_code, unreachable_pub, missing_docs)]
#[path = "schemas/mariadb.rs"]
mod mariadb;
#[allow(dead_code, unreachable_pub, missing_docs)]
#[path = "schemas/mysql.rs"]
mod mysql;
#[allow(dead_code, unreachable_pub, missing_docs, non_snake_case)]
#[path = "schemas/postgres.rs"]
mod postgres;

/// The fixtures of an engine, without their endings. What Diesel prints of an `unnamed` one is no
/// part of this program, for it does not compile.
fn fixtures(engine: Engine) -> Vec<PathBuf> {
    let names: &[&str] = match engine {
        Engine::Postgres => &["postgres"],
        Engine::Mariadb => &["mariadb", "mariadb_unnamed"],
        Engine::Mysql9 => &["mysql", "mysql_unnamed"],
        // SQLite's few types are a test of their own; PostgreSQL 18 has those of 15.
        Engine::Sqlite | Engine::Postgres18 => &[],
    };
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/schemas");
    names.iter().map(|name| folder.join(name)).collect()
}

/// Databases that hold the fixtures, and the files with what Diesel's program printed of them.
fn made() -> Vec<(Database, PathBuf)> {
    let all = engines().into_iter().flat_map(|engine| {
        let made = fixtures(engine).into_iter().map(move |fixture| {
            let database = Database::new(engine);
            let script = std::fs::read_to_string(fixture.with_extension("sql")).unwrap();
            let made = database.client(&script);
            assert!(made.status.success(), "{}: {made:?}", fixture.display());
            assert!(made.stderr.is_empty(), "{}: {made:?}", fixture.display());
            (database, fixture.with_extension("rs"))
        });
        made.collect::<Vec<_>>()
    });
    all.collect()
}

fn ours(database: &Database) -> String {
    let place = Place::new();
    place.write("migrations/.keep", "");
    let ran = place.run(&format!("--url {} schema print", database.url));
    assert_eq!(ran.code, 0, "{}", ran.text());
    ran.stdout
}

/// What Diesel's program prints of a database.
fn diesels(database: &Database) -> String {
    let url = match database.engine {
        Engine::Sqlite => database.file().display().to_string(),
        _ => database.url.replace("mariadb://", "mysql://"),
    };
    let folder = tempfile::tempdir().unwrap();
    let output = Command::new("diesel")
        .args(["print-schema", "--database-url", &url])
        .current_dir(folder.path())
        .output()
        .expect("the diesel program is installed");
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn every_type_is_printed_as_diesel_prints_it() {
    for (database, printed) in made() {
        let text = std::fs::read_to_string(&printed).unwrap();
        assert_eq!(ours(&database), text, "{}", printed.display());
    }
}

/// `SNAPSHOTS=overwrite` writes what Diesel prints.
#[test]
#[ignore = "needs the diesel program, which tests/run --long installs"]
fn what_diesel_printed_is_what_its_program_prints() {
    for (database, printed) in made() {
        let text = diesels(&database);
        if std::env::var("SNAPSHOTS").is_ok_and(|what| what == "overwrite") {
            std::fs::write(&printed, &text).unwrap();
        }
        let held = std::fs::read_to_string(&printed).unwrap();
        assert_eq!(held, text, "{}", printed.display());
    }
}

#[test]
#[ignore = "needs the diesel program, which tests/run --long installs"]
fn the_demonstration_is_printed_as_diesel_prints_it() {
    for engine in engines() {
        for service in ["accounts", "billing", "search"] {
            let database = Database::new(engine);
            let migrations = root().join("migrations").join(service);
            let ran = Place::new().run(&format!(
                "--url {} --dialect postgres --migrations {} upgrade",
                database.url,
                migrations.display()
            ));
            assert_eq!(ran.code, 0, "{engine:?} {service}: {}", ran.text());
            assert_eq!(ours(&database), diesels(&database), "{engine:?} {service}");
        }
    }
}
