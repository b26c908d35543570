//! `ALTER COLUMN` and `ALTER CONSTRAINT`.

use crate::schema::{ColumnChange, Ident, Identity, Ignored, SequenceOptions, TableAction};
use crate::sql::Syntax;
use crate::sql::parse::cursor::{Cursor, Parsed, unclear};
use crate::sql::parse::{adapter, column, types};

/// What stands after `ALTER`.
pub(super) fn alter(c: &mut Cursor<'_>) -> Parsed<Vec<TableAction>> {
    if c.eat("CONSTRAINT") {
        return Ok(vec![constraint(c)?]);
    }
    if c.syntax() == Syntax::Mysql && c.is_any(&["INDEX", "CHECK"]) {
        return unclear("an index that is hidden or a check that is switched");
    }
    c.eat("COLUMN");
    if c.if_exists() {
        return unclear("ALTER COLUMN IF EXISTS");
    }
    let name = c.ident()?;
    change(c, name)
}

fn constraint(c: &mut Cursor<'_>) -> Parsed<TableAction> {
    let name = c.ident()?;
    let (mut deferrable, mut initially_deferred) = (false, false);
    let mut any = false;
    loop {
        if c.eats(&["NOT", "DEFERRABLE"]) {
        } else if c.eat("DEFERRABLE") {
            deferrable = true;
        } else if c.eats(&["INITIALLY", "DEFERRED"]) {
            (deferrable, initially_deferred) = (true, true);
        } else if c.eats(&["INITIALLY", "IMMEDIATE"]) {
        } else if any {
            break;
        } else {
            return c.expected("DEFERRABLE");
        }
        any = true;
    }
    Ok(TableAction::AlterConstraint {
        name,
        deferrable,
        initially_deferred,
    })
}

fn change(c: &mut Cursor<'_>, name: Ident) -> Parsed<Vec<TableAction>> {
    let mut then = None;
    let change = if c.eat("TYPE") || c.eats(&["SET", "DATA", "TYPE"]) {
        ty(c)?
    } else if c.eats(&["SET", "DEFAULT"]) {
        let expr = c.until(|c| c.is_op(","));
        ColumnChange::SetDefault(adapter::expr(&expr)?)
    } else if c.eats(&["DROP", "DEFAULT"]) {
        ColumnChange::DropDefault
    } else if c.eats(&["SET", "NOT", "NULL"]) {
        ColumnChange::SetNotNull
    } else if c.eats(&["DROP", "NOT", "NULL"]) {
        ColumnChange::DropNotNull
    } else if c.eats(&["DROP", "IDENTITY"]) {
        ColumnChange::DropIdentity {
            if_exists: c.if_exists(),
        }
    } else if c.eats(&["DROP", "EXPRESSION"]) {
        ColumnChange::DropExpression {
            if_exists: c.if_exists(),
        }
    } else if c.eats(&["ADD", "GENERATED"]) {
        let always = always(c)?;
        c.expect("AS")?;
        c.expect("IDENTITY")?;
        let (identity, restart) = column::restarted_identity(c, always)?;
        then = restart.map(|number| ColumnChange::Restart(Some(number)));
        ColumnChange::SetIdentity(identity)
    } else if c.eats(&["SET", "GENERATED"]) {
        ColumnChange::SetIdentity(Identity {
            always: always(c)?,
            sequence: None,
            options: SequenceOptions::default(),
        })
    } else if c.eat("RESTART") {
        let with = c.eat("WITH");
        let bare = !with && (c.done() || c.is_op(","));
        ColumnChange::Restart(if bare { None } else { Some(c.integer()?) })
    } else {
        return Ok(vec![setting(c)?]);
    };
    let changes = std::iter::once(change).chain(then);
    let actions = changes.map(|change| TableAction::AlterColumn {
        name: name.clone(),
        change,
    });
    Ok(actions.collect())
}

fn always(c: &mut Cursor<'_>) -> Parsed<bool> {
    if c.eat("ALWAYS") {
        return Ok(true);
    }
    if c.eats(&["BY", "DEFAULT"]) {
        return Ok(false);
    }
    c.expected("ALWAYS or BY DEFAULT")
}

fn ty(c: &mut Cursor<'_>) -> Parsed<ColumnChange> {
    let ty = types::cast(c)?;
    let collation = if c.eat("COLLATE") {
        Some(c.name()?)
    } else {
        None
    };
    let using = if c.eat("USING") {
        let expr = c.until(|c| c.is_op(","));
        Some(adapter::expr(&expr)?)
    } else {
        None
    };
    Ok(ColumnChange::Type {
        ty,
        using,
        collation,
    })
}

/// What a column may be told that is no part of the schema.
fn setting(c: &mut Cursor<'_>) -> Parsed<TableAction> {
    if c.eats(&["SET", "STATISTICS"]) {
        if !c.eat("DEFAULT") {
            c.integer()?;
        }
        return Ok(TableAction::Ignored(Ignored::Statistics));
    }
    if c.eats(&["SET", "STORAGE"]) || c.eats(&["SET", "COMPRESSION"]) {
        c.ident()?;
        return Ok(TableAction::Ignored(Ignored::Storage));
    }
    if (c.is("SET") || c.is("RESET")) && c.is_op_at(1, "(") {
        c.skip(1);
        c.group()?;
        return Ok(TableAction::Ignored(Ignored::Statistics));
    }
    c.expected("a change of a column")
}
