//! A web service that migrates its database when it starts.
//!
//!     DATABASE_URL=sqlite:visits.db cargo run -p aludel-example-web
//!
//! The revisions are compiled into the program, so a release is one file. Any number of replicas may
//! start at once: one applies what is pending, the others wait for it, find nothing to do, and all of
//! them serve. A replica whose migration fails does not serve: it says why and exits, and the one
//! that is still running serves on.

#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a program that talks to whoever started it"
)]

use std::error::Error;
use std::sync::Arc;

use aludel::Migrator;
use aludel::run::Event;
use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::get;
use include_dir::{Dir, include_dir};

static MIGRATIONS: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/migrations");

/// What the handlers share.
struct Service {
    migrator: Migrator,
    url: String,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let url = std::env::var("DATABASE_URL").map_err(|_| "set DATABASE_URL")?;
    let migrator = migrator()?;
    let done = match migrator.run(&url, "heads").await {
        Ok(done) => done,
        Err(error) => {
            // All of it: what failed, where, what is committed. It holds no password.
            eprintln!("{error}");
            return Err(
                "the database could not be migrated, so this replica does not serve".into(),
            );
        }
    };
    println!("applied {}", done.revisions.len());

    let service = Arc::new(Service { migrator, url });
    let router = Router::new()
        .route("/", get(|| async { "hello\n" }))
        .route("/health", get(health))
        .with_state(service);
    let address = std::env::var("ADDRESS").unwrap_or_else(|_| "127.0.0.1:0".into());
    let listener = tokio::net::TcpListener::bind(address).await?;
    println!("listening on {}", listener.local_addr()?);
    axum::serve(listener, router).await?;
    Ok(())
}

fn migrator() -> Result<Migrator, aludel::Error> {
    Migrator::builder()
        .driver(aludel_sqlite::SqliteDriver::new())
        .driver(aludel_postgres::PostgresDriver)
        .driver(aludel_mysql::MysqlDriver)
        .embedded(&MIGRATIONS)
        .events(|event: Event| {
            if let Event::LockWaiting { .. } = event {
                eprintln!("another replica is migrating: waiting for it");
            }
        })
        .build()
}

/// Well if the database is where this program needs it to be.
async fn health(State(service): State<Arc<Service>>) -> (StatusCode, String) {
    match service.migrator.status(&service.url).await {
        Ok(status) if status.is_pending() || status.differs() => (
            StatusCode::SERVICE_UNAVAILABLE,
            format!("pending: {}\n", status.pending.join(", ")),
        ),
        Ok(status) => (StatusCode::OK, format!("at {}\n", status.heads.join(", "))),
        Err(error) => (StatusCode::SERVICE_UNAVAILABLE, format!("{error}\n")),
    }
}
