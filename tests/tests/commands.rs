//! The commands around the main job: `edit`, `redo`, `database`, `completions`, `man`.

#![allow(clippy::unwrap_used)]

use aludel_tests::database::Database;
use aludel_tests::desk::Place;
use aludel_tests::engine::{Engine, engines};

const A: &str = "2026-01-05-101500_a";
const B: &str = "2026-01-06-101500_b";

fn line() -> Place {
    let place = Place::new();
    for name in [A, B] {
        let table = name.rsplit('_').next().unwrap();
        place.revision(
            name,
            &format!("CREATE TABLE {table} (id INT);\n"),
            &format!("DROP TABLE {table};\n"),
        );
    }
    place
}

#[test]
fn redo_reverts_and_applies_the_last_revisions() {
    let place = line();
    assert_eq!(place.run("--url x.db upgrade").code, 0);
    place.write(
        &format!("migrations/{B}/up.sql"),
        "CREATE TABLE b (id INT, name TEXT);\n",
    );
    let ran = place.run("--url x.db redo");
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(
        ran.stderr.contains("1 revision reverted and applied again"),
        "{ran:?}"
    );
    assert_eq!(
        place.sqlite("x.db", "SELECT count(*) FROM pragma_table_info('b')"),
        "2\n"
    );
    let ran = place.run("--url x.db redo --everything");
    assert!(
        ran.stderr
            .contains("2 revisions reverted and applied again"),
        "{ran:?}"
    );
    assert_eq!(place.run("--url x.db current --check-heads").code, 0);
}

/// A script that cannot run is found before what it is to make again is destroyed.
#[test]
fn nothing_is_reverted_or_destroyed_that_could_not_be_made_again() {
    let place = line();
    assert_eq!(place.run("--url x.db upgrade").code, 0);
    let up = format!("migrations/{B}/up.sql");
    for (script, code) in [
        ("", "script-empty"),
        ("SELECT 'x", "script-"),
        ("INSERT INTO a VALUES (${n});\n", "variable"),
    ] {
        place.write(&up, script);
        if code == "variable" {
            place.write(
                &format!("migrations/{B}/metadata.toml"),
                "variables = [\"n\"]\n",
            );
        }
        for words in ["redo", "redo --everything", "database reset"] {
            let ran = place.run(&format!("--url x.db {words}"));
            assert_eq!(ran.code, 1, "{words} {script}: {ran:?}");
            assert!(ran.stderr.contains(code), "{words} {script}: {ran:?}");
            let status = place.run("--url x.db current --check-heads");
            assert_eq!(status.code, 0, "{words} {script}: {status:?}");
            assert_eq!(place.sqlite("x.db", "SELECT count(*) FROM b"), "0\n");
        }
    }
    let ran = place.run("--url x.db -x n=1 redo");
    assert_eq!(ran.code, 0, "{ran:?}");
}

#[test]
fn redo_leaves_what_was_pending_pending() {
    let place = line();
    assert_eq!(place.run("--url x.db upgrade +1").code, 0);
    assert_eq!(place.run("--url x.db redo").code, 0);
    let ran = place.run("--url x.db --format json current");
    assert_eq!(
        ran.json()["databases"][0]["applied"],
        serde_json::json!(["20260105101500"])
    );
}

#[test]
fn edit_opens_both_scripts() {
    let place = line().variable("EDITOR", "echo");
    let ran = place.run(&format!("--url x.db edit {A}"));
    assert_eq!(ran.code, 0, "{ran:?}");
    assert_eq!(
        ran.stdout,
        format!("migrations/{A}/up.sql migrations/{A}/down.sql\n")
    );
    // As a shell reads it.
    let quoted = line().variable("EDITOR", "echo 'a b'  \"c\"");
    let ran = quoted.run(&format!("edit {A}"));
    assert!(ran.stdout.starts_with("a b c migrations/"), "{ran:?}");
    let ran = line().variable("EDITOR", "echo 'a").run("edit head");
    assert!(ran.stderr.contains("a quote has no end"), "{ran:?}");
    let ran = line().run("edit head");
    assert_eq!(ran.code, 1, "{ran:?}");
    assert!(ran.stderr.contains("no editor is known"), "{ran:?}");
    let ran = place.run("edit nowhere");
    assert_eq!(ran.code, 1, "{ran:?}");
}

#[test]
fn completions_and_manual_pages() {
    let place = Place::new();
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let ran = place.run(&format!("completions {shell}"));
        assert_eq!(ran.code, 0, "{ran:?}");
        assert!(ran.stdout.contains("ensure-version"), "{shell}");
    }
    assert_eq!(place.run("man pages").code, 1, "the directory is missing");
    std::fs::create_dir(place.path().join("pages")).unwrap();
    assert_eq!(place.run("man pages").code, 0);
    let page = std::fs::read_to_string(place.path().join("pages/aludel-upgrade.1")).unwrap();
    assert!(page.contains("no\\-holes"), "{page}");
}

#[test]
fn a_database_is_made_and_destroyed_on_every_engine() {
    for engine in engines() {
        let place = line();
        let existing = Database::new(engine);
        // One of that name beside it, which is not there yet.
        let url = match engine {
            Engine::Sqlite => format!("sqlite:{}", place.path().join("fresh.db").display()),
            _ => format!("{}_fresh", existing.url),
        };
        let run = |words: &str| {
            let ran = place.run(&format!("--url {url} {words}"));
            assert!(!ran.text().contains("secret"), "{ran:?}");
            ran
        };
        let expect = |words: &str, said: &str| {
            let ran = run(words);
            assert_eq!(ran.code, 0, "{engine:?} {words}: {ran:?}");
            assert!(ran.stderr.contains(said), "{engine:?} {words}: {ran:?}");
        };
        expect("database drop", "there was no database to drop");
        expect("database setup", "2 revisions applied");
        expect("database create", "the database exists");
        assert_eq!(run("current --check-heads").code, 0);
        expect("database reset", "2 revisions applied");
        expect("redo", "1 revision reverted and applied again");
        expect("database drop", "the database is dropped");
        // Where there is none, none stands in the way.
        expect("database reset", "there was no database to drop");
        expect("database drop", "the database is dropped");
        if engine != Engine::Sqlite {
            assert_eq!(run("status").code, 8, "{engine:?}");
        }
        expect("database create", "the database is created");
        expect("upgrade", "2 revisions applied");
    }
}

#[test]
fn a_file_that_is_no_database_is_not_deleted() {
    let place = line();
    place.write("diary.db", "dear diary");
    let ran = place.run("--url diary.db database drop");
    assert_eq!(ran.code, 1, "{ran:?}");
    assert!(ran.stderr.contains("is no database"), "{ran:?}");
    assert!(place.path().join("diary.db").exists());
}

#[test]
fn a_protected_database_is_not_destroyed_without_its_name() {
    let place = line();
    place.write(
        "aludel.toml",
        "[databases.a]\nurl = \"sqlite:a.db\"\nprotected = true\n",
    );
    assert_eq!(place.run("database setup").code, 0);
    for words in ["database drop", "database reset", "redo"] {
        let before = place.everything();
        let ran = place.run(words);
        assert_eq!(ran.code, 1, "{words}: {ran:?}");
        assert!(ran.stderr.contains("--yes-on a"), "{words}: {ran:?}");
        assert_eq!(place.everything(), before, "{words}");
    }
    assert_eq!(place.run("redo --yes-on a").code, 0);
    assert_eq!(place.run("database drop --yes-on a").code, 0);
    assert!(!place.path().join("a.db").exists());
}

/// A revision that declares two variables, and a configuration that sets one.
fn with_variables() -> Place {
    let place = Place::new();
    place.revision(
        A,
        "CREATE TABLE ${table} (name TEXT DEFAULT '${who}');\nINSERT INTO ${table} VALUES ('${other}');\n",
        "DROP TABLE ${table};\n",
    );
    place.metadata(
        A,
        "run_in_transaction = true\nvariables = ['table', 'who']\n",
    );
    place.write(
        "aludel.toml",
        "[databases.a]\nurl = 'sqlite:a.db'\nvariables = { table = 'people' }\n",
    );
    place
}

#[test]
fn declared_variables_have_their_values_from_the_file_and_the_command_line() {
    let place = with_variables();
    let ran = place.run_words(&["upgrade", "-x", "who=O'Hara"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    // What is not declared stays as it is written.
    assert_eq!(
        place.sqlite("a.db", "SELECT name FROM people"),
        "${other}\n"
    );
    assert_eq!(
        place.sqlite(
            "a.db",
            "INSERT INTO people DEFAULT VALUES; SELECT name FROM people WHERE rowid = 2"
        ),
        "O'Hara\n"
    );
    let ran = place.run_words(&[
        "downgrade",
        "heads:base",
        "--sql",
        "-x",
        "who=",
        "-x",
        "table=t2",
    ]);
    assert!(ran.stdout.contains("DROP TABLE t2;"), "{ran:?}");
    // The checksum is of the file: other values are no edit.
    assert_eq!(place.run("status --check -x who=other").code, 0);
}

#[test]
fn a_variable_without_a_value_is_refused_with_its_place() {
    let place = with_variables();
    let before = place.everything();
    let ran = place.run("upgrade");
    assert_eq!(ran.code, 1, "{ran:?}");
    assert!(
        ran.stderr.contains("the variable `who` has no value"),
        "{ran:?}"
    );
    assert!(ran.stderr.contains("up.sql:1:43"), "{ran:?}");
    let ran = place.run_words(&["upgrade", "-x", "who=a", "-x", "table=a; DROP"]);
    assert_eq!(ran.code, 1, "{ran:?}");
    assert!(ran.stderr.contains("plain word"), "{ran:?}");
    assert_eq!(place.everything(), before);
}

#[test]
fn init_writes_the_project_of_a_url() {
    for (words, dialect, url) in [
        ("init", "postgres", "sqlite:default.db"),
        ("init --url sqlite:x.db", "sqlite", "sqlite:x.db"),
        (
            "init --url sqlite:x.db --dialect mysql",
            "mysql",
            "sqlite:x.db",
        ),
        (
            "init --url mariadb://app@db/x",
            "mysql",
            "mariadb://app@db/x",
        ),
        (
            "init --url postgres://app:hidden@db/x",
            "postgres",
            "${DATABASE_URL}",
        ),
    ] {
        let place = Place::new().variable("DATABASE_URL", "sqlite:other.db");
        let ran = place.run(words);
        assert_eq!(ran.code, 0, "{words}: {}", ran.text());
        assert_eq!(
            ran.stderr.contains("may hold a secret"),
            url.starts_with('$')
        );
        let text = std::fs::read_to_string(place.path().join("aludel.toml")).unwrap();
        assert!(
            text.contains(&format!("dialect    = \"{dialect}\" ")),
            "{text}"
        );
        assert!(
            text.contains(&format!("\nurl        = \"{url}\"\n")),
            "{text}"
        );
        assert_eq!(place.run("config").code, 0, "{text}");
        assert_eq!(place.run("check").code, 0, "{text}");
    }
    let place = Place::new();
    for words in ["init --url nosuch:x", "init --dialect nosuch"] {
        assert_eq!(place.run(words).code, 9, "{words}");
        assert!(place.everything().is_empty(), "{words}");
    }
}
