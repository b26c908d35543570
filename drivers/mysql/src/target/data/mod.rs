//! Statements on rows.
//!
//! First each becomes one that means here what it meant ([`Meaning`]), then it gets the shape that
//! the servers take:
//!
//! * an UPDATE that reads other tables names them before SET, a DELETE before WHERE;
//! * neither reads the table that it changes, but a copy made before;
//! * an UPDATE sets one column after the other: none that a later expression still reads;
//! * `ON CONFLICT` is ON DUPLICATE KEY, where the key that it names is the only one that can be met;
//! * TRUNCATE is DELETE, which keeps the counter and does not commit.

mod conflict;
mod distinct;
mod insert;
mod named;
mod numbering;
mod reopened;
mod setting;
mod update;

pub(crate) use distinct::in_query as write_distinct;
pub(crate) use insert::print as insert;
pub(crate) use named::in_query as name_columns;
pub(crate) use update::{print_delete as delete, print_update as update};

use aludel::schema::{
    Cte, DataStatement, Expr, ForeignKey, InsertSource, Name, OnConflict, PartMut, Query, Select,
    SelectItem, SetExpr, Table, TableRef,
};
use aludel::translate::infer::Scope;
use aludel::translate::print::print;
use aludel::translate::rewrite::rewrite;
use aludel::translate::{DataScope, Omission, Refusal, Rendered};

use super::facts::Facts;
use super::lower::cascades_null;
use super::meaning::Meaning;
use super::session;
use super::spelling::{Words, quoted, text};

/// Fails if a table has rows: then a subquery has two, which no value is. The servers do not say the
/// message, but it is read in the statement.
pub(crate) fn fails_with_rows(table: &Table, message: &str) -> String {
    let (name, message) = (quoted(&table.name.name), text(message));
    format!("SELECT (SELECT {message} UNION ALL SELECT '') FROM {name} LIMIT 1")
}

/// Fails if a query gives a row, in the way of [`fails_with_rows`].
///
/// # Errors
///
/// Every part of the query that has no faithful form.
pub(crate) fn fails_with(
    query: &Query,
    message: &str,
    scope: &DataScope<'_>,
    facts: &Facts,
) -> Result<Rendered, Vec<Refusal>> {
    let mut query = query.clone();
    write_distinct(&mut query);
    name_columns(&mut query);
    let meaning = Meaning::of(scope.source, facts)?.over(scope.target);
    let inner = Scope::new(scope.authored, scope.source);
    let (query, omissions) = rewrite(&meaning, inner, |rw| rw.query(&query))?;
    let asked = DataStatement::Query(Box::new(query));
    let words = Words::new(facts);
    let asked = print(&words, |printer| printer.statement(&asked))?;
    let message = text(message);
    let fails = format!(
        "SELECT (SELECT {message} UNION ALL SELECT '') FROM ({asked}) AS aludel_asked LIMIT 1"
    );
    let mut rendered = session::rendered(vec![fails], facts);
    rendered.omissions = omissions;
    Ok(rendered)
}

/// The statements for a statement.
///
/// # Errors
///
/// Every part of it that has no faithful form.
pub(crate) fn data(
    statement: &DataStatement,
    scope: &DataScope<'_>,
    facts: &Facts,
) -> Result<Rendered, Vec<Refusal>> {
    if let DataStatement::Query(query) = statement
        && let Some(set) = numbering::set(query, scope)
    {
        return Ok(session::rendered(set?, facts));
    }
    if let DataStatement::Truncate {
        restart_identity,
        cascade,
        ..
    } = statement
    {
        let prepared = insert::prepare(statement, scope);
        let tables = match &prepared {
            DataStatement::Truncate { tables, .. } => tables.as_slice(),
            _ => &[],
        };
        let texts = numbering::truncate(tables, *restart_identity, *cascade, scope, facts)?;
        return Ok(session::rendered(texts, facts));
    }
    let inner = Scope::new(scope.authored, scope.source);
    let (texts, omissions) = texts(statement, inner, scope, facts)?;
    let mut rendered = session::rendered(texts, facts);
    rendered.omissions = omissions;
    Ok(rendered)
}

/// The texts of a statement where `sight` is in sight.
///
/// # Errors
///
/// Every part of it that has no faithful form.
pub(crate) fn texts(
    statement: &DataStatement,
    sight: Scope<'_>,
    scope: &DataScope<'_>,
    facts: &Facts,
) -> Result<(Vec<String>, Vec<Omission>), Vec<Refusal>> {
    let meaning = Meaning::of(scope.source, facts)?
        .over(scope.target)
        .within(statement);
    let mut prepared = insert::prepare(statement, scope);
    insert::number_defaults(&mut prepared, scope)?;
    insert::select_what_asks_itself(&mut prepared, scope);
    reopened::refuse(&prepared, scope, facts)?;
    followed(&prepared, scope, facts)?;
    distinct::in_statement(&mut prepared);
    named::in_statement(&mut prepared);
    insert::forget_order(&mut prepared, scope);
    let (rewritten, omissions) = rewrite(&meaning, sight, |rw| {
        if let DataStatement::Insert(insert) = &prepared
            && let InsertSource::Query(query) = &insert.source
        {
            meaning.refuse_query(rw, query);
            meaning.refuse_changing(rw, &insert.with);
        }
        rw.statement(&prepared)
    })?;
    let statements = match rewritten {
        // What it reads, nobody gets; the other empties tables, and is no statement of one.
        DataStatement::Query(_) | DataStatement::Truncate { .. } => Vec::new(),
        DataStatement::Insert(insert) => {
            let shaped = insert::shape(*insert, &prepared, scope, facts)?;
            vec![DataStatement::Insert(Box::new(shaped))]
        }
        DataStatement::Update(update) => {
            let shaped = update::shape_update(*update, &prepared, scope, facts)?;
            vec![DataStatement::Update(Box::new(shaped))]
        }
        DataStatement::Delete(delete) => {
            let shaped = update::shape_delete(*delete, &prepared, scope, facts)?;
            vec![DataStatement::Delete(Box::new(shaped))]
        }
    };
    let words = Words::new(facts);
    let texts: Result<Vec<String>, Vec<Refusal>> = statements
        .iter()
        .map(|statement| print(&words, |printer| printer.statement(statement)))
        .collect();
    Ok((texts?, omissions))
}

/// A key that rows follow by ON UPDATE CASCADE there, and by a foreign key without an action here.
fn followed(
    statement: &DataStatement,
    scope: &DataScope<'_>,
    facts: &Facts,
) -> Result<(), Vec<Refusal>> {
    let (table, set) = match statement {
        DataStatement::Update(update) => (&update.table, &update.assignments),
        DataStatement::Insert(insert) => match &insert.on_conflict {
            Some(OnConflict::Update { assignments, .. }) => (&insert.table, assignments),
            _ => return Ok(()),
        },
        _ => return Ok(()),
    };
    let Some(there) = scope.authored.table(table).filter(|_| !facts.cascades_null) else {
        return Ok(());
    };
    let mut refusals = Vec::new();
    for own in scope.authored.referrers(table) {
        let follows = |key: &ForeignKey| {
            let mut columns = set.iter().flat_map(|set| &set.columns);
            key.table == *table
                && columns.any(|column| key.referred.contains(column))
                && cascades_null(key, own, there)
        };
        if own.foreign_keys().any(|(_, key)| follows(key)) {
            let message = format!(
                "`{}` follows what changes here of `{table}` by ON UPDATE CASCADE, which {} does not take between these columns",
                own.name, facts.name
            );
            let help = "make both columns NOT NULL, or leave ON UPDATE CASCADE out";
            refusals.push(Refusal::new("cascade-null", message).help(help));
        }
    }
    match refusals.is_empty() {
        true => Ok(()),
        false => Err(refusals),
    }
}

/// Puts common table expressions where they are named: an UPDATE and a DELETE take none on every
/// server.
fn inline(
    with: Vec<Cte>,
    recursive: bool,
    facts: &Facts,
    statement: &mut DataStatement,
) -> Result<(), Vec<Refusal>> {
    let none = |what: &str| {
        let message = format!(
            "{what} before UPDATE or DELETE has no counterpart on {}",
            facts.name
        );
        Err(vec![Refusal::new("no-form", message)])
    };
    if recursive && !with.is_empty() {
        return none("WITH RECURSIVE");
    }
    let mut known: Vec<(Name, Query)> = Vec::new();
    for cte in with {
        let DataStatement::Query(query) = *cte.body else {
            return none("a statement that changes rows in WITH");
        };
        if !cte.columns.is_empty() {
            return none("WITH that names its columns");
        }
        let mut query = *query;
        // It sees those before it.
        query.parts_mut(&mut |part| replace(part, &mut |item| substitute(item, &known)));
        known.push((Name::bare(cte.name), query));
    }
    if !known.is_empty() {
        statement.parts_mut(&mut |part| replace(part, &mut |item| substitute(item, &known)));
    }
    Ok(())
}

fn substitute(item: &TableRef, known: &[(Name, Query)]) -> Option<TableRef> {
    let TableRef::Table { name, alias, .. } = item else {
        return None;
    };
    let (_, query) = known.iter().find(|(known, _)| known == name)?;
    Some(TableRef::Subquery {
        lateral: false,
        query: Box::new(query.clone()),
        alias: Some(alias.clone().unwrap_or_else(|| name.name.clone())),
        columns: Vec::new(),
    })
}

/// A copy of a table's rows as they were before the statement, or of a view's that shows it. The LIMIT
/// keeps the server from reading the table itself instead.
fn copy(item: &TableRef, shown: &[Name]) -> Option<TableRef> {
    let TableRef::Table { name, alias, .. } = item else {
        return None;
    };
    shown.contains(name).then(|| TableRef::Subquery {
        lateral: false,
        query: Box::new(Query {
            with: Vec::new(),
            recursive: false,
            body: SetExpr::Select(Box::new(Select {
                items: vec![SelectItem::Star],
                from: vec![TableRef::Table {
                    name: name.clone(),
                    alias: None,
                    columns: Vec::new(),
                }],
                ..Select::default()
            })),
            order_by: Vec::new(),
            limit: Some(super::build::digits("18446744073709551615")),
            offset: None,
        }),
        alias: Some(alias.clone().unwrap_or_else(|| name.name.clone())),
        columns: Vec::new(),
    })
}

/// Replaces items of FROM, wherever they stand in a part. What is put in is not looked into.
fn replace(part: PartMut<'_>, by: &mut dyn FnMut(&TableRef) -> Option<TableRef>) {
    match part {
        PartMut::Table(item) => match by(item) {
            Some(other) => *item = other,
            None => item.parts_mut(&mut |part| replace(part, by)),
        },
        PartMut::Expr(expr) => expr.parts_mut(&mut |part| replace(part, by)),
        PartMut::Query(query) => query.parts_mut(&mut |part| replace(part, by)),
        PartMut::Data(statement) => statement.parts_mut(&mut |part| replace(part, by)),
    }
}

/// Calls `f` with every column that an expression names, in subqueries too.
fn each_column(expr: &Expr, f: &mut dyn FnMut(Option<&Name>, &str)) {
    use aludel::schema::Part;
    fn part(item: Part<'_>, f: &mut dyn FnMut(Option<&Name>, &str)) {
        match item {
            Part::Expr(expr) => each_column(expr, f),
            Part::Query(query) => query.parts(&mut |item| part(item, f)),
            Part::Table(table) => table.parts(&mut |item| part(item, f)),
            Part::Data(statement) => statement.parts(&mut |item| part(item, f)),
        }
    }
    if let Expr::Column { table, column } = expr {
        f(table.as_ref(), column);
    }
    expr.parts(&mut |item| part(item, f));
}
