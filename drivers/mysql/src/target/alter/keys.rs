//! Keys, CHECKs and foreign keys: what goes, what comes, what only changes its name.

use std::collections::HashMap;

use aludel::schema::{
    Constraint, ConstraintKind, Expr, ForeignKey, Ident, Index, IndexKey, IndexPart, Table,
};
use aludel::translate::print::Printer;

use super::Alteration;
use crate::target::{definition, names};

/// What the primary key is called.
const PRIMARY: &str = "PRIMARY";

impl<'a> Alteration<'a> {
    pub(super) fn gather_keys(&mut self, printer: &mut Printer<'_>) {
        let before = keys_of(self.before);
        let after = keys_of(self.after);
        // Those before by their definition after; those that have to be made again are not there.
        let mut kept: HashMap<&str, Index> = HashMap::new();
        for key in &before {
            if let Some(carried) = self.kept(key) {
                kept.insert(&key.name, carried);
            }
        }
        let mut renamed: HashMap<&str, &str> = HashMap::new();
        for key in &after {
            let is_new = !before.iter().any(|old| old.name == key.name);
            let old = before.iter().find(|old| {
                let goes = !after.iter().any(|key| key.name == old.name);
                let same = |carried: &Index| {
                    Index {
                        name: key.name.clone(),
                        ..carried.clone()
                    } == *key
                };
                goes && kept.get(old.name.as_str()).is_some_and(same)
                    && !renamed.contains_key(old.name.as_str())
            });
            if let Some(old) =
                old.filter(|old| is_new && old.name != PRIMARY && key.name != PRIMARY)
            {
                renamed.insert(&old.name, &key.name);
                let (from, to) = (printer.ident(&old.name), printer.ident(&key.name));
                self.adds.push(format!("RENAME INDEX {from} TO {to}"));
            }
        }
        let mut apart: Vec<&Ident> = Vec::new();
        for key in &before {
            let stays = after
                .iter()
                .any(|new| kept.get(key.name.as_str()) == Some(new));
            if stays || renamed.contains_key(key.name.as_str()) {
                continue;
            }
            if key.name == PRIMARY {
                self.drops.push("DROP PRIMARY KEY".into());
                continue;
            }
            let drop = format!("DROP INDEX {}", printer.ident(&key.name));
            let is_apart = |part: &IndexKey| {
                !matches!(part.expr, Expr::Column { .. }) && self.renames_held(&part.expr)
            };
            if key.keys.iter().any(is_apart) {
                apart.push(&key.name);
                self.first.push(drop);
                let others = before.iter().filter(|other| {
                    other.name != key.name && kept.contains_key(other.name.as_str())
                });
                if let Some(columns) = self.held_by(key, others) {
                    let name = printer.ident(&names::shorten(&format!("{}_meanwhile", key.name)));
                    let columns: Vec<String> = columns.iter().map(|c| printer.ident(c)).collect();
                    self.first
                        .push(format!("ADD KEY {name} ({})", columns.join(", ")));
                    self.last.push(format!("DROP INDEX {name}"));
                }
            } else if self.holds_until_last(key, &before, &after, &kept) {
                self.last.push(drop);
            } else {
                self.drops.push(drop);
            }
        }
        for key in &after {
            let stays = kept.get(key.name.as_str()) == Some(key);
            if stays || renamed.values().any(|name| *name == key.name) {
                continue;
            }
            let add = if key.name == PRIMARY {
                let columns: Vec<String> = key.keys.iter().map(|k| printer.index_key(k)).collect();
                format!("ADD PRIMARY KEY ({})", columns.join(", "))
            } else {
                format!("ADD {}", definition::key(printer, key))
            };
            if self.waits(key) || apart.contains(&&key.name) {
                self.last.push(add);
            } else {
                self.adds.push(add);
            }
        }
    }

    /// Whether a foreign key stands on a key that goes, until one comes that has to wait.
    fn holds_until_last(
        &self,
        key: &Index,
        before: &[Index],
        after: &[Index],
        kept: &HashMap<&str, Index>,
    ) -> bool {
        let again = after.iter().any(|new| new.name == key.name);
        let stays = |old: &&Index| {
            let carried = kept.get(old.name.as_str());
            old.name != key.name && after.iter().any(|new| carried == Some(new))
        };
        let is_new = |new: &&Index| !before.iter().any(|old| old.name == new.name);
        let new = after.iter().filter(is_new);
        let at_once = new.clone().filter(|new| !self.waits(new));
        let others = before.iter().filter(stays).chain(at_once);
        !again && new.clone().any(|new| self.waits(new)) && self.held_by(key, others).is_some()
    }

    /// The columns of a foreign key that stands on a key and on none of the others: no moment of it
    /// is without one.
    fn held_by<'k>(
        &self,
        key: &Index,
        others: impl Iterator<Item = &'k Index> + Clone,
    ) -> Option<&'a [Ident]> {
        let leads = |key: &Index, columns: &[Ident]| {
            key.keys.len() >= columns.len()
                && key.keys.iter().zip(columns).all(|(part, own)| {
                    matches!(&part.expr, Expr::Column { column, .. } if column == own)
                })
        };
        let mut held = self.before.foreign_keys().map(|(_, held)| &*held.columns);
        held.find(|columns| leads(key, columns) && !others.clone().any(|o| leads(o, columns)))
    }

    /// Whether a key's expression looks at a column whose type changes: MySQL reads it with the type
    /// before.
    fn waits(&self, key: &Index) -> bool {
        let mut waits = false;
        for part in &key.keys {
            if matches!(part.expr, Expr::Column { .. }) {
                continue;
            }
            super::each_column(&part.expr, &mut |column| {
                let before = self.origins.get(column).copied().unwrap_or(column);
                waits |= self.retyped.contains(before) || self.replaced.contains(before);
            });
        }
        waits
    }

    /// A key before as it is after the columns have changed; `None` if it has to be made again.
    fn kept(&self, key: &Index) -> Option<Index> {
        let mut carried = key.clone();
        for part in &mut carried.keys {
            let is_column = matches!(part.expr, Expr::Column { .. });
            let broken = if is_column {
                self.looks_at_replaced(&part.expr)
            } else {
                self.looks_at_changed(&part.expr) || self.looks_at_retyped(&part.expr)
            };
            if broken {
                return None;
            }
            part.expr = self.carried(&part.expr)?;
        }
        Some(carried)
    }

    fn looks_at_replaced(&self, expr: &Expr) -> bool {
        let mut replaced = false;
        super::each_column(expr, &mut |column| {
            replaced |= self.replaced.contains(column)
        });
        replaced
    }

    pub(super) fn gather_checks(&mut self, printer: &mut Printer<'_>) {
        let checks = |table: &'a Table| {
            table.constraints.iter().filter_map(|constraint| {
                let ConstraintKind::Check { expr, .. } = &constraint.kind else {
                    return None;
                };
                Some((constraint, expr))
            })
        };
        let mut stay: Vec<&Ident> = Vec::new();
        let mut apart: Vec<&Ident> = Vec::new();
        let all_apart = self.facts.checks_copy && self.changes_held();
        for (constraint, expr) in checks(self.before) {
            let Some(name) = &constraint.name else {
                continue;
            };
            let carried = self.carried(expr).filter(|_| !self.looks_at_changed(expr));
            let same = carried.is_some_and(|carried| {
                checks(self.after).any(|(after, expr)| {
                    after.name == constraint.name
                        && *expr == carried
                        && not_enforced(after) == not_enforced(constraint)
                })
            });
            let drop = format!("DROP CONSTRAINT {}", printer.ident(name));
            if same && !all_apart {
                stay.push(name);
            } else if all_apart || self.renames_held(expr) {
                apart.push(name);
                self.first.push(drop);
            } else {
                self.drops.push(drop);
            }
        }
        for (constraint, _) in checks(self.after) {
            let among = |names: &[&Ident]| {
                let name = constraint.name.as_ref();
                name.is_some_and(|name| names.contains(&name))
            };
            if among(&stay) {
                continue;
            }
            let add = format!("ADD {}", printer.constraint(constraint, self.after));
            // A CHECK that is added copies the table.
            if among(&apart) || self.renames_a_held_one() {
                self.last.push(add);
            } else {
                self.adds.push(add);
            }
        }
    }

    pub(super) fn gather_references(&mut self, printer: &mut Printer<'_>) {
        let mut stay: Vec<&Ident> = Vec::new();
        for (constraint, key) in self.before.foreign_keys() {
            let Some(name) = &constraint.name else {
                continue;
            };
            let after = self.after.foreign_keys();
            let mut named = after.filter(|(after, _)| after.name == constraint.name);
            let again = named.next();
            if again.is_some_and(|(_, after)| self.same_reference(key, after)) {
                stay.push(name);
                continue;
            }
            let drop = format!("DROP FOREIGN KEY {}", printer.ident(name));
            // Its name, and the key of its own table that it refers to, are free only once the
            // statement is done.
            if again.is_some() || key.table == self.before.name {
                self.first.push(drop);
            } else {
                self.drops.push(drop);
            }
        }
        for (constraint, key) in self.after.foreign_keys() {
            let name = constraint.name.as_ref();
            if name.is_some_and(|name| stay.contains(&name)) {
                continue;
            }
            let text = format!("ADD {}", printer.constraint(constraint, self.after));
            // A table that refers to itself is seen with the types before.
            let changes = !self.retyped.is_empty() || !self.replaced.is_empty();
            if changes && key.table == self.after.name {
                self.last.push(text);
            } else {
                self.adds.push(text);
            }
        }
    }

    /// Whether a column of a table with a CHECK no longer takes NULL.
    fn becomes_not_null(&self, column: &str) -> bool {
        let mut constraints = self.before.constraints.iter();
        let checked = constraints.any(|c| matches!(c.kind, ConstraintKind::Check { .. }));
        let after = self
            .renamed(column)
            .and_then(|name| self.after.column(name));
        let before = self.before.column(column);
        checked
            && before.is_some_and(|column| column.nullable)
            && after.is_some_and(|column| !column.nullable)
    }

    /// Whether a foreign key is what it was, but for names that the server carries along.
    fn same_reference(&self, before: &ForeignKey, after: &ForeignKey) -> bool {
        let changed = |column: &Ident| {
            let column = column.as_str();
            self.retyped.contains(column)
                || self.replaced.contains(column)
                || self.facts.checks_copy && self.becomes_not_null(column)
        };
        // A table that refers to itself stands in its own way.
        let itself = before.table == self.before.name && before.referred.iter().any(changed);
        if before.columns.iter().any(changed) || itself {
            return false;
        }
        let columns: Option<Vec<Ident>> = before
            .columns
            .iter()
            .map(|column| self.renamed(column).map(str::to_owned))
            .collect();
        let authored = self.change.scope.authored;
        let own = before.table == self.before.name;
        let table = if own && after.table == self.after.name {
            true
        } else {
            before.table == after.table || authored.table(&before.table).is_none()
        };
        let referred = before.referred == after.referred || {
            let there = if own {
                Some(self.after)
            } else {
                authored.table(&after.table).map(AsRef::as_ref)
            };
            before.referred.len() == after.referred.len()
                && before
                    .referred
                    .iter()
                    .zip(&after.referred)
                    .all(|(old, new)| {
                        old == new || there.is_none_or(|there| there.column(old).is_none())
                    })
        };
        let unchanged = ForeignKey {
            columns: columns.unwrap_or_default(),
            table: after.table.clone(),
            referred: after.referred.clone(),
            ..before.clone()
        };
        table && referred && unchanged == *after
    }
}

fn not_enforced(constraint: &Constraint) -> bool {
    matches!(
        constraint.kind,
        ConstraintKind::Check {
            not_enforced: true,
            ..
        }
    )
}

/// All keys of a table as indexes, which is what they are to the server.
fn keys_of(table: &Table) -> Vec<Index> {
    let constraints = table.constraints.iter().filter_map(|constraint| {
        match (&constraint.kind, &constraint.name) {
            (ConstraintKind::PrimaryKey { columns }, _) => Some(unique(PRIMARY, columns)),
            (ConstraintKind::Unique { columns, .. }, Some(name)) => Some(unique(name, columns)),
            _ => None,
        }
    });
    constraints.chain(table.indexes.iter().cloned()).collect()
}

fn unique(name: &str, columns: &[IndexPart]) -> Index {
    let key = |part: &IndexPart| IndexKey {
        length: part.length,
        ..IndexKey::new(Expr::column(part.column.clone()))
    };
    Index {
        name: name.to_owned(),
        unique: true,
        method: None,
        keys: columns.iter().map(key).collect(),
        include: Vec::new(),
        filter: None,
        nulls_not_distinct: false,
        comment: None,
    }
}
