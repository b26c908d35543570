use super::{Syntax, bodies, refuses, splits, whole};
use crate::sql::scan;

const MY: Syntax = Syntax::Mysql;

#[test]
fn quotes_and_comments() {
    whole(
        MY,
        &[
            r"SELECT 'it\'s; ''ok;'",
            r#"SELECT "a\";""b;""#,
            "SELECT `a;``b\\` FROM t",
            "SELECT 1 # ;\n + 1",
            "SELECT 1 -- ;\n + 1",
            "SELECT 1 /* ; /* */ + 1",
            "SELECT 1 --\n+ 1",
            "INSERT INTO t VALUES (\\N)",
            "/*!50001 CREATE VIEW v AS SELECT ';' */",
            "/*M!100100 SET @a = 1 */",
            "/*!50003 CREATE TRIGGER t BEFORE INSERT ON a FOR EACH ROW BEGIN SET @a = 1; END */",
        ],
    );
    splits(
        MY,
        &[
            // Without a blank, two signs.
            ("SELECT 1--1; SELECT 2", &["SELECT 1--1", "SELECT 2"]),
            ("SELECT 1; --", &["SELECT 1"]),
            ("# x;\nSELECT 1;;", &["SELECT 1"]),
        ],
    );
}

#[test]
fn stored_programs_are_split_as_the_server_does() {
    whole(
        MY,
        &[
            "CREATE PROCEDURE p() SELECT 1",
            "CREATE PROCEDURE p() BEGIN END",
            "CREATE PROCEDURE p(IN a INT) BEGIN IF a = 1 THEN SELECT 1; ELSEIF a = 2 THEN SELECT 2; ELSE SELECT IF(a, 1, 2); END IF; END",
            "CREATE DEFINER=`r`@`%` PROCEDURE IF NOT EXISTS p() COMMENT 'x' DETERMINISTIC IF @a THEN SELECT 1; END IF",
            "CREATE DEFINER=CURRENT_USER() PROCEDURE IF NOT EXISTS p() SELECT begin, end FROM t",
            "create function f(a int) returns set('x') character set utf8 begin declare x int; set x = case a when 1 then if(a, 2, 3) else repeat('a', 2) end; return x; end",
            "CREATE FUNCTION f() RETURNS INT RETURN 1",
            "CREATE TRIGGER t BEFORE INSERT ON a FOR EACH ROW FOLLOWS begin IF NEW.a THEN SET NEW.b = 1; END IF",
            "CREATE TRIGGER t BEFORE INSERT ON a FOR EACH ROW SET NEW.b = 1",
            "CREATE EVENT IF NOT EXISTS e ON SCHEDULE EVERY 1 DAY DO BEGIN DELETE FROM t; DO SLEEP(1); END",
            "CREATE PROCEDURE p() BEGIN l: LOOP LEAVE l; END LOOP l; WHILE x < 3 DO SET x = x + 1; END WHILE; \
         REPEAT SET x = 1; UNTIL x > 3 END REPEAT; CASE x WHEN 1 THEN SELECT 1; ELSE BEGIN END; END CASE; END",
            "CREATE PROCEDURE p() BEGIN DECLARE CONTINUE HANDLER FOR NOT FOUND SET done = IF(a, 1, 2); \
         DECLARE EXIT HANDLER FOR SQLEXCEPTION BEGIN ROLLBACK; END; START TRANSACTION; \
         SELECT t.end, `end` FROM t WHERE end > 1; DROP TABLE IF EXISTS x; COMMIT; END",
            "BEGIN NOT ATOMIC SELECT 1; IF x THEN SELECT 2; END IF; END",
            "CREATE PROCEDURE p() BEGIN FOR i IN 1..10 DO SELECT i; END FOR; END",
            "CREATE PROCEDURE p() BEGIN DECLARE CONTINUE HANDLER FOR NOT FOUND IF 1 THEN SELECT 1; END IF; \
             SELECT CASE WHEN end > 1 THEN 2 END FROM t; END",
            "CREATE PROCEDURE p() lbl: BEGIN DECLARE c CURSOR FOR SELECT a FROM t; \
             FOR r IN c DO SELECT r.a; END FOR; l2: BEGIN END l2; END lbl",
            "CREATE PROCEDURE p() BEGIN SELECT 1 AS end; SELECT 1 end; SELECT a.end FROM t a; \
             REPEAT SET @a = CASE WHEN 1 THEN 2 END; UNTIL @a END REPEAT; END",
            "CREATE PROCEDURE p() BEGIN IF EXISTS (SELECT 1) THEN SELECT 1; END IF; \
             IF NOT EXISTS (SELECT 1) THEN SET @b = 1; ELSE IF @b THEN SELECT 3; END IF; END IF; END",
            "FOR i IN 1..10 DO SELECT i; END FOR",
        ],
    );
    splits(
        MY,
        &[
            ("BEGIN; SELECT 1; COMMIT", &["BEGIN", "SELECT 1", "COMMIT"]),
            (
                "DROP PROCEDURE IF EXISTS p; SELECT 1",
                &["DROP PROCEDURE IF EXISTS p", "SELECT 1"],
            ),
            (
                "ALTER TABLE t ADD begin INT; SELECT 1",
                &["ALTER TABLE t ADD begin INT", "SELECT 1"],
            ),
        ],
    );
}

#[test]
fn delimiter_lines_are_obeyed_and_never_sent() {
    let text = "-- a\nDELIMITER //\nCREATE PROCEDURE p()\nBEGIN\n  SELECT 1;\nEND//\n\
                DROP TABLE a; DROP TABLE b//\ndelimiter ;\n-- b\nSELECT 2;\n";
    assert_eq!(
        bodies(MY, text),
        [
            "CREATE PROCEDURE p()\nBEGIN\n  SELECT 1;\nEND",
            "DROP TABLE a",
            "DROP TABLE b",
            "SELECT 2",
        ]
    );
    let script = scan(MY, text).unwrap();
    assert_eq!(
        script
            .client
            .iter()
            .map(|c| &text[c.clone()])
            .collect::<Vec<_>>(),
        ["DELIMITER //", "delimiter ;",]
    );
    assert_eq!(script.statements[0].comments(&script), "-- a\n\n");
    assert_eq!(script.statements[3].comments(&script), "\n\n-- b\n");
    assert!(script.statements[0].needs_delimiter());
    assert!(!script.statements[3].needs_delimiter());
    splits(
        MY,
        &[
            (
                "DELIMITER $$\nSELECT a$$\nSELECT 'x$$'$$ DELIMITER ;\nSELECT 1;",
                &["SELECT a", "SELECT 'x$$'", "SELECT 1"],
            ),
            (
                "DELIMITER ';;'\nCREATE PROCEDURE p() BEGIN SELECT 1; END;;\n",
                &["CREATE PROCEDURE p() BEGIN SELECT 1; END"],
            ),
            (
                "CREATE TABLE t (\ndelimiter INT\n);",
                &["CREATE TABLE t (\ndelimiter INT\n)"],
            ),
        ],
    );
}

#[test]
fn the_printed_delimiter_does_not_occur_in_the_body() {
    let text = "CREATE PROCEDURE p() BEGIN SELECT '//', '$$'; END";
    let script = scan(MY, text).unwrap();
    assert_eq!(
        script.statements[0].delimiter(&script).as_deref(),
        Some("||")
    );
}

#[test]
fn problems() {
    refuses(
        MY,
        &[
            (
                "SELECT 1;\nsource x.sql\n\\. y.sql\nSELECT 1\\G\nSELECT 2\\g",
                &[
                    "2:1 `source` is a command of the mysql client, not SQL",
                    "3:1 `\\.` is a command of the mysql client, not SQL",
                    "4:9 `\\G` is a command of the mysql client, not SQL",
                    "5:9 `\\g` is a command of the mysql client, not SQL",
                ],
            ),
            (
                "DELIMITER\nSELECT 1",
                &["1:1 DELIMITER needs 1 to 15 bytes without a backslash"],
            ),
            (
                "DELIMITER \\\\\nSELECT 1",
                &["1:1 DELIMITER needs 1 to 15 bytes without a backslash"],
            ),
            ("SELECT 1 /* x", &["1:10 this comment is never closed"]),
            (
                "SELECT 1; /*!50000 SELECT 2",
                &["1:11 this comment is never closed"],
            ),
            ("SELECT `a", &["1:8 this quoted identifier is never closed"]),
            ("SELECT 'a\\'", &["1:8 this string is never closed"]),
            (
                "CREATE PROCEDURE p() BEGIN IF a THEN SELECT 1; END;",
                &["1:22 this BEGIN has no matching END"],
            ),
        ],
    );
}
