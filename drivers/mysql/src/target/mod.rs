//! MySQL and MariaDB as targets of translations.
//!
//! What differs between the two servers is a value ([`facts::Facts`]); the rest is one.
//!
//! * `lower`: a table as InnoDB holds it; `types`, `keys` and `names` say how.
//! * `alter`: from what a table is to what it is to be.
//! * `meaning`: from PostgreSQL's meaning of expressions to the server's.
//! * `data`, `view`, `trigger`, `other`: statements on rows, views, triggers, sequences.
//! * `spelling`, `definition`: how things are written; `build`: small expressions.
//! * `session`: what is set while translated statements run.

mod alter;
mod build;
mod data;
mod definition;
mod effects;
mod facts;
mod functions;
mod keys;
mod lower;
mod meaning;
mod names;
mod other;
mod session;
mod spelling;
mod trigger;
mod types;
mod view;

use aludel::driver::Server;
use aludel::schema::{DataStatement, Effect, Query, Schema, Table, View};
use aludel::sql::Syntax;
use aludel::translate::{DataScope, Lowered, Refusal, Rendered, TableChange, Target};

use facts::Facts;

/// The target that one server is.
#[derive(Debug)]
pub(crate) struct MysqlTarget {
    facts: Facts,
}

impl MysqlTarget {
    pub(crate) fn new(server: &Server) -> Self {
        Self {
            facts: Facts::of(server),
        }
    }
}

impl Target for MysqlTarget {
    fn lower(
        &self,
        table: &Table,
        authored: &Schema,
        source: Syntax,
    ) -> Result<Lowered, Vec<Refusal>> {
        lower::lower(table, authored, source, &self.facts)
    }

    // What is done cannot be taken back here: a statement of the author's is one of ours.
    fn folds(&self) -> bool {
        false
    }

    fn functions(&self) -> Option<Vec<&str>> {
        Some(functions::OWN.to_vec())
    }

    fn assert_empty(&self, table: &Table, message: &str, _: &DataScope<'_>) -> Option<String> {
        Some(data::fails_with_rows(table, message))
    }

    fn assert_none(
        &self,
        query: &Query,
        message: &str,
        scope: &DataScope<'_>,
    ) -> Result<Rendered, Vec<Refusal>> {
        data::fails_with(query, message, scope, &self.facts)
    }

    fn table(&self, change: &TableChange<'_>) -> Result<Rendered, Vec<Refusal>> {
        alter::table(change, &self.facts)
    }

    fn view(
        &self,
        before: Option<&View>,
        after: Option<&View>,
        scope: &DataScope<'_>,
    ) -> Result<Rendered, Vec<Refusal>> {
        view::view(before, after, scope, &self.facts)
    }

    fn other(&self, effect: &Effect, scope: &DataScope<'_>) -> Result<Rendered, Vec<Refusal>> {
        other::other(effect, scope, &self.facts)
    }

    fn data(
        &self,
        statement: &DataStatement,
        scope: &DataScope<'_>,
    ) -> Result<Rendered, Vec<Refusal>> {
        data::data(statement, scope, &self.facts)
    }
}
