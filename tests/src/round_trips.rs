//! A loopback proxy in front of a server that counts round trips.
//!
//! One is a turn of the talk from the server to the client, after the log-in: what that costs is the
//! protocol's, not the tool's. With PostgreSQL it ends with the first `ReadyForQuery`; with MySQL
//! every command is a packet with the number 0, and the log-in has none.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// The proxy; its threads end with the connections.
#[derive(Debug)]
pub struct Proxy {
    port: u16,
    talks: Arc<Mutex<Vec<Talk>>>,
    frozen: Arc<AtomicBool>,
}

/// Whose words are counted.
#[derive(Debug, Clone, Copy, Default)]
enum Protocol {
    #[default]
    Postgres,
    Mysql,
}

/// One connection's count.
#[derive(Debug, Default)]
struct Talk {
    protocol: Protocol,
    ready: bool,
    server_spoke_last: bool,
    round_trips: usize,
    /// The part of a message that has not come yet: the type and length, then bytes to skip.
    head: Vec<u8>,
    skip: usize,
}

impl Talk {
    /// The client speaks. A goodbye (`Terminate`, `COM_QUIT`) is answered by nobody.
    fn client(&mut self, bytes: &[u8]) {
        let asks = match self.protocol {
            Protocol::Postgres => self.ready && bytes != b"X\0\0\0\x04",
            // Three bytes of length come before the number.
            Protocol::Mysql => bytes.get(3) == Some(&0) && bytes != b"\x01\0\0\0\x01",
        };
        if asks && self.server_spoke_last {
            self.round_trips += 1;
        }
        self.server_spoke_last = false;
    }

    /// The server speaks: a message is a type, a length that counts itself, and that many bytes.
    fn server(&mut self, bytes: &[u8]) {
        self.server_spoke_last = true;
        if self.ready || matches!(self.protocol, Protocol::Mysql) {
            return;
        }
        for &byte in bytes {
            if self.skip > 0 {
                self.skip -= 1;
                continue;
            }
            self.head.push(byte);
            if let [kind, a, b, c, d] = self.head[..] {
                let length = u32::from_be_bytes([a, b, c, d]) as usize;
                self.skip = length.saturating_sub(4);
                self.head.clear();
                self.ready |= kind == b'Z';
            }
        }
    }
}

impl Proxy {
    /// Listens on a free port and passes every connection on to `address`, where PostgreSQL is.
    ///
    /// # Errors
    ///
    /// If no port is free.
    pub fn to(address: String) -> std::io::Result<Self> {
        Self::before(address, Protocol::Postgres)
    }

    /// The same, where MySQL or MariaDB is.
    ///
    /// # Errors
    ///
    /// If no port is free.
    pub fn to_mysql(address: String) -> std::io::Result<Self> {
        Self::before(address, Protocol::Mysql)
    }

    fn before(address: String, protocol: Protocol) -> std::io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let port = listener.local_addr()?.port();
        let talks = Arc::new(Mutex::new(Vec::new()));
        let seen = talks.clone();
        let frozen = Arc::new(AtomicBool::new(false));
        let stands = frozen.clone();
        std::thread::spawn(move || {
            for client in listener.incoming().flatten() {
                if let Ok(server) = TcpStream::connect(&address) {
                    pass_on(client, server, protocol, &seen, &stands);
                }
            }
        });
        Ok(Self {
            port,
            talks,
            frozen,
        })
    }

    /// Where it listens.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// From now on nothing passes, as if the network stood still; or everything passes again.
    pub fn freeze(&self, frozen: bool) {
        self.frozen.store(frozen, Ordering::SeqCst);
    }

    /// Round trips of each connection since the last call.
    pub fn take(&self) -> Vec<usize> {
        let mut talks = self.talks.lock().unwrap_or_else(PoisonError::into_inner);
        talks.drain(..).map(|talk| talk.round_trips).collect()
    }
}

fn pass_on(
    client: TcpStream,
    server: TcpStream,
    protocol: Protocol,
    talks: &Arc<Mutex<Vec<Talk>>>,
    frozen: &Arc<AtomicBool>,
) {
    let index = {
        let mut talks = talks.lock().unwrap_or_else(PoisonError::into_inner);
        talks.push(Talk {
            protocol,
            ..Talk::default()
        });
        talks.len() - 1
    };
    let (Ok(client_out), Ok(server_out)) = (client.try_clone(), server.try_clone()) else {
        return;
    };
    let (heard, stands) = (talks.clone(), frozen.clone());
    copy(client, server_out, stands, move |bytes| {
        with(&heard, index, |talk| talk.client(bytes));
    });
    let (heard, stands) = (talks.clone(), frozen.clone());
    copy(server, client_out, stands, move |bytes| {
        with(&heard, index, |talk| talk.server(bytes));
    });
}

/// A count that was taken already hears no more.
fn with(talks: &Mutex<Vec<Talk>>, index: usize, hear: impl FnOnce(&mut Talk)) {
    let mut talks = talks.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(talk) = talks.get_mut(index) {
        hear(talk);
    }
}

fn copy(
    mut from: TcpStream,
    mut to: TcpStream,
    frozen: Arc<AtomicBool>,
    hear: impl Fn(&[u8]) + Send + 'static,
) {
    std::thread::spawn(move || {
        let mut buffer = vec![0; 1 << 16];
        while let Ok(count @ 1..) = from.read(&mut buffer) {
            while frozen.load(Ordering::SeqCst) {
                std::thread::sleep(Duration::from_millis(5));
            }
            hear(&buffer[..count]);
            if to.write_all(&buffer[..count]).is_err() {
                break;
            }
        }
        // The other side may have gone first.
        let _ = to.shutdown(Shutdown::Write);
    });
}
