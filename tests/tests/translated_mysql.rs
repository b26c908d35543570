//! PostgreSQL's scripts on MariaDB and MySQL: the same rows before, equal rows after, and the same
//! refusals of rows that do not fit.
//!
//! The first tests are the lines of "silently wrong": what a translation gets wrong without
//! anybody noticing, unless someone thought of it.

#![allow(clippy::unwrap_used, reason = "a panic is the report")]

use aludel_tests::database::Database;
use aludel_tests::desk::Place;
use aludel_tests::engine::{Engine, engines};
use aludel_tests::twin::{Twin, each_mysql as each};

#[test]
fn texts_are_equal_only_if_they_are_the_same() {
    each(|twin| {
        twin.run("CREATE TABLE t (id serial PRIMARY KEY, name text UNIQUE, note varchar(20));");
        twin.run(
            "INSERT INTO t (name, note) VALUES ('a', 'x'), ('A', 'X'), ('a ', 'x '), ('á', 'ý');",
        );
        twin.same("SELECT id FROM t WHERE name = 'a' OR note = 'X' ORDER BY id");
        twin.same("SELECT count(DISTINCT note) FROM t");
        twin.fails("INSERT INTO t (name) VALUES ('a');");
        twin.run("UPDATE t SET note = 'same' WHERE 'a' = 'A' OR lower('A') <> 'a';");
        twin.same("SELECT count(*) FROM t WHERE note = 'same'");
    });
}

/// MySQL takes what a function makes of NULL for bytes.
#[test]
fn what_is_made_of_null_is_compared_with_nothing() {
    each(|twin| {
        twin.run("CREATE TABLE t (id integer PRIMARY KEY, s text); INSERT INTO t VALUES (1, 'x'), (2, NULL);");
        for value in [
            "nullif(substr(NULL::text, 2, 1), 'x'::varchar(20))",
            "nullif(lower(NULL::text), 'x'::varchar(20))",
            "CASE WHEN trim(NULL::text) = 'x'::text || '' THEN 'y' ELSE s END",
            "CASE WHEN replace('a', 'b', NULL::text) LIKE 'a%' THEN 'y' END",
        ] {
            twin.run(&format!("UPDATE t SET s = {value};"));
            twin.same("SELECT id, coalesce(s, '-') FROM t ORDER BY id");
            twin.run("UPDATE t SET s = 'x' WHERE id = 1;");
        }
    });
}

/// To MariaDB a cast of a text to a moment depends on the session.
#[test]
fn a_date_that_is_a_moment_stands_in_a_predicate() {
    each(|twin| {
        twin.run("CREATE TABLE t (id integer PRIMARY KEY, at timestamp NOT NULL, n integer);");
        twin.run("CREATE UNIQUE INDEX one ON t (n) WHERE at = '2024-06-12'::date::timestamp;");
        twin.run("INSERT INTO t VALUES (1, '2024-06-12', 1), (2, '2024-06-12 00:00:01', 1), (3, '2024-06-12 12:00:00', 1);");
        twin.fails("INSERT INTO t VALUES (4, '2024-06-12', 1);");
        twin.run("UPDATE t SET n = 2 WHERE at > '2024-06-12'::date::timestamp;");
        twin.run("UPDATE t SET at = '2024-06-13'::date::timestamp WHERE id = 3;");
        twin.same("SELECT id, n, CASE WHEN at = '2024-06-13 00:00:00' THEN 1 ELSE 0 END FROM t ORDER BY id");
    });
}

#[test]
fn a_backslash_is_no_escape() {
    each(|twin| {
        twin.run("CREATE TABLE t (id integer PRIMARY KEY, s text DEFAULT 'c:\\new', v varchar(10) DEFAULT '\\''\\');");
        twin.run("INSERT INTO t (id) VALUES (1); INSERT INTO t VALUES (2, 'a\\nb', '\\\\'), (3, E'a\\nb', '%\\_');");
        twin.equal(
            "SELECT id, encode(convert_to(s, 'UTF8'), 'hex'), encode(convert_to(v, 'UTF8'), 'hex') FROM t ORDER BY id",
            "SELECT id, lower(hex(s)), lower(hex(v)) FROM t ORDER BY id",
        );
    });
}

#[test]
fn two_bars_join_texts() {
    each(|twin| {
        twin.run("CREATE TABLE t (id integer PRIMARY KEY, a text, b text);");
        twin.run("INSERT INTO t VALUES (1, 'x', 'y'), (2, 'x', NULL);");
        twin.run("UPDATE t SET a = a || '-' || b || id;");
        twin.same("SELECT id, coalesce(a, 'nothing') FROM t ORDER BY id");
    });
}

#[test]
fn like_minds_case_and_ilike_does_not() {
    each(|twin| {
        twin.run(
            "CREATE TABLE t (id integer PRIMARY KEY, a text, l boolean, i boolean, e boolean);",
        );
        twin.run("INSERT INTO t (id, a) VALUES (1, 'Abc'), (2, 'abc'), (3, 'a_c'), (4, NULL), (5, E'A\\nc');");
        twin.run("UPDATE t SET l = a LIKE 'A%', i = a ILIKE 'a%C', e = a LIKE 'a\\_c';");
        twin.equal(
            "SELECT id, coalesce(l::integer, -1), coalesce(i::integer, -1), coalesce(e::integer, -1) FROM t ORDER BY id",
            "SELECT id, coalesce(l, -1), coalesce(i, -1), coalesce(e, -1) FROM t ORDER BY id",
        );
    });
}

#[test]
fn nulls_stand_where_postgres_puts_them() {
    each(|twin| {
        twin.run("CREATE TABLE t (id integer PRIMARY KEY, n integer); INSERT INTO t VALUES (1, 5), (2, NULL), (3, 7), (4, NULL);");
        for order in ["n", "n DESC", "n NULLS FIRST", "n DESC NULLS LAST"] {
            twin.run(&format!(
                "CREATE TABLE u (place serial PRIMARY KEY, id integer);
                 INSERT INTO u (id) SELECT id FROM t ORDER BY {order}, id;"
            ));
            twin.same("SELECT place, id FROM u ORDER BY place");
            twin.run("DROP TABLE u;");
        }
        twin.run("CREATE TABLE w (id integer, place bigint); INSERT INTO w SELECT id, row_number() OVER (ORDER BY n DESC, id) FROM t;");
        twin.same("SELECT id, place FROM w ORDER BY id");
    });
}

#[test]
fn now_is_in_utc_to_the_microsecond_whatever_the_session() {
    each(|twin| {
        twin.run("CREATE TABLE t (id integer PRIMARY KEY, at timestamptz NOT NULL DEFAULT now(), n bigint DEFAULT extract(epoch FROM now()));");
        twin.run("INSERT INTO t (id, at) VALUES (1, now());");
        // As an application whose session is in another zone, and as one of Diesel's, in UTC.
        let rows = twin.target.query(
            "SET time_zone = '+05:30'; INSERT INTO t (id) VALUES (2); SET time_zone = '+00:00'; INSERT INTO t (id) VALUES (3);
             SELECT count(*) FROM t WHERE abs(timestampdiff(SECOND, at, utc_timestamp())) < 60 AND abs(coalesce(n, unix_timestamp()) - unix_timestamp()) < 60;
             SELECT datetime_precision FROM information_schema.columns WHERE table_schema = database() AND column_name = 'at'",
        );
        assert_eq!(rows, ["3", "6"]);
    });
}

#[test]
fn integers_divide_and_overflow_as_they_do_there() {
    each(|twin| {
        twin.run("CREATE TABLE t (a integer, b integer, c bigint);");
        twin.run("INSERT INTO t VALUES (7, 2, 0), (-7, 2, 0), (7, -2, 0), (1, 3, 0);");
        twin.run("UPDATE t SET c = a / b * 10 + a % b;");
        twin.same("SELECT a, b, c FROM t ORDER BY a, b");
        twin.fails("UPDATE t SET a = a * 1000000000;");
        twin.fails("UPDATE t SET c = a / 0;");
    });
}

/// There `'x' = 0`, and `'10abc' = 10`.
#[test]
fn texts_are_not_compared_with_numbers() {
    each(|twin| {
        twin.run("CREATE TABLE t (id integer PRIMARY KEY, n integer, p numeric(6, 2), s text);");
        twin.run("INSERT INTO t VALUES (1, 10, 9.5, 'x'), (2, 0, 0, '10abc');");
        twin.run("DELETE FROM t WHERE n < '9' AND p > '10' OR n = '0010' AND p = '9.50';");
        twin.same("SELECT id FROM t");
        assert_eq!(twin.refused("DELETE FROM t WHERE s = n;"), ["unknown-type"]);
        twin.fails("UPDATE t SET n = 1 WHERE n = s::integer;");
        twin.same("SELECT id, n FROM t");
    });
}

/// A DELETE on MariaDB knows no strict mode.
#[test]
fn a_delete_fails_where_a_value_makes_no_sense() {
    each(|twin| {
        twin.run("CREATE TABLE t (n integer, s text); INSERT INTO t VALUES (10, '10abc');");
        if twin.target.engine == Engine::Mariadb {
            for filter in ["n = s::integer", "n / (n - 10) = 1"] {
                let script = format!("DELETE FROM t WHERE {filter};");
                assert_eq!(twin.refused(&script), ["lenient-delete"]);
            }
        } else {
            twin.fails("DELETE FROM t WHERE n = s::integer;");
            twin.fails("DELETE FROM t WHERE n / (n - 10) = 1;");
        }
        twin.same("SELECT n FROM t");
    });
}

#[test]
fn a_numeric_keeps_more_digits_than_a_double() {
    each(|twin| {
        twin.run("CREATE TABLE t (id integer PRIMARY KEY, a numeric, b numeric(30, 10));");
        twin.run("INSERT INTO t VALUES (1, 12345678901234567890.123456789, 12345678901234567890.1234567891), (2, 0.1, '1e3');");
        twin.run("UPDATE t SET a = a + 0.2, b = b / 3;");
        twin.equal(
            "SELECT id, a::numeric(40, 12), b FROM t ORDER BY id",
            "SELECT id, cast(a AS decimal(40, 12)), b FROM t ORDER BY id",
        );
    });
}

#[test]
fn the_empty_text_is_no_null() {
    each(|twin| {
        twin.run("CREATE TABLE t (id serial PRIMARY KEY, a text NOT NULL DEFAULT '', b text);");
        twin.run("INSERT INTO t (b) VALUES (''), (NULL); UPDATE t SET a = coalesce(b, 'none') || '.' WHERE a = '';");
        twin.same("SELECT id, a FROM t WHERE b = '' ORDER BY id");
        twin.same("SELECT id, a FROM t ORDER BY id");
    });
}

#[test]
fn a_text_is_in_a_query_as_it_is_equal() {
    each(|twin| {
        twin.run("CREATE TABLE t (id integer PRIMARY KEY, c char(4), v varchar(9), t text);");
        twin.run("INSERT INTO t VALUES (1, 'ab', 'ab ', 'ab '), (2, 'cd', 'cd', 'cd');");
        for filter in [
            "v IN (SELECT c FROM t)",
            "c IN (SELECT t FROM t)",
            "t IN (SELECT c FROM t)",
        ] {
            twin.run("UPDATE t SET id = abs(id);");
            twin.run(&format!("UPDATE t SET id = -id WHERE {filter};"));
            twin.same("SELECT id FROM t ORDER BY id");
        }
        let script = "DELETE FROM t WHERE c IN (SELECT v FROM t);";
        assert_eq!(twin.refused(script), ["comparison"]);
    });
}

/// MariaDB remembers the alias, and then does not find what a CHECK looks at; a copy does not take
/// the new name of a foreign key's column.
#[test]
fn a_column_that_a_check_looks_at_is_renamed() {
    each(|twin| {
        twin.run("CREATE TABLE u (id integer PRIMARY KEY); CREATE TABLE t (id integer PRIMARY KEY, n integer CHECK (n > 0), u integer REFERENCES u CHECK (u <> 4), g integer GENERATED ALWAYS AS (n + 1) STORED);");
        twin.run("INSERT INTO t VALUES (1, 2, NULL); DELETE FROM u USING t AS o WHERE o.n = u.id;");
        twin.run("ALTER TABLE t RENAME COLUMN n TO m; ALTER TABLE t RENAME COLUMN u TO v; ALTER TABLE u RENAME COLUMN id TO k;");
        twin.same("SELECT id, m, g FROM t");
        twin.fails("INSERT INTO t VALUES (2, 0, NULL);");
        twin.fails("INSERT INTO t VALUES (2, 1, 3);");
        // A CHECK on another column copies the table too (MySQL), a key over an expression as well.
        twin.run("CREATE TABLE p (a date UNIQUE, b integer CHECK (b <> 4)); CREATE TABLE c (a date REFERENCES p (a), n integer CHECK (n <> 4), m integer);");
        twin.run("CREATE UNIQUE INDEX i ON c (n) WHERE a IS NULL;");
        twin.run("ALTER TABLE c RENAME COLUMN a TO x; ALTER TABLE p RENAME COLUMN a TO y; ALTER TABLE p ALTER COLUMN y SET NOT NULL;");
        twin.run("INSERT INTO p VALUES ('2024-01-31', 1); INSERT INTO c VALUES ('2024-01-31', 1, length(nullif(NULL::text, '1')));");
        twin.fails("INSERT INTO p VALUES ('2024-02-01', 4);");
        twin.fails("INSERT INTO c VALUES ('2024-02-01', 1, NULL);");
        twin.same("SELECT x, n FROM c");
    });
}

/// It fails there; here it cannot be written.
#[test]
fn a_column_that_takes_no_null_is_not_set_to_null() {
    each(|twin| {
        twin.run("CREATE TABLE u (id integer PRIMARY KEY, n integer UNIQUE); CREATE TABLE t (u integer NOT NULL REFERENCES u ON DELETE SET NULL, v integer REFERENCES u ON DELETE SET NULL);");
        twin.run("INSERT INTO u VALUES (1, 1), (2, 2); INSERT INTO t VALUES (1, 2);");
        twin.fails("DELETE FROM u WHERE id = 1;");
        twin.run("ALTER TABLE t ALTER COLUMN u DROP NOT NULL; DELETE FROM u WHERE id = 1;");
        twin.same("SELECT coalesce(u, 0), v FROM t");
        twin.run("DELETE FROM t; ALTER TABLE t ALTER COLUMN v SET NOT NULL; INSERT INTO t VALUES (NULL, 2);");
        twin.fails("DELETE FROM u WHERE id = 2;");
    });
}

/// To MySQL and MariaDB both names are one.
#[test]
fn a_column_that_takes_the_place_of_one_with_other_capitals() {
    each(|twin| {
        twin.run(
            "CREATE TABLE s (id integer PRIMARY KEY, \"Config\" jsonb, \"Note\" text, \"N\" integer);",
        );
        twin.run("ALTER TABLE s DROP COLUMN \"Config\", ADD COLUMN \"config\" jsonb NOT NULL;");
        twin.run("ALTER TABLE s DROP COLUMN \"Note\"; ALTER TABLE s ADD COLUMN note text UNIQUE, DROP COLUMN \"N\", ADD COLUMN n integer NOT NULL DEFAULT 7;");
        twin.run("INSERT INTO s (id, config, note) VALUES (1, '[]', 'x');");
        twin.same("SELECT id, config, note, n FROM s");
    });
}

#[test]
fn an_element_of_an_array_that_has_a_null_is_not_known_to_be_missing() {
    each(|twin| {
        twin.run("CREATE TABLE t (id integer PRIMARY KEY, a text[], v text, n integer, m integer, o integer);");
        twin.run("INSERT INTO t (id, a, v) VALUES (1, ARRAY['a', NULL], 'a'), (2, ARRAY['a', NULL], 'b'), (3, ARRAY[NULL]::text[], NULL),
            (4, '{}', NULL), (5, '{}', 'a'), (6, NULL, 'a'), (7, '{a}', NULL), (8, '{a}', 'b'), (9, '{a,b}', 'b'), (10, '{null}', NULL);");
        twin.run("UPDATE t SET n = CASE WHEN v = ANY (a) THEN 1 WHEN NOT v = ANY (a) THEN 0 END, m = CASE WHEN v <> ALL (a) THEN 1 WHEN NOT v <> ALL (a) THEN 0 END,
            o = CASE WHEN a @> ARRAY['a', v] THEN 1 WHEN NOT a @> ARRAY['a', v] THEN 0 END;");
        twin.same(
            "SELECT id, coalesce(n, -1), coalesce(m, -1), coalesce(o, -1) FROM t ORDER BY id",
        );
        twin.run("DELETE FROM t WHERE NOT 'b' = ANY (a);");
        twin.same("SELECT id FROM t ORDER BY id");
    });
}

/// JSON_CONTAINS would look into the elements too.
#[test]
fn a_key_is_an_element_of_an_array_and_none_further_in() {
    each(|twin| {
        twin.run("CREATE TABLE t (id integer PRIMARY KEY, doc jsonb, n integer);");
        twin.run("INSERT INTO t (id, doc) VALUES (1, '[\"a\", 1]'), (2, '[[\"a\"]]'), (3, '{\"a\": 1}'), (4, '[{\"a\": \"a\"}]'), (5, '\"a\"'), (6, NULL), (7, '[]');");
        twin.run("UPDATE t SET n = CASE WHEN doc ? 'a' THEN 1 WHEN NOT doc ? 'a' THEN 0 END; CREATE INDEX i ON t (n) WHERE doc ? 'a';");
        twin.same("SELECT id, coalesce(n, -1) FROM t ORDER BY id");
    });
}

/// MariaDB does not look at what it does not put in.
#[test]
fn a_text_replaced_by_null_is_null() {
    each(|twin| {
        twin.run("CREATE TABLE t (id integer PRIMARY KEY, a text, b text);");
        twin.run("INSERT INTO t VALUES (1, 'x', NULL), (2, 'x', 'z'), (3, 'ax', NULL);");
        twin.run("UPDATE t SET a = replace(a, 'a', b);");
        twin.same("SELECT id, coalesce(a, 'nothing') FROM t ORDER BY id");
    });
}

/// MariaDB holds them as texts, with blanks or without.
#[test]
fn documents_and_arrays_are_equal_however_they_are_written() {
    each(|twin| {
        twin.run("CREATE TABLE t (id integer PRIMARY KEY, tags text[], doc jsonb, same boolean, n text[]);");
        twin.run("INSERT INTO t (id, tags, doc) VALUES (1, '{a,b}', '{\"k\": 1}'), (2, '{}', '[]'), (3, NULL, NULL);");
        // As an application writes them.
        twin.target.query(
            "UPDATE t SET tags = '[ \"a\",\"b\" ]', doc = '{\"k\":1}' WHERE id = 1; SELECT 1",
        );
        twin.run("UPDATE t SET same = tags IS NOT DISTINCT FROM '{a,b}' AND doc IS NOT DISTINCT FROM '{\"k\": 1}', n = nullif(tags, '{a,b}');");
        twin.equal(
            "SELECT id, same::integer, n IS NULL FROM t ORDER BY id",
            "SELECT id, same, IF(n IS NULL, 't', 'f') FROM t ORDER BY id",
        );
        twin.run("UPDATE t SET same = tags IS DISTINCT FROM NULL OR doc IS DISTINCT FROM NULL;");
        twin.equal(
            "SELECT id, same::integer FROM t ORDER BY id",
            "SELECT id, same FROM t ORDER BY id",
        );
        for statement in [
            "INSERT INTO t (id, tags) SELECT DISTINCT 9, tags FROM t;",
            "DELETE FROM t WHERE doc IN (SELECT doc FROM t WHERE id = 1);",
        ] {
            assert_eq!(twin.refused(statement), ["comparison"], "{statement}");
        }
    });
}

#[test]
fn names_that_differ_in_case_only_are_refused() {
    each(|twin| {
        assert_eq!(
            twin.refused("CREATE TABLE t (\"Id\" integer, id integer);"),
            ["names-alike"]
        );
    });
}

#[test]
fn zero_is_a_number_like_any_other() {
    each(|twin| {
        twin.run("CREATE TABLE t (id serial PRIMARY KEY, n integer); INSERT INTO t (id, n) VALUES (0, 1), (-1, 2);");
        twin.same("SELECT id, n FROM t ORDER BY id");
        twin.run("CREATE TABLE u (id integer); INSERT INTO u VALUES (0); ALTER TABLE u ADD PRIMARY KEY (id);");
        twin.same("SELECT id FROM u");
    });
}

#[test]
fn not_null_is_refused_where_there_are_nulls() {
    each(|twin| {
        twin.run("CREATE TABLE t (a integer, b text, c timestamptz); INSERT INTO t VALUES (NULL, NULL, NULL);");
        for column in ["a", "b", "c"] {
            twin.fails(&format!(
                "ALTER TABLE t ALTER COLUMN {column} SET NOT NULL;"
            ));
        }
        let nulls = "SELECT count(*) FROM t WHERE a IS NULL AND b IS NULL AND c IS NULL";
        assert_eq!(twin.target.query(nulls), ["1"]);
    });
}

#[test]
fn a_new_column_that_cannot_be_null_is_refused_where_there_are_rows() {
    each(|twin| {
        twin.run("CREATE TABLE t (a integer); ALTER TABLE t ADD COLUMN b integer NOT NULL; INSERT INTO t VALUES (1, 2);");
        twin.same("SELECT a, b FROM t");
        twin.fails("ALTER TABLE t ADD COLUMN c integer NOT NULL;");
    });
}

#[test]
fn what_is_longer_than_its_column_is_refused_and_never_cut() {
    each(|twin| {
        twin.run("CREATE TABLE t (id integer PRIMARY KEY, v varchar(3), k text UNIQUE, l text);");
        twin.fails("INSERT INTO t (id, v) VALUES (1, 'long');");
        twin.run("INSERT INTO t (id, v, l) VALUES (1, 'ok', repeat('x', 100000));");
        twin.same("SELECT id, v, length(l) FROM t");
        // A key holds 768 characters here.
        let refused = twin.target.client("SET sql_mode = 'STRICT_ALL_TABLES'; INSERT INTO t (id, k) VALUES (2, repeat('x', 769))");
        assert!(!refused.status.success());
    });
}

#[test]
fn columns_are_set_from_what_they_were() {
    each(|twin| {
        twin.run("CREATE TABLE t (id integer PRIMARY KEY, a integer, b integer, c integer); INSERT INTO t VALUES (1, 1, 2, 3);");
        twin.run("UPDATE t SET a = a + 10, b = a, c = b + a;");
        twin.same("SELECT a, b, c FROM t");
        twin.run("INSERT INTO t (id, a, b) VALUES (1, 5, 6) ON CONFLICT (id) DO UPDATE SET a = excluded.a + t.b, b = excluded.b, c = t.a + t.b;");
        twin.same("SELECT a, b, c FROM t");
        assert_eq!(twin.refused("UPDATE t SET a = b, b = a;"), ["simultaneous"]);
    });
}

#[test]
fn null_in_json_is_null_as_a_text() {
    each(|twin| {
        twin.run(
            r#"CREATE TABLE t (id integer PRIMARY KEY, d jsonb, s text, k boolean, n integer);
               INSERT INTO t (id, d) VALUES (1, '{"a": null, "n": 5}'), (2, '{"a": "null"}'), (3, '{"a": {"b": "x"}, "n": "7"}'), (4, '{}'), (5, NULL), (6, '"a"');
               UPDATE t SET s = d ->> 'a', k = d ? 'a', n = (d ->> 'n')::integer;"#,
        );
        twin.equal(
            "SELECT id, coalesce(s, '-'), coalesce(k::integer, -1), coalesce(n, -1) FROM t ORDER BY id",
            "SELECT id, coalesce(s, '-'), coalesce(k, -1), coalesce(n, -1) FROM t ORDER BY id",
        );
        twin.run(
            r#"UPDATE t SET d = jsonb_set(d, '{c}', to_jsonb(id)) - 'a' WHERE jsonb_typeof(d) = 'object';
               UPDATE t SET s = d ->> 'c', n = (SELECT count(*) FROM t AS o WHERE o.d ? 'a');"#,
        );
        twin.same("SELECT id, coalesce(s, '-'), n FROM t ORDER BY id");
    });
}

#[test]
fn documents_are_made_alike() {
    each(|twin| {
        twin.run(
            r#"CREATE TABLE t (id integer PRIMARY KEY, b boolean, s text, n numeric(6, 2), d jsonb, a text[]);
               INSERT INTO t VALUES (1, true, 'x"y', 1.50, '{"k": [1, 2]}', '{a,"b c"}'), (2, NULL, NULL, NULL, NULL, '{}');
               UPDATE t SET d = jsonb_build_object('id', id, 'b', b, 's', s, 'n', n, 'd', d, 'a', to_jsonb(a), 'l', jsonb_build_array(1, 'x', true), 'q', id > 1);"#,
        );
        twin.equal(
            "SELECT id, d ->> 'b', d ->> 's', d ->> 'n', d -> 'd' ->> 'k', d ->> 'a', d ->> 'l', d ->> 'q' FROM t WHERE id = 1",
            "SELECT id, json_unquote(json_extract(d, '$.b')), json_unquote(json_extract(d, '$.s')), json_unquote(json_extract(d, '$.n')), \
             json_extract(d, '$.d.k'), json_extract(d, '$.a'), json_extract(d, '$.l'), json_unquote(json_extract(d, '$.q')) FROM t WHERE id = 1",
        );
    });
}

#[test]
fn values_are_converted_when_a_type_changes() {
    each(|twin| {
        twin.run(
            "CREATE TABLE t (id integer PRIMARY KEY, a text NOT NULL, b timestamp, c integer, d boolean, e double precision, f numeric(8, 3), g varchar(10), h text);
             CREATE INDEX t_a ON t (a);
             INSERT INTO t VALUES (1, ' 12', '2024-01-31 23:59:59.7', 5, true, 2.5, 2.5, 'x', 'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11'),
                                  (2, '-7', NULL, 0, false, 3.5, -2.5, '', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a12');
             ALTER TABLE t ALTER COLUMN a TYPE integer USING trim(a)::integer, ALTER COLUMN b TYPE date, ALTER COLUMN c TYPE text,
                 ALTER COLUMN d TYPE integer USING CASE WHEN d THEN 10 ELSE 20 END, ALTER COLUMN e TYPE integer, ALTER COLUMN f TYPE integer,
                 ALTER COLUMN g TYPE varchar(40);",
        );
        twin.equal(
            "SELECT id, a, coalesce(b::text, '-'), c, d, e, f, g FROM t ORDER BY id",
            "SELECT id, a, coalesce(b, '-'), c, d, e, f, g FROM t ORDER BY id",
        );
        twin.run("ALTER TABLE t ALTER COLUMN c TYPE boolean USING c::integer <> 0, ALTER COLUMN a TYPE bigint, ALTER COLUMN e TYPE numeric(10, 2);");
        twin.equal(
            "SELECT id, a, c::integer, e FROM t ORDER BY id",
            "SELECT id, a, c, e FROM t ORDER BY id",
        );
        twin.run("CREATE TABLE u (s text); INSERT INTO u VALUES ('1.5');");
        twin.fails("ALTER TABLE u ALTER COLUMN s TYPE integer USING s::integer;");
        assert_eq!(twin.target.query("SELECT s FROM u"), ["1.5"]);
    });
}

#[test]
fn an_enum_follows_its_type() {
    each(|twin| {
        twin.run(
            "CREATE TYPE mood AS ENUM ('sad', 'ok');
             CREATE TABLE t (id integer PRIMARY KEY, m mood NOT NULL DEFAULT 'ok');
             INSERT INTO t VALUES (1, 'sad'), (2, DEFAULT);
             ALTER TYPE mood RENAME VALUE 'ok' TO 'fine';",
        );
        twin.run("ALTER TYPE mood ADD VALUE 'happy' BEFORE 'sad';");
        twin.run("INSERT INTO t VALUES (3, 'happy'), (4, DEFAULT);");
        twin.same("SELECT id, m FROM t ORDER BY m, id");
        twin.fails("INSERT INTO t VALUES (5, 'cross');");
        twin.run("ALTER TABLE t ALTER COLUMN m DROP DEFAULT, ALTER COLUMN m TYPE text;");
        twin.same("SELECT id, m FROM t ORDER BY id");
    });
}

#[test]
fn statements_on_rows_do_the_same() {
    each(|twin| {
        twin.run(
            "CREATE TABLE a (id serial PRIMARY KEY, n integer, s text, parent integer);
             CREATE TABLE b (id serial PRIMARY KEY, a_id integer REFERENCES a ON DELETE CASCADE, n integer);
             INSERT INTO a (n, s, parent) VALUES (1, 'x', NULL), (2, 'y', 1), (3, 'y', 1), (4, 'z', 2);
             INSERT INTO b (a_id, n) SELECT id, n * 10 FROM a;
             UPDATE a SET n = b.n FROM b WHERE b.a_id = a.id AND a.id > 1;
             UPDATE a SET s = (SELECT max(o.s COLLATE \"C\") FROM a AS o WHERE o.parent = a.id) WHERE EXISTS (SELECT 1 FROM a AS c WHERE c.parent = a.id);
             WITH big AS (SELECT id FROM a WHERE n > 20) UPDATE a SET n = n + 1 FROM big WHERE big.id = a.id;
             DELETE FROM a AS x USING a AS y WHERE x.id > y.id AND x.s = y.s;
             INSERT INTO a (n, s) SELECT DISTINCT ON (s COLLATE \"C\") n, s || '!' FROM a ORDER BY s COLLATE \"C\", n DESC;
             UPDATE a SET s = v.s FROM (VALUES (1, 'one'), (2, 'two')) AS v (id, s) WHERE v.id = a.id;",
        );
        twin.same("SELECT id, n, s, coalesce(parent, 0) FROM a ORDER BY id");
        twin.same("SELECT id, a_id, n FROM b ORDER BY id");
        twin.run("TRUNCATE a CASCADE; INSERT INTO a (n) VALUES (1); TRUNCATE a RESTART IDENTITY CASCADE; INSERT INTO a (n) VALUES (2);");
        twin.same("SELECT id, n FROM a");
    });
}

#[test]
fn a_conflict_is_met_on_the_key_that_is_named() {
    each(|twin| {
        twin.run(
            "CREATE TABLE t (id serial PRIMARY KEY, k text UNIQUE, n integer);
             INSERT INTO t (k, n) VALUES ('a', 1);
             INSERT INTO t (k, n) VALUES ('a', 2), ('b', 2) ON CONFLICT (k) DO NOTHING;
             INSERT INTO t (k, n) VALUES ('a', 5) ON CONFLICT (k) DO UPDATE SET n = t.n + excluded.n WHERE t.n < 100;
             INSERT INTO t (id, k, n) VALUES (1, 'c', 9), (50, 'd', 9) ON CONFLICT (id) DO NOTHING;",
        );
        twin.same("SELECT k, n FROM t ORDER BY k");
        // The other key is met: an error on both.
        twin.fails("INSERT INTO t (id, k) VALUES (60, 'a') ON CONFLICT (id) DO NOTHING;");
    });
}

#[test]
fn functions_give_the_same() {
    each(|twin| {
        twin.run("CREATE TABLE t (id integer PRIMARY KEY, s text, b bytea, r text); INSERT INTO t (id, s) VALUES (1, 'a,b,,c'), (2, ''), (3, 'xyz'), (4, NULL);");
        for expression in [
            "encode(convert_to(s, 'UTF8'), 'hex')",
            "split_part(s, ',', 2)",
            "split_part(s, ',', 1) || '|' || split_part(s, ',', 9)",
            "lpad(s, 4, 'ab')",
            "substr(s, 2, 2)",
            "replace(upper(s), 'B', '-')",
            "strpos(s, 'b')::text",
            "concat(s, id, 'x')",
            "to_hex(id - 3)",
            "coalesce(nullif(s, ''), 'empty')",
            "greatest(s COLLATE \"C\", 'b')",
            "least(id, NULL)::text",
            "CASE s WHEN 'xyz' THEN 'one' WHEN '' THEN 'two' END",
            "round(id * 0.5)::integer::text",
            "(id::numeric / 3)::numeric(10, 4)::text",
            "trim(both 'x' from s)",
            "(s ~ '^[a-z,]+$')::text",
            "regexp_replace(s, '[ac]', '_', 'g')",
            "(id = ANY (ARRAY[1, 3]))::text",
            "extract(dow FROM date '2024-02-29' + id)::integer::text",
            "(date '2024-01-31' + interval '1 month')::date::text",
            "floor(-0.5 * id)::integer::text",
        ] {
            twin.run(&format!("UPDATE t SET r = {expression};"));
            let rows = "SELECT id, coalesce(r, 'NULL') FROM t ORDER BY id";
            let (left, right) = (twin.authored.query(rows), twin.target.query(rows));
            assert_eq!(right, left, "{expression}");
        }
    });
}

#[test]
fn base64_breaks_its_lines_alike() {
    each(|twin| {
        twin.run("CREATE TABLE t (id integer PRIMARY KEY, b bytea, s text);");
        for length in [0, 1, 55, 56, 57, 58, 114, 120] {
            twin.run(&format!("INSERT INTO t (id, b) VALUES ({length}, convert_to(repeat('x', {length}), 'UTF8'));"));
        }
        twin.run("UPDATE t SET s = encode(b, 'base64');");
        twin.equal(
            "SELECT id, replace(s, chr(10), '.') FROM t ORDER BY id",
            "SELECT id, replace(s, char(10), '.') FROM t ORDER BY id",
        );
    });
}

/// What is cast from a text has no place in a key of MariaDB's.
#[test]
fn a_moment_of_so_many_seconds_stands_in_an_index() {
    each(|twin| {
        twin.run(
            "CREATE TABLE t (id integer PRIMARY KEY, at timestamptz);
             CREATE UNIQUE INDEX t_at ON t (coalesce(at, to_timestamp(0)));
             INSERT INTO t VALUES (1, '1970-01-01 00:00:01+00'), (2, NULL);
             CREATE TABLE u (id integer PRIMARY KEY, at timestamptz); INSERT INTO u SELECT id, to_timestamp(id + 1700000000.25) FROM t;",
        );
        twin.fails("INSERT INTO t VALUES (3, '1970-01-01 00:00:00+00');");
        twin.equal(
            "SELECT id, to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US') FROM u ORDER BY id",
            "SELECT id, at FROM u ORDER BY id",
        );
    });
}

/// A name alone in a window is an item of the select list to MariaDB, and ambiguous in HAVING.
#[test]
fn windows_and_having_go_by_columns_that_items_are_called_like() {
    each(|twin| {
        twin.run(
            "CREATE TABLE t (id integer PRIMARY KEY, n integer NOT NULL, place integer);
             INSERT INTO t VALUES (1, 10, 7), (2, 20, 7), (3, 20, 9), (4, 5, 8);
             CREATE VIEW v AS SELECT id, -n AS n, row_number() OVER (ORDER BY n, id) AS number FROM t;
             CREATE VIEW w AS SELECT id, sum(id) OVER (PARTITION BY n) AS n, rank() OVER by_n AS place FROM t WINDOW by_n AS (ORDER BY n DESC);
             CREATE VIEW x AS SELECT n AS place, count(*) AS many FROM t GROUP BY n, place HAVING place < 9;
             UPDATE t SET place = c.place FROM (SELECT id, row_number() OVER (PARTITION BY n ORDER BY place) - 1 AS place FROM t) c WHERE t.id = c.id AND t.place <> c.place;",
        );
        for query in [
            "SELECT id, n, number FROM v ORDER BY id",
            "SELECT id, n, place FROM w ORDER BY id",
            "SELECT place, many FROM x ORDER BY place, many",
            "SELECT id, place FROM t ORDER BY id",
        ] {
            twin.same(query);
        }
    });
}

#[test]
fn numbering_goes_on_after_the_greatest() {
    each(|twin| {
        twin.run(
            "CREATE TABLE t (id serial PRIMARY KEY, n integer); INSERT INTO t (id, n) VALUES (5, 1);
             SELECT setval('t_id_seq', (SELECT max(id) FROM t)); INSERT INTO t (n) VALUES (2);
             SELECT setval('t_id_seq', 100); INSERT INTO t (n) VALUES (3);
             ALTER SEQUENCE t_id_seq RESTART WITH 200; INSERT INTO t (n) VALUES (4);",
        );
        twin.same("SELECT id, n FROM t ORDER BY id");
        twin.run(
            "CREATE TABLE u (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, n integer); INSERT INTO u (n) VALUES (1);
             ALTER TABLE u ALTER COLUMN id RESTART WITH 50; INSERT INTO u (n) VALUES (2);
             ALTER TABLE u ALTER COLUMN id RESTART 70, ALTER COLUMN n SET DEFAULT 7; INSERT INTO u DEFAULT VALUES;",
        );
        twin.same("SELECT id, n FROM u ORDER BY id");
        twin.run(
            "CREATE TABLE v (id serial PRIMARY KEY, n integer); INSERT INTO v (n) VALUES (1);
             ALTER TABLE v ALTER id DROP DEFAULT; DROP SEQUENCE v_id_seq;
             ALTER TABLE v ALTER id ADD GENERATED BY DEFAULT AS IDENTITY (RESTART 90); INSERT INTO v (n) VALUES (2);",
        );
        twin.same("SELECT id, n FROM v ORDER BY id");
    });
}

#[test]
fn a_random_uuid_is_of_version_four() {
    each(|twin| {
        twin.run(
            "CREATE TABLE t (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), n integer);
             INSERT INTO t (n) VALUES (1), (2), (3);
             ALTER TABLE t ADD COLUMN other uuid NOT NULL DEFAULT gen_random_uuid();
             INSERT INTO t (id, n) VALUES ('{A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11}', 4);
             UPDATE t SET n = 5 WHERE id = 'A0EEBC999C0B4EF8BB6D6BB9BD380A11';",
        );
        let form = "'^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$'";
        let count = |column: &str, operator: &str| {
            format!("SELECT count(DISTINCT {column}) FROM t WHERE {column}{operator} {form}")
        };
        twin.equal(&count("id", "::text ~"), &count("id", " REGEXP"));
        twin.equal(&count("other", "::text ~"), &count("other", " REGEXP"));
        twin.same("SELECT id FROM t WHERE n = 5");
    });
}

#[test]
fn an_enum_without_a_default_gets_none() {
    each(|twin| {
        twin.run(
            "CREATE TYPE mood AS ENUM ('sad', 'ok');
             CREATE TABLE t (id integer PRIMARY KEY, m mood NOT NULL);
             INSERT INTO t VALUES (1, 'ok');",
        );
        twin.fails("INSERT INTO t (id) VALUES (2);");
        twin.fails("ALTER TABLE t ADD COLUMN other mood NOT NULL;");
        twin.run("DELETE FROM t; ALTER TABLE t ADD COLUMN another mood NOT NULL;");
        twin.fails("INSERT INTO t (id, m) VALUES (3, 'ok');");
        twin.run("ALTER TABLE t ALTER COLUMN another SET DEFAULT 'sad'; INSERT INTO t (id, m) VALUES (3, 'ok');");
        twin.same("SELECT id, m, another FROM t");
    });
}

/// What a CHAR gives depends on a mode of MariaDB's sessions.
#[test]
fn a_predicate_may_look_at_a_uuid() {
    each(|twin| {
        twin.run(
            "CREATE TABLE t (id serial PRIMARY KEY, name varchar(20), parent uuid, code char(4));
             CREATE UNIQUE INDEX t_name ON t (name) WHERE parent IS NULL;
             CREATE UNIQUE INDEX t_code ON t (lower(code)) WHERE parent IS NOT NULL;
             INSERT INTO t (name, parent, code) VALUES ('a', NULL, 'X'), ('a', gen_random_uuid(), 'x');",
        );
        twin.fails("INSERT INTO t (name) VALUES ('a');");
        twin.fails("INSERT INTO t (code, parent) VALUES ('X', gen_random_uuid());");
    });
}

#[test]
fn a_cast_that_is_written_out_cuts() {
    each(|twin| {
        twin.run("CREATE TABLE t (s text); INSERT INTO t VALUES ('abcdef');");
        twin.run("ALTER TABLE t ALTER COLUMN s TYPE varchar(3) USING s::varchar(3);");
        twin.same("SELECT s FROM t");
        twin.fails("ALTER TABLE t ALTER COLUMN s TYPE varchar(2);");
    });
}

/// MariaDB takes the NULL of a comparison of documents for true where it is a condition.
#[test]
fn documents_that_are_null_equal_nothing() {
    each(|twin| {
        twin.run(
            r#"CREATE TABLE t (id integer PRIMARY KEY, d jsonb, a text[]);
               INSERT INTO t VALUES (1, NULL, NULL), (2, '[]', '{}'), (3, '{"k": 1}', '{a}'), (4, 'null', '{b,NULL}');
               UPDATE t SET id = id + 10 WHERE d = '[]';
               UPDATE t SET id = id + 20 WHERE a IN ('{a}', '{}');
               UPDATE t SET id = id + 40 WHERE CASE WHEN d <> '{"k": 1}' THEN true ELSE false END;"#,
        );
        twin.same("SELECT id FROM t ORDER BY id");
    });
}

#[test]
fn to_jsonb_a_scalar_is_an_array_of_itself() {
    each(|twin| {
        twin.run(
            r#"CREATE TABLE t (id integer PRIMARY KEY, d jsonb, j json, s text, r text);
               INSERT INTO t (id, d) VALUES (1, 'true'), (2, '"x"'), (3, '[7]'), (4, '{"0": 1}'), (5, 'null'), (6, NULL);
               UPDATE t SET s = d ->> 0, r = coalesce(d ->> 1, '-');"#,
        );
        twin.same("SELECT id, coalesce(s, 'NULL'), r FROM t ORDER BY id");
    });
}

#[test]
fn blanks_at_the_end_count_where_they_do_there() {
    each(|twin| {
        twin.run(
            "CREATE TABLE t (id integer PRIMARY KEY, c char(4), v varchar(9), t text, k boolean, l boolean, m boolean);
             INSERT INTO t (id, c, v, t) VALUES (1, 'ab', 'ab ', 'ab '), (2, 'ab ', 'ab', 'ab');
             UPDATE t SET k = c = v, l = t = c, m = v = c AND c = 'ab ' AND v <> 'ab  ';",
        );
        twin.equal(
            "SELECT id, k::integer, l::integer, m::integer FROM t ORDER BY id",
            "SELECT id, k, l, m FROM t ORDER BY id",
        );
    });
}

#[test]
fn a_number_that_was_a_boolean_is_a_number_in_json() {
    each(|twin| {
        twin.run(
            "CREATE TABLE t (id integer PRIMARY KEY, d jsonb);
             INSERT INTO t (id) VALUES (1);
             UPDATE t SET d = jsonb_build_object('a', true::integer, 'b', (id > 1)::integer, 'c', id > 0);",
        );
        twin.equal(
            "SELECT d ->> 'a', d ->> 'b', d ->> 'c' FROM t",
            "SELECT json_extract(d, '$.a'), json_extract(d, '$.b'), json_extract(d, '$.c') FROM t",
        );
    });
}

#[test]
fn an_item_is_the_first_of_no_array() {
    each(|twin| {
        twin.run(
            "CREATE TABLE t (id integer PRIMARY KEY, a text[], b text[], c text[], d jsonb);
             INSERT INTO t (id, a) VALUES (1, NULL), (2, '{x}'), (3, '{}');
             UPDATE t SET b = array_append(a, 'y'), c = a || ARRAY['z'], d = to_jsonb(nullif(id, 2));",
        );
        twin.equal(
            "SELECT id, to_jsonb(b) ->> 0, to_jsonb(c) ->> 0, cardinality(b), cardinality(c), coalesce(d ->> 0, '-') FROM t ORDER BY id",
            "SELECT id, json_unquote(json_extract(b, '$[0]')), json_unquote(json_extract(c, '$[0]')), json_length(b), json_length(c), coalesce(d, '-') FROM t ORDER BY id",
        );
    });
}

/// A translated revision put the session back to the server's settings, not to those that ours
/// begins with, and the next revision, which is MySQL's own, meant something else.
#[test]
fn a_script_of_its_own_after_a_translated_one_runs_in_the_session_that_it_would_have_alone() {
    for engine in engines().into_iter().filter(|e| e.driver() == "mysql") {
        let desk = Place::new();
        let database = Database::new(engine);
        desk.revision(
            "2026-01-05-101500_a",
            "CREATE TABLE t (id integer, s text);",
            "",
        );
        desk.revision("2026-01-06-101500_b", "SELECT 1;", "");
        desk.write(
            "migrations/2026-01-06-101500_b/up.mysql.sql",
            "INSERT INTO t VALUES (1, '1' || '0'), (2, @@time_zone), (3, @@sql_mode LIKE '%PIPES_AS_CONCAT%');",
        );
        let url = database.url.clone();
        let ran = desk.run(&format!("--url {url} --dialect postgres upgrade"));
        assert_eq!(ran.code, 0, "{}", ran.text());
        assert_eq!(
            database.query("SELECT s FROM t ORDER BY id"),
            ["10", "+00:00", "1"]
        );
    }
}

#[test]
fn members_are_put_into_an_object_on_a_condition() {
    each(|twin| {
        twin.run(
            "CREATE TABLE t (id integer PRIMARY KEY, d jsonb, s text);
             INSERT INTO t VALUES (1, '{\"a\": 0, \"b\": [1]}'), (2, '{}'), (3, NULL), (4, '{\"c\": null}');
             UPDATE t SET d = d || jsonb_build_object('a', id) || '{\"e\": true}'
               || CASE WHEN id > 1 THEN jsonb_build_object('c', d -> 'a', 'f', NULL) ELSE '{}'::jsonb END
               || CASE WHEN d ? 'b' THEN '{\"g\": 1}'::jsonb WHEN id = NULL THEN '{\"h\": 1}' ELSE jsonb_build_object('i', id) END;",
        );
        for key in ["a", "b", "c", "e", "f", "g", "h", "i"] {
            twin.run(&format!(
                "UPDATE t SET s = coalesce(d ->> '{key}', '-') || CASE WHEN d ? '{key}' THEN '1' ELSE '0' END;"
            ));
            twin.same("SELECT id, s FROM t ORDER BY id");
        }
    });
}

#[test]
fn numbers_longer_than_there_are_here_are_refused_when_they_are_written() {
    each(|twin| {
        twin.run("CREATE TABLE t (id integer PRIMARY KEY, n numeric(80, 0), m numeric(78, 2));");
        let digits = "9".repeat(63);
        twin.run(&format!("INSERT INTO t VALUES (1, {digits}99, -{digits}.25), (2, '{digits}98', 0.5), (3, 7::numeric(80), NULL);"));
        twin.same("SELECT id, n, coalesce(m, -1.00) FROM t ORDER BY id");
        twin.same(&format!("SELECT id FROM t WHERE n > {digits}98"));
    });
}

/// A column that takes NULL, and one beside another that numbers itself: MariaDB has sequences.
#[test]
fn what_no_counter_can_stand_for_draws_from_a_sequence() {
    if engines().contains(&Engine::Mariadb) {
        let mut twin = Twin::new(Engine::Mariadb);
        twin.run(
            "CREATE SEQUENCE numbers START WITH 10 INCREMENT BY 5;
             CREATE TABLE t (id bigserial PRIMARY KEY, own serial, n integer DEFAULT nextval('numbers'), note text CHECK (note <> 'no'));
             INSERT INTO t (note) VALUES ('a'), ('b');
             INSERT INTO t (own, n) VALUES (100, NULL);
             INSERT INTO t (note) VALUES ('c');
             INSERT INTO t (n) VALUES (nextval('numbers'));",
        );
        let all = "SELECT id, own, coalesce(n, -1), coalesce(note, '-') FROM t ORDER BY id";
        twin.same(all);
        twin.run("SELECT setval('numbers', 50); SELECT setval(pg_get_serial_sequence('t', 'own'), 200, false); INSERT INTO t (note) VALUES ('d');");
        twin.run("ALTER SEQUENCE t_own_seq RESTART WITH 300; INSERT INTO t (note) VALUES ('e');");
        twin.run("ALTER SEQUENCE numbers RENAME TO digits; INSERT INTO t (note) VALUES ('f');");
        twin.run("ALTER TABLE t RENAME TO u; ALTER TABLE u RENAME COLUMN own TO mine; ALTER TABLE u RENAME TO t; ALTER TABLE t RENAME COLUMN mine TO own;");
        twin.run("ALTER TABLE t ALTER COLUMN own DROP NOT NULL; INSERT INTO t (own, note) VALUES (NULL, 'g'); UPDATE t SET own = 0 WHERE own IS NULL;");
        twin.run("ALTER TABLE t ALTER COLUMN n TYPE bigint; INSERT INTO t (note) VALUES ('h');");
        twin.same(all);
        twin.run("ALTER TABLE t ADD COLUMN more smallserial; INSERT INTO t (note) VALUES ('i');");
        twin.same("SELECT id, more FROM t WHERE id < 0");
        twin.run("TRUNCATE t RESTART IDENTITY; INSERT INTO t (note) VALUES ('j');");
        twin.same("SELECT id, own, n, more FROM t");
        twin.run("DROP SEQUENCE digits CASCADE; INSERT INTO t (note) VALUES ('k');");
        twin.same(all);
        twin.run("ALTER TABLE t DROP COLUMN own; CREATE SEQUENCE t_own_seq; DROP SEQUENCE t_own_seq; INSERT INTO t (note) VALUES ('l');");
        twin.same("SELECT id, more FROM t ORDER BY id");
        twin.run("DROP TABLE t; CREATE TABLE t (id serial, b serial, c serial); INSERT INTO t DEFAULT VALUES;");
        twin.same("SELECT id, b, c FROM t");
        assert_eq!(
            twin.refused("ALTER TABLE t ADD PRIMARY KEY (id);"),
            ["numbering"]
        );
    }
}
