use std::fs;

use super::*;
use crate::revision::{Direction, Metadata};

/// 2026-01-05 10:15:00 UTC.
const NOW: i64 = 1_767_608_100;

fn id(text: &str) -> RevisionId {
    RevisionId::new(text).expect("valid")
}

fn load(directory: &Path) -> RevisionSet {
    RevisionSet::load(&[directory.to_path_buf()], false).expect("valid")
}

fn message(text: &str) -> NewRevision {
    NewRevision {
        message: Some(text.into()),
        ..Default::default()
    }
}

#[test]
fn a_revision_reads_back_as_it_was_written() {
    let directory = tempfile::tempdir().expect("a directory");
    let new = NewRevision {
        parents: vec![id("20260101000000")],
        depends_on: vec!["other".into()],
        branch_labels: vec!["l\"1".into()],
        ..message("Say \"hi\"\nto C:\\all")
    };
    let written = revision(directory.path(), &RevisionSet::default(), &new, NOW).expect("written");
    assert_eq!(written.name, "2026-01-05-101500_say_hi_to_c_all");
    assert_eq!(written.files.len(), 3);
    let set = load(directory.path());
    assert_eq!(set.warnings(), []);
    let read = set.get("20260105101500").expect("found");
    assert_eq!(read.path, written.path);
    assert_eq!(read.parents, new.parents);
    let expected = Metadata {
        run_in_transaction: Some(true),
        down_revision: Some(vec!["20260101000000".into()]),
        depends_on: new.depends_on,
        branch_labels: new.branch_labels,
        message: new.message,
        created: Some("2026-01-05T10:15:00Z".into()),
        variables: Vec::new(),
    };
    assert_eq!(*read.metadata, expected);
    let up = set
        .script(read, Direction::Up, &[])
        .expect("read")
        .expect("there");
    assert_eq!(up.text, "-- Your SQL goes here\n");
    let entries = fs::read_dir(directory.path()).expect("listed").count();
    assert_eq!(entries, 1, "nothing temporary is left");
}

#[test]
fn the_metadata_is_what_diesel_reads() {
    let directory = tempfile::tempdir().expect("a directory");
    let written = revision(
        directory.path(),
        &RevisionSet::default(),
        &message("a"),
        NOW,
    )
    .expect("written");
    let text = fs::read_to_string(written.path.join("metadata.toml")).expect("read");
    assert_eq!(
        text,
        "run_in_transaction = true\ndown_revision = []\nmessage = \"a\"\n\
         created = \"2026-01-05T10:15:00Z\"\n"
    );
}

#[test]
fn ids_are_free_and_later_than_what_comes_before() {
    for (parents, depends_on, expected) in [
        (vec![], vec![], "20260105101502"),
        (vec!["20260105101600"], vec![], "20260105101601"),
        (vec!["20260228235959", "zzz"], vec![], "20260301000000"),
        (vec!["202601051015020002"], vec![], "20260105101503"),
        (vec![], vec!["20260105101501"], "20260105101502"),
        (vec![], vec!["a_label", "20300101000000"], "20260105101502"),
    ] {
        let directory = tempfile::tempdir().expect("a directory");
        for name in ["2026-01-05-101500_x", "20260105101501_y"] {
            fs::create_dir(directory.path().join(name)).expect("made");
            fs::write(directory.path().join(name).join("up.sql"), "SELECT 1;").expect("written");
        }
        let new = NewRevision {
            parents: parents.into_iter().map(id).collect(),
            depends_on: depends_on.into_iter().map(str::to_owned).collect(),
            ..message("z")
        };
        let written = revision(directory.path(), &load(directory.path()), &new, NOW);
        assert_eq!(written.expect("written").id.as_str(), expected);
    }
}

#[test]
fn a_wanted_prefix_is_taken_as_it_is_or_refused() {
    let directory = tempfile::tempdir().expect("a directory");
    let write = |rev_id: &str| {
        let new = NewRevision {
            rev_id: Some(rev_id.into()),
            ..message("m")
        };
        revision(directory.path(), &RevisionSet::default(), &new, NOW)
            .map(|written| written.name)
            .map_err(|problem| problem.code())
    };
    for (rev_id, expected) in [
        ("0001", Ok("0001_m".to_owned())),
        ("0001", Err("write-taken")),
        ("00-01", Err("write-taken")),
        ("0-2", Ok("0-2_m".to_owned())),
        ("a_b", Err("write-prefix")),
        (".a", Err("write-prefix")),
        ("../a", Err("write-prefix")),
        ("a/b", Err("write-prefix")),
        ("a b", Err("write-id")),
        ("", Err("write-id")),
        ("--", Err("write-id")),
    ] {
        assert_eq!(write(rev_id), expected, "{rev_id}");
    }
}

#[test]
fn a_merge_does_nothing_and_is_not_empty() {
    let directory = tempfile::tempdir().expect("a directory");
    let new = NewRevision {
        parents: vec![id("1"), id("2")],
        merge: true,
        ..Default::default()
    };
    let written = revision(directory.path(), &RevisionSet::default(), &new, NOW).expect("written");
    assert_eq!(written.name, "2026-01-05-101500_merge");
    for (file, verb) in [("up.sql", "Joins"), ("down.sql", "Parts")] {
        let text = fs::read_to_string(written.path.join(file)).expect("read");
        assert_eq!(
            text,
            format!("-- {verb} 1 and 2; there is nothing to do\nSELECT 1;\n")
        );
    }
}

#[test]
fn nothing_is_overwritten_and_nothing_is_left() {
    let directory = tempfile::tempdir().expect("a directory");
    let target = directory.path().join("x");
    fs::create_dir(&target).expect("made");
    let problem = files::write(directory.path(), "x", &[("up.sql", "1".into())]);
    assert_eq!(problem.expect_err("refused").code(), "write-io");
    assert_eq!(fs::read_dir(&target).expect("listed").count(), 0);
    assert_eq!(fs::read_dir(directory.path()).expect("listed").count(), 1);
    let missing = directory.path().join("none");
    let problem = revision(&missing, &RevisionSet::default(), &message("m"), NOW);
    assert_eq!(
        problem.expect_err("refused").code(),
        "write-missing-directory"
    );
}

#[test]
fn a_clock_beyond_all_bounds_is_refused() {
    let directory = tempfile::tempdir().expect("a directory");
    for now in [-1, i64::MAX, i64::MIN] {
        let problem = revision(
            directory.path(),
            &RevisionSet::default(),
            &message("m"),
            now,
        );
        assert_eq!(problem.expect_err("refused").code(), "write-time");
    }
}

/// Six `aludel revision` within a second once made one id.
#[test]
fn writers_at_the_same_moment_take_different_ids() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path();
    let writers: Vec<_> = (0..8)
        .map(|number| {
            let path = path.to_owned();
            std::thread::spawn(move || {
                let new = message(&format!("change {number}"));
                revision(&path, &RevisionSet::default(), &new, NOW).expect("written");
            })
        })
        .collect();
    for writer in writers {
        writer.join().expect("no panic");
    }
    let names = names(path).expect("listed");
    let ids: std::collections::BTreeSet<_> = names
        .iter()
        .map(|name| RevisionId::of_directory(name).expect("an id"))
        .collect();
    assert_eq!(ids.len(), 8, "{names:?}");
}
