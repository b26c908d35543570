//! `COMMENT ON`.

use super::cursor::{Cursor, Parsed};
use super::lex::Lex;
use crate::schema::{Change, CommentTarget, Ignored, Name};

/// What stands after `COMMENT`.
pub(super) fn on(c: &mut Cursor<'_>) -> Parsed<Vec<Change>> {
    c.expect("ON")?;
    let target = if c.eat("TABLE") {
        CommentTarget::Table(c.name()?)
    } else if c.eat("COLUMN") {
        let mut parts = vec![c.ident()?];
        while c.eat_op(".") {
            parts.push(c.ident()?);
        }
        match (parts.pop(), parts.as_slice()) {
            (Some(column), [table]) => CommentTarget::Column(Name::bare(table.clone()), column),
            (Some(column), [schema, table]) => {
                CommentTarget::Column(Name::qualified(schema.clone(), table.clone()), column)
            }
            _ => return c.expected("a table's column"),
        }
    } else if c.eat("INDEX") {
        CommentTarget::Index(c.name()?)
    } else {
        let kind = c.upper()?;
        c.until(|c| c.is("IS") && matches!(c.kind(1), Some(Lex::Text | Lex::Word)));
        CommentTarget::Other(kind)
    };
    c.expect("IS")?;
    let text = if c.eat("NULL") {
        None
    } else {
        // The empty comment is none.
        Some(c.string()?).filter(|text| !text.is_empty())
    };
    if let CommentTarget::Other(kind) = &target
        && matches!(
            kind.as_str(),
            "EXTENSION"
                | "FUNCTION"
                | "SCHEMA"
                | "DATABASE"
                | "ROLE"
                | "TRIGGER"
                | "PROCEDURE"
                | "AGGREGATE"
                | "POLICY"
        )
    {
        return Ok(vec![Change::Ignored(Ignored::Comment)]);
    }
    Ok(vec![Change::Comment { on: target, text }])
}
