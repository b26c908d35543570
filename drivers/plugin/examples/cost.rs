//! What the boundary costs. docs/writing-a-driver.md says what it showed.
//!
//!     cost upgrade linked|LIBRARY REVISIONS   applies small revisions to a new SQLite file
//!     cost load LIBRARY                       loads a library, and nothing else
//!     cost cross LIBRARY                      sends a script of 10 MB, and copies it as often; LIBRARY is
//!                                             that of tests/misbehaving, which reads no script

#![allow(clippy::print_stdout, clippy::unwrap_used)]

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use aludel::Migrator;
use aludel::driver::{Access, ConnectOptions, Driver, Registry};
use aludel_plugin::host::{self, Loader};

fn main() {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["upgrade", driver, count] => upgrade(driver, count.parse().unwrap()),
        ["load", library] => drop(load(library)),
        ["cross", library] => cross(library),
        _ => println!("see the first lines of drivers/plugin/examples/cost.rs"),
    }
    host::shutdown(Duration::from_secs(5));
}

fn load(library: &str) -> Arc<dyn Driver> {
    host::load_library(Path::new(library), &Loader::default()).unwrap()
}

fn runtime() -> tokio::runtime::Runtime {
    let mut builder = tokio::runtime::Builder::new_multi_thread();
    builder.worker_threads(2).enable_all().build().unwrap()
}

fn upgrade(driver: &str, count: usize) {
    let folder = tempfile::tempdir().unwrap();
    for number in 1..=count {
        let revision = folder
            .path()
            .join(format!("m/2026-01-01-{number:06}_r{number}"));
        std::fs::create_dir_all(&revision).unwrap();
        let up = format!("CREATE TABLE t{number} (id INTEGER PRIMARY KEY, name TEXT NOT NULL);\n");
        std::fs::write(revision.join("up.sql"), up).unwrap();
        std::fs::write(
            revision.join("metadata.toml"),
            "run_in_transaction = true\n",
        )
        .unwrap();
    }
    let driver: Arc<dyn Driver> = match driver {
        "linked" => Arc::new(aludel_sqlite::SqliteDriver::new()),
        library => load(library),
    };
    let migrator = Migrator::builder()
        .drivers(&Registry::new().with(driver))
        .directory(folder.path().join("m"))
        .build()
        .unwrap();
    let url = format!("sqlite:{}", folder.path().join("it.db").display());
    let begun = Instant::now();
    let done = runtime().block_on(migrator.run(&url, "heads")).unwrap();
    println!(
        "{} revisions in {:?}",
        done.revisions.len(),
        begun.elapsed()
    );
}

fn cross(library: &str) {
    let driver = load(library);
    let script = "x".repeat(10 << 20);
    let median = |mut times: Vec<Duration>| {
        times.sort();
        times[times.len() / 2]
    };
    let copied = (0..51).map(|_| {
        let begun = Instant::now();
        std::hint::black_box(script.as_bytes().to_vec());
        begun.elapsed()
    });
    let copied = median(copied.collect());
    let sent = runtime().block_on(async {
        let url = "misbehaving:it".parse().unwrap();
        let options = ConnectOptions::new(Access::Write);
        let mut session = driver.connect(&url, &options).await.unwrap();
        let mut times = Vec::new();
        for _ in 0..51 {
            let begun = Instant::now();
            session.send(&[&script]).await.unwrap();
            times.push(begun.elapsed());
        }
        session.close().await;
        median(times)
    });
    let ratio = sent.as_secs_f64() / copied.as_secs_f64();
    println!("10 MB: copied in {copied:?}, sent in {sent:?}: {ratio:.2} times");
}
