//! A function in SQL that gives one expression of its arguments: what a call of it comes to is
//! known without the function.

use super::cursor::{Cursor, Parsed, Source, unclear};
use super::lex::{self, Lex};
use super::{parse_query, parse_type, types};
use crate::schema::{
    Expr, Ident, Literal, Name, Part, PartMut, Query, Select, SelectItem, SetExpr, Type,
    ValueFunction,
};
use crate::sql::Syntax;

/// The function, from its arguments and what follows them.
pub(super) fn read(mut arguments: Cursor<'_>, rest: Cursor<'_>) -> Parsed<ValueFunction> {
    let mut names = Vec::new();
    let mut parameters = Vec::new();
    while !arguments.done() {
        let (name, ty) = parameter(arguments.until(|c| c.is_op(",")))?;
        names.push(name);
        parameters.push(ty);
        arguments.skip(1);
    }
    let said = said(rest)?;
    let mut body = expression(&said.code)?;
    let mut known = true;
    rename(&mut body, &names, &mut known);
    if !known {
        return unclear("a function of more than its arguments");
    }
    if parameters.iter().any(ValueFunction::is_any) {
        let any = |name: &str| {
            let mut all = parameters.iter().enumerate();
            all.any(|(n, ty)| ValueFunction::is_any(ty) && name == ValueFunction::argument(n + 1))
        };
        if !ValueFunction::is_any(&said.returns) || !hands_on(&body, &any) {
            return unclear("what it does with a value of any type");
        }
    }
    Ok(ValueFunction {
        parameters,
        returns: said.returns,
        strict: said.strict,
        body,
    })
}

/// Whether a value of any type is only handed on as it is: what else is done with it depends on the type
/// that it has where the function is called.
fn hands_on(expr: &Expr, any: &dyn Fn(&str) -> bool) -> bool {
    let each = |expr: &Expr| hands_on(expr, any);
    match expr {
        Expr::Column { column, .. } => any(column),
        Expr::Case {
            operand,
            whens,
            otherwise,
        } => {
            let mut conditions = operand.iter().map(|operand| &**operand);
            conditions.all(|expr| asks_nothing_of(expr, any))
                && whens.iter().all(|(when, _)| asks_nothing_of(when, any))
                && whens.iter().all(|(_, then)| each(then))
                && otherwise.iter().all(|otherwise| each(otherwise))
        }
        Expr::Call(call) if call.name == Name::bare("coalesce") => call
            .plain_args()
            .is_some_and(|args| args.into_iter().all(each)),
        Expr::Literal(Literal::Null) => true,
        _ => false,
    }
}

/// Whether a condition asks nothing of a value of any type but whether it is NULL.
fn asks_nothing_of(expr: &Expr, any: &dyn Fn(&str) -> bool) -> bool {
    match expr {
        Expr::IsNull { expr, .. } if matches!(**expr, Expr::Column { .. }) => true,
        Expr::Column { column, .. } => !any(column),
        expr => {
            let mut nothing = true;
            expr.parts(&mut |part| match part {
                Part::Expr(expr) => nothing &= asks_nothing_of(expr, any),
                Part::Query(_) | Part::Table(_) | Part::Data(_) => nothing = false,
            });
            nothing
        }
    }
}

/// `name type`, `type`.
fn parameter(mut c: Cursor<'_>) -> Parsed<(Option<Ident>, Type)> {
    if let Ok(ty) = bare_type(c.as_written()) {
        return Ok((None, ty));
    }
    c.eat("IN");
    if let Ok(ty) = bare_type(c.as_written()) {
        return Ok((None, ty));
    }
    let name = c.ident()?;
    Ok((Some(name), bare_type(c.as_written())?))
}

/// A type as functions know it: how long a value of it may be is of no account to them.
fn bare_type(text: &str) -> Parsed<Type> {
    Ok(match parse_type(Syntax::Postgres, text).or_else(unclear)? {
        Type::Varchar(_) | Type::Text => Type::Text,
        Type::Named(name) if name == Name::bare(ValueFunction::ANY) => {
            Type::Other(ValueFunction::ANY.to_owned())
        }
        ty @ (Type::Boolean
        | Type::SmallInt { .. }
        | Type::Integer { .. }
        | Type::BigInt { .. }
        | Type::Double
        | Type::Date
        | Type::Uuid
        | Type::Json
        | Type::Jsonb) => ty,
        Type::Timestamp { zoned, .. } => Type::Timestamp {
            precision: None,
            zoned,
        },
        _ => return unclear("a type of an argument"),
    })
}

/// The type of the one value that a function gives, if it is a plain one: a function's type has no limit.
pub(super) fn given(mut rest: Cursor<'_>) -> Option<Type> {
    rest.until(|c| c.is("RETURNS"));
    rest.skip(1);
    let spelled = types::column(&mut rest).ok()?;
    without_limit(spelled.ty)
}

fn without_limit(ty: Type) -> Option<Type> {
    Some(match ty {
        Type::Varchar(_) => Type::Varchar(None),
        Type::Numeric { .. } => Type::Numeric {
            precision: None,
            unsigned: false,
        },
        Type::Time { zoned, .. } => Type::Time {
            precision: None,
            zoned,
        },
        Type::Timestamp { zoned, .. } => Type::Timestamp {
            precision: None,
            zoned,
        },
        Type::Array(item) => Type::Array(Box::new(without_limit(*item)?)),
        ty @ (Type::Boolean
        | Type::SmallInt { .. }
        | Type::Integer { .. }
        | Type::BigInt { .. }
        | Type::Real
        | Type::Double
        | Type::Text
        | Type::Blob
        | Type::Date
        | Type::Uuid
        | Type::Json
        | Type::Jsonb) => ty,
        _ => return None,
    })
}

struct Said {
    returns: Type,
    strict: bool,
    code: String,
}

/// What is said of a function in SQL.
fn said(mut c: Cursor<'_>) -> Parsed<Said> {
    let (mut returns, mut code) = (None, None);
    let (mut language, mut strict) = (None, false);
    while !c.done() {
        if c.eats(&["RETURNS", "NULL", "ON", "NULL", "INPUT"]) || c.eat("STRICT") {
            strict = true;
        } else if c.eat("RETURNS") {
            let ty = c.until(|c| {
                c.is_any(&[
                    "LANGUAGE",
                    "AS",
                    "RETURN",
                    "IMMUTABLE",
                    "STABLE",
                    "VOLATILE",
                    "STRICT",
                    "PARALLEL",
                    "COST",
                    "CALLED",
                    "RETURNS",
                    "LEAKPROOF",
                    "SECURITY",
                ])
            });
            returns = Some(bare_type(ty.as_written())?);
        } else if c.eat("LANGUAGE") {
            let said = match c.kind(0) {
                Some(Lex::Text) => c.string()?,
                _ => c.ident()?,
            };
            language = Some(said.to_ascii_lowercase());
        } else if c.eat("AS") {
            code = Some(c.string()?);
        } else if c.eat("RETURN") {
            // Its body as SQL has it, which comes last.
            language.get_or_insert_with(|| "sql".to_owned());
            code = Some(format!("SELECT {}", c.until(|_| false).as_written()));
        } else if c.eat("COST") {
            c.integer()?;
        } else if c.eat("PARALLEL") {
            c.ident()?;
        } else if !c.eats(&["CALLED", "ON", "NULL", "INPUT"])
            && !c.eats(&["SECURITY", "INVOKER"])
            && c.eat_any(&["VOLATILE", "STABLE", "IMMUTABLE", "LEAKPROOF"])
                .is_none()
        {
            return c.expected("what a function in SQL is made of");
        }
    }
    let code = match (language.as_deref(), code) {
        (Some("sql"), Some(code)) => code,
        (Some("plpgsql"), Some(code)) => format!("SELECT {}", returned(&code)?),
        _ => return unclear("a function that is not in SQL"),
    };
    match returns {
        Some(returns) => Ok(Said {
            returns,
            strict,
            code,
        }),
        None => unclear("a function that returns nothing"),
    }
}

/// `BEGIN RETURN expression; END`: the expression.
fn returned(code: &str) -> Parsed<String> {
    let source = Source::new(Syntax::Postgres, code);
    let toks = lex::tokens(Syntax::Postgres, code)?;
    let mut c = Cursor::new(&source, &toks);
    c.expect("BEGIN")?;
    c.expect("RETURN")?;
    let value = c.until(|c| c.is_op(";"));
    c.expect_op(";")?;
    c.expect("END")?;
    c.eat_op(";");
    c.finish()?;
    Ok(value.as_written().to_owned())
}

/// `SELECT expression`, its arguments' numbers as names of columns.
fn expression(code: &str) -> Parsed<Expr> {
    alone(&parse_query(Syntax::Postgres, &quoted(code)?).or_else(unclear)?)
}

/// The expression that a query gives, which reads nothing.
fn alone(query: &Query) -> Parsed<Expr> {
    let SetExpr::Select(select) = &query.body else {
        return unclear("a function that is no one SELECT");
    };
    let [SelectItem::Expr { expr, .. }] = select.items.as_slice() else {
        return unclear("a function of several values");
    };
    let bare = Select {
        items: select.items.clone(),
        ..Select::default()
    };
    let nothing_else = **select == bare
        && query.with.is_empty()
        && query.order_by.is_empty()
        && query.limit.is_none()
        && query.offset.is_none();
    if !nothing_else {
        return unclear("a function that selects");
    }
    // `RETURN (SELECT expression)`.
    if let Expr::Subquery(inner) = expr {
        return alone(inner);
    }
    if holds_query(expr) {
        return unclear("a function that selects");
    }
    Ok(expr.clone())
}

/// The code with `$1` in quotes.
fn quoted(code: &str) -> Parsed<String> {
    let source = Source::new(Syntax::Postgres, code);
    let toks = lex::tokens(Syntax::Postgres, code)?;
    let c = Cursor::new(&source, &toks);
    let mut written = String::new();
    let mut number = false;
    for (place, tok) in toks.iter().enumerate() {
        let text = c.text_of(*tok);
        let next = toks.get(place + 1);
        let touching = next.is_some_and(|next| next.start == tok.end && next.kind == Lex::Number);
        let last = place + 1 == toks.len();
        if number {
            written.push_str(&format!(" \"${text}\" "));
            number = false;
        } else if text == "$" && touching {
            number = true;
        } else if text.len() > 1
            && text.starts_with('$')
            && text[1..].bytes().all(|b| b.is_ascii_digit())
        {
            written.push_str(&format!(" \"{text}\" "));
        } else if !(last && text == ";") {
            written.push_str(text);
            written.push(' ');
        }
    }
    Ok(written)
}

fn holds_query(expr: &Expr) -> bool {
    let mut found = false;
    expr.parts(&mut |part| match part {
        Part::Expr(expr) => found |= holds_query(expr),
        Part::Query(_) | Part::Table(_) | Part::Data(_) => found = true,
    });
    found
}

/// Names of arguments become their numbers.
fn rename(expr: &mut Expr, names: &[Option<Ident>], known: &mut bool) {
    if let Expr::Column { table, column } = expr {
        let by_name = names
            .iter()
            .position(|name| name.as_ref() == Some(column))
            .map(|place| place + 1);
        let by_number = column
            .strip_prefix('$')
            .and_then(|digits| digits.parse::<usize>().ok())
            .filter(|number| (1..=names.len()).contains(number));
        match by_number.or(by_name) {
            Some(number) if table.is_none() => *column = ValueFunction::argument(number),
            _ => *known = false,
        }
    }
    expr.parts_mut(&mut |part| {
        if let PartMut::Expr(expr) = part {
            rename(expr, names, known);
        }
    });
}
