//! Tables.

mod alter;
mod alter_column;
mod create;
mod options;

pub(super) use alter::alter;
pub(super) use create::create;

use super::cursor::{Cursor, Parsed};
use crate::schema::{Change, TableAction};

/// MySQL's `RENAME TABLE a TO b, c TO d`, after `RENAME`.
pub(super) fn rename(c: &mut Cursor<'_>) -> Parsed<Vec<Change>> {
    if c.eat_any(&["TABLE", "TABLES"]).is_none() {
        return c.expected("TABLE");
    }
    c.list(|c| {
        let if_exists = c.if_exists();
        let table = c.name()?;
        c.expect("TO")?;
        Ok(Change::AlterTable {
            table,
            if_exists,
            actions: vec![TableAction::RenameTo(c.name()?)],
        })
    })
}
