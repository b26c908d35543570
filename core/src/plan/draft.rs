//! Units whose texts about the ledger are yet to be written, so that a dialect is asked once for
//! all of them.

use super::{Atomicity, Delivery, Plan, Purpose, Role, Step, Unit, Why};
use crate::driver::{Dialect, DialectError, LedgerRequest};
use crate::ledger::{Identity, LedgerTables, LedgerText};

/// A step, or what the dialect is to write for it.
pub(super) enum Draft {
    Ready(Step),
    Ledger(Role, LedgerText),
}

/// A unit of drafts.
pub(super) struct DraftUnit {
    pub(super) purpose: Purpose,
    pub(super) atomicity: Atomicity,
    pub(super) delivery: Delivery,
    pub(super) steps: Vec<Draft>,
}

/// Has the dialect write what is wanted, and makes the plan. With `setup` it begins by making the
/// ledger's tables.
pub(super) fn write(
    dialect: &dyn Dialect,
    tables: &LedgerTables,
    setup: bool,
    drafts: Vec<DraftUnit>,
    by: &Identity,
) -> Result<Plan, DialectError> {
    let mut wanted = Vec::new();
    let mut units: Vec<Unit> = drafts
        .into_iter()
        .map(|unit| undrafted(unit, &mut wanted))
        .collect();
    let written = dialect.ledger(&LedgerRequest {
        tables,
        by,
        setup,
        texts: &wanted,
    })?;
    if written.texts.len() != wanted.len() {
        return Err(DialectError {
            message: format!(
                "the dialect wrote {} texts where {} were wanted",
                written.texts.len(),
                wanted.len()
            ),
        });
    }
    let waiting = units.iter_mut().flat_map(|unit| &mut unit.steps);
    let waiting = waiting.filter(|step| is_written(&step.role));
    for (step, sql) in waiting.zip(written.texts) {
        step.sql = sql;
    }
    if setup {
        units.insert(0, setup_unit(dialect, written.setup));
    }
    Ok(Plan {
        tables: tables.clone(),
        units,
    })
}

/// The steps whose texts a dialect writes; all of them are drafted as [`Draft::Ledger`].
fn is_written(role: &Role) -> bool {
    matches!(role, Role::Guard | Role::Ledger | Role::Journal)
}

/// Takes what is wanted out of a unit, in the order of its steps.
fn undrafted(unit: DraftUnit, wanted: &mut Vec<LedgerText>) -> Unit {
    let steps = unit.steps.into_iter().map(|draft| match draft {
        Draft::Ready(step) => step,
        Draft::Ledger(role, text) => {
            debug_assert!(is_written(&role), "{role:?} is no step of the ledger");
            wanted.push(text);
            let sql = String::new();
            Step { role, sql }
        }
    });
    Unit {
        steps: steps.collect(),
        purpose: unit.purpose,
        atomicity: unit.atomicity,
        delivery: unit.delivery,
    }
}

fn setup_unit(dialect: &dyn Dialect, create: Vec<String>) -> Unit {
    let step = |role, sql: String| Step { role, sql };
    let create = create.into_iter().map(|sql| step(Role::Setup, sql));
    let transaction = dialect.capabilities().transactional_ddl;
    let (atomicity, steps) = if transaction {
        let begin = step(Role::Begin, dialect.begin().to_owned());
        let commit = step(Role::Commit, dialect.commit().to_owned());
        let steps = std::iter::once(begin).chain(create).chain([commit]);
        (Atomicity::Transaction, steps.collect())
    } else {
        (Atomicity::Stepwise(Why::ImplicitCommit), create.collect())
    };
    Unit {
        purpose: Purpose::Setup,
        atomicity,
        delivery: Delivery::Shared,
        steps,
    }
}
