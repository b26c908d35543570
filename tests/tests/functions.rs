//! PostgreSQL's functions that are one value, and its materialized views, on every other engine:
//! the same rows before, the same statements, the same rows after.

#![allow(clippy::unwrap_used, reason = "a panic is the report")]

use aludel_tests::engine::Engine;
use aludel_tests::twin::each;

const CANON: &str = "CREATE FUNCTION canon(name text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT replace(lower(name), '-', '_');
$$;
";

const ROWS: &str = "INSERT INTO t VALUES (1, 'A-b', 7, 1.5), (2, 'a_B', -7, 2.5), (3, NULL, NULL, NULL), (4, 'x', 0, -0.25);
";

#[test]
fn a_call_is_the_value_that_its_function_is() {
    each(|twin| {
        twin.run("CREATE TABLE t (id integer PRIMARY KEY, name varchar(40), n integer, x double precision);");
        twin.run(ROWS);
        twin.run(CANON);
        // Integers are widened before they are divided, and the value is what the function returns.
        twin.run(
            "CREATE FUNCTION half(double precision) RETURNS double precision STRICT LANGUAGE sql AS 'SELECT $1 / 2';
             CREATE FUNCTION thirds(n int) RETURNS int LANGUAGE plpgsql AS $$ BEGIN RETURN n / 3; END $$;
             CREATE FUNCTION short(varchar(2)) RETURNS varchar(1) LANGUAGE sql AS 'SELECT $1';
             CREATE FUNCTION or_else(a text, b text) RETURNS text LANGUAGE sql AS $$ SELECT coalesce(canon(a), b || '!') $$;",
        );
        twin.run("UPDATE t SET x = half(n) WHERE id <> 4;");
        twin.run("UPDATE t SET n = thirds(n), name = or_else(name, 'none');");
        twin.run("UPDATE t SET name = short(name);");
        twin.run("CREATE VIEW v AS SELECT id, canon(name) AS canon, half(x) AS half FROM t;");
        let rows =
            twin.same("SELECT id, name, coalesce(n, 99), coalesce(x, 99) FROM t ORDER BY id");
        assert!(
            rows[0].contains("a_b") && rows[2].contains("none!"),
            "{rows:?}"
        );
        twin.same("SELECT id, canon, coalesce(half, 99) FROM v ORDER BY id");
    });
}

/// What is replaced means the new function from there on, and one that is dropped means nothing.
#[test]
fn a_call_is_what_the_function_is_by_then() {
    each(|twin| {
        twin.run("CREATE TABLE t (id integer PRIMARY KEY, name varchar(40), n integer, x double precision);");
        twin.run(ROWS);
        twin.run(CANON);
        twin.run("UPDATE t SET name = canon(name) WHERE id = 1;");
        twin.run("CREATE OR REPLACE FUNCTION canon(name text) RETURNS text LANGUAGE sql AS 'SELECT upper(name)';");
        twin.run("UPDATE t SET name = canon(name) WHERE id = 2;");
        let rows = twin.same("SELECT id, coalesce(name, '-') FROM t ORDER BY id");
        assert!(
            rows[0].contains("a_b") && rows[1].contains("A_B"),
            "{rows:?}"
        );
        // Two functions of one name: which is meant, the types of the arguments say.
        twin.run("CREATE FUNCTION canon(n integer) RETURNS text LANGUAGE sql AS $$ SELECT 'a number' $$;");
        twin.refused("UPDATE t SET name = canon(name);");
        twin.run("DROP FUNCTION canon(integer);");
        twin.refused("UPDATE t SET name = canon(name);");
    });
}

/// An argument that would be computed twice, a query, an aggregate: no value in the place of a call.
#[test]
fn a_call_that_is_more_than_a_value_is_refused() {
    each(|twin| {
        twin.run("CREATE TABLE t (id integer PRIMARY KEY, name varchar(40), n integer, x double precision);");
        twin.run(
            "CREATE FUNCTION twice(text) RETURNS text LANGUAGE sql AS $$ SELECT $1 || $1 $$;
             CREATE FUNCTION most(integer) RETURNS integer LANGUAGE sql AS $$ SELECT max($1) $$;
             CREATE FUNCTION first_of(integer) RETURNS integer LANGUAGE sql AS $$ SELECT id FROM t WHERE n = $1 $$;",
        );
        twin.run("INSERT INTO t (id, name) VALUES (1, 'ab');");
        twin.run("UPDATE t SET name = twice(name);");
        twin.same("SELECT id, name FROM t");
        twin.refused("UPDATE t SET name = twice(gen_random_uuid()::text);");
        twin.refused("UPDATE t SET n = most(n);");
        twin.refused("UPDATE t SET n = first_of(n);");
        // The last one reads rows and makes nothing: the others are what they are.
        twin.run("UPDATE t SET name = twice(name);");
        twin.same("SELECT id, name FROM t");
    });
}

/// A key of a value: one row for all spellings of a name.
#[test]
fn a_key_may_be_a_functions_value() {
    each(|twin| {
        // MariaDB has no keys of expressions.
        if twin.target.engine != Engine::Sqlite {
            return;
        }
        twin.run(
            "CREATE TABLE t (id integer PRIMARY KEY, name text, n integer, x double precision);",
        );
        twin.run(CANON);
        twin.run("CREATE UNIQUE INDEX one ON t (canon(name));");
        twin.run("INSERT INTO t (id, name) VALUES (1, 'a-b');");
        twin.run("INSERT INTO t (id, name) VALUES (2, 'A_B') ON CONFLICT DO NOTHING;");
        // It is there when the table is made anew.
        twin.run("ALTER TABLE t ADD CHECK (id > 0);");
        twin.run("INSERT INTO t (id, name) VALUES (3, 'A-b') ON CONFLICT DO NOTHING;");
        assert_eq!(twin.same("SELECT id, name FROM t").len(), 1);
        twin.run("DROP INDEX one;");
        // Text that is too long for an index has its digest there.
        twin.run("CREATE UNIQUE INDEX digest ON t (n, md5(name));");
        twin.run("INSERT INTO t (id, name, n) VALUES (4, 'x', 1), (5, 'x', 2);");
        twin.run("INSERT INTO t (id, name, n) VALUES (6, 'x', 1) ON CONFLICT DO NOTHING;");
        assert_eq!(twin.same("SELECT id FROM t ORDER BY id").len(), 3);
    });
}

/// It is a view that is always fresh.
#[test]
fn a_materialized_view_shows_what_it_would_after_a_refresh() {
    each(|twin| {
        twin.run("CREATE TABLE t (id integer PRIMARY KEY, name varchar(40), n integer, x double precision);");
        twin.run(
            "CREATE MATERIALIZED VIEW m AS SELECT name, count(*) AS many FROM t GROUP BY name;",
        );
        twin.run("CREATE UNIQUE INDEX m_name ON m (name);");
        twin.run(ROWS);
        twin.run("INSERT INTO t (id, name) VALUES (5, 'x');");
        twin.run("ALTER TABLE t ADD COLUMN more text;");
        twin.run("REFRESH MATERIALIZED VIEW m;");
        assert_eq!(
            twin.same("SELECT coalesce(name, '-') AS name, many FROM m ORDER BY 2, 1")
                .len(),
            4
        );
        twin.refused("UPDATE t SET n = (SELECT max(many) FROM m);");
        twin.run("DROP MATERIALIZED VIEW m;");
    });
}

/// In a function in SQL a column comes before a parameter of its name, and a STRICT one does nothing
/// where it is given NULL.
#[test]
fn a_call_that_means_something_else_is_refused() {
    each(|twin| {
        twin.run(
            "CREATE TABLE a (id integer PRIMARY KEY, n integer); INSERT INTO a VALUES (1, 1), (2, 2);
             CREATE FUNCTION bump(which integer, by_how_much integer) RETURNS void LANGUAGE sql STRICT AS $$ UPDATE a SET n = n + by_how_much WHERE id = which $$;
             CREATE FUNCTION own(id integer, n integer) RETURNS void LANGUAGE sql AS $$ INSERT INTO a VALUES (id, n) $$;
             CREATE FUNCTION hidden(id integer) RETURNS void LANGUAGE sql AS $$ DELETE FROM a WHERE a.id = id $$;
             SELECT bump(1, 100); SELECT own(3, 4);",
        );
        twin.same("SELECT id, n FROM a ORDER BY id");
        assert_eq!(twin.refused("SELECT bump(1, NULL);"), ["no-such-function"]);
        assert_eq!(twin.refused("SELECT hidden(1);"), ["no-such-function"]);
    });
}

/// What calls a function follows its new name: a trigger goes on, a script calls it by the new one.
#[test]
fn a_function_may_have_another_name() {
    each(|twin| {
        twin.run(
            "CREATE TABLE t (id integer PRIMARY KEY, name varchar(40), n integer);
                  CREATE TABLE u (id integer PRIMARY KEY, n integer);",
        );
        twin.run(CANON);
        twin.run(
            "CREATE FUNCTION named() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.n := 5; RETURN NEW; END $$;
             CREATE TRIGGER t_named BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION named();
             CREATE FUNCTION kept() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.n := 1; RETURN NEW; END $$;
             CREATE TRIGGER u_kept BEFORE UPDATE ON u FOR EACH ROW EXECUTE PROCEDURE kept ();",
        );
        twin.run("ALTER TABLE u DISABLE TRIGGER u_kept;");
        twin.run(
            "ALTER FUNCTION named() RENAME TO \"Numbered\"; ALTER FUNCTION kept RENAME TO held;",
        );
        twin.run("ALTER FUNCTION canon(text) RENAME TO plain; ALTER FUNCTION plain(text) SECURITY INVOKER COST 10;");
        twin.run("ALTER TABLE u ENABLE TRIGGER u_kept;");
        twin.run("INSERT INTO t VALUES (1, 'A-b', 7);");
        let rows = twin.same("SELECT id, name, n FROM t");
        assert!(rows[0].contains('5'), "{rows:?}");
        // Its text is another one from here on.
        twin.run("CREATE OR REPLACE FUNCTION \"Numbered\"() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.n := 6; RETURN NEW; END $$;");
        twin.run("INSERT INTO t VALUES (2, 'A-c', 7);");
        twin.run("UPDATE t SET name = plain(name);");
        let rows = twin.same("SELECT id, name, n FROM t ORDER BY id");
        assert!(rows[1].contains('6') && rows[1].contains("a_c"), "{rows:?}");
        twin.refused("UPDATE t SET name = canon(name);");
        twin.run("INSERT INTO u VALUES (1, 7);");
        twin.run("UPDATE u SET id = 2;");
        let rows = twin.same("SELECT id, n FROM u");
        assert!(!rows[0].contains('7'), "{rows:?}");
        // Another one of the old name has nothing to do with the trigger.
        twin.run("CREATE FUNCTION named() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.n := 9; RETURN NEW; END $$;");
        twin.run("INSERT INTO t VALUES (3, 'A-d', 7);");
        twin.same("SELECT id, n FROM t ORDER BY id");
        twin.run("DROP FUNCTION \"Numbered\"() CASCADE;");
        twin.run("INSERT INTO t VALUES (4, 'A-e', 7);");
        twin.same("SELECT id, n FROM t ORDER BY id");
    });
}

/// A name that the engine has a meaning for, and one that another function has.
#[test]
fn a_new_name_that_means_something_else_is_refused() {
    each(|twin| {
        twin.run("CREATE TABLE t (id integer PRIMARY KEY, name varchar(40));");
        twin.run(CANON);
        twin.refused("ALTER FUNCTION canon(text) RENAME TO lower;");
        twin.run("CREATE FUNCTION other(n integer) RETURNS text LANGUAGE sql AS $$ SELECT 'a number' $$;");
        twin.run("ALTER FUNCTION canon(text) RENAME TO other;");
        twin.refused("UPDATE t SET name = other(name);");
    });
    each(|twin| {
        twin.run("CREATE TABLE t (id integer PRIMARY KEY, name varchar(40));");
        twin.run(CANON);
        twin.run("CREATE VIEW v AS SELECT canon(name) AS name FROM t;");
        twin.run("ALTER FUNCTION canon RENAME TO plain;");
        // The view goes on with the function, whatever it is called.
        twin.refused("CREATE OR REPLACE FUNCTION plain(name text) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT upper(name)';");
    });
}

/// A trigger's code finds functions by their names when it runs.
#[test]
fn a_function_made_again_is_another_for_what_calls_it_by_name() {
    each(|twin| {
        twin.run("CREATE TABLE t (id integer PRIMARY KEY, name varchar(40));");
        twin.run(CANON);
        twin.run(
            "CREATE FUNCTION named() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.name := canon('A-b'); RETURN NEW; END $$;
             CREATE TRIGGER t_named BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION named();",
        );
        twin.run("INSERT INTO t (id) VALUES (1);");
        twin.same("SELECT id, name FROM t");
        twin.run("DROP FUNCTION canon(text);");
        twin.refused("CREATE FUNCTION canon(name text) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT upper(name)';");
    });
}

/// A function of values of any type hands them on as they are.
#[test]
fn a_function_of_any_type_is_written_out() {
    each(|twin| {
        twin.run("CREATE TABLE t (id integer PRIMARY KEY, name varchar(40), n integer, x double precision, at timestamptz, b boolean);");
        twin.run(
            "CREATE FUNCTION iif(condition boolean, a anyelement, b anyelement) RETURNS anyelement AS $f$
               SELECT CASE WHEN condition THEN a ELSE b END $f$ LANGUAGE sql IMMUTABLE;
             CREATE FUNCTION ifn(anyelement, anyelement) RETURNS anyelement LANGUAGE sql AS 'SELECT CASE WHEN $1 IS NULL THEN $2 ELSE $1 END';
             CREATE FUNCTION first_of(anyelement, VARIADIC anyarray) RETURNS anyelement LANGUAGE sql AS 'SELECT $2[1]';",
        );
        twin.run("INSERT INTO t VALUES (1, 'a', 7, 1.5, '2024-01-31 12:00:00+00', true), (2, 'b', NULL, NULL, NULL, NULL), (3, NULL, 3, 0.25, '2020-01-01', false);");
        twin.run("UPDATE t SET name = iif(n > 5, name, 'other'), x = ifn(x, '2.5'), b = iif(n IS NULL, true, b) WHERE id > 0;");
        twin.run("CREATE VIEW v AS SELECT max(iif(t.b, t.n, NULL)) AS n, max(ifn(t.at, '2001-01-01')) AS at FROM t;");
        let rows = twin.same(
            "SELECT id, name, coalesce(n, 99), x, CASE WHEN b THEN 1 ELSE 0 END FROM t ORDER BY id",
        );
        assert!(
            rows[0].contains('a') && rows[2].contains("other"),
            "{rows:?}"
        );
        twin.same("SELECT n FROM v");
        // Its columns have the types of what it is given.
        twin.run(
            "CREATE TABLE kept AS SELECT id, iif(b, n, NULL) AS n, ifn(name, 'x') AS name FROM t;",
        );
        twin.run("INSERT INTO kept (id, n, name) VALUES (9, 8, 'nine');");
        twin.same("SELECT id, coalesce(n, 99), name FROM kept ORDER BY id");
        twin.refused("UPDATE t SET n = first_of(1, 2, 3);");
    });
}

/// What depends on the type that a value has where the function is called is not known.
#[test]
fn a_function_that_does_more_with_any_type_is_refused() {
    each(|twin| {
        twin.run("CREATE TABLE t (id integer PRIMARY KEY, name varchar(40), n integer);");
        twin.run(
            "CREATE FUNCTION same(anyelement, anyelement) RETURNS anyelement LANGUAGE sql AS 'SELECT CASE WHEN $1 = $2 THEN $1 END';
             CREATE FUNCTION most(anyelement, anyelement) RETURNS anyelement LANGUAGE sql AS 'SELECT greatest($1, $2)';",
        );
        twin.refused("UPDATE t SET n = same(n, 3);");
        twin.refused("UPDATE t SET n = most(n, 3);");
    });
}

/// The members of an enum are those that it has when the statement runs.
#[test]
fn the_members_of_an_enum_are_rows() {
    each(|twin| {
        twin.run(
            "CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy');
             CREATE TABLE t (id integer PRIMARY KEY, m mood);
             CREATE TABLE u (id integer, m mood, PRIMARY KEY (id, m));
             INSERT INTO t VALUES (1, 'ok'), (2, 'sad');",
        );
        twin.run("INSERT INTO u (id, m) SELECT t.id, tf.m FROM t CROSS JOIN (SELECT unnest(enum_range(NULL::mood)) AS m) tf;");
        twin.run("ALTER TYPE mood ADD VALUE 'glad' BEFORE 'happy';");
        twin.run("INSERT INTO u (id, m) SELECT 8, m FROM unnest(enum_range(NULL::mood)) AS m WHERE m <> 'ok';");
        twin.run("INSERT INTO u (id, m) SELECT 9, x.unnest FROM (SELECT unnest(enum_range(NULL::mood))) AS x;");
        let rows = twin.same("SELECT id, m FROM u ORDER BY id, CAST(m AS char(9))");
        assert_eq!(rows.len(), 13, "{rows:?}");
    });
}

#[test]
fn an_index_is_called_after_the_function_that_its_script_names() {
    each(|twin| {
        twin.run(
            "CREATE FUNCTION slugify(v text) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT lower(replace(v, ' ', '-')) $$;
             CREATE TABLE t (id serial PRIMARY KEY, n varchar(40)); CREATE UNIQUE INDEX ON t (slugify(n)); INSERT INTO t (n) VALUES ('a b');",
        );
        twin.run("DROP INDEX t_slugify_idx; CREATE INDEX t_lower_idx ON t (id);");
        twin.run("INSERT INTO t (n) VALUES ('A B');");
        twin.same("SELECT id, n FROM t ORDER BY id");
    });
}
