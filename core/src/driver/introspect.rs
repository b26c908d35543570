//! Reading what a live database holds into the schema model.

use super::{Dialect, Failure, ResultSet, Session};
use crate::ledger::LedgerTables;
use crate::schema::{Name, Schema};

/// The reading half of a dialect: queries go out, their answers come back as a schema.
///
/// Data in, data out: it holds no connection, and a session knows nothing of schemas. [`introspect`]
/// brings the two together.
pub trait Introspect: Send + Sync {
    /// The statements that read a whole schema, in order. None writes.
    fn queries(&self) -> Vec<&str>;

    /// The schema, from the answer to each query in their order.
    ///
    /// Names in the schema that the session is connected to have no schema of their own. What
    /// the engine's own parts and extensions hold is left out.
    ///
    /// # Errors
    ///
    /// If an answer is not what the query asks for: what, in words.
    fn schema(&self, answers: &[ResultSet]) -> Result<Schema, String>;
}

/// Why a live schema could not be read.
#[derive(Debug, thiserror::Error)]
pub enum IntrospectError {
    /// The dialect cannot.
    #[error("the schema of `{0}` cannot be read")]
    Unsupported(String),
    /// The database refused a query.
    #[error("{0}")]
    Refused(Failure),
    /// An answer was not understood: a mistake in the driver, or a server that it does not know.
    #[error("the database's answer about its schema was not understood: {0}")]
    Answer(String),
}

/// Reads the schema that a session is connected to, without the ledger's tables.
///
/// # Errors
///
/// [`IntrospectError`]. Nothing is written.
pub async fn introspect(
    session: &mut dyn Session,
    dialect: &dyn Dialect,
    ledger: &LedgerTables,
) -> Result<Schema, IntrospectError> {
    let unsupported = || IntrospectError::Unsupported(dialect.server().to_string());
    let introspect = dialect.introspect().ok_or_else(unsupported)?;
    let mut answers = Vec::new();
    for query in introspect.queries() {
        let answer = session.query(query).await;
        answers.push(answer.map_err(IntrospectError::Refused)?);
    }
    let mut schema = introspect
        .schema(&answers)
        .map_err(IntrospectError::Answer)?;
    leave_out(&mut schema, ledger);
    Ok(schema)
}

/// Reads a truth value that an engine's JSON writes as a number. For a driver's
/// [`Introspect`], which reads its answers by [`ResultSet::documents`].
///
/// ```
/// #[derive(serde::Deserialize)]
/// struct Column {
///     #[serde(deserialize_with = "aludel::driver::flag")]
///     nullable: bool,
/// }
///
/// let column: Column = serde_json::from_str(r#"{"nullable": 1}"#)?;
/// assert!(column.nullable);
/// # Ok::<(), serde_json::Error>(())
/// ```
///
/// # Errors
///
/// If it is neither a truth value nor a number.
pub fn flag<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    #[derive(serde::Deserialize)]
    #[serde(untagged)]
    enum Flag {
        Bool(bool),
        Number(i64),
    }
    Ok(match serde::Deserialize::deserialize(deserializer)? {
        Flag::Bool(value) => value,
        Flag::Number(number) => number != 0,
    })
}

/// Takes the ledger's tables out of a schema, with their sequences.
fn leave_out(schema: &mut Schema, ledger: &LedgerTables) {
    for table in [&ledger.ledger, &ledger.journal] {
        let mut names = vec![Name::bare(table.clone())];
        if let Some(schema) = &ledger.schema {
            names.push(Name::qualified(schema.clone(), table.clone()));
        }
        for name in names {
            let sequences: Vec<Name> = schema
                .sequences_of(&name)
                .map(|sequence| sequence.name.clone())
                .collect();
            if schema.remove_table(&name).is_some() {
                for sequence in sequences {
                    schema.remove_sequence(&sequence);
                }
            }
        }
    }
}
