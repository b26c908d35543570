//! DuckDB as a target of translations: scripts that are written for PostgreSQL run here.
//!
//! * `lower`: a table as DuckDB holds it.
//! * `table`: created, dropped, altered in place, or rebuilt.
//! * `meaning`: what an expression has to say here so that it does what it did there.
//! * `other`: enums and sequences.
//! * `spelling`: how DuckDB writes what differs from the standard.
//!
//! One rule: exact, or refused. What is not listed as known to be the same is refused.

mod lower;
mod meaning;
mod other;
mod spelling;
mod table;

use aludel::schema::{Cte, DataStatement, Effect, Insert, OnConflict, Schema, Table, View};
use aludel::sql::Syntax;
use aludel::translate::infer::Scope;
use aludel::translate::print::print;
use aludel::translate::rewrite::rewrite;
use aludel::translate::{DataScope, Lowered, Refusal, Rendered, TableChange, Target};

use meaning::Meaning;
use spelling::Duckdb;

/// The rendering half of DuckDB's dialect.
pub(crate) struct DuckdbTarget;

impl Target for DuckdbTarget {
    fn lower(
        &self,
        table: &Table,
        authored: &Schema,
        source: Syntax,
    ) -> Result<Lowered, Vec<Refusal>> {
        lower::lower(table, authored, source)
    }

    // A sequence goes after the column that draws from it: each change is rendered where it stands.
    fn folds(&self) -> bool {
        false
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
            let drop = print(&Duckdb, |p| format!("DROP VIEW {}", p.name(&before.name)))?;
            rendered.statements.push(drop);
        }
        if let Some(after) = after {
            rendered.statements.push(create_view(after, scope)?);
        }
        Ok(rendered)
    }

    fn other(&self, effect: &Effect, scope: &DataScope<'_>) -> Result<Rendered, Vec<Refusal>> {
        other::render(effect, scope)
    }

    fn data(
        &self,
        statement: &DataStatement,
        scope: &DataScope<'_>,
    ) -> Result<Rendered, Vec<Refusal>> {
        forms(statement)?;
        let types = Scope::new(scope.authored, scope.source);
        let (mut statement, omissions) = rewrite(&Meaning, types, |rw| rw.statement(statement))?;
        if let DataStatement::Insert(insert) = &mut statement {
            // A column that numbers itself takes any number here.
            insert.overriding = false;
        }
        Ok(Rendered {
            statements: vec![print(&Duckdb, |p| p.statement(&statement))?],
            omissions,
            ..Rendered::default()
        })
    }
}

/// A refusal of what DuckDB has nothing like.
fn refused(code: &'static str, what: impl std::fmt::Display) -> Refusal {
    Refusal::new(code, format!("{what} has no counterpart on duckdb"))
}

fn create_view(view: &View, scope: &DataScope<'_>) -> Result<String, Vec<Refusal>> {
    if view.materialized {
        let what = format!("`{}`: a materialized view", view.name);
        return Err(vec![refused("materialized-view", what)]);
    }
    let Some(query) = &view.query else {
        let message = format!("the query of the view `{}` is not understood", view.name);
        return Err(vec![Refusal::new("no-form", message)]);
    };
    let types = Scope::new(scope.authored, scope.source);
    let (query, _) = rewrite(&Meaning, types, |rw| rw.query(query))?;
    let view = View {
        query: Some(query),
        ..view.clone()
    };
    print(&Duckdb, |p| p.create_view(&view))
}

/// Refuses the forms of statements that DuckDB has not.
fn forms(statement: &DataStatement) -> Result<(), Vec<Refusal>> {
    let with: &[Cte] = match statement {
        DataStatement::Insert(insert) => {
            on_conflict(insert)?;
            &insert.with
        }
        DataStatement::Update(update) => &update.with,
        DataStatement::Delete(delete) => &delete.with,
        DataStatement::Truncate {
            tables,
            restart_identity,
            cascade,
        } => {
            if tables.len() > 1 || *restart_identity || *cascade {
                let what = "TRUNCATE of several tables, RESTART IDENTITY or CASCADE";
                return Err(vec![refused("truncate", what)]);
            }
            &[]
        }
        // `Rules::query` looks at it.
        DataStatement::Query(_) => &[],
    };
    read_only(with)
}

/// Refuses a WITH that changes rows.
fn read_only(with: &[Cte]) -> Result<(), Vec<Refusal>> {
    let reads = |cte: &Cte| matches!(*cte.body, DataStatement::Query(_));
    match with.iter().all(reads) {
        true => Ok(()),
        false => Err(vec![refused("with", "WITH that changes rows")]),
    }
}

fn on_conflict(insert: &Insert) -> Result<(), Vec<Refusal>> {
    match &insert.on_conflict {
        Some(
            OnConflict::Nothing {
                filter: Some(_), ..
            }
            | OnConflict::Nothing {
                constraint: Some(_),
                ..
            }
            | OnConflict::Update {
                key_filter: Some(_),
                ..
            }
            | OnConflict::Update {
                constraint: Some(_),
                ..
            },
        ) => {
            let what = "ON CONFLICT with a predicate or ON CONSTRAINT";
            Err(vec![
                refused("on-conflict", what).help("name the key's columns"),
            ])
        }
        Some(OnConflict::Replace | OnConflict::Ignore) => Err(vec![refused(
            "on-conflict",
            "INSERT that replaces or ignores",
        )]),
        _ => Ok(()),
    }
}
