//! A temporary table that a statement reads twice, which the servers do not (error 1137). What a WITH
//! reads, they may read for each of its names.

use aludel::schema::{DataStatement, InsertSource, Name, Part, named_tables};
use aludel::translate::{DataScope, Refusal};

use crate::target::facts::Facts;
use crate::target::names;

/// # Errors
///
/// The first such table.
pub(super) fn refuse(
    statement: &DataStatement,
    scope: &DataScope<'_>,
    facts: &Facts,
) -> Result<(), Vec<Refusal>> {
    let is_temporary = |name: &Name| {
        let table = scope.target.table(&names::flat(name));
        table.is_some_and(|table| table.options.temporary)
    };
    let mut all = Vec::new();
    named_tables(Part::Data(statement), &mut all);
    if !all.iter().any(is_temporary) {
        return Ok(());
    }
    let mut body = statement.clone();
    let mut with = body.with_mut().map(std::mem::take).unwrap_or_default();
    if let DataStatement::Insert(insert) = &mut body
        && let InsertSource::Query(query) = &mut insert.source
    {
        with.append(&mut query.with);
    }
    let mut read = Vec::new();
    named_tables(Part::Data(&body), &mut read);
    // Each name of a WITH as what it reads; the later may name the earlier.
    for cte in with.iter().rev() {
        let is_cte = |name: &Name| name.schema.is_none() && name.name == cte.name;
        let uses = read.iter().filter(|name| is_cte(name)).count();
        read.retain(|name| !is_cte(name));
        for _ in 0..uses {
            named_tables(Part::Data(&cte.body), &mut read);
        }
    }
    let twice =
        |name: &&Name| is_temporary(name) && read.iter().filter(|other| other == name).count() > 1;
    match read.iter().find(twice) {
        None => Ok(()),
        Some(name) => {
            let message = format!(
                "the temporary table `{name}` is read twice by a statement, which {} does not",
                facts.name
            );
            Err(vec![Refusal::new("temporary", message)])
        }
    }
}
