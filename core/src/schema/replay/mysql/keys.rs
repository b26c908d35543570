//! Indexes: their names, those that foreign keys bring, and what makes one of those needless.

use super::super::super::{
    Constraint, ConstraintDef, ConstraintKind, CreateIndex, Expr, Ident, Index, IndexKey,
    IndexPart, Name, Table,
};
use super::super::Replay;
use super::super::constraint::require;
use super::super::problem::{Step, problem};
use super::Flavour;

/// What an index is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Use {
    Primary,
    Unique,
    Plain,
}

/// An index that is there, or is to be.
#[derive(Debug, Clone)]
pub(super) struct Key {
    name: Option<Ident>,
    used: Use,
    keys: Vec<IndexKey>,
    method: Option<String>,
    comment: Option<String>,
    /// A foreign key brought it.
    generated: bool,
}

impl Key {
    /// The first columns, up to one that is not there as a whole, or is in descending order: that
    /// MySQL does not take for the column.
    fn columns(&self, flavour: Flavour) -> Vec<&Ident> {
        let ordered = |key: &IndexKey| flavour == Flavour::Mariadb || !key.descending;
        let whole = |key: &IndexKey| key.length.is_none() && ordered(key);
        let mut columns = Vec::new();
        for key in &self.keys {
            match &key.expr {
                Expr::Column { column, .. } if whole(key) => columns.push(column),
                _ => break,
            }
        }
        columns
    }

    /// Whether this one's columns are the first of another's.
    fn begins(&self, other: &Self, flavour: Flavour) -> bool {
        let own = self.columns(flavour);
        own.len() == self.keys.len() && other.columns(flavour).starts_with(&own)
    }
}

/// Keys of whole columns or their beginnings.
fn parts(keys: &[IndexKey]) -> Option<Vec<IndexPart>> {
    keys.iter()
        .map(|key| match &key.expr {
            Expr::Column { column, .. } if !key.descending => Some(IndexPart {
                column: column.clone(),
                length: key.length,
            }),
            _ => None,
        })
        .collect()
}

/// A key of an index, as a column and its length.
fn key(part: &IndexPart) -> IndexKey {
    IndexKey {
        expr: Expr::column(part.column.clone()),
        length: part.length,
        descending: false,
        nulls: None,
        collation: None,
        class: None,
    }
}

impl Replay {
    /// The index that a constraint brings.
    pub(super) fn key_of(&self, table: &Table, def: &ConstraintDef) -> Step<Option<Key>> {
        let (used, columns, generated): (Use, Vec<IndexPart>, bool) = match &def.kind {
            ConstraintKind::PrimaryKey { columns } => (Use::Primary, columns.clone(), false),
            ConstraintKind::Unique { columns, .. } => (Use::Unique, columns.clone(), false),
            ConstraintKind::ForeignKey(key) => {
                let whole = key.columns.iter().map(IndexPart::whole);
                (Use::Plain, whole.collect(), true)
            }
            _ => return Ok(None),
        };
        self.check_columns(table, columns.iter().map(|part| &part.column))?;
        Ok(Some(Key {
            name: (def.name.clone().or(def.using_index.clone())).filter(|_| used != Use::Primary),
            used,
            keys: columns.iter().map(key).collect(),
            method: None,
            comment: None,
            generated,
        }))
    }

    pub(super) fn key_of_index(&self, table: &Table, index: &CreateIndex) -> Step<Key> {
        let mut keys = Vec::new();
        for key in &index.keys {
            keys.push(IndexKey {
                expr: self.table_expr(table, &key.expr)?,
                ..key.clone()
            });
        }
        Ok(Key {
            name: index.name.clone(),
            used: if index.unique {
                Use::Unique
            } else {
                Use::Plain
            },
            keys,
            method: index.method.clone().filter(|method| method != "btree"),
            comment: index.comment.clone().filter(|text| !text.is_empty()),
            generated: false,
        })
    }

    /// The indexes that a table has.
    fn keys_of(&self, table: &Table) -> Vec<Key> {
        let constraints = table.constraints.iter().filter_map(|c| {
            let (used, columns) = match &c.kind {
                ConstraintKind::PrimaryKey { columns } => (Use::Primary, columns),
                ConstraintKind::Unique { columns, .. } => (Use::Unique, columns),
                _ => return None,
            };
            Some(Key {
                name: c.name.clone(),
                used,
                keys: columns.iter().map(key).collect(),
                method: None,
                comment: None,
                generated: false,
            })
        });
        let indexes = table.indexes.iter().map(|index| Key {
            name: Some(index.name.clone()),
            used: if index.unique {
                Use::Unique
            } else {
                Use::Plain
            },
            keys: index.keys.clone(),
            method: index.method.clone(),
            comment: index.comment.clone(),
            generated: self
                .generated
                .contains(&(table.name.clone(), index.name.clone())),
        });
        constraints.chain(indexes).collect()
    }

    /// Adds indexes to a table. One that a foreign key brought gives way to any that begins with
    /// its columns, also to one that comes later, and to a later foreign key's of the same
    /// columns.
    pub(super) fn mysql_add_keys(&mut self, name: &Name, added: Vec<Key>) -> Step {
        let table = self.table(name)?.clone();
        let held = self.keys_of(&table);
        let count = held.len();
        let all: Vec<Key> = held.into_iter().chain(added).collect();
        let mut ignored = vec![false; all.len()];
        for (at, key) in all.iter().enumerate() {
            for (before, other) in all[..at].iter().enumerate() {
                if ignored[before] || !(key.generated || other.generated) {
                    continue;
                }
                let shorter = key.generated
                    && key.begins(other, self.flavour)
                    && (!other.generated || key.keys.len() < other.keys.len());
                if shorter {
                    ignored[at] = true;
                    break;
                }
                if other.generated && other.begins(key, self.flavour) {
                    ignored[before] = true;
                    break;
                }
            }
        }
        for (key, ignored) in all.iter().zip(&ignored).take(count) {
            if let (true, Some(index)) = (*ignored, &key.name) {
                let index = index.clone();
                self.generated.remove(&(name.clone(), index.clone()));
                self.edit(name, |table| table.indexes.retain(|i| i.name != index));
            }
        }
        for (key, ignored) in all.into_iter().zip(ignored).skip(count) {
            if !ignored {
                self.mysql_add_key(name, key)?;
            }
        }
        Ok(())
    }

    fn mysql_add_key(&mut self, name: &Name, key: Key) -> Step {
        let table = self.table(name)?;
        let taken = |wanted: &str| {
            self.keys_of(table)
                .iter()
                .filter_map(|key| key.name.as_ref())
                .any(|held| held.eq_ignore_ascii_case(wanted))
        };
        let named = key.name.is_some();
        let chosen = match &key.name {
            _ if key.used == Use::Primary => {
                if !table.primary_key().is_empty() {
                    let message = format!("table `{name}` already has a primary key");
                    return Err(problem("duplicate-primary-key", message));
                }
                "PRIMARY".to_owned()
            }
            Some(wanted) if taken(wanted) => {
                let message = format!("table `{name}` already has an index `{wanted}`");
                return Err(problem("duplicate-relation", message));
            }
            Some(wanted) => wanted.clone(),
            None => {
                let base = match key.keys.first().map(|key| &key.expr) {
                    Some(Expr::Column { column, .. }) => column.clone(),
                    _ => "functional_index".to_owned(),
                };
                let free = |wanted: &str| !taken(wanted) && !wanted.eq_ignore_ascii_case("PRIMARY");
                let numbered = (2..).map(|number| format!("{base}_{number}"));
                let mut names = std::iter::once(base.clone()).chain(numbered);
                names.find(|wanted| free(wanted)).unwrap_or(base)
            }
        };
        if key.generated {
            self.generated.insert((name.clone(), chosen.clone()));
        }
        let unique = key.used != Use::Plain;
        let constraint = |kind| Constraint {
            name: Some(chosen.clone()),
            kind,
            deferrable: false,
            initially_deferred: false,
            not_valid: false,
            named,
        };
        match (key.used, parts(&key.keys)) {
            (Use::Primary, Some(columns)) => {
                let constraint = constraint(ConstraintKind::PrimaryKey { columns });
                self.edit(name, |table| {
                    if let ConstraintKind::PrimaryKey { columns } = &constraint.kind {
                        require(table, columns.iter().map(|part| &part.column));
                    }
                    table.constraints.push(constraint);
                });
            }
            (Use::Unique, Some(columns)) if key.method.is_none() && key.comment.is_none() => {
                let constraint = constraint(ConstraintKind::Unique {
                    columns,
                    nulls_not_distinct: false,
                });
                self.edit(name, |table| table.constraints.push(constraint));
            }
            _ => {
                let mut index = Index::new(chosen);
                index.unique = unique;
                index.method = key.method;
                index.keys = key.keys;
                index.comment = key.comment;
                self.edit(name, |table| table.indexes.push(index));
            }
        }
        Ok(())
    }

    pub(super) fn mysql_create_index(&mut self, index: &CreateIndex) -> Step {
        let table = self.table(&index.table)?.clone();
        let key = self.key_of_index(&table, index)?;
        if index.if_not_exists {
            let held = self.keys_of(&table);
            if held.iter().any(|held| held.name == key.name) {
                return Ok(());
            }
        }
        self.mysql_add_keys(&table.name, vec![key])
    }

    pub(super) fn mysql_drop_indexes(
        &mut self,
        table: &Name,
        names: &[Name],
        if_exists: bool,
    ) -> Step {
        let table = self.table(table)?.name.clone();
        for name in names {
            self.mysql_drop_index(&table, &name.name, if_exists)?;
        }
        Ok(())
    }

    /// Drops an index, whatever it is for.
    pub(super) fn mysql_drop_index(&mut self, name: &Name, index: &str, if_exists: bool) -> Step {
        let table = self.table(name)?;
        let is = |c: &Constraint| {
            c.name.as_deref() == Some(index)
                && matches!(
                    c.kind,
                    ConstraintKind::Unique { .. } | ConstraintKind::PrimaryKey { .. }
                )
        };
        let known =
            table.constraints.iter().any(is) || table.indexes.iter().any(|i| i.name == index);
        if !known {
            if if_exists || table.opaque.is_some() {
                return Ok(());
            }
            let message = format!("table `{name}` has no index `{index}`");
            return Err(problem("unknown-index", message));
        }
        self.generated.remove(&(name.clone(), index.to_owned()));
        self.edit(name, |table| {
            table.constraints.retain(|c| !is(c));
            table.indexes.retain(|i| i.name != index);
        });
        Ok(())
    }

    /// That every foreign key of a table, and every one that refers to it, has its index still.
    pub(super) fn mysql_check_keys(&self, name: &Name) -> Step {
        if self.session.unchecked {
            return Ok(());
        }
        let table = self.table(name)?;
        let covers = |table: &Table, columns: &[Ident]| {
            self.keys_of(table).iter().any(|key| {
                let held = key.keys.iter().map(|key| match &key.expr {
                    Expr::Column { column, .. } => column.as_str(),
                    _ => "",
                });
                held.take(columns.len())
                    .eq(columns.iter().map(String::as_str))
            })
        };
        for (_, key) in table.foreign_keys() {
            if !covers(table, &key.columns) {
                let message = format!(
                    "a foreign key of `{name}` needs an index on ({})",
                    key.columns.join(", ")
                );
                return Err(problem("needed", message));
            }
        }
        for referrer in self.schema.referrers(&table.name) {
            for (_, key) in referrer.foreign_keys() {
                if key.table == table.name && !covers(table, &key.referred) {
                    let message = format!(
                        "a foreign key of `{}` needs an index of `{name}` on ({})",
                        referrer.name,
                        key.referred.join(", ")
                    );
                    return Err(problem("needed", message));
                }
            }
        }
        Ok(())
    }
}
