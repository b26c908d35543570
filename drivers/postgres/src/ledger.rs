//! Reading the ledger, and the lock that is taken with it in the same round trip.
//!
//! One message: a read-only READ COMMITTED transaction whose first statement takes the advisory
//! lock and says where the ledger is, and whose next ones read it. Under READ COMMITTED each
//! statement has its own snapshot, so what is read is never older than the lock (docs: PostgreSQL
//! manual, "Read Committed Isolation Level"). A session's advisory lock survives a rollback
//! ("Advisory Locks").
//!
//! Without a configured schema the tables are where the session's search path finds Diesel's table,
//! as Diesel itself does; the journal belongs beside it. If it is elsewhere, or a table is absent,
//! the tables that exist are read again by qualified names.
//!
//! Behind a pooler in transaction mode the lock stays with whichever server process took it. So a
//! process that holds it already counts as held by another, unless this session obtained it: two
//! runners do not both obtain it. It may be left over, and it is lost early if the pooler closes
//! that process; giving it back tells both. Such a pooler is not supported, only made less harmful.
//!
//! The lock's key is `hashtextextended('aludel:SCHEMA.TABLE', 0)`: all that matters is that every
//! runner on one server computes the same, and unlike md5 it works where cryptography is
//! restricted.
//!
//! Public for sessions on connections of other clients: two ways to the same lock and the same
//! tables would be none.

use aludel::driver::{Holder, ResultSet};
use aludel::ledger::{LedgerTables, Snapshot, sql};

use crate::dialect::{UTC, literal, qualified};

const BEGIN: &str = "BEGIN ISOLATION LEVEL READ COMMITTED READ ONLY";
const COMMIT: &str = "COMMIT";

/// A row `l` of pg_locks is the advisory lock `key` of this database (docs: PostgreSQL manual,
/// "pg_locks": the halves of a 64-bit key, and 1 for its kind).
const IS_KEY: &str = "\
l.locktype = 'advisory' AND l.granted AND l.objsubid = 1 \
AND l.database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = current_database()) \
AND ((l.classid::bigint << 32) | l.objid::bigint) = key";

/// This session's process holds the advisory lock `key`. A process is in one database only.
const IS_MINE: &str = "\
EXISTS (SELECT FROM pg_catalog.pg_lock_status() AS l WHERE l.pid = pg_backend_pid() \
AND l.locktype = 'advisory' AND l.granted AND l.objsubid = 1 \
AND ((l.classid::bigint << 32) | l.objid::bigint) = key)";

/// The schema of the table `found`, which the server gives in quotes where it needs them.
const SCHEMA_OF_LEDGER: &str = "\
(parse_ident((pg_identify_object('pg_catalog.pg_class'::regclass, found, 0)).schema))[1]";

/// Which lock the probe takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lock {
    /// None: it only looks.
    None,
    /// One that the session holds until it gives it back.
    Session,
    /// One that ends with the transaction that is open.
    Transaction,
}

/// The statements of the message, with or without the lock.
pub(crate) fn statements(tables: &LedgerTables, lock: Lock) -> Vec<String> {
    let schema = tables.schema.as_deref();
    vec![
        BEGIN.into(),
        UTC.into(),
        probe(tables, lock),
        select_ledger(schema, tables),
        select_journal(schema, tables),
        COMMIT.into(),
    ]
}

/// The statement that says where the ledger is, after it has tried for the lock. Its one row is for
/// [`Probe::read`].
pub fn probe(tables: &LedgerTables, lock: Lock) -> String {
    let schema = tables.schema.as_deref();
    let found = |table: &str| format!("to_regclass({})", literal(&qualified(schema, table)));
    let place = match schema {
        Some(schema) => literal(schema),
        None => format!("coalesce({SCHEMA_OF_LEDGER}, current_schema(), 'public')"),
    };
    let beside = |table: &str| {
        let table = literal(&format!(".{}", qualified(None, table)));
        format!("to_regclass(quote_ident(schema) || {table})")
    };
    let (mine, obtained) = match lock {
        Lock::Session => (
            IS_MINE,
            "CASE WHEN mine THEN false ELSE pg_try_advisory_lock(key) END",
        ),
        // No pooler changes the server's process within a transaction: what is held is ours.
        Lock::Transaction => ("false", "pg_try_advisory_xact_lock(key)"),
        Lock::None => ("false", "true"),
    };
    // OFFSET 0: each is computed once, and whether the lock is ours already before it is asked for.
    // A new server process knows no function, operator or table yet and looks up each that is named,
    // so there are few of them, and no joins and no views: with those the whole message took 3.5 ms
    // instead of 2.6.
    format!(
        "SELECT {obtained} AS obtained, key, schema, ledger IS NOT NULL AS ledger, \
         journal IS NOT NULL AS journal, ledger IS NOT DISTINCT FROM found \
         AND journal IS NOT DISTINCT FROM found_journal AS agrees, mine, pg_backend_pid() AS process \
         FROM (SELECT *, {mine} AS mine \
         FROM (SELECT *, hashtextextended('aludel:' || schema || {name}, 0) AS key, \
         {ledger} AS ledger, {journal} AS journal \
         FROM (SELECT *, {place}::text AS schema \
         FROM (SELECT {found} AS found, {found_journal} AS found_journal OFFSET 0) AS named \
         OFFSET 0) AS place OFFSET 0) AS keyed OFFSET 0) AS held",
        name = literal(&format!(".{}", tables.ledger)),
        ledger = beside(&tables.ledger),
        journal = beside(&tables.journal),
        found = found(&tables.ledger),
        found_journal = found(&tables.journal),
    )
}

fn select_ledger(schema: Option<&str>, tables: &LedgerTables) -> String {
    sql::select_applied(&qualified(schema, &tables.ledger))
}

fn select_journal(schema: Option<&str>, tables: &LedgerTables) -> String {
    sql::select_journal(&qualified(schema, &tables.journal))
}

/// What the first statement found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Probe {
    /// The lock was obtained, or was not asked for.
    pub obtained: bool,
    /// The lock's key, a number.
    pub key: String,
    schema: String,
    ledger: bool,
    journal: bool,
    /// The server's process holds the lock already.
    pub mine: bool,
    /// The server's process.
    pub process: String,
    /// The names as configured mean the tables in `schema`.
    pub agrees: bool,
}

impl Probe {
    /// Reads the row.
    pub fn read(result: &ResultSet) -> Option<Self> {
        let [row] = result.rows.as_slice() else {
            return None;
        };
        let text = |i: usize| row.get(i).cloned().flatten();
        let truth = |i: usize| text(i).as_deref() == Some("t");
        Some(Self {
            obtained: truth(0),
            // Pasted into statements later on.
            key: text(1).filter(|key| key.parse::<i64>().is_ok())?,
            schema: text(2)?,
            ledger: truth(3),
            journal: truth(4),
            agrees: truth(5),
            mine: truth(6),
            process: text(7)?,
        })
    }

    /// The statements that read the tables that exist, in the order in which
    /// [`Probe::snapshot`] wants their results.
    pub fn selects(&self, tables: &LedgerTables) -> Vec<String> {
        let schema = Some(self.schema.as_str());
        let mut reads = Vec::new();
        if self.ledger {
            reads.push(select_ledger(schema, tables));
        }
        if self.journal {
            reads.push(select_journal(schema, tables));
        }
        reads
    }

    /// The same as one transaction; none if nothing exists.
    pub(crate) fn reading(&self, tables: &LedgerTables) -> Vec<String> {
        let mut reads = self.selects(tables);
        if !reads.is_empty() {
            reads.insert(0, BEGIN.into());
            reads.push(COMMIT.into());
        }
        reads
    }

    /// The ledger, out of the results of the tables that exist.
    pub fn snapshot(
        &self,
        tables: &LedgerTables,
        mut results: impl Iterator<Item = ResultSet>,
    ) -> Snapshot {
        let mut snapshot = Snapshot::absent(tables.clone().in_schema(&self.schema));
        snapshot.ledger_exists = self.ledger;
        snapshot.journal_exists = self.journal;
        if self.ledger
            && let Some(result) = results.next()
        {
            snapshot.set_applied(result.rows);
        }
        if self.journal
            && let Some(result) = results.next()
        {
            snapshot.set_journal(result.rows);
        }
        snapshot
    }
}

/// The question who holds a key.
pub fn holder(key: &str) -> String {
    format!(
        "SELECT a.pid, a.usename, a.application_name, coalesce(host(a.client_addr), 'local'), \
         to_char(a.backend_start AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"') \
         FROM (SELECT {key}::bigint AS key) k, \
         pg_catalog.pg_locks l JOIN pg_catalog.pg_stat_activity a ON a.pid = l.pid WHERE {IS_KEY}"
    )
}

/// The holder in words; `None` if the lock became free meanwhile.
pub fn describe(result: &ResultSet, mine: bool) -> Option<Holder> {
    let row = result.rows.first()?;
    let text = |i: usize| row.get(i).and_then(Option::as_deref).unwrap_or_default();
    let mut words = Vec::new();
    for (label, value) in [
        ("user", text(1)),
        ("application", text(2)),
        ("address", text(3)),
        ("connected since", text(4)),
    ] {
        if !value.is_empty() {
            words.push(format!("{label} {value}"));
        }
    }
    if mine {
        words.push("on this very server process: a pooler stands between".into());
    }
    Some(Holder::new(text(0), words.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(cells: &[&str]) -> Vec<Option<String>> {
        cells.iter().map(|c| Some((*c).to_owned())).collect()
    }

    fn result(rows: Vec<Vec<Option<String>>>) -> ResultSet {
        ResultSet {
            columns: Vec::new(),
            rows,
        }
    }

    #[test]
    fn reads_only_what_exists() {
        let probe = Probe::read(&result(vec![row(&[
            "t", "-7", "s", "f", "t", "f", "f", "9",
        ])]))
        .unwrap();
        let tables = LedgerTables::default();
        let reading = probe.reading(&tables);
        assert_eq!(reading.len(), 3);
        assert!(reading[1].contains("FROM \"s\".\"__aludel_journal\""));
        let format = row(&["1", "x", "up", "done", "2", "2", "sha256:0", "1"]);
        let snapshot = probe.snapshot(&tables, [result(vec![format])].into_iter());
        assert!(!snapshot.ledger_exists && snapshot.journal_exists);
        assert_eq!(snapshot.tables.schema.as_deref(), Some("s"));
        assert_eq!(snapshot.format, Some(1));
    }

    #[test]
    fn a_key_is_a_number_or_nothing() {
        assert!(
            Probe::read(&result(vec![row(&[
                "t", "1; DROP", "s", "t", "t", "t", "f", "9"
            ])]))
            .is_none()
        );
    }

    #[test]
    fn quotes_names_inside_literals() {
        let tables = LedgerTables::default().in_schema("it's \"x\"");
        let sql = probe(&tables, Lock::Session);
        assert!(sql.contains("to_regclass('\"it''s \"\"x\"\"\".\"__diesel_schema_migrations\"')"));
    }
}
