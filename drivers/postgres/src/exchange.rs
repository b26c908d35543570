//! One message and what comes back for it.

use std::pin::pin;

use aludel::driver::ResultSet;
use futures_util::StreamExt;
use tokio_postgres::{Client, SimpleQueryMessage};

use crate::failure::Problem;

/// What a message brought before it ended or failed.
pub(crate) struct Answer {
    /// The rows of each statement that returned some.
    pub(crate) results: Vec<ResultSet>,
    /// How many statements completed.
    pub(crate) completed: usize,
    /// What ended it early.
    pub(crate) problem: Option<Problem>,
}

/// Sends a message and collects its answer, as far as it comes.
pub(crate) async fn collect(
    client: &Client,
    sql: &str,
    answer: &mut Answer,
) -> Result<(), tokio_postgres::Error> {
    let mut stream = pin!(client.simple_query_raw(sql).await?);
    let mut rows: Option<ResultSet> = None;
    while let Some(message) = stream.next().await {
        match message? {
            SimpleQueryMessage::RowDescription(columns) => {
                rows = Some(ResultSet {
                    columns: columns.iter().map(|c| c.name().to_owned()).collect(),
                    rows: Vec::new(),
                });
            }
            SimpleQueryMessage::Row(row) => {
                if let Some(rows) = &mut rows {
                    let cells = (0..row.len()).map(|i| row.get(i).map(str::to_owned));
                    rows.rows.push(cells.collect());
                }
            }
            SimpleQueryMessage::CommandComplete(_) => {
                answer.completed += 1;
                answer.results.extend(rows.take());
            }
            _ => {}
        }
    }
    Ok(())
}
