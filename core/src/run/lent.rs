//! What a lent connection does not permit, found before anything runs.
//!
//! An application that lends a connection gets it back as it was. Settings that a script changes
//! could only be put back by undoing the application's own, so such a script is refused. Inside the
//! application's transaction nothing may commit, so whatever commits by itself is refused too.

use super::{RunError, ScriptIssue};
use crate::driver::{Dialect, Tenure};
use crate::plan::{Atomicity, Piece, Plan, Purpose, Why, Work};
use crate::sql::line_col;

/// What to do about what would commit.
const OUTSIDE: &str =
    "run it outside your transaction, or let aludel open a connection: `Migrator::run`";

/// Refuses a plan that a connection of this tenure does not permit, all reasons together.
pub(super) fn check(plan: &Plan, dialect: &dyn Dialect, tenure: Tenure) -> Result<(), RunError> {
    if tenure == Tenure::Own {
        return Ok(());
    }
    let inside = tenure == Tenure::InTransaction;
    let mut issues = Vec::new();
    for unit in &plan.units {
        match (&unit.purpose, unit.atomicity) {
            (Purpose::Revision(work), atomicity) => {
                let pieces = work.script.pieces.iter();
                let settings = pieces.filter(|piece| piece.sets_session);
                issues.extend(settings.map(|piece| changes_settings(work, piece)));
                if inside {
                    issues.extend(commits(work, atomicity));
                }
            }
            (_, Atomicity::Stepwise(_)) if inside => {
                return Err(RunError::Refused {
                    code: "ledger-absent",
                    message: format!(
                        "the ledger's tables do not exist, and on {} making them would commit your transaction",
                        dialect.server().flavour()
                    ),
                    help: "make them before you begin it: a run with `Move::Ensure`, or `aludel ensure-version`"
                        .into(),
                });
            }
            _ => {}
        }
    }
    if issues.is_empty() {
        Ok(())
    } else {
        Err(RunError::Scripts(issues))
    }
}

fn changes_settings(work: &Work, piece: &Piece) -> ScriptIssue {
    issue(
        work,
        piece,
        "script-sets-session",
        "the statement changes a setting of the connection, which is your application's",
        "change it for the transaction only (`SET LOCAL`), or let aludel open a connection: `Migrator::run`",
    )
}

/// Why a revision would commit the application's transaction, if it would.
fn commits(work: &Work, atomicity: Atomicity) -> Option<ScriptIssue> {
    let script = &work.script;
    if script.program.is_some() {
        return (atomicity != Atomicity::Transaction).then(|| ScriptIssue {
            code: "script-commits",
            message: format!(
                "revision `{}` is written in Rust, and its statements may commit your transaction",
                work.name
            ),
            path: script.path.clone(),
            text: None,
            span: 0..0,
            line: 0,
            column: 0,
            help: Some(OUTSIDE.into()),
        });
    }
    let first = script.pieces.first()?;
    let (piece, message) = match atomicity {
        Atomicity::Transaction if script.before.is_empty() && script.after.is_empty() => {
            return None;
        }
        Atomicity::Transaction => (
            first,
            "the revision needs a setting that can only be changed outside a transaction",
        ),
        Atomicity::Stepwise(Why::ImplicitCommit) => (
            script
                .pieces
                .iter()
                .find(|p| p.implicit_commit)
                .unwrap_or(first),
            "the server commits this statement, and your transaction, by itself",
        ),
        Atomicity::Stepwise(Why::Alone) => (
            first,
            "the server refuses this statement inside a transaction, and yours is open",
        ),
        Atomicity::Stepwise(Why::Declared) => (
            first,
            "the script declares no-transaction, and your transaction is open",
        ),
    };
    Some(issue(work, piece, "script-commits", message, OUTSIDE))
}

fn issue(work: &Work, piece: &Piece, code: &'static str, message: &str, help: &str) -> ScriptIssue {
    let script = &work.script;
    let (line, column) = line_col(&script.text, piece.body);
    ScriptIssue {
        code,
        message: message.into(),
        path: script.path.clone(),
        text: Some(script.text.clone()),
        span: piece.body..piece.span.end,
        line,
        column,
        help: Some(help.into()),
    }
}
