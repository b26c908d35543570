//! Prints a plan as a script for the engine's own client. No connection exists here.

use std::io::Write;

use super::RunError;
use crate::driver::{Client, Dialect};
use crate::plan::{Atomicity, Plan, Purpose, Role, Unit, Why};

/// Prints a plan.
///
/// # Errors
///
/// If `out` refuses to be written, or the dialect does not answer.
pub(super) fn print(
    plan: &Plan,
    dialect: &dyn Dialect,
    client: Client,
    out: &mut dyn Write,
) -> Result<(), RunError> {
    out.write_all(dialect.script_header(client).as_bytes())?;
    for unit in &plan.units {
        writeln!(out, "\n-- {}", heading(unit))?;
        let texts: Vec<&str> = unit.steps.iter().map(|step| step.sql.as_str()).collect();
        let printed = dialect.print_all(&texts, client)?;
        for (step, text) in unit.steps.iter().zip(&printed) {
            // What stood between two statements is kept as it was, but for the line break that
            // this loop writes itself.
            let text = match step.role {
                Role::Script { .. } => text.trim_start_matches(['\n', '\r']),
                _ => text,
            };
            writeln!(out, "{text}")?;
        }
    }
    out.flush()?;
    Ok(())
}

fn heading(unit: &Unit) -> String {
    match &unit.purpose {
        Purpose::Setup => "the ledger".into(),
        Purpose::Stamp(_) => "stamp".into(),
        Purpose::Revision(work) => {
            let verb = match work.direction {
                crate::ledger::Direction::Up => "upgrade",
                crate::ledger::Direction::Down => "downgrade",
            };
            let why = match unit.atomicity {
                Atomicity::Transaction => "",
                Atomicity::Stepwise(Why::Declared) => " (no transaction, as it declares)",
                Atomicity::Stepwise(Why::Alone) => {
                    " (no transaction: its only statement is refused inside one)"
                }
                Atomicity::Stepwise(Why::ImplicitCommit) => {
                    " (no transaction: the server commits DDL by itself)"
                }
            };
            format!("{verb} {}{why}", work.name)
        }
    }
}
