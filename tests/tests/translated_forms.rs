//! Forms of statements that PostgreSQL alone writes so: the same statement over the same rows, on
//! PostgreSQL and translated on SQLite, MariaDB and MySQL.

#![allow(clippy::unwrap_used, reason = "a panic is the report")]

use aludel_tests::engine::Engine;
use aludel_tests::twin::{Twin, each};

/// Documents are equal, however they are written.
fn documents(twin: &Twin, sql: &str) {
    let read = |rows: Vec<String>| -> Vec<Option<serde_json::Value>> {
        let document = |row: String| {
            (!row.is_empty() && row != "NULL").then(|| serde_json::from_str(&row).expect(&row))
        };
        rows.into_iter().map(document).collect()
    };
    let (authored, target) = (twin.authored.query(sql), twin.target.query(sql));
    assert_eq!(read(target), read(authored), "{sql}");
}

const DOCUMENTS: &str = r#"CREATE TABLE t (id integer PRIMARY KEY, type text, key text, value jsonb, made jsonb, n integer, s text);
    INSERT INTO t (id, type, key, value) VALUES (1, 'a', 'x', '[{"k": "a", "n": 1}, {"k": "b", "n": null}, {"n": 2.5}]'),
      (2, 'b', 'y', '[]'), (3, 'c', NULL, NULL), (4, NULL, 'z', '[1, "two", null, true, [3], {}, "é'' ", ""]'),
      (5, 'a', 'x', '[{"k": "b"}]');"#;

#[test]
fn the_elements_of_an_array_are_rows() {
    each(|twin| {
        twin.run(DOCUMENTS);
        for statement in [
            "UPDATE t SET made = (SELECT jsonb_agg(e) FROM jsonb_array_elements(value) e)",
            "UPDATE t SET made = (SELECT jsonb_agg(e.value) FROM jsonb_array_elements(value) AS e WHERE e.value <> 'null' OR type = 'a')",
            "UPDATE t SET made = (SELECT jsonb_agg(jsonb_set(e, '{k}', '\"c\"')) FROM jsonb_array_elements(value) AS x (e)) WHERE key = 'x'",
            "UPDATE t SET made = (SELECT jsonb_agg(e || '{\"new\": 1}') FROM jsonb_array_elements(value) AS x (e)) WHERE key = 'x'",
            "UPDATE t SET made = (SELECT jsonb_agg(jsonb_build_object('a', e -> 'k', 'b', t.id, 'c', type)) FROM jsonb_array_elements(value) e) WHERE id <> 4",
            "UPDATE t SET made = (SELECT jsonb_agg(CASE WHEN e ->> 'k' = 'a' THEN jsonb_set(e, '{k}', 'null') ELSE e END) FROM jsonb_array_elements(value) e) WHERE id <> 4",
            "UPDATE t SET made = to_jsonb(ARRAY(SELECT e ->> 'k' FROM jsonb_array_elements(value) e)) WHERE id <> 4",
            "UPDATE t SET made = (SELECT to_jsonb(min(id)) FROM t AS u, jsonb_array_elements(u.value) e WHERE e ->> 'k' = 'b' AND u.id >= t.id AND key = 'x')",
        ] {
            twin.run("UPDATE t SET made = NULL;");
            twin.run(&format!("{statement};"));
            documents(twin, "SELECT made FROM t ORDER BY id");
        }
        for statement in [
            "UPDATE t SET n = (SELECT count(*) FROM jsonb_array_elements(value))",
            "UPDATE t SET n = (SELECT sum((e ->> 'n')::integer) FROM jsonb_array_elements(value) e WHERE e ->> 'k' = 'a') WHERE key = 'x'",
            "UPDATE t SET n = 1 WHERE EXISTS (SELECT 1 FROM jsonb_array_elements(value) AS e WHERE e ->> 'k' = 'b' AND id > 0)",
            "UPDATE t SET n = (SELECT count(*) FROM jsonb_array_elements_text(value) e WHERE e IS NULL)",
            "UPDATE t SET n = (SELECT count(*) FROM jsonb_array_elements(value) e WHERE e IS NULL)",
            "UPDATE t SET s = (SELECT string_agg(x, '|') FROM jsonb_array_elements_text('[1, \"b\", null, true, \"é\\\"\"]') AS x)",
        ] {
            twin.run("UPDATE t SET n = NULL, s = NULL;");
            twin.run(&format!("{statement};"));
            twin.same("SELECT id, coalesce(n, -1), coalesce(s, 'NULL') FROM t ORDER BY id");
        }
    });
}

#[test]
fn an_element_that_is_null_is_no_missing_one() {
    each(|twin| {
        twin.run("CREATE TABLE t (id integer PRIMARY KEY, value jsonb, n integer); INSERT INTO t (id, value) VALUES (1, '[1, null, \"x\"]'), (2, '[]'), (3, NULL);");
        let joined = "UPDATE t SET n = x.n FROM (SELECT u.id, count(e.value) AS n FROM t u LEFT JOIN jsonb_array_elements_text(u.value) AS e ON true GROUP BY u.id) AS x WHERE x.id = t.id;";
        if twin.target.engine == Engine::Mysql9 {
            assert_eq!(twin.refused(joined), ["no-form"]);
            return;
        }
        twin.run(joined);
        twin.same("SELECT id, n FROM t ORDER BY id");
    });
}

#[test]
fn what_is_no_array_has_no_elements() {
    each(|twin| {
        twin.run("CREATE TABLE t (id integer PRIMARY KEY, value jsonb, n integer); INSERT INTO t (id, value) VALUES (1, '{\"a\": 1}');");
        for value in ["'{\"a\": 1}'", "'1'", "'null'", "'\"[]\"'"] {
            twin.run(&format!("UPDATE t SET value = {value};"));
            twin.fails("UPDATE t SET n = (SELECT count(*) FROM jsonb_array_elements(value));");
        }
    });
}

#[test]
fn elements_in_a_select_list_are_rows() {
    each(|twin| {
        twin.run(DOCUMENTS);
        twin.run("CREATE TABLE e (id integer, key text, k text, v jsonb);");
        twin.run("INSERT INTO e (id, k) SELECT id, jsonb_array_elements(value) ->> 'k' FROM t WHERE type = 'a';");
        twin.run("INSERT INTO e (id, key, v) WITH x AS (SELECT id, key, jsonb_array_elements(value) FROM t WHERE id < 6) SELECT * FROM (SELECT id, key, jsonb_array_elements FROM x) AS y;");
        twin.run("INSERT INTO e (id, k) SELECT t.id, e ->> 'k' FROM t CROSS JOIN LATERAL jsonb_array_elements(t.value) e WHERE key = 'x' AND e ->> 'k' IN ('a', 'b');");
        let star = "INSERT INTO e (id, v) SELECT id, value FROM (SELECT id, e.* FROM t, jsonb_array_elements(value) AS e) AS x;";
        if twin.target.engine == Engine::Mysql9 {
            assert_eq!(twin.refused(star), ["no-form"]);
        } else {
            twin.run(star);
        }
        twin.same("SELECT id, coalesce(e.key, '-'), coalesce(k, '-') FROM e ORDER BY 1, 2, 3");
        twin.run("CREATE TABLE gathered (id integer, v jsonb); INSERT INTO gathered SELECT t.id, (SELECT jsonb_agg(v) FROM e WHERE e.id = t.id AND v IS NOT NULL) FROM t;");
        documents(twin, "SELECT v FROM gathered ORDER BY id");
        // Gathered, chosen among, or twice: it is something else.
        for statement in [
            "SELECT count(*), jsonb_array_elements(value) FROM t GROUP BY value",
            "SELECT jsonb_array_elements(value), jsonb_array_elements(value) FROM t",
        ] {
            let refused = twin.refused(&format!("INSERT INTO e (id, v) {statement};"));
            assert!(!refused.is_empty());
        }
    });
}

#[test]
fn jsonb_is_joined() {
    each(|twin| {
        twin.run(DOCUMENTS);
        for statement in [
            "UPDATE t SET made = value || '[1]'",
            "UPDATE t SET made = '[1, 2]'::jsonb || value",
            "UPDATE t SET made = value || (SELECT u.value FROM t u WHERE u.id = 1)",
            "UPDATE t SET made = value || '\"x\"'",
            "UPDATE t SET made = value || to_jsonb(id)",
            "UPDATE t SET made = to_jsonb(id) || 'null'::jsonb",
            "UPDATE t SET made = (value -> 0) || '[]'::jsonb",
            "UPDATE t SET made = value || NULL",
            "UPDATE t SET made = jsonb_build_object('id', id) || '{\"a\": {\"b\": null}, \"id\": 7}'",
            "UPDATE t SET made = (value -> 0) || jsonb_build_object('n', key, 'o', 1) WHERE key = 'x'",
            "UPDATE t SET made = concat('{\"a\":\"', key, '\"}')::jsonb || value",
        ] {
            twin.run("UPDATE t SET made = NULL;");
            twin.run(&format!("{statement};"));
            documents(twin, "SELECT made FROM t ORDER BY id");
        }
    });
}

#[test]
fn a_function_that_gives_an_expression_is_written_out() {
    each(|twin| {
        twin.run(
            "CREATE FUNCTION canon(text) RETURNS text AS $$ SELECT replace(lower($1), '-', '_') $$ LANGUAGE SQL;
             CREATE FUNCTION shown(a integer, b varchar) RETURNS character varying LANGUAGE sql IMMUTABLE STRICT AS 'SELECT $1::text || b || $1::text;';
             CREATE FUNCTION or_none(a text) RETURNS text AS $$ SELECT coalesce(a, 'none') $$ LANGUAGE SQL STABLE;
             CREATE TABLE t (id integer PRIMARY KEY, name varchar(20), s text);
             CREATE UNIQUE INDEX t_canon ON t (canon(name));
             CREATE VIEW v AS SELECT id, canon(name), shown(id, name) AS two FROM t;
             INSERT INTO t VALUES (1, 'A-b', 'x'), (2, 'a', NULL), (3, NULL, '');",
        );
        twin.fails("INSERT INTO t VALUES (4, 'a_B', NULL);");
        for expression in [
            "canon(s)",
            "shown(id, name)",
            "or_none(s)",
            "or_none(canon(name) || 'x')",
            "shown(NULL, name)",
        ] {
            twin.run(&format!("UPDATE t SET s = {expression};"));
            twin.same("SELECT id, coalesce(s, 'NULL') FROM t ORDER BY id");
        }
        twin.same("SELECT id, coalesce(canon, '-'), coalesce(two, '-') FROM v ORDER BY id");
        // With another one of that name the view would show something else.
        let other = "CREATE OR REPLACE FUNCTION canon(text) RETURNS text AS $$ SELECT lower($1) $$ LANGUAGE SQL;";
        assert_eq!(twin.refused(other), ["function-replaced"]);
    });
}

#[test]
fn a_function_is_written_out_only_if_it_is_the_one() {
    each(|twin| {
        twin.run(
            "CREATE FUNCTION f(text) RETURNS text AS $$ SELECT lower($1) $$ LANGUAGE SQL;
             CREATE FUNCTION f(integer) RETURNS text AS $$ SELECT $1::text $$ LANGUAGE SQL;
             CREATE FUNCTION twice(text) RETURNS text AS $$ SELECT $1 || $1 $$ LANGUAGE SQL;
             CREATE TABLE t (id integer PRIMARY KEY, s text);
             CREATE FUNCTION highest(integer) RETURNS integer AS $$ SELECT max($1) $$ LANGUAGE SQL;
             CREATE FUNCTION first_of(text[]) RETURNS text AS $$ SELECT unnest($1) $$ LANGUAGE SQL;
             CREATE FUNCTION one(jsonb) RETURNS jsonb AS $$ SELECT jsonb_array_elements($1) $$ LANGUAGE SQL;
             CREATE FUNCTION looks(integer) RETURNS bigint AS $$ SELECT count(*) FROM t WHERE id = $1 $$ LANGUAGE SQL;",
        );
        for expression in [
            "f('A')",
            "twice(gen_random_uuid()::text)",
            "looks(1)::text",
            "twice(s, s)",
            "highest(id)::text",
            "first_of('{a,b}')",
            "one('[1, 2]')::text",
        ] {
            assert!(
                !twin
                    .refused(&format!("UPDATE t SET s = {expression};"))
                    .is_empty()
            );
        }
    });
}

const MOMENTS: &str = "CREATE TABLE t (id integer PRIMARY KEY, at timestamptz, local timestamp, day date, n numeric(19,4), s text, made jsonb, later timestamp);
    INSERT INTO t (id, at, local, day, n) VALUES (1, '2024-01-31 12:00:00.5+00', '2024-01-31 12:00:00.123456', '2024-01-31', 12), (2, '2024-02-29 00:00:00+00', '2023-12-31 23:59:59.999', '2024-02-29', -0.5),
      (3, NULL, NULL, NULL, NULL), (4, '1969-12-31 23:59:59.000001+00', '2024-10-10 10:10:10', '1999-12-31', 12345678901.1234), (5, '2024-03-30 01:02:03.1+00', '2024-08-31 00:00:00', '2024-03-31', 0.0001);";

#[test]
fn moments_are_texts_and_json() {
    each(|twin| {
        twin.run(MOMENTS);
        for expression in [
            "at::text",
            "local::text",
            "day::text",
            "'at ' || local::text",
            "to_char(at, 'YYYY-MM-DD HH24:MI:SS')",
            "to_char(local, 'YYYY-MM-DD\"T\"HH24:MI:SS.US')",
            "concat(replace(to_char(at, 'YYYY-MM-DD HH24:MI:SS'), ' ', 'T'), 'Z')",
            "to_char(day, 'DD.MM.YYYY')",
        ] {
            twin.run(&format!("UPDATE t SET s = {expression};"));
            twin.same("SELECT id, coalesce(s, 'NULL') FROM t ORDER BY id");
        }
        for expression in [
            "jsonb_build_object('at', at, 'local', local, 'day', day)",
            "to_jsonb(at)",
            "to_jsonb(local)",
            "to_jsonb(day)",
            "jsonb_set('{}'::jsonb, '{at}', to_jsonb(at))",
            "jsonb_build_array(to_jsonb(to_char(at, 'YYYY-MM-DD\"T\"HH24:MI:SS.US')))",
        ] {
            twin.run(&format!("UPDATE t SET made = {expression};"));
            documents(twin, "SELECT made FROM t ORDER BY id");
        }
    });
}

#[test]
fn months_end_where_the_month_does() {
    each(|twin| {
        twin.run(MOMENTS);
        for span in [
            "1 month",
            "-13 months",
            "1 month -1 day",
            "2 months 3 days 4 hours",
            "6 years 1 second",
        ] {
            for value in ["local", "at AT TIME ZONE 'UTC'", "day"] {
                twin.run(&format!("UPDATE t SET later = {value} + interval '{span}', n = id; UPDATE t SET s = later::text; UPDATE t SET later = {value} - interval '{span}';"));
                twin.run("UPDATE t SET s = s || ' ' || later::text;");
                let rows = twin.same("SELECT id, coalesce(s, 'NULL') FROM t ORDER BY id");
                assert_eq!(rows.len(), 5);
            }
        }
        twin.run("UPDATE t SET n = 0 WHERE now() - interval '1 month' > at AND day < now() + interval '1 year';");
        twin.same("SELECT id FROM t WHERE n = 0 ORDER BY id");
    });
}

#[test]
fn a_text_is_a_uuid_in_its_usual_form() {
    each(|twin| {
        twin.run("CREATE TABLE t (id integer PRIMARY KEY, s text, u uuid); INSERT INTO t (id, s) VALUES (1, 'A0EEBC99-9c0b-4ef8-bb6d-6bb9bd380a11'), (2, NULL);");
        twin.run("UPDATE t SET u = s::uuid;");
        twin.same("SELECT id, coalesce(cast(u AS char(36)), '-') FROM t ORDER BY id");
        for wrong in [
            "x",
            "",
            "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a1g",
            "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a111",
        ] {
            twin.run(&format!("UPDATE t SET s = '{wrong}' WHERE id = 1;"));
            twin.fails("UPDATE t SET u = s::uuid;");
        }
    });
}

#[test]
fn seconds_since_1970_are_multiplied() {
    each(|twin| {
        twin.run("CREATE TABLE t (id integer PRIMARY KEY, ms bigint NOT NULL DEFAULT (extract(epoch FROM now()) * 1000)::bigint, us bigint); INSERT INTO t (id) VALUES (1);");
        twin.run("UPDATE t SET us = extract(epoch FROM now()) * 1000000;");
        let rows = twin.same("SELECT id FROM t WHERE ms > 1700000000000 AND us - ms * 1000 BETWEEN -1000 AND 60000000");
        assert_eq!(rows.len(), 1);
    });
}

#[test]
fn the_first_of_each_beside_a_star() {
    each(|twin| {
        twin.run(
            "CREATE TABLE t (id integer PRIMARY KEY, kind integer, at timestamptz, n integer); CREATE TABLE u (kind integer, first integer);
             INSERT INTO t VALUES (1, 7, '2024-01-01', 3), (2, 7, '2024-01-02', NULL), (3, 8, NULL, 1), (4, 8, '2024-01-01', 2), (5, NULL, NULL, NULL);
             INSERT INTO u SELECT kind, id FROM (SELECT DISTINCT ON (kind) * FROM t ORDER BY kind, at DESC) AS x;",
        );
        twin.same("SELECT coalesce(kind, 0), first FROM u ORDER BY 2");
        twin.run("INSERT INTO u SELECT x.kind, x.n FROM (SELECT DISTINCT ON (n % 2) t.* FROM t WHERE n IS NOT NULL ORDER BY n % 2, id DESC) AS x;");
        twin.same("SELECT coalesce(kind, 0), first FROM u ORDER BY 2, 1");
        // Of two columns of one name nobody knows which.
        let refused = twin.refused("INSERT INTO u SELECT x.kind, 1 FROM (SELECT DISTINCT ON (t.kind) * FROM t, t AS v) AS x;");
        assert!(!refused.is_empty());
    });
}

#[test]
fn what_is_gathered_is_in_its_order() {
    each(|twin| {
        twin.run(
            "CREATE TABLE t (id integer PRIMARY KEY, n integer, item integer, value jsonb, made jsonb); CREATE TABLE u (t_id integer, n integer, at timestamp, item integer);
             INSERT INTO t (id, n, value) VALUES (1, 7, '[{\"a\": 3}, {\"a\": 1}, {\"a\": 2}]'), (2, 8, '[]'), (3, NULL, NULL);
             INSERT INTO u VALUES (1, 2, '2024-01-02', 1), (1, NULL, '2024-01-03', 2), (1, 1, NULL, 3), (2, 5, '2024-01-01', 4), (2, 4, '2024-01-05', 0);",
        );
        let statements = [
            "UPDATE t SET made = (SELECT jsonb_agg(u.n ORDER BY u.n) FROM u WHERE u.t_id = t.id)",
            "UPDATE t SET made = (SELECT coalesce(jsonb_agg(u.item ORDER BY u.n DESC, item), '[]'::jsonb) FROM u WHERE u.t_id = t.id)",
            "UPDATE t SET made = (SELECT jsonb_agg(jsonb_build_object('n', u.n, 'of', t.n) ORDER BY at NULLS FIRST) FROM u WHERE u.t_id = t.id)",
            "UPDATE t SET made = to_jsonb(ARRAY(SELECT u.item AS x FROM u WHERE u.t_id = t.id ORDER BY x DESC))",
            "UPDATE t SET made = to_jsonb(ARRAY(SELECT u.item FROM u WHERE u.t_id = t.id ORDER BY u.n))",
            "UPDATE t SET made = to_jsonb(ARRAY(SELECT u.n FROM u WHERE u.t_id = t.id ORDER BY item))",
            "UPDATE t SET made = to_jsonb(ARRAY(SELECT u.n FROM u WHERE u.t_id = t.id ORDER BY 1 DESC))",
            "UPDATE t SET made = (SELECT jsonb_agg(e ORDER BY (e ->> 'a')::integer) FROM jsonb_array_elements(value) AS e)",
            "UPDATE t SET made = (SELECT jsonb_agg(CASE WHEN ord = 2 THEN jsonb_set(e, '{a}', 'null') ELSE e END ORDER BY ord DESC) FROM jsonb_array_elements(value) WITH ORDINALITY AS x (e, ord))",
        ];
        for statement in statements {
            let statement = format!("{statement};");
            if twin.target.engine == Engine::Mysql9 {
                assert_eq!(twin.refused(&statement), ["aggregate"]);
                continue;
            }
            twin.run("UPDATE t SET made = NULL;");
            twin.run(&statement);
            documents(twin, "SELECT made FROM t ORDER BY id");
        }
        twin.run("UPDATE t SET made = (SELECT to_jsonb(max(ordinality)) FROM jsonb_array_elements(value) WITH ORDINALITY WHERE value ->> 'a' <> '3');");
        documents(twin, "SELECT made FROM t ORDER BY id");
    });
}

#[test]
fn intervals_are_kept_as_they_are_shown() {
    each(|twin| {
        twin.run(
            "CREATE TABLE t (id integer PRIMARY KEY, span interval, n integer, CHECK (num_nonnulls(id, n) = 2 OR num_nulls(span) = 1));
             INSERT INTO t VALUES (1, interval '1 day', 1), (2, interval '90' minute, 2), (3, interval '-1 hour', 3), (4, '1 year 14 months 3 days 04:05:06.5'::interval, 4), (5, NULL, NULL);",
        );
        twin.fails("INSERT INTO t VALUES (6, interval '1 day', NULL);");
        let rows =
            twin.same("SELECT id, coalesce(trim(cast(span AS char(40))), '-') FROM t ORDER BY id");
        assert_eq!(rows.len(), 5);
        twin.run("UPDATE t SET n = num_nulls(n, span);");
        twin.same("SELECT id, n FROM t ORDER BY id");
        // A day is twenty-four hours to them, and is not written so.
        for statement in [
            "UPDATE t SET n = 1 WHERE span = interval '24 hours'",
            "UPDATE t SET n = (SELECT count(DISTINCT span) FROM t AS u)",
            "UPDATE t SET n = (SELECT count(*) FROM (SELECT span FROM t UNION SELECT span FROM t) AS x)",
            "UPDATE t SET n = 1 WHERE span IN (SELECT span FROM t WHERE id = 2)",
            "UPDATE t SET n = (SELECT count(*) FROM (SELECT max(span) FROM t) AS x)",
            "UPDATE t SET n = 1 WHERE greatest(span, span) IS NULL",
            "UPDATE t SET n = 1 WHERE span < ANY (SELECT span FROM t)",
        ] {
            assert!(!twin.refused(&format!("{statement};")).is_empty());
        }
    });
}

#[test]
fn a_text_is_a_moment_in_its_usual_form() {
    each(|twin| {
        twin.run(
            "CREATE TABLE t (id integer PRIMARY KEY, s text, at timestamptz, local timestamp, shown text);
             INSERT INTO t (id, s) VALUES (1, '2024-01-31 12:00:00'), (2, '2024-01-31T12:00:00.5Z'), (3, '2024-02-29 23:59:59.999999+00:00'), (4, NULL), (5, '1999-12-31 00:00:00.1234+00');",
        );
        twin.run("UPDATE t SET at = s::timestamptz, local = s::timestamp;");
        twin.run("UPDATE t SET shown = at::text || ' ' || local::text;");
        twin.same("SELECT id, coalesce(shown, '-') FROM t ORDER BY id");
        for wrong in [
            "x",
            "",
            "2024-02-30 00:00:00",
            "2024-01-01 25:00:00",
            "2024-01-01 00:00:00 x",
        ] {
            twin.run(&format!("UPDATE t SET s = '{wrong}' WHERE id = 1;"));
            twin.fails("UPDATE t SET at = s::timestamptz;");
            twin.fails("UPDATE t SET local = s::timestamp;");
        }
    });
}

#[test]
fn a_view_shows_elements() {
    each(|twin| {
        twin.run(DOCUMENTS);
        twin.run(
            "DELETE FROM t WHERE id = 4;
             CREATE VIEW v AS SELECT t.id, t.type, e ->> 'k' AS k, e FROM t, jsonb_array_elements(t.value) e;
             CREATE VIEW w AS SELECT id, ARRAY(SELECT e ->> 'k' FROM jsonb_array_elements(value) e) AS ks, (SELECT count(*) FROM jsonb_array_elements(value)) AS n FROM t;",
        );
        twin.same("SELECT id, coalesce(type, '-'), coalesce(k, '-') FROM v ORDER BY 1, 2, 3");
        twin.same("SELECT id, n FROM w ORDER BY id");
        twin.run(
            "CREATE TABLE r (id integer, s text, n integer, made jsonb);
             INSERT INTO r (id, s, n) SELECT id, string_agg(k, ','), count(e -> 'n') FROM v WHERE k = 'b' GROUP BY id;
             INSERT INTO r (id, made) SELECT 100 + id, jsonb_agg(e) FROM v WHERE id = 5 GROUP BY id;",
        );
        twin.same("SELECT id, coalesce(s, '-'), coalesce(n, -1) FROM r ORDER BY id");
        documents(twin, "SELECT made FROM r ORDER BY id");
    });
}

#[test]
fn a_key_that_tells_nulls_alike_is_an_index_on_expressions() {
    let mut twin = Twin::new(Engine::Sqlite);
    twin.run(
        "CREATE TABLE t (id integer PRIMARY KEY, a integer, b text, c integer NOT NULL, CONSTRAINT k UNIQUE NULLS NOT DISTINCT (a, b));
         CREATE TABLE u (id integer PRIMARY KEY, a text);
         CREATE UNIQUE INDEX i ON u (a) NULLS NOT DISTINCT WHERE id < 10;
         INSERT INTO t VALUES (1, NULL, 'x', 0), (2, 0, NULL, 0), (3, NULL, NULL, 0), (4, 0, '0', 0);
         INSERT INTO u VALUES (1, NULL), (2, '0'), (11, NULL), (12, NULL);",
    );
    for again in [
        "INSERT INTO t VALUES (9, NULL, NULL, 1);",
        "INSERT INTO t VALUES (9, NULL, 'x', 1);",
        "INSERT INTO t VALUES (9, 0, NULL, 1);",
        "UPDATE t SET a = 0 WHERE id = 3;",
        "INSERT INTO u VALUES (9, NULL);",
        "ALTER TABLE t ADD CHECK (id > 0); INSERT INTO t VALUES (9, NULL, NULL, 1);",
    ] {
        twin.fails(again);
    }
    twin.run("INSERT INTO t VALUES (5, NULL, '0', 0), (6, 1, NULL, 0);");
    twin.run("INSERT INTO t VALUES (7, NULL, NULL, 1) ON CONFLICT DO NOTHING;");
    twin.same("SELECT id, coalesce(a, -1), coalesce(b, '-') FROM t ORDER BY id");
    for by_columns in [
        "INSERT INTO t VALUES (7, NULL, NULL, 1) ON CONFLICT (b, a) DO UPDATE SET c = 7;",
        "INSERT INTO t VALUES (7, NULL, NULL, 1) ON CONFLICT ON CONSTRAINT k DO UPDATE SET c = 7;",
    ] {
        assert_eq!(
            twin.refused(by_columns),
            ["nulls-not-distinct"],
            "{by_columns}"
        );
    }
    // Gone, and where no column takes NULL a key as any other.
    twin.run(
        "ALTER TABLE t DROP CONSTRAINT k;
         INSERT INTO t VALUES (7, NULL, NULL, 1);
         ALTER TABLE t ADD CONSTRAINT l UNIQUE NULLS NOT DISTINCT (c, id);
         CREATE TABLE w (c integer, id integer, FOREIGN KEY (c, id) REFERENCES t (c, id));
         INSERT INTO w VALUES (1, 7);",
    );
    twin.same("SELECT count(*) FROM t");
    let referring = "CREATE TABLE v (a integer, b text, FOREIGN KEY (a, b) REFERENCES x (a, b));";
    twin.run("CREATE TABLE x (a integer, b text, UNIQUE NULLS NOT DISTINCT (a, b));");
    assert_eq!(twin.refused(referring), ["nulls-not-distinct"]);
}

#[test]
fn a_range_is_kept_as_its_text_and_nothing_compares_it() {
    each(|twin| {
        twin.run("CREATE TABLE t (id integer PRIMARY KEY, at point, during int8range, n integer); CREATE INDEX ON t USING gist (during);");
        twin.both_take("INSERT INTO t VALUES (1, '(1,2)', '[1,5)', 1), (2, NULL, 'empty', 2)");
        twin.run("ALTER TABLE t ALTER COLUMN n SET NOT NULL, ADD CHECK (n > 0); UPDATE t SET n = n + 1 WHERE during IS NOT NULL AND at IS NULL;");
        twin.run("ALTER TABLE t RENAME COLUMN at TO place; CREATE TABLE copy (at point); INSERT INTO copy SELECT place FROM t WHERE id = 1;");
        twin.equal(
            "SELECT id, coalesce(place::text, '-'), during::text, n FROM t ORDER BY id",
            "SELECT id, coalesce(place, '-'), during, n FROM t ORDER BY id",
        );
        twin.equal("SELECT at::text FROM copy", "SELECT at FROM copy");
        for refused in [
            "UPDATE t SET n = 1 WHERE during = '[1,5)';",
            "UPDATE t SET n = 1 WHERE during @> 3::bigint;",
            "UPDATE t SET n = 1 WHERE during < '[2,5)'::int8range;",
            "UPDATE t SET n = 1 WHERE upper(during) = 5;",
            "UPDATE t SET during = '[1,3]';",
            "UPDATE t SET n = place[0];",
            "INSERT INTO copy SELECT place FROM t ORDER BY during LIMIT 1;",
            "CREATE TABLE u AS SELECT DISTINCT during FROM t;",
            "UPDATE t SET n = (SELECT count(DISTINCT during) FROM t);",
            "UPDATE t SET n = 1 WHERE during IN (SELECT during FROM t WHERE id = 2);",
            "UPDATE t SET n = 1 WHERE during = ANY (SELECT during FROM t WHERE id = 2);",
            "UPDATE t SET n = 1 WHERE during < ANY (SELECT during FROM t WHERE id = 2);",
            "UPDATE t SET n = (SELECT count(*) FROM (SELECT max(during) FROM t) AS x);",
            "UPDATE t SET n = 1 WHERE during <> ALL (SELECT during FROM t WHERE id = 2);",
            "UPDATE t SET n = CASE during WHEN (SELECT during FROM t WHERE id = 2) THEN 1 ELSE 2 END;",
            "UPDATE t SET n = 1 WHERE greatest(during, during) IS NULL;",
            "UPDATE t SET n = 1 WHERE during IN (during, NULL);",
            "ALTER TABLE t ADD UNIQUE (during);",
            "ALTER TABLE t ADD COLUMN more int8range DEFAULT '[1,2]';",
            "ALTER TABLE t ALTER COLUMN during TYPE text;",
            "CREATE UNIQUE INDEX ON t (during);",
        ] {
            let mut fresh = Twin::new(twin.target.engine);
            fresh.run("CREATE TABLE t (id integer PRIMARY KEY, place point, during int8range, n integer); CREATE TABLE copy (at point);");
            assert!(!fresh.refused(refused).is_empty(), "{refused}");
        }
    });
}

#[test]
fn what_rows_are_grouped_by_may_stand_in_brackets() {
    each(|twin| {
        twin.run(
            "CREATE TABLE t (id integer PRIMARY KEY, a integer, b integer, n integer);
             INSERT INTO t VALUES (1, 1, 1, 0), (2, 1, NULL, 0), (3, 1, NULL, 0), (4, 2, 1, 0);
             UPDATE t SET n = s.times FROM (SELECT a, b, count(*) AS times, max(id) AS last FROM t GROUP BY (a, b)) AS s WHERE s.last = t.id;",
        );
        twin.same("SELECT id, n FROM t ORDER BY id");
    });
}

/// What is long because it was written so is none of what grows (`too-long`).
#[test]
fn a_long_list_is_translated() {
    let list = |item: fn(i32) -> String| (0..5000).map(item).collect::<Vec<_>>();
    let numbers = list(|n| n.to_string()).join(", ");
    let names = list(|n| format!("'n{n}'")).join(", ");
    let cases = list(|n| format!("WHEN 'n{n}' THEN 'm{n}'"))[..3000].join(" ");
    each(|twin| {
        twin.run("CREATE TABLE t (id bigint PRIMARY KEY, name varchar(40), m text);");
        twin.run("INSERT INTO t VALUES (7, 'n7', NULL), (6000, 'n8', NULL), (8, 'q', NULL);");
        twin.run(&format!("UPDATE t SET m = 'x' WHERE id IN ({numbers});"));
        twin.run(&format!(
            "UPDATE t SET m = CASE name {cases} END WHERE name IN ({names});"
        ));
        twin.same("SELECT id, coalesce(m, '-') FROM t ORDER BY id");
    });
}

/// A token that a function of the scripts draws: a row that has one is exact, one that is left to the default fails.
#[test]
fn a_default_that_a_function_gives_fails_where_a_row_is_left_to_it() {
    each(|twin| {
        let function = "CREATE FUNCTION token(n integer) RETURNS text LANGUAGE sql AS $$
            SELECT array_to_string(array(SELECT substr('abc', floor(random() * 3)::integer + 1, 1) FROM generate_series(1, n)), '') $$;";
        twin.run(function);
        twin.run("CREATE TABLE t (id integer PRIMARY KEY, token text NOT NULL DEFAULT token(8), n integer);
            INSERT INTO t VALUES (1, 'a', 1);
            CREATE TABLE u (token varchar(20) DEFAULT token(8) PRIMARY KEY, n integer);
            INSERT INTO u (token) VALUES ('x');
            ALTER TABLE t ALTER COLUMN token SET DEFAULT token(9), ADD COLUMN m integer; ALTER TABLE t RENAME COLUMN n TO o;
            UPDATE t SET o = 2;");
        twin.both_take("INSERT INTO t (id, token) VALUES (2, 'b')");
        twin.same("SELECT id, coalesce(o, 0) FROM t ORDER BY id");
        assert!(twin.target_error("INSERT INTO t (id) VALUES (3)").is_some());
        assert!(twin.target_error("INSERT INTO u (n) VALUES (3)").is_some());
        twin.run("ALTER TABLE t ALTER COLUMN token SET DEFAULT token(7); INSERT INTO t (id, token) VALUES (4, 'd');");
        for refused in [
            "INSERT INTO t (id) VALUES (3);",
            "INSERT INTO u (n) SELECT id FROM t;",
            "ALTER TABLE t ADD COLUMN k text NOT NULL DEFAULT token(3);",
        ] {
            let codes = twin.refused(refused);
            assert!(
                codes.iter().all(
                    |code| ["default-fails", "no-such-function", "unknown-type"].contains(code)
                ),
                "{refused}: {codes:?}"
            );
        }
    });
}

#[test]
fn bytes_become_a_text_of_their_digits() {
    each(|twin| {
        twin.run("CREATE TABLE t (id integer PRIMARY KEY, b bytea, s text); INSERT INTO t VALUES (1, '\\x00ff5c41', NULL), (2, '', NULL), (3, NULL, NULL);");
        twin.run("UPDATE t SET s = b::text || '!';");
        twin.same(
            "SELECT id, coalesce(substr(s, 2), '-'), coalesce(length(s), 0) FROM t ORDER BY id",
        );
        twin.run("ALTER TABLE t ALTER COLUMN b TYPE text;");
        twin.same(
            "SELECT id, coalesce(substr(b, 2), '-'), coalesce(length(b), 0) FROM t ORDER BY id",
        );
    });
}

/// SQLite takes a CHECK of a row that IS NULL, and fails when the schema is next read.
#[test]
fn a_row_is_null_if_all_of_it_is() {
    each(|twin| {
        twin.run("CREATE TABLE t (id integer PRIMARY KEY, a integer, b text, n integer, CHECK (NOT (a, b) IS NULL));");
        twin.run("INSERT INTO t VALUES (1, 1, NULL), (2, NULL, 'x'), (3, 3, 'y');");
        twin.fails("INSERT INTO t VALUES (4, NULL, NULL);");
        twin.run("ALTER TABLE t RENAME COLUMN b TO c; UPDATE t SET n = 1 WHERE (a, c) IS NOT NULL; UPDATE t SET n = 2 WHERE NOT (a, c) IS NOT NULL;");
        twin.same("SELECT id, n FROM t ORDER BY id");
    });
}

#[test]
fn what_exists_need_not_be_listed() {
    each(|twin| {
        twin.run("CREATE TABLE t (id integer PRIMARY KEY, n integer); INSERT INTO t VALUES (1, NULL), (2, 1);");
        twin.run(
            "CREATE VIEW v AS SELECT id FROM t WHERE EXISTS (SELECT FROM t AS u WHERE u.n = t.id);",
        );
        twin.run("CREATE TABLE w (id integer); INSERT INTO w VALUES (2); UPDATE t SET n = 7 WHERE NOT EXISTS (SELECT FROM w WHERE w.id = t.id);");
        twin.same("SELECT id FROM v ORDER BY id");
        twin.same("SELECT id, coalesce(n, 0) FROM t ORDER BY id");
    });
}

/// MariaDB says so only when the table is made.
#[test]
fn a_check_that_looks_at_the_clock_is_refused() {
    each(|twin| {
        assert_eq!(
            twin.refused(
                "CREATE TABLE t (id integer PRIMARY KEY, at timestamptz CHECK (at > now()));"
            ),
            ["not-deterministic"]
        );
    });
}

/// A `varchar` is compared as a text, and so its CHECKs go on when it becomes something else.
#[test]
fn a_check_of_a_varchar_goes_on_as_one_of_a_text() {
    let mut twin = Twin::new(Engine::Sqlite);
    twin.run("CREATE TABLE t (id integer PRIMARY KEY, c varchar(9) CHECK (c <> '' AND c IS NOT NULL)); INSERT INTO t VALUES (1, 'a');
            ALTER TABLE t ALTER COLUMN c TYPE bytea USING c::text::bytea; INSERT INTO t VALUES (2, '');");
    twin.fails("INSERT INTO t VALUES (3, NULL);");
    twin.same("SELECT id, length(c) FROM t ORDER BY id");
}

/// MariaDB's JSON has a CHECK of the column's own, which RENAME COLUMN did not find once a statement had
/// read the table by an alias.
#[test]
fn json_columns_are_renamed_after_a_query_by_an_alias() {
    each(|twin| {
        twin.run(
            "CREATE TABLE t (id integer PRIMARY KEY, j jsonb NOT NULL DEFAULT '{}', a text[], n integer, CHECK (a IS NOT NULL OR n > 0));
             INSERT INTO t (id, n) VALUES (1, 1);",
        );
        twin.same("SELECT x.id, x.n FROM t AS x");
        twin.run("ALTER TABLE t RENAME COLUMN j TO k; ALTER TABLE t RENAME COLUMN a TO b;");
        twin.same("SELECT x.id, x.k FROM t AS x");
        twin.run("ALTER TABLE t RENAME COLUMN n TO m; INSERT INTO t (id, m) VALUES (2, 1);");
        twin.fails("INSERT INTO t (id, m) VALUES (3, -1);");
        twin.same("SELECT id, k, m FROM t ORDER BY id");
    });
}

/// MySQL took no CHECK that was a CASE, a call or a column: error 3812.
#[test]
fn a_check_is_any_value_that_is_a_boolean() {
    each(|twin| {
        twin.run(
            "CREATE TABLE t (id integer PRIMARY KEY, f boolean, n integer, CHECK (f), CHECK (coalesce(f, true)), CHECK (CASE WHEN n > 1 THEN f ELSE true END), CHECK (f::boolean));
             INSERT INTO t VALUES (1, true, 2), (2, NULL, 2);",
        );
        twin.fails("INSERT INTO t VALUES (3, false, 1);");
        twin.run("ALTER TABLE t DROP CONSTRAINT t_f_check, ADD CHECK (nullif(n, 2) IS NULL OR f), ADD COLUMN g boolean CHECK (g);");
        twin.fails("INSERT INTO t VALUES (3, true, 1, false);");
        twin.same("SELECT id, n FROM t ORDER BY id");
    });
}

/// SQLite's next rebuild found one foreign key where the migrations had made two that say the same.
#[test]
fn foreign_keys_that_say_the_same_are_kept() {
    each(|twin| {
        twin.run(
            "CREATE TABLE p (id integer PRIMARY KEY); CREATE TABLE c (id integer PRIMARY KEY, p integer REFERENCES p ON DELETE SET NULL, n integer NOT NULL);
             INSERT INTO p VALUES (1), (2); INSERT INTO c VALUES (1, 1, 1), (2, 2, 2);",
        );
        twin.run("ALTER TABLE p RENAME COLUMN id TO key; ALTER TABLE c ADD FOREIGN KEY (p) REFERENCES p (key) ON DELETE SET NULL;");
        twin.run("ALTER TABLE c ALTER COLUMN n DROP NOT NULL;");
        twin.run("ALTER TABLE c DROP CONSTRAINT c_p_fkey;");
        twin.run("ALTER TABLE c ALTER COLUMN n TYPE bigint; DELETE FROM p WHERE key = 1;");
        twin.fails("INSERT INTO c VALUES (3, 3, 3);");
        twin.same("SELECT id, coalesce(p, 0), n FROM c ORDER BY id");
        twin.run("ALTER TABLE c DROP CONSTRAINT c_p_fkey1; INSERT INTO c VALUES (3, 3, 3);");
        twin.same("SELECT id, coalesce(p, 0), n FROM c ORDER BY id");
    });
}

/// PostgreSQL's planner makes NULL of what has a constant NULL for an operand: MariaDB divided by 0.
#[test]
fn arithmetic_with_a_constant_null_is_null() {
    each(|twin| {
        twin.run(
            "CREATE TABLE t (id integer PRIMARY KEY, n double precision); INSERT INTO t VALUES (1, 2), (2, NULL);
             UPDATE t SET n = (n / 0) / (NULL::integer + 3) WHERE id = 1; INSERT INTO t SELECT id + 2, 1 - NULL::integer FROM t;",
        );
        twin.same("SELECT id FROM t WHERE n IS NULL ORDER BY id");
        twin.fails("INSERT INTO t SELECT 9, 1 / (id - 1) FROM t;");
    });
}

/// MySQL takes no regular expression in the key of an index, which a CHECK on such a column is.
#[test]
fn a_check_by_a_regular_expression_on_what_a_foreign_key_changes() {
    each(|twin| {
        twin.run(
            "CREATE TABLE p (id varchar(20) PRIMARY KEY); CREATE TABLE c (id integer PRIMARY KEY, p varchar(20) REFERENCES p ON UPDATE CASCADE);
             INSERT INTO p VALUES ('a'), ('b'); INSERT INTO c VALUES (1, 'a');",
        );
        let check = "ALTER TABLE c ADD CONSTRAINT letters CHECK (p ~ '^[a-z ]*$');";
        if twin.target.engine == Engine::Mysql9 {
            assert_eq!(twin.refused(check), ["no-form"]);
            return;
        }
        twin.run(check);
        twin.fails("UPDATE p SET id = '1' WHERE id = 'a';");
        twin.run("UPDATE p SET id = 'c' WHERE id = 'a'; ALTER TABLE c ADD COLUMN n integer;");
        twin.same("SELECT id, p FROM c");
        twin.run("ALTER TABLE c DROP CONSTRAINT letters;");
        twin.run("UPDATE p SET id = '1' WHERE id = 'c';");
        twin.same("SELECT id, p FROM c");
    });
}

/// Elsewhere both would have one name. The old one has another until it goes.
#[test]
fn a_table_that_takes_the_place_of_one_with_other_capitals() {
    each(|twin| {
        twin.run(
            "CREATE TABLE \"Block\" (id integer PRIMARY KEY, n integer);
             CREATE TABLE \"Address\" (id serial PRIMARY KEY, name text UNIQUE, block integer REFERENCES \"Block\" ON DELETE CASCADE);
             CREATE INDEX \"by block\" ON \"Address\" (block);
             CREATE TABLE c (a integer REFERENCES \"Address\");
             INSERT INTO \"Block\" VALUES (1, 10); INSERT INTO \"Address\" (name, block) VALUES ('a', 1), ('b', NULL); INSERT INTO c VALUES (1);",
        );
        twin.run(
            "CREATE TABLE block (id integer PRIMARY KEY, n integer);
             CREATE TABLE address (id serial PRIMARY KEY, name text, block integer);
             ALTER TABLE address ADD CONSTRAINT address_block_fkey FOREIGN KEY (block) REFERENCES block (id);
             CREATE INDEX address_block_idx ON address (block);
             INSERT INTO block SELECT id, n FROM \"Block\";
             INSERT INTO address (name, block) SELECT \"Address\".name, \"Address\".block FROM \"Address\" JOIN \"Block\" b ON b.id = \"Address\".block;
             UPDATE \"Address\" SET name = 'x' WHERE \"Address\".id = 2;
             INSERT INTO address (name) SELECT name FROM \"Address\" WHERE block IS NULL;
             ALTER TABLE c DROP CONSTRAINT c_a_fkey;
             ALTER TABLE \"Address\" DROP CONSTRAINT \"Address_block_fkey\";
             DROP TABLE \"Address\";
             DROP TABLE \"Block\";",
        );
        twin.same("SELECT id, name, coalesce(block, 0) FROM address ORDER BY id");
        twin.run("ALTER TABLE c ADD CONSTRAINT c_a_fkey FOREIGN KEY (a) REFERENCES address (id); INSERT INTO address (name) VALUES ('new');");
        twin.fails("DELETE FROM block;");
        twin.same("SELECT id, name, coalesce(block, 0) FROM address ORDER BY id");
        // Where it stays they are two.
        assert!(!twin.refused("CREATE TABLE \"C\" (id integer);").is_empty());
    });
}

#[test]
fn the_time_from_one_moment_to_another_is_an_interval() {
    const MOMENTS: [(&str, &str); 12] = [
        ("2024-01-01 00:00:00", "2024-01-01 00:00:00"),
        ("2024-01-01 00:00:00", "2024-01-02 00:00:00"),
        ("2024-01-02 00:00:00", "2024-01-01 00:00:00"),
        ("2024-01-01 00:00:00", "2024-03-01 04:05:06.7"),
        ("2024-03-01 04:05:06.000001", "2024-01-01 00:00:00"),
        ("2024-01-01 23:59:59.999999", "2024-01-02 00:00:00"),
        ("2024-01-01 00:00:00.5", "2024-01-01 00:00:00.25"),
        ("1969-12-31 23:59:59.5", "1970-01-01 00:00:00.25"),
        ("1900-02-28 12:00:00", "2100-03-01 11:00:00"),
        ("2024-01-01 10:00:00", "2024-01-02 09:59:59.123456"),
        ("2024-01-01 10:00:00", "2024-01-02 10:00:00.00001"),
        ("2024-01-03 10:00:00.1", "2024-01-01 10:00:00"),
    ];
    each(|twin| {
        twin.run(
            "CREATE TABLE t (id integer PRIMARY KEY, a timestamptz, b timestamptz, c timestamp, d timestamp,
                lasted interval GENERATED ALWAYS AS (b - a) STORED, apart interval);
             CREATE INDEX t_lasted ON t (lasted);",
        );
        for (at, (from, to)) in MOMENTS.iter().enumerate() {
            twin.run(&format!(
                "INSERT INTO t (id, a, b, c, d) VALUES ({at}, '{from}+00', '{to}+00', '{from}', '{to}');"
            ));
        }
        twin.run("INSERT INTO t (id, a, d) VALUES (100, '2024-01-01 00:00:00+00', '2024-01-01 00:00:00'); UPDATE t SET apart = d - c; CREATE VIEW gaps AS SELECT id, d - c AS gap FROM t;");
        let rows = twin.same(
            "SELECT id, coalesce(lasted, '1 year'), coalesce(apart, '1 year') FROM t ORDER BY id",
        );
        assert_eq!(rows.len(), MOMENTS.len() + 1);
        twin.same("SELECT id, coalesce(gap, '1 year') FROM gaps ORDER BY id");
        // Its digits would be rounded.
        twin.refused("CREATE TABLE rounded (id integer PRIMARY KEY, span interval(0)); INSERT INTO rounded SELECT id, d - c FROM t");
    });
}

#[test]
fn a_check_knows_the_order_of_an_enums_members() {
    each(|twin| {
        twin.run("CREATE TYPE state AS ENUM ('new', 'open', 'done', 'closed');");
        twin.run(
            "CREATE TABLE t (id integer PRIMARY KEY, s state, holder text,
                CONSTRAINT is_held CHECK (s < 'open' OR s > 'done' OR holder IS NOT NULL),
                CONSTRAINT is_known CHECK (s BETWEEN 'new' AND 'closed'));
             INSERT INTO t VALUES (1, 'new', NULL), (2, 'closed', NULL), (3, 'open', 'a'), (4, NULL, 'b');",
        );
        twin.fails("INSERT INTO t VALUES (5, 'open', NULL)");
        twin.fails("INSERT INTO t VALUES (5, 'done', NULL)");
        twin.run("ALTER TYPE state ADD VALUE 'paused' BEFORE 'done';");
        twin.run("ALTER TYPE state ADD VALUE 'gone';");
        twin.fails("INSERT INTO t VALUES (5, 'paused', NULL)");
        twin.fails("INSERT INTO t VALUES (5, 'done', NULL)");
        twin.fails("INSERT INTO t VALUES (5, 'gone', 'c')");
        twin.run("INSERT INTO t VALUES (5, 'paused', 'c'), (6, 'done', 'd');");
        twin.run("ALTER TYPE state RENAME VALUE 'open' TO 'opened';");
        twin.fails("INSERT INTO t VALUES (7, 'opened', NULL)");
        twin.run("INSERT INTO t VALUES (7, 'opened', 'e'), (8, 'new', NULL);");
        twin.same("SELECT id, s FROM t WHERE s IS NOT NULL ORDER BY id");
        // A view and a trigger stay when members come.
        twin.refused("CREATE VIEW v AS SELECT id FROM t WHERE s > 'opened'; INSERT INTO t SELECT id + 10, 'new' FROM v");
    });
}

/// Where a row lies is a number of SQLite's too.
#[test]
fn rows_are_told_apart_by_where_they_lie() {
    each(|twin| {
        twin.run("CREATE TABLE t (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), a text, b integer NOT NULL, rowid integer); CREATE TABLE u (a text, b integer);
            INSERT INTO t (a, b) VALUES ('x', 1), ('y', 2), ('x', 3), (NULL, 4), ('x', 5), (NULL, 6), ('y', 7); INSERT INTO u SELECT a, b FROM t;");
        let first =
            "DELETE FROM t one USING t other WHERE one.ctid < other.ctid AND one.a = other.a;";
        if twin.target.engine != Engine::Sqlite {
            assert!(!twin.refused(first).is_empty());
            return;
        }
        let left_out = twin.omitted(first);
        assert!(
            left_out.iter().any(|said| said.starts_with("row-place: ")),
            "{left_out:?}"
        );
        twin.same("SELECT coalesce(a, '-'), b FROM t ORDER BY b");
        twin.run("DELETE FROM u WHERE EXISTS (SELECT 1 FROM u AS other WHERE other.a = u.a AND other.ctid < u.ctid);
            UPDATE t SET a = 'z' WHERE EXISTS (SELECT 1 FROM t AS other WHERE other.ctid <> t.ctid AND other.a IS NULL AND t.a IS NULL);");
        twin.same("SELECT coalesce(a, '-'), b FROM u ORDER BY b");
        twin.same("SELECT a, b FROM t ORDER BY b");
        // What is shown is of no use anywhere else.
        assert!(
            !twin
                .refused("INSERT INTO u (a) SELECT ctid::text FROM t;")
                .is_empty()
        );
    });
}

/// No query stands in a CHECK of SQLite's: of an array with such a text it fails.
#[test]
fn a_check_asks_whether_a_document_has_a_key() {
    each(|twin| {
        let made = twin.takes("CREATE TABLE t (id integer PRIMARY KEY, data jsonb, CONSTRAINT without CHECK (NOT data ? 'a_id'));");
        if !made {
            assert_ne!(twin.target.engine, Engine::Sqlite);
            return;
        }
        twin.run(r#"INSERT INTO t VALUES (1, '{"a": 1}'), (2, '[]'), (3, '["x", 1, {"b": null}]'), (4, '"other"'), (5, 'null'), (6, NULL), (7, '12'), (8, '{"a": {"a_id": 1}}'), (9, 'true'), (10, '["A_id"]');"#);
        for document in [
            r#"{"a_id": null}"#,
            r#"{"b": 1, "a_id": {}}"#,
            r#""a_id""#,
            r#"["x", "a_id"]"#,
        ] {
            twin.fails(&format!("INSERT INTO t VALUES (20, '{document}');"));
        }
        twin.same("SELECT id FROM t ORDER BY id");
        if twin.target.engine == Engine::Sqlite {
            let said = twin.target_error(r#"INSERT INTO t VALUES (30, '[["a_id"]]');"#);
            assert!(said.unwrap().contains("whether an array has `a_id`"));
        }
        // The table is made anew under another name.
        twin.run("ALTER TABLE t DROP CONSTRAINT without; ALTER TABLE t ADD COLUMN n integer; ALTER TABLE t ADD CONSTRAINT again CHECK (NOT data ? 'c'), ADD CHECK (n > 0);");
        twin.fails(r#"INSERT INTO t (id, data) VALUES (40, '{"c": 1}');"#);
        twin.run(r#"INSERT INTO t (id, data) VALUES (40, '{"a_id": 1}');"#);
        twin.same("SELECT id FROM t ORDER BY id");
    });
}
