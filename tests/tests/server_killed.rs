//! A server that is killed in the middle of a run: the run says that it lost the connection, and once
//! the server is back a second run finishes.

#![allow(clippy::unwrap_used, reason = "a panic is a failed test")]

use std::process::Command;
use std::time::Duration;

use aludel_tests::database::Database;
use aludel_tests::engine::Engine;
use aludel_tests::project::Project;
use aludel_tests::servers::Servers;
use aludel_tests::signals::{aludel, command, run, until, wait_at_most};

/// Nothing here commits by itself on any engine, so no revision can be part-way.
fn project(pause: &str) -> Project {
    let mut project = Project::new();
    project.add("CREATE TABLE trace (revision VARCHAR(50) NOT NULL);\n");
    for number in 2..=6 {
        project.add(&format!(
            "INSERT INTO trace VALUES ('{number}');\n{pause};\n"
        ));
    }
    project
}

fn killed(engine: Engine, pause: &str, sleeping: &str, answers: impl Fn(&str) -> bool) {
    aludel();
    let project = project(pause);
    let servers = Servers::start();
    let url = servers.url(engine);
    let database = Database::on(engine, url.clone());
    let first = project.ids()[2].clone();
    let words = ["upgrade", first.as_str()];
    let ended = run(&mut command(&database.url, &project.migrations(), &words));
    assert_eq!(ended.code, 0, "{ended:#?}");
    let child = command(&database.url, &project.migrations(), &["upgrade"])
        .spawn()
        .unwrap();
    until("a statement runs", || {
        let sleeping = sleeping.replace("DATABASE", database.name());
        !database.query_server(&sleeping).is_empty()
    });
    let dead = servers.kill(engine);
    let ended = wait_at_most(child, Duration::from_secs(30));
    assert_eq!(ended.code, 8, "{ended:#?}");
    let said = ended.stderr.replace("\n  │ ", " ");
    assert!(said.contains("may be committed or not"), "{ended:#?}");
    assert!(said.contains("status` shows where"), "{ended:#?}");
    dead.start(|| answers(&url));
    let applied = database.applied();
    assert_eq!(applied, project.ids()[..applied.len()], "{ended:#?}");
    assert_eq!(database.done(), applied, "{ended:#?}");
    let again = run(&mut command(
        &database.url,
        &project.migrations(),
        &["upgrade"],
    ));
    assert_eq!(again.code, 0, "{again:#?}");
    assert_eq!(database.applied(), project.ids());
    assert_eq!(database.number("SELECT count(*) FROM trace"), 5);
    until("nothing is left behind", || {
        database.left_behind().is_empty()
    });
}

#[test]
fn postgres() {
    killed(
        Engine::Postgres,
        "SELECT pg_sleep(0.5)",
        "SELECT 1 FROM pg_stat_activity WHERE datname = 'DATABASE' AND wait_event = 'PgSleep'",
        |url| {
            let ready = Command::new("psql")
                .args(["-Xq", "-d", url, "-c", "SELECT 1"])
                .output();
            ready.unwrap().status.success()
        },
    );
}

#[test]
fn mariadb() {
    killed(
        Engine::Mariadb,
        "DO SLEEP(0.5)",
        "SELECT 1 FROM information_schema.processlist WHERE db = 'DATABASE' AND info LIKE 'DO SLEEP%'",
        |url| {
            let port = url.rsplit_once(':').unwrap().1.split('/').next().unwrap();
            let ready = Command::new("mariadb")
                .args([
                    "--no-defaults",
                    "-h",
                    "127.0.0.1",
                    "-P",
                    port,
                    "-u",
                    "aludel",
                ])
                .args(["-psecret", "-e", "SELECT 1"])
                .output();
            ready.unwrap().status.success()
        },
    );
}
