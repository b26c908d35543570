//! Changes of tables that hold rows, with foreign keys enforced and children present.

use crate::support::{Both, after, codes, one};

#[test]
fn alter_table_does_what_it_can() {
    let tables = "CREATE TABLE p (id integer PRIMARY KEY); CREATE TABLE t (id integer PRIMARY KEY, a text, b integer)";
    let cases = [
        (
            "ALTER TABLE t ADD COLUMN c text",
            "ALTER TABLE t ADD COLUMN c TEXT",
        ),
        (
            "ALTER TABLE t ADD COLUMN c varchar(9) NOT NULL DEFAULT 'x'",
            "ALTER TABLE t ADD COLUMN c VARCHAR(9) NOT NULL DEFAULT 'x' CHECK (length(c) <= 9)",
        ),
        (
            "ALTER TABLE t ADD COLUMN p_id integer REFERENCES p ON DELETE CASCADE",
            "ALTER TABLE t ADD COLUMN p_id INTEGER REFERENCES p (id) ON DELETE CASCADE",
        ),
        ("ALTER TABLE t RENAME TO u", "ALTER TABLE t RENAME TO u"),
        (
            "ALTER TABLE t RENAME COLUMN a TO \"A b\"",
            "ALTER TABLE t RENAME COLUMN a TO \"A b\"",
        ),
        ("ALTER TABLE t DROP COLUMN a", "ALTER TABLE t DROP COLUMN a"),
        (
            "CREATE UNIQUE INDEX i ON t (a)",
            "CREATE UNIQUE INDEX i ON t (a)",
        ),
    ];
    for (authored, expected) in cases {
        assert_eq!(one(tables, authored), expected);
    }
    // A table that nobody knows may refer to it, whose rows would go along.
    let dropped = after(tables, "DROP TABLE t");
    assert!(
        dropped[0].contains("no migration made, refers to `t`"),
        "{dropped:?}"
    );
    assert_eq!(dropped[1..], ["DROP TABLE t"]);
    assert_eq!(
        after(
            tables,
            "CREATE INDEX i ON t (a); ALTER INDEX i RENAME TO j; ALTER TABLE t DROP COLUMN b"
        ),
        ["ALTER TABLE t DROP COLUMN b", "CREATE INDEX j ON t (a)"]
    );
}

#[test]
fn a_rebuild_says_what_it_does() {
    let tables = "CREATE TABLE t (id serial PRIMARY KEY, a text); CREATE INDEX a_idx ON t (a)";
    let mut both = Both::new();
    both.statements(tables);
    let translated = both.translate("ALTER TABLE t ALTER COLUMN a SET NOT NULL");
    assert_eq!(translated.before, ["PRAGMA foreign_keys = OFF"]);
    assert_eq!(
        translated.after,
        [
            "PRAGMA legacy_alter_table = OFF",
            "PRAGMA foreign_keys = ON"
        ]
    );
    let statements: Vec<_> = translated
        .statements
        .iter()
        .map(|(_, sql)| sql.as_str())
        .collect();
    assert_eq!(
        statements[1..9],
        [
            "PRAGMA legacy_alter_table = ON",
            "CREATE TABLE aludel_new_t (\n    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,\n    a TEXT NOT NULL\n)",
            "INSERT INTO aludel_new_t (id, a) SELECT id, a FROM t AS aludel_old",
            "DELETE FROM sqlite_sequence WHERE name = 'aludel_new_t'",
            "INSERT INTO sqlite_sequence (name, seq) SELECT 'aludel_new_t', seq FROM sqlite_sequence WHERE name = 't'",
            "DROP TABLE t",
            "ALTER TABLE aludel_new_t RENAME TO t",
            "PRAGMA legacy_alter_table = OFF",
        ]
    );
    assert_eq!(statements[9], "CREATE INDEX a_idx ON t (a)");
    assert!(statements[0].contains("is not what its migrations made"));
    assert!(statements[10].contains("pragma_foreign_key_check"));
    assert_eq!(statements.len(), 11);
}

/// A parent, its children that go with it, and a child of itself, all with rows.
fn family() -> Both {
    let mut both = Both::new();
    both.run(
        "CREATE TABLE parent (id serial PRIMARY KEY, name text NOT NULL UNIQUE, n integer CHECK (n > 0), boss integer REFERENCES parent ON DELETE CASCADE);
         CREATE TABLE child (id serial PRIMARY KEY, parent_id integer NOT NULL REFERENCES parent ON DELETE CASCADE, note varchar(20));
         CREATE TABLE other (name text REFERENCES parent (name) ON DELETE SET NULL ON UPDATE CASCADE);
         CREATE INDEX child_note ON child (note) WHERE note <> '';
         CREATE VIEW pairs AS SELECT p.name, c.note FROM parent p JOIN child c ON c.parent_id = p.id",
    );
    both.database.run(
        "INSERT INTO parent (id, name, n, boss) VALUES (1, 'a', 1, NULL), (2, 'b', 2, 1), (9, 'gone', 9, NULL);
         DELETE FROM parent WHERE id = 9;
         INSERT INTO child (parent_id, note) VALUES (1, 'x'), (1, ''), (2, NULL);
         INSERT INTO other VALUES ('a'), ('b')",
    );
    both
}

fn family_is_whole(both: &mut Both) {
    assert_eq!(
        both.database
            .rows("id, parent_id, note", "child ORDER BY id"),
        ["1, 1, 'x'", "2, 1, ''", "3, 2, NULL"]
    );
    assert_eq!(
        both.database.rows("name", "other ORDER BY rowid"),
        ["'a'", "'b'"]
    );
    assert_eq!(both.database.value("SELECT count(*) FROM pairs"), "3");
    assert_eq!(
        both.database
            .value("SELECT foreign_keys FROM pragma_foreign_keys"),
        "1"
    );
    assert_eq!(
        both.database
            .value("SELECT count(*) FROM pragma_foreign_key_check"),
        "0"
    );
    // The foreign keys still do what they say.
    both.database
        .run("BEGIN; UPDATE parent SET name = 'z' WHERE id = 2; DELETE FROM parent WHERE id = 1");
    assert_eq!(
        both.database.value("SELECT count(*) FROM parent"),
        "0",
        "the boss takes the other along"
    );
    assert_eq!(both.database.value("SELECT count(*) FROM child"), "0");
    assert_eq!(
        both.database
            .value("SELECT count(*) FROM other WHERE name IS NULL"),
        "2"
    );
    both.database.run("ROLLBACK");
}

#[test]
fn every_kind_of_change_to_a_parent_keeps_its_children() {
    for change in [
        "ALTER TABLE parent ALTER COLUMN n SET NOT NULL",
        "ALTER TABLE parent ALTER COLUMN n TYPE bigint",
        "ALTER TABLE parent ALTER COLUMN n TYPE text USING n::text, DROP CONSTRAINT parent_n_check",
        "ALTER TABLE parent ALTER COLUMN n SET DEFAULT 7",
        "ALTER TABLE parent DROP CONSTRAINT parent_n_check",
        "ALTER TABLE parent ADD CONSTRAINT named CHECK (name <> '')",
        "ALTER TABLE parent ADD COLUMN made timestamptz NOT NULL DEFAULT now()",
        "ALTER TABLE parent ADD COLUMN key uuid NOT NULL DEFAULT gen_random_uuid() UNIQUE",
        "ALTER TABLE parent ADD COLUMN x integer NOT NULL DEFAULT 5; ALTER TABLE parent ALTER COLUMN x DROP DEFAULT",
        "ALTER TABLE parent DROP COLUMN n",
        "ALTER TABLE parent ADD UNIQUE (n)",
        "ALTER TABLE parent ADD COLUMN twice integer GENERATED ALWAYS AS (id * 2) STORED",
        "ALTER TABLE parent RENAME COLUMN n TO m; ALTER TABLE parent ALTER COLUMN m SET NOT NULL",
        "ALTER TABLE child ADD COLUMN twice integer DEFAULT 1 + 1",
        "ALTER TABLE child ADD CHECK (id > 0); ALTER TABLE parent ALTER COLUMN n DROP NOT NULL; ALTER TABLE parent ALTER COLUMN n SET NOT NULL",
    ] {
        let mut both = family();
        both.run(change);
        family_is_whole(&mut both);
        // The counter does not go back to a number that was given.
        both.database.run("BEGIN; INSERT INTO parent (name) SELECT 'new' WHERE NOT EXISTS (SELECT 1 FROM pragma_table_info('parent') WHERE \"notnull\" AND dflt_value IS NULL AND name NOT IN ('id', 'name'))");
        assert_ne!(
            both.database
                .value("SELECT max(id) BETWEEN 3 AND 9 FROM parent"),
            "1",
            "{change}"
        );
        both.database.run("ROLLBACK");
    }
}

#[test]
fn a_parent_and_its_key_are_renamed_with_all_that_refers_to_them() {
    for change in [
        "ALTER TABLE parent RENAME TO folk",
        "ALTER TABLE parent RENAME TO folk; ALTER TABLE folk ALTER COLUMN n SET NOT NULL",
        "ALTER TABLE parent RENAME COLUMN id TO key",
        "ALTER TABLE parent RENAME COLUMN id TO key; ALTER TABLE parent ALTER COLUMN n SET NOT NULL; ALTER TABLE child ADD CHECK (id > 0)",
    ] {
        let mut both = family();
        both.run(change);
        let (table, key) = if change.contains("folk") {
            ("folk", "id")
        } else {
            ("parent", "key")
        };
        assert_eq!(
            both.database.value("SELECT count(*) FROM pairs"),
            "3",
            "{change}"
        );
        both.database
            .run(&format!("DELETE FROM {table} WHERE {key} = 1"));
        assert_eq!(
            both.database.value("SELECT count(*) FROM child"),
            "0",
            "{change}"
        );
    }
}

#[test]
fn new_columns_get_the_value_they_had_when_they_were_added() {
    let mut both = Both::new();
    both.run("CREATE TABLE t (id serial PRIMARY KEY)");
    both.database.run("INSERT INTO t DEFAULT VALUES");
    both.run(
        "ALTER TABLE t ADD COLUMN a integer NOT NULL DEFAULT 5; ALTER TABLE t ALTER COLUMN a DROP DEFAULT;
         ALTER TABLE t ADD COLUMN b integer; ALTER TABLE t ALTER COLUMN b SET DEFAULT 6;
         ALTER TABLE t ADD COLUMN c integer DEFAULT 7; ALTER TABLE t ALTER COLUMN c SET DEFAULT 8;
         ALTER TABLE t ADD COLUMN d uuid DEFAULT gen_random_uuid()",
    );
    both.database.run("INSERT INTO t (a) VALUES (0)");
    assert_eq!(
        both.database.rows("a, b, c", "t ORDER BY id"),
        ["5, NULL, 7", "0, 6, 8"]
    );
    assert_eq!(both.database.value("SELECT count(DISTINCT d) FROM t"), "2");
}

#[test]
fn types_change_with_their_values() {
    let mut both = Both::new();
    both.run("CREATE TABLE t (id integer PRIMARY KEY, a text, b integer, c boolean, d timestamptz, e text, f text[], g numeric(8,2))");
    both.database.run("INSERT INTO t VALUES (1, ' 42', 7, 1, '2024-01-02 03:04:05.500', 'yes', '[\"x\"]', 2.5), (2, NULL, NULL, NULL, NULL, NULL, NULL, NULL)");
    both.run(
        "ALTER TABLE t ALTER COLUMN a TYPE integer USING a::integer, ALTER COLUMN b TYPE text, ALTER COLUMN c TYPE text,
         ALTER COLUMN d TYPE date, ALTER COLUMN e TYPE boolean USING e::boolean,
         ALTER COLUMN f TYPE jsonb USING to_jsonb(f), ALTER COLUMN g TYPE integer",
    );
    assert_eq!(
        both.database
            .rows("id, a, b, c, d, e, f, g", "t ORDER BY id"),
        [
            "1, 42, '7', 'true', '2024-01-02', 1, '[\"x\"]', 3",
            "2, NULL, NULL, NULL, NULL, NULL, NULL, NULL"
        ]
    );
}

/// PostgreSQL fails, so SQLite must: its own CAST makes 0 of `x`.
#[test]
fn values_that_postgresql_would_not_convert_fail_and_change_nothing() {
    for (value, change) in [
        ("'x'", "ALTER COLUMN a TYPE integer USING a::integer"),
        (
            "'3000000000'",
            "ALTER COLUMN a TYPE integer USING a::integer",
        ),
        ("'perhaps'", "ALTER COLUMN a TYPE boolean USING a::boolean"),
        ("'{'", "ALTER COLUMN a TYPE jsonb USING a::jsonb"),
        ("'2024-13-01'", "ALTER COLUMN a TYPE date USING a::date"),
        ("'too long'", "ALTER COLUMN a TYPE varchar(3)"),
        ("NULL", "ALTER COLUMN a SET NOT NULL"),
        ("'a'", "ADD COLUMN b integer NOT NULL"),
        ("'a'", "ADD CHECK (a <> 'a')"),
    ] {
        let mut both = Both::new();
        both.run("CREATE TABLE t (id serial PRIMARY KEY, a text)");
        both.database
            .run(&format!("INSERT INTO t (a) VALUES ({value})"));
        let before = both.database.schema();
        both.try_run(&format!("ALTER TABLE t {change}"))
            .expect_err(change);
        assert_eq!(both.database.schema(), before, "{change}");
        assert_eq!(both.database.rows("a", "t"), [value]);
        assert_eq!(
            both.database
                .value("SELECT foreign_keys FROM pragma_foreign_keys"),
            "1"
        );
    }
}

#[test]
fn rows_that_refer_to_nothing_stop_the_revision() {
    let mut both = Both::new();
    both.run("CREATE TABLE p (id integer PRIMARY KEY); CREATE TABLE c (p_id integer, a text)");
    both.database.run("INSERT INTO c VALUES (1, 'x')");
    let error = both
        .try_run("ALTER TABLE c ADD FOREIGN KEY (p_id) REFERENCES p")
        .expect_err("there is no such parent");
    assert!(
        error.contains("a row of `c` refers to a row of `p` that is not there"),
        "{error}"
    );
    assert_eq!(both.database.rows("a", "c"), ["'x'"]);
}

#[test]
fn a_table_that_a_hand_has_changed_is_not_rebuilt() {
    for (by_hand, found) in [
        ("ALTER TABLE t ADD COLUMN extra TEXT", "extra"),
        (
            "ALTER TABLE t DROP COLUMN b",
            "it has a TEXT, id INTEGER NOT NULL KEY 1,",
        ),
        ("ALTER TABLE t RENAME COLUMN b TO bb", "bb"),
        ("CREATE INDEX mine ON t (b)", "INDEX mine"),
        (
            "DROP INDEX a_idx",
            "they made a TEXT, b TEXT, id INTEGER NOT NULL KEY 1, INDEX a_idx",
        ),
        (
            "CREATE TRIGGER mine AFTER INSERT ON t BEGIN SELECT 1; END",
            "TRIGGER mine",
        ),
        ("DROP TABLE t", "it has nothing"),
        (
            "DROP TABLE t; CREATE TABLE t (id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, a TEXT, b TEXT NOT NULL); CREATE INDEX a_idx ON t (a)",
            "b TEXT NOT NULL",
        ),
    ] {
        let mut both = Both::new();
        both.run(
            "CREATE TABLE t (id serial PRIMARY KEY, a text, b text); CREATE INDEX a_idx ON t (a)",
        );
        both.database.run(by_hand);
        let before = both.database.schema();
        let error = both
            .try_run("ALTER TABLE t ALTER COLUMN a SET NOT NULL")
            .expect_err(by_hand);
        assert!(
            error.contains("`t` is not what its migrations made, so it is not rebuilt")
                && error.contains(found),
            "{error}"
        );
        assert_eq!(both.database.schema(), before);
    }
}

#[test]
fn a_foreign_key_that_does_something_else_by_now_stops_a_rebuild() {
    const TABLE: &str = "CREATE TABLE t (id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, a TEXT, p INTEGER REFERENCES p (id)";
    for (does, found) in [
        ("", "1 FOREIGN KEYS; they made"),
        (" ON DELETE CASCADE", "1 FOREIGN KEYS ON DELETE CASCADE;"),
        (
            " ON DELETE SET NULL ON UPDATE CASCADE",
            "1 FOREIGN KEYS ON DELETE SET NULL ON UPDATE CASCADE;",
        ),
        (" ON DELETE SET NULL", ""),
    ] {
        let mut both = Both::new();
        both.run(
            "CREATE TABLE p (id serial PRIMARY KEY);
             CREATE TABLE t (id serial PRIMARY KEY, a text, p integer REFERENCES p ON DELETE SET NULL)",
        );
        both.database.run(&format!("DROP TABLE t; {TABLE}{does})"));
        let ran = both.try_run("ALTER TABLE t ALTER COLUMN a SET NOT NULL");
        match found {
            "" => assert_eq!(ran, Ok(())),
            found => {
                let error = ran.expect_err(does);
                assert!(error.contains(found), "{error}");
            }
        }
    }
}

#[test]
fn what_an_override_made_survives_a_rebuild() {
    let mut both = Both::new();
    both.run_override(
        "CREATE TABLE t (id serial PRIMARY KEY, a text, b text)",
        "CREATE TABLE t (id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, a TEXT COLLATE NOCASE CHECK (a <> ''), b TEXT UNIQUE) STRICT;
         CREATE TABLE log (line TEXT);
         CREATE INDEX upper_b ON t (upper(b)) WHERE b IS NOT NULL;
         CREATE TRIGGER t_log AFTER UPDATE ON t BEGIN INSERT INTO log VALUES (new.a); END",
    );
    both.database.run("INSERT INTO t (a, b) VALUES ('x', 'y')");
    both.run("ALTER TABLE t ADD COLUMN c text NOT NULL DEFAULT gen_random_uuid()::text");
    let schema = both.database.schema().join("\n");
    for part in [
        "COLLATE NOCASE",
        "CHECK (a <> '')",
        "UNIQUE (b)",
        "STRICT",
        "upper(b)",
        "TRIGGER t_log",
        "AUTOINCREMENT",
    ] {
        assert!(schema.contains(part), "{part} is gone:\n{schema}");
    }
    both.database.run("UPDATE t SET a = 'z'");
    assert_eq!(both.database.rows("line", "log"), ["'z'"]);
    // What a trigger says would be wrong after a rename.
    let mut refused = Both::new();
    refused.run_override(
        "CREATE TABLE t (a text)",
        "CREATE TABLE t (a TEXT); CREATE TRIGGER x AFTER INSERT ON t BEGIN SELECT 1; END",
    );
    let translated = refused.translate("ALTER TABLE t RENAME COLUMN a TO b");
    assert_eq!(translated.refusals[0].1.code, "rename-with-trigger");
}

#[test]
fn row_ids_are_what_they_were() {
    let mut both = Both::new();
    both.run("CREATE TABLE t (key uuid PRIMARY KEY, a text)");
    both.database
        .run("INSERT INTO t (rowid, key, a) VALUES (5, 'x', 'one'), (3, 'y', 'two')");
    both.run("ALTER TABLE t ALTER COLUMN a SET NOT NULL");
    assert_eq!(
        both.database.rows("rowid, a", "t ORDER BY rowid"),
        ["3, 'two'", "5, 'one'"]
    );
}

#[test]
fn several_changes_of_a_revision_are_one_rebuild() {
    let tables = "CREATE TABLE t (id serial PRIMARY KEY, a text, b text)";
    let statements = after(
        tables,
        "ALTER TABLE t ALTER COLUMN a SET NOT NULL; ALTER TABLE t ALTER COLUMN b SET DEFAULT 'x'; ALTER TABLE t ADD CHECK (a <> b)",
    );
    assert_eq!(
        statements
            .iter()
            .filter(|sql| sql.starts_with("CREATE TABLE"))
            .count(),
        1
    );
    // Two conversions one after the other are not one.
    let statements = after(
        "CREATE TABLE t (id serial PRIMARY KEY, a text)",
        "ALTER TABLE t ALTER COLUMN a TYPE integer USING a::integer; ALTER TABLE t ALTER COLUMN a TYPE boolean USING a <> 0",
    );
    assert_eq!(
        statements
            .iter()
            .filter(|sql| sql.starts_with("CREATE TABLE"))
            .count(),
        2
    );
}

#[test]
fn an_array_of_an_enum_follows_a_new_name() {
    let mut both = Both::new();
    both.run("CREATE TYPE mood AS ENUM ('sad', 'ok'); CREATE TABLE t (id integer PRIMARY KEY, value mood[])");
    both.database
        .run("INSERT INTO t VALUES (1, '[\"sad\",\"ok\",\"sad\"]'), (2, NULL)");
    both.run("ALTER TYPE mood RENAME VALUE 'sad' TO 'blue'");
    assert_eq!(
        both.database.rows("id, value", "t ORDER BY id"),
        ["1, '[\"blue\",\"ok\",\"blue\"]'", "2, NULL"]
    );
}

#[test]
fn a_column_takes_the_name_of_one_that_is_dropped() {
    let mut both = Both::new();
    both.run("CREATE TABLE t (id serial PRIMARY KEY, a varchar(9) NOT NULL, b text)");
    both.database
        .run("INSERT INTO t (a, b) VALUES ('old', 'new')");
    both.run("ALTER TABLE t DROP COLUMN a; ALTER TABLE t RENAME COLUMN b TO a; ALTER TABLE t ADD COLUMN b integer DEFAULT 1");
    assert_eq!(both.database.rows("a, b", "t"), ["'new', 1"]);
}

#[test]
fn tables_that_refer_to_each_other_are_dropped() {
    let mut both = family();
    both.run("DROP TABLE parent CASCADE");
    assert_eq!(both.database.value("SELECT count(*) FROM child"), "3");
    let mut both = Both::new();
    both.run("CREATE TABLE t (id integer PRIMARY KEY, up integer REFERENCES t ON DELETE RESTRICT)");
    both.database.run("INSERT INTO t VALUES (1, NULL), (2, 1)");
    both.run("DROP TABLE t");
    assert_eq!(both.database.schema(), Vec::<String>::new());
}

#[test]
fn sequences_begin_where_they_are_told_to() {
    let mut both = Both::new();
    both.run("CREATE TABLE t (id integer PRIMARY KEY GENERATED BY DEFAULT AS IDENTITY (START WITH 100), a text)");
    both.database.run("INSERT INTO t (a) VALUES ('x')");
    both.run("ALTER TABLE t ALTER COLUMN a SET NOT NULL");
    both.run("SELECT setval('t_id_seq', 500); INSERT INTO t (a) VALUES ('y'); SELECT setval(pg_get_serial_sequence('t', 'id'), coalesce((SELECT max(id) FROM t), 1) + 10, false); INSERT INTO t (a) VALUES ('z')");
    assert_eq!(
        both.database.rows("id, a", "t ORDER BY id"),
        ["100, 'x'", "501, 'y'", "511, 'z'"]
    );
    both.run("ALTER SEQUENCE t_id_seq RESTART WITH 1000; INSERT INTO t (a) VALUES ('w')");
    assert_eq!(both.database.value("SELECT max(id) FROM t"), "1000");
    assert_eq!(
        codes("CREATE TABLE t (a int)", "SELECT setval('nothing', 1)"),
        ["sequence"]
    );
    // In the revision that makes the table.
    let mut both = Both::new();
    both.run("CREATE TABLE t (id serial PRIMARY KEY, a text); ALTER SEQUENCE t_id_seq RESTART WITH 100000; INSERT INTO t (a) VALUES ('x')");
    assert_eq!(both.database.value("SELECT id FROM t"), "100000");
    // With a sequence that begins elsewhere than it starts.
    both.run("ALTER TABLE t ALTER id DROP DEFAULT; DROP SEQUENCE t_id_seq; ALTER TABLE t ALTER id ADD GENERATED ALWAYS AS IDENTITY (RESTART WITH 200000)");
    both.run("INSERT INTO t (a) VALUES ('y')");
    assert_eq!(both.database.value("SELECT max(id) FROM t"), "200000");
}

#[test]
fn a_conversion_to_the_type_that_it_has_converts_the_rows() {
    let mut both = Both::new();
    both.run("CREATE TABLE t (a text)");
    both.database.run("INSERT INTO t VALUES ('x')");
    both.run("ALTER TABLE t ALTER COLUMN a TYPE text USING a || 'y'");
    assert_eq!(both.database.rows("a", "t"), ["'xy'"]);
}

#[test]
fn a_conversion_may_look_into_an_array() {
    let mut both = Both::new();
    both.run("CREATE TABLE t (a text, tags text[])");
    both.database
        .run("INSERT INTO t VALUES ('x', '[\"x\",\"y\"]')");
    both.run("ALTER TABLE t RENAME TO u; ALTER TABLE u ALTER COLUMN a TYPE text[] USING CASE WHEN a <> '' THEN array_remove(tags, a) ELSE tags END");
    assert_eq!(both.database.rows("a", "u"), ["'[\"y\"]'"]);
}

/// A column that a downgrade has brought back stands at the end, as it does on PostgreSQL.
#[test]
fn a_revision_goes_up_again_after_its_downgrade() {
    let mut both = Both::new();
    both.run("CREATE TABLE t (id int PRIMARY KEY, a int, b int)");
    both.database.run("INSERT INTO t VALUES (1, 2, 3)");
    let up = "ALTER TABLE t DROP COLUMN a, ALTER COLUMN b TYPE text";
    let statements = both.statements(up);
    both.database.run(&statements.join(";\n"));
    // What the script beside it does, of which the model of the next run knows nothing.
    both.database.run(
        "ALTER TABLE t ADD COLUMN a INTEGER; ALTER TABLE t RENAME COLUMN b TO c; \
         ALTER TABLE t ADD COLUMN b INTEGER; UPDATE t SET b = c; ALTER TABLE t DROP COLUMN c",
    );
    both.database.run(&statements.join(";\n"));
    assert_eq!(both.database.rows("id, b", "t"), ["1, '3'"]);
}

/// No authored column is where it is from, and a rebuild filled it with NULL.
#[test]
fn the_values_of_an_overrides_own_column_survive_a_rebuild() {
    let mut both = Both::new();
    both.run("CREATE TABLE t (id int PRIMARY KEY, a int, b int)");
    both.run_override(
        "ALTER TABLE t RENAME COLUMN a TO c",
        "ALTER TABLE t ADD COLUMN own TEXT",
    );
    both.database
        .run("INSERT INTO t (id, a, b, own) VALUES (1, 2, 3, 'mine')");
    both.run("ALTER TABLE t ALTER COLUMN b TYPE text");
    assert_eq!(
        both.database.rows("id, a, b, own", "t"),
        ["1, 2, '3', 'mine'"]
    );
}
