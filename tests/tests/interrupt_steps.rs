//! An interrupt at each step of a run: before and while it connects, while it waits for the lock,
//! between two messages, in a statement (`interrupt.rs`), at a COMMIT.

#![allow(clippy::unwrap_used, reason = "a panic is a failed test")]

use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use aludel::driver::FailureKind;
use aludel::run::{Class, RunError};
use aludel::{Error, Migrator};
use aludel_tests::database::Database;
use aludel_tests::drivers::driver;
use aludel_tests::engine::{Engine, engines};
use aludel_tests::project::Project;
use aludel_tests::signals::{Ended, command, interrupt, run, says, until, wait_at_most};
use aludel_tests::wrapped::{At, Wrapped};
use tokio_util::sync::CancellationToken;

/// Much less than what is interrupted would take.
const PROMPT: Duration = Duration::from_secs(3);

/// Interrupts a program, which ends at once with 130 and says why.
fn interrupted(child: Child, about: &str) -> Ended {
    let asked = Instant::now();
    interrupt(&child);
    let ended = wait_at_most(child, Duration::from_secs(20));
    let took = asked.elapsed();
    assert!(took < PROMPT, "{about}: it took {took:?}: {ended:#?}");
    assert_eq!(ended.code, 130, "{about}: {ended:#?}");
    assert!(ended.stderr.contains("interrupted"), "{about}: {ended:#?}");
    let fact = "no revision of this run is committed";
    assert!(ended.stderr.contains(fact), "{about}: {ended:#?}");
    ended
}

/// At every call that reaches the server, before it and after it: whatever is under way, the run
/// ends, what it says is committed is committed, and another run goes on from there.
async fn at_every_call(engine: Engine) {
    let mut project = Project::traced(2);
    // Messages of their own on every engine.
    project.add("-- aludel: no-transaction\nINSERT INTO trace VALUES ('3');\n");
    project.add("INSERT INTO trace VALUES ('4');\n");
    let migrator = |driver: Wrapped, token: CancellationToken| {
        let builder = Migrator::builder().driver(driver).cancel(token);
        builder.directory(project.migrations()).build().unwrap()
    };
    for at in [At::Before as fn(usize) -> At, At::After] {
        for number in 0.. {
            let about = format!("{engine:?}, interrupted {:?}", at(number));
            let database = Database::new(engine);
            let token = CancellationToken::new();
            let wrapped = Wrapped::interrupted(driver(engine), at(number), token.clone());
            let ran = migrator(wrapped.clone(), token)
                .run(&database.url, "heads")
                .await;
            if wrapped.calls() <= number {
                assert!(ran.is_ok(), "{about}: {ran:?}");
                assert!(number > 3, "{about}: hardly a call reaches the server");
                break;
            }
            let applied = database.applied();
            let mut lost = false;
            match &ran {
                // What had been sent was enough.
                Ok(done) => assert_eq!(done.revisions.len(), applied.len(), "{about}"),
                // MariaDB's server may stop answering to it (docs/limits.md): then less is known.
                Err(Error::Run(RunError::Statement(failure)))
                    if engine.driver() == "mysql" && failure.failure.kind == FailureKind::Lost =>
                {
                    let said = &failure.failure.message;
                    assert!(said.contains("stopped answering"), "{about}: {said}");
                    assert!(applied.len() >= failure.committed.len(), "{about}");
                    lost = true;
                }
                Err(Error::Run(error)) => {
                    let committed = match error {
                        RunError::Statement(failure) => &failure.committed,
                        RunError::Interrupted { committed } => committed,
                        other => panic!("{about}: {other:?}"),
                    };
                    let part_way = error.class() == Class::PartWay;
                    assert!(
                        part_way || error.class() == Class::Interrupted,
                        "{about}: {error:?}"
                    );
                    assert_eq!(applied.len(), committed.len(), "{about}: {error:?}");
                    assert_eq!(*committed, project.names()[..applied.len()], "{about}");
                }
                Err(other) => panic!("{about}: {other}"),
            }
            until(&format!("{about}: nothing is left behind"), || {
                database.left_behind().is_empty()
            });
            let plain = Wrapped::watched(driver(engine));
            match migrator(plain, CancellationToken::new())
                .run(&database.url, "heads")
                .await
            {
                Ok(_) => assert_eq!(database.applied(), project.ids(), "{about}"),
                Err(Error::Run(RunError::PartWay(_))) if lost => {}
                Err(Error::Run(RunError::PartWay(_))) => {
                    let first = ran.expect_err("it ended part-way");
                    assert!(first.to_string().contains("part-way"), "{about}: {first}");
                }
                Err(error) => panic!("{about}: {error}"),
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn before_and_after_every_call() {
    for engine in engines() {
        at_every_call(engine).await;
    }
}

/// A server that takes the connection and says nothing.
#[test]
fn while_it_connects() {
    let project = Project::traced(1);
    for engine in engines() {
        if engine == Engine::Sqlite {
            // Its file is there or not.
            continue;
        }
        let silent = TcpListener::bind("127.0.0.1:0").unwrap();
        let database = Database::new(engine);
        let url = database.url_through(silent.local_addr().unwrap().port());
        let child = command(&url, &project.migrations(), &["upgrade"])
            .spawn()
            .unwrap();
        let (_connection, _) = silent.accept().unwrap();
        interrupted(child, &format!("{engine:?}"));
    }
}

/// Holds SQLite's write lock, or keeps a COMMIT from being carried out, until it is told to end.
struct Client(Child);

impl Client {
    fn new(database: &Database, sql: &str) -> Self {
        let mut client = Command::new("sqlite3");
        client
            .arg(database.file())
            .stdin(Stdio::piped())
            .stdout(Stdio::null());
        let mut child = client.spawn().unwrap();
        use std::io::Write;
        let stdin = child.stdin.as_mut().unwrap();
        stdin.write_all(sql.as_bytes()).unwrap();
        stdin.flush().unwrap();
        Self(child)
    }

    fn end(mut self) {
        drop(self.0.stdin.take());
        assert!(self.0.wait().unwrap().success());
    }
}

/// Applies the first revision, undisturbed; its id.
fn first_applied(project: &Project, database: &Database) -> String {
    let first = project.ids()[0].clone();
    let words = ["upgrade", first.as_str()];
    let ended = run(&mut command(&database.url, &project.migrations(), &words));
    assert_eq!(ended.code, 0, "{ended:#?}");
    first
}

#[test]
fn while_it_waits_for_the_lock_of_a_file() {
    let project = Project::traced(2);
    let database = Database::new(Engine::Sqlite);
    let first = first_applied(&project, &database);
    let client = Client::new(&database, "BEGIN IMMEDIATE;\n");
    until("the file is locked", || !database.left_behind().is_empty());
    let mut child = command(&database.url, &project.migrations(), &["upgrade"])
        .spawn()
        .unwrap();
    std::thread::sleep(Duration::from_millis(500));
    assert!(child.try_wait().unwrap().is_none(), "it waits");
    interrupted(child, "the file is locked");
    client.end();
    assert_eq!(database.applied(), [first]);
}

#[test]
fn while_it_waits_for_the_lock_of_another_run() {
    for engine in engines() {
        let pause = match engine.driver() {
            "sqlite" => continue, // see the lock of a file
            "postgres" => "SELECT pg_sleep(6)",
            _ => "SELECT SLEEP(6)",
        };
        let mut project = Project::traced(1);
        project.add(&format!("{pause};\n"));
        let database = Database::new(engine);
        let holder = command(&database.url, &project.migrations(), &["upgrade"])
            .spawn()
            .unwrap();
        let status = ["status", "--format", "json"];
        until("the lock is held", || {
            let ended = run(&mut command(&database.url, &project.migrations(), &status));
            ended.stdout.contains("\"locked_by\":{")
        });
        let mut waiting = command(&database.url, &project.migrations(), &["upgrade"])
            .spawn()
            .unwrap();
        says(&mut waiting, "waiting for the lock");
        interrupted(waiting, &format!("{engine:?}"));
        let ended = wait_at_most(holder, Duration::from_secs(20));
        assert_eq!(
            ended.code, 0,
            "{engine:?}: who holds it goes on: {ended:#?}"
        );
        assert_eq!(database.applied(), project.ids());
        until("nothing is left behind", || {
            database.left_behind().is_empty()
        });
    }
}

/// A COMMIT that takes long: a deferred trigger sleeps in it.
#[test]
fn at_a_commit_of_postgres() {
    let mut project = Project::traced(1);
    project.add(
        "CREATE FUNCTION pause() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(8); RETURN NULL; END $$;\n\
         CREATE CONSTRAINT TRIGGER pause AFTER INSERT ON trace DEFERRABLE INITIALLY DEFERRED\n\
         FOR EACH ROW EXECUTE FUNCTION pause();\nINSERT INTO trace VALUES ('2');\n",
    );
    for engine in engines().into_iter().filter(|e| e.driver() == "postgres") {
        let database = Database::new(engine);
        let first = first_applied(&project, &database);
        let child = command(&database.url, &project.migrations(), &["upgrade"])
            .spawn()
            .unwrap();
        until("it sleeps in its COMMIT", || {
            !database
                .query_server(&format!(
                    "SELECT 1 FROM pg_stat_activity WHERE datname = '{}' AND wait_event = 'PgSleep'",
                    database.name()
                ))
                .is_empty()
        });
        let ended = interrupted(child, &format!("{engine:?}"));
        assert!(ended.stderr.contains("stopped at its COMMIT"), "{ended:#?}");
        assert_eq!(database.applied(), [first]);
        assert_eq!(database.number("SELECT count(*) FROM trace"), 1);
        until("nothing is left behind", || {
            database.left_behind().is_empty()
        });
    }
}

/// A COMMIT that waits for a reader.
#[test]
fn at_a_commit_of_sqlite() {
    let project = Project::traced(2);
    let database = Database::new(Engine::Sqlite);
    let first = first_applied(&project, &database);
    let client = Client::new(&database, "BEGIN;\nSELECT count(*) FROM trace;\n");
    std::thread::sleep(Duration::from_millis(300));
    let mut child = command(&database.url, &project.migrations(), &["upgrade"])
        .spawn()
        .unwrap();
    std::thread::sleep(Duration::from_millis(700));
    assert!(child.try_wait().unwrap().is_none(), "it waits");
    let ended = interrupted(child, "a reader is there");
    assert!(ended.stderr.contains("COMMIT"), "{ended:#?}");
    client.end();
    assert_eq!(database.applied(), [first]);
}

/// A COMMIT that waits for a backup of the whole server. Nothing in this revision commits by itself.
#[test]
fn at_a_commit_of_mariadb() {
    let mut project = Project::traced(1);
    project.add("INSERT INTO trace VALUES ('2');\nDO SLEEP(3);\n");
    let database = Database::new(Engine::Mariadb);
    let first = first_applied(&project, &database);
    let child = command(&database.url, &project.migrations(), &["upgrade"])
        .spawn()
        .unwrap();
    let sessions = format!(
        "SELECT info, state FROM information_schema.processlist WHERE db = '{}' AND info IS NOT NULL",
        database.name()
    );
    let seen = |word: &str| {
        database
            .query_server(&sessions)
            .iter()
            .any(|row| row.contains(word))
    };
    until("it sleeps in its transaction", || seen("SLEEP"));
    std::thread::scope(|scope| {
        scope.spawn(|| {
            // Unlike a read lock on all tables it lets the rows be written that come before.
            let stages = ["START", "FLUSH", "BLOCK_DDL", "BLOCK_COMMIT"];
            let stages = stages
                .map(|stage| format!("BACKUP STAGE {stage}; "))
                .concat();
            database.query_server(&format!("{stages}DO SLEEP(4); BACKUP STAGE END"))
        });
        until("it waits in its COMMIT", || seen("COMMIT"));
        let ended = interrupted(child, "the server is locked");
        assert!(ended.stderr.contains("COMMIT"), "{ended:#?}");
    });
    assert_eq!(database.applied(), [first]);
    assert_eq!(database.number("SELECT count(*) FROM trace"), 1);
    until("nothing is left behind", || {
        database.left_behind().is_empty()
    });
}

/// MySQL answers a SLEEP that is stopped as if nothing had happened: no more begins all the same.
#[test]
fn in_a_statement_that_hides_that_it_was_stopped() {
    for engine in engines().into_iter().filter(|e| e.driver() == "mysql") {
        let mut project = Project::traced(1);
        project.add("INSERT INTO trace VALUES ('2');\nSELECT SLEEP(8);\n");
        project.add("INSERT INTO trace VALUES ('3');\n");
        let database = Database::new(engine);
        let first = first_applied(&project, &database);
        let child = command(&database.url, &project.migrations(), &["upgrade"])
            .spawn()
            .unwrap();
        let sleeping = format!(
            "SELECT 1 FROM information_schema.processlist WHERE db = '{}' AND state = 'User sleep'",
            database.name()
        );
        until("it sleeps", || !database.query_server(&sleeping).is_empty());
        interrupted(child, &format!("{engine:?}"));
        assert_eq!(database.applied(), [first], "{engine:?}");
        assert_eq!(database.number("SELECT count(*) FROM trace"), 1);
    }
}
