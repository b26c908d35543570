//! What is written for another driver, through loaded drivers: the same statements as through those that
//! are linked in, offline and online.

use aludel_tests::database::Database;
use aludel_tests::desk::{Place, Ran};
use aludel_tests::engine::{Engine, engines};
use aludel_tests::plugin::library;
use aludel_tests::program::root;

const SERVICES: [&str; 3] = ["accounts", "billing", "search"];

/// The words, with the driver linked in and with the same driver loaded.
fn both(driver: &str, service: &str, words: &[&str]) -> [Ran; 2] {
    let library = library(driver).display().to_string();
    let migrations = root().join("migrations").join(service);
    let migrations = migrations.display().to_string();
    [driver, &library].map(|driver| {
        let mut all = vec!["--driver", driver, "--dialect", "postgres"];
        all.extend(["--migrations", &migrations]);
        all.extend(words);
        Place::new().run_words(&all)
    })
}

#[test]
fn a_loaded_driver_translates_to_the_same_statements() {
    for (driver, server) in [
        ("sqlite", "sqlite 3.53"),
        ("mysql", "mariadb 10.11"),
        ("mysql", "mysql 8.4"),
    ] {
        for service in SERVICES {
            for words in [
                "upgrade --sql",
                "downgrade heads:base --sql",
                "--format json translate",
            ] {
                let mut all = vec!["--server", server];
                all.extend(words.split(' '));
                let [linked, loaded] = both(driver, service, &all);
                assert_eq!(linked.code, 0, "{driver} {service}: {}", linked.text());
                assert!(linked.stdout.contains("CREATE TABLE"), "{words}");
                assert_eq!(linked.stdout, loaded.stdout, "{driver} {service} {words}");
                assert_eq!(linked.text(), loaded.text(), "{driver} {service} {words}");
            }
        }
    }
}

#[test]
fn a_loaded_driver_refuses_what_the_linked_one_refuses() {
    let library = library("sqlite").display().to_string();
    let [linked, loaded] = ["sqlite", &library].map(|driver| {
        let place = Place::new();
        place.revision(
            "2026-01-01-000001_refused",
            "CREATE TABLE t (id integer PRIMARY KEY);\nCREATE TABLE v (at money);\nDO $$ BEGIN END $$;\n",
            "DROP TABLE t;\n",
        );
        place.run(&format!("--driver {driver} --dialect postgres upgrade --sql"))
    });
    assert_eq!(linked.code, 1, "{}", linked.text());
    assert!(linked.stderr.contains("money"), "{}", linked.text());
    assert_eq!(linked.text(), loaded.text());
}

#[test]
fn a_loaded_driver_leaves_the_same_database() {
    for engine in engines() {
        if matches!(engine, Engine::Postgres | Engine::Postgres18) {
            continue; // What runs there is not translated.
        }
        for service in SERVICES {
            let state = |driver: &str| {
                let database = Database::new(engine);
                let migrations = root().join("migrations").join(service);
                let migrations = migrations.display().to_string();
                let mut words = vec!["--driver", driver, "--url", &database.url];
                words.extend(["--dialect", "postgres", "--migrations", &migrations]);
                let there = |more: &[&str]| {
                    let mut all = words.clone();
                    all.extend(more);
                    let ran = Place::new().run_words(&all);
                    assert_eq!(ran.code, 0, "{driver} {more:?}: {}", ran.text());
                };
                there(&["upgrade"]);
                let up = database.state().replace(database.name(), "DATABASE");
                there(&["downgrade", "base"]);
                let down = database.state().replace(database.name(), "DATABASE");
                [up, down]
            };
            let library = library(engine.driver()).display().to_string();
            assert_eq!(
                state(engine.driver()),
                state(&library),
                "{engine:?} {service}"
            );
        }
    }
}

/// The library keeps one set of schemas, and the host counted them for each server anew: the second database was refused.
#[test]
fn a_loaded_driver_translates_for_two_servers_in_one_run() {
    let library = library("mysql").display().to_string();
    let migrations = root().join("migrations/accounts").display().to_string();
    let database = |server: &str| {
        let name = server.split(' ').next().unwrap_or_default();
        format!(
            "[databases.{name}]\ndialect = 'postgres'\nmigrations = '{migrations}'\nserver = '{server}'\nurl = '{name}://u@h/d'\n"
        )
    };
    let config = database("mariadb 10.11") + &database("mysql 8.4");
    let [linked, loaded] = ["mysql", &library].map(|driver| {
        let place = Place::new();
        place.write("aludel.toml", &config);
        place.run(&format!("--driver {driver} --all translate"))
    });
    assert_eq!(linked.code, 0, "{}", linked.text());
    assert_eq!(linked.text(), loaded.text());
}
