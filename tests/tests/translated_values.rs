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
