//! What the binary says to input that it must refuse: the code, the whole text, and that nothing
//! was changed. Every text here is one that a person meets on a bad day; keep it helpful.

#![allow(clippy::unwrap_used)]

use aludel_tests::desk::{Place, Ran, aludel};
use snapbox::IntoData;
use snapbox::str;

/// The words that apply everything to the place's own database.
const UPGRADE: &str = "--url sqlite:x.db upgrade";

#[track_caller]
fn says(ran: &Ran, expected: impl IntoData) {
    snapbox::assert_data_eq!(ran.text(), expected.raw());
}

/// Runs, compares, and asserts that no file of the place changed or appeared.
#[track_caller]
fn refuses(place: &Place, words: &str, expected: impl IntoData) {
    let before = place.everything();
    let ran = place.run(words);
    says(&ran, expected);
    assert!(before == place.everything(), "`{words}` changed a file");
}

/// One revision, `a`, applied to `x.db`.
fn applied() -> Place {
    let place = Place::new();
    place.revision(
        "2026-01-05-101500_a",
        "CREATE TABLE a (id INT);\n",
        "DROP TABLE a;\n",
    );
    let ran = place.run(UPGRADE);
    assert_eq!(ran.code, 0, "{ran:?}");
    place
}

/// As [`applied`], with a second revision that waits to be refused.
fn with_second(up: impl AsRef<[u8]>) -> Place {
    let place = applied();
    place.write("migrations/2026-01-06-101500_b/up.sql", up);
    place
}

/// A place with this `aludel.toml`.
fn configured(config: &str) -> Place {
    let place = Place::new();
    place.write("aludel.toml", config);
    place.revision("2026-01-05-101500_a", "SELECT 1;\n", "SELECT 2;\n");
    place
}

#[test]
fn a_malformed_configuration_is_refused_at_its_place() {
    let place = configured("[databases.main]\nurl = \"sqlite:x.db\nmigrations = \"m\"\n");
    refuses(
        &place,
        "upgrade",
        str![[r#"
exit 1
== stderr
toml-syntax

  × invalid basic string, expected `"`
  │ at [DIR]/aludel.toml:2:19


"#]],
    );
}

#[test]
fn an_unknown_key_of_the_configuration_is_refused_with_the_likely_one() {
    let place =
        configured("[databases.main]\nurl = \"sqlite:x.db\"\nmigration = \"m\"\nlokc = 1\n");
    refuses(
        &place,
        "upgrade",
        str![[r#"
exit 1
== stderr
config-unknown-key

  × unknown key `databases.main.migration`, did you mean `migrations`?
  │ at [DIR]/aludel.toml:3:1

config-unknown-key

  × unknown key `databases.main.lokc`
  │ at [DIR]/aludel.toml:4:1


"#]],
    );
}

#[test]
fn an_unknown_scheme_names_the_known_ones() {
    let place = applied();
    refuses(
        &place,
        "--url oracle://localhost/x upgrade",
        str![[r#"
exit 9
== stderr
unknown-driver

  × no driver is known for `oracle` (known: sqlite, postgres, postgresql, mysql, mariadb)
  help: `aludel drivers` lists every driver, and where each was found


"#]],
    );
}

#[test]
fn a_missing_migrations_directory_is_named() {
    let place = Place::new();
    refuses(
        &place,
        UPGRADE,
        str![[r#"
exit 1
== stderr
revision-missing-directory

  × the migrations directory `migrations` does not exist
  help: run `aludel init`, or name the directory with `--migrations DIR`


"#]],
    );
    refuses(
        &place,
        "--url sqlite:x.db --migrations elsewhere status",
        str![[r#"
exit 1
== stderr
revision-missing-directory

  × the migrations directory `elsewhere` does not exist
  help: run `aludel init`, or name the directory with `--migrations DIR`


"#]],
    );
}

#[test]
fn a_script_without_statements_is_refused() {
    let place = with_second("-- nothing here\n\n  ;\n");
    refuses(
        &place,
        UPGRADE,
        str![[r#"
exit 1
== stderr
script-empty

  × the script holds no statement
   ╭─[migrations/2026-01-06-101500_b/up.sql:1:1]
 1 │ -- nothing here
   · ▲
 2 │ 
 3 │   ;
   ╰────
  help: write a statement that does nothing, such as SELECT 1


"#]],
    );
}

#[test]
fn a_script_that_is_not_utf_8_is_refused_at_its_place() {
    let place = with_second(b"SELECT 1;\nSELECT '\xff';\n");
    refuses(
        &place,
        UPGRADE,
        str![[r#"
exit 1
== stderr
script-not-utf8

  × the script is not UTF-8 (byte 18)
  │ at migrations/2026-01-06-101500_b/up.sql:2:9
  help: save the file as UTF-8


"#]],
    );
}

#[test]
fn a_nul_byte_in_a_script_is_refused_at_its_place() {
    let place = with_second(b"SELECT 1;\nSELECT '\0';\n");
    refuses(
        &place,
        UPGRADE,
        str![[r#"
exit 1
== stderr
script-nul

  × the script holds a NUL byte (byte 18)
  │ at migrations/2026-01-06-101500_b/up.sql:2:9
  help: remove the NUL byte


"#]],
    );
}

#[test]
fn an_id_of_more_than_fifty_characters_is_refused() {
    let place = applied();
    let name = format!("{}_b", "1234567890".repeat(5) + "1");
    place.revision(&name, "SELECT 1;\n", "SELECT 2;\n");
    refuses(
        &place,
        UPGRADE,
        str![[r#"
exit 1
== stderr
revision-id

  × `migrations/123456789012345678901234567890123456789012345678901_b`: the revision id
  │ `123456789012345678901234567890123456789012345678901` has 51 characters; the ledger holds at
  │ most 50
  help: the id is the directory's name up to the first `_`, hyphens removed: rename the directory


"#]],
    );
}

#[test]
fn a_script_that_ends_its_own_transaction_is_refused_before_it_runs() {
    let place = with_second("CREATE TABLE b (id INT);\nCOMMIT;\nBEGIN;\nSELECT 1;\n");
    refuses(
        &place,
        UPGRADE,
        str![[r#"
exit 1
== stderr
script-ends-transaction

  × COMMIT would end or replace the transaction the script runs in
   ╭─[migrations/2026-01-06-101500_b/up.sql:2:1]
 1 │ CREATE TABLE b (id INT);
 2 │ COMMIT;
   · ──────
 3 │ BEGIN;
 4 │ SELECT 1;
   ╰────
  help: remove it: the script has a transaction already; or add a line `-- aludel: no-transaction`

script-ends-transaction

  × BEGIN would end or replace the transaction the script runs in
   ╭─[migrations/2026-01-06-101500_b/up.sql:3:1]
 1 │ CREATE TABLE b (id INT);
 2 │ COMMIT;
 3 │ BEGIN;
   · ─────
 4 │ SELECT 1;
   ╰────
  help: remove it: the script has a transaction already; or add a line `-- aludel: no-transaction`


"#]],
    );
}

#[test]
fn copy_from_stdin_is_refused_at_its_place() {
    let place = with_second("CREATE TABLE b (id INT);\nCOPY b FROM STDIN;\n1\n2\n\\.\n");
    refuses(
        &place,
        "--driver postgres upgrade --sql",
        str![[r#"
exit 1
== stderr
script-copy

  × COPY … FROM STDIN reads data from the client
   ╭─[migrations/2026-01-06-101500_b/up.sql:2:1]
 1 │ CREATE TABLE b (id INT);
 2 │ COPY b FROM STDIN;
   · ─────────────────
 3 │ 1
 4 │ 2
   ╰────
  help: write the rows as INSERT statements, or load them with the client


"#]],
    );
}

#[test]
fn a_backslash_command_of_psql_is_refused_at_its_place() {
    let place = with_second("CREATE TABLE b (id INT);\n\\i other.sql\nSELECT 1;\n");
    refuses(
        &place,
        "--driver postgres upgrade --sql",
        str![[r#"
exit 1
== stderr
script-client-command

  × `\i` is a command of the psql client, not SQL
   ╭─[migrations/2026-01-06-101500_b/up.sql:2:1]
 1 │ CREATE TABLE b (id INT);
 2 │ \i other.sql
   · ────────────
 3 │ SELECT 1;
   ╰────
  help: remove the line: migrations are sent to the server, no client reads them


"#]],
    );
}

#[test]
fn an_edited_applied_file_is_a_difference_and_a_warning() {
    let place = applied();
    place.write(
        "migrations/2026-01-05-101500_a/up.sql",
        "CREATE TABLE a (id BIGINT);\n",
    );
    refuses(
        &place,
        "--url sqlite:x.db status --check",
        str![[r#"
exit 4
== stdout
default (sqlite 3.x)
  current     2026-01-05-101500_a
  applied     1 revision
  pending     nothing
  changed     2026-01-05-101500_a: its file has changed since it was applied

"#]],
    );
    place.revision(
        "2026-01-06-101500_b",
        "CREATE TABLE b (id INT);\n",
        "DROP TABLE b;\n",
    );
    says(
        &place.run(UPGRADE),
        str![[r#"
exit 0
== stderr
warning: `2026-01-05-101500_a` has changed since it was applied
1 revision to apply
  + 2026-01-06-101500_b applied
1 revision applied

"#]],
    );
    assert_eq!(
        place
            .sqlite(
                "x.db",
                "SELECT name FROM sqlite_schema WHERE name IN ('a', 'b')"
            )
            .split_whitespace()
            .count(),
        2
    );
}

#[test]
fn a_ledger_row_without_a_file_refuses_only_what_needs_the_file() {
    let place = applied();
    place.revision(
        "2026-01-06-101500_b",
        "CREATE TABLE b (id INT);\n",
        "DROP TABLE b;\n",
    );
    assert_eq!(place.run(UPGRADE).code, 0);
    std::fs::remove_dir_all(place.path().join("migrations/2026-01-06-101500_b")).unwrap();
    refuses(
        &place,
        "--url sqlite:x.db status --check",
        str![[r#"
exit 4
== stdout
default (sqlite 3.x)
  current     2026-01-05-101500_a
  applied     1 revision
  pending     nothing
  missing     20260106101500: applied, but its file is gone

"#]],
    );
    refuses(
        &place,
        "--url sqlite:x.db downgrade base",
        str![[r#"
exit 1
== stderr
missing

  × the files of these applied revisions are gone, so they cannot be reverted: 20260106101500
  help: restore the files, or `aludel stamp --forget ID` for each


"#]],
    );

    place.revision(
        "2026-01-07-101500_c",
        "CREATE TABLE c (id INT);\n",
        "DROP TABLE c;\n",
    );
    says(
        &place.run(UPGRADE),
        str![[r#"
exit 0
== stderr
warning: the ledger has a revision without a file: 20260106101500 (remove with `aludel stamp --forget ID`)
1 revision to apply
  + 2026-01-07-101500_c applied
1 revision applied

"#]],
    );
    says(
        &place.run("--url sqlite:x.db stamp --forget 20260106101500"),
        str![[r#"
exit 0
== stderr
  - 20260106101500 removed from the ledger
the ledger is set

"#]],
    );
    let rows = place.sqlite(
        "x.db",
        "SELECT version FROM __diesel_schema_migrations ORDER BY 1",
    );
    assert_eq!(rows, "20260105101500\n20260107101500\n");
    assert_eq!(place.run("--url sqlite:x.db status --check").code, 0);
}

#[test]
fn forgetting_a_revision_that_has_its_file_is_refused() {
    let place = applied();
    refuses(
        &place,
        "--url sqlite:x.db stamp --forget 20260105101500",
        str![[r#"
exit 1
== stderr
not-missing

  × no row without a file has the id 20260105101500
  help: the ledger has no such rows


"#]],
    );
    refuses(
        &place,
        "--url sqlite:x.db stamp --forget 20200101000000",
        str![[r#"
exit 1
== stderr
not-missing

  × no row without a file has the id 20200101000000
  help: the ledger has no such rows


"#]],
    );
}

#[test]
fn a_newer_ledger_format_is_refused_and_nothing_is_touched() {
    let place = with_second("CREATE TABLE b (id INT);\n");
    place.sqlite(
        "x.db",
        "UPDATE __aludel_journal SET format = 99 WHERE format IS NOT NULL",
    );
    refuses(
        &place,
        UPGRADE,
        str![[r#"
exit 1
== stderr
ledger-newer

  × the ledger has format 99; this version of aludel understands 1 and touches nothing
  help: use the newer version of aludel that wrote it


"#]],
    );
    for words in [
        "downgrade base",
        "stamp heads",
        "stamp --purge heads",
        "status",
        "current",
        "ensure-version",
    ] {
        let before = place.everything();
        let ran = place.run(&format!("--url sqlite:x.db {words}"));
        assert_eq!(ran.code, 1, "{words}: {ran:?}");
        assert!(before == place.everything(), "`{words}` changed a file");
    }
}

/// Runs as a user who may not write, whoever runs the tests.
#[cfg(unix)]
#[test]
fn a_database_that_cannot_be_written_is_refused_by_the_engine() {
    use std::fs::{Permissions, set_permissions};
    use std::os::unix::fs::{MetadataExt, PermissionsExt};

    let place = with_second("CREATE TABLE b (id INT);\n");
    // The binary may lie where that user cannot look.
    let binary = place.path().join("aludel");
    std::fs::copy(aludel(), &binary).unwrap();
    let before = place.everything();
    set_permissions(place.path().join("x.db"), Permissions::from_mode(0o444)).unwrap();
    set_permissions(place.path(), Permissions::from_mode(0o555)).unwrap();
    let root = std::fs::metadata("/proc/self").map_or(0, |m| m.uid()) == 0;
    let mut command = if root {
        let mut command = place.command("setpriv");
        command
            .args(["--reuid=nobody", "--clear-groups"])
            .arg(&binary);
        command
    } else {
        place.command(&binary)
    };
    let output = command.args(UPGRADE.split(' ')).output().unwrap();
    let ran = place.ran(&output);
    set_permissions(place.path(), Permissions::from_mode(0o755)).unwrap();
    says(
        &ran,
        str![[r#"
exit 5
== stderr
1 revision to apply
database-read-only

  × `2026-01-06-101500_b` did not begin: attempt to write a readonly database
  │ the server's code is SQLITE_READONLY
  │ hint: the file or its directory cannot be written by this user
  │ no revision of this run is committed
  │ `2026-01-06-101500_b` was rolled back and is not applied
  help: make the database writable, then `aludel upgrade` again


"#]],
    );
    assert!(before == place.everything(), "a file changed");
}

#[test]
fn a_full_database_rolls_the_revision_back() {
    let place = with_second(
        "CREATE TABLE b (x TEXT);\n\
         WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100000)\n\
         INSERT INTO b SELECT hex(randomblob(1000)) FROM n;\n",
    );
    let before = place.sqlite("x.db", ".dump");
    // A file may not grow beyond 1 MiB; `bash` counts in KiB. Ignoring the signal lets the write fail.
    let limited = format!("trap '' XFSZ; ulimit -f 1024; exec \"$0\" {UPGRADE}");
    let output = place
        .command("bash")
        .arg("-c")
        .arg(limited)
        .arg(aludel())
        .output();
    says(
        &place.ran(&output.unwrap()),
        str![[r#"
exit 5
== stderr
1 revision to apply
statement-refused

  × `2026-01-06-101500_b` stopped at statement 2 of 2: disk I/O error
  │ the server's code is SQLITE_IOERR
  │ hint: a file could not be read or written: a full disk, a limit on the size of files, or a
  │ failing disk
  │ no revision of this run is committed
  │ `2026-01-06-101500_b` was rolled back and is not applied
   ╭─[migrations/2026-01-06-101500_b/up.sql:2:1]
 1 │     CREATE TABLE b (x TEXT);
 2 │ ╭─▶ WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100000)
 3 │ ╰─▶ INSERT INTO b SELECT hex(randomblob(1000)) FROM n;
   ╰────
  help: mend the script or the cause, then `aludel upgrade` again


"#]],
    );
    assert_eq!(before, place.sqlite("x.db", ".dump"));
}

#[test]
fn a_page_limit_that_a_script_sets_is_a_full_database_too() {
    let place = with_second(
        "PRAGMA max_page_count = 20;\nCREATE TABLE b (x TEXT);\nINSERT INTO b VALUES (hex(randomblob(200000)));\n",
    );
    let before = place.sqlite("x.db", ".dump");
    says(
        &place.run(UPGRADE),
        str![[r#"
exit 5
== stderr
1 revision to apply
database-full

  × `2026-01-06-101500_b` stopped at statement 3 of 3: database or disk is full
  │ the server's code is SQLITE_FULL
  │ hint: the disk, or the limit of the database, is full
  │ no revision of this run is committed
  │ `2026-01-06-101500_b` was rolled back and is not applied
   ╭─[migrations/2026-01-06-101500_b/up.sql:3:1]
 1 │ PRAGMA max_page_count = 20;
 2 │ CREATE TABLE b (x TEXT);
 3 │ INSERT INTO b VALUES (hex(randomblob(200000)));
   · ──────────────────────────────────────────────
   ╰────
  help: make room, then `aludel upgrade` again


"#]],
    );
    assert_eq!(before, place.sqlite("x.db", ".dump"));
}

#[test]
fn a_password_that_is_not_encoded_is_never_shown() {
    let place = applied();
    let urls = [
        "postgres://me:s3c/ret@127.0.0.1:1/db",
        "postgres://me:s3c?ret@127.0.0.1:1/db",
        "postgres://me:s3c#ret@127.0.0.1:1/db",
        "mysql://me:s3c@ret@127.0.0.1:1/db",
        "mysql://me:s3c%zzret@127.0.0.1:1/db",
        "oracle://me:s3c:ret@127.0.0.1/db",
        "postgres//me:s3cret@127.0.0.1/db",
    ];
    for url in urls {
        for words in [
            "upgrade",
            "status",
            "-vv current",
            "--format json upgrade",
            "config --explain",
        ] {
            let before = place.everything();
            let ran = place.run(&format!("--url {url} {words}"));
            let text = ran.text();
            assert!(
                !text.contains("s3c") && !text.contains("ret@"),
                "{url} {words}: {text}"
            );
            if words != "config --explain" {
                assert!([1, 8, 9].contains(&ran.code), "{url} {words}: {text}");
            }
            assert!(before == place.everything());
        }
    }
    refuses(
        &place,
        "--url postgres://me:s3c/ret@127.0.0.1:1/db upgrade",
        str![[r#"
exit 1
== stderr
url-at-after-host

  × the database URL has an `@` after its host: percent-encode `/` as `%2F`, `?` as `%3F` and `@`
  │ as `%40` in a user name, password, database name or parameter


"#]],
    );
}

#[test]
fn a_password_in_the_configuration_is_never_shown() {
    let place = configured("[databases.main]\nurl = \"postgres://me:s3c/ret@127.0.0.1:1/db\"\n");
    refuses(
        &place,
        "upgrade",
        str![[r#"
exit 1
== stderr
url-at-after-host

  × database `main`: the database URL has an `@` after its host: percent-encode `/` as `%2F`, `?`
  │ as `%3F` and `@` as `%40` in a user name, password, database name or parameter
  │ at [DIR]/aludel.toml:2:1


"#]],
    );
    let place = Place::new().variable("DATABASE_URL", "mysql://me:s3c/ret@127.0.0.1:1/db");
    place.revision("2026-01-05-101500_a", "SELECT 1;\n", "SELECT 2;\n");
    refuses(
        &place,
        "upgrade",
        str![[r#"
exit 1
== stderr
url-at-after-host

  × the database URL has an `@` after its host: percent-encode `/` as `%2F`, `?` as `%3F` and `@`
  │ as `%40` in a user name, password, database name or parameter


"#]],
    );
}

#[test]
fn an_unknown_target_is_refused_with_the_likely_one() {
    let place = applied();
    place.metadata(
        "2026-01-05-101500_a",
        "down_revision = []\nrun_in_transaction = true\nbranch_labels = [\"accounts\"]\n",
    );
    refuses(
        &place,
        "--url sqlite:x.db upgrade acounts",
        str![[r#"
exit 1
== stderr
target-not-found

  × no revision or label `acounts`, did you mean `accounts`?
  help: `aludel history` shows the graph, `aludel heads` its tips


"#]],
    );
}

#[test]
fn an_ambiguous_prefix_names_the_candidates() {
    let place = with_second("CREATE TABLE b (id INT);\n");
    refuses(
        &place,
        "--url sqlite:x.db upgrade 202601",
        str![[r#"
exit 1
== stderr
target-ambiguous-prefix

  × `202601` begins several names: 20260105101500, 20260106101500
  help: `aludel history` shows the graph, `aludel heads` its tips


"#]],
    );
}

/// `a`, and two children of it, `b` and `c`.
fn two_heads() -> Place {
    let place = Place::new();
    for (name, parents) in [
        ("2026-01-05-101500_a", "[]"),
        ("2026-01-06-101500_b", "[\"20260105101500\"]"),
        ("2026-01-07-101500_c", "[\"20260105101500\"]"),
    ] {
        let table = name.rsplit('_').next().unwrap();
        place.revision(
            name,
            &format!("CREATE TABLE {table} (id INT);\n"),
            &format!("DROP TABLE {table};\n"),
        );
        place.metadata(
            name,
            &format!("down_revision = {parents}\nrun_in_transaction = true\n"),
        );
    }
    place
}

#[test]
fn one_step_down_from_two_heads_names_the_choices() {
    let place = two_heads();
    assert_eq!(place.run(UPGRADE).code, 0);
    refuses(
        &place,
        "--url sqlite:x.db downgrade -1",
        str![[r#"
exit 1
== stderr
target-ambiguous

  × `-1` meets a fork at the database, which has several heads: it may be 20260106101500@-1 or
  │ 20260107101500@-1
  help: `aludel history` shows the graph, `aludel heads` its tips


"#]],
    );
}

#[test]
fn one_head_of_two_is_refused_with_the_choices() {
    let place = two_heads();
    refuses(
        &place,
        "--url sqlite:x.db upgrade head",
        str![[r#"
exit 1
== stderr
target-multiple-heads

  × there are several heads: 2026-01-06-101500_b, 2026-01-07-101500_c; name one, or say `heads`
  help: `aludel history` shows the graph, `aludel heads` its tips


"#]],
    );
    refuses(
        &place,
        "revision -m next",
        str![[r#"
exit 1
== stderr
target-multiple-heads

  × there are several heads: 2026-01-06-101500_b, 2026-01-07-101500_c; name one, or say `heads`
  help: `aludel history` shows the graph, `aludel heads` its tips


"#]],
    );
}

#[test]
fn problems_of_the_graph_are_reported_together() {
    let place = two_heads();
    let metadata = |name: &str, text: &str| {
        place.metadata(name, &format!("run_in_transaction = true\n{text}\n"));
    };
    metadata(
        "2026-01-05-101500_a",
        "down_revision = [\"20260106101500\"]\nbranch_labels = [\"x\"]",
    );
    metadata(
        "2026-01-06-101500_b",
        "down_revision = [\"20260105101500\"]",
    );
    metadata(
        "2026-01-07-101500_c",
        "down_revision = [\"20260105101599\"]\nbranch_labels = [\"x\"]",
    );
    refuses(
        &place,
        UPGRADE,
        str![[r#"
exit 1
== stderr
graph-duplicate-label

  × the label `x` stands on `2026-01-05-101500_a` and on `2026-01-07-101500_c`
  │ see also migrations/2026-01-05-101500_a/metadata.toml:3:18
   ╭─[migrations/2026-01-07-101500_c/metadata.toml:3:18]
 1 │ run_in_transaction = true
 2 │ down_revision = ["20260105101599"]
 3 │ branch_labels = ["x"]
   ·                  ───
   ╰────
  help: a label stands on one revision: remove or rename one of the two

graph-unknown-parent

  × revision `2026-01-07-101500_c` names the parent `20260105101599`, which does not exist
   ╭─[migrations/2026-01-07-101500_c/metadata.toml:2:18]
 1 │ run_in_transaction = true
 2 │ down_revision = ["20260105101599"]
   ·                  ────────────────
 3 │ branch_labels = ["x"]
   ╰────
  help: name a revision that is there, or bring the missing directory back; `down_revision = []`
        makes a root

graph-cycle

  × these revisions need each other: 2026-01-05-101500_a -> 2026-01-06-101500_b ->
  │ 2026-01-05-101500_a
  │ see also migrations/2026-01-06-101500_b/metadata.toml:2:18
   ╭─[migrations/2026-01-05-101500_a/metadata.toml:2:18]
 1 │ run_in_transaction = true
 2 │ down_revision = ["20260106101500"]
   ·                  ────────────────
 3 │ branch_labels = ["x"]
   ╰────
  help: one of these revisions must not name the next: remove it from that list


"#]],
    );
}

#[test]
fn a_range_needs_the_script_mode() {
    let place = with_second("CREATE TABLE b (id INT);\n");
    refuses(
        &place,
        "--url sqlite:x.db upgrade 20260105101500:heads",
        str![[r#"
exit 1
== stderr
range-online

  × `20260105101500:heads` is a range, for `--sql` only
  help: online the database itself says where it is: give the target alone


"#]],
    );
    refuses(
        &place,
        "--url sqlite:x.db downgrade heads:base",
        str![[r#"
exit 1
== stderr
range-online

  × `heads:base` is a range, for `--sql` only
  help: online the database itself says where it is: give the target alone


"#]],
    );
}

#[test]
fn a_downgrade_as_a_script_needs_a_range() {
    let place = applied();
    refuses(
        &place,
        "--driver sqlite downgrade base --sql",
        str![[r#"
exit 1
== stderr
downgrade-sql-range

  × `downgrade --sql` cannot ask a database where it is
  help: give `from:to`, such as `heads:base`


"#]],
    );
}

const PROTECTED: &str = "\
[databases.main]
url = \"sqlite:x.db\"

[environments.prod.databases.main]
url = \"${MAIN_URL}\"

[environments.staging.databases.main]
ledger_table = \"x\"
";

#[test]
fn a_protected_database_needs_its_name_spelled_out() {
    let place = configured(PROTECTED).variable("MAIN_URL", "sqlite:prod.db");
    assert_eq!(place.run("-e prod upgrade").code, 0);
    refuses(
        &place,
        "-e prod downgrade base",
        str![[r#"
exit 1
== stderr
protected

  × database `main` is protected
  help: if you mean it, add `--yes-on main` (in the environment `prod`, as in every one but `dev`,
        databases are protected unless they say `protected = false`)


"#]],
    );
    refuses(
        &place,
        "-e prod stamp --purge base",
        str![[r#"
exit 1
== stderr
protected

  × database `main` is protected
  help: if you mean it, add `--yes-on main` (in the environment `prod`, as in every one but `dev`,
        databases are protected unless they say `protected = false`)


"#]],
    );
    refuses(
        &place,
        "-e prod downgrade base --yes-on other",
        str![[r#"
exit 1
== stderr
protected

  × database `main` is protected
  help: if you mean it, add `--yes-on main` (in the environment `prod`, as in every one but `dev`,
        databases are protected unless they say `protected = false`)


"#]],
    );
    let ran = place.run("-e prod downgrade base --yes-on main");
    assert_eq!(ran.code, 0, "{ran:?}");
}

#[test]
fn an_environment_never_falls_back_to_the_url_outside_it() {
    let place = configured(PROTECTED);
    refuses(
        &place,
        "-e prod upgrade",
        str![[r#"
exit 1
== stderr
config-unset-variable

  × the `url` of the database `main` needs the variable `MAIN_URL`, which is not set
  │ at [DIR]/aludel.toml:5:1


"#]],
    );
    refuses(
        &place,
        "-e staging -d main upgrade",
        str![[r#"
exit 1
== stderr
config-no-url

  × the database `main` has no `url` in the environment `staging`: set it under
  │ `[environments.staging.databases.main]`


"#]],
    );
    refuses(
        &place,
        "-e prdo upgrade",
        str![[r#"
exit 1
== stderr
config-unknown-environment

  × unknown environment `prdo`; the environments are `prod`, `staging`


"#]],
    );
}

#[test]
fn several_databases_and_none_named_is_refused_for_a_command_that_writes() {
    let place = configured(
        "[databases.accounts]\nurl = \"sqlite:a.db\"\n\n[databases.orders]\nurl = \"sqlite:o.db\"\n",
    );
    refuses(
        &place,
        "upgrade",
        str![[r#"
exit 1
== stderr
config-none-selected

  × several databases are configured: name one with `-d NAME`, or `--all`; the databases are
  │ `accounts`, `orders`


"#]],
    );
    refuses(
        &place,
        "-d order upgrade",
        str![[r#"
exit 1
== stderr
config-unknown-database

  × unknown database `order`, did you mean `orders`?; the databases are `accounts`, `orders`


"#]],
    );
}

#[test]
fn an_irreversible_revision_is_refused_before_anything_is_reverted() {
    let place = with_second("CREATE TABLE b (id INT);\n");
    assert_eq!(place.run(UPGRADE).code, 0);
    place.revision(
        "2026-01-07-101500_c",
        "CREATE TABLE c (id INT);\n",
        "DROP TABLE c;\n",
    );
    assert_eq!(place.run(UPGRADE).code, 0);
    refuses(
        &place,
        "--url sqlite:x.db downgrade base",
        str![[r#"
exit 1
== stderr
irreversible

  × revision `2026-01-06-101500_b` has no down script
  help: it is irreversible: write a down.sql, or choose a target above it


"#]],
    );
}

#[test]
fn problems_of_several_scripts_are_reported_together() {
    let place = with_second("-- nothing\n");
    place.revision(
        "2026-01-07-101500_c",
        "SELECT 1;\nSELECT 'open;\n",
        "SELECT 1;\n",
    );
    place.revision(
        "2026-01-08-101500_d",
        "CREATE TABLE d (id INT);\nROLLBACK;\n",
        "SELECT 1;\n",
    );
    place.revision(
        "2026-01-09-101500_e",
        "-- aludel: only=postgers\nSELECT 1;\n-- aludel: end\n",
        "SELECT 1;\n",
    );
    refuses(
        &place,
        UPGRADE,
        str![[r#"
exit 1
== stderr
script-empty

  × the script holds no statement
   ╭─[migrations/2026-01-06-101500_b/up.sql:1:1]
 1 │ -- nothing
   · ▲
   ╰────
  help: write a statement that does nothing, such as SELECT 1

script-unterminated

  × this string is never closed
   ╭─[migrations/2026-01-07-101500_c/up.sql:2:8]
 1 │ SELECT 1;
 2 │ SELECT 'open;
   ·        ─
   ╰────
  help: close it with the quote that opened it

script-ends-transaction

  × ROLLBACK would end or replace the transaction the script runs in
   ╭─[migrations/2026-01-08-101500_d/up.sql:2:1]
 1 │ CREATE TABLE d (id INT);
 2 │ ROLLBACK;
   · ────────
   ╰────
  help: remove it: the script has a transaction already; or add a line `-- aludel: no-transaction`

script-directive

  × `postgers` is not the name of a driver or flavour
   ╭─[migrations/2026-01-09-101500_e/up.sql:1:1]
 1 │ -- aludel: only=postgers
   · ────────────────────────
 2 │ SELECT 1;
 3 │ -- aludel: end
   ╰────
  help: known names: sqlite, postgres, mysql, mariadb


"#]],
    );
    refuses(
        &place,
        "--driver sqlite check",
        str![[r#"
exit 1
== stdout
default: 5 revisions, 4 problems, 0 warnings
== stderr
script-empty

  × the script holds no statement
   ╭─[migrations/2026-01-06-101500_b/up.sql:1:1]
 1 │ -- nothing
   · ▲
   ╰────
  help: write a statement that does nothing, such as SELECT 1

script-unterminated

  × this string is never closed
   ╭─[migrations/2026-01-07-101500_c/up.sql:2:8]
 1 │ SELECT 1;
 2 │ SELECT 'open;
   ·        ─
   ╰────
  help: close it with the quote that opened it

script-ends-transaction

  × ROLLBACK would end or replace the transaction the script runs in
   ╭─[migrations/2026-01-08-101500_d/up.sql:2:1]
 1 │ CREATE TABLE d (id INT);
 2 │ ROLLBACK;
   · ────────
   ╰────
  help: remove it: the script has a transaction already; or add a line `-- aludel: no-transaction`

script-directive

  × `postgers` is not the name of a driver or flavour
   ╭─[migrations/2026-01-09-101500_e/up.sql:1:1]
 1 │ -- aludel: only=postgers
   · ────────────────────────
 2 │ SELECT 1;
 3 │ -- aludel: end
   ╰────
  help: known names: sqlite, postgres, mysql, mariadb


"#]],
    );
}

#[test]
fn a_statement_that_the_engine_refuses_is_shown_at_its_place() {
    let place = with_second("CREATE TABLE b (id INT);\nINSERT INTO nowhere\n  VALUES (1);\n");
    let before = place.sqlite(
        "x.db",
        "SELECT * FROM __diesel_schema_migrations; SELECT name FROM sqlite_schema",
    );
    says(
        &place.run(UPGRADE),
        str![[r#"
exit 5
== stderr
1 revision to apply
statement-refused

  × `2026-01-06-101500_b` stopped at statement 2 of 2: no such table: nowhere
  │ the server's code is SQLITE_ERROR
  │ no revision of this run is committed
  │ `2026-01-06-101500_b` was rolled back and is not applied
   ╭─[migrations/2026-01-06-101500_b/up.sql:2:1]
 1 │     CREATE TABLE b (id INT);
 2 │ ╭─▶ INSERT INTO nowhere
 3 │ ╰─▶   VALUES (1);
   ╰────
  help: mend the script or the cause, then `aludel upgrade` again


"#]],
    );
    let after = place.sqlite(
        "x.db",
        "SELECT * FROM __diesel_schema_migrations; SELECT name FROM sqlite_schema",
    );
    assert_eq!(before, after);
}
