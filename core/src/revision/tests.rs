use std::fs;
use std::path::{Path, PathBuf};

use super::*;

/// A directory with these files; a path that ends in `/` is a directory.
fn tree(files: &[(&str, &[u8])]) -> tempfile::TempDir {
    let root = tempfile::tempdir().expect("a directory");
    for (path, bytes) in files {
        let path = root.path().join(path);
        if path.as_os_str().as_encoded_bytes().ends_with(b"/") {
            fs::create_dir_all(path).expect("made");
        } else {
            fs::create_dir_all(path.parent().expect("a parent")).expect("made");
            fs::write(path, bytes).expect("written");
        }
    }
    root
}

fn load(root: &Path, directories: &[&str], recursive: bool) -> Result<RevisionSet, Vec<String>> {
    let directories: Vec<PathBuf> = directories.iter().map(|d| root.join(d)).collect();
    RevisionSet::load(&directories, recursive).map_err(|problems| {
        let shown = |problem: &LoadProblem| {
            problem
                .to_string()
                .replace(&format!("{}/", root.display()), "")
        };
        problems.iter().map(shown).collect()
    })
}

fn parents(set: &RevisionSet) -> Vec<String> {
    set.revisions()
        .iter()
        .map(|r| {
            let parents: Vec<_> = r.parents.iter().map(RevisionId::as_str).collect();
            format!("{} <- {}", r.id, parents.join(","))
        })
        .collect()
}

#[test]
fn a_plain_diesel_folder_is_a_line() {
    let root = tree(&[
        ("m/2026-01-02-000000_b/up.sql", b"1"),
        ("m/20260101000000_a/up.sql", b"1"),
        ("m/2026-01-03-000000_c/up.sql", b"1"),
        ("m/.hidden/x", b""),
        ("m/README.md", b""),
    ]);
    let set = load(root.path(), &["m"], false).expect("valid");
    assert_eq!(
        parents(&set),
        [
            "20260101000000 <- ",
            "20260102000000 <- 20260101000000",
            "20260103000000 <- 20260102000000"
        ]
    );
    let first = set.get("20260101000000").expect("found");
    assert_eq!(first.name, "20260101000000_a");
    assert_eq!(first.path, root.path().join("m/20260101000000_a"));
    assert!(!first.explicit_parents);
    assert_eq!(set.warnings(), []);
}

#[test]
fn implicit_parents_pass_over_explicit_ones_and_stay_in_their_directory() {
    let root = tree(&[
        ("m/1_a/up.sql", b"1"),
        ("m/2_b/up.sql", b"1"),
        ("m/2_b/metadata.toml", b"down_revision = []"),
        ("m/3_c/up.sql", b"1"),
        ("n/15_x/up.sql", b"1"),
        ("n/25_y/up.sql", b"1"),
        ("n/35_z/up.sql", b"1"),
        ("n/35_z/metadata.toml", b"down_revision = ['25', '3_c']"),
    ]);
    let set = load(root.path(), &["m", "n"], false).expect("valid");
    assert_eq!(
        parents(&set),
        [
            "1 <- ",
            "15 <- ",
            "2 <- ",
            "25 <- 15",
            "3 <- 1",
            "35 <- 25,3"
        ]
    );
    assert_eq!(set.get("25").expect("found").directory, 1);
    assert_eq!(set.warnings().len(), 2);
}

#[test]
fn a_recursive_search_goes_below() {
    let root = tree(&[
        ("m/1_a/up.sql", b"1"),
        ("m/x/2_b/up.sql", b"1"),
        ("m/x/y/3_c/up.sql", b"1"),
        ("m/x/y/4_d/up.sql", b"1"),
        ("m/empty/", b""),
        ("m/z/down.sql", b"1"),
        ("m/w/metadata.toml", b""),
    ]);
    assert_eq!(
        load(root.path(), &["m"], true).expect_err("refused"),
        [
            "the revision `m/w` has no `up.sql`",
            "the revision `m/z` has no `up.sql`"
        ]
    );
    fs::remove_dir_all(root.path().join("m/z")).expect("removed");
    fs::remove_dir_all(root.path().join("m/w")).expect("removed");
    let set = load(root.path(), &["m"], true).expect("valid");
    assert_eq!(parents(&set), ["1 <- ", "2 <- ", "3 <- ", "4 <- 3"]);
    assert_eq!(
        load(root.path(), &["m"], false).expect_err("refused"),
        [
            "the revision `m/empty` has no `up.sql`",
            "the revision `m/x` has no `up.sql`"
        ]
    );
}

#[test]
fn all_problems_come_together() {
    let long = format!("m/{}_x/up.sql", "7".repeat(51));
    let root = tree(&[
        (&long, b"1"),
        ("m/a b_x/up.sql", b"1"),
        ("m/1_none/", b""),
        ("m/2_bad/up.sql", b"1"),
        ("m/2_bad/metadata.toml", b"message = 1\ncreated = []"),
        ("m/3_utf/up.sql", b"1"),
        ("m/3_utf/metadata.toml", b"\xff"),
        ("m/4_x/up.sql", b"1"),
        ("m/4_y/up.sql", b"1"),
        ("file", b""),
    ]);
    let found = load(root.path(), &["none", "file", "m", "./m"], false).expect_err("refused");
    assert_eq!(
        found,
        [
            "the migrations directory `none` does not exist".to_owned(),
            "the migrations directory `file` is not a directory".to_owned(),
            "the migrations directory `./m` is given twice, first as `m`".to_owned(),
            "the revision `m/1_none` has no `up.sql`".to_owned(),
            "m/2_bad/metadata.toml:1:11: `message` must be a string, not an integer".to_owned(),
            "m/2_bad/metadata.toml:2:11: `created` must be a string, not a list".to_owned(),
            "m/3_utf/metadata.toml:1:1: the file is not UTF-8".to_owned(),
            format!(
                "`m/{long}_x`: the revision id `{long}` has 51 characters; the ledger holds at most 50",
                long = "7".repeat(51)
            ),
            "`m/a b_x`: the revision id `a b` holds ' ', which targets give a meaning".to_owned(),
            "the revision `4` is in two directories: `m/4_x` and `m/4_y`".to_owned(),
        ]
    );
}

#[test]
fn a_large_directory_is_read_in_the_order_of_its_names() {
    let files: Vec<String> = (1000..2500).map(|i| format!("m/{i}_x/up.sql")).collect();
    let files: Vec<(&str, &[u8])> = files.iter().map(|f| (f.as_str(), &b"1"[..])).collect();
    let root = tree(&files);
    let set = load(root.path(), &["m"], false).expect("valid");
    let mut expected = vec!["1000 <- ".to_owned()];
    expected.extend((1001..2500).map(|i| format!("{i} <- {}", i - 1)));
    assert_eq!(parents(&set), expected);
    for i in [1001, 1700, 2499] {
        fs::remove_file(root.path().join(format!("m/{i}_x/up.sql"))).expect("removed");
    }
    assert_eq!(
        load(root.path(), &["m"], false).expect_err("refused"),
        [1001, 1700, 2499].map(|i| format!("the revision `m/{i}_x` has no `up.sql`"))
    );
}

#[test]
fn the_most_specific_script_is_chosen() {
    let root = tree(&[
        ("m/1_a/up.sql", b"all"),
        ("m/1_a/up.mysql.sql", b"mysql"),
        ("m/1_a/up.mariadb.sql", b"mariadb"),
        ("m/1_a/down.sqlite.sql", b"sqlite"),
    ]);
    let set = load(root.path(), &["m"], false).expect("valid");
    let revision = set.get("1").expect("found");
    for (direction, drivers, expected) in [
        (Direction::Up, &["mariadb", "mysql"][..], Some("mariadb")),
        (Direction::Up, &["mysql"], Some("mysql")),
        (Direction::Up, &["postgres"], Some("all")),
        (Direction::Up, &[], Some("all")),
        (Direction::Down, &["sqlite"], Some("sqlite")),
        (Direction::Down, &["mysql"], None),
    ] {
        let script = set.script(revision, direction, drivers).expect("read");
        assert_eq!(
            script.map(|s| s.text).as_deref(),
            expected,
            "{direction} {drivers:?}"
        );
    }
    fs::remove_file(root.path().join("m/1_a/up.sql")).expect("removed");
    let problem = set
        .script(revision, Direction::Up, &["mysql"])
        .expect_err("refused");
    assert_eq!(problem.code(), "revision-no-up-script");
}

#[test]
fn scripts_are_verbatim_but_for_the_mark() {
    for (bytes, expected) in [
        (&b"\xef\xbb\xbfSELECT 1;\r\n"[..], Ok("SELECT 1;\r\n".to_owned())),
        (b"", Ok(String::new())),
        (b"a\n\nb\xffc", Err("up.sql:3:2: the script is not UTF-8 (byte 4)".to_owned())),
        (
            b"\xff\xfea\0",
            Err("up.sql:1:1: the script is not UTF-8 (byte 0); it looks like UTF-16: save it as UTF-8".to_owned()),
        ),
        (b"a\nb\0", Err("up.sql:2:2: the script holds a NUL byte (byte 3)".to_owned())),
    ] {
        let root = tree(&[("1_a/up.sql", bytes)]);
        let set = load(root.path(), &[""], false).expect("valid");
        let script = set
            .script(set.get("1").expect("found"), Direction::Up, &[])
            .map(|script| script.expect("there"))
            .map_err(|p| p.to_string().rsplit('/').next().unwrap_or_default().to_owned());
        if let Ok(script) = &script {
            assert_eq!(script.checksum, Checksum::of_script(&script.text));
        }
        assert_eq!(script.map(|s| s.text), expected);
    }
}

#[test]
fn order_breaks_are_edges_that_diesel_turns_round() {
    let id = |id| RevisionId::new(id).expect("valid");
    let breaks = order_breaks(&[
        (id("1"), vec![id("9")]),
        (id("10"), vec![id("1"), id("2")]),
        (id("2"), vec![]),
    ]);
    let shown: Vec<_> = breaks
        .iter()
        .map(|b| format!("{} {}", b.child, b.parent))
        .collect();
    assert_eq!(shown, ["10 2"]);
}

#[cfg(feature = "include-dir")]
#[test]
fn embedded_revisions_are_the_same_as_those_of_a_directory() {
    use include_dir::{Dir, DirEntry, File};

    const UP: &[u8] = b"\xef\xbb\xbfSELECT 1;\r\n";
    const META: &[u8] = b"run_in_transaction = true\ndown_revision = ['1']\n";
    static EMBEDDED: Dir<'static> = Dir::new(
        "",
        &[
            DirEntry::Dir(Dir::new(
                "1_a",
                &[DirEntry::File(File::new("1_a/up.sql", UP))],
            )),
            DirEntry::Dir(Dir::new(
                "2_b",
                &[
                    DirEntry::File(File::new("2_b/up.sql", UP)),
                    DirEntry::File(File::new("2_b/metadata.toml", META)),
                ],
            )),
        ],
    );
    let root = tree(&[
        ("1_a/up.sql", b"SELECT 1;\n"),
        ("2_b/up.sql", b"SELECT 1;\n"),
        ("2_b/metadata.toml", META),
    ]);
    let embedded = RevisionSet::embedded(&EMBEDDED).expect("valid");
    let loaded = load(root.path(), &[""], false).expect("valid");
    assert_eq!(parents(&embedded), parents(&loaded));
    for (a, b) in embedded.revisions().iter().zip(loaded.revisions()) {
        let checksum = |set: &RevisionSet, revision| {
            set.script(revision, Direction::Up, &[])
                .expect("read")
                .expect("there")
                .checksum
        };
        assert_eq!(checksum(&embedded, a), checksum(&loaded, b));
        assert_eq!(a.metadata, b.metadata);
    }
    assert_eq!(embedded.revisions()[0].path, Path::new("(embedded)/1_a"));
}
