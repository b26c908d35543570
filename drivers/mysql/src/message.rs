//! Sending many statements in as few messages as can be, and knowing which of them failed.
//!
//! The number of results that came is the failing statement's index, exactly: the module `answers`
//! says where a message has to end for that. No user variable, marker or extra statement is sent.

use aludel::driver::{At, Failure, FailureKind};
use mysql_async::prelude::Queryable;
use mysql_async::{Conn, Error, Row};

use crate::answers::{Travels, travels};
use crate::failure;

/// Longest text of a message, in bytes: beyond it a message costs memory and saves no time.
const MOST: usize = 4 << 20;

/// Between two statements. A line comment at a statement's end must not swallow it.
const SEPARATOR: &str = "\n;\n";

/// Sends statements in order and stops at the first failure, whose statement it names. `limit`:
/// the server's `max_allowed_packet`.
pub(crate) async fn send(
    conn: &mut Conn,
    statements: &[&str],
    limit: usize,
    asked: &(dyn Fn() -> bool + Sync),
) -> Result<(), Failure> {
    let mut first = 0;
    while first < statements.len() {
        let count = together(&statements[first..], limit);
        let mut completed = first;
        let sent = if statements[first].len() >= limit {
            Err(too_long(statements[first].len(), limit))
        } else if first > 0 && asked() {
            // Between two messages nothing runs that the server could stop.
            Err(Failure::new(
                FailureKind::Interrupted,
                "interrupted between two statements",
            ))
        } else {
            let text = statements[first..first + count].join(SEPARATOR);
            let walked = walk(conn, &text, count, &mut completed).await;
            walked.map_err(|error| failure::of(&error, asked()))
        };
        sent.map_err(|mut failure| {
            failure.completed = completed;
            failure.at = Some(At {
                statement: completed,
                offset: None,
            });
            failure
        })?;
        first += count;
    }
    Ok(())
}

/// How many of the statements make the next message: at least one.
fn together(statements: &[&str], limit: usize) -> usize {
    let most = MOST.min(limit.saturating_sub(1));
    let mut bytes = 0;
    let mut count = 0;
    for sql in statements {
        bytes += sql.len() + SEPARATOR.len();
        let travels = travels(sql);
        if count > 0 && (bytes > most || travels == Travels::Alone) {
            break;
        }
        count += 1;
        if travels != Travels::Anywhere {
            break;
        }
    }
    count
}

/// Runs a text of `count` statements and counts the results that came.
async fn walk(
    conn: &mut Conn,
    text: &str,
    count: usize,
    completed: &mut usize,
) -> Result<(), Error> {
    let last = *completed + count - 1;
    let mut result = conn.query_iter(text).await?;
    loop {
        let rows = !result.columns_ref().is_empty();
        // An error among this result's rows is this statement's. One that stands where the next
        // result should begin is kept by the client until it is asked for again, but a connection
        // that is lost there is told at once.
        if let Err(error) = result.collect::<Row>().await {
            if !rows && matches!(error, Error::Io(_)) {
                *completed = last.min(*completed + 1);
            }
            return Err(error);
        }
        // What the last statement answers beyond its first result is its own.
        let over = result.is_empty();
        *completed = last.min(*completed + 1);
        if over {
            result.collect::<Row>().await?;
            return Ok(());
        }
    }
}

fn too_long(length: usize, limit: usize) -> Failure {
    let mut failure = Failure::new(
        FailureKind::Refused,
        format!("the statement has {length} bytes and the server takes less than {limit}"),
    );
    failure.hint = Some("raise the server's max_allowed_packet and connect again".into());
    failure
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_end_where_results_could_not_be_counted() {
        assert_eq!(together(&["SELECT 1", "CALL p()", "SELECT 1"], 1 << 20), 2);
        assert_eq!(
            together(&["SELECT 1", "/*!1 DO 1 */", "SELECT 1"], 1 << 20),
            1
        );
        assert_eq!(together(&["/*!1 DO 1 */", "SELECT 1"], 1 << 20), 1);
    }

    #[test]
    fn messages_stay_below_the_limit() {
        assert_eq!(together(&["SELECT 1"; 10], 1 << 20), 10);
        assert_eq!(together(&["SELECT 1"; 10], 30), 2);
        assert_eq!(together(&["SELECT 1"; 10], 2), 1);
    }
}
