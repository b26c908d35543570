//! `AsyncPgConnection`. Rows come as JSON, because a prepared statement's values come in binary and
//! only their own types can read them.

use aludel::driver::{Failure, FailureKind, Holder, ResultSet};
use aludel::ledger::{LedgerTables, Snapshot};
use aludel_postgres::ledger::{self, Probe};
use diesel::deserialize::{self, FromSql, QueryableByName};
use diesel::pg::Pg;
use diesel::row::{Field, NamedRow, Row};
use diesel::sql_types::Text;
use diesel_async::{AsyncPgConnection, RunQueryDsl, SimpleAsyncConnection};
use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::support::{failure, is_begun, spoil};
use super::{Attempt, Cancel, Found, Lend, Lock};

impl Lend for AsyncPgConnection {
    async fn look(&mut self) -> Result<Found, Failure> {
        let begun = is_begun(self)?;
        // A local setting lives as long as its transaction: if the next statement still sees it,
        // somebody began one by SQL. No warning is written to the server's log.
        self.rows("SELECT set_config('aludel.probe', 'open', true) AS probe")
            .await?;
        let found = self
            .rows(
                "SELECT current_setting('server_version') AS version, \
                 current_setting('aludel.probe', true) AS probe, \
                 current_setting('transaction_isolation') AS isolation",
            )
            .await?;
        let row = found.rows.into_iter().next().unwrap_or_default();
        let text = |i: usize| row.get(i).cloned().flatten().unwrap_or_default();
        let in_transaction = begun || text(1) == "open";
        if in_transaction && text(2) != "read committed" {
            let mut failure = Failure::new(
                FailureKind::Refused,
                format!(
                    "the transaction that is open is `{}`, so the ledger could be read as it was before \
                     the lock was obtained",
                    text(2)
                ),
            );
            failure.hint = Some("begin it with READ COMMITTED".into());
            return Err(failure);
        }
        Ok(Found {
            server: aludel_postgres::server_of(&text(0)),
            in_transaction,
        })
    }

    async fn run(&mut self, sql: &str) -> Result<(), Failure> {
        self.batch_execute(sql).await.map_err(|e| failure(&e))
    }

    async fn rows(&mut self, sql: &str) -> Result<ResultSet, Failure> {
        let sql = sql.trim_end().trim_end_matches(';');
        // The line break ends a comment at the end of the statement.
        let wrapped = format!("SELECT row_to_json(q)::text AS row FROM ({sql}\n) AS q");
        let rows: Vec<JsonRow> = diesel::sql_query(wrapped)
            .load(self)
            .await
            .map_err(|e| failure(&e))?;
        let mut result = ResultSet::default();
        for JsonRow(json) in rows {
            let row: Ordered = serde_json::from_str(&json).map_err(|error| {
                Failure::new(FailureKind::Refused, format!("a row is no JSON: {error}"))
            })?;
            let (columns, cells) = row.0.into_iter().unzip();
            result.columns = columns;
            result.rows.push(cells);
        }
        Ok(result)
    }

    async fn attempt(&mut self, tables: &LedgerTables, lock: Lock) -> Result<Attempt, Failure> {
        let lock = match lock {
            Lock::None => ledger::Lock::None,
            Lock::Session => ledger::Lock::Session,
            Lock::Transaction => ledger::Lock::Transaction,
        };
        let probe = probe(self, tables, lock).await?;
        if !probe.obtained {
            let holder = self.rows(&ledger::holder(&probe.key)).await?;
            return Ok(Attempt::Held(ledger::describe(&holder, probe.mine)));
        }
        let key = (lock == ledger::Lock::Session).then(|| probe.key.clone());
        match snapshot(self, &probe, tables).await {
            Ok(snapshot) => Ok(Attempt::Obtained(Box::new(snapshot), key)),
            Err(failure) => {
                if let Some(key) = key {
                    // The first failure is the one to tell.
                    let _ = self.unlock(&key).await;
                }
                Err(failure)
            }
        }
    }

    async fn holder(&mut self, tables: &LedgerTables) -> Result<Option<Holder>, Failure> {
        let probe = probe(self, tables, ledger::Lock::None).await?;
        let holder = self.rows(&ledger::holder(&probe.key)).await?;
        Ok(ledger::describe(&holder, false))
    }

    async fn unlock(&mut self, key: &str) -> Result<(), Failure> {
        let answer = self
            .rows(&format!("SELECT pg_advisory_unlock({key}) AS unlocked"))
            .await?;
        if answer.cell() == Some("t") {
            return Ok(());
        }
        Err(Failure::new(
            FailureKind::Refused,
            "the lock of the ledger was not held to the end, or is held still",
        ))
    }

    fn canceller(&self) -> Cancel {
        let token = self.cancel_token();
        Box::new(move || {
            let token = token.clone();
            Box::pin(async move {
                // It is asked for again until the statement has ended.
                let _ = token.cancel_query(tokio_postgres::NoTls).await;
            })
        })
    }

    fn spoil(&mut self) {
        spoil(self);
    }
}

async fn probe(
    connection: &mut AsyncPgConnection,
    tables: &LedgerTables,
    lock: ledger::Lock,
) -> Result<Probe, Failure> {
    let answer = connection.rows(&ledger::probe(tables, lock)).await?;
    Probe::read(&answer).ok_or_else(|| {
        Failure::new(
            FailureKind::Refused,
            "the server answered the reading of the ledger with nothing",
        )
    })
}

async fn snapshot(
    connection: &mut AsyncPgConnection,
    probe: &Probe,
    tables: &LedgerTables,
) -> Result<Snapshot, Failure> {
    let mut results = Vec::new();
    for select in probe.selects(tables) {
        results.push(connection.rows(&select).await?);
    }
    Ok(probe.snapshot(tables, results.into_iter()))
}

/// One row as one text.
struct JsonRow(String);

impl QueryableByName<Pg> for JsonRow {
    fn build<'a>(row: &impl NamedRow<'a, Pg>) -> deserialize::Result<Self> {
        let field = Row::get(row, 0).ok_or("the row is empty")?;
        let value = field.value().ok_or("the row is NULL")?;
        <String as FromSql<Text, Pg>>::from_sql(value).map(Self)
    }
}

/// An object's members in their order, each as PostgreSQL shows it. A map would lose the order, and
/// columns of one name.
struct Ordered(Vec<(String, Option<String>)>);

impl<'de> Deserialize<'de> for Ordered {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Members;
        impl<'de> Visitor<'de> for Members {
            type Value = Ordered;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Ordered, A::Error> {
                let mut members = Vec::new();
                while let Some((name, value)) = map.next_entry::<String, &RawValue>()? {
                    members.push((name, text(value)));
                }
                Ok(Ordered(members))
            }
        }
        deserializer.deserialize_map(Members)
    }
}

/// A JSON value as the engine's own text of it: numbers keep their digits.
fn text(value: &RawValue) -> Option<String> {
    match value.get() {
        "null" => None,
        "true" => Some("t".into()),
        "false" => Some("f".into()),
        json => Some(serde_json::from_str(json).unwrap_or_else(|_| json.to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_keeps_its_order_its_digits_and_equal_names() {
        let json = r#"{"b":1.10,"a":true,"b":null,"c":"it's","d":[1,2]}"#;
        let row: Ordered = serde_json::from_str(json).expect("JSON");
        let cells: Vec<_> = row
            .0
            .iter()
            .map(|(n, v)| (n.as_str(), v.as_deref()))
            .collect();
        assert_eq!(
            cells,
            [
                ("b", Some("1.10")),
                ("a", Some("t")),
                ("b", None),
                ("c", Some("it's")),
                ("d", Some("[1,2]")),
            ]
        );
    }
}
