//! Types as they are spelled in columns and casts.

mod mysql;
mod postgres;
mod sqlite;

pub(super) use mysql::charset_name;

use super::cursor::{Cursor, Parsed};
use crate::schema::Type;
use crate::sql::Syntax;

/// A type as it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Spelled {
    pub(super) ty: Type,
    /// `serial` and its kin.
    pub(super) serial: bool,
    /// MySQL's `CHARACTER SET` within the type.
    pub(super) charset: Option<String>,
}

impl From<Type> for Spelled {
    fn from(ty: Type) -> Self {
        Self {
            ty,
            serial: false,
            charset: None,
        }
    }
}

/// The type of a column.
pub(super) fn column(c: &mut Cursor<'_>) -> Parsed<Spelled> {
    match c.syntax() {
        Syntax::Postgres => postgres::spelled(c),
        Syntax::Mysql => mysql::spelled(c),
        Syntax::Sqlite => sqlite::spelled(c),
    }
}

/// The type of a cast, or of anything else that is no column.
pub(super) fn cast(c: &mut Cursor<'_>) -> Parsed<Type> {
    match c.syntax() {
        Syntax::Postgres => {
            let spelled = postgres::spelled(c)?;
            if spelled.serial {
                return super::cursor::unclear("serial, which is no type");
            }
            Ok(spelled.ty)
        }
        Syntax::Mysql => mysql::cast(c),
        Syntax::Sqlite => Ok(sqlite::spelled(c)?.ty),
    }
}

/// `(n)`.
fn length(c: &mut Cursor<'_>) -> Parsed<Option<u32>> {
    if !c.is_op("(") {
        return Ok(None);
    }
    let mut inside = c.group()?;
    let length = inside.number()?;
    inside.finish()?;
    Ok(Some(length))
}

/// `(precision)` or `(precision, scale)`.
fn precision(c: &mut Cursor<'_>) -> Parsed<Option<(u32, i32)>> {
    if !c.is_op("(") {
        return Ok(None);
    }
    let mut inside = c.group()?;
    let precision = inside.number()?;
    let scale = if inside.eat_op(",") {
        inside.integer()?
    } else {
        0
    };
    inside.finish()?;
    match i32::try_from(scale) {
        Ok(scale) => Ok(Some((precision, scale))),
        Err(_) => c.expected("a scale"),
    }
}
