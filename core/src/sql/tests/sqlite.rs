use super::{Syntax, refuses, splits, whole};

const LITE: Syntax = Syntax::Sqlite;

#[test]
fn quotes_and_comments() {
    whole(
        LITE,
        &[
            r"SELECT 'a;''b\'",
            r#"SELECT "a;""b""#,
            "SELECT `a;``b`",
            "SELECT [a;'b]",
            "SELECT 1 /* ; /* */ + 1",
            "SELECT 1 -- ;\n + 1",
        ],
    );
    splits(
        LITE,
        &[
            ("SELECT 1; /* runs ; to the end", &["SELECT 1"]),
            ("SELECT 1 /* runs ; to the end", &["SELECT 1"]),
            (
                "SELECT $a, @b, :c, ?1; SELECT 2",
                &["SELECT $a, @b, :c, ?1", "SELECT 2"],
            ),
        ],
    );
}

#[test]
fn triggers_end_at_their_own_end() {
    whole(
        LITE,
        &[
            "CREATE TRIGGER t AFTER INSERT ON a BEGIN UPDATE b SET c = 1; DELETE FROM d; END",
            "create temp trigger if not exists t before update of x on a when new.x > 1\nbegin\n select 1;\nend",
            "CREATE TRIGGER t AFTER INSERT ON a BEGIN \
         SELECT CASE WHEN 1 THEN 2 END; UPDATE b SET c = CASE d WHEN 1 THEN 2 ELSE 3 END; /* x */ END",
            "EXPLAIN CREATE TEMPORARY TRIGGER t AFTER INSERT ON a BEGIN SELECT 1; END",
        ],
    );
    splits(
        LITE,
        &[
            (
                "CREATE TRIGGER t AFTER INSERT ON a BEGIN SELECT 1; END",
                &["CREATE TRIGGER t AFTER INSERT ON a BEGIN SELECT 1; END"],
            ),
            (
                "BEGIN; SELECT 1; END; SELECT 2",
                &["BEGIN", "SELECT 1", "END", "SELECT 2"],
            ),
            (
                "CREATE TABLE trigger_log (a); SELECT 1",
                &["CREATE TABLE trigger_log (a)", "SELECT 1"],
            ),
        ],
    );
}

#[test]
fn problems() {
    refuses(
        LITE,
        &[
            ("SELECT [a", &["1:8 this quoted identifier is never closed"]),
            ("SELECT 'a", &["1:8 this string is never closed"]),
            (
                "CREATE TRIGGER t AFTER INSERT ON a BEGIN SELECT 1; SELECT 2;",
                &["1:36 this BEGIN has no matching END"],
            ),
            (
                ".mode csv\nSELECT 1;\n.quit",
                &[
                    "1:1 `.mode` is a command of the sqlite3 client, not SQL",
                    "3:1 `.quit` is a command of the sqlite3 client, not SQL",
                ],
            ),
        ],
    );
}
