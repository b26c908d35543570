//! What a user or a script may rely on: exit codes, the shape of answers, and which commands write.

#![allow(clippy::unwrap_used)]

use aludel_tests::desk::Place;
use snapbox::str;

const A: &str = "2026-01-05-101500_a";
const B: &str = "2026-01-06-101500_b";

/// Two revisions, in a line, and no database.
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

fn versions(place: &Place) -> String {
    place.sqlite(
        "x.db",
        "SELECT version FROM __diesel_schema_migrations ORDER BY version",
    )
}

#[test]
fn help_and_version_are_answers() {
    let place = Place::new();
    for words in ["--help", "upgrade --help", "help downgrade", "--version"] {
        let ran = place.run(words);
        assert_eq!(ran.code, 0, "{words}: {ran:?}");
        assert!(
            ran.stdout.contains("aludel") || ran.stdout.contains("Usage"),
            "{ran:?}"
        );
        assert_eq!(ran.stderr, "", "{words}");
    }
    assert!(
        place
            .run("--help")
            .stdout
            .contains("Exit codes: 0 done, 1 refused, 2 usage")
    );
    for words in [
        "",
        "upgrad",
        "upgrade --nonsense",
        "downgrade",
        "upgrade --sql --dry-run",
    ] {
        let ran = place.run(words);
        assert_eq!(ran.code, 2, "{words}: {ran:?}");
        assert_eq!(ran.stdout, "", "{words}");
    }
}

#[test]
fn the_documents_of_current_and_heads_have_the_shape_that_is_promised() {
    let place = line();
    assert_eq!(
        place.run("--url sqlite:x.db upgrade 20260105101500").code,
        0
    );
    let current = place.run("--url sqlite:x.db --format json current").json();
    let database = &current["databases"][0];
    assert_eq!(database["database"], "default");
    assert_eq!(database["driver"], "sqlite");
    assert_eq!(database["heads"], serde_json::json!(["20260105101500"]));
    assert_eq!(database["applied"], serde_json::json!(["20260105101500"]));
    assert_eq!(database["at_head"], false);

    let heads = place.run("heads --format json").json();
    assert_eq!(
        heads,
        serde_json::json!({"databases": [{"database": "default", "heads": ["20260106101500"]}]})
    );
}

#[test]
fn every_event_of_a_run_is_one_object_a_line_errors_too() {
    let place = line();
    let ran = place.run("--format json --url sqlite:x.db upgrade");
    assert_eq!(ran.code, 0, "{ran:?}");
    let refused = place.run("--format json --url sqlite:x.db upgrade nonsense");
    assert_eq!(refused.code, 1);
    for line in ran.stdout.lines().chain(refused.stdout.lines()) {
        let event: serde_json::Value = serde_json::from_str(line).unwrap();
        assert!(event["event"].is_string(), "{line}");
    }
    let error: serde_json::Value =
        serde_json::from_str(refused.stdout.lines().last().unwrap()).unwrap();
    assert_eq!(error["event"], "error");
    assert_eq!(error["code"], "target-not-found");
    assert_eq!(error["exit_code"], 1);
}

#[test]
fn a_printed_script_is_the_same_every_time_and_makes_no_file() {
    let place = line();
    let before = place.everything();
    for words in [
        "--driver sqlite upgrade --sql",
        "--driver postgres upgrade --sql",
        "--driver mysql upgrade --sql",
        "--url mariadb://nowhere.invalid/db upgrade --sql",
        "--driver sqlite downgrade heads:base --sql",
        "--url sqlite:x.db upgrade 20260105101500:heads --sql",
        "--url sqlite:x.db stamp heads --sql",
        "--url sqlite:x.db ensure-version --sql",
    ] {
        let once = place.run(words);
        assert_eq!(once.code, 0, "{words}: {once:?}");
        assert!(!once.stdout.is_empty());
        assert_eq!(once.stdout, place.run(words).stdout, "{words}");
        assert!(before == place.everything(), "`{words}` wrote a file");
    }
}

#[test]
fn a_printed_script_does_in_the_client_what_the_run_does() {
    let place = line();
    let script = place.run("--url sqlite:y.db upgrade --sql").stdout;
    place.sqlite("y.db", script.strip_prefix(".bail on\n").unwrap());
    assert_eq!(place.run("--url sqlite:x.db upgrade").code, 0);
    let schema = "SELECT sql FROM sqlite_schema ORDER BY name; SELECT version FROM __diesel_schema_migrations;
                  SELECT revision, direction, event, checksum FROM __aludel_journal ORDER BY number";
    assert_eq!(place.sqlite("x.db", schema), place.sqlite("y.db", schema));
}

#[test]
fn a_printed_script_minds_foreign_keys_as_the_run_does() {
    let place = line();
    let orphan = "CREATE TABLE parents (id INTEGER PRIMARY KEY);
                  CREATE TABLE children (parent INTEGER REFERENCES parents (id));
                  INSERT INTO children VALUES (1);\n";
    place.revision(
        "2026-02-01-000000_orphan",
        orphan,
        "DROP TABLE children; DROP TABLE parents;\n",
    );
    let script = place.run("--url sqlite:y.db upgrade --sql").stdout;
    let script = script.strip_prefix(".bail on\n").unwrap();
    let shell = place.sqlite_fails("y.db", script);
    assert!(shell.contains("FOREIGN KEY constraint failed"), "{shell}");
    let ran = place.run("--url sqlite:x.db upgrade");
    assert!(
        ran.stderr.contains("FOREIGN KEY constraint failed"),
        "{ran:?}"
    );
    let rows = "SELECT version FROM __diesel_schema_migrations ORDER BY 1; SELECT name FROM sqlite_schema ORDER BY 1";
    assert_eq!(place.sqlite("x.db", rows), place.sqlite("y.db", rows));
}

#[test]
fn commands_that_read_make_no_ledger_and_no_file() {
    let place = line();
    place.sqlite("there.db", "CREATE TABLE mine (id INT)");
    let before = place.everything();
    for database in ["absent.db", "there.db"] {
        for words in [
            "status",
            "current",
            "history",
            "history -i",
            "show head",
            "upgrade --dry-run",
            "status --format json",
            "current --format json",
            "check",
            "branches",
        ] {
            let ran = place.run(&format!("--url sqlite:{database} {words}"));
            assert_eq!(ran.code, 0, "{database} {words}: {ran:?}");
            assert!(
                before == place.everything(),
                "`{words}` wrote to {database}"
            );
        }
    }
}

#[test]
fn pending_work_is_exit_code_3_only_where_it_was_asked() {
    let place = line();
    let code = |words: &str| place.run(&format!("--url sqlite:x.db {words}")).code;
    assert_eq!(code("status --check"), 3);
    assert_eq!(code("current --check-heads"), 3);
    assert_eq!((code("status"), code("current")), (0, 0));
    assert_eq!(code("upgrade 20260105101500"), 0);
    assert_eq!(code("status --check"), 3);
    assert_eq!(code("current --check-heads"), 3);
    assert_eq!(code("upgrade"), 0);
    assert_eq!(code("status --check"), 0);
    assert_eq!(code("current --check-heads"), 0);
    // Nothing to do is done.
    assert_eq!(code("upgrade"), 0);
}

#[test]
fn stamp_writes_the_ledger_and_runs_nothing() {
    let place = line();
    assert_eq!(place.run("--url sqlite:x.db stamp heads").code, 0);
    assert_eq!(versions(&place), "20260105101500\n20260106101500\n");
    let tables = "SELECT count(*) FROM sqlite_schema WHERE name IN ('a', 'b')";
    assert_eq!(place.sqlite("x.db", tables), "0\n");
    assert_eq!(place.run("--url sqlite:x.db stamp 20260105101500").code, 0);
    assert_eq!(versions(&place), "20260105101500\n");
    assert_eq!(place.run("--url sqlite:x.db stamp --purge base").code, 0);
    assert_eq!(versions(&place), "");
}

#[test]
fn upgrade_and_downgrade_move_and_come_back() {
    let place = line();
    assert_eq!(place.run("--url sqlite:x.db upgrade +1").code, 0);
    assert_eq!(versions(&place), "20260105101500\n");
    assert_eq!(place.run("--url sqlite:x.db upgrade").code, 0);
    assert_eq!(place.run("--url sqlite:x.db downgrade -1").code, 0);
    assert_eq!(versions(&place), "20260105101500\n");
    assert_eq!(place.run("--url sqlite:x.db downgrade base").code, 0);
    assert_eq!(versions(&place), "");
}

#[test]
fn init_never_overwrites() {
    let place = Place::new();
    let ran = place.run("init");
    snapbox::assert_data_eq!(
        ran.text(),
        str![[r#"
exit 0
== stdout
created migrations
created aludel.toml
== stderr
next: `aludel revision -m "create accounts"`

"#]]
    );
    place.write("aludel.toml", "# mine\n");
    place.write("migrations/keep", "mine");
    let before = place.everything();
    snapbox::assert_data_eq!(
        place.run("init").text(),
        str![[r#"
exit 0
== stdout
kept    migrations
kept    aludel.toml
== stderr
next: `aludel revision -m "create accounts"`

"#]]
    );
    assert!(before == place.everything());
}

#[test]
fn a_new_revision_names_its_parent_and_never_overwrites() {
    let place = line();
    let ran = place.run_words(&[
        "revision",
        "-m",
        "Add orders!",
        "--rev-id",
        "2026-02-01-000000",
    ]);
    snapbox::assert_data_eq!(
        ran.text(),
        str![[r#"
exit 0
== stdout
created migrations/2026-02-01-000000_add_orders/up.sql
created migrations/2026-02-01-000000_add_orders/down.sql
created migrations/2026-02-01-000000_add_orders/metadata.toml
== stderr
next: write its up.sql and down.sql, then `aludel upgrade`

"#]]
    );
    let metadata = place
        .path()
        .join("migrations/2026-02-01-000000_add_orders/metadata.toml");
    let metadata = std::fs::read_to_string(metadata).unwrap();
    assert!(metadata.contains("20260106101500"), "{metadata}");
    assert!(metadata.contains("run_in_transaction = true"), "{metadata}");
    let before = place.everything();
    let again = place.run_words(&[
        "revision",
        "-m",
        "Add orders!",
        "--rev-id",
        "2026-02-01-000000",
    ]);
    assert_eq!(again.code, 1, "{again:?}");
    assert!(before == place.everything());

    // Two in one second: the second takes the next one.
    assert_eq!(place.run("revision -m same").code, 0);
    assert_eq!(place.run("revision -m same").code, 0);
    let heads = place.run("heads --format json").json();
    assert_eq!(heads["databases"][0]["heads"].as_array().unwrap().len(), 1);
}

#[test]
fn a_merge_joins_the_heads_and_runs() {
    let place = line();
    assert_eq!(
        place
            .run("revision -m left --rev-id 2026-02-01-000000")
            .code,
        0
    );
    let right = "revision -m right --rev-id 2026-02-02-000000 --splice --head 20260106101500";
    assert_eq!(place.run(right).code, 0);
    for name in ["2026-02-01-000000_left", "2026-02-02-000000_right"] {
        place.revision(name, "SELECT 1;\n", "SELECT 1;\n");
    }
    let ran = place.run("merge heads --rev-id 2026-02-03-000000");
    snapbox::assert_data_eq!(
        ran.text(),
        str![[r#"
exit 0
== stdout
created migrations/2026-02-03-000000_merge/up.sql
created migrations/2026-02-03-000000_merge/down.sql
created migrations/2026-02-03-000000_merge/metadata.toml
== stderr
next: `aludel upgrade`

"#]]
    );
    let heads = place.run("heads --format json").json();
    assert_eq!(
        heads["databases"][0]["heads"],
        serde_json::json!(["20260203000000"])
    );
    assert_eq!(place.run("--url sqlite:x.db upgrade").code, 0);
    assert_eq!(place.run("--url sqlite:x.db status --check").code, 0);
    assert_eq!(place.run("merge heads").code, 1);
}
