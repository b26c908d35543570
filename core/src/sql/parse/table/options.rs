//! What stands after a table's columns.

use crate::schema::{CreateTable, Ignored, Options};
use crate::sql::parse::cursor::{Cursor, Parsed, unclear};
use crate::sql::parse::lex::Lex;
use crate::sql::parse::types::charset_name;

pub(super) fn postgres(c: &mut Cursor<'_>, table: &mut CreateTable) -> Parsed<()> {
    loop {
        if c.eat("INHERITS") {
            let mut parents = c.group()?.each(Cursor::name)?;
            if parents.len() > 1 {
                return unclear("INHERITS from several tables");
            }
            table.options.inherits = parents.pop();
        } else if c.eats(&["PARTITION", "BY"]) {
            let start = *c;
            c.upper()?;
            c.group()?;
            let mut whole = start;
            let written = whole.take(start.rest().len() - c.rest().len());
            table.options.partition_by = Some(written.as_written().to_owned());
        } else if c.eat("USING") || c.eat("TABLESPACE") {
            c.ident()?;
            c.ignore(Ignored::Storage);
        } else if c.is("WITH") && c.is_op_at(1, "(") {
            c.skip(1);
            c.group()?;
            c.ignore(Ignored::Storage);
        } else if c.eats(&["WITHOUT", "OIDS"]) {
        } else if c.eats(&["ON", "COMMIT"]) {
            // Of a temporary table only.
            if !c.eats(&["PRESERVE", "ROWS"]) && !c.eats(&["DELETE", "ROWS"]) && !c.eat("DROP") {
                return c.expected("PRESERVE ROWS");
            }
        } else {
            return Ok(());
        }
    }
}

pub(super) fn sqlite(c: &mut Cursor<'_>, table: &mut CreateTable) -> Parsed<()> {
    if c.done() || c.is("AS") {
        return Ok(());
    }
    c.list(|c| {
        if c.eats(&["WITHOUT", "ROWID"]) {
            table.options.without_rowid = true;
        } else if c.eat("STRICT") {
            table.options.strict = true;
        } else {
            return c.expected("the end");
        }
        Ok(())
    })?;
    Ok(())
}

/// MySQL's options of a new table, its comment and its partitions.
pub(super) fn mysql_table(c: &mut Cursor<'_>, table: &mut CreateTable) -> Parsed<()> {
    while !c.done() && !c.is_any(&["AS", "SELECT"]) {
        if c.eats(&["PARTITION", "BY"]) {
            table.options.partition_by = Some(c.take_rest().as_written().to_owned());
            return Ok(());
        }
        match mysql_option(c, &mut table.options)? {
            Mysql::Option => {}
            Mysql::Comment(text) => table.comment = Some(text).filter(|text| !text.is_empty()),
            Mysql::Other => return c.expected("an option of a table"),
        }
        c.eat_op(",");
    }
    Ok(())
}

/// What an option of MySQL's was.
pub(super) enum Mysql {
    /// One of the table's settings, or one that may be left out.
    Option,
    /// `COMMENT`.
    Comment(String),
    /// None: something else stands here.
    Other,
}

/// Options that say how rows are stored, and nothing about them.
const STORAGE: &[&str] = &[
    "ROW_FORMAT",
    "KEY_BLOCK_SIZE",
    "MAX_ROWS",
    "MIN_ROWS",
    "AVG_ROW_LENGTH",
    "PACK_KEYS",
    "CHECKSUM",
    "TABLE_CHECKSUM",
    "DELAY_KEY_WRITE",
    "STATS_PERSISTENT",
    "STATS_AUTO_RECALC",
    "STATS_SAMPLE_PAGES",
    "COMPRESSION",
    "PAGE_COMPRESSED",
    "PAGE_COMPRESSION_LEVEL",
    "PAGE_CHECKSUM",
    "TRANSACTIONAL",
    "ENCRYPTION",
    "ENCRYPTED",
    "ENCRYPTION_KEY_ID",
    "TABLESPACE",
    "INSERT_METHOD",
];

pub(super) fn mysql_option(c: &mut Cursor<'_>, options: &mut Options) -> Parsed<Mysql> {
    if c.eat_any(&["ENGINE", "TYPE"]).is_some() {
        c.eat_op("=");
        options.engine = Some(charset_name(c)?);
        return Ok(Mysql::Option);
    }
    if c.eat("AUTO_INCREMENT") {
        c.eat_op("=");
        options.auto_increment = Some(c.number()?);
        return Ok(Mysql::Option);
    }
    if c.eat("COMMENT") {
        c.eat_op("=");
        return Ok(Mysql::Comment(c.string()?));
    }
    let mut look = *c;
    look.eat("DEFAULT");
    if look.eats(&["CHARACTER", "SET"]) || look.eat("CHARSET") {
        *c = look;
        c.eat_op("=");
        options.charset = Some(charset_name(c)?);
        return Ok(Mysql::Option);
    }
    if look.eat("COLLATE") {
        *c = look;
        c.eat_op("=");
        options.collation = Some(charset_name(c)?);
        return Ok(Mysql::Option);
    }
    if c.eat_any(STORAGE).is_some() {
        c.eat_op("=");
        if !matches!(
            c.kind(0),
            Some(Lex::Word | Lex::Number | Lex::Text | Lex::Quoted)
        ) {
            return c.expected("a value");
        }
        c.skip(1);
        c.ignore(Ignored::Storage);
        return Ok(Mysql::Option);
    }
    Ok(Mysql::Other)
}
