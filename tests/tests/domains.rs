//! Domains: the same script over the same rows, on PostgreSQL and translated.

#![allow(clippy::unwrap_used, reason = "a panic is the report")]

use aludel_tests::engine::Engine;
use aludel_tests::twin::{each, each_anew};

const DOMAINS: &str = "CREATE DOMAIN code AS varchar(20) CHECK (length(trim(VALUE)) > 2);
    CREATE DOMAIN owner AS code NOT NULL CONSTRAINT short CHECK (length(value) < 8 OR value = 'u_anonymous');
    CREATE DOMAIN version AS bigint DEFAULT 1 NOT NULL CHECK (VALUE > 0);
    CREATE TYPE mood AS ENUM ('sad', 'glad', 'mad');
    CREATE DOMAIN feeling AS mood DEFAULT 'sad';
    CREATE DOMAIN plain AS integer;
    CREATE TABLE t (id code PRIMARY KEY, o owner, v version, f feeling, p plain DEFAULT '3'::plain, w version DEFAULT 7);";

#[test]
fn a_column_says_what_its_domain_says() {
    each(|twin| {
        twin.run(DOMAINS);
        twin.run("INSERT INTO t (id, o) VALUES ('abc', 'abc');");
        twin.run("INSERT INTO t (id, o, v, f) VALUES ('abcd', 'u_anonymous', DEFAULT, NULL), ('abcde', 'ownr', 3, DEFAULT);");
        for broken in [
            "INSERT INTO t (id, o) VALUES ('ab', 'abc')",
            "INSERT INTO t (id, o) VALUES ('xyz', ' a ')",
            "INSERT INTO t (id, o) VALUES ('xyz', 'too long for it')",
            "INSERT INTO t (id) VALUES ('xyz')",
            "INSERT INTO t (id, o) VALUES ('xyz', NULL)",
            "INSERT INTO t (id, o, v) VALUES ('xyz', 'abc', 0)",
            "INSERT INTO t (id, o, v) VALUES ('xyz', 'abc', NULL)",
            "INSERT INTO t (id, o) VALUES ('much more ' || 'than twenty', 'abc')",
            "UPDATE t SET v = v - 1",
            "UPDATE t SET o = lower(' ')",
        ] {
            twin.fails(&format!("{broken};"));
        }
        twin.run("UPDATE t SET p = p + '4'::plain::integer, v = v + 1 WHERE o <> 'abc'::varchar;");
        twin.same(
            "SELECT id, o, v, CASE WHEN f IS NULL THEN 1 ELSE 0 END, p, w FROM t ORDER BY id",
        );
        twin.same("SELECT f FROM t WHERE f IS NOT NULL");
    });
}

#[test]
fn a_domain_changes_and_all_its_columns_with_it() {
    each(|twin| {
        twin.run(DOMAINS);
        twin.run("CREATE TABLE u (c code, v version, n integer); INSERT INTO u VALUES ('one', 5, 1), (NULL, 6, 2);");
        twin.run("INSERT INTO t (id, o) VALUES ('abc', 'abc');");
        twin.run("ALTER DOMAIN version SET DEFAULT 9; INSERT INTO u (c) VALUES ('two'); INSERT INTO t (id, o) VALUES ('def', 'abc');");
        twin.run("ALTER DOMAIN version DROP DEFAULT;");
        twin.fails("INSERT INTO u (c) VALUES ('xyz');");
        twin.run("ALTER DOMAIN version DROP NOT NULL; INSERT INTO u (c) VALUES ('xyz');");
        twin.run("UPDATE u SET v = 4 WHERE v IS NULL; ALTER DOMAIN version SET NOT NULL;");
        twin.run("DELETE FROM u WHERE c = 'two'; ALTER DOMAIN code ADD CONSTRAINT three CHECK (value <> 'two');");
        twin.fails("INSERT INTO u VALUES ('two', 1, 1);");
        twin.fails("INSERT INTO t (id, o) VALUES ('xyz', 'two');");
        twin.run(
            "ALTER DOMAIN code RENAME CONSTRAINT three TO four; ALTER DOMAIN code RENAME TO token;",
        );
        twin.run("ALTER DOMAIN token DROP CONSTRAINT four; INSERT INTO u VALUES ('two', 1, 1);");
        twin.run("ALTER DOMAIN token DROP CONSTRAINT code_check; INSERT INTO u VALUES ('', 1, 1);");
        twin.run("ALTER TABLE u RENAME TO w; ALTER TABLE w RENAME COLUMN v TO vv; ALTER TABLE w ADD CONSTRAINT vv_version_check CHECK (vv < 100);");
        twin.fails("INSERT INTO w VALUES ('abc', 0, 1);");
        twin.fails("INSERT INTO w VALUES ('abc', 100, 1);");
        twin.run(
            "ALTER TABLE w DROP CONSTRAINT vv_version_check; INSERT INTO w VALUES ('abc', 100, 1);",
        );
        twin.fails("INSERT INTO w VALUES ('abc', 0, 1);");
        twin.run("DROP DOMAIN version CASCADE; INSERT INTO w VALUES ('abc', 0);");
        twin.same("SELECT coalesce(c, 'none'), coalesce(n, 0) FROM w ORDER BY 1, 2");
        twin.same("SELECT id, o, f, p FROM t ORDER BY id");
    });
}

#[test]
fn a_column_gets_a_domain_and_loses_it() {
    each(|twin| {
        twin.run(DOMAINS);
        twin.run("CREATE TABLE u (id integer PRIMARY KEY, c text, v bigint, d text DEFAULT 'none'); INSERT INTO u VALUES (1, 'abc', 1), (2, 'ab', NULL);");
        twin.run("UPDATE u SET c = 'abcd', v = 2 WHERE id = 2;");
        twin.run("ALTER TABLE u ALTER COLUMN c TYPE code, ALTER COLUMN v TYPE version, ALTER COLUMN d TYPE owner;");
        twin.fails("INSERT INTO u VALUES (3, 'a', 1);");
        twin.run("INSERT INTO u (id) VALUES (3); ALTER TABLE u ADD COLUMN x version, ADD COLUMN y version DEFAULT 4, ADD COLUMN z feeling;");
        twin.run("ALTER TABLE u ALTER COLUMN v TYPE bigint; INSERT INTO u (id, v, d) VALUES (4, -1, 'abc'), (5, NULL, 'abc');");
        twin.run("ALTER TABLE u ALTER COLUMN x SET DEFAULT NULL, ALTER COLUMN y DROP DEFAULT; INSERT INTO u (id, x) VALUES (6, 2);");
        twin.fails("INSERT INTO u (id) VALUES (7);");
        twin.same("SELECT id, coalesce(c, 'none'), coalesce(v, 0), d, x, y, z FROM u ORDER BY id");
        // A table made of a query has the columns' domains.
        twin.run(
            "CREATE TABLE made AS SELECT id, x, c FROM u; INSERT INTO made VALUES (8, 3, 'abc');",
        );
        twin.fails("INSERT INTO made VALUES (9, 0, 'abc');");
        twin.fails("INSERT INTO made (id, c) VALUES (9, 'a');");
        twin.run("INSERT INTO made (id, c) VALUES (9, 'abc');");
        twin.run("CREATE VIEW seen AS SELECT id, c FROM u WHERE x > 0; CREATE TABLE child (o owner REFERENCES t (id), c code);");
        twin.run(
            "INSERT INTO t (id, o) VALUES ('abc', 'abc'); INSERT INTO child VALUES ('abc', NULL);",
        );
        twin.fails("INSERT INTO child VALUES ('abd', NULL);");
        twin.same("SELECT id, x, coalesce(c, '') FROM made ORDER BY id");
        twin.same("SELECT id, coalesce(c, 'none') FROM seen ORDER BY id");
    });
}

#[test]
fn what_a_domain_takes_over_from_the_one_below() {
    each(|twin| {
        twin.run("CREATE DOMAIN below AS integer DEFAULT 1 CHECK (VALUE < 10); CREATE DOMAIN above AS below CHECK (value > 0);
            CREATE DOMAIN bare AS below DEFAULT NULL; ALTER DOMAIN below SET DEFAULT 2;
            CREATE TABLE t (id integer PRIMARY KEY, b below, a above, n bare); INSERT INTO t (id) VALUES (1);");
        twin.run(
            "ALTER DOMAIN below DROP CONSTRAINT below_check; INSERT INTO t (id, a) VALUES (2, 11);",
        );
        twin.fails("INSERT INTO t (id, a) VALUES (3, 0);");
        twin.run("UPDATE t SET n = 3; ALTER DOMAIN below SET NOT NULL;");
        twin.fails("INSERT INTO t (id, n) VALUES (4, NULL);");
        twin.same("SELECT * FROM t ORDER BY id");
        twin.run("DROP DOMAIN below CASCADE; INSERT INTO t VALUES (5);");
        twin.same("SELECT * FROM t ORDER BY id");
    });
}

#[test]
fn a_domain_of_an_enum_follows_it() {
    each(|twin| {
        twin.run(DOMAINS);
        twin.run("CREATE DOMAIN gladness AS mood CHECK (value <> 'sad'); CREATE TABLE g (id integer, g gladness);");
        twin.run("ALTER TYPE mood ADD VALUE 'calm';");
        twin.run("INSERT INTO g VALUES (1, 'calm'), (2, NULL);");
        twin.fails("INSERT INTO g VALUES (3, 'sad');");
        twin.run("ALTER TABLE g DROP COLUMN g; DROP DOMAIN gladness; ALTER TYPE mood RENAME VALUE 'sad' TO 'blue'; INSERT INTO t (id, o) VALUES ('abc', 'abc');");
        twin.same("SELECT id, f FROM t");
        twin.run("CREATE DOMAIN gladness AS mood DEFAULT 'blue' CHECK (value <> 'calm'); CREATE TABLE h (id integer, g gladness);");
        twin.run("ALTER TYPE mood RENAME VALUE 'calm' TO 'still'; ALTER TYPE mood RENAME VALUE 'blue' TO 'grey';");
        twin.run("INSERT INTO h (id) VALUES (1); INSERT INTO h VALUES (2, NULL);");
        twin.fails("INSERT INTO h VALUES (3, 'still');");
        twin.same("SELECT id, g FROM h WHERE g IS NOT NULL");
        twin.run("CREATE DOMAIN sadness AS mood CHECK (lower(value::text) <> concat('gr', 'ey')); CREATE DOMAIN calm AS mood CHECK (upper('grey') <> value::text); CREATE TABLE i (s sadness, c calm);");
        let refused = twin.refused("ALTER TYPE mood RENAME VALUE 'grey' TO 'black';");
        assert!(refused.contains(&"no-such-type"), "{refused:?}");
    });
}

/// CHECKs, partial indexes, generated columns and views went on with a member's old name: on MariaDB
/// and in views nothing said so.
#[test]
fn what_compares_with_a_renamed_member_follows_it() {
    each(|twin| {
        twin.run(
            "CREATE TYPE state AS ENUM ('old', 'open', 'done');
             CREATE DOMAIN known AS state;
             CREATE TABLE t (id integer PRIMARY KEY, s state DEFAULT 'old', k known, note text DEFAULT 'old', n integer,
                 g integer GENERATED ALWAYS AS (CASE WHEN s IN ('old', 'done') THEN 1 ELSE 0 END) STORED,
                 CHECK (s <> 'old' OR n IS NULL), CHECK (note <> 'old' OR k::state IS DISTINCT FROM 'old'), CHECK (k::text <> 'old' OR n < 9),
                 CHECK (CASE s WHEN 'old' THEN n IS NULL ELSE true END), CHECK (s <> ALL (ARRAY['old'::state]) OR n IS NULL));
             CREATE UNIQUE INDEX one ON t (note) WHERE s = 'old';
             CREATE VIEW v AS SELECT id FROM t WHERE note <> 'old' AND (s = 'old' OR k::state IN ('done', 'old'));
             CREATE VIEW said AS SELECT id, 'old' AS word, CASE WHEN s = 'old' THEN 'old' ELSE 'no' END AS is_old FROM t;
             INSERT INTO t (id, note) VALUES (1, 'a'); INSERT INTO t (id, s, k, note, n) VALUES (2, 'open', 'old', 'b', 3);",
        );
        let all = "SELECT id, s, CASE WHEN k IS NULL THEN '-' ELSE 'k' END, note, coalesce(n, 0), g FROM t ORDER BY id";
        let view = "SELECT id FROM v ORDER BY id";
        twin.same(view);
        twin.run("ALTER TYPE state RENAME VALUE 'old' TO 'new';");
        twin.same(all);
        twin.same(view);
        twin.fails("INSERT INTO t (id, s, note, n) VALUES (3, 'new', 'c', 1);");
        twin.fails("INSERT INTO t (id, s, note) VALUES (3, 'new', 'a');");
        twin.fails("INSERT INTO t (id, s, k) VALUES (3, 'open', 'new');");
        // It is compared as a text: that is another now.
        twin.run("INSERT INTO t (id, s, k, note, n) VALUES (4, 'done', 'new', 'd', 10);");
        twin.run("INSERT INTO t (id, note) VALUES (5, 'e'); ALTER TABLE t ADD COLUMN late integer; UPDATE t SET late = 1 WHERE s = 'new';");
        twin.same(all);
        twin.same(view);
        twin.same("SELECT id, word, is_old FROM said ORDER BY id");
    });
}

/// A CHECK that cast to a type by its old name was no more understood; on MySQL and MariaDB a table
/// with rows could not follow.
#[test]
fn what_casts_to_a_renamed_type_follows_it() {
    each(|twin| {
        twin.run(
            "CREATE TYPE state AS ENUM ('a', 'b'); CREATE TABLE t (id integer, s state, n integer, CHECK (s <> 'a'::state OR n > 1));
             CREATE INDEX i ON t (n) WHERE s = 'b'::state;
             INSERT INTO t VALUES (0, 'b', 0);
             ALTER TYPE state RENAME TO stage; ALTER TABLE t ALTER COLUMN n TYPE bigint; INSERT INTO t VALUES (1, 'a', 2);",
        );
        twin.fails("INSERT INTO t VALUES (2, 'a', 1);");
        twin.same("SELECT id, s, n FROM t");
    });
}

#[test]
fn where_a_renamed_member_may_stand_is_refused() {
    each_anew(|twin| {
        twin.run("CREATE TYPE state AS ENUM ('old', 'open'); CREATE TABLE t (id integer, s state, CHECK (coalesce(s, 'old') <> 'open'));");
        let refused = twin.refused("ALTER TYPE state RENAME VALUE 'old' TO 'new';");
        assert!(refused.contains(&"renamed-member"), "{refused:?}");
    });
}

#[test]
fn what_would_be_checked_where_no_row_is_written_is_refused() {
    for script in [
        "UPDATE t SET p = length('ab'::code);",
        "UPDATE t SET p = v::version;",
        "CREATE TABLE u (a code[]);",
        "CREATE VIEW u AS SELECT o::code AS o FROM t;",
        "CREATE DOMAIN strange AS text CHECK (unknown_function(value)); CREATE TABLE u (a strange);",
        "CREATE DOMAIN strange AS text; ALTER DOMAIN strange SET SCHEMA public; CREATE TABLE u (a strange);",
    ] {
        each(|twin| {
            twin.run(DOMAINS);
            twin.refused(script);
        });
    }
    // What fails where a row is left to it is said, and does.
    each(|twin| {
        twin.run(DOMAINS);
        if twin.target.engine != Engine::Sqlite {
            let table = "CREATE TABLE u (n text DEFAULT 'a'::code);";
            assert_eq!(twin.refused(table), ["constant", "cast"]);
            return;
        }
        let table = "CREATE TABLE u (id integer PRIMARY KEY, n text NOT NULL DEFAULT 'a'::code);";
        let said = twin.omitted(table);
        assert!(
            said.iter().any(|said| said.starts_with("default-fails: ")),
            "{said:?}"
        );
        twin.run("INSERT INTO u VALUES (1, 'x');");
        assert_eq!(
            twin.refused("INSERT INTO u (id) VALUES (2);"),
            ["default-fails"]
        );
        assert!(twin.target_error("INSERT INTO u (id) VALUES (2)").is_some());
        twin.same("SELECT id, n FROM u");
    });
    // The domain is asked before the trigger, a column's CHECK after it.
    each(|twin| {
        twin.run(DOMAINS);
        let setting = "CREATE FUNCTION put() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.o := 'owner'; RETURN NEW; END $$;
            CREATE TRIGGER put BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION put();";
        assert_eq!(twin.refused(setting), ["trigger"]);
    });
    // What becomes a value of the column's own domain is asked by the column.
    each(|twin| {
        twin.run(DOMAINS);
        twin.run(
            "CREATE TABLE u (id integer, n code DEFAULT 'ab'::code, m code DEFAULT 'abc'::code);",
        );
        twin.fails("INSERT INTO u (id) VALUES (1);");
        twin.run("INSERT INTO u (id, n) VALUES (1, 'abd');");
        twin.same("SELECT * FROM u");
    });
}

/// What both engines refuse for the rows that are there.
#[test]
fn rows_keep_a_domain_from_changing() {
    for change in [
        "ALTER DOMAIN version SET NOT NULL",
        "ALTER DOMAIN code ADD CONSTRAINT three CHECK (value <> 'two')",
        "ALTER TABLE u ALTER COLUMN n TYPE version",
        "ALTER TABLE u ALTER COLUMN d TYPE code",
        "ALTER TABLE u ALTER COLUMN c TYPE owner",
        "ALTER TABLE u ADD COLUMN o owner",
        "ALTER TABLE u ADD COLUMN o owner DEFAULT 'ab'",
        "CREATE DOMAIN more AS version CHECK (value > 6); ALTER TABLE u ALTER COLUMN v TYPE more",
    ] {
        each(|twin| {
            twin.run(DOMAINS);
            twin.run("ALTER DOMAIN version DROP NOT NULL; CREATE TABLE u (c code, v version, n integer, d text);
                INSERT INTO u VALUES ('one', 5, 1, 'ab'), (NULL, NULL, 0, NULL), ('two', 6, NULL, 'abc');");
            twin.fails(&format!("{change};"));
        });
    }
}

#[test]
fn a_domain_is_said() {
    each_anew(|twin| {
        let said = twin.omitted("CREATE DOMAIN code AS text CHECK (value <> '');");
        assert_eq!(
            said,
            ["type: the domain `code`: columns of it have the type below, and say what it says"]
        );
    });
}
