//! What pg_dump, Prisma and people who have a dump in hand write: on PostgreSQL, and translated on
//! SQLite, MariaDB and MySQL.

#![allow(clippy::unwrap_used, reason = "a panic is the report")]

use aludel_tests::engine::Engine;
use aludel_tests::twin::each;

const DUMPED: &str = "
    CREATE TABLE public.t (id integer NOT NULL, s text);
    ALTER TABLE public.t OWNER TO CURRENT_USER;
    CREATE SEQUENCE public.t_id_seq AS integer START WITH 1 INCREMENT BY 1 NO MINVALUE NO MAXVALUE CACHE 1;
    ALTER TABLE public.t_id_seq OWNER TO CURRENT_USER;
    ALTER SEQUENCE public.t_id_seq OWNED BY public.t.id;
    ALTER TABLE ONLY public.t ALTER COLUMN id SET DEFAULT nextval('public.t_id_seq'::regclass);
    INSERT INTO public.t (id, s) VALUES (1, 'a'), (7, 'b');
    SELECT pg_catalog.setval('public.t_id_seq', 7, true);
    ALTER TABLE ONLY public.t ADD CONSTRAINT t_pkey PRIMARY KEY (id);";

#[test]
fn a_dump_numbers_its_table() {
    each(|twin| {
        twin.run(DUMPED);
        twin.run("INSERT INTO t (s) VALUES ('c');");
        twin.run("INSERT INTO t (id, s) VALUES (nextval('public.t_id_seq'), 'd'), (nextval('t_id_seq'::regclass), 'e');");
        twin.run("ALTER TABLE public.t_id_seq RENAME TO numbers;");
        twin.run("SELECT setval('public.numbers', 20);");
        twin.run("INSERT INTO t (s) VALUES ('f');");
        twin.same("SELECT id, s FROM t ORDER BY id");
    });
}

#[test]
fn a_sequence_that_numbers_nothing_is_set_on_sqlite_to_no_effect() {
    each(|twin| {
        twin.run("CREATE SEQUENCE public.loose; CREATE VIEW v AS SELECT 1 AS n; ALTER TABLE v OWNER TO CURRENT_USER;");
        if twin.target.engine == Engine::Sqlite {
            twin.run("SELECT pg_catalog.setval('public.loose', 3, true);");
        }
        twin.same("SELECT n FROM v");
    });
}

#[test]
fn the_default_of_a_column_that_numbers_itself_is_a_number() {
    each(|twin| {
        twin.run("CREATE TABLE t (id serial PRIMARY KEY, s text); CREATE TABLE u (id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, s text);");
        for table in ["t", "u"] {
            twin.run(&format!(
                "INSERT INTO {table} (id, s) VALUES (DEFAULT, 'a');"
            ));
            twin.run(&format!(
                "INSERT INTO {table} VALUES (DEFAULT, 'b'), (DEFAULT, 'c');"
            ));
            twin.same(&format!("SELECT id, s FROM {table} ORDER BY id"));
        }
        twin.run("INSERT INTO t (id, s) VALUES (20, 'd');");
        assert!(
            !twin
                .refused("UPDATE t SET id = DEFAULT WHERE s = 'd';")
                .is_empty()
        );
    });
}

#[test]
fn a_text_says_the_present() {
    each(|twin| {
        twin.run("CREATE TABLE t (id integer PRIMARY KEY, at timestamptz, local timestamp, day date);
            INSERT INTO t (id, at, local, day) VALUES (1, 'now()', 'NOW', 'today'), (2, ' now ', 'today', 'now()');
            INSERT INTO t SELECT 3, 'now()', 'now()', 'today';
            INSERT INTO t (id) VALUES (4);
            UPDATE t SET at = 'now()', local = 'now()', day = 'today' WHERE id = 4;
            INSERT INTO t (id, at) VALUES (4, NULL) ON CONFLICT (id) DO UPDATE SET local = 'today';");
        twin.same(
            "SELECT id, count(*) FROM t WHERE at >= CURRENT_DATE AND local >= CURRENT_DATE \
             AND day = CURRENT_DATE GROUP BY id ORDER BY id",
        );
        twin.run("UPDATE t SET id = id + 10 WHERE local = CURRENT_DATE;");
        twin.same("SELECT id FROM t ORDER BY id");
    });
}

#[test]
fn a_default_that_is_the_time_at_which_it_was_made_fails_where_a_row_is_left_to_it() {
    each(|twin| {
        let table =
            "CREATE TABLE t (id integer PRIMARY KEY, at timestamp NOT NULL DEFAULT 'now()');";
        twin.run(table);
        twin.run("INSERT INTO t (id, at) VALUES (1, '2024-02-29 10:00:00');");
        assert_eq!(
            twin.refused("INSERT INTO t (id) VALUES (2);"),
            ["default-fails"]
        );
        twin.same("SELECT id FROM t WHERE at = '2024-02-29 10:00:00'");
    });
}

#[test]
fn a_renamed_trigger_goes_on() {
    each(|twin| {
        twin.run("CREATE TABLE t (id integer PRIMARY KEY, n integer, at date);
            CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.at := '2024-02-29'; RETURN NEW; END $$;
            CREATE TRIGGER \"before it\" BEFORE INSERT OR UPDATE ON t FOR EACH ROW EXECUTE FUNCTION touch();
            INSERT INTO t VALUES (1, 1);");
        twin.run("ALTER TRIGGER \"before it\" ON t RENAME TO \"after \"\"it\";");
        twin.run("INSERT INTO t VALUES (2, 5); UPDATE t SET n = 10 WHERE id = 1;");
        twin.same("SELECT id, n, at FROM t ORDER BY id");
        twin.run("DROP TRIGGER \"after \"\"it\" ON t;");
        twin.run("INSERT INTO t VALUES (3, 3);");
        twin.same("SELECT id, coalesce(n, 0) FROM t WHERE at IS NULL ORDER BY id");
    });
}

#[test]
fn a_second_primary_key_is_forgiven() {
    each(|twin| {
        twin.run(
            "CREATE TABLE t (id integer, n integer); CREATE TABLE u (id integer PRIMARY KEY);",
        );
        for table in ["t", "u"] {
            twin.run(&format!(
                "DO $$ BEGIN ALTER TABLE ONLY {table} ADD CONSTRAINT {table}_key PRIMARY KEY (id); \
                 EXCEPTION WHEN duplicate_table THEN null; WHEN SQLSTATE '42P16' THEN null; END $$;"
            ));
        }
        let key = "DO $$ BEGIN ALTER TABLE t ADD CONSTRAINT t_n_key UNIQUE (n); EXCEPTION WHEN duplicate_table THEN null; END $$;";
        twin.run(key);
        twin.run(key);
        twin.run("INSERT INTO t VALUES (1, 1); INSERT INTO u VALUES (1);");
        twin.fails("INSERT INTO t VALUES (1, 2);");
        twin.fails("INSERT INTO t VALUES (2, 1);");
        twin.fails("INSERT INTO u VALUES (1);");
    });
}

#[test]
fn a_trigger_that_cannot_be_made_is_forgiven() {
    each(|twin| {
        twin.run("CREATE TABLE t (id integer PRIMARY KEY, s text);
            CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.s := 'touched'; RETURN NEW; END $$;");
        let made = |function: &str| {
            format!(
                "DO $$ BEGIN CREATE TRIGGER touched BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION {function}(); \
                 EXCEPTION WHEN others THEN null; END $$;"
            )
        };
        twin.run(&made("touch"));
        twin.run("INSERT INTO t (id) VALUES (1);");
        twin.same("SELECT id, s FROM t");
        assert_eq!(twin.refused(&made("nobody_made_it")), ["opaque"]);
    });
}

#[test]
fn an_update_sets_defaults() {
    each(|twin| {
        twin.run("CREATE TABLE t (id serial PRIMARY KEY, s text DEFAULT 'it''s', n integer DEFAULT 3 + 4, j jsonb DEFAULT '{\"a\": 1}', e text, code uuid DEFAULT gen_random_uuid());
            INSERT INTO t (id, s, n, j, e, code) VALUES (1, 'a', 1, NULL, 'x', NULL), (2, 'b', 2, '[]', 'y', NULL);");
        twin.run("UPDATE t SET s = DEFAULT, e = DEFAULT WHERE id = 1;");
        twin.run("UPDATE t SET (n, j) = (DEFAULT, DEFAULT), code = DEFAULT;");
        twin.same("SELECT id, s, n, coalesce(e, '-') FROM t ORDER BY id");
        twin.same("SELECT count(DISTINCT code) FROM t");
        assert!(
            !twin
                .refused("UPDATE t SET id = DEFAULT WHERE id = 1;")
                .is_empty()
        );
    });
}

/// `WITH data AS` begins a query, `WITH DATA` ends one.
#[test]
fn a_with_of_a_query_may_be_called_data() {
    each(|twin| {
        twin.run("CREATE TABLE a (id integer PRIMARY KEY, x text NOT NULL DEFAULT 'x'); INSERT INTO a VALUES (1), (2);");
        twin.run("CREATE VIEW v AS WITH data AS (SELECT id FROM a), local AS (SELECT id FROM data) SELECT data.id FROM data JOIN local ON local.id = data.id;");
        twin.run("CREATE TABLE b AS WITH data AS (SELECT id FROM a WHERE id > 1) SELECT id FROM data WITH DATA;");
        twin.same("SELECT id FROM v ORDER BY id");
        twin.same("SELECT id FROM b");
    });
}

#[test]
fn a_table_like_another_but_for_something() {
    each(|twin| {
        twin.run("CREATE TABLE a (id integer PRIMARY KEY, x text DEFAULT 'x', n integer CHECK (n > 0)); CREATE INDEX by_x ON a (x);");
        twin.run("CREATE TABLE b (LIKE a INCLUDING ALL EXCLUDING STATISTICS EXCLUDING DEFAULTS); CREATE TABLE c (LIKE a INCLUDING DEFAULTS EXCLUDING ALL INCLUDING CONSTRAINTS);
            CREATE TABLE d (LIKE a INCLUDING ALL EXCLUDING INDEXES EXCLUDING CONSTRAINTS);");
        twin.run("INSERT INTO b (id) VALUES (1); INSERT INTO c (id) VALUES (1), (1); INSERT INTO d (id, n) VALUES (1, 0), (1, 0);");
        twin.fails("INSERT INTO b VALUES (1, 'y', 1);");
        twin.fails("INSERT INTO b VALUES (2, 'y', 0);");
        twin.fails("INSERT INTO c VALUES (2, 'y', 0);");
        twin.same("SELECT id, coalesce(x, '-') FROM b");
        twin.same("SELECT id, coalesce(x, '-') FROM c");
        twin.same("SELECT id, x, n FROM d");
    });
}

#[test]
fn a_function_that_returns_what_a_query_of_constants_gives() {
    each(|twin| {
        twin.run("CREATE FUNCTION aws() RETURNS integer AS $$ BEGIN RETURN(SELECT 2); END $$ LANGUAGE plpgsql IMMUTABLE;
            CREATE FUNCTION plus(n integer) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT (SELECT n + 1)';
            CREATE TABLE r (id integer PRIMARY KEY, provider integer NOT NULL DEFAULT aws() CHECK (provider = aws() OR provider > plus(10)));");
        twin.run("INSERT INTO r (id) VALUES (1); INSERT INTO r VALUES (2, 12);");
        twin.fails("INSERT INTO r VALUES (3, 11);");
        twin.same("SELECT id, provider FROM r ORDER BY id");
    });
}

/// `SELECT … INTO` and `TABLE` are other words for what CREATE TABLE AS and SELECT say.
#[test]
fn a_query_into_a_table() {
    each(|twin| {
        twin.run("CREATE TABLE a (id integer PRIMARY KEY, k text, n integer DEFAULT 3); INSERT INTO a VALUES (1, 'x', 1), (2, NULL, 2);");
        twin.run("SELECT id, k INTO b FROM a WHERE id > 0; SELECT max(a.n) AS n INTO TABLE c FROM a; CREATE TABLE d AS TABLE a;");
        twin.run("WITH x AS (SELECT id FROM a) SELECT id INTO TEMP e FROM x; INSERT INTO c SELECT id FROM e; DROP TABLE e;");
        twin.run("INSERT INTO b (id) VALUES (1); INSERT INTO d (id) VALUES (9);");
        twin.same("SELECT id, coalesce(k, '-') FROM b ORDER BY id, coalesce(k, '-')");
        twin.same("SELECT n FROM c ORDER BY n");
        twin.same("SELECT id, coalesce(k, '-'), coalesce(n, 0) FROM d ORDER BY id");
    });
}

#[test]
fn a_text_laid_over_another() {
    each(|twin| {
        twin.run("CREATE TABLE t (id integer PRIMARY KEY, s text, o text, CHECK (overlay(s placing '' from 1 for 2) <> 'no')); INSERT INTO t VALUES (1, 'abcdef', 'ÉÉ'), (2, 'a', 'x'), (3, '', ''), (4, NULL, 'x'), (5, 'x', NULL);");
        for (n, value) in [
            "overlay(s placing 'XY' from 3)",
            "overlay(s placing o from 2 for 3)",
            "overlay(s placing o from 1 for 0)",
            "overlay(s placing '*' from 9)",
            "overlay('Tédas' placing o from 2 for 1)",
        ]
        .iter()
        .enumerate()
        {
            twin.run(&format!(
                "ALTER TABLE t ADD COLUMN c{n} text; UPDATE t SET c{n} = {value};"
            ));
            twin.same(&format!(
                "SELECT id, coalesce(c{n}, '-') FROM t ORDER BY id"
            ));
        }
        twin.fails("INSERT INTO t VALUES (6, 'xxno', '');");
        assert!(!twin.takes("UPDATE t SET o = overlay(s placing o from 2);"));
        assert!(!twin.takes("UPDATE t SET o = overlay(s placing o from id for 1);"));
    });
}

#[test]
fn a_text_constant_with_its_cast_is_one() {
    each(|twin| {
        twin.run(
            "CREATE TABLE t (
                id integer PRIMARY KEY, s text, v character varying(20) DEFAULT 'a'::character varying, d timestamp without time zone, j jsonb,
                made timestamp without time zone DEFAULT timezone('utc'::text, now()) NOT NULL,
                CONSTRAINT of_several CHECK (((v)::text = ANY ((ARRAY['a'::character varying, 'b'::character varying])::text[]))),
                CONSTRAINT of_two CHECK (((v)::text = ANY (ARRAY[('a'::character varying)::text, ('b'::character varying)::text]))),
                CONSTRAINT like_one CHECK ((s ~~ '%_%'::text)),
                CONSTRAINT like_several CHECK (((s ~~ ANY (ARRAY['%a%'::text, '%-%'::text])) AND (s !~~ ALL (ARRAY['x%'::text, 'y%'::text])))));
            INSERT INTO t (id, s, v, d, j) VALUES (1, 'a-b-c', 'a', '2024-02-03 04:05:06', '{\"a\": {\"b\": \"v\"}}'), (2, '50%-A', 'b', '2023-12-31 00:00:00', '{}'), (3, '-xa', NULL, NULL, NULL);",
        );
        for condition in [
            "s LIKE 'a%'::text",
            "s ~~ '%!%-%'::text AND s LIKE '%!%%'::text ESCAPE '!'::text",
            "s !~~ 'a%'::character varying",
            "s LIKE ANY (ARRAY['a%', '5%'])",
            "s SIMILAR TO '(a|b)%'::text",
            "s LIKE 'a-b-c'::character varying(10)",
            "date_trunc('day'::text, d) = d",
            "date_part('year'::text, d) = 2024",
            "d > (timestamp '2024-02-03 04:05:06' - ('1 day'::text)::interval)",
            "(j #>> ('{a,b}'::text)::text[]) = 'v'::text",
            "split_part(s, '-'::text, 1) = 'a'::text",
        ] {
            if !twin.takes(&format!("UPDATE t SET id = id + 10 WHERE {condition};")) {
                panic!("{condition}");
            }
            twin.same("SELECT id, s, coalesce(v, '-') FROM t ORDER BY id");
        }
        twin.fails("INSERT INTO t (id, s) VALUES (90, 'x-a');");
        twin.fails("INSERT INTO t (id, s) VALUES (90, 'b');");
        twin.fails("INSERT INTO t (id, s, v) VALUES (90, 'a', 'c');");
    });
}

#[test]
fn a_cast_to_text_asks_for_the_function_that_minds_case() {
    each(|twin| {
        twin.run("CREATE EXTENSION IF NOT EXISTS citext; CREATE TABLE t (id integer PRIMARY KEY, c citext, s text); INSERT INTO t VALUES (1, 'aXb', ''), (2, 'axb', '');");
        // Refused, or what PostgreSQL gives.
        twin.takes("UPDATE t SET s = split_part(c, 'x'::text, 1);");
        twin.takes("UPDATE t SET s = s || regexp_replace(c, '[x-]'::text, ''::text, 'g'::text);");
        twin.same("SELECT id, s FROM t ORDER BY id");
        twin.run("UPDATE t SET id = id + 10 WHERE c LIKE 'AX%'::text;");
        twin.same("SELECT id, s FROM t ORDER BY id");
    });
}

#[test]
fn settings_that_are_the_servers_own() {
    each(|twin| {
        twin.run(
            "CREATE TABLE p (id integer PRIMARY KEY); CREATE TABLE c (id integer, p integer CONSTRAINT c_p REFERENCES p DEFERRABLE INITIALLY DEFERRED);
            SET datestyle = 'ISO, MDY'; SET DateStyle TO ISO, MDY; SET extra_float_digits = 3; SET intervalstyle = postgres;",
        );
        twin.run("SET CONSTRAINTS \"c_p\" IMMEDIATE; ALTER TABLE c DROP CONSTRAINT \"c_p\";");
        twin.run("INSERT INTO c VALUES (1, 5);");
        assert!(!twin.refused("SET datestyle = 'ISO, DMY';").is_empty());
        assert!(!twin.refused("SET CONSTRAINTS ALL DEFERRED;").is_empty());
        twin.same("SELECT id, p FROM c");
    });
}

/// A down script that does not give back what was there leaves other things than the scripts have made: IF EXISTS
/// asks the database.
#[test]
fn what_asks_whether_something_is_there_asks_the_database() {
    each(|twin| {
        let indexes = twin.target.engine == Engine::Sqlite;
        twin.run(
            "CREATE TABLE a (id integer PRIMARY KEY, n integer); CREATE TABLE b (id integer PRIMARY KEY); CREATE TABLE k (id integer PRIMARY KEY);
             CREATE INDEX i ON a (n); CREATE VIEW v AS SELECT id FROM a;",
        );
        twin.run("DROP VIEW v; DROP TABLE b; DROP TABLE k;");
        let both = |twin: &aludel_tests::twin::Twin, sql: &str| {
            for database in [&twin.authored, &twin.target] {
                let ended = database.client(sql);
                assert!(ended.status.success(), "{sql}: {ended:?}");
            }
        };
        both(twin, "CREATE TABLE k (id integer PRIMARY KEY);");
        twin.run("CREATE TABLE IF NOT EXISTS k (id integer PRIMARY KEY);");
        twin.run("CREATE TABLE b (id integer PRIMARY KEY); CREATE VIEW v AS SELECT id FROM b;");
        both(twin, "DROP VIEW v; DROP TABLE b;");
        twin.run("DROP VIEW IF EXISTS v; DROP TABLE IF EXISTS b;");
        if indexes {
            both(twin, "DROP INDEX i;");
            twin.run("DROP INDEX IF EXISTS i;");
            both(twin, "CREATE UNIQUE INDEX i ON a (n);");
            twin.run("CREATE UNIQUE INDEX IF NOT EXISTS i ON a (n);");
        }
        twin.run("INSERT INTO a VALUES (1, 1); INSERT INTO k VALUES (1);");
        twin.same("SELECT count(*) FROM k");
    });
}
