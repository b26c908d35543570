//! Views.

use super::cursor::{Cursor, Parsed, unclear};
use super::{adapter, constraint};
use crate::schema::{Change, CreateView, Ignored};
use crate::sql::token::one_of;

/// What stands after `CREATE [OR REPLACE]`.
pub(super) fn create(c: &mut Cursor<'_>, or_replace: bool) -> Parsed<Change> {
    if c.is_any(&["TEMP", "TEMPORARY", "RECURSIVE"]) {
        return unclear("a view that is temporary or recursive");
    }
    mysql_head(c)?;
    let materialized = c.eat("MATERIALIZED");
    c.expect("VIEW")?;
    let if_not_exists = c.if_not_exists();
    let name = c.name()?;
    let columns = if c.is_op("(") {
        c.idents()?
    } else {
        Vec::new()
    };
    if c.eat("USING") {
        c.ident()?;
        c.ignore(Ignored::Storage);
    }
    options(c)?;
    if c.eat("TABLESPACE") {
        c.ident()?;
        c.ignore(Ignored::Storage);
    }
    c.expect("AS")?;
    let body = c.until(|c| {
        c.is("WITH")
            && (c.is_at(1, "CHECK")
                || one_of(c.word_at(1), &["CASCADED", "LOCAL"]) && c.is_at(2, "CHECK"))
            || with_data(c)
    });
    let text = body.as_written().to_owned();
    let query = adapter::query(&body).ok();
    // Whether a materialized view holds data before its first REFRESH is no part of the schema.
    let data = c.eats(&["WITH", "NO", "DATA"]);
    if !data && !c.eats(&["WITH", "DATA"]) && !c.done() {
        return unclear("a view with CHECK OPTION");
    }
    Ok(Change::CreateView(Box::new(CreateView {
        name,
        or_replace,
        if_not_exists,
        materialized,
        columns,
        query,
        text,
    })))
}

/// `WITH [NO] DATA` at the end; a WITH of a query may be called so too.
pub(super) fn with_data(c: &Cursor<'_>) -> bool {
    let words = c.rest().len();
    words == 2 && c.starts(&["WITH", "DATA"]) || words == 3 && c.starts(&["WITH", "NO", "DATA"])
}

/// `WITH (security_invoker)`: whose rights it has, and storage parameters of a materialized one.
/// What says which rows may be written through it is not understood.
fn options(c: &mut Cursor<'_>) -> Parsed<()> {
    if c.is("WITH") && c.is_op_at(1, "(") {
        let mut look = *c;
        look.skip(1);
        let mut inside = look.group()?;
        while !inside.done() {
            if inside.is("check_option") {
                return unclear("a view with options");
            }
            if inside.is_any(&["security_barrier", "security_invoker"]) {
                c.ignore(Ignored::Privileges);
            }
            inside.skip(1);
        }
    }
    constraint::storage(c)
}

/// MySQL's `ALGORITHM = …`, `DEFINER = …`, `SQL SECURITY …`.
fn mysql_head(c: &mut Cursor<'_>) -> Parsed<()> {
    loop {
        if c.eat("ALGORITHM") {
            c.expect_op("=")?;
            c.ident()?;
        } else if c.eat("DEFINER") {
            c.expect_op("=")?;
            c.until(|c| c.is("VIEW") || c.starts(&["SQL", "SECURITY"]));
            c.ignore(Ignored::Owner);
        } else if c.eats(&["SQL", "SECURITY"]) {
            c.ident()?;
            c.ignore(Ignored::Privileges);
        } else {
            return Ok(());
        }
    }
}

/// `ALTER [MATERIALIZED] VIEW …`, after those words.
pub(super) fn alter(c: &mut Cursor<'_>) -> Parsed<Change> {
    let if_exists = c.if_exists();
    let name = c.name()?;
    if c.eats(&["RENAME", "TO"]) {
        return Ok(Change::RenameView {
            name,
            if_exists,
            to: c.ident()?,
        });
    }
    if c.eats(&["OWNER", "TO"]) {
        c.ident()?;
        return Ok(Change::Ignored(Ignored::Owner));
    }
    // Only whose rights it has: other options say which rows may be written.
    if c.eat_any(&["SET", "RESET"]).is_some() {
        let mut inside = c.group()?;
        let is_right = inside.eat_any(&["security_barrier", "security_invoker"]);
        inside.until(|c| c.is_op(","));
        if is_right.is_some() && inside.done() {
            return Ok(Change::Ignored(Ignored::Privileges));
        }
    }
    unclear("a change of a view")
}
