//! PostgreSQL as a target of translations: scripts of MySQL, MariaDB and SQLite.
//!
//! The same text for every version from the oldest that is supported.
//!
//! * `lower`: a table as PostgreSQL holds it; `types`, `collation` and `names` say how.
//! * `alter`: from what a table is to what it is to be.
//! * `meaning`: from the authored engine's meaning of expressions to PostgreSQL's.
//! * `data`: statements on rows, and the numbers that columns give themselves.
//! * `view`, `spelling`: views; how things are written.

mod alter;
mod collation;
mod data;
mod lower;
mod meaning;
mod names;
mod spelling;
mod types;
mod view;

use aludel::schema::{DataStatement, Effect, Schema, Table, View};
use aludel::sql::Syntax;
use aludel::translate::print::print;
use aludel::translate::{DataScope, Lowered, Refusal, Rendered, TableChange, Target};

/// The rendering half of PostgreSQL's dialect.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PostgresTarget;

impl Target for PostgresTarget {
    fn lower(
        &self,
        table: &Table,
        authored: &Schema,
        source: Syntax,
    ) -> Result<Lowered, Vec<Refusal>> {
        known(source)?;
        lower::lower(table, authored, source)
    }

    fn folds(&self) -> bool {
        false
    }

    fn assert_empty(&self, table: &Table, message: &str, _: &DataScope<'_>) -> Option<String> {
        data::fails_with_rows(table, message).ok()
    }

    fn table(&self, change: &TableChange<'_>) -> Result<Rendered, Vec<Refusal>> {
        alter::table(change)
    }

    fn view(
        &self,
        before: Option<&View>,
        after: Option<&View>,
        scope: &DataScope<'_>,
    ) -> Result<Rendered, Vec<Refusal>> {
        known(scope.source)?;
        view::view(before, after, scope)
    }

    fn other(&self, effect: &Effect, _: &DataScope<'_>) -> Result<Rendered, Vec<Refusal>> {
        match effect {
            Effect::Trigger {
                after: Some(trigger),
                ..
            } => {
                let message = format!(
                    "the trigger `{}` is code that only its own engine understands",
                    trigger.name
                );
                let help = "write an override with a trigger of postgres's, or skip the statement for this driver";
                Err(vec![Refusal::new("trigger", message).help(help)])
            }
            Effect::Trigger {
                before: Some(trigger),
                after: None,
            } => Ok(Rendered {
                statements: vec![print(&spelling::Words, |p| {
                    let (name, table) = (p.ident(&trigger.name), p.name(&trigger.table));
                    format!("DROP TRIGGER {name} ON {table}")
                })?],
                ..Rendered::default()
            }),
            // Neither authored dialect has types or sequences of its own.
            _ => Ok(Rendered::default()),
        }
    }

    fn data(
        &self,
        statement: &DataStatement,
        scope: &DataScope<'_>,
    ) -> Result<Rendered, Vec<Refusal>> {
        known(scope.source)?;
        data::data(statement, scope)
    }
}

/// That the meaning of a dialect is known here.
fn known(source: Syntax) -> Result<(), Vec<Refusal>> {
    match source {
        Syntax::Mysql | Syntax::Sqlite => Ok(()),
        other => Err(vec![Refusal::new(
            "no-translation",
            format!("{other:?} is not translated for postgres"),
        )]),
    }
}
