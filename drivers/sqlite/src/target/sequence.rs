//! Sequences: on SQLite a table that numbers itself keeps its counter in `sqlite_sequence`.

use aludel::schema::{
    Call, CallArg, Expr, Ident, Literal, Name, Query, SelectItem, Sequence, SetExpr, UnaryOp,
};
use aludel::translate::infer::Scope;
use aludel::translate::print::{Spelling, print};
use aludel::translate::rewrite::rewrite;
use aludel::translate::{DataScope, Omission, Refusal, Rendered};

use super::names;
use super::rules::{Meaning, Stands};
use super::spelling::Sqlite;

/// What happened to a sequence.
pub(super) fn effect(
    before: Option<&Sequence>,
    after: Option<&Sequence>,
    restart: Option<Option<i64>>,
    scope: &DataScope<'_>,
) -> Result<Rendered, Vec<Refusal>> {
    let mut rendered = Rendered::default();
    let Some(after) = after else {
        return Ok(rendered);
    };
    if before.is_none() && after.owned_by.is_none() && !after.identity {
        let message = format!("the sequence `{}`; a table numbers itself", after.name);
        rendered.omissions.push(Omission::new("sequence", message));
    }
    if let Some(to) = restart {
        let first = to
            .or(after.options.start)
            .or(after.options.min)
            .unwrap_or(1);
        let counts = after.owned_by.is_some() || after.identity;
        let table = numbered(&after.name, scope);
        if table.is_none() && counts {
            let message = format!("the sequence `{}` numbers no table on sqlite", after.name);
            return Err(vec![Refusal::new("sequence", message)]);
        }
        if let Some(table) = table {
            let last = Expr::Literal(Literal::Number((first - 1).to_string()));
            rendered.statements = set_counter(&table, &print(&Sqlite, |p| p.expr(&last))?)?;
        }
    }
    Ok(rendered)
}

/// The table that is numbered by a sequence here.
fn numbered(sequence: &Name, scope: &DataScope<'_>) -> Option<Name> {
    let owner = scope
        .authored
        .sequence(sequence)
        .and_then(|sequence| sequence.owned_by.clone());
    let (table, column): (Name, Ident) = match owner {
        Some(owner) => owner,
        None => scope.authored.sequence_users(sequence).find_map(|table| {
            let draws = |column: &&aludel::schema::Column| {
                column
                    .default
                    .as_ref()
                    .and_then(aludel::schema::sequence_of)
                    .is_some_and(|name| name == *sequence)
            };
            let column = table.columns.iter().find(draws)?;
            Some((table.name.clone(), column.name.clone()))
        })?,
    };
    let held = scope.target.table(&names::flat(&table))?;
    held.column(&column)?.identity.as_ref()?;
    Some(held.name.clone())
}

/// Sets the last number that was given. A table without a row in `sqlite_sequence` has given none.
pub(super) fn set_counter(table: &Name, last: &str) -> Result<Vec<String>, Vec<Refusal>> {
    let name = Sqlite
        .literal(&Literal::Text(table.name.clone()))
        .map_err(|refusal| vec![refusal])?;
    Ok(vec![
        format!(
            "INSERT INTO sqlite_sequence (name, seq) SELECT {name}, 0 \
             WHERE NOT EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = {name})"
        ),
        format!("UPDATE sqlite_sequence SET seq = {last} WHERE name = {name}"),
    ])
}

/// `SELECT setval('t_id_seq', (SELECT max(id) FROM t))`, if the query is that.
pub(super) fn setval(
    query: &Query,
    scope: &DataScope<'_>,
) -> Option<Result<Rendered, Vec<Refusal>>> {
    let SetExpr::Select(select) = &query.body else {
        return None;
    };
    let [SelectItem::Expr { expr, .. }] = select.items.as_slice() else {
        return None;
    };
    let call = setval_call(expr)?;
    let plain = query.with.is_empty() && query.limit.is_none() && query.order_by.is_empty();
    let (Some(CallArg::Expr(sequence)), Some(CallArg::Expr(value)), true) =
        (call.args.first(), call.args.get(1), plain)
    else {
        return Some(Err(vec![no_form()]));
    };
    let called = match call.args.get(2) {
        None => None,
        Some(CallArg::Expr(called)) => Some(called),
        Some(_) => return Some(Err(vec![no_form()])),
    };
    let Some(table) = meant(sequence, scope) else {
        if let Some(name) = numbers_nothing(sequence, scope) {
            let message =
                format!("the number that the sequence `{name}` is set to; a table numbers itself");
            return Some(Ok(Rendered {
                omissions: vec![Omission::new("sequence", message)],
                ..Rendered::default()
            }));
        }
        return Some(Err(vec![Refusal::new(
            "sequence",
            "a sequence that numbers no table on sqlite cannot be set",
        )]));
    };
    Some(rendered(&table, value, called, select, scope))
}

fn rendered(
    table: &Name,
    value: &Expr,
    called: Option<&Expr>,
    select: &aludel::schema::Select,
    scope: &DataScope<'_>,
) -> Result<Rendered, Vec<Refusal>> {
    // The same query, of the value alone.
    let less = Expr::binary(
        value.clone(),
        aludel::schema::BinaryOp::Minus,
        Expr::Literal(Literal::Number("1".into())),
    );
    let value = match called {
        None | Some(Expr::Literal(Literal::Boolean(true))) => value.clone(),
        Some(Expr::Literal(Literal::Boolean(false))) => less,
        Some(called) => Expr::Case {
            operand: None,
            whens: vec![(called.clone(), value.clone()), (not(called), less)],
            otherwise: None,
        },
    };
    let mut select = select.clone();
    select.items = vec![SelectItem::Expr {
        expr: value,
        alias: None,
    }];
    let query = Query::from(select);
    let types = Scope::new(scope.authored, scope.source);
    let (query, omissions) = rewrite(&Meaning::new(Stands::Statement), types, |rw| {
        rw.query(&query)
    })?;
    // NULL (of an empty table) sets nothing.
    let last = Expr::call(
        "coalesce",
        [Expr::Subquery(Box::new(query)), Expr::column("seq")],
    );
    let statements = set_counter(table, &print(&Sqlite, |p| p.expr(&last))?)?;
    Ok(Rendered {
        statements,
        omissions,
        ..Rendered::default()
    })
}

fn not(expr: &Expr) -> Expr {
    Expr::Unary {
        op: UnaryOp::Not,
        expr: Box::new(expr.clone()),
    }
}

fn setval_call(expr: &Expr) -> Option<&Call> {
    match expr {
        Expr::Call(call) if call.name.name == "setval" => Some(call),
        Expr::Cast { expr, .. } => setval_call(expr),
        _ => None,
    }
}

/// The table that a sequence numbers, which is named by itself or by its column.
fn meant(expr: &Expr, scope: &DataScope<'_>) -> Option<Name> {
    match expr {
        Expr::Cast { expr, .. } => meant(expr, scope),
        Expr::Literal(Literal::Text(_)) => {
            let name = aludel::schema::sequence_of(&Expr::call("nextval", [expr.clone()]))?;
            numbered(&name, scope)
        }
        Expr::Call(call) if call.name.name == "pg_get_serial_sequence" => {
            let [
                CallArg::Expr(table),
                CallArg::Expr(Expr::Literal(Literal::Text(column))),
            ] = call.args.as_slice()
            else {
                return None;
            };
            // Its first argument is read as a name, as nextval's is.
            let table = aludel::schema::sequence_of(&Expr::call("nextval", [table.clone()]))?;
            let held = scope.target.table(&names::flat(&table))?;
            held.column(column)?.identity.as_ref()?;
            Some(held.name.clone())
        }
        _ => None,
    }
}

/// The sequence, if it is one that no column draws from: nothing here knows its numbers.
fn numbers_nothing(expr: &Expr, scope: &DataScope<'_>) -> Option<Name> {
    match expr {
        Expr::Cast { expr, .. } => numbers_nothing(expr, scope),
        Expr::Literal(Literal::Text(_)) => {
            let name = aludel::schema::sequence_of(&Expr::call("nextval", [expr.clone()]))?;
            let sequence = scope.authored.sequence(&name)?;
            let drawn = scope.authored.sequence_users(&name).next().is_some();
            (sequence.owned_by.is_none() && !sequence.identity && !drawn).then_some(name)
        }
        _ => None,
    }
}

fn no_form() -> Refusal {
    Refusal::new("no-form", "this setval has no counterpart on sqlite")
        .help("write `SELECT setval('t_id_seq', (SELECT max(id) FROM t))`")
}
