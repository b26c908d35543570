//! Triggers that set columns of a row that changes: `BEFORE UPDATE … SET NEW.c = …`, one statement,
//! so that no client needs another delimiter.

use aludel::schema::{Expr, NEW, Name, ReferentialAction, Table, Trigger};
use aludel::translate::print::{Level, print};
use aludel::translate::rewrite::rewrite;
use aludel::translate::{
    DataScope, Refusal, Rendered, RowUpdate, row_program, row_update, trigger_name,
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
    let RowUpdate {
        table,
        of,
        update,
        sight,
    } = row_update(trigger, scope)?;
    let refused = |why: &str| {
        let message = format!("the trigger `{}`: {why}", trigger.name);
        vec![
            Refusal::new("trigger", message)
                .help("write an override, or skip the statement for this driver"),
        ]
    };
    if !of.is_empty() {
        return Err(refused(
            "which columns a statement sets is not known to a trigger here",
        ));
    }
    if is_cascaded(table) {
        return Err(refused(
            "what foreign keys do to its rows would not run it here",
        ));
    }
    let sets: Vec<String> = update
        .assignments
        .iter()
        .flat_map(|set| set.columns.clone())
        .collect();
    if update.filter.is_some() && sets.len() > 1 {
        return Err(refused(
            "it sets several columns under a condition, one after the other here",
        ));
    }
    for other in scope.authored.triggers_of(&table.name) {
        // One that is refused is not there.
        if let Some(Ok(program)) = row_program(other, scope)
            && effects::meets_setter(&program, &sets)
        {
            return Err(refused(&format!(
                "the trigger `{}` reads what it sets, and the two run in another order here",
                other.name
            )));
        }
    }
    let meaning = Meaning::of(scope.source, facts)?.over(scope.target);
    let (update, omissions) = rewrite(&meaning, sight, |rw| rw.update(&update))?;
    let words = Words { facts };
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
    let name = quoted(&names::shorten(&trigger_name(&table.name, &trigger.name)));
    let statement = format!(
        "CREATE TRIGGER {name} BEFORE UPDATE ON {} FOR EACH ROW SET {text}",
        quoted(&table.name.name)
    );
    let mut rendered = session::rendered(vec![statement], facts);
    rendered.omissions = omissions;
    Ok(rendered)
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
