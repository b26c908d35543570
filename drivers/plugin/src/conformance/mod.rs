//! The conformance suite: what every driver must do, whatever its engine (cargo feature
//! `conformance`).
//!
//! A driver's author runs one line on an empty database, which may be emptied and run on again:
//!
//! ```no_run
//! # async fn run() {
//! use aludel_plugin::conformance;
//!
//! let library = conformance::build(env!("CARGO_MANIFEST_DIR"));
//! conformance::check_library(library, "mine:/tmp/empty.db", "SELECT sleep(30)").await;
//! # }
//! ```
//!
//! Each check that fails panics with a sentence. What the driver answered is recorded: a driver that
//! is linked in and the same one loaded from a library must leave equal records.

mod build;
mod ledger;
mod record;
mod session;
mod translate;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use aludel::config::DatabaseUrl;
use aludel::driver::{Access, Client, ConnectOptions, Dialect, Driver, LockKind, Server, Session};

pub use build::build;
pub use record::Record;

/// What a driver's author brings.
pub struct Subject {
    /// The driver.
    pub driver: Arc<dyn Driver>,
    /// The URL of an empty database.
    pub url: DatabaseUrl,
    /// A statement that runs for many seconds unless it is interrupted.
    pub slow: String,
}

impl Subject {
    async fn connect(&self, access: Access) -> Box<dyn Session> {
        let options = ConnectOptions::new(access).lock_timeout(Duration::from_secs(2));
        self.driver
            .connect(&self.url, &options)
            .await
            .expect("a connection to the database of the URL")
    }
}

/// Loads a library and runs every check on it.
///
/// # Panics
///
/// If the library cannot be loaded, the URL cannot be read or a check fails.
pub async fn check_library(library: impl AsRef<Path>, url: &str, slow: &str) -> Record {
    let loader = crate::host::Loader::default();
    let driver = crate::host::load_library(library.as_ref(), &loader);
    let subject = Subject {
        driver: driver.unwrap_or_else(|error| panic!("{error}: {}", error.help())),
        url: DatabaseUrl::parse(url).expect("a URL"),
        slow: slow.to_owned(),
    };
    check(&subject).await
}

/// Runs every check. What was answered is recorded.
///
/// # Panics
///
/// If a check fails.
pub async fn check(subject: &Subject) -> Record {
    let mut record = Record::new(&subject.url);
    the_driver_says_who_it_is(subject, &mut record);
    let session = subject.connect(Access::Read).await;
    let server = session.server().clone();
    session.close().await;
    record.note("server", &server);
    let dialect = subject
        .driver
        .dialect(&server)
        .expect("the dialect of the server that was found");
    let dialect = dialect.as_ref();
    the_dialect_is_whole(subject, dialect, &mut record);
    translate::scripts_of_other_dialects_are_translated(dialect, &mut record);
    session::reading_writes_nothing(subject, &mut record).await;
    let tables = ledger::it_is_made_once_and_read(subject, dialect, &mut record).await;
    ledger::the_guard_fires_exactly_when_it_should(subject, dialect, &tables, &mut record).await;
    session::the_failing_statement_is_named(subject, &mut record).await;
    session::a_failure_rolls_back(subject, dialect, &tables, &mut record).await;
    session::whole_transactions_are_delivered(subject, dialect, &tables, &mut record).await;
    if dialect.capabilities().lock == LockKind::Session {
        session::the_lock_has_one_holder(subject, &tables).await;
    }
    translate::a_translated_script_runs(subject, dialect, &mut record).await;
    translate::a_live_schema_is_read(subject, dialect, &tables, &mut record).await;
    session::an_interrupt_stops_and_the_session_lives(subject).await;
    record
}

fn the_driver_says_who_it_is(subject: &Subject, record: &mut Record) {
    let info = subject.driver.info();
    record.note("info", info);
    let scheme = subject.url.scheme();
    assert!(
        info.schemes.iter().any(|(known, _)| *known == scheme),
        "the scheme of the URL, `{scheme}`, is one of the driver's"
    );
    for (scheme, flavour) in info.schemes {
        assert!(
            info.flavours.contains(flavour),
            "the flavour `{flavour}` of the scheme `{scheme}` is one of the driver's"
        );
        let assumed = subject.driver.assumed(scheme);
        let assumed = assumed.unwrap_or_else(|| panic!("a floor for the scheme `{scheme}`"));
        let dialect = subject.driver.dialect(&assumed);
        let dialect = dialect.expect("a dialect for the oldest server of each flavour");
        record.note(
            &format!("capabilities of {assumed}"),
            dialect.capabilities(),
        );
    }
    let refused = subject
        .driver
        .dialect(&Server::new("no such flavour", 1, 0));
    let refused = refused.err().expect("a foreign flavour is refused");
    record.note("foreign flavour", &refused);
}

fn the_dialect_is_whole(subject: &Subject, dialect: &dyn Dialect, record: &mut Record) {
    let names = dialect.names();
    assert!(
        names.contains(&subject.driver.info().name),
        "the driver's name is among the dialect's names"
    );
    assert!(!dialect.begin().is_empty() && !dialect.commit().is_empty());
    record.note("names", names);
    record.note("syntax", &dialect.syntax());
    record.note("transaction", &[dialect.begin(), dialect.commit()]);
    record.note("reset", dialect.reset_session());
    record.note("schema", &dialect.default_schema());
    for client in [Client::Usual, Client::None] {
        record.note("header", dialect.script_header(client));
        let statements = ["SELECT 1", "SELECT 'ü' -- a comment", "SELECT ';'"];
        let printed = dialect.print_all(&statements, client).expect("printed");
        assert_eq!(printed.len(), statements.len(), "each statement is printed");
        record.note("printed", &printed);
    }
}
