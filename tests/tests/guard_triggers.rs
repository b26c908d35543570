//! A trigger that has no form elsewhere is left out, and in its place stands one that fails: no write that
//! would have run it goes through, and all else does.

#![allow(clippy::unwrap_used, reason = "a panic is the report")]

use aludel_tests::database::Database;
use aludel_tests::desk::Place;
use aludel_tests::engine::{Engine, engines};
use aludel_tests::twin::{Twin, each, each_anew};

fn is_sqlite(twin: &Twin) -> bool {
    twin.target.engine == Engine::Sqlite
}

/// `odd` has no form anywhere: it loops over numbers.
const BEGIN: &str = "CREATE TABLE parent (id integer PRIMARY KEY, name text);
CREATE TABLE t (id serial PRIMARY KEY, name text, n integer, status text, parent integer REFERENCES parent ON DELETE CASCADE);
CREATE TABLE log (id integer PRIMARY KEY, what text);
INSERT INTO parent VALUES (1, 'a'), (2, 'b'), (3, 'c');
INSERT INTO t (name, n, status, parent) VALUES ('a', 1, 'x', 1), ('b', 2, 'y', 1), (NULL, 3, NULL, NULL);
CREATE FUNCTION odd() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE v integer;
BEGIN
  FOR v IN 1..3 LOOP NEW.n := NEW.n + v; END LOOP;
  RETURN NEW;
END $$;
";

const ROWS: &str = "SELECT id, coalesce(name, '-'), n, coalesce(status, '-') FROM t ORDER BY id";

/// Runs a script in which the trigger `audit` is left out.
fn guarded(twin: &mut Twin, runs: &str) {
    let script = format!("CREATE TRIGGER audit {runs} ON t FOR EACH ROW EXECUTE FUNCTION odd();");
    let said = twin.omitted(&script);
    assert!(
        said.iter()
            .any(|said| said.starts_with("trigger: the trigger `audit` on `t`: ")),
        "{said:?}"
    );
}

/// An application's statement fails by the guard.
fn stopped(twin: &Twin, sql: &str) {
    let said = twin.target_error(sql);
    let said = said.unwrap_or_else(|| panic!("{sql}: it goes through"));
    assert!(
        said.contains("the trigger audit on ") && said.contains("write an override"),
        "{sql}: {said}"
    );
}

#[test]
fn what_would_run_it_fails_and_all_else_does_not() {
    each_anew(|twin| {
        twin.run(BEGIN);
        guarded(twin, "BEFORE INSERT");
        stopped(twin, "INSERT INTO t (id, name, n) VALUES (9, 'z', 1);");
        stopped(
            twin,
            "INSERT INTO t (id, name, n) SELECT id + 10, name, 1 FROM parent;",
        );
        twin.both_take("UPDATE t SET n = n + 1;");
        twin.both_take("DELETE FROM t WHERE n = 2;");
        twin.same(ROWS);
        twin.run("DROP TRIGGER audit ON t;");
        guarded(twin, "AFTER UPDATE OR DELETE");
        stopped(twin, "UPDATE t SET n = 0;");
        stopped(twin, "UPDATE t SET name = name WHERE id = 3;");
        stopped(twin, "DELETE FROM t;");
        twin.both_take("INSERT INTO t (id, name, n) VALUES (9, 'z', 1);");
        // What touches no row runs no trigger for a row.
        twin.both_take("DELETE FROM t WHERE id = 100;");
        twin.same(ROWS);
        twin.run("DROP TRIGGER audit ON t;");
        twin.both_take("UPDATE t SET n = 0; DELETE FROM t WHERE id = 9;");
        twin.same(ROWS);
    });
}

/// The words of each engine by which an error is passed over, or a row replaced.
#[test]
fn nothing_slips_by() {
    each_anew(|twin| {
        twin.run(BEGIN);
        guarded(twin, "BEFORE INSERT OR UPDATE OR DELETE");
        let all: &[&str] = match is_sqlite(twin) {
            true => &[
                "INSERT OR IGNORE INTO t (id, n) VALUES (9, 1);",
                "INSERT OR REPLACE INTO t (id, n) VALUES (1, 1);",
                "INSERT OR FAIL INTO t (id, n) VALUES (9, 1);",
                "REPLACE INTO t (id, n) VALUES (9, 1);",
                "INSERT INTO t (id, n) VALUES (9, 1) ON CONFLICT DO NOTHING;",
                "INSERT INTO t (id, n) VALUES (1, 1) ON CONFLICT (id) DO UPDATE SET n = 5;",
                "UPDATE OR IGNORE t SET n = 9;",
                "PRAGMA recursive_triggers = ON; DELETE FROM t;",
                "PRAGMA foreign_keys = ON; DELETE FROM parent WHERE id = 1;",
            ],
            false => &[
                "INSERT IGNORE INTO t (id, n) VALUES (9, 1);",
                "REPLACE INTO t (id, n) VALUES (1, 1);",
                "INSERT INTO t (id, n) VALUES (1, 1) ON DUPLICATE KEY UPDATE n = 5;",
                "UPDATE IGNORE t SET n = 9;",
                "DELETE IGNORE FROM t;",
                "DELETE t FROM t JOIN parent ON parent.id = t.parent;",
                "SET sql_mode = ''; INSERT INTO t (id, n) VALUES (9, 1);",
            ],
        };
        for sql in all {
            stopped(twin, sql);
        }
        twin.same(ROWS);
    });
}

/// InnoDB runs no triggers for what foreign keys do: there they do nothing beside a guard.
#[test]
fn what_foreign_keys_would_do_fails_too() {
    each_anew(|twin| {
        twin.run(
            "CREATE TABLE top (id integer PRIMARY KEY);
            CREATE TABLE mid (id integer PRIMARY KEY, top integer REFERENCES top ON DELETE CASCADE);
            CREATE TABLE leaf (id integer PRIMARY KEY, mid integer REFERENCES mid ON DELETE CASCADE, n integer);
            INSERT INTO top VALUES (1), (2); INSERT INTO mid VALUES (1, 1), (2, 2); INSERT INTO leaf VALUES (1, 1, 1);",
        );
        twin.run(BEGIN);
        twin.run("ALTER TABLE t DROP CONSTRAINT t_parent_fkey; ALTER TABLE t ADD FOREIGN KEY (parent) REFERENCES parent ON DELETE SET NULL ON UPDATE CASCADE;");
        guarded(twin, "AFTER UPDATE");
        twin.omitted(
            "CREATE TRIGGER audit AFTER DELETE ON leaf FOR EACH ROW EXECUTE FUNCTION odd();",
        );
        let fails = |twin: &Twin, sql: &str| {
            let on = if is_sqlite(twin) {
                "PRAGMA foreign_keys = ON; "
            } else {
                ""
            };
            assert!(twin.target_error(&format!("{on}{sql}")).is_some(), "{sql}");
        };
        fails(twin, "DELETE FROM parent WHERE id = 1;");
        fails(twin, "UPDATE parent SET id = 7 WHERE id = 1;");
        fails(twin, "DELETE FROM top WHERE id = 1;");
        fails(twin, "DELETE FROM mid WHERE id = 1;");
        // Where there is no such row nothing is stopped.
        twin.both_take("DELETE FROM parent WHERE id = 3; UPDATE parent SET id = 8 WHERE id = 2; DELETE FROM top WHERE id = 2;");
        // One that comes later.
        twin.omitted(
            "ALTER TABLE leaf ADD COLUMN parent integer REFERENCES parent ON DELETE CASCADE;",
        );
        twin.same(ROWS);
        twin.same("SELECT id, n FROM leaf ORDER BY id");
        // They do it again without the guard.
        twin.run("DROP TRIGGER audit ON t; DROP TRIGGER audit ON leaf;");
        twin.run("UPDATE parent SET id = 7 WHERE id = 1;");
        twin.run("DELETE FROM parent WHERE id = 7; DELETE FROM top WHERE id = 1;");
        twin.same("SELECT id, coalesce(parent, -1) FROM t ORDER BY id");
        twin.same("SELECT id, n FROM leaf ORDER BY id");
    });
}

#[test]
fn a_condition_and_columns_are_kept_where_they_can_be() {
    each_anew(|twin| {
        twin.run(BEGIN);
        twin.omitted("CREATE TRIGGER audit AFTER UPDATE OF status ON t FOR EACH ROW WHEN (OLD.status IS DISTINCT FROM NEW.status AND NEW.n > 1) EXECUTE FUNCTION odd();");
        stopped(twin, "UPDATE t SET status = 'z' WHERE id = 2;");
        stopped(twin, "UPDATE t SET status = 'z' WHERE id = 3;");
        twin.both_take("UPDATE t SET status = status;");
        twin.both_take("UPDATE t SET status = 'z' WHERE id = 1;");
        twin.both_take("UPDATE t SET name = 'z', n = 1 WHERE id = 2;");
        twin.same(ROWS);
        // What is no trigger's affair may be written by a script.
        twin.run("DROP TRIGGER audit ON t;");
        twin.omitted(
            "CREATE TRIGGER audit AFTER UPDATE OF status ON t FOR EACH ROW EXECUTE FUNCTION odd();",
        );
        assert_eq!(twin.refused("UPDATE t SET status = 'q';"), ["trigger"]);
    });
}

/// PostgreSQL takes one that a column is generated from for the column.
#[test]
fn a_column_that_is_generated_is_set_with_what_it_is_made_of() {
    each_anew(|twin| {
        twin.run(BEGIN);
        twin.run("ALTER TABLE t ADD COLUMN twice integer GENERATED ALWAYS AS (n * 2) STORED;");
        twin.omitted(
            "CREATE TRIGGER audit AFTER UPDATE OF twice ON t FOR EACH ROW EXECUTE FUNCTION odd();",
        );
        stopped(twin, "UPDATE t SET n = 5;");
    });
}

const SETS: &str = "CREATE FUNCTION sets() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.status := 'set'; RETURN NEW; END $$;
CREATE TRIGGER a_sets BEFORE INSERT OR UPDATE ON t FOR EACH ROW EXECUTE FUNCTION sets();";

/// SQLite's triggers set columns after the row is written.
#[test]
fn a_condition_sees_what_another_trigger_sets() {
    let audit = "CREATE TRIGGER audit BEFORE INSERT OR UPDATE ON t FOR EACH ROW WHEN (NEW.status = 'set') EXECUTE FUNCTION odd();";
    for scripts in [[SETS, audit], [audit, SETS]] {
        each_anew(|twin| {
            twin.run(BEGIN);
            scripts.iter().for_each(|script| drop(twin.omitted(script)));
            stopped(twin, "INSERT INTO t (id, name, n) VALUES (9, 'z', 1);");
            stopped(twin, "UPDATE t SET n = 5;");
            // They go one by one.
            twin.run("DROP TRIGGER audit ON t;");
            twin.run(
                "INSERT INTO t (id, name, n) VALUES (31, 'z', 1); UPDATE t SET n = 9 WHERE n = 2;",
            );
            twin.same(ROWS);
        });
    }
}

#[test]
fn a_trigger_beside_it_goes_on() {
    each_anew(|twin| {
        twin.run(BEGIN);
        twin.run("CREATE FUNCTION logs() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO log VALUES (NEW.id, NEW.name); RETURN NULL; END $$;
            CREATE TRIGGER logs AFTER INSERT ON t FOR EACH ROW EXECUTE FUNCTION logs();");
        twin.run(SETS);
        guarded(twin, "BEFORE DELETE");
        twin.run("INSERT INTO t (id, name, n) VALUES (24, 'd', 4);");
        twin.run("UPDATE t SET n = 7 WHERE id = 1;");
        twin.same(ROWS);
        twin.same("SELECT id, what FROM log ORDER BY id");
        // One that writes into its table.
        twin.run(
            "CREATE TABLE note (id integer PRIMARY KEY);
            CREATE FUNCTION empties() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN DELETE FROM t WHERE id = NEW.id; RETURN NULL; END $$;
            CREATE TRIGGER empties AFTER INSERT ON note FOR EACH ROW EXECUTE FUNCTION empties();",
        );
        stopped(twin, "INSERT INTO note VALUES (1);");
        twin.both_take("INSERT INTO note VALUES (100);");
        assert_eq!(twin.refused("INSERT INTO note VALUES (1);"), ["trigger"]);
        twin.same("SELECT id FROM note ORDER BY id");
    });
}

/// Two that would run each other: the one that comes is left out, the one that is there stays.
#[test]
fn one_whose_order_among_others_would_show() {
    each_anew(|twin| {
        twin.run(BEGIN);
        twin.run("CREATE FUNCTION logs() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO log VALUES (NEW.id, NEW.name); RETURN NULL; END $$;
            CREATE TRIGGER logs AFTER INSERT ON t FOR EACH ROW EXECUTE FUNCTION logs();
            CREATE FUNCTION counts() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN UPDATE log SET what = 'x' WHERE id < NEW.id; RETURN NULL; END $$;");
        let said = twin.omitted(
            "CREATE TRIGGER audit AFTER INSERT ON t FOR EACH ROW EXECUTE FUNCTION counts();",
        );
        assert!(
            said.iter().any(|said| said.contains("meet in `log`")),
            "{said:?}"
        );
        stopped(twin, "INSERT INTO t (id, name, n) VALUES (24, 'd', 4);");
        twin.run("DROP TRIGGER audit ON t;");
        twin.run("INSERT INTO t (id, name, n) VALUES (24, 'd', 4);");
        twin.same("SELECT id, what FROM log ORDER BY id");
    });
}

#[test]
fn a_statement_of_the_scripts_that_would_run_it_is_refused() {
    each_anew(|twin| {
        twin.run(BEGIN);
        twin.run("CREATE TABLE vacant (id integer PRIMARY KEY, n integer);");
        guarded(twin, "BEFORE INSERT OR UPDATE OR DELETE");
        for statement in [
            "INSERT INTO t (id, n) VALUES (9, 1);",
            "INSERT INTO t (id, n) SELECT id + 10, 1 FROM parent;",
            "UPDATE t SET n = 5;",
            "DELETE FROM t;",
            "DELETE FROM parent;",
            "INSERT INTO t (id, n) VALUES (1, 1) ON CONFLICT (id) DO UPDATE SET n = 2;",
        ] {
            assert_eq!(twin.refused(statement), ["trigger"], "{statement}");
        }
        // What does nothing for want of rows runs no trigger.
        twin.run("INSERT INTO t (id, n) SELECT id, n FROM vacant;");
        twin.run("DELETE FROM t USING vacant WHERE vacant.id = t.id;");
        twin.omitted("CREATE TRIGGER audit BEFORE UPDATE OR DELETE ON vacant FOR EACH ROW EXECUTE FUNCTION odd();");
        twin.run("UPDATE vacant SET n = 1; DELETE FROM vacant WHERE n = 2;");
        twin.run("INSERT INTO vacant VALUES (1, 1);");
        assert_eq!(twin.refused("UPDATE vacant SET n = 1;"), ["trigger"]);
        twin.same("SELECT id, n FROM vacant");
    });
}

/// PostgreSQL runs no trigger for a row when a table is emptied as a whole.
#[test]
fn a_truncate_passes() {
    each_anew(|twin| {
        twin.run(BEGIN);
        guarded(twin, "BEFORE DELETE");
        twin.run("TRUNCATE parent CASCADE;");
        twin.same(ROWS);
        twin.run("INSERT INTO t (id, name, n) VALUES (24, 'd', 4);");
        stopped(twin, "DELETE FROM t;");
        twin.run("TRUNCATE t;");
        twin.same(ROWS);
    });
}

/// What a change of its table writes runs no trigger there.
#[test]
fn it_follows_its_table() {
    each_anew(|twin| {
        twin.run(BEGIN);
        twin.omitted("CREATE TRIGGER audit BEFORE INSERT OR UPDATE OF status ON t FOR EACH ROW WHEN (NEW.status IS NOT NULL) EXECUTE FUNCTION odd();");
        let stands = |twin: &Twin, table: &str, column: &str| {
            stopped(
                twin,
                &format!("INSERT INTO {table} (id, n, {column}) VALUES (90, 1, 'x');"),
            );
            stopped(
                twin,
                &format!("UPDATE {table} SET {column} = 'q' WHERE id = 2;"),
            );
        };
        for change in [
            "ALTER TABLE t ALTER COLUMN n TYPE bigint;",
            "ALTER TABLE t ADD COLUMN more integer NOT NULL DEFAULT 3;",
            "ALTER TABLE t ADD COLUMN made uuid NOT NULL DEFAULT gen_random_uuid();",
            "ALTER TABLE t ALTER COLUMN n TYPE text USING n::text;",
            "ALTER TABLE t ALTER COLUMN n TYPE integer USING n::integer;",
            "ALTER TABLE t ADD CONSTRAINT positive CHECK (n > 0);",
            "ALTER TABLE t ALTER COLUMN status SET DEFAULT 'x';",
            "ALTER TABLE t DROP COLUMN more;",
        ] {
            twin.run(change);
            stands(twin, "t", "status");
            twin.same(ROWS);
        }
        twin.run("ALTER TABLE t RENAME TO u;");
        stands(twin, "u", "status");
        twin.run("ALTER TABLE u RENAME COLUMN status TO state;");
        stands(twin, "u", "state");
        twin.run("ALTER TABLE u ADD COLUMN status text DEFAULT 'y'; ALTER TABLE u ALTER COLUMN n SET NOT NULL;");
        stands(twin, "u", "state");
        assert_eq!(twin.refused("UPDATE u SET state = 'q';"), ["trigger"]);
        twin.same("SELECT id, n, coalesce(state, '-'), status FROM u ORDER BY id");
        twin.run("DROP TABLE u;");
        twin.run(
            &BEGIN[BEGIN.find("CREATE TABLE t").unwrap()..BEGIN.find("CREATE TABLE log").unwrap()],
        );
        twin.run("INSERT INTO t (id, n) VALUES (1, 1); UPDATE t SET status = 'x';");
        twin.same(ROWS);
    });
}

#[test]
fn it_follows_its_function() {
    each_anew(|twin| {
        twin.run(BEGIN);
        guarded(twin, "BEFORE INSERT OR UPDATE");
        let of = |code: &str| {
            format!(
                "CREATE OR REPLACE FUNCTION odd() RETURNS trigger LANGUAGE plpgsql AS $$ {code} $$;"
            )
        };
        // A form of it that is understood takes the place of the guard, and the other way round.
        twin.run(&of("BEGIN NEW.name := 'set'; RETURN NEW; END"));
        twin.run("INSERT INTO t (id, n) VALUES (24, 4); UPDATE t SET n = 5 WHERE id = 1;");
        twin.same(ROWS);
        let said = twin.omitted(&of(
            "DECLARE a record; BEGIN SELECT * INTO a FROM log; NEW.n := a.id; RETURN NEW; END",
        ));
        assert!(
            said.iter().any(|said| said.starts_with("trigger: ")),
            "{said:?}"
        );
        stopped(twin, "INSERT INTO t (id, n) VALUES (9, 1);");
        stopped(twin, "UPDATE t SET n = 6;");
        // One that only tells of a change is nothing, AFTER it.
        twin.run("DROP TRIGGER audit ON t;");
        guarded(twin, "AFTER INSERT");
        twin.run(&of("BEGIN PERFORM pg_notify('c', 'x'); RETURN NULL; END"));
        twin.run("INSERT INTO t (id, n) VALUES (25, 5);");
        twin.same(ROWS);
        twin.omitted(&of(
            "DECLARE a record; BEGIN SELECT * INTO a FROM log; RETURN NULL; END",
        ));
        stopped(twin, "INSERT INTO t (id, n) VALUES (9, 1);");
        twin.run("DROP FUNCTION odd() CASCADE;");
        twin.run("INSERT INTO t (id, n) VALUES (26, 6);");
        twin.same(ROWS);
    });
}

/// One whose name was taken by PostgreSQL's own word.
#[test]
fn it_is_replaced() {
    each_anew(|twin| {
        twin.run(BEGIN);
        guarded(twin, "BEFORE INSERT");
        twin.run("CREATE OR REPLACE TRIGGER audit BEFORE DELETE ON t FOR EACH ROW EXECUTE FUNCTION odd();");
        stopped(twin, "DELETE FROM t;");
        twin.run("INSERT INTO t (id, n) VALUES (25, 5);");
        twin.run("CREATE FUNCTION sets() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.status := 'set'; RETURN NEW; END $$;
            CREATE OR REPLACE TRIGGER audit BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION sets();");
        twin.run("UPDATE t SET n = 8; DELETE FROM t WHERE id = 2;");
        twin.same(ROWS);
    });
}

/// A trigger that stood, and has no form any more when its table is another.
#[test]
fn one_that_loses_its_form_is_left_out_then() {
    each_anew(|twin| {
        twin.run(BEGIN);
        twin.run(SETS);
        twin.run("CREATE FUNCTION logs() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO log (id, what) VALUES (NEW.id, NEW.name); RETURN NULL; END $$;
            CREATE TRIGGER audit AFTER INSERT ON t FOR EACH ROW EXECUTE FUNCTION logs();");
        let said = twin.omitted("ALTER TABLE log RENAME COLUMN what TO said;");
        assert!(
            said.iter().any(|said| said.starts_with("trigger: ")),
            "{said:?}"
        );
        stopped(twin, "INSERT INTO t (id, n) VALUES (9, 1);");
        twin.run("ALTER TABLE t ADD COLUMN more integer;");
        stopped(twin, "INSERT INTO t (id, n) VALUES (9, 1);");
        twin.run("CREATE OR REPLACE FUNCTION logs() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO log (id, what) VALUES (NEW.id, NEW.name); RETURN NULL; END $$;");
        stopped(twin, "INSERT INTO t (id, n) VALUES (9, 1);");
        twin.run("CREATE OR REPLACE FUNCTION logs() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO log (id, said) VALUES (NEW.id, NEW.name); RETURN NULL; END $$;");
        twin.run("INSERT INTO t (id, n, name) VALUES (25, 5, 'e');");
        twin.same("SELECT id, said FROM log ORDER BY id");
    });
}

/// On MySQL and MariaDB a trigger that stands has no form beside a foreign key that acts; on SQLite it has.
#[test]
fn one_that_a_foreign_key_comes_to_run() {
    each_anew(|twin| {
        twin.run(BEGIN);
        twin.run("ALTER TABLE t DROP CONSTRAINT t_parent_fkey;");
        twin.run("CREATE FUNCTION logs() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO log (id, what) VALUES (OLD.id, OLD.name); RETURN NULL; END $$;
            CREATE TRIGGER audit AFTER DELETE ON t FOR EACH ROW EXECUTE FUNCTION logs();");
        twin.omitted("ALTER TABLE t ADD CONSTRAINT one FOREIGN KEY (parent) REFERENCES parent ON DELETE CASCADE;");
        twin.run("ALTER TABLE t ADD CONSTRAINT positive CHECK (n > 0);");
        let gone = "DELETE FROM parent WHERE id = 1;";
        match is_sqlite(twin) {
            true => twin.run(gone),
            false => {
                assert!(twin.target_error(gone).is_some());
                assert_eq!(twin.refused(gone), ["trigger"]);
                stopped(twin, "DELETE FROM t;");
            }
        }
        twin.run("ALTER TABLE t DROP CONSTRAINT one;");
        twin.run("INSERT INTO parent VALUES (70, 'a');");
        twin.same(ROWS);
        twin.same("SELECT id, what FROM log ORDER BY id");
    });
}

/// A constraint's trigger runs at the end of a transaction there; a guard is only sooner.
#[test]
fn those_that_run_for_each_row_and_no_others() {
    each_anew(|twin| {
        twin.run(BEGIN);
        twin.omitted("CREATE CONSTRAINT TRIGGER audit AFTER INSERT ON t DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION odd();");
        stopped(twin, "INSERT INTO t (id, n) VALUES (9, 1);");
        twin.run("DROP TRIGGER audit ON t;");
        twin.omitted("CREATE TRIGGER audit AFTER DELETE ON t REFERENCING OLD TABLE AS gone FOR EACH ROW EXECUTE FUNCTION odd();");
        stopped(twin, "DELETE FROM t;");
        twin.omitted(
            "CREATE TRIGGER handed BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION odd('a', 'b');",
        );
        assert!(twin.target_error("UPDATE t SET n = 4;").is_some());
        twin.run("CREATE VIEW v AS SELECT id, n FROM t;");
        for (place, other) in [
            "AFTER INSERT ON t EXECUTE FUNCTION odd();",
            "AFTER INSERT ON t FOR EACH STATEMENT EXECUTE FUNCTION odd();",
            "BEFORE TRUNCATE ON t FOR EACH STATEMENT EXECUTE FUNCTION odd();",
        ]
        .iter()
        .enumerate()
        {
            let other = format!("CREATE TRIGGER other_{place} {other}");
            assert_eq!(twin.refused(&other), ["trigger"], "{other}");
        }
        let view =
            "CREATE TRIGGER other INSTEAD OF INSERT ON v FOR EACH ROW EXECUTE FUNCTION odd();";
        assert!(!twin.refused(view).is_empty());
    });
}

/// One that runs for a whole statement, and goes by the rows that it is told of, does nothing without any.
#[test]
fn one_for_a_whole_statement_that_does_nothing_without_rows() {
    each_anew(|twin| {
        twin.run(BEGIN);
        let of = |name: &str, code: &str| {
            format!(
                "CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ {code} $$;"
            )
        };
        let told = "REFERENCING NEW TABLE AS news FOR EACH STATEMENT";
        twin.run(&of("told", "DECLARE v integer; BEGIN
            WITH w AS (SELECT id FROM news) INSERT INTO log (id, what) SELECT news.id, news.name FROM news JOIN w ON w.id = news.id;
            SELECT count(*) INTO v FROM news;
            IF (TG_LEVEL = 'ROW') THEN INSERT INTO log (id, what) VALUES (NEW.id, 'x'); END IF;
            RETURN NULL; END"));
        let said = twin.omitted(&format!(
            "CREATE TRIGGER audit AFTER INSERT ON t {told} EXECUTE FUNCTION told();"
        ));
        assert!(
            said.iter().any(|said| said.starts_with("trigger: ")),
            "{said:?}"
        );
        twin.omitted("CREATE TRIGGER audit AFTER UPDATE ON parent REFERENCING NEW TABLE news OLD TABLE AS olds EXECUTE FUNCTION told();");
        stopped(twin, "INSERT INTO t (id, n) VALUES (9, 1);");
        twin.both_take("UPDATE t SET n = 5; DELETE FROM t WHERE id = 2;");
        twin.run("UPDATE log SET what = 'x' WHERE id = 1; DELETE FROM parent WHERE id = 3;");
        stopped(twin, "UPDATE parent SET name = 'z';");
        assert_eq!(
            twin.refused("INSERT INTO t (id, n) VALUES (9, 1);"),
            ["trigger"]
        );
        twin.same(ROWS);
        // One that does more is refused, also when its function is replaced.
        for code in [
            "BEGIN INSERT INTO log (id, what) SELECT count(*), 'x' FROM news; RETURN NULL; END",
            "BEGIN INSERT INTO log (id, what) SELECT id, name FROM parent; RETURN NULL; END",
            "BEGIN IF NOT EXISTS (SELECT 1 FROM news) THEN RAISE EXCEPTION 'none'; END IF; RETURN NULL; END",
            "BEGIN DELETE FROM log; RETURN NULL; END",
            "BEGIN PERFORM odd(); INSERT INTO log (id, what) SELECT id, name FROM news; RETURN NULL; END",
            "BEGIN EXECUTE 'DELETE FROM log'; RETURN NULL; END",
        ] {
            assert!(!twin.refused(&of("told", code)).is_empty(), "{code}");
        }
    });
    // What is not told, or not all of it.
    each_anew(|twin| {
        twin.run(BEGIN);
        twin.run("CREATE FUNCTION told() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO log (id, what) SELECT id, name FROM news; RETURN NULL; END $$;");
        for (place, runs) in [
            "AFTER INSERT ON t FOR EACH STATEMENT",
            "AFTER INSERT ON t REFERENCING NEW TABLE AS others FOR EACH STATEMENT",
            "BEFORE INSERT ON t FOR EACH STATEMENT",
        ]
        .iter()
        .enumerate()
        {
            let script = format!("CREATE TRIGGER audit_{place} {runs} EXECUTE FUNCTION told();");
            assert_eq!(twin.refused(&script), ["trigger"], "{script}");
        }
    });
}

/// PostgreSQL runs what is for DELETE and INSERT when an UPDATE moves a row to another partition.
#[test]
fn one_of_a_partitioned_table() {
    each_anew(|twin| {
        twin.run(
            "CREATE TABLE t (id integer, day date NOT NULL, n integer) PARTITION BY RANGE (day);
            CREATE TABLE t_1 PARTITION OF t FOR VALUES FROM ('2024-01-01') TO ('2024-02-01');
            CREATE TABLE t_2 PARTITION OF t FOR VALUES FROM ('2024-02-01') TO ('2024-03-01');
            INSERT INTO t VALUES (1, '2024-01-05', 1);
            CREATE FUNCTION gone() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'gone'; END $$;",
        );
        let said = twin.omitted(
            "CREATE TRIGGER audit BEFORE DELETE ON t FOR EACH ROW EXECUTE FUNCTION gone();",
        );
        assert!(
            said.iter().any(|said| said.contains("partition")),
            "{said:?}"
        );
        stopped(twin, "UPDATE t SET day = '2024-02-05'");
        stopped(twin, "DELETE FROM t");
        twin.both_take("INSERT INTO t VALUES (2, '2024-01-06', 2)");
        twin.run("ALTER TABLE t RENAME COLUMN n TO m;");
        stopped(twin, "UPDATE t SET day = '2024-02-05'");
        twin.same("SELECT id, day, m FROM t ORDER BY id");
        // A partition is no table, and nothing can stand on it.
        let on_one =
            "CREATE TRIGGER one BEFORE DELETE ON t_2 FOR EACH ROW EXECUTE FUNCTION gone();";
        twin.refused(on_one);
    });
}

/// What is switched off runs on no engine, be it a guard or not.
#[test]
fn one_that_is_switched_off() {
    each_anew(|twin| {
        twin.run(BEGIN);
        twin.run(SETS);
        guarded(twin, "BEFORE INSERT OR UPDATE");
        twin.run(
            "ALTER TABLE t DISABLE TRIGGER audit;
            INSERT INTO t (id, n) VALUES (20, 1);
            ALTER TABLE t DISABLE TRIGGER ALL;
            INSERT INTO t (id, n) VALUES (21, 1); UPDATE t SET n = 5 WHERE id = 1;",
        );
        twin.same(ROWS);
        twin.run("ALTER TABLE t ALTER COLUMN n TYPE bigint; ALTER TABLE t RENAME TO u;");
        twin.run("INSERT INTO u (id, n) VALUES (22, 1);");
        twin.omitted("ALTER TABLE u ENABLE TRIGGER audit, ENABLE TRIGGER a_sets;");
        stopped(twin, "INSERT INTO u (id, n) VALUES (23, 1);");
        twin.run("ALTER TABLE u DISABLE TRIGGER audit; DROP TRIGGER audit ON u;");
        twin.run("ALTER TABLE u ENABLE TRIGGER ALL; INSERT INTO u (id, n) VALUES (24, 1);");
        twin.run("ALTER TABLE u RENAME TO t;");
        twin.same(ROWS);
    });
}

#[test]
fn where_it_is_wanted_it_is_refused() {
    each(|twin| {
        twin.run(BEGIN);
        assert_eq!(
            twin.refused(
                "CREATE TRIGGER audit BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION odd();"
            ),
            ["trigger"]
        );
    });
}

/// The whole program: what is said, the live schema as it should be, the way down, and the override.
#[test]
fn from_the_command_line() {
    for engine in engines().into_iter().filter(|e| e.driver() != "postgres") {
        let (place, database) = (Place::new(), Database::new(engine));
        let driver = engine.driver();
        let run = |words: &str| {
            let url = &database.url;
            place.run(&format!("--url {url} --dialect postgres {words}"))
        };
        place.revision(
            "2026-01-01-101500_a",
            BEGIN,
            "DROP FUNCTION odd; DROP TABLE log; DROP TABLE t; DROP TABLE parent;",
        );
        place.revision(
            "2026-01-02-101500_b",
            "CREATE TRIGGER audit BEFORE INSERT OR DELETE ON t FOR EACH ROW EXECUTE FUNCTION odd();",
            "DROP TRIGGER audit ON t;",
        );
        place.revision(
            "2026-01-03-101500_c",
            "ALTER TABLE t ALTER COLUMN n SET NOT NULL;",
            "ALTER TABLE t ALTER COLUMN n DROP NOT NULL;",
        );
        let ran = run("upgrade");
        assert_eq!(ran.code, 0, "{ran:?}");
        assert!(
            ran.text().contains("the trigger `audit` on `t`")
                && ran.text().contains("(2026-01-02-101500_b/up.sql:1)"),
            "{ran:?}"
        );
        let script = run("upgrade --sql");
        assert!(
            script
                .stderr
                .contains("omitted: the trigger `audit` on `t`")
                && !script.stdout.contains("omitted"),
            "{script:?}"
        );
        let ran = run("status --drift");
        assert!(ran.stdout.contains("drift       none"), "{ran:?}");
        // As if it were known of no revision that it is applied, and all of them were.
        assert_eq!(run("stamp base").code, 0);
        assert_eq!(run("stamp --verify heads").code, 0);
        let write = "INSERT INTO t (id, n) VALUES (9, 1);";
        let output = database.client(write);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(said.contains("override for 2026-01-02-101500_b"), "{said}");
        let ran = run("downgrade -2");
        assert_eq!(ran.code, 0, "{ran:?}");
        assert!(database.client(write).status.success());
        // The override that is asked for.
        let own = match engine {
            Engine::Sqlite => {
                "CREATE TRIGGER audit AFTER INSERT ON t BEGIN INSERT INTO log VALUES (new.id, 'own'); END;"
            }
            _ => {
                "CREATE TRIGGER audit AFTER INSERT ON t FOR EACH ROW INSERT INTO log VALUES (NEW.id, 'own');"
            }
        };
        place.write(
            &format!("migrations/2026-01-02-101500_b/up.{driver}.sql"),
            own,
        );
        let ran = run("upgrade");
        assert_eq!(ran.code, 0, "{ran:?}");
        assert!(
            database
                .client("INSERT INTO t (id, n) VALUES (10, 1);")
                .status
                .success()
        );
        assert_eq!(database.query("SELECT what FROM log"), ["own"]);
    }
}

/// Made anew because the trigger beside it has no form any more, it was made twice.
#[test]
fn a_guard_beside_a_trigger_that_loses_its_form_is_made_once() {
    each_anew(|twin| {
        twin.run(BEGIN);
        twin.run(
            "CREATE FUNCTION noted() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
               IF NEW.status = 'x' THEN DELETE FROM log WHERE what = 'a'; ELSE UPDATE log SET what = 'b' WHERE id = 1; END IF; RETURN NEW; END $$;
             CREATE TRIGGER noted AFTER INSERT OR UPDATE ON t FOR EACH ROW EXECUTE FUNCTION noted();",
        );
        let odd = "CREATE FUNCTION set_name() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
               EXECUTE 'SELECT 1'; NEW.status := NULL; RETURN NEW; END $$;
             CREATE TRIGGER audit BEFORE UPDATE OF n ON t FOR EACH ROW WHEN (NEW IS DISTINCT FROM OLD) EXECUTE FUNCTION set_name();";
        assert!(!twin.omitted(odd).is_empty());
        twin.run("ALTER TABLE t RENAME COLUMN status TO state;");
        stopped(twin, "UPDATE t SET n = 7 WHERE id = 1;");
    });
}

/// What an UPDATE that a foreign key makes would see is another thing here; an INSERT sees the same.
#[test]
fn one_that_has_a_form_for_some_of_its_events() {
    const VALID: &str =
        "CREATE OR REPLACE FUNCTION valid() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        PERFORM FROM scope WHERE id = NEW.scope_id AND kind = 'org';
        IF NOT FOUND THEN RAISE EXCEPTION 'no org'; END IF;
        RETURN NEW; END $$;";
    each_anew(|twin| {
        twin.run(
            "CREATE TABLE scope (id integer PRIMARY KEY, kind text NOT NULL); INSERT INTO scope VALUES (1, 'org'), (2, 'project'), (3, 'org');
             CREATE TABLE member (id integer PRIMARY KEY, scope_id integer NOT NULL REFERENCES scope ON DELETE CASCADE ON UPDATE CASCADE, name text);",
        );
        let script = format!(
            "{VALID} CREATE TRIGGER audit BEFORE INSERT OR UPDATE ON member FOR EACH ROW EXECUTE FUNCTION valid();
             INSERT INTO member VALUES (10, 1, 'a'), (11, 3, 'b');"
        );
        let said = twin.omitted(&script);
        assert!(
            said.iter()
                .any(|said| said.contains("`member`: UPDATE that would run it fails here")),
            "{said:?}"
        );
        let stands = |twin: &mut Twin, table: &str, id: u32| {
            twin.run(&format!(
                "INSERT INTO {table} (id, scope_id) VALUES ({id}, 1);"
            ));
            twin.fails(&format!(
                "INSERT INTO {table} (id, scope_id) VALUES (99, 2);"
            ));
            stopped(twin, &format!("UPDATE {table} SET scope_id = 3;"));
            twin.same(&format!("SELECT id, scope_id FROM {table} ORDER BY id"));
        };
        stands(twin, "member", 12);
        assert_eq!(twin.refused("UPDATE member SET name = 'x';"), ["trigger"]);
        assert!(
            twin.target_error("UPDATE scope SET id = 4 WHERE id = 1;")
                .is_some()
        );
        for (change, id) in [
            ("ALTER TABLE member ALTER COLUMN name TYPE varchar(20);", 13),
            ("ALTER TABLE member ADD COLUMN n integer CHECK (n > 0);", 14),
            ("ALTER TABLE scope ADD COLUMN n integer CHECK (n > 0);", 15),
        ] {
            twin.run(change);
            stands(twin, "member", id);
        }
        twin.run("ALTER TABLE member RENAME TO members;");
        stands(twin, "members", 16);
        twin.both_take("DELETE FROM scope WHERE id = 3;");
        twin.same("SELECT id FROM members ORDER BY id");
        // A form for all of its events takes the place of both, and the other way round. InnoDB runs no trigger
        // for what foreign keys do to rows.
        twin.omitted("CREATE OR REPLACE FUNCTION valid() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF NEW.name = 'bad' THEN RAISE EXCEPTION 'bad'; END IF; RETURN NEW; END $$;");
        twin.fails("INSERT INTO members (id, scope_id, name) VALUES (99, 1, 'bad');");
        if is_sqlite(twin) {
            twin.fails("UPDATE members SET name = 'bad';");
            twin.run("UPDATE members SET name = 'good';");
        }
        twin.omitted(VALID);
        stands(twin, "members", 17);
        twin.run("DROP TRIGGER audit ON members; UPDATE members SET name = 'x'; INSERT INTO members VALUES (18, 2, 'y');");
        twin.both_take("UPDATE scope SET id = 4 WHERE id = 1;");
        twin.same("SELECT id, scope_id, name FROM members ORDER BY id");
    });
}

/// A trigger loses its form while the change of its table waits for another's, and is not the reason for
/// a change of its own.
#[test]
fn a_change_of_its_table_that_waits_is_made_once() {
    each_anew(|twin| {
        twin.run("CREATE TABLE s (id integer PRIMARY KEY); INSERT INTO s VALUES (1), (2);
            CREATE TABLE p (id integer PRIMARY KEY, s_id integer REFERENCES s ON DELETE CASCADE, n text); INSERT INTO p VALUES (5, 1, '7'), (6, 2, '8');
            CREATE TABLE c (id integer PRIMARY KEY, s_id integer CONSTRAINT c_s REFERENCES s);
            CREATE FUNCTION kept() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF NEW.s_id <> OLD.s_id THEN RAISE EXCEPTION 'no'; END IF; RETURN NEW; END $$;
            CREATE TRIGGER audit BEFORE UPDATE ON p FOR EACH ROW EXECUTE FUNCTION kept();");
        let said = twin.omitted(
            "ALTER TABLE c DROP CONSTRAINT c_s; ALTER TABLE p RENAME COLUMN s_id TO t_id; ALTER TABLE p ALTER COLUMN n TYPE integer USING n::integer + 1;",
        );
        assert!(
            said.iter()
                .any(|said| said.starts_with("trigger: the trigger `audit`")),
            "{said:?}"
        );
        twin.same("SELECT id, t_id, n FROM p ORDER BY id");
        stopped(twin, "UPDATE p SET n = 1;");
    });
}

/// A random history found it: the column's new name was not held yet when a guard of its table went, and
/// the table was made anew without the column's values.
#[test]
fn a_column_that_is_renamed_beneath_a_guard_keeps_its_values() {
    each_anew(|twin| {
        twin.run(
            "CREATE TABLE p (id integer PRIMARY KEY); INSERT INTO p VALUES (1);
             CREATE TABLE t (id integer PRIMARY KEY GENERATED BY DEFAULT AS IDENTITY, c integer REFERENCES p ON DELETE RESTRICT, d text);
             INSERT INTO t (c, d) VALUES (1, 'q');
             CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $f$ BEGIN IF NEW.c IS DISTINCT FROM OLD.c THEN NEW.id := -2; NEW.c := 2; END IF; RETURN NEW; END $f$;
             CREATE TRIGGER g BEFORE UPDATE OF c ON t FOR EACH ROW WHEN (NEW IS DISTINCT FROM OLD) EXECUTE FUNCTION f();
             CREATE TABLE u (id integer PRIMARY KEY, c integer NOT NULL);",
        );
        twin.run("ALTER TABLE t RENAME COLUMN c TO e; ALTER TABLE u ALTER COLUMN c DROP NOT NULL;");
        twin.same("SELECT id, e, d FROM t");
    });
}

/// A random history found it: of two guards, one was made anew with the column's new name before the table
/// had it, since the other was replaced.
#[test]
fn a_column_that_two_guards_name_is_renamed() {
    each_anew(|twin| {
        twin.run(
            "CREATE TABLE t (id integer PRIMARY KEY, c boolean NOT NULL DEFAULT false);
             INSERT INTO t (id) VALUES (1);
             CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $f$ BEGIN NEW.c := true; NEW.c := false; RETURN NEW; END $f$;
             CREATE TRIGGER f BEFORE UPDATE ON t FOR EACH ROW WHEN (NEW IS DISTINCT FROM OLD) EXECUTE FUNCTION f();
             CREATE FUNCTION g() RETURNS trigger LANGUAGE plpgsql AS $f$ BEGIN NEW.c := false; RETURN NEW; END $f$;
             CREATE TRIGGER g BEFORE UPDATE OF id ON t FOR EACH ROW WHEN (NEW.c IS DISTINCT FROM OLD.c) EXECUTE FUNCTION g();",
        );
        twin.run("ALTER TABLE t RENAME COLUMN c TO d;");
        twin.same("SELECT id, CASE WHEN d THEN 1 ELSE 0 END FROM t");
        assert!(twin.target_error("UPDATE t SET d = true").is_some());
    });
}

/// What a trigger does may be nothing at all, and names a column: in PostgreSQL every row fails once
/// that has another name, or is gone.
#[test]
fn one_that_changes_nothing_and_names_a_column_that_is_gone() {
    each_anew(|twin| {
        twin.run(
            "CREATE TABLE t (id integer PRIMARY KEY, c text);
             CREATE TABLE u (id integer PRIMARY KEY, c text, d text);
             CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $f$ BEGIN IF NEW.c IS DISTINCT FROM 'x' THEN NEW.c := NEW.c; END IF; RETURN NEW; END $f$;
             CREATE TRIGGER f BEFORE INSERT OR UPDATE ON t FOR EACH ROW EXECUTE FUNCTION f();
             CREATE TRIGGER f BEFORE INSERT OR UPDATE ON u FOR EACH ROW EXECUTE FUNCTION f();",
        );
        twin.run("INSERT INTO t VALUES (1, 'a'); INSERT INTO u VALUES (1, 'a', 'b');");
        twin.run("ALTER TABLE t RENAME COLUMN c TO e; ALTER TABLE u DROP COLUMN c;");
        for sql in [
            "INSERT INTO t VALUES (2, 'b')",
            "INSERT INTO u VALUES (2, 'b')",
        ] {
            assert_eq!(twin.refused(sql), ["trigger"], "{sql}");
            assert!(twin.target_error(sql).is_some(), "{sql}");
        }
        twin.run(
            "CREATE OR REPLACE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $f$ BEGIN RETURN NEW; END $f$;",
        );
        twin.run("INSERT INTO t VALUES (3, 'c'); INSERT INTO u VALUES (3, 'c');");
        twin.same("SELECT id, e FROM t ORDER BY id");
        twin.same("SELECT id, d FROM u ORDER BY id");
    });
}

/// A trigger whose function is replaced by one without a form is missed where a statement would have run
/// it, and not before: it may be dropped until then.
#[test]
fn a_trigger_that_loses_its_form_may_be_dropped_meanwhile() {
    const OTHER: &str = "CREATE OR REPLACE FUNCTION told() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO log VALUES (1); RETURN NULL; END $$;";
    let begin = |twin: &mut Twin| {
        twin.run(
            "CREATE TABLE t (id integer PRIMARY KEY, n integer); CREATE TABLE log (id integer);",
        );
        twin.run(
            "CREATE FUNCTION told() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_notify('t', 'x'); RETURN NULL; END $$;
             CREATE TRIGGER told AFTER INSERT OR DELETE OR TRUNCATE ON t FOR EACH STATEMENT EXECUTE FUNCTION told();",
        );
    };
    each_anew(|twin| {
        begin(twin);
        twin.refused(OTHER);
    });
    each_anew(|twin| {
        begin(twin);
        twin.refused(&format!(
            "{OTHER} INSERT INTO t VALUES (1, 1); DROP TRIGGER told ON t;"
        ));
    });
    each_anew(|twin| {
        begin(twin);
        twin.run(&format!(
            "{OTHER} DROP TRIGGER told ON t;
             CREATE TRIGGER told AFTER INSERT ON t FOR EACH ROW EXECUTE FUNCTION told();"
        ));
        twin.run("INSERT INTO t VALUES (1, 1), (2, 2);");
        twin.same("SELECT id FROM log");
    });
}
