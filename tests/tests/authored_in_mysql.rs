//! Scripts of MySQL's and MariaDB's on SQLite and PostgreSQL: what testers found that differed, without a word.

#![allow(clippy::unwrap_used, reason = "a panic is the report")]

use aludel_tests::engine::{Engine, engines};
use aludel_tests::twin::Twin;

/// One twin for each server of the family and target.
fn each(test: impl Fn(&mut Twin, Engine)) {
    let family = engines().into_iter().filter(|e| e.driver() == "mysql");
    for authored in family {
        for target in [Engine::Sqlite, Engine::Postgres] {
            test(&mut Twin::between(authored, target), target);
        }
    }
}

#[test]
fn numbers_go_on_where_a_table_is_told() {
    each(|twin, _| {
        twin.run("CREATE TABLE t (id INT AUTO_INCREMENT PRIMARY KEY, n INT) AUTO_INCREMENT = 1000; INSERT INTO t (n) VALUES (1);");
        twin.run("ALTER TABLE t AUTO_INCREMENT = 2000; INSERT INTO t (n) VALUES (2);");
        twin.run("DELETE FROM t; ALTER TABLE t AUTO_INCREMENT = 1; INSERT INTO t (n) VALUES (3);");
        twin.run(
            "DELETE FROM t; ALTER TABLE t AUTO_INCREMENT = 1; INSERT INTO t (n) VALUES (4), (5);",
        );
        // Below a row that is there it goes on after the greatest.
        twin.run("ALTER TABLE t AUTO_INCREMENT = 1; INSERT INTO t (n) VALUES (6);");
        twin.same("SELECT id, n FROM t ORDER BY id");
        twin.run("ALTER TABLE t AUTO_INCREMENT = 50, ADD COLUMN m INT NOT NULL, ADD CHECK (m < 5); INSERT INTO t (n, m) VALUES (7, 1);");
        twin.run("CREATE TABLE u (id INT AUTO_INCREMENT PRIMARY KEY, n INT) AUTO_INCREMENT = 1000; INSERT INTO u (n) VALUES (1); TRUNCATE TABLE u; INSERT INTO u (n) VALUES (2);");
        twin.same("SELECT id, n, m FROM t ORDER BY id");
        twin.same("SELECT id, n FROM u ORDER BY id");
        assert_eq!(
            twin.refused("ALTER TABLE t AUTO_INCREMENT = 50;"),
            ["counts-again"]
        );
    });
}

#[test]
fn a_tables_collation_is_one_for_columns_to_come() {
    each(|twin, _| {
        twin.run("CREATE TABLE t (id INT PRIMARY KEY, s VARCHAR(10) UNIQUE) DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_unicode_ci; CREATE TABLE u (id INT PRIMARY KEY, s VARCHAR(10) UNIQUE) DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;");
        twin.run("ALTER TABLE t DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin; ALTER TABLE u COLLATE utf8mb4_unicode_ci; ALTER TABLE t ADD COLUMN c VARCHAR(5) UNIQUE;");
        twin.run("INSERT INTO t VALUES (1, 'a', 'x'); INSERT INTO u VALUES (1, 'a'), (2, 'A');");
        twin.fails("INSERT INTO t VALUES (2, 'A', 'y');");
        twin.run("INSERT INTO t VALUES (2, 'b', 'X');");
        twin.same("SELECT count(*) FROM t");
        twin.run("ALTER TABLE u CONVERT TO CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;");
        twin.run("INSERT INTO u VALUES (3, 'B'), (4, 'b');");
        twin.same("SELECT id, s FROM u ORDER BY id");
    });
}

#[test]
fn what_takes_no_null_and_has_no_default_is_filled_with_nothing() {
    each(|twin, _| {
        twin.run("CREATE TABLE t (id INT PRIMARY KEY); INSERT INTO t VALUES (1);");
        twin.run("ALTER TABLE t ADD s VARCHAR(10) NOT NULL, ADD n INT NOT NULL, ADD e ENUM('x', 'y') NOT NULL, ADD c TEXT NOT NULL;");
        twin.same("SELECT id, s, n, e, c FROM t");
        twin.run("INSERT INTO t (id, s, n, c) VALUES (2, 'a', 1, 'b');");
        twin.same("SELECT id, e FROM t ORDER BY id");
    });
}

#[test]
fn a_table_is_made_of_columns_of_another() {
    each(|twin, _| {
        twin.run("CREATE TABLE a (id INT AUTO_INCREMENT PRIMARY KEY, s VARCHAR(5) COLLATE utf8mb4_bin NOT NULL DEFAULT 'q', n DECIMAL(8, 2));");
        twin.run("INSERT INTO a VALUES (1, 'a', 1.25), (2, 'A', NULL);");
        twin.run("CREATE TABLE b AS SELECT * FROM a WHERE id < 5; CREATE TABLE c SELECT id AS k, s FROM a;");
        twin.run("INSERT INTO b (n) VALUES (3); UPDATE c SET s = 'z' WHERE s = 'a';");
        twin.same("SELECT id, s FROM b ORDER BY id");
        twin.same("SELECT k, s FROM c ORDER BY k");
        twin.fails("INSERT INTO b (s) VALUES (NULL);");
        // What else there is has types of MySQL's own; and a query beside columns fills those.
        twin.refused("CREATE TABLE d AS SELECT sum(n) AS n FROM a;");
        twin.refused("CREATE TABLE e (id INT PRIMARY KEY) AS SELECT id, s FROM a;");
    });
}

#[test]
fn rows_that_others_follow_are_not_touched_while_foreign_keys_are_off() {
    each(|twin, target| {
        twin.run("CREATE TABLE p (id INT PRIMARY KEY, n INT); CREATE TABLE c (id INT PRIMARY KEY, p INT, FOREIGN KEY (p) REFERENCES p (id) ON DELETE CASCADE ON UPDATE SET NULL);");
        twin.run("INSERT INTO p VALUES (1, 1), (2, 2); INSERT INTO c VALUES (1, 1), (2, 2);");
        for statement in [
            "DELETE FROM p",
            "UPDATE p SET id = 5 WHERE id = 1",
            "REPLACE INTO p VALUES (1, 7)",
            "TRUNCATE TABLE p",
        ] {
            let script =
                format!("SET FOREIGN_KEY_CHECKS = 0; {statement}; SET FOREIGN_KEY_CHECKS = 1;");
            assert_eq!(twin.refused(&script), ["unchecked"], "{statement}");
        }
        twin.run(
            "SET FOREIGN_KEY_CHECKS = 0; SET FOREIGN_KEY_CHECKS = 1; DELETE FROM p WHERE id = 1;",
        );
        twin.same("SELECT count(*) FROM c");
        assert_eq!(twin.refused("REPLACE INTO p VALUES (2, 7);"), ["replace"]);
        if target == Engine::Sqlite {
            twin.run("SET FOREIGN_KEY_CHECKS = 0; DROP TABLE p; CREATE TABLE p (id INT PRIMARY KEY); INSERT INTO p VALUES (2); SET FOREIGN_KEY_CHECKS = 1;");
            twin.same("SELECT count(*) FROM c");
            twin.fails("INSERT INTO c VALUES (9, 9);");
        }
    });
}

/// They are their table's own there.
#[test]
fn two_tables_have_indexes_of_one_name() {
    each(|twin, _| {
        twin.run("CREATE TABLE u (id INT PRIMARY KEY);
            CREATE TABLE a (id INT PRIMARY KEY, user_id INT, n INT, KEY idx_n (n), FOREIGN KEY (user_id) REFERENCES u (id));
            CREATE TABLE b (id INT PRIMARY KEY, user_id INT, n INT, KEY idx_n (n), FOREIGN KEY (user_id) REFERENCES u (id));");
        twin.run("ALTER TABLE a DROP INDEX idx_n, ADD UNIQUE KEY idx_n (n); ALTER TABLE b RENAME TO c; ALTER TABLE c RENAME INDEX idx_n TO idx_m;");
        twin.run(
            "INSERT INTO a VALUES (1, NULL, 1); INSERT INTO c VALUES (1, NULL, 1), (2, NULL, 1);",
        );
        twin.fails("INSERT INTO a VALUES (2, NULL, 1);");
        twin.run("ALTER TABLE c DROP INDEX idx_m;");
        twin.same("SELECT count(*) FROM c");
    });
}

/// On SQLite: what MySQL does by a collation, a column's digits or its own arithmetic.
#[test]
fn what_sqlite_would_do_otherwise_is_refused() {
    let family = engines().into_iter().filter(|e| e.driver() == "mysql");
    for authored in family {
        let mut twin = Twin::between(authored, Engine::Sqlite);
        twin.run("CREATE TABLE t (id INT PRIMARY KEY, s VARCHAR(20), b VARCHAR(20) COLLATE utf8mb4_bin, d DATETIME, d3 DATETIME(3), dd DATE, n INT, m INT) DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_unicode_ci;");
        twin.run("INSERT INTO t (id, s, b, n, m, dd, d) VALUES (1, 'x', 'x', 7, 0, '2024-01-31', '2024-01-01 10:00:00'), (2, 'X', 'X', 1, 2, NULL, NULL);");
        twin.run("CREATE TABLE q (d3 DATETIME(3)); INSERT INTO q VALUES (NULL);");
        for script in [
            "UPDATE t SET n = (SELECT count(DISTINCT ifnull(x.s, 'q')) FROM (SELECT s FROM t) x);",
            "DELETE FROM t WHERE id NOT IN (SELECT * FROM (SELECT min(id) FROM t GROUP BY concat(s, '')) z);",
            "INSERT INTO t (id) SELECT 9 FROM (SELECT DISTINCT concat(s, '') FROM t) z;",
            "INSERT INTO t (id) SELECT 9 FROM (SELECT concat(s, '') AS q FROM t UNION SELECT 'Y') z;",
            "INSERT INTO t (id) SELECT 9 FROM (SELECT upper(s) AS q FROM t) z WHERE z.q = 'x';",
            "DELETE FROM t WHERE s = b;",
            "INSERT INTO t (id, d) VALUES (3, '2024-01-01 23:59:59.7');",
            "INSERT INTO t (id, d) VALUES (3, '2024-01-01 10:00:00+02:00');",
            "UPDATE t SET d = d3;",
            "ALTER TABLE q MODIFY d3 DATETIME;",
            "UPDATE t SET n = n % m;",
            "UPDATE t SET n = n DIV m;",
            "UPDATE t SET n = dd + 0;",
        ] {
            twin.refused(script);
        }
        // Columns are told apart alike.
        twin.run("CREATE TABLE o (k INT, n INT); INSERT INTO o SELECT 1, count(*) FROM (SELECT DISTINCT s FROM t) z; INSERT INTO o SELECT 3, n % 3 FROM t WHERE id = 1;");
        twin.same("SELECT k, n FROM o ORDER BY k");
        twin.run("CREATE VIEW v AS SELECT id, dd - INTERVAL 1 MONTH AS m, dd + INTERVAL 1 DAY AS n FROM t WHERE id = 1; UPDATE t SET d = d + INTERVAL 1 DAY, dd = dd + INTERVAL 1 DAY;");
        twin.same("SELECT m, n FROM v");
        twin.same("SELECT dd, d FROM t WHERE id = 1");
    }
}
