//! Triggers that set columns of a row that is inserted or changes: `BEFORE UPDATE … SET NEW.c = …`, one
//! statement, so that no client needs another delimiter.

use aludel::schema::{
    Column, Expr, Ident, NEW, Name, ReferentialAction, Table, Trigger, TriggerEvent, sequence_of,
};
use aludel::translate::print::{Level, print};
use aludel::translate::rewrite::rewrite;
use aludel::translate::{
    DataScope, Omission, Refusal, Rendered, RowUpdate, event_name, row_program, row_updates,
    trigger_name,
};

use super::effects;
use super::facts::Facts;
use super::meaning::Meaning;
use super::names;
use super::session;
use super::spelling::{Words, quoted};

/// The statement that makes a trigger.
///
/// # Errors
///
/// If what it does is not understood, or would not be the same.
pub(crate) fn create(
    trigger: &Trigger,
    scope: &DataScope<'_>,
    facts: &Facts,
) -> Result<Rendered, Vec<Refusal>> {
    if let Some(program) = row_program(trigger, scope) {
        return effects::create(trigger, &program?, scope, facts);
    }
    let updates = row_updates(trigger, scope)?;
    let several = updates.len() > 1;
    let mut statements = Vec::new();
    let mut all = Vec::new();
    for update in updates {
        let name = event_name(&trigger.name, update.event, several);
        let (statement, omissions) = one(trigger, &name, update, scope, facts)?;
        statements.push(statement);
        all.extend(omissions);
    }
    let mut rendered = session::rendered(statements, facts);
    rendered.omissions = all;
    Ok(rendered)
}

/// The trigger for one event.
fn one(
    trigger: &Trigger,
    name: &str,
    made: RowUpdate<'_>,
    scope: &DataScope<'_>,
    facts: &Facts,
) -> Result<(String, Vec<Omission>), Vec<Refusal>> {
    let refused = |why: &str| {
        let message = format!("the trigger `{}`: {why}", trigger.name);
        vec![
            Refusal::new("trigger", message)
                .help("write an override, or skip the statement for this driver"),
        ]
    };
    hindrance(&made).map_err(|why| refused(&why))?;
    meets_readers(trigger, &made.sets(), made.event, scope).map_err(|why| refused(&why))?;
    let sets: Vec<String> = made.sets().into_iter().cloned().collect();
    let RowUpdate {
        table,
        event,
        update,
        sight,
        ..
    } = made;
    let meaning = Meaning::of(scope.source, facts)?.over(scope.target);
    let (update, omissions) = rewrite(&meaning, sight, |rw| rw.update(&update))?;
    let words = Words::new(facts);
    let text = print(&words, |p| {
        let mut all = Vec::new();
        for (column, set) in sets.iter().zip(&update.assignments) {
            let own = Expr::Column {
                table: Some(Name::bare(NEW)),
                column: column.clone(),
            };
            let value = match &update.filter {
                None => set.value.clone(),
                Some(condition) => Expr::Case {
                    operand: None,
                    whens: vec![(condition.clone(), set.value.clone())],
                    otherwise: Some(Box::new(own)),
                },
            };
            let column = p.ident(column);
            all.push(format!("NEW.{column} = {}", p.at(&value, Level::Or)));
        }
        all.join(", ")
    })?;
    let name = quoted(&names::shorten(&trigger_name(&table.name, name)));
    let statement = format!(
        "CREATE TRIGGER {name} BEFORE {} ON {} FOR EACH ROW SET {text}",
        event.word(),
        quoted(&table.name.name)
    );
    Ok((statement, omissions))
}

/// # Errors
///
/// Which other trigger reads, before the row is written, what one sets for an event.
pub(super) fn meets_readers(
    trigger: &Trigger,
    sets: &[&Ident],
    event: TriggerEvent,
    scope: &DataScope<'_>,
) -> Result<(), String> {
    if sets.is_empty() {
        return Ok(());
    }
    for other in scope.authored.triggers_of(&trigger.table) {
        // One that is refused is not there, and a guard is made anew beside this one.
        if other.name != trigger.name
            && !other.is_guard()
            && let Some(Ok(program)) = row_program(other, scope)
            && effects::meets_setter(&program, sets, event)
        {
            return Err(format!(
                "the trigger `{}` reads what it sets, and the two run in another order here",
                other.name
            ));
        }
    }
    Ok(())
}

/// # Errors
///
/// Which column that is set BEFORE INSERT a row has to give: `MariaDB` wants a value in INSERT … SELECT
/// before the trigger has run. Or which one numbers itself.
pub(super) fn may_set(table: &Table, sets: &[&Ident]) -> Result<(), String> {
    let mut columns = table.columns.iter();
    let unset = columns.find(|column| {
        sets.contains(&&column.name) && !column.nullable && column.default.is_none()
    });
    if let Some(column) = unset {
        return Err(format!(
            "`{}` is NOT NULL, and a row may leave it to the trigger",
            column.name
        ));
    }
    // To a session 0 is the next number, unless a mode of its own says otherwise.
    let numbered = |column: &&Column| {
        let drawn = column.default.as_ref().and_then(sequence_of);
        sets.contains(&&column.name) && (column.identity.is_some() || drawn.is_some())
    };
    match table.columns.iter().find(numbered) {
        None => Ok(()),
        Some(column) => Err(format!(
            "`{}` numbers itself, and the server may give a number of its own for one that is set",
            column.name
        )),
    }
}

/// # Errors
///
/// Why it would not be the same here.
fn hindrance(made: &RowUpdate<'_>) -> Result<(), String> {
    if !made.of.is_empty() && made.event == TriggerEvent::Update {
        return Err("which columns a statement sets is not known to a trigger here".into());
    }
    if made.update.filter.is_some() && made.sets().len() > 1 {
        return Err("it sets several columns under a condition, one after the other here".into());
    }
    match made.event {
        TriggerEvent::Update if is_cascaded(made.table) => {
            return Err("what foreign keys do to its rows would not run it here".into());
        }
        TriggerEvent::Insert => {
            effects::reads_defaults(made.table, &|column| made.reads_new(column))?;
            may_set(made.table, &made.sets())?;
        }
        _ => {}
    }
    Ok(())
}

/// Whether a foreign key changes rows of a table, for which InnoDB runs no trigger.
fn is_cascaded(table: &Table) -> bool {
    table.foreign_keys().any(|(_, key)| {
        let sets = |action: &ReferentialAction| {
            matches!(
                action,
                ReferentialAction::SetNull | ReferentialAction::SetDefault
            )
        };
        sets(&key.on_delete) || sets(&key.on_update) || key.on_update == ReferentialAction::Cascade
    })
}
