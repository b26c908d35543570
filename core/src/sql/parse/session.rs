//! Settings of the session.

use super::adapter;
use super::cursor::{Cursor, Parsed, unclear};
use super::lex::Lex;
use crate::schema::{
    CallArg, Change, DataStatement, Expr, Ident, Literal, Query, SelectItem, SetExpr,
};
use crate::sql::Syntax;

/// PostgreSQL's search path unless somebody sets it.
const DEFAULT_PATH: &[&str] = &["$user", "public"];

fn path(names: impl IntoIterator<Item = Ident>) -> Change {
    // An empty name is how dumps say that no schema is searched.
    Change::SearchPath(names.into_iter().filter(|name| !name.is_empty()).collect())
}

fn default_path() -> Change {
    path(DEFAULT_PATH.iter().map(|name| (*name).to_owned()))
}

/// What stands after `SET`.
pub(super) fn set(c: &mut Cursor<'_>) -> Parsed<Vec<Change>> {
    if c.syntax() == Syntax::Mysql {
        return mysql(c);
    }
    c.eat_any(&["SESSION", "LOCAL"]);
    if c.is_any(&[
        "TRANSACTION",
        "CONSTRAINTS",
        "CHARACTERISTICS",
        "AUTHORIZATION",
        "ROLE",
    ]) {
        let name = c.upper()?.to_ascii_lowercase();
        let value = Some(c.take_rest().as_written().to_owned());
        return Ok(vec![Change::Setting { name, value }]);
    }
    if c.eats(&["TIME", "ZONE"]) {
        let value = Some(c.take_rest().as_written().to_owned());
        return Ok(vec![Change::Setting {
            name: "timezone".to_owned(),
            value,
        }]);
    }
    if c.eat("SCHEMA") {
        return Ok(vec![path([c.string()?])]);
    }
    let name = c.name()?.to_string().to_ascii_lowercase();
    if !c.eat("TO") {
        c.expect_op("=")?;
    }
    if name == "search_path" {
        if c.eat("DEFAULT") {
            return Ok(vec![default_path()]);
        }
        let names = c.list(|c| match c.kind(0) {
            Some(Lex::Text) => c.string(),
            _ => c.ident(),
        })?;
        return Ok(vec![path(names)]);
    }
    let value = if c.eat("DEFAULT") {
        None
    } else {
        Some(c.take_rest().as_written().to_owned())
    };
    Ok(vec![Change::Setting { name, value }])
}

/// MySQL's `SET a = 1, b = 2`.
fn mysql(c: &mut Cursor<'_>) -> Parsed<Vec<Change>> {
    if c.is_any(&["NAMES", "CHARACTER", "CHARSET", "TRANSACTION"]) || c.is_at(1, "TRANSACTION") {
        let name = c.upper()?.to_ascii_lowercase();
        let value = Some(c.take_rest().as_written().to_owned());
        return Ok(vec![Change::Setting { name, value }]);
    }
    if c.is_any(&["PASSWORD", "ROLE", "DEFAULT", "STATEMENT", "RESOURCE"]) {
        return unclear("a SET of no variable");
    }
    c.list(|c| {
        let left = c.until(|c| c.is_op("=") || c.is_op(":="));
        let name = left.as_written().to_ascii_lowercase();
        let name = [
            "@@session.",
            "@@global.",
            "@@local.",
            "session ",
            "global ",
            "local ",
            "@@",
        ]
        .iter()
        .find_map(|scope| name.strip_prefix(scope))
        .unwrap_or(&name)
        .trim()
        .to_owned();
        if !c.eat_op("=") {
            c.expect_op(":=")?;
        }
        let value = c.until(|c| c.is_op(",")).as_written().to_owned();
        if name.is_empty() || value.is_empty() {
            return c.expected("a variable and its value");
        }
        Ok(Change::Setting {
            name,
            value: Some(value),
        })
    })
}

/// What stands after `RESET`.
pub(super) fn reset(c: &mut Cursor<'_>) -> Parsed<Vec<Change>> {
    let name = c.name()?.to_string().to_ascii_lowercase();
    Ok(match name.as_str() {
        "search_path" => vec![default_path()],
        "all" => vec![default_path(), Change::Setting { name, value: None }],
        _ => vec![Change::Setting { name, value: None }],
    })
}

/// What stands after SQLite's `PRAGMA`.
pub(super) fn pragma(c: &mut Cursor<'_>) -> Parsed<Vec<Change>> {
    let name = c.name()?.name.to_ascii_lowercase();
    let value = if c.eat_op("=") {
        Some(c.take_rest().as_written().to_owned())
    } else if c.is_op("(") {
        Some(c.group()?.as_written().to_owned())
    } else {
        None
    };
    Ok(vec![Change::Setting { name, value }])
}

/// `SELECT pg_catalog.set_config('name', 'value', local)` and nothing else.
pub(super) fn set_config(c: &mut Cursor<'_>) -> Parsed<Option<Change>> {
    if c.syntax() != Syntax::Postgres || !c.is("SELECT") {
        return Ok(None);
    }
    let qualified = c.is_at(1, "pg_catalog") && c.is_op_at(2, ".");
    if !c.is_at(if qualified { 3 } else { 1 }, "set_config") {
        return Ok(None);
    }
    let DataStatement::Query(query) = adapter::data(&c.take_rest())? else {
        return unclear("set_config within more");
    };
    match config(&query) {
        Some(("search_path", value)) => Ok(Some(path(
            value
                .split(',')
                .map(|name| name.trim().trim_matches('"').to_owned()),
        ))),
        Some((name, value)) => Ok(Some(Change::Setting {
            name: name.to_ascii_lowercase(),
            value: Some(value.to_owned()),
        })),
        None => unclear("set_config within more"),
    }
}

/// The name and the value of a query that is one call of `set_config`.
fn config(query: &Query) -> Option<(&str, &str)> {
    let SetExpr::Select(select) = &query.body else {
        return None;
    };
    let ([SelectItem::Expr { expr, .. }], true, None) = (
        select.items.as_slice(),
        select.from.is_empty(),
        &select.filter,
    ) else {
        return None;
    };
    let Expr::Call(call) = expr else { return None };
    match call.args.as_slice() {
        [
            CallArg::Expr(Expr::Literal(Literal::Text(name))),
            CallArg::Expr(Expr::Literal(Literal::Text(value))),
            _,
        ] => Some((name, value)),
        _ => None,
    }
}
