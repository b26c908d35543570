//! What a run sends is what a script of the same plan prints, statement by statement; also up to a
//! statement that fails.

#![allow(clippy::unwrap_used, reason = "a panic is a failed test")]

use std::sync::Arc;

use aludel::config::DatabaseUrl;
use aludel::driver::{Client, Dialect};
use aludel::{Migrator, Move};
use aludel_tests::database::Database;
use aludel_tests::drivers::driver;
use aludel_tests::engine::{Engine, engines};
use aludel_tests::project::Project;
use aludel_tests::wrapped::Wrapped;

/// A migrator whose sent statements are written down.
fn watched(engine: Engine, project: &Project) -> (Migrator, Wrapped) {
    let wrapped = Wrapped::watched(driver(engine));
    let migrator = Migrator::builder()
        .driver(wrapped.clone())
        .directory(project.migrations())
        .build()
        .unwrap();
    (migrator, wrapped)
}

fn script(migrator: &Migrator, database: &Database, to: &Move) -> String {
    let mut text = Vec::new();
    migrator
        .run_offline(&database.url, to.clone(), &mut text)
        .unwrap();
    String::from_utf8(text).unwrap()
}

fn dialect(engine: Engine) -> Arc<dyn Dialect> {
    let server = engine.server().parse().unwrap();
    driver(engine).dialect(&server).unwrap()
}

/// Finds every statement in the script, in order and with nothing but headings between them;
/// answers what the script has besides.
#[track_caller]
fn follow<'s>(engine: Engine, script: &'s str, sent: &[String]) -> &'s str {
    let dialect = dialect(engine);
    let header = dialect.script_header(Client::Usual);
    let mut rest = script.strip_prefix(header).unwrap();
    // Where a transaction is the lock, it is tried first. No lock is a part of the plan.
    let sent = match sent {
        [begin, end, plan @ ..] if begin == dialect.begin() && end == dialect.rollback() => plan,
        all => all,
    };
    for sql in each_with_its_commit(sent) {
        let printed = dialect.print(sql, Client::Usual);
        let printed = printed.trim_matches(['\n', '\r']);
        rest = skip_headings(rest);
        rest = rest.strip_prefix(printed).unwrap_or_else(|| {
            panic!("{engine:?}: sent\n{printed}\nand the script goes on with\n{rest}")
        });
    }
    skip_headings(rest)
}

/// What was sent, with each COMMIT where a script has it: on MySQL that of a revision in steps comes
/// after the next one's guard and `started` (docs/adr/0006).
fn each_with_its_commit(sent: &[String]) -> Vec<&String> {
    let mut printed: Vec<&String> = sent.iter().collect();
    for at in 3..printed.len() {
        let is = |back: usize, event: &str| printed[at - back].contains(&format!("'{event}'"));
        if printed[at] == "COMMIT" && is(1, "started") && is(2, "refused") && is(3, "done") {
            printed[at - 2..=at].rotate_right(1);
        }
    }
    printed
}

/// Leaves out blank lines, and the lines by which a script says what comes.
fn skip_headings(mut text: &str) -> &str {
    loop {
        text = text.trim_start_matches(['\n', '\r']);
        let headings = [
            "-- the ledger\n",
            "-- stamp\n",
            "-- upgrade ",
            "-- downgrade ",
        ];
        if !headings.iter().any(|heading| text.starts_with(heading)) {
            return text;
        }
        text = text.split_once('\n').map_or("", |(_, rest)| rest);
    }
}

/// Revisions of every kind: together in one message, alone, with settings, without a transaction.
fn varied(engine: Engine) -> Project {
    let mut project = Project::traced(3);
    let setting = match engine.driver() {
        "sqlite" => "PRAGMA cache_size = 100",
        "postgres" => "SET search_path TO public",
        _ => "SET SESSION sql_safe_updates = 0",
    };
    project.add(&format!(
        "-- a setting\n{setting};\nINSERT INTO trace VALUES ('4');\n"
    ));
    project.add(
        "-- aludel: no-transaction\nCREATE TABLE t5 (id INTEGER);\n/* é */ INSERT INTO trace VALUES ('5;');\n",
    );
    project.add("INSERT INTO trace VALUES (CAST(CURRENT_TIMESTAMP AS CHAR(19))); -- the clock\n");
    project.add("CREATE TABLE t7 (id INTEGER);\nINSERT INTO trace VALUES ('7');\n");
    for number in 1..=project.names().len() {
        project.down(number, "SELECT 1;\n");
    }
    project
}

async fn sends_what_is_printed(engine: Engine) {
    let project = varied(engine);
    let database = Database::new(engine);
    let ids = project.ids();
    let last = ids.last().unwrap().clone();
    for (online, offline) in [
        (Move::upgrade(&ids[2]), Move::upgrade(&ids[2])),
        (
            Move::upgrade("heads"),
            Move::upgrade(format!("{}:heads", ids[2])),
        ),
        (
            Move::downgrade(&ids[0]),
            Move::downgrade(format!("{last}:{}", ids[0])),
        ),
        (
            Move::stamp(&last),
            Move::stamp(format!("{}:{last}", ids[0])),
        ),
    ] {
        let (migrator, watch) = watched(engine, &project);
        let script = script(&migrator, &database, &offline);
        migrator.run(&database.url, online.clone()).await.unwrap();
        let sent = watch.sent();
        assert!(sent.len() > 2, "{engine:?} {online:?}: {sent:#?}");
        // The ledger was there, which a script cannot know: it begins by making it.
        let script = without_what_exists(engine, &database, script, &sent);
        let rest = follow(engine, &script, &sent);
        assert_eq!(rest, "", "{engine:?} {online:?}: printed and not sent");
    }
}

/// The script without its first part, which makes the ledger's tables, unless that was sent.
fn without_what_exists(
    engine: Engine,
    database: &Database,
    script: String,
    sent: &[String],
) -> String {
    let url = DatabaseUrl::parse(&database.url).unwrap();
    let dialect = dialect(engine);
    let tables = aludel::ledger::LedgerTables::default();
    let tables = match driver(engine)
        .catalog(&url)
        .as_deref()
        .or(dialect.default_schema())
    {
        Some(schema) => tables.in_schema(schema),
        None => tables,
    };
    let create = dialect.create_ledger(&tables);
    if sent.iter().any(|sql| *sql == create[0]) {
        return script;
    }
    let header = dialect.script_header(Client::Usual);
    let setup = script.split("\n-- ").nth(1).unwrap();
    assert!(setup.starts_with("the ledger\n") && setup.contains(&create[0]));
    let rest = &script[header.len() + "\n-- ".len() + setup.len()..];
    format!("{header}{rest}")
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_run_sends_is_what_its_script_prints() {
    for engine in engines() {
        sends_what_is_printed(engine).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn up_to_the_statement_that_fails() {
    for engine in engines() {
        let count = varied(engine).names().len();
        for broken in 1..=count {
            let mut project = varied(engine);
            project.append(broken, "INSERT INTO nowhere VALUES (1);\n");
            let database = Database::new(engine);
            let (migrator, watch) = watched(engine, &project);
            let script = script(&migrator, &database, &Move::upgrade("heads"));
            migrator
                .run(&database.url, "heads")
                .await
                .expect_err("a statement fails");
            let mut sent = watch.sent();
            let failing = sent.iter().position(|sql| sql.contains("nowhere"));
            let failing = failing.unwrap_or_else(|| panic!("{engine:?} {broken}: {sent:#?}"));
            // After it stands what only a run can know: that it failed, and settings put back.
            sent.truncate(failing + 1);
            let rest = follow(engine, &script, &sent);
            assert_ne!(rest, "", "{engine:?} {broken}: the script goes on");
        }
    }
}
