//! Random code of row triggers, with variables, queries into them, branches and columns that are set, and random
//! writes: where the trigger has a form, the same statements fail, and the same rows come of the others.
//!
//! `ALUDEL_TEST_SEED` and `ALUDEL_TEST_ROUNDS` say which, and how many.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a panic is the report, and what a round did is told"
)]

use aludel_tests::seeded::Random;
use aludel_tests::twin::{Twin, each};

const TABLES: &str = "CREATE TABLE t (id integer PRIMARY KEY, name text, n integer, other integer);
CREATE TABLE ref (id integer PRIMARY KEY, k integer, name text);
CREATE TABLE log (id serial PRIMARY KEY, what text, a bigint, b integer);
INSERT INTO ref VALUES (1, 1, 'a'), (2, 3, 'b'), (3, NULL, NULL), (4, 3, 'A');
";

fn number(name: &str, otherwise: u64) -> u64 {
    let value = std::env::var(name).ok();
    value.map_or(otherwise, |value| value.parse().expect("a number"))
}

struct Code<'r> {
    random: &'r mut Random,
    before: bool,
    update: bool,
}

impl Code<'_> {
    fn integer(&mut self) -> String {
        match self.random.below(9) {
            0 | 1 => "v".into(),
            2 | 3 => "NEW.n".into(),
            4 => "NEW.other".into(),
            5 if self.update => "OLD.n".into(),
            6 => format!("coalesce(v, {}) + 1", self.random.below(3)),
            7 => format!(
                "CASE WHEN {} THEN v ELSE {} END",
                self.condition(),
                self.random.below(4)
            ),
            _ => self.random.below(4).to_string(),
        }
    }

    fn text(&mut self) -> String {
        let all = [
            "w",
            "w",
            "NEW.name",
            "'a'",
            "lower(NEW.name)",
            "coalesce(w, 'b')",
            "TG_OP",
            "NULL",
        ];
        (*self.random.pick(&all)).to_owned()
    }

    fn condition(&mut self) -> String {
        match self.random.below(12) {
            0 => format!("v > {}", self.random.below(4)),
            1 => format!("w = {}", self.text()),
            2 => "NEW.n IS DISTINCT FROM v".into(),
            3 => "b".into(),
            4 => "NOT b".into(),
            5 => "FOUND".into(),
            6 => "NOT FOUND".into(),
            7 => "TG_OP = 'INSERT'".into(),
            8 => "NEW.name IS NULL".into(),
            9 => "EXISTS (SELECT 1 FROM ref WHERE ref.id = v)".into(),
            10 => "v IS NULL OR w IS NULL".into(),
            _ => "b AND NEW.n > 1".into(),
        }
    }

    fn block(&mut self, depth: usize) -> String {
        let steps = 1 + self.random.below(4);
        (0..steps).map(|_| self.step(depth)).collect()
    }

    fn step(&mut self, depth: usize) -> String {
        match self.random.below(15) {
            0 | 1 => format!("v := {}; ", self.integer()),
            2 => format!("w := {}; ", self.text()),
            3 => format!("b := {}; ", self.condition()),
            4 => format!("SELECT k INTO v FROM ref WHERE id = {}; ", self.integer()),
            5 => format!(
                "SELECT name, k INTO w, v FROM ref WHERE ref.id = {}; ",
                self.integer()
            ),
            6 => format!(
                "SELECT count(*) INTO v FROM ref WHERE k = {}; ",
                self.integer()
            ),
            7 => format!("PERFORM FROM ref WHERE k >= {}; ", self.integer()),
            8 | 9 => format!(
                "INSERT INTO log (what, a, b) VALUES ({}, {}, {}); ",
                self.text(),
                self.integer(),
                self.integer()
            ),
            10 if self.before => format!("NEW.other := {}; ", self.integer()),
            11 if self.before => format!("NEW.name := {}; ", self.text()),
            12 if self.random.one_in(4) => "RAISE EXCEPTION 'no'; ".into(),
            13 if self.random.one_in(2) => "RETURN NEW; ".into(),
            _ if depth == 0 => "NULL; ".into(),
            _ => {
                let (a, then) = (self.condition(), self.block(depth - 1));
                let (b, next) = (self.condition(), self.block(depth - 1));
                match self.random.below(4) {
                    0 => format!("IF {a} THEN {then} END IF; "),
                    1 => format!("IF {a} THEN {then} ELSE {next} END IF; "),
                    2 => format!("IF {a} THEN {then} ELSIF {b} THEN {next} END IF; "),
                    _ => format!(
                        "CASE WHEN {a} THEN {then} WHEN {b} THEN {next} ELSE NULL; END CASE; "
                    ),
                }
            }
        }
    }
}

fn trigger(random: &mut Random) -> String {
    let before = random.one_in(2);
    let events = *random.pick(&["INSERT", "UPDATE", "INSERT OR UPDATE"]);
    let (v, w) = (
        random.below(3),
        *random.pick(&["", " := 'a'", " := NEW.name"]),
    );
    let mut code = Code {
        random,
        before,
        update: events == "UPDATE",
    };
    let body = code.block(2);
    format!(
        "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE v integer := {v}; w text{w}; b boolean;
BEGIN {body} RETURN NEW; END $$;
CREATE TRIGGER tr {} {events} ON t FOR EACH ROW EXECUTE FUNCTION f();",
        if before { "BEFORE" } else { "AFTER" }
    )
}

fn write(random: &mut Random, id: &mut usize) -> String {
    let text = *random.pick(&["'a'", "'A'", "'b'", "NULL"]);
    let n = *random.pick(&["0", "1", "2", "3", "NULL"]);
    let other = random.below(5);
    match random.below(4) {
        0 | 1 => {
            *id += 1;
            format!("INSERT INTO t (id, name, n, other) VALUES ({id}, {text}, {n}, {other});")
        }
        2 => format!("UPDATE t SET n = {n}, name = {text} WHERE id <= {};", *id),
        _ => format!(
            "UPDATE t SET other = {other} WHERE id = {};",
            1 + random.below(*id + 1)
        ),
    }
}

fn round(twin: &mut Twin, seed: u64) -> (usize, usize) {
    let mut random = Random::new(seed);
    let (mut made, mut writes) = (0, 0);
    twin.run(TABLES);
    let mut id = 0;
    for _ in 0..12 {
        let script = trigger(&mut random);
        if !twin.takes(&script) {
            continue;
        }
        made += 1;
        for _ in 0..6 {
            let sql = write(&mut random, &mut id);
            let there = twin
                .authored
                .client(&format!("\\set ON_ERROR_STOP on\n{sql}"));
            let here = twin.target_error(&sql);
            let engine = twin.target.engine;
            assert_eq!(
                there.status.success(),
                here.is_none(),
                "seed {seed}, {engine:?}: {sql}: {}, {here:?}: {script}",
                String::from_utf8_lossy(&there.stderr)
            );
            writes += 1;
            for query in [
                "SELECT id, coalesce(name, '-'), coalesce(n, -1), coalesce(other, -1) FROM t ORDER BY id",
                "SELECT coalesce(what, '-') AS w, coalesce(a, -1) AS x, coalesce(b, -1) AS y FROM log ORDER BY x, y, w",
            ] {
                let rows = (twin.authored.query(query), twin.target.query(query));
                let sorted = |mut rows: Vec<String>| {
                    rows.sort();
                    rows
                };
                assert_eq!(
                    sorted(rows.0),
                    sorted(rows.1),
                    "seed {seed}, {engine:?}: {sql}: {script}"
                );
            }
        }
        twin.run("DROP TRIGGER tr ON t; DROP FUNCTION f();");
    }
    (made, writes)
}

#[test]
fn triggers_with_variables_do_the_same() {
    let first = number("ALUDEL_TEST_SEED", 1);
    let rounds = number("ALUDEL_TEST_ROUNDS", 3);
    for seed in first..first + rounds {
        each(|twin| {
            let (made, writes) = round(twin, seed);
            println!(
                "{seed} {:?}: {made} triggers, {writes} writes",
                twin.target.engine
            );
        });
    }
}
