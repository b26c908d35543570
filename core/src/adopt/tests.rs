//! Names, markers and printed scripts of the tools.

use std::path::Path;

use super::*;

fn directory(files: &[(&str, &str)]) -> tempfile::TempDir {
    let directory = tempfile::tempdir().expect("a directory");
    for (name, text) in files {
        std::fs::write(directory.path().join(name), text).expect("a file");
    }
    directory
}

fn taken(tool: Tool, files: &[(&str, &str)]) -> Vec<Adopted> {
    let directory = directory(files);
    read(tool, directory.path(), None).expect("they can be taken over")
}

fn names(adopted: &[Adopted]) -> Vec<&str> {
    adopted
        .iter()
        .map(|revision| revision.name.as_str())
        .collect()
}

#[test]
fn sqlx_plain_reversible_and_without_a_transaction() {
    let adopted = taken(
        Tool::Sqlx,
        &[
            (
                "20240105101500_create_users.sql",
                "CREATE TABLE u (a INT);\n",
            ),
            ("20240106101500_more.up.sql", "-- no-transaction\nVACUUM;\n"),
            ("20240106101500_more.down.sql", "SELECT 1;\n"),
            ("README.md", "not a migration"),
        ],
    );
    assert_eq!(
        names(&adopted),
        ["20240105101500_create_users", "20240106101500_more"]
    );
    assert_eq!(adopted[0].down, None);
    assert!(adopted[0].in_transaction && !adopted[1].in_transaction);
    assert_eq!(adopted[1].down.as_deref(), Some("SELECT 1;\n"));
    assert_eq!(adopted[1].parents, ["20240105101500"]);
}

#[test]
fn numbers_are_ordered_as_numbers() {
    let files: Vec<_> = ["V1__one.sql", "V2__two.sql", "V10__ten.sql"]
        .map(|name| (name, "SELECT 1;\n"))
        .into();
    assert_eq!(
        names(&taken(Tool::Refinery, &files)),
        [
            "00000000000001_one",
            "00000000000002_two",
            "00000000000010_ten"
        ]
    );
    let dotted: Vec<_> = [
        "V1__one.sql",
        "V1.2__b.sql",
        "V1_10__c.sql",
        "V2__d.sql",
        "U2__d.sql",
    ]
    .map(|name| (name, "SELECT 1;\n"))
    .into();
    let adopted = taken(Tool::Flyway, &dotted);
    assert_eq!(
        names(&adopted),
        [
            "00000000000001_one",
            "00000000000001.0002_b",
            "00000000000001.0010_c",
            "00000000000002_d"
        ]
    );
    assert!(adopted[3].down.is_some() && adopted[2].down.is_none());
}

#[test]
fn dbmate_and_goose_keep_both_ways_in_one_file() {
    let up = "CREATE TABLE t (a INT);\n-- a comment\n";
    let dbmate = format!("-- migrate:up\n{up}\n-- migrate:down\nDROP TABLE t;\n");
    let goose = format!(
        "-- +goose Up\n-- +goose StatementBegin\n{up}-- +goose StatementEnd\n-- +goose Down\nDROP TABLE t;\n"
    );
    for (tool, text) in [(Tool::Dbmate, dbmate), (Tool::Goose, goose)] {
        let adopted = taken(tool, &[("1_t.sql", &text)]);
        assert_eq!(adopted[0].up.trim_end(), up.trim_end(), "{tool:?}");
        assert_eq!(
            adopted[0].down.as_deref(),
            Some("DROP TABLE t;\n"),
            "{tool:?}"
        );
        assert!(adopted[0].in_transaction);
    }
    let adopted = taken(
        Tool::Dbmate,
        &[(
            "1_t.sql",
            "-- migrate:up transaction:false\nVACUUM;\n-- migrate:down\n",
        )],
    );
    assert!(!adopted[0].in_transaction);
    assert_eq!(
        adopted[0].down, None,
        "nothing but a marker is no down script"
    );
    let adopted = taken(
        Tool::Goose,
        &[(
            "1_t.sql",
            "-- +goose NO TRANSACTION\n-- +goose Up\nVACUUM;\n",
        )],
    );
    assert!(!adopted[0].in_transaction);
}

#[test]
fn what_has_no_form_is_refused_together() {
    let directory = directory(&[
        ("V1__one.sql", "SELECT 1;"),
        ("V2__in_rust.rs", "fn migration() {}"),
        ("V01__again.sql", "SELECT 1;"),
    ]);
    let problems = read(Tool::Refinery, directory.path(), None).expect_err("refused");
    let codes: Vec<_> = problems.iter().map(AdoptProblem::code).collect();
    assert_eq!(codes.len(), 2, "{problems:?}");
    assert!(codes.contains(&"adopt-file") && codes.contains(&"adopt-duplicate"));
    let empty = tempfile::tempdir().expect("a directory");
    let problems = read(Tool::Sqlx, empty.path(), None).expect_err("nothing");
    assert_eq!(problems[0].code(), "adopt-nothing");
}

const PRINTED: &str = "BEGIN;

CREATE TABLE alembic_version (
    version_num VARCHAR(32) NOT NULL, 
    CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);

-- Running upgrade  -> aaaa

CREATE TABLE users (id INTEGER PRIMARY KEY);

INSERT INTO alembic_version (version_num) VALUES ('aaaa') RETURNING alembic_version.version_num;

-- Running upgrade aaaa -> cccc

CREATE TABLE other (
    id INTEGER
);

UPDATE alembic_version SET version_num='cccc' WHERE alembic_version.version_num = 'aaaa';

-- Running upgrade aaaa -> bbbb

ALTER TABLE users ADD COLUMN name TEXT;

INSERT INTO alembic_version (version_num) VALUES ('bbbb') RETURNING alembic_version.version_num;

-- Running upgrade bbbb, cccc -> dddd

DELETE FROM alembic_version WHERE alembic_version.version_num = 'bbbb';

UPDATE alembic_version SET version_num='dddd' WHERE alembic_version.version_num = 'cccc';

COMMIT;
";

#[test]
fn alembics_printed_script_is_parted_into_its_revisions() {
    let printed = directory(&[
        ("up.sql", PRINTED),
        (
            "down.sql",
            "BEGIN;\n\n-- Running downgrade bbbb -> aaaa\n\nALTER TABLE users DROP COLUMN name;\n\n\
             DELETE FROM alembic_version WHERE alembic_version.version_num = 'bbbb';\n\nCOMMIT;\n",
        ),
    ]);
    let (up, down) = (
        printed.path().join("up.sql"),
        printed.path().join("down.sql"),
    );
    let adopted = read(Tool::Alembic, &up, Some(&down)).expect("it can be taken over");
    assert_eq!(
        names(&adopted),
        [
            "aaaa_alembic",
            "cccc_alembic",
            "bbbb_alembic",
            "dddd_alembic"
        ]
    );
    assert_eq!(
        adopted[0].up,
        "CREATE TABLE users (id INTEGER PRIMARY KEY);\n"
    );
    assert_eq!(adopted[1].up, "CREATE TABLE other (\n    id INTEGER\n);\n");
    assert_eq!(
        adopted[2].down.as_deref(),
        Some("ALTER TABLE users DROP COLUMN name;\n")
    );
    assert_eq!(adopted[3].parents, ["bbbb", "cccc"]);
    assert!(
        adopted[3].up.contains("SELECT 1;"),
        "a merge does nothing, in a statement"
    );
    assert!(
        adopted
            .iter()
            .all(|revision| !revision.up.contains("alembic_version"))
    );
}

#[test]
fn nothing_is_overwritten_and_nothing_is_written_twice() {
    let files = [("1_a.sql", "SELECT 1;\n"), ("2_b.sql", "SELECT 2;\n")];
    let adopted = taken(Tool::Sqlx, &files);
    let target = tempfile::tempdir().expect("a directory");
    let target = target.path().join("migrations");
    let first = place(&target, &adopted).expect("written");
    assert_eq!((first.written.len(), first.kept.len()), (2, 0));
    let second = place(&target, &adopted).expect("the same");
    assert_eq!((second.written.len(), second.kept.len()), (0, 2));
    let edited = target.join("00000000000002_b/up.sql");
    std::fs::write(&edited, "SELECT 3;\n").expect("written");
    let problems = place(&target, &adopted).expect_err("it differs");
    assert_eq!(problems[0].code(), "adopt-differs");
    assert_eq!(
        std::fs::read_to_string(&edited).expect("there"),
        "SELECT 3;\n"
    );
}

#[test]
fn a_source_that_is_not_there_is_said() {
    let problems = read(Tool::Goose, Path::new("/nowhere"), None).expect_err("not there");
    assert!(problems[0].to_string().contains("/nowhere"));
}
