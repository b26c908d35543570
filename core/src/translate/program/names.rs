//! Whether every column that a trigger's acts name is there: no engine asks before the trigger runs.

use super::flatten::Flat;
use super::values::FOUND;
use super::{Deed, rows};
use crate::schema::{
    Assignment, ColumnUse, Cte, DataStatement, Expr, Ident, InsertSource, Literal, NEW, Name, OLD,
    OnConflict, Part, Query, RowTrigger, Schema, Select, SelectItem, Table, TableRef, TriggerEvent,
    each_column,
};

/// # Errors
///
/// What is not there, or has no value yet.
pub(super) fn check(
    does: &RowTrigger,
    table: &Table,
    event: TriggerEvent,
    flat: &Flat,
    schema: &Schema,
) -> Result<(), String> {
    let check = Check {
        does,
        table,
        event,
        schema,
    };
    for expr in flat.exprs() {
        hides_rows(Part::Expr(expr))?;
        check.exprs(vec![expr.clone()], Vec::new(), Vec::new())?;
    }
    for act in &flat.acts {
        if let Deed::Run(statement) = &act.does {
            hides_rows(Part::Data(statement))?;
            check.statement(statement)?;
        }
    }
    Ok(())
}

/// Where a trigger's code stands.
pub(super) struct Check<'a> {
    pub(super) does: &'a RowTrigger,
    pub(super) table: &'a Table,
    pub(super) event: TriggerEvent,
    pub(super) schema: &'a Schema,
}

/// What of a column that is named is wrong.
type Problem<'p> = &'p dyn Fn(&ColumnUse<'_>) -> Option<String>;

impl Check<'_> {
    /// Refuses a variable of the function that is called as a column in sight of a statement: it means
    /// neither there.
    pub(super) fn hides_variables(&self, statement: &DataStatement) -> Result<(), String> {
        if !self.names_variables(Part::Data(statement)) {
            return Ok(());
        }
        if let DataStatement::Insert(insert) = statement
            && let (Some(_), Some(table)) = (&insert.on_conflict, self.schema.table(&insert.table))
            && let Some(variable) = self.variables().find(|name| table.column(name).is_some())
        {
            return Err(either(variable));
        }
        self.each_of(statement, &|used| self.hidden(used))
    }

    /// Refuses it in a condition or value.
    pub(super) fn hides_variables_in(&self, expr: &Expr) -> Result<(), String> {
        match self.names_variables(Part::Expr(expr)) {
            true => self.each(vec![expr.clone()], Vec::new(), Vec::new(), &|used| {
                self.hidden(used)
            }),
            false => Ok(()),
        }
    }

    fn variables(&self) -> impl Iterator<Item = &str> {
        let own = self.does.variables.iter();
        own.map(|variable| variable.name.as_str()).chain([FOUND])
    }

    fn is_variable(&self, name: &str) -> bool {
        self.variables().any(|variable| variable == name)
    }

    fn names_variables(&self, part: Part<'_>) -> bool {
        let mut found = false;
        let mut inner = |part: Part<'_>| found |= self.names_variables(part);
        match part {
            Part::Expr(Expr::Column {
                table: None,
                column,
            }) => return self.is_variable(column),
            Part::Expr(expr) => expr.parts(&mut inner),
            Part::Query(query) => query.parts(&mut inner),
            Part::Table(item) => item.parts(&mut inner),
            Part::Data(statement) => statement.parts(&mut inner),
        }
        found
    }

    fn hidden(&self, used: &ColumnUse<'_>) -> Option<String> {
        let bare = |expr: &Expr| match expr {
            Expr::Column {
                table: None,
                column,
            } if self.is_variable(column) => Some(either(column)),
            _ => None,
        };
        match used {
            // The row's own columns are in sight by its name alone.
            ColumnUse::Of { alias, .. } if [NEW, OLD].contains(&alias.as_str()) => None,
            ColumnUse::Of { expr, .. } | ColumnUse::Derived { expr, .. } => bare(expr),
            ColumnUse::Joined { column, .. } => self.is_variable(column).then(|| either(column)),
            ColumnUse::Missing(_) => None,
            ColumnUse::Unknown(Some(column)) if !self.is_variable(column) => None,
            ColumnUse::Unknown(_) => Some("which columns it names is not known".into()),
        }
    }

    fn statement(&self, statement: &DataStatement) -> Result<(), String> {
        self.each_of(statement, &|used| self.problem(used))
    }

    fn each_of(&self, statement: &DataStatement, problem: Problem<'_>) -> Result<(), String> {
        match statement {
            DataStatement::Insert(insert) => {
                let columns: Vec<&Ident> = insert.columns.iter().collect();
                self.written(&insert.table, &columns)?;
                if let InsertSource::Query(query) = &insert.source {
                    let rows = Expr::Exists(query.clone());
                    self.each(vec![rows], Vec::new(), insert.with.clone(), problem)?;
                }
                let Some(conflict) = &insert.on_conflict else {
                    return Ok(());
                };
                let mut exprs = Vec::new();
                match conflict {
                    OnConflict::Nothing { filter, .. } => exprs.extend(filter.clone()),
                    OnConflict::Update {
                        key_filter,
                        assignments,
                        filter,
                        ..
                    } => {
                        exprs.extend(key_filter.iter().chain(filter).cloned());
                        self.assigned(&insert.table, assignments, &mut exprs)?;
                    }
                    OnConflict::Replace | OnConflict::Ignore => {}
                }
                let excluded = named(&insert.table, Some(&"excluded".to_owned()));
                let own = named(&insert.table, insert.alias.as_ref());
                self.each(exprs, vec![own, excluded], Vec::new(), problem)
            }
            DataStatement::Update(update) => {
                let mut exprs: Vec<Expr> = update.filter.iter().cloned().collect();
                self.assigned(&update.table, &update.assignments, &mut exprs)?;
                let mut from = vec![named(&update.table, update.alias.as_ref())];
                from.extend(update.from.iter().cloned());
                self.each(exprs, from, update.with.clone(), problem)
            }
            DataStatement::Delete(delete) => {
                self.written(&delete.table, &[])?;
                let mut from = vec![named(&delete.table, delete.alias.as_ref())];
                from.extend(delete.using.iter().cloned());
                let exprs = delete.filter.iter().cloned().collect();
                self.each(exprs, from, delete.with.clone(), problem)
            }
            DataStatement::Query(_) | DataStatement::Truncate { .. } => {
                Err("it runs a statement that is not on rows".into())
            }
        }
    }

    fn assigned(
        &self,
        table: &Name,
        assignments: &[Assignment],
        exprs: &mut Vec<Expr>,
    ) -> Result<(), String> {
        let columns: Vec<&Ident> = assignments.iter().flat_map(|set| &set.columns).collect();
        self.written(table, &columns)?;
        let values = assignments.iter().map(|set| &set.value);
        exprs.extend(values.filter(|value| **value != Expr::Default).cloned());
        Ok(())
    }

    fn written(&self, name: &Name, columns: &[&Ident]) -> Result<(), String> {
        let Some(table) = self.schema.table(name) else {
            return Err(format!(
                "it changes rows of `{name}`, which is no table here"
            ));
        };
        match columns.iter().find(|column| table.column(column).is_none()) {
            Some(column) => Err(format!("`{name}` has no column `{column}`")),
            None => Ok(()),
        }
    }

    fn exprs(&self, exprs: Vec<Expr>, from: Vec<TableRef>, with: Vec<Cte>) -> Result<(), String> {
        self.each(exprs, from, with, &|used| self.problem(used))
    }

    /// Checks expressions that stand in a statement with these tables in sight, and the row around
    /// them.
    fn each(
        &self,
        exprs: Vec<Expr>,
        from: Vec<TableRef>,
        with: Vec<Cte>,
        wrong: Problem<'_>,
    ) -> Result<(), String> {
        let inner = Query {
            with,
            ..Query::from(Select {
                items: exprs.into_iter().map(item).collect(),
                from,
                ..Select::default()
            })
        };
        let row = |row: &&str| named(&self.table.name, Some(&(*row).to_owned()));
        let mut outer = Query::from(Select {
            items: vec![item(Expr::Literal(Literal::Null))],
            from: rows(self.event).iter().map(row).collect(),
            filter: Some(Expr::Exists(Box::new(inner))),
            ..Select::default()
        });
        let mut problem = None;
        each_column(&mut outer, self.schema, &mut |used| {
            problem = problem.take().or_else(|| wrong(&used));
        });
        problem.map_or(Ok(()), Err)
    }

    fn problem(&self, used: &ColumnUse<'_>) -> Option<String> {
        match used {
            ColumnUse::Of {
                column,
                alias,
                expr,
                ..
            } if [NEW, OLD].contains(&alias.as_str()) => {
                if matches!(&**expr, Expr::Column { table: None, .. }) {
                    return Some(format!("there is no column `{column}` where it names one"));
                }
                let generated = self.table.column(column)?.generated.is_some();
                (generated && self.does.before && alias.as_str() == NEW)
                    .then(|| format!("`{}` has no value of `{column}` yet", self.table.name))
            }
            ColumnUse::Missing(column) => Some(format!("there is no `{column}` that it names")),
            ColumnUse::Unknown(_) => Some("which columns it names is not known".into()),
            _ => None,
        }
    }
}

fn either(variable: &str) -> String {
    format!("whether `{variable}` is its variable or a column is not clear")
}

/// Refuses what is called as the row is, so that the row is not in sight.
fn hides_rows(part: Part<'_>) -> Result<(), String> {
    fn walk(part: Part<'_>, found: &mut bool) {
        let is_row = |name: &Ident| [NEW, OLD].contains(&name.as_str());
        match part {
            Part::Expr(expr) => expr.parts(&mut |part| walk(part, found)),
            Part::Query(query) => {
                *found |= query.with.iter().any(|cte| is_row(&cte.name));
                query.parts(&mut |part| walk(part, found));
            }
            Part::Table(item) => {
                match item {
                    TableRef::Table { name, alias, .. } => {
                        *found |= is_row(alias.as_ref().unwrap_or(&name.name));
                    }
                    TableRef::Subquery { alias, .. } | TableRef::Function { alias, .. } => {
                        *found |= alias.as_ref().is_some_and(is_row);
                    }
                    TableRef::Join { .. } => {}
                }
                item.parts(&mut |part| walk(part, found));
            }
            Part::Data(statement) => statement.parts(&mut |part| walk(part, found)),
        }
    }
    let mut found = false;
    walk(part, &mut found);
    match found {
        true => Err("something in it is called as the row is".into()),
        false => Ok(()),
    }
}

fn named(table: &Name, alias: Option<&Ident>) -> TableRef {
    TableRef::Table {
        name: table.clone(),
        alias: alias.cloned(),
        columns: Vec::new(),
    }
}

fn item(expr: Expr) -> SelectItem {
    SelectItem::Expr { expr, alias: None }
}
