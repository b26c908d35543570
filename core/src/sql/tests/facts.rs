use super::Syntax;
use crate::sql::{Facts, TransactionUse, scan};

const PG: Syntax = Syntax::Postgres;
const MY: Syntax = Syntax::Mysql;
const LITE: Syntax = Syntax::Sqlite;

fn facts(syntax: Syntax, text: &str) -> Facts {
    let script = scan(syntax, text).unwrap_or_else(|problems| panic!("{text}: {problems:#?}"));
    assert_eq!(script.statements.len(), 1, "{text}");
    script.statements[0].facts.clone()
}

/// A fact must hold for each of `yes` and for none of `no`.
fn holds(syntax: Syntax, fact: impl Fn(&Facts) -> bool, yes: &[&str], no: &[&str]) {
    for (texts, expected) in [(yes, true), (no, false)] {
        for text in texts {
            assert_eq!(fact(&facts(syntax, text)), expected, "{text}");
        }
    }
}

#[test]
fn verbs() {
    for (syntax, text, verb) in [
        (PG, "create /* x */ unique index i on t (a)", "CREATE INDEX"),
        (
            PG,
            "CREATE OR REPLACE FUNCTION f() RETURNS int AS ''",
            "CREATE FUNCTION",
        ),
        (PG, "CREATE UNLOGGED TABLE t ()", "CREATE TABLE"),
        (
            PG,
            "CREATE MATERIALIZED VIEW v AS SELECT 1",
            "CREATE MATERIALIZED VIEW",
        ),
        (
            PG,
            "ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO x",
            "ALTER DEFAULT PRIVILEGES",
        ),
        (PG, "ALTER SYSTEM SET a = 1", "ALTER SYSTEM"),
        (PG, "(SELECT 1)", "SELECT"),
        (
            PG,
            "REFRESH MATERIALIZED VIEW v",
            "REFRESH MATERIALIZED VIEW",
        ),
        (
            MY,
            "CREATE DEFINER=table@view PROCEDURE p() SELECT 1",
            "CREATE PROCEDURE",
        ),
        (MY, "/*!40000 ALTER TABLE t DISABLE KEYS */", "ALTER TABLE"),
        (MY, "START TRANSACTION", "START TRANSACTION"),
        (
            LITE,
            "CREATE VIRTUAL TABLE t USING fts5(a)",
            "CREATE VIRTUAL TABLE",
        ),
        (LITE, "-- c\npragma foreign_keys", "PRAGMA"),
    ] {
        assert_eq!(facts(syntax, text).verb, verb, "{text}");
    }
}

#[test]
fn transaction_statements() {
    use TransactionUse::{Begin, Commit, None, Rollback, Savepoint};
    for (syntax, text, expected) in [
        (PG, "BEGIN", Begin),
        (PG, "begin -- x\n isolation level serializable", Begin),
        (PG, "START TRANSACTION", Begin),
        (PG, "COMMIT AND CHAIN", Commit),
        (PG, "END", Commit),
        (PG, "PREPARE TRANSACTION 'x'", Commit),
        (PG, "PREPARE p AS SELECT 1", None),
        (PG, "COMMIT PREPARED 'x'", Commit),
        (PG, "ROLLBACK PREPARED 'x'", Rollback),
        (PG, "ABORT", Rollback),
        (PG, "ROLLBACK AND CHAIN", Rollback),
        (PG, "ROLLBACK WORK TO SAVEPOINT s", Savepoint),
        (PG, "ROLLBACK TO s", Savepoint),
        (PG, "SAVEPOINT s", Savepoint),
        (PG, "RELEASE s", Savepoint),
        (
            PG,
            "CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1; END",
            None,
        ),
        (PG, "DO $$ BEGIN COMMIT; END $$", None),
        (PG, "SET TRANSACTION READ ONLY", None),
        (LITE, "BEGIN IMMEDIATE", Begin),
        (LITE, "END TRANSACTION", Commit),
        (LITE, "ROLLBACK TRANSACTION TO s", Savepoint),
        (LITE, "ROLLBACK", Rollback),
        (
            LITE,
            "CREATE TRIGGER t AFTER INSERT ON a BEGIN SELECT 1; END",
            None,
        ),
        (MY, "BEGIN WORK", Begin),
        (MY, "BEGIN NOT ATOMIC SELECT 1; END", None),
        (MY, "SET autocommit=0", Begin),
        (MY, "SET @a = 1, SESSION autocommit = OFF", Begin),
        (MY, "SET @@session.autocommit := ON", Commit),
        (MY, "LOCK TABLES t WRITE", Begin),
        (MY, "UNLOCK TABLES", Commit),
        (MY, "XA START 'x'", Begin),
        (MY, "/*!40000 COMMIT */", Commit),
        (MY, "ROLLBACK TO SAVEPOINT s", Savepoint),
        (MY, "SELECT autocommit", None),
    ] {
        assert_eq!(facts(syntax, text).transaction, expected, "{text}");
    }
}

#[test]
fn what_postgres_refuses_in_a_transaction() {
    holds(
        PG,
        |f| f.refused_in_transaction.is_some(),
        &[
            "CREATE INDEX CONCURRENTLY i ON t (a)",
            "create unique index /* c */ concurrently if not exists i on t (a)",
            "DROP INDEX CONCURRENTLY i",
            "REINDEX TABLE CONCURRENTLY t",
            "REINDEX (VERBOSE, CONCURRENTLY) INDEX i",
            "REINDEX DATABASE d",
            "REINDEX (VERBOSE) SYSTEM d",
            "VACUUM FULL t",
            "CREATE DATABASE d",
            "DROP DATABASE d",
            "CREATE TABLESPACE s LOCATION '/x'",
            "ALTER SYSTEM SET a = 1",
            "CLUSTER",
            "CLUSTER VERBOSE",
            "CREATE SUBSCRIPTION s CONNECTION '' PUBLICATION p",
            "DROP SUBSCRIPTION s",
            "ALTER TABLE t DETACH PARTITION p CONCURRENTLY",
            "DISCARD ALL",
        ],
        &[
            "CREATE INDEX i ON t (concurrently)",
            "CREATE INDEX \"concurrently\" ON t (a)",
            "REINDEX TABLE t",
            "REINDEX (CONCURRENTLY OFF) TABLE t",
            "CLUSTER t USING i",
            "CREATE SUBSCRIPTION s CONNECTION '' PUBLICATION p WITH (connect = false)",
            "ALTER TABLE t DETACH PARTITION p",
            "REFRESH MATERIALIZED VIEW CONCURRENTLY v",
            "ANALYZE t",
            "ALTER DATABASE d SET work_mem = 1",
        ],
    );
}

#[test]
fn what_sqlite_refuses_in_a_transaction() {
    holds(
        LITE,
        |f| f.refused_in_transaction.is_some(),
        &[
            "VACUUM INTO 'x'",
            "DETACH b",
            "PRAGMA foreign_keys=OFF",
            "PRAGMA main.foreign_keys(0)",
            "pragma journal_mode = wal",
        ],
        &[
            "ATTACH 'a' AS b",
            "PRAGMA foreign_keys",
            "PRAGMA journal_mode",
            "PRAGMA user_version = 3",
            "PRAGMA defer_foreign_keys = 1",
        ],
    );
    holds(
        MY,
        |f| f.refused_in_transaction.is_some(),
        &[],
        &["CREATE DATABASE d", "OPTIMIZE TABLE t"],
    );
}

#[test]
fn what_mysql_commits_by_itself() {
    holds(
        MY,
        |f| f.implicit_commit,
        &[
            "CREATE TABLE t (a INT)",
            "ALTER TABLE t ADD b INT",
            "DROP TABLE t",
            "TRUNCATE t",
            "GRANT SELECT ON a TO b",
            "CALL p()",
            "BEGIN",
            "LOCK TABLES t READ",
            "SET autocommit = 1",
            "SET PASSWORD = 'x'",
            "CREATE OR REPLACE TABLE t (a INT)",
            "LOAD INDEX INTO CACHE t",
            "SET STATEMENT max_statement_time = 1 FOR ALTER TABLE t ADD a INT",
            "FROBNICATE",
        ],
        &[
            "SELECT 1",
            "(SELECT 1)",
            "insert into t values (1)",
            "WITH x AS (SELECT 1) SELECT * FROM x",
            "SET @a = 1",
            "SET foreign_key_checks = 0",
            "SET ROLE NONE",
            "DO SLEEP(1)",
            "VALUES ROW(1)",
            "TABLE t",
            "CREATE TEMPORARY TABLE t (a INT)",
            "DROP TEMPORARY TABLE t",
            "LOAD DATA INFILE 'x' INTO TABLE t",
            "SAVEPOINT s",
            "ROLLBACK",
            "/*!40101 SET NAMES utf8 */",
            "SET STATEMENT max_statement_time = 1 FOR SELECT 1",
        ],
    );
    holds(PG, |f| f.implicit_commit, &[], &["CREATE TABLE t ()"]);
}

#[test]
fn what_outlives_the_transaction() {
    holds(
        PG,
        |f| f.sets_session,
        &[
            "SET search_path = a",
            "SET SESSION AUTHORIZATION x",
            "SET ROLE x",
            "RESET ALL",
            "DISCARD TEMP",
            "LISTEN c",
            "SELECT pg_catalog.set_config('search_path', '', false)",
            "SELECT set_config('a', f(1, 2), x)",
            "DO $$ BEGIN PERFORM set_config('a', 'b', false); END $$",
            "DO $$ BEGIN SET search_path = a; END $$",
        ],
        &[
            "SET LOCAL search_path = a",
            "SET TRANSACTION READ ONLY",
            "SET CONSTRAINTS ALL DEFERRED",
            "SELECT set_config('a', f(1, 2), true)",
            "UPDATE t SET a = 1",
            "CREATE FUNCTION f() RETURNS int LANGUAGE sql SET a = 1 AS ''",
            "DO $$ BEGIN UPDATE t SET a = 1; SET LOCAL b = 2; END $$",
        ],
    );
    holds(
        MY,
        |f| f.sets_session,
        &[
            "USE db",
            "SET sql_mode = ''",
            "SET @a = 1, NAMES utf8",
            "SET @@foreign_key_checks = 0",
            "SET SESSION TRANSACTION READ ONLY",
        ],
        &[
            "SET @a = 1, @b = (1, 2)",
            "SET TRANSACTION READ ONLY",
            "SET STATEMENT a = 1 FOR SELECT 1",
            "SELECT @@a",
        ],
    );
    holds(
        LITE,
        |f| f.sets_session,
        &[
            "PRAGMA foreign_keys = 1",
            "PRAGMA cache_size(10)",
            "ATTACH 'a' AS b",
        ],
        &[
            "PRAGMA foreign_keys",
            "PRAGMA table_info(t)",
            "PRAGMA user_version = 2",
            "SELECT 1",
        ],
    );
}

#[test]
fn what_changes_lexing() {
    holds(
        PG,
        |f| f.changes_lexing,
        &[
            "SET standard_conforming_strings = off",
            "SET LOCAL client_encoding TO 'UTF8'",
            "SET NAMES 'latin1'",
            "RESET backslash_quote",
            "SELECT set_config('client_encoding', 'x', true)",
        ],
        &[
            "SET search_path = client_encoding",
            "SELECT 'client_encoding'",
        ],
    );
    holds(
        MY,
        |f| f.changes_lexing,
        &[
            "SET sql_mode = 'ANSI_QUOTES'",
            "SET @a = 1, SESSION sql_mode = ''",
            "SET @@sql_mode := ''",
            "/*!40101 SET @OLD_SQL_MODE=@@SQL_MODE, SQL_MODE='NO_AUTO_VALUE_ON_ZERO' */",
        ],
        &["SET @old = @@sql_mode", "SELECT @@sql_mode"],
    );
}

#[test]
fn what_reads_the_clock() {
    holds(
        PG,
        |f| f.reads_clock,
        &[
            "INSERT INTO t VALUES (now())",
            "UPDATE t SET a = CURRENT_TIMESTAMP(3)",
            "INSERT INTO t VALUES (pg_catalog.transaction_timestamp ())",
            "INSERT INTO t VALUES ('now')",
            "CREATE TABLE t AS SELECT current_date",
            "CREATE TEMP TABLE t (a, b) AS (SELECT localtime, 1)",
            "ALTER TABLE t ADD a timestamptz DEFAULT now()",
            "DO $$ BEGIN INSERT INTO t VALUES (statement_timestamp()); END $$",
            "CREATE MATERIALIZED VIEW v AS SELECT now()",
        ],
        &[
            "INSERT INTO t (now) VALUES ('it is now')",
            "CREATE TABLE t (a timestamptz DEFAULT now(), b int GENERATED ALWAYS AS (1) STORED)",
            "ALTER TABLE t ALTER a SET DEFAULT now()",
            "CREATE OR REPLACE VIEW v AS SELECT now()",
            "CREATE FUNCTION f() RETURNS timestamptz BEGIN ATOMIC SELECT now(); END",
            "SELECT clock_timestamp()",
            "SELECT 1 -- now()",
        ],
    );
    holds(
        LITE,
        |f| f.reads_clock,
        &[],
        &["INSERT INTO t VALUES (CURRENT_TIMESTAMP)"],
    );
}

#[test]
fn data_or_definition() {
    holds(
        PG,
        |f| f.data,
        &[
            "INSERT INTO t VALUES (1)",
            "WITH a AS (SELECT 1) DELETE FROM t",
            "TRUNCATE t",
        ],
        &[
            "CREATE TABLE t AS SELECT 1",
            "ALTER TABLE t ADD a int",
            "SET a = 1",
        ],
    );
}
