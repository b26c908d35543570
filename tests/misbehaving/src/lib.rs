//! A driver that does on demand what no driver should: it panics in each of its functions, takes its
//! time, and tells secrets. Its database is nothing at all.
//!
//! What it does is asked for by the URL (`misbehaving:panic`, `misbehaving:slow`, `misbehaving:tell`) and by
//! statements (`PANIC`, `SLEEP n`, `DROP PANIC`, `TELL`, `LOG`).

use std::sync::Arc;
use std::time::Duration;

use aludel::config::DatabaseUrl;
use aludel::driver::{
    Capabilities, ConnectOptions, Dialect, Driver, DriverInfo, Failure, FailureKind, Interrupt,
    LockAttempt, LockKind, LockRequest, ResultSet, Server, Session,
};
use aludel::ledger::{LedgerTables, Snapshot};
use aludel::sql::Syntax;
use futures_util::future::BoxFuture;
use tokio::sync::Notify;

aludel_plugin::export_driver!(Misbehaving);

struct Misbehaving;

static INFO: DriverInfo = DriverInfo {
    name: "misbehaving",
    version: "0.0.1",
    schemes: &[("misbehaving", "misbehaving")],
    flavours: &["misbehaving"],
    floor: &[("misbehaving", 1, 0)],
};

impl Driver for Misbehaving {
    fn info(&self) -> &DriverInfo {
        &INFO
    }

    fn dialect(&self, server: &Server) -> Result<Arc<dyn Dialect>, String> {
        match server.version() {
            (13, _) => panic!("no thirteenth version"),
            _ => Ok(Arc::new(Words {
                server: server.clone(),
                capabilities: Capabilities::new(true, LockKind::Transaction),
            })),
        }
    }

    fn catalog(&self, url: &DatabaseUrl) -> Option<String> {
        assert!(url.path() != "catalog", "no catalog");
        None
    }

    fn connect<'a>(
        &'a self,
        url: &'a DatabaseUrl,
        _options: &'a ConnectOptions,
    ) -> BoxFuture<'a, Result<Box<dyn Session>, Failure>> {
        Box::pin(async move {
            match url.path() {
                "panic" => panic!("connected to nothing"),
                "slow" => tokio::time::sleep(Duration::from_millis(5)).await,
                "hang" => std::future::pending().await,
                "tell" => {
                    let text = format!("cannot connect to {}", url.secret());
                    return Err(Failure::new(FailureKind::Connect, text));
                }
                _ => {}
            }
            Ok(Box::new(Nothing {
                url: url.secret().to_owned(),
                server: Server::new("misbehaving", 1, 0),
                stop: Arc::default(),
                panic_on_drop: false,
            }) as Box<dyn Session>)
        })
    }
}

struct Words {
    server: Server,
    capabilities: Capabilities,
}

impl Dialect for Words {
    fn server(&self) -> &Server {
        &self.server
    }
    fn syntax(&self) -> Syntax {
        Syntax::Sqlite
    }
    fn names(&self) -> &[&'static str] {
        &["misbehaving"]
    }
    fn capabilities(&self) -> &Capabilities {
        &self.capabilities
    }
    fn default_schema(&self) -> Option<&'static str> {
        None
    }
    fn create_ledger(&self, tables: &LedgerTables) -> Vec<String> {
        assert!(tables.journal != "panic", "no such journal");
        vec!["MAKE".into()]
    }
}

struct Nothing {
    url: String,
    server: Server,
    stop: Arc<Stop>,
    panic_on_drop: bool,
}

/// A request to stop: kept until the statement that it is for has seen it.
#[derive(Default)]
struct Stop(Notify);

impl Interrupt for Stop {
    fn interrupt(&self) -> BoxFuture<'static, ()> {
        self.0.notify_one();
        Box::pin(async {})
    }
}

impl Nothing {
    async fn run(&mut self, sql: &str) -> Result<(), Failure> {
        if let Some(millis) = sql.strip_prefix("SLEEP ") {
            let millis = millis.parse().unwrap_or(0);
            let pause = tokio::time::sleep(Duration::from_millis(millis));
            return tokio::select! {
                () = pause => Ok(()),
                () = self.stop.0.notified() => Err(Failure::new(FailureKind::Interrupted, "interrupted")),
            };
        }
        match sql {
            "PANIC" => panic!("a panic in a statement of {}", self.url),
            "DROP PANIC" => self.panic_on_drop = true,
            "HANG" => std::future::pending().await,
            "TELL" => {
                log::error!("logged in to {}", self.url);
                let text = format!("the server at {} is unwell", self.url);
                return Err(Failure::new(FailureKind::Refused, text));
            }
            _ => {}
        }
        Ok(())
    }
}

impl Drop for Nothing {
    fn drop(&mut self) {
        assert!(!self.panic_on_drop, "a panic while a session is dropped");
    }
}

impl Session for Nothing {
    fn server(&self) -> &Server {
        &self.server
    }

    fn read<'a>(
        &'a mut self,
        tables: &'a LedgerTables,
    ) -> BoxFuture<'a, Result<Snapshot, Failure>> {
        Box::pin(async { Ok(Snapshot::absent(tables.clone())) })
    }

    fn try_lock<'a>(
        &'a mut self,
        request: &'a LockRequest,
    ) -> BoxFuture<'a, Result<LockAttempt, Failure>> {
        let snapshot = Snapshot::absent(request.tables.clone());
        Box::pin(async { Ok(LockAttempt::Obtained(Box::new(snapshot))) })
    }

    fn unlock<'a>(&'a mut self) -> BoxFuture<'a, Result<(), Failure>> {
        Box::pin(async { Ok(()) })
    }

    fn send<'a>(&'a mut self, statements: &'a [&'a str]) -> BoxFuture<'a, Result<(), Failure>> {
        Box::pin(async move {
            for sql in statements {
                self.run(sql).await?;
            }
            Ok(())
        })
    }

    /// The buffers that this library has given away and not got back: none but the answer itself.
    fn query<'a>(&'a mut self, _sql: &'a str) -> BoxFuture<'a, Result<ResultSet, Failure>> {
        Box::pin(async {
            Ok(ResultSet {
                columns: vec!["live".into()],
                rows: vec![vec![Some(aludel_plugin::abi::Buffer::live().to_string())]],
            })
        })
    }

    fn interrupt(&self) -> Arc<dyn Interrupt> {
        self.stop.clone()
    }

    fn close(self: Box<Self>) -> BoxFuture<'static, ()> {
        Box::pin(async move { drop(self) })
    }
}
