//! Indexes.

use super::cursor::{Cursor, Parsed, unclear};
use super::lex::Lex;
use super::{adapter, constraint};
use crate::schema::{Change, CreateIndex, Expr, Ignored, IndexKey, Literal, Name, Nulls};
use crate::sql::Syntax;

/// `[UNIQUE] INDEX …`, after `CREATE`.
pub(super) fn create(c: &mut Cursor<'_>) -> Parsed<Change> {
    let unique = c.eat("UNIQUE");
    let special = c.eat_any(&["FULLTEXT", "SPATIAL"]);
    c.expect("INDEX")?;
    let concurrently = c.eat("CONCURRENTLY");
    let if_not_exists = c.if_not_exists();
    let named = if c.is("ON") { None } else { Some(c.name()?) };
    let mut method = special.map(str::to_ascii_lowercase);
    constraint::index_type(c)?;
    c.expect("ON")?;
    let only = c.eat("ONLY");
    let mut table = c.name()?;
    let name = match named {
        // SQLite puts the schema before the index's name.
        Some(Name { schema, name }) => {
            if schema.is_some() {
                table.schema = schema;
            }
            Some(name)
        }
        None => None,
    };
    if c.syntax() == Syntax::Postgres && c.eat("USING") {
        method = Some(c.ident()?).filter(|method| method != "btree");
    }
    let keys = c.group()?.each(key)?;
    let mut index = CreateIndex {
        name,
        table,
        if_not_exists,
        concurrently,
        unique,
        method,
        keys,
        include: Vec::new(),
        filter: None,
        nulls_not_distinct: false,
        comment: None,
        only,
    };
    options(c, &mut index)?;
    Ok(Change::CreateIndex(Box::new(index)))
}

/// What may follow an index's keys.
fn options(c: &mut Cursor<'_>, index: &mut CreateIndex) -> Parsed<()> {
    if c.eat("INCLUDE") {
        index.include = c.idents()?;
    }
    index.nulls_not_distinct = constraint::nulls(c);
    constraint::storage(c)?;
    if c.eat("TABLESPACE") {
        c.ident()?;
        c.ignore(Ignored::Storage);
    }
    if c.eat("WHERE") {
        index.filter = Some(adapter::expr(&c.take_rest())?);
    }
    mysql_options(c, index)
}

/// MySQL's options after an index's keys.
pub(super) fn mysql_options(c: &mut Cursor<'_>, index: &mut CreateIndex) -> Parsed<()> {
    let several = |key: &IndexKey| key.class.as_deref() == Some(MULTI_VALUED);
    if index.keys.iter().any(several) {
        index.method = Some(MULTI_VALUED.to_owned());
        index.keys.iter_mut().for_each(|key| key.class = None);
    }
    while c.syntax() == Syntax::Mysql && !c.done() && !c.is_op(",") {
        if c.is("USING") {
            constraint::index_type(c)?;
        } else if c.eat("COMMENT") {
            index.comment = Some(c.string()?);
        } else if c.eat("KEY_BLOCK_SIZE") {
            c.eat_op("=");
            c.number::<u32>()?;
            c.ignore(Ignored::Storage);
        } else if c.eats(&["WITH", "PARSER"]) {
            return unclear("an index with a parser of its own");
        } else if c.eat_any(&["ALGORITHM", "LOCK"]).is_some() {
            // How it is built, not what.
            c.eat_op("=");
            c.ident()?;
        } else if c.is_any(&["INVISIBLE", "IGNORED"]) {
            return unclear("an index that is not used");
        } else if c.eat_any(&["VISIBLE"]).is_none() {
            return Ok(());
        }
    }
    Ok(())
}

/// MySQL's index within a table: `KEY name (…)`, after `ADD` or a comma. Nothing if none stands
/// here.
pub(super) fn inline(c: &mut Cursor<'_>, table: &Name) -> Parsed<Option<CreateIndex>> {
    if c.is("UNIQUE") {
        return unique(c, table);
    }
    let special = if c.is_any(&["FULLTEXT", "SPATIAL"]) {
        c.eat_any(&["FULLTEXT", "SPATIAL"])
    } else {
        None
    };
    let word = c.eat_any(&["KEY", "INDEX"]);
    if special.is_none() && word.is_none() {
        return Ok(None);
    }
    Ok(Some(index_of(c, table, special)?))
}

/// An index within a table, after the words that say that it is one.
fn index_of(c: &mut Cursor<'_>, table: &Name, special: Option<&str>) -> Parsed<CreateIndex> {
    let if_not_exists = c.if_not_exists();
    let name = if c.is_op("(") || c.is("USING") {
        None
    } else {
        Some(c.ident()?)
    };
    constraint::index_type(c)?;
    let keys = c.group()?.each(key)?;
    let mut index = CreateIndex {
        name,
        table: table.clone(),
        if_not_exists,
        concurrently: false,
        unique: false,
        method: special.map(str::to_ascii_lowercase),
        keys,
        include: Vec::new(),
        filter: None,
        nulls_not_distinct: false,
        comment: None,
        only: false,
    };
    mysql_options(c, &mut index)?;
    Ok(index)
}

/// MySQL's `UNIQUE KEY name (…)`, if no constraint says the same: over expressions, or in descending
/// order.
fn unique(c: &mut Cursor<'_>, table: &Name) -> Parsed<Option<CreateIndex>> {
    let mut look = *c;
    look.skip(1);
    look.eat_any(&["KEY", "INDEX"]);
    let mut index = index_of(&mut look, table, None)?;
    let is_plain = |key: &IndexKey| matches!(key.expr, Expr::Column { .. }) && !key.descending;
    if index.keys.iter().all(is_plain) {
        return Ok(None);
    }
    index.unique = true;
    *c = look;
    Ok(Some(index))
}

/// `column | expression [COLLATE x] [class] [ASC | DESC] [NULLS FIRST | LAST]`.
pub(super) fn key(c: &mut Cursor<'_>) -> Parsed<IndexKey> {
    let mut key = IndexKey {
        expr: Expr::Default,
        length: None,
        descending: false,
        nulls: None,
        collation: None,
        class: None,
    };
    if multi_valued(c)? {
        key.expr = Expr::Literal(Literal::Null);
        key.class = Some(MULTI_VALUED.to_owned());
        key.descending = c.eat_any(&["ASC", "DESC"]) == Some("DESC");
        return Ok(key);
    }
    if c.is_ident() && !matches!(c.kind(1), Some(Lex::Op)) || c.is_op_at(1, ",") {
        key.expr = Expr::column(c.ident()?);
    } else if c.syntax() == Syntax::Mysql && c.is_ident() && c.kind(2) == Some(Lex::Number) {
        key.expr = Expr::column(c.ident()?);
        let mut inside = c.group()?;
        key.length = Some(inside.number()?);
        inside.finish()?;
    } else {
        key.expr = adapter::expr(&expression(c)?)?;
    }
    if c.eat("COLLATE") {
        key.collation = Some(c.name()?);
    }
    if c.syntax() == Syntax::Postgres && c.is_ident() && !c.is_any(&["ASC", "DESC", "NULLS"]) {
        let class = c.name()?;
        let parameters = if c.is_op("(") {
            format!("({})", c.group()?.as_written())
        } else {
            String::new()
        };
        key.class = Some(format!("{}{parameters}", class.name));
    }
    key.descending = c.eat_any(&["ASC", "DESC"]) == Some("DESC");
    if c.eat("NULLS") {
        key.nulls = match c.eat_any(&["FIRST", "LAST"]) {
            Some("FIRST") => Some(Nulls::First),
            Some(_) => Some(Nulls::Last),
            None => return c.expected("FIRST or LAST"),
        };
    }
    Ok(key)
}

/// What MySQL calls an index over the elements of an array of JSON.
const MULTI_VALUED: &str = "multi-valued";

/// `(CAST(… AS … ARRAY))`, which is taken; false if none stands here.
fn multi_valued(c: &mut Cursor<'_>) -> Parsed<bool> {
    if c.syntax() != Syntax::Mysql || !c.is_op("(") || !c.is_at(1, "CAST") {
        return Ok(false);
    }
    let mut look = *c;
    let text = look.group()?.as_written().to_ascii_uppercase();
    let bare: String = text.split_whitespace().collect();
    let found = bare.ends_with("ARRAY)");
    if found {
        *c = look;
    }
    Ok(found)
}

/// The tokens of a key's expression: one in parentheses, or a call; SQLite takes any.
fn expression<'s>(c: &mut Cursor<'s>) -> Parsed<Cursor<'s>> {
    if c.syntax() == Syntax::Sqlite {
        return Ok(c.until(|c| c.is_op(",") || c.is_any(&["COLLATE", "ASC", "DESC"])));
    }
    let mut look = *c;
    let before = look.rest().len();
    if look.is_op("(") {
        look.group()?;
    } else {
        look.name()?;
        look.group()?;
    }
    Ok(c.take(before - look.rest().len()))
}

/// `ALTER INDEX …`, after those words.
pub(super) fn alter(c: &mut Cursor<'_>) -> Parsed<Change> {
    let if_exists = c.if_exists();
    let name = c.name()?;
    if c.eats(&["RENAME", "TO"]) {
        return Ok(Change::RenameIndex {
            name,
            if_exists,
            to: c.ident()?,
        });
    }
    if c.is_any(&["SET", "RESET"]) && (c.is_op_at(1, "(") || c.is_at(1, "TABLESPACE")) {
        c.take_rest();
        return Ok(Change::Ignored(Ignored::Storage));
    }
    if c.starts(&["ALTER"]) {
        c.take_rest();
        return Ok(Change::Ignored(Ignored::Statistics));
    }
    c.expected("RENAME TO")
}
