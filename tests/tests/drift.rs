//! The live schema against what the scripts make: `status --drift` and `stamp --verify`.

#![allow(clippy::unwrap_used, reason = "a panic is a failed test")]

use aludel_tests::database::Database;
use aludel_tests::desk::{Place, Ran};
use aludel_tests::engine::{Engine, engines};
use aludel_tests::program::root;
use serde_json::{Value, json};

/// Runs the program on a database, with the revisions of a directory.
fn on(place: &Place, database: &Database, words: &str) -> Ran {
    place.run(&format!("--url {} {words}", database.url))
}

fn drift(ran: &Ran) -> Value {
    ran.json()["databases"][0]["drift"].clone()
}

/// Translated or not: what replay says is what the engine holds.
#[test]
fn after_every_revision_of_the_demonstration_a_database_holds_what_its_scripts_make() {
    for engine in engines() {
        for service in ["accounts", "billing", "search"] {
            let place = Place::new();
            let database = Database::new(engine);
            let migrations = root().join("migrations").join(service);
            let words = format!("--migrations {} --dialect postgres", migrations.display());
            let mut names: Vec<String> = std::fs::read_dir(&migrations)
                .unwrap()
                .map(|entry| entry.unwrap().file_name().into_string().unwrap())
                .collect();
            names.sort();
            for name in names {
                let ran = on(&place, &database, &format!("{words} upgrade {name}"));
                assert_eq!(ran.code, 0, "{engine:?} {name}: {ran:?}");
                let ran = on(
                    &place,
                    &database,
                    &format!("{words} --format json status --drift"),
                );
                let found = drift(&ran);
                assert_eq!(found["differences"], json!([]), "{engine:?} {name}");
                assert_eq!(found["uncompared"], json!([]), "{engine:?} {name}");
                assert_eq!(found["gaps"], json!([]), "{engine:?} {name}");
                assert_eq!(ran.code, 0, "{engine:?} {name}");
            }
        }
    }
}

const REVISION: &str = "2026-01-05-101500_parts";

fn parts() -> Place {
    let place = Place::new();
    place.revision(
        REVISION,
        "CREATE TABLE parts (id INTEGER NOT NULL PRIMARY KEY, name VARCHAR(50) NOT NULL);\n\
         CREATE INDEX parts_name_idx ON parts (name);\n",
        "DROP TABLE parts;\n",
    );
    place
}

#[test]
fn what_was_changed_by_hand_is_found() {
    for engine in engines() {
        let (place, database) = (parts(), Database::new(engine));
        assert_eq!(on(&place, &database, "upgrade").code, 0);
        let ran = on(&place, &database, "status --drift");
        assert_eq!(ran.code, 0, "{engine:?}: {ran:?}");
        assert!(ran.stdout.contains("drift       none"), "{ran:?}");

        let on_table = match engine {
            Engine::Mariadb | Engine::Mysql9 => " ON parts",
            _ => "",
        };
        let by_hand = format!(
            "ALTER TABLE parts ADD COLUMN weight INTEGER;\n\
             DROP INDEX parts_name_idx{on_table};\n\
             CREATE TABLE strays (id INTEGER);\n"
        );
        assert!(database.client(&by_hand).status.success(), "{engine:?}");
        let ran = on(&place, &database, "status --drift");
        assert_eq!(ran.code, 4, "{engine:?}: {ran:?}");
        for words in [
            "3 differences",
            "column `weight` of table `parts`: in the database only",
            "index `parts_name_idx` of table `parts`: in the model only",
            "table `strays`: in the database only",
        ] {
            assert!(ran.stdout.contains(words), "{engine:?} {words}: {ran:?}");
        }
        let found = drift(&on(&place, &database, "--format json status --drift"));
        let places: Vec<&str> = found["differences"]
            .as_array()
            .unwrap()
            .iter()
            .map(|difference| difference["place"].as_str().unwrap())
            .collect();
        assert_eq!(places.len(), 3, "{engine:?}: {found}");
        // Without the flag nobody asks.
        assert_eq!(on(&place, &database, "status --check").code, 0);
    }
}

#[test]
fn a_database_is_stamped_only_with_what_it_holds() {
    for engine in engines() {
        let (place, database) = (parts(), Database::new(engine));
        let wrong = "CREATE TABLE parts (id INTEGER NOT NULL PRIMARY KEY, name VARCHAR(50));\n";
        assert!(database.client(wrong).status.success());
        let ran = on(&place, &database, "stamp --verify heads");
        assert_eq!(ran.code, 4, "{engine:?}: {ran:?}");
        assert!(ran.stderr.contains("the ledger is as it was"), "{ran:?}");
        let ran = on(&place, &database, "--format json current");
        assert_eq!(ran.json()["databases"][0]["applied"], json!([]));

        let mend = place.path().join(format!("migrations/{REVISION}/up.sql"));
        let mend = std::fs::read_to_string(mend).unwrap();
        assert!(database.client("DROP TABLE parts;").status.success());
        assert!(database.client(&mend).status.success());
        let ran = on(&place, &database, "stamp --verify heads");
        assert_eq!(ran.code, 0, "{engine:?}: {ran:?}");
        assert_eq!(on(&place, &database, "current --check-heads").code, 0);
    }
}

/// What no replay understands is said, not guessed.
#[test]
fn what_the_model_does_not_know_is_said() {
    let (place, database) = (parts(), Database::new(Engine::Postgres));
    place.revision(
        "2026-01-06-101500_hidden",
        "DO $$ BEGIN CREATE TABLE hidden (id INTEGER); END $$;\n",
        "DROP TABLE hidden;\n",
    );
    assert_eq!(on(&place, &database, "upgrade").code, 0);
    let ran = on(&place, &database, "status --drift");
    assert_eq!(ran.code, 4, "{ran:?}");
    for words in [
        "table `hidden`: in the database only",
        "unmodelled  2026-01-06-101500_hidden/up.sql:1: DO",
    ] {
        assert!(ran.stdout.contains(words), "{words}: {ran:?}");
    }
}

/// What has run is replayed, also where it could not run now as it stands.
/// It was called misread, and the table was not compared.
#[test]
fn a_foreign_key_that_spells_its_table_in_another_case_is_compared() {
    let (place, database) = (Place::new(), Database::new(Engine::Sqlite));
    place.revision(
        REVISION,
        "CREATE TABLE parts (Id INTEGER NOT NULL PRIMARY KEY);\n\
         CREATE TABLE uses (part INTEGER REFERENCES PARTS (ID));\n",
        "",
    );
    assert_eq!(on(&place, &database, "upgrade").code, 0);
    let ran = on(&place, &database, "--format json status --drift");
    assert_eq!(ran.code, 0, "{ran:?}");
    assert_eq!(drift(&ran)["uncompared"], json!([]), "{ran:?}");
}

#[test]
fn a_script_that_would_be_refused_today_is_replayed() {
    let (place, database) = (parts(), Database::new(Engine::Postgres));
    place.revision(
        "2026-01-06-101500_index",
        "ALTER TABLE parts ADD COLUMN weight INTEGER;\n\
         CREATE INDEX CONCURRENTLY parts_weight_idx ON parts (weight);\n",
        "",
    );
    let by_hand = "CREATE TABLE parts (id INTEGER NOT NULL PRIMARY KEY, name VARCHAR(50) NOT NULL, weight INTEGER);\n\
                   CREATE INDEX parts_name_idx ON parts (name);\n\
                   CREATE INDEX parts_weight_idx ON parts (weight);\n";
    assert!(database.client(by_hand).status.success());
    let ran = on(&place, &database, "stamp --verify heads");
    assert_eq!(ran.code, 0, "{ran:?}");
    assert_eq!(on(&place, &database, "status --drift").code, 0);
}

/// A server shows an expression otherwise than it was written.
#[test]
fn what_a_server_shows_otherwise_is_no_difference() {
    for engine in engines() {
        let place = Place::new();
        let database = Database::new(engine);
        place.revision(
            REVISION,
            "CREATE TABLE t (
                id uuid PRIMARY KEY DEFAULT gen_random_uuid(), first varchar(20), last varchar(20), email varchar(20), nm varchar(20), del boolean NOT NULL DEFAULT false,
                whole text GENERATED ALWAYS AS (first || ' ' || COALESCE(last, '')) STORED,
                CONSTRAINT t_email CHECK (((email)::text ~~ '%@%'::text)), CONSTRAINT t_nm CHECK (length(trim(nm)) > 0));
             CREATE UNIQUE INDEX t_live ON t (nm) WHERE NOT del;\n",
            "DROP TABLE t;\n",
        );
        let ran = on(&place, &database, "--dialect postgres upgrade");
        assert_eq!(ran.code, 0, "{engine:?} {ran:?}");
        let ran = on(
            &place,
            &database,
            "--dialect postgres --format json status --drift",
        );
        assert_eq!(drift(&ran)["differences"], json!([]), "{engine:?}");
        assert_eq!(ran.code, 0, "{engine:?} {ran:?}");
    }
}
