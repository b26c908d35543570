//! PostgreSQL's row triggers with variables, arguments and columns that are set, on every other engine: the
//! same errors, and the same rows after.

use aludel_tests::engine::Engine;
use aludel_tests::twin::each;

const ROWS: &str = "SELECT id, coalesce(name, '-'), coalesce(n, -1) FROM t ORDER BY id";

/// One function for many tables, each of which hands it its own columns.
#[test]
fn columns_that_are_handed_over_stay_what_they_are() {
    each(|twin| {
        twin.run(
            "CREATE TABLE t (id integer PRIMARY KEY, name text, n integer, made date);
            CREATE FUNCTION immutable() RETURNS trigger LANGUAGE plpgsql AS $$
            DECLARE col text; old_value text; new_value text;
            BEGIN
                FOREACH col IN ARRAY TG_ARGV LOOP
                    EXECUTE format('SELECT $1.%I', col) INTO new_value USING NEW;
                    EXECUTE format('SELECT $1.%I', col) INTO old_value USING OLD;
                    IF new_value IS DISTINCT FROM old_value THEN
                        RAISE EXCEPTION 'immutable: %.%', TG_TABLE_NAME, col;
                    END IF;
                END LOOP;
                RETURN NEW;
            END $$;
            CREATE TRIGGER immutable BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION immutable('id', 'name', 'made');
            INSERT INTO t VALUES (1, 'a', 1, '2024-01-01'), (2, NULL, 2, NULL);",
        );
        twin.run(
            "UPDATE t SET n = n + 1, name = name; UPDATE t SET made = '2024-01-01' WHERE id = 1;",
        );
        let said = twin.fails("UPDATE t SET name = 'b' WHERE id = 2;");
        assert!(said.contains("immutable: ….…"), "{said}");
        twin.fails("UPDATE t SET made = NULL WHERE id = 1;");
        twin.fails("UPDATE t SET id = 5 WHERE id = 2;");
        twin.same(ROWS);
    });
}

/// What sets a column of a row that is inserted stands beside what sets one of a row that changes.
#[test]
fn two_that_set_columns_stand_beside_each_other() {
    each(|twin| {
        twin.run(
            "CREATE TABLE t (id integer PRIMARY KEY, name text, n integer,
                made timestamptz DEFAULT CURRENT_TIMESTAMP, changed timestamptz DEFAULT CURRENT_TIMESTAMP);
            CREATE FUNCTION made() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                IF NEW.made IS DISTINCT FROM now() THEN
                    RAISE WARNING 'not to be set: %', NEW.made;
                    NEW.made = now();
                END IF;
                RETURN NEW;
            END $$;
            CREATE FUNCTION changed() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                IF row(NEW.*) IS DISTINCT FROM row(OLD.*) THEN
                    NEW.changed = now();
                    RETURN NEW;
                ELSE
                    RETURN OLD;
                END IF;
            END $$;
            CREATE TRIGGER changed BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION changed();
            CREATE TRIGGER made BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION made();
            INSERT INTO t (id, name, changed) VALUES (1, 'a', '2000-01-01'), (2, 'b', '2000-01-01'), (3, NULL, '2000-01-01');
            UPDATE t SET name = 'a' WHERE id = 1; UPDATE t SET name = 'c' WHERE id = 2;",
        );
        twin.same("SELECT id, coalesce(name, '-'), CASE WHEN changed > '2020-01-01' THEN 1 ELSE 0 END, CASE WHEN made > '2020-01-01' THEN 1 ELSE 0 END FROM t ORDER BY id");
        let given = "INSERT INTO t (id, made) VALUES (4, '2000-01-01');";
        match twin.target.engine {
            // It would be written once more, and the other trigger with it.
            Engine::Sqlite => {
                twin.target_fails(given);
            }
            _ => {
                twin.run(given);
                twin.same("SELECT id FROM t WHERE made < '2020-01-01'");
            }
        }
    });
}

#[test]
fn what_is_asked_into_variables_decides() {
    each(|twin| {
        twin.run(
            "CREATE TABLE scope (id text PRIMARY KEY, kind text NOT NULL, parent text);
            CREATE TABLE t (id integer PRIMARY KEY, name text, n integer);
            CREATE TABLE log (id serial PRIMARY KEY, what text, a integer);
            INSERT INTO scope VALUES ('g', 'global', NULL), ('o', 'org', 'g'), ('p', 'project', 'o');
            CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$
            DECLARE kind_of text; up text := 'none';
            BEGIN
                PERFORM FROM scope WHERE id = NEW.name;
                IF NOT FOUND THEN RAISE EXCEPTION 'no such scope'; END IF;
                SELECT s.kind, s.parent INTO kind_of, up FROM scope s WHERE s.id = NEW.name;
                CASE kind_of WHEN 'global' THEN RETURN NEW; WHEN 'org', 'project' THEN NULL; END CASE;
                IF NEW.n > 1 THEN
                    IF NEW.n > 2 THEN RETURN NEW; END IF;
                END IF;
                INSERT INTO log (what, a) VALUES (up, NEW.n);
                PERFORM pg_notify('t', NEW.name);
                RETURN NEW;
            END $$;
            CREATE TRIGGER tr AFTER INSERT OR UPDATE ON t FOR EACH ROW EXECUTE FUNCTION f();
            INSERT INTO t VALUES (1, 'g', 1), (2, 'o', 1), (3, 'p', 2), (4, 'p', 3);
            UPDATE t SET n = n + 1;",
        );
        let said = twin.fails("INSERT INTO t VALUES (5, 'x', 1);");
        assert!(said.contains("no such scope"), "{said}");
        twin.fails("INSERT INTO t (id) VALUES (5);");
        twin.same(ROWS);
        twin.same("SELECT coalesce(what, '-'), a FROM log ORDER BY 1, 2");
    });
}

/// Where a value may be another by the time it is looked at, or which row it is of is not known, there is
/// no form.
#[test]
fn a_variable_that_may_be_another_is_refused() {
    each(|twin| {
        twin.run(
            "CREATE TABLE t (id integer PRIMARY KEY, name text, n integer);
            CREATE TABLE total (name text PRIMARY KEY, n integer NOT NULL, id integer);",
        );
        for body in [
            // It has changed by then.
            "SELECT total.n INTO v FROM total WHERE total.name = NEW.name; UPDATE total SET n = 5; IF v > 1 THEN RAISE 'no'; END IF;",
            // Any of several rows.
            "SELECT total.n INTO v FROM total WHERE total.id = 1; IF v > 1 THEN RAISE 'no'; END IF;",
            // A value that is another each time, or fails where nobody looks at it.
            "v := random() * 5; IF v > 1 THEN RAISE 'no'; END IF;",
            "v := NEW.name::integer; IF NEW.n > 1 AND v > 1 THEN RAISE 'no'; END IF;",
            "v := 1 / NEW.n; IF NEW.id > 1 AND v > 1 THEN RAISE 'no'; END IF;",
            // A variable, or a column.
            "IF EXISTS (SELECT 1 FROM total WHERE n = n) THEN RAISE 'no'; END IF;",
            // How many rows a statement has changed.
            "UPDATE total SET n = 5; IF NOT FOUND THEN RAISE 'no'; END IF;",
            // It changes what it was asked of.
            "SELECT count(*) INTO v FROM total; INSERT INTO total VALUES (NEW.name, v);",
        ] {
            let n = if body.contains("n = n") {
                "n integer := 1;"
            } else {
                ""
            };
            let script = format!(
                "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ DECLARE v integer; {n} BEGIN {body} RETURN NEW; END $$;
                CREATE TRIGGER tr AFTER INSERT ON t FOR EACH ROW EXECUTE FUNCTION f();"
            );
            assert!(!twin.takes(&script), "{body}");
        }
    });
}

/// A record that begins as the row and is returned in its place is the row.
#[test]
fn a_copy_of_the_row_that_is_returned_sets_its_columns() {
    each(|twin| {
        twin.run(
            "CREATE TABLE t (id integer PRIMARY KEY, name text, n integer, touched_at timestamptz NOT NULL DEFAULT '2000-01-01', gone integer);
            CREATE FUNCTION touched() RETURNS trigger AS $$
            DECLARE
                _new record;
            BEGIN
                _new := NEW;
                _new.touched_at = NOW();
                RETURN _new;
            END; $$ LANGUAGE plpgsql;
            CREATE TRIGGER touched BEFORE UPDATE ON t FOR EACH ROW EXECUTE PROCEDURE touched();
            INSERT INTO t (id, name, n) VALUES (1, 'a', 1), (2, NULL, NULL), (3, 'c', 3);
            UPDATE t SET name = 'b' WHERE id < 3;",
        );
        const TOUCHED: &str = "SELECT id, coalesce(name, '-'), CASE WHEN touched_at > '2020-01-01' THEN 1 ELSE 0 END FROM t ORDER BY id";
        twin.same(TOUCHED);
        twin.both_take("INSERT INTO t (id) VALUES (4), (5)");
        twin.both_take("UPDATE t SET name = NULL WHERE id IN (1, 4)");
        twin.same(TOUCHED);
        twin.run("ALTER TABLE t DROP COLUMN gone; ALTER TABLE t ALTER COLUMN n TYPE bigint; ALTER TABLE t RENAME COLUMN name TO title;");
        twin.run("UPDATE t SET title = 'd' WHERE id > 4;");
        twin.same("SELECT id, coalesce(title, '-'), CASE WHEN touched_at > '2020-01-01' THEN 1 ELSE 0 END FROM t ORDER BY id");
    });
}

/// Where the row and its copy are looked at both, or another one is returned, they are not the same.
#[test]
fn a_copy_of_the_row_that_differs_from_it_is_refused() {
    each(|twin| {
        twin.run("CREATE TABLE t (id integer PRIMARY KEY, name text, n integer); CREATE TABLE r (n integer);");
        for (declared, body) in [
            (
                "r record;",
                "r := NEW; r.n := 5; IF NEW.n > 3 THEN RAISE 'no'; END IF; RETURN r;",
            ),
            ("r record;", "r := NEW; r.n := 5; RETURN NEW;"),
            ("r record;", "r := NEW; NEW.name := 'a'; RETURN r;"),
            ("r record;", "r := NEW; r.n := 5; r := OLD; RETURN r;"),
            ("r record;", "r := OLD; r.n := 5; RETURN r;"),
            ("r record := NEW;", "SELECT 1 INTO NEW.id; RETURN r;"),
            // A table of that name.
            (
                "r record := NEW;",
                "r.n := (SELECT max(r.n) FROM r); RETURN r;",
            ),
        ] {
            let script = format!(
                "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ DECLARE {declared} BEGIN {body} END $$;
                CREATE TRIGGER tr BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION f();"
            );
            assert!(!twin.takes(&script), "{body}");
        }
        // What it was is looked at where it has not changed.
        let script = "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ DECLARE r record := NEW; BEGIN
                IF NEW IS DISTINCT FROM OLD THEN r.n := NEW.id; END IF; RETURN r; END $$;
            CREATE TRIGGER tr BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION f();
            INSERT INTO t VALUES (1, 'a', 5), (2, NULL, 6); UPDATE t SET name = 'a';";
        twin.run(script);
        twin.same(ROWS);
    });
}
