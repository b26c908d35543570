//! What became of a script as a whole.

use crate::translate::carry::{Out, Outcome};
use crate::translate::target::{Omission, Refusal};

/// What became of one script.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Translated {
    /// Statements to run before the transaction begins.
    pub before: Vec<String>,
    /// The statements of the transaction, each with the index of the statement it stands for.
    pub statements: Vec<(usize, String)>,
    /// Statements to run after the transaction, also if it failed.
    pub after: Vec<String>,
    /// It leaves rows of other tables to the actions of foreign keys, or it to them to refuse a row that
    /// would refer to nothing.
    pub relies_on_keys: bool,
    /// What was left out, and of which statement.
    pub omissions: Vec<(usize, Omission)>,
    /// What has no faithful form, and of which statement.
    pub refusals: Vec<(usize, Refusal)>,
}

/// Makes one whole of what came of a script's statements.
pub(super) fn finish(out: Vec<Out>) -> Translated {
    let mut translated = Translated::default();
    let mut checks: Vec<(usize, String)> = Vec::new();
    let enforced = out.iter().all(|out| match &out.what {
        Outcome::Rendered(rendered) => rendered.check.is_empty(),
        _ => true,
    });
    for Out { source, what } in out {
        let rendered = match what {
            Outcome::Rendered(rendered) => Ok(rendered),
            Outcome::Refused(refusal) => Err(vec![refusal]),
            Outcome::Unenforced(_) if enforced => {
                translated.relies_on_keys = true;
                continue;
            }
            Outcome::Unenforced(rendered) => rendered,
        };
        match rendered {
            Err(refusals) => {
                let refusals = refusals.into_iter().map(|refusal| (source, refusal));
                translated.refusals.extend(refusals);
            }
            Ok(rendered) => {
                add_new(&mut translated.before, rendered.before);
                add_new(&mut translated.after, rendered.after);
                for sql in rendered.statements {
                    translated.statements.push((source, sql));
                }
                for sql in rendered.check {
                    if !checks.iter().any(|(_, other)| *other == sql) {
                        checks.push((source, sql));
                    }
                }
                for omission in rendered.omissions {
                    translated.omissions.push((source, omission));
                }
            }
        }
    }
    translated.statements.extend(checks);
    translated
}

fn add_new(to: &mut Vec<String>, from: Vec<String>) {
    for sql in from {
        if !to.contains(&sql) {
            to.push(sql);
        }
    }
}
