//! Sequences that columns draw from where no counter of their table can stand for them.

use aludel::schema::{Column, Sequence, Table, drawn_by_name};
use aludel::translate::{Refusal, TableChange};

use crate::target::other;
use crate::target::spelling::quoted;

/// The statements that make those that a table draws from, and that are not there yet.
pub(super) fn made(change: &TableChange<'_>) -> Vec<String> {
    let drawn = change.after.into_iter().flat_map(drawn).filter_map(|name| {
        let mut sequences = change.scope.authored.sequences();
        sequences.find(|sequence| sequence.name.name == name)
    });
    // What is a column's counter is none here.
    let missing = |sequence: &&Sequence| {
        let held = change.scope.target.sequence(&sequence.name);
        held.is_none_or(|held| held.owned_by.is_some())
    };
    drawn
        .filter(missing)
        .map(|sequence| other::create(sequence, &quoted(&sequence.name.name)))
        .collect()
}

fn drawn(table: &Table) -> impl Iterator<Item = &str> {
    let defaults = table
        .columns
        .iter()
        .filter_map(|column| column.default.as_ref());
    defaults.filter_map(drawn_by_name)
}

/// # Errors
///
/// If a counter becomes a sequence or the other way round: neither knows how far the other has come,
/// unless none has come anywhere.
pub(super) fn go_on(change: &TableChange<'_>) -> Result<(), Vec<Refusal>> {
    let (Some(before), Some(after)) = (change.before, change.after) else {
        return Ok(());
    };
    if change.unused {
        return Ok(());
    }
    let draws = |column: &Column| column.default.as_ref().and_then(drawn_by_name).is_some();
    let turns = change.columns.iter().find(|origin| {
        let from = origin.from.as_ref().and_then(|from| before.column(from));
        let to = after.column(&origin.column);
        from.zip(to).is_some_and(|(from, to)| {
            from.identity.is_some() && draws(to) || draws(from) && to.identity.is_some()
        })
    });
    let Some(origin) = turns else { return Ok(()) };
    let message = format!(
        "column `{}` of `{}` numbers itself by a counter of its table on one side of the change and by a sequence on the other",
        origin.column, after.name
    );
    Err(vec![Refusal::new("numbering", message)])
}
