//! What a live MySQL or MariaDB database holds, as the schema model.
//!
//! Each query answers with one JSON document a row. Expressions arrive as the server prints them
//! and are read by the same parser as the author's; what it does not understand marks the table
//! as opaque.
//!
//! Deliberately absent: routines, events, partitions' bounds, and whatever else the model does
//! not hold.

mod build;
mod rows;
mod text;

use aludel::driver::{Introspect, ResultSet};
use aludel::schema::Schema;

use build::Build;

/// The reading half of the dialect.
#[derive(Debug, Clone, Copy)]
pub(crate) struct MysqlIntrospect {
    /// MariaDB, against MySQL.
    pub(crate) mariadb: bool,
}

impl Introspect for MysqlIntrospect {
    fn queries(&self) -> Vec<&str> {
        let (indexes, checks) = if self.mariadb {
            (
                include_str!("indexes_mariadb.sql"),
                include_str!("checks_mariadb.sql"),
            )
        } else {
            (
                include_str!("indexes_mysql.sql"),
                include_str!("checks_mysql.sql"),
            )
        };
        vec![
            include_str!("tables.sql"),
            include_str!("columns.sql"),
            indexes,
            include_str!("foreign_keys.sql"),
            checks,
            include_str!("views.sql"),
            include_str!("triggers.sql"),
        ]
    }

    fn schema(&self, answers: &[ResultSet]) -> Result<Schema, String> {
        let [
            tables,
            columns,
            indexes,
            foreign_keys,
            checks,
            views,
            triggers,
        ] = answers
        else {
            let count = answers.len();
            return Err(format!(
                "{count} answers to {} queries",
                self.queries().len()
            ));
        };
        let mut build = Build::new(self.mariadb);
        build.tables(tables.documents()?);
        build.columns(columns.documents()?);
        build.indexes(indexes.documents()?);
        build.foreign_keys(foreign_keys.documents()?);
        build.checks(checks.documents()?);
        build.views(views.documents()?);
        build.triggers(triggers.documents()?);
        Ok(build.finish())
    }
}
