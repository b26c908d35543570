use super::{Syntax, bodies, refuses, splits, whole};

const PG: Syntax = Syntax::Postgres;

#[test]
fn semicolons_split_outside_quotes_and_comments() {
    splits(
        PG,
        &[
            ("", &[]),
            (" -- only a comment;\n/* ; */ ", &[]),
            ("\u{feff}SELECT 1;", &["SELECT 1"]),
            ("SELECT 1", &["SELECT 1"]),
            ("SELECT 1;;SELECT 2;", &["SELECT 1", "SELECT 2"]),
            ("SELECT 1;\r\nSELECT 2;\r\n", &["SELECT 1", "SELECT 2"]),
            (
                "SELECT 1 -- a;b\n; SELECT 2 /* ; */",
                &["SELECT 1", "SELECT 2"],
            ),
            (
                "SELECT /* a /* ; */ ; */ 1; SELECT 2",
                &["SELECT /* a /* ; */ ; */ 1", "SELECT 2"],
            ),
            (
                "SELECT 1--x\r+1; SELECT 2",
                &["SELECT 1--x\r+1", "SELECT 2"],
            ),
            ("SELECT 'ä;' ; SELECT 2", &["SELECT 'ä;'", "SELECT 2"]),
        ],
    );
}

#[test]
fn every_quote_is_read_by_its_own_rule() {
    whole(
        PG,
        &[
            "SELECT 'it''s; ok'",
            r"SELECT 'back\'",
            r"SELECT E'it\'s; ok'",
            r"SELECT e'a\\'",
            "SELECT E'a'\n  'b\\'; c'",
            "SELECT E'a' -- why\n  'b\\'; c'",
            r"SELECT U&'d\0061;t'",
            r#"SELECT U&"a;b""#,
            "SELECT B'01', X'1F', N';'",
            r#"SELECT "a;""b;" FROM t"#,
            "SELECT $$a;b$$",
            "SELECT $t$ $$ ; $u$ ; $t$",
            "SELECT $ä$;$ä$",
            "SELECT a$b$, c$b$ FROM t",
            "SELECT $1, $2",
            "SELECT xe'a;b'",
        ],
    );
    // The dollar sign of an identifier opens no quote.
    splits(
        PG,
        &[("SELECT a$b$ ; SELECT c$b$", &["SELECT a$b$", "SELECT c$b$"])],
    );
    // A plain string has no backslash escapes.
    splits(
        PG,
        &[(r"SELECT '\'; SELECT '\'", &[r"SELECT '\'", r"SELECT '\'"])],
    );
}

#[test]
fn parentheses_and_atomic_bodies_hold_semicolons() {
    whole(
        PG,
        &[
            "CREATE RULE r AS ON INSERT TO t DO ALSO (INSERT INTO a VALUES (1); DELETE FROM b)",
            "CREATE FUNCTION f() RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT 1; SELECT 2; END",
            "create or replace procedure p() begin /* x */ atomic insert into t values (1); end",
            "CREATE FUNCTION f(a int) RETURNS int BEGIN ATOMIC \
         SELECT CASE a WHEN 1 THEN 2 ELSE CASE WHEN true THEN 3 END END; SELECT (CASE WHEN a = 1 THEN 1 END) AS end; END",
            "CREATE FUNCTION f() RETURNS trigger AS $$ BEGIN RETURN NEW; END $$ LANGUAGE plpgsql",
        ],
    );
    splits(
        PG,
        &[(
            "BEGIN; SELECT 1; END; SELECT ')'; SELECT 1);SELECT 2",
            &[
                "BEGIN",
                "SELECT 1",
                "END",
                "SELECT ')'",
                "SELECT 1)",
                "SELECT 2",
            ],
        )],
    );
}

#[test]
fn what_is_never_closed_is_named_where_it_opens() {
    refuses(
        PG,
        &[
            (
                "SELECT 1;\n SELECT 'a;",
                &["2:9 this string is never closed"],
            ),
            (
                "SELECT \"a",
                &["1:8 this quoted identifier is never closed"],
            ),
            (
                "SELECT (1; SELECT 2",
                &["1:8 this parenthesis is never closed"],
            ),
            ("/* /* */ SELECT 1;", &["1:1 this comment is never closed"]),
            ("é $t$ ; $u$", &["1:3 the dollar quote $t$ is never closed"]),
            (
                "CREATE FUNCTION f() BEGIN ATOMIC SELECT 1;",
                &["1:27 this BEGIN ATOMIC has no matching END"],
            ),
            ("SELECT 1;\0", &["1:10 the script holds a NUL byte"]),
        ],
    );
}

#[test]
fn client_commands_and_inline_data_are_refused_together() {
    refuses(
        PG,
        &[
            (
                "\\c other\nSELECT 1;\n\\dt",
                &[
                    "1:1 `\\c` is a command of the psql client, not SQL",
                    "3:1 `\\dt` is a command of the psql client, not SQL",
                ],
            ),
            (
                "COPY t (a, b) FROM STDIN;\n1\t'x\n;\\N\n\\.\nSELECT 'a",
                &[
                    "1:1 COPY … FROM STDIN reads data from the client",
                    "5:8 this string is never closed",
                ],
            ),
            (
                "COPY t FROM stdin WITH (FORMAT csv);\r\n1\r\n\\.\r\n\\q",
                &[
                    "1:1 COPY … FROM STDIN reads data from the client",
                    "4:1 `\\q` is a command of the psql client, not SQL",
                ],
            ),
            (
                "COPY (SELECT a FROM stdin) TO STDOUT; SELECT 1",
                &["1:1 COPY … TO STDOUT sends data to the client"],
            ),
        ],
    );
    assert_eq!(
        bodies(PG, "COPY t FROM '/x'; COPY t TO PROGRAM 'y';").len(),
        2
    );
}
