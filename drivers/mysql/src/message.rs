//! Sending many statements in one message, and knowing which of them failed.
//!
//! The server answers each statement with one result, and an error ends the answers: the number of
//! results is the failing statement's. A procedure that is called may answer with any number, so
//! messages with a CALL are marked: a user variable says which statement has begun, and it survives
//! the error.

use aludel::driver::{At, Failure};
use mysql_async::prelude::Queryable;
use mysql_async::{Conn, Error, Row};

use crate::failure;

/// Longest text of a message, in bytes: well below the smallest usual `max_allowed_packet`.
const MOST: usize = 4 << 20;

/// Sends statements in order and stops at the first failure, whose statement it names.
pub(crate) async fn send(
    conn: &mut Conn,
    statements: &[&str],
    asked: &(dyn Fn() -> bool + Sync),
) -> Result<(), Failure> {
    let mut first = 0;
    while first < statements.len() {
        let mut bytes = 0;
        let count = statements[first..]
            .iter()
            .take_while(|sql| {
                bytes += sql.len();
                bytes <= MOST
            })
            .count()
            .max(1);
        send_one(conn, &statements[first..first + count], first, asked).await?;
        first += count;
    }
    Ok(())
}

async fn send_one(
    conn: &mut Conn,
    statements: &[&str],
    base: usize,
    asked: &(dyn Fn() -> bool + Sync),
) -> Result<(), Failure> {
    let marked = statements.len() > 1 && statements.iter().any(|sql| may_return_several(sql));
    let mut text = String::new();
    for (index, sql) in statements.iter().enumerate() {
        if marked {
            text.push_str(&format!("SET @aludel_at = {index};\n"));
        }
        // A line comment at the end must not swallow the separator.
        text.push_str(sql);
        text.push_str("\n;\n");
    }
    let mut completed = 0;
    let Err(error) = walk(conn, &text, &mut completed).await else {
        return Ok(());
    };
    let mut failure = failure::of(&error, asked());
    if marked
        && let Ok(Some(Some(at))) = conn
            .query_first::<Option<usize>, _>("SELECT @aludel_at")
            .await
    {
        completed = at;
    }
    failure.completed = base + completed;
    failure.at = Some(At {
        statement: base + completed,
        offset: None,
    });
    Err(failure)
}

/// Runs a text and counts the results that came.
async fn walk(conn: &mut Conn, text: &str, completed: &mut usize) -> Result<(), Error> {
    let mut result = conn.query_iter(text).await?;
    loop {
        // An error among this result's rows is this statement's; one that stands where the next
        // result should begin is kept by the client until it is asked for again.
        result.collect::<Row>().await?;
        *completed += 1;
        if result.is_empty() {
            result.collect::<Row>().await?;
            return Ok(());
        }
    }
}

/// Whether a statement may answer with several results.
fn may_return_several(sql: &str) -> bool {
    let upper = sql.to_ascii_uppercase();
    upper.contains("CALL") || upper.contains("NOT ATOMIC")
}
