//! From what a table is to what it is to be.
//!
//! A new table takes its foreign keys to tables that are there. To SQLite, and to MySQL when it does
//! not look, a table may come after those that refer to it, and may go before them (which is how
//! SQLite's tables are rebuilt): here such a key is taken away with the table that it refers to, and
//! made once a table of that name is there. Until then the held schema has it as not valid.
//!
//! New columns stand at the end, wherever the author has put them: the held schema has the columns
//! in the order in which they are.

mod columns;
mod convert;
mod keys;
mod references;
mod touched;

use std::collections::HashMap;

use aludel::schema::{Constraint, ConstraintKind, Expr, Ident, Index, PartMut, Table, View};
use aludel::translate::print::{Printer, print};
use aludel::translate::{Omission, Refusal, Rendered, TableChange};

use super::collation;
use super::spelling::Words;

/// The statements that turn a table's state before into its state after.
///
/// # Errors
///
/// What cannot be done without losing something.
pub(crate) fn table(change: &TableChange<'_>) -> Result<Rendered, Vec<Refusal>> {
    let mut alteration = Alteration::new(change);
    let text = print(&Words, |printer| {
        match (change.before, change.after) {
            (None, Some(after)) => alteration.create(printer, after),
            (Some(before), None) => alteration.drop(printer, before),
            (Some(before), Some(after)) => alteration.alter(printer, before, after),
            (None, None) => {}
        }
        String::new()
    });
    let mut refusals = text.err().unwrap_or_default();
    refusals.append(&mut alteration.refusals);
    if refusals.is_empty() {
        Ok(alteration.rendered)
    } else {
        Err(refusals)
    }
}

struct Alteration<'a> {
    change: &'a TableChange<'a>,
    /// Columns before, by their name after.
    origins: HashMap<&'a str, &'a str>,
    rendered: Rendered,
    refusals: Vec<Refusal>,
}

impl<'a> Alteration<'a> {
    fn new(change: &'a TableChange<'a>) -> Self {
        let known = |from: &&str| {
            change
                .before
                .is_some_and(|before| before.column(from).is_some())
        };
        let origins = change.columns.iter().filter_map(|column| {
            let from = column.from.as_deref().filter(known)?;
            Some((column.column.as_str(), from))
        });
        Self {
            change,
            origins: origins.collect(),
            rendered: Rendered::default(),
            refusals: Vec::new(),
        }
    }

    fn push(&mut self, statement: String) {
        self.rendered.statements.push(statement);
    }

    fn omit(&mut self, code: &'static str, message: String) {
        self.rendered.omissions.push(Omission::new(code, message));
    }

    /// Collations that no table here has yet.
    fn make_collations(&mut self, after: &Table, before: Option<&Table>) {
        let held = self.change.scope.target;
        let others = || held.tables().filter(|table| table.name != after.name);
        for made in collation::made_for(after) {
            let known = before.is_some_and(|before| made.is_wanted_by(before))
                || others().any(|table| made.is_wanted_by(table));
            if !known {
                self.push(made.statement());
            }
        }
    }

    fn create(&mut self, printer: &mut Printer<'_>, after: &Table) {
        self.make_collations(after, None);
        let mut table = after.clone();
        self.mark_references(&mut table);
        let mut there = table.clone();
        there.constraints.retain(|constraint| !constraint.not_valid);
        self.push(printer.create_table(&there));
        for index in &after.indexes {
            self.push(printer.create_index(index, &after.name));
        }
        self.comments(printer, None, after);
        self.create_touching(printer, after);
        self.restore_references(printer, after);
        if table != *after {
            self.rendered.along.push(table);
        }
    }

    fn drop(&mut self, printer: &mut Printer<'_>, before: &Table) {
        self.release_references(printer, before, None);
        let name = printer.name(&before.name);
        self.push(format!("DROP TABLE {name}"));
    }

    fn alter(&mut self, printer: &mut Printer<'_>, before: &'a Table, after: &'a Table) {
        let mut held = after.clone();
        self.order_columns(&mut held, before);
        self.mark_references(&mut held);
        self.make_collations(after, Some(before));
        if before.name != after.name {
            let (old, new) = (printer.name(&before.name), printer.ident(&after.name.name));
            self.push(format!("ALTER TABLE {old} RENAME TO {new}"));
        }
        let kept = self.kept(before, &held);
        self.drop_touching(printer, after);
        self.release_references(printer, before, Some((after, &kept)));
        let views = self.drop_views(printer, before, after);
        self.drop_keys(printer, before, after, &kept);
        self.drop_columns(printer, before, after);
        self.rename_columns(printer, before, after);
        self.rename_keys(printer, after, &kept);
        self.change_columns(printer, before, after);
        self.add_columns(printer, after);
        self.add_keys(printer, &held, &kept);
        self.comments(printer, Some(before), after);
        self.create_touching(printer, after);
        self.restore_references(printer, after);
        self.rendered.statements.extend(views);
        if held != *after {
            self.rendered.along.push(held);
        }
    }

    /// Takes away the views that stand in the way of a column that goes or gets another type; the
    /// statements that make them again.
    fn drop_views(
        &mut self,
        printer: &mut Printer<'_>,
        before: &Table,
        after: &Table,
    ) -> Vec<String> {
        let in_the_way = before.columns.iter().any(|column| {
            let to = self.renamed(&column.name).and_then(|to| after.column(to));
            to.is_none_or(|to| to.ty != column.ty || to.collation != column.collation)
        });
        if !in_the_way {
            return Vec::new();
        }
        let target = self.change.scope.target;
        let mut views: Vec<&View> = Vec::new();
        let mut next = vec![&before.name, &after.name];
        while let Some(name) = next.pop() {
            for view in target.readers(name) {
                // One that reads another comes after it.
                views.retain(|known| known.name != view.name);
                views.push(view);
                next.push(&view.name);
            }
        }
        for view in views.iter().rev() {
            let name = printer.name(&view.name);
            self.push(format!("DROP VIEW {name}"));
        }
        views.into_iter().map(|view| view.text.clone()).collect()
    }

    /// Puts the columns into the order in which they stand here: those that were there, then the
    /// new ones.
    fn order_columns(&mut self, held: &mut Table, before: &Table) {
        let place = |name: &str| {
            let from = self.origins.get(name)?;
            before
                .columns
                .iter()
                .position(|column| column.name == **from)
        };
        let wanted: Vec<Ident> = held.columns.iter().map(|c| c.name.clone()).collect();
        // Sorting is stable: new ones stay in their order.
        held.columns
            .sort_by_key(|column| place(&column.name).unwrap_or(usize::MAX));
        let moved = held
            .columns
            .iter()
            .zip(&wanted)
            .any(|(column, wanted)| column.name != *wanted);
        let was = before.columns.iter().map(|column| &column.name);
        let is_new = held.columns.iter().any(|c| place(&c.name).is_none());
        let same_as_before = was.eq(held.columns.iter().map(|column| &column.name));
        if moved && (is_new || !same_as_before) {
            let table = &held.name;
            self.omit(
                "column-order",
                format!("the place of a column of `{table}`: a new one stands at the end"),
            );
        }
    }

    fn comments(&mut self, printer: &mut Printer<'_>, before: Option<&Table>, after: &Table) {
        let table = printer.name(&after.name);
        let mut say = |what: String, old: Option<&String>, new: Option<&String>| {
            if old != new {
                let text = match new {
                    Some(text) => crate::dialect::literal(text),
                    None => "NULL".to_owned(),
                };
                self.rendered
                    .statements
                    .push(format!("COMMENT ON {what} IS {text}"));
            }
        };
        let old = before.and_then(|before| before.comment.as_ref());
        say(format!("TABLE {table}"), old, after.comment.as_ref());
        for column in &after.columns {
            let was = self.origins.get(column.name.as_str());
            let was = was.and_then(|was| before?.column(was));
            let name = printer.ident(&column.name);
            let old = was.and_then(|was| was.comment.as_ref());
            say(
                format!("COLUMN {table}.{name}"),
                old,
                column.comment.as_ref(),
            );
        }
        for index in &after.indexes {
            let was = before.and_then(|b| b.indexes.iter().find(|i| i.name == index.name));
            let name = printer.ident(&index.name);
            let old = was.and_then(|was| was.comment.as_ref());
            say(format!("INDEX {name}"), old, index.comment.as_ref());
        }
    }

    /// A constraint before, with the names that columns have afterwards.
    fn carried(&self, constraint: &Constraint) -> Option<Constraint> {
        let mut carried = constraint.clone();
        let renamed = |column: &mut Ident| match self.renamed(column) {
            Some(name) => {
                *column = name.to_owned();
                true
            }
            None => false,
        };
        let known = match &mut carried.kind {
            ConstraintKind::PrimaryKey { columns } | ConstraintKind::Unique { columns, .. } => {
                columns.iter_mut().all(|part| renamed(&mut part.column))
            }
            ConstraintKind::ForeignKey(key) => key.columns.iter_mut().all(renamed),
            ConstraintKind::Check { expr, .. } => self.carry(expr),
            ConstraintKind::Exclude(_) => false,
        };
        known.then_some(carried)
    }

    /// An index before, likewise.
    fn carried_index(&self, index: &Index) -> Option<Index> {
        let mut carried = index.clone();
        let mut known = carried.keys.iter_mut().all(|key| self.carry(&mut key.expr));
        if let Some(filter) = &mut carried.filter {
            known &= self.carry(filter);
        }
        known.then_some(carried)
    }

    /// Gives the columns of an expression the names that they have afterwards. False if one has
    /// none.
    fn carry(&self, expr: &mut Expr) -> bool {
        if let Expr::Column { column, .. } = expr {
            match self.renamed(column) {
                Some(name) => *column = name.to_owned(),
                None => return false,
            }
        }
        let mut known = true;
        expr.parts_mut(&mut |part| {
            if let PartMut::Expr(expr) = part {
                known &= self.carry(expr);
            }
        });
        known
    }

    /// The name after of a column before, if it stays.
    fn renamed(&self, before: &str) -> Option<&'a str> {
        let mut pairs = self.origins.iter();
        pairs.find(|(_, from)| **from == before).map(|(to, _)| *to)
    }
}
