//! One live connection.

use std::sync::Arc;

use aludel::config::DatabaseUrl;
use aludel::driver::{
    ConnectOptions, Failure, FailureKind, Holder, Interrupt, LockAttempt, LockRequest, ResultSet,
    Server, Session, SessionState,
};
use aludel::ledger::{LedgerTables, Snapshot};
use futures_util::future::BoxFuture;
use mysql_async::prelude::Queryable;
use mysql_async::{Conn, DriverError, Error, Opts, Row};

use crate::reset::opening;
use crate::stop::{Interrupter, Stop};
use crate::url::{self, Tls};
use crate::{failure, ledger, message};

/// A session begins as a printed script does: what a view or a procedure records of character set
/// and mode is then the same.
const OPENING: &str = concat!(
    opening!(),
    "; SELECT VERSION(), CONNECTION_ID(), @@max_allowed_packet"
);

pub(crate) struct MysqlSession {
    conn: Conn,
    server: Server,
    database: String,
    lock: Option<String>,
    /// The server's `max_allowed_packet`.
    limit: usize,
    /// How many messages were sent.
    messages: u64,
    stop: Arc<Stop>,
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
        let place = &parsed.place;
        let opened = tokio::time::timeout(options.timeout, opening).await;
        let (mut conn, opts) = opened
            .map_err(|_| {
                let seconds = options.timeout.as_secs();
                let text = format!("cannot connect to {place}: no answer within {seconds} s");
                Failure::new(FailureKind::Connect, text)
            })?
            .map_err(|error| failure::connect(place, &error))?;
        let (version, connection, limit) = opening_answer(&mut conn)
            .await
            .map_err(|error| failure::connect(place, &error))?
            .ok_or_else(|| {
                Failure::new(FailureKind::Connect, "the server does not say what it is")
            })?;
        let server = server_of(&version).map_err(|why| Failure::new(FailureKind::Connect, why))?;
        Ok(Self {
            server,
            database,
            lock: None,
            limit,
            messages: 0,
            stop: Arc::new(Stop::new(opts, connection)),
            conn,
        })
    }

    async fn snapshot(&mut self, tables: &LedgerTables) -> Result<Snapshot, Failure> {
        let found = ledger::read(&mut self.conn, tables, &self.database, None).await?;
        Ok(found.snapshot)
    }

    fn located(&self, tables: &LedgerTables) -> LedgerTables {
        match tables.schema {
            Some(_) => tables.clone(),
            None => tables.clone().in_schema(self.database.clone()),
        }
    }
}

/// Version, connection number and packet limit, in one round trip. The number is the server's own:
/// the greeting's may be a proxy's, or cut to 32 bits.
async fn opening_answer(conn: &mut Conn) -> Result<Option<(String, String, usize)>, Error> {
    let mut result = conn.query_iter(OPENING).await?;
    result.collect::<Row>().await?;
    let rows: Vec<(String, String, usize)> = result.collect_and_drop().await?;
    Ok(rows.into_iter().next())
}

/// The server of a `VERSION()`: `10.11.14-MariaDB-0+deb12u2`, `9.7.0`, `8.0.36-0ubuntu0`.
///
/// # Errors
///
/// If the text cannot be read, or the server is one that guards do not hold on.
pub fn server_of(version: &str) -> Result<Server, String> {
    let flavour = if version.to_ascii_lowercase().contains("mariadb") {
        "mariadb"
    } else {
        "mysql"
    };
    // Replication-compatible MariaDB announces itself as `5.5.5-10.…`.
    let numbers = version.strip_prefix("5.5.5-").unwrap_or(version);
    let mut numbers = numbers.split(|c: char| !c.is_ascii_digit());
    let mut next = || numbers.next()?.parse::<u32>().ok();
    let (Some(major), Some(minor)) = (next(), next()) else {
        return Err(format!("the server's version `{version}` cannot be read"));
    };
    if flavour == "mysql" && (major, minor) == (8, 0) && next().unwrap_or_default() < 16 {
        return Err(format!(
            "MySQL {version} does not enforce CHECK, which guards need: 8.0.16 or newer is needed"
        ));
    }
    Ok(Server::new(flavour, major, minor))
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
            // The server counts: what is taken twice has to be given back twice.
            let wanted = (self.lock.as_ref() != Some(&name)).then_some(name.as_str());
            let (tables, database) = (&request.tables, &self.database);
            let found = ledger::read(&mut self.conn, tables, database, wanted).await?;
            if !found.obtained {
                let holder = ledger::holder(&mut self.conn, &name).await?;
                return Ok(LockAttempt::Held(holder));
            }
            self.lock = Some(name);
            Ok(LockAttempt::Obtained(Box::new(found.snapshot)))
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
            self.messages += 1;
            self.stop.begin(self.messages).await;
            let stop = self.stop.clone();
            let asked = move || stop.asked();
            let sent = message::send(&mut self.conn, statements, self.limit, &asked).await;
            self.stop.end().await;
            let Err(mut failure) = sent else {
                return Ok(());
            };
            if failure.session == SessionState::Ready
                && self.conn.query_drop("ROLLBACK").await.is_err()
            {
                failure.session = SessionState::Dead;
            }
            if failure.kind == FailureKind::Lost && self.stop.ended() {
                failure.message = "the server stopped answering when the statement was cancelled, and its connection was ended".into();
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_tell_flavours() {
        for (text, expected) in [
            ("10.11.14-MariaDB-0+deb12u2", Server::new("mariadb", 10, 11)),
            ("5.5.5-10.5.1-MariaDB", Server::new("mariadb", 10, 5)),
            ("9.7.0", Server::new("mysql", 9, 7)),
            ("8.0.36-0ubuntu0.22.04.1", Server::new("mysql", 8, 0)),
        ] {
            assert_eq!(server_of(text), Ok(expected));
        }
    }

    #[test]
    fn a_server_that_does_not_enforce_checks_is_refused() {
        assert!(server_of("8.0.15").is_err());
        assert!(server_of("nonsense").is_err());
    }
}
