//! Materialized views: each is a view, and always fresh.

use crate::support::{Both, after, codes};

const TABLES: &str = "CREATE TABLE t (id int PRIMARY KEY, n int NOT NULL)";
const VIEW: &str =
    "CREATE MATERIALIZED VIEW sums AS SELECT n % 2 AS odd, sum(id) AS total FROM t GROUP BY n % 2";

#[test]
fn a_materialized_view_is_a_view_that_is_fresh() {
    let mut both = Both::new();
    both.run(TABLES);
    let made = both.translate(&format!("{VIEW}; CREATE UNIQUE INDEX by_odd ON sums (odd)"));
    assert_eq!(made.refusals, []);
    let said: Vec<_> = made.omissions.iter().map(|(_, left)| left.code).collect();
    assert_eq!(said, ["materialized-view"]);
    assert_eq!(made.statements.len(), 1, "{:?}", made.statements);
    both.database.run(&made.statements[0].1);
    both.run("INSERT INTO t VALUES (1, 1), (2, 3), (3, 4)");
    let refreshed =
        both.translate("REFRESH MATERIALIZED VIEW CONCURRENTLY sums; DROP INDEX by_odd");
    assert_eq!(refreshed.refusals, []);
    assert_eq!(refreshed.statements, []);
    both.database
        .try_run("INSERT INTO t SELECT 100, total FROM sums WHERE odd = 1 AND total = 3")
        .expect("fresh");
    both.run("DROP MATERIALIZED VIEW sums; CREATE VIEW sums AS SELECT n FROM t");
}

/// A table under it is rebuilt, or goes with what reads it.
#[test]
fn tables_change_under_a_materialized_view() {
    let mut both = Both::new();
    both.run(&format!("{TABLES}; {VIEW}"));
    both.run("ALTER TABLE t ADD CHECK (id > 0)");
    both.run("DROP TABLE t CASCADE");
    let gone = both.database.try_run("SELECT * FROM sums");
    assert!(gone.is_err());
}

/// What it showed at its last REFRESH is held nowhere.
#[test]
fn what_a_materialized_view_showed_is_not_written() {
    let views = format!("{TABLES}; {VIEW}; CREATE VIEW over AS SELECT total FROM sums");
    for statement in [
        "INSERT INTO t SELECT 9, total FROM sums",
        "INSERT INTO t SELECT 9, total FROM over",
        "UPDATE t SET n = 0 WHERE id IN (SELECT total FROM sums)",
        "DELETE FROM t USING sums WHERE sums.total = t.n",
        "WITH a AS (SELECT * FROM sums) INSERT INTO t SELECT 9, total FROM a",
    ] {
        assert_eq!(
            codes(&views, statement),
            ["materialized-view"],
            "{statement}"
        );
    }
    assert_eq!(after(&views, "UPDATE t SET n = 0 WHERE n = 1").len(), 1);
}
