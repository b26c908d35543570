//! What goes wrong silently unless somebody thinks of it: one test for each.

use crate::support::{Both, codes, one};

fn with(tables: &str, rows: &str) -> Both {
    let mut both = Both::new();
    both.run(tables);
    both.run(rows);
    both
}

#[test]
fn like_minds_case_and_ilike_does_not() {
    let mut both = with(
        "CREATE TABLE t (a text, hit text)",
        "INSERT INTO t (a) VALUES ('Abc'), ('abc'), ('a%c'), ('a*c'), ('xabc')",
    );
    both.run("UPDATE t SET hit = 'like' WHERE a LIKE 'a_c'");
    assert_eq!(
        both.database
            .rows("a", "t WHERE hit = 'like' ORDER BY rowid"),
        ["'abc'", "'a%c'", "'a*c'"]
    );
    both.run("UPDATE t SET hit = 'ilike' WHERE a ILIKE 'a_c'");
    assert_eq!(
        both.database
            .rows("a", "t WHERE hit = 'ilike' ORDER BY rowid"),
        ["'Abc'", "'abc'", "'a%c'", "'a*c'"]
    );
    both.run("UPDATE t SET hit = 'escaped' WHERE a LIKE 'a\\%c'; UPDATE t SET hit = 'not' WHERE a NOT LIKE '%b%'");
    assert_eq!(
        both.database.rows("a", "t WHERE hit = 'escaped'"),
        Vec::<String>::new()
    );
    assert_eq!(
        both.database
            .rows("a", "t WHERE hit = 'not' ORDER BY rowid"),
        ["'a%c'", "'a*c'"]
    );
    assert_eq!(
        codes(
            "CREATE TABLE t (a text)",
            "DELETE FROM t WHERE a ILIKE 'É%'"
        ),
        ["no-form"]
    );
}

#[test]
fn nulls_stand_where_postgresql_puts_them() {
    let mut both = with(
        "CREATE TABLE t (n integer); CREATE TABLE r (id serial PRIMARY KEY, n integer)",
        "INSERT INTO t VALUES (2), (NULL), (1); INSERT INTO r (n) SELECT n FROM t ORDER BY n; INSERT INTO r (n) SELECT n FROM t ORDER BY n DESC; \
         INSERT INTO r (n) SELECT n FROM t ORDER BY n NULLS FIRST",
    );
    assert_eq!(
        both.database.rows("n", "r ORDER BY id"),
        ["1", "2", "NULL", "NULL", "2", "1", "NULL", "1", "2"]
    );
}

/// Milliseconds, in UTC, without a zone: what Diesel writes and reads for `Timestamp`.
#[test]
fn now_has_milliseconds_in_utc() {
    assert_eq!(
        one("", "CREATE TABLE t (at timestamptz NOT NULL DEFAULT now())"),
        "CREATE TABLE t (\n    at TIMESTAMP NOT NULL DEFAULT (strftime('%Y-%m-%d %H:%M:%f', 'now'))\n)"
    );
    let mut both = with(
        "CREATE TABLE t (at timestamp, day date)",
        "INSERT INTO t VALUES (timezone('utc', now()), now())",
    );
    assert_eq!(both.database.value("SELECT abs(strftime('%s', at) - strftime('%s', 'now')) < 60 AND day = date('now') FROM t"), "1");
}

#[test]
fn integers_are_divided_as_integers_and_overflow_fails() {
    let mut both = with(
        "CREATE TABLE t (a integer, b integer, c bigint)",
        "INSERT INTO t VALUES (7, 2, 9223372036854775807)",
    );
    both.run("UPDATE t SET a = a / b WHERE a / b = 3");
    assert_eq!(both.database.rows("a", "t"), ["3"]);
    for wrong in [
        "c = c + 1",
        "a = a + 2147483647",
        "a = a / (b - 2)",
        "c = c * 2",
        "a = c",
    ] {
        assert!(
            both.try_run(&format!("UPDATE t SET {wrong}")).is_err(),
            "{wrong}"
        );
    }
    assert_eq!(
        both.database.rows("a, b, c", "t"),
        ["3, 2, 9223372036854775807"]
    );
}

/// SQLite compares `'5'` and 5 as unequal, and `'10'` as less than `'9'`.
#[test]
fn texts_are_not_compared_with_numbers() {
    let mut both = with(
        "CREATE TABLE t (n integer, price numeric(6,2), flag boolean)",
        "INSERT INTO t VALUES (10, 9.5, true)",
    );
    both.run("DELETE FROM t WHERE n < '9' OR price > '10' OR flag = 'false'");
    assert_eq!(both.database.value("SELECT count(*) FROM t"), "1");
    both.run("DELETE FROM t WHERE n = '10' AND price = '9.50' AND flag = 'on'");
    assert_eq!(both.database.value("SELECT count(*) FROM t"), "0");
    assert_eq!(
        codes(
            "CREATE TABLE t (a text, n integer)",
            "DELETE FROM t WHERE a = n"
        ),
        ["no-form"]
    );
}

#[test]
fn numerics_beyond_a_double_are_refused_or_said() {
    let mut both = Both::new();
    let translated =
        both.translate("CREATE TABLE t (a numeric(15, 2), b numeric(30, 10), c numeric)");
    let said: Vec<_> = translated
        .omissions
        .iter()
        .map(|(_, omission)| omission.code)
        .collect();
    assert_eq!(said, ["numeric-precision", "numeric-precision"]);
    let tables = "CREATE TABLE t (a numeric(15, 2), c numeric)";
    assert_eq!(
        codes(tables, "INSERT INTO t (c) VALUES (0.1234567890123456)"),
        ["numeric-precision"]
    );
    assert_eq!(
        codes(tables, "UPDATE t SET a = a * 1.1"),
        ["numeric-arithmetic"]
    );
    // Rounded as decimals: in binary 1.005 is less than the half.
    let mut both = with(tables, "INSERT INTO t (a) VALUES (1.005)");
    assert_eq!(both.database.rows("a", "t"), ["1.01"]);
}

#[test]
fn an_empty_text_is_not_null() {
    let mut both = with(
        "CREATE TABLE t (a text NOT NULL)",
        "INSERT INTO t VALUES ('')",
    );
    both.run("UPDATE t SET a = a || '' WHERE a IS NOT NULL AND a = ''");
    assert_eq!(both.database.rows("a", "t"), ["''"]);
    assert!(both.try_run("UPDATE t SET a = a || NULL").is_err());
    both.run("UPDATE t SET a = concat(a, NULL)");
    assert_eq!(both.database.rows("a", "t"), ["''"]);
}

#[test]
fn identifiers_equal_but_for_case_are_refused() {
    assert_eq!(
        codes("", "CREATE TABLE t (a int, \"A\" int)"),
        ["name-clash"]
    );
    assert_eq!(
        codes("CREATE TABLE t (a int)", "CREATE TABLE \"T\" (a int)"),
        ["name-clash"]
    );
    let mut both = with(
        "CREATE TABLE \"Users\" (\"userId\" serial PRIMARY KEY, \"order\" int)",
        "INSERT INTO \"Users\" (\"order\") VALUES (1)",
    );
    assert_eq!(both.database.rows("userId, \"order\"", "users"), ["1, 1"]);
}

/// In double quotes it would be a text.
#[test]
fn a_column_that_is_not_there_is_no_text() {
    assert_eq!(
        codes("CREATE TABLE t (a text)", "UPDATE t SET a = \"order\""),
        ["unknown-column"]
    );
}

#[test]
fn texts_are_ordered_by_bytes_only_where_that_is_meant() {
    let tables = "CREATE TABLE t (a text, b text)";
    assert_eq!(codes(tables, "DELETE FROM t WHERE a < b"), ["text-order"]);
    assert_eq!(
        codes(tables, "INSERT INTO t (a) SELECT a FROM t ORDER BY a"),
        ["text-order"]
    );
    assert_eq!(
        codes(tables, "UPDATE t SET b = (SELECT max(a) FROM t)"),
        ["text-order"]
    );
    assert_eq!(
        one(tables, "DELETE FROM t WHERE a < b COLLATE \"C\""),
        "DELETE FROM t WHERE a < b COLLATE BINARY"
    );
}

#[test]
fn a_boolean_is_a_number_that_diesel_reads() {
    let mut both = with(
        "CREATE TABLE t (a boolean NOT NULL DEFAULT false, b boolean)",
        "INSERT INTO t (b) VALUES ('yes')",
    );
    both.run("UPDATE t SET a = NOT a WHERE b IS TRUE AND a IS NOT DISTINCT FROM false");
    assert_eq!(both.database.rows("a, b", "t"), ["1, 1"]);
}

/// `IS TRUE` asks whether a number is not zero.
#[test]
fn is_not_distinct_from_true_compares() {
    assert_eq!(
        one(
            "CREATE TABLE t (a boolean)",
            "DELETE FROM t WHERE a IS NOT DISTINCT FROM true"
        ),
        "DELETE FROM t WHERE a IS 1"
    );
}

#[test]
fn a_varchar_keeps_its_length_and_a_char_its_blanks() {
    let mut both = with(
        "CREATE TABLE t (a varchar(3) UNIQUE, b char(3) UNIQUE)",
        "INSERT INTO t VALUES ('abc', 'x  ')",
    );
    assert!(
        both.database
            .try_run("INSERT INTO t (a) VALUES ('abcd')")
            .is_err()
    );
    assert!(
        both.database
            .try_run("INSERT INTO t (b) VALUES ('x')")
            .is_err(),
        "blanks do not count"
    );
    both.run("UPDATE t SET a = NULL WHERE b = 'x '");
    assert_eq!(both.database.rows("a", "t"), ["NULL"]);
}

#[test]
fn a_varchar_meets_a_char_without_its_blanks_and_a_text_with_them() {
    let mut both = with(
        "CREATE TABLE t (c char(4), v varchar(9), t text, k boolean, l boolean)",
        "INSERT INTO t (c, v, t) VALUES ('ab', 'ab ', 'ab ')",
    );
    both.run("UPDATE t SET k = c = v AND v = c, l = c = t OR t = c");
    assert_eq!(both.database.rows("k, l", "t"), ["1, 0"]);
}

/// On SQLite the one on the left says how texts compare.
#[test]
fn a_text_is_in_a_query_as_it_is_equal() {
    let mut both = with(
        "CREATE TABLE t (id integer, c char(4), v varchar(9), t text)",
        "INSERT INTO t VALUES (1, 'ab', 'ab ', 'ab '), (2, 'cd', 'cd', 'cd')",
    );
    let mut hit = |filter: &str| {
        both.run("UPDATE t SET id = abs(id)");
        both.run(&format!("UPDATE t SET id = -id WHERE {filter}"));
        both.database
            .value("SELECT group_concat(-id) FROM t WHERE id < 0")
    };
    assert_eq!(hit("v IN (SELECT c FROM t)"), "'1,2'");
    assert_eq!(hit("c IN (SELECT v FROM t)"), "'1,2'");
    assert_eq!(hit("c IN (SELECT t FROM t)"), "'2'");
    assert_eq!(hit("t IN (SELECT c FROM t)"), "'2'");
}

/// A strict function is not even called.
#[test]
fn what_stands_beside_null_does_not_fail() {
    let mut both = with("CREATE TABLE t (a integer)", "INSERT INTO t VALUES (0)");
    both.run("UPDATE t SET a = 7 WHERE (NULL::integer = 1 % a) IS NOT NULL");
    assert_eq!(both.database.rows("a", "t"), ["0"]);
    both.run("UPDATE t SET a = (NULL::integer / a) / (1 % a) + nullif(NULL::integer, a % a)");
    assert_eq!(both.database.rows("a", "t"), ["NULL"]);
}

#[test]
fn extremes_pass_over_null() {
    let mut both = with(
        "CREATE TABLE t (a integer, b integer)",
        "INSERT INTO t VALUES (NULL, 2)",
    );
    both.run("UPDATE t SET a = greatest(a, b, 1)");
    assert_eq!(both.database.rows("a", "t"), ["2"]);
}

/// There it is written with blanks, and its keys in an order of their own.
#[test]
fn a_json_is_no_part_of_a_text_but_kept_as_one() {
    let mut both = with(
        "CREATE TABLE t (doc jsonb, a text, n integer)",
        "INSERT INTO t (doc, n) VALUES ('{\"k\": {\"l\": [1, 2]}}', 0), ('\"x\"', 1), ('[]', 2), (NULL, 3)",
    );
    both.run("UPDATE t SET a = coalesce(doc::text, 'none')");
    both.run("UPDATE t SET a = a || (doc ->> 'k') WHERE doc ->> 'k' IS NULL");
    both.run("UPDATE t SET n = 9 WHERE doc ->> 'k' = 'x' OR nullif(doc ->> 'k', '') = 'y'");
    both.run("UPDATE t SET a = 'is ' || doc::text WHERE n > 0");
    assert_eq!(
        both.database.rows("a", "t WHERE n > 0 ORDER BY n"),
        ["'is \"x\"'", "'is []'", "NULL"]
    );
    for wrong in [
        "a = 'is ' || doc::text",
        "a = 'is ' || (doc ->> 'k')",
        "a = replace(doc::text, ': ', '=')",
        "a = 'is ' || nullif(doc ->> 'k', '')",
        "a = lower(coalesce(doc ->> 'k', 'none'))",
        "a = to_jsonb(doc ->> 'k')",
        "n = length(doc::text)",
        "a = 'equal' WHERE doc::text = '{\"k\": {\"l\": [1, 2]}}'",
    ] {
        let error = both
            .try_run(&format!("UPDATE t SET {wrong}"))
            .expect_err(wrong);
        assert!(error.contains("as a part of a text"), "{wrong}: {error}");
    }
}

/// As texts they differ by their blanks and the order of their keys.
#[test]
fn json_values_and_arrays_do_not_tell_rows_apart() {
    let tables = "CREATE TABLE t (doc jsonb, tags text[], n integer)";
    for statement in [
        "INSERT INTO t (doc) SELECT DISTINCT doc FROM t",
        "INSERT INTO t (n) SELECT count(*) FROM t GROUP BY tags",
        "INSERT INTO t (doc) SELECT doc FROM t UNION SELECT doc FROM t",
        "UPDATE t SET n = (SELECT count(DISTINCT doc) FROM t)",
        "DELETE FROM t WHERE tags IN (SELECT tags FROM t WHERE n > 1)",
    ] {
        assert_eq!(codes(tables, statement), ["no-form"], "{statement}");
    }
}

/// The smallest supported version has no `->`, no `IS DISTINCT FROM`, no `RIGHT JOIN`, no
/// `ORDER BY` in an aggregate.
#[test]
fn nothing_needs_more_than_the_oldest_version() {
    let tables = "CREATE TABLE t (id integer, doc jsonb, a text)";
    let sql = one(
        tables,
        "UPDATE t SET a = doc -> 'k' ->> 'l' WHERE a IS DISTINCT FROM 'x'",
    );
    assert!(
        !sql.contains("->") && !sql.contains("DISTINCT FROM"),
        "{sql}"
    );
    assert_eq!(
        codes(
            tables,
            "INSERT INTO t (id) SELECT x.id FROM t RIGHT JOIN t AS x ON t.id = x.id"
        ),
        ["no-form"]
    );
    assert_eq!(
        codes(
            tables,
            "UPDATE t SET a = (SELECT string_agg(a, ',' ORDER BY id) FROM t GROUP BY id LIMIT 1)"
        ),
        ["no-such-function"]
    );
}

/// `hex(NULL)` is an empty text on SQLite: a NULL of bytes became the text `\x`.
#[test]
fn a_null_of_bytes_is_no_empty_text() {
    for value in ["NULL::bytea::text", "b::text", "encode(NULL::bytea, 'hex')"] {
        let mut both = Both::new();
        both.run("CREATE TABLE t (a text, b bytea)");
        both.run("INSERT INTO t (a) VALUES ('x')");
        both.run(&format!("UPDATE t SET a = {value}"));
        assert_eq!(
            both.database.value("SELECT a IS NULL FROM t"),
            "1",
            "{value}"
        );
    }
}
