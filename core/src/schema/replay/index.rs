//! Indexes.

use std::sync::Arc;

use super::super::{CreateIndex, Expr, Ident, Index, IndexKey, Name, Relation, Table};
use super::Replay;
use super::constraint::{Key, beside, keys_for};
use super::naming::{index_columns, joined};
use super::problem::{Step, problem};

impl Replay {
    pub(super) fn create_index(&mut self, create: &CreateIndex) -> Step {
        let view = self
            .find_view(&create.table)
            .filter(|view| view.materialized);
        let table = match view {
            // Its columns are not looked at, so an expression of it is as good as any.
            Some(view) => {
                let mut table = Table::new(view.name.clone());
                table.opaque = Some(String::new());
                Arc::new(table)
            }
            None => self.table(&create.table)?.clone(),
        };
        let name = table.name.clone();
        let index_name = match &create.name {
            Some(index) => {
                let full = beside(&name, index);
                if self.is_taken(&full) {
                    if create.if_not_exists {
                        return Ok(());
                    }
                    return self.check_free(&full);
                }
                index.clone()
            }
            None => self.index_name(&name, &create.keys, &create.include),
        };
        let mut keys = Vec::new();
        for key in &create.keys {
            // A column alone is never the whole row.
            if let Expr::Column { column, .. } = &key.expr {
                self.check_columns(&table, [column])?;
            }
            keys.push(IndexKey {
                expr: self.table_expr(&table, &key.expr)?,
                ..key.clone()
            });
        }
        let filter = match &create.filter {
            Some(filter) => Some(self.table_expr(&table, filter)?),
            None => None,
        };
        self.check_columns(&table, &create.include)?;
        let index = Index {
            name: index_name,
            unique: create.unique,
            method: create.method.clone().filter(|method| method != "btree"),
            keys,
            include: create.include.clone(),
            filter,
            nulls_not_distinct: create.nulls_not_distinct,
            comment: create.comment.clone(),
        };
        self.edit_indexes(&name, |indexes| indexes.push(index));
        Ok(())
    }

    /// Changes the indexes of a table, or of a materialized view.
    fn edit_indexes(&mut self, name: &Name, change: impl FnOnce(&mut Vec<Index>)) {
        match self.schema.view(name).cloned() {
            Some(before) => {
                let mut after = before.clone();
                change(&mut after.indexes);
                self.set_view(Some(before), Some(after));
            }
            None => self.edit(name, |table| change(&mut table.indexes)),
        }
    }

    /// The name that CREATE INDEX gives an index that was given none.
    pub(crate) fn unnamed_index(&self, create: &CreateIndex) -> Ident {
        let table = self.table_name(&create.table);
        self.index_name(&table, &create.keys, &create.include)
    }

    /// The name of an index that was not given one.
    pub(super) fn index_name(&self, table: &Name, keys: &[IndexKey], include: &[Ident]) -> Ident {
        let columns = index_columns(keys, include);
        let columns = joined(columns.iter().map(String::as_str));
        self.relation_name(table, Some(&columns), "idx", false)
    }

    pub(super) fn drop_indexes(&mut self, names: &[Name], if_exists: bool, cascade: bool) -> Step {
        for name in names {
            let found = self.found(name);
            let table = match self.schema.relation(&found) {
                Some(Relation::Index(table)) => table.clone(),
                Some(Relation::Key(table)) => {
                    let message = format!(
                        "index `{name}` belongs to a constraint of table `{table}`: drop that \
                         instead"
                    );
                    return Err(problem("index-of-constraint", message));
                }
                _ if if_exists => continue,
                _ => {
                    let message = format!("there is no index `{name}`");
                    return Err(problem("unknown-index", message));
                }
            };
            self.drop_index(&table, &found.name, cascade)?;
        }
        Ok(())
    }

    /// Drops an index, and with `cascade` the foreign keys that need it.
    fn drop_index(&mut self, table: &Name, index: &str, cascade: bool) -> Step {
        let is = |key: &Key<'_>| matches!(key, Key::Index(found) if found.name == *index);
        self.drop_foreign_keys_of(table, is, None, cascade, &format!("index `{index}`"))?;
        self.edit_indexes(table, |indexes| indexes.retain(|i| i.name != *index));
        Ok(())
    }

    /// Drops the foreign keys that need a key of `table`, or says that they do; but for those of a
    /// column that goes itself.
    pub(super) fn drop_foreign_keys_of(
        &mut self,
        table: &Name,
        is: impl Fn(&Key<'_>) -> bool,
        going: Option<&Ident>,
        cascade: bool,
        what: &str,
    ) -> Step {
        let Some(referred) = self.schema.table(table) else {
            return Ok(());
        };
        if !self.rules.holds_references {
            return Ok(());
        }
        let mut needing = Vec::new();
        for referrer in self.schema.referrers(table) {
            for (constraint, key) in referrer.foreign_keys() {
                // One of the column's own goes with it.
                let goes = referrer.name == *table
                    && going.is_some_and(|column| key.columns.contains(column));
                if key.table != *table || goes {
                    continue;
                }
                let keys = keys_for(referred, &key.referred);
                let dropped = keys.iter().filter(|key| is(key)).count();
                if dropped == 0 {
                    continue;
                }
                if dropped == keys.len() {
                    needing.push((referrer.name.clone(), constraint.name.clone()));
                } else if cascade {
                    // PostgreSQL took the one that had the lowest number when the foreign key was
                    // made. Without CASCADE it is another one, or PostgreSQL fails.
                    let message = format!(
                        "foreign key `{}` of table `{}` needs {what} or an equal one, and which of \
                         them is not known: drop the foreign key before, if it is to go",
                        constraint.name.as_deref().unwrap_or_default(),
                        referrer.name
                    );
                    return Err(problem("equal-keys", message));
                }
            }
        }
        if !cascade && let Some((referrer, key)) = needing.first() {
            let key = key.as_deref().unwrap_or_default();
            let message = format!(
                "foreign key `{key}` of table `{referrer}` needs {what}: without CASCADE it \
                 cannot be dropped"
            );
            return Err(problem("needed", message));
        }
        // Its own come last: what is said of a table is said at once, where it is first touched, and by
        // then no other table may need the key.
        needing.sort_by_key(|(referrer, _)| referrer == table);
        for (referrer, key) in needing {
            self.edit(&referrer, |table| {
                table.constraints.retain(|c| c.name != key)
            });
        }
        Ok(())
    }

    pub(super) fn comment_index(&mut self, name: &Name, text: Option<String>) -> Step {
        let found = self.found(name);
        match self.schema.relation(&found) {
            Some(Relation::Index(table)) => {
                let table = table.clone();
                self.edit_indexes(&table, |indexes| {
                    if let Some(index) = indexes.iter_mut().find(|i| i.name == found.name) {
                        index.comment = text;
                    }
                });
                Ok(())
            }
            // The index of a constraint is nothing that the model holds.
            Some(Relation::Key(_)) => Ok(()),
            _ => Err(problem(
                "unknown-index",
                format!("there is no index `{name}`"),
            )),
        }
    }

    pub(super) fn rename_index(&mut self, name: &Name, if_exists: bool, to: &Ident) -> Step {
        let found = self.found(name);
        match self.schema.relation(&found) {
            Some(Relation::Index(table)) => {
                let table = table.clone();
                self.check_free(&beside(&found, to))?;
                self.edit_indexes(&table, |indexes| {
                    if let Some(index) = indexes.iter_mut().find(|i| i.name == found.name) {
                        index.name.clone_from(to);
                    }
                });
                Ok(())
            }
            Some(Relation::Key(table)) => {
                let table = table.clone();
                self.rename_constraint(&table, &found.name, to)
            }
            // PostgreSQL renames any relation so.
            Some(Relation::Table) => self.rename_table(&found, &beside(&found, to)),
            Some(Relation::View) => self.rename_view(&found, false, to),
            Some(Relation::Sequence) => self.rename_sequence(&found, to),
            None if if_exists => Ok(()),
            None => {
                let message = format!("there is no index `{name}`");
                Err(problem("unknown-index", message))
            }
        }
    }
}
