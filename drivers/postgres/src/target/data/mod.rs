//! Statements on rows.
//!
//! First each becomes one that means here what it meant ([`Meaning`]), then what is around it is
//! done: the numbers that a column gives itself go on after those that a statement has written
//! ([`numbers`]), `REPLACE` and its kin become ON CONFLICT ([`conflict`]).

mod conflict;
mod insert;
mod mysql;
mod numbers;

pub(crate) use numbers::{caught_up, starts_at};

use aludel::schema::{
    Cte, DataStatement, Literal, Name, PartMut, Query, Select, SetExpr, Table, TableRef,
};
use aludel::sql::Syntax;
use aludel::translate::infer::Scope;
use aludel::translate::print::{Spelling, print};
use aludel::translate::rewrite::rewrite;
use aludel::translate::{DataScope, Refusal, Rendered};

use super::lower;
use super::meaning::{Meaning, Stands};
use super::names;
use super::spelling::Words;

/// Fails if a table has rows, with the message, which is no number. It hangs on the row: a constant
/// would be computed before any is looked for.
///
/// # Errors
///
/// If the message or the name cannot be written.
pub(crate) fn fails_with_rows(table: &Table, message: &str) -> Result<String, Refusal> {
    let message = Words.literal(&Literal::Text(message.to_owned()))?;
    let name = Words.name(&table.name)?;
    Ok(format!(
        "SELECT CAST({message} || left(CAST(own AS text), 0) AS integer) FROM {name} AS own LIMIT 1"
    ))
}

/// The statements for a statement.
///
/// # Errors
///
/// Every part of it that has no faithful form.
pub(crate) fn data(
    statement: &DataStatement,
    scope: &DataScope<'_>,
) -> Result<Rendered, Vec<Refusal>> {
    match statement {
        // What it reads, nobody gets; that it can be read is looked at all the same.
        DataStatement::Query(_) => {
            let rendered = plain(statement, scope)?;
            Ok(Rendered {
                omissions: rendered.omissions,
                ..Rendered::default()
            })
        }
        DataStatement::Insert(insert) => insert::render(insert, scope),
        DataStatement::Update(update) => {
            let table = written(&update.table, scope)?;
            if scope.source == Syntax::Mysql {
                mysql::in_order(&update.assignments)?;
            }
            some_rows(
                &update.with,
                update.limit.is_some() || !update.order_by.is_empty(),
            )?;
            let mut update = (**update).clone();
            update.returning.clear();
            for assignment in &mut update.assignments {
                insert::respell(&mut assignment.columns, table);
            }
            let numbered = numbers::numbered(table, scope);
            let sets = numbered.is_some_and(|numbered| {
                let mut columns = update.assignments.iter().flat_map(|a| &a.columns);
                columns.any(|column| *column == numbered.column.name)
            });
            let mut rendered = plain(&DataStatement::Update(Box::new(update)), scope)?;
            if let Some(numbered) = numbered.filter(|_| sets) {
                rendered.statements.push(numbered.caught_up()?);
            }
            Ok(rendered)
        }
        DataStatement::Delete(delete) => {
            written(&delete.table, scope)?;
            some_rows(
                &delete.with,
                delete.limit.is_some() || !delete.order_by.is_empty(),
            )?;
            let mut delete = (**delete).clone();
            delete.returning.clear();
            plain(&DataStatement::Delete(Box::new(delete)), scope)
        }
        DataStatement::Truncate { tables, .. } => {
            for table in tables {
                written(table, scope)?;
            }
            // There it begins to count anew.
            let truncate = DataStatement::Truncate {
                tables: tables.clone(),
                restart_identity: true,
                cascade: false,
            };
            let mut rendered = plain(&truncate, scope)?;
            for table in tables {
                let held = scope.target.table(&names::flat(table));
                let columns = held.iter().flat_map(|held| &held.columns);
                for column in columns {
                    let identity = column.identity.as_ref();
                    if let Some(held) = held
                        && identity.is_some_and(|own| own.options.start.is_some())
                    {
                        rendered.statements.push(starts_at(held, column, None)?);
                    }
                }
            }
            Ok(rendered)
        }
    }
}

fn plain(statement: &DataStatement, scope: &DataScope<'_>) -> Result<Rendered, Vec<Refusal>> {
    let mut statement = statement.clone();
    if scope.source == Syntax::Mysql {
        statement.parts_mut(&mut |part| in_part(part));
    }
    let types = Scope::new(scope.authored, scope.source);
    let meaning = Meaning::new(scope.source, Stands::Statement);
    let (statement, omissions) = rewrite(&meaning, types, |rw| rw.statement(&statement))?;
    Ok(Rendered {
        statements: vec![print(&Words, |p| p.statement(&statement))?],
        omissions,
        ..Rendered::default()
    })
}

/// The authored table that a statement writes, if it stands here as it was lowered.
fn written<'a>(name: &Name, scope: &DataScope<'a>) -> Result<&'a Table, Vec<Refusal>> {
    let Some(table) = scope.authored.table(name) else {
        let message = format!("`{name}` is no table that is known");
        return Err(vec![Refusal::new("unknown-table", message)]);
    };
    let Some(held) = scope.target.table(&names::flat(name)) else {
        let message = format!("what `{name}` looks like on postgres is not known");
        return Err(vec![Refusal::new("depends-on-refused", message)]);
    };
    let lowered = lower::lower(table, scope.authored, scope.source)?;
    let differs = lowered.table.columns.iter().find(|column| {
        held.column(&column.name)
            .is_none_or(|held| held.ty != column.ty || held.collation != column.collation)
    });
    match differs {
        Some(column) => {
            let message = format!(
                "an override, or what was refused before, has made `{}` of `{name}` another column than this statement takes it for",
                column.name
            );
            let help = "write an override for this revision too";
            Err(vec![Refusal::new("override-differs", message).help(help)])
        }
        None => Ok(table),
    }
}

/// A statement that changes some of its rows only, in an order.
fn some_rows(with: &[Cte], limited: bool) -> Result<(), Vec<Refusal>> {
    if limited {
        let message = "ORDER BY and LIMIT in an UPDATE or DELETE have no counterpart on postgres";
        let help = "choose the rows by their key: `WHERE id IN (SELECT …)`";
        return Err(vec![Refusal::new("no-form", message).help(help)]);
    }
    let reads = |cte: &Cte| matches!(*cte.body, DataStatement::Query(_));
    if !with.iter().all(reads) {
        let message = "a WITH that changes rows sees other rows on postgres";
        return Err(vec![Refusal::new("no-form", message)]);
    }
    Ok(())
}

/// Takes `FROM DUAL` away, which is no table.
pub(crate) fn without_dual(query: &mut Query) {
    in_body(&mut query.body);
    query.parts_mut(&mut |part| in_part(part));
}

fn in_part(part: PartMut<'_>) {
    match part {
        PartMut::Query(query) => without_dual(query),
        PartMut::Expr(expr) => expr.parts_mut(&mut |part| in_part(part)),
        PartMut::Table(table) => table.parts_mut(&mut |part| in_part(part)),
        PartMut::Data(statement) => statement.parts_mut(&mut |part| in_part(part)),
    }
}

fn in_body(body: &mut SetExpr) {
    match body {
        SetExpr::Select(select) => {
            let Select { from, .. } = &mut **select;
            if let [TableRef::Table { name, .. }] = from.as_slice()
                && name.schema.is_none()
                && name.name.eq_ignore_ascii_case("dual")
            {
                from.clear();
            }
        }
        SetExpr::Op { left, right, .. } => {
            in_body(left);
            in_body(right);
        }
        SetExpr::Query(_) | SetExpr::Values(_) => {}
    }
}
