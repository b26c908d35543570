//! The functions that every run goes through, each over revisions as `aludel revision` writes them.
//!
//!     cargo bench -p aludel-tests --bench functions
//!
//! Each has arguments that grow tenfold, so that a time that grows faster is seen.

#![allow(clippy::unwrap_used, reason = "a benchmark: a panic is its report")]

use std::path::PathBuf;
use std::sync::Arc;

use aludel::driver::{Dialect, Server};
use aludel::graph::{Applied, Graph, Node};
use aludel::ledger::{Direction, Identity, LedgerTables, Snapshot};
use aludel::plan::{Piece, Work, WorkScript, build};
use aludel::revision::{Checksum, RevisionId, RevisionSet};
use aludel::sql::{Syntax, scan};
use divan::counter::BytesCount;
use divan::{Bencher, black_box};

const COUNTS: [usize; 3] = [100, 1_000, 10_000];

fn main() {
    divan::main();
}

fn id(number: usize) -> RevisionId {
    RevisionId::new(&format!("{}", 20_260_101_000_000 + number)).unwrap()
}

fn line(count: usize) -> Vec<Node> {
    let node = |number: usize| Node {
        id: id(number),
        name: format!("{}_r{number}", id(number)),
        parents: if number > 0 {
            vec![id(number - 1)]
        } else {
            Vec::new()
        },
        depends_on: Vec::new(),
        labels: Vec::new(),
        message: None,
    };
    (0..count).map(node).collect()
}

/// Statements of a usual size, with a body that holds semicolons every so often.
fn script(count: usize) -> String {
    let statement = |number: usize| {
        if number % 10 == 9 {
            format!(
                "CREATE TRIGGER g{number} AFTER INSERT ON t{} BEGIN\n    UPDATE t0 SET n = n + 1; -- it counts\nEND;\n",
                number - 1
            )
        } else {
            format!(
                "CREATE TABLE t{number} (\n    id INTEGER PRIMARY KEY,\n    name VARCHAR(40) NOT NULL DEFAULT 'it''s',\n    n INTEGER\n);\n"
            )
        }
    };
    (0..count).map(statement).collect()
}

#[divan::bench(args = COUNTS)]
fn graph_build(bencher: Bencher<'_, '_>, count: usize) {
    bencher
        .with_inputs(|| line(count))
        .bench_values(|nodes| Graph::build(nodes).unwrap());
}

#[divan::bench(args = COUNTS)]
fn graph_upgrade(bencher: Bencher<'_, '_>, count: usize) {
    let graph = Graph::build(line(count)).unwrap();
    let applied = Applied::new(&graph, []);
    bencher.bench(|| graph.upgrade("heads", &applied).unwrap());
}

#[divan::bench(args = COUNTS)]
fn revisions_load(bencher: Bencher<'_, '_>, count: usize) {
    let directory = tempfile::tempdir().unwrap();
    for node in line(count) {
        let path = directory.path().join(&node.name);
        std::fs::create_dir(&path).unwrap();
        std::fs::write(path.join("up.sql"), "SELECT 1;\n").unwrap();
        let parents: Vec<_> = node.parents.iter().map(|p| format!("\"{p}\"")).collect();
        let metadata = format!(
            "run_in_transaction = true\ndown_revision = [{}]\n",
            parents.join(", ")
        );
        std::fs::write(path.join("metadata.toml"), metadata).unwrap();
    }
    let directories = [directory.path().to_owned()];
    bencher.bench(|| RevisionSet::load(&directories, false).unwrap());
}

#[divan::bench(args = [Syntax::Postgres, Syntax::Mysql, Syntax::Sqlite])]
fn sql_scan(bencher: Bencher<'_, '_>, syntax: Syntax) {
    let text = script(1_000);
    bencher
        .counter(BytesCount::of_str(&text))
        .bench(|| scan(syntax, black_box(&text)).unwrap().statements.len());
}

#[divan::bench(args = [1 << 10, 1 << 20])]
fn checksum(bencher: Bencher<'_, '_>, bytes: usize) {
    let text = "SELECT 1;\n".repeat(bytes / 10);
    bencher
        .counter(BytesCount::of_str(&text))
        .bench(|| Checksum::of_script(black_box(&text)));
}

fn work(number: usize) -> Work {
    let text: Arc<str> = Arc::from(script(1).as_str());
    let name = format!("{}_r{number}", id(number));
    Work {
        id: id(number).to_string(),
        message: None,
        direction: Direction::Up,
        script: WorkScript {
            path: PathBuf::from(format!("{name}/up.sql")),
            checksum: Checksum::of_script(&text).to_string(),
            pieces: vec![Piece {
                span: 0..text.len(),
                body: 0,
                sql: None,
                implicit_commit: true,
                sets_session: false,
                reads_clock: false,
            }],
            text,
            program: None,
            is_recorded: false,
            rules: 0,
            stepwise: None,
            before: Vec::new(),
            after: Vec::new(),
            relies_on_keys: false,
        },
        name,
        present: Vec::new(),
        absent: vec![id(number).to_string()],
        hole: false,
    }
}

fn plan(bencher: Bencher<'_, '_>, dialect: &dyn Dialect, count: usize) {
    let (tables, by) = (LedgerTables::default().in_schema("s"), Identity::default());
    bencher
        .with_inputs(|| (0..count).map(work).collect::<Vec<_>>())
        .bench_values(|works| build(dialect, &tables, true, works, &by).unwrap());
}

#[divan::bench(args = COUNTS)]
fn plan_transactions(bencher: Bencher<'_, '_>, count: usize) {
    let server = Server::new("postgres", 15, 0);
    plan(
        bencher,
        &aludel_postgres::PostgresDialect::new(&server).unwrap(),
        count,
    );
}

#[divan::bench(args = COUNTS)]
fn plan_stepwise(bencher: Bencher<'_, '_>, count: usize) {
    let server = Server::new("mariadb", 10, 11);
    plan(
        bencher,
        &aludel_mysql::MysqlDialect::new(&server).unwrap(),
        count,
    );
}

#[divan::bench(args = COUNTS)]
fn journal_read(bencher: Bencher<'_, '_>, count: usize) {
    let row = |number: usize| -> Vec<Option<String>> {
        let cells = ["up", "done", "", "1", "sha256:0000"].map(str::to_owned);
        let [direction, event, statement, statements, checksum] = cells;
        [
            number.to_string(),
            id(number).to_string(),
            direction,
            event,
            statement,
            statements,
            checksum,
            String::new(),
        ]
        .map(|cell| (!cell.is_empty()).then_some(cell))
        .to_vec()
    };
    bencher
        .with_inputs(|| (1..=count).map(row).collect::<Vec<_>>())
        .bench_values(|rows| {
            let mut snapshot = Snapshot::absent(LedgerTables::default());
            snapshot.set_journal(rows);
            (snapshot.recorded().len(), snapshot.part_way().len())
        });
}
