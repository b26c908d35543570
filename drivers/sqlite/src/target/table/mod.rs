//! A table's change: created, dropped, altered in place, or rebuilt.

mod guard;
mod names;
mod native;
mod rebuild;
mod touched;

use aludel::schema::{Column, Expr, Literal, Name, Table};
use aludel::sql::Syntax;
use aludel::translate::infer::{Field, Scope};
use aludel::translate::print::print;
use aludel::translate::rewrite::rewrite;
use aludel::translate::{Omission, Refusal, Rendered, TableChange, implicit_default};

use super::lower::numbers_itself;
use super::rules::{self, Meaning, Stands};
use super::sequence::set_counter;
use super::spelling::Sqlite;

pub(super) use guard::{FOREIGN_KEY_CHECK, fails_if_referred, fails_where, fails_with_rows};
pub(super) use names::ident;
pub(super) use touched::named;

/// The statements that turn one state into the other.
pub(super) fn render(change: &TableChange<'_>) -> Result<Rendered, Vec<Refusal>> {
    let rendered = match (change.before, change.after) {
        (None, None) => Rendered::default(),
        (None, Some(after)) => create(change, after)?,
        (Some(before), None) => drop_table(change, before),
        (Some(before), Some(after)) => alter(change, before, after)?,
    };
    touched::around(change, rendered)
}

fn create(change: &TableChange<'_>, after: &Table) -> Result<Rendered, Vec<Refusal>> {
    let mut statements = vec![print(&Sqlite, |p| p.create_table(after))?];
    statements.extend(first_number(change, after)?);
    for index in &after.indexes {
        statements.push(print(&Sqlite, |p| p.create_index(index, &after.name))?);
    }
    Ok(Rendered {
        statements,
        ..Rendered::default()
    })
}

/// The number that an ALTER of MySQL's lets a table go on with, or after the greatest that there is.
fn goes_on_at(change: &TableChange<'_>) -> Option<u64> {
    let (before, after) = (change.authored_before?, change.authored_after?);
    let (was, is) = (before.options.auto_increment, after.options.auto_increment);
    (was != is).then(|| is.unwrap_or(1))
}

/// Where the numbers of a new table begin, if not at one.
fn first_number(change: &TableChange<'_>, after: &Table) -> Result<Option<String>, Vec<Refusal>> {
    let Some(start) = start(change) else {
        return Ok(None);
    };
    let name = print(&Sqlite, |p| {
        p.literal(&Literal::Text(after.name.name.clone()))
    })?;
    Ok(Some(format!(
        "INSERT INTO sqlite_sequence (name, seq) VALUES ({name}, {})",
        start - 1
    )))
}

/// The number that a table's numbering begins with, if it is not one.
fn start(change: &TableChange<'_>) -> Option<i64> {
    let authored = change.authored_after?;
    let of_table = authored.options.auto_increment;
    if let Some(start) = of_table.and_then(|start| i64::try_from(start).ok()) {
        let numbered = authored.columns.iter().any(|c| c.identity.is_some());
        return (numbered && start > 1).then_some(start);
    }
    let start = authored
        .columns
        .iter()
        .find(|column| numbers_itself(authored, column))
        .and_then(|column| {
            let options = match (&column.identity, &column.default) {
                (Some(identity), _) => Some(&identity.options),
                (None, Some(default)) => {
                    let name = aludel::schema::sequence_of(default)?;
                    change
                        .scope
                        .authored
                        .sequence(&name)
                        .map(|sequence| &sequence.options)
                }
                (None, None) => None,
            };
            options?.start.or(options?.min)
        });
    start.filter(|start| *start != 1)
}

/// Whether a column of a table, as it is held, numbers itself.
fn has_numbers(table: &Table) -> bool {
    table.columns.iter().any(|column| column.identity.is_some())
}

/// A column that is to number itself would give rows numbers that have none yet: where there are such,
/// PostgreSQL does not make it NOT NULL.
fn null_numbers(change: &TableChange<'_>, before: &Table, after: &Table) -> Option<String> {
    let column = after
        .columns
        .iter()
        .find(|column| column.identity.is_some())?;
    let mut origins = change.columns.iter();
    let origin = origins.find(|origin| origin.column == column.name)?;
    if origin.using.is_some() || !before.column(origin.from.as_ref()?)?.nullable {
        return None;
    }
    let (table, name) = (&after.name, Name::bare(column.name.clone()));
    let rows = format!(
        "SELECT 1 FROM {} WHERE {} IS NULL",
        ident(table),
        ident(&name)
    );
    let message = format!("`{}` of `{table}` is NULL in a row", column.name);
    Some(fails_where(&rows, &message))
}

/// Whether a table that numbers itself takes its numbers from another sequence than before.
fn counts_anew(change: &TableChange<'_>) -> bool {
    change.authored_after.is_some_and(|table| {
        let mut columns = table.columns.iter();
        columns.any(|column| numbers_itself(table, column) && change.counts_anew(&column.name))
    })
}

/// With foreign keys enforced, dropping a table deletes its rows first, which fails where they
/// restrict one another.
fn drop_table(change: &TableChange<'_>, before: &Table) -> Rendered {
    let referrers = || change.scope.target.referrers(&before.name);
    let known = fails_if_referred(&before.name, referrers().map(|table| &table.name));
    let own = referrers().any(|referrer| referrer.name != before.name)
        || before
            .foreign_keys()
            .any(|(_, key)| key.table == before.name);
    let mut rendered = Rendered {
        statements: vec![known, format!("DROP TABLE {}", names::ident(&before.name))],
        ..Rendered::default()
    };
    if own {
        rendered.before.push("PRAGMA foreign_keys = OFF".into());
        rendered.after.push("PRAGMA foreign_keys = ON".into());
    }
    rendered
}

fn alter(
    change: &TableChange<'_>,
    before: &Table,
    after: &Table,
) -> Result<Rendered, Vec<Refusal>> {
    if let Some(what) = &before.opaque {
        return Err(vec![
            Refusal::new(
                "rebuild-unsafe",
                format!("`{}` was touched by code that is not understood ({what}), so it cannot be changed safely", before.name),
            )
            .help("write an override for this revision too"),
        ]);
    }
    let values = Values::of(change, after)?;
    let renamed = names::Renamed::of(change, before, after)?;
    let state = names::with_foreign_names(&renamed.table, after, &change.scope);
    if let Some(mut statements) = native::alter(change, &state, after, &values)? {
        let mut all = renamed.statements;
        all.append(&mut statements);
        // The greatest number that there is counts by itself.
        if has_numbers(after) && counts_anew(change) {
            let last = start(change).map_or(0, |start| start - 1);
            all.extend(set_counter(&after.name, &last.to_string())?);
        }
        if let Some(next) = goes_on_at(change).filter(|_| has_numbers(after)) {
            all.extend(set_counter(
                &after.name,
                &next.saturating_sub(1).to_string(),
            )?);
        }
        return Ok(Rendered {
            statements: all,
            omissions: values.omissions,
            ..Rendered::default()
        });
    }
    rebuild::rebuild(change, before, after, renamed.statements, values)
}

/// Where the values of a column come from.
#[derive(Debug, Clone, PartialEq)]
enum Value {
    /// The column of this name, as it is.
    Kept(String),
    /// An expression over the columns of the table before the change, under their new names.
    Computed(Expr),
    /// What the table gives it by itself: a number, a generated value, the default.
    Own,
}

struct Values {
    /// By the place of the column after.
    of: Vec<Value>,
    omissions: Vec<Omission>,
}

impl Values {
    fn of(change: &TableChange<'_>, after: &Table) -> Result<Self, Vec<Refusal>> {
        let mut values = Self {
            of: Vec::new(),
            omissions: Vec::new(),
        };
        let mut refusals = Vec::new();
        for column in &after.columns {
            match values.value(change, column) {
                Ok(value) => values.of.push(value),
                Err(more) => refusals.extend(more),
            }
        }
        if refusals.is_empty() {
            Ok(values)
        } else {
            Err(refusals)
        }
    }

    fn value(&mut self, change: &TableChange<'_>, column: &Column) -> Result<Value, Vec<Refusal>> {
        if column.generated.is_some() {
            return Ok(Value::Own);
        }
        let origin = change
            .columns
            .iter()
            .find(|origin| origin.column == column.name);
        let from = origin.and_then(|origin| origin.from.as_deref());
        let using = origin.and_then(|origin| origin.using.as_ref());
        let authored_after = change
            .authored_after
            .and_then(|table| table.column(&column.name));
        let into = authored_after.map(|column| Field {
            name: column.name.clone(),
            ty: Some(column.ty.clone()),
            nullable: column.nullable,
        });
        match (from, using, into) {
            (None, _, _) if column.identity.is_some() => Ok(Value::Own),
            // The rows that were there would have got numbers.
            (None, None, _) if column.default.as_ref().is_some_and(rules::is_no_default) => {
                let message = format!(
                    "`{}` is added with numbers of its own, and another column of its table has them",
                    column.name
                );
                Err(vec![Refusal::new("second-serial", message)])
            }
            (None, None, _) => {
                let filled = authored_after
                    .filter(|_| change.scope.source == Syntax::Mysql && !column.nullable)
                    .filter(|column| column.default.is_none())
                    .and_then(|column| implicit_default(&column.ty));
                let null = Expr::Literal(Literal::Null);
                Ok(Value::Computed(filled.unwrap_or(null)))
            }
            // The default that it had when it was added: the rows that were there get it.
            (None, Some(initial), into) => self.initial(change, initial, into.as_ref(), column),
            (Some(_), Some(using), Some(into)) => match rules::renamed_member(using, &into) {
                Some(value) => Ok(Value::Computed(names::in_new_names(value, change))),
                None => self.converted(change, using, &into),
            },
            (Some(from), None, Some(into)) => {
                let was = change.authored_before.and_then(|table| table.column(from));
                if was.is_none_or(|was| Some(&was.ty) == into.ty.as_ref()) {
                    return Ok(Value::Kept(column.name.clone()));
                }
                self.converted(change, &Expr::column(from), &into)
            }
            (Some(_), None, None) => Ok(Value::Kept(column.name.clone())),
            (Some(_), Some(_), None) => Err(vec![Refusal::new(
                "override-differs",
                format!("`{}` is not a column of the authored table", column.name),
            )]),
        }
    }

    fn initial(
        &mut self,
        change: &TableChange<'_>,
        initial: &Expr,
        into: Option<&Field>,
        column: &Column,
    ) -> Result<Value, Vec<Refusal>> {
        let scope = Scope::new(change.scope.authored, change.scope.source);
        let value = rewrite(&Meaning::new(Stands::Default), scope, |rw| {
            rw.stored(initial, into)
        });
        let (value, omissions) = value?;
        self.omissions.extend(omissions);
        // The table itself knows how to make it, row by row.
        if column.default.as_ref() == Some(&value) {
            return Ok(Value::Own);
        }
        Ok(Value::Computed(value))
    }

    /// A value of the rows before, in the authored dialect's meaning.
    fn converted(
        &mut self,
        change: &TableChange<'_>,
        value: &Expr,
        into: &Field,
    ) -> Result<Value, Vec<Refusal>> {
        let Some(table) = change.authored_before else {
            return Err(vec![Refusal::new(
                "unknown-table",
                "what the table was before is not known",
            )]);
        };
        let scope = Scope::of_table(table, change.scope.authored, change.scope.source);
        let (value, omissions) = rewrite(&Meaning::new(Stands::Statement), scope, |rw| {
            rw.stored(value, Some(into))
        })?;
        self.omissions.extend(omissions);
        Ok(match names::in_new_names(value, change) {
            Expr::Column {
                table: None,
                column,
            } if column == into.name => Value::Kept(column),
            value => Value::Computed(value),
        })
    }

    /// Whether no column that was there is converted.
    fn keep_all(&self, change: &TableChange<'_>, after: &Table) -> bool {
        after.columns.iter().zip(&self.of).all(|(column, value)| {
            let kept = change
                .columns
                .iter()
                .any(|origin| origin.column == column.name && origin.from.is_some());
            !kept || matches!(value, Value::Kept(_) | Value::Own)
        })
    }
}
