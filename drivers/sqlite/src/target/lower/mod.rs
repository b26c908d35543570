//! Lowering: a table of the authored engine as SQLite holds it.

mod column;
mod constraint;
mod index;
mod nulls;

use std::fmt::Display;

use aludel::schema::{ConstraintKind, Expr, IndexPart, Options, Schema, Table};
use aludel::sql::Syntax;
use aludel::translate::infer::Scope;
use aludel::translate::rewrite::{Rewriter, rewrite};
use aludel::translate::{Lowered, Omission, Refusal};

use super::names;
use super::rules::{Meaning, Stands};

pub(super) use column::numbers_itself;
pub(super) use nulls::found_by_columns;

/// What is gathered on the way.
pub(super) struct Lowering<'a> {
    table: &'a Table,
    authored: &'a Schema,
    source: Syntax,
    refusals: Vec<Refusal>,
    omissions: Vec<Omission>,
}

/// A table as SQLite holds it.
pub(super) fn lower(
    table: &Table,
    authored: &Schema,
    source: Syntax,
) -> Result<Lowered, Vec<Refusal>> {
    let mut lowering = Lowering {
        table,
        authored,
        source,
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
        self.options(&mut lowered);
        let mut limits = Vec::new();
        for column in &table.columns {
            let (column, limit) = self.column(column);
            lowered.columns.push(column);
            limits.extend(limit);
        }
        if let Some(numbered) = column::numbered(table)
            && !column::is_sole_key(table, &numbered.name)
        {
            let parts = vec![IndexPart::whole(numbered.name.clone())];
            let kind = ConstraintKind::PrimaryKey { columns: parts };
            lowered.constraints.push(column::unnamed(kind));
        }
        for constraint in &table.constraints {
            match self.nulls_alike(constraint) {
                Some(index) => lowered.indexes.push(index),
                None => {
                    for own in self.constraint(constraint) {
                        if !constraint::has(&lowered, &own) {
                            lowered.constraints.push(own);
                        }
                    }
                }
            }
        }
        lowered.constraints.extend(limits);
        for index in &table.indexes {
            lowered.indexes.extend(self.index(index));
        }
        lowered
    }

    fn options(&mut self, lowered: &mut Table) {
        let name = &self.table.name;
        let options = &self.table.options;
        let Options {
            temporary,
            unlogged,
            partition_by,
            inherits,
            ..
        } = options;
        lowered.options.temporary = *temporary;
        if partition_by.is_some() {
            self.refuse(
                "partitions",
                format!("`{name}` is partitioned, which has no counterpart on sqlite"),
            );
        }
        if self.table.columns.is_empty() {
            match &self.table.opaque {
                Some(what) => self.refuse(
                    "unknown-columns",
                    format!("the columns of `{name}` are not known: {what}"),
                ),
                None => self.refuse(
                    "no-columns",
                    format!("`{name}` has no columns, of which sqlite asks one"),
                ),
            }
        }
        if inherits.is_some() {
            self.refuse(
                "inheritance",
                format!("`{name}` inherits from another table, which has no counterpart on sqlite"),
            );
        }
        if *unlogged {
            self.omit("storage", format!("`{name}`: UNLOGGED"));
        }
        if self.table.comment.is_some() {
            self.omit("comment", format!("the comment on `{name}`"));
        }
    }

    fn refuse(&mut self, code: &'static str, message: String) {
        self.take(Refusal::new(code, message));
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

    /// Rewrites an expression of the table's. Its refusals say where it stands.
    fn expr(
        &mut self,
        stands: Stands,
        place: &dyn Display,
        walk: impl FnOnce(&mut Rewriter<'_>) -> Expr,
    ) -> Option<Expr> {
        match self.try_expr(stands, walk) {
            Ok(expr) => Some(expr),
            Err(refusals) => {
                for mut refusal in refusals {
                    refusal.message = format!("{place}: {}", refusal.message);
                    self.take(refusal);
                }
                None
            }
        }
    }

    fn try_expr(
        &mut self,
        stands: Stands,
        walk: impl FnOnce(&mut Rewriter<'_>) -> Expr,
    ) -> Result<Expr, Vec<Refusal>> {
        let scope = match stands {
            // A default names no columns.
            Stands::Default => Scope::new(self.authored, self.source),
            _ => Scope::of_table(self.table, self.authored, self.source),
        };
        let (expr, omissions) = rewrite(&Meaning::new(stands), scope, walk)?;
        for omission in omissions {
            let table = &self.table.name;
            self.omit(omission.code, format!("`{table}`: {}", omission.message));
        }
        Ok(expr)
    }
}
