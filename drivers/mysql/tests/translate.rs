//! PostgreSQL in, MySQL and MariaDB out: one case after the other, as text.
//!
//! A file of cases reads like this; what both servers take is said once:
//!
//! ```text
//! # what the case shows
//! CREATE TABLE t (id integer);
//! --- both
//! CREATE TABLE `t` (…);
//! ```
//!
//! Sections are `both`, `mysql`, `mariadb`, `omitted` and `refused` (for both servers). Statements of a
//! case are one script. `UPDATE_CASES=1` writes what comes out into the files; read the difference.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use aludel::driver::{Dialect, Server};
use aludel::sql;
use aludel::translate::{Audience, Translator};
use aludel_mysql::MysqlDialect;
use aludel_postgres::PostgresDialect;

/// What came of a script.
#[derive(PartialEq, Eq)]
struct Came {
    statements: Vec<String>,
    omitted: Vec<String>,
    refused: Vec<String>,
}

fn translate(server: &str, script: &str) -> Came {
    let source = PostgresDialect::new(&"postgres 15".parse::<Server>().expect("a server"));
    let source = source.expect("a dialect");
    let target = MysqlDialect::new(&server.parse().expect("a server")).expect("a dialect");
    let mut translator = Translator::new(&source, &target)
        .expect("a target")
        .expecting_rows()
        .expecting_readers()
        .expecting_writers();
    let scanned = sql::scan(source.syntax(), script).expect("a script");
    let statements = scanned.statements.iter().enumerate();
    let statements = statements.map(|(place, statement)| {
        let body = &script[statement.body.clone()];
        (place, body, Audience::Both)
    });
    let translated = translator.translate(statements);
    Came {
        statements: translated
            .statements
            .into_iter()
            .map(|(_, sql)| sql)
            .collect(),
        omitted: translated
            .omissions
            .into_iter()
            .map(|(_, omission)| format!("{}: {}", omission.code, omission.message))
            .collect(),
        refused: translated
            .refusals
            .into_iter()
            .map(|(_, refusal)| format!("{}: {}", refusal.code, refusal.message))
            .collect(),
    }
}

/// A case as it should read.
fn written(title: &str, script: &str) -> String {
    let mysql = translate("mysql 9.7", script);
    let mariadb = translate("mariadb 10.11", script);
    let mut text = format!("# {title}\n{script}\n");
    let mut section = |name: &str, lines: &[String], end: &str| {
        if !lines.is_empty() {
            let lines: Vec<String> = lines.iter().map(|line| format!("{line}{end}")).collect();
            let _ = writeln!(text, "--- {name}\n{}", lines.join("\n"));
        }
    };
    let refused = !mysql.refused.is_empty() && !mariadb.refused.is_empty();
    if refused {
        let mut all = mysql.refused.clone();
        if mariadb.refused.len() != all.len() {
            all.extend(mariadb.refused.iter().cloned());
        }
        section("refused", &all, "");
    } else if mysql == mariadb {
        section("both", &mysql.statements, ";");
    } else {
        section("mysql", &mysql.statements, ";");
        section("refused by mysql", &mysql.refused, "");
        section("mariadb", &mariadb.statements, ";");
        section("refused by mariadb", &mariadb.refused, "");
    }
    section("omitted", &mysql.omitted, "");
    text
}

/// The cases of a file: their titles and their scripts.
fn cases(text: &str) -> Vec<(String, String)> {
    let mut cases: Vec<(String, String)> = Vec::new();
    let mut in_script = false;
    for line in text.lines() {
        if let Some(title) = line.strip_prefix("# ") {
            cases.push((title.to_owned(), String::new()));
            in_script = true;
        } else if line.starts_with("--- ") {
            in_script = false;
        } else if let Some((_, script)) = cases.last_mut().filter(|_| in_script) {
            script.push_str(line);
            script.push('\n');
        }
    }
    for (_, script) in &mut cases {
        script.truncate(script.trim_end().len());
    }
    cases
}

fn check(file: &Path) {
    let text = std::fs::read_to_string(file).expect("a file of cases");
    let now: Vec<String> = cases(&text)
        .iter()
        .map(|(title, script)| written(title, script))
        .collect();
    let now = now.join("\n");
    if std::env::var_os("UPDATE_CASES").is_some() {
        std::fs::write(file, &now).expect("write");
        return;
    }
    for (before, after) in text.split("\n# ").zip(now.split("\n# ")) {
        assert_eq!(after.trim_end(), before.trim_end(), "in {}", file.display());
    }
    assert_eq!(text.trim_end(), now.trim_end());
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/translate")
}

macro_rules! files {
    ($($name:ident),* $(,)?) => {
        $(
            #[test]
            fn $name() {
                check(&folder().join(concat!(stringify!($name), ".case")));
            }
        )*

        #[test]
        fn every_file_of_cases_is_run() {
            let mut there: Vec<String> = std::fs::read_dir(folder())
                .expect("the folder")
                .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
                .collect();
            there.sort();
            let mut run = vec![$(concat!(stringify!($name), ".case")),*];
            run.sort_unstable();
            assert_eq!(there, run);
        }
    };
}

files!(
    alter,
    arrays,
    constraints,
    data,
    defaults,
    indexes,
    json,
    keys,
    numbering,
    silently_wrong,
    times,
    types
);

/// Before 10.10 MariaDB has no collation that ignores case and nothing else, but for ASCII.
#[test]
fn an_older_mariadb_holds_the_citext_of_ascii_letters() {
    let came = translate("mariadb 10.5", "CREATE TABLE t (email citext UNIQUE);");
    let column = "`email` VARCHAR(3072) CHARACTER SET ascii COLLATE ascii_general_nopad_ci";
    assert!(came.statements[0].contains(column), "{:?}", came.statements);
    assert_eq!(came.omitted.len(), 1);
}

/// MariaDB has random bytes from 10.10 on.
#[test]
fn a_uuid_that_can_be_guessed_is_said() {
    let script = "CREATE TABLE t (id uuid PRIMARY KEY DEFAULT gen_random_uuid());";
    let said = translate("mariadb 10.5", script).omitted;
    assert!(said[0].starts_with("uuid-by-clock: "), "{said:?}");
    for server in ["mariadb 10.11", "mysql 8.0"] {
        let came = translate(server, script);
        assert!(came.omitted.is_empty() && came.statements[0].contains("RANDOM_BYTES"));
    }
}
