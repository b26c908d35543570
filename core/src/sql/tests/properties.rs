use std::time::Instant;

use proptest::prelude::*;

use super::join;
use crate::sql::{Syntax, check_transaction, scan};

const ALL: [Syntax; 3] = [Syntax::Postgres, Syntax::Mysql, Syntax::Sqlite];

/// Joins pieces that matter to some lexer, so that they meet in every order.
fn pieces() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "'",
        "\"",
        "`",
        "[",
        "]",
        "$",
        "$t$",
        "$$",
        "E'",
        "\\",
        "\\.",
        "(",
        ")",
        ";",
        "//",
        "/*",
        "/*!",
        "*/",
        "--",
        "-- ",
        "#",
        "\n",
        "\r",
        " ",
        "DELIMITER //\n",
        "DELIMITER ;\n",
        "CREATE ",
        "TRIGGER ",
        "PROCEDURE p() ",
        "FUNCTION f() ",
        "BEGIN ",
        "ATOMIC ",
        "END ",
        "END",
        "CASE ",
        "IF ",
        "LOOP ",
        "REPEAT ",
        "WHILE ",
        "DO ",
        "COPY t FROM STDIN;\n",
        "SET ",
        "SELECT ",
        "a",
        "é",
        "\u{feff}",
        "\0",
        "1",
        "@",
        ":",
        "=",
        ",",
        "set_config(",
        "-- aludel: no-transaction\n",
        "\n-- aludel: only=a\n",
        "\n-- aludel: end\n",
        "PRAGMA ",
        "REINDEX ",
        ".",
    ]);
    prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

fn check(text: &str) {
    for syntax in ALL {
        match scan(syntax, text) {
            Ok(script) => {
                assert_eq!(join(&script), text);
                for statement in &script.statements {
                    let body = statement.text(&script);
                    assert!(!body.is_empty());
                    assert_eq!(body.trim_matches([' ', '\n', '\r']), body);
                    let comments = statement.comments(&script);
                    assert!(comments.len() <= statement.leading.len());
                }
                if let Ok(selected) = script.select(&["a"], &["a"]) {
                    let _ = check_transaction(&selected, true);
                    let _ = check_transaction(&selected, false);
                }
            }
            Err(problems) => {
                assert!(!problems.is_empty());
                assert!(problems.is_sorted_by_key(|p| p.span.start));
            }
        }
    }
}

/// How many random scripts: some, or many if `ALUDEL_TEST_LONG` is set.
fn cases() -> u32 {
    match std::env::var_os("ALUDEL_TEST_LONG") {
        Some(_) => 100_000,
        None => 1_500,
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(cases()) })]

    #[test]
    fn joining_is_the_identity_and_nothing_panics(text in pieces()) {
        check(&text);
    }

    #[test]
    fn any_string_is_read_without_panic(text in any::<String>()) {
        check(&text);
    }

    #[test]
    fn quoted_text_never_splits(inner in "[^']{0,40}") {
        let inner = inner.replace(['\\', '\0'], "");
        for syntax in ALL {
            let script = scan(syntax, &format!("SELECT '{inner}';SELECT 2")).expect("is well formed");
            prop_assert_eq!(script.statements.len(), 2);
        }
    }
}

/// Ten times the text may take ten times as long, with room for a busy machine.
#[test]
fn scanning_is_linear() {
    let hostile = [
        "SELECT 'a', $1, E'x' \n;",
        "(",
        "$a",
        "/*",
        "$a$b",
        "\\x\n",
        "-- aludel: x\n",
        "set_config(",
        "BEGIN ",
        "CASE ",
        "CREATE TRIGGER t BEGIN a;",
        "DELIMITER //\nCREATE PROCEDURE p() ;",
        ";",
        "E'a'\n",
        "/*!",
        "@",
        "SET a,",
        "SET STATEMENT a=1 FOR ",
        "INSERT INTO t VALUES (1, 'x');\n",
    ];
    for syntax in ALL {
        for piece in hostile {
            let time = |bytes: usize| {
                let text = piece.repeat(bytes / piece.len());
                let start = Instant::now();
                let _ = scan(syntax, &text);
                start.elapsed()
            };
            let (small, large) = (time(40_000), time(400_000));
            assert!(
                large.as_millis() < 200 + 40 * small.as_millis(),
                "{syntax:?} {piece:?}: {small:?} {large:?}"
            );
        }
    }
}
