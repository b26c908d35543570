//! Statements on rows.

use std::collections::HashSet;

use aludel::schema::{
    ConstraintKind, Cte, DataStatement, Delete, Expr, Ident, Insert, InsertSource, Literal, Name,
    OnConflict, PartMut, Query, Select, SelectItem, SetExpr, Table, TableRef, TriggerEvent, Update,
};
use aludel::sql::Syntax;
use aludel::translate::infer::Scope;
use aludel::translate::print::print;
use aludel::translate::rewrite::{Rewriter, rewrite};
use aludel::translate::{DataScope, Refusal, Rendered, looks_at_itself};

use super::rules::{self, Meaning, Stands, first_of_each, mysql_statement, with_names};
use super::spelling::{ITSELF, Sqlite};
use super::{lower, names, sequence, table};

/// The statements for a statement.
pub(super) fn render(
    statement: &DataStatement,
    scope: &DataScope<'_>,
) -> Result<Rendered, Vec<Refusal>> {
    if let DataStatement::Truncate {
        tables,
        restart_identity,
        cascade,
    } = statement
    {
        return truncate(tables, *restart_identity, *cascade, scope);
    }
    let shaped = shaped(statement, scope)?;
    if let DataStatement::Query(query) = &shaped
        && let Some(rendered) = sequence::setval(query, scope)
    {
        return rendered;
    }
    let types = Scope::new(scope.authored, scope.source);
    let meaning = Meaning::new(Stands::Statement);
    let (statement, omissions) = rewrite(&meaning, types, |rw| meant(rw, &meaning, &shaped))?;
    let text = print(&Sqlite, |p| p.statement(&statement))?;
    let rendered = Rendered {
        statements: vec![text],
        omissions,
        ..Rendered::default()
    };
    table::named(&shaped, scope, rendered)
}

/// Fails where a query gives a row.
pub(super) fn fails_with(
    query: &Query,
    message: &str,
    scope: &DataScope<'_>,
) -> Result<Rendered, Vec<Refusal>> {
    let types = Scope::new(scope.authored, scope.source);
    let meaning = Meaning::new(Stands::Statement);
    let asked = DataStatement::Query(Box::new(query.clone()));
    let (asked, omissions) = rewrite(&meaning, types, |rw| meant(rw, &meaning, &asked))?;
    let asked = print(&Sqlite, |p| p.statement(&asked))?;
    Ok(Rendered {
        statements: vec![table::fails_where(&asked, message)],
        omissions,
        ..Rendered::default()
    })
}

/// A statement on rows in the shape that SQLite takes, in the authored meaning still.
pub(super) fn shaped(
    statement: &DataStatement,
    scope: &DataScope<'_>,
) -> Result<DataStatement, Vec<Refusal>> {
    match statement {
        DataStatement::Query(_) | DataStatement::Truncate { .. } => Ok(statement.clone()),
        DataStatement::Insert(insert) => {
            let table = written(&insert.table, scope)?;
            if scope.source == Syntax::Mysql {
                mysql_statement(statement, table)?;
            }
            let insert = prepared(insert, table, scope)?;
            Ok(DataStatement::Insert(Box::new(insert)))
        }
        DataStatement::Update(update) => {
            let table = written(&update.table, scope)?;
            if scope.source == Syntax::Mysql {
                mysql_statement(statement, table)?;
            }
            no_writing_with(&update.with)?;
            let mut update = whole_rows(update, table)?;
            if update.from.is_empty() && looks_at_itself(statement, scope.authored) {
                look_before_writing(&mut update);
            }
            Ok(DataStatement::Update(Box::new(update)))
        }
        DataStatement::Delete(delete) => {
            written(&delete.table, scope)?;
            no_writing_with(&delete.with)?;
            Ok(DataStatement::Delete(Box::new(without_using(delete)?)))
        }
    }
}

/// A statement in SQLite's meaning.
pub(super) fn meant(
    rw: &mut Rewriter<'_>,
    meaning: &Meaning,
    statement: &DataStatement,
) -> DataStatement {
    let statement = &with_names_in_with(statement);
    if let DataStatement::Insert(insert) = statement
        && let InsertSource::Query(query) = &insert.source
    {
        meaning.no_doubles(rw, query);
    }
    let mut statement = rw.statement(statement);
    // One that is recursive does mean itself.
    if !statement.is_recursive()
        && let Some(with) = statement.with_mut()
    {
        with.iter_mut().for_each(read_the_table);
    }
    statement.parts_mut(&mut read_tables);
    statement
}

/// A query in which what WITH calls like a table that it reads is that table.
pub(super) fn reading_tables(mut query: Query) -> Query {
    read_tables(PartMut::Query(&mut query));
    query
}

fn read_tables(part: PartMut<'_>) {
    match part {
        PartMut::Query(query) => {
            // One that is recursive does mean itself.
            if !query.recursive {
                query.with.iter_mut().for_each(read_the_table);
            }
            query.parts_mut(&mut read_tables);
        }
        PartMut::Table(item) => item.parts_mut(&mut read_tables),
        PartMut::Expr(expr) => expr.parts_mut(&mut read_tables),
        PartMut::Data(data) => data.parts_mut(&mut read_tables),
    }
}

/// What WITH calls like a table that it reads is that table within itself in PostgreSQL, and a circle
/// in SQLite, unless the table's name is qualified.
fn read_the_table(cte: &mut Cte) {
    fn walk(part: PartMut<'_>, cte: &Ident) {
        match part {
            PartMut::Table(item) => {
                if let TableRef::Table { name, alias, .. } = item
                    && name.schema.is_none()
                    && name.name == *cte
                {
                    alias.get_or_insert_with(|| cte.clone());
                    name.schema = Some(ITSELF.into());
                }
                item.parts_mut(&mut |part| walk(part, cte));
            }
            PartMut::Expr(expr) => expr.parts_mut(&mut |part| walk(part, cte)),
            PartMut::Query(query) => query.parts_mut(&mut |part| walk(part, cte)),
            PartMut::Data(data) => data.parts_mut(&mut |part| walk(part, cte)),
        }
    }
    let name = cte.name.clone();
    cte.body.parts_mut(&mut |part| walk(part, &name));
}

/// A statement whose common table expressions have the names of columns that PostgreSQL gives them.
fn with_names_in_with(statement: &DataStatement) -> DataStatement {
    let mut statement = statement.clone();
    let with = match &mut statement {
        DataStatement::Insert(insert) => &mut insert.with,
        DataStatement::Update(update) => &mut update.with,
        DataStatement::Delete(delete) => &mut delete.with,
        DataStatement::Query(_) | DataStatement::Truncate { .. } => return statement,
    };
    for cte in with.iter_mut().filter(|cte| cte.columns.is_empty()) {
        if let DataStatement::Query(query) = &mut *cte.body {
            **query = with_names(query);
        }
    }
    statement
}

/// The authored table that a statement writes.
fn written<'a>(name: &Name, scope: &DataScope<'a>) -> Result<&'a Table, Vec<Refusal>> {
    match scope.authored.table(name) {
        Some(table) => Ok(table),
        None if scope.authored.view(name).is_some() => Err(vec![Refusal::new(
            "no-form",
            format!("`{name}` is a view, whose rows sqlite does not change"),
        )]),
        None => Err(vec![Refusal::new(
            "unknown-table",
            format!("there is no table `{name}`"),
        )]),
    }
}

fn no_writing_with(with: &[aludel::schema::Cte]) -> Result<(), Vec<Refusal>> {
    if with
        .iter()
        .all(|cte| matches!(*cte.body, DataStatement::Query(_)))
    {
        return Ok(());
    }
    Err(vec![
        Refusal::new(
            "no-form",
            "a WITH that changes rows has no counterpart on sqlite",
        )
        .help("write two statements"),
    ])
}

/// An INSERT that names its columns, without what SQLite has no form for.
fn prepared(insert: &Insert, table: &Table, scope: &DataScope<'_>) -> Result<Insert, Vec<Refusal>> {
    no_writing_with(&insert.with)?;
    if let InsertSource::Query(query) = &insert.source {
        no_writing_with(&query.with)?;
    }
    let mut insert = insert.clone();
    insert.overriding = false;
    if insert.on_conflict == Some(OnConflict::Replace) && scope.source == Syntax::Mysql {
        let referrer = scope.authored.referrers(&table.name).find(|child| {
            let mut keys = child.foreign_keys();
            keys.any(|(_, key)| key.table == table.name && key.on_delete.acts())
        });
        if let Some(referrer) = referrer {
            let message = format!(
                "a row of `{}` that takes another's place deletes that one first, which `{}` would follow",
                table.name, referrer.name
            );
            return Err(vec![Refusal::new("replace", message)]);
        }
    }
    if insert.on_conflict == Some(OnConflict::Ignore) {
        // What MySQL forgives beside a key that exists (NULL, a text that is too long, a parent that
        // is not there) fails.
        insert.on_conflict = Some(OnConflict::Nothing {
            columns: Vec::new(),
            filter: None,
            constraint: None,
        });
    }
    if insert.source == InsertSource::Defaults && insert.on_conflict.is_some() {
        // DEFAULT VALUES takes no ON CONFLICT.
        let first = table
            .columns
            .iter()
            .find(|column| column.generated.is_none());
        insert.columns = first
            .map(|column| column.name.clone())
            .into_iter()
            .collect();
        let row = vec![vec![Expr::Default]];
        insert.source = InsertSource::Query(Box::new(SetExpr::Values(row).into()));
    }
    let conflict = insert.on_conflict.is_some();
    if let InsertSource::Query(query) = &mut insert.source {
        **query = first_of_each(query).map_err(|refusal| vec![refusal])?;
        if insert.columns.is_empty() {
            let width = width(query, scope).ok_or_else(|| {
                vec![
                    Refusal::new(
                        "unknown-columns",
                        "how many columns are inserted is not known",
                    )
                    .help("name them"),
                ]
            })?;
            let columns = table
                .columns
                .iter()
                .filter(|column| column.generated.is_none());
            insert.columns = columns
                .take(width)
                .map(|column| column.name.clone())
                .collect();
        }
    }
    aludel::schema::own_numbers_are_defaults(&mut insert, table);
    if let InsertSource::Query(query) = &mut insert.source {
        if let SetExpr::Values(rows) = &mut query.body {
            // DEFAULT VALUES is one row.
            let least = usize::from(conflict || rows.len() > 1);
            defaults(rows, &mut insert.columns, least, table)?;
        }
        if insert.columns.is_empty() {
            insert.source = InsertSource::Defaults;
        } else if conflict {
            end_from(&mut query.body);
        }
    }
    if let Some(conflict) = &mut insert.on_conflict {
        named_key(conflict, table)?;
        super::trigger::sees_set(conflict, table, scope)?;
    }
    no_failing_default(&insert, scope)?;
    Ok(insert)
}

/// Refuses a row that leaves a column to a default which has no form.
fn no_failing_default(insert: &Insert, scope: &DataScope<'_>) -> Result<(), Vec<Refusal>> {
    let held = scope.target.table(&names::flat(&insert.table));
    let columns = held.into_iter().flat_map(|held| &held.columns);
    let left = columns.filter(|column| {
        column.default.as_ref().is_some_and(rules::is_no_default)
            && !insert.columns.contains(&column.name)
    });
    let refusals: Vec<Refusal> = left
        .map(|column| {
            let message = format!(
                "`{}` of `{}` is left to its default, which has no form on sqlite",
                column.name, insert.table
            );
            Refusal::new("default-fails", message).help("give it a value")
        })
        .collect();
    match refusals.is_empty() {
        true => Ok(()),
        false => Err(refusals),
    }
}

/// Ends a FROM at the end of a query, which would take ON CONFLICT for a join's ON.
fn end_from(body: &mut SetExpr) {
    match body {
        SetExpr::Select(select) if !select.from.is_empty() && select.filter.is_none() => {
            select.filter = Some(Expr::Literal(Literal::Boolean(true)));
        }
        SetExpr::Op { right, .. } => end_from(right),
        _ => {}
    }
}

/// How many columns a query gives.
fn width(query: &Query, scope: &DataScope<'_>) -> Option<usize> {
    match &query.body {
        SetExpr::Values(rows) => rows.first().map(Vec::len),
        SetExpr::Select(select)
            if select
                .items
                .iter()
                .all(|item| matches!(item, SelectItem::Expr { .. })) =>
        {
            Some(select.items.len())
        }
        _ => Scope::new(scope.authored, scope.source)
            .query_fields(query)
            .map(|fields| fields.len()),
    }
}

/// `DEFAULT` in VALUES: a column that has it in every row is left out, in the others it is the
/// default itself.
fn defaults(
    rows: &mut [Vec<Expr>],
    columns: &mut Vec<Ident>,
    least: usize,
    table: &Table,
) -> Result<(), Vec<Refusal>> {
    let is_default = |row: &Vec<Expr>, place: usize| row.get(place) == Some(&Expr::Default);
    for place in (0..columns.len()).rev() {
        let all = !rows.is_empty() && rows.iter().all(|row| is_default(row, place));
        if all && columns.len() > least {
            columns.remove(place);
            for row in rows.iter_mut() {
                row.remove(place);
            }
        }
    }
    for (place, name) in columns.iter().enumerate() {
        if !rows.iter().any(|row| is_default(row, place)) {
            continue;
        }
        let column = table.column(name).ok_or_else(|| {
            vec![Refusal::new(
                "unknown-column",
                format!("there is no column `{name}` in `{}`", table.name),
            )]
        })?;
        let value = if lower::numbers_itself(table, column) {
            // It is numbered where it is NULL.
            Expr::Literal(Literal::Null)
        } else {
            column
                .default
                .clone()
                .unwrap_or(Expr::Literal(Literal::Null))
        };
        for row in rows.iter_mut().filter(|row| is_default(row, place)) {
            row[place] = value.clone();
        }
    }
    Ok(())
}

/// `ON CONFLICT ON CONSTRAINT name` by the constraint's columns.
fn named_key(conflict: &mut OnConflict, table: &Table) -> Result<(), Vec<Refusal>> {
    let (columns, constraint) = match conflict {
        OnConflict::Nothing {
            columns,
            constraint,
            ..
        }
        | OnConflict::Update {
            columns,
            constraint,
            ..
        } => (columns, constraint),
        OnConflict::Replace | OnConflict::Ignore => return Ok(()),
    };
    let by_columns = |columns: &[Ident]| {
        let found = super::lower::found_by_columns(columns, table, &"ON CONFLICT");
        found.map_err(|refusal| vec![refusal])
    };
    let Some(name) = constraint.take() else {
        return by_columns(columns);
    };
    let found = table
        .constraints
        .iter()
        .find(|constraint| constraint.name.as_ref() == Some(&name));
    match found.map(|constraint| &constraint.kind) {
        Some(
            ConstraintKind::PrimaryKey { columns: key }
            | ConstraintKind::Unique { columns: key, .. },
        ) => {
            *columns = key.iter().map(|part| part.column.clone()).collect();
            by_columns(columns)
        }
        _ => Err(vec![Refusal::new(
            "unknown-constraint",
            format!("`{name}` is not a key of `{}`", table.name),
        )]),
    }
}

/// An UPDATE whose row values are as SQLite takes them, and whose defaults are written out.
fn whole_rows(update: &Update, table: &Table) -> Result<Update, Vec<Refusal>> {
    let mut update = update.clone();
    for assignment in &mut update.assignments {
        let values = match &mut assignment.value {
            Expr::Row(values) if assignment.columns.len() > 1 => values.as_mut_slice(),
            Expr::Subquery(_) => continue,
            value if assignment.columns.len() == 1 => std::slice::from_mut(value),
            _ => {
                return Err(vec![Refusal::new(
                    "no-form",
                    "SET to a row that is no list has no counterpart on sqlite",
                )]);
            }
        };
        for (name, value) in assignment.columns.iter().zip(values) {
            if *value == Expr::Default {
                *value = default_of(name, table)?;
            }
        }
    }
    Ok(update)
}

/// An UPDATE that reads its own table in a subquery. SQLite would see rows there that it has changed
/// already; with a FROM it computes all of them first (`updateFromSelect` of its sources), whatever
/// stands there.
fn look_before_writing(update: &mut Update) {
    let one = Select {
        items: vec![SelectItem::Expr {
            expr: Expr::Literal(Literal::Number("1".into())),
            alias: Some("at_once".into()),
        }],
        ..Select::default()
    };
    update.from.push(TableRef::Subquery {
        lateral: false,
        query: Box::new(one.into()),
        alias: Some("aludel_once".into()),
        columns: Vec::new(),
    });
}

/// What `SET column = DEFAULT` sets.
fn default_of(name: &Ident, table: &Table) -> Result<Expr, Vec<Refusal>> {
    let column = table.column(name);
    let Some(column) = column.filter(|column| column.generated.is_none()) else {
        let message = format!("`{name}` has no default that an UPDATE could set on sqlite");
        return Err(vec![Refusal::new("no-form", message)]);
    };
    if lower::numbers_itself(table, column) {
        let message = format!("`{name}` numbers itself, and an UPDATE gives it no new number");
        return Err(vec![Refusal::new("numbering", message)]);
    }
    let default = column.default.clone();
    Ok(default.unwrap_or(Expr::Literal(Literal::Null)))
}

/// `DELETE … USING u WHERE c` as `DELETE … WHERE EXISTS (SELECT 1 FROM u WHERE c)`.
fn without_using(delete: &Delete) -> Result<Delete, Vec<Refusal>> {
    if delete.using.is_empty() {
        return Ok(delete.clone());
    }
    if !delete.returning.is_empty() {
        return Err(vec![Refusal::new(
            "no-form",
            "RETURNING beside USING has no counterpart on sqlite",
        )]);
    }
    let matching = Select {
        items: vec![SelectItem::Expr {
            expr: Expr::Literal(Literal::Number("1".into())),
            alias: None,
        }],
        from: delete.using.clone(),
        filter: delete.filter.clone(),
        ..Select::default()
    };
    let query = Query::from(matching);
    Ok(Delete {
        using: Vec::new(),
        filter: Some(Expr::Exists(Box::new(query))),
        ..delete.clone()
    })
}

fn truncate(
    tables: &[Name],
    restart: bool,
    cascade: bool,
    scope: &DataScope<'_>,
) -> Result<Rendered, Vec<Refusal>> {
    let mut all: Vec<Name> = Vec::new();
    let mut refusals = Vec::new();
    let mut next: Vec<Name> = tables.to_vec();
    while let Some(name) = next.pop() {
        if all.contains(&name) {
            continue;
        }
        if let Err(more) = written(&name, scope) {
            refusals.extend(more);
            continue;
        }
        for child in scope
            .authored
            .referrers(&name)
            .filter(|child| child.name != name)
        {
            if cascade {
                next.push(child.name.clone());
            } else if !tables.contains(&child.name) {
                let message = format!(
                    "`{}` refers to `{name}`, so that PostgreSQL does not truncate it alone",
                    child.name
                );
                refusals.push(Refusal::new("truncate-referred", message));
            }
        }
        let mut triggers = scope.target.triggers_of(&names::flat(&name)).iter();
        if let Some(trigger) = triggers.find(|trigger| trigger.runs_for(TriggerEvent::Delete)) {
            let message = format!(
                "`{name}`: the trigger `{}` would run, as it does not for a TRUNCATE",
                trigger.name
            );
            refusals.push(Refusal::new("truncate-trigger", message));
        }
        all.push(name);
    }
    if !refusals.is_empty() {
        return Err(refusals);
    }
    let mut rendered = Rendered::default();
    let order = children_first(&all, scope);
    // In a circle one is emptied before what refers to it; in the end none has a row.
    let in_circle = order.iter().enumerate().any(|(at, name)| {
        let mut referrers = scope.authored.referrers(name);
        referrers.any(|child| order[at + 1..].contains(&child.name))
    });
    if in_circle {
        rendered.before.push("PRAGMA foreign_keys = OFF".into());
        rendered.check.push(table::FOREIGN_KEY_CHECK.into());
        rendered.after.push("PRAGMA foreign_keys = ON".into());
    }
    for name in &order {
        let flat = names::flat(name);
        let known = scope.target.referrers(&flat).map(|table| &table.name);
        let known = table::fails_if_referred(&flat, known);
        rendered.statements.push(known);
    }
    for name in order {
        let flat = names::flat(&name);
        rendered
            .statements
            .push(format!("DELETE FROM {}", table::ident(&flat)));
        let numbered = scope
            .target
            .table(&flat)
            .is_some_and(|table| table.columns.iter().any(|column| column.identity.is_some()));
        if restart && numbered {
            let literal = print(&Sqlite, |p| p.literal(&Literal::Text(flat.name.clone())))?;
            rendered.statements.push(format!(
                "DELETE FROM sqlite_sequence WHERE name = {literal}"
            ));
        }
    }
    Ok(rendered)
}

/// Tables in an order in which none is emptied while another still refers to it, as far as there
/// is one.
fn children_first(tables: &[Name], scope: &DataScope<'_>) -> Vec<Name> {
    fn visit(
        name: &Name,
        tables: &[Name],
        scope: &DataScope<'_>,
        seen: &mut HashSet<Name>,
        order: &mut Vec<Name>,
    ) {
        if !seen.insert(name.clone()) {
            return;
        }
        for child in scope
            .authored
            .referrers(name)
            .filter(|child| tables.contains(&child.name))
        {
            visit(&child.name, tables, scope, seen, order);
        }
        order.push(name.clone());
    }
    let (mut seen, mut order) = (HashSet::new(), Vec::new());
    let mut sorted = tables.to_vec();
    sorted.sort();
    for name in &sorted {
        visit(name, tables, scope, &mut seen, &mut order);
    }
    order
}
