//! Hostile statements: deep, long, cut short, and made of anything at all.

use crate::schema::Change;
use crate::sql::{Syntax, parse};

const ALL: [Syntax; 3] = [Syntax::Postgres, Syntax::Mysql, Syntax::Sqlite];

/// Deep nesting is understood or opaque, on a thread with the stack that Rust gives tests.
#[test]
fn nothing_overflows_the_stack() {
    let nested = |open: &str, close: &str, depth: usize| {
        format!("SELECT {}1{}", open.repeat(depth), close.repeat(depth))
    };
    let chained = |piece: &str, times: usize| format!("SELECT a{}", piece.repeat(times));
    for size in [12, 80, 1_500] {
        for syntax in ALL {
            for text in [
                nested("(", ")", size),
                nested("f(", ")", size),
                nested("NOT ", "", size),
                nested("- ", "", size),
                nested("(SELECT ", ")", size),
                nested("CASE WHEN ", " THEN 1 END", size),
                nested("ARRAY[", "]", size),
                nested("CAST(", " AS int)", size),
                nested("EXISTS (SELECT ", ")", size),
                chained(" + 1", size),
                chained(" OR a", size),
                chained("::int", size),
                chained("[1]", size),
                chained(" IS NULL", size),
                chained(" UNION SELECT 1", size),
                chained(" UNION ALL SELECT (1)", size),
                chained(" || 'x'", size),
                chained(" BETWEEN 1 AND 2", size),
                chained(" COLLATE x", size),
                chained(" FROM t JOIN a ON true", size),
                format!("SELECT * FROM a{}", " JOIN b ON true".repeat(size)),
                format!("SELECT * FROM {}a{}", "(".repeat(size), ")".repeat(size)),
                format!("CREATE TABLE t (a int{})", "[]".repeat(size)),
                format!(
                    "CREATE TABLE t (a int CHECK ({}a{}))",
                    "(".repeat(size),
                    ")".repeat(size)
                ),
            ] {
                assert_eq!(
                    parse(syntax, &text).len(),
                    1,
                    "{}",
                    &text[..60.min(text.len())]
                );
            }
        }
    }
}

/// A statement that a person could write is understood, however long.
#[test]
fn long_statements_are_understood() {
    let rows = vec!["(1, 'x', NULL, (SELECT 1))"; 2_000].join(", ");
    let arms = "WHEN a = 'x' THEN 'y' ".repeat(300);
    let all = vec!["a = 1"; 200].join(" OR ");
    for syntax in ALL {
        for text in [
            format!("INSERT INTO t VALUES {rows}"),
            format!("UPDATE t SET a = CASE {arms} END"),
            format!("DELETE FROM t WHERE {all}"),
            format!("SELECT 1{}", " UNION ALL SELECT 1".repeat(200)),
            format!("SELECT {}1{}", "(".repeat(30), ")".repeat(30)),
        ] {
            let changes = parse(syntax, &text);
            assert!(
                matches!(changes.as_slice(), [Change::Data(_)]),
                "{syntax:?} {}",
                &text[..60]
            );
        }
    }
}

/// A statement that ends where an expression should begin is opaque, and no panic.
#[test]
fn a_default_that_is_cut_off_is_read() {
    for syntax in ALL {
        for text in [
            "CREATE TABLE t (a text DEFAULT)",
            "CREATE TABLE t (a text DEFAULT ]INSERT INTO t VALUES (1, 'a'), (2, DEFAULT)",
        ] {
            let changes = parse(syntax, text);
            assert!(
                matches!(changes.as_slice(), [Change::Opaque(_)]),
                "{syntax:?}: {changes:?}"
            );
        }
    }
}
