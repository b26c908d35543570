//! What a statement takes for granted, and the target has not: since an earlier change was refused, or
//! an override has made it different.

use std::collections::HashSet;

use super::{Carrier, depends};
use crate::schema::{
    ConstraintKind, DataStatement, Expr, ForeignKey, Ident, Name, OnConflict, Part, Query, Schema,
    SelectItem, SetExpr, Table, TableRef, Trigger, TriggerStep, View,
};
use crate::translate::Refusal;

impl Carrier<'_> {
    /// The tables and columns that a statement names and that are not held as they were lowered.
    pub(super) fn lacking(&self, statement: &DataStatement, authored: &Schema) -> Vec<Refusal> {
        let mut mentioned = Mentioned::default();
        mentioned.statement(statement);
        let mut refusals: Vec<Refusal> = self.lacks_conflict(statement).into_iter().collect();
        refusals.extend(self.full_texts_of(&mentioned, authored));
        refusals.extend(self.draws_in_steps(statement, authored));
        refusals.extend(self.refers_to_nothing(statement, authored));
        for name in &mentioned.tables {
            if let Some(view) = authored.view(name) {
                if self.lacks_view(view) {
                    refusals.push(self.missing(name));
                }
                continue;
            }
            if authored.table(name).is_none() {
                continue;
            }
            let Some(held) = self
                .held_table(name)
                .filter(|_| !self.unknown.contains(name))
            else {
                refusals.push(depends(name));
                continue;
            };
            let columns = self.deviating.get(name).into_iter();
            for column in columns.flat_map(|lowered| &lowered.columns) {
                let same = held.column(&column.name).is_some_and(|held| {
                    held.ty == column.ty
                        && held.identity.is_some() == column.identity.is_some()
                        && held.collation == column.collation
                });
                if !same && (mentioned.all || mentioned.columns.contains(&column.name)) {
                    if self.left_behind.contains(name) {
                        refusals.push(depends(name));
                        break;
                    }
                    let message = format!(
                        "an override has made `{}` of `{name}` another column than this statement takes it for",
                        column.name
                    );
                    let help = "write an override for this revision too";
                    refusals.push(Refusal::new("override-differs", message).help(help));
                }
            }
        }
        refusals
    }

    /// What the statements of a trigger take for granted.
    pub(super) fn lacking_of_trigger(&self, trigger: &Trigger, authored: &Schema) -> Vec<Refusal> {
        if self.held_table(&trigger.table).is_none() {
            return vec![self.missing(&trigger.table)];
        }
        let mut refusals: Vec<Refusal> = (self.full_texts_of_trigger(trigger, authored))
            .into_iter()
            .collect();
        let steps = trigger.does.as_ref().map_or(&[][..], |does| &does.steps);
        TriggerStep::each(steps, &mut |part| {
            if let Part::Data(statement) = part {
                refusals.extend(self.lacking(statement, authored));
            }
        });
        refusals
    }

    /// The key that ON CONFLICT names, if a refused change was to make it.
    fn lacks_conflict(&self, statement: &DataStatement) -> Option<Refusal> {
        let DataStatement::Insert(insert) = statement else {
            return None;
        };
        let columns = match insert.on_conflict.as_ref()? {
            OnConflict::Nothing { columns, .. } | OnConflict::Update { columns, .. } => columns,
            OnConflict::Replace | OnConflict::Ignore => return None,
        };
        if columns.is_empty() || !self.left_behind.contains(&insert.table) {
            return None;
        }
        let meant = self.deviating.get(&insert.table)?;
        let held = self.held_table(&insert.table)?;
        let lacks = has_key(meant, columns) && !has_key(held, columns);
        lacks.then(|| depends(&insert.table))
    }

    /// The table that a row would refer to, if a refused revision was to make it: a key that refers to
    /// nothing is one until there is a row.
    fn refers_to_nothing(&self, statement: &DataStatement, authored: &Schema) -> Option<Refusal> {
        let (table, set) = match statement {
            DataStatement::Insert(insert) => (&insert.table, None),
            DataStatement::Update(update) => {
                let set = update.assignments.iter().flat_map(|a| &a.columns);
                (&update.table, Some(set.collect::<HashSet<_>>()))
            }
            _ => return None,
        };
        let is_set = |key: &ForeignKey| {
            let mut own = key.columns.iter();
            set.as_ref()
                .is_none_or(|set| own.any(|own| set.contains(own)))
        };
        let mut keys = authored.table(table)?.foreign_keys();
        let (_, key) = keys.find(|(_, key)| {
            let is_missing =
                self.left_behind.contains(&key.table) && self.held_table(&key.table).is_none();
            is_missing && is_set(key)
        })?;
        Some(depends(&key.table))
    }

    /// Whether a view that is held, and that a refused revision was to drop, reads a column that goes:
    /// SQLite would fail there.
    pub(super) fn breaks_stale_view(
        &self,
        before: &Table,
        after: &Table,
        authored: &Schema,
    ) -> bool {
        if !self.target.folds() {
            return false;
        }
        let gone: Vec<&Ident> = (before.columns.iter().map(|column| &column.name))
            .filter(|name| after.column(name).is_none())
            .collect();
        if gone.is_empty() {
            return false;
        }
        let same = |a: &Name, b: &Name| a.name.eq_ignore_ascii_case(&b.name);
        self.held.readers(&before.name).any(|view| {
            if authored.views().any(|own| same(&own.name, &view.name)) {
                return false;
            }
            let Some(query) = &view.query else {
                return true;
            };
            let mut mentioned = Mentioned::default();
            mentioned.statement(&DataStatement::Query(Box::new(query.clone())));
            mentioned.all || gone.iter().any(|name| mentioned.columns.contains(*name))
        })
    }

    /// The table that a new foreign key refers to and that is held without the key that it wants, or in
    /// whose place something else is. One that is not held at all is for the target to refuse, if it
    /// takes no such key.
    pub(super) fn lacking_key(&self, table: &Table, before: Option<&Table>) -> Option<Refusal> {
        // One whose table has another name now is no new one.
        let had = |key: &ForeignKey| {
            let mut own = before.into_iter().flat_map(|before| before.foreign_keys());
            own.any(|(_, own)| own.columns == key.columns)
        };
        let mut new = table.foreign_keys().filter(|(_, key)| !had(key));
        let lacks = |key: &ForeignKey| {
            let held = self.held_table(&key.table);
            if held.is_none() && key.table != table.name && self.is_taken(&key.table) {
                return true;
            }
            let other =
                self.deviating.contains_key(&key.table) || self.unknown.contains(&key.table);
            let deviates = key.table != table.name && other;
            deviates && held.is_some_and(|held| !has_key(held, &key.referred))
        };
        let lacking = new.find(|(_, key)| lacks(key));
        lacking.map(|(_, key)| depends(&key.table))
    }

    /// Whether a view has the name here that a table would have which is not held: SQLite takes a foreign
    /// key to it, and fails when it looks at all of them.
    fn is_taken(&self, table: &Name) -> bool {
        let mut views = self.held.views();
        views.any(|view| view.name.name.eq_ignore_ascii_case(&table.name))
    }

    /// Whether a view is not held as it is authored now.
    pub(super) fn lacks_view(&self, view: &View) -> bool {
        let made_of = self.views.get(&view.name);
        made_of != Some(&view.text) || self.held.view(&view.name).is_none()
    }

    /// Whether a view, as it is rendered, reads what a table or another view has there and not here.
    /// SQLite would take such a view, and fail at the next change of any table.
    pub(super) fn lacks(&self, read: &Name, view: &str, authored: &Schema) -> bool {
        if let Some(read) = authored.view(read) {
            return self.lacks_view(read);
        }
        let Some(own) = authored.table(read) else {
            return true;
        };
        let Some(held) = self.held_table(read) else {
            return true;
        };
        let mut columns = own.columns.iter().map(|column| column.name.as_str());
        columns.any(|name| held.column(name).is_none() && view.contains(name))
    }

    /// A view that is held and reads what is about to go: its own change was refused.
    pub(super) fn reader(&self, name: &Name) -> Option<&View> {
        let mut views = self.held.views();
        views.find(|view| view.name != *name && view.reads.contains(name))
    }

    /// Takes note of a view that the authored engine alone has made or changed.
    pub(in crate::translate) fn forget_view(&mut self, view: &Name) {
        self.views.remove(view);
    }

    /// Takes the views that are held for what is authored now: a script of the target's own has
    /// made them.
    pub(in crate::translate) fn settle_views(&mut self, authored: &Schema) {
        for view in authored.views() {
            if self.held.view(&view.name).is_some() {
                self.views.insert(view.name.clone(), view.text.clone());
            }
        }
    }
}

/// Whether a table has a key of these columns, in any order.
pub(super) fn has_key(table: &Table, columns: &[Ident]) -> bool {
    let is =
        |own: Vec<&Ident>| own.len() == columns.len() && own.iter().all(|c| columns.contains(c));
    let constraints = table
        .constraints
        .iter()
        .any(|constraint| match &constraint.kind {
            ConstraintKind::PrimaryKey { columns } | ConstraintKind::Unique { columns, .. } => {
                is(columns.iter().map(|part| &part.column).collect())
            }
            _ => false,
        });
    let mut indexes = table
        .indexes
        .iter()
        .filter(|index| index.unique && index.filter.is_none());
    constraints
        || indexes.any(|index| {
            let keys = index.keys.iter().map(|key| match &key.expr {
                Expr::Column { column, .. } => Some(column),
                _ => None,
            });
            keys.collect::<Option<Vec<_>>>().is_some_and(is)
        })
}

/// The tables and columns that a statement names.
#[derive(Default)]
pub(super) struct Mentioned {
    pub(super) tables: Vec<Name>,
    pub(super) columns: HashSet<Ident>,
    /// There is a `*`, or an INSERT without columns.
    all: bool,
    /// Those whose columns a `*` shows.
    pub(super) shown: Vec<Name>,
}

impl Mentioned {
    pub(super) fn statement(&mut self, statement: &DataStatement) {
        match statement {
            DataStatement::Insert(insert) => {
                self.tables.push(insert.table.clone());
                self.columns.extend(insert.columns.iter().cloned());
                self.all |= insert.columns.is_empty();
                self.returned(&insert.table, &insert.returning);
                if let Some(OnConflict::Update { assignments, .. }) = &insert.on_conflict {
                    self.columns
                        .extend(assignments.iter().flat_map(|a| a.columns.iter().cloned()));
                }
            }
            DataStatement::Update(update) => {
                self.tables.push(update.table.clone());
                self.columns.extend(
                    update
                        .assignments
                        .iter()
                        .flat_map(|a| a.columns.iter().cloned()),
                );
                self.returned(&update.table, &update.returning);
            }
            DataStatement::Delete(delete) => {
                self.tables.push(delete.table.clone());
                self.returned(&delete.table, &delete.returning);
            }
            DataStatement::Truncate { tables, .. } => self.tables.extend(tables.iter().cloned()),
            DataStatement::Query(_) => {}
        }
        statement.parts(&mut |part| self.part(part));
    }

    fn items(&mut self, items: &[SelectItem]) {
        self.all |= items.iter().any(is_star);
    }

    /// What is given back of a table's rows.
    fn returned(&mut self, table: &Name, items: &[SelectItem]) {
        self.items(items);
        if items.iter().any(is_star) {
            self.shown.push(table.clone());
        }
    }

    /// `of`: the name that stands before the `*`.
    fn shown(&mut self, from: &TableRef, of: Option<&Ident>) {
        match from {
            TableRef::Table { name, alias, .. } => {
                let own = alias.as_ref().unwrap_or(&name.name);
                if of.is_none_or(|of| of == own) {
                    self.shown.push(name.clone());
                }
            }
            TableRef::Join { left, right, .. } => {
                self.shown(left, of);
                self.shown(right, of);
            }
            // What these show is their own.
            TableRef::Subquery { .. } | TableRef::Function { .. } => {}
        }
    }

    pub(super) fn part(&mut self, part: Part<'_>) {
        match part {
            Part::Expr(expr) => {
                if let Expr::Column { column, .. } = expr {
                    self.columns.insert(column.clone());
                }
                expr.parts(&mut |part| self.part(part));
            }
            Part::Query(query) => self.query(query),
            Part::Table(table) => {
                if let TableRef::Table { name, .. } = table {
                    self.tables.push(name.clone());
                }
                table.parts(&mut |part| self.part(part));
            }
            Part::Data(statement) => self.statement(statement),
        }
    }

    fn query(&mut self, query: &Query) {
        self.body(&query.body);
        query.parts(&mut |part| self.part(part));
    }

    fn body(&mut self, body: &SetExpr) {
        match body {
            SetExpr::Select(select) => {
                self.items(&select.items);
                for item in &select.items {
                    let of = match item {
                        SelectItem::Expr { .. } => continue,
                        SelectItem::Star => None,
                        SelectItem::TableStar(name) => Some(&name.name),
                    };
                    select.from.iter().for_each(|from| self.shown(from, of));
                }
            }
            SetExpr::Op { left, right, .. } => {
                self.body(left);
                self.body(right);
            }
            // Queries are parts of their own.
            _ => {}
        }
    }
}

fn is_star(item: &SelectItem) -> bool {
    !matches!(item, SelectItem::Expr { .. })
}
