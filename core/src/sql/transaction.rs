//! Whether and how a script can run in a transaction, decided before anything runs.

use super::facts::TransactionUse;
use super::problem::{Reason, ScanProblem, locate};
use super::script::Selected;

/// How a script is to be run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// In one transaction, with its ledger rows.
    Transaction,
    /// As declared: every statement commits by itself.
    NoTransaction,
    /// Not declared, but the script's only statement is one that its engine refuses inside a
    /// transaction; that it runs alone is announced.
    Alone,
}

/// Decides how the selected statements run.
///
/// `run_in_transaction` is what the revision's metadata say; a `no-transaction` directive in the
/// script wins over it.
///
/// # Errors
///
/// - No statement is left: a single problem, [`Reason::Empty`]. A merge may allow it.
/// - Not declared: each statement that begins or ends a transaction, and each that cannot run in
///   one but has company.
/// - Declared: a transaction of the script's own that it leaves open, since the ledger's row
///   would be written inside it.
///
/// ```
/// use aludel::sql::{Mode, Syntax, check_transaction, scan};
///
/// let mode = |text| {
///     let script = scan(Syntax::Postgres, text).expect("scans");
///     let selected = script.select(&[], &[]).expect("no directive");
///     check_transaction(&selected, true).map_err(|problems| problems[0].line)
/// };
/// assert_eq!(mode("CREATE TABLE a (); CREATE TABLE b ();"), Ok(Mode::Transaction));
/// assert_eq!(mode("CREATE INDEX CONCURRENTLY i ON a (b);"), Ok(Mode::Alone));
/// assert_eq!(mode("CREATE TABLE a ();\nVACUUM;"), Err(2));
/// assert_eq!(mode("-- aludel: no-transaction\nSELECT 1; VACUUM;"), Ok(Mode::NoTransaction));
/// ```
pub fn check_transaction(
    selected: &Selected<'_>,
    run_in_transaction: bool,
) -> Result<Mode, Vec<ScanProblem>> {
    let text = selected.script.text();
    if selected.statements.is_empty() {
        return Err(locate(text, vec![(0..0, Reason::Empty)]));
    }
    let (mode, found) = if selected.no_transaction || !run_in_transaction {
        (Mode::NoTransaction, left_open(selected))
    } else {
        undeclared(selected)
    };
    if found.is_empty() {
        Ok(mode)
    } else {
        Err(locate(text, found))
    }
}

type Found = Vec<(std::ops::Range<usize>, Reason)>;

fn undeclared(selected: &Selected<'_>) -> (Mode, Found) {
    let alone = selected.statements.len() == 1;
    let mut mode = Mode::Transaction;
    let mut found = Vec::new();
    for statement in &selected.statements {
        let verb = statement.facts.verb.clone();
        let ends = matches!(
            statement.facts.transaction,
            TransactionUse::Begin | TransactionUse::Commit | TransactionUse::Rollback
        );
        if ends {
            found.push((statement.body.clone(), Reason::EndsTransaction { verb }));
        } else if let Some(why) = statement.facts.refused_in_transaction {
            if alone {
                mode = Mode::Alone;
            } else {
                found.push((
                    statement.body.clone(),
                    Reason::RefusedInTransaction { verb, why },
                ));
            }
        }
    }
    (mode, found)
}

fn left_open(selected: &Selected<'_>) -> Found {
    let mut open = None;
    for statement in &selected.statements {
        match statement.facts.transaction {
            TransactionUse::Begin => open = Some(statement.body.clone()),
            TransactionUse::Commit | TransactionUse::Rollback => open = None,
            TransactionUse::None | TransactionUse::Savepoint => {}
        }
    }
    open.map(|span| (span, Reason::LeavesTransactionOpen))
        .into_iter()
        .collect()
}
