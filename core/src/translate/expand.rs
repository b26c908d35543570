//! `CREATE TABLE … AS`: a table with the columns of a query, and its rows; a call of a function
//! that only defines things.

use super::infer::Scope;
use super::unfold::unfold;
use super::writing;
use crate::schema::{
    CallArg, Change, ColumnChange, ColumnDef, CreateTable, DataStatement, Expr, Ident, Insert,
    InsertSource, Literal, Name, Query, Replay, Select, SelectItem, SetExpr, TableAction, TableRef,
    Type,
};
use crate::sql::{self, Syntax};

/// A change as one or several that say the same, if it is one that holds a query whose columns
/// are known, or such a call; else as it is.
pub(super) fn expand(change: Change, replay: &Replay, source: Syntax) -> Vec<Change> {
    if let Change::Data(DataStatement::Query(query)) = &change
        && let Some(statements) = called(query, replay)
    {
        let changes = statements.iter().flat_map(|text| sql::parse(source, text));
        return changes.collect();
    }
    if let (Change::Data(statement), Syntax::Postgres) = (&change, source)
        && let Some(changes) = writing::apart(statement, replay, source)
    {
        return changes;
    }
    if let (Change::AlterTable { .. }, Syntax::Postgres) = (&change, source) {
        return defaulted(change);
    }
    if let (Change::DropTables { tables, .. }, Syntax::Postgres) = (&change, source) {
        let mut changes = circle_broken(tables, replay);
        changes.push(change);
        return changes;
    }
    let Change::CreateTable(create) = &change else {
        return vec![change];
    };
    match create
        .query
        .as_ref()
        .and_then(|_| made_of_query(create, replay, source))
    {
        Some(parts) => parts,
        None => vec![change],
    }
}

/// Of tables that refer to each other in a circle, and are dropped by one statement, the foreign keys that
/// keep a target from dropping one after the other.
fn circle_broken(tables: &[Name], replay: &Replay) -> Vec<Change> {
    let schema = replay.schema();
    let names = tables.iter().map(|name| replay.table_name(name));
    let mut left: Vec<Name> = names.filter(|name| schema.table(name).is_some()).collect();
    let mut broken = Vec::new();
    while !left.is_empty() {
        let referrers = |table: &Name| -> Vec<_> {
            let all = schema.referrers(table);
            all.filter(|other| other.name != *table && left.contains(&other.name))
                .collect()
        };
        let free = left.iter().position(|table| referrers(table).is_empty());
        let table = left[free.unwrap_or_default()].clone();
        for referrer in referrers(&table) {
            let keys = referrer.foreign_keys();
            let actions: Vec<TableAction> = keys
                .filter(|(_, key)| key.table == table)
                .filter_map(|(constraint, _)| {
                    Some(TableAction::DropConstraint {
                        name: constraint.name.clone()?,
                        if_exists: false,
                        cascade: false,
                    })
                })
                .collect();
            if !actions.is_empty() {
                broken.push(Change::AlterTable {
                    table: referrer.name.clone(),
                    if_exists: false,
                    actions,
                });
            }
        }
        left.retain(|name| *name != table);
    }
    broken
}

/// What a column that is added by a statement is given in the same one, apart: PostgreSQL gives the rows
/// that are there the default that it was added with, and sets the other afterwards.
fn defaulted(change: Change) -> Vec<Change> {
    let Change::AlterTable {
        table,
        if_exists,
        actions,
    } = change
    else {
        return vec![change];
    };
    let mut added = Vec::new();
    for action in &actions {
        if let TableAction::AddColumn { column, .. } = action {
            added.push(column.name.clone());
        }
    }
    let is_later = |action: &TableAction| match action {
        TableAction::AlterColumn { name, change } => {
            let sets = matches!(
                change,
                ColumnChange::SetDefault(_) | ColumnChange::SetIdentity(_)
            );
            sets && added.contains(name)
        }
        _ => false,
    };
    let (later, first): (Vec<_>, Vec<_>) = actions.into_iter().partition(is_later);
    let alter = |actions: Vec<TableAction>| Change::AlterTable {
        table: table.clone(),
        if_exists,
        actions,
    };
    match later.is_empty() {
        true => vec![alter(first)],
        false => vec![alter(first), alter(later)],
    }
}

/// What `SELECT f('t')` executes.
fn called(query: &Query, replay: &Replay) -> Option<Vec<String>> {
    let SetExpr::Select(select) = &query.body else {
        return None;
    };
    let [SelectItem::Expr { expr, alias: None }] = select.items.as_slice() else {
        return None;
    };
    let Expr::Call(call) = expr else {
        return None;
    };
    let [CallArg::Expr(argument)] = call.args.as_slice() else {
        return None;
    };
    let mut argument = argument;
    if let Expr::Cast { expr, .. } = argument {
        argument = expr;
    }
    let Expr::Literal(Literal::Text(table)) = argument else {
        return None;
    };
    let bare = Select {
        items: select.items.clone(),
        ..Select::default()
    };
    let nothing_else = **select == bare
        && query.with.is_empty()
        && query.limit.is_none()
        && query.offset.is_none();
    nothing_else
        .then(|| replay.defined_by(&call.name, table))
        .flatten()
}

/// Whether one of the values of a query, of so many, is a column of a table as it is: of what is made of a
/// domain's value the type is another.
fn is_column(query: &Query, place: usize, all: usize, replay: &Replay) -> bool {
    let SetExpr::Select(select) = &query.body else {
        return false;
    };
    let is_table = |name: &Name| {
        let mut with = query.with.iter();
        !with.any(|cte| cte.name == name.name) && replay.schema().table(name).is_some()
    };
    let is_plain = |item: &SelectItem| match item {
        SelectItem::Expr { expr, .. } => matches!(expr, Expr::Column { .. }),
        _ => true,
    };
    select.from.iter().all(|item| is_of_tables(item, &is_table))
        && match item_at(&select.items, place, all) {
            Some(expr) => matches!(expr, Expr::Column { .. }),
            None => select.items.iter().all(is_plain),
        }
}

/// Whether something in a FROM is a table, or tables that are joined.
fn is_of_tables(item: &TableRef, is_table: &dyn Fn(&Name) -> bool) -> bool {
    match item {
        TableRef::Table { name, .. } => is_table(name),
        TableRef::Join { left, right, .. } => {
            is_of_tables(left, is_table) && is_of_tables(right, is_table)
        }
        _ => false,
    }
}

/// Whether one of the values of a query, of so many, is made by a function or an operator: it has no limit
/// of digits, though its operands have one.
fn is_made(body: &SetExpr, place: usize, all: usize) -> bool {
    match body {
        SetExpr::Select(select) => match item_at(&select.items, place, all) {
            Some(Expr::Call(call)) => !matches!(
                call.name.name.as_str(),
                "coalesce" | "nullif" | "greatest" | "least"
            ),
            Some(expr) => matches!(expr, Expr::Binary { .. }),
            None => false,
        },
        SetExpr::Op { left, right, .. } => is_made(left, place, all) || is_made(right, place, all),
        _ => false,
    }
}

/// The item of a select list that gives a column, if it is none of those that `*` gives.
fn item_at(items: &[SelectItem], place: usize, all: usize) -> Option<&Expr> {
    let is_star = |item: &SelectItem| !matches!(item, SelectItem::Expr { .. });
    let first = items.iter().position(is_star);
    let from_the_end = all.checked_sub(place)?;
    let item = match first {
        Some(first) if place >= first => {
            let after = items.iter().rev().position(is_star)?;
            (from_the_end <= after).then(|| &items[items.len() - from_the_end])?
        }
        _ => items.get(place)?,
    };
    match item {
        SelectItem::Expr { expr, .. } => Some(expr),
        _ => None,
    }
}

fn without_limit(ty: Type) -> Type {
    match ty {
        Type::Numeric { unsigned, .. } => Type::Numeric {
            precision: None,
            unsigned,
        },
        ty => ty,
    }
}

/// A table that is made of a query, and the INSERT that fills it.
pub(super) fn made_of_query(
    create: &CreateTable,
    replay: &Replay,
    source: Syntax,
) -> Option<Vec<Change>> {
    let query = create.query.as_ref()?;
    if !create.columns.is_empty() {
        return None;
    }
    if create.if_not_exists && replay.has_relation(&create.name, create.options.temporary) {
        return Some(Vec::new());
    }
    let mut statement = replay.resolve(DataStatement::Query(Box::new(query.clone())));
    unfold(&mut statement, replay.schema(), source);
    let DataStatement::Query(query) = statement else {
        return None;
    };
    let fields = Scope::of_replay(replay, source).query_fields(&query)?;
    let mut table = create.clone();
    table.query = None;
    if source == Syntax::Mysql {
        table.columns = copied(&query, replay)?;
        return Some(vec![
            Change::CreateTable(Box::new(table)),
            Change::Data(DataStatement::Insert(Box::new(filled_by(create, query)))),
        ]);
    }
    let all = fields.len();
    for (place, field) in fields.into_iter().enumerate() {
        let ty = field.ty?;
        let is_domain = replay.schema().below(&ty) != ty;
        if is_domain && !is_column(&query, place, all, replay) {
            return None;
        }
        let ty = if is_made(&query.body, place, all) {
            without_limit(ty)
        } else {
            ty
        };
        table.columns.push(ColumnDef::new(field.name, ty));
    }
    Some(vec![
        Change::CreateTable(Box::new(table)),
        Change::Data(DataStatement::Insert(Box::new(filled_by(create, query)))),
    ])
}

/// The columns of MySQL's `CREATE TABLE … AS SELECT` of columns of one table: NOT NULL and defaults go
/// along, numbering does not. What type it gives anything else is its own affair.
fn copied(query: &Query, replay: &Replay) -> Option<Vec<ColumnDef>> {
    let SetExpr::Select(select) = &query.body else {
        return None;
    };
    let [TableRef::Table { name, .. }] = select.from.as_slice() else {
        return None;
    };
    let table = replay.schema().table(&replay.table_name(name))?;
    let copy = |name: &Ident, alias: Option<&Ident>| {
        let mut columns = table.columns.iter();
        let column = columns.find(|column| column.name.eq_ignore_ascii_case(name))?;
        let zero = || Expr::Literal(Literal::Number("0".into()));
        let mut copy = ColumnDef::new(alias.unwrap_or(&column.name).clone(), column.ty.clone());
        copy.nullable = Some(column.nullable);
        copy.default = match &column.identity {
            Some(_) => Some(zero()),
            None => column.default.clone(),
        };
        copy.charset = column.charset.clone().or(table.options.charset.clone());
        let collation = table.options.collation.clone().map(Name::bare);
        copy.collation = column.collation.clone().or(match column.charset {
            Some(_) => None,
            None => collation,
        });
        column.on_update.is_none().then_some(copy)
    };
    let mut columns = Vec::new();
    for item in &select.items {
        match item {
            SelectItem::Expr {
                expr: Expr::Column { column, .. },
                alias,
            } => columns.push(copy(column, alias.as_ref())?),
            SelectItem::Expr { .. } => return None,
            SelectItem::Star | SelectItem::TableStar(_) => {
                for column in &table.columns {
                    columns.push(copy(&column.name, None)?);
                }
            }
        }
    }
    Some(columns)
}

/// The INSERT that fills a table that is made of a query.
fn filled_by(create: &CreateTable, query: Box<Query>) -> Insert {
    Insert {
        with: Vec::new(),
        recursive: false,
        table: create.name.clone(),
        alias: None,
        columns: Vec::new(),
        overriding: false,
        source: InsertSource::Query(query),
        on_conflict: None,
        returning: Vec::new(),
    }
}
