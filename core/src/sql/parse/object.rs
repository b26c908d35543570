//! Types and schemas, and whatever is dropped.

use super::cursor::{Cursor, Parsed, unclear};
use super::{code, function, other};
use crate::schema::{Change, EnumType, Ignored, Name};
use crate::sql::Syntax;

/// `TYPE …`, after `CREATE`.
pub(super) fn create_type(c: &mut Cursor<'_>) -> Parsed<Change> {
    c.expect("TYPE")?;
    let name = c.name()?;
    if !c.eats(&["AS", "ENUM"]) {
        return code();
    }
    let inside = c.group()?;
    let members = if inside.done() {
        Vec::new()
    } else {
        inside.each(Cursor::string)?
    };
    Ok(Change::CreateEnum(EnumType { name, members }))
}

/// `ALTER TYPE …`, after those words.
pub(super) fn alter_type(c: &mut Cursor<'_>) -> Parsed<Vec<Change>> {
    let name = c.name()?;
    if c.eats(&["ADD", "VALUE"]) {
        let if_not_exists = c.if_not_exists();
        let member = c.string()?;
        let place = match c.eat_any(&["BEFORE", "AFTER"]) {
            Some(word) => Some((word == "AFTER", c.string()?)),
            None => None,
        };
        return Ok(vec![Change::AddEnumMember {
            name,
            member,
            if_not_exists,
            place,
        }]);
    }
    if c.eats(&["RENAME", "VALUE"]) {
        let from = c.string()?;
        c.expect("TO")?;
        return Ok(vec![Change::RenameEnumMember {
            name,
            from,
            to: c.string()?,
        }]);
    }
    if c.eats(&["RENAME", "TO"]) {
        return Ok(vec![Change::RenameType {
            name,
            to: c.ident()?,
        }]);
    }
    if c.eats(&["OWNER", "TO"]) {
        c.ident()?;
        return Ok(vec![Change::Ignored(Ignored::Owner)]);
    }
    unclear("a change of a type that is no enum")
}

/// `SCHEMA …`, after `CREATE`.
pub(super) fn create_schema(c: &mut Cursor<'_>) -> Parsed<Change> {
    c.expect("SCHEMA")?;
    if c.syntax() == Syntax::Mysql {
        return unclear("a database is made outside of migrations");
    }
    let if_not_exists = c.if_not_exists();
    let name = if c.is("AUTHORIZATION") {
        None
    } else {
        Some(c.ident()?)
    };
    if c.eat("AUTHORIZATION") {
        let owner = c.ident()?;
        c.ignore(Ignored::Owner);
        return Ok(Change::CreateSchema {
            name: name.unwrap_or(owner),
            if_not_exists,
        });
    }
    match name {
        Some(name) => Ok(Change::CreateSchema {
            name,
            if_not_exists,
        }),
        None => c.expected("a name"),
    }
}

/// What stands after `DROP`.
pub(super) fn drop(c: &mut Cursor<'_>) -> Parsed<Vec<Change>> {
    let start = *c;
    let one = |change| Ok(vec![change]);
    if c.eat("TABLE") || (c.is("TEMPORARY") && c.eats(&["TEMPORARY", "TABLE"])) {
        let (tables, if_exists, cascade) = named(c, Cursor::name)?;
        return one(Change::DropTables {
            tables,
            if_exists,
            cascade,
        });
    }
    if c.eat("INDEX") {
        c.eat("CONCURRENTLY");
        return index(c).map(|change| vec![change]);
    }
    if c.eat("VIEW") || c.starts(&["MATERIALIZED", "VIEW"]) {
        let materialized = c.eats(&["MATERIALIZED", "VIEW"]);
        let (names, if_exists, cascade) = named(c, Cursor::name)?;
        return one(Change::DropViews {
            names,
            if_exists,
            cascade,
            materialized,
        });
    }
    if c.eat("SEQUENCE") {
        let (names, if_exists, cascade) = named(c, Cursor::name)?;
        return one(Change::DropSequences {
            names,
            if_exists,
            cascade,
        });
    }
    if c.eat("TYPE") || c.eat("DOMAIN") {
        let (names, if_exists, cascade) = named(c, Cursor::name)?;
        return one(Change::DropTypes {
            names,
            if_exists,
            cascade,
        });
    }
    if c.is("SCHEMA") && c.syntax() != Syntax::Mysql {
        c.skip(1);
        let (names, if_exists, cascade) = named(c, Cursor::ident)?;
        return one(Change::DropSchemas {
            names,
            if_exists,
            cascade,
        });
    }
    if c.is("FUNCTION") && c.syntax() == Syntax::Postgres {
        return function::drop(c).map(|change| vec![change]);
    }
    if c.eat("TRIGGER") {
        return trigger(c).map(|change| vec![change]);
    }
    *c = start;
    other::dropped(c)
}

/// `[IF EXISTS] a, b [CASCADE]`.
fn named<'s, T>(
    c: &mut Cursor<'s>,
    f: impl FnMut(&mut Cursor<'s>) -> Parsed<T>,
) -> Parsed<(Vec<T>, bool, bool)> {
    let if_exists = c.if_exists();
    let names = c.list(f)?;
    Ok((names, if_exists, c.cascade()))
}

fn index(c: &mut Cursor<'_>) -> Parsed<Change> {
    let (names, if_exists, cascade) = named(c, Cursor::name)?;
    let mut table = None;
    if c.syntax() == Syntax::Mysql {
        c.expect("ON")?;
        table = Some(c.name()?);
        while c.eat_any(&["ALGORITHM", "LOCK"]).is_some() {
            c.eat_op("=");
            c.ident()?;
        }
    }
    Ok(Change::DropIndexes {
        names,
        table,
        if_exists,
        cascade,
    })
}

fn trigger(c: &mut Cursor<'_>) -> Parsed<Change> {
    let if_exists = c.if_exists();
    // MySQL and SQLite may qualify it; there it is unique in its schema.
    let Name { schema: _, name } = c.name()?;
    let table = if c.eat("ON") { Some(c.name()?) } else { None };
    c.cascade();
    Ok(Change::DropTrigger {
        name,
        table,
        if_exists,
    })
}
