//! Full texts that PostgreSQL computes of other columns: they are NULL elsewhere, which is said, and
//! nothing may look at them.

use aludel_tests::twin::{each, each_anew};

#[test]
fn a_full_text_that_a_table_computes_is_null_and_the_rest_is_as_it_was() {
    each(|twin| {
        let said = twin.omitted(
            "CREATE TABLE t (id integer PRIMARY KEY, name text NOT NULL, note text,
               fts tsvector NOT NULL GENERATED ALWAYS AS (to_tsvector('simple', name) || setweight(to_tsvector('simple', coalesce(note, '')), 'B')) STORED);
             CREATE INDEX t_fts ON t USING gin (fts);
             CREATE INDEX t_fts_plain ON t (fts);
             INSERT INTO t (id, name) VALUES (1, 'a'), (2, 'b');",
        );
        assert!(
            said.iter()
                .any(|said| said.starts_with("full-text: ") && said.contains("it is NULL")),
            "{said:?}"
        );
        assert!(
            said.iter()
                .any(|said| said.starts_with("full-text: ") && said.contains("t_fts_plain")),
            "{said:?}"
        );
        // A table that has rows.
        twin.run("CREATE TABLE u (id integer PRIMARY KEY, name text NOT NULL); INSERT INTO u VALUES (1, 'x');");
        twin.run(
            "ALTER TABLE u ADD COLUMN fts tsvector GENERATED ALWAYS AS (to_tsvector('simple', name)) STORED;
             INSERT INTO u VALUES (2, 'y'); UPDATE u SET name = 'z' WHERE id = 1;",
        );
        twin.run("ALTER TABLE t RENAME COLUMN fts TO found; ALTER TABLE t ADD CHECK (name <> ''); UPDATE t SET note = 'n' WHERE id = 2;");
        twin.same("SELECT id, name, coalesce(note, '-') FROM t ORDER BY id");
        twin.same("SELECT id, name FROM u ORDER BY id");
        assert_eq!(
            twin.target
                .query("SELECT id FROM t WHERE found IS NULL ORDER BY id"),
            ["1", "2"]
        );
        assert_eq!(
            twin.authored.query("SELECT id FROM t WHERE found IS NULL"),
            [""; 0]
        );
        // One that a star shows of another query, or of another table.
        twin.run("INSERT INTO u (id, name) SELECT * FROM (SELECT id + 10, name FROM t) AS n; INSERT INTO u SELECT n.* FROM (VALUES (20, 'v')) AS n, t WHERE t.id = 1;");
        twin.same("SELECT id, name FROM u ORDER BY id");
        twin.run("ALTER TABLE t DROP COLUMN found; ALTER TABLE u DROP COLUMN fts;");
        twin.run("UPDATE t SET note = 'm' WHERE note IS NULL;");
        twin.same("SELECT * FROM t ORDER BY id");
        twin.same("SELECT * FROM u ORDER BY id");
    });
}

#[test]
fn what_looks_at_a_full_text_is_refused() {
    each(|twin| {
        const MADE: &str = "CREATE TABLE t (id integer PRIMARY KEY, name text NOT NULL, fts tsvector GENERATED ALWAYS AS (to_tsvector('simple', name)) STORED);
             INSERT INTO t (id, name) VALUES (1, 'a');";
        twin.run("CREATE TABLE other (id integer PRIMARY KEY, fts tsvector);");
        twin.run(MADE);
        for script in [
            "INSERT INTO other SELECT id, fts FROM t;",
            "INSERT INTO other SELECT t.id, (SELECT x.fts FROM t AS x WHERE x.id = t.id) FROM t;",
            "CREATE TABLE copy AS SELECT x.* FROM other JOIN t AS x ON true;",
            "UPDATE t SET name = 'b' WHERE fts IS NOT NULL;",
            "DELETE FROM t WHERE fts IS NULL;",
            "DELETE FROM other WHERE (SELECT t.fts IS NULL FROM t WHERE t.id = other.id);",
        ] {
            assert_eq!(twin.refused(script), ["full-text"], "{script}");
        }
        for (place, change) in [
            "ALTER COLUMN fts DROP EXPRESSION",
            "ADD CHECK (fts IS NOT NULL)",
            "ADD UNIQUE (fts)",
            "ALTER COLUMN id TYPE bigint USING CASE WHEN fts IS NULL THEN 1 ELSE id END",
            "ALTER COLUMN fts DROP EXPRESSION, ALTER COLUMN fts TYPE text",
        ]
        .into_iter()
        .enumerate()
        {
            let own = format!("t{place}");
            twin.run(&MADE.replace(" t ", &format!(" {own} ")));
            assert_eq!(
                twin.refused(&format!("ALTER TABLE {own} {change};")),
                ["full-text"],
                "{change}"
            );
        }
        twin.run(&MADE.replace(" t ", " k "));
        assert_eq!(
            twin.refused("CREATE UNIQUE INDEX ON k (name) WHERE fts IS NOT NULL;"),
            ["full-text"]
        );
    });
}

#[test]
fn a_view_that_shows_a_full_text_is_left_out_and_a_trigger_that_looks_at_one_is_a_guard() {
    each_anew(|twin| {
        twin.run("CREATE TABLE t (id integer PRIMARY KEY, name text NOT NULL, fts tsvector GENERATED ALWAYS AS (to_tsvector('simple', name)) STORED);");
        // A view that shows one is left out.
        let said = twin.omitted("CREATE VIEW v AS SELECT * FROM t;");
        assert!(
            said.iter().any(|said| said.starts_with("view: ")),
            "{said:?}"
        );
        // A trigger that looks at one has a guard in its place.
        let said = twin.omitted(
            "CREATE FUNCTION f() RETURNS trigger AS $$ BEGIN IF NEW.fts IS NULL THEN RAISE EXCEPTION 'none'; END IF; RETURN NEW; END $$ LANGUAGE plpgsql;
             CREATE TRIGGER r AFTER INSERT ON t FOR EACH ROW EXECUTE FUNCTION f();",
        );
        assert!(
            said.iter().any(|said| said.starts_with("trigger: ")),
            "{said:?}"
        );
    });
}
