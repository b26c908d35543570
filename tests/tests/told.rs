//! What a run tells: the command that goes on reaches the same database, no secret is shown, and
//! nobody has to listen.

#![allow(clippy::unwrap_used, reason = "a panic is a failed test")]

use aludel_tests::database::Database;
use aludel_tests::desk::{Place, Ran};
use aludel_tests::engine::engines;
use aludel_tests::program::run;

fn place() -> Place {
    let place = Place::new();
    place.revision("1_a", "CREATE TABLE a (id INT);\n", "DROP TABLE a;\n");
    place
}

fn help(ran: &Ran) -> String {
    // Wrapped or not, it is one text.
    let said = ran.stderr.split_whitespace().collect::<Vec<_>>().join(" ");
    said.split("help: ").last().unwrap().to_owned()
}

#[test]
fn the_next_command_reaches_the_same_database() {
    let place = place();
    place.revision("2_b", "SELECT nothing;\n", "SELECT 1;\n");
    let environment = "[environments.prod.databases.accounts]\nurl = 'sqlite:prod.db'\n";
    place.write(
        "aludel.toml",
        format!(
            "[databases.accounts]\nurl = 'sqlite:dev.db'\nmigrations = 'migrations'\n{environment}"
        ),
    );
    let ran = place.run("-e prod upgrade");
    assert_eq!(ran.code, 5, "{ran:?}");
    let said = help(&ran);
    assert!(said.contains("`aludel -e prod upgrade`"), "{said}");
    let ran = place.run("--url sqlite:other.db upgrade");
    let said = help(&ran);
    assert!(
        said.contains("`aludel --url sqlite:other.db upgrade`"),
        "{said}"
    );
}

#[test]
fn the_next_command_is_quoted_for_a_shell() {
    let place = Place::new();
    place.write("my files/1_a/up.sql", "SELECT nothing;\n");
    let words = [
        "--url",
        "sqlite:x.db",
        "--migrations",
        "my files",
        "upgrade",
    ];
    let ran = place.run_words(&words);
    assert_eq!(ran.code, 5, "{ran:?}");
    let said = help(&ran);
    let next = "`aludel --url sqlite:x.db --migrations 'my files' upgrade`";
    assert!(said.contains(next), "{said}");
}

#[test]
fn a_url_in_the_wrong_place_is_not_shown() {
    let place = place();
    let url = "postgres://u:hunter2@localhost:1/db";
    for words in [
        format!("--driver sqlite --url {url} status"),
        format!("--driver sqlite --url {url} database create"),
        format!("--url sqlite:{url} status"),
        format!("--url sqlite:{url} config --explain"),
        format!("--driver sqlite --url {url} --format json upgrade"),
    ] {
        let ran = place.run(&words);
        assert_ne!(ran.code, 0, "{words}: {ran:?}");
        assert!(!ran.text().contains("hunter2"), "{words}: {ran:?}");
    }
}

#[test]
fn the_value_of_a_variable_is_not_shown() {
    let place = place();
    place.revision("2_b", "SELECT nothing('${pw}');\n", "SELECT 1;\n");
    place.metadata("2_b", "variables = ['pw']\n");
    for format in ["human", "json"] {
        let ran = place.run(&format!(
            "--url sqlite:x.db --format {format} -x pw=hunter2 upgrade"
        ));
        assert_eq!(ran.code, 5, "{ran:?}");
        assert!(!ran.text().contains("hunter2"), "{ran:?}");
    }
}

/// Servers quote statements and rows in their messages.
#[test]
fn the_value_of_a_variable_is_not_shown_by_the_servers_message() {
    for script in [
        "SELECT nothing '${pw}' '${pw}';\n",
        "CREATE TABLE b (s VARCHAR(50) PRIMARY KEY);\nINSERT INTO b VALUES ('${pw}');\nINSERT INTO b VALUES ('${pw}');\n",
        "SELECT '${pw}' FROM \"${pw}\";\n",
        "CREATE TABLE ${pw} (id INT);\nSELECT * FROM ${pw} WHERE nothing = 1;\nCREATE TABLE ${pw} (id INT);\n",
    ] {
        for engine in engines() {
            let database = Database::new(engine);
            let place = Place::new().variable("DATABASE_URL", &database.url);
            place.revision("1_a", script, "SELECT 1;\n");
            place.metadata("1_a", "variables = ['pw']\n");
            for format in ["human", "json"] {
                let ran = place.run(&format!("--format {format} -x pw=hunter2 upgrade"));
                assert!(matches!(ran.code, 5 | 7), "{engine:?}: {ran:?}");
                assert!(!ran.text().contains("hunter2"), "{engine:?}: {ran:?}");
                if ran.code == 7 {
                    break;
                }
            }
        }
    }
}

#[test]
fn a_huge_statement_that_fails_is_told_by_its_beginning() {
    let statement = format!(
        "INSERT INTO b VALUES {}(1)",
        "('some words'), ".repeat(20_000)
    );
    for engine in engines() {
        let database = Database::new(engine);
        let place = Place::new().variable("DATABASE_URL", &database.url);
        place.revision(
            "1_a",
            &format!("SELECT 1;\n  {statement};\n"),
            "SELECT 1;\n",
        );
        for format in ["human", "json"] {
            let ran = place.run(&format!("--format {format} upgrade"));
            assert_eq!(ran.code, 5, "{engine:?}: {ran:?}");
            let text = ran.text();
            assert!(text.len() < 10_000, "{engine:?}: {} bytes", text.len());
            let told = match format {
                "human" => "up.sql:2:",
                _ => "\"line\":2",
            };
            assert!(text.contains(told), "{engine:?}: {text}");
        }
    }
}

#[test]
fn a_run_whose_words_cannot_be_written_runs() {
    for gone in ["2>/dev/full", "2>&-", ">/dev/null 2>/dev/full"] {
        let place = place();
        let ran = place.bash(&format!("aludel --url sqlite:x.db upgrade {gone}"));
        assert_eq!(ran.code, 0, "{gone}: {ran:?}");
        let tables = place.sqlite("x.db", "SELECT count(*) FROM __diesel_schema_migrations");
        assert_eq!(tables.trim(), "1", "{gone}");
        let ran = place.bash(&format!("aludel --url sqlite:x.db upgrade nowhere {gone}"));
        assert_eq!(ran.code, 1, "{gone}: {ran:?}");
    }
}

#[test]
fn a_downgrade_that_stopped_part_way_is_settled_as_its_help_says() {
    let place = place();
    let down = "-- aludel: no-transaction\nDROP TABLE b;\nSELECT nothing;\n";
    place.revision("2_b", "CREATE TABLE b (id INT);\n", down);
    assert_eq!(place.run("--url sqlite:x.db upgrade").code, 0);
    let ran = place.run("--url sqlite:x.db downgrade -1");
    assert_eq!(ran.code, 7, "{ran:?}");
    let said = help(&ran);
    assert!(
        said.contains("or `aludel --url sqlite:x.db repair 2 --not-applied`"),
        "{said}"
    );
    let settled = place.run("--url sqlite:x.db repair 2 --not-applied");
    assert_eq!(settled.code, 0, "{settled:?}");
    assert_eq!(place.run("--url sqlite:x.db current").stdout.trim(), "1_a");
    assert_eq!(place.run("--url sqlite:x.db status --check").code, 3);
}

/// `init` writes `dialect = "postgres"`: without a database of its own it is translated.
#[test]
fn a_script_without_a_statement_is_refused_where_it_is_translated() {
    let place = Place::new();
    assert_eq!(place.run("init").code, 0);
    assert_eq!(place.run("revision -m x").code, 0);
    for words in ["upgrade", "upgrade --sql", "--driver mysql upgrade --sql"] {
        let ran = place.run(words);
        assert_eq!(ran.code, 1, "{words}: {ran:?}");
        assert!(ran.stderr.contains("statement"), "{words}: {ran:?}");
    }
}

/// `--migrations` was made, and `migrations` written: the next command did not find it.
#[test]
fn init_writes_the_migrations_directory_that_it_makes() {
    let place = Place::new();
    let ran = place.run("init --migrations db/scripts --url sqlite:x.db");
    assert_eq!(ran.code, 0, "{ran:?}");
    assert_eq!(place.run("revision -m first").code, 0);
}

/// The configuration that `init` was to make was looked for first.
#[test]
fn init_makes_the_configuration_that_is_named() {
    let place = Place::new();
    std::fs::create_dir(place.path().join("service")).unwrap();
    let ran = place.run("-c service/own.toml init");
    assert_eq!(ran.code, 0, "{ran:?}");
    let next = "aludel -c service/own.toml revision";
    assert!(ran.stderr.contains(next), "{ran:?}");
    let ran = place.run("-c service/own.toml revision -m first");
    assert!(ran.stdout.contains("service/migrations/"), "{ran:?}");
    assert_eq!(place.run("-c absent.toml heads").code, 1);
}

/// Only the first of several was written.
#[test]
fn init_writes_every_directory_that_is_named() {
    let place = Place::new();
    let ran = place.run("init --migrations one --migrations two --url sqlite:x.db");
    assert_eq!(ran.code, 0, "{ran:?}");
    let ran = place.run("revision -m first --path two");
    assert!(ran.stdout.contains("two/"), "{ran:?}");
}

/// Its migrations were looked for, which a database can be made without.
#[test]
fn a_database_is_made_and_dropped_where_no_migrations_are() {
    for engine in engines() {
        let database = Database::new(engine);
        let empty = tempfile::tempdir().unwrap();
        let url = format!("{}_made", database.url);
        let aludel = |words: &[&str]| {
            let words: Vec<_> = ["--url", &url].iter().chain(words).copied().collect();
            let ran = run(empty.path(), &words);
            assert!(ran.status.success(), "{engine:?}: {ran:?}");
        };
        aludel(&["database", "create"]);
        aludel(&["database", "drop"]);
    }
}

/// It was said that a ledger could not be read, which nobody had asked for.
#[test]
fn a_database_that_may_not_be_made_is_told_as_that() {
    let servers = engines().into_iter();
    // SQLite has no users.
    for engine in servers.filter(|engine| engine.driver() != "sqlite") {
        let database = Database::new(engine);
        let user = format!("u_{}", database.name());
        let (create, drop) = match engine.driver() {
            "postgres" => (
                format!("ROLE {user} LOGIN PASSWORD 'weak'"),
                format!("ROLE {user}"),
            ),
            _ => (
                format!("USER {user} IDENTIFIED BY 'weak'"),
                format!("USER {user}"),
            ),
        };
        database.query_server(&format!("CREATE {create}"));
        let (scheme, rest) = database.url.split_once("://").unwrap();
        let host = rest.split_once('@').unwrap().1;
        for words in ["database create", "database setup"] {
            let url = format!("{scheme}://{user}:weak@{host}_made");
            let ran = place().run(&format!("--url {url} {words}"));
            assert_eq!(ran.code, 5, "{engine:?}: {ran:?}");
            let said = "the database could not be created: ";
            assert!(ran.stderr.contains(said), "{engine:?}: {ran:?}");
            let granted = "let the user be granted what it lacks";
            assert!(help(&ran).starts_with(granted), "{engine:?}: {ran:?}");
        }
        database.query_server(&format!("DROP {drop}"));
    }
}

/// What a symbolic link led to stayed, and the next run made another file in the link's place.
#[test]
fn a_database_behind_a_symbolic_link_is_not_dropped() {
    let place = place();
    assert_eq!(place.run("--url sqlite:real.db upgrade").code, 0);
    let link = place.path().join("alias.db");
    std::os::unix::fs::symlink("real.db", &link).unwrap();
    for words in ["database drop", "database reset"] {
        let ran = place.run(&format!("--url sqlite:alias.db {words}"));
        assert_eq!(ran.code, 1, "{ran:?}");
        assert!(ran.stderr.contains("is a symbolic link"), "{ran:?}");
        assert!(link.is_symlink() && place.path().join("real.db").exists());
    }
}

/// Every command that is named leads to the database that was asked.
#[test]
fn what_is_missing_is_said_everywhere_with_the_command_that_removes_it() {
    let place = place();
    place.revision("2_b", "CREATE TABLE b (id INT);\n", "DROP TABLE b;\n");
    assert_eq!(place.run("--url sqlite:x.db upgrade").code, 0);
    std::fs::remove_dir_all(place.path().join("migrations/2_b")).unwrap();
    let ran = place.run("--url sqlite:x.db upgrade");
    let next = "`aludel --url sqlite:x.db stamp --forget ID`";
    assert!(ran.stderr.contains(next), "{ran:?}");
    let ran = place.run("--url sqlite:x.db history -i");
    assert!(
        ran.stdout.contains("2 (missing: its file is gone)"),
        "{ran:?}"
    );
    place.revision("3_c", "SELECT 1;\n", "SELECT 1;\n");
    place.write("migrations/3_c/metadata.toml", "down_revision = []\n");
    let ran = place.run("--url sqlite:x.db check");
    let next = "`aludel --url sqlite:x.db merge heads`";
    assert!(ran.stdout.contains(next), "{ran:?}");
}
