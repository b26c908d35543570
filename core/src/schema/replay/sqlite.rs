//! The rules that SQLite alone has.
//!
//! It checks little when a table is made and much when a column is dropped; what a foreign key or
//! a view names need not be there.

use super::super::{ColumnDef, ConstraintKind, Expr, ForeignKey, Literal, Table};
use super::Replay;
use super::drop::{involves_constraint, involves_index};
use super::problem::{Step, problem};

impl Replay {
    /// A foreign key to a table that may come later.
    pub(super) fn loose_foreign_key(&self, key: &ForeignKey) -> ForeignKey {
        let mut key = key.clone();
        key.table = self.found(&key.table);
        if let Some(referred) = self.schema.table(&key.table)
            && key.referred.is_empty()
        {
            let columns = referred.primary_key().iter();
            key.referred = columns.map(|part| part.column.clone()).collect();
        }
        key
    }

    /// That a column may be dropped: nothing else names it, and it is no key.
    pub(super) fn check_lone(&self, table: &Table, column: &str) -> Step {
        let needed = |by: &str| {
            let message = format!(
                "column `{column}` of `{}` cannot be dropped: {by} names it",
                table.name
            );
            Err(problem("needed", message))
        };
        for constraint in &table.constraints {
            // A check of this column alone is taken for the column's own.
            let own = match &constraint.kind {
                ConstraintKind::Check { expr, .. } => {
                    let mut columns = std::collections::BTreeSet::new();
                    super::constraint::columns_in(expr, &mut columns);
                    columns.len() == 1
                }
                _ => false,
            };
            if involves_constraint(&constraint.kind, column) && !own {
                return needed("a constraint");
            }
        }
        if table
            .indexes
            .iter()
            .any(|index| involves_index(index, column))
        {
            return needed("an index");
        }
        for other in &table.columns {
            if let Some(generated) = &other.generated
                && generated.expr.names_column(column)
            {
                return needed("a generated column");
            }
        }
        if self.view_of_column(&table.name, column, false).is_some() {
            return needed("a view");
        }
        if table.columns.len() == 1 {
            return needed("the table, which has no other,");
        }
        Ok(())
    }

    /// That a column may be added: it is no key, and rows that are there have a value for it.
    pub(super) fn check_added(&self, table: &Table, def: &ColumnDef) -> Step {
        let is_key = def.constraints.iter().any(|constraint| {
            matches!(
                constraint.kind,
                ConstraintKind::PrimaryKey { .. } | ConstraintKind::Unique { .. }
            )
        });
        let refused = |why: &str| {
            let message = format!(
                "column `{}` cannot be added to `{}`: {why}",
                def.name, table.name
            );
            Err(problem("column-not-addable", message))
        };
        if is_key {
            return refused("it would be a key");
        }
        let null = Expr::Literal(Literal::Null);
        let without = def.default.as_ref().is_none_or(|default| *default == null);
        if def.nullable == Some(false) && without && def.generated.is_none() {
            return refused("it is NOT NULL and has no default");
        }
        Ok(())
    }
}
