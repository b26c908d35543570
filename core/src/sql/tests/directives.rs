use super::{Syntax, bodies, refuses};
use crate::sql::{DirectiveKind, Mode, check_transaction, scan};

const KNOWN: &[&str] = &["postgres", "mysql", "mariadb", "sqlite"];

fn selected(text: &str, mine: &[&str]) -> (bool, Vec<String>) {
    let script = scan(Syntax::Postgres, text).unwrap_or_else(|p| panic!("{p:#?}"));
    let selected = script.select(KNOWN, mine).unwrap();
    (
        selected.no_transaction,
        selected
            .statements
            .iter()
            .map(|s| s.text(&script).to_owned())
            .collect(),
    )
}

#[test]
fn blocks_choose_statements() {
    let text = "A;\n-- aludel: only=postgres, mysql\nB;\nC;\n  --aludel: end  \r\nD;\n\
                -- aludel: skip=mariadb\nE\n-- aludel: end\n";
    assert_eq!(selected(text, &["postgres"]).1, ["A", "B", "C", "D", "E"]);
    assert_eq!(
        selected(text, &["mysql", "mariadb"]).1,
        ["A", "B", "C", "D"]
    );
    assert_eq!(selected(text, &["sqlite"]).1, ["A", "D", "E"]);
}

#[test]
fn no_transaction_holds_for_the_whole_script() {
    assert_eq!(
        selected("A;\n-- aludel: no-transaction", &[]),
        (true, vec!["A".into()])
    );
    assert_eq!(
        selected("\u{feff}-- aludel: no-transaction\nA", &[]),
        (true, vec!["A".into()])
    );
    assert_eq!(selected("A", &[]), (false, vec!["A".into()]));
}

#[test]
fn only_comments_outside_quotes_are_directives() {
    for text in [
        "SELECT '\n-- aludel: end\n'",
        "SELECT $$\n-- aludel: end\n$$",
        "/*\n-- aludel: end\n*/ SELECT 1",
        "-- see aludel: end\nSELECT 1",
    ] {
        let script = scan(Syntax::Postgres, text).unwrap();
        assert!(script.directives.is_empty(), "{text}");
    }
    let script = scan(Syntax::Mysql, "# aludel: end\nSELECT 1").unwrap();
    assert!(script.directives.is_empty());
}

#[test]
fn mistakes_are_named_with_their_place() {
    for syntax in [Syntax::Postgres, Syntax::Mysql, Syntax::Sqlite] {
        refuses(
            syntax,
            &[
                (
                    "SELECT 1\n-- aludel: end\n;",
                    &["2:1 a directive must stand between statements, not inside one"],
                ),
                (
                    "SELECT\n -- aludel: no-transaction\n1;",
                    &["2:2 a directive must stand between statements, not inside one"],
                ),
                (
                    "SELECT 1; -- aludel: no-transaction",
                    &["1:11 a directive must stand on a line of its own"],
                ),
                (
                    "-- aludel: no-transactions\n-- aludel:\n-- ALUDEL: End",
                    &[
                        "1:1 unknown directive `no-transactions`",
                        "2:1 unknown directive ``",
                        "3:1 unknown directive `End`",
                    ],
                ),
                (
                    "-- aludel: only=\nSELECT 1;\n-- aludel: end",
                    &["1:1 unknown directive `only=`"],
                ),
                ("-- aludel: end", &["1:1 `end` without `only` or `skip`"]),
                (
                    "SELECT 1;\n-- aludel: only=a",
                    &["2:1 this block has no `-- aludel: end`"],
                ),
                (
                    "-- aludel: only=a\n-- aludel: skip=b\n-- aludel: end",
                    &["2:1 directives do not nest"],
                ),
                (
                    "-- aludel: only=a\n-- aludel: no-transaction\n-- aludel: end",
                    &["2:1 directives do not nest"],
                ),
            ],
        );
    }
}

#[test]
fn unknown_names_are_all_named() {
    let script = scan(
        Syntax::Postgres,
        "-- aludel: only=postgre,mysql,oracle\nA;\n-- aludel: end",
    )
    .unwrap();
    let problems = script.select(KNOWN, &["mysql"]).unwrap_err();
    let texts: Vec<String> = problems.iter().map(ToString::to_string).collect();
    assert_eq!(
        texts,
        [
            "line 1, column 1: `postgre` is not the name of a driver or flavour",
            "line 1, column 1: `oracle` is not the name of a driver or flavour",
        ]
    );
    assert_eq!(
        problems[0].help(),
        "known names: postgres, mysql, mariadb, sqlite"
    );
}

#[test]
fn directives_know_the_statement_that_follows() {
    let script = scan(
        Syntax::Sqlite,
        "A;\n-- aludel: skip=x\nB;\n-- aludel: end\n",
    )
    .unwrap();
    let places: Vec<usize> = script.directives.iter().map(|d| d.before).collect();
    assert_eq!(places, [1, 2]);
    assert_eq!(
        script.directives[0].kind,
        DirectiveKind::Skip(vec!["x".into()])
    );
    assert_eq!(bodies(Syntax::Sqlite, script.text()), ["A", "B"]);
}

fn mode(syntax: Syntax, text: &str, run_in_transaction: bool) -> Result<Mode, Vec<String>> {
    let script = scan(syntax, text).unwrap();
    let selected = script.select(KNOWN, &["postgres"]).unwrap();
    check_transaction(&selected, run_in_transaction).map_err(|problems| {
        problems
            .iter()
            .map(|p| format!("{}:{} {}", p.line, p.column, p.reason))
            .collect()
    })
}

#[test]
fn transactions_follow_the_contract() {
    let pg = |text: &str| mode(Syntax::Postgres, text, true);
    assert_eq!(
        pg("CREATE TABLE a (); SAVEPOINT s; RELEASE s"),
        Ok(Mode::Transaction)
    );
    assert_eq!(
        pg("-- x\nCREATE INDEX CONCURRENTLY i ON a (b);"),
        Ok(Mode::Alone)
    );
    assert_eq!(
        pg("-- aludel: no-transaction\nBEGIN; SELECT 1; COMMIT; VACUUM"),
        Ok(Mode::NoTransaction)
    );
    assert_eq!(
        mode(Syntax::Postgres, "BEGIN; COMMIT", false),
        Ok(Mode::NoTransaction)
    );
    assert_eq!(
        pg("SELECT 1;\n BEGIN;\nEND;\nVACUUM;"),
        Err(vec![
            "2:2 BEGIN would end or replace the transaction the script runs in".into(),
            "3:1 END would end or replace the transaction the script runs in".into(),
            "4:1 VACUUM cannot run in a transaction: PostgreSQL vacuums in transactions of its own"
                .into(),
        ])
    );
    assert_eq!(
        pg("-- nothing\n"),
        Err(vec!["1:1 the script holds no statement".into()])
    );
    assert_eq!(
        pg("-- aludel: only=mysql\nA;\n-- aludel: end"),
        Err(vec!["1:1 the script holds no statement".into()])
    );
    // What is not for this driver neither gives company nor is refused.
    assert_eq!(
        pg("VACUUM;\n-- aludel: skip=postgres\nCOMMIT;\n-- aludel: end"),
        Ok(Mode::Alone)
    );
    assert_eq!(
        pg("-- aludel: no-transaction\nBEGIN;\nSELECT 1;"),
        Err(vec![
            "2:1 the transaction opened here is still open at the end of the script".into(),
        ])
    );
    let lite = "PRAGMA foreign_keys = OFF;\nDROP TABLE a;";
    assert!(mode(Syntax::Sqlite, lite, true).is_err());
    assert_eq!(mode(Syntax::Sqlite, lite, false), Ok(Mode::NoTransaction));
}
