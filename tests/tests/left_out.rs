//! A view that has no form elsewhere is left out, and said; what reads it is refused.

#![allow(clippy::unwrap_used, reason = "a panic is the report")]

use aludel_tests::twin::{Twin, each_anew};

/// `code` has no form elsewhere.
const BEGIN: &str = "CREATE TABLE t (id integer PRIMARY KEY, name text);
CREATE FUNCTION code(n integer) RETURNS text LANGUAGE plpgsql AS $$
DECLARE a text := '';
BEGIN
  FOR i IN 1..n LOOP a := a || chr(96 + i); END LOOP;
  RETURN a;
END $$;
CREATE VIEW shown AS SELECT id, name FROM t;
INSERT INTO t VALUES (1, 'a'), (2, 'b');
";

const CODED: &str = "CREATE VIEW coded AS SELECT id, code(id) AS code FROM t;";

/// What a query of the target says that reads what is not there.
fn is_missing(twin: &Twin, view: &str) -> bool {
    let query = format!("SELECT count(*) FROM {view};");
    twin.target_error(&query).is_some()
}

#[test]
fn a_view_that_has_no_form() {
    each_anew(|twin| {
        twin.run(BEGIN);
        let said = twin.omitted(CODED);
        assert_eq!(said.len(), 1, "{said:?}");
        assert!(
            said[0].starts_with("view: the view `coded`, which nothing can read: ")
                && said[0].contains("code"),
            "{said:?}"
        );
        assert!(is_missing(twin, "coded"));
        // One that reads it goes the same way, and the tables change beneath both.
        let said = twin.omitted("CREATE VIEW counted AS SELECT count(*) AS n FROM coded;");
        assert!(said[0].contains("`counted`"), "{said:?}");
        twin.run("ALTER TABLE t ADD COLUMN n integer CHECK (n > 0);");
        twin.run("ALTER TABLE t RENAME COLUMN name TO title;");
        twin.run("DROP VIEW counted;");
        twin.run("DROP VIEW coded;");
        twin.run("CREATE VIEW coded AS SELECT id FROM t WHERE title = 'a';");
        twin.same("SELECT id FROM coded");
    });
}

#[test]
fn what_reads_a_view_that_is_left_out_is_refused() {
    for statement in [
        "UPDATE t SET name = (SELECT code FROM coded WHERE coded.id = t.id);",
        "DELETE FROM t USING coded WHERE coded.id = t.id;",
        "INSERT INTO t SELECT id + 10, code FROM coded;",
    ] {
        each_anew(|twin| {
            twin.run(BEGIN);
            twin.omitted(CODED);
            assert_eq!(twin.refused(statement), ["no-view"], "{statement}");
        });
    }
}

#[test]
fn a_view_that_is_replaced_by_one_without_a_form_goes() {
    each_anew(|twin| {
        twin.run(BEGIN);
        twin.same("SELECT id, name FROM shown ORDER BY id");
        let said = twin
            .omitted("CREATE OR REPLACE VIEW shown AS SELECT id, name, code(id) AS code FROM t;");
        assert!(said[0].contains("`shown`"), "{said:?}");
        assert!(is_missing(twin, "shown"));
        twin.run("DROP VIEW shown; CREATE VIEW shown AS SELECT name FROM t;");
        twin.same("SELECT name FROM shown ORDER BY name");
    });
}

#[test]
fn a_view_that_another_one_reads_is_not_left_out() {
    each_anew(|twin| {
        twin.run(BEGIN);
        twin.run("CREATE VIEW above AS SELECT id FROM shown;");
        let replaced = "CREATE OR REPLACE VIEW shown AS SELECT id, name, code(id) AS code FROM t;";
        assert!(!twin.refused(replaced).is_empty());
        twin.same("SELECT id FROM above ORDER BY id");
    });
}

#[test]
fn a_view_with_the_name_of_a_table_of_another_schema() {
    each_anew(|twin| {
        twin.run(BEGIN);
        let said = twin.omitted(
            "CREATE SCHEMA other; CREATE VIEW other.t AS SELECT id + 10 AS id FROM public.t;",
        );
        assert!(
            said.iter()
                .any(|said| said.contains("name of another table")),
            "{said:?}"
        );
        assert_eq!(
            twin.refused("DELETE FROM t WHERE id IN (SELECT id FROM other.t);"),
            ["no-view"]
        );
    });
}

/// An aggregate is a function like another: what calls it has no form.
#[test]
fn an_aggregate_of_the_scripts() {
    each_anew(|twin| {
        twin.run("CREATE TABLE t (id integer PRIMARY KEY, n integer);");
        let said = twin.omitted("CREATE FUNCTION two(integer, integer) RETURNS integer LANGUAGE plpgsql AS $$ BEGIN RETURN $1; END $$; CREATE AGGREGATE foremost (integer) (SFUNC = two, STYPE = integer);");
        assert!(
            said[1].starts_with("function: the function `foremost`"),
            "{said:?}"
        );
        let said = twin.omitted("CREATE VIEW v AS SELECT foremost(n) AS n FROM t;");
        assert!(said[0].starts_with("view: "), "{said:?}");
        // A row comes of no rows.
        assert!(
            !twin
                .refused("INSERT INTO t SELECT 1, foremost(n) FROM t;")
                .is_empty()
        );
    });
}

/// Which rows a role sees is like what it may do: nothing of the schema.
#[test]
fn policies_are_privileges() {
    each_anew(|twin| {
        twin.run("CREATE TABLE t (id integer PRIMARY KEY, name text); ALTER TABLE t ENABLE ROW LEVEL SECURITY; ALTER TABLE t FORCE ROW LEVEL SECURITY;");
        for statement in [
            "CREATE POLICY p ON t USING (id > 0);",
            "ALTER POLICY p ON t WITH CHECK (id > 1);",
            "ALTER POLICY p ON t RENAME TO q;",
            "DO $$ BEGIN CREATE POLICY p ON t FOR SELECT USING (name = current_user); EXCEPTION WHEN duplicate_object THEN NULL; END $$;",
            "DROP POLICY IF EXISTS q ON t;",
        ] {
            let said = twin.omitted(statement);
            assert!(
                said.iter()
                    .any(|said| said.starts_with("privileges: a policy: ")),
                "{statement} {said:?}"
            );
        }
        // The table is what it was to all that comes after.
        twin.run("ALTER TABLE t DROP COLUMN name CASCADE; ALTER TABLE t ADD COLUMN n integer NOT NULL DEFAULT 3; INSERT INTO t VALUES (1);");
        twin.same("SELECT id, n FROM t");
        twin.run("DROP TABLE t; CREATE TABLE t (id integer PRIMARY KEY);");
    });
}

/// A constant that only PostgreSQL reads is no default elsewhere: a row that is left to it fails.
#[test]
fn a_default_that_is_no_constant_elsewhere_fails_where_a_row_is_left_to_it() {
    each_anew(|twin| {
        let said = twin.omitted(
            "CREATE TABLE t (id integer PRIMARY KEY, a timestamp NOT NULL DEFAULT 'now()', b date NOT NULL DEFAULT 'infinity');
             INSERT INTO t VALUES (1, '2024-01-01 10:00:00', '2024-01-02');",
        );
        let fails = said
            .iter()
            .filter(|said| said.starts_with("default-fails: "));
        assert_eq!(fails.count(), 2, "{said:?}");
        twin.equal(
            "SELECT id, to_char(a, 'YYYY-MM-DD HH24:MI:SS') FROM t",
            "SELECT id, substr(a, 1, 19) FROM t",
        );
        assert_eq!(
            twin.refused("INSERT INTO t (id, a) VALUES (2, '2024-01-01 10:00:00');"),
            ["default-fails"]
        );
        assert!(
            twin.target_error("INSERT INTO t (id, a) VALUES (2, '2024-01-01 10:00:00')")
                .is_some()
        );
    });
}
