//! Whether every column that a trigger's acts name is there: no engine asks before the trigger runs.

use super::{Act, Deed, rows};
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
    condition: Option<&Expr>,
    acts: &[Act],
    schema: &Schema,
) -> Result<(), String> {
    let check = Check {
        does,
        table,
        event,
        schema,
    };
    let conditions = acts.iter().filter_map(|act| act.condition.as_ref());
    for condition in condition.into_iter().chain(conditions) {
        hides_rows(Part::Expr(condition))?;
        check.exprs(vec![condition.clone()], Vec::new(), Vec::new())?;
    }
    for act in acts {
        if let Deed::Run(statement) = &act.does {
            hides_rows(Part::Data(statement))?;
            check.statement(statement)?;
        }
    }
    Ok(())
}

struct Check<'a> {
    does: &'a RowTrigger,
    table: &'a Table,
    event: TriggerEvent,
    schema: &'a Schema,
}

impl Check<'_> {
    fn statement(&self, statement: &DataStatement) -> Result<(), String> {
        match statement {
            DataStatement::Insert(insert) => {
                let columns: Vec<&Ident> = insert.columns.iter().collect();
                self.written(&insert.table, &columns)?;
                if let InsertSource::Query(query) = &insert.source {
                    let rows = Expr::Exists(query.clone());
                    self.exprs(vec![rows], Vec::new(), insert.with.clone())?;
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
                self.exprs(exprs, vec![own, excluded], Vec::new())
            }
            DataStatement::Update(update) => {
                let mut exprs: Vec<Expr> = update.filter.iter().cloned().collect();
                self.assigned(&update.table, &update.assignments, &mut exprs)?;
                let mut from = vec![named(&update.table, update.alias.as_ref())];
                from.extend(update.from.iter().cloned());
                self.exprs(exprs, from, update.with.clone())
            }
            DataStatement::Delete(delete) => {
                self.written(&delete.table, &[])?;
                let mut from = vec![named(&delete.table, delete.alias.as_ref())];
                from.extend(delete.using.iter().cloned());
                let exprs = delete.filter.iter().cloned().collect();
                self.exprs(exprs, from, delete.with.clone())
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

    /// Checks expressions that stand in a statement with these tables in sight, and the row around
    /// them.
    fn exprs(&self, exprs: Vec<Expr>, from: Vec<TableRef>, with: Vec<Cte>) -> Result<(), String> {
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
            problem = problem.take().or_else(|| self.problem(&used));
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
