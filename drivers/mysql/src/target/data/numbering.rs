//! What numbers columns: `setval`, and TRUNCATE, which may begin anew.

use aludel::schema::{
    CallArg, Expr, Ident, Literal, Name, Query, Select, SelectItem, SetExpr, Table, TriggerEvent,
    sequence_of,
};
use aludel::translate::print::print;
use aludel::translate::{DataScope, Refusal};

use super::setting::{self, Rows};
use crate::target::facts::Facts;
use crate::target::lower::drawn_apart;
use crate::target::other;
use crate::target::spelling::{Words, quoted, text};

/// A query that sets a sequence: the statements for it. `None` if it is another query.
pub(super) fn set(
    query: &Query,
    scope: &DataScope<'_>,
) -> Option<Result<Vec<String>, Vec<Refusal>>> {
    let SetExpr::Select(select) = &query.body else {
        return None;
    };
    let calls: Option<Vec<Set<'_>>> = select
        .items
        .iter()
        .map(|item| match item {
            SelectItem::Expr { expr, .. } => setval(expr),
            _ => None,
        })
        .collect();
    let calls = calls.filter(|calls| !calls.is_empty())?;
    let mut statements = Vec::new();
    let mut refusals = Vec::new();
    let alone = *query == Query::from(query.body.clone());
    for set in calls {
        match set_one(&set, select, alone, scope) {
            Ok(statement) => statements.push(statement),
            Err(refusal) => refusals.push(refusal),
        }
    }
    Some(if refusals.is_empty() {
        Ok(statements)
    } else {
        Err(refusals)
    })
}

/// The sequence that `setval` sets, to what, and what says whether that number is taken already.
struct Set<'a> {
    sequence: Name,
    value: &'a Expr,
    called: Option<&'a Expr>,
}

fn setval(expr: &Expr) -> Option<Set<'_>> {
    let Expr::Call(call) = expr else { return None };
    if call.name.name != "setval" {
        return None;
    }
    let (first, value, called) = match call.args.as_slice() {
        [CallArg::Expr(first), CallArg::Expr(value)] => (first, value, None),
        [
            CallArg::Expr(first),
            CallArg::Expr(value),
            CallArg::Expr(called),
        ] => (first, value, Some(called)),
        _ => return None,
    };
    let sequence = match first {
        // The sequence of a column, by the name that PostgreSQL gives it.
        Expr::Call(serial) if serial.name.name == "pg_get_serial_sequence" => {
            let texts: Vec<&str> = serial
                .args
                .iter()
                .filter_map(|arg| match arg {
                    CallArg::Expr(Expr::Literal(Literal::Text(text))) => Some(text.as_str()),
                    _ => None,
                })
                .collect();
            let [table, column] = texts.as_slice() else {
                return None;
            };
            let table = table.trim_matches('"').trim_start_matches("public.");
            Name::bare(format!("{table}.{column}"))
        }
        first => sequence_of(&Expr::call("nextval", [first.clone()]))?,
    };
    Some(Set {
        sequence,
        value,
        called,
    })
}

fn set_one(
    set: &Set<'_>,
    select: &Select,
    alone: bool,
    scope: &DataScope<'_>,
) -> Result<String, Refusal> {
    let sequence = &drawn(&in_default(&set.sequence), scope);
    let own = other::held(sequence, scope.authored, scope.target);
    let other = || {
        let message = format!(
            "the sequence `{sequence}` is set to a number that is neither a constant nor the greatest of its column"
        );
        Refusal::new("sequence", message)
    };
    if let Some(held) = own {
        let by = match set.called {
            None | Some(Expr::Literal(Literal::Boolean(true))) => {
                held.options.increment.unwrap_or(1)
            }
            Some(Expr::Literal(Literal::Boolean(false))) => 0,
            Some(_) => return Err(other()),
        };
        let value = setting::whole(set.value).filter(|_| alone && select.from.is_empty());
        let next = value.and_then(|value| value.checked_add(by));
        let next = next.ok_or_else(other)?;
        // SETVAL sets none to less than it has given.
        let name = quoted(&held.name.name);
        return Ok(format!("ALTER SEQUENCE {name} RESTART {next}"));
    }
    let Some((table, column)) = numbered(sequence, scope) else {
        let message = format!("no column is numbered by the sequence `{sequence}`");
        return Err(Refusal::new("sequence", message));
    };
    let rows = Rows {
        table: &table.name,
        column: &column,
    };
    let next = setting::next(&rows, set.value, set.called, select).filter(|_| alone);
    // The counter is above every number there is, by itself.
    Ok(format!(
        "ALTER TABLE {} AUTO_INCREMENT = {}",
        quoted(&table.name.name),
        next.ok_or_else(other)?.max(1)
    ))
}

/// The sequence of `table.column`, if a sequence stands behind that here.
fn drawn(name: &Name, scope: &DataScope<'_>) -> Name {
    let default = name.name.split_once('.').and_then(|(table, column)| {
        let table = scope.authored.table(&Name::bare(table))?;
        table.column(column)?.default.as_ref()
    });
    let sequence = default.and_then(sequence_of);
    let apart = sequence.filter(|sequence| other::is_drawn(sequence, scope.target));
    apart.unwrap_or_else(|| name.clone())
}

/// A name as the model has it, where the default schema is not written.
fn in_default(name: &Name) -> Name {
    match name.schema.as_deref() {
        Some("public") => Name::bare(name.name.clone()),
        _ => name.clone(),
    }
}

/// The table and the column that draw from a sequence; `table.column` is a column by its name.
fn numbered<'s>(sequence: &Name, scope: &DataScope<'s>) -> Option<(&'s Table, Ident)> {
    if let Some((table, column)) = sequence.name.split_once('.') {
        let table = scope.authored.table(&Name::bare(table))?;
        return Some((table, column.to_owned()));
    }
    if let Some((table, column)) = &scope.authored.sequence(sequence)?.owned_by {
        return Some((scope.authored.table(table)?, column.clone()));
    }
    let mut users = scope.authored.sequence_users(sequence);
    let table = users.next()?;
    let column = table
        .columns
        .iter()
        .find(|column| column.default.as_ref().and_then(sequence_of).as_ref() == Some(sequence))?;
    Some((table, column.name.clone()))
}

/// Fails if a table that the statement does not empty too refers to one that it does: the authored
/// engine takes no such TRUNCATE (with CASCADE it empties that table as well), and a DELETE would
/// follow its actions. That of the scripts' own tables is known; a hand may have made others.
fn unknown_referrers(table: &Name, emptied: &[Name]) -> String {
    let name = text(&table.name);
    let message = text(&format!(
        "a table that this does not empty refers to `{table}`, so it is not emptied"
    ));
    let emptied: Vec<String> = emptied.iter().map(|name| text(&name.name)).collect();
    format!(
        "SELECT (SELECT {message} UNION ALL SELECT '') FROM information_schema.key_column_usage \
         WHERE referenced_table_schema = DATABASE() AND referenced_table_name = {name} \
         AND NOT (table_schema = DATABASE() AND table_name IN ({})) LIMIT 1",
        emptied.join(", ")
    )
}

/// TRUNCATE: all rows, of the tables that refer to others first.
pub(super) fn truncate(
    tables: &[Name],
    restart: bool,
    cascade: bool,
    scope: &DataScope<'_>,
    facts: &Facts,
) -> Result<Vec<String>, Vec<Refusal>> {
    let mut all: Vec<Name> = tables.to_vec();
    if cascade {
        let mut place = 0;
        while let Some(table) = all.get(place).cloned() {
            for referrer in scope.authored.referrers(&table) {
                if !all.contains(&referrer.name) {
                    all.push(referrer.name.clone());
                }
            }
            place += 1;
        }
    }
    let mut ordered: Vec<Name> = Vec::with_capacity(all.len());
    while !all.is_empty() {
        let free = all.iter().position(|table| {
            let mut referrers = scope.authored.referrers(table);
            referrers.all(|other| other.name == *table || !all.contains(&other.name))
        });
        let Some(free) = free else {
            let message = format!(
                "tables that refer to each other in a circle are not emptied one by one on {}",
                facts.name
            );
            return Err(vec![Refusal::new("no-form", message)]);
        };
        ordered.push(all.remove(free));
    }
    for table in &ordered {
        let mut triggers = scope.target.triggers_of(table).iter();
        if let Some(trigger) = triggers.find(|trigger| trigger.runs_for(TriggerEvent::Delete)) {
            let message = format!(
                "`{table}`: the trigger `{}` would run, as it does not for a TRUNCATE",
                trigger.name
            );
            return Err(vec![Refusal::new("truncate-trigger", message)]);
        }
    }
    let words = Words::new(facts);
    let mut statements: Vec<String> = ordered
        .iter()
        .map(|table| unknown_referrers(table, &ordered))
        .collect();
    for table in &ordered {
        statements.push(print(&words, |p| format!("DELETE FROM {}", p.name(table)))?);
    }
    if restart {
        for table in &ordered {
            let owned = scope.authored.sequences_of(table);
            let apart = owned.filter(|own| other::is_drawn(&own.name, scope.target));
            for sequence in apart {
                let name = quoted(&sequence.name.name);
                statements.push(format!("ALTER SEQUENCE {name} RESTART"));
            }
            let numbered = scope.authored.table(table).is_some_and(|table| {
                table.columns.iter().any(|column| {
                    column.identity.is_some()
                        || column.default.as_ref().and_then(sequence_of).is_some()
                            && drawn_apart(table, column, facts).is_none()
                })
            });
            if numbered {
                let text = print(&words, |p| {
                    format!("ALTER TABLE {} AUTO_INCREMENT = 1", p.name(table))
                })?;
                statements.push(text);
            }
        }
    }
    Ok(statements)
}
