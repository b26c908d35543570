//! What statements mean, case by case.
//!
//! A file of `cases/<syntax>` holds statements; its snapshot shows each with the changes it is
//! read as, in Rust's notation without the fields that say nothing. To accept a difference, run
//! the tests with `INSTA_UPDATE=always` and read what git shows.

#![allow(clippy::unwrap_used, reason = "a test panics to fail")]

mod brief;
mod limits;
mod properties;

use std::fmt::Write as _;
use std::path::Path;

use super::parse;
use crate::sql::{Syntax, scan};

/// Each statement of a file with what it is read as.
fn snapshot(syntax: Syntax, path: &Path) -> String {
    let text = std::fs::read_to_string(path).unwrap();
    let script = scan(syntax, &text).unwrap_or_else(|problems| panic!("{path:?}: {problems:#?}"));
    let mut out = String::new();
    for statement in &script.statements {
        let text = statement.text(&script);
        writeln!(out, "{text}").unwrap();
        for change in parse(syntax, text) {
            writeln!(out, "    {}", brief::brief(&change)).unwrap();
        }
        out.push('\n');
    }
    out
}

fn cases(syntax: Syntax, name: &str) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("src/sql/parse/tests/cases")
        .join(name);
    let mut files: Vec<_> = std::fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|e| e == "sql"))
        .collect();
    files.sort();
    assert!(!files.is_empty(), "{folder:?} holds no cases");
    let mut settings = insta::Settings::clone_current();
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.set_snapshot_path(&folder);
    settings.bind(|| {
        for file in files {
            let stem = file.file_stem().unwrap().to_string_lossy().into_owned();
            insta::assert_snapshot!(stem, snapshot(syntax, &file));
        }
    });
}

#[test]
fn postgres() {
    cases(Syntax::Postgres, "postgres");
}

#[test]
fn mysql() {
    cases(Syntax::Mysql, "mysql");
}

#[test]
fn sqlite() {
    cases(Syntax::Sqlite, "sqlite");
}
