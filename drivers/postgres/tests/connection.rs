//! Ways to connect, and what is said when there is none.

#![allow(clippy::unwrap_used, missing_docs)]

mod support;

use aludel::driver::FailureKind;
use support::*;

const ENCRYPTED: &str = "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()";

#[tokio::test]
async fn the_server_tells_its_version() {
    let session = try_connect(&server_url()).await.unwrap();
    assert_eq!(session.server().flavour(), "postgres");
    assert!(session.server().version().0 >= 12);
    session.close().await;
}

#[tokio::test]
async fn it_says_who_it_is() {
    let db = Database::new().await;
    let mut session = db.connect().await;
    let name = cell(&mut *session, "SHOW application_name").await;
    assert_eq!(name.as_deref(), Some("aludel"));
    session.close().await;
}

#[tokio::test]
async fn a_wrong_password_is_not_repeated() {
    let db = Database::new().await;
    let mut session = db.connect().await;
    let role = format!("u_{}", db.name);
    let create = format!("CREATE ROLE {role} LOGIN PASSWORD 'right'");
    session.send(&[&create]).await.unwrap();
    session.close().await;
    let url = db.url(&format!("user={role}&password=hunter2"));
    let Err(failure) = try_connect(&url).await else {
        panic!("the server trusts everybody: its pg_hba.conf must ask for passwords");
    };
    assert_eq!(failure.kind, FailureKind::Connect);
    assert_eq!(failure.code.as_deref(), Some("28P01"));
    assert!(!format!("{failure:?}").contains("hunter2"));
    assert!(failure.message.contains("port"), "{failure}");
}

#[tokio::test]
async fn the_first_host_that_answers_is_taken() {
    let url = server_url().replacen('@', "@127.0.0.1:1,", 1);
    let mut session = try_connect(&url).await.unwrap();
    assert_eq!(cell(&mut *session, "SELECT 1").await.as_deref(), Some("1"));
    session.close().await;
    let Err(failure) = try_connect("postgres://eve:hunter2@127.0.0.1:1/app").await else {
        panic!("somebody listens on port 1");
    };
    assert_eq!(failure.kind, FailureKind::Connect);
    assert!(failure.message.contains("127.0.0.1 port 1"), "{failure}");
    assert!(!format!("{failure:?}").contains("hunter2"));
}

#[tokio::test]
async fn the_wanted_kind_of_server() {
    for (kind, there) in [
        ("read-write", true),
        ("primary", true),
        ("prefer-standby", true),
        ("read-only", false),
        ("standby", false),
    ] {
        let url = url_of("postgres", &format!("target_session_attrs={kind}"));
        match try_connect(&url).await {
            Ok(session) => {
                assert!(there, "{kind}");
                session.close().await;
            }
            Err(failure) => assert!(!there, "{kind}: {failure}"),
        }
    }
}

/// The file of the authority that the server's certificate, for the host of the URL, is of.
fn authority() -> String {
    std::env::var("ALUDEL_TEST_POSTGRES_CA")
        .expect("ALUDEL_TEST_POSTGRES_CA is not set: run tests/run, which starts a server with TLS")
}

#[tokio::test]
async fn tls() {
    let ca = authority();
    let works = [
        ("sslmode=disable".to_owned(), "f"),
        ("sslmode=allow".to_owned(), "f"),
        ("sslmode=prefer".to_owned(), "t"),
        ("sslmode=require".to_owned(), "t"),
        (format!("sslmode=require&sslrootcert={ca}"), "t"),
        (format!("sslmode=verify-ca&sslrootcert={ca}"), "t"),
        (format!("sslmode=verify-full&sslrootcert={ca}"), "t"),
        // Another name for the same place.
        (
            format!("sslmode=verify-ca&sslrootcert={ca}&host=127.0.0.1"),
            "t",
        ),
    ];
    for (query, expected) in works {
        let mut session = match try_connect(&url_of("postgres", &query)).await {
            Ok(session) => session,
            Err(failure) => panic!("{query}: {failure}"),
        };
        let encrypted = cell(&mut *session, ENCRYPTED).await;
        assert_eq!(encrypted.as_deref(), Some(expected), "{query}");
        session.close().await;
    }
    // A name that the certificate does not have.
    let query = format!("sslmode=verify-full&sslrootcert={ca}&host=127.0.0.1");
    let failure = refused(&query).await;
    assert!(failure.contains("certificate"), "{failure}");
    // An authority that did not sign it: none of the system's did.
    let failure = refused("sslrootcert=system").await;
    assert!(failure.contains("certificate"), "{failure}");
}

async fn refused(query: &str) -> String {
    match try_connect(&url_of("postgres", query)).await {
        Ok(_) => panic!("{query} was taken"),
        Err(failure) => failure.message,
    }
}

#[tokio::test]
async fn an_interrupt_travels_over_tls() {
    authority();
    let url = url_of("postgres", "sslmode=require");
    let mut session = try_connect(&url).await.unwrap();
    let interrupt = session.interrupt();
    let stop = tokio::spawn(async move {
        tokio::time::sleep(std::time::Duration::from_millis(300)).await;
        interrupt.interrupt().await;
    });
    let failure = session.send(&["SELECT pg_sleep(30)"]).await.unwrap_err();
    assert_eq!(failure.kind, FailureKind::Interrupted);
    stop.await.unwrap();
    session.close().await;
}
