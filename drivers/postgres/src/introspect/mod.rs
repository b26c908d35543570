//! What a live PostgreSQL database holds, as the schema model.
//!
//! Each query answers with one JSON document a row, so that what is text, a number, a list or
//! absent is not guessed. Expressions arrive as PostgreSQL prints them and are read by the same
//! parser as the author's; what it does not understand marks the table as opaque.
//!
//! Deliberately absent: what belongs to an extension or to the server, functions, policies,
//! and whatever else the model does not hold.

mod build;
mod rows;

use aludel::driver::{Introspect, ResultSet};
use aludel::schema::Schema;

use build::Build;

/// The reading half of PostgreSQL's dialect.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PostgresIntrospect;

const QUERIES: [&str; 10] = [
    include_str!("schemas.sql"),
    include_str!("enums.sql"),
    include_str!("domains.sql"),
    include_str!("tables.sql"),
    include_str!("columns.sql"),
    include_str!("constraints.sql"),
    include_str!("indexes.sql"),
    include_str!("sequences.sql"),
    include_str!("views.sql"),
    include_str!("triggers.sql"),
];

impl Introspect for PostgresIntrospect {
    fn queries(&self) -> Vec<&str> {
        QUERIES.to_vec()
    }

    fn schema(&self, answers: &[ResultSet]) -> Result<Schema, String> {
        let [
            schemas,
            enums,
            domains,
            tables,
            columns,
            constraints,
            indexes,
            sequences,
            views,
            triggers,
        ] = answers
        else {
            let count = answers.len();
            return Err(format!("{count} answers to {} queries", QUERIES.len()));
        };
        let mut build = Build::new(&schemas.documents()?);
        build.enums(enums.documents()?);
        build.domains(domains.documents()?);
        build.tables(tables.documents()?);
        build.columns(columns.documents()?);
        build.constraints(constraints.documents()?);
        build.sequences(sequences.documents()?);
        build.views(views.documents()?);
        build.indexes(indexes.documents()?);
        build.triggers(triggers.documents()?);
        Ok(build.finish())
    }
}
