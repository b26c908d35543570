//! Changes to a table that are gathered until something needs them done.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use crate::schema::{Column, Expr, Ident, Numbers, Part, Schema, Table, TableEffect};

/// Changes to one table that have not been rendered yet.
#[derive(Clone)]
pub(super) struct Pending {
    pub(super) source: usize,
    /// What the target held at the first of them; `None`: the table is new.
    pub(super) before: Option<Arc<Table>>,
    /// The authored table before the first of them.
    pub(super) authored_before: Option<Arc<Table>>,
    /// The authored table after the last of them.
    pub(super) after: Arc<Table>,
    /// Where the columns of `after` come from in `before`; those that are new have no entry.
    pub(super) origins: HashMap<Ident, Ident>,
    /// How values are made: of columns that were converted, and of new ones for rows that are
    /// there.
    pub(super) using: HashMap<Ident, Expr>,
    /// Columns of `after` that are not what they were before, and names that are gone.
    pub(super) touched: HashSet<Ident>,
}

impl Pending {
    /// Whether an effect converts what these changes have made, or reads it to convert another.
    pub(super) fn must_be_done_before(&self, effect: &TableEffect) -> bool {
        let (Some(before), Some(after)) = (&effect.before, &effect.after) else {
            return false;
        };
        if self.before.is_none() {
            return false;
        }
        if after
            .columns
            .iter()
            .any(|column| self.numbers_later(effect, before, column))
        {
            return true;
        }
        if self.touched.is_empty() {
            return false;
        }
        let mut read: HashSet<&str> = HashSet::new();
        for column in &after.columns {
            let was = effect.renamed.iter().find(|(_, to)| *to == column.name);
            let was = was.map_or(&column.name, |(from, _)| from);
            // What was computed stays, and has to be computed first.
            let generated = before.column(was).is_some_and(|c| c.generated.is_some());
            if generated && column.generated.is_none() {
                return true;
            }
            if before
                .column(was)
                .is_some_and(|before| before.ty != column.ty)
            {
                read.insert(was);
            }
        }
        // A new name may be one that is still held.
        let mut found = effect
            .renamed
            .iter()
            .any(|(_, to)| self.touched.contains(to));
        for (_, using) in &effect.using {
            found |= names_one_of(using, &self.touched);
        }
        found || read.into_iter().any(|column| self.touched.contains(column))
    }

    /// Whether an effect gives numbers to a column that had none when these changes were through, but is
    /// new, with the values that it was added with, or had them from another sequence before.
    fn numbers_later(&self, effect: &TableEffect, before: &Table, column: &Column) -> bool {
        let was = effect.renamed.iter().find(|(_, to)| *to == column.name);
        let was = was.map_or(&column.name, |(from, _)| from);
        let (Some(held), Some(numbers)) = (before.column(was), Numbers::of(column)) else {
            return false;
        };
        if Numbers::of(held).is_some() {
            return false;
        }
        let Some(origin) = self.origins.get(was) else {
            return true;
        };
        let first = self.authored_before.as_ref();
        let first = first.and_then(|table| Numbers::of(table.column(origin)?));
        first.is_some_and(|first| first.is_identity() == numbers.is_identity() && first != numbers)
    }

    /// Adds one more change.
    pub(super) fn alter(&mut self, effect: &TableEffect, after: &Arc<Table>) {
        self.touch(effect, after);
        for column in &effect.dropped {
            self.origins.remove(column);
            self.using.remove(column);
        }
        let moved: Vec<_> = effect
            .renamed
            .iter()
            .map(|(from, to)| (to, self.origins.remove(from), self.using.remove(from)))
            .collect();
        for (to, origin, using) in moved {
            if let Some(origin) = origin {
                self.origins.insert(to.clone(), origin);
            }
            if let Some(using) = using {
                self.using.insert(to.clone(), using);
            }
        }
        for (column, expr) in &effect.using {
            self.using.insert(column.clone(), expr.clone());
        }
        if let Some(before) = &effect.before {
            for column in new_columns(effect, before, after) {
                // The rows that are there get the default that it has now, whatever becomes of it.
                match &column.default {
                    Some(default) => self.using.insert(column.name.clone(), default.clone()),
                    None => self.using.remove(&column.name),
                };
            }
        }
        self.after = after.clone();
    }

    fn touch(&mut self, effect: &TableEffect, after: &Table) {
        let Some(before) = &effect.before else {
            return;
        };
        self.touched.extend(effect.dropped.iter().cloned());
        for (from, to) in &effect.renamed {
            self.touched.extend([from.clone(), to.clone()]);
        }
        let new = new_columns(effect, before, after).map(|column| column.name.clone());
        self.touched.extend(new);
        let using = effect.using.iter().map(|(column, _)| column.clone());
        self.touched.extend(using);
        for column in &after.columns {
            if before
                .column(&column.name)
                .is_some_and(|before| before.ty != column.ty)
            {
                self.touched.insert(column.name.clone());
            }
        }
    }
}

/// Whether an effect makes a column draw from another sequence. Once the one before is dropped, it looks
/// as one that has another name.
pub(super) fn draws_anew(effect: &TableEffect, authored: &Schema) -> bool {
    let (Some(before), Some(after)) = (&effect.before, &effect.after) else {
        return false;
    };
    after.columns.iter().any(|column| {
        let was = effect.renamed.iter().find(|(_, to)| *to == column.name);
        let was = before.column(was.map_or(&column.name, |(from, _)| from));
        let (was, is) = (was.and_then(Numbers::of), Numbers::of(column));
        was.zip(is)
            .is_some_and(|(was, is)| was.are_others(&is, authored))
    })
}

/// The columns that an effect added.
fn new_columns<'t>(
    effect: &'t TableEffect,
    before: &'t Table,
    after: &'t Table,
) -> impl Iterator<Item = &'t Column> {
    after.columns.iter().filter(|column| {
        let name = &column.name;
        let was_there = before.column(name).is_some()
            && !effect.dropped.contains(name)
            && !effect.renamed.iter().any(|(from, _)| from == name);
        !was_there && !effect.renamed.iter().any(|(_, to)| to == name)
    })
}

/// Whether an expression names one of some columns.
fn names_one_of(expr: &Expr, columns: &HashSet<Ident>) -> bool {
    if let Expr::Column { column, .. } = expr
        && columns.contains(column)
    {
        return true;
    }
    let mut found = false;
    expr.parts(&mut |part| match part {
        Part::Expr(expr) => found |= names_one_of(expr, columns),
        // What stands in a query is not looked through.
        Part::Query(_) | Part::Table(_) | Part::Data(_) => found = true,
    });
    found
}
