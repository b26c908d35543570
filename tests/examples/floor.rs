//! The least that anybody could do, as processes to measure against.
//!
//!     floor list DIRECTORY    lists a migrations directory and reads each revision's metadata
//!     floor connect URL       connects to PostgreSQL or MySQL, or opens an SQLite file, and selects once

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a floor to measure against"
)]

use diesel::prelude::{Connection, RunQueryDsl, SqliteConnection};
use mysql_async::prelude::Queryable;

fn main() {
    let words: Vec<String> = std::env::args().collect();
    match (words[1].as_str(), words[2].as_str()) {
        ("list", directory) => println!("{}", list(directory)),
        ("connect", url) if url.starts_with("sqlite:") => sqlite(url),
        ("connect", url) if url.starts_with("postgres:") => postgres(url),
        ("connect", url) if url.starts_with("mariadb:") => mysql(url),
        words => panic!("{words:?}"),
    }
}

fn list(directory: &str) -> usize {
    let mut bytes = 0;
    for entry in std::fs::read_dir(directory).unwrap() {
        if let Ok(text) = std::fs::read(entry.unwrap().path().join("metadata.toml")) {
            bytes += text.len();
        }
    }
    bytes
}

fn block_on<T>(work: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    runtime.unwrap().block_on(work)
}

fn sqlite(url: &str) {
    let path = url.strip_prefix("sqlite:").unwrap();
    let mut connection = SqliteConnection::establish(path).unwrap();
    // Opening reads nothing yet.
    let read = diesel::sql_query("SELECT count(*) FROM sqlite_schema");
    read.execute(&mut connection).unwrap();
}

fn postgres(url: &str) {
    block_on(async {
        let (client, connection) = tokio_postgres::connect(url, tokio_postgres::NoTls)
            .await
            .unwrap();
        tokio::spawn(connection);
        client.simple_query("SELECT 1").await.unwrap();
    });
}

fn mysql(url: &str) {
    let url = url.replacen("mariadb:", "mysql:", 1);
    let options = mysql_async::Opts::from_url(&url).unwrap();
    let options = mysql_async::OptsBuilder::from_opts(options).prefer_socket(false);
    block_on(async {
        let mut connection = mysql_async::Conn::new(options).await.unwrap();
        connection.query_drop("SELECT 1").await.unwrap();
        connection.disconnect().await.unwrap();
    });
}
