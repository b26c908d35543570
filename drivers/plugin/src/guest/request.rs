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
    Send(Vec<String>),
    Deliver(Vec<String>, Vec<Range<usize>>),
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
        let text = |part: &&[u8]| {
            let text = std::str::from_utf8(part).map_err(|_| status::BAD)?;
            Ok::<_, i32>(text.to_owned())
        };
        match op {
            op::CONNECT => connect(&wire::read(head).map_err(bad)?),
            op::READ => tables().map(Self::Read),
            op::LOCK => tables().map(Self::Lock),
            op::HOLDER => tables().map(Self::Holder),
            op::UNLOCK => Ok(Self::Unlock),
            op::SEND => {
                let statements = parts.iter().map(text).collect::<Result<_, _>>()?;
                Ok(Self::Send(statements))
            }
            op::DELIVER => {
                let statements: Vec<_> = parts.iter().map(text).collect::<Result<_, _>>()?;
                let request: wire::Deliver = wire::read(head).map_err(bad)?;
                let transactions = request.transactions.into_iter();
                let transactions: Vec<_> = transactions.map(|(from, to)| from..to).collect();
                let within = |t: &Range<usize>| t.start < t.end && t.end <= statements.len();
                match transactions.iter().all(within) {
                    true => Ok(Self::Deliver(statements, transactions)),
                    false => Err(status::BAD),
                }
            }
            op::QUERY => match parts {
                [sql] => text(sql).map(Self::Query),
                _ => Err(status::BAD),
            },
            op::CLOSE => Ok(Self::Close),
            _ => Err(status::UNSUPPORTED),
        }
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
