//! Names as the model has them, where an engine takes `Name` and `name` for one.
//!
//! A change is respelled once, before it is applied; from then on names are equal or they are
//! not.

use std::borrow::Cow;

use super::super::{
    Change, ColumnDef, ConstraintDef, ConstraintKind, CreateIndex, DataStatement, Expr, Ident,
    IndexKey, Name, OnConflict, Part, PartMut, Position, SelectItem, SetExpr, Table, TableAction,
    TableRef, named_tables,
};
use super::Replay;
use crate::sql::Syntax;

/// Names that are known, by their lower-case form.
#[derive(Debug, Default, Clone)]
struct Known(Vec<Ident>);

impl Known {
    fn of(table: &Table) -> Self {
        Self(
            table
                .columns
                .iter()
                .map(|column| column.name.clone())
                .collect(),
        )
    }

    fn fix(&self, name: &mut Ident) {
        if let Some(known) = self.0.iter().find(|known| known.eq_ignore_ascii_case(name)) {
            name.clone_from(known);
        }
    }

    fn expr(&self, expr: &mut Expr) {
        expr.each_mut(&mut |expr| {
            if let Expr::Column { column, .. } = expr {
                self.fix(column);
            }
        });
    }

    fn keys(&self, keys: &mut [IndexKey]) {
        for key in keys {
            self.expr(&mut key.expr);
        }
    }
}

impl Replay {
    /// A change with the names of columns, constraints and indexes spelt as the model has them.
    pub(super) fn respelled<'c>(&self, change: &'c Change) -> Cow<'c, Change> {
        if self.syntax == Syntax::Postgres {
            return Cow::Borrowed(change);
        }
        let mut change = change.clone();
        match &mut change {
            Change::CreateTable(create) => {
                let known = create.columns.iter().map(|column| column.name.clone());
                let known = Known(known.collect());
                for column in &mut create.columns {
                    self.respell_column(column, &known);
                }
                for constraint in &mut create.constraints {
                    self.respell_constraint(constraint, &known, Some(&create.name));
                }
                for index in &mut create.indexes {
                    respell_index(index, &known);
                }
            }
            Change::AlterTable { table, actions, .. } => self.respell_actions(table, actions),
            Change::CreateIndex(index) => {
                if let Ok(table) = self.table(&index.table) {
                    respell_index(index, &Known::of(table));
                }
            }
            Change::DropIndexes {
                names,
                table: Some(table),
                ..
            } => {
                if let Ok(table) = self.table(table) {
                    for name in names {
                        fix_index(table, &mut name.name);
                    }
                }
            }
            _ => {}
        }
        Cow::Owned(change)
    }

    /// Columns of a statement on rows, spelt as their tables have them.
    pub(super) fn respell_data(&self, statement: &mut DataStatement) {
        if self.syntax == Syntax::Postgres {
            return;
        }
        let mut names = Vec::new();
        named_tables(Part::Data(statement), &mut names);
        let tables = names.iter().filter_map(|name| self.table(name).ok());
        let mut known: Vec<Ident> = Vec::new();
        for column in tables.flat_map(|table| &table.columns) {
            if !known.contains(&column.name) {
                known.push(column.name.clone());
            }
        }
        let mut given = Vec::new();
        called(Part::Data(statement), &mut given);
        // One that a query gives under this very name, or that two tables spell differently, is left.
        let spelt = |name: &Ident| {
            if known.contains(name) || given.contains(name) {
                return None;
            }
            let mut found = known.iter().filter(|one| one.eq_ignore_ascii_case(name));
            let first = found.next()?;
            found.next().is_none().then(|| first.clone())
        };
        respell(PartMut::Data(statement), &spelt);
        let written = match statement {
            DataStatement::Insert(insert) => Some(insert.table.clone()),
            DataStatement::Update(update) => Some(update.table.clone()),
            _ => None,
        };
        let Some(own) =
            written.and_then(|name| self.table(&name).ok().map(|table| Known::of(table)))
        else {
            return;
        };
        match statement {
            DataStatement::Insert(insert) => {
                insert.columns.iter_mut().for_each(|name| own.fix(name));
                match &mut insert.on_conflict {
                    Some(OnConflict::Update {
                        columns,
                        assignments,
                        ..
                    }) => {
                        columns.iter_mut().for_each(|name| own.fix(name));
                        let set = assignments.iter_mut().flat_map(|set| &mut set.columns);
                        set.for_each(|name| own.fix(name));
                    }
                    Some(OnConflict::Nothing { columns, .. }) => {
                        columns.iter_mut().for_each(|name| own.fix(name));
                    }
                    _ => {}
                }
            }
            DataStatement::Update(update) => {
                let set = update
                    .assignments
                    .iter_mut()
                    .flat_map(|set| &mut set.columns);
                set.for_each(|name| own.fix(name));
            }
            _ => {}
        }
    }

    fn respell_actions(&self, table: &Name, actions: &mut [TableAction]) {
        let Ok(table) = self.table(table) else {
            return;
        };
        let mut known = Known::of(table);
        for action in actions {
            match action {
                TableAction::AddColumn {
                    column, position, ..
                } => {
                    known.0.push(column.name.clone());
                    self.respell_column(column, &known);
                    if let Some(Position::After(after)) = position {
                        known.fix(after);
                    }
                }
                TableAction::DropColumn { name, .. } | TableAction::AlterColumn { name, .. } => {
                    known.fix(name);
                }
                TableAction::RenameColumn { from, to } => {
                    known.fix(from);
                    known.0.push(to.clone());
                }
                TableAction::RedefineColumn {
                    from,
                    column,
                    position,
                } => {
                    known.fix(from);
                    // The new name counts as it is written, also if only its case is new.
                    known
                        .0
                        .retain(|name| !name.eq_ignore_ascii_case(&column.name));
                    known.0.push(column.name.clone());
                    self.respell_column(column, &known);
                    if let Some(Position::After(after)) = position {
                        known.fix(after);
                    }
                }
                TableAction::AddConstraint(constraint) => {
                    self.respell_constraint(constraint, &known, Some(&table.name));
                }
                TableAction::AddIndex(index) => respell_index(index, &known),
                TableAction::DropConstraint { name, .. } => fix_constraint(table, name),
                TableAction::RenameConstraint { from, .. } => fix_constraint(table, from),
                TableAction::DropIndex { name, .. } => fix_index(table, name),
                TableAction::RenameIndex { from, .. } => fix_index(table, from),
                _ => {}
            }
        }
    }

    fn respell_column(&self, column: &mut ColumnDef, known: &Known) {
        if let Some(generated) = &mut column.generated {
            known.expr(&mut generated.expr);
        }
        if let Some(default) = &mut column.default {
            known.expr(default);
        }
        for constraint in &mut column.constraints {
            self.respell_constraint(constraint, known, None);
        }
    }

    /// `table` is the one that the constraint stands on, which may not be there yet.
    fn respell_constraint(
        &self,
        constraint: &mut ConstraintDef,
        known: &Known,
        table: Option<&Name>,
    ) {
        match &mut constraint.kind {
            ConstraintKind::PrimaryKey { columns } | ConstraintKind::Unique { columns, .. } => {
                for part in columns {
                    known.fix(&mut part.column);
                }
            }
            ConstraintKind::ForeignKey(key) => {
                for column in &mut key.columns {
                    known.fix(column);
                }
                let same = |table: &Name| {
                    self.syntax == Syntax::Sqlite
                        && table.name.eq_ignore_ascii_case(&key.table.name)
                        || *table == key.table
                };
                let referred = if table.is_some_and(same) {
                    Some(known.clone())
                } else {
                    self.table(&key.table).ok().map(|table| Known::of(table))
                };
                if let Some(referred) = referred {
                    for column in &mut key.referred {
                        referred.fix(column);
                    }
                }
            }
            ConstraintKind::Check { expr, .. } => known.expr(expr),
            ConstraintKind::Exclude(_) => {}
        }
    }
}

fn respell_index(index: &mut CreateIndex, known: &Known) {
    known.keys(&mut index.keys);
    if let Some(filter) = &mut index.filter {
        known.expr(filter);
    }
}

fn fix_constraint(table: &Table, name: &mut Ident) {
    let names = table.constraints.iter().filter_map(|c| c.name.clone());
    let indexes = table.indexes.iter().map(|index| index.name.clone());
    Known(names.chain(indexes).collect()).fix(name);
}

fn fix_index(table: &Table, name: &mut Ident) {
    fix_constraint(table, name);
}

/// What the queries of a statement call what they give.
fn called(part: Part<'_>, names: &mut Vec<Ident>) {
    match part {
        Part::Expr(expr) => expr.parts(&mut |part| called(part, names)),
        Part::Query(query) => {
            names.extend(
                query
                    .with
                    .iter()
                    .flat_map(|cte| cte.columns.iter().cloned()),
            );
            aliases(&query.body, names);
            query.parts(&mut |part| called(part, names));
        }
        Part::Table(item) => {
            if let TableRef::Subquery { columns, .. } = item {
                names.extend(columns.iter().cloned());
            }
            item.parts(&mut |part| called(part, names));
        }
        Part::Data(statement) => statement.parts(&mut |part| called(part, names)),
    }
}

fn aliases(body: &SetExpr, names: &mut Vec<Ident>) {
    match body {
        SetExpr::Select(select) => {
            names.extend(select.items.iter().filter_map(|item| match item {
                SelectItem::Expr { alias, .. } => alias.clone(),
                _ => None,
            }));
        }
        SetExpr::Op { left, right, .. } => {
            aliases(left, names);
            aliases(right, names);
        }
        SetExpr::Values(_) | SetExpr::Query(_) => {}
    }
}

fn respell(part: PartMut<'_>, spelt: &dyn Fn(&Ident) -> Option<Ident>) {
    match part {
        PartMut::Expr(expr) => {
            if let Expr::Column { column, .. } = expr
                && let Some(known) = spelt(column)
            {
                *column = known;
            }
            expr.parts_mut(&mut |part| respell(part, spelt));
        }
        PartMut::Query(query) => query.parts_mut(&mut |part| respell(part, spelt)),
        PartMut::Table(item) => item.parts_mut(&mut |part| respell(part, spelt)),
        PartMut::Data(statement) => statement.parts_mut(&mut |part| respell(part, spelt)),
    }
}
