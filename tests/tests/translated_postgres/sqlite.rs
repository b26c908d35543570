//! SQLite's meaning.

use aludel_tests::engine::Engine;
use aludel_tests::twin::Twin;

/// One twin for each server of PostgreSQL that is there.
fn each(test: impl Fn(&mut Twin)) {
    for target in crate::targets() {
        test(&mut Twin::between(Engine::Sqlite, target));
    }
}

#[test]
fn a_table_is_rebuilt_as_its_manual_says() {
    each(|twin| {
        twin.run(
            "CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, age INTEGER);
             CREATE TABLE posts (id INTEGER PRIMARY KEY AUTOINCREMENT, user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE, body TEXT);
             CREATE INDEX posts_user ON posts (user_id);
             INSERT INTO users (name, age) VALUES ('a', 1), ('b', 2); INSERT INTO posts (user_id, body) VALUES (1, 'x'), (2, 'y');",
        );
        twin.run(
            "PRAGMA foreign_keys = OFF;
             CREATE TABLE new_users (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, age INTEGER NOT NULL DEFAULT 0 CHECK (age >= 0));
             INSERT INTO new_users (id, name, age) SELECT id, name, age FROM users;
             DROP TABLE users;
             ALTER TABLE new_users RENAME TO users;
             PRAGMA foreign_keys = ON;
             INSERT INTO users (name) VALUES ('c');
             INSERT INTO posts (user_id, body) VALUES (3, 'z');",
        );
        twin.same("SELECT id, name, age FROM users ORDER BY id");
        twin.fails("INSERT INTO posts (user_id) VALUES (99);");
        twin.run("DELETE FROM users WHERE id = 1;");
        twin.same("SELECT id, user_id, body FROM posts ORDER BY id");
        twin.fails("INSERT INTO users (name) VALUES ('b');");
    });
}

#[test]
fn texts_are_told_apart_by_their_bytes() {
    each(|twin| {
        twin.run(
            "CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT UNIQUE, mail TEXT COLLATE NOCASE UNIQUE);
             INSERT INTO t (name, mail) VALUES ('b', 'x'), ('B', 'y'), ('a ', 'z'), ('a', NULL), ('_', NULL);
             CREATE TABLE u (place INTEGER PRIMARY KEY, name TEXT);
             INSERT INTO u (name) SELECT name FROM t ORDER BY name;
             UPDATE t SET mail = 'found' WHERE mail = 'X';",
        );
        twin.same("SELECT place, name FROM u ORDER BY place");
        twin.same("SELECT id, mail FROM t WHERE mail = 'FOUND'");
        twin.fails("INSERT INTO t (mail) VALUES ('Y');");
        twin.run("DELETE FROM t WHERE name LIKE 'B%' OR name > 'a';");
        twin.same("SELECT id, name FROM t ORDER BY id");
    });
}

#[test]
fn numbers_of_rows_that_are_gone_are_given_again() {
    each(|twin| {
        twin.run(
            "CREATE TABLE r (id INTEGER PRIMARY KEY, n INT); CREATE TABLE a (id INTEGER PRIMARY KEY AUTOINCREMENT, n INT);
             INSERT INTO r (n) VALUES (1), (2), (3); INSERT INTO a (n) VALUES (1), (2), (3);
             DELETE FROM r WHERE id > 1; DELETE FROM a WHERE id > 1;
             INSERT INTO r (n) VALUES (4); INSERT INTO a (n) VALUES (4);
             INSERT INTO r VALUES (NULL, 5); INSERT INTO a VALUES (10, 5);
             INSERT INTO r (n) VALUES (6); INSERT INTO a (n) VALUES (6);",
        );
        twin.same("SELECT id, n FROM r ORDER BY n");
        twin.same("SELECT id, n FROM a ORDER BY n");
    });
}

#[test]
fn quoted_words_that_are_no_columns_are_texts() {
    each(|twin| {
        twin.run(
            r#"CREATE TABLE t (id INTEGER PRIMARY KEY, s TEXT NOT NULL DEFAULT "x", note TEXT);
               INSERT INTO t (note) VALUES ("it's"); UPDATE t SET s = "note", note = "y" WHERE s = "x";"#,
        );
        twin.same("SELECT id, s, note FROM t");
    });
}

#[test]
fn the_clock_gives_texts() {
    each(|twin| {
        twin.run(
            "CREATE TABLE t (id INTEGER PRIMARY KEY, at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP, seconds BIGINT NOT NULL DEFAULT (strftime('%s', 'now')), said TEXT DEFAULT (datetime('now')), day DATE DEFAULT (date('now')));
             INSERT INTO t (id) VALUES (1);
             UPDATE t SET seconds = CAST(strftime('%s', 'now') AS INTEGER), said = CURRENT_TIMESTAMP;",
        );
        twin.equal(
            "SELECT length(at), length(said), abs(seconds - strftime('%s', 'now')) < 60, length(day), at <= CURRENT_TIMESTAMP FROM t",
            "SELECT length(at::text), length(said), (abs(seconds - extract(epoch FROM now())) < 60)::integer, length(day::text), (at <= now() AT TIME ZONE 'UTC')::integer FROM t",
        );
    });
}

#[test]
fn a_row_that_is_given_up_leaves_its_number_to_the_next() {
    each(|twin| {
        twin.run(
            "CREATE TABLE r (id INTEGER PRIMARY KEY, n TEXT UNIQUE); CREATE TABLE a (id INTEGER PRIMARY KEY AUTOINCREMENT, n TEXT UNIQUE);
             INSERT INTO r (n) VALUES ('a'); INSERT INTO a (n) VALUES ('a');
             INSERT OR IGNORE INTO r (n) VALUES ('a'), ('b'), ('a'), ('c');
             INSERT OR IGNORE INTO a (n) VALUES ('a'), ('b'), ('a'), ('c');",
        );
        twin.same("SELECT id, n FROM r ORDER BY id");
        twin.same("SELECT id, n FROM a ORDER BY id");
        assert_eq!(
            twin.refused("INSERT OR IGNORE INTO r (n) SELECT n FROM a;"),
            ["numbers"]
        );
    });
}

#[test]
fn a_row_that_takes_anothers_place_takes_the_next_number() {
    each(|twin| {
        twin.run(
            "CREATE TABLE r (id INTEGER PRIMARY KEY, n TEXT UNIQUE, m TEXT DEFAULT 'd'); INSERT INTO r (n, m) VALUES ('a', 'x');
             INSERT OR REPLACE INTO r (n) VALUES ('b'), ('b'), ('c'), ('a');",
        );
        twin.same("SELECT id, n, m FROM r ORDER BY id");
    });
}

/// The others were renamed in a circle.
#[test]
fn one_of_several_indexes_that_say_the_same_goes() {
    each(|twin| {
        twin.run(
            "CREATE TABLE t (id INTEGER PRIMARY KEY, n INTEGER);
             CREATE INDEX a ON t (n); CREATE INDEX b ON t (n); CREATE INDEX c ON t (n); DROP INDEX a;",
        );
        let names = twin
            .target
            .query("SELECT indexname FROM pg_indexes WHERE tablename = 't' ORDER BY 1");
        assert_eq!(names, ["b", "c", "t_pkey"]);
    });
}

#[test]
fn hexadecimal_digits_of_null_are_the_empty_text() {
    each(|twin| {
        twin.run(
            "CREATE TABLE t (id INTEGER PRIMARY KEY, b BLOB, s TEXT);
             INSERT INTO t (b) VALUES (x'00ff'), (NULL); UPDATE t SET s = hex(b);",
        );
        twin.same("SELECT id, s, length(s) FROM t ORDER BY id");
    });
}

#[test]
fn a_key_that_others_need_goes_and_comes() {
    each(|twin| {
        twin.run(
            "CREATE TABLE a (id INTEGER PRIMARY KEY, code TEXT NOT NULL);
             CREATE UNIQUE INDEX a_code ON a (code);
             CREATE TABLE b (id INTEGER PRIMARY KEY, code TEXT REFERENCES a (code));
             INSERT INTO a (code) VALUES ('x'); INSERT INTO b (code) VALUES ('x');
             DROP INDEX a_code;
             CREATE UNIQUE INDEX a_code_again ON a (code);",
        );
        twin.fails("INSERT INTO b (code) VALUES ('y');");
        twin.same("SELECT id, code FROM b");
    });
}

/// To SQLite all of these are texts: a tester found rows that differed.
#[test]
fn texts_that_are_no_columns_and_moments_compare_as_they_do_there() {
    each(|twin| {
        twin.run(
            "CREATE TABLE t (id INTEGER PRIMARY KEY, e TEXT COLLATE NOCASE, d DATE, at DATETIME, x TIME DEFAULT '10:00:00');
             INSERT INTO t (id, e, d, at) VALUES (1, 'ab', '2024-01-01', '2024-01-01 00:00:00'), (2, 'aB', '2024-01-31', '2024-01-31 10:00:00');",
        );
        for filter in [
            "e || '' = 'AB'",
            "upper(e) = 'ab'",
            "coalesce(e, '') <> 'AB'",
            "id IN (SELECT id FROM (SELECT id, e || '' AS q FROM t) z WHERE z.q = 'AB')",
            "at = '2024-01-01'",
            "at <= '2024-01-01T00:00:00'",
            "at BETWEEN '2024-01-01' AND '2024-01-31'",
            "d < at",
            "e = 'x' || rowid",
        ] {
            twin.refused(&format!("DELETE FROM t WHERE {filter};"));
        }
        twin.run("CREATE TABLE u (id INTEGER PRIMARY KEY, x TIME DEFAULT CURRENT_TIME); INSERT INTO u (id) VALUES (1);");
        twin.run("DELETE FROM t WHERE at = '2024-01-01 00:00:00' AND e = 'AB';");
        twin.same("SELECT id FROM t");
        // The time of day there and here, but for the seconds between.
        twin.equal(
            "SELECT 1 FROM u WHERE x <= time('now')",
            "SELECT 1 FROM u WHERE x > (now() AT TIME ZONE 'UTC' - interval '5 minutes')::time OR (now() AT TIME ZONE 'UTC')::time < '00:05'",
        );
    });
}
