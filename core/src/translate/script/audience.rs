//! Who runs which statements of a script.

use std::ops::Range;

use crate::sql::{self, Statement};

/// Who runs a statement of an authored script.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Audience {
    /// Both engines: it is translated.
    Both,
    /// The authored engine alone (`skip=sqlite`).
    Authored,
    /// The target alone (`only=sqlite`): it stands in the target's own dialect.
    Target,
}

/// The statements of a script with their audience: those that the names of the authored dialect
/// choose, those that the target's choose, in the order of the text.
///
/// # Errors
///
/// A name in a directive that nobody knows.
pub fn audience<'s>(
    script: &'s sql::Script,
    known: &[&str],
    authored: &[&str],
    target: &[&str],
) -> Result<Vec<(&'s Statement, Audience)>, Vec<sql::ScanProblem>> {
    if script.directives.is_empty() {
        let all = script.statements.iter();
        return Ok(all.map(|statement| (statement, Audience::Both)).collect());
    }
    let ours = script.select(known, authored)?;
    let theirs = script.select(known, target)?;
    let key = |statement: &Statement| -> Range<usize> { statement.body.clone() };
    let mut result = Vec::with_capacity(script.statements.len());
    let (mut a, mut b) = (
        ours.statements.iter().peekable(),
        theirs.statements.iter().peekable(),
    );
    for statement in &script.statements {
        let mine = a.next_if(|s| key(s) == key(statement)).is_some();
        let its = b.next_if(|s| key(s) == key(statement)).is_some();
        let audience = match (mine, its) {
            (true, true) => Audience::Both,
            (true, false) => Audience::Authored,
            (false, true) => Audience::Target,
            (false, false) => continue,
        };
        result.push((statement, audience));
    }
    Ok(result)
}
