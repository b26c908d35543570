//! MySQL's and MariaDB's meaning.

use aludel_tests::engine::engines;
use aludel_tests::twin::Twin;

/// One twin for each pair of servers that is there.
fn each(test: impl Fn(&mut Twin)) {
    let targets = crate::targets();
    for authored in engines() {
        if authored.driver() != "mysql" {
            continue;
        }
        for target in &targets {
            test(&mut Twin::between(authored, *target));
        }
    }
}

#[test]
fn texts_ignore_case_where_they_do_there() {
    each(|twin| {
        twin.run(
            "CREATE TABLE t (id INT AUTO_INCREMENT PRIMARY KEY, name VARCHAR(20) NOT NULL UNIQUE, code VARCHAR(20) COLLATE utf8mb4_bin UNIQUE) DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_unicode_ci;
             INSERT INTO t (name, code) VALUES ('a', 'x'), ('b', 'X');",
        );
        twin.fails("INSERT INTO t (name) VALUES ('A');");
        twin.fails("INSERT INTO t (name) VALUES ('á');");
        twin.fails("INSERT INTO t (name, code) VALUES ('c', 'x');");
        twin.run("UPDATE t SET code = 'found' WHERE name = 'A';");
        twin.same("SELECT id, name, code FROM t WHERE name IN ('A', 'B') ORDER BY id");
        twin.same("SELECT count(*) FROM t WHERE code = 'x'");
    });
}

#[test]
fn a_backslash_is_an_escape_there() {
    each(|twin| {
        twin.run(
            r"CREATE TABLE t (id INT PRIMARY KEY, s VARCHAR(20) DEFAULT 'c:\\new', v TEXT);
              INSERT INTO t (id, v) VALUES (1, 'a\nb'), (2, 'it\'s'), (3, '\\'), (4, 'a''b');",
        );
        twin.equal(
            "SELECT id, lower(hex(s)), lower(hex(v)) FROM t ORDER BY id",
            "SELECT id, encode(convert_to(s, 'UTF8'), 'hex'), encode(convert_to(v, 'UTF8'), 'hex') FROM t ORDER BY id",
        );
    });
}

#[test]
fn numbers_go_on_after_the_greatest() {
    each(|twin| {
        twin.run(
            "CREATE TABLE t (id INT UNSIGNED AUTO_INCREMENT PRIMARY KEY, n INT) AUTO_INCREMENT = 5;
             INSERT INTO t (n) VALUES (1);
             INSERT INTO t (id, n) VALUES (100, 2), (7, 3);
             INSERT INTO t (n) VALUES (4);
             INSERT INTO t VALUES (NULL, 5), (0, 6);
             INSERT INTO t (id, n) VALUES (50, 7);
             INSERT INTO t (n) VALUES (8);
             CREATE TABLE u (id INT AUTO_INCREMENT PRIMARY KEY, n INT);
             INSERT INTO u (id, n) SELECT id, n FROM t;
             INSERT INTO u (n) VALUES (9);",
        );
        twin.same("SELECT id, n FROM t ORDER BY n");
        twin.same("SELECT id, n FROM u ORDER BY n");
        assert_eq!(
            twin.refused("INSERT INTO t (id, n) VALUES (300, 1), (NULL, 2);"),
            ["numbers"]
        );
        twin.run("TRUNCATE TABLE u; INSERT INTO u (n) VALUES (10);");
        twin.same("SELECT id, n FROM u");
    });
}

#[test]
fn a_boolean_is_a_number_there() {
    each(|twin| {
        twin.run(
            "CREATE TABLE t (id INT PRIMARY KEY, f TINYINT(1) NOT NULL DEFAULT 0, g BOOLEAN DEFAULT '1', n INT);
             INSERT INTO t (id, f, n) VALUES (1, 1, 5), (2, FALSE, 0), (3, '1', NULL);
             UPDATE t SET g = n > 1, n = f + 1 WHERE f = 1 OR f IN (0);
             UPDATE t SET f = IF(n = 1, 1, 0) WHERE f;
             UPDATE t SET f = CASE WHEN id = 3 THEN 1 ELSE f END, g = NOT g;",
        );
        twin.equal(
            "SELECT id, f, coalesce(g, -1), coalesce(n, -1) FROM t ORDER BY id",
            "SELECT id, f::integer, coalesce(g::integer, -1), coalesce(n, -1) FROM t ORDER BY id",
        );
        assert_eq!(twin.refused("UPDATE t SET f = 2;"), ["no-form"]);
    });
}

#[test]
fn unsigned_numbers_take_none_below_zero() {
    each(|twin| {
        twin.run(
            "CREATE TABLE t (a TINYINT UNSIGNED, b SMALLINT UNSIGNED, c INT UNSIGNED, d BIGINT UNSIGNED, e DECIMAL(5, 2) UNSIGNED);
             INSERT INTO t VALUES (255, 65535, 4294967295, 9223372036854775807, 999.99);",
        );
        twin.same("SELECT a, b, c, d, e FROM t");
        for column in ["a", "b", "c", "d", "e"] {
            twin.fails(&format!("INSERT INTO t ({column}) VALUES (-1);"));
        }
    });
}

#[test]
fn a_new_column_that_takes_no_null_is_filled_with_nothing() {
    each(|twin| {
        twin.run(
            "CREATE TABLE t (id INT PRIMARY KEY); INSERT INTO t VALUES (1);
             ALTER TABLE t ADD COLUMN a TEXT NOT NULL, ADD COLUMN b INT NOT NULL FIRST, ADD COLUMN c TINYINT(1) NOT NULL AFTER id, ADD COLUMN d VARCHAR(9) NOT NULL DEFAULT 'x';
             INSERT INTO t VALUES (7, 2, 1, 'y', 'z');",
        );
        twin.equal(
            "SELECT id, a, b, c, d FROM t ORDER BY id",
            "SELECT id, a, b, c::integer, d FROM t ORDER BY id",
        );
        twin.fails("INSERT INTO t (id, b, c) VALUES (3, 1, 1);");
    });
}

#[test]
fn an_enum_takes_its_members_only() {
    each(|twin| {
        twin.run(
            "CREATE TABLE t (id INT PRIMARY KEY, e ENUM('Small', 'big') NOT NULL, f ENUM('x', 'y'));
             INSERT INTO t (id, e) VALUES (1, 'small'), (2, 'BIG'); INSERT INTO t (id) VALUES (3);
             UPDATE t SET f = 'Y' WHERE e = 'SMALL';
             ALTER TABLE t MODIFY f ENUM('x', 'y', 'z');
             UPDATE t SET f = 'z' WHERE id = 2;",
        );
        twin.same("SELECT id, e, f FROM t ORDER BY id");
        let refused = twin
            .target
            .client("\\set ON_ERROR_STOP on\nINSERT INTO t VALUES (9, 'other', NULL)");
        assert!(!refused.status.success());
    });
}

#[test]
fn a_column_says_when_its_row_was_changed() {
    each(|twin| {
        twin.run(
            "CREATE TABLE t (id INT PRIMARY KEY, n INT, at TIMESTAMP NOT NULL DEFAULT '2001-01-01 00:00:00' ON UPDATE CURRENT_TIMESTAMP);
             INSERT INTO t (id, n) VALUES (1, 1), (2, 2), (3, 3), (4, 4);
             UPDATE t SET n = 10 WHERE id = 1;
             UPDATE t SET n = n WHERE id = 2;
             UPDATE t SET n = 30, at = at WHERE id = 3;
             ALTER TABLE t ADD COLUMN other DATETIME(6) DEFAULT '2001-01-01 00:00:00' ON UPDATE CURRENT_TIMESTAMP(6);
             UPDATE t SET n = 40, at = '2002-02-02 00:00:00' WHERE id = 4;",
        );
        let year = "SELECT id, n, extract(YEAR FROM at) > 2002, extract(YEAR FROM other) > 2002 FROM t ORDER BY id";
        twin.equal(year, "SELECT id, n, (extract(YEAR FROM at) > 2002)::integer, (extract(YEAR FROM other) > 2002)::integer FROM t ORDER BY id");
        twin.run(
            "UPDATE t SET at = '2001-01-01 00:00:00', other = '2001-01-01 00:00:00';
             ALTER TABLE t MODIFY at TIMESTAMP NOT NULL DEFAULT '2001-01-01 00:00:00', CHANGE other changed DATETIME(6) NULL ON UPDATE CURRENT_TIMESTAMP(6);
             RENAME TABLE t TO u;
             UPDATE u SET n = n + 1;",
        );
        twin.equal(
            "SELECT id, n, extract(YEAR FROM at) > 2002, extract(YEAR FROM changed) > 2002 FROM u ORDER BY id",
            "SELECT id, n, (extract(YEAR FROM at) > 2002)::integer, (extract(YEAR FROM changed) > 2002)::integer FROM u ORDER BY id",
        );
    });
}

#[test]
fn assignments_see_what_those_before_them_have_set() {
    each(|twin| {
        twin.run("CREATE TABLE t (a INT, b INT); INSERT INTO t VALUES (1, 2);");
        assert_eq!(twin.refused("UPDATE t SET a = 5, b = a;"), ["simultaneous"]);
        twin.run("UPDATE t SET b = a, a = 5;");
        twin.same("SELECT a, b FROM t");
    });
}

#[test]
fn indexes_of_two_tables_have_one_name() {
    each(|twin| {
        twin.run(
            "CREATE TABLE a (id INT PRIMARY KEY, n INT, s VARCHAR(300), INDEX by_n (n), UNIQUE KEY by_s (s(10)));
             CREATE TABLE b (id INT PRIMARY KEY, n INT, a_id INT, UNIQUE KEY by_n (n), CONSTRAINT fk FOREIGN KEY (a_id) REFERENCES a (id) ON DELETE CASCADE);
             INSERT INTO a VALUES (1, 1, '0123456789x'); INSERT INTO b VALUES (1, 1, 1);",
        );
        twin.fails("INSERT INTO a VALUES (2, 2, '0123456789y');");
        twin.fails("INSERT INTO b VALUES (2, 1, 1);");
        twin.fails("INSERT INTO b VALUES (2, 2, 5);");
        twin.run(
            "ALTER TABLE a DROP INDEX by_n, DROP INDEX by_s;
             ALTER TABLE b RENAME INDEX by_n TO n_alone;
             RENAME TABLE b TO c;
             INSERT INTO a VALUES (2, 2, '0123456789y');
             DELETE FROM a WHERE id = 1;",
        );
        twin.same("SELECT count(*) FROM c");
        twin.run("ALTER TABLE c DROP FOREIGN KEY fk, DROP INDEX n_alone;");
    });
}

#[test]
fn the_next_number_is_set() {
    each(|twin| {
        twin.run(
            "CREATE TABLE t (id INT AUTO_INCREMENT PRIMARY KEY, n INT); INSERT INTO t (n) VALUES (1), (2);
             ALTER TABLE t AUTO_INCREMENT = 50; INSERT INTO t (id, n) VALUES (7, 3); INSERT INTO t (n) VALUES (4);
             ALTER TABLE t AUTO_INCREMENT = 1; INSERT INTO t (n) VALUES (5);",
        );
        twin.same("SELECT id, n FROM t ORDER BY n");
    });
}

#[test]
fn members_of_an_enum_are_compared_as_such_only() {
    each(|twin| {
        twin.run("CREATE TABLE t (id INT PRIMARY KEY, e ENUM('a', 'b'), s TEXT); INSERT INTO t VALUES (1, 'a', 'A');");
        for filter in ["e LIKE 'A%'", "e = s", "UPPER(e) = 'a'"] {
            let script = format!("DELETE FROM t WHERE {filter};");
            assert_eq!(twin.refused(&script), ["collation"], "{filter}");
        }
        twin.run("DELETE FROM t WHERE e = 'A';");
        twin.same("SELECT count(*) FROM t");
    });
}

#[test]
fn a_row_that_is_written_twice_takes_its_own_place() {
    each(|twin| {
        twin.run(
            "CREATE TABLE t (id INT PRIMARY KEY, n INT NOT NULL DEFAULT 9, m INT);
             INSERT INTO t VALUES (1, 1, 1);
             REPLACE INTO t (id, m) VALUES (1, 5), (2, 6), (1, 7);
             INSERT INTO t (id, n) VALUES (2, 1), (2, 10) ON DUPLICATE KEY UPDATE n = t.n + VALUES(n);",
        );
        twin.same("SELECT id, n, m FROM t ORDER BY id");
    });
}

#[test]
fn what_a_foreign_key_does_is_no_update_there() {
    each(|twin| {
        twin.run("CREATE TABLE p (id INT PRIMARY KEY); CREATE TABLE c (id INT PRIMARY KEY, p INT NULL, n INT, at TIMESTAMP NULL DEFAULT NULL ON UPDATE CURRENT_TIMESTAMP, CONSTRAINT f FOREIGN KEY (p) REFERENCES p (id) ON DELETE SET NULL ON UPDATE CASCADE);
            INSERT INTO p VALUES (1), (2), (3); INSERT INTO c (id, p) VALUES (1, 1), (2, 2), (3, 3);");
        twin.run("DELETE FROM p WHERE id = 1; UPDATE p SET id = 22 WHERE id = 2; UPDATE c SET n = 1 WHERE id = 3;");
        twin.same(
            "SELECT id, coalesce(p, 0), CASE WHEN at IS NULL THEN 1 ELSE 0 END FROM c ORDER BY id",
        );
        // What is replaced in a text is no column's, and would be compared by its bytes here.
        twin.run("CREATE TABLE t (id INT PRIMARY KEY, s VARCHAR(20));");
        assert_eq!(
            twin.refused("DELETE FROM t WHERE REPLACE(s, ' ', '') = 'xy';"),
            ["collation"]
        );
    });
}
