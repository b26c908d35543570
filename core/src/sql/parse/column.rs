//! A column's definition.

use super::constraint;
use super::cursor::{Cursor, Parsed, unclear};
use super::lex::Lex;
use super::types::{self, charset_name};
use super::{adapter, sequence};
use crate::schema::{
    ColumnDef, ConstraintDef, ConstraintKind, Expr, Generated, Ident, Identity, Ignored, IndexPart,
    Name,
};
use crate::sql::Syntax;

/// `name type constraints…`, up to a comma or the end.
pub(super) fn column(c: &mut Cursor<'_>) -> Parsed<ColumnDef> {
    let name = c.ident()?;
    definition(c, name)
}

/// What stands after a column's name.
pub(super) fn definition(c: &mut Cursor<'_>, name: Ident) -> Parsed<ColumnDef> {
    let spelled = types::column(c)?;
    let mut column = ColumnDef {
        name,
        ty: spelled.ty,
        serial: spelled.serial,
        nullable: None,
        default: None,
        identity: None,
        generated: None,
        collation: None,
        charset: spelled.charset,
        on_update: None,
        comment: None,
        constraints: Vec::new(),
    };
    if c.syntax() == Syntax::Mysql && column.serial {
        mysql_serial(&mut column);
    }
    while attribute(c, &mut column)? {}
    if c.syntax() == Syntax::Mysql {
        column.ty.forget_truth(column.default.as_ref());
    }
    Ok(column)
}

/// MySQL's SERIAL is BIGINT UNSIGNED NOT NULL AUTO_INCREMENT UNIQUE.
fn mysql_serial(column: &mut ColumnDef) {
    column.serial = false;
    column.nullable = Some(false);
    column.identity = Some(by_default());
    column.constraints.push(unique(&column.name));
}

fn by_default() -> Identity {
    Identity {
        always: false,
        sequence: None,
        options: crate::schema::SequenceOptions::default(),
    }
}

fn unique(column: &Ident) -> ConstraintDef {
    ConstraintDef::new(ConstraintKind::Unique {
        columns: vec![IndexPart::whole(column.clone())],
        nulls_not_distinct: false,
    })
}

/// One attribute or constraint; false if none stands here.
fn attribute(c: &mut Cursor<'_>, column: &mut ColumnDef) -> Parsed<bool> {
    let name = if c.eat("CONSTRAINT") {
        // MySQL takes a CHECK whose name was left out.
        if c.syntax() == Syntax::Mysql && c.is("CHECK") {
            None
        } else {
            Some(c.ident()?)
        }
    } else {
        None
    };
    if let Some(mut found) = constraint::of_column(c, &column.name)? {
        found.name = name;
        column.constraints.push(found);
        return Ok(true);
    }
    if c.eats(&["NOT", "NULL"]) {
        column.nullable = Some(false);
        conflict_clause(c)?;
        return Ok(true);
    }
    if c.eat("NULL") {
        column.nullable = column.nullable.or(Some(true));
        return Ok(true);
    }
    if c.eat("DEFAULT") {
        column.default = Some(default(c)?);
        return Ok(true);
    }
    if c.eat("COLLATE") {
        let quoted = c.syntax() == Syntax::Mysql && c.kind(0) == Some(Lex::Text);
        column.collation = Some(match quoted {
            true => crate::schema::Name::bare(c.string()?),
            false => c.name()?,
        });
        return Ok(true);
    }
    if generated(c, column)? {
        return Ok(true);
    }
    if name.is_some() {
        return c.expected("a constraint");
    }
    match c.syntax() {
        Syntax::Postgres => postgres(c),
        Syntax::Mysql => mysql(c, column),
        Syntax::Sqlite => sqlite(c, column),
    }
}

fn postgres(c: &mut Cursor<'_>) -> Parsed<bool> {
    if c.eat("STORAGE") || c.eat("COMPRESSION") {
        c.ident()?;
        c.ignore(Ignored::Storage);
        return Ok(true);
    }
    Ok(false)
}

fn sqlite(c: &mut Cursor<'_>, column: &mut ColumnDef) -> Parsed<bool> {
    if c.eat("AUTOINCREMENT") {
        column.identity = Some(by_default());
        return Ok(true);
    }
    Ok(false)
}

fn mysql(c: &mut Cursor<'_>, column: &mut ColumnDef) -> Parsed<bool> {
    if c.eat("AUTO_INCREMENT") {
        column.identity = Some(by_default());
    } else if c.eats(&["ON", "UPDATE"]) {
        column.on_update = Some(default(c)?);
    } else if c.eat("COMMENT") {
        column.comment = Some(c.string()?);
    } else if c.eats(&["CHARACTER", "SET"]) || c.eat("CHARSET") {
        column.charset = Some(charset_name(c)?);
    } else if c.eat("BINARY") {
        // The binary collation of whichever character set it is.
        let charset = column.charset.as_deref().unwrap_or_default();
        column.collation = Some(Name::bare(format!("{charset}_bin")));
    } else if c.eats(&["SERIAL", "DEFAULT", "VALUE"]) {
        column.nullable = Some(false);
        column.identity = Some(by_default());
        column.constraints.push(unique(&column.name));
    } else if c.eat("COLUMN_FORMAT") || c.eat("STORAGE") {
        c.ident()?;
        c.ignore(Ignored::Storage);
    } else if c.is_any(&["INVISIBLE"]) {
        return unclear("an invisible column");
    } else {
        return Ok(c.eat("VISIBLE"));
    }
    Ok(true)
}

/// SQLite's `ON CONFLICT`, of which only the default leaves the meaning of a constraint.
pub(super) fn conflict_clause(c: &mut Cursor<'_>) -> Parsed<()> {
    if c.syntax() == Syntax::Sqlite && c.eats(&["ON", "CONFLICT"]) && !c.eat("ABORT") {
        return unclear("ON CONFLICT within a constraint");
    }
    Ok(())
}

/// `GENERATED …`, `AS (…)`.
fn generated(c: &mut Cursor<'_>, column: &mut ColumnDef) -> Parsed<bool> {
    let always = if c.eats(&["GENERATED", "ALWAYS"]) {
        true
    } else if c.eats(&["GENERATED", "BY", "DEFAULT"]) {
        false
    } else if c.is("AS") && c.is_op_at(1, "(") && c.syntax() != Syntax::Postgres {
        true
    } else {
        return Ok(false);
    };
    c.expect("AS")?;
    if c.eat("IDENTITY") {
        column.identity = Some(identity(c, always)?);
        return Ok(true);
    }
    if !always {
        return c.expected("IDENTITY");
    }
    let expr = adapter::expr(&c.group()?)?;
    let stored = match c.eat_any(&["STORED", "PERSISTENT", "VIRTUAL"]) {
        Some("VIRTUAL") | None => false,
        Some(_) => true,
    };
    column.generated = Some(Generated { expr, stored });
    Ok(true)
}

/// `IDENTITY [(options)]`, after that word.
pub(super) fn identity(c: &mut Cursor<'_>, always: bool) -> Parsed<Identity> {
    match restarted_identity(c, always)? {
        (identity, None) => Ok(identity),
        (_, Some(_)) => c.expected("an option of a new sequence"),
    }
}

/// The same, with the number that the sequence begins with without its being its START.
pub(super) fn restarted_identity(
    c: &mut Cursor<'_>,
    always: bool,
) -> Parsed<(Identity, Option<i64>)> {
    let mut sequence = None;
    let mut restart = None;
    let mut options = crate::schema::SequenceOptions::default();
    if c.is_op("(") {
        let mut inside = c.group()?;
        while !inside.done() {
            if inside.eats(&["SEQUENCE", "NAME"]) {
                sequence = Some(inside.name()?);
            } else if inside.eat("RESTART") {
                inside.eat("WITH");
                restart = Some(inside.integer()?);
            } else if !sequence::option(&mut inside, &mut options)? {
                return inside.expected("an option of a sequence");
            }
        }
    }
    let identity = Identity {
        always,
        sequence,
        options,
    };
    Ok((identity, restart))
}

/// The expression of `DEFAULT`, which ends where the next attribute begins.
pub(super) fn default(c: &mut Cursor<'_>) -> Parsed<Expr> {
    // Words that a cast to a type may hold are left out where the engine has such casts.
    let next: &[&str] = match c.syntax() {
        Syntax::Postgres => &[
            "NOT",
            "NULL",
            "CONSTRAINT",
            "CHECK",
            "UNIQUE",
            "PRIMARY",
            "REFERENCES",
            "DEFAULT",
            "COLLATE",
            "GENERATED",
            "DEFERRABLE",
            "INITIALLY",
            "STORAGE",
            "COMPRESSION",
        ],
        Syntax::Mysql => &[
            "NOT",
            "NULL",
            "CONSTRAINT",
            "CHECK",
            "UNIQUE",
            "PRIMARY",
            "KEY",
            "REFERENCES",
            "DEFAULT",
            "COLLATE",
            "GENERATED",
            "AS",
            "ON",
            "AUTO_INCREMENT",
            "COMMENT",
            "AFTER",
            "FIRST",
            "STORAGE",
            "COLUMN_FORMAT",
            "VISIBLE",
            "INVISIBLE",
            "CHARACTER",
            "CHARSET",
        ],
        Syntax::Sqlite => &[
            "NOT",
            "NULL",
            "CONSTRAINT",
            "CHECK",
            "UNIQUE",
            "PRIMARY",
            "REFERENCES",
            "DEFAULT",
            "COLLATE",
            "GENERATED",
            "AS",
            "AUTOINCREMENT",
        ],
    };
    let start = *c;
    // The first token belongs to it whatever it is: DEFAULT NULL.
    let mut body = start;
    body.skip(1);
    if c.is_op("(") || c.is("CASE") {
        body = start;
    }
    let head = start.rest().len() - body.rest().len();
    let tail = body
        .until(|look| look.is_any(next) || look.is_op(","))
        .rest()
        .len();
    let expr = c.take(head + tail);
    if expr.done() {
        return c.expected("an expression");
    }
    // SQLite takes a word for a text here, where no column can stand.
    if c.syntax() == Syntax::Sqlite
        && expr.rest().len() == 1
        && let Some(Lex::Quoted) = expr.kind(0)
    {
        let mut expr = expr;
        return Ok(Expr::text(expr.ident()?));
    }
    adapter::expr(&expr)
}
