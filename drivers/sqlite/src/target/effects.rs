//! Triggers that raise errors and change other rows.
//!
//! A trigger of SQLite's runs for one event, so that one of the author's may be several here. Its
//! body is a list of statements without branches: each has its condition as a part of its own
//! WHERE, and what is a condition of all is the trigger's WHEN.

use aludel::schema::{
    BinaryOp, DataStatement, Expr, Ident, InsertSource, Name, Part, PartMut, Query, Select,
    SelectItem, SetExpr, TableRef, Trigger, TriggerEvent,
};
use aludel::translate::print::{Level, Printer, Spelling, print};
use aludel::translate::rewrite::rewrite;
use aludel::translate::{
    Act, DataScope, Deed, EventProgram, Omission, Refusal, Rendered, RowProgram, trigger_name,
};

use super::rules::{Meaning, Stands};
use super::spelling::Sqlite;
use super::table::ident;
use super::trigger::{by_value, is_settled};
use super::{data, names};

/// The statements that make what comes of a trigger.
///
/// # Errors
///
/// If something in it has no form in a trigger here, or would not be the same.
pub(super) fn create(
    trigger: &Trigger,
    program: &RowProgram<'_>,
    scope: &DataScope<'_>,
) -> Result<Rendered, Vec<Refusal>> {
    let refused = |why: String| {
        let message = format!("the trigger `{}`: {why}", trigger.name);
        vec![Refusal::new("trigger", message).help(
            "write an override with a trigger of sqlite's, or skip the statement for this driver",
        )]
    };
    hindrance(trigger, program, scope).map_err(&refused)?;
    let mut rendered = Rendered::default();
    for event in &program.events {
        let (text, omissions) = one(trigger, program, event, scope, &refused)?;
        rendered.statements.push(text);
        rendered.omissions.extend(omissions);
    }
    rendered.omissions.extend(program.omissions(trigger));
    Ok(rendered)
}

/// Whether a trigger looks at columns that another sets after the row is written, or runs for them.
fn sees_unset(program: &RowProgram<'_>, sets: &[&Ident]) -> bool {
    let mut events = program.events.iter();
    let reads = events.any(|event| sets.iter().any(|set| event.reads_new(set)));
    reads || sets.iter().any(|set| program.of.contains(set))
}

/// Whether a trigger would run once more, or see too little, beside one that for an event sets
/// columns after the row is written.
pub(super) fn meets_setter(program: &RowProgram<'_>, sets: &[&Ident], event: TriggerEvent) -> bool {
    let on = |event: TriggerEvent| program.events.iter().find(|one| one.event == event);
    if event == TriggerEvent::Insert
        && on(event).is_some_and(|insert| sets.iter().any(|set| insert.reads_new(set)))
    {
        return true;
    }
    let Some(update) = on(TriggerEvent::Update) else {
        return false;
    };
    if update.fails {
        // It may fail once more, and looks at nothing that is not set yet.
        return sets
            .iter()
            .any(|set| program.of.contains(set) || update.reads_new(set));
    }
    if program.of.is_empty() {
        return !update.passes_again(sets);
    }
    sets.iter()
        .any(|set| program.of.contains(set) || update.reads_new(set))
}

fn hindrance(
    trigger: &Trigger,
    program: &RowProgram<'_>,
    scope: &DataScope<'_>,
) -> Result<(), String> {
    let table = program.table;
    if program.events.iter().any(|event| !event.sets.is_empty()) {
        return Err("it sets columns, and does more than that".into());
    }
    for other in scope.authored.triggers_of(&table.name) {
        let Some(does) = other.does.as_deref().filter(|does| does.unclear.is_none()) else {
            continue;
        };
        let sets = does.set_columns();
        let mut events = does.events.iter();
        // A row that is inserted may have to have by itself what is set.
        let settled = does.events.contains(&TriggerEvent::Insert) && is_settled(other, scope);
        // A guard may run once more, and looks at nothing that is not set yet.
        let meets = |event: &TriggerEvent| match trigger.is_guard() {
            true => sees_unset(program, &sets),
            false => {
                let again = *event != TriggerEvent::Insert || !settled;
                again && meets_setter(program, &sets, *event)
            }
        };
        if !sets.is_empty() && events.any(meets) {
            return Err(format!(
                "it would run again, or see what is not set yet, when the trigger `{}`, which on sqlite runs after the row is written, writes it once more",
                other.name
            ));
        }
    }
    // What a constraint is asked is the same however often, and SQLite runs it for what an action sets.
    let asks_only = trigger
        .does
        .as_ref()
        .is_some_and(|does| does.constraint.is_some());
    for (_, key) in table.foreign_keys().filter(|_| !asks_only) {
        if (key.on_update.acts() || key.on_delete.acts())
            && key.columns.iter().any(|name| program.of.contains(name))
        {
            return Err(
                "it runs where a column of a foreign key is set, which an action does".into(),
            );
        }
    }
    let held = scope.target.table(&names::flat(&table.name));
    let Some(held) = held.filter(|held| held.opaque.is_none()) else {
        return Err(format!(
            "what `{}` looks like here is not known",
            table.name
        ));
    };
    let inserts = program
        .events
        .iter()
        .find(|event| event.event == TriggerEvent::Insert);
    if let Some(inserts) = inserts.filter(|_| program.before) {
        let mut numbered = held
            .columns
            .iter()
            .filter(|column| column.identity.is_some());
        if let Some(column) = numbered.find(|column| inserts.reads_new(&column.name)) {
            return Err(format!(
                "`{}` has no number yet before the row is written",
                column.name
            ));
        }
    }
    Ok(())
}

type Made = (String, Vec<Omission>);

/// The trigger for one event.
fn one(
    trigger: &Trigger,
    program: &RowProgram<'_>,
    event: &EventProgram<'_>,
    scope: &DataScope<'_>,
    refused: &dyn Fn(String) -> Vec<Refusal>,
) -> Result<Made, Vec<Refusal>> {
    let mut shaped = Vec::new();
    for act in &event.acts {
        shaped.push(match &act.does {
            Deed::Raise(_) => None,
            Deed::Run(statement) => Some(data::shaped(statement, scope)?),
        });
    }
    let meaning = Meaning::new(Stands::Statement);
    let (rewritten, omissions) = rewrite(&meaning, event.sight.clone(), |rw| {
        let mut condition = |condition: &Option<Expr>| {
            condition.as_ref().map(|condition| {
                let mut condition = rw.expr(condition);
                by_value(&mut condition, program.table);
                condition
            })
        };
        let when = condition(&event.condition);
        let conditions: Vec<_> = event
            .acts
            .iter()
            .map(|act| condition(&act.condition))
            .collect();
        let statements: Vec<_> = shaped
            .iter()
            .map(|shaped| {
                shaped
                    .as_ref()
                    .map(|shaped| data::meant(rw, &meaning, shaped))
            })
            .collect();
        (when, conditions, statements)
    })?;
    let (when, conditions, statements) = rewritten;
    let mut bodies = Vec::new();
    for ((act, condition), statement) in event.acts.iter().zip(conditions).zip(statements) {
        let statement = match statement {
            None => None,
            Some(statement) => {
                let plain = plain(statement).map_err(|why| refused(why.into()))?;
                Some(under(plain, condition.clone()).map_err(|why| refused(why.into()))?)
            }
        };
        bodies.push((act, condition, statement));
    }
    let flat = names::flat(&program.table.name);
    let name = trigger_name(
        &program.table.name,
        &program.name_of(&trigger.name, event.event),
    );
    let time = if program.before { "BEFORE" } else { "AFTER" };
    let text = print(&Sqlite, |p| {
        let mut text = format!(
            "CREATE TRIGGER {} {time} {}{} ON {} FOR EACH ROW",
            ident(&Name::bare(name)),
            event.event.word(),
            of(program, event.event),
            ident(&flat)
        );
        if let Some(when) = &when {
            text.push_str(&format!(" WHEN {}", p.at(when, Level::Or)));
        }
        text.push_str(" BEGIN ");
        for (act, condition, statement) in &bodies {
            text.push_str(&body(p, act, condition.as_ref(), statement.as_ref()));
            text.push_str("; ");
        }
        text.push_str("END");
        text
    })?;
    Ok((text, omissions))
}

fn of(program: &RowProgram<'_>, event: TriggerEvent) -> String {
    if event != TriggerEvent::Update || program.of.is_empty() {
        return String::new();
    }
    let columns = program.of.iter().map(|column| Sqlite.identifier(column));
    format!(" OF {}", columns.collect::<Vec<_>>().join(", "))
}

fn body(
    p: &mut Printer<'_>,
    act: &Act,
    condition: Option<&Expr>,
    statement: Option<&DataStatement>,
) -> String {
    match (&act.does, statement) {
        (_, Some(statement)) => p.statement(statement),
        (Deed::Raise(message), None) => {
            let message = p.at(&Expr::text(message.clone()), Level::Or);
            match condition {
                Some(condition) => {
                    format!(
                        "SELECT RAISE(ABORT, {message}) WHERE {}",
                        p.at(condition, Level::Or)
                    )
                }
                None => format!("SELECT RAISE(ABORT, {message})"),
            }
        }
        (Deed::Run(_), None) => String::new(),
    }
}

/// A statement without what SQLite does not take within triggers: an alias of the table that it
/// changes, and WITH.
fn plain(mut statement: DataStatement) -> Result<DataStatement, &'static str> {
    let mut with = false;
    statement.parts(&mut |part| has_with(part, &mut with));
    let (table, alias, own) = match &mut statement {
        DataStatement::Insert(insert) => {
            if insert.source == InsertSource::Defaults {
                return Err("a row of defaults alone has no form in a trigger here");
            }
            (
                insert.table.clone(),
                insert.alias.take(),
                !insert.with.is_empty(),
            )
        }
        DataStatement::Update(update) => (
            update.table.clone(),
            update.alias.take(),
            !update.with.is_empty(),
        ),
        DataStatement::Delete(delete) => (
            delete.table.clone(),
            delete.alias.take(),
            !delete.with.is_empty(),
        ),
        _ => return Err("it runs a statement that is not on rows"),
    };
    if with || own {
        return Err("WITH has no form in a trigger here");
    }
    let Some(alias) = alias else {
        return Ok(statement);
    };
    let mut hidden = false;
    statement.parts_mut(&mut |part| renamed(part, &alias, &table, &mut hidden));
    match hidden {
        true => Err("the alias of the table that it changes has no form in a trigger here"),
        false => Ok(statement),
    }
}

fn has_with(part: Part<'_>, found: &mut bool) {
    match part {
        Part::Expr(expr) => expr.parts(&mut |part| has_with(part, found)),
        Part::Query(query) => {
            *found |= !query.with.is_empty();
            query.parts(&mut |part| has_with(part, found));
        }
        Part::Table(item) => item.parts(&mut |part| has_with(part, found)),
        Part::Data(statement) => statement.parts(&mut |part| has_with(part, found)),
    }
}

/// Calls a table by its name where it was called by an alias; `hidden`: another one is called so.
fn renamed(part: PartMut<'_>, alias: &Ident, table: &Name, hidden: &mut bool) {
    match part {
        PartMut::Expr(expr) => {
            match expr {
                Expr::Column {
                    table: Some(name), ..
                } if name.schema.is_none() && name.name == *alias => *name = table.clone(),
                Expr::Column {
                    table: Some(name), ..
                } if name == table => *hidden = true,
                _ => {}
            }
            expr.parts_mut(&mut |part| renamed(part, alias, table, hidden));
        }
        PartMut::Query(query) => {
            query.parts_mut(&mut |part| renamed(part, alias, table, hidden));
        }
        PartMut::Table(item) => {
            if let TableRef::Table {
                name, alias: own, ..
            } = item
            {
                let called = own.as_ref().unwrap_or(&name.name);
                *hidden |= called == alias || *called == table.name;
            }
            if let TableRef::Subquery {
                alias: Some(own), ..
            } = item
            {
                *hidden |= own == alias || *own == table.name;
            }
            item.parts_mut(&mut |part| renamed(part, alias, table, hidden));
        }
        PartMut::Data(statement) => {
            statement.parts_mut(&mut |part| renamed(part, alias, table, hidden));
        }
    }
}

/// A statement that only does something under a condition.
fn under(statement: DataStatement, condition: Option<Expr>) -> Result<DataStatement, &'static str> {
    let Some(condition) = condition else {
        return Ok(statement);
    };
    let and = |filter: Option<Expr>| match filter {
        Some(filter) => Some(Expr::binary(condition.clone(), BinaryOp::And, filter)),
        None => Some(condition.clone()),
    };
    Ok(match statement {
        DataStatement::Update(mut update) => {
            update.filter = and(update.filter);
            DataStatement::Update(update)
        }
        DataStatement::Delete(mut delete) => {
            delete.filter = and(delete.filter);
            DataStatement::Delete(delete)
        }
        DataStatement::Insert(mut insert) => {
            let InsertSource::Query(query) = &mut insert.source else {
                return Err("a row of defaults alone has no form in a trigger here");
            };
            let select = match &mut query.body {
                SetExpr::Values(rows) if rows.len() == 1 => Select {
                    items: rows
                        .iter_mut()
                        .flat_map(std::mem::take)
                        .map(|expr| SelectItem::Expr { expr, alias: None })
                        .collect(),
                    filter: Some(condition),
                    ..Select::default()
                },
                _ => Select {
                    items: vec![SelectItem::Star],
                    from: vec![TableRef::Subquery {
                        lateral: false,
                        query: query.clone(),
                        alias: Some("aludel_rows".into()),
                        columns: Vec::new(),
                    }],
                    filter: Some(condition),
                    ..Select::default()
                },
            };
            **query = Query::from(select);
            DataStatement::Insert(insert)
        }
        other => other,
    })
}
