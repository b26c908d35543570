//! PostgreSQL's triggers that raise errors and change other rows, on every other engine: the same
//! statements, the same errors, the same rows after.

#![allow(clippy::unwrap_used, reason = "a panic is the report")]

use aludel_tests::engine::Engine;
use aludel_tests::twin::{Twin, each};

fn is_sqlite(twin: &Twin) -> bool {
    twin.target.engine == Engine::Sqlite
}

fn function(name: &str, code: &str) -> String {
    format!(
        "CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ {code} $$;\n"
    )
}

fn trigger(name: &str, runs: &str, function: &str) -> String {
    format!("CREATE TRIGGER {name} {runs} EXECUTE FUNCTION {function}();\n")
}

const TABLES: &str = "CREATE TABLE t (id integer PRIMARY KEY, name text, n integer, other integer);
CREATE TABLE log (id serial PRIMARY KEY, what text, a integer, b integer);
CREATE TABLE total (name text PRIMARY KEY, n integer NOT NULL);
";

/// In which order a statement changes its rows, no engine promises.
const LOG: &str =
    "SELECT coalesce(what, '-'), coalesce(a, -1), coalesce(b, -1) FROM log ORDER BY 1, 2, 3";
const ROWS: &str = "SELECT id, coalesce(name, '-'), coalesce(n, -1) FROM t ORDER BY id";

#[test]
fn a_guard_raises_its_error_where_its_condition_holds_and_nowhere_else() {
    each(|twin| {
        twin.run(TABLES);
        twin.run(&function("guard", "BEGIN
            -- NULL is no reason.
            IF NEW.n < 0 OR NEW.name = 'it''s' THEN
                RAISE EXCEPTION 'no % in 100%% of t', NEW.name USING ERRCODE = 'check_violation', HINT = 'none';
            ELSIF NEW.n > 100 THEN RAISE 'too much';
            END IF;
            RETURN NEW;
        END;"));
        twin.run(&trigger(
            "guard",
            "BEFORE INSERT OR UPDATE ON t FOR EACH ROW",
            "guard",
        ));
        twin.run("INSERT INTO t (id, name, n) VALUES (1, 'a', 1), (2, NULL, NULL), (3, 'c', 100);");
        let said = twin.fails("INSERT INTO t (id, name, n) VALUES (4, 'd', 1), (5, 'e', -1);");
        assert!(said.contains("no … in 100% of t"), "{said}");
        let said = twin.fails("UPDATE t SET n = coalesce(n, 200) + 1;");
        assert!(said.contains("too much"), "{said}");
        twin.fails("INSERT INTO t (id, name) VALUES (6, 'it''s');");
        twin.fails("INSERT INTO t (id, name) VALUES (1, 'it''s') ON CONFLICT (id) DO UPDATE SET name = 'x';");
        twin.fails(
            "INSERT INTO t (id, name) VALUES (1, 'z') ON CONFLICT (id) DO UPDATE SET n = -5;",
        );
        twin.run(
            "INSERT INTO t (id, name) VALUES (1, 'z') ON CONFLICT (id) DO UPDATE SET n = t.n + 5;",
        );
        twin.run("UPDATE t SET name = NULL WHERE id = 3; DELETE FROM t WHERE id = 2;");
        twin.same(ROWS);
    });
}

/// PostgreSQL runs what is before an INSERT also where there is such a row already.
#[test]
fn a_guard_sees_a_row_that_is_there_already() {
    each(|twin| {
        twin.run(TABLES);
        twin.run(&function(
            "guard",
            "BEGIN IF NEW.n < 0 THEN RAISE EXCEPTION 'no'; END IF; RETURN NEW; END",
        ));
        twin.run(&trigger(
            "guard",
            "BEFORE INSERT ON t FOR EACH ROW",
            "guard",
        ));
        twin.run("INSERT INTO t (id, n) VALUES (1, 1);");
        let script = "INSERT INTO t (id, n) VALUES (1, -1) ON CONFLICT (id) DO NOTHING;";
        match is_sqlite(twin) {
            true => drop(twin.fails(script)),
            false => assert_eq!(twin.refused(script), ["conflict-trigger"]),
        }
        twin.same(ROWS);
    });
}

#[test]
fn rows_that_must_stay_stay() {
    each(|twin| {
        twin.run(
            "CREATE TABLE org (id integer PRIMARY KEY, name text);
            CREATE TABLE member (id integer PRIMARY KEY, org_id integer NOT NULL, role text);",
        );
        twin.run(&function(
            "keep",
            "BEGIN
            IF EXISTS (SELECT 1 FROM member WHERE org_id = OLD.id AND role IS NOT NULL) THEN
                RAISE EXCEPTION 'organisation % has members', OLD.name;
            END IF;
            RETURN OLD;
        END;",
        ));
        twin.run(&function(
            "never",
            "BEGIN RAISE EXCEPTION USING MESSAGE = 'never', ERRCODE = '45000'; END;",
        ));
        twin.run(&trigger(
            "keep",
            "BEFORE DELETE ON org FOR EACH ROW",
            "keep",
        ));
        twin.run(&trigger(
            "member_never",
            "BEFORE UPDATE ON member FOR EACH ROW WHEN (OLD.role IS DISTINCT FROM NEW.role)",
            "never",
        ));
        twin.run("INSERT INTO org VALUES (1, 'a'), (2, 'b'), (3, 'c'); INSERT INTO member VALUES (1, 1, 'x'), (2, 2, NULL);");
        twin.fails("DELETE FROM org WHERE id = 1;");
        twin.fails("DELETE FROM org;");
        twin.run("DELETE FROM org WHERE id = 2;");
        twin.fails("UPDATE member SET role = 'y' WHERE id = 1;");
        twin.fails("UPDATE member SET role = NULL WHERE id = 1;");
        twin.run("UPDATE member SET org_id = 3, role = role;");
        twin.run("DELETE FROM org WHERE id = 1;");
        twin.same("SELECT id FROM org ORDER BY id");
        twin.same("SELECT id, org_id FROM member ORDER BY id");
    });
}

const AUDIT: &str = "BEGIN
    IF (TG_OP = 'INSERT') THEN
        INSERT INTO log (what, a) VALUES (TG_OP, NEW.n);
        RETURN NEW;
    ELSIF (TG_OP = 'DELETE') THEN
        INSERT INTO log (what, b) SELECT TG_OP || ' ' || coalesce(OLD.name, '?'), OLD.n;
        UPDATE total SET n = total.n - 1 WHERE name = OLD.name;
        RETURN OLD;
    END IF;
    IF NEW.n IS DISTINCT FROM OLD.n THEN
        INSERT INTO log (what, a, b) VALUES ('n', NEW.n, OLD.n);
        IF NEW.n > OLD.n THEN
            INSERT INTO total VALUES (NEW.name, 1) ON CONFLICT (name) DO UPDATE SET n = total.n + excluded.n;
        ELSE
            DELETE FROM total WHERE name = NEW.name AND n < NEW.n;
        END IF;
    ELSE
        INSERT INTO log (what, a) VALUES ('else', OLD.id);
        IF NEW.name = 'back' THEN RETURN NULL; END IF;
        INSERT INTO log (what, a) VALUES ('end', OLD.id);
    END IF;
    RETURN NULL;
END;";

#[test]
fn what_a_trigger_does_to_other_rows_is_done() {
    each(|twin| {
        twin.run(TABLES);
        twin.run(&function("audit", AUDIT));
        twin.run(&trigger(
            "audit",
            "AFTER INSERT OR UPDATE OR DELETE ON t FOR EACH ROW",
            "audit",
        ));
        let totals = "SELECT name, n FROM total ORDER BY name";
        for script in [
            "INSERT INTO t VALUES (1, 'a', 1), (2, 'b', 2), (3, NULL, 3), (4, 'd', NULL);",
            "UPDATE t SET n = n + 1 WHERE id < 3;",
            "UPDATE t SET n = n + 1 WHERE name IS NOT NULL;",
            "UPDATE t SET n = 1 WHERE id = 1;",
            "UPDATE t SET name = 'back' WHERE id = 2; UPDATE t SET name = 'b' WHERE id = 2;",
            "UPDATE t SET other = 1;",
            "INSERT INTO t VALUES (1, 'a', 9), (5, 'e', 5) ON CONFLICT (id) DO UPDATE SET n = excluded.n;",
            "DELETE FROM t WHERE id IN (1, 3);",
        ] {
            twin.run(script);
            twin.same(LOG);
            twin.same(totals);
            twin.same(ROWS);
        }
        // What fails within it fails as a whole.
        twin.fails("UPDATE t SET name = NULL, n = 100 WHERE id = 2;");
        twin.same(LOG);
        // From here on it does something else, and then nothing.
        twin.run(&function(
            "audit",
            "BEGIN INSERT INTO log (what, a) VALUES (TG_OP, 7); RETURN NULL; END",
        ));
        twin.run("UPDATE t SET n = 0; DELETE FROM t WHERE id = 2;");
        twin.same(LOG);
        twin.run(&function("audit", "BEGIN RETURN NULL; END"));
        twin.run("UPDATE t SET n = 1; INSERT INTO t VALUES (9, 'z', 1);");
        twin.same(LOG);
        twin.run(&function(
            "audit",
            "BEGIN INSERT INTO log (what) VALUES ('again'); RETURN NULL; END",
        ));
        twin.run("UPDATE t SET n = 2;");
        twin.run(
            "DROP FUNCTION audit() CASCADE; UPDATE t SET n = 3; INSERT INTO t VALUES (10, 'z', 1);",
        );
        twin.same(LOG);
    });
}

#[test]
fn rows_of_others_are_counted_and_go_with_what_they_belong_to() {
    each(|twin| {
        twin.run("CREATE TABLE keyword (id integer PRIMARY KEY, name text, cnt integer NOT NULL DEFAULT 0);
            CREATE TABLE use (id integer PRIMARY KEY, keyword_id integer NOT NULL REFERENCES keyword ON DELETE CASCADE);");
        twin.run(&function(
            "counts",
            "BEGIN
            IF TG_OP = 'INSERT' THEN
                UPDATE keyword k SET cnt = k.cnt + 1 WHERE k.id = NEW.keyword_id;
                RETURN NEW;
            ELSIF TG_OP = 'DELETE' THEN
                UPDATE keyword SET cnt = cnt - 1 WHERE id = OLD.keyword_id;
                RETURN OLD;
            END IF;
        END",
        ));
        let counted = trigger(
            "use_count",
            "AFTER INSERT OR DELETE ON use FOR EACH ROW",
            "counts",
        );
        if !is_sqlite(twin) {
            // InnoDB runs no trigger for what a foreign key does.
            assert_eq!(twin.refused(&counted), ["trigger"]);
            return;
        }
        twin.run(&counted);
        twin.run("INSERT INTO keyword (id, name) VALUES (1, 'a'), (2, 'b'), (3, 'c');");
        twin.run("INSERT INTO use VALUES (1, 1), (2, 1), (3, 2), (4, 3), (5, 3);");
        twin.run("DELETE FROM use WHERE id = 1;");
        let counts = "SELECT id, name, cnt FROM keyword ORDER BY id";
        twin.same(counts);
        twin.run("DELETE FROM keyword WHERE id > 1;");
        twin.same(counts);
        // Rebuilds of either.
        twin.run("ALTER TABLE keyword ADD CHECK (cnt >= 0); INSERT INTO use VALUES (6, 1);");
        twin.same(counts);
        twin.run("ALTER TABLE use ADD CHECK (id > 0); DELETE FROM use WHERE id = 6;");
        twin.same(counts);
        twin.run("ALTER TABLE keyword DROP COLUMN name; ALTER TABLE keyword ADD COLUMN more text; INSERT INTO use VALUES (7, 1);");
        twin.same("SELECT id, cnt FROM keyword ORDER BY id");
        assert_eq!(
            twin.refused("ALTER TABLE keyword RENAME COLUMN cnt TO count;"),
            ["trigger"]
        );
    });
}

/// What foreign keys would do is done by statements of its own while a table is rebuilt.
#[test]
fn a_rebuild_and_rows_that_go_in_one_revision_are_refused_beside_triggers() {
    let mut twin = Twin::new(Engine::Sqlite);
    twin.run("CREATE TABLE p (id integer PRIMARY KEY); CREATE TABLE t (id integer PRIMARY KEY, p integer REFERENCES p ON DELETE CASCADE);");
    twin.run("CREATE TABLE log (id serial PRIMARY KEY, what text);");
    twin.run(&function(
        "f",
        "BEGIN INSERT INTO log (what) VALUES ('gone'); RETURN NULL; END",
    ));
    twin.run(&trigger("t_f", "AFTER DELETE ON t FOR EACH ROW", "f"));
    twin.run("INSERT INTO p VALUES (1), (2), (3); INSERT INTO t VALUES (1, 1), (2, 1), (3, 2);");
    twin.run("DELETE FROM p WHERE id = 1;");
    twin.same("SELECT what FROM log ORDER BY id");
    let both = "ALTER TABLE log ADD CHECK (what <> ''); DELETE FROM p WHERE id = 2;";
    assert_eq!(twin.refused(both), ["actions-while-rebuilding"]);
}

#[test]
fn a_trigger_follows_its_table_and_those_that_it_names() {
    each(|twin| {
        twin.run(TABLES);
        twin.run(&function(
            "f",
            "BEGIN INSERT INTO log (what, a) VALUES (OLD.name, NEW.n); RETURN NEW; END",
        ));
        twin.run(&trigger("f", "AFTER UPDATE ON t FOR EACH ROW", "f"));
        twin.run("INSERT INTO t VALUES (1, 'a', 1), (2, 'b', 2);");
        for alter in [
            "ALTER TABLE t ADD CHECK (id > 0);",
            "ALTER TABLE log ADD CHECK (what <> ''), ADD COLUMN more text;",
            "ALTER TABLE log DROP COLUMN more; ALTER TABLE t DROP COLUMN other;",
            "ALTER TABLE t RENAME COLUMN id TO number; ALTER TABLE t RENAME COLUMN number TO id;",
            "ALTER TABLE log RENAME COLUMN b TO c; ALTER TABLE log RENAME COLUMN c TO b;",
            "ALTER TABLE log RENAME TO log_old; ALTER TABLE log_old RENAME TO log;",
            "ALTER TABLE t RENAME TO u; ALTER TABLE u RENAME TO t;",
            "CREATE TABLE last (id integer PRIMARY KEY); DROP TABLE last;",
        ] {
            twin.run(alter);
            twin.run("UPDATE t SET n = n + 1;");
            twin.same(LOG);
        }
        // What the function calls by an old name it does not find.
        assert_eq!(
            twin.refused("ALTER TABLE t RENAME COLUMN name TO title;"),
            ["trigger"]
        );
    });
    each(|twin| {
        twin.run(TABLES);
        twin.run(&function(
            "f",
            "BEGIN INSERT INTO log (what, a) VALUES (OLD.name, NEW.n); RETURN NEW; END",
        ));
        twin.run(&trigger("f", "AFTER UPDATE ON t FOR EACH ROW", "f"));
        twin.run("INSERT INTO t VALUES (1, 'a', 1), (2, 'b', 2);");
        // The function follows in the same script.
        twin.run(&format!(
            "ALTER TABLE log RENAME COLUMN a TO value; {}",
            function(
                "f",
                "BEGIN INSERT INTO log (what, value) VALUES (OLD.name, NEW.n); RETURN NEW; END"
            )
        ));
        twin.run("UPDATE t SET n = 3;");
        twin.run(&format!(
            "ALTER TABLE log RENAME TO journal; {}",
            function(
                "f",
                "BEGIN INSERT INTO journal (what, value) VALUES (OLD.name, NEW.n); RETURN NEW; END"
            )
        ));
        twin.run("UPDATE t SET n = 4;");
        twin.same("SELECT what, value FROM journal ORDER BY 1, 2");
        twin.run("DROP TABLE journal; DROP TRIGGER f ON t; DROP FUNCTION f(); UPDATE t SET n = 5;");
        twin.same(ROWS);
    });
    each(|twin| {
        twin.run(TABLES);
        twin.run(&function(
            "f",
            "BEGIN INSERT INTO log (what, a) VALUES (OLD.name, NEW.n); RETURN NEW; END",
        ));
        twin.run(&trigger("f", "AFTER UPDATE ON t FOR EACH ROW", "f"));
        assert_eq!(twin.refused("DROP TABLE log;"), ["trigger"]);
    });
}

#[test]
fn several_triggers_of_a_table_that_do_not_meet_are_translated() {
    each(|twin| {
        twin.run(TABLES);
        twin.run("CREATE TABLE gone (id integer PRIMARY KEY, name text);");
        twin.run(&function(
            "logs",
            "BEGIN INSERT INTO log (what, a) VALUES ('log', NEW.n); RETURN NEW; END",
        ));
        twin.run(&function(
            "guards",
            "BEGIN IF NEW.n < 0 THEN RAISE EXCEPTION 'no'; END IF; RETURN NEW; END",
        ));
        twin.run(&function(
            "keeps",
            "BEGIN INSERT INTO gone VALUES (OLD.id, OLD.name); RETURN OLD; END",
        ));
        twin.run(&function(
            "counts",
            "BEGIN UPDATE total SET n = n + 1 WHERE name = NEW.name; RETURN NULL; END",
        ));
        twin.run(&trigger(
            "b_logs",
            "AFTER INSERT OR UPDATE ON t FOR EACH ROW",
            "logs",
        ));
        twin.run(&trigger(
            "a_guards",
            "BEFORE INSERT OR UPDATE ON t FOR EACH ROW",
            "guards",
        ));
        twin.run(&trigger(
            "keeps",
            "BEFORE DELETE ON t FOR EACH ROW",
            "keeps",
        ));
        twin.run(&trigger(
            "counts",
            "AFTER INSERT ON t FOR EACH ROW",
            "counts",
        ));
        twin.run("INSERT INTO total VALUES ('a', 0), ('b', 5);");
        twin.run("INSERT INTO t VALUES (1, 'a', 1), (2, 'b', 2), (3, 'a', 3);");
        twin.fails("INSERT INTO t VALUES (4, 'a', -1);");
        twin.run("UPDATE t SET n = n + 1; DELETE FROM t WHERE n < 4;");
        twin.same(LOG);
        twin.same("SELECT name, n FROM total ORDER BY name");
        twin.same("SELECT id, name FROM gone ORDER BY id");
        twin.run("ALTER TABLE t ADD CHECK (id > 0); DROP TRIGGER b_logs ON t; UPDATE t SET n = n + 1; DELETE FROM t;");
        twin.same(LOG);
        twin.same("SELECT id, name FROM gone ORDER BY id");
        // Both write the log, and which comes first would show.
        twin.run(&function(
            "too",
            "BEGIN INSERT INTO log (what) VALUES ('too'); RETURN NULL; END",
        ));
        twin.run(&trigger("b_logs", "AFTER INSERT ON t FOR EACH ROW", "logs"));
        assert_eq!(
            twin.refused(&trigger("c", "AFTER INSERT ON t FOR EACH ROW", "too")),
            ["trigger"]
        );
    });
}

#[test]
fn triggers_run_triggers() {
    each(|twin| {
        twin.run(TABLES);
        twin.run(&function(
            "first",
            "BEGIN INSERT INTO total VALUES (NEW.name, NEW.n); RETURN NULL; END",
        ));
        twin.run(&function(
            "second",
            "BEGIN INSERT INTO log (what, a) VALUES (NEW.name, NEW.n); RETURN NULL; END",
        ));
        twin.run(&trigger("first", "AFTER INSERT ON t FOR EACH ROW", "first"));
        twin.run(&trigger(
            "second",
            "AFTER INSERT ON total FOR EACH ROW",
            "second",
        ));
        twin.run("INSERT INTO t VALUES (1, 'a', 1), (2, 'b', 2);");
        twin.same(LOG);
        twin.fails("INSERT INTO t VALUES (3, 'c', 1), (4, 'a', 2);");
        twin.same(LOG);
        // In a circle it would not end.
        twin.run(&function(
            "third",
            "BEGIN INSERT INTO t VALUES (NEW.id + 10, 'x', 1); RETURN NULL; END",
        ));
        let refused = twin.refused(&trigger(
            "third",
            "AFTER INSERT ON log FOR EACH ROW",
            "third",
        ));
        assert!(refused.iter().all(|code| *code == "trigger"), "{refused:?}");
    });
}

#[test]
fn a_column_that_is_set_and_rows_that_are_written_stand_beside_each_other() {
    each(|twin| {
        twin.run(
            "CREATE TABLE t (id integer PRIMARY KEY, name text, n integer, updated_at timestamptz);
            CREATE TABLE log (id serial PRIMARY KEY, what text, a integer, b integer);",
        );
        twin.run(&function(
            "touch",
            "BEGIN NEW.updated_at = now(); RETURN NEW; END",
        ));
        twin.run(&function(
            "logs",
            "BEGIN INSERT INTO log (what, a) VALUES (TG_OP, 1); RETURN NULL; END",
        ));
        twin.run(&trigger(
            "t_touch",
            "BEFORE UPDATE ON t FOR EACH ROW",
            "touch",
        ));
        twin.run(&trigger(
            "t_logs",
            "AFTER INSERT OR DELETE ON t FOR EACH ROW",
            "logs",
        ));
        twin.run("INSERT INTO t VALUES (1, 'a', 1, '2001-01-01'), (2, 'b', 2, '2001-01-01'); UPDATE t SET n = 3 WHERE id = 1; DELETE FROM t WHERE id = 2;");
        twin.same(LOG);
        twin.same("SELECT id, n, CASE WHEN updated_at > '2020-01-01' THEN 'now' ELSE 'then' END FROM t ORDER BY id");
        let every = trigger("t_more", "AFTER UPDATE ON t FOR EACH ROW", "logs");
        let some = trigger("t_some", "AFTER UPDATE OF n ON t FOR EACH ROW", "logs");
        if is_sqlite(twin) {
            // The row is written twice there.
            assert_eq!(twin.refused(&every), ["trigger"]);
        } else {
            twin.run(&every);
        }
        if is_sqlite(twin) {
            let mut twin = Twin::new(Engine::Sqlite);
            twin.run("CREATE TABLE t (id integer PRIMARY KEY, name text, n integer, updated_at timestamptz);
                CREATE TABLE log (id serial PRIMARY KEY, what text, a integer, b integer);");
            twin.run(&function(
                "touch",
                "BEGIN NEW.updated_at = now(); RETURN NEW; END",
            ));
            twin.run(&function(
                "logs",
                "BEGIN INSERT INTO log (what, a) VALUES (TG_OP, 1); RETURN NULL; END",
            ));
            twin.run(&some);
            twin.run(&trigger(
                "t_touch",
                "BEFORE UPDATE ON t FOR EACH ROW",
                "touch",
            ));
            twin.run("INSERT INTO t VALUES (1, 'a', 1, '2001-01-01'), (2, 'b', 2, '2001-01-01'); UPDATE t SET n = 3 WHERE id = 1; UPDATE t SET name = 'x';");
            twin.run("INSERT INTO t VALUES (1, 'a', 1) ON CONFLICT (id) DO UPDATE SET n = 5;");
            twin.run("INSERT INTO t VALUES (1, 'a', 1) ON CONFLICT (id) DO UPDATE SET name = 'y';");
            twin.same(LOG);
        } else {
            twin.run("UPDATE t SET n = 4; UPDATE t SET name = 'x';");
            twin.same(LOG);
            assert_eq!(twin.refused(&some), ["trigger"]);
        }
    });
}

#[test]
fn what_a_statement_reads_is_not_changed_under_it() {
    each(|twin| {
        twin.run(TABLES);
        twin.run(&function(
            "counts",
            "BEGIN UPDATE total SET n = n + 1; RETURN NULL; END",
        ));
        twin.run(&trigger(
            "counts",
            "AFTER INSERT OR UPDATE ON t FOR EACH ROW",
            "counts",
        ));
        twin.run(
            "INSERT INTO total VALUES ('a', 0); INSERT INTO t VALUES (1, 'a', 1), (2, 'a', 2);",
        );
        assert_eq!(
            twin.refused("UPDATE t SET n = (SELECT n FROM total WHERE total.name = t.name);"),
            ["trigger-reads"]
        );
        if is_sqlite(twin) {
            twin.run("INSERT INTO t SELECT 10 + total.n, 'b', total.n FROM total;");
        }
        twin.same(ROWS);
        twin.same("SELECT name, n FROM total");
    });
}

#[test]
fn a_trigger_whose_time_would_matter_is_refused() {
    each(|twin| {
        twin.run(TABLES);
        twin.run("CREATE TABLE p (id integer PRIMARY KEY, n integer);
            CREATE TABLE c (id integer PRIMARY KEY, p integer REFERENCES p ON DELETE CASCADE, q integer REFERENCES p, n integer);
            CREATE VIEW v AS SELECT id FROM log;");
        for (on, runs, code) in [
            (
                "t",
                "AFTER INSERT",
                "BEGIN INSERT INTO t (id) VALUES (NEW.id + 1); RETURN NULL; END",
            ),
            (
                "t",
                "AFTER INSERT",
                "BEGIN INSERT INTO log (what, a) VALUES ('n', (SELECT count(*) FROM t)); RETURN NULL; END",
            ),
            (
                "t",
                "AFTER UPDATE",
                "BEGIN IF EXISTS (SELECT 1 FROM t WHERE n = NEW.n) THEN RAISE EXCEPTION 'no'; END IF; RETURN NULL; END",
            ),
            (
                "t",
                "BEFORE UPDATE",
                "BEGIN INSERT INTO log (what) VALUES ('x'); RETURN OLD; END",
            ),
            (
                "t",
                "BEFORE DELETE",
                "BEGIN INSERT INTO log (what) VALUES ('x'); RETURN NEW; END",
            ),
            (
                "t",
                "BEFORE INSERT",
                "BEGIN INSERT INTO log (what) VALUES ('x'); RETURN NULL; END",
            ),
            (
                "t",
                "AFTER INSERT OR DELETE",
                "BEGIN IF TG_OP = 'INSERT' THEN INSERT INTO log (what) VALUES ('x'); RETURN NEW; END IF; END",
            ),
            (
                "t",
                "AFTER INSERT",
                "BEGIN INSERT INTO log (what) VALUES (name); RETURN NULL; END",
            ),
            (
                "t",
                "AFTER INSERT",
                "BEGIN INSERT INTO log (what) VALUES (NEW.missing); RETURN NULL; END",
            ),
            (
                "t",
                "AFTER INSERT",
                "BEGIN INSERT INTO missing (what) VALUES (NEW.name); RETURN NULL; END",
            ),
            (
                "t",
                "AFTER INSERT",
                "BEGIN UPDATE log SET missing = 1; RETURN NULL; END",
            ),
            (
                "t",
                "AFTER INSERT",
                "BEGIN UPDATE total SET n = 1; IF NOT FOUND THEN INSERT INTO log (what) VALUES ('x'); END IF; RETURN NULL; END",
            ),
            (
                "t",
                "AFTER INSERT",
                "BEGIN FOR x IN 1..2 LOOP INSERT INTO log (what) VALUES ('x'); END LOOP; RETURN NULL; END",
            ),
            (
                "t",
                "AFTER INSERT",
                "BEGIN IF EXISTS (SELECT 1 FROM log) THEN DELETE FROM log; INSERT INTO log (what) VALUES ('x'); ELSE UPDATE total SET n = 1; END IF; RETURN NULL; END",
            ),
            (
                "t",
                "AFTER INSERT",
                "BEGIN IF random() < 0.5 THEN DELETE FROM log; END IF; RETURN NULL; END",
            ),
            (
                "t",
                "AFTER INSERT",
                "BEGIN DELETE FROM log WHERE id IN (SELECT id FROM v); RETURN NULL; END",
            ),
            (
                "log",
                "BEFORE INSERT",
                "BEGIN INSERT INTO total VALUES (NEW.what, NEW.id); RETURN NEW; END",
            ),
            // Statements around it are changing the table still.
            (
                "c",
                "AFTER DELETE",
                "BEGIN DELETE FROM p WHERE n = OLD.n; RETURN NULL; END",
            ),
            (
                "c",
                "AFTER DELETE",
                "BEGIN IF EXISTS (SELECT 1 FROM p WHERE id = OLD.p) THEN DELETE FROM log; END IF; RETURN NULL; END",
            ),
            (
                "p",
                "BEFORE DELETE",
                "BEGIN IF EXISTS (SELECT 1 FROM c) THEN RAISE EXCEPTION 'no'; END IF; RETURN OLD; END",
            ),
            // PostgreSQL checks the foreign key before.
            (
                "p",
                "AFTER DELETE",
                "BEGIN UPDATE c SET q = NULL WHERE q = OLD.id; RETURN NULL; END",
            ),
            (
                "c",
                "BEFORE INSERT",
                "BEGIN INSERT INTO p VALUES (NEW.q, 1); RETURN NEW; END",
            ),
        ] {
            if code.starts_with("BEGIN INSERT INTO p VALUES (NEW.q") {
                // A parent that comes first is as it should be.
                continue;
            }
            let script = format!(
                "{} {} DROP TRIGGER f ON {on}; DROP FUNCTION f();",
                function("f", code),
                trigger("f", &format!("{runs} ON {on} FOR EACH ROW"), "f")
            );
            assert_eq!(twin.refused(&script), ["trigger"], "{code}");
        }
        let fine = function(
            "g",
            "BEGIN INSERT INTO log (what) VALUES ('x'); RETURN NULL; END",
        );
        twin.run(&fine);
        for runs in [
            "AFTER INSERT ON t FOR EACH STATEMENT EXECUTE FUNCTION g();",
            "AFTER INSERT ON t EXECUTE FUNCTION g();",
            "AFTER TRUNCATE ON t EXECUTE FUNCTION g();",
            "AFTER INSERT ON t REFERENCING NEW TABLE AS rows FOR EACH ROW EXECUTE FUNCTION g();",
        ] {
            let script = format!("CREATE TRIGGER x {runs} DROP TRIGGER x ON t;");
            assert_eq!(twin.refused(&script), ["trigger"], "{runs}");
        }
        let script = "CREATE CONSTRAINT TRIGGER x AFTER INSERT ON t DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION g(); DROP TRIGGER x ON t;";
        assert_eq!(twin.refused(script), ["trigger"]);
    });
}

#[test]
fn a_table_that_has_a_trigger_is_not_truncated() {
    each(|twin| {
        twin.run(TABLES);
        twin.run(&function(
            "f",
            "BEGIN INSERT INTO log (what) VALUES ('gone'); RETURN NULL; END",
        ));
        twin.run(&trigger("f", "AFTER DELETE ON t FOR EACH ROW", "f"));
        twin.run("INSERT INTO t VALUES (1, 'a', 1);");
        assert_eq!(twin.refused("TRUNCATE t;"), ["truncate-trigger"]);
        twin.same(LOG);
    });
}

/// A foreign key that comes later would let the trigger run in the midst of another statement.
#[test]
fn a_foreign_key_that_comes_later_is_looked_at_again() {
    each(|twin| {
        twin.run("CREATE TABLE p (id integer PRIMARY KEY, n integer); CREATE TABLE c (id integer PRIMARY KEY, p integer);
            CREATE TABLE log (id serial PRIMARY KEY, what text, a integer, b integer);");
        twin.run(&function("f", "BEGIN INSERT INTO log (what, a) SELECT 'p', n FROM p WHERE id = OLD.p; RETURN NULL; END"));
        twin.run(&trigger("f", "AFTER DELETE ON c FOR EACH ROW", "f"));
        twin.run(
            "INSERT INTO p VALUES (1, 2); INSERT INTO c VALUES (1, 1), (2, 2); DELETE FROM c;",
        );
        twin.same(LOG);
        let refused =
            twin.refused("ALTER TABLE c ADD FOREIGN KEY (p) REFERENCES p ON DELETE CASCADE;");
        assert!(refused.contains(&"trigger"), "{refused:?}");
    });
}

/// A session of PostgreSQL's that has run the code goes on with the renamed member, a new one fails.
#[test]
fn a_member_that_a_trigger_names_is_not_renamed_under_it() {
    each(|twin| {
        twin.run(
            "CREATE TYPE state AS ENUM ('new', 'it''s', 'gone');
             CREATE TABLE t (id integer PRIMARY KEY, s state);
             CREATE TABLE log (id integer);
             CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                 IF NEW.s = 'it''s' THEN INSERT INTO log VALUES (NEW.id); END IF; RETURN NEW; END $$;
             CREATE TRIGGER t_note AFTER INSERT ON t FOR EACH ROW EXECUTE FUNCTION note();",
        );
        twin.run("ALTER TYPE state RENAME VALUE 'gone' TO 'left';");
        twin.run("INSERT INTO t VALUES (1, 'it''s'), (2, 'left');");
        assert_eq!(twin.same("SELECT id FROM log"), ["1"]);
        let renamed = "ALTER TYPE state RENAME VALUE 'it''s' TO 'was';";
        let refused = twin.refused(renamed);
        assert!(refused.contains(&"trigger-member"), "{refused:?}");
    });
}

#[test]
fn a_trigger_waits_for_a_table_that_changes_after_its_own() {
    each(|twin| {
        twin.run(TABLES);
        twin.run("ALTER TABLE log DROP CONSTRAINT log_pkey;");
        twin.run(&function(
            "note",
            "BEGIN UPDATE log SET what = NEW.name WHERE id = NEW.n; RETURN NEW; END;",
        ));
        twin.run(&trigger("note", "AFTER INSERT ON t FOR EACH ROW", "note"));
        twin.run("INSERT INTO log (what) VALUES ('a'), ('b');");
        twin.run(
            "ALTER TABLE t ADD COLUMN more integer NOT NULL DEFAULT 3 CHECK (more > 2);
            ALTER TABLE log ALTER COLUMN id DROP DEFAULT;",
        );
        twin.run("INSERT INTO t (id, name, n) VALUES (1, 'x', 2);");
        twin.same(LOG);
    });
}

#[test]
fn a_guard_stands_beside_a_trigger_that_writes_its_row_once_more() {
    each(|twin| {
        twin.run(
            "CREATE TABLE t (id integer PRIMARY KEY, name text, n integer, updated_at timestamptz);
            CREATE TABLE reserved (name text PRIMARY KEY);
            INSERT INTO reserved VALUES ('std'), ('core');",
        );
        twin.run(&function(
            "touch",
            "BEGIN NEW.updated_at = now(); RETURN NEW; END;",
        ));
        twin.run(&trigger(
            "touch",
            "BEFORE UPDATE ON t FOR EACH ROW",
            "touch",
        ));
        twin.run(&function("guard", "BEGIN
            IF lower(NEW.name) IN (SELECT name FROM reserved) THEN RAISE EXCEPTION 'a reserved name'; END IF;
            RETURN NEW; END;"));
        twin.run(&trigger(
            "guard",
            "BEFORE INSERT OR UPDATE ON t FOR EACH ROW",
            "guard",
        ));
        twin.run("INSERT INTO t VALUES (1, 'a', 1, '2001-01-01'), (2, 'b', 2, '2001-01-01');");
        twin.fails("INSERT INTO t VALUES (3, 'Std', 1, '2001-01-01');");
        twin.fails("UPDATE t SET name = 'core' WHERE id = 2;");
        twin.run("UPDATE t SET n = n + 1 WHERE id = 1;");
        // What was reserved later, the next change of the row minds.
        twin.run("INSERT INTO reserved VALUES ('b');");
        twin.fails("UPDATE t SET n = 7;");
        let rows = twin.same(
            "SELECT id, name, n, CASE WHEN updated_at > '2020-01-01' THEN 'now' ELSE 'then' END FROM t ORDER BY id",
        );
        assert!(
            rows[0].contains("now") && rows[1].contains("then"),
            "{rows:?}"
        );
        // It would run once more for the row that the other one has written, and see its old name.
        twin.run(&function(
            "kept",
            "BEGIN
            IF OLD.name = 'locked' THEN RAISE EXCEPTION 'it is locked'; END IF;
            RETURN NEW; END;",
        ));
        let kept = trigger("kept", "BEFORE UPDATE ON t FOR EACH ROW", "kept");
        match is_sqlite(twin) {
            true => assert_eq!(twin.refused(&kept), ["trigger"]),
            false => {
                twin.run(&kept);
                twin.run("UPDATE t SET name = 'locked' WHERE id = 1;");
                twin.fails("UPDATE t SET name = 'x' WHERE id = 1;");
            }
        }
    });
}

#[test]
fn a_row_that_goes_with_its_parent_touches_no_parent() {
    let tables = "CREATE TABLE p (id integer PRIMARY KEY, name text, touched integer);
        CREATE TABLE q (id integer PRIMARY KEY);
        CREATE TABLE c (id integer PRIMARY KEY, p_id integer REFERENCES p (id) ON DELETE CASCADE, q_id integer REFERENCES q (id) ON DELETE CASCADE);";
    let touch = function(
        "touch",
        "BEGIN
        IF TG_OP = 'DELETE' THEN UPDATE p SET touched = touched + 1 WHERE id = OLD.p_id; RETURN OLD;
        ELSE UPDATE p SET touched = touched + 1 WHERE id = NEW.p_id; RETURN NEW; END IF; END;",
    );
    let guard = function(
        "guard",
        "BEGIN
        IF NEW.name = 'never' THEN RAISE EXCEPTION 'no such name'; END IF; RETURN NEW; END;",
    );
    let guarded = trigger("guard", "BEFORE UPDATE ON p FOR EACH ROW", "guard");
    let touches = trigger("touch", "AFTER INSERT OR DELETE ON c FOR EACH ROW", "touch");
    each(|twin| {
        twin.run(tables);
        twin.run(&touch);
        twin.run(&guard);
        twin.run(&guarded);
        if !is_sqlite(twin) {
            assert_eq!(twin.refused(&touches), ["trigger"]);
            return;
        }
        twin.run(&touches);
        twin.run("INSERT INTO p VALUES (1, 'a', 0), (2, 'never', 0), (3, 'b', 0); INSERT INTO q VALUES (1), (2);");
        twin.run("INSERT INTO c VALUES (1, 1, 1), (2, 1, 2), (3, 3, 1), (4, 3, 2);");
        twin.fails("INSERT INTO c VALUES (5, 2, 2);");
        let rows = "SELECT id, name, touched FROM p ORDER BY id";
        twin.run("DELETE FROM c WHERE id = 1;");
        twin.same(rows);
        twin.run("DELETE FROM q WHERE id = 1;");
        twin.same(rows);
        twin.run("DELETE FROM p WHERE id > 1;");
        twin.same(rows);
        twin.same("SELECT id FROM c ORDER BY id");
    });
    // By another way it may go while its parent is still to go, and the guard would see that one.
    each(|twin| {
        twin.run(tables);
        twin.run("ALTER TABLE q ADD COLUMN p_id integer REFERENCES p (id) ON DELETE CASCADE;");
        twin.run(&touch);
        twin.run(&guard);
        twin.run(&guarded);
        assert_eq!(twin.refused(&touches), ["trigger"]);
    });
}

#[test]
fn a_function_that_looks_for_names_where_all_do_is_understood() {
    each(|twin| {
        twin.run("CREATE TABLE t (id integer PRIMARY KEY, n integer); CREATE TABLE log (id serial PRIMARY KEY, n integer);");
        for (name, event, path) in [
            ("f", "INSERT", "SET search_path = public, pg_temp"),
            ("g", "UPDATE", "SET search_path TO ''"),
        ] {
            twin.run(&format!(
                "CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER {path} AS $$ BEGIN \
                 INSERT INTO public.log (n) VALUES (NEW.n); RETURN NEW; END $$;"
            ));
            twin.run(&trigger(
                &format!("t_{name}"),
                &format!("AFTER {event} ON t FOR EACH ROW"),
                name,
            ));
        }
        twin.run("INSERT INTO t VALUES (1, 5), (2, 6); UPDATE t SET n = 7 WHERE id = 1;");
        twin.same("SELECT n FROM log ORDER BY n");
        let elsewhere = "CREATE FUNCTION h() RETURNS trigger LANGUAGE plpgsql SET search_path = other AS $$ BEGIN \
             INSERT INTO log (n) VALUES (NEW.n); RETURN NEW; END $$;";
        let make = trigger("t_h", "AFTER INSERT ON t FOR EACH ROW", "h");
        assert_eq!(twin.refused(&format!("{elsewhere}{make}")), ["trigger"]);
    });
}
