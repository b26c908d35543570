//! What costs a round trip and what does not, counted between client and server.

#![allow(clippy::unwrap_used, missing_docs)]

mod support;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use support::*;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// Passes bytes on and counts how often the client began to speak.
async fn counting_proxy(to: String) -> (u16, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let count = Arc::new(AtomicUsize::new(0));
    let turns = Arc::clone(&count);
    tokio::spawn(async move {
        let (client, _) = listener.accept().await.unwrap();
        let server = TcpStream::connect(to).await.unwrap();
        let (mut from_client, mut to_client) = client.into_split();
        let (mut from_server, mut to_server) = server.into_split();
        let answered = Arc::new(AtomicUsize::new(1));
        let asked = Arc::clone(&answered);
        tokio::spawn(async move {
            let mut buffer = vec![0; 65536];
            while let Ok(n @ 1..) = from_server.read(&mut buffer).await {
                answered.store(1, Ordering::SeqCst);
                to_client.write_all(&buffer[..n]).await.unwrap();
            }
        });
        let mut buffer = vec![0; 65536];
        while let Ok(n @ 1..) = from_client.read(&mut buffer).await {
            turns.fetch_add(asked.swap(0, Ordering::SeqCst), Ordering::SeqCst);
            to_server.write_all(&buffer[..n]).await.unwrap();
        }
    });
    (port, count)
}

#[tokio::test]
async fn lock_and_ledger_are_one_and_so_is_any_message() {
    let db = Database::new().await;
    let mut session = db.connect().await;
    create_ledger(&mut *session, &tables()).await;
    session.close().await;

    let server = server_url();
    let host = server.split('@').nth(1).unwrap();
    let host = host.split(['/', '?']).next().unwrap();
    let host = match host.contains(':') {
        true => host.to_owned(),
        false => format!("{host}:5432"),
    };
    let (port, turns) = counting_proxy(host).await;
    let query = format!("host=127.0.0.1&port={port}&sslmode=disable");
    let mut session = db.connect_with(&query).await;
    // Nothing but authentication: the version needs no question, and nothing is set.
    let connected = turns.load(Ordering::SeqCst);
    assert!(connected <= 3, "{connected}");
    let mut before = connected;
    let mut spent = || {
        let now = turns.load(Ordering::SeqCst);
        now - std::mem::replace(&mut before, now)
    };
    obtained(&mut *session, &tables()).await;
    assert_eq!(spent(), 1);
    let many: Vec<_> = (0..500)
        .map(|i| format!("CREATE TABLE t{i} (a int)"))
        .collect();
    send(&mut *session, &many).await.unwrap();
    assert_eq!(spent(), 1);
    session.send(&["SELECT 1 / 0"]).await.unwrap_err();
    // It and its ROLLBACK.
    assert_eq!(spent(), 2);
    session.close().await;
}
