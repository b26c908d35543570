//! MySQL's scripts on SQLite: what it means otherwise than PostgreSQL.

use aludel_mysql::MysqlDriver;

use crate::support::Both;

fn both(tables: &str) -> Both {
    let mut both = Both::from(&MysqlDriver);
    both.run(tables);
    both
}

#[test]
fn texts_are_equal_as_their_collation_says() {
    let mut both = both(
        "CREATE TABLE t (a varchar(9) UNIQUE, b varchar(9) COLLATE utf8mb4_bin UNIQUE) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;
         CREATE TABLE u (a text) COLLATE utf8mb4_0900_bin",
    );
    both.run("INSERT INTO t VALUES ('a', 'a'), ('b', 'A'); UPDATE t SET a = 'c' WHERE a = 'B'");
    assert_eq!(both.database.rows("a", "t ORDER BY a"), ["'a'", "'c'"]);
    assert!(
        both.database
            .try_run("INSERT INTO t (a) VALUES ('A')")
            .is_err()
    );
    assert!(
        both.database
            .try_run("INSERT INTO t (b) VALUES ('a ')")
            .is_err()
    );
    both.run("INSERT INTO u VALUES ('A'), ('a'); DELETE FROM u WHERE a = 'a'");
    assert_eq!(both.database.rows("a", "u"), ["'A'"]);
}

#[test]
fn functions_that_are_the_same_or_have_a_form() {
    let mut both = both("CREATE TABLE t (id int AUTO_INCREMENT PRIMARY KEY, a varchar(40), n int)");
    both.run("INSERT INTO t (a, n) VALUES ('x', 255), (NULL, 7)");
    both.run("UPDATE t SET a = CONCAT(a, '-', LOWER(LPAD(HEX(n), 8, '0')), IF(n > 9, '!', '?'))");
    assert_eq!(
        both.database.rows("a", "t ORDER BY id"),
        ["'x-000000ff!'", "NULL"]
    );
    both.run("UPDATE t SET n = UNIX_TIMESTAMP()");
    assert_eq!(
        both.database
            .value("SELECT min(abs(n - strftime('%s', 'now')) < 60) FROM t"),
        "1"
    );
    both.run("UPDATE t SET a = UUID()");
    assert_eq!(
        both.database
            .value("SELECT count(DISTINCT a) FROM t WHERE length(a) = 36"),
        "2"
    );
}

#[test]
fn base64_has_no_line_end_at_its_end() {
    let mut both = both("CREATE TABLE t (b blob, a text)");
    let bytes = "78".repeat(57);
    both.run(&format!(
        "INSERT INTO t (b) VALUES (x'{bytes}'), (x''), (NULL); UPDATE t SET a = TO_BASE64(b)"
    ));
    let line = "eHh4".repeat(19);
    assert_eq!(
        both.database.rows("a", "t ORDER BY a"),
        ["NULL".to_owned(), "''".to_owned(), format!("'{line}'")]
    );
}

#[test]
fn documents_are_read_and_changed() {
    let mut both =
        both("CREATE TABLE t (id int AUTO_INCREMENT PRIMARY KEY, s text, j json, k varchar(20))");
    both.run(
        "INSERT INTO t (s, j) VALUES ('{\"a\": {\"b\": \"X\"}, \"n\": null}', '{\"a\": 1}'), ('no json', '[1]'), (NULL, NULL)",
    );
    both.run("UPDATE t SET k = 'found' WHERE JSON_VALID(s) AND JSON_TYPE(JSON_EXTRACT(s, '$.a')) = 'OBJECT' AND s ->> '$.a.b' = 'X' AND JSON_UNQUOTE(JSON_EXTRACT(s, '$.n')) = 'null'");
    assert_eq!(
        both.database.rows("k", "t ORDER BY id"),
        ["'found'", "NULL", "NULL"]
    );
    // Letters are told apart, and a key that is not there is no null.
    both.run("UPDATE t SET k = 'wrong' WHERE JSON_VALID(s) AND (s ->> '$.a.b' IN ('x', 'y') OR JSON_EXTRACT(s, '$.none') IS NOT NULL)");
    both.run("UPDATE t SET k = 'no a' WHERE NOT JSON_CONTAINS_PATH(j, 'one', '$.a')");
    assert_eq!(
        both.database.rows("k", "t ORDER BY id"),
        ["'found'", "'no a'", "NULL"]
    );
    // No object is made on the way.
    both.run("UPDATE t SET j = JSON_SET(JSON_REMOVE(j, '$.a'), '$.c', JSON_ARRAY(JSON_OBJECT('k', k, 't', TRUE)), '$.x.y', 1, '$.d', JSON_EXTRACT(j, '$.a'))");
    assert_eq!(
        both.database.rows("j", "t ORDER BY id"),
        [
            "'{\"c\":[{\"k\":\"found\",\"t\":true}],\"d\":1}'",
            "'[1]'",
            "NULL"
        ]
    );
    both.run("UPDATE t SET s = CASE WHEN JSON_CONTAINS_PATH(s, 'one', '$.a') THEN JSON_SET(s, '$.a.c', 's') ELSE s END WHERE id = 1");
    assert_eq!(
        both.database.rows("s", "t WHERE id = 1"),
        ["'{\"a\":{\"b\":\"X\",\"c\":\"s\"},\"n\":null}'"]
    );
    assert!(
        both.try_run("UPDATE t SET j = JSON_SET(s, '$.a', 1)")
            .is_err(),
        "no json"
    );
    assert!(
        both.try_run(
            "UPDATE t SET k = CONCAT(JSON_UNQUOTE(JSON_EXTRACT(s, '$.a')), '.') WHERE id = 1"
        )
        .is_err()
    );
}

/// What a program comes to by the model is translated, and nothing else of it.
#[test]
fn programs_that_define_things_are_followed() {
    let mut both = both(
        "CREATE TABLE t (id int AUTO_INCREMENT PRIMARY KEY, a varchar(9), UNIQUE KEY k (a));
         INSERT INTO t (a) SELECT 'x' FROM DUAL WHERE NOT EXISTS (SELECT 1 FROM t)",
    );
    // There already, and not there yet.
    for (column, there) in [("a", true), ("b", false)] {
        both.run(&format!(
            "SET @there = (SELECT COUNT(*) FROM INFORMATION_SCHEMA.COLUMNS WHERE table_schema = DATABASE() AND table_name = 'T' AND column_name = '{column}');
             SET @sql = IF(@there > 0, 'SELECT 1', 'ALTER TABLE t ADD COLUMN {column} int DEFAULT 7');
             PREPARE stmt FROM @sql; EXECUTE stmt; DEALLOCATE PREPARE stmt",
        ));
        let shown = both.database.schema().join("\n");
        assert_eq!(shown.contains("b INTEGER DEFAULT 7"), !there, "{shown}");
    }
    both.run(
        "CREATE PROCEDURE drop_index_if_exists(IN tableName VARCHAR(64), IN indexName VARCHAR(64))
         BEGIN
             DECLARE found INT DEFAULT 0;
             SELECT COUNT(*) INTO found FROM information_schema.statistics
                 WHERE table_schema = DATABASE() AND table_name = tableName AND index_name = indexName;
             IF found > 0 THEN
                 SET @query = CONCAT('ALTER TABLE `', tableName, '` DROP INDEX ', indexName);
                 PREPARE stmt FROM @query;
                 EXECUTE stmt;
                 DEALLOCATE PREPARE stmt;
             ELSEIF NOT EXISTS (SELECT * FROM information_schema.tables WHERE table_schema = SCHEMA() AND table_name = 'none') THEN
                 CREATE TABLE none (a int);
             END IF;
         END",
    );
    both.run("CALL drop_index_if_exists('t', 'k'); CALL drop_index_if_exists('t', 'k'); DROP PROCEDURE drop_index_if_exists");
    both.run("INSERT INTO t (a) VALUES ('x'); INSERT INTO none VALUES (1)");
    assert_eq!(both.database.rows("a, b", "t"), ["'x', 7", "'x', 7"]);
    // It is gone, and so are the variables of another script.
    for script in [
        "CALL drop_index_if_exists('t', 'k')",
        "PREPARE stmt FROM @query; EXECUTE stmt",
    ] {
        assert!(!both.translate(script).refusals.is_empty(), "{script}");
    }
}

#[test]
fn programs_that_go_by_what_no_model_knows_are_refused() {
    for script in [
        "SET @n = (SELECT COUNT(*) FROM t); SET @sql = IF(@n > 0, 'SELECT 1', 'DROP TABLE t'); PREPARE s FROM @sql; EXECUTE s",
        "SET @n = (SELECT data_type FROM information_schema.columns WHERE table_schema = DATABASE() AND table_name = 't' AND column_name = 'a'); SET @sql = IF(@n = 'int', 'SELECT 1', 'DROP TABLE t'); PREPARE s FROM @sql; EXECUTE s",
        "SET @n = (SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = 'somewhere' AND table_name = 't'); SET @sql = IF(@n > 0, 'SELECT 1', 'DROP TABLE t'); PREPARE s FROM @sql; EXECUTE s",
        "CREATE PROCEDURE p() BEGIN DECLARE i INT DEFAULT 0; WHILE i < 3 DO INSERT INTO t VALUES (i); SET i = i + 1; END WHILE; END; CALL p()",
        "CREATE PROCEDURE p(IN n INT) BEGIN INSERT INTO t VALUES (n); END; CALL p(1)",
        "CREATE PROCEDURE p() BEGIN DELETE FROM t; END",
        "CREATE PROCEDURE p() BEGIN DECLARE CONTINUE HANDLER FOR 1060 BEGIN END; ALTER TABLE t ADD COLUMN b int; END; CALL p()",
        "CREATE PROCEDURE p() BEGIN ALTER TABLE t ADD COLUMN b int; CALL p(); END; CALL p()",
    ] {
        let translated = both("CREATE TABLE t (a int)").translate(script);
        assert!(
            !translated.refusals.is_empty(),
            "{script}: {:?}",
            translated.statements
        );
    }
}

#[test]
fn ignore_keeps_the_row_that_is_there_and_forgives_nothing_else() {
    let mut both = both(
        "CREATE TABLE t (a varchar(3) NOT NULL PRIMARY KEY, n int); CREATE TABLE u (a varchar(9), n int)",
    );
    both.run("INSERT INTO t VALUES ('x', 1); INSERT INTO u VALUES ('X', 2), ('y', 3)");
    both.run("INSERT IGNORE INTO t SELECT a, n FROM u");
    assert_eq!(
        both.database.rows("a, n", "t ORDER BY n"),
        ["'x', 1", "'y', 3"]
    );
    both.run("INSERT INTO u VALUES ('much', 4)");
    assert!(
        both.try_run("INSERT IGNORE INTO t SELECT a, n FROM u")
            .is_err()
    );
    both.run("DELETE FROM u; INSERT INTO u VALUES (NULL, 5)");
    assert!(
        both.try_run("INSERT IGNORE INTO t SELECT a, n FROM u")
            .is_err()
    );
}

#[test]
fn what_it_means_otherwise_is_refused() {
    for (statement, code) in [
        ("UPDATE t SET n = LENGTH(a)", "no-such-function"),
        ("UPDATE t SET n = LOG(n)", "no-such-function"),
        ("UPDATE t SET a = b, b = a", "simultaneous"),
        ("DELETE FROM t WHERE a LIKE 'ä%'", "no-form"),
        ("DELETE FROM t WHERE a REGEXP '^x'", "no-form"),
        ("DELETE FROM t WHERE LOWER(a) = 'X'", "no-form"),
        ("DELETE FROM t WHERE j ->> '$[0]' = 'x'", "no-form"),
        (
            "DELETE FROM t WHERE LOWER(a) IN (SELECT b FROM t)",
            "no-form",
        ),
        ("UPDATE t SET a = JSON_UNQUOTE(b)", "no-form"),
        ("UPDATE t SET j = JSON_ARRAY(n > 1)", "no-form"),
        ("DELETE FROM t WHERE JSON_TYPE(j) = 'INTEGER'", "no-form"),
        ("DELETE FROM t WHERE LOCATE('x', a) = 1", "no-such-function"),
        ("UPDATE t SET a = SUBSTRING(a, 0, 2)", "no-form"),
        ("UPDATE t SET n = n / 2", "no-form"),
        ("INSERT INTO t (id, n) VALUES (0, 1)", "zero"),
        (
            "INSERT INTO t (id, n) VALUES (1, 1) ON DUPLICATE KEY UPDATE n = 2, id = n",
            "simultaneous",
        ),
    ] {
        let mut both = both(
            "CREATE TABLE t (id int AUTO_INCREMENT PRIMARY KEY, a varchar(9), b varchar(9), n int, j json)",
        );
        let translated = both.translate(statement);
        let codes: Vec<_> = translated
            .refusals
            .iter()
            .map(|(_, refusal)| refusal.code)
            .collect();
        assert!(codes.contains(&code), "{statement}: {codes:?}");
    }
}
