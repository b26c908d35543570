//! What is odd is said, and not passed over in silence.

#![allow(clippy::unwrap_used, reason = "a panic is a failed test")]

use std::os::unix::fs::symlink;
use std::process::Command;

use aludel_tests::desk::Place;

fn place() -> Place {
    let place = Place::new();
    place.revision("1_a", "CREATE TABLE a (id INT);\n", "DROP TABLE a;\n");
    place
}

/// A revision that a broken link was to bring was not there, and `upgrade` succeeded without it.
#[test]
fn a_link_among_the_revisions_that_leads_nowhere_is_refused() {
    for recursive in ["", "recursive = true\n"] {
        let place = place();
        let database = "[databases.default]\nurl = 'sqlite:x.db'\nmigrations = 'migrations'\n";
        place.write("aludel.toml", format!("{database}{recursive}"));
        symlink("../gone", place.path().join("migrations/2_b")).unwrap();
        for words in ["check", "upgrade"] {
            let ran = place.run(words);
            assert_eq!(ran.code, 1, "{ran:?}");
            let text = format!("{}{}", ran.stdout, ran.stderr);
            let told = "the link `migrations/2_b` leads nowhere";
            assert!(text.contains(told), "{ran:?}");
        }
        assert!(!place.path().join("x.db").exists());
        // What an editor leaves behind is hidden, and one that leads somewhere is a revision.
        std::fs::remove_file(place.path().join("migrations/2_b")).unwrap();
        symlink("me@host:1", place.path().join("migrations/.#up.sql")).unwrap();
        place.write("elsewhere/up.sql", "CREATE TABLE b (id INT);\n");
        symlink("../elsewhere", place.path().join("migrations/2_b")).unwrap();
        let ran = place.run("upgrade");
        assert!(ran.stderr.contains("2 revisions applied"), "{ran:?}");
    }
}

/// What an override, a down script or metadata was a link to was gone, and the run did without it: `up.sql` ran in the
/// override's place.
#[test]
fn a_file_of_a_revision_that_is_no_file_is_refused() {
    type Make = fn(&std::path::Path);
    let broken: Make = |path| symlink("gone", path).unwrap();
    let directory: Make = |path| std::fs::create_dir(path).unwrap();
    let link = "it is a link that leads nowhere";
    let cases: [(&str, &str, Make, &str); 6] = [
        ("up.sqlite.sql", "upgrade", broken, link),
        ("metadata.toml", "upgrade", broken, link),
        ("up.sql", "upgrade", broken, link),
        ("down.sql", "downgrade base", broken, link),
        ("up.sqlite.sql", "upgrade", directory, ""),
        ("down.sql", "downgrade base", directory, ""),
    ];
    for (file, command, make, why) in cases {
        let place = place();
        if command != "upgrade" {
            assert_eq!(place.run("--url sqlite:x.db upgrade").code, 0);
        }
        let path = place.path().join("migrations/1_a").join(file);
        if path.exists() {
            std::fs::remove_file(&path).unwrap();
        }
        make(&path);
        for command in ["check", command] {
            let ran = place.run(&format!("--url sqlite:x.db {command}"));
            assert_eq!(ran.code, 1, "{file}: {ran:?}");
            let text = format!("{}{}", ran.stdout, ran.stderr);
            let told = format!("cannot read `migrations/1_a/{file}`: {why}");
            assert!(text.contains(&told), "{file}: {ran:?}");
        }
    }
}

/// It was passed over, and a configuration further up or none was used.
#[test]
fn a_configuration_that_is_no_file_is_refused() {
    let make: [fn(&std::path::Path); 3] = [
        |path| std::fs::create_dir(path).unwrap(),
        |path| symlink("gone.toml", path).unwrap(),
        |path| assert!(Command::new("mkfifo").arg(path).status().unwrap().success()),
    ];
    for make in make {
        let place = place();
        make(&place.path().join("aludel.toml"));
        let ran = place.run("--url sqlite:x.db upgrade");
        assert_eq!(ran.code, 1, "{ran:?}");
        assert!(
            ran.stderr
                .contains("cannot read the configuration `aludel.toml`"),
            "{ran:?}"
        );
    }
    // What is named may be anything that can be read.
    let place = place();
    let ran = place.bash(
        "aludel -c <(echo '[databases.default]
url = \"sqlite::memory:\"
migrations = \"'\"$PWD\"'/migrations\"') upgrade",
    );
    assert_eq!(ran.code, 0, "{ran:?}");
}

/// Events that the disk had no room for were lost, and the run ended with success.
#[test]
fn events_that_cannot_be_written_are_told_by_the_exit_code() {
    for words in ["--format json upgrade", "upgrade --dry-run"] {
        let place = place();
        let ran = place.bash(&format!("aludel --url sqlite:x.db {words} >/dev/full"));
        assert_eq!(ran.code, 1, "{words}: {ran:?}");
        let told = "the answer could not be written";
        assert_eq!(ran.stderr.matches(told).count(), 1, "{words}: {ran:?}");
        let told = "`aludel status` says what is committed";
        assert!(ran.stderr.contains(told), "{ran:?}");
        // What was begun is done all the same.
        let ran = place.run("--url sqlite:x.db current");
        let applied = if words.contains("json") {
            "1_a (head)\n"
        } else {
            ""
        };
        assert_eq!(ran.stdout, applied, "{ran:?}");
    }
}

/// Nothing was said at all: the error was written to where nothing can be.
#[test]
fn an_answer_in_json_that_cannot_be_written_is_told_on_stderr() {
    let place = place();
    let ran = place.bash("aludel --format json --url sqlite:x.db status >/dev/full");
    assert_eq!(ran.code, 1, "{ran:?}");
    assert!(ran.stderr.contains("could not be written"), "{ran:?}");
    // What went wrong before that is told too.
    let ran = place.bash("aludel --format json --url sqlite:x.db upgrade nowhere >/dev/full");
    assert_eq!(ran.code, 1, "{ran:?}");
    assert!(ran.stderr.contains("`nowhere`"), "{ran:?}");
}

/// `status` counted only what has a file, `current` every row.
#[test]
fn status_and_current_count_the_same_rows() {
    let place = place();
    place.revision("2_b", "CREATE TABLE b (id INT);\n", "DROP TABLE b;\n");
    assert_eq!(place.run("--url sqlite:x.db upgrade").code, 0);
    std::fs::remove_dir_all(place.path().join("migrations/1_a")).unwrap();
    let applied = |words: &str| {
        let document = place
            .run(&format!("--url sqlite:x.db --format json {words}"))
            .json();
        let rows = document["databases"][0]["applied"]
            .as_array()
            .unwrap()
            .clone();
        let mut rows: Vec<_> = rows.iter().map(ToString::to_string).collect();
        rows.sort();
        rows
    };
    assert_eq!(applied("status"), ["\"1\"", "\"2\""]);
    assert_eq!(applied("status"), applied("current"));
}

/// Every statement was committed, "the rest is not", and both ways of repair were offered.
#[test]
fn a_revision_that_lacks_only_its_row_is_told_so() {
    let script = "-- aludel: no-transaction\nCREATE TABLE b (id INT);\nCREATE TABLE c (id INT);\n";
    let down = "-- aludel: no-transaction\nDROP TABLE c;\nDROP TABLE b;\n";
    for (command, back, so) in [
        (
            "upgrade",
            "DELETE FROM __diesel_schema_migrations",
            "--applied",
        ),
        (
            "downgrade base",
            "INSERT INTO __diesel_schema_migrations (version) VALUES (2)",
            "--not-applied",
        ),
    ] {
        let place = Place::new();
        place.revision("2_b", script, down);
        assert_eq!(place.run("--url sqlite:x.db upgrade").code, 0);
        if command != "upgrade" {
            assert_eq!(place.run(&format!("--url sqlite:x.db {command}")).code, 0);
        }
        let cut = "DELETE FROM __aludel_journal WHERE number = (SELECT max(number) FROM __aludel_journal)";
        assert_eq!(place.bash(&format!("sqlite3 x.db '{back}; {cut}'")).code, 0);
        let ran = place.run(&format!("--url sqlite:x.db {command}"));
        assert_eq!(ran.code, 7, "{ran:?}");
        assert!(
            ran.stderr.contains("all 2 statements are committed"),
            "{ran:?}"
        );
        let next = format!("`aludel --url sqlite:x.db repair 2 {so}`");
        assert!(ran.stderr.contains(&next), "{ran:?}");
        let ran = place.run("--url sqlite:x.db repair");
        assert!(ran.stdout.contains(&next), "{ran:?}");
        assert_eq!(
            place.run(&format!("--url sqlite:x.db repair 2 {so}")).code,
            0
        );
        let ran = place.run(&format!("--url sqlite:x.db {command}"));
        assert_eq!(ran.code, 0, "{ran:?}");
    }
}

/// Beside a configuration that names other directories it made `migrations` too.
#[test]
fn init_makes_the_directories_that_a_configuration_names() {
    let place = Place::new();
    place.write(
        "aludel.toml",
        "[databases.a]\nmigrations = 'services/a'\n[databases.b]\nmigrations = ['b', 'services/a']\n",
    );
    let ran = place.run("init");
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(!place.path().join("migrations").exists(), "{ran:?}");
    for made in ["services/a", "b"] {
        assert!(place.path().join(made).is_dir(), "{ran:?}");
    }
}

/// The database is opened while the files are read. Where those were told first, the connection was dropped as it
/// opened, and the program stopped as if it had a bug.
#[test]
fn files_that_are_wrong_are_told_while_the_database_opens() {
    let place = place();
    place.write(
        "aludel.toml",
        "[databases.default]\nurl = 'sqlite:x.db'\nmigrations = 'migrations'\n",
    );
    assert_eq!(place.run("upgrade").code, 0);
    place.metadata("1_a", "down_revision = [");
    for _ in 0..40 {
        let ran = place.run("upgrade");
        assert_eq!(ran.code, 1, "{ran:?}");
        assert!(ran.stderr.contains("unclosed array"), "{ran:?}");
    }
}
