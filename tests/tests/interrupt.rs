//! Ctrl-C at any moment: the run stops, tells the truth, and leaves nothing behind.

#![allow(clippy::unwrap_used)]

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use aludel_tests::database::Database;
use aludel_tests::engine::Engine;
use aludel_tests::project::Project;
use aludel_tests::round_trips::Proxy;
use aludel_tests::signals::{
    Ended, aludel, command, interrupt, run, says, send, until, wait, wait_at_most,
};

const REVISIONS: usize = 10;
/// The number of the slow revision, from 1.
const SLOW: usize = 6;
/// Much less than the slow statement takes: whoever ends within it did not wait for it.
const PROMPT: Duration = Duration::from_secs(3);

fn delays() -> Vec<u64> {
    let mut delays = vec![0, 5, 10, 20, 40, 80, 160, 320, 640];
    if std::env::var_os("ALUDEL_TEST_LONG").is_some() {
        delays.extend((0..100).map(|step| step * 3));
    }
    delays
}

/// A statement that takes some five seconds and more, and fails if it is stopped.
fn slow(engine: Engine) -> &'static str {
    match engine.driver() {
        "sqlite" => {
            "CREATE TABLE slow AS WITH RECURSIVE n(i) AS \
             (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 200000000) SELECT count(*) AS c FROM n"
        }
        "postgres" => "SELECT pg_sleep(8)",
        // It commits by itself, and is refused when its sleep is stopped.
        _ => "CREATE TABLE slow AS SELECT SLEEP(8) AS c",
    }
}

fn project(engine: Engine) -> Project {
    let mut project = Project::traced(SLOW - 1);
    project.add(&format!(
        "CREATE TABLE before_slow (id INTEGER);\n{};\nINSERT INTO trace VALUES ('{SLOW}');\n",
        slow(engine)
    ));
    for number in SLOW + 1..=REVISIONS {
        project.add(&format!("INSERT INTO trace VALUES ('{number}');\n"));
    }
    project
}

/// What the run said about what it committed, against what the database holds.
fn truthful(database: &Database, project: &Project, ended: &Ended) {
    let applied = database.applied();
    assert_eq!(applied, project.ids()[..applied.len()], "{ended:#?}");
    assert_eq!(database.done(), applied, "{ended:#?}");
    let traced = match applied.len() {
        0 => 0,
        _ => database.number("SELECT count(*) FROM trace"),
    };
    // A part-way revision may have left its trace, where a statement commits by itself.
    let most = applied.len() as u64 + u64::from(is_part_way(database));
    assert!(
        (applied.len() as u64..=most).contains(&traced),
        "{traced} traces: {ended:#?}"
    );
    if ended.signal.is_some() {
        // It was so early that no handler stood yet: nothing can have run.
        assert_eq!((applied.len(), ended.stderr.as_str()), (0, ""));
        return;
    }
    if applied.is_empty() && ended.stderr.ends_with(": not begun\n") {
        return;
    }
    let names = &project.names()[..applied.len()];
    for name in project.names() {
        let said = ended.stderr.contains(&format!("+ {name} applied"));
        assert_eq!(said, names.contains(name), "{name}: {ended:#?}");
    }
    let fact = match names {
        [] => "no revision of this run is committed".to_owned(),
        [one] => format!("committed in this run: {one}"),
        [.., last] => format!(
            "committed in this run: {} revisions, the last {last}",
            names.len()
        ),
    };
    assert!(flat(&ended.stderr).contains(&fact), "{fact}: {ended:#?}");
}

/// Without the line breaks and the frame that the width of a terminal brings.
fn flat(text: &str) -> String {
    let words = text.split_whitespace().filter(|word| *word != "│");
    words.collect::<Vec<_>>().join(" ")
}

/// The rest below the slow revision runs at once: no lock, no open transaction is in the way.
fn goes_on(database: &Database, project: &Project) {
    let below = project.ids()[SLOW - 2].clone();
    let words = ["upgrade", &below, "--lock-timeout", "0"];
    let begun = Instant::now();
    let again = run(&mut command(&database.url, &project.migrations(), &words));
    assert_eq!(again.code, 0, "{again:#?}");
    assert!(
        begun.elapsed() < PROMPT,
        "{:?}: {again:#?}",
        begun.elapsed()
    );
    assert_eq!(database.applied(), project.ids()[..SLOW - 1]);
}

fn nothing_left_behind(database: &Database, ended: &Ended) {
    until(&format!("nothing is left behind by {ended:#?}"), || {
        database.left_behind().is_empty()
    });
}

/// Some statements of a revision are committed: it has begun, a statement of it has completed, and
/// it is not done. That may be the slow one, or one of the fast ones that the signal met.
fn is_part_way(database: &Database) -> bool {
    if !database.has_table("__aludel_journal") {
        return false;
    }
    database.number(
        "SELECT count(*) FROM __aludel_journal AS s WHERE s.event IN ('statement', 'failed') AND s.statement > 0 AND NOT EXISTS \
         (SELECT 1 FROM __aludel_journal AS d WHERE d.event = 'done' AND d.revision = s.revision)",
    ) > 0
}

fn interrupted_after(engine: Engine, delay: Duration) {
    let project = project(engine);
    let database = Database::new(engine);
    let child = command(&database.url, &project.migrations(), &["upgrade"])
        .spawn()
        .unwrap();
    std::thread::sleep(delay);
    let asked = Instant::now();
    interrupt(&child);
    let ended = wait_at_most(child, Duration::from_secs(20));
    let took = asked.elapsed();
    assert!(
        took < PROMPT,
        "after {delay:?} it took {took:?}: {ended:#?}"
    );
    truthful(&database, &project, &ended);
    nothing_left_behind(&database, &ended);
    // Only DDL that commits by itself can leave a revision part-way.
    let part_way = is_part_way(&database);
    assert!(!engine.transactional_ddl() || !part_way, "{ended:#?}");
    let expected = if part_way { 7 } else { 130 };
    assert_eq!(ended.code, expected, "after {delay:?}: {ended:#?}");
    if part_way {
        let said = flat(&ended.stderr);
        assert!(said.contains("is part-way"), "{ended:#?}");
        // A part-way revision is not run over, and is shown.
        let status = run(&mut command(
            &database.url,
            &project.migrations(),
            &["status", "--check"],
        ));
        assert_eq!(status.code, 4, "{status:#?}");
    } else {
        assert!(!database.has_table("before_slow"), "{ended:#?}");
        goes_on(&database, &project);
    }
}

fn interrupted_at_many_moments(engine: Engine) {
    aludel();
    for delay in delays() {
        interrupted_after(engine, Duration::from_millis(delay));
    }
}

#[test]
fn sqlite_is_left_clean_whenever_a_run_is_interrupted() {
    interrupted_at_many_moments(Engine::Sqlite);
}

#[test]
fn postgres_is_left_clean_whenever_a_run_is_interrupted() {
    interrupted_at_many_moments(Engine::Postgres);
}

#[test]
fn mariadb_is_left_clean_whenever_a_run_is_interrupted() {
    interrupted_at_many_moments(Engine::Mariadb);
}

#[test]
fn an_interrupt_after_the_end_of_a_run_changes_nothing() {
    let project = Project::traced(3);
    let database = Database::new(Engine::Sqlite);
    let child = command(&database.url, &project.migrations(), &["upgrade"])
        .spawn()
        .unwrap();
    std::thread::sleep(Duration::from_millis(1500));
    interrupt(&child);
    let ended = wait(child);
    assert_eq!(ended.code, 0, "{ended:#?}");
    assert_eq!(database.applied(), project.ids());
}

/// No request to stop gets through: only the second interrupt ends the run.
#[test]
fn a_second_interrupt_leaves_at_once_although_the_server_does_not_answer() {
    let project = project(Engine::Postgres);
    let database = Database::new(Engine::Postgres);
    let proxy = Proxy::to(database.address().to_owned()).unwrap();
    let url = format!("{}?sslmode=disable", database.url_through(proxy.port()));
    let mut child = command(&url, &project.migrations(), &["upgrade"])
        .spawn()
        .unwrap();
    until("the slow statement runs", || {
        !database
            .query_server(&format!(
                "SELECT 1 FROM pg_stat_activity WHERE datname = '{}' AND wait_event = 'PgSleep'",
                database.name()
            ))
            .is_empty()
    });
    proxy.freeze(true);
    interrupt(&child);
    std::thread::sleep(Duration::from_millis(500));
    assert!(child.try_wait().unwrap().is_none(), "one is not enough");
    let asked = Instant::now();
    interrupt(&child);
    let ended = wait_at_most(child, Duration::from_secs(20));
    let took = asked.elapsed();
    assert!(took < Duration::from_millis(500), "{took:?}: {ended:#?}");
    assert_eq!(ended.code, 130, "{ended:#?}");
    proxy.freeze(false);
    let applied = database.applied();
    assert_eq!(applied, project.ids()[..applied.len()], "{ended:#?}");
    assert_eq!(database.done(), applied, "{ended:#?}");
    assert!(applied.len() < SLOW, "{ended:#?}");
}

/// The second comes while the first is being seen to.
fn twice(engine: Engine) {
    let project = project(engine);
    let database = Database::new(engine);
    let child = command(&database.url, &project.migrations(), &["upgrade"])
        .spawn()
        .unwrap();
    std::thread::sleep(Duration::from_millis(1000));
    let asked = Instant::now();
    interrupt(&child);
    interrupt(&child);
    interrupt(&child);
    let ended = wait_at_most(child, Duration::from_secs(20));
    let took = asked.elapsed();
    assert!(took < PROMPT, "it took {took:?}: {ended:#?}");
    assert!([130, 7].contains(&ended.code), "{ended:#?}");
    let applied = database.applied();
    assert_eq!(applied, project.ids()[..applied.len()], "{ended:#?}");
    assert_eq!(database.done(), applied, "{ended:#?}");
}

#[test]
fn a_second_interrupt_leaves_at_once_and_the_ledger_is_right() {
    aludel();
    for engine in [Engine::Sqlite, Engine::Postgres, Engine::Mariadb] {
        twice(engine);
    }
}

/// One call of a function that looks at no request to stop, and takes very long.
const DEAF: &str = "SELECT instr(hex(zeroblob(4000000)), hex(zeroblob(2000000)) || '1');\n";

/// A run of one revision, which has begun: a shell does `first`, then becomes it.
fn begun(project: &Project, database: &Database, first: &str) -> Child {
    // As JSON, the beginning of the revision is told whatever the verbosity.
    let words = ["--format", "json", "upgrade"];
    let aludel = command(&database.url, &project.migrations(), &words);
    // Whoever runs the tests may ignore signals himself, under `nohup` or in the background.
    let mut shell = Command::new("env");
    shell
        .args(["--default-signal=HUP,INT", "sh", "-c"])
        .args([&format!("{first} exec \"$@\""), "sh"])
        .arg(aludel.get_program())
        .args(aludel.get_args())
        .current_dir(aludel.get_current_dir().unwrap())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = shell.spawn().unwrap();
    let mut events = BufReader::new(child.stdout.take().unwrap()).lines();
    let begun = |line: &String| line.contains("revision_started");
    events.by_ref().map(Result::unwrap).find(begun).unwrap();
    std::thread::sleep(Duration::from_millis(300));
    child
}

/// What a run that is deaf to the first interrupt says after the second, its exit code first.
fn left_at_once(up: &str) -> (i32, String) {
    let mut project = Project::new();
    project.add(up);
    let database = Database::new(Engine::Sqlite);
    let mut child = begun(&project, &database, "");
    interrupt(&child);
    says(&mut child, "again: leave at once)\n");
    interrupt(&child);
    let ended = wait_at_most(child, Duration::from_secs(20));
    (ended.code, ended.stderr)
}

#[test]
fn a_second_interrupt_says_that_what_is_committed_is_not_known() {
    let whole = "CREATE TABLE a (id INT);\n".to_owned() + DEAF;
    assert_eq!(
        left_at_once(&whole),
        (
            130,
            "left at once: a server may still finish what it was sent, `aludel status` says what is committed\n".into()
        )
    );
    let in_steps = "-- aludel: no-transaction\n".to_owned() + &whole;
    assert_eq!(
        left_at_once(&in_steps),
        (
            7,
            "left at once: `2026-01-01-000001_r1` may be part-way; `aludel status` says what is committed\n"
                .into()
        )
    );
}

#[test]
fn a_hangup_stops_a_run_as_an_interrupt_does_unless_it_is_ignored() {
    for first in ["", "trap '' HUP;"] {
        let mut project = Project::new();
        project.add(slow(Engine::Sqlite));
        let database = Database::new(Engine::Sqlite);
        let mut child = begun(&project, &database, first);
        send(&child, "HUP");
        if !first.is_empty() {
            std::thread::sleep(Duration::from_millis(300));
            assert!(child.try_wait().unwrap().is_none(), "it was to be ignored");
            interrupt(&child);
        }
        let ended = wait_at_most(child, Duration::from_secs(20));
        assert_eq!(ended.code, 130, "{first}: {ended:#?}");
        assert_eq!(ended.signal, None, "{first}: {ended:#?}");
        assert!(ended.stderr.contains("stopping:"), "{first}: {ended:#?}");
        assert!(database.applied().is_empty(), "{first}: {ended:#?}");
    }
}
