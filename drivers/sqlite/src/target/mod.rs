//! SQLite as a target of translations.
//!
//! The same text for every version from the oldest that is supported: what is printed offline is
//! what is sent online, whatever was found there.

mod data;
mod effects;
mod functions;
mod lower;
mod names;
mod rules;
mod sequence;
pub(crate) mod spelling;
mod table;
mod trigger;
mod types;

#[cfg(test)]
mod tests;

use aludel::schema::{DataStatement, Effect, Query, Schema, Table, Trigger, View};
use aludel::sql::Syntax;
use aludel::translate::infer::Scope;
use aludel::translate::print::print;
use aludel::translate::rewrite::rewrite;
use aludel::translate::{DataScope, Lowered, Omission, Refusal, Rendered, TableChange, Target};

use rules::{Meaning, Stands, with_names};
use spelling::Sqlite;

/// The rendering half of SQLite's dialect.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SqliteTarget;

impl Target for SqliteTarget {
    fn lower(
        &self,
        table: &Table,
        authored: &Schema,
        source: Syntax,
    ) -> Result<Lowered, Vec<Refusal>> {
        lower::lower(table, authored, source)
    }

    // A rebuild copies the whole table.
    fn folds(&self) -> bool {
        true
    }

    fn enforcing(&self) -> Option<&str> {
        Some("PRAGMA foreign_keys = ON")
    }

    fn functions(&self) -> Option<Vec<&str>> {
        Some(functions::OWN.to_vec())
    }

    fn assert_empty(&self, table: &Table, message: &str, _: &DataScope<'_>) -> Option<String> {
        Some(table::fails_with_rows(table, message))
    }

    fn assert_none(
        &self,
        query: &Query,
        message: &str,
        scope: &DataScope<'_>,
    ) -> Result<Rendered, Vec<Refusal>> {
        data::fails_with(query, message, scope)
    }

    fn table(&self, change: &TableChange<'_>) -> Result<Rendered, Vec<Refusal>> {
        table::render(change)
    }

    fn view(
        &self,
        before: Option<&View>,
        after: Option<&View>,
        scope: &DataScope<'_>,
    ) -> Result<Rendered, Vec<Refusal>> {
        let mut rendered = Rendered::default();
        if let Some(before) = before {
            rendered
                .statements
                .push(format!("DROP VIEW {}", table::ident(&before.name)));
        }
        if let Some(after) = after {
            rendered
                .statements
                .push(create_view(after, scope, &mut rendered.omissions)?);
        }
        Ok(rendered)
    }

    fn other(&self, effect: &Effect, scope: &DataScope<'_>) -> Result<Rendered, Vec<Refusal>> {
        match effect {
            // Its members stand in the CHECKs of the tables that use it.
            Effect::Enum { .. } => Ok(Rendered::default()),
            Effect::Sequence {
                before,
                after,
                restart,
            } => sequence::effect(before.as_deref(), after.as_deref(), *restart, scope),
            Effect::Trigger {
                after: Some(trigger),
                ..
            } => trigger::create(trigger, scope),
            Effect::Trigger {
                before: Some(trigger),
                after: None,
            } => {
                let name = aludel::schema::Name::bare(trigger.name.clone());
                Ok(Rendered {
                    statements: vec![format!("DROP TRIGGER {}", table::ident(&name))],
                    ..Rendered::default()
                })
            }
            Effect::Trigger {
                before: None,
                after: None,
            } => Ok(Rendered::default()),
            other => Err(vec![Refusal::new(
                "no-form",
                format!("{other:?} has no counterpart on sqlite"),
            )]),
        }
    }

    fn writes_again(&self, trigger: &Trigger, scope: &DataScope<'_>) -> bool {
        !trigger::is_settled(trigger, scope)
    }

    fn data(
        &self,
        statement: &DataStatement,
        scope: &DataScope<'_>,
    ) -> Result<Rendered, Vec<Refusal>> {
        data::render(statement, scope)
    }
}

fn create_view(
    view: &View,
    scope: &DataScope<'_>,
    omissions: &mut Vec<Omission>,
) -> Result<String, Vec<Refusal>> {
    let Some(query) = &view.query else {
        return Err(vec![Refusal::new(
            "no-form",
            format!("the query of the view `{}` is not understood", view.name),
        )]);
    };
    let types = Scope::new(scope.authored, scope.source);
    let (query, more) = rewrite(&Meaning::new(Stands::View), types, |rw| {
        rw.query(&with_names(query))
    })?;
    omissions.extend(more);
    let query = data::reading_tables(query);
    let view = View {
        name: names::flat(&view.name),
        query: Some(query),
        ..view.clone()
    };
    print(&Sqlite, |p| p.create_view(&view))
}
