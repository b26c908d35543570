//! Statements on rows: what they become, and what comes of them.

use crate::support::{Both, codes, one};

const T: &str = "CREATE TABLE t (id serial PRIMARY KEY, a text, n integer, big bigint, f double precision, flag boolean, \
     at timestamptz, day date, doc jsonb, tags text[], bytes bytea, key uuid, price numeric(8,2)); \
     CREATE TABLE u (id integer PRIMARY KEY, t_id integer REFERENCES t, a text, UNIQUE (t_id, a))";

/// The value of a column after it was set to an expression, over a row with some values.
fn set(row: &str, column: &str, expr: &str) -> String {
    let mut both = Both::new();
    both.run(T);
    both.run("INSERT INTO t (id) VALUES (1)");
    if !row.is_empty() {
        both.run(&format!("UPDATE t SET {row}"));
    }
    both.run(&format!("UPDATE t SET {column} = {expr}"));
    both.database.rows(column, "t").join(";")
}

/// What SQLite says where PostgreSQL fails too.
fn fails(row: &str, column: &str, expr: &str) -> String {
    let mut both = Both::new();
    both.run(T);
    both.run("INSERT INTO t (id) VALUES (1)");
    if !row.is_empty() {
        both.run(&format!("UPDATE t SET {row}"));
    }
    both.try_run(&format!("UPDATE t SET {column} = {expr}"))
        .expect_err(expr)
}

#[test]
fn the_forms_of_statements() {
    let cases = [
        (
            "INSERT INTO u VALUES (1, 2)",
            "INSERT INTO u (id, t_id) VALUES (1, 2)",
        ),
        (
            "INSERT INTO t (id, a) VALUES (DEFAULT, 'x'), (DEFAULT, 'y')",
            "INSERT INTO t (a) VALUES ('x'), ('y')",
        ),
        (
            "INSERT INTO t (id, a) VALUES (DEFAULT, 'x'), (7, DEFAULT)",
            "INSERT INTO t (id, a) VALUES (NULL, 'x'), (7, NULL)",
        ),
        (
            "INSERT INTO t (id) VALUES (DEFAULT), (DEFAULT)",
            "INSERT INTO t (id) VALUES (NULL), (NULL)",
        ),
        (
            "INSERT INTO t DEFAULT VALUES ON CONFLICT DO NOTHING",
            "INSERT INTO t (id) VALUES (NULL) ON CONFLICT DO NOTHING",
        ),
        (
            "INSERT INTO t DEFAULT VALUES",
            "INSERT INTO t DEFAULT VALUES",
        ),
        (
            "INSERT INTO u (id, t_id, a) SELECT id, id, a FROM t ON CONFLICT ON CONSTRAINT u_t_id_a_key DO UPDATE SET a = excluded.a",
            "INSERT INTO u (id, t_id, a) SELECT id, id, a FROM t WHERE TRUE ON CONFLICT (t_id, a) DO UPDATE SET a = excluded.a",
        ),
        (
            "UPDATE t SET a = u.a FROM u WHERE u.t_id = t.id",
            "UPDATE t SET a = u.a FROM u WHERE u.t_id = t.id",
        ),
        (
            "DELETE FROM u USING t WHERE u.t_id = t.id AND t.flag",
            "DELETE FROM u WHERE EXISTS (SELECT 1 FROM t WHERE u.t_id = t.id AND t.flag)",
        ),
        (
            "DELETE FROM t WHERE flag = 't'",
            "DELETE FROM t WHERE flag = TRUE",
        ),
        (
            "UPDATE t SET (a, n) = ('x', 1)",
            "UPDATE t SET (a, n) = ('x', 1)",
        ),
        (
            "UPDATE t SET n = n + 0 WHERE n IS DISTINCT FROM 1",
            "UPDATE t SET n = CASE WHEN n + 0 BETWEEN -2147483648 AND 2147483647 THEN n + 0 ELSE json_extract('0', 'integer out of range: ' || (n + 0)) END WHERE n IS NOT 1",
        ),
        (
            "DELETE FROM t WHERE id = ANY (ARRAY[1, 2])",
            "DELETE FROM t WHERE id IN (1, 2)",
        ),
        (
            "DELETE FROM t WHERE id <> ALL ('{1,2}'::int[])",
            "DELETE FROM t WHERE id NOT IN (1, 2)",
        ),
        (
            "DELETE FROM t WHERE (id, n) IN ((1, 2), (3, 4))",
            "DELETE FROM t WHERE (id, n) IN (VALUES (1, 2), (3, 4))",
        ),
        (
            "DELETE FROM t WHERE at < now() - interval '30 days'",
            "DELETE FROM t WHERE at < strftime('%Y-%m-%d %H:%M:%f', 'now', '-2592000 seconds')",
        ),
        (
            "DELETE FROM t WHERE key = 'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11'",
            "DELETE FROM t WHERE \"key\" = 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'",
        ),
        (
            "SELECT count(*) FROM t LEFT JOIN u ON u.t_id = t.id",
            "SELECT count(*) FROM t LEFT JOIN u ON u.t_id = t.id",
        ),
    ];
    for (authored, expected) in cases {
        assert_eq!(one(T, authored), expected, "{authored}");
    }
}

#[test]
fn truncate_empties_and_starts_again() {
    let mut both = Both::new();
    both.run(T);
    both.run("INSERT INTO t (a) VALUES ('x'), ('y'); INSERT INTO u VALUES (1, 1, 'x')");
    assert_eq!(codes(T, "TRUNCATE t"), ["truncate-referred"]);
    both.run("TRUNCATE t, u; INSERT INTO t (a) VALUES ('z')");
    assert_eq!(both.database.rows("id", "t"), ["3"]);
    both.run("TRUNCATE t RESTART IDENTITY CASCADE; INSERT INTO t (a) VALUES ('z')");
    assert_eq!(both.database.rows("id", "t"), ["1"]);
}

#[test]
fn texts_and_numbers() {
    let cases = [
        ("n = 7, a = 'x'", "a", "a || n || NULL", "NULL"),
        ("n = 7, a = 'x'", "a", "a || n", "'x7'"),
        ("flag = true", "a", "'is ' || flag", "'is true'"),
        ("n = 7", "a", "concat('a', NULL, n)", "'a7'"),
        ("n = 255", "a", "lpad(to_hex(n), 8, '0')", "'000000ff'"),
        ("n = -1", "a", "to_hex(n)", "'ffffffff'"),
        ("a = 'a-b-c'", "a", "split_part(a, '-', 1)", "'a'"),
        (
            "a = 'a-b-c'",
            "a",
            "split_part(a, '-', 3) || split_part(a, '-', 4)",
            "'c'",
        ),
        (
            "a = 'it\"s \\ x'",
            "tags",
            "string_to_array(a, ' ')",
            "'[\"it\\\"s\",\"\\\\\",\"x\"]'",
        ),
        ("a = ''", "tags", "string_to_array(a, ',')", "'[]'"),
        ("n = 1", "tags", "string_to_array(a, ',')", "NULL"),
        ("a = 'Abc'", "a", "lower(a) || upper(a)", "'abcABC'"),
        ("a = 'abcdef'", "a", "substring(a from 2 for 3)", "'bcd'"),
        (
            "n = 12345",
            "a",
            "n::varchar(3) || now()::date::char(2)",
            "'12320'",
        ),
        ("a = 'abcdef'", "a", "left(a, 2) || right(a, 2)", "'abef'"),
        ("a = ' x '", "a", "trim(a)", "'x'"),
        ("a = 'abc'", "n", "position('c' in a) + length(a)", "6"),
        ("n = -7", "n", "n / 2", "-3"),
        ("n = -7", "n", "n % 3", "-1"),
        ("n = 7", "f", "n / 2.0::double precision", "3.5"),
        ("n = 7", "n", "greatest(n, big, 3)", "7"),
        ("n = 7", "n", "nullif(n, 7)", "NULL"),
        ("price = 1.50", "a", "price::text", "'1.50'"),
        ("price = 2.50", "n", "price", "3"),
        ("price = -2.50", "n", "price", "-3"),
        ("a = '  12 '", "n", "a::integer", "12"),
        ("a = 'YES'", "flag", "a::boolean", "1"),
        ("bytes = '\\x00ff'", "a", "encode(bytes, 'hex')", "'00ff'"),
        ("n = 3", "n", "coalesce(log(2, 8 * n / n), 0)", "3"),
    ];
    for (row, column, expr, expected) in cases {
        assert_eq!(set(row, column, expr), expected, "{expr}");
    }
}

#[test]
fn dates_and_times() {
    let row = "at = '2024-02-28 23:00:00.123456+00', day = '2024-02-28'";
    let cases = [
        (
            "at",
            "at + interval '90 minutes'",
            "'2024-02-29 00:30:00.123456'",
        ),
        (
            "at",
            "at - '1 day'::interval",
            "'2024-02-27 23:00:00.123456'",
        ),
        ("at", "date_trunc('hour', at)", "'2024-02-28 23:00:00'"),
        ("at", "day", "'2024-02-28 00:00:00'"),
        (
            "at",
            "at AT TIME ZONE 'utc'",
            "'2024-02-28 23:00:00.123456'",
        ),
        ("at", "to_timestamp(86400)", "'1970-01-02 00:00:00'"),
        ("day", "day + 2", "'2024-03-01'"),
        ("day", "day - n", "'2024-02-25'"),
        ("day", "at::date", "'2024-02-28'"),
        ("n", "day - '2024-01-01'::date", "58"),
        (
            "n",
            "extract(year from at)::int * 100 + extract(month from day)::int",
            "202402",
        ),
        ("big", "extract(epoch from at)", "1709161200"),
        ("a", "day::text || '!'", "'2024-02-28!'"),
        ("a", "at::text", "'2024-02-28 23:00:00.123456+00'"),
    ];
    for (column, expr, expected) in cases {
        assert_eq!(
            set(&format!("{row}, n = 3"), column, expr),
            expected,
            "{expr}"
        );
    }
    for (expr, code) in [
        ("at + interval '1.5 seconds'", "interval"),
        ("at AT TIME ZONE 'Europe/Paris'", "no-form"),
        ("'tomorrow'", "no-such-literal"),
        ("to_timestamp(a, 'YYYY')", "no-such-function"),
    ] {
        assert_eq!(
            codes(T, &format!("UPDATE t SET at = {expr}")),
            [code],
            "{expr}"
        );
    }
}

#[test]
fn json() {
    let row = "doc = '{\"a\": {\"b\": 1.50}, \"t\": true, \"s\": \"x\\\"y\", \"n\": null, \"list\": [1, \"two\"]}'";
    let cases = [
        ("a", "doc -> 'a' ->> 'b'", "'1.50'"),
        ("a", "doc #>> '{a,b}'", "'1.50'"),
        ("a", "doc ->> 't'", "'true'"),
        ("a", "doc ->> 's'", "'x\"y'"),
        ("a", "doc ->> 'n'", "NULL"),
        ("a", "doc ->> 'none'", "NULL"),
        ("a", "(doc -> 'n')::text", "'null'"),
        ("a", "doc -> 'list' ->> 1", "'two'"),
        ("a", "doc -> 'list' ->> 0", "'1'"),
        // To jsonb a scalar is an array of itself.
        ("a", "doc -> 's' ->> 0", "'x\"y'"),
        ("a", "doc -> 't' -> 0 ->> 0", "'true'"),
        ("a", "doc -> 't' ->> 1", "NULL"),
        ("a", "doc ->> 0", "NULL"),
        ("doc", "doc -> 't'", "'true'"),
        ("doc", "doc -> 'none'", "NULL"),
        (
            "doc",
            "doc - 'a' - 'list' - 's'",
            "'{\"t\":true,\"n\":null}'",
        ),
        (
            "doc",
            "(doc - 'a' - 'list' - 's') || '{\"t\": [1], \"new\": {}}'",
            "'{\"t\":[1],\"n\":null,\"new\":{}}'",
        ),
        (
            "doc",
            "jsonb_set(doc - 'list' - 's' - 'n' - 't', '{a,b}', '2')",
            "'{\"a\":{\"b\":2}}'",
        ),
        (
            "doc",
            "jsonb_set(doc - 'list' - 's' - 'n' - 't', '{x,y}', '2')",
            "'{\"a\":{\"b\":1.50}}'",
        ),
        (
            "doc",
            "jsonb_build_object('k', n, 'b', flag, 'd', doc -> 'a', 'z', NULL)",
            "'{\"k\":3,\"b\":true,\"d\":{\"b\":1.50},\"z\":null}'",
        ),
        ("doc", "to_jsonb(a)", "NULL"),
        (
            "flag",
            "doc ? 'a' AND NOT doc ? 'b' AND doc -> 'list' ? 'two'",
            "1",
        ),
        ("a", "jsonb_typeof(doc -> 't')", "'boolean'"),
        ("flag", "jsonb_typeof(doc -> 'a' -> 'b') = 'number'", "1"),
        ("n", "jsonb_array_length(doc -> 'list')", "2"),
        ("flag", "(doc -> 't')::boolean", "1"),
        ("n", "(doc -> 'list' -> 0)::integer", "1"),
    ];
    for (column, expr, expected) in cases {
        assert_eq!(
            set(&format!("{row}, n = 3, flag = true"), column, expr),
            expected,
            "{expr}"
        );
    }
}

/// `json_each` has columns `key`, `value`, `type` … which would be taken for the table's.
#[test]
fn a_column_that_json_each_has_too_is_the_tables() {
    let mut both = Both::new();
    both.run("CREATE TABLE t (id integer PRIMARY KEY, key text, value jsonb, type text[])");
    both.run(
        "INSERT INTO t VALUES (1, 'a', '[\"a\", \"b\"]', '{a,b}'), (2, 'c', '[\"a\"]', '{d}')",
    );
    both.run("UPDATE t SET key = 'found' WHERE value ? 'b' AND key = ANY (type)");
    assert_eq!(
        both.database.rows("id, key", "t ORDER BY id"),
        ["1, 'found'", "2, 'c'"]
    );
}

#[test]
fn arrays() {
    let cases = [
        ("tags = '{a,b}'", "a", "tags[2]", "'b'"),
        ("tags = '{a,b}'", "n", "array_length(tags, 1)", "2"),
        ("tags = '{}'", "n", "array_length(tags, 1)", "NULL"),
        (
            "tags = '{a}'",
            "tags",
            "array_append(tags, 'b')",
            "'[\"a\",\"b\"]'",
        ),
        (
            "tags = '{a,b,a}'",
            "tags",
            "array_remove(tags, 'a')",
            "'[\"b\"]'",
        ),
        ("a = 'x'", "tags", "ARRAY[a, 'y']", "'[\"x\",\"y\"]'"),
        (
            "tags = '{a,b}'",
            "flag",
            "'b' = ANY (tags) AND NOT 'c' = ANY (tags)",
            "1",
        ),
        (
            "tags = '{a,b}'",
            "tags",
            "tags || '{c}' || 'd'::text",
            "'[\"a\",\"b\",\"c\",\"d\"]'",
        ),
        ("n = 1", "tags", "tags || ARRAY['x']", "'[\"x\"]'"),
        (
            "tags = '{a,NULL,b}'",
            "a",
            "array_to_string(tags, '+')",
            "'a+b'",
        ),
        ("tags = '{}'", "a", "array_to_string(tags, '+')", "''"),
        ("tags = '{a,b}'", "doc", "to_jsonb(tags)", "'[\"a\",\"b\"]'"),
        (
            "tags = '{a,b}'",
            "tags",
            "ARRAY(SELECT a FROM u ORDER BY id)",
            "'[]'",
        ),
    ];
    for (row, column, expr, expected) in cases {
        assert_eq!(set(row, column, expr), expected, "{expr}");
    }
}

#[test]
fn queries() {
    let mut both = Both::new();
    both.run(T);
    both.run(
        "INSERT INTO t (id, a, n) VALUES (1, 'x', 1), (2, 'x', 3), (3, 'y', NULL), (4, 'y', 2)",
    );
    both.run("INSERT INTO u (id, t_id) SELECT DISTINCT ON (a COLLATE \"C\") id + 10, id FROM t ORDER BY a COLLATE \"C\", n DESC");
    // NULL comes first where the order descends.
    assert_eq!(both.database.rows("id", "u ORDER BY id"), ["12", "13"]);
    both.run("INSERT INTO u (id) SELECT x FROM generate_series(1, 3) AS x");
    both.run("INSERT INTO u (id, a) SELECT v.id, v.name FROM (VALUES (100, 'p'), (101, 'q')) AS v(id, name)");
    both.run("INSERT INTO u (id, a) SELECT row_number() OVER (ORDER BY n) + 200, tag FROM t, unnest(ARRAY['r']) AS tag WHERE n IS NOT NULL");
    both.run("WITH big AS (SELECT id FROM u WHERE id > 200) DELETE FROM u WHERE id IN (SELECT id FROM big)");
    assert_eq!(
        both.database
            .rows("id, a", "u WHERE t_id IS NULL ORDER BY id"),
        ["1, NULL", "2, NULL", "3, NULL", "100, 'p'", "101, 'q'"]
    );
    both.run("UPDATE t SET tags = (SELECT array_agg(u.a) FROM u WHERE u.id > 99), n = (SELECT count(*) FILTER (WHERE u.a = 'p') FROM u), a = (SELECT string_agg(u.a, '+') FROM u) WHERE id = 1");
    assert_eq!(
        both.database.rows("tags, n, a", "t WHERE id = 1"),
        ["'[\"p\",\"q\"]', 1, 'p+q'"]
    );
}

#[test]
fn base64_as_postgresql_breaks_its_lines() {
    for (bytes, text) in [
        ("", ""),
        ("00", "AA=="),
        ("00ff", "AP8="),
        ("00ff10", "AP8Q"),
        ("fbff", "+/8="),
    ] {
        assert_eq!(
            set(
                &format!("bytes = '\\x{bytes}'"),
                "a",
                "encode(bytes, 'base64')"
            ),
            format!("'{text}'")
        );
    }
    let line = "q6ur".repeat(19);
    for (count, expected) in [
        (56, format!("{}q6s=", "q6ur".repeat(18))),
        (57, format!("{line}\n")),
        (58, format!("{line}\nqw==")),
    ] {
        let hex = "ab".repeat(count);
        let result = set(
            &format!("bytes = '\\x{hex}'"),
            "a",
            "encode(bytes, 'base64')",
        );
        assert_eq!(result, format!("'{expected}'"), "{count}");
    }
}

#[test]
fn what_has_no_exact_form_is_refused_by_its_name() {
    for (expr, code) in [
        ("ts_rank(a, 'x')", "no-such-function"),
        ("my_function(a)", "no-such-function"),
        ("price * 1.1", "numeric-arithmetic"),
        ("a ~ '(ab)+b*c'", "regex"),
        ("a LIKE n::text", "no-form"),
        ("avg(n)", "no-such-function"),
        ("doc = '{\"a\": 1}'", "no-form"),
        ("doc @> '{}'", "no-form"),
        ("missing", "unknown-column"),
        ("regexp_replace(a, 'x', 'y')", "no-such-function"),
    ] {
        assert_eq!(
            codes(
                T,
                &format!("UPDATE t SET a = 'x' WHERE ({expr}) IS NOT NULL")
            ),
            [code],
            "{expr}"
        );
    }
    assert_eq!(
        codes(T, "INSERT INTO t (price) VALUES (12345678)"),
        ["bad-constant"]
    );
    assert_eq!(codes(T, "UPDATE missing SET a = 1"), ["unknown-table"]);
}

#[test]
fn where_postgresql_fails_sqlite_does() {
    for (row, column, expr, message) in [
        (
            "n = 2147483647",
            "n",
            "n + 1",
            "integer out of range: 2147483648",
        ),
        (
            "big = 9223372036854775807",
            "big",
            "big + 1",
            "bigint out of range",
        ),
        ("big = 3000000000", "n", "big", "integer out of range"),
        ("n = 0", "n", "1 / n", "division by zero"),
        ("f = 0", "f", "1 / f", "division by zero"),
        (
            "a = 'x1'",
            "n",
            "a::integer",
            "not a value of the type integer: x1",
        ),
        (
            "a = 'nope'",
            "key",
            "a::uuid",
            "not a value of the type uuid",
        ),
        (
            "a = '{'",
            "doc",
            "a::jsonb",
            "not a value of the type jsonb",
        ),
        (
            "a = '[1,]'",
            "doc",
            "a::jsonb",
            "not a value of the type jsonb",
        ),
        (
            "a = '{x: 1}'",
            "a",
            "a::jsonb ->> 'x'",
            "not a value of the type json",
        ),
        (
            "doc = '[1]'",
            "doc",
            "jsonb_set(doc, '{a}', '1')",
            "only an object can be changed",
        ),
        (
            "doc = '{\"a\": \"x\"}'",
            "n",
            "(doc -> 'a')::integer",
            "not a JSON value of the type asked for",
        ),
        ("f = 2.5", "n", "f::integer", "no one integer is nearest"),
        ("a = 'É'", "a", "lower(a)", "letters beyond ASCII"),
    ] {
        let error = fails(row, column, expr);
        assert!(error.contains(message), "{expr}: {error}");
    }
}

#[test]
fn a_table_made_of_a_query_has_its_columns_and_its_rows() {
    let mut both = Both::new();
    both.run("CREATE TABLE t (a varchar(9) NOT NULL, n integer)");
    both.run("INSERT INTO t VALUES ('x', 1), ('y', 2); CREATE TABLE u AS SELECT a, n + 1 AS m, count(*) OVER (), 'k' AS k FROM t");
    assert_eq!(
        both.database.rows("a, m, count, k", "u ORDER BY a"),
        ["'x', 2, 2, 'k'", "'y', 3, 2, 'k'"]
    );
    assert_eq!(
        codes("", "CREATE TABLE u AS SELECT * FROM my_function()"),
        ["unknown-columns"]
    );
}
