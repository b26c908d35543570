//! Values that SQLite holds or compares otherwise than PostgreSQL: the same expressions over the same rows
//! on both.

#![allow(clippy::unwrap_used, reason = "a panic is the report")]

use aludel_tests::engine::Engine;
use aludel_tests::twin::Twin;

/// PostgreSQL and SQLite, with a table `t` and its rows.
fn with(script: &str) -> Twin {
    let mut twin = Twin::new(Engine::Sqlite);
    twin.run(script);
    twin
}

/// Conditions hold for the same rows. `t` has a column `n integer` for the answer.
fn conditions(twin: &mut Twin, conditions: &[&str]) {
    for condition in conditions {
        twin.run(&format!(
            "UPDATE t SET n = CASE WHEN {condition} THEN 1 WHEN NOT ({condition}) THEN 0 END;"
        ));
        twin.same("SELECT id, coalesce(n, -1) FROM t ORDER BY id");
    }
}

/// Texts are the same. `t` has a column `made text` for them.
fn texts(twin: &mut Twin, expressions: &[&str]) {
    for expression in expressions {
        twin.run(&format!("UPDATE t SET made = {expression};"));
        twin.same("SELECT id, coalesce('<' || made || '>', 'NULL') FROM t ORDER BY id");
    }
}

/// Each is refused in a database where `table` was run.
fn refused(table: &str, statements: &[&str]) {
    for statement in statements {
        let mut fresh = Twin::new(Engine::Sqlite);
        fresh.run(table);
        assert!(!fresh.refused(statement).is_empty(), "{statement}");
    }
}

const CASELESS: &str = "CREATE EXTENSION IF NOT EXISTS citext;
    CREATE TABLE t (id integer PRIMARY KEY, c citext, d citext, s text, code char(5), n integer, made text);
    INSERT INTO t (id, c, d, s, code) VALUES (1, 'Bob', 'bOB', 'BOB', 'ab'), (2, 'abc@X.com', 'ABC', 'abc', 'a b'), (3, NULL, 'x', NULL, NULL), (4, 'Hello World', 'hello', 'hello world', 'abcde');";

#[test]
fn patterns_of_a_citext_ignore_case() {
    let mut twin = with(CASELESS);
    conditions(
        &mut twin,
        &[
            "c LIKE 'bob%'",
            "c NOT LIKE 'B%'",
            "c ILIKE 'B%'",
            "c::text LIKE 'b%'",
            "c ~ '^[a-z0-9._]+@[a-z]+'",
            "c !~ 'b'",
            "c SIMILAR TO 'b%'",
            "c NOT SIMILAR TO '(bob|x)'",
            "c::text ~ 'b'",
            "strpos(c, 'B') = 1",
            "strpos(c, d) = 1",
            "strpos(s, 'B') = 1",
            "position('B' in c) = 1",
            "starts_with(s, c)",
        ],
    );
    texts(
        &mut twin,
        &[
            "replace(c, ' ', '_')",
            "replace(c::text, 'B', 'q')",
            "split_part(c, '@', 1)",
        ],
    );
    refused(
        CASELESS,
        &[
            "UPDATE t SET made = replace(c, 'B', 'q');",
            "UPDATE t SET made = replace(c, '-', '\\1');",
            "UPDATE t SET made = split_part(c, 'B', 1);",
        ],
    );
    // As the check of a domain.
    twin.run(
        "CREATE DOMAIN email AS citext CHECK (VALUE ~ '^[a-z0-9._]+@[a-z0-9.-]+$'); CREATE TABLE u (id integer, e email CHECK (e LIKE '%.com'));
         INSERT INTO u VALUES (1, 'Bob@X.COM');",
    );
    twin.fails("INSERT INTO u VALUES (2, 'b b@x.com');");
    twin.fails("INSERT INTO u VALUES (2, 'b@x.org');");
}

#[test]
fn a_citext_ignores_case_and_a_text_of_it_does_not() {
    let mut twin = with(CASELESS);
    conditions(
        &mut twin,
        &[
            "c::text = 'BOB'",
            "c::text <> lower(c::text)",
            "c::varchar = 'BOB'",
            "c::text = d::text",
            "c = d",
            "s = c",
            "s::citext = 'HELLO WORLD'",
            "'abc'::citext = 'ABC'",
            "lower(c) = 'BOB'",
            "CASE WHEN id < 9 THEN c ELSE d END = 'BOB'",
            "coalesce(c, d) = 'BOB'",
            "coalesce(c, s) = 'bob'",
            "lower(coalesce(c, d)) = 'BOB'",
            "coalesce(c, d) || 'x' = 'BOBx'",
            "(SELECT u.c FROM t u WHERE u.id = t.id) = 'BOB'",
            "c = ANY(ARRAY['BOB'])",
            "c = ANY(ARRAY['BOB']::citext[])",
            "c <> ALL(ARRAY['BOB', 'abc'])",
            "c IN ('BOB', 'x')",
            "c::text IN (SELECT u.d FROM t u)",
            "CASE c WHEN 'BOB' THEN true ELSE false END",
            "CASE c WHEN s THEN true ELSE false END",
            "nullif(c::text, 'BOB') IS NULL",
            "c COLLATE \"C\" = 'BOB'",
            "c::text IS DISTINCT FROM 'BOB'",
            "code = ANY(ARRAY['ab   '])",
            "code = ANY(ARRAY['ab'])",
        ],
    );
    twin.run(
        "CREATE TABLE r (what text, times integer);
         INSERT INTO r SELECT 'text', count(DISTINCT q.c::text) FROM (SELECT c FROM t UNION ALL SELECT d FROM t) AS q;
         INSERT INTO r SELECT 'citext', count(DISTINCT q.c) FROM (SELECT c FROM t UNION ALL SELECT d FROM t) AS q;
         INSERT INTO r SELECT 'as text', id FROM (SELECT id, c::text AS e FROM t) AS q WHERE q.e = 'BOB';
         INSERT INTO r SELECT 'as citext', id FROM (SELECT id, coalesce(c, d) AS e FROM t) AS q WHERE q.e = 'BOB';
         CREATE VIEW v AS SELECT id, c::text AS e, coalesce(c, d) AS f FROM t;",
    );
    twin.same("SELECT what, times FROM r ORDER BY 1, 2");
    twin.same("SELECT count(*) FROM v WHERE e = 'BOB'");
    twin.same("SELECT count(*) FROM v WHERE f = 'BOB'");
    refused(
        CASELESS,
        &[
            "UPDATE t SET n = (SELECT count(*) FROM (SELECT s FROM t INTERSECT SELECT c FROM t) AS x);",
        ],
    );
}

/// A default that no expression is: SQLite takes no other for a column that is added.
#[test]
fn a_citext_that_is_stored_has_no_collation_of_its_own() {
    let mut twin = with(CASELESS);
    twin.run("ALTER TABLE t ADD COLUMN e citext NOT NULL DEFAULT 'A'::citext; UPDATE t SET e = s::citext, made = c::text WHERE id = 1;");
    conditions(&mut twin, &["e = 'a'", "e = 'bob'", "made = 'BOB'"]);
}

const CLOCKS: &str = "CREATE TABLE t (id integer PRIMARY KEY, a time, ts timestamp, tz timestamptz, d date, i integer, b bigint, n integer, made text);
    INSERT INTO t (id, a, ts, tz, d, i, b) VALUES (1, '10:00:00', '2024-12-31 23:59:59.999999', '2024-12-31 23:59:59.9996+00', '2024-02-29', 3, 1),
      (2, '12:30:45.5', '2024-01-31 12:34:56.5', '1969-12-31 23:59:59.5+00', '0001-01-01', 0, 1000000000), (3, NULL, NULL, NULL, NULL, NULL, NULL),
      (4, '00:00:00.120', '2024-06-30 00:00:01.25', '1970-01-01 00:00:00.5+00', '1999-12-31', -7, -1);";

#[test]
fn a_time_is_shown_without_zeros_and_not_cut_off() {
    let mut twin = with(CLOCKS);
    texts(
        &mut twin,
        &[
            "a::text",
            "'at ' || a",
            "concat(a, '|')",
            "ts::time::text",
            "a::varchar(10)",
            "a::time(2)::text",
            "'10:00:00.7'::time(0)::text",
        ],
    );
    twin.run("ALTER TABLE t ADD COLUMN whole time(0); UPDATE t SET whole = a WHERE id = 1; UPDATE t SET made = whole::text; INSERT INTO t (id, whole) VALUES (9, LOCALTIME);");
    twin.same("SELECT id, coalesce(made, '-') FROM t ORDER BY id");
    twin.same("SELECT count(*) FROM t WHERE length(cast(whole AS varchar(20))) = 8");
    // What is rounded there fails here.
    for rounded in [
        "UPDATE t SET whole = a;",
        "UPDATE t SET made = ts::time(1)::text;",
        "ALTER TABLE t ALTER COLUMN a TYPE time(0);",
    ] {
        twin.target_fails(rounded);
        let mut fresh = with(CLOCKS);
        fresh.run("ALTER TABLE t ADD COLUMN whole time(0); DELETE FROM t WHERE id > 1; UPDATE t SET ts = '2024-01-01 10:00:00.100';");
        fresh.run(rounded);
    }
}

#[test]
fn a_fraction_does_not_round_to_the_next_day() {
    let mut twin = with(CLOCKS);
    texts(
        &mut twin,
        &[
            "extract(dow FROM ts)::integer::text",
            "extract(doy FROM ts)::integer::text",
            "extract(year FROM tz)::integer::text",
            "extract(hour FROM ts)::integer::text",
            "date_part('dow', tz)::integer::text",
            "extract(doy FROM d)::integer::text",
            "extract(epoch FROM tz)::bigint::text",
            "date_part('epoch', tz)::bigint::text",
            "to_char(ts, 'SSSS')",
            "to_char(ts, 'HH24 SSSSS:SS')",
        ],
    );
    refused(CLOCKS, &["UPDATE t SET made = to_char(ts, 'DDDD');"]);
}

#[test]
fn moments_out_of_range_fail() {
    let mut twin = with(CLOCKS);
    texts(
        &mut twin,
        &[
            "to_timestamp(b)::text",
            "(ts + i * interval '1 day')::text",
            "(tz - i * interval '90 minutes')::text",
            "(d + abs(i))::text",
        ],
    );
    twin.run("UPDATE t SET b = 99999999999999999, i = 2000000000 WHERE id = 4;");
    twin.fails("UPDATE t SET made = to_timestamp(b)::text;");
    twin.fails("UPDATE t SET made = (ts + i * interval '1 day')::text;");
    // PostgreSQL knows years before the first and after 9999.
    twin.target_fails("UPDATE t SET made = (d + i / 500)::text;");
    twin.target_fails("UPDATE t SET made = (d - 1)::text WHERE id = 2;");
}

#[test]
fn a_path_of_names_may_lead_into_an_array() {
    let table = "CREATE TABLE t (id integer PRIMARY KEY, j jsonb, na numeric(8, 2)[], ca integer[], n integer, made text);
        INSERT INTO t (id, j, na, ca) VALUES (1, '{\"a\": {\"b\": \"x\"}}', '{1.50,2}', '{1,2}'), (2, '{\"a\": [\"y\"]}', '{1,2}', '{}');";
    let mut twin = with(table);
    texts(
        &mut twin,
        &[
            "jsonb_extract_path_text(j, 'a', 'b')",
            "'{\"a\": 1.5e3}'::jsonb ->> 'a'",
            "'{\"a\": 1.50e1}'::jsonb ->> 'a'",
            "jsonb_set('{}'::jsonb, '{a}', '-1E-2') ->> 'a'",
        ],
    );
    conditions(&mut twin, &["ca = '{1,2}'"]);
    refused(
        table,
        &[
            "UPDATE t SET made = jsonb_extract_path_text(j, 'a', '0');",
            "UPDATE t SET n = 1 WHERE na = '{1.5,2}';",
        ],
    );
}

#[test]
fn a_column_may_be_qualified_with_the_schema() {
    aludel_tests::twin::each(|twin| {
        twin.run(
            "CREATE TABLE public.\"slots\" (id integer PRIMARY KEY, root varchar(20)); CREATE TABLE public.cr (id integer PRIMARY KEY, slot_root varchar(20), n integer);
             INSERT INTO slots VALUES (7, 'a'), (8, 'c'); INSERT INTO cr VALUES (1, 'a', 0), (2, 'b', 0);",
        );
        twin.run("UPDATE public.cr SET n = public.\"slots\".id FROM public.\"slots\" WHERE public.\"slots\".root = public.cr.slot_root;");
        twin.run("INSERT INTO public.cr SELECT public.slots.id, public.slots.root, 1 FROM public.slots WHERE NOT EXISTS (SELECT 1 FROM public.cr WHERE public.cr.slot_root = public.slots.root);");
        twin.run("UPDATE cr SET n = 2 WHERE public.cr.id = 2; CREATE VIEW v AS SELECT public.cr.id, public.cr.n FROM public.cr;");
        twin.same("SELECT id, n FROM v ORDER BY id");
    });
}

#[test]
fn a_real_is_the_number_that_a_single_holds() {
    let table = "CREATE TABLE t (id integer PRIMARY KEY, r real DEFAULT 0.1, f double precision, i integer, b bigint, m numeric(12, 4), s text, n integer, made text);
        INSERT INTO t (id, r, f, i, b, m, s) VALUES (1, 0.1, 0.1, 16777217, 16777219, 0.1, '0.1'), (2, -2.5, 9007199254740992, -3, 9007199254740993, -2.5, '1e3'), (3, NULL, NULL, NULL, NULL, NULL, NULL),
          (4, 16777217, 16777217, 7, 1, 12345678.1234, '16777219');
        INSERT INTO t (id, f) VALUES (5, 1e-3);";
    let mut twin = with(table);
    let ask = [
        "r = 0.1",
        "r > 0.1",
        "r = '0.1'",
        "r = -2.5",
        "f = r",
        "r IN (0.1, -2.5)",
        "r IN (0.1)",
        "r IN (0.1, 16777217, f)",
        "r BETWEEN 0.1 AND 20000000",
        "r = 16777216",
        "r + r = 0.2::real",
        "r * r > 0.01",
        "r / 3::real = 0.033333335::real",
        "r * 2 = 0.2",
        "f::real = f",
        "i::real = i",
        "(b / 2)::real = b / 2",
        "m::real = r",
        "s::real = r",
        "f = 9007199254740993",
        "b = f",
        "b > f",
    ];
    conditions(&mut twin, &ask);
    twin.run("UPDATE t SET r = f WHERE id = 1; UPDATE t SET r = i WHERE id = 2; UPDATE t SET r = m WHERE id = 4; UPDATE t SET r = r * 1.1 WHERE id = 5;");
    conditions(&mut twin, &ask[..8]);
    twin.run("ALTER TABLE t ALTER COLUMN r TYPE double precision;");
    conditions(
        &mut twin,
        &["r = 0.1", "r > 0.1", "r = f", "r > 0.1000000014"],
    );
    twin.run("UPDATE t SET r = 1e39 WHERE id = 1;");
    twin.fails("ALTER TABLE t ALTER COLUMN r TYPE real;");
    twin.run("UPDATE t SET r = f; ALTER TABLE t ALTER COLUMN r TYPE real;");
    conditions(&mut twin, &["r = f", "r > f", "r = 0.001"]);
    refused(
        table,
        &["UPDATE t SET r = 1e39;", "UPDATE t SET r = '1e-60';"],
    );
}

const PADDED: &str = "CREATE TABLE t (id integer PRIMARY KEY, code char(5) NOT NULL, v varchar(9), s jsonb, n integer, made text);
    INSERT INTO t (id, code, v) VALUES (1, 'ab', 'ab'), (2, 'a b', 'x'), (4, 'abcde', 'abcde'), (5, 'é', '');";

#[test]
fn a_char_has_its_blanks_where_they_are_seen() {
    let mut twin = with(PADDED);
    texts(
        &mut twin,
        &[
            "concat(code, '-', id)",
            "code || '-'",
            "octet_length(code)::text",
            "length(code)::text",
            "jsonb_build_object('c', code) ->> 'c'",
            "to_jsonb(code) #>> '{}'",
            "jsonb_build_array(id, code) ->> 1",
        ],
    );
    conditions(
        &mut twin,
        &[
            "code LIKE 'ab%'",
            "code LIKE '%b'",
            "code LIKE 'ab   '",
            "code NOT LIKE 'a_b'",
            "code LIKE 'ab_%'",
            "code ILIKE 'AB   '",
            "code::text LIKE '%b'",
            "code ~ '^[a-z]+$'",
            "code ~ '^ab'",
            "code !~ ' $'",
        ],
    );
    twin.run("CREATE TABLE u (code char(3) CHECK (code ~ '^[a-z]+$'), id integer);");
    twin.fails("INSERT INTO u VALUES ('ab');");
    twin.run("INSERT INTO u (code) VALUES ('abc'); UPDATE t SET s = (SELECT jsonb_agg(x.code) FROM t AS x WHERE x.id = t.id);");
    texts(&mut twin, &["s ->> 0"]);
    refused(
        PADDED,
        &[
            "UPDATE t SET s = to_jsonb(ARRAY[code]);",
            "UPDATE t SET made = array_to_string(ARRAY[code], ',');",
            "UPDATE t SET n = (SELECT count(*) FROM (SELECT code FROM t UNION SELECT v FROM t) AS x);",
        ],
    );
}

#[test]
fn what_fails_in_json_fails() {
    let mut twin = with("CREATE TABLE t (id integer PRIMARY KEY, i integer, j jsonb, made text);
        INSERT INTO t VALUES (1, 1, '{\"a\": {\"b\": 1}}'), (2, 2, '{\"a\": 5}'), (3, 3, '{}'), (4, 4, NULL);");
    texts(
        &mut twin,
        &[
            "jsonb_set(j, '{a,b}', '2') #>> '{a,b}'",
            "to_jsonb(i + 1) #>> '{}'",
        ],
    );
    twin.run("UPDATE t SET i = 2147483647 WHERE id = 1;");
    twin.fails("UPDATE t SET made = to_jsonb(i + 1)::text;");
    twin.fails("UPDATE t SET j = jsonb_build_object('a', i * 2);");
    for json in ["[1]", "5", "{\"a\": [1]}"] {
        twin.run(&format!("UPDATE t SET j = '{json}' WHERE id = 1;"));
        twin.fails("UPDATE t SET j = jsonb_set(j, '{a,b}', '2');");
        twin.fails("UPDATE t SET j = jsonb_set(j, '{a,b,c}', '2');");
    }
}

#[test]
fn a_column_is_renamed_beneath_views_of_views() {
    let mut twin = with("CREATE TABLE t (id integer PRIMARY KEY, a integer, b varchar(5)); INSERT INTO t VALUES (1, 7, 'x'); CREATE TABLE other (a integer);
        CREATE VIEW v AS SELECT * FROM t; CREATE VIEW w AS SELECT v.*, 1 AS n FROM v; CREATE VIEW x AS SELECT w.a, t.b FROM w JOIN t ON t.a = w.a; CREATE VIEW o AS SELECT a FROM other;");
    twin.run("ALTER TABLE t RENAME COLUMN a TO z; ALTER TABLE t RENAME COLUMN b TO y;");
    twin.run("ALTER TABLE t RENAME TO u; ALTER TABLE u RENAME COLUMN z TO a; ALTER TABLE other RENAME COLUMN a TO b;");
    twin.same("SELECT id, a, b, n FROM w");
    twin.same("SELECT a, b FROM x");
    twin.same("SELECT count(*) FROM o");
}

#[test]
fn except_all_is_refused_and_not_written() {
    let table = "CREATE TABLE t (id integer PRIMARY KEY, n integer);";
    for all in ["EXCEPT ALL", "INTERSECT ALL"] {
        refused(
            table,
            &[&format!(
                "INSERT INTO t SELECT id + 9, n FROM t {all} SELECT id, n FROM t;"
            )],
        );
    }
}

#[test]
fn a_citext_keeps_its_case_or_not_in_keys_and_checks() {
    let mut twin = with("CREATE EXTENSION IF NOT EXISTS citext;
        CREATE TABLE t (id integer PRIMARY KEY, c citext, d citext, s text, g text GENERATED ALWAYS AS (c::text) STORED, n integer,
          CHECK (c::text <> 'Upper'), CHECK (coalesce(d, c) <> 'never'));
        CREATE UNIQUE INDEX one ON t (coalesce(c, d)); CREATE UNIQUE INDEX two ON t ((d::text)) WHERE c::text = 'only';
        INSERT INTO t (id, c, d, s) VALUES (1, 'a', 'x', 'A'), (2, 'upper', 'y', 'Upper'), (3, 'only', 'b', 'B');");
    for wrong in [
        "(9, 'Upper', 'z')",
        "(9, 'q', 'NEVER')",
        "(9, 'A', 'z')",
        "(9, NULL, 'ONLY')",
    ] {
        twin.fails(&format!("INSERT INTO t (id, c, d) VALUES {wrong};"));
    }
    conditions(&mut twin, &["g = 'A'", "g = 'a'", "s = c", "c = s::citext"]);
    // The table is made anew, which looks at its indexes first.
    twin.run("ALTER TABLE t ALTER COLUMN n TYPE bigint;");
    twin.fails("INSERT INTO t (id, c, d) VALUES (9, 'A', 'z');");
    twin.run("CREATE TABLE u (c text, n integer); INSERT INTO u VALUES ('A', 1), ('upper', 2);");
    assert!(
        !twin
            .refused("UPDATE t SET n = (SELECT count(*) FROM t AS x JOIN u USING (c));")
            .is_empty()
    );
}

#[test]
fn blanks_that_are_too_many_are_cut_off() {
    let mut twin = with("CREATE TABLE t (id integer PRIMARY KEY, c varchar(3) DEFAULT 'abc   '::text, code char(3), made text);
        INSERT INTO t VALUES (1, 'abc   '::text, 'abc   '::text), (2, 'abc  ', 'abc  '); INSERT INTO t (id) VALUES (3);");
    texts(&mut twin, &["c", "code::text"]);
    twin.fails("INSERT INTO t VALUES (4, 'abcd'::text, 'a');");
}
