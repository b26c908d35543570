//! What a MySQL or MariaDB database holds beyond its scripts: no statement turns it into something
//! else, or passes it over, without a word.

#![allow(clippy::unwrap_used, reason = "a panic is a failed test")]

use aludel_tests::database::Database;
use aludel_tests::desk::{Place, Ran};
use aludel_tests::engine::{Engine, engines};
use serde_json::{Value, json};

const REVISION: &str = "2026-01-05-101500_first";
const SECOND: &str = "2026-01-06-101500_second";

/// The servers of the family that are there.
fn family() -> Vec<Engine> {
    let family = |engine: &Engine| matches!(engine, Engine::Mariadb | Engine::Mysql9);
    let found: Vec<Engine> = engines().into_iter().filter(family).collect();
    assert!(!found.is_empty());
    found
}

/// Runs the program on a database, with PostgreSQL's scripts.
fn on(place: &Place, database: &Database, words: &str) -> Ran {
    place.run(&format!(
        "--url {} --dialect postgres {words}",
        database.url
    ))
}

fn by_hand(database: &Database, sql: &str) {
    let output = database.client(sql);
    assert!(output.status.success(), "{sql}: {output:?}");
}

fn drift(ran: &Ran) -> Value {
    ran.json()["databases"][0]["drift"].clone()
}

const TYPES: &str = "CREATE TABLE p (id integer PRIMARY KEY, amt numeric(10, 2), f real, d timestamp(0), \
     clock time(0), note varchar(20), word text, small integer, doc jsonb, flag boolean, u uuid, arr integer[]);
     CREATE TABLE other (id integer PRIMARY KEY, amt numeric(10, 2));";

/// MODIFY would cut the digits off that a hand has made room for.
#[test]
fn a_column_that_a_hand_has_given_another_type_is_not_changed() {
    for engine in family() {
        for (column, ty, value) in [
            ("amt", "decimal(20, 8)", "1.23456789"),
            ("f", "double", "1.23456789012"),
            ("d", "datetime(6)", "'2024-01-02 03:04:05.678901'"),
            ("clock", "time(6)", "'03:04:05.678901'"),
            ("note", "varchar(200)", "repeat('x', 20)"),
            ("word", "longtext COLLATE utf8mb4_general_ci", "'A'"),
            ("word", "varchar(100) COLLATE utf8mb4_bin", "'A'"),
            ("small", "decimal(10, 3)", "1.5"),
            ("flag", "decimal(3, 2)", "0.5"),
            ("u", "varchar(100)", "'x'"),
        ] {
            let (place, database) = (Place::new(), Database::new(engine));
            place.revision(REVISION, TYPES, "");
            place.revision(
                SECOND,
                &format!("ALTER TABLE p ALTER {column} SET NOT NULL;"),
                "",
            );
            let ran = on(&place, &database, &format!("upgrade {REVISION}"));
            assert_eq!(ran.code, 0, "{engine:?} {ran:?}");
            by_hand(
                &database,
                &format!(
                    "ALTER TABLE p MODIFY {column} {ty}; INSERT INTO p (id, {column}) VALUES (1, {value});"
                ),
            );
            let held = format!("SELECT {column}, hex({column}) FROM p");
            let before = database.query(&held);
            let printed = on(&place, &database, "upgrade --sql");
            assert_eq!(printed.code, 0, "{engine:?} {printed:?}");
            let ran = on(&place, &database, "upgrade");
            assert_ne!(ran.code, 0, "{engine:?} {column} {ty}: {ran:?}");
            let said = format!(
                "`p` is not what its migrations made, so it is not changed (`aludel status --drift` tells what differs); they made `{column}`"
            );
            assert!(ran.stderr.contains(&said), "{engine:?} {ran:?}");
            assert_eq!(database.query(&held), before, "{engine:?} {column} {ty}");
            // Nor by the script that is printed.
            assert!(
                !database.client(&printed.stdout).status.success(),
                "{engine:?} {column}"
            );
            assert_eq!(database.query(&held), before, "{engine:?} {column} {ty}");
        }
    }
}

/// What was not touched, or has by now what the statement gives it, is changed as ever.
#[test]
fn a_column_that_is_what_the_migrations_made_is_changed() {
    for engine in family() {
        let (place, database) = (Place::new(), Database::new(engine));
        place.revision(REVISION, TYPES, "");
        let columns = [
            "amt", "f", "d", "clock", "note", "word", "small", "doc", "flag", "u", "arr",
        ];
        let set = |what: &str| {
            let alter = columns.map(|column| format!("ALTER {column} {what}"));
            format!("ALTER TABLE p {};", alter.join(", "))
        };
        place.revision(SECOND, &set("SET NOT NULL"), &set("DROP NOT NULL"));
        place.revision(
            "2026-01-07-101500_third",
            "ALTER TABLE p ALTER small TYPE bigint; ALTER TABLE p ALTER note TYPE text;
             ALTER TABLE other RENAME TO another; ALTER TABLE another ALTER amt SET NOT NULL;",
            "ALTER TABLE p ALTER small TYPE integer; ALTER TABLE p ALTER note TYPE varchar(20);
             ALTER TABLE another ALTER amt DROP NOT NULL; ALTER TABLE another RENAME TO other;",
        );
        let ran = on(&place, &database, &format!("upgrade {REVISION}"));
        assert_eq!(ran.code, 0, "{engine:?} {ran:?}");
        // Of other columns nothing is asked, nor of what is already there.
        by_hand(
            &database,
            "ALTER TABLE p MODIFY small bigint, ADD extra double;",
        );
        let failing = on(&place, &database, "upgrade");
        assert_ne!(failing.code, 0, "{engine:?} {failing:?}");
        by_hand(&database, "ALTER TABLE p MODIFY small int;");
        let ran = on(&place, &database, &format!("upgrade {SECOND}"));
        assert_eq!(ran.code, 0, "{engine:?} {ran:?}");
        by_hand(&database, "ALTER TABLE p MODIFY small bigint NOT NULL;");
        let ran = on(&place, &database, "upgrade");
        assert_eq!(ran.code, 0, "{engine:?} {ran:?}");
        let ran = on(&place, &database, &format!("downgrade {REVISION}"));
        assert_eq!(ran.code, 0, "{engine:?} {ran:?}");
        let ran = on(&place, &database, "upgrade");
        assert_eq!(ran.code, 0, "{engine:?} {ran:?}");
    }
}

/// A table that the same script has made is nobody else's.
#[test]
fn a_script_does_not_ask_for_what_it_has_made_itself() {
    for engine in family() {
        let (place, database) = (Place::new(), Database::new(engine));
        place.revision(
            REVISION,
            &format!("{TYPES} INSERT INTO p (id, amt) VALUES (1, 1.5); ALTER TABLE p ALTER amt SET NOT NULL;"),
            "",
        );
        let printed = on(&place, &database, "upgrade --sql");
        assert!(printed.stdout.contains("MODIFY"), "{engine:?} {printed:?}");
        assert!(
            !printed.stdout.contains("information_schema"),
            "{engine:?} {printed:?}"
        );
        assert_eq!(on(&place, &database, "upgrade").code, 0, "{engine:?}");
    }
}

/// A column that refers to one of another type follows it.
#[test]
fn a_column_that_follows_what_it_refers_to_is_asked_for_as_well() {
    for engine in family() {
        let (place, database) = (Place::new(), Database::new(engine));
        place.revision(
            REVISION,
            "CREATE TABLE a (id integer PRIMARY KEY); CREATE TABLE b (id integer PRIMARY KEY, a integer REFERENCES a);",
            "",
        );
        place.revision(SECOND, "ALTER TABLE a ALTER id TYPE bigint;", "");
        assert_eq!(
            on(&place, &database, &format!("upgrade {REVISION}")).code,
            0
        );
        by_hand(
            &database,
            "ALTER TABLE b DROP FOREIGN KEY b_a_fkey; ALTER TABLE b MODIFY a decimal(10, 2); INSERT INTO b VALUES (1, 1.25);",
        );
        let ran = on(&place, &database, "upgrade");
        assert!(
            ran.stderr.contains("`b` is not what its migrations made"),
            "{engine:?} {ran:?}"
        );
        assert_eq!(database.query("SELECT a FROM b"), ["1.25"], "{engine:?}");
        assert_eq!(
            database.query("SELECT data_type FROM information_schema.columns WHERE table_schema = DATABASE() AND table_name = 'a'"),
            ["int"]
        );
    }
}

/// A DELETE would follow ON DELETE CASCADE into a table of which no script knows.
#[test]
fn a_table_that_a_hand_has_made_is_not_emptied_along() {
    for engine in family() {
        for cascade in ["", " CASCADE"] {
            let (place, database) = (Place::new(), Database::new(engine));
            place.revision(
                REVISION,
                "CREATE TABLE t (id integer PRIMARY KEY, up integer REFERENCES t); CREATE TABLE r (id integer PRIMARY KEY, t integer REFERENCES t);",
                "",
            );
            place.revision(SECOND, &format!("TRUNCATE t, r{cascade};"), "");
            let first = format!("upgrade {REVISION}");
            assert_eq!(on(&place, &database, &first).code, 0, "{engine:?}");
            by_hand(
                &database,
                "CREATE TABLE hand (id int PRIMARY KEY, t int NOT NULL, FOREIGN KEY (t) REFERENCES t (id) ON DELETE CASCADE);
                 INSERT INTO t VALUES (1, NULL); INSERT INTO r VALUES (1, 1); INSERT INTO hand VALUES (1, 1);",
            );
            let ran = on(&place, &database, "upgrade");
            assert_ne!(ran.code, 0, "{engine:?} {ran:?}");
            assert!(
                ran.stderr.contains("refers to `t`, so it is not emptied"),
                "{ran:?}"
            );
            assert_eq!(database.query("SELECT t FROM hand"), ["1"], "{engine:?}");
            assert_eq!(database.query("SELECT id FROM r"), ["1"], "{engine:?}");
            by_hand(&database, "DROP TABLE hand;");
            assert_eq!(on(&place, &database, "upgrade").code, 0, "{engine:?}");
            assert_eq!(database.number("SELECT count(*) FROM t"), 0, "{engine:?}");
        }
    }
}

/// The texts of a table are compared as its database says, where nobody says otherwise.
#[test]
fn a_collation_that_comes_from_the_database_is_compared() {
    for engine in family() {
        let (place, database) = (Place::new(), Database::new(engine));
        place.revision(
            REVISION,
            "CREATE TABLE p (id integer PRIMARY KEY, e text NOT NULL);",
            "",
        );
        by_hand(
            &database,
            &format!(
                "ALTER DATABASE {} CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci;
                 CREATE TABLE p (id int NOT NULL PRIMARY KEY, e longtext NOT NULL);",
                database.name()
            ),
        );
        let ran = on(&place, &database, "stamp --verify heads");
        assert_eq!(ran.code, 4, "{engine:?} {ran:?}");
        assert!(
            ran.stderr.contains("utf8mb4_general_ci"),
            "{engine:?} {ran:?}"
        );
        assert_eq!(on(&place, &database, "stamp heads").code, 0, "{engine:?}");
        assert_eq!(
            on(&place, &database, "status --drift").code,
            4,
            "{engine:?}"
        );
        // As the scripts make it, it is none, whatever the database says.
        by_hand(
            &database,
            "DROP TABLE p, __diesel_schema_migrations, __aludel_journal;",
        );
        assert_eq!(on(&place, &database, "upgrade").code, 0, "{engine:?}");
        let ran = on(&place, &database, "status --drift");
        assert_eq!(ran.code, 0, "{engine:?} {ran:?}");
        // A column's own, in such a table.
        by_hand(
            &database,
            "ALTER TABLE p MODIFY e longtext COLLATE utf8mb4_general_ci NOT NULL;",
        );
        let ran = on(&place, &database, "status --drift");
        assert_eq!(ran.code, 4, "{engine:?} {ran:?}");
    }
}

/// What is not compared is not vouched for.
#[test]
fn a_table_that_is_not_compared_is_said_and_not_stamped() {
    for engine in family() {
        let (place, database) = (Place::new(), Database::new(engine));
        let up = "CREATE TABLE p (id int NOT NULL PRIMARY KEY, n int) PARTITION BY HASH (id) PARTITIONS 2;\n\
                  CREATE TABLE q (id int NOT NULL PRIMARY KEY, n int);\n";
        place.revision(REVISION, up, "");
        by_hand(&database, up);
        let own = |words: &str| place.run(&format!("--url {} {words}", database.url));
        let ran = own("stamp --verify heads");
        assert_eq!(ran.code, 4, "{engine:?} {ran:?}");
        for words in [
            "none in what was compared; 1 table was not",
            "table `p`: PARTITION BY",
            "the ledger is as it was",
            "then stamp without --verify",
        ] {
            assert!(ran.stderr.contains(words), "{engine:?} {words} {ran:?}");
        }
        assert_eq!(
            own("--format json current").json()["databases"][0]["applied"],
            json!([])
        );
        assert_eq!(own("stamp heads").code, 0, "{engine:?}");
        let ran = own("status --drift");
        assert_eq!(ran.code, 0, "{engine:?} {ran:?}");
        assert!(
            ran.stdout
                .contains("none in what was compared; 1 table was not"),
            "{ran:?}"
        );
    }
}

/// What a server shows otherwise than it was written is read all the same.
#[test]
fn what_a_server_escapes_is_compared() {
    for engine in family() {
        let (place, database) = (Place::new(), Database::new(engine));
        let up = r#"CREATE TABLE c (id int NOT NULL PRIMARY KEY) CHARACTER SET utf8mb4;
            CREATE TABLE p (id int NOT NULL PRIMARY KEY, d longtext DEFAULT ('it''s'), e longtext DEFAULT ('ю€'),
                f varchar(10) DEFAULT (concat('a\\b', 'x''y', '\n')), h varchar(10) DEFAULT (cast(4 AS char CHARSET utf8mb4)),
                n int, m int, a int, `ю` int, CONSTRAINT long_ones CHECK (d <> 'it''s' AND e <> 'é\\d' AND `ю` > 0),
                UNIQUE KEY foo (a DESC), UNIQUE (n DESC, a), FOREIGN KEY idx (n) REFERENCES c (id), CONSTRAINT fk FOREIGN KEY other (m) REFERENCES c (id)) CHARACTER SET utf8mb4;
            "#;
        place.revision(REVISION, up, "");
        place.revision(SECOND, "ALTER TABLE p MODIFY d longtext DEFAULT ('ю'); ALTER TABLE p ADD UNIQUE KEY bar (m DESC), ALTER f SET DEFAULT 'ю';", "");
        let own = |words: &str| place.run(&format!("--url {} {words}", database.url));
        let ran = own("upgrade");
        assert_eq!(ran.code, 0, "{engine:?} {ran:?}");
        let ran = own("--format json status --drift");
        assert_eq!(drift(&ran)["differences"], json!([]), "{engine:?}");
        assert_eq!(drift(&ran)["uncompared"], json!([]), "{engine:?}");
        assert_eq!(drift(&ran)["gaps"], json!([]), "{engine:?}");
        for other in ["'its'", "'it\\\\s'"] {
            by_hand(
                &database,
                &format!("ALTER TABLE p MODIFY d longtext DEFAULT ({other});"),
            );
            let ran = own("--format json status --drift");
            assert_eq!(ran.code, 4, "{engine:?} {ran:?}");
        }
    }
}
