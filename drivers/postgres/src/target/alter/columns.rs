//! Columns: dropped, renamed, changed, added.

use aludel::schema::{Column, Expr, Ident, Name, Table};
use aludel::sql::Syntax;
use aludel::translate::implicit_default;
use aludel::translate::infer::{Field, Scope};
use aludel::translate::print::{Level, Printer};
use aludel::translate::rewrite::{Rules, rewrite};

use super::{Alteration, convert};
use crate::target::data::{caught_up, starts_at};
use crate::target::meaning::{Meaning, Stands};

impl Alteration<'_> {
    pub(super) fn drop_columns(
        &mut self,
        printer: &mut Printer<'_>,
        before: &Table,
        after: &Table,
    ) {
        let table = printer.name(&after.name);
        let gone = || {
            let gone = before.columns.iter();
            gone.filter(|column| self.renamed(&column.name).is_none())
        };
        // One that is made of another goes first.
        let made = gone().filter(|column| column.generated.is_some());
        let others = gone().filter(|column| column.generated.is_none());
        let drops: Vec<String> = made
            .chain(others)
            .map(|column| {
                let name = printer.ident(&column.name);
                format!("ALTER TABLE {table} DROP COLUMN {name}")
            })
            .collect();
        drops.into_iter().for_each(|drop| self.push(drop));
    }

    /// A name that another column still has is taken in two steps.
    pub(super) fn rename_columns(
        &mut self,
        printer: &mut Printer<'_>,
        before: &Table,
        after: &Table,
    ) {
        let table = printer.name(&after.name);
        let mut later: Vec<(Ident, Ident)> = Vec::new();
        let mut names: Vec<Ident> = before
            .columns
            .iter()
            .filter(|column| self.renamed(&column.name).is_some())
            .map(|column| column.name.clone())
            .collect();
        for column in &after.columns {
            let Some(from) = self.origins.get(column.name.as_str()) else {
                continue;
            };
            let from = (*from).to_owned();
            if from == column.name {
                continue;
            }
            let to = if names.contains(&column.name) {
                let between = format!("aludel_{}", column.name);
                later.push((between.clone(), column.name.clone()));
                between
            } else {
                column.name.clone()
            };
            names.retain(|name| *name != from);
            names.push(to.clone());
            let (from, to) = (printer.ident(&from), printer.ident(&to));
            self.push(format!("ALTER TABLE {table} RENAME COLUMN {from} TO {to}"));
        }
        for (from, to) in later {
            let (from, to) = (printer.ident(&from), printer.ident(&to));
            self.push(format!("ALTER TABLE {table} RENAME COLUMN {from} TO {to}"));
        }
        for column in &after.columns {
            let was = self.origins.get(column.name.as_str());
            let was = was.and_then(|was| before.column(was));
            if let (Some(old), Some(new)) = (was.and_then(sequence), sequence(column))
                && old != new
            {
                let (old, new) = (printer.name(old), printer.name(new));
                self.push(format!("ALTER SEQUENCE {old} RENAME TO {new}"));
            }
        }
    }

    pub(super) fn change_columns(
        &mut self,
        printer: &mut Printer<'_>,
        before: &Table,
        after: &Table,
    ) {
        let table = printer.name(&after.name);
        let mut clauses = Vec::new();
        for column in &after.columns {
            let Some(was) = self
                .origins
                .get(column.name.as_str())
                .and_then(|from| before.column(from))
            else {
                continue;
            };
            self.change_column(printer, was, column, &mut clauses);
        }
        if !clauses.is_empty() {
            let clauses = clauses.join(",\n    ");
            self.push(format!("ALTER TABLE {table}\n    {clauses}"));
        }
        for column in &after.columns {
            let was = self.origins.get(column.name.as_str());
            let was = was.and_then(|from| before.column(from));
            let Some((was, identity)) = was.zip(column.identity.as_ref()) else {
                continue;
            };
            let statement = match &was.identity {
                None => caught_up(after, column),
                Some(_) if self.counts_again() => starts_at(after, column, identity.options.start),
                Some(before) if before.options.start != identity.options.start => {
                    starts_at(after, column, identity.options.start)
                }
                Some(_) => continue,
            };
            match statement {
                Ok(statement) => self.push(statement),
                Err(refusals) => self.refusals.extend(refusals),
            }
        }
    }

    fn change_column(
        &mut self,
        printer: &mut Printer<'_>,
        was: &Column,
        column: &Column,
        clauses: &mut Vec<String>,
    ) {
        let name = printer.ident(&column.name);
        let mut alter = |what: String| clauses.push(format!("ALTER COLUMN {name} {what}"));
        if was.identity.is_some() && column.identity.is_none() {
            alter("DROP IDENTITY".into());
        }
        let using = convert::using(self.change, was, column);
        let using = using.unwrap_or_else(|refusals| {
            self.refusals.extend(refusals);
            None
        });
        let retyped = was.ty != column.ty || was.collation != column.collation || using.is_some();
        let computed = |column: &Column| column.generated.is_some();
        if computed(was) != computed(column)
            || computed(was) && self.carried_generated(was) != column.generated
        {
            let message = format!(
                "`{}` is computed otherwise, or no longer, from here on",
                column.name
            );
            let help = "drop the column and add it anew";
            self.refusals
                .push(aludel::translate::Refusal::new("generated", message).help(help));
            return;
        }
        let default_changes = was.default != column.default;
        // It need not be one of the new type.
        if was.default.is_some() && (default_changes || retyped) {
            alter("DROP DEFAULT".into());
        }
        if retyped {
            let ty = printer.ty(&column.ty);
            let collation = match &column.collation {
                Some(collation) => format!(" COLLATE {}", printer.name(collation)),
                None => String::new(),
            };
            let using = match &using {
                Some(using) => format!(" USING {}", printer.at(using, Level::Or)),
                None => String::new(),
            };
            alter(format!("TYPE {ty}{collation}{using}"));
        }
        if let Some(default) = &column.default
            && (default_changes || retyped)
        {
            alter(format!("SET DEFAULT {}", printer.default_value(default)));
        }
        if was.nullable != column.nullable {
            let verb = if column.nullable { "DROP" } else { "SET" };
            alter(format!("{verb} NOT NULL"));
        }
        match (&was.identity, &column.identity) {
            (None, Some(_)) => alter("ADD GENERATED BY DEFAULT AS IDENTITY".into()),
            (Some(old), Some(new)) if old.options.start != new.options.start => {
                alter(format!("SET START WITH {}", new.options.start.unwrap_or(1)));
            }
            _ => {}
        }
    }

    fn carried_generated(&self, was: &Column) -> Option<aludel::schema::Generated> {
        let mut generated = was.generated.clone()?;
        self.carry(&mut generated.expr).then_some(generated)
    }

    pub(super) fn add_columns(&mut self, printer: &mut Printer<'_>, after: &Table) {
        let table = printer.name(&after.name);
        for column in &after.columns {
            if self.origins.contains_key(column.name.as_str()) {
                continue;
            }
            let name = printer.ident(&column.name);
            // What the rows that are there get, where that is not the default from here on.
            let filled = self.fill(column);
            let mut first = column.clone();
            if let Some(value) = &filled {
                first.default = Some(value.clone());
            }
            let text = printer.column(&first, after);
            self.push(format!("ALTER TABLE {table} ADD COLUMN {text}"));
            if filled.is_some() && first.default != column.default {
                let what = match &column.default {
                    Some(default) => format!("SET DEFAULT {}", printer.default_value(default)),
                    None => "DROP DEFAULT".into(),
                };
                self.push(format!("ALTER TABLE {table} ALTER COLUMN {name} {what}"));
            }
        }
    }

    /// Whether MySQL was told where numbers go on.
    fn counts_again(&self) -> bool {
        let tables = self.change.authored_before.zip(self.change.authored_after);
        tables.is_some_and(|(before, after)| {
            before.options.auto_increment != after.options.auto_increment
        })
    }

    /// What rows that are there get in a new column: the default that it had when it was added; and
    /// to MySQL, where it takes no NULL and has none, nothing of its type.
    fn fill(&mut self, column: &Column) -> Option<Expr> {
        if column.identity.is_some() || column.generated.is_some() {
            return None;
        }
        let said = self.change.columns.iter().find(|c| c.column == column.name);
        let scope = &self.change.scope;
        if let Some(using) = said.and_then(|said| said.using.as_ref()) {
            let ty = self
                .change
                .authored_after
                .and_then(|table| table.column(&column.name))
                .map(|column| column.ty.clone());
            let field = Field {
                name: column.name.clone(),
                ty,
                nullable: column.nullable,
            };
            let meaning = Meaning::new(scope.source, Stands::Default);
            let types = Scope::new(scope.authored, scope.source);
            return match rewrite(&meaning, types, |rw| meaning.assign(rw, using, &field)) {
                Ok((value, _)) => Some(value),
                Err(refusals) => {
                    self.refusals.extend(refusals);
                    None
                }
            };
        }
        if column.nullable || column.default.is_some() || scope.source != Syntax::Mysql {
            return None;
        }
        implicit_default(&column.ty)
    }
}

fn sequence(column: &Column) -> Option<&Name> {
    column.identity.as_ref()?.sequence.as_ref()
}
