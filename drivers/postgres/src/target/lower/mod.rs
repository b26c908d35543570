//! A table of MySQL's or SQLite's as PostgreSQL holds it.
//!
//! * `column`: types, collations, defaults, numbers.
//! * `constraint`: keys, foreign keys, CHECKs, and the CHECKs that keep what a type does not.
//! * `index`: keys that are the beginning of a text, methods that there are not.

mod column;
mod constraint;
mod index;

use aludel::schema::{Options, Schema, Table};
use aludel::sql::Syntax;
use aludel::translate::infer::Scope;
use aludel::translate::rewrite::{Rewriter, rewrite};
use aludel::translate::{Lowered, Omission, Refusal};

use super::meaning::{Meaning, Stands};
use super::names::{self, Names};

pub(crate) use column::numbers_itself;

struct Lowering<'a> {
    table: &'a Table,
    authored: &'a Schema,
    source: Syntax,
    /// The names of the table's keys, CHECKs and indexes here.
    names: Names,
    refusals: Vec<Refusal>,
    omissions: Vec<Omission>,
}

/// The table as PostgreSQL holds it.
///
/// # Errors
///
/// All that it cannot hold faithfully.
pub(crate) fn lower(
    table: &Table,
    authored: &Schema,
    source: Syntax,
) -> Result<Lowered, Vec<Refusal>> {
    let mut lowering = Lowering {
        table,
        authored,
        source,
        names: Names::default(),
        refusals: names::clashes(table),
        omissions: Vec::new(),
    };
    let lowered = lowering.table();
    if lowering.refusals.is_empty() {
        Ok(Lowered {
            table: lowered,
            omissions: lowering.omissions,
        })
    } else {
        Err(lowering.refusals)
    }
}

impl Lowering<'_> {
    fn table(&mut self) -> Table {
        let table = self.table;
        let mut lowered = Table::new(names::flat(&table.name));
        lowered.opaque.clone_from(&table.opaque);
        lowered.comment.clone_from(&table.comment);
        self.options(&mut lowered);
        let mut limits = Vec::new();
        for column in &table.columns {
            let (column, limit) = self.column(column);
            limits.push((column.name.clone(), limit));
            lowered.columns.push(column);
        }
        self.constraints(&mut lowered);
        self.limits(limits, &mut lowered);
        for index in &table.indexes {
            lowered.indexes.extend(self.index(index));
        }
        lowered
    }

    fn options(&mut self, lowered: &mut Table) {
        let Options {
            temporary,
            partition_by,
            ..
        } = &self.table.options;
        lowered.options.temporary = *temporary;
        let name = &self.table.name;
        if partition_by.is_some() {
            let message = format!("`{name}` is partitioned, which is not translated");
            self.take(Refusal::new("partitions", message));
        }
        if let (true, Some(what)) = (self.table.columns.is_empty(), &self.table.opaque) {
            let message = format!("the columns of `{name}` are not known: {what}");
            self.take(Refusal::new("unknown-columns", message));
        }
    }

    fn take(&mut self, refusal: Refusal) {
        if !self.refusals.contains(&refusal) {
            self.refusals.push(refusal);
        }
    }

    fn omit(&mut self, code: &'static str, message: String) {
        let omission = Omission::new(code, message);
        if !self.omissions.contains(&omission) {
            self.omissions.push(omission);
        }
    }

    /// Rewrites something of the table's. Its refusals say where it stands; `None` if there are
    /// some.
    fn rewrite<T>(
        &mut self,
        stands: Stands,
        place: &str,
        walk: impl FnOnce(&Meaning, &mut Rewriter<'_>) -> T,
    ) -> Option<T> {
        match self.try_rewrite(stands, walk) {
            Ok(result) => Some(result),
            Err(refusals) => {
                for mut refusal in refusals {
                    refusal.message = format!("{place}: {}", refusal.message);
                    self.take(refusal);
                }
                None
            }
        }
    }

    fn try_rewrite<T>(
        &mut self,
        stands: Stands,
        walk: impl FnOnce(&Meaning, &mut Rewriter<'_>) -> T,
    ) -> Result<T, Vec<Refusal>> {
        let scope = match stands {
            // A default names no columns.
            Stands::Default => Scope::new(self.authored, self.source),
            _ => Scope::of_table(self.table, self.authored, self.source),
        };
        let meaning = Meaning::new(self.source, stands);
        let (result, omissions) = rewrite(&meaning, scope, |rw| walk(&meaning, rw))?;
        for omission in omissions {
            self.omit(
                omission.code,
                format!("`{}`: {}", self.table.name, omission.message),
            );
        }
        Ok(result)
    }
}
