//! One live connection.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use aludel::config::DatabaseUrl;
use aludel::driver::{
    ConnectOptions, Failure, FailureKind, Holder, Interrupt, LockAttempt, LockRequest, ResultSet,
    Server, Session, SessionState,
};
use aludel::ledger::{LedgerTables, Snapshot};
use futures_util::future::BoxFuture;
use mysql_async::prelude::Queryable;
use mysql_async::{Conn, DriverError, Error, Opts};

use crate::url::{self, Tls};
use crate::{failure, ledger, message};

pub(crate) struct MysqlSession {
    conn: Conn,
    server: Server,
    database: String,
    lock: Option<String>,
    stop: Arc<Stop>,
}

/// What it takes to stop a statement: another connection that kills it.
struct Stop {
    options: Opts,
    connection: u32,
    asked: AtomicBool,
}

impl MysqlSession {
    pub(crate) async fn connect(
        url: &DatabaseUrl,
        options: &ConnectOptions,
    ) -> Result<Self, Failure> {
        let parsed = url::parse(url)?;
        let database = url::database(url).unwrap_or_default();
        let opening = async {
            let secured = parsed.options.clone().ssl_opts(parsed.ssl(parsed.tls));
            let opts = Opts::from(secured);
            match Conn::new(opts.clone()).await {
                Err(Error::Driver(DriverError::NoClientSslFlagFromServer))
                    if parsed.tls == Tls::Preferred =>
                {
                    let plain = Opts::from(parsed.options.clone());
                    let conn = Conn::new(plain.clone()).await?;
                    Ok((conn, plain))
                }
                Err(error) => Err(error),
                Ok(conn) => Ok((conn, opts)),
            }
        };
        let opened = tokio::time::timeout(options.timeout, opening).await;
        let (mut conn, opts) = opened
            .map_err(|_| {
                let text = format!("no answer within {} s", options.timeout.as_secs());
                Failure::new(FailureKind::Connect, text)
            })?
            .map_err(|error| failure::connect(&error))?;
        let version: Option<String> = conn
            .query_first("SELECT VERSION()")
            .await
            .map_err(|error| failure::connect(&error))?;
        let server = server(&version.unwrap_or_default()).ok_or_else(|| {
            Failure::new(FailureKind::Connect, "the server's version cannot be read")
        })?;
        Ok(Self {
            server,
            database,
            lock: None,
            stop: Arc::new(Stop {
                options: opts,
                connection: conn.id(),
                asked: AtomicBool::new(false),
            }),
            conn,
        })
    }

    async fn snapshot(&mut self, tables: &LedgerTables) -> Result<Snapshot, Failure> {
        ledger::read(&mut self.conn, tables, &self.database).await
    }

    fn located(&self, tables: &LedgerTables) -> LedgerTables {
        match tables.schema {
            Some(_) => tables.clone(),
            None => tables.clone().in_schema(self.database.clone()),
        }
    }
}

/// `10.11.14-MariaDB-0+deb12u2`, `9.7.0`, `8.0.36-0ubuntu0`.
fn server(version: &str) -> Option<Server> {
    let flavour = if version.to_ascii_lowercase().contains("mariadb") {
        "mariadb"
    } else {
        "mysql"
    };
    // Replication-compatible MariaDB announces itself as `5.5.5-10.…`.
    let version = version.strip_prefix("5.5.5-").unwrap_or(version);
    let mut numbers = version.split(|c: char| !c.is_ascii_digit());
    let mut next = || numbers.next()?.parse().ok();
    Some(Server::new(flavour, next()?, next()?))
}

impl Session for MysqlSession {
    fn server(&self) -> &Server {
        &self.server
    }

    fn read<'a>(
        &'a mut self,
        tables: &'a LedgerTables,
    ) -> BoxFuture<'a, Result<Snapshot, Failure>> {
        Box::pin(self.snapshot(tables))
    }

    fn try_lock<'a>(
        &'a mut self,
        request: &'a LockRequest,
    ) -> BoxFuture<'a, Result<LockAttempt, Failure>> {
        Box::pin(async move {
            let name = ledger::lock_name(&self.located(&request.tables));
            let sql = format!("SELECT GET_LOCK('{name}', 0)");
            let (_, answer) = ledger::rows(&mut self.conn, &sql).await?;
            let obtained = answer.into_iter().flatten().flatten().next();
            if obtained.as_deref() != Some("1") {
                return Ok(LockAttempt::Held(
                    ledger::holder(&mut self.conn, &name).await?,
                ));
            }
            self.lock = Some(name);
            let snapshot = self.snapshot(&request.tables).await?;
            Ok(LockAttempt::Obtained(Box::new(snapshot)))
        })
    }

    fn holder<'a>(
        &'a mut self,
        request: &'a LockRequest,
    ) -> BoxFuture<'a, Result<Option<Holder>, Failure>> {
        Box::pin(async move {
            let name = ledger::lock_name(&self.located(&request.tables));
            ledger::holder(&mut self.conn, &name).await
        })
    }

    fn unlock<'a>(&'a mut self) -> BoxFuture<'a, Result<(), Failure>> {
        Box::pin(async move {
            if let Some(name) = self.lock.take() {
                let sql = format!("DO RELEASE_LOCK('{name}')");
                let done = self.conn.query_drop(sql).await;
                done.map_err(|error| failure::of(&error, false))?;
            }
            Ok(())
        })
    }

    fn send<'a>(&'a mut self, statements: &'a [&'a str]) -> BoxFuture<'a, Result<(), Failure>> {
        Box::pin(async move {
            self.stop.asked.store(false, Ordering::SeqCst);
            let stop = self.stop.clone();
            let asked = move || stop.asked.load(Ordering::SeqCst);
            let mut failure = match message::send(&mut self.conn, statements, &asked).await {
                Ok(()) => return Ok(()),
                Err(failure) => failure,
            };
            if failure.session == SessionState::Ready
                && self.conn.query_drop("ROLLBACK").await.is_err()
            {
                failure.session = SessionState::Dead;
            }
            Err(failure)
        })
    }

    fn query<'a>(&'a mut self, sql: &'a str) -> BoxFuture<'a, Result<ResultSet, Failure>> {
        Box::pin(async move {
            let (columns, rows) = ledger::rows(&mut self.conn, sql).await?;
            Ok(ResultSet { columns, rows })
        })
    }

    fn interrupt(&self) -> Arc<dyn Interrupt> {
        Arc::new(Interrupter(self.stop.clone()))
    }

    fn close(self: Box<Self>) -> BoxFuture<'static, ()> {
        Box::pin(async move {
            // The server frees the lock when the connection ends; a broken one has ended already.
            let _ = self.conn.disconnect().await;
        })
    }
}

struct Interrupter(Arc<Stop>);

impl Interrupt for Interrupter {
    fn interrupt(&self) -> BoxFuture<'static, ()> {
        let stop = self.0.clone();
        stop.asked.store(true, Ordering::SeqCst);
        Box::pin(async move {
            // If the server cannot be reached a second time, the first connection will tell.
            if let Ok(mut conn) = Conn::new(stop.options.clone()).await {
                let kill = format!("KILL QUERY {}", stop.connection);
                let _ = conn.query_drop(kill).await;
                let _ = conn.disconnect().await;
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_tell_flavours() {
        for (text, expected) in [
            ("10.11.14-MariaDB-0+deb12u2", Server::new("mariadb", 10, 11)),
            ("5.5.5-10.5.1-MariaDB", Server::new("mariadb", 10, 5)),
            ("9.7.0", Server::new("mysql", 9, 7)),
        ] {
            assert_eq!(server(text), Some(expected));
        }
    }
}
