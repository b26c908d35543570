//! Statements on rows that have no form elsewhere: left out where there are no rows for them, which is
//! asked when they would run, and refused where the scripts themselves have put rows.

#![allow(clippy::unwrap_used, reason = "a panic is the report")]

use aludel_tests::desk::Place;
use aludel_tests::engine::Engine;
use aludel_tests::twin::{Twin, each, each_anew};

/// `code` has no form elsewhere.
const BEGIN: &str = "CREATE TABLE t (id integer PRIMARY KEY, name text, other integer);
CREATE TABLE u (id integer PRIMARY KEY, name text NOT NULL);
CREATE FUNCTION code(n integer) RETURNS text LANGUAGE plpgsql AS $$
DECLARE a text := '';
BEGIN
  FOR i IN 1..n LOOP a := a || chr(96 + i); END LOOP;
  RETURN a;
END $$;
";

/// Each does nothing while `t` is empty.
const FOR_WANT_OF_T: &[&str] = &[
    "UPDATE t SET name = code(id);",
    "UPDATE t AS own SET name = code(own.id) FROM u WHERE u.id = own.other;",
    "DELETE FROM t WHERE name = code(id);",
    "DELETE FROM u WHERE id IN (SELECT other FROM t WHERE name <> code(id));",
    "DELETE FROM u WHERE name = code(id) AND EXISTS (SELECT 1 FROM t);",
    "INSERT INTO u (id, name) SELECT id, code(id) FROM t;",
    "INSERT INTO u (id, name) SELECT t.id, code(t.id) FROM t LEFT JOIN u ON u.id = t.id;",
    "INSERT INTO u (id, name) SELECT other, code(other) FROM t GROUP BY other;",
    "INSERT INTO u (id, name) SELECT id, code(id) FROM t UNION SELECT other, code(id) FROM t;",
    "WITH w AS (SELECT id FROM t) INSERT INTO u (id, name) SELECT id, code(id) FROM w;",
    "WITH gone AS (DELETE FROM t RETURNING id) INSERT INTO u (id, name) SELECT id, code(id) FROM gone;",
    "SELECT code(id) FROM t;",
    "ALTER TABLE t ALTER COLUMN other TYPE text USING code(other); ALTER TABLE t ALTER COLUMN other TYPE integer USING length(other);",
    "DO $$
     DECLARE r record; n integer := 0;
     BEGIN
       FOR r IN SELECT id, name FROM t WHERE id > n ORDER BY id LOOP
         IF r.name IS NULL THEN
           INSERT INTO u (id, name) VALUES (r.id, code(r.id)) RETURNING id INTO n;
         ELSE
           n := n + 1;
           EXECUTE 'DROP TABLE nothing';
         END IF;
       END LOOP;
       RAISE NOTICE 'done: %', n;
     END $$;",
    "DO $$
     DECLARE n integer;
     BEGIN
       SELECT count(*) INTO n FROM t;
       IF EXISTS (SELECT 1 FROM t WHERE id > 3) THEN
         RAISE EXCEPTION 'too many';
       END IF;
       UPDATE t SET name = code(n);
     END $$;",
    "DO $$
     DECLARE size integer := 2; remaining integer;
     BEGIN
       SELECT count(*) INTO remaining FROM t WHERE name IS NULL;
       WHILE remaining > 0 LOOP
         WITH updated AS (UPDATE t SET name = 'x' WHERE id IN (SELECT id FROM t WHERE name IS NULL LIMIT size) RETURNING id)
         SELECT count(*) INTO size FROM updated;
         SELECT count(*) INTO remaining FROM t WHERE name IS NULL;
       END LOOP;
     END $$;",
    "DO $$
     DECLARE n integer;
     BEGIN
       LOOP
         WITH batch AS (SELECT t.id, u.name FROM t JOIN u ON u.id = t.other WHERE t.name IS NULL LIMIT 5)
         UPDATE t SET name = code(batch.id) FROM batch WHERE batch.id = t.id;
         GET DIAGNOSTICS n = ROW_COUNT;
         COMMIT;
         EXIT WHEN n = 0;
       END LOOP;
     END $$;",
    "UPDATE t SET name = code(id) WHERE to_jsonb(name) @? '$.**.a';",
    "DO $$
     DECLARE r record;
     BEGIN
       FOR r IN WITH gone AS (DELETE FROM t WHERE id > 0 RETURNING id) SELECT id FROM gone LOOP
         RAISE NOTICE 'gone: %', r.id;
       END LOOP;
     END $$;",
];

/// What says the same about a table that is another.
const OF_T: &str = "SELECT count(*) FROM t";

#[test]
fn a_statement_without_a_form_is_left_out_for_want_of_rows() {
    each_anew(|twin| {
        twin.run(BEGIN);
        for statement in FOR_WANT_OF_T {
            twin.run(statement);
        }
        twin.same(OF_T);
        twin.same("SELECT id, name FROM u ORDER BY id");
    });
}

#[test]
fn where_an_application_has_put_rows_it_fails_and_says_why() {
    each_anew(|twin| {
        twin.run(BEGIN);
        twin.both_take("INSERT INTO t (id, name, other) VALUES (1, 'x', 7);");
        twin.both_take("INSERT INTO u (id, name) VALUES (7, 'y');");
        for statement in FOR_WANT_OF_T {
            let said = twin.target_fails(statement);
            let of_mysql = "more than 1 row";
            let known = said.contains("` has rows, and this has no form for them: ")
                || said.contains(of_mysql);
            assert!(known, "{statement}: {said}");
            twin.same("SELECT id, name, other FROM t");
        }
    });
}

/// The rows of each are put there by a script, one way or another.
#[test]
fn where_the_scripts_have_put_rows_it_is_refused() {
    let fill: &[&str] = &[
        "INSERT INTO t (id) VALUES (1);",
        "INSERT INTO t (id) SELECT n FROM (SELECT 1 AS n) AS one;",
        "INSERT INTO t (id) SELECT count(*) FROM u;",
        "INSERT INTO u (id, name) VALUES (1, 'a'); INSERT INTO t (id) SELECT id FROM u;",
        "CREATE FUNCTION copy() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO t (id) VALUES (NEW.id); RETURN NEW; END $$;
         CREATE TRIGGER copy AFTER INSERT ON u FOR EACH ROW EXECUTE FUNCTION copy();
         INSERT INTO u (id, name) VALUES (1, 'a');",
        "ALTER TABLE t RENAME TO s; INSERT INTO s (id) VALUES (1); ALTER TABLE s RENAME TO t;",
        "DO $$ BEGIN INSERT INTO t (id) VALUES (1); END $$;",
    ];
    for fill in fill {
        each_anew(|twin| {
            twin.run(BEGIN);
            twin.run(fill);
            twin.refused("UPDATE t SET name = code(id);");
        });
    }
    // One that is made anew has none.
    each_anew(|twin| {
        twin.run(BEGIN);
        twin.run("INSERT INTO t (id) VALUES (1); DROP TABLE t; CREATE TABLE t (id integer PRIMARY KEY, name text);");
        twin.run("UPDATE t SET name = code(id);");
    });
}

#[test]
fn what_does_something_without_rows_is_refused() {
    let statements: &[&str] = &[
        "INSERT INTO u (id, name) SELECT count(*), max(code(id)) FROM t;",
        "INSERT INTO u (id, name) SELECT 1, code(1);",
        "INSERT INTO u (id, name) SELECT id, code(id) FROM t UNION ALL VALUES (1, 'a');",
        "INSERT INTO u (id, name) SELECT s.id, code(s.id) FROM s LEFT JOIN t ON t.id = s.id;",
        "INSERT INTO u (id, name) SELECT 1, code(2) FROM t GROUP BY GROUPING SETS (());",
        "DELETE FROM s WHERE name = code(id) OR EXISTS (SELECT 1 FROM t);",
        "DELETE FROM s WHERE name = code(id) AND id NOT IN (SELECT id FROM t);",
        "DO $$ DECLARE r record; BEGIN FOR r IN SELECT id FROM t LOOP NULL; END LOOP; PERFORM code(2); END $$;",
        "DO $$ DECLARE r record; BEGIN FOR r IN SELECT id FROM t LOOP NULL; END LOOP; EXECUTE 'SELECT ' || 1; END $$;",
        "DO $$ BEGIN IF NOT EXISTS (SELECT 1 FROM t) THEN INSERT INTO u (id, name) VALUES (2, code(2)); END IF; END $$;",
        "DO $$ DECLARE n integer; BEGIN SELECT id INTO STRICT n FROM t; EXCEPTION WHEN no_data_found THEN INSERT INTO u (id, name) VALUES (3, code(3)); END $$;",
        "UPDATE nothing SET name = code(id);",
        "UPDATE t SET nothing = code(id);",
    ];
    each_anew(|twin: &mut Twin| {
        twin.run(BEGIN);
        twin.run(
            "CREATE TABLE s (id integer PRIMARY KEY, name text); INSERT INTO s (id) VALUES (5);",
        );
        for statement in statements {
            twin.refused(statement);
        }
    });
}

/// Its rows are an application's: what a run would find out is refused before it.
#[test]
fn where_rows_are_expected_nothing_is_left_out() {
    each(|twin| {
        twin.run(BEGIN);
        for statement in FOR_WANT_OF_T {
            twin.refused(statement);
        }
    });
}

/// It would run for a statement that changes nothing too.
#[test]
fn a_trigger_that_is_not_understood_keeps_its_table_from_being_left_out() {
    each_anew(|twin| {
        twin.run(BEGIN);
        twin.refused(
            "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO u (id, name) VALUES (9, 'x'); RETURN NULL; END $$;
             CREATE TRIGGER f AFTER UPDATE ON t FOR EACH STATEMENT EXECUTE FUNCTION f();",
        );
        twin.refused("UPDATE t SET name = code(id);");
    });
}

/// SQLite enforces no foreign key while it rebuilds a table, and nothing does what their actions would.
#[test]
fn a_statement_whose_actions_form_a_circle_asks_for_rows_before_it_deletes_them() {
    const TABLE: &str = "CREATE TABLE a (id integer PRIMARY KEY, up integer REFERENCES a (id) ON DELETE CASCADE, b text);";
    const BOTH: &str = "DELETE FROM a WHERE id = 1; ALTER TABLE a ALTER COLUMN b SET NOT NULL;";
    each_anew(|twin| {
        twin.run(TABLE);
        twin.run(BOTH);
    });
    each_anew(|twin| {
        twin.run(TABLE);
        twin.both_take("INSERT INTO a VALUES (1, NULL, 'x'), (2, 1, 'y'), (3, 2, 'z');");
        if twin.target.engine == Engine::Sqlite {
            let said = twin.target_fails(BOTH);
            assert!(said.contains("`a` has rows"), "{said}");
        } else {
            twin.run(BOTH);
        }
    });
}

/// A guard of one statement took the refusals of those before it away.
#[test]
fn a_guard_leaves_what_was_refused_of_other_statements() {
    const TABLES: &str = "CREATE TABLE a (id integer PRIMARY KEY, up integer REFERENCES a (id) ON DELETE CASCADE, b text);
        CREATE TABLE b (id integer PRIMARY KEY, up integer REFERENCES b (id) ON DELETE CASCADE);
        INSERT INTO a VALUES (1, NULL, 'x'), (2, 1, 'y');";
    each_anew(|twin| {
        twin.run(TABLES);
        let script = "DELETE FROM a WHERE id = 1; DELETE FROM b WHERE id = 1; ALTER TABLE a ALTER COLUMN b SET NOT NULL;";
        if twin.target.engine == Engine::Sqlite {
            assert_eq!(twin.refused(script), ["actions-while-rebuilding"]);
        } else {
            twin.run(script);
            twin.same("SELECT count(*) FROM a");
        }
    });
}

#[test]
fn an_override_that_puts_rows_into_a_table_has_it_refused() {
    let update = "CREATE FUNCTION f(n int) RETURNS int LANGUAGE plpgsql AS $$ BEGIN FOR i IN 1..2 LOOP n := n + i; END LOOP; RETURN n; END $$;\nUPDATE s SET id = f(id);";
    for own in [
        "INSERT INTO t VALUES (1); ALTER TABLE t RENAME TO s;",
        "ALTER TABLE t RENAME TO s;",
    ] {
        let place = Place::new();
        place.write(
            "aludel.toml",
            "[databases.default]\nurl = 'sqlite:x.db'\nmigrations = 'migrations'\ndialect = 'postgres'\n",
        );
        place.revision(
            "1_a",
            "CREATE TABLE t (id int PRIMARY KEY);",
            "DROP TABLE t;",
        );
        place.revision(
            "2_b",
            "ALTER TABLE t RENAME TO s;",
            "ALTER TABLE s RENAME TO t;",
        );
        place.write("migrations/2_b/up.sqlite.sql", own);
        place.revision("3_c", update, "SELECT 1;");
        let ran = place.run("upgrade");
        let filled = own.contains("INSERT");
        assert_eq!(ran.code, i32::from(filled), "{ran:?}");
        assert_eq!(
            ran.stderr.contains("for want of rows in `s`"),
            !filled,
            "{ran:?}"
        );
    }
}

/// What a view shows there is not, where its tables have no rows; nor has it a form.
#[test]
fn what_reads_a_view_without_a_form_is_left_out_for_want_of_rows() {
    each_anew(|twin| {
        twin.run(BEGIN);
        twin.run(
            "CREATE VIEW v AS SELECT t.id, code(t.id) AS code, coalesce(c.n, 0) AS n FROM t
               LEFT JOIN (SELECT other, count(*) AS n FROM t GROUP BY other) c ON c.other = t.id;
             CREATE VIEW w AS SELECT id, code FROM v WHERE id > 3;
             CREATE VIEW one AS SELECT count(*) AS n, max(code(id)) AS code FROM t;",
        );
        twin.run("INSERT INTO u (id, name) SELECT id, code FROM v;");
        twin.run("INSERT INTO u (id, name) SELECT id, code FROM w;");
        // Its columns have the types that its functions give.
        twin.run("CREATE TABLE kept AS SELECT * FROM v;");
        twin.run("ALTER TABLE kept ADD PRIMARY KEY (id);");
        twin.run("INSERT INTO kept (id, code, n) VALUES (1, 'abc', 7);");
        twin.same("SELECT id, code, n FROM kept");
        twin.refused("INSERT INTO u (id, name) SELECT n, code FROM one;");
        twin.run("INSERT INTO t (id, name) VALUES (1, 'a');");
        twin.refused("INSERT INTO u (id, name) SELECT id, code FROM w;");
    });
}
