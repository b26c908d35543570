//! A loopback link of a chosen length in front of any server: it delays each way and counts turns.
//!
//! Bytes are delayed, not throttled: what is sent together arrives together, so that a message
//! costs one round trip whatever its length.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, mpsc};
use std::time::{Duration, Instant};

/// The link; its threads end with the connections.
#[derive(Debug)]
pub struct Link {
    port: u16,
    turns: Arc<AtomicUsize>,
}

impl Link {
    /// Listens on a free port and passes every connection on to `address`; a round trip takes
    /// `round_trip` longer than without it.
    ///
    /// # Errors
    ///
    /// If no port is free.
    pub fn to(address: String, round_trip: Duration) -> std::io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let port = listener.local_addr()?.port();
        let turns = Arc::new(AtomicUsize::new(0));
        let counted = turns.clone();
        std::thread::spawn(move || {
            for client in listener.incoming().flatten() {
                if let Ok(server) = TcpStream::connect(&address) {
                    // A connection that cannot be passed on is one that its client sees end.
                    let _ = pass_on(client, server, round_trip / 2, &counted);
                }
            }
        });
        Ok(Self { port, turns })
    }

    /// Where it listens.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// How often a client spoke after its server since the last call: round trips, log-in included.
    pub fn take(&self) -> usize {
        self.turns.swap(0, Ordering::SeqCst)
    }
}

fn pass_on(
    client: TcpStream,
    server: TcpStream,
    delay: Duration,
    turns: &Arc<AtomicUsize>,
) -> std::io::Result<()> {
    client.set_nodelay(true)?;
    server.set_nodelay(true)?;
    let (client_out, server_out) = (client.try_clone()?, server.try_clone()?);
    // MariaDB's server speaks first, PostgreSQL's client does: the first word of a client counts.
    let servers_turn = Arc::new(AtomicBool::new(true));
    let (turn, turns) = (servers_turn.clone(), turns.clone());
    carry(client, server_out, delay, move || {
        if turn.swap(false, Ordering::SeqCst) {
            turns.fetch_add(1, Ordering::SeqCst);
        }
    });
    carry(server, client_out, delay, move || {
        servers_turn.store(true, Ordering::SeqCst);
    });
    Ok(())
}

/// Carries bytes one way: one thread takes them, another hands them over when their time has come.
fn carry(
    mut from: TcpStream,
    mut to: TcpStream,
    delay: Duration,
    heard: impl Fn() + Send + 'static,
) {
    let (sender, receiver) = mpsc::channel::<(Instant, Vec<u8>)>();
    std::thread::spawn(move || {
        let mut buffer = vec![0; 1 << 16];
        while let Ok(count @ 1..) = from.read(&mut buffer) {
            heard();
            let arrives = Instant::now() + delay;
            if sender.send((arrives, buffer[..count].to_vec())).is_err() {
                break;
            }
        }
    });
    std::thread::spawn(move || {
        for (arrives, bytes) in receiver {
            std::thread::sleep(arrives.saturating_duration_since(Instant::now()));
            if to.write_all(&bytes).is_err() {
                break;
            }
        }
        // The other side may have gone first.
        let _ = to.shutdown(Shutdown::Write);
    });
}
