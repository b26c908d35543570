//! What is asked of a session, read and owned: the host's bytes are gone when `submit` returns.

use std::ops::Range;
use std::time::Duration;

use aludel::config::DatabaseUrl;
use aludel::driver::ConnectOptions;
use aludel::ledger::LedgerTables;

use crate::abi::{op, status};
use crate::wire;

/// What is asked of a session.
pub(super) enum Request {
    Connect(Box<DatabaseUrl>, ConnectOptions),
    Read(LedgerTables),
    Lock(LedgerTables),
    Holder(LedgerTables),
    Unlock,
    Send(Statements),
    Deliver(Statements, Vec<Range<usize>>),
    Query(String),
    Close,
}

impl Request {
    /// Reads a request; if it cannot be read, the status that `submit` answers.
    pub(super) fn read(op: u32, head: &[u8], parts: &[&[u8]]) -> Result<Self, i32> {
        let bad = |_: wire::Unreadable| status::BAD;
        let tables = || {
            let request: wire::TablesRequest = wire::read(head).map_err(bad)?;
            Ok(request.tables.into())
        };
        match op {
            op::CONNECT => connect(&wire::read(head).map_err(bad)?),
            op::READ => tables().map(Self::Read),
            op::LOCK => tables().map(Self::Lock),
            op::HOLDER => tables().map(Self::Holder),
            op::UNLOCK => Ok(Self::Unlock),
            op::SEND => Statements::of(parts).map(Self::Send),
            op::DELIVER => {
                let statements = Statements::of(parts)?;
                let request: wire::Deliver = wire::read(head).map_err(bad)?;
                let transactions = request.transactions.into_iter();
                let transactions: Vec<_> = transactions.map(|(from, to)| from..to).collect();
                let within = |t: &Range<usize>| t.start < t.end && t.end <= parts.len();
                match transactions.iter().all(within) {
                    true => Ok(Self::Deliver(statements, transactions)),
                    false => Err(status::BAD),
                }
            }
            op::QUERY => match parts {
                [sql] => match std::str::from_utf8(sql) {
                    Ok(sql) => Ok(Self::Query(sql.to_owned())),
                    Err(_) => Err(status::BAD),
                },
                _ => Err(status::BAD),
            },
            op::CLOSE => Ok(Self::Close),
            _ => Err(status::UNSUPPORTED),
        }
    }
}

/// Statements, one after the other in one text: a message may have thousands.
pub(super) struct Statements {
    text: String,
    lengths: Vec<usize>,
}

impl Statements {
    fn of(parts: &[&[u8]]) -> Result<Self, i32> {
        let text = String::from_utf8(parts.concat()).map_err(|_| status::BAD)?;
        let lengths: Vec<usize> = parts.iter().map(|part| part.len()).collect();
        let statements = Self { text, lengths };
        // Two parts may make a text together that neither of them is.
        let mut end = 0;
        let whole = statements.lengths.iter().all(|length| {
            end += length;
            statements.text.is_char_boundary(end)
        });
        match whole {
            true => Ok(statements),
            false => Err(status::BAD),
        }
    }

    /// Each of them.
    pub(super) fn each(&self) -> Vec<&str> {
        let mut rest = self.text.as_str();
        let each = self.lengths.iter().map(|&length| {
            let (text, after) = rest.split_at(length);
            rest = after;
            text
        });
        each.collect()
    }
}

fn connect(request: &wire::Connect) -> Result<Request, i32> {
    // The host has read the same text already.
    let url = DatabaseUrl::parse(&request.url).map_err(|_| status::BAD)?;
    let mut options = ConnectOptions::new(request.access.into())
        .lock_timeout(Duration::from_millis(request.lock_timeout_ms));
    options.timeout = Duration::from_millis(request.timeout_ms);
    Ok(Request::Connect(Box::new(url), options))
}
