//! `ON CONFLICT` as ON DUPLICATE KEY UPDATE, which takes whatever key is met.
//!
//! Where another key than the one named could be met, DO NOTHING becomes a condition: rows whose
//! key is there already are not inserted.

use std::collections::BTreeSet;

use aludel::schema::{
    Assignment, ConstraintKind, Expr, Ident, Insert, InsertSource, Literal, Name, OnConflict,
    PartMut, Query, Select, SelectItem, SetExpr, SetOp, Table, TableRef, Trigger, Type,
};
use aludel::translate::Refusal;
use aludel::translate::infer::Family;

use super::insert::is_fresh;
use super::update::{in_order, single};
use crate::target::build;
use crate::target::facts::Facts;
use crate::target::keys::columns_of;

/// A key that says which rows there cannot be two of.
struct Key {
    name: Option<Ident>,
    columns: BTreeSet<Ident>,
    filter: Option<Expr>,
    /// All that it compares are columns.
    plain: bool,
    /// NULLs are equal to it.
    equal_nulls: bool,
}

/// What is done if a row exists.
///
/// `trigger`: one that runs where a row of the table is changed.
///
/// # Errors
///
/// If another key than the one named could be met, or a trigger would run for a row that stays.
pub(super) fn shape(
    rewritten: &mut Insert,
    on_conflict: OnConflict,
    insert: &Insert,
    table: &Table,
    alias: Option<&Ident>,
    trigger: Option<&str>,
    facts: &Facts,
) -> Result<(), Vec<Refusal>> {
    let keys = keys(table);
    let (named, assignments, filter) = match &on_conflict {
        OnConflict::Nothing {
            columns,
            filter,
            constraint,
        } => (
            named(&keys, columns, filter.as_ref(), constraint.as_ref()),
            None,
            None,
        ),
        OnConflict::Update {
            columns,
            key_filter,
            constraint,
            assignments,
            filter,
        } => (
            named(
                &keys,
                columns,
                authored_filter(insert).or(key_filter.as_ref()),
                constraint.as_ref(),
            ),
            Some(single(assignments.clone(), facts)?),
            filter.clone(),
        ),
        _ => {
            let message = "this form of INSERT has no counterpart";
            return Err(vec![Refusal::new("no-form", message)]);
        }
    };
    if let Some(trigger) = trigger.filter(|_| assignments.is_none() || filter.is_some()) {
        let only = match named {
            Named::Key(key) if assignments.is_none() && key.plain && key.filter.is_none() => key,
            _ => return Err(vec![runs(trigger, table)]),
        };
        return match absent(rewritten, only, table, facts) {
            true => Ok(()),
            false => Err(vec![runs(trigger, table)]),
        };
    }
    match named {
        Named::Any if assignments.is_none() => {}
        Named::Key(key) => {
            if let Err(refusals) = refuse_others(key, &keys, insert, table, facts) {
                let nothing = assignments.is_none() && key.plain && key.filter.is_none();
                return if nothing && absent(rewritten, key, table, facts) {
                    Ok(())
                } else {
                    Err(refusals)
                };
            }
        }
        _ => {
            let message = format!("`{}` has no key that ON CONFLICT names", table.name);
            return Err(vec![Refusal::new("conflict-key", message)]);
        }
    }
    let assignments = match assignments {
        // The row that exists stays what it is.
        None => vec![itself(table, &keys)],
        Some(assignments) => updates(assignments, filter, table, alias, facts)?,
    };
    read_apart(rewritten);
    if let InsertSource::Query(query) = &mut rewritten.source {
        end_joins(&mut query.body);
    }
    rewritten.on_conflict = Some(OnConflict::Update {
        columns: Vec::new(),
        key_filter: None,
        constraint: None,
        assignments,
        filter: None,
    });
    Ok(())
}

/// Rows that the table itself gives are taken from a query apart: its columns would be those of the
/// table that is written too.
fn read_apart(insert: &mut Insert) {
    let InsertSource::Query(query) = &insert.source else {
        return;
    };
    let reads = |select: &Select| select.from.iter().any(|item| names(item, &insert.table));
    if !matches!(&query.body, SetExpr::Select(select) if reads(select)) {
        return;
    }
    if let Some(rows) = named_rows(query, &insert.columns) {
        let select = of_rows(rows, &insert.columns, None);
        insert.source = InsertSource::Query(Box::new(Query::from(select)));
    }
}

/// Ends a FROM whose last join could take the ON of ON DUPLICATE KEY for its own.
fn end_joins(body: &mut SetExpr) {
    match body {
        SetExpr::Select(select) => {
            let joins = matches!(select.from.last(), Some(TableRef::Join { .. }));
            let ends = select.filter.is_some() || !select.group_by.is_empty();
            if joins && !ends && select.having.is_none() {
                select.filter = Some(Expr::Literal(Literal::Boolean(true)));
            }
        }
        SetExpr::Op { right, .. } => end_joins(right),
        SetExpr::Query(_) | SetExpr::Values(_) => {}
    }
}

/// Whether an item in FROM is a table by its own name.
fn names(item: &TableRef, table: &Name) -> bool {
    match item {
        TableRef::Table { name, alias, .. } => alias.is_none() && name == table,
        TableRef::Join { left, right, .. } => names(left, table) || names(right, table),
        _ => false,
    }
}

/// A row that stays what it is would be written all the same.
fn runs(trigger: &str, table: &Table) -> Refusal {
    let message = format!(
        "`{}`: the trigger `{trigger}` would run for a row that is there and stays what it is",
        table.name
    );
    Refusal::new("conflict-trigger", message)
        .help("name the key in ON CONFLICT, and change every row that meets one, or none")
}

/// A row that is there already is not inserted at all.
pub(super) fn runs_not(trigger: &Trigger, table: &Name) -> Refusal {
    let message = format!(
        "`{table}`: the trigger `{}` would not run for a row that is there already",
        trigger.name
    );
    Refusal::new("conflict-trigger", message).help("insert only rows that are not there")
}

/// What the rows that are to be inserted are called.
const NEW: &str = "new_rows";

/// Makes an INSERT one of the rows whose key is not there. False if its rows cannot be named.
fn absent(insert: &mut Insert, key: &Key, table: &Table, facts: &Facts) -> bool {
    if key.equal_nulls {
        return false;
    }
    if !key
        .columns
        .iter()
        .all(|column| insert.columns.contains(column))
    {
        return false;
    }
    let InsertSource::Query(query) = &insert.source else {
        return false;
    };
    let Some(rows) = named_rows(query, &insert.columns) else {
        return false;
    };
    let equal = key.columns.iter().map(|column| {
        let mut new = of(NEW, column);
        let ty = table.column(column).map(|column| &column.ty);
        if ty.is_some_and(|ty| Family::of(ty) == Family::Text) {
            let any_case = facts.any_case.filter(|_| ty == Some(&Type::Citext));
            new = build::collate(new, any_case.unwrap_or(facts.exact));
        }
        build::equal(of(&table.name.name, column), new)
    });
    let filter = equal.reduce(build::and);
    let item = |expr: Expr| SelectItem::Expr { expr, alias: None };
    let there = Select {
        items: vec![item(build::number(1))],
        from: vec![TableRef::Table {
            name: insert.table.clone(),
            alias: None,
            columns: Vec::new(),
        }],
        filter,
        ..Select::default()
    };
    let missing = build::not(Expr::Exists(Box::new(Query::from(there))));
    let select = of_rows(rows, &insert.columns, Some(missing));
    insert.source = InsertSource::Query(Box::new(Query::from(select)));
    true
}

fn of(table: &str, column: &Ident) -> Expr {
    Expr::Column {
        table: Some(Name::bare(table)),
        column: column.clone(),
    }
}

/// The rows of a query in FROM.
fn of_rows(rows: Query, columns: &[Ident], filter: Option<Expr>) -> Select {
    let item = |column| SelectItem::Expr {
        expr: of(NEW, column),
        alias: None,
    };
    Select {
        items: columns.iter().map(item).collect(),
        from: vec![TableRef::Subquery {
            lateral: false,
            query: Box::new(rows),
            alias: Some(NEW.into()),
            columns: Vec::new(),
        }],
        filter,
        ..Select::default()
    }
}

/// The rows that an INSERT inserts, under the names of their columns.
fn named_rows(query: &Query, columns: &[Ident]) -> Option<Query> {
    let named = |(expr, name): (&Expr, &Ident)| SelectItem::Expr {
        expr: expr.clone(),
        alias: Some(name.clone()),
    };
    let mut query = query.clone();
    query.body = match query.body {
        SetExpr::Values(rows) => {
            if rows.iter().flatten().any(|value| *value == Expr::Default) {
                return None;
            }
            let selects = rows.iter().map(|row| {
                SetExpr::Select(Box::new(Select {
                    items: row.iter().zip(columns).map(named).collect(),
                    ..Select::default()
                }))
            });
            selects.reduce(|left, right| SetExpr::Op {
                op: SetOp::Union,
                all: true,
                left: Box::new(left),
                right: Box::new(right),
            })?
        }
        SetExpr::Select(mut select) => {
            let exprs: Option<Vec<&Expr>> = (select.items.iter())
                .map(|item| match item {
                    SelectItem::Expr { expr, .. } => Some(expr),
                    _ => None,
                })
                .collect();
            let items = exprs?.into_iter().zip(columns).map(named).collect();
            select.items = items;
            SetExpr::Select(select)
        }
        _ => return None,
    };
    Some(query)
}

/// The predicate as the author wrote it, to be compared with the index's.
fn authored_filter(insert: &Insert) -> Option<&Expr> {
    match &insert.on_conflict {
        Some(OnConflict::Update { key_filter, .. }) => key_filter.as_ref(),
        Some(OnConflict::Nothing { filter, .. }) => filter.as_ref(),
        _ => None,
    }
}

enum Named<'k> {
    Any,
    Key(&'k Key),
    Unknown,
}

fn named<'k>(
    keys: &'k [Key],
    columns: &[Ident],
    filter: Option<&Expr>,
    constraint: Option<&Ident>,
) -> Named<'k> {
    if let Some(constraint) = constraint {
        let key = keys
            .iter()
            .find(|key| key.name.as_ref() == Some(constraint));
        return key.map_or(Named::Unknown, Named::Key);
    }
    if columns.is_empty() {
        return Named::Any;
    }
    let columns: BTreeSet<Ident> = columns.iter().cloned().collect();
    let is = |key: &&Key| key.plain && key.columns == columns;
    let whole = keys.iter().filter(is).find(|key| key.filter.is_none());
    let partial = || {
        keys.iter()
            .filter(is)
            .find(|key| key.filter.as_ref() == filter)
    };
    whole.or_else(partial).map_or(Named::Unknown, Named::Key)
}

fn keys(table: &Table) -> Vec<Key> {
    let constraints = table
        .constraints
        .iter()
        .filter_map(|constraint| match &constraint.kind {
            ConstraintKind::PrimaryKey { columns } | ConstraintKind::Unique { columns, .. } => {
                Some(Key {
                    name: constraint.name.clone(),
                    columns: columns.iter().map(|part| part.column.clone()).collect(),
                    filter: None,
                    plain: true,
                    equal_nulls: matches!(
                        constraint.kind,
                        ConstraintKind::Unique {
                            nulls_not_distinct: true,
                            ..
                        }
                    ),
                })
            }
            _ => None,
        });
    let indexes = table.indexes.iter().filter(|index| index.unique);
    let indexes = indexes.map(|index| Key {
        name: Some(index.name.clone()),
        columns: index
            .keys
            .iter()
            .flat_map(|key| columns_of(&key.expr))
            .collect(),
        filter: index.filter.clone(),
        plain: index
            .keys
            .iter()
            .all(|key| matches!(key.expr, Expr::Column { .. })),
        equal_nulls: index.nulls_not_distinct,
    });
    constraints.chain(indexes).collect()
}

/// Another key that is met would be an error there, and is taken for the one named here.
fn refuse_others(
    named: &Key,
    keys: &[Key],
    insert: &Insert,
    table: &Table,
    facts: &Facts,
) -> Result<(), Vec<Refusal>> {
    let other = keys.iter().find(|key| {
        // Whoever meets a key with all of its columns meets it too.
        let implied = named.filter.is_none()
            && named.plain
            && named.columns.is_subset(&key.columns)
            && key.plain
            && (named.equal_nulls || !key.equal_nulls);
        let fresh = key
            .columns
            .iter()
            .any(|column| !insert.columns.contains(column) && is_fresh(table, column, facts));
        let same = std::ptr::eq(*key, named);
        !(same || implied || fresh)
    });
    match other {
        None => Ok(()),
        Some(key) => {
            let columns: Vec<&str> = key.columns.iter().map(String::as_str).collect();
            let message = format!(
                "ON CONFLICT names one key of `{}`, and {} would take a row that exists in its key over ({}) for it too",
                table.name,
                facts.name,
                columns.join(", ")
            );
            Err(vec![Refusal::new("conflict-other-key", message)])
        }
    }
}

/// An assignment that changes nothing.
fn itself(table: &Table, keys: &[Key]) -> Assignment {
    let column = keys
        .iter()
        .flat_map(|key| &key.columns)
        .chain(table.columns.iter().map(|column| &column.name))
        .find(|name| {
            table
                .column(name)
                .is_some_and(|column| column.generated.is_none())
        });
    let column = column.cloned().unwrap_or_default();
    Assignment {
        value: Expr::Column {
            table: Some(table.name.clone()),
            column: column.clone(),
        },
        columns: vec![column],
    }
}

fn updates(
    assignments: Vec<Assignment>,
    filter: Option<Expr>,
    table: &Table,
    alias: Option<&Ident>,
    facts: &Facts,
) -> Result<Vec<Assignment>, Vec<Refusal>> {
    let mut assignments = assignments;
    for assignment in &mut assignments {
        here(&mut assignment.value, table, alias);
    }
    if let Some(mut filter) = filter {
        here(&mut filter, table, alias);
        let mut read = BTreeSet::new();
        super::each_column(&filter, &mut |_, column| {
            read.insert(column.to_owned());
        });
        if assignments.len() > 1
            && assignments
                .iter()
                .flat_map(|a| &a.columns)
                .any(|column| read.contains(column))
        {
            let message = format!(
                "the WHERE of ON CONFLICT reads a column that is set, and {} sets one after the other",
                facts.name
            );
            return Err(vec![Refusal::new("simultaneous", message)]);
        }
        for assignment in &mut assignments {
            let [column] = assignment.columns.as_slice() else {
                let message = "several columns set at once in ON CONFLICT have no counterpart";
                return Err(vec![Refusal::new("no-form", message)]);
            };
            let old = Expr::Column {
                table: Some(table.name.clone()),
                column: column.clone(),
            };
            let new = std::mem::replace(&mut assignment.value, build::null());
            assignment.value = build::case([(filter.clone(), new)], Some(old));
        }
    }
    in_order(assignments, &table.name.name, facts)
}

/// `excluded.c` is `VALUES(c)`; an alias is the table's name.
fn here(expr: &mut Expr, table: &Table, alias: Option<&Ident>) {
    if let Expr::Column {
        table: Some(qualifier),
        column,
    } = expr
    {
        if qualifier.name == "excluded" && qualifier.schema.is_none() {
            *expr = build::call("values", [Expr::column(column.clone())]);
            return;
        }
        if Some(&qualifier.name) == alias {
            *qualifier = table.name.clone();
        }
    }
    expr.parts_mut(&mut |part| {
        if let PartMut::Expr(expr) = part {
            here(expr, table, alias);
        }
    });
}
