//! Sequences.

use super::cursor::{Cursor, Parsed, unclear};
use super::types;
use crate::schema::{Change, Ident, Ignored, Name, SequenceChange, SequenceOptions};

/// `SEQUENCE …`, after `CREATE`.
pub(super) fn create(c: &mut Cursor<'_>) -> Parsed<Change> {
    c.expect("SEQUENCE")?;
    let if_not_exists = c.if_not_exists();
    let name = c.name()?;
    let mut options = SequenceOptions::default();
    let mut owned_by = None;
    while !c.done() {
        if c.eats(&["OWNED", "BY"]) {
            owned_by = owner(c)?;
        } else if !option(c, &mut options)? {
            return c.expected("an option of a sequence");
        }
    }
    Ok(Change::CreateSequence {
        name,
        if_not_exists,
        options,
        owned_by,
    })
}

/// `ALTER SEQUENCE …`, after those words.
pub(super) fn alter(c: &mut Cursor<'_>) -> Parsed<Vec<Change>> {
    let if_exists = c.if_exists();
    let name = c.name()?;
    let change = |change| {
        vec![Change::AlterSequence {
            name: name.clone(),
            if_exists,
            change,
        }]
    };
    if c.eats(&["RENAME", "TO"]) {
        return Ok(change(SequenceChange::RenameTo(c.ident()?)));
    }
    if c.eats(&["OWNER", "TO"]) {
        c.ident()?;
        return Ok(vec![Change::Ignored(Ignored::Owner)]);
    }
    if c.is("SET") {
        return unclear("a sequence that moves to another schema or is not logged");
    }
    let mut options = SequenceOptions::default();
    let mut restart = None;
    let mut owned = None;
    let mut any = false;
    while !c.done() {
        if c.is("NO") {
            return unclear("an option of a sequence that is taken back");
        }
        if c.eats(&["OWNED", "BY"]) {
            owned = Some(owner(c)?);
        } else if c.eat("RESTART") {
            c.eat("WITH");
            let bare = c.done() || !c.word_at(0).is_empty();
            restart = Some(if bare { None } else { Some(c.integer()?) });
            any = true;
        } else if option(c, &mut options)? {
            any = true;
        } else {
            return c.expected("an option of a sequence");
        }
    }
    let mut changes = Vec::new();
    if any {
        changes.extend(change(SequenceChange::Options { options, restart }));
    }
    changes.extend(
        owned
            .into_iter()
            .flat_map(|o| change(SequenceChange::OwnedBy(o))),
    );
    if changes.is_empty() {
        return c.expected("an option of a sequence");
    }
    Ok(changes)
}

/// `OWNED BY table.column`, after those words.
fn owner(c: &mut Cursor<'_>) -> Parsed<Option<(Name, Ident)>> {
    if c.eat("NONE") {
        return Ok(None);
    }
    let mut parts = vec![c.ident()?];
    while c.eat_op(".") {
        parts.push(c.ident()?);
    }
    match <[Ident; 3]>::try_from(parts) {
        Ok([schema, table, column]) => Ok(Some((Name::qualified(schema, table), column))),
        Err(parts) => match <[Ident; 2]>::try_from(parts) {
            Ok([table, column]) => Ok(Some((Name::bare(table), column))),
            Err(_) => c.expected("a table and its column"),
        },
    }
}

/// One option; false if none stands here.
pub(super) fn option(c: &mut Cursor<'_>, options: &mut SequenceOptions) -> Parsed<bool> {
    if c.eat("AS") {
        options.ty = Some(types::cast(c)?);
    } else if c.eat("START") {
        c.eat("WITH");
        options.start = Some(c.integer()?);
    } else if c.eat("INCREMENT") {
        c.eat("BY");
        options.increment = Some(c.integer()?);
    } else if c.eat("MINVALUE") {
        options.min = Some(c.integer()?);
    } else if c.eat("MAXVALUE") {
        options.max = Some(c.integer()?);
    } else if c.eats(&["NO", "MINVALUE"]) {
        options.min = None;
    } else if c.eats(&["NO", "MAXVALUE"]) {
        options.max = None;
    } else if c.eat("CACHE") {
        options.cache = Some(c.integer()?);
    } else if c.eats(&["NO", "CYCLE"]) || c.eat("NOCYCLE") {
        options.cycle = false;
    } else if c.eat("CYCLE") {
        options.cycle = true;
    } else if c.is_any(&["LOGGED", "UNLOGGED"]) {
        c.skip(1);
        c.ignore(Ignored::Storage);
    } else {
        return Ok(false);
    }
    Ok(true)
}
