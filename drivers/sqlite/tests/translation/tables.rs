//! Tables: types, keys, defaults, constraints, indexes.

use crate::support::{Both, codes, one};

fn create(sql: &str) -> String {
    one("", sql)
}

#[test]
fn types_keep_their_meaning_and_are_names_that_diesel_knows() {
    assert_eq!(
        create(
            "CREATE TABLE t (a boolean, b smallint, c integer, d bigint, e real, f double precision, \
             g numeric(10, 2), h text, i varchar(20), j char(2), k uuid, l bytea, m date, n time, \
             o timestamp(3), p timestamptz, q json, r jsonb, s inet, u interval)"
        ),
        "CREATE TABLE t (\n    a BOOLEAN,\n    b SMALLINT,\n    c INTEGER,\n    d BIGINT,\n    e REAL,\n    f DOUBLE,\n    \
         g NUMERIC(10, 2),\n    h TEXT,\n    i VARCHAR(20) CHECK (length(i) <= 20),\n    \
         j CHAR(2) COLLATE RTRIM CHECK (length(j) <= 2),\n    k TEXT,\n    l BLOB,\n    m DATE,\n    n TIME,\n    \
         o TIMESTAMP,\n    p TIMESTAMP,\n    q TEXT,\n    r TEXT,\n    s TEXT,\n    u TEXT\n)"
    );
}

#[test]
fn what_numbers_itself_is_the_row_id() {
    for column in [
        "id serial PRIMARY KEY",
        "id bigserial PRIMARY KEY",
        "id bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY",
    ] {
        assert_eq!(
            create(&format!("CREATE TABLE t ({column}, n integer)")),
            "CREATE TABLE t (\n    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,\n    n INTEGER\n)"
        );
    }
}

/// `INTEGER PRIMARY KEY` would make a number of its own where PostgreSQL refuses NULL.
#[test]
fn an_integer_key_that_does_not_number_itself_is_not_the_row_id() {
    let mut both = Both::new();
    both.run("CREATE TABLE t (id integer PRIMARY KEY, n integer)");
    assert!(
        both.database
            .try_run("INSERT INTO t (n) VALUES (1)")
            .is_err()
    );
    both.database.run("INSERT INTO t (id) VALUES (7)");
    assert_eq!(both.database.rows("id", "t"), ["7"]);
}

/// PostgreSQL numbers any column; SQLite only the one that is the primary key.
#[test]
fn numbers_beside_another_key_make_that_one_unique() {
    let mut both = Both::new();
    let translated = both.translate("CREATE TABLE t (id uuid PRIMARY KEY, n bigserial NOT NULL)");
    assert_eq!(
        translated.statements[0].1,
        "CREATE TABLE t (\n    id TEXT NOT NULL,\n    n INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,\n    UNIQUE (id)\n)"
    );
    assert_eq!(translated.omissions[0].1.code, "key-of-numbers");
    let translated = both.translate("CREATE TABLE u (a serial PRIMARY KEY, b serial)");
    assert_eq!(translated.omissions[0].1.code, "default-fails");
}

#[test]
fn defaults_are_what_diesel_reads_back() {
    let mut both = Both::new();
    both.run(
        "CREATE TABLE t (id integer PRIMARY KEY, made timestamptz NOT NULL DEFAULT now(), \
         day date DEFAULT CURRENT_DATE, whole timestamp(0) DEFAULT CURRENT_TIMESTAMP, key uuid DEFAULT gen_random_uuid(), \
         flag boolean DEFAULT 't', doc jsonb DEFAULT '{\"a\": 1}'::jsonb, tags text[] DEFAULT '{a,\"b c\"}', \
         at timestamptz DEFAULT '2024-01-01 02:00:00+02', n numeric(5,2) DEFAULT '1.005', name varchar(9) DEFAULT 'x'::text, \
         ts bigint DEFAULT EXTRACT(EPOCH FROM now()), nil text DEFAULT NULL, bytes bytea DEFAULT '\\x00ff')",
    );
    both.database.run("INSERT INTO t (id) VALUES (1)");
    let mut holds = |sql: &str| assert_eq!(both.database.value(sql), "1", "{sql}");
    holds(
        "SELECT made GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9]' FROM t",
    );
    holds("SELECT abs(julianday('now') - julianday(made)) < 0.01 FROM t");
    holds(
        "SELECT day = date('now') AND length(whole) = 19 AND ts > 1700000000 AND nil IS NULL FROM t",
    );
    holds(
        "SELECT length(key) = 36 AND key GLOB '*-4[0-9a-f][0-9a-f][0-9a-f]-[89ab]*' AND key = lower(key) FROM t",
    );
    holds(
        "SELECT flag = 1 AND doc ->> 'a' = 1 AND tags = '[\"a\",\"b c\"]' AND name = 'x' AND bytes = x'00ff' FROM t",
    );
    holds("SELECT at = '2024-01-01 00:00:00' AND n = 1.01 FROM t");
}

#[test]
fn constraints_are_kept_all_of_them() {
    assert_eq!(
        create(
            "CREATE TABLE t (a integer NOT NULL CONSTRAINT positive CHECK (a > 0), b text UNIQUE, c integer, \
             CHECK (a < c OR c IS NULL), CONSTRAINT both UNIQUE (a, c), PRIMARY KEY (a, b), \
             FOREIGN KEY (a, c) REFERENCES t (a, c) MATCH FULL ON DELETE SET NULL ON UPDATE CASCADE DEFERRABLE INITIALLY DEFERRED)"
        ),
        "CREATE TABLE t (\n    a INTEGER NOT NULL,\n    b TEXT NOT NULL,\n    c INTEGER,\n    \
         CONSTRAINT positive CHECK (a > 0),\n    CHECK (a < c OR c IS NULL),\n    PRIMARY KEY (a, b),\n    UNIQUE (b),\n    \
         CONSTRAINT both UNIQUE (a, c),\n    \
         FOREIGN KEY (a, c) REFERENCES t (a, c) ON DELETE SET NULL ON UPDATE CASCADE DEFERRABLE INITIALLY DEFERRED,\n    \
         CHECK (a IS NULL AND c IS NULL OR a IS NOT NULL AND c IS NOT NULL)\n)"
    );
}

#[test]
fn an_enum_is_a_text_with_its_members() {
    let mut both = Both::new();
    both.run("CREATE TYPE mood AS ENUM ('sad', 'ok'); CREATE TABLE t (id int PRIMARY KEY, m mood NOT NULL DEFAULT 'ok')");
    assert!(
        both.database
            .try_run("INSERT INTO t VALUES (1, 'happy')")
            .is_err()
    );
    both.database
        .run("INSERT INTO t VALUES (1, 'sad'), (2, 'ok')");
    both.run("ALTER TYPE mood ADD VALUE 'happy' BEFORE 'ok'");
    both.run("ALTER TYPE mood RENAME VALUE 'sad' TO 'blue'");
    both.database.run("INSERT INTO t VALUES (3, 'happy')");
    assert!(
        both.database
            .try_run("INSERT INTO t VALUES (4, 'sad')")
            .is_err()
    );
    assert_eq!(
        both.database.rows("id, m", "t ORDER BY id"),
        ["1, 'blue'", "2, 'ok'", "3, 'happy'"]
    );
}

#[test]
fn indexes() {
    let tables = "CREATE TABLE t (a text, b integer, doc jsonb, gone timestamptz)";
    let mut both = Both::new();
    both.statements(tables);
    let translated = both.translate(
        "CREATE INDEX a_idx ON t (a DESC NULLS LAST, b) INCLUDE (gone);
         CREATE UNIQUE INDEX CONCURRENTLY ON t (lower(a)) WHERE gone IS NULL;
         CREATE INDEX doc_idx ON t USING gin (doc);
         CREATE INDEX hash_idx ON t USING hash (b);
         CREATE INDEX odd_idx ON t (to_tsvector('english', a))",
    );
    let statements: Vec<_> = translated
        .statements
        .iter()
        .map(|(_, sql)| sql.as_str())
        .collect();
    assert_eq!(
        statements,
        [
            "CREATE INDEX a_idx ON t (a DESC, b)",
            "CREATE UNIQUE INDEX t_lower_idx ON t ((lower(a))) WHERE gone IS NULL",
            "CREATE INDEX hash_idx ON t (b)",
        ]
    );
    let mut omitted: Vec<_> = translated
        .omissions
        .iter()
        .map(|(_, omission)| omission.code)
        .collect();
    omitted.sort_unstable();
    assert_eq!(
        omitted,
        [
            "case-beyond-ascii",
            "index-expression",
            "index-include",
            "index-method"
        ]
    );
    assert_eq!(
        codes(
            tables,
            "CREATE UNIQUE INDEX ON t (to_tsvector('english', a))"
        ),
        ["no-such-function"]
    );
    assert_eq!(
        codes(
            "CREATE TABLE t (n numeric[])",
            "CREATE UNIQUE INDEX ON t (n)"
        ),
        ["key-of-texts"]
    );
}

/// PostgreSQL's indexes take no long texts: what is unique there by its digest is so here by itself.
#[test]
fn a_key_that_is_a_digest_is_the_text() {
    let mut both = Both::new();
    both.run("CREATE TABLE t (id int, a text, doc jsonb)");
    let made = both.translate("CREATE UNIQUE INDEX one ON t (id, md5(a))");
    let codes_of: Vec<_> = made.omissions.iter().map(|(_, left)| left.code).collect();
    assert_eq!(codes_of, ["index-digest"]);
    assert_eq!(made.statements[0].1, "CREATE UNIQUE INDEX one ON t (id, a)");
    for other in ["md5(doc::text)", "md5(a::bytea)", "md5(a) || 'x'"] {
        let index = format!("CREATE UNIQUE INDEX ON t (({other}))");
        assert!(!codes("CREATE TABLE t (id int, a text, doc jsonb)", &index).is_empty());
    }
}

#[test]
fn what_has_no_counterpart_is_refused_all_of_it() {
    assert_eq!(
        codes(
            "",
            "CREATE TABLE t (a money, b xml, c text DEFAULT to_char(now(), 'YYYY'), d int CHECK (d > 0 OR now() > '2020-01-01'), \
             e int, EXCLUDE USING gist (point(e, e) WITH ~=))"
        ),
        [
            "no-such-type",
            "no-such-type",
            "not-deterministic",
            "exclusion"
        ]
    );
    assert_eq!(
        codes("CREATE TABLE t (a int)", "CREATE TABLE u () INHERITS (t)"),
        ["inheritance"]
    );
}

#[test]
fn a_regular_expression_that_glob_can_say_checks_the_same() {
    let mut both = Both::new();
    both.run("CREATE TABLE t (s text CHECK (s ~ '^[a-z0-9-]+$'))");
    both.database.run("INSERT INTO t VALUES ('a-1'), (NULL)");
    for wrong in ["", "A", "a b", "a\n"] {
        assert!(
            both.database
                .try_run(&format!("INSERT INTO t VALUES ('{wrong}')"))
                .is_err(),
            "{wrong}"
        );
    }
    assert_eq!(
        codes("", "CREATE TABLE t (s text CHECK (s ~ '^a+[ab]+$'))"),
        ["regex"]
    );
}

#[test]
fn schemas_are_flattened_unless_two_tables_have_one_name() {
    assert_eq!(
        one("CREATE SCHEMA app", "CREATE TABLE app.t (a int)"),
        "CREATE TABLE t (\n    a INTEGER\n)"
    );
    let tables = "CREATE SCHEMA app; CREATE TABLE t (a int)";
    assert_eq!(codes(tables, "CREATE TABLE app.t (a int)"), ["name-clash"]);
}

/// How long a vector is, and what kind of geometry, are a type's modifiers.
#[test]
fn what_is_kept_as_text_is_so_with_modifiers() {
    assert_eq!(
        one(
            "",
            "CREATE TABLE t (v vector(512), g geometry(Point, 4326))"
        ),
        "CREATE TABLE t (\n    v TEXT,\n    g TEXT\n)"
    );
}

#[test]
fn views_spell_out_their_columns() {
    let tables = "CREATE TABLE t (id int, name text)";
    assert_eq!(
        one(
            tables,
            "CREATE VIEW v AS SELECT * FROM t WHERE name IS NOT NULL"
        ),
        "CREATE VIEW v AS SELECT id, name FROM t WHERE name IS NOT NULL"
    );
}

/// PostgreSQL's way to take a member out of an enum.
#[test]
fn an_enum_is_replaced_by_a_new_one() {
    let mut both = Both::new();
    both.run(
        "CREATE TYPE mood AS ENUM ('sad', 'ok', 'old'); CREATE TABLE t (id int PRIMARY KEY, m mood NOT NULL DEFAULT 'ok')",
    );
    both.database.run("INSERT INTO t VALUES (1, 'sad')");
    both.run(
        "CREATE TYPE mood_new AS ENUM ('sad', 'ok');
         ALTER TABLE t ALTER COLUMN m DROP DEFAULT;
         ALTER TABLE t ALTER COLUMN m TYPE mood_new USING (m::text::mood_new);
         ALTER TYPE mood RENAME TO mood_old;
         ALTER TYPE mood_new RENAME TO mood;
         DROP TYPE mood_old;
         ALTER TABLE t ALTER COLUMN m SET DEFAULT 'ok'",
    );
    assert!(
        both.database
            .try_run("INSERT INTO t VALUES (2, 'old')")
            .is_err()
    );
    both.database.run("INSERT INTO t (id) VALUES (2)");
    assert_eq!(
        both.database.rows("id, m", "t ORDER BY id"),
        ["1, 'sad'", "2, 'ok'"]
    );
}

/// SQLite names such a column by its text, PostgreSQL by what is computed.
#[test]
fn columns_of_queries_have_the_names_that_postgresql_gives_them() {
    let mut both = Both::new();
    both.run(
        "CREATE TABLE t (id int PRIMARY KEY, a text);
         CREATE VIEW v AS WITH w AS (SELECT t.*, (SELECT max(u.id) FROM t u), count(*) OVER (), lower(a), id::bigint FROM t)
             SELECT w.max, w.count, coalesce(w.lower, ''), (SELECT s.upper FROM (SELECT upper(w.a)) s) FROM w",
    );
    both.database.run("INSERT INTO t VALUES (1, 'X')");
    assert_eq!(
        both.database.rows("max, count, coalesce, upper", "v"),
        ["1, 1, 'x', 'X'"]
    );
}

#[test]
fn a_generated_column_adds_an_interval_times_a_number() {
    let mut both = Both::new();
    both.run("CREATE TABLE t (at timestamp NOT NULL, n int, gone timestamp GENERATED ALWAYS AS (CASE WHEN n > 0 THEN at + (n * INTERVAL '1 hour') END) STORED)");
    both.database
        .run("INSERT INTO t VALUES ('2024-01-01 10:00:00.500', 3), ('2024-01-01 10:00:00', 0)");
    assert_eq!(
        both.database.rows("gone", "t"),
        ["'2024-01-01 13:00:00.500'", "NULL"]
    );
}

/// SQLite takes a view of columns that are not there, and then no change of any table.
#[test]
fn a_view_of_what_an_override_has_left_out_is_refused() {
    let mut both = Both::new();
    both.run("CREATE TABLE t (id int PRIMARY KEY)");
    both.run_override("ALTER TABLE t ADD COLUMN a int", "SELECT 1");
    let views = "CREATE VIEW v AS SELECT id, a FROM t; CREATE VIEW w AS SELECT * FROM t";
    let refusals = both.translate(views).refusals;
    let codes: Vec<_> = refusals.iter().map(|(_, refusal)| refusal.code).collect();
    assert_eq!(codes, ["depends-on-refused", "depends-on-refused"]);

    let mut both = Both::new();
    both.run("CREATE TABLE t (id int PRIMARY KEY)");
    both.run_override("ALTER TABLE t ADD COLUMN a int", "SELECT 1");
    both.run("CREATE VIEW v AS SELECT id FROM t");
}

/// SQLite takes a foreign key to a view, and fails when it looks at all of them.
#[test]
fn a_foreign_key_to_what_is_a_view_here_is_refused() {
    let mut both = Both::new();
    both.run("CREATE TABLE t (id int PRIMARY KEY); CREATE VIEW v AS SELECT id FROM t");
    both.run_override(
        "DROP VIEW v; CREATE TABLE v (id int PRIMARY KEY)",
        "SELECT 1",
    );
    let refusals = both
        .translate("CREATE TABLE u (id int REFERENCES v (id))")
        .refusals;
    let codes: Vec<_> = refusals.iter().map(|(_, refusal)| refusal.code).collect();
    assert_eq!(codes, ["depends-on-refused"]);
}

#[test]
fn a_column_is_generated_from_others_that_follow_it() {
    let mut both = Both::new();
    both.run("CREATE TABLE t (id text GENERATED ALWAYS AS (coalesce(a, '?') || ':' || b) STORED, a text, b text NOT NULL)");
    both.database.run("INSERT INTO t (b) VALUES ('x')");
    assert_eq!(both.database.rows("id", "t"), ["'?:x'"]);
}

#[test]
fn the_uuid_of_nothing_is_a_constant() {
    let mut both = Both::new();
    both.run("CREATE TABLE t (id int PRIMARY KEY)");
    both.database.run("INSERT INTO t VALUES (1)");
    both.run("ALTER TABLE t ADD COLUMN space uuid NOT NULL DEFAULT uuid_nil()");
    let nil = "'00000000-0000-0000-0000-000000000000'";
    assert_eq!(both.database.rows("space", "t"), [nil]);
}
