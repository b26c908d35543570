//! PostgreSQL's triggers that set columns of a row, on every other engine: the same rows before,
//! the same statements, the same rows after.

#![allow(clippy::unwrap_used, reason = "a panic is the report")]

use aludel_tests::engine::Engine;
use aludel_tests::twin::{Twin, each};

/// What the target's client says of a script that is not translated.
fn said(twin: &Twin, script: &str) -> String {
    String::from_utf8(twin.target.client(script).stderr).unwrap()
}

fn is_sqlite(twin: &Twin) -> bool {
    twin.target.engine == Engine::Sqlite
}

const TOUCH: &str = "CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.updated_at = now(); -- whatever it was given
    RETURN NEW;
END;
$$;
";

/// As Diesel's first migration has it.
const DIESEL: &str =
    "CREATE OR REPLACE FUNCTION diesel_manage_updated_at(_tbl regclass) RETURNS VOID AS $$
BEGIN
    EXECUTE format('CREATE TRIGGER set_updated_at BEFORE UPDATE ON %s
                    FOR EACH ROW EXECUTE PROCEDURE diesel_set_updated_at()', _tbl);
END;
$$ LANGUAGE plpgsql;
CREATE OR REPLACE FUNCTION diesel_set_updated_at() RETURNS trigger AS $$
BEGIN
    IF (
        NEW IS DISTINCT FROM OLD AND
        NEW.updated_at IS NOT DISTINCT FROM OLD.updated_at
    ) THEN
        NEW.updated_at := current_timestamp;
    END IF;
    RETURN NEW;
END;
$$ LANGUAGE plpgsql;
";

const ROWS: &str = "INSERT INTO t VALUES
    (1, 'a', '2001-01-01 00:00:00'), (2, 'b', '2001-01-01 00:00:00'), (3, NULL, '2001-01-01 00:00:00'), (4, 'd', NULL);
";

/// Which rows were touched, and with what the others were left.
const TOUCHED: &str = "SELECT id, coalesce(name, '-'), CASE WHEN updated_at > '2020-01-01' THEN 'now' \
     WHEN updated_at > '2010-01-01' THEN 'given' WHEN updated_at > '2000-01-01' THEN 'then' ELSE '-' END FROM t ORDER BY id";

#[test]
fn a_column_that_a_trigger_sets_is_set_whatever_the_statement_says() {
    each(|twin| {
        twin.run(TOUCH);
        twin.run("CREATE TABLE t (id integer PRIMARY KEY, name text, updated_at timestamptz);");
        twin.run(
            "CREATE TRIGGER t_touch BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION touch();",
        );
        twin.run(ROWS);
        twin.run("UPDATE t SET name = 'x' WHERE id = 1;");
        twin.run("UPDATE t SET name = 'y', updated_at = '2011-01-01' WHERE id IN (2, 4);");
        let rows = twin.same(TOUCHED);
        assert!(
            rows[0].contains("now") && rows[1].contains("now") && rows[2].contains("then"),
            "{rows:?}"
        );
        // A row that stays what it was is touched, and one that a conflict changes.
        twin.run("UPDATE t SET name = name WHERE id = 3;");
        twin.run("UPDATE t SET updated_at = '2001-01-01', id = id + 10;");
        twin.run("INSERT INTO t VALUES (11, 'z', '2012-01-01'), (5, 'e', '2012-01-01') ON CONFLICT (id) DO UPDATE SET name = excluded.name, updated_at = excluded.updated_at;");
        twin.same(TOUCHED);
    });
}

#[test]
fn diesels_updated_at_is_managed() {
    each(|twin| {
        twin.run(DIESEL);
        twin.run("CREATE TABLE t (id integer PRIMARY KEY, name text, updated_at timestamp); SELECT diesel_manage_updated_at('t');");
        twin.run(ROWS);
        twin.run("UPDATE t SET name = 'x' WHERE id <> 2;");
        twin.run("UPDATE t SET name = name WHERE id = 2;");
        let rows = twin.same(TOUCHED);
        assert!(
            rows[0].contains("now") && rows[1].contains("then"),
            "{rows:?}"
        );
        // What the statement sets stands; a column that is added counts from then on.
        twin.run("UPDATE t SET name = 'y', updated_at = '2011-01-01' WHERE id = 1;");
        twin.run("ALTER TABLE t ADD COLUMN size integer;");
        twin.run("UPDATE t SET updated_at = '2001-01-01'; UPDATE t SET size = 1 WHERE id > 2;");
        let rows = twin.same(TOUCHED);
        assert!(
            rows[0].contains("then") && rows[2].contains("now"),
            "{rows:?}"
        );
        // A second table has a trigger of the same name.
        twin.run("CREATE TABLE u (id integer PRIMARY KEY, updated_at timestamp); SELECT diesel_manage_updated_at('u');");
        twin.run("DROP TRIGGER set_updated_at ON t; UPDATE t SET updated_at = '2001-01-01'; UPDATE t SET size = 2;");
        let rows = twin.same(TOUCHED);
        assert!(rows.iter().all(|row| row.contains("then")), "{rows:?}");
        twin.run("DROP TABLE u; DROP FUNCTION diesel_manage_updated_at(_tbl regclass); DROP FUNCTION diesel_set_updated_at();");
    });
}

/// As an application does that reads a row, changes a field and writes all of them.
#[test]
fn a_moment_is_the_same_however_many_digits_are_written() {
    let mut twin = Twin::new(Engine::Sqlite);
    twin.run(DIESEL);
    twin.run("CREATE TABLE t (id integer PRIMARY KEY, name text, updated_at timestamp); SELECT diesel_manage_updated_at('t');");
    twin.run("INSERT INTO t VALUES (1, 'a', '2001-01-01 00:00:00.500'), (2, 'b', '2001-01-01 00:00:10'), (3, 'c', '2001-01-01 00:00:10.120');");
    let change = "UPDATE t SET name = 'x', updated_at = '2001-01-01 00:00:00.5' WHERE id = 1;
        UPDATE t SET name = 'y', updated_at = '2001-01-01 00:00:10.000' WHERE id = 2;
        UPDATE t SET name = 'z', updated_at = '2001-01-01 00:00:10.1' WHERE id = 3;";
    assert!(twin.authored.client(change).status.success());
    assert!(twin.target.client(change).status.success());
    let rows = twin.same(TOUCHED);
    assert!(
        rows[0].contains("now") && rows[1].contains("now") && rows[2].contains("then"),
        "{rows:?}"
    );
}

#[test]
fn a_trigger_goes_along_with_its_table() {
    each(|twin| {
        twin.run(TOUCH);
        twin.run("CREATE TABLE t (id serial PRIMARY KEY, name text, updated_at timestamp);");
        twin.run("CREATE TRIGGER touch BEFORE UPDATE ON t FOR EACH ROW WHEN (OLD.name IS DISTINCT FROM NEW.name) EXECUTE FUNCTION touch();");
        twin.run(ROWS);
        let alters = [
            // A rebuild on SQLite.
            "UPDATE t SET name = 'c' WHERE name IS NULL; ALTER TABLE t ALTER COLUMN name SET NOT NULL;",
            "ALTER TABLE t ALTER COLUMN updated_at TYPE timestamptz;",
            "ALTER TABLE t ADD COLUMN size integer NOT NULL DEFAULT 7, ADD CONSTRAINT big CHECK (size > 0);",
            "ALTER TABLE t DROP CONSTRAINT t_pkey; ALTER TABLE t ADD PRIMARY KEY (name);",
            // Values of rows that no statement changes.
            "ALTER TABLE t DROP CONSTRAINT big; ALTER TABLE t ALTER COLUMN size DROP DEFAULT; ALTER TABLE t ALTER COLUMN size TYPE text USING 'n' || size;",
            "ALTER TABLE t DROP COLUMN size;",
            "ALTER TABLE t RENAME TO other; ALTER TABLE other RENAME TO t;",
        ];
        for alter in alters {
            twin.run("UPDATE t SET updated_at = '2001-01-01';");
            twin.run(alter);
            let rows = twin.same(TOUCHED);
            let touched = rows.iter().filter(|row| row.contains("now")).count();
            assert_eq!(
                touched,
                usize::from(alter.starts_with("UPDATE")),
                "{alter}: {rows:?}"
            );
            twin.run(
                "UPDATE t SET name = name || 'x' WHERE id < 3; UPDATE t SET id = id WHERE id > 2;",
            );
            let rows = twin.same(TOUCHED);
            assert!(rows[0].contains("now"), "{alter}: {rows:?}");
        }
        twin.run("ALTER TABLE t RENAME TO other;");
        twin.run(
            "UPDATE other SET updated_at = '2001-01-01'; UPDATE other SET name = name || 'x';",
        );
        twin.run("ALTER TABLE other RENAME TO t;");
        let rows = twin.same(TOUCHED);
        assert!(rows[0].contains("now"), "{rows:?}");
        twin.run("DROP TRIGGER touch ON t;");
        twin.run("ALTER TABLE t ADD CHECK (name <> '');");
        twin.run("UPDATE t SET updated_at = '2001-01-01'; UPDATE t SET name = name || 'x';");
        let rows = twin.same(TOUCHED);
        assert!(rows[0].contains("then"), "{rows:?}");
    });
}

#[test]
fn a_trigger_does_what_its_function_becomes() {
    each(|twin| {
        twin.run("CREATE TABLE t (id integer PRIMARY KEY, name text, updated_at timestamp, slug text, state varchar(9) NOT NULL DEFAULT 'new');");
        twin.run("CREATE FUNCTION f() RETURNS trigger AS 'BEGIN NEW.slug := lower(NEW.name); RETURN NEW; END' LANGUAGE plpgsql;");
        twin.run("CREATE TRIGGER t_f BEFORE UPDATE ON t FOR EACH ROW EXECUTE PROCEDURE f();");
        twin.run(ROWS);
        let all = "SELECT id, coalesce(slug, '-'), state FROM t ORDER BY id";
        twin.run("UPDATE t SET name = 'ABC' WHERE id > 1;");
        twin.same(all);
        twin.run("CREATE OR REPLACE FUNCTION f() RETURNS trigger AS 'BEGIN IF NEW.name = ''ABC'' AND TG_OP = ''UPDATE'' THEN NEW.state = ''abc''; END IF; RETURN NEW; END' LANGUAGE plpgsql;");
        twin.run("UPDATE t SET slug = 'mine', state = 'x';");
        let rows = twin.same(all);
        assert!(
            rows[0].ends_with('x') && rows[1].ends_with("abc"),
            "{rows:?}"
        );
        twin.run("DROP FUNCTION f() CASCADE;");
        twin.run("UPDATE t SET state = 'y';");
        let rows = twin.same(all);
        assert!(rows.iter().all(|row| row.ends_with('y')), "{rows:?}");
    });
}

#[test]
fn a_function_that_does_nothing_any_more_leaves_no_trigger_behind_a_change_of_its_table() {
    each(|twin| {
        twin.run(TOUCH);
        twin.run("CREATE TABLE t (id integer PRIMARY KEY, name text, updated_at timestamptz);");
        twin.run(
            "CREATE TRIGGER t_touch BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION touch();",
        );
        twin.run(ROWS);
        twin.run(
            "CREATE INDEX i ON t (updated_at);
            CREATE OR REPLACE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                IF NEW.name IS DISTINCT FROM OLD.name THEN END IF;
                RETURN NEW;
            END $$;",
        );
        twin.run("UPDATE t SET name = 'x' WHERE id = 1;");
        let rows = twin.same(TOUCHED);
        assert!(rows[0].contains("then"), "{rows:?}");
    });
}

#[test]
fn what_foreign_keys_do_to_rows_runs_their_triggers_or_is_refused() {
    each(|twin| {
        twin.run(TOUCH);
        twin.run("CREATE TABLE p (id integer PRIMARY KEY);");
        twin.run("CREATE TABLE t (id integer PRIMARY KEY, name text, updated_at timestamp, p integer REFERENCES p ON DELETE SET NULL ON UPDATE CASCADE);");
        let trigger =
            "CREATE TRIGGER t_touch BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION touch();";
        if !is_sqlite(twin) {
            assert_eq!(twin.refused(trigger), ["trigger"]);
            return;
        }
        twin.run(trigger);
        twin.run("INSERT INTO p VALUES (1), (2), (3);");
        twin.run("INSERT INTO t VALUES (1, 'a', '2001-01-01', 1), (2, 'b', '2001-01-01', 2), (3, 'c', '2001-01-01', 3);");
        twin.run("DELETE FROM p WHERE id = 1; UPDATE p SET id = 5 WHERE id = 2;");
        let rows = twin.same(TOUCHED);
        assert!(
            rows[0].contains("now") && rows[1].contains("now") && rows[2].contains("then"),
            "{rows:?}"
        );
    });
}

#[test]
fn triggers_that_run_for_some_columns_do_on_sqlite() {
    let mut twin = Twin::new(Engine::Sqlite);
    twin.run(TOUCH);
    twin.run("CREATE TABLE t (id integer PRIMARY KEY, name text, updated_at timestamp);");
    twin.run(
        "CREATE TRIGGER t_touch BEFORE UPDATE OF name ON t FOR EACH ROW EXECUTE FUNCTION touch();",
    );
    twin.run(ROWS);
    twin.run("UPDATE t SET name = name WHERE id = 1; UPDATE t SET id = id;");
    let rows = twin.same(TOUCHED);
    assert!(
        rows[0].contains("now") && rows[1].contains("then"),
        "{rows:?}"
    );
    // What the trigger's own text says follows a new name, what the function says does not.
    assert_eq!(
        twin.refused("ALTER TABLE t RENAME COLUMN name TO called;"),
        ["trigger"]
    );
}

/// An application may turn it on: the trigger's own UPDATE then runs it again.
#[test]
fn a_trigger_that_runs_itself_on_sqlite_comes_to_an_end() {
    let mut twin = Twin::new(Engine::Sqlite);
    twin.run(DIESEL);
    twin.run("CREATE TABLE t (id integer PRIMARY KEY, name text, updated_at timestamp, slug text); SELECT diesel_manage_updated_at('t');");
    twin.run("CREATE TABLE u (id integer PRIMARY KEY, name text, slug text);");
    twin.run("CREATE FUNCTION f() RETURNS trigger AS 'BEGIN NEW.slug := lower(NEW.name); RETURN NEW; END' LANGUAGE plpgsql;");
    twin.run("CREATE TRIGGER u_f BEFORE UPDATE ON u FOR EACH ROW EXECUTE PROCEDURE f();");
    twin.run("INSERT INTO t VALUES (1, 'a', '2001-01-01', NULL), (2, 'b', '2001-01-01', NULL); INSERT INTO u VALUES (1, 'A', 'x'), (2, NULL, 'y');");
    let change = "UPDATE t SET name = 'x' WHERE id = 1; UPDATE u SET id = id + 1 WHERE id = 2; UPDATE u SET name = 'ABC' WHERE id = 1;";
    assert!(twin.authored.client(change).status.success());
    let client = format!("PRAGMA recursive_triggers = ON;\n{change}");
    assert!(twin.target.client(&client).status.success());
    twin.same(TOUCHED);
    twin.same("SELECT id, coalesce(name, '-'), coalesce(slug, '-') FROM u ORDER BY id");
}

/// On SQLite a check sees what is written before the trigger has set its column: an UPDATE failed there alone.
#[test]
fn a_check_of_a_column_that_a_trigger_sets_is_refused_on_sqlite() {
    each(|twin| {
        let trigger = "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.n = 1; RETURN NEW; END $$;
            CREATE TRIGGER t_f BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION f();";
        if is_sqlite(twin) {
            twin.run("CREATE TABLE t (id integer PRIMARY KEY, n integer CHECK (n < 5), m integer CHECK (m < 5));");
            assert_eq!(twin.refused(trigger), ["trigger"]);
            twin.run("DROP TABLE t; CREATE TABLE t (id integer PRIMARY KEY, n integer, m integer CHECK (m < 5));");
            twin.run(trigger);
            assert_eq!(
                twin.refused("ALTER TABLE t ADD CHECK (n < 5);"),
                ["trigger"]
            );
        } else {
            twin.run("CREATE TABLE t (id integer PRIMARY KEY, n integer CHECK (n < 5), m integer CHECK (m < 5));");
            twin.run(trigger);
        }
        twin.same("INSERT INTO t VALUES (1, 2, 3)");
        twin.same("UPDATE t SET n = 7, m = 4 WHERE id = 1");
        twin.same("SELECT id, n, m FROM t");
    });
}

/// A column that numbers itself stays the key on SQLite when its key goes.
#[test]
fn a_trigger_does_not_set_what_is_still_a_key_on_sqlite() {
    each(|twin| {
        twin.run("CREATE TABLE t (id serial PRIMARY KEY, n integer); ALTER TABLE t DROP CONSTRAINT t_pkey;");
        let trigger = "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.id = 9; RETURN NEW; END $$;
            CREATE TRIGGER t_f BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION f();";
        if is_sqlite(twin) {
            assert_eq!(twin.refused(trigger), ["trigger"]);
        }
    });
}

#[test]
fn a_trigger_that_would_not_be_the_same_is_refused() {
    each(|twin| {
        twin.run("CREATE TABLE t (id integer PRIMARY KEY, name text, updated_at timestamp, n integer, flag boolean, doc json);");
        twin.run("CREATE TABLE log (id serial PRIMARY KEY, name text);");
        let made = |code: &str, how: &str| {
            format!(
                "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ {code} $$;
                 CREATE TRIGGER t_f {how} ON t FOR EACH ROW EXECUTE FUNCTION f(); DROP TRIGGER t_f ON t; DROP FUNCTION f();"
            )
        };
        for code in [
            "BEGIN NEW.n = NEW.flag; RETURN NEW; END",
            "BEGIN NEW.n = NEW.name; RETURN NEW; END",
            "BEGIN NEW.name = gen_random_uuid()::text; RETURN NEW; END",
            "BEGIN NEW.missing = 1; RETURN NEW; END",
            "BEGIN NEW.n = 1; RETURN OLD; END",
            "BEGIN NEW.n = 1; RETURN NULL; END",
            "BEGIN INSERT INTO t (name) VALUES (NEW.name); RETURN NEW; END",
            "BEGIN IF NEW.n = 1 THEN RETURN NULL; END IF; RETURN NEW; END",
            "BEGIN FOR i IN 1..2 LOOP NEW.n = i; END LOOP; RETURN NEW; END",
            // json has no equality, and PostgreSQL fails.
            "BEGIN IF NEW IS DISTINCT FROM OLD THEN NEW.n = 1; END IF; RETURN NEW; END",
        ] {
            let codes = twin.refused(&made(code, "BEFORE UPDATE"));
            assert!(!codes.is_empty(), "{code}");
        }
        let fine = "BEGIN NEW.n = 1; RETURN NEW; END";
        for how in [
            "AFTER UPDATE",
            "AFTER INSERT",
            "BEFORE INSERT OR DELETE",
            "BEFORE DELETE",
        ] {
            assert_eq!(twin.refused(&made(fine, how)), ["trigger"], "{how}");
        }
        // Another value, when the row is written once more.
        for code in [
            "BEGIN NEW.n = NEW.n + 1; RETURN NEW; END",
            "BEGIN NEW.name = NEW.name || 'x'; RETURN NEW; END",
        ] {
            assert_eq!(
                !twin.takes(&made(code, "BEFORE UPDATE")),
                is_sqlite(twin),
                "{code}"
            );
        }
        if is_sqlite(twin) {
            let key = "BEGIN NEW.id = 1; RETURN NEW; END";
            assert_eq!(twin.refused(&made(key, "BEFORE UPDATE")), ["trigger"]);
        }
        twin.run("CREATE FUNCTION g() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.n = 1; RETURN NEW; END $$;");
        twin.run("CREATE TRIGGER a BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION g();");
        assert_eq!(
            twin.refused("CREATE TRIGGER b BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION g();"),
            ["two-triggers"]
        );
    });
}

#[test]
fn a_row_that_a_conflict_leaves_alone_is_not_touched() {
    each(|twin| {
        twin.run(TOUCH);
        twin.run("CREATE TABLE t (id integer PRIMARY KEY, name text, updated_at timestamptz);");
        twin.run("CREATE TRIGGER g BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION touch();");
        twin.run(ROWS);
        twin.run("INSERT INTO t VALUES (1, 'x', '2001-01-01'), (6, 'y', '2001-01-01') ON CONFLICT (id) DO NOTHING;");
        let rows = twin.same(TOUCHED);
        assert!(!rows.iter().any(|row| row.contains("now")), "{rows:?}");
        for script in [
            "INSERT INTO t VALUES (2, 'x', '2001-01-01') ON CONFLICT DO NOTHING;",
            "INSERT INTO t VALUES (3, 'x', '2001-01-01') ON CONFLICT (id) DO UPDATE SET name = 'x' WHERE t.name = 'none';",
        ] {
            // ON DUPLICATE KEY UPDATE writes the row that is there.
            match is_sqlite(twin) {
                true => twin.run(script),
                false => assert_eq!(twin.refused(script), ["conflict-trigger"]),
            }
        }
        twin.same(TOUCHED);
    });
}

#[test]
fn columns_are_renamed_beside_a_trigger() {
    each(|twin| {
        twin.run(TOUCH);
        twin.run(
            "CREATE TABLE t (id integer PRIMARY KEY, name text, updated_at timestamptz);
             CREATE TABLE t_more (id integer PRIMARY KEY, name text, updated_at timestamptz);",
        );
        for table in ["t", "t_more"] {
            twin.run(&format!(
                "CREATE TRIGGER touch BEFORE UPDATE ON {table} FOR EACH ROW
                 WHEN (NEW.name IS DISTINCT FROM OLD.name) EXECUTE FUNCTION touch();"
            ));
        }
        twin.run(ROWS);
        twin.run("ALTER TABLE t RENAME COLUMN id TO number; ALTER TABLE t_more RENAME COLUMN id TO number;");
        twin.run("ALTER TABLE t RENAME COLUMN number TO id;");
        twin.run("UPDATE t SET name = 'x' WHERE id < 3;");
        let rows = twin.same(TOUCHED);
        assert!(
            rows[0].contains("now") && rows[2].contains("then"),
            "{rows:?}"
        );
        // What it names itself is named in its own text by the old name.
        assert_eq!(
            twin.refused("ALTER TABLE t RENAME COLUMN name TO title;"),
            ["trigger"]
        );
    });
}

#[test]
fn a_trigger_that_only_tells_listeners_is_left_out() {
    each(|twin| {
        twin.run(
            "CREATE TABLE t (id integer PRIMARY KEY, name text, updated_at timestamptz);
             CREATE FUNCTION tell() RETURNS trigger LANGUAGE plpgsql AS $$
             DECLARE payload json;
             BEGIN
                 IF TG_OP = 'DELETE' THEN PERFORM pg_notify('gone', OLD.id::text); RETURN OLD; END IF;
                 payload := json_build_object('id', NEW.id);
                 PERFORM pg_notify('came', payload::text);
                 RETURN NEW;
             END; $$;",
        );
        twin.run("CREATE TRIGGER told AFTER INSERT OR UPDATE OF name OR DELETE ON t FOR EACH ROW EXECUTE FUNCTION tell();");
        twin.run(ROWS);
        twin.run("UPDATE t SET name = 'x' WHERE id < 3; DELETE FROM t WHERE id = 4;");
        twin.run("ALTER TABLE t RENAME COLUMN name TO title; ALTER TABLE t ADD COLUMN n integer, ADD CHECK (id > 0);");
        twin.run("ALTER TABLE t RENAME TO u;");
        twin.same("SELECT id, coalesce(title, '-') FROM u ORDER BY id");
        // Before a change it says whether there is one.
        let said = twin
            .omitted("CREATE TRIGGER b BEFORE DELETE ON u FOR EACH ROW EXECUTE FUNCTION tell();");
        assert!(
            said.iter().any(|said| said.starts_with("notification: ")),
            "{said:?}"
        );
    });
}

#[test]
fn what_a_trigger_that_only_told_does_from_now_on_it_does_here() {
    each(|twin| {
        twin.run("CREATE TABLE t (id integer PRIMARY KEY, name text, updated_at timestamptz);");
        twin.run("CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_notify('a', ''); RETURN NEW; END $$;");
        twin.run("CREATE TRIGGER g AFTER UPDATE ON t FOR EACH ROW EXECUTE FUNCTION f();");
        let writes = "CREATE OR REPLACE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN DELETE FROM t; RETURN NEW; END $$;";
        assert_eq!(twin.refused(writes), ["trigger"]);
    });
    each(|twin| {
        twin.run("CREATE TABLE t (id integer PRIMARY KEY, name text, updated_at timestamptz);");
        twin.run("CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_notify('a', ''); RETURN NEW; END $$;");
        twin.run("CREATE TRIGGER g AFTER UPDATE ON t FOR EACH ROW EXECUTE FUNCTION f();");
        twin.run("DROP TRIGGER g ON t; DROP FUNCTION f();");
        twin.run(TOUCH);
        twin.run("CREATE TRIGGER g BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION touch();");
        twin.run(ROWS);
        twin.run("UPDATE t SET name = 'x' WHERE id < 3;");
        twin.same(TOUCHED);
    });
}

#[test]
fn a_function_is_left_out_and_what_calls_it_is_refused_or_fails() {
    each(|twin| {
        twin.run("CREATE TABLE t (id integer);");
        let function = "CREATE FUNCTION twice(n integer) RETURNS integer LANGUAGE plpgsql IMMUTABLE AS $$ DECLARE m integer := 2; BEGIN RETURN m * n; END $$;";
        twin.run(&format!(
            "{function} INSERT INTO t VALUES (1);
             CREATE PROCEDURE nothing() LANGUAGE sql AS 'SELECT 1';
             CREATE TYPE pair AS (a integer, b integer);"
        ));
        for script in [
            "UPDATE t SET id = twice(id);",
            "CREATE VIEW v AS SELECT twice(id) AS id FROM t;",
            "CREATE UNIQUE INDEX u ON t (twice(id));",
            "CREATE TABLE p (a pair);",
        ] {
            let refused = twin.refused(script);
            assert!(
                refused
                    .iter()
                    .all(|code| code.starts_with("no-such") || *code == "unknown-type"),
                "{script}: {refused:?}"
            );
        }
        assert_ne!(said(twin, "SELECT twice(1);"), "");
        twin.same("SELECT id FROM t");
    });
}

#[test]
fn a_function_whose_name_means_another_one_is_refused_unless_its_script_drops_it() {
    each(|twin| {
        // A call of it would be taken for the engine's own, here or there.
        for name in ["lower", "uuid_generate_v4", "soundex", "instr"] {
            let function = format!(
                "CREATE FUNCTION public.{name}(n integer) RETURNS integer LANGUAGE sql AS 'SELECT 2 * n';"
            );
            assert_eq!(twin.refused(&function), ["opaque"], "{name}");
        }
        let function =
            "CREATE FUNCTION instr(n integer) RETURNS integer LANGUAGE sql AS 'SELECT 2 * n';";
        twin.run("CREATE TABLE t (id integer);");
        twin.run(&format!(
            "{function} INSERT INTO t VALUES (1); DROP FUNCTION instr(integer);"
        ));
        twin.run("CREATE FUNCTION pg_temp.instr() RETURNS integer LANGUAGE sql AS 'SELECT 1';");
        // Another of its name goes.
        assert_eq!(
            twin.refused(&format!("{function} DROP FUNCTION instr(text);")),
            ["opaque"]
        );
        twin.same("SELECT id FROM t");
    });
}

#[test]
fn a_default_that_has_no_form_fails_on_sqlite_where_a_row_is_left_to_it() {
    each(|twin| {
        if !is_sqlite(twin) {
            return;
        }
        twin.run("CREATE FUNCTION made_up() RETURNS text LANGUAGE sql AS $$ SELECT string_agg('x', '') FROM generate_series(1, 3) $$;");
        twin.run("CREATE TABLE t (id text PRIMARY KEY DEFAULT made_up(), n serial, m bigserial, o integer);");
        twin.run("INSERT INTO t (id, n, m) VALUES ('a', 1, 2), ('b', 3, 4);");
        twin.same("SELECT id, n, m FROM t ORDER BY id");
        assert_eq!(
            twin.refused("INSERT INTO t (n, m) VALUES (5, 6);"),
            ["default-fails"]
        );
        assert_eq!(
            twin.refused("INSERT INTO t (id, n) VALUES ('c', 6);"),
            ["default-fails"]
        );
        assert_eq!(
            twin.refused("INSERT INTO t DEFAULT VALUES;"),
            ["default-fails", "default-fails"]
        );
        // An application has no such warning.
        let failed = said(twin, "INSERT INTO t (id) VALUES ('d');");
        assert!(failed.contains("wants a value"), "{failed}");
        // A rebuild keeps it, and the rows.
        twin.run("ALTER TABLE t ALTER COLUMN o TYPE text, ADD CHECK (n > 0);");
        assert_ne!(said(twin, "INSERT INTO t (id) VALUES ('d');"), "");
        twin.run("INSERT INTO t (id, n, m) VALUES ('d', 7, 8); ALTER TABLE t ALTER COLUMN id SET DEFAULT 'e';");
        twin.run("INSERT INTO t (n, m) VALUES (9, 10);");
        twin.same("SELECT id, n, m FROM t ORDER BY id");
        // Rows that are there would want a value now.
        assert_eq!(
            twin.refused("ALTER TABLE t ADD COLUMN p text DEFAULT made_up();"),
            ["no-such-function"]
        );
        twin.run("CREATE TABLE u (a serial, b integer);");
        assert_eq!(
            twin.refused("ALTER TABLE u ADD COLUMN c integer GENERATED BY DEFAULT AS IDENTITY;"),
            ["second-serial"]
        );
    });
}

const GROWN: &str = "SELECT id, coalesce(name, '-'), coalesce(slug, '-'), CASE WHEN at > '2020-01-01' THEN 'now' WHEN at > '2000-01-01' THEN 'then' ELSE '-' END FROM t ORDER BY id";

#[test]
fn a_column_of_a_row_that_is_inserted_is_set_whatever_the_statement_says() {
    each(|twin| {
        twin.run("CREATE TABLE t (id integer PRIMARY KEY, name text, slug text, at timestamptz NOT NULL DEFAULT '2001-01-01');
            CREATE FUNCTION grown() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                NEW.at := now();
                NEW.slug := lower(replace(NEW.name, ' ', '-'));
                RETURN NEW;
            END $$;
            CREATE TRIGGER grown BEFORE INSERT OR UPDATE ON t FOR EACH ROW EXECUTE FUNCTION grown();");
        twin.run("INSERT INTO t (id, name) VALUES (1, 'A b'), (2, NULL);");
        twin.run("INSERT INTO t (id, name, slug, at) VALUES (3, 'C D', 'given', '2002-01-01');");
        twin.run("INSERT INTO t (id, name) SELECT id + 10, name FROM t;");
        twin.same(GROWN);
        twin.run("UPDATE t SET name = 'X Y', at = '2003-01-01' WHERE id < 3;");
        twin.same(GROWN);
        twin.run("INSERT INTO t (id, name) VALUES (1, 'Not'), (20, 'N M') ON CONFLICT (id) DO UPDATE SET name = excluded.name;");
        twin.same(GROWN);
        let excluded = "INSERT INTO t (id, name) VALUES (1, 'E F') ON CONFLICT (id) DO UPDATE SET name = excluded.slug;";
        match is_sqlite(twin) {
            true => assert_eq!(twin.refused(excluded), ["trigger-reads"]),
            false => twin.run(excluded),
        }
        twin.same(GROWN);
        twin.run("ALTER TABLE t ALTER COLUMN name TYPE varchar(30);");
        twin.run("INSERT INTO t (id, name) VALUES (30, 'Z'); DROP TRIGGER grown ON t; INSERT INTO t (id, name) VALUES (31, 'Z');");
        twin.same(GROWN);
    });
}

#[test]
fn a_column_that_a_row_leaves_to_its_trigger_is_set_under_a_condition() {
    each(|twin| {
        twin.run("CREATE TABLE t (id integer PRIMARY KEY, name text, slug text, at timestamptz);
            CREATE FUNCTION fill() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                IF TG_OP = 'INSERT' AND NEW.slug IS NULL OR NEW.slug = '' THEN NEW.slug = upper(NEW.name); END IF;
                RETURN NEW;
            END $$;
            CREATE TRIGGER fill BEFORE INSERT OR UPDATE ON t FOR EACH ROW EXECUTE FUNCTION fill();");
        twin.run("INSERT INTO t (id, name, slug) VALUES (1, 'a', NULL), (2, 'b', 'given'), (3, NULL, ''), (4, 'd', '');");
        twin.same(GROWN);
        twin.run("UPDATE t SET slug = NULL WHERE id = 1; UPDATE t SET slug = '', name = 'e' WHERE id = 2; UPDATE t SET name = 'f' WHERE id = 4;");
        twin.same(GROWN);
        // A value that is there stays, and what is written in small letters is that already.
        twin.run(
            "DROP TRIGGER fill ON t;
            CREATE FUNCTION kept() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                NEW.at = coalesce(NEW.at, now());
                NEW.slug = lower(NEW.slug);
                RETURN NEW;
            END $$;
            CREATE TRIGGER kept BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION kept();",
        );
        twin.run("INSERT INTO t VALUES (5, 'a', 'ABC', NULL), (6, 'b', NULL, '2001-01-01'); UPDATE t SET slug = 'Up' WHERE id = 6;");
        twin.same(GROWN);
    });
}

#[test]
fn a_trigger_of_inserted_rows_that_would_not_be_the_same_is_refused() {
    let function = |name: &str, code: &str| {
        format!(
            "CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {code} RETURN NEW; END $$;
             CREATE TRIGGER {name} BEFORE INSERT OR UPDATE ON t FOR EACH ROW EXECUTE FUNCTION {name}();"
        )
    };
    each(|twin| {
        twin.run("CREATE TABLE t (id serial PRIMARY KEY, name text, slug text NOT NULL, k text UNIQUE, c text CHECK (c <> ''), at timestamptz DEFAULT now());
            CREATE TABLE log (n integer);");
        for (name, code) in [
            ("required", "NEW.slug := lower(NEW.name);"),
            (
                "rows",
                "IF NEW IS DISTINCT FROM OLD THEN NEW.name := 'x'; END IF;",
            ),
            ("random", "NEW.name := random()::text;"),
        ] {
            assert_eq!(twin.refused(&function(name, code)), ["trigger"], "{name}");
        }
        for (name, code) in [
            ("grows", "NEW.name := NEW.name || 'x';"),
            ("key", "NEW.k := lower(NEW.name);"),
            ("checked", "NEW.c := lower(NEW.name);"),
        ] {
            if is_sqlite(twin) {
                assert_eq!(twin.refused(&function(name, code)), ["trigger"], "{name}");
            }
        }
        // What another trigger would see, or do once more.
        if is_sqlite(twin) {
            twin.run(&function("set", "NEW.name := 'x';"));
            let counts = "CREATE FUNCTION counts() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO log VALUES (1); RETURN NEW; END $$;
                CREATE TRIGGER counts AFTER UPDATE ON t FOR EACH ROW EXECUTE FUNCTION counts();";
            assert_eq!(twin.refused(counts), ["trigger"]);
            let sees = "CREATE FUNCTION sees() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO log SELECT length(NEW.name); RETURN NEW; END $$;
                CREATE TRIGGER sees AFTER INSERT ON t FOR EACH ROW EXECUTE FUNCTION sees();";
            assert_eq!(twin.refused(sees), ["trigger"]);
        } else {
            let defaults = function(
                "defaults",
                "IF NEW.at IS NULL THEN NEW.name := 'x'; END IF;",
            );
            assert_eq!(twin.refused(&defaults), ["trigger"]);
        }
    });
}

/// Nothing was there before a row is inserted.
#[test]
fn a_row_that_is_inserted_is_compared_with_none() {
    each(|twin| {
        twin.run("CREATE TABLE t (id integer PRIMARY KEY, name text, n integer);
            CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF NEW.name IS DISTINCT FROM OLD.name THEN NEW.n := 7; END IF; RETURN NEW; END $$;
            CREATE TRIGGER f BEFORE INSERT OR UPDATE ON t FOR EACH ROW EXECUTE FUNCTION f();
            INSERT INTO t VALUES (1, 'a', 1), (2, NULL, 2), (3, 'c', NULL);");
        twin.both_take("UPDATE t SET n = 3");
        twin.both_take("UPDATE t SET name = 'b', n = 4 WHERE id < 3");
        twin.both_take("INSERT INTO t (id) VALUES (4), (5)");
        twin.both_take("UPDATE t SET name = NULL, n = 5");
        twin.same("SELECT id, coalesce(name, '-'), coalesce(n, -1) FROM t ORDER BY id");
    });
}

#[test]
fn a_column_is_set_to_what_a_function_of_the_scripts_gives() {
    each(|twin| {
        twin.run(
            "CREATE TABLE t (id integer PRIMARY KEY, name text, slug text, at bigint);
             CREATE FUNCTION slugged(text) RETURNS text LANGUAGE sql AS $$ SELECT lower(replace($1, ' ', '-')) $$;
             CREATE FUNCTION seconds() RETURNS bigint LANGUAGE sql AS
               $$ SELECT CAST(extract(EPOCH FROM now() AT TIME ZONE 'utc') * 1000000 AS bigint) $$;
             CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS
               $$ BEGIN NEW.slug := slugged(NEW.name); NEW.at := seconds(); RETURN NEW; END $$;
             CREATE TRIGGER t_f BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION f();
             INSERT INTO t VALUES (1, 'A b C', 'x', 0), (2, NULL, 'y', 0), (3, 'D', 'z', 0);
             UPDATE t SET slug = 'mine' WHERE id < 3;",
        );
        twin.same(
            "SELECT id, coalesce(slug, '-'), CASE WHEN at > 1700000000000000 THEN 'now' WHEN at = 0 THEN 'then' ELSE 'else' END FROM t ORDER BY id",
        );
        let other = "CREATE OR REPLACE FUNCTION slugged(text) RETURNS text LANGUAGE sql AS $$ SELECT upper($1) $$;";
        assert!(!twin.refused(other).is_empty());
    });
}

#[test]
fn a_trigger_that_only_refreshes_a_view_is_left_out() {
    each(|twin| {
        twin.run(
            "CREATE TABLE t (id integer PRIMARY KEY, n integer);
             CREATE MATERIALIZED VIEW sums AS SELECT n, count(*) AS times FROM t GROUP BY n;
             CREATE UNIQUE INDEX ON sums (n);
             CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS
               $$ BEGIN REFRESH MATERIALIZED VIEW CONCURRENTLY sums; RETURN NULL; END $$;
             CREATE TRIGGER t_f AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON t FOR EACH STATEMENT EXECUTE FUNCTION f();
             INSERT INTO t VALUES (1, 1), (2, 1), (3, 2);
             UPDATE t SET n = 2 WHERE id = 2;",
        );
        twin.same("SELECT n, times FROM sums ORDER BY n");
        twin.run("DELETE FROM t WHERE id = 1; TRUNCATE t; INSERT INTO t VALUES (7, 7);");
        twin.same("SELECT n, times FROM sums ORDER BY n");
    });
}

/// What only PostgreSQL understands of a table's change is no silence.
#[test]
fn what_a_change_switches_off_does_not_run_and_what_is_not_understood_is_refused() {
    each(|twin| {
        twin.run("CREATE TABLE t (id integer PRIMARY KEY, name text, updated_at timestamptz);");
        twin.run("ALTER TABLE t DISABLE TRIGGER ALL; ALTER TABLE t ENABLE TRIGGER ALL;");
        twin.run("CREATE TABLE p (id integer PRIMARY KEY); CREATE TABLE c (id integer REFERENCES p ON DELETE CASCADE);");
        twin.run("INSERT INTO p VALUES (1), (2); INSERT INTO c VALUES (1); ALTER TABLE p DISABLE TRIGGER ALL;");
        assert_eq!(twin.refused("DELETE FROM p WHERE id = 1;"), ["opaque"]);
        twin.run("UPDATE p SET id = 3 WHERE id = 2; ALTER TABLE p ENABLE TRIGGER ALL; DELETE FROM p WHERE id = 1;");
        twin.same("SELECT id FROM c");
        let said = twin.omitted("ALTER TABLE t ENABLE ROW LEVEL SECURITY;");
        assert!(said[0].starts_with("privileges: "), "{said:?}");
        twin.run(TOUCH);
        twin.run("CREATE TRIGGER g BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION touch();");
        for action in [
            "DISABLE TRIGGER ALL",
            "DISABLE TRIGGER g",
            "ENABLE REPLICA TRIGGER g",
        ] {
            twin.run("INSERT INTO t (id) VALUES (1);");
            twin.run(&format!("ALTER TABLE t {action}; UPDATE t SET name = 'x';"));
            twin.same("SELECT id, name, CASE WHEN updated_at IS NULL THEN 0 ELSE 1 END FROM t");
            twin.run("ALTER TABLE t ENABLE TRIGGER ALL; UPDATE t SET name = 'y';");
            twin.same("SELECT id, name, CASE WHEN updated_at IS NULL THEN 0 ELSE 1 END FROM t");
            twin.run("DELETE FROM t;");
        }
        assert_eq!(twin.refused("ALTER TABLE t NO INHERIT other;"), ["opaque"]);
    });
}

/// MySQL and MariaDB gave a number of their own for a 0 that a trigger had set.
#[test]
fn a_trigger_that_sets_a_number_that_counts_itself_is_refused_on_mysql() {
    each(|twin| {
        twin.run(
            "CREATE TABLE t (id serial PRIMARY KEY, n integer); INSERT INTO t (n) VALUES (1);
             CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.id := 0; RETURN NEW; END $$;",
        );
        let trigger = "CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION f();";
        assert_eq!(twin.refused(trigger), ["trigger"]);
    });
}

/// What the extension's function sets is known without its code; one of the scripts' own goes first.
#[test]
fn moddatetime_sets_the_column_that_it_is_given() {
    each(|twin| {
        twin.run(
            "CREATE EXTENSION moddatetime;
            CREATE TABLE t (id integer PRIMARY KEY, name text, updated_at timestamptz, n integer);
            CREATE TABLE u (id integer PRIMARY KEY, \"changedAt\" timestamp);
            CREATE TRIGGER touch BEFORE UPDATE ON t FOR EACH ROW EXECUTE PROCEDURE moddatetime(updated_at);
            CREATE TRIGGER touch BEFORE UPDATE ON u FOR EACH ROW EXECUTE PROCEDURE public.moddatetime(\"changedAt\");",
        );
        twin.run("INSERT INTO u VALUES (1, '2000-01-01'), (2, NULL); UPDATE u SET id = 3 WHERE id = 2; INSERT INTO t (id, name, updated_at) VALUES (1, 'a', '2001-01-01'), (2, NULL, NULL), (3, 'c', '2001-01-01');");
        twin.run("UPDATE t SET name = 'b', updated_at = '2001-01-01' WHERE id < 3;");
        twin.both_take("UPDATE t SET name = name WHERE id = 1");
        twin.same(TOUCHED);
        twin.run("ALTER TABLE t DROP COLUMN n;");
        twin.run("UPDATE t SET name = 'd';");
        twin.same(TOUCHED);
        twin.run(
            "DROP TRIGGER touch ON u; ALTER TABLE u RENAME COLUMN \"changedAt\" TO updated_at;",
        );
        twin.same("SELECT id, CASE WHEN updated_at > '2020-01-01' THEN 1 WHEN updated_at IS NULL THEN 2 ELSE 0 END FROM u ORDER BY id");
    });
}

/// Where it fails, as for an INSERT, nothing stands in its place that does not.
#[test]
fn moddatetime_that_would_fail_is_refused() {
    each(|twin| {
        twin.run("CREATE EXTENSION moddatetime; CREATE TABLE t (id integer PRIMARY KEY, day date, updated_at timestamptz);");
        for (runs, given) in [
            ("BEFORE INSERT", "updated_at"),
            ("AFTER UPDATE", "updated_at"),
            ("BEFORE UPDATE", "day"),
            ("BEFORE UPDATE", "nope"),
            ("BEFORE UPDATE", "updated_at, updated_at"),
        ] {
            let script = format!(
                "CREATE TRIGGER touch {runs} ON t FOR EACH ROW EXECUTE FUNCTION moddatetime({given});"
            );
            assert!(!twin.takes(&script), "{script}");
        }
        twin.run("CREATE SCHEMA own; CREATE FUNCTION own.moddatetime() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.day := '2024-01-01'; RETURN NEW; END $$;
            CREATE TRIGGER touch BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION own.moddatetime('updated_at');
            INSERT INTO t (id) VALUES (1);");
        twin.same("SELECT id, day FROM t WHERE updated_at IS NULL");
    });
}

/// A random history found it: with a trigger BEFORE INSERT, MySQL made `''` of a NULL that an ENUM's default
/// gave, and 0 or a date of zeros of another.
#[test]
fn what_a_row_leaves_out_fails_beside_a_trigger_too() {
    each(|twin| {
        twin.run(TOUCH);
        twin.run("CREATE TYPE mood AS ENUM ('fine', 'bad');
            CREATE TABLE t (id integer PRIMARY KEY, m mood NOT NULL, at timestamp NOT NULL DEFAULT 'infinity', updated_at timestamp);
            CREATE TRIGGER touch BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION touch();");
        twin.run("INSERT INTO t (id, m, at) VALUES (1, 'fine', '2024-01-01');");
        let left = "INSERT INTO t (id, at) VALUES (2, '2024-01-01')";
        twin.fails(&format!("{left};"));
        assert!(twin.target_error(left).is_some());
        // PostgreSQL's is no moment here, and nothing takes its place.
        assert!(
            twin.target_error("INSERT INTO t (id, m) VALUES (3, 'fine')")
                .is_some()
        );
        twin.run("ALTER TABLE t ADD COLUMN n integer NOT NULL DEFAULT 1; ALTER TABLE t RENAME COLUMN id TO number;");
        twin.same("SELECT number, m, n FROM t");
    });
}
