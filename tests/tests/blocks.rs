//! `DO` blocks, and functions and procedures that a script calls, where what they do hangs on rows: the
//! same over the same rows, on PostgreSQL and translated on SQLite, MariaDB and MySQL.

#![allow(clippy::unwrap_used, reason = "a panic is the report")]

use aludel_tests::twin::{Twin, each};

const TABLES: &str = "CREATE TABLE t (id integer PRIMARY KEY, name text, n integer);
    CREATE TABLE u (id integer PRIMARY KEY, name text);
    INSERT INTO t (id, name, n) VALUES (1, 'a', 1), (2, 'b', NULL), (3, NULL, 3);";

fn all(twin: &Twin) {
    twin.same("SELECT id, coalesce(name, '-'), coalesce(n, -1) FROM t ORDER BY id");
    twin.same("SELECT id, coalesce(name, '-') FROM u ORDER BY id");
}

#[test]
fn an_error_is_raised_where_rows_say_so() {
    each(|twin| {
        twin.run(TABLES);
        for (there, missing) in [
            (
                "EXISTS (SELECT 1 FROM t WHERE n = 3)",
                "EXISTS (SELECT 1 FROM t WHERE n = 4)",
            ),
            (
                "(SELECT count(*) FROM t) <> (SELECT count(*) FROM u)",
                "(SELECT count(*) FROM t) < (SELECT count(*) FROM u)",
            ),
            (
                "NOT EXISTS (SELECT 1 FROM u) AND true",
                "(SELECT max(id) FROM u) > 0",
            ),
        ] {
            let block = |condition: &str| {
                format!(
                    "DO $$ BEGIN IF {condition} THEN RAISE EXCEPTION 'found % of them', 1; END IF; UPDATE t SET n = coalesce(n, 0) + 1 WHERE id = 1; END $$;"
                )
            };
            twin.run(&block(missing));
            all(twin);
            twin.fails(&block(there));
            all(twin);
        }
        twin.run("DO $$ BEGIN ASSERT (SELECT count(*) FROM t) = 3, 'three'; END $$;");
        twin.fails("DO $$ BEGIN ASSERT (SELECT count(*) FROM t) = 4, 'four'; END $$;");
        // What is not known to hold does not hold.
        twin.fails("DO $$ BEGIN ASSERT (SELECT max(id) FROM u) = 1; END $$;");
    });
}

#[test]
fn variables_hold_what_rows_give_until_those_change() {
    each(|twin| {
        twin.run(TABLES);
        let block = |limit: u32| {
            format!(
                "DO $$ DECLARE found_rows bigint; most integer := {limit}; longest integer; BEGIN \
                 SELECT count(*), max(n) INTO found_rows, longest FROM t WHERE n IS NOT NULL; \
                 IF found_rows > most OR longest > 9 THEN RAISE EXCEPTION 'too many: %', found_rows; END IF; \
                 INSERT INTO u (id, name) VALUES (10 + most, 'most'); END $$;"
            )
        };
        twin.run(&block(2));
        twin.fails(&block(1));
        all(twin);
        twin.run(
            "DO $$ DECLARE a bigint; b bigint; half double precision := 2; BEGIN SELECT count(*) INTO a FROM t; SELECT count(*) INTO b FROM u; \
             IF a > 5 THEN RAISE EXCEPTION 'a'; END IF; IF b > 5 THEN RAISE EXCEPTION 'b'; END IF; \
             INSERT INTO u (id, name) SELECT id + 20, 'half' FROM t WHERE id / half = 1.5; END $$;",
        );
        all(twin);
        let stale = "DO $$ DECLARE c bigint; BEGIN SELECT count(*) INTO c FROM u; DELETE FROM u; \
                     IF c > 0 THEN RAISE EXCEPTION 'there were'; END IF; END $$;";
        assert_eq!(twin.refused(stale), ["opaque"]);
    });
}

#[test]
fn what_is_done_where_rows_say_so_is_done_once() {
    each(|twin| {
        twin.run(TABLES);
        for block in [
            "IF NOT EXISTS (SELECT 1 FROM u WHERE name = 'x') THEN INSERT INTO u (id, name) VALUES (1, 'x'); END IF;",
            "IF EXISTS (SELECT 1 FROM t WHERE name IS NULL) THEN UPDATE t SET name = 'z' WHERE name IS NULL; END IF;",
            "IF (SELECT count(*) FROM t) = 3 THEN INSERT INTO u (id, name) SELECT id + 100, name FROM t WHERE id > 1; DELETE FROM u WHERE id = 1; END IF;",
            "IF (SELECT count(*) FROM u) > 100 THEN RAISE NOTICE 'no'; ELSE DELETE FROM t WHERE id = 2; END IF;",
            "IF EXISTS (SELECT 1 FROM t WHERE id = 3) THEN INSERT INTO u (id, name) SELECT max(id), 'g' FROM t GROUP BY name HAVING max(id) > 2; END IF;",
        ] {
            // The second time, rows say otherwise.
            for _ in 0..2 {
                if block.contains("id + 100")
                    && !twin
                        .authored
                        .query("SELECT 1 FROM u WHERE id > 100")
                        .is_empty()
                {
                    continue;
                }
                if block.contains("HAVING")
                    && !twin
                        .authored
                        .query("SELECT 1 FROM u WHERE id = 3")
                        .is_empty()
                {
                    continue;
                }
                twin.run(&format!("DO $$ BEGIN {block} END $$;"));
                all(twin);
            }
        }
        for block in [
            // What is done first changes the answer.
            "IF EXISTS (SELECT 1 FROM u) THEN DELETE FROM u; INSERT INTO t (id) VALUES (50); END IF;",
            "IF EXISTS (SELECT 1 FROM u) THEN DELETE FROM u; ELSE INSERT INTO t (id) VALUES (50); END IF;",
            "IF EXISTS (SELECT 1 FROM u) THEN CREATE TABLE v (id integer); END IF;",
            "IF EXISTS (SELECT 1 FROM u) THEN INSERT INTO t (id) SELECT max(id) + 1 FROM t; END IF;",
        ] {
            let refused = twin.refused(&format!("DO $$ BEGIN {block} END $$;"));
            assert_eq!(refused, ["opaque"], "{block}");
        }
    });
}

#[test]
fn a_call_of_the_scripts_own_does_what_its_code_does() {
    each(|twin| {
        twin.run(TABLES);
        twin.run(
            "CREATE FUNCTION refresh(most integer) RETURNS void LANGUAGE plpgsql AS $$ BEGIN \
               INSERT INTO u (id, name) SELECT id, name FROM t WHERE t.id <= most ON CONFLICT DO NOTHING; \
               DELETE FROM u WHERE id NOT IN (SELECT t.id FROM t WHERE t.name IS NOT NULL); END $$; \
             SELECT refresh(2);",
        );
        all(twin);
        twin.run("UPDATE t SET name = NULL WHERE id = 1; SELECT refresh(3); DROP FUNCTION refresh(integer);");
        all(twin);
        twin.run(
            "CREATE PROCEDURE fill() LANGUAGE plpgsql AS $$ DECLARE done integer; size CONSTANT integer := 2; BEGIN LOOP \
               UPDATE t SET name = 'filled' WHERE id IN (SELECT id FROM t WHERE name IS NULL LIMIT size FOR UPDATE SKIP LOCKED); \
               GET DIAGNOSTICS done = ROW_COUNT; EXIT WHEN done = 0; RAISE NOTICE 'some %', done; END LOOP; END $$; \
             CALL fill(); DROP PROCEDURE fill();",
        );
        all(twin);
    });
}

#[test]
fn some_rows_at_a_time_are_all_in_the_end() {
    each(|twin| {
        twin.run(TABLES);
        let batches = |statement: &str| {
            format!("DO $$ BEGIN LOOP {statement}; EXIT WHEN NOT FOUND; END LOOP; END $$;")
        };
        for statement in [
            "UPDATE t AS own SET n = 0 WHERE own.id IN (SELECT old.id FROM t old WHERE old.n IS NULL AND old.name <> '' LIMIT 1)",
            "UPDATE t SET name = CASE WHEN n > 2 THEN 'big' ELSE 'small' END WHERE id IN (SELECT id FROM t WHERE name IS NULL LIMIT 1)",
            "UPDATE t SET name = 'x' WHERE id IN (SELECT id FROM t WHERE name <> 'x' LIMIT 2)",
            "DELETE FROM t WHERE id IN (SELECT id FROM t WHERE n < 2 LIMIT 1)",
        ] {
            twin.run(&batches(statement));
            all(twin);
        }
        for statement in [
            // It would find them again, or others.
            "UPDATE t SET n = n + 1 WHERE id IN (SELECT id FROM t WHERE n < 9 LIMIT 1)",
            "UPDATE t SET name = NULL WHERE id IN (SELECT id FROM t WHERE name = 'x' LIMIT 1)",
            "UPDATE t SET n = (SELECT count(*) FROM t) WHERE id IN (SELECT id FROM t WHERE n IS NULL LIMIT 1)",
            "DELETE FROM t WHERE id IN (SELECT id FROM t WHERE id > (SELECT min(id) FROM t) LIMIT 1)",
            "DELETE FROM t WHERE name IN (SELECT name FROM t WHERE n > 1 LIMIT 1)",
        ] {
            assert_eq!(twin.refused(&batches(statement)), ["opaque"], "{statement}");
        }
    });
}

#[test]
fn an_aggregate_in_with_has_the_name_that_it_gets() {
    each(|twin| {
        twin.run(TABLES);
        twin.run("INSERT INTO u (id, name) VALUES (1, 'a'), (2, 'a'), (3, 'b');");
        twin.run("WITH found AS (SELECT name, count(*) FROM u GROUP BY name) UPDATE t SET n = found.count FROM found WHERE found.name = t.name;");
        all(twin);
        twin.run("WITH found AS (SELECT max(id) FROM u) DELETE FROM u USING found WHERE u.id = found.max;");
        all(twin);
    });
}

/// One that is refused, and can only have read, has made nothing that a later one asks for.
#[test]
fn a_block_that_only_reads_and_raises_leaves_the_catalogues_as_they_are() {
    each(|twin| {
        twin.run(
            "CREATE TABLE a (id integer PRIMARY KEY, c jsonb); INSERT INTO a VALUES (1, '{}');",
        );
        let raises = "DO $$ DECLARE n integer; BEGIN
            SELECT count(*) INTO n FROM a WHERE EXISTS (SELECT 1 FROM jsonb_each(c) AS d (k, v) WHERE jsonb_array_length(v -> 'deny') > 0)
                OR (SELECT count(*) FROM jsonb_object_keys(c)) > 9;
            IF n > 0 THEN RAISE EXCEPTION 'unsafe'; END IF; END $$;";
        twin.refused(raises);
        twin.run("DO $$ BEGIN CREATE TYPE s AS ENUM ('a', 'b'); EXCEPTION WHEN duplicate_object THEN NULL; END $$;
            CREATE TABLE t (id integer PRIMARY KEY, s s NOT NULL);
            DO $$ BEGIN IF NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conname = 't_id_fkey') THEN ALTER TABLE t ADD CONSTRAINT t_id_fkey FOREIGN KEY (id) REFERENCES a; END IF; END $$;
            INSERT INTO t VALUES (1, 'b');");
        twin.fails("INSERT INTO t VALUES (2, 'b');");
    });
}

/// A loop over rows that inserts for each is one INSERT; rows that get numbers get them one row of the
/// loop after the other.
#[test]
fn a_loop_that_inserts_for_each_row_is_one_insert() {
    each(|twin| {
        twin.run(
            "CREATE TABLE site (id integer PRIMARY KEY, name varchar(20), on_it boolean);
             CREATE TABLE lang (id integer PRIMARY KEY, code varchar(5));
             CREATE TABLE both_of (id serial PRIMARY KEY, site_id integer NOT NULL, lang_id integer NOT NULL, said varchar(30));
             CREATE TABLE other (site_id integer, name varchar(30), n integer);
             INSERT INTO site VALUES (1, 'a', true), (2, 'b', NULL), (3, NULL, false);
             INSERT INTO lang VALUES (1, 'de'), (2, 'en');",
        );
        twin.run(
            "DO $$ DECLARE xid integer; r record; n integer := 7;
             BEGIN
               FOR xid IN SELECT id FROM site WHERE name IS NOT NULL LOOP
                 INSERT INTO both_of (site_id, lang_id) (SELECT xid, lang.id AS lid FROM lang WHERE lang.id <= xid);
               END LOOP;
               FOR r IN SELECT * FROM site s WHERE s.on_it IS NOT NULL LOOP
                 INSERT INTO other (site_id, name, n) VALUES (r.id, coalesce(r.name, 'none') || '!', n);
               END LOOP;
               FOR r IN SELECT s.id, l.code AS said FROM site s JOIN lang l ON l.id = s.id LOOP
                 INSERT INTO other (site_id, name) SELECT r.id, r.said FROM site WHERE id = r.id AND EXISTS (SELECT 1 FROM lang WHERE code = r.said);
               END LOOP;
             END $$;",
        );
        // In which order a query without one gives its rows is no engine's promise.
        let rows = twin.same("SELECT site_id, lang_id FROM both_of ORDER BY site_id, lang_id");
        assert_eq!(rows.len(), 3, "{rows:?}");
        twin.same("SELECT id FROM both_of ORDER BY id");
        let rows =
            twin.same("SELECT site_id, name, coalesce(n, 0) FROM other ORDER BY site_id, name");
        assert_eq!(rows.len(), 4, "{rows:?}");
    });
}

/// What one row's INSERT does to another's is not the same at once.
#[test]
fn a_loop_whose_rows_see_each_other_is_refused() {
    const LOOPS: &[&str] = &[
        // It reads what it writes.
        "FOR r IN SELECT id FROM a LOOP INSERT INTO b (id, n) SELECT r.id, count(*) FROM b; END LOOP;",
        "FOR r IN SELECT id FROM a LOOP INSERT INTO b (id, n) SELECT r.id, n FROM b WHERE n > 3; END LOOP;",
        "FOR r IN SELECT id FROM a LOOP INSERT INTO a (id, n) VALUES (r.id + 100, 1); END LOOP;",
        // It gathers, or takes some.
        "FOR r IN SELECT id FROM a LOOP INSERT INTO b (id, n) SELECT r.id, max(n) FROM c; END LOOP;",
        "FOR r IN SELECT id FROM a LOOP INSERT INTO b (id, n) SELECT r.id, n FROM c ORDER BY n LIMIT 1; END LOOP;",
        "FOR r IN SELECT id FROM a LIMIT 1 LOOP INSERT INTO b (id, n) VALUES (r.id, 1); END LOOP;",
        // Its number, the whole row, and what it sees in FROM.
        "FOR r IN SELECT id FROM a LOOP INSERT INTO b (id, n) VALUES (r.id, nextval('s')); END LOOP;",
        "FOR r IN SELECT id FROM a LOOP INSERT INTO c (id, doc) VALUES (r.id, to_jsonb(r)); END LOOP;",
        "FOR r IN SELECT id FROM a LOOP INSERT INTO b (id, n) SELECT x.id, 1 FROM (SELECT id FROM c WHERE id = r.id) x; END LOOP;",
        // A trigger sees the rows before.
        "FOR r IN SELECT id FROM a LOOP INSERT INTO d (id) VALUES (r.id); END LOOP;",
        // Two statements.
        "FOR r IN SELECT id FROM a LOOP INSERT INTO b (id, n) VALUES (r.id, 1); INSERT INTO c (id) VALUES (r.id); END LOOP;",
        // A value that a variable's type changes.
        "FOR i IN SELECT n FROM a LOOP INSERT INTO b (id, n) VALUES (i, 1); END LOOP;",
    ];
    each(|twin| {
        twin.run(
            "CREATE TABLE a (id integer PRIMARY KEY, n bigint);
             CREATE TABLE b (id integer, n bigint);
             CREATE TABLE c (id integer, n bigint, doc jsonb);
             CREATE TABLE d (id integer, n bigint);
             CREATE FUNCTION counted() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO c (id, n) SELECT NEW.id, count(*) FROM a; RETURN NULL; END $$;
             CREATE TRIGGER counted AFTER INSERT ON d FOR EACH ROW EXECUTE FUNCTION counted();
             CREATE SEQUENCE s;
             INSERT INTO a VALUES (1, 1), (2, 2);",
        );
        for code in LOOPS {
            twin.refused(&format!(
                "DO $$ DECLARE r record; i integer; BEGIN {code} END $$;"
            ));
        }
    });
}

#[test]
fn a_statement_on_rows_is_given_what_the_catalogues_have() {
    each(|twin| {
        twin.run(TABLES);
        twin.run(
            "CREATE VIEW v AS SELECT t.*, u.name AS other FROM t LEFT JOIN u ON u.id = t.id;
             CREATE TABLE described (table_name text, column_name text, hidden boolean DEFAULT true);
             INSERT INTO described (table_name, column_name, hidden)
                SELECT table_name, column_name, FALSE FROM information_schema.columns WHERE table_schema = 'public';
             ALTER TABLE t ADD COLUMN late text;
             CREATE TABLE later (id integer PRIMARY KEY);
             INSERT INTO described (column_name) SELECT c.column_name FROM information_schema.columns AS c
                WHERE c.table_name = 'none' AND c.table_schema = 'public';
             DELETE FROM described WHERE table_name NOT IN (
                SELECT table_name FROM information_schema.tables WHERE table_schema = 'public' AND table_type = 'BASE TABLE')
                AND table_name <> 'v';
             UPDATE described SET hidden = true WHERE (table_name, column_name) IN (
                SELECT table_name, column_name FROM information_schema.columns WHERE table_name = 't');",
        );
        twin.same("SELECT table_name, column_name, CASE WHEN hidden THEN 1 ELSE 0 END FROM described ORDER BY 1, 2");
        // What has no name or schema may be the engine's own.
        twin.refused(
            "INSERT INTO described (table_name) SELECT table_name FROM information_schema.tables",
        );
    });
}

/// A text that is executed for each row of a loop, with what it is given of that row.
#[test]
fn a_loop_that_executes_an_insert_is_one_insert() {
    each(|twin| {
        twin.run(TABLES);
        twin.run("CREATE TABLE made (id serial PRIMARY KEY, kind integer NOT NULL, t integer, n integer, seen boolean, at date);");
        twin.run("DO $$ DECLARE r record; q text; BEGIN
              FOR r IN SELECT * FROM t WHERE n IS NOT NULL LOOP
                q := 'INSERT INTO made (kind, t, n, seen, at) ' || 'VALUES (1, $1, $2, true, ''2024-01-02''), (5, $1, $2, false, ''2024-01-02''), (3, $1, $2, true, ''2024-01-02'');';
                EXECUTE q USING r.id, r.n;
              END LOOP;
            END $$;");
        twin.same("SELECT id, kind, t, coalesce(n, -1), CASE WHEN seen THEN 1 ELSE 0 END, CAST(at AS char(10)) FROM made ORDER BY id");
        twin.run("DO $$ DECLARE r record; BEGIN FOR r IN SELECT id FROM t LOOP EXECUTE 'INSERT INTO u (id, name) VALUES ($1, ''$1'')' USING r.id; END LOOP; END $$;");
        all(twin);
        for block in [
            // What it executes knows no variables.
            "DO $$ DECLARE r record; BEGIN FOR r IN SELECT id FROM t LOOP EXECUTE 'INSERT INTO u (id) SELECT r.id FROM u AS r WHERE r.id < $1' USING r.id; END LOOP; END $$;",
            "DO $$ DECLARE r record; BEGIN FOR r IN SELECT id FROM t LOOP EXECUTE 'INSERT INTO u (id) VALUES ($2)' USING r.id; END LOOP; END $$;",
            "DO $$ DECLARE r record; BEGIN FOR r IN SELECT id FROM t LOOP EXECUTE 'DELETE FROM u WHERE id = $1' USING r.id; END LOOP; END $$;",
        ] {
            assert_eq!(twin.refused(block), ["opaque"], "{block}");
        }
    });
}

#[test]
fn an_array_in_a_variable_is_what_it_was_given() {
    each(|twin| {
        twin.run(TABLES);
        twin.run("DO $$ DECLARE names text[] := ARRAY['x', 'it''s']; BEGIN UPDATE t SET name = names[2] WHERE id = 1; DELETE FROM t WHERE name = ANY (ARRAY['b']); END $$;");
        all(twin);
    });
}

/// Roles, privileges and functions are of no account, however it is come to them.
#[test]
fn a_block_that_installs_roles_is_nothing() {
    each(|twin| {
        twin.run(TABLES);
        twin.run("DO $$ DECLARE install text = COALESCE(current_setting('a.install', true), 'false'); someone text = COALESCE(current_setting('a.someone', true), 'aludel_someone'); BEGIN
              IF install != 'true' THEN RETURN; END IF;
              IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = someone) THEN EXECUTE 'CREATE ROLE ' || someone || ' NOLOGIN'; END IF;
              EXECUTE 'grant ' || someone || ' to authenticator';
              EXECUTE 'ALTER USER ' || someone || ' SET search_path = public';
              EXECUTE 'ALTER table t owner to ' || someone;
              EXECUTE 'alter default privileges in schema public grant all on tables to ' || someone;
            END $$;");
        twin.run("CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $f$ BEGIN NEW.name := lower(NEW.name); RETURN NEW; END $f$;
            CREATE FUNCTION g() RETURNS integer LANGUAGE sql AS $f$ SELECT 1 $f$;");
        twin.run("DO $$ BEGIN DROP FUNCTION IF EXISTS g(); EXCEPTION WHEN OTHERS THEN NULL; END $$;
            DO $$ BEGIN DROP FUNCTION not_there(text); EXCEPTION WHEN undefined_function THEN NULL; END $$;");
        let with_more = "DO $$ DECLARE install text = current_setting('a.install', true); BEGIN IF install != 'true' THEN RETURN; END IF; CREATE TABLE made (a integer); END $$;";
        assert_eq!(twin.refused(with_more), ["opaque"]);
        twin.run(
            "CREATE TRIGGER f BEFORE INSERT OR UPDATE ON u FOR EACH ROW EXECUTE FUNCTION f();
            DO $$ BEGIN DROP FUNCTION f(); EXCEPTION WHEN OTHERS THEN NULL; END $$;
            INSERT INTO u (id, name) VALUES (50, 'ABC');",
        );
        all(twin);
    });
}
