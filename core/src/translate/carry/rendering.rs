//! What is made of a table once all that a statement does to it is known.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::pending::Pending;
use super::{Carrier, constraint, depends, full_text};
use crate::schema::{Ident, Index, Name, Numbers, Schema, Table, Trigger};
use crate::sql::Syntax;
use crate::translate::merge;
use crate::translate::target::{ColumnOrigin, Lowered, Refusal, Rendered, TableChange};

impl Carrier<'_> {
    /// Renders all that is pending.
    pub(in crate::translate) fn flush(&mut self, authored: &Schema) {
        let all = std::mem::take(&mut self.pending);
        let mut waiting: Vec<Name> = all.iter().map(|one| one.after.name.clone()).collect();
        waiting.append(&mut self.waiting);
        self.waiting = waiting;
        for pending in all {
            // What is rendered in between are not its own changes.
            self.waiting.remove(0);
            self.render(pending, authored);
        }
    }

    fn render(&mut self, pending: Pending, authored: &Schema) {
        let Pending {
            source,
            before,
            authored_before,
            after: table,
            origins,
            using,
            touched: _,
        } = pending;
        let name = table.name.clone();
        let kept = full_text::in_table(&table, authored_before.as_deref(), &origins, &using);
        if let Some(refusal) = kept {
            self.unknown.insert(name);
            self.refuse(source, refusal);
            return;
        }
        let Lowered {
            table: lowered,
            omissions: mut news,
        } = match self.target.lower(&table, authored, self.source) {
            Ok(lowered) => lowered,
            Err(refusals) => {
                self.unknown.insert(name);
                self.push(source, Err(refusals));
                return;
            }
        };
        let mut after = Arc::new(lowered);
        let mut own: HashSet<Ident> = HashSet::new();
        if let (Some(base), Some(held)) = (self.deviating.get(&name), &before) {
            let left_behind = self.left_behind.contains(&name);
            let lowered = match merge::merge(base, &after, held, &origins, left_behind) {
                Ok(merged) => std::mem::replace(&mut after, Arc::new(merged)),
                Err(_) if left_behind => {
                    self.refuse(source, depends(&name));
                    return;
                }
                Err(refusals) => {
                    self.push(source, Err(refusals));
                    return;
                }
            };
            // An override's own columns keep their values: no authored column is where they are from.
            let names = after.columns.iter().map(|column| &column.name);
            own.extend(names.filter(|name| lowered.column(name).is_none()).cloned());
            self.deviating.insert(name.clone(), lowered);
        }
        if before
            .as_ref()
            .is_none_or(|before| before.name != after.name)
            && self.held.relation(&after.name).is_some()
            && before
                .as_ref()
                .is_none_or(|b| !b.name.name.eq_ignore_ascii_case(&after.name.name))
        {
            let refusal = match self.is_stale(&after.name, &name, authored) {
                true => depends(&after.name),
                false => {
                    let message = format!(
                        "`{}` would have the name of another table or view, `{}`",
                        table.name, after.name
                    );
                    Refusal::new("name-clash", message)
                }
            };
            self.unknown.insert(name);
            self.refuse(source, refusal);
            return;
        }
        if let Some(refusal) = self.taken_index(before.as_deref(), &after) {
            self.unknown.insert(name);
            self.refuse(source, refusal);
            return;
        }
        if before
            .as_ref()
            .is_some_and(|before| self.breaks_stale_view(before, &after, authored))
        {
            self.unknown.insert(name.clone());
            self.refuse(source, depends(&name));
            return;
        }
        if let Some(refusal) = self.lacking_key(&table, authored_before.as_deref()) {
            self.unknown.insert(name);
            self.refuse(source, refusal);
            return;
        }
        let refers = constraint::refers_to_one(&table, authored_before.as_deref(), authored);
        if let Some(refusal) = refers {
            self.unknown.insert(name);
            self.refuse(source, refusal);
            return;
        }
        self.names.insert(name.clone(), after.name.clone());
        let columns = match &before {
            None => Vec::new(),
            Some(before) => after
                .columns
                .iter()
                .map(|column| ColumnOrigin {
                    column: column.name.clone(),
                    from: origins
                        .get(&column.name)
                        .or_else(|| own.get(&column.name))
                        .filter(|from| before.column(from).is_some())
                        .cloned(),
                    using: using.get(&column.name).cloned(),
                })
                .collect(),
        };
        if let Some(before) = &before {
            if before.name != after.name {
                self.held.remove_table(&before.name);
            }
            self.rename_triggers(&before.name, &after.name);
        }
        self.held.put_table(after.clone());
        self.hold_sequences(before.as_deref(), Some(&after));
        let untouched = before.as_ref().is_some_and(|before| **before == *after)
            && columns
                .iter()
                .all(|c| c.using.is_none() && c.from.as_ref() == Some(&c.column))
            && authored_before
                .as_ref()
                .is_none_or(|before| !retyped(before, &table, &origins));
        if !news.is_empty() {
            self.omitted.change(name.clone(), |said| {
                news.retain(|omission| said.insert(omission.clone()));
            });
        }
        let outdated = self.outdated_triggers(source, &name, &after.name, authored);
        let renames = columns.iter().any(|origin| {
            origin
                .from
                .as_ref()
                .is_some_and(|from| *from != origin.column)
        });
        let was = authored_before
            .as_ref()
            .map_or(&name, |before| &before.name);
        let reaches = renames || was != &name || (self.target.folds() && !untouched);
        let naming = self.suspend_naming(source, &[&name, was], reaches, authored);
        // An engine that copies tables rewrites the text of triggers when it renames a column.
        let suspended = match self.target.folds() && renames && outdated.is_ok() {
            true => self.suspend_triggers(source, &name, &after.name, authored),
            false => Vec::new(),
        };
        let rendered = if let Err(refusals) = &outdated {
            Err(refusals.clone())
        } else if untouched {
            Ok(Rendered::default())
        } else {
            let triggers: Vec<&Trigger> = self.held.triggers_of(&after.name).iter().collect();
            let change = TableChange {
                before: before.as_deref(),
                after: Some(&after),
                authored_before: authored_before.as_deref(),
                authored_after: Some(&table),
                columns,
                triggers,
                unused: self.unused.contains(&table.name),
                own: self.made.contains(&table.name),
                scope: self.scope(authored),
            };
            self.target.table(&change).or_else(|refusals| {
                let without_rows = self.table_without_rows(&change, &name, &refusals);
                without_rows.ok_or(refusals)
            })
        };
        let rendered = rendered.map(|mut rendered| {
            rendered.omissions.extend(news);
            rendered
        });
        self.hold_along(&rendered);
        if rendered.is_err() {
            self.unknown.insert(table.name.clone());
        }
        if rendered.is_ok() {
            self.hold_drawn(&after, authored);
        }
        let mut anew = outdated.unwrap_or_default();
        if !suspended.is_empty() {
            anew = suspended;
        }
        // What changes rows here is no UPDATE there, for which the triggers would run.
        if !self.target.folds() && rendered.as_ref().is_ok_and(changes_rows) {
            anew = self.suspend_triggers(source, &name, &after.name, authored);
        }
        self.push(source, rendered);
        self.make_anew(source, anew, authored);
        self.make_again(source, &naming, authored);
        self.recheck_order(source, authored_before.as_deref(), &table, authored);
    }

    /// An index that would have the name of one of another table, where all have one name space: what are
    /// two schemas there may be one here.
    pub(super) fn taken_index(&self, before: Option<&Table>, after: &Table) -> Option<Refusal> {
        if self.own == Syntax::Mysql {
            return None;
        }
        let is_new = |index: &&Index| {
            let mut held = before.into_iter().flat_map(|before| &before.indexes);
            !held.any(|held| held.name == index.name)
        };
        after.indexes.iter().filter(is_new).find_map(|index| {
            let name = Name {
                schema: after.name.schema.clone(),
                name: index.name.clone(),
            };
            let on = &self.held.index_table(&name)?.name;
            let other = *on != after.name && before.is_none_or(|before| *on != before.name);
            let message = format!("`{name}` would have the name of an index of `{on}`");
            other.then(|| Refusal::new("name-clash", message).help("give one of them another name"))
        })
    }

    /// Holds the tables that are changed along with another.
    pub(super) fn hold_along(&mut self, rendered: &Result<Rendered, Vec<Refusal>>) {
        for table in rendered.iter().flat_map(|rendered| &rendered.along) {
            self.held.put_table(table.clone());
        }
    }

    pub(super) fn rename_triggers(&mut self, before: &Name, after: &Name) {
        if before == after {
            return;
        }
        let own: Vec<Trigger> = self
            .held
            .triggers()
            .filter(|trigger| trigger.table == *before)
            .cloned()
            .collect();
        for mut trigger in own {
            self.held.remove_trigger(before, &trigger.name);
            trigger.table = after.clone();
            self.held.put_trigger(trigger);
        }
    }
}

/// Whether a column that is kept has another type in the authored table, or changes otherwise when
/// its row does, or takes other numbers: a target may hold both alike, and the values still differ.
pub(super) fn retyped(before: &Table, after: &Table, origins: &HashMap<Ident, Ident>) -> bool {
    let counts_on = before.options.auto_increment == after.options.auto_increment;
    !counts_on
        || after.columns.iter().any(|column| {
            let was = origins
                .get(&column.name)
                .and_then(|from| before.column(from));
            was.is_some_and(|was| {
                was.ty != column.ty && !was.ty.is_renamed_enum(&column.ty)
                    || was.on_update != column.on_update
                    || Numbers::of(was) != Numbers::of(column)
            })
        })
}

pub(super) fn changes_rows(rendered: &Rendered) -> bool {
    let mut statements = rendered.statements.iter();
    statements.any(|sql| sql.starts_with("UPDATE "))
}
