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

/// What Diesel printed of fixtures, each a part of this program.
macro_rules! compiled {
    ($($name:ident = $file:literal),* $(,)?) => {$(
        #[allow(dead_code, unreachable_pub, missing_docs, non_snake_case, unused_imports)]
        #[path = $file]
        mod $name;
    )*};
}

compiled! {
    mariadb = "schemas/mariadb.rs",
    mariadb_shop = "schemas/mariadb_shop.rs",
    mariadb_shop_docs = "schemas/mariadb_shop.docs.rs",
    mysql = "schemas/mysql.rs",
    mysql_shop = "schemas/mysql_shop.rs",
    mysql_shop_docs = "schemas/mysql_shop.docs.rs",
    postgres = "schemas/postgres.rs",
    postgres_shop = "schemas/postgres_shop.rs",
    postgres_shop_docs = "schemas/postgres_shop.docs.rs",
    postgres_shop_odd = "schemas/postgres_shop.odd.rs",
    postgres_shop_stock = "schemas/postgres_shop.stock.rs",
    sqlite = "schemas/sqlite.rs",
    sqlite_big = "schemas/sqlite.big.rs",
    sqlite_shop = "schemas/sqlite_shop.rs",
    sqlite_shop_docs = "schemas/sqlite_shop.docs.rs",
}

/// The fixtures of an engine, without their endings. What Diesel prints of an `unnamed` one is no
/// part of this program, for it does not compile.
fn fixtures(engine: Engine) -> Vec<PathBuf> {
    let names: &[&str] = match engine {
        Engine::Postgres => &["postgres", "postgres_shop"],
        Engine::Mariadb => &["mariadb", "mariadb_shop", "mariadb_unnamed"],
        Engine::Mysql9 => &["mysql", "mysql_shop", "mysql_unnamed"],
        Engine::Sqlite => &["sqlite", "sqlite_shop"],
        // It has the types of 15.
        Engine::Postgres18 => &[],
    };
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/schemas");
    names.iter().map(|name| folder.join(name)).collect()
}

/// A database that holds a fixture.
struct Made {
    database: Database,
    /// The settings that it is printed by (`FIXTURE.NAME.toml`, none), and what Diesel's program
    /// printed (`FIXTURE.NAME.rs`, `FIXTURE.rs`).
    prints: Vec<(Option<PathBuf>, PathBuf)>,
}

fn made() -> Vec<Made> {
    let all = engines().into_iter().flat_map(|engine| {
        let made = fixtures(engine).into_iter().map(move |fixture| {
            let database = Database::new(engine);
            let script = std::fs::read_to_string(fixture.with_extension("sql")).unwrap();
            let made = database.client(&script);
            assert!(made.status.success(), "{}: {made:?}", fixture.display());
            assert!(made.stderr.is_empty(), "{}: {made:?}", fixture.display());
            let mut prints = vec![(None, fixture.with_extension("rs"))];
            prints.extend(settings(&fixture));
            Made { database, prints }
        });
        made.collect::<Vec<_>>()
    });
    all.collect()
}

fn settings(fixture: &Path) -> Vec<(Option<PathBuf>, PathBuf)> {
    let begin = format!("{}.", fixture.file_name().unwrap().to_str().unwrap());
    let files = std::fs::read_dir(fixture.parent().unwrap()).unwrap();
    let files = files.map(|file| file.unwrap().path()).filter(|path| {
        let name = path.file_name().unwrap().to_str().unwrap();
        name.starts_with(&begin) && name.ends_with(".toml")
    });
    files
        .map(|path| (Some(path.clone()), path.with_extension("rs")))
        .collect()
}

fn ours(database: &Database, settings: Option<&Path>) -> String {
    let place = Place::new();
    place.write("migrations/.keep", "");
    let settings = settings.map_or_else(String::new, |path| {
        format!("--diesel-toml {}", path.display())
    });
    let ran = place.run(&format!("--url {} schema print {settings}", database.url));
    assert_eq!(ran.code, 0, "{}", ran.text());
    ran.stdout
}

/// What Diesel's program prints of a database.
fn diesels(database: &Database, settings: Option<&Path>) -> String {
    let url = match database.engine {
        Engine::Sqlite => database.file().display().to_string(),
        _ => database.url.replace("mariadb://", "mysql://"),
    };
    let folder = tempfile::tempdir().unwrap();
    let none = folder.path().join("diesel.toml");
    let output = Command::new("diesel")
        .args(["print-schema", "--database-url", &url, "--config-file"])
        .arg(settings.unwrap_or(&none))
        .current_dir(folder.path())
        .output()
        .expect("the diesel program is installed");
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn every_type_is_printed_as_diesel_prints_it() {
    for Made { database, prints } in made() {
        for (settings, printed) in prints {
            let text = std::fs::read_to_string(&printed).unwrap();
            let ours = ours(&database, settings.as_deref());
            assert_eq!(ours, text, "{}", printed.display());
        }
    }
}

/// `SNAPSHOTS=overwrite` writes what Diesel prints.
#[test]
#[ignore = "needs the diesel program, which tests/run --long installs"]
fn what_diesel_printed_is_what_its_program_prints() {
    for Made { database, prints } in made() {
        for (settings, printed) in prints {
            let text = diesels(&database, settings.as_deref());
            if std::env::var("SNAPSHOTS").is_ok_and(|what| what == "overwrite") {
                std::fs::write(&printed, &text).unwrap();
            }
            let held = std::fs::read_to_string(&printed).unwrap();
            assert_eq!(held, text, "{}", printed.display());
        }
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
            let (ours, diesels) = (ours(&database, None), diesels(&database, None));
            assert_eq!(ours, diesels, "{engine:?} {service}");
        }
    }
}
