//! The files that `translate` writes, run by a client that knows nothing of them.

use aludel_tests::desk::Place;

/// SQLite leaves it to each session whether foreign keys are enforced, and most do not enforce them.
#[test]
fn a_script_that_leaves_rows_to_foreign_keys_says_that_they_are_enforced() {
    let place = Place::new();
    place.revision(
        "1_tables",
        "CREATE TABLE p (id integer PRIMARY KEY); INSERT INTO p VALUES (1), (2);
         CREATE TABLE c (id integer PRIMARY KEY, p_id integer REFERENCES p ON DELETE CASCADE);
         INSERT INTO c VALUES (10, 1), (20, 2);",
        "SELECT 1;",
    );
    place.revision("2_gone", "DELETE FROM p WHERE id = 1;", "SELECT 1;");
    place.revision(
        "3_nothing_hangs_on_it",
        "DELETE FROM c WHERE id = 3;",
        "SELECT 1;",
    );
    let ran = place.run("--dialect postgres translate --to sqlite --out made");
    assert_eq!(ran.code, 0, "{ran:?}");
    let text = |name: &str| {
        let file = place.path().join("made").join(name).join("up.sql");
        std::fs::read_to_string(file).expect("a script")
    };
    for name in ["1_tables", "2_gone", "3_nothing_hangs_on_it"] {
        // An argument that begins with a hyphen is an option.
        place.sqlite("x.db", &format!(" {}", text(name)));
    }
    assert_eq!(place.sqlite("x.db", "SELECT id FROM c"), "20\n");
    assert!(!text("3_nothing_hangs_on_it").contains("PRAGMA"));
    // It is a revision of its own dialect too.
    let ran = place.run("--url sqlite:y.db --migrations made upgrade");
    assert_eq!(ran.code, 0, "{ran:?}");
    assert_eq!(place.sqlite("y.db", "SELECT id FROM c"), "20\n");
}

/// Without enforcement a row would be left that refers to nothing, where PostgreSQL refuses the statement.
#[test]
fn a_script_that_foreign_keys_may_refuse_says_that_they_are_enforced() {
    let place = Place::new();
    place.revision(
        "1_tables",
        "CREATE TABLE p (id integer PRIMARY KEY, n integer); CREATE TABLE c (id integer PRIMARY KEY, p_id integer REFERENCES p);
         CREATE TABLE other (id integer);",
        "SELECT 1;",
    );
    place.revision(
        "2_parents",
        "INSERT INTO p VALUES (1, 1); UPDATE p SET n = 2; INSERT INTO other VALUES (1); UPDATE c SET id = 7;",
        "SELECT 1;",
    );
    for (name, statement) in [
        ("3_child", "INSERT INTO c VALUES (10, 1);"),
        ("4_gone", "DELETE FROM p WHERE id = 1;"),
        ("5_moved", "UPDATE p SET id = 3;"),
        ("6_lost", "UPDATE c SET p_id = 4;"),
    ] {
        place.revision(name, statement, "SELECT 1;");
    }
    let ran = place.run("--dialect postgres translate --to sqlite --out made");
    assert_eq!(ran.code, 0, "{ran:?}");
    let text = |name: &str| {
        let file = place.path().join("made").join(name).join("up.sql");
        std::fs::read_to_string(file).expect("a script")
    };
    for name in ["1_tables", "2_parents"] {
        assert!(!text(name).contains("PRAGMA"), "{name}");
    }
    for name in ["3_child", "4_gone", "5_moved", "6_lost"] {
        assert!(text(name).contains("PRAGMA foreign_keys = ON"), "{name}");
    }
}

/// What a refused revision was to make is not there: nothing is translated as though it were.
#[test]
fn what_stands_on_a_refused_revision_is_refused() {
    let begin = "CREATE TABLE m (id integer PRIMARY KEY, n boolean, t text NOT NULL); INSERT INTO m VALUES (1, true, 'a');
        CREATE TABLE a (f integer NOT NULL, t integer NOT NULL, CONSTRAINT a_pkey PRIMARY KEY (f, t), CONSTRAINT a_t_fkey FOREIGN KEY (t) REFERENCES m (id));
        CREATE VIEW v AS SELECT id FROM m;
        CREATE TABLE shown (id integer PRIMARY KEY, n integer, o integer); CREATE VIEW w AS SELECT n FROM shown;";
    let refused = "SELECT nobody(1);";
    for (makes, follows, sqlite, mariadb) in [
        // A table, to which a foreign key refers: SQLite looks for it when there is a row.
        (
            "CREATE TABLE u (id integer PRIMARY KEY);",
            "CREATE TABLE c (id integer PRIMARY KEY, u integer REFERENCES u);",
            false,
            true,
        ),
        // One to which a foreign key's action would be done by hand.
        (
            "CREATE TABLE u (id integer PRIMARY KEY, m integer REFERENCES m ON DELETE SET NULL);",
            "DELETE FROM m WHERE id = 7; ALTER TABLE a DROP CONSTRAINT a_t_fkey;",
            true,
            false,
        ),
        // A key that goes.
        (
            "ALTER TABLE a DROP CONSTRAINT a_pkey;",
            "ALTER TABLE a ALTER COLUMN t DROP NOT NULL;",
            true,
            true,
        ),
        // A key that comes.
        (
            "ALTER TABLE m ADD CONSTRAINT m_t UNIQUE (t);",
            "INSERT INTO m VALUES (2, true, 'a') ON CONFLICT (t) DO NOTHING;",
            true,
            true,
        ),
        // A column's type.
        (
            "ALTER TABLE m DROP COLUMN n; ALTER TABLE m ADD COLUMN n text;",
            "CREATE INDEX by_n ON m (n);",
            true,
            true,
        ),
        // A view that goes.
        (
            "DROP VIEW v;",
            "CREATE TABLE v (id integer PRIMARY KEY);",
            true,
            true,
        ),
        // … and reads a column until then.
        (
            "DROP VIEW w;",
            "ALTER TABLE shown DROP COLUMN n;",
            true,
            false,
        ),
        // A table to which a row refers.
        (
            "CREATE TABLE u (id integer PRIMARY KEY);",
            "CREATE TABLE c (id integer PRIMARY KEY, u integer REFERENCES u); INSERT INTO c (id) VALUES (1);",
            true,
            true,
        ),
        // None of it.
        (
            "ALTER TABLE m ADD COLUMN o text;",
            "ALTER TABLE m ADD COLUMN p text; CREATE INDEX by_p ON m (p);",
            false,
            false,
        ),
    ] {
        let place = Place::new();
        place.revision("1_begin", begin, "SELECT 1;");
        place.revision("2_refused", &format!("{makes} {refused}"), "SELECT 1;");
        place.revision("3_follows", follows, "SELECT 1;");
        for (target, held_back) in [("sqlite", sqlite), ("mariadb", mariadb)] {
            let ran = place.run(&format!("--dialect postgres check --to {target}"));
            assert_eq!(ran.code, 1, "{ran:?}");
            let said = ran.stderr.contains("3_follows");
            let depends = ran.stderr.contains("depends-on-refused");
            assert_eq!(
                (said, depends),
                (held_back, held_back),
                "{target} {follows} {ran:?}"
            );
        }
    }
}
