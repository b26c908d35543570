//! The scanner's rules as tables of cases, and its invariants as properties.

#![allow(clippy::unwrap_used, reason = "a test panics to fail")]

mod directives;
mod facts;
mod mysql;
mod postgres;
mod properties;
mod sqlite;

use super::{Script, Syntax, scan};

fn bodies(syntax: Syntax, text: &str) -> Vec<String> {
    let script = scan(syntax, text).unwrap_or_else(|problems| panic!("{text:?}: {problems:#?}"));
    assert_eq!(join(&script), text);
    script
        .statements
        .iter()
        .map(|s| s.text(&script).to_owned())
        .collect()
}

fn join(script: &Script) -> String {
    let mut ranges = Vec::new();
    for statement in &script.statements {
        ranges.extend([
            statement.leading.clone(),
            statement.body.clone(),
            statement.terminator.clone(),
        ]);
    }
    ranges.push(script.trailing.clone());
    ranges
        .into_iter()
        .map(|range| &script.text()[range])
        .collect()
}

/// The statements of each text must be those listed.
fn splits(syntax: Syntax, cases: &[(&str, &[&str])]) {
    for (text, expected) in cases {
        assert_eq!(bodies(syntax, text), *expected, "{text:?}");
    }
}

/// Each text must be one statement.
fn whole(syntax: Syntax, cases: &[&str]) {
    for text in cases {
        assert_eq!(
            bodies(syntax, &format!("{text};\nSELECT 2")),
            [*text, "SELECT 2"],
            "{text:?}"
        );
    }
}

fn problems(syntax: Syntax, text: &str) -> Vec<String> {
    let problems = scan(syntax, text).err().unwrap_or_default();
    assert!(problems.iter().all(|p| !p.help().is_empty()));
    problems
        .iter()
        .map(|p| format!("{}:{} {}", p.line, p.column, p.reason))
        .collect()
}

fn refuses(syntax: Syntax, cases: &[(&str, &[&str])]) {
    for (text, expected) in cases {
        assert_eq!(problems(syntax, text), *expected, "{text:?}");
    }
}
