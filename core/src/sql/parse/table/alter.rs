//! `ALTER TABLE`.

use super::alter_column;
use super::options::{Mysql, mysql_option};
use crate::schema::{Change, ColumnChange, Ignored, Name, Options, Position, TableAction};
use crate::sql::Syntax;
use crate::sql::parse::cursor::{Cursor, Parsed, unclear};
use crate::sql::parse::types::charset_name;
use crate::sql::parse::{column, constraint, index};

/// What stands after `ALTER TABLE`.
pub(in crate::sql::parse) fn alter(c: &mut Cursor<'_>) -> Parsed<Vec<Change>> {
    let if_exists = c.if_exists();
    let only = c.eat("ONLY");
    let table = c.name()?;
    c.eat_op("*");
    let mut actions = Vec::new();
    loop {
        several(c, &table, &mut actions)?;
        if !c.eat_op(",") {
            break;
        }
    }
    for action in &mut actions {
        if let TableAction::AddConstraint(constraint) = action {
            constraint.only = only;
        }
    }
    Ok(vec![Change::AlterTable {
        table,
        if_exists,
        actions,
    }])
}

/// One action, or the several that one word stands for.
fn several(c: &mut Cursor<'_>, table: &Name, actions: &mut Vec<TableAction>) -> Parsed<()> {
    if c.syntax() == Syntax::Mysql {
        if c.is("ADD") {
            let mut look = *c;
            look.skip(1);
            look.eat("COLUMN");
            look.if_not_exists();
            if look.is_op("(") {
                *c = look;
                for part in columns(c, table)? {
                    actions.push(part);
                }
                return Ok(());
            }
        }
        if let Some(action) = mysql(c)? {
            actions.extend(action);
            return Ok(());
        }
    }
    match c.eat("ALTER") {
        true => actions.extend(alter_column::alter(c)?),
        false => actions.push(action(c, table)?),
    }
    Ok(())
}

/// MySQL's `ADD (a int, b int, KEY (a))`.
fn columns(c: &mut Cursor<'_>, table: &Name) -> Parsed<Vec<TableAction>> {
    c.group()?.each(|c| {
        if let Some(index) = index::inline(c, table)? {
            return Ok(TableAction::AddIndex(Box::new(index)));
        }
        if let Some(constraint) = constraint::of_table(c)? {
            return Ok(TableAction::AddConstraint(Box::new(constraint)));
        }
        Ok(TableAction::AddColumn {
            column: Box::new(column::column(c)?),
            if_not_exists: false,
            position: None,
        })
    })
}

fn action(c: &mut Cursor<'_>, table: &Name) -> Parsed<TableAction> {
    let verb = c.eat_any(&[
        "ADD", "DROP", "RENAME", "VALIDATE", "SET", "RESET", "OWNER", "REPLICA", "CLUSTER",
    ]);
    match verb {
        Some("ADD") => add(c, table),
        Some("DROP") => drop(c),
        Some("RENAME") => rename(c),
        Some("VALIDATE") => {
            c.expect("CONSTRAINT")?;
            Ok(TableAction::ValidateConstraint(c.ident()?))
        }
        Some("SET") => set(c),
        Some("RESET") => {
            c.group()?;
            Ok(TableAction::Ignored(Ignored::Storage))
        }
        Some("OWNER") => {
            c.expect("TO")?;
            c.ident()?;
            Ok(TableAction::Ignored(Ignored::Owner))
        }
        Some("REPLICA") => {
            c.expect("IDENTITY")?;
            if c.eats(&["USING", "INDEX"]) {
                c.ident()?;
            } else if c.eat_any(&["DEFAULT", "FULL", "NOTHING"]).is_none() {
                return c.expected("DEFAULT");
            }
            Ok(TableAction::Ignored(Ignored::Storage))
        }
        Some("CLUSTER") => {
            c.expect("ON")?;
            c.ident()?;
            Ok(TableAction::Ignored(Ignored::Storage))
        }
        _ => match triggers(c)? {
            Some(action) => Ok(action),
            None => opaque(c),
        },
    }
}

/// `ENABLE [REPLICA | ALWAYS] TRIGGER name`, `DISABLE TRIGGER ALL`.
fn triggers(c: &mut Cursor<'_>) -> Parsed<Option<TableAction>> {
    if c.syntax() != Syntax::Postgres {
        return Ok(None);
    }
    let runs = if c.eats(&["ENABLE", "TRIGGER"]) || c.eats(&["ENABLE", "ALWAYS", "TRIGGER"]) {
        true
    } else if c.eats(&["DISABLE", "TRIGGER"]) || c.eats(&["ENABLE", "REPLICA", "TRIGGER"]) {
        // A replica's runs where changes of another server are applied.
        false
    } else {
        return Ok(None);
    };
    let (name, keys) = match c.eat_any(&["ALL", "USER"]) {
        Some(word) => (None, word == "ALL"),
        None => (Some(c.ident()?), false),
    };
    Ok(Some(TableAction::SwitchTriggers { name, keys, runs }))
}

/// What only PostgreSQL understands, in its words.
fn opaque(c: &mut Cursor<'_>) -> Parsed<TableAction> {
    const WORDS: &[&str] = &[
        "ENABLE", "DISABLE", "FORCE", "NO", "ATTACH", "DETACH", "INHERIT", "OF", "NOT",
    ];
    if c.syntax() == Syntax::Sqlite || !c.is_any(WORDS) {
        return c.expected("an action of ALTER TABLE");
    }
    let mut who = *c;
    if who.eat_any(&["ENABLE", "DISABLE", "FORCE"]).is_some() || who.eats(&["NO", "FORCE"]) {
        // Whose rows somebody sees, where policies say so.
        if who.eats(&["ROW", "LEVEL", "SECURITY"]) {
            *c = who;
            return Ok(TableAction::Ignored(Ignored::Privileges));
        }
    }
    let written = c.until(|c| c.is_op(",")).as_written();
    Ok(TableAction::Opaque(written.to_owned()))
}

fn add(c: &mut Cursor<'_>, table: &Name) -> Parsed<TableAction> {
    if c.syntax() == Syntax::Mysql
        && let Some(index) = index::inline(c, table)?
    {
        return Ok(TableAction::AddIndex(Box::new(index)));
    }
    if let Some(name) = constraint::not_null(c)? {
        return Ok(TableAction::AlterColumn {
            name,
            change: ColumnChange::SetNotNull,
        });
    }
    if !c.is("COLUMN")
        && let Some(constraint) = constraint::of_table(c)?
    {
        return Ok(TableAction::AddConstraint(Box::new(constraint)));
    }
    c.eat("COLUMN");
    let if_not_exists = c.if_not_exists();
    let column = Box::new(column::column(c)?);
    Ok(TableAction::AddColumn {
        column,
        if_not_exists,
        position: position(c)?,
    })
}

/// MySQL's `FIRST`, `AFTER c`.
fn position(c: &mut Cursor<'_>) -> Parsed<Option<Position>> {
    if c.syntax() != Syntax::Mysql {
        return Ok(None);
    }
    if c.eat("FIRST") {
        return Ok(Some(Position::First));
    }
    if c.eat("AFTER") {
        return Ok(Some(Position::After(c.ident()?)));
    }
    Ok(None)
}

fn drop(c: &mut Cursor<'_>) -> Parsed<TableAction> {
    if c.syntax() == Syntax::Mysql {
        if c.eats(&["PRIMARY", "KEY"]) {
            return Ok(TableAction::DropPrimaryKey);
        }
        if c.eat_any(&["INDEX", "KEY"]).is_some() {
            let if_exists = c.if_exists();
            return Ok(TableAction::DropIndex {
                name: c.ident()?,
                if_exists,
            });
        }
        if c.eats(&["FOREIGN", "KEY"]) || c.eat("CHECK") {
            let if_exists = c.if_exists();
            return Ok(TableAction::DropConstraint {
                name: c.ident()?,
                if_exists,
                cascade: false,
            });
        }
    }
    if c.eat("CONSTRAINT") {
        let if_exists = c.if_exists();
        return Ok(TableAction::DropConstraint {
            name: c.ident()?,
            if_exists,
            cascade: c.cascade(),
        });
    }
    c.eat("COLUMN");
    let if_exists = c.if_exists();
    Ok(TableAction::DropColumn {
        name: c.ident()?,
        if_exists,
        cascade: c.cascade(),
    })
}

fn rename(c: &mut Cursor<'_>) -> Parsed<TableAction> {
    if c.eat("TO") || (c.syntax() == Syntax::Mysql && c.eat("AS")) {
        return Ok(TableAction::RenameTo(c.name()?));
    }
    let mysql = c.syntax() == Syntax::Mysql;
    let kind = if c.eat("CONSTRAINT") {
        "CONSTRAINT"
    } else if mysql && c.eat_any(&["INDEX", "KEY"]).is_some() {
        "INDEX"
    } else if mysql && !c.is("COLUMN") {
        return Ok(TableAction::RenameTo(c.name()?));
    } else {
        c.eat("COLUMN");
        "COLUMN"
    };
    let from = c.ident()?;
    c.expect("TO")?;
    let to = c.ident()?;
    Ok(match kind {
        "CONSTRAINT" => TableAction::RenameConstraint { from, to },
        "INDEX" => TableAction::RenameIndex { from, to },
        _ => TableAction::RenameColumn { from, to },
    })
}

fn set(c: &mut Cursor<'_>) -> Parsed<TableAction> {
    if c.eat("SCHEMA") {
        return Ok(TableAction::SetSchema(c.ident()?));
    }
    if let Some(word) = c.eat_any(&["LOGGED", "UNLOGGED"]) {
        return Ok(TableAction::Options(Options {
            unlogged: word == "UNLOGGED",
            ..Options::default()
        }));
    }
    if c.is_op("(") {
        c.group()?;
        return Ok(TableAction::Ignored(Ignored::Storage));
    }
    if c.eats(&["WITHOUT", "CLUSTER"]) || c.eats(&["WITHOUT", "OIDS"]) {
        return Ok(TableAction::Ignored(Ignored::Storage));
    }
    if c.eats(&["ACCESS", "METHOD"]) || c.eat("TABLESPACE") {
        c.ident()?;
        return Ok(TableAction::Ignored(Ignored::Storage));
    }
    c.expected("a setting of a table")
}

/// What only MySQL has; nothing if something else stands here.
fn mysql(c: &mut Cursor<'_>) -> Parsed<Option<Option<TableAction>>> {
    if let Some(word) = c.eat_any(&["MODIFY", "CHANGE"]) {
        c.eat("COLUMN");
        if c.if_exists() {
            return unclear("MODIFY IF EXISTS");
        }
        let from = c.ident()?;
        let name = if word == "CHANGE" {
            c.ident()?
        } else {
            from.clone()
        };
        let column = Box::new(column::definition(c, name)?);
        return Ok(Some(Some(TableAction::RedefineColumn {
            from,
            column,
            position: position(c)?,
        })));
    }
    if c.eats(&["CONVERT", "TO"]) {
        if !c.eats(&["CHARACTER", "SET"]) && !c.eat("CHARSET") {
            return c.expected("CHARACTER SET");
        }
        let charset = charset_name(c)?;
        let collation = if c.eat("COLLATE") {
            Some(charset_name(c)?)
        } else {
            None
        };
        return Ok(Some(Some(TableAction::ConvertCharset {
            charset,
            collation,
        })));
    }
    if c.eat_any(&["ALGORITHM", "LOCK"]).is_some() {
        c.eat_op("=");
        c.ident()?;
        return Ok(Some(None));
    }
    if c.is_any(&["FORCE"]) || c.starts(&["ENABLE", "KEYS"]) || c.starts(&["DISABLE", "KEYS"]) {
        c.skip(if c.is("FORCE") { 1 } else { 2 });
        return Ok(Some(Some(TableAction::Ignored(Ignored::Maintenance))));
    }
    if c.eats(&["ORDER", "BY"]) {
        c.until(|c| c.is_op(","));
        return Ok(Some(Some(TableAction::Ignored(Ignored::Storage))));
    }
    options(c)
}

/// MySQL's options, which may stand side by side without commas.
fn options(c: &mut Cursor<'_>) -> Parsed<Option<Option<TableAction>>> {
    let mut options = Options::default();
    let before = c.rest().len();
    loop {
        match mysql_option(c, &mut options)? {
            Mysql::Option => {}
            Mysql::Comment(text) => {
                if options != Options::default() {
                    return unclear("a comment among options without commas");
                }
                return Ok(Some(Some(TableAction::Comment(text))));
            }
            Mysql::Other => break,
        }
    }
    if c.rest().len() == before {
        return Ok(None);
    }
    Ok(Some(
        (options != Options::default()).then_some(TableAction::Options(options)),
    ))
}
