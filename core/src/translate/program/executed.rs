//! What `EXECUTE` of a query asks that is put together of constants, and of the row: known before any
//! row, so that it is the query itself.

use super::words;
use crate::schema::{
    BinaryOp, CallArg, Expr, NEW, Name, OLD, Part, PartMut, Query, Select, SelectItem, named_tables,
};
use crate::sql::{Syntax, parse_query};

/// What `$1` is called while the query is read.
const GIVEN: &str = "aludel_given_";

/// The query that a text is, with what is given to it.
///
/// # Errors
///
/// If it is not known before, or asks tables: which those are would depend on the session.
pub(super) fn query(text: &Expr, using: &[Expr]) -> Result<Query, String> {
    let text = constant(text).ok_or("it executes what is not known before")?;
    if let Some(query) = field(&text, using) {
        return Ok(query);
    }
    let query = parse_query(Syntax::Postgres, &placed(&text));
    let mut query = query.map_err(|why| format!("it executes what is not understood: {why}"))?;
    let mut problem = false;
    put(PartMut::Query(&mut query), using, &mut problem);
    let mut tables = Vec::new();
    named_tables(Part::Query(&query), &mut tables);
    match problem || !tables.is_empty() {
        true => Err("it executes a query of more than what is given to it".into()),
        false => Ok(query),
    }
}

/// `SELECT $1."a"`, which is what most such queries are: it need not be taken apart.
fn field(text: &str, using: &[Expr]) -> Option<Query> {
    let (number, column) = text.trim().strip_prefix("SELECT $")?.split_once(".\"")?;
    let column = column
        .strip_suffix('"')
        .filter(|name| !name.contains('"'))?;
    let row = using.get(number.parse::<usize>().ok()?.checked_sub(1)?)?;
    let name = [NEW, OLD]
        .into_iter()
        .find(|name| *row == Expr::column(*name))?;
    let expr = Expr::Column {
        table: Some(Name::bare(name)),
        column: column.to_owned(),
    };
    Some(Query::from(Select {
        items: vec![SelectItem::Expr { expr, alias: None }],
        ..Select::default()
    }))
}

/// `$1` by a name that is read.
fn placed(text: &str) -> String {
    let mut placed = String::new();
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '$' if chars.peek().is_some_and(char::is_ascii_digit) => placed.push_str(GIVEN),
            c => placed.push(c),
        }
    }
    placed
}

/// Puts what is given in its places.
fn put(part: PartMut<'_>, using: &[Expr], problem: &mut bool) {
    let given = |name: &str| {
        let number = name.strip_prefix(GIVEN)?.parse::<usize>().ok()?;
        using.get(number.checked_sub(1)?)
    };
    match part {
        PartMut::Expr(expr) => match expr {
            Expr::Column {
                table: Some(row), ..
            } => match given(&row.name) {
                Some(Expr::Column {
                    table: None,
                    column,
                }) if [NEW, OLD].contains(&column.as_str()) => row.name.clone_from(column),
                _ => *problem = true,
            },
            Expr::Column {
                table: None,
                column,
            } => match given(column) {
                Some(value) => *expr = value.clone(),
                None => *problem = true,
            },
            expr => expr.parts_mut(&mut |part| put(part, using, problem)),
        },
        PartMut::Query(query) => query.parts_mut(&mut |part| put(part, using, problem)),
        PartMut::Table(_) | PartMut::Data(_) => *problem = true,
    }
}

/// A text that is made of constants alone.
fn constant(expr: &Expr) -> Option<String> {
    if let Some(text) = words::text(expr) {
        return Some(text.to_owned());
    }
    match expr {
        Expr::Binary {
            left,
            op: BinaryOp::Concat,
            right,
        } => Some(constant(left)? + &constant(right)?),
        Expr::Call(call) => {
            let args = call.args.iter().map(|arg| match arg {
                CallArg::Expr(expr) => constant(expr),
                _ => None,
            });
            let args = args.collect::<Option<Vec<String>>>()?;
            match (call.name.name.as_str(), args.as_slice()) {
                ("format", [format, args @ ..]) => formatted(format, args),
                ("quote_ident", [name]) => Some(identifier(name)),
                ("quote_literal", [text]) => literal(text),
                _ => None,
            }
        }
        _ => None,
    }
}

/// What `format` gives: `%s`, `%I`, `%L` and `%%` without places and widths.
fn formatted(format: &str, args: &[String]) -> Option<String> {
    let mut args = args.iter();
    let mut text = String::new();
    let mut chars = format.chars();
    while let Some(c) = chars.next() {
        if c != '%' {
            text.push(c);
            continue;
        }
        match chars.next()? {
            '%' => text.push('%'),
            's' => text.push_str(args.next()?),
            'I' => text.push_str(&identifier(args.next()?)),
            'L' => text.push_str(&literal(args.next()?)?),
            _ => return None,
        }
    }
    Some(text)
}

/// A name in quotes, which it means the same in.
fn identifier(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

fn literal(text: &str) -> Option<String> {
    // One with a backslash is written in another way.
    (!text.contains('\\')).then(|| format!("'{}'", text.replace('\'', "''")))
}
