//! A driver by somebody else, `examples/duckdb`: with its manifest in a folder, its scheme works like ours.

#![allow(clippy::unwrap_used)]

use aludel_plugin::{conformance, host};
use aludel_tests::desk::Place;
use aludel_tests::program::root;

#[test]
#[ignore = "links DuckDB, which tests/run --long fetches"]
fn the_scheme_of_a_third_partys_driver_works_online_and_offline() {
    let needed = std::env::var("DUCKDB_LIB_DIR")
        .expect("DUCKDB_LIB_DIR is not set: tests/run --long fetches DuckDB and sets it");
    let needed = std::path::Path::new(&needed).join("libduckdb.so");
    let built = conformance::build(root().join("examples/duckdb"));
    let place = Place::new();
    place.revision(
        "2026-01-01-000001_accounts",
        "CREATE TABLE accounts (id INTEGER PRIMARY KEY, name VARCHAR NOT NULL);\nINSERT INTO accounts VALUES (1, $$it's$$);\n",
        "DROP TABLE accounts;\n",
    );
    place.revision(
        "2026-01-02-000001_totals",
        "CREATE VIEW totals AS SELECT count(*) AS total FROM accounts;\n",
        "DROP VIEW totals;\n",
    );
    let folder = place.path().join(".local/share/aludel/drivers");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::copy(&built, folder.join("libaludel_duckdb.so")).unwrap();
    let library = folder.join("libaludel_duckdb.so").display().to_string();
    let manifest = place.run_words(&["drivers", "manifest", &library]);
    assert_eq!(manifest.code, 0, "{}", manifest.text());
    let requires = format!(
        "\n[[library.{}.requires]]\npath = {:?}\nsha256 = \"{}\"\n",
        aludel_plugin::host::platform(),
        needed.display().to_string(),
        host::sha256(&needed).unwrap()
    );
    std::fs::write(folder.join("duckdb.toml"), manifest.stdout + &requires).unwrap();

    let printed = place.run("--driver duckdb upgrade --sql");
    assert_eq!(printed.code, 0, "{}", printed.text());
    assert!(
        printed.stdout.contains("BEGIN TRANSACTION;"),
        "{}",
        printed.text()
    );
    let ran = place.run("--url duckdb:it.duckdb upgrade");
    assert_eq!(ran.code, 0, "{}", ran.text());
    assert!(ran.stderr.contains("2 revisions applied"), "{}", ran.text());
    assert_eq!(place.run("--url duckdb:it.duckdb status --check").code, 0);
    let back = place.run("--url duckdb:it.duckdb downgrade -1");
    assert_eq!(back.code, 0, "{}", back.text());
    assert_eq!(place.run("--url duckdb:it.duckdb status --check").code, 3);
    // A statement that it refuses rolls its revision back, and is named.
    place.revision(
        "2026-01-03-000001_wrong",
        "CREATE TABLE extra (id INTEGER);\nSELECT nonsense;\n",
        "SELECT 1;\n",
    );
    let refused = place.run("--url duckdb:it.duckdb --format json upgrade");
    assert_eq!(refused.code, 5, "{}", refused.text());
    let last = refused.stdout.lines().last().unwrap();
    let event: serde_json::Value = serde_json::from_str(last).unwrap();
    assert_eq!(
        (event["line"].as_u64(), event["statement"].as_u64()),
        (Some(2), Some(2))
    );
    assert_eq!(event["server_code"], "Binder Error");
    let status = place
        .run("--url duckdb:it.duckdb --format json status")
        .json();
    assert_eq!(
        status["databases"][0]["applied"].as_array().unwrap().len(),
        2
    );
}
