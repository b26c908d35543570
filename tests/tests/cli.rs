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

#[test]
fn a_revision_that_would_make_the_project_unreadable_is_not_written() {
    let place = line();
    let labelled = "revision -m labelled --rev-id 2026-02-01-000000 --branch-label mine";
    assert_eq!(place.run(labelled).code, 0);
    let before = place.everything();
    let labels = [
        "head",
        "heads",
        "base",
        "",
        "a b",
        "a@b",
        "x+1",
        "x\ny",
        "20260105101500",
        "mine",
        "03",
    ];
    for label in labels {
        for words in [
            ["revision", "-m", "x"].as_slice(),
            &["merge", "20260106101500", "20260201000000", "--splice"],
        ] {
            let flags = ["--rev-id", "03", "--branch-label", label];
            let ran = place.run_words(&[words, &flags].concat());
            assert_eq!(ran.code, 1, "{label}: {ran:?}");
            assert!(ran.stderr.contains("-label"), "{label}: {ran:?}");
        }
    }
    for id in ["head", "heads", "base", "mine"] {
        let ran = place.run_words(&["revision", "-m", "x", "--rev-id", id]);
        assert_eq!(ran.code, 1, "{id}: {ran:?}");
        assert!(ran.stderr.contains("write-id"), "{id}: {ran:?}");
    }
    assert!(before == place.everything());
}

#[test]
fn a_control_character_in_the_name_of_a_revision_is_refused_and_shown_harmless() {
    for name in ["3_nl\nDROP TABLE a; --", "4_\u{1b}[31mred"] {
        let place = line();
        place.revision(name, "SELECT 1;\n", "SELECT 1;\n");
        for words in ["--driver sqlite upgrade --sql", "check", "history"] {
            let ran = place.run(words);
            assert_eq!((ran.code, ran.stdout.as_str()), (1, ""), "{words}: {ran:?}");
            assert!(ran.stderr.contains("holds a control character"), "{ran:?}");
            assert!(!ran.stderr.contains(['\u{1b}']), "{ran:?}");
            assert!(!ran.stderr.contains("\nDROP"), "{ran:?}");
        }
    }
}

#[test]
fn check_finds_what_upgrade_refuses_and_what_no_run_here_reads() {
    let place = line();
    place.write(
        "aludel.toml",
        "[databases.a]\ndialect = 'postgres'\nurl = 'sqlite:a.db'\n",
    );
    assert_eq!(place.run("check").code, 0);
    for (file, bytes, said) in [
        ("up.sqlite.sql", b"-- nothing\n".as_slice(), "script-empty"),
        ("up.postgres.sql", b"SELECT '\xff';\n", "is not UTF-8"),
        (
            "down.mariadb.sql",
            b"SELECT 'open;\n",
            "script-unterminated",
        ),
        (
            "up.sqllite.sql",
            b"SELECT 1;\n",
            "did you mean `up.sqlite.sql`?",
        ),
        (
            "down.oracle.sql",
            b"SELECT 1;\n",
            "is for no driver that is known",
        ),
    ] {
        let file = format!("migrations/{A}/{file}");
        place.write(&file, bytes);
        let ran = place.run("check");
        assert_eq!(ran.code, 1, "{file}: {ran:?}");
        assert!(ran.stdout.contains("1 problem,"), "{file}: {ran:?}");
        assert!(ran.stderr.contains(said), "{file}: {ran:?}");
        std::fs::remove_file(place.path().join(file)).unwrap();
    }
}

#[test]
fn check_needs_no_url_and_says_what_it_could_not_take_into_account() {
    let place = line();
    place.write(
        "aludel.toml",
        "[databases.a]\ndialect = 'postgres'\nurl = '${NOWHERE}'\n",
    );
    let ran = place.run("check");
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(ran.stdout.contains("checked without its URL"), "{ran:?}");
    assert!(ran.stdout.contains("`NOWHERE`"), "{ran:?}");
}

#[test]
fn a_printed_stamp_may_go_down_as_a_stamp_does() {
    let place = line();
    for database in ["x.db", "y.db"] {
        let ran = place.run(&format!("--url sqlite:{database} upgrade"));
        assert_eq!(ran.code, 0, "{ran:?}");
    }
    let ran = place.run("--url sqlite:y.db stamp 20260106101500:20260105101500 --sql");
    assert_eq!(ran.code, 0, "{ran:?}");
    place.sqlite("y.db", ran.stdout.strip_prefix(".bail on\n").unwrap());
    assert_eq!(place.run("--url sqlite:x.db stamp 20260105101500").code, 0);
    // Offline nobody knows the checksum that is on record: the script confirms the target's.
    let ledger = "SELECT version FROM __diesel_schema_migrations;
                  SELECT revision, event FROM __aludel_journal WHERE direction = 'down'";
    assert_eq!(
        place.sqlite("x.db", ledger),
        "20260105101500\n20260106101500|stamped\n"
    );
    assert_eq!(place.sqlite("x.db", ledger), place.sqlite("y.db", ledger));
}

#[test]
fn config_shows_what_is_set_and_says_which_url_is_not_known() {
    let place = Place::new();
    place.write(
        "aludel.toml",
        "[databases.a]\ndialect = 'postgres'\nurl = 'sqlite:${WHERE}'\n
         [databases.b]\nurl = 'sqlite:b.db'\n
         [environments.prod.databases.b]\nserver = 'sqlite 3.40'\n",
    );
    for words in ["config", "config --explain"] {
        let ran = place.run(words);
        assert_eq!(ran.code, 0, "{ran:?}");
        for said in [
            "= postgres",
            "b.db",
            "needs the variable `WHERE`, which is not set",
        ] {
            assert!(ran.stdout.contains(said), "{said}: {ran:?}");
        }
    }
    let ran = place.run("config --explain -e prod -d b");
    assert!(
        ran.stdout.contains("no `url` in the environment `prod`"),
        "{ran:?}"
    );
    assert!(ran.stdout.contains("sqlite 3.40"), "{ran:?}");
    // Read by its schema: what is not set is null.
    let answer = place.run("config --format json").json();
    let settings = answer["databases"][0]["settings"].as_array().unwrap();
    let line = |key: &str| settings.iter().find(|line| line["key"] == key).unwrap();
    assert!(line("server")["value"].is_null());
    assert!(line("url")["value"].is_null());
    assert!(line("url")["problem"].as_str().unwrap().contains("WHERE"));
}

#[test]
fn a_url_that_could_never_connect_is_refused_with_its_place() {
    let place = line();
    for (url, said) in [
        ("postgres://h/db?sslmode=sure", "sslmode"),
        ("postgres://h/db?nonsense=1", "nonsense"),
        (
            "postgres://h/db?sslmode=verify-full&sslrootcert=/no/ca",
            "/no/ca",
        ),
        ("mysql://u@h", "names no database"),
        ("mysql://u@h/db?nonsense=1", "`nonsense`"),
        ("mysql://u@h/db?ssl-ca=/no/ca", "/no/ca"),
    ] {
        let config = format!("[databases.a]\nurl = '{url}'\n");
        place.write("aludel.toml", config);
        let ran = place.run("status");
        assert_eq!(ran.code, 1, "{url}: {ran:?}");
        assert!(ran.stderr.contains(said), "{url}: {ran:?}");
        assert!(ran.stderr.contains("aludel.toml:2"), "{url}: {ran:?}");
        assert!(!ran.stderr.contains("server runs"), "{url}: {ran:?}");
    }
}

#[test]
fn steps_below_base_are_told_by_what_is_applied() {
    let place = line();
    let said = |words: &str| {
        let ran = place.run(&format!("--url sqlite:x.db {words}"));
        assert_eq!(ran.code, 1, "{ran:?}");
        ran.stderr
    };
    assert!(said("redo").contains("no revision is applied"));
    assert_eq!(place.run("--url sqlite:x.db upgrade").code, 0);
    assert!(said("redo -n 5").contains("only 2 revisions are applied"));
    assert!(said("downgrade -3").contains("only 2 revisions are applied"));
}

#[test]
fn the_date_of_a_directory_is_no_arithmetic() {
    let place = line();
    let ran = place.run("--url sqlite:x.db upgrade 2026-01-05");
    assert_eq!(ran.code, 1, "{ran:?}");
    assert!(ran.stderr.contains("`20260105`"), "{ran:?}");
    let ran = place.run("--url sqlite:x.db upgrade 2027-01-05");
    assert!(
        ran.stderr.contains("no revision or label `2027-01-05`"),
        "{ran:?}"
    );
    // The whole prefix is a name, and steps may follow it.
    let ran = place.run("--url sqlite:x.db upgrade 2026-01-06-101500-1");
    assert_eq!(ran.code, 0, "{ran:?}");
    assert_eq!(versions(&place), "20260105101500\n");
}

#[test]
fn an_environment_file_that_cannot_be_read_says_why_and_where() {
    let place = line();
    place.write(".env", "A=1\n\n# a word\nB=2\nPASSWORD s3cret\n");
    let ran = place.run("heads");
    assert_eq!(ran.code, 1, "{ran:?}");
    assert!(ran.stderr.contains("line 5 of `.env`"), "{ran:?}");
    assert!(!ran.stderr.contains("s3cret"), "{ran:?}");
    std::fs::remove_file(place.path().join(".env")).unwrap();
    std::fs::create_dir(place.path().join(".env")).unwrap();
    let ran = place.run("heads");
    assert_eq!(ran.code, 1, "{ran:?}");
    assert!(ran.stderr.contains("directory"), "{ran:?}");
}

#[test]
fn an_empty_variable_is_not_set() {
    let place = line()
        .variable("ALUDEL_ENV", "")
        .variable("ALUDEL_CONFIG", "");
    place.write("aludel.toml", "[databases.a]\nurl = 'sqlite:a.db'\n");
    assert_eq!(place.run("upgrade").code, 0);
    assert!(place.path().join("a.db").exists());
    let ran = line().run_words(&["-e", "", "heads"]);
    assert_eq!(ran.code, 1, "a flag with nothing behind it: {ran:?}");
}

#[test]
fn a_configuration_that_names_what_cannot_be_is_refused() {
    let place = line();
    for (config, code) in [
        (
            "[databases.a]\nledger_table = '__Aludel_journal'\n",
            "config-one-table",
        ),
        (
            "[databases.a]\nledger_table = 't'\njournal_table = 't'\n",
            "config-one-table",
        ),
        ("[databases.'']\n", "config-bad-name"),
        ("[databases.\"a\\u001B[31m\"]\n", "config-bad-name"),
        (
            "[databases.a]\n[environments.''.databases.a]\n",
            "config-bad-name",
        ),
    ] {
        place.write("aludel.toml", config);
        let ran = place.run("heads");
        assert_eq!(ran.code, 1, "{config}: {ran:?}");
        assert!(ran.stderr.contains(code), "{config}: {ran:?}");
        assert!(!ran.stderr.contains('\u{1b}'), "{config}: {ran:?}");
    }
}

#[test]
fn a_stamp_that_is_only_tried_says_what_it_would_do() {
    let place = line();
    let ran = place.run("--url sqlite:x.db stamp heads --dry-run");
    assert_eq!(ran.code, 0, "{ran:?}");
    for said in [
        "would enter 20260105101500 in the ledger",
        "would enter 20260106101500 in the ledger",
    ] {
        assert!(ran.stdout.contains(said), "{said}: {ran:?}");
    }
    assert!(ran.stderr.contains("nothing was changed"), "{ran:?}");
    assert!(!place.path().join("x.db").exists());
    assert_eq!(place.run("--url sqlite:x.db stamp heads").code, 0);
    let ran = place.run("--url sqlite:x.db stamp 20260105101500 --dry-run");
    let said = "would remove 20260106101500 from the ledger";
    assert!(ran.stdout.contains(said), "{ran:?}");
    assert_eq!(versions(&place), "20260105101500\n20260106101500\n");
    // Programs are told the same.
    let ran = place.run("--format json --url sqlite:x.db stamp base --dry-run");
    assert!(ran.stdout.contains("\"would_stamp\""), "{ran:?}");
}
