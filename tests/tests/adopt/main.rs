//! `aludel adopt`: directories and ledgers as other tools leave them (`cases`), and as the tools
//! themselves leave them where they can be had (`tools`, in `tests/run --long`).

#![allow(clippy::unwrap_used, reason = "a panic is a failed test")]

mod cases;
mod tools;

use aludel_tests::database::Database;
use aludel_tests::desk::Place;
use aludel_tests::engine::Engine;

use cases::{CASES, Case, MORE, UP};

fn place(case: &Case) -> Place {
    let place = Place::new();
    for (name, text) in case.files {
        place.write(name, text);
    }
    place
}

/// What a tool has applied is taken over without running anything, and aludel goes on from there.
fn is_taken_over(place: &Place, database: &Database, tool: &str, applied: &[&str], pending: &str) {
    let engine = database.engine;
    let before = place.everything();
    let there =
        |words: &str| place.run(&format!("--url {} --migrations ours {words}", database.url));
    let adopt = format!("adopt --from {tool}");
    let ran = there(&adopt);
    assert_eq!(ran.code, 0, "{tool} {engine:?}: {}", ran.text());
    let recorded = format!("{} revisions recorded", applied.len());
    assert!(ran.stderr.contains(&recorded), "{}", ran.text());
    assert_eq!(database.applied(), applied, "{tool} {engine:?}");
    // Nothing ran, and nothing of the tool's was touched.
    assert_eq!(database.number("SELECT count(*) FROM a"), 1);
    let after = place.everything();
    assert!(before.iter().all(|file| after.contains(file)), "{tool}");
    // What is known of the files is known now, and what was pending is.
    let status = there("--format json status").json();
    let status = &status["databases"][0];
    assert_eq!(status["files"], serde_json::json!([]), "{tool}");
    assert_eq!(status["pending"], serde_json::json!([pending]), "{tool}");
    // Again: nothing to do.
    let again = there(&adopt);
    assert!(
        again.stderr.contains("has it all already"),
        "{}",
        again.text()
    );
    // And on from there.
    let ran = there("upgrade");
    assert_eq!(ran.code, 0, "{}", ran.text());
    assert!(database.has_table("later"), "{tool}");
    // The tool's own table stays, and is no drift.
    let drift = there("--format json status --drift");
    assert_eq!(drift.code, 0, "{tool} {engine:?}: {}", drift.text());
}

#[test]
fn every_tool_is_taken_over_on_every_engine() {
    for case in CASES {
        for engine in [Engine::Sqlite, Engine::Postgres, Engine::Mariadb] {
            let database = Database::new(engine);
            // What the tool did, and its record of it.
            let made = database.client(&format!("{UP}{MORE}{}", case.ledger));
            assert!(made.status.success(), "{} {made:?}", case.tool);
            let place = place(case);
            is_taken_over(&place, &database, case.tool, case.applied, case.pending);
        }
    }
}

#[test]
fn a_dry_run_writes_nothing() {
    let case = &CASES[0];
    let database = Database::new(Engine::Sqlite);
    database.client(case.ledger);
    let place = place(case);
    let before = place.everything();
    let url = &database.url;
    for only in ["", " --files-only"] {
        let ran = place.run(&format!(
            "--url {url} --migrations ours adopt --from sqlx --dry-run{only}"
        ));
        assert_eq!(ran.code, 0, "{}", ran.text());
        let would = "would write 00000000000010_ten";
        assert!(ran.stderr.contains(would), "{}", ran.text());
        let records = ran.text().contains("would record 2 revisions");
        assert_eq!(records, only.is_empty(), "{}", ran.text());
    }
    assert_eq!(place.everything(), before);
    assert_eq!(database.applied(), [""; 0]);
}

#[test]
fn a_tool_that_stopped_half_way_is_not_taken_over() {
    for (case, dirt) in [
        (
            &CASES[0],
            "UPDATE _sqlx_migrations SET success = FALSE WHERE version = 2;",
        ),
        (&CASES[3], "UPDATE schema_migrations SET dirty = TRUE;"),
    ] {
        let database = Database::new(Engine::Sqlite);
        database.client(&format!("{}{dirt}", case.ledger));
        let place = place(case);
        let before = place.everything();
        let url = &database.url;
        let ran = place.run(&format!(
            "--url {url} --migrations ours adopt --from {}",
            case.tool
        ));
        assert_eq!(ran.code, 1, "{}", ran.text());
        assert!(ran.stderr.contains("half done"), "{}", ran.text());
        assert_eq!(place.everything(), before);
        assert!(!database.has_table("__diesel_schema_migrations"));
    }
}

#[test]
fn a_version_without_a_file_is_refused_by_name() {
    let case = &CASES[2];
    let database = Database::new(Engine::Sqlite);
    database.client(&format!(
        "{} INSERT INTO schema_migrations VALUES ('19990101000000');",
        case.ledger
    ));
    let place = place(case);
    let before = place.everything();
    let url = &database.url;
    let ran = place.run(&format!(
        "--url {url} --migrations ours adopt --from dbmate"
    ));
    assert_eq!(ran.code, 1, "{}", ran.text());
    assert!(ran.stderr.contains("19990101000000"), "{}", ran.text());
    let nowhere = "--url postgres://localhost:1/x --migrations ours adopt --from dbmate";
    assert_eq!(place.run(nowhere).code, 8);
    // Refused before anything was written.
    assert_eq!(place.everything(), before);
    assert_eq!(database.applied(), [""; 0]);
}

/// Diesel's rows are ours already; taking over records what the files are now.
#[test]
fn diesels_rows_get_their_checksums() {
    let place = Place::new();
    place.revision("2026-01-01-000001_one", UP, "DROP TABLE a;\n");
    let database = Database::new(Engine::Sqlite);
    database.client(
        "CREATE TABLE __diesel_schema_migrations (version VARCHAR(50) PRIMARY KEY NOT NULL, \
         run_on TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP); \
         INSERT INTO __diesel_schema_migrations (version) VALUES ('20260101000001');",
    );
    let url = &database.url;
    let files = || {
        let status = place.run(&format!("--url {url} --format json status"));
        status.json()["databases"][0]["files"].clone()
    };
    assert_eq!(files()[0]["state"], "unverified");
    let ran = place.run(&format!("--url {url} adopt --from diesel"));
    assert_eq!(ran.code, 0, "{}", ran.text());
    assert_eq!(files(), serde_json::json!([]));
}

#[test]
fn the_database_that_aludel_toml_names_is_adopted() {
    let place = Place::new();
    place.revision("20260101000001_first", "CREATE TABLE a (id INTEGER);", "");
    let database = Database::new(Engine::Sqlite);
    database.client(
        "CREATE TABLE a (id INTEGER); CREATE TABLE __diesel_schema_migrations (version VARCHAR(50) PRIMARY KEY NOT NULL, \
         run_on TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP); \
         INSERT INTO __diesel_schema_migrations (version) VALUES ('20260101000001');",
    );
    place.write(
        "aludel.toml",
        format!("[databases.default]\nurl = \"{}\"\n", database.url),
    );
    let ran = place.run("adopt --from diesel");
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(ran.stderr.contains("1 revision"), "{ran:?}");
}

/// A project that `diesel setup` made with a directory of its own needs no word more.
#[test]
fn the_directory_of_diesel_toml_is_read_where_there_is_no_aludel_toml() {
    let place = Place::new();
    place.write("db/migs/2026-01-01-000001_one/up.sql", UP);
    let toml = "[print_schema]\nfile = \"src/schema.rs\"\n\n[migrations_directory]\n";
    place.write("diesel.toml", format!("{toml}dir = \"db/migs\"\n"));
    let ran = place.run("--url sqlite:a.db upgrade");
    assert_eq!(ran.code, 0, "{}", ran.text());
    assert!(
        ran.text().contains("2026-01-01-000001_one"),
        "{}",
        ran.text()
    );
    let explained = place.run("--url sqlite:a.db config --explain").stdout;
    assert!(explained.contains("diesel.toml:5"), "{explained}");
    // Both say it better.
    let ran = place.run("--url sqlite:a.db --migrations none upgrade");
    assert!(ran.stderr.contains("`none`"), "{}", ran.text());
    place.write("diesel.toml", format!("{toml}dir = 1\n"));
    let ran = place.run("--url sqlite:a.db upgrade");
    assert_eq!(ran.code, 1, "{}", ran.text());
    assert!(ran.stderr.contains("`diesel.toml`: "), "{}", ran.text());
}

#[test]
fn an_unknown_tool_names_the_known_ones() {
    let place = Place::new();
    let ran = place.run("--url sqlite:a.db adopt --from rails");
    assert_eq!(ran.code, 1);
    assert!(ran.stderr.contains("golang-migrate"), "{}", ran.text());
}
