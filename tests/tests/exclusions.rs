//! PostgreSQL's exclusion constraints, on every other engine: the same rows are taken, and the same
//! refused.

#![allow(clippy::unwrap_used, reason = "a panic is the report")]

use std::thread;

use aludel_tests::engine::Engine;
use aludel_tests::twin::{Twin, each, each_mysql};

fn is_sqlite(twin: &Twin) -> bool {
    twin.target.engine == Engine::Sqlite
}

/// What PostgreSQL needs to hold such a constraint with `=`.
fn begin(twin: &mut Twin) {
    twin.run("CREATE EXTENSION IF NOT EXISTS btree_gist;");
}

fn excluded(twin: &mut Twin, script: &str) {
    let said = twin.fails(script);
    assert!(said.contains("violates exclusion constraint"), "{said}");
}

fn inverted(twin: &mut Twin, script: &str) {
    let said = twin.fails(script);
    assert!(said.contains("range lower bound must be"), "{said}");
}

const STAY: &str = "CREATE TABLE stay (
    id integer PRIMARY KEY, room integer, a date NOT NULL, b date, note text,
    CONSTRAINT stay_overlap EXCLUDE USING gist (room WITH =, daterange(a, b, '[]') WITH &&));
";
const ROWS: &str =
    "SELECT id, coalesce(room, -1), a, coalesce(b, '2999-01-01') FROM stay ORDER BY id";

fn insert(rows: &str) -> String {
    format!("INSERT INTO stay (id, room, a, b) VALUES {rows};")
}

#[test]
fn rows_of_one_room_do_not_overlap() {
    each(|twin| {
        begin(twin);
        twin.run(STAY);
        twin.run(&insert(
            "(1, 1, '2020-01-01', '2020-01-10'), (2, 2, '2020-01-01', '2020-01-10'), (3, 1, '2020-01-11', NULL),
             (4, NULL, '2020-01-01', '2020-01-10'), (5, NULL, '2020-01-01', '2020-01-10')",
        ));
        excluded(twin, &insert("(6, 1, '2020-01-10', '2020-01-10')"));
        excluded(twin, &insert("(6, 1, '2021-01-10', NULL)"));
        excluded(
            twin,
            &insert("(6, 3, '2020-01-10', '2020-01-12'), (7, 3, '2020-01-12', '2020-01-13')"),
        );
        inverted(twin, &insert("(6, 3, '2020-01-10', '2020-01-09')"));
        inverted(twin, &insert("(6, NULL, '2020-01-10', '2020-01-09')"));
        twin.run(&insert(
            "(6, 3, '2020-01-10', '2020-01-12'), (7, 3, '2020-01-13', '2020-01-13')",
        ));
        twin.run("UPDATE stay SET note = 'x'; UPDATE stay SET b = '2020-01-11' WHERE room = 2;");
        excluded(twin, "UPDATE stay SET room = 1 WHERE room = 2;");
        excluded(twin, "UPDATE stay SET room = 1 WHERE id = 4;");
        excluded(twin, "UPDATE stay SET a = '2020-01-10' WHERE id = 3;");
        inverted(twin, "UPDATE stay SET b = '2019-01-01' WHERE id = 3;");
        // It does not overlap itself, nor what it was.
        twin.run("UPDATE stay SET a = a + 1, b = '2020-02-01' WHERE id = 3;");
        twin.run("DELETE FROM stay WHERE id = 1;");
        twin.run("UPDATE stay SET a = '2020-01-01' WHERE id = 3;");
        twin.same(ROWS);
    });
}

/// Also where the row that it has changed is one that an INSERT found to be there.
#[test]
fn what_on_conflict_changes_is_asked_too() {
    each(|twin| {
        begin(twin);
        twin.run(STAY);
        twin.run(&insert(
            "(1, 1, '2020-01-01', '2020-01-10'), (2, 1, '2020-01-11', '2020-01-12')",
        ));
        let on = |update: &str| {
            let insert = insert("(1, 1, '2020-01-01', '2020-01-10')");
            insert.replace(';', &format!(" ON CONFLICT (id) DO {update};"))
        };
        twin.run(&on("UPDATE SET b = '2020-01-09'"));
        excluded(twin, &on("UPDATE SET b = '2020-01-11'"));
        twin.run(&on("NOTHING"));
        twin.same(ROWS);
        let any =
            insert("(3, 1, '2020-01-01', '2020-01-10')").replace(';', " ON CONFLICT DO NOTHING;");
        assert_eq!(twin.refused(&any), ["exclusion"]);
    });
}

/// `[)`, which is what there is without a word, leaves the upper bound out; and a range may be empty.
#[test]
fn bounds_are_those_that_are_written() {
    for (bounds, meets) in [
        ("", false),
        (", '[)'", false),
        (", '(]'", false),
        (", '[]'::text", true),
    ] {
        each(|twin| {
            begin(twin);
            twin.run(&STAY.replace(", '[]'", bounds));
            twin.run(&insert("(1, 1, '2020-01-01', '2020-01-10')"));
            match meets {
                true => excluded(twin, &insert("(2, 1, '2020-01-10', '2020-01-12')")),
                false => twin.run(&insert("(2, 1, '2020-01-10', '2020-01-12')")),
            }
            let one_day = insert("(3, 1, '2020-01-05', '2020-01-05')");
            match meets {
                true => excluded(twin, &one_day),
                false => twin.run(&one_day),
            }
            twin.same(ROWS);
        });
    }
}

#[test]
fn numbers_and_moments_make_ranges_too() {
    each(|twin| {
        begin(twin);
        twin.run(
            "CREATE TABLE n (id integer PRIMARY KEY, a integer, b integer,
                EXCLUDE USING gist (int4range(a, b) WITH &&));
            CREATE TABLE s (id integer PRIMARY KEY, state text NOT NULL, a timestamp NOT NULL,
                CONSTRAINT slot EXCLUDE USING gist (tsrange(a, a + interval '10 minutes', '[)') WITH &&)
                    WHERE (state IN ('open', 'held')));
            CREATE TABLE z (id integer PRIMARY KEY, a timestamptz NOT NULL, b timestamptz,
                EXCLUDE USING gist (tstzrange(a, b, '[]') WITH &&));
            CREATE TABLE d (id integer PRIMARY KEY, a numeric(10,2), b numeric(10,2), e bool NOT NULL,
                CONSTRAINT d_excl EXCLUDE USING gist (numrange(a, coalesce(b, 100), '()') WITH &&) WHERE (NOT e));",
        );
        twin.run("INSERT INTO n VALUES (1, 1, 3), (2, 3, 4), (3, 3, 3), (4, NULL, 1);");
        excluded(twin, "INSERT INTO n VALUES (5, 2, 10);");
        excluded(twin, "INSERT INTO n VALUES (5, 3, NULL);");
        excluded(twin, "INSERT INTO n VALUES (5, NULL, NULL);");
        excluded(twin, "INSERT INTO n VALUES (5, -10, -9);");
        inverted(twin, "UPDATE n SET a = 5 WHERE id = 2;");
        twin.run("UPDATE n SET a = 4, b = NULL WHERE id = 3; UPDATE n SET b = 2 WHERE id = 1;");
        twin.same("SELECT id, coalesce(a, -1), coalesce(b, -1) FROM n ORDER BY id");

        twin.run("INSERT INTO s VALUES (1, 'open', '2020-01-01 10:00:00'), (2, 'held', '2020-01-01 10:10:00'),
            (3, 'shut', '2020-01-01 10:05:00');");
        excluded(
            twin,
            "INSERT INTO s VALUES (4, 'held', '2020-01-01 10:19:59.999');",
        );
        excluded(
            twin,
            "INSERT INTO s VALUES (4, 'open', '2020-01-01 09:50:00.001');",
        );
        twin.run("INSERT INTO s VALUES (4, 'open', '2020-01-01 09:50:00'), (5, 'shut', '2020-01-01 09:50:00');");
        excluded(twin, "UPDATE s SET state = 'open' WHERE id = 3;");
        excluded(
            twin,
            "UPDATE s SET a = a + interval '1 second' WHERE id = 4;",
        );
        twin.run("UPDATE s SET a = a - interval '1 second' WHERE id = 4;");
        twin.same("SELECT id, state FROM s ORDER BY id");

        twin.run("INSERT INTO z VALUES (1, '2020-01-01 10:00:00+00', '2020-01-01 11:00:00+00'), (2, '2020-01-01 11:00:00.5+00', NULL);");
        excluded(
            twin,
            "INSERT INTO z VALUES (3, '2020-01-01 09:00:00+00', '2020-01-01 10:00:00+00');",
        );
        excluded(
            twin,
            "INSERT INTO z VALUES (3, '2020-01-01 11:00:00.2+00', '2020-01-01 11:00:00.50+00');",
        );
        twin.run(
            "INSERT INTO z VALUES (3, '2020-01-01 11:00:00.2+00', '2020-01-01 11:00:00.4+00');",
        );
        twin.same("SELECT id FROM z ORDER BY id");

        twin.run("INSERT INTO d VALUES (1, 1.5, 2.5, false), (2, 2.5, 2.5, false), (3, 2.5, 10, false), (4, 2, 3, true);");
        excluded(twin, "INSERT INTO d VALUES (5, 9.99, 11, false);");
        excluded(twin, "INSERT INTO d VALUES (5, 5, NULL, false);");
        excluded(twin, "UPDATE d SET e = false WHERE id = 4;");
        inverted(twin, "INSERT INTO d VALUES (5, 101, NULL, false);");
        twin.run("INSERT INTO d VALUES (5, 10, NULL, false), (6, 101, NULL, true), (7, 100, NULL, false);");
        twin.same("SELECT id FROM d ORDER BY id");
    });
}

const PLAIN: &str = "CREATE TABLE stay (id integer PRIMARY KEY, room integer NOT NULL, a date NOT NULL, b date, st text NOT NULL DEFAULT 'x');";
const ADDED: &str = "ALTER TABLE stay ADD CONSTRAINT \"no$overlap\" EXCLUDE USING gist (room WITH =, daterange(a, b) WITH &&) WHERE (st = 'x');";

#[test]
fn a_constraint_that_is_added_asks_the_rows_that_are_there() {
    each(|twin| {
        begin(twin);
        twin.run(PLAIN);
        twin.both_take(&insert(
            "(1, 1, '2020-01-01', '2020-01-10'), (2, 1, '2020-01-09', '2020-01-10')",
        ));
        twin.both_take("UPDATE stay SET st = 'y' WHERE id = 2");
        twin.run(ADDED);
        excluded(twin, "UPDATE stay SET st = 'x';");
        twin.run("ALTER TABLE stay DROP CONSTRAINT \"no$overlap\";");
        twin.run("UPDATE stay SET st = 'x';");
        twin.fails(ADDED);
    });
    each(|twin| {
        begin(twin);
        twin.run(PLAIN);
        twin.both_take(
            "INSERT INTO stay (id, room, a, b) VALUES (1, 1, '2020-01-10', '2020-01-09')",
        );
        twin.fails(ADDED);
    });
}

#[test]
fn a_constraint_follows_names_and_goes_on_when_its_table_is_made_anew() {
    each(|twin| {
        begin(twin);
        twin.run(&format!("{PLAIN}{ADDED}"));
        twin.run(&insert("(1, 1, '2020-01-01', '2020-01-10')"));
        twin.run("ALTER TABLE stay RENAME COLUMN a TO since;");
        twin.run("ALTER TABLE stay RENAME COLUMN st TO \"Status\"; ALTER TABLE stay RENAME COLUMN b TO \"WITH\";");
        twin.run("ALTER TABLE stay RENAME TO stays;");
        let more = "INSERT INTO stays (id, room, since, \"WITH\") VALUES (2, 1, '2020-01-09', '2020-01-10');";
        excluded(twin, more);
        twin.run("ALTER TABLE stays ADD COLUMN z integer NOT NULL DEFAULT 3 CHECK (z > 0);");
        twin.run("ALTER TABLE stays ALTER COLUMN z TYPE bigint, ALTER COLUMN room DROP NOT NULL;");
        excluded(twin, more);
        // Other values of the column are asked again.
        twin.run("INSERT INTO stays (id, room, since, \"WITH\") VALUES (2, 2, '2020-01-09', '2020-01-10');");
        twin.fails("ALTER TABLE stays ALTER COLUMN room TYPE bigint USING room / 10;");
    });
    each(|twin| {
        begin(twin);
        twin.run(&format!("{PLAIN}{ADDED}"));
        twin.run(&insert(
            "(1, 1, '2020-01-01', '2020-01-10'), (2, 2, '2020-01-01', '2020-01-10')",
        ));
        twin.run("ALTER TABLE stay ALTER COLUMN room TYPE bigint USING room + 5;");
        excluded(twin, "UPDATE stay SET room = 6;");
        twin.run("ALTER TABLE stay RENAME CONSTRAINT \"no$overlap\" TO other;");
        let said = twin.fails("UPDATE stay SET room = 6;");
        assert!(said.contains("\"other\""), "{said}");
        twin.run("ALTER TABLE stay DROP CONSTRAINT other;");
        twin.run("UPDATE stay SET room = 6;");
        twin.run("DROP TABLE stay;");
        twin.run(STAY);
        twin.run("DROP TABLE stay; CREATE TABLE stay (id integer);");
    });
}

/// A range that a column holds as PostgreSQL writes it.
#[test]
fn ranges_that_columns_hold_do_not_overlap() {
    let days = [
        "[2020-01-01,2020-02-01)",
        "[2020-02-01,2020-02-02)",
        "empty",
        "empty",
        "(,2020-01-01)",
        "[2020-03-01,)",
    ];
    let other_days = [
        "[2020-01-31,2020-02-01)",
        "[2020-02-02,2020-03-02)",
        "(,)",
        "[2019-01-01,2019-01-02)",
    ];
    let numbers = ["[1,5)", "[5,6)", "empty", "(,-10)", "[10,)", "[-10,0)"];
    let other_numbers = ["[4,5)", "[9,11)", "(,)", "[-11,-10)", "[-1,1)"];
    let moments = [
        "[\"2020-01-01 00:00:00\",\"2020-01-02 00:00:00\")",
        "[\"2020-01-02 00:00:00\",\"2020-01-02 00:00:00\"]",
        "(\"2020-01-02 00:00:00\",\"2020-01-02 00:00:00.5\"]",
        "(\"2020-01-02 00:00:00.5\",)",
        "(,\"2020-01-01 00:00:00\")",
        "empty",
    ];
    let other_moments = [
        "[\"2020-01-02 00:00:00\",\"2020-01-02 00:00:00\"]",
        "[\"2020-01-02 00:00:00.5\",\"2020-01-02 00:00:00.5\"]",
        "(,\"2020-01-01 00:00:00\"]",
        "(,)",
        "[\"2020-01-02 00:00:00.25\",\"2020-01-02 00:00:00.251\"]",
    ];
    // With the zone in which the session of this test speaks.
    let zoned = |text: &str| text.replace("00\"", "00+00\"").replace(".5\"", ".5+00\"");
    for (ty, rows, others) in [
        ("daterange", &days[..], &other_days[..]),
        ("int4range", &numbers, &other_numbers),
        ("int8range", &numbers, &other_numbers),
        ("tsrange", &moments, &other_moments),
        ("tstzrange", &moments, &other_moments[..4]),
    ] {
        let text = |text: &str| match ty {
            "tstzrange" => zoned(text),
            _ => text.to_owned(),
        };
        each(|twin| {
            begin(twin);
            twin.run(&format!("CREATE TABLE p (id integer PRIMARY KEY, who integer NOT NULL, r {ty}, st text NOT NULL DEFAULT 'x');"));
            twin.run("ALTER TABLE p ADD CONSTRAINT p_excl EXCLUDE USING gist (who WITH =, r WITH &&) WHERE (st = 'x');");
            // An application writes what no script can.
            let row = |id: usize, who: i32, range: &str, st: &str| {
                format!(
                    "INSERT INTO p VALUES ({id}, {who}, '{}', '{st}')",
                    text(range)
                )
            };
            for (id, range) in rows.iter().enumerate() {
                twin.both_take(&row(id, 1, range, "x"));
            }
            twin.both_take("INSERT INTO p VALUES (50, 1, NULL, 'x')");
            for (id, range) in others.iter().enumerate() {
                let refused = row(99, 1, range, "x");
                let said = twin.target_error(&refused).unwrap();
                assert!(said.contains("p_excl"), "{refused}: {said}");
                twin.authored.client(&refused);
                assert_eq!(twin.same("SELECT count(*) FROM p WHERE id = 99"), ["0"]);
                twin.both_take(&row(100 + id, 2 + i32::try_from(id).unwrap(), range, "x"));
                twin.both_take(&row(200 + id, 1, range, "y"));
            }
            excluded(twin, "UPDATE p SET who = 1 WHERE id >= 100;");
            excluded(twin, "UPDATE p SET st = 'x' WHERE id >= 200;");
            twin.both_take("DELETE FROM p WHERE id < 100 OR id >= 200");
            twin.run("UPDATE p SET who = id;");
            twin.run("ALTER TABLE p DROP CONSTRAINT p_excl;");
            twin.run("UPDATE p SET who = 1;");
            twin.fails(
                "ALTER TABLE p ADD CONSTRAINT p_excl EXCLUDE USING gist (who WITH =, r WITH &&);",
            );
        });
    }
}

/// Another text of the same range would not be found to overlap: none is held.
#[test]
fn a_range_in_another_form_fails() {
    for (ty, texts) in [
        (
            "daterange",
            &[
                "[2020-01-01,2020-01-31]",
                "[2020-1-1,2020-01-31)",
                "[2020-01-01, 2020-01-31)",
                "Empty",
                "[2020-01-01,2020-01-01)",
            ][..],
        ),
        (
            "int4range",
            &["[1,5]", "(1,5)", "[01,5)", "[1,1)", " [1,5)", "[,5)"],
        ),
        (
            "tsrange",
            &[
                "[2020-01-01 00:00:00,)",
                "[\"2020-01-01 00:00:00.50\",)",
                "[\"2020-01-01T00:00:00\",)",
                "[\"2020-01-01 00:00:00\",]",
            ],
        ),
        (
            "tstzrange",
            &[
                "[\"2020-01-01 00:00:00+02\",)",
                "[\"2020-01-01 00:00:00\",)",
                "(,\"2020-01-01 00:00:00+00:00\")",
            ],
        ),
    ] {
        each(|twin| {
            begin(twin);
            twin.run(&format!(
                "CREATE TABLE p (id integer PRIMARY KEY, r {ty}, EXCLUDE USING gist (r WITH &&));"
            ));
            for text in texts {
                let insert = format!("INSERT INTO p VALUES (1, '{text}')");
                assert!(twin.target_error(&insert).is_some(), "{text}");
            }
        });
    }
}

/// Where only `=` is asked, it is a key, and one of some rows an index. What PostgreSQL calls them is known.
#[test]
fn equal_values_alone_are_unique() {
    each(|twin| {
        begin(twin);
        twin.run(
            "CREATE TABLE u (id integer PRIMARY KEY, a integer, b integer, gone boolean NOT NULL DEFAULT false,
                EXCLUDE USING gist (a WITH =), EXCLUDE (a WITH =, b WITH =), CONSTRAINT part EXCLUDE (b WITH =) WHERE (NOT gone));",
        );
        twin.run("INSERT INTO u (id, a, b) VALUES (1, 1, 1), (2, NULL, NULL), (3, NULL, NULL), (4, 2, 2);");
        twin.fails("INSERT INTO u (id, a) VALUES (5, 1);");
        twin.fails("INSERT INTO u (id, b) VALUES (5, 1);");
        twin.run("INSERT INTO u (id, b, gone) VALUES (5, 1, true);");
        twin.fails("UPDATE u SET gone = false;");
        twin.run("INSERT INTO u (id, a) VALUES (6, 1) ON CONFLICT DO NOTHING;");
        twin.run("ALTER TABLE u DROP CONSTRAINT u_a_excl, DROP CONSTRAINT u_a_b_excl, DROP CONSTRAINT part;");
        twin.run("INSERT INTO u (id, a, b) VALUES (6, 1, 1);");
        twin.same("SELECT id FROM u ORDER BY id");
        twin.run(&STAY.replace("CONSTRAINT stay_overlap ", ""));
        twin.run("ALTER TABLE stay DROP CONSTRAINT stay_room_daterange_excl;");
    });
}

/// A row excludes none that is equal to it.
#[test]
fn values_that_differ_exclude_each_other() {
    each(|twin| {
        begin(twin);
        twin.run(
            "CREATE TABLE pair (pair integer NOT NULL, k integer NOT NULL, person integer NOT NULL, a date NOT NULL, touched timestamptz,
                PRIMARY KEY (pair, k), CONSTRAINT alike EXCLUDE USING gist (pair WITH =, a WITH <>));
            CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.touched = now(); RETURN NEW; END $$;
            CREATE TRIGGER touch BEFORE UPDATE ON pair FOR EACH ROW EXECUTE FUNCTION touch();",
        );
        let rows = |rows: &str| format!("INSERT INTO pair (pair, k, person, a) VALUES {rows};");
        twin.run(&rows(
            "(1, 1, 5, '2020-01-01'), (1, 2, 6, '2020-01-01'), (2, 1, 5, '2021-01-01')",
        ));
        excluded(twin, &rows("(2, 2, 6, '2021-01-02')"));
        excluded(
            twin,
            &rows("(3, 1, 6, '2021-01-02'), (3, 2, 6, '2021-01-03')"),
        );
        excluded(
            twin,
            "UPDATE pair SET a = '2020-01-02' WHERE k = 1 AND pair = 1;",
        );
        twin.run("UPDATE pair SET a = '2020-01-02' WHERE pair = 2; UPDATE pair SET k = k + 10;");
        twin.same("SELECT pair, k, a FROM pair ORDER BY pair, k");
    });
}

/// A key that is checked at the end of a transaction is checked row by row.
#[test]
fn one_that_is_deferred_is_asked_row_by_row() {
    each(|twin| {
        begin(twin);
        let deferred = STAY.replace("WITH &&)", "WITH &&) DEFERRABLE INITIALLY DEFERRED");
        let left = twin.omitted(&deferred);
        assert!(
            left.iter().any(|left| left.starts_with("deferrable-key: ")),
            "{left:?}"
        );
        twin.run(&insert("(1, 1, '2020-01-01', '2020-01-10')"));
        excluded(twin, &insert("(2, 1, '2020-01-01', '2020-01-10')"));
    });
}

/// What foreign keys do to rows is asked too where their engine runs triggers for it.
#[test]
fn what_foreign_keys_set_is_asked() {
    each(|twin| {
        begin(twin);
        twin.run("CREATE TABLE room (id integer PRIMARY KEY);");
        let stay = "CREATE TABLE stay (id integer PRIMARY KEY, room integer REFERENCES room ON DELETE SET NULL, a integer NOT NULL,
            CONSTRAINT once EXCLUDE USING gist (coalesce(room, 0) WITH =, a WITH <>));";
        if !is_sqlite(twin) {
            assert_eq!(twin.refused(stay), ["trigger"]);
            return;
        }
        twin.run(stay);
        twin.run("INSERT INTO room VALUES (1), (2); INSERT INTO stay VALUES (1, 1, 1), (2, 2, 2);");
        twin.run("DELETE FROM room WHERE id = 1;");
        twin.fails("DELETE FROM room WHERE id = 2;");
        twin.same("SELECT id, coalesce(room, -1) FROM stay ORDER BY id");
    });
    each(|twin| {
        begin(twin);
        twin.run("CREATE TABLE room (id integer PRIMARY KEY);");
        twin.run(&STAY.replace(
            "room integer",
            "room integer REFERENCES room ON DELETE CASCADE",
        ));
        twin.run("INSERT INTO room VALUES (1), (2);");
        twin.run(&insert(
            "(1, 1, '2020-01-01', '2020-01-10'), (2, 2, '2020-01-01', '2020-01-10')",
        ));
        twin.run("DELETE FROM room WHERE id = 1;");
        twin.same(ROWS);
    });
}

#[test]
fn what_has_no_form_is_refused() {
    each(|twin| {
        begin(twin);
        for exclude in [
            "box(point(a, a), point(b, b)) WITH &&",
            "a WITH =, daterange(c, c, '()') WITH &&",
            "a WITH <, c WITH =",
        ] {
            let table = format!(
                "CREATE TABLE t (a integer, b integer, c date, EXCLUDE USING gist ({exclude}));"
            );
            let refused = twin.refused(&table);
            assert_eq!(refused[0], "exclusion", "{exclude}");
            twin.refused("DROP TABLE t;");
        }
    });
}

/// Two sessions of which neither sees what the other has not committed.
#[test]
fn two_sessions_do_not_pass_each_other() {
    each_mysql(|twin| {
        begin(twin);
        twin.run(STAY);
        let first = format!(
            "START TRANSACTION; {} SELECT SLEEP(2); COMMIT;",
            insert("(1, 1, '2020-01-01', '2020-01-10')")
        );
        let second = format!(
            "START TRANSACTION; SELECT count(*) FROM stay; SELECT SLEEP(1); {} COMMIT;",
            insert("(2, 1, '2020-01-10', '2020-01-12')")
        );
        let (first, second) = thread::scope(|scope| {
            let first = scope.spawn(|| twin.target_error(&first));
            let second = scope.spawn(|| twin.target_error(&second));
            (first.join().unwrap(), second.join().unwrap())
        });
        assert_eq!(first, None);
        let second = second.unwrap();
        assert!(second.contains("stay_overlap"), "{second}");
        assert_eq!(twin.target.query("SELECT id FROM stay"), ["1"]);
    });
}

/// Equal documents and arrays may be other texts: a key over them is a trigger, too.
#[test]
fn documents_and_arrays_are_unique() {
    each(|twin| {
        let arrays = "CREATE TYPE kind AS ENUM ('a', 'b');
            CREATE TABLE t (id integer PRIMARY KEY, name text NOT NULL, kinds kind[], tags text[], UNIQUE (name, tags));
            CREATE UNIQUE INDEX t_kinds ON t (name, kinds) WHERE id < 100;";
        twin.run(arrays);
        let row = |row: &str| format!("INSERT INTO t VALUES {row};");
        twin.run(&row("(1, 'x', '{a}', '{q,r}'), (2, 'x', '{a,b}', '{r,q}'), (3, 'x', NULL, NULL), (4, 'x', NULL, NULL), (5, 'y', '{a}', '{}')"));
        let refused = |twin: &mut Twin, script: &str| {
            let said = twin.fails(script);
            assert!(said.contains("duplicate key value"), "{said}");
        };
        refused(twin, &row("(6, 'x', '{}', '{q,r}')"));
        refused(twin, &row("(6, 'x', '{a,b}', '{}')"));
        refused(twin, "UPDATE t SET tags = '{q,r}' WHERE name = 'x';");
        twin.run(&row("(100, 'x', '{a,b}', '{}')"));
        twin.run("UPDATE t SET tags = array_append(tags, 'z') WHERE tags IS NOT NULL;");
        assert_eq!(
            twin.refused(
                "INSERT INTO t VALUES (7, 'x', '{b}', '{q}') ON CONFLICT (name, tags) DO NOTHING;"
            ),
            ["conflict-key"]
        );
        twin.run("DROP INDEX t_kinds; ALTER TABLE t DROP CONSTRAINT t_name_tags_key;");
        twin.run(&row("(6, 'x', '{a}', '{q,r,z}')"));
        twin.fails("CREATE UNIQUE INDEX t_kinds ON t (name, kinds);");
    });
}

/// `MariaDB` compares documents by their texts' escapes, and takes a key twice: no trigger stands for a key there.
#[test]
fn documents_are_unique_whatever_their_texts() {
    each(|twin| {
        let table = "CREATE TABLE d (id integer PRIMARY KEY, n integer, x jsonb NOT NULL DEFAULT '{}', UNIQUE (n, x));";
        if twin.target.engine == Engine::Mariadb {
            assert_eq!(twin.refused(table)[0], "key-type");
            return;
        }
        twin.run(table);
        let row = |id: usize, text: &str| format!("INSERT INTO d VALUES ({id}, 1, '{text}')");
        let texts = [
            r#"{"a": 1, "b": {"c": "é", "d": [1,2.50,null,true,{}]}}"#,
            r#"{"a": 1, "b": {"c": "é", "d": [1,2.50,null,true,[]]}}"#,
            r#""1""#,
            "1",
            "true",
            r#""true""#,
            "null",
            "{}",
            "[]",
            r#""""#,
            r#"{"a.b":1}"#,
            r#"{"a":{"b":1}}"#,
            r#"{"[0]":1}"#,
            "[1]",
            "[[1],2]",
            "[[1,2]]",
            "[1,[2]]",
            "9007199254740993",
            "9007199254740995",
            r#"{"x":"a b"}"#,
            r#"{"x":"A b"}"#,
        ];
        for (id, text) in texts.iter().enumerate() {
            twin.both_take(&row(id, text));
        }
        for same in [
            r#"{"b": {"d":[1.0,2.5,null,true,{}], "c":"é"},"a":1.00}"#,
            " 1.0 ",
            "[ ]",
            "[1e0]",
            r#"{"x" : "a b"}"#,
            r#"[[1,2.0]]"#,
        ] {
            twin.authored.client(&row(99, same));
            let said = twin.target_error(&row(99, same)).unwrap();
            assert!(said.contains("duplicate key value"), "{said}");
        }
        if is_sqlite(twin) {
            // PostgreSQL keeps the last of the two.
            assert!(twin.target_error(&row(98, r#"{"a":1,"a":2}"#)).is_some());
        }
        twin.same("SELECT id FROM d ORDER BY id");
        twin.run("ALTER TABLE d RENAME COLUMN x TO y;");
        twin.fails("INSERT INTO d (id, n, y) VALUES (97, 1, '[]');");
        twin.run(
            "INSERT INTO d (id, n, y) VALUES (97, 2, '[]'), (96, NULL, '[]'), (95, NULL, '[]');",
        );
    });
}

/// A random history found it: the key went, and nothing stood for it.
#[test]
fn a_key_over_a_domain_of_documents_is_one_too() {
    each(|twin| {
        let table = "CREATE DOMAIN d AS jsonb CHECK (jsonb_typeof(VALUE) <> 'array'); CREATE DOMAIN span AS daterange;
            CREATE TABLE t (id integer PRIMARY KEY, n bigint, c d DEFAULT '\"x\"', UNIQUE (n, c));";
        if twin.target.engine == Engine::Mariadb {
            assert_eq!(twin.refused(table), ["key-type"]);
            return;
        }
        twin.run(table);
        twin.run("INSERT INTO t VALUES (1, 3, '\"x\"'), (2, 4, '{\"a\": 1}');");
        twin.fails("INSERT INTO t (id, n) VALUES (3, 3);");
        twin.fails("INSERT INTO t VALUES (3, 4, '{\"a\":1}');");
        twin.run("ALTER TABLE t RENAME COLUMN n TO m; ALTER TABLE t ADD COLUMN e text NOT NULL DEFAULT 'q' CHECK (e <> '');");
        twin.fails("INSERT INTO t (id, m) VALUES (3, 3);");
        twin.run("ALTER DOMAIN d SET NOT NULL;");
        twin.fails("INSERT INTO t (id, m) VALUES (3, 3);");
        twin.run("ALTER DOMAIN d SET NOT NULL;");
        twin.fails("INSERT INTO t (id, m) VALUES (3, 3);");
        twin.run("ALTER TABLE t DROP CONSTRAINT t_n_c_key;");
        twin.run("INSERT INTO t (id, m) VALUES (3, 3);");
        twin.same("SELECT count(*) FROM t");
    });
}
