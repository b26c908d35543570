//! `AsyncMysqlConnection`. The server has no lock that ends with a transaction: inside one, the
//! ledger is read with shared row locks, and the named lock is given back when the run ends. Until
//! the application commits, another runner waits at those rows and at the ledger's primary key.

use aludel::driver::{Failure, FailureKind, Holder, ResultSet};
use aludel::ledger::{LedgerTables, Snapshot, sql};
use aludel_mysql::{lock_name, server_of};
use diesel::deserialize::{self, FromSql, QueryableByName};
use diesel::mysql::data_types::MysqlTime;
use diesel::mysql::{Mysql, MysqlType, MysqlValue};
use diesel::row::{Field, NamedRow, Row};
use diesel::sql_types::{Datetime, Time};
use diesel_async::{AsyncMysqlConnection, RunQueryDsl, SimpleAsyncConnection};

use super::support::{failure, is_begun, spoil};
use super::{Attempt, Cancel, Found, Lend, Lock};

impl Lend for AsyncMysqlConnection {
    async fn look(&mut self) -> Result<Found, Failure> {
        let begun = is_begun(self)?;
        let found = self.rows("SELECT VERSION(), @@autocommit").await?;
        let row = found.rows.into_iter().next().unwrap_or_default();
        let text = |i: usize| row.get(i).cloned().flatten().unwrap_or_default();
        let server = server_of(&text(0)).map_err(|why| Failure::new(FailureKind::Refused, why))?;
        Ok(Found {
            server,
            in_transaction: begun || text(1) != "1" || keeps_savepoints(self).await?,
        })
    }

    async fn run(&mut self, sql: &str) -> Result<(), Failure> {
        self.batch_execute(sql).await.map_err(|e| failure(&e))
    }

    async fn rows(&mut self, sql: &str) -> Result<ResultSet, Failure> {
        let rows: Vec<TextRow> = diesel::sql_query(sql)
            .load(self)
            .await
            .map_err(|e| failure(&e))?;
        let mut result = ResultSet::default();
        for row in rows {
            result.columns = row.columns;
            result.rows.push(row.cells);
        }
        Ok(result)
    }

    async fn attempt(&mut self, tables: &LedgerTables, lock: Lock) -> Result<Attempt, Failure> {
        let tables = located(self, tables).await?;
        let key = lock_name(&tables);
        if lock != Lock::None {
            let sql = format!("SELECT GET_LOCK('{key}', 0)");
            if self.rows(&sql).await?.cell() != Some("1") {
                return Ok(Attempt::Held(self.holder(&tables).await?));
            }
        }
        match snapshot(self, tables, lock).await {
            Ok(snapshot) => {
                let key = (lock != Lock::None).then_some(key);
                Ok(Attempt::Obtained(Box::new(snapshot), key))
            }
            Err(failure) => {
                if lock != Lock::None {
                    // The first failure is the one to tell.
                    let _ = self.unlock(&key).await;
                }
                Err(failure)
            }
        }
    }

    async fn holder(&mut self, tables: &LedgerTables) -> Result<Option<Holder>, Failure> {
        let key = lock_name(&located(self, tables).await?);
        let used = self.rows(&format!("SELECT IS_USED_LOCK('{key}')")).await?;
        Ok(used.cell().map(|id| Holder::new(id, "another connection")))
    }

    async fn unlock(&mut self, key: &str) -> Result<(), Failure> {
        self.run(&format!("DO RELEASE_LOCK('{key}')")).await
    }

    fn canceller(&self) -> Cancel {
        let token = self.cancel_token();
        Box::new(move || {
            let token = token.clone();
            Box::pin(async move {
                // It is asked for again until the statement has ended.
                let _ = token.cancel_query().await;
            })
        })
    }

    fn spoil(&mut self) {
        spoil(self);
    }
}

/// Whether a savepoint outlives its statement: only inside a transaction.
async fn keeps_savepoints(connection: &mut AsyncMysqlConnection) -> Result<bool, Failure> {
    connection.run("SAVEPOINT aludel").await?;
    match connection.run("RELEASE SAVEPOINT aludel").await {
        Ok(()) => Ok(true),
        Err(failure) if failure.kind == FailureKind::Refused => Ok(false),
        Err(failure) => Err(failure),
    }
}

/// The tables with their schema: the connection's database where none is configured.
async fn located(
    connection: &mut AsyncMysqlConnection,
    tables: &LedgerTables,
) -> Result<LedgerTables, Failure> {
    if tables.schema.is_some() {
        return Ok(tables.clone());
    }
    let database = connection.rows("SELECT DATABASE()").await?;
    match database.cell() {
        Some(database) => Ok(tables.clone().in_schema(database)),
        None => Err(Failure::new(
            FailureKind::Refused,
            "the connection has no current database, and no schema is configured for the ledger",
        )),
    }
}

async fn snapshot(
    connection: &mut AsyncMysqlConnection,
    tables: LedgerTables,
    lock: Lock,
) -> Result<Snapshot, Failure> {
    let quote = |name: &str| format!("`{}`", name.replace('`', "``"));
    let literal = |text: &str| format!("'{}'", text.replace('\\', "\\\\").replace('\'', "''"));
    let schema = tables.schema.clone().unwrap_or_default();
    let found = connection
        .rows(&format!(
            "SELECT table_name FROM information_schema.tables \
             WHERE table_schema = {} AND table_name IN ({}, {})",
            literal(&schema),
            literal(&tables.ledger),
            literal(&tables.journal)
        ))
        .await?;
    let exists = |table: &str| {
        let mut names = found.rows.iter().flatten().flatten();
        names.any(|name| name.eq_ignore_ascii_case(table))
    };
    // What the transaction read before it had the lock may be older than the lock; a locking read
    // is not.
    let mode = match lock {
        Lock::Transaction => " LOCK IN SHARE MODE",
        Lock::None | Lock::Session => "",
    };
    let of = |table: &str| format!("{}.{}", quote(&schema), quote(table));
    let (ledger, journal) = (of(&tables.ledger), of(&tables.journal));
    let has = (exists(&tables.ledger), exists(&tables.journal));
    let mut snapshot = Snapshot::absent(tables);
    if has.0 {
        let select = sql::select_applied(&ledger) + mode;
        snapshot.set_applied(connection.rows(&select).await?.rows);
    }
    if has.1 {
        let select = sql::select_journal(&journal) + mode;
        snapshot.set_journal(connection.rows(&select).await?.rows);
    }
    Ok(snapshot)
}

/// A row, each value as text.
struct TextRow {
    columns: Vec<String>,
    cells: Vec<Option<String>>,
}

impl QueryableByName<Mysql> for TextRow {
    fn build<'a>(row: &impl NamedRow<'a, Mysql>) -> deserialize::Result<Self> {
        let mut columns = Vec::new();
        let mut cells = Vec::new();
        for index in 0..row.field_count() {
            let field = Row::get(row, index).ok_or("a field is missing")?;
            columns.push(field.field_name().unwrap_or_default().to_owned());
            cells.push(field.value().map(text).transpose()?);
        }
        Ok(Self { columns, cells })
    }
}

/// A prepared statement's value, which comes in binary, as text.
fn text(value: MysqlValue<'_>) -> deserialize::Result<String> {
    use diesel::sql_types::{BigInt, Double, Unsigned};
    Ok(match value.value_type() {
        MysqlType::Tiny | MysqlType::Short | MysqlType::Long | MysqlType::LongLong => {
            <i64 as FromSql<BigInt, Mysql>>::from_sql(value)?.to_string()
        }
        MysqlType::UnsignedTiny
        | MysqlType::UnsignedShort
        | MysqlType::UnsignedLong
        | MysqlType::UnsignedLongLong => {
            <u64 as FromSql<Unsigned<BigInt>, Mysql>>::from_sql(value)?.to_string()
        }
        MysqlType::Float | MysqlType::Double => {
            <f64 as FromSql<Double, Mysql>>::from_sql(value)?.to_string()
        }
        MysqlType::Time => {
            let time = <MysqlTime as FromSql<Time, Mysql>>::from_sql(value)?;
            clock(&time)
        }
        MysqlType::Date | MysqlType::DateTime | MysqlType::Timestamp => {
            let date_only = value.value_type() == MysqlType::Date;
            let time = <MysqlTime as FromSql<Datetime, Mysql>>::from_sql(value)?;
            let date = format!("{:04}-{:02}-{:02}", time.year, time.month, time.day);
            if date_only {
                date
            } else {
                format!("{date} {}", clock(&time))
            }
        }
        _ => String::from_utf8_lossy(value.as_bytes()).into_owned(),
    })
}

fn clock(time: &MysqlTime) -> String {
    let sign = if time.neg { "-" } else { "" };
    let hours = match time.time_type {
        diesel::mysql::data_types::MysqlTimestampType::MYSQL_TIMESTAMP_TIME => {
            time.day * 24 + time.hour
        }
        _ => time.hour,
    };
    let fraction = match time.second_part {
        0 => String::new(),
        micros => format!(".{micros:06}"),
    };
    format!(
        "{sign}{hours:02}:{:02}:{:02}{fraction}",
        time.minute, time.second
    )
}
