//! What every target asks of a trigger: whether it is understood, for its table as it is.

use std::mem::discriminant;

use super::infer::{Relation, Scope};
use super::program;
use super::target::{DataScope, Refusal};
use crate::schema::{
    Assignment, Expr, Ident, Literal, NEW, Name, OLD, Table, Trigger, TriggerEvent, Update,
};

/// What a trigger does to a row that is inserted or changes, for its table as it is.
#[derive(Debug)]
pub struct RowUpdate<'a> {
    /// Its table, authored.
    pub table: &'a Table,
    /// For what.
    pub event: TriggerEvent,
    /// For updates: only where a statement sets one of these columns; empty: whichever it sets.
    pub of: &'a [Ident],
    /// The change as an UPDATE of the row, under the condition; neither names a column of the table
    /// but by [`NEW`] and [`OLD`].
    pub update: Update,
    /// Where those two are in sight.
    pub sight: Scope<'a>,
}

/// What a trigger does that sets columns, for each event for which it does something.
///
/// # Errors
///
/// If that is not understood, with the reason.
pub fn row_updates<'a>(
    trigger: &'a Trigger,
    scope: &DataScope<'a>,
) -> Result<Vec<RowUpdate<'a>>, Vec<Refusal>> {
    let refused = |why: &str| {
        let message = format!("the trigger `{}`: {why}", trigger.name);
        let help = "write an override with a trigger that does the same, or skip the statement for this driver";
        vec![Refusal::new("trigger", message).help(help)]
    };
    let Some(does) = &trigger.does else {
        return Err(refused("it is code that only its own engine understands"));
    };
    if let Some(why) = &does.unclear {
        let why = format!(
            "what it or its function `{}` does is not understood: {why}",
            does.function
        );
        return Err(refused(&why));
    }
    let Some(table) = scope.authored.table(&trigger.table) else {
        return Err(refused("it is on no table that is known"));
    };
    if [NEW, OLD].contains(&table.name.name.as_str()) {
        return Err(refused("its table is called as the row is"));
    }
    program::of_what_is_set(&does.of, table).map_err(|why| refused(&why))?;
    if let Some(name) = does.sets.iter().find_map(|set| of_another_kind(set, table)) {
        return Err(refused(&format!(
            "it gives `{name}` the value of a column of another kind, which PL/pgSQL converts by its text"
        )));
    }
    let mut all = Vec::new();
    for event in &does.events {
        let mut condition = does.condition.clone();
        if let Some(condition) = &mut condition {
            let event = *event;
            program::Words { does, table, event }.settle(condition);
        }
        match condition {
            Some(Expr::Literal(Literal::Boolean(false) | Literal::Null)) => continue,
            Some(Expr::Literal(Literal::Boolean(true))) => condition = None,
            _ => {}
        }
        if *event == TriggerEvent::Insert && condition.as_ref().is_some_and(program::names_old) {
            return Err(refused(
                "its condition looks at the row before, and there is none for INSERT",
            ));
        }
        let condition = does
            .condition_on(table, condition)
            .map_err(|why| refused(&why))?;
        let mut sight = Scope::new(scope.authored, scope.source);
        sight.enter();
        for row in program::rows(*event) {
            sight.add(Relation::of_table(table, Some(&(*row).to_owned())));
        }
        all.push(RowUpdate {
            table,
            event: *event,
            of: &does.of,
            update: Update {
                with: Vec::new(),
                recursive: false,
                table: table.name.clone(),
                alias: None,
                assignments: does.sets.clone(),
                from: Vec::new(),
                filter: condition,
                order_by: Vec::new(),
                limit: None,
                returning: Vec::new(),
            },
            sight,
        });
    }
    Ok(all)
}

impl RowUpdate<'_> {
    /// The columns that it sets.
    pub fn sets(&self) -> Vec<&Ident> {
        let assignments = self.update.assignments.iter();
        assignments.flat_map(|set| &set.columns).collect()
    }

    /// Whether it looks at a column of the row after the change.
    pub fn reads_new(&self, column: &str) -> bool {
        let values = self.update.assignments.iter().map(|set| &set.value);
        let mut exprs = values.chain(&self.update.filter);
        exprs.any(|expr| program::names_new(expr, column))
    }
}

/// The column that is set, if its new value is a column of another kind.
fn of_another_kind<'a>(set: &'a Assignment, table: &Table) -> Option<&'a Ident> {
    let name = set.columns.first()?;
    let Expr::Column { column, .. } = &set.value else {
        return None;
    };
    let (to, from) = (&table.column(name)?.ty, &table.column(column)?.ty);
    let alike = discriminant(to) == discriminant(from)
        || (to.is_integer() && from.is_integer())
        || (to.is_text() && from.is_text());
    (!alike).then_some(name)
}

/// The name of what comes of a trigger for an event, if something comes of it for several.
pub fn event_name(trigger: &str, event: TriggerEvent, several: bool) -> Ident {
    match several {
        false => trigger.to_owned(),
        true => format!("{trigger}_{}", event.word().to_ascii_lowercase()),
    }
}

/// The name of a trigger where such names are unique in a database, and not in a table: one that
/// does not begin with its table's name gets it in front.
pub fn trigger_name(table: &Name, trigger: &str) -> Ident {
    let own = trigger
        .strip_prefix(table.name.as_str())
        .is_some_and(|rest| rest.starts_with('_'));
    match own {
        true => trigger.to_owned(),
        false => format!("{}_{trigger}", table.name),
    }
}
