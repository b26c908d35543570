//! Translation and the reading of a live schema, for the drivers that can.

use std::sync::LazyLock;

use aludel::driver::{Access, Capabilities, Dialect, LockKind, Server, introspect};
use aludel::ledger::LedgerTables;
use aludel::schema::Name;
use aludel::sql::Syntax;
use aludel::translate::{Audience, Translated, Translator};

use super::ledger::send;
use super::{Record, Subject};

/// As much of a dialect as authored scripts need.
struct Authored {
    server: Server,
    syntax: Syntax,
}

impl Dialect for Authored {
    fn server(&self) -> &Server {
        &self.server
    }

    fn syntax(&self) -> Syntax {
        self.syntax
    }

    fn names(&self) -> &[&'static str] {
        &["authored"]
    }

    fn capabilities(&self) -> &Capabilities {
        static ABLE: LazyLock<Capabilities> =
            LazyLock::new(|| Capabilities::new(true, LockKind::Session));
        &ABLE
    }

    fn default_schema(&self) -> Option<&'static str> {
        None
    }

    fn create_ledger(&self, _: &LedgerTables) -> Vec<String> {
        Vec::new()
    }
}

/// Scripts with a little of everything that the model has words for.
const SCRIPTS: [(Syntax, &str); 3] = [
    (Syntax::Postgres, include_str!("scripts/postgres.sql")),
    (Syntax::Mysql, include_str!("scripts/mysql.sql")),
    (Syntax::Sqlite, include_str!("scripts/sqlite.sql")),
];

/// What becomes of every statement, in each direction that a run would ask for it: the statements, the
/// refusals and the omissions, and what the target is taken to hold.
pub(super) fn scripts_of_other_dialects_are_translated(dialect: &dyn Dialect, record: &mut Record) {
    record.note("translates", &dialect.target().is_some());
    for (syntax, text) in SCRIPTS {
        let source = Authored {
            server: Server::new("authored", 1, 0),
            syntax,
        };
        let Some(mut translator) = Translator::new(&source, dialect) else {
            continue;
        };
        let script = aludel::sql::scan(syntax, text).expect("the suite's own scripts are scanned");
        let mut fork = None;
        let mut last = Translated::default();
        for statement in &script.statements {
            let body = &text[statement.body.clone()];
            fork = Some(translator.clone());
            last = translator.translate([(0, body, Audience::Both)]);
            let first = body.lines().next().unwrap_or_default();
            record.note(&format!("{syntax:?}: {first}"), &last);
            record.note("held", &translator.held().everything());
        }
        // Another line of history, from before the last statement: the target must not mix them up.
        if let (Some(mut fork), Some(statement)) = (fork, script.statements.last()) {
            let body = &text[statement.body.clone()];
            let again = fork.translate([(0, body, Audience::Both)]);
            assert_eq!(again, last, "a statement is translated alike a second time");
            assert_eq!(fork.held().everything(), translator.held().everything());
        }
    }
}

/// What a target renders, its own engine takes.
pub(super) async fn a_translated_script_runs(
    subject: &Subject,
    dialect: &dyn Dialect,
    record: &mut Record,
) {
    // The first dialect that it translates and that is not its own, with a text that is compared by
    // its bytes, for which no engine needs a library; and how a column takes NULL from then on.
    let mut sources = [
        (
            Syntax::Postgres,
            "varchar(40)",
            "ALTER COLUMN name DROP NOT NULL",
        ),
        (
            Syntax::Mysql,
            "varchar(40) COLLATE utf8mb4_bin",
            "MODIFY name varchar(40) COLLATE utf8mb4_bin DEFAULT 'none'",
        ),
    ];
    let authored = |syntax| Authored {
        server: Server::new("authored", 1, 0),
        syntax,
    };
    let translates = |syntax| {
        let probe = "CREATE TABLE aludel_probe (id integer)";
        Translator::new(&authored(syntax), dialect).is_some_and(|mut translator| {
            let probed = translator.translate([(0, probe, Audience::Both)]);
            let mut refusals = probed.refusals.iter();
            refusals.all(|(_, refusal)| refusal.code != "no-translation")
        })
    };
    if dialect.syntax() == Syntax::Postgres {
        sources.reverse();
    }
    let mut found = sources.into_iter();
    let Some((syntax, text, nullable)) = found.find(|(syntax, ..)| translates(*syntax)) else {
        return;
    };
    let source = authored(syntax);
    let Some(mut translator) = Translator::new(&source, dialect) else {
        return;
    };
    let create = format!(
        "CREATE TABLE aludel_conforms (id integer PRIMARY KEY, name {text} NOT NULL DEFAULT 'none', UNIQUE (name))"
    );
    let nullable = format!("ALTER TABLE aludel_conforms {nullable}");
    let mut session = subject.connect(Access::Write).await;
    for body in [
        &create,
        "INSERT INTO aludel_conforms (id, name) VALUES (1, 'it''s'), (2, 'ü')",
        "ALTER TABLE aludel_conforms ADD COLUMN weight bigint",
        "UPDATE aludel_conforms SET weight = id * 10 WHERE name <> 'x'",
        &nullable,
    ] {
        let translated = translator.translate([(0, body, Audience::Both)]);
        assert!(translated.refusals.is_empty(), "{body}: {translated:?}");
        send(session.as_mut(), &translated.before).await;
        let mut statements = vec![dialect.begin().to_owned()];
        statements.extend(translated.statements.into_iter().map(|(_, sql)| sql));
        statements.push(dialect.commit().to_owned());
        send(session.as_mut(), &statements).await;
        send(session.as_mut(), &translated.after).await;
    }
    let rows = "SELECT id, name, weight FROM aludel_conforms ORDER BY id";
    let rows = session.query(rows).await.expect("the table that was made");
    let row = |cells: [&str; 3]| cells.map(|cell| Some(cell.to_owned())).to_vec();
    assert_eq!(rows.rows, [row(["1", "it's", "10"]), row(["2", "ü", "20"])]);
    record.note("rows", &rows);
    let dropped = translator.translate([(0, "DROP TABLE aludel_conforms", Audience::Both)]);
    let dropped: Vec<String> = dropped.statements.into_iter().map(|(_, sql)| sql).collect();
    send(session.as_mut(), &dropped).await;
    session.close().await;
}

/// A live schema is read into the model.
pub(super) async fn a_live_schema_is_read(
    subject: &Subject,
    dialect: &dyn Dialect,
    tables: &LedgerTables,
    record: &mut Record,
) {
    record.note("reads schemas", &dialect.introspect().is_some());
    if dialect.introspect().is_none() {
        return;
    }
    let mut session = subject.connect(Access::Write).await;
    let own = |sql: &str| vec![sql.to_owned()];
    send(
        session.as_mut(),
        &own("CREATE TABLE aludel_read (id INTEGER NOT NULL PRIMARY KEY, name VARCHAR(40) DEFAULT 'x')"),
    )
    .await;
    let schema = introspect(session.as_mut(), dialect, tables).await;
    let schema = schema.expect("the schema is read");
    record.note("schema", &schema.everything());
    let table = schema.table(&Name::bare("aludel_read"));
    let table = table.expect("the table that is there");
    let columns: Vec<_> = table
        .columns
        .iter()
        .map(|column| column.name.as_str())
        .collect();
    assert_eq!(columns, ["id", "name"]);
    assert!(schema.table(&Name::bare(tables.ledger.clone())).is_none());
    send(session.as_mut(), &own("DROP TABLE aludel_read")).await;
    session.close().await;
}
