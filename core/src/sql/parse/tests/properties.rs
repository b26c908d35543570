//! Anything at all is read without panic, and what is printed is read as what it was.

use std::path::Path;

use proptest::prelude::*;

use crate::schema::{Change, DataStatement};
use crate::sql::{Syntax, parse, scan};
use crate::translate::print::{Standard, print};

const ALL: [(Syntax, &str); 3] = [
    (Syntax::Postgres, "postgres"),
    (Syntax::Mysql, "mysql"),
    (Syntax::Sqlite, "sqlite"),
];

/// How many random statements: few, or many if `ALUDEL_TEST_LONG` is set.
fn cases() -> u32 {
    match std::env::var_os("ALUDEL_TEST_LONG") {
        Some(_) => 20_000,
        None => 300,
    }
}

/// The statements of the case files.
fn statements(syntax: Syntax, name: &str) -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("src/sql/parse/tests/cases")
        .join(name);
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|e| e == "sql") {
            let script = scan(syntax, &std::fs::read_to_string(path).unwrap()).unwrap();
            let texts = script.statements.iter().map(|s| s.text(&script).to_owned());
            found.extend(texts);
        }
    }
    found
}

fn every_statement() -> Vec<String> {
    ALL.iter()
        .flat_map(|(syntax, name)| statements(*syntax, name))
        .collect()
}

fn check(text: &str) {
    for (syntax, _) in ALL {
        let changes = parse(syntax, text);
        assert!(!changes.is_empty());
        for change in changes {
            if let Change::Opaque(opaque) = change {
                assert!(opaque.why.is_none_or(|why| !why.is_empty()));
            }
        }
    }
}

/// One statement's beginning and another's end, with a piece between that fits neither.
fn spliced() -> impl Strategy<Value = String> {
    let statement = prop::sample::select(every_statement());
    let piece = prop::sample::select(vec![
        "",
        " ",
        "(",
        ")",
        ",",
        "'",
        "\"",
        "$$",
        "é",
        "\\",
        " NOT ",
        " DEFAULT ",
        " AS ",
        ".",
        "::",
        " NULL ",
        " -",
        "1e",
        "/*",
        " CASE ",
        " END ",
        " FILTER ",
        "[",
        "]",
        " ISNULL",
        "x'",
        "U&'",
    ]);
    (statement.clone(), 0.0..1.0, piece, statement, 0.0..1.0).prop_map(
        |(head, to, piece, tail, from)| {
            let cut = |text: &str, at: f64| {
                let byte = (text.len() as f64 * at) as usize;
                (byte..=text.len())
                    .find(|at| text.is_char_boundary(*at))
                    .unwrap()
            };
            format!(
                "{}{piece}{}",
                &head[..cut(&head, to)],
                &tail[cut(&tail, from)..]
            )
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(cases()) })]

    #[test]
    fn any_text_is_read_without_panic(text in any::<String>()) {
        check(&text);
    }

    #[test]
    fn statements_cut_and_spliced_are_read_without_panic(text in spliced()) {
        check(&text);
    }
}

/// Printed and read again, a statement on rows is the same. What the standard has no spelling
/// for is not printed.
#[test]
fn printing_and_reading_are_inverse() {
    let mut printed = 0;
    for text in statements(Syntax::Postgres, "postgres") {
        for change in parse(Syntax::Postgres, &text) {
            let Change::Data(statement) = change else {
                continue;
            };
            if let Ok(again) = print(&Standard, |printer| printer.statement(&statement)) {
                assert_eq!(read(&again), Some(statement), "{text}\n{again}");
                printed += 1;
            }
        }
    }
    assert!(printed > 40, "only {printed} statements were printed");
}

fn read(text: &str) -> Option<DataStatement> {
    match parse(Syntax::Postgres, text).pop() {
        Some(Change::Data(statement)) => Some(statement),
        _ => None,
    }
}
