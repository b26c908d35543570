//! Revisions written in Rust: online as they are, offline as what they execute.

use std::sync::Arc;

use crate::driver::Dialect;
use crate::plan::{Why, WorkScript};
use crate::revision::{Checksum, Direction, Program, Recording, Revision, ScriptFile};
use crate::run::{Database, ScriptIssue};

/// Prepares the program of a revision.
pub(super) fn script(
    database: &Database,
    dialect: &dyn Dialect,
    revision: &Revision,
    direction: Direction,
    program: Program,
    offline: bool,
) -> Result<WorkScript, Vec<ScriptIssue>> {
    if !program.runs(direction) {
        return Err(vec![refused(
            revision,
            "irreversible",
            format!("revision `{}` cannot be reverted", revision.name),
            "write its `down` and `is_reversible`, or choose a target above it",
        )]);
    }
    let in_transaction = program.runs_in_transaction();
    if offline {
        let file = record(&program, direction, dialect, revision).map_err(|issue| vec![issue])?;
        let mut script = super::scanned(database, dialect, &file, in_transaction)?;
        // Online its statements are not known beforehand, so the journal holds neither their number
        // nor a checksum; see `Work::entry`.
        script.is_recorded = true;
        return Ok(script);
    }
    Ok(WorkScript {
        path: revision.path.clone(),
        checksum: String::new(),
        text: Arc::from(""),
        pieces: Vec::new(),
        program: Some(program),
        is_recorded: false,
        rules: 0,
        stepwise: (!in_transaction).then_some(Why::Declared),
        before: Vec::new(),
        after: Vec::new(),
        relies_on_keys: false,
    })
}

/// What a program executes in a dialect, as a script.
pub(crate) fn record(
    program: &Program,
    direction: Direction,
    dialect: &dyn Dialect,
    revision: &Revision,
) -> Result<ScriptFile, ScriptIssue> {
    let text = Recording::script(program, direction, dialect).map_err(|why| {
        refused(
            revision,
            "script-online-only",
            format!("revision `{}` cannot be printed: {why}", revision.name),
            "run it online, or stamp it in the script: `from:to` on either side of it",
        )
    })?;
    Ok(ScriptFile {
        path: revision.path.clone(),
        checksum: Checksum::of_script(&text),
        text,
    })
}

fn refused(revision: &Revision, code: &'static str, message: String, help: &str) -> ScriptIssue {
    ScriptIssue {
        code,
        message,
        path: revision.path.clone(),
        text: None,
        span: 0..0,
        line: 0,
        column: 0,
        help: Some(help.to_owned()),
    }
}
