//! Constraints, of columns and of tables.

use super::cursor::{Cursor, Parsed, unclear};
use super::{adapter, column};
use crate::schema::{
    ConstraintDef, ConstraintKind, ForeignKey, Ident, Ignored, IndexPart, ReferentialAction,
};
use crate::sql::Syntax;

/// A constraint of a column, after its name; nothing if none stands here.
pub(super) fn of_column(c: &mut Cursor<'_>, column: &Ident) -> Parsed<Option<ConstraintDef>> {
    let whole = || vec![IndexPart::whole(column.clone())];
    let mysql = c.syntax() == Syntax::Mysql;
    let kind = if c.eats(&["PRIMARY", "KEY"]) || (mysql && c.eat("KEY")) {
        if c.syntax() == Syntax::Sqlite && c.eat_any(&["ASC", "DESC"]) == Some("DESC") {
            // It keeps the column from being the row id.
            return unclear("PRIMARY KEY DESC");
        }
        ConstraintKind::PrimaryKey { columns: whole() }
    } else if c.eat("UNIQUE") {
        if mysql {
            c.eat("KEY");
        }
        ConstraintKind::Unique {
            nulls_not_distinct: nulls(c),
            columns: whole(),
        }
    } else if c.is("CHECK") {
        check(c)?
    } else if c.is("REFERENCES") {
        ConstraintKind::ForeignKey(references(c, vec![column.clone()])?)
    } else {
        return Ok(None);
    };
    column::conflict_clause(c)?;
    let mut found = ConstraintDef::new(kind);
    found.in_column = mysql && matches!(found.kind, ConstraintKind::ForeignKey(_));
    characteristics(c, &mut found)?;
    Ok(Some(found))
}

/// `[CONSTRAINT name] …` of a table; nothing if none stands here.
pub(super) fn of_table(c: &mut Cursor<'_>) -> Parsed<Option<ConstraintDef>> {
    let mut look = *c;
    let mut name = None;
    if look.eat("CONSTRAINT") && !look.is_any(&["PRIMARY", "UNIQUE", "FOREIGN", "CHECK", "EXCLUDE"])
    {
        name = Some(look.ident()?);
    }
    let mut using_index = None;
    let kind = if look.eats(&["PRIMARY", "KEY"]) {
        if look.syntax() == Syntax::Mysql && look.is_ident() && !look.is("USING") {
            // A name that MySQL reads and forgets.
            look.ident()?;
        }
        index_type(&mut look)?;
        if using(&mut look, &mut using_index)? {
            ConstraintKind::PrimaryKey {
                columns: Vec::new(),
            }
        } else {
            ConstraintKind::PrimaryKey {
                columns: key(&mut look)?,
            }
        }
    } else if look.eat("UNIQUE") {
        unique(&mut look, &mut name, &mut using_index)?
    } else if look.eats(&["FOREIGN", "KEY"]) {
        if look.syntax() == Syntax::Mysql && !look.is_op("(") {
            // The name of the index that it makes, if the constraint has none of its own. MariaDB takes
            // it for the constraint too, and MySQL does not.
            let index = look.ident()?;
            using_index = Some(index).filter(|_| name.is_none());
        }
        let columns = look.idents()?;
        ConstraintKind::ForeignKey(references(&mut look, columns)?)
    } else if look.is("CHECK") && look.is_op_at(1, "(") {
        check(&mut look)?
    } else if look.eat("EXCLUDE") {
        ConstraintKind::Exclude(exclude(&mut look)?)
    } else if name.is_some() {
        return look.expected("a constraint");
    } else {
        return Ok(None);
    };
    let mut found = ConstraintDef::new(kind);
    found.name = name;
    found.using_index = using_index;
    characteristics(&mut look, &mut found)?;
    *c = look;
    Ok(Some(found))
}

fn unique(
    c: &mut Cursor<'_>,
    name: &mut Option<Ident>,
    using_index: &mut Option<Ident>,
) -> Parsed<ConstraintKind> {
    if c.syntax() == Syntax::Mysql {
        c.eat_any(&["KEY", "INDEX"]);
        if !c.is_op("(") && !c.is("USING") {
            // An index's name here is the constraint's too, and the one that counts.
            *name = Some(c.ident()?);
        }
        index_type(c)?;
    }
    let nulls_not_distinct = nulls(c);
    let columns = if using(c, using_index)? {
        Vec::new()
    } else {
        key(c)?
    };
    Ok(ConstraintKind::Unique {
        columns,
        nulls_not_distinct,
    })
}

/// `NULLS [NOT] DISTINCT`.
pub(super) fn nulls(c: &mut Cursor<'_>) -> bool {
    if c.eats(&["NULLS", "NOT", "DISTINCT"]) {
        return true;
    }
    c.eats(&["NULLS", "DISTINCT"]);
    false
}

/// PostgreSQL's `[CONSTRAINT name] NOT NULL column` of a table. Its name is not kept: whoever drops
/// it by that name is refused.
pub(super) fn not_null(c: &mut Cursor<'_>) -> Parsed<Option<Ident>> {
    let mut look = *c;
    if c.syntax() != Syntax::Postgres {
        return Ok(None);
    }
    if look.eat("CONSTRAINT") {
        look.ident()?;
    }
    if !look.eats(&["NOT", "NULL"]) {
        return Ok(None);
    }
    let column = look.ident()?;
    if look.starts(&["NO", "INHERIT"]) || look.starts(&["NOT", "VALID"]) {
        return unclear("NOT NULL of some rows only");
    }
    *c = look;
    Ok(Some(column))
}

/// `USING INDEX name`.
fn using(c: &mut Cursor<'_>, index: &mut Option<Ident>) -> Parsed<bool> {
    if !c.starts(&["USING", "INDEX"]) || c.is_at(2, "TABLESPACE") {
        return Ok(false);
    }
    c.skip(2);
    *index = Some(c.ident()?);
    Ok(true)
}

/// MySQL's `USING BTREE`, which is what its engine makes anyway.
pub(super) fn index_type(c: &mut Cursor<'_>) -> Parsed<()> {
    if c.syntax() == Syntax::Mysql && c.eat("USING") && c.eat_any(&["BTREE", "HASH"]).is_none() {
        return c.expected("BTREE");
    }
    Ok(())
}

/// `(a, b(10), c)`, and what may follow the columns of a key.
fn key(c: &mut Cursor<'_>) -> Parsed<Vec<IndexPart>> {
    let columns = c.group()?.each(|c| {
        let column = c.ident()?;
        let length = if c.is_op("(") {
            let mut inside = c.group()?;
            let length = inside.number()?;
            inside.finish()?;
            Some(length)
        } else {
            None
        };
        match c.syntax() {
            Syntax::Postgres => {
                if c.eats(&["WITHOUT", "OVERLAPS"]) {
                    return unclear("WITHOUT OVERLAPS");
                }
            }
            Syntax::Mysql => {
                c.eat("ASC");
                if c.is("DESC") {
                    return unclear("a key in descending order");
                }
            }
            Syntax::Sqlite => {
                if c.is("COLLATE") {
                    return unclear("a key with a collation of its own");
                }
                c.eat_any(&["ASC", "DESC"]);
            }
        }
        Ok(IndexPart { column, length })
    })?;
    if c.eat("INCLUDE") {
        // It makes the index larger, and nothing unique.
        c.idents()?;
        c.ignore(Ignored::Storage);
    }
    storage(c)?;
    column::conflict_clause(c)?;
    index_type(c)?;
    if c.syntax() == Syntax::Mysql && c.eat("COMMENT") {
        c.string()?;
        c.ignore(Ignored::Comment);
    }
    Ok(columns)
}

/// `WITH (fillfactor = 70)`, `USING INDEX TABLESPACE x`.
pub(super) fn storage(c: &mut Cursor<'_>) -> Parsed<()> {
    if c.is("WITH") && c.is_op_at(1, "(") {
        c.skip(1);
        c.group()?;
        c.ignore(Ignored::Storage);
    }
    if c.eats(&["USING", "INDEX", "TABLESPACE"]) {
        c.ident()?;
        c.ignore(Ignored::Storage);
    }
    Ok(())
}

/// `CHECK (…)`.
fn check(c: &mut Cursor<'_>) -> Parsed<ConstraintKind> {
    c.expect("CHECK")?;
    let expr = adapter::expr(&c.group()?)?;
    if c.eats(&["NO", "INHERIT"]) {
        return unclear("CHECK … NO INHERIT");
    }
    let not_enforced = c.eats(&["NOT", "ENFORCED"]);
    c.eat("ENFORCED");
    column::conflict_clause(c)?;
    Ok(ConstraintKind::Check { expr, not_enforced })
}

/// `REFERENCES …`.
fn references(c: &mut Cursor<'_>, columns: Vec<Ident>) -> Parsed<ForeignKey> {
    c.expect("REFERENCES")?;
    let mut key = ForeignKey {
        columns,
        table: c.name()?,
        referred: Vec::new(),
        on_delete: ReferentialAction::NoAction,
        on_update: ReferentialAction::NoAction,
        match_full: false,
    };
    if c.is_op("(") {
        key.referred = c.idents()?;
    }
    loop {
        if c.eats(&["ON", "DELETE"]) {
            key.on_delete = action(c)?;
        } else if c.eats(&["ON", "UPDATE"]) {
            key.on_update = action(c)?;
        } else if c.eat("MATCH") {
            match (c.syntax(), c.eat_any(&["SIMPLE", "FULL", "PARTIAL"])) {
                (_, Some("SIMPLE")) => {}
                (Syntax::Postgres, Some("FULL")) => key.match_full = true,
                // SQLite reads any name here and does nothing.
                (Syntax::Sqlite, Some(_)) => {}
                _ => return unclear("MATCH that changes more than it says"),
            }
        } else {
            return Ok(key);
        }
    }
}

fn action(c: &mut Cursor<'_>) -> Parsed<ReferentialAction> {
    let action = if c.eats(&["NO", "ACTION"]) {
        ReferentialAction::NoAction
    } else if c.eat("RESTRICT") {
        ReferentialAction::Restrict
    } else if c.eat("CASCADE") {
        ReferentialAction::Cascade
    } else if c.eats(&["SET", "NULL"]) {
        ReferentialAction::SetNull
    } else if c.eats(&["SET", "DEFAULT"]) {
        ReferentialAction::SetDefault
    } else {
        return c.expected("a referential action");
    };
    if c.is_op("(") {
        return unclear("a referential action on some of the columns");
    }
    Ok(action)
}

/// `DEFERRABLE`, `INITIALLY DEFERRED`, `NOT VALID` and their opposites.
fn characteristics(c: &mut Cursor<'_>, found: &mut ConstraintDef) -> Parsed<()> {
    loop {
        if c.eats(&["NOT", "DEFERRABLE"]) {
            found.deferrable = false;
        } else if c.eat("DEFERRABLE") {
            found.deferrable = true;
        } else if c.eats(&["INITIALLY", "DEFERRED"]) {
            found.deferrable = true;
            found.initially_deferred = true;
        } else if c.eats(&["INITIALLY", "IMMEDIATE"]) {
            found.initially_deferred = false;
        } else if c.eats(&["NOT", "VALID"]) {
            found.not_valid = true;
        } else if c.starts(&["NOT", "ENFORCED"]) {
            return unclear("NOT ENFORCED");
        } else if c.syntax() == Syntax::Postgres && (c.is("WITH") || c.is("USING")) {
            let before = c.rest().len();
            storage(c)?;
            if c.rest().len() == before {
                return Ok(());
            }
        } else {
            return Ok(());
        }
    }
}

/// `[USING gist] (…) [WHERE (…)]` of an EXCLUDE, as written.
fn exclude(c: &mut Cursor<'_>) -> Parsed<String> {
    let start = *c;
    if c.eat("USING") {
        c.ident()?;
    }
    c.group()?;
    if c.eat("INCLUDE") {
        c.group()?;
    }
    storage(c)?;
    if c.eat("WHERE") {
        c.group()?;
    }
    let mut whole = start;
    Ok(whole
        .take(start.rest().len() - c.rest().len())
        .as_written()
        .to_owned())
}
