//! Random triggers that have no form, and random writes: what runs the trigger in PostgreSQL fails elsewhere,
//! and what goes through leaves the same rows.
//!
//! `ALUDEL_TEST_SEED` and `ALUDEL_TEST_ROUNDS` say which, and how many.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a panic is the report, and what a round did is told"
)]

use aludel_tests::seeded::Random;
use aludel_tests::twin::{Twin, each_anew};

const FUNCTION: &str = "CREATE FUNCTION odd() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE v integer;
BEGIN
  FOR v IN 1..1 LOOP NULL; END LOOP;
  INSERT INTO log (what) VALUES (TG_OP);
  IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
  RETURN NEW;
END $$;";

/// The table, by the names that it and one of its columns have by now.
struct Names {
    table: &'static str,
    status: &'static str,
}

fn number(name: &str, otherwise: u64) -> u64 {
    let value = std::env::var(name).ok();
    value.map_or(otherwise, |value| value.parse().expect("a number"))
}

/// `BEFORE INSERT OR UPDATE OF n ON t FOR EACH ROW WHEN (…)`.
fn runs(random: &mut Random) -> String {
    let mut events: Vec<String> = ["INSERT", "UPDATE", "DELETE"]
        .iter()
        .filter(|_| !random.one_in(3))
        .map(ToString::to_string)
        .collect();
    if events.is_empty() {
        events.push("UPDATE".into());
    }
    let has = |event: &str| events.iter().any(|one| one == event);
    let mut conditions = Vec::new();
    if !has("DELETE") {
        conditions.extend([
            "NEW.status IS NOT NULL",
            "NEW.n > 1",
            "NEW.name = 'a'",
            "NEW.id > 2 AND NEW.status = 'set'",
            "NEW.parent IS NULL",
        ]);
    }
    if !has("INSERT") {
        conditions.extend(["OLD.n > 1", "OLD.status = 'x'", "OLD.parent = 1"]);
    }
    if !has("INSERT") && !has("DELETE") {
        conditions.extend([
            "OLD.* IS DISTINCT FROM NEW.*",
            "OLD.status IS DISTINCT FROM NEW.status",
            "NEW.n <> OLD.n OR NEW.name IS NULL",
            "OLD.parent IS DISTINCT FROM NEW.parent",
        ]);
    }
    let condition = match conditions.is_empty() || random.one_in(3) {
        true => String::new(),
        false => format!(" WHEN ({})", random.pick(&conditions)),
    };
    if has("UPDATE") && random.one_in(2) {
        let of = random.pick(&["status", "n, name", "parent", "twice", "id"]);
        for event in events.iter_mut().filter(|event| *event == "UPDATE") {
            *event = format!("UPDATE OF {of}");
        }
    }
    let time = random.pick(&["BEFORE", "AFTER"]);
    format!(
        "{time} {} ON t FOR EACH ROW{condition} EXECUTE FUNCTION odd();",
        events.join(" OR ")
    )
}

fn begin(random: &mut Random) -> String {
    let mut action = |on: &str| {
        let action = random.pick(&["", "CASCADE", "SET NULL", "RESTRICT"]);
        match action.is_empty() {
            true => String::new(),
            false => format!(" ON {on} {action}"),
        }
    };
    let (on_delete, on_update) = (action("DELETE"), action("UPDATE"));
    format!(
        "CREATE TABLE parent (id integer PRIMARY KEY, name text);
        CREATE TABLE t (id integer PRIMARY KEY, name text, n integer, status text DEFAULT 'x',
            parent integer REFERENCES parent (id){on_delete}{on_update}, twice integer GENERATED ALWAYS AS (n * 2) STORED);
        CREATE TABLE log (id serial PRIMARY KEY, what text);
        INSERT INTO parent VALUES (1, 'a'), (2, 'b'), (3, NULL);
        INSERT INTO t (id, name, n, status, parent) VALUES (1, 'a', 1, 'x', 1), (2, 'b', 2, 'y', 1), (3, NULL, 3, NULL, 2), (4, 'a', NULL, 'set', NULL);
        {FUNCTION}"
    )
}

fn setter(random: &mut Random) -> String {
    let sets = random.pick(&["NEW.status := 'set';", "NEW.name := lower(NEW.name);"]);
    let runs = random.pick(&["INSERT", "UPDATE", "INSERT OR UPDATE"]);
    let name = random.pick(&["a_sets", "z_sets"]);
    format!(
        "CREATE FUNCTION sets() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {sets} RETURN NEW; END $$;
        CREATE TRIGGER {name} BEFORE {runs} ON t FOR EACH ROW EXECUTE FUNCTION sets();"
    )
}

fn statement(random: &mut Random, names: &Names) -> String {
    let Names { table, status } = names;
    let id = random.below(6);
    let text = *random.pick(&["'a'", "'A'", "'set'", "NULL", "'x'"]);
    let n = random.below(5);
    let parent = *random.pick(&["1", "2", "NULL"]);
    let at = *random.pick(&[
        "",
        " WHERE id = 1",
        " WHERE id > 2",
        " WHERE n > 1",
        " WHERE id = 70",
    ]);
    match random.below(11) {
        0 => format!(
            "INSERT INTO {table} (id, name, n, {status}, parent) VALUES ({}, {text}, {n}, {text}, {parent});",
            id + 5
        ),
        1 => format!(
            "INSERT INTO {table} (id, name, n) VALUES ({}, {text}, {n});",
            id + 5
        ),
        2 => format!(
            "INSERT INTO {table} (id, name, n) SELECT id + 20, name, {n} FROM parent WHERE id <= {id};"
        ),
        3 => format!("UPDATE {table} SET {status} = {text}{at};"),
        4 => format!("UPDATE {table} SET n = {n}, name = {text}{at};"),
        5 => format!("UPDATE {table} SET name = name, n = n{at};"),
        6 => format!("UPDATE {table} SET parent = {parent}{at};"),
        7 => format!("DELETE FROM {table} WHERE id = {id};"),
        8 => format!("DELETE FROM parent WHERE id = {id};"),
        9 => format!("UPDATE parent SET id = id + 10 WHERE id = {id};"),
        _ => format!("UPDATE parent SET name = {text};"),
    }
}

fn change(random: &mut Random, names: &mut Names, step: usize) -> String {
    let Names { table, status } = *names;
    match random.below(8) {
        0 => format!("ALTER TABLE {table} ADD COLUMN more_{step} integer NOT NULL DEFAULT 3;"),
        1 => format!("ALTER TABLE {table} ALTER COLUMN n TYPE bigint;"),
        2 => format!("ALTER TABLE {table} ADD CONSTRAINT c_{step} CHECK (n < 1000);"),
        3 if table == "t" => {
            names.table = "u";
            "ALTER TABLE t RENAME TO u;".into()
        }
        4 if status == "status" => {
            names.status = "state";
            format!("ALTER TABLE {table} RENAME COLUMN status TO state;")
        }
        5 => format!(
            "ALTER TABLE {table} DROP CONSTRAINT t_parent_fkey; ALTER TABLE {table} ADD CONSTRAINT t_parent_fkey FOREIGN KEY (parent) REFERENCES parent ON DELETE CASCADE ON UPDATE CASCADE;"
        ),
        6 => format!("ALTER TABLE {table} ADD COLUMN made_{step} uuid DEFAULT gen_random_uuid();"),
        _ => "ALTER TABLE parent ADD COLUMN IF NOT EXISTS more integer;".into(),
    }
}

/// How often PostgreSQL's trigger runs for a statement; nothing if that fails. It is taken back.
fn runs_there(twin: &Twin, sql: &str) -> Option<usize> {
    let script = format!(
        "\\set ON_ERROR_STOP on\nBEGIN; {sql} SELECT 'ran ' || count(*) FROM log; ROLLBACK;"
    );
    let output = twin.authored.client(&script);
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let ran = text
        .lines()
        .find_map(|line| line.trim().strip_prefix("ran "))?;
    output.status.success().then(|| ran.parse().unwrap())
}

fn round(twin: &mut Twin, seed: u64) -> (usize, usize, usize) {
    let mut random = Random::new(seed);
    let (mut stopped, mut passed, mut louder) = (0, 0, 0);
    if !twin.takes(&begin(&mut random)) {
        return (0, 0, 0);
    }
    let own = format!("CREATE TRIGGER audit {}", runs(&mut random));
    let mut scripts = vec![own.clone()];
    if random.one_in(2) {
        let at = random.below(2);
        scripts.insert(at, setter(&mut random));
    }
    for script in &scripts {
        twin.takes(script);
    }
    if twin
        .authored
        .query("SELECT 1 FROM pg_trigger WHERE tgname = 'audit'")
        .is_empty()
    {
        return (0, 0, 0);
    }
    let mut names = Names {
        table: "t",
        status: "status",
    };
    for step in 0..24 {
        if random.one_in(5) {
            let (table, status) = (names.table, names.status);
            let change = change(&mut random, &mut names, step);
            if !twin.takes(&change) {
                (names.table, names.status) = (table, status);
            }
            continue;
        }
        let sql = statement(&mut random, &names);
        let Some(ran) = runs_there(twin, &sql) else {
            continue;
        };
        let error = twin.target_error(&sql);
        match (ran, error) {
            (0, None) => {
                assert!(twin.authored.client(&sql).status.success(), "{seed}: {sql}");
                passed += 1;
            }
            (0, Some(_)) => louder += 1,
            (_, None) => panic!(
                "seed {seed}, {:?}: {sql} goes through, for which this runs: {scripts:?}",
                twin.target.engine
            ),
            (_, Some(_)) => stopped += 1,
        }
        let Names { table, status } = &names;
        twin.same(&format!(
            "SELECT id, coalesce(name, '-'), coalesce(n, -1), coalesce({status}, '-'), coalesce(parent, -1) FROM {table} ORDER BY id"
        ));
        twin.same("SELECT id, coalesce(name, '-') FROM parent ORDER BY id");
    }
    (stopped, passed, louder)
}

#[test]
fn no_write_that_would_run_it_goes_through() {
    let first = number("ALUDEL_TEST_SEED", 1);
    let rounds = number("ALUDEL_TEST_ROUNDS", 5);
    for seed in first..first + rounds {
        each_anew(|twin| {
            let (stopped, passed, louder) = round(twin, seed);
            println!(
                "{seed} {:?}: {stopped} stopped, {passed} passed, {louder} only here",
                twin.target.engine
            );
        });
    }
}
