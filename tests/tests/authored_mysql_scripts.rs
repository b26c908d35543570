//! What scripts of MySQL's and MariaDB's real projects hold, on SQLite and PostgreSQL: what dumps and drawing
//! tools set for the session, columns that change with their row, changes of several tables.

#![allow(clippy::unwrap_used, reason = "a panic is the report")]

use aludel_tests::engine::{Engine, engines};
use aludel_tests::twin::Twin;

/// One twin for each server of the family and target.
fn each(test: impl Fn(&mut Twin, Engine, Engine)) {
    let family = engines().into_iter().filter(|e| e.driver() == "mysql");
    for authored in family {
        for target in [Engine::Sqlite, Engine::Postgres] {
            test(&mut Twin::between(authored, target), authored, target);
        }
    }
}

#[test]
fn what_a_dump_sets_and_puts_back() {
    each(|twin, _, _| {
        twin.run(
            "SET @OLD_CHARACTER_SET_CLIENT=@@CHARACTER_SET_CLIENT;
            SET @OLD_COLLATION_CONNECTION=@@COLLATION_CONNECTION;
            SET NAMES utf8mb4;
            SET @OLD_TIME_ZONE=@@TIME_ZONE;
            SET TIME_ZONE='+00:00';
            SET @OLD_UNIQUE_CHECKS=@@UNIQUE_CHECKS, UNIQUE_CHECKS=0;
            SET @OLD_FOREIGN_KEY_CHECKS=@@FOREIGN_KEY_CHECKS, FOREIGN_KEY_CHECKS=0;
            SET @OLD_SQL_MODE=@@SQL_MODE, SQL_MODE='NO_AUTO_VALUE_ON_ZERO';
            SET @OLD_SQL_NOTES=@@SQL_NOTES, SQL_NOTES=0;
            SET @saved_cs_client     = @@character_set_client;
            SET character_set_client = utf8;
            CREATE TABLE t (id INT AUTO_INCREMENT PRIMARY KEY, s VARCHAR(5), d DATE, n DECIMAL(4, 2) NOT NULL);
            SET character_set_client = @saved_cs_client;
            INSERT INTO t VALUES (1, 'abcde', '2024-02-28', 12.34), (7, NULL, NULL, -1);
            SET TIME_ZONE=@OLD_TIME_ZONE;
            SET SQL_MODE=@OLD_SQL_MODE;
            SET FOREIGN_KEY_CHECKS=@OLD_FOREIGN_KEY_CHECKS;
            SET UNIQUE_CHECKS=@OLD_UNIQUE_CHECKS;
            SET CHARACTER_SET_CLIENT=@OLD_CHARACTER_SET_CLIENT;
            SET COLLATION_CONNECTION=@OLD_COLLATION_CONNECTION;
            SET SQL_NOTES=@OLD_SQL_NOTES;
            UPDATE t SET s = 'b' WHERE id = 7;",
        );
        twin.same("SELECT id, s, CASE WHEN n < 0 THEN 1 ELSE 0 END FROM t ORDER BY id");
        twin.run("SET SQL_SAFE_UPDATES = 0; SET SESSION innodb_lock_wait_timeout = 7200; DELETE FROM t WHERE s = 'b'; SET SESSION innodb_lock_wait_timeout = DEFAULT;");
        twin.same("SELECT count(*) FROM t");
    });
}

#[test]
fn what_a_mode_makes_otherwise_is_refused() {
    each(|twin, _, _| {
        twin.run("CREATE TABLE t (id INT AUTO_INCREMENT PRIMARY KEY, s VARCHAR(5), n TINYINT NOT NULL, d DATE); INSERT INTO t (n) VALUES (1);");
        for statement in [
            "INSERT INTO t VALUES (5, 'abcdef', 1, NULL)",
            "INSERT INTO t VALUES (5, 'a', 300, NULL)",
            "INSERT INTO t VALUES (5, 'a', NULL, NULL)",
            "INSERT INTO t VALUES (5, 'a', 1, '2024-02-31')",
            "INSERT INTO t (s) VALUES ('a')",
            "INSERT INTO t SELECT id + 10, s, n, d FROM t",
            "UPDATE t SET s = 'abcdef'",
        ] {
            let script = format!("SET sql_mode = ''; {statement};");
            assert!(twin.refused(&script).contains(&"setting"), "{statement}");
        }
        let zero = "SET sql_mode = 'STRICT_ALL_TABLES,NO_AUTO_VALUE_ON_ZERO'; INSERT INTO t VALUES (0, 'a', 1, NULL);";
        assert_eq!(twin.refused(zero), ["setting"]);
        twin.run("SET sql_mode = 'STRICT_ALL_TABLES,NO_AUTO_VALUE_ON_ZERO'; INSERT INTO t VALUES (NULL, 'a', 1, NULL); INSERT INTO t VALUES (9, 'b', 2, NULL);");
        twin.run("SET sql_mode = ''; INSERT INTO t VALUES (20, 'abcde', -128, '2024-02-28'); SET sql_mode = DEFAULT; UPDATE t SET n = n + 1;");
        twin.same("SELECT id, COALESCE(s, '-'), n FROM t ORDER BY id");
        let quotes = "SET sql_mode = 'STRICT_ALL_TABLES,ANSI_QUOTES,PIPES_AS_CONCAT';";
        twin.refused(&format!("{quotes} UPDATE t SET s = \"id\";"));
        twin.refused(&format!("{quotes} UPDATE t SET s = 'a' || 'b';"));
        twin.run(&format!("{quotes} UPDATE t SET s = 'x' WHERE id = 9;"));
        twin.same("SELECT id, COALESCE(s, '-'), n FROM t ORDER BY id");
        for unknown in [
            "SET sql_mode = 'STRICT_ALL_TABLES,NO_BACKSLASH_ESCAPES';",
            "SET @m = 'ANSI_QUOTES'; SET sql_mode = @m;",
            "SET foreign_key_checks = @never;",
            "SET foreign_key_checks = 0; SET @old = @@foreign_key_checks; SET foreign_key_checks = @old;",
        ] {
            assert!(twin.refused(unknown).contains(&"setting"), "{unknown}");
        }
        twin.run("SET sql_mode = (SELECT REPLACE(@@sql_mode, 'ONLY_FULL_GROUP_BY', '')); UPDATE t SET n = 3;");
        twin.same("SELECT id, COALESCE(s, '-'), n FROM t ORDER BY id");
        let narrower = "SET sql_mode = ''; ALTER TABLE t MODIFY s VARCHAR(2);";
        assert_eq!(twin.refused(narrower), ["setting"]);
    });
}

#[test]
fn a_column_changes_with_its_row() {
    each(|twin, _, target| {
        twin.run("CREATE TABLE t (id INT PRIMARY KEY, s VARCHAR(5), n INT, at DATETIME NOT NULL DEFAULT '2020-01-01 00:00:00' ON UPDATE CURRENT_TIMESTAMP);");
        twin.run(
            "INSERT INTO t (id, s, n) VALUES (1, 'a', 1), (2, 'b', 2), (3, 'c', 3), (4, 'd', 4);",
        );
        let touched = "SELECT id, s, n, CASE WHEN at > '2020-01-01 00:00:00' THEN 1 ELSE 0 END AS changed FROM t ORDER BY id";
        // One that changes something, one that changes nothing but the case, one that says what it is, one
        // that is as it was.
        twin.run("UPDATE t SET n = 10 WHERE id = 1; UPDATE t SET s = 'B' WHERE id = 2; UPDATE t SET n = 30, at = at WHERE id = 3; UPDATE t SET n = 4 WHERE id = 4;");
        twin.same(touched);
        twin.both_take("UPDATE t SET at = '2020-01-01 00:00:00'");
        twin.same(touched);
        twin.both_take("UPDATE t SET n = n + 1 WHERE id = 4");
        twin.same(touched);
        twin.both_take("UPDATE t SET n = n + 1, at = '2021-02-03 04:05:06' WHERE id = 4");
        twin.same("SELECT id FROM t WHERE at = '2021-02-03 04:05:06'");
        // The table is rebuilt, its column renamed, it itself too: rows are as they were, and it goes on.
        twin.run(
            "ALTER TABLE t MODIFY n BIGINT NOT NULL; ALTER TABLE t ADD u INT NOT NULL DEFAULT 5;",
        );
        twin.run("ALTER TABLE t CHANGE at seen DATETIME NOT NULL DEFAULT '2020-01-01 00:00:00' ON UPDATE CURRENT_TIMESTAMP; RENAME TABLE t TO r;");
        let touched = "SELECT id, s, n, u, CASE WHEN seen > '2020-01-01 00:00:00' THEN 1 ELSE 0 END AS changed FROM r ORDER BY id";
        twin.same(touched);
        twin.both_take("UPDATE r SET u = 6 WHERE id = 2");
        twin.same(touched);
        twin.run("INSERT INTO r (id, n) VALUES (1, 7) ON DUPLICATE KEY UPDATE n = 8, seen = '2020-01-01 00:00:00';");
        twin.same(touched);
        twin.run("ALTER TABLE r MODIFY seen DATETIME NOT NULL DEFAULT '2020-01-01 00:00:00';");
        twin.both_take("UPDATE r SET u = 9 WHERE id = 1");
        twin.same(touched);
        if target == Engine::Sqlite {
            let said = twin.omitted("CREATE TABLE v (id INT PRIMARY KEY, n INT, at TIMESTAMP NULL ON UPDATE CURRENT_TIMESTAMP);");
            assert!(
                said.iter().any(|one| one.starts_with("on-update: ")),
                "{said:?}"
            );
            let several = "CREATE TABLE w (id INT PRIMARY KEY, a TIMESTAMP NULL ON UPDATE CURRENT_TIMESTAMP, b TIMESTAMP NULL ON UPDATE CURRENT_TIMESTAMP);";
            assert_eq!(twin.refused(several), ["on-update"]);
        }
    });
}

#[test]
fn rows_without_a_partner_are_deleted_and_changed() {
    each(|twin, _, _| {
        twin.run("CREATE TABLE p (id INT PRIMARY KEY, k VARCHAR(5), n INT); CREATE TABLE c (id INT PRIMARY KEY, p INT, n INT);");
        twin.run("INSERT INTO p VALUES (1, 'a', NULL), (2, 'b', 2); INSERT INTO c VALUES (1, 1, 1), (2, 2, 2), (3, 3, 3), (4, NULL, 4), (5, 9, 5);");
        twin.run("UPDATE c AS x LEFT JOIN p AS y ON y.id = x.p SET x.n = 0 WHERE y.id IS NULL AND x.id < 5;");
        twin.same("SELECT id, COALESCE(p, 0), n FROM c ORDER BY id");
        twin.run("DELETE x FROM c AS x LEFT JOIN p ON p.id = x.p WHERE p.id IS NULL AND x.p IS NOT NULL;");
        twin.same("SELECT id, COALESCE(p, 0), n FROM c ORDER BY id");
        // One that asks for a partner, and one that asks for nothing of it.
        twin.run("DELETE x FROM c AS x LEFT JOIN p ON p.id = x.p WHERE p.k = 'b'; INSERT INTO c VALUES (6, 1, 6);");
        twin.run("UPDATE c LEFT JOIN p ON p.id = c.p SET c.n = 60 WHERE c.id = 6;");
        twin.same("SELECT id, COALESCE(p, 0), n FROM c ORDER BY id");
        // Whether a column is NULL that the join does not compare says nothing of a partner.
        for statement in [
            "DELETE x FROM c AS x LEFT JOIN p ON p.id = x.p WHERE p.n IS NULL",
            "UPDATE c LEFT JOIN p ON p.id = c.p SET c.n = p.n",
            "DELETE c FROM c LEFT JOIN p ON p.id = c.p WHERE p.id IS NULL OR p.n = 1",
            "DELETE c FROM c RIGHT JOIN p ON p.id = c.p WHERE p.id IS NULL",
        ] {
            twin.refused(&format!("{statement};"));
        }
    });
}

#[test]
fn an_update_names_several_tables() {
    each(|twin, _, _| {
        twin.run("CREATE TABLE a (id INT PRIMARY KEY, b INT, n INT); CREATE TABLE b (id INT PRIMARY KEY, n INT);");
        twin.run("INSERT INTO a VALUES (1, 1, 0), (2, 2, 0), (3, 9, 0); INSERT INTO b VALUES (1, 10), (2, 20);");
        twin.run("UPDATE a, b SET a.n = b.n WHERE b.id = a.b;");
        twin.same("SELECT id, n FROM a ORDER BY id");
        twin.run("UPDATE a AS x, (SELECT id FROM b WHERE n = 20) AS y SET x.n = y.id WHERE x.b = 9; DELETE a.* FROM a INNER JOIN b ON b.id = a.b WHERE b.n = 10;");
        twin.same("SELECT id, n FROM a ORDER BY id");
    });
}

#[test]
fn names_that_differ_in_case_and_tables_called_like_indexes() {
    each(|twin, _, _| {
        twin.run("CREATE TABLE t (id INT PRIMARY KEY, stringvalue VARCHAR(5), n INT); INSERT INTO t VALUES (1, 'a', 2);");
        twin.run(
            "ALTER TABLE t CHANGE stringvalue stringValue VARCHAR(9), MODIFY n BIGINT NOT NULL;",
        );
        twin.equal(
            "SELECT stringValue, n FROM t",
            "SELECT \"stringValue\", n FROM t",
        );
        twin.run("CREATE TABLE t_choice (id INT PRIMARY KEY, k INT, INDEX (k));
            ALTER TABLE t ADD c INT, ADD CONSTRAINT t_choice FOREIGN KEY choice (c) REFERENCES t_choice (id);");
        twin.run("INSERT INTO t_choice VALUES (1, 1); INSERT INTO t VALUES (2, 'b', 3, 1);");
        twin.same("SELECT id, n, COALESCE(c, 0) FROM t ORDER BY id");
        twin.fails("INSERT INTO t VALUES (3, 'b', 3, 7);");
    });
}

/// InnoDB takes a foreign key to what is an index only, and MySQL 8.4 and later do not.
#[test]
fn a_foreign_key_to_what_is_no_key_is_said() {
    each(|twin, authored, _| {
        if authored != Engine::Mariadb {
            return;
        }
        let said = twin.omitted("CREATE TABLE p (id INT PRIMARY KEY, k INT NOT NULL, INDEX (k)); CREATE TABLE c (id INT PRIMARY KEY, k INT NOT NULL, FOREIGN KEY (k) REFERENCES p (k));");
        assert!(
            said.iter()
                .any(|one| one.starts_with("missing-reference: ")),
            "{said:?}"
        );
        twin.run("INSERT INTO p VALUES (1, 1), (2, 1); INSERT INTO c VALUES (1, 1); UPDATE c SET k = 1; DELETE FROM c;");
        twin.same("SELECT count(*) FROM p");
    });
}

#[test]
fn references_in_a_column_are_what_the_server_makes_of_them() {
    each(|twin, authored, target| {
        twin.run("CREATE TABLE p (id INT PRIMARY KEY); CREATE TABLE c (id INT PRIMARY KEY, p INT REFERENCES p (id)); ALTER TABLE c ADD q INT NULL REFERENCES p (id) ON DELETE CASCADE;");
        twin.run("INSERT INTO p VALUES (1), (2); INSERT INTO c VALUES (1, 1, 2); DELETE FROM p WHERE id = 2;");
        twin.same("SELECT id, COALESCE(p, 0), COALESCE(q, 0) FROM c ORDER BY id");
        twin.fails("INSERT INTO c VALUES (2, 9, NULL);");
        assert!(authored != target);
    });
}

#[test]
fn a_bit_and_a_tinyint_that_holds_numbers() {
    each(|twin, _, target| {
        twin.run("CREATE TABLE t (id INT PRIMARY KEY, b BIT(1) NOT NULL DEFAULT b'0', c BIT NOT NULL DEFAULT 1, n TINYINT(1) NOT NULL DEFAULT '2');");
        twin.run("INSERT INTO t VALUES (1, b'1', 0, 100), (2, 1, b'1', 2); INSERT INTO t (id) VALUES (3);");
        let bits = match target {
            Engine::Sqlite => "SELECT id, b, c, n FROM t ORDER BY id",
            _ => "SELECT id, CAST(b AS INTEGER), CAST(c AS INTEGER), n FROM t ORDER BY id",
        };
        twin.equal("SELECT id, b + 0, c + 0, n FROM t ORDER BY id", bits);
        twin.run("ALTER TABLE t ADD e BIT(1) DEFAULT b'1'; UPDATE t SET b = 0 WHERE id = 1; UPDATE t SET c = b'0' WHERE id = 2;");
        let bits = bits.replace(
            ", n",
            match target {
                Engine::Sqlite => ", e, n",
                _ => ", CAST(e AS INTEGER), n",
            },
        );
        twin.equal(
            "SELECT id, b + 0, c + 0, e + 0, n FROM t ORDER BY id",
            &bits,
        );
        twin.run("ALTER TABLE t ADD x TEXT(2000) COLLATE 'utf8mb4_bin'; INSERT INTO t (id, x) VALUES (4, 'a');");
    });
}

#[test]
fn a_set_is_one_of_the_texts_that_it_can_hold() {
    each(|twin, _, _| {
        let said = twin.omitted("CREATE TABLE t (id INT PRIMARY KEY, s SET('x', 'y', 'z') NOT NULL, n SET('a') DEFAULT 'a');");
        assert_eq!(
            said.iter().filter(|one| one.starts_with("set: ")).count(),
            2,
            "{said:?}"
        );
        twin.run("INSERT INTO t VALUES (1, 'x,z', NULL), (2, '', ''), (3, 'y', 'a');");
        twin.fails("INSERT INTO t (id) VALUES (4);");
        twin.run(
            "UPDATE t SET s = 'x,y,z' WHERE s = 'y'; ALTER TABLE t ADD m SET('k', 'l') NOT NULL;",
        );
        twin.same("SELECT id, s, COALESCE(n, '-'), m FROM t ORDER BY id");
        twin.refused("INSERT INTO t VALUES (5, 'w', NULL, '');");
        let other = "INSERT INTO t (id, s, m) VALUES (6, 'w', '')";
        assert!(twin.target_error(other).is_some());
        twin.refused("UPDATE t SET s = 'z,x';");
        twin.refused("UPDATE t SET s = 3;");
        twin.refused("UPDATE t SET n = 'a' WHERE s & 1;");
    });
}

#[test]
fn digests_of_constants_columns_in_any_case_and_documents_of_nothing() {
    each(|twin, authored, target| {
        twin.run("CREATE TABLE t (userName VARCHAR(20) PRIMARY KEY, digest VARCHAR(50), n INT, doc JSON, at DATETIME DEFAULT '2001-01-01 01:01:01.000001');");
        twin.run("INSERT INTO t (USERNAME, Digest) VALUES ('a', 'a9'), ('b', 'b'); UPDATE t AS u SET N = 1 WHERE u.username = 'a' AND DIGEST IS NOT NULL;");
        let shown = |name: &str| match target {
            Engine::Postgres => {
                format!("SELECT \"{name}\", digest, COALESCE(n, 0) FROM t ORDER BY digest")
            }
            _ => format!("SELECT {name}, digest, COALESCE(n, 0) FROM t ORDER BY digest"),
        };
        twin.equal(
            "SELECT userName, digest, COALESCE(n, 0) FROM t ORDER BY digest",
            &shown("userName"),
        );
        // MySQL 9.7 has neither.
        if authored == Engine::Mariadb {
            twin.run("UPDATE t SET digest = SHA1('abc') WHERE username = 'a'; UPDATE t SET digest = PASSWORD('admin') WHERE username = 'b';");
            twin.equal(
                "SELECT userName, digest, COALESCE(n, 0) FROM t ORDER BY digest",
                &shown("userName"),
            );
        }
        if target == Engine::Postgres {
            twin.run("INSERT INTO t (username, doc) VALUES ('c', JSON_OBJECT()), ('d', JSON_ARRAY()); CREATE TABLE d (id INT PRIMARY KEY, o JSON NOT NULL DEFAULT (JSON_OBJECT()), a JSON DEFAULT (JSON_ARRAY())); INSERT INTO d (id) VALUES (1);");
            twin.equal("SELECT id, o, a FROM d", "SELECT id, o, a FROM d");
            twin.equal(
                "SELECT at FROM t WHERE userName = 'a'",
                "SELECT at FROM t WHERE \"userName\" = 'a'",
            );
        }
    });
}

#[test]
fn like_ignores_case_where_a_column_does() {
    each(|twin, _, target| {
        twin.run("CREATE TABLE t (id INT PRIMARY KEY, c VARCHAR(20) COLLATE utf8mb4_unicode_ci, b VARCHAR(20) COLLATE utf8mb4_bin); INSERT INTO t VALUES (1, 'Abc', 'Abc'), (2, 'xyz', 'abd'), (3, NULL, NULL);");
        if target == Engine::Sqlite {
            twin.run("UPDATE t SET id = id + 10 WHERE c LIKE 'ab%'; UPDATE t SET id = id + 100 WHERE c NOT LIKE '%B_';");
            twin.same("SELECT id FROM t ORDER BY id");
            twin.refused("UPDATE t SET id = 0 WHERE c LIKE '\u{e4}%';");
        }
        twin.run("UPDATE t SET id = id + 20 WHERE b LIKE 'ab%';");
        twin.same("SELECT id FROM t ORDER BY id");
    });
}

/// An index over the elements of an array makes things faster, and says nothing of rows.
#[test]
fn an_index_over_elements_is_left_out() {
    each(|twin, authored, _| {
        if authored != Engine::Mysql9 {
            return;
        }
        let said = twin.omitted("CREATE TABLE t (id INT PRIMARY KEY, doc JSON, n INT, KEY elements ((CAST(doc AS UNSIGNED ARRAY)))); CREATE INDEX names ON t (n, (CAST(doc->'$.names' AS CHAR(20) ARRAY)));");
        assert_eq!(
            said.iter()
                .filter(|one| one.starts_with("index-method: "))
                .count(),
            2,
            "{said:?}"
        );
        twin.run("INSERT INTO t VALUES (1, '[1, 2]', 1); ALTER TABLE t DROP INDEX names;");
        twin.same("SELECT id, n FROM t");
        twin.refused("CREATE UNIQUE INDEX one ON t ((CAST(doc AS UNSIGNED ARRAY)));");
    });
}
