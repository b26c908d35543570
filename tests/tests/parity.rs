//! `docs/alembic-parity.md` names a test for what it says: each of them exists.

#![allow(clippy::unwrap_used, reason = "a panic is a failed test")]

use std::path::Path;

use aludel_tests::program;

fn sources(directory: &Path, text: &mut String) {
    for entry in std::fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, text);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            text.push_str(&std::fs::read_to_string(&path).unwrap());
        }
    }
}

#[test]
fn every_test_that_the_page_names_exists() {
    let root = program::root();
    let mut text = String::new();
    for directory in ["core", "cli", "drivers", "diesel", "tests"] {
        sources(&root.join(directory), &mut text);
    }
    let page = std::fs::read_to_string(root.join("docs/alembic-parity.md")).unwrap();
    let rows: Vec<Vec<&str>> = page
        .lines()
        .filter(|line| line.starts_with("| A"))
        .map(|line| line.split('|').map(str::trim).collect())
        .collect();
    assert_eq!(rows.len(), 146);
    let mut missing = Vec::new();
    for row in &rows {
        let shown_by = row[row.len() - 2].trim_matches('`');
        let exists = match shown_by {
            "" => true,
            page if page.ends_with(".md") => root.join("tests/archives").join(page).exists(),
            name => text.contains(&format!("fn {name}(")),
        };
        if !exists {
            missing.push(format!("{}: {shown_by}", row[1]));
        }
        // What is claimed and not shown is a choice that the row explains.
        assert!(!row[3].is_empty(), "{row:?}");
    }
    assert_eq!(missing, [""; 0]);
}
