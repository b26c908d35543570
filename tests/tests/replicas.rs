//! Three replicas of the example service start at once on an empty database: one applies, all serve.

#![allow(clippy::unwrap_used, reason = "a panic is a failed test")]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};

use aludel_tests::database::Database;
use aludel_tests::engine::Engine;
use aludel_tests::program;

/// A running replica; killed when dropped.
struct Replica {
    child: Child,
    lines: std::io::Lines<BufReader<std::process::ChildStdout>>,
}

impl Drop for Replica {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Replica {
    fn start(url: &str) -> Self {
        let mut child = Command::new(program::built("aludel-example-web", "aludel-example-web"))
            .env("DATABASE_URL", url)
            .env_remove("ADDRESS")
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let stdout = child.stdout.take().unwrap();
        let lines = BufReader::new(stdout).lines();
        Self { child, lines }
    }

    /// What follows a word on its next line.
    fn says(&mut self, word: &str) -> String {
        let line = self.lines.next().expect("it goes on").unwrap();
        let rest = line.strip_prefix(word);
        rest.unwrap_or_else(|| panic!("{word}: {line}"))
            .trim()
            .to_owned()
    }
}

fn fetch(address: &str, path: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    write!(
        stream,
        "GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n"
    )
    .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

#[test]
fn one_of_three_replicas_applies_and_all_serve() {
    for engine in [Engine::Sqlite, Engine::Postgres, Engine::Mariadb] {
        let database = Database::new(engine);
        let mut replicas: Vec<_> = (0..3).map(|_| Replica::start(&database.url)).collect();
        let mut applied: Vec<String> = Vec::new();
        for replica in &mut replicas {
            applied.push(replica.says("applied"));
            let address = replica.says("listening on");
            let hello = fetch(&address, "/");
            assert!(
                hello.starts_with("HTTP/1.1 200") && hello.ends_with("hello\n"),
                "{hello}"
            );
            let health = fetch(&address, "/health");
            assert!(
                health.ends_with("at 20260303090000\n"),
                "{engine:?}: {health}"
            );
        }
        let total: u32 = applied.iter().map(|n| n.parse::<u32>().unwrap()).sum();
        assert_eq!(total, 3, "{engine:?}: {applied:?}");
        // On SQLite the lock is each transaction's, so that replicas may take turns.
        if engine != Engine::Sqlite {
            applied.sort();
            assert_eq!(applied, ["0", "0", "3"], "{engine:?}");
        }
        let ids = ["20260301090000", "20260302090000", "20260303090000"];
        assert_eq!(database.done(), ids, "{engine:?}");
        assert_eq!(
            database.number("SELECT count(*) FROM pages"),
            1,
            "{engine:?}"
        );
    }
}
