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

const ORGS: &str = "CREATE TABLE c (id integer PRIMARY KEY, org text, n integer);
CREATE TABLE t (id integer PRIMARY KEY, c_id integer, org text, n integer, extra integer);
INSERT INTO c VALUES (1, 'a', 1), (2, NULL, 2), (3, 'c', 3);
";
const OF_ORGS: &str =
    "SELECT id, coalesce(c_id, -1), coalesce(org, '-'), coalesce(n, -1) FROM t ORDER BY id";

/// A row is inserted with what another table's row says, however the statement has it.
#[test]
fn a_column_is_set_to_what_a_query_gives() {
    for body in [
        "NEW.org := (SELECT org FROM c WHERE c.id = NEW.c_id);",
        "SELECT org, c.n INTO NEW.org, NEW.n FROM c WHERE c.id = NEW.c_id;",
        "IF NEW.org IS NULL THEN SELECT c.org INTO NEW.org FROM c WHERE c.id = NEW.c_id; END IF;",
    ] {
        each(|twin| {
            twin.run(ORGS);
            twin.run(&format!(
                "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body} RETURN NEW; END $$;
                CREATE TRIGGER tr BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION f();
                INSERT INTO t (id, c_id) VALUES (1, 1), (2, 2), (3, NULL), (4, 9);
                INSERT INTO t (id, c_id, org) VALUES (5, 3, 'x'), (6, 2, 'x'), (7, NULL, 'x'), (8, 9, 'x');"
            ));
            twin.same(OF_ORGS);
            twin.both_take("INSERT INTO t (id, c_id, org, n) VALUES (11, 1, 'y', 7), (12, NULL, 'y', 7), (13, 3, NULL, 7)");
            // It is asked once, for an INSERT.
            twin.both_take("UPDATE t SET c_id = 3, org = 'kept' WHERE id = 1");
            twin.both_take("UPDATE c SET org = 'new' WHERE id = 3");
            twin.same(OF_ORGS);
            twin.run("ALTER TABLE t DROP COLUMN extra; ALTER TABLE c ADD COLUMN extra integer;");
            twin.run("INSERT INTO t (id, c_id) SELECT id + 20, c_id FROM t;");
            twin.same(OF_ORGS);
        });
    }
}

/// A query as a value may not have several rows: SQLite would take the first.
#[test]
fn a_query_that_has_several_rows_sets_nothing() {
    each(|twin| {
        let script = "CREATE TABLE c (id integer, org text); CREATE TABLE t (id integer PRIMARY KEY, c_id integer, org text);
            CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.org := (SELECT org FROM c WHERE c.id = NEW.c_id); RETURN NEW; END $$;
            CREATE TRIGGER tr BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION f();
            INSERT INTO c VALUES (1, 'a'), (1, 'b');";
        twin.run(script);
        twin.fails("INSERT INTO t VALUES (1, 1, 'x');");
        twin.run("INSERT INTO t VALUES (2, 2, 'x');");
        twin.same("SELECT id FROM t WHERE org IS NULL");
    });
}

/// What a column was, or one more, also where the statement sets it.
#[test]
fn a_version_counts_the_changes_of_its_row() {
    each(|twin| {
        twin.run(
            "CREATE TABLE t (id integer PRIMARY KEY, name text, version integer NOT NULL DEFAULT 1, made date DEFAULT '2020-01-01', extra integer);
            CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.version := OLD.version + 1; NEW.made = OLD.made; RETURN NEW; END $$;
            CREATE FUNCTION g() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.version := OLD.version + 1; RETURN NEW; END $$;
            CREATE TRIGGER tr BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION f();
            INSERT INTO t (id, version) VALUES (1, 1), (2, 5), (3, 7);
            UPDATE t SET name = 'x' WHERE id < 3;",
        );
        twin.both_take("UPDATE t SET name = NULL, version = 9, made = NULL WHERE id > 1");
        twin.both_take("UPDATE t SET version = version + 1");
        twin.both_take("UPDATE t SET version = 0");
        twin.run("ALTER TABLE t DROP COLUMN extra; UPDATE t SET name = 'z', made = '2021-01-01';");
        twin.same("SELECT id, coalesce(name, '-'), version, made FROM t ORDER BY id");
        // Only where something else has changed.
        twin.run("CREATE TABLE u (id integer PRIMARY KEY, name text, version integer NOT NULL DEFAULT 1);
            CREATE TRIGGER tr BEFORE UPDATE ON u FOR EACH ROW WHEN (NEW.name IS DISTINCT FROM OLD.name) EXECUTE FUNCTION g();
            INSERT INTO u VALUES (1, 'a', 3), (2, NULL, 5); UPDATE u SET name = 'a';");
        twin.both_take("UPDATE u SET name = 'b', version = 9 WHERE id = 1");
        twin.both_take("UPDATE u SET version = 7 WHERE id = 2");
        twin.same("SELECT id, name, version FROM u ORDER BY id");
    });
}

/// What is another when a row is written once more has no form on SQLite.
#[test]
fn what_a_second_writing_would_set_otherwise_is_refused_on_sqlite() {
    each(|twin| {
        twin.run("CREATE TABLE t (id integer PRIMARY KEY, name text, n integer, was text);");
        for (runs, body) in [
            ("UPDATE", "NEW.n := NEW.n + 1;"),
            ("UPDATE", "NEW.was := OLD.name;"),
            (
                "INSERT OR UPDATE",
                "IF TG_OP = 'INSERT' THEN NEW.n := 1; ELSE NEW.n := OLD.n + 1; END IF;",
            ),
        ] {
            let script = format!(
                "CREATE OR REPLACE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body} RETURN NEW; END $$;
                CREATE TRIGGER tr BEFORE {runs} ON t FOR EACH ROW EXECUTE FUNCTION f();"
            );
            match twin.target.engine {
                Engine::Sqlite => assert!(!twin.takes(&script), "{body}"),
                _ => {
                    twin.run(&script);
                    twin.run("INSERT INTO t VALUES (1, 'a', 1, 'x'), (2, NULL, NULL, NULL); UPDATE t SET name = 'b';");
                    twin.same("SELECT id, coalesce(name, '-'), coalesce(n, -1), coalesce(was, '-') FROM t ORDER BY id");
                    twin.run("DROP TRIGGER tr ON t; DELETE FROM t;");
                }
            }
        }
    });
}

/// The columns of the row that an event has not are NULL.
#[test]
fn a_row_that_there_is_none_of_is_null() {
    each(|twin| {
        twin.run(
            "CREATE TABLE p (id integer PRIMARY KEY, n integer NOT NULL);
            CREATE TABLE t (id integer PRIMARY KEY, p_id integer, name varchar(20), d numeric(8, 2), extra integer);
            CREATE TABLE log (op text, k integer, old_name text, new_name text, old_d numeric(8, 2), tab text, what text);
            INSERT INTO p VALUES (1, 0), (2, 0);
            CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                INSERT INTO log VALUES (TG_OP, COALESCE(NEW.id, OLD.id), OLD.name, NEW.name, OLD.d, TG_TABLE_NAME, TG_NAME);
                UPDATE p SET n = n + 1 WHERE id = COALESCE(NEW.p_id, OLD.p_id);
                IF NEW.name IS DISTINCT FROM OLD.name THEN UPDATE p SET n = n + 100 WHERE id = OLD.p_id; END IF;
                IF NEW.d > OLD.d THEN RAISE EXCEPTION 'more'; END IF;
                IF NOT (NEW.d < OLD.d) THEN UPDATE p SET n = n + 1000; END IF;
                RETURN COALESCE(NEW, OLD);
            END $$;
            CREATE TRIGGER \"Told\" AFTER INSERT OR UPDATE OR DELETE ON t FOR EACH ROW EXECUTE FUNCTION f();
            INSERT INTO t (id, p_id, name, d) VALUES (1, 1, 'a', 1.5), (2, 2, NULL, 2), (3, NULL, 'c', NULL);",
        );
        let log = "SELECT op, k, coalesce(old_name, '-'), coalesce(new_name, '-'), CASE WHEN old_d > 1.6 THEN 1 ELSE 0 END, tab, what FROM log ORDER BY k, op, 3, 4";
        twin.both_take("INSERT INTO t (id, p_id) VALUES (4, 1), (5, NULL)");
        twin.both_take("UPDATE t SET name = 'x', p_id = 2 WHERE id IN (1, 2, 5)");
        twin.fails("UPDATE t SET d = 9;");
        twin.both_take("DELETE FROM t WHERE id IN (1, 4)");
        twin.run("ALTER TABLE t DROP COLUMN extra; ALTER TRIGGER \"Told\" ON t RENAME TO said; UPDATE t SET d = 1; DELETE FROM t WHERE id = 2; INSERT INTO t (id) VALUES (9);");
        twin.same(log);
        twin.same("SELECT id, n FROM p ORDER BY id");
        // A copy of it has no columns at all.
        assert!(!twin.takes("CREATE TABLE u (id integer PRIMARY KEY);
            CREATE FUNCTION g() RETURNS trigger LANGUAGE plpgsql AS $$ DECLARE r record := NEW; BEGIN INSERT INTO log (k) VALUES (r.id); RETURN r; END $$;
            CREATE TRIGGER tr AFTER INSERT OR DELETE ON u FOR EACH ROW EXECUTE FUNCTION g();"));
    });
}

/// Rows are counted into a number, and where they stand.
#[test]
fn rows_that_are_counted_decide() {
    for code in [
        "BEGIN IF (SELECT count(*) FROM p WHERE id = NEW.p_id) <> 1 THEN RAISE EXCEPTION 'none'; END IF; RETURN NEW; END",
        "DECLARE c int; BEGIN SELECT count(*) INTO c FROM p WHERE p.kind = NEW.p_id; IF c > 1 THEN RAISE EXCEPTION 'many'; END IF; RETURN NEW; END",
        "DECLARE c integer := (SELECT count(*) FROM p WHERE p.kind = NEW.p_id); BEGIN IF c NOT IN (0, 1) THEN RAISE EXCEPTION 'many'; END IF; RETURN NEW; END",
    ] {
        each(|twin| {
            twin.run(&format!(
                "CREATE TABLE p (id integer PRIMARY KEY, kind integer); CREATE TABLE t (id integer PRIMARY KEY, p_id integer);
                INSERT INTO p VALUES (1, 1), (2, 2), (3, 2), (4, NULL);
                CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ {code} $$;
                CREATE TRIGGER tr BEFORE INSERT OR UPDATE ON t FOR EACH ROW EXECUTE FUNCTION f();
                INSERT INTO t VALUES (1, 1);"
            ));
            let one = code.contains("none");
            if one {
                twin.fails("INSERT INTO t VALUES (2, 2), (3, 9);");
                twin.fails("INSERT INTO t (id) VALUES (4);");
                twin.run("INSERT INTO t VALUES (2, 2);");
            } else {
                twin.fails("INSERT INTO t VALUES (2, 1), (3, 2);");
                twin.run("INSERT INTO t VALUES (4, NULL), (5, 9);");
            }
            twin.fails(&format!("UPDATE t SET p_id = {};", if one { 7 } else { 2 }));
            twin.both_take("DELETE FROM p WHERE id = 3");
            twin.both_take("UPDATE t SET p_id = 2");
            twin.same("SELECT id, p_id FROM t ORDER BY id");
        });
    }
}

/// MariaDB's IF takes what is divided by zero for NULL.
#[test]
fn a_condition_that_divides_by_zero_fails() {
    each(|twin| {
        twin.run(
            "CREATE TABLE t (id integer PRIMARY KEY, n integer, m integer, q bigint, f double precision);
            CREATE TABLE x (k integer); INSERT INTO x VALUES (1), (0);
            CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                IF NEW.n / NEW.m > 3 THEN RAISE EXCEPTION 'ratio';
                ELSIF NEW.q % NEW.m > 3 OR NEW.f / NEW.n > 3 THEN RAISE EXCEPTION 'rest';
                END IF;
                RETURN NEW;
            END $$;
            CREATE FUNCTION g() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                IF EXISTS (SELECT 1 FROM x WHERE NEW.n / k > 5) THEN RAISE EXCEPTION 'some'; END IF;
                RETURN NEW;
            END $$;
            CREATE TRIGGER tr BEFORE INSERT OR UPDATE ON t FOR EACH ROW EXECUTE FUNCTION f();
            INSERT INTO t VALUES (1, 1, 1, 1, 1), (2, NULL, 0, NULL, 1), (3, 3, NULL, 5, NULL), (4, 9, 4, NULL, NULL);",
        );
        for wrong in [
            "INSERT INTO t VALUES (5, 1, 1, 1, 1), (6, 2, 0, NULL, NULL);",
            "INSERT INTO t VALUES (7, NULL, 0, 1, NULL);",
            "INSERT INTO t VALUES (7, 0, 1, 1, 0);",
            "UPDATE t SET m = 0 WHERE id = 1;",
            "UPDATE t SET m = 1 WHERE id = 4;",
        ] {
            twin.fails(wrong);
        }
        twin.run(
            "UPDATE t SET m = 3 WHERE id = 3; DROP TRIGGER tr ON t;
            CREATE TRIGGER tr BEFORE INSERT OR UPDATE ON t FOR EACH ROW EXECUTE FUNCTION g();",
        );
        twin.fails("UPDATE t SET n = n WHERE id = 1;");
        twin.run("UPDATE t SET n = n WHERE id = 2; DELETE FROM x WHERE k = 0; UPDATE t SET n = 5 WHERE id = 1;");
        twin.same("SELECT id, coalesce(n, -1), coalesce(m, -1) FROM t ORDER BY id");
    });
}
