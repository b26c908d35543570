//! Values that MySQL and MariaDB would make otherwise than PostgreSQL does, where nobody would notice: each
//! expression over the same rows, on PostgreSQL and translated.

#![allow(clippy::unwrap_used, reason = "a panic is the report")]

use aludel_tests::engine::engines;
use aludel_tests::twin::Twin;

fn each(test: impl Fn(&mut Twin)) {
    let family = engines().into_iter().filter(|e| e.driver() == "mysql");
    let mut twins: Vec<Twin> = family.map(Twin::new).collect();
    assert!(!twins.is_empty());
    twins.iter_mut().for_each(test);
}

/// Each expression of a table `t (id, …)` gives the same text in each row.
fn give_the_same(twin: &mut Twin, expressions: &[&str]) {
    twin.run("CREATE TABLE given (id integer, r text);");
    for expression in expressions {
        twin.run(&format!(
            "DELETE FROM given; INSERT INTO given SELECT id, {expression} FROM t;"
        ));
        let rows = "SELECT id, coalesce(r, 'NULL') FROM given ORDER BY id";
        let (left, right) = (twin.authored.query(rows), twin.target.query(rows));
        assert_eq!(right, left, "{expression}");
    }
    twin.run("DROP TABLE given;");
}

/// Each condition holds for the same rows, and is not known for the same.
fn hold_for_the_same(twin: &mut Twin, conditions: &[&str]) {
    let expressions: Vec<String> = conditions
        .iter()
        .map(|holds| format!("CASE WHEN {holds} THEN 'yes' WHEN NOT ({holds}) THEN 'no' END"))
        .collect();
    let expressions: Vec<&str> = expressions.iter().map(String::as_str).collect();
    give_the_same(twin, &expressions);
}

fn are_refused(twin: &mut Twin, code: &str, expressions: &[&str]) {
    twin.run("CREATE TABLE given (r text);");
    for expression in expressions {
        let script = format!("INSERT INTO given SELECT {expression} FROM t;");
        assert_eq!(twin.refused(&script), [code], "{expression}");
    }
    twin.run("DROP TABLE given;");
}

#[test]
fn a_decimal_number_is_a_number_in_json() {
    each(|twin| {
        twin.run(
            r#"CREATE TABLE t (id integer PRIMARY KEY, n numeric(8, 2), d jsonb);
               INSERT INTO t VALUES (1, 1.50, '{"a": 1}'), (2, -0.25, '{}'), (3, NULL, '{"a": 2}');
               UPDATE t SET d = jsonb_set(d, '{cost}', to_jsonb(n)) WHERE n IS NOT NULL;"#,
        );
        give_the_same(twin, &["d ->> 'cost'", "to_jsonb(n) ->> 0"]);
        twin.run("CREATE TABLE all_of_them (d jsonb); INSERT INTO all_of_them SELECT jsonb_agg(to_jsonb(n)) FROM t WHERE id = 1;");
        twin.equal(
            "SELECT d ->> 0 FROM all_of_them",
            "SELECT json_extract(d, '$[0]') FROM all_of_them",
        );
    });
}

#[test]
fn an_element_is_found_by_what_its_type_says() {
    each(|twin| {
        twin.run(
            "CREATE TYPE mood AS ENUM ('sad', 'ok');
             CREATE TABLE t (id integer PRIMARY KEY, b boolean, bs boolean[], u uuid, us uuid[], n integer, ns integer[], m mood, ms mood[], ds date[]);
             INSERT INTO t VALUES (1, true, '{t,f}', 'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11', '{A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11}', 5, '{5,6}', 'ok', '{ok}', ARRAY[date '2024-01-31']),
                 (2, false, '{t}', NULL, '{}', 7, '{5,NULL}', 'sad', '{ok,NULL}', '{}'),
                 (3, NULL, '{f,NULL}', NULL, NULL, NULL, NULL, NULL, NULL, NULL);",
        );
        hold_for_the_same(
            twin,
            &[
                "b = ANY (bs)",
                "b <> ALL (bs)",
                "true = ANY (bs)",
                "'f' = ANY (bs)",
                "(id = 1) = ANY (bs)",
                "bs @> ARRAY[b]",
                "bs @> ARRAY[id = 1]",
                "bs @> '{t}'",
                "u = ANY (us)",
                "'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11' = ANY (us)",
                "'{A0EEBC999C0B4EF8BB6D6BB9BD380A11}' <> ALL (us)",
                "'5' = ANY (ns)",
                "n = ANY (ns)",
                "m = ANY (ms)",
                "'ok' = ANY (ms)",
                "'2024-01-31' = ANY (ds)",
                "date '2024-01-31' <> ALL (ds)",
            ],
        );
    });
}

#[test]
fn nothing_is_known_of_what_an_array_that_is_null_holds() {
    each(|twin| {
        twin.run(
            "CREATE TABLE t (id integer PRIMARY KEY, a integer[], k integer);
             INSERT INTO t VALUES (1, '{1,NULL}', 1), (2, '{1,NULL}', NULL), (3, NULL, NULL), (4, NULL, 1), (5, '{}', NULL);",
        );
        hold_for_the_same(
            twin,
            &[
                "a @> ARRAY[k]",
                "a @> '{1,NULL}'",
                "a @> '{}'",
                "a <@ ARRAY[1, k]",
                "ARRAY[1, 2] @> a",
            ],
        );
    });
}

#[test]
fn a_number_that_becomes_an_integer_is_rounded() {
    each(|twin| {
        twin.run(
            "CREATE TABLE t (id integer PRIMARY KEY, v integer, n numeric(8, 3), f double precision);
             INSERT INTO t VALUES (1, 2, 2.5, 2.5), (2, 3, -2.5, 3.5), (3, 2, 0.4999, -0.5), (4, 3, NULL, NULL);
             CREATE VIEW averages AS SELECT avg(v)::int AS a, avg(n)::bigint AS b, (sum(n) / 2)::smallint AS c, avg(f)::int AS d FROM t WHERE id < 3;
             CREATE TABLE kept AS SELECT * FROM averages;",
        );
        twin.same("SELECT a, b, c, d FROM averages");
        twin.same("SELECT a, b, c, d FROM kept");
        give_the_same(
            twin,
            &[
                "(SELECT avg(v)::int FROM t o WHERE o.id <= t.id + 1)",
                "(SELECT (avg(v) * 1.0)::bigint FROM t)",
                "(SELECT max(n)::int FROM t)",
                "(SELECT sum(n)::int FROM t)",
                "(avg(v) OVER (ORDER BY id))::int",
                "n::int",
                "(n * 3 / 2)::int",
                "round(n)::int",
                "coalesce(n, 1.5)::int",
            ],
        );
    });
}

#[test]
fn a_null_stands_where_it_should_in_what_is_gathered() {
    each(|twin| {
        twin.run(
            "CREATE TABLE t (id integer PRIMARY KEY, s text, pos integer);
             INSERT INTO t VALUES (1, 'a', NULL), (2, 'b', -1), (3, 'c', 2), (4, 'd', 0);",
        );
        for order in [
            "pos",
            "pos DESC",
            "pos NULLS FIRST",
            "pos DESC NULLS LAST",
            "-pos NULLS FIRST, id",
        ] {
            give_the_same(
                twin,
                &[&format!(
                    "(SELECT string_agg(s, ', ' ORDER BY {order}) FROM t)"
                )],
            );
        }
    });
}

#[test]
fn a_form_of_to_char_is_read_by_its_longest_fields() {
    each(|twin| {
        twin.run(
            "CREATE TABLE t (id integer PRIMARY KEY, at timestamp); INSERT INTO t VALUES (1, '2024-01-31 10:11:12');",
        );
        are_refused(
            twin,
            "no-such-function",
            &[
                "to_char(at, 'SSSS')",
                "to_char(at, 'SSSSS')",
                "to_char(at, 'DDD')",
                "to_char(at, 'YYYY-DDDD')",
            ],
        );
        give_the_same(twin, &["to_char(at, 'YYYYMMDDHH24MISS')"]);
    });
}
