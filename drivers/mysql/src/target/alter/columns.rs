//! Columns: renamed, made anew, converted, added, dropped.

use aludel::schema::{Column, Generated, Type};
use aludel::translate::Refusal;
use aludel::translate::print::Printer;

use super::Alteration;
use super::convert;
use super::guard::Restated;
use crate::target::{build, definition, names};

impl<'a> Alteration<'a> {
    /// Finds out where each column comes from, and what is no longer what it was.
    pub(super) fn match_columns(&mut self) {
        let (before, after) = (self.before, self.after);
        for column in &after.columns {
            let said = self.change.columns.iter().find(|c| c.column == column.name);
            let from = said.and_then(|origin| origin.from.as_deref());
            // A column that no authored one stands behind is the same if it is called the same.
            let own = column.invisible.then_some(column.name.as_str());
            let from = from.or(own).and_then(|from| before.column(from));
            if let Some(from) = from.filter(|from| from.invisible == column.invisible) {
                self.origins.insert(&column.name, &from.name);
                // MySQL copies a table for a column that begins or ends to number itself, as it does
                // for another type.
                let renumbered =
                    self.facts.checks_copy && from.identity.is_some() != column.identity.is_some();
                if renumbered
                    || (&from.ty, &from.charset, &from.collation)
                        != (&column.ty, &column.charset, &column.collation)
                {
                    self.retyped.insert(&from.name);
                }
            }
        }
        let pairs: Vec<(&str, &str)> = self.origins.iter().map(|(to, from)| (*to, *from)).collect();
        for (to, from) in pairs {
            let (Some(from), Some(to)) = (before.column(from), after.column(to)) else {
                continue;
            };
            match convert::conversion(self.change, from, to, self.facts) {
                Ok(None) => {}
                Ok(Some(value)) => {
                    self.conversions.insert(&to.name, value);
                    self.replaced.insert(&from.name);
                }
                Err(refusals) => self.refusals.extend(refusals),
            }
        }
        for column in &before.columns {
            if self.is_recomputed(column) {
                self.replaced.insert(&column.name);
            }
        }
    }

    /// Whether a column cannot be altered into what it is to be: one that becomes a generated
    /// one, one of another expression, or one whose expression looks at columns that change.
    fn is_recomputed(&self, before: &Column) -> bool {
        let after = self
            .renamed(&before.name)
            .and_then(|name| self.after.column(name));
        let Some(after) = after else {
            return false;
        };
        match (&before.generated, &after.generated) {
            (None, None) => false,
            (Some(old), Some(new)) => {
                let carried = self.carried(&old.expr).map(|expr| Generated {
                    expr,
                    stored: old.stored,
                });
                carried.as_ref() != Some(new)
                    || self.looks_at_changed(&old.expr)
                        && !(self.facts.renames_follow && self.renames_held(&old.expr))
                    || self.looks_at_retyped(&old.expr)
            }
            // A stored one keeps its values when it becomes an ordinary one.
            (Some(old), None) => !old.stored,
            (None, Some(_)) => true,
        }
    }

    pub(super) fn gather_columns(&mut self, printer: &mut Printer<'_>) {
        let (before, after) = (self.before, self.after);
        for column in &before.columns {
            if self.renamed(&column.name).is_none() || self.replaced.contains(column.name.as_str())
            {
                let name = printer.ident(&column.name);
                self.drops.push(format!("DROP COLUMN {name}"));
            }
        }
        for (place, column) in after.columns.iter().enumerate() {
            let from = self.origins.get(column.name.as_str()).copied();
            match from.and_then(|from| before.column(from)) {
                Some(from) if self.conversions.contains_key(column.name.as_str()) => {
                    self.refill(printer, from, column);
                }
                Some(from) if !self.replaced.contains(from.name.as_str()) => {
                    self.keep(printer, from, column);
                }
                _ => self.add(printer, column, place),
            }
        }
    }

    fn keep(&mut self, printer: &mut Printer<'_>, from: &'a Column, to: &'a Column) {
        let same = Column {
            name: from.name.clone(),
            ..self.before_renames(to)
        };
        let (old, new) = (printer.ident(&from.name), printer.ident(&to.name));
        // MariaDB's JSON is a text with a CHECK of the column's own, which RENAME COLUMN does not find
        // ("Unknown column in 'CHECK'", 10.11) once a statement has read the table by an alias.
        let checked = to.ty == Type::Json && !self.facts.json;
        if same != *from || checked && from.name != to.name {
            let verb = if from.name == to.name {
                "MODIFY COLUMN".to_owned()
            } else {
                format!("CHANGE COLUMN {old}")
            };
            let definition = definition::column(printer, to);
            self.columns.push(format!("{verb} {definition}"));
            self.restated.push(Restated { from, to: Some(to) });
        } else if from.name != to.name {
            self.columns.push(format!("RENAME COLUMN {old} TO {new}"));
        }
    }

    /// A column after, its expression with the names that columns had before.
    fn before_renames(&self, to: &Column) -> Column {
        let mut column = to.clone();
        if let Some(generated) = &mut column.generated {
            super::rename(&mut generated.expr, &self.origins);
        }
        column
    }

    /// A column that is filled with converted values, and takes the place of the one before.
    fn refill(&mut self, printer: &mut Printer<'_>, from: &'a Column, to: &'a Column) {
        let Some(value) = self.conversions.remove(to.name.as_str()) else {
            return;
        };
        let name = self.free_name(to);
        let empty = definition::column(printer, &bare(to, &name));
        let (old, new) = (printer.ident(&from.name), printer.ident(&name));
        self.first.push(format!("ADD COLUMN {empty} AFTER {old}"));
        self.fills.push((name, value));
        self.restated.push(Restated { from, to: None });
        let definition = definition::column(printer, to);
        self.columns
            .push(format!("CHANGE COLUMN {new} {definition}"));
    }

    /// A name for a column until the one before is gone.
    fn free_name(&self, column: &Column) -> String {
        let taken: Vec<&str> = (self.before.columns.iter())
            .chain(&self.after.columns)
            .map(|column| column.name.as_str())
            .collect();
        names::free(&names::shorten(&format!("new_{}", column.name)), &taken)
    }

    fn add(&mut self, printer: &mut Printer<'_>, column: &'a Column, place: usize) {
        let position = self.position(printer, place);
        let definition = definition::column(printer, column);
        let plain = column.generated.is_none() && column.identity.is_none();
        let fill = column
            .default
            .as_ref()
            .filter(|value| convert::differs_by_row(value));
        let default = column.default.as_ref();
        let nothing = build::nothing(self.facts);
        let unfilled = !column.nullable && default.is_none_or(|value| *value == nothing);
        let authored = self.change.authored_after;
        let authored = authored.and_then(|table| table.column(&column.name));
        if unfilled && default.is_some() && authored.is_some_and(|own| own.default.is_some()) {
            let message = format!(
                "`{}` is added with a default that has no form on {}, which the rows would get",
                column.name, self.facts.name
            );
            self.refusals.push(Refusal::new("default-fails", message));
        }
        if !plain || (fill.is_none() && !unfilled) {
            self.columns
                .push(format!("ADD COLUMN {definition}{position}"));
            return;
        }
        // A column of the same name, which the case of its letters does not make another, may go with
        // the second statement only.
        let is_there = |before: &Column| names::same(&before.name, &column.name);
        let (name, verb) = match self.before.columns.iter().find(|before| is_there(before)) {
            Some(_) => {
                let name = self.free_name(column);
                let verb = format!("CHANGE COLUMN {}", printer.ident(&name));
                (name, verb)
            }
            None => (column.name.clone(), "MODIFY COLUMN".to_owned()),
        };
        let empty = definition::column(printer, &bare(column, &name));
        self.first.push(format!("ADD COLUMN {empty}"));
        if let Some(value) = fill {
            self.fills.push((name, value.clone()));
        }
        self.columns.push(format!("{verb} {definition}{position}"));
    }

    /// Where a new column stands, if not at the end. Where a column that nobody sees stands,
    /// nobody sees.
    fn position(&self, printer: &Printer<'_>, place: usize) -> String {
        let is_kept = |column: &Column| {
            let from = self.origins.get(column.name.as_str());
            !column.invisible && from.is_some_and(|from| !self.replaced.contains(from))
        };
        let (before, rest) = self.after.columns.split_at(place);
        if !rest.iter().skip(1).any(is_kept) {
            return String::new();
        }
        match before.last() {
            None => " FIRST".into(),
            Some(previous) => format!(" AFTER {}", printer.ident(&previous.name)),
        }
    }
}

/// A column that holds nothing yet.
fn bare(column: &Column, name: &str) -> Column {
    Column {
        name: name.to_owned(),
        nullable: true,
        default: None,
        identity: None,
        ..column.clone()
    }
}
