//! Offline ≡ online: a printed script through the engine's own client leaves what a run leaves,
//! for upgrade, downgrade and stamp, and also when a statement fails.

#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::Path;

use aludel_tests::database::Database;
use aludel_tests::engine::{Engine, engines};
use aludel_tests::program::{ok, root, run};

/// A temporary directory with a migrations directory.
fn project() -> tempfile::TempDir {
    let directory = tempfile::tempdir().unwrap();
    fs::create_dir(directory.path().join("migrations")).unwrap();
    directory
}

fn revision(directory: &Path, name: &str, up: &str, down: &str) {
    let path = directory.join("migrations").join(name);
    fs::create_dir_all(&path).unwrap();
    fs::write(path.join("up.sql"), up).unwrap();
    fs::write(path.join("down.sql"), down).unwrap();
}

/// Three revisions; the second has four statements, with comments and a text that looks like code.
fn sample(directory: &Path) {
    revision(
        directory,
        "2026-01-01-000001_one",
        "-- the first\nCREATE TABLE one (id INTEGER PRIMARY KEY, name VARCHAR(20));\n",
        "DROP TABLE one;\n",
    );
    revision(
        directory,
        "2026-01-01-000002_two",
        "CREATE TABLE two (id INTEGER PRIMARY KEY);\nINSERT INTO one (id, name) VALUES (1, 'a;b''c é');\n\
         /* between */ INSERT INTO two VALUES (7);\nCREATE INDEX two_id ON two (id) -- no end",
        "DROP TABLE two;\nDELETE FROM one;\n",
    );
    revision(
        directory,
        "2026-01-01-000003_three",
        "INSERT INTO two VALUES (8);\nINSERT INTO two VALUES (9);\n",
        "DELETE FROM two WHERE id > 7;\n",
    );
}

fn script(directory: &Path, database: &Database, words: &[&str]) -> String {
    let server = database.engine.server();
    let mut all = vec!["--url", database.url.as_str(), "--server", server];
    all.extend(words);
    all.push("--sql");
    ok(directory, &all)
}

fn online(directory: &Path, database: &Database, words: &[&str]) -> Option<i32> {
    let mut all = vec!["--url", database.url.as_str()];
    all.extend(words);
    run(directory, &all).status.code()
}

#[test]
fn upgrade_downgrade_and_stamp_are_the_same_offline() {
    for engine in engines() {
        let directory = project();
        let path = directory.path();
        sample(path);
        let live = Database::new(engine);
        let printed = Database::new(engine);
        for words in [
            vec!["upgrade", "20260101000001"],
            vec!["upgrade", "20260101000001:heads"],
            vec!["downgrade", "heads:20260101000001"],
            vec!["upgrade", "20260101000001:heads"],
            vec!["downgrade", "heads:base"],
            vec!["stamp", "20260101000002"],
        ] {
            let text = script(path, &printed, &words);
            let fed = printed.client(&text);
            assert!(
                fed.status.success(),
                "{engine:?} {words:?}: {fed:?}\n{text}"
            );
            let target = words[1].rsplit(':').next().unwrap();
            assert_eq!(
                online(path, &live, &[words[0], target]),
                Some(0),
                "{engine:?} {words:?}"
            );
            assert_eq!(printed.state(), live.state(), "{engine:?} {words:?}");
        }
    }
}

#[test]
fn a_failing_statement_leaves_the_same_for_every_k() {
    for engine in engines() {
        for broken in 0..7 {
            let directory = project();
            let path = directory.path();
            sample(path);
            break_statement(path, broken);
            let live = Database::new(engine);
            let printed = Database::new(engine);
            let code = online(path, &live, &["upgrade"]);
            let fed = printed.client(&script(path, &printed, &["upgrade"]));
            assert!(
                !fed.status.success(),
                "{engine:?} {broken}: the client went on"
            );
            assert_eq!(
                printed.state(),
                live.state(),
                "{engine:?} statement {broken}"
            );
            // Where DDL commits by itself a revision with DDL stops part-way after its first
            // statement; one without is rolled back.
            let part_way = !engine.transactional_ddl() && matches!(broken, 2..=4);
            assert_eq!(
                code,
                Some(if part_way { 7 } else { 5 }),
                "{engine:?} statement {broken}"
            );
        }
    }
}

/// Breaks the k-th statement of the sample, counted over its three revisions.
fn break_statement(path: &Path, broken: usize) {
    let names = [
        "2026-01-01-000001_one",
        "2026-01-01-000002_two",
        "2026-01-01-000003_three",
    ];
    let (file, index) = match broken {
        0 => (names[0], 0),
        1..=4 => (names[1], broken - 1),
        _ => (names[2], broken - 5),
    };
    let file = path.join("migrations").join(file).join("up.sql");
    let text = fs::read_to_string(&file).unwrap();
    let starts = ["CREATE TABLE", "INSERT INTO", "CREATE INDEX"];
    let mut places: Vec<usize> = starts
        .iter()
        .flat_map(|start| text.match_indices(start).map(|(at, _)| at))
        .collect();
    places.sort_unstable();
    let mut text = text;
    text.insert_str(places[index], "INSERT INTO nowhere VALUES (1); ");
    fs::write(file, text).unwrap();
}

#[test]
fn a_script_run_twice_stops_at_its_guard() {
    for engine in engines() {
        let directory = project();
        sample(directory.path());
        let database = Database::new(engine);
        let text = script(directory.path(), &database, &["upgrade"]);
        assert!(database.client(&text).status.success(), "{engine:?}");
        let before = database.state();
        let again = database.client(&text);
        assert!(!again.status.success(), "{engine:?}");
        let said = String::from_utf8_lossy(&again.stderr).into_owned();
        let said = said + &String::from_utf8_lossy(&again.stdout);
        assert!(
            said.contains("aludel_ledger_is_not_where_the_plan_says"),
            "{engine:?}: {said}"
        );
        assert_eq!(database.state(), before, "{engine:?}");
    }
}

#[test]
fn a_script_touches_nothing_where_the_ledger_is_of_a_newer_format() {
    for engine in engines() {
        let directory = project();
        let path = directory.path();
        sample(path);
        let database = Database::new(engine);
        assert_eq!(online(path, &database, &["upgrade", "+1"]), Some(0));
        database.query("UPDATE __aludel_journal SET format = 99 WHERE format IS NOT NULL");
        let before = database.state();
        for words in [
            ["upgrade", "20260101000001:heads"],
            ["downgrade", "20260101000001:base"],
            ["stamp", "heads"],
        ] {
            let fed = database.client(&script(path, &database, &words));
            assert!(!fed.status.success(), "{engine:?} {words:?}");
            assert_eq!(database.state(), before, "{engine:?} {words:?}");
        }
    }
}

#[test]
fn the_demonstration_goes_up_down_and_up_again() {
    for engine in engines() {
        for service in ["accounts", "billing", "search"] {
            let directory = tempfile::tempdir().unwrap();
            let database = Database::new(engine);
            let migrations = root().join("migrations").join(service);
            let migrations = migrations.to_str().unwrap();
            let aludel = |words: &[&str]| {
                let mut all = vec!["--url", database.url.as_str(), "--migrations", migrations];
                all.extend(["--dialect", "postgres"]);
                all.extend(words);
                ok(directory.path(), &all)
            };
            aludel(&["upgrade"]);
            let first = database.schema();
            aludel(&["downgrade", "base"]);
            assert_eq!(database.applied(), [""; 0], "{engine:?} {service}");
            aludel(&["upgrade"]);
            assert_eq!(database.schema(), first, "{engine:?} {service}");
            let printed = Database::new(engine);
            let text = ok(
                directory.path(),
                &[
                    "--url",
                    &printed.url,
                    "--migrations",
                    migrations,
                    "--dialect",
                    "postgres",
                    "upgrade",
                    "--sql",
                ],
            );
            let fed = printed.client(&text);
            assert!(fed.status.success(), "{engine:?} {service}: {fed:?}");
            assert_eq!(printed.schema(), first, "{engine:?} {service}");
        }
    }
}

/// In a directory whose aludel.toml has several databases, `--url` and `--migrations` are enough.
#[test]
fn a_url_stands_for_itself_beside_a_configuration_of_several_databases() {
    let directory = project();
    let path = directory.path();
    sample(path);
    let config = "[databases.a]\nurl = \"sqlite:a.db\"\n[databases.b]\nurl = \"sqlite:b.db\"\n";
    fs::write(path.join("aludel.toml"), config).unwrap();
    let database = Database::new(Engine::Sqlite);
    for words in [
        vec!["upgrade"],
        vec!["current"],
        vec!["status"],
        vec!["heads"],
        vec!["history", "-i"],
        vec!["downgrade", "base"],
    ] {
        let mut all = vec!["--url", database.url.as_str(), "--migrations", "migrations"];
        all.extend(words);
        ok(path, &all);
    }
    assert!(!path.join("a.db").exists() && !path.join("b.db").exists());
}

/// Time zone, and on MySQL the meaning of `||`, are what Diesel's sessions have, whatever the server
/// was set to: in a run, in a printed script, and after a script that changed them.
#[test]
fn scripts_find_the_settings_of_diesels_sessions_online_and_offline() {
    for engine in engines() {
        let (seen, change, expected) = match engine.driver() {
            "sqlite" => continue, // it has no such settings
            "postgres" => (
                "concat(current_setting('TimeZone'), ' ', timestamptz '2026-01-01 00:00' AT TIME ZONE 'UTC')",
                "SET TIME ZONE 'Asia/Kathmandu'",
                "UTC 2026-01-01 00:00:00",
            ),
            _ => (
                "CONCAT(@@time_zone, ' ', 'a' || 'b')",
                "SET SESSION time_zone = '+05:45', sql_mode = ''",
                "+00:00 ab",
            ),
        };
        let see = format!("INSERT INTO seen VALUES ({seen});\n");
        let directory = project();
        let path = directory.path();
        let first = format!("CREATE TABLE seen (what VARCHAR(100));\n{see}");
        revision(path, "2026-01-01-000001_one", &first, "DROP TABLE seen;\n");
        revision(
            path,
            "2026-01-01-000002_two",
            &format!("{change};\n"),
            "SELECT 1;\n",
        );
        revision(path, "2026-01-01-000003_three", &see, "SELECT 1;\n");
        let live = Database::new(engine);
        let printed = Database::new(engine);
        for database in [&live, &printed] {
            if engine.driver() == "postgres" {
                let name = database.name();
                database.query(&format!(
                    "ALTER DATABASE {name} SET timezone = 'America/Lima'"
                ));
            }
        }
        assert_eq!(online(path, &live, &["upgrade"]), Some(0), "{engine:?}");
        let fed = printed.client(&script(path, &printed, &["upgrade"]));
        assert!(fed.status.success(), "{engine:?}: {fed:?}");
        for database in [&live, &printed] {
            let found = database.query("SELECT what FROM seen");
            assert_eq!(found, [expected; 2], "{engine:?}");
        }
    }
}

#[test]
fn delimiter_lines_and_stray_semicolons_are_not_sent() {
    for engine in engines() {
        let directory = project();
        let path = directory.path();
        let mut up = "CREATE TABLE one (id INT);;\n;\nCREATE TABLE two (id INT);\n".to_owned();
        if !matches!(engine.driver(), "sqlite" | "postgres") {
            up.push_str(
                "DELIMITER //\n-- a procedure\nCREATE PROCEDURE p()\nBEGIN\n  INSERT INTO one VALUES (1);\nEND //\n\
                 DELIMITER ;\nCALL p();\n",
            );
        }
        revision(path, "2026-01-01-000001_one", &up, "SELECT 1;\n");
        let live = Database::new(engine);
        let printed = Database::new(engine);
        assert_eq!(online(path, &live, &["upgrade"]), Some(0), "{engine:?}");
        let script = script(path, &printed, &["upgrade"]);
        let fed = printed.client(&script);
        assert!(fed.status.success(), "{engine:?}: {fed:?}\n{script}");
        assert_eq!(live.schema(), printed.schema(), "{engine:?}");
        for database in [&live, &printed] {
            let rows = database.number("SELECT count(*) FROM one");
            assert_eq!(rows, u64::from(up.contains("CALL")), "{engine:?}");
        }
    }
}
