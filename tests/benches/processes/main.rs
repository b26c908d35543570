//! Whole processes against each other: same database server, same work, one after the other in
//! turn, so that whatever else the machine does hits all of them alike.
//!
//!     cargo build --release -p aludel-cli && cargo build --release -p aludel-tests --example floor
//!     tests/servers start --durable DIR >DIR/variables; . DIR/variables
//!     cargo bench -p aludel-tests --bench processes -- --engine sqlite,postgres --task empty,head --revisions 200 --delay 0,2
//!
//! `--tool` chooses contestants, `--rounds` how often each runs (default 11). Other tools take part
//! if they are on PATH. Printed is one row a contestant: medians, and the median of the ratios of
//! ours to it, round by round, with its 95 % interval. Nothing is asserted: docs/performance.md says
//! what is promised.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a benchmark: a panic is its report"
)]

mod figures;
mod tool;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use aludel_tests::database::Database;
use aludel_tests::engine::Engine;
use aludel_tests::link::Link;
use figures::{Took, measure, median};
use tempfile::TempDir;
use tool::{Task, Tool, Work, alembic_files};

const ENGINES: [(&str, Engine); 3] = [
    ("sqlite", Engine::Sqlite),
    ("postgres", Engine::Postgres),
    ("mariadb", Engine::Mariadb),
];

fn main() {
    let words: Vec<String> = std::env::args().collect();
    // `cargo test --all-targets` starts benchmarks too; only `cargo bench` says so.
    if !words.iter().any(|word| word == "--bench") {
        return;
    }
    let option = |name: &str, default: &str| -> Vec<String> {
        let at = words.iter().position(|word| word == name);
        let value = at.map_or(default, |at| words[at + 1].as_str());
        value.split(',').map(str::to_owned).collect()
    };
    let numbers = |name: &str, default: &str| -> Vec<usize> {
        let values = option(name, default);
        values.iter().map(|value| value.parse().unwrap()).collect()
    };
    let engines = chosen(&ENGINES, &option("--engine", "sqlite,postgres,mariadb"));
    let tasks = chosen(&Task::ALL, &option("--task", "empty,head,one,down,offline"));
    let all: Vec<_> = Tool::ALL.iter().map(|(name, _)| *name).collect();
    let tools = chosen(&Tool::ALL, &option("--tool", &all.join(",")));
    let rounds = numbers("--rounds", "11")[0];
    surroundings(&engines);
    for &engine in &engines {
        for &task in &tasks {
            for &revisions in &numbers("--revisions", "200") {
                for &delay in &numbers("--delay", "0") {
                    if delay == 0 || (engine != Engine::Sqlite && task != Task::Offline) {
                        let contest = Contest {
                            engine,
                            task,
                            revisions,
                            delay,
                            rounds,
                        };
                        contest.hold(&tools);
                    }
                }
            }
        }
    }
}

fn chosen<T: Copy>(known: &[(&str, T)], names: &[String]) -> Vec<T> {
    let find = |name: &String| {
        let found = known.iter().find(|(known, _)| known == name);
        found.unwrap_or_else(|| panic!("no such word: {name}")).1
    };
    names.iter().map(find).collect()
}

/// What the figures depend on, printed before them.
fn surroundings(engines: &[Engine]) {
    let first_line = |mut command: Command| {
        let output = command
            .output()
            .map(|output| output.stdout)
            .unwrap_or_default();
        String::from_utf8_lossy(&output)
            .lines()
            .next()
            .unwrap_or_default()
            .to_owned()
    };
    let temporary = std::env::temp_dir();
    let mut df = Command::new("df");
    df.arg("--output=fstype").arg(&temporary);
    let kind = String::from_utf8(df.output().unwrap().stdout).unwrap();
    let kind = kind.lines().last().unwrap_or_default();
    println!("temporary files: {kind}");
    for &engine in engines {
        let about = match engine {
            Engine::Sqlite => {
                let mut client = Command::new("sqlite3");
                client.arg("-version");
                format!(
                    "client {}, journal_mode delete, synchronous full",
                    first_line(client)
                )
            }
            Engine::Postgres | Engine::Postgres18 => about(
                engine,
                "SELECT version() || ', fsync ' || current_setting('fsync') || ', synchronous_commit ' || \
                 current_setting('synchronous_commit') || ', ssl ' || current_setting('ssl')",
            ),
            Engine::Mariadb | Engine::Mysql9 => about(
                engine,
                "SELECT CONCAT(VERSION(), ', innodb_flush_log_at_trx_commit ', @@innodb_flush_log_at_trx_commit, \
                 ', data in ', @@datadir, ', ssl ', @@have_ssl)",
            ),
        };
        println!("{engine:?}: {about}");
    }
}

fn about(engine: Engine, sql: &str) -> String {
    Database::new(engine).query(sql).join(" ")
}

struct Contest {
    engine: Engine,
    task: Task,
    revisions: usize,
    delay: usize,
    rounds: usize,
}

/// One contestant's files, and its database where one serves every round.
struct Runner {
    tool: Tool,
    directory: TempDir,
    place: Option<Database>,
    revisions: usize,
    took: Vec<Took>,
    turns: usize,
}

impl Contest {
    fn hold(&self, tools: &[Tool]) {
        let mut runners: Vec<Runner> = tools
            .iter()
            .filter(|tool| tool.program(self.engine).is_some() && tool.does(self.task))
            .map(|&tool| self.runner(tool))
            .collect();
        let link = (self.engine != Engine::Sqlite && self.task != Task::Offline).then(|| {
            let url = Database::new(self.engine).url.clone();
            let address = url.split(['@', '/']).nth(3).unwrap().to_owned();
            let round_trip = Duration::from_millis(self.delay as u64);
            Link::to(address, round_trip).unwrap()
        });
        let count = runners.len();
        // The first round warms caches and is not counted.
        for round in 0..=self.rounds {
            for turn in 0..count {
                let runner = &mut runners[(round + turn) % count];
                self.round(runner, round, link.as_ref());
            }
        }
        self.print(&runners);
    }

    fn runner(&self, tool: Tool) -> Runner {
        let directory = TempDir::new().unwrap();
        if tool == Tool::Alembic {
            alembic_files(directory.path());
        }
        for number in 1..=self.revisions {
            tool.add(directory.path(), number);
        }
        let mut runner = Runner {
            tool,
            directory,
            place: None,
            revisions: self.revisions,
            took: Vec::new(),
            turns: 0,
        };
        if self.task.is_at_head() || self.task == Task::One {
            let place = Database::new(self.engine);
            if !matches!(tool, Tool::Floor | Tool::List) {
                measure(tool.command(&self.work(&runner, &place.url, Task::Empty, None)));
            }
            runner.place = Some(place);
        }
        runner
    }

    fn work<'a>(
        &self,
        runner: &'a Runner,
        url: &'a str,
        task: Task,
        script: Option<&'a Path>,
    ) -> Work<'a> {
        Work {
            engine: self.engine,
            directory: runner.directory.path(),
            url,
            task,
            script,
        }
    }

    fn round(&self, runner: &mut Runner, round: usize, link: Option<&Link>) {
        let fresh = runner.place.is_none().then(|| Database::new(self.engine));
        let url = runner
            .place
            .as_ref()
            .or(fresh.as_ref())
            .unwrap()
            .url
            .clone();
        let script = (runner.tool == Tool::Client).then(|| self.script(runner, &url));
        match self.task {
            Task::One => {
                runner.revisions += 1;
                runner.tool.add(runner.directory.path(), runner.revisions);
            }
            Task::Down => {
                measure(
                    runner
                        .tool
                        .command(&self.work(runner, &url, Task::Empty, None)),
                );
            }
            _ => {}
        }
        // Without a delay the link would only add its own cost.
        let through = match link {
            Some(link) if self.delay > 0 => moved(&url, link.port()),
            _ => url,
        };
        if let Some(link) = link {
            link.take();
        }
        let command =
            runner
                .tool
                .command(&self.work(runner, &through, self.task, script.as_deref()));
        let took = measure(command);
        if round > 0 {
            runner.took.push(took);
            runner.turns = link.map_or(0, Link::take);
        }
    }

    /// The script that ours prints, as the client is to run it.
    fn script(&self, runner: &Runner, url: &str) -> PathBuf {
        let path = runner.directory.path().join("script.sql");
        if !path.exists() {
            let work = self.work(runner, url, Task::Offline, None);
            let printed = Tool::Aludel.command(&work).output().unwrap();
            assert!(printed.status.success(), "{printed:?}");
            let text = String::from_utf8(printed.stdout).unwrap();
            // On MariaDB the ledger is qualified with the database, and each round has another.
            let database = url.rsplit('/').next().unwrap();
            let text = text.replace(&format!("`{database}`."), "");
            std::fs::write(&path, rewritten(self.engine, &text)).unwrap();
        }
        path
    }

    fn print(&self, runners: &[Runner]) {
        let Some(ours) = runners.iter().find(|runner| runner.tool == Tool::Aludel) else {
            return;
        };
        println!(
            "\n{:?}, {:?}, {} revisions, {} ms of round trip, {} rounds",
            self.engine, self.task, self.revisions, self.delay, self.rounds
        );
        println!(
            "| tool | wall ms | CPU ms | peak MiB | round trips | ours / its wall | ours / its CPU |"
        );
        println!("| --- | --- | --- | --- | --- | --- | --- |");
        for runner in runners {
            let of = |figure: fn(&Took) -> f64| median(runner.took.iter().map(figure).collect());
            let ratio = |figure: fn(&Took) -> f64| {
                let pairs = ours.took.iter().zip(&runner.took);
                let m = median(pairs.map(|(a, b)| figure(a) / figure(b)).collect());
                format!("{:.2} ({:.2} – {:.2})", m.value, m.low, m.high)
            };
            let wall = |took: &Took| took.wall.as_secs_f64() * 1e3;
            let cpu = |took: &Took| took.cpu.as_secs_f64() * 1e3;
            let turns = match runner.turns {
                0 => "–".to_owned(),
                turns => turns.to_string(),
            };
            println!(
                "| {} | {:.1} | {:.1} | {:.1} | {turns} | {} | {} |",
                runner.tool.name(),
                of(wall).value,
                of(cpu).value,
                of(|took| took.memory as f64 / 1024.0).value,
                ratio(wall),
                ratio(cpu),
            );
        }
    }
}

/// A URL with another port, on this machine.
fn moved(url: &str, port: u16) -> String {
    let (login, rest) = url.split_once('@').unwrap();
    let (_, database) = rest.split_once('/').unwrap();
    format!("{login}@127.0.0.1:{port}/{database}")
}

/// The printed script as the client is to run it.
fn rewritten(engine: Engine, script: &str) -> String {
    match engine {
        // Everything in one transaction.
        Engine::Sqlite => {
            let kept = script
                .lines()
                .filter(|line| !matches!(*line, "BEGIN IMMEDIATE;" | "COMMIT;"));
            format!(
                "BEGIN IMMEDIATE;\n{}\nCOMMIT;\n",
                kept.collect::<Vec<_>>().join("\n")
            )
        }
        // A unit's statements are one message: psql sends what `\;` joins together.
        Engine::Postgres | Engine::Postgres18 => {
            let mut text = String::new();
            for line in script.lines() {
                match line.strip_suffix(';') {
                    Some(statement) if statement != "COMMIT" => {
                        text.push_str(statement);
                        text.push_str("\\;\n");
                    }
                    _ => {
                        text.push_str(line);
                        text.push('\n');
                    }
                }
            }
            text
        }
        Engine::Mariadb | Engine::Mysql9 => script.to_owned(),
    }
}
