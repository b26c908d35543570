//! Views.

use std::collections::BTreeSet;

use super::super::sequence::relation_in_text;
use super::super::{
    ColumnUse, CreateView, DataStatement, Expr, Ident, Name, Part, PartMut, Query, Schema,
    TableRef, View, each_column, output_names, settle,
};
use super::Replay;
use super::constraint::beside;
use super::problem::{Step, problem};

impl Replay {
    pub(super) fn create_view(&mut self, create: &CreateView) -> Step {
        let name = self.new_name(&create.name, false);
        let before = self.schema.view(&name).cloned();
        match &before {
            Some(_) if create.if_not_exists => return Ok(()),
            Some(_) if create.or_replace => {}
            _ => self.check_free(&name)?,
        }
        let mut query = create.query.clone();
        let mut reads = BTreeSet::new();
        if let Some(query) = &mut query {
            self.resolve_query(query, &[], &mut reads);
            if self.rules.freezes_views {
                settle(query, &self.schema);
                self.check_view(&name, query)?;
            }
        }
        let view = View {
            name,
            columns: create.columns.clone(),
            query,
            text: create.text.clone(),
            materialized: create.materialized,
            reads: reads.into_iter().collect(),
            indexes: Vec::new(),
        };
        if let Some(before) = before.as_ref().filter(|_| self.rules.holds_views) {
            self.check_replaced(before, &view)?;
        }
        self.set_view(before, Some(view));
        Ok(())
    }

    /// That the columns are there which a view names.
    fn check_view(&self, name: &Name, query: &Query) -> Step {
        let mut query = query.clone();
        let mut missing = None;
        each_column(&mut query, &self.schema, &mut |found| {
            if let ColumnUse::Missing(column) = found {
                missing.get_or_insert_with(|| column.clone());
            }
        });
        const SYSTEM: [&str; 6] = ["ctid", "xmin", "xmax", "cmin", "cmax", "tableoid"];
        match missing.filter(|column| !SYSTEM.contains(&column.as_str())) {
            Some(column) => {
                let message = format!("view `{name}` names a column `{column}` that is not there");
                Err(problem("unknown-column", message))
            }
            None => Ok(()),
        }
    }

    /// That `CREATE OR REPLACE` keeps the columns that the view has.
    fn check_replaced(&self, before: &View, after: &View) -> Step {
        let names = |view: &View| {
            let names = output_names(view.query.as_ref()?, &self.schema)?;
            let given = view.columns.iter().cloned();
            Some(
                given
                    .chain(names.into_iter().skip(view.columns.len()))
                    .collect::<Vec<_>>(),
            )
        };
        if let (Some(old), Some(new)) = (names(before), names(after))
            && !new.starts_with(&old)
        {
            let message = format!(
                "view `{}` has the columns ({}), which CREATE OR REPLACE must begin with",
                before.name,
                old.join(", ")
            );
            return Err(problem("view-columns", message));
        }
        Ok(())
    }

    pub(super) fn drop_views(&mut self, names: &[Name], if_exists: bool, cascade: bool) -> Step {
        for name in names {
            let found = self.found(name);
            if self.schema.view(&found).is_some() {
                self.drop_view(&found, cascade)?;
            } else if !if_exists {
                return Err(unknown_view(name));
            }
        }
        Ok(())
    }

    /// Drops a view, and with `cascade` those that read it.
    pub(super) fn drop_view(&mut self, name: &Name, cascade: bool) -> Step {
        self.release_views(name, cascade)?;
        if let Some(view) = self.schema.view(name).cloned() {
            self.set_view(Some(view), None);
        }
        Ok(())
    }

    /// Drops the views that read a relation, or says that they do.
    pub(super) fn release_views(&mut self, name: &Name, cascade: bool) -> Step {
        if !self.rules.holds_views {
            return Ok(());
        }
        loop {
            let reader = self
                .schema
                .readers(name)
                .next()
                .map(|view| view.name.clone());
            let Some(reader) = reader else { return Ok(()) };
            if !cascade {
                let message =
                    format!("`{name}` cannot be dropped without CASCADE: view `{reader}` reads it");
                return Err(problem("needed", message));
            }
            self.drop_view(&reader, true)?;
        }
    }

    pub(super) fn rename_view(&mut self, name: &Name, if_exists: bool, to: &Ident) -> Step {
        let found = self.found(name);
        let Some(before) = self.schema.view(&found).cloned() else {
            return if if_exists {
                Ok(())
            } else {
                Err(unknown_view(name))
            };
        };
        let to = beside(&found, to);
        self.check_free(&to)?;
        let mut after = before.clone();
        after.name = to.clone();
        self.set_view(Some(before), Some(after));
        self.rename_in_views(&found, &to);
        Ok(())
    }

    /// A view that uses a column of a table. Of a view that is not understood, `guess` says
    /// whether one that mentions the column's name counts.
    pub(super) fn view_of_column(&self, table: &Name, column: &str, guess: bool) -> Option<Name> {
        let mut readers = self.schema.readers(table);
        let view = readers.find(|view| match self.uses(view, table, column) {
            Some(uses) => uses,
            None => guess && mentions(&view.text, column),
        })?;
        Some(view.name.clone())
    }

    /// Whether a view uses a column; `None`: that is not known.
    fn uses(&self, view: &View, table: &Name, name: &str) -> Option<bool> {
        let mut query = view.query.clone()?;
        let (mut used, mut unknown) = (false, false);
        each_column(&mut query, &self.schema, &mut |found| match found {
            ColumnUse::Of {
                relation, column, ..
            }
            | ColumnUse::Joined { relation, column } => {
                used |= relation == table && column == name;
            }
            ColumnUse::Unknown(column) => unknown |= column.is_none_or(|column| column == name),
            ColumnUse::Derived { .. } | ColumnUse::Missing(_) => {}
        });
        (used || !unknown).then_some(used)
    }

    /// Lets the views that read a relation follow its new name.
    pub(super) fn rename_in_views(&mut self, from: &Name, to: &Name) {
        if !self.rules.views_follow {
            return;
        }
        let readers: Vec<View> = self.schema.readers(from).cloned().collect();
        for before in readers {
            let mut after = before.clone();
            for read in &mut after.reads {
                if read == from {
                    *read = to.clone();
                }
            }
            if let Some(query) = &mut after.query {
                rename_in_query(query, from, to);
                // The table would be hidden by it.
                if names_cte(query, &to.name) {
                    after.query = None;
                }
            }
            self.set_view(Some(before), Some(after));
        }
    }

    /// Lets the views that use a column follow its new name. It is called before the table has
    /// it. A view that cannot follow is not understood from then on.
    pub(super) fn rename_column_in_views(&mut self, table: &Name, from: &Ident, to: &Ident) {
        if !self.rules.views_follow {
            return;
        }
        let readers: Vec<View> = self.schema.readers(table).cloned().collect();
        for before in readers {
            let mut after = before.clone();
            let follows = match &mut after.query {
                Some(query) => follow(query, &self.schema, table, from, to),
                None => continue,
            };
            if !follows {
                after.query = None;
            }
            if after != before {
                self.set_view(Some(before), Some(after));
            }
        }
    }

    /// Resolves the names of relations in a query, and collects them.
    fn resolve_query(&self, query: &mut Query, ctes: &[Ident], reads: &mut BTreeSet<Name>) {
        let mut known = ctes.to_vec();
        known.extend(query.with.iter().map(|cte| cte.name.clone()));
        query.parts_mut(&mut |part| self.resolve_part(part, &known, reads));
    }

    pub(super) fn resolve_part(
        &self,
        part: PartMut<'_>,
        ctes: &[Ident],
        reads: &mut BTreeSet<Name>,
    ) {
        match part {
            PartMut::Query(query) => self.resolve_query(query, ctes, reads),
            PartMut::Data(DataStatement::Query(query)) => self.resolve_query(query, ctes, reads),
            PartMut::Data(statement) => {
                statement.parts_mut(&mut |part| self.resolve_part(part, ctes, reads));
            }
            PartMut::Table(table) => {
                if let TableRef::Table { name, .. } = table
                    && !(name.schema.is_none() && ctes.contains(&name.name))
                {
                    *name = self.found(name);
                    reads.insert(name.clone());
                }
                table.parts_mut(&mut |part| self.resolve_part(part, ctes, reads));
            }
            PartMut::Expr(expr) => {
                match expr {
                    Expr::Cast { ty, .. } => *ty = self.resolved_type(ty),
                    Expr::Call(call) => {
                        relation_in_text(call, |name| self.found(name));
                    }
                    // The default schema is written nowhere else.
                    Expr::Column {
                        table: Some(table), ..
                    } => *table = self.canonical(table),
                    _ => {}
                }
                expr.parts_mut(&mut |part| self.resolve_part(part, ctes, reads));
            }
        }
    }
}

fn unknown_view(name: &Name) -> super::ReplayProblem {
    problem("unknown-view", format!("there is no view `{name}`"))
}

/// Whether a text holds a word.
pub(super) fn mentions(text: &str, word: &str) -> bool {
    let inside = |c: char| c.is_alphanumeric() || c == '_' || c == '$';
    text.split(|c| !inside(c))
        .any(|part| part.eq_ignore_ascii_case(word))
}

/// Gives a column another name in a query; `false` if the query cannot be written so.
fn follow(query: &mut Query, schema: &Schema, table: &Name, from: &Ident, to: &Ident) -> bool {
    let mut sure = true;
    each_column(query, schema, &mut |found| match found {
        ColumnUse::Of {
            relation,
            column,
            alias,
            aliased,
            expr,
        } => {
            if relation == table && column == from && !aliased {
                qualify(expr, alias);
                if let Expr::Column { column, .. } = expr {
                    column.clone_from(to);
                }
            } else if named(expr, to) {
                qualify(expr, alias);
            }
        }
        ColumnUse::Derived { alias, expr } => {
            if named(expr, to) {
                qualify(expr, alias);
            }
        }
        ColumnUse::Joined { relation, column } => {
            sure &= relation != table || column != from && column != to;
        }
        ColumnUse::Unknown(column) => sure &= column.is_some_and(|column| column != from),
        ColumnUse::Missing(_) => {}
    });
    sure
}

fn named(expr: &Expr, name: &Ident) -> bool {
    matches!(expr, Expr::Column { column, .. } if column == name)
}

/// Says whose column an expression names, if it does not say so itself.
fn qualify(expr: &mut Expr, alias: &Ident) {
    if let Expr::Column { table, .. } = expr {
        table.get_or_insert_with(|| Name::bare(alias.clone()));
    }
}

/// Whether a common table expression anywhere in a query is called so.
fn names_cte(query: &Query, name: &Ident) -> bool {
    fn of(part: Part<'_>, name: &Ident) -> bool {
        let mut found = false;
        let mut inner = |part: Part<'_>| found = found || of(part, name);
        match part {
            Part::Query(query) => return names_cte(query, name),
            Part::Expr(expr) => expr.parts(&mut inner),
            Part::Table(table) => table.parts(&mut inner),
            Part::Data(data) => data.parts(&mut inner),
        }
        found
    }
    let mut found = query.with.iter().any(|cte| cte.name == *name);
    query.parts(&mut |part| found = found || of(part, name));
    found
}

fn rename_in_query(query: &mut Query, from: &Name, to: &Name) {
    query.parts_mut(&mut |part| rename_in_part(part, from, to));
}

fn rename_in_part(part: PartMut<'_>, from: &Name, to: &Name) {
    let mut inner = |part: PartMut<'_>| rename_in_part(part, from, to);
    match part {
        PartMut::Expr(expr) => expr.parts_mut(&mut inner),
        PartMut::Query(query) => query.parts_mut(&mut inner),
        PartMut::Data(data) => data.parts_mut(&mut inner),
        PartMut::Table(table) => {
            if let TableRef::Table { name, alias, .. } = table
                && name == from
            {
                // Columns may be qualified by the old name.
                alias.get_or_insert_with(|| from.name.clone());
                *name = to.clone();
            }
            table.parts_mut(&mut inner);
        }
    }
}
