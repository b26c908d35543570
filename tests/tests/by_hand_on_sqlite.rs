//! What a hand has changed in a SQLite database is not lost when a script comes by.

use aludel_tests::database::Database;
use aludel_tests::desk::{Place, Ran};
use aludel_tests::engine::Engine;

const FIRST: &str = "2026-01-05-101500_first";
const SECOND: &str = "2026-01-06-101500_second";

fn on(place: &Place, database: &Database, words: &str) -> Ran {
    place.run(&format!(
        "--url {} --dialect postgres {words}",
        database.url
    ))
}

/// A database that the first revision has made and a hand has changed, and what the second makes of it.
fn changed(first: &str, by_hand: &str, second: &str) -> (Database, Ran) {
    let (place, database) = (Place::new(), Database::new(Engine::Sqlite));
    place.revision(FIRST, first, "");
    place.revision(SECOND, second, "");
    let ran = on(&place, &database, &format!("upgrade {FIRST}"));
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(database.client(by_hand).status.success(), "{by_hand}");
    let ran = on(&place, &database, "upgrade");
    (database, ran)
}

#[test]
fn a_table_whose_columns_have_other_types_is_not_rebuilt() {
    let (database, ran) = changed(
        "CREATE TABLE p (id integer PRIMARY KEY, n text, amt numeric(30, 3), code integer);",
        "DROP TABLE p; CREATE TABLE p (id INT NOT NULL PRIMARY KEY, n TEXT, amt TEXT, code TEXT);
         INSERT INTO p VALUES (1, 'a', '12345678901234567890.125', '007');",
        "ALTER TABLE p ALTER n SET DEFAULT 'x';",
    );
    assert_ne!(ran.code, 0, "{ran:?}");
    for words in [
        "is not what its migrations made",
        "aludel status --drift",
        "amt TEXT",
        "amt NUMERIC",
    ] {
        assert!(ran.stderr.contains(words), "{words}: {ran:?}");
    }
    assert_eq!(
        database.query("SELECT amt, code FROM p"),
        ["12345678901234567890.125\t007"]
    );
}

#[test]
fn a_type_of_the_same_kind_is_no_difference() {
    let (database, ran) = changed(
        "CREATE TABLE p (id integer PRIMARY KEY, n text, code integer, v varchar(9));",
        "DROP TABLE p; CREATE TABLE p (id INT NOT NULL PRIMARY KEY, n VARCHAR, code MEDIUMINT, v TEXT);
         INSERT INTO p VALUES (1, 'a', 7, 'v');",
        "ALTER TABLE p ALTER n SET DEFAULT 'x';",
    );
    assert_eq!(ran.code, 0, "{ran:?}");
    assert_eq!(database.query("SELECT n, code, v FROM p"), ["a\t7\tv"]);
}

#[test]
fn a_table_goes_only_if_none_that_a_hand_made_goes_with_it() {
    for second in ["DROP TABLE p;", "TRUNCATE p;", "TRUNCATE p CASCADE;"] {
        let (database, ran) = changed(
            "CREATE TABLE p (id integer PRIMARY KEY); CREATE TABLE q (id integer PRIMARY KEY);
             INSERT INTO p VALUES (1), (2);",
            "CREATE TABLE hand (id INTEGER PRIMARY KEY, p_id INTEGER REFERENCES P (id) ON DELETE CASCADE, note TEXT);
             INSERT INTO hand VALUES (1, 1, 'a'), (2, 2, 'b');",
            second,
        );
        assert_ne!(ran.code, 0, "{second}: {ran:?}");
        assert!(
            ran.stderr
                .contains("`hand`, which no migration made, refers to `p`"),
            "{second}: {ran:?}"
        );
        assert_eq!(
            database.query("SELECT count(*) FROM hand"),
            ["2"],
            "{second}"
        );
        assert_eq!(database.query("SELECT count(*) FROM p"), ["2"], "{second}");
    }
    // Those that the scripts have made go as they say.
    let (database, ran) = changed(
        "CREATE TABLE p (id integer PRIMARY KEY, up integer REFERENCES p); CREATE TABLE c (id integer PRIMARY KEY, p integer REFERENCES p ON DELETE CASCADE);
         CREATE TABLE d (id integer PRIMARY KEY, c integer REFERENCES c);
         INSERT INTO p VALUES (1, NULL), (2, 1); INSERT INTO c VALUES (1, 1);",
        "SELECT 1;",
        "TRUNCATE p CASCADE; INSERT INTO p VALUES (7, NULL); DROP TABLE c, d; DROP TABLE p CASCADE; CREATE TABLE p (id integer PRIMARY KEY);",
    );
    assert_eq!(ran.code, 0, "{ran:?}");
    assert_eq!(
        database.query("SELECT name FROM sqlite_schema WHERE name IN ('p', 'c', 'd')"),
        ["p"]
    );
}
